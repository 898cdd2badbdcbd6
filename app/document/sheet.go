package document

import (
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"codeberg.org/go-fonts/liberation/liberationmonoregular"
	"codeberg.org/go-fonts/liberation/liberationsansbold"
	"codeberg.org/go-fonts/liberation/liberationsansbolditalic"
	"codeberg.org/go-fonts/liberation/liberationsansitalic"
	"codeberg.org/go-fonts/liberation/liberationsansregular"
	"codeberg.org/go-fonts/liberation/liberationserifbold"
	"codeberg.org/go-fonts/liberation/liberationserifbolditalic"
	"codeberg.org/go-fonts/liberation/liberationserifitalic"
	"codeberg.org/go-fonts/liberation/liberationserifregular"
	"github.com/go-pdf/fpdf"
	"github.com/go-text/typesetting/font"
	"github.com/go-text/typesetting/shaping"

	"commoncase/models/civil"
)

// Families of the embedded fonts.
const (
	serif = "serif"
	sans  = "sans"
	mono  = "mono"
)

var typefaces = map[string][]byte{
	serif: liberationserifregular.TTF, serif + "B": liberationserifbold.TTF,
	serif + "I": liberationserifitalic.TTF, serif + "BI": liberationserifbolditalic.TTF,
	sans: liberationsansregular.TTF, sans + "B": liberationsansbold.TTF,
	sans + "I": liberationsansitalic.TTF, sans + "BI": liberationsansbolditalic.TTF,
	mono: liberationmonoregular.TTF,
}

// A4 in millimetres, and a point in millimetres.
const (
	a4Width  = 210.0
	a4Height = 297.0
	point    = 25.4 / 72
)

// Greys, readable on a black-and-white printer.
const (
	black = 0
	ink   = 60  // second-rank text
	rule  = 120 // lines
	hair  = 190 // lines between rows
)

// span is a stretch of text in one look.
type span struct {
	text   string
	family string // "" takes the family of the sheet
	style  string // "", "B", "I", "BI"
	size   float64
	link   string // an address on the web
	dest   int    // a place in this document (fpdf link)
	raised bool   // a reference mark
	grey   int
}

// face is what must be equal for two spans to be set in one go.
func (s span) face() span { s.text = ""; return s }

// piece is a span in its place on a line; x is measured from the start of the line, in millimetres.
type piece struct {
	span
	x, w   float64
	script string // whose fonts draw it; "" for those of the sheet
	level  int8   // odd: from right to left
}

type line struct {
	pieces []piece
	width  float64 // millimetres
	height float64 // leading, millimetres
	rtl    bool    // of a paragraph that runs from right to left
	shift  float64 // how far right of the column's edge it begins, so that it ends at the other, millimetres
}

// sheet lays text on A4 pages. Everything is in millimetres but font sizes, which are in points. Page breaks are made here and not
// by fpdf, so that headings stay with their text and no line stands alone.
type sheet struct {
	pdf           *fpdf.Fpdf
	family        string
	size, leading float64 // of running text: points, and lines as a multiple of the size
	left, right   float64 // where text begins and ends, from the left edge; lists and quotes move left
	top, bottom   float64 // where text begins and ends, from the upper edge
	y             float64
	total         int          // pages, as counted by an earlier pass; 0 while that is not known
	furniture     func(*sheet) // draws head and foot of the page that is being left
	onPage        func(*sheet) // called when a page has begun
	open          bool
	keep          float64 // what must stand on the page of the next paragraph's end: the sign-off
	notes         []note  // footnotes met so far and not set yet
	noted         int     // how many footnotes there were before this text
	rtl           bool    // the whole document runs from right to left
	prose         bool    // what is set are paragraphs of a text: one from right to left stands at the right even if it is one line
	fonts         *fontSet
	faces         map[*shapedFont]*font.Face
	shapes        map[shapeKey]shaped
	shaper        shaping.HarfbuzzShaper
}

