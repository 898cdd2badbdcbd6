package models

import (
	"time"

	"commoncase/models/civil"
)

// Holiday is a bank holiday that was announced after this program was built; the operator adds it for the whole installation.
type Holiday struct {
	ID       int64
	Calendar civil.CalendarName // of one part of the kingdom; UKAny follows from the parts
	On       civil.Date         `gorm:"column:on_date"`
	Title    string             // "Bank Holiday for the Coronation of King Charles III"
	Source   string             // where it was announced
	AddedBy  int64              `gorm:"default:null"` // account; 0 where it was added on the command line
	AddedAt  time.Time
}

// Announcement is the holiday as calendars take it.
func (h Holiday) Announcement() civil.Announcement {
	return civil.Announcement{Calendar: h.Calendar, Holiday: civil.Holiday{On: h.On, Title: h.Title}}
}

// Recompute is one run over the cases after the calendars, the rulebook or a policy changed.
type Recompute struct {
	ID         int64
	Reason     string // a sentence
	Rules      string // the version of the rulebook at its start
	BranchID   int64  `gorm:"default:null"` // 0: every branch
	AfterCase  int64  // the last case that is done; the run goes on behind it
	Total      int    // cases, as they were counted at its start
	Done       int
	Moved      int // deadlines that are another day than before
	StartedAt  time.Time
	FinishedAt *time.Time // nil while there are cases left
	Error      string     // why it stopped, a sentence; "" while it goes on
}

// Percent is how far the run is, from 0 to 100.
func (r Recompute) Percent() int {
	switch {
	case r.FinishedAt != nil:
		return 100
	case r.Total == 0:
		return 0
	}
	return min(99, r.Done*100/r.Total)
}

// MovedClock is a deadline that a run put on another day. A clock that was not there before has no WasDue, one that is there no more
// has no IsDue.
type MovedClock struct {
	RecomputeID int64
	BranchID    int64
	CaseID      int64
	Duty        string // code-2022/stage1-response
	Opener      int64  // the event that opened its thread; 0 of the complaint's own clocks
	WasDue      civil.Date
	IsDue       civil.Date
}
