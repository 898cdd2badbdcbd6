package store

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/jackc/pgx/v5"

	"commoncase/models"
)

const noRecompute = "There is no such run over the cases."

// ErrElsewhere says that what was computed is not to be written: another run was started meanwhile, or somebody else has
// moved this one on. It is to be computed again.
var ErrElsewhere = errors.New("computed again elsewhere")

// Computed is a case as a run over every case reads it: what its clocks follow from, and what is kept of them.
type Computed struct {
	Case     models.Case     // id, branch, references, title, version and what the cache holds; nothing else
	Member   models.Member   // name and tenure
	Landlord models.Landlord // slug, calendar and type
	Events   []models.Event  // in order of date; without notes, who recorded them and what they cost
	Kept     []models.ClockRow
}

// Batch is a stretch of cases in order of id. Its memory is used again by the next read: nothing of it may be kept.
type Batch struct {
	Cases  []Computed
	events []models.Event
	kept   []models.ClockRow
}

// Last is the id of the batch's last case, 0 of an empty one.
func (b *Batch) Last() int64 {
	if len(b.Cases) == 0 {
		return 0
	}
	return b.Cases[len(b.Cases)-1].Case.ID
}

const batchCases = `SELECT c.id, c.branch_id, c.ref, c.title, c.landlord_ref, c.ombudsman_ref, c.status, c.status_on, c.status_until,
		c.flag_hazard, c.flag_solicitor, c.flag_adverse, c.silent_since, c.closed_reason, c.landlord_due, c.landlord_duty, c.rules,
		c.search_text, c.version, m.name, m.tenure, l.slug, l.calendar, l.type
	FROM cases c
	JOIN members m ON m.branch_id = c.branch_id AND m.id = c.member_id
	JOIN branches b ON b.id = c.branch_id
	JOIN landlords l ON l.id = b.landlord_id
	WHERE c.id > ? `

const batchEvents = `SELECT id, branch_id, case_id, kind, on_date, at_time, until_date, coalesce(about, 0), procedure, category, urgency, items,
		reference, channel, answered, finding, reason, coalesce(replaces, 0)
	FROM events WHERE case_id > ? AND case_id <= ? `

const batchRows = `SELECT branch_id, case_id, duty, regime, name, type, bound, opener, started_on, due, due_at, met_on, days_late, stopped, seq
	FROM clock_rows WHERE case_id > ? AND case_id <= ? `

// ReadBatch reads the next cases behind an id, of one branch or of all where branchID is 0, in three queries. The cases come
// first: whoever changes one while the rest is read raises its version, and WriteBatch then leaves it alone.
func (s *Store) ReadBatch(ctx context.Context, b *Batch, branchID, after int64, limit int) error {
	if s.pool == nil || s.inTx {
		return b.read(ctx, s.read, branchID, after, limit)
	}
	return pgx.BeginTxFunc(ctx, s.pool, pgx.TxOptions{AccessMode: pgx.ReadOnly}, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, byIndex); err != nil {
			return err
		}
		return b.read(ctx, func(ctx context.Context, each func(func(...any) error) error, query string, args ...any) error {
			rows, err := tx.Query(ctx, numbered(query), args...)
			if err != nil {
				return err
			}
			defer rows.Close()
			for rows.Next() {
				if err := each(rows.Scan); err != nil {
					return err
				}
			}
			return rows.Err()
		}, branchID, after, limit)
	})
}

// byIndex holds PostgreSQL to the indexes for the length of a transaction. A run meets tables that grow under it, and a plan that was made
// while one was small walks the whole of it for every stretch.
const byIndex = `SET LOCAL enable_seqscan = off`

// asking is Store.read, or the same in a transaction.
type asking func(ctx context.Context, each func(scan func(into ...any) error) error, query string, args ...any) error

