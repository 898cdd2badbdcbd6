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
//   - Nothing that is dated after a due date moves it: an acknowledgement that comes only after the answer was due without it, an
//     extension that is notified after the due date, a question that is asked after it. Only a correction of what came before does.
//   - An extension moves a date only where it was notified by the original due date, and no further than the rule allows; it is
//     judged by a clock of its own. An extension dated on or after the escalation request belongs to stage 2.
//   - Status, flags and the dates of clocks follow from the events alone and may be cached; only State, Taken and Late of a
//     clock that is not met depend on today.
package timeline

import (
	"crypto/sha256"
	"encoding/hex"
	"maps"
	"slices"
	"strconv"
	"strings"

	"commoncase/models"
	"commoncase/models/civil"
	"commoncase/models/rulebook"
)

// Matter is what the engine judges: one case.
type Matter struct {
	Landlord string             // slug; one without a policy in the rulebook is judged by the Codes and the Scheme alone
	Calendar civil.CalendarName // "" is England and Wales
	Type     models.LandlordType
	Tenure   models.Tenure  // "" is not known
	At       civil.Time     // the time on the wall on the day of judging, for clocks that count hours; zero: the day is not over
	Events   []models.Event // in any order, corrected ones included
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
	Stopped    State = "stopped" // it stands still until the landlord has what it asked for; it has no due date meanwhile
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
	Reference    string // of an order: the order's reference; of a repair: its first job number
	Opener       int64  // ID of the event that opened the thread, or of the order; 0 of the complaint's own clocks
	Procedure    models.Procedure
	Category     string     // of the opening event
	StartedAt    civil.Time // the times are set where the limit is in hours
	DueAt        civil.Time
	MetAt        civil.Time
	Pauses       [2]Pause // the times in which the clock stood still
	Paused       int      // days of the pauses that moved Due: working days for a limit in working days, else calendar days
	Rolled       bool     // the last day was no working day, and the next that is one was taken
	Today        civil.Date
	Now          civil.Time
	cal          *civil.Calendar
}

// Pause is a time in which a clock stands still: from the day after From up to and including Until, which is zero while it lasts.
type Pause struct {
	From, Until civil.Date
}

// Key names a clock of a case in an address: the rule, and the event that opened its thread.
func (c Clock) Key() string {
	k := strings.ReplaceAll(c.Rule.ID, "/", ".")
	if c.Opener != 0 {
		k += "-" + strconv.FormatInt(c.Opener, 10)
	}
	return k
}

// Window is a time that is nobody's breach: Opens is the first day on which the step is possible, Closes the last. Zero: no bound.
type Window struct {
	Rule          *rulebook.Rule
	Started       civil.Date
	StartedEvent  int64
	Opens, Closes civil.Date
	Met           civil.Date // the step was taken; zero where it was not
	Opener        int64
	Procedure     models.Procedure
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
	AcceptUntil  civil.Date // while no complaint is made: the last day on which the problem is not too old for one, by the Code of today
	ClosedReason models.ClosedReason
	Current      []models.Event // what stands after corrections, in order; may be the caller's own slice: do not change it
	Code         *rulebook.Regime
	Policy       *rulebook.Regime
	raw          []models.Event // as they were given, corrections included
	rules        string         // the version of the rulebook that judged
	book         *rulebook.Book // for what the Code of a later day says
}

// Rules is the version of the rulebook that judged the case.
func (r Result) Rules() string { return r.rules }

// Book is the rulebook that judged the case.
func (r Result) Book() *rulebook.Book { return r.book }

// Engine computes clocks. It never changes and is safe for use by many goroutines.
type Engine struct {
	book      *rulebook.Book
	codes     []plan
	policies  map[string][]plan
	schemes   []plan
	laws      [procedures][]plan
	calendars *civil.Set
	version   string
}

// plan is a regime made ready: kinds as bits, references between rules as indexes.
type plan struct {
	regime *rulebook.Regime
	rules  []planRule
}

type planRule struct {
	rule      *rulebook.Rule
	starts    []planStart
	procedure int // 0 on the road of the complaint
	stops     uint64
	resumes   uint64
	anchor    kind   // the event without which nothing of this rule begins
	met       uint64 // kinds that meet it
	stage2    bool
	extendBy  kind
	ext       *rulebook.Rule
	abolished civil.Date // of a wait: the first day of the version of the text that no longer has it; zero where none came
}

type planStart struct {
	on      kind
	dueOf   int // index into the plan's rules; -1 where an event starts it
	assumed string
}

// New makes an engine of a rulebook that counts on the official calendars.
func New(book *rulebook.Book) *Engine { return NewOn(book, nil) }

// NewOn makes an engine of a rulebook that counts on the calendars of an installation.
func NewOn(book *rulebook.Book, calendars *civil.Set) *Engine {
	e := &Engine{book: book, policies: map[string][]plan{}, calendars: calendars, version: book.Version()}
	for _, r := range book.Regimes() {
		p := planOf(r)
		switch r.Family {
		case rulebook.FamilyCode:
			e.codes = append(e.codes, p)
		case rulebook.FamilyScheme:
			e.schemes = append(e.schemes, p)
		case rulebook.FamilyPolicy:
			e.policies[r.Landlord.Slug] = append(e.policies[r.Landlord.Slug], p)
		case rulebook.FamilyLaw:
			var seen [procedures]bool
			for i := range p.rules {
				if at := p.rules[i].procedure; !seen[at] {
					seen[at] = true
					e.laws[at] = append(e.laws[at], p)
				}
			}
		}
	}
	abolish(e.schemes)
	return e
}

