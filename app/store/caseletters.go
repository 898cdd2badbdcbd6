package store

import (
	"context"
	"fmt"

	"gorm.io/gorm"

	"commoncase/models"
)

const (
	noCaseLetter      = "There is no such letter on this case. Check the reference."
	caseLetterChanged = "Somebody else changed this letter while you were working on it. Look at what they wrote and save again."
)

// AddCaseLetter adds a draft of a case and fills in its ID.
func (s *Store) AddCaseLetter(ctx context.Context, l *models.CaseLetter) error {
	l.Version = 1
	l.CreatedAt, l.UpdatedAt = s.now(), s.now()
	return translate("add letter of a case", gorm.G[models.CaseLetter](s.db).Create(ctx, l), noCaseLetter)
}

// CaseLetter finds a letter of a case by its reference.
func (s *Store) CaseLetter(ctx context.Context, branchID, caseID int64, ref string) (models.CaseLetter, error) {
	l, err := gorm.G[models.CaseLetter](s.db).Where("branch_id = ? AND case_id = ? AND ref = ?", branchID, caseID, ref).First(ctx)
	return l, translate("letter of a case", err, noCaseLetter)
}

// LockCaseLetter is CaseLetter inside a transaction that is going to change the letter.
func (s *Store) LockCaseLetter(ctx context.Context, branchID, caseID int64, ref string) (models.CaseLetter, error) {
	var l models.CaseLetter
	err := s.forUpdate(s.db.WithContext(ctx)).Where("branch_id = ? AND case_id = ? AND ref = ?", branchID, caseID, ref).First(&l).Error
	return l, translate("lock letter of a case", err, noCaseLetter)
}

// CaseLetters returns the letters of a case without their texts, the newest first. Drafts that were dropped are left out.
func (s *Store) CaseLetters(ctx context.Context, branchID, caseID int64) ([]models.CaseLetter, error) {
	ls, err := gorm.G[models.CaseLetter](s.db).Select(`id, branch_id, case_id, ref, type, own, about, procedure, category, urgency, until_date, recipient, subject,
		dated_on, reply_by, state, event_id, version, created_by, created_at, updated_at`).
		Where("branch_id = ? AND case_id = ? AND state <> ?", branchID, caseID, models.CaseLetterDropped).Order("id DESC").Find(ctx)
	return ls, translate("letters of a case", err, "")
}

// OpenCaseLetter finds the newest draft of a case that was started with the same choices, so that starting it twice makes one.
func (s *Store) OpenCaseLetter(ctx context.Context, l models.CaseLetter) (models.CaseLetter, error) {
	q := gorm.G[models.CaseLetter](s.db).Where(`branch_id = ? AND case_id = ? AND type = ? AND own = ? AND coalesce(about, 0) = ? AND procedure = ?
		AND category = ? AND urgency = ? AND state = ?`, l.BranchID, l.CaseID, l.Type, l.Own, l.About, l.Procedure, l.Category, l.Urgency,
		models.CaseLetterDraft)
	if l.Until.IsZero() {
		q = q.Where("until_date IS NULL")
	} else {
		q = q.Where("until_date = ?", l.Until)
	}
	found, err := q.Order("id DESC").First(ctx)
	return found, translate("open letter of a case", err, noCaseLetter)
}

// caseLetterColumns are what can change about a draft. Neither its type nor what it is about does: that is another letter.
var caseLetterColumns = []string{"recipient", "subject", "body", "sign_off", "dated_on", "reply_by", "state", "version", "updated_at"}

// UpdateCaseLetter writes a draft that was read with the version it carries, and raises the version. Where somebody else wrote, sent
// or dropped it in between, nothing is written and the error is a conflict.
func (s *Store) UpdateCaseLetter(ctx context.Context, l *models.CaseLetter) error {
	next := *l
	next.Version++
	next.UpdatedAt = s.now()
	columns := caseLetterColumns
	if l.EventID != 0 { // it is being sent; an update would write 0 where there is none
		columns = append([]string{"event_id"}, columns...)
	}
	res := s.db.WithContext(ctx).Model(&models.CaseLetter{}).Where("branch_id = ? AND id = ? AND version = ? AND state = ?", l.BranchID, l.ID, l.Version,
		models.CaseLetterDraft).Select(columns).Updates(&next)
	switch {
	case res.Error != nil:
		return fmt.Errorf("update letter %s: %w", l.Ref, res.Error)
	case res.RowsAffected == 0:
		return models.Errorf(models.CodeConflict, caseLetterChanged)
	}
	*l = next
	return nil
}
