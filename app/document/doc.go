// Package document typesets: open letters, letters to ministers and MPs, referral bundles, authorities, the paper form, and the
// safe copies of photos and PDFs that go into them, in Latin letters and their like, Bengali and Arabic (UseFonts). It is the only room that knows fpdf and pdfcpu. Its input is plain structs, its output is
// bytes; it reads no database and no clock, so the same input gives the same bytes. Of ours it may import models,
// models/letters, models/catalogue and models/civil.
package document

import (
	"io"

	"commoncase/models/civil"
)

// Letterhead is who writes: printed at the head of a letter and on the cover of a bundle.
type Letterhead struct {
	Name  string   // the branch
	Lines []string // its address, a line each
	Email string
}

// LetterDoc is everything a letter prints, in the order of the page.
type LetterDoc struct {
	Head       Letterhead
	Ref        string     // CLA-L-23-0003-X; printed in the footer of every page
	On         civil.Date // the date of the letter, and of the file
	Recipient  []string   // name or office, organisation, address: a line each
	Salutation string     // "Dear Chief Executive"
	Subject    string     // the heading under the salutation
	Body       string     // Markdown: headings, paragraphs, lists, tables, quotes, links, footnotes
	Demands    []DemandGroup
	After      string   // Markdown after the demands, before the sign-off
	Closing    string   // "Yours sincerely"; "" prints "Yours faithfully"
	SignOff    []string // roles (or names), a line each: "Branch secretary"
	Mandate    string   // "Agreed by 87 of 102 voting at the branch meeting of 12 July 2023"
	Copies     []string // "Copied to", a line each; usually empty
	References []string // the sources, numbered from 1; a line of Markdown each (links allowed)
	Figures    []FigureLine
	Hash       string // hash of the frozen letter or its snapshot, hex; shown shortened in the footer, whole in the annex
	Draft      bool   // prints "Draft" on every page
}

// DemandGroup is one point of the plan with its demands.
type DemandGroup struct {
	Point   int // 1 to 5
	Title   string
	Demands []DemandLine
}

// DemandLine is one demand. Numbers run through all groups.
type DemandLine struct {
	Number int
	Text   string // Markdown of one paragraph
}

// FigureLine is one row of the annex "How each figure is counted".
type FigureLine struct {
	Name       string
	Value      string // as printed in the letter: "62 %"
	Definition string
	From, To   civil.Date // the period
	N          int        // how many it is counted over
	Hash       string     // of the figure, where it has its own; "" prints nothing
}

// BundleDoc is everything a referral bundle prints. Exhibit numbers in Chronology, Questions and Authority refer to
// Exhibits by Number; a number that is not among them is printed without a link.
type BundleDoc struct {
	Head         Letterhead
	Ref          string // the case
	Title        string // a few words: "Mould in the children's bedroom"
	Resident     string
	Address      []string // the home, a line each
	Landlord     string
	LandlordRef  string // the landlord's complaint reference
	OmbudsmanRef string // nine digits; "" before there is one
	PreparedBy   string // role and branch, or a name
	On           civil.Date
	Questions    []Answer
	Authority    Authority
	Chronology   []ChronologyRow
	Breaches     []BreachRow
	Issues       []Issue
	Exhibits     []Exhibit
	Hash         string // hash of the plan or of its inputs, hex; "" prints nothing
}

// Answer is one of the Ombudsman's questions with its answer.
type Answer struct {
	Section  string // groups questions under a heading; "" continues the group before
	Question string
	Answer   string // plain text, paragraphs separated by a blank line
	Missing  bool   // not answered yet: printed as such, so that nobody sends it unseen
	Exhibits []int
}

// Authority is the statement that the branch may act for the resident.
type Authority struct {
	Text     string // Markdown
	SignedOn civil.Date
	Exhibits []int // the signed paper
}

// ChronologyRow is one dated thing that happened.
type ChronologyRow struct {
	On       civil.Date
	What     string // what happened: "Complaint made"
	Detail   string // the note, in the recorder's words
	Exhibits []int
}

// BreachRow is one duty that was not met in time, or is not met yet.
type BreachRow struct {
	Duty       string // in words: "Answer the complaint at stage 1"
	Clause     string // 5.1
	Source     string // "Complaint Handling Code 2022"
	Started    civil.Date
	Due        civil.Date
	Done       civil.Date // zero: not done by the date of the bundle
	DaysLate   int
	Unit       string // "working days"; "" prints "working days"
	Instead    string // printed in place of the days late where no date was missed: "missing", "forbidden"
	Confidence string // the mark of the rulebook: how sure we are of the rule
	Note       string // how the date was worked out, in a sentence
}

// Issue is one thing complained of and what would put it right.
type Issue struct {
	Title  string
	Detail string // Markdown
	Remedy string // Markdown: what would put it right
}

// Exhibit is one file of the bundle. Open gives the SHARED copy (SafePhoto, SafePDF, SafeDocx, SafeMail, SafeSound), not what was
// uploaded. Sound cannot be printed: it gets a page that names the file which goes along with the bundle.
type Exhibit struct {
	Number    int
	Title     string
	On        civil.Date
	MediaType string                        // "image/jpeg", "application/pdf" or a type of sound
	Caption   string                        // under a photo; "" prints the title alone
	Open      func() (io.ReadCloser, error) `json:"-"` // bytes, not words: a plan is hashed with the hashes of its exhibits
}
