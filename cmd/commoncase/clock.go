package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"reflect"
	"time"
	"unicode/utf8"

	"commoncase/app"
	"commoncase/models"
	"commoncase/models/civil"
	"commoncase/models/rulebook"
	"commoncase/models/timeline"
)

// clockCmd judges cases that other programs hand it, one a line.
type clockCmd struct {
	Today    string `help:"The day to judge on, such as 2023-06-30; today in London where it is not given." placeholder:"DATE"`
	At       string `help:"The time on the wall on that day, such as 14:05, for limits in hours; the day is not over where it is not given." placeholder:"TIME"`
	Rules    string `help:"A folder of rule files over those that are built in." env:"COMMONCASE_RULES_DIR" placeholder:"DIR"`
	Landlord string `help:"The landlord of the lines that name none, such as clarion. One that is not known is judged by the Ombudsman's Codes alone." placeholder:"SLUG"`
}

// Help shows an example.
func (clockCmd) Help() string {
	return `Reads a case per line as JSON and prints a line per case, in the same order. A line that cannot be read gets an error and the
exit code 1; the others are still answered.

Example:

  echo '{"id":"A1","landlord":"clarion","calendar":"england-and-wales","events":[{"kind":"complaint_made","date":"2023-05-09"}]}' |
    commoncase clock --today 2023-05-20

An event has a kind and a date, and may have until, reference, answered, finding, note, id and replaces (the id of the event
that it corrects). days_taken and days_late are working days where unit is working_days, hours where it is hours, else calendar days.

What runs beside the complaint is opened by hazard_reported, repair_raised, promise_made, task_set, data_breach, request_made or
notice_received. The last two name their procedure, a hazard and a repair their category and urgency, and at is the time on the
wall where hours count. What answers it names it in about, its id, or goes to the last that still waits. channel is how it travelled,
items are what letter_checked found missing. A case may have tenure and landlord_type (association or council): some laws bind only
for some. After the clocks a line has what can be done and until when (windows), what the events show as broken (breaches), and the
version of the rules. A clock in hours has due_at; one beside the complaint has opener, the id of what opened it.

  echo '{"id":"A2","tenure":"assured","events":[{"kind":"hazard_reported","date":"2026-11-02","at":"16:30","category":"electrical","urgency":"emergency"}]}' |
    commoncase clock --today 2026-11-03 --at 17:00`
}

// Run answers standard input.
func (c *clockCmd) Run(std streams) error {
	now := time.Now()
	today, at := civil.Of(now), civil.TimeOf(now)
	var err error
	if c.Today != "" {
		if today, err = civil.Parse(c.Today); err != nil {
			return fmt.Errorf("--today: %w", err)
		}
		at = 0
	}
	if c.At != "" {
		if at, err = civil.ParseTime(c.At); err != nil {
			return fmt.Errorf("--at: %w", err)
		}
	}
	book, err := app.Rules(c.Rules)
	if err != nil {
		return err
	}
	failed, err := runClockAt(std.in, std.out, book, today, at, c.Landlord)
	if err != nil {
		return err
	}
	if failed {
		return errors.New("not every line could be answered; those that could not say why in their error")
	}
	return nil
}

// maxLine is the longest line that is read: a case of a hundred thousand events. A longer one gets an error, not the memory.
const maxLine = 64 << 20

// runClock is runClockAt by the rules that are built in, on a day that is not over.
func runClock(in io.Reader, out io.Writer, today civil.Date, landlord string) (failed bool, err error) {
	return runClockAt(in, out, rulebook.Default(), today, 0, landlord)
}

// runClockAt answers every line of in on out. failed is true where a line got an error; err is a failure to read or write.
func runClockAt(in io.Reader, out io.Writer, book *rulebook.Book, today civil.Date, at civil.Time, landlord string) (failed bool, err error) {
	c := clocker{engine: timeline.New(book), today: today, at: at, landlord: landlord}
	r := bufio.NewReaderSize(in, 1<<16)
	w := bufio.NewWriterSize(out, 1<<16)
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	for n := 1; ; n++ {
		line, long, readErr := readLine(r)
		last := errors.Is(readErr, io.EOF)
		if readErr != nil && !last {
			return failed, fmt.Errorf("read line %d: %w", n, readErr)
		}
		if n == 1 {
			line = bytes.TrimPrefix(line, []byte("\ufeff"))
		}
		line = bytes.TrimSpace(line)
		if len(line) > 0 || long {
			answer, bad := c.answer(n, line, long)
			failed = failed || bad
			if err := enc.Encode(answer); err != nil {
				return failed, fmt.Errorf("write the answer to line %d: %w", n, err)
			}
		}
		// Whoever feeds the program line by line gets each answer before the next question.
		if last || r.Buffered() == 0 {
			if err := w.Flush(); err != nil {
				return failed, fmt.Errorf("write: %w", err)
			}
		}
		if last {
			return failed, nil
		}
	}
}

