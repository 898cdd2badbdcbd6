package models

import (
	"fmt"
	"strings"
	"time"

	"commoncase/models/civil"
)

// Kind is what an event on a case is. A new kind is a constant, a label and a place in KindGroups.
type Kind string

// The kinds of event, in the order in which a case meets them.
const (
	KindStoryReceived         Kind = "story_received"
	KindConsentGiven          Kind = "consent_given"
	KindConsentWithdrawn      Kind = "consent_withdrawn"
	KindAuthorityGiven        Kind = "authority_given" // the resident's signed authority to act
	KindIssueReported         Kind = "issue_reported"
	KindRepairRaised          Kind = "repair_raised"
	KindAppointmentMissed     Kind = "appointment_missed"
	KindContactAttempt        Kind = "contact_attempt"
	KindPromiseMade           Kind = "promise_made"
	KindLandlordUpdate        Kind = "landlord_update" // the landlord wrote, called or came, without answering
	KindHazardReported        Kind = "hazard_reported"
	KindSolicitorActing       Kind = "solicitor_acting"
	KindComplaintMade         Kind = "complaint_made"
	KindComplaintAcknowledged Kind = "complaint_acknowledged"
	KindExtensionNotified     Kind = "extension_notified"
	KindStage1Response        Kind = "stage1_response"
	KindEscalationRequested   Kind = "escalation_requested"
	KindStage2Acknowledged    Kind = "stage2_acknowledged"
	KindStage2Response        Kind = "stage2_response" // the final response
	KindOmbudsmanHelp         Kind = "ombudsman_help"  // asked the Ombudsman to get a response
	KindOmbudsmanReferral     Kind = "ombudsman_referral"
	KindDetermination         Kind = "determination"
	KindOrderDue              Kind = "order_due" // dated on the day by which the order must be met
	KindOrderMet              Kind = "order_met"
	KindAdverseAction         Kind = "adverse_action"
	KindNote                  Kind = "note"
	KindCaseClosed            Kind = "case_closed"
	KindCaseReopened          Kind = "case_reopened"
	KindRetracted             Kind = "retracted" // takes back the event it replaces, and puts nothing in its place

	// What hangs on the complaint beside its answers.
	KindComplaintRefused  Kind = "complaint_refused"
	KindEscalationRefused Kind = "escalation_refused"
	KindExtraStage        Kind = "extra_stage"      // the landlord asks for an informal stage before, or a third one after
	KindLetterChecked     Kind = "letter_checked"   // a letter of the landlord held against what it must say; Items names what is missing
	KindReviewRequested   Kind = "review_requested" // of the determination
	KindOrderChased       Kind = "order_chased"     // the Ombudsman was told that an order is not complied with
	KindFailureOrder      Kind = "failure_order"    // the Ombudsman's complaint handling failure order

	// A hazard, from its report (KindHazardReported) on.
	KindHazardInvestigated Kind = "hazard_investigated"
	KindInPersonRequested  Kind = "in_person_requested" // after an investigation from afar
	KindSummaryGiven       Kind = "summary_given"       // of what the investigation found, in writing
	KindMadeSafe           Kind = "made_safe"
	KindWorksBegun         Kind = "works_begun" // that keep the hazard from coming back
	KindWorksFinished      Kind = "works_finished"
	KindRehoused           Kind = "rehoused" // offered somewhere else to stay at the landlord's cost

	// A repair, from KindRepairRaised on.
	KindAppointmentMade Kind = "appointment_made"
	KindRepairCompleted Kind = "repair_completed" // the landlord closed the job as done, whether it is or not

	KindPromiseKept Kind = "promise_kept"

	// A request under a Procedure, from KindRequestMade on.
	KindRequestMade         Kind = "request_made"
	KindRequestAcknowledged Kind = "request_acknowledged"
	KindClarificationAsked  Kind = "clarification_asked" // by the landlord: its clock stops
	KindClarificationGiven  Kind = "clarification_given"
	KindRequestExtended     Kind = "request_extended"
	KindRequestAnswered     Kind = "request_answered"
	KindRequestReview       Kind = "request_review" // of the answer, by the body that gave it
	KindRequestReviewed     Kind = "request_reviewed"
	KindNoticeReceived      Kind = "notice_received" // of works or an agreement that leaseholders pay for
	KindObservationsMade    Kind = "observations_made"
	KindDataBreach          Kind = "data_breach" // the landlord became aware of it
	KindRegulatorTold       Kind = "regulator_told"
	KindResidentTold        Kind = "resident_told"
	KindRegulatorComplaint  Kind = "regulator_complaint" // to the Information Commissioner, the Regulator of Social Housing or a tribunal
	KindTaskSet             Kind = "task_set"            // something that the branch has set itself, until a day
	KindTaskDone            Kind = "task_done"
)

