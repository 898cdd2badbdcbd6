package casework

import (
	"strings"

	"commoncase/app/document"
	"commoncase/models"
)

// questions answers what the Ombudsman asks of a referral, from what the case holds. What it does not hold is marked missing: a
// question is never left out because there is no answer.
func questions(v CaseView, actor models.Actor, branch models.Branch, exhibits func(models.Kind) []int) []document.Answer {
	c, m := v.Case, v.Member
	var as []document.Answer
	section := ""
	ask := func(question, answer string, needed bool, ex ...int) {
		a := document.Answer{Section: section, Question: question, Answer: answer, Exhibits: ex}
		if answer == "" {
			a.Answer, a.Missing = "Not known.", needed
			if needed {
				a.Answer = "Not answered yet."
			}
		}
		as = append(as, a)
		section = ""
	}
	event := func(k models.Kind, words string) string {
		e, ok := v.current(k)
		if k == models.KindAuthorityGiven {
			e, ok = v.authority()
		}
		if !ok {
			return ""
		}
		s := words + " " + e.On.Long()
		if e.Channel != "" {
			s += " (" + strings.ToLower(e.Channel.Label()) + ")"
		}
		return s + "."
	}

	section = "Who is asking"
	ask("Who completes this referral?", "A representative: "+strings.Join(append(nonEmpty(actor.Name), branch.Name), ", ")+". Reply to: "+orNone(branch.Email), true)
	ask("Is there evidence of the authority to act?", event(models.KindAuthorityGiven, "Signed on"), true, exhibits(models.KindAuthorityGiven)...)

	section = "The resident and the home"
	ask("The resident's name", m.Name, true)
	ask("The address of the home", strings.Join(append(lines(m.Address), nonEmpty(m.Postcode)...), ", "), true)
	ask("Phone and e-mail", strings.Join(append(nonEmpty(m.Phone), nonEmpty(m.Email)...), ", "), false)
	// The note on safe contact stays in the branch: a bundle can be passed on to the landlord.
	ask("How to make contact", "Through the representative, who knows how and when the resident can be reached safely.", false)
	tenure := m.Tenure.Label()
	if m.Tenure == models.TenureUnknown {
		tenure = ""
	}
	ask("How the home is held", tenure, true)
	ask("Adjustments that the resident needs", c.Needs, false)

	section = "The landlord"
	ask("The landlord", v.Landlord.Name, true)
	ask("The landlord's reference", c.LandlordRef, false)
	ask("The Ombudsman's reference, where there is one", orWords(c.OmbudsmanRef, "None yet."), false)

	section = "The complaint"
	ask("What is it about?", c.Theme.Label()+": "+c.Title+".", true)
	ask("When was it first reported to the landlord?", v.firstReport(), true)
	ask("What happened?", c.Summary, true)
	ask("When was the complaint made, and how?", event(models.KindComplaintMade, "On"), true, exhibits(models.KindComplaintMade)...)
	ask("Was it acknowledged?", orWords(event(models.KindComplaintAcknowledged, "On"), "No acknowledgement was received."), false, exhibits(models.KindComplaintAcknowledged)...)
	ask("When was stage 1 answered?", orWords(event(models.KindStage1Response, "On"), "It was not answered."), false, exhibits(models.KindStage1Response)...)
	ask("When was stage 2 asked for?", orWords(event(models.KindEscalationRequested, "On"), "It was not asked for."), false, exhibits(models.KindEscalationRequested)...)
	ask("When was the final response given?", event(models.KindStage2Response, "On"), true, exhibits(models.KindStage2Response)...)

	section = "What is asked of the Ombudsman"
	ask("Why is the resident still unhappy with the final response?", c.StillUnhappy, true)
	ask("What would put it right?", c.Wanted, true)
	if late := lateReason(v); late != nil {
		ask("Why was the Ombudsman not asked within the time?", *late, true)
	}

	section = "Other matters"
	court := "No claim has been issued as far as the branch knows."
	if c.CourtAction {
		court = "Yes: a claim has been issued."
	}
	ask("Is there court action?", court, true)
	hazard := "None is logged."
	if v.Result.Flags.Hazard {
		hazard = event(models.KindHazardReported, "A hazard was reported to the landlord on")
	}
	ask("Is there a hazard in the home now?", hazard, false, exhibits(models.KindHazardReported)...)
	ask("Does the resident agree that this goes to the Ombudsman and the landlord?", event(models.KindAuthorityGiven, "Yes, by the authority signed on"), true)
	return as
}

// firstReport is the first day on which the landlord was told, of the kinds of event that tell it.
func (v CaseView) firstReport() string {
	for _, e := range v.Entries {
		switch {
		case e.ReplacedBy != 0:
		case e.Kind == models.KindIssueReported, e.Kind == models.KindRepairRaised, e.Kind == models.KindHazardReported, e.Kind == models.KindComplaintMade:
			return "On " + e.On.Long() + "."
		}
	}
	return ""
}

// lateReason is nil where the referral is in time.
func lateReason(v CaseView) *string {
	for _, c := range inTime(v) {
		if c.State != CheckDone {
			return &v.Case.LateReason
		}
	}
	return nil
}

func orWords(s, words string) string {
	if s == "" {
		return words
	}
	return s
}

func orNone(s string) string { return orWords(s, "no e-mail address is set for the branch.") }
