// Package evidence turns cases into figures that stand up: the measures and what they count, breakdowns with their charts, the
// publication gate, snapshots under a hash, the register of the Ombudsman's findings, and the incidents with what the landlord said
// and what residents report. Of ours it imports app/store and models/*. No figure holds a name or an address.
package evidence

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"commoncase/app/store"
	"commoncase/models"
	"commoncase/models/access"
	"commoncase/models/civil"
)

// Service is the use cases of evidence.
type Service struct {
	st        *store.Store
	now       func() time.Time
	calendars *civil.Set
}

// New makes the use cases over a store and a clock.
func New(st *store.Store, now func() time.Time) *Service { return &Service{st: st, now: now} }

// CountOn makes the measures count on the calendars of the installation; without it they use the official ones. It is called once,
// before anything is asked.
func (s *Service) CountOn(calendars *civil.Set) { s.calendars = calendars }

// Today is the day in London.
func (s *Service) Today() civil.Date { return civil.Of(s.now()) }

// Query is the period and the filters that figures are asked for. Both days belong to the period. Without From it has no beginning,
// without To it ends today; Theme and Area narrow what is counted from cases and from residents' reports.
type Query struct {
	From, To civil.Date
	Theme    models.Theme
	Area     string
}

// LastYear is the twelve months that end today.
func (s *Service) LastYear() Query {
	today := s.Today()
	return Query{From: today.AddMonths(-12).AddDays(1), To: today}
}

func (q Query) check() error {
	var errs models.Errors
	if !q.From.IsZero() && !q.To.IsZero() && q.To < q.From {
		errs = append(errs, models.Invalid("to", "The period ends on %s, before it begins on %s. Change one of the dates.", q.To.Long(), q.From.Long()))
	}
	if q.Theme != "" && !q.Theme.Known() {
		errs = append(errs, models.Invalid("theme", "Choose a theme from the list."))
	}
	return errs.Or()
}

// filterSentence completes a definition, so that a figure over a part of the cases never passes for one over all.
func (q Query) filterSentence() string {
	var only []string
	if q.Theme != "" {
		only = append(only, "the theme “"+q.Theme.Label()+"”")
	}
	if q.Area != "" {
		only = append(only, "the area “"+q.Area+"”")
	}
	if only == nil {
		return ""
	}
	return " Only " + strings.Join(only, " and ") + "."
}

// question is a checked query with what every answer needs: the facts, the branch's gate, its areas.
type question struct {
	Query
	facts
	gate  Gate
	areas []store.AreaCount
	today civil.Date
	slugs map[int64]string // of the branch's incidents
	names bool             // the actor may see cases with names
}

// ask checks the actor and the query and loads the facts. It makes the same number of queries for one case and for fifty thousand.
func (s *Service) ask(ctx context.Context, actor models.Actor, q Query) (*question, error) {
	if err := actor.Can(access.SeeFigures); err != nil {
		return nil, err
	}
	if err := q.check(); err != nil {
		return nil, err
	}
	branch, err := s.st.Branch(ctx, actor.BranchID)
	if err != nil {
		return nil, err
	}
	landlord, err := s.st.LandlordOf(ctx, actor.BranchID)
	if err != nil {
		return nil, err
	}
	areas, err := s.st.Areas(ctx, actor.BranchID)
	if err != nil {
		return nil, err
	}
	calendar, ok := s.calendars.Get(landlord.Calendar)
	if !ok {
		return nil, fmt.Errorf("landlord %s has the calendar %q", landlord.Slug, landlord.Calendar)
	}
	a := &question{Query: q, gate: Gate{Threshold: branch.Threshold}, areas: areas, today: s.Today(), names: actor.Can(access.SeeCases) == nil}
	if a.To.IsZero() {
		a.To = max(a.today, a.From)
	}
	if a.Area != "" && !slices.Contains(a.offered(), a.Area) {
		return nil, models.Invalid("area", "There are no figures for this area. Choose one from the list; one with few homes is not on it for those who may not see cases.")
	}
	a.asOf = min(a.To, a.today)
	a.calendar = calendar
	return a, s.load(ctx, actor.BranchID, a)
}

