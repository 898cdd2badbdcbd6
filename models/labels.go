package models

// label returns the words for a slug, and the slug itself for one that has none, so that nothing is ever shown empty.
func label[K ~string](words map[K]string, k K) string {
	if w, ok := words[k]; ok {
		return w
	}
	return string(k)
}

var kindLabels = map[Kind]string{
	KindStoryReceived:         "Story received",
	KindConsentGiven:          "Consent given",
	KindConsentWithdrawn:      "Consent withdrawn",
	KindAuthorityGiven:        "Authority to act signed",
	KindIssueReported:         "Problem reported to the landlord",
	KindRepairRaised:          "Repair raised",
	KindAppointmentMissed:     "Appointment missed",
	KindContactAttempt:        "Contact attempt",
	KindPromiseMade:           "Promise made by the landlord",
	KindLandlordUpdate:        "Landlord's update",
	KindHazardReported:        "Hazard reported",
	KindSolicitorActing:       "Solicitor acting",
	KindComplaintMade:         "Complaint made (stage 1)",
	KindComplaintAcknowledged: "Complaint acknowledged",
	KindExtensionNotified:     "Extension notified",
	KindStage1Response:        "Stage 1 response",
	KindEscalationRequested:   "Escalation requested (stage 2)",
	KindStage2Acknowledged:    "Stage 2 acknowledged",
	KindStage2Response:        "Stage 2 response (final response)",
	KindOmbudsmanHelp:         "Ombudsman asked to help get a response",
	KindOmbudsmanReferral:     "Referred to the Ombudsman",
	KindDetermination:         "Determination",
	KindOrderDue:              "Order due",
	KindOrderMet:              "Order met",
	KindAdverseAction:         "Action against the resident",
	KindNote:                  "Note",
	KindCaseClosed:            "Case closed",
	KindCaseReopened:          "Case reopened",
	KindRetracted:             "Entry taken back",
	KindComplaintRefused:      "Complaint refused by the landlord",
	KindEscalationRefused:     "Stage 2 refused by the landlord",
	KindExtraStage:            "Another stage demanded by the landlord",
	KindLetterChecked:         "Letter of the landlord checked",
	KindReviewRequested:       "Review of the determination requested",
	KindOrderChased:           "Ombudsman told that an order is not met",
	KindFailureOrder:          "Complaint handling failure order",
	KindHazardInvestigated:    "Hazard investigated",
	KindInPersonRequested:     "Visit in person requested",
	KindSummaryGiven:          "Written summary of the investigation",
	KindMadeSafe:              "Made safe",
	KindWorksBegun:            "Further works begun",
	KindWorksFinished:         "Further works finished",
	KindRehoused:              "Other accommodation offered",
	KindAppointmentMade:       "Appointment made",
	KindRepairCompleted:       "Job closed as completed",
	KindPromiseKept:           "Promise kept",
	KindRequestMade:           "Request made",
	KindRequestAcknowledged:   "Request acknowledged",
	KindClarificationAsked:    "Clarification asked for",
	KindClarificationGiven:    "Clarification given",
	KindRequestExtended:       "Request extended",
	KindRequestAnswered:       "Request answered",
	KindRequestReview:         "Internal review requested",
	KindRequestReviewed:       "Internal review answered",
	KindNoticeReceived:        "Notice received",
	KindObservationsMade:      "Observations made",
	KindDataBreach:            "Data breach: the landlord knew",
	KindRegulatorTold:         "Data breach: the Commissioner told",
	KindResidentTold:          "Data breach: the resident told",
	KindRegulatorComplaint:    "Complaint to a regulator or tribunal",
	KindTaskSet:               "To do by us",
	KindTaskDone:              "Done by us",
}

var procedureLabels = map[Procedure]string{
	ProcedureHazard:        "Hazard",
	ProcedureRepair:        "Repair",
	ProcedurePromise:       "Promise",
	ProcedureTask:          "To do by us",
	ProcedureSubjectAccess: "Subject access request",
	ProcedureDataComplaint: "Data protection complaint to the landlord",
	ProcedureDataBreach:    "Data breach",
	ProcedureFOI:           "Freedom of information request",
	ProcedureEIR:           "Environmental information request",
	ProcedureSTAIRs:        "Information request by a social tenant (STAIRs)",
	ProcedureCostsSummary:  "Summary of service charge costs",
	ProcedureInspection:    "Inspection of service charge accounts",
	ProcedureIntention:     "Section 20: notice of intention",
	ProcedureEstimates:     "Section 20: notice of estimates",
	ProcedurePreAction:     "Letter of claim (housing conditions)",
	ProcedureMPEnquiry:     "MP's enquiry",
	ProcedureCouncillor:    "Councillor's enquiry",
}

