package store

import (
	"context"
	"fmt"
	"strings"
	"time"

	"gorm.io/gorm"

	"commoncase/models"
)

const noErasure = "There is no such wish in your branch."

// ErasedMark stands where a text must not be empty and its words are gone.
const ErasedMark = "(erased)"

// ErasureRow is a wish to be erased with what it names.
type ErasureRow struct {
	models.Erasure
	StoryRef string // "" where there is none
	CaseRef  string // "" where there is none
}

// Erasures returns the wishes of a branch, those that wait first, then the newest.
func (s *Store) Erasures(ctx context.Context, branchID int64) ([]ErasureRow, error) {
	var rows []ErasureRow
	err := s.db.WithContext(ctx).Raw(`SELECT e.*, coalesce(x.ref, '') AS story_ref, coalesce(c.ref, '') AS case_ref
		FROM erasures e LEFT JOIN stories x ON x.branch_id = e.branch_id AND x.id = e.story_id LEFT JOIN cases c ON c.branch_id = e.branch_id AND c.id = e.case_id
		WHERE e.branch_id = ? ORDER BY CASE WHEN e.state = 'asked' THEN 0 ELSE 1 END, e.id DESC LIMIT 500`, branchID).Scan(&rows).Error
	if err != nil {
		return nil, fmt.Errorf("erasures: %w", err)
	}
	return rows, nil
}

// LockErasure finds a wish of a branch; inside a transaction nobody else decides on it until the end.
func (s *Store) LockErasure(ctx context.Context, branchID, id int64) (models.Erasure, error) {
	var e models.Erasure
	err := s.forUpdate(s.db.WithContext(ctx)).Where("branch_id = ? AND id = ?", branchID, id).First(&e).Error
	return e, translate("wish to be erased", err, noErasure)
}

// NewestErasure finds the newest wish about a story or a case; ok says whether there is one. A number of 0 names nothing.
func (s *Store) NewestErasure(ctx context.Context, branchID, storyID, caseID int64) (e models.Erasure, ok bool, err error) {
	var es []models.Erasure
	err = s.db.WithContext(ctx).Where("branch_id = ? AND ((? <> 0 AND story_id = ?) OR (? <> 0 AND case_id = ?))", branchID, storyID, storyID, caseID, caseID).
		Order("id DESC").Limit(1).Find(&es).Error
	if err != nil {
		return e, false, fmt.Errorf("newest wish to be erased: %w", err)
	}
	if len(es) == 0 {
		return e, false, nil
	}
	return es[0], true, nil
}

// DecideErasure writes what became of a wish that waits; one that was decided in the meantime is a conflict. What the person wrote with it
// goes once it is done or taken back.
func (s *Store) DecideErasure(ctx context.Context, e models.Erasure) error {
	res := s.db.WithContext(ctx).Model(&models.Erasure{}).Where("branch_id = ? AND id = ? AND state = ?", e.BranchID, e.ID, models.ErasureAsked)
	at := s.now()
	e.DecidedAt = &at
	columns := []string{"state", "note", "reason", "decided_at"}
	if e.DecidedBy != 0 { // an update would write 0 where there is none
		columns = append(columns, "decided_by")
	}
	res = res.Select(columns).Updates(&e)
	if res.Error != nil {
		return fmt.Errorf("decide on a wish to be erased: %w", res.Error)
	}
	if res.RowsAffected == 0 {
		return models.Errorf(models.CodeConflict, "This wish was decided or taken back in the meantime. Look at the list again.")
	}
	return nil
}

// AddErasure adds a wish that is decided already: the other cases and stories of somebody whose wish is done.
func (s *Store) AddErasure(ctx context.Context, e *models.Erasure) error {
	at := s.now()
	e.AskedAt, e.DecidedAt = at, &at
	return translate("add erasure", gorm.G[models.Erasure](s.db).Create(ctx, e), noErasure)
}

