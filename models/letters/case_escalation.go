package letters

import (
	_ "embed"

	"commoncase/models"
)

//go:embed case_escalation.md
var escalationText string

var escalation = CaseType{
	Slug:     "escalation",
	Name:     "Request for stage 2",
	Purpose:  "Asks the landlord to take the complaint to stage 2, after its stage 1 answer or once that is late.",
	To:       CaseRecipient{Landlord: true, Office: "Complaints team", Dear: dear},
	Subject:  "Request for stage 2",
	Template: escalationText,
	Event:    func(CaseFacts) models.Event { return models.Event{Kind: models.KindEscalationRequested} },
	Fits: func(f CaseFacts) Fit {
		if e, ok := f.last(models.KindEscalationRequested); ok {
			return notYet(0, "Stage 2 was asked for on %s.", e.On.Long())
		}
		switch {
		case f.has(models.KindStage2Response):
			return notYet(0, "The final response has come, so there is no stage left to ask for.")
		case !f.has(models.KindComplaintMade):
			return notYet(0, "No complaint is logged, so there is nothing to take to stage 2. Make the complaint first.")
		case f.has(models.KindStage1Response):
			return Fit{}
		}
		return f.whenLate(of("stage1-response"), "The stage 1 answer has not come, and it is not late")
	},
	Late: of("stage1-response"),
}