func (b *Batch) read(ctx context.Context, ask asking, branchID, after int64, limit int) error {
	b.Cases, b.events, b.kept = b.Cases[:0], b.events[:0], b.kept[:0]
	if err := b.readCases(ctx, ask, branchID, after, limit); err != nil {
		return fmt.Errorf("read cases: %w", err)
	}
	if len(b.Cases) == 0 {
		return nil
	}
	narrow, args := "", []any{after, b.Last()}
	if branchID != 0 {
		narrow, args = "AND branch_id = ? ", append(args, branchID)
	}
	if err := b.readEvents(ctx, ask, narrow, args); err != nil {
		return fmt.Errorf("read events: %w", err)
	}
	if err := b.readRows(ctx, ask, narrow, args); err != nil {
		return fmt.Errorf("read clock rows: %w", err)
	}
	i, j := 0, 0
	for k := range b.Cases {
		x := &b.Cases[k]
		for x.Events = nil; i < len(b.events) && b.events[i].CaseID <= x.Case.ID; i++ {
			if b.events[i].CaseID == x.Case.ID {
				x.Events = b.events[i-len(x.Events) : i+1 : i+1]
			}
		}
		for x.Kept = nil; j < len(b.kept) && b.kept[j].CaseID <= x.Case.ID; j++ {
			if b.kept[j].CaseID == x.Case.ID {
				x.Kept = b.kept[j-len(x.Kept) : j+1 : j+1]
			}
		}
	}
	return nil
}

func (b *Batch) readCases(ctx context.Context, ask asking, branchID, after int64, limit int) error {
	query, args := batchCases+`ORDER BY c.id LIMIT ?`, []any{after, limit}
	if branchID != 0 {
		query, args = batchCases+`AND c.branch_id = ? ORDER BY c.id LIMIT ?`, []any{after, branchID, limit}
	}
	return ask(ctx, func(scan func(...any) error) error {
		b.Cases = append(b.Cases, Computed{})
		x := &b.Cases[len(b.Cases)-1]
		c, m, l := &x.Case, &x.Member, &x.Landlord
		return scan(&c.ID, &c.BranchID, &c.Ref, &c.Title, &c.LandlordRef, &c.OmbudsmanRef, &c.Status, &c.StatusOn, &c.StatusUntil,
			&c.Flags.Hazard, &c.Flags.Solicitor, &c.Flags.Adverse, &c.SilentSince, &c.ClosedReason, &c.LandlordDue, &c.LandlordDuty, &c.Rules,
			&c.SearchText, &c.Version, &m.Name, &m.Tenure, &l.Slug, &l.Calendar, &l.Type)
	}, query, args...)
}

func (b *Batch) readEvents(ctx context.Context, ask asking, narrow string, args []any) error {
	return ask(ctx, func(scan func(...any) error) error {
		b.events = append(b.events, models.Event{})
		e := &b.events[len(b.events)-1]
		return scan(&e.ID, &e.BranchID, &e.CaseID, &e.Kind, &e.On, &e.At, &e.Until, &e.About, &e.Procedure, &e.Category, &e.Urgency, &e.Items,
			&e.Reference, &e.Channel, &e.Answered, &e.Finding, &e.Reason, &e.Replaces)
	}, batchEvents+narrow+`ORDER BY case_id, on_date, id`, args...)
}

func (b *Batch) readRows(ctx context.Context, ask asking, narrow string, args []any) error {
	return ask(ctx, func(scan func(...any) error) error {
		b.kept = append(b.kept, models.ClockRow{})
		k := &b.kept[len(b.kept)-1]
		return scan(&k.BranchID, &k.CaseID, &k.Duty, &k.Regime, &k.Name, &k.Type, &k.Bound, &k.Opener, &k.StartedOn, &k.Due, &k.DueAt, &k.MetOn,
			&k.DaysLate, &k.Stopped, &k.Seq)
	}, batchRows+narrow+`ORDER BY case_id, seq`, args...)
}

// Rewrite is a case whose cache is to be written: the case with the version that was read and all that the cache holds, and every
// clock row of it.
type Rewrite struct {
	Case  models.Case
	Rows  []models.ClockRow
	Moved []models.MovedClock // without RecomputeID
}

// Write is what a run has worked out of a batch.
type Write struct {
	Run      int64 // 0: no run, only the cases
	Newest   int64 // NewestRecompute as it was before anything was read
	From, To int64 // the run stands behind case From, and behind To once everything is written
	Cases    int   // how many cases that are
	Rewrites []Rewrite
}

