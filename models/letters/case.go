package letters

import (
	"fmt"
	"slices"
	"strings"

	"commoncase/models"
	"commoncase/models/civil"
	"commoncase/models/rulebook"
	"commoncase/models/timeline"
)

// CaseType is a kind of letter of one case. Beside it in the folder lies its template: Markdown in which a paragraph has a sentence on
// each line, and in which a line goes where there is nothing to fill one of its {placeholders} with, and a heading with nothing under
// it. Dates, clauses and limits come from the clocks of the case and from the rulebook; no template names one. What the case does not
// hold and the letter cannot do without stands in [square brackets] until the writer has said it.
type CaseType struct {
	Slug     string
	Name     string // "Complaint (stage 1)"
	Purpose  string // what it is for, in a sentence
	To       CaseRecipient
	Subject  string // of the letter, without the title of the case
	Template string
	Signed   bool // it asks for what is given to the resident alone: whoever writes for them needs their signed authority

	Event func(CaseFacts) models.Event // what sending it is, logged with the letter as its exhibit
	Fits  func(CaseFacts) Fit
	Reply func(CaseFacts) civil.Date // the day by which it asks for an answer; nil: when its duties fall due
	Warn  func(CaseFacts) []string   // where the step can do harm; nil: nothing of its own
	Late  func(timeline.Clock) bool  // which overdue clocks it speaks of; nil: the landlord's, orders aside
}

// CaseRecipient is whom a letter of a case goes to.
type CaseRecipient struct {
	Landlord bool
	Office   string   // at the landlord: "Complaints team"
	Lines    []string // of others, a line each
	Dear     string
}

// CaseTypes are the letters of a case in the order of the road, then those that lead off it.
var CaseTypes = []CaseType{stage1Complaint, chaseLandlord, escalation, ombudsmanHelp, orderNotMet, reviewRequest, hazardReport, subjectAccess,
	costsInformation, dataBreachQuery, reasonableAdjustment, mpLetter}

// GetCaseType returns the type of a slug, and false where there is none.
func GetCaseType(slug string) (CaseType, bool) {
	for _, t := range CaseTypes {
		if t.Slug == slug {
			return t, true
		}
	}
	return CaseType{}, false
}

// CaseTypeName returns the words for the slug of a type.
func CaseTypeName(slug string) string {
	if t, ok := GetCaseType(slug); ok {
		return t.Name
	}
	return slug
}

// Fit is whether a letter can be written on a day. Why says in a sentence why not, "" where it can; From is the first day on which it
// could, zero where no day is known.
type Fit struct {
	Why  string
	From civil.Date
}

// OK reports whether the letter fits.
func (f Fit) OK() bool { return f.Why == "" }

func notYet(from civil.Date, format string, args ...any) Fit {
	return Fit{Why: fmt.Sprintf(format, args...), From: from}
}

// CaseFacts are what a letter of a case can say.
type CaseFacts struct {
	Case      models.Case
	Member    models.Member
	Landlord  models.Landlord
	Branch    models.Branch
	Writer    string     // who writes for the branch
	On        civil.Date // the day of the letter
	Own       bool       // in the resident's own name; else the branch writes for them
	About     int64      // the event whose thread it belongs to; 0: the complaint
	Procedure models.Procedure
	Category  string
	Urgency   models.Urgency
	Until     civil.Date
	Calendar  *civil.Calendar // the landlord's, with what the installation has announced
	Before    timeline.Result // the case as it stands on the day
	After     timeline.Result // as it would stand once the letter is sent on that day: its new clocks are what the letter asks for
	Sent      int64           // the number that the sending has in After
}

// CaseDraft is a letter as the facts fill it in.
type CaseDraft struct {
	Recipient string
	Subject   string
	Body      string // Markdown
	SignOff   string
	ReplyBy   civil.Date
	LeftOut   []string // clauses that the letter does not name because they are not confirmed, a sentence each
}

// standing events, newest last.

func (f CaseFacts) last(k models.Kind) (models.Event, bool) {
	for i := len(f.Before.Current) - 1; i >= 0; i-- {
		if f.Before.Current[i].Kind == k {
			return f.Before.Current[i], true
		}
	}
	return models.Event{}, false
}

func (f CaseFacts) has(k models.Kind) bool {
	_, ok := f.last(k)
	return ok
}

func (f CaseFacts) event(id int64) (models.Event, bool) {
	for _, e := range f.Before.Current {
		if id != 0 && e.ID == id {
			return e, true
		}
	}
	return models.Event{}, false
}

