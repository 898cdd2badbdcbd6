package store

import (
	"context"
	"fmt"
	"path/filepath"
	"strings"
	"time"

	"gorm.io/gorm"

	"commoncase/models"
	"commoncase/models/civil"
)

const (
	noSuchStory = "There is no such story in your branch. Check the reference."
	storyMoved  = "Something changed about this story while you were looking at it: somebody else dealt with it, or its teller wrote again. Read what stands there now, and do what is still needed."
)

// lastSender is who wrote last, through the index of the messages of a story.
const lastSender = `coalesce((SELECT x.sender FROM story_messages x WHERE x.story_id = s.id ORDER BY x.id DESC LIMIT 1), '')`

// told are the stories that somebody told and sent; the page of a member whose case was opened by the branch is none.
const told = `s.how <> 'office'`

// inboxTabs are the conditions of each part. Answers are wanted of every page, those without a story too.
var inboxTabs = map[models.InboxTab]string{
	models.InboxWaiting:  `s.state = 'new' AND ` + lastSender + ` <> 'branch'`,
	models.InboxAsked:    `s.state = 'new' AND ` + lastSender + ` = 'branch'`,
	models.InboxAnswered: `s.unread AND s.state NOT IN ('draft', 'erased')`,
	models.InboxHeld:     `s.state = 'held'`,
	models.InboxDone:     `s.state IN ('case', 'joined', 'incident', 'refused') AND ` + told,
}

// InboxFilter is a part of the inbox and, of the part done, what is searched for.
type InboxFilter struct {
	Tab   models.InboxTab
	Query string // words as they were typed: a reference, an estate, a postcode, a name on the case
}

// InboxRow is a story in a list.
type InboxRow struct {
	models.Story
	CaseRef  string
	Incident string // title
	Files    int
	Asked    bool // the last message is the branch's
}

func (s *Store) inbox(ctx context.Context, branchID int64, f InboxFilter) *gorm.DB {
	where, ok := inboxTabs[f.Tab]
	if !ok {
		where = inboxTabs[models.InboxWaiting]
	}
	db := s.db.WithContext(ctx).Table("stories AS s").Joins("LEFT JOIN cases c ON c.branch_id = s.branch_id AND c.id = s.case_id").
		Where("s.branch_id = ? AND s.ref <> ''", branchID).Where(where)
	for _, word := range strings.Fields(f.Query) {
		like := func(w string) string { return "%" + likeEscaper.Replace(w) + "%" }
		upper, folded := like(strings.ToUpper(word)), like(models.Fold(word))
		db = db.Where(`(s.ref LIKE ? ESCAPE '\' OR upper(s.postcode) LIKE ? ESCAPE '\' OR lower(s.area) LIKE ? ESCAPE '\' OR s.area LIKE ? ESCAPE '\'
			OR c.search_text LIKE ? ESCAPE '\')`, upper, upper, folded, like(word), folded)
	}
	return db
}

// Inbox returns a page of a part of the inbox: what waits the oldest first, what is done the newest first. offset and limit count rows;
// total is their number without them.
func (s *Store) Inbox(ctx context.Context, branchID int64, f InboxFilter, offset, limit int) (rows []InboxRow, total int, err error) {
	var count int64
	if err := s.inbox(ctx, branchID, f).Count(&count).Error; err != nil {
		return nil, 0, fmt.Errorf("count stories: %w", err)
	}
	order := "s.sent_at, s.id"
	if f.Tab == models.InboxDone {
		order = "s.updated_at DESC, s.id DESC"
	}
	err = s.inbox(ctx, branchID, f).Joins("LEFT JOIN incidents i ON i.branch_id = s.branch_id AND i.id = s.incident_id").
		Select(`s.*, coalesce(c.ref, '') AS case_ref, coalesce(i.title, '') AS incident,
			(SELECT count(*) FROM story_files f WHERE f.story_id = s.id) AS files, ` + lastSender + ` = 'branch' AS asked`).
		Order(order).Offset(offset).Limit(limit).Scan(&rows).Error
	if err != nil {
		return nil, 0, fmt.Errorf("stories: %w", err)
	}
	return rows, int(count), nil
}

