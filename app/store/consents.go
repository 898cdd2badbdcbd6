package store

import (
	"context"
	"fmt"
	"strings"
	"time"

	"gorm.io/gorm"

	"commoncase/models"
	"commoncase/models/catalogue"
	"commoncase/models/civil"
)

const (
	noConsentStory = "There is no such story in your branch. Check the reference."
	noQuote        = "There is no such quote in your branch. Check its number."
)

// Subject is who a consent belongs to: a case with what its own stories said, or a story that speaks for itself alone. One of the two is 0.
type Subject struct {
	CaseID  int64
	StoryID int64
}

// AddConsent adds an answer and fills in its ID. It is never changed.
func (s *Store) AddConsent(ctx context.Context, c *models.Consent) error {
	c.RecordedAt = s.now()
	return translate("add consent", gorm.G[models.Consent](s.db).Create(ctx, c), "")
}

// Consents returns every answer of a subject, the oldest first.
func (s *Store) Consents(ctx context.Context, branchID int64, of Subject) ([]models.Consent, error) {
	q := gorm.G[models.Consent](s.db).Where("branch_id = ?", branchID)
	if of.CaseID != 0 {
		q = q.Where(`(case_id = ? OR story_id IN (SELECT id FROM stories WHERE branch_id = ? AND state = 'case' AND case_id = ?))`, of.CaseID, branchID, of.CaseID)
	} else {
		q = q.Where("story_id = ?", of.StoryID)
	}
	cs, err := q.Order("id").Find(ctx)
	return cs, translate("consents", err, "")
}

// ConsentRow is the newest answer of a subject to a purpose, with what names the subject.
type ConsentRow struct {
	models.Consent
	Subject Subject
	Ref     string // of the case, or of the story
}

// NewestConsents returns the newest answer of every subject of a branch to each of the purposes, those of drafts and of what was erased left
// out, by subject. before, where it is not zero, leaves out answers younger than that day.
func (s *Store) NewestConsents(ctx context.Context, branchID int64, before civil.Date, purposes ...models.Purpose) ([]ConsentRow, error) {
	var rows []ConsentRow
	cut := ""
	args := []any{branchID, branchID}
	for _, p := range purposes {
		args = append(args, p)
	}
	if !before.IsZero() {
		cut = " AND o.on_date <= ?"
		args = append(args, before)
	}
	// of: whose each answer is; newest: the last of each.
	err := s.read(ctx, func(scan func(...any) error) error {
		rows = append(rows, ConsentRow{})
		r := &rows[len(rows)-1]
		r.BranchID = branchID
		return scan(&r.ID, &r.Subject.CaseID, &r.Subject.StoryID, &r.Ref, &r.Purpose, &r.Value, &r.Lang, &r.How, &r.On)
	}, `WITH of_whom AS (
			SELECT co.id, co.purpose, co.value, co.lang, co.how, co.on_date, coalesce(co.case_id, CASE WHEN s.state = 'case' THEN s.case_id END, 0) AS case_of,
				CASE WHEN co.case_id IS NULL AND s.state <> 'case' THEN s.id ELSE 0 END AS story_of
			FROM consents co LEFT JOIN stories s ON s.branch_id = co.branch_id AND s.id = co.story_id
			WHERE co.branch_id = ? AND (s.id IS NULL OR s.state NOT IN ('draft', 'erased'))),
		newest AS (SELECT max(id) AS id FROM of_whom GROUP BY case_of, story_of, purpose)
		SELECT o.id, o.case_of, o.story_of, coalesce(c.ref, s.ref, ''), o.purpose, o.value, o.lang, o.how, o.on_date
		FROM of_whom o JOIN newest n ON n.id = o.id
		LEFT JOIN cases c ON c.id = o.case_of LEFT JOIN stories s ON s.id = o.story_of AND s.branch_id = ?
		WHERE o.purpose IN (?`+strings.Repeat(", ?", len(purposes)-1)+`)`+cut+` ORDER BY o.on_date, o.id`, args...)
	if err != nil {
		return nil, fmt.Errorf("newest consents: %w", err)
	}
	return rows, nil
}

// ConsentStory finds a story of a branch by its id; with lock, nobody else changes it until the transaction ends.
func (s *Store) ConsentStory(ctx context.Context, branchID, id int64, lock bool) (models.Story, error) {
	db := s.db.WithContext(ctx)
	if lock {
		db = s.forUpdate(db)
	}
	var st models.Story
	err := db.Where("branch_id = ? AND id = ?", branchID, id).First(&st).Error
	return st, translate("story", err, noConsentStory)
}