func newSheet(family string, size float64, on civil.Date, title string) *sheet {
	pdf := fpdf.New("P", "mm", "A4", "")
	pdf.SetAutoPageBreak(false, 0)
	pdf.SetMargins(0, 0, 0)
	pdf.SetCellMargin(0)
	pdf.SetCatalogSort(true)
	// fixed dates: the caller's date and not the wall's, so that the same input gives the same bytes
	pdf.SetCreationDate(on.Time())
	pdf.SetModificationDate(on.Time())
	pdf.SetProducer("Commoncase", false)
	pdf.SetTitle(title, true)
	pdf.SetLang("en-GB")
	return &sheet{pdf: pdf, fonts: fonts.Load(), family: family, size: size, leading: 1.42, left: 30, right: a4Width - 30, top: 26, bottom: a4Height - 30}
}

// set chooses the font of a span, loading it on its first use: a font that is not used is not embedded.
func (s *sheet) set(sp span) float64 {
	family, size := sp.family, s.points(sp)
	if family == "" {
		family = s.family
	}
	style := sp.style
	if family == mono {
		style = ""
	}
	s.pdf.AddUTF8FontFromBytes(family, style, typefaces[family+style])
	s.pdf.SetFont(family, style, size)
	return size
}

func (s *sheet) width() float64 { return s.right - s.left }

// measure returns the width of a span in millimetres, of the first of its lines. Its text must be clean.
func (s *sheet) measure(sp span) float64 {
	if s.fonts.shapes(sp.text) {
		return s.wrap([]span{sp}, endless)[0].width
	}
	s.set(sp)
	return s.pdf.GetStringWidth(sp.text)
}

// endless is the width of a column that breaks no line, in millimetres.
const endless = 1e6

// extent is the width of a piece in millimetres.
func (s *sheet) extent(p piece) float64 {
	if p.script == "" {
		s.set(p.span)
		return s.pdf.GetStringWidth(p.text)
	}
	word, _ := s.shape(p.script, p.style, p.text)
	return word.width * s.points(p.span) * point
}

// points is the size in which a span is set.
func (s *sheet) points(sp span) float64 {
	size := sp.size
	if size == 0 {
		size = s.size
	}
	if sp.raised {
		size *= 0.66
	}
	return size
}

