package store

import (
	"context"
	"fmt"

	"commoncase/models"
)

// CasesWithEvent returns the references of the cases of a branch that have an event of a kind, corrected ones included, in order.
func (s *Store) CasesWithEvent(ctx context.Context, branchID int64, k models.Kind) ([]string, error) {
	var refs []string
	err := s.read(ctx, func(scan func(...any) error) error {
		refs = append(refs, "")
		return scan(&refs[len(refs)-1])
	}, `SELECT c.ref FROM cases c WHERE c.branch_id = ? AND c.id IN
		(SELECT e.case_id FROM events e WHERE e.branch_id = ? AND e.kind = ?) ORDER BY c.id`, branchID, branchID, string(k))
	if err != nil {
		return nil, fmt.Errorf("cases with an event: %w", err)
	}
	return refs, nil
}
