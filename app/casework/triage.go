package casework

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"commoncase/app/store"
	"commoncase/models"
	"commoncase/models/access"
	"commoncase/models/civil"
	"commoncase/models/letters"
	"commoncase/models/timeline"
)

// mostMessage is the length of a question to a teller and of a reason, in characters.
const mostMessage = 4000

// StoryLine is a story in the inbox.
type StoryLine struct {
	store.InboxRow
	AtRisk []string // marks, as stored
}

// StoryList is a page of a part of the inbox.
type StoryList struct {
	Lines  []StoryLine
	Counts map[models.InboxTab]int
	Tab    models.InboxTab
	Total  int
	Page   int // from 1
	Pages  int
	Branch models.Branch
	Today  civil.Date
}

// ListStories returns a page of a part of the branch's inbox of stories. An unknown part is that of the waiting. words narrow the part
// of what is done.
func (s *Service) ListStories(ctx context.Context, actor models.Actor, tab models.InboxTab, words string, page int) (StoryList, error) {
	if err := actor.Can(access.Triage); err != nil {
		return StoryList{}, err
	}
	switch tab {
	case models.InboxAsked, models.InboxAnswered, models.InboxHeld, models.InboxDone:
	case models.InboxWaiting:
	default:
		tab = models.InboxWaiting
	}
	l := StoryList{Tab: tab, Page: max(page, 1), Today: s.Today()}
	filter := store.InboxFilter{Tab: tab}
	if tab == models.InboxDone {
		split := strings.Fields(words)
		filter.Query = strings.Join(split[:min(len(split), mostWords)], " ")
	}
	var err error
	if l.Branch, err = s.st.Branch(ctx, actor.BranchID); err != nil {
		return StoryList{}, err
	}
	if l.Counts, err = s.st.InboxCounts(ctx, actor.BranchID); err != nil {
		return StoryList{}, err
	}
	rows, total, err := s.st.Inbox(ctx, actor.BranchID, filter, (l.Page-1)*PageSize, PageSize)
	if err != nil {
		return StoryList{}, err
	}
	l.Total, l.Pages = total, max((total+PageSize-1)/PageSize, 1)
	for _, r := range rows {
		a, err := toldIn(r.Story)
		if err != nil {
			return StoryList{}, err
		}
		l.Lines = append(l.Lines, StoryLine{InboxRow: r, AtRisk: a.AtRisk})
	}
	return l, nil
}

// SameMatter is a story or a case that may be the same matter as the story that is looked at.
type SameMatter struct {
	Ref   string
	Case  bool
	Title string // of a case
	State models.StoryState
	Line  string // status of a case
	Theme models.Theme
	Area  string
	On    civil.Date // the day it was told
	Score int
	Why   string // "same home, began 12 days apart"
}

// StoryView is everything that the page of a story shows.
type StoryView struct {
	store.StoryRecord
	Answers   models.Answers
	Consents  []ConsentLine
	Takers    map[int64]string // names of the accounts of the branch
	Same      []SameMatter     // the likeliest first; of a story that waits
	Incidents []models.Incident
	Undo      *UndoStory // nil where nothing can be undone
	Before    string     // the case that was opened from the story before, and is opened again; "" where none
	Seen      int64      // the newest message
	Gone      bool       // the teller took back that the branch may keep what they told
	Today     civil.Date
}

// mostSame is how many suggestions are shown.
const mostSame = 6

