package timeline

import (
	"fmt"
	"strings"

	"commoncase/models"
	"commoncase/models/civil"
	"commoncase/models/rulebook"
)

// StatusLine returns the visible line of the case: "stage 1: awaiting response", "stage 1: extended to 6 June 2023".
func (r Result) StatusLine() string {
	line := r.Status.Label()
	if !r.StatusUntil.IsZero() {
		line += " to " + r.StatusUntil.Long()
	}
	if r.Status == models.StatusClosed && r.ClosedReason != "" {
		line += " (" + r.ClosedReason.Label() + ")"
	}
	return line
}

// Name returns what the clock is, with its text and clause: "Stage 1 response (Code 2022, 5.1)".
func (c Clock) Name() string {
	name := c.Rule.Title
	if c.Reference != "" {
		name += " " + c.Reference
	}
	if c.Rule.Type == rulebook.TypeOrder && c.Reference == "" && c.Due != 0 {
		name += " by " + c.Due.Long()
	}
	return name + " (" + c.Rule.Cite() + ")"
}

// Open reports whether the clock has started and is not met.
func (c Clock) Open() bool { return c.Started != 0 && c.Met == 0 }

// CountsOn is the calendar that the clock counts on.
func (c Clock) CountsOn() *civil.Calendar { return c.calendar() }

// calendar is the one that the clock counts on.
func (c Clock) calendar() *civil.Calendar {
	if c.cal != nil {
		return c.cal
	}
	return (*civil.Set)(nil).Or(c.Calendar)
}

// days returns a number of days in the clock's way of counting: "1 working day", "40 days".
func (c Clock) days(n int) string {
	word := "day"
	switch c.Rule.Limit.Unit { //nolint:exhaustive // the others are counted in days
	case rulebook.WorkingDays:
		word = "working day"
	case rulebook.Hours:
		word = "hour"
	}
	if n != 1 {
		word += "s"
	}
	return fmt.Sprintf("%d %s", n, word)
}

// Words returns where the clock stands, in a few words that do not need a colour: "due in 3 working days", "due today",
// "overdue 4 working days", "met in time", "met 9 working days late", "not started"; of a resident's
// own limit "ended on 19 August 2025".
func (c Clock) Words() string {
	if c.Rule.Type == rulebook.TypeExtension {
		return c.extensionWords()
	}
	switch c.State {
	case Stopped:
		return "stopped since " + c.stoppedSince().Long() + ", while the landlord waits for what it asked for"
	case Running:
		if c.DueAt != 0 {
			return "due by " + c.DueAt.String() + " on " + c.Due.Long()
		}
		return "due in " + c.days(c.Rule.Limit.Unit.Count(c.Today, c.Due, c.calendar()))
	case DueToday:
		if c.DueAt != 0 {
			return "due today by " + c.DueAt.String()
		}
		return "due today"
	case Overdue:
		if c.Rule.Bound == models.BoundResident { // a limit that has run out, and no duty that somebody neglects
			return "ended on " + c.Due.Long()
		}
		if c.Late == 0 {
			return "overdue since " + (c.Due + 1).Long()
		}
		return "overdue " + c.days(c.Late)
	case Met:
		return "met in time"
	case MetLate:
		if c.Late == 0 {
			return "met late, before the next working day"
		}
		return "met " + c.days(c.Late) + " late"
	default:
		return "not started"
	}
}

// stoppedSince is the day on which the clock stopped that stands still now.
func (c Clock) stoppedSince() civil.Date {
	for _, p := range c.Pauses {
		if p.From != 0 && p.Until == 0 {
			return p.From
		}
	}
	return c.Started
}

// paused reports whether the clock stood still on a day.
func (c Clock) paused(d civil.Date) bool {
	for _, p := range c.Pauses {
		if p.From != 0 && d > p.From && (p.Until == 0 || d <= p.Until) {
			return true
		}
	}
	return false
}

func (c Clock) extensionWords() string {
	if c.State == Met {
		return "within what the rule allows"
	}
	if c.Late == 0 {
		return "longer than the rule allows"
	}
	return c.days(c.Late) + " longer than the rule allows"
}

