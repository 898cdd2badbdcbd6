package casework_test

import (
	"context"
	"fmt"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"commoncase/app/casework"
	"commoncase/app/files"
	"commoncase/app/store"
	"commoncase/app/store/storetest"
	"commoncase/models"
	"commoncase/models/access"
	"commoncase/models/civil"
	"commoncase/models/rulebook"
	"commoncase/models/timeline"
)

// moving is a world whose calendars may change, and which tells when a stretch of cases is being judged.
type moving struct {
	*world
	judged  func() // called each time that the clock is looked at while cases are judged; nil: nothing
	cw, op  models.Actor
	fs      *files.Store
	set     *civil.Set
	started []int64
}

func eachMoving(t *testing.T, test func(t *testing.T, m *moving)) {
	storetest.Each(t, migrate, func(t *testing.T, url string) {
		m := &moving{world: &world{t: t, today: civil.MustParse("2023-07-31")}, set: &civil.Set{}}
		st, err := store.Open(t.Context(), url, m.now)
		m.must(err)
		t.Cleanup(func() { m.must(st.Close()) })
		m.fs, err = files.Open(filepath.Join(t.TempDir(), "files"))
		m.must(err)
		t.Cleanup(func() { m.must(m.fs.Close()) })
		m.st = st
		m.Service = m.another(m.set)
		m.AfterStart(func(id int64) { m.started = append(m.started, id) })
		l := models.Landlord{Slug: "harbour-and-vale", Name: "Harbour & Vale Homes", Calendar: civil.EnglandAndWales, Invented: true}
		m.must(st.AddLandlord(t.Context(), &l))
		m.a = models.Branch{Slug: "a", Name: "Branch A", Prefix: "AAA", LandlordID: l.ID, Threshold: 5}
		m.b = models.Branch{Slug: "b", Name: "Branch B", Prefix: "BBB", LandlordID: l.ID, Threshold: 5}
		m.must(st.AddBranch(t.Context(), &m.a))
		m.must(st.AddBranch(t.Context(), &m.b))
		m.cw, m.op = m.actor(m.a, access.Caseworker), m.actor(m.a, access.Operator)
		test(t, m)
	})
}

// another is a second program over the same database, with calendars of its own.
func (m *moving) another(set *civil.Set) *casework.Service {
	s := casework.New(m.st, m.fs, timeline.NewOn(rulebook.Default(), set), func() time.Time {
		if m.judged != nil {
			m.judged()
		}
		return m.now()
	})
	s.Batch(3)
	return s
}

// complaints opens n cases with a complaint of 9 May 2023, whose response by the Code is due on 23 May.
func (m *moving) complaints(actor models.Actor, n int) []string {
	m.t.Helper()
	var refs []string
	for i := range n {
		c := m.open(actor, fmt.Sprintf("আনিকা %d", i))
		_, err := m.log(actor, c.Ref, models.KindComplaintMade, "2023-05-09")
		m.must(err)
		refs = append(refs, c.Ref)
	}
	return refs
}

const response = "code-2022/stage1-response"

func (m *moving) due(ref string) civil.Date {
	m.t.Helper()
	c, err := m.st.FindCase(m.t.Context(), ref)
	m.must(err)
	rows, err := m.st.ClockRows(m.t.Context(), c.BranchID, c.ID)
	m.must(err)
	for _, r := range rows {
		if r.Duty == response {
			return r.Due
		}
	}
	m.t.Fatalf("%s has no clock %s among %d", ref, response, len(rows))
	return 0
}

var late = casework.AddHoliday{Calendar: civil.EnglandAndWales, On: civil.MustParse("2023-05-17"), Title: "Bank holiday for an invented jubilee", Source: "Proclamation of 2 May 2023, invented"}

func (m *moving) wellOrFatal() {
	m.t.Helper()
	drifts, n, err := m.FindDrift(m.t.Context(), false)
	if err != nil || len(drifts) != 0 {
		m.t.Fatalf("after it, of %d cases: %v %v", n, drifts, err)
	}
}