// InboxCounts returns how many stories stand in each part of the inbox, in one query.
func (s *Store) InboxCounts(ctx context.Context, branchID int64) (map[models.InboxTab]int, error) {
	tabs := []models.InboxTab{models.InboxWaiting, models.InboxAsked, models.InboxAnswered, models.InboxHeld, models.InboxDone}
	parts := make([]string, len(tabs))
	args := make([]any, len(tabs))
	for i, t := range tabs {
		parts[i] = `(SELECT count(*) FROM stories s WHERE s.branch_id = ? AND s.ref <> '' AND ` + inboxTabs[t] + `)`
		args[i] = branchID
	}
	out := make(map[models.InboxTab]int, len(tabs))
	n := make([]int, len(tabs))
	err := s.read(ctx, func(scan func(...any) error) error {
		return scan(&n[0], &n[1], &n[2], &n[3], &n[4])
	}, "SELECT "+strings.Join(parts, ", "), args...)
	if err != nil {
		return nil, fmt.Errorf("count the inbox: %w", err)
	}
	for i, t := range tabs {
		out[t] = n[i]
	}
	return out, nil
}

// SentStory finds a story of a branch that was sent, by its reference.
func (s *Store) SentStory(ctx context.Context, branchID int64, ref string) (models.Story, error) {
	return s.sentStory(ctx, s.db.WithContext(ctx), branchID, ref)
}

// LockSentStory is SentStory inside a transaction that is going to change the story. A version that is no longer the story's is a
// conflict.
func (s *Store) LockSentStory(ctx context.Context, branchID int64, ref string, version int64) (models.Story, error) {
	x, err := s.sentStory(ctx, s.forUpdate(s.db.WithContext(ctx)), branchID, ref)
	if err == nil && x.Version != version {
		err = models.Errorf(models.CodeConflict, storyMoved)
	}
	return x, err
}

func (s *Store) sentStory(_ context.Context, db *gorm.DB, branchID int64, ref string) (models.Story, error) {
	var x models.Story
	err := db.Where("branch_id = ? AND ref = ? AND ref <> '' AND state NOT IN ('draft', 'erased')", branchID, ref).First(&x).Error
	return x, translate("story "+ref, err, noSuchStory)
}

// MoveRow is a step of triage with who made it and where it led.
type MoveRow struct {
	models.StoryMove
	Recorder string
	CaseRef  string
	Incident string // title
	Slug     string // of the incident
}

// StoryRecord is everything that is kept of a story that was sent.
type StoryRecord struct {
	Story        models.Story
	Branch       string // its address in links: the slug
	Files        []models.StoryFile
	Messages     []MessageRow
	Translations []TranslationRow
	Moves        []MoveRow
	Case         models.Case     // of states case and joined, and where a case that it opened was left behind; zero else
	Incident     models.Incident // of state incident; zero else
	Taker        string          // name of the helper who took it down; "" where nobody did
}

// MessageRow is a message with who of the branch wrote it.
type MessageRow struct {
	models.StoryMessage
	Recorder string
}

// TranslationRow is a translation with who wrote it down.
type TranslationRow struct {
	models.StoryTranslation
	Recorder string
}

// StoryRecord reads a story of a branch with all that belongs to it.
func (s *Store) StoryRecord(ctx context.Context, branchID int64, ref string) (StoryRecord, error) {
	r := StoryRecord{}
	var err error
	if r.Story, err = s.SentStory(ctx, branchID, ref); err != nil {
		return r, err
	}
	id := r.Story.ID
	rows := func(what string, into any, query string, args ...any) {
		if err == nil {
			if e := s.db.WithContext(ctx).Raw(query, args...).Scan(into).Error; e != nil {
				err = fmt.Errorf("%s of a story: %w", what, e)
			}
		}
	}
	rows("files", &r.Files, `SELECT * FROM story_files WHERE branch_id = ? AND story_id = ? AND state IN ('pending', 'ready', 'failed') ORDER BY id`, branchID, id)
	rows("messages", &r.Messages, `SELECT m.*, coalesce(a.name, '') AS recorder FROM story_messages m LEFT JOIN accounts a ON a.id = m.recorded_by
		WHERE m.branch_id = ? AND m.story_id = ? ORDER BY m.id`, branchID, id)
	rows("translations", &r.Translations, `SELECT t.*, coalesce(a.name, '') AS recorder FROM story_translations t LEFT JOIN accounts a ON a.id = t.recorded_by
		WHERE t.branch_id = ? AND t.story_id = ? ORDER BY t.id DESC`, branchID, id)
	rows("moves", &r.Moves, `SELECT m.*, coalesce(a.name, '') AS recorder, coalesce(c.ref, '') AS case_ref, coalesce(i.title, '') AS incident, coalesce(i.slug, '') AS slug
		FROM story_moves m LEFT JOIN accounts a ON a.id = m.recorded_by LEFT JOIN cases c ON c.branch_id = m.branch_id AND c.id = m.case_id
		LEFT JOIN incidents i ON i.branch_id = m.branch_id AND i.id = m.incident_id WHERE m.branch_id = ? AND m.story_id = ? ORDER BY m.id`, branchID, id)
	if r.Story.CaseID != 0 {
		rows("case", &r.Case, `SELECT * FROM cases WHERE branch_id = ? AND id = ?`, branchID, r.Story.CaseID)
	}
	if r.Story.IncidentID != 0 {
		rows("incident", &r.Incident, `SELECT * FROM incidents WHERE branch_id = ? AND id = ?`, branchID, r.Story.IncidentID)
	}
	var more struct{ Slug, Taker string }
	rows("branch", &more, `SELECT b.slug, coalesce((SELECT a.name FROM accounts a WHERE a.id = ?), '') AS taker FROM branches b WHERE b.id = ?`, r.Story.TakenBy, branchID)
	r.Branch, r.Taker = more.Slug, more.Taker
	return r, err
}

