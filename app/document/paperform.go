package document

import (
	"bytes"
	"fmt"
	"io"
	"strings"

	"commoncase/models"
	"commoncase/models/catalogue"
	"commoncase/models/civil"
)

// PaperDoc is everything that the paper form prints besides its questions, which are those of the story pages in the same language.
type PaperDoc struct {
	Lang     string // en, pl, bn, ar; the catalogue's
	Large    bool   // 18 point type
	Branch   string
	Landlord string   // whose homes the branch is for
	Return   []string // the address to return it to, a line each
	Email    string   // of the branch, "" prints none
	Site     string   // where the code is typed in: "tell.example.org/come-back"
	Advice   string   // who gives free advice, with the number: "Shelter, 0808 800 4444"; "" prints nothing of it
	Code     string   // 16 digits, with or without spaces; "" prints a form without a code
	On       civil.Date
}

const paperMargin = 17.0

// paper is a form that is being set. Places are given as from the left; in a language that runs from right to left they are turned round.
type paper struct {
	PaperDoc
	*sheet
	t      catalogue.Text
	size   float64 // of running text, points
	groups []string
	pages  int
	number int
	back   int // the page whose foot is the back of the slip; 0 for none
}

// PaperForm writes the story form to be filled in by hand, with its code on a slip that is torn off. The back of the slip holds nothing that
// is filled in. The same PaperDoc gives the same bytes.
func PaperForm(w io.Writer, in PaperDoc) error {
	groups, err := codeGroups(in.Code)
	if err != nil {
		return err
	}
	total, back := 0, 0
	for pass := 0; ; pass++ {
		p := &paper{PaperDoc: in, t: catalogue.In(in.Lang), groups: groups, pages: total, back: back}
		p.typeset()
		if err := p.pdf.Error(); err != nil {
			return fmt.Errorf("typeset a paper form: %w", err)
		}
		if n := p.pdf.PageCount(); pass == 0 || n != total && pass < 4 {
			total = n
			if pass == 0 && n%2 == 0 { // the last page is printed on the back of the one before it
				back = n - 1
			}
			continue
		}
		var b bytes.Buffer
		if err := p.finish(&b); err != nil {
			return fmt.Errorf("paper form: %w", err)
		}
		return assemble(w, b.Bytes(), func(*objects) ([]picture, error) { return nil, nil })
	}
}

// codeGroups parts the 16 digits of a code into four groups; nil where there is no code.
func codeGroups(code string) ([]string, error) {
	code = strings.ReplaceAll(code, " ", "")
	if code == "" {
		return nil, nil
	}
	if len(code) != 16 || strings.Trim(code, "0123456789") != "" {
		return nil, fmt.Errorf("paper form: a code has 16 digits")
	}
	return []string{code[:4], code[4:8], code[8:12], code[12:]}, nil
}

// step is a measure in millimetres that grows with the type.
func (p *paper) step(mm float64) float64 { return mm * p.size / 10 }

func (p *paper) small() float64 {
	if p.Large {
		return p.size
	}
	return p.size - 1.2
}

func (p *paper) typeset() {
	p.size = 10
	if p.Large {
		p.size = 18
	}
	p.sheet = newSheet(sans, p.size, p.On, p.t.T("story.start.title"))
	s := p.sheet
	s.rtl = p.t.Dir == "rtl"
	if p.t.Tag != catalogue.English {
		s.pdf.SetLang(p.t.Tag)
	}
	s.leading = 1.3
	s.left, s.right, s.top, s.bottom = paperMargin, a4Width-paperMargin, 15, a4Height-19
	s.total = p.pages
	s.furniture = func(*sheet) { p.foot() }
	bottom := s.bottom
	s.onPage = func(*sheet) {
		s.bottom = bottom
		if s.pdf.PageNo() == p.back {
			s.bottom -= p.slipHeight() + 4
		}
	}
	s.page()
	p.head()
	p.questions()
	p.warning()
	p.helper()
	p.slip(bottom)
	s.endPage()
}

