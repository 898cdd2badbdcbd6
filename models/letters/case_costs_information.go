package letters

import (
	_ "embed"

	"commoncase/models"
)

//go:embed case_costs_information.md
var costsInformationText string

var costsInformation = CaseType{
	Slug:     "costs-information",
	Name:     "Service charge information",
	Purpose:  "Asks for a summary of the costs behind a service charge, or after it to inspect the accounts and receipts.",
	To:       CaseRecipient{Landlord: true, Office: "Service charges", Dear: dear},
	Subject:  "Service charge information",
	Template: costsInformationText,
	Event: func(f CaseFacts) models.Event {
		if f.Procedure == models.ProcedureInspection {
			return models.Event{Kind: models.KindRequestMade, Procedure: models.ProcedureInspection}
		}
		return models.Event{Kind: models.KindRequestMade, Procedure: models.ProcedureCostsSummary, Until: f.Until}
	},
	Fits: func(f CaseFacts) Fit {
		if f.Procedure != models.ProcedureInspection {
			return f.unlessOpen(models.ProcedureCostsSummary)
		}
		if _, ok := f.costsSummary(); !ok {
			return notYet(0, "No summary of the costs is logged. Ask for the summary first; the inspection is of what lies behind it.")
		}
		for _, w := range f.Before.Windows {
			if w.Procedure == models.ProcedureCostsSummary && w.Closes != 0 && f.On > w.Closes {
				return notYet(0, "The time for asking ended on %s (%s). Ask for a new summary first.", w.Closes.Long(), w.Rule.Cite())
			}
		}
		return f.unlessOpen(models.ProcedureInspection)
	},
	Warn: func(f CaseFacts) []string {
		out := []string{"Asking does not put off the charge. Holding a payment back can lead to arrears and to court; the resident should take advice before doing so."}
		if len(f.asked()) == 0 {
			out = append(out, "The rulebook gives no day for this request, this kind of home or this day, so the letter asks by a day of our own. Check how the home is held.")
		}
		return out
	},
}
