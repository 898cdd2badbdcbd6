package models

import (
	"time"

	"commoncase/models/civil"
)

// StoryState is where a story stands between its teller and the branch.
type StoryState string

// The states of a story.
const (
	StoryDraft    StoryState = "draft"    // being written; sealed, only its teller can read it
	StoryHeld     StoryState = "held"     // sent, and kept aside: a flood, or a trap that only programs walk into
	StoryNew      StoryState = "new"      // sent, in the inbox
	StoryCase     StoryState = "case"     // a case was opened from it
	StoryJoined   StoryState = "joined"   // it belongs to a case that was there already
	StoryIncident StoryState = "incident" // it is a report of an incident
	StoryRefused  StoryState = "refused"  // the branch cannot take it, with a reason
	StoryErased   StoryState = "erased"
)

// StoryHow is how a story was taken down.
type StoryHow string

// The ways in which a story is taken down.
const (
	HowSelf   StoryHow = "self"
	HowHelper StoryHow = "helper" // spoken to a helper
	HowPaper  StoryHow = "paper"  // written on the paper form and typed in
	HowOffice StoryHow = "office" // no story: the page of a member whose case was opened by the branch
)

// Story is what somebody told the branch, with or without a name. While it is a draft, Sealed holds its answers under a key that only
// the teller has, and everything that says something of them is empty; once it is sent, Content holds them as JSON (Answers), and the
// fields that triage searches by are filled from it. Sealed then holds the code alone.
type Story struct {
	ID         int64
	BranchID   int64
	Ref        string // NOR-S-26-0003-K; "" while a draft
	State      StoryState
	How        StoryHow
	Lang       string // of the pages that it was told on: en, pl, bn, ar
	Sealed     []byte
	Content    string
	Anonymous  bool // no name was given
	Theme      Theme
	Area       string
	Postcode   string
	Home       string     // the same for two stories of one home, and says nothing of where it is; "" where no home was given
	Since      civil.Date `gorm:"column:since_date"` // the day that "about March" begins with, as far as it could be read
	HeldReason string
	Reason     string // why it was refused, in words for the teller
	TakenBy    int64  `gorm:"default:null"` // the helper's account
	HandedOver bool   // the helper gave the code away and sees it no more
	CaseID     int64  `gorm:"default:null"`
	IncidentID int64  `gorm:"default:null"`
	Unread     bool   // the teller wrote something that nobody of the branch has read
	Version    int64
	StartedAt  time.Time
	UpdatedAt  time.Time
	ExpiresAt  *time.Time // of a draft
	SentAt     *time.Time
}

// Open reports whether the story waits in the inbox.
func (s *Story) Open() bool { return s.State == StoryNew || s.State == StoryHeld }

// Answers are what a teller wrote, question by question, as they wrote it. Every field may be empty. It is stored as JSON: a field that is
// renamed loses what was told.
type Answers struct {
	Postcode string `json:"postcode,omitempty"`
	Address  string `json:"address,omitempty"` // lines separated by newlines
	Area     string `json:"area,omitempty"`    // estate
	Landlord string `json:"landlord,omitempty"`
	Tenure   Tenure `json:"tenure,omitempty"`

	Themes []Theme `json:"themes,omitempty"`
	Story  string  `json:"story,omitempty"` // what is wrong, in their words

	Since string `json:"since,omitempty"` // "about March", as said

	Reported     string `json:"reported,omitempty"`      // yes, no, unsure
	ReportedWhen string `json:"reported_when,omitempty"` // as said
	ReportedHow  string `json:"reported_how,omitempty"`
	JobNumbers   string `json:"job_numbers,omitempty"`
	Answer       string `json:"answer,omitempty"`    // how the landlord answered
	Complaint    string `json:"complaint,omitempty"` // yes, no, unsure: a complaint was made

	People string   `json:"people,omitempty"`  // who lives there
	Needs  string   `json:"needs,omitempty"`   // what they need: health, access, language
	AtRisk []string `json:"at_risk,omitempty"` // slugs: baby, child, older, pregnant, breathing, disabled

	Wanted string `json:"wanted,omitempty"`

	Consents map[Purpose]ConsentValue `json:"consents,omitempty"`

	Anonymous       bool     `json:"anonymous,omitempty"`
	Name            string   `json:"name,omitempty"`
	Email           string   `json:"email,omitempty"`
	Phone           string   `json:"phone,omitempty"`
	SafeWays        []string `json:"safe_ways,omitempty"` // slugs: page, email, phone, text, post
	SafeTimes       string   `json:"safe_times,omitempty"`
	DoNotName       bool     `json:"do_not_name,omitempty"`      // the landlord, and housing, are not named in messages
	SpokenConsent   bool     `json:"spoken_consent,omitempty"`   // the helper read the consents out and wrote down the answers
	ReadRetaliation bool     `json:"read_retaliation,omitempty"` // they were shown what may come of it and where to get advice
	Done            []string `json:"done,omitempty"`             // the pages that were answered or passed over
}

