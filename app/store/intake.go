package store

import (
	"context"
	"fmt"

	"commoncase/models"
)

// UpdateIntake writes how a branch takes stories: whether it does, what it says above its form, and after how many months it asks for consent
// again. UpdateBranch writes the rest.
func (s *Store) UpdateIntake(ctx context.Context, branchID int64, open bool, words string, months int) error {
	res := s.db.WithContext(ctx).Exec(`UPDATE branches SET intake_open = ?, intake_words = ?, consent_months = ? WHERE id = ?`, open, words, months, branchID)
	if res.Error != nil {
		return fmt.Errorf("update intake: %w", res.Error)
	}
	if res.RowsAffected == 0 {
		return models.Errorf(models.CodeNotFound, noBranch)
	}
	return nil
}

// StoriesWaiting counts the stories of a branch that were sent and wait: those in the inbox, and those that were kept aside.
func (s *Store) StoriesWaiting(ctx context.Context, branchID int64) (fresh, held int, err error) {
	err = s.read(ctx, func(scan func(...any) error) error { return scan(&fresh, &held) },
		`SELECT count(CASE WHEN state = 'new' THEN 1 END), count(CASE WHEN state = 'held' THEN 1 END) FROM stories
			WHERE branch_id = ? AND state IN ('new', 'held')`, branchID)
	if err != nil {
		return 0, 0, fmt.Errorf("stories waiting: %w", err)
	}
	return fresh, held, nil
}
