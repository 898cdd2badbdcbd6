package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5"

	"commoncase/models"
	"commoncase/models/civil"
)

// rowColumns are the columns of clock_rows in the order in which rows are written.
var rowColumns = []string{"branch_id", "case_id", "duty", "regime", "name", "type", "bound", "opener", "started_on", "due", "due_at", "met_on",
	"days_late", "stopped", "seq"}

const claimRun = `UPDATE recomputes SET after_case = ?, done = done + ?, moved = moved + ?, error = '' WHERE id = ?`

const (
	standOfRun = `SELECT after_case FROM recomputes WHERE id = ?`
	newestRun  = `SELECT coalesce(max(id), 0) FROM recomputes`
)

// stands reports whether a run stands where the writer thinks, and is still judged by what the writer knew.
func (w *Write) stands(after, newest int64) bool { return after == w.From && newest == w.Newest }

// advance is where the run stands after this batch: behind it, or where it stood while a case is left.
func (w *Write) advance(left int) (to int64, cases int) {
	if left > 0 {
		return w.From, 0
	}
	return w.To, w.Cases
}

// writePostgres locks the cases that are to be written, passing over those that somebody is changing, so that it never waits for a
// person while it holds what another person waits for.
func (s *Store) writePostgres(ctx context.Context, w *Write) (left int, err error) {
	err = pgx.BeginFunc(ctx, s.pool, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, byIndex); err != nil {
			return err
		}
		versions, err := lockedVersions(ctx, tx, w.ids())
		if err != nil {
			return err
		}
		if w.Run != 0 {
			var after, newest int64
			if err := tx.QueryRow(ctx, numbered(standOfRun)+` FOR UPDATE`, w.Run).Scan(&after); err != nil {
				return err
			}
			if err := tx.QueryRow(ctx, newestRun).Scan(&newest); err != nil { // after the wait for the lock
				return err
			}
			if !w.stands(after, newest) {
				return ErrElsewhere
			}
		}
		ws := w.writable(versions)
		left = len(w.Rewrites) - len(ws)
		moved, err := writeCopied(ctx, tx, w.Run, ws)
		if err != nil || w.Run == 0 {
			return err
		}
		to, cases := w.advance(left)
		_, err = tx.Exec(ctx, numbered(claimRun), to, cases, moved, w.Run)
		return err
	})
	return left, err
}

func lockedVersions(ctx context.Context, tx pgx.Tx, ids []int64) (map[int64]int64, error) {
	versions := make(map[int64]int64, len(ids))
	if len(ids) == 0 {
		return versions, nil
	}
	rows, err := tx.Query(ctx, `SELECT id, version FROM cases WHERE id = ANY($1) ORDER BY id FOR NO KEY UPDATE SKIP LOCKED`, ids)
	if err != nil {
		return nil, err
	}
	var id, version int64
	_, err = pgx.ForEachRow(rows, []any{&id, &version}, func() error {
		versions[id] = version
		return nil
	})
	return versions, err
}

// writeCopied writes the cases with one UPDATE and their rows with COPY, and returns how many deadlines moved.
func writeCopied(ctx context.Context, tx pgx.Tx, run int64, ws []*Rewrite) (moved int64, err error) {
	if len(ws) == 0 {
		return 0, nil
	}
	if err := updateCases(ctx, tx, ws); err != nil {
		return 0, err
	}
	ids := make([]int64, len(ws))
	var rows [][]any
	for i, w := range ws {
		ids[i] = w.Case.ID
		for j := range w.Rows {
			rows = append(rows, rowValues(&w.Rows[j]))
		}
	}
	if _, err := tx.Exec(ctx, `DELETE FROM clock_rows WHERE case_id = ANY($1)`, ids); err != nil {
		return 0, err
	}
	if _, err := tx.CopyFrom(ctx, pgx.Identifier{"clock_rows"}, rowColumns, pgx.CopyFromRows(rows)); err != nil {
		return 0, err
	}
	if run == 0 {
		return 0, nil
	}
	return insertMoved(ctx, tx, run, movedOf(ws))
}

// rowValues are the values of rowColumns in types that COPY knows without asking.
func rowValues(k *models.ClockRow) []any {
	return []any{k.BranchID, k.CaseID, k.Duty, k.Regime, k.Name, k.Type, string(k.Bound), k.Opener, dateValue(k.StartedOn), dateValue(k.Due),
		k.DueAt.String(), dateValue(k.MetOn), int64(k.DaysLate), k.Stopped, int64(k.Seq)}
}

