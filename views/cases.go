package views

import (
	"net/url"
	"strconv"
	"strings"

	"commoncase/models"
	"commoncase/models/civil"
	"commoncase/views/components"
)

// CasesPage is the list of cases.
type CasesPage struct {
	Page
	Lines   []CaseLine
	Total   int
	Number  int // of this page, from 1
	Pages   int
	Query   url.Values // of this list, for the next page and for taking one filter away
	Search  string
	Stage   string
	Theme   string
	Overdue bool
	Mine    bool
	Open    bool
	Own     bool // a member's own cases: no filters, no names
	CanOpen bool
	Any     bool // the branch has cases at all
}

// CaseLine is a row of the list.
type CaseLine struct {
	Case     models.Case
	Member   string
	Area     string
	Assignee string
	NextDue  civil.Date
	Late     int // working days overdue
	Left     int // working days left
	Today    civil.Date
}

// deadline is the most urgent clock of the row in words, with the colour that goes with them.
func (l CaseLine) deadline() components.TagProps {
	switch {
	case l.NextDue.IsZero():
		return components.TagProps{}
	case l.NextDue < l.Today:
		return components.TagProps{Text: overdueBy(l.Late, l.NextDue), Colour: components.TagBad}
	case l.NextDue == l.Today:
		return components.TagProps{Text: "Due today", Colour: components.TagDue}
	case l.Left <= 3:
		return components.TagProps{Text: "Due in " + WorkingDays(l.Left), Colour: components.TagDue}
	}
	return components.TagProps{Text: "Due in " + WorkingDays(l.Left), Colour: components.TagRunning}
}

// about is the line under the title of a row: the reference, whose case it is, where, and what it is about.
func (l CaseLine) about(own bool) string {
	words := []string{l.Case.Ref}
	if !own {
		words = append(words, l.Member)
		if l.Area != "" {
			words = append(words, l.Area)
		}
	}
	return strings.Join(append(words, l.Case.Theme.Label()), " · ")
}

// with says who runs the case.
func (l CaseLine) with() string {
	if l.Assignee == "" {
		return "Not assigned"
	}
	return "With " + l.Assignee
}

// overdueBy says how late something is; on a weekend right after its day no working day has passed yet.
func overdueBy(late int, due civil.Date) string {
	if late == 0 {
		return "Overdue since " + (due + 1).Long()
	}
	return "Overdue " + WorkingDays(late)
}

// WorkingDays is a number of working days in words.
func WorkingDays(n int) string {
	if n == 1 {
		return "1 working day"
	}
	return strconv.Itoa(n) + " working days"
}

func (p CasesPage) filtered() bool {
	return p.Search != "" || p.Stage != "" || p.Theme != "" || p.Overdue || p.Mine || p.Open
}

// chosen are the filters that are set, each with the address of the list without it.
func (p CasesPage) chosen() []components.FilterTag {
	var tags []components.FilterTag
	add := func(key, text string) {
		q := url.Values{}
		for k, v := range p.Query {
			if k != key && k != "page" {
				q[k] = v
			}
		}
		tags = append(tags, components.FilterTag{Text: text, Href: withQuery("/cases", q)})
	}
	if p.Overdue {
		add("overdue", "Overdue")
	}
	if p.Mine {
		add("mine", "Assigned to me")
	}
	if p.Open {
		add("open", "Not closed")
	}
	if p.Stage != "" {
		add("stage", models.Status(p.Stage).Label())
	}
	if p.Theme != "" {
		add("theme", models.Theme(p.Theme).Label())
	}
	if p.Search != "" {
		add("q", "“"+p.Search+"”")
	}
	return tags
}

func withQuery(path string, q url.Values) string {
	if len(q) == 0 {
		return path
	}
	return path + "?" + q.Encode()
}

// ResidentForm is what is typed about the person of a case.
type ResidentForm struct {
	Name          string
	Email         string
	Phone         string
	Address       string
	Postcode      string
	Area          string
	Tenure        string
	ContactSafety string
}

