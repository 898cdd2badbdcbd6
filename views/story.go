package views

import (
	"slices"
	"strings"

	"commoncase/models"
	"commoncase/models/rulebook"
	"commoncase/views/components"
)

// Steps are the pages of the story form, in their order.
var Steps = []string{"home", "problem", "story", "since", "reported", "people", "wanted", "files", "consent", "contact"}

// AtRisk are the slugs of who lives in a home and must be helped first, in the order in which they are asked.
var AtRisk = []string{"baby", "child", "older", "pregnant", "breathing", "disabled"}

// SafeWays are the slugs of the ways to reach somebody.
var SafeWays = []string{"page", "email", "phone", "text", "post"}

// TellBranch is a branch that takes stories.
type TellBranch struct{ Slug, Name, Landlord string }

// TellProps is the page before the form of a branch.
type TellProps struct {
	DoorPage
	Name     string
	Landlord string
	Words    string // the branch's own
	Email    string
	Open     bool
}

// StepProps is one question. What was answered, or typed and refused, stands in Answers.
type StepProps struct {
	DoorPage
	Step    string
	N       int // from 1; 0 for the pages that are no question
	Check   bool
	Answers models.Answers
	Danger  bool // somebody may be in danger: the page says whom to call

	Landlord string        // of the branch
	Homes    []models.Home // of the postcode, where the branch has a list
	Looked   bool          // a look-up was asked for
	Files    []DoorFile    // that are here, and on their way
	MB       int           // the most a file may have
	Accept   string        // what a file may be
}

// DoorFile is a file of a story.
type DoorFile struct {
	ID      int64
	Name    string
	Percent int // of it that arrived; 100 where all did
}

// TaskProps is the list of all questions.
type TaskProps struct {
	DoorPage
	Done []string
}

// StoryCheckProps is everything that was answered, before it is sent.
type StoryCheckProps struct {
	DoorPage
	Answers  models.Answers
	Files    int
	Danger   bool
	Contacts []rulebook.Contact // for advice
	Salt     string
	Bits     int
}

// CodeProps is the code that leads back.
type CodeProps struct {
	DoorPage
	Code    string // 1234 5678 9012 3456
	Address string // where it is typed in
	Next    string // where to go on
	CanMail bool
	Email   string
}

// BackProps is the page that takes a code.
type BackProps struct {
	DoorPage
	Code string
}

// LinkProps is the page behind a link by e-mail.
type LinkProps struct {
	DoorPage
	Action string
}

// EmergencyProps is whom to call.
type EmergencyProps struct {
	DoorPage
	Contacts map[string][]rulebook.Contact // by what they are for
	InForm   bool                          // a form is open in this browser
}

// NextStep is the page after a question.
func NextStep(step string) string {
	if i := slices.Index(Steps, step); i >= 0 && i+1 < len(Steps) {
		return Steps[i+1]
	}
	return "check"
}

// themes are the ticked themes as form values.
func themes(a models.Answers) []string {
	var out []string
	for _, t := range a.Themes {
		out = append(out, string(t))
	}
	return out
}

func (p StepProps) options(key string, slugs []string) []components.Option {
	var out []components.Option
	for _, s := range slugs {
		out = append(out, components.Option{Value: s, Label: p.T(key + s)})
	}
	return out
}

func (p StepProps) yesNo() []components.Option {
	return []components.Option{{Value: "yes", Label: p.T("common.yes")}, {Value: "no", Label: p.T("common.no")}, {Value: "unsure", Label: p.T("common.unsure")}}
}

func (p StepProps) themeOptions() []components.Option {
	var out []components.Option
	for _, t := range models.Themes {
		out = append(out, components.Option{Value: string(t), Label: p.T("theme." + string(t))})
	}
	return out
}

func (p StepProps) quoteOptions() []components.Option {
	var out []components.Option
	for _, v := range []models.ConsentValue{models.ConsentNo, models.ConsentAnonymous, models.ConsentFirstName, models.ConsentFullName} {
		out = append(out, components.Option{Value: string(v), Label: p.T("consent.quote." + string(v))})
	}
	return out
}

func (p StepProps) homeOptions() []components.Option {
	var out []components.Option
	for _, h := range p.Homes {
		out = append(out, components.Option{Value: h.Line, Label: h.Line})
	}
	return out
}

// consentHint is what a purpose means; the one that is needed says so first.
func (p StepProps) consentHint(purpose models.Purpose) string {
	hint := p.T("consent." + string(purpose) + ".hint")
	if purpose == models.PurposeRecord {
		return p.T("story.consent.needed") + " " + hint
	}
	return hint
}

// contactWho is the chosen answer to whether a name is given.
func contactWho(a models.Answers) string {
	switch {
	case a.Anonymous:
		return "no"
	case a.Name != "":
		return "yes"
	}
	return ""
}

