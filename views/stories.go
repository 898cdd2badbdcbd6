package views

import (
	"net/url"
	"strconv"
	"strings"
	"time"

	"commoncase/models"
	"commoncase/models/catalogue"
	"commoncase/models/civil"
	"commoncase/views/components"
)

// StoriesPath is the inbox of stories.
const StoriesPath = "/stories"

// StoryPath is the address of a story, or of a page below it.
func StoryPath(ref string, more ...string) string {
	return strings.Join(append([]string{StoriesPath + "/" + ref}, more...), "/")
}

// InboxPage is a part of the inbox of stories.
type InboxPage struct {
	Page
	Tab       models.InboxTab
	Counts    map[models.InboxTab]int
	Lines     []InboxLine
	Total     int
	Number    int // of this page, from 1
	Pages     int
	Search    string
	Query     url.Values
	Chosen    []string // ticked
	Open      bool     // the branch takes stories
	CanIntake bool
	Address   string // of the story form, as people type it
	Today     civil.Date
}

// InboxLine is a story in the inbox.
type InboxLine struct {
	models.Story
	AtRisk   []string // in words
	CaseRef  string
	Incident string
	Files    int
	Asked    bool
}

var inboxLabels = []struct {
	tab          models.InboxTab
	label, about string
}{
	{models.InboxWaiting, "Waiting", "Stories that were sent, the oldest first. Read each, and make a case of it, join it to what is there already, ask back, or say why the branch cannot take it."},
	{models.InboxAnswered, "Answered", "Somebody wrote to the branch, and nobody has read it yet. It may be about a story that became a case long ago."},
	{models.InboxAsked, "Asked back", "The branch asked something, and it is the teller's turn."},
	{models.InboxHeld, "Kept aside", "Stories that came in a flood, or that only a program would have sent so. Nothing is deleted: tick those that a person told."},
	{models.InboxDone, "Dealt with", "What became a case, a part of one, a report of an incident, or was refused. Each step can be undone."},
}

func (p InboxPage) tabs() []NavItem {
	items := make([]NavItem, len(inboxLabels))
	for i, l := range inboxLabels {
		items[i] = NavItem{Label: l.label + " (" + strconv.Itoa(p.Counts[l.tab]) + ")", Href: StoriesPath + "?tab=" + string(l.tab), Active: p.Tab == l.tab}
	}
	return items
}

func (p InboxPage) label() string { return inboxText(p.Tab, false) }
func (p InboxPage) about() string { return inboxText(p.Tab, true) }

func inboxText(tab models.InboxTab, about bool) string {
	for _, l := range inboxLabels {
		if l.tab == tab && about {
			return l.about
		} else if l.tab == tab {
			return l.label
		}
	}
	return ""
}

// empty is what an empty part says.
func (p InboxPage) empty() string {
	switch p.Tab {
	case models.InboxAnswered:
		return "Every answer has been read."
	case models.InboxAsked:
		return "Nobody owes the branch an answer."
	case models.InboxHeld:
		return "Nothing is kept aside."
	case models.InboxDone:
		if p.Search != "" {
			return "No story fits. Search by its reference, the estate, the postcode, or the name on its case."
		}
		return "No story has been dealt with yet."
	case models.InboxWaiting:
	}
	return "No story waits."
}

// storyHow says how a story was taken down.
func storyHow(h models.StoryHow) string {
	switch h {
	case models.HowHelper:
		return "taken down by a helper"
	case models.HowPaper:
		return "from the paper form"
	case models.HowOffice:
		return "the page of a member whose case the branch opened"
	case models.HowSelf:
	}
	return "written by themselves"
}

// languageName is a language in English.
func languageName(tag string) string {
	for _, l := range catalogue.Languages() {
		if l.Tag == tag {
			return l.English
		}
	}
	return tag
}

// storyTitle is what a story is called: its theme, never its teller.
func storyTitle(x *models.Story) string {
	switch {
	case x.How == models.HowOffice:
		return "Messages of a member"
	case x.Theme == "":
		return "Story without a theme"
	}
	return x.Theme.Label()
}

func (l InboxLine) about() string {
	words := []string{l.Ref}
	if l.Area != "" {
		words = append(words, l.Area)
	}
	if l.Lang != catalogue.English {
		words = append(words, "told in "+languageName(l.Lang))
	}
	words = append(words, storyHow(l.How))
	if l.Files > 0 {
		words = append(words, countOf(l.Files, "file", "files"))
	}
	return strings.Join(words, " · ")
}

