package document

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"image/png"
	"io"
	"strings"

	"github.com/go-pdf/fpdf"

	"commoncase/models"
	"commoncase/models/catalogue"
	"commoncase/models/civil"
)

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

// The most that a drawn signature may measure, in pixels.
const maxSignature = 4000

// The sizes in which an authority is tried, in points, until each of its texts fits on a page.
var authoritySizes = []float64{11, 10.5, 10, 9.5, 9, 8.5, 8}

const authorityMargin = 25.0

// SignedAuthority writes a signed authority to act as a PDF: a page for each of its texts, the signature under the first. The same AuthorityDoc gives
// the same bytes. A drawing that is no PNG, or shows nothing, is a models.Error.
func SignedAuthority(w io.Writer, in AuthorityDoc) error {
	if len(in.Texts) == 0 {
		return fmt.Errorf("authority %s: there is no text that was signed", in.Ref)
	}
	a := authority{AuthorityDoc: in}
	if in.Sign.How == SignedDrawn {
		var err error
		if a.drawing, a.shape, err = signature(in.Sign.Image); err != nil {
			return fmt.Errorf("authority %s: %w", in.Ref, err)
		}
	}
	for i := range authoritySizes {
		a.size = authoritySizes[i]
		s := a.typeset(0)
		if err := s.pdf.Error(); err != nil {
			return fmt.Errorf("typeset authority %s: %w", in.Ref, err)
		}
		a.total = s.pdf.PageCount()
		if a.total <= len(in.Texts) {
			break
		}
	}
	var b bytes.Buffer
	if err := a.typeset(a.total).finish(&b); err != nil {
		return fmt.Errorf("authority %s: %w", in.Ref, err)
	}
	return assemble(w, b.Bytes(), func(*objects) ([]picture, error) { return nil, nil })
}

type authority struct {
	AuthorityDoc
	drawing []byte      // the signature, black on white, cut to its edges
	shape   image.Point // its size in pixels
	size    float64     // of running text, points
	total   int
}

// signature makes a drawing fit to print: on white, without the empty paper around it.
func signature(body []byte) ([]byte, image.Point, error) {
	none := image.Point{}
	cfg, err := png.DecodeConfig(bytes.NewReader(body))
	if err != nil {
		return nil, none, models.Errorf(models.CodeBadFile, "The drawn signature did not arrive whole. Draw it again, or type your name.")
	}
	if cfg.Width > maxSignature || cfg.Height > maxSignature {
		return nil, none, models.Errorf(models.CodeBadFile, "The drawn signature is too large. Draw it again, or type your name.")
	}
	drawn, err := png.Decode(bytes.NewReader(body))
	if err != nil {
		return nil, none, models.Errorf(models.CodeBadFile, "The drawn signature did not arrive whole. Draw it again, or type your name.")
	}
	grey := image.NewGray(image.Rect(0, 0, cfg.Width, cfg.Height))
	draw.Draw(grey, grey.Bounds(), image.NewUniform(color.White), none, draw.Src)
	draw.Draw(grey, grey.Bounds(), drawn, drawn.Bounds().Min, draw.Over)
	var inked image.Rectangle
	for y := range cfg.Height {
		for x := range cfg.Width {
			if grey.GrayAt(x, y).Y < 200 {
				inked = inked.Union(image.Rect(x, y, x+1, y+1))
			}
		}
	}
	if inked.Empty() {
		return nil, none, models.Errorf(models.CodeBadFile, "There is nothing in the box for the signature. Draw it, or type your name.")
	}
	var b bytes.Buffer
	cut := image.NewGray(image.Rect(0, 0, inked.Dx(), inked.Dy()))
	draw.Draw(cut, cut.Bounds(), grey, inked.Min, draw.Src)
	if err := png.Encode(&b, cut); err != nil {
		return nil, none, fmt.Errorf("write a signature: %w", err)
	}
	return b.Bytes(), inked.Size(), nil
}

func (a *authority) typeset(total int) *sheet {
	s := newSheet(sans, a.size, a.On, strings.TrimSpace("Authority to act "+a.Ref))
	s.left, s.right, s.top, s.bottom = authorityMargin, a4Width-authorityMargin, 18, a4Height-24
	s.total = total
	s.furniture = a.foot
	for i, t := range a.Texts {
		s.page()
		s.rtl = false
		s.letterhead(a.Head, false)
		s.rtl = catalogue.Known(t.Lang) && catalogue.In(t.Lang).Dir == "rtl"
		a.text(s, t)
		s.rtl = false
		if i == 0 {
			a.sign(s)
		}
	}
	s.endPage()
	return s
}

