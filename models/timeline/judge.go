package timeline

import (
	"commoncase/models"
	"commoncase/models/civil"
	"commoncase/models/rulebook"
)

// judge is one run of the engine over one case.
type judge struct {
	buf          *Buffer
	events       []models.Event // standing, in order
	kinds        []kind
	calendar     *civil.Calendar
	calendarName civil.CalendarName
	today        civil.Date
	now          civil.Time
	tenure       models.Tenure
	landlord     models.LandlordType
	policies     []plan
	raw          []models.Event // corrections included
	calendars    *civil.Set
	opened       uint64 // the kinds that are there and open a thread
	res          Result

	// Places in events; -1 where there is none. The acknowledgements and responses are the first on or after what they answer.
	complaint, ack, stage1, escalation, ack2, stage2 int
}

// walk finds the events that the clocks hang on, the flags and the silence.
func (j *judge) walk() {
	j.complaint, j.ack, j.stage1, j.escalation, j.ack2, j.stage2 = -1, -1, -1, -1, -1, -1
	for i, k := range j.kinds {
		e := &j.events[i]
		j.opened |= openers & (1 << k)
		switch k {
		case kComplaint:
			setFirst(&j.complaint, i, true)
		case kAck:
			setFirst(&j.ack, i, j.complaint >= 0)
		case kStage1:
			setFirst(&j.stage1, i, j.complaint >= 0)
		case kEscalation:
			setFirst(&j.escalation, i, j.complaint >= 0)
		case kAck2:
			setFirst(&j.ack2, i, j.escalation >= 0)
		case kStage2:
			setFirst(&j.stage2, i, j.escalation >= 0)
		case kHazard:
			j.res.Flags.Hazard = true
		case kSolicitor:
			j.res.Flags.Solicitor = true
		case kAdverse:
			// Something done to a resident counts once they had reported or complained.
			if j.complaint >= 0 || j.res.ReportedOn != 0 {
				j.res.Flags.Adverse = true
			}
		default: // nothing hangs on the others
		}
		if j.res.ReportedOn == 0 && (k == kIssue || k == kHazard || k == kRepair) {
			j.res.ReportedOn = e.On
		}
		switch {
		case landlordsWord(k, e):
			j.res.SilentSince = 0
		case asksLandlord(k) && j.res.SilentSince == 0:
			j.res.SilentSince = e.On
		}
	}
	if j.complaint >= 0 {
		j.res.ComplaintOn = j.events[j.complaint].On
	}
	if j.stage2 >= 0 {
		j.res.FinalOn = j.events[j.stage2].On
	}
}

func setFirst(at *int, i int, allowed bool) {
	if *at < 0 && allowed {
		*at = i
	}
}

// landlordsWord reports whether an event is the landlord speaking to the resident about the matter. An acknowledgement ends
// silence; it is no answer, and the clocks know the difference.
func landlordsWord(k kind, e *models.Event) bool {
	switch k {
	case kContact:
		return e.Answered
	case kAck, kExtension, kStage1, kAck2, kStage2, kUpdate, kPromise, kRepair, kOrderMet, kRefused, kRefused2, kExtraStage,
		kAppointment, kInvestigated, kSummary, kMadeSafe, kWorksBegun, kWorksDone, kRehoused, kRequestAck, kClarifyAsked, kRequestExtended,
		kRequestAnswered, kRequestReviewed, kNotice, kPromiseKept, kResidentTold:
		return true
	default:
		return false
	}
}

// asksLandlord reports whether an event asks the landlord for something.
func asksLandlord(k kind) bool {
	switch k {
	case kIssue, kHazard, kContact, kComplaint, kEscalation, kRequest, kInPerson:
		return true
	default:
		return false
	}
}