// readLine returns the next line without its end. Of a line over maxLine it reads all and keeps nothing.
func readLine(r *bufio.Reader) (line []byte, long bool, err error) {
	for {
		part, err := r.ReadSlice('\n')
		if !long && len(line)+len(part) > maxLine {
			long, line = true, nil
		}
		if !long {
			line = append(line, part...)
		}
		if !errors.Is(err, bufio.ErrBufferFull) {
			return line, long, err
		}
	}
}

type clocker struct {
	engine   *timeline.Engine
	today    civil.Date
	at       civil.Time
	landlord string
	buf      timeline.Buffer
}

// The shapes of a line in and out; the order of the fields is part of the contract with other programs.
type (
	caseIn struct {
		ID       json.RawMessage `json:"id"`
		Landlord *string         `json:"landlord"`
		Calendar string          `json:"calendar"`
		Tenure   string          `json:"tenure"`
		Type     string          `json:"landlord_type"`
		Events   []eventIn       `json:"events"`
	}
	eventIn struct {
		Kind      string `json:"kind"`
		Date      string `json:"date"`
		Until     string `json:"until"`
		Reference string `json:"reference"`
		Answered  bool   `json:"answered"`
		Finding   string `json:"finding"`
		Reason    string `json:"reason"`
		Note      string `json:"note"`
		ID        int64  `json:"id"`
		Replaces  int64  `json:"replaces"`
		At        string `json:"at"`
		About     int64  `json:"about"`
		Procedure string `json:"procedure"`
		Category  string `json:"category"`
		Urgency   string `json:"urgency"`
		Items     string `json:"items"`
		Channel   string `json:"channel"`
	}
	caseOut struct {
		ID       json.RawMessage `json:"id"`
		Status   string          `json:"status"`
		NextStep string          `json:"next_step"`
		Clocks   []clockOut      `json:"clocks"`
		Windows  []windowOut     `json:"windows"`
		Breaches []breachOut     `json:"breaches"`
		Rules    string          `json:"rules"`
	}
	clockOut struct {
		Duty       string       `json:"duty"`
		Source     string       `json:"source"`
		Clause     string       `json:"clause"`
		Started    isoDate      `json:"started"`
		StartedBy  orNull       `json:"started_by"`
		Due        isoDate      `json:"due"`
		Met        isoDate      `json:"met"`
		State      string       `json:"state"`
		DaysTaken  int          `json:"days_taken"`
		DaysLate   int          `json:"days_late"`
		Unit       string       `json:"unit"`
		Skipped    []skippedOut `json:"skipped"`
		Note       orNull       `json:"note"`
		Confidence string       `json:"confidence"`
		DueAt      string       `json:"due_at,omitempty"`
		Opener     int64        `json:"opener,omitempty"`
	}
	windowOut struct {
		Rule       string  `json:"rule"`
		Source     string  `json:"source"`
		Clause     string  `json:"clause"`
		Opens      isoDate `json:"opens"`
		Closes     isoDate `json:"closes"`
		Met        isoDate `json:"met"`
		Confidence string  `json:"confidence"`
		Opener     int64   `json:"opener,omitempty"`
	}
	breachOut struct {
		Key        string  `json:"key"`
		Title      string  `json:"title"`
		Cite       string  `json:"cite"`
		On         isoDate `json:"on"`
		Event      int64   `json:"event,omitempty"`
		DaysLate   int     `json:"days_late,omitempty"`
		Unit       string  `json:"unit,omitempty"`
		Confidence string  `json:"confidence"`
	}
	skippedOut struct {
		Date isoDate `json:"date"`
		Why  string  `json:"why"`
	}
	errorOut struct {
		ID    json.RawMessage `json:"id"`
		Error string          `json:"error"`
	}
)

// isoDate is a date, and null where there is none.
type isoDate civil.Date

// MarshalJSON writes "2023-05-24" or null.
func (d isoDate) MarshalJSON() ([]byte, error) {
	if d == 0 {
		return []byte("null"), nil
	}
	return []byte(`"` + civil.Date(d).String() + `"`), nil
}