// Procedure is what an event opens beside the complaint: a thread of events with clocks of its own. Events that belong to a thread
// name the one that opened it in About.
type Procedure string

// The procedures.
const (
	ProcedureHazard        Procedure = "hazard"
	ProcedureRepair        Procedure = "repair"
	ProcedurePromise       Procedure = "promise"
	ProcedureTask          Procedure = "task"
	ProcedureSubjectAccess Procedure = "subject_access"
	ProcedureDataComplaint Procedure = "data_complaint"
	ProcedureDataBreach    Procedure = "data_breach"
	ProcedureFOI           Procedure = "freedom_of_information"
	ProcedureEIR           Procedure = "environmental_information"
	ProcedureSTAIRs        Procedure = "tenant_information" // the access to information requirements for social tenants
	ProcedureCostsSummary  Procedure = "costs_summary"      // section 21
	ProcedureInspection    Procedure = "costs_inspection"   // section 22
	ProcedureIntention     Procedure = "section20_intention"
	ProcedureEstimates     Procedure = "section20_estimates"
	ProcedurePreAction     Procedure = "pre_action"
	ProcedureMPEnquiry     Procedure = "mp_enquiry"
	ProcedureCouncillor    Procedure = "councillor_enquiry"
)

// Opens returns the procedure that an event opens, "" where it opens none.
func (e *Event) Opens() Procedure {
	switch e.Kind { //nolint:exhaustive // the others open none
	case KindHazardReported:
		return ProcedureHazard
	case KindRepairRaised:
		if e.About != 0 { // another job number of a repair that is open already
			return ""
		}
		return ProcedureRepair
	case KindPromiseMade:
		return ProcedurePromise
	case KindTaskSet:
		return ProcedureTask
	case KindDataBreach:
		return ProcedureDataBreach
	case KindRequestMade, KindNoticeReceived:
		return e.Procedure
	}
	return ""
}

// Urgency is how soon something must be done, as the landlord or the resident put it.
type Urgency string

// The urgencies: emergency and significant of hazards, emergency, urgent and routine of repairs.
const (
	UrgencyEmergency   Urgency = "emergency"
	UrgencySignificant Urgency = "significant"
	UrgencyUrgent      Urgency = "urgent"
	UrgencyRoutine     Urgency = "routine"
)

// Channel is how a contact or a letter travelled.
type Channel string

// The channels of contact.
const (
	ChannelPhone   Channel = "phone"
	ChannelEmail   Channel = "email"
	ChannelLetter  Channel = "letter"
	ChannelWebForm Channel = "web_form"
	ChannelVisit   Channel = "visit"
	ChannelSocial  Channel = "social_media"
	ChannelPress   Channel = "press"
)

// ClosedReason says why a case was closed.
type ClosedReason string

// The reasons for closing a case.
const (
	ClosedResolved       ClosedReason = "resolved"
	ClosedPartlyResolved ClosedReason = "partly_resolved"
	ClosedWithdrawn      ClosedReason = "withdrawn"
	ClosedOutOfTime      ClosedReason = "out_of_time"
	ClosedLostContact    ClosedReason = "lost_contact"
)