// place returns where the event that a rule hangs on is, -1 where it is not there.
func (j *judge) place(k kind) int {
	switch k {
	case kComplaint:
		return j.complaint
	case kAck:
		return j.ack
	case kStage1:
		return j.stage1
	case kEscalation:
		return j.escalation
	case kAck2:
		return j.ack2
	case kStage2:
		return j.stage2
	default: // any other has no stage to belong to: its first is meant
	}
	for i, x := range j.kinds {
		if x == k {
			return i
		}
	}
	return -1
}

// places says where the clock of each rule of a regime is, counted from the regime's first; the rulebook allows no more rules.
type places [rulebook.MaxRules]int

// regime adds the clocks of one version of a text, not-started ones included.
func (j *judge) regime(p *plan) {
	base := len(j.buf.clocks)
	// Extensions come after their clock, so the place of a rule's clock is remembered apart.
	var at places
	for i := range p.rules {
		r := &p.rules[i]
		switch {
		case r.procedure != 0:
		case r.rule.Type == rulebook.TypeDuty:
			at[i] = len(j.buf.clocks) - base
			j.duty(r, base, &at)
		case r.rule.Type == rulebook.TypeWindow:
			j.window(r)
		}
	}
}

func (j *judge) calendarOf(r *rulebook.Rule) (*civil.Calendar, civil.CalendarName) {
	if r.Calendar != "" && r.Calendar != j.calendarName {
		if c, ok := j.calendars.Get(r.Calendar); ok {
			return c, r.Calendar
		}
	}
	return j.calendar, j.calendarName
}

// duty adds the clock of one rule, and the clock of its extension where one was notified.
func (j *judge) duty(r *planRule, base int, at *places) {
	cal, name := j.calendarOf(r.rule)
	j.buf.clocks = append(j.buf.clocks, Clock{Rule: r.rule, State: NotStarted, Calendar: name, Today: j.today, cal: cal})
	c := &j.buf.clocks[len(j.buf.clocks)-1]
	anchor := j.place(r.anchor)
	if anchor < 0 {
		return
	}
	met := j.firstOf(r.met, anchor)
	j.start(c, r, anchor, met, base, at)
	if c.Started == 0 {
		return
	}
	c.Due = r.rule.Limit.From(c.Started, cal)
	c.roll()
	c.OriginalDue = c.Due
	if met >= 0 {
		c.Met, c.MetBy, c.MetEvent = j.events[met].On, j.events[met].Kind, j.events[met].ID
	}
	if r.ext == nil {
		c.settle(cal)
		return
	}
	moved, latest := j.extend(c, r, cal, anchor, met)
	c.settle(cal)
	if moved == nil {
		return
	}
	x := Clock{Rule: r.ext, Started: c.OriginalDue, StartedBy: StartedByOriginalDue, Due: latest, OriginalDue: latest, Met: moved.Until,
		MetBy: moved.Kind, MetEvent: moved.ID, Calendar: name, Today: j.today, cal: cal}
	if r.ext.Total {
		x.Started, x.StartedBy, x.StartedEvent = c.Started, c.StartedBy, c.StartedEvent
	}
	x.given(latest)
	j.buf.clocks = append(j.buf.clocks, x)
}

// given settles the clock of an extension: where the landlord gave no day, it took the latest that is allowed.
func (c *Clock) given(latest civil.Date) {
	if c.Met == 0 {
		c.Met = latest
		c.Assumed = "The landlord gave no new date, so the latest that the rule allows is taken."
	}
	c.settle(c.cal)
}

// start sets what started a clock: the first of the rule's starts that is there. An acknowledgement that came after the answer
// started nothing. One that came late is still what the Code counts from (2022, 5.1; 2024, 6.3): it takes the place of the day that
// stood in for it, and its own lateness is judged by a clock of its own.
func (j *judge) start(c *Clock, r *planRule, anchor, met, base int, at *places) {
	for _, s := range r.starts {
		if s.dueOf >= 0 {
			of := &j.buf.clocks[base+at[s.dueOf]]
			c.Started, c.StartedBy, c.StartedEvent, c.Assumed = of.Due, StartedByAckDue, 0, s.assumed
			return
		}
		i := anchor
		if s.on != r.anchor {
			i = j.place(s.on)
		}
		if i < 0 || i < anchor || (met >= 0 && i > met) {
			continue
		}
		c.begin(&j.events[i], s.assumed)
		return
	}
}

