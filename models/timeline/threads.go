package timeline

import (
	"commoncase/models"
	"commoncase/models/civil"
	"commoncase/models/rulebook"
)

// Beside the complaint run threads: a hazard from its report, a repair from the day it was raised, a request, a promise. Each is
// opened by an event and has clocks of its own, judged by the law and the landlord's policy of the day on which it was opened.
//
// An event belongs to the thread that it names (About); one that names none belongs to the thread whose reference it carries, then to
// the last one before it that still waits for such an answer, then to the last one that it can belong to.

// The procedures as small numbers; 0 is the road of the complaint.
const (
	pNone = iota
	pHazard
	pRepair
	pPromise
	pTask
	pSubjectAccess
	pDataComplaint
	pDataBreach
	pFOI
	pEIR
	pSTAIRs
	pCostsSummary
	pInspection
	pIntention
	pEstimates
	pPreAction
	pMPEnquiry
	pCouncillor
	procedures // how many there are
)

func procedureOf(p models.Procedure) int {
	switch p {
	case models.ProcedureHazard:
		return pHazard
	case models.ProcedureRepair:
		return pRepair
	case models.ProcedurePromise:
		return pPromise
	case models.ProcedureTask:
		return pTask
	case models.ProcedureSubjectAccess:
		return pSubjectAccess
	case models.ProcedureDataComplaint:
		return pDataComplaint
	case models.ProcedureDataBreach:
		return pDataBreach
	case models.ProcedureFOI:
		return pFOI
	case models.ProcedureEIR:
		return pEIR
	case models.ProcedureSTAIRs:
		return pSTAIRs
	case models.ProcedureCostsSummary:
		return pCostsSummary
	case models.ProcedureInspection:
		return pInspection
	case models.ProcedureIntention:
		return pIntention
	case models.ProcedureEstimates:
		return pEstimates
	case models.ProcedurePreAction:
		return pPreAction
	case models.ProcedureMPEnquiry:
		return pMPEnquiry
	case models.ProcedureCouncillor:
		return pCouncillor
	default:
		return pNone
	}
}

const (
	// openers are the kinds that open a thread.
	openers uint64 = 1<<kHazard | 1<<kRepair | 1<<kPromise | 1<<kTask | 1<<kRequest | 1<<kNotice | 1<<kBreach

	ofHazard  uint64 = 1<<kInvestigated | 1<<kInPerson | 1<<kSummary | 1<<kMadeSafe | 1<<kWorksBegun | 1<<kWorksDone | 1<<kRehoused
	ofRepair  uint64 = 1<<kRepair | 1<<kAppointment | 1<<kMissed | 1<<kRepairDone
	ofRequest uint64 = 1<<kRequestAck | 1<<kClarifyAsked | 1<<kClarifyGiven | 1<<kRequestExtended | 1<<kRequestAnswered | 1<<kRequestReview |
		1<<kRequestReviewed | 1<<kRegulator
)

// followers are the kinds that can belong to a procedure's threads.
func followers(procedure int) uint64 {
	switch procedure {
	case pHazard:
		return ofHazard
	case pRepair:
		return ofRepair
	case pPromise:
		return 1 << kPromiseKept
	case pTask:
		return 1 << kTaskDone
	case pDataBreach:
		return 1<<kRegulatorTold | 1<<kResidentTold | 1<<kRegulator
	case pIntention, pEstimates:
		return 1 << kObservations
	default:
		return ofRequest
	}
}

// once are the kinds that a thread has one of: a second one belongs to the thread before that still waits for it. An investigation can
// come again, and so can a job that is closed as done; they are not among them.
const once uint64 = 1<<kPromiseKept | 1<<kTaskDone | 1<<kMadeSafe | 1<<kSummary | 1<<kRequestAck | 1<<kRequestAnswered | 1<<kRequestReviewed |
	1<<kObservations | 1<<kRegulatorTold | 1<<kResidentTold

// following are the kinds that can belong to any thread without naming it.
const following = ofHazard | ofRepair | ofRequest | 1<<kPromiseKept | 1<<kTaskDone | 1<<kRegulatorTold | 1<<kResidentTold | 1<<kObservations

// opened is a thread while its events are gathered.
type opened struct {
	opener    int32 // place of the event that opened it
	last      int32 // place of its last event so far
	procedure models.Procedure
	follows   uint64 // the kinds that can belong to it
	seen      uint64 // the kinds that it has
}