// TraceDay is one day of a trace: counted, with its number, or skipped, with the reason.
type TraceDay struct {
	On        civil.Date
	Number    int    // 1 and up; 0 where the day is skipped
	Why       string // Saturday, Sunday, the bank holiday's title; "" where the day is counted
	Holiday   bool   // skipped for a bank holiday
	Projected bool   // the bank holidays of that year are worked out by rule
}

// Trace is how a date was worked out.
type Trace struct {
	Sentences []string   // for a person, in order
	Days      []TraceDay // from the day after Started to the later of Due and Met (or today, while it is overdue)
	ToDue     int        // days counted up to and including Due
	ToEnd     int        // days counted up to and including Met; today while it is not met
}

// SkippedDay is a bank holiday on a weekday that a clock did not count.
type SkippedDay struct {
	On        civil.Date
	Why       string
	Projected bool
}

// end is the last day that the clock looked at.
func (c Clock) end() civil.Date {
	switch {
	case c.Met != 0:
		return max(c.Due, c.Met)
	case c.State == Overdue:
		return c.Today
	case c.State == Stopped:
		return c.stoppedSince()
	default:
		return c.Due
	}
}

// Skipped returns the named bank holidays on weekdays from the day after the start to the later of the due date and the day it
// was met (or today, while it is overdue). Clocks that do not count in working days skip nothing.
func (c Clock) Skipped() []SkippedDay {
	if c.Started == 0 || c.Rule.Limit.Unit != rulebook.WorkingDays {
		return nil
	}
	var out []SkippedDay
	for _, h := range c.calendar().HolidaysBetween(c.Started, c.end()) {
		if w := h.On.Weekday(); w == 0 || w == 6 {
			continue
		}
		out = append(out, SkippedDay{On: h.On, Why: h.Title, Projected: h.Projected})
	}
	return out
}

// Trace works the clock out again, day by day and in sentences.
func (c Clock) Trace() Trace {
	t := Trace{}
	if c.Started == 0 {
		t.Sentences = []string{"This clock has not started: it starts with " + c.startWords() + "."}
		return t
	}
	cal := c.calendar()
	until := c.Today
	if c.Met != 0 {
		until = c.Met
	}
	n := 0
	if c.Rule.Limit.Unit == rulebook.Hours { // the days do not add up to it
		t.ToDue, t.ToEnd = c.Rule.Limit.N, c.Taken
		t.Sentences = c.sentences(t)
		return t
	}
	t.Days = make([]TraceDay, 0, max(0, c.Started.DaysUntil(c.end())))
	for d := c.Started + 1; d <= c.end(); d++ {
		day := TraceDay{On: d, Projected: cal.Projected(d)}
		day.Why, day.Holiday = c.skip(cal, d)
		if day.Why == "" {
			n++
			day.Number = n
		}
		if d == c.Due {
			t.ToDue = n
		}
		if d == until {
			t.ToEnd = n
		}
		t.Days = append(t.Days, day)
	}
	if until > c.end() {
		t.ToEnd = n
	}
	t.Sentences = c.sentences(t)
	return t
}

// skip returns why a day is not counted, "" where it is.
func (c Clock) skip(cal *civil.Calendar, d civil.Date) (why string, holiday bool) {
	if c.paused(d) && (c.Rule.Limit.Unit != rulebook.WorkingDays || cal.IsWorking(d)) {
		return "the clock stood still", false
	}
	if c.Rule.Limit.Unit != rulebook.WorkingDays || cal.IsWorking(d) {
		return "", false
	}
	if w := d.Weekday(); w == 0 || w == 6 {
		return w.String(), false
	}
	h, _ := cal.HolidayOn(d)
	why = h.Title
	if h.Substitute {
		why += " (substitute day)"
	}
	if h.Where != "" {
		why += " in " + h.Where
	}
	return why, true
}

// startWords returns what starts the clock, for a sentence.
func (c Clock) startWords() string {
	return kindWords(c.Rule.Starts[0].On)
}

