package timeline

import (
	"fmt"

	"commoncase/models"
	"commoncase/models/civil"
	"commoncase/models/rulebook"
)

// The road of the complaint: what is next follows from the status, and from what the landlord refused or demanded.

func (n *next) road() {
	switch n.r.Status {
	case models.StatusStoryReceived, models.StatusConsentPending:
		n.story()
	case models.StatusReported:
		n.complain()
	case models.StatusStage1AwaitingAck, models.StatusStage1Awaiting, models.StatusStage1Extended:
		n.stage(stageOne)
	case models.StatusStage1Responded:
		n.escalate()
	case models.StatusStage2AwaitingAck, models.StatusStage2Awaiting, models.StatusStage2Extended:
		n.stage(stageTwo)
	case models.StatusFinalResponse:
		n.refer()
	case models.StatusOmbudsmanHelp:
		n.helped()
	case models.StatusOmbudsman:
		n.investigated()
	case models.StatusDetermined:
		n.determined()
	case models.StatusOrders:
		n.orders()
	case models.StatusClosed:
		n.add(Step{Text: "Nothing to do: the case is closed. Reopen it if the problem comes back.", Who: Nobody,
			Why: fmt.Sprintf("It was closed on %s.", n.r.StatusOn.Long()), Kind: models.KindCaseReopened})
	}
}

// stage is what differs between the two stages.
type stage struct {
	name                 string
	ackDuty, duty        string
	ack, answer, refusal models.Kind
	askNext              bool   // the step after it is stage 2
	refusedWhat          string // what a refusal refuses
	afterWhy             string // why an investigation cannot be asked for yet
}

var (
	stageOne = stage{name: "stage 1", ackDuty: "stage1-acknowledgement", duty: "stage1-response", ack: models.KindComplaintAcknowledged,
		answer: models.KindStage1Response, refusal: models.KindComplaintRefused, askNext: true,
		refusedWhat: "the complaint", afterWhy: "Not yet: the Ombudsman investigates once both stages of the landlord's procedure are finished."}
	stageTwo = stage{name: "stage 2", ackDuty: "stage2-acknowledgement", duty: "stage2-response", ack: models.KindStage2Acknowledged,
		answer: models.KindStage2Response, refusal: models.KindEscalationRefused,
		refusedWhat: "stage 2",
		afterWhy:    "Not yet: the Ombudsman investigates once the landlord's procedure is finished, and the final response has not come."}
)

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
	n.not(Step{Text: "Make a formal complaint (stage 1).", Who: Resident, Kind: models.KindComplaintMade, Letter: letterStage1,
		Why: "Not yet: once the problem is reported and the landlord has not put it right."})
}

// complain: a landlord may leave aside what is older than the Code of the day says; it must still consider it, so a later complaint
// is possible and carries a warning.
func (n *next) complain() {
	s := Step{Text: "If the report did not put it right, make a formal complaint (stage 1). Any way of saying so will do; in writing is easiest to prove.",
		Who: Resident, Why: "The problem is reported, and no complaint is logged.", Kind: models.KindComplaintMade, Letter: letterStage1}
	if e := n.last(models.KindExtraStage); e != nil {
		s.Why += fmt.Sprintf(" On %s the landlord asked for another stage first%s; the complaint need not wait for it.", e.On.Long(), n.cite(models.KindExtraStage))
	}
	if e := n.last(models.KindRepairCompleted); e != nil {
		s.Why += fmt.Sprintf(" The landlord closed the job as completed on %s.", e.On.Long())
	}
	if last := n.r.AcceptUntil; last != 0 {
		code := n.r.book.Code(n.today)
		cite := fmt.Sprintf("%s, %s", code.Short, code.Accept.Clause)
		if code.Accept.Confidence == rulebook.Unconfirmed {
			cite += ", not confirmed"
		}
		if n.today <= last {
			s.Warning = fmt.Sprintf("After %s, %d months from the first report, the landlord may refuse a complaint about it as too old (%s).", last.Long(), code.Accept.Months, cite)
		} else {
			s.Warning = fmt.Sprintf("The first report is more than %d months old. The landlord may refuse the complaint as too old (%s); say in it since when it has gone on and why it comes now.", code.Accept.Months, cite)
		}
	}
	n.add(s)
	n.notYetReferred(stageOne)
}