// Event is one dated thing that happened on a case. Events are only ever added: one that was wrong is replaced by a new
// one that names it in Replaces, and stays in the history.
type Event struct {
	ID         int64
	BranchID   int64
	CaseID     int64
	Kind       Kind
	On         civil.Date   `gorm:"column:on_date"`    // the day it happened; for order_due, the day by which
	At         civil.Time   `gorm:"column:at_time"`    // the time on the wall in London where hours count; zero where it is not known
	Until      civil.Date   `gorm:"column:until_date"` // extension: the new date; promise, task: the day by which; request for costs: the end of the accounting period
	About      int64        `gorm:"default:null"`      // the event that this one belongs to; 0 where it stands alone
	Procedure  Procedure    // request_made, notice_received: which
	Category   string       // hazard_reported: the hazard; repair_raised: the defect, both by their slug in the rulebook
	Urgency    Urgency      // hazard_reported, repair_raised
	Items      string       // letter_checked: the slugs of what is missing, separated by spaces; "" where nothing is
	Minutes    int          // what it cost the resident: minutes waited or spent
	HalfDays   int          // what it cost the resident: half days off work
	Note       string       // what happened, in the words of whoever recorded it
	Reference  string       // a job number, the landlord's or the Ombudsman's reference
	Channel    Channel      // "" where it does not matter
	Answered   bool         // contact_attempt: somebody answered
	Finding    Grade        // determination: the heaviest finding
	Reason     ClosedReason // case_closed
	Replaces   int64        `gorm:"default:null"` // the event that this one corrects; 0 where it corrects none
	RecordedBy int64        `gorm:"default:null"` // account
	ByMember   bool         // told by the resident on their own page
	RecordedAt time.Time    // UTC
}

// HasUntil reports whether events of the kind carry a second day.
func (k Kind) HasUntil() bool {
	switch k { //nolint:exhaustive // the others have one day
	case KindExtensionNotified, KindPromiseMade, KindRequestExtended, KindRequestMade, KindTaskSet:
		return true
	}
	return false
}

// Entry is one event of a case as a page shows it: with who recorded it, what became of it, and its files.
type Entry struct {
	Event
	Recorder   string
	ReplacedBy int64 // the event that corrects this one; 0 where it stands
	Files      []Attachment
	Exhibits   []int // the numbers that its files have in the bundle, in the order of Files
}

// Words say what the event is, with what belongs to it: "Contact attempt, no answer (phone)".
func (e Event) Words() string {
	w := e.Kind.Label()
	if e.Procedure != "" {
		label := e.Procedure.Label()
		if first, second := label[:1], label[1:2]; strings.ToUpper(second) != second || second == " " { // not an abbreviation, such as MP
			label = strings.ToLower(first) + label[1:]
		}
		w += ": " + label
	}
	switch e.Kind { //nolint:exhaustive // the others say it with their label
	case KindHazardReported, KindRepairRaised:
		if e.Urgency != "" {
			w += " (" + strings.ToLower(e.Urgency.Label()) + ")"
		}
	case KindLetterChecked:
		if n := len(strings.Fields(e.Items)); n == 0 {
			w += ": nothing missing"
		} else if n == 1 {
			w += ": 1 item missing"
		} else {
			w += fmt.Sprintf(": %d items missing", n)
		}
	case KindContactAttempt:
		if e.Answered {
			w += ", answered"
		} else {
			w += ", no answer"
		}
	case KindExtensionNotified, KindPromiseMade, KindTaskSet, KindRequestExtended:
		if !e.Until.IsZero() {
			w += ", until " + e.Until.Long()
		}
	case KindDetermination:
		w += ": " + string(e.Finding)
	case KindCaseClosed:
		w += ": " + e.Reason.Label()
	}
	if e.Channel != "" {
		w += " (" + strings.ToLower(e.Channel.Label()) + ")"
	}
	if e.Reference != "" {
		w += ", reference " + e.Reference
	}
	return w
}
