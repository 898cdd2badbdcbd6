package campaign

import (
	"context"
	"fmt"
	"strings"

	"commoncase/app/store"
	"commoncase/models"
	"commoncase/models/access"
	"commoncase/models/civil"
	"commoncase/models/letters"
)

// LetterRow is a line in the list of letters.
type LetterRow struct {
	Letter    models.Letter // without its texts
	Recipient models.Recipient
	Waiting   letters.Waiting // as of today
}

// Letters returns the letters of the branch, the newest first.
func (s *Service) Letters(ctx context.Context, actor models.Actor) ([]LetterRow, error) {
	if err := actor.Can(access.SeeLetters); err != nil {
		return nil, err
	}
	landlord, err := s.st.LandlordOf(ctx, actor.BranchID)
	if err != nil {
		return nil, err
	}
	all, err := s.correspondence(ctx, s.st, actor.BranchID)
	if err != nil {
		return nil, err
	}
	rows := make([]LetterRow, len(all))
	for i, c := range all {
		rows[i] = LetterRow{Letter: c.Letter, Recipient: c.Recipient, Waiting: letters.Wait(c.Events, s.calendars.Or(landlord.Calendar), s.Today())}
	}
	return rows, nil
}

// LetterView is one letter with all that is known of it.
type LetterView struct {
	Letter    models.Letter
	Recipient models.Recipient     // as it is now; a final letter has its own in Frozen
	Events    []models.LetterEvent // by date
	Waiting   letters.Waiting      // as of today
	Frozen    letters.Frozen       // of a final letter
	Figures   []models.Figure      // those that a final letter was frozen with
}

// Letter returns one letter of the branch.
func (s *Service) Letter(ctx context.Context, actor models.Actor, ref string) (LetterView, error) {
	var v LetterView
	if err := actor.Can(access.SeeLetters); err != nil {
		return v, err
	}
	var err error
	if v.Letter, err = s.st.LetterByRef(ctx, actor.BranchID, ref); err != nil {
		return v, err
	}
	if v.Recipient, err = s.st.Recipient(ctx, actor.BranchID, v.Letter.RecipientID); err != nil {
		return v, err
	}
	if v.Events, err = s.st.LetterEvents(ctx, actor.BranchID, v.Letter.ID); err != nil {
		return v, err
	}
	landlord, err := s.st.LandlordOf(ctx, actor.BranchID)
	if err != nil {
		return v, err
	}
	v.Waiting = letters.Wait(v.Events, s.calendars.Or(landlord.Calendar), s.Today())
	if v.Letter.State != models.LetterFinal {
		return v, nil
	}
	if v.Frozen, err = letters.ParseFrozen(v.Letter.Frozen); err != nil {
		return v, fmt.Errorf("letter %s: %w", ref, err)
	}
	snap, err := s.st.Snapshot(ctx, actor.BranchID, v.Letter.SnapshotID)
	if err != nil {
		return v, err
	}
	v.Figures, err = models.ThawFigures(snap.Content)
	return v, err
}

// DraftLetter is what starts a letter from a type.
type DraftLetter struct {
	Type        string
	RecipientID int64
	Title       string // "" takes the type's
	Body        string // "" takes the type's template, less what cannot be filled
	SignOff     string // roles, one a line; "" takes the type's
	Mandate     string
	From, To    civil.Date // the period that its figures cover; zero ends are open
	ReplyDue    civil.Date // zero: 20 working days after the letter's date
	On          civil.Date // the date that the letter is expected to carry; zero: today
	Figures     []models.Figure
}

// DraftLetter starts a letter, and tells which parts of the template were left out because there is nothing to fill them with, or
// because a figure is withheld.
func (s *Service) DraftLetter(ctx context.Context, actor models.Actor, cmd DraftLetter) (models.Letter, []letters.Problem, error) {
	if err := actor.Can(access.WriteLetter); err != nil {
		return models.Letter{}, nil, err
	}
	t, ok := letters.Get(cmd.Type)
	if !ok {
		return models.Letter{}, nil, models.Invalid("type", "Choose the type of the letter.")
	}
	if t.Slug == letters.Chase.Slug && cmd.Body == "" {
		return models.Letter{}, nil, models.Invalid("type", "A reminder is started from the letter that it reminds of. Open that letter and choose “Write a reminder”.")
	}
	var l models.Letter
	var leftOut []letters.Problem
	err := s.st.Tx(ctx, func(tx *store.Store) error {
		var err error
		l, leftOut, err = s.draft(ctx, tx, actor, t, t.Template, cmd)
		return err
	})
	return l, leftOut, err
}