// foot says which form it is and which page; on the page behind the slip, what may be torn off without a loss.
func (p *paper) foot() {
	s := p.sheet
	y := a4Height - 9.0
	size := 8.0
	if p.Large {
		size = 13
	}
	n := p.pages
	if n == 0 {
		n = 9
	}
	x0, x1 := "L", "R"
	left, right := paperMargin, a4Width-paperMargin
	if s.rtl {
		left, right, x0, x1 = right, left, x1, x0
	}
	if p.groups != nil {
		s.label(span{text: p.t.T("paper.ends", "Digits", p.groups[3]), size: size, style: "B"}, left, y, x0)
	}
	s.label(span{text: p.t.T("paper.page", "N", s.pdf.PageNo(), "All", n), size: size}, right, y, x1)
	if s.pdf.PageNo() == p.back {
		p.backOfSlip()
	}
}

// x is where something of a width stands that in a language from left to right begins at x.
func (p *paper) x(x, w float64) float64 {
	if p.rtl {
		return a4Width - x - w
	}
	return x
}

// within sets the column of text from x0 to x1, does f, and sets it back.
func (p *paper) within(x0, x1 float64, f func()) {
	left, right := p.left, p.right
	p.left, p.right = p.x(x0, x1-x0), p.x(x0, x1-x0)+x1-x0
	f()
	p.left, p.right = left, right
}

// say sets a paragraph of the form in the column from x0 to x1.
func (p *paper) say(x0, x1 float64, sp span, after float64) {
	p.within(x0, x1, func() { p.flow(p.tight(sp, x1-x0), nil) })
	p.y += after
}

// tight is a paragraph with the leading of its own size.
func (p *paper) tight(sp span, width float64) []line {
	if sp.size == 0 {
		sp.size = p.size
	}
	lines := p.wrap([]span{sp}, width)
	for i := range lines {
		lines[i].height = sp.size * p.leading * point
	}
	return lines
}

// height is how high a paragraph stands.
func (p *paper) height(sp span, width float64) float64 {
	h := 0.0
	for _, l := range p.tight(sp, width) {
		h += l.height
	}
	return h
}

const (
	formLeft  = paperMargin
	formRight = a4Width - paperMargin
)

// head says whose form it is, what becomes of it, and where it goes.
func (p *paper) head() {
	t := p.t
	p.say(formLeft, formRight, span{text: p.Branch, size: p.small(), grey: ink}, 0.5)
	p.say(formLeft, formRight, span{text: t.T("story.start.title"), style: "B", size: p.size + 9}, 1.5)
	if !t.Reviewed() {
		p.say(formLeft, formRight, span{text: t.T("common.unreviewed"), style: "I", size: p.small()}, 1)
	}
	intro := t.T("story.start.who_we_are", "Branch", p.Branch, "Landlord", p.Landlord) + " " + t.T("story.start.no_name") + " " + t.T("story.start.skip")
	p.say(formLeft, formRight, span{text: intro}, 1.2)
	p.say(formLeft, formRight, span{text: t.T("story.start.urgent"), style: "B"}, 1.2)
	// how to write, with a box that shows it
	lines := p.tight(span{text: t.T("paper.how")}, formRight-formLeft-p.step(7))
	y := p.y
	p.within(formLeft, formRight-p.step(7), func() { p.flow(lines, nil) })
	last := lines[len(lines)-1]
	edge := p.boxEdge()
	bx := p.x(formLeft+last.width+p.step(1.6), edge)
	by := y + float64(len(lines)-1)*last.height + (last.height-edge)/2
	p.box(bx, by)
	p.pdf.SetLineWidth(0.5)
	p.pdf.Line(bx+0.8, by+0.8, bx+edge-0.8, by+edge-0.8)
	p.pdf.Line(bx+0.8, by+edge-0.8, bx+edge-0.8, by+0.8)
	p.y += p.step(1.6)
	if len(p.Return) > 0 || p.Email != "" {
		where := strings.Join(append(append([]string{}, p.Return...), p.Email), ", ")
		sp := span{text: t.T("paper.return") + ": " + strings.TrimSuffix(where, ", "), style: "B"}
		h := p.height(sp, formRight-formLeft-8)
		p.pdf.SetFillColor(236, 236, 236)
		p.pdf.Rect(formLeft, p.y, formRight-formLeft, h+3.4, "F")
		p.y += 1.7
		p.say(formLeft+4, formRight-4, sp, 1.7)
	}
	p.y += p.step(1)
}

