package evidence_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"commoncase/app/evidence"
	"commoncase/app/store"
	"commoncase/app/store/storetest"
	"commoncase/models"
	"commoncase/models/access"
	"commoncase/models/civil"
)

// now is noon on Wednesday 14 June 2023.
func now() time.Time { return time.Date(2023, time.June, 14, 11, 0, 0, 0, time.UTC) }

func migrate(ctx context.Context, url string) error {
	st, err := store.Open(ctx, url, now)
	if err != nil {
		return err
	}
	defer st.Close()
	_, err = st.Migrate(ctx)
	return err
}

// house is a branch with its people, on a database of its own.
type house struct {
	t         *testing.T
	st        *store.Store
	ev        *evidence.Service
	branch    models.Branch
	secretary models.Actor
	organiser models.Actor
	member    models.Actor
	serial    int64
}

func each(t *testing.T, test func(*house)) {
	t.Helper()
	storetest.Each(t, migrate, func(t *testing.T, url string) {
		st, err := store.Open(t.Context(), url, now)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { st.Close() })
		test(newHouse(t, st, "HAV"))
	})
}

func newHouse(t *testing.T, st *store.Store, prefix string) *house {
	t.Helper()
	h := &house{t: t, st: st, ev: evidence.New(st, now)}
	l := models.Landlord{Slug: "landlord-" + strings.ToLower(prefix), Name: "Landlord of " + prefix, Calendar: civil.EnglandAndWales, Invented: true}
	h.must(st.AddLandlord(t.Context(), &l))
	h.branch = models.Branch{Slug: strings.ToLower(prefix), Name: "Branch " + prefix, LandlordID: l.ID, Prefix: prefix, Threshold: 5}
	h.must(st.AddBranch(t.Context(), &h.branch))
	actor := func(role access.Role) models.Actor {
		a := models.Account{Email: string(role) + "@" + strings.ToLower(prefix) + ".example", Name: "Niamh Ní Bhriain", PasswordHash: "x"}
		h.must(st.AddAccount(t.Context(), &a))
		h.must(st.GiveRole(t.Context(), a.ID, h.branch.ID, role))
		return models.Actor{AccountID: a.ID, Name: a.Name, BranchID: h.branch.ID, Roles: access.Roles{role}}
	}
	h.secretary, h.organiser, h.member = actor(access.Secretary), actor(access.Organiser), actor(access.Member)
	return h
}

func (h *house) must(err error) {
	h.t.Helper()
	if err != nil {
		h.t.Fatal(err)
	}
}

func day(s string) civil.Date {
	if s == "" {
		return 0
	}
	return civil.MustParse(s)
}

// aCase is a case as a test writes it down.
type aCase struct {
	theme     models.Theme
	area      string
	household string // one of its own where empty
	opened    string
	clocks    []clock
	attempts  []bool // answered or not, a day after each other from the day it was opened
	closed    string
}

// clock is one clock of a case; regime code-2022 where empty.
type clock struct {
	name, due, met string
	late           int
	regime         string
}

func (h *house) open(c aCase) string {
	h.t.Helper()
	ctx := h.t.Context()
	h.serial++
	m := models.Member{BranchID: h.branch.ID, Name: fmt.Sprintf("Łukasz Żółć %d", h.serial), Area: c.area, Household: c.household, Tenure: models.TenureAssured,
		Address: "1 Secret Street", Postcode: "XX1 1XX"}
	if m.Household == "" {
		m.Household = fmt.Sprintf("home-%d", h.serial)
	}
	h.must(h.st.AddMember(ctx, &m))
	k := models.Case{BranchID: h.branch.ID, MemberID: m.ID, Ref: models.Reference(h.branch.Prefix, 2023, h.serial), Theme: c.theme, Title: "Mould in the bedroom",
		Status: models.StatusStage1Awaiting, StatusOn: day(c.opened), OpenedOn: day(c.opened)}
	if c.closed != "" {
		k.Status, k.StatusOn, k.ClosedReason = models.StatusClosed, day(c.closed), models.ClosedResolved
	}
	h.must(h.st.AddCase(ctx, &k))
	var rows []models.ClockRow
	for i, x := range c.clocks {
		regime := x.regime
		if regime == "" {
			regime = "code-2022"
		}
		rows = append(rows, models.ClockRow{BranchID: h.branch.ID, CaseID: k.ID, Duty: regime + "/" + x.name, Regime: regime, Name: x.name,
			Bound: models.BoundLandlord, Due: day(x.due), MetOn: day(x.met), DaysLate: x.late, Seq: i})
	}
	h.must(h.st.ReplaceClockRows(ctx, h.branch.ID, k.ID, rows))
	for i, answered := range c.attempts {
		h.must(h.st.AddEvent(ctx, &models.Event{BranchID: h.branch.ID, CaseID: k.ID, Kind: models.KindContactAttempt, On: k.OpenedOn.AddDays(i), Answered: answered}))
	}
	return k.Ref
}

