package timeline_test

import (
	"strings"
	"testing"

	"commoncase/models"
	"commoncase/models/civil"
	"commoncase/models/rulebook"
	"commoncase/models/timeline"
)

// clockOf is the clock of a duty of a case with these events, each a kind and its day.
func clockOf(t *testing.T, duty, today string, events ...string) timeline.Clock {
	t.Helper()
	m := timeline.Matter{}
	for i, e := range events {
		kind, on, _ := strings.Cut(e, " ")
		m.Events = append(m.Events, models.Event{ID: int64(i + 1), Kind: models.Kind(kind), On: civil.MustParse(on)})
	}
	for _, c := range timeline.New(rulebook.Default()).Compute(m, civil.MustParse(today)).Clocks {
		if c.Rule.Duty == duty {
			return c
		}
	}
	t.Fatalf("there is no clock %s", duty)
	return timeline.Clock{}
}

func TestMonthsOfAClock(t *testing.T) {
	c := clockOf(t, "stage1-response", "2023-07-31", "complaint_made 2023-04-24", "complaint_acknowledged 2023-04-26", "stage1_response 2023-06-12")
	months, legend := c.Months()
	if len(months) != 3 || months[0].Name() != "April 2023" || months[0].Blanks() != 5 || len(months[1].Days) != 31 || months[1].Blanks() != 0 {
		t.Fatalf("%d months, the first %s after %d blanks", len(months), months[0].Name(), months[0].Blanks())
	}
	at := func(d string) timeline.MonthDay {
		on := civil.MustParse(d)
		for _, m := range months {
			for _, day := range m.Days {
				if day.On == on {
					return day
				}
			}
		}
		t.Fatalf("%s is not shown", d)
		return timeline.MonthDay{}
	}
	for d, want := range map[string]timeline.MonthDay{
		"2023-04-25": {},
		"2023-04-26": {In: true, Mark: "start"},
		"2023-04-27": {In: true, Number: 1},
		"2023-04-29": {In: true, Letter: "w"},
		"2023-05-01": {In: true, Letter: "A"},
		"2023-05-08": {In: true, Letter: "B"},
		"2023-05-12": {In: true, Number: 10, Mark: "due"},
		"2023-05-15": {In: true, Number: 11, Late: true},
		"2023-05-29": {In: true, Letter: "C", Late: true},
		"2023-06-12": {In: true, Number: 30, Mark: "done", Late: true},
		"2023-06-13": {},
	} {
		want.On = civil.MustParse(d)
		if got := at(d); got != want {
			t.Errorf("%s is %+v, want %+v", d, got, want)
		}
	}
	var lines []string
	for _, l := range legend {
		lines = append(lines, l.Letter+" "+l.Text)
	}
	want := "w Saturdays and Sundays; A Monday 1 May 2023: Early May bank holiday; B Monday 8 May 2023: Bank holiday for the coronation of King Charles III; C Monday 29 May 2023: Spring bank holiday"
	if got := strings.Join(lines, "; "); got != want {
		t.Errorf("the legend is\n%s, want\n%s", got, want)
	}
}

// The numbers of a calendar and those of the trace are the same, whatever is left out: what is shown and what is said to lie between
// add up to all that was counted.
func TestMonthsOfALongClock(t *testing.T) {
	for _, x := range []struct {
		today  string
		months int
		then   string
	}{
		{"2023-11-30", 8, ""},
		{"2024-06-03", 3, "336 days lie between, from 1 July 2023 to 31 May 2024; 232 of them are counted."},
		{"2040-06-04", 3, "days lie between, from 1 July 2023 to 31 May 2040;"},
	} {
		made, on := "complaint_made 2023-05-22", "complaint_acknowledged 2023-05-26"
		if x.months == 8 {
			made, on = "complaint_made 2023-04-03", "complaint_acknowledged 2023-04-06"
		}
		c := clockOf(t, "stage1-response", x.today, made, on)
		months, _ := c.Months()
		if len(months) != x.months {
			t.Fatalf("on %s %d months are shown, want %d", x.today, len(months), x.months)
		}
		last := months[len(months)-1]
		top := 0
		then := ""
		for _, m := range months {
			then += m.Then
			for _, d := range m.Days {
				top = max(top, d.Number)
			}
		}
		if !strings.Contains(then, x.then) || (x.then == "") != (then == "") {
			t.Errorf("on %s it says %q, want %q", x.today, then, x.then)
		}
		if tr := c.Trace(); top != tr.ToEnd || last.First.Month() != civil.MustParse(x.today).Month() {
			t.Errorf("on %s the last number is %d in %s, and the trace ends at %d", x.today, top, last.Name(), tr.ToEnd)
		}
	}
}

func TestMonthsOfAClockThatHasNotStarted(t *testing.T) {
	if months, legend := (timeline.Clock{}).Months(); months != nil || legend != nil {
		t.Errorf("it has %d months and %d letters", len(months), len(legend))
	}
}

// Holidays that are worked out by rule are said to be so.
func TestMonthsWithProjectedHolidays(t *testing.T) {
	_, legend := clockOf(t, "stage1-response", "2035-06-20", "complaint_made 2035-04-20", "complaint_acknowledged 2035-04-30").Months()
	found := false
	for _, l := range legend {
		found = found || strings.Contains(l.Text, "7 May 2035: Early May bank holiday (worked out by rule")
	}
	if !found {
		t.Errorf("the legend is %v", legend)
	}
}
