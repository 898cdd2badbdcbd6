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

// allKinds are all kinds of event.
var allKinds = func() []models.Kind {
	out := []models.Kind{models.KindCaseClosed, models.KindCaseReopened, models.KindLetterChecked}
	for _, g := range models.KindGroups {
		out = append(out, g.Kinds...)
	}
	return out
}()

// anyMatter makes events of every regime: half of them open a thread, others name one, and many stand where they cannot.
func anyMatter(r *rand.Rand) Matter {
	pick := func(n int) int { return r.IntN(n) }
	book := rulebook.Default()
	m := Matter{Landlord: landlords[pick(len(landlords))], Calendar: civil.CalendarNames[pick(len(civil.CalendarNames))],
		Type:   []models.LandlordType{"", models.LandlordCouncil, models.LandlordAssociation}[pick(3)],
		Tenure: models.Tenures[pick(len(models.Tenures))], At: civil.Time(pick(24*60 + 1))}
	requests := append(slices.Clone(models.Requests), models.Notices...)
	list, _ := book.List(rulebook.ListHazards, civil.On(2026, 11, 30))
	defects, _ := book.List(rulebook.ListDefects, civil.On(2026, 11, 30))
	start := civil.On(2019, 1, 1) + civil.Date(pick(3100))
	for i := range 1 + pick(14) {
		e := models.Event{ID: int64(i + 1), Kind: allKinds[pick(len(allKinds))], On: start + civil.Date(pick(120))}
		switch pick(6) {
		case 0:
			e.Kind, e.Procedure = models.KindRequestMade, models.Requests[pick(len(models.Requests))]
		case 1:
			e.Kind = models.KindHazardReported
		case 2:
			e.Kind = []models.Kind{models.KindRepairRaised, models.KindPromiseMade, models.KindTaskSet, models.KindDataBreach, models.KindNoticeReceived}[pick(5)]
		}
		switch e.Kind { //nolint:exhaustive // the others carry nothing
		case models.KindRequestMade, models.KindNoticeReceived:
			if e.Procedure == "" {
				e.Procedure = requests[pick(len(requests))]
			}
			e.Channel = models.Channels[pick(len(models.Channels))]
		case models.KindHazardReported:
			e.Urgency, e.Category = models.HazardUrgencies[pick(2)], list.Entries[pick(len(list.Entries))].Slug
		case models.KindRepairRaised:
			e.Urgency, e.Category = models.RepairUrgencies[pick(3)], defects.Entries[pick(len(defects.Entries))].Slug
		}
		if e.Kind.HasUntil() && pick(2) == 0 {
			e.Until = e.On + civil.Date(pick(80))
		}
		if pick(3) == 0 {
			e.At = civil.Time(1 + pick(24*60))
		}
		if i > 0 && pick(4) == 0 {
			e.About = int64(1 + pick(i))
		}
		if pick(6) == 0 {
			e.Reference = string(rune('A' + pick(3)))
		}
		if i > 0 && pick(12) == 0 {
			e.Replaces = int64(1 + pick(i))
		}
		m.Events = append(m.Events, e)
	}
	return m
}

// either makes matters of both kinds.
func either(r *rand.Rand) Matter {
	if r.IntN(2) == 0 {
		return randomMatter(r)
	}
	return anyMatter(r)
}

func clockLines(r Result) string {
	var b strings.Builder
	fmt.Fprintln(&b, r.StatusLine(), r.StatusOn, r.SilentSince, r.FinalOn, r.ComplaintOn, r.Flags)
	for _, c := range r.Clocks {
		fmt.Fprintln(&b, show(c), c.Reference, c.StartedEvent, c.MetEvent, c.ExtendedBy, c.Opener, c.DueAt, c.MetAt, c.Pauses)
	}
	for _, w := range r.Windows {
		fmt.Fprintln(&b, windowWords(w), w.Opener)
	}
	for _, x := range r.Breaches() {
		fmt.Fprintln(&b, x.Key, x.On)
	}
	return b.String()
}