// stage is the wait for an answer, or what to do where the landlord refused to give one or put another stage before it.
func (n *next) stage(st stage) {
	if refused := n.last(st.refusal); refused != nil && n.openSince(refused.On, st.ack, st.answer) {
		n.refused(st, refused)
		return
	}
	n.await(st)
	if e := n.last(models.KindExtraStage); e != nil && n.openSince(e.On, st.answer) {
		n.add(Step{Text: "Write to the landlord that the complaint is at " + st.name + " and that its answer is due there, whatever other stage it asks for.",
			Who: Caseworker, Why: fmt.Sprintf("On %s the landlord asked for another stage%s.", e.On.Long(), n.cite(models.KindExtraStage)),
			Kind: models.KindContactAttempt, Letter: letterChase, rank: rankRoad})
	}
}

// openSince reports that none of the kinds came after a day.
func (n *next) openSince(on civil.Date, kinds ...models.Kind) bool {
	for _, k := range kinds {
		if e := n.last(k); e != nil && e.On > on {
			return false
		}
	}
	return true
}

func (n *next) refused(st stage, e *models.Event) {
	n.add(Step{Text: "Take the refusal to the Ombudsman.", Who: Resident, Kind: models.KindOmbudsmanHelp, Letter: letterHelp,
		Why: fmt.Sprintf("The landlord refused %s on %s%s; whether it may is for the Ombudsman to say.", st.refusedWhat, e.On.Long(), n.cite(st.refusal))})
	ask := Step{Text: "Ask the landlord in writing for its reasons for the refusal, and for its answer by the day on which it is due.", Who: Caseworker,
		Why: "A refusal does not stop the clock of the answer.", Kind: models.KindContactAttempt, Letter: letterChase}
	strict, _, ok := n.clock(st.duty)
	if ok && n.today > strict.Due {
		ask.Text = "Ask the landlord in writing for its reasons for the refusal, and for the answer that is overdue."
		ask.Why = fmt.Sprintf("A refusal does not stop the clock of the answer, which was due on %s (%s).", strict.Due.Long(), rule(strict.Rule))
	}
	n.add(ask)
	if ok && n.today <= strict.Due {
		n.waitFor(strict, st)
	}
	n.notYetReferred(st)
}

// await is the wait for an acknowledgement or an answer of a stage.
func (n *next) await(st stage) {
	strict, latest, ok := n.clock(st.duty)
	if !ok {
		n.add(Step{Text: "Ask the landlord in writing by when it will answer, and log what it says.", Who: Caseworker,
			Why: "No rule in the rulebook gives a date for this answer.", Kind: models.KindLandlordUpdate, Letter: letterChase})
		return
	}
	ack, _, ackOK := n.clock(st.ackDuty)
	switch {
	case n.today > strict.Due:
		n.late(strict, latest, st)
	case ackOK && ack.Open() && n.today > ack.Due:
		n.add(Step{Text: "Write to the landlord and ask it to acknowledge and log the complaint now.", Who: Caseworker,
			Why: fmt.Sprintf("The acknowledgement was due on %s by %s and has not come.", ack.Due.Long(), rule(ack.Rule)), Kind: models.KindContactAttempt, Letter: letterChase})
		n.waitFor(strict, st)
	default:
		if ackOK && ack.Open() {
			n.add(Step{Text: fmt.Sprintf("Wait for the acknowledgement until %s, and log it when it comes.", ack.Due.Long()), Who: Nobody,
				Why: fmt.Sprintf("%s gives the landlord until then.", rule(ack.Rule)), Kind: st.ack})
		}
		n.waitFor(strict, st)
	}
	n.notYetReferred(st)
}

// chaseDays is how many working days a reminder gives the landlord, as its letter does.
const chaseDays = 5