func dateValue(d civil.Date) any {
	if d.IsZero() {
		return nil
	}
	return d.Time()
}

func updateCases(ctx context.Context, tx pgx.Tx, ws []*Rewrite) error {
	n := len(ws)
	ids, texts := make([]int64, n), [9][]string{}
	for i := range texts {
		texts[i] = make([]string, n)
	}
	hazard, solicitor, adverse := make([]bool, n), make([]bool, n), make([]bool, n)
	for i, w := range ws {
		c := &w.Case
		ids[i], hazard[i], solicitor[i], adverse[i] = c.ID, c.Flags.Hazard, c.Flags.Solicitor, c.Flags.Adverse
		for j, t := range []string{string(c.Status), c.StatusOn.String(), c.StatusUntil.String(), c.SilentSince.String(), string(c.ClosedReason),
			c.LandlordDue.String(), c.LandlordDuty, c.Rules, c.SearchText} {
			texts[j][i] = t
		}
	}
	_, err := tx.Exec(ctx, `UPDATE cases c SET status = v.status, status_on = nullif(v.status_on, '')::date, status_until = nullif(v.status_until, '')::date,
			silent_since = nullif(v.silent_since, '')::date, closed_reason = v.closed_reason, landlord_due = nullif(v.landlord_due, '')::date,
			landlord_duty = v.landlord_duty, rules = v.rules, search_text = v.search_text, flag_hazard = v.hazard, flag_solicitor = v.solicitor,
			flag_adverse = v.adverse
		FROM unnest($1::bigint[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[], $9::text[], $10::text[],
			$11::boolean[], $12::boolean[], $13::boolean[])
			AS v(id, status, status_on, status_until, silent_since, closed_reason, landlord_due, landlord_duty, rules, search_text, hazard, solicitor, adverse)
		WHERE c.id = v.id`, ids, texts[0], texts[1], texts[2], texts[3], texts[4], texts[5], texts[6], texts[7], texts[8], hazard, solicitor, adverse)
	return err
}

func insertMoved(ctx context.Context, tx pgx.Tx, run int64, ms []models.MovedClock) (int64, error) {
	n := len(ms)
	if n == 0 {
		return 0, nil
	}
	branches, cases, openers, duties, was, is := make([]int64, n), make([]int64, n), make([]int64, n), make([]string, n), make([]string, n), make([]string, n)
	for i, m := range ms {
		branches[i], cases[i], openers[i], duties[i], was[i], is[i] = m.BranchID, m.CaseID, m.Opener, m.Duty, m.WasDue.String(), m.IsDue.String()
	}
	tag, err := tx.Exec(ctx, `INSERT INTO moved_clocks (recompute_id, branch_id, case_id, duty, opener, was_due, is_due)
		SELECT $1, v.branch_id, v.case_id, v.duty, v.opener, nullif(v.was, '')::date, nullif(v.is_due, '')::date
		FROM unnest($2::bigint[], $3::bigint[], $4::text[], $5::bigint[], $6::text[], $7::text[]) AS v(branch_id, case_id, duty, opener, was, is_due)
		ON CONFLICT DO NOTHING`, run, branches, cases, duties, openers, was, is)
	return tag.RowsAffected(), err
}

// writeSQLite is the same where there is one writer at a time: nobody changes a case between the look at its version and the write.
func (s *Store) writeSQLite(ctx context.Context, w *Write) (left int, err error) {
	err = s.Tx(ctx, func(tx *Store) error {
		x := liteWriter{ctx: ctx, conn: tx.db.Statement.ConnPool}
		if w.Run != 0 {
			var after, newest int64
			if err := x.conn.QueryRowContext(ctx, standOfRun, w.Run).Scan(&after); err != nil {
				return err
			}
			if err := x.conn.QueryRowContext(ctx, newestRun).Scan(&newest); err != nil {
				return err
			}
			if !w.stands(after, newest) {
				return ErrElsewhere
			}
		}
		versions, err := x.versions(w.ids())
		if err != nil {
			return err
		}
		ws := w.writable(versions)
		left = len(w.Rewrites) - len(ws)
		if err := errors.Join(x.cases(ws), x.rows(ws)); err != nil || w.Run == 0 {
			return err
		}
		moved, err := x.moved(w.Run, movedOf(ws))
		if err != nil {
			return err
		}
		to, cases := w.advance(left)
		_, err = x.conn.ExecContext(ctx, claimRun, to, cases, moved, w.Run)
		return err
	})
	return left, err
}

