package timeline

import (
	"slices"
	"testing"

	"commoncase/models"
	"commoncase/models/civil"
	"commoncase/models/rulebook"
)

// told makes the result of events that are given as they are.
func told(t *testing.T, today string, events ...models.Event) Result {
	t.Helper()
	for i := range events {
		if events[i].ID == 0 {
			events[i].ID = int64(i + 1)
		}
	}
	return New(rulebook.Default()).Compute(Matter{Landlord: "harbour-and-vale", Events: events}, civil.MustParse(today))
}

func ev(kind models.Kind, on string, more ...func(*models.Event)) models.Event {
	e := models.Event{Kind: kind, On: civil.MustParse(on)}
	for _, m := range more {
		m(&e)
	}
	return e
}

func about(id int64) func(*models.Event)    { return func(e *models.Event) { e.About = id } }
func ref(number string) func(*models.Event) { return func(e *models.Event) { e.Reference = number } }
func cost(minutes, half int) func(*models.Event) {
	return func(e *models.Event) { e.Minutes, e.HalfDays = minutes, half }
}

func TestRepairChain(t *testing.T) {
	r := told(t, "2026-03-31",
		ev(models.KindRepairRaised, "2026-01-05", ref("J-1")),             // 1
		ev(models.KindAppointmentMade, "2026-01-06", ref("J-1")),          // 2
		ev(models.KindAppointmentMissed, "2026-01-12", cost(0, 1)),        // 3
		ev(models.KindRepairCompleted, "2026-01-20", ref("J-1")),          // 4
		ev(models.KindIssueReported, "2026-01-22", about(1), cost(35, 0)), // 5
		ev(models.KindRepairRaised, "2026-01-23", ref("J-2"), about(1)),   // 6
		ev(models.KindContactAttempt, "2026-01-30", about(6), cost(20, 0)),
		ev(models.KindAppointmentMissed, "2026-02-02", ref("J-2"), cost(0, 1)),
		ev(models.KindRepairRaised, "2026-02-10", ref("J-9")), // another repair
		ev(models.KindRepairCompleted, "2026-02-12", ref("J-2")),
		ev(models.KindContactAttempt, "2026-02-13"), // about nothing in particular
	)
	all := r.Repairs(civil.MustParse("2026-03-31"))
	if len(all) != 2 {
		t.Fatalf("%d repairs, want 2: %+v", len(all), all)
	}
	x := all[0]
	var numbers []string
	for _, j := range x.Jobs {
		numbers = append(numbers, j.Number)
	}
	if !slices.Equal(numbers, []string{"J-1", "J-2"}) {
		t.Errorf("jobs %v", numbers)
	}
	if x.Made != 1 || len(x.Missed) != 2 || x.Attempts != 1 || x.Answered != 0 || x.Minutes != 55 || x.HalfDays != 2 {
		t.Errorf("totals: %d made, %d missed, %d attempts, %d answered, %d minutes, %d half days", x.Made, len(x.Missed), x.Attempts, x.Answered, x.Minutes, x.HalfDays)
	}
	if len(x.Completions) != 2 || x.Completions[0].Again != civil.MustParse("2026-01-22") || x.Completions[0].AgainBy != 5 || x.Completions[1].Again != 0 || x.FalseCompletions() != 1 {
		t.Errorf("completions: %+v", x.Completions)
	}
	if x.Done != civil.MustParse("2026-02-12") || x.Days != 38 { // 26 days of January, 12 of February
		t.Errorf("done on %s after %d days", x.Done, x.Days)
	}
	if o := all[1]; !o.Done.IsZero() || o.Days != 49 || len(o.Events) != 1 {
		t.Errorf("the other: done %s, %d days, %d events", o.Done, o.Days, len(o.Events))
	}
}

// A report that names no repair reopens the only one of the case, and none where there are two.
func TestReportedAgain(t *testing.T) {
	one := []models.Event{ev(models.KindRepairRaised, "2026-01-05", ref("J-1")), ev(models.KindRepairCompleted, "2026-01-20"), ev(models.KindIssueReported, "2026-02-01")}
	r := told(t, "2026-02-10", one...)
	if x := r.Repairs(civil.MustParse("2026-02-10"))[0]; !x.Done.IsZero() || x.FalseCompletions() != 1 || x.Days != 36 {
		t.Errorf("one repair: done %s, closed falsely %d times, %d days", x.Done, x.FalseCompletions(), x.Days)
	}
	r = told(t, "2026-02-10", append(slices.Clone(one), ev(models.KindRepairRaised, "2026-01-02", ref("J-0")))...)
	for _, x := range r.Repairs(civil.MustParse("2026-02-10")) {
		if x.FalseCompletions() != 0 {
			t.Errorf("two repairs: %s counts as not fixed, and the report does not say which is meant", x.Jobs[0].Number)
		}
	}
	// What was reported on the day before the job was closed says nothing against the closure.
	r = told(t, "2026-02-10", ev(models.KindRepairRaised, "2026-01-05", ref("J-1")), ev(models.KindIssueReported, "2026-01-19"),
		ev(models.KindRepairCompleted, "2026-01-20"))
	if x := r.Repairs(civil.MustParse("2026-02-10"))[0]; x.Done.IsZero() {
		t.Error("a report before the closure reopened the repair")
	}
}