// Consented reports whether the resident's agreement stands: given, or an authority signed, and not withdrawn since. Within a day what was
// logged last is the last word, whatever its place on the road: somebody can sign and take it back on one day.
func Consented(current []models.Event) bool {
	e := lastWord(current, models.KindConsentGiven, models.KindAuthorityGiven, models.KindConsentWithdrawn)
	return e != nil && e.Kind != models.KindConsentWithdrawn
}

// lastWord is the latest of the events of some kinds, by day and then by number; nil where there is none.
func lastWord(current []models.Event, kinds ...models.Kind) *models.Event {
	var last *models.Event
	for i := range current {
		if e := &current[i]; slices.Contains(kinds, e.Kind) && (last == nil || e.On > last.On || (e.On == last.On && e.ID >= last.ID)) {
			last = e
		}
	}
	return last
}

// authority is the signed authority that stands.
func (f CaseFacts) authority() (on civil.Date, ok bool) {
	if e := lastWord(f.Before.Current, models.KindAuthorityGiven, models.KindConsentWithdrawn); e != nil && e.Kind == models.KindAuthorityGiven {
		return e.On, true
	}
	return 0, false
}

// Check says whether the letter may be written at all: the resident agrees, the case is open, and the type fits its state.
func (t CaseType) Check(f CaseFacts) Fit {
	if !Consented(f.Before.Current) {
		if e, ok := f.last(models.KindConsentWithdrawn); ok {
			return notYet(0, "The resident withdrew their consent on %s, so nothing is written for them. Speak to them; if they agree again, log a new consent.", e.On.Long())
		}
		return notYet(0, "No consent of the resident is logged, so nothing is written for them yet. Ask them, and log their answer.")
	}
	if f.Before.Status == models.StatusClosed {
		return notYet(0, "The case was closed on %s. Reopen it first.", f.Before.StatusOn.Long())
	}
	return t.Fits(f)
}

// MayAct says why the branch may not write for the resident, or nothing.
func (t CaseType) MayAct(f CaseFacts) string {
	if _, ok := f.authority(); f.Own || ok || !t.Signed {
		return ""
	}
	return "No signed authority of the resident is logged, and this is given to them alone. Write it in the resident's own name, or ask them to sign an authority and log it first."
}

// Warnings say where the step can do harm, a sentence or two each.
func (t CaseType) Warnings(f CaseFacts) []string {
	var out []string
	if _, ok := f.authority(); !f.Own && !ok && !t.Signed {
		out = append(out, "No signed authority is logged: whoever gets the letter may ask for one before it answers the branch.")
	}
	if f.Member.ContactSafety != "" {
		out = append(out, "There is a note on contacting this resident safely. It is not in the letter, nor are their phone number and e-mail address. Read it before you choose where the answer is to go.")
	}
	if f.Case.CourtAction && t.To.Dear != dearMP {
		out = append(out, "The case says that a court claim has been issued. Let whoever runs the claim read this letter before it goes.")
	} else if f.Before.Flags.Solicitor {
		out = append(out, "A solicitor is acting. Show them this letter before it goes.")
	}
	if f.Before.Flags.Adverse {
		out = append(out, "Something was done to the resident after they reported or complained. Ask them again whether this is to go now, and keep every letter about it.")
	}
	if t.Warn != nil {
		out = append(out, t.Warn(f)...)
	}
	return out
}

// Facts are what the texts behind the letter's clocks say without a clock, for the writer: each with its clause and how sure it is.
func (t CaseType) Facts(f CaseFacts) []rulebook.Fact {
	var out []rulebook.Fact
	seen := map[*rulebook.Regime]bool{}
	for _, c := range f.asked() {
		if g := c.Rule.Regime; !seen[g] && g.Family == rulebook.FamilyLaw {
			seen[g] = true
			for _, x := range g.Facts {
				if x.Clause == "none" {
					x.Clause = g.Short
				} else {
					x.Clause = g.Short + ", " + x.Clause
				}
				out = append(out, x)
			}
		}
	}
	return out
}

// asked are the landlord's clocks that the letter starts, of each duty the strictest; where it belongs to a thread that is open, those
// of the thread that are not met.
func (f CaseFacts) asked() []timeline.Clock {
	var out []timeline.Clock
	for _, c := range f.After.Clocks {
		switch {
		case c.Rule.Bound != models.BoundLandlord || c.Rule.Type == rulebook.TypeExtension || c.Met != 0:
		case c.StartedEvent == f.Sent, c.Opener == f.Sent, f.About != 0 && c.Opener == f.About, f.startedByAck(c):
			out = strictest(out, c)
		}
	}
	return out
}

