package civil

import (
	_ "embed" // the official dates
	"fmt"
	"slices"
	"strings"
	"time"
)

// Holiday is one bank holiday.
type Holiday struct {
	On         Date
	Title      string
	Substitute bool   // given in place of one that fell at a weekend
	Projected  bool   // worked out by rule: one-off holidays and moved days of that year are not known
	Where      string // in the calendar of the whole kingdom: the parts that have it, "" where all do
}

// The years of the tables: by official date where there are any, by rule otherwise.
const (
	firstYear = 1990
	lastYear  = 2100
)

var (
	officialFirst = On(2018, 1, 1)
	officialLast  = On(2028, 12, 31)
)

//go:embed holidays.txt
var officialText string

// part is a part of the kingdom as the file of official dates writes it.
type part byte

const (
	partEngland  part = 'e'
	partScotland part = 's'
	partIreland  part = 'n'
)

var parts = []struct {
	part part
	name CalendarName
}{{partEngland, EnglandAndWales}, {partScotland, Scotland}, {partIreland, NorthernIreland}}

// holidaysOf returns the bank holidays of a calendar from firstYear to lastYear in order, one a day.
func holidaysOf(name CalendarName) []Holiday {
	if name == UKAny {
		return union()
	}
	var p part
	for _, x := range parts {
		if x.name == name {
			p = x.part
		}
	}
	var hs []Holiday
	for y := firstYear; y < officialFirst.Year(); y++ {
		hs = append(hs, byRule(p, y)...)
	}
	hs = append(hs, official(p)...)
	for y := officialLast.Year() + 1; y <= lastYear; y++ {
		hs = append(hs, byRule(p, y)...)
	}
	return hs
}

// union merges the three parts: a day that is a bank holiday anywhere is one, and says where unless it is one everywhere.
func union() []Holiday {
	type entry struct {
		Holiday
		where []string
	}
	days := map[Date]*entry{}
	for _, p := range parts {
		for _, h := range holidaysOf(p.name) {
			e := days[h.On]
			if e == nil {
				e = &entry{Holiday: h}
				days[h.On] = e
			}
			e.where = append(e.where, p.name.Label())
		}
	}
	hs := make([]Holiday, 0, len(days))
	for _, e := range days {
		if len(e.where) < len(parts) {
			e.Where = strings.Join(e.where, "; ")
		}
		hs = append(hs, e.Holiday)
	}
	slices.SortFunc(hs, func(a, b Holiday) int { return int(a.On) - int(b.On) })
	return hs
}

// official reads the embedded dates of one part. The file is part of the program: a fault in it is a fault in the build.
func official(p part) []Holiday {
	var hs []Holiday
	for line := range strings.Lines(officialText) {
		line = strings.TrimSpace(line)
		if line == "" || line[0] == '#' {
			continue
		}
		date, rest, _ := strings.Cut(line, " ")
		where, title, ok := strings.Cut(rest, " ")
		if !ok {
			panic(fmt.Sprintf("civil: holidays.txt: %q is not date, parts, title", line))
		}
		if strings.IndexByte(where, byte(p)) < 0 {
			continue
		}
		hs = append(hs, Holiday{On: MustParse(date), Title: title, Substitute: strings.HasSuffix(where, "*")})
	}
	return hs
}

// byRule works out the bank holidays of a year from the rules as they are today (Banking and Financial Dealings Act 1971,
// schedule 1, and the yearly proclamations that move or add the others).
func byRule(p part, year int) []Holiday {
	easter := easterSunday(year)
	fixed := []Holiday{{On: On(year, time.January, 1), Title: "New Year’s Day"}}
	if p == partScotland {
		fixed = append(fixed, Holiday{On: On(year, time.January, 2), Title: "2nd January"},
			Holiday{On: On(year, time.November, 30), Title: "St Andrew’s Day"})
	}
	if p == partIreland {
		fixed = append(fixed, Holiday{On: On(year, time.March, 17), Title: "St Patrick’s Day"},
			Holiday{On: On(year, time.July, 12), Title: "Battle of the Boyne (Orangemen’s Day)"})
	}
	fixed = append(fixed, Holiday{On: On(year, time.December, 25), Title: "Christmas Day"},
		Holiday{On: On(year, time.December, 26), Title: "Boxing Day"})

	hs := []Holiday{
		{On: easter - 2, Title: "Good Friday"},
		{On: firstMonday(year, time.May), Title: "Early May bank holiday"},
		{On: lastMonday(year, time.May), Title: "Spring bank holiday"},
	}
	if p == partScotland {
		hs = append(hs, Holiday{On: firstMonday(year, time.August), Title: "Summer bank holiday"})
	} else {
		hs = append(hs, Holiday{On: easter + 1, Title: "Easter Monday"},
			Holiday{On: lastMonday(year, time.August), Title: "Summer bank holiday"})
	}
	taken := func(d Date) bool { return slices.ContainsFunc(hs, func(h Holiday) bool { return h.On == d }) }
	// Those that fall on a weekday stay where they are; the others move, in order, to the next weekday that is free.
	for _, h := range fixed {
		if !weekend(h.On) {
			hs = append(hs, h)
		}
	}
	for _, h := range fixed {
		if weekend(h.On) {
			for weekend(h.On) || taken(h.On) {
				h.On++
			}
			h.Substitute = true
			hs = append(hs, h)
		}
	}
	// Where 1 January is a Sunday, Scotland gives Monday for New Year's Day and Tuesday for 2 January.
	if p == partScotland && On(year, time.January, 1).Weekday() == time.Sunday {
		for i := range hs {
			switch hs[i].On {
			case On(year, time.January, 2):
				hs[i].Title, hs[i].Substitute = "New Year’s Day", true
			case On(year, time.January, 3):
				hs[i].Title, hs[i].Substitute = "2nd January", true
			}
		}
	}
	for i := range hs {
		hs[i].Projected = true
	}
	slices.SortFunc(hs, func(a, b Holiday) int { return int(a.On) - int(b.On) })
	return slices.CompactFunc(hs, func(a, b Holiday) bool { return a.On == b.On })
}

func firstMonday(year int, m time.Month) Date {
	d := On(year, m, 7)
	return d - Date((int(d.Weekday())+6)%7)
}

func lastMonday(year int, m time.Month) Date {
	d := On(year, m+1, 0)
	return d - Date((int(d.Weekday())+6)%7)
}

// easterSunday is the Gregorian computus (Meeus, Jones and Butcher).
func easterSunday(year int) Date {
	a, b, c := year%19, year/100, year%100
	d, e := b/4, b%4
	g := (8*b + 13) / 25
	h := (19*a + b - d - g + 15) % 30
	i, k := c/4, c%4
	l := (32 + 2*e + 2*i - h - k) % 7
	m := (a + 11*h + 22*l) / 451
	n := h + l - 7*m + 114
	return On(year, time.Month(n/31), n%31+1)
}
