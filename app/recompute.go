package app

import (
	"context"
	"errors"
	"sync"
	"time"

	"commoncase/models"
)

// lookAgain is how often a server looks whether another program has announced a bank holiday, and whether a run over the cases was
// left in the middle.
const lookAgain = time.Minute

// runner runs the runs over the cases in goroutines that end before the database is closed. It is what runs them where no job queue does.
type runner struct {
	ctx   context.Context //nolint:containedctx // it lives as long as the App
	stop  context.CancelFunc
	wait  sync.WaitGroup
	mu    sync.Mutex
	going map[int64]bool
}

func newRunner() *runner {
	ctx, stop := context.WithCancel(context.Background())
	return &runner{ctx: ctx, stop: stop, going: map[int64]bool{}}
}

// run runs what was started, unless it is running here already. It returns at once. A server has a job queue and gives it to that.
func (a *App) run(id int64) {
	if a.queued.Load() {
		a.jobs.Recompute(id)
		return
	}
	r := a.runner
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.going[id] || r.ctx.Err() != nil {
		return
	}
	r.going[id] = true
	r.wait.Go(func() {
		err := a.Casework.RunRecompute(r.ctx, id)
		r.mu.Lock()
		delete(r.going, id)
		r.mu.Unlock()
		if err != nil && r.ctx.Err() == nil {
			a.log.Error("a run over the cases stopped", "run", id, "error", err)
		}
	})
}

// close stops the runs that are under way, each after its stretch, and waits for them. The next server takes them up.
func (r *runner) close() {
	r.mu.Lock()
	r.stop()
	r.mu.Unlock()
	r.wait.Wait()
}

// follow takes up the runs that were left in the middle, starts one where the rulebook is another than the one that judged the cases,
// and looks every minute whether another program has changed anything, until ctx ends.
func (a *App) follow(ctx context.Context) {
	stood := map[int64]int64{}
	if err := errors.Join(a.Casework.FollowRules(ctx), a.resume(ctx, stood, true)); err != nil && ctx.Err() == nil {
		a.log.Error("the cases are not followed", "error", err)
	}
	tick := time.NewTicker(lookAgain)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		if err := errors.Join(a.followHolidays(ctx), a.resume(ctx, stood, false)); err != nil && ctx.Err() == nil {
			a.log.Error("the cases are not followed", "error", err)
		}
	}
}

// followHolidays takes over the bank holidays that another program added. What this one wrote in the meantime was judged without
// them, so every case is computed again.
func (a *App) followHolidays(ctx context.Context) error {
	changed, err := a.Casework.FollowHolidays(ctx)
	if err != nil || !changed {
		return err
	}
	_, err = a.Casework.StartRecompute(ctx, models.Actor{}, "Another program added a bank holiday.", 0)
	return err
}

// resume runs what is not finished and has not moved since the last look, when stood was filled; at the start all of it. What moves
// is being run by another program.
func (a *App) resume(ctx context.Context, stood map[int64]int64, all bool) error {
	runs, err := a.Casework.UnfinishedRuns(ctx)
	if err != nil {
		return err
	}
	for _, r := range runs {
		if at, seen := stood[r.ID]; all || (seen && at == r.AfterCase) {
			a.run(r.ID)
		}
		stood[r.ID] = r.AfterCase
	}
	return nil
}

// WaitRun waits for the end of a run over the cases that AddHoliday or a change of the rules started, and tells how far it is. The
// command line waits so.
func (a *App) WaitRun(ctx context.Context, id int64, say func(models.Recompute)) (models.Recompute, error) {
	tick := time.NewTicker(200 * time.Millisecond)
	defer tick.Stop()
	for {
		r, err := a.Casework.Run(ctx, id)
		switch {
		case err != nil:
			return r, err
		case r.FinishedAt != nil:
			return r, nil
		case r.Error != "":
			return r, models.Errorf(models.CodeUnready, "%s", r.Error)
		}
		say(r)
		select {
		case <-ctx.Done():
			return r, ctx.Err()
		case <-tick.C:
		}
	}
}
