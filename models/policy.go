package models

import "time"

// Policy is one saved version of one of the landlord's policies, as a branch keeps it. Versions are only ever added.
type Policy struct {
	ID         int64
	BranchID   int64
	Regime     string // clarion-2022: all versions of one policy share it
	Content    string // the draft, as JSON
	Withdrawn  bool   // from this version on the policy judges nothing
	Replaces   int64  `gorm:"default:null"` // the version before it; 0 of the first
	Note       string // why, in the words of whoever saved it
	RecordedBy int64  `gorm:"default:null"` // account
	RecordedAt time.Time
}

// TableName is the table.
func (Policy) TableName() string { return "policies" }
