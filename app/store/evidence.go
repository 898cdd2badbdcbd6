package store

import (
	"context"
	"fmt"
	"strings"

	"gorm.io/gorm"

	"commoncase/models"
	"commoncase/models/civil"
)

const (
	noIncident = "There is no such incident in your branch."
	noSnapshot = "There is no snapshot with this hash in your branch. Check that the whole hash was copied."
)

// FactScope narrows the facts that figures are counted from. Zero fields do not narrow; both days belong to the period.
type FactScope struct {
	From, To civil.Date
	Theme    models.Theme
	Area     string
}

// CaseFact is a case as figures count it: without a name, an address or anything said in it.
type CaseFact struct {
	Ref       string
	Theme     models.Theme
	Area      string
	Household string
	On        civil.Date // the day the case was opened
}

// ClockFact is one clock of the Ombudsman's Code on a case.
type ClockFact struct {
	CaseFact            // On is the day the clock fell due
	Duty     string     // code-2022/stage1-response
	Name     string     // stage1-response
	MetOn    civil.Date // zero while not met
	DaysLate int        // once met: working days late
	ClosedOn civil.Date // the day the case was closed; zero while it is open
}

// AttemptFact is one contact attempt; On is its day.
type AttemptFact struct {
	CaseFact
	Answered bool
}

// where completes a query over cases c and members m: the branch, the filters, and the period over the named column. A case whose resident
// does not want to be counted is in no figure.
func (f FactScope) where(branchID int64, column string) (string, []any) {
	var sql strings.Builder
	sql.WriteString(" WHERE c.branch_id = ? AND NOT c.uncounted")
	args := []any{branchID}
	add := func(cond string, arg any) {
		sql.WriteString(" AND ")
		sql.WriteString(cond)
		args = append(args, arg)
	}
	if !f.From.IsZero() {
		add(column+" >= ?", f.From)
	}
	if !f.To.IsZero() {
		add(column+" <= ?", f.To)
	}
	if f.Theme != "" {
		add("c.theme = ?", f.Theme)
	}
	if f.Area != "" {
		add("m.area = ?", f.Area)
	}
	return sql.String(), args
}

// facts runs a query and scans its rows one by one: a branch may have tens of thousands of clocks.
func facts[T any](ctx context.Context, s *Store, what, sql string, args []any, scan func(*T) []any) ([]T, error) {
	rows, err := s.db.WithContext(ctx).Raw(sql, args...).Rows()
	if err != nil {
		return nil, fmt.Errorf("%s: %w", what, err)
	}
	defer rows.Close()
	var out []T
	for rows.Next() {
		var t T
		if err := rows.Scan(scan(&t)...); err != nil {
			return nil, fmt.Errorf("%s: %w", what, err)
		}
		out = append(out, t)
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("%s: %w", what, err)
	}
	return out, nil
}

// CaseFacts returns the cases of a branch that were opened in the period, by reference.
func (s *Store) CaseFacts(ctx context.Context, branchID int64, f FactScope) ([]CaseFact, error) {
	where, args := f.where(branchID, "c.opened_on")
	return facts(ctx, s, "case facts", `SELECT c.ref, c.theme, m.area, m.household, c.opened_on
		FROM cases c JOIN members m ON m.branch_id = c.branch_id AND m.id = c.member_id`+where+` ORDER BY c.ref`, args,
		func(c *CaseFact) []any { return []any{&c.Ref, &c.Theme, &c.Area, &c.Household, &c.On} })
}

// ClockFacts returns the clocks of the Ombudsman's Codes that bind the landlord and fell due in the period. A landlord's own policy
// is no Code, and a clock that was never started has no due date; neither is among them.
func (s *Store) ClockFacts(ctx context.Context, branchID int64, f FactScope) ([]ClockFact, error) {
	where, args := f.where(branchID, "k.due")
	return facts(ctx, s, "clock facts", `SELECT c.ref, c.theme, m.area, m.household, k.due, k.duty, k.name, k.met_on, k.days_late,
			CASE WHEN c.status = 'closed' THEN c.status_on END
		FROM clock_rows k JOIN cases c ON c.branch_id = k.branch_id AND c.id = k.case_id
		JOIN members m ON m.branch_id = c.branch_id AND m.id = c.member_id`+where+`
		AND k.branch_id = c.branch_id AND k.bound = 'landlord' AND k.regime LIKE 'code-%' AND k.due IS NOT NULL
		ORDER BY c.ref, k.seq`, args,
		func(k *ClockFact) []any {
			return []any{&k.Ref, &k.Theme, &k.Area, &k.Household, &k.On, &k.Duty, &k.Name, &k.MetOn, &k.DaysLate, &k.ClosedOn}
		})
}

