package views

import (
	"cmp"
	"fmt"
	"net/url"
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
	Stories     []Link     // those that it was opened from or that were joined to it
	News        []AuditRow // what others changed while this was being typed, the newest first
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

func fileKind(mediaType string) string { return models.FileWords(mediaType) }

// fileFacts says what the i-th file of an entry is: "(PDF, 57 KB, exhibit 12)".
func fileFacts(e models.Entry, i int) string {
	facts := fileKind(e.Files[i].MediaType) + ", " + size(e.Files[i].Size)
	if i < len(e.Exhibits) {
		facts += ", exhibit " + strconv.Itoa(e.Exhibits[i])
	}
	return "(" + facts + ")"
}

// flags are the marks beside the status line.
func (p *CasePage) flags() []components.TagProps {
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

// inTime reports whether the landlord still has time by a clock that runs, and has let none run out: its silence is none yet.
func (p *CasePage) inTime() bool {
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

func (p *CasePage) timeline() []components.TimelineItem {
	at := make(map[int64]*models.Entry, len(p.Entries))
	for i := range p.Entries {
		at[p.Entries[i].ID] = &p.Entries[i]
	}
	items := make([]components.TimelineItem, 0, len(p.Entries))
	for i := range slices.Backward(p.Entries) {
		e := &p.Entries[i]
		it := components.TimelineItem{ID: "event-" + strconv.FormatInt(e.ID, 10), Title: e.Words(), On: e.On, Text: e.Note, Content: p.entryContent(e)}
		if e.Recorder != "" && !p.Own {
			it.By = "written down by " + e.Recorder
		}
		if e.ByMember {
			it.By = "told by the member on their own page"
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

func (p *CasePage) details() []components.SummaryRow {
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

// clockGroup are the clocks of the complaint, or those of one thing beside it: a hazard, a request, a repair, a promise.
type clockGroup struct {
	Opener          int64  // the event that opened it; 0 of the complaint
	Title           string // "Hazard: Damp and mould growth"
	open, late, met []clockLine
	waiting         []string
}

// groups are the clocks that have started, those of the complaint first: in each those still open, the earliest due first; those kept
// late; those kept in time. Where the Code and the landlord's own policy come to the same dates they share a row that names both.
func (p *CasePage) groups(gaps []timeline.PolicyGap) []clockGroup {
	type answer struct {
		duty, reference             string
		opener                      int64
		started, due, original, met civil.Date
		at                          civil.Time
		state                       timeline.State
	}
	groups := []clockGroup{{}}
	lines := [][]clockLine{nil}
	place := map[int64]int{}
	at := map[answer][2]int{}
	for _, k := range p.Result.Clocks {
		opener := int64(0)
		if k.Procedure != "" {
			opener = k.Opener
		}
		g, ok := place[opener]
		if !ok && opener != 0 {
			g = len(groups)
			place[opener] = g
			groups, lines = append(groups, clockGroup{Opener: opener, Title: p.threadTitle(opener)}), append(lines, nil)
		}
		if k.State == timeline.NotStarted {
			if name := k.Name(); !slices.Contains(groups[g].waiting, name) {
				groups[g].waiting = append(groups[g].waiting, name)
			}
			continue
		}
		a := answer{k.Rule.Duty, k.Reference, k.Opener, k.Started, k.Due, k.OriginalDue, k.Met, k.DueAt, k.State}
		if i, ok := at[a]; ok {
			l := &lines[i[0]][i[1]]
			l.Clocks = append(l.Clocks, k)
			continue
		}
		at[a] = [2]int{g, len(lines[g])}
		lines[g] = append(lines[g], clockLine{Clocks: []timeline.Clock{k}})
	}
	longer := map[string]bool{}
	for _, g := range gaps {
		longer[g.Policy.Key()] = true
	}
	number := 0
	for g := range groups {
		number = groups[g].fill(lines[g], number, longer, p.Case.Status == models.StatusClosed)
	}
	return groups
}

// threadTitle is what a thread is called, by the event that opened it.
func (p *CasePage) threadTitle(opener int64) string {
	for i := range p.Result.Current {
		e := &p.Result.Current[i]
		if e.ID != opener {
			continue
		}
		title := e.Opens().Label()
		if e.Category != "" {
			title += ": " + p.Result.Book().CategoryName(e.Category)
		} else if e.Reference != "" {
			title += " " + e.Reference
		}
		return title + ", " + e.On.Long()
	}
	return "Beside the complaint"
}

// fill names the rows of a group and sorts them; number is how many rows the page has before it.
func (g *clockGroup) fill(lines []clockLine, number int, longer map[string]bool, closed bool) int {
	titles := map[string]int{}
	for i := range lines {
		lines[i].ClockRowProps = clockProps(number+i, lines[i].Clocks, closed)
		titles[lines[i].Title]++
	}
	again := map[string]int{}
	for i := range lines {
		l := &lines[i]
		if titles[l.Title] > 1 { // two rows of one duty are told apart by their rule
			l.Title += " (" + l.Clocks[0].Rule.Regime.Short + ")"
		}
		if longer[l.Clocks[0].Key()] {
			l.Title += ", longer than the Code allows"
		}
		if again[l.Title]++; again[l.Title] > 1 {
			l.Title += ", started on " + l.Clocks[0].Started.Long()
		}
		switch l.Clocks[0].State {
		case timeline.Met:
			g.met = append(g.met, *l)
		case timeline.MetLate:
			g.late = append(g.late, *l)
		case timeline.Running, timeline.DueToday, timeline.Overdue, timeline.Stopped, timeline.NotStarted:
			g.open = append(g.open, *l)
		}
	}
	slices.SortStableFunc(g.open, func(a, b clockLine) int { return cmp.Compare(dueOrNever(a.Clocks[0]), dueOrNever(b.Clocks[0])) })
	return number + len(lines)
}

// dueOrNever puts a clock that stands still, and has no due date, after the others.
func dueOrNever(k timeline.Clock) civil.Date {
	if k.Due.IsZero() {
		return 1 << 30
	}
	return k.Due
}

// gapLine says where the landlord's own policy is longer than the Code.
func gapLine(g timeline.PolicyGap) string {
	return fmt.Sprintf("%s: the Code gives the landlord until %s (%s), its own policy until %s (%s), %s more. Both are shown below.", g.Code.Rule.Title,
		g.Code.OriginalDue.Long(), g.Code.Rule.Cite(), g.Policy.OriginalDue.Long(), g.Policy.Rule.Cite(), countOf(g.Days, dayWord(g.Code.Rule), dayWord(g.Code.Rule)+"s"))
}

func dayWord(r *rulebook.Rule) string {
	switch r.Limit.Unit { //nolint:exhaustive // the others are counted in days
	case rulebook.WorkingDays:
		return "working day"
	case rulebook.Hours:
		return "hour"
	}
	return "day"
}

// windowLine is a time of the resident's own: what can be done in it, or not before it.
type windowLine struct {
	Title, Words, Lost, Source, Doubt string
	Loud                              bool
}

// soon is how many days before its end a limit of the resident stands out.
const soon = 60

// windows are the resident's own limits that are not over: with the last day, and what is lost after it.
func (p *CasePage) windows() []windowLine {
	var lines []windowLine
	if until := p.Result.AcceptUntil; !until.IsZero() && p.Today <= until {
		code := p.Result.Book().Code(p.Today)
		l := windowLine{Title: "A formal complaint about what was reported", Words: "Until " + until.Long(), Loud: until-p.Today < soon,
			Lost:   "After that day the landlord may leave it aside as too old.",
			Source: strings.TrimSuffix(code.Short+", "+code.Accept.Clause, ", ")}
		l.Doubt = doubt(code.Accept.Confidence)
		lines = append(lines, l)
	}
	for _, w := range p.Result.Windows {
		l := windowLine{Title: w.Rule.Title, Lost: w.Rule.Text, Source: w.Rule.Cite(), Doubt: doubt(w.Rule.Confidence)}
		switch {
		case !w.Met.IsZero() || p.Case.Status == models.StatusClosed:
			continue
		case w.Rule.Type == rulebook.TypeWait && p.Today < w.Opens:
			l.Words = "Not before " + w.Opens.Long()
		case w.Rule.Type == rulebook.TypeWait || p.Today > w.Closes:
			continue
		default:
			l.Words, l.Loud = "Until "+w.Closes.Long(), w.Closes-p.Today < soon
			l.Lost = "Lost after that day: " + l.Lost
		}
		lines = append(lines, l)
	}
	return lines
}

func doubt(c rulebook.Confidence) string {
	if c == rulebook.Unconfirmed || c == rulebook.Remembered {
		return c.Label()
	}
	return ""
}

// breachLine is a breach in the list of them, with the way to its certificate.
func (p *CasePage) breachLine(b timeline.Breach) components.Link {
	words := "done on " + b.On.Long()
	switch {
	case b.Clock != nil && p.Case.Status == models.StatusClosed && b.Clock.Open():
		words = "not met when the case was closed"
	case b.Clock != nil:
		words = b.Clock.Words()
	case b.Checklist != nil:
		words = "missing from the letter of " + b.On.Long()
	}
	title := b.Title
	if b.Clock != nil && b.Clock.Reference != "" {
		title += " " + b.Clock.Reference
	}
	cite := b.Cite
	if b.Confidence == rulebook.Unconfirmed {
		cite += ", not confirmed"
	}
	return components.Link{Text: title + ": " + words + " (" + cite + ")", Href: breachPath(p.Case.Ref, b.Key)}
}

// breachParts are the breaches of the case, those of the landlord's own policy apart: it often repeats the Code.
func (p *CasePage) breachParts() (all, policy []components.Link) {
	for _, b := range p.Result.Breaches() {
		if b.Regime.Family == rulebook.FamilyPolicy {
			policy = append(policy, p.breachLine(b))
		} else {
			all = append(all, p.breachLine(b))
		}
	}
	if len(all) == 0 { // nothing but the policy's
		return policy, nil
	}
	return all, policy
}

// stepClass says how a step looks. A list of classes costs the page twenty allocations each.
func stepClass(s *timeline.Step, first bool) string {
	class := "cc-step"
	if first {
		class += " cc-step--first"
	}
	if !s.Allowed {
		class += " cc-step--not-yet"
	}
	if s.Loud {
		class += " cc-step--loud"
	}
	return class
}

func stepDo(s *timeline.Step) string {
	if s.Kind == models.KindLetterChecked {
		return "Check the letter"
	}
	return "Log it when it is done"
}

func breachPath(ref, key string) string { return casePath(ref, "breaches", url.PathEscape(key)) }

// judgedBy says which versions of the rules stand behind the page.
func (p *CasePage) judgedBy() string {
	words := "Judged by the rulebook, version " + p.Result.Rules() + "."
	if p.Case.Rules != "" && p.Case.Rules != p.Result.Rules() {
		words += " The lists still go by version " + p.Case.Rules + " and are brought up to date with the next entry."
	}
	return words
}

// checkLink leads from a letter of the landlord to the list of what it must say; without a list there is none.
func (p *CasePage) checkLink(e *models.Entry) (components.Link, bool) {
	list, ok := p.Result.Checklist(e.Kind)
	if !ok || e.ReplacedBy != 0 {
		return components.Link{}, false
	}
	l := components.Link{Text: "Check this letter against " + list.Regime.Short + ", " + list.Clause, Href: casePath(p.Case.Ref, "checks", strconv.FormatInt(e.ID, 10))}
	if check, done := p.Result.Checked(e.ID); done {
		l.Text = "Checked: nothing is missing"
		if n := len(strings.Fields(check.Items)); n > 0 {
			l.Text = "Checked: " + countOf(n, "item", "items") + " missing"
		}
	}
	return l, true
}

// stepParts are the steps that can be taken on the road, those that lead off it, and those that cannot be taken yet.
func (p *CasePage) stepParts() (now, off, notYet []*timeline.Step) {
	for i := range p.Steps {
		switch s := &p.Steps[i]; {
		case !s.Allowed:
			notYet = append(notYet, s)
		case s.Off:
			off = append(off, s)
		default:
			now = append(now, s)
		}
	}
	return now, off, notYet
}

// stepEvent is the form of the event that a step leads to, with what it belongs to.
func stepEvent(ref string, s *timeline.Step) string {
	if s.Kind == models.KindLetterChecked && s.About != 0 { // a letter is checked on a page of its own
		return casePath(ref, "checks", strconv.FormatInt(s.About, 10))
	}
	path := newEvent(ref, s.Kind, 0)
	if s.About != 0 {
		path += "&about=" + strconv.FormatInt(s.About, 10)
	}
	if s.Procedure != "" {
		path += "&procedure=" + url.QueryEscape(string(s.Procedure))
	}
	return path
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
	p.Words += dueWords(k) + "."
	p.Started = "Started on " + momentOf(k.Started, k.StartedAt)
	for _, other := range ks[1:] {
		p.Also = append(p.Also, source(other))
	}
	for _, k := range ks {
		if words := doubt(k.Rule.Confidence); words != "" {
			p.Confidence = words
		}
	}
	return p
}

// dueWords are the dates of a clock, after the words that say where it stands.
func dueWords(k timeline.Clock) string {
	timed := !k.DueAt.IsZero() && k.Open()
	switch {
	case k.Due.IsZero(), k.State == timeline.Overdue && k.Rule.Bound == models.BoundResident: // its words say the day
		return ""
	case timed && k.State == timeline.Running: // they say the day and the time
		return ""
	}
	words := ". Due " + momentOf(k.Due, k.DueAt)
	if k.Extended {
		words += ", first due " + k.OriginalDue.Long()
	}
	if !k.Met.IsZero() {
		words += ", done " + momentOf(k.Met, k.MetAt)
	}
	return words
}

// momentOf is a day, with the time of day where that is known.
func momentOf(d civil.Date, at civil.Time) string {
	if at.IsZero() {
		return d.Long()
	}
	return d.Long() + " at " + at.String()
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
func overdue(groups []clockGroup) int {
	n := 0
	for _, g := range groups {
		for _, l := range g.open {
			if l.Clocks[0].State == timeline.Overdue && l.Clocks[0].Rule.Bound == models.BoundLandlord {
				n++
			}
		}
	}
	return n
}

// jumps lead to the parts of the page.
func (p *CasePage) jumps(groups []clockGroup) []components.Link {
	deadlines := "Deadlines"
	if n := overdue(groups); n > 0 && p.Case.Status != models.StatusClosed {
		deadlines += " (" + strconv.Itoa(n) + " overdue)"
	}
	var ls []components.Link
	if p.CanLog {
		ls = append(ls, components.Link{Text: "Add what happened", Href: "#log-title"})
		if p.Case.Status != models.StatusClosed {
			ls = append(ls, components.Link{Text: "Called, no answer", Href: "#contact-title"})
		}
	}
	ls = append(ls, components.Link{Text: deadlines, Href: "#clocks-title"}, components.Link{Text: "History", Href: "#timeline-title"},
		components.Link{Text: "Details", Href: "#details-title"})
	if p.CanAssign || p.CanRefer || p.CanClose {
		ls = append(ls, components.Link{Text: "Run this case", Href: "#manage-title"})
	}
	return ls
}

// whose is the line under the title: who the resident is, where, and who runs the case.
func (p *CasePage) whose() string {
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
func (p *CasePage) who(w timeline.Who) string {
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
	case timeline.Stopped:
		return components.TagProps{Text: "Stopped", Colour: components.TagOther}
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
func stepLine(s *timeline.Step) string {
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

func threadID(g clockGroup) string { return "thread-" + strconv.FormatInt(g.Opener, 10) }

// meanwhileLine says what somebody else did: "Niamh Ní Bhriain, 14:05 on 3 May 2026: Event added (Note)".
func meanwhileLine(r AuditRow) string {
	line := fmt.Sprintf("%s, %s on %s: %s", r.Who, r.At.In(civil.London).Format("15:04"), civil.Of(r.At).Long(), auditAction(r.Action))
	if detail := auditDetail(r); detail != "" {
		line += " (" + detail + ")"
	}
	return line
}

// firstSteps is how many of the steps that can be taken now stand open: on a phone more of them hide what happened.
const firstSteps = 4

// anyLoud reports whether one of the steps must not be missed.
func anyLoud(steps []*timeline.Step) bool {
	return slices.ContainsFunc(steps, func(s *timeline.Step) bool { return s.Loud })
}