// codeGroups are the parts of a code.
func codeGroups(code string) []string { return strings.Fields(code) }

// yesWord is the word for yes, no or unsure, and "" for no answer.
func (p StoryCheckProps) yesWord(v string) string {
	switch v {
	case "yes":
		return p.T("common.yes")
	case "no":
		return p.T("common.no")
	case "unsure":
		return p.T("common.unsure")
	}
	return ""
}

func (p StoryCheckProps) words(key string, slugs []string) string {
	var out []string
	for _, s := range slugs {
		out = append(out, p.T(key+s))
	}
	return strings.Join(out, "\n")
}

// sections are the rows of the page, by question.
func (p StoryCheckProps) sections() []checkSection {
	a := p.Answers
	address := a.Address
	if a.Postcode != "" && !strings.Contains(models.FoldPostcode(address), models.FoldPostcode(a.Postcode)) {
		address = strings.TrimSpace(address + "\n" + models.ShowPostcode(models.FoldPostcode(a.Postcode)))
	}
	files := ""
	if p.Files > 0 {
		files = p.Text.N("story.check.files", p.Files)
	}
	var consents []string
	for _, purpose := range models.Purposes {
		if v := a.Consents[purpose]; v != "" && v != models.ConsentNo {
			line := p.T("consent." + string(purpose) + ".title")
			if purpose == models.PurposeQuote {
				line += ": " + p.T("consent.quote."+string(v))
			}
			consents = append(consents, line)
		}
	}
	agreed := strings.Join(consents, "\n")
	if agreed == "" {
		agreed = p.T("story.check.no_consent")
	}
	name := a.Name
	if a.Anonymous {
		name = p.T("story.contact.anonymous")
	}
	quiet := ""
	if a.DoNotName {
		quiet = p.T("common.yes")
	}
	return []checkSection{
		{"home", []checkRow{{p.T("story.home.address"), address}, {p.T("story.home.area"), a.Area}, {p.T("story.home.landlord"), a.Landlord}}},
		{"problem", []checkRow{{p.T("story.problem.name"), p.words("theme.", themes(a))}}},
		{"story", []checkRow{{p.T("story.story.name"), a.Story}}},
		{"since", []checkRow{{p.T("story.since.name"), a.Since}}},
		{"reported", []checkRow{{p.T("story.reported.title"), p.yesWord(a.Reported)}, {p.T("story.reported.when"), a.ReportedWhen}, {p.T("story.reported.how"), a.ReportedHow},
			{p.T("story.reported.jobs"), a.JobNumbers}, {p.T("story.reported.answer"), a.Answer}, {p.T("story.reported.complaint"), p.yesWord(a.Complaint)}}},
		{"people", []checkRow{{p.T("story.people.who"), a.People}, {p.T("story.people.needs"), a.Needs}, {p.T("story.people.risk"), p.words("story.people.", a.AtRisk)}}},
		{"wanted", []checkRow{{p.T("story.wanted.name"), a.Wanted}}},
		{"files", []checkRow{{p.T("story.files.name"), files}}},
		{"consent", []checkRow{{p.T("story.consent.name"), agreed}}},
		{"contact", []checkRow{{p.T("story.contact.your_name"), name}, {p.T("story.contact.email"), a.Email}, {p.T("story.contact.phone"), a.Phone},
			{p.T("story.contact.ways"), p.words("story.contact.way.", a.SafeWays)}, {p.T("story.contact.times"), a.SafeTimes}, {p.T("story.contact.quiet"), quiet}}},
	}
}

type checkSection struct {
	step string
	rows []checkRow
}

type checkRow struct{ name, value string }

// shown are the rows of a question that have a value, or the first of them where none has.
func (s checkSection) shown() []checkRow {
	var out []checkRow
	for _, r := range s.rows {
		if r.value != "" {
			out = append(out, r)
		}
	}
	if len(out) == 0 {
		return s.rows[:1]
	}
	return out
}

// emergencies are the parts of the emergency page, with what their numbers are for.
var emergencies = []struct{ slug, use string }{{"gas", rulebook.ForGas}, {"fire", rulebook.ForFire}, {"cold", rulebook.ForCold}, {"electricity", rulebook.ForElectricity},
	{"water", ""}, {"threats", rulebook.ForThreats}}

// checked reports whether a number was read with those who answer it.
func checked(c rulebook.Contact) bool { return c.Confidence == rulebook.Verified }

func contains(list []string, s string) bool { return slices.Contains(list, s) }

// nameHelp lets the browser fill in what it knows of its owner, who is not the teller where somebody takes the story down.
func nameHelp(helper bool, what string) string {
	if helper {
		return "off"
	}
	return what
}
