package letters

import (
	"fmt"
	"slices"
	"strings"

	"commoncase/models"
	"commoncase/models/rulebook"
	"commoncase/models/timeline"
)

// composer fills one template.
type composer struct {
	t       CaseType
	f       CaseFacts
	leftOut []string
}

// body fills the template: a line goes whose placeholders have nothing to stand for, a heading with nothing under it too.
func (c *composer) body() string {
	var kept []string
	for _, block := range strings.Split(normal(c.t.Template), "\n\n") {
		parts := strings.Split(strings.Trim(block, "\n"), "\n")
		joint := " "
		if listed(parts) {
			joint = "\n"
		}
		var lines []string
		for _, part := range parts {
			if line, ok := c.line(part); ok {
				lines = append(lines, line)
			}
		}
		if text := strings.Trim(strings.Join(lines, joint), " \n"); text != "" {
			kept = append(kept, text)
		}
	}
	var out []string
	for i, block := range kept {
		if heading(block) && (i == len(kept)-1 || heading(kept[i+1])) {
			continue
		}
		out = append(out, block)
	}
	return strings.Join(out, "\n\n") + "\n"
}

// line fills one line; ok is false where it must go.
func (c *composer) line(line string) (text string, ok bool) {
	pieces, _ := splitLine(line, 1)
	var b strings.Builder
	for _, p := range pieces {
		if p.ph == nil {
			b.WriteString(p.text)
			continue
		}
		value, ok := c.value(*p.ph)
		if !ok {
			return "", false
		}
		b.WriteString(value)
	}
	return b.String(), true
}

// value is what a placeholder stands for, as Markdown; ok is false where there is nothing.
func (c *composer) value(p Placeholder) (string, bool) {
	if p.Name == "if" {
		return "", c.holds(p.arg(0))
	}
	if block, known := c.block(p.Name); known {
		return block, block != ""
	}
	s, known := c.word(p.Name)
	if !known {
		panic("letters: the template of " + c.t.Slug + " has the unknown placeholder " + p.Raw) // a test fills every template
	}
	return Escape(s), s != ""
}

// voices are the words that differ with who writes: in the resident's own name, by the branch.
var voices = map[string][2]string{"I": {"I", "we"}, "We": {"I", "We"}, "me": {"me", "us"}, "my": {"my", "our"}, "am": {"am", "are"}}

// people are the resident as the letter speaks of them: by name where the branch writes.
var people = map[string]string{"who": "I", "whom": "me"}

// word is what an inline placeholder stands for.
func (c *composer) word(name string) (text string, known bool) {
	f := c.f
	if v, ok := voices[name]; ok {
		if f.Own {
			return v[0], true
		}
		return v[1], true
	}
	if own, ok := people[name]; ok {
		if f.Own {
			return own, true
		}
		return f.Member.Name, true
	}
	day := func(k models.Kind) string {
		e, ok := f.last(k)
		if !ok {
			return ""
		}
		return e.On.Long()
	}
	switch name {
	case "as":
		return c.as(), true
	case "resident":
		return f.Member.Name, true
	case "landlord":
		return f.Landlord.Name, true
	case "date":
		return f.On.Long(), true
	case "reply-by":
		return c.t.ReplyBy(f).Long(), true
	case "reported-on":
		if f.Before.ReportedOn == 0 {
			return "", true
		}
		return f.Before.ReportedOn.Long(), true
	case "complaint-on":
		return day(models.KindComplaintMade), true
	case "stage1-on":
		return day(models.KindStage1Response), true
	case "escalated-on":
		return day(models.KindEscalationRequested), true
	case "final-on":
		return day(models.KindStage2Response), true
	case "determined-on":
		return day(models.KindDetermination), true
	case "breach-on":
		return day(models.KindDataBreach), true
	case "ombudsman-ref":
		return f.Case.OmbudsmanRef, true
	case "hazard-on":
		if e, ok := f.hazard(); ok {
			return e.On.Long(), true
		}
		return "", true
	case "hazard":
		return f.hazardName(), true
	case "period-end":
		if f.Until == 0 {
			return "", true
		}
		return f.Until.Long(), true
	case "summary-on":
		if e, ok := f.costsSummary(); ok {
			return e.On.Long(), true
		}
		return "", true
	case "no-reasons":
		if code := f.Before.Code; code != nil && code.Escalate != "" {
			return code.Short + ", " + code.Escalate, true
		}
		return "", true
	case "review-until":
		if w, ok := f.review(); ok {
			return w.Closes.Long(), true
		}
		return "", true
	case "review-rule":
		if w, ok := f.review(); ok {
			return c.cite(w.Rule), true
		}
		return "", true
	case "adjust-rule":
		return c.adjustRule(), true
	}
	return c.happened(name)
}