func TestALateHolidayMovesEveryClockAndListsIt(t *testing.T) {
	eachMoving(t, func(t *testing.T, m *moving) {
		ctx := t.Context()
		refs := m.complaints(m.cw, 7)
		other := m.complaints(m.actor(m.b, access.Caseworker), 2)
		before, err := m.st.FindCase(ctx, refs[0])
		m.must(err)
		if got := m.due(refs[0]).String(); got != "2023-05-23" {
			t.Fatalf("before: due %s", got)
		}

		p, known, err := m.PreviewHoliday(ctx, m.op, late)
		m.must(err)
		if !known || p.Cases != 9 || p.Moves < 9 {
			t.Errorf("the preview says %+v, %t", p, known)
		}
		if m.set.Or(civil.EnglandAndWales).IsWorking(late.On) != true {
			t.Error("the preview changed the calendars")
		}

		h, run, err := m.AddHoliday(ctx, m.op, late)
		m.must(err)
		if h.ID == 0 || len(m.started) != 1 || m.started[0] != run.ID || run.Total != 9 {
			t.Errorf("holiday %d, started %v, run %+v", h.ID, m.started, run)
		}
		m.must(m.RunRecompute(ctx, run.ID))
		for _, ref := range append(refs, other...) {
			if got := m.due(ref).String(); got != "2023-05-24" {
				t.Errorf("%s: due %s after the holiday, want 2023-05-24", ref, got)
			}
		}
		run, err = m.Run(ctx, run.ID)
		m.must(err)
		if run.FinishedAt == nil || run.Done != 9 || run.Moved != p.Moves || run.Error != "" {
			t.Errorf("the run says %+v; the preview said %d", run, p.Moves)
		}
		after, err := m.st.FindCase(ctx, refs[0])
		m.must(err)
		if after.Version != before.Version { // a form that is open on the case stays good
			t.Errorf("version %d then %d", before.Version, after.Version)
		}

		v, err := m.ReadRun(ctx, m.cw, run.ID, 1)
		m.must(err)
		if v.On != 7 || v.Total != len(v.Lines) || v.Total < 7 {
			t.Errorf("the branch sees %d lines on %d cases, %d in all", len(v.Lines), v.On, v.Total)
		}
		seen := false
		for _, l := range v.Lines {
			if !strings.HasPrefix(l.Ref, "AAA-") {
				t.Errorf("branch A sees %s", l.Ref)
			}
			if l.Duty == response && l.Ref == refs[3] {
				seen = l.WasDue.String() == "2023-05-23" && l.IsDue.String() == "2023-05-24" && l.Title != "" && l.Cite != ""
			}
		}
		if !seen {
			t.Errorf("%s is not listed: %+v", refs[3], v.Lines)
		}
		blind, err := m.ReadRun(ctx, m.op, run.ID, 1)
		if err != nil || blind.Cases || len(blind.Lines) != 0 || blind.Run.Moved == 0 {
			t.Errorf("the operator sees %+v, %v", blind, err)
		}
		if _, err := m.ReadRun(ctx, m.actor(m.a, access.Member), run.ID, 1); models.CodeOf(err) != models.CodeForbidden {
			t.Errorf("a member: %v", err)
		}
		m.wellOrFatal()

		// A second run has nothing to do, and a run over branch B is not there for branch A.
		again, err := m.StartRecompute(ctx, models.Actor{}, "Again.", m.b.ID)
		m.must(err)
		m.must(m.RunRecompute(ctx, again))
		m.must(m.RunRecompute(ctx, again))
		second, err := m.Run(ctx, again)
		if err != nil || second.Moved != 0 || second.Done != 2 || second.Total != 2 {
			t.Errorf("the second run: %+v, %v", second, err)
		}
		if _, err := m.ReadRun(ctx, m.cw, again, 1); models.CodeOf(err) != models.CodeNotFound {
			t.Errorf("branch A reads the run of branch B: %v", err)
		}
		if _, err := m.StartRecompute(ctx, m.cw, "No.", 0); models.CodeOf(err) != models.CodeForbidden {
			t.Errorf("a caseworker starts a run over all: %v", err)
		}
		if _, err := m.StartRecompute(ctx, m.actor(m.a, access.Secretary), "No.", m.b.ID); models.CodeOf(err) != models.CodeForbidden {
			t.Errorf("a secretary starts a run over another branch: %v", err)
		}

		// Another program that did not see it follows.
		set := &civil.Set{}
		second2 := m.another(set)
		if changed, err := second2.FollowHolidays(ctx); err != nil || !changed || set.Or(civil.EnglandAndWales).IsWorking(late.On) || set.Or(civil.UKAny).IsWorking(late.On) {
			t.Errorf("another program: changed %t, %v", changed, err)
		}
		if changed, err := second2.FollowHolidays(ctx); err != nil || changed {
			t.Errorf("the second look: changed %t, %v", changed, err)
		}
	})
}

