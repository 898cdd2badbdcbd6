package store

import (
	"context"
	"errors"
	"fmt"

	"gorm.io/gorm"

	"commoncase/models"
)

// AddHoliday adds a bank holiday and fills in its ID. One that is there already is a conflict.
func (s *Store) AddHoliday(ctx context.Context, h *models.Holiday) error {
	h.AddedAt = s.now()
	err := gorm.G[models.Holiday](s.db).Create(ctx, h)
	if errors.Is(err, gorm.ErrDuplicatedKey) {
		return models.Errorf(models.CodeConflict, "Somebody else has added %s at the same moment.", h.On.Long())
	}
	return translate("add holiday", err, "")
}

// Holidays returns the bank holidays that were added, the latest day first.
func (s *Store) Holidays(ctx context.Context) ([]models.Holiday, error) {
	hs, err := gorm.G[models.Holiday](s.db).Order("on_date DESC, calendar").Find(ctx)
	return hs, translate("holidays", err, "")
}

// House returns what the installation remembers under a name; "" where it remembers nothing.
func (s *Store) House(ctx context.Context, name string) (string, error) {
	var values []string
	if err := s.db.WithContext(ctx).Raw(`SELECT value FROM house WHERE name = ?`, name).Scan(&values).Error; err != nil {
		return "", fmt.Errorf("house: %w", err)
	}
	if len(values) == 0 {
		return "", nil
	}
	return values[0], nil
}

// KeepHouse remembers a value under a name.
func (s *Store) KeepHouse(ctx context.Context, name, value string) error {
	err := s.db.WithContext(ctx).Exec(`INSERT INTO house (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value`, name, value).Error
	if err != nil {
		return fmt.Errorf("keep house: %w", err)
	}
	return nil
}
