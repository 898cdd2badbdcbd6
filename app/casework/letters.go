package casework

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"io"
	"math"
	"slices"
	"strings"

	"commoncase/app/document"
	"commoncase/app/store"
	"commoncase/models"
	"commoncase/models/access"
	"commoncase/models/civil"
	"commoncase/models/letters"
	"commoncase/models/rulebook"
	"commoncase/models/timeline"
)

// limits of a letter of a case.
const (
	maxLetter = 100000 // characters of its text
	maxAhead  = 30     // days that a draft may be dated ahead
)

// StartLetter is what starts a letter of a case.
type StartLetter struct {
	Ref       string // of the case
	Type      string // slug of a letters.CaseType
	About     int64  // the event whose thread it belongs to; 0: the complaint
	Own       bool   // in the resident's own name; else the branch writes for them
	Procedure models.Procedure
	Category  string
	Urgency   models.Urgency
	Until     civil.Date
}

// DraftLetter starts a letter with what is usual: for the branch where the resident has signed an authority, else in their own name.
// Asked again while that draft is there, it returns that one. Where the type does not fit the case, the error says why, and from when
// on it will.
func (s *Service) DraftLetter(ctx context.Context, actor models.Actor, ref, typ string, about int64) (models.CaseLetter, error) {
	choice, err := s.LetterChoice(ctx, actor, StartLetter{Ref: ref, Type: typ, About: about})
	if err != nil {
		return models.CaseLetter{}, err
	}
	return s.StartLetter(ctx, actor, choice.Usual)
}

// LetterChoice is a type of letter held against a case.
type LetterChoice struct {
	Type      letters.CaseType
	Fit       letters.Fit
	Usual     StartLetter    // with who usually writes it
	Authority bool           // the resident has signed that the branch may act for them
	Hazards   *rulebook.List // to choose from in a report of one; nil where the rulebook holds none of today
	Warnings  []string
	Facts     []rulebook.Fact // what the texts behind it say beside the dates
	Case      models.Case
	Member    models.Member
	About     *models.Event // what it belongs to; nil: the complaint
}

// LetterChoice holds one type against a case, without writing anything.
func (s *Service) LetterChoice(ctx context.Context, actor models.Actor, cmd StartLetter) (LetterChoice, error) {
	if err := actor.Can(access.LogEvent); err != nil {
		return LetterChoice{}, err
	}
	t, err := letterType(cmd.Type)
	if err != nil {
		return LetterChoice{}, err
	}
	d, err := s.desk(ctx, s.st, actor, cmd.Ref)
	if err != nil {
		return LetterChoice{}, err
	}
	return d.choice(t, cmd)
}

// LetterChoices holds every type against a case; about is the event whose thread they belong to, 0 for the complaint.
func (s *Service) LetterChoices(ctx context.Context, actor models.Actor, ref string, about int64) ([]LetterChoice, error) {
	if err := actor.Can(access.LogEvent); err != nil {
		return nil, err
	}
	d, err := s.desk(ctx, s.st, actor, ref)
	if err != nil {
		return nil, err
	}
	var out []LetterChoice
	for _, t := range letters.CaseTypes {
		c, err := d.choice(t, StartLetter{Ref: ref, Type: t.Slug, About: about})
		if err != nil {
			return nil, err
		}
		out = append(out, c)
	}
	return out, nil
}

func letterType(slug string) (letters.CaseType, error) {
	t, ok := letters.GetCaseType(slug)
	if !ok {
		return t, models.Errorf(models.CodeNotFound, "There is no such kind of letter. Choose one from the list.")
	}
	return t, nil
}

// desk is a case with all that its letters are written from.
type desk struct {
	file   store.CaseFile
	branch models.Branch
	events []models.Event // those that the actor may see
	engine *timeline.Engine
	actor  models.Actor
	today  civil.Date
	at     civil.Time
}