// AttemptFacts returns the contact attempts that were made in the period. One that a later event replaced or took back counts no
// more; a correction counts in its place, for it is a contact attempt itself.
func (s *Store) AttemptFacts(ctx context.Context, branchID int64, f FactScope) ([]AttemptFact, error) {
	where, args := f.where(branchID, "e.on_date")
	return facts(ctx, s, "attempt facts", `SELECT c.ref, c.theme, m.area, m.household, e.on_date, e.answered
		FROM events e JOIN cases c ON c.branch_id = e.branch_id AND c.id = e.case_id
		JOIN members m ON m.branch_id = c.branch_id AND m.id = c.member_id`+where+` AND e.kind = 'contact_attempt'
		AND NOT EXISTS (SELECT 1 FROM events r WHERE r.branch_id = e.branch_id AND r.case_id = e.case_id AND r.replaces = e.id)
		ORDER BY c.ref, e.on_date, e.id`, args,
		func(a *AttemptFact) []any {
			return []any{&a.Ref, &a.Theme, &a.Area, &a.Household, &a.On, &a.Answered}
		})
}

// AreaCount is an area with the number of households that have a case there.
type AreaCount struct {
	Area       string
	Households int
}

// Uncounted returns how many cases of a branch figures leave out because their resident does not want to be counted.
func (s *Store) Uncounted(ctx context.Context, branchID int64) (int, error) {
	var n int
	if err := s.db.WithContext(ctx).Raw(`SELECT count(*) FROM cases WHERE branch_id = ? AND uncounted`, branchID).Scan(&n).Error; err != nil {
		return 0, fmt.Errorf("uncounted cases: %w", err)
	}
	return n, nil
}

// Areas returns the areas that cases of the branch come from, by name, whatever the period; "" is among them where a case has none. Cases that are
// not counted are left out.
func (s *Store) Areas(ctx context.Context, branchID int64) ([]AreaCount, error) {
	var out []AreaCount
	err := s.db.WithContext(ctx).Raw(`SELECT m.area, count(DISTINCT m.household) AS households
		FROM cases c JOIN members m ON m.branch_id = c.branch_id AND m.id = c.member_id
		WHERE c.branch_id = ? AND NOT c.uncounted GROUP BY m.area ORDER BY m.area`, branchID).Scan(&out).Error
	if err != nil {
		return nil, fmt.Errorf("areas: %w", err)
	}
	return out, nil
}

// CaseBehind is a case behind a figure, with the name of its member: the use case decides who gets to see that.
type CaseBehind struct {
	Ref        string
	Theme      models.Theme
	Status     models.Status
	Title      string
	MemberName string
	Area       string
}

// CasesBehind returns the cases of a branch with these references, in no order.
func (s *Store) CasesBehind(ctx context.Context, branchID int64, refs []string) ([]CaseBehind, error) {
	var out []CaseBehind
	err := s.db.WithContext(ctx).Raw(`SELECT c.ref, c.theme, c.status, c.title, m.name AS member_name, m.area
		FROM cases c JOIN members m ON m.branch_id = c.branch_id AND m.id = c.member_id
		WHERE c.branch_id = ? AND c.ref IN ?`, branchID, refs).Scan(&out).Error
	if err != nil {
		return nil, fmt.Errorf("cases behind a figure: %w", err)
	}
	return out, nil
}

// AddIncident adds an incident and fills in its ID. A slug that the branch uses already is a conflict.
func (s *Store) AddIncident(ctx context.Context, in *models.Incident) error {
	return translate("add incident", gorm.G[models.Incident](s.db).Create(ctx, in), noIncident)
}

// Incidents returns the incidents of a branch, the newest first.
func (s *Store) Incidents(ctx context.Context, branchID int64) ([]models.Incident, error) {
	ins, err := gorm.G[models.Incident](s.db).Where("branch_id = ?", branchID).Order("started_on DESC, id DESC").Find(ctx)
	return ins, translate("incidents", err, noIncident)
}

