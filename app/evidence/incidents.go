package evidence

import (
	"cmp"
	"context"
	"regexp"
	"slices"
	"strings"
	"time"

	"commoncase/app/store"
	"commoncase/models"
	"commoncase/models/access"
	"commoncase/models/civil"
)

// What is typed into a register is at most this long, in characters.
const (
	maxLine = 200
	maxText = 5000
)

var slugShape = regexp.MustCompile(`^[a-z0-9]+(-[a-z0-9]+)*$`)

// required says what is missing or too long in one field.
func required(errs models.Errors, field, name string, value *string, limit int) models.Errors {
	*value = strings.TrimSpace(*value)
	switch n := len([]rune(*value)); {
	case n == 0:
		return append(errs, models.Invalid(field, "Enter %s.", name))
	case n > limit:
		return append(errs, models.Invalid(field, "Shorten %s to %d characters; it has %d.", name, limit, n))
	}
	return errs
}

func optional(errs models.Errors, field, name string, value *string, limit int) models.Errors {
	*value = strings.TrimSpace(*value)
	if n := len([]rune(*value)); n > limit {
		return append(errs, models.Invalid(field, "Shorten %s to %d characters; it has %d.", name, limit, n))
	}
	return errs
}

func (s *Service) dated(errs models.Errors, field string, d civil.Date) models.Errors {
	switch {
	case d.IsZero():
		return append(errs, models.Invalid(field, "Enter the date."))
	case d > s.Today():
		return append(errs, models.Invalid(field, "%s has not come yet. Enter the day on which it happened.", d.Long()))
	}
	return errs
}

// AddIncident adds an incident of the landlord to the branch and fills in its ID.
func (s *Service) AddIncident(ctx context.Context, actor models.Actor, in *models.Incident) error {
	if err := actor.Can(access.KeepDemands); err != nil {
		return err
	}
	var errs models.Errors
	if !slugShape.MatchString(in.Slug) {
		errs = append(errs, models.Invalid("slug", "Enter a short name for the address: small letters, digits and hyphens, such as outage-2022."))
	}
	errs = required(errs, "title", "a title", &in.Title, maxLine)
	errs = s.dated(errs, "started", in.StartedOn)
	if !in.EndedOn.IsZero() && in.EndedOn < in.StartedOn {
		errs = append(errs, models.Invalid("ended", "The incident ends on %s, before it begins on %s. Change one of the dates.", in.EndedOn.Long(), in.StartedOn.Long()))
	}
	errs = optional(errs, "end-note", "the note on the end", &in.EndNote, maxLine)
	errs = optional(errs, "summary", "the summary", &in.Summary, maxText)
	errs = required(errs, "source", "the source", &in.Source, maxText)
	if in.Homes < 0 || in.Residents < 0 {
		errs = append(errs, models.Invalid("homes", "Enter how many homes and residents were affected, or 0 where that is not known."))
	}
	if err := errs.Or(); err != nil {
		return err
	}
	in.BranchID = actor.BranchID
	return s.added(ctx, actor, "incident.added", in.Slug, func(tx *store.Store) error { return tx.AddIncident(ctx, in) })
}

// added runs a write with its audit row.
func (s *Service) added(ctx context.Context, actor models.Actor, action, subject string, write func(*store.Store) error) error {
	return s.st.Tx(ctx, func(tx *store.Store) error {
		if err := write(tx); err != nil {
			return err
		}
		return tx.AddAudit(ctx, actor, action, subject, "")
	})
}

// AddStatement adds an entry to the history of an incident, by its slug, and fills in its ID.
func (s *Service) AddStatement(ctx context.Context, actor models.Actor, incident string, st *models.Statement) error {
	if err := actor.Can(access.KeepDemands); err != nil {
		return err
	}
	var errs models.Errors
	errs = s.dated(errs, "on", st.On)
	if _, ok := statementWords[st.Kind]; !ok {
		errs = append(errs, models.Invalid("kind", "Choose who spoke: the landlord, the campaign or the press."))
	}
	if st.Channel != "" && !st.Channel.Known() {
		errs = append(errs, models.Invalid("channel", "Choose how it was said from the list."))
	}
	errs = required(errs, "claim", "what was said or done", &st.Claim, maxText)
	errs = required(errs, "source", "the source", &st.Source, maxText)
	errs = optional(errs, "note", "the note", &st.Note, maxLine)
	if err := errs.Or(); err != nil {
		return err
	}
	in, err := s.st.IncidentBySlug(ctx, actor.BranchID, incident)
	if err != nil {
		return err
	}
	st.BranchID, st.IncidentID = actor.BranchID, in.ID
	return s.added(ctx, actor, "statement.added", in.Slug, func(tx *store.Store) error { return tx.AddStatement(ctx, st) })
}

