package casework

import (
	"context"
	"fmt"
	"slices"
	"time"

	"commoncase/app/store"
	"commoncase/models"
	"commoncase/models/access"
	"commoncase/models/catalogue"
	"commoncase/models/civil"
)

// wishOf is what a wish of a teller names: their story, and the case where it is theirs.
func wishOf(ctx context.Context, st *store.Store, t models.Teller) (story models.Story, c models.Case, err error) {
	story, ref, err := mine(ctx, st, t)
	if err != nil || ref == "" {
		return story, c, err
	}
	c, err = st.CaseByRef(ctx, t.BranchID, ref)
	return story, c, err
}

func subjectOf(story models.Story, c models.Case) string {
	if c.Ref != "" {
		return c.Ref
	}
	return story.Ref
}

// AskErasure keeps a teller's wish to be erased, with what they want to say about it. A wish that waits already is left as it is.
func (s *Service) AskErasure(ctx context.Context, t models.Teller, note string) error {
	trim(&note)
	if len([]rune(note)) > maxNote {
		return catalogue.Invalid("note", "story.error.long", "Most", maxNote)
	}
	err := s.st.Tx(ctx, func(tx *store.Store) error {
		story, c, err := wishOf(ctx, tx, t)
		if err != nil {
			return err
		}
		if _, err := tx.LockStoryByID(ctx, t.BranchID, story.ID); err != nil {
			return err
		}
		asked, err := tx.AskErasure(ctx, &models.Erasure{BranchID: t.BranchID, StoryID: story.ID, CaseID: c.ID, Note: note})
		if err != nil || !asked {
			return err
		}
		return tx.AddAudit(ctx, memberActor(t), "erasure.asked", subjectOf(story, c), "")
	})
	if err != nil {
		return fmt.Errorf("ask for erasure: %w", err)
	}
	return nil
}

// TakeBackErasure takes back a wish that waits; where none does, nothing is left to take back and nothing happens.
func (s *Service) TakeBackErasure(ctx context.Context, t models.Teller) error {
	err := s.st.Tx(ctx, func(tx *store.Store) error {
		story, c, err := wishOf(ctx, tx, t)
		if err != nil {
			return err
		}
		e, ok, err := tx.NewestErasure(ctx, t.BranchID, story.ID, c.ID)
		if err != nil || !ok || e.State != models.ErasureAsked {
			return err
		}
		e.State, e.Note = models.ErasureTakenBack, ""
		if err := tx.DecideErasure(ctx, e); err != nil {
			return err
		}
		return tx.AddAudit(ctx, memberActor(t), "erasure.taken_back", subjectOf(story, c), "")
	})
	if err != nil {
		return fmt.Errorf("take back a wish to be erased: %w", err)
	}
	return nil
}

// Erasures are the wishes of the actor's branch, those that wait first.
func (s *Service) Erasures(ctx context.Context, actor models.Actor) ([]store.ErasureRow, error) {
	if err := actor.Can(access.Erase); err != nil {
		return nil, err
	}
	return s.st.Erasures(ctx, actor.BranchID)
}

// ErasurePlan is what doing a wish would erase. It names no person: only references and counts.
type ErasurePlan struct {
	Wish     models.Erasure
	Refs     []string // of the cases and stories
	Open     []string // cases that are not closed: they will be
	Count    store.BelongingsCount
	Decided  bool
	AskedOn  civil.Date
	Decision civil.Date // zero while it waits
}

// ErasurePlan says what doing a wish would erase.
func (s *Service) ErasurePlan(ctx context.Context, actor models.Actor, id int64) (ErasurePlan, error) {
	if err := actor.Can(access.Erase); err != nil {
		return ErasurePlan{}, err
	}
	e, err := s.st.LockErasure(ctx, actor.BranchID, id)
	if err != nil {
		return ErasurePlan{}, err
	}
	p := ErasurePlan{Wish: e, Decided: e.State != models.ErasureAsked, AskedOn: civil.Of(e.AskedAt)}
	if e.DecidedAt != nil {
		p.Decision = civil.Of(*e.DecidedAt)
	}
	w, err := belongings(ctx, s.st, e)
	if err != nil {
		return ErasurePlan{}, err
	}
	for _, c := range w.cases {
		p.Refs = append(p.Refs, c.Ref)
		if c.Status != models.StatusClosed {
			p.Open = append(p.Open, c.Ref)
		}
	}
	for _, x := range w.stories {
		if x.Ref != "" {
			p.Refs = append(p.Refs, x.Ref)
		}
	}
	p.Count, err = s.st.CountBelongings(ctx, w.Belongings)
	return p, err
}