// Teller is who holds the way back to a story: a browser with its key, by a code, a link or a signed-in member. Every use case of the
// member's own pages takes one. It is never made from what a request says alone.
type Teller struct {
	BranchID  int64
	StoryID   int64
	AccountID int64 // of a member who is signed in, or of the helper who takes the story down; 0 else
	Helper    bool  // AccountID is the helper's
}

// StoryFileState is how far a file of a story has come.
type StoryFileState string

// The states of a file.
const (
	FileArriving StoryFileState = "arriving" // being sent, piece by piece
	FileSealed   StoryFileState = "sealed"   // of a draft, under the teller's key
	FilePending  StoryFileState = "pending"  // the original is kept; the copy that may be shared is still to be made
	FileReady    StoryFileState = "ready"
	FileFailed   StoryFileState = "failed" // the original is kept; no copy can be made of it
)

// FilePurpose is what a file of a story is there for.
type FilePurpose string

// The purposes of a file.
const (
	FileEvidence  FilePurpose = "evidence"
	FileAuthority FilePurpose = "authority" // the signed authority to act
)

// StoryFile is a file that a teller sent. Name and Title are empty while it is sealed: they lie in Sealed.
type StoryFile struct {
	ID           int64
	BranchID     int64
	StoryID      int64
	Purpose      FilePurpose
	State        StoryFileState
	Pieces       string // the folder of its sealed pieces; "" once it was sent
	Sealed       []byte // name and title, sealed
	Size         int64  // bytes, as announced
	Arrived      int64  // bytes that are there
	MediaType    string // as sniffed
	Name         string
	Title        string
	Hash         string
	Copy         string
	Pages        int
	Error        string // why no copy can be made
	AttachmentID int64  `gorm:"default:null"`
	UploadedAt   time.Time
}

// StoryMessage is something that the branch asked or the teller answered.
type StoryMessage struct {
	ID         int64
	BranchID   int64
	StoryID    int64
	Sender     MessageSender
	Body       string
	Lang       string
	RecordedBy int64 `gorm:"default:null"`
	RecordedAt time.Time
	ReadAt     *time.Time // by the other side
}

// MessageSender is which side wrote a message.
type MessageSender string

// The two sides.
const (
	FromBranch MessageSender = "branch"
	FromTeller MessageSender = "teller"
)

// StoryTranslation is a translation of a story, with who made it. The story stays as it was written.
type StoryTranslation struct {
	ID         int64
	BranchID   int64
	StoryID    int64
	Lang       string
	Body       string
	MadeBy     string // "Anika Rahman, a neighbour", "a machine"
	RecordedBy int64  `gorm:"default:null"`
	RecordedAt time.Time
}

// StoryMove is one step of triage, with what it needs to be undone.
type StoryMove struct {
	ID         int64
	BranchID   int64
	StoryID    int64
	Was        StoryState
	Became     StoryState
	CaseID     int64 `gorm:"default:null"`
	IncidentID int64 `gorm:"default:null"`
	ReportID   int64 `gorm:"default:null"` // the impact report that it became
	Reason     string
	Undoes     int64 `gorm:"default:null"`
	RecordedBy int64 `gorm:"default:null"`
	RecordedAt time.Time
}

// Home is one address of the landlord's, as a branch imported it.
type Home struct {
	ID       int64
	BranchID int64
	Postcode string // folded: capital letters, no space
	Line     string // 12 Wren House, Mill Lane
	Area     string
	Seq      int
}

// Canvass is one round from door to door. Knocked is at most Homes, Answered at most Knocked, Affected at most Answered.
type Canvass struct {
	ID         int64
	BranchID   int64
	Area       string
	On         civil.Date `gorm:"column:on_date"`
	Homes      int
	Knocked    int
	Answered   int
	Affected   int
	Note       string
	Replaces   int64 `gorm:"default:null"` // the row that this one corrects
	RecordedBy int64 `gorm:"default:null"`
	RecordedAt time.Time
}

// ErasureState is what became of a wish to be erased.
type ErasureState string

// The states of such a wish.
const (
	ErasureAsked     ErasureState = "asked"
	ErasureDone      ErasureState = "done"
	ErasureDeclined  ErasureState = "declined"
	ErasureTakenBack ErasureState = "taken_back"
)

// Erasure is a person's wish to be erased.
type Erasure struct {
	ID        int64
	BranchID  int64
	StoryID   int64 `gorm:"default:null"`
	CaseID    int64 `gorm:"default:null"`
	State     ErasureState
	Note      string
	Reason    string // why it was declined
	AskedAt   time.Time
	DecidedBy int64 `gorm:"default:null"`
	DecidedAt *time.Time
}
