package letters

import (
	_ "embed"

	"commoncase/models"
)

//go:embed case_reasonable_adjustment.md
var reasonableAdjustmentText string

var reasonableAdjustment = CaseType{
	Slug:     "reasonable-adjustment",
	Name:     "Request for adjustments",
	Purpose:  "Asks the landlord to deal with the resident in a way that they can use, and to put that on its records.",
	To:       CaseRecipient{Landlord: true, Office: "Customer services", Dear: dear},
	Subject:  "Request for reasonable adjustments",
	Template: reasonableAdjustmentText,
	Event:    func(CaseFacts) models.Event { return models.Event{Kind: models.KindContactAttempt} },
	Fits:     func(CaseFacts) Fit { return Fit{} },
	Reply:    workingDays(ordinaryReply),
	Warn: func(CaseFacts) []string {
		return []string{"Health and disability are the resident's own to tell. Ask for what helps; name a condition only where they want it named."}
	},
}
