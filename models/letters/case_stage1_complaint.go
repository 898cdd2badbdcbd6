package letters

import (
	_ "embed"
	"fmt"

	"commoncase/models"
	"commoncase/models/rulebook"
)

//go:embed case_stage1_complaint.md
var stage1ComplaintText string

var stage1Complaint = CaseType{
	Slug:     "stage1-complaint",
	Name:     "Complaint (stage 1)",
	Purpose:  "Makes the formal complaint to the landlord and asks for its answer by the days that the Code gives.",
	To:       CaseRecipient{Landlord: true, Office: "Complaints team", Dear: dear},
	Subject:  "Complaint, stage 1",
	Template: stage1ComplaintText,
	Event:    func(CaseFacts) models.Event { return models.Event{Kind: models.KindComplaintMade} },
	Fits: func(f CaseFacts) Fit {
		if e, ok := f.last(models.KindComplaintMade); ok {
			return notYet(0, "The complaint was made on %s. What is new belongs in a case of its own.", e.On.Long())
		}
		return Fit{}
	},
	Warn: func(f CaseFacts) []string {
		var out []string
		if f.Before.ReportedOn == 0 {
			out = append(out, "No report to the landlord is logged. A landlord may treat the first it hears of a problem as a report and not as a complaint; log the report first where there was one.")
		}
		if until := f.Before.AcceptUntil; until != 0 && f.On > until {
			if code := f.Before.Book().Code(f.On); code != nil {
				cite := code.Short + ", " + code.Accept.Clause
				if code.Accept.Confidence == rulebook.Unconfirmed {
					cite += ", not confirmed"
				}
				out = append(out, fmt.Sprintf("What was reported on %s was old enough on %s for the landlord to refuse a complaint about it (%s). Say in the letter since when it has gone on and why it comes now.",
					f.Before.ReportedOn.Long(), until.Long(), cite))
			}
		}
		return out
	},
}
