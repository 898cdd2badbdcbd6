package store

import (
	"context"
	"fmt"

	"gorm.io/gorm"

	"commoncase/models"
)

const (
	noLetter      = "There is no such letter in your branch. Check the reference."
	noRecipient   = "There is no such recipient in your branch. Choose one from the list."
	noDemand      = "There is no such demand in your branch. Check its number."
	letterChanged = "Somebody else changed this letter while you were working on it. Look at what they wrote and save again."
	demandChanged = "Somebody else changed this demand while you were working on it. Look at what they wrote and save again."
)

// AddDemand adds a demand and fills in its ID. A number that the branch uses already is a conflict.
func (s *Store) AddDemand(ctx context.Context, d *models.Demand) error {
	d.Version = 1
	return translate("add demand", gorm.G[models.Demand](s.db).Create(ctx, d), noDemand)
}

// Demands returns the demands of a branch in the order of their numbers.
func (s *Store) Demands(ctx context.Context, branchID int64) ([]models.Demand, error) {
	ds, err := gorm.G[models.Demand](s.db).Where("branch_id = ?", branchID).Order("number").Find(ctx)
	return ds, translate("demands", err, "")
}

// Demand finds a demand of a branch by its number.
func (s *Store) Demand(ctx context.Context, branchID int64, number int) (models.Demand, error) {
	d, err := gorm.G[models.Demand](s.db).Where("branch_id = ? AND number = ?", branchID, number).First(ctx)
	return d, translate("demand", err, noDemand)
}

// LastDemand returns the highest number of a branch's demands, 0 where it has none.
func (s *Store) LastDemand(ctx context.Context, branchID int64) (int, error) {
	var last int
	if err := s.db.WithContext(ctx).Raw(`SELECT coalesce(max(number), 0) FROM demands WHERE branch_id = ?`, branchID).Scan(&last).Error; err != nil {
		return 0, fmt.Errorf("last demand: %w", err)
	}
	return last, nil
}

var outcomeColumns = []string{"outcome", "outcome_on", "outcome_note", "outcome_source", "version"}

// UpdateOutcome writes what became of a demand that was read with the version it carries, and raises the version. Where somebody
// else wrote it in between, nothing is written and the error is a conflict.
func (s *Store) UpdateOutcome(ctx context.Context, d *models.Demand) error {
	read := d.Version
	d.Version++
	res := s.db.WithContext(ctx).Model(&models.Demand{}).Where("branch_id = ? AND id = ? AND version = ?", d.BranchID, d.ID, read).
		Select(outcomeColumns).Updates(d)
	switch {
	case res.Error != nil:
		d.Version = read
		return fmt.Errorf("update outcome of demand %d: %w", d.Number, res.Error)
	case res.RowsAffected == 0:
		d.Version = read
		return models.Errorf(models.CodeConflict, demandChanged)
	}
	return nil
}

// AuditOf returns the audit entries about one subject of a branch, the oldest first.
func (s *Store) AuditOf(ctx context.Context, branchID int64, subject string) ([]models.AuditEntry, error) {
	es, err := gorm.G[models.AuditEntry](s.db).Where("branch_id = ? AND subject = ?", branchID, subject).Order("id").Find(ctx)
	return es, translate("audit of "+subject, err, "")
}

// AddRecipient adds a recipient and fills in its ID.
func (s *Store) AddRecipient(ctx context.Context, r *models.Recipient) error {
	return translate("add recipient", gorm.G[models.Recipient](s.db).Create(ctx, r), noRecipient)
}

// Recipients returns the recipients of a branch, by role, then by organisation and office.
func (s *Store) Recipients(ctx context.Context, branchID int64) ([]models.Recipient, error) {
	rs, err := gorm.G[models.Recipient](s.db).Where("branch_id = ?", branchID).Order("role, organisation, office, name, id").Find(ctx)
	return rs, translate("recipients", err, "")
}

// Recipient finds a recipient of a branch.
func (s *Store) Recipient(ctx context.Context, branchID, id int64) (models.Recipient, error) {
	r, err := gorm.G[models.Recipient](s.db).Where("branch_id = ? AND id = ?", branchID, id).First(ctx)
	return r, translate("recipient", err, noRecipient)
}

// LockRecipient is Recipient inside a transaction that is going to change it.
func (s *Store) LockRecipient(ctx context.Context, branchID, id int64) (models.Recipient, error) {
	var r models.Recipient
	err := s.forUpdate(s.db.WithContext(ctx)).Where("branch_id = ? AND id = ?", branchID, id).First(&r).Error
	return r, translate("lock recipient", err, noRecipient)
}

var recipientColumns = []string{"role", "name", "office", "organisation", "address", "constituency"}

// UpdateRecipient writes a recipient that LockRecipient has read.
func (s *Store) UpdateRecipient(ctx context.Context, r *models.Recipient) error {
	res := s.db.WithContext(ctx).Model(&models.Recipient{}).Where("branch_id = ? AND id = ?", r.BranchID, r.ID).Select(recipientColumns).Updates(r)
	switch {
	case res.Error != nil:
		return fmt.Errorf("update recipient: %w", res.Error)
	case res.RowsAffected == 0:
		return models.Errorf(models.CodeNotFound, noRecipient)
	}
	return nil
}

