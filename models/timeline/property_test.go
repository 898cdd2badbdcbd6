package timeline

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"commoncase/models"
	"commoncase/models/civil"
	"commoncase/models/rulebook"
)

var roadKinds = []models.Kind{models.KindComplaintMade, models.KindComplaintAcknowledged, models.KindExtensionNotified, models.KindStage1Response,
	models.KindEscalationRequested, models.KindStage2Acknowledged, models.KindStage2Response, models.KindOmbudsmanReferral, models.KindDetermination,
	models.KindOrderDue, models.KindOrderMet, models.KindContactAttempt, models.KindNote, models.KindHazardReported}

var landlords = []string{"", "clarion", "harbour-and-vale", "unknown"}

// randomMatter makes events of any kind on any day, in any order: much of it nonsense that Compute must bear.
func randomMatter(r *rand.Rand) Matter {
	start := civil.On(2019, 1, 1) + civil.Date(r.IntN(2600))
	m := Matter{Landlord: landlords[r.IntN(len(landlords))], Calendar: civil.CalendarNames[r.IntN(len(civil.CalendarNames))]}
	for i := range 1 + r.IntN(12) {
		e := models.Event{ID: int64(i + 1), Kind: roadKinds[r.IntN(len(roadKinds))], On: start + civil.Date(r.IntN(160))}
		if r.IntN(3) == 0 {
			e.Kind = models.KindComplaintMade
			e.On = start
		}
		if e.Kind == models.KindExtensionNotified && r.IntN(2) == 0 {
			e.Until = e.On + civil.Date(r.IntN(80))
		}
		if i > 0 && r.IntN(8) == 0 {
			e.Replaces = int64(1 + r.IntN(i))
		}
		m.Events = append(m.Events, e)
	}
	return m
}

func clockLines(r Result) string {
	var b strings.Builder
	fmt.Fprintln(&b, r.StatusLine(), r.StatusOn, r.SilentSince, r.FinalOn, r.ComplaintOn, r.Flags)
	for _, c := range r.Clocks {
		fmt.Fprintln(&b, show(c), c.Reference, c.StartedEvent, c.MetEvent, c.ExtendedBy)
	}
	return b.String()
}

// The order in which events are given makes no difference, and neither does a buffer that was used before.
func TestOrderIsIrrelevant(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	var buf Buffer
	for range 3000 {
		m := randomMatter(r)
		today := m.Events[0].On + civil.Date(r.IntN(500))
		want := clockLines(engine.Compute(m, today))
		r.Shuffle(len(m.Events), func(i, j int) { m.Events[i], m.Events[j] = m.Events[j], m.Events[i] })
		given := slices.Clone(m.Events)
		if got := clockLines(engine.ComputeInto(&buf, m, today)); got != want {
			t.Fatalf("%v\n%s\n%s", m, got, want)
		}
		if !slices.Equal(given, m.Events) {
			t.Fatal("the caller's events were changed")
		}
	}
}

// Every trace sums to its clock's answer, and the counts add up.
func TestTracesSum(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	seen := map[State]int{}
	for range 3000 {
		m := randomMatter(r)
		res := engine.Compute(m, m.Events[0].On+civil.Date(r.IntN(500)))
		for _, c := range res.Clocks {
			seen[c.State]++
			checkTrace(t, c)
		}
	}
	for _, s := range []State{NotStarted, Running, DueToday, Overdue, Met, MetLate} {
		if seen[s] == 0 {
			t.Errorf("no clock was ever %s", s)
		}
	}
}

