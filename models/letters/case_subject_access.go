package letters

import (
	_ "embed"

	"commoncase/models"
)

//go:embed case_subject_access.md
var subjectAccessText string

var subjectAccess = CaseType{
	Slug:     "subject-access",
	Name:     "Subject access request",
	Purpose:  "Asks for a copy of everything that the landlord holds about the resident.",
	To:       CaseRecipient{Landlord: true, Office: "Data protection", Dear: dear},
	Subject:  "Subject access request",
	Template: subjectAccessText,
	Signed:   true,
	Event: func(CaseFacts) models.Event {
		return models.Event{Kind: models.KindRequestMade, Procedure: models.ProcedureSubjectAccess}
	},
	Fits: func(f CaseFacts) Fit { return f.unlessOpen(models.ProcedureSubjectAccess) },
	Warn: func(CaseFacts) []string {
		return []string{"The landlord may ask who the resident is. Have a paper ready that shows it, and answer at once.",
			"What comes can hold things about other people in the home. Agree with the resident first where it is to be sent and who opens it."}
	},
}

// unlessOpen fits while no request of the procedure waits for its answer.
func (f CaseFacts) unlessOpen(p models.Procedure) Fit {
	if c, ok := f.openRequest(p); ok {
		return notYet(0, "A request of this kind was made on %s and is not answered. Remind the landlord of it instead.", c.Started.Long())
	}
	return Fit{}
}
