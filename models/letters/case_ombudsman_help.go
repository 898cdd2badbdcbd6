package letters

import (
	_ "embed"

	"commoncase/models"
)

//go:embed case_ombudsman_help.md
var ombudsmanHelpText string

var ombudsmanHelp = CaseType{
	Slug:     "ombudsman-help",
	Name:     "Request to the Ombudsman for help",
	Purpose:  "Asks the Ombudsman, before the final response, to help get an answer that the landlord has not given in time.",
	To:       ombudsman,
	Subject:  "Help to get the landlord's answer",
	Template: ombudsmanHelpText,
	Event:    func(CaseFacts) models.Event { return models.Event{Kind: models.KindOmbudsmanHelp} },
	Fits: func(f CaseFacts) Fit {
		switch {
		case !f.has(models.KindComplaintMade):
			return notYet(0, "No complaint is logged, so there is no answer for the Ombudsman to help with. Make the complaint first.")
		case f.Before.FinalOn != 0:
			return notYet(0, "The final response came on %s. Refer the complaint to the Ombudsman for investigation instead.", f.Before.FinalOn.Long())
		}
		if _, refused := f.refusal(); refused {
			return Fit{}
		}
		return f.whenLate(of("stage1-response", "stage2-response"), "No answer of the landlord is late")
	},
	Late:  of("stage1-acknowledgement", "stage1-response", "stage2-acknowledgement", "stage2-response"),
	Reply: workingDays(ordinaryReply),
	Warn: func(f CaseFacts) []string {
		out := []string{"This asks for help with a late answer and not for an investigation: that comes after the landlord's final response, and this letter does not take its place.",
			"Send it in the way that the Ombudsman's own website asks for. Where that is a form, copy the plain text into it."}
		if e, ok := f.last(models.KindOmbudsmanHelp); ok {
			out = append(out, "The Ombudsman was asked to help on "+e.On.Long()+". Give the reference that it gave then, and say what it said.")
		}
		return out
	},
}