// ConsentStoryByRef finds a story of a branch by its reference.
func (s *Store) ConsentStoryByRef(ctx context.Context, branchID int64, ref string) (models.Story, error) {
	st, err := gorm.G[models.Story](s.db).Where("branch_id = ? AND ref = ? AND ref <> ''", branchID, ref).First(ctx)
	return st, translate("story", err, noConsentStory)
}

// StoriesBehind returns the stories that a case was opened from, the page of a member whose case the branch opened among them, the oldest first.
func (s *Store) StoriesBehind(ctx context.Context, branchID, caseID int64) ([]models.Story, error) {
	ss, err := gorm.G[models.Story](s.db).Where("branch_id = ? AND case_id = ? AND state = ?", branchID, caseID, models.StoryCase).Order("id").Find(ctx)
	return ss, translate("stories of a case", err, "")
}

// StoriesByID returns stories of a branch by id.
func (s *Store) StoriesByID(ctx context.Context, branchID int64, ids []int64) (map[int64]models.Story, error) {
	out := make(map[int64]models.Story, len(ids))
	if len(ids) == 0 {
		return out, nil
	}
	ss, err := gorm.G[models.Story](s.db).Where("branch_id = ? AND id IN ?", branchID, ids).Find(ctx)
	if err != nil {
		return nil, fmt.Errorf("stories by id: %w", err)
	}
	for _, x := range ss {
		out[x.ID] = x
	}
	return out, nil
}

// RefOfCase is the reference of a case of a branch.
func (s *Store) RefOfCase(ctx context.Context, branchID, caseID int64) (string, error) {
	c, err := gorm.G[models.Case](s.db).Select("id, ref").Where("branch_id = ? AND id = ?", branchID, caseID).First(ctx)
	return c.Ref, translate("reference of a case", err, noCase)
}

// SetUncounted keeps on a case whether figures leave it out.
func (s *Store) SetUncounted(ctx context.Context, branchID, caseID int64, uncounted bool) error {
	res := s.db.WithContext(ctx).Exec(`UPDATE cases SET uncounted = ? WHERE branch_id = ? AND id = ?`, uncounted, branchID, caseID)
	if res.Error != nil {
		return fmt.Errorf("leave a case out of figures: %w", res.Error)
	}
	if res.RowsAffected == 0 {
		return models.Errorf(models.CodeNotFound, noCase)
	}
	return nil
}

// SetReportQuote keeps on the impact reports that came from a story how its teller may be quoted.
func (s *Store) SetReportQuote(ctx context.Context, branchID, storyID int64, use models.QuoteUse) error {
	err := s.db.WithContext(ctx).Exec(`UPDATE impact_reports SET quote = ? WHERE branch_id = ? AND story_id = ?`, use, branchID, storyID).Error
	if err != nil {
		return fmt.Errorf("quote of a report: %w", err)
	}
	return nil
}

// AskErasure keeps a wish to be erased, unless the same waits already; asked reports whether it is new.
func (s *Store) AskErasure(ctx context.Context, e *models.Erasure) (asked bool, err error) {
	var n int64
	err = s.db.WithContext(ctx).Model(&models.Erasure{}).Where("branch_id = ? AND state = ? AND ((? <> 0 AND story_id = ?) OR (? <> 0 AND case_id = ?))",
		e.BranchID, models.ErasureAsked, e.StoryID, e.StoryID, e.CaseID, e.CaseID).Count(&n).Error
	if err != nil {
		return false, fmt.Errorf("wish to be erased: %w", err)
	}
	if n > 0 {
		return false, nil
	}
	e.State, e.AskedAt = models.ErasureAsked, s.now()
	return true, translate("wish to be erased", gorm.G[models.Erasure](s.db).Create(ctx, e), "")
}

// SnapshotDay is a snapshot with the day on which it was taken.
type SnapshotDay struct {
	Hash    string
	TakenAt time.Time
}

// SnapshotsCounting returns the snapshots of a branch whose figures count a case, by its reference, the oldest first.
func (s *Store) SnapshotsCounting(ctx context.Context, branchID int64, ref string) ([]SnapshotDay, error) {
	var out []SnapshotDay
	err := s.db.WithContext(ctx).Raw(`SELECT hash, taken_at FROM snapshots WHERE branch_id = ? AND content LIKE ? ESCAPE '\' ORDER BY id`,
		branchID, `%"`+likeEscaper.Replace(ref)+`"%`).Scan(&out).Error
	if err != nil {
		return nil, fmt.Errorf("snapshots that count a case: %w", err)
	}
	return out, nil
}

