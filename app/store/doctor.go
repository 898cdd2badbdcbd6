package store

import (
	"context"
	"fmt"
)

// KeptHashes returns the hashes of all files that any branch's cases and stories name, the copies that may be shared among them. Only
// the command line asks for all branches.
func (s *Store) KeptHashes(ctx context.Context) ([]string, error) {
	var hashes []string
	err := s.db.WithContext(ctx).Raw(`SELECT hash FROM attachments UNION SELECT copy FROM attachments WHERE copy <> ''
		UNION SELECT hash FROM story_files WHERE state IN ('pending', 'ready', 'failed') UNION SELECT copy FROM story_files WHERE copy <> '' ORDER BY 1`).Scan(&hashes).Error
	if err != nil {
		return nil, fmt.Errorf("kept hashes: %w", err)
	}
	return hashes, nil
}
