package views

import (
	"net/url"
	"strconv"
	"strings"

	"commoncase/models"
	"commoncase/models/civil"
	"commoncase/views/components"
)

// QueuesPath is the front page of the queues; each queue lies under it.
const QueuesPath = "/queues"

// QueuePath is the address of a queue, and of what is done to cases of it.
func QueuePath(q models.Queue, more ...string) string {
	return strings.Join(append([]string{QueuesPath, string(q)}, more...), "/")
}

// QueuesPage is the front page of the queues.
type QueuesPage struct {
	Page
	Counts []QueueCount
}

// QueueCount is a queue with how many cases stand in it.
type QueueCount struct {
	Queue models.Queue
	Cases int
}

// tag says how many cases stand in a queue, in a colour that says whether that is bad.
func (c QueueCount) tag() components.TagProps {
	t := components.TagProps{Text: cases(c.Cases), Colour: components.TagBad}
	switch {
	case c.Cases == 0:
		t = components.TagProps{Text: "None", Colour: components.TagGood}
	case c.Queue == models.QueueWeek:
		t.Colour = components.TagDue
	case c.Queue == models.QueueSilent:
		t.Colour = components.TagLate
	}
	return t
}

// queueAbout says in a sentence which cases stand in a queue, and what is to be done with them.
func queueAbout(q models.Queue) string {
	switch q {
	case models.QueueLost:
		return "A limit of the resident's ends within 90 days, or ended in the last 30. Act before it ends; where it has ended, say why it is late."
	case models.QueueWeek:
		return "The resident or the branch has something to do within seven days. Tasks of the branch stay here until they are done."
	case models.QueueOverdue:
		return "The landlord has let a deadline pass. Chase it."
	case models.QueueBroken:
		return "The landlord's staff promised something by a day that has passed, and it is not done. Hold them to it in writing."
	case models.QueueSilent:
		return "The landlord has said nothing for 28 days or longer, and no deadline of its own is still running. Ask for an answer."
	}
	return ""
}

// queueEmpty says what it means that nothing stands in a queue.
func queueEmpty(q models.Queue) string {
	switch q {
	case models.QueueLost:
		return "No limit of a resident's ends within 90 days, and none ended in the last 30. Nothing is about to be lost by waiting."
	case models.QueueWeek:
		return "Neither a resident nor the branch has a deadline within the next seven days, and every task that was set is done."
	case models.QueueOverdue:
		return "The landlord has kept every deadline that has come so far, or nothing that starts one is logged. A deadline starts with the event that it follows from: log complaints and reports on the day they were made."
	case models.QueueBroken:
		return "Every promise that was logged with a day was kept, or its day has not come. Log what the landlord's staff promise, with the day, and it appears here when the day has passed."
	case models.QueueSilent:
		return "The landlord has answered within the last 28 days, or still has time by a deadline. Log each attempt to reach it, so that silence is counted from the first."
	}
	return ""
}

// QueuePage is one queue.
type QueuePage struct {
	Page
	Queue    models.Queue
	Lines    []QueueLine
	Total    int
	Number   int // of this page, from 1
	Pages    int
	Query    url.Values
	Who      string
	Sort     string
	People   []components.Option // to whom cases can be given
	Assignee string              // as chosen
	Chosen   []string            // values of the ticked boxes
}

// QueueLine is a case in a queue.
type QueueLine struct {
	Case     models.Case
	Member   string
	Area     string
	Assignee string
	Silent   civil.Date // QueueSilent: since when
	Days     int        // QueueSilent: for how long
	Clocks   []QueueClock
	Today    civil.Date
}

// QueueClock is a limit that put the case into the queue.
type QueueClock struct {
	Title string
	Cite  string
	Bound models.Bound
	Due   civil.Date
	At    civil.Time
	Days  int
	Loud  bool
}

// value is what a ticked box sends: the case, and the version that the person saw.
func (l QueueLine) value() string { return l.Case.Ref + ":" + strconv.FormatInt(l.Case.Version, 10) }

func (l QueueLine) about() string {
	return CaseLine{Case: l.Case, Member: l.Member, Area: l.Area}.about(false)
}

func (l QueueLine) with() string { return CaseLine{Assignee: l.Assignee}.with() }

// shown is how many limits of a case a queue names; the case has them all.
const shown = 3

// first are the limits that the line names, and how many more there are.
func (l QueueLine) first() ([]QueueClock, int) {
	if len(l.Clocks) > shown {
		return l.Clocks[:shown], len(l.Clocks) - shown
	}
	return l.Clocks, 0
}

// what names a limit and where it stands: "Stage 1 response (Code 2024, 6.3), due 2 May 2025".
func (k QueueClock) what(today civil.Date) string {
	s := k.Title
	if k.Cite != "" {
		s += " (" + k.Cite + ")"
	}
	word := ", due "
	if k.Bound == models.BoundResident {
		word = ", ends "
		if k.Due < today {
			word = ", ended "
		}
	}
	s += word + k.Due.Long()
	if !k.At.IsZero() {
		s += " at " + k.At.String()
	}
	return s
}

