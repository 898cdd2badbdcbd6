// Package people is who may come in: accounts, passwords, sign-in, sessions, and the branches that a person belongs to. Of
// ours it imports app/store, app/files, app/mail and models/*. It alone knows how a password or a session token is kept.
package people

import (
	"context"
	"fmt"
	"net/mail"
	"strings"
	"time"
	"unicode/utf8"

	"commoncase/app/store"
	"commoncase/models"
	"commoncase/models/access"
)

// SignedIn is what a request needs to know of its session: who it is, in which branch, with which roles.
type SignedIn = store.SignedIn

// Service is the use cases of people.
type Service struct {
	st      *store.Store
	now     func() time.Time
	hashing chan struct{} // one place for each password that may be hashed at the same time
	tries   *tries
	asks    *tries // mails for a new password
	post    *post  // nil where no mail leaves
}

// New makes the use cases over a store. now is the clock that sessions and waiting times are measured by.
func New(st *store.Store, now func() time.Time) *Service {
	utc := func() time.Time { return now().UTC().Truncate(time.Microsecond) }
	return &Service{st: st, now: utc, hashing: make(chan struct{}, hashesAtOnce), tries: newTries(utc), asks: newAsks(utc)}
}

// shortest and longest are the bounds of a password, in characters. The longest keeps hashing bounded; length is what makes a
// password hard to guess, so nothing is said about digits and capitals.
const (
	shortest = 12
	longest  = 200
)

// AddAccount adds somebody who may sign in, with a role in the branch of that slug. Where the e-mail address has an account
// already, that one is given the role and its name and password are left alone; added says which of the two it was. It is the
// operator's verb: only the command line and the loading of the demonstration call it.
func (s *Service) AddAccount(ctx context.Context, email, name, password, branchSlug string, role access.Role) (added bool, err error) {
	email = strings.ToLower(strings.TrimSpace(email))
	name = strings.TrimSpace(name)
	if a, err := mail.ParseAddress(email); err != nil || a.Address != email {
		return false, models.Invalid("email", "%q is no e-mail address. Give one such as name@example.org.", email)
	}
	if !knownRole(role) {
		return false, models.Invalid("role", "There is no role %q. Choose one of %s.", role, roleWords())
	}
	branch, err := s.st.BranchBySlug(ctx, branchSlug)
	if models.CodeOf(err) == models.CodeNotFound {
		return false, models.Invalid("branch", "There is no branch %q. The branches are: %s.", branchSlug, s.branchSlugs(ctx))
	} else if err != nil {
		return false, err
	}
	account, err := s.st.AccountByEmail(ctx, email)
	switch models.CodeOf(err) {
	case models.CodeNotFound:
		if name == "" {
			return false, models.Invalid("name", "Give the person's name.")
		}
		if err := CheckPassword(password); err != nil {
			return false, err
		}
		hash, err := s.hash(ctx, password)
		if err != nil {
			return false, err
		}
		account, added = models.Account{Email: email, Name: name, PasswordHash: hash}, true
	default:
		if err != nil {
			return false, err
		}
	}
	err = s.st.Tx(ctx, func(tx *store.Store) error {
		if added {
			if err := tx.AddAccount(ctx, &account); err != nil {
				return err
			}
		}
		if err := tx.GiveRole(ctx, account.ID, branch.ID, role); err != nil {
			return err
		}
		return tx.AddAudit(ctx, models.Actor{BranchID: branch.ID}, "role.given", fmt.Sprintf("account %d", account.ID), string(role))
	})
	return added, err
}

// Known reports whether an e-mail address has an account that may sign in. Only the command line asks.
func (s *Service) Known(ctx context.Context, email string) (bool, error) {
	_, err := s.st.AccountByEmail(ctx, strings.TrimSpace(email))
	if models.CodeOf(err) == models.CodeNotFound {
		return false, nil
	}
	return err == nil, err
}

// SetPassword gives an account a new password and ends all its sessions. It is the operator's verb.
func (s *Service) SetPassword(ctx context.Context, email, password string) error {
	account, err := s.st.AccountByEmail(ctx, strings.TrimSpace(email))
	if err != nil {
		return err
	}
	if err := CheckPassword(password); err != nil {
		return err
	}
	hash, err := s.hash(ctx, password)
	if err != nil {
		return err
	}
	return s.st.SetPassword(ctx, account.ID, hash)
}

// CheckPassword says what is wrong with a password that somebody chose.
func CheckPassword(password string) error {
	switch n := utf8.RuneCountInString(password); {
	case n < shortest:
		return models.Invalid("password", "The password has %d characters; %d is the least. Three words that do not belong together make a good one.", n, shortest)
	case n > longest:
		return models.Invalid("password", "The password has %d characters; %d is the most.", n, longest)
	}
	return nil
}

func knownRole(role access.Role) bool { return access.Roles(access.All).Has(role) }

func roleWords() string {
	words := make([]string, len(access.All))
	for i, r := range access.All {
		words[i] = string(r)
	}
	return strings.Join(words, ", ")
}

// branchSlugs are the slugs of all branches, for a sentence to the operator.
func (s *Service) branchSlugs(ctx context.Context) string {
	branches, err := s.st.Branches(ctx)
	if err != nil || len(branches) == 0 {
		return "none yet; make one with commoncase branch add"
	}
	slugs := make([]string, len(branches))
	for i, b := range branches {
		slugs[i] = b.Slug
	}
	return strings.Join(slugs, ", ")
}
