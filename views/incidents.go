package views

import (
	"net/url"
	"strconv"
	"strings"

	"commoncase/models"
	"commoncase/views/components"
)

// IncidentPath is the address of an incident.
func IncidentPath(slug string) string { return "/incident/" + slug }

// IncidentsPage is the list of incidents.
type IncidentsPage struct {
	Page
	Incidents []IncidentLine
}

// IncidentLine is an incident in the list.
type IncidentLine struct {
	models.Incident
	Span string // "17 June 2022 to 17 November 2022"
}

// IncidentPage is one incident with its history and what residents report.
type IncidentPage struct {
	Page
	Incident   models.Incident
	Span       string
	Months     int
	Statements []StatementLine
	Reports    []ReportLine
	Themes     []ThemeLine
}

// StatementLine is an entry of the history.
type StatementLine struct {
	models.Statement
	Who          string // "The landlord"
	Contradicted int    // reports that contradict it
}

// ReportLine is what one resident reports. Quotable is false where they do not want to be quoted; words and area are then empty.
type ReportLine struct {
	models.ImpactReport
	Quotable     bool
	Contradicted *models.Statement
}

// ThemeLine is how many reports there are on a theme.
type ThemeLine struct {
	Theme string
	Count int
}

func statementID(id int64) string { return "statement-" + strconv.FormatInt(id, 10) }
func reportID(id int64) string    { return "report-" + strconv.FormatInt(id, 10) }

// webAddress reports whether a source is the address of a page and nothing else.
func webAddress(source string) bool {
	u, err := url.Parse(source)
	return err == nil && (u.Scheme == "https" || u.Scheme == "http") && u.Host != "" && !strings.ContainsAny(source, " \n")
}

func incidentFacts(p IncidentPage) []components.SummaryRow {
	dates := p.Span
	if p.Incident.EndNote != "" {
		dates += "\nEnd: " + p.Incident.EndNote
	}
	rows := []components.SummaryRow{{Key: "Dates", Text: dates}, {Key: "Lasted", Text: countOf(p.Months, "whole month", "whole months")}}
	if p.Incident.EndedOn.IsZero() {
		rows[1].Key = "Has lasted"
	}
	if p.Incident.Homes > 0 {
		rows = append(rows, components.SummaryRow{Key: "Homes affected", Text: thousands(p.Incident.Homes)})
	}
	if p.Incident.Residents > 0 {
		rows = append(rows, components.SummaryRow{Key: "Residents affected", Text: thousands(p.Incident.Residents)})
	}
	return append(rows, components.SummaryRow{Key: "Source", Value: sourceText(p.Incident.Source)})
}

// thousands writes 125000 as 125,000.
func thousands(n int) string {
	s := strconv.Itoa(n)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}

func statementItems(p IncidentPage) []components.TimelineItem {
	items := make([]components.TimelineItem, len(p.Statements))
	for i, s := range p.Statements {
		items[i] = components.TimelineItem{ID: statementID(s.ID), Title: s.Who, On: s.On, Text: s.Claim, Content: statementMore(s)}
		if s.Note != "" {
			items[i].When = s.On.Long() + " (" + s.Note + ")"
		}
		if s.Channel != "" {
			items[i].By = through(s.Channel)
		}
		if s.Contradicted > 0 {
			items[i].Tags = []components.TagProps{{Text: "Contradicted by " + countOf(s.Contradicted, "report", "reports"), Colour: components.TagBad}}
		}
	}
	return items
}

// through says by what way something was said.
func through(c models.Channel) string {
	if c == models.ChannelPress {
		return "in the press"
	}
	return "by " + strings.ToLower(c.Label())
}

func themeTable(p IncidentPage) components.TableProps {
	t := components.TableProps{Caption: "Reports by theme", CaptionSize: "s", RowHeader: true,
		Head: []components.Th{{Text: "Theme"}, {Text: "Reports", Numeric: true}}, Foot: []components.Cell{{Text: "All"}, {Text: strconv.Itoa(len(p.Reports))}}}
	for _, x := range p.Themes {
		t.Rows = append(t.Rows, components.Row{Cells: []components.Cell{{Text: sentence(x.Theme)}, {Text: strconv.Itoa(x.Count)}}})
	}
	return t
}

// counted says how often something happened before and since, where it was counted.
func (r ReportLine) counted() string {
	switch {
	case r.BeforeMonth != nil && r.SinceCount != nil:
		return countOf(*r.BeforeMonth, "time", "times") + " a month before, " + countOf(*r.SinceCount, "time", "times") + " since"
	case r.SinceCount != nil:
		return countOf(*r.SinceCount, "time", "times") + " since"
	case r.BeforeMonth != nil:
		return countOf(*r.BeforeMonth, "time", "times") + " a month before"
	}
	return ""
}

// line says when it was reported, since when it goes on, where, and how often.
func (r ReportLine) line() string {
	s := "Reported " + r.On.Long()
	if !r.Since.IsZero() {
		s += ", since " + r.Since.Long()
	}
	for _, more := range []string{r.Area, r.counted()} {
		if more != "" {
			s += " · " + more
		}
	}
	return s
}

func (in IncidentLine) line() string {
	s := sentence(in.Span)
	if in.Homes > 0 {
		s += " · " + thousands(in.Homes) + " homes"
	}
	return s
}

// FindingsPage is the register of the Ombudsman's published findings about the landlord.
type FindingsPage struct {
	Page
	Landlord models.Landlord
	Findings []FindingLine
	Grades   []components.NavItem // filters, with their counts
	Total    int
	Grade    string // chosen; "" for all
}

// FindingLine is a finding in the register.
type FindingLine struct {
	models.Finding
	When string // as exact as the publication's date is known
}

func findingsLead(p FindingsPage) string {
	s := "What the Housing Ombudsman has published about " + p.Landlord.Name + ", as far as the branch keeps it"
	if p.Landlord.Homes > 0 {
		s += "; the landlord has " + thousands(p.Landlord.Homes) + " homes"
		if p.Landlord.HomesAsOf != "" {
			s += " (" + p.Landlord.HomesAsOf + ")"
		}
	}
	return s + "."
}

func findingsTable(p FindingsPage) components.TableProps {
	t := components.TableProps{Caption: "Published findings, the newest first", CaptionHidden: true, Stack: true,
		Head:  []components.Th{{Text: "Published"}, {Text: "Finding"}, {Text: "About"}, {Text: "Ombudsman's reference"}, {Text: "Source"}},
		Empty: "No finding is in the register yet. The Ombudsman publishes its findings; the branch adds those about its landlord here."}
	for _, f := range p.Findings {
		ref := f.Reference
		if ref == "" {
			ref = "not published"
		}
		t.Rows = append(t.Rows, components.Row{Cells: []components.Cell{{Text: f.When, Sort: f.Published}, {Value: components.Tag(gradeTag(f.Grade))}, {Text: f.Subject},
			{Text: ref}, {Value: sourceText(f.Source)}}})
	}
	return t
}

func gradeTag(g models.Grade) components.TagProps {
	colour := components.TagNeutral
	switch g {
	case models.GradeSevereMaladministration, models.GradeMaladministration:
		colour = components.TagBad
	case models.GradeServiceFailure:
		colour = components.TagLate
	case models.GradeSpecialReport:
		colour = components.TagOther
	case models.GradeReasonableRedress, models.GradeNoMaladministration, models.GradeOutsideJurisdiction, models.GradeResolvedIntervention, models.GradeWithdrawn:
	}
	return components.TagProps{Text: sentence(string(g)), Colour: colour}
}