// IncidentBySlug finds an incident of a branch.
func (s *Store) IncidentBySlug(ctx context.Context, branchID int64, slug string) (models.Incident, error) {
	in, err := gorm.G[models.Incident](s.db).Where("branch_id = ? AND slug = ?", branchID, slug).First(ctx)
	return in, translate("incident "+slug, err, noIncident)
}

// AddStatement adds a statement to an incident of the same branch and fills in its ID.
func (s *Store) AddStatement(ctx context.Context, st *models.Statement) error {
	return translate("add statement", gorm.G[models.Statement](s.db).Create(ctx, st), noIncident)
}

// Statements returns what was said about an incident, or about all incidents of the branch where incidentID is 0, by date.
func (s *Store) Statements(ctx context.Context, branchID, incidentID int64) ([]models.Statement, error) {
	q := gorm.G[models.Statement](s.db).Where("branch_id = ?", branchID)
	if incidentID != 0 {
		q = q.Where("incident_id = ?", incidentID)
	}
	sts, err := q.Order("on_date, id").Find(ctx)
	return sts, translate("statements", err, noIncident)
}

// AddImpactReport adds a report to an incident of the same branch and fills in its ID.
func (s *Store) AddImpactReport(ctx context.Context, r *models.ImpactReport) error {
	return translate("add impact report", gorm.G[models.ImpactReport](s.db).Create(ctx, r), noIncident)
}

// ImpactReports returns the reports on an incident, or on all incidents of the branch where incidentID is 0, by date.
func (s *Store) ImpactReports(ctx context.Context, branchID, incidentID int64) ([]models.ImpactReport, error) {
	q := gorm.G[models.ImpactReport](s.db).Where("branch_id = ?", branchID)
	if incidentID != 0 {
		q = q.Where("incident_id = ?", incidentID)
	}
	rs, err := q.Order("on_date, id").Find(ctx)
	return rs, translate("impact reports", err, noIncident)
}

// AddFinding adds a published finding and fills in its ID. The same subject published in the same month twice is a conflict.
func (s *Store) AddFinding(ctx context.Context, f *models.Finding) error {
	return translate("add finding", gorm.G[models.Finding](s.db).Create(ctx, f), "")
}

// FindingsOf returns the published findings about the landlord of a branch, the newest first. Findings are public and belong to
// no branch; the branch says which landlord.
func (s *Store) FindingsOf(ctx context.Context, branchID int64) ([]models.Finding, error) {
	fs, err := gorm.G[models.Finding](s.db).Where("landlord_id = (SELECT landlord_id FROM branches WHERE id = ?)", branchID).
		Order("published DESC, id DESC").Find(ctx)
	return fs, translate("findings", err, "")
}

// AddSnapshot stores a snapshot, or finds the one that the branch has under the same hash: the same content is one row. taken
// reports whether the row is new.
func (s *Store) AddSnapshot(ctx context.Context, snap *models.Snapshot) (taken bool, err error) {
	snap.TakenAt = s.now()
	res := s.db.WithContext(ctx).Exec(`INSERT INTO snapshots (branch_id, hash, content, taken_at, taken_by) VALUES (?, ?, ?, ?, ?)
		ON CONFLICT (branch_id, hash) DO NOTHING`, snap.BranchID, snap.Hash, snap.Content, snap.TakenAt, nullID(snap.TakenBy))
	if res.Error != nil {
		return false, fmt.Errorf("add snapshot: %w", res.Error)
	}
	stored, err := s.SnapshotByHash(ctx, snap.BranchID, snap.Hash)
	if err != nil {
		return false, err
	}
	*snap = stored
	return res.RowsAffected == 1, nil
}

func nullID(id int64) any {
	if id == 0 {
		return nil
	}
	return id
}

// SnapshotByHash finds a snapshot of a branch.
func (s *Store) SnapshotByHash(ctx context.Context, branchID int64, hash string) (models.Snapshot, error) {
	snap, err := gorm.G[models.Snapshot](s.db).Where("branch_id = ? AND hash = ?", branchID, hash).First(ctx)
	return snap, translate("snapshot", err, noSnapshot)
}

// Snapshots returns the newest snapshots of a branch, newest first, without their content.
func (s *Store) Snapshots(ctx context.Context, branchID int64, limit int) ([]models.Snapshot, error) {
	snaps, err := gorm.G[models.Snapshot](s.db).Select("id, branch_id, hash, taken_at, taken_by").Where("branch_id = ?", branchID).
		Order("id DESC").Limit(limit).Find(ctx)
	return snaps, translate("snapshots", err, "")
}