// happened is the day of something in the case that an inline placeholder stands for.
func (c *composer) happened(name string) (text string, known bool) {
	f := c.f
	long := func(e models.Event, ok bool) (string, bool) {
		if !ok {
			return "", true
		}
		return e.On.Long(), true
	}
	switch name {
	case "refused-what":
		if e, ok := f.refusal(); ok && e.Kind == models.KindEscalationRefused {
			return "stage 2", true
		}
		return "the complaint", true
	case "refused-on":
		return long(f.refusal())
	case "extra-on":
		return long(f.extraStage())
	case "helped-on":
		return long(f.last(models.KindOmbudsmanHelp))
	case "told-on":
		return long(f.told())
	case "enquiry-on":
		return long(f.lastRequest(models.ProcedureMPEnquiry))
	}
	return "", false
}

// as opens a letter: who asks, and for whom.
func (c *composer) as() string {
	if c.f.Own {
		return "I"
	}
	if _, ok := c.f.authority(); ok {
		return "On behalf of " + c.f.Member.Name + ", who has signed an authority for us to act, we"
	}
	return "On behalf of " + c.f.Member.Name + ", who has agreed that we write, we"
}

// holds reports whether the condition of a line holds.
func (c *composer) holds(name string) bool {
	f := c.f
	switch name {
	case "own":
		return f.Own
	case "branch":
		return !f.Own
	case "answer-late":
		return len(f.late(of("stage1-response", "stage2-response"))) > 0
	case "stage1-answered":
		return f.has(models.KindStage1Response)
	case "stage1-late":
		return len(f.late(of("stage1-response"))) > 0
	case "hazard-known":
		_, ok := f.hazard()
		return ok
	case "hazard-new":
		_, ok := f.hazard()
		return !ok
	case "hazard-open":
		return f.Before.Flags.Hazard && !f.has(models.KindMadeSafe)
	case "emergency":
		return f.urgency() == models.UrgencyEmergency
	case "summary":
		return f.Procedure != models.ProcedureInspection
	case "inspection":
		return f.Procedure == models.ProcedureInspection
	case "no-period":
		return f.Until == 0
	case "referred":
		return f.has(models.KindOmbudsmanReferral)
	case "late":
		return slices.ContainsFunc(f.late(c.t.Late), confirmed)
	case "not-late":
		return !slices.ContainsFunc(f.late(c.t.Late), confirmed)
	case "answer-in-time":
		return !c.holds("answer-late")
	case "refused":
		_, ok := f.refusal()
		return ok && f.About == 0
	case "extra":
		_, ok := f.extraStage()
		return ok && f.About == 0
	case "helped":
		return f.helped()
	case "not-helped":
		return !f.helped()
	case "told":
		_, ok := f.told()
		return ok
	case "enquiry":
		e, ok := f.lastRequest(models.ProcedureMPEnquiry)
		return ok && !slices.ContainsFunc(f.Before.Current, func(x models.Event) bool {
			return x.Kind == models.KindRequestAnswered && (x.About == e.ID || x.About == 0 && x.On >= e.On)
		})
	}
	panic("letters: the template of " + c.t.Slug + " has the unknown condition " + name)
}

// block is what a placeholder stands for that becomes several lines.
func (c *composer) block(name string) (text string, known bool) {
	f := c.f
	switch name {
	case "about":
		return c.about(), true
	case "summary":
		return quoted(f.Case.Summary, "[say what happened, since when, and what it means for the household, in the resident's words]"), true
	case "wanted":
		return quoted(f.Case.Wanted, "[say what would put it right: which works by which day, an apology, a sum and what it is for]"), true
	case "unhappy":
		return quoted(f.Case.StillUnhappy, ""), true
	case "needs":
		return quoted(f.Case.Needs, "[say which adjustments the resident asks for, such as large print, calls at a certain time, or somebody who interprets]"), true
	case "hazard-note":
		e, _ := f.hazard()
		return quoted(e.Note, "[say what the hazard is, where in the home, since when, and who is at risk from it, in the resident's words]"), true
	case "duties":
		return c.duties(), true
	case "late":
		return c.late(f.late(c.t.Late)), true
	case "chronology":
		return f.chronology(), true
	case "attempts":
		return f.attempts(c.t.To.Landlord), true
	case "order-note":
		return f.orderNote(), true
	}
	return "", false
}