// ReadStory reads a story of the actor's branch with what was written about it, and with what may be the same matter while it waits.
func (s *Service) ReadStory(ctx context.Context, actor models.Actor, ref string) (StoryView, error) {
	if err := actor.Can(access.Triage); err != nil {
		return StoryView{}, err
	}
	r, err := s.st.StoryRecord(ctx, actor.BranchID, ref)
	if err != nil {
		return StoryView{}, fmt.Errorf("read story %s: %w", ref, err)
	}
	v := StoryView{StoryRecord: r, Today: s.Today()}
	if v.Answers, err = toldIn(r.Story); err != nil {
		return StoryView{}, err
	}
	branch, err := s.st.Branch(ctx, actor.BranchID)
	if err != nil {
		return StoryView{}, err
	}
	of := store.Subject{StoryID: r.Story.ID}
	if r.Story.State == models.StoryCase { // what was said on the case since counts too
		of = store.Subject{CaseID: r.Story.CaseID}
	}
	rows, err := s.st.Consents(ctx, actor.BranchID, of)
	if err != nil {
		return StoryView{}, err
	}
	v.Consents = consentLines(rows, branch.ConsentMonths, v.Today)
	v.Gone = goneBack(rows)
	if v.Takers, err = s.st.AccountNames(ctx, actor.BranchID); err != nil {
		return StoryView{}, err
	}
	for _, m := range r.Messages {
		v.Seen = max(v.Seen, m.ID)
	}
	if v.Undo, err = s.undoOf(ctx, s.st, actor, r.Story, movesOf(r.Moves)); err != nil {
		return StoryView{}, err
	}
	if !r.Story.Open() {
		return v, nil
	}
	before, ok, err := s.st.CaseOpenedFrom(ctx, actor.BranchID, r.Story.ID)
	if err != nil {
		return StoryView{}, err
	}
	if ok {
		v.Before = before.Ref
	}
	if v.Same, err = s.sameAs(ctx, r.Story); err != nil {
		return StoryView{}, err
	}
	day := r.Story.Since
	if day.IsZero() {
		day = r.Story.SentOn()
	}
	v.Incidents, err = s.st.IncidentsOn(ctx, actor.BranchID, day)
	return v, err
}

func movesOf(rows []store.MoveRow) []models.StoryMove {
	ms := make([]models.StoryMove, len(rows))
	for i, r := range rows {
		ms[i] = r.StoryMove
	}
	return ms
}

// goneBack reports whether the teller has taken back that the branch keeps what they told.
func goneBack(rows []models.Consent) bool {
	record, asked := newestOf(rows)[models.PurposeRecord]
	return asked && !record.Given()
}

// sameAs are the stories and open cases of the branch that may be the same matter as a story, the likeliest first.
func (s *Service) sameAs(ctx context.Context, x models.Story) ([]SameMatter, error) {
	day := x.Since
	if day.IsZero() {
		day = x.SentOn()
	}
	from, to := day-models.Near, max(day, x.SentOn())+models.Near
	mine := x.Likeness()
	var out []SameMatter
	stories, err := s.st.LikeStories(ctx, x, from, to)
	if err != nil {
		return nil, err
	}
	for i := range stories {
		y := &stories[i]
		if score, why := models.Alike(mine, y.Likeness()); score > 0 {
			out = append(out, SameMatter{Ref: y.Ref, State: y.State, Theme: y.Theme, Area: y.Area, On: y.SentOn(), Score: score, Why: why})
		}
	}
	cases, err := s.st.LikeCases(ctx, x, from, to)
	if err != nil {
		return nil, err
	}
	for _, c := range cases {
		theirs := models.Likeness{Home: c.Household, Area: c.Area, Theme: c.Theme, Since: c.Since, Sent: c.OpenedOn}
		if score, why := models.Alike(mine, theirs); score > 0 {
			out = append(out, SameMatter{Ref: c.Ref, Case: true, Title: c.Title, Line: c.StatusLine(), Theme: c.Theme, Area: c.Area, On: c.OpenedOn, Score: score, Why: why})
		}
	}
	slices.SortStableFunc(out, func(a, b SameMatter) int { return cmp.Or(b.Score-a.Score, strings.Compare(a.Ref, b.Ref)) })
	return out[:min(len(out), mostSame)], nil
}

// StoriesOfCase are the stories that a case was opened from or that were joined to it.
func (s *Service) StoriesOfCase(ctx context.Context, actor models.Actor, caseID int64) ([]store.StoryOfCase, error) {
	if err := actor.Can(access.Triage); err != nil {
		return nil, err
	}
	return s.st.StoriesOfCase(ctx, actor.BranchID, caseID)
}