func (s *Service) desk(ctx context.Context, st *store.Store, actor models.Actor, ref string) (*desk, error) {
	f, err := st.CaseFile(ctx, actor.BranchID, ref)
	if err != nil {
		return nil, err
	}
	branch, err := st.Branch(ctx, actor.BranchID)
	if err != nil {
		return nil, err
	}
	events, err := st.Events(ctx, actor.BranchID, f.Case.ID)
	if err != nil {
		return nil, err
	}
	if !seesAdverse(actor, f.Case) {
		events = timeline.Without(events, timeline.Confidential(events)) // with what corrects them
	}
	engine, err := s.rulesFor(ctx, st, actor.BranchID)
	if err != nil {
		return nil, err
	}
	now := st.Now()
	return &desk{file: f, branch: branch, events: events, engine: engine, actor: actor, today: civil.Of(now), at: civil.TimeOf(now)}, nil
}

// sentEvent is the number that the sending of a letter has while it is only imagined.
const sentEvent = math.MaxInt64

// facts are what a letter can say when it is dated on a day.
func (d *desk) facts(t letters.CaseType, cmd StartLetter, on civil.Date) letters.CaseFacts {
	m := timeline.Matter{Landlord: d.file.Landlord.Slug, Calendar: d.file.Landlord.Calendar, Type: d.file.Landlord.Type, Tenure: d.file.Member.Tenure, Events: d.events}
	if on == d.today {
		m.At = d.at
	}
	f := letters.CaseFacts{Case: d.file.Case, Member: d.file.Member, Landlord: d.file.Landlord, Branch: d.branch, Writer: d.actor.Name, On: on, Own: cmd.Own,
		About: cmd.About, Procedure: cmd.Procedure, Category: cmd.Category, Urgency: cmd.Urgency, Until: cmd.Until, Sent: sentEvent,
		Calendar: d.engine.Calendars().Or(d.file.Landlord.Calendar), Before: d.engine.Compute(m, on)}
	e := t.Event(f)
	e.ID, e.BranchID, e.CaseID, e.On = sentEvent, d.file.Case.BranchID, d.file.Case.ID, on
	m.Events = append(slices.Clone(d.events), e)
	f.After = d.engine.Compute(m, on)
	return f
}

// about finds the standing event that a letter belongs to.
func (d *desk) about(id int64) (*models.Event, error) {
	if id == 0 {
		return nil, nil
	}
	for _, e := range timeline.SortedChronology(d.events) {
		if e.ID == id {
			return &e, nil
		}
	}
	return nil, models.Errorf(models.CodeNotFound, "The entry that this letter belongs to is not there any more: it has been corrected or taken back. Open the letter again from the case.")
}

func (d *desk) choice(t letters.CaseType, cmd StartLetter) (LetterChoice, error) {
	about, err := d.about(cmd.About)
	if err != nil {
		return LetterChoice{}, err
	}
	c := LetterChoice{Type: t, Usual: cmd, Case: d.file.Case, Member: d.file.Member, About: about}
	c.Hazards, _ = d.engine.Book().List(rulebook.ListHazards, d.today)
	f := d.facts(t, cmd, d.today)
	c.Authority = letters.Authorised(f.Before.Current)
	c.Usual.Own = !c.Authority
	f.Own = c.Usual.Own
	c.Fit, c.Warnings, c.Facts = t.Check(f), t.Warnings(f), t.Facts(f)
	return c, nil
}

