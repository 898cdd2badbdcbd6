package casework

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"commoncase/app/store"
	"commoncase/models"
	"commoncase/models/access"
	"commoncase/models/civil"
	"commoncase/models/rulebook"
	"commoncase/models/timeline"
)

// LogEvent is something that happened on a case. Version is the case's version that the person had before them; Replaces
// names the event that this one corrects. Files are staged attachments (see Attach).
type LogEvent struct {
	Ref       string
	Version   int64
	Kind      models.Kind
	On        civil.Date
	Until     civil.Date
	Note      string
	Reference string
	Channel   models.Channel
	Answered  bool
	Finding   models.Grade
	Reason    models.ClosedReason
	Replaces  int64
	Files     []int64

	At        civil.Time       // hazards, and what ends them: the time of day
	About     int64            // the event that this one belongs to; 0: the engine finds it
	Procedure models.Procedure // request_made, notice_received
	Category  string           // hazard_reported, repair_raised
	Urgency   models.Urgency   // hazard_reported, repair_raised
	Items     string           // letter_checked
	Minutes   int              // what it cost the resident
	HalfDays  int
	byMember  bool // told by the resident on their own page: by Tell alone
}

// Logged is what an event changed, or would change.
type Logged struct {
	Case    models.Case
	Event   models.Event
	Changes []timeline.Change // in sentences
	Warning string            // what speaks against it, a sentence; "" where nothing does
	Result  timeline.Result   // after it, as far as the actor may see the case
	Moved   bool              // a deadline began, moved, was met or went
}

// check says what is wrong with what was typed, and drops what the kind does not use.
func (cmd *LogEvent) check(today civil.Date) error {
	trim(&cmd.Note, &cmd.Reference)
	var errs models.Errors
	if !cmd.Kind.Known() {
		return models.Errors{models.Invalid("kind", "Choose what happened.")}
	}
	switch {
	case cmd.Kind == models.KindOrderDue && cmd.On.IsZero():
		errs = append(errs, models.Invalid("on", "Enter the day by which the landlord must have done it."))
	case cmd.Kind == models.KindOrderDue && cmd.On > today.AddMonths(120):
		errs = append(errs, models.Invalid("on", "%s is more than ten years away. Check the year.", cmd.On.Long()))
	case cmd.Kind != models.KindOrderDue:
		errs = append(errs, checkPast("on", "it happened", cmd.On, today)...)
	}
	switch cmd.Kind { //nolint:exhaustive // the others mean something without more than a day
	case models.KindExtensionNotified, models.KindPromiseMade, models.KindRequestExtended, models.KindTaskSet:
		if cmd.Kind == models.KindTaskSet && cmd.Until.IsZero() {
			errs = append(errs, models.Invalid("until", "Enter the day by which it is to be done."))
		}
		if !cmd.Until.IsZero() && cmd.Until < cmd.On {
			errs = append(errs, models.Invalid("until", "The new date, %s, is before the day on which it was given, %s. Check both.", cmd.Until.Long(), cmd.On.Long()))
		}
	case models.KindDetermination:
		if cmd.Finding == "" {
			errs = append(errs, models.Invalid("finding", "Choose the heaviest finding of the determination."))
		}
	case models.KindCaseClosed:
		if !cmd.Reason.Known() {
			errs = append(errs, models.Invalid("reason", "Choose why the case is closed."))
		}
	case models.KindRetracted:
		if cmd.Replaces == 0 {
			errs = append(errs, models.Invalid("kind", "Say which entry is taken back."))
		}
		if cmd.Note == "" {
			errs = append(errs, models.Invalid("note", "Say why the entry is taken back; it stays in the history."))
		}
	case models.KindNote:
		if cmd.Note == "" {
			errs = append(errs, models.Invalid("note", "Write what the note should say."))
		}
	}
	if cmd.Channel != "" && !cmd.Channel.Known() {
		errs = append(errs, models.Invalid("channel", "Choose how it came, or leave it open."))
	}
	errs = append(errs, cmd.checkUntil(today)...)
	errs = append(errs, tooLong("note", "note", cmd.Note, maxText)...)
	errs = append(errs, tooLong("reference", "reference", cmd.Reference, 60)...)
	if n := len(cmd.Files); n > maxFiles {
		errs = append(errs, models.Invalid("files", "You added %d files; %d is the most for one event. Log the others with a note.", n, maxFiles))
	}
	errs = append(errs, cmd.checkMore()...)
	cmd.drop()
	return errs.Or()
}