// AddImpactReport adds what one resident said an incident did to them, and fills in its ID. It names nobody.
func (s *Service) AddImpactReport(ctx context.Context, actor models.Actor, incident string, r *models.ImpactReport) error {
	if err := actor.Can(access.KeepDemands); err != nil {
		return err
	}
	var errs models.Errors
	errs = s.dated(errs, "on", r.On)
	if !r.Since.IsZero() && r.Since > r.On {
		errs = append(errs, models.Invalid("since", "It is said to go on since %s, after the report of %s. Change one of the dates.", r.Since.Long(), r.On.Long()))
	}
	errs = required(errs, "theme", "a theme", &r.Theme, maxLine)
	errs = required(errs, "impact", "what it did to the resident", &r.Impact, maxText)
	errs = optional(errs, "area", "the area", &r.Area, maxLine)
	switch r.Quote {
	case models.QuoteNone, models.QuoteAnonymous, models.QuoteFirstName, models.QuoteFullName:
	default:
		errs = append(errs, models.Invalid("quote", "Choose what the resident agreed may be done with their words."))
	}
	if r.BeforeMonth != nil && *r.BeforeMonth < 0 || r.SinceCount != nil && *r.SinceCount < 0 {
		errs = append(errs, models.Invalid("count", "Enter how often it happened as a number, or leave it empty."))
	}
	if err := errs.Or(); err != nil {
		return err
	}
	in, err := s.st.IncidentBySlug(ctx, actor.BranchID, incident)
	if err != nil {
		return err
	}
	if r.Contradicts != 0 {
		statements, err := s.st.Statements(ctx, actor.BranchID, in.ID)
		if err != nil {
			return err
		}
		if statementOf(statements, r.Contradicts) == nil {
			return models.Invalid("contradicts", "Choose the statement that the report contradicts from this incident's history.")
		}
	}
	r.BranchID, r.IncidentID = actor.BranchID, in.ID
	return s.added(ctx, actor, "impact_report.added", in.Slug, func(tx *store.Store) error { return tx.AddImpactReport(ctx, r) })
}

func statementOf(statements []models.Statement, id int64) *models.Statement {
	for i := range statements {
		if statements[i].ID == id {
			return &statements[i]
		}
	}
	return nil
}

var publishedShape = regexp.MustCompile(`^\d{4}(-\d{2}(-\d{2})?)?$`)

// AddFinding adds a published finding about the landlord of the branch to the register and fills in its ID. The register of a
// landlord is shared by all its branches, for what is in it was published.
func (s *Service) AddFinding(ctx context.Context, actor models.Actor, f *models.Finding) error {
	if err := actor.Can(access.KeepDemands); err != nil {
		return err
	}
	var errs models.Errors
	if !publishedOn(f.Published) {
		errs = append(errs, models.Invalid("published", "Enter the day, month or year of publication, such as 2022-04-28 or 2022-04."))
	}
	if _, ok := gradeOrder[f.Grade]; !ok {
		errs = append(errs, models.Invalid("grade", "Choose the finding in the Ombudsman's words."))
	}
	errs = required(errs, "subject", "what the finding is about", &f.Subject, maxLine)
	errs = required(errs, "source", "the source", &f.Source, maxText)
	f.Reference = strings.TrimSpace(f.Reference)
	if f.Reference != "" && !nineDigits.MatchString(f.Reference) {
		errs = append(errs, models.Invalid("reference", "Enter the Ombudsman's reference as nine digits, or leave it empty."))
	}
	if err := errs.Or(); err != nil {
		return err
	}
	landlord, err := s.st.LandlordOf(ctx, actor.BranchID)
	if err != nil {
		return err
	}
	f.LandlordID = landlord.ID
	return s.added(ctx, actor, "finding.added", f.Published, func(tx *store.Store) error { return tx.AddFinding(ctx, f) })
}

var nineDigits = regexp.MustCompile(`^\d{9}$`)

// publishedOn reports whether s is a year, a month or a day that exists.
func publishedOn(s string) bool {
	if !publishedShape.MatchString(s) {
		return false
	}
	_, err := time.Parse("2006-01-02"[:len(s)], s)
	return err == nil
}

// PublishedWords returns a publication's date for people, as exact as it is known: 28 April 2022, April 2022, 2022.
func PublishedWords(s string) string {
	if !publishedOn(s) {
		return s
	}
	t, _ := time.Parse("2006-01-02"[:len(s)], s)
	return t.Format(map[int]string{4: "2006", 7: "January 2006", 10: "2 January 2006"}[len(s)])
}

// Grades are what the Ombudsman publishes, the heaviest first: the findings, and reports on a landlord as a whole.
var Grades = append(slices.Clone(models.Grades), models.GradeSpecialReport)

var gradeOrder = func() map[models.Grade]int {
	m := make(map[models.Grade]int, len(Grades))
	for i, g := range Grades {
		m[g] = i
	}
	return m
}()

// GradeCount is how many findings of a grade the register holds.
type GradeCount struct {
	Grade models.Grade
	Count int
}

// Register is the published findings about one landlord.
type Register struct {
	Landlord models.Landlord
	Findings []models.Finding // of the chosen grade, the newest first
	Grades   []GradeCount     // of all findings, those that occur, the heaviest first
	Total    int
}