func TestARunThatIsCutShortGoesOn(t *testing.T) {
	eachMoving(t, func(t *testing.T, m *moving) {
		refs := m.complaints(m.cw, 8) // three stretches
		_, run, err := m.AddHoliday(t.Context(), m.op, late)
		m.must(err)
		ctx, stop := context.WithCancel(t.Context())
		defer stop()
		m.judged = func() {
			if half, err := m.st.Recompute(t.Context(), run.ID); err == nil && half.Done > 0 {
				stop()
			}
		}
		if err := m.RunRecompute(ctx, run.ID); err == nil {
			t.Fatal("it ended although it was stopped")
		}
		m.judged = nil
		half, err := m.Run(t.Context(), run.ID)
		m.must(err)
		if half.Done != 3 || half.FinishedAt != nil || half.Error == "" || half.Moved == 0 || half.Percent() != 37 {
			t.Fatalf("half way: %+v", half)
		}
		if m.due(refs[2]).String() != "2023-05-24" || m.due(refs[3]).String() != "2023-05-23" {
			t.Error("the stretch was not written whole, or more than it")
		}
		open, err := m.UnfinishedRuns(t.Context())
		if err != nil || len(open) != 1 || open[0].ID != run.ID {
			t.Fatalf("to be taken up again: %v, %v", open, err)
		}
		m.must(m.RunRecompute(t.Context(), run.ID))
		whole, err := m.Run(t.Context(), run.ID)
		m.must(err)
		if whole.Done != 8 || whole.FinishedAt == nil || whole.Error != "" || whole.Moved*3 != half.Moved*8 {
			t.Errorf("whole: %+v after %+v", whole, half)
		}
		m.wellOrFatal()
	})
}

func TestTwoRunsAtOnceCountEachCaseOnce(t *testing.T) {
	eachMoving(t, func(t *testing.T, m *moving) {
		m.complaints(m.cw, 20)
		_, run, err := m.AddHoliday(t.Context(), m.op, late)
		m.must(err)
		var wg sync.WaitGroup
		errs := make(chan error, 8)
		for range 3 {
			s := m.another(m.set)
			wg.Go(func() { errs <- s.RunRecompute(t.Context(), run.ID) })
		}
		second, err := m.StartRecompute(t.Context(), models.Actor{}, "A policy changed.", m.a.ID)
		m.must(err)
		wg.Go(func() { errs <- m.RunRecompute(t.Context(), second) })
		wg.Wait()
		close(errs)
		for err := range errs {
			m.must(err)
		}
		one, err := m.Run(t.Context(), run.ID)
		m.must(err)
		two, err := m.Run(t.Context(), second)
		m.must(err)
		if one.Done != 20 || two.Done != 20 || one.FinishedAt == nil || two.FinishedAt == nil || one.Moved+two.Moved < 20 {
			t.Errorf("one %+v, two %+v", one, two)
		}
		m.wellOrFatal()
	})
}

