package store

import (
	"context"
	"fmt"
	"time"

	"gorm.io/gorm"

	"commoncase/models"
	"commoncase/models/civil"
)

const noDigest = "There is no such reminder in your branch."

// AddDigest puts down that a person is to get the reminder of a morning; added is false where that stands already, and id is then 0.
// Of two at once one adds it.
func (s *Store) AddDigest(ctx context.Context, branchID, accountID int64, on civil.Date) (id int64, added bool, err error) {
	err = s.db.WithContext(ctx).Raw(`INSERT INTO digests (branch_id, account_id, on_date, state, queued_at) VALUES (?, ?, ?, 'queued', ?)
		ON CONFLICT (account_id, branch_id, on_date) DO NOTHING RETURNING id`, branchID, accountID, on, s.now()).Scan(&id).Error
	if err != nil {
		return 0, false, fmt.Errorf("add digest: %w", err)
	}
	return id, id != 0, nil
}

// Digest finds a reminder of a branch.
func (s *Store) Digest(ctx context.Context, branchID, id int64) (models.Digest, error) {
	d, err := gorm.G[models.Digest](s.db).Where("branch_id = ? AND id = ?", branchID, id).First(ctx)
	return d, translate("digest", err, noDigest)
}

// ClaimDigest takes a queued reminder for sending: from now on it may have gone. ok is false where it is not queued any more; of two at
// once one gets it. try is its number, which EndDigest asks for.
func (s *Store) ClaimDigest(ctx context.Context, branchID, id int64, lines int) (try int, ok bool, err error) {
	err = s.db.WithContext(ctx).Raw(`UPDATE digests SET state = 'sending', lines = ?, tries = tries + 1, tried_at = ?, error = ''
		WHERE branch_id = ? AND id = ? AND state = 'queued' RETURNING tries`, lines, s.now(), branchID, id).Scan(&try).Error
	if err != nil {
		return 0, false, fmt.Errorf("claim digest: %w", err)
	}
	return try, try != 0, nil
}

// EndDigest writes what became of a try: sent, failed, uncertain, or queued for another one. A try that was given up as uncertain in the
// meantime may still say how it ended, and one that another has taken the place of may not: that is a conflict.
func (s *Store) EndDigest(ctx context.Context, branchID, id int64, try int, state models.DigestState, why string) error {
	var sent *time.Time
	if now := s.now(); state == models.DigestSent {
		sent = &now
	}
	res := s.db.WithContext(ctx).Exec(`UPDATE digests SET state = ?, error = ?, sent_at = ?
		WHERE branch_id = ? AND id = ? AND tries = ? AND state IN ('sending', 'uncertain')`, state, why, sent, branchID, id, try)
	if res.Error != nil {
		return fmt.Errorf("end digest: %w", res.Error)
	}
	if res.RowsAffected == 0 {
		return models.Errorf(models.CodeConflict, "This reminder was tried again in the meantime.")
	}
	return nil
}

// DropDigest ends a reminder that is queued without sending it: empty, or failed. It is nothing where it is not queued any more.
func (s *Store) DropDigest(ctx context.Context, branchID, id int64, state models.DigestState, why string) error {
	err := s.db.WithContext(ctx).Exec(`UPDATE digests SET state = ?, error = ? WHERE branch_id = ? AND id = ? AND state = 'queued'`,
		state, why, branchID, id).Error
	if err != nil {
		return fmt.Errorf("drop digest: %w", err)
	}
	return nil
}

// RequeueDigest queues a reminder again that stands in a state; a conflict where it does not any more, so that of two clicks one sends.
func (s *Store) RequeueDigest(ctx context.Context, branchID, id int64, from models.DigestState) error {
	res := s.db.WithContext(ctx).Exec(`UPDATE digests SET state = 'queued', error = '', queued_at = ? WHERE branch_id = ? AND id = ? AND state = ?`,
		s.now(), branchID, id, from)
	if res.Error != nil {
		return fmt.Errorf("requeue digest: %w", res.Error)
	}
	if res.RowsAffected == 0 {
		return models.Errorf(models.CodeConflict, "Somebody else has tried this reminder again in the meantime.")
	}
	return nil
}

// LoseDigests makes those uncertain whose sending began before an instant and never ended: the program ended in the middle. It returns
// how many there were.
func (s *Store) LoseDigests(ctx context.Context, before time.Time, why string) (int64, error) {
	res := s.db.WithContext(ctx).Exec(`UPDATE digests SET state = 'uncertain', error = ? WHERE state = 'sending' AND tried_at < ?`, why, before)
	if res.Error != nil {
		return 0, fmt.Errorf("lose digests: %w", res.Error)
	}
	return res.RowsAffected, nil
}

