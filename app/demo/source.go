package demo

import (
	"embed"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/goccy/go-yaml"

	"commoncase/models"
	"commoncase/models/civil"
)

//go:embed data/clarion.yaml data/harbour.yaml data/stories.yaml
var data embed.FS

// The shapes of the data files. Days are words, read by day.
type (
	landlordData struct {
		Slug, Name, Address string
		Homes               int
		HomesAsOf           string `yaml:"homes_as_of"`
		Calendar            civil.CalendarName
		Type                models.LandlordType
	}
	branchData struct {
		Slug, Name, Prefix, Address, Email string
	}
	recipientData struct {
		Role                          models.RecipientRole
		Office, Organisation, Address string
	}
	letterEventData struct {
		On, Note, Source string
		Kind             models.LetterEventKind
	}
	letterData struct {
		To, On, From, Until, Mandate string
		SignOff                      []string `yaml:"sign_off"`
		Sent                         letterEventData
		Events                       []letterEventData
	}
	recordData struct {
		Title, To, On, Note, Source string
		ReplyDue                    string `yaml:"reply_due"`
		Events                      []letterEventData
	}
	statementData struct {
		On, Claim, Source, Note string
		Kind                    models.StatementKind
		Channel                 models.Channel
	}
	impactData struct {
		On, Since, Area, Theme, Impact string
		BeforeMonth                    *int `yaml:"before_month"`
		SinceCount                     *int `yaml:"since_count"`
		Quote                          models.QuoteUse
	}
	findingData struct {
		Published, Subject, Reference, Source string
		Grade                                 models.Grade
	}
	incidentData struct {
		Slug, Title      string
		StartedOn        string `yaml:"started_on"`
		EndedOn          string `yaml:"ended_on"`
		EndNote          string `yaml:"end_note"`
		Homes, Residents int
		Summary, Source  string
	}
	pointData struct {
		Title   string
		Demands []string
	}

	realData struct {
		Landlord       landlordData
		Branch         branchData
		Incident       incidentData
		Statements     []statementData
		Impacts        []impactData
		Findings       []findingData
		Points         []pointData
		Measures       map[int]string // figure behind a demand, by the demand's number
		Recipients     map[string]recipientData
		Records        []recordData
		OpenLetter     letterData `yaml:"open_letter"`
		MinisterLetter letterData `yaml:"minister_letter"`
	}

	areaData struct {
		Name, Street, Postcode string
	}
	paperData struct {
		From, To, Event, Subject, Salutation, Closing, Body string
		SignOff                                             []string `yaml:"sign_off"`
	}
	memberData struct {
		Name, Area, Home          string
		Tenure                    models.Tenure
		Account, Safety, Received string
		Consent                   string // "no" where it is not given yet
		Theme                     models.Theme
		Title, Summary, Wanted    string
		StillUnhappy              string `yaml:"still_unhappy"`
		LateReason                string `yaml:"late_reason"`
		LandlordRef               string `yaml:"landlord_ref"`
		Needs, Court, Assign      string
		Events                    string
		Letters                   map[string]paperData
	}
	inventedData struct {
		Landlord   landlordData
		Branch     branchData
		Areas      map[string]areaData
		Recipients map[string]recipientData
		Points     []pointData
		OpenLetter letterData `yaml:"open_letter"`
		Members    []memberData
	}
)

// read decodes a data file; a field that has no place is an error, for it would be lost in silence.
func read(name string, into any) error {
	b, err := data.ReadFile("data/" + name)
	if err != nil {
		return fmt.Errorf("read %s: %w", name, err)
	}
	if err := yaml.UnmarshalWithOptions(b, into, yaml.Strict()); err != nil {
		return fmt.Errorf("read %s: %w", name, err)
	}
	return nil
}

// entry is one line of a case's events.
type entry struct {
	id, corrects string
	by           string // role; "" the caseworker
	kind         models.Kind
	on, until    civil.Date
	recorded     civil.Date // zero: on its own day
	channel      models.Channel
	answered     bool
	reference    string
	finding      models.Grade
	reason       models.ClosedReason
	at           civil.Time
	about        string // the id of the event that it belongs to
	procedure    models.Procedure
	category     string
	urgency      models.Urgency
	items        string
	minutes      int
	halfDays     int
	note         string
	exhibits     []exhibitLine
}

// exhibitLine is a file on an event: a photo that is drawn, or one of the case's letters.
type exhibitLine struct {
	photo, letter, title string
}

