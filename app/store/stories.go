package store

import (
	"context"
	"fmt"
	"time"

	"gorm.io/gorm"

	"commoncase/models"
)

const (
	noStory      = "There is no such story in your branch. Check the reference."
	noStoryFile  = "There is no such file with this story."
	noStoryKey   = "There is no way back with this."
	storyChanged = "Somebody else changed this story while you were working on it. Look at what changed and save again."
)

// KeyKind is what a way back to a story is.
type KeyKind string

// The ways back.
const (
	KeyBrowser KeyKind = "browser"
	KeyCode    KeyKind = "code"
	KeyLink    KeyKind = "link"
)

// StoryKey is a way back to a story. Wrapped holds the story's key under one that is not kept.
type StoryKey struct {
	ID         string // 64 hex digits
	BranchID   int64
	StoryID    int64
	Kind       KeyKind
	Wrapped    []byte
	AccountID  int64 `gorm:"default:null"` // whose browser it is: the helper's, or a member's who is signed in
	CreatedAt  time.Time
	LastSeenAt time.Time
	ExpiresAt  *time.Time // nil: lives as long as the story
}

// AddStory adds a story and fills in its ID.
func (s *Store) AddStory(ctx context.Context, x *models.Story) error {
	x.Version, x.StartedAt, x.UpdatedAt = 1, s.now(), s.now()
	return translate("add story", gorm.G[models.Story](s.db).Create(ctx, x), noStory)
}

// StoryByID finds a story of a branch.
func (s *Store) StoryByID(ctx context.Context, branchID, id int64) (models.Story, error) {
	x, err := gorm.G[models.Story](s.db).Where("branch_id = ? AND id = ?", branchID, id).First(ctx)
	return x, translate("story", err, noStory)
}

// LockStoryByID is StoryByID inside a transaction that is going to change the story: nobody else changes it until the end.
func (s *Store) LockStoryByID(ctx context.Context, branchID, id int64) (models.Story, error) {
	var x models.Story
	err := s.forUpdate(s.db.WithContext(ctx)).Where("branch_id = ? AND id = ?", branchID, id).First(&x).Error
	return x, translate("lock story", err, noStory)
}

// SealStory writes what is sealed of a story, and when its draft expires, and raises the version. Where somebody else wrote it since it was
// read, nothing is written and the error is a conflict.
func (s *Store) SealStory(ctx context.Context, x *models.Story) error {
	return s.writeStory(ctx, x, "seal story", "sealed", "expires_at")
}

// SendStory writes all that is filled in when a story is sent; otherwise it is like SealStory.
func (s *Store) SendStory(ctx context.Context, x *models.Story) error {
	return s.writeStory(ctx, x, "send story", "ref", "state", "lang", "sealed", "content", "anonymous", "theme", "area", "postcode", "home",
		"since_date", "held_reason", "expires_at", "sent_at")
}

// HandStoryOver notes that the helper gave the code away; otherwise it is like SealStory.
func (s *Store) HandStoryOver(ctx context.Context, x *models.Story) error {
	x.HandedOver = true
	return s.writeStory(ctx, x, "hand a story over", "handed_over")
}

func (s *Store) writeStory(ctx context.Context, x *models.Story, what string, columns ...string) error {
	next := *x
	next.Version++
	next.UpdatedAt = s.now()
	res := s.db.WithContext(ctx).Model(&models.Story{}).Where("branch_id = ? AND id = ? AND version = ?", x.BranchID, x.ID, x.Version).
		Select(append(columns, "version", "updated_at")).Updates(&next)
	if res.Error != nil {
		return translate(what, res.Error, noStory)
	}
	if res.RowsAffected == 0 {
		return models.Errorf(models.CodeConflict, storyChanged)
	}
	*x = next
	return nil
}

// StoryOfCase finds the story whose page the member of a case sees: that which the case came from, or a shell that was made for it. 0 where
// there is none.
func (s *Store) StoryOfCase(ctx context.Context, branchID, caseID int64) (int64, error) {
	var ids []int64
	err := s.db.WithContext(ctx).Raw(`SELECT id FROM stories WHERE branch_id = ? AND case_id = ? AND state = ? ORDER BY id LIMIT 1`,
		branchID, caseID, models.StoryCase).Scan(&ids).Error
	if err != nil {
		return 0, fmt.Errorf("story of a case: %w", err)
	}
	if len(ids) == 0 {
		return 0, nil
	}
	return ids[0], nil
}