// wrap breaks spans into lines of at most width millimetres. A newline in the text ends a line. Words that are wider than a
// line (addresses on the web, hashes) are broken where they must be.
func (s *sheet) wrap(spans []span, width float64) []line {
	width = max(width, 8)
	var lines []line
	var cur line
	var word []piece // the parts of the word being built, without x
	var wordW, gap float64
	var gapSpan span
	var gapLevel int8
	var rtl bool // the direction of the paragraph
	base := s.size
	if len(spans) > 0 && spans[0].size > 0 {
		base = spans[0].size
	}
	lead := base * s.leading * point
	endLine := func() {
		cur.height = lead
		cur.rtl = rtl
		lines = append(lines, cur)
		cur = line{}
		gap = 0
	}
	add := func(p piece) {
		if n := len(cur.pieces); n > 0 && p.script == "" && cur.pieces[n-1].joins(p) {
			cur.pieces[n-1].text += p.text
			cur.pieces[n-1].w += p.w
		} else {
			p.x = cur.width
			cur.pieces = append(cur.pieces, p)
		}
		cur.width += p.w
	}
	endWord := func() {
		if len(word) == 0 {
			return
		}
		if cur.width > 0 && cur.width+gap+wordW > width+0.01 {
			endLine()
		}
		if cur.width > 0 && gap > 0 {
			sp := gapSpan
			sp.text = " "
			add(piece{span: sp, w: gap, level: gapLevel})
		}
		gap = 0
		for _, p := range word {
			for cur.width+p.w > width+0.01 { // wider than a whole line
				n := s.fitting(p, width-cur.width)
				if n == 0 {
					if cur.width > 0 {
						endLine()
						continue
					}
					_, n = utf8.DecodeRuneInString(p.text)
				}
				head := p
				head.text = p.text[:n]
				head.w = s.extent(head)
				add(head)
				p.text = p.text[n:]
				p.w = s.extent(p)
				if p.text == "" {
					break
				}
				endLine()
			}
			if p.text != "" {
				add(p)
			}
		}
		word, wordW = word[:0], 0
	}
	spans = s.cleaned(spans)
	ord := s.orderOf(spans)
	at := 0 // the byte of the whole text
	for _, sp := range spans {
		space := sp
		space.text = " "
		spaceW := s.measure(space)
		for rest := sp.text; rest != ""; {
			i := strings.IndexAny(rest, " \n")
			if i != 0 {
				part := rest
				if i > 0 {
					part = rest[:i]
				}
				for _, st := range ord.parts(part, at) {
					for text := st.text; text != ""; {
						p := piece{span: sp, script: st.script, level: st.level}
						p.text, text = cutLong(text)
						p.w = s.extent(p)
						word = append(word, p)
						wordW += p.w
					}
				}
				if ord.base != nil {
					rtl = ord.base[at] == 1
				}
				rest = rest[len(part):]
				at += len(part)
				continue
			}
			endWord()
			if rest[0] == '\n' {
				endLine()
			} else {
				gap, gapSpan, gapLevel = spaceW, sp, 0
				if ord.level != nil {
					gapLevel = ord.level[at]
				}
				if n := len(cur.pieces); n > 0 && cur.pieces[n-1].face() != sp.face() {
					gapSpan = cur.pieces[n-1].span // the space before or after a link is not part of it
					if gapSpan.link != "" || gapSpan.dest != 0 {
						gapSpan.link, gapSpan.dest = "", 0
					}
				}
			}
			rest = rest[1:]
			at++
		}
	}
	endWord()
	if len(cur.pieces) > 0 || len(lines) == 0 {
		endLine()
	}
	if ord.level != nil {
		for i := range lines {
			l := &lines[i]
			visual(l.pieces)
			// A name alone stays where the names above and below it stand.
			if width < endless && (s.rtl || l.rtl && (s.prose || len(lines) > 1)) {
				l.shift = width - l.width
			}
		}
	}
	return lines
}

// longestPiece is the most of a word, in bytes, that is measured at a time: no word of anybody's is as long, and one of a million letters would
// else be measured again for each line that it fills.
const longestPiece = 1024

func cutLong(s string) (piece, rest string) {
	if len(s) <= longestPiece {
		return s, ""
	}
	n := longestPiece
	for n > 1 && !utf8.RuneStart(s[n]) {
		n--
	}
	return s[:n], s[n:]
}

// cleaned makes the texts of spans safe to set. Where none needs it they are given back as they are.
func (s *sheet) cleaned(spans []span) []span {
	out := make([]span, len(spans))
	for i, sp := range spans {
		sp.text = s.fonts.clean(sp.text)
		out[i] = sp
	}
	return out
}

// joins reports whether another piece goes on as this one does, so that both can be set in one go.
func (p piece) joins(o piece) bool {
	return p.script == o.script && p.level == o.level && p.face() == o.face()
}

// fitting returns how many bytes of the text fit into width millimetres, breaking after / - . where there is one.
func (s *sheet) fitting(sp piece, width float64) int {
	if sp.script != "" {
		return s.fittingShaped(sp, width)
	}
	s.set(sp.span)
	n, soft, used := 0, 0, 0.0
	for i, r := range sp.text {
		used += s.pdf.GetStringWidth(string(r))
		if used > width+0.01 {
			break
		}
		n = i + utf8.RuneLen(r)
		if strings.ContainsRune("/-._?&=", r) {
			soft = n
		}
	}
	if soft > n/2 {
		return soft
	}
	return n
}

// fittingShaped is fitting for letters that take their shape from each other.
func (s *sheet) fittingShaped(p piece, width float64) int {
	fits, whole := 0, p.text
	for i := range whole {
		if i == 0 || !breakable(whole, i) {
			continue
		}
		if p.text = whole[:i]; s.extent(p) > width+0.01 {
			break
		}
		fits = i
	}
	return fits
}

