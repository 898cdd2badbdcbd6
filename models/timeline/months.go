package timeline

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"commoncase/models/civil"
)

// The marks that a day of a clock can have beside being counted or skipped.
const (
	MarkStart    = "start"
	MarkFirstDue = "first due" // before the landlord's extension moved the date
	MarkDue      = "due"
	MarkDone     = "done"
	MarkToday    = "today"
)

// MonthDay is one day in the calendar of a clock.
type MonthDay struct {
	On     civil.Date
	In     bool   // it lies from the start to the end of what the clock looked at
	Number int    // of the count; 0 where it is not counted
	Letter string // why it is skipped, by the legend; "" where it is not
	Mark   string // "start", "due", "done", "today"; "" of most days
	Late   bool   // after the due date
}

// Month is one month of a clock, with all its days.
type Month struct {
	First civil.Date
	Days  []MonthDay
	Then  string // what lies between this month and the next that is shown, a sentence; "" where the next one follows
}

// Name is the month in words: "May 2023".
func (m Month) Name() string { return fmt.Sprintf("%s %d", m.First.Month(), m.First.Year()) }

// Blanks is how many places stand empty before the first day where the week begins on Monday.
func (m Month) Blanks() int { return (int(m.First.Weekday()) + 6) % 7 }

// LegendLine says what a letter in the calendar stands for.
type LegendLine struct {
	Letter, Text string
}

// Letters of the legend that are the same in every calendar. Bank holidays are A, B, C, in their order.
const (
	letterWeekend = "w"
	letterStopped = "s"
)

// The most months that are shown one by one, and of a longer clock the most up to the due date.
const (
	mostMonths      = 8
	mostMonthsToDue = 6
)

// Months is the clock as a calendar: each day counted, with its number, or skipped, with a letter that the legend explains. Of a
// clock longer than eight months those are shown in which it starts and in which it is due and done, and what lies between is said.
// It is empty while the clock has not started.
func (c Clock) Months() (months []Month, legend []LegendLine) {
	if c.Started == 0 {
		return nil, nil
	}
	days := c.monthDays()
	last := days[len(days)-1].On
	all := firstsBetween(c.Started, last)
	show := c.shown(all)
	l := letters{given: map[string]string{}}
	for i, first := range show {
		m := Month{First: first}
		next := first.AddMonths(1)
		for d := first; d < next; d++ {
			day := MonthDay{On: d}
			if at := int(d - c.Started); at >= 0 && at < len(days) {
				day = days[at].MonthDay
				day.Letter = l.letter(days[at])
			}
			m.Days = append(m.Days, day)
		}
		if i+1 < len(show) && show[i+1] != next {
			m.Then = between(days, next, show[i+1], c.Started)
		}
		months = append(months, m)
	}
	return months, l.lines
}

// tracedDay is a day of the calendar with why it was skipped.
type tracedDay struct {
	MonthDay
	why       string
	holiday   bool
	projected bool
}

// monthDays are the days from the start to the end of the clock, without gaps.
func (c Clock) monthDays() []tracedDay {
	trace := c.Trace().Days
	days := make([]tracedDay, 0, len(trace)+1)
	for d := c.Started; d <= max(c.end(), c.Started); d++ {
		day := tracedDay{MonthDay: MonthDay{On: d, In: true, Mark: c.mark(d), Late: c.Due != 0 && d > c.Due}}
		if at := int(d-c.Started) - 1; at >= 0 && at < len(trace) {
			t := trace[at]
			day.Number, day.why, day.holiday, day.projected = t.Number, t.Why, t.Holiday, t.Projected
		}
		days = append(days, day)
	}
	return days
}

func (c Clock) mark(d civil.Date) string {
	var marks []string
	add := func(is bool, mark string) {
		if is {
			marks = append(marks, mark)
		}
	}
	add(d == c.Started, MarkStart)
	add(c.Extended && d == c.OriginalDue, MarkFirstDue)
	add(d == c.Due, MarkDue)
	add(d == c.Met, MarkDone)
	add(c.Met == 0 && d == c.Today, MarkToday)
	return strings.Join(marks, ", ")
}

// firstsBetween are the first days of the months from that of one day to that of another.
func firstsBetween(from, to civil.Date) []civil.Date {
	var out []civil.Date
	for first := monthOf(from); first <= to; first = first.AddMonths(1) {
		out = append(out, first)
	}
	return out
}

func monthOf(d civil.Date) civil.Date { return d - civil.Date(d.Day()-1) }

// shown chooses the months that are shown one by one.
func (c Clock) shown(all []civil.Date) []civil.Date {
	if len(all) <= mostMonths {
		return all
	}
	toDue := slices.Index(all, monthOf(c.Due)) + 1
	var out []civil.Date
	switch {
	case toDue == 0: // the due date lies outside: only of a clock that stands still
		out = slices.Clone(all[:3])
	case toDue <= mostMonthsToDue:
		out = slices.Clone(all[:toDue])
	default:
		out = append(slices.Clone(all[:3]), all[toDue-1])
	}
	if end := all[len(all)-1]; out[len(out)-1] != end {
		out = append(out, end)
	}
	return out
}

// between says what lies in the months that are left out.
func between(days []tracedDay, from, to, start civil.Date) string {
	counted := 0
	for d := from; d < to; d++ {
		if at := int(d - start); at >= 0 && at < len(days) && days[at].Number > 0 {
			counted++
		}
	}
	n := from.DaysUntil(to)
	if counted == 0 {
		return fmt.Sprintf("%d days lie between, from %s to %s.", n, from.Long(), (to - 1).Long())
	}
	return fmt.Sprintf("%d days lie between, from %s to %s; %d of them are counted.", n, from.Long(), (to - 1).Long(), counted)
}

// letters gives each reason for skipping its letter.
type letters struct {
	given map[string]string
	lines []LegendLine
	next  int
}

func (l *letters) letter(d tracedDay) string {
	if d.why == "" {
		return ""
	}
	var key, text string
	weekday := d.On.Weekday()
	switch {
	case d.holiday:
		key = d.On.String()
		text = fmt.Sprintf("%s %s: %s", weekday, d.On.Long(), d.why)
		if d.projected {
			text += " (worked out by rule: the official date was not known)"
		}
	case weekday == time.Saturday || weekday == time.Sunday:
		key, text = letterWeekend, "Saturdays and Sundays"
	default:
		key, text = letterStopped, upperFirst(d.why)
	}
	if at, ok := l.given[key]; ok {
		return at
	}
	letter := key
	if d.holiday {
		letter = string(rune('A' + l.next%26))
		if l.next >= 26 {
			letter += fmt.Sprint(l.next / 26)
		}
		l.next++
	}
	l.given[key] = letter
	l.lines = append(l.lines, LegendLine{letter, text})
	return letter
}