// Belongings name all rows of one person in a branch.
type Belongings struct {
	BranchID int64
	Stories  []int64
	Cases    []int64
	MemberID int64 // 0 where no case was opened for them
}

// ids is a list for an IN; GORM writes (NULL) for an empty one, which nothing equals.
func ids(list []int64) []int64 {
	if list == nil {
		return []int64{}
	}
	return list
}

// CasesOf returns the cases of a member, in order.
func (s *Store) CasesOf(ctx context.Context, branchID, memberID int64) ([]models.Case, error) {
	cs, err := gorm.G[models.Case](s.db).Where("branch_id = ? AND member_id = ?", branchID, memberID).Order("id").Find(ctx)
	return cs, translate("cases of a member", err, "")
}

// BelongingsCount is how much a person has with a branch.
type BelongingsCount struct {
	Stories, Messages, Translations, Files, Cases, Events, Letters, Sent, Quotes, Attachments int
}

// CountBelongings counts what would be erased.
func (s *Store) CountBelongings(ctx context.Context, b Belongings) (n BelongingsCount, err error) {
	count := func(into *int, table, column string, of []int64, more string) {
		if err != nil || len(of) == 0 {
			return
		}
		err = s.db.WithContext(ctx).Raw(`SELECT count(*) FROM `+table+` WHERE branch_id = ? AND `+column+` IN ?`+more, b.BranchID, of).Scan(into).Error
	}
	n.Stories, n.Cases = len(b.Stories), len(b.Cases)
	count(&n.Messages, "story_messages", "story_id", b.Stories, "")
	count(&n.Translations, "story_translations", "story_id", b.Stories, "")
	count(&n.Files, "story_files", "story_id", b.Stories, "")
	count(&n.Events, "events", "case_id", b.Cases, "")
	count(&n.Letters, "case_letters", "case_id", b.Cases, " AND state <> 'sent'")
	count(&n.Sent, "case_letters", "case_id", b.Cases, " AND state = 'sent'")
	count(&n.Attachments, "attachments", "case_id", b.Cases, "")
	var more int
	count(&n.Quotes, "quotes", "story_id", b.Stories, "")
	count(&more, "quotes", "case_id", b.Cases, "")
	n.Quotes += more
	if err != nil {
		return n, fmt.Errorf("count belongings: %w", err)
	}
	return n, nil
}

