package timeline

import (
	"fmt"

	"commoncase/models"
	"commoncase/models/civil"
	"commoncase/models/rulebook"
)

// Who is who can take a step.
type Who string

// Those who take steps.
const (
	Resident   Who = "resident"
	Caseworker Who = "caseworker"
	Nobody     Who = "nobody" // nothing to do but wait, or nothing at all
)

// Step is one thing that can be done, or that cannot be done yet and says when.
type Step struct {
	Text      string // what to do, a sentence
	Who       Who
	Why       string      // why now, a sentence
	Warning   string      // what will be lost, a sentence; "" where nothing is
	NotBefore civil.Date  // the first day on which it can be done; zero: now
	NotAfter  civil.Date  // the last day; zero: no limit
	Allowed   bool        // it can be done today
	Kind      models.Kind // the event to log once it is done; "" where none
	Letter    string      // the type of letter in models/letters that takes the step; "" where none
	About     int64       // the event that it belongs to: what opened its thread; 0 where it belongs to the complaint
	Off       bool        // it leads off the road of the complaint: to a regulator, a tribunal, a councillor
	Loud      bool        // what is lost after NotAfter does not come back
}

// Next returns the steps that the state of the clocks allows, the one to take first, then the others, then what is not yet
// allowed (with its day) or no longer (with the day on which it ended). The first is always allowed. It states procedure and
// is no legal advice.
func (r Result) Next(today civil.Date) []Step {
	n := next{r: r, today: today}
	n.road()
	if r.Status != models.StatusClosed {
		n.beside()
	}
	var allowed, other []Step
	for _, s := range n.steps {
		if s.Allowed {
			allowed = append(allowed, s)
		} else {
			other = append(other, s)
		}
	}
	return append(allowed, other...)
}

type next struct {
	r     Result
	today civil.Date
	steps []Step
}

// add appends a step; whether it is allowed follows from its days.
func (n *next) add(s Step) {
	s.Allowed = (s.NotBefore == 0 || n.today >= s.NotBefore) && (s.NotAfter == 0 || n.today <= s.NotAfter)
	n.steps = append(n.steps, s)
}

// clock returns the landlord's most generous clock of a duty (its own policy may give it longer than the Code) and the
// strictest one; ok is false where none has started.
func (n *next) clock(duty string) (strictest, latest Clock, ok bool) {
	for _, c := range n.r.Clocks {
		if c.Rule.Duty != duty || c.Started == 0 {
			continue
		}
		if !ok || c.Due < strictest.Due {
			strictest = c
		}
		if !ok || c.Due > latest.Due {
			latest = c
		}
		ok = true
	}
	return strictest, latest, ok
}

func (n *next) road() {
	switch n.r.Status {
	case models.StatusStoryReceived, models.StatusConsentPending:
		n.story()
	case models.StatusReported:
		n.complain()
	case models.StatusStage1AwaitingAck, models.StatusStage1Awaiting, models.StatusStage1Extended:
		n.await("stage1-acknowledgement", "stage1-response", "stage 1")
	case models.StatusStage1Responded:
		n.escalate()
	case models.StatusStage2AwaitingAck, models.StatusStage2Awaiting, models.StatusStage2Extended:
		n.await("stage2-acknowledgement", "stage2-response", "stage 2")
	case models.StatusFinalResponse:
		n.refer()
	case models.StatusOmbudsmanHelp:
		n.helped()
	case models.StatusOmbudsman:
		n.add(Step{Text: "Send the Ombudsman what it asks for, by the day it names, and log its determination when it comes.", Who: Caseworker,
			Why: "The Ombudsman is looking into the complaint; nothing else is due from the resident.", Kind: models.KindDetermination})
	case models.StatusDetermined:
		n.determined()
	case models.StatusOrders:
		n.orders()
	case models.StatusClosed:
		n.add(Step{Text: "Nothing to do: the case is closed. Reopen it if the problem comes back.", Who: Nobody,
			Why: fmt.Sprintf("It was closed on %s.", n.r.StatusOn.Long()), Kind: models.KindCaseReopened})
	}
}

func (n *next) story() {
	if n.r.Status == models.StatusConsentPending {
		step := Step{Text: "Ask the resident whether the branch may act for them, and log their answer.", Who: Caseworker,
			Why: "No consent is logged yet; without it nothing goes to the landlord.", Kind: models.KindConsentGiven}
		if n.has(models.KindConsentWithdrawn) {
			step.Text = "Ask the resident again whether the branch may act for them, and log their answer."
			step.Why = "Consent was withdrawn; without it nothing goes to the landlord."
		}
		n.add(step)
		return
	}
	n.add(Step{Text: "Report the problem to the landlord in writing and keep the reference.", Who: Resident,
		Why: "A complaint comes after the landlord knew of the problem.", Kind: models.KindIssueReported})
}

