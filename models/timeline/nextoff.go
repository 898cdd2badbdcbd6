package timeline

import (
	"fmt"
	"slices"

	"commoncase/models"
	"commoncase/models/rulebook"
)

// Off the road: the times in which something may be done in a thread, and the bodies that are not the Ombudsman.

// windows are the resident's own times beside the complaint.
func (n *next) windows() {
	for i := range n.r.Windows {
		w := &n.r.Windows[i]
		if w.Procedure == "" || w.Met != 0 {
			continue
		}
		n.window(w)
	}
}

func (n *next) window(w *Window) {
	s := Step{Text: w.Rule.Title + ".", Who: Resident, Why: fmt.Sprintf("%s (%s).", stem(w.Rule.Text), rule(w.Rule)), NotAfter: w.Closes,
		Kind: firstKind(w.Rule.MetBy), About: w.Opener}
	if n.today < w.Opens {
		s.NotBefore = w.Opens
	}
	if w.Closes != 0 {
		s.Warning = fmt.Sprintf("After %s this is lost.", w.Closes.Long())
		s.Loud = true
		if c := w.Rule.Confidence; c == rulebook.Unconfirmed || c == rulebook.Remembered {
			s.Warning = fmt.Sprintf("After %s this may be lost; the rule is still to be confirmed.", w.Closes.Long())
		}
		if left := n.today.DaysUntil(w.Closes); left <= 14 {
			s.rank = rankChase
		}
	}
	switch s.Kind { //nolint:exhaustive // the others say it with the title of their rule
	case models.KindRegulatorComplaint:
		s.Text, s.Off = "Complain to "+regulator(w.Procedure)+".", true
	case models.KindRequestReview:
		s.Text = "Ask the landlord to review its answer."
	case models.KindObservationsMade:
		s.Text = "Send the landlord observations on its notice, in writing."
	case models.KindInPersonRequested:
		s.Text = "Ask for a visit in person, if the investigation from afar missed something."
	}
	n.add(s)
}

// stem is a sentence without its full stop.
func stem(s string) string {
	for len(s) > 0 && s[len(s)-1] == '.' {
		s = s[:len(s)-1]
	}
	return s
}

// regulator is who hears complaints about a procedure.
func regulator(p models.Procedure) string {
	switch p { //nolint:exhaustive // what is asked of a body that answers for information goes to the Commissioner
	case models.ProcedureSTAIRs:
		return "the Housing Ombudsman"
	case models.ProcedureCostsSummary, models.ProcedureInspection, models.ProcedureIntention, models.ProcedureEstimates:
		return "the First-tier Tribunal (Property Chamber)"
	}
	return "the Information Commissioner"
}

// off are the other bodies, each where the case shows a reason for it.
func (n *next) off() {
	n.commissioner()
	n.tribunal()
	n.politics()
	n.regulator()
	n.askFor()
}

// commissioner: what was done with personal data is not the Ombudsman's. Where a window says until when, the window is the step.
func (n *next) commissioner() {
	if n.has(models.KindRegulatorComplaint) {
		return
	}
	for _, w := range n.r.Windows {
		if firstKind(w.Rule.MetBy) == models.KindRegulatorComplaint {
			return
		}
	}
	for i := range n.r.Current {
		e := &n.r.Current[i]
		switch e.Opens() { //nolint:exhaustive // only these are about personal data
		case models.ProcedureSubjectAccess, models.ProcedureDataComplaint, models.ProcedureDataBreach:
			if late, _ := n.clocksOf(e.ID); len(late) > 0 {
				n.add(Step{Text: "Complain to the Information Commissioner.", Who: Resident, Off: true, Kind: models.KindRegulatorComplaint, About: e.ID, Why: n.missed(late)})
				return
			}
		}
	}
}