func (p *paper) boxEdge() float64 { return p.step(3.9) }

// box draws an empty box to be ticked.
func (p *paper) box(x, y float64) {
	p.pdf.SetDrawColor(black, black, black)
	p.pdf.SetLineWidth(0.35)
	p.pdf.Rect(x, y, p.boxEdge(), p.boxEdge(), "D")
}

// question begins a question: its number white on black, its title, what is said under it. It keeps need millimetres of what follows with it.
func (p *paper) question(step string, need float64, hints ...string) {
	p.number++
	title := span{text: p.t.T("story." + step + ".title"), style: "B", size: p.size + 3}
	side := p.step(6.4)
	x0 := formLeft + side + p.step(2.4)
	h := max(p.height(title, formRight-x0), side)
	all := h + p.step(1)
	for _, hint := range hints {
		all += p.height(span{text: hint, size: p.small()}, formRight-x0)
	}
	p.room(all + need + p.step(4.2))
	p.gap(p.step(4.6))
	p.pdf.SetFillColor(black, black, black)
	p.pdf.Rect(p.x(formLeft, side), p.y, side, side, "F")
	p.label(span{text: fmt.Sprint(p.number), style: "B", size: p.size + 2, grey: white}, p.x(formLeft, side)+side/2, p.y+side/2+(p.size+2)*point*0.36, "C")
	y := p.y
	p.y += max((side-p.tight(title, formRight-x0)[0].height)/2, 0)
	p.say(x0, formRight, title, 0)
	p.y = max(p.y, y+side) + p.step(0.6)
	for _, hint := range hints {
		p.say(x0, formRight, span{text: hint, size: p.small(), grey: p.second()}, 0)
	}
	p.y += p.step(0.4)
}

// second is the grey of second-rank text; in large print all is black.
func (p *paper) second() int {
	if p.Large {
		return black
	}
	return ink
}

func (p *paper) lineGap() float64 {
	if p.Large {
		return 13
	}
	return 8.2
}

// rules draws n lines to write on from x0 to x1.
func (p *paper) rules(x0, x1 float64, n int) {
	for range n {
		p.room(p.lineGap())
		p.y += p.lineGap()
		p.hline(p.x(x0, x1-x0), p.x(x0, x1-x0)+x1-x0, p.y, 0.25, rule)
	}
}

// field is a label and lines to write on. The first line begins beside the label where there is room for both.
func (p *paper) field(name, hint string, n int) {
	x0 := formLeft
	sp := span{text: name}
	p.y += p.step(0.8)
	if hint != "" {
		hintSpan := span{text: hint, size: p.small(), grey: p.second()}
		p.room(p.height(sp, formRight-x0) + p.height(hintSpan, formRight-x0) + p.lineGap())
		p.say(x0, formRight, sp, 0)
		p.say(x0, formRight, hintSpan, 0)
		p.rules(x0, formRight, n)
		return
	}
	w := p.measure(span{text: p.fonts.clean(name), size: p.size}) + p.step(2)
	if w > (formRight-formLeft)*0.55 {
		p.room(p.height(sp, formRight-x0) + p.lineGap())
		p.say(x0, formRight, sp, 0)
		p.rules(x0, formRight, n)
		return
	}
	p.beside(name, x0, formRight)
	p.rules(x0, formRight, n-1)
}

// beside is a label with its line after it, from x0 to x1; the next thing stands below.
func (p *paper) beside(name string, x0, x1 float64) {
	p.room(p.lineGap())
	sp := span{text: name, size: p.size}
	w := p.measure(span{text: p.fonts.clean(name), size: p.size, family: p.family}) + p.step(2)
	lines := p.tight(sp, w)
	p.draw(lines[0], p.x(x0, w), p.y+p.lineGap()-lines[0].height+p.step(0.8))
	p.y += p.lineGap()
	p.hline(p.x(x0+w, x1-x0-w), p.x(x0+w, x1-x0-w)+x1-x0-w, p.y, 0.25, rule)
}