// since says how long a story has waited.
func (l InboxLine) since(today civil.Date) string {
	on := l.SentOn()
	line := "Sent " + on.Long()
	if days := int(today - on); l.Open() && days > 0 {
		line += ", " + countOf(days, "day", "days") + " ago"
	}
	return line
}

// tags are what cannot wait, and whose turn it is.
func (l InboxLine) tags() []components.TagProps {
	var tags []components.TagProps
	for _, r := range l.AtRisk {
		tags = append(tags, components.TagProps{Text: r, Colour: components.TagBad})
	}
	if l.Unread {
		tags = append(tags, components.TagProps{Text: "Answer to read", Colour: components.TagDue})
	}
	return tags
}

// became says what a story is now.
func (l InboxLine) became() string {
	switch l.State {
	case models.StoryCase:
		return "Case " + l.CaseRef
	case models.StoryJoined:
		return "Joined to case " + l.CaseRef
	case models.StoryIncident:
		return "A report of: " + l.Incident
	case models.StoryRefused:
		return "Refused"
	case models.StoryHeld:
		return "Kept aside: " + heldWords(l.HeldReason)
	case models.StoryNew, models.StoryDraft, models.StoryErased:
	}
	return ""
}

// heldWords says why a story is kept aside.
func heldWords(reason string) string {
	switch reason {
	case "flood":
		return "many stories came within a short time"
	case "trap":
		return "a field that people do not see was filled in"
	case "proof":
		return "the browser did not do the sum that programs in a hurry leave out"
	}
	return reason
}

// TriageStoryPage is the page of one story for whoever deals with it.
type TriageStoryPage struct {
	Page
	Story        models.Story
	Answers      models.Answers
	State        string // in words
	CaseRef      string
	IncidentSlug string
	IncidentName string
	Taker        string
	Files        []models.StoryFile
	Messages     []StoryMessageLine
	Translations []StoryTranslationLine
	Consents     []StoryConsentLine
	Moves        []StoryMoveLine
	Same         []SameLine
	Incidents    []models.Incident
	Undo         []string // what undoing does; nothing where it cannot be
	Before       string
	Gone         bool
	Seen         int64
	Question     string // as it was typed
	Translation  TranslationForm
}

// StoryMessageLine is a message.
type StoryMessageLine struct {
	models.StoryMessage
	Who string
}

// StoryTranslationLine is a translation with who wrote it down.
type StoryTranslationLine struct {
	models.StoryTranslation
	Recorder string
}

// StoryConsentLine is where one purpose stands.
type StoryConsentLine struct {
	Purpose models.Purpose
	State   models.ConsentState
	Taker   string
}

// StoryMoveLine is a step of triage.
type StoryMoveLine struct {
	models.StoryMove
	Who      string
	CaseRef  string
	Incident string
}

// SameLine is a story or case that may be the same matter.
type SameLine struct {
	Ref, Title, Line, Why string
	Case                  bool
}

// TranslationForm is a translation as it was typed.
type TranslationForm struct {
	Lang, Body, MadeBy string
}

func (p TriageStoryPage) path(more ...string) string { return StoryPath(p.Story.Ref, more...) }
func (p TriageStoryPage) version() string            { return strconv.FormatInt(p.Story.Version, 10) }

// told says when, how and in which language a story came.
func (p TriageStoryPage) told() string {
	line := "Sent " + at(p.Story.SentAt) + ", " + storyHow(p.Story.How)
	if p.Taker != "" {
		line += " (" + p.Taker + ")"
	}
	return line + ", on the pages in " + languageName(p.Story.Lang) + "."
}

func at(t *time.Time) string {
	if t == nil {
		return "at a time that was not kept"
	}
	return moment(*t)
}

// tags are what cannot wait.
func (p TriageStoryPage) tags() []components.TagProps {
	l := InboxLine{Story: p.Story, AtRisk: models.RiskWords(p.Answers.AtRisk)}
	return l.tags()
}

// themes are all themes that were ticked.
func storyThemes(a models.Answers) string {
	var words []string
	for _, t := range a.Themes {
		words = append(words, t.Label())
	}
	return strings.Join(words, ", ")
}

func yesNoUnsure(v string) string {
	switch v {
	case "yes":
		return "Yes"
	case "no":
		return "No"
	case "unsure":
		return "They are not sure"
	}
	return v
}