func checkTrace(t *testing.T, c Clock) {
	t.Helper()
	tr := c.Trace()
	if len(tr.Sentences) == 0 {
		t.Fatalf("%s explains nothing", show(c))
	}
	for _, s := range tr.Sentences {
		if strings.Contains(s, "%!") || strings.Contains(s, "  ") || !strings.HasSuffix(s, ".") {
			t.Fatalf("%s: a sentence %q", show(c), s)
		}
	}
	if c.Started == 0 {
		if len(tr.Days) > 0 || len(c.Skipped()) > 0 || c.Taken != 0 || c.Late != 0 {
			t.Fatalf("%s counts days", show(c))
		}
		return
	}
	if c.Rule.Limit.Unit == rulebook.Hours {
		if tr.ToEnd != c.Taken || c.Late > 0 && tr.ToEnd-tr.ToDue != c.Late || (c.Late > 0) != (c.State == Overdue || c.State == MetLate) {
			t.Fatalf("%s: the hours do not add up", show(c))
		}
		return
	}
	counted, holidays, last := 0, 0, c.Started
	for _, d := range tr.Days {
		if d.On != last+1 {
			t.Fatalf("%s: after %s comes %s", show(c), last, d.On)
		}
		last = d.On
		switch {
		case d.Why == "":
			counted++
			if d.Number != counted {
				t.Fatalf("%s: day %s is numbered %d, want %d", show(c), d.On, d.Number, counted)
			}
		case d.Number != 0:
			t.Fatalf("%s: day %s is skipped and has a number", show(c), d.On)
		case d.Holiday:
			holidays++
		}
	}
	if holidays != len(c.Skipped()) {
		t.Fatalf("%s: %d holidays in the trace, %d skipped", show(c), holidays, len(c.Skipped()))
	}
	if tr.ToEnd != c.Taken && c.end() > c.Started {
		t.Fatalf("%s: the trace counts %d to the end", show(c), tr.ToEnd)
	}
	if c.Late > 0 && tr.ToEnd-tr.ToDue != c.Late {
		t.Fatalf("%s: the trace counts %d late", show(c), tr.ToEnd-tr.ToDue)
	}
	if limit := c.Rule.Limit; c.Due != 0 && limit.Unit == rulebook.WorkingDays && !c.Extended && !c.Rolled && tr.ToDue != limit.N {
		t.Fatalf("%s: the trace counts %d to the due date of a limit of %d", show(c), tr.ToDue, limit.N)
	}
	late := c.State == Overdue || c.State == MetLate
	if c.Late < 0 || c.Taken < 0 || (!late && c.Late != 0) || c.Due < c.OriginalDue {
		t.Fatalf("%s: counts or dates that cannot be", show(c))
	}
}

// An event dated after everything never changes a due date, but for an extension, which never makes it earlier, and an
// acknowledgement that the clock was waiting for (Code 2024, 6.3: the day it was due stood in for it until then).
func TestLaterEventsDoNotHasten(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 6))
	for range 3000 {
		m := randomMatter(r)
		last := m.Events[0].On
		for i := range m.Events {
			m.Events[i].Replaces = 0
			last = max(last, m.Events[i].On)
		}
		today := last + 400
		before := engine.Compute(m, today)
		e := models.Event{ID: 100, Kind: roadKinds[r.IntN(len(roadKinds))], On: last + 1 + civil.Date(r.IntN(100))}
		m.Events = append(slices.Clone(m.Events), e)
		after := engine.Compute(m, today)
		if e.Kind == models.KindOrderDue || e.Kind == models.KindDetermination {
			continue // new orders stand between the old ones
		}
		for _, c := range before.Clocks {
			i := slices.IndexFunc(after.Clocks, func(x Clock) bool {
				return x.Rule == c.Rule && x.Reference == c.Reference && (c.Rule.Type != rulebook.TypeOrder || x.Due == c.Due)
			})
			if i < 0 {
				t.Fatalf("%v took away %s", e, show(c))
			}
			x := after.Clocks[i]
			acked := c.StartedBy == StartedByAckDue && x.StartedBy != c.StartedBy
			if c.Started != 0 && ((x.Due < c.Due && !acked) || (c.Met != 0 && x.Met > c.Met)) {
				t.Fatalf("%v: %s became %s", e, show(c), show(x))
			}
			mayMove := e.Kind == models.KindExtensionNotified || e.Kind == models.KindComplaintAcknowledged || e.Kind == models.KindStage2Acknowledged
			if c.Started != 0 && !mayMove && x.Due != c.Due {
				t.Fatalf("%v moved %s to %s", e, show(c), show(x))
			}
		}
	}
}

