package models

import (
	"time"

	"commoncase/models/access"
)

// Account is somebody who can sign in. What they may do is in their roles, branch by branch.
type Account struct {
	ID           int64
	Email        string // lower case, unique
	Name         string
	PasswordHash string // argon2id
	CreatedAt    time.Time
	DisabledAt   *time.Time
}

// Session is one signed-in browser. The cookie holds a random token; only its hash is stored.
type Session struct {
	TokenHash  string
	AccountID  int64
	BranchID   int64 // the branch being looked at
	CreatedAt  time.Time
	LastSeenAt time.Time
	ExpiresAt  time.Time
}

// Actor is who asks for something, in which branch, with which roles there. Every use case takes one.
type Actor struct {
	AccountID int64
	Name      string
	BranchID  int64
	Roles     access.Roles
}

// Can returns nil where the actor may do the action in their branch, and a forbidden Error otherwise.
func (a Actor) Can(action access.Action) error {
	if access.Allows(a.Roles, action) {
		return nil
	}
	return Errorf(CodeForbidden, "Your role in this branch does not allow this. Ask the branch secretary.")
}

// AuditEntry records that somebody did something. Rows are only ever added. Detail holds no names and no addresses.
type AuditEntry struct {
	ID        int64
	BranchID  int64
	AccountID int64 `gorm:"default:null"`
	At        time.Time
	Action    string // event.logged, case.assigned, letter.finalised
	Subject   string // a reference
	Detail    string
}
