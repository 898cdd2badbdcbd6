package views

import (
	"fmt"
	"strings"

	"commoncase/models"
	"commoncase/models/civil"
	"commoncase/models/timeline"
	"commoncase/views/components"
)

// BreachFact is one fact of a certificate, with the entry that proves it.
type BreachFact struct {
	Name, Value, Note string
	Entry             *models.Entry // nil where no entry does
}

// BreachItem is one thing that a letter must say.
type BreachItem struct {
	Text, Clause  string
	Missing, This bool
}

// BreachPage is the certificate of one breach.
type BreachPage struct {
	Page
	Case    models.Case
	Breach  timeline.Breach
	Outcome string
	Facts   []BreachFact
	Source  string
	Sure    string
	Items   []BreachItem
	Months  []timeline.Month
	Legend  []timeline.LegendLine
	Working []string
}

func (p BreachPage) rows() []components.SummaryRow {
	rows := []components.SummaryRow{}
	for _, f := range p.Facts {
		rows = append(rows, components.SummaryRow{Key: f.Name, Value: breachFact(p.Case.Ref, f)})
	}
	return rows
}

func (p BreachPage) itemRows() []components.Row {
	var rows []components.Row
	for _, i := range p.Items {
		found := components.TagProps{Text: "In the letter", Colour: components.TagGood}
		if i.Missing {
			found = components.TagProps{Text: "Missing", Colour: components.TagBad}
		}
		text := components.Cell{Text: i.Text}
		if i.This {
			text = components.Cell{Value: strong(i.Text)}
		}
		rows = append(rows, components.Row{Cells: []components.Cell{text, {Text: i.Clause}, {Value: components.Tag(found)}}})
	}
	return rows
}

// weekHeads are the days of a week that begins on Monday.
var weekHeads = []struct{ Short, Long string }{{"M", "Monday"}, {"T", "Tuesday"}, {"W", "Wednesday"}, {"T", "Thursday"}, {"F", "Friday"}, {"S", "Saturday"}, {"S", "Sunday"}}

// weeks are the rows of a month; a place without a day has the zero date.
func weeks(m timeline.Month) [][]timeline.MonthDay {
	days := append(make([]timeline.MonthDay, m.Blanks()), m.Days...)
	for len(days)%7 != 0 {
		days = append(days, timeline.MonthDay{})
	}
	var out [][]timeline.MonthDay
	for len(days) > 0 {
		out, days = append(out, days[:7]), days[7:]
	}
	return out
}

// dayClass are the classes of a day of the calendar.
func dayClass(d timeline.MonthDay) string {
	classes := []string{"cc-month__day"}
	add := func(is bool, name string) {
		if is {
			classes = append(classes, "cc-month__day--"+name)
		}
	}
	add(!d.In, "out")
	add(d.Number > 0, "counted")
	add(d.Letter != "", "skipped")
	add(d.Late && d.Number > 0, "late")
	for m := range strings.SplitSeq(d.Mark, ", ") {
		add(m != "", strings.ReplaceAll(m, " ", "-"))
	}
	return strings.Join(classes, " ")
}

// dayCount is what stands large in a day: its number, the letter of the legend, or 0 for the day of the start.
func dayCount(d timeline.MonthDay) string {
	switch {
	case d.Number > 0:
		return fmt.Sprint(d.Number)
	case d.Letter != "":
		return d.Letter
	case strings.HasPrefix(d.Mark, timeline.MarkStart):
		return "0"
	}
	return ""
}

// NothingFound is the tick that says that a letter says none of what it must: an empty form is taken for a slip.
const NothingFound = "nothing"

// CheckPage is the list of what a letter must say, to be ticked against it.
type CheckPage struct {
	Page
	Case    models.Case
	Version string
	Letter  models.Entry
	Title   string // of the list
	Source  string // "Code 2024, 6.9"
	Sure    string // how sure we are of it; "" where it is certain
	Options []components.Option
	Found   []string // the slugs that are ticked
	Note    string
	Before  string // when it was checked before, a sentence; "" where it was not
	News    []AuditRow
}

// CheckedBefore says that a letter was checked, and that a second check corrects the first.
func CheckedBefore(on civil.Date) string {
	return "This letter was checked on " + on.Long() + ". Saving again corrects that check."
}