// MemberOfCase returns the account of the member of a case; 0 where they have none.
func (s *Store) MemberOfCase(ctx context.Context, branchID, caseID int64) (accountID int64, err error) {
	err = s.db.WithContext(ctx).Raw(`SELECT coalesce(m.account_id, 0) FROM cases c JOIN members m ON m.branch_id = c.branch_id AND m.id = c.member_id
		WHERE c.branch_id = ? AND c.id = ?`, branchID, caseID).Scan(&accountID).Error
	if err != nil {
		return 0, fmt.Errorf("member of a case: %w", err)
	}
	return accountID, nil
}

// StoriesTaken returns the stories that a helper took down, the newest first, without anything of what was told.
func (s *Store) StoriesTaken(ctx context.Context, branchID, accountID int64) ([]models.Story, error) {
	xs, err := gorm.G[models.Story](s.db).Select("id, branch_id, ref, state, how, lang, taken_by, handed_over, version, started_at, updated_at, expires_at, sent_at").
		Where("branch_id = ? AND taken_by = ?", branchID, accountID).Order("id DESC").Find(ctx)
	return xs, translate("stories taken down", err, noStory)
}

// StoriesSentSince counts the stories that a branch was sent since an instant.
func (s *Store) StoriesSentSince(ctx context.Context, branchID int64, since time.Time) (n int, err error) {
	if err := s.db.WithContext(ctx).Raw(`SELECT count(*) FROM stories WHERE branch_id = ? AND sent_at > ?`, branchID, since).Scan(&n).Error; err != nil {
		return 0, fmt.Errorf("count stories: %w", err)
	}
	return n, nil
}

// MarkStoryUnread notes that the teller wrote something that nobody of the branch has read.
func (s *Store) MarkStoryUnread(ctx context.Context, branchID, id int64) error {
	err := s.db.WithContext(ctx).Exec(`UPDATE stories SET unread = TRUE, updated_at = ? WHERE branch_id = ? AND id = ?`, s.now(), branchID, id).Error
	if err != nil {
		return fmt.Errorf("mark story unread: %w", err)
	}
	return nil
}

// DraftID names a draft.
type DraftID struct{ BranchID, ID int64 }

// ExpiredDrafts returns some drafts whose time has passed, of all branches: only the sweeping asks.
func (s *Store) ExpiredDrafts(ctx context.Context, at time.Time, limit int) ([]DraftID, error) {
	var ids []DraftID
	err := s.db.WithContext(ctx).Raw(`SELECT branch_id, id FROM stories WHERE state = 'draft' AND expires_at <= ? ORDER BY expires_at LIMIT ?`, at, limit).Scan(&ids).Error
	if err != nil {
		return nil, fmt.Errorf("expired drafts: %w", err)
	}
	return ids, nil
}

// DeleteDraft deletes a draft with its keys and the rows of its files. A story that was sent stays, and is not found.
func (s *Store) DeleteDraft(ctx context.Context, branchID, id int64) error {
	res := s.db.WithContext(ctx).Exec(`DELETE FROM stories WHERE branch_id = ? AND id = ? AND state = 'draft'`, branchID, id)
	if res.Error != nil {
		return fmt.Errorf("delete draft: %w", res.Error)
	}
	if res.RowsAffected == 0 {
		return models.Errorf(models.CodeNotFound, noStory)
	}
	return nil
}

// AddStoryKey adds a way back. An id that is taken is a conflict.
func (s *Store) AddStoryKey(ctx context.Context, k *StoryKey) error {
	k.CreatedAt, k.LastSeenAt = s.now(), s.now()
	return translate("add story key", gorm.G[StoryKey](s.db).Create(ctx, k), noStoryKey)
}

// FindStoryKey finds a way back that works at an instant. Whose story it is, is what is asked: so there is no branch to ask with.
func (s *Store) FindStoryKey(ctx context.Context, id string, kind KeyKind, at time.Time) (StoryKey, error) {
	k, err := gorm.G[StoryKey](s.db).Where("id = ? AND kind = ? AND (expires_at IS NULL OR expires_at > ?)", id, kind, at).First(ctx)
	return k, translate("story key", err, noStoryKey)
}

// TouchStoryKey notes that a way back was used, and until when it works now.
func (s *Store) TouchStoryKey(ctx context.Context, id string, seen, expires time.Time) error {
	err := s.db.WithContext(ctx).Exec(`UPDATE story_keys SET last_seen_at = ?, expires_at = ? WHERE id = ?`, seen, expires, id).Error
	if err != nil {
		return fmt.Errorf("touch story key: %w", err)
	}
	return nil
}