// AddQuote adds a quote under the branch's next number and fills both in.
func (s *Store) AddQuote(ctx context.Context, q *models.Quote) error {
	n, err := s.NextSerial(ctx, q.BranchID, "quote", 0)
	if err != nil {
		return err
	}
	q.Number, q.AddedAt = int(n), s.now()
	return translate("add quote", gorm.G[models.Quote](s.db).Create(ctx, q), noQuote)
}

// Quotes returns the quotes of a branch by number; dropped ones are left out where kept is true.
func (s *Store) Quotes(ctx context.Context, branchID int64, kept bool) ([]models.Quote, error) {
	q := gorm.G[models.Quote](s.db).Where("branch_id = ?", branchID)
	if kept {
		q = q.Where("dropped_at IS NULL")
	}
	qs, err := q.Order("number").Find(ctx)
	return qs, translate("quotes", err, noQuote)
}

// Quote finds a quote of a branch by its number.
func (s *Store) Quote(ctx context.Context, branchID int64, number int) (models.Quote, error) {
	q, err := gorm.G[models.Quote](s.db).Where("branch_id = ? AND number = ?", branchID, number).First(ctx)
	return q, translate("quote", err, noQuote)
}

// DropQuote takes a quote back. Letters that are final keep it. One that was dropped already is a conflict.
func (s *Store) DropQuote(ctx context.Context, branchID, id int64) error {
	res := s.db.WithContext(ctx).Exec(`UPDATE quotes SET dropped_at = ? WHERE branch_id = ? AND id = ? AND dropped_at IS NULL`, s.now(), branchID, id)
	if res.Error != nil {
		return fmt.Errorf("drop quote: %w", res.Error)
	}
	if res.RowsAffected == 0 {
		return models.Errorf(models.CodeConflict, "This quote was dropped already.")
	}
	return nil
}

// QuoteSource is what a quote comes from, with who said it.
type QuoteSource struct {
	QuoteID int64
	Subject Subject
	State   models.StoryState // of the story; "" where it is a case's
	Ref     string            // of the case or the story
	Member  string            // the name on the case; "" of a story that became none
	Content string            // of the story: JSON of models.Answers
	Area    string
	Theme   models.Theme
}

// QuoteSources returns where the quotes of a branch come from, by the id of the quote.
func (s *Store) QuoteSources(ctx context.Context, branchID int64) (map[int64]QuoteSource, error) {
	out := map[int64]QuoteSource{}
	err := s.read(ctx, func(scan func(...any) error) error {
		var x QuoteSource
		if err := scan(&x.QuoteID, &x.Subject.CaseID, &x.Subject.StoryID, &x.State, &x.Ref, &x.Member, &x.Content, &x.Area, &x.Theme); err != nil {
			return err
		}
		out[x.QuoteID] = x
		return nil
	}, `SELECT q.id, coalesce(c.id, 0), CASE WHEN c.id IS NULL THEN coalesce(s.id, 0) ELSE 0 END, coalesce(s.state, ''), coalesce(c.ref, s.ref, ''),
			coalesce(m.name, ''), coalesce(s.content, ''), coalesce(m.area, s.area, ''), coalesce(c.theme, s.theme, '')
		FROM quotes q
		LEFT JOIN stories s ON s.branch_id = q.branch_id AND s.id = q.story_id
		LEFT JOIN cases c ON c.branch_id = q.branch_id AND c.id = coalesce(q.case_id, CASE WHEN s.state = 'case' THEN s.case_id END)
		LEFT JOIN members m ON m.branch_id = c.branch_id AND m.id = c.member_id
		WHERE q.branch_id = ?`, branchID)
	if err != nil {
		return nil, fmt.Errorf("sources of quotes: %w", err)
	}
	return out, nil
}

// AddQuoteUse keeps that a final letter printed a quote.
func (s *Store) AddQuoteUse(ctx context.Context, u *models.QuoteUsed) error {
	u.UsedAt = s.now()
	return translate("use of a quote", gorm.G[models.QuoteUsed](s.db).Create(ctx, u), "")
}