// quoted sets what somebody wrote as a quotation, or says what is missing.
func quoted(s, missing string) string {
	if strings.TrimSpace(s) == "" {
		return missing
	}
	lines := textLines(s) // each a paragraph: Markdown would make one of them all
	for i, l := range lines {
		lines[i] = "> " + Escape(l)
	}
	return strings.Join(lines, "\n>\n")
}

// about lists what the letter is about, so that whoever gets it finds the case.
func (c *composer) about() string {
	f := c.f
	var b strings.Builder
	add := func(key, value string) {
		if value != "" {
			fmt.Fprintf(&b, "- %s: %s\n", key, value)
		}
	}
	home := strings.Join(append(textLines(f.Member.Address), textLines(f.Member.Postcode)...), ", ")
	if f.Member.Address == "" {
		home = "[say the address of the home]"
	} else {
		home = Escape(home)
	}
	add("Resident", Escape(f.Member.Name))
	add("Home", home)
	if !c.t.To.Landlord {
		add("Landlord", Escape(f.Landlord.Name))
		add("The landlord's reference", Escape(f.Case.LandlordRef))
		add("The Ombudsman's reference", Escape(f.Case.OmbudsmanRef))
	} else {
		add("Your reference", Escape(f.Case.LandlordRef))
	}
	if f.Own {
		add("My reference", Escape(f.Case.Ref))
	} else {
		add("Our reference", Escape(f.Case.Ref))
	}
	return strings.TrimRight(b.String(), "\n")
}

// cite names the clause of a rule; one that is not confirmed is left out, and the writer is told.
func (c *composer) cite(r *rulebook.Rule) string {
	if r.Type == rulebook.TypeDated { // the day is what was promised, and no text has a clause on it
		return ""
	}
	if r.Confidence != rulebook.Unconfirmed {
		return r.Cite()
	}
	c.omit(r.Cite(), r.Confirm)
	return ""
}

func (c *composer) omit(cite, confirm string) {
	s := fmt.Sprintf("The letter does not name %s: it is not confirmed. What would confirm it: %s", cite, strings.TrimRight(confirm, ". ")+".")
	for _, had := range c.leftOut {
		if had == s {
			return
		}
	}
	c.leftOut = append(c.leftOut, s)
}

// behind is a clause in brackets, with a space before it.
func behind(cite string) string {
	if cite == "" {
		return ""
	}
	return " (" + Escape(cite) + ")"
}

// duties lists what the letter asks the landlord to do, each with its day and its clause.
func (c *composer) duties() string {
	var lines []string
	for _, k := range c.f.asked() {
		switch {
		case k.State == timeline.Overdue: // said under what is late
		case k.Due == 0:
			lines = append(lines, "- "+Escape(k.Rule.Text)+behind(c.cite(k.Rule)))
		default:
			lines = append(lines, fmt.Sprintf("- %s: by %s%s", Escape(k.Rule.Title), k.Due.Long(), behind(c.cite(k.Rule))))
		}
	}
	return strings.Join(lines, "\n")
}

// late lists what is overdue.
func (c *composer) late(ks []timeline.Clock) string {
	var lines []string
	for _, k := range ks {
		name := Escape(k.Rule.Title)
		if k.Reference != "" {
			name += " " + Escape(k.Reference)
		}
		if o, ok := c.f.event(k.Opener); ok && k.Rule.Type != rulebook.TypeOrder {
			name += " (" + Escape(lowerFirst(o.Kind.Label())) + " on " + o.On.Long() + ")"
		}
		if !confirmed(k) { // no day that is not confirmed is held against anybody
			c.cite(k.Rule)
			lines = append(lines, "- "+name+": not recorded as done")
			continue
		}
		words := k.Words()
		if n, ok := strings.CutPrefix(words, "overdue since "); ok {
			words = "late since " + n
		} else if n, ok := strings.CutPrefix(words, "overdue "); ok {
			words = n + " late on " + c.f.On.Long()
		}
		lines = append(lines, fmt.Sprintf("- %s: due on %s%s, and %s", name, k.Due.Long(), behind(c.cite(k.Rule)), Escape(words)))
	}
	return strings.Join(lines, "\n")
}

func lowerFirst(s string) string {
	if s == "" {
		return s
	}
	return strings.ToLower(s[:1]) + s[1:]
}

