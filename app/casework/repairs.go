package casework

import (
	"context"
	"fmt"
	"slices"

	"commoncase/app/store"
	"commoncase/models"
	"commoncase/models/access"
	"commoncase/models/timeline"
)

// CaseRepairs are the repairs of a case that the actor may see, with the case.
type CaseRepairs struct {
	View    CaseView
	Repairs []timeline.Repair
}

// Repairs reads the repairs of a case.
func (s *Service) Repairs(ctx context.Context, actor models.Actor, ref string) (CaseRepairs, error) {
	v, err := s.ReadCase(ctx, actor, ref)
	if err != nil {
		return CaseRepairs{}, err
	}
	return CaseRepairs{View: v, Repairs: v.Result.Repairs(v.Today)}, nil
}

// choose finds the repairs that open with the events, in the order in which they were raised; fewer than two are refused.
func (r CaseRepairs) choose(openers []int64) ([]timeline.Repair, error) {
	var out []timeline.Repair
	for _, x := range r.Repairs {
		if slices.Contains(openers, x.Opener.ID) {
			out = append(out, x)
		}
	}
	if len(out) < 2 {
		return nil, models.Invalid("repairs", "Tick at least two repairs that are one and the same.")
	}
	return out, nil
}

// ChooseRepairs says which repairs would become one: the first that was raised, and those that join it. It writes nothing.
func (s *Service) ChooseRepairs(ctx context.Context, actor models.Actor, ref string, openers []int64) (CaseView, []timeline.Repair, error) {
	if err := actor.Can(access.LogEvent); err != nil {
		return CaseView{}, nil, err
	}
	r, err := s.Repairs(ctx, actor, ref)
	if err != nil {
		return CaseView{}, nil, err
	}
	chosen, err := r.choose(openers)
	return r.View, chosen, err
}

// JoinRepairs makes several repairs of a case one: the others are corrected to belong to the first that was raised. Either all of it
// is written or nothing.
func (s *Service) JoinRepairs(ctx context.Context, actor models.Actor, ref string, version int64, openers []int64) error {
	err := s.changeRepairs(ctx, actor, ref, version, func(tx *store.Store, r CaseRepairs) error {
		chosen, err := r.choose(openers)
		if err != nil {
			return err
		}
		at := version
		for _, part := range chosen[1:] {
			if at, err = s.reassign(ctx, tx, actor, ref, at, part.Opener, chosen[0].Opener.ID); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("join repairs of %s: %w", ref, err)
	}
	return nil
}

// PartRepair takes a joined job out again: it becomes a repair of its own.
func (s *Service) PartRepair(ctx context.Context, actor models.Actor, ref string, version, job int64) error {
	err := s.changeRepairs(ctx, actor, ref, version, func(tx *store.Store, r CaseRepairs) error {
		current := r.View.Result.Current
		at := slices.IndexFunc(current, func(e models.Event) bool {
			return e.ID == job && e.Kind == models.KindRepairRaised && e.About != 0
		})
		if at < 0 {
			return models.Errorf(models.CodeNotFound, "There is no such job among the repairs of this case. Look at them again.")
		}
		_, err := s.reassign(ctx, tx, actor, ref, version, current[at], 0)
		return err
	})
	if err != nil {
		return fmt.Errorf("part repair of %s: %w", ref, err)
	}
	return nil
}

// changeRepairs lets change write to a case that still has the version, with its repairs as they are.
func (s *Service) changeRepairs(ctx context.Context, actor models.Actor, ref string, version int64, change func(*store.Store, CaseRepairs) error) error {
	if err := actor.Can(access.LogEvent); err != nil {
		return err
	}
	return s.st.Tx(ctx, func(tx *store.Store) error {
		c, err := tx.LockCase(ctx, actor.BranchID, ref)
		if err != nil {
			return err
		}
		if c.Version != version {
			return repairsChanged()
		}
		in := *s
		in.st = tx
		r, err := in.Repairs(ctx, actor, ref)
		if err != nil {
			return err
		}
		return change(tx, r)
	})
}

func repairsChanged() error {
	return models.Errorf(models.CodeConflict, "Somebody else changed this case in the meantime. Look at the repairs again, and join or part them if that is still needed.")
}

// reassign corrects a job to belong to another repair, 0 to none, and returns the version of the case after it.
func (s *Service) reassign(ctx context.Context, tx *store.Store, actor models.Actor, ref string, version int64, e models.Event, about int64) (int64, error) {
	logged, err := s.logIn(ctx, tx, actor, &LogEvent{Ref: ref, Version: version, Kind: e.Kind, On: e.On, Note: e.Note, Reference: e.Reference, Channel: e.Channel,
		Replaces: e.ID, At: e.At, About: about, Category: e.Category, Urgency: e.Urgency, Minutes: e.Minutes, HalfDays: e.HalfDays})
	return logged.Case.Version, err
}
