package models

import (
	"time"

	"commoncase/models/civil"
)

// Branch is one campaign group at one landlord. Nothing of one branch is seen from another.
type Branch struct {
	ID         int64
	Slug       string
	Name       string
	LandlordID int64
	Prefix     string // first part of its references: CLA
	Address    string // letterhead lines, separated by newlines
	Email      string
	Threshold  int // smallest number of cases that may leave the branch as a figure; 5 unless the branch asks for more
	Demo       bool

	IntakeOpen    bool   // stories may be told without an account
	IntakeWords   string // what the branch says above its story form, in its own words
	ConsentMonths int    // after how many months consent is asked for again; 0: never
}

// Tenure is how the resident holds the home.
type Tenure string

// The tenures that a referral asks about.
const (
	TenureAssured         Tenure = "assured"
	TenureSecure          Tenure = "secure"
	TenureStarter         Tenure = "starter"
	TenureFixedTerm       Tenure = "fixed_term"
	TenureSharedOwnership Tenure = "shared_ownership"
	TenureLeaseholder     Tenure = "leaseholder"
	TenureLicence         Tenure = "licence"
	TenureFormer          Tenure = "former_resident"
	TenureUnknown         Tenure = "unknown"
)

// Member is a person of the branch: a tenant, shared owner or leaseholder. Name, address and what is said of health or
// safety are seen only by those who may see the case.
type Member struct {
	ID            int64
	BranchID      int64
	AccountID     int64 `gorm:"default:null"` // 0 where the member has no sign-in
	Name          string
	Email         string
	Phone         string
	Address       string // lines separated by newlines
	Postcode      string
	Area          string // estate or ward: the coarse place that figures may use
	Household     string // members of one home share it; counts households without naming one
	Tenure        Tenure
	ContactSafety string // how and when not to make contact
	CreatedAt     time.Time
}

// Theme is what a case is about; figures group by it. The words follow the Ombudsman's categories where they can.
type Theme string

// The themes.
const (
	ThemeDampMould      Theme = "damp_mould"
	ThemeLeaks          Theme = "leaks"
	ThemeRepairs        Theme = "repairs"
	ThemeHeating        Theme = "heating"
	ThemeSafety         Theme = "safety"
	ThemePests          Theme = "pests"
	ThemeASB            Theme = "asb"
	ThemeServiceCharges Theme = "service_charges"
	ThemePayments       Theme = "payments"
	ThemeMoves          Theme = "moves"
	ThemeCommunication  Theme = "communication"
	ThemeData           Theme = "data"
	ThemeEstate         Theme = "estate"
	ThemeStaff          Theme = "staff"
)

// Case is one member's matter with the landlord. Its status follows from its events; Status, StatusOn, Ack, FinalOn and the
// clock rows are a cache of that, written in the same transaction as the event.
type Case struct {
	ID           int64
	BranchID     int64
	MemberID     int64
	Ref          string // CLA-26-0417-K
	Theme        Theme
	Title        string // a few words, no name: "Mould in the children's bedroom"
	Summary      string // what happened, for the referral
	Wanted       string // what would put it right
	StillUnhappy string // why the final response did not settle it, for the referral
	LateReason   string // why the Ombudsman was not asked within twelve months, where that is so
	LandlordRef  string // the landlord's complaint reference
	OmbudsmanRef string // nine digits
	CourtAction  bool   // a claim has been issued
	Needs        string // reasonable adjustments asked for
	AssignedTo   int64  `gorm:"default:null"` // account; 0 where nobody
	Status       Status
	StatusOn     civil.Date
	StatusUntil  civil.Date // "extended to" date, where the status has one
	Flags        Flags      `gorm:"embedded;embeddedPrefix:flag_"`
	SilentSince  civil.Date // the landlord has not answered since; zero where it has
	OpenedOn     civil.Date
	ClosedReason ClosedReason
	LandlordDue  civil.Date // the earliest day by which the landlord owes something that is not done; zero where it owes nothing
	LandlordDuty string     // the rule of LandlordDue
	Uncounted    bool       // the resident does not want to be counted in figures
	Rules        string     // the version of the rulebook that judged the case
	SearchText   string     // what a search by name or reference looks in, folded
	Version      int64      // goes up by one with every write; a form that carries an older one is told what changed
	CreatedAt    time.Time
	UpdatedAt    time.Time
}

// Flags are the marks beside the status line that follow from the events.
type Flags struct {
	Hazard    bool
	Solicitor bool
	Adverse   bool // something was done to the resident after they complained
}

// Status is the visible line of a case. It follows from the events; nobody sets it.
type Status string

// The statuses, in the order of the road.
const (
	StatusStoryReceived     Status = "story_received"
	StatusConsentPending    Status = "consent_pending"
	StatusReported          Status = "reported"
	StatusStage1AwaitingAck Status = "stage1_awaiting_acknowledgement"
	StatusStage1Awaiting    Status = "stage1_awaiting_response"
	StatusStage1Extended    Status = "stage1_extended"
	StatusStage1Responded   Status = "stage1_responded"
	StatusStage2AwaitingAck Status = "stage2_awaiting_acknowledgement"
	StatusStage2Awaiting    Status = "stage2_awaiting_response"
	StatusStage2Extended    Status = "stage2_extended"
	StatusFinalResponse     Status = "final_response" // stage 2: response received
	StatusOmbudsmanHelp     Status = "ombudsman_help"
	StatusOmbudsman         Status = "ombudsman_investigation"
	StatusDetermined        Status = "determined"
	StatusOrders            Status = "orders_tracked"
	StatusClosed            Status = "closed"
)

// ClockRow is the cached answer of one clock of one case, so that "overdue this week" is one indexed query.
type ClockRow struct {
	BranchID  int64
	CaseID    int64
	Duty      string // code-2022/stage1-response
	Regime    string // code-2022
	Name      string // stage1-response
	Bound     Bound  // who is bound: landlord or resident
	StartedOn civil.Date
	Due       civil.Date // zero while not started
	MetOn     civil.Date // zero while not met
	DaysLate  int        // once met: working (or calendar) days late, 0 when in time
	Type      string     // rulebook.Type: duty, window, order, dated, extension
	Opener    int64      // the event that opened the thread or made the order; 0 of the complaint's own clocks
	DueAt     civil.Time // where hours count
	Stopped   bool       // it stands still until the landlord has what it asked for
	Seq       int        // place among the clocks of the case
}

// Bound is who a duty binds.
type Bound string

// Those whom duties bind.
const (
	BoundLandlord Bound = "landlord"
	BoundResident Bound = "resident"
	BoundBranch   Bound = "branch" // what the branch has set itself
)

// Attachment is a file on a case: a letter, a photo, a signed authority. The bytes lie in app/files under Hash; Copy is the
// hash of the copy that may be shared (photo turned upright and without its location, PDF without scripts).
type Attachment struct {
	ID         int64
	BranchID   int64
	CaseID     int64
	EventID    int64 `gorm:"default:null"` // 0 while it is staged: uploaded, and its event not yet saved
	Hash       string
	Copy       string
	Name       string // as the person called it; never trusted as a path or a type
	MediaType  string // as sniffed
	Size       int64  // bytes
	Pages      int    // of the copy: a photo has 1
	Title      string // what it is, for the index of exhibits
	UploadedBy int64  `gorm:"default:null"`
	UploadedAt time.Time
}