// draft adds a draft inside a transaction.
func (s *Service) draft(ctx context.Context, tx *store.Store, actor models.Actor, t letters.Type, template string, cmd DraftLetter) (models.Letter, []letters.Problem, error) {
	l := models.Letter{BranchID: actor.BranchID, Type: t.Slug, Title: cmd.Title, RecipientID: cmd.RecipientID, Body: cmd.Body, SignOff: cmd.SignOff,
		Mandate: cmd.Mandate, From: cmd.From, To: cmd.To, ReplyDue: cmd.ReplyDue, State: models.LetterDraft}
	r, err := tx.Recipient(ctx, actor.BranchID, cmd.RecipientID)
	if err != nil {
		if models.CodeOf(err) == models.CodeNotFound {
			err = models.Invalid("recipient", "Choose whom the letter goes to.")
		}
		return l, nil, err
	}
	if !t.Suits(r.Role) {
		return l, nil, models.Invalid("recipient", "“%s” is not written to this recipient, who is: %s. Choose another recipient, or another type.", t.Name, strings.ToLower(r.Role.Label()))
	}
	on := cmd.On
	if on.IsZero() {
		on = s.Today()
	}
	f, err := s.facts(ctx, tx, l, r, on, cmd.Figures)
	if err != nil {
		return l, nil, err
	}
	var leftOut []letters.Problem
	if l.Body == "" {
		l.Body, leftOut = letters.Compose(template, f)
	}
	if l.Title == "" {
		l.Title = t.Title(f)
	}
	if l.SignOff == "" {
		l.SignOff = strings.Join(t.SignOff, "\n")
	}
	if err := checkDraft(&l); err != nil {
		return l, nil, err
	}
	if l.Ref, err = s.newRef(ctx, tx, f.Branch, s.Today()); err != nil {
		return l, nil, err
	}
	if err := tx.AddLetter(ctx, &l); err != nil {
		return l, nil, err
	}
	return l, leftOut, tx.AddAudit(ctx, actor, "letter.drafted", l.Ref, t.Name)
}

// newRef makes a reference such as CLA-L-23-0003-X.
func (s *Service) newRef(ctx context.Context, tx *store.Store, b models.Branch, on civil.Date) (string, error) {
	serial, err := tx.NextSerial(ctx, b.ID, "letter", on.Year())
	if err != nil {
		return "", err
	}
	return models.Reference(b.Prefix+"-L", on.Year(), serial), nil
}

func checkDraft(l *models.Letter) error {
	tidy(&l.Title, &l.SignOff, &l.Mandate, &l.Body)
	l.Title, l.Mandate = strings.Join(strings.Fields(l.Title), " "), strings.Join(strings.Fields(l.Mandate), " ")
	var errs models.Errors
	errs = append(errs, need("title", "what the letter is about", l.Title, maxLine)...)
	errs = append(errs, need("body", "the text of the letter", l.Body, maxBody)...)
	if why := letters.Tangled(l.Body); why != "" {
		errs = append(errs, models.Invalid("body", "%s", why))
	}
	errs = append(errs, need("sign-off", "who signs, a role on each line, such as “Branch secretary”", l.SignOff, 500)...)
	errs = append(errs, tooLong("mandate", "the mandate", l.Mandate, 300)...)
	if !l.From.IsZero() && !l.To.IsZero() && l.To < l.From {
		errs = append(errs, models.Invalid("to", "The period ends on %s, before it begins on %s. Change one of the dates.", l.To.Long(), l.From.Long()))
	}
	return errs.Or()
}

// EditLetter is what changes a draft. Version is that of the draft which the person looked at.
type EditLetter struct {
	Ref         string
	Version     int64
	Title       string
	RecipientID int64
	Body        string
	SignOff     string
	Mandate     string
	From, To    civil.Date
	ReplyDue    civil.Date
}