// pair is two fields side by side, or one under the other in large print.
func (p *paper) pair(a, b string, share float64) {
	if p.Large || p.measure(span{text: p.fonts.clean(a), size: p.size}) > (formRight-formLeft)*share*0.7 ||
		p.measure(span{text: p.fonts.clean(b), size: p.size}) > (formRight-formLeft)*(1-share)*0.7 {
		p.field(a, "", 1)
		p.field(b, "", 1)
		return
	}
	p.y += p.step(0.8)
	p.room(p.lineGap())
	y := p.y
	mid := formLeft + (formRight-formLeft)*share
	p.beside(a, formLeft, mid-3)
	p.y = y
	p.beside(b, mid+3, formRight)
}

// ticks sets boxes with what they stand for, in columns as far as the words allow.
func (p *paper) ticks(options []string, columns int) {
	if p.Large {
		columns = 1
	}
	p.y += p.step(0.8)
	wide := (formRight - formLeft) / float64(columns)
	text := p.boxEdge() + p.step(1.8)
	for i := 0; i < len(options); i += columns {
		h := p.boxEdge()
		row := options[i:min(i+columns, len(options))]
		for _, o := range row {
			h = max(h, p.height(span{text: o}, wide-text-3))
		}
		p.room(h + p.step(1.2))
		y := p.y
		for k, o := range row {
			x0 := formLeft + float64(k)*wide
			lines := p.tight(span{text: o}, wide-text-3)
			p.box(p.x(x0, p.boxEdge()), y+(lines[0].height-p.boxEdge())/2)
			for j, l := range lines {
				p.draw(l, p.x(x0+text, wide-text-3), y+float64(j)*l.height)
			}
		}
		p.y = y + h + p.step(1.2)
	}
}

// choice is a question with boxes after it on the same line, where they fit.
func (p *paper) choice(question string, options ...string) {
	if question == "" {
		p.run(formLeft, options)
		return
	}
	w := p.measure(span{text: p.fonts.clean(question), size: p.size}) + p.step(5)
	for _, o := range options {
		w += p.boxEdge() + p.step(6.5) + p.measure(span{text: p.fonts.clean(o), size: p.size})
	}
	p.y += p.step(1.4)
	if w > formRight-formLeft {
		p.room(p.height(span{text: question}, formRight-formLeft) + p.boxEdge() + p.step(2))
		p.say(formLeft, formRight, span{text: question}, p.step(0.6))
		p.run(formLeft, options)
		return
	}
	p.room(p.boxEdge() + p.step(2))
	lines := p.tight(span{text: question}, w)
	p.draw(lines[0], p.x(formLeft, w), p.y)
	p.run(formLeft+lines[0].width+p.step(5), options)
}

// run sets boxes one after the other on a line, and on more where one is not enough.
func (p *paper) run(x float64, options []string) {
	x0 := x
	h := max(p.boxEdge(), p.size*p.leading*point)
	p.room(h + p.step(1))
	for _, o := range options {
		lines := p.tight(span{text: o}, formRight-x0-p.boxEdge()-p.step(1.8))
		w := p.boxEdge() + p.step(1.8) + lines[0].width
		if x > x0 && x+w > formRight {
			x = x0
			p.y += h + p.step(1)
			p.room(h + p.step(1))
		}
		p.box(p.x(x, p.boxEdge()), p.y+(h-p.boxEdge())/2)
		for j, l := range lines {
			wide := l.width
			if l.shift > 0 {
				wide, l.shift = l.width, 0
			}
			p.draw(l, p.x(x+p.boxEdge()+p.step(1.8), wide), p.y+float64(j)*l.height)
		}
		p.y += float64(len(lines)-1) * lines[0].height
		x += w + p.step(6.5)
	}
	p.y += h + p.step(0.8)
}