// EraseBelongings blanks or deletes every word of a person, but for the rows of their cases, which follow the events and are written by
// UpdateCase. The wishes that cover the stories and cases must stand as done before: the database refuses to blank history without. The
// bytes that nothing else names are put on the list of UnkeptFiles. Dates and kinds stay, for the figures.
func (s *Store) EraseBelongings(ctx context.Context, b Belongings) error {
	stories, cases := ids(b.Stories), ids(b.Cases)
	var hashes []string
	err := s.db.WithContext(ctx).Raw(`SELECT hash FROM story_files WHERE branch_id = ? AND story_id IN ? AND hash <> ''
		UNION SELECT copy FROM story_files WHERE branch_id = ? AND story_id IN ? AND copy <> ''
		UNION SELECT hash FROM attachments WHERE branch_id = ? AND case_id IN ? UNION SELECT copy FROM attachments WHERE branch_id = ? AND case_id IN ?`,
		b.BranchID, stories, b.BranchID, stories, b.BranchID, cases, b.BranchID, cases).Scan(&hashes).Error
	if err != nil {
		return fmt.Errorf("erase: the files: %w", err)
	}
	var shown []int64 // files of theirs among the papers of somebody else's case
	err = s.db.WithContext(ctx).Raw(`SELECT attachment_id FROM story_files WHERE branch_id = ? AND story_id IN ? AND attachment_id IS NOT NULL`, b.BranchID, stories).Scan(&shown).Error
	if err != nil {
		return fmt.Errorf("erase: the files: %w", err)
	}
	for _, x := range []struct {
		sql  string
		args []any
	}{
		{`DELETE FROM story_files WHERE branch_id = ? AND story_id IN ?`, []any{b.BranchID, stories}},
		{`DELETE FROM attachments WHERE branch_id = ? AND (case_id IN ? OR id IN ?)`, []any{b.BranchID, cases, ids(shown)}},
		{`DELETE FROM story_messages WHERE branch_id = ? AND story_id IN ?`, []any{b.BranchID, stories}},
		{`DELETE FROM story_translations WHERE branch_id = ? AND story_id IN ?`, []any{b.BranchID, stories}},
		{`DELETE FROM story_keys WHERE branch_id = ? AND story_id IN ?`, []any{b.BranchID, stories}},
		{`UPDATE quote_uses SET printed_as = '' WHERE branch_id = ? AND quote_id IN (SELECT id FROM quotes WHERE branch_id = ? AND (story_id IN ? OR case_id IN ?))`,
			[]any{b.BranchID, b.BranchID, stories, cases}},
		{`UPDATE quotes SET text = ?, original = '', dropped_at = coalesce(dropped_at, ?) WHERE branch_id = ? AND (story_id IN ? OR case_id IN ?)`,
			[]any{ErasedMark, s.now(), b.BranchID, stories, cases}},
		{`UPDATE impact_reports SET impact = ?, area = '', quote = 'none' WHERE branch_id = ? AND story_id IN ?`, []any{ErasedMark, b.BranchID, stories}},
		{`UPDATE consents SET wording = ? WHERE branch_id = ? AND (story_id IN ? OR case_id IN ?)`, []any{ErasedMark, b.BranchID, stories, cases}},
		{`UPDATE story_moves SET reason = '' WHERE branch_id = ? AND story_id IN ?`, []any{b.BranchID, stories}},
		{`UPDATE erasures SET note = '' WHERE branch_id = ? AND (story_id IN ? OR case_id IN ?)`, []any{b.BranchID, stories, cases}},
		{`UPDATE stories SET state = 'erased', sealed = ?, content = '', home = '', postcode = '', area = '', since_date = NULL, held_reason = '', reason = '',
			unread = FALSE, version = version + 1, updated_at = ? WHERE branch_id = ? AND id IN ?`, []any{[]byte{}, s.now(), b.BranchID, stories}},
		{`UPDATE events SET note = '', reference = '' WHERE branch_id = ? AND case_id IN ?`, []any{b.BranchID, cases}},
		{`DELETE FROM case_letters WHERE branch_id = ? AND case_id IN ? AND state <> 'sent'`, []any{b.BranchID, cases}},
		{`UPDATE case_letters SET recipient = '', subject = ?, body = '', sign_off = '' WHERE branch_id = ? AND case_id IN ?`, []any{ErasedMark, b.BranchID, cases}},
		{`UPDATE members SET account_id = NULL, name = ?, email = '', phone = '', address = '', postcode = '', area = '', household = 'erased ' || CAST(id AS TEXT),
			contact_safety = '' WHERE branch_id = ? AND id = ?`, []any{ErasedMark, b.BranchID, b.MemberID}},
	} {
		if err := s.db.WithContext(ctx).Exec(x.sql, x.args...).Error; err != nil {
			verb, _, _ := strings.Cut(x.sql, " WHERE")
			return fmt.Errorf("erase: %.40s: %w", verb, err)
		}
	}
	for _, h := range hashes {
		if err := s.db.WithContext(ctx).Exec(`INSERT INTO unkept_files (hash, at) VALUES (?, ?) ON CONFLICT (hash) DO NOTHING`, h, s.now()).Error; err != nil {
			return fmt.Errorf("erase: the files: %w", err)
		}
	}
	return nil
}