// StartLetter makes the draft of a letter from the facts of the case as they stand today. Asked again with the same choices while the
// draft is there, it returns that one.
func (s *Service) StartLetter(ctx context.Context, actor models.Actor, cmd StartLetter) (models.CaseLetter, error) {
	if err := actor.Can(access.LogEvent); err != nil {
		return models.CaseLetter{}, err
	}
	t, err := letterType(cmd.Type)
	if err != nil {
		return models.CaseLetter{}, err
	}
	if err := s.checkStart(t, &cmd); err != nil {
		return models.CaseLetter{}, err
	}
	var l models.CaseLetter
	err = s.st.Tx(ctx, func(tx *store.Store) error {
		if _, err := tx.LockCase(ctx, actor.BranchID, cmd.Ref); err != nil {
			return err
		}
		d, err := s.desk(ctx, tx, actor, cmd.Ref)
		if err != nil {
			return err
		}
		if _, err := d.about(cmd.About); err != nil {
			return err
		}
		f := d.facts(t, cmd, d.today)
		if fit := t.Check(f); !fit.OK() {
			return models.Errorf(models.CodeUnready, "%s", refusal(fit))
		}
		if why := t.MayAct(f); why != "" {
			return models.Invalid("own", "%s", why)
		}
		draft := letters.ComposeCase(t, f)
		l = models.CaseLetter{BranchID: actor.BranchID, CaseID: d.file.Case.ID, Type: t.Slug, Own: cmd.Own, About: cmd.About, Procedure: cmd.Procedure,
			Category: cmd.Category, Urgency: cmd.Urgency, Until: cmd.Until, Recipient: draft.Recipient, Subject: short(draft.Subject), Body: draft.Body,
			SignOff: draft.SignOff, DatedOn: d.today, ReplyBy: draft.ReplyBy, State: models.CaseLetterDraft, CreatedBy: actor.AccountID}
		had, err := tx.OpenCaseLetter(ctx, l)
		if err == nil {
			l = had
			return nil
		}
		if models.CodeOf(err) != models.CodeNotFound {
			return err
		}
		serial, err := tx.NextSerial(ctx, actor.BranchID, "case_letter", d.today.Year())
		if err != nil {
			return err
		}
		l.Ref = models.Reference(d.branch.Prefix+"-C", d.today.Year(), serial)
		if err := tx.AddCaseLetter(ctx, &l); err != nil {
			return err
		}
		return tx.AddAudit(ctx, actor, "case_letter.drafted", l.Ref, t.Name)
	})
	if err != nil {
		return models.CaseLetter{}, fmt.Errorf("start letter on %s: %w", cmd.Ref, err)
	}
	return l, nil
}

// refusal is why a letter does not fit, with the day from which it does.
func refusal(f letters.Fit) string {
	if f.From == 0 {
		return f.Why
	}
	return f.Why + " This letter fits from " + f.From.Long() + "."
}

func short(s string) string {
	if r := []rune(s); len(r) > maxLine {
		return strings.TrimSpace(string(r[:maxLine-1])) + "…"
	}
	return s
}

// checkStart checks what was chosen for a letter, and drops what its type does not use.
func (s *Service) checkStart(t letters.CaseType, cmd *StartLetter) error {
	var errs models.Errors
	switch t.Slug {
	case "hazard-report":
		cmd.Procedure, cmd.Until = "", 0
		if cmd.About != 0 { // it is known, and what it is stands in the report
			cmd.Category, cmd.Urgency = "", ""
			break
		}
		if cmd.Category != "" && s.engine.Book().CategoryName(cmd.Category) == cmd.Category {
			errs = append(errs, models.Invalid("category", "Choose the hazard from the list."))
		}
		if cmd.Urgency != "" && cmd.Urgency != models.UrgencyEmergency && cmd.Urgency != models.UrgencySignificant {
			errs = append(errs, models.Invalid("urgency", "Choose how urgent the hazard is."))
		}
	case "costs-information":
		cmd.Category, cmd.Urgency = "", ""
		if cmd.Procedure == "" {
			cmd.Procedure = models.ProcedureCostsSummary
		}
		if cmd.Procedure != models.ProcedureCostsSummary && cmd.Procedure != models.ProcedureInspection {
			errs = append(errs, models.Invalid("procedure", "Choose what is asked for."))
		}
		if cmd.Until != 0 && (cmd.Until < earliest || cmd.Until > s.Today().AddMonths(24)) {
			errs = append(errs, models.Invalid("until", "%s cannot be the end of the accounting period. Check the year.", cmd.Until.Long()))
		}
	default:
		cmd.Procedure, cmd.Category, cmd.Urgency, cmd.Until = "", "", "", 0
	}
	return errs.Or()
}