// checkUntil refuses a second day of a mistyped year. A clock is counted day by day up to it, on pages and on paper.
func (cmd *LogEvent) checkUntil(today civil.Date) models.Errors {
	switch until := cmd.Until; {
	case !cmd.Kind.HasUntil() || until.IsZero():
	case until > today.AddMonths(120):
		return models.Errors{models.Invalid("until", "%s is more than ten years away. Check the year.", until.Long())}
	case until < earliest:
		return models.Errors{models.Invalid("until", "%s is before %s. Check the year.", until.Long(), earliest.Long())}
	}
	return nil
}

// drop forgets what the kind does not use, so that a field filled in for another kind leaves nothing behind.
func (cmd *LogEvent) drop() {
	if !cmd.Kind.HasUntil() {
		cmd.Until = 0
	}
	if cmd.Kind != models.KindContactAttempt {
		cmd.Answered = false
	}
	if cmd.Kind != models.KindDetermination {
		cmd.Finding = ""
	}
	if cmd.Kind != models.KindCaseClosed {
		cmd.Reason = ""
	}
	if !cmd.Kind.HasTime() {
		cmd.At = 0
	}
	if !cmd.Kind.HasCost() {
		cmd.Minutes, cmd.HalfDays = 0, 0
	}
	if cmd.Kind == models.KindAdverseAction { // a reference is searched for, and few may know of this entry
		cmd.Reference = ""
	}
}

// action is what an actor must be allowed to do to log this kind.
func (cmd *LogEvent) action() access.Action {
	if cmd.Kind == models.KindCaseClosed || cmd.Kind == models.KindCaseReopened {
		return access.CloseCase
	}
	return access.LogEvent
}

// plan is an event checked against its case, before anything is written.
type plan struct {
	file   store.CaseFile
	events []models.Event // after, all of them
	event  models.Event
	before timeline.Result // as far as the actor may see the case
	after  timeline.Result // the same
}

func (s *Service) plan(ctx context.Context, st *store.Store, actor models.Actor, cmd *LogEvent) (*plan, error) {
	today := civil.Of(st.Now())
	if err := cmd.check(today); err != nil {
		return nil, err
	}
	f, err := st.CaseFile(ctx, actor.BranchID, cmd.Ref)
	if err != nil {
		return nil, err
	}
	if cmd.Version != f.Case.Version {
		return nil, models.Errorf(models.CodeConflict, "Somebody else added to this case while you were typing, or you did in another window. What was added is shown below; what you typed is kept. Check that yours still fits, and save again.")
	}
	events, err := st.Events(ctx, actor.BranchID, f.Case.ID)
	if err != nil {
		return nil, err
	}
	if f.Case.Status == models.StatusClosed && cmd.Replaces == 0 && cmd.Kind != models.KindCaseReopened && cmd.Kind != models.KindNote {
		return nil, models.Errorf(models.CodeUnready, "This case is closed. Reopen it first, then log what happened; a note can be added while it is closed.")
	}
	visible := events
	if !seesAdverse(actor, f.Case) {
		visible = timeline.Without(events, timeline.Confidential(events))
	}
	if err := s.checkLinks(cmd, visible); err != nil {
		return nil, err
	}
	engine, err := s.rulesFor(ctx, st, actor.BranchID)
	if err != nil {
		return nil, err
	}
	p := &plan{file: f, before: engine.Compute(matter(f.Landlord, f.Member, visible, st.Now()), today)}
	p.event = models.Event{BranchID: actor.BranchID, CaseID: f.Case.ID, Kind: cmd.Kind, On: cmd.On, Until: cmd.Until, Note: cmd.Note, Reference: cmd.Reference,
		Channel: cmd.Channel, Answered: cmd.Answered, Finding: cmd.Finding, Reason: cmd.Reason, Replaces: cmd.Replaces, RecordedBy: actor.AccountID, ByMember: cmd.byMember,
		At: cmd.At, About: cmd.About, Procedure: cmd.Procedure, Category: cmd.Category, Urgency: cmd.Urgency, Items: cmd.Items, Minutes: cmd.Minutes, HalfDays: cmd.HalfDays}
	p.events = with(events, p.event)
	draft := p.event // a number of its own, so that what names the entry that it corrects is found to belong to it
	for i := range events {
		draft.ID = max(draft.ID, events[i].ID+1)
	}
	if err := engine.Check(matter(f.Landlord, f.Member, with(events, draft), st.Now()), today); err != nil {
		if cmd.Kind == models.KindRetracted { // what is wrong is not what was typed: something else rests on the entry
			return nil, models.Errorf(models.CodeUnready, "This entry cannot be taken back while later ones rest on it. Take those back first, beginning with the latest, or choose Correct where only its day or its words are wrong.")
		}
		return nil, err
	}
	p.after = engine.Compute(matter(f.Landlord, f.Member, with(visible, draft), st.Now()), today)
	return p, nil
}