// whole is all that belongs to one person of a branch.
type whole struct {
	store.Belongings
	cases   []models.Case
	stories []models.Story
}

// subject is the reference by which the audit names it.
func (w whole) subject() string {
	switch {
	case len(w.cases) > 0:
		return w.cases[0].Ref
	case len(w.stories) > 0:
		return w.stories[0].Ref
	}
	return ""
}

// belongings finds what belongs to the person behind a wish: every case of the member whose case it is, with the stories that these were
// opened from, or the story alone. A case that was opened from the story counts when that step was undone, too. Somebody else of the same home is another member and is not touched, and neither is a case that the story
// was only joined to.
func belongings(ctx context.Context, st *store.Store, e models.Erasure) (whole, error) {
	w := whole{Belongings: store.Belongings{BranchID: e.BranchID}}
	caseID := e.CaseID
	if e.StoryID != 0 {
		story, err := st.StoryByID(ctx, e.BranchID, e.StoryID)
		if err != nil {
			return w, err
		}
		w.stories = append(w.stories, story)
		if story.State == models.StoryCase {
			caseID = story.CaseID
		} else if before, ok, err := st.CaseOpenedFrom(ctx, e.BranchID, story.ID); err != nil {
			return w, err
		} else if ok && caseID == 0 { // the step was undone; what was written off the story is still theirs
			caseID = before.ID
		}
	}
	if caseID != 0 {
		ref, err := st.RefOfCase(ctx, e.BranchID, caseID)
		if err != nil {
			return w, err
		}
		c, err := st.CaseByRef(ctx, e.BranchID, ref)
		if err != nil {
			return w, err
		}
		w.MemberID = c.MemberID
		if w.cases, err = st.CasesOf(ctx, e.BranchID, c.MemberID); err != nil {
			return w, err
		}
	}
	for _, c := range w.cases {
		w.Cases = append(w.Cases, c.ID)
		behind, err := st.StoriesBehind(ctx, e.BranchID, c.ID)
		if err != nil {
			return w, err
		}
		for _, x := range behind {
			if !slices.ContainsFunc(w.stories, func(o models.Story) bool { return o.ID == x.ID }) {
				w.stories = append(w.stories, x)
			}
		}
	}
	for _, x := range w.stories {
		w.Stories = append(w.Stories, x.ID)
	}
	return w, nil
}

// Erase does a wish: every word of the person goes in one transaction, and then the bytes of their files. What stays are dates and kinds, for
// the figures. Cases of theirs that are open are closed. A wish that was decided in the meantime is a conflict.
func (s *Service) Erase(ctx context.Context, actor models.Actor, id int64) error {
	if err := actor.Can(access.Erase); err != nil {
		return err
	}
	err := s.st.Tx(ctx, func(tx *store.Store) error {
		e, err := tx.LockErasure(ctx, actor.BranchID, id)
		if err != nil {
			return err
		}
		w, err := belongings(ctx, tx, e)
		if err != nil {
			return err
		}
		e.State, e.Note, e.DecidedBy = models.ErasureDone, "", actor.AccountID
		if err := tx.DecideErasure(ctx, e); err != nil {
			return err
		}
		return s.erase(ctx, tx, actor, e, w)
	})
	if err != nil {
		return fmt.Errorf("erase: %w", err)
	}
	// The words are gone; bytes that cannot be deleted now are swept later.
	_, _ = s.SweepFiles(context.WithoutCancel(ctx))
	return nil
}