// What somebody writes between the reading of a case and the writing of its clocks is not lost, and its clocks are those of both.
func TestAnEventInTheMiddleOfARunStands(t *testing.T) {
	eachMoving(t, func(t *testing.T, m *moving) {
		refs := m.complaints(m.cw, 3)
		_, run, err := m.AddHoliday(t.Context(), m.op, late)
		m.must(err)
		colleague := m.another(m.set)
		once := false
		m.judged = func() {
			if once {
				return
			}
			once = true
			v, err := colleague.ReadCase(t.Context(), m.cw, refs[1])
			m.must(err)
			_, err = colleague.LogEvent(t.Context(), m.cw, casework.LogEvent{Ref: refs[1], Version: v.Case.Version, Kind: models.KindStage1Response, On: civil.MustParse("2023-06-06")})
			m.must(err)
		}
		m.must(m.RunRecompute(t.Context(), run.ID))
		m.judged = nil
		c, err := m.st.FindCase(t.Context(), refs[1])
		m.must(err)
		if !once || c.Status != models.StatusStage1Responded {
			t.Errorf("the case is %q", c.Status)
		}
		for _, ref := range refs {
			if m.due(ref).String() != "2023-05-24" {
				t.Errorf("%s is due %s", ref, m.due(ref))
			}
		}
		after, err := m.Run(t.Context(), run.ID)
		if err != nil || after.Done != 3 {
			t.Errorf("%+v, %v", after, err)
		}
		m.wellOrFatal()
	})
}

func TestACorrectedEventComputesItsCaseOnly(t *testing.T) {
	eachMoving(t, func(t *testing.T, m *moving) {
		ctx := t.Context()
		refs := m.complaints(m.cw, 3)
		type kept struct {
			c    models.Case
			rows string
		}
		look := func(ref string) kept {
			c, err := m.st.FindCase(ctx, ref)
			m.must(err)
			rows, err := m.st.ClockRows(ctx, c.BranchID, c.ID)
			m.must(err)
			return kept{c, fmt.Sprint(rows)}
		}
		before := []kept{look(refs[0]), look(refs[1]), look(refs[2])}
		v, err := m.ReadCase(ctx, m.cw, refs[1])
		m.must(err)
		var complaint int64
		for _, e := range v.Entries {
			if e.Kind == models.KindComplaintMade {
				complaint = e.ID
			}
		}
		m.today = m.today.AddDays(1) // so that a row that is written again has another time
		_, err = m.log(m.cw, refs[1], models.KindComplaintMade, "2023-05-10", func(e *casework.LogEvent) { e.Replaces = complaint })
		m.must(err)
		for i, ref := range refs {
			if same := look(ref) == before[i]; same == (i == 1) {
				t.Errorf("%s is as it was: %t", ref, same)
			}
		}
		if got := m.due(refs[1]).String(); got != "2023-05-24" {
			t.Errorf("corrected: due %s", got)
		}
	})
}