func figureOf(t *testing.T, figs []models.Figure, slug string) models.Figure {
	t.Helper()
	for _, f := range figs {
		if f.Measure == slug {
			return f
		}
	}
	t.Fatalf("there is no figure %q", slug)
	return models.Figure{}
}

// eight opens eight cases whose figures are worked out by hand below.
func (h *house) eight() []string {
	s1, s2, a1, a2 := "stage1-response", "stage2-response", "stage1-acknowledgement", "stage2-acknowledgement"
	return []string{
		0: h.open(aCase{theme: models.ThemeDampMould, area: "Quayside", opened: "2023-03-01", attempts: []bool{false, false, true},
			clocks: []clock{{name: a1, due: "2023-03-08", met: "2023-03-06"}, {name: s1, due: "2023-03-15", met: "2023-03-15"}}}),
		1: h.open(aCase{theme: models.ThemeDampMould, area: "Quayside", opened: "2023-03-02", attempts: []bool{false},
			clocks: []clock{{name: a1, due: "2023-03-09", met: "2023-03-13", late: 2}, {name: s1, due: "2023-03-16", met: "2023-03-23", late: 5},
				{name: s2, due: "2023-04-26", met: "2023-05-31", late: 23}}}),
		2: h.open(aCase{theme: models.ThemeDampMould, area: "Quayside", opened: "2023-03-03",
			clocks: []clock{{name: s1, due: "2023-03-17", met: "2023-03-20", late: 1}}}),
		3: h.open(aCase{theme: models.ThemeDampMould, area: "Quayside", opened: "2023-03-06", attempts: []bool{true},
			clocks: []clock{{name: s1, due: "2023-03-20", met: "2023-04-21", late: 22}}}),
		// Missing since 5 May: Monday 8 May was the coronation and 29 May the spring bank holiday; to 14 June that is 26 working days.
		4: h.open(aCase{theme: models.ThemeRepairs, area: "Hillcrest", opened: "2023-04-20",
			clocks: []clock{{name: s1, due: "2023-05-05"}, {name: a1, due: "2023-04-27", met: "2023-04-24"}}}),
		// Not due yet: judged by nobody. Nor are a policy's clock, an extension, and one that binds nobody in time.
		5: h.open(aCase{theme: models.ThemeRepairs, area: "Hillcrest", opened: "2023-06-01", household: "shared",
			clocks: []clock{{name: s1, due: "2023-06-14"}, {name: s1, due: "2023-05-01", met: "2023-06-01", late: 21, regime: "clarion-interim"},
				{name: "stage1-extension", due: "2023-05-30"}, {name: s2}}}),
		// Closed two working days after it fell due: it was late then, and does not grow later.
		6: h.open(aCase{theme: models.ThemeRepairs, area: "Hillcrest", opened: "2023-05-02", household: "shared", closed: "2023-05-18",
			clocks: []clock{{name: s1, due: "2023-05-16"}, {name: a2, due: "2023-05-09"}}}),
		// Long before the period that is asked for.
		7: h.open(aCase{theme: models.ThemeLeaks, area: "", opened: "2021-01-04", attempts: []bool{false},
			clocks: []clock{{name: s1, due: "2021-01-18", met: "2021-01-18"}}}),
	}
}

// Eight known cases give the figures that were worked out by hand.
func TestFigures(t *testing.T) {
	each(t, func(h *house) {
		refs := h.eight()
		year := h.ev.LastYear()
		if year.From != day("2022-06-15") || year.To != day("2023-06-14") {
			h.t.Errorf("the last year is %s to %s", year.From, year.To)
		}
		figs, err := h.ev.Figures(h.t.Context(), h.organiser, year)
		h.must(err)
		for _, want := range []struct {
			slug  string
			value float64
			text  string
			n     int
			rows  []string
			out   bool // may leave the branch
		}{
			{"cases", 7, "7", 7, refs[:7], true},
			{"households", 6, "6", 7, refs[:7], true},
			// Due and judged: 0 in time; 1, 2, 3, 4, 6 late; 5 is due today and not judged.
			{"stage1-late-share", 83.33, "83 %", 6, []string{refs[1], refs[2], refs[3], refs[4], refs[6]}, false},
			{"stage2-late-share", 100, "100 %", 1, refs[1:2], false},
			// 1, 2, 5, 22, 23 (stage 2) and 26 working days: the middle lies between 5 and 22.
			{"median-lateness", 13.5, "13.5 working days", 6, []string{refs[1], refs[2], refs[3], refs[4], refs[6]}, true},
			{"longest-lateness", 26, "26 working days", 6, []string{refs[1], refs[2], refs[3], refs[4], refs[6]}, true},
			// 0 and 4 in time, 1 two working days late, 6 (stage 2) missing.
			{"acknowledgements-late-share", 50, "50 %", 4, []string{refs[1], refs[6]}, false},
			{"contact-attempts-unanswered", 3, "3 of 5", 5, refs[:2], false},
			{"impact-reports", 0, "0", 0, nil, false},
			{"severe-findings", 0, "0", 0, nil, true},
		} {
			f := figureOf(h.t, figs, want.slug)
			if f.Value != want.value || f.Text != want.text || f.N != want.n || !slices.Equal(f.Rows, want.rows) || (f.Withheld == "") != want.out {
				h.t.Errorf("%s: %v %q n=%d %v withheld %q\nwant %v %q n=%d %v", want.slug, f.Value, f.Text, f.N, f.Rows, f.Withheld,
					want.value, want.text, want.n, want.rows)
			}
			if f.Definition == "" || f.Name == "" || f.Unit == "" || f.From != year.From || f.To != year.To {
				h.t.Errorf("%s lacks its words or period: %+v", want.slug, f)
			}
		}
	})
}

