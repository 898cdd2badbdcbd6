package views

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"commoncase/models"
	"commoncase/models/civil"
	"commoncase/models/rulebook"
	"commoncase/models/timeline"
	"commoncase/views/components"
)

// CasePage is the page of one case.
type CasePage struct {
	Page
	Case        models.Case
	Member      models.Member
	Landlord    models.Landlord
	Assignee    string
	Entries     []models.Entry
	Result      timeline.Result
	Steps       []timeline.Step
	Today       civil.Date
	Own         bool
	CanLog      bool
	CanAssign   bool
	CanClose    bool
	CanRefer    bool
	Caseworkers []components.Option
	Kinds       []components.Option
}

func filePath(ref string, id int64) string { return fmt.Sprintf("/cases/%s/files/%d", ref, id) }

func size(bytes int64) string {
	switch {
	case bytes >= 1<<20:
		return fmt.Sprintf("%.1f MB", float64(bytes)/(1<<20))
	case bytes >= 1<<10:
		return fmt.Sprintf("%d KB", bytes>>10)
	}
	return fmt.Sprintf("%d bytes", bytes)
}

func fileKind(mediaType string) string {
	switch mediaType {
	case "application/pdf":
		return "PDF"
	case "image/jpeg", "image/png":
		return "photo"
	}
	return mediaType
}

// fileFacts says what the i-th file of an entry is: "(PDF, 57 KB, exhibit 12)".
func fileFacts(e models.Entry, i int) string {
	facts := fileKind(e.Files[i].MediaType) + ", " + size(e.Files[i].Size)
	if i < len(e.Exhibits) {
		facts += ", exhibit " + strconv.Itoa(e.Exhibits[i])
	}
	return "(" + facts + ")"
}

// flags are the marks beside the status line.
func (p CasePage) flags() []components.TagProps {
	var tags []components.TagProps
	// The list counts every lateness in working days, that of an order in calendar days too; here it must come to the same.
	var due, today civil.Date
	var calendar *civil.Calendar
	for _, k := range p.Result.Clocks {
		if k.State == timeline.Overdue && k.Rule.Bound == models.BoundLandlord && p.Case.Status != models.StatusClosed && (due.IsZero() || k.Due < due) {
			due, today, calendar = k.Due, k.Today, k.CountsOn()
		}
	}
	if !due.IsZero() {
		tags = append(tags, components.TagProps{Text: overdueBy(calendar.Between(due, today), due), Colour: components.TagBad})
	}
	if !p.Case.SilentSince.IsZero() && p.Case.Status != models.StatusClosed && !p.inTime() {
		tags = append(tags, components.TagProps{Text: "Landlord silent since " + p.Case.SilentSince.Long(), Colour: components.TagLate})
	}
	if p.Case.Flags.Hazard {
		tags = append(tags, components.TagProps{Text: "Hazard", Colour: components.TagBad})
	}
	if p.Case.Flags.Solicitor {
		tags = append(tags, components.TagProps{Text: "Solicitor acting", Colour: components.TagOther})
	}
	if p.Case.Flags.Adverse && !p.Own {
		tags = append(tags, components.TagProps{Text: "Action against the resident", Colour: components.TagBad})
	}
	if p.Member.ContactSafety != "" && !p.Own {
		tags = append(tags, components.TagProps{Text: "Safety", Colour: components.TagDue})
	}
	return tags
}

// waiting names the clocks that have not started, each once.
// inTime reports whether the landlord still has time by a clock that runs, and has let none run out: its silence is none yet.
func (p CasePage) inTime() bool {
	running := false
	for _, k := range p.Result.Clocks {
		if k.Rule.Bound != models.BoundLandlord {
			continue
		}
		switch k.State { //nolint:exhaustive // the others are over or not begun
		case timeline.Overdue:
			return false
		case timeline.Running, timeline.DueToday:
			running = true
		}
	}
	return running
}