// LetterView is a letter of a case with all that its page shows.
type LetterView struct {
	Letter   models.CaseLetter
	Type     letters.CaseType
	Case     models.Case
	Head     []string    // who writes, with their address, a line each
	Fit      letters.Fit // of a draft: whether it can be sent today
	Gaps     []string    // what the writer still has to say
	Warnings []string
	LeftOut  []string        // clauses that are not named because they are not confirmed
	Facts    []rulebook.Fact // what the texts behind it say beside the dates
	Plain    string          // for an e-mail
	HTML     string          // the body, for a page
	Today    civil.Date
	Sent     *models.Event      // the event that the sending is; nil until then
	PDF      *models.Attachment // the exhibit that was sent; nil until then
}

// Gap is why the letter cannot go while something is missing in it, "" where nothing is.
func (v LetterView) Gap() string {
	if len(v.Gaps) == 0 {
		return ""
	}
	return gapSentence(v.Gaps)
}

func gapSentence(gaps []string) string {
	return fmt.Sprintf("The letter still has %d places to fill in, the first %s. Square brackets mark what is missing; for brackets of your own write round ones.", len(gaps), gaps[0])
}

// CaseLetter reads a letter of a case.
func (s *Service) CaseLetter(ctx context.Context, actor models.Actor, ref, letter string) (LetterView, error) {
	if err := actor.Can(access.LogEvent); err != nil {
		return LetterView{}, err
	}
	d, err := s.desk(ctx, s.st, actor, ref)
	if err != nil {
		return LetterView{}, err
	}
	l, err := s.st.CaseLetter(ctx, actor.BranchID, d.file.Case.ID, letter)
	if err != nil {
		return LetterView{}, err
	}
	v, err := d.view(l)
	if err != nil || l.State != models.CaseLetterSent {
		return v, err
	}
	for i := range d.events {
		if d.events[i].ID == l.EventID {
			v.Sent = &d.events[i]
		}
	}
	v.PDF, err = s.letterExhibit(ctx, l)
	return v, err
}

func started(ref string, l models.CaseLetter) StartLetter {
	return StartLetter{Ref: ref, Type: l.Type, About: l.About, Own: l.Own, Procedure: l.Procedure, Category: l.Category, Urgency: l.Urgency, Until: l.Until}
}

func (d *desk) view(l models.CaseLetter) (LetterView, error) {
	t, err := letterType(l.Type)
	if err != nil {
		return LetterView{}, err
	}
	v := LetterView{Letter: l, Type: t, Case: d.file.Case, Head: d.head(l), Today: d.today, Plain: letters.CasePlain(t, l), HTML: letters.HTML(l.Body)}
	if l.State == models.CaseLetterDraft {
		f := d.facts(t, started(d.file.Case.Ref, l), d.today)
		v.Fit, v.Warnings, v.Facts = t.Check(f), t.Warnings(f), t.Facts(f)
		v.LeftOut = letters.ComposeCase(t, f).LeftOut
		v.Gaps = letters.Gaps(l.Recipient, l.Body, l.SignOff)
	}
	return v, nil
}

// CaseLetters returns the letters of a case, the newest first, without their texts.
func (s *Service) CaseLetters(ctx context.Context, actor models.Actor, ref string) ([]models.CaseLetter, error) {
	if err := actor.Can(access.LogEvent); err != nil {
		return nil, err
	}
	c, err := s.st.CaseByRef(ctx, actor.BranchID, ref)
	if err != nil {
		return nil, err
	}
	return s.st.CaseLetters(ctx, actor.BranchID, c.ID)
}

// EditCaseLetter is what changes a draft. Version is that of the draft which the person looked at.
type EditCaseLetter struct {
	Ref       string
	Letter    string
	Version   int64
	Recipient string
	Subject   string
	Body      string
	SignOff   string
	DatedOn   civil.Date
	ReplyBy   civil.Date
}

