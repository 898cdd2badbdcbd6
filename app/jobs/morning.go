package jobs

import (
	"context"
	"fmt"
	"time"

	"github.com/riverqueue/river"

	"commoncase/app/casework"
	"commoncase/app/store"
	"commoncase/models"
	"commoncase/models/access"
	"commoncase/models/civil"
)

// morningArgs is one look at whether reminders are to be made.
type morningArgs struct{}

// Kind is the name of the job in the database.
func (morningArgs) Kind() string { return "morning" }

type morningWorker struct {
	river.WorkerDefaults[morningArgs]
	s *Service
}

func (w *morningWorker) Work(ctx context.Context, _ *river.Job[morningArgs]) error {
	return w.s.Tick(ctx, w.s.cfg.Now())
}

// What the page says of reminders that did not leave.
const (
	whyLost = "The program ended while it was sent. It may have gone."
	whyLate = "It was too late when it could have left. What still stands is in the next one."
)

// Tick does what is due at an instant: it makes the reminders of a working morning, one for each person and branch however often it is
// called; gives up those whose morning is over; and says of those whose sending never ended that nobody knows. Every branch goes by its
// landlord's calendar. The branches of a demonstration get none: their people are invented.
func (s *Service) Tick(ctx context.Context, now time.Time) error {
	n, err := s.cfg.Store.LoseDigests(ctx, now.Add(-lost), whyLost)
	if err != nil {
		return err
	}
	if n > 0 {
		s.cfg.Log.Warn("reminders whose sending never ended; their secretaries can send them again", "reminders", n)
	}
	waiting, err := s.cfg.Store.QueuedDigests(ctx)
	if err != nil {
		return err
	}
	for _, d := range waiting {
		if !now.Before(until(d)) {
			if err := s.cfg.Store.DropDigest(ctx, d.BranchID, d.ID, models.DigestFailed, whyLate); err != nil {
				return err
			}
		}
	}
	if !morning(now) {
		return nil
	}
	branches, err := s.cfg.Store.Branches(ctx)
	if err != nil {
		return err
	}
	for _, b := range branches {
		if b.Demo {
			continue
		}
		if err := s.branchMorning(ctx, b.ID, civil.Of(now)); err != nil {
			return fmt.Errorf("reminders of branch %d: %w", b.ID, err)
		}
	}
	return nil
}

// morning reports whether reminders leave at an instant, on a day that has them.
func morning(now time.Time) bool {
	at := civil.TimeOf(now)
	return at >= models.MorningFrom && at < models.MorningUntil
}

// until is the instant from which a reminder is not sent any more: the end of its morning, or an hour after somebody asked for it later.
func until(d models.Digest) time.Time {
	noon := casework.Morning(d.On, models.MorningUntil)
	if d.QueuedAt.Before(noon) {
		return noon
	}
	return d.QueuedAt.Add(time.Hour)
}

// branchMorning makes the reminders of a branch on a day, where it is a working day, each with its job in one transaction.
func (s *Service) branchMorning(ctx context.Context, branchID int64, today civil.Date) error {
	working, err := s.cfg.Casework.Working(ctx, branchID, today)
	if err != nil || !working {
		return err
	}
	people, err := s.cfg.Store.PeopleWith(ctx, branchID, access.Caseworker, access.Secretary)
	if err != nil {
		return err
	}
	seen := map[int64]bool{}
	for _, p := range people {
		if seen[p.ID] { // both roles
			continue
		}
		seen[p.ID] = true
		wanted, err := s.cfg.Store.ReminderWanted(ctx, branchID, p.ID)
		if err != nil {
			return err
		}
		if !wanted {
			continue
		}
		err = s.cfg.Store.Tx(ctx, func(tx *store.Store) error {
			id, added, err := tx.AddDigest(ctx, branchID, p.ID, today)
			if err != nil || !added {
				return err
			}
			return s.Send(ctx, tx, branchID, id)
		})
		if err != nil {
			return err
		}
		s.step("queued")
	}
	return nil
}
