package store

import (
	"context"
	"fmt"
	"strings"
	"time"

	"gorm.io/gorm"

	"commoncase/models"
	"commoncase/models/access"
)

const (
	noAccount  = "There is no such account."
	noBranch   = "There is no such branch."
	noLandlord = "There is no such landlord."
)

// AddAccount adds an account and fills in its ID. An e-mail address that is taken is a conflict.
func (s *Store) AddAccount(ctx context.Context, a *models.Account) error {
	a.CreatedAt = s.now()
	if err := gorm.G[models.Account](s.db).Create(ctx, a); err != nil {
		if models.CodeOf(translate("", err, "")) == models.CodeConflict {
			return models.Errorf(models.CodeConflict, "There is already an account for %s.", a.Email)
		}
		return fmt.Errorf("add account: %w", err)
	}
	return nil
}

// AccountByEmail finds an account that may sign in; e-mail addresses are stored in lower case.
func (s *Store) AccountByEmail(ctx context.Context, email string) (models.Account, error) {
	a, err := gorm.G[models.Account](s.db).Where("email = lower(?) AND disabled_at IS NULL", email).First(ctx)
	return a, translate("account by e-mail", err, noAccount)
}

// AccountNames returns the names of the accounts that hold a role in the branch, by id, for "assigned to" and "recorded by".
func (s *Store) AccountNames(ctx context.Context, branchID int64) (map[int64]string, error) {
	var rows []struct {
		ID   int64
		Name string
	}
	err := s.db.WithContext(ctx).Raw(`SELECT DISTINCT a.id, a.name FROM accounts a JOIN roles r ON r.account_id = a.id
		WHERE r.branch_id = ?`, branchID).Scan(&rows).Error
	if err != nil {
		return nil, fmt.Errorf("account names: %w", err)
	}
	names := make(map[int64]string, len(rows))
	for _, r := range rows {
		names[r.ID] = r.Name
	}
	return names, nil
}

// Person is an account with one of its roles in a branch.
type Person struct {
	ID   int64
	Name string
	Role access.Role
}

// PeopleWith returns those of the branch who hold any of the roles, by name, one entry a role.
func (s *Store) PeopleWith(ctx context.Context, branchID int64, roles ...access.Role) ([]Person, error) {
	if len(roles) == 0 {
		return nil, nil
	}
	args := []any{branchID}
	for _, r := range roles {
		args = append(args, string(r))
	}
	var people []Person
	err := s.read(ctx, func(scan func(...any) error) error {
		var p Person
		err := scan(&p.ID, &p.Name, &p.Role)
		people = append(people, p)
		return err
	}, `SELECT a.id, a.name, r.role FROM accounts a JOIN roles r ON r.account_id = a.id
		WHERE r.branch_id = ? AND r.role IN (?`+strings.Repeat(", ?", len(roles)-1)+`) AND a.disabled_at IS NULL
		ORDER BY a.name, a.id, r.role`, args...)
	if err != nil {
		return nil, fmt.Errorf("people with roles: %w", err)
	}
	return people, nil
}

// SetPassword replaces the password hash of an account, ends all its sessions, and makes a link that was mailed for it useless.
func (s *Store) SetPassword(ctx context.Context, accountID int64, hash string) error {
	return s.Tx(ctx, func(tx *Store) error {
		n, err := gorm.G[models.Account](tx.db).Where("id = ?", accountID).Update(ctx, "password_hash", hash)
		if err != nil {
			return fmt.Errorf("set password: %w", err)
		}
		if n == 0 {
			return models.Errorf(models.CodeNotFound, noAccount)
		}
		if _, err := gorm.G[models.Session](tx.db).Where("account_id = ?", accountID).Delete(ctx); err != nil {
			return fmt.Errorf("end sessions: %w", err)
		}
		return tx.endResets(ctx, accountID)
	})
}

// GiveRole gives an account a role in a branch; giving it twice changes nothing.
func (s *Store) GiveRole(ctx context.Context, accountID, branchID int64, role access.Role) error {
	err := s.db.WithContext(ctx).Exec(`INSERT INTO roles (account_id, branch_id, role) VALUES (?, ?, ?) ON CONFLICT DO NOTHING`,
		accountID, branchID, role).Error
	if err != nil {
		return fmt.Errorf("give role: %w", err)
	}
	return nil
}

// Membership is a branch in which an account has roles.
type Membership struct {
	Branch models.Branch
	Roles  access.Roles
}

// Memberships returns the branches of an account, by name, with its roles in each.
func (s *Store) Memberships(ctx context.Context, accountID int64) ([]Membership, error) {
	var rows []struct {
		models.Branch
		Role access.Role
	}
	err := s.db.WithContext(ctx).Raw(`SELECT b.*, r.role FROM roles r JOIN branches b ON b.id = r.branch_id
		WHERE r.account_id = ? ORDER BY b.name, b.id, r.role`, accountID).Scan(&rows).Error
	if err != nil {
		return nil, fmt.Errorf("memberships: %w", err)
	}
	var out []Membership
	for _, r := range rows {
		if n := len(out); n == 0 || out[n-1].Branch.ID != r.Branch.ID {
			out = append(out, Membership{Branch: r.Branch})
		}
		m := &out[len(out)-1]
		m.Roles = append(m.Roles, r.Role)
	}
	return out, nil
}