func (cmd *EditCaseLetter) check(today civil.Date) error {
	trim(&cmd.Recipient, &cmd.Subject, &cmd.Body, &cmd.SignOff)
	cmd.Subject = strings.Join(strings.Fields(cmd.Subject), " ")
	var errs models.Errors
	need := func(field, value, message string) {
		if value == "" {
			errs = append(errs, models.Invalid(field, "%s", message))
		}
	}
	need("recipient", cmd.Recipient, "Enter whom the letter goes to.")
	errs = append(errs, tooLong("recipient", "address", cmd.Recipient, 1000)...)
	need("subject", cmd.Subject, "Enter what the letter is about.")
	errs = append(errs, tooLong("subject", "subject", cmd.Subject, maxLine)...)
	need("body", cmd.Body, "Enter the text of the letter.")
	errs = append(errs, tooLong("body", "text", cmd.Body, maxLetter)...)
	if why := letters.Tangled(cmd.Body); why != "" {
		errs = append(errs, models.Invalid("body", "%s", why))
	}
	need("sign_off", cmd.SignOff, "Enter who signs.")
	errs = append(errs, tooLong("sign_off", "signature", cmd.SignOff, 500)...)
	switch {
	case cmd.DatedOn == 0:
		errs = append(errs, models.Invalid("dated", "Enter the day that the letter bears."))
	case cmd.DatedOn > today.AddDays(maxAhead):
		errs = append(errs, models.Invalid("dated", "%s is more than %d days away. Check the date of the letter.", cmd.DatedOn.Long(), maxAhead))
	case cmd.DatedOn < earliest:
		errs = append(errs, models.Invalid("dated", "%s is before %s. Check the year.", cmd.DatedOn.Long(), earliest.Long()))
	case cmd.ReplyBy != 0 && cmd.ReplyBy < cmd.DatedOn:
		errs = append(errs, models.Invalid("reply_by", "The answer is asked for by %s, before the date of the letter, %s. Change one of the two.", cmd.ReplyBy.Long(), cmd.DatedOn.Long()))
	}
	return errs.Or()
}

// EditCaseLetter changes a draft. What is missing in it may stay missing until it is sent. Where somebody else changed, sent or dropped
// it in between, the error is a conflict and nothing is written.
func (s *Service) EditCaseLetter(ctx context.Context, actor models.Actor, cmd EditCaseLetter) (models.CaseLetter, error) {
	if err := actor.Can(access.LogEvent); err != nil {
		return models.CaseLetter{}, err
	}
	if err := cmd.check(s.Today()); err != nil {
		return models.CaseLetter{}, err
	}
	return s.changeLetter(ctx, actor, cmd.Ref, cmd.Letter, "changed", func(_ *store.Store, l *models.CaseLetter) error {
		l.Version, l.Recipient, l.Subject, l.Body, l.SignOff, l.DatedOn, l.ReplyBy = cmd.Version, cmd.Recipient, cmd.Subject, cmd.Body, cmd.SignOff, cmd.DatedOn, cmd.ReplyBy
		return nil
	})
}

// DropCaseLetter puts a draft aside for good. Its reference is not used again.
func (s *Service) DropCaseLetter(ctx context.Context, actor models.Actor, ref, letter string, version int64) (models.CaseLetter, error) {
	if err := actor.Can(access.LogEvent); err != nil {
		return models.CaseLetter{}, err
	}
	return s.changeLetter(ctx, actor, ref, letter, "dropped", func(_ *store.Store, l *models.CaseLetter) error {
		l.Version, l.State = version, models.CaseLetterDropped
		return nil
	})
}

