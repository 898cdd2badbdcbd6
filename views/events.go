package views

import (
	"net/url"
	"slices"
	"strconv"

	"commoncase/models"
	"commoncase/models/civil"
	"commoncase/models/rulebook"
	"commoncase/models/timeline"
	"commoncase/views/components"
)

// EventForm is what is typed about an event.
type EventForm struct {
	Version   string
	Kind      string
	Replaces  string
	On        components.DateValue
	Until     components.DateValue
	Note      string
	Reference string
	Channel   string
	Answered  string // yes, no or empty
	Finding   string
	Reason    string
	At        string // 14:05
	About     string // id of the event that it belongs to
	Procedure string
	Category  string
	Urgency   string
	Items     string // of a checked letter: what is missing; carried along
	Minutes   string
	HalfDays  string
	Staged    []string // ids of files that are uploaded already
}

// EventPage is the form for one event.
type EventPage struct {
	Page
	Case     models.Case
	Kind     models.Kind
	Form     EventForm
	Staged   []models.Attachment
	Replaced *models.Entry  // the event that is corrected
	News     []models.Entry // what others added meanwhile
	Today    civil.Date
	Result   timeline.Result // of the case as it stands, for what an event can belong to
	Landlord models.LandlordType
}

// EventCheckPage shows what an event would change, before it is saved.
type EventCheckPage struct {
	Page
	Case    models.Case
	Event   models.Event
	Form    EventForm
	Staged  []models.Attachment
	Changes []timeline.Change
	Status  string          // the status line after it
	Warning string          // what speaks against it; "" where nothing does
	Result  timeline.Result // after it
}

func channelOptions() []components.Option {
	var os []components.Option
	for _, c := range models.Channels {
		os = append(os, components.Option{Value: string(c), Label: c.Label()})
	}
	return os
}

func reasonOptions() []components.Option {
	var os []components.Option
	for _, r := range models.ClosedReasons {
		os = append(os, components.Option{Value: string(r), Label: sentence(r.Label())})
	}
	return os
}

func gradeOptions() []components.Option {
	var os []components.Option
	for _, g := range models.Grades {
		os = append(os, components.Option{Value: string(g), Label: sentence(string(g))})
	}
	return os
}

// KindOptions are the kinds of event that may be logged, in groups.
func KindOptions() []components.Option { return kindOptions }

var kindOptions = slices.Clip(makeKindOptions())

func makeKindOptions() []components.Option {
	var os []components.Option
	for _, g := range models.KindGroups {
		for _, k := range g.Kinds {
			os = append(os, components.Option{Value: string(k), Label: k.Label(), Group: g.Heading})
		}
	}
	return os
}

// dayQuestion asks for the date of an event in the words of its kind.
func dayQuestion(k models.Kind) string {
	switch k { //nolint:exhaustive // the others are asked alike
	case models.KindComplaintMade:
		return "On which day did the landlord receive the complaint?"
	case models.KindComplaintAcknowledged, models.KindStage2Acknowledged:
		return "What is the date of the acknowledgement?"
	case models.KindStage1Response, models.KindStage2Response:
		return "What is the date of the response?"
	case models.KindEscalationRequested:
		return "On which day was stage 2 asked for?"
	case models.KindExtensionNotified:
		return "On which day did the landlord say so?"
	case models.KindPromiseMade:
		return "On which day was it promised?"
	case models.KindDetermination:
		return "What is the date of the determination?"
	case models.KindAuthorityGiven:
		return "On which day was it signed?"
	case models.KindHazardReported:
		return "On which day did the landlord hear of it?"
	case models.KindRequestMade:
		return "On which day did they receive the request?"
	case models.KindNoticeReceived:
		return "What is the date of the notice?"
	case models.KindDataBreach:
		return "On which day did the landlord know of it?"
	case models.KindTaskSet:
		return "On which day was it decided?"
	case models.KindAppointmentMade:
		return "On which day was it agreed?"
	case models.KindClarificationAsked, models.KindClarificationGiven, models.KindRequestExtended, models.KindRequestAnswered, models.KindSummaryGiven:
		return "What is the date of the letter?"
	}
	return "On which day?"
}

func hasChannel(k models.Kind) bool {
	switch k { //nolint:exhaustive // the others do not travel
	case models.KindOrderDue, models.KindOrderMet, models.KindNote, models.KindCaseClosed, models.KindCaseReopened, models.KindRetracted,
		models.KindAuthorityGiven, models.KindSolicitorActing, models.KindDetermination, models.KindLetterChecked, models.KindTaskSet, models.KindTaskDone,
		models.KindFailureOrder, models.KindMadeSafe, models.KindWorksBegun, models.KindWorksFinished, models.KindAppointmentMissed, models.KindRepairCompleted,
		models.KindDataBreach, models.KindPromiseKept:
		return false
	}
	return true
}

