package models

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"commoncase/models/civil"
)

// Words that say how sure somebody is, and nothing of when.
var hedges = map[string]bool{"about": true, "around": true, "approximately": true, "approx": true, "roughly": true, "since": true, "from": true,
	"the": true, "of": true, "in": true, "on": true, "it": true, "i": true, "think": true, "maybe": true, "probably": true, "for": true, "at": true, "least": true,
	"ever": true, "over": true, "nearly": true, "almost": true, "more": true, "than": true, "started": true, "began": true, "sometime": true, "circa": true,
	"some": true, "time": true, "back": true, "now": true, "was": true, "is": true, "has": true, "been": true, "going": true}

var numberWords = map[string]int{"a": 1, "an": 1, "one": 1, "two": 2, "couple": 2, "three": 3, "few": 3, "four": 4, "five": 5, "six": 6, "seven": 7,
	"eight": 8, "nine": 9, "ten": 10, "eleven": 11, "twelve": 12}

var monthWords = map[string]time.Month{}

var weekdayWords = map[string]time.Weekday{}

// Seasons begin with a month.
var seasonWords = map[string]time.Month{"spring": time.March, "summer": time.June, "autumn": time.September, "fall": time.September, "winter": time.December}

func init() {
	for m := time.January; m <= time.December; m++ {
		name := strings.ToLower(m.String())
		monthWords[name], monthWords[name[:3]] = m, m
	}
	monthWords["sept"] = time.September
	for d := time.Sunday; d <= time.Saturday; d++ {
		weekdayWords[strings.ToLower(d.String())] = d
	}
}

// Since reads the day that something began with out of what somebody said in English: "about March", "last winter", "two weeks ago", "since
// Easter", "12/03/2026" (day, month, year). A month, a season or a year begins with its first day, the latest one that is not after today where
// no year was said; a length of time counts back from today. What it does not understand to the last word, what is after today and what is more
// than a hundred years ago is no date: a caseworker reads the words themselves.
func Since(said string, today civil.Date) civil.Date {
	words := strings.Fields(Fold(strings.NewReplacer("–", "-", "’", "'", "'", "").Replace(said)))
	if i := slices.Index(words, "when"); i > 0 { // "since March when the boiler broke"
		words = words[:i]
	}
	s := sinceReader{today: today}
	for _, w := range words {
		w = strings.Trim(w, ".-/")
		switch {
		case w == "early" || w == "beginning" || w == "start":
			s.day = 1
		case w == "mid" || w == "middle":
			s.day = 11
		case w == "late" || w == "end":
			s.day = 21
		case w != "" && !hedges[w]:
			s.words = append(s.words, w)
		}
	}
	d := s.read()
	if d > today || d < today.AddMonths(-1200) {
		return 0
	}
	return d
}

type sinceReader struct {
	words []string
	today civil.Date
	day   int // of a month: "late March"; 0 where nothing was said
}

func (s *sinceReader) read() civil.Date {
	if len(s.words) == 0 || len(s.words) > 6 {
		return 0
	}
	if len(s.words) == 1 {
		if d := s.numeric(s.words[0]); d != 0 {
			return d
		}
	}
	if s.day == 0 {
		if d := s.length(); d != 0 {
			return d
		}
	}
	return s.named()
}

// numeric reads 12/03/2026, 2026-03-12, 03/2026 and 2026.
func (s *sinceReader) numeric(w string) civil.Date {
	parts := strings.FieldsFunc(w, func(r rune) bool { return r == '/' || r == '.' || r == '-' })
	var n []int
	for _, p := range parts {
		v, err := strconv.Atoi(p)
		if err != nil || len(p) > 4 {
			return 0
		}
		n = append(n, v)
	}
	switch {
	case len(n) == 3 && len(parts[0]) == 4:
		return day(n[0], n[1], n[2])
	case len(n) == 3 && len(parts[2]) == 4:
		return day(n[2], n[1], n[0])
	case len(n) == 3 && len(parts[2]) == 2:
		return day(2000+n[2], n[1], n[0])
	case len(n) == 2 && len(parts[1]) == 4:
		return day(n[1], n[0], 1)
	case len(n) == 1 && len(parts[0]) == 4:
		return day(n[0], 1, 1)
	}
	return 0
}

// day is a day that there is; 0 else.
func day(year, month, d int) civil.Date {
	if year < 1900 || year > 9999 || month < 1 || month > 12 || d < 1 || d > 31 {
		return 0
	}
	if on := civil.On(year, time.Month(month), d); on.Day() == d {
		return on
	}
	return 0
}