// changeLetter changes a draft in one transaction with its audit row.
func (s *Service) changeLetter(ctx context.Context, actor models.Actor, ref, letter, what string, change func(tx *store.Store, l *models.CaseLetter) error) (models.CaseLetter, error) {
	var l models.CaseLetter
	err := s.st.Tx(ctx, func(tx *store.Store) error {
		c, err := tx.LockCase(ctx, actor.BranchID, ref)
		if err != nil {
			return err
		}
		if l, err = tx.LockCaseLetter(ctx, actor.BranchID, c.ID, letter); err != nil {
			return err
		}
		if err := mustBeOpen(l); err != nil {
			return err
		}
		if err := change(tx, &l); err != nil {
			return err
		}
		if err := tx.UpdateCaseLetter(ctx, &l); err != nil {
			return err
		}
		return tx.AddAudit(ctx, actor, "case_letter."+what, l.Ref, letters.CaseTypeName(l.Type))
	})
	if err != nil {
		return models.CaseLetter{}, fmt.Errorf("letter %s of %s, %s: %w", letter, ref, what, err)
	}
	return l, nil
}

func mustBeOpen(l models.CaseLetter) error {
	switch l.State {
	case models.CaseLetterSent:
		return models.Errorf(models.CodeConflict, "Letter %s is recorded as sent and stands as it is. Start a new letter to write again.", l.Ref)
	case models.CaseLetterDropped:
		return models.Errorf(models.CodeConflict, "Letter %s was dropped. Start a new letter instead.", l.Ref)
	case models.CaseLetterDraft:
	}
	return nil
}

// SendCaseLetter records that a letter went out. Commoncase sends nothing itself.
type SendCaseLetter struct {
	Ref     string
	Letter  string
	Version int64
	On      civil.Date
	At      civil.Time // where hours count; zero where it is not known
	Channel models.Channel
}

// SentLetter is a letter that went out, with the event that it became.
type SentLetter struct {
	Letter models.CaseLetter
	Logged Logged
}

// letterChannels are how a letter can go.
var letterChannels = []models.Channel{models.ChannelEmail, models.ChannelLetter, models.ChannelWebForm}

// LetterChannels are how a letter of a case can go.
func LetterChannels() []models.Channel { return slices.Clone(letterChannels) }

// SendCaseLetter records that a draft went out as it stands: the letter can change no more, the event that the sending is stands on the
// case with the letter's PDF as its exhibit, and the clocks follow from it. Refused while something is missing in it, or where the
// letter no longer fits the case.
func (s *Service) SendCaseLetter(ctx context.Context, actor models.Actor, cmd SendCaseLetter) (SentLetter, error) {
	if err := actor.Can(access.LogEvent); err != nil {
		return SentLetter{}, err
	}
	fail := func(err error) (SentLetter, error) {
		return SentLetter{}, fmt.Errorf("send letter %s of %s: %w", cmd.Letter, cmd.Ref, err)
	}
	// Everything is checked before the PDF is made, so that what is refused leaves no file behind; and again under the lock.
	d, l, err := s.sendable(ctx, s.st, actor, cmd)
	if err != nil {
		return fail(err)
	}
	final := l
	final.State = models.CaseLetterSent
	var pdf bytes.Buffer
	if err := document.Letter(&pdf, d.doc(final)); err != nil {
		return fail(err)
	}
	t, err := letterType(l.Type)
	if err != nil {
		return fail(err)
	}
	a, err := s.Attach(ctx, actor, cmd.Ref, exhibitName(l), t.Name+", letter "+l.Ref, &pdf)
	if err != nil {
		return fail(err)
	}
	var out SentLetter
	err = s.st.Tx(ctx, func(tx *store.Store) error {
		if _, err := tx.LockCase(ctx, actor.BranchID, cmd.Ref); err != nil {
			return err
		}
		d, l, err := s.sendable(ctx, tx, actor, cmd)
		if err != nil {
			return err
		}
		e := t.Event(d.facts(t, started(cmd.Ref, l), cmd.On))
		out.Logged, err = s.logIn(ctx, tx, actor, &LogEvent{Ref: cmd.Ref, Version: d.file.Case.Version, Kind: e.Kind, On: cmd.On, At: timeOf(e.Kind, cmd.At), Until: e.Until,
			Note: t.Name + ": letter " + l.Ref + ", “" + l.Subject + "”.", Channel: cmd.Channel, About: e.About, Procedure: e.Procedure, Category: e.Category,
			Urgency: e.Urgency, Files: []int64{a.ID}})
		if err != nil {
			return err
		}
		l.State, l.EventID = models.CaseLetterSent, out.Logged.Event.ID
		if err := tx.UpdateCaseLetter(ctx, &l); err != nil {
			return err
		}
		out.Letter = l
		return tx.AddAudit(ctx, actor, "case_letter.sent", l.Ref, t.Name)
	})
	if err != nil {
		return fail(err)
	}
	return out, nil
}

