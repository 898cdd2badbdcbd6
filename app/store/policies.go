package store

import (
	"context"
	"fmt"

	"gorm.io/gorm"

	"commoncase/models"
)

const noPolicy = "There is no such policy. Choose one from the list."

// LockPolicies lets nobody else change the policies of a branch until the transaction ends. Two people who save at once are thereby
// one after the other, and the second is told.
func (s *Store) LockPolicies(ctx context.Context, branchID int64) error {
	var b models.Branch
	return translate("lock policies", s.forUpdate(s.db.WithContext(ctx)).Where("id = ?", branchID).First(&b).Error, "There is no such branch.")
}

// AddPolicy adds a version of a policy and fills in its ID. One that replaces a version that was replaced already is a conflict.
func (s *Store) AddPolicy(ctx context.Context, p *models.Policy) error {
	p.RecordedAt = s.now()
	return translate("add policy", gorm.G[models.Policy](s.db).Create(ctx, p), noPolicy)
}

// Policies returns the newest version of each policy that a branch has saved, withdrawn ones included, in the order in which they
// were first saved. Every case of the branch is judged by them.
func (s *Store) Policies(ctx context.Context, branchID int64) ([]models.Policy, error) {
	var ps []models.Policy
	err := s.read(ctx, func(scan func(...any) error) error {
		ps = append(ps, models.Policy{})
		p := &ps[len(ps)-1]
		return scan(&p.ID, &p.BranchID, &p.Regime, &p.Content, &p.Withdrawn, &p.Replaces)
	}, `SELECT p.id, p.branch_id, p.regime, p.content, p.withdrawn, coalesce(p.replaces, 0) FROM policies p
		WHERE p.branch_id = ? AND NOT EXISTS (SELECT 1 FROM policies n WHERE n.replaces = p.id) ORDER BY p.id`, branchID)
	if err != nil {
		return nil, fmt.Errorf("policies: %w", err)
	}
	return ps, nil
}

// PolicyVersions returns every version of one policy of a branch, the newest first.
func (s *Store) PolicyVersions(ctx context.Context, branchID int64, regime string) ([]models.Policy, error) {
	ps, err := gorm.G[models.Policy](s.db).Where("branch_id = ? AND regime = ?", branchID, regime).Order("id DESC").Find(ctx)
	return ps, translate("versions of a policy", err, "")
}
