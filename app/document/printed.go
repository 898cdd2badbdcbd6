package document

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"strings"

	"commoncase/models"
	"commoncase/models/civil"
)

const (
	maxWritten  = 2_000_000 // characters that are printed of one document or e-mail
	maxPictures = 60        // of one document
)

// printed is something that was written elsewhere (a Word document, an e-mail) and is set anew in the type of the house.
type printed struct {
	on    civil.Date // of the file; a fixed day where nothing says, so that the same input gives the same bytes
	title string     // of the file: what it is, and nothing of what it says
	foot  string     // under each page
	shots []shot
	body  func(p *printed, s *sheet)
	full  bool // there were more pages than may be
}

// shot is a picture of a document, as the safe copy that is set.
type shot struct {
	jpeg          []byte
	width, height int // pixels
}

var noDay = civil.On(2000, 1, 1)

func tooLong() error {
	return models.Errorf(models.CodeBadFile, "This file would be more than %d pages long. Save the part that matters as a PDF and send that.", MaxPages)
}

// print sets it and returns the PDF with the number of its pages.
func (p *printed) print() (pdf []byte, pages int, err error) {
	if p.on.IsZero() {
		p.on = noDay
	}
	total := 0
	for range 2 { // the foot names the number of pages, which the first pass counts
		s := newSheet(sans, 10.5, p.on, p.title)
		s.left, s.right, s.top, s.bottom = 25, a4Width-25, 24, a4Height-26
		s.total = total
		s.furniture = p.furniture
		s.page()
		p.body(p, s)
		s.endPage()
		if err := s.pdf.Error(); err != nil {
			return nil, 0, fmt.Errorf("typeset what was sent: %w", err)
		}
		total = s.pdf.PageCount()
		if p.full || total > MaxPages {
			return nil, 0, tooLong()
		}
		if s.total == 0 {
			continue
		}
		var set, out bytes.Buffer
		if err := s.finish(&set); err != nil {
			return nil, 0, err
		}
		if err := assemble(&out, set.Bytes(), p.write); err != nil {
			return nil, 0, err
		}
		pdf = out.Bytes()
	}
	return pdf, total, nil
}

// more reports whether there is room for more, and remembers where there is not.
func (p *printed) more(s *sheet) bool {
	p.full = p.full || s.pdf.PageCount() > MaxPages
	return !p.full
}

func (p *printed) furniture(s *sheet) {
	y := a4Height - 12.0
	s.hline(25, a4Width-25, y-4.5, 0.15, hair)
	s.label(span{text: p.foot, size: 8, grey: ink}, 25, y, "L")
	s.label(span{text: s.pageOfTotal(), size: 8, grey: ink}, a4Width-25, y, "R")
}

// write adds the pictures.
func (p *printed) write(o *objects) ([]picture, error) {
	var out []picture
	for i, sh := range p.shots {
		nr := o.alloc()
		o.stream(nr, fmt.Appendf(nil, "/Type /XObject /Subtype /Image /Width %d /Height %d /ColorSpace /%s /BitsPerComponent 8 /Filter /DCTDecode",
			sh.width, sh.height, colorSpace(sh.jpeg)), sh.jpeg)
		out = append(out, picture{shotName(i), nr})
	}
	return out, nil
}

func shotName(i int) string { return fmt.Sprintf("S%d", i) }

// colorSpace names the colours of a safe copy: grey photos stay grey.
func colorSpace(jpeg []byte) string {
	if cfg, _, err := image.DecodeConfig(bytes.NewReader(jpeg)); err == nil && cfg.ColorModel == color.GrayModel {
		return "DeviceGray"
	}
	return "DeviceRGB"
}

// shot draws a picture in the column, no coarser than 100 dots to the inch and never over the end of a page.
func (p *printed) shot(s *sheet, i int) {
	sh := p.shots[i]
	scale := min(s.width()/float64(sh.width), (s.bottom-s.top)*0.9/float64(sh.height), 25.4/100)
	w, h := float64(sh.width)*scale, float64(sh.height)*scale
	s.room(h + 3)
	s.pdf.RawWriteStr(fmt.Sprintf("q %.4f 0 0 %.4f %.4f %.4f cm /%s Do Q", w/point, h/point, s.left/point, (a4Height-s.y-h)/point, shotName(i)))
	s.y += h + 3
}

// lines sets plain text as it stands, line by line.
func (p *printed) lines(s *sheet, text string) {
	blank := false
	for line := range strings.SplitSeq(strings.ReplaceAll(text, "\r\n", "\n"), "\n") {
		if !p.more(s) {
			return
		}
		if line = strings.TrimRight(line, " \t\r"); line == "" {
			if !blank {
				s.gap(2.4)
			}
			blank = true
			continue
		}
		blank = false
		s.paragraph([]span{{text: line}}, 0)
	}
}