// MoveStory takes a step of triage: the story gets its state, its case or incident and its reason, its version goes up, and the step is
// kept. x carries the version it was read with, and what it is to be; move says what it was. Where somebody else wrote the story in
// between, nothing is written and the error is a conflict.
func (s *Store) MoveStory(ctx context.Context, x *models.Story, move *models.StoryMove) error {
	res := s.db.WithContext(ctx).Exec(`UPDATE stories SET state = ?, case_id = nullif(?, 0), incident_id = nullif(?, 0), reason = ?, version = version + 1, updated_at = ?
		WHERE branch_id = ? AND id = ? AND version = ?`, x.State, x.CaseID, x.IncidentID, x.Reason, s.now(), x.BranchID, x.ID, x.Version)
	switch {
	case res.Error != nil:
		return fmt.Errorf("move story: %w", res.Error)
	case res.RowsAffected == 0:
		return models.Errorf(models.CodeConflict, storyMoved)
	}
	x.Version, x.UpdatedAt = x.Version+1, s.now()
	move.BranchID, move.StoryID, move.Became, move.RecordedAt = x.BranchID, x.ID, x.State, s.now()
	return translate("keep a step of triage", gorm.G[models.StoryMove](s.db).Create(ctx, move), "")
}

// StoryMoves returns the steps of a story in the order in which they were made.
func (s *Store) StoryMoves(ctx context.Context, branchID, storyID int64) ([]models.StoryMove, error) {
	ms, err := gorm.G[models.StoryMove](s.db).Where("branch_id = ? AND story_id = ?", branchID, storyID).Order("id").Find(ctx)
	return ms, translate("steps of a story", err, "")
}

// CaseOpenedFrom is the newest case that was opened from a story, also where that was undone; 0 where none was.
func (s *Store) CaseOpenedFrom(ctx context.Context, branchID, storyID int64) (models.Case, bool, error) {
	var c models.Case
	err := s.db.WithContext(ctx).Raw(`SELECT c.* FROM story_moves m JOIN cases c ON c.branch_id = m.branch_id AND c.id = m.case_id
		WHERE m.branch_id = ? AND m.story_id = ? AND m.became = 'case' AND m.undoes IS NULL ORDER BY m.id DESC LIMIT 1`, branchID, storyID).Scan(&c).Error
	if err != nil {
		return c, false, fmt.Errorf("case of a story: %w", err)
	}
	return c, c.ID != 0, nil
}

// CaseByID finds a case of a branch by its number.
func (s *Store) CaseByID(ctx context.Context, branchID, id int64) (models.Case, error) {
	c, err := gorm.G[models.Case](s.db).Where("branch_id = ? AND id = ?", branchID, id).First(ctx)
	return c, translate("case", err, noCase)
}

