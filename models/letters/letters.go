// Package letters holds the types of letter that a branch writes, and everything about their text that can be decided without a
// database: the placeholders, filling them, freezing the result, and counting how long a letter has waited for its answer. It is
// pure; of ours it imports models, models/access and models/civil alone.
//
// A new type of letter is one Go file with one Markdown template beside it, and a line in the list Types.
package letters

import (
	"strings"

	"commoncase/models"
	"commoncase/models/civil"
)

// Type is a kind of letter with its template. In a template a paragraph has a sentence, or sentences that need each other, on each
// line; Compose leaves out the lines whose placeholders cannot be filled, and then a "## " heading with nothing under it.
type Type struct {
	Slug     string
	Name     string                 // "Open letter to the chief executive"
	Purpose  string                 // what it is for, in a sentence
	For      []models.RecipientRole // whom it is written to, the usual one first; empty where anybody
	Title    func(Facts) string     // the subject that a new letter starts with
	SignOff  []string               // the roles that sign it
	Template string                 // Markdown with placeholders
}

// Types are the types of letter, in the order in which they are offered.
var Types = []Type{OpenLetter, Minister, Chase}

// RecordType is the Type of a letter that went out before Commoncase and whose text is not held.
const RecordType = "record"

// Get returns the type of a slug, and false where there is none.
func Get(slug string) (Type, bool) {
	for _, t := range Types {
		if t.Slug == slug {
			return t, true
		}
	}
	return Type{}, false
}

// TypeName returns the words for the slug of a type.
func TypeName(slug string) string {
	if slug == RecordType {
		return "Letter from before Commoncase"
	}
	if t, ok := Get(slug); ok {
		return t.Name
	}
	return slug
}

// Suits reports whether the type is written to recipients of the role.
func (t Type) Suits(role models.RecipientRole) bool {
	for _, r := range t.For {
		if r == role {
			return true
		}
	}
	return len(t.For) == 0
}

// Facts are what a letter can say: the branch's own rows, and the figures that were worked out for the letter's period.
type Facts struct {
	Branch         models.Branch
	Landlord       models.Landlord
	Ref            string // of this letter, which does not count as waiting for its own answer
	Recipient      models.Recipient
	On             civil.Date // the date of the letter: nothing later is used
	From, To       civil.Date // the period that it covers; zero ends are open
	ReplyBy        civil.Date // zero: 20 working days after On
	Figures        []models.Figure
	Demands        []models.Demand
	Incidents      []models.Incident
	Statements     []models.Statement
	Reports        []models.ImpactReport
	Quotes         []Quote          // of the branch, as far as this letter is concerned
	Findings       []models.Finding // of the branch's landlord
	Correspondence []Correspondence
	Calendars      *civil.Set // of the installation; nil is the official ones
}

// Correspondence is a letter of the branch with whom it went to and what became of it.
type Correspondence struct {
	Letter    models.Letter
	Recipient models.Recipient
	Events    []models.LetterEvent
}

// replyDays is how many working days a letter gives for its answer where it names no date.
const replyDays = 20

// Calendar is the landlord's working-day calendar, that of England and Wales where the landlord has none.
func (f Facts) Calendar() *civil.Calendar { return f.Calendars.Or(f.Landlord.Calendar) }

// ReplyDate is the day by which the letter asks for its answer.
func (f Facts) ReplyDate() civil.Date {
	if !f.ReplyBy.IsZero() {
		return f.ReplyBy
	}
	return f.Calendar().Add(f.On, replyDays)
}

// upTo leaves out what happened, was said or was published after the date of the letter: a letter cannot know it.
func (f Facts) upTo() Facts {
	keep := func(d civil.Date) bool { return f.On.IsZero() || d <= f.On }
	f.Incidents = filter(f.Incidents, func(i models.Incident) bool { return keep(i.StartedOn) })
	for i := range f.Incidents {
		if !keep(f.Incidents[i].EndedOn) {
			f.Incidents[i].EndedOn, f.Incidents[i].EndNote = 0, ""
		}
	}
	f.Statements = filter(f.Statements, func(s models.Statement) bool { return keep(s.On) })
	f.Reports = filter(f.Reports, func(r models.ImpactReport) bool { return keep(r.On) })
	f.Findings = filter(f.Findings, func(x models.Finding) bool {
		// Published is as exact as its source: a month counts from its first day.
		on := f.On.String()
		return on == "" || x.Published <= on[:min(len(x.Published), len(on))]
	})
	return f
}

func filter[T any](all []T, keep func(T) bool) []T {
	var out []T
	for _, x := range all {
		if keep(x) {
			out = append(out, x)
		}
	}
	return out
}

// incident is the newest incident that had begun by the date of the letter.
func (f Facts) incident() (newest models.Incident, ok bool) {
	for _, i := range f.Incidents {
		if !ok || i.StartedOn > newest.StartedOn {
			newest, ok = i, true
		}
	}
	return newest, ok
}

// Address is a recipient's name or office, organisation and address, a line each.
func Address(r models.Recipient) []string {
	var lines []string
	for _, l := range append([]string{r.Name, r.Office, r.Organisation}, strings.Split(r.Address, "\n")...) {
		if l = strings.TrimSpace(l); l != "" {
			lines = append(lines, l)
		}
	}
	return lines
}

// Salutation greets a recipient by name where one is known, else by role.
func Salutation(r models.Recipient) string {
	if r.Name != "" {
		return "Dear " + r.Name
	}
	switch r.Role {
	case models.RecipientChiefExecutive:
		return "Dear Chief Executive"
	case models.RecipientMinister:
		return "Dear Minister"
	case models.RecipientMP:
		return "Dear Member of Parliament"
	case models.RecipientPress:
		return "Dear Editor"
	default:
		return "Dear Sir or Madam"
	}
}

// Closing is the close that fits the salutation: sincerely to a person by name, faithfully to an office.
func Closing(r models.Recipient) string {
	if r.Name != "" {
		return "Yours sincerely"
	}
	return "Yours faithfully"
}