func hasReference(k models.Kind) bool {
	switch k { //nolint:exhaustive // the others have none
	case models.KindRepairRaised, models.KindAppointmentMissed, models.KindComplaintMade, models.KindComplaintAcknowledged, models.KindStage1Response,
		models.KindOmbudsmanHelp, models.KindOmbudsmanReferral, models.KindDetermination, models.KindOrderDue, models.KindOrderMet, models.KindContactAttempt,
		models.KindAppointmentMade, models.KindRepairCompleted, models.KindHazardReported, models.KindIssueReported, models.KindRequestMade, models.KindRequestAcknowledged,
		models.KindRequestAnswered, models.KindNoticeReceived, models.KindFailureOrder, models.KindReviewRequested, models.KindRegulatorComplaint, models.KindRegulatorTold:
		return true
	}
	return false
}

func referenceLabel(k models.Kind) string {
	switch k { //nolint:exhaustive // the others are the landlord's
	case models.KindRepairRaised, models.KindAppointmentMissed, models.KindAppointmentMade, models.KindRepairCompleted, models.KindIssueReported:
		return "Job number"
	case models.KindRegulatorComplaint, models.KindRegulatorTold:
		return "The regulator's or the tribunal's reference"
	case models.KindOmbudsmanHelp, models.KindOmbudsmanReferral, models.KindDetermination, models.KindFailureOrder, models.KindReviewRequested:
		return "The Ombudsman's reference"
	case models.KindOrderDue, models.KindOrderMet:
		return "Which order"
	}
	return "The landlord's reference"
}

func noteLabel(k models.Kind) string {
	switch k { //nolint:exhaustive // the others are asked alike
	case models.KindRetracted:
		return "Why is it taken back?"
	case models.KindNote:
		return "Note"
	case models.KindPromiseMade:
		return "What was promised, and by whom?"
	case models.KindOrderDue:
		return "What was ordered?"
	case models.KindAdverseAction:
		return "What was done to the resident?"
	case models.KindTaskSet:
		return "What is to be done, and by whom?"
	case models.KindAppointmentMade:
		return "When is it, and who is to come?"
	case models.KindFailureOrder:
		return "What did the Ombudsman order?"
	case models.KindRequestMade:
		return "What was asked for?"
	case models.KindRegulatorComplaint:
		return "To whom, and about what?"
	}
	return "What happened?"
}

// noteHint says who will read the note.
func noteHint(k models.Kind) string {
	switch k { //nolint:exhaustive // the others are the case's history, which a referral prints
	case models.KindNote, models.KindCaseClosed, models.KindCaseReopened, models.KindRetracted, models.KindStoryReceived, models.KindConsentGiven,
		models.KindTaskSet, models.KindTaskDone:
		return "Those who run cases see it, and the resident on their own case."
	case models.KindAdverseAction:
		return "Say what was done and by whom. Leave out what you only suspect."
	}
	return "It is printed in the chronology of a referral. Leave out what the Ombudsman need not know."
}

func eventSummary(p EventCheckPage) []components.SummaryRow {
	e := p.Event
	rows := []components.SummaryRow{{Key: "What", Text: e.Words()}, {Key: "Day", Text: e.On.Long()}}
	add := func(key, text string) {
		if text != "" {
			rows = append(rows, components.SummaryRow{Key: key, Text: text})
		}
	}
	add("Time", e.At.String())
	if e.Kind == models.KindRequestMade && !e.Until.IsZero() {
		add(untilQuestion(e.Kind), e.Until.Long())
	}
	for _, x := range p.Result.Current {
		if x.ID == e.About && e.About != 0 {
			add("Belongs to", x.Words()+", "+x.On.Long())
		}
	}
	if e.Category != "" {
		add(categoryLabel(e.Kind), p.Result.Book().CategoryName(e.Category))
	}
	add("What it cost the resident", eventCost(e))
	if e.Note != "" {
		rows = append(rows, components.SummaryRow{Key: noteLabel(e.Kind), Text: e.Note})
	}
	for _, a := range p.Staged {
		rows = append(rows, components.SummaryRow{Key: "File", Text: a.Title + " (" + fileKind(a.MediaType) + ", " + size(a.Size) + ")"})
	}
	return append(rows, components.SummaryRow{Key: "The case will stand at", Text: sentence(p.Status)})
}

// newEvent is the address of the form for an event, that corrects another one where replaces is not 0.
func newEvent(ref string, k models.Kind, replaces int64) string {
	path := "/cases/" + ref + "/events/new?kind=" + url.QueryEscape(string(k))
	if replaces != 0 {
		path += "&replaces=" + strconv.FormatInt(replaces, 10)
	}
	return path
}

func procedureQuestion(k models.Kind) string {
	if k == models.KindNoticeReceived {
		return "Which notice?"
	}
	return "What was asked for?"
}

func procedureOptions(k models.Kind) []components.Option {
	from := models.Requests
	if k == models.KindNoticeReceived {
		from = models.Notices
	}
	var os []components.Option
	for _, p := range from {
		os = append(os, components.Option{Value: string(p), Label: p.Label()})
	}
	return os
}

