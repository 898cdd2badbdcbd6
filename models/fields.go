package models

// HasTime reports whether the time of day of an event of the kind can matter: a limit in hours runs from it or ends with it.
func (k Kind) HasTime() bool {
	switch k { //nolint:exhaustive // for the others the day is enough
	case KindHazardReported, KindHazardInvestigated, KindMadeSafe, KindWorksBegun, KindRehoused:
		return true
	}
	return false
}

// HasCost reports whether an event of the kind can have cost the resident time: waiting, or a day off work.
func (k Kind) HasCost() bool {
	switch k { //nolint:exhaustive // the others cost nothing that is counted
	case KindContactAttempt, KindIssueReported, KindAppointmentMissed, KindRepairCompleted, KindHazardInvestigated, KindLandlordUpdate:
		return true
	}
	return false
}

// HasProcedure reports whether events of the kind say which procedure they open.
func (k Kind) HasProcedure() bool { return k == KindRequestMade || k == KindNoticeReceived }

// HasCategory reports whether events of the kind may name what is wrong by a list in the rulebook, and how urgent it is.
func (k Kind) HasCategory() bool { return k == KindHazardReported || k == KindRepairRaised }
