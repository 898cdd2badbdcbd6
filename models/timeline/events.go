package timeline

import (
	"cmp"
	"slices"

	"commoncase/models"
)

// kind is a kind of event as a small number: it is the place of the kind on the road, which orders events of one day, and a
// bit in a set of kinds.
type kind uint8

// The kinds in the order in which they can follow one another within one day.
const (
	kUnknown kind = iota
	kStory
	kConsentGiven
	kConsentWithdrawn
	kAuthority
	kIssue
	kHazard
	kInvestigated // before the appointments and repairs that it leads to on the same day
	kRepair
	kAppointment
	kMissed
	kRepairDone
	kContact
	kPromise
	kPromiseKept
	kUpdate
	kInPerson
	kSummary
	kMadeSafe
	kWorksBegun
	kWorksDone
	kRehoused
	kNotice
	kBreach
	kRequest
	kRequestAck
	kClarifyAsked
	kClarifyGiven
	kRequestExtended
	kRequestAnswered
	kRequestReview
	kRequestReviewed
	kObservations
	kRegulatorTold
	kResidentTold
	kRegulator
	kSolicitor
	kComplaint
	kRefused
	kAck
	kExtension
	kStage1
	kEscalation
	kRefused2
	kAck2
	kStage2
	kExtraStage
	kHelp
	kReferral
	kFailureOrder
	kDetermination
	kReview
	kOrderDue
	kOrderMet
	kOrderChased
	kChecked
	kAdverse
	kTask
	kTaskDone
	kNote
	kClosed
	kReopened
	kRetracted
	kinds // how many there are
)

// A set of kinds is a word of 64 bits.
const _ = uint(64 - kinds)

func kindOf(k models.Kind) kind {
	switch k {
	case models.KindStoryReceived:
		return kStory
	case models.KindConsentGiven:
		return kConsentGiven
	case models.KindConsentWithdrawn:
		return kConsentWithdrawn
	case models.KindAuthorityGiven:
		return kAuthority
	case models.KindIssueReported:
		return kIssue
	case models.KindRepairRaised:
		return kRepair
	case models.KindAppointmentMissed:
		return kMissed
	case models.KindContactAttempt:
		return kContact
	case models.KindPromiseMade:
		return kPromise
	case models.KindLandlordUpdate:
		return kUpdate
	case models.KindHazardReported:
		return kHazard
	case models.KindSolicitorActing:
		return kSolicitor
	case models.KindComplaintMade:
		return kComplaint
	case models.KindComplaintAcknowledged:
		return kAck
	case models.KindExtensionNotified:
		return kExtension
	case models.KindStage1Response:
		return kStage1
	case models.KindEscalationRequested:
		return kEscalation
	case models.KindStage2Acknowledged:
		return kAck2
	case models.KindStage2Response:
		return kStage2
	case models.KindOmbudsmanHelp:
		return kHelp
	case models.KindOmbudsmanReferral:
		return kReferral
	case models.KindDetermination:
		return kDetermination
	case models.KindOrderDue:
		return kOrderDue
	case models.KindOrderMet:
		return kOrderMet
	case models.KindAdverseAction:
		return kAdverse
	case models.KindNote:
		return kNote
	case models.KindCaseClosed:
		return kClosed
	case models.KindCaseReopened:
		return kReopened
	case models.KindRetracted:
		return kRetracted
	case models.KindAppointmentMade:
		return kAppointment
	case models.KindRepairCompleted:
		return kRepairDone
	case models.KindPromiseKept:
		return kPromiseKept
	case models.KindHazardInvestigated:
		return kInvestigated
	case models.KindInPersonRequested:
		return kInPerson
	case models.KindSummaryGiven:
		return kSummary
	case models.KindMadeSafe:
		return kMadeSafe
	case models.KindWorksBegun:
		return kWorksBegun
	case models.KindWorksFinished:
		return kWorksDone
	case models.KindRehoused:
		return kRehoused
	case models.KindNoticeReceived:
		return kNotice
	case models.KindDataBreach:
		return kBreach
	case models.KindRequestMade:
		return kRequest
	case models.KindRequestAcknowledged:
		return kRequestAck
	case models.KindClarificationAsked:
		return kClarifyAsked
	case models.KindClarificationGiven:
		return kClarifyGiven
	case models.KindRequestExtended:
		return kRequestExtended
	case models.KindRequestAnswered:
		return kRequestAnswered
	case models.KindRequestReview:
		return kRequestReview
	case models.KindRequestReviewed:
		return kRequestReviewed
	case models.KindObservationsMade:
		return kObservations
	case models.KindRegulatorTold:
		return kRegulatorTold
	case models.KindResidentTold:
		return kResidentTold
	case models.KindRegulatorComplaint:
		return kRegulator
	case models.KindComplaintRefused:
		return kRefused
	case models.KindEscalationRefused:
		return kRefused2
	case models.KindExtraStage:
		return kExtraStage
	case models.KindFailureOrder:
		return kFailureOrder
	case models.KindReviewRequested:
		return kReview
	case models.KindOrderChased:
		return kOrderChased
	case models.KindLetterChecked:
		return kChecked
	case models.KindTaskSet:
		return kTask
	case models.KindTaskDone:
		return kTaskDone
	default:
		return kUnknown
	}
}

// standing appends the events that stand: those that none replaces, without the retractions.
func standing(into, events []models.Event) []models.Event {
	corrected := false
	for i := range events {
		if events[i].Replaces != 0 {
			corrected = true
			break
		}
	}
	if !corrected {
		for i := range events {
			if events[i].Kind != models.KindRetracted { // one that names nothing takes nothing away
				into = append(into, events[i])
			}
		}
		return into
	}
	gone := make(map[int64]bool)
	for i := range events {
		if r := events[i].Replaces; r != 0 {
			gone[r] = true
		}
	}
	for i := range events {
		if (events[i].ID == 0 || !gone[events[i].ID]) && events[i].Kind != models.KindRetracted {
			into = append(into, events[i])
		}
	}
	return into
}

// Current are the events that stand, in the order in which they are judged: without those that a later one corrects or takes back.
func Current(events []models.Event) []models.Event {
	out := standing(nil, events)
	order(out)
	return out
}

// settled reports whether events are in order and hold no corrections, so that they can be read as they are.
func settled(events []models.Event) bool {
	for i := range events {
		if events[i].Replaces != 0 || events[i].Kind == models.KindRetracted || (i > 0 && after(&events[i-1], &events[i]) > 0) {
			return false
		}
	}
	return true
}

// order sorts by day, within a day by the place on the road, and then by number, so that the order in which events were
// given makes no difference.
func order(events []models.Event) {
	for i := 1; i < len(events); i++ {
		if after(&events[i-1], &events[i]) > 0 {
			slices.SortStableFunc(events, func(a, b models.Event) int { return after(&a, &b) })
			return
		}
	}
}

func after(a, b *models.Event) int {
	if a.On != b.On {
		return cmp.Compare(a.On, b.On)
	}
	if a.Kind != b.Kind {
		return cmp.Compare(kindOf(a.Kind), kindOf(b.Kind))
	}
	return cmp.Or(cmp.Compare(a.ID, b.ID), cmp.Compare(a.Until, b.Until), cmp.Compare(a.Reference, b.Reference),
		cmp.Compare(a.Note, b.Note))
}

// SortedChronology returns the events that stand after corrections, in the order of a chronology: by day, and within a day in
// the order of the road.
func SortedChronology(events []models.Event) []models.Event {
	out := standing(make([]models.Event, 0, len(events)), events)
	order(out)
	return out
}