// Label returns the words for a procedure.
func (p Procedure) Label() string { return label(procedureLabels, p) }

// Known reports whether p is a procedure.
func (p Procedure) Known() bool { _, ok := procedureLabels[p]; return ok }

// Requests are the procedures that begin with a request of the resident or for them, in the order in which they are offered.
var Requests = []Procedure{ProcedureSubjectAccess, ProcedureDataComplaint, ProcedureSTAIRs, ProcedureFOI, ProcedureEIR, ProcedureCostsSummary,
	ProcedureInspection, ProcedureMPEnquiry, ProcedureCouncillor, ProcedurePreAction}

// Notices are the procedures that begin with a notice of the landlord.
var Notices = []Procedure{ProcedureIntention, ProcedureEstimates}

var urgencyLabels = map[Urgency]string{
	UrgencyEmergency:   "Emergency",
	UrgencySignificant: "Significant",
	UrgencyUrgent:      "Urgent",
	UrgencyRoutine:     "Routine",
}

// Label returns the words for an urgency.
func (u Urgency) Label() string { return label(urgencyLabels, u) }

// Known reports whether u is an urgency.
func (u Urgency) Known() bool { _, ok := urgencyLabels[u]; return ok }

// HazardUrgencies and RepairUrgencies are the urgencies in the order in which they are offered.
var (
	HazardUrgencies = []Urgency{UrgencyEmergency, UrgencySignificant}
	RepairUrgencies = []Urgency{UrgencyEmergency, UrgencyUrgent, UrgencyRoutine}
)

// Label returns the words for a kind of event.
func (k Kind) Label() string { return label(kindLabels, k) }

// Known reports whether k is a kind of event that Commoncase knows.
func (k Kind) Known() bool { _, ok := kindLabels[k]; return ok }

// KindGroup is a group of kinds under a heading, for choosing one.
type KindGroup struct {
	Heading string
	Kinds   []Kind
}

// KindGroups are the kinds that a person may log, grouped in the order of the road. Closing, reopening and taking back have
// pages of their own.
var KindGroups = []KindGroup{
	{"Before a complaint", []Kind{KindStoryReceived, KindConsentGiven, KindIssueReported}},
	{"Contact with the landlord", []Kind{KindContactAttempt, KindPromiseMade, KindPromiseKept, KindLandlordUpdate}},
	{"Stage 1", []Kind{KindComplaintMade, KindComplaintRefused, KindComplaintAcknowledged, KindExtensionNotified, KindStage1Response}},
	{"Stage 2", []Kind{KindEscalationRequested, KindEscalationRefused, KindStage2Acknowledged, KindStage2Response, KindExtraStage}},
	{"The Ombudsman", []Kind{KindOmbudsmanHelp, KindOmbudsmanReferral, KindFailureOrder, KindDetermination, KindReviewRequested, KindOrderDue, KindOrderMet, KindOrderChased}},
	{"Repairs", []Kind{KindRepairRaised, KindAppointmentMade, KindAppointmentMissed, KindRepairCompleted}},
	{"A hazard", []Kind{KindHazardReported, KindHazardInvestigated, KindInPersonRequested, KindSummaryGiven, KindMadeSafe, KindWorksBegun, KindWorksFinished, KindRehoused}},
	{"Requests and notices", []Kind{KindRequestMade, KindRequestAcknowledged, KindClarificationAsked, KindClarificationGiven, KindRequestExtended, KindRequestAnswered,
		KindRequestReview, KindRequestReviewed, KindNoticeReceived, KindObservationsMade}},
	{"Personal data and regulators", []Kind{KindDataBreach, KindRegulatorTold, KindResidentTold, KindRegulatorComplaint}},
	{"The resident", []Kind{KindAuthorityGiven, KindConsentWithdrawn, KindAdverseAction, KindSolicitorActing, KindNote}},
	{"Our own work", []Kind{KindTaskSet, KindTaskDone}},
}