// CountCaseWork returns how many letters of a case are kept: drafts and those that were sent.
func (s *Store) CountCaseWork(ctx context.Context, branchID, caseID int64) (letters int, err error) {
	err = s.db.WithContext(ctx).Raw(`SELECT count(*) FROM case_letters WHERE branch_id = ? AND case_id = ? AND state <> ?`, branchID, caseID, models.CaseLetterDropped).Scan(&letters).Error
	if err != nil {
		return 0, fmt.Errorf("count the letters of a case: %w", err)
	}
	return letters, nil
}

// AskTeller keeps a question of the branch. seen is the newest message that whoever asks had before them: up to it everything has been
// read. Where the teller wrote again in between, nothing is kept and the error is a conflict.
func (s *Store) AskTeller(ctx context.Context, x *models.Story, m *models.StoryMessage, seen int64) error {
	var newer int64
	if err := s.db.WithContext(ctx).Raw(`SELECT count(*) FROM story_messages WHERE branch_id = ? AND story_id = ? AND sender = 'teller' AND id > ?`, x.BranchID, x.ID, seen).
		Scan(&newer).Error; err != nil {
		return fmt.Errorf("ask the teller: %w", err)
	}
	if newer > 0 {
		return models.Errorf(models.CodeConflict, "They wrote again while you were writing. Read it below; what you typed is kept. Send it if it still fits.")
	}
	m.BranchID, m.StoryID, m.Sender, m.RecordedAt = x.BranchID, x.ID, models.FromBranch, s.now()
	if err := gorm.G[models.StoryMessage](s.db).Create(ctx, m); err != nil {
		return translate("ask the teller", err, "")
	}
	return s.ReadMessages(ctx, x, seen)
}

// ReadMessages marks what the teller wrote as read, up to the message seen, and raises the version of the story. What came after it
// stays unread.
func (s *Store) ReadMessages(ctx context.Context, x *models.Story, seen int64) error {
	now := s.now()
	if err := s.db.WithContext(ctx).Exec(`UPDATE story_messages SET read_at = ? WHERE branch_id = ? AND story_id = ? AND sender = 'teller' AND read_at IS NULL AND id <= ?`,
		now, x.BranchID, x.ID, seen).Error; err != nil {
		return fmt.Errorf("read messages: %w", err)
	}
	res := s.db.WithContext(ctx).Exec(`UPDATE stories SET unread = EXISTS (SELECT 1 FROM story_messages m WHERE m.branch_id = stories.branch_id AND m.story_id = stories.id
			AND m.sender = 'teller' AND m.read_at IS NULL), version = version + 1, updated_at = ?
		WHERE branch_id = ? AND id = ? AND version = ?`, now, x.BranchID, x.ID, x.Version)
	switch {
	case res.Error != nil:
		return fmt.Errorf("read messages: %w", res.Error)
	case res.RowsAffected == 0:
		return models.Errorf(models.CodeConflict, storyMoved)
	}
	x.Version, x.UpdatedAt = x.Version+1, now
	return nil
}

// AddTranslation keeps a translation of a story. Rows are only ever added; the newest of a language stands.
func (s *Store) AddTranslation(ctx context.Context, t *models.StoryTranslation) error {
	t.RecordedAt = s.now()
	return translate("add translation", gorm.G[models.StoryTranslation](s.db).Create(ctx, t), noSuchStory)
}

// TakeImpactReport takes a report away from its incident and returns what it said.
func (s *Store) TakeImpactReport(ctx context.Context, branchID, storyID, id int64) (models.ImpactReport, error) {
	r, err := gorm.G[models.ImpactReport](s.db).Where("branch_id = ? AND story_id = ? AND id = ?", branchID, storyID, id).First(ctx)
	if err != nil {
		return r, translate("impact report", err, "The report of this story is no longer on the incident.")
	}
	if _, err := gorm.G[models.ImpactReport](s.db).Where("branch_id = ? AND story_id = ? AND id = ?", branchID, storyID, id).Delete(ctx); err != nil {
		return r, fmt.Errorf("take an impact report away: %w", err)
	}
	return r, nil
}

