package store

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"commoncase/models"
	"commoncase/models/civil"
)

// The reach of the queues, in days.
const (
	QueueWeekDays   = 7  // "this week": today and the seven days after it
	QueueLostDays   = 90 // before a limit of the resident's ends
	QueueEndedDays  = 30 // after it ended: there may be a reason to give
	QueueSilentDays = 28
)

// QueueFilter is a queue on a day, narrowed and in an order. Zero fields do not narrow; the order is the queue's usual one.
type QueueFilter struct {
	Queue      models.Queue
	Today      civil.Date
	Now        civil.Time // on the wall, for limits in hours that end today
	Promises   []string   // names of the rules that hold the landlord to a promise
	Loud       []string   // names of the rules whose end does not come back
	AssignedTo int64      // account
	Unassigned bool       // cases of nobody
	Sort       models.QueueSort
}

// QueueRow is a line of a queue: a case, and the date that put it there.
type QueueRow struct {
	Case     models.Case // without the words of the case that no list shows
	Member   string
	Area     string
	Assignee string
	Due      civil.Date // the day of the queue: due, ends, or (QueueSilent) silent since
	Clocks   []models.ClockRow
}

// part is a piece of SQL with its arguments.
type part struct {
	sql  string
	args []any
}

func (p *part) add(sql string, args ...any) {
	p.sql += sql
	p.args = append(p.args, args...)
}

// clocks are the conditions on clock_rows k that put a case into the queue; "" for a queue that looks at the case alone.
func (f QueueFilter) clocks(branchID int64) part {
	p := part{sql: "k.branch_id = ? AND k.met_on IS NULL AND k.due IS NOT NULL", args: []any{branchID}}
	switch f.Queue {
	case models.QueueOverdue:
		p.add(" AND k.bound = 'landlord' AND (k.due < ? OR k.due = ? AND k.due_at <> '' AND k.due_at < ?)", f.Today, f.Today, f.Now)
	case models.QueueWeek:
		// What the branch has set itself stays until it is done; what the resident has let pass is in QueueLost.
		p.add(" AND k.bound IN ('resident', 'branch') AND k.type <> 'wait' AND k.due <= ? AND (k.due >= ? OR k.bound = 'branch')",
			f.Today.AddDays(QueueWeekDays), f.Today)
	case models.QueueLost:
		p.add(" AND k.bound = 'resident' AND k.type <> 'wait' AND k.due >= ? AND k.due <= ?", f.Today.AddDays(-QueueEndedDays), f.Today.AddDays(QueueLostDays))
	case models.QueueBroken:
		p.add(" AND k.bound = 'landlord' AND k.due < ?", f.Today)
		p.named(f.Promises)
	case models.QueueSilent:
		return part{}
	}
	return p
}

// named narrows to rules of these names; to none where there are no names.
func (p *part) named(names []string) {
	if len(names) == 0 {
		p.add(" AND k.name = ''")
		return
	}
	p.add(" AND k.name IN (?"+strings.Repeat(", ?", len(names)-1)+")", anys(names)...)
}

func anys[T any](of []T) []any {
	out := make([]any, len(of))
	for i := range of {
		out[i] = of[i]
	}
	return out
}

// source is what the queue reads, from FROM to WHERE, with the case as c; due and rank are what it is put in order by.
func (f QueueFilter) source(branchID int64) (p part, due, rank string) {
	switch f.Queue {
	case models.QueueOverdue:
		// One walk along cases_overdue. A limit in hours that ended earlier today is overdue too: there are few, and an index finds them.
		p.add(" FROM cases c WHERE c.branch_id = ? AND c.status <> 'closed' AND c.landlord_due IS NOT NULL AND c.landlord_due <= ? AND (c.landlord_due < ? OR ",
			branchID, f.Today, f.Today)
		p.add(endedToday+")", branchID, f.Today, f.Now)
		due, rank = "c.landlord_due", "0"
	case models.QueueSilent:
		// As the flag on the page of a case: no silence while the landlord still has time by a clock that runs, and has let none run out.
		p.add(` FROM cases c WHERE c.branch_id = ? AND c.status <> 'closed' AND c.silent_since IS NOT NULL AND c.silent_since <= ?
			AND (c.landlord_due IS NULL OR c.landlord_due < ?)`, branchID, f.Today.AddDays(-QueueSilentDays), f.Today)
		due, rank = "c.silent_since", "0"
	case models.QueueLost, models.QueueWeek, models.QueueBroken:
		p.add(" FROM (SELECT k.case_id, ")
		if f.Queue == models.QueueLost {
			// The next to end leads; where all have ended, the last that did.
			p.add("coalesce(min(CASE WHEN k.due >= ? THEN k.due END), max(k.due)) AS due, min(CASE WHEN k.due < ? THEN 2", f.Today, f.Today)
			if len(f.Loud) > 0 {
				p.add(" WHEN k.name IN (?"+strings.Repeat(", ?", len(f.Loud)-1)+") THEN 0", anys(f.Loud)...)
			}
			p.add(" ELSE 1 END) AS loud")
		} else {
			p.add("min(k.due) AS due, 0 AS loud")
		}
		clocks := f.clocks(branchID)
		p.add(" FROM clock_rows k WHERE "+clocks.sql+" GROUP BY k.case_id) q JOIN cases c ON c.branch_id = ? AND c.id = q.case_id WHERE c.status <> 'closed'",
			append(clocks.args, branchID)...)
		due, rank = "q.due", "q.loud"
	}
	f.narrow(&p)
	return p, due, rank
}