// begin starts a clock with an event.
func (c *Clock) begin(e *models.Event, assumed string) {
	c.Started, c.StartedBy, c.StartedEvent, c.Assumed = e.On, string(e.Kind), e.ID, assumed
}

// firstOf returns the place of the first event of the kinds at or after a place, -1 where there is none.
func (j *judge) firstOf(kinds uint64, from int) int {
	for i := from; i < len(j.kinds); i++ {
		if kinds&(1<<j.kinds[i]) != 0 {
			return i
		}
	}
	return -1
}

// extend moves the due date by the last extension that was notified for this stage while the answer was not yet due, by its first day
// or by one that an extension before it gave; all together no further than the rule allows. It returns that extension and the latest
// date allowed.
func (j *judge) extend(c *Clock, r *planRule, cal *civil.Calendar, anchor, met int) (*models.Event, civil.Date) {
	from := c.OriginalDue
	if r.ext.Total {
		from = c.Started
	}
	latest := r.ext.Limit.From(from, cal)
	if r.ext.Roll && !cal.IsWorking(latest) {
		latest = cal.Add(latest, 1)
	}
	var by *models.Event
	to := c.OriginalDue
	for i := range j.events {
		e := &j.events[i]
		// By day and not by place: an extension stands before an escalation of its own day, and belongs to stage 2.
		if j.kinds[i] != r.extendBy || e.On < j.events[anchor].On || e.On > max(to, c.OriginalDue) || (met >= 0 && i > met) || j.ofStage2(e.On) != r.stage2 {
			continue
		}
		by, to = e, latest
		if e.Until != 0 {
			to = min(e.Until, latest)
		}
	}
	if by == nil {
		return nil, 0
	}
	if to > c.OriginalDue {
		c.Due, c.Extended, c.ExtendedBy = to, true, by.ID
	}
	return by, latest
}

// ofStage2 reports whether an extension of this day is one of stage 2.
func (j *judge) ofStage2(on civil.Date) bool {
	return j.escalation >= 0 && on >= j.events[j.escalation].On
}

// settle sets the state and the counts of a clock that has started.
func (c *Clock) settle(cal *civil.Calendar) {
	c.Late = 0 // an extension settles its clock a second time
	if c.Rule.Limit.Unit == rulebook.Hours {
		c.settleHours()
		return
	}
	unit := c.Rule.Limit.Unit
	end := c.Met
	switch {
	case c.Met != 0 && c.Met <= c.Due:
		c.State = Met
	case c.Met != 0:
		c.State = MetLate
	case c.Today > c.Due:
		c.State, end = Overdue, c.Today
	case c.Today == c.Due:
		c.State, end = DueToday, c.Today
	default:
		c.State, end = Running, c.Today
	}
	c.Taken = max(0, unit.Count(c.Started, end, cal)-c.stood(end))
	if c.State == MetLate || c.State == Overdue {
		c.Late = max(0, unit.Count(c.Due, end, cal))
	}
}

// stood counts the days up to and including end on which the clock stood still.
func (c *Clock) stood(end civil.Date) int {
	if c.Paused == 0 {
		return 0
	}
	n := 0
	for _, p := range c.Pauses {
		if until := min(p.Until, end); until > p.From {
			n += c.Rule.Limit.Unit.Count(p.From, until, c.cal)
		}
	}
	return n
}

// scheme adds the resident's own limits and the Ombudsman's orders.
func (j *judge) scheme(plans []plan) {
	for _, at := range [...]int{j.stage2, j.lastDetermination()} {
		if at < 0 {
			continue
		}
		p := find(plans, j.events[at].On)
		if p == nil {
			continue
		}
		for i := range p.rules {
			if r := &p.rules[i]; r.anchor == j.kinds[at] {
				j.schemeRule(r, at)
			}
		}
	}
}

