package timeline

import (
	"commoncase/models"
	"commoncase/models/civil"
)

// Thread is something that runs beside the complaint: what opened it, and what belongs to it.
type Thread struct {
	Opener    models.Event
	Procedure models.Procedure
	Events    []models.Event // in order, the opener first; with what names the thread as what it is about
}

// Threads returns what runs beside the complaint, in the order in which it was opened.
func (r Result) Threads() []Thread {
	if len(r.Current) == 0 {
		return nil
	}
	kinds := make([]kind, len(r.Current))
	for i := range r.Current {
		kinds[i] = kindOf(r.Current[i].Kind)
	}
	owner := owners(nil, r.Current, kinds, r.raw)
	var out []Thread
	at := map[int32]int{}
	for i, o := range owner {
		if o < 0 {
			continue
		}
		if int(o) == i {
			at[o] = len(out)
			out = append(out, Thread{Opener: r.Current[i], Procedure: r.Current[i].Opens()})
		}
		if k, ok := at[o]; ok {
			out[k].Events = append(out[k].Events, r.Current[i])
		}
	}
	return out
}

// Belongs reports whether events of a kind answer what was opened under a procedure: each of them belongs to such a thread.
func Belongs(k models.Kind, p models.Procedure) bool {
	return p != "" && followers(procedureOf(p))&(1<<kindOf(k)) != 0
}

// MayConcern reports whether events of a kind can be about a thread without answering it: a call about a repair or a promise, a report
// that it is not fixed.
func MayConcern(k models.Kind, p models.Procedure) bool {
	switch k { //nolint:exhaustive // the others stand on the road of the complaint or in a thread
	case models.KindContactAttempt, models.KindLandlordUpdate:
		return p != models.ProcedureTask && p != ""
	case models.KindIssueReported:
		return p == models.ProcedureRepair || p == models.ProcedureHazard
	case models.KindRepairRaised:
		return p == models.ProcedureRepair
	}
	return false
}

// Job is one job number that the landlord gave.
type Job struct {
	Number string // "" where it gave none
	On     civil.Date
	Event  int64
}

// Completion is a job that the landlord closed as done.
type Completion struct {
	On      civil.Date
	Event   int64
	Number  string
	Again   civil.Date // the problem was reported again, or somebody was sent again; zero where not
	AgainBy int64      // the event of Again
}

// Repair is one repair with everything that happened on it, under however many job numbers.
type Repair struct {
	Thread
	Jobs        []Job
	Made        int // appointments that were made
	Missed      []models.Event
	Completions []Completion
	Done        civil.Date // it was closed as done and was not reported again; zero while it is open
	Days        int        // calendar days from the first job to Done, or to the day of judging
	Attempts    int        // to reach the landlord about it
	Answered    int
	Minutes     int // what it cost the resident
	HalfDays    int
}

// FalseCompletions is how many times the repair was closed as done and was not.
func (x Repair) FalseCompletions() int {
	n := 0
	for _, c := range x.Completions {
		if c.Again != 0 {
			n++
		}
	}
	return n
}

// Repairs stitches job numbers, appointments and closures together into repairs, the first raised first.
func (r Result) Repairs(today civil.Date) []Repair {
	var out []Repair
	for _, t := range r.Threads() {
		if t.Procedure == models.ProcedureRepair {
			out = append(out, Repair{Thread: t})
		}
	}
	for i := range out {
		out[i].tell(r, today, len(out) == 1)
	}
	return out
}

// tell counts what happened. only says that the case has no other repair: a report that names none is then about this one.
func (x *Repair) tell(r Result, today civil.Date, only bool) {
	for i := range x.Events {
		e := &x.Events[i]
		x.Minutes += e.Minutes
		x.HalfDays += e.HalfDays
		switch e.Kind { //nolint:exhaustive // the others are shown and not counted
		case models.KindRepairRaised:
			x.job(e)
		case models.KindAppointmentMade:
			x.Made++
			x.job(e)
		case models.KindAppointmentMissed:
			x.Missed = append(x.Missed, *e)
			x.job(e)
		case models.KindRepairCompleted:
			c := Completion{On: e.On, Event: e.ID, Number: e.Reference}
			c.Again, c.AgainBy = x.again(r, i, only)
			x.Completions = append(x.Completions, c)
			x.job(e)
		case models.KindContactAttempt:
			x.Attempts++
			if e.Answered {
				x.Answered++
			}
		}
	}
	end := today
	if n := len(x.Completions); n > 0 && x.Completions[n-1].Again == 0 {
		x.Done = x.Completions[n-1].On
		end = x.Done
	}
	x.Days = max(0, x.Opener.On.DaysUntil(end))
}

// job remembers a number that was not given before; the opener counts even without one.
func (x *Repair) job(e *models.Event) {
	if e.Reference == "" && e.ID != x.Opener.ID {
		return
	}
	for _, j := range x.Jobs {
		if j.Number == e.Reference {
			return
		}
	}
	x.Jobs = append(x.Jobs, Job{Number: e.Reference, On: e.On, Event: e.ID})
}

// again finds what shows that a closure did not mend it: a report, another job, another visit, another closure.
func (x *Repair) again(r Result, at int, only bool) (civil.Date, int64) {
	var first *models.Event
	take := func(e *models.Event) {
		if first == nil || e.On < first.On {
			first = e
		}
	}
	for i := at + 1; i < len(x.Events); i++ {
		if e := &x.Events[i]; notMended&(1<<kindOf(e.Kind)) != 0 {
			take(e)
		}
	}
	past := false
	for i := range r.Current {
		e := &r.Current[i]
		past = past || e.ID == x.Events[at].ID
		if past && e.Kind == models.KindIssueReported && e.About == 0 && (only || e.Reference != "" && x.has(e.Reference)) {
			take(e)
		}
	}
	if first == nil {
		return 0, 0
	}
	return first.On, first.ID
}

func (x *Repair) has(number string) bool {
	for _, j := range x.Jobs {
		if j.Number == number {
			return true
		}
	}
	return false
}
