package letters

import (
	_ "embed"

	"commoncase/models"
)

//go:embed case_data_breach_query.md
var dataBreachQueryText string

var dataBreachQuery = CaseType{
	Slug:     "data-breach-query",
	Name:     "Question about a data breach",
	Purpose:  "Asks the landlord what happened to the resident's personal data, and complains to it about that.",
	To:       CaseRecipient{Landlord: true, Office: "Data protection", Dear: dear},
	Subject:  "What happened to personal data",
	Template: dataBreachQueryText,
	Signed:   true,
	Event: func(CaseFacts) models.Event {
		return models.Event{Kind: models.KindRequestMade, Procedure: models.ProcedureDataComplaint}
	},
	Fits: func(f CaseFacts) Fit { return f.unlessOpen(models.ProcedureDataComplaint) },
	Late: func(c clock) bool { return landlords(c) && c.Procedure == models.ProcedureDataBreach },
	Warn: func(f CaseFacts) []string {
		out := []string{"Do not write more of the resident's data into the letter than the landlord needs to find them."}
		if g, ok := f.Before.Book().Ground("other-body", f.On); ok {
			out = append(out, "Keep it apart from the complaint. "+g.Name+" ("+g.Cite()+"): "+g.Instead)
		}
		return out
	},
}