// told are the events that a letter to others lists: what the resident and the landlord did. What the branch keeps for itself, and what
// was done to the resident, is for them to tell.
var told = map[models.Kind]bool{ //nolint:exhaustive // the others are not told
	models.KindIssueReported: true, models.KindRepairRaised: true, models.KindAppointmentMissed: true, models.KindPromiseMade: true, models.KindHazardReported: true,
	models.KindHazardInvestigated: true, models.KindMadeSafe: true, models.KindComplaintMade: true, models.KindComplaintAcknowledged: true, models.KindComplaintRefused: true,
	models.KindExtensionNotified: true, models.KindStage1Response: true, models.KindEscalationRequested: true, models.KindStage2Acknowledged: true,
	models.KindEscalationRefused: true, models.KindStage2Response: true, models.KindOmbudsmanHelp: true, models.KindOmbudsmanReferral: true, models.KindDetermination: true,
	models.KindOrderMet: true, models.KindFailureOrder: true, models.KindExtraStage: true, models.KindRepairCompleted: true, models.KindRehoused: true,
}

func (f CaseFacts) chronology() string {
	var lines []string
	for _, e := range f.Before.Current {
		if told[e.Kind] {
			lines = append(lines, "- "+e.On.Long()+": "+Escape(e.Words()))
		}
	}
	return strings.Join(lines, "\n")
}

// attempts counts how often somebody tried to reach the landlord.
func (f CaseFacts) attempts(landlord bool) string {
	n, none := 0, 0
	var first string
	for _, e := range f.Before.Current {
		if e.Kind != models.KindContactAttempt {
			continue
		}
		if n++; first == "" {
			first = e.On.Long()
		}
		if !e.Answered {
			none++
		}
	}
	if n == 0 {
		return ""
	}
	whom := "the landlord"
	if landlord {
		whom = "you"
	}
	return fmt.Sprintf("Since %s the record shows %s to reach %s; %d had no answer.", first, plural(n, "attempt"), whom, none)
}

// confirmed reports whether the rule of a clock can be held against somebody: what is promised or ordered names its own day.
func confirmed(k timeline.Clock) bool {
	return k.Rule.Confidence != rulebook.Unconfirmed || k.Rule.Type == rulebook.TypeDated || k.Rule.Type == rulebook.TypeOrder
}

// openStage reports whether the landlord still owes an answer to the complaint.
func (f CaseFacts) openStage() bool {
	return f.has(models.KindComplaintMade) && f.Before.FinalOn == 0 && (f.has(models.KindEscalationRequested) || !f.has(models.KindStage1Response))
}

// refusal is the landlord's refusal of the stage that is open, where it has not taken it up since.
func (f CaseFacts) refusal() (models.Event, bool) {
	refused, since := models.KindComplaintRefused, []models.Kind{models.KindComplaintAcknowledged, models.KindStage1Response}
	if f.has(models.KindEscalationRequested) {
		refused, since = models.KindEscalationRefused, []models.Kind{models.KindStage2Acknowledged, models.KindStage2Response}
	}
	e, ok := f.last(refused)
	if !ok || !f.openStage() {
		return models.Event{}, false
	}
	for _, k := range since {
		if x, has := f.last(k); has && x.On > e.On {
			return models.Event{}, false
		}
	}
	return e, true
}

// extraStage is a stage that the landlord asks for beside the one that is open.
func (f CaseFacts) extraStage() (models.Event, bool) {
	e, ok := f.last(models.KindExtraStage)
	return e, ok && f.openStage()
}

// helped reports whether the Ombudsman was asked to help after the answer of the open stage became late.
func (f CaseFacts) helped() bool {
	e, ok := f.last(models.KindOmbudsmanHelp)
	if !ok {
		return false
	}
	late := f.late(of("stage1-response", "stage2-response"))
	return len(late) > 0 && !slices.ContainsFunc(late, func(k timeline.Clock) bool { return e.On <= k.Due })
}

// told is when the Ombudsman was told that the order of the letter is not met.
func (f CaseFacts) told() (models.Event, bool) {
	e, ok := f.last(models.KindOrderChased)
	for _, k := range f.late(orders) {
		if ok && e.On > k.Due && (e.About == 0 || e.About == k.Opener) {
			return e, true
		}
	}
	return models.Event{}, false
}

