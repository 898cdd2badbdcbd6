// Package timeline is the clock engine: from the events of a case, the rulebook, a calendar and a day it computes every clock
// of the case, its status and what can be done next. It is pure: the same input gives the same answer, and it knows no clock
// on the wall. Of ours it imports models, models/rulebook and models/civil.
//
// How it reads a case
//
//   - Events may come in any order. A correction (Replaces) takes the place of the event it names; models.KindRetracted takes
//     the event it names away and puts nothing in its place.
//   - The first complaint that stands opens the clocks, and the day it was made chooses the Code and the landlord's policy, for
//     both stages. A second complaint in the same case opens none: it belongs in a case of its own. A complaint made before
//     the first Code (1 September 2020) has no Code clocks.
//   - The day of the trigger is day 0. A clock is overdue from the day after the day on which it is due.
//   - An extension moves a date only where it was notified by the original due date, and no further than the rule allows; it is
//     judged by a clock of its own. An extension dated on or after the escalation request belongs to stage 2.
//   - Status, flags and the dates of clocks follow from the events alone and may be cached; only State, Taken and Late of a
//     clock that is not met depend on today.
package timeline

import (
	"slices"

	"commoncase/models"
	"commoncase/models/civil"
	"commoncase/models/rulebook"
)

// Matter is what the engine judges: one case.
type Matter struct {
	Landlord string             // slug; one without a policy in the rulebook is judged by the Codes and the Scheme alone
	Calendar civil.CalendarName // "" is England and Wales
	Events   []models.Event     // in any order, corrected ones included
}

// State is where a clock stands.
type State string

// The states.
const (
	NotStarted State = "not_started"
	Running    State = "running"
	DueToday   State = "due_today"
	Overdue    State = "overdue"
	Met        State = "met"
	MetLate    State = "met_late"
)

// StartedByAckDue is what Clock.StartedBy says where no acknowledgement came and the clock runs from the day it was due.
const StartedByAckDue = "acknowledgement_due"

// StartedByOriginalDue is what Clock.StartedBy says of an extension: it is counted from the day on which the answer was first due.
const StartedByOriginalDue = "original_due"

// Clock is one duty of one case.
type Clock struct {
	Rule         *rulebook.Rule
	State        State
	Started      civil.Date // day 0; zero while not started
	StartedBy    string     // a kind of event, StartedByAckDue or StartedByOriginalDue
	StartedEvent int64      // ID of the event; 0 where no event started it
	Assumed      string     // why this start (or this date) is assumed, a sentence; "" where nothing is
	Due          civil.Date // the last day in time, extension included; zero while not started
	OriginalDue  civil.Date // before any extension
	Met          civil.Date
	MetBy        models.Kind
	MetEvent     int64
	ExtendedBy   int64 // ID of the extension that moved Due; 0 where none did
	Extended     bool  // Due was moved
	Taken        int   // days from Started to Met, or to today: working days for a limit in working days, else calendar days
	Late         int   // days after Due, counted alike; 0 in time. It can be 0 on a day off after the due date
	Calendar     civil.CalendarName
	Reference    string // of an order: the order's reference
	Today        civil.Date
}

// Window is a time that is nobody's breach: Opens is the first day on which the step is possible, Closes the last. Zero: no bound.
type Window struct {
	Rule          *rulebook.Rule
	Started       civil.Date
	StartedEvent  int64
	Opens, Closes civil.Date
}

// Result is all that follows from the events of a case.
type Result struct {
	Clocks       []Clock // the Code's, the landlord's policy's, the Scheme's, orders
	Windows      []Window
	Status       models.Status
	StatusOn     civil.Date
	StatusUntil  civil.Date // where the status is extended: the date the landlord gave, or the latest it could have
	Flags        models.Flags
	SilentSince  civil.Date // the first thing the landlord has left unanswered since its last word; zero where there is none
	ReportedOn   civil.Date // the problem was first reported to the landlord
	ComplaintOn  civil.Date
	FinalOn      civil.Date // the final response
	ClosedReason models.ClosedReason
	Current      []models.Event // what stands after corrections, in order; may be the caller's own slice: do not change it
	Code         *rulebook.Regime
	Policy       *rulebook.Regime
	book         *rulebook.Book // for what the Code of a later day says
}

// Engine computes clocks. It never changes and is safe for use by many goroutines.
type Engine struct {
	book     *rulebook.Book
	codes    []plan
	policies map[string][]plan
	schemes  []plan
}