// AddSession stores a session.
func (s *Store) AddSession(ctx context.Context, x *models.Session) error {
	if err := gorm.G[models.Session](s.db).Create(ctx, x); err != nil {
		return fmt.Errorf("add session: %w", err)
	}
	return nil
}

// SignedIn is what a request needs to know of its session: who it is, in which branch, with which roles.
type SignedIn struct {
	Session  models.Session
	Account  models.Account
	Branch   models.Branch
	Landlord models.Landlord
	Roles    access.Roles
	Others   []BranchName // the other branches in which the account has a role, by name
}

// BranchName is a branch that somebody can switch to.
type BranchName struct {
	ID   int64
	Name string
}

// SessionByToken finds a session that has not expired, with its account, branch, landlord, its roles there, and the other branches
// of the account, in one query. A session in whose branch the account has no role any more is none.
func (s *Store) SessionByToken(ctx context.Context, tokenHash string, at time.Time) (SignedIn, error) {
	var in SignedIn
	x, a, b, l := &in.Session, &in.Account, &in.Branch, &in.Landlord
	err := s.read(ctx, func(scan func(...any) error) error {
		var role access.Role
		var other BranchName // the branch of the role
		if err := scan(&x.TokenHash, &x.AccountID, &x.BranchID, &x.CreatedAt, &x.LastSeenAt, &x.ExpiresAt, &a.ID, &a.Email, &a.Name,
			&b.ID, &b.Slug, &b.Name, &b.LandlordID, &b.Prefix, &b.Address, &b.Email, &b.Threshold, &b.Demo, &b.IntakeOpen, &b.IntakeWords, &b.ConsentMonths,
			&l.ID, &l.Slug, &l.Name, &l.Address, &l.Homes, &l.HomesAsOf, &l.Calendar, &l.Type, &l.Invented,
			&role, &other.ID, &other.Name); err != nil {
			return err
		}
		switch n := len(in.Others); {
		case other.ID == x.BranchID:
			in.Roles = append(in.Roles, role)
		case n == 0 || in.Others[n-1].ID != other.ID:
			in.Others = append(in.Others, other)
		}
		return nil
	}, `SELECT s.token_hash, s.account_id, s.branch_id, s.created_at, s.last_seen_at, s.expires_at, a.id, a.email, a.name,
			b.id, b.slug, b.name, b.landlord_id, b.prefix, b.address, b.email, b.threshold, b.demo, b.intake_open, b.intake_words, b.consent_months,
			l.id, l.slug, l.name, l.address, l.homes, l.homes_as_of, l.calendar, l.type, l.invented,
			r.role, rb.id, rb.name
		FROM sessions s
		JOIN accounts a ON a.id = s.account_id AND a.disabled_at IS NULL
		JOIN branches b ON b.id = s.branch_id
		JOIN landlords l ON l.id = b.landlord_id
		JOIN roles r ON r.account_id = a.id
		JOIN branches rb ON rb.id = r.branch_id
		WHERE s.token_hash = ? AND s.expires_at > ?
		ORDER BY rb.name, rb.id, r.role`, tokenHash, at)
	if err != nil {
		return SignedIn{}, fmt.Errorf("session: %w", err)
	}
	if len(in.Roles) == 0 {
		return SignedIn{}, models.Errorf(models.CodeSignIn, "Sign in to go on.")
	}
	return in, nil
}

// TouchSession moves a session's last sight and expiry.
func (s *Store) TouchSession(ctx context.Context, tokenHash string, seen, expires time.Time) error {
	err := s.db.WithContext(ctx).Exec(`UPDATE sessions SET last_seen_at = ?, expires_at = ? WHERE token_hash = ?`, seen, expires, tokenHash).Error
	if err != nil {
		return fmt.Errorf("touch session: %w", err)
	}
	return nil
}

// SwitchBranch makes a session look at another branch in which its account has a role.
func (s *Store) SwitchBranch(ctx context.Context, tokenHash string, branchID int64) error {
	res := s.db.WithContext(ctx).Exec(`UPDATE sessions SET branch_id = ? WHERE token_hash = ?
		AND EXISTS (SELECT 1 FROM roles r WHERE r.account_id = sessions.account_id AND r.branch_id = ?)`, branchID, tokenHash, branchID)
	if res.Error != nil {
		return fmt.Errorf("switch branch: %w", res.Error)
	}
	if res.RowsAffected == 0 {
		return models.Errorf(models.CodeNotFound, noBranch)
	}
	return nil
}

// EndSession deletes a session; one that is gone already is no error.
func (s *Store) EndSession(ctx context.Context, tokenHash string) error {
	if _, err := gorm.G[models.Session](s.db).Where("token_hash = ?", tokenHash).Delete(ctx); err != nil {
		return fmt.Errorf("end session: %w", err)
	}
	return nil
}

