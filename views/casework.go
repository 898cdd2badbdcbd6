package views

import (
	"strconv"
	"strings"

	"commoncase/models"
	"commoncase/models/civil"
	"commoncase/models/timeline"
	"commoncase/views/components"
)

// waits are the minutes that one tap of “called, no answer” can record.
var waits = []int{0, 5, 15, 30, 60}

func waitText(minutes int) string {
	if minutes == 0 {
		return "No wait"
	}
	return strconv.Itoa(minutes) + " min"
}

// Duration is a number of minutes in words: "2 hours 40 minutes".
func Duration(minutes int) string {
	var words []string
	if h := minutes / 60; h > 0 {
		words = append(words, countOf(h, "hour", "hours"))
	}
	if m := minutes % 60; m > 0 || minutes == 0 {
		words = append(words, countOf(m, "minute", "minutes"))
	}
	return strings.Join(words, " ")
}

// daysOff is a number of half days in words: "1½ days".
func daysOff(half int) string {
	switch {
	case half == 1:
		return "half a day"
	case half == 2:
		return "1 day"
	case half%2 == 1:
		return strconv.Itoa(half/2) + "½ days"
	}
	return strconv.Itoa(half/2) + " days"
}

// costRows say what trying to get an answer has cost; what is nothing is left out.
func costRows(c timeline.Cost) []components.SummaryRow {
	var rows []components.SummaryRow
	add := func(some bool, key, text string) {
		if some {
			rows = append(rows, components.SummaryRow{Key: key, Text: text})
		}
	}
	add(c.Attempts > 0, "Attempts to reach the landlord", strconv.Itoa(c.Attempts)+", of them answered: "+strconv.Itoa(c.Answered))
	add(c.Minutes > 0, "Waited or spent", Duration(c.Minutes))
	add(c.HalfDays > 0, "Off work", daysOff(c.HalfDays))
	add(c.Missed > 0, "Appointments that nobody came to", strconv.Itoa(c.Missed))
	add(!c.SilentSince.IsZero(), "Landlord silent since", c.SilentSince.Long())
	return rows
}

func repairsPath(ref string) string { return casePath(ref, "repairs") }

// repairName is what a repair is called: its job numbers, or the day on which it was raised.
func repairName(r timeline.Repair) string {
	var numbers []string
	for _, j := range r.Jobs {
		if j.Number != "" {
			numbers = append(numbers, j.Number)
		}
	}
	if len(numbers) == 0 {
		return "Repair raised on " + r.Opener.On.Long()
	}
	return "Repair " + strings.Join(numbers, ", ")
}

// repairLine says in one line where a repair stands: "Open for 93 days. 3 job numbers, 2 appointments missed, closed 1 time, not fixed".
func repairLine(r timeline.Repair) string {
	state := "Open for " + countOf(r.Days, "day", "days")
	if !r.Done.IsZero() {
		state = "Closed as completed on " + r.Done.Long() + ", after " + countOf(r.Days, "day", "days")
	}
	var parts []string
	if n := len(r.Jobs); n > 1 {
		parts = append(parts, strconv.Itoa(n)+" job numbers")
	}
	if n := len(r.Missed); n > 0 {
		parts = append(parts, countOf(n, "appointment", "appointments")+" missed")
	}
	if n := r.FalseCompletions(); n > 0 {
		parts = append(parts, "closed "+countOf(n, "time", "times")+", not fixed")
	}
	if len(parts) == 0 {
		return state + "."
	}
	return state + ". " + sentence(strings.Join(parts, ", ")) + "."
}

// repairRows are the totals of a repair.
func repairRows(r timeline.Repair) []components.SummaryRow {
	var jobs []string
	for _, j := range r.Jobs {
		jobs = append(jobs, orWord(j.Number, "no number")+", "+j.On.Long())
	}
	done := "No"
	if !r.Done.IsZero() {
		done = "On " + r.Done.Long()
	}
	rows := []components.SummaryRow{{Key: "Days open", Text: strconv.Itoa(r.Days)}, {Key: "Job numbers", Text: strings.Join(jobs, "\n")},
		{Key: "Appointments", Text: appointments(r)},
		{Key: "Closed as completed, and not reported again", Text: done}}
	for _, c := range r.Completions {
		if c.Again != 0 {
			rows = append(rows, components.SummaryRow{Key: "Closed, not fixed", Text: "Closed as completed on " + c.On.Long() + "; reported or visited again on " + c.Again.Long()})
		}
	}
	if r.Attempts > 0 {
		rows = append(rows, components.SummaryRow{Key: "Attempts to reach the landlord about it", Text: strconv.Itoa(r.Attempts) + ", of them answered: " + strconv.Itoa(r.Answered)})
	}
	if r.Minutes > 0 {
		rows = append(rows, components.SummaryRow{Key: "Waited or spent", Text: Duration(r.Minutes)})
	}
	if r.HalfDays > 0 {
		rows = append(rows, components.SummaryRow{Key: "Off work", Text: daysOff(r.HalfDays)})
	}
	return rows
}