// A period that is over is judged by what was known of the landlord at its end: an answer that came later was missing then.
func TestFiguresOfAPeriodThatIsOver(t *testing.T) {
	each(t, func(h *house) {
		h.eight()
		f, err := h.ev.Figure(h.t.Context(), h.secretary, "longest-lateness", evidence.Query{From: day("2023-03-01"), To: day("2023-04-03")})
		h.must(err)
		// Case 3 fell due on 20 March and was answered on 21 April: on 3 April it was 10 working days overdue.
		if f.Text != "10 working days" || f.N != 3 {
			h.t.Errorf("%s of %d", f.Text, f.N)
		}
		f, err = h.ev.Figure(h.t.Context(), h.secretary, "cases", evidence.Query{})
		h.must(err)
		if f.N != 8 || f.From != 0 || f.To != day("2023-06-14") {
			h.t.Errorf("all time has %d cases, %s to %s", f.N, f.From, f.To)
		}
	})
}

// Filters narrow the figures and say so in the definition.
func TestFiguresFiltered(t *testing.T) {
	each(t, func(h *house) {
		h.eight()
		f, err := h.ev.Figure(h.t.Context(), h.secretary, "cases", evidence.Query{Theme: models.ThemeRepairs, Area: "Hillcrest"})
		h.must(err)
		if f.N != 3 || !strings.Contains(f.Definition, "Repairs") || !strings.Contains(f.Definition, "Hillcrest") || f.Withheld == "" {
			h.t.Errorf("%+v", f)
		}
	})
}

// What cannot be asked for gets a sentence for its field.
func TestFiguresRefused(t *testing.T) {
	each(t, func(h *house) {
		h.eight()
		ctx := h.t.Context()
		for name, c := range map[string]struct {
			actor models.Actor
			slug  string
			q     evidence.Query
			code  models.Code
			field string
		}{
			"a period that ends before it begins":                 {h.secretary, "cases", evidence.Query{From: day("2023-06-01"), To: day("2023-05-01")}, models.CodeInvalid, "to"},
			"a theme that is none":                                {h.secretary, "cases", evidence.Query{Theme: "weather"}, models.CodeInvalid, "theme"},
			"an area that is none":                                {h.secretary, "cases", evidence.Query{Area: "Atlantis"}, models.CodeInvalid, "area"},
			"an area of few homes, for one who may not see cases": {h.organiser, "cases", evidence.Query{Area: "Hillcrest"}, models.CodeInvalid, "area"},
			"a measure that is none":                              {h.secretary, "happiness", evidence.Query{}, models.CodeNotFound, ""},
			"a member":                                            {h.member, "cases", evidence.Query{}, models.CodeForbidden, ""},
			"nobody":                                              {models.Actor{BranchID: h.branch.ID}, "cases", evidence.Query{}, models.CodeForbidden, ""},
		} {
			_, err := h.ev.Figure(ctx, c.actor, c.slug, c.q)
			if models.CodeOf(err) != c.code || models.FieldErrors(err)[0].Field != c.field {
				h.t.Errorf("%s: %v", name, err)
			}
		}
		if _, err := h.ev.Report(ctx, h.member, evidence.Query{}); models.CodeOf(err) != models.CodeForbidden {
			h.t.Errorf("a member gets the report: %v", err)
		}
		if _, err := h.ev.Behind(ctx, h.member, "cases", evidence.Query{}, 1); models.CodeOf(err) != models.CodeForbidden {
			h.t.Errorf("a member gets the cases behind a figure: %v", err)
		}
	})
}