// with returns events and one more, in memory of their own.
func with(events []models.Event, e models.Event) []models.Event {
	return append(append(make([]models.Event, 0, len(events)+1), events...), e)
}

// moved reports whether a deadline differs between the two sides of a plan.
func (p *plan) moved() bool {
	before, after := clockRows(&p.file.Case, p.before), clockRows(&p.file.Case, p.after)
	return !slices.EqualFunc(before, after, func(a, b models.ClockRow) bool {
		a.Opener, b.Opener = 0, 0 // a corrected entry has a new number; its dates may well be the old ones
		return a == b
	})
}

// shown is the case as the actor of a plan may see it: with the flags that follow from what they see.
func (p *plan) shown(actor models.Actor, c models.Case) models.Case {
	if !seesAdverse(actor, c) {
		c.Flags.Adverse = false
	}
	return c
}

// PreviewEvent says what an event would change, and writes nothing. Bad input is a models.Errors; a case that somebody else
// changed in between is a conflict.
func (s *Service) PreviewEvent(ctx context.Context, actor models.Actor, cmd LogEvent) (Logged, error) {
	if err := actor.Can(cmd.action()); err != nil {
		return Logged{}, err
	}
	p, err := s.plan(ctx, s.st, actor, &cmd)
	if err != nil {
		return Logged{}, fmt.Errorf("preview event on %s: %w", cmd.Ref, err)
	}
	return Logged{Case: p.shown(actor, p.file.Case), Event: p.event, Changes: timeline.Preview(p.before, p.after), Result: p.after, Warning: s.warning(p), Moved: p.moved()}, nil
}

// warning says what can harm the resident's position: a referral before the landlord's procedure is finished.
func (s *Service) warning(p *plan) string {
	if p.event.Kind != models.KindOmbudsmanReferral || p.after.FinalOn != 0 {
		return ""
	}
	ground, ok := s.engine.Book().Ground(rulebook.GroundNotExhausted, p.event.On)
	if !ok {
		return ""
	}
	return fmt.Sprintf("No final response is logged. The Ombudsman may not look at the complaint yet: %s (%s). %s", strings.ToLower(ground.Name[:1])+ground.Name[1:], ground.Cite(), ground.Instead)
}

// LogEvent adds an event to a case, with its files, and brings the case up to date.
func (s *Service) LogEvent(ctx context.Context, actor models.Actor, cmd LogEvent) (Logged, error) {
	if err := actor.Can(cmd.action()); err != nil {
		return Logged{}, err
	}
	var out Logged
	err := s.st.Tx(ctx, func(tx *store.Store) error {
		if _, err := tx.LockCase(ctx, actor.BranchID, cmd.Ref); err != nil {
			return err
		}
		var err error
		out, err = s.logIn(ctx, tx, actor, &cmd)
		return err
	})
	if err != nil {
		return Logged{}, fmt.Errorf("log event on %s: %w", cmd.Ref, err)
	}
	return out, nil
}