// Findings returns the register of the branch's landlord; with a grade, only the findings of that grade.
func (s *Service) Findings(ctx context.Context, actor models.Actor, grade models.Grade) (Register, error) {
	if err := actor.Can(access.SeeBranch); err != nil {
		return Register{}, err
	}
	if _, ok := gradeOrder[grade]; !ok && grade != "" {
		return Register{}, models.Invalid("grade", "Choose a finding from the list.")
	}
	landlord, err := s.st.LandlordOf(ctx, actor.BranchID)
	if err != nil {
		return Register{}, err
	}
	all, err := s.st.FindingsOf(ctx, actor.BranchID)
	if err != nil {
		return Register{}, err
	}
	r := Register{Landlord: landlord, Total: len(all)}
	counts := map[models.Grade]int{}
	for _, f := range all {
		counts[f.Grade]++
		if grade == "" || f.Grade == grade {
			r.Findings = append(r.Findings, f)
		}
	}
	for _, g := range Grades {
		if counts[g] > 0 {
			r.Grades = append(r.Grades, GradeCount{Grade: g, Count: counts[g]})
		}
	}
	return r, nil
}

// statementWords say who spoke.
var statementWords = map[models.StatementKind]string{
	models.StatementLandlord: "The landlord",
	models.StatementCampaign: "The campaign",
	models.StatementPress:    "The press",
	models.StatementMarker:   "What happened",
}

// StatementWords returns who spoke, or what marks the day.
func StatementWords(k models.StatementKind) string { return statementWords[k] }

// Incidents returns the incidents of the branch, the newest first.
func (s *Service) Incidents(ctx context.Context, actor models.Actor) ([]models.Incident, error) {
	if err := actor.Can(access.SeeBranch); err != nil {
		return nil, err
	}
	return s.st.Incidents(ctx, actor.BranchID)
}

// History is an incident with what was said about it and what residents report.
type History struct {
	Incident   models.Incident
	Statements []models.Statement // by date
	Reports    []ReportedImpact   // by date
	Themes     []ThemeCount       // of the reports, the most frequent first
	Months     int                // whole months that it lasted, or lasts so far
}

// ReportedImpact is a report as it may be shown: of a resident who does not want to be quoted, neither words nor area are in it.
type ReportedImpact struct {
	models.ImpactReport
	Quotable     bool
	Contradicted *models.Statement // nil where none
}

// ThemeCount is how many reports there are on a theme.
type ThemeCount struct {
	Theme string
	Count int
}

// Incident returns an incident of the branch with its history.
func (s *Service) Incident(ctx context.Context, actor models.Actor, slug string) (History, error) {
	if err := actor.Can(access.SeeBranch); err != nil {
		return History{}, err
	}
	in, err := s.st.IncidentBySlug(ctx, actor.BranchID, slug)
	if err != nil {
		return History{}, err
	}
	h := History{Incident: in, Months: monthsOf(in, s.Today())}
	if h.Statements, err = s.st.Statements(ctx, actor.BranchID, in.ID); err != nil {
		return History{}, err
	}
	reports, err := s.st.ImpactReports(ctx, actor.BranchID, in.ID)
	if err != nil {
		return History{}, err
	}
	counts := map[string]int{}
	for _, r := range reports {
		counts[r.Theme]++
		x := ReportedImpact{ImpactReport: r, Quotable: quotable(r), Contradicted: statementOf(h.Statements, r.Contradicts)}
		if !x.Quotable {
			x.Impact, x.Area = "", ""
		}
		h.Reports = append(h.Reports, x)
	}
	for theme, n := range counts {
		h.Themes = append(h.Themes, ThemeCount{Theme: theme, Count: n})
	}
	slices.SortFunc(h.Themes, func(a, b ThemeCount) int { return cmp.Or(b.Count-a.Count, strings.Compare(a.Theme, b.Theme)) })
	return h, nil
}

// quotable reports whether the resident agreed that their words may be used at least without a name. What is not known is no consent.
func quotable(r models.ImpactReport) bool {
	switch r.Quote {
	case models.QuoteAnonymous, models.QuoteFirstName, models.QuoteFullName:
		return true
	case models.QuoteNone:
	}
	return false
}

// ReportWords returns what may be shown of a report in a line: the resident's words where they may be quoted, else the theme alone.
func ReportWords(r models.ImpactReport) string {
	if quotable(r) {
		return r.Impact
	}
	return "On " + r.Theme + "; the resident does not want to be quoted"
}

// SpanWords returns the days of an incident for people.
func SpanWords(from, to civil.Date) string {
	if to.IsZero() {
		return "since " + from.Long()
	}
	return from.Long() + " to " + to.Long()
}

// monthsOf returns the whole months from the day an incident began to the day it ended, or to a day before that.
func monthsOf(in models.Incident, asOf civil.Date) int {
	end := in.EndedOn
	if end.IsZero() || end > asOf {
		end = asOf
	}
	n := 0
	for in.StartedOn.AddMonths(n+1) <= end {
		n++
	}
	return n
}
