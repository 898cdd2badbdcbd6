package store

import (
	"context"
	"fmt"
	"strings"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"commoncase/models"
	"commoncase/models/civil"
)

const (
	noCase       = "There is no such case in your branch. Check the reference."
	noMember     = "There is no such member in your branch."
	noAttachment = "There is no such file on this case."
	caseChanged  = "Somebody else changed this case while you were working on it. Look at what changed and save again."
)

// AddMember adds a member and fills in its ID.
func (s *Store) AddMember(ctx context.Context, m *models.Member) error {
	m.CreatedAt = s.now()
	return translate("add member", gorm.G[models.Member](s.db).Create(ctx, m), noMember)
}

// Member finds a member of a branch.
func (s *Store) Member(ctx context.Context, branchID, id int64) (models.Member, error) {
	m, err := gorm.G[models.Member](s.db).Where("branch_id = ? AND id = ?", branchID, id).First(ctx)
	return m, translate("member", err, noMember)
}

// UpdateMember writes what can change about a member: how to reach them, the home, and how it is held.
func (s *Store) UpdateMember(ctx context.Context, m models.Member) error {
	n, err := gorm.G[models.Member](s.db).Where("branch_id = ? AND id = ?", m.BranchID, m.ID).
		Select("name", "email", "phone", "address", "postcode", "area", "household", "tenure", "contact_safety").Updates(ctx, m)
	if err != nil {
		return fmt.Errorf("update member: %w", err)
	}
	if n == 0 {
		return models.Errorf(models.CodeNotFound, noMember)
	}
	return nil
}

// CasesOfMember returns the references of all cases of a member, in order.
func (s *Store) CasesOfMember(ctx context.Context, branchID, memberID int64) ([]string, error) {
	var refs []string
	err := s.db.WithContext(ctx).Raw(`SELECT ref FROM cases WHERE branch_id = ? AND member_id = ? ORDER BY id`, branchID, memberID).Scan(&refs).Error
	if err != nil {
		return nil, fmt.Errorf("cases of member: %w", err)
	}
	return refs, nil
}

// AddCase adds a case and fills in its ID.
func (s *Store) AddCase(ctx context.Context, c *models.Case) error {
	c.Version = 1
	c.CreatedAt, c.UpdatedAt = s.now(), s.now()
	return translate("add case", gorm.G[models.Case](s.db).Create(ctx, c), noCase)
}

// CaseByRef finds a case of a branch by its reference.
func (s *Store) CaseByRef(ctx context.Context, branchID int64, ref string) (models.Case, error) {
	c, err := gorm.G[models.Case](s.db).Where("branch_id = ? AND ref = ?", branchID, ref).First(ctx)
	return c, translate("case "+ref, err, noCase)
}

// LockCase is CaseByRef inside a transaction that is going to change the case: nobody else changes it until the end.
func (s *Store) LockCase(ctx context.Context, branchID int64, ref string) (models.Case, error) {
	var c models.Case
	err := s.forUpdate(s.db.WithContext(ctx)).Where("branch_id = ? AND ref = ?", branchID, ref).First(&c).Error
	return c, translate("lock case "+ref, err, noCase)
}

// FindCase finds a case by reference in any branch. Only the command line, which belongs to the operator, asks this way.
func (s *Store) FindCase(ctx context.Context, ref string) (models.Case, error) {
	c, err := gorm.G[models.Case](s.db).Where("ref = ?", ref).First(ctx)
	return c, translate("find case "+ref, err, "There is no case with the reference "+ref+".")
}

// caseColumns are what UpdateCase writes: everything that can change after a case was opened,
// but for who runs it (AssignCase).
var caseColumns = []string{"theme", "title", "summary", "wanted", "still_unhappy", "late_reason", "landlord_ref", "ombudsman_ref",
	"court_action", "needs", "status", "status_on", "status_until", "flag_hazard", "flag_solicitor", "flag_adverse",
	"silent_since", "closed_reason", "landlord_due", "landlord_duty", "rules", "search_text", "version", "updated_at"}