// ExtendLinks lets the links of a story work until an instant.
func (s *Store) ExtendLinks(ctx context.Context, branchID, storyID int64, expires time.Time) error {
	err := s.db.WithContext(ctx).Exec(`UPDATE story_keys SET expires_at = ? WHERE branch_id = ? AND story_id = ? AND kind = 'link'`, expires, branchID, storyID).Error
	if err != nil {
		return fmt.Errorf("extend links: %w", err)
	}
	return nil
}

// EndStoryKey ends a way back; one that has ended already is no error.
func (s *Store) EndStoryKey(ctx context.Context, id string, kind KeyKind) error {
	if err := s.db.WithContext(ctx).Exec(`DELETE FROM story_keys WHERE id = ? AND kind = ?`, id, kind).Error; err != nil {
		return fmt.Errorf("end story key: %w", err)
	}
	return nil
}

// EndKeysOfAccount ends the browsers in which an account holds a story.
func (s *Store) EndKeysOfAccount(ctx context.Context, branchID, storyID, accountID int64) error {
	err := s.db.WithContext(ctx).Exec(`DELETE FROM story_keys WHERE branch_id = ? AND story_id = ? AND account_id = ?`, branchID, storyID, accountID).Error
	if err != nil {
		return fmt.Errorf("end story keys: %w", err)
	}
	return nil
}

// EndOtherKeys ends every way back to a story but one.
func (s *Store) EndOtherKeys(ctx context.Context, branchID, storyID int64, keep string) error {
	err := s.db.WithContext(ctx).Exec(`DELETE FROM story_keys WHERE branch_id = ? AND story_id = ? AND id <> ?`, branchID, storyID, keep).Error
	if err != nil {
		return fmt.Errorf("end the other story keys: %w", err)
	}
	return nil
}

// EndExpiredStoryKeys ends the ways back whose time has passed.
func (s *Store) EndExpiredStoryKeys(ctx context.Context, at time.Time) error {
	if err := s.db.WithContext(ctx).Exec(`DELETE FROM story_keys WHERE expires_at <= ?`, at).Error; err != nil {
		return fmt.Errorf("end expired story keys: %w", err)
	}
	return nil
}

// AddStoryFile adds a file of a story and fills in its ID.
func (s *Store) AddStoryFile(ctx context.Context, f *models.StoryFile) error {
	f.UploadedAt = s.now()
	return translate("add story file", gorm.G[models.StoryFile](s.db).Create(ctx, f), noStoryFile)
}

// FilesOfStory returns the files of a story, in the order in which they came.
func (s *Store) FilesOfStory(ctx context.Context, branchID, storyID int64) ([]models.StoryFile, error) {
	fs, err := gorm.G[models.StoryFile](s.db).Where("branch_id = ? AND story_id = ?", branchID, storyID).Order("id").Find(ctx)
	return fs, translate("story files", err, noStoryFile)
}

// FileOfStory finds a file of a story.
func (s *Store) FileOfStory(ctx context.Context, branchID, storyID, id int64) (models.StoryFile, error) {
	f, err := gorm.G[models.StoryFile](s.db).Where("branch_id = ? AND story_id = ? AND id = ?", branchID, storyID, id).First(ctx)
	return f, translate("story file", err, noStoryFile)
}

// UpdateStoryFile writes how far a file has come. Where more of it arrived since it was read, or it is in another state, nothing is written
// and the error is a conflict.
func (s *Store) UpdateStoryFile(ctx context.Context, f models.StoryFile, was models.StoryFile) error {
	res := s.db.WithContext(ctx).Model(&models.StoryFile{}).
		Where("branch_id = ? AND story_id = ? AND id = ? AND state = ? AND arrived = ?", f.BranchID, f.StoryID, f.ID, was.State, was.Arrived).
		Select("state", "pieces", "sealed", "size", "arrived", "media_type", "name", "title", "hash").Updates(&f)
	if res.Error != nil {
		return fmt.Errorf("update story file: %w", res.Error)
	}
	if res.RowsAffected == 0 {
		return models.Errorf(models.CodeConflict, storyChanged)
	}
	return nil
}

