package document

import (
	"bytes"
	"fmt"
	"io"
	"strings"

	"commoncase/models/civil"
)

// CanvassDoc is everything that a canvass sheet prints.
type CanvassDoc struct {
	Branch string
	Area   string        // the estate; "" leaves a line to write on
	On     civil.Date    // the day of the round; zero leaves a line to write on
	Made   civil.Date    // the date of the file
	Homes  []CanvassHome // in the order of walking; none prints empty rows
	Blank  int           // empty rows after the homes; 0 prints three, or without homes those that fill the page
}

// CanvassHome is one door.
type CanvassHome struct {
	Line     string // "12 Wren House, Mill Lane"
	Postcode string
}

const (
	canvassMargin = 14.0
	canvassRow    = 9.4  // millimetres
	canvassTotals = 27.0 // room for the box at the end
)

// canvassColumns are the columns of the sheet with their widths in millimetres; those to be ticked hold a box.
var canvassColumns = []struct {
	head  string
	width float64
	tick  bool
}{{"Home", 66, false}, {"Knocked", 17, true}, {"Answered", 18, true}, {"Affected", 17, true}, {"", 3, false}, {"Note", 61, false}}

type canvass struct {
	CanvassDoc
	*sheet
}

// CanvassSheet writes the sheet that is carried from door to door: a row for each home, boxes for knocked, answered and affected, and a box
// for the totals, which are what is typed in afterwards. The same CanvassDoc gives the same bytes.
func CanvassSheet(w io.Writer, in CanvassDoc) error {
	total := 0
	for {
		c := &canvass{CanvassDoc: in}
		c.typeset(total)
		if err := c.pdf.Error(); err != nil {
			return fmt.Errorf("typeset a canvass sheet: %w", err)
		}
		if n := c.pdf.PageCount(); n != total {
			total = n
			continue
		}
		var b bytes.Buffer
		if err := c.finish(&b); err != nil {
			return fmt.Errorf("canvass sheet: %w", err)
		}
		return assemble(w, b.Bytes(), func(*objects) ([]picture, error) { return nil, nil })
	}
}

func (c *canvass) typeset(total int) {
	c.sheet = newSheet(sans, 10, c.Made, strings.TrimSuffix("Canvass sheet: "+c.Area, ": "))
	s := c.sheet
	s.left, s.right, s.top, s.bottom = canvassMargin, a4Width-canvassMargin, 14, a4Height-17
	s.total = total
	s.leading = 1.25
	s.furniture = func(s *sheet) {
		s.label(span{text: c.Branch, size: 8, grey: ink}, s.left, a4Height-9, "L")
		s.label(span{text: s.pageOfTotal(), size: 8, grey: ink}, s.right, a4Height-9, "R")
	}
	s.onPage = func(s *sheet) {
		if s.pdf.PageNo() > 1 {
			c.heads()
		}
	}
	s.page()
	s.paragraph([]span{{text: "Canvass sheet", style: "B", size: 17}}, 2)
	mid := s.left + s.width()*0.56
	y := s.y
	c.write("Estate", c.Area, s.left, mid-6, y)
	c.write("Date", c.On.Long(), mid, s.right, y)
	c.write("Who walked", "", s.left, s.right, y+9.5)
	s.y = y + 23
	s.paragraph([]span{{text: "Put a cross in a box: knocked, then answered if somebody spoke to you, then affected if they have the trouble that you ask about. Write no names and nothing about anybody's health on this sheet.", size: 9}}, 2.5)
	c.heads()
	for _, h := range c.Homes {
		name := h.Line
		if h.Postcode != "" {
			name += ", " + h.Postcode
		}
		c.row(name)
	}
	blank := c.Blank
	if blank == 0 {
		if blank = 3; len(c.Homes) == 0 {
			blank = int((s.bottom - canvassTotals - s.y) / canvassRow)
		}
	}
	for range blank {
		c.row("")
	}
	c.totals()
	s.endPage()
}

// write is a label with what is known, or a line to write on.
func (c *canvass) write(name, value string, x0, x1, y float64) {
	w := c.label(span{text: name, size: 9, grey: ink}, x0, y+6, "L")
	if value != "" {
		c.label(span{text: c.shorten(span{text: value, size: 11, style: "B"}, x1-x0-w-3), size: 11, style: "B"}, x0+w+3, y+6, "L")
		return
	}
	c.hline(x0+w+3, x1, y+6.6, 0.25, rule)
}

func (c *canvass) heads() {
	x := c.left
	for _, col := range canvassColumns {
		at, align := x, "L"
		if col.tick {
			at, align = x+col.width/2, "C"
		}
		c.label(span{text: col.head, style: "B", size: 9}, at, c.y+4, align)
		x += col.width
	}
	c.y += 5.6
	c.hline(c.left, c.right, c.y, 0.4, black)
}

func (c *canvass) row(name string) {
	c.room(canvassRow)
	x := c.left
	for i, col := range canvassColumns {
		switch {
		case i == 0 && name != "":
			sp := span{text: name, size: 9.5}
			lines := c.wrap([]span{sp}, col.width-3)
			if len(lines) > 2 {
				lines = c.wrap([]span{{text: c.shorten(span{text: name, size: 8}, 2*(col.width-6)), size: 8}}, col.width-3)
			}
			h := canvassRow / 2.35
			y := c.y + (canvassRow-h*float64(len(lines)))/2
			for _, l := range lines {
				l.height = h
				c.draw(l, x, y)
				y += h
			}
		case col.tick:
			const edge = 4.8
			c.pdf.SetDrawColor(black, black, black)
			c.pdf.SetLineWidth(0.3)
			c.pdf.Rect(x+(col.width-edge)/2, c.y+(canvassRow-edge)/2, edge, edge, "D")
		}
		x += col.width
	}
	c.y += canvassRow
	c.hline(c.left, c.right, c.y, 0.15, rule)
}

// totals is the box whose numbers are typed in afterwards.
func (c *canvass) totals() {
	c.room(canvassTotals)
	const high = 20.0
	c.y += 5
	c.pdf.SetDrawColor(black, black, black)
	c.pdf.SetLineWidth(0.4)
	c.pdf.Rect(c.left, c.y, c.width(), high, "D")
	c.label(span{text: "Totals of this round", style: "B", size: 10}, c.left+3, c.y+5.4, "L")
	homes := "Homes"
	if len(c.Homes) > 0 {
		homes = fmt.Sprintf("Homes (%d listed)", len(c.Homes))
	}
	wide := (c.width() - 6) / 4
	for i, name := range []string{homes, "Knocked", "Answered", "Affected"} {
		x := c.left + 3 + float64(i)*wide
		c.write(name, "", x, x+wide-5, c.y+9)
	}
	c.y += high
}
