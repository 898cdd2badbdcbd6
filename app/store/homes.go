package store

import (
	"context"
	"fmt"
	"strings"

	"gorm.io/gorm"

	"commoncase/models"
)

// homesAtOnce is how many homes one INSERT takes: SQLite allows 32,766 values a statement and PostgreSQL 65,535.
const homesAtOnce = 500

// ReplaceHomes puts another list of homes in the place of a branch's, in one transaction. fill calls add for each home, in the order of the
// list; no more than a few hundred are held in memory. It returns how many there are now.
func (s *Store) ReplaceHomes(ctx context.Context, branchID int64, fill func(add func(models.Home) error) error) (n int, err error) {
	err = s.Tx(ctx, func(tx *Store) error {
		if err := tx.DropHomes(ctx, branchID); err != nil {
			return err
		}
		args := make([]any, 0, homesAtOnce*5)
		write := func() error {
			rows := len(args) / 5
			if rows == 0 {
				return nil
			}
			query := `INSERT INTO homes (branch_id, postcode, line, area, seq) VALUES (?, ?, ?, ?, ?)` + strings.Repeat(`, (?, ?, ?, ?, ?)`, rows-1)
			if err := tx.db.WithContext(ctx).Exec(query, args...).Error; err != nil {
				return fmt.Errorf("add homes: %w", err)
			}
			args = args[:0]
			return nil
		}
		err := fill(func(h models.Home) error {
			n++
			if args = append(args, branchID, h.Postcode, h.Line, h.Area, n); len(args) < homesAtOnce*5 {
				return nil
			}
			return write()
		})
		if err != nil {
			return err
		}
		return write()
	})
	if err != nil {
		return 0, err
	}
	return n, nil
}

// DropHomes deletes a branch's list of homes; none is no error.
func (s *Store) DropHomes(ctx context.Context, branchID int64) error {
	if _, err := gorm.G[models.Home](s.db).Where("branch_id = ?", branchID).Delete(ctx); err != nil {
		return fmt.Errorf("drop homes: %w", err)
	}
	return nil
}

// HomesAt returns the homes of a folded postcode, in the order of the list, at most limit of them.
func (s *Store) HomesAt(ctx context.Context, branchID int64, postcode string, limit int) ([]models.Home, error) {
	hs, err := gorm.G[models.Home](s.db).Where("branch_id = ? AND postcode = ?", branchID, postcode).Order("seq").Limit(limit).Find(ctx)
	return hs, translate("homes at a postcode", err, "")
}

// HomesIn returns the homes of an estate, in the order of the list, at most limit of them.
func (s *Store) HomesIn(ctx context.Context, branchID int64, area string, limit int) ([]models.Home, error) {
	hs, err := gorm.G[models.Home](s.db).Where("branch_id = ? AND area = ?", branchID, area).Order("seq").Limit(limit).Find(ctx)
	return hs, translate("homes of an estate", err, "")
}

// EachHome calls each for every home of a branch, in the order of the list. each must not ask the database anything.
func (s *Store) EachHome(ctx context.Context, branchID int64, each func(models.Home) error) error {
	err := s.read(ctx, func(scan func(...any) error) error {
		var h models.Home
		if err := scan(&h.ID, &h.BranchID, &h.Postcode, &h.Line, &h.Area, &h.Seq); err != nil {
			return err
		}
		return each(h)
	}, `SELECT id, branch_id, postcode, line, area, seq FROM homes WHERE branch_id = ? ORDER BY seq`, branchID)
	if err != nil {
		return fmt.Errorf("each home: %w", err)
	}
	return nil
}

// HomesCount says how large a branch's list of homes is.
type HomesCount struct{ Homes, Postcodes int }

// CountHomes counts a branch's list of homes.
func (s *Store) CountHomes(ctx context.Context, branchID int64) (HomesCount, error) {
	var n HomesCount
	err := s.db.WithContext(ctx).Raw(`SELECT count(*) AS homes, count(DISTINCT postcode) AS postcodes FROM homes WHERE branch_id = ?`, branchID).Scan(&n).Error
	if err != nil {
		return n, fmt.Errorf("count homes: %w", err)
	}
	return n, nil
}

// AreaHomes is an estate with how many homes of it stand in the list.
type AreaHomes struct {
	Area  string
	Homes int
}

// HomesByArea counts a branch's list of homes by estate, by name. Homes without one are left out.
func (s *Store) HomesByArea(ctx context.Context, branchID int64) ([]AreaHomes, error) {
	var out []AreaHomes
	err := s.db.WithContext(ctx).Raw(`SELECT area, count(*) AS homes FROM homes WHERE branch_id = ? AND area <> '' GROUP BY area ORDER BY area`, branchID).Scan(&out).Error
	if err != nil {
		return nil, fmt.Errorf("homes by estate: %w", err)
	}
	return out, nil
}
