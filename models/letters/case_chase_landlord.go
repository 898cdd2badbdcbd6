package letters

import (
	_ "embed"
	"slices"

	"commoncase/models"
)

//go:embed case_chase_landlord.md
var chaseLandlordText string

// chaseDays is how many working days a reminder gives: our own demand.
const chaseDays = 5

var chaseLandlord = CaseType{
	Slug:     "chase-landlord",
	Name:     "Reminder to the landlord",
	Purpose:  "Says what is overdue and since when, and asks for it by a day.",
	To:       CaseRecipient{Landlord: true, Office: "Complaints team", Dear: dear},
	Subject:  "Reminder",
	Template: chaseLandlordText,
	Event: func(f CaseFacts) models.Event {
		return models.Event{Kind: models.KindContactAttempt, About: f.About}
	},
	Fits: func(f CaseFacts) Fit {
		if f.About == 0 && f.unanswered() {
			return Fit{}
		}
		return f.whenLate(nil, "Nothing that the landlord owes is overdue")
	},
	Reply: workingDays(chaseDays),
}

// unanswered reports whether there is something to ask before anything is late: the landlord refused the complaint or puts another
// stage before its answer, or no rule gives a day for that.
func (f CaseFacts) unanswered() bool {
	if !f.openStage() {
		return false
	}
	_, refused := f.refusal()
	_, extra := f.extraStage()
	duty := "stage1-response"
	if f.has(models.KindEscalationRequested) {
		duty = "stage2-response"
	}
	ruled := slices.ContainsFunc(f.Before.Clocks, func(c clock) bool { return of(duty)(c) && c.Started != 0 })
	return refused || extra || !ruled
}

// whenLate fits once one of these clocks is overdue.
func (f CaseFacts) whenLate(which func(c clock) bool, nothing string) Fit {
	if which == nil {
		which = landlords
	}
	if len(f.late(which)) > 0 {
		return Fit{}
	}
	if c, ok := f.nextLate(which); ok {
		if c.Due >= f.On {
			return notYet(c.Due+1, "%s yet: “%s” is due on %s.", nothing, c.Rule.Title, c.Due.Long())
		}
	}
	return notYet(0, "%s.", nothing)
}