// threads adds the clocks of everything that was opened beside the complaint.
func (j *judge) threads(e *Engine) {
	if j.opened == 0 {
		return
	}
	b := j.buf
	b.owner, b.opened = gather(b.owner[:0], b.opened[:0], j.events, j.kinds, j.raw)
	for t := range b.opened {
		i := int(b.opened[t].opener)
		p := procedureOf(b.opened[t].procedure)
		for k := range e.laws[p] {
			law := &e.laws[p][k]
			if !law.regime.Covers(j.events[i].On) {
				continue
			}
			if ok, assumed := law.regime.Applies.To(j.tenure, j.landlord); ok {
				j.thread(law, p, i, assumed)
			}
		}
		if policy := find(j.policies, j.events[i].On); policy != nil {
			j.thread(policy, p, i, "")
		}
	}
}

// owners says for each event which one opened its thread: its place, its own where it opens one itself, -1 where there is none. raw
// are the events before corrections, by which an event that names a corrected one finds the newer.
func owners(into []int32, events []models.Event, kinds []kind, raw []models.Event) []int32 {
	into, _ = gather(into, nil, events, kinds, raw)
	return into
}

// gather is owners with the threads themselves, in the order in which they were opened.
func gather(into []int32, threads []opened, events []models.Event, kinds []kind, raw []models.Event) ([]int32, []opened) {
	for i := range events {
		e, k := &events[i], uint64(1)<<kinds[i]
		into = append(into, -1)
		if openers&k != 0 {
			if p := e.Opens(); p != "" {
				into[i] = int32(i)
				threads = append(threads, opened{opener: int32(i), last: int32(i), procedure: p, follows: followers(procedureOf(p)), seen: k})
				continue
			}
		}
		switch {
		case e.About != 0:
			about := current(raw, e.About)
			for b := range events[:i] {
				if events[b].ID == about {
					into[i] = into[b]
				}
			}
		case following&k != 0 && len(threads) > 0:
			into[i] = answered(into, threads, events, i, k)
		}
		if into[i] < 0 {
			continue
		}
		for t := range threads {
			if threads[t].opener == into[i] {
				threads[t].last, threads[t].seen = int32(i), threads[t].seen|k
			}
		}
	}
	return into, threads
}

// answered finds the thread of an event that names none: the one whose reference it carries, then the last that still waits for what
// a thread has once, then the last that it can belong to.
func answered(into []int32, threads []opened, events []models.Event, i int, k uint64) int32 {
	e := &events[i]
	can := func(t *opened) bool { return t.follows&k != 0 && (e.Procedure == "" || e.Procedure == t.procedure) }
	if e.Reference != "" {
		for b := i - 1; b >= 0; b-- {
			if into[b] < 0 || events[b].Reference != e.Reference {
				continue
			}
			for t := range threads {
				if threads[t].opener == into[b] && can(&threads[t]) {
					return into[b]
				}
			}
		}
	}
	found, waits := -1, false
	for t := range threads {
		x := &threads[t]
		if !can(x) {
			continue
		}
		w := once&k != 0 && x.seen&k == 0
		if found < 0 || w && !waits || w == waits && x.last > threads[found].last {
			found, waits = t, w
		}
	}
	if found < 0 {
		return -1
	}
	return threads[found].opener
}

// current follows corrections: the number of the event that stands for id today.
func current(raw []models.Event, id int64) int64 {
	for again := true; again; {
		again = false
		for i := range raw {
			if raw[i].Replaces == id && raw[i].ID != id && raw[i].ID != 0 && raw[i].Kind != models.KindRetracted {
				id, again = raw[i].ID, true
				break
			}
		}
	}
	return id
}

// thread adds the clocks of one version of a text for the thread that an event opened.
func (j *judge) thread(p *plan, procedure, opener int, assumed string) {
	base := len(j.buf.clocks)
	var at places
	for i := range p.rules {
		r := &p.rules[i]
		if r.procedure != procedure || !r.rule.When.Fits(&j.events[opener]) {
			at[i] = -1
			continue
		}
		at[i] = len(j.buf.clocks) - base
		switch r.rule.Type {
		case rulebook.TypeDuty:
			j.threadDuty(r, base, &at, opener, assumed)
		case rulebook.TypeDated:
			j.dated(r, opener)
		case rulebook.TypeWindow, rulebook.TypeWait:
			j.threadWindow(r, opener)
		case rulebook.TypeOrder, rulebook.TypeExtension, rulebook.TypeBan: // not in a thread
		}
	}
}