// lastDetermination is the determination whose orders are tracked: a review may have changed the first.
func (j *judge) lastDetermination() int {
	for i := len(j.kinds) - 1; i >= 0; i-- {
		if j.kinds[i] == kDetermination {
			return i
		}
	}
	return -1
}

func (j *judge) schemeRule(r *planRule, at int) {
	e := &j.events[at]
	cal, name := j.calendarOf(r.rule)
	limit := r.rule.Limit.From(e.On, cal)
	if r.rule.Roll && !cal.IsWorking(limit) {
		limit = cal.Add(limit, 1)
	}
	switch r.rule.Type {
	case rulebook.TypeDuty:
		c := Clock{Rule: r.rule, Started: e.On, StartedBy: string(e.Kind), StartedEvent: e.ID, Due: limit, OriginalDue: limit,
			Calendar: name, Today: j.today, cal: cal}
		if m := j.firstOf(r.met, at); m >= 0 {
			c.Met, c.MetBy, c.MetEvent = j.events[m].On, j.events[m].Kind, j.events[m].ID
		}
		c.settle(cal)
		j.buf.clocks = append(j.buf.clocks, c)
	case rulebook.TypeWait:
		opens := limit
		if r.abolished != 0 {
			opens = min(opens, r.abolished) // with the version of the Scheme that no longer has the wait
		}
		j.buf.windows = append(j.buf.windows, Window{Rule: r.rule, Started: e.On, StartedEvent: e.ID, Opens: opens})
	case rulebook.TypeWindow:
		w := Window{Rule: r.rule, Started: e.On, StartedEvent: e.ID, Opens: e.On, Closes: limit}
		if m := j.firstOf(r.met, at); m >= 0 {
			w.Met = j.events[m].On
		}
		j.buf.windows = append(j.buf.windows, w)
	case rulebook.TypeOrder:
		j.orders(r, name)
	case rulebook.TypeExtension, rulebook.TypeDated, rulebook.TypeBan: // an extension comes with its clock; the others have none here
	}
}

// orders adds a clock for each order. What was done meets the order of its reference; without one, the earliest that is open.
func (j *judge) orders(r *planRule, name civil.CalendarName) {
	base := len(j.buf.clocks)
	for i := range j.events {
		if j.kinds[i] != kOrderDue {
			continue
		}
		e := &j.events[i]
		c := Clock{Rule: r.rule, Due: e.On, OriginalDue: e.On, Calendar: name, Reference: e.Reference, Opener: e.ID, Today: j.today, cal: j.calendar}
		// The order was made by the last determination before its date.
		for k := range j.events {
			if d := &j.events[k]; j.kinds[k] == kDetermination && d.On <= e.On {
				c.Started, c.StartedBy, c.StartedEvent = d.On, string(d.Kind), d.ID
			}
		}
		if c.Started != 0 {
			j.buf.clocks = append(j.buf.clocks, c)
		}
	}
	open := j.buf.clocks[base:]
	for _, named := range [...]bool{true, false} {
		for i := range j.events {
			e := &j.events[i]
			if j.kinds[i] != kOrderMet || named != hasOrder(open, e.Reference) {
				continue
			}
			for k := range open {
				c := &open[k]
				if c.Met == 0 && c.Started <= e.On && (!named || c.Reference == e.Reference) && (e.About == 0 || e.About == c.Opener) {
					c.Met, c.MetBy, c.MetEvent = e.On, e.Kind, e.ID
					break
				}
			}
		}
	}
	for k := range open {
		open[k].settle(j.calendar)
	}
}

func hasOrder(clocks []Clock, reference string) bool {
	if reference == "" {
		return false
	}
	for i := range clocks {
		if clocks[i].Reference == reference {
			return true
		}
	}
	return false
}

