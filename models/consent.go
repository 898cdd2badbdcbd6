package models

import (
	"time"

	"commoncase/models/civil"
)

// Purpose is what a resident may agree to; each is asked by itself and none is taken for granted.
type Purpose string

// The purposes of consent.
const (
	PurposeRecord       Purpose = "record"        // the branch keeps and reads what was told
	PurposeAct          Purpose = "act"           // the branch acts for the resident towards the landlord and the Ombudsman
	PurposeCount        Purpose = "count"         // counted in figures
	PurposeQuote        Purpose = "quote"         // words in letters to the landlord and in what the branch publishes; its value says under which name
	PurposePhoto        Purpose = "photo"         // photos in letters and in what the branch publishes
	PurposeMP           Purpose = "send_mp"       // words and photos to the Member of Parliament
	PurposeMinister     Purpose = "send_minister" // to ministers and departments
	PurposePress        Purpose = "send_press"    // to newspapers and broadcasters
	PurposePressContact Purpose = "press_contact" // a journalist may make contact
)

// Purposes are all of them, in the order in which they are asked.
var Purposes = []Purpose{PurposeRecord, PurposeAct, PurposeCount, PurposeQuote, PurposePhoto, PurposeMP, PurposeMinister, PurposePress, PurposePressContact}

// Outward reports whether the purpose takes something out of the branch into the open. Consent to such a one lapses after the time that the
// branch has set, until it is given again; the others are asked again and go on meanwhile.
func (p Purpose) Outward() bool {
	switch p {
	case PurposeQuote, PurposePhoto, PurposeMP, PurposeMinister, PurposePress, PurposePressContact:
		return true
	case PurposeRecord, PurposeAct, PurposeCount:
	}
	return false
}

// ConsentValue is the answer to one purpose.
type ConsentValue string

// The answers. Of PurposeQuote a yes says under which name.
const (
	ConsentNo        ConsentValue = "no"
	ConsentYes       ConsentValue = "yes"
	ConsentAnonymous ConsentValue = ConsentValue(QuoteAnonymous)
	ConsentFirstName ConsentValue = ConsentValue(QuoteFirstName)
	ConsentFullName  ConsentValue = ConsentValue(QuoteFullName)
)

// Takes reports whether v can be an answer to the purpose.
func (p Purpose) Takes(v ConsentValue) bool {
	switch v {
	case ConsentNo:
		return true
	case ConsentYes:
		return p != PurposeQuote
	case ConsentAnonymous, ConsentFirstName, ConsentFullName:
		return p == PurposeQuote
	}
	return false
}

// ConsentHow is how a consent was taken.
type ConsentHow string

// The ways in which consent is taken.
const (
	ConsentSelf   ConsentHow = "self"   // ticked by the resident
	ConsentSpoken ConsentHow = "spoken" // said to a helper or a caseworker
	ConsentPaper  ConsentHow = "paper"  // on the paper form
	ConsentOffice ConsentHow = "office" // written down by the branch from a message
)

// Consent is one answer to one purpose: of a story, or of a case that came without one. Rows are only ever added; the newest stands.
type Consent struct {
	ID         int64
	BranchID   int64
	StoryID    int64 `gorm:"default:null"`
	CaseID     int64 `gorm:"default:null"`
	Purpose    Purpose
	Value      ConsentValue
	Wording    string // the sentence that was agreed to, in its language
	Lang       string
	How        ConsentHow
	TakenBy    int64      `gorm:"default:null"` // the account of who took it; 0 where the resident ticked it
	On         civil.Date `gorm:"column:on_date"`
	RecordedAt time.Time
}

// Given reports whether the answer is a yes of some kind.
func (c Consent) Given() bool { return c.Value != "" && c.Value != ConsentNo }

// ConsentState is where a consent stands on a day.
type ConsentState struct {
	Consent            // the newest row; its zero value where nobody was asked
	Asked   bool       // there is a row
	RenewBy civil.Date // when it is to be given again; zero where the branch sets no time or nothing is given
	Lapsed  bool       // RenewBy has passed
	Holds   bool       // it may be relied on today: given, and not lapsed where it must not be
}

// StateOf is where the newest answer to a purpose stands on a day, in a branch that asks again after so many months (0: never).
func StateOf(newest Consent, months int, today civil.Date) ConsentState {
	s := ConsentState{Consent: newest, Asked: newest.Purpose != ""}
	if !newest.Given() {
		return s
	}
	if months > 0 {
		s.RenewBy = newest.On.AddMonths(months)
		s.Lapsed = today > s.RenewBy
	}
	s.Holds = !s.Lapsed || !newest.Purpose.Outward()
	return s
}

// QuoteNeeds are the purposes that must all hold before a letter to a recipient of the role may print a resident's words. published is true of a
// letter that is open for everybody to read.
func QuoteNeeds(role RecipientRole, published bool) []Purpose {
	needs := []Purpose{PurposeQuote}
	switch role {
	case RecipientMP:
		needs = append(needs, PurposeMP)
	case RecipientMinister:
		needs = append(needs, PurposeMinister)
	case RecipientPress:
		published = true
	case RecipientChiefExecutive, RecipientRegulator:
	}
	if published {
		needs = append(needs, PurposePress)
	}
	return needs
}

// Quote is what a resident said, chosen by a caseworker, that a letter may print while their consent covers it. Its number is how a letter names it: {quote:12}.
type Quote struct {
	ID        int64
	BranchID  int64
	Number    int
	StoryID   int64  `gorm:"default:null"`
	CaseID    int64  `gorm:"default:null"`
	Text      string // as it is printed
	Original  string // in the language it was said in, where Text is a translation
	Lang      string // of Text
	FirstName string // which part of the name is the first name, as whoever chose it knows; "" takes the first word
	SaidOn    civil.Date
	DroppedAt *time.Time // the branch took it back
	AddedBy   int64      `gorm:"default:null"`
	AddedAt   time.Time
}

// TableName is the table.
func (QuoteUsed) TableName() string { return "quote_uses" }

// QuoteUsed says that a final letter printed a quote.
type QuoteUsed struct {
	BranchID  int64
	QuoteID   int64
	LetterID  int64
	PrintedAs string // the name that stood under it; "" for none
	UsedAt    time.Time
}