// EditLetter changes a draft. A text whose placeholders cannot be filled is kept; Preview says what is wrong with it, and it cannot
// be finalised. Where somebody else changed or finalised the letter in between, the error is a conflict and nothing is written.
func (s *Service) EditLetter(ctx context.Context, actor models.Actor, cmd EditLetter) (models.Letter, error) {
	if err := actor.Can(access.WriteLetter); err != nil {
		return models.Letter{}, err
	}
	var l models.Letter
	err := s.st.Tx(ctx, func(tx *store.Store) error {
		var err error
		if l, err = tx.LockLetter(ctx, actor.BranchID, cmd.Ref); err != nil {
			return err
		}
		if err := mustBeDraft(l); err != nil {
			return err
		}
		l.Version, l.Title, l.RecipientID, l.Body, l.SignOff, l.Mandate = cmd.Version, cmd.Title, cmd.RecipientID, cmd.Body, cmd.SignOff, cmd.Mandate
		l.From, l.To, l.ReplyDue = cmd.From, cmd.To, cmd.ReplyDue
		if err := checkDraft(&l); err != nil {
			return err
		}
		if _, err := tx.Recipient(ctx, actor.BranchID, l.RecipientID); err != nil {
			if models.CodeOf(err) == models.CodeNotFound {
				err = models.Invalid("recipient", "Choose whom the letter goes to.")
			}
			return err
		}
		if err := tx.UpdateLetter(ctx, &l); err != nil {
			return err
		}
		return tx.AddAudit(ctx, actor, "letter.changed", l.Ref, fmt.Sprintf("version %d", l.Version))
	})
	return l, err
}

func mustBeDraft(l models.Letter) error {
	switch l.State {
	case models.LetterFinal:
		return models.Errorf(models.CodeConflict, "Letter %s is final and cannot change. Start a new draft from it to write another.", l.Ref)
	case models.LetterRecord:
		return models.Errorf(models.CodeConflict, "Letter %s went out before Commoncase, so its text is not here to change.", l.Ref)
	default:
		return nil
	}
}

// CopyLetter starts a new draft with the text of a letter, final or not.
func (s *Service) CopyLetter(ctx context.Context, actor models.Actor, ref string) (models.Letter, error) {
	if err := actor.Can(access.WriteLetter); err != nil {
		return models.Letter{}, err
	}
	var l models.Letter
	err := s.st.Tx(ctx, func(tx *store.Store) error {
		from, err := tx.LetterByRef(ctx, actor.BranchID, ref)
		if err != nil {
			return err
		}
		t, ok := letters.Get(from.Type)
		if !ok || from.Body == "" {
			return models.Errorf(models.CodeUnready, "The text of letter %s is not held here, so there is nothing to start from. Start a new letter.", ref)
		}
		// The mandate was for the other text.
		l, _, err = s.draft(ctx, tx, actor, t, t.Template, DraftLetter{Type: from.Type, RecipientID: from.RecipientID, Title: from.Title,
			Body: from.Body, SignOff: from.SignOff, From: from.From, To: from.To})
		return err
	})
	return l, err
}

// ChaseLetter drafts a reminder of a letter that has no answer, with the facts as placeholders in it. Asked again while the draft
// is there, it returns that one.
func (s *Service) ChaseLetter(ctx context.Context, actor models.Actor, ref string) (models.Letter, error) {
	if err := actor.Can(access.WriteLetter); err != nil {
		return models.Letter{}, err
	}
	var l models.Letter
	err := s.st.Tx(ctx, func(tx *store.Store) error {
		about, err := tx.LockLetter(ctx, actor.BranchID, ref)
		if err != nil {
			return err
		}
		landlord, err := tx.LandlordOf(ctx, actor.BranchID)
		if err != nil {
			return err
		}
		events, err := tx.LetterEvents(ctx, actor.BranchID, about.ID)
		if err != nil {
			return err
		}
		w := letters.Wait(events, s.calendars.Or(landlord.Calendar), s.Today())
		switch {
		case w.Sent.IsZero():
			return models.Errorf(models.CodeUnready, "Letter %s was not sent, so there is no answer to remind of. Record first when it was sent.", ref)
		case !w.Open():
			return models.Errorf(models.CodeUnready, "Letter %s was %s. There is nothing to remind of.", ref, w)
		}
		l, err = tx.DraftReminder(ctx, actor.BranchID, letters.Chase.Slug, ref)
		if err == nil || models.CodeOf(err) != models.CodeNotFound {
			return err
		}
		title := []rune("Still no answer: " + about.Title)
		l, _, err = s.draft(ctx, tx, actor, letters.Chase, letters.Chasing(ref), DraftLetter{RecipientID: about.RecipientID, Title: string(title[:min(len(title), maxLine)])})
		return err
	})
	return l, err
}