// status walks the road. A late acknowledgement or answer of a stage that is over does not lead back to it.
func (j *judge) status() {
	r := &j.res
	r.Status = models.StatusStoryReceived
	stage := 0
	closed := -1
	agreed := false         // the resident's consent stands
	var given *models.Event // when it was last given
	set := func(s models.Status, on civil.Date) { r.Status, r.StatusOn, r.StatusUntil = s, on, 0 }
	for i, k := range j.kinds {
		e := &j.events[i]
		switch k {
		case kStory, kConsentGiven:
			if k == kConsentGiven && (given == nil || given.On < e.On || given.ID < e.ID) {
				given = e
			}
			agreed = agreed || k == kConsentGiven
			switch {
			case stage != 0 || r.Status == models.StatusReported:
			case agreed:
				set(models.StatusStoryReceived, e.On)
			default:
				set(models.StatusConsentPending, e.On)
			}
		case kConsentWithdrawn:
			if given != nil && given.On == e.On && given.ID > e.ID { // of one day the word that was logged last counts: taken back, and given anew
				continue
			}
			agreed = false
			if stage == 0 && r.Status != models.StatusReported {
				set(models.StatusConsentPending, e.On)
			}
		case kIssue, kHazard, kRepair, kMissed, kPromise, kUpdate:
			if stage == 0 && r.Status != models.StatusReported {
				set(models.StatusReported, e.On)
			}
		case kComplaint:
			if stage == 0 {
				stage = 1
				set(models.StatusStage1AwaitingAck, e.On)
			}
		case kAck:
			if stage == 1 && r.Status == models.StatusStage1AwaitingAck {
				set(models.StatusStage1Awaiting, e.On)
			}
		case kExtension:
			j.extended(stage, e)
		case kStage1:
			if stage == 1 {
				set(models.StatusStage1Responded, e.On)
			}
		case kEscalation:
			if stage == 1 {
				stage = 2
				set(models.StatusStage2AwaitingAck, e.On)
				for k := i - 1; k >= 0 && j.events[k].On == e.On; k-- {
					if j.kinds[k] == kExtension { // of the same day: it belongs to stage 2
						j.extended(stage, &j.events[k])
						break
					}
				}
			}
		case kAck2:
			if stage == 2 && r.Status == models.StatusStage2AwaitingAck {
				set(models.StatusStage2Awaiting, e.On)
			}
		case kStage2:
			if stage == 2 {
				stage = 3
				set(models.StatusFinalResponse, e.On)
			}
		case kHelp:
			if stage < 4 {
				set(models.StatusOmbudsmanHelp, e.On)
			}
		case kReferral:
			if stage < 5 {
				stage = 4
				set(models.StatusOmbudsman, e.On)
			}
		case kDetermination:
			stage = 5
			set(models.StatusDetermined, e.On)
		case kClosed:
			closed = i
		case kReopened:
			closed = -1
		default: // contacts, notes and orders are no step on the road
		}
	}
	if r.Status == models.StatusDetermined {
		for i := range j.buf.clocks {
			if c := &j.buf.clocks[i]; c.Rule.Type == rulebook.TypeOrder && c.Met == 0 {
				r.Status = models.StatusOrders
			}
		}
	}
	if closed >= 0 {
		set(models.StatusClosed, j.events[closed].On)
		r.ClosedReason = j.events[closed].Reason
		r.SilentSince = 0
	}
}

// extended sets the status of a stage whose answer the landlord has put off, with the date that it gave.
func (j *judge) extended(stage int, e *models.Event) {
	r := &j.res
	var s models.Status
	switch {
	case stage == 1 && r.Status != models.StatusStage1Responded:
		s = models.StatusStage1Extended
	case stage == 2:
		s = models.StatusStage2Extended
	default:
		return
	}
	r.Status, r.StatusOn, r.StatusUntil = s, e.On, e.Until
	if e.Until == 0 {
		for i := range j.buf.clocks {
			if c := &j.buf.clocks[i]; c.Extended && c.ExtendedBy == e.ID {
				r.StatusUntil = c.Due
				return
			}
		}
	}
}