// questions are those of the story pages, in their order and words.
func (p *paper) questions() {
	t := p.t
	line := p.lineGap()
	p.question("home", 3*line, t.T("story.home.why"))
	p.pair(t.T("story.home.postcode"), t.T("story.home.area"), 0.36)
	p.field(t.T("story.home.address")+" ("+t.T("story.home.address_hint")+")", "", 2)
	p.field(t.T("story.home.landlord"), "", 1)

	p.question("problem", 3*line, t.T("story.problem.hint"))
	themes := make([]string, len(models.Themes))
	for i, theme := range models.Themes {
		themes[i] = t.T("theme." + string(theme))
	}
	p.ticks(themes, 2)

	more := t.T("paper.more_no_code")
	if p.groups != nil {
		more = t.T("paper.more", "Digits", p.groups[3])
	}
	p.question("story", 6*line, t.T("story.story.hint"), more)
	p.rules(formLeft, formRight, max(6, int((p.bottom-p.y)/line))) // to the foot of the page

	p.question("since", line, t.T("story.since.hint"))
	p.rules(formLeft, formRight, 1)

	yes, no, unsure := t.T("common.yes"), t.T("common.no"), t.T("common.unsure")
	p.question("reported", 3*line)
	p.choice("", yes, no, unsure)
	p.field(t.T("story.reported.when"), t.T("story.reported.when_hint"), 1)
	p.field(t.T("story.reported.how"), t.T("story.reported.how_hint"), 1)
	p.field(t.T("story.reported.jobs"), "", 1)
	p.field(t.T("story.reported.answer"), "", 3)
	p.choice(t.T("story.reported.complaint"), yes, no, unsure)
	p.say(formLeft, formRight, span{text: t.T("story.reported.complaint_hint"), size: p.small(), grey: p.second()}, 0)

	p.question("people", 3*line, t.T("story.people.why"))
	p.field(t.T("story.people.who"), t.T("story.people.who_hint"), 1)
	p.y += p.step(1)
	p.say(formLeft, formRight, span{text: t.T("story.people.risk")}, 0)
	var risks []string
	for _, slug := range []string{"baby", "child", "older", "pregnant", "breathing", "disabled"} {
		risks = append(risks, t.T("story.people."+slug))
	}
	p.ticks(risks, 2)
	p.field(t.T("story.people.needs"), t.T("story.people.needs_hint"), 2)

	p.question("wanted", 2*line, t.T("story.wanted.hint"))
	p.rules(formLeft, formRight, 3)

	p.question("files", 0, t.T("paper.files"))
	p.consents()
	p.contact()
}

// consents are asked one by one, each in a frame of its own.
func (p *paper) consents() {
	t := p.t
	p.question("consent", p.step(24), t.T("story.consent.intro"), t.T("paper.consent"))
	p.y += p.step(1)
	const pad = 2.6
	x0, x1 := formLeft+pad, formRight-pad
	for _, purpose := range models.Purposes {
		key := "consent." + string(purpose)
		parts := []span{{text: t.T(key + ".title"), style: "B"}, {text: t.T(key + ".ask")}, {text: t.T(key + ".hint"), size: p.small(), grey: p.second()}}
		if purpose == models.PurposeRecord {
			parts = append(parts, span{text: t.T("story.consent.needed"), size: p.small(), grey: p.second()})
		}
		// yes and no stand in a column of their own beside the words, so that nothing is ticked in passing
		answers := []string{t.T("common.yes"), t.T("common.no")}
		column := p.step(27)
		if purpose == models.PurposeQuote {
			answers = answers[:0]
			for _, v := range []models.ConsentValue{models.ConsentAnonymous, models.ConsentFirstName, models.ConsentFullName, models.ConsentNo} {
				answers = append(answers, t.T("consent.quote."+string(v)))
			}
			column = p.step(62)
		}
		under := p.Large
		words := x1 - x0 - column - 3
		if under {
			words, column = x1-x0, x1-x0
		}
		h, side := 0.0, 0.0
		for _, sp := range parts {
			h += p.height(sp, words)
		}
		text := p.boxEdge() + p.step(1.8)
		gap := p.step(1.2)
		for _, a := range answers {
			side += max(p.height(span{text: a}, column-text), p.boxEdge()) + gap
		}
		full := max(h, side) + 2*pad
		if under {
			full = h + side + 2*pad + gap
		}
		p.room(full + 1.6)
		top := p.y
		p.pdf.SetDrawColor(rule, rule, rule)
		p.pdf.SetLineWidth(0.2)
		p.pdf.Rect(formLeft, top, formRight-formLeft, full, "D")
		p.y = top + pad
		for _, sp := range parts {
			p.say(x0, x0+words, sp, 0)
		}
		ax, ay := x1-column, top+pad
		if under {
			ax, ay = x0, p.y+gap
		}
		for _, a := range answers {
			lines := p.tight(span{text: a}, column-text)
			p.box(p.x(ax, p.boxEdge()), ay+(lines[0].height-p.boxEdge())/2)
			for _, l := range lines {
				p.draw(l, p.x(ax+text, column-text), ay)
				ay += l.height
			}
			ay += gap
		}
		p.y = top + full + 1.6
	}
}