// offered returns the areas that may be asked for. Who may not see cases may not single out an area of few homes.
func (a *question) offered() []string {
	var out []string
	for _, x := range a.areas {
		if x.Area != "" && (a.names || x.Households >= a.gate.threshold()) {
			out = append(out, x.Area)
		}
	}
	return out
}

func (s *Service) load(ctx context.Context, branchID int64, a *question) error {
	scope := store.FactScope{From: a.From, To: a.To, Theme: a.Theme, Area: a.Area}
	var err error
	if a.cases, err = s.st.CaseFacts(ctx, branchID, scope); err != nil {
		return err
	}
	if a.clocks, err = s.st.ClockFacts(ctx, branchID, scope); err != nil {
		return err
	}
	if a.attempts, err = s.st.AttemptFacts(ctx, branchID, scope); err != nil {
		return err
	}
	reports, err := s.st.ImpactReports(ctx, branchID, 0)
	if err != nil {
		return err
	}
	if reports, err = s.counted(ctx, branchID, reports); err != nil {
		return err
	}
	for _, r := range reports {
		if a.holds(r.On) && (a.Theme == "" || r.Theme == string(a.Theme)) && (a.Area == "" || r.Area == a.Area) {
			a.reports = append(a.reports, r)
		}
	}
	statements, err := s.st.Statements(ctx, branchID, 0)
	if err != nil {
		return err
	}
	for _, st := range statements {
		if a.holds(st.On) {
			a.statements = append(a.statements, st)
		}
	}
	incidents, err := s.st.Incidents(ctx, branchID)
	if err != nil {
		return err
	}
	a.slugs = make(map[int64]string, len(incidents))
	for _, in := range incidents {
		a.slugs[in.ID] = in.Slug
		if in.StartedOn <= a.asOf && (in.EndedOn.IsZero() || in.EndedOn >= a.From) {
			a.incidents = append(a.incidents, in)
		}
	}
	findings, err := s.st.FindingsOf(ctx, branchID)
	if err != nil {
		return err
	}
	for _, f := range findings {
		if a.holdsPublished(f.Published) {
			a.findings = append(a.findings, f)
		}
	}
	return nil
}

// counted leaves out the reports that came from a story whose teller does not want to be counted.
func (s *Service) counted(ctx context.Context, branchID int64, reports []models.ImpactReport) ([]models.ImpactReport, error) {
	var ids []int64
	for _, r := range reports {
		if r.StoryID != 0 {
			ids = append(ids, r.StoryID)
		}
	}
	if len(ids) == 0 {
		return reports, nil
	}
	stories, err := s.st.StoriesByID(ctx, branchID, ids)
	if err != nil {
		return nil, err
	}
	rows, err := s.st.NewestConsents(ctx, branchID, 0, models.PurposeCount)
	if err != nil {
		return nil, err
	}
	agreed := map[store.Subject]bool{}
	for _, r := range rows {
		agreed[r.Subject] = r.Given()
	}
	return slices.DeleteFunc(reports, func(r models.ImpactReport) bool {
		if r.StoryID == 0 {
			return false
		}
		of := store.Subject{StoryID: r.StoryID}
		if x := stories[r.StoryID]; x.State == models.StoryCase {
			of = store.Subject{CaseID: x.CaseID}
		}
		return !agreed[of]
	}), nil
}

func (a *question) holds(d civil.Date) bool { return d >= a.From && d <= a.To }

// holdsPublished reports whether a publication lies in the period. It is dated as exactly as its source is, by day, month or year; ISO
// dates compare as text, so the period is cut to the same length.
func (a *question) holdsPublished(published string) bool {
	cut := func(d civil.Date) string {
		s := d.String()
		return s[:min(len(s), len(published))]
	}
	return (a.From.IsZero() || published >= cut(a.From)) && published <= cut(a.To)
}