// inThread returns the place of the first event of the kinds in a thread, at or after a place; -1 where there is none.
func (j *judge) inThread(kinds uint64, opener, from int) int {
	for i := from; i < len(j.kinds); i++ {
		if j.buf.owner[i] == int32(opener) && kinds&(1<<j.kinds[i]) != 0 {
			return i
		}
	}
	return -1
}

// notMended are the kinds that say of a job closed before them that it was not done.
const notMended uint64 = 1<<kIssue | 1<<kRepair | 1<<kAppointment | 1<<kMissed | 1<<kRepairDone

// mended is the place of the closure that ended a repair, -1 where none did: a job that was closed as completed while the problem was
// reported or somebody was sent again was not completed. Repair.Done follows the same rule.
func (j *judge) mended(opener int) int {
	only := true
	for t := range j.buf.opened {
		x := &j.buf.opened[t]
		only = only && (x.procedure != models.ProcedureRepair || int(x.opener) == opener)
	}
	at := -1
	for i := opener; i < len(j.kinds); i++ {
		k := uint64(1) << j.kinds[i]
		switch {
		case j.buf.owner[i] == int32(opener) && k == 1<<kRepairDone:
			at = i
		case k&notMended == 0:
		case j.buf.owner[i] == int32(opener), j.kinds[i] == kIssue && j.events[i].About == 0 && (only || j.names(opener, j.events[i].Reference)):
			at = -1
		}
	}
	return at
}

// names reports whether a reference is one of a thread's.
func (j *judge) names(opener int, reference string) bool {
	if reference == "" {
		return false
	}
	for i := range j.events {
		if j.buf.owner[i] == int32(opener) && j.events[i].Reference == reference {
			return true
		}
	}
	return false
}

// opening makes the clock of a rule in a thread, not yet started.
func (j *judge) opening(r *planRule, opener int) Clock {
	cal, name := j.calendarOf(r.rule)
	e := &j.events[opener]
	c := Clock{Rule: r.rule, State: NotStarted, Calendar: name, Today: j.today, cal: cal, Opener: e.ID, Procedure: e.Opens(), Category: e.Category,
		Reference: e.Reference}
	if r.rule.Limit.Unit == rulebook.Hours {
		c.Now = j.now
	}
	return c
}

// dated adds the clock of what the opening event itself gives a day for.
func (j *judge) dated(r *planRule, opener int) {
	e := &j.events[opener]
	if e.Until == 0 {
		return
	}
	c := j.opening(r, opener)
	c.Started, c.StartedBy, c.StartedEvent, c.Due, c.OriginalDue = e.On, string(e.Kind), e.ID, e.Until, e.Until
	j.meet(&c, j.inThread(r.met, opener, opener))
	c.settle(c.cal)
	j.buf.clocks = append(j.buf.clocks, c)
}

func (j *judge) meet(c *Clock, met int) {
	if met < 0 {
		return
	}
	e := &j.events[met]
	c.Met, c.MetBy, c.MetEvent = e.On, e.Kind, e.ID
	if c.Rule.Limit.Unit == rulebook.Hours {
		c.MetAt = e.At
	}
}

// threadDuty adds the clock of one duty of a thread, and the clock of its extension where one was notified.
func (j *judge) threadDuty(r *planRule, base int, at *places, opener int, assumed string) {
	j.buf.clocks = append(j.buf.clocks, j.opening(r, opener))
	c := &j.buf.clocks[len(j.buf.clocks)-1]
	anchor := j.threadStart(c, r, base, at, opener)
	if anchor < 0 {
		return
	}
	c.Assumed = join(c.Assumed, assumed)
	met := j.inThread(r.met, opener, anchor)
	if r.procedure == pRepair && r.met == 1<<kRepairDone {
		met = j.mended(opener)
	}
	j.meet(c, met)
	j.threadDue(c, r, anchor, opener, met)
	if r.ext == nil || c.State == Stopped {
		return
	}
	j.threadExtension(c, r, anchor, opener, met)
}

// threadStart starts a clock of a thread and returns the place from which on an event can meet it, -1 where nothing starts it. It
// follows the rule of start.
func (j *judge) threadStart(c *Clock, r *planRule, base int, at *places, opener int) int {
	for n, s := range r.starts {
		if s.dueOf >= 0 {
			if at[s.dueOf] < 0 || j.buf.clocks[base+at[s.dueOf]].Due == 0 {
				continue
			}
			c.Started, c.StartedBy, c.Assumed = j.buf.clocks[base+at[s.dueOf]].Due, StartedByAckDue, s.assumed
			return opener
		}
		from := j.inThread(1<<s.on, opener, opener)
		if from < 0 {
			continue
		}
		if met := j.inThread(r.met, opener, opener); n < len(r.starts)-1 && met >= 0 && from > met {
			continue
		}
		c.begin(&j.events[from], s.assumed)
		return from
	}
	return -1
}

