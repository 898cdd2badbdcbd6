package store

import (
	"context"
	"fmt"

	"gorm.io/gorm"

	"commoncase/models"
)

// PendingFile is a file of a story whose copy is still to be made.
type PendingFile struct {
	BranchID int64
	ID       int64
}

// PendingFiles returns the files of every branch whose copies are still to be made, in the order in which they came, at most limit of them.
func (s *Store) PendingFiles(ctx context.Context, limit int) ([]PendingFile, error) {
	var out []PendingFile
	if err := s.db.WithContext(ctx).Raw(`SELECT branch_id, id FROM story_files WHERE state = 'pending' ORDER BY id LIMIT ?`, limit).Scan(&out).Error; err != nil {
		return nil, fmt.Errorf("pending files: %w", err)
	}
	return out, nil
}

// BranchOfFile returns the branch of a file of a story; a job that was put on the queue for the file knows its number alone.
func (s *Store) BranchOfFile(ctx context.Context, id int64) (int64, error) {
	var branch int64
	if err := s.db.WithContext(ctx).Raw(`SELECT branch_id FROM story_files WHERE id = ?`, id).Scan(&branch).Error; err != nil {
		return 0, fmt.Errorf("branch of a file: %w", err)
	}
	if branch == 0 {
		return 0, models.Errorf(models.CodeNotFound, noStoryFile)
	}
	return branch, nil
}

// FileOfBranch finds a file of any story of a branch.
func (s *Store) FileOfBranch(ctx context.Context, branchID, id int64) (models.StoryFile, error) {
	f, err := gorm.G[models.StoryFile](s.db).Where("branch_id = ? AND id = ?", branchID, id).First(ctx)
	return f, translate("story file", err, noStoryFile)
}

// EndCopy writes what became of the copy of a pending file: ready with the hash of the copy and its pages, or failed with a sentence. done is
// false where the file is pending no more: of two at once one writes.
func (s *Store) EndCopy(ctx context.Context, f models.StoryFile) (done bool, err error) {
	res := s.db.WithContext(ctx).Exec(`UPDATE story_files SET state = ?, copy = ?, pages = ?, error = ? WHERE branch_id = ? AND id = ? AND state = 'pending'`,
		f.State, f.Copy, f.Pages, f.Error, f.BranchID, f.ID)
	if res.Error != nil {
		return false, fmt.Errorf("end copy: %w", res.Error)
	}
	return res.RowsAffected == 1, nil
}