// hazard is the report that the letter is about: the one it names, or none.
func (f CaseFacts) hazard() (models.Event, bool) {
	e, ok := f.event(f.About)
	if ok && e.Kind == models.KindHazardReported {
		return e, true
	}
	if f.About == 0 && f.Category == "" && f.Urgency == "" {
		return f.last(models.KindHazardReported)
	}
	return models.Event{}, false
}

func (f CaseFacts) hazardName() string {
	slug := f.Category
	if e, ok := f.hazard(); ok {
		slug = e.Category
	}
	if slug == "" {
		return ""
	}
	return f.Before.Book().CategoryName(slug)
}

func (f CaseFacts) urgency() models.Urgency {
	if e, ok := f.hazard(); ok {
		return e.Urgency
	}
	return f.Urgency
}

// costsSummary is the answer to a request for a summary of costs.
func (f CaseFacts) costsSummary() (models.Event, bool) {
	for i := len(f.Before.Current) - 1; i >= 0; i-- {
		e := f.Before.Current[i]
		if e.Kind != models.KindRequestAnswered {
			continue
		}
		if o, ok := f.event(e.About); e.Procedure == models.ProcedureCostsSummary || ok && o.Procedure == models.ProcedureCostsSummary {
			return e, true
		}
		if e.About == 0 && e.Procedure == "" {
			if o, ok := f.lastRequest(models.ProcedureCostsSummary); ok && o.On <= e.On {
				return e, true
			}
		}
	}
	return models.Event{}, false
}

func (f CaseFacts) lastRequest(p models.Procedure) (models.Event, bool) {
	for i := len(f.Before.Current) - 1; i >= 0; i-- {
		if e := f.Before.Current[i]; e.Kind == models.KindRequestMade && e.Procedure == p {
			return e, true
		}
	}
	return models.Event{}, false
}

// openRequest is a request of a procedure that a clock still waits for.
func (f CaseFacts) openRequest(p models.Procedure) (timeline.Clock, bool) {
	for _, c := range f.Before.Clocks {
		if c.Procedure == p && c.Rule.Bound == models.BoundLandlord && c.Open() {
			return c, true
		}
	}
	return timeline.Clock{}, false
}

// review is the time in which a review of the determination can be asked for.
func (f CaseFacts) review() (timeline.Window, bool) {
	for _, w := range f.Before.Windows {
		if w.Opener == 0 && w.Rule.Duty == reviewDuty {
			return w, true
		}
	}
	return timeline.Window{}, false
}

// reviewDuty is the rule of the Scheme on asking for a review.
const reviewDuty = "review-request"

// adjustRule cites what the Code of the day says of adjustments, where the rulebook holds it.
func (c *composer) adjustRule() string {
	book := c.f.Before.Book()
	if book == nil {
		return ""
	}
	code := book.Code(c.f.On)
	if code == nil {
		return ""
	}
	for _, x := range code.Facts {
		if !strings.Contains(strings.ToLower(x.Title+" "+x.Text), "adjustment") {
			continue
		}
		if x.Confidence == rulebook.Unconfirmed {
			c.omit(code.Short+", "+x.Clause, x.Confirm)
			continue
		}
		return code.Short + ", " + x.Clause
	}
	return ""
}

// orderNote quotes what the overdue orders ask for.
func (f CaseFacts) orderNote() string {
	var parts []string
	for _, c := range f.late(orders) {
		if e, ok := f.event(c.Opener); ok && strings.TrimSpace(e.Note) != "" {
			parts = append(parts, quoted(e.Note, ""))
		}
	}
	if len(parts) == 0 {
		return "[say what the landlord was ordered to do]"
	}
	return strings.Join(parts, "\n>\n")
}

func orders(c timeline.Clock) bool { return c.Rule.Type == rulebook.TypeOrder }

// Gaps are the places in a letter that its writer still has to fill, in order: words in square brackets that are no link, no footnote and
// not escaped.
func Gaps(texts ...string) []string {
	var out []string
	for _, t := range texts {
		for i := 0; i < len(t); i++ {
			switch t[i] {
			case '\\':
				i++
			case '[':
				end := strings.IndexAny(t[i+1:], "[]\n") + i + 1
				if end <= i+1 || t[end] != ']' || t[i+1] == '^' {
					continue
				}
				if end+1 < len(t) && t[end+1] == '(' {
					i = end
					continue
				}
				out = append(out, t[i:end+1])
				i = end
			}
		}
	}
	return out
}

// clock is short for what the types choose from.
type clock = timeline.Clock
