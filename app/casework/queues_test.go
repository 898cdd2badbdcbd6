package casework_test

import (
	"slices"
	"strings"
	"testing"

	"commoncase/app/casework"
	"commoncase/app/store"
	"commoncase/models"
	"commoncase/models/access"
	"commoncase/models/civil"
)

// final brings a case to a final response on a day, from which the resident has twelve months.
func (w *world) final(actor models.Actor, ref, on string) {
	w.t.Helper()
	day := civil.MustParse(on)
	for _, e := range []struct {
		kind models.Kind
		on   civil.Date
	}{{models.KindComplaintMade, day.AddDays(-60)}, {models.KindStage1Response, day.AddDays(-55)}, {models.KindEscalationRequested, day.AddDays(-20)}, {models.KindStage2Response, day}} {
		_, err := w.log(actor, ref, e.kind, e.on.String())
		w.must(err)
	}
}

func (w *world) queue(actor models.Actor, ask casework.QueueAsk) []string {
	w.t.Helper()
	list, err := w.ListQueue(w.t.Context(), actor, ask, 1)
	w.must(err)
	if list.Total != len(list.Lines) {
		w.t.Errorf("queue %s counts %d and lists %d", ask.Queue, list.Total, len(list.Lines))
	}
	var refs []string
	for _, l := range list.Lines {
		refs = append(refs, l.Case.Ref)
	}
	return refs
}

