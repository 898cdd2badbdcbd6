package casework

import (
	"context"
	"errors"
	"fmt"
	"time"

	"commoncase/app/store"
	"commoncase/models"
	"commoncase/models/access"
	"commoncase/models/civil"
	"commoncase/models/timeline"
)

// How a run over the cases goes: in order of id, so many at a time, each stretch read in three queries, judged in memory that is used
// again, and what differs written in one transaction that also moves the run on. A run that is cut short goes on from there.
const (
	batchSize = 500                   // cases
	busyPause = 50 * time.Millisecond // before cases that somebody was changing are read again
)

// StartRecompute makes a run over the cases of a branch, or of all where branchID is 0, because of something that changed, in a sentence;
// whoever AfterStart names is told to run it. Whoever keeps the branch's policies may start one over it, and whoever keeps the
// holidays one over all. An actor without an account is the program itself.
func (s *Service) StartRecompute(ctx context.Context, actor models.Actor, reason string, branchID int64) (int64, error) {
	if actor.AccountID != 0 {
		action := access.KeepHolidays
		if branchID != 0 && branchID == actor.BranchID {
			action = access.KeepPolicies
		}
		if err := actor.Can(action); err != nil {
			return 0, err
		}
	}
	run := models.Recompute{Reason: reason, Rules: s.engine.Book().Version(), BranchID: branchID}
	if err := s.st.Tx(ctx, func(tx *store.Store) error { return tx.AddRecompute(ctx, &run) }); err != nil {
		return 0, fmt.Errorf("start recompute: %w", err)
	}
	s.started(run.ID)
	return run.ID, nil
}

// AfterStart names who runs what was started: it is told the id and returns at once. Without it nobody does. It is called before
// anything else is asked.
func (s *Service) AfterStart(run func(id int64)) { s.afterStart = run }

func (s *Service) started(id int64) {
	if s.afterStart != nil {
		s.afterStart(id)
	}
}

// RunRecompute runs what was started, from where it stands to its end; of one that has ended it does nothing. It may be called by
// several at once, in several programs: each stretch is counted once. Where it fails it can be called again.
func (s *Service) RunRecompute(ctx context.Context, id int64) error {
	err := s.recompute(ctx, id)
	if err == nil {
		return nil
	}
	// What the database said is for the log; the page gets a sentence. The context may be what ended.
	why := "It stopped before its end and goes on by itself within some minutes. If it does not, the log of the server says why."
	if ctx.Err() != nil {
		why = "It was stopped together with the server, and goes on when that is started again."
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
	defer cancel()
	return fmt.Errorf("recompute %d: %w", id, errors.Join(err, s.st.StopRecompute(ctx, id, why)))
}

func (s *Service) recompute(ctx context.Context, id int64) error {
	run, err := s.st.Recompute(ctx, id)
	if err != nil || run.FinishedAt != nil {
		return err
	}
	if _, err := s.FollowHolidays(ctx); err != nil {
		return err
	}
	s.engines.forget()                           // another program may have saved the policy that this run is about
	if err := s.st.AwaitCases(ctx); err != nil { // a change that was judged by what held before ends before the first case is read
		return err
	}
	var j judging
	for newest := int64(-1); ; {
		if run, err = s.st.Recompute(ctx, id); err != nil {
			return err
		}
		before := newest
		if newest, err = s.st.NewestRecompute(ctx); err != nil {
			return err
		}
		if before != -1 && before != newest { // another was started: the calendars and the policies may be others by now
			s.engines.forget()
			if _, err := s.FollowHolidays(ctx); err != nil {
				return err
			}
		}
		if err := s.st.ReadBatch(ctx, &j.batch, run.BranchID, run.AfterCase, s.stretch()); err != nil {
			return err
		}
		if len(j.batch.Cases) == 0 {
			return s.st.FinishRecompute(ctx, id)
		}
		if err := s.judge(ctx, &j, nil); err != nil {
			return err
		}
		left, err := s.st.WriteBatch(ctx, store.Write{Run: id, Newest: newest, From: run.AfterCase, To: j.batch.Last(), Cases: len(j.batch.Cases), Rewrites: j.rewrites})
		switch {
		case errors.Is(err, store.ErrElsewhere): // go on from where it stands now
		case err != nil:
			return err
		case left > 0:
			if err := pause(ctx, busyPause); err != nil {
				return err
			}
		}
	}
}

// stretch is how many cases are judged at a time.
func (s *Service) stretch() int {
	if s.batch > 0 {
		return s.batch
	}
	return batchSize
}

func pause(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-t.C:
		return nil
	}
}

// judging is the memory of a run, used again for every stretch.
type judging struct {
	batch    store.Batch
	buffer   timeline.Buffer
	engines  map[int64]*timeline.Engine
	rewrites []store.Rewrite
}

