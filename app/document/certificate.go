package document

import (
	"bytes"
	"fmt"
	"io"
	"slices"
	"strings"

	"commoncase/models/civil"
)

// CertificateDoc is everything that a breach certificate prints. It is one page whatever it holds.
type CertificateDoc struct {
	Head      Letterhead
	Ref       string     // the case
	On        civil.Date // the day on which it was made: what is said of "not done" holds for it
	Duty      string     // "Stage 1 response"
	Outcome   string     // "Met 9 working days late"
	Facts     []CertificateFact
	Rule      string // what the duty is, our words
	Source    string // "Complaint Handling Code 2022, clause 5.1"
	SourceURL string // "" where it is not published
	Sure      string // how sure we are, and what would confirm it
	Version   string // of the rulebook's file that judged: "code-2022.yaml, version 3f2a91c04d5e"
	Items     []CertificateItem
	Months    []CertificateMonth
	Legend    []CertificateFact // what the letters in the calendar stand for
	Working   []string          // how the days follow from each other, in sentences
}

// CertificateFact is one fact: its name, its value, and in second rank what belongs to it.
type CertificateFact struct {
	Name  string
	Value string
	Note  string
}

// CertificateItem is one thing that a letter must say.
type CertificateItem struct {
	Text    string
	Clause  string
	Missing bool
	This    bool // the certificate is about it
}

// CertificateMonth is a month of the calendar. The week begins on Monday.
type CertificateMonth struct {
	Name   string
	Blanks int // empty places before the first day
	Days   []CertificateDay
	Then   string // what is left out between this month and the next, a sentence
}

// CertificateDay is one day of the calendar.
type CertificateDay struct {
	Day    int    // of the month
	In     bool   // from the start to the end
	Number int    // of the count; 0 where it is not counted
	Letter string // why it is not, by the legend
	Mark   string // start, due, done, today
	Late   bool   // after the due date
}

// The sizes in which a certificate is tried, in points, until it fits on its page.
var certificateSizes = []float64{9.5, 9, 8.5, 8, 7.5, 7, 6.5}

// Certificate writes a breach certificate as a PDF of one page. The same CertificateDoc gives the same bytes. Where even the
// smallest type leaves no room, the last sentences of the working are left out, and it says so; then what else the letter had to say.
func Certificate(w io.Writer, in CertificateDoc) error {
	working := len(in.Working)
	for try := 0; ; try++ {
		c := certificate{CertificateDoc: in, size: certificateSizes[min(try, len(certificateSizes)-1)]}
		if try >= len(certificateSizes) {
			working--
			c.Working = append(append([]string{}, in.Working[:max(0, working)]...), "The rest of the working stands on the page of the case.")
		}
		if working < 0 {
			c.Items = slices.DeleteFunc(slices.Clone(in.Items), func(i CertificateItem) bool { return !i.This })
		}
		s := c.typeset()
		if err := s.pdf.Error(); err != nil {
			return fmt.Errorf("typeset certificate of %s: %w", in.Ref, err)
		}
		if s.pdf.PageCount() > 1 && working >= 0 {
			continue
		}
		var b bytes.Buffer
		if err := s.finish(&b); err != nil {
			return fmt.Errorf("certificate of %s: %w", in.Ref, err)
		}
		return assemble(w, b.Bytes(), func(*objects) ([]picture, error) { return nil, nil })
	}
}

type certificate struct {
	CertificateDoc
	size float64 // of running text
}

const certificateMargin = 22.0

func (c *certificate) typeset() *sheet {
	s := newSheet(sans, c.size, c.On, strings.TrimSpace("Breach certificate "+c.Ref))
	s.left, s.right, s.top, s.bottom = certificateMargin, a4Width-certificateMargin, 18, a4Height-20
	s.leading = 1.36
	s.furniture = c.foot
	s.page()
	s.letterhead(c.Head, false)
	s.y -= 5
	s.paragraph([]span{{text: "Breach certificate", size: c.size, grey: ink}}, 0.6)
	s.leading = 1.2
	s.paragraph([]span{{text: c.Duty, style: "B", size: c.size + 7.5}}, 0.4)
	s.paragraph([]span{{text: c.Outcome, style: "B", size: c.size + 2}}, 2.4)
	s.leading = 1.36
	c.facts(s)
	c.rule(s)
	c.items(s)
	c.calendar(s)
	c.working(s)
	s.endPage()
	return s
}