// A contact attempt that was corrected counts once, as corrected; one that was taken back does not count.
func TestCorrectedAttempts(t *testing.T) {
	each(t, func(h *house) {
		ctx := h.t.Context()
		ref := h.open(aCase{theme: models.ThemeASB, opened: "2023-05-02", attempts: []bool{false, false, false}})
		c, err := h.st.CaseByRef(ctx, h.branch.ID, ref)
		h.must(err)
		events, err := h.st.Events(ctx, h.branch.ID, c.ID)
		h.must(err)
		h.must(h.st.AddEvent(ctx, &models.Event{BranchID: h.branch.ID, CaseID: c.ID, Kind: models.KindContactAttempt, On: events[0].On, Answered: true, Replaces: events[0].ID}))
		h.must(h.st.AddEvent(ctx, &models.Event{BranchID: h.branch.ID, CaseID: c.ID, Kind: models.KindRetracted, On: events[1].On, Replaces: events[1].ID}))
		f, err := h.ev.Figure(ctx, h.secretary, "contact-attempts-unanswered", evidence.Query{})
		h.must(err)
		if f.Text != "1 of 2" {
			h.t.Errorf("%q, want 1 of 2", f.Text)
		}
	})
}

// Nothing of one branch is counted in another.
func TestBranchesApart(t *testing.T) {
	each(t, func(h *house) {
		other := newHouse(h.t, h.st, "OTH")
		other.eight()
		other.must(other.ev.AddIncident(h.t.Context(), other.secretary, &models.Incident{Slug: "outage", Title: "Outage", StartedOn: day("2022-06-17"), Source: "press"}))
		other.must(other.ev.AddFinding(h.t.Context(), other.secretary, &models.Finding{Published: "2022-04", Grade: models.GradeSevereMaladministration, Subject: "Leak", Source: "press"}))
		figs, err := h.ev.Figures(h.t.Context(), h.secretary, evidence.Query{})
		h.must(err)
		for _, f := range figs {
			if f.N != 0 || f.Value != 0 || len(f.Rows) > 0 {
				h.t.Errorf("%s counts another branch: %+v", f.Measure, f)
			}
		}
		figs, err = other.ev.Figures(h.t.Context(), other.secretary, evidence.Query{})
		h.must(err)
		snap, err := other.ev.TakeSnapshot(h.t.Context(), other.secretary, figs)
		h.must(err)
		if _, err := h.ev.Snapshot(h.t.Context(), h.secretary, snap.Hash); models.CodeOf(err) != models.CodeNotFound {
			h.t.Errorf("another branch's snapshot: %v", err)
		}
		if _, err := h.ev.Incident(h.t.Context(), h.secretary, "outage"); models.CodeOf(err) != models.CodeNotFound {
			h.t.Errorf("another branch's incident: %v", err)
		}
	})
}

// Who sees no cases sees which cases stand behind a figure, and not whose they are, nor where a few homes are.
func TestBehind(t *testing.T) {
	each(t, func(h *house) {
		refs := h.eight()
		h.open(aCase{theme: models.ThemeASB, area: "Quayside", opened: "2023-05-02"}) // the fifth home there
		ctx := h.t.Context()
		b, err := h.ev.Behind(ctx, h.secretary, "stage1-late-share", h.ev.LastYear(), 1)
		h.must(err)
		if b.Total != 6 || len(b.Cases) != 6 || !b.Cases[0].Counts || b.Cases[5].Counts || b.Cases[5].Ref != refs[0] {
			h.t.Fatalf("%+v", b.Cases)
		}
		first := b.Cases[0]
		if first.Ref != refs[1] || first.MemberName == "" || first.Title == "" || first.Area != "Quayside" ||
			first.Note != "due 16 March 2023, came 23 March 2023, 5 working days late" {
			h.t.Errorf("%+v", first)
		}
		if note := b.Cases[3].Note; note != "due 5 May 2023, missing, overdue 26 working days" {
			h.t.Error(note)
		}
		b, err = h.ev.Behind(ctx, h.organiser, "cases", h.ev.LastYear(), 1)
		h.must(err)
		for _, c := range b.Cases {
			if c.MemberName != "" || c.Title != "" || c.Area == "Hillcrest" || c.Area == "" != c.AreaHidden {
				h.t.Errorf("an organiser is shown %+v", c)
			}
		}
		// Any page that does not exist is the nearest that does.
		b, err = h.ev.Behind(ctx, h.organiser, "cases", h.ev.LastYear(), 99)
		h.must(err)
		if b.Page != 1 || len(b.Cases) != 8 {
			h.t.Errorf("page %d with %d cases", b.Page, len(b.Cases))
		}
	})
}