// endedToday is the cases whose landlord let a limit in hours end earlier today: branch, day, time.
const endedToday = `c.id IN (SELECT k.case_id FROM clock_rows k WHERE k.branch_id = ? AND k.bound = 'landlord'
	AND k.met_on IS NULL AND k.due IS NOT NULL AND k.due = ? AND k.due_at <> '' AND k.due_at < ?)`

func (f QueueFilter) narrow(p *part) {
	switch {
	case f.Unassigned:
		p.add(" AND c.assigned_to IS NULL")
	case f.AssignedTo != 0:
		p.add(" AND c.assigned_to = ?", f.AssignedTo)
	}
}

// count is the number of cases in the queue. That of QueueOverdue is two numbers: asked row by row whether a limit ended today, SQLite
// takes more than twice as long for all those of the days before.
func (f QueueFilter) count(branchID int64) (p part) {
	if f.Queue != models.QueueOverdue {
		src, _, _ := f.source(branchID)
		p.add("(SELECT count(*)"+src.sql+")", src.args...)
		return p
	}
	const from = "(SELECT count(*) FROM cases c WHERE c.branch_id = ? AND c.status <> 'closed' AND c.landlord_due IS NOT NULL AND "
	p.add(from+"c.landlord_due < ?", branchID, f.Today)
	f.narrow(&p)
	p.add(") + "+from+"c.landlord_due = ? AND "+endedToday, branchID, f.Today, branchID, f.Today, f.Now)
	f.narrow(&p)
	p.add(")")
	return p
}

// order is ORDER BY over due, rank, and the names that the rows carry.
func (f QueueFilter) order(due, rank string) part {
	switch f.Sort {
	case models.SortLoudest:
		return part{sql: rank + ", " + due + ", c.id"}
	case models.SortDays:
		return part{sql: "CASE WHEN " + due + " >= ? THEN 0 ELSE 1 END, CASE WHEN " + due + " >= ? THEN " + due + " END, " + due + " DESC, c.id",
			args: []any{f.Today, f.Today}}
	case models.SortReference:
		return part{sql: "c.ref"}
	case models.SortCaseworker:
		return part{sql: "CASE WHEN a.name IS NULL THEN 1 ELSE 0 END, a.name, " + due + ", c.id"}
	case models.SortDate:
	}
	return part{sql: due + ", c.id"}
}

// CountQueue is how many cases stand in the queue.
func (s *Store) CountQueue(ctx context.Context, branchID int64, f QueueFilter) (int, error) {
	counts, err := s.CountQueues(ctx, branchID, []QueueFilter{f})
	if err != nil {
		return 0, err
	}
	return counts[0], nil
}

// CountQueues counts several queues in one query, in their order.
func (s *Store) CountQueues(ctx context.Context, branchID int64, fs []QueueFilter) ([]int, error) {
	var q part
	for i, f := range fs {
		n := f.count(branchID)
		q.add([]string{"SELECT ", ", "}[min(i, 1)]+n.sql, n.args...)
	}
	counts, into := make([]int, len(fs)), make([]any, len(fs))
	for i := range counts {
		into[i] = &counts[i]
	}
	if err := s.read(ctx, func(scan func(...any) error) error { return scan(into...) }, q.sql, q.args...); err != nil {
		return nil, fmt.Errorf("count queues: %w", err)
	}
	return counts, nil
}

// QueueRows returns a page of a queue with the clocks that put each case there, in the order of the filter. The number of queries is
// the same for one case and for many.
func (s *Store) QueueRows(ctx context.Context, branchID int64, f QueueFilter, offset, limit int) ([]QueueRow, error) {
	src, due, rank := f.source(branchID)
	order := f.order(due, rank)
	where := strings.Index(src.sql, " WHERE c.")
	// The limit stands in the query itself: PostgreSQL, which plans a prepared query without its arguments, would else prepare for a tenth
	// of all rows and set several workers on fifty.
	joins := " JOIN members m ON m.branch_id = c.branch_id AND m.id = c.member_id LEFT JOIN accounts a ON a.id = c.assigned_to"
	q := part{sql: `SELECT c.id, c.ref, c.theme, c.title, coalesce(c.assigned_to, 0), c.status, c.status_on, c.status_until, c.silent_since,
		c.landlord_due, c.version, m.name, m.area, coalesce(a.name, ''), ` + due + src.sql[:where] + joins + src.sql[where:] + " ORDER BY " + order.sql + " LIMIT " + strconv.Itoa(limit) + " OFFSET " + strconv.Itoa(offset),
		args: append(src.args, order.args...)}
	rows := make([]QueueRow, 0, min(limit, 64))
	err := s.read(ctx, func(scan func(...any) error) error {
		rows = append(rows, QueueRow{Case: models.Case{BranchID: branchID}})
		r := &rows[len(rows)-1]
		c := &r.Case
		return scan(&c.ID, &c.Ref, &c.Theme, &c.Title, &c.AssignedTo, &c.Status, &c.StatusOn, &c.StatusUntil, &c.SilentSince, &c.LandlordDue, &c.Version,
			&r.Member, &r.Area, &r.Assignee, &r.Due)
	}, q.sql, q.args...)
	if err != nil {
		return nil, fmt.Errorf("queue %s: %w", f.Queue, err)
	}
	return rows, s.queueClocks(ctx, branchID, f, rows, limit)
}