// script reads the events of a case. The format stands at the head of data/harbour.yaml.
func script(text string, today civil.Date) ([]entry, error) {
	var all []entry
	var last civil.Date
	for _, line := range strings.Split(text, "\n") {
		if line = strings.TrimSpace(line); line == "" {
			continue
		}
		if rest, ok := strings.CutPrefix(line, "+ "); ok {
			if len(all) == 0 {
				return nil, fmt.Errorf("exhibit %q hangs on no event", rest)
			}
			x, err := exhibitOf(rest)
			if err != nil {
				return nil, fmt.Errorf("exhibit %q: %w", rest, err)
			}
			all[len(all)-1].exhibits = append(all[len(all)-1].exhibits, x)
			continue
		}
		e, err := entryOf(line, last, today)
		if err != nil {
			return nil, fmt.Errorf("line %q: %w", line, err)
		}
		last = e.on
		all = append(all, e)
	}
	return all, nil
}

func exhibitOf(rest string) (exhibitLine, error) {
	what, title, ok := strings.Cut(rest, " | ")
	kind, name, named := strings.Cut(strings.TrimSpace(what), " ")
	x := exhibitLine{title: strings.TrimSpace(title)}
	switch {
	case ok && named && kind == "photo":
		x.photo = name
	case ok && named && kind == "letter":
		x.letter = name
	default:
		return x, fmt.Errorf("want: photo NAME | TITLE, or: letter NAME | TITLE")
	}
	return x, nil
}

func entryOf(line string, last, today civil.Date) (entry, error) {
	head, note, _ := strings.Cut(line, " : ")
	words := strings.Fields(head)
	if len(words) < 2 {
		return entry{}, fmt.Errorf("want a day and a kind")
	}
	e := entry{kind: models.Kind(words[1]), note: strings.TrimSpace(note)}
	var err error
	if e.on, err = day(words[0], last, today); err != nil {
		return e, err
	}
	if !e.kind.Known() {
		return e, fmt.Errorf("no kind of event %q", words[1])
	}
	for _, w := range words[2:] {
		name, value, isSet := strings.Cut(w, "=")
		switch {
		case w == "answered":
			e.answered = true
		case !isSet && models.Channel(w).Known():
			e.channel = models.Channel(w)
		case !isSet:
			return e, fmt.Errorf("no channel %q", w)
		default:
			err = e.set(name, value, last, today)
		}
		if err != nil {
			return e, err
		}
	}
	return e, nil
}

// set gives one setting of a line its place.
func (e *entry) set(name, value string, last, today civil.Date) (err error) {
	switch name {
	case "id":
		e.id = value
	case "corrects":
		e.corrects = value
	case "by":
		e.by = value
	case "ref":
		e.reference = value
	case "finding":
		e.finding = models.Grade(strings.ReplaceAll(value, "_", " "))
	case "reason":
		e.reason = models.ClosedReason(value)
	case "until":
		e.until, err = day(value, last, today)
	case "rec":
		e.recorded, err = day(value, last, today)
	default:
		return e.setMore(name, value)
	}
	return err
}

// setMore is set for what only hazards, repairs, requests and contact have.
func (e *entry) setMore(name, value string) (err error) {
	switch name {
	case "at":
		e.at, err = civil.ParseTime(value)
	case "about":
		e.about = value
	case "procedure":
		e.procedure = models.Procedure(value)
	case "category":
		e.category = value
	case "urgency":
		e.urgency = models.Urgency(value)
	case "items":
		e.items = strings.ReplaceAll(value, ",", " ")
	case "minutes":
		e.minutes, err = strconv.Atoi(value)
	case "half_days":
		e.halfDays, err = strconv.Atoi(value)
	default:
		return fmt.Errorf("no setting %q", name)
	}
	return err
}

// day reads 2023-05-09, -12w (working days from today), +3w, -30d, or ^+5w (from the event before).
func day(s string, last, today civil.Date) (civil.Date, error) {
	from := today
	if rest, ok := strings.CutPrefix(s, "^"); ok {
		s, from = rest, last
	}
	if s == "" || s[0] != '+' && s[0] != '-' {
		return civil.Parse(s)
	}
	n, err := strconv.Atoi(s[:len(s)-1])
	if err != nil {
		return 0, fmt.Errorf("no day %q", s)
	}
	switch s[len(s)-1] {
	case 'd':
		return from.AddDays(n), nil
	case 'w':
		cal, _ := civil.Get(civil.EnglandAndWales)
		return cal.Add(from, n), nil
	}
	return 0, fmt.Errorf("no day %q", s)
}

// optionalDay is day for a field that may be empty.
func optionalDay(s string, today civil.Date) (civil.Date, error) {
	if s == "" {
		return 0, nil
	}
	return day(s, 0, today)
}

// at is an instant on a day in London.
func at(d civil.Date, after time.Duration) time.Time { return d.Time().Add(after) }
