package models

import (
	"time"

	"commoncase/models/civil"
)

// CaseLetter is one letter of a case, from the draft that the facts of the case filled in to what was sent. Once it is sent nothing
// of it changes: the database refuses it, and its PDF hangs on the event that the sending is.
type CaseLetter struct {
	ID        int64
	BranchID  int64
	CaseID    int64
	Ref       string          // CLA-C-26-0003-X
	Type      string          // slug of a type in models/letters
	Own       bool            // in the resident's own name; else the branch writes for them
	About     int64           `gorm:"default:null"` // the event that it belongs to: what opened its thread; 0 where it belongs to the complaint
	Procedure Procedure       // of a request: which; "" of other letters
	Category  string          // of a hazard report: the hazard, by its slug in the rulebook
	Urgency   Urgency         // of a hazard report
	Until     civil.Date      `gorm:"column:until_date"` // of a request for costs: the end of the accounting period; zero where it is not known
	Recipient string          // name or office, organisation, address: a line each
	Subject   string          // plain text, one line
	Body      string          // Markdown; [square brackets] mark what the writer still has to say
	SignOff   string          // who signs, a line each
	DatedOn   civil.Date      // the day that the letter bears; its counts of days go up to it
	ReplyBy   civil.Date      // the day by which it asks for an answer; zero where it names none
	State     CaseLetterState // draft, sent, dropped
	EventID   int64           `gorm:"default:null"` // the event that the sending is; 0 until then
	Version   int64           // goes up by one with every write
	CreatedBy int64           `gorm:"default:null"` // account
	CreatedAt time.Time
	UpdatedAt time.Time
}

// CaseLetterState is whether a letter of a case can still change.
type CaseLetterState string

// The states of a letter of a case.
const (
	CaseLetterDraft   CaseLetterState = "draft"
	CaseLetterSent    CaseLetterState = "sent"
	CaseLetterDropped CaseLetterState = "dropped"
)

// Label returns the word for a state.
func (s CaseLetterState) Label() string {
	switch s {
	case CaseLetterDraft:
		return "Draft"
	case CaseLetterSent:
		return "Sent"
	case CaseLetterDropped:
		return "Dropped"
	}
	return string(s)
}