// length reads "two weeks ago", "3 months", "a year and a half".
func (s *sinceReader) length() civil.Date {
	words := s.words
	if last := len(words) - 1; words[last] == "ago" || words[last] == "already" {
		words = words[:last]
	}
	text := strings.Join(words, " ")
	switch text {
	case "half a year", "half year":
		return s.today.AddMonths(-6)
	case "a year and a half", "one and a half years", "year and a half":
		return s.today.AddMonths(-18)
	}
	if len(words) == 3 && words[0] == "a" && (words[1] == "few" || words[1] == "couple") {
		words = words[1:]
	}
	if len(words) != 2 {
		return 0
	}
	n, ok := numberWords[words[0]]
	if !ok {
		v, err := strconv.Atoi(words[0])
		if err != nil || v < 1 || v > 1200 {
			return 0
		}
		n = v
	}
	switch strings.TrimSuffix(words[1], "s") {
	case "day":
		return s.today.AddDays(-n)
	case "week":
		return s.today.AddDays(-7 * n)
	case "fortnight":
		return s.today.AddDays(-14 * n)
	case "month":
		return s.today.AddMonths(-n)
	case "year":
		return s.today.AddMonths(-12 * n)
	}
	return 0
}

// named reads months, seasons, feasts and weekdays, with "last" or "this", a day and a year.
func (s *sinceReader) named() civil.Date {
	words := slices.Clone(s.words)
	year, which, dayOf := 0, "", s.day
	if n := len(words); n >= 2 && words[n-1] == "year" && (words[n-2] == "last" || words[n-2] == "this") {
		year = s.today.Year()
		if words[n-2] == "last" {
			year--
		}
		if words = words[:n-2]; len(words) == 0 {
			return civil.On(year, time.January, 1)
		}
	} else if y, err := strconv.Atoi(words[n-1]); err == nil && len(words[n-1]) == 4 && n > 1 {
		year, words = y, words[:n-1]
	}
	if words[0] == "last" || words[0] == "this" {
		which, words = words[0], words[1:]
	}
	if len(words) == 2 {
		for i, w := range words {
			if d, ok := ordinal(w); ok {
				if _, month := monthWords[words[1-i]]; !month || s.day != 0 {
					return 0
				}
				dayOf, words = d, []string{words[1-i]}
				break
			}
		}
	}
	name := strings.Join(words, " ")
	if s.day != 0 && monthWords[name] == 0 {
		return 0 // "late winter": who knows
	}
	return s.at(name, which, year, dayOf)
}

func (s *sinceReader) at(name, which string, year, dayOf int) civil.Date {
	yearly := func(in func(year int) civil.Date, ends func(year int) civil.Date) civil.Date {
		if year != 0 {
			return in(year)
		}
		for y := s.today.Year(); y > s.today.Year()-3; y-- {
			if d := in(y); d != 0 && d <= s.today && (which != "last" || ends(y) <= s.today) {
				return d
			}
		}
		return 0
	}
	if m := monthWords[name]; m != 0 {
		return yearly(func(y int) civil.Date { return day(y, int(m), max(dayOf, 1)) }, func(y int) civil.Date { return civil.On(y, m, 1).AddMonths(1) })
	}
	if m := seasonWords[name]; m != 0 {
		return yearly(func(y int) civil.Date { return civil.On(y, m, 1) }, func(y int) civil.Date { return civil.On(y, m, 1).AddMonths(3) })
	}
	feast := func(in func(y int) civil.Date) civil.Date { return yearly(in, in) }
	switch name {
	case "christmas", "xmas":
		return feast(func(y int) civil.Date { return civil.On(y, time.December, 25) })
	case "new year", "new years", "new years day":
		return feast(func(y int) civil.Date { return civil.On(y, time.January, 1) })
	case "halloween":
		return feast(func(y int) civil.Date { return civil.On(y, time.October, 31) })
	case "easter":
		return feast(easter)
	}
	if year != 0 {
		return 0
	}
	if wd, ok := weekdayWords[name]; ok {
		back := (int(s.today.Weekday()) - int(wd) + 7) % 7
		if back == 0 && which == "last" {
			back = 7
		}
		return s.today.AddDays(-back)
	}
	return s.near(name, which)
}

// near reads days and weeks close by.
func (s *sinceReader) near(name, which string) civil.Date {
	monday := s.today.AddDays(-((int(s.today.Weekday()) + 6) % 7))
	month := civil.On(s.today.Year(), s.today.Month(), 1)
	switch which + " " + name {
	case " today", "this morning":
		return s.today
	case " yesterday", "last night":
		return s.today.AddDays(-1)
	case "this week":
		return monday
	case "last week":
		return monday.AddDays(-7)
	case "this month":
		return month
	case "last month":
		return month.AddMonths(-1)
	}
	return 0
}

// ordinal reads 12, 12th, 1st as the day of a month.
func ordinal(w string) (int, bool) {
	for _, end := range []string{"st", "nd", "rd", "th"} {
		w = strings.TrimSuffix(w, end)
	}
	n, err := strconv.Atoi(w)
	return n, err == nil && n >= 1 && n <= 31
}

// easter is Easter Sunday; 0 where the calendar does not know it.
func easter(year int) civil.Date {
	calendar, ok := civil.Get(civil.EnglandAndWales)
	if !ok {
		return 0
	}
	for _, h := range calendar.HolidaysBetween(civil.On(year, time.March, 20), civil.On(year, time.April, 30)) {
		if h.Title == "Easter Monday" {
			return h.On.AddDays(-1)
		}
	}
	return 0
}