// WriteBatch writes the caches of cases in one transaction, each only where nobody has changed it since it was read: the version is
// not raised, for what people see and type on a case is as it was, and a form that is open on it stays good. It returns how many
// cases it had to leave, because somebody was changing them or had; the run then stays where it stood, and the batch is to be read
// again. Where another run was started meanwhile, or another program has taken this one further, nothing is written and the error
// is ErrElsewhere.
func (s *Store) WriteBatch(ctx context.Context, w Write) (left int, err error) {
	if s.dialect == Postgres {
		left, err = s.writePostgres(ctx, &w)
	} else {
		left, err = s.writeSQLite(ctx, &w)
	}
	if err != nil && !errors.Is(err, ErrElsewhere) {
		return 0, fmt.Errorf("write clocks: %w", err)
	}
	return left, err
}

// writable keeps of the rewrites those whose case is among the versions.
func (w *Write) writable(versions map[int64]int64) []*Rewrite {
	out := make([]*Rewrite, 0, len(w.Rewrites))
	for i := range w.Rewrites {
		r := &w.Rewrites[i]
		if v, ok := versions[r.Case.ID]; ok && v == r.Case.Version {
			out = append(out, r)
		}
	}
	return out
}

func (w *Write) ids() []int64 {
	ids := make([]int64, len(w.Rewrites))
	for i := range w.Rewrites {
		ids[i] = w.Rewrites[i].Case.ID
	}
	return ids
}

// AddRecompute starts a run and fills in its ID and how many cases it will meet.
func (s *Store) AddRecompute(ctx context.Context, r *models.Recompute) error {
	r.StartedAt = s.now()
	db := s.db.WithContext(ctx)
	query, args := `SELECT count(*) FROM cases`, []any(nil)
	if r.BranchID != 0 {
		query, args = query+` WHERE branch_id = ?`, []any{r.BranchID}
	}
	if err := db.Raw(query, args...).Scan(&r.Total).Error; err != nil {
		return fmt.Errorf("count cases: %w", err)
	}
	if err := db.Create(r).Error; err != nil {
		return fmt.Errorf("add recompute: %w", err)
	}
	return nil
}

// Recompute finds a run.
func (s *Store) Recompute(ctx context.Context, id int64) (models.Recompute, error) {
	var r models.Recompute
	err := s.db.WithContext(ctx).Where("id = ?", id).First(&r).Error
	return r, translate("recompute", err, noRecompute)
}

// NewestRecompute is the id of the run that was started last, 0 where there was none.
func (s *Store) NewestRecompute(ctx context.Context) (int64, error) {
	var id int64
	if err := s.db.WithContext(ctx).Raw(`SELECT coalesce(max(id), 0) FROM recomputes`).Scan(&id).Error; err != nil {
		return 0, fmt.Errorf("newest recompute: %w", err)
	}
	return id, nil
}

// Recomputes returns the newest runs, newest first: those over every branch and those over this one, or all where branchID is 0.
func (s *Store) Recomputes(ctx context.Context, branchID int64, limit int) ([]models.Recompute, error) {
	db := s.db.WithContext(ctx).Order("id DESC").Limit(limit)
	if branchID != 0 {
		db = db.Where("branch_id IS NULL OR branch_id = ?", branchID)
	}
	var rs []models.Recompute
	if err := db.Find(&rs).Error; err != nil {
		return nil, fmt.Errorf("recomputes: %w", err)
	}
	return rs, nil
}

// UnfinishedRecomputes returns the runs that have not come to their end, in the order in which they were started.
func (s *Store) UnfinishedRecomputes(ctx context.Context) ([]models.Recompute, error) {
	var rs []models.Recompute
	if err := s.db.WithContext(ctx).Where("finished_at IS NULL").Order("id").Find(&rs).Error; err != nil {
		return nil, fmt.Errorf("unfinished recomputes: %w", err)
	}
	return rs, nil
}

// FinishRecompute ends a run; one that has ended stays as it is.
func (s *Store) FinishRecompute(ctx context.Context, id int64) error {
	err := s.db.WithContext(ctx).Exec(`UPDATE recomputes SET finished_at = ?, error = '' WHERE id = ? AND finished_at IS NULL`, s.now(), id).Error
	if err != nil {
		return fmt.Errorf("finish recompute: %w", err)
	}
	return nil
}