func (s *Service) erase(ctx context.Context, tx *store.Store, actor models.Actor, e models.Erasure, w whole) error {
	for _, x := range w.stories {
		if _, err := tx.LockStoryByID(ctx, w.BranchID, x.ID); err != nil {
			return err
		}
		if x.ID == e.StoryID {
			continue
		}
		if err := tx.AddErasure(ctx, &models.Erasure{BranchID: w.BranchID, StoryID: x.ID, State: models.ErasureDone, DecidedBy: actor.AccountID}); err != nil {
			return err
		}
	}
	var account int64
	if w.MemberID != 0 {
		m, err := tx.Member(ctx, w.BranchID, w.MemberID)
		if err != nil {
			return err
		}
		account = m.AccountID
	}
	for _, c := range w.cases {
		if _, err := tx.LockCase(ctx, w.BranchID, c.Ref); err != nil {
			return err
		}
		if c.ID == e.CaseID {
			continue
		}
		if err := tx.AddErasure(ctx, &models.Erasure{BranchID: w.BranchID, CaseID: c.ID, State: models.ErasureDone, DecidedBy: actor.AccountID}); err != nil {
			return err
		}
	}
	if err := tx.EraseBelongings(ctx, w.Belongings); err != nil {
		return err
	}
	for _, c := range w.cases {
		f, err := tx.CaseFile(ctx, w.BranchID, c.Ref)
		if err != nil {
			return err
		}
		if err := s.eraseCase(ctx, tx, actor, f); err != nil {
			return err
		}
	}
	if account != 0 {
		if _, err := tx.EraseAccount(ctx, w.BranchID, account); err != nil {
			return err
		}
	}
	return tx.AddAudit(ctx, actor, "erasure.done", w.subject(), "")
}

// eraseCase blanks the words of a case and closes it where it is open: nobody is there to work for.
func (s *Service) eraseCase(ctx context.Context, tx *store.Store, actor models.Actor, f store.CaseFile) error {
	c := f.Case
	c.Title, c.Summary, c.Wanted, c.StillUnhappy, c.LateReason, c.LandlordRef, c.OmbudsmanRef, c.Needs = store.ErasedMark, "", "", "", "", "", "", ""
	events, err := tx.Events(ctx, c.BranchID, c.ID)
	if err != nil {
		return err
	}
	if c.Status != models.StatusClosed {
		e := models.Event{BranchID: c.BranchID, CaseID: c.ID, Kind: models.KindCaseClosed, On: civil.Of(tx.Now()), Reason: models.ClosedWithdrawn, RecordedBy: actor.AccountID}
		if err := tx.AddEvent(ctx, &e); err != nil {
			return err
		}
		events = with(events, e)
	}
	_, err = s.follow(ctx, tx, &c, f.Member, f.Landlord, events)
	return err
}

// DeclineErasure declines a wish; the person is shown the reason.
func (s *Service) DeclineErasure(ctx context.Context, actor models.Actor, id int64, reason string) error {
	if err := actor.Can(access.Erase); err != nil {
		return err
	}
	trim(&reason)
	var errs models.Errors
	if reason == "" {
		errs = append(errs, models.Invalid("reason", "Say why it cannot be done. The person is shown what you write."))
	}
	errs = append(errs, tooLong("reason", "reason", reason, maxNote)...)
	if err := errs.Or(); err != nil {
		return err
	}
	err := s.st.Tx(ctx, func(tx *store.Store) error {
		e, err := tx.LockErasure(ctx, actor.BranchID, id)
		if err != nil {
			return err
		}
		w, err := belongings(ctx, tx, e)
		if err != nil {
			return err
		}
		e.State, e.Reason, e.DecidedBy = models.ErasureDeclined, reason, actor.AccountID
		if err := tx.DecideErasure(ctx, e); err != nil {
			return err
		}
		return tx.AddAudit(ctx, actor, "erasure.declined", w.subject(), "")
	})
	if err != nil {
		return fmt.Errorf("decline an erasure: %w", err)
	}
	return nil
}

// sweepAtOnce is how many files one sweep deletes.
const sweepAtOnce = 500

// SweepFiles deletes the bytes that erased people sent and that nothing else names any more, and says how many. What fails is tried again with
// the next sweep.
func (s *Service) SweepFiles(ctx context.Context) (n int, err error) {
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	hashes, err := s.st.UnkeptFiles(ctx, sweepAtOnce)
	if err != nil {
		return 0, err
	}
	for _, h := range hashes {
		used, err := s.st.HashInUse(ctx, h)
		if err != nil {
			return n, err
		}
		if !used {
			if err := s.files.Delete(ctx, h); err != nil && models.CodeOf(err) != models.CodeNotFound {
				return n, err
			}
			n++
		}
		if err := s.st.FileSwept(ctx, h); err != nil {
			return n, err
		}
	}
	return n, nil
}
