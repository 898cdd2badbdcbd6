package people

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"strings"
	"time"

	"commoncase/app/store"
	"commoncase/models"
	"commoncase/models/access"
)

// A session ends after idle without a request, and after absolute whatever happens. It is written at most once in every touch,
// so that reading a page is not a write.
const (
	idle     = 12 * time.Hour
	absolute = 30 * 24 * time.Hour
	touch    = 5 * time.Minute
)

const (
	wrongSignIn = "The e-mail address or the password is not right. Check both, and ask your branch secretary if you cannot get in."
	noBranchYet = "Your account belongs to no branch yet. Ask the branch secretary to give you a role."
	signInFirst = "Sign in to go on."
)

// SignIn checks an e-mail address and a password and starts a session; the token goes into the browser's cookie and is kept
// nowhere. address is the network address the try came from. A wrong pair is invalid and too many are too_many, with how long
// to wait. It takes the same time whether the e-mail address has an account or not.
func (s *Service) SignIn(ctx context.Context, email, password, address string) (token string, err error) {
	email = strings.ToLower(strings.TrimSpace(email))
	if email == "" || password == "" {
		var errs models.Errors
		if email == "" {
			errs = append(errs, models.Invalid("email", "Enter your e-mail address."))
		}
		if password == "" {
			errs = append(errs, models.Invalid("password", "Enter your password."))
		}
		return "", errs
	}
	if len(email) > 254 || len(password) > 4*longest {
		return "", models.Invalid("email", wrongSignIn)
	}
	if err := s.tries.begin(email, address); err != nil {
		return "", err
	}
	account, err := s.st.AccountByEmail(ctx, email)
	known := err == nil
	if err != nil && models.CodeOf(err) != models.CodeNotFound {
		return "", err
	}
	hash := account.PasswordHash
	if !known || hash == "" {
		known, hash = false, nobody
	}
	ok, err := s.matches(ctx, password, hash)
	if err != nil {
		return "", err
	}
	if !ok || !known {
		return "", models.Invalid("email", wrongSignIn)
	}
	s.tries.forgive(email, address)
	return s.start(ctx, account.ID)
}

// SignInAs starts a session for the account with that e-mail address without a password. Only the demonstration does so, with
// accounts that it made itself.
func (s *Service) SignInAs(ctx context.Context, email string) (token string, err error) {
	account, err := s.st.AccountByEmail(ctx, email)
	if err != nil {
		return "", err
	}
	return s.start(ctx, account.ID)
}

// start makes a session with a new token in the first branch of the account.
func (s *Service) start(ctx context.Context, accountID int64) (string, error) {
	branches, err := s.st.Memberships(ctx, accountID)
	if err != nil {
		return "", err
	}
	if len(branches) == 0 {
		return "", models.Errorf(models.CodeForbidden, noBranchYet)
	}
	token := newToken()
	now := s.now()
	err = s.st.Tx(ctx, func(tx *store.Store) error {
		if err := tx.EndExpiredSessions(ctx, now); err != nil {
			return err
		}
		return tx.AddSession(ctx, &models.Session{TokenHash: hashToken(token), AccountID: accountID, BranchID: branches[0].Branch.ID,
			CreatedAt: now, LastSeenAt: now, ExpiresAt: now.Add(idle)})
	})
	if err != nil {
		return "", err
	}
	return token, nil
}

// hashToken is what is stored of a token. A token has 256 random bits, so one plain hash is enough.
func hashToken(token string) string {
	sum := sha256.Sum256([]byte(token))
	return hex.EncodeToString(sum[:])
}

// Who returns whose session a token is; sign_in where it is nobody's. One query; and one write where the session was last seen
// more than five minutes ago.
func (s *Service) Who(ctx context.Context, token string) (SignedIn, error) {
	if token == "" {
		return SignedIn{}, models.Errorf(models.CodeSignIn, signInFirst)
	}
	now := s.now()
	in, err := s.st.SessionByToken(ctx, hashToken(token), now)
	if err != nil {
		return SignedIn{}, err
	}
	if now.Sub(in.Session.LastSeenAt) < touch {
		return in, nil
	}
	last := in.Session.CreatedAt.Add(absolute)
	if !now.Before(last) {
		if err := s.st.EndSession(ctx, in.Session.TokenHash); err != nil {
			return SignedIn{}, err
		}
		return SignedIn{}, models.Errorf(models.CodeSignIn, signInFirst)
	}
	expires := now.Add(idle)
	if expires.After(last) {
		expires = last
	}
	if err := s.st.TouchSession(ctx, in.Session.TokenHash, now, expires); err != nil {
		return SignedIn{}, err
	}
	in.Session.LastSeenAt, in.Session.ExpiresAt = now, expires
	return in, nil
}

// ActorOf is the actor that a session speaks for.
func ActorOf(in SignedIn) models.Actor {
	return models.Actor{AccountID: in.Account.ID, Name: in.Account.Name, BranchID: in.Branch.ID, Roles: in.Roles}
}

// SignOut ends a session; one that is over already is no error.
func (s *Service) SignOut(ctx context.Context, token string) error {
	if token == "" {
		return nil
	}
	return s.st.EndSession(ctx, hashToken(token))
}

// SwitchBranch makes a session look at another branch in which the person has a role; not_found where they have none.
func (s *Service) SwitchBranch(ctx context.Context, token string, branchID int64) error {
	return s.st.SwitchBranch(ctx, hashToken(token), branchID)
}

// Audit returns the newest audit entries of the actor's branch, newest first, older than beforeID where that is not 0; limit
// of them at most.
func (s *Service) Audit(ctx context.Context, actor models.Actor, beforeID int64, limit int) ([]models.AuditEntry, error) {
	if err := actor.Can(access.SeeAudit); err != nil {
		return nil, err
	}
	return s.st.Audit(ctx, actor.BranchID, beforeID, limit)
}

// Names returns the names of those who hold a role in the actor's branch, by account id.
func (s *Service) Names(ctx context.Context, actor models.Actor) (map[int64]string, error) {
	if err := actor.Can(access.SeeBranch); err != nil {
		return nil, err
	}
	return s.st.AccountNames(ctx, actor.BranchID)
}