// triage runs one step of triage: the story is locked at the version that the actor had before them, the step is taken, and it is written
// into the audit with what it says about itself, which names nobody.
func (s *Service) triage(ctx context.Context, actor models.Actor, ref string, version int64, action string,
	step func(tx *store.Store, x *models.Story) (detail string, err error)) error {
	if err := actor.Can(access.Triage); err != nil {
		return err
	}
	err := s.st.Tx(ctx, func(tx *store.Store) error {
		x, err := tx.LockSentStory(ctx, actor.BranchID, ref, version)
		if err != nil {
			return err
		}
		detail, err := step(tx, &x)
		if err != nil {
			return err
		}
		return tx.AddAudit(ctx, actor, action, ref, detail)
	})
	if err != nil {
		return fmt.Errorf("%s %s: %w", action, ref, err)
	}
	return nil
}

// ready says why a story cannot be dealt with now; nil where it can.
func ready(ctx context.Context, tx *store.Store, x *models.Story) ([]models.Consent, error) {
	if !x.Open() {
		return nil, models.Errorf(models.CodeUnready, "This story does not wait any more: it was dealt with. Undo that first, if it was a mistake.")
	}
	rows, err := tx.Consents(ctx, x.BranchID, store.Subject{StoryID: x.ID})
	if err != nil {
		return nil, err
	}
	if goneBack(rows) {
		return nil, models.Errorf(models.CodeUnready, "Whoever told this story has taken back that the branch may keep it. Nothing may be made of it; the guardian deals with what was asked.")
	}
	return rows, nil
}

// move takes a story to a state, with the step kept.
func (s *Service) move(ctx context.Context, tx *store.Store, actor models.Actor, x *models.Story, to models.StoryState, m models.StoryMove) error {
	m.Was, m.CaseID, m.IncidentID, m.RecordedBy = x.State, x.CaseID, x.IncidentID, actor.AccountID
	x.State = to
	return tx.MoveStory(ctx, x, &m)
}

// TurnIntoCase is what makes a case of a story.
type TurnIntoCase struct {
	Ref     string // of the story
	Version int64
	OpenCase
	ReportedOn  civil.Date // when it was reported to the landlord, as far as the caseworker can tell; zero logs nothing
	ReportedHow models.Channel
}

// TurnIntoCase opens a case from a story: what it may do follows from what the teller agreed to, the files whose copies are ready are its
// exhibits, and the story is kept as its beginning. Where a case was opened from the story before and that was undone, that very case is
// opened again as it stands and the words of the command are left alone.
func (s *Service) TurnIntoCase(ctx context.Context, actor models.Actor, cmd TurnIntoCase) (models.Case, error) {
	if err := actor.Can(access.OpenCase); err != nil {
		return models.Case{}, err
	}
	var c models.Case
	err := s.triage(ctx, actor, cmd.Ref, cmd.Version, "story.case", func(tx *store.Store, x *models.Story) (string, error) {
		rows, err := ready(ctx, tx, x)
		if err != nil {
			return "", err
		}
		consents := newestOf(rows)
		var first models.Event
		before, again, err := tx.CaseOpenedFrom(ctx, actor.BranchID, x.ID)
		switch {
		case err != nil:
			return "", err
		case again:
			c, first, err = s.reopenIn(ctx, tx, actor, before.Ref, x.Ref, consents[models.PurposeAct].Given())
		default:
			cmd.Consent = consents[models.PurposeAct].Given()
			var told models.Answers
			if told, err = toldIn(*x); err != nil {
				return "", err
			}
			cmd.Needs = told.NeedsInWords()
			c, first, err = s.openFrom(ctx, tx, actor, &cmd)
		}
		if err != nil {
			return "", err
		}
		if err := tx.SetUncounted(ctx, actor.BranchID, c.ID, !consents[models.PurposeCount].Given()); err != nil {
			return "", err
		}
		x.CaseID, x.IncidentID = c.ID, 0
		if err := s.move(ctx, tx, actor, x, models.StoryCase, models.StoryMove{}); err != nil {
			return "", err
		}
		if _, err := tx.AttachStoryFiles(ctx, actor.BranchID, x.ID, c.ID, first.ID, models.FileEvidence); err != nil {
			return "", err
		}
		return c.Ref, s.attachAuthority(ctx, tx, actor, *x, c.Ref)
	})
	if err != nil {
		return models.Case{}, err
	}
	return c, nil
}