func (a *authority) foot(s *sheet) {
	y := a4Height - 13.0
	s.hline(authorityMargin, a4Width-authorityMargin, y-4.5, 0.15, hair)
	left := a.Ref
	if a.Hash != "" {
		left = strings.TrimPrefix(left+" · text "+shortHash(a.Hash), " · ")
	}
	s.label(span{text: left, size: 8, grey: ink}, authorityMargin, y, "L")
	s.label(span{text: s.pageOfTotal(), size: 8, grey: ink}, a4Width-authorityMargin, y, "R")
}

func (a *authority) text(s *sheet, t AuthorityText) {
	s.y -= 4
	title := t.Title
	if title == "" {
		title = "Authority to act"
	}
	s.leading = 1.2
	s.paragraph([]span{{text: title, style: "B", size: a.size + 7}}, 1)
	s.leading = 1.42
	if t.Note != "" {
		s.paragraph([]span{{text: t.Note, size: a.size - 1.5, grey: ink}}, 0.5)
	}
	s.y += 2.5
	var rows [][]cell
	for _, f := range t.Facts {
		if strings.TrimSpace(f.Value) != "" {
			rows = append(rows, []cell{{{{text: f.Name, grey: ink}}}, text(f.Value)})
		}
	}
	if len(rows) > 0 {
		s.table([]column{{share: 32}, {share: 68}}, rows, a.size-0.5)
		s.y += 5
	}
	s.prose = true
	for _, p := range t.Paragraphs {
		if strings.TrimSpace(p) != "" {
			s.paragraph([]span{{text: strings.TrimSpace(p)}}, 2.4)
		}
	}
	s.prose = false
}

// sign sets the signature in its frame, with when and how it was given under it. It stays in one piece.
func (a *authority) sign(s *sheet) {
	const high = 33.0
	var rows [][]cell
	row := func(name, value string) {
		if strings.TrimSpace(value) != "" {
			rows = append(rows, []cell{{{{text: name, grey: ink}}}, text(value)})
		}
	}
	row("Name", a.Sign.Name)
	row("Signed", a.Sign.At)
	row("How", a.Sign.Via)
	row("Taken down by", a.Sign.Taken)
	row("Reference", a.Ref)
	if a.Hash != "" {
		rows = append(rows, []cell{{{{text: "SHA-256 of the text signed", grey: ink}}}, {{{text: a.Hash, family: mono, size: 7.5}}}})
	}
	s.y += 3
	s.room(high + 12 + float64(len(rows)+1)*7.5)
	top := s.y
	s.pdf.SetDrawColor(rule, rule, rule)
	s.pdf.SetLineWidth(0.2)
	s.pdf.Rect(s.left, top, s.width(), high, "D")
	s.label(span{text: "Signature", size: 8, grey: ink}, s.left+3, top+5, "L")
	base := top + high - 9.5
	how := ""
	switch a.Sign.How {
	case SignedTyped:
		how = "Signed by typing their name"
		size := 26.0
		for size > 12 && s.measure(span{text: s.fonts.clean(a.Sign.Name), family: serif, style: "I", size: size}) > s.width()-14 {
			size--
		}
		name := span{family: serif, style: "I", size: size}
		name.text = a.Sign.Name
		name.text = s.shorten(name, s.width()-14)
		s.label(name, s.left+7, base, "L")
	case SignedDrawn:
		how = "Signed by drawing their name"
		scale := min((s.width()-14)/float64(a.shape.X), (high-17)/float64(a.shape.Y), 25.4/96)
		w, h := float64(a.shape.X)*scale, float64(a.shape.Y)*scale
		opts := fpdf.ImageOptions{ImageType: "PNG"}
		s.pdf.RegisterImageOptionsReader("signature", opts, bytes.NewReader(a.drawing))
		s.pdf.ImageOptions("signature", s.left+7, base+0.5-h, w, h, false, opts, 0, "")
	case SignedPaper:
		how = "Signed by hand on paper: see the scan"
	}
	s.hline(s.left+5, s.right-5, base+2.5, 0.2, rule)
	s.label(span{text: how, size: 8.5, grey: ink}, s.left+7, base+6.5, "L")
	s.y = top + high + 3
	s.table([]column{{share: 32}, {share: 68}}, rows, a.size-1)
}
