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
}

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
	{"Before a complaint", []Kind{KindStoryReceived, KindConsentGiven, KindIssueReported, KindRepairRaised, KindAppointmentMissed, KindHazardReported}},
	{"Contact with the landlord", []Kind{KindContactAttempt, KindPromiseMade, KindLandlordUpdate}},
	{"Stage 1", []Kind{KindComplaintMade, KindComplaintAcknowledged, KindExtensionNotified, KindStage1Response}},
	{"Stage 2", []Kind{KindEscalationRequested, KindStage2Acknowledged, KindStage2Response}},
	{"The Ombudsman", []Kind{KindOmbudsmanHelp, KindOmbudsmanReferral, KindDetermination, KindOrderDue, KindOrderMet}},
	{"The resident", []Kind{KindAuthorityGiven, KindConsentWithdrawn, KindAdverseAction, KindSolicitorActing, KindNote}},
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