// The order in which events are given makes no difference, and neither does a buffer that was used before.
func TestOrderIsIrrelevant(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	var buf Buffer
	for range 5000 {
		m := either(r)
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
	for range 6000 {
		m := either(r)
		res := engine.Compute(m, m.Events[0].On+civil.Date(r.IntN(500)))
		for _, c := range res.Clocks {
			seen[c.State]++
			checkTrace(t, c)
		}
	}
	for _, s := range []State{NotStarted, Running, DueToday, Overdue, Met, MetLate, Stopped} {
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

// An event that is dated after the due date of a clock never changes that due date, whatever it is and whatever thread it names. Only a
// correction can: it changes what came before.
func TestWhatComesAfterADueDateLeavesIt(t *testing.T) {
	r := rand.New(rand.NewPCG(15, 16))
	checked := map[rulebook.Family]int{}
	for range 6000 {
		m := either(r)
		for i := range m.Events {
			m.Events[i].Replaces = 0
		}
		today := m.Events[0].On + 600
		before := engine.Compute(m, today)
		e := anyMatter(r).Events[0]
		e.ID, e.Replaces, e.Kind = 100, 0, allKinds[r.IntN(len(allKinds))]
		if e.Kind == models.KindRequestMade || e.Kind == models.KindNoticeReceived {
			e.Procedure = models.Requests[r.IntN(len(models.Requests))]
		}
		e.On = m.Events[0].On + civil.Date(r.IntN(300))
		e.About = int64(r.IntN(len(m.Events) + 1))
		m.Events = append(slices.Clone(m.Events), e)
		after := engine.Compute(m, today)
		for _, c := range before.Clocks {
			// Where something stands in for what starts a clock, that event still takes its place when it comes.
			if c.Due == 0 || e.On <= c.Due || string(c.Rule.Starts[0].On) != c.StartedBy && c.Rule.Type == rulebook.TypeDuty {
				continue
			}
			checked[c.Rule.Regime.Family]++
			// The version of the Scheme may follow a later determination; the date in an order stays.
			if !slices.ContainsFunc(after.Clocks, func(x Clock) bool {
				return x.Rule.Duty == c.Rule.Duty && x.Rule.Regime.Family == c.Rule.Regime.Family && x.Opener == c.Opener && x.Due == c.Due && x.DueAt == c.DueAt
			}) {
				t.Fatalf("%+v changed\n%s\nto\n%s", e, show(c), clockLines(after))
			}
		}
	}
	for _, f := range []rulebook.Family{rulebook.FamilyCode, rulebook.FamilyScheme, rulebook.FamilyPolicy, rulebook.FamilyLaw} {
		if checked[f] < 100 {
			t.Errorf("only %d clocks of %s were held against a later event", checked[f], f)
		}
	}
}

// A bank holiday that is added never makes a due date earlier, on any calendar and under any rule.
func TestAHolidayNeverHastens(t *testing.T) {
	r := rand.New(rand.NewPCG(17, 18))
	moved := 0
	set := &civil.Set{}
	with := NewOn(rulebook.Default(), set)
	for range 400 {
		on := civil.On(2019, 1, 1) + civil.Date(r.IntN(3100))
		var more []civil.Announcement
		for range 1 + r.IntN(3) {
			more = append(more, civil.Announcement{Calendar: civil.CalendarNames[r.IntN(3)], Holiday: civil.Holiday{On: on + civil.Date(r.IntN(12)), Title: "A day of thanks"}})
		}
		set.Announce(more)
		for range 20 {
			m := either(r)
			shift := on - civil.Date(r.IntN(40)) - m.Events[0].On
			extensions := 0
			for i := range m.Events {
				e := &m.Events[i]
				e.On += shift
				if e.Until != 0 {
					e.Until += shift
				}
				if e.Kind == models.KindExtensionNotified || e.Kind == models.KindRequestExtended {
					extensions++
				}
			}
			if extensions > 1 {
				continue // which of two was in time depends on the due date, and the landlord may have named an earlier day in the second
			}
			today := on + 300
			before, after := engine.Compute(m, today), with.Compute(m, today)
			for _, c := range before.Clocks {
				i := slices.IndexFunc(after.Clocks, func(x Clock) bool { return x.Rule == c.Rule && x.Opener == c.Opener })
				if i < 0 {
					t.Fatalf("%s is gone with %v", show(c), more)
				}
				x := after.Clocks[i]
				if c.Due != 0 && x.Due != 0 && x.Due < c.Due {
					t.Fatalf("%v hastened\n%s\nto\n%s\nof %+v", more, show(c), show(x), m.Events)
				}
				if x.Due > c.Due && c.Due != 0 {
					moved++
				}
			}
		}
	}
	if moved < 200 {
		t.Errorf("the holidays moved %d clocks only", moved)
	}
}

// Events as a program writes them, without a word of the thread that they belong to, find the one that they can answer.
func TestEventsFindTheirThread(t *testing.T) {
	r := rand.New(rand.NewPCG(19, 20))
	openings := map[models.Procedure]models.Kind{models.ProcedureHazard: models.KindHazardReported, models.ProcedureRepair: models.KindRepairRaised,
		models.ProcedurePromise: models.KindPromiseMade, models.ProcedureTask: models.KindTaskSet, models.ProcedureDataBreach: models.KindDataBreach,
		models.ProcedureIntention: models.KindNoticeReceived, models.ProcedureSubjectAccess: models.KindRequestMade, models.ProcedureFOI: models.KindRequestMade}
	var names []models.Procedure
	for p := range openings {
		names = append(names, p)
	}
	slices.Sort(names)
	for range 2000 {
		var m Matter
		wanted := map[int64]int64{} // event: opener
		openers := map[models.Procedure]int64{}
		on := civil.On(2026, 1, 5)
		for range 12 {
			on += civil.Date(r.IntN(5))
			id := int64(len(m.Events) + 1)
			p := names[r.IntN(len(names))]
			opener, open := openers[p]
			if !open {
				openers[p] = id
				wanted[id] = id
				m.Events = append(m.Events, models.Event{ID: id, Kind: openings[p], On: on, Procedure: p})
				on++
				continue
			}
			var can []models.Kind
			for _, k := range allKinds {
				if bit := uint64(1) << kindOf(k); followers(procedureOf(p))&bit != 0 && bit&(1<<kRepair|1<<kRegulator) == 0 {
					can = append(can, k)
				}
			}
			wanted[id] = opener
			e := models.Event{ID: id, Kind: can[r.IntN(len(can))], On: on}
			if openings[p] == models.KindRequestMade {
				e.Procedure = p // the answers to two requests look alike
			}
			m.Events = append(m.Events, e)
			on++
		}
		kinds := make([]kind, len(m.Events))
		for i := range m.Events {
			kinds[i] = kindOf(m.Events[i].Kind)
		}
		for i, o := range owners(nil, m.Events, kinds, m.Events) {
			if o < 0 || m.Events[o].ID != wanted[m.Events[i].ID] {
				t.Fatalf("%+v went to %d, want event %d, of %+v", m.Events[i], o, wanted[m.Events[i].ID], m.Events)
			}
		}
	}
}

// Status, flags and dates may be cached: they do not change with the day.
func TestOnlyOpenClocksDependOnToday(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 8))
	for range 1000 {
		m := either(r)
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
		m := either(r)
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
		m := either(r)
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