// figure asks one measure.
func (a *question) figure(m Measure) models.Figure {
	t := m.count(&a.facts)
	return models.Figure{
		Measure: m.Slug, Name: m.Name, Definition: m.Definition + a.sentence(m), From: a.From, To: a.To,
		Value: t.value, Text: t.text, Unit: m.Unit, N: t.n, Rows: t.rows, Of: t.of, Withheld: a.gate.Check(m.Rule, t.support),
	}
}

func (a *question) sentence(m Measure) string {
	if m.Source == FromRecord {
		return "" // what is on the public record is about the landlord as a whole; the filters do not reach it
	}
	return a.filterSentence()
}

// Figures returns all figures of the branch for a period, in the order of Measures. Withheld says of each whether it may leave the
// branch; Publishable makes a copy that may.
func (s *Service) Figures(ctx context.Context, actor models.Actor, q Query) ([]models.Figure, error) {
	a, err := s.ask(ctx, actor, q)
	if err != nil {
		return nil, err
	}
	return a.figures(), nil
}

func (a *question) figures() []models.Figure {
	figs := make([]models.Figure, len(measures))
	for i, m := range measures {
		figs[i] = a.figure(m)
	}
	return figs
}

// Figure returns one figure for a period. A slug that is no measure's is not found.
func (s *Service) Figure(ctx context.Context, actor models.Actor, slug string, q Query) (models.Figure, error) {
	m, ok := MeasureOf(slug)
	if !ok {
		return models.Figure{}, noMeasure()
	}
	a, err := s.ask(ctx, actor, q)
	if err != nil {
		return models.Figure{}, err
	}
	return a.figure(m), nil
}

func noMeasure() error {
	return models.Errorf(models.CodeNotFound, "There is no such figure. Choose one from the evidence page.")
}

// HeldBack is what is printed instead of a figure that may not leave the branch.
const HeldBack = "held back"

// Publishable returns a copy of figures as they may leave the branch: those that are withheld keep their definition and the reason,
// and lose the number, the n and the references.
func Publishable(figs []models.Figure) []models.Figure {
	out := slices.Clone(figs)
	for i := range out {
		if out[i].Withheld != "" {
			out[i].Value, out[i].Text, out[i].N, out[i].Rows, out[i].Of = 0, HeldBack, 0, nil, nil
		}
	}
	return out
}

// Report is all that the evidence page shows of a period.
type Report struct {
	Query      Query // as answered: To is filled in
	AsOf       civil.Date
	Figures    []models.Figure
	Breakdowns []Breakdown // by theme, month and area
	Areas      []string    // that may be asked for
	Threshold  int
	AnyCases   bool // the branch has cases, in this period or another
	Empty      bool // nothing was counted from cases or reports in this period
	Uncounted  int  // cases of the branch that no figure counts because their resident wants that; 0 where they are so few that it would point to them
	Snapshots  []models.Snapshot
}

// recentSnapshots is how many snapshots the evidence page lists.
const recentSnapshots = 10

// Report answers everything at once, in a number of queries that does not depend on how many cases there are.
func (s *Service) Report(ctx context.Context, actor models.Actor, q Query) (Report, error) {
	a, err := s.ask(ctx, actor, q)
	if err != nil {
		return Report{}, err
	}
	r := Report{Query: a.Query, AsOf: a.asOf, Figures: a.figures(), Areas: a.offered(), Threshold: a.gate.threshold(), AnyCases: len(a.areas) > 0}
	r.Empty = len(a.cases) == 0 && len(a.clocks) == 0 && len(a.attempts) == 0 && len(a.reports) == 0
	if len(a.cases) > 0 || len(a.clocks) > 0 {
		for _, by := range Bys {
			r.Breakdowns = append(r.Breakdowns, a.breakdown(by))
		}
	}
	if r.Uncounted, err = s.st.Uncounted(ctx, actor.BranchID); err != nil {
		return Report{}, err
	}
	if small(r.Uncounted, r.Threshold) {
		r.Uncounted = 0
	}
	r.Snapshots, err = s.st.Snapshots(ctx, actor.BranchID, recentSnapshots)
	return r, err
}