func (p CasePage) waiting() []string {
	var names []string
	for _, k := range p.Result.Clocks {
		if k.State == timeline.NotStarted && !slices.Contains(names, k.Name()) {
			names = append(names, k.Name())
		}
	}
	return names
}

func (p CasePage) timeline() []components.TimelineItem {
	at := make(map[int64]*models.Entry, len(p.Entries))
	for i := range p.Entries {
		at[p.Entries[i].ID] = &p.Entries[i]
	}
	items := make([]components.TimelineItem, 0, len(p.Entries))
	for _, e := range slices.Backward(p.Entries) {
		it := components.TimelineItem{ID: "event-" + strconv.FormatInt(e.ID, 10), Title: e.Words(), On: e.On, Text: e.Note, Content: entryContent(p.Case.Ref, p.CanLog, e)}
		if e.Recorder != "" && !p.Own {
			it.By = "written down by " + e.Recorder
		}
		if by, ok := at[e.ReplacedBy]; ok {
			it.Corrected = "Corrected on " + civil.Of(by.RecordedAt).Long()
			if by.Kind == models.KindRetracted {
				it.Corrected = "Taken back on " + civil.Of(by.RecordedAt).Long()
			}
		}
		if old, ok := at[e.Replaces]; ok && e.Replaces != 0 {
			it.Tags = append(it.Tags, components.TagProps{Text: "Corrects the entry of " + old.On.Long(), Colour: components.TagQuiet})
		}
		items = append(items, it)
	}
	return items
}

func (p CasePage) details() []components.SummaryRow {
	c, m := p.Case, p.Member
	rows := []components.SummaryRow{}
	add := func(key, text string) {
		if text != "" {
			rows = append(rows, components.SummaryRow{Key: key, Text: text})
		}
	}
	add("Resident", m.Name)
	add("Home", strings.TrimSpace(m.Address+"\n"+m.Postcode))
	add("Estate or area", m.Area)
	add("How the home is held", m.Tenure.Label())
	if m.Phone != "" {
		rows = append(rows, components.SummaryRow{Key: "Phone", Value: contact("tel:"+dialled(m.Phone), m.Phone)})
	}
	if m.Email != "" {
		rows = append(rows, components.SummaryRow{Key: "E-mail", Value: contact("mailto:"+m.Email, m.Email)})
	}
	add("Landlord", p.Landlord.Name)
	add("Theme", c.Theme.Label())
	if !p.Own {
		add("Assigned to", orWord(p.Assignee, "nobody"))
	}
	add("Opened", c.OpenedOn.Long())
	add("The landlord's reference", c.LandlordRef)
	add("The Ombudsman's reference", c.OmbudsmanRef)
	add("What happened", c.Summary)
	add("What would put it right", c.Wanted)
	add("Why the final response did not settle it", c.StillUnhappy)
	add("Adjustments", c.Needs)
	if c.CourtAction {
		add("Court", "A claim has been issued.")
	}
	return rows
}

// dialled is a phone number as a phone dials it.
func dialled(s string) string {
	return strings.Map(func(r rune) rune {
		if r == '+' || r >= '0' && r <= '9' {
			return r
		}
		return -1
	}, s)
}

// clockLine is a row of the deadlines: one clock, or several that give the same answer under different rules.
type clockLine struct {
	components.ClockRowProps
	Clocks []timeline.Clock
}