// startedByAck reports whether a clock of the complaint waits for an acknowledgement that the letter sets going.
func (f CaseFacts) startedByAck(c timeline.Clock) bool {
	if c.Opener != 0 || c.StartedBy != timeline.StartedByAckDue {
		return false
	}
	for _, b := range f.Before.Clocks {
		if b.Rule == c.Rule && b.Opener == c.Opener {
			return b.Started == 0
		}
	}
	return true
}

// strictest adds a clock, or puts it in the place of a laxer one of the same duty.
func strictest(cs []timeline.Clock, c timeline.Clock) []timeline.Clock {
	for i := range cs {
		if cs[i].Rule.Duty == c.Rule.Duty && cs[i].Opener == c.Opener {
			if c.Due != 0 && (cs[i].Due == 0 || c.Due < cs[i].Due) {
				cs[i] = c
			}
			return cs
		}
	}
	return append(cs, c)
}

// landlords are the duties of the landlord, orders aside.
func landlords(c timeline.Clock) bool {
	return c.Rule.Bound == models.BoundLandlord && c.Rule.Type != rulebook.TypeOrder && c.Rule.Type != rulebook.TypeExtension
}

// late are the overdue clocks that the letter speaks of, of each duty the strictest: those of its thread where it belongs to one.
func (f CaseFacts) late(which func(timeline.Clock) bool) []timeline.Clock {
	if which == nil {
		which = landlords
	}
	var out []timeline.Clock
	for _, c := range f.Before.Clocks {
		if c.State == timeline.Overdue && which(c) && (f.About == 0 || c.Opener == f.About) {
			out = strictest(out, c)
		}
	}
	return out
}

// nextLate is the open clock of these that will be overdue first.
func (f CaseFacts) nextLate(which func(timeline.Clock) bool) (timeline.Clock, bool) {
	var found timeline.Clock
	ok := false
	for _, c := range f.Before.Clocks {
		if c.Open() && c.Due != 0 && which(c) && (f.About == 0 || c.Opener == f.About) && (!ok || c.Due < found.Due) {
			found, ok = c, true
		}
	}
	return found, ok
}

func of(duties ...string) func(timeline.Clock) bool {
	return func(c timeline.Clock) bool {
		for _, d := range duties {
			if c.Rule.Duty == d && c.Rule.Bound == models.BoundLandlord {
				return true
			}
		}
		return false
	}
}

// workingDays is n working days after the day of the letter, on the landlord's calendar: our own demand, and no limit of a rule.
func workingDays(n int) func(CaseFacts) civil.Date {
	return func(f CaseFacts) civil.Date { return f.Calendar.Add(f.On, n) }
}

// ordinaryReply is how many working days a letter gives where no rule gives a day.
const ordinaryReply = 10

// ReplyBy is the day by which the letter asks for its answer: the last of the days that its duties have, where it starts any.
func (t CaseType) ReplyBy(f CaseFacts) civil.Date {
	if t.Reply != nil {
		return t.Reply(f)
	}
	var last civil.Date
	for _, c := range f.asked() {
		if c.Due >= f.On {
			last = max(last, c.Due)
		}
	}
	if last == 0 {
		return workingDays(ordinaryReply)(f)
	}
	return last
}

// ComposeCase fills a letter of a case in from its facts.
func ComposeCase(t CaseType, f CaseFacts) CaseDraft {
	c := composer{t: t, f: f}
	body := c.body()
	return CaseDraft{Recipient: t.recipient(f), Subject: oneLine(t.Subject + ": " + strings.TrimRight(f.Case.Title, ".")), Body: body, SignOff: f.signOff(),
		ReplyBy: t.ReplyBy(f), LeftOut: c.leftOut}
}

func (t CaseType) recipient(f CaseFacts) string {
	lines := t.To.Lines
	if t.To.Landlord {
		lines = append([]string{t.To.Office, f.Landlord.Name}, textLines(f.Landlord.Address)...)
	}
	return strings.Join(lines, "\n")
}

func (f CaseFacts) signOff() string {
	if f.Own {
		return oneLine(f.Member.Name)
	}
	whom := "for " + oneLine(f.Member.Name)
	if on, ok := f.authority(); ok {
		whom += ", with their signed authority of " + on.Long()
	}
	if f.Writer == "" {
		return whom
	}
	return oneLine(f.Writer) + "\n" + whom
}

const dearMP = "Dear Member of Parliament"

// The others whom a case is taken to.
var (
	ombudsman = CaseRecipient{Lines: []string{"Housing Ombudsman Service"}, Dear: "Dear Sir or Madam"}
	dear      = "Dear Sir or Madam"
)

// Authorised reports whether a signed authority of the resident stands.
func Authorised(current []models.Event) bool {
	_, ok := CaseFacts{Before: timeline.Result{Current: current}}.authority()
	return ok
}