// kindWords returns a kind of event as the middle of a sentence: "the acknowledgement of the complaint".
func kindWords(k models.Kind) string {
	switch k {
	case models.KindIssueReported:
		return "the report of the problem"
	case models.KindComplaintMade:
		return "the complaint"
	case models.KindComplaintAcknowledged:
		return "the acknowledgement"
	case models.KindExtensionNotified:
		return "the notice of an extension"
	case models.KindStage1Response:
		return "the stage 1 response"
	case models.KindEscalationRequested:
		return "the escalation request"
	case models.KindStage2Acknowledged:
		return "the acknowledgement of stage 2"
	case models.KindStage2Response:
		return "the stage 2 response"
	case models.KindOmbudsmanHelp:
		return "the request for the Ombudsman's help"
	case models.KindOmbudsmanReferral:
		return "the referral to the Ombudsman"
	case models.KindDetermination:
		return "the determination"
	case models.KindOrderDue:
		return "the order"
	case models.KindOrderMet:
		return "the landlord's compliance"
	case models.KindCaseClosed:
		return "the closing of the case"
	case models.KindCaseReopened:
		return "the reopening of the case"
	case models.KindRetracted:
		return "the withdrawal of an entry"
	default:
		return besideWords(k)
	}
}

// besideWords are the kindWords of what runs beside the complaint.
func besideWords(k models.Kind) string {
	switch k { //nolint:exhaustive // the others are told by their label
	case models.KindHazardReported:
		return "the report of the hazard"
	case models.KindHazardInvestigated:
		return "the end of the investigation"
	case models.KindInPersonRequested:
		return "the request for an inspection in person"
	case models.KindSummaryGiven:
		return "the written summary"
	case models.KindMadeSafe:
		return "the making safe"
	case models.KindWorksBegun:
		return "the beginning of the works"
	case models.KindWorksFinished:
		return "the end of the works"
	case models.KindRepairRaised:
		return "the report of the repair"
	case models.KindRepairCompleted:
		return "the completion of the repair"
	case models.KindPromiseMade:
		return "the promise"
	case models.KindPromiseKept:
		return "the keeping of the promise"
	case models.KindTaskSet:
		return "the task"
	case models.KindTaskDone:
		return "the doing of it"
	case models.KindRequestMade:
		return "the request"
	case models.KindRequestAcknowledged:
		return "the acknowledgement of the request"
	case models.KindRequestExtended:
		return "the notice that it takes longer"
	case models.KindRequestAnswered:
		return "the answer to the request"
	case models.KindClarificationAsked:
		return "the landlord's question"
	case models.KindClarificationGiven:
		return "the answer to the landlord's question"
	case models.KindRequestReview:
		return "the request for a review of the answer"
	case models.KindRequestReviewed:
		return "the answer to the review"
	case models.KindNoticeReceived:
		return "the notice"
	case models.KindObservationsMade:
		return "the observations"
	case models.KindDataBreach:
		return "the landlord's knowledge of the breach"
	case models.KindRegulatorTold:
		return "the report to the Commissioner"
	case models.KindResidentTold:
		return "the word to the resident"
	}
	return "the entry “" + k.Label() + "”"
}

func upperFirst(s string) string {
	if s == "" {
		return s
	}
	return strings.ToUpper(s[:1]) + s[1:]
}

