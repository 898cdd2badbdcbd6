package civil

import (
	"math"
	"slices"
)

// CalendarName names the bank-holiday calendar that working days are counted on.
type CalendarName string

// The calendars. UKAny skips a bank holiday of any part of the United Kingdom, as freedom of information law does.
const (
	EnglandAndWales CalendarName = "england-and-wales"
	Scotland        CalendarName = "scotland"
	NorthernIreland CalendarName = "northern-ireland"
	UKAny           CalendarName = "uk-any"
)

// CalendarNames are all calendars, in the order in which they are offered.
var CalendarNames = []CalendarName{EnglandAndWales, Scotland, NorthernIreland, UKAny}

var calendarLabels = map[CalendarName]string{
	EnglandAndWales: "England and Wales",
	Scotland:        "Scotland",
	NorthernIreland: "Northern Ireland",
	UKAny:           "any part of the United Kingdom",
}

// Label returns the words for a calendar, as they stand after "the bank holidays of".
func (n CalendarName) Label() string {
	if w, ok := calendarLabels[n]; ok {
		return w
	}
	return string(n)
}

// Calendar tells working days: Monday to Friday less the bank holidays of one part of the United Kingdom.
//
// From 1990 to 2100 bank holidays are known (2018 to 2028) or projected by rule (the other years); outside those years only
// weekends are skipped. Add and Between cost the same whatever the span: each is a look-up in a table that numbers the
// working days. A Calendar never changes and is safe for use by many goroutines.
type Calendar struct {
	name     CalendarName
	upTo     []int32   // upTo[d-tableFirst]: working days from tableFirst up to and including d
	days     []Date    // days[n-1]: the working day with number n
	holidays []Holiday // in order of date; one a day
}

// The table spans whole weeks, so that the arithmetic outside it begins on a Monday at either end.
var (
	tableFirst = mondayOf(On(firstYear, 1, 1))
	tableLast  = mondayOf(On(lastYear, 12, 31)) - 1 + 7 // a Sunday
)

func mondayOf(d Date) Date { return d - Date((int(d)-1)%7) }

var calendars = build()

func build() map[CalendarName]*Calendar {
	cs := make(map[CalendarName]*Calendar, len(CalendarNames))
	for _, n := range CalendarNames {
		cs[n] = newCalendar(n, holidaysOf(n))
	}
	return cs
}

// Get returns the calendar of a name, and false where there is none of that name.
func Get(name CalendarName) (*Calendar, bool) {
	c, ok := calendars[name]
	return c, ok
}

func newCalendar(name CalendarName, holidays []Holiday) *Calendar {
	c := &Calendar{name: name, holidays: holidays, upTo: make([]int32, tableLast-tableFirst+1)}
	next := 0
	for d := tableFirst; d <= tableLast; d++ {
		for next < len(holidays) && holidays[next].On < d {
			next++
		}
		if !weekend(d) && (next == len(holidays) || holidays[next].On != d) {
			c.days = append(c.days, d)
		}
		c.upTo[d-tableFirst] = int32(len(c.days))
	}
	return c
}

// With returns a calendar that skips further days too: for a bank holiday that was proclaimed after this program was built.
func (c *Calendar) With(more ...Holiday) *Calendar {
	all := append(slices.Clone(c.holidays), more...)
	slices.SortStableFunc(all, func(a, b Holiday) int { return int(a.On) - int(b.On) })
	all = slices.CompactFunc(all, func(a, b Holiday) bool { return a.On == b.On })
	return newCalendar(c.name, all)
}

// Name returns the calendar's name.
func (c *Calendar) Name() CalendarName { return c.name }

// number returns the number of the last working day up to and including d. It grows by one with every working day.
func (c *Calendar) number(d Date) int {
	if i := int(d) - int(tableFirst); uint(i) < uint(len(c.upTo)) {
		return int(c.upTo[i])
	}
	return c.numberOutside(d)
}

