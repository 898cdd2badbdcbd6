package timeline

import (
	"cmp"
	"fmt"
	"slices"

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

// The letters of a case that take a step, by their type in models/letters.
const (
	letterStage1     = "stage1-complaint"
	letterChase      = "chase-landlord"
	letterEscalation = "escalation"
	letterHelp       = "ombudsman-help"
	letterHazard     = "hazard-report"
	letterAccess     = "subject-access"
	letterCosts      = "costs-information"
	letterBreach     = "data-breach-query"
	letterAdjustment = "reasonable-adjustment"
	letterOrder      = "order-not-met"
	letterReview     = "review-request"
	letterMP         = "mp-letter"
)

// LoudDays is how many days before a loss that does not come back its step stands before everything else.
const LoudDays = 60

// Step is one thing that can be done, or that cannot be done yet and says when.
type Step struct {
	Text      string // what to do, a sentence
	Who       Who
	Why       string           // why now, a sentence
	Warning   string           // what will be lost, or what the step can harm, a sentence; "" where nothing
	NotBefore civil.Date       // the first day on which it can be done; zero: now
	NotAfter  civil.Date       // the last day; zero: no limit
	Allowed   bool             // it can be done today
	Kind      models.Kind      // the event to log once it is done; "" where none
	Procedure models.Procedure // what that event opens, where it is a request
	Letter    string           // the type of letter in models/letters that takes the step; "" where none
	About     int64            // the event that it belongs to: what opened its thread; 0 where it belongs to the complaint
	Off       bool             // it leads off the road of the complaint: to a regulator, a tribunal, a councillor
	Loud      bool             // what is lost after NotAfter does not come back
	rank      int
}

// What comes first. A step without a rank gets that of the part of the road that makes it.
const (
	rankLoud   = iota + 1 // what is lost for good within LoudDays
	rankDanger            // somebody may be hurt
	rankUrgent            // an answer that the landlord waits for, a hazard that is overdue, consent
	rankRoad              // the next step of the complaint
	rankChase             // what is overdue beside it
	rankWait              // the wait of the complaint
	rankBeside            // what can be done beside it
	rankLater             // what is running, and what may be done until a day
	rankOff               // off the road
)

// Next returns the steps that the state of the clocks allows, the one to take first, then the others, then what is not allowed yet,
// with its day. The first is always allowed, and none is out of time. It states procedure and is no legal advice.
func (r Result) Next(today civil.Date) []Step { return r.NextFor(models.Case{}, today) }

// NextFor is Next with what the case itself says beside its events: what it is about, the adjustments that are needed, and whether a
// court claim has been issued. The zero Case says nothing.
func (r Result) NextFor(c models.Case, today civil.Date) []Step {
	n := next{r: r, about: c, today: today}
	n.as(rankRoad, n.road)
	if r.Status != models.StatusClosed {
		n.as(rankBeside, n.beside)
		n.as(rankChase, n.threads)
		n.as(rankLater, n.windows)
		n.as(rankOff, n.off)
		n.consent()
	}
	slices.SortStableFunc(n.steps, func(a, b Step) int {
		if a.Allowed != b.Allowed {
			if a.Allowed {
				return -1
			}
			return 1
		}
		if !a.Allowed {
			return cmp.Compare(dayOrNever(a.NotBefore), dayOrNever(b.NotBefore))
		}
		return cmp.Compare(a.rank, b.rank)
	})
	return n.steps
}

// dayOrNever puts a step that has no day yet after those that have one.
func dayOrNever(d civil.Date) civil.Date {
	if d == 0 {
		return never
	}
	return d
}

// never is a day after all others.
const never = civil.Date(1 << 30)

type next struct {
	r      Result
	about  models.Case
	today  civil.Date
	rank   int      // of the part of the road that is being walked
	opened []Thread // found once
	steps  []Step
}

// as walks a part of the road: its steps that name no rank get this one.
func (n *next) as(rank int, walk func()) {
	n.rank = rank
	walk()
}

// add appends a step; whether it is allowed follows from its days. One that is out of time is none.
func (n *next) add(s Step) {
	if s.NotAfter != 0 && (n.today > s.NotAfter || s.NotBefore > s.NotAfter) {
		return
	}
	s.Allowed = s.NotBefore == 0 || n.today >= s.NotBefore
	n.append(s)
}

// not appends a step that cannot be taken yet, and no day is known on which it can.
func (n *next) not(s Step) {
	s.Allowed = false
	n.append(s)
}

func (n *next) append(s Step) {
	switch {
	case s.rank != 0:
	case n.rank == rankRoad && s.Who == Nobody:
		s.rank = rankWait
	default:
		s.rank = n.rank
	}
	n.steps = append(n.steps, s)
}

// clock returns the landlord's most generous clock of a duty of the complaint (its own policy may give it longer than the Code) and
// the strictest one; ok is false where none has started.
func (n *next) clock(duty string) (strictest, latest Clock, ok bool) {
	for _, c := range n.r.Clocks {
		if c.Rule.Duty != duty || c.Started == 0 || c.Procedure != "" {
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

// roadWindow returns the window or wait of the road of the complaint that a kind of event starts.
func (n *next) roadWindow(t rulebook.Type, on models.Kind) (Window, bool) {
	for _, w := range n.r.Windows {
		if w.Rule.Type == t && w.Opener == 0 && slices.ContainsFunc(w.Rule.Starts, func(s rulebook.Start) bool { return s.On == on }) {
			return w, true
		}
	}
	return Window{}, false
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

// last is the last event of a kind; nil where there is none.
func (n *next) last(k models.Kind) *models.Event {
	for i := len(n.r.Current) - 1; i >= 0; i-- {
		if n.r.Current[i].Kind == k {
			return &n.r.Current[i]
		}
	}
	return nil
}

// consent: without the resident's consent nothing goes to the landlord in the branch's name.
func (n *next) consent() {
	withdrawn, given := n.last(models.KindConsentWithdrawn), n.last(models.KindConsentGiven)
	if n.r.Status == models.StatusConsentPending || withdrawn == nil || given != nil && (given.On > withdrawn.On || given.On == withdrawn.On && given.ID > withdrawn.ID) {
		return
	}
	n.steps = slices.DeleteFunc(n.steps, func(s Step) bool { return s.Who == Caseworker && s.Letter != "" })
	n.add(Step{Text: "Ask the resident again whether the branch may act for them, and log their answer.", Who: Caseworker,
		Why:  fmt.Sprintf("Consent was withdrawn on %s; without it the branch writes to nobody about the case.", withdrawn.On.Long()),
		Kind: models.KindConsentGiven, rank: rankUrgent})
}

// cite names the clause of the Code or policy that forbids a kind of event, in brackets; "" where none that is held does.
func (n *next) cite(k models.Kind) string {
	for _, b := range n.r.banned() {
		if b.Rule.Starts[0].On == k {
			c := b.Cite
			if b.Confidence == rulebook.Unconfirmed {
				c += ", not confirmed"
			}
			return " (" + c + ")"
		}
	}
	return ""
}

// rule cites a rule, and says so where it is not confirmed.
func rule(r *rulebook.Rule) string {
	if r.Confidence == rulebook.Unconfirmed {
		return r.Cite() + ", not confirmed"
	}
	return r.Cite()
}