// openFrom opens the case with its first events.
func (s *Service) openFrom(ctx context.Context, tx *store.Store, actor models.Actor, cmd *TurnIntoCase) (models.Case, models.Event, error) {
	today := civil.Of(tx.Now())
	errs := models.FieldErrors(cmd.OpenCase.check(today))
	if !cmd.ReportedOn.IsZero() {
		errs = append(errs, checkPast("reported", "it was reported", cmd.ReportedOn, today)...)
	}
	if err := errs.Or(); err != nil {
		return models.Case{}, models.Event{}, err
	}
	c, first, err := s.openIn(ctx, tx, actor, cmd.OpenCase, cmd.Ref)
	if err != nil || cmd.ReportedOn.IsZero() {
		return c, first, err
	}
	logged, err := s.logIn(ctx, tx, actor, &LogEvent{Ref: c.Ref, Version: c.Version, Kind: models.KindIssueReported, On: cmd.ReportedOn, Channel: cmd.ReportedHow})
	return logged.Case, first, err
}

// reopenIn opens again the case that was opened from the story before.
func (s *Service) reopenIn(ctx context.Context, tx *store.Store, actor models.Actor, ref, story string, agreed bool) (c models.Case, first models.Event, err error) {
	if c, err = tx.LockCase(ctx, actor.BranchID, ref); err != nil {
		return c, first, err
	}
	today := civil.Of(tx.Now())
	step := func(kind models.Kind, note string) error {
		logged, err := s.logIn(ctx, tx, actor, &LogEvent{Ref: ref, Version: c.Version, Kind: kind, On: today, Note: note})
		if err == nil {
			c = logged.Case
		}
		return err
	}
	if c.Status == models.StatusClosed {
		if err := step(models.KindCaseReopened, "Story "+story+" was turned into this case again."); err != nil {
			return c, first, err
		}
	}
	events, err := tx.Events(ctx, actor.BranchID, c.ID)
	if err != nil {
		return c, first, err
	}
	current := timeline.Current(events)
	// What the teller decided while the story lay in the inbox reached no case.
	switch stands := letters.Consented(current); {
	case agreed && !stands:
		err = step(models.KindConsentGiven, "")
	case !agreed && stands:
		err = step(models.KindConsentWithdrawn, "")
	}
	for _, e := range current {
		if e.Kind == models.KindStoryReceived {
			return c, e, err
		}
	}
	return c, current[0], err
}

// JoinCase joins a story to a case that is there already, by the case's reference as it was typed. What its teller agreed to stays the
// story's own: the case gains a note and the files.
func (s *Service) JoinCase(ctx context.Context, actor models.Actor, ref string, version int64, typed string) (models.Case, error) {
	var c models.Case
	err := s.triage(ctx, actor, ref, version, "story.joined", func(tx *store.Store, x *models.Story) (string, error) {
		if _, err := ready(ctx, tx, x); err != nil {
			return "", err
		}
		caseRef, ok := models.CheckReference(typed)
		if !ok {
			return "", models.Invalid("case", "Enter the reference of a case, such as NOR-25-0001-K. Check it character by character.")
		}
		var err error
		if c, err = tx.LockCase(ctx, actor.BranchID, caseRef); models.CodeOf(err) == models.CodeNotFound {
			return "", models.Invalid("case", "There is no case %s in your branch. Check the reference.", caseRef)
		} else if err != nil {
			return "", err
		}
		logged, err := s.logIn(ctx, tx, actor, &LogEvent{Ref: c.Ref, Version: c.Version, Kind: models.KindNote, On: civil.Of(tx.Now()), Note: "A story was joined: " + ref + ".", Reference: ref})
		if err != nil {
			return "", err
		}
		c = logged.Case
		x.CaseID, x.IncidentID = c.ID, 0
		if err := s.move(ctx, tx, actor, x, models.StoryJoined, models.StoryMove{}); err != nil {
			return "", err
		}
		_, err = tx.AttachStoryFiles(ctx, actor.BranchID, x.ID, c.ID, logged.Event.ID, models.FileEvidence)
		return c.Ref, err
	})
	return c, err
}

