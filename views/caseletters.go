package views

import (
	"strconv"
	"strings"

	"commoncase/models"
	"commoncase/models/civil"
	"commoncase/models/letters"
	"commoncase/models/rulebook"
	"commoncase/views/components"
)

// CaseLettersPath is where the letters of a case are; what belongs to one lies below it.
func CaseLettersPath(caseRef string) string { return "/cases/" + caseRef + "/letters" }

// CaseLetterPath is the page of one letter of a case, or what lies below it.
func CaseLetterPath(caseRef, letter string, below ...string) string {
	return strings.Join(append([]string{CaseLettersPath(caseRef), letter}, below...), "/")
}

// CaseLetterStart is where a letter of a type is started, about the event that it belongs to; 0 for the complaint.
func CaseLetterStart(caseRef, typ string, about int64) string {
	to := CaseLettersPath(caseRef) + "/new?type=" + typ
	if about != 0 {
		to += "&about=" + strconv.FormatInt(about, 10)
	}
	return to
}

// CaseLettersPage is the list of the letters of a case.
type CaseLettersPage struct {
	Page
	Ref     string
	Letters []models.CaseLetter
}

// CaseLetterOffer is a type of letter with whether it fits the case today.
type CaseLetterOffer struct {
	Type letters.CaseType
	Fit  letters.Fit
}

// CaseLetterPickPage offers the types of letter.
type CaseLetterPickPage struct {
	Page
	Ref    string
	About  int64
	Offers []CaseLetterOffer
}

// CaseLetterStartForm is what is chosen for a new letter, as it was typed.
type CaseLetterStartForm struct {
	Type, About, Own, Procedure, Category, Urgency string
	Until                                          components.DateValue
}

// CaseLetterNewPage starts a letter of one type.
type CaseLetterNewPage struct {
	Page
	Case      models.Case
	Type      letters.CaseType
	Fit       letters.Fit
	Form      CaseLetterStartForm
	About     *models.Event // what it belongs to; nil: the complaint
	Authority bool          // the resident has signed one
	Warnings  []string
	Facts     []rulebook.Fact
	Hazards   []components.Option
}

// CaseLetterForm is a draft as it was typed.
type CaseLetterForm struct {
	Version, Recipient, Subject, Body, SignOff string
	Dated, ReplyBy                             components.DateValue
}

// CaseLetterFormOf fills the form from a draft.
func CaseLetterFormOf(l models.CaseLetter) CaseLetterForm {
	return CaseLetterForm{Version: strconv.FormatInt(l.Version, 10), Recipient: l.Recipient, Subject: l.Subject, Body: l.Body, SignOff: l.SignOff,
		Dated: components.DateValueOf(l.DatedOn), ReplyBy: components.DateValueOf(l.ReplyBy)}
}

// CaseLetterPage is one letter of a case.
type CaseLetterPage struct {
	Page
	CaseRef  string
	Letter   models.CaseLetter
	Type     letters.CaseType
	Head     []string // who writes, a line each
	Fit      letters.Fit
	Gaps     []string
	Warnings []string
	LeftOut  []string
	Facts    []rulebook.Fact
	Plain    string
	HTML     string
	On       civil.Date         // today
	Sent     *models.Event      // the event that the sending is; nil until then
	PDF      *models.Attachment // the exhibit; nil until then
}

// Ready reports whether a draft can be recorded as sent.
func (p CaseLetterPage) Ready() bool {
	return p.Letter.State == models.CaseLetterDraft && p.Fit.OK() && len(p.Gaps) == 0
}

// CaseLetterEditPage changes a draft. Theirs is what somebody else saved meanwhile.
type CaseLetterEditPage struct {
	Page
	CaseRef  string
	Letter   models.CaseLetter
	Type     letters.CaseType
	Form     CaseLetterForm
	Theirs   *CaseLetterForm
	Gaps     []string
	Warnings []string
	LeftOut  []string
	Facts    []rulebook.Fact
}

// CaseLetterSendForm is what is recorded of the sending, as it was typed.
type CaseLetterSendForm struct {
	Version, Channel, At string
	On                   components.DateValue
}

// CaseLetterSendPage records that a letter went out.
type CaseLetterSendPage struct {
	CaseLetterPage
	Form     CaseLetterSendForm
	Channels []models.Channel
	Timed    bool // hours count from it
	Becomes  string
}

// CaseLetterDropPage asks before a draft is dropped.
type CaseLetterDropPage struct {
	Page
	CaseRef string
	Letter  models.CaseLetter
}

// CaseLettersProps is the list of a case's letters with the way to a new one, for the page of the case.
type CaseLettersProps struct {
	Ref     string
	Letters []models.CaseLetter
}

// whenItFits says in a line from when a letter fits.
func whenItFits(f letters.Fit) string {
	switch {
	case f.OK():
		return "Now"
	case f.From != 0:
		return "From " + f.From.Long()
	}
	return "Not now"
}

func caseLetterTag(l models.CaseLetter) components.TagProps {
	colour := components.TagNeutral
	switch l.State {
	case models.CaseLetterSent:
		colour = components.TagGood
	case models.CaseLetterDraft:
		colour = components.TagDue
	case models.CaseLetterDropped:
	}
	return components.TagProps{Text: l.State.Label(), Colour: colour}
}

// caseLetterTheirs are the fields in which the other's draft is not the same as what was typed.
func caseLetterTheirs(p CaseLetterEditPage) []components.SummaryRow {
	var rows []components.SummaryRow
	add := func(key, theirs, mine string) {
		if theirs != mine {
			rows = append(rows, components.SummaryRow{Key: key, Text: theirs})
		}
	}
	date := func(v components.DateValue) string { return strings.TrimSpace(v.Day + " " + v.Month + " " + v.Year) }
	add("Whom it goes to", p.Theirs.Recipient, p.Form.Recipient)
	add("Subject", p.Theirs.Subject, p.Form.Subject)
	add("Who signs", p.Theirs.SignOff, p.Form.SignOff)
	add("Dated", date(p.Theirs.Dated), date(p.Form.Dated))
	add("Answer by", date(p.Theirs.ReplyBy), date(p.Form.ReplyBy))
	return rows
}

func caseLetterWriters(authority bool) []components.Option {
	hint := "No signed authority is logged: say in the letter only what the resident has agreed to."
	if authority {
		hint = "With the resident's signed authority."
	}
	return []components.Option{{Value: "own", Label: "The resident, in their own name", Hint: "They sign it, and the answer goes to their home."},
		{Value: "branch", Label: "The branch, for the resident", Hint: hint}}
}