// clockLines are the clocks that have started: those still open, the earliest due first; those kept late; those kept in time.
// Where the Code and the landlord's own policy come to the same dates they share a row that names both.
func (p CasePage) clockLines() (open, late, met []clockLine) {
	type answer struct {
		duty, reference             string
		started, due, original, met civil.Date
		state                       timeline.State
	}
	var lines []clockLine
	at := map[answer]int{}
	for _, k := range p.Result.Clocks {
		if k.State == timeline.NotStarted {
			continue
		}
		a := answer{k.Rule.Duty, k.Reference, k.Started, k.Due, k.OriginalDue, k.Met, k.State}
		if i, ok := at[a]; ok {
			lines[i].Clocks = append(lines[i].Clocks, k)
			continue
		}
		at[a] = len(lines)
		lines = append(lines, clockLine{Clocks: []timeline.Clock{k}})
	}
	titles := map[string]int{}
	for i := range lines {
		lines[i].ClockRowProps = clockProps(i, lines[i].Clocks, p.Case.Status == models.StatusClosed)
		titles[lines[i].Title]++
	}
	again := map[string]int{}
	for i := range lines {
		l := &lines[i]
		if titles[l.Title] > 1 { // two rows of one duty are told apart by their rule
			l.Title += " (" + l.Clocks[0].Rule.Regime.Short + ")"
		}
		if again[l.Title]++; again[l.Title] > 1 {
			l.Title += ", started on " + l.Clocks[0].Started.Long()
		}
		switch l.Clocks[0].State {
		case timeline.Met:
			met = append(met, *l)
		case timeline.MetLate:
			late = append(late, *l)
		case timeline.Running, timeline.DueToday, timeline.Overdue, timeline.NotStarted:
			open = append(open, *l)
		}
	}
	slices.SortStableFunc(open, func(a, b clockLine) int { return int(a.Clocks[0].Due - b.Clocks[0].Due) })
	return open, late, met
}

// clockProps says where clocks stand that all give the same answer. Once the case is closed nobody waits for the landlord any more.
func clockProps(i int, ks []timeline.Clock, closed bool) components.ClockRowProps {
	k := ks[0]
	p := components.ClockRowProps{ID: "clock-" + strconv.Itoa(i+1), Title: k.Rule.Title, Words: sentence(k.Words()), Tag: clockTag(k), Source: source(k),
		SourceURL: k.Rule.Regime.Source.Address}
	if closed && k.Open() && k.Rule.Bound == models.BoundLandlord {
		p.Words, p.Tag = "Not met when the case was closed", components.TagProps{Text: "Not met", Colour: components.TagNeutral}
	}
	if k.Reference != "" {
		p.Title += ": " + k.Reference
	}
	if k.State == timeline.Overdue && k.Rule.Bound == models.BoundResident { // its words say the day
		p.Words += "."
	} else if !k.Due.IsZero() {
		p.Words += ". Due " + k.Due.Long()
		if k.Extended {
			p.Words += ", first due " + k.OriginalDue.Long()
		}
		if !k.Met.IsZero() {
			p.Words += ", done " + k.Met.Long()
		}
		p.Words += "."
	}
	p.Started = "Started on " + k.Started.Long()
	for _, other := range ks[1:] {
		p.Also = append(p.Also, source(other))
	}
	for _, k := range ks {
		if k.Rule.Confidence == rulebook.Unconfirmed || k.Rule.Confidence == rulebook.Remembered {
			p.Confidence = k.Rule.Confidence.Label()
		}
	}
	return p
}

// source is where a rule stands: "Complaint Handling Code 2024, clause 6.3".
func source(k timeline.Clock) string {
	clause := k.Rule.Clause
	if clause != "" && clause[0] >= '0' && clause[0] <= '9' {
		clause = "clause " + clause
	}
	return strings.TrimSuffix(k.Rule.Regime.Title+", "+clause, ", ")
}

// overdue is how many deadlines of the landlord have passed, for the link to them.
func overdue(open []clockLine) int {
	n := 0
	for _, l := range open {
		if l.Clocks[0].State == timeline.Overdue && l.Clocks[0].Rule.Bound == models.BoundLandlord {
			n++
		}
	}
	return n
}