func (c Clock) sentences(t Trace) []string {
	var out []string
	add := func(format string, args ...any) { out = append(out, fmt.Sprintf(format, args...)) }
	r := c.Rule
	switch {
	case r.Type == rulebook.TypeExtension && r.Total:
		add("The longest time is counted from %s, the day on which the clock itself started; that day is day 0.", c.Started.Long())
	case r.Type == rulebook.TypeExtension:
		add("The clock of the extension starts on %s, the day on which the answer was first due; that day is day 0.", c.Started.Long())
	case c.StartedBy == StartedByAckDue && c.Procedure != "":
		add("The clock started on %s, the day on which what comes before it was due; that day is day 0.", c.Started.Long())
	case c.Rule.Limit.Unit == rulebook.Hours:
		add("The clock started on %s at %s with %s.", c.Started.Long(), c.StartedAt, kindWords(models.Kind(c.StartedBy)))
	case c.StartedBy == StartedByAckDue:
		add("The clock started on %s, the day on which the acknowledgement was due; that day is day 0.", c.Started.Long())
	default:
		add("The clock started on %s with %s; that day is day 0.", c.Started.Long(), kindWords(models.Kind(c.StartedBy)))
	}
	if c.Assumed != "" {
		out = append(out, c.Assumed)
	}
	add("%s says: %s", r.Cite(), r.Text)
	out = append(out, c.dueSentences(t)...)
	out = append(out, c.endSentence())
	if s := c.substituted(); s != "" {
		out = append(out, s)
	}
	if first, ok := firstProjected(t.Days); ok {
		add("From %s on, bank holidays are worked out by rule, because the official dates were not known; they may change.", first.Long())
	}
	switch r.Confidence {
	case rulebook.Verified, rulebook.Secondary:
	case rulebook.Remembered:
		add("This rule is from memory and agrees with everything read; check its clause before relying on it in a letter.")
	case rulebook.Unconfirmed:
		add("This rule is not confirmed. What would confirm it: %s", r.Confirm)
	}
	return out
}

func firstProjected(days []TraceDay) (civil.Date, bool) {
	for _, d := range days {
		if d.Projected {
			return d.On, true
		}
	}
	return 0, false
}

// dueSentences say how the due date follows from the start.
func (c Clock) dueSentences(t Trace) []string {
	r := c.Rule
	if r.Type == rulebook.TypeOrder {
		return []string{fmt.Sprintf("The order gives its own date: %s.", c.Due.Long())}
	}
	if r.Type == rulebook.TypeDated {
		return []string{fmt.Sprintf("It names its own day: %s.", c.Due.Long())}
	}
	var out []string
	if c.State == Stopped {
		return []string{fmt.Sprintf("It stood still from %s, when %s came: %s of the %s had gone. It has no due date until that is answered.",
			c.stoppedSince().Long(), kindWords(r.Stops[0]), c.days(c.Taken), r.Limit)}
	}
	for _, p := range c.Pauses {
		if p.Until != 0 {
			out = append(out, fmt.Sprintf("It stood still from %s to %s, while the landlord waited for what it had asked for; the days after the first up to the second do not count.", p.From.Long(), p.Until.Long()))
		}
	}
	switch r.Limit.Unit { //nolint:exhaustive // the others count every day
	case rulebook.Hours:
		out = append(out, fmt.Sprintf("%s by the clock on the wall end on %s at %s; nights, weekends and bank holidays count, and a begun hour counts as one.",
			upperFirst(r.Limit.String()), c.Due.Long(), c.DueAt))
		return out
	case rulebook.WorkingDays:
		last := c.calendar().Add(c.Started, r.Limit.N+c.Paused)
		out = append(out, fmt.Sprintf("Counting Monday to Friday, less the bank holidays of %s, working day %d is %s.%s",
			c.Calendar.Label(), r.Limit.N, last.Long(), skippedWords(t.Days, c.OriginalDue)))
	default:
		out = append(out, c.calendarSentence())
	}
	if c.Rolled {
		out = append(out, fmt.Sprintf("That is no working day, so the next that is one, %s, is the last day.", c.OriginalDue.Long()))
	}
	if c.Extended {
		most := "The rule allows " + r.Extension.Limit.String() + " more at most."
		if r.Extension.Total {
			most = "The rule allows " + r.Extension.Limit.String() + " from the start at most."
		}
		out = append(out, fmt.Sprintf("The landlord gave notice of an extension in time, which moves the date to %s. %s", c.Due.Long(), most))
	}
	return out
}