// put sets a piece with its left end at x on the line base.
func (s *sheet) put(p piece, x, base float64) {
	s.pdf.SetTextColor(p.grey, p.grey, p.grey)
	size := s.set(p.span)
	switch {
	case p.script != "":
		s.drawShaped(p.script, p.span, size, x, base)
	case p.level&1 == 1:
		s.pdf.Text(x, base, reversed(p.text))
	default:
		s.pdf.Text(x, base, p.text)
	}
}

// draw sets a line with its left end at x and its upper edge at y.
func (s *sheet) draw(l line, x, y float64) {
	x += l.shift
	for _, p := range l.pieces {
		size := s.points(p.span)
		full := size
		if p.raised {
			full = size / 0.66
		}
		base := y + l.height/2 + full*point*0.34
		if p.raised {
			base -= full * point * 0.33
		}
		s.put(p, x+p.x, base)
		if p.link == "" && p.dest == 0 {
			continue
		}
		if !p.raised {
			s.pdf.SetDrawColor(rule, rule, rule)
			s.pdf.SetLineWidth(0.15)
			s.pdf.Line(x+p.x, base+0.7, x+p.x+p.w, base+0.7)
		}
		if p.dest != 0 {
			s.pdf.Link(x+p.x, y, p.w, l.height, p.dest)
		} else {
			s.pdf.LinkString(x+p.x, y, p.w, l.height, p.link)
		}
	}
}

// page ends the page and begins the next.
func (s *sheet) page() { s.pageOf("P") }

func (s *sheet) pageOf(orientation string) {
	s.endPage()
	s.pdf.AddPageFormat(orientation, fpdf.SizeType{Wd: a4Width, Ht: a4Height})
	s.open = true
	s.y = s.top
	if s.onPage != nil {
		s.onPage(s)
	}
}

func (s *sheet) endPage() {
	if s.open && s.furniture != nil {
		s.furniture(s)
	}
	s.open = false
}

// room begins a new page unless h millimetres are left on this one.
func (s *sheet) room(h float64) {
	if s.y+h > s.bottom && s.y > s.top {
		s.page()
	}
}

// gap leaves h millimetres, but not at the head of a page.
func (s *sheet) gap(h float64) {
	if s.y > s.top+0.01 {
		s.y += h
	}
}

// flow sets lines one under the other from the left of the column, breaking pages so that neither the first nor the last line of a
// paragraph stands alone. first is called with the place of the first line, for the mark of a list.
func (s *sheet) flow(lines []line, first func(y float64)) {
	for i := 0; i < len(lines); {
		h := lines[i].height
		fits := int((s.bottom - s.y + 0.01) / h)
		left := len(lines) - i
		if fits < left && s.y > s.top {
			if i == 0 && fits < 2 || fits < 1 {
				s.page()
				continue
			}
			if left-fits == 1 && fits > 1 {
				if fits--; fits < 2 && i == 0 {
					s.page()
					continue
				}
			}
		}
		n := min(max(fits, 1), left)
		for range n {
			if i == 0 && first != nil {
				first(s.y)
			}
			s.draw(lines[i], s.left, s.y)
			s.y += lines[i].height
			i++
		}
		if i < len(lines) {
			s.page()
		}
	}
}

// paragraph sets spans and the space after them.
func (s *sheet) paragraph(spans []span, after float64) {
	lines := s.wrap(spans, s.width())
	s.hold(lines, after)
	s.flow(lines, nil)
	s.y += after
}

// hold begins a new page where a paragraph that must stay with what follows would be parted from it; of a long one its last
// lines go along.
func (s *sheet) hold(lines []line, after float64) {
	if s.keep == 0 {
		return
	}
	h := 0.0
	for _, l := range lines {
		h += l.height
	}
	if h < 40 {
		s.room(h + after + s.keep)
	}
}