// RepairsPage is the repairs of a case, each stitched together from its jobs.
type RepairsPage struct {
	Page
	Case     models.Case
	Repairs  []timeline.Repair
	CanLog   bool
	Chosen   []string            // the openers that are ticked
	Category func(string) string // the name of a defect
}

func (p RepairsPage) joinOptions() []components.Option {
	var os []components.Option
	for _, r := range p.Repairs {
		os = append(os, components.Option{Value: strconv.FormatInt(r.Opener.ID, 10), Label: repairName(r), Hint: "Raised on " + r.Opener.On.Long()})
	}
	return os
}

// items are what happened on a repair. A job that was joined to it can be taken apart again.
func (p RepairsPage) items(r timeline.Repair) []components.TimelineItem {
	again := map[int64]timeline.Completion{}
	for _, c := range r.Completions {
		if c.Again != 0 {
			again[c.Event] = c
		}
	}
	var items []components.TimelineItem
	for _, e := range r.Events {
		it := components.TimelineItem{ID: "repair-event-" + strconv.FormatInt(e.ID, 10), Title: e.Words(), On: e.On, Text: e.Note}
		if c, ok := again[e.ID]; ok {
			it.Tags = append(it.Tags, components.TagProps{Text: "Not fixed: again on " + c.Again.Long(), Colour: components.TagBad})
		}
		if cost := eventCost(e); cost != "" {
			it.Tags = append(it.Tags, components.TagProps{Text: cost, Colour: components.TagQuiet})
		}
		if p.CanLog && e.Kind == models.KindRepairRaised && e.ID != r.Opener.ID {
			it.Content = partForm(p, e)
		}
		items = append(items, it)
	}
	return items
}

// eventCost is what an event cost the resident, in words; "" where nothing is written down.
func eventCost(e models.Event) string {
	var parts []string
	if e.Minutes > 0 {
		parts = append(parts, Duration(e.Minutes))
	}
	if e.HalfDays > 0 {
		parts = append(parts, daysOff(e.HalfDays)+" off work")
	}
	return strings.Join(parts, ", ")
}

// RepairsJoinPage asks whether repairs are one before anything is written.
type RepairsJoinPage struct {
	Page
	Case  models.Case
	Into  timeline.Repair
	Parts []timeline.Repair // those that become part of Into
}

// RetaliationLine is an act against a resident as the list tells it.
type RetaliationLine struct {
	Ref     string
	On      civil.Date
	What    string // as it was written down
	After   string // what the resident had done before it; "" where nothing is logged
	AfterOn civil.Date
	Days    int  // calendar days from AfterOn to On
	CanOpen bool // the reader may open the case
}

// RetaliationPage lists the acts against residents of the branch.
type RetaliationPage struct {
	Page
	Lines []RetaliationLine
}

func (p RetaliationPage) rows() []components.Row {
	var rows []components.Row
	for _, l := range p.Lines {
		ref := components.Cell{Text: l.Ref}
		if l.CanOpen {
			ref = components.Cell{Value: components.InlineLink(Link{Text: l.Ref, Href: casePath(l.Ref)})}
		}
		after := "Nothing is logged before it"
		days := "–"
		if !l.AfterOn.IsZero() {
			after, days = l.After+", "+l.AfterOn.Long(), strconv.Itoa(l.Days)
		}
		rows = append(rows, components.Row{Cells: []components.Cell{ref, {Text: l.On.Long(), Sort: l.On.String()}, {Text: days}, {Text: after}, {Text: orWord(l.What, "Nothing more is written down")}}})
	}
	return rows
}

// adverseLine says how many days after which step an act was done.
func adverseLine(a timeline.AdverseAct) string {
	if a.After == nil {
		return "No report or complaint is logged before it."
	}
	return countOf(a.Days, "day", "days") + " after: " + a.After.Kind.Label() + ", " + a.After.On.Long() + "."
}

// whoSeesAdverse is the sentence that stands wherever such an act is logged or shown.
const whoSeesAdverse = "Only the branch secretary, the guardian and the caseworker to whom this case is assigned see it. It stands in no bundle, list or figure of anybody else."

// appointments counts those that were made and those that nobody came to; one that was missed need not have been logged when it was made.
func appointments(r timeline.Repair) string {
	missed := strconv.Itoa(len(r.Missed)) + " missed"
	if r.Made == 0 {
		return missed
	}
	return strconv.Itoa(r.Made) + " made, " + missed
}