// UpdateCase writes a case that was read with the version it carries, and raises the version. Where somebody else wrote it in
// between, nothing is written and the error is a conflict.
func (s *Store) UpdateCase(ctx context.Context, c *models.Case) error {
	next := *c
	next.Version++
	next.UpdatedAt = s.now()
	res := s.db.WithContext(ctx).Model(&models.Case{}).Where("branch_id = ? AND id = ? AND version = ?", c.BranchID, c.ID, c.Version).
		Select(caseColumns).Updates(&next)
	if err := written(res, "update case "+c.Ref); err != nil {
		return err
	}
	*c = next
	return nil
}

// AssignCase gives a case to an account, or to nobody where accountID is 0; otherwise it is like UpdateCase.
func (s *Store) AssignCase(ctx context.Context, c *models.Case, accountID int64) error {
	now := s.now()
	res := s.db.WithContext(ctx).Exec(`UPDATE cases SET assigned_to = nullif(?, 0), version = version + 1, updated_at = ?
		WHERE branch_id = ? AND id = ? AND version = ?`, accountID, now, c.BranchID, c.ID, c.Version)
	if err := written(res, "assign case "+c.Ref); err != nil {
		return err
	}
	c.AssignedTo, c.Version, c.UpdatedAt = accountID, c.Version+1, now
	return nil
}

// written turns the result of a write that names a version into an error: a conflict where no row had it.
func written(res *gorm.DB, what string) error {
	if res.Error != nil {
		return fmt.Errorf("%s: %w", what, res.Error)
	}
	if res.RowsAffected == 0 {
		return models.Errorf(models.CodeConflict, caseChanged)
	}
	return nil
}

// AddEvent adds an event and fills in its ID. Events are never changed.
func (s *Store) AddEvent(ctx context.Context, e *models.Event) error {
	e.RecordedAt = s.now()
	if err := gorm.G[models.Event](s.db).Create(ctx, e); err != nil {
		return translate("add event", err, "")
	}
	return nil
}

// Events returns all events of a case in order of date, those that were replaced included.
func (s *Store) Events(ctx context.Context, branchID, caseID int64) ([]models.Event, error) {
	es, err := gorm.G[models.Event](s.db).Where("branch_id = ? AND case_id = ?", branchID, caseID).Order("on_date, id").Find(ctx)
	return es, translate("events", err, "")
}

// ReplaceClockRows replaces the cached clocks of a case.
func (s *Store) ReplaceClockRows(ctx context.Context, branchID, caseID int64, rows []models.ClockRow) error {
	if _, err := gorm.G[models.ClockRow](s.db).Where("branch_id = ? AND case_id = ?", branchID, caseID).Delete(ctx); err != nil {
		return fmt.Errorf("replace clock rows: %w", err)
	}
	if len(rows) == 0 {
		return nil
	}
	if err := s.db.WithContext(ctx).Clauses(clause.Returning{}).Create(&rows).Error; err != nil {
		return fmt.Errorf("replace clock rows: %w", err)
	}
	return nil
}

// ClockRows returns the cached clocks of a case in their order.
func (s *Store) ClockRows(ctx context.Context, branchID, caseID int64) ([]models.ClockRow, error) {
	rows, err := gorm.G[models.ClockRow](s.db).Where("branch_id = ? AND case_id = ?", branchID, caseID).Order("seq").Find(ctx)
	return rows, translate("clock rows", err, "")
}

// CaseFilter narrows a list of cases. Zero fields do not narrow.
type CaseFilter struct {
	Overdue       civil.Date      // only cases with a landlord's clock that was due before this day, is not met, and is not closed
	Statuses      []models.Status // any of these
	Theme         models.Theme
	AssignedTo    int64  // account
	MemberAccount int64  // only cases of the member who signs in with this account
	Query         string // folded words, all of which occur in a name or a reference
	Refs          []string
	OpenOnly      bool
}