// HoldSaid lets nobody give or take back consent to words that letters of a branch may print, until the transaction ends: whoever does locks the
// story, and then the case. It waits for those who are at it.
func (s *Store) HoldSaid(ctx context.Context, branchID int64) error {
	if s.dialect != Postgres {
		return nil // it has one writer at a time
	}
	const of = `branch_id = ? AND id IN (SELECT story_id FROM quotes WHERE branch_id = ? UNION SELECT story_id FROM impact_reports WHERE branch_id = ?`
	for _, sql := range []string{
		`SELECT id FROM stories WHERE ` + of + `) ORDER BY id FOR SHARE`,
		`SELECT id FROM cases WHERE branch_id = ? AND id IN (SELECT case_id FROM quotes WHERE branch_id = ?
			UNION SELECT case_id FROM stories WHERE ` + of + `)) ORDER BY id FOR SHARE`,
	} {
		args := make([]any, strings.Count(sql, "?"))
		for i := range args {
			args[i] = branchID
		}
		var ids []int64
		if err := s.db.WithContext(ctx).Raw(sql, args...).Scan(&ids).Error; err != nil {
			return fmt.Errorf("hold what was said: %w", err)
		}
	}
	return nil
}

// QuoteUse is a letter that printed a quote.
type QuoteUse struct {
	QuoteID   int64
	Number    int
	Letter    string // its reference
	Recipient models.Recipient
	Type      string
	DatedOn   civil.Date
	SentOn    civil.Date // zero while it was not sent
	PrintedAs string
}

// QuoteUses returns the letters that printed any quote of a branch, in the order of the letters.
func (s *Store) QuoteUses(ctx context.Context, branchID int64) ([]QuoteUse, error) {
	var out []QuoteUse
	err := s.read(ctx, func(scan func(...any) error) error {
		out = append(out, QuoteUse{})
		u := &out[len(out)-1]
		return scan(&u.QuoteID, &u.Number, &u.Letter, &u.Type, &u.Recipient.Role, &u.Recipient.Name, &u.Recipient.Office, &u.Recipient.Organisation, &u.DatedOn, &u.SentOn, &u.PrintedAs)
	}, `SELECT q.id, q.number, l.ref, l.type, r.role, r.name, r.office, r.organisation, l.dated_on,
			(SELECT min(e.on_date) FROM letter_events e WHERE e.branch_id = l.branch_id AND e.letter_id = l.id AND e.kind = 'sent'), u.printed_as
		FROM quote_uses u JOIN quotes q ON q.branch_id = u.branch_id AND q.id = u.quote_id
		JOIN letters l ON l.branch_id = u.branch_id AND l.id = u.letter_id
		JOIN recipients r ON r.branch_id = l.branch_id AND r.id = l.recipient_id
		WHERE u.branch_id = ? ORDER BY l.id, q.number`, branchID)
	if err != nil {
		return nil, fmt.Errorf("uses of quotes: %w", err)
	}
	return out, nil
}

// AuthorityFiles returns the signed authorities among the files of stories, of which a copy that may be shared is made, the oldest first.
func (s *Store) AuthorityFiles(ctx context.Context, branchID int64, stories []int64) ([]models.StoryFile, error) {
	if len(stories) == 0 {
		return nil, nil
	}
	fs, err := gorm.G[models.StoryFile](s.db).Where("branch_id = ? AND story_id IN ? AND purpose = ? AND state = ?", branchID, stories, models.FileAuthority, models.FileReady).
		Order("uploaded_at, id").Find(ctx)
	return fs, translate("authorities", err, "")
}

// SetFileAttachment keeps on a file of a story which paper of the case it became.
func (s *Store) SetFileAttachment(ctx context.Context, branchID, id, attachmentID int64) error {
	err := s.db.WithContext(ctx).Exec(`UPDATE story_files SET attachment_id = ? WHERE branch_id = ? AND id = ?`, attachmentID, branchID, id).Error
	if err != nil {
		return fmt.Errorf("attach a file of a story: %w", err)
	}
	return nil
}

// MakeAuthority makes a file that a teller sent their signed authority, as of now. Its copy must be ready. Where it is among the papers of the case as
// something else, it stays there too.
func (s *Store) MakeAuthority(ctx context.Context, branchID, storyID, id int64, title string) error {
	f, err := gorm.G[models.StoryFile](s.db).Where("branch_id = ? AND story_id = ? AND id = ?", branchID, storyID, id).First(ctx)
	if err != nil {
		return translate("scan of an authority", err, noStoryFile)
	}
	switch f.State {
	case models.FileReady:
	case models.FileFailed:
		return catalogue.Invalid("file", "authority.error.file_bad")
	case models.FileArriving, models.FileSealed, models.FilePending:
		return catalogue.Invalid("file", "authority.error.file_wait")
	}
	err = s.db.WithContext(ctx).Exec(`UPDATE story_files SET purpose = ?, title = ?, attachment_id = NULL, uploaded_at = ? WHERE branch_id = ? AND id = ?`,
		models.FileAuthority, title, s.now(), branchID, id).Error
	if err != nil {
		return fmt.Errorf("scan of an authority: %w", err)
	}
	return nil
}