// RecordLetter is what records a letter that went out before Commoncase; its text is not held.
type RecordLetter struct {
	Title       string
	RecipientID int64
	SentOn      civil.Date
	ReplyDue    civil.Date // zero where it named no day
	Note        string
	Source      string
}

// RecordLetter records such a letter as sent.
func (s *Service) RecordLetter(ctx context.Context, actor models.Actor, cmd RecordLetter) (models.Letter, error) {
	if err := actor.Can(access.WriteLetter); err != nil {
		return models.Letter{}, err
	}
	tidy(&cmd.Title, &cmd.Note, &cmd.Source)
	var errs models.Errors
	errs = append(errs, need("title", "what the letter was about", cmd.Title, maxLine)...)
	errs = append(errs, past("sent", "the letter was sent", cmd.SentOn, s.Today())...)
	if !cmd.ReplyDue.IsZero() && cmd.ReplyDue < cmd.SentOn {
		errs = append(errs, models.Invalid("reply-due", "The answer was asked for by %s, before the letter was sent on %s. Change one of the dates.", cmd.ReplyDue.Long(), cmd.SentOn.Long()))
	}
	errs = append(errs, need("source", "where this is known from: a copy, a minute, a page", cmd.Source, maxLine)...)
	errs = append(errs, tooLong("note", "the note", cmd.Note, maxText)...)
	if err := errs.Or(); err != nil {
		return models.Letter{}, err
	}
	l := models.Letter{BranchID: actor.BranchID, Type: letters.RecordType, Title: cmd.Title, RecipientID: cmd.RecipientID,
		State: models.LetterRecord, DatedOn: cmd.SentOn, ReplyDue: cmd.ReplyDue}
	err := s.st.Tx(ctx, func(tx *store.Store) error {
		branch, err := tx.Branch(ctx, actor.BranchID)
		if err != nil {
			return err
		}
		if _, err := tx.Recipient(ctx, actor.BranchID, cmd.RecipientID); err != nil {
			if models.CodeOf(err) == models.CodeNotFound {
				err = models.Invalid("recipient", "Choose whom the letter went to.")
			}
			return err
		}
		if l.Ref, err = s.newRef(ctx, tx, branch, cmd.SentOn); err != nil {
			return err
		}
		if err := tx.AddLetter(ctx, &l); err != nil {
			return err
		}
		e := models.LetterEvent{BranchID: actor.BranchID, LetterID: l.ID, Kind: models.LetterSent, On: cmd.SentOn, Note: cmd.Note, Source: cmd.Source,
			RecordedBy: actor.AccountID}
		if err := tx.AddLetterEvent(ctx, &e); err != nil {
			return err
		}
		return tx.AddAudit(ctx, actor, "letter.recorded", l.Ref, "sent on "+cmd.SentOn.Long())
	})
	return l, err
}

// LogLetterEvent is what records what became of a letter.
type LogLetterEvent struct {
	Ref    string
	Kind   models.LetterEventKind
	On     civil.Date
	Note   string
	Source string
}

