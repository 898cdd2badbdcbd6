package store

import (
	"context"
	"errors"

	"gorm.io/gorm"

	"commoncase/models"
)

const noRound = "There is no such round in your branch."

// AddCanvass adds a round and fills in its ID. Where it corrects a row that was corrected already it is a conflict.
func (s *Store) AddCanvass(ctx context.Context, c *models.Canvass) error {
	c.RecordedAt = s.now()
	err := gorm.G[models.Canvass](s.db).Create(ctx, c)
	if errors.Is(err, gorm.ErrDuplicatedKey) {
		return models.Errorf(models.CodeConflict, "Somebody has corrected this round since you opened it. Look at it again and repeat what is still needed.")
	}
	return translate("add canvass", err, noRound)
}

// CanvassByID finds a row of a branch, corrected or not.
func (s *Store) CanvassByID(ctx context.Context, branchID, id int64) (models.Canvass, error) {
	c, err := gorm.G[models.Canvass](s.db).Where("branch_id = ? AND id = ?", branchID, id).First(ctx)
	return c, translate("canvass by id", err, noRound)
}

// Canvasses returns every row of a branch, those that were corrected too, the latest day first.
func (s *Store) Canvasses(ctx context.Context, branchID int64) ([]models.Canvass, error) {
	cs, err := gorm.G[models.Canvass](s.db).Where("branch_id = ?", branchID).Order("on_date DESC, id DESC").Find(ctx)
	return cs, translate("canvasses", err, "")
}