// orNull is a string, and null where it is empty.
type orNull string

// MarshalJSON writes the string or null.
func (s orNull) MarshalJSON() ([]byte, error) {
	if s == "" {
		return []byte("null"), nil
	}
	return json.Marshal(string(s))
}

var null = json.RawMessage("null")

// answer judges one line.
func (c *clocker) answer(n int, line []byte, long bool) (answer any, failed bool) {
	id := null
	fail := func(format string, args ...any) (any, bool) {
		return errorOut{ID: id, Error: fmt.Sprintf(format, args...)}, true
	}
	if long {
		return fail("Line %d is longer than %d MB. Write one case per line.", n, maxLine>>20)
	}
	if !utf8.Valid(line) {
		return fail("Line %d is not UTF-8 text. Save the file as UTF-8 and send it again.", n)
	}
	in := caseIn{}
	err := json.Unmarshal(line, &in)
	id = idOf(line, in.ID)
	if err != nil {
		return fail("%s", unreadable(n, err))
	}
	if line[0] != '{' {
		return fail("Line %d is not a case. Write one JSON object per line, with id and events.", n)
	}
	m := timeline.Matter{Landlord: c.landlord, Calendar: civil.CalendarName(in.Calendar), Type: models.LandlordType(in.Type),
		Tenure: models.Tenure(in.Tenure), At: c.at}
	switch {
	case in.Tenure != "" && !m.Tenure.Known():
		return fail("There is no tenure %q. Choose one such as assured, secure, shared_ownership or leaseholder, or leave it out.", in.Tenure)
	case in.Type != "" && !m.Type.Known():
		return fail("There is no type of landlord %q. Choose association or council, or leave it out.", in.Type)
	}
	if in.Landlord != nil {
		m.Landlord = *in.Landlord
	}
	if m.Events, err = eventsOf(in.Events); err == nil {
		err = c.categories(m.Events)
	}
	if err != nil {
		return fail("%s", err)
	}
	if err := c.engine.Check(m, c.today); err != nil {
		return fail("%s", err)
	}
	r := c.engine.ComputeInto(&c.buf, m, c.today)
	out := caseOut{ID: id, Status: r.StatusLine(), Clocks: make([]clockOut, 0, len(r.Clocks))}
	if steps := r.Next(c.today); len(steps) > 0 {
		out.NextStep = steps[0].Text
	}
	for i := range r.Clocks {
		out.Clocks = append(out.Clocks, clockLine(&r.Clocks[i]))
	}
	out.Windows, out.Breaches, out.Rules = make([]windowOut, 0, len(r.Windows)), []breachOut{}, r.Rules()
	for _, w := range r.Windows {
		out.Windows = append(out.Windows, windowOut{Rule: w.Rule.ID, Source: w.Rule.Regime.Source.Title, Clause: w.Rule.Clause, Opens: isoDate(w.Opens),
			Closes: isoDate(w.Closes), Met: isoDate(w.Met), Confidence: string(w.Rule.Confidence), Opener: w.Opener})
	}
	for _, b := range r.Breaches() {
		x := breachOut{Key: b.Key, Title: b.Title, Cite: b.Cite, On: isoDate(b.On), Event: b.Event, Confidence: string(b.Confidence)}
		if b.Clock != nil {
			x.DaysLate, x.Unit = b.Clock.Late, string(b.Clock.Rule.Limit.Unit)
		}
		out.Breaches = append(out.Breaches, x)
	}
	return out, false
}

// categories refuses a hazard or a defect that none of the lists has: no rule would ever speak of it.
func (c *clocker) categories(events []models.Event) error {
	for i := range events {
		e := &events[i]
		if e.Category == "" {
			continue
		}
		slug := rulebook.ListHazards
		if e.Kind == models.KindRepairRaised {
			slug = rulebook.ListDefects
		}
		if l, ok := c.engine.Book().List(slug, e.On); ok && l.Name(e.Category) == "" {
			return models.Invalid("category", "Event %d (%s): there is no category %q in “%s”. Choose one such as %s.", i+1, e.Kind, e.Category, l.Title, l.Entries[0].Slug)
		}
	}
	return nil
}