// StopRecompute keeps why a run stopped before its end, a sentence; "" while it goes on.
func (s *Store) StopRecompute(ctx context.Context, id int64, why string) error {
	err := s.db.WithContext(ctx).Exec(`UPDATE recomputes SET error = ? WHERE id = ? AND finished_at IS NULL`, why, id).Error
	if err != nil {
		return fmt.Errorf("stop recompute: %w", err)
	}
	return nil
}

// AwaitCases returns when every change of a case that was under way has ended: whoever changes one from now on does it after
// whatever the caller did before.
func (s *Store) AwaitCases(ctx context.Context) error {
	return s.Tx(ctx, func(tx *Store) error {
		if tx.dialect == SQLite { // there is one writer at a time, and now it is this one
			return nil
		}
		if err := tx.db.Exec(`LOCK TABLE cases IN EXCLUSIVE MODE`).Error; err != nil {
			return fmt.Errorf("wait for the cases: %w", err)
		}
		return nil
	})
}

// CasesByOtherRules reports whether a case was judged by another version of the rulebook.
func (s *Store) CasesByOtherRules(ctx context.Context, version string) (bool, error) {
	var found []int64
	err := s.db.WithContext(ctx).Raw(`SELECT id FROM cases WHERE rules <> ? LIMIT 1`, version).Scan(&found).Error
	if err != nil {
		return false, fmt.Errorf("cases by other rules: %w", err)
	}
	return len(found) > 0, nil
}

// MovedRow is a deadline that a run moved, with the reference of its case.
type MovedRow struct {
	models.MovedClock
	Ref string
}

// MovedClocks returns a page of the deadlines of a branch that a run moved, in the order of the cases' references; offset and limit
// count rows. total is how many there are, cases on how many cases.
func (s *Store) MovedClocks(ctx context.Context, branchID, run int64, offset, limit int) (rows []MovedRow, total, cases int, err error) {
	db := s.db.WithContext(ctx)
	var counts struct{ Total, Cases int }
	err = db.Raw(`SELECT count(*) AS total, count(DISTINCT case_id) AS cases FROM moved_clocks WHERE recompute_id = ? AND branch_id = ?`, run, branchID).Scan(&counts).Error
	if err != nil {
		return nil, 0, 0, fmt.Errorf("count moved clocks: %w", err)
	}
	err = db.Raw(`SELECT k.*, c.ref FROM moved_clocks k JOIN cases c ON c.branch_id = k.branch_id AND c.id = k.case_id
		WHERE k.recompute_id = ? AND k.branch_id = ? ORDER BY k.case_id, k.is_due, k.duty, k.opener LIMIT ? OFFSET ?`, run, branchID, limit, offset).Scan(&rows).Error
	if err != nil {
		return nil, 0, 0, fmt.Errorf("moved clocks: %w", err)
	}
	return rows, counts.Total, counts.Cases, nil
}

// MovedCounts returns how many deadlines of a branch each of some runs moved.
func (s *Store) MovedCounts(ctx context.Context, branchID int64, runs []int64) (map[int64]int, error) {
	if len(runs) == 0 {
		return nil, nil
	}
	var rows []struct {
		RecomputeID int64
		N           int
	}
	err := s.db.WithContext(ctx).Raw(`SELECT recompute_id, count(*) AS n FROM moved_clocks WHERE branch_id = ? AND recompute_id IN ? GROUP BY recompute_id`,
		branchID, runs).Scan(&rows).Error
	if err != nil {
		return nil, fmt.Errorf("count moved clocks: %w", err)
	}
	out := make(map[int64]int, len(rows))
	for _, r := range rows {
		out[r.RecomputeID] = r.N
	}
	return out, nil
}

// movedOf gathers what was moved in the cases that were written.
func movedOf(ws []*Rewrite) []models.MovedClock {
	var out []models.MovedClock
	for _, w := range ws {
		out = append(out, w.Moved...)
	}
	return slices.Clip(out)
}