// abolish finds for each wait the day on which the last version of the text that has it ended. The versions are in order of date.
func abolish(plans []plan) {
	for i := range plans {
		for k := range plans[i].rules {
			r := &plans[i].rules[k]
			if r.rule.Type != rulebook.TypeWait {
				continue
			}
			last := plans[i].regime.Until
			for _, later := range plans[i+1:] {
				if last == 0 || !later.regime.Covers(last+1) || !slices.ContainsFunc(later.regime.Rules, func(x *rulebook.Rule) bool { return x.Duty == r.rule.Duty }) {
					break
				}
				last = later.regime.Until
			}
			if last != 0 {
				r.abolished = last + 1
			}
		}
	}
}

// WithPolicies returns an engine for which a landlord's policies are these regimes and no others: those that a branch keeps itself.
func (e *Engine) WithPolicies(landlord string, regimes []*rulebook.Regime) *Engine {
	next := *e
	next.policies = maps.Clone(e.policies)
	plans := make([]plan, 0, len(regimes))
	for _, r := range regimes {
		plans = append(plans, planOf(r))
	}
	next.policies[landlord] = plans
	sum := sha256.New()
	for _, r := range regimes {
		sum.Write([]byte(r.ID + " " + r.Digest + "\n"))
	}
	next.version += "+" + hex.EncodeToString(sum.Sum(nil)[:4]) // a case that the branch's own policies judged says so
	return &next
}

// On returns an engine that counts on other calendars.
func (e *Engine) On(calendars *civil.Set) *Engine {
	next := *e
	next.calendars = calendars
	return &next
}

// Calendars are those that the engine counts on; nil is the official ones.
func (e *Engine) Calendars() *civil.Set { return e.calendars }

// Book returns the rulebook that the engine judges by.
func (e *Engine) Book() *rulebook.Book { return e.book }

func planOf(r *rulebook.Regime) plan {
	p := plan{regime: r}
	for _, x := range r.Rules {
		pr := planRule{rule: x, ext: x.Extension, procedure: procedureOf(x.Procedure), stops: kindSet(x.Stops), resumes: kindSet(x.Resumes)}
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
		pr.met = kindSet(x.MetBy)
		pr.stage2 = pr.anchor == kEscalation
		if pr.ext != nil {
			pr.extendBy = kindOf(pr.ext.ExtendedBy)
		}
		p.rules = append(p.rules, pr)
	}
	return p
}

func kindSet(ks []models.Kind) (set uint64) {
	for _, k := range ks {
		set |= 1 << kindOf(k)
	}
	return set
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
	owner   []int32 // of each event: the place of the event that opened its thread, -1 where it belongs to none
	opened  []opened
}

// Compute judges a case as it stands on today. It takes the events as they are; Check tells what is wrong with them, and what
// comes before the event that it answers is left aside.
func (e *Engine) Compute(m Matter, today civil.Date) Result {
	var b Buffer
	return e.ComputeInto(&b, m, today)
}

// ComputeInto is Compute with memory that the caller keeps from case to case.
func (e *Engine) ComputeInto(b *Buffer, m Matter, today civil.Date) Result {
	j := judge{buf: b, today: today, now: m.At, tenure: m.Tenure, landlord: m.Type, policies: e.policies[m.Landlord], raw: m.Events, calendarName: m.Calendar, calendars: e.calendars}
	if j.calendarName == "" {
		j.calendarName = civil.EnglandAndWales
	}
	c, ok := e.calendars.Get(j.calendarName)
	if !ok {
		j.calendarName = civil.EnglandAndWales
		c = e.calendars.Or(j.calendarName)
	}
	j.calendar = c
	j.res.book, j.res.rules, j.res.raw = e.book, e.version, m.Events
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
	j.threads(e)
	b.clocks = superseded(b.clocks)
	j.acceptance(e.book)
	j.status()
	j.res.Clocks, j.res.Windows, j.res.Current = b.clocks, b.windows, j.events
	return j.res
}

// superseded drops the clocks of what is only usual and not confirmed where the landlord's own policy gives a time for the same duty of
// the same thread: an enquiry of an MP runs by what the landlord has promised.
func superseded(cs []Clock) []Clock {
	for i := 0; i < len(cs); i++ {
		r := cs[i].Rule
		if cs[i].Procedure != "" && r.Confidence == rulebook.Unconfirmed && r.Regime.Family == rulebook.FamilyLaw && promised(cs, cs[i].Opener, r.Duty) {
			cs = slices.Delete(cs, i, i+1)
			i--
		}
	}
	return cs
}

// promised reports whether a policy of the landlord has a clock of a duty in a thread.
func promised(cs []Clock, opener int64, duty string) bool {
	for i := range cs {
		if c := &cs[i]; c.Opener == opener && c.Started != 0 && c.Rule.Duty == duty && c.Rule.Regime.Family == rulebook.FamilyPolicy {
			return true
		}
	}
	return false
}
