// Package jobs is the work that goes on beside the requests: the reminders of each working morning, the copies of what members send,
// the drafts whose time has passed, and long runs over the cases. It
// is the only room that says what a job does; the jobs themselves stand in a queue (River) in the same database as everything else,
// which app/store hands its connection. Of ours it imports the use cases, app/store for the queue and for how far a reminder has come,
// app/mail to post it, and models/*.
package jobs

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/riverqueue/river"

	"commoncase/app/casework"
	"commoncase/app/intake"
	"commoncase/app/mail"
	"commoncase/app/store"
)

// How the queue runs, where Config says nothing else.
const (
	every     = 5 * time.Minute  // between two looks at whether it is a morning for reminders
	poll      = 2 * time.Second  // between two looks at whether there is a job
	jobTime   = time.Minute      // for one job; a reminder takes half of it at most
	longTime  = 10 * time.Minute // for one stretch of a run over the cases, which then goes on with the next
	rescue    = 15 * time.Minute // after which a job of a program that died is taken by another
	lost      = 5 * time.Minute  // after which a reminder that is still being sent is not: its program died
	lastWords = 10 * time.Second // for the jobs that run when the program is told to stop
)

// The queues of River: a long run keeps no reminder waiting, and neither do a hundred photos.
const (
	quick  = river.QueueDefault
	long   = "long"
	copies = "copies" // one at a time: an open photo takes much memory
)

// queue is all that this room wants of a job queue; *store.Queue is River. What takes its place has to keep three promises: a job is
// there exactly where its transaction was committed; it runs at least once; one that failed runs again later.
type queue interface {
	Start(ctx context.Context) error
	Stop(ctx context.Context) error
	Break(ctx context.Context) error
	Add(ctx context.Context, tx *store.Store, args river.JobArgs, opts *river.InsertOpts) error
}

// Config is what the jobs work with.
type Config struct {
	Store    *store.Store
	Casework *casework.Service
	Intake   *intake.Service // nil where no stories are told: in tests of the rest
	Mailer   *mail.Mailer    // nil where no mail leaves: then there are no reminders
	BaseURL  string          // of the links in a reminder, from the configuration
	Now      func() time.Time
	Log      *slog.Logger
	Every    time.Duration // between two looks at the morning; 0: five minutes
	Poll     time.Duration // between two looks at the queue; 0: two seconds
}

// Service is the work beside the requests.
type Service struct {
	cfg   Config
	queue queue
	// step is told of each step of a reminder; tests end the program there.
	step func(name string)
	// waits are the times between the tries of a reminder.
	waits []time.Duration
}

// New makes the jobs and takes on what the use cases ask for from now on; nothing runs before Start.
func New(cfg Config) (*Service, error) {
	if cfg.Every == 0 {
		cfg.Every = every
	}
	if cfg.Poll == 0 {
		cfg.Poll = poll
	}
	s := &Service{cfg: cfg, step: func(string) {}, waits: tryAgain}
	workers := river.NewWorkers()
	river.AddWorker(workers, &morningWorker{s: s})
	river.AddWorker(workers, &reminderWorker{s: s})
	river.AddWorker(workers, &recomputeWorker{s: s})
	river.AddWorker(workers, &copyWorker{s: s})
	river.AddWorker(workers, &purgeWorker{s: s})
	rc := &river.Config{
		// It asks and does not listen: a listener would hold one of the few connections for ever on PostgreSQL, and would read the file
		// twenty times a second on SQLite. Nobody waits for a reminder that closely.
		PollOnly: true, FetchPollInterval: cfg.Poll, FetchCooldown: min(cfg.Poll, river.FetchCooldownDefault),
		JobTimeout: jobTime, RescueStuckJobsAfter: rescue,
		Queues:  map[string]river.QueueConfig{quick: {MaxWorkers: 2}, long: {MaxWorkers: 1}, copies: {MaxWorkers: 1}},
		Workers: workers, Logger: slog.New(above{slog.LevelWarn, cfg.Log.Handler()}),
	}
	if cfg.Mailer != nil {
		rc.PeriodicJobs = append(rc.PeriodicJobs, river.NewPeriodicJob(river.PeriodicInterval(cfg.Every),
			func() (river.JobArgs, *river.InsertOpts) { return morningArgs{}, &river.InsertOpts{MaxAttempts: 1} },
			&river.PeriodicJobOpts{RunOnStart: true}))
	}
	if cfg.Intake != nil {
		rc.PeriodicJobs = append(rc.PeriodicJobs, river.NewPeriodicJob(river.PeriodicInterval(purgeEvery),
			func() (river.JobArgs, *river.InsertOpts) { return purgeArgs{}, &river.InsertOpts{MaxAttempts: 1} },
			&river.PeriodicJobOpts{RunOnStart: true}))
	}
	q, err := cfg.Store.NewQueue(rc)
	if err != nil {
		return nil, err
	}
	s.queue = q
	if cfg.Mailer != nil {
		cfg.Casework.SendReminders(s)
	}
	if cfg.Intake != nil {
		cfg.Intake.AfterFile(s.copyFile)
	}
	return s, nil
}