// LogLetterEvent records what became of a letter. A letter is sent once, only when it is final, and only with a mandate. When a
// reminder is sent, the letters that it reminds of are recorded as chased.
func (s *Service) LogLetterEvent(ctx context.Context, actor models.Actor, cmd LogLetterEvent) (models.LetterEvent, error) {
	var e models.LetterEvent
	if err := actor.Can(access.TrackLetter); err != nil {
		return e, err
	}
	tidy(&cmd.Note, &cmd.Source)
	var errs models.Errors
	if !cmd.Kind.Known() {
		errs = append(errs, models.Invalid("kind", "Choose what became of the letter."))
	}
	errs = append(errs, past("on", "that happened", cmd.On, s.Today())...)
	errs = append(errs, need("source", "where this is known from: an e-mail, a letter, a note of a call", cmd.Source, maxLine)...)
	errs = append(errs, tooLong("note", "the note", cmd.Note, maxText)...)
	if err := errs.Or(); err != nil {
		return e, err
	}
	err := s.st.Tx(ctx, func(tx *store.Store) error {
		l, err := tx.LockLetter(ctx, actor.BranchID, cmd.Ref)
		if err != nil {
			return err
		}
		events, err := tx.LetterEvents(ctx, actor.BranchID, l.ID)
		if err != nil {
			return err
		}
		if err := mayFollow(l, events, cmd); err != nil {
			return err
		}
		e = models.LetterEvent{BranchID: actor.BranchID, LetterID: l.ID, Kind: cmd.Kind, On: cmd.On, Note: cmd.Note, Source: cmd.Source, RecordedBy: actor.AccountID}
		if err := tx.AddLetterEvent(ctx, &e); err != nil {
			return err
		}
		if err := tx.AddAudit(ctx, actor, "letter."+string(cmd.Kind), l.Ref, cmd.On.Long()); err != nil {
			return err
		}
		if l.Type == letters.Chase.Slug && cmd.Kind == models.LetterSent {
			return s.chased(ctx, tx, actor, l, cmd.On)
		}
		return nil
	})
	return e, err
}

// mayFollow says why a step cannot be recorded of a letter, or nil.
func mayFollow(l models.Letter, events []models.LetterEvent, cmd LogLetterEvent) error {
	if l.State == models.LetterDraft {
		return models.Errorf(models.CodeUnready, "Letter %s is a draft. Finalise it before you record what became of it.", l.Ref)
	}
	var sent civil.Date
	for _, e := range events {
		if e.Kind == models.LetterSent {
			sent = e.On
		}
	}
	switch {
	case cmd.Kind == models.LetterSent && !sent.IsZero():
		return models.Invalid("kind", "Letter %s was sent on %s already. To send it again, start a new draft from it.", l.Ref, sent.Long())
	case cmd.Kind == models.LetterSent && l.Mandate == "":
		return models.Errorf(models.CodeUnready, "Letter %s has no mandate, so it may not go out. Start a new draft from it, put down the ballot or minute that agreed it, and finalise that.", l.Ref)
	case cmd.Kind == models.LetterSent && cmd.On < l.DatedOn:
		return models.Invalid("on", "The letter is dated %s and cannot have been sent before. Correct the date.", l.DatedOn.Long())
	case cmd.Kind != models.LetterSent && sent.IsZero():
		return models.Invalid("kind", "Letter %s was not sent yet. Record first when it was sent.", l.Ref)
	case cmd.Kind != models.LetterSent && cmd.On < sent:
		return models.Invalid("on", "The letter was sent on %s, and this cannot have happened before. Correct the date.", sent.Long())
	}
	return nil
}

// chased records on the letters that a reminder names that they were chased.
func (s *Service) chased(ctx context.Context, tx *store.Store, actor models.Actor, reminder models.Letter, on civil.Date) error {
	for _, ref := range letters.Chased(reminder.Body) {
		l, err := tx.LetterByRef(ctx, actor.BranchID, ref)
		if models.CodeOf(err) == models.CodeNotFound {
			continue
		}
		if err != nil {
			return err
		}
		e := models.LetterEvent{BranchID: actor.BranchID, LetterID: l.ID, Kind: models.LetterChased, On: on, Source: "Our letter " + reminder.Ref, RecordedBy: actor.AccountID}
		if err := tx.AddLetterEvent(ctx, &e); err != nil {
			return err
		}
		if err := tx.AddAudit(ctx, actor, "letter.chased", l.Ref, "by "+reminder.Ref); err != nil {
			return err
		}
	}
	return nil
}
