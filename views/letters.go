package views

import (
	"fmt"
	"strconv"
	"strings"

	"commoncase/models"
	"commoncase/models/letters"
	"commoncase/views/components"
)

// LettersPath is where the letters are; what belongs to one lies below it.
const LettersPath = "/letters"

// LetterLine is a letter in the list.
type LetterLine struct {
	Letter    models.Letter
	Recipient models.Recipient
	Waiting   letters.Waiting
}

// LettersPage is the list of letters.
type LettersPage struct {
	Page
	Lines    []LetterLine
	CanWrite bool
}

// LetterNewForm starts a letter.
type LetterNewForm struct {
	Type, Recipient string
	From, To        components.DateValue
}

// LetterNewPage is the form that starts a letter from a type.
type LetterNewPage struct {
	Page
	Form       LetterNewForm
	Recipients []models.Recipient
}

// LetterForm is a draft as it was typed.
type LetterForm struct {
	Version, Title, Recipient, Body, SignOff, Mandate string
	From, To, ReplyDue                                components.DateValue
}

// LetterFormOf fills the form from a draft.
func LetterFormOf(l models.Letter) LetterForm {
	return LetterForm{Version: strconv.FormatInt(l.Version, 10), Title: l.Title, Recipient: strconv.FormatInt(l.RecipientID, 10), Body: l.Body,
		SignOff: l.SignOff, Mandate: l.Mandate, From: components.DateValueOf(l.From), To: components.DateValueOf(l.To),
		ReplyDue: components.DateValueOf(l.ReplyDue)}
}

// LetterEditPage is the form that changes a draft. Theirs is what somebody else saved meanwhile.
type LetterEditPage struct {
	Page
	Ref          string
	Form         LetterForm
	Theirs       *LetterForm
	TheirsTo     string // whom it then went to
	Recipients   []models.Recipient
	Placeholders []letters.Help
	Problems     []letters.Problem
}

// LetterPage is one letter: what it says, what it rests on, what became of it.
type LetterPage struct {
	Page
	Letter      models.Letter
	Recipient   models.Recipient
	Text        letters.Frozen
	HTML        string // made by letters.HTML
	Figures     []models.Figure
	Problems    []letters.Problem
	Events      []models.LetterEvent
	Waiting     letters.Waiting
	EventForm   LetterEventForm
	CanWrite    bool
	CanFinalise bool
	CanTrack    bool
}

// LetterEventForm records what became of a letter.
type LetterEventForm struct {
	Kind, Note, Source string
	On                 components.DateValue
}

// LetterFinalPage asks whether a draft is to be made final.
type LetterFinalPage struct {
	Page
	Letter   models.Letter
	Text     letters.Frozen
	HTML     string
	Figures  []models.Figure
	Problems []letters.Problem
	Hash     string
	On       components.DateValue
}

// LetterVerifyPage shows a final letter's hash worked out again.
type LetterVerifyPage struct {
	Page
	Letter   models.Letter
	Computed string
	Text     bool
	Figures  bool
}

// LetterRecordForm records a letter from before Commoncase.
type LetterRecordForm struct {
	Title, Recipient, Note, Source string
	Sent, ReplyDue                 components.DateValue
}

// LetterRecordPage is that form.
type LetterRecordPage struct {
	Page
	Form       LetterRecordForm
	Recipients []models.Recipient
}

// RecipientsPage is the list of those whom the branch writes to.
type RecipientsPage struct {
	Page
	Recipients []models.Recipient
	CanWrite   bool
}

// RecipientForm is a recipient as typed.
type RecipientForm struct {
	Mark, Role, Name, Office, Organisation, Address, Constituency string
}

// RecipientPage is the form for one recipient; ID 0 adds one. Theirs is what somebody else saved meanwhile.
type RecipientPage struct {
	Page
	ID      int64
	Form    RecipientForm
	Theirs  *RecipientForm
	Roles   []models.RecipientRole
	CanEdit bool
}

func letterPath(ref string, more ...string) string {
	return strings.Join(append([]string{LettersPath, ref}, more...), "/")
}

func recipientOptions(rs []models.Recipient) []components.Option {
	os := make([]components.Option, len(rs))
	for i, r := range rs {
		os[i] = components.Option{Value: strconv.FormatInt(r.ID, 10), Label: RecipientName(r)}
	}
	return os
}

// RecipientName names a recipient in a list: "The Chief Executive, Larkfield Homes".
func RecipientName(r models.Recipient) string {
	parts := []string{}
	for _, p := range []string{r.Name, r.Office, r.Organisation, r.Constituency} {
		if p != "" {
			parts = append(parts, p)
		}
	}
	return strings.Join(parts, ", ")
}