// A correction keeps its place in the chain: what names the old entry belongs to the new one.
func TestRepairCorrected(t *testing.T) {
	first, again := ev(models.KindRepairRaised, "2026-01-05", ref("J-1")), ev(models.KindRepairRaised, "2026-01-04", ref("J-1"))
	first.ID, again.ID, again.Replaces = 1, 9, 1
	missed := ev(models.KindAppointmentMissed, "2026-01-12", about(1))
	missed.ID = 2
	r := told(t, "2026-02-10", first, missed, again)
	if all := r.Repairs(civil.MustParse("2026-02-10")); len(all) != 1 || all[0].Opener.ID != 9 || len(all[0].Missed) != 1 {
		t.Errorf("%+v", all)
	}
}

func TestBelongs(t *testing.T) {
	for _, tc := range []struct {
		kind                models.Kind
		procedure           models.Procedure
		belongs, mayConcern bool
	}{
		{models.KindMadeSafe, models.ProcedureHazard, true, false},
		{models.KindMadeSafe, models.ProcedureRepair, false, false},
		{models.KindRepairRaised, models.ProcedureRepair, true, true},
		{models.KindContactAttempt, models.ProcedureRepair, false, true},
		{models.KindContactAttempt, models.ProcedureSubjectAccess, false, true},
		{models.KindContactAttempt, models.ProcedurePromise, false, true},
		{models.KindContactAttempt, models.ProcedureTask, false, false},
		{models.KindIssueReported, models.ProcedurePromise, false, false},
		{models.KindRequestAnswered, models.ProcedureSubjectAccess, true, false},
		{models.KindTaskDone, models.ProcedureTask, true, false},
		{models.KindObservationsMade, models.ProcedureEstimates, true, false},
		{models.KindRequestAnswered, "", false, false},
		{models.KindNote, models.ProcedureHazard, false, false},
	} {
		if b, m := Belongs(tc.kind, tc.procedure), MayConcern(tc.kind, tc.procedure); b != tc.belongs || m != tc.mayConcern {
			t.Errorf("%s of %q: belongs %v, may concern %v", tc.kind, tc.procedure, b, m)
		}
	}
}

func TestCost(t *testing.T) {
	answered := func(e *models.Event) { e.Answered = true }
	r := told(t, "2026-03-31",
		ev(models.KindIssueReported, "2026-01-05", cost(10, 0)),
		ev(models.KindContactAttempt, "2026-01-06", cost(40, 0)),
		ev(models.KindContactAttempt, "2026-01-07", cost(5, 1), answered),
		ev(models.KindAppointmentMissed, "2026-01-12", cost(0, 1)),
		ev(models.KindContactAttempt, "2026-01-20"))
	want := Cost{Attempts: 3, Answered: 1, Minutes: 55, HalfDays: 2, Missed: 1, SilentSince: civil.MustParse("2026-01-20"), Last: civil.MustParse("2026-01-20")}
	if got := r.Cost(); got != want {
		t.Errorf("%+v, want %+v", got, want)
	}
	if !told(t, "2026-03-31", ev(models.KindStoryReceived, "2026-01-05")).Cost().IsZero() || want.IsZero() {
		t.Error("what is nothing and what is something are told apart wrongly")
	}
	replaced := ev(models.KindContactAttempt, "2026-01-06", cost(400, 0))
	again := ev(models.KindContactAttempt, "2026-01-06", cost(40, 0))
	replaced.ID, again.ID, again.Replaces = 1, 2, 1
	if got := told(t, "2026-03-31", replaced, again).Cost(); got.Attempts != 1 || got.Minutes != 40 {
		t.Errorf("a corrected call counts as %+v", got)
	}
}

func TestAdverse(t *testing.T) {
	r := told(t, "2026-03-31",
		ev(models.KindAdverseAction, "2025-12-01"),
		ev(models.KindIssueReported, "2026-01-05"),
		ev(models.KindComplaintMade, "2026-02-02"),
		ev(models.KindLandlordUpdate, "2026-02-05"),
		ev(models.KindAdverseAction, "2026-02-11"))
	acts := r.Adverse()
	if len(acts) != 2 || acts[0].After != nil || acts[1].After == nil || acts[1].After.Kind != models.KindComplaintMade || acts[1].Days != 9 {
		t.Errorf("%+v", acts)
	}
}

// Whatever is tied to an act by corrections is as confidential as the act.
func TestConfidential(t *testing.T) {
	e := func(id, replaces int64, k models.Kind) models.Event {
		return models.Event{ID: id, Replaces: replaces, Kind: k}
	}
	events := []models.Event{e(1, 0, models.KindNote), e(2, 0, models.KindAdverseAction), e(3, 2, models.KindAdverseAction), e(4, 3, models.KindRetracted),
		e(5, 0, models.KindNote), e(6, 5, models.KindAdverseAction), e(7, 6, models.KindNote), e(8, 1, models.KindNote)}
	hidden := Confidential(events)
	for id, want := range map[int64]bool{1: false, 2: true, 3: true, 4: true, 5: true, 6: true, 7: true, 8: false} {
		if hidden[id] != want {
			t.Errorf("event %d hidden: %v", id, hidden[id])
		}
	}
	if left := Without(events, hidden); len(left) != 2 || left[0].ID != 1 || left[1].ID != 8 {
		t.Errorf("left: %+v", left)
	}
	if Confidential(events[:1]) != nil {
		t.Error("a case without such an act has something to hide")
	}
}
