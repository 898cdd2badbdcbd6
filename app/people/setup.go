package people

import (
	"context"
	"fmt"
	"strings"

	"commoncase/app/store"
	"commoncase/models"
)

// FoundBranch adds a branch with its landlord and returns it with its ID. A landlord whose slug is known already is left as it is,
// for several branches may have the same landlord. It is the operator's verb: only the command line and the loading of the
// demonstration call it.
func (s *Service) FoundBranch(ctx context.Context, l models.Landlord, b models.Branch) (models.Branch, error) {
	var errs models.Errors
	if l.Slug == "" || l.Name == "" {
		errs = append(errs, models.Invalid("landlord", "Give the landlord's slug and name."))
	}
	if b.Slug == "" || b.Name == "" {
		errs = append(errs, models.Invalid("branch", "Give the branch's slug and name."))
	}
	if n := len(b.Prefix); n < 2 || n > 5 || strings.ToUpper(b.Prefix) != b.Prefix {
		errs = append(errs, models.Invalid("prefix", "%q is no prefix. Give two to five capital letters, such as CLA; the branch's references begin with them.", b.Prefix))
	}
	if err := errs.Or(); err != nil {
		return models.Branch{}, err
	}
	if b.Threshold < defaultThreshold {
		b.Threshold = defaultThreshold
	}
	if b.ConsentMonths == 0 {
		b.ConsentMonths = defaultConsentMonths
	}
	err := s.st.Tx(ctx, func(tx *store.Store) error {
		have, err := tx.LandlordBySlug(ctx, l.Slug)
		if models.CodeOf(err) == models.CodeNotFound {
			have, err = l, tx.AddLandlord(ctx, &l)
			have.ID = l.ID
		}
		if err != nil {
			return err
		}
		b.LandlordID = have.ID
		return tx.AddBranch(ctx, &b)
	})
	if err != nil {
		return models.Branch{}, fmt.Errorf("found branch %s: %w", b.Slug, err)
	}
	return b, nil
}

// defaultThreshold is the smallest number of cases that may leave a branch as a figure.
const defaultThreshold = 5

// defaultConsentMonths is after how many months a branch asks for consent again, until its secretary says otherwise.
const defaultConsentMonths = 12

// ActorIn is the actor that the account with an e-mail address is in the branch of a slug. Only the command line and the loading
// of the demonstration ask; a request's actor comes from its session.
func (s *Service) ActorIn(ctx context.Context, email, branchSlug string) (models.Actor, error) {
	account, err := s.st.AccountByEmail(ctx, email)
	if err != nil {
		return models.Actor{}, err
	}
	memberships, err := s.st.Memberships(ctx, account.ID)
	if err != nil {
		return models.Actor{}, err
	}
	for _, m := range memberships {
		if m.Branch.Slug == branchSlug {
			return models.Actor{AccountID: account.ID, Name: account.Name, BranchID: m.Branch.ID, Roles: m.Roles}, nil
		}
	}
	return models.Actor{}, models.Errorf(models.CodeNotFound, "%s has no role in the branch %q.", email, branchSlug)
}

// KeepLandlordType writes what kind of landlord one is. Only the command line asks: a landlord belongs to no branch.
func (s *Service) KeepLandlordType(ctx context.Context, slug string, t models.LandlordType) error {
	if !t.Known() {
		return models.Invalid("type", "Choose association, council or unknown.")
	}
	if err := s.st.KeepLandlordType(ctx, slug, t); err != nil {
		return fmt.Errorf("keep the type of landlord %s: %w", slug, err)
	}
	return nil
}