// Behind is a figure with what was counted for it, one page of it.
type Behind struct {
	Measure Measure
	Figure  models.Figure
	Query   Query
	Cases   []CaseBehind // of a measure over cases: those behind the value first
	Items   []ItemBehind // of any other measure
	Page    int          // from 1
	Pages   int
	Total   int // cases counted
}

// CaseBehind is a case behind a figure. Title and MemberName are filled in for those who may see the case; Area only where enough
// homes of the area have a case.
type CaseBehind struct {
	Ref        string
	Counts     bool // stands behind the value; otherwise it was only counted over
	Theme      models.Theme
	Status     models.Status
	Area       string
	AreaHidden bool // the area is known, and not shown to this person
	Title      string
	MemberName string
	Note       string // why it counts: "due 23 May 2023, came 6 June 2023, 9 working days late"
}

// ItemBehind is a report, statement, finding or incident behind a figure.
type ItemBehind struct {
	Text string
	When string
	Slug string // of the incident it belongs to; "" for a finding
}

// perPage is how many cases of a figure one page lists.
const perPage = 50

// Behind returns a figure with the cases behind it, page by page from 1, fifty a page.
func (s *Service) Behind(ctx context.Context, actor models.Actor, slug string, q Query, page int) (Behind, error) {
	m, ok := MeasureOf(slug)
	if !ok {
		return Behind{}, noMeasure()
	}
	a, err := s.ask(ctx, actor, q)
	if err != nil {
		return Behind{}, err
	}
	b := Behind{Measure: m, Figure: a.figure(m), Query: a.Query, Page: 1, Pages: 1}
	if m.Source != FromCases {
		b.Items = m.items(a)
		b.Total = len(b.Items)
		return b, nil
	}
	refs := slices.Clone(b.Figure.Rows)
	counts := make(map[string]bool, len(refs))
	for _, ref := range refs {
		counts[ref] = true
	}
	for _, ref := range b.Figure.Of {
		if !counts[ref] {
			refs = append(refs, ref)
		}
	}
	b.Total = len(refs)
	b.Pages = max(1, (len(refs)+perPage-1)/perPage)
	b.Page = min(max(page, 1), b.Pages)
	refs = refs[(b.Page-1)*perPage : min(b.Page*perPage, len(refs))]
	b.Cases, err = s.casesBehind(ctx, actor, a, refs)
	if err != nil {
		return Behind{}, err
	}
	var notes map[string]string
	if m.notes != nil {
		notes = m.notes(&a.facts)
	}
	for i := range b.Cases {
		b.Cases[i].Counts = counts[b.Cases[i].Ref]
		b.Cases[i].Note = notes[b.Cases[i].Ref]
	}
	return b, nil
}

// casesBehind reads cases in the order of refs. Names leave this room only for those who may see cases.
func (s *Service) casesBehind(ctx context.Context, actor models.Actor, a *question, refs []string) ([]CaseBehind, error) {
	if len(refs) == 0 {
		return nil, nil
	}
	rows, err := s.st.CasesBehind(ctx, actor.BranchID, refs)
	if err != nil {
		return nil, err
	}
	offered := a.offered()
	byRef := make(map[string]CaseBehind, len(rows))
	for _, r := range rows {
		c := CaseBehind{Ref: r.Ref, Theme: r.Theme, Status: r.Status}
		if a.names {
			c.Title, c.MemberName, c.Area = r.Title, r.MemberName, r.Area
		} else if slices.Contains(offered, r.Area) {
			c.Area = r.Area
		} else {
			c.AreaHidden = r.Area != ""
		}
		byRef[r.Ref] = c
	}
	out := make([]CaseBehind, 0, len(refs))
	for _, ref := range refs {
		if c, ok := byRef[ref]; ok {
			out = append(out, c)
		}
	}
	return out, nil
}