// tribunal: how much a service charge may be is not the Ombudsman's; how the landlord answered about it is.
func (n *next) tribunal() {
	costs := n.about.Theme == models.ThemeServiceCharges
	for _, p := range []models.Procedure{models.ProcedureCostsSummary, models.ProcedureInspection, models.ProcedureIntention, models.ProcedureEstimates} {
		costs = costs || n.asked(p, 0)
	}
	if !costs {
		return
	}
	s := Step{Text: "Take the level of a service charge to the First-tier Tribunal (Property Chamber), after advice.", Who: Resident, Off: true, Kind: models.KindRegulatorComplaint,
		Why: "The case is about service charges.", Warning: "Do not stop paying without advice: arrears can be used against the resident."}
	if g, ok := n.r.book.Ground(rulebook.GroundChargeLevel, n.today); ok {
		s.Why = g.Instead + " (" + g.Cite() + ")"
	}
	n.add(s)
}

// overdue reports whether the landlord owes something that is late; by a rule that is not confirmed nobody is called late.
func (n *next) overdue() bool {
	return slices.ContainsFunc(n.r.Clocks, func(c Clock) bool {
		return c.State == Overdue && c.Rule.Bound == models.BoundLandlord && c.Rule.Confidence != rulebook.Unconfirmed
	})
}

// politics: an MP or a councillor can ask the landlord too. It replaces no stage.
func (n *next) politics() {
	if !n.overdue() {
		return
	}
	if !n.asked(models.ProcedureMPEnquiry, 0) {
		n.add(Step{Text: "Ask the resident's MP to write to the landlord.", Who: Resident, Off: true, Kind: models.KindRequestMade, Procedure: models.ProcedureMPEnquiry, Letter: letterMP,
			Why: "The landlord is late. An MP's letter replaces no stage of the complaint; the resident asks their own MP."})
	}
	if !n.asked(models.ProcedureCouncillor, 0) {
		n.add(Step{Text: "Ask a ward councillor to write to the landlord.", Who: Resident, Off: true, Kind: models.KindRequestMade, Procedure: models.ProcedureCouncillor,
			Why: "The landlord is late. A councillor's letter replaces no stage of the complaint."})
	}
}

// regulator: the Regulator of Social Housing looks at landlords, not at one resident's dispute, so it is named only where the case
// shows more than one failure; what only a rule says that is not confirmed is none.
func (n *next) regulator() {
	failures := 0
	for i := range n.r.Clocks {
		if c := &n.r.Clocks[i]; c.Rule.Bound == models.BoundLandlord && c.Rule.Regime.Family != rulebook.FamilyPolicy && c.Rule.Confidence != rulebook.Unconfirmed && (c.State == Overdue || c.State == MetLate) {
			failures++
		}
	}
	if failures < 2 && !n.has(models.KindFailureOrder) {
		return
	}
	n.add(Step{Text: "Tell the Regulator of Social Housing, if the same is happening to many residents.", Who: Caseworker, Off: true, Kind: models.KindRegulatorComplaint,
		Why: fmt.Sprintf("This case shows %s by the landlord. The regulator looks at how a landlord works and settles no single complaint.", plural(max(failures, 1), "failure"))})
}

// askFor: what the resident can ask the landlord to hand over.
func (n *next) askFor() {
	if n.about.Theme == models.ThemeServiceCharges && !n.asked(models.ProcedureCostsSummary, 0) {
		n.add(Step{Text: "Ask the landlord for a summary of the costs behind the service charge.", Who: Resident, Kind: models.KindRequestMade,
			Procedure: models.ProcedureCostsSummary, Letter: letterCosts, rank: rankLater, Why: "The case is about service charges, and no summary has been asked for.",
			Warning: "Asking does not by itself allow the charge to be withheld; take advice before any payment is stopped."})
	}
	if n.about.Theme == models.ThemeData && !n.asked(models.ProcedureDataComplaint, 0) {
		n.add(Step{Text: "Ask the landlord in writing what happened to the resident's data, and whom it has told.", Who: Resident, Kind: models.KindRequestMade,
			Procedure: models.ProcedureDataComplaint, Letter: letterBreach, rank: rankLater, Why: "The case is about personal data."})
	}
	if n.r.ComplaintOn != 0 && n.overdue() && !n.asked(models.ProcedureSubjectAccess, 0) {
		n.add(Step{Text: "Ask for what the landlord holds about the resident and the home (subject access).", Who: Resident, Kind: models.KindRequestMade,
			Procedure: models.ProcedureSubjectAccess, Letter: letterAccess, rank: rankLater,
			Why: "The landlord is late, and its own records can show what it did and when."})
	}
}