func (p *paper) contact() {
	t := p.t
	p.question("contact", 3*p.lineGap())
	p.choice(t.T("story.contact.name_or_not"), t.T("story.contact.with_name"), t.T("story.contact.anonymous"))
	p.field(t.T("story.contact.your_name"), "", 1)
	p.pair(t.T("story.contact.phone"), t.T("story.contact.email"), 0.42)
	p.y += p.step(2.6)
	p.room(p.height(span{text: t.T("story.contact.ways")}, formRight-formLeft) + p.height(span{text: t.T("story.contact.ways_hint"), size: p.small()}, formRight-formLeft) + p.step(16))
	p.say(formLeft, formRight, span{text: t.T("story.contact.ways")}, 0)
	p.say(formLeft, formRight, span{text: t.T("story.contact.ways_hint"), size: p.small(), grey: p.second()}, p.step(0.8))
	var ways []string
	for _, way := range []string{"page", "email", "phone", "text", "post"} {
		ways = append(ways, t.T("story.contact.way."+way))
	}
	p.run(formLeft, ways)
	p.field(t.T("story.contact.times"), "", 1)
	p.y += p.step(1.6)
	p.ticks([]string{t.T("story.contact.quiet")}, 1)
}

// warning is what may come of it, before anybody gives the form away.
func (p *paper) warning() {
	t := p.t
	lines := []span{{text: t.T("story.check.warn_title"), style: "B"}}
	for _, key := range []string{"story.check.warn", "story.check.warn_not", "story.check.warn_stop", "story.check.warn_tell"} {
		lines = append(lines, span{text: t.T(key)})
	}
	if p.Advice != "" {
		lines = append(lines, span{text: t.T("story.check.advice", "Name", p.Advice), style: "B"})
	}
	h := 0.0
	for _, sp := range lines {
		h += p.height(sp, formRight-formLeft-8)
	}
	p.room(h + p.step(7))
	p.gap(p.step(2.4))
	p.pdf.SetFillColor(236, 236, 236)
	p.pdf.Rect(formLeft, p.y, formRight-formLeft, h+4, "F")
	p.y += 2
	for _, sp := range lines {
		p.say(formLeft+4, formRight-4, sp, 0)
	}
	p.y += 2
}

// helper is the room for whoever takes the form down or takes it in.
func (p *paper) helper() {
	t := p.t
	text := p.boxEdge() + p.step(1.8)
	consent := span{text: t.T("story.helper.consent")}
	title := span{text: t.T("paper.helper"), style: "B"}
	h := p.height(title, formRight-formLeft-8) + p.lineGap() + p.height(consent, formRight-formLeft-8-text) + p.step(5)
	if p.Large {
		h += p.lineGap()
	}
	p.room(h + p.step(3))
	p.gap(p.step(2.4))
	p.pdf.SetDrawColor(black, black, black)
	p.pdf.SetLineWidth(0.3)
	p.pdf.Rect(formLeft, p.y, formRight-formLeft, h, "D")
	end := p.y + h
	p.y += 2
	p.say(formLeft+4, formRight-4, title, 0)
	y := p.y
	if p.Large {
		p.beside(t.T("paper.helper_name"), formLeft+4, formRight-4)
		p.beside(t.T("paper.helper_date"), formLeft+4, formRight-4)
	} else {
		p.beside(t.T("paper.helper_name"), formLeft+4, formRight-60)
		p.y = y
		p.beside(t.T("paper.helper_date"), formRight-56, formRight-4)
	}
	p.y += p.step(1.8)
	lines := p.tight(consent, formRight-formLeft-8-text)
	p.box(p.x(formLeft+4, p.boxEdge()), p.y+(lines[0].height-p.boxEdge())/2)
	p.say(formLeft+4+text, formRight-4, consent, 0)
	p.y = end
}