// plan is a regime made ready: kinds as bits, references between rules as indexes.
type plan struct {
	regime *rulebook.Regime
	rules  []planRule
}

type planRule struct {
	rule     *rulebook.Rule
	starts   []planStart
	anchor   kind   // the event without which nothing of this rule begins
	met      uint64 // kinds that meet it
	stage2   bool
	extendBy kind
	ext      *rulebook.Rule
}

type planStart struct {
	on      kind
	dueOf   int // index into the plan's rules; -1 where an event starts it
	assumed string
}

// New makes an engine of a rulebook.
func New(book *rulebook.Book) *Engine {
	e := &Engine{book: book, policies: map[string][]plan{}}
	for _, r := range book.Regimes() {
		p := planOf(r)
		switch r.Family {
		case rulebook.FamilyCode:
			e.codes = append(e.codes, p)
		case rulebook.FamilyScheme:
			e.schemes = append(e.schemes, p)
		case rulebook.FamilyPolicy:
			e.policies[r.Landlord.Slug] = append(e.policies[r.Landlord.Slug], p)
		}
	}
	return e
}

// Book returns the rulebook that the engine judges by.
func (e *Engine) Book() *rulebook.Book { return e.book }

func planOf(r *rulebook.Regime) plan {
	p := plan{regime: r}
	for _, x := range r.Rules {
		pr := planRule{rule: x, ext: x.Extension}
		for _, s := range x.Starts {
			ps := planStart{on: kindOf(s.On), dueOf: -1, assumed: s.Assumed}
			if s.DueOf != nil {
				ps.dueOf = slices.Index(r.Rules, s.DueOf)
				pr.anchor = p.rules[ps.dueOf].anchor
			} else {
				pr.anchor = ps.on
			}
			pr.starts = append(pr.starts, ps)
		}
		for _, k := range x.MetBy {
			pr.met |= 1 << kindOf(k)
		}
		pr.stage2 = pr.anchor == kEscalation
		if pr.ext != nil {
			pr.extendBy = kindOf(pr.ext.ExtendedBy)
		}
		p.rules = append(p.rules, pr)
	}
	return p
}

func find(plans []plan, on civil.Date) *plan {
	for i := range plans {
		if plans[i].regime.Covers(on) {
			return &plans[i]
		}
	}
	return nil
}

// Buffer holds the memory of a Result so that a loop over many cases does not allocate. The zero Buffer is ready for use.
// What ComputeInto returns is good until the Buffer is used again.
type Buffer struct {
	current []models.Event
	kinds   []kind
	clocks  []Clock
	windows []Window
}

// Compute judges a case as it stands on today. It takes the events as they are; Check tells what is wrong with them, and what
// comes before the event that it answers is left aside.
func (e *Engine) Compute(m Matter, today civil.Date) Result {
	var b Buffer
	return e.ComputeInto(&b, m, today)
}

// ComputeInto is Compute with memory that the caller keeps from case to case.
func (e *Engine) ComputeInto(b *Buffer, m Matter, today civil.Date) Result {
	j := judge{buf: b, today: today, calendarName: m.Calendar}
	if j.calendarName == "" {
		j.calendarName = civil.EnglandAndWales
	}
	c, ok := civil.Get(j.calendarName)
	if !ok {
		j.calendarName = civil.EnglandAndWales
		c, _ = civil.Get(j.calendarName)
	}
	j.calendar = c
	j.res.book = e.book
	j.events = m.Events
	if !settled(m.Events) {
		b.current = standing(b.current[:0], m.Events)
		order(b.current)
		j.events = b.current
	}
	b.kinds = slices.Grow(b.kinds[:0], len(j.events))
	for i := range j.events {
		b.kinds = append(b.kinds, kindOf(j.events[i].Kind))
	}
	// A case under a Code and a policy has at most nine clocks and a few orders.
	b.clocks, b.windows = slices.Grow(b.clocks[:0], 9), b.windows[:0]
	j.kinds = b.kinds
	j.walk()
	if j.complaint >= 0 {
		on := j.events[j.complaint].On
		if p := find(e.codes, on); p != nil {
			j.res.Code = p.regime
			j.regime(p)
		}
		if ps := e.policies[m.Landlord]; ps != nil {
			if p := find(ps, on); p != nil {
				j.res.Policy = p.regime
				j.regime(p)
			}
		}
	}
	j.scheme(e.schemes)
	j.status()
	j.res.Clocks, j.res.Windows, j.res.Current = b.clocks, b.windows, j.events
	return j.res
}