func roleOptions(roles []models.RecipientRole) []components.Option {
	os := make([]components.Option, len(roles))
	for i, r := range roles {
		os[i] = components.Option{Value: string(r), Label: r.Label()}
	}
	return os
}

// typeOptions are the types that a letter can be started from; a reminder is started from the letter it reminds of.
func typeOptions() []components.Option {
	var os []components.Option
	for _, t := range letters.Types {
		if t.Slug != letters.Chase.Slug {
			os = append(os, components.Option{Value: t.Slug, Label: t.Name, Hint: t.Purpose})
		}
	}
	return os
}

func eventOptions() []components.Option {
	var os []components.Option
	for _, k := range models.LetterEventKinds {
		os = append(os, components.Option{Value: string(k), Label: sentence(k.Label())})
	}
	return os
}

// letterTag is the state of a letter in a word: whether it can still change, and once it went out, whether it was answered.
func letterTag(l models.Letter, w letters.Waiting) components.TagProps {
	switch {
	case w.Refused:
		return components.TagProps{Text: "Refused", Colour: components.TagLate}
	case !w.Answered.IsZero():
		return components.TagProps{Text: "Answered", Colour: components.TagGood}
	case w.Open():
		return components.TagProps{Text: "Unanswered", Colour: components.TagBad}
	case l.State == models.LetterFinal:
		return components.TagProps{Text: "Final, not sent", Colour: components.TagRunning}
	default:
		return components.TagProps{Text: "Draft", Colour: components.TagDue}
	}
}

// answerLine says what became of a letter, acknowledged kept apart from answered.
func answerLine(w letters.Waiting) string {
	if w.Sent.IsZero() {
		return "Not sent."
	}
	s := sentence(w.String())
	if w.Open() {
		switch {
		case !w.Holding.IsZero():
			s += ". A holding reply came on " + w.Holding.Long() + "; it is no answer"
		case !w.Acknowledged.IsZero():
			s += ". Acknowledged on " + w.Acknowledged.Long() + "; that is no answer"
		}
		if w.Chases > 0 {
			s += fmt.Sprintf(". Chased %s", times(w.Chases))
		}
	}
	return s + "."
}

func times(n int) string {
	switch n {
	case 1:
		return "once"
	case 2:
		return "twice"
	default:
		return fmt.Sprintf("%d times", n)
	}
}

func periodLine(l models.Letter) string {
	switch {
	case l.From.IsZero() && l.To.IsZero():
		return "All that is recorded, up to the date of the letter"
	case l.To.IsZero():
		return l.From.Long() + " to the date of the letter"
	case l.From.IsZero():
		return "Up to " + l.To.Long()
	default:
		return l.From.Long() + " to " + l.To.Long()
	}
}

func letterEvents(es []models.LetterEvent) []components.TimelineItem {
	items := make([]components.TimelineItem, len(es))
	for i, e := range es {
		text := e.Note
		if e.Source != "" {
			text = strings.TrimSpace(text + "\nSource: " + e.Source)
		}
		items[i] = components.TimelineItem{Title: sentence(e.Kind.Label()), On: e.On, Text: text}
	}
	return items
}

// letterheadLines are what stands beside the branch's name: its address and e-mail address.
func letterheadLines(z letters.Frozen) []string {
	var lines []string
	if len(z.From) > 1 {
		lines = append(lines, z.From[1:]...)
	}
	if z.Email != "" {
		lines = append(lines, z.Email)
	}
	return lines
}

func annexRows(figs []models.Figure) []components.Row {
	rows := make([]components.Row, len(figs))
	for i, f := range figs {
		period := "up to " + f.To.Long()
		if !f.From.IsZero() {
			period = f.From.Long() + " to " + f.To.Long()
		}
		rows[i] = components.Row{Cells: []components.Cell{{Text: f.Name}, {Text: f.Text}, {Text: f.Definition}, {Text: sentence(period)}, {Text: strconv.Itoa(f.N)}}}
	}
	return rows
}

var annexHead = []components.Th{{Text: "Figure"}, {Text: "Value"}, {Text: "How it is counted"}, {Text: "Period"}, {Text: "n", Numeric: true}}

func helpRows(hs []letters.Help) []components.Row {
	rows := make([]components.Row, len(hs))
	for i, h := range hs {
		now := h.Now
		if h.Block {
			now = "A list; write it on a line of its own"
		}
		rows[i] = components.Row{Cells: []components.Cell{{Value: code(h.Write)}, {Text: h.Means}, {Text: now}}}
	}
	return rows
}