// JoinIncident is what makes a report of an incident of a story.
type JoinIncident struct {
	Ref     string // of the story
	Version int64
	Slug    string // of the incident
	Theme   string
	Area    string
	Impact  string // what it did to them, in words that name nobody
}

// JoinIncident makes a story a report of an incident. Its words may be quoted as far as the teller agreed.
func (s *Service) JoinIncident(ctx context.Context, actor models.Actor, cmd JoinIncident) error {
	return s.triage(ctx, actor, cmd.Ref, cmd.Version, "story.incident", func(tx *store.Store, x *models.Story) (string, error) {
		rows, err := ready(ctx, tx, x)
		if err != nil {
			return "", err
		}
		trim(&cmd.Theme, &cmd.Area, &cmd.Impact)
		in, err := tx.IncidentBySlug(ctx, actor.BranchID, cmd.Slug)
		var errs models.Errors
		switch {
		case cmd.Slug == "" || models.CodeOf(err) == models.CodeNotFound:
			errs = append(errs, models.Invalid("incident", "Choose the incident."))
		case err != nil:
			return "", err
		}
		if cmd.Theme == "" {
			errs = append(errs, models.Invalid("theme", "Enter in a word or two what the report is about, such as payments."))
		}
		if cmd.Impact == "" {
			errs = append(errs, models.Invalid("impact", "Write what the incident did to them. Leave out names and addresses."))
		}
		errs = append(errs, tooLong("theme", "theme", cmd.Theme, maxLine)...)
		errs = append(errs, tooLong("area", "area", cmd.Area, maxLine)...)
		errs = append(errs, tooLong("impact", "report", cmd.Impact, mostMessage)...)
		if err := errs.Or(); err != nil {
			return "", err
		}
		r := models.ImpactReport{BranchID: actor.BranchID, IncidentID: in.ID, On: x.SentOn(), Area: cmd.Area, Theme: cmd.Theme, Impact: cmd.Impact,
			Quote: newestOf(rows)[models.PurposeQuote].Quoted(), StoryID: x.ID}
		if x.Since <= r.On {
			r.Since = x.Since
		}
		if err := tx.AddImpactReport(ctx, &r); err != nil {
			return "", err
		}
		x.CaseID, x.IncidentID = 0, in.ID
		return in.Slug, s.move(ctx, tx, actor, x, models.StoryIncident, models.StoryMove{ReportID: r.ID})
	})
}

// AskTeller asks the teller something. seen is the newest message that the actor had before them: all up to it is read, and where the
// teller wrote again in between the error is a conflict. It returns the story's number, for whoever tells the teller of it.
func (s *Service) AskTeller(ctx context.Context, actor models.Actor, ref string, version, seen int64, body string) (storyID int64, err error) {
	err = s.triage(ctx, actor, ref, version, "story.asked", func(tx *store.Store, x *models.Story) (string, error) {
		trim(&body)
		if body == "" {
			return "", models.Invalid("body", "Write what you want to ask or tell them.")
		}
		if errs := tooLong("body", "message", body, mostMessage); errs != nil {
			return "", errs
		}
		storyID = x.ID
		return "", tx.AskTeller(ctx, x, &models.StoryMessage{Body: body, RecordedBy: actor.AccountID}, seen)
	})
	return storyID, err
}

// ReadAnswers notes that somebody of the branch has read what the teller wrote, up to the message seen.
func (s *Service) ReadAnswers(ctx context.Context, actor models.Actor, ref string, version, seen int64) error {
	return s.triage(ctx, actor, ref, version, "story.read", func(tx *store.Store, x *models.Story) (string, error) {
		return "", tx.ReadMessages(ctx, x, seen)
	})
}

// CheckRefusal says what is wrong with a reason for refusing a story; nil where nothing is.
func CheckRefusal(reason *string) error {
	trim(reason)
	if *reason == "" {
		return models.Invalid("reason", "Write why the branch cannot take it. They read this on their page.")
	}
	return tooLong("reason", "reason", *reason, mostMessage).Or()
}