// QueuedDigests returns all reminders that wait, of every branch: the clock asks, and nobody sees them.
func (s *Store) QueuedDigests(ctx context.Context) ([]models.Digest, error) {
	ds, err := gorm.G[models.Digest](s.db).Where("state = 'queued'").Order("id").Find(ctx)
	return ds, translate("queued digests", err, "")
}

// DigestRow is a reminder with the name of whom it is for.
type DigestRow struct {
	models.Digest
	Name string
}

// DigestRows returns the reminders of a branch from a day on, the newest first.
func (s *Store) DigestRows(ctx context.Context, branchID int64, since civil.Date) ([]DigestRow, error) {
	var rows []DigestRow
	err := s.db.WithContext(ctx).Raw(`SELECT d.*, a.name FROM digests d JOIN accounts a ON a.id = d.account_id
		WHERE d.branch_id = ? AND d.on_date >= ? ORDER BY d.on_date DESC, a.name, d.id`, branchID, since).Scan(&rows).Error
	if err != nil {
		return nil, fmt.Errorf("digest rows: %w", err)
	}
	return rows, nil
}

// DigestCount is how many reminders of a branch and morning stand in a state.
type DigestCount struct {
	Branch string
	On     civil.Date `gorm:"column:on_date"`
	State  models.DigestState
	N      int
}

// CountDigests counts the reminders of every branch from a day on, the newest first: for whoever runs the installation.
func (s *Store) CountDigests(ctx context.Context, since civil.Date) ([]DigestCount, error) {
	var rows []DigestCount
	err := s.db.WithContext(ctx).Raw(`SELECT b.name AS branch, d.on_date, d.state, count(*) AS n FROM digests d JOIN branches b ON b.id = d.branch_id
		WHERE d.on_date >= ? GROUP BY b.name, b.id, d.on_date, d.state ORDER BY d.on_date DESC, b.name, b.id, d.state`, since).Scan(&rows).Error
	if err != nil {
		return nil, fmt.Errorf("count digests: %w", err)
	}
	return rows, nil
}

// ReminderWanted reports whether somebody wants the reminders of a branch; who has said nothing does.
func (s *Store) ReminderWanted(ctx context.Context, branchID, accountID int64) (bool, error) {
	wanted := true
	err := s.read(ctx, func(scan func(...any) error) error { return scan(&wanted) },
		`SELECT wanted FROM reminder_wishes WHERE branch_id = ? AND account_id = ?`, branchID, accountID)
	if err != nil {
		return false, fmt.Errorf("reminder wish: %w", err)
	}
	return wanted, nil
}

// WantReminder keeps whether somebody wants the reminders of a branch.
func (s *Store) WantReminder(ctx context.Context, branchID, accountID int64, wanted bool) error {
	err := s.db.WithContext(ctx).Exec(`INSERT INTO reminder_wishes (branch_id, account_id, wanted) VALUES (?, ?, ?)
		ON CONFLICT (branch_id, account_id) DO UPDATE SET wanted = excluded.wanted`, branchID, accountID, wanted).Error
	if err != nil {
		return fmt.Errorf("keep reminder wish: %w", err)
	}
	return nil
}

// CasesGiven returns the references of the open cases that others gave to an account since an instant, and that it still runs.
func (s *Store) CasesGiven(ctx context.Context, branchID, accountID int64, since time.Time) ([]string, error) {
	var refs []string
	err := s.db.WithContext(ctx).Raw(`SELECT DISTINCT c.ref FROM audit_entries e JOIN cases c ON c.branch_id = e.branch_id AND c.ref = e.subject
		WHERE e.branch_id = ? AND e.action = 'case.assigned' AND e.at >= ? AND coalesce(e.account_id, 0) <> ?
			AND c.assigned_to = ? AND c.status <> 'closed' ORDER BY c.ref`, branchID, since, accountID, accountID).Scan(&refs).Error
	if err != nil {
		return nil, fmt.Errorf("cases given: %w", err)
	}
	return refs, nil
}

// CasesOfNobody returns the references of the open cases of a branch that nobody runs, the oldest first.
func (s *Store) CasesOfNobody(ctx context.Context, branchID int64) ([]string, error) {
	var refs []string
	err := s.db.WithContext(ctx).Raw(`SELECT ref FROM cases WHERE branch_id = ? AND assigned_to IS NULL AND status <> 'closed' ORDER BY opened_on, id`, branchID).Scan(&refs).Error
	if err != nil {
		return nil, fmt.Errorf("cases of nobody: %w", err)
	}
	return refs, nil
}