// logIn is LogEvent inside a transaction that has locked the case.
func (s *Service) logIn(ctx context.Context, tx *store.Store, actor models.Actor, cmd *LogEvent) (Logged, error) {
	p, err := s.plan(ctx, tx, actor, cmd)
	if err != nil {
		return Logged{}, err
	}
	if err := tx.AddEvent(ctx, &p.event); err != nil {
		return Logged{}, err
	}
	if err := tx.AttachTo(ctx, actor.BranchID, p.file.Case.ID, p.event.ID, actor.AccountID, cmd.Files); err != nil {
		return Logged{}, err
	}
	if err := s.moveFiles(ctx, tx, actor, p); err != nil {
		return Logged{}, err
	}
	if err := s.followEvent(ctx, tx, actor, p.file.Case, p.event); err != nil {
		return Logged{}, err
	}
	p.events[len(p.events)-1] = p.event
	c := p.file.Case
	takeReferences(&c, p.event)
	if _, err := s.follow(ctx, tx, &c, p.file.Member, p.file.Landlord, p.events); err != nil {
		return Logged{}, err
	}
	action := "event.logged"
	if cmd.Replaces != 0 {
		action = "event.corrected"
	}
	if err := tx.AddAudit(ctx, actor, action, c.Ref, string(cmd.Kind)); err != nil {
		return Logged{}, err
	}
	return Logged{Case: p.shown(actor, c), Event: p.event, Changes: timeline.Preview(p.before, p.after), Result: p.after, Moved: p.moved()}, nil
}

// moveFiles lets a correction take over the files of the event that it replaces: the letter belongs to what happened, not to
// the slip in its date. What is taken back keeps its files in the history.
func (s *Service) moveFiles(ctx context.Context, tx *store.Store, actor models.Actor, p *plan) error {
	if p.event.Replaces == 0 || p.event.Kind == models.KindRetracted {
		return nil
	}
	return tx.MoveAttachments(ctx, actor.BranchID, p.file.Case.ID, p.event.Replaces, p.event.ID)
}

// takeReferences keeps on the case the reference that the landlord or the Ombudsman gave with an event.
func takeReferences(c *models.Case, e models.Event) {
	if e.Reference == "" {
		return
	}
	switch e.Kind { //nolint:exhaustive // only these carry a reference for the whole case
	case models.KindComplaintMade, models.KindComplaintAcknowledged, models.KindStage1Response:
		if c.LandlordRef == "" {
			c.LandlordRef = e.Reference
		}
	case models.KindOmbudsmanReferral, models.KindDetermination, models.KindOmbudsmanHelp:
		if c.OmbudsmanRef == "" {
			c.OmbudsmanRef = e.Reference
		}
	}
}

// Assign gives a case to somebody of the branch who runs cases; 0 gives it to nobody.
func (s *Service) Assign(ctx context.Context, actor models.Actor, ref string, version, accountID int64) error {
	if err := actor.Can(access.AssignCase); err != nil {
		return err
	}
	err := s.st.Tx(ctx, func(tx *store.Store) error {
		c, err := tx.LockCase(ctx, actor.BranchID, ref)
		if err != nil {
			return err
		}
		if c.Version != version {
			return models.Errorf(models.CodeConflict, "Somebody else changed this case in the meantime. Look at it again, and assign it if that is still needed.")
		}
		if accountID != 0 {
			people, err := tx.PeopleWith(ctx, actor.BranchID, access.Caseworker, access.Secretary)
			if err != nil {
				return err
			}
			if !anyone(people, accountID) {
				return models.Invalid("assigned_to", "Choose somebody of the branch who runs cases.")
			}
		}
		if err := tx.AssignCase(ctx, &c, accountID); err != nil {
			return err
		}
		return tx.AddAudit(ctx, actor, "case.assigned", ref, "")
	})
	if err != nil {
		return fmt.Errorf("assign %s: %w", ref, err)
	}
	return nil
}

func anyone(people []store.Person, id int64) bool {
	for _, p := range people {
		if p.ID == id {
			return true
		}
	}
	return false
}

