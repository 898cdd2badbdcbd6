package views

import (
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

// CasesPage is the list of cases.
type CasesPage struct {
	Page
	Lines   []CaseLine
	Total   int
	Number  int // of this page, from 1
	Pages   int
	Query   url.Values // of this list, for the next page and for taking one filter away
	Search  string
	Stage   string
	Theme   string
	Overdue bool
	Mine    bool
	Open    bool
	Own     bool // a member's own cases: no filters, no names
	CanOpen bool
	Any     bool // the branch has cases at all
}

// CaseLine is a row of the list.
type CaseLine struct {
	Case     models.Case
	Member   string
	Area     string
	Assignee string
	NextDue  civil.Date
	Late     int // working days overdue
	Left     int // working days left
	Today    civil.Date
}

// deadline is the most urgent clock of the row in words, with the colour that goes with them.
func (l CaseLine) deadline() components.TagProps {
	switch {
	case l.NextDue.IsZero():
		return components.TagProps{}
	case l.NextDue < l.Today:
		return components.TagProps{Text: "Overdue " + workingDays(l.Late), Colour: components.TagBad}
	case l.NextDue == l.Today:
		return components.TagProps{Text: "Due today", Colour: components.TagDue}
	case l.Left <= 3:
		return components.TagProps{Text: "Due in " + workingDays(l.Left), Colour: components.TagDue}
	}
	return components.TagProps{Text: "Due in " + workingDays(l.Left), Colour: components.TagRunning}
}

// about is the line under the title of a row: the reference, whose case it is, where, and what it is about.
func (l CaseLine) about(own bool) string {
	words := []string{l.Case.Ref}
	if !own {
		words = append(words, l.Member)
		if l.Area != "" {
			words = append(words, l.Area)
		}
	}
	return strings.Join(append(words, l.Case.Theme.Label()), " · ")
}

// with says who runs the case.
func (l CaseLine) with() string {
	if l.Assignee == "" {
		return "Not assigned"
	}
	return "With " + l.Assignee
}

func workingDays(n int) string {
	if n == 1 {
		return "1 working day"
	}
	return strconv.Itoa(n) + " working days"
}

func (p CasesPage) filtered() bool {
	return p.Search != "" || p.Stage != "" || p.Theme != "" || p.Overdue || p.Mine || p.Open
}

// chosen are the filters that are set, each with the address of the list without it.
func (p CasesPage) chosen() []components.FilterTag {
	var tags []components.FilterTag
	add := func(key, text string) {
		q := url.Values{}
		for k, v := range p.Query {
			if k != key && k != "page" {
				q[k] = v
			}
		}
		tags = append(tags, components.FilterTag{Text: text, Href: withQuery("/cases", q)})
	}
	if p.Overdue {
		add("overdue", "Overdue")
	}
	if p.Mine {
		add("mine", "Assigned to me")
	}
	if p.Open {
		add("open", "Not closed")
	}
	if p.Stage != "" {
		add("stage", models.Status(p.Stage).Label())
	}
	if p.Theme != "" {
		add("theme", models.Theme(p.Theme).Label())
	}
	if p.Search != "" {
		add("q", "“"+p.Search+"”")
	}
	return tags
}

func withQuery(path string, q url.Values) string {
	if len(q) == 0 {
		return path
	}
	return path + "?" + q.Encode()
}

// ResidentForm is what is typed about the person of a case.
type ResidentForm struct {
	Name          string
	Email         string
	Phone         string
	Address       string
	Postcode      string
	Area          string
	Tenure        string
	ContactSafety string
}

// ResidentFormOf fills the form from a member.
func ResidentFormOf(m models.Member) ResidentForm {
	return ResidentForm{Name: m.Name, Email: m.Email, Phone: m.Phone, Address: m.Address, Postcode: m.Postcode, Area: m.Area,
		Tenure: string(m.Tenure), ContactSafety: m.ContactSafety}
}

// ResidentPage changes what is written down about the person of a case.
type ResidentPage struct {
	Page
	Ref     string
	Version string
	Form    ResidentForm
	Current *models.Member // what somebody else saved meanwhile
}

// CaseForm is what is typed to open a case.
type CaseForm struct {
	MemberID   string
	MemberName string // shown where MemberID names somebody
	ResidentForm
	Theme       string
	Title       string
	Summary     string
	Wanted      string
	LandlordRef string
	Received    components.DateValue
	Consent     bool
}

// CaseNewPage opens a case.
type CaseNewPage struct {
	Page
	Form CaseForm
}

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

// EventForm is what is typed about an event.
type EventForm struct {
	Version   string
	Kind      string
	Replaces  string
	On        components.DateValue
	Until     components.DateValue
	Note      string
	Reference string
	Channel   string
	Answered  string // yes, no or empty
	Finding   string
	Reason    string
	Staged    []string // ids of files that are uploaded already
}

// EventPage is the form for one event.
type EventPage struct {
	Page
	Case     models.Case
	Kind     models.Kind
	Form     EventForm
	Staged   []models.Attachment
	Replaced *models.Entry  // the event that is corrected
	News     []models.Entry // what others added meanwhile
	Today    civil.Date
}

// EventCheckPage shows what an event would change, before it is saved.
type EventCheckPage struct {
	Page
	Case    models.Case
	Event   models.Event
	Form    EventForm
	Staged  []models.Attachment
	Changes []timeline.Change
	Status  string // the status line after it
}

// DetailsForm is what is typed about a case beside its events.
type DetailsForm struct {
	Version      string
	Theme        string
	Title        string
	Summary      string
	Wanted       string
	StillUnhappy string
	LateReason   string
	LandlordRef  string
	OmbudsmanRef string
	CourtAction  bool
	Needs        string
}

// DetailsPage changes the words of a case.
type DetailsPage struct {
	Page
	Ref     string
	Form    DetailsForm
	Current *DetailsForm // what somebody else saved meanwhile
}

// ReferralCheck is one line of the readiness check.
type ReferralCheck struct {
	Title string
	State string // done, missing, warning
	Found string
	Mend  string
	Href  string // where to mend it; "" where nowhere
}

// ReferralPage is the readiness check of a case.
type ReferralPage struct {
	Page
	Case     models.Case
	Checks   []ReferralCheck
	Ready    bool
	Missing  int
	Exhibits []models.Attachment
	Breaches int
}

func stageOptions() []components.Option {
	var os []components.Option
	for _, s := range models.Stages {
		os = append(os, components.Option{Value: string(s), Label: sentence(s.Label())})
	}
	return os
}

func themeOptions() []components.Option {
	var os []components.Option
	for _, t := range models.Themes {
		os = append(os, components.Option{Value: string(t), Label: t.Label()})
	}
	return os
}

func tenureOptions() []components.Option {
	var os []components.Option
	for _, t := range models.Tenures {
		os = append(os, components.Option{Value: string(t), Label: t.Label()})
	}
	return os
}

func channelOptions() []components.Option {
	var os []components.Option
	for _, c := range models.Channels {
		os = append(os, components.Option{Value: string(c), Label: c.Label()})
	}
	return os
}

func reasonOptions() []components.Option {
	var os []components.Option
	for _, r := range models.ClosedReasons {
		os = append(os, components.Option{Value: string(r), Label: sentence(r.Label())})
	}
	return os
}

func gradeOptions() []components.Option {
	var os []components.Option
	for _, g := range models.Grades {
		os = append(os, components.Option{Value: string(g), Label: sentence(string(g))})
	}
	return os
}

// KindOptions are the kinds of event that may be logged, in groups.
func KindOptions() []components.Option { return kindOptions }

var kindOptions = slices.Clip(makeKindOptions())

func makeKindOptions() []components.Option {
	var os []components.Option
	for _, g := range models.KindGroups {
		for _, k := range g.Kinds {
			os = append(os, components.Option{Value: string(k), Label: k.Label(), Group: g.Heading})
		}
	}
	return os
}

// sentence gives words a capital letter.
func sentence(s string) string {
	if s == "" {
		return ""
	}
	return strings.ToUpper(s[:1]) + s[1:]
}

// errorOn is the sentence for a field, where it has one.
func (p Page) errorOn(field string) string {
	for _, e := range p.Errors {
		if e.Field == field {
			return e.Text
		}
	}
	return ""
}

func casePath(ref string, more ...string) string {
	return strings.Join(append([]string{"/cases/" + ref}, more...), "/")
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

func ticked(on bool, value string) []string {
	if on {
		return []string{value}
	}
	return nil
}

func without(q url.Values, keys ...string) url.Values {
	c := url.Values{}
	for k, v := range q {
		c[k] = v
	}
	for _, k := range keys {
		c.Del(k)
	}
	return c
}

func countOf(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return strconv.Itoa(n) + " " + many
}

func bundleButton(ready bool) string {
	if ready {
		return "Download the bundle"
	}
	return "Download a draft of the bundle"
}

func checkTag(state string) components.TagProps {
	switch state {
	case "done":
		return components.TagProps{Text: "In order", Colour: components.TagGood}
	case "missing":
		return components.TagProps{Text: "Missing", Colour: components.TagBad}
	}
	return components.TagProps{Text: "Look at this", Colour: components.TagDue}
}

// dayQuestion asks for the date of an event in the words of its kind.
func dayQuestion(k models.Kind) string {
	switch k { //nolint:exhaustive // the others are asked alike
	case models.KindComplaintMade:
		return "On which day did the landlord receive the complaint?"
	case models.KindComplaintAcknowledged, models.KindStage2Acknowledged:
		return "What is the date of the acknowledgement?"
	case models.KindStage1Response, models.KindStage2Response:
		return "What is the date of the response?"
	case models.KindEscalationRequested:
		return "On which day was stage 2 asked for?"
	case models.KindExtensionNotified:
		return "On which day did the landlord say so?"
	case models.KindPromiseMade:
		return "On which day was it promised?"
	case models.KindDetermination:
		return "What is the date of the determination?"
	case models.KindAuthorityGiven:
		return "On which day was it signed?"
	}
	return "On which day?"
}

func hasChannel(k models.Kind) bool {
	switch k { //nolint:exhaustive // the others do not travel
	case models.KindOrderDue, models.KindOrderMet, models.KindNote, models.KindCaseClosed, models.KindCaseReopened, models.KindRetracted,
		models.KindAuthorityGiven, models.KindSolicitorActing, models.KindDetermination:
		return false
	}
	return true
}

func hasReference(k models.Kind) bool {
	switch k { //nolint:exhaustive // the others have none
	case models.KindRepairRaised, models.KindAppointmentMissed, models.KindComplaintMade, models.KindComplaintAcknowledged, models.KindStage1Response,
		models.KindOmbudsmanHelp, models.KindOmbudsmanReferral, models.KindDetermination, models.KindOrderDue, models.KindOrderMet, models.KindContactAttempt:
		return true
	}
	return false
}

func referenceLabel(k models.Kind) string {
	switch k { //nolint:exhaustive // the others are the landlord's
	case models.KindRepairRaised, models.KindAppointmentMissed:
		return "Job number"
	case models.KindOmbudsmanHelp, models.KindOmbudsmanReferral, models.KindDetermination:
		return "The Ombudsman's reference"
	case models.KindOrderDue, models.KindOrderMet:
		return "Which order"
	}
	return "The landlord's reference"
}

func noteLabel(k models.Kind) string {
	switch k { //nolint:exhaustive // the others are asked alike
	case models.KindRetracted:
		return "Why is it taken back?"
	case models.KindNote:
		return "Note"
	case models.KindPromiseMade:
		return "What was promised, and by whom?"
	case models.KindOrderDue:
		return "What was ordered?"
	case models.KindAdverseAction:
		return "What was done to the resident?"
	}
	return "What happened?"
}

// noteHint says who will read the note.
func noteHint(k models.Kind) string {
	switch k { //nolint:exhaustive // the others are the case's history, which a referral prints
	case models.KindNote, models.KindCaseClosed, models.KindCaseReopened, models.KindRetracted, models.KindStoryReceived, models.KindConsentGiven:
		return "Those who run cases see it, and the resident on their own case."
	}
	return "It is printed in the chronology of a referral. Leave out what the Ombudsman need not know."
}

func eventSummary(p EventCheckPage) []components.SummaryRow {
	e := p.Event
	rows := []components.SummaryRow{{Key: "What", Text: e.Words()}, {Key: "Day", Text: e.On.Long()}}
	if e.Note != "" {
		rows = append(rows, components.SummaryRow{Key: noteLabel(e.Kind), Text: e.Note})
	}
	for _, a := range p.Staged {
		rows = append(rows, components.SummaryRow{Key: "File", Text: a.Title + " (" + fileKind(a.MediaType) + ", " + size(a.Size) + ")"})
	}
	return append(rows, components.SummaryRow{Key: "The case will stand at", Text: sentence(p.Status)})
}

func detailsSummary(f DetailsForm) []components.SummaryRow {
	return []components.SummaryRow{
		{Key: "Title", Text: f.Title}, {Key: "Theme", Text: models.Theme(f.Theme).Label()}, {Key: "What happened", Text: f.Summary},
		{Key: "What would put it right", Text: f.Wanted}, {Key: "Why still unhappy", Text: f.StillUnhappy}, {Key: "Why late", Text: f.LateReason},
		{Key: "The landlord's reference", Text: f.LandlordRef}, {Key: "The Ombudsman's reference", Text: f.OmbudsmanRef}, {Key: "Adjustments", Text: f.Needs},
	}
}

// newEvent is the address of the form for an event, that corrects another one where replaces is not 0.
func newEvent(ref string, k models.Kind, replaces int64) string {
	path := "/cases/" + ref + "/events/new?kind=" + url.QueryEscape(string(k))
	if replaces != 0 {
		path += "&replaces=" + strconv.FormatInt(replaces, 10)
	}
	return path
}

// flags are the marks beside the status line.
func (p CasePage) flags() []components.TagProps {
	var tags []components.TagProps
	worst := 0
	for _, k := range p.Result.Clocks {
		if k.State == timeline.Overdue && k.Rule.Bound == models.BoundLandlord && p.Case.Status != models.StatusClosed {
			worst = max(worst, k.Late)
		}
	}
	if worst > 0 {
		tags = append(tags, components.TagProps{Text: "Overdue " + workingDays(worst), Colour: components.TagBad})
	}
	if !p.Case.SilentSince.IsZero() && p.Case.Status != models.StatusClosed {
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

func orWord(s, word string) string {
	if s == "" {
		return word
	}
	return s
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
		lines[i].ClockRowProps = clockProps(i, lines[i].Clocks)
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

// clockProps says where clocks stand that all give the same answer.
func clockProps(i int, ks []timeline.Clock) components.ClockRowProps {
	k := ks[0]
	p := components.ClockRowProps{ID: "clock-" + strconv.Itoa(i+1), Title: k.Rule.Title, Words: sentence(k.Words()), Tag: clockTag(k), Source: source(k),
		SourceURL: k.Rule.Regime.Source.Address}
	if k.Reference != "" {
		p.Title += ": " + k.Reference
	}
	if !k.Due.IsZero() {
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

func residentSummary(m models.Member) []components.SummaryRow {
	return []components.SummaryRow{{Key: "Name", Text: m.Name}, {Key: "Home", Text: strings.TrimSpace(m.Address + "\n" + m.Postcode)}, {Key: "Estate or area", Text: m.Area},
		{Key: "How the home is held", Text: m.Tenure.Label()}, {Key: "Phone", Text: m.Phone}, {Key: "E-mail", Text: m.Email}, {Key: "Contact", Text: m.ContactSafety}}
}