// late: the answer of a stage has not come by the day of the strictest clock. What was chased once and stayed silent goes to the
// Ombudsman first.
func (n *next) late(strict, latest Clock, st stage) {
	why := fmt.Sprintf("The %s answer was due on %s by %s and has not come.", st.name, strict.Due.Long(), rule(strict.Rule))
	if latest.Due > strict.Due && n.today <= latest.Due {
		why += fmt.Sprintf(" The landlord's own policy gives it until %s, and the Ombudsman's Code does not.", latest.Due.Long())
	}
	chase := Step{Text: fmt.Sprintf("Write to the landlord that its %s answer is late and ask for it within five working days; say that the Ombudsman will be asked otherwise.", st.name),
		Who: Caseworker, Why: why, Kind: models.KindContactAttempt, Letter: letterChase}
	help := Step{Text: "Ask the Ombudsman to help get the answer.", Who: Resident, Letter: letterHelp,
		Why: "The Ombudsman can press a landlord that does not answer in time.", Kind: models.KindOmbudsmanHelp}
	chased := n.last(models.KindContactAttempt)
	if e := n.reminder(strict.Due); e != nil { // it has its days; the Ombudsman need not wait for them
		if until := strict.calendar().Add(e.On, chaseDays); n.today <= until {
			chase = Step{Text: fmt.Sprintf("Wait until %s for the answer to the reminder, and log it when it comes.", until.Long()), Who: Nobody,
				Why: why + fmt.Sprintf(" It was chased on %s.", e.On.Long()), Kind: st.answer, rank: rankRoad}
		}
	}
	if again := chased != nil && chased.On > strict.Due; again && strict.calendar().Between(chased.On, n.today) > chaseDays {
		help.Why = why + fmt.Sprintf(" It was chased on %s.", chased.On.Long())
		n.add(help)
		n.add(chase)
	} else {
		n.add(chase)
		n.add(help)
	}
	if st.askNext {
		n.add(Step{Text: "Ask the landlord to take the complaint to stage 2.", Who: Resident, Letter: letterEscalation,
			Why: "The landlord has missed stage 1; waiting longer for it is not required of the resident.", Kind: models.KindEscalationRequested})
	}
}

// reminder is the last written attempt about the complaint after a day; a call that nobody answered is none.
func (n *next) reminder(after civil.Date) *models.Event {
	for i := len(n.r.Current) - 1; i >= 0; i-- {
		e := &n.r.Current[i]
		if e.Kind != models.KindContactAttempt || e.About != 0 || e.On <= after {
			continue
		}
		switch e.Channel { //nolint:exhaustive // the others leave nothing in writing
		case models.ChannelEmail, models.ChannelLetter, models.ChannelWebForm:
			return e
		}
	}
	return nil
}

// waitFor is the wait until the answer is due, and what becomes possible the day after.
func (n *next) waitFor(c Clock, st stage) {
	n.add(Step{Text: fmt.Sprintf("Wait for the %s answer until %s, log it when it comes, and log every contact until then.", st.name, c.Due.Long()),
		Who: Nobody, Why: fmt.Sprintf("%s gives the landlord until then.", rule(c.Rule)), Kind: st.answer})
	n.add(Step{Text: "Ask the Ombudsman to help get the answer.", Who: Resident, NotBefore: c.Due + 1, Kind: models.KindOmbudsmanHelp, Letter: letterHelp,
		Why: "This is for answers that are late."})
	if st.askNext {
		n.add(Step{Text: "Ask the landlord to take the complaint to stage 2.", Who: Resident, NotBefore: c.Due + 1, Kind: models.KindEscalationRequested,
			Letter: letterEscalation, Why: "Stage 2 follows the stage 1 answer, or the day on which that is late."})
	}
}

// notYetReferred says when an investigation can be asked for.
func (n *next) notYetReferred(st stage) {
	n.not(Step{Text: "Refer the complaint to the Ombudsman for investigation.", Who: Resident, Kind: models.KindOmbudsmanReferral, Why: st.afterWhy})
}

func (n *next) escalate() {
	s := Step{Text: "If the answer does not settle it, ask the landlord to take the complaint to stage 2. If it does, close the case as resolved.",
		Who: Resident, Why: fmt.Sprintf("The stage 1 answer came on %s.", n.day(models.KindStage1Response).Long()), Kind: models.KindEscalationRequested,
		Letter: letterEscalation, Warning: "Some landlords set a time for asking; look for it in the stage 1 letter, and ask soon."}
	if code := n.r.Code; code != nil && code.Escalate != "" {
		s.Why += fmt.Sprintf(" No reasons need be given (%s, %s).", code.Short, code.Escalate)
	}
	if w, ok := n.roadWindow(rulebook.TypeWindow, models.KindStage1Response); ok {
		if n.today <= w.Closes {
			s.NotAfter = w.Closes
			s.Warning = fmt.Sprintf("After %s the landlord may refuse stage 2 as too late by its own policy (%s).", w.Closes.Long(), rule(w.Rule))
		} else {
			s.Warning = fmt.Sprintf("The time that the landlord's own policy gives ended on %s (%s). Ask all the same, and say why it comes now.", w.Closes.Long(), rule(w.Rule))
		}
	}
	if e := n.last(models.KindStage1Response); e != nil {
		n.check(e)
	}
	n.add(s)
	n.not(Step{Text: "Refer the complaint to the Ombudsman for investigation.", Who: Resident, Kind: models.KindOmbudsmanReferral,
		Why: "Not yet: first ask for stage 2 and wait for the final response."})
}

