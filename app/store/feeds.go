package store

import (
	"context"
	"fmt"
	"time"

	"gorm.io/gorm"

	"commoncase/models"
	"commoncase/models/access"
	"commoncase/models/civil"
)

const noFeed = "There is no such calendar address of yours. It may have been taken back already."

// AddFeed adds a calendar feed and fills in its ID.
func (s *Store) AddFeed(ctx context.Context, f *models.Feed) error {
	f.CreatedAt = s.now()
	return translate("add feed", gorm.G[models.Feed](s.db).Omit("revoked_at", "last_read_on").Create(ctx, f), noFeed)
}

// Feeds returns the feeds of an account in a branch that were not revoked, the newest first.
func (s *Store) Feeds(ctx context.Context, branchID, accountID int64) ([]models.Feed, error) {
	fs, err := gorm.G[models.Feed](s.db).Where("branch_id = ? AND account_id = ? AND revoked_at IS NULL", branchID, accountID).Order("id DESC").Find(ctx)
	return fs, translate("feeds", err, "")
}

// RevokeFeed ends a feed of an account for good.
func (s *Store) RevokeFeed(ctx context.Context, branchID, accountID, id int64) error {
	res := s.db.WithContext(ctx).Exec(`UPDATE feeds SET revoked_at = ? WHERE branch_id = ? AND account_id = ? AND id = ? AND revoked_at IS NULL`,
		s.now(), branchID, accountID, id)
	if res.Error != nil {
		return fmt.Errorf("revoke feed: %w", res.Error)
	}
	if res.RowsAffected == 0 {
		return models.Errorf(models.CodeNotFound, noFeed)
	}
	return nil
}

// OpenFeed is a feed that is read, with the branch that it is of and its landlord.
type OpenFeed struct {
	models.Feed
	Branch   string
	Calendar civil.CalendarName
}

// FeedByToken finds a feed that works: not revoked, of an account that is not disabled and still has a role in the branch that may keep
// feeds.
func (s *Store) FeedByToken(ctx context.Context, tokenHash string) (OpenFeed, error) {
	var f OpenFeed
	roles := map[access.Role]bool{}
	err := s.read(ctx, func(scan func(...any) error) error {
		var role access.Role
		if err := scan(&f.ID, &f.BranchID, &f.AccountID, &f.Scope, &f.LastReadOn, &f.Branch, &f.Calendar, &role); err != nil {
			return err
		}
		roles[role] = true
		return nil
	}, `SELECT f.id, f.branch_id, f.account_id, f.scope, f.last_read_on, b.name, l.calendar, r.role
		FROM feeds f
		JOIN accounts a ON a.id = f.account_id AND a.disabled_at IS NULL
		JOIN roles r ON r.account_id = f.account_id AND r.branch_id = f.branch_id
		JOIN branches b ON b.id = f.branch_id
		JOIN landlords l ON l.id = b.landlord_id
		WHERE f.token_hash = ? AND f.revoked_at IS NULL`, tokenHash)
	if err != nil {
		return OpenFeed{}, fmt.Errorf("feed by token: %w", err)
	}
	for r := range roles {
		if access.Allows(access.Roles{r}, access.KeepFeeds) {
			return f, nil
		}
	}
	return OpenFeed{}, models.Errorf(models.CodeNotFound, noFeed)
}

// FeedRead notes the day on which a feed was read; once a day it writes.
func (s *Store) FeedRead(ctx context.Context, f OpenFeed, day civil.Date) error {
	if f.LastReadOn >= day {
		return nil
	}
	err := s.db.WithContext(ctx).Exec(`UPDATE feeds SET last_read_on = ? WHERE branch_id = ? AND id = ? AND (last_read_on IS NULL OR last_read_on < ?)`,
		day, f.BranchID, f.ID, day).Error
	if err != nil {
		return fmt.Errorf("feed read: %w", err)
	}
	return nil
}

// FeedClock is an open clock of an open case, with no more of the case than a calendar may say.
type FeedClock struct {
	models.ClockRow
	Ref     string
	Version int64
	Changed time.Time // the case
}

// FeedClocks returns the open clocks of a branch's open cases that are due on a day or later, the earliest first; of the cases assigned to
// an account alone where accountID is not 0.
func (s *Store) FeedClocks(ctx context.Context, branchID, accountID int64, from civil.Date) ([]FeedClock, error) {
	var q part
	q.add(`SELECT k.case_id, k.duty, k.name, k.bound, k.type, k.opener, k.due, k.due_at, c.ref, c.version, c.updated_at
		FROM clock_rows k JOIN cases c ON c.branch_id = k.branch_id AND c.id = k.case_id
		WHERE k.branch_id = ? AND k.met_on IS NULL AND k.due IS NOT NULL AND k.due >= ? AND k.type <> 'wait' AND c.status <> 'closed'`, branchID, from)
	if accountID != 0 {
		q.add(" AND c.assigned_to = ?", accountID)
	}
	q.add(" ORDER BY k.due, k.case_id, k.seq")
	var out []FeedClock
	err := s.read(ctx, func(scan func(...any) error) error {
		out = append(out, FeedClock{ClockRow: models.ClockRow{BranchID: branchID}})
		k := &out[len(out)-1]
		return scan(&k.CaseID, &k.Duty, &k.Name, &k.Bound, &k.Type, &k.Opener, &k.Due, &k.DueAt, &k.Ref, &k.Version, &k.Changed)
	}, q.sql, q.args...)
	if err != nil {
		return nil, fmt.Errorf("clocks of a feed: %w", err)
	}
	return out, nil
}