// A breakdown adds up, and holds back what is too small from those who may not see cases.
func TestBreakdown(t *testing.T) {
	each(t, func(h *house) {
		h.eight()
		for range 9 {
			h.open(aCase{theme: models.ThemeHeating, area: "Old Town", opened: "2023-01-10"})
		}
		ctx, year := h.t.Context(), h.ev.LastYear()
		b, err := h.ev.Breakdown(ctx, h.secretary, evidence.ByTheme, year)
		h.must(err)
		var got []string
		for _, r := range append(b.Rows, b.Total) {
			got = append(got, r.Label+": "+r.Cells[0].Text+"; "+r.Cells[1].Text)
		}
		want := []string{"Damp and mould: 4; 75 % (3 of 4)", "Repairs: 3; 100 % (2 of 2)", "Heating and hot water: 9; none due yet", "All: 16; 83 % (5 of 6)"}
		if !slices.Equal(got, want) {
			h.t.Errorf("got %q\nwant %q", got, want)
		}
		for _, by := range evidence.Bys {
			b, err := h.ev.Breakdown(ctx, h.organiser, by, year)
			h.must(err)
			for _, r := range b.Rows {
				for _, c := range r.Cells {
					if c.Withheld != "" && (c.Text != evidence.HeldBack || c.Value != 0 || c.Part != 0 || c.N != 0 || c.Shown) {
						h.t.Errorf("%s %s: an organiser is shown %+v", by, r.Label, c)
					}
					if c.Withheld == "" && c.Part > 0 && c.Part < 5 {
						h.t.Errorf("%s %s: %+v leaves the branch", by, r.Label, c)
					}
				}
			}
		}
		b, err = h.ev.Breakdown(ctx, h.secretary, evidence.ByMonth, year)
		h.must(err)
		if len(b.Rows) != 6 || b.Rows[0].Label != "January 2023" || b.Rows[1].Cells[0].Text != "0" || b.Rows[5].Label != "June 2023" {
			h.t.Errorf("months: %+v", b.Rows)
		}
		if _, err := h.ev.Breakdown(ctx, h.secretary, "colour", year); models.CodeOf(err) != models.CodeNotFound {
			h.t.Errorf("by colour: %v", err)
		}
	})
}

// The same figures are one snapshot, which proves itself when it is read back; frozen figures do not follow the cases.
func TestSnapshot(t *testing.T) {
	each(t, func(h *house) {
		h.eight()
		ctx := h.t.Context()
		figs, err := h.ev.Figures(ctx, h.organiser, h.ev.LastYear())
		h.must(err)
		first, err := h.ev.TakeSnapshot(ctx, h.organiser, figs)
		h.must(err)
		turned := slices.Clone(figs)
		slices.Reverse(turned)
		again, err := h.ev.TakeSnapshot(ctx, h.secretary, turned)
		h.must(err)
		if first.ID != again.ID || first.Hash != again.Hash || again.TakenBy != h.organiser.AccountID || len(first.Hash) != 64 {
			h.t.Errorf("two snapshots of the same figures: %d %s, %d %s", first.ID, first.Hash, again.ID, again.Hash)
		}
		audit, err := h.st.Audit(ctx, h.branch.ID, 0, 10)
		h.must(err)
		if len(audit) != 1 || audit[0].Action != "snapshot.taken" || audit[0].Subject != first.Hash {
			h.t.Errorf("audit: %+v", audit)
		}

		h.open(aCase{theme: models.ThemeASB, opened: "2023-05-02"})
		read, err := h.ev.Snapshot(ctx, h.organiser, " "+strings.ToUpper(first.Hash))
		h.must(err)
		if f := figureOf(h.t, read.Figures, "cases"); !read.Genuine || f.Text != "7" || len(f.Rows) != 7 {
			h.t.Errorf("genuine %v: %+v", read.Genuine, f)
		}
		later, err := h.ev.Figures(ctx, h.organiser, h.ev.LastYear())
		h.must(err)
		next, err := h.ev.TakeSnapshot(ctx, h.organiser, later)
		h.must(err)
		if next.Hash == first.Hash {
			h.t.Error("other figures have the same hash")
		}
		report, err := h.ev.Report(ctx, h.organiser, h.ev.LastYear())
		h.must(err)
		if len(report.Snapshots) != 2 || report.Snapshots[0].Hash != next.Hash {
			h.t.Errorf("%+v", report.Snapshots)
		}

		if _, err := h.ev.TakeSnapshot(ctx, h.organiser, nil); models.CodeOf(err) != models.CodeInvalid {
			h.t.Errorf("a snapshot of nothing: %v", err)
		}
		caseworker := h.organiser
		caseworker.Roles = access.Roles{access.Caseworker}
		if _, err := h.ev.TakeSnapshot(ctx, caseworker, figs); models.CodeOf(err) != models.CodeForbidden {
			h.t.Errorf("a caseworker takes a snapshot: %v", err)
		}
		if _, err := h.ev.Snapshot(ctx, h.organiser, "no hash"); models.CodeOf(err) != models.CodeNotFound {
			h.t.Errorf("a hash that is none: %v", err)
		}
	})
}