// since is when it began, as said and as it was read.
func (p TriageStoryPage) since() string {
	switch said := p.Answers.Since; {
	case said == "":
		return ""
	case p.Story.Since.IsZero():
		return "“" + said + "” (no day could be read out of it)"
	default:
		return "“" + said + "” (read as " + p.Story.Since.Long() + ")"
	}
}

// answers are what was told, question by question, in the caseworker's words. What was not answered is left out.
func (p TriageStoryPage) answers() []components.SummaryRow {
	a := p.Answers
	tenure := ""
	if a.Tenure != "" {
		tenure = a.Tenure.Label()
	}
	all := []struct{ key, text string }{
		{"Themes", storyThemes(a)}, {"Since", p.since()},
		{"Landlord, as said", a.Landlord}, {"Address", a.Address}, {"Postcode", a.Postcode}, {"Estate", a.Area}, {"How the home is held", tenure},
		{"Reported to the landlord", yesNoUnsure(a.Reported)}, {"When, as said", a.ReportedWhen}, {"How", a.ReportedHow}, {"Job numbers", a.JobNumbers},
		{"What the landlord answered", a.Answer}, {"A complaint was made", yesNoUnsure(a.Complaint)},
		{"Who lives there", a.People}, {"At risk", strings.Join(models.RiskWords(a.AtRisk), ", ")}, {"What they need", a.Needs},
		{"What they want", a.Wanted},
	}
	var rows []components.SummaryRow
	for _, r := range all {
		if r.text != "" {
			rows = append(rows, components.SummaryRow{Key: r.key, Value: told(r.text)})
		}
	}
	return rows
}

// contact is how they can be reached.
func (p TriageStoryPage) contact() []components.SummaryRow {
	a := p.Answers
	name := a.Name
	if a.Anonymous || name == "" {
		name = "They gave no name. A message here reaches them when they come back with their code."
	}
	rows := []components.SummaryRow{{Key: "Name", Text: name}}
	for _, r := range []struct{ key, text string }{{"Phone", a.Phone}, {"E-mail", a.Email}, {"Safe ways", sentence(strings.Join(models.WayWords(a.SafeWays), ", "))},
		{"When it is safe, as said", a.SafeTimes}} {
		if r.text != "" {
			rows = append(rows, components.SummaryRow{Key: r.key, Text: r.text})
		}
	}
	if a.DoNotName {
		rows = append(rows, components.SummaryRow{Key: "In messages", Text: "Do not name the landlord, housing or the branch"})
	}
	return rows
}

// consents say each purpose with its answer, its day and who took it.
func (p TriageStoryPage) consents() []components.SummaryRow {
	text := catalogue.In(catalogue.English)
	var rows []components.SummaryRow
	for _, l := range p.Consents {
		rows = append(rows, components.SummaryRow{Key: text.T("consent." + string(l.Purpose) + ".title"), Text: l.words()})
	}
	return rows
}

func (l StoryConsentLine) words() string {
	s := l.State
	if !s.Asked {
		return "Not asked"
	}
	value := "Yes"
	switch s.Value {
	case models.ConsentNo:
		value = "No"
	case models.ConsentAnonymous:
		value = "Yes, without a name"
	case models.ConsentFirstName:
		value = "Yes, with the first name"
	case models.ConsentFullName:
		value = "Yes, with the full name"
	case models.ConsentYes:
	}
	how := "answered by themselves"
	switch s.How {
	case models.ConsentSpoken:
		how = "said out loud"
	case models.ConsentPaper:
		how = "on paper"
	case models.ConsentOffice:
		how = "written down by the branch"
	case models.ConsentSelf:
	}
	if l.Taker != "" {
		how += " to " + l.Taker
	}
	line := value + " – " + s.On.Long() + ", " + how
	if s.Lapsed {
		line += ". It ran out on " + s.RenewBy.Long()
	}
	return line
}

// fileState says how far a file is.
func fileState(f models.StoryFile) string {
	words := sentence(models.FileWords(f.MediaType))
	if f.Purpose == models.FileAuthority {
		words = "Signed authority to act, " + models.FileWords(f.MediaType)
	}
	switch f.State {
	case models.FilePending:
		return words + " · the copy that may be shared is being made. Look again in a minute."
	case models.FileFailed:
		return words + " · no copy can be made: " + f.Error
	case models.FileReady:
		if f.AttachmentID != 0 {
			return words + " · among the files of the case"
		}
	case models.FileArriving, models.FileSealed:
	}
	return words
}

func fileTitle(f models.StoryFile) string {
	if f.Title != "" {
		return f.Title
	}
	if f.Name != "" {
		return f.Name
	}
	return "File"
}