// Details are the words of a case that a caseworker keeps: what the Ombudsman asks for beside the dates.
type Details struct {
	Ref          string
	Version      int64
	Theme        models.Theme
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

func (d *Details) check() error {
	trim(&d.Title, &d.Summary, &d.Wanted, &d.StillUnhappy, &d.LateReason, &d.LandlordRef, &d.OmbudsmanRef, &d.Needs)
	var errs models.Errors
	if d.Title == "" {
		errs = append(errs, models.Invalid("title", "Say in a few words what the case is about. Leave names out."))
	}
	if !d.Theme.Known() {
		errs = append(errs, models.Invalid("theme", "Choose what the case is mostly about."))
	}
	errs = append(errs, tooLong("title", "title", d.Title, maxLine)...)
	for _, f := range []struct{ field, what, value string }{{"summary", "summary", d.Summary}, {"wanted", "answer", d.Wanted},
		{"still_unhappy", "answer", d.StillUnhappy}, {"late_reason", "reason", d.LateReason}, {"needs", "answer", d.Needs}} {
		errs = append(errs, tooLong(f.field, f.what, f.value, maxText)...)
	}
	errs = append(errs, tooLong("landlord_ref", "reference", d.LandlordRef, 60)...)
	if !ombudsmanReference(d.OmbudsmanRef) {
		errs = append(errs, models.Invalid("ombudsman_ref", "The Ombudsman's reference has nine digits, such as 202212345. Leave it empty until there is one."))
	}
	return errs.Or()
}

func ombudsmanReference(s string) bool {
	if s == "" {
		return true
	}
	if len(s) != 9 {
		return false
	}
	for _, r := range s {
		if r < '0' || r > '9' {
			return false
		}
	}
	return true
}

// KeepDetails writes the words of a case.
func (s *Service) KeepDetails(ctx context.Context, actor models.Actor, d Details) error {
	if err := actor.Can(access.LogEvent); err != nil {
		return err
	}
	if err := d.check(); err != nil {
		return err
	}
	err := s.st.Tx(ctx, func(tx *store.Store) error {
		if _, err := tx.LockCase(ctx, actor.BranchID, d.Ref); err != nil {
			return err
		}
		f, err := tx.CaseFile(ctx, actor.BranchID, d.Ref)
		if err != nil {
			return err
		}
		c := f.Case
		if c.Version != d.Version {
			return models.Errorf(models.CodeConflict, "Somebody else changed this case while you were typing. What they wrote is shown below; what you typed is kept. Bring the two together and save again.")
		}
		c.Theme, c.Title, c.Summary, c.Wanted, c.StillUnhappy, c.LateReason = d.Theme, d.Title, d.Summary, d.Wanted, d.StillUnhappy, d.LateReason
		c.LandlordRef, c.OmbudsmanRef, c.CourtAction, c.Needs = d.LandlordRef, d.OmbudsmanRef, d.CourtAction, d.Needs
		events, err := tx.Events(ctx, actor.BranchID, c.ID)
		if err != nil {
			return err
		}
		if _, err := s.follow(ctx, tx, &c, f.Member, f.Landlord, events); err != nil {
			return err
		}
		return tx.AddAudit(ctx, actor, "case.details", c.Ref, "")
	})
	if err != nil {
		return fmt.Errorf("keep details of %s: %w", d.Ref, err)
	}
	return nil
}

// mostMinutes is the longest that one contact can have taken: a day.
const mostMinutes = 24 * 60

// checkMore checks and tidies what only some kinds have.
func (cmd *LogEvent) checkMore() models.Errors {
	var errs models.Errors
	switch opens := cmd.Kind == models.KindRequestMade || cmd.Kind == models.KindNoticeReceived; {
	case opens && !cmd.Procedure.Known():
		errs = append(errs, models.Invalid("procedure", "Choose what was asked for."))
	case !opens && cmd.Procedure != "" && !cmd.Procedure.Known():
		cmd.Procedure = ""
	}
	if cmd.Kind != models.KindHazardReported && cmd.Kind != models.KindRepairRaised {
		cmd.Category, cmd.Urgency = "", ""
	} else if cmd.Urgency != "" && !cmd.Urgency.Known() {
		errs = append(errs, models.Invalid("urgency", "Choose how urgent it is, or leave it open."))
	}
	if cmd.Kind != models.KindLetterChecked {
		cmd.Items = ""
	} else if cmd.About == 0 {
		errs = append(errs, models.Invalid("about", "Say which letter was checked: open it from the case."))
	}
	if cmd.Minutes < 0 || cmd.Minutes > mostMinutes {
		errs = append(errs, models.Invalid("minutes", "Enter how many minutes it took, from 0 to %d.", mostMinutes))
	}
	if cmd.HalfDays < 0 || cmd.HalfDays > 20 {
		errs = append(errs, models.Invalid("half_days", "Enter how many half days were lost, from 0 to 20."))
	}
	return errs
}
