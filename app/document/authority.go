package document

import "commoncase/models/civil"

// SignedHow is by which hand an authority was signed.
type SignedHow string

// The ways of signing.
const (
	SignedTyped SignedHow = "typed" // the name was typed, and a button pressed
	SignedDrawn SignedHow = "drawn" // drawn with a finger or a mouse
	SignedPaper SignedHow = "paper" // by hand on paper; the scan is a file of its own
)

// AuthorityDoc is everything that a signed authority to act prints. It writes no sentence of its own about what is agreed: the paragraphs are
// those that were shown to the person who signed.
type AuthorityDoc struct {
	Head  Letterhead
	Ref   string          // of the case or the story; printed on every page
	On    civil.Date      // the day of signing, and of the file
	Texts []AuthorityText // the text that was signed, then its translation where there is one; a page each
	Sign  AuthoritySignature
	Hash  string // SHA-256 of the text that was signed, hex
}

// AuthorityText is the authority in one language.
type AuthorityText struct {
	Lang       string          // en, pl, bn, ar; Arabic is set from right to left
	Title      string          // "Authority to act"; "" prints that
	Facts      []AuthorityFact // who, whom they authorise, towards whom, from when until when
	Paragraphs []string        // plain text: what for, the data it covers, that it can be taken back at any time
	Note       string          // small, under the title: "Translation of the text on page 1, which was signed."
}

// AuthorityFact is a name and what stands beside it; newlines in the value begin a line.
type AuthorityFact struct {
	Name  string // "Who gives it"
	Value string
}

// AuthoritySignature is who signed, when and how.
type AuthoritySignature struct {
	How   SignedHow
	Name  string // as typed, or of the person who signed
	Image []byte // of a drawn one: a PNG, transparent or white
	At    string // date and time as they are to be printed: "22 November 2026, 18:04 (UK time)"
	Via   string // by which way it came, a sentence: "On the branch's website, by the person who holds the code of the story."
	Taken string // who was there and took it down, "" where nobody was
}