// AttachStoryFiles makes the files of a story whose copies are ready exhibits of a case, under one of its events, and returns how many.
// Those that are attached already stay where they are.
func (s *Store) AttachStoryFiles(ctx context.Context, branchID, storyID, caseID, eventID int64, purpose models.FilePurpose) (int, error) {
	fs, err := gorm.G[models.StoryFile](s.db).Where("branch_id = ? AND story_id = ? AND purpose = ? AND state = 'ready' AND attachment_id IS NULL", branchID, storyID, purpose).
		Order("id").Find(ctx)
	if err != nil {
		return 0, translate("files of a story", err, "")
	}
	for _, f := range fs {
		a := models.Attachment{BranchID: branchID, CaseID: caseID, EventID: eventID, Hash: f.Hash, Copy: f.Copy, Name: f.Name, MediaType: f.MediaType,
			Size: f.Size, Pages: f.Pages, Title: titleOf(f)}
		if err := s.AddAttachment(ctx, &a); err != nil {
			return 0, err
		}
		if err := s.db.WithContext(ctx).Exec(`UPDATE story_files SET attachment_id = ? WHERE branch_id = ? AND id = ?`, a.ID, branchID, f.ID).Error; err != nil {
			return 0, fmt.Errorf("attach a file of a story: %w", err)
		}
	}
	return len(fs), nil
}

// titleOf is what the index of exhibits calls a file.
func titleOf(f models.StoryFile) string {
	title := strings.TrimSpace(f.Title)
	if title == "" {
		title = strings.TrimSpace(strings.TrimSuffix(f.Name, filepath.Ext(f.Name)))
	}
	if title == "" {
		title = "File"
	}
	return title
}

// DetachStoryFiles takes the files of a story off the case that it was joined to. The files themselves stay with the story.
func (s *Store) DetachStoryFiles(ctx context.Context, branchID, storyID, caseID int64) error {
	var ids []int64
	if err := s.db.WithContext(ctx).Raw(`SELECT attachment_id FROM story_files WHERE branch_id = ? AND story_id = ? AND attachment_id IS NOT NULL`, branchID, storyID).
		Scan(&ids).Error; err != nil {
		return fmt.Errorf("detach files: %w", err)
	}
	if len(ids) == 0 {
		return nil
	}
	if err := s.db.WithContext(ctx).Exec(`UPDATE story_files SET attachment_id = NULL WHERE branch_id = ? AND story_id = ?`, branchID, storyID).Error; err != nil {
		return fmt.Errorf("detach files: %w", err)
	}
	if err := s.db.WithContext(ctx).Exec(`DELETE FROM attachments WHERE branch_id = ? AND case_id = ? AND id IN ?`, branchID, caseID, ids).Error; err != nil {
		return fmt.Errorf("detach files: %w", err)
	}
	return nil
}

// FilesOfJoined returns the papers of a case that came with the stories that were joined to it, by id: they are another teller's than the
// case's member.
func (s *Store) FilesOfJoined(ctx context.Context, branchID, caseID int64) (map[int64]bool, error) {
	var found []int64
	err := s.db.WithContext(ctx).Raw(`SELECT f.attachment_id FROM stories x JOIN story_files f ON f.branch_id = x.branch_id AND f.story_id = x.id
		WHERE x.branch_id = ? AND x.case_id = ? AND x.state = ? AND f.attachment_id IS NOT NULL`, branchID, caseID, models.StoryJoined).Scan(&found).Error
	if err != nil {
		return nil, fmt.Errorf("files of joined stories: %w", err)
	}
	out := make(map[int64]bool, len(found))
	for _, id := range found {
		out[id] = true
	}
	return out, nil
}

// most is how many rows of each kind of likeness are looked at.
const mostAlike = 40

// LikeStories returns the stories of the branch that wait or tell of an incident and may be the same matter as a story: of one home, of
// one estate, or of one theme and near in time. Those that became cases are found as cases.
func (s *Store) LikeStories(ctx context.Context, x models.Story, from, to civil.Date) ([]models.Story, error) {
	var out []models.Story
	// Each arm walks an index of its own; together they would be a scan of the branch.
	err := s.db.WithContext(ctx).Raw(`SELECT id, branch_id, ref, state, how, lang, theme, area, home, since_date, sent_at, started_at, version FROM stories WHERE branch_id = ? AND id IN (
		SELECT id FROM (SELECT id FROM stories WHERE branch_id = ? AND home = ? AND home <> '' AND state IN ('new', 'held', 'incident') ORDER BY id DESC LIMIT ?) AS of_home
		UNION SELECT id FROM (SELECT id FROM stories WHERE branch_id = ? AND lower(area) = lower(?) AND area <> '' AND state IN ('new', 'held', 'incident') ORDER BY id DESC LIMIT ?) AS of_area
		UNION SELECT id FROM (SELECT id FROM stories WHERE branch_id = ? AND theme = ? AND theme <> '' AND state IN ('new', 'held', 'incident')
			AND (since_date BETWEEN ? AND ? OR sent_at BETWEEN ? AND ?) ORDER BY id DESC LIMIT ?) AS of_theme)
		AND id <> ? ORDER BY id DESC`, x.BranchID, x.BranchID, x.Home, mostAlike, x.BranchID, x.Area, mostAlike, x.BranchID, x.Theme, from, to, from.Time(), to.Time().Add(24*time.Hour), mostAlike, x.ID).
		Scan(&out).Error
	if err != nil {
		return nil, fmt.Errorf("stories like another: %w", err)
	}
	return out, nil
}