// EndExpiredSessions deletes the sessions that expired before at.
func (s *Store) EndExpiredSessions(ctx context.Context, at time.Time) error {
	if _, err := gorm.G[models.Session](s.db).Where("expires_at <= ?", at).Delete(ctx); err != nil {
		return fmt.Errorf("end expired sessions: %w", err)
	}
	return nil
}

// AddLandlord adds a landlord and fills in its ID.
func (s *Store) AddLandlord(ctx context.Context, l *models.Landlord) error {
	if l.Type == "" {
		l.Type = models.LandlordUnknown
	}
	return translate("add landlord", gorm.G[models.Landlord](s.db).Create(ctx, l), noLandlord)
}

// LandlordBySlug finds a landlord.
func (s *Store) LandlordBySlug(ctx context.Context, slug string) (models.Landlord, error) {
	l, err := gorm.G[models.Landlord](s.db).Where("slug = ?", slug).First(ctx)
	return l, translate("landlord by slug", err, noLandlord)
}

// KeepLandlordType writes what kind of landlord one is.
func (s *Store) KeepLandlordType(ctx context.Context, slug string, t models.LandlordType) error {
	n, err := gorm.G[models.Landlord](s.db).Where("slug = ?", slug).Update(ctx, "type", t)
	if err == nil && n == 0 {
		return models.Errorf(models.CodeNotFound, noLandlord)
	}
	return translate("keep landlord type", err, noLandlord)
}

// LandlordOf returns the landlord of a branch.
func (s *Store) LandlordOf(ctx context.Context, branchID int64) (models.Landlord, error) {
	l, err := gorm.G[models.Landlord](s.db).Where("id = (SELECT landlord_id FROM branches WHERE id = ?)", branchID).First(ctx)
	return l, translate("landlord of branch", err, noLandlord)
}

// AddBranch adds a branch and fills in its ID.
func (s *Store) AddBranch(ctx context.Context, b *models.Branch) error {
	return translate("add branch", gorm.G[models.Branch](s.db).Create(ctx, b), noBranch)
}

// BranchBySlug finds a branch.
func (s *Store) BranchBySlug(ctx context.Context, slug string) (models.Branch, error) {
	b, err := gorm.G[models.Branch](s.db).Where("slug = ?", slug).First(ctx)
	return b, translate("branch by slug", err, noBranch)
}

// Branch finds a branch by its id.
func (s *Store) Branch(ctx context.Context, branchID int64) (models.Branch, error) {
	b, err := gorm.G[models.Branch](s.db).Where("id = ?", branchID).First(ctx)
	return b, translate("branch", err, noBranch)
}

// UpdateBranch writes what a secretary keeps of their branch: the address and e-mail address of its letters, and its threshold.
func (s *Store) UpdateBranch(ctx context.Context, b models.Branch) error {
	res := s.db.WithContext(ctx).Exec(`UPDATE branches SET address = ?, email = ?, threshold = ? WHERE id = ?`, b.Address, b.Email, b.Threshold, b.ID)
	if res.Error != nil {
		return fmt.Errorf("update branch: %w", res.Error)
	}
	if res.RowsAffected == 0 {
		return models.Errorf(models.CodeNotFound, noBranch)
	}
	return nil
}

// Branches returns all branches, by name. Only the command line asks for all.
func (s *Store) Branches(ctx context.Context) ([]models.Branch, error) {
	bs, err := gorm.G[models.Branch](s.db).Order("name, id").Find(ctx)
	return bs, translate("branches", err, noBranch)
}

// NextSerial returns the next number of a kind of reference in a branch and year, from 1. It is safe under two at once.
func (s *Store) NextSerial(ctx context.Context, branchID int64, kind string, year int) (int64, error) {
	var last int64
	err := s.db.WithContext(ctx).Raw(`INSERT INTO serials (branch_id, kind, year, last) VALUES (?, ?, ?, 1)
		ON CONFLICT (branch_id, kind, year) DO UPDATE SET last = serials.last + 1 RETURNING last`, branchID, kind, year).Scan(&last).Error
	if err != nil {
		return 0, fmt.Errorf("next serial: %w", err)
	}
	return last, nil
}

// AddAudit records that the actor did something. detail holds no names and no addresses.
func (s *Store) AddAudit(ctx context.Context, actor models.Actor, action, subject, detail string) error {
	e := models.AuditEntry{BranchID: actor.BranchID, AccountID: actor.AccountID, At: s.now(), Action: action, Subject: subject, Detail: detail}
	if err := gorm.G[models.AuditEntry](s.db).Create(ctx, &e); err != nil {
		return fmt.Errorf("add audit entry: %w", err)
	}
	return nil
}

// Audit returns the newest audit entries of a branch, newest first, older than beforeID where that is not 0.
func (s *Store) Audit(ctx context.Context, branchID, beforeID int64, limit int) ([]models.AuditEntry, error) {
	q := gorm.G[models.AuditEntry](s.db).Where("branch_id = ?", branchID)
	if beforeID > 0 {
		q = q.Where("id < ?", beforeID)
	}
	es, err := q.Order("id DESC").Limit(limit).Find(ctx)
	return es, translate("audit", err, "")
}