// Status, flags and dates may be cached: they do not change with the day.
func TestOnlyOpenClocksDependOnToday(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 8))
	for range 1000 {
		m := randomMatter(r)
		a, b := engine.Compute(m, m.Events[0].On+50), engine.Compute(m, m.Events[0].On+5000)
		if a.StatusLine() != b.StatusLine() || a.StatusOn != b.StatusOn || a.SilentSince != b.SilentSince || a.Flags != b.Flags || len(a.Clocks) != len(b.Clocks) {
			t.Fatalf("%v: status changes with the day", m)
		}
		for i := range a.Clocks {
			x, y := a.Clocks[i], b.Clocks[i]
			if x.Due != y.Due || x.Started != y.Started || x.Met != y.Met || (x.Met != 0 && show(x) != show(y)) {
				t.Fatalf("%s changes with the day: %s", show(x), show(y))
			}
		}
	}
}

// Every state of every case has a first step that is allowed, and says when the others are.
func TestStepsAreAllowed(t *testing.T) {
	r := rand.New(rand.NewPCG(9, 10))
	for range 3000 {
		m := randomMatter(r)
		today := m.Events[0].On + civil.Date(r.IntN(900))
		res := engine.Compute(m, today)
		steps := res.Next(today)
		if len(steps) == 0 || !steps[0].Allowed {
			t.Fatalf("%s: no first step: %+v", res.StatusLine(), steps)
		}
		for _, s := range steps {
			if s.Text == "" || s.Why == "" || s.Who == "" || strings.Contains(s.Text+s.Why+s.Warning, "%!") {
				t.Fatalf("%+v", s)
			}
			if s.Allowed && ((s.NotBefore != 0 && today < s.NotBefore) || (s.NotAfter != 0 && today > s.NotAfter)) {
				t.Fatalf("on %s: %+v", today, s)
			}
		}
	}
}

// What Check lets pass, Compute reads without leaving anything of the road aside; and neither ever panics.
func FuzzCheckAndCompute(f *testing.F) {
	f.Add(uint64(1), uint64(2), 100)
	f.Fuzz(func(t *testing.T, a, b uint64, days int) {
		r := rand.New(rand.NewPCG(a, b))
		m := randomMatter(r)
		today := m.Events[0].On + civil.Date(days%3000)
		err := engine.Check(m, today)
		if err != nil && models.CodeOf(err) != models.CodeInvalid {
			t.Fatalf("%T %v", err, err)
		}
		res := engine.Compute(m, today)
		for _, c := range res.Clocks {
			checkTrace(t, c)
		}
		res.Next(today)
		for _, c := range Preview(Result{}, res) {
			if c.Text == "" || strings.Contains(c.Text, "%!") {
				t.Fatalf("%+v", c)
			}
		}
	})
}

func benchEvents(b *testing.B) []models.Event {
	return events(b, "issue_reported 2022-09-01", "contact_attempt 2022-09-20", "complaint_made 2022-10-03", "complaint_acknowledged 2022-10-20",
		"extension_notified 2022-10-31 until=2022-11-14", "stage1_response 2022-11-30", "escalation_requested 2022-12-05", "stage2_response 2023-02-20",
		"ombudsman_referral 2023-04-03", "note 2023-04-04")
}

// BenchmarkCompute judges cases of ten events under the Code and the landlord's policy, on one core, and prints how many a second.
func BenchmarkCompute(b *testing.B) {
	m := Matter{Landlord: "clarion", Events: benchEvents(b)}
	today := day("2024-01-10")
	var buf Buffer
	for _, x := range []struct {
		name string
		run  func() Result
	}{
		{"fresh", func() Result { return engine.Compute(m, today) }},
		{"buffer", func() Result { return engine.ComputeInto(&buf, m, today) }},
	} {
		b.Run(x.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				sink = x.run()
			}
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "cases/s")
		})
	}
}

var sink Result