// RefuseStory says to the teller that the branch cannot take their story, and why. They read the reason on their page.
func (s *Service) RefuseStory(ctx context.Context, actor models.Actor, ref string, version int64, reason string) error {
	return s.triage(ctx, actor, ref, version, "story.refused", func(tx *store.Store, x *models.Story) (string, error) {
		if !x.Open() {
			_, err := ready(ctx, tx, x)
			return "", err
		}
		if err := CheckRefusal(&reason); err != nil {
			return "", err
		}
		x.Reason, x.CaseID, x.IncidentID = reason, 0, 0
		return "", s.move(ctx, tx, actor, x, models.StoryRefused, models.StoryMove{Reason: reason})
	})
}

// ReleaseStories takes stories that were kept aside into the inbox. Those that are not kept aside any more, or that are none of the
// branch's, are left; n is how many were released.
func (s *Service) ReleaseStories(ctx context.Context, actor models.Actor, refs []string) (n int, err error) {
	if err := actor.Can(access.Triage); err != nil {
		return 0, err
	}
	if len(refs) == 0 {
		return 0, models.Invalid("story", "Tick the stories to take into the inbox.")
	}
	slices.Sort(refs) // two who release at once lock in one order
	err = s.st.Tx(ctx, func(tx *store.Store) error {
		n = 0
		for _, ref := range slices.Compact(refs)[:min(len(slices.Compact(refs)), PageSize)] {
			x, err := tx.SentStory(ctx, actor.BranchID, ref)
			if models.CodeOf(err) == models.CodeNotFound || err == nil && x.State != models.StoryHeld {
				continue
			} else if err != nil {
				return err
			}
			if err := s.move(ctx, tx, actor, &x, models.StoryNew, models.StoryMove{Reason: x.Reason}); models.CodeOf(err) == models.CodeConflict {
				continue // somebody else was faster
			} else if err != nil {
				return err
			}
			if err := tx.AddAudit(ctx, actor, "story.released", ref, ""); err != nil {
				return err
			}
			n++
		}
		return nil
	})
	if err != nil {
		return 0, fmt.Errorf("release stories: %w", err)
	}
	return n, nil
}

// UndoStory is what can be undone about a story, and what that will do, said beforehand.
type UndoStory struct {
	Move models.StoryMove
	Says []string

	ref     string       // of the case
	closes  bool         // the case was opened by the step and nothing was logged since
	note    models.Event // of a joined story: what the case says of it; zero where it is gone or rests in a closed case
	version int64        // of the case
	closed  bool
}

// undoOf says what can be undone about a story; nil where nothing can.
func (s *Service) undoOf(ctx context.Context, st *store.Store, actor models.Actor, x models.Story, moves []models.StoryMove) (*UndoStory, error) {
	m, ok := models.Undoable(x.State, moves)
	if !ok {
		return nil, nil //nolint:nilnil // there is nothing to undo, which is no error
	}
	u := &UndoStory{Move: m}
	back := "The story goes back to the inbox."
	if m.Was == models.StoryHeld {
		back = "The story is kept aside again."
	}
	u.Says = append(u.Says, back)
	var events []models.Event
	if m.CaseID != 0 && (m.Became == models.StoryCase || m.Became == models.StoryJoined) {
		c, err := st.CaseByID(ctx, actor.BranchID, m.CaseID)
		if err != nil {
			return nil, err
		}
		u.ref, u.version, u.closed = c.Ref, c.Version, c.Status == models.StatusClosed
		if events, err = st.Events(ctx, actor.BranchID, c.ID); err != nil {
			return nil, err
		}
	}
	switch m.Became { //nolint:exhaustive // nothing else can be undone
	case models.StoryCase:
		work, err := st.CountCaseWork(ctx, actor.BranchID, m.CaseID)
		if err != nil {
			return nil, err
		}
		for _, e := range events {
			if !m.MadeBy(e.RecordedAt) {
				work++
			}
		}
		u.closes = work == 0 && !u.closed
		switch {
		case u.closes:
			u.Says = append(u.Says, "Case "+u.ref+" is closed as withdrawn, with a note that says why: nothing was logged on it since.")
		case u.closed:
			u.Says = append(u.Says, "Case "+u.ref+" is closed already and stays so.")
		default:
			u.Says = append(u.Says, "Case "+u.ref+" stays open, for more was logged on it since. What the teller agreed to goes back with the story: write it down on the case anew.")
		}
		u.Says = append(u.Says, "Turning the story into a case again leads to this very case. Its files stay there.")
	case models.StoryJoined:
		for _, e := range timeline.Current(events) {
			if e.Kind == models.KindNote && e.Reference == x.Ref && e.RecordedAt.Equal(m.RecordedAt) {
				u.note = e
			}
		}
		u.Says = append(u.Says, "The files of the story are taken off case "+u.ref+" and stay with the story.")
		if u.note.ID != 0 && !u.closed {
			u.Says = append(u.Says, "The note on the case that it was joined is taken back.")
		} else {
			u.Says = append(u.Says, "A note on the case says that it was parted again.")
		}
	case models.StoryIncident:
		u.Says = append(u.Says, "The report is taken off the incident. Its words stay in the history below.")
	case models.StoryRefused:
		u.Says = append(u.Says, "Its teller no longer reads on their page that the branch cannot take it. They may have read it already.")
	}
	return u, nil
}

