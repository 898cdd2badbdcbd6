package views

import (
	"strconv"

	"commoncase/models"
	"commoncase/models/catalogue"
	"commoncase/views/components"
)

// RenewalsPath lists whose consent is to be asked for again.
const RenewalsPath = "/consents/renewals"

// QuotesPath is where the quotes are.
const QuotesPath = "/quotes"

// ConsentRow is one purpose with where it stands.
type ConsentRow struct {
	Purpose models.Purpose
	State   models.ConsentState
	Taker   string // who wrote the newest answer down; "" where the resident ticked it or nobody was asked
	History []ConsentPast
}

// ConsentPast is one answer.
type ConsentPast struct {
	models.Consent
	Taker string
}

// ConsentsPage is what the resident of a case agreed to.
type ConsentsPage struct {
	Page
	Ref      string
	Resident string
	Rows     []ConsentRow
	May      bool // by the history of the case the branch may write for them
}

// ConsentForm writes an answer down.
type ConsentForm struct {
	Value, How, Lang string
	On               components.DateValue
}

// ConsentPage is the form for one purpose. Sure asks once more before something is taken back.
type ConsentPage struct {
	Page
	Ref  string
	Row  ConsentRow
	Form ConsentForm
	Uses []string // where it was used already, a sentence each
	Sure bool
}

// RenewalLine is somebody to ask again.
type RenewalLine struct {
	Ref, Name, Href string
	States          []models.ConsentState
}

// RenewalsPage lists them.
type RenewalsPage struct {
	Page
	Months int
	Lines  []RenewalLine
}

// ConsentsPath is the page of a case's consents, ConsentPath that of one purpose.
func ConsentsPath(ref string) string { return casePath(ref, "consents") }

// ConsentPath is the form for one purpose.
func ConsentPath(ref string, p models.Purpose) string { return ConsentsPath(ref) + "/" + string(p) }

var english = catalogue.In(catalogue.English)

// ConsentTitle is what a purpose is called, ConsentAsk the sentence that residents answer.
func ConsentTitle(p models.Purpose) string { return english.T("consent." + string(p) + ".title") }

// ConsentAsk is the sentence that a resident answers.
func ConsentAsk(p models.Purpose) string { return english.T("consent." + string(p) + ".ask") }

func consentHint(p models.Purpose) string { return english.T("consent." + string(p) + ".hint") }

// consentTag is the state of a consent in a word and a colour.
func consentTag(s models.ConsentState) components.TagProps {
	switch {
	case !s.Asked:
		return components.TagProps{Text: "Not asked"}
	case !s.Given():
		return components.TagProps{Text: "No", Colour: components.TagBad}
	case s.Lapsed && !s.Holds:
		return components.TagProps{Text: "Run out", Colour: components.TagBad}
	case s.Lapsed:
		return components.TagProps{Text: "Ask again", Colour: components.TagDue}
	}
	return components.TagProps{Text: answerWord(s.Value), Colour: components.TagGood}
}

// answerWord is an answer in a word or two.
func answerWord(v models.ConsentValue) string {
	switch v {
	case models.ConsentYes:
		return "Yes"
	case models.ConsentAnonymous:
		return "Yes, no name"
	case models.ConsentFirstName:
		return "Yes, first name"
	case models.ConsentFullName:
		return "Yes, full name"
	case models.ConsentNo:
	}
	return "No"
}

// consentSince says since when an answer stands, and until when.
func consentSince(s models.ConsentState) string {
	switch {
	case !s.Asked:
		return ""
	case s.RenewBy.IsZero():
		return "Since " + s.On.Long()
	case s.Lapsed && !s.Holds:
		return "Ran out on " + s.RenewBy.Long()
	case s.Lapsed:
		return "Since " + s.On.Long() + ". Was to be asked again by " + s.RenewBy.Long()
	}
	return "Since " + s.On.Long() + ". Ask again by " + s.RenewBy.Long()
}

// consentBy says how an answer came, and who wrote it down.
func consentBy(how models.ConsentHow, taker string) string {
	word := consentHow(how)
	if taker != "" && word != "" {
		word += ", written down by " + taker
	}
	return word
}

func consentHow(how models.ConsentHow) string {
	switch how {
	case models.ConsentSelf:
		return "Answered by themselves"
	case models.ConsentSpoken:
		return "Spoken"
	case models.ConsentPaper:
		return "On paper"
	case models.ConsentOffice:
		return "From a message"
	}
	return ""
}

func consentAnswers(p models.Purpose) []components.Option {
	if p != models.PurposeQuote {
		return []components.Option{{Value: string(models.ConsentYes), Label: "Yes"}, {Value: string(models.ConsentNo), Label: "No, or they take it back"}}
	}
	os := make([]components.Option, 0, 4)
	for _, v := range []models.ConsentValue{models.ConsentAnonymous, models.ConsentFirstName, models.ConsentFullName} {
		os = append(os, components.Option{Value: string(v), Label: english.T("consent.quote." + string(v))})
	}
	return append(os, components.Option{Value: string(models.ConsentNo), Label: "No, or they take it back"})
}

func consentHows() []components.Option {
	return []components.Option{{Value: string(models.ConsentSpoken), Label: "They said it", Hint: "Face to face or on the telephone"},
		{Value: string(models.ConsentPaper), Label: "On paper", Hint: "The paper form, or a letter"},
		{Value: string(models.ConsentOffice), Label: "In a message", Hint: "An e-mail or a text"}}
}

func consentLangs() []components.Option {
	var os []components.Option
	for _, l := range catalogue.Languages() {
		os = append(os, components.Option{Value: l.Tag, Label: l.English})
	}
	return os
}

// QuoteLine is a quote in the list.
type QuoteLine struct {
	models.Quote
	Name, Area, Theme string
	Stands            []QuoteStand
	Source, Href      string   // of who may see cases
	Used              []string // the references of letters
}

// QuoteStand is a kind of letter that a quote may stand in or not.
type QuoteStand struct{ Letter, Why string }

// QuotesPage lists the quotes.
type QuotesPage struct {
	Page
	Quotes  []QuoteLine
	Letters bool // the person may read letters
	CanKeep bool
}

// QuoteForm adds a quote.
type QuoteForm struct {
	Text, Original, FirstName string
	Said                      components.DateValue
}

// QuotePage is the form, with what the resident told.
type QuotePage struct {
	Page
	Action  string
	Told    string
	Foreign bool // it was told in another language
	State   models.ConsentState
	Name    string
	Why     string // why nothing of it may be printed
	Ask     string // where their answer is written down; "" of a story
	Form    QuoteForm
}

// QuoteDropPage asks before a quote is dropped.
type QuoteDropPage struct {
	Page
	Quote QuoteLine
}

func quotePath(n int) string { return QuotesPath + "/" + strconv.Itoa(n) }

func quoteTitle(q QuoteLine) string { return "Quote " + strconv.Itoa(q.Number) }

// quoteName says which name is printed with a quote.
func quoteName(s models.ConsentState, name string) string {
	switch {
	case !s.Holds:
		return ""
	case s.Value == models.ConsentFullName && name != "":
		return "It is printed with the full name, " + name + "."
	case s.Value == models.ConsentFirstName && name != "":
		return "It is printed with the first name alone."
	}
	return "It is printed without a name: “A resident”."
}
