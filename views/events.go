package views

import (
	"net/url"
	"slices"
	"strconv"

	"commoncase/models"
	"commoncase/models/civil"
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
}

// EventCheckPage shows what an event would change, before it is saved.
type EventCheckPage struct {
	Page
	Case    models.Case
	Event   models.Event
	Form    EventForm
	Staged  []models.Attachment
	Changes []timeline.Change
	Status  string // the status line after it
	Warning string // what speaks against it; "" where nothing does
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
	}
	return "On which day?"
}

func hasChannel(k models.Kind) bool {
	switch k { //nolint:exhaustive // the others do not travel
	case models.KindOrderDue, models.KindOrderMet, models.KindNote, models.KindCaseClosed, models.KindCaseReopened, models.KindRetracted,
		models.KindAuthorityGiven, models.KindSolicitorActing, models.KindDetermination:
		return false
	}
	return true
}

func hasReference(k models.Kind) bool {
	switch k { //nolint:exhaustive // the others have none
	case models.KindRepairRaised, models.KindAppointmentMissed, models.KindComplaintMade, models.KindComplaintAcknowledged, models.KindStage1Response,
		models.KindOmbudsmanHelp, models.KindOmbudsmanReferral, models.KindDetermination, models.KindOrderDue, models.KindOrderMet, models.KindContactAttempt:
		return true
	}
	return false
}

func referenceLabel(k models.Kind) string {
	switch k { //nolint:exhaustive // the others are the landlord's
	case models.KindRepairRaised, models.KindAppointmentMissed:
		return "Job number"
	case models.KindOmbudsmanHelp, models.KindOmbudsmanReferral, models.KindDetermination:
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
	}
	return "What happened?"
}

// noteHint says who will read the note.
func noteHint(k models.Kind) string {
	switch k { //nolint:exhaustive // the others are the case's history, which a referral prints
	case models.KindNote, models.KindCaseClosed, models.KindCaseReopened, models.KindRetracted, models.KindStoryReceived, models.KindConsentGiven:
		return "Those who run cases see it, and the resident on their own case."
	}
	return "It is printed in the chronology of a referral. Leave out what the Ombudsman need not know."
}

func eventSummary(p EventCheckPage) []components.SummaryRow {
	e := p.Event
	rows := []components.SummaryRow{{Key: "What", Text: e.Words()}, {Key: "Day", Text: e.On.Long()}}
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