// Start begins to work, with what an earlier run of the program left undone. Stop must be called in the end, before the store is closed.
func (s *Service) Start(ctx context.Context) error {
	if err := s.resume(ctx); err != nil {
		return fmt.Errorf("take up the jobs: %w", err)
	}
	// A request to stop lets the jobs end by themselves first.
	if err := s.queue.Start(context.WithoutCancel(ctx)); err != nil {
		return fmt.Errorf("start the jobs: %w", err)
	}
	return nil
}

// Stop begins nothing more, gives what runs ten seconds, breaks off the rest, and returns when nothing runs any more. What was broken
// off goes on when the program runs again. It is safe to call twice, and without Start.
func (s *Service) Stop() error {
	ctx, cancel := context.WithTimeout(context.Background(), lastWords)
	defer cancel()
	err := s.queue.Stop(ctx)
	if errors.Is(err, context.DeadlineExceeded) {
		s.cfg.Log.Warn("some jobs did not end in time and are broken off")
		ctx, cancel := context.WithTimeout(context.Background(), lastWords)
		defer cancel()
		err = s.queue.Break(ctx)
	}
	if err != nil {
		return fmt.Errorf("stop the jobs: %w", err)
	}
	return nil
}

// resume puts on the queue what waits although no job may be left for it: the program died while one ran. Two jobs for one thing do no
// harm: each looks whether it is still to be done.
func (s *Service) resume(ctx context.Context) error {
	if err := s.resumeCopies(ctx); err != nil {
		return err
	}
	if s.cfg.Mailer == nil {
		return nil
	}
	waiting, err := s.cfg.Store.QueuedDigests(ctx)
	if err != nil {
		return err
	}
	// Not left to the queue's own clock, which one program at a time winds: after a crash it stands still for a while.
	if err := s.Tick(ctx, s.cfg.Now()); err != nil {
		return err
	}
	for _, d := range waiting {
		if err := s.cfg.Store.Tx(ctx, func(tx *store.Store) error { return s.Send(ctx, tx, d.BranchID, d.ID) }); err != nil {
			return err
		}
	}
	return nil
}

// recomputeArgs is a run over the cases.
type recomputeArgs struct {
	ID int64 `json:"id"`
}

// Kind is the name of the job in the database.
func (recomputeArgs) Kind() string { return "recompute" }

type recomputeWorker struct {
	river.WorkerDefaults[recomputeArgs]
	s *Service
}

// Timeout ends a run that takes long. Whoever put it on the queue sees that it does not move, and puts it there again; it goes on from
// where it stands.
func (w *recomputeWorker) Timeout(*river.Job[recomputeArgs]) time.Duration { return longTime }

func (w *recomputeWorker) Work(ctx context.Context, job *river.Job[recomputeArgs]) error {
	return w.s.cfg.Casework.RunRecompute(ctx, job.Args.ID)
}

// Recompute puts a run over the cases on the queue and returns; that it is there twice does no harm. Where that fails it is in the log,
// and whoever looks after the runs asks again.
func (s *Service) Recompute(id int64) {
	ctx, cancel := context.WithTimeout(context.Background(), lastWords)
	defer cancel()
	err := s.cfg.Store.Tx(ctx, func(tx *store.Store) error {
		return s.queue.Add(ctx, tx, recomputeArgs{ID: id}, &river.InsertOpts{Queue: long, MaxAttempts: 1})
	})
	if err != nil {
		s.cfg.Log.Error("a run over the cases was not put on the queue", "run", id, "error", err)
	}
}

// above lets through what is of a level or higher: River tells of each of its steps.
type above struct {
	level slog.Level
	slog.Handler
}

func (h above) Enabled(ctx context.Context, l slog.Level) bool {
	return l >= h.level && h.Handler.Enabled(ctx, l)
}

func (h above) WithAttrs(as []slog.Attr) slog.Handler { return above{h.level, h.Handler.WithAttrs(as)} }

func (h above) WithGroup(name string) slog.Handler { return above{h.level, h.Handler.WithGroup(name)} }
