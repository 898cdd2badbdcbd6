package intake

import (
	"context"

	"commoncase/models"
	"commoncase/models/catalogue"
)

// Front is a branch as the page before its form shows it.
type Front struct {
	Branch   models.Branch
	Landlord models.Landlord
}

// Fronts are the branches that take stories from everybody, in the order of their names.
func (s *Service) Fronts(ctx context.Context) ([]Front, error) {
	branches, err := s.st.Branches(ctx)
	if err != nil {
		return nil, err
	}
	var out []Front
	for _, b := range branches {
		if !b.IntakeOpen {
			continue
		}
		l, err := s.st.LandlordOf(ctx, b.ID)
		if err != nil {
			return nil, err
		}
		out = append(out, Front{Branch: b, Landlord: l})
	}
	return out, nil
}

// Front is the branch of a slug, open or not; not_found where there is none.
func (s *Service) Front(ctx context.Context, slug string) (Front, error) {
	b, err := s.st.BranchBySlug(ctx, slug)
	if models.CodeOf(err) == models.CodeNotFound {
		return Front{}, catalogue.Errorf(models.CodeNotFound, "error.branch.unknown")
	}
	if err != nil {
		return Front{}, err
	}
	l, err := s.st.LandlordOf(ctx, b.ID)
	return Front{Branch: b, Landlord: l}, err
}
