package letters

import (
	_ "embed"

	"commoncase/models"
)

//go:embed case_mp_letter.md
var mpLetterText string

// mpReply is how many working days a letter gives a Member of Parliament.
const mpReply = 20

var mpLetter = CaseType{
	Slug:     "mp-letter",
	Name:     "Letter to the MP",
	Purpose:  "Asks the resident's Member of Parliament to take the case up with the landlord.",
	To:       CaseRecipient{Lines: []string{"[say the name of the resident's MP]", "House of Commons"}, Dear: dearMP},
	Subject:  "A constituent's home",
	Template: mpLetterText,
	Event:    func(CaseFacts) models.Event { return models.Event{Kind: models.KindNote} },
	Fits: func(f CaseFacts) Fit {
		if f.Before.ReportedOn == 0 && !f.has(models.KindComplaintMade) {
			return notYet(0, "Neither a report nor a complaint to the landlord is logged. Do that first: an MP will ask what the landlord said.")
		}
		return Fit{}
	},
	Late:  func(c clock) bool { return landlords(c) && c.Procedure != models.ProcedureMPEnquiry }, // the MP's own enquiry has its own sentence
	Reply: workingDays(mpReply),
	Warn: func(CaseFacts) []string {
		return []string{"Ask the resident first: an MP's enquiry goes to the landlord with their name, and their consent to this branch does not cover it by itself.",
			"A resident has one MP, that of the address. Look up who it is by the postcode; others pass a letter on or leave it."}
	},
}