// slipParts are the words of the slip under the code.
func (p *paper) slipParts() []span {
	t := p.t
	var out []span
	if p.groups == nil {
		out = append(out, span{text: t.T("paper.no_code")})
	}
	if p.Site != "" {
		out = append(out, span{text: t.T("story.code.where", "Address", p.Site)})
	}
	out = append(out, span{text: t.T("paper.slip_wait")}, span{text: t.T("story.code.only"), style: "B"}, span{text: t.T("story.code.text"), size: p.small(), grey: p.second()},
		span{text: strings.TrimSuffix(p.Branch+", "+p.Email, ", "), size: p.small(), grey: p.second()})
	return out
}

func (p *paper) codeSize() float64 {
	if p.Large {
		return 30
	}
	return 24
}

// slipHeight is how high the slip stands, from the line along which it is cut.
func (p *paper) slipHeight() float64 {
	h := p.step(5) + p.height(span{text: p.t.T("paper.slip"), style: "B", size: p.size + 3}, formRight-formLeft) + p.codeSize()*point*1.7
	for _, sp := range p.slipParts() {
		h += p.height(sp, formRight-formLeft)
	}
	own := 0.0
	for _, sp := range p.backParts() {
		own += p.height(sp, formRight-formLeft) + p.step(0.8)
	}
	return max(h, own+p.step(6)) + 2
}

// slip stands at the foot of the last page and holds the code.
func (p *paper) slip(bottom float64) {
	h := p.slipHeight()
	p.bottom = bottom
	p.room(h + 3)
	p.y = bottom - h
	p.cut(p.t.T("paper.cut"))
	p.say(formLeft, formRight, span{text: p.t.T("paper.slip"), style: "B", size: p.size + 3}, 0)
	size := p.codeSize()
	top := p.y
	if p.groups != nil {
		// digits run from left to right in every language
		code := span{text: strings.Join(p.groups, "   "), family: mono, size: size}
		w := p.measure(code)
		p.set(code)
		p.pdf.SetTextColor(black, black, black)
		p.pdf.Text(p.x(formLeft, w), top+size*point*1.15, code.text)
	} else {
		edge := size * point
		x := p.x(formLeft, 16*edge+3*edge*0.7)
		p.pdf.SetDrawColor(black, black, black)
		p.pdf.SetLineWidth(0.25)
		for i := range 16 {
			p.pdf.Rect(x, top+edge*0.3, edge, edge, "D")
			if x += edge; i%4 == 3 {
				x += edge * 0.7
			}
		}
	}
	p.y = top + size*point*1.7
	for _, sp := range p.slipParts() {
		p.say(formLeft, formRight, sp, 0)
	}
}

// cut draws the line along which the slip is cut, over the whole width of the paper, and says so.
func (p *paper) cut(words string) {
	p.pdf.SetDashPattern([]float64{2.2, 1.4}, 0)
	p.hline(6, a4Width-6, p.y, 0.3, black)
	p.pdf.SetDashPattern(nil, 0)
	size := p.small() - 0.6
	align, x := "L", formLeft
	if p.rtl {
		align, x = "R", formRight
	}
	p.label(span{text: words, size: size, grey: p.second()}, x, p.y+size*point*1.15, align)
	p.y += size*point*1.5 + p.step(0.8)
}

func (p *paper) backParts() []span {
	t := p.t
	return []span{{text: t.T("story.start.next_title"), style: "B"}, {text: t.T("story.start.next")}, {text: t.T("story.start.read_title"), style: "B"}, {text: t.T("story.start.read")}}
}

// backOfSlip fills the place behind the slip with what its owner may want to read again.
func (p *paper) backOfSlip() {
	y, bottom := p.y, p.bottom
	p.bottom = a4Height
	p.y = a4Height - 19 - p.slipHeight()
	p.cut(p.t.T("paper.slip_back"))
	for _, sp := range p.backParts() {
		p.say(formLeft, formRight, sp, p.step(0.8))
	}
	p.y, p.bottom = y, bottom
}