// EraseAccount makes an account unusable and forgets whose it was, where it is nothing but a member of this branch: no other role, no other
// branch, no other member's. gone says whether it did.
func (s *Store) EraseAccount(ctx context.Context, branchID, accountID int64) (gone bool, err error) {
	var others int
	err = s.db.WithContext(ctx).Raw(`SELECT (SELECT count(*) FROM roles WHERE account_id = ? AND NOT (branch_id = ? AND role = 'member'))
		+ (SELECT count(*) FROM members WHERE account_id = ?)`, accountID, branchID, accountID).Scan(&others).Error
	if err != nil {
		return false, fmt.Errorf("erase an account: %w", err)
	}
	if others > 0 {
		return false, nil
	}
	for _, x := range []struct {
		sql  string
		args []any
	}{
		{`DELETE FROM sessions WHERE account_id = ?`, []any{accountID}},
		{`DELETE FROM password_resets WHERE account_id = ?`, []any{accountID}},
		{`DELETE FROM roles WHERE account_id = ?`, []any{accountID}},
		{`UPDATE accounts SET email = 'erased-' || CAST(id AS TEXT) || '@erased.invalid', name = ?, password_hash = '', disabled_at = ? WHERE id = ?`,
			[]any{ErasedMark, s.now(), accountID}},
	} {
		if err := s.db.WithContext(ctx).Exec(x.sql, x.args...).Error; err != nil {
			return false, fmt.Errorf("erase an account: %w", err)
		}
	}
	return true, nil
}

// UnkeptFiles returns some hashes whose bytes are to go, of all branches: only the sweeping asks.
func (s *Store) UnkeptFiles(ctx context.Context, limit int) ([]string, error) {
	var hashes []string
	if err := s.db.WithContext(ctx).Raw(`SELECT hash FROM unkept_files ORDER BY at, hash LIMIT ?`, limit).Scan(&hashes).Error; err != nil {
		return nil, fmt.Errorf("files to sweep: %w", err)
	}
	return hashes, nil
}

// FileSwept takes a hash off the list of UnkeptFiles.
func (s *Store) FileSwept(ctx context.Context, hash string) error {
	if err := s.db.WithContext(ctx).Exec(`DELETE FROM unkept_files WHERE hash = ?`, hash).Error; err != nil {
		return fmt.Errorf("a file that was swept: %w", err)
	}
	return nil
}

// ToldSince counts what a teller has told since an instant: entries on their case and messages.
func (s *Store) ToldSince(ctx context.Context, branchID, storyID, caseID int64, since time.Time) (n int, err error) {
	err = s.db.WithContext(ctx).Raw(`SELECT (SELECT count(*) FROM events WHERE branch_id = ? AND case_id = ? AND by_member AND recorded_at >= ?)
		+ (SELECT count(*) FROM story_messages WHERE branch_id = ? AND story_id = ? AND sender = 'teller' AND recorded_at >= ?)`,
		branchID, caseID, since, branchID, storyID, since).Scan(&n).Error
	if err != nil {
		return 0, fmt.Errorf("count what was told: %w", err)
	}
	return n, nil
}

// StoryTranslationsOf returns the translations of a story, in order.
func (s *Store) StoryTranslationsOf(ctx context.Context, branchID, storyID int64) ([]models.StoryTranslation, error) {
	ts, err := gorm.G[models.StoryTranslation](s.db).Where("branch_id = ? AND story_id = ?", branchID, storyID).Order("id").Find(ctx)
	return ts, translate("translations of a story", err, "")
}

// QuotesOf returns the words that were chosen from stories and cases to be printed, in order.
func (s *Store) QuotesOf(ctx context.Context, b Belongings) ([]models.Quote, error) {
	qs, err := gorm.G[models.Quote](s.db).Where("branch_id = ? AND (story_id IN ? OR case_id IN ?)", b.BranchID, ids(b.Stories), ids(b.Cases)).Order("id").Find(ctx)
	return qs, translate("quotes of a person", err, "")
}