// A stored text that does not fit its hash is said not to be genuine, even where it is no JSON any more.
func TestSnapshotThatWasTamperedWith(t *testing.T) {
	each(t, func(h *house) {
		ctx := h.t.Context()
		for i, content := range []string{`[{"measure":"cases","value":9000,"text":"9000"}]`, `[{"measure"`} {
			forged := models.Snapshot{BranchID: h.branch.ID, Hash: strings.Repeat(fmt.Sprint(i), 64), Content: content}
			_, err := h.st.AddSnapshot(ctx, &forged)
			h.must(err)
			read, err := h.ev.Snapshot(ctx, h.secretary, forged.Hash)
			if err != nil || read.Genuine {
				h.t.Errorf("%s: genuine %v, %v", content, read.Genuine, err)
			}
		}
	})
}

// Freezing is canonical: neither the order of figures nor of references matters, any change of content does, and thawing brings back
// what was frozen.
func TestFreeze(t *testing.T) {
	a := models.Figure{Measure: "cases", Name: "Cases <&>", Value: 7, Text: "7", N: 7, From: day("2022-06-15"), To: day("2023-06-14"), Rows: []string{"A", "B"}}
	b := models.Figure{Measure: "households", Value: 62.5, Text: "62 %", Rows: nil}
	content, hash := evidence.Freeze([]models.Figure{a, b})
	turned := a
	turned.Rows = []string{"B", "A", "A"}
	empty := b
	empty.Rows = []string{}
	if _, other := evidence.Freeze([]models.Figure{empty, turned}); other != hash {
		t.Error("the order matters")
	}
	changed := a
	changed.N = 8
	if _, other := evidence.Freeze([]models.Figure{changed, b}); other == hash {
		t.Error("a changed figure has the same hash")
	}
	if turned.Rows[0] != "B" {
		t.Error("freezing changed what it was given")
	}
	back, err := evidence.Thaw(content)
	if err != nil || len(back) != 2 || back[0].Name != a.Name || back[0].From != a.From || back[1].Value != 62.5 {
		t.Errorf("%+v, %v", back, err)
	}
	if !strings.Contains(content, `"Cases <&>"`) || strings.Contains(content, "\n") {
		t.Errorf("not canonical: %s", content)
	}
}

// A spreadsheet holds what may leave the branch, says why the rest is missing, and runs no formula.
func TestCSV(t *testing.T) {
	out := string(evidence.CSV([]models.Figure{
		{Measure: "cases", Name: "=cmd|' /C calc'!A0", Value: 12, Text: "12", N: 12, From: day("2022-06-15"), To: day("2023-06-14"), Definition: "-1+1"},
		{Measure: "stage2-late-share", Name: "Stage 2", Value: 33.33, Text: "33 %", N: 3, Rows: []string{"HAV-23-0001-P"}, Withheld: "Too few."},
	}))
	want := "\ufefffigure,name,value,unit,in words,counted over,from,to,how it is counted,held back because\r\n" +
		"cases,'=cmd|' /C calc'!A0,12,,12,12,2022-06-15,2023-06-14,'-1+1,\r\n" +
		"stage2-late-share,Stage 2,,,held back,,,,,Too few.\r\n"
	if out != want {
		t.Errorf("got  %q\nwant %q", out, want)
	}
}

// Publishable figures have lost every number that is withheld.
func TestPublishable(t *testing.T) {
	figs := []models.Figure{{Measure: "a", Value: 3, Text: "3", N: 3, Rows: []string{"X"}, Of: []string{"Y"}, Withheld: "few"}, {Measure: "b", Value: 9, Text: "9", N: 9}}
	out := evidence.Publishable(figs)
	if f := out[0]; f.Value != 0 || f.Text != evidence.HeldBack || f.N != 0 || f.Rows != nil || f.Of != nil || f.Withheld != "few" {
		t.Errorf("%+v", f)
	}
	if out[1].Text != "9" || figs[0].Text != "3" {
		t.Errorf("%+v %+v", out[1], figs[0])
	}
}

func number(n int) *int { return &n }