// jumps lead to the parts of the page.
func (p CasePage) jumps(open []clockLine) []components.Link {
	deadlines := "Deadlines"
	if n := overdue(open); n > 0 && p.Case.Status != models.StatusClosed {
		deadlines += " (" + strconv.Itoa(n) + " overdue)"
	}
	var ls []components.Link
	if p.CanLog {
		ls = append(ls, components.Link{Text: "Add what happened", Href: "#log-title"})
	}
	ls = append(ls, components.Link{Text: deadlines, Href: "#clocks-title"}, components.Link{Text: "History", Href: "#timeline-title"},
		components.Link{Text: "Details", Href: "#details-title"})
	if p.CanAssign || p.CanRefer || p.CanClose {
		ls = append(ls, components.Link{Text: "Run this case", Href: "#manage-title"})
	}
	return ls
}

// whose is the line under the title: who the resident is, where, and who runs the case.
func (p CasePage) whose() string {
	if p.Own {
		return p.Landlord.Name
	}
	words := []string{p.Member.Name}
	if p.Member.Area != "" {
		words = append(words, p.Member.Area)
	}
	if p.Assignee == "" {
		return strings.Join(append(words, "not assigned"), " · ")
	}
	return strings.Join(append(words, "with "+p.Assignee), " · ")
}

// who says whom a step waits for, in the words of the reader.
func (p CasePage) who(w timeline.Who) string {
	switch {
	case w == timeline.Nobody:
		return ""
	case p.Own && w == timeline.Resident:
		return "For you."
	case p.Own:
		return "For the branch."
	}
	return "For the " + string(w) + "."
}

func clockTag(k timeline.Clock) components.TagProps {
	switch k.State {
	case timeline.Running:
		return components.TagProps{Text: "Running", Colour: components.TagRunning}
	case timeline.DueToday:
		return components.TagProps{Text: "Due today", Colour: components.TagDue}
	case timeline.Overdue:
		if k.Rule.Bound == models.BoundResident {
			return components.TagProps{Text: "Ended", Colour: components.TagLate}
		}
		return components.TagProps{Text: "Overdue", Colour: components.TagBad}
	case timeline.Met:
		return components.TagProps{Text: "In time", Colour: components.TagGood}
	case timeline.MetLate:
		return components.TagProps{Text: "Late", Colour: components.TagLate}
	case timeline.NotStarted:
	}
	return components.TagProps{Text: "Not started", Colour: components.TagNeutral}
}

// stripDays is how many days a page shows one by one; the rest is said in a sentence.
const stripDays = 45

// dayStrip shows each day that a clock counted or skipped, marked with what else it was.
func dayStrip(k timeline.Clock, t timeline.Trace) (days []components.Day, more string) {
	if len(t.Days) == 0 || k.Rule.Limit.Unit != rulebook.WorkingDays {
		return nil, ""
	}
	days = append(make([]components.Day, 0, min(len(t.Days), stripDays)+1), components.Day{On: k.Started, Mark: "started"})
	for i, d := range t.Days {
		if i == stripDays {
			last := t.Days[len(t.Days)-1]
			return days, fmt.Sprintf("and so on, up to day %d on %s", max(t.ToEnd, t.ToDue), last.On.Long())
		}
		day := components.Day{On: d.On, Number: d.Number, Skipped: d.Why}
		switch d.On {
		case k.Due:
			day.Mark = "due"
			if k.Met == k.Due {
				day.Mark = "due, done"
			}
		case k.Met:
			day.Mark = "done"
		case k.OriginalDue:
			day.Mark = "first due"
		}
		days = append(days, day)
	}
	return days, ""
}

// stepLine says why a step is due, who takes it, and when.
func stepLine(s timeline.Step) string {
	line := s.Why
	switch {
	case !s.Allowed && s.NotBefore > 0:
		line += " Not before " + s.NotBefore.Long() + "."
	case s.Allowed && !s.NotAfter.IsZero():
		line += " By " + s.NotAfter.Long() + "."
	}
	return strings.TrimSpace(line)
}

// ListName is what the list of cases is called for the reader of the page.
func (p CasePage) ListName() string {
	if p.Own {
		return "My cases"
	}
	return "Cases"
}
