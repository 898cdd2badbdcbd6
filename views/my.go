package views

import (
	"strings"
	"time"

	"commoncase/models"
	"commoncase/models/catalogue"
	"commoncase/models/civil"
	"commoncase/views/components"
)

// MyDue is a line of what the landlord has to do.
type MyDue struct {
	What        string // slug under my.due
	Title       string // the rule's own, where the slug is anything
	Due         civil.Date
	Overdue     bool
	Unconfirmed bool
}

func (d MyDue) words(t catalogue.Text) string { return t.T("my.due."+d.What, "What", d.Title) }

// MyEvent is a line of what happened.
type MyEvent struct {
	models.Event
	Own bool
}

// eventWords are the plain words for the kinds of event, by slug under my.event; what is not here says its kind.
var eventWords = map[models.Kind]string{ //nolint:exhaustive // what is not here says its kind
	models.KindStoryReceived: "story", models.KindConsentGiven: "consent", models.KindConsentWithdrawn: "consent", models.KindAuthorityGiven: "consent",
	models.KindIssueReported: "told", models.KindRepairRaised: "told", models.KindHazardReported: "danger", models.KindAppointmentMissed: "missed",
	models.KindAppointmentMade: "visit", models.KindContactAttempt: "you", models.KindLandlordUpdate: "landlord", models.KindPromiseMade: "landlord",
	models.KindComplaintMade: "complaint", models.KindEscalationRequested: "complaint", models.KindComplaintAcknowledged: "answer",
	models.KindStage1Response: "answer", models.KindStage2Acknowledged: "answer", models.KindStage2Response: "answer", models.KindExtensionNotified: "answer",
	models.KindRequestAnswered: "answer", models.KindRequestAcknowledged: "answer", models.KindOmbudsmanHelp: "ombudsman", models.KindOmbudsmanReferral: "ombudsman",
	models.KindDetermination: "ombudsman", models.KindOrderDue: "ombudsman", models.KindOrderMet: "ombudsman", models.KindRequestMade: "letter",
	models.KindLetterChecked: "letter", models.KindNote: "note", models.KindCaseClosed: "closed", models.KindCaseReopened: "reopened",
	models.KindHazardInvestigated: "visit", models.KindMadeSafe: "work", models.KindWorksBegun: "work", models.KindWorksFinished: "work", models.KindRepairCompleted: "work",
}

func (e MyEvent) words(t catalogue.Text) string {
	if word, ok := eventWords[e.Kind]; ok {
		return t.T("my.event." + word)
	}
	return t.T("my.event.anything", "What", e.Kind.Label())
}

// said is what the member wrote themselves; nobody else's note stands on their page.
func (e MyEvent) said() string {
	if !e.Own {
		return ""
	}
	return e.Note
}

// MyProps is somebody's own page.
type MyProps struct {
	DoorPage
	Ref       string
	State     models.StoryState
	HasCase   bool
	Status    models.Status
	Until     civil.Date
	Refused   string // the branch's reason
	Told      string // their own story, as they wrote it; "" where the page came without one
	Due       []MyDue
	Past      []MyEvent
	Questions int
	Renew     []models.Purpose
	Sign      bool
	Failed    []string
	Photos    bool
	Wish      models.Erasure
	WishOn    civil.Date
	Taps      []string
	Closed    bool
}

func (p MyProps) needsNothing() bool {
	return p.Questions == 0 && len(p.Renew) == 0 && !p.Sign && len(p.Failed) == 0 && !p.Photos
}

func (p MyProps) renewNames() string {
	names := make([]string, len(p.Renew))
	for i, r := range p.Renew {
		names[i] = p.T("consent." + string(r) + ".title")
	}
	return strings.Join(names, ", ")
}

// statusWords say where the case or the story stands.
func (p MyProps) statusWords() string {
	if p.HasCase {
		return p.T("my.status." + string(p.Status))
	}
	return p.T("my.story." + string(p.State))
}

// MyPlaces are the pages of a member's own page, in their order, by slug: /my/files is titled my.files.title.
var MyPlaces = []string{"messages", "files", "consents", "authority", "contact", "code", "export", "erase"}