// AddLetter adds a letter and fills in its ID.
func (s *Store) AddLetter(ctx context.Context, l *models.Letter) error {
	l.Version = 1
	l.CreatedAt = s.now()
	return translate("add letter", gorm.G[models.Letter](s.db).Create(ctx, l), noLetter)
}

// LetterByRef finds a letter of a branch by its reference.
func (s *Store) LetterByRef(ctx context.Context, branchID int64, ref string) (models.Letter, error) {
	l, err := gorm.G[models.Letter](s.db).Where("branch_id = ? AND ref = ?", branchID, ref).First(ctx)
	return l, translate("letter "+ref, err, noLetter)
}

// LockLetter is LetterByRef inside a transaction that is going to change the letter or its history.
func (s *Store) LockLetter(ctx context.Context, branchID int64, ref string) (models.Letter, error) {
	var l models.Letter
	err := s.forUpdate(s.db.WithContext(ctx)).Where("branch_id = ? AND ref = ?", branchID, ref).First(&l).Error
	return l, translate("lock letter "+ref, err, noLetter)
}

// FindLetter finds a letter by reference in any branch. Only the command line, which belongs to the operator, asks this way.
func (s *Store) FindLetter(ctx context.Context, ref string) (models.Letter, error) {
	l, err := gorm.G[models.Letter](s.db).Where("ref = ?", ref).First(ctx)
	return l, translate("find letter "+ref, err, "There is no letter with the reference "+ref+". Check it.")
}

// Letters returns the letters of a branch, the newest first, without their texts.
func (s *Store) Letters(ctx context.Context, branchID int64) ([]models.Letter, error) {
	ls, err := gorm.G[models.Letter](s.db).Select(`id, branch_id, ref, type, title, recipient_id, mandate, period_from, period_to, state, dated_on,
		snapshot_id, hash, reply_due, version, created_at, finalised_at`).Where("branch_id = ?", branchID).Order("id DESC").Find(ctx)
	return ls, translate("letters", err, "")
}

// draftColumns are what UpdateLetter writes, finalColumns what FinaliseLetter does: nothing else of a letter ever changes.
var (
	draftColumns = []string{"title", "recipient_id", "body", "sign_off", "mandate", "period_from", "period_to", "reply_due", "version"}
	finalColumns = []string{"state", "dated_on", "reply_due", "frozen", "snapshot_id", "hash", "finalised_at", "version"}
)

// UpdateLetter writes a draft that was read with the version it carries, and raises the version. Where somebody else wrote or
// finalised it in between, nothing is written and the error is a conflict.
func (s *Store) UpdateLetter(ctx context.Context, l *models.Letter) error {
	return s.writeLetter(ctx, l, draftColumns)
}

// FinaliseLetter writes that a draft is final, with all that freezes; the version works as in UpdateLetter.
func (s *Store) FinaliseLetter(ctx context.Context, l *models.Letter) error {
	return s.writeLetter(ctx, l, finalColumns)
}

func (s *Store) writeLetter(ctx context.Context, l *models.Letter, columns []string) error {
	read := l.Version
	l.Version++
	res := s.db.WithContext(ctx).Model(&models.Letter{}).
		Where("branch_id = ? AND id = ? AND version = ? AND state = ?", l.BranchID, l.ID, read, models.LetterDraft).Select(columns).Updates(l)
	switch {
	case res.Error != nil:
		l.Version = read
		return fmt.Errorf("write letter %s: %w", l.Ref, res.Error)
	case res.RowsAffected == 0:
		l.Version = read
		return models.Errorf(models.CodeConflict, letterChanged)
	}
	return nil
}

// AddLetterEvent adds what became of a letter and fills in its ID. It is never changed.
func (s *Store) AddLetterEvent(ctx context.Context, e *models.LetterEvent) error {
	e.RecordedAt = s.now()
	return translate("add letter event", gorm.G[models.LetterEvent](s.db).Create(ctx, e), "")
}

// LetterEvents returns what became of the letters of a branch by date: of one letter, or of all where letterID is 0.
func (s *Store) LetterEvents(ctx context.Context, branchID, letterID int64) ([]models.LetterEvent, error) {
	q := gorm.G[models.LetterEvent](s.db).Where("branch_id = ?", branchID)
	if letterID != 0 {
		q = q.Where("letter_id = ?", letterID)
	}
	es, err := q.Order("on_date, id").Find(ctx)
	return es, translate("letter events", err, "")
}

// Snapshot finds a snapshot of a branch by its id.
func (s *Store) Snapshot(ctx context.Context, branchID, id int64) (models.Snapshot, error) {
	snap, err := gorm.G[models.Snapshot](s.db).Where("branch_id = ? AND id = ?", branchID, id).First(ctx)
	return snap, translate("snapshot", err, noSnapshot)
}

// DraftReminder finds the newest draft of a type whose text names a letter, so that asking twice for a reminder makes one.
func (s *Store) DraftReminder(ctx context.Context, branchID int64, letterType, ref string) (models.Letter, error) {
	l, err := gorm.G[models.Letter](s.db).Where(`branch_id = ? AND type = ? AND state = ? AND body LIKE ? ESCAPE '\'`,
		branchID, letterType, models.LetterDraft, "%"+likeEscaper.Replace(ref)+"%").Order("id DESC").First(ctx)
	return l, translate("draft reminder of "+ref, err, noLetter)
}