func join(a, b string) string {
	switch {
	case a == "":
		return b
	case b == "" || a == b:
		return a
	}
	return a + " " + b
}

// threadDue works out the due date of a clock that has started, and settles it.
func (j *judge) threadDue(c *Clock, r *planRule, anchor, opener, met int) {
	x := r.rule
	if sent := j.events[anchor].Channel; x.Deemed.Limit.N > 0 && c.StartedEvent != 0 && (sent == x.Deemed.Channel || sent == "") {
		if sent == "" { // which never finds a breach too early
			c.Assumed = join(c.Assumed, "How it was sent is not logged; "+lowerFirst(x.Deemed.Channel.Label())+" is assumed.")
		}
		c.Started = x.Deemed.Limit.From(c.Started, c.cal)
		c.Assumed = join(c.Assumed, "What was sent by "+lowerFirst(x.Deemed.Channel.Label())+" counts as received "+x.Deemed.Limit.String()+" after it was sent.")
	}
	if x.Limit.Unit == rulebook.Hours {
		j.hours(c, anchor)
		return
	}
	c.Due = x.Limit.From(c.Started, c.cal)
	if x.NotBefore.N > 0 {
		until := j.events[opener].Until
		if until == 0 {
			until = j.events[opener].On
			c.Assumed = join(c.Assumed, "The day from which the later limit runs is not logged, so "+until.Long()+" is taken for it; add it before relying on this date.")
		}
		c.Due = max(c.Due, x.NotBefore.From(until, c.cal))
	}
	if r.stops != 0 {
		j.pause(c, r, anchor, opener, met)
		if c.State == Stopped {
			return
		}
	}
	c.roll()
	c.OriginalDue = c.Due
	c.settle(c.cal)
}

// roll moves a last day that is no working day to the next that is one.
func (c *Clock) roll() {
	if c.Rule.Roll && !c.cal.IsWorking(c.Due) {
		c.Due, c.Rolled = c.cal.Add(c.Due, 1), true
	}
}

// pause adds to the due date the days on which the landlord waited for what it had asked for in time.
func (j *judge) pause(c *Clock, r *planRule, anchor, opener, met int) {
	n := 0
	for i := anchor; i < len(j.kinds) && n < len(c.Pauses); {
		stop := j.inThread(r.stops, opener, i)
		if stop < 0 || j.events[stop].On > c.Due || (met >= 0 && stop > met) {
			return
		}
		from := j.events[stop].On
		resume := j.inThread(r.resumes, opener, stop)
		if resume < 0 || (met >= 0 && resume > met) {
			if met >= 0 { // it was answered without what had been asked for
				return
			}
			c.Pauses[n] = Pause{From: from}
			c.State, c.Due, c.OriginalDue = Stopped, 0, 0
			c.Taken = max(0, c.Rule.Limit.Unit.Count(c.Started, from, c.cal)-c.stood(from))
			return
		}
		until := j.events[resume].On
		c.Pauses[n] = Pause{From: from, Until: until}
		days := c.Rule.Limit.Unit.Count(from, until, c.cal)
		c.Paused += days
		if c.Rule.Limit.Unit == rulebook.WorkingDays {
			c.Due = c.cal.Add(c.Due, days)
			if c.Due < until { // the answer came on a day off
				c.Due, c.Rolled = c.cal.Add(until, 1), true
			}
		} else {
			c.Due += civil.Date(days)
		}
		n++
		i = resume
	}
}

