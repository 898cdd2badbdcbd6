package jobs

import (
	"context"
	"errors"
	"time"

	"github.com/riverqueue/river"

	"commoncase/app/store"
)

// How the copies are made, and how old drafts go.
const (
	copyTime   = 5 * time.Minute // for one file: a large document on a slow machine
	copyTries  = 8
	purgeEvery = time.Hour
	purgeTime  = 10 * time.Minute
	resumed    = 100_000 // files that are taken up when the program starts
)

// copyArgs is one file whose copy is to be made.
type copyArgs struct {
	FileID int64 `json:"file_id"`
}

// Kind is the name of the job in the database.
func (copyArgs) Kind() string { return "copy" }

type copyWorker struct {
	river.WorkerDefaults[copyArgs]
	s *Service
}

// Timeout ends a copy that takes too long; it is tried again.
func (w *copyWorker) Timeout(*river.Job[copyArgs]) time.Duration { return copyTime }

func (w *copyWorker) Work(ctx context.Context, job *river.Job[copyArgs]) error {
	w.s.step("copying")
	return w.s.cfg.Casework.MakeCopy(ctx, job.Args.FileID)
}

// copyFile puts a file on the queue, inside the transaction that keeps its original.
func (s *Service) copyFile(ctx context.Context, tx *store.Store, fileID int64) error {
	return s.queue.Add(ctx, tx, copyArgs{FileID: fileID}, &river.InsertOpts{Queue: copies, MaxAttempts: copyTries})
}

// resumeCopies puts the files on the queue whose copies are still to be made: no job may be left for them. A second job for one file finds
// that there is nothing to do.
func (s *Service) resumeCopies(ctx context.Context) error {
	pending, err := s.cfg.Store.PendingFiles(ctx, resumed)
	if err != nil || len(pending) == 0 {
		return err
	}
	return s.cfg.Store.Tx(ctx, func(tx *store.Store) error {
		for _, f := range pending {
			if err := s.copyFile(ctx, tx, f.ID); err != nil {
				return err
			}
		}
		return nil
	})
}

// purgeArgs is one look for drafts whose time has passed.
type purgeArgs struct{}

// Kind is the name of the job in the database.
func (purgeArgs) Kind() string { return "purge" }

type purgeWorker struct {
	river.WorkerDefaults[purgeArgs]
	s *Service
}

// Timeout gives a purge the time of many drafts.
func (w *purgeWorker) Timeout(*river.Job[purgeArgs]) time.Duration { return purgeTime }

func (w *purgeWorker) Work(ctx context.Context, _ *river.Job[purgeArgs]) error {
	n, err := w.s.cfg.Intake.Purge(ctx)
	if n > 0 {
		w.s.cfg.Log.Info("drafts whose time had passed were deleted", "drafts", n)
	}
	// Bytes of somebody who was erased that could not be deleted then.
	_, sweepErr := w.s.cfg.Casework.SweepFiles(ctx)
	return errors.Join(err, sweepErr)
}
