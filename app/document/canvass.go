package document

import "commoncase/models/civil"

// CanvassDoc is everything that a canvass sheet prints.
type CanvassDoc struct {
	Branch string
	Area   string        // the estate; "" leaves a line to write on
	On     civil.Date    // the day of the round; zero leaves a line to write on
	Made   civil.Date    // the date of the file
	Homes  []CanvassHome // in the order of walking; none prints empty rows
	Blank  int           // empty rows after the homes; 0 prints those that fill the page
}

// CanvassHome is one door.
type CanvassHome struct {
	Line     string // "12 Wren House, Mill Lane"
	Postcode string
}