// UndoStory undoes the newest step of a story, which the actor had before them.
func (s *Service) UndoStory(ctx context.Context, actor models.Actor, ref string, version, move int64) error {
	return s.triage(ctx, actor, ref, version, "story.undone", func(tx *store.Store, x *models.Story) (string, error) {
		moves, err := tx.StoryMoves(ctx, actor.BranchID, x.ID)
		if err != nil {
			return "", err
		}
		u, err := s.undoOf(ctx, tx, actor, *x, moves)
		switch {
		case err != nil:
			return "", err
		case u == nil || u.Move.ID != move:
			return "", models.Errorf(models.CodeConflict, "This step was undone already, or another came after it. Look at the story again.")
		}
		if u.ref != "" { // read again behind the lock: somebody may log on the case at this very moment
			if _, err := tx.LockCase(ctx, actor.BranchID, u.ref); err != nil {
				return "", err
			}
			if u, err = s.undoOf(ctx, tx, actor, *x, moves); err != nil {
				return "", err
			}
		}
		back := models.StoryMove{Undoes: u.Move.ID}
		if back.Reason, err = s.undo(ctx, tx, actor, x, u); err != nil {
			return "", err
		}
		was := x.State
		x.Reason = ""
		back.Was, back.CaseID, back.IncidentID, back.RecordedBy = was, x.CaseID, x.IncidentID, actor.AccountID
		x.State, x.CaseID, x.IncidentID = u.Move.Was, 0, 0
		return string(was), tx.MoveStory(ctx, x, &back)
	})
}

// undo takes back what a step did beside the story, and returns what of it would else be lost.
func (s *Service) undo(ctx context.Context, tx *store.Store, actor models.Actor, x *models.Story, u *UndoStory) (kept string, err error) {
	today := civil.Of(tx.Now())
	step := func(e LogEvent) error {
		e.Ref, e.Version, e.On = u.ref, u.version, today
		_, err := s.logIn(ctx, tx, actor, &e)
		return err
	}
	switch u.Move.Became { //nolint:exhaustive // the others did nothing else
	case models.StoryCase:
		// What the teller agreed to goes back with the story, where they can take it back: the case no longer rests on it.
		if err := tx.SetUncounted(ctx, actor.BranchID, x.CaseID, true); err != nil {
			return "", err
		}
		gone := models.Consent{Purpose: models.PurposeAct, Value: models.ConsentNo, On: today}
		if err := s.consentEvent(ctx, tx, actor, u.ref, gone, false); err != nil {
			return "", err
		}
		if !u.closes {
			return "", nil
		}
		c, err := tx.LockCase(ctx, actor.BranchID, u.ref)
		if err != nil {
			return "", err
		}
		u.version = c.Version
		return "", step(LogEvent{Kind: models.KindCaseClosed, Reason: models.ClosedWithdrawn, Note: "Story " + x.Ref + " went back to the inbox; this case had been opened from it. Turning the story into a case again reopens it."})
	case models.StoryJoined:
		if err := tx.DetachStoryFiles(ctx, actor.BranchID, x.ID, x.CaseID); err != nil {
			return "", err
		}
		if u.note.ID == 0 || u.closed {
			return "", step(LogEvent{Kind: models.KindNote, Note: "A story was parted again: " + x.Ref + ".", Reference: x.Ref})
		}
		return "", step(LogEvent{Kind: models.KindRetracted, Replaces: u.note.ID, Note: "The story was parted from the case again."})
	case models.StoryIncident:
		r, err := tx.TakeImpactReport(ctx, actor.BranchID, x.ID, u.Move.ReportID)
		if models.CodeOf(err) == models.CodeNotFound { // somebody took it away by another road
			return "", nil
		}
		return r.Impact, err
	}
	return "", nil
}