// tag is the limit's lateness in words, and the colour that goes with them.
func (k QueueClock) tag(today civil.Date) components.TagProps {
	over := k.Due < today || k.Bound == models.BoundLandlord && k.Due == today && !k.At.IsZero()
	switch {
	case over && k.Bound == models.BoundResident:
		return components.TagProps{Text: "Ended " + countOf(k.Days, "day", "days") + " ago", Colour: components.TagLate}
	case over && k.Due == today:
		return components.TagProps{Text: "Overdue since " + k.At.String() + " today", Colour: components.TagBad}
	case over && k.Bound == models.BoundLandlord && !k.At.IsZero():
		return components.TagProps{Text: "Overdue since " + k.At.String() + " on " + k.Due.Long(), Colour: components.TagBad}
	case over && k.Bound == models.BoundLandlord:
		return components.TagProps{Text: overdueBy(k.Days, k.Due), Colour: components.TagBad}
	case over:
		return components.TagProps{Text: "Overdue " + countOf(k.Days, "day", "days"), Colour: components.TagBad}
	case k.Due == today && k.Bound == models.BoundResident:
		return components.TagProps{Text: "Ends today", Colour: components.TagBad}
	case k.Due == today:
		return components.TagProps{Text: "Due today", Colour: components.TagDue}
	}
	verb, colour := "Due in ", components.TagRunning
	if k.Bound == models.BoundResident {
		verb = "Ends in "
	}
	switch {
	case k.Loud && k.Days <= 30:
		colour = components.TagBad
	case k.Loud || k.Days <= 7:
		colour = components.TagDue
	}
	return components.TagProps{Text: verb + countOf(k.Days, "day", "days"), Colour: colour}
}

// silence is how long the landlord has said nothing.
func (l QueueLine) silence() components.TagProps {
	return components.TagProps{Text: "Silent " + countOf(l.Days, "day", "days"), Colour: components.TagLate}
}

// QueueSheet is a queue as a spreadsheet, one row a case.
func QueueSheet(q models.Queue, lines []QueueLine) []byte {
	rows := [][]string{{"reference", "title", "resident", "area", "theme", "status", "caseworker", "what", "date", "in words", "more"}}
	for _, l := range lines {
		row := []string{l.Case.Ref, l.Case.Title, l.Member, l.Area, l.Case.Theme.Label(), sentence(l.Case.StatusLine()), l.Assignee}
		if q == models.QueueSilent {
			rows = append(rows, append(row, "Landlord silent", l.Silent.String(), l.silence().Text, ""))
			continue
		}
		var what, on, words string
		var more []string
		for i, k := range l.Clocks {
			if i == 0 {
				what, on, words = k.what(l.Today), k.Due.String(), k.tag(l.Today).Text
				continue
			}
			more = append(more, k.what(l.Today)+": "+k.tag(l.Today).Text)
		}
		rows = append(rows, append(row, what, on, words, strings.Join(more, "; ")))
	}
	return models.Sheet(rows)
}

func whoOptions() []components.Option {
	return []components.Option{{Value: "mine", Label: "Assigned to me"}, {Value: "unassigned", Label: "Assigned to nobody"}}
}

func sortOptions(q models.Queue) []components.Option {
	var os []components.Option
	for _, s := range q.Sorts() {
		os = append(os, components.Option{Value: string(s), Label: s.Label()})
	}
	return os
}

func (p QueuePage) chosen() []components.FilterTag {
	for _, o := range whoOptions() {
		if o.Value == p.Who {
			return []components.FilterTag{{Text: o.Label, Href: withQuery(QueuePath(p.Queue), without(p.Query, "who", "page"))}}
		}
	}
	return nil
}

// csv is the address of the whole queue as it is narrowed and ordered here.
func (p QueuePage) csv() string {
	return withQuery(QueuePath(p.Queue)+"/list.csv", without(p.Query, "page"))
}

// ChasePage asks whether the landlord is to be chased for several cases.
type ChasePage struct {
	Page
	Queue models.Queue
	Ready []ChaseLine
	Left  []ChaseLine
}

// ChaseLine is a case, and why no letter can be drafted for it, where none can.
type ChaseLine struct{ Ref, Title, Member, Why string }

// CasesAre is "1 case is assigned" or "7 cases are assigned".
func CasesAre(n int, what string) string {
	return countOf(n, "case is "+what, "cases are "+what)
}

// LettersDrafted is "1 letter is drafted, on its case" or "7 letters are drafted, each on its case".
func LettersDrafted(n int) string {
	return countOf(n, "letter is drafted, on its case", "letters are drafted, each on its case")
}