// The incident of June 2022 with what was said and what was reported: figures over it, and words only of those who may be quoted.
func TestIncident(t *testing.T) {
	each(t, func(h *house) {
		ctx := h.t.Context()
		in := models.Incident{Slug: "outage-2022", Title: "Cyber attack", StartedOn: day("2022-06-17"), EndedOn: day("2022-11-17"),
			EndNote: "month known, day assumed", Homes: 125000, Residents: 350000, Source: "press"}
		h.must(h.ev.AddIncident(ctx, h.organiser, &in))
		first := models.Statement{On: day("2022-06-23"), Kind: models.StatementLandlord, Channel: models.ChannelPress, Claim: "An incident", Source: "press"}
		h.must(h.ev.AddStatement(ctx, h.organiser, in.Slug, &first))
		h.must(h.ev.AddStatement(ctx, h.organiser, in.Slug, &models.Statement{On: day("2022-07-13"), Kind: models.StatementCampaign, Claim: "A meeting", Source: "campaign"}))
		h.must(h.ev.AddStatement(ctx, h.organiser, in.Slug, &models.Statement{On: day("2022-08-05"), Kind: models.StatementLandlord, Claim: "Seven weeks on", Source: "press"}))
		for i, theme := range []string{"payments", "payments", "phishing", "payments", "stalled move"} {
			r := models.ImpactReport{On: day("2022-07-13"), Theme: theme, Area: "Norfolk", Impact: "Direct debit not taken", Quote: models.QuoteAnonymous, Contradicts: first.ID}
			if i == 2 {
				r.Quote, r.Impact, r.BeforeMonth, r.SinceCount = models.QuoteNone, "A secret of one person", number(2), number(31)
			}
			h.must(h.ev.AddImpactReport(ctx, h.organiser, in.Slug, &r))
		}
		for _, f := range []models.Finding{
			{Published: "2022-04", Grade: models.GradeSevereMaladministration, Subject: "Complaint handling", Source: "press"},
			{Published: "2022-07-28", Grade: models.GradeSevereMaladministration, Subject: "Leak", Source: "press"},
			{Published: "2022-10", Grade: models.GradeSpecialReport, Subject: "The landlord as a whole", Source: "press"},
		} {
			h.must(h.ev.AddFinding(ctx, h.organiser, &f))
		}

		page, err := h.ev.Incident(ctx, h.member, in.Slug)
		h.must(err)
		if page.Months != 5 || len(page.Statements) != 3 || len(page.Reports) != 5 || page.Themes[0] != (evidence.ThemeCount{Theme: "payments", Count: 3}) {
			h.t.Errorf("%+v", page)
		}
		for _, r := range page.Reports {
			if r.Contradicted == nil || r.Contradicted.Claim != "An incident" {
				h.t.Errorf("contradicts %+v", r.Contradicted)
			}
			if !r.Quotable && (r.Impact != "" || r.Area != "") || r.Quotable == (r.Theme == "phishing") {
				h.t.Errorf("a report without consent: %+v", r)
			}
		}
		q := evidence.Query{From: day("2022-05-01"), To: day("2022-09-30")}
		figs, err := h.ev.Figures(ctx, h.organiser, q)
		h.must(err)
		for slug, want := range map[string]string{"impact-reports": "5", "landlord-statements": "2", "findings": "1", "severe-findings": "1", "outage-months": "3 months"} {
			if f := figureOf(h.t, figs, slug); f.Text != want || f.Withheld != "" {
				h.t.Errorf("%s: %q, withheld %q; want %q", slug, f.Text, f.Withheld, want)
			}
		}
		for slug, want := range map[string]int{"impact-reports": 5, "landlord-statements": 2, "findings": 1, "severe-findings": 1, "outage-months": 1} {
			b, err := h.ev.Behind(ctx, h.organiser, slug, q, 1)
			h.must(err)
			if len(b.Items) != want || b.Total != want {
				h.t.Errorf("behind %s: %+v", slug, b.Items)
			}
			for _, it := range b.Items {
				if strings.Contains(it.Text, "secret") || it.When == "" {
					h.t.Errorf("behind %s: %+v", slug, it)
				}
			}
		}
		all, err := h.ev.Findings(ctx, h.member, "")
		h.must(err)
		only, err := h.ev.Findings(ctx, h.member, models.GradeSpecialReport)
		h.must(err)
		if all.Total != 3 || len(all.Findings) != 3 || all.Findings[0].Published != "2022-10" || len(all.Grades) != 2 || all.Grades[0].Count != 2 ||
			len(only.Findings) != 1 || only.Total != 3 {
			h.t.Errorf("%+v\n%+v", all, only)
		}
		if _, err := h.ev.Findings(ctx, h.member, "rather bad"); models.CodeOf(err) != models.CodeInvalid {
			h.t.Errorf("a grade that is none: %v", err)
		}
		if list, err := h.ev.Incidents(ctx, h.member); err != nil || len(list) != 1 {
			h.t.Errorf("%v, %v", list, err)
		}
	})
}