// ResidentFormOf fills the form from a member.
func ResidentFormOf(m models.Member) ResidentForm {
	return ResidentForm{Name: m.Name, Email: m.Email, Phone: m.Phone, Address: m.Address, Postcode: m.Postcode, Area: m.Area,
		Tenure: string(m.Tenure), ContactSafety: m.ContactSafety}
}

// ResidentPage changes what is written down about the person of a case.
type ResidentPage struct {
	Page
	Ref     string
	Version string
	Form    ResidentForm
	Current *models.Member // what somebody else saved meanwhile
}

// CaseForm is what is typed to open a case.
type CaseForm struct {
	MemberID   string
	MemberName string // shown where MemberID names somebody
	ResidentForm
	Theme       string
	Title       string
	Summary     string
	Wanted      string
	LandlordRef string
	Received    components.DateValue
	Consent     bool
}

// CaseNewPage opens a case.
type CaseNewPage struct {
	Page
	Form CaseForm
}

// DetailsForm is what is typed about a case beside its events.
type DetailsForm struct {
	Version      string
	Theme        string
	Title        string
	Summary      string
	Wanted       string
	StillUnhappy string
	LateReason   string
	LandlordRef  string
	OmbudsmanRef string
	CourtAction  bool
	Needs        string
}

// DetailsPage changes the words of a case.
type DetailsPage struct {
	Page
	Ref     string
	Form    DetailsForm
	Current *DetailsForm // what somebody else saved meanwhile
}

func stageOptions() []components.Option {
	var os []components.Option
	for _, s := range models.Stages {
		os = append(os, components.Option{Value: string(s), Label: sentence(s.Label())})
	}
	return os
}

func themeOptions() []components.Option {
	var os []components.Option
	for _, t := range models.Themes {
		os = append(os, components.Option{Value: string(t), Label: t.Label()})
	}
	return os
}

func tenureOptions() []components.Option {
	var os []components.Option
	for _, t := range models.Tenures {
		os = append(os, components.Option{Value: string(t), Label: t.Label()})
	}
	return os
}

// sentence gives words a capital letter.
func sentence(s string) string {
	if s == "" {
		return ""
	}
	return strings.ToUpper(s[:1]) + s[1:]
}

func casePath(ref string, more ...string) string {
	return strings.Join(append([]string{"/cases/" + ref}, more...), "/")
}

func ticked(on bool, value string) []string {
	if on {
		return []string{value}
	}
	return nil
}

func without(q url.Values, keys ...string) url.Values {
	c := url.Values{}
	for k, v := range q {
		c[k] = v
	}
	for _, k := range keys {
		c.Del(k)
	}
	return c
}

func countOf(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return strconv.Itoa(n) + " " + many
}

func detailsSummary(f DetailsForm) []components.SummaryRow {
	return []components.SummaryRow{
		{Key: "Title", Text: f.Title}, {Key: "Theme", Text: models.Theme(f.Theme).Label()}, {Key: "What happened", Text: f.Summary},
		{Key: "What would put it right", Text: f.Wanted}, {Key: "Why still unhappy", Text: f.StillUnhappy}, {Key: "Why late", Text: f.LateReason},
		{Key: "The landlord's reference", Text: f.LandlordRef}, {Key: "The Ombudsman's reference", Text: f.OmbudsmanRef}, {Key: "Adjustments", Text: f.Needs},
	}
}

func orWord(s, word string) string {
	if s == "" {
		return word
	}
	return s
}

func residentSummary(m models.Member) []components.SummaryRow {
	return []components.SummaryRow{{Key: "Name", Text: m.Name}, {Key: "Home", Text: strings.TrimSpace(m.Address + "\n" + m.Postcode)}, {Key: "Estate or area", Text: m.Area},
		{Key: "How the home is held", Text: m.Tenure.Label()}, {Key: "Phone", Text: m.Phone}, {Key: "E-mail", Text: m.Email}, {Key: "Contact", Text: m.ContactSafety}}
}
