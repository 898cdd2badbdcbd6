package casework

import (
	"context"
	"errors"
	"fmt"

	"commoncase/app/files"
	"commoncase/app/store"
	"commoncase/models"
	"commoncase/models/civil"
	"commoncase/models/timeline"
)

// MakeCopy makes the copy that may be shared of a file that a teller sent, and makes it an exhibit of the case that the story belongs to.
// Where no copy can be made the original is kept, and the file says why. It does nothing about a file whose copy is made, or that is
// gone; of two at once one writes. An error means that it is to be tried again.
func (s *Service) MakeCopy(ctx context.Context, fileID int64) error {
	branch, err := s.st.BranchOfFile(ctx, fileID)
	if models.CodeOf(err) == models.CodeNotFound {
		return nil
	} else if err != nil {
		return err
	}
	f, err := s.st.FileOfBranch(ctx, branch, fileID)
	if models.CodeOf(err) == models.CodeNotFound {
		return nil
	}
	if err != nil || f.State != models.FilePending {
		return err
	}
	f.State = models.FileReady
	f.Copy, f.Pages, err = s.shareable(ctx, files.Kept{Hash: f.Hash, Size: f.Size, MediaType: f.MediaType})
	switch code := models.CodeOf(err); {
	case code == models.CodeBadFile || code == models.CodeTooLarge || code == models.CodeNotFound:
		f.State, f.Copy, f.Pages = models.FileFailed, "", 0
		f.Error = err.Error()
		if e := new(models.Error); errors.As(err, &e) {
			f.Error = e.Message
		}
	case err != nil:
		return fmt.Errorf("copy of file %d: %w", fileID, err)
	}
	err = s.st.Tx(ctx, func(tx *store.Store) error {
		story, err := tx.LockStoryByID(ctx, f.BranchID, f.StoryID) // triage attaches what is ready, and waits for us or we for it
		if err != nil {
			return err
		}
		done, err := tx.EndCopy(ctx, f)
		if err != nil || !done {
			return err
		}
		if err := tx.AddAudit(ctx, models.Actor{BranchID: f.BranchID}, "story.copy", story.Ref, string(f.State)); err != nil {
			return err
		}
		if f.State != models.FileReady {
			return nil
		}
		return s.attachLate(ctx, tx, story, f)
	})
	if models.CodeOf(err) == models.CodeNotFound { // the story was erased meanwhile
		return nil
	}
	if err != nil {
		return fmt.Errorf("copy of file %d: %w", fileID, err)
	}
	return nil
}

// memberAdded is what the case says of a file that came later than the story.
const memberAdded = "The member added a file."

// attachLate makes a file whose copy is ready an exhibit of the case of its story: of the event with which the story came, where the
// file was there by then, and else of a note of its day that says that the member added it.
func (s *Service) attachLate(ctx context.Context, tx *store.Store, story models.Story, f models.StoryFile) error {
	if story.CaseID == 0 || story.State != models.StoryCase && story.State != models.StoryJoined {
		return nil // triage attaches it
	}
	ref, err := tx.RefOfCase(ctx, story.BranchID, story.CaseID)
	if err != nil {
		return err
	}
	if _, err := tx.LockCase(ctx, story.BranchID, ref); err != nil {
		return err
	}
	if f.Purpose == models.FileAuthority {
		return s.attachAuthority(ctx, tx, models.Actor{BranchID: story.BranchID}, story, ref)
	}
	c, err := tx.CaseFile(ctx, story.BranchID, ref)
	if err != nil {
		return err
	}
	events, err := tx.Events(ctx, story.BranchID, story.CaseID)
	if err != nil {
		return err
	}
	on := civil.Of(f.UploadedAt)
	var at int64
	for _, e := range timeline.Current(events) {
		came := story.State == models.StoryCase && e.Kind == models.KindStoryReceived || story.State == models.StoryJoined && e.Kind == models.KindNote && e.Reference == story.Ref
		added := e.Kind == models.KindNote && e.ByMember && e.On == on && e.Note == memberAdded
		if came && !e.RecordedAt.Before(f.UploadedAt) || added && at == 0 {
			at = e.ID
		}
	}
	if at == 0 {
		e := models.Event{BranchID: story.BranchID, CaseID: story.CaseID, Kind: models.KindNote, On: on, Note: memberAdded, ByMember: true}
		if err := tx.AddEvent(ctx, &e); err != nil {
			return err
		}
		if _, err := s.follow(ctx, tx, &c.Case, c.Member, c.Landlord, with(events, e)); err != nil {
			return err
		}
		at = e.ID
	}
	if _, err := tx.AttachStoryFiles(ctx, story.BranchID, story.ID, story.CaseID, at, models.FileEvidence); err != nil {
		return err
	}
	return tx.AddAudit(ctx, models.Actor{BranchID: story.BranchID}, "file.added", ref, f.MediaType)
}