func TestHolidaysThatAreRefused(t *testing.T) {
	eachMoving(t, func(t *testing.T, m *moving) {
		for name, x := range map[string]struct {
			change func(*casework.AddHoliday)
			field  string
		}{
			"a Saturday":       {func(h *casework.AddHoliday) { h.On = civil.MustParse("2023-05-20") }, "on"},
			"one already":      {func(h *casework.AddHoliday) { h.On = civil.MustParse("2023-05-08") }, "on"},
			"before 1990":      {func(h *casework.AddHoliday) { h.On = civil.MustParse("1989-12-29") }, "on"},
			"far away":         {func(h *casework.AddHoliday) { h.On = civil.MustParse("2053-05-20") }, "on"},
			"no day":           {func(h *casework.AddHoliday) { h.On = 0 }, "on"},
			"no source":        {func(h *casework.AddHoliday) { h.Source = "  " }, "source"},
			"no name":          {func(h *casework.AddHoliday) { h.Title = "" }, "title"},
			"no such calendar": {func(h *casework.AddHoliday) { h.Calendar = "wales" }, "calendar"},
			"the whole":        {func(h *casework.AddHoliday) { h.Calendar = civil.UKAny }, "calendar"},
		} {
			h := late
			x.change(&h)
			_, _, err := m.AddHoliday(t.Context(), m.op, h)
			es := models.FieldErrors(err)
			if len(es) != 1 || es[0].Field != x.field {
				t.Errorf("%s: %v", name, err)
			}
			if _, _, err := m.PreviewHoliday(t.Context(), m.op, h); len(models.FieldErrors(err)) != 1 {
				t.Errorf("%s, preview: %v", name, err)
			}
		}
		if _, _, err := m.AddHoliday(t.Context(), m.cw, late); models.CodeOf(err) != models.CodeForbidden {
			t.Errorf("a caseworker: %v", err)
		}
		_, _, err := m.AddHoliday(t.Context(), models.Actor{}, late)
		m.must(err)
		if _, _, err := m.AddHoliday(t.Context(), m.op, late); len(models.FieldErrors(err)) != 1 {
			t.Errorf("twice: %v", err)
		}
		scots := late
		scots.Calendar = civil.Scotland
		_, _, err = m.AddHoliday(t.Context(), m.op, scots)
		m.must(err)
		h, ok := m.set.Or(civil.UKAny).HolidayOn(late.On)
		if !ok || h.Where != civil.EnglandAndWales.Label()+"; "+civil.Scotland.Label() {
			t.Errorf("in the whole kingdom it holds in %q", h.Where)
		}
		hs, err := m.Holidays(t.Context(), m.op)
		if err != nil || len(hs) != 2 {
			t.Errorf("%v, %v", hs, err)
		}
		entries, err := m.st.Audit(t.Context(), m.b.ID, 0, 10)
		if err != nil || len(entries) != 2 || entries[0].Action != "holiday.added" {
			t.Errorf("the audit of the other branch: %+v, %v", entries, err)
		}
	})
}

func TestANewRulebookIsFollowedOnce(t *testing.T) {
	eachMoving(t, func(t *testing.T, m *moving) {
		ctx := t.Context()
		m.must(m.FollowRules(ctx))
		if len(m.started) != 0 {
			t.Fatalf("without a case %v were started", m.started)
		}
		refs := m.complaints(m.cw, 4)
		forget := func() {
			for _, ref := range refs {
				c, err := m.st.FindCase(ctx, ref)
				m.must(err)
				c.Rules, c.LandlordDue = "", 0
				m.must(m.st.UpdateCase(ctx, &c))
				m.must(m.st.ReplaceClockRows(ctx, c.BranchID, c.ID, nil))
			}
		}
		m.must(m.st.KeepHouse(ctx, "rulebook", "an older one"))
		m.must(m.FollowRules(ctx))
		if len(m.started) != 0 {
			t.Errorf("all cases are judged by this one, and %v were started", m.started)
		}
		// An installation of before: its cases were judged by another, and what is kept of their clocks is not what follows now.
		forget()
		m.must(m.st.KeepHouse(ctx, "rulebook", "an older one"))
		m.must(m.FollowRules(ctx))
		m.must(m.FollowRules(ctx))
		if len(m.started) != 1 {
			t.Fatalf("started %v, want one", m.started)
		}
		drifts, _, err := m.FindDrift(ctx, false)
		if err != nil || len(drifts) != 4 {
			t.Errorf("before the run: %v, %v", drifts, err)
		}
		m.must(m.RunRecompute(ctx, m.started[0]))
		m.wellOrFatal()
		forget()
		mended, n, err := m.FindDrift(ctx, true)
		if err != nil || n != 4 || len(mended) != 4 {
			t.Errorf("mended %v of %d, %v", mended, n, err)
		}
		m.wellOrFatal()
	})
}