// DeleteStoryFile deletes the row of a file that is not kept yet; one whose original is kept stays, and is not found.
func (s *Store) DeleteStoryFile(ctx context.Context, branchID, storyID, id int64) error {
	res := s.db.WithContext(ctx).Exec(`DELETE FROM story_files WHERE branch_id = ? AND story_id = ? AND id = ? AND state IN ('arriving', 'sealed')`, branchID, storyID, id)
	if res.Error != nil {
		return fmt.Errorf("delete story file: %w", res.Error)
	}
	if res.RowsAffected == 0 {
		return models.Errorf(models.CodeNotFound, noStoryFile)
	}
	return nil
}

// StalePieces returns the files of stories that were sent of which not all has arrived by an instant: nobody goes on sending them.
func (s *Store) StalePieces(ctx context.Context, before time.Time) ([]models.StoryFile, error) {
	var fs []models.StoryFile
	err := s.db.WithContext(ctx).Raw(`SELECT f.* FROM story_files f JOIN stories x ON x.branch_id = f.branch_id AND x.id = f.story_id
		WHERE x.state <> 'draft' AND f.state = 'arriving' AND f.uploaded_at < ?`, before).Scan(&fs).Error
	if err != nil {
		return nil, fmt.Errorf("stale files: %w", err)
	}
	return fs, nil
}

// PiecesInUse returns the folders of sealed pieces that some file names.
func (s *Store) PiecesInUse(ctx context.Context) (map[string]bool, error) {
	var names []string
	if err := s.db.WithContext(ctx).Raw(`SELECT pieces FROM story_files WHERE pieces <> ''`).Scan(&names).Error; err != nil {
		return nil, fmt.Errorf("pieces in use: %w", err)
	}
	used := make(map[string]bool, len(names))
	for _, n := range names {
		used[n] = true
	}
	return used, nil
}

// BytesOfPieces is how many bytes of files lie in sealed pieces, of all branches: there is one disk.
func (s *Store) BytesOfPieces(ctx context.Context) (n int64, err error) {
	if err := s.db.WithContext(ctx).Raw(`SELECT coalesce(sum(arrived), 0) FROM story_files WHERE pieces <> ''`).Scan(&n).Error; err != nil {
		return 0, fmt.Errorf("bytes of pieces: %w", err)
	}
	return n, nil
}

// HashInUse reports whether any file of a case or of a story that is kept, or is just being sent, has these bytes.
func (s *Store) HashInUse(ctx context.Context, hash string) (bool, error) {
	var used bool
	err := s.db.WithContext(ctx).Raw(`SELECT EXISTS (SELECT 1 FROM attachments WHERE hash = ? OR copy = ?) OR EXISTS (SELECT 1 FROM story_files WHERE hash = ? OR copy = ?)`,
		hash, hash, hash, hash).Scan(&used).Error
	if err != nil {
		return false, fmt.Errorf("is a file in use: %w", err)
	}
	return used, nil
}

// AddStoryMessage adds a message and fills in its ID.
func (s *Store) AddStoryMessage(ctx context.Context, m *models.StoryMessage) error {
	m.RecordedAt = s.now()
	return translate("add message", gorm.G[models.StoryMessage](s.db).Create(ctx, m), noStory)
}

// StoryMessages returns what the branch and the teller wrote to one another, in order.
func (s *Store) StoryMessages(ctx context.Context, branchID, storyID int64) ([]models.StoryMessage, error) {
	ms, err := gorm.G[models.StoryMessage](s.db).Where("branch_id = ? AND story_id = ?", branchID, storyID).Order("id").Find(ctx)
	return ms, translate("messages", err, noStory)
}

// ReadStoryMessages notes that the other side has read what a sender wrote.
func (s *Store) ReadStoryMessages(ctx context.Context, branchID, storyID int64, sender models.MessageSender) error {
	err := s.db.WithContext(ctx).Exec(`UPDATE story_messages SET read_at = ? WHERE branch_id = ? AND story_id = ? AND sender = ? AND read_at IS NULL`,
		s.now(), branchID, storyID, sender).Error
	if err != nil {
		return fmt.Errorf("read messages: %w", err)
	}
	return nil
}

// HouseOnce returns what the installation remembers under a name, and remembers value where it remembers nothing yet. Of two at once both
// get the same.
func (s *Store) HouseOnce(ctx context.Context, name, value string) (string, error) {
	if err := s.db.WithContext(ctx).Exec(`INSERT INTO house (name, value) VALUES (?, ?) ON CONFLICT (name) DO NOTHING`, name, value).Error; err != nil {
		return "", fmt.Errorf("keep house: %w", err)
	}
	return s.House(ctx, name)
}