func (p TriageStoryPage) file(f models.StoryFile, original bool) string {
	path := p.path("files", strconv.FormatInt(f.ID, 10))
	if original {
		path += "?original=1"
	}
	return path
}

// history are the steps, the newest first.
func (p TriageStoryPage) history() []components.TimelineItem {
	var items []components.TimelineItem
	for i := len(p.Moves) - 1; i >= 0; i-- {
		m := p.Moves[i]
		items = append(items, components.TimelineItem{Title: moveWords(m), By: m.Who, When: moment(m.RecordedAt), Text: m.Reason})
	}
	return append(items, components.TimelineItem{Title: "Sent to the branch", By: "its teller", When: at(p.Story.SentAt)})
}

func moveWords(m StoryMoveLine) string {
	if m.Undoes != 0 {
		switch m.Was {
		case models.StoryCase:
			return "Undone: it is no longer case " + m.CaseRef
		case models.StoryJoined:
			return "Undone: parted from case " + m.CaseRef
		case models.StoryIncident:
			return "Undone: no longer a report of " + m.Incident
		case models.StoryRefused:
			return "Undone: no longer refused"
		case models.StoryNew:
			return "Undone: kept aside again"
		case models.StoryDraft, models.StoryHeld, models.StoryErased:
		}
	}
	switch m.Became {
	case models.StoryCase:
		return "Turned into case " + m.CaseRef
	case models.StoryJoined:
		return "Joined to case " + m.CaseRef
	case models.StoryIncident:
		return "Made a report of " + m.Incident
	case models.StoryRefused:
		return "Refused"
	case models.StoryNew:
		return "Taken into the inbox"
	case models.StoryErased:
		return "Erased"
	case models.StoryDraft, models.StoryHeld:
	}
	return "Moved"
}

// translationLanguages are those that a translation can be in: English first, for that is what the branch reads.
func translationLanguages() []components.Option {
	var os []components.Option
	for _, l := range catalogue.Languages() {
		os = append(os, components.Option{Value: l.Tag, Label: l.English})
	}
	return os
}

// TriageCasePage turns a story into a case.
type TriageCasePage struct {
	Page
	Ref         string
	Version     string
	Form        CaseForm
	Reported    components.DateValue
	ReportedHow string
	Said        string // when they reported it, as said; "" where they said nothing
	Before      string // the case that is opened again
	Act         bool   // consent to act was given
	Count       bool
	Ready       int // files that come along
	Pending     int
}

// TriageJoinPage joins a story to a case.
type TriageJoinPage struct {
	Page
	Ref     string
	Version string
	Case    string
	Same    []SameLine
}

// TriageIncidentPage makes a report of an incident of a story.
type TriageIncidentPage struct {
	Page
	Ref       string
	Version   string
	Incidents []components.Option
	Chosen    string
	Theme     string
	Area      string
	Impact    string
	Quote     models.QuoteUse
}

// quoteWords says what may be done with the words of a report.
func quoteWords(q models.QuoteUse) string {
	switch q {
	case models.QuoteAnonymous:
		return "They agreed to be quoted without a name."
	case models.QuoteFirstName:
		return "They agreed to be quoted with their first name."
	case models.QuoteFullName:
		return "They agreed to be quoted with their full name."
	case models.QuoteNone:
	}
	return "They did not agree to be quoted: the report counts, and its words and area are shown to nobody outside."
}

// TriageRefusePage refuses a story, with a look at what its teller will read.
type TriageRefusePage struct {
	Page
	Ref     string
	Version string
	Reason  string
	Confirm bool
}

// TriageUndoPage says what undoing does before it is done.
type TriageUndoPage struct {
	Page
	Ref     string
	Version string
	Move    string
	What    string
	Says    []string
}

// UndoHeading names the step that is to be undone.
func UndoHeading(m models.StoryMove, caseRef, incident string) string {
	return moveWords(StoryMoveLine{StoryMove: models.StoryMove{Became: m.Became}, CaseRef: caseRef, Incident: incident})
}

// StoryStateWords says what a story is now.
func StoryStateWords(x models.Story, caseRef, incident string) string {
	if x.State == models.StoryNew {
		return "In the inbox"
	}
	return InboxLine{Story: x, CaseRef: caseRef, Incident: incident}.became()
}

// StoryTitle is what a story of a theme is called; it never names its teller.
func StoryTitle(t models.Theme) string { return storyTitle(&models.Story{Theme: t}) }