func (c *certificate) foot(s *sheet) {
	y := a4Height - 12.0
	s.hline(certificateMargin, a4Width-certificateMargin, y-4.5, 0.15, hair)
	s.label(span{text: c.Ref + " · made on " + c.On.Long(), size: 8, grey: ink}, certificateMargin, y, "L")
	s.label(span{text: "Page 1 of 1", size: 8, grey: ink}, a4Width-certificateMargin, y, "R")
}

// facts are the dates with the papers that prove them.
func (c *certificate) facts(s *sheet) {
	var rows [][]cell
	for _, f := range c.Facts {
		value := cell{{{text: f.Value}}}
		if f.Note != "" {
			value = append(value, []span{{text: f.Note, size: c.size - 1, grey: ink}})
		}
		rows = append(rows, []cell{{{{text: f.Name, grey: ink}}}, value})
	}
	if len(rows) > 0 {
		s.table([]column{{share: 24}, {share: 76}}, rows, c.size)
		s.y += 3
	}
}

func (c *certificate) small(s *sheet, text string, after float64) {
	if text != "" {
		s.paragraph([]span{{text: text, size: c.size - 1, grey: ink}}, after)
	}
}

func (c *certificate) title(s *sheet, text string) { s.heading(text, c.size+1, 1.4, 0.8) }

func (c *certificate) rule(s *sheet) {
	c.title(s, "The rule, in our words")
	s.paragraph([]span{{text: c.Rule}}, 0.6)
	s.paragraph([]span{{text: c.Source, style: "B", link: c.SourceURL}}, 0.3)
	c.small(s, c.Sure, 0.2)
	if c.Version != "" {
		c.small(s, "Judged by "+c.Version+".", 0.4)
	}
	s.y++
}

// items is what the letter had to say, and whether it did.
func (c *certificate) items(s *sheet) {
	if len(c.Items) == 0 {
		return
	}
	c.title(s, "What the letter had to say")
	var rows [][]cell
	for _, i := range c.Items {
		found, style := "in the letter", ""
		if i.Missing {
			found = "MISSING"
		}
		if i.This {
			style = "B"
		}
		rows = append(rows, []cell{{{{text: i.Text, style: style}}}, {{{text: i.Clause, style: style}}}, {{{text: found, style: style}}}})
	}
	s.table([]column{{head: "It says", share: 66}, {head: "Clause", share: 14}, {head: "Found", share: 20}}, rows, c.size)
	s.y += 2
}

// calendar sets the months side by side.
func (c *certificate) calendar(s *sheet) {
	if len(c.Months) == 0 {
		return
	}
	c.title(s, "Each day, counted or not")
	across, gutter := 3, 8.0
	if len(c.Months) > 3 {
		across, gutter = 4, 5.5
	}
	wide := (s.width() - gutter*float64(across-1)) / float64(across)
	edge := min(wide/7, 6.8)
	if c.size < 8 { // a page that is full: lower cells first
		edge = min(edge, 0.62*c.size)
	}
	for from := 0; from < len(c.Months); from += across {
		row := c.Months[from:min(from+across, len(c.Months))]
		s.room(c.height(row, wide, edge))
		bottom := s.y
		for i, m := range row {
			bottom = max(bottom, c.month(s, m, s.left+float64(i)*(wide+gutter), s.y, wide, edge))
		}
		s.y = bottom + 1.6
	}
	c.legend(s)
}

// height is about how high a row of months stands.
func (c *certificate) height(row []CertificateMonth, _, edge float64) float64 {
	weeks := 0
	for _, m := range row {
		weeks = max(weeks, (m.Blanks+len(m.Days)+6)/7)
	}
	return float64(weeks)*edge + 9
}