func (n *next) has(k models.Kind) bool { return n.day(k) != 0 }

// day is the first day of a kind of event, zero where there is none.
func (n *next) day(k models.Kind) civil.Date {
	for i := range n.r.Current {
		if n.r.Current[i].Kind == k {
			return n.r.Current[i].On
		}
	}
	return 0
}

// complain: a landlord may leave aside what is older than the Code of the day says; it must still consider it, so a later complaint
// is possible and carries a warning.
func (n *next) complain() {
	s := Step{Text: "If the report did not put it right, make a formal complaint (stage 1). Any way of saying so will do; in writing is easiest to prove.",
		Who: Resident, Why: "The problem is reported, and no complaint is logged.", Kind: models.KindComplaintMade}
	if code := n.r.book.Code(n.today); code != nil && code.Accept.Months > 0 && n.r.ReportedOn != 0 {
		months := code.Accept.Months
		cite := fmt.Sprintf("%s, %s", code.Short, code.Accept.Clause)
		if code.Accept.Confidence == rulebook.Unconfirmed {
			cite += ", not confirmed"
		}
		last := n.r.ReportedOn.AddMonths(months)
		if n.today <= last {
			s.Warning = fmt.Sprintf("After %s, %d months from the first report, the landlord may refuse a complaint about it as too old (%s).", last.Long(), months, cite)
		} else {
			s.Warning = fmt.Sprintf("The first report is more than %d months old. The landlord may refuse the complaint as too old (%s); say in it since when it has gone on and why it comes now.", months, cite)
		}
	}
	n.add(s)
}

// await is the wait for an acknowledgement or an answer of a stage.
func (n *next) await(ackDuty, duty, stage string) {
	strict, latest, ok := n.clock(duty)
	if !ok {
		n.add(Step{Text: "Ask the landlord in writing by when it will answer, and log what it says.", Who: Caseworker,
			Why: "No rule in the rulebook gives a date for this answer.", Kind: models.KindLandlordUpdate})
		return
	}
	answer, acknowledged := models.KindStage1Response, models.KindComplaintAcknowledged
	if stage == "stage 2" {
		answer, acknowledged = models.KindStage2Response, models.KindStage2Acknowledged
	}
	ack, _, ackOK := n.clock(ackDuty)
	switch {
	case n.today > strict.Due:
		why := fmt.Sprintf("The %s answer was due on %s by %s and has not come.", stage, strict.Due.Long(), strict.Rule.Cite())
		if latest.Due > strict.Due && n.today <= latest.Due {
			why += fmt.Sprintf(" The landlord's own policy gives it until %s, and the Ombudsman's Code does not.", latest.Due.Long())
		}
		n.add(Step{Text: fmt.Sprintf("Write to the landlord that its %s answer is late and ask for it within five working days; say that the Ombudsman will be asked otherwise.", stage),
			Who: Caseworker, Why: why, Kind: models.KindContactAttempt})
		n.add(Step{Text: "Ask the Ombudsman to help get the answer.", Who: Resident,
			Why: "The Ombudsman can press a landlord that does not answer in time.", Kind: models.KindOmbudsmanHelp})
		if stage == "stage 1" {
			n.add(Step{Text: "Ask the landlord to take the complaint to stage 2.", Who: Resident,
				Why: "The landlord has missed stage 1; waiting longer for it is not required of the resident.", Kind: models.KindEscalationRequested})
		}
	case ackOK && ack.Open() && n.today > ack.Due:
		n.add(Step{Text: "Write to the landlord and ask it to acknowledge and log the complaint now.", Who: Caseworker,
			Why: fmt.Sprintf("The acknowledgement was due on %s by %s and has not come.", ack.Due.Long(), ack.Rule.Cite()), Kind: models.KindContactAttempt})
		n.waitFor(strict, stage, answer)
	default:
		if ackOK && ack.Open() {
			n.add(Step{Text: fmt.Sprintf("Wait for the acknowledgement until %s, and log it when it comes.", ack.Due.Long()), Who: Nobody,
				Why: fmt.Sprintf("%s gives the landlord until then.", ack.Rule.Cite()), Kind: acknowledged})
		}
		n.waitFor(strict, stage, answer)
	}
	if stage == "stage 1" {
		n.notYetReferred("the stage 1 answer")
	} else {
		n.notYetReferred("the final response")
	}
}