// idOf returns the id to answer with: as it came where it is a string or a number, null where there is none or it is neither.
func idOf(line []byte, id json.RawMessage) json.RawMessage {
	if id == nil {
		// What else is wrong with the line may have come before its id.
		var only struct {
			ID json.RawMessage `json:"id"`
		}
		if json.Unmarshal(line, &only) == nil {
			id = only.ID
		}
	}
	if len(id) == 0 || id[0] == '{' || id[0] == '[' {
		return null
	}
	return id
}

// unreadable says in a sentence why a line is no case.
func unreadable(n int, err error) string {
	var syntax *json.SyntaxError
	var kind *json.UnmarshalTypeError
	switch {
	case errors.As(err, &syntax):
		return fmt.Sprintf("Line %d is not JSON at character %d: %v. Write one JSON object per line.", n, syntax.Offset, syntax)
	case errors.As(err, &kind) && kind.Field == "":
		return fmt.Sprintf("Line %d is not a case but a JSON %s. Write one JSON object per line, with id and events.", n, kind.Value)
	case errors.As(err, &kind):
		return fmt.Sprintf("Line %d: %s is a JSON %s. It must be %s.", n, kind.Field, kind.Value, jsonWords(kind.Type.Kind()))
	default:
		return fmt.Sprintf("Line %d cannot be read: %v. Write one JSON object per line.", n, err)
	}
}

// jsonWords says what a field must be.
func jsonWords(k reflect.Kind) string {
	switch k {
	case reflect.Slice:
		return "a list in square brackets"
	case reflect.Struct:
		return "an object in braces"
	case reflect.Int64:
		return "a whole number"
	case reflect.Bool:
		return "true or false"
	default:
		return "text in quotes"
	}
}

// eventsOf reads the events of a line. Where none has an id, they are numbered from 1 in the order of the line, so that one can
// correct another.
func eventsOf(in []eventIn) ([]models.Event, error) {
	out := make([]models.Event, len(in))
	numbered := false
	for i, e := range in {
		on, err := civil.Parse(e.Date)
		if err != nil {
			return nil, models.Invalid("date", "The date of event %d (%s): %v.", i+1, e.Kind, err)
		}
		var until civil.Date
		if e.Until != "" {
			if until, err = civil.Parse(e.Until); err != nil {
				return nil, models.Invalid("until", "The new date in event %d (%s): %v.", i+1, e.Kind, err)
			}
		}
		at, err := civil.ParseTime(e.At)
		if err != nil {
			return nil, models.Invalid("at", "The time of event %d (%s): %v.", i+1, e.Kind, err)
		}
		out[i] = models.Event{ID: e.ID, Kind: models.Kind(e.Kind), On: on, Until: until, Reference: e.Reference, Answered: e.Answered,
			Finding: models.Grade(e.Finding), Reason: models.ClosedReason(e.Reason), Note: e.Note, Replaces: e.Replaces, At: at, About: e.About,
			Procedure: models.Procedure(e.Procedure), Category: e.Category, Urgency: models.Urgency(e.Urgency), Items: e.Items, Channel: models.Channel(e.Channel)}
		for _, x := range []struct {
			field, value, such string
			known              bool
		}{
			{"procedure", e.Procedure, "subject_access", out[i].Procedure.Known()},
			{"urgency", e.Urgency, "emergency", out[i].Urgency.Known()},
			{"channel", e.Channel, "letter", out[i].Channel.Known()},
		} {
			if x.value != "" && !x.known {
				return nil, models.Invalid(x.field, "Event %d (%s): there is no %s %q. Choose one such as %s.", i+1, e.Kind, x.field, x.value, x.such)
			}
		}
		numbered = numbered || e.ID != 0
	}
	if !numbered {
		for i := range out {
			out[i].ID = int64(i + 1)
		}
	}
	return out, nil
}

func clockLine(c *timeline.Clock) clockOut {
	out := clockOut{Duty: c.Rule.ID, Source: c.Rule.Regime.Source.Title, Clause: c.Rule.Clause, Started: isoDate(c.Started),
		StartedBy: orNull(c.StartedBy), Due: isoDate(c.Due), Met: isoDate(c.Met), State: string(c.State), DaysTaken: c.Taken, DaysLate: c.Late,
		Unit: string(c.Rule.Limit.Unit), Skipped: []skippedOut{}, Note: orNull(c.Note()), Confidence: string(c.Rule.Confidence),
		DueAt: c.DueAt.String(), Opener: c.Opener}
	for _, s := range c.Skipped() {
		out.Skipped = append(out.Skipped, skippedOut{Date: isoDate(s.On), Why: s.Why})
	}
	return out
}
