package document

import "commoncase/models/civil"

// PaperDoc is everything that the paper form prints besides its questions, which are those of the story pages in the same language.
type PaperDoc struct {
	Lang   string // en, pl, bn, ar; the catalogue's
	Large  bool   // 18 point type
	Branch string
	Return []string   // the address to return it to, a line each
	Email  string     // of the branch, "" prints none
	Site   string     // where the code is typed in: "https://tell.example.org/come-back"
	Code   string     // 16 digits, with or without spaces; "" prints a form without a code
	On     civil.Date // the date of the file; not printed
}
