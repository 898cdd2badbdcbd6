package people

import (
	"context"
	"fmt"
	"strings"

	"commoncase/app/store"
	"commoncase/models"
	"commoncase/models/access"
)

// Settings are what a secretary keeps of their branch.
type Settings struct {
	Address   string // lines of the letterhead
	Email     string // where answers come to
	Threshold int    // the smallest number of homes that may leave the branch as a figure
}

// largestThreshold is far above any branch; more is a slip of the finger that would hold back every figure.
const largestThreshold = 1000

func (x *Settings) check() error {
	x.Address, x.Email = strings.TrimSpace(x.Address), strings.TrimSpace(x.Email)
	var errs models.Errors
	if n := len([]rune(x.Address)); n > 500 || strings.Count(x.Address, "\n") > 7 {
		errs = append(errs, models.Invalid("address", "The address has %d characters; a letterhead takes 500 on eight lines. Shorten it.", n))
	}
	if x.Email != "" && (!strings.Contains(x.Email, "@") || strings.ContainsAny(x.Email, " \n") || len(x.Email) > 200) {
		errs = append(errs, models.Invalid("email", "An e-mail address has an @ in it and no spaces, such as branch@example.org."))
	}
	if x.Threshold < defaultThreshold || x.Threshold > largestThreshold {
		errs = append(errs, models.Invalid("threshold", "Enter a number from %d to %d: fewer than %d homes could be recognised.", defaultThreshold, largestThreshold, defaultThreshold))
	}
	return errs.Or()
}

// BranchSettings reads what the secretary keeps of the actor's branch.
func (s *Service) BranchSettings(ctx context.Context, actor models.Actor) (Settings, error) {
	if err := actor.Can(access.KeepBranch); err != nil {
		return Settings{}, err
	}
	b, err := s.st.Branch(ctx, actor.BranchID)
	if err != nil {
		return Settings{}, err
	}
	return Settings{Address: b.Address, Email: b.Email, Threshold: b.Threshold}, nil
}

// KeepBranch writes them. Letters that are final keep the letterhead that they were frozen with.
func (s *Service) KeepBranch(ctx context.Context, actor models.Actor, x Settings) error {
	if err := actor.Can(access.KeepBranch); err != nil {
		return err
	}
	if err := x.check(); err != nil {
		return err
	}
	err := s.st.Tx(ctx, func(tx *store.Store) error {
		b := models.Branch{ID: actor.BranchID, Address: x.Address, Email: x.Email, Threshold: x.Threshold}
		if err := tx.UpdateBranch(ctx, b); err != nil {
			return err
		}
		return tx.AddAudit(ctx, actor, "branch.settings", "", "")
	})
	if err != nil {
		return fmt.Errorf("keep branch: %w", err)
	}
	return nil
}
