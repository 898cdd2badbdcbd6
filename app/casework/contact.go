package casework

import (
	"context"
	"fmt"
	"slices"

	"commoncase/models"
	"commoncase/models/access"
	"commoncase/models/civil"
	"commoncase/models/timeline"
)

// NoAnswer logs a telephone call of today that nobody answered: a caseworker's one tap. minutes are what was waited. version is the
// case's version that the person had before them: a second tap on an old page logs nothing.
func (s *Service) NoAnswer(ctx context.Context, actor models.Actor, ref string, version int64, minutes int) (Logged, error) {
	logged, err := s.LogEvent(ctx, actor, LogEvent{Ref: ref, Version: version, Kind: models.KindContactAttempt, On: s.Today(), Channel: models.ChannelPhone, Minutes: minutes})
	if models.CodeOf(err) == models.CodeConflict {
		return Logged{}, models.Errorf(models.CodeConflict, "Somebody added to this case in the meantime, or this call is logged already. Look at the history, and tap again only if the call is missing.")
	}
	return logged, err
}

// seesAdverse reports whether an actor may see what was done to the resident of a case: those who see it everywhere, and the caseworker
// to whom the case is assigned.
func seesAdverse(actor models.Actor, c models.Case) bool {
	if actor.Can(access.SeeAdverse) == nil {
		return true
	}
	return actor.AccountID != 0 && c.AssignedTo == actor.AccountID && actor.Can(access.SeeCases) == nil
}

// confidential reports whether an event of a case is one that the actor may not see.
func (s *Service) confidential(ctx context.Context, actor models.Actor, c models.Case, event int64) (bool, error) {
	if event == 0 || seesAdverse(actor, c) {
		return false, nil
	}
	events, err := s.st.Events(ctx, actor.BranchID, c.ID)
	if err != nil {
		return false, err
	}
	return timeline.Confidential(events)[event], nil
}

// checkLinks refuses what an event names and cannot name: an entry that the actor does not see or that is not there, a thread that was
// opened later, a hazard or defect of no list.
func (s *Service) checkLinks(cmd *LogEvent, visible []models.Event) error {
	find := func(id int64) *models.Event {
		at := slices.IndexFunc(visible, func(e models.Event) bool { return e.ID == id })
		if at < 0 {
			return nil
		}
		return &visible[at]
	}
	if cmd.Replaces != 0 && find(cmd.Replaces) == nil {
		return models.Invalid("replaces", "This corrects an entry that is not in this case. Open the entry that is wrong and correct it there.")
	}
	if cmd.About != 0 {
		about := find(cmd.About)
		switch {
		case about == nil || about.Kind == models.KindRetracted || cmd.About == cmd.Replaces:
			return models.Invalid("about", "What this belongs to is not in this case any more. Choose it again.")
		case about.On > cmd.On && cmd.Kind != models.KindRetracted:
			return models.Invalid("about", "This belongs to %s of %s, which is later than %s. Check the day, or choose what it belongs to.", about.Kind.Label(), about.On.Long(), cmd.On.Long())
		}
	}
	if cmd.Category != "" && s.engine.Book().CategoryName(cmd.Category) == cmd.Category {
		return models.Invalid("category", "Choose from the list what is wrong, or leave it open.")
	}
	return nil
}

// AdverseLine is an act against a resident of the branch, without anything else of the case.
type AdverseLine struct {
	Ref     string
	On      civil.Date
	What    string      // as it was written down
	After   models.Kind // the resident's last report or complaint before it; "" where none is logged
	AfterOn civil.Date
	Days    int  // calendar days from AfterOn to On
	CanOpen bool // the actor may open the case
}

// Retaliation lists what was done to residents of the actor's branch, the newest first: for the secretary and the guardian.
func (s *Service) Retaliation(ctx context.Context, actor models.Actor) ([]AdverseLine, error) {
	if err := actor.Can(access.SeeAdverse); err != nil {
		return nil, err
	}
	refs, err := s.st.CasesWithEvent(ctx, actor.BranchID, models.KindAdverseAction)
	if err != nil {
		return nil, err
	}
	var out []AdverseLine
	for _, ref := range refs {
		lines, err := s.adverseOf(ctx, actor, ref)
		if err != nil {
			return nil, fmt.Errorf("retaliation: %w", err)
		}
		out = append(out, lines...)
	}
	slices.SortStableFunc(out, func(a, b AdverseLine) int { return int(b.On) - int(a.On) })
	return out, nil
}

func (s *Service) adverseOf(ctx context.Context, actor models.Actor, ref string) ([]AdverseLine, error) {
	f, err := s.st.CaseFile(ctx, actor.BranchID, ref)
	if err != nil {
		return nil, err
	}
	events, err := s.st.Events(ctx, actor.BranchID, f.Case.ID)
	if err != nil {
		return nil, err
	}
	canOpen := actor.Can(access.SeeCases) == nil || f.Member.AccountID != 0 && f.Member.AccountID == actor.AccountID
	engine, err := s.rulesFor(ctx, s.st, actor.BranchID)
	if err != nil {
		return nil, err
	}
	var out []AdverseLine
	for _, a := range engine.Compute(matter(f.Landlord, f.Member, events, s.now()), s.Today()).Adverse() {
		l := AdverseLine{Ref: ref, On: a.Event.On, What: a.Event.Note, Days: a.Days, CanOpen: canOpen}
		if a.After != nil {
			l.After, l.AfterOn = a.After.Kind, a.After.On
		}
		out = append(out, l)
	}
	return out, nil
}