// timeOf keeps the time of day for what hours are counted of.
func timeOf(k models.Kind, at civil.Time) civil.Time {
	if k != models.KindHazardReported {
		return 0
	}
	return at
}

// sendable reads a draft that can be recorded as sent, or says why it cannot.
func (s *Service) sendable(ctx context.Context, st *store.Store, actor models.Actor, cmd SendCaseLetter) (*desk, models.CaseLetter, error) {
	d, err := s.desk(ctx, st, actor, cmd.Ref)
	if err != nil {
		return nil, models.CaseLetter{}, err
	}
	l, err := st.CaseLetter(ctx, actor.BranchID, d.file.Case.ID, cmd.Letter)
	if err != nil {
		return nil, l, err
	}
	if err := mustBeOpen(l); err != nil {
		return nil, l, err
	}
	if l.Version != cmd.Version {
		return nil, l, models.Errorf(models.CodeConflict, "Somebody else changed this letter after you looked at it. It is shown below as it stands now: read it again before you record it as sent.")
	}
	if gaps := letters.Gaps(l.Recipient, l.Body, l.SignOff); len(gaps) > 0 {
		return nil, l, models.Errorf(models.CodeUnready, "%s", gapSentence(gaps))
	}
	errs := checkPast("on", "it was sent", cmd.On, d.today)
	switch {
	case len(errs) > 0:
	case cmd.On < l.DatedOn:
		errs = append(errs, models.Invalid("on", "The letter is dated %s and cannot have gone before. Correct the day, or the date of the letter.", l.DatedOn.Long()))
	case l.ReplyBy != 0 && cmd.On > l.ReplyBy:
		errs = append(errs, models.Invalid("on", "The letter asks for an answer by %s, before the day on which it went. Change the letter first.", l.ReplyBy.Long()))
	}
	if !slices.Contains(letterChannels, cmd.Channel) {
		errs = append(errs, models.Invalid("channel", "Choose how it went."))
	}
	if err := errs.Or(); err != nil {
		return nil, l, err
	}
	t, err := letterType(l.Type)
	if err != nil {
		return nil, l, err
	}
	if _, err := d.about(l.About); err != nil {
		return nil, l, models.Errorf(models.CodeUnready, "The entry that this letter belongs to has been corrected or taken back. Drop this draft, and start the letter again from the case.")
	}
	f := d.facts(t, started(cmd.Ref, l), cmd.On)
	if fit := t.Check(f); !fit.OK() {
		return nil, l, models.Errorf(models.CodeUnready, "%s", refusal(fit))
	}
	if why := t.MayAct(f); why != "" {
		return nil, l, models.Errorf(models.CodeUnready, "%s", why)
	}
	return d, l, nil
}

func exhibitName(l models.CaseLetter) string { return "letter-" + l.Ref + ".pdf" }

// doc is a letter as it is typeset.
func (d *desk) doc(l models.CaseLetter) document.LetterDoc {
	t, _ := letters.GetCaseType(l.Type)
	doc := document.LetterDoc{Ref: l.Ref, On: l.DatedOn, Recipient: lines(l.Recipient), Salutation: t.To.Dear, Subject: l.Subject, Body: l.Body,
		SignOff: lines(l.SignOff), Draft: l.State != models.CaseLetterSent}
	head := d.head(l)
	doc.Head = document.Letterhead{Name: head[0], Lines: head[1:]}
	return doc
}