// QuoteUsesOf returns where those words were printed, with the references of the letters.
func (s *Store) QuoteUsesOf(ctx context.Context, b Belongings) (map[int64][]string, error) {
	var rows []struct {
		QuoteID   int64
		PrintedAs string
		Ref       string
	}
	err := s.db.WithContext(ctx).Raw(`SELECT u.quote_id, u.printed_as, l.ref FROM quote_uses u JOIN letters l ON l.branch_id = u.branch_id AND l.id = u.letter_id
		WHERE u.branch_id = ? AND u.quote_id IN (SELECT id FROM quotes WHERE branch_id = ? AND (story_id IN ? OR case_id IN ?)) ORDER BY l.id`,
		b.BranchID, b.BranchID, ids(b.Stories), ids(b.Cases)).Scan(&rows).Error
	if err != nil {
		return nil, fmt.Errorf("where words were printed: %w", err)
	}
	out := map[int64][]string{}
	for _, r := range rows {
		name := r.PrintedAs
		if name != "" {
			name = ", as " + name
		}
		out[r.QuoteID] = append(out[r.QuoteID], r.Ref+name)
	}
	return out, nil
}

// ReportOf is what an incident's page says from a story.
type ReportOf struct {
	On     string
	Area   string
	Theme  string
	Impact string
}

// ImpactReportsOf returns what became of stories in the reports of an incident, in order.
func (s *Store) ImpactReportsOf(ctx context.Context, b Belongings) ([]ReportOf, error) {
	var rows []ReportOf
	err := s.db.WithContext(ctx).Raw(`SELECT CAST(on_date AS TEXT) AS "on", area, theme, impact FROM impact_reports WHERE branch_id = ? AND story_id IN ? ORDER BY id`,
		b.BranchID, ids(b.Stories)).Scan(&rows).Error
	if err != nil {
		return nil, fmt.Errorf("reports from stories: %w", err)
	}
	return rows, nil
}

// SentCaseLetters returns the letters of a case that were sent, with their texts, in order.
func (s *Store) SentCaseLetters(ctx context.Context, branchID, caseID int64) ([]models.CaseLetter, error) {
	ls, err := gorm.G[models.CaseLetter](s.db).Where("branch_id = ? AND case_id = ? AND state = ?", branchID, caseID, models.CaseLetterSent).Order("id").Find(ctx)
	return ls, translate("letters that were sent", err, "")
}

// KeepStoryContent writes what is kept of a story after its teller changed how to reach them.
func (s *Store) KeepStoryContent(ctx context.Context, x *models.Story) error {
	return s.writeStory(ctx, x, "keep story", "content", "anonymous")
}

// Move is a step of triage, as the person whose story it is may read it.
type Move struct {
	Became     models.StoryState
	Reason     string
	RecordedAt time.Time
}

// MovesOf returns what became of stories in the inbox, in order.
func (s *Store) MovesOf(ctx context.Context, b Belongings) ([]Move, error) {
	var rows []Move
	err := s.db.WithContext(ctx).Raw(`SELECT became, reason, recorded_at FROM story_moves WHERE branch_id = ? AND story_id IN ? ORDER BY id`,
		b.BranchID, ids(b.Stories)).Scan(&rows).Error
	if err != nil {
		return nil, fmt.Errorf("what became of a story: %w", err)
	}
	return rows, nil
}

// ErasuresOf returns the wishes about stories and cases, in order.
func (s *Store) ErasuresOf(ctx context.Context, b Belongings) ([]models.Erasure, error) {
	es, err := gorm.G[models.Erasure](s.db).Where("branch_id = ? AND (story_id IN ? OR case_id IN ?)", b.BranchID, ids(b.Stories), ids(b.Cases)).Order("id").Find(ctx)
	return es, translate("wishes to be erased", err, "")
}

// AccountOf finds the account of a member; its zero value where they have none.
func (s *Store) AccountOf(ctx context.Context, accountID int64) (models.Account, error) {
	as, err := gorm.G[models.Account](s.db).Select("id, email, name, created_at").Where("id = ? AND id <> 0", accountID).Find(ctx)
	if err != nil || len(as) == 0 {
		return models.Account{}, translate("account of a member", err, "")
	}
	return as[0], nil
}