// waitFor is the wait until the answer is due, and what becomes possible the day after.
func (n *next) waitFor(c Clock, stage string, answer models.Kind) {
	n.add(Step{Text: fmt.Sprintf("Wait for the %s answer until %s, log it when it comes, and log every contact until then.", stage, c.Due.Long()),
		Who: Nobody, Why: fmt.Sprintf("%s gives the landlord until then.", c.Rule.Cite()), Kind: answer})
	n.add(Step{Text: "Ask the Ombudsman to help get the answer.", Who: Resident, NotBefore: c.Due + 1, Kind: models.KindOmbudsmanHelp,
		Why: "This is for answers that are late."})
	if stage == "stage 1" {
		n.add(Step{Text: "Ask the landlord to take the complaint to stage 2.", Who: Resident, NotBefore: c.Due + 1, Kind: models.KindEscalationRequested,
			Why: "Stage 2 follows the stage 1 answer, or the day on which that is late."})
	}
}

// notYetReferred says when an investigation can be asked for.
func (n *next) notYetReferred(after string) {
	s := Step{Text: "Refer the complaint to the Ombudsman for investigation.", Who: Resident, Kind: models.KindOmbudsmanReferral,
		Why: fmt.Sprintf("Not yet: the Ombudsman investigates once the landlord's procedure is finished, and %s has not come.", after)}
	if after == "the stage 1 answer" {
		s.Why = "Not yet: the Ombudsman investigates once both stages of the landlord's procedure are finished."
	}
	s.Allowed = false
	n.steps = append(n.steps, s)
}

func (n *next) escalate() {
	s := Step{Text: "If the answer does not settle it, ask the landlord to take the complaint to stage 2. If it does, close the case as resolved.",
		Who: Resident, Why: fmt.Sprintf("The stage 1 answer came on %s.", n.day(models.KindStage1Response).Long()), Kind: models.KindEscalationRequested,
		Warning: "Some landlords set a time for asking; look for it in the stage 1 letter, and ask soon."}
	if code := n.r.Code; code != nil && code.Escalate != "" {
		s.Why += fmt.Sprintf(" No reasons need be given (%s, %s).", code.Short, code.Escalate)
	}
	n.add(s)
	n.steps = append(n.steps, Step{Text: "Refer the complaint to the Ombudsman for investigation.", Who: Resident, Kind: models.KindOmbudsmanReferral,
		Why: "Not yet: first ask for stage 2 and wait for the final response."})
}

// refer is the way to the Ombudsman after the final response: at once, before October 2022 through a designated person or
// after eight weeks, and normally within twelve months.
func (n *next) refer() {
	final := n.r.FinalOn
	limit, _, ok := n.clock("ombudsman-referral")
	s := Step{Text: "If the final response does not settle it, refer the complaint to the Ombudsman, with the bundle that the branch makes for it.",
		Who: Resident, Kind: models.KindOmbudsmanReferral}
	if ok {
		s.NotAfter = limit.Due
	}
	if w, ok := n.window(rulebook.TypeWait); ok && n.today < w.Opens {
		s.NotBefore = w.Opens
	}
	switch {
	case ok && n.today > limit.Due:
		s.Why = fmt.Sprintf("Twelve months from the final response of %s ended on %s (%s).", final.Long(), limit.Due.Long(), limit.Rule.Cite())
		n.add(Step{Text: "Ask the Ombudsman whether it will still look at the complaint, and explain why it comes late.", Who: Resident,
			Why:  s.Why + " It may accept a complaint later where there is a good reason.",
			Kind: models.KindOmbudsmanReferral})
	case s.NotBefore != 0:
		s.Why = "Until 30 September 2022 a resident could go to the Ombudsman directly only eight weeks after the final response."
		n.add(Step{Text: "Ask a designated person (an MP, a councillor or a tenant panel) to refer the complaint to the Ombudsman now.", Who: Resident,
			Why: fmt.Sprintf("The final response came on %s; a designated person did not have to wait.", final.Long()), Kind: models.KindOmbudsmanReferral})
	default:
		s.Why = fmt.Sprintf("The final response came on %s, and the landlord's procedure is finished.", final.Long())
	}
	if ok && n.today <= limit.Due {
		s.Warning = fmt.Sprintf("After %s, twelve months from the final response, the Ombudsman will normally not look at it (%s).", limit.Due.Long(), limit.Rule.Cite())
	}
	n.add(s)
	n.add(Step{Text: "If the final response settles it, close the case as resolved or partly resolved.", Who: Caseworker,
		Why: "A case that needs nothing more should not stand among those that do.", Kind: models.KindCaseClosed})
}

func (n *next) window(t rulebook.Type) (Window, bool) {
	for _, w := range n.r.Windows {
		if w.Rule.Type == t {
			return w, true
		}
	}
	return Window{}, false
}