// threadExtension moves the due date by the last extension that was notified in the thread by the original due date.
func (j *judge) threadExtension(c *Clock, r *planRule, anchor, opener, met int) {
	var by *models.Event
	for i := anchor; i < len(j.kinds); i++ {
		e := &j.events[i]
		if j.kinds[i] != r.extendBy || j.buf.owner[i] != int32(opener) || e.On > c.OriginalDue || (met >= 0 && i > met) {
			continue
		}
		by = e
	}
	if by == nil {
		return
	}
	from := c.OriginalDue
	if r.ext.Total {
		from = c.Started
	}
	latest := r.ext.Limit.From(from, c.cal)
	if r.ext.Total && c.Paused > 0 {
		if r.ext.Limit.Unit == rulebook.WorkingDays {
			latest = c.cal.Add(latest, c.Paused)
		} else {
			latest += civil.Date(c.Paused)
		}
	}
	rolled := r.ext.Roll && !c.cal.IsWorking(latest)
	if rolled {
		latest = c.cal.Add(latest, 1)
	}
	to := latest
	if by.Until != 0 {
		to = min(by.Until, latest)
	}
	if to > c.OriginalDue {
		c.Due, c.Extended, c.ExtendedBy = to, true, by.ID
	}
	c.settle(c.cal)
	x := Clock{Rule: r.ext, Started: from, StartedBy: StartedByOriginalDue, Due: latest, OriginalDue: latest, Met: by.Until, MetBy: by.Kind,
		MetEvent: by.ID, Calendar: c.Calendar, Today: j.today, cal: c.cal, Opener: c.Opener, Procedure: c.Procedure, Category: c.Category, Reference: c.Reference,
		Rolled: rolled}
	if r.ext.Total {
		x.StartedBy, x.StartedEvent, x.Pauses, x.Paused = c.StartedBy, c.StartedEvent, c.Pauses, c.Paused
	}
	x.given(latest)
	j.buf.clocks = append(j.buf.clocks, x)
}

// hours works out a limit by the clock on the wall. Where only the day of the start is known the whole of it is given, and where only
// the day of what met it is known it counts as done in time on the last day: neither ever finds a breach that is none.
func (j *judge) hours(c *Clock, anchor int) {
	at := j.events[anchor].At
	if at == 0 {
		at = civil.At(23, 59)
		c.Assumed = join(c.Assumed, "The time of day is not logged, so the end of the day is taken.")
	}
	c.StartedAt = at
	c.Due, c.DueAt = c.Rule.Limit.FromTime(c.Started, at)
	c.OriginalDue = c.Due
	c.settle(c.cal)
}

// settleHours sets the state and the counts of a clock that counts hours; a begun hour counts. Where the time of day is not known the
// day has only begun, so that nothing is later than it is known to be.
func (c *Clock) settleHours() {
	end, at := c.Today, c.Now
	if c.Met != 0 {
		end, at = c.Met, c.MetAt
	}
	late := end > c.Due || end == c.Due && at > c.DueAt
	switch {
	case c.Met != 0 && late:
		c.State = MetLate
	case c.Met != 0:
		c.State = Met
	case late:
		c.State = Overdue
	case end == c.Due:
		c.State = DueToday
	default:
		c.State = Running
	}
	minutes := c.Started.DaysUntil(end)*24*60 + at.Minutes() - c.StartedAt.Minutes()
	c.Taken = max(0, (minutes+59)/60)
	if late {
		c.Late = max(1, c.Taken-c.Rule.Limit.N)
	}
}

// window adds a time that a landlord's policy gives the resident on the road of the complaint.
func (j *judge) window(r *planRule) {
	if at := j.place(r.anchor); at >= 0 {
		j.schemeRule(r, at)
	}
}

// threadWindow adds a time in which something can be done in a thread, or before which nothing can.
func (j *judge) threadWindow(r *planRule, opener int) {
	for _, s := range r.starts {
		if s.dueOf >= 0 {
			continue
		}
		i := j.inThread(1<<s.on, opener, opener)
		if i < 0 {
			continue
		}
		e := &j.events[i]
		cal, _ := j.calendarOf(r.rule)
		limit := r.rule.Limit.From(e.On, cal)
		if r.rule.Roll && !cal.IsWorking(limit) {
			limit = cal.Add(limit, 1)
		}
		w := Window{Rule: r.rule, Started: e.On, StartedEvent: e.ID, Opens: e.On, Closes: limit, Opener: j.events[opener].ID,
			Procedure: j.events[opener].Opens()}
		if r.rule.Type == rulebook.TypeWait {
			w.Opens, w.Closes = limit, 0
		}
		if m := j.inThread(r.met, opener, i); m >= 0 {
			w.Met = j.events[m].On
		}
		j.buf.windows = append(j.buf.windows, w)
		return
	}
}

// acceptance says until when what was reported is not too old for a complaint, by the Code of the day.
func (j *judge) acceptance(book *rulebook.Book) {
	if j.complaint >= 0 || j.res.ReportedOn == 0 {
		return
	}
	if code := book.Code(j.today); code != nil && code.Accept.Months > 0 {
		j.res.AcceptUntil = j.res.ReportedOn.AddMonths(code.Accept.Months)
	}
}
