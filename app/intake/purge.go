package intake

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"time"

	"commoncase/models"
)

// purgedAtOnce is how many drafts are looked for at a time.
const purgedAtOnce = 100

// strayAge is how old a folder of pieces must be that no file names, before it is swept out: a younger one may be about to be named.
const strayAge = 24 * time.Hour

// Purge deletes the drafts whose time has passed with their files, the ways back whose time has passed, what came of uploads that nobody goes
// on with, and folders that a crash left behind. It returns how many drafts there were. It goes on after a failure, and returns all of them.
func (s *Service) Purge(ctx context.Context) (n int, err error) {
	now := s.st.Now()
	var errs []error
	for {
		drafts, err := s.st.ExpiredDrafts(ctx, now, purgedAtOnce)
		if err != nil {
			return n, errors.Join(append(errs, err)...)
		}
		failed := false
		for _, d := range drafts {
			err := s.discard(ctx, d.BranchID, d.ID, func(story *models.Story) bool { return !story.ExpiresAt.After(now) })
			switch code := models.CodeOf(err); {
			case err == nil:
				n++
			case code != models.CodeNotFound && code != models.CodeUnready: // discarded or sent meanwhile
				errs, failed = append(errs, err), true
			}
		}
		if failed || len(drafts) < purgedAtOnce {
			break
		}
	}
	errs = append(errs, s.st.EndExpiredStoryKeys(ctx, now))
	stale, err := s.st.StalePieces(ctx, now.Add(-staleUpload))
	errs = append(errs, err)
	for _, f := range stale {
		errs = append(errs, s.dropFile(ctx, f))
	}
	return n, errors.Join(append(errs, s.sweep(ctx, now))...)
}

// sweep deletes the folders of pieces that no file names.
func (s *Service) sweep(ctx context.Context, now time.Time) error {
	root, err := s.openRoot()
	if err != nil {
		return err
	}
	defer root.Close()
	entries, err := fs.ReadDir(root.FS(), ".") // before the files are asked for: one that is named later is not among them
	if err != nil {
		return fmt.Errorf("look through the folder of drafts: %w", err)
	}
	used, err := s.st.PiecesInUse(ctx)
	if err != nil {
		return err
	}
	var errs []error
	for _, e := range entries {
		info, err := e.Info()
		if errors.Is(err, fs.ErrNotExist) || used[e.Name()] {
			continue
		}
		if err != nil || now.Sub(info.ModTime()) < strayAge {
			errs = append(errs, err)
			continue
		}
		errs = append(errs, root.RemoveAll(e.Name()))
	}
	return errors.Join(errs...)
}