// helped: the Ombudsman was asked to get an answer. What is open follows from the events, not from the status.
func (n *next) helped() {
	why := fmt.Sprintf("The Ombudsman was asked on %s to help get an answer.", n.r.StatusOn.Long())
	if n.r.FinalOn != 0 {
		n.refer()
		return
	}
	escalated := n.has(models.KindEscalationRequested)
	if !escalated && n.has(models.KindStage1Response) { // help was asked for, and the answer is there: the next stage is open
		n.escalate()
		return
	}
	answer := models.KindStage1Response
	if escalated {
		answer = models.KindStage2Response
	}
	n.add(Step{Text: "Log the landlord's answer when it comes; tell the Ombudsman if it does not come by the day the Ombudsman gave.", Who: Caseworker,
		Why: why, Kind: answer})
	if !escalated {
		if c, _, ok := n.clock("stage1-response"); ok {
			n.add(Step{Text: "Ask the landlord to take the complaint to stage 2.", Who: Resident, NotBefore: c.Due + 1, Kind: models.KindEscalationRequested,
				Why: fmt.Sprintf("The stage 1 answer was due on %s.", c.Due.Long())})
		}
	}
	n.notYetReferred("the final response")
}

func (n *next) determined() {
	s := Step{Text: "Log each order with the day by which it is due, or close the case if there is none.", Who: Caseworker,
		Why: fmt.Sprintf("The Ombudsman determined the complaint on %s.", n.r.StatusOn.Long()), Kind: models.KindOrderDue}
	if n.has(models.KindOrderDue) { // an open one would have made the status that of orders being tracked
		s.Text, s.Kind = "If no other order is to come, close the case.", models.KindCaseClosed
		s.Why += " Every order that is logged has been met."
	}
	n.add(s)
	n.review()
}

// review: within three weeks, and only about facts.
func (n *next) review() {
	w, ok := n.window(rulebook.TypeWindow)
	if !ok {
		return
	}
	s := Step{Text: "Ask the Ombudsman to review its determination, if it rests on wrong facts or new evidence has come.", Who: Resident,
		Why:     fmt.Sprintf("A review can be asked for until %s, three weeks after the determination.", w.Closes.Long()),
		Warning: "After that day only exceptional reasons count.", NotAfter: w.Closes}
	if n.today > w.Closes {
		s.Why = fmt.Sprintf("No longer: the three weeks for asking ended on %s, and only exceptional reasons count now.", w.Closes.Long())
		s.Warning = ""
	}
	n.add(s)
}

func (n *next) orders() {
	var late, open *Clock
	for i := range n.r.Clocks {
		c := &n.r.Clocks[i]
		if c.Rule.Type != rulebook.TypeOrder || !c.Open() {
			continue
		}
		if n.today > c.Due && late == nil {
			late = c
		}
		if n.today <= c.Due && open == nil {
			open = c
		}
	}
	if late != nil {
		n.add(Step{Text: "Tell the Ombudsman that the landlord has not done what it was ordered to do.", Who: Caseworker,
			Why: fmt.Sprintf("The order was due on %s and nothing is logged that meets it.", late.Due.Long()), Kind: models.KindContactAttempt})
	}
	if open != nil {
		n.add(Step{Text: fmt.Sprintf("Wait until %s for the landlord to do what it was ordered to do, and log it when it is done.", open.Due.Long()), Who: Nobody,
			Why: "The order gives the landlord until then.", Kind: models.KindOrderMet})
	}
	n.review()
}

// beside are the steps that do not hang on the stage: there is a hazard, something was done to the resident, or a solicitor acts.
func (n *next) beside() {
	if n.r.Flags.Hazard {
		n.add(Step{Text: "Ask the landlord in writing to make the hazard safe now; that does not wait for the complaint.", Who: Resident,
			Why:     "A hazard is logged. Making a home safe is a repair, whatever the complaint is waiting for.",
			Warning: "If somebody is in danger, ring the landlord's emergency line; in a fire, a gas leak or an electric shock ring the emergency services first.",
			Kind:    models.KindContactAttempt})
	}
	if n.r.Flags.Adverse {
		n.add(Step{Text: "Get advice today on what was done to the resident, from a law centre, Citizens Advice or Shelter, and keep every letter about it.", Who: Resident,
			Why: "Something was done to the resident after they reported or complained. Letters about tenancy or money can carry short time limits of their own."})
	}
	if n.r.Flags.Solicitor {
		n.add(Step{Text: "Ask the solicitor, before any claim is filed at court, what it would do to the complaint.", Who: Resident,
			Why:     "A solicitor is acting. A solicitor's letter does not end the complaint.",
			Warning: "Once a claim is filed at court, the landlord and the Ombudsman may stop looking at the complaint."})
	}
}