func TestQueues(t *testing.T) {
	each(t, func(t *testing.T, w *world) { // Monday 31 July 2023
		cw := w.actor(w.a, access.Caseworker)
		var late, later, ends, soon, ended, forgotten, silent, answered, closed, other models.Case
		for _, c := range []struct {
			into *models.Case
			name string
		}{{&later, "Łukasz Żółć"}, {&late, "Niamh Ní Bhriain"}, {&ends, "Seán O'Connor"}, {&soon, "আনিকা রহমান"}, {&ended, "محمد"}, {&forgotten, "Trần Thị Hoa"}, {&silent, "Ngozi Adeyemi"},
			{&answered, "Zofia Wąsik"}, {&closed, "Amara Okonkwo"}} {
			*c.into = w.open(cw, c.name)
		}
		_, err := w.log(cw, late.Ref, models.KindComplaintMade, "2023-05-09")
		w.must(err)
		_, err = w.log(cw, later.Ref, models.KindComplaintMade, "2023-07-05")
		w.must(err)
		w.final(cw, ends.Ref, "2022-09-01")
		w.final(cw, soon.Ref, "2022-08-03")
		w.final(cw, ended.Ref, "2022-07-15")
		w.final(cw, forgotten.Ref, "2022-06-15")
		_, err = w.log(cw, silent.Ref, models.KindIssueReported, "2023-05-15")
		w.must(err)
		_, err = w.log(cw, answered.Ref, models.KindIssueReported, "2023-07-10")
		w.must(err)
		_, err = w.log(cw, closed.Ref, models.KindComplaintMade, "2023-05-09")
		w.must(err)
		_, err = w.log(cw, closed.Ref, models.KindCaseClosed, "2023-07-01", func(e *casework.LogEvent) { e.Reason = models.ClosedWithdrawn })
		w.must(err)
		there := w.actor(w.b, access.Caseworker)
		other = w.open(there, "Somebody")
		_, err = w.log(there, other.Ref, models.KindComplaintMade, "2023-05-09")
		w.must(err)

		for _, tc := range []struct {
			ask  casework.QueueAsk
			want []models.Case
		}{
			{casework.QueueAsk{Queue: models.QueueOverdue}, []models.Case{late, later}},
			{casework.QueueAsk{Queue: models.QueueOverdue, Sort: models.SortDays}, []models.Case{later, late}},
			{casework.QueueAsk{Queue: models.QueueOverdue, Sort: models.SortReference}, []models.Case{later, late}},
			{casework.QueueAsk{Queue: models.QueueLost}, []models.Case{soon, ends, ended}},
			{casework.QueueAsk{Queue: models.QueueLost, Sort: models.SortDate}, []models.Case{ended, soon, ends}},
			{casework.QueueAsk{Queue: models.QueueLost, Sort: models.SortDays}, []models.Case{soon, ends, ended}},
			{casework.QueueAsk{Queue: models.QueueWeek}, []models.Case{soon}},
			{casework.QueueAsk{Queue: models.QueueSilent}, []models.Case{late, silent}},
			{casework.QueueAsk{Queue: models.QueueBroken}, nil},
			{casework.QueueAsk{Queue: models.QueueOverdue, Who: casework.QueueMine}, nil},
			{casework.QueueAsk{Queue: models.QueueOverdue, Who: casework.QueueUnassigned}, []models.Case{late, later}},
		} {
			var want []string
			for _, c := range tc.want {
				want = append(want, c.Ref)
			}
			if got := w.queue(cw, tc.ask); !slices.Equal(got, want) {
				t.Errorf("queue %+v: %v, want %v", tc.ask, got, want)
			}
		}
		counts, err := w.Queues(t.Context(), cw)
		w.must(err)
		for q, want := range map[models.Queue]int{models.QueueOverdue: 2, models.QueueLost: 3, models.QueueWeek: 1, models.QueueSilent: 2, models.QueueBroken: 0} {
			if counts[q] != want {
				t.Errorf("the front page counts %d in %s, want %d", counts[q], q, want)
			}
		}
		list, err := w.ListQueue(t.Context(), cw, casework.QueueAsk{Queue: models.QueueLost}, 99)
		w.must(err)
		if l := list.Lines[0]; list.Page != 1 || len(l.Clocks) != 1 || l.Clocks[0].Title != "Ask the Ombudsman within twelve months" || l.Clocks[0].Days != 3 || !l.Clocks[0].Loud {
			t.Errorf("page %d, first line %+v", list.Page, l.Clocks)
		}
		list, err = w.ListQueue(t.Context(), cw, casework.QueueAsk{Queue: models.QueueOverdue}, 1)
		w.must(err)
		if k := list.Lines[0].Clocks[0]; k.Title != "Acknowledge the complaint" || k.Days != 53 || k.Due.String() != "2023-05-16" {
			t.Errorf("the oldest deadline is %+v", k)
		}

		// several at once: one that changed in the meantime is left and named, the others are given away
		_, err = w.log(cw, later.Ref, models.KindNote, "2023-07-31", func(e *casework.LogEvent) { e.Note = "Rang." })
		w.must(err)
		lateNow, err := w.ReadCase(t.Context(), cw, late.Ref)
		w.must(err)
		chosen := []casework.Chosen{{Ref: late.Ref, Version: lateNow.Case.Version}, {Ref: later.Ref, Version: 1}, {Ref: other.Ref, Version: 2}}
		if _, err := w.AssignMany(t.Context(), cw, chosen, 99999); models.CodeOf(err) != models.CodeInvalid {
			t.Errorf("to somebody who is not there: %v", err)
		}
		done, err := w.AssignMany(t.Context(), cw, chosen, cw.AccountID)
		w.must(err)
		if !slices.Equal(done.Done, []string{late.Ref}) || len(done.Left) != 2 || done.Left[0].Ref != later.Ref || !strings.Contains(done.Left[0].Why, "meantime") || done.Left[1].Ref != other.Ref {
			t.Errorf("assigned %+v", done)
		}
		if got := w.queue(cw, casework.QueueAsk{Queue: models.QueueOverdue, Who: casework.QueueMine}); !slices.Equal(got, []string{late.Ref}) {
			t.Errorf("mine: %v", got)
		}
		if got := w.queue(cw, casework.QueueAsk{Queue: models.QueueOverdue, Sort: models.SortCaseworker}); !slices.Equal(got, []string{late.Ref, later.Ref}) {
			t.Errorf("by caseworker: %v", got)
		}

		// no letter without consent, and none of a closed case
		_, err = w.log(cw, later.Ref, models.KindConsentWithdrawn, "2023-07-30")
		w.must(err)
		early := w.open(cw, "Māra Bērziņa")
		plan, err := w.PlanChase(t.Context(), cw, []string{late.Ref, later.Ref, closed.Ref, other.Ref, early.Ref})
		w.must(err)
		why := map[string]string{}
		for _, l := range plan {
			why[l.Ref] = l.Why
		}
		if len(plan) != 4 || why[late.Ref] != "" || !strings.Contains(why[early.Ref], "overdue") || !strings.Contains(why[later.Ref], "consent") || !strings.Contains(why[closed.Ref], "closed") {
			t.Errorf("the plan is %+v", plan)
		}

		for _, role := range []access.Role{access.Member, access.Helper, access.Organiser, access.Guardian, access.Operator} {
			a := w.actor(w.a, role)
			_, err1 := w.ListQueue(t.Context(), a, casework.QueueAsk{Queue: models.QueueOverdue}, 1)
			_, err2 := w.Queues(t.Context(), a)
			_, err3 := w.WholeQueue(t.Context(), a, casework.QueueAsk{Queue: models.QueueOverdue})
			_, err4 := w.AssignMany(t.Context(), a, chosen, cw.AccountID)
			_, err5 := w.PlanChase(t.Context(), a, []string{late.Ref})
			for i, err := range []error{err1, err2, err3, err4, err5} {
				if models.CodeOf(err) != models.CodeForbidden {
					t.Errorf("%s at %d: %v", role, i, err)
				}
			}
		}
	})
}

