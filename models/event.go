package models

import (
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
	Until      civil.Date   `gorm:"column:until_date"` // extension_notified: the new date given; promise_made: the day promised
	Note       string       // what happened, in the words of whoever recorded it
	Reference  string       // a job number, the landlord's or the Ombudsman's reference
	Channel    Channel      // "" where it does not matter
	Answered   bool         // contact_attempt: somebody answered
	Finding    Grade        // determination: the heaviest finding
	Reason     ClosedReason // case_closed
	Replaces   int64        `gorm:"default:null"` // the event that this one corrects; 0 where it corrects none
	RecordedBy int64        `gorm:"default:null"` // account
	RecordedAt time.Time    // UTC
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
	switch e.Kind { //nolint:exhaustive // the others say it with their label
	case KindContactAttempt:
		if e.Answered {
			w += ", answered"
		} else {
			w += ", no answer"
		}
	case KindExtensionNotified, KindPromiseMade:
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