// check: an answer of the landlord is held against what it must say, once.
func (n *next) check(letter *models.Event) {
	list, ok := n.r.Checklist(letter.Kind)
	if !ok {
		return
	}
	if _, done := n.r.Checked(letter.ID); done {
		return
	}
	n.add(Step{Text: "Hold the landlord's letter against what it must say, and tick what is missing.", Who: Caseworker, Kind: models.KindLetterChecked,
		About: letter.ID, rank: rankBeside,
		Why: fmt.Sprintf("%s, %s names what this letter must contain; what is missing is a breach of its own.", list.Regime.Short, list.Clause)})
}

// refer is the way to the Ombudsman after the final response: at once, or after the wait that the Scheme of its day had, and normally
// within the Scheme's limit.
func (n *next) refer() {
	final := n.r.FinalOn
	if e := n.last(models.KindStage2Response); e != nil {
		n.check(e)
	}
	n.referral(final)
	n.add(Step{Text: "If the final response settles it, close the case as resolved or partly resolved.", Who: Caseworker,
		Why: "A case that needs nothing more should not stand among those that do.", Kind: models.KindCaseClosed})
}

// referral is the loudest of all steps: what is lost after its last day does not come back.
func (n *next) referral(final civil.Date) {
	limit, _, limited := n.clock(rulebook.OmbudsmanReferral)
	if limited && n.today > limit.Due {
		n.add(Step{Text: "Ask the Ombudsman whether it will still look at the complaint, and explain why it comes late.", Who: Resident,
			Why: fmt.Sprintf("The %s from the final response of %s ended on %s (%s). It may accept a complaint later where there is a good reason.",
				limit.Rule.Limit, final.Long(), limit.Due.Long(), rule(limit.Rule)), Kind: models.KindOmbudsmanReferral})
		return
	}
	s := Step{Text: "If the final response does not settle it, refer the complaint to the Ombudsman, with the bundle that the branch makes for it.",
		Who: Resident, Kind: models.KindOmbudsmanReferral, Why: fmt.Sprintf("The final response came on %s, and the landlord's procedure is finished.", final.Long())}
	if e := n.last(models.KindExtraStage); e != nil && e.On >= final {
		s.Why += fmt.Sprintf(" The landlord asked for another stage on %s%s; the referral need not wait for it.", e.On.Long(), n.cite(models.KindExtraStage))
	}
	if limited {
		s.NotAfter, s.Loud = limit.Due, true
		s.Warning = fmt.Sprintf("After %s, %s from the final response, the Ombudsman will normally not look at it (%s). %s left.",
			limit.Due.Long(), limit.Rule.Limit, rule(limit.Rule), plural(n.today.DaysUntil(limit.Due), "day"))
		if n.today.DaysUntil(limit.Due) <= LoudDays {
			s.rank = rankLoud
		}
	}
	if w, ok := n.roadWindow(rulebook.TypeWait, models.KindStage2Response); ok && n.today < w.Opens {
		s.NotBefore = w.Opens
		s.Why = fmt.Sprintf("Until %s a resident could go to the Ombudsman directly only %s after the final response (%s).", w.Rule.Regime.Until.Long(), w.Rule.Limit, rule(w.Rule))
		n.add(Step{Text: "Ask a designated person (an MP, a councillor or a tenant panel) to refer the complaint to the Ombudsman now.", Who: Resident,
			Why: fmt.Sprintf("The final response came on %s; a designated person did not have to wait.", final.Long()), Kind: models.KindOmbudsmanReferral})
	}
	n.add(s)
}

func plural(count int, word string) string {
	if count == 1 {
		return "1 " + word
	}
	return fmt.Sprintf("%d %ss", count, word)
}