// head is who writes a letter, with their address, a line each. A resident's own letter has neither their phone number nor their e-mail
// address: what can be reached by them safely stays in the branch.
func (d *desk) head(l models.CaseLetter) []string {
	if l.Own {
		return append(append([]string{d.file.Member.Name}, lines(d.file.Member.Address)...), nonEmpty(d.file.Member.Postcode)...)
	}
	return append(append([]string{d.branch.Name}, lines(d.branch.Address)...), nonEmpty(d.branch.Email)...)
}

// CaseLetterPDF writes a letter of a case as a PDF: of what was sent the exhibit, of a draft what it would be, with Draft on every page.
func (s *Service) CaseLetterPDF(ctx context.Context, actor models.Actor, ref, letter string, w io.Writer) error {
	if err := actor.Can(access.LogEvent); err != nil {
		return err
	}
	d, err := s.desk(ctx, s.st, actor, ref)
	if err != nil {
		return err
	}
	l, err := s.st.CaseLetter(ctx, actor.BranchID, d.file.Case.ID, letter)
	if err != nil {
		return err
	}
	if l.State == models.CaseLetterSent {
		return s.sentPDF(ctx, l, w)
	}
	if err := document.Letter(w, d.doc(l)); err != nil {
		return fmt.Errorf("letter %s: %w", letter, err)
	}
	return nil
}

func (s *Service) sentPDF(ctx context.Context, l models.CaseLetter, w io.Writer) error {
	a, err := s.letterExhibit(ctx, l)
	if err != nil {
		return err
	}
	r, err := s.files.Open(ctx, a.Copy)
	if err != nil {
		return fmt.Errorf("letter %s: %w", l.Ref, err)
	}
	defer r.Close()
	if _, err := io.Copy(w, r); err != nil {
		return fmt.Errorf("letter %s: %w", l.Ref, err)
	}
	return nil
}

// letterExhibit finds the PDF of a letter that was sent, at the event of its sending or at what corrects that, which takes its files along.
// The name alone would not do: anybody can bring a file of that name with another event.
func (s *Service) letterExhibit(ctx context.Context, l models.CaseLetter) (*models.Attachment, error) {
	as, err := s.st.Attachments(ctx, l.BranchID, l.CaseID)
	if err != nil {
		return nil, err
	}
	events, err := s.st.Events(ctx, l.BranchID, l.CaseID)
	if err != nil {
		return nil, err
	}
	slices.SortFunc(events, func(a, b models.Event) int { return cmp.Compare(a.ID, b.ID) }) // a correction is younger than what it corrects
	sending := map[int64]bool{l.EventID: true}
	for _, e := range events {
		if e.Replaces != 0 && sending[e.Replaces] {
			sending[e.ID] = true
		}
	}
	for i := range as {
		if as[i].Name == exhibitName(l) && sending[as[i].EventID] {
			return &as[i], nil
		}
	}
	return nil, models.Errorf(models.CodeNotFound, "The PDF of letter %s is not among the files of the case any more.", l.Ref)
}

// LetterBecomes is the event that the sending of a draft will be.
func (s *Service) LetterBecomes(ctx context.Context, actor models.Actor, ref, letter string) (models.Event, error) {
	if err := actor.Can(access.LogEvent); err != nil {
		return models.Event{}, err
	}
	d, err := s.desk(ctx, s.st, actor, ref)
	if err != nil {
		return models.Event{}, err
	}
	l, err := s.st.CaseLetter(ctx, actor.BranchID, d.file.Case.ID, letter)
	if err != nil {
		return models.Event{}, err
	}
	t, err := letterType(l.Type)
	if err != nil {
		return models.Event{}, err
	}
	return t.Event(d.facts(t, started(ref, l), d.today)), nil
}
