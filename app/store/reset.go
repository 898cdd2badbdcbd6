package store

import (
	"context"
	"fmt"
	"time"

	"gorm.io/gorm"

	"commoncase/models"
)

const noReset = "This link does not work any more."

// AddReset keeps the hash of a link with which an account may choose a new password until expires. It takes the place of any older
// link of the account.
func (s *Store) AddReset(ctx context.Context, accountID int64, tokenHash string, expires time.Time) error {
	err := s.db.WithContext(ctx).Exec(`INSERT INTO password_resets (account_id, token_hash, created_at, expires_at, used_at) VALUES (?, ?, ?, ?, NULL)
		ON CONFLICT (account_id) DO UPDATE SET token_hash = excluded.token_hash, created_at = excluded.created_at,
			expires_at = excluded.expires_at, used_at = NULL`, accountID, tokenHash, s.now(), expires).Error
	if err != nil {
		return fmt.Errorf("add password reset: %w", err)
	}
	return nil
}

// live is when a link works: it was not used, it is not too old, and its account may sign in. Its ? are the hash and the instant.
const live = `token_hash = ? AND used_at IS NULL AND expires_at > ?
	AND EXISTS (SELECT 1 FROM accounts a WHERE a.id = password_resets.account_id AND a.disabled_at IS NULL)`

// ResetWorks returns nil where a link still works at an instant, and not_found where it does not.
func (s *Store) ResetWorks(ctx context.Context, tokenHash string, at time.Time) error {
	var accountID int64
	err := s.db.WithContext(ctx).Raw(`SELECT account_id FROM password_resets WHERE `+live, tokenHash, at).Scan(&accountID).Error
	return found(accountID, err, "password reset")
}

// UseReset uses a link up and returns whose it was; not_found where it does not work. Of two at once one gets it.
func (s *Store) UseReset(ctx context.Context, tokenHash string, at time.Time) (accountID int64, err error) {
	err = s.db.WithContext(ctx).Raw(`UPDATE password_resets SET used_at = ? WHERE `+live+` RETURNING account_id`, at, tokenHash, at).
		Scan(&accountID).Error
	return accountID, found(accountID, err, "use password reset")
}

func found(id int64, err error, what string) error {
	switch {
	case err != nil:
		return fmt.Errorf("%s: %w", what, err)
	case id == 0:
		return models.Errorf(models.CodeNotFound, noReset)
	}
	return nil
}

// endResets makes every link of an account useless.
func (s *Store) endResets(ctx context.Context, accountID int64) error {
	err := s.db.WithContext(ctx).Exec(`UPDATE password_resets SET used_at = ? WHERE account_id = ? AND used_at IS NULL`, s.now(), accountID).Error
	if err != nil {
		return fmt.Errorf("end password resets: %w", err)
	}
	return nil
}

// Account finds an account by its id.
func (s *Store) Account(ctx context.Context, accountID int64) (models.Account, error) {
	a, err := gorm.G[models.Account](s.db).Where("id = ?", accountID).First(ctx)
	return a, translate("account", err, noAccount)
}