// liteWriter writes in one transaction of SQLite.
type liteWriter struct {
	ctx  context.Context //nolint:containedctx // it lives as long as the transaction
	conn interface {
		PrepareContext(ctx context.Context, query string) (*sql.Stmt, error)
		ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error)
		QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
		QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row
	}
}

func (x *liteWriter) versions(ids []int64) (map[int64]int64, error) {
	versions := make(map[int64]int64, len(ids))
	if len(ids) == 0 {
		return versions, nil
	}
	args := make([]any, len(ids))
	for i, id := range ids {
		args[i] = id
	}
	rows, err := x.conn.QueryContext(x.ctx, `SELECT id, version FROM cases WHERE id IN (?`+strings.Repeat(", ?", len(ids)-1)+`)`, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var id, version int64
		if err := rows.Scan(&id, &version); err != nil {
			return nil, err
		}
		versions[id] = version
	}
	return versions, rows.Err()
}

func (x *liteWriter) cases(ws []*Rewrite) (err error) {
	if len(ws) == 0 {
		return nil
	}
	update, err := x.conn.PrepareContext(x.ctx, `UPDATE cases SET status = ?, status_on = ?, status_until = ?, flag_hazard = ?, flag_solicitor = ?,
		flag_adverse = ?, silent_since = ?, closed_reason = ?, landlord_due = ?, landlord_duty = ?, rules = ?, search_text = ? WHERE id = ?`)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, update.Close()) }()
	clear, err := x.conn.PrepareContext(x.ctx, `DELETE FROM clock_rows WHERE case_id = ?`)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, clear.Close()) }()
	for _, w := range ws {
		c := &w.Case
		if _, err := update.ExecContext(x.ctx, string(c.Status), c.StatusOn, c.StatusUntil, c.Flags.Hazard, c.Flags.Solicitor, c.Flags.Adverse,
			c.SilentSince, string(c.ClosedReason), c.LandlordDue, c.LandlordDuty, c.Rules, c.SearchText, c.ID); err != nil {
			return err
		}
		if _, err := clear.ExecContext(x.ctx, c.ID); err != nil {
			return err
		}
	}
	return nil
}

// rowsAtOnce is how many clock rows one statement inserts.
const rowsAtOnce = 50

var (
	rowMarks   = "(?" + strings.Repeat(", ?", len(rowColumns)-1) + ")"
	insertRow  = "INSERT INTO clock_rows (" + strings.Join(rowColumns, ", ") + ") VALUES " + rowMarks
	insertRows = insertRow + strings.Repeat(", "+rowMarks, rowsAtOnce-1)
)

func (x *liteWriter) rows(ws []*Rewrite) (err error) {
	many, err := x.conn.PrepareContext(x.ctx, insertRows)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, many.Close()) }()
	args := make([]any, 0, rowsAtOnce*len(rowColumns))
	for _, w := range ws {
		for j := range w.Rows {
			args = append(args, liteValues(&w.Rows[j])...)
			if len(args) == cap(args) {
				if _, err := many.ExecContext(x.ctx, args...); err != nil {
					return err
				}
				args = args[:0]
			}
		}
	}
	if len(args) == 0 {
		return nil
	}
	_, err = x.conn.ExecContext(x.ctx, insertRow+strings.Repeat(", "+rowMarks, len(args)/len(rowColumns)-1), args...)
	return err
}

func liteValues(k *models.ClockRow) []any {
	return []any{k.BranchID, k.CaseID, k.Duty, k.Regime, k.Name, k.Type, string(k.Bound), k.Opener, liteDate(k.StartedOn), liteDate(k.Due),
		k.DueAt.String(), liteDate(k.MetOn), int64(k.DaysLate), k.Stopped, int64(k.Seq)}
}

func liteDate(d civil.Date) any {
	if d.IsZero() {
		return nil
	}
	return d.String()
}

func (x *liteWriter) moved(run int64, ms []models.MovedClock) (n int64, err error) {
	if len(ms) == 0 {
		return 0, nil
	}
	insert, err := x.conn.PrepareContext(x.ctx, `INSERT INTO moved_clocks (recompute_id, branch_id, case_id, duty, opener, was_due, is_due)
		VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`)
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, insert.Close()) }()
	for i := range ms {
		m := &ms[i]
		res, err := insert.ExecContext(x.ctx, run, m.BranchID, m.CaseID, m.Duty, m.Opener, liteDate(m.WasDue), liteDate(m.IsDue))
		if err != nil {
			return n, fmt.Errorf("moved clock: %w", err)
		}
		k, err := res.RowsAffected()
		if err != nil {
			return n, err
		}
		n += k
	}
	return n, nil
}