// AddTranslation is a translation of a story, with who made it.
type AddTranslation struct {
	Ref    string
	Lang   string // BCP 47
	Body   string
	MadeBy string
}

// AddTranslation keeps a translation of a story beside it. Earlier ones stay.
func (s *Service) AddTranslation(ctx context.Context, actor models.Actor, cmd AddTranslation) error {
	if err := actor.Can(access.Triage); err != nil {
		return err
	}
	trim(&cmd.Lang, &cmd.Body, &cmd.MadeBy)
	var errs models.Errors
	if cmd.Lang == "" || len(cmd.Lang) > 20 {
		errs = append(errs, models.Invalid("lang", "Choose the language of the translation."))
	}
	if cmd.Body == "" {
		errs = append(errs, models.Invalid("translation", "Write the translation."))
	}
	errs = append(errs, tooLong("translation", "translation", cmd.Body, maxText)...)
	if cmd.MadeBy == "" {
		errs = append(errs, models.Invalid("made_by", "Say who made it: a name, or “a machine”."))
	}
	errs = append(errs, tooLong("made_by", "name", cmd.MadeBy, maxLine)...)
	if err := errs.Or(); err != nil {
		return err
	}
	err := s.st.Tx(ctx, func(tx *store.Store) error {
		x, err := tx.SentStory(ctx, actor.BranchID, cmd.Ref)
		if err != nil {
			return err
		}
		if err := tx.AddTranslation(ctx, &models.StoryTranslation{BranchID: actor.BranchID, StoryID: x.ID, Lang: cmd.Lang, Body: cmd.Body, MadeBy: cmd.MadeBy, RecordedBy: actor.AccountID}); err != nil {
			return err
		}
		return tx.AddAudit(ctx, actor, "story.translated", x.Ref, cmd.Lang)
	})
	if err != nil {
		return fmt.Errorf("translate story %s: %w", cmd.Ref, err)
	}
	return nil
}

// StoryFile opens a file of a story: the copy that may be shared or, where original is true, what was sent, which may hold the place and
// the camera; that is written into the audit. The caller closes what it gets.
func (s *Service) StoryFile(ctx context.Context, actor models.Actor, ref string, id int64, original bool) (models.StoryFile, io.ReadCloser, error) {
	if err := actor.Can(access.Triage); err != nil {
		return models.StoryFile{}, nil, err
	}
	x, err := s.st.SentStory(ctx, actor.BranchID, ref)
	if err != nil {
		return models.StoryFile{}, nil, err
	}
	f, err := s.st.FileOfStory(ctx, actor.BranchID, x.ID, id)
	if err != nil {
		return models.StoryFile{}, nil, err
	}
	hash := f.Copy
	switch {
	case f.Hash == "":
		return models.StoryFile{}, nil, models.Errorf(models.CodeNotFound, "There is no such file with this story.")
	case original:
		hash = f.Hash
	case f.State != models.FileReady:
		return models.StoryFile{}, nil, models.Errorf(models.CodeUnready, "The copy of this file that may be shared is not there. Look again in a minute, or read on the story's page why it cannot be made.")
	}
	r, err := s.files.Open(ctx, hash)
	if err != nil {
		return models.StoryFile{}, nil, fmt.Errorf("file %d of story %s: %w", id, ref, err)
	}
	if original {
		if err := s.st.AddAudit(ctx, actor, "story.original", ref, f.MediaType); err != nil {
			return models.StoryFile{}, nil, errors.Join(err, r.Close())
		}
	}
	return f, r, nil
}