// judge computes every case of the batch and gathers those whose cache differs. It is the one place where what is kept is held
// against what follows from the events: runs and the doctor both come here. differs is told of each, where it is not nil.
func (s *Service) judge(ctx context.Context, j *judging, differs func(ref, what string)) error {
	j.rewrites = j.rewrites[:0]
	j.engines = make(map[int64]*timeline.Engine) // a policy may have changed since the last stretch
	now := s.now()
	today := civil.Of(now)
	for i := range j.batch.Cases {
		x := &j.batch.Cases[i]
		engine := j.engines[x.Case.BranchID]
		if engine == nil {
			var err error
			if engine, err = s.rulesFor(ctx, s.st, x.Case.BranchID); err != nil {
				return err
			}
			j.engines[x.Case.BranchID] = engine
		}
		r := engine.ComputeInto(&j.buffer, matter(x.Landlord, x.Member, x.Events, now), today)
		want := x.Case
		cached(&want, x.Member, r, x.Events)
		rows := clockRows(&want, r)
		what := difference(x.Case, want, x.Kept, rows)
		if what == "" {
			continue
		}
		if differs != nil {
			differs(x.Case.Ref, what)
		}
		j.rewrites = append(j.rewrites, store.Rewrite{Case: want, Rows: rows, Moved: moved(x.Kept, rows)})
	}
	return nil
}

// moved are the deadlines that are another day than before. A clock that is new, or gone, is one of them while there is something left to do
// about it: one that was met before anybody counted it is news to nobody.
func moved(kept, rows []models.ClockRow) []models.MovedClock {
	var out []models.MovedClock
	used := make([]bool, len(kept))
	for i := range rows {
		k := &rows[i]
		at := sameClock(kept, used, k)
		if at >= 0 {
			used[at] = true
		}
		switch {
		case at >= 0 && kept[at].Due != k.Due:
			out = append(out, models.MovedClock{BranchID: k.BranchID, CaseID: k.CaseID, Duty: k.Duty, Opener: k.Opener, WasDue: kept[at].Due, IsDue: k.Due})
		case at < 0 && !k.Due.IsZero() && k.MetOn.IsZero():
			out = append(out, models.MovedClock{BranchID: k.BranchID, CaseID: k.CaseID, Duty: k.Duty, Opener: k.Opener, IsDue: k.Due})
		}
	}
	for i := range kept {
		if k := &kept[i]; !used[i] && !k.Due.IsZero() && k.MetOn.IsZero() {
			out = append(out, models.MovedClock{BranchID: k.BranchID, CaseID: k.CaseID, Duty: k.Duty, Opener: k.Opener, WasDue: k.Due})
		}
	}
	return out
}

// sameClock finds the kept row of a clock, -1 where there is none: the rule and what opened it say which, and of several alike
// (extensions of one answer) the first that is not taken.
func sameClock(kept []models.ClockRow, used []bool, k *models.ClockRow) int {
	for i := range kept {
		if !used[i] && kept[i].Duty == k.Duty && kept[i].Opener == k.Opener {
			return i
		}
	}
	return -1
}

// Drift is a case whose cached status or clocks differ from what its events and the rulebook say.
type Drift struct {
	Ref  string
	What string
}

// FindDrift recomputes every case and returns those whose cache differs; mended says whether to write what follows from the
// events. Only the command line asks.
func (s *Service) FindDrift(ctx context.Context, mend bool) (drifts []Drift, cases int, err error) {
	if _, err := s.FollowHolidays(ctx); err != nil {
		return nil, 0, fmt.Errorf("find drift: %w", err)
	}
	var j judging
	var after int64
	for {
		if err := s.st.ReadBatch(ctx, &j.batch, 0, after, s.stretch()); err != nil {
			return nil, cases, fmt.Errorf("find drift: %w", err)
		}
		if len(j.batch.Cases) == 0 {
			return drifts, cases, nil
		}
		found := drifts
		if err := s.judge(ctx, &j, func(ref, what string) { found = append(found, Drift{Ref: ref, What: what}) }); err != nil {
			return nil, cases, fmt.Errorf("find drift: %w", err)
		}
		if mend {
			left, err := s.st.WriteBatch(ctx, store.Write{Rewrites: j.rewrites})
			if err != nil {
				return nil, cases, fmt.Errorf("find drift: %w", err)
			}
			if left > 0 { // somebody is changing a case: look again
				if err := pause(ctx, busyPause); err != nil {
					return nil, cases, err
				}
				continue
			}
		}
		drifts, after, cases = found, j.batch.Last(), cases+len(j.batch.Cases)
	}
}

func difference(have, want models.Case, kept, rows []models.ClockRow) string {
	switch {
	case have.Status != want.Status:
		return fmt.Sprintf("status is %q and should be %q", have.Status, want.Status)
	case have.StatusOn != want.StatusOn || have.StatusUntil != want.StatusUntil:
		return "the date of the status differs"
	case have.Flags != want.Flags || have.SilentSince != want.SilentSince || have.ClosedReason != want.ClosedReason:
		return "a flag differs"
	case have.SearchText != want.SearchText:
		return "the search text differs"
	case len(kept) != len(rows):
		return fmt.Sprintf("%d clocks are kept and there should be %d", len(kept), len(rows))
	}
	for i := range rows {
		if kept[i] != rows[i] {
			return "clock " + rows[i].Duty + " differs"
		}
	}
	switch {
	case have.LandlordDue != want.LandlordDue || have.LandlordDuty != want.LandlordDuty:
		return "the landlord's next deadline differs"
	case have.Rules != want.Rules:
		return fmt.Sprintf("it was judged by version %q of the rulebook, and this is %s", have.Rules, want.Rules)
	}
	return ""
}