// month draws one month with its upper left corner at x, y, and returns where it ends.
func (c *certificate) month(s *sheet, m CertificateMonth, x, y, wide, edge float64) float64 {
	s.label(span{text: m.Name, style: "B", size: c.size}, x, y+3.4, "L")
	cell := wide / 7
	for i, d := range []string{"M", "T", "W", "T", "F", "S", "S"} {
		s.label(span{text: d, size: 5.5, grey: ink}, x+(float64(i)+0.5)*cell, y+6.4, "C")
	}
	top := y + 7.2
	place := m.Blanks
	for _, d := range m.Days {
		day(s, d, x+float64(place%7)*cell, top+float64(place/7)*edge, cell, edge)
		place++
	}
	end := top + float64((place+6)/7)*edge
	if m.Then == "" {
		return end
	}
	for _, l := range s.wrap([]span{{text: m.Then, style: "I", size: c.size - 2}}, wide) {
		s.draw(l, x, end+0.6)
		end += l.height
	}
	return end + 0.6
}

// white is text on black.
const white = 255

// day draws one day: framed where it belongs to the clock, its number large where it is counted, the letter of the legend where it is
// not; the due date in a heavy frame, the day it was done in black, today in a broken frame.
func day(s *sheet, d CertificateDay, x, y, w, h float64) {
	const pad = 0.25
	grey, light := black, ink
	box := func(style string) { s.pdf.Rect(x+pad, y+pad, w-2*pad, h-2*pad, style) }
	has := func(mark string) bool {
		for m := range strings.SplitSeq(d.Mark, ", ") {
			if m == mark {
				return true
			}
		}
		return false
	}
	switch {
	case !d.In:
		light = hair
	case has("done"):
		s.pdf.SetFillColor(black, black, black)
		box("F")
		grey, light = white, white
	case d.Late && d.Number > 0:
		s.pdf.SetFillColor(218, 218, 218)
		box("F")
	}
	if d.In {
		s.pdf.SetDrawColor(rule, rule, rule)
		s.pdf.SetLineWidth(0.1)
		if d.Number > 0 || d.Mark != "" {
			box("D")
		}
	}
	s.pdf.SetDrawColor(black, black, black)
	switch {
	case has("due"):
		s.pdf.SetLineWidth(0.6)
		box("D")
	case has("today"), has("start"), has("first due"):
		s.pdf.SetLineWidth(0.35)
		s.pdf.SetDashPattern([]float64{0.8, 0.5}, 0)
		box("D")
		s.pdf.SetDashPattern(nil, 0)
	}
	s.label(span{text: fmt.Sprint(d.Day), size: 4.6, grey: light}, x+0.7, y+2.1, "L")
	main, style := "", ""
	switch {
	case d.Number > 0:
		main, style = fmt.Sprint(d.Number), "B"
	case d.Letter != "":
		main = d.Letter
	case d.In && has("start"):
		main, style = "0", "B"
	}
	if main != "" {
		s.label(span{text: main, style: style, size: min(7.5, h*1.35), grey: grey}, x+w*0.58, y+h*0.62, "C")
	}
	if d.Mark != "" {
		s.label(span{text: s.shorten(span{text: d.Mark, size: 4.3}, w-0.6), size: 4.3, style: "B", grey: grey}, x+w/2, y+h-0.7, "C")
	}
}

// legend says what is to be seen in the calendar.
func (c *certificate) legend(s *sheet) {
	words := "Numbers count the days; the small figure is the day of the month. Start: broken frame, day 0. Due: heavy frame. Done: black. Grey: counted after the due date."
	spans := []span{{text: words, size: c.size - 1.5, grey: ink}}
	for _, l := range c.Legend {
		spans = append(spans, span{text: " " + l.Name + ":", style: "B", size: c.size - 1.5}, span{text: " " + strings.ReplaceAll(l.Value, " ", " ") + ".", size: c.size - 1.5, grey: ink})
	}
	s.paragraph(spans, 1)
}

func (c *certificate) working(s *sheet) {
	if len(c.Working) == 0 {
		return
	}
	c.title(s, "How it follows")
	for _, w := range c.Working {
		s.paragraph([]span{{text: w, size: c.size - 0.5}}, 0.7)
	}
}