// queueClocks fills in the clocks that put the cases of a page into the queue, the first due first. The list of ids is as long as a page
// whatever is on it, so that the databases prepare one query.
func (s *Store) queueClocks(ctx context.Context, branchID int64, f QueueFilter, rows []QueueRow, limit int) error {
	p := f.clocks(branchID)
	if p.sql == "" || len(rows) == 0 {
		return nil
	}
	at, ids := make(map[int64]*QueueRow, len(rows)), make([]any, limit)
	for i := range ids {
		ids[i] = int64(0)
	}
	for i := range rows {
		at[rows[i].Case.ID], ids[i] = &rows[i], rows[i].Case.ID
	}
	p.add(" AND k.case_id IN (?"+strings.Repeat(", ?", limit-1)+")", ids...)
	err := s.read(ctx, func(scan func(...any) error) error {
		k := models.ClockRow{BranchID: branchID}
		if err := scan(&k.CaseID, &k.Duty, &k.Regime, &k.Name, &k.Bound, &k.StartedOn, &k.Due, &k.DueAt, &k.Type, &k.Opener, &k.Seq); err != nil {
			return err
		}
		if r := at[k.CaseID]; r != nil {
			r.Clocks = append(r.Clocks, k)
		}
		return nil
	}, `SELECT k.case_id, k.duty, k.regime, k.name, k.bound, k.started_on, k.due, k.due_at, k.type, k.opener, k.seq
		FROM clock_rows k WHERE `+p.sql+` ORDER BY k.due, k.due_at, k.seq`, p.args...)
	if err != nil {
		return fmt.Errorf("clocks of queue %s: %w", f.Queue, err)
	}
	return nil
}

// QueueCases finds cases of the branch by reference, in their order, for what is done to several of them at once; those that are not
// there are left out. agreed holds the ids of those whose resident's consent stands.
func (s *Store) QueueCases(ctx context.Context, branchID int64, refs []string) (cases []QueueRow, agreed map[int64]bool, err error) {
	if len(refs) == 0 {
		return nil, nil, nil
	}
	agreed = map[int64]bool{}
	in := "(?" + strings.Repeat(", ?", len(refs)-1) + ")"
	args := append([]any{branchID}, anys(refs)...)
	err = s.read(ctx, func(scan func(...any) error) error {
		cases = append(cases, QueueRow{Case: models.Case{BranchID: branchID}})
		r := &cases[len(cases)-1]
		return scan(&r.Case.ID, &r.Case.Ref, &r.Case.Title, &r.Case.Status, &r.Case.LandlordDue, &r.Case.Version, &r.Member)
	}, `SELECT c.id, c.ref, c.title, c.status, c.landlord_due, c.version, m.name
		FROM cases c JOIN members m ON m.branch_id = c.branch_id AND m.id = c.member_id WHERE c.branch_id = ? AND c.ref IN `+in+` ORDER BY c.ref`, args...)
	if err != nil {
		return nil, nil, fmt.Errorf("cases of a queue: %w", err)
	}
	// The last word on consent that stands; what was corrected or taken back does not.
	err = s.read(ctx, func(scan func(...any) error) error {
		var id int64
		var kind models.Kind
		if err := scan(&id, &kind); err != nil {
			return err
		}
		agreed[id] = kind == models.KindConsentGiven
		return nil
	}, `SELECT e.case_id, e.kind FROM events e JOIN cases c ON c.branch_id = e.branch_id AND c.id = e.case_id
		WHERE c.branch_id = ? AND c.ref IN `+in+` AND e.kind IN ('consent_given', 'consent_withdrawn')
			AND NOT EXISTS (SELECT 1 FROM events n WHERE n.branch_id = e.branch_id AND n.case_id = e.case_id AND n.replaces = e.id)
		ORDER BY e.on_date, e.id`, args...)
	if err != nil {
		return nil, nil, fmt.Errorf("consent of cases: %w", err)
	}
	return cases, agreed, nil
}
