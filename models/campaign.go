package models

import (
	"time"

	"commoncase/models/civil"
)

// Incident is a landlord-wide event: when it began and ended, and whom it touched.
type Incident struct {
	ID        int64
	BranchID  int64
	Slug      string
	Title     string
	StartedOn civil.Date
	EndedOn   civil.Date // zero while it lasts
	EndNote   string     // how sure the end is: "month known, day assumed"
	Homes     int
	Residents int
	Summary   string
	Source    string
}

// Statement is what was said or done about an incident, and by whom, with its source.
type Statement struct {
	ID         int64
	BranchID   int64
	IncidentID int64
	On         civil.Date `gorm:"column:on_date"`
	Kind       StatementKind
	Channel    Channel
	Claim      string
	Source     string
	Note       string // how sure the date is
}

// StatementKind is who spoke, or what marks the day.
type StatementKind string

// The kinds of entry in an incident's history.
const (
	StatementLandlord StatementKind = "landlord_statement"
	StatementCampaign StatementKind = "campaign"
	StatementPress    StatementKind = "press_report"
	StatementMarker   StatementKind = "marker" // start, end
)

// ImpactReport is what one resident said an incident did to them. It names nobody.
type ImpactReport struct {
	ID          int64
	BranchID    int64
	IncidentID  int64
	On          civil.Date `gorm:"column:on_date"` // the day it was reported
	Since       civil.Date `gorm:"column:since_date"`
	Area        string
	Theme       string
	Impact      string
	BeforeMonth *int // how often a month before, where counted
	SinceCount  *int // how often since
	Quote       QuoteUse
	Contradicts int64 `gorm:"default:null"` // the Statement it contradicts; 0 where none
	StoryID     int64 `gorm:"default:null"` // the story it came from; 0 where it was written down otherwise
}

// QuoteUse is what a resident agreed may be done with their words.
type QuoteUse string

// The uses of a quote.
const (
	QuoteNone      QuoteUse = "none"
	QuoteAnonymous QuoteUse = "anonymous"
	QuoteFirstName QuoteUse = "first_name"
	QuoteFullName  QuoteUse = "full_name"
)

// Demand is one thing that the campaign asks for. Its number runs through all points.
type Demand struct {
	ID            int64
	BranchID      int64
	Number        int // 1 to 33
	Point         int // 1 to 5
	PointTitle    string
	Text          string
	Measure       string // slug of the figure behind it; "" where none
	Outcome       Outcome
	OutcomeOn     civil.Date
	OutcomeNote   string
	OutcomeSource string
	Version       int64
}

// Outcome is what became of a demand.
type Outcome string

// The outcomes.
const (
	OutcomeNoAnswer Outcome = "no_answer"
	OutcomeRefused  Outcome = "refused"
	OutcomePartly   Outcome = "partly"
	OutcomePromised Outcome = "promised"
	OutcomeDone     Outcome = "done"
	OutcomeReversed Outcome = "reversed"
)

// Recipient is somebody a letter goes to, by role.
type Recipient struct {
	ID           int64
	BranchID     int64
	Role         RecipientRole
	Name         string // "" where the letter goes to the office, not the person
	Office       string // "The Chief Executive"
	Organisation string
	Address      string // lines separated by newlines
	Constituency string // of an MP
}

// RecipientRole is what a recipient is.
type RecipientRole string

// The roles of recipients.
const (
	RecipientChiefExecutive RecipientRole = "chief_executive"
	RecipientMinister       RecipientRole = "minister"
	RecipientMP             RecipientRole = "mp"
	RecipientRegulator      RecipientRole = "regulator"
	RecipientPress          RecipientRole = "press"
)

// Letter is one letter of the campaign. While it is a draft, its Body is Markdown with live figures, quotes and demands in it;
// when it is finalised, Frozen holds the text with every figure in place, and Hash proves the text and its Snapshot.
type Letter struct {
	ID          int64
	BranchID    int64
	Ref         string // CLA-L-23-0003-X
	Type        string // slug of a type in models/letters; "record" for one whose text is not held
	Title       string
	RecipientID int64
	Body        string
	SignOff     string     // roles, one a line: "Branch secretary"
	Mandate     string     // "agreed by 87 of 102 voting at the branch meeting of 12 July 2023"
	From        civil.Date `gorm:"column:period_from"` // the period that its figures cover
	To          civil.Date `gorm:"column:period_to"`
	State       LetterState
	DatedOn     civil.Date
	Frozen      string // Markdown with everything filled in
	SnapshotID  int64  `gorm:"default:null"`
	Hash        string // SHA-256 of the frozen text, the date, the recipient and the snapshot's hash, in hex
	ReplyDue    civil.Date
	Version     int64
	CreatedAt   time.Time
	FinalisedAt *time.Time
}

// LetterState is whether a letter can still change.
type LetterState string

// The states of a letter.
const (
	LetterDraft  LetterState = "draft"
	LetterFinal  LetterState = "final"
	LetterRecord LetterState = "record" // went out before Commoncase; its text is not held here
)

// LetterEvent is what became of a letter. An acknowledgement is not an answer.
type LetterEvent struct {
	ID         int64
	BranchID   int64
	LetterID   int64
	Kind       LetterEventKind
	On         civil.Date `gorm:"column:on_date"`
	Note       string
	Source     string
	RecordedBy int64 `gorm:"default:null"`
	RecordedAt time.Time
}

// LetterEventKind is one step in the life of a letter after it is final.
type LetterEventKind string

// The steps.
const (
	LetterSent         LetterEventKind = "sent"
	LetterAcknowledged LetterEventKind = "acknowledged"
	LetterHolding      LetterEventKind = "holding_reply"
	LetterAnswered     LetterEventKind = "answered"
	LetterRefused      LetterEventKind = "refused"
	LetterChased       LetterEventKind = "chased"
)

// Figure is one number with what stands behind it. Rows are the references of the cases (or reports, findings) counted.
type Figure struct {
	Measure    string     `json:"measure"`    // slug
	Name       string     `json:"name"`       // what it is, in a few words
	Definition string     `json:"definition"` // how it is counted, in a sentence or two
	From       civil.Date `json:"from"`
	To         civil.Date `json:"to"`
	Value      float64    `json:"value"`
	Text       string     `json:"text"`               // as printed: "62 %", "14 working days"
	Unit       string     `json:"unit"`               // cases, per cent, working days
	N          int        `json:"n"`                  // how many it is counted over
	Rows       []string   `json:"rows"`               // references behind the value
	Of         []string   `json:"of,omitempty"`       // references of all that was counted, where Rows is a part of it: the late among the judged
	Withheld   string     `json:"withheld,omitempty"` // why it may not leave the branch; "" where it may
}

// Snapshot freezes figures with their definitions and case lists under a hash.
type Snapshot struct {
	ID       int64
	BranchID int64
	Hash     string // SHA-256 of Content, hex
	Content  string // canonical JSON of []Figure
	TakenAt  time.Time
	TakenBy  int64 `gorm:"default:null"`
}