var statusLabels = map[Status]string{
	StatusStoryReceived:     "story received",
	StatusConsentPending:    "consent pending",
	StatusReported:          "reported to the landlord",
	StatusStage1AwaitingAck: "stage 1: awaiting acknowledgement",
	StatusStage1Awaiting:    "stage 1: awaiting response",
	StatusStage1Extended:    "stage 1: extended",
	StatusStage1Responded:   "stage 1: response received",
	StatusStage2AwaitingAck: "stage 2: awaiting acknowledgement",
	StatusStage2Awaiting:    "stage 2: awaiting response",
	StatusStage2Extended:    "stage 2: extended",
	StatusFinalResponse:     "final response received",
	StatusOmbudsmanHelp:     "with the Ombudsman: help to get a response",
	StatusOmbudsman:         "with the Ombudsman: investigation",
	StatusDetermined:        "determined",
	StatusOrders:            "orders being tracked",
	StatusClosed:            "closed",
}

// Label returns the visible words for a status, without its date.
func (s Status) Label() string { return label(statusLabels, s) }

// Stages are the statuses in the order of the road, for filters.
var Stages = []Status{StatusStoryReceived, StatusConsentPending, StatusReported, StatusStage1AwaitingAck, StatusStage1Awaiting,
	StatusStage1Extended, StatusStage1Responded, StatusStage2AwaitingAck, StatusStage2Awaiting, StatusStage2Extended,
	StatusFinalResponse, StatusOmbudsmanHelp, StatusOmbudsman, StatusDetermined, StatusOrders, StatusClosed}

// StatusLine returns the status as a sentence part with its date: "stage 1: extended to 6 June 2023".
func (c Case) StatusLine() string {
	line := c.Status.Label()
	switch {
	case c.Status == StatusClosed && c.ClosedReason != "":
		line += " (" + c.ClosedReason.Label() + ")"
	case !c.StatusUntil.IsZero():
		return line + " to " + c.StatusUntil.Long()
	}
	if !c.StatusOn.IsZero() {
		line += ", " + c.StatusOn.Long()
	}
	return line
}

var themeLabels = map[Theme]string{
	ThemeDampMould:      "Damp and mould",
	ThemeLeaks:          "Leaks",
	ThemeRepairs:        "Repairs",
	ThemeHeating:        "Heating and hot water",
	ThemeSafety:         "Safety",
	ThemePests:          "Pests",
	ThemeASB:            "Anti-social behaviour",
	ThemeServiceCharges: "Service charges",
	ThemePayments:       "Rent and payments",
	ThemeMoves:          "Moves and exchanges",
	ThemeCommunication:  "Communication",
	ThemeData:           "Personal data",
	ThemeEstate:         "Estate and communal areas",
	ThemeStaff:          "Staff conduct",
}

// Label returns the words for a theme.
func (t Theme) Label() string { return label(themeLabels, t) }

// Known reports whether t is a theme.
func (t Theme) Known() bool { _, ok := themeLabels[t]; return ok }

// Themes are all themes, in the order in which they are offered.
var Themes = []Theme{ThemeDampMould, ThemeLeaks, ThemeRepairs, ThemeHeating, ThemeSafety, ThemePests, ThemeASB, ThemeServiceCharges,
	ThemePayments, ThemeMoves, ThemeCommunication, ThemeData, ThemeEstate, ThemeStaff}

var tenureLabels = map[Tenure]string{
	TenureAssured:         "Assured tenancy",
	TenureSecure:          "Secure tenancy",
	TenureStarter:         "Starter or introductory tenancy",
	TenureFixedTerm:       "Fixed-term tenancy",
	TenureSharedOwnership: "Shared ownership",
	TenureLeaseholder:     "Leaseholder",
	TenureLicence:         "Licence",
	TenureFormer:          "Former resident",
	TenureUnknown:         "Not known yet",
}

// Label returns the words for a tenure.
func (t Tenure) Label() string { return label(tenureLabels, t) }

// Known reports whether t is a tenure.
func (t Tenure) Known() bool { _, ok := tenureLabels[t]; return ok }