// heading sets a heading and keeps it with at least three lines of what follows.
func (s *sheet) heading(text string, size, before, after float64) {
	lines := s.wrap([]span{{text: text, style: "B", size: size, family: sans}}, s.width())
	for i := range lines {
		lines[i].height = size * 1.25 * point
	}
	s.room(before + float64(len(lines))*lines[0].height + after + 3*s.size*s.leading*point)
	s.gap(before)
	s.flow(lines, nil)
	s.y += after
}

// hline draws a horizontal line from x1 to x2.
func (s *sheet) hline(x1, x2, y, weight float64, grey int) {
	s.pdf.SetDrawColor(grey, grey, grey)
	s.pdf.SetLineWidth(weight)
	s.pdf.Line(x1, y, x2, y)
}

// label sets one line of small text; align is "L", "C" or "R" of the point x.
func (s *sheet) label(sp span, x, y float64, align string) float64 {
	sp.text = s.fonts.clean(sp.text)
	if sp.family == "" {
		sp.family = sans
	}
	size := s.points(sp)
	pieces := []piece{{span: sp}}
	if s.fonts.shapes(sp.text) {
		pieces = s.wrap([]span{sp}, endless)[0].pieces
	}
	w := 0.0
	for i := range pieces {
		pieces[i].x = w
		w += s.extent(pieces[i])
	}
	switch align {
	case "R":
		x -= w
	case "C":
		x -= w / 2
	}
	for _, p := range pieces {
		s.put(p, x+p.x, y)
	}
	if sp.dest != 0 {
		s.pdf.Link(x, y-size*point, w, size*point*1.3, sp.dest)
	}
	return w
}

// shorten cuts text so that it fits into width millimetres, and marks the cut.
func (s *sheet) shorten(sp span, width float64) string {
	sp.text = strings.ReplaceAll(s.fonts.clean(sp.text), "\n", " ")
	if sp.family == "" {
		sp.family = sans
	}
	if s.measure(sp) <= width {
		return sp.text
	}
	if s.fonts.shapes(sp.text) {
		return s.shortenShaped(sp, width)
	}
	n := 0
	s.set(sp)
	room := width - s.pdf.GetStringWidth("…")
	for i, r := range sp.text {
		if room -= s.pdf.GetStringWidth(string(r)); room < 0 {
			break
		}
		n = i + utf8.RuneLen(r)
	}
	return strings.TrimRight(sp.text[:n], " ,.;") + "…"
}

// shortenShaped is shorten for text with letters that take their shape from each other.
func (s *sheet) shortenShaped(sp span, width float64) string {
	fits, whole := "", sp.text
	for i := range whole {
		if i == 0 || !breakable(whole, i) {
			continue
		}
		if sp.text = strings.TrimRight(whole[:i], " ,.;") + "…"; s.measure(sp) > width {
			break
		}
		fits = sp.text
	}
	return fits
}

// finish ends the last page and returns the bytes.
func (s *sheet) finish(w io.Writer) error {
	s.endPage()
	if err := s.pdf.Output(w); err != nil {
		return fmt.Errorf("typeset: %w", err)
	}
	return nil
}

// pageOfTotal is "Page 2 of 7"; while the total is not known it stands as long as it will be.
func (s *sheet) pageOfTotal() string {
	if s.total == 0 {
		return fmt.Sprintf("Page %d of 99", s.pdf.PageNo())
	}
	return fmt.Sprintf("Page %d of %d", s.pdf.PageNo(), s.total)
}

// column is one column of a table: its head, its share of the width and its alignment.
type column struct {
	head  string
	share float64
	right bool
}

// cell is what stands in a column of a row: paragraphs of spans, one under the other.
type cell [][]span

func text(s string) cell { return cell{{{text: s}}} }

