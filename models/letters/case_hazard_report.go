package letters

import (
	_ "embed"

	"commoncase/models"
	"commoncase/models/civil"
	"commoncase/models/rulebook"
)

//go:embed case_hazard_report.md
var hazardReportText string

var hazardReport = CaseType{
	Slug:     "hazard-report",
	Name:     "Report of a hazard",
	Purpose:  "Reports a hazard in the home in writing, or asks for one that is known to be made safe, by the days that the law gives.",
	To:       CaseRecipient{Landlord: true, Office: "Repairs and safety", Dear: dear},
	Subject:  "Hazard in the home",
	Template: hazardReportText,
	Event: func(f CaseFacts) models.Event {
		if e, ok := f.hazard(); ok { // it is known: the letter presses for it
			return models.Event{Kind: models.KindContactAttempt, About: e.ID}
		}
		return models.Event{Kind: models.KindHazardReported, Category: f.Category, Urgency: f.Urgency}
	},
	Fits: func(f CaseFacts) Fit {
		if e, ok := f.hazard(); ok {
			for _, x := range f.Before.Current {
				if x.Kind == models.KindMadeSafe && x.On >= e.On && (x.About == e.ID || x.About == 0) {
					return notYet(0, "The hazard of %s was made safe on %s. If it is back, report it as a new one.", e.On.Long(), x.On.Long())
				}
			}
		}
		return Fit{}
	},
	Reply: func(f CaseFacts) civil.Date {
		var first civil.Date
		for _, c := range f.asked() {
			if c.Due >= f.On && (first == 0 || c.Due < first) {
				first = c.Due
			}
		}
		switch {
		case first != 0:
			return first
		case f.urgency() == models.UrgencyEmergency:
			return workingDays(1)(f)
		}
		return workingDays(chaseDays)(f)
	},
	Warn: func(f CaseFacts) []string {
		var out []string
		if f.urgency() == models.UrgencyEmergency || f.urgency() == "" {
			out = append(out, "If somebody is in danger now, do not wait for a letter: ring the landlord's emergency line, and in a fire, a gas leak or an electric shock the emergency services first.")
		}
		law := false
		for _, c := range f.asked() {
			law = law || c.Rule.Regime.Family == rulebook.FamilyLaw
		}
		if !law {
			out = append(out, "The rulebook gives no day for this hazard, this kind of home or this day, so the letter asks by a day of our own. Check how the home is held and what the hazard is.")
		}
		return out
	},
}