// CaseRow is a line in a list of cases.
type CaseRow struct {
	models.Case
	MemberName string
	Area       string
	NextDue    civil.Date // earliest open clock that binds the landlord; zero where none
}

func (f CaseFilter) scope(db *gorm.DB, branchID int64) *gorm.DB {
	db = db.Table("cases AS c").Joins("JOIN members m ON m.branch_id = c.branch_id AND m.id = c.member_id").Where("c.branch_id = ?", branchID)
	if !f.Overdue.IsZero() {
		db = db.Where(`c.status <> 'closed' AND c.id IN (SELECT k.case_id FROM clock_rows k
			WHERE k.branch_id = ? AND k.bound = 'landlord' AND k.met_on IS NULL AND k.due IS NOT NULL AND k.due < ?)`, branchID, f.Overdue)
	}
	if len(f.Statuses) > 0 {
		db = db.Where("c.status IN ?", f.Statuses)
	}
	if f.OpenOnly {
		db = db.Where("c.status <> 'closed'")
	}
	if f.Theme != "" {
		db = db.Where("c.theme = ?", f.Theme)
	}
	if f.AssignedTo != 0 {
		db = db.Where("c.assigned_to = ?", f.AssignedTo)
	}
	if f.MemberAccount != 0 {
		db = db.Where("m.account_id = ?", f.MemberAccount)
	}
	if f.Refs != nil {
		db = db.Where("c.ref IN ?", f.Refs)
	}
	for _, word := range strings.Fields(f.Query) {
		db = db.Where(`c.search_text LIKE ? ESCAPE '\'`, "%"+likeEscaper.Replace(word)+"%")
	}
	return db
}