// LikeCase is an open case that may be the same matter as a story.
type LikeCase struct {
	models.Case
	Area      string
	Household string
	Since     civil.Date // the day the trouble began, where a story of the case says it
}

// LikeCases returns the open cases of the branch that may be the same matter as a story, but for its own.
func (s *Store) LikeCases(ctx context.Context, x models.Story, from, to civil.Date) ([]LikeCase, error) {
	var out []LikeCase
	err := s.db.WithContext(ctx).Raw(`SELECT c.id, c.branch_id, c.ref, c.theme, c.title, c.status, c.status_on, c.status_until, c.opened_on, c.version, m.area, m.household,
			(SELECT min(y.since_date) FROM stories y WHERE y.branch_id = c.branch_id AND y.case_id = c.id AND y.state = 'case') AS since
		FROM cases c JOIN members m ON m.branch_id = c.branch_id AND m.id = c.member_id
		WHERE c.branch_id = ? AND c.status <> 'closed' AND c.id <> ? AND c.id IN (
		SELECT id FROM (SELECT k.id FROM members p JOIN cases k ON k.branch_id = p.branch_id AND k.member_id = p.id
			WHERE p.branch_id = ? AND p.household = ? AND p.household <> '' AND k.status <> 'closed' ORDER BY k.id DESC LIMIT ?) AS of_home
		UNION SELECT id FROM (SELECT k.id FROM members p JOIN cases k ON k.branch_id = p.branch_id AND k.member_id = p.id
			WHERE p.branch_id = ? AND lower(p.area) = lower(?) AND p.area <> '' AND k.status <> 'closed' ORDER BY k.id DESC LIMIT ?) AS of_area
		UNION SELECT id FROM (SELECT k.id FROM cases k WHERE k.branch_id = ? AND k.theme = ? AND k.status <> 'closed' AND k.opened_on BETWEEN ? AND ? ORDER BY k.id DESC LIMIT ?) AS of_theme)
		ORDER BY c.id DESC`, x.BranchID, x.CaseID, x.BranchID, x.Home, mostAlike, x.BranchID, x.Area, mostAlike, x.BranchID, x.Theme, from, to, mostAlike).Scan(&out).Error
	if err != nil {
		return nil, fmt.Errorf("cases like a story: %w", err)
	}
	return out, nil
}

// IncidentsOn returns the incidents of a branch that lasted on a day, the newest first.
func (s *Store) IncidentsOn(ctx context.Context, branchID int64, day civil.Date) ([]models.Incident, error) {
	in, err := gorm.G[models.Incident](s.db).Where("branch_id = ? AND started_on <= ? AND (ended_on IS NULL OR ended_on >= ?)", branchID, day, day).
		Order("started_on DESC, id DESC").Find(ctx)
	return in, translate("incidents on a day", err, "")
}

// StoryOfCase is a story that belongs to a case.
type StoryOfCase struct {
	Ref   string
	State models.StoryState
}

// StoriesOfCase returns the stories that a case was opened from or that were joined to it, the oldest first.
func (s *Store) StoriesOfCase(ctx context.Context, branchID, caseID int64) ([]StoryOfCase, error) {
	var out []StoryOfCase
	err := s.db.WithContext(ctx).Raw(`SELECT s.ref, s.state FROM stories s WHERE s.branch_id = ? AND s.case_id = ? AND s.state IN ('case', 'joined') AND s.ref <> '' AND `+told+` ORDER BY s.id`,
		branchID, caseID).Scan(&out).Error
	if err != nil {
		return nil, fmt.Errorf("stories of a case: %w", err)
	}
	return out, nil
}