func urgencyOptions(k models.Kind) []components.Option {
	from := models.RepairUrgencies
	if k == models.KindHazardReported {
		from = models.HazardUrgencies
	}
	var os []components.Option
	for _, u := range from {
		os = append(os, components.Option{Value: string(u), Label: u.Label()})
	}
	return os
}

// asksUntil reports whether the form asks for a second day: of a request only where it can be one for costs.
func asksUntil(k models.Kind, procedure string) bool {
	if k != models.KindRequestMade {
		return k.HasUntil()
	}
	switch models.Procedure(procedure) { //nolint:exhaustive // the others have no accounting period
	case "", models.ProcedureCostsSummary, models.ProcedureInspection:
		return true
	}
	return false
}

func untilQuestion(k models.Kind) string {
	switch k { //nolint:exhaustive // the others give a new date
	case models.KindPromiseMade:
		return "By when was it promised?"
	case models.KindTaskSet:
		return "By which day is it to be done?"
	case models.KindRequestMade:
		return "When did the accounting period end?"
	}
	return "Which new date did the landlord give?"
}

func untilHint(k models.Kind) string {
	switch k { //nolint:exhaustive // the others give a new date
	case models.KindPromiseMade:
		return "Leave empty where no day was named"
	case models.KindTaskSet:
		return "For example, 9 5 2023"
	case models.KindRequestMade:
		return "Only for a request about service charge costs: the day to which the costs run. Leave empty for all others"
	}
	return "Leave empty where it gave none: the longest that is allowed is then taken"
}

func categoryLabel(k models.Kind) string {
	if k == models.KindHazardReported {
		return "Which hazard is it?"
	}
	return "Which defect is it?"
}

// categories are the hazards or defects of today's list; one that an older list had is kept where it is chosen. The list of defects
// binds councils, so another landlord's form does not ask.
func (p EventPage) categories() []components.Option {
	book := p.Result.Book()
	if book == nil {
		return nil
	}
	slug := rulebook.ListHazards
	if p.Kind == models.KindRepairRaised {
		if slug = rulebook.ListDefects; p.Landlord == models.LandlordAssociation {
			return nil
		}
	}
	list, ok := book.List(slug, p.Today)
	if !ok {
		return nil
	}
	var os []components.Option
	chosen := p.Form.Category == ""
	for _, e := range list.Entries {
		os = append(os, components.Option{Value: e.Slug, Label: e.Name})
		chosen = chosen || e.Slug == p.Form.Category
	}
	if !chosen && book.CategoryName(p.Form.Category) != p.Form.Category {
		os = append(os, components.Option{Value: p.Form.Category, Label: book.CategoryName(p.Form.Category)})
	}
	return os
}

// threads are what an event of the page's kind can belong to, the newest first; must says that it belongs to one of them.
func (p EventPage) threads() (ts []timeline.Thread, must bool) {
	for _, t := range slices.Backward(p.Result.Threads()) {
		if p.Replaced != nil && t.Opener.ID == p.Replaced.ID {
			continue
		}
		belongs := timeline.Belongs(p.Kind, t.Procedure) && p.Kind != models.KindRepairRaised
		if belongs || timeline.MayConcern(p.Kind, t.Procedure) {
			ts = append(ts, t)
			must = must || belongs
		}
	}
	return ts, must
}

func (p EventPage) aboutOptions() []components.Option {
	ts, _ := p.threads()
	var os []components.Option
	for _, t := range ts {
		os = append(os, components.Option{Value: strconv.FormatInt(t.Opener.ID, 10), Label: t.Opener.Words() + ", " + t.Opener.On.Long()})
	}
	return os
}

// choosesAbout reports whether the form asks what the event belongs to: where there are several, or where it may belong to none.
func (p EventPage) choosesAbout() bool {
	ts, must := p.threads()
	return len(ts) > 1 || len(ts) == 1 && !must
}

// aboutValue is what the form says that the event belongs to: what was chosen, or the newest where it must belong to one.
func (p EventPage) aboutValue() string {
	if p.Kind == models.KindLetterChecked {
		return p.Form.About
	}
	ts, must := p.threads()
	for _, t := range ts {
		for _, e := range t.Events { // an event of the thread stands for it
			if strconv.FormatInt(e.ID, 10) == p.Form.About {
				return strconv.FormatInt(t.Opener.ID, 10)
			}
		}
	}
	if must && len(ts) > 0 {
		return strconv.FormatInt(ts[0].Opener.ID, 10)
	}
	return ""
}

func aboutLabel(k models.Kind) string {
	if k == models.KindRepairRaised {
		return "Is it another job of a repair that is logged already?"
	}
	return "Belongs to"
}

// aboutEmpty is the choice of nothing; "" where there must be one.
func aboutEmpty(k models.Kind) string {
	switch {
	case k == models.KindRepairRaised:
		return "No, it is a new repair"
	case timeline.MayConcern(k, models.ProcedureRepair):
		return "Nothing in particular"
	}
	return ""
}

// AsksAbout reports whether the form has a field for what the event belongs to.
func (p EventPage) AsksAbout() bool { return p.choosesAbout() }