// table sets rows under a head that is repeated on every page. A row is kept on one page where it is lower than a third of one.
func (s *sheet) table(cols []column, rows []([]cell), size float64) {
	const padX, padY = 1.6, 1.5
	sum := 0.0
	for _, c := range cols {
		sum += c.share
	}
	widths := make([]float64, len(cols))
	for i, c := range cols {
		widths[i] = s.width() * c.share / sum
	}
	inset := func(i int) (l, r float64) { // the outer edges of the table are those of the text
		l, r = padX, padX
		if i == 0 {
			l = 0
		}
		if i == len(cols)-1 {
			r = 0
		}
		if s.rtl {
			l, r = r, l
		}
		return l, r
	}
	lay := func(cells []cell, style string) ([][]line, float64) {
		out := make([][]line, len(cols))
		height := 0.0
		for i := range cols {
			l, r := inset(i)
			h := 0.0
			if i < len(cells) {
				for _, spans := range cells[i] {
					set := make([]span, len(spans))
					for j, sp := range spans {
						if sp.size == 0 {
							sp.size = size
						}
						if style != "" && sp.style == "" {
							sp.style = style
						}
						set[j] = sp
					}
					for _, ln := range s.wrap(set, widths[i]-l-r) {
						if len(set) > 0 {
							ln.height = set[0].size * 1.32 * point
						}
						out[i] = append(out[i], ln)
						h += ln.height
					}
				}
			}
			height = max(height, h)
		}
		return out, height
	}
	put := func(cells [][]line, height float64) {
		x := s.left
		if s.rtl { // the first column stands at the right
			x = s.right
		}
		for i, lines := range cells {
			l, r := inset(i)
			if s.rtl {
				x -= widths[i]
			}
			y := s.y + padY
			for _, ln := range lines {
				at := x + l
				if cols[i].right && ln.shift == 0 {
					at = x + widths[i] - r - ln.width
				}
				s.draw(ln, at, y)
				y += ln.height
			}
			if !s.rtl {
				x += widths[i]
			}
		}
		s.y += height + 2*padY
	}
	heads := make([]cell, len(cols))
	bare := true
	for i, c := range cols {
		heads[i] = cell{{{text: c.head, size: size - 0.5, grey: black}}}
		bare = bare && c.head == ""
	}
	headLines, headHeight := lay(heads, "B")
	head := func() {
		s.hline(s.left, s.right, s.y, 0.3, black)
		if !bare {
			put(headLines, headHeight)
			s.hline(s.left, s.right, s.y, 0.2, black)
		}
	}
	headRoom := headHeight + 2*padY
	if bare {
		headRoom = 0
	}
	full := s.bottom - s.top - headRoom
	type laid struct {
		lines  [][]line
		height float64
	}
	all := make([]laid, len(rows))
	sumHeight, begin := headRoom, headRoom
	for n, row := range rows {
		all[n].lines, all[n].height = lay(row, "")
		sumHeight += all[n].height + 2*padY
		if n < 2 {
			begin += min(all[n].height+2*padY, full/3)
		}
	}
	if sumHeight < full*0.4 { // a short table stays in one piece; a long one begins with two rows at least
		begin = sumHeight
	}
	for n := range rows {
		lines, height := all[n].lines, all[n].height
		if n == 0 {
			s.room(begin)
			head()
		} else if fits := s.bottom - s.y; height+2*padY > fits && (height+2*padY <= full/3 || fits < 25) {
			s.hline(s.left, s.right, s.y, 0.3, black)
			s.page()
			head()
		} else {
			s.hline(s.left, s.right, s.y, 0.12, hair)
		}
		for height+2*padY > s.bottom-s.y+0.01 { // a row that is higher than what is left: set what fits, go on overleaf
			avail := s.bottom - s.y - 2*padY
			part, rest := make([][]line, len(lines)), make([][]line, len(lines))
			height = 0
			for i, ls := range lines {
				used, k := 0.0, 0
				for k < len(ls) && (used+ls[k].height <= avail+0.01 || k == 0 && s.y <= s.top+headRoom+0.01) {
					used += ls[k].height
					k++
				}
				part[i], rest[i] = ls[:k], ls[k:]
				h := 0.0
				for _, ln := range rest[i] {
					h += ln.height
				}
				height = max(height, h)
			}
			put(part, max(avail, 0))
			lines = rest
			s.page()
			head()
		}
		put(lines, height)
	}
	if len(rows) > 0 {
		s.hline(s.left, s.right, s.y, 0.3, black)
	}
}