// Tenures are all tenures, in the order in which they are offered.
var Tenures = []Tenure{TenureAssured, TenureSecure, TenureStarter, TenureFixedTerm, TenureSharedOwnership, TenureLeaseholder,
	TenureLicence, TenureFormer, TenureUnknown}

var channelLabels = map[Channel]string{
	ChannelPhone:   "Phone",
	ChannelEmail:   "E-mail",
	ChannelLetter:  "Letter",
	ChannelWebForm: "Web form or app",
	ChannelVisit:   "In person",
	ChannelSocial:  "Social media",
	ChannelPress:   "Press",
}

// Label returns the words for a channel.
func (c Channel) Label() string { return label(channelLabels, c) }

// Known reports whether c is a channel.
func (c Channel) Known() bool { _, ok := channelLabels[c]; return ok }

// Channels are the channels of contact, in the order in which they are offered.
var Channels = []Channel{ChannelPhone, ChannelEmail, ChannelLetter, ChannelWebForm, ChannelVisit, ChannelSocial, ChannelPress}

var closedLabels = map[ClosedReason]string{
	ClosedResolved:       "resolved",
	ClosedPartlyResolved: "partly resolved",
	ClosedWithdrawn:      "withdrawn",
	ClosedOutOfTime:      "out of time",
	ClosedLostContact:    "lost contact",
}

// Label returns the words for a reason.
func (r ClosedReason) Label() string { return label(closedLabels, r) }

// Known reports whether r is a reason for closing.
func (r ClosedReason) Known() bool { _, ok := closedLabels[r]; return ok }

// ClosedReasons are the reasons, in the order in which they are offered.
var ClosedReasons = []ClosedReason{ClosedResolved, ClosedPartlyResolved, ClosedWithdrawn, ClosedOutOfTime, ClosedLostContact}

var outcomeLabels = map[Outcome]string{
	OutcomeNoAnswer: "no answer",
	OutcomeRefused:  "refused",
	OutcomePartly:   "partly",
	OutcomePromised: "promised",
	OutcomeDone:     "done",
	OutcomeReversed: "reversed",
}

// Label returns the words for what became of a demand.
func (o Outcome) Label() string { return label(outcomeLabels, o) }

// Known reports whether o is an outcome.
func (o Outcome) Known() bool { _, ok := outcomeLabels[o]; return ok }

// Outcomes are all outcomes, in the order in which they are offered.
var Outcomes = []Outcome{OutcomeNoAnswer, OutcomeRefused, OutcomePartly, OutcomePromised, OutcomeDone, OutcomeReversed}

var letterEventLabels = map[LetterEventKind]string{
	LetterSent:         "sent",
	LetterAcknowledged: "acknowledged",
	LetterHolding:      "holding reply",
	LetterAnswered:     "answered",
	LetterRefused:      "refused",
	LetterChased:       "chased",
}

// Label returns the words for a step in a letter's life.
func (k LetterEventKind) Label() string { return label(letterEventLabels, k) }

// Known reports whether k is a step.
func (k LetterEventKind) Known() bool { _, ok := letterEventLabels[k]; return ok }

// LetterEventKinds are the steps, in the order in which they are offered.
var LetterEventKinds = []LetterEventKind{LetterSent, LetterAcknowledged, LetterHolding, LetterAnswered, LetterRefused, LetterChased}

var recipientLabels = map[RecipientRole]string{
	RecipientChiefExecutive: "Chief executive",
	RecipientMinister:       "Minister",
	RecipientMP:             "Member of Parliament",
	RecipientRegulator:      "Regulator",
	RecipientPress:          "Press",
}

// Label returns the words for a recipient's role.
func (r RecipientRole) Label() string { return label(recipientLabels, r) }

var landlordTypeLabels = map[LandlordType]string{
	LandlordAssociation: "Housing association",
	LandlordCouncil:     "Council",
	LandlordUnknown:     "Not known yet",
}

// Label returns the words for a type of landlord.
func (t LandlordType) Label() string { return label(landlordTypeLabels, t) }

// Known reports whether t is a type of landlord.
func (t LandlordType) Known() bool { _, ok := landlordTypeLabels[t]; return ok }

// LandlordTypes are all types, in the order in which they are offered.
var LandlordTypes = []LandlordType{LandlordAssociation, LandlordCouncil, LandlordUnknown}
