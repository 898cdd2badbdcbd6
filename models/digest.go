package models

import (
	"time"

	"commoncase/models/civil"
)

// DigestState is how far the reminder of one morning has come.
type DigestState string

// The states. A reminder is written as sending just before the mail server is asked, so that after a crash it is known that it may have
// gone; it is then uncertain, and goes again only where somebody says so.
const (
	DigestQueued    DigestState = "queued"
	DigestSending   DigestState = "sending"
	DigestSent      DigestState = "sent"
	DigestFailed    DigestState = "failed"
	DigestUncertain DigestState = "uncertain"
	DigestEmpty     DigestState = "empty" // there was nothing to say, or nobody to say it to any more: no mail
)

// DigestStates are all of them, in the order in which a reminder meets them.
var DigestStates = []DigestState{DigestQueued, DigestSending, DigestSent, DigestFailed, DigestUncertain, DigestEmpty}

// Label returns the words for a state.
func (s DigestState) Label() string {
	switch s {
	case DigestQueued:
		return "Waiting"
	case DigestSending:
		return "On its way"
	case DigestSent:
		return "Sent"
	case DigestFailed:
		return "Failed"
	case DigestUncertain:
		return "Perhaps sent"
	case DigestEmpty:
		return "Nothing to say"
	}
	return ""
}

// Digest is the reminder of one morning for one person in one branch. There is one for each, whatever restarts.
type Digest struct {
	ID        int64
	BranchID  int64
	AccountID int64
	On        civil.Date `gorm:"column:on_date"`
	State     DigestState
	Lines     int    // things that it tells of
	Tries     int    // how often the mail server was asked
	Error     string // why it failed or waits, a sentence without names and addresses; "" where nothing went wrong
	QueuedAt  time.Time
	TriedAt   *time.Time
	SentAt    *time.Time
}

// Again reports whether it can be tried again by hand on a day: it failed, or nobody knows whether it went, and it is of that day. What
// was due on an earlier morning stands in the next one, if it still stands.
func (d Digest) Again(today civil.Date) bool {
	return d.On == today && (d.State == DigestFailed || d.State == DigestUncertain)
}

// The hours of the morning's reminder, on the wall in London: it leaves at MorningFrom or as soon after as the program runs, and from
// MorningUntil on no more.
var (
	MorningFrom  = civil.At(7, 0)
	MorningUntil = civil.At(12, 0)
)