// helped: the Ombudsman was asked to get an answer. What is open follows from the events, not from the status.
func (n *next) helped() {
	if n.r.FinalOn != 0 {
		n.refer()
		return
	}
	escalated := n.has(models.KindEscalationRequested)
	if !escalated && n.has(models.KindStage1Response) { // help was asked for, and the answer is there: the next stage is open
		n.escalate()
		return
	}
	st := stageOne
	if escalated {
		st = stageTwo
	}
	s := Step{Text: "Log the landlord's answer when it comes; tell the Ombudsman if it does not come by the day the Ombudsman gave.", Who: Caseworker,
		Why: fmt.Sprintf("The Ombudsman was asked on %s to help get an answer.", n.r.StatusOn.Long()), Kind: st.answer, Letter: letterHelp}
	if e := n.last(models.KindFailureOrder); e != nil {
		s.Why = fmt.Sprintf("The Ombudsman made a complaint handling failure order on %s, and no answer is logged since.", e.On.Long())
	}
	n.add(s)
	if !escalated {
		if c, _, ok := n.clock("stage1-response"); ok {
			n.add(Step{Text: "Ask the landlord to take the complaint to stage 2.", Who: Resident, NotBefore: c.Due + 1, Kind: models.KindEscalationRequested,
				Letter: letterEscalation, Why: fmt.Sprintf("The stage 1 answer was due on %s.", c.Due.Long())})
		}
	}
	n.notYetReferred(stageTwo)
}

func (n *next) investigated() {
	n.add(Step{Text: "Send the Ombudsman what it asks for, by the day it names, and log its determination when it comes.", Who: Caseworker,
		Why: "The Ombudsman is looking into the complaint; nothing else is due from the resident.", Kind: models.KindDetermination})
	n.not(Step{Text: "Log each order with its day, or ask for a review.", Who: Caseworker, Kind: models.KindOrderDue,
		Why: "Not yet: once the Ombudsman has determined the complaint."})
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

// review: within the Scheme's weeks, and only about facts.
func (n *next) review() {
	w, ok := n.roadWindow(rulebook.TypeWindow, models.KindDetermination)
	if !ok {
		return
	}
	if e := n.last(models.KindReviewRequested); e != nil && e.On >= w.Started {
		n.add(Step{Text: "Wait for the Ombudsman's answer to the request for a review, and log it as a determination when it comes.", Who: Nobody,
			Why: fmt.Sprintf("The review was requested on %s; what was ordered stands meanwhile.", e.On.Long()), Kind: models.KindDetermination})
		return
	}
	n.add(Step{Text: "Ask the Ombudsman to review its determination, if it rests on wrong facts or new evidence has come.", Who: Resident,
		Why:     fmt.Sprintf("A review can be asked for until %s, %s after the determination (%s).", w.Closes.Long(), w.Rule.Limit, rule(w.Rule)),
		Warning: "After that day only exceptional reasons count.", NotAfter: w.Closes, Loud: true, Kind: models.KindReviewRequested, Letter: letterReview})
}

func (n *next) orders() {
	for i := range n.r.Clocks {
		c := &n.r.Clocks[i]
		if c.Rule.Type != rulebook.TypeOrder || !c.Open() {
			continue
		}
		name := "the order"
		if c.Reference != "" {
			name += " " + c.Reference
		}
		if n.today <= c.Due {
			n.add(Step{Text: fmt.Sprintf("Wait until %s for the landlord to do what it was ordered to do, and log it when it is done.", c.Due.Long()), Who: Nobody,
				Why: fmt.Sprintf("%s gives the landlord until then.", upperFirst(name)), Kind: models.KindOrderMet, About: c.Opener, rank: rankRoad})
			n.add(Step{Text: "Tell the Ombudsman that the landlord has not done what it was ordered to do.", Who: Caseworker, NotBefore: c.Due + 1,
				Why: fmt.Sprintf("Only if nothing meets %s by then.", name), Kind: models.KindOrderChased, Letter: letterOrder, About: c.Opener})
			continue
		}
		s := Step{Text: "Tell the Ombudsman that the landlord has not done what it was ordered to do.", Who: Caseworker,
			Why:  fmt.Sprintf("%s was due on %s and nothing is logged that meets it.", upperFirst(name), c.Due.Long()),
			Kind: models.KindOrderChased, Letter: letterOrder, About: c.Opener}
		if told := n.last(models.KindOrderChased); told != nil && told.On > c.Due && (told.About == 0 || told.About == c.Opener) {
			s.Text = "Ask the Ombudsman what it does about the order, or log what the landlord has done."
			s.Why += fmt.Sprintf(" The Ombudsman was told on %s.", told.On.Long())
		}
		n.add(s)
	}
	n.review()
}