// What the branch has set itself stays until it is done; a promise is broken from the day after its own; a limit in hours runs out
// within a day. The rows are written as the engine leaves them.
func TestQueuesByClock(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		cw := w.actor(w.a, access.Caseworker)
		c := w.open(cw, "Łukasz Żółć")
		rows := func(of ...models.ClockRow) {
			t.Helper()
			for i := range of {
				of[i].BranchID, of[i].CaseID, of[i].Seq, of[i].StartedOn = w.a.ID, c.ID, i, w.today.AddDays(-40)
			}
			w.must(w.st.ReplaceClockRows(t.Context(), w.a.ID, c.ID, of))
		}
		count := func(q models.Queue, at civil.Time) int {
			t.Helper()
			n, err := w.st.CountQueue(t.Context(), w.a.ID, store.QueueFilter{Queue: q, Today: w.today, Now: at, Promises: []string{"promise"}, Loud: []string{"loud"}})
			w.must(err)
			return n
		}
		noon := civil.At(12, 0)
		for _, tc := range []struct {
			name  string
			row   models.ClockRow
			queue models.Queue
			want  int
		}{
			{"a task of last month", models.ClockRow{Name: "task", Bound: models.BoundBranch, Type: "dated", Due: w.today.AddDays(-30)}, models.QueueWeek, 1},
			{"a task in seven days", models.ClockRow{Name: "task", Bound: models.BoundBranch, Type: "dated", Due: w.today.AddDays(7)}, models.QueueWeek, 1},
			{"a task in eight days", models.ClockRow{Name: "task", Bound: models.BoundBranch, Type: "dated", Due: w.today.AddDays(8)}, models.QueueWeek, 0},
			{"a task that is done", models.ClockRow{Name: "task", Bound: models.BoundBranch, Type: "dated", Due: w.today, MetOn: w.today}, models.QueueWeek, 0},
			{"a window that closed", models.ClockRow{Name: "review", Bound: models.BoundResident, Type: "window", Due: w.today.AddDays(-1)}, models.QueueWeek, 0},
			{"a window that closed, to be lost", models.ClockRow{Name: "review", Bound: models.BoundResident, Type: "window", Due: w.today.AddDays(-30)}, models.QueueLost, 1},
			{"a window that closed long ago", models.ClockRow{Name: "review", Bound: models.BoundResident, Type: "window", Due: w.today.AddDays(-31)}, models.QueueLost, 0},
			{"a limit in 90 days", models.ClockRow{Name: "loud", Bound: models.BoundResident, Type: "duty", Due: w.today.AddDays(90)}, models.QueueLost, 1},
			{"a limit in 91 days", models.ClockRow{Name: "loud", Bound: models.BoundResident, Type: "duty", Due: w.today.AddDays(91)}, models.QueueLost, 0},
			{"a promise for today", models.ClockRow{Name: "promise", Bound: models.BoundLandlord, Type: "dated", Due: w.today}, models.QueueBroken, 0},
			{"a promise for yesterday", models.ClockRow{Name: "promise", Bound: models.BoundLandlord, Type: "dated", Due: w.today.AddDays(-1)}, models.QueueBroken, 1},
			{"a promise that was kept late", models.ClockRow{Name: "promise", Bound: models.BoundLandlord, Type: "dated", Due: w.today.AddDays(-1), MetOn: w.today}, models.QueueBroken, 0},
			{"another duty is no promise", models.ClockRow{Name: "stage1-response", Bound: models.BoundLandlord, Type: "duty", Due: w.today.AddDays(-1)}, models.QueueBroken, 0},
		} {
			rows(tc.row)
			if got := count(tc.queue, noon); got != tc.want {
				t.Errorf("%s: %d in %s, want %d", tc.name, got, tc.queue, tc.want)
			}
		}

		full, err := w.st.CaseByRef(t.Context(), w.a.ID, c.Ref)
		w.must(err)
		full.LandlordDue = w.today
		w.must(w.st.UpdateCase(t.Context(), &full))
		rows(models.ClockRow{Name: "emergency", Bound: models.BoundLandlord, Type: "duty", Due: w.today, DueAt: civil.At(11, 30)})
		if before, after := count(models.QueueOverdue, civil.At(11, 30)), count(models.QueueOverdue, civil.At(11, 31)); before != 0 || after != 1 {
			t.Errorf("a limit until 11:30 is overdue %d times then and %d times a minute later", before, after)
		}

		// Several limits of one case are one line: what is still to come leads.
		rows(models.ClockRow{Name: "review", Bound: models.BoundResident, Type: "window", Due: w.today.AddDays(-5)}, models.ClockRow{Name: "loud", Bound: models.BoundResident, Type: "duty", Due: w.today.AddDays(60)})
		lines, err := w.st.QueueRows(t.Context(), w.a.ID, store.QueueFilter{Queue: models.QueueLost, Today: w.today, Now: noon, Loud: []string{"loud"}, Sort: models.SortLoudest}, 0, 50)
		w.must(err)
		if len(lines) != 1 || lines[0].Due != w.today.AddDays(60) || len(lines[0].Clocks) != 2 {
			t.Errorf("two limits of one case: %+v", lines)
		}
	})
}