// What cannot be kept is refused with a sentence for its field, and nothing is written.
func TestRegistersRefuse(t *testing.T) {
	each(t, func(h *house) {
		ctx := h.t.Context()
		good := models.Incident{Slug: "outage", Title: "Outage", StartedOn: day("2022-06-17"), Source: "press"}
		h.must(h.ev.AddIncident(ctx, h.secretary, &good))
		other := models.Incident{Slug: "flood", Title: "Flood", StartedOn: day("2022-06-17"), Source: "press"}
		h.must(h.ev.AddIncident(ctx, h.secretary, &other))
		elsewhere := models.Statement{On: day("2022-06-23"), Kind: models.StatementLandlord, Claim: "Said of the flood", Source: "press"}
		h.must(h.ev.AddStatement(ctx, h.secretary, "flood", &elsewhere))
		incident := func(change func(*models.Incident)) error {
			in := models.Incident{Slug: "another", Title: "Another", StartedOn: day("2022-06-17"), Source: "press"}
			change(&in)
			return h.ev.AddIncident(ctx, h.secretary, &in)
		}
		statement := func(slug string, change func(*models.Statement)) error {
			x := models.Statement{On: day("2022-06-23"), Kind: models.StatementLandlord, Claim: "Sorry", Source: "press"}
			change(&x)
			return h.ev.AddStatement(ctx, h.secretary, slug, &x)
		}
		report := func(change func(*models.ImpactReport)) error {
			x := models.ImpactReport{On: day("2022-07-13"), Theme: "payments", Impact: "None taken", Quote: models.QuoteNone}
			change(&x)
			return h.ev.AddImpactReport(ctx, h.secretary, "outage", &x)
		}
		finding := func(change func(*models.Finding)) error {
			x := models.Finding{Published: "2022-04", Grade: models.GradeServiceFailure, Subject: "Leak", Source: "press"}
			change(&x)
			return h.ev.AddFinding(ctx, h.secretary, &x)
		}
		for name, c := range map[string]struct {
			err   error
			code  models.Code
			field string
		}{
			"an incident whose slug is no address":                      {incident(func(x *models.Incident) { x.Slug = "Over/there" }), models.CodeInvalid, "slug"},
			"an incident whose slug is taken":                           {incident(func(x *models.Incident) { x.Slug = "outage" }), models.CodeConflict, ""},
			"an incident of tomorrow":                                   {incident(func(x *models.Incident) { x.StartedOn = day("2023-06-15") }), models.CodeInvalid, "started"},
			"an incident that ends before it began":                     {incident(func(x *models.Incident) { x.EndedOn = day("2022-06-16") }), models.CodeInvalid, "ended"},
			"an incident without a source":                              {incident(func(x *models.Incident) { x.Source = " " }), models.CodeInvalid, "source"},
			"a statement of nobody":                                     {statement("outage", func(x *models.Statement) { x.Kind = "rumour" }), models.CodeInvalid, "kind"},
			"a statement without a day":                                 {statement("outage", func(x *models.Statement) { x.On = 0 }), models.CodeInvalid, "on"},
			"a statement by an unknown channel":                         {statement("outage", func(x *models.Statement) { x.Channel = "pigeon" }), models.CodeInvalid, "channel"},
			"a statement on an incident that is none":                   {statement("war", func(*models.Statement) {}), models.CodeNotFound, ""},
			"a report that began after it was made":                     {report(func(x *models.ImpactReport) { x.Since = day("2022-07-14") }), models.CodeInvalid, "since"},
			"a report without a choice on quoting":                      {report(func(x *models.ImpactReport) { x.Quote = "" }), models.CodeInvalid, "quote"},
			"a report that counts below nothing":                        {report(func(x *models.ImpactReport) { x.SinceCount = number(-1) }), models.CodeInvalid, "count"},
			"a report that contradicts a statement on another incident": {report(func(x *models.ImpactReport) { x.Contradicts = elsewhere.ID }), models.CodeInvalid, "contradicts"},
			"a report that is too long":                                 {report(func(x *models.ImpactReport) { x.Impact = strings.Repeat("আ", 5001) }), models.CodeInvalid, "impact"},
			"a finding in other words":                                  {finding(func(x *models.Finding) { x.Grade = "bad" }), models.CodeInvalid, "grade"},
			"a finding in a month that is none":                         {finding(func(x *models.Finding) { x.Published = "2022-13" }), models.CodeInvalid, "published"},
			"a finding on a day that is none":                           {finding(func(x *models.Finding) { x.Published = "2022-02-30" }), models.CodeInvalid, "published"},
			"a finding with a short reference":                          {finding(func(x *models.Finding) { x.Reference = "2022" }), models.CodeInvalid, "reference"},
			"a member who adds an incident":                             {h.ev.AddIncident(ctx, h.member, &models.Incident{}), models.CodeForbidden, ""},
			"a member who adds a statement":                             {h.ev.AddStatement(ctx, h.member, "outage", &models.Statement{}), models.CodeForbidden, ""},
			"a member who adds a report":                                {h.ev.AddImpactReport(ctx, h.member, "outage", &models.ImpactReport{}), models.CodeForbidden, ""},
			"a member who adds a finding":                               {h.ev.AddFinding(ctx, h.member, &models.Finding{}), models.CodeForbidden, ""},
		} {
			if models.CodeOf(c.err) != c.code || models.FieldErrors(c.err)[0].Field != c.field {
				h.t.Errorf("%s: %v", name, c.err)
			}
		}
		list, err := h.ev.Incidents(ctx, h.secretary)
		h.must(err)
		page, err := h.ev.Incident(ctx, h.secretary, "outage")
		h.must(err)
		findings, err := h.ev.Findings(ctx, h.secretary, "")
		h.must(err)
		if len(list) != 2 || len(page.Statements)+len(page.Reports)+findings.Total != 0 {
			h.t.Errorf("something refused was written: %d incidents, %+v, %d findings", len(list), page, findings.Total)
		}
	})
}