// numberOutside counts Mondays to Fridays before and after the table, which begins on a Monday and ends on a Sunday.
func (c *Calendar) numberOutside(d Date) int {
	if d > tableLast {
		return len(c.days) + weekdays(int(d)-int(tableLast))
	}
	return weekdays(int(d) - int(tableFirst) + 1)
}

// weekdays returns how many Mondays to Fridays there are in the first n days of weeks that begin on a Monday; of a negative
// n, minus those in the -n days that end on a Sunday.
func weekdays(n int) int {
	weeks := floorDiv(n, 7)
	return weeks*5 + min(n-weeks*7, 5)
}

// day is the inverse of number: the working day with number n.
func (c *Calendar) day(n int) Date {
	if i := n - 1; uint(i) < uint(len(c.days)) {
		return c.days[i]
	}
	if n > len(c.days) {
		return weekdayNumber(tableLast, n-len(c.days))
	}
	return weekdayNumber(tableFirst-1, n)
}

// weekdayNumber returns the n-th weekday after a Sunday; n may be zero or negative (0 is the Friday before).
func weekdayNumber(sunday Date, n int) Date {
	weeks := floorDiv(n-1, 5)
	d := int(sunday) + weeks*7 + (n - weeks*5)
	return Date(min(max(d, math.MinInt32), math.MaxInt32))
}

func floorDiv(a, b int) int {
	q := a / b
	if a%b < 0 {
		q--
	}
	return q
}

// Add returns the n-th working day after d. The day d itself is day 0, whether or not it is a working day: one working day
// after a Saturday is the Monday. Add(d, 0) is d. With a negative n it returns the n-th working day before d. Of no date it
// returns no date.
func (c *Calendar) Add(d Date, n int) Date {
	switch {
	case n == 0 || d == 0:
		return d
	case n > 0:
		return c.day(c.number(d) + min(n, math.MaxInt32))
	default:
		return c.day(c.number(d-1) + max(n, math.MinInt32) + 1)
	}
}

// Between returns the number of working days after a, up to and including b. Where b lies before a it is minus the number of
// working days after b up to and including a. For every n > 0, Between(d, Add(d, n)) is n.
func (c *Calendar) Between(a, b Date) int { return c.number(b) - c.number(a) }

// IsWorking reports whether d is a working day.
func (c *Calendar) IsWorking(d Date) bool { return c.number(d) != c.number(d-1) }

// Holiday returns the title of the bank holiday on d, and whether there is one. A bank holiday at a weekend, where a
// substitute day is given for it, is none.
func (c *Calendar) Holiday(d Date) (title string, ok bool) {
	h, ok := c.HolidayOn(d)
	return h.Title, ok
}

// HolidayOn returns all that is known of the bank holiday on d, and whether there is one.
func (c *Calendar) HolidayOn(d Date) (Holiday, bool) {
	i, ok := slices.BinarySearchFunc(c.holidays, d, func(h Holiday, d Date) int { return int(h.On) - int(d) })
	if !ok {
		return Holiday{}, false
	}
	return c.holidays[i], true
}

// HolidaysBetween returns the bank holidays after a, up to and including b. The slice belongs to the calendar: do not change it.
func (c *Calendar) HolidaysBetween(a, b Date) []Holiday {
	at := func(d Date) int {
		i, _ := slices.BinarySearchFunc(c.holidays, d+1, func(h Holiday, d Date) int { return int(h.On) - int(d) })
		return i
	}
	i, j := at(a), at(b)
	if j <= i {
		return nil
	}
	return c.holidays[i:j]
}

// Projected reports whether the bank holidays of d's year were worked out by rule and not taken from the official dates.
func (c *Calendar) Projected(d Date) bool { return d < officialFirst || d > officialLast }

func weekend(d Date) bool {
	w := ((int(d) % 7) + 7) % 7
	return w == 0 || w == 6
}
