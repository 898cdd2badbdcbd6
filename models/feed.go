package models

import (
	"time"

	"commoncase/models/civil"
)

// FeedScope is what a calendar feed shows.
type FeedScope string

// The scopes.
const (
	FeedPerson FeedScope = "person" // the cases assigned to whoever made it
	FeedBranch FeedScope = "branch" // every open case of the branch
)

// Known reports whether there is such a scope.
func (s FeedScope) Known() bool { return s == FeedPerson || s == FeedBranch }

// Label returns the words for a scope.
func (s FeedScope) Label() string {
	if s == FeedBranch {
		return "Every open case of the branch"
	}
	return "The cases assigned to me"
}

// Feed is a calendar feed: whoever has its address can read it, without signing in. Only the hash of the address's secret is kept.
type Feed struct {
	ID         int64
	BranchID   int64
	AccountID  int64
	Scope      FeedScope
	TokenHash  string // SHA-256 in hex
	CreatedAt  time.Time
	RevokedAt  *time.Time
	LastReadOn civil.Date // the day is enough: when somebody's telephone looks is nobody's business
}