// TapProps is the page of one tap.
type TapProps struct {
	DoorPage
	Tap      string
	On       components.DateValue
	Note     string
	Channel  string
	Channels []models.Channel
	Answered string
	Closed   bool // an error says so: the way to write is shown
}

func (p TapProps) channelOptions() []components.Option {
	os := make([]components.Option, len(p.Channels))
	for i, c := range p.Channels {
		os[i] = components.Option{Value: string(c), Label: p.T("my.channel." + string(c))}
	}
	return os
}

// MyMessagesProps is the page of messages.
type MyMessagesProps struct {
	DoorPage
	Messages []models.StoryMessage
	Body     string
}

// MyFilesProps is the page of files.
type MyFilesProps struct {
	DoorPage
	Files  []models.StoryFile
	MB     int
	Accept string
}

// MyConsent is one use on the page of consents.
type MyConsent struct {
	Purpose   models.Purpose
	State     models.ConsentState
	Withdrawn bool // it was given once, and taken back
}

// MyConsentsProps is the page of consents.
type MyConsentsProps struct {
	DoorPage
	Lines []MyConsent
}

// line is where the consent stands, in a sentence.
func (l MyConsent) line(t catalogue.Text) string {
	day := t.Day(l.State.On)
	switch {
	case !l.State.Asked:
		return t.T("consent.state.unasked")
	case l.Withdrawn:
		return t.T("consent.withdrawn_on", "Day", day)
	case !l.State.Given():
		return t.T("consent.refused_on", "Day", day)
	case l.State.Lapsed && !l.State.Holds:
		return t.T("consent.lapsed_on", "Day", t.Day(l.State.RenewBy))
	case l.State.Lapsed:
		return t.T("consent.renew_due", "Day", t.Day(l.State.RenewBy))
	}
	return t.T("consent.given_on", "Day", day)
}

// MyConsentProps is the page on which one consent is given, changed or taken back.
type MyConsentProps struct {
	DoorPage
	MyConsent
	TakeBack bool     // it is being taken back
	Uses     []string // where it was used already
	Pick     string   // what was chosen for words that are printed
}

func (p MyConsentProps) quoteOptions() []components.Option {
	return []components.Option{{Value: string(models.ConsentAnonymous), Label: p.T("consent.quote.anonymous")},
		{Value: string(models.ConsentFirstName), Label: p.T("consent.quote.first_name")}, {Value: string(models.ConsentFullName), Label: p.T("consent.quote.full_name")}}
}

// MyAuthorityText is the authority in one language.
type MyAuthorityText struct {
	Text       catalogue.Text
	Title      string
	Facts      [][2]string
	Paragraphs []string
}

// MyAuthorityProps is the page on which the authority to act is signed.
type MyAuthorityProps struct {
	DoorPage
	Asked    bool // consent to act holds, so that there is something to sign
	Texts    []MyAuthorityText
	SignedOn civil.Date // zero where nothing was signed
	Stands   bool
	File     int64 // the signed one, where it is among their own files
	Name     string
	Accept   string
	Files    []components.Option // that are here and may be the paper that was signed
}

// MyContactProps is the page of how to reach somebody.
type MyContactProps struct {
	DoorPage
	Name, Email, Phone, SafeTimes string
	SafeWays                      []string
	Ways                          []string
	DoNotName                     bool
}

func (p MyContactProps) wayOptions() []components.Option {
	os := make([]components.Option, len(p.Ways))
	for i, w := range p.Ways {
		os[i] = components.Option{Value: w, Label: p.T("story.contact.way." + w)}
	}
	return os
}

// MyCodeProps is the page that shows the code.
type MyCodeProps struct {
	DoorPage
	Code    string // "" where there is none to show
	Address string // where it is typed in
}

// MyEraseProps is the page on which somebody asks to be erased.
type MyEraseProps struct {
	DoorPage
	Wish   models.Erasure
	WishOn civil.Date
	Note   string
}

func dayOf(t time.Time) civil.Date { return civil.Of(t) }

// decidedOn is the day on which a wish was decided; zero while it waits.
func decidedOn(e models.Erasure) civil.Date {
	if e.DecidedAt == nil {
		return 0
	}
	return civil.Of(*e.DecidedAt)
}