// calendarSentence says how a date in days, weeks or months follows from the start.
func (c Clock) calendarSentence() string {
	limit := c.Rule.Limit
	end := limit.From(c.Started, c.calendar())
	s := fmt.Sprintf("%s from that day ends on %s; every day counts.", upperFirst(limit.String()), end.Long())
	if limit.Unit == rulebook.Months && end.Day() != c.Started.Day() {
		s = fmt.Sprintf("%s from that day ends on %s, the last day of a month that has no corresponding day; every day counts.", upperFirst(limit.String()), end.Long())
	}
	if c.Paused > 0 {
		end += civil.Date(c.Paused)
		s += fmt.Sprintf(" With the %s on which the clock stood still it is %s.", c.days(c.Paused), end.Long())
	}
	if n := c.Rule.NotBefore; n.N > 0 && c.OriginalDue > end && !c.Rolled {
		s += fmt.Sprintf(" %s after the day named end later, on %s, and the later of the two counts.", upperFirst(n.String()), c.OriginalDue.Long())
	} else if n.N > 0 {
		s += fmt.Sprintf(" %s after the day named end no later.", upperFirst(n.String()))
	}
	return s
}

// skippedWords names the bank holidays that were skipped up to a day.
func skippedWords(days []TraceDay, until civil.Date) string {
	var names []string
	for _, d := range days {
		if d.Holiday && d.On <= until {
			names = append(names, d.On.Long()+", "+d.Why)
		}
	}
	if len(names) == 0 {
		return ""
	}
	return " Skipped besides weekends: " + strings.Join(names, "; ") + "."
}

// endSentence says what became of the duty.
func (c Clock) endSentence() string {
	if c.Rule.Type == rulebook.TypeExtension {
		if c.Assumed != "" {
			return "No date was given, so nothing goes beyond what the rule allows."
		}
		return fmt.Sprintf("The landlord gave %s as the new date: %s.", c.Met.Long(), c.Words())
	}
	took := fmt.Sprintf("%s after the start", c.days(c.Taken))
	switch c.State {
	case Met:
		return fmt.Sprintf("%s came on %s, %s: in time.", upperFirst(kindWords(c.MetBy)), c.Met.Long(), took)
	case MetLate:
		if c.DueAt != 0 && c.MetAt != 0 {
			took = fmt.Sprintf("at %s, %s", c.MetAt, took)
		}
		late := c.days(c.Late) + " late"
		if c.Late == 0 {
			late = "late, though no working day lies between"
		}
		return fmt.Sprintf("%s came on %s, %s: %s.", upperFirst(kindWords(c.MetBy)), c.Met.Long(), took, late)
	case DueToday:
		return "It is due today and can still be met in time."
	case Overdue:
		switch {
		case c.Rule.Bound == models.BoundResident:
			return fmt.Sprintf("Nothing that meets it is logged. It ended on %s.", c.Due.Long())
		case c.DueAt != 0:
			return fmt.Sprintf("Nothing that meets it is logged. It is overdue since %s on %s.", c.DueAt, c.Due.Long())
		case c.Late == 0:
			return fmt.Sprintf("Nothing that meets it is logged. It is overdue since %s; no working day has passed since then.", (c.Due + 1).Long())
		}
		return fmt.Sprintf("Nothing that meets it is logged. It is overdue since %s: %s by %s.", (c.Due + 1).Long(), c.days(c.Late), c.Today.Long())
	case Stopped:
		return "It goes on when the answer to the landlord's question is logged."
	default:
		return fmt.Sprintf("On %s it is %s.", c.Today.Long(), c.Words())
	}
}

// substituted says so where the clock was met by something other than what usually meets it: a full answer that came without
// an acknowledgement, or a final response where stage 1 was never answered.
func (c Clock) substituted() string {
	if c.Met == 0 || len(c.Rule.MetBy) == 0 || c.MetBy == c.Rule.MetBy[0] {
		return ""
	}
	return fmt.Sprintf("No %s is logged before it, so %s ends the wait.", strings.TrimPrefix(kindWords(c.Rule.MetBy[0]), "the "), kindWords(c.MetBy))
}

// Note returns what a reader of the clock must know beside its dates, in a sentence or two: why its start is assumed, or that
// something else than usual met it. It is "" where there is nothing to say.
func (c Clock) Note() string {
	return strings.TrimSpace(c.Assumed + " " + c.substituted())
}

func lowerFirst(s string) string {
	if s == "" {
		return s
	}
	return strings.ToLower(s[:1]) + s[1:]
}