var likeEscaper = strings.NewReplacer(`\`, `\\`, `%`, `\%`, `_`, `\_`)

// ListCases returns a page of a branch's cases, most urgent first: the earliest open deadline, then the newest. offset and limit
// count rows; total is the number of rows without them.
func (s *Store) ListCases(ctx context.Context, branchID int64, f CaseFilter, offset, limit int) (rows []CaseRow, total int, err error) {
	var count int64
	if err := f.scope(s.db.WithContext(ctx), branchID).Count(&count).Error; err != nil {
		return nil, 0, fmt.Errorf("count cases: %w", err)
	}
	err = f.scope(s.db.WithContext(ctx), branchID).
		Select(`c.*, m.name AS member_name, m.area AS area, CASE WHEN c.status = 'closed' THEN NULL ELSE
			(SELECT min(k.due) FROM clock_rows k WHERE k.case_id = c.id AND k.bound = 'landlord' AND k.met_on IS NULL) END AS next_due`).
		Order("next_due NULLS LAST, CASE WHEN c.status = 'closed' THEN 1 ELSE 0 END, c.opened_on DESC, c.id DESC").
		Offset(offset).Limit(limit).Scan(&rows).Error
	if err != nil {
		return nil, 0, fmt.Errorf("list cases: %w", err)
	}
	return rows, int(count), nil
}

// AddAttachment adds a file to a case and fills in its ID. One with no event is staged.
func (s *Store) AddAttachment(ctx context.Context, a *models.Attachment) error {
	a.UploadedAt = s.now()
	return translate("add attachment", gorm.G[models.Attachment](s.db).Create(ctx, a), noAttachment)
}

// Attachments returns the files of a case that belong to an event, in the order in which they came.
func (s *Store) Attachments(ctx context.Context, branchID, caseID int64) ([]models.Attachment, error) {
	var as []models.Attachment
	err := s.read(ctx, func(scan func(...any) error) error {
		var a models.Attachment
		err := scan(&a.ID, &a.BranchID, &a.CaseID, &a.EventID, &a.Hash, &a.Copy, &a.Name, &a.MediaType, &a.Size, &a.Pages, &a.Title,
			&a.UploadedBy, &a.UploadedAt)
		as = append(as, a)
		return err
	}, `SELECT id, branch_id, case_id, event_id, hash, copy, name, media_type, size, pages, title, coalesce(uploaded_by, 0), uploaded_at
		FROM attachments WHERE branch_id = ? AND case_id = ? AND event_id IS NOT NULL ORDER BY id`, branchID, caseID)
	return as, translate("attachments", err, "")
}

// StagedAttachments returns the files that the account uploaded to the case for an event that is not saved yet.
func (s *Store) StagedAttachments(ctx context.Context, branchID, caseID, accountID int64, ids []int64) ([]models.Attachment, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	as, err := gorm.G[models.Attachment](s.db).
		Where("branch_id = ? AND case_id = ? AND event_id IS NULL AND uploaded_by = ? AND id IN ?", branchID, caseID, accountID, ids).Order("id").Find(ctx)
	return as, translate("staged attachments", err, "")
}

// AttachTo gives staged files to an event.
func (s *Store) AttachTo(ctx context.Context, branchID, caseID, eventID, accountID int64, ids []int64) error {
	if len(ids) == 0 {
		return nil
	}
	res := s.db.WithContext(ctx).Exec(`UPDATE attachments SET event_id = ?
		WHERE branch_id = ? AND case_id = ? AND event_id IS NULL AND uploaded_by = ? AND id IN ?`, eventID, branchID, caseID, accountID, ids)
	if res.Error != nil {
		return fmt.Errorf("attach files: %w", res.Error)
	}
	if int(res.RowsAffected) != len(ids) {
		return models.Errorf(models.CodeNotFound, "A file that you uploaded is no longer there. Choose it again.")
	}
	return nil
}

// Attachment finds one file of a case.
func (s *Store) Attachment(ctx context.Context, branchID, caseID, id int64) (models.Attachment, error) {
	a, err := gorm.G[models.Attachment](s.db).Where("branch_id = ? AND case_id = ? AND id = ?", branchID, caseID, id).First(ctx)
	return a, translate("attachment", err, noAttachment)
}

// EachCase calls f for every case of every branch in order of id, without holding them all; doctor recomputes with it.
func (s *Store) EachCase(ctx context.Context, f func(models.Case) error) error {
	var after int64
	for {
		batch, err := gorm.G[models.Case](s.db).Where("id > ?", after).Order("id").Limit(500).Find(ctx)
		if err != nil {
			return fmt.Errorf("each case: %w", err)
		}
		for _, c := range batch {
			if err := f(c); err != nil {
				return err
			}
			after = c.ID
		}
		if len(batch) < 500 {
			return nil
		}
	}
}

// CaseFile is a case with all that its page says beside the events: whose it is, which landlord, who runs it.
type CaseFile struct {
	Case     models.Case
	Member   models.Member // without CreatedAt
	Landlord models.Landlord
	Assignee string // "" where nobody
}

// CaseFile reads a case of a branch with its member, landlord and assignee in one query.
func (s *Store) CaseFile(ctx context.Context, branchID int64, ref string) (CaseFile, error) {
	var f CaseFile
	c, m, l := &f.Case, &f.Member, &f.Landlord
	err := s.read(ctx, func(scan func(...any) error) error {
		return scan(&c.ID, &c.BranchID, &c.MemberID, &c.Ref, &c.Theme, &c.Title, &c.Summary, &c.Wanted, &c.StillUnhappy, &c.LateReason,
			&c.LandlordRef, &c.OmbudsmanRef, &c.CourtAction, &c.Needs, &c.AssignedTo, &c.Status, &c.StatusOn, &c.StatusUntil, &c.Flags.Hazard,
			&c.Flags.Solicitor, &c.Flags.Adverse, &c.SilentSince, &c.OpenedOn, &c.ClosedReason, &c.LandlordDue, &c.LandlordDuty, &c.Rules, &c.SearchText, &c.Version, &c.CreatedAt,
			&c.UpdatedAt,
			&m.ID, &m.BranchID, &m.AccountID, &m.Name, &m.Email, &m.Phone, &m.Address, &m.Postcode, &m.Area, &m.Household, &m.Tenure,
			&m.ContactSafety,
			&l.ID, &l.Slug, &l.Name, &l.Address, &l.Homes, &l.HomesAsOf, &l.Calendar, &l.Type, &l.Invented,
			&f.Assignee)
	}, `SELECT c.id, c.branch_id, c.member_id, c.ref, c.theme, c.title, c.summary, c.wanted, c.still_unhappy, c.late_reason,
			c.landlord_ref, c.ombudsman_ref, c.court_action, c.needs, coalesce(c.assigned_to, 0), c.status, c.status_on, c.status_until, c.flag_hazard,
			c.flag_solicitor, c.flag_adverse, c.silent_since, c.opened_on, c.closed_reason, c.landlord_due, c.landlord_duty, c.rules, c.search_text, c.version, c.created_at,
			c.updated_at,
			m.id, m.branch_id, coalesce(m.account_id, 0), m.name, m.email, m.phone, m.address, m.postcode, m.area, m.household, m.tenure,
			m.contact_safety,
			l.id, l.slug, l.name, l.address, l.homes, l.homes_as_of, l.calendar, l.type, l.invented,
			coalesce(a.name, '')
		FROM cases c
		JOIN members m ON m.branch_id = c.branch_id AND m.id = c.member_id
		JOIN branches b ON b.id = c.branch_id
		JOIN landlords l ON l.id = b.landlord_id
		LEFT JOIN accounts a ON a.id = c.assigned_to
		WHERE c.branch_id = ? AND c.ref = ?`, branchID, ref)
	if err != nil {
		return CaseFile{}, fmt.Errorf("case file %s: %w", ref, err)
	}
	if c.ID == 0 {
		return CaseFile{}, models.Errorf(models.CodeNotFound, noCase)
	}
	return f, nil
}

// EventRow is an event with the name of who recorded it.
type EventRow struct {
	models.Event
	Recorder string
}

// EventRows returns all events of a case in order of date, those that were replaced included, with who recorded each.
func (s *Store) EventRows(ctx context.Context, branchID, caseID int64) ([]EventRow, error) {
	rows := make([]EventRow, 0, 16)
	err := s.read(ctx, func(scan func(...any) error) error {
		rows = append(rows, EventRow{})
		r := &rows[len(rows)-1]
		return scan(&r.ID, &r.BranchID, &r.CaseID, &r.Kind, &r.On, &r.At, &r.Until, &r.About, &r.Procedure, &r.Category, &r.Urgency, &r.Items, &r.Minutes, &r.HalfDays, &r.Note, &r.Reference, &r.Channel, &r.Answered, &r.Finding,
			&r.Reason, &r.Replaces, &r.RecordedBy, &r.ByMember, &r.RecordedAt, &r.Recorder)
	}, `SELECT e.id, e.branch_id, e.case_id, e.kind, e.on_date, e.at_time, e.until_date, coalesce(e.about, 0), e.procedure, e.category, e.urgency, e.items, e.minutes, e.half_days, e.note, e.reference, e.channel, e.answered, e.finding,
			e.reason, coalesce(e.replaces, 0), coalesce(e.recorded_by, 0), e.by_member, e.recorded_at, coalesce(a.name, '')
		FROM events e LEFT JOIN accounts a ON a.id = e.recorded_by
		WHERE e.branch_id = ? AND e.case_id = ? ORDER BY e.on_date, e.id`, branchID, caseID)
	if err != nil {
		return nil, fmt.Errorf("event rows: %w", err)
	}
	return rows, nil
}

// MoveAttachments gives the files of one event of a case to another.
func (s *Store) MoveAttachments(ctx context.Context, branchID, caseID, fromEvent, toEvent int64) error {
	err := s.db.WithContext(ctx).Exec(`UPDATE attachments SET event_id = ? WHERE branch_id = ? AND case_id = ? AND event_id = ?`,
		toEvent, branchID, caseID, fromEvent).Error
	if err != nil {
		return fmt.Errorf("move attachments: %w", err)
	}
	return nil
}
