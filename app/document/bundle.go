package document

import (
	"bytes"
	"errors"
	"fmt"
	"image"
	"image/color"
	_ "image/jpeg" // exhibits that are photos
	"io"
	"strings"

	"commoncase/models"
)

// Bundle writes a referral bundle as one PDF: cover, the Ombudsman's questions, authority, chronology, breaches, issues, index,
// and the exhibits, numbered through, linked and bookmarked. Every exhibit is opened twice, one after the other: once to be
// measured, once to be written, so that memory holds one at a time. The same input, exhibits included, gives the same bytes.
// An exhibit that cannot be opened is an error that names it; nothing useful has been written to w then.
func Bundle(w io.Writer, in BundleDoc) error {
	b := &bundle{BundleDoc: in, byNumber: map[int]int{}}
	for i, ex := range in.Exhibits {
		if _, twice := b.byNumber[ex.Number]; twice {
			return fmt.Errorf("bundle %s: two exhibits have the number %d", in.Ref, ex.Number)
		}
		b.byNumber[ex.Number] = i
		m, err := measureExhibit(ex)
		if err != nil {
			return fmt.Errorf("bundle %s: %w", in.Ref, err)
		}
		b.measured = append(b.measured, m)
	}
	b.parts = map[string]int{}
	b.firstPage = make([]int, len(in.Exhibits))
	// The contents and the index name pages that stand after them: set it until no number moves.
	for pass := 0; ; pass++ {
		before := fmt.Sprint(b.total, b.parts, b.firstPage)
		s := b.typeset()
		if err := s.pdf.Error(); err != nil {
			return fmt.Errorf("typeset bundle %s: %w", in.Ref, err)
		}
		b.total = s.pdf.PageCount()
		if fmt.Sprint(b.total, b.parts, b.firstPage) != before && pass < 5 {
			continue
		}
		var set bytes.Buffer
		if err := s.finish(&set); err != nil {
			return fmt.Errorf("bundle %s: %w", in.Ref, err)
		}
		if err := assemble(w, set.Bytes(), b.write); err != nil {
			return fmt.Errorf("bundle %s: %w", in.Ref, err)
		}
		return nil
	}
}

type bundle struct {
	BundleDoc
	byNumber  map[int]int // exhibit number -> place in Exhibits
	measured  []measured
	parts     map[string]int // title -> page, of the pass before
	firstPage []int          // of each exhibit, of the pass before
	total     int
	edge      float64 // where head and foot begin, from the edge of the page
	dests     []int   // link of each exhibit, of this pass
	partDests map[string]int
}

// measured is what has to be known of an exhibit before it can be placed.
type measured struct {
	photo bool
	bytes int64 // of a photo
	width int   // pixels
	high  int
	color string       // colour space of a photo
	pages []sourcePage // of a PDF: sizes only
	sound *soundFacts  // of sound
}

// exhibitError says which exhibit is at fault.
func exhibitError(ex Exhibit, err error) error {
	var e *models.Error
	if errors.As(err, &e) {
		return &models.Error{Code: e.Code, Message: fmt.Sprintf("Exhibit %d (%s): %s", ex.Number, ex.Title, e.Message)}
	}
	return fmt.Errorf("exhibit %d: %w", ex.Number, err)
}

func read(ex Exhibit) (data []byte, err error) {
	r, err := ex.Open()
	if err != nil {
		return nil, err
	}
	defer func() {
		if cerr := r.Close(); err == nil {
			err = cerr
		}
	}()
	return readAll(r)
}

func measureExhibit(ex Exhibit) (measured, error) {
	data, err := read(ex)
	if err != nil {
		return measured{}, exhibitError(ex, err)
	}
	switch ex.MediaType {
	case "application/pdf":
		src, err := readPDF(data)
		if err != nil {
			return measured{}, exhibitError(ex, err)
		}
		m := measured{}
		for _, p := range src.pages {
			m.pages = append(m.pages, sourcePage{box: p.box, rotate: p.rotate, unit: p.unit})
		}
		return m, nil
	case "image/jpeg":
		cfg, format, err := image.DecodeConfig(bytes.NewReader(data))
		if err != nil || format != "jpeg" || cfg.Width < 1 || cfg.Height < 1 {
			return measured{}, exhibitError(ex, brokenPhoto())
		}
		m := measured{photo: true, bytes: int64(len(data)), width: cfg.Width, high: cfg.Height, color: "DeviceRGB"}
		switch cfg.ColorModel {
		case color.GrayModel:
			m.color = "DeviceGray"
		case color.CMYKModel:
			return measured{}, exhibitError(ex, brokenPhoto()) // no shared copy of ours is in printing inks
		}
		return m, nil
	}
	if models.IsSound(ex.MediaType) {
		return measureSound(ex, data)
	}
	return measured{}, exhibitError(ex, models.Errorf(models.CodeBadFile, "only photos (JPEG), PDFs and sound can go into a bundle; this is %s. Save it as a PDF and add that.", ex.MediaType))
}

func (m measured) pageCount() int {
	if m.photo || m.sound != nil {
		return 1
	}
	return len(m.pages)
}

// write adds the exhibits themselves, one after the other.
func (b *bundle) write(o *objects) ([]picture, error) {
	var out []picture
	for i, ex := range b.Exhibits {
		m := b.measured[i]
		if m.sound != nil {
			continue
		}
		data, err := read(ex)
		if err != nil {
			return nil, exhibitError(ex, err)
		}
		if m.photo {
			if int64(len(data)) != m.bytes {
				return nil, exhibitError(ex, errors.New("the file changed while the bundle was made"))
			}
			nr := o.alloc()
			o.stream(nr, fmt.Appendf(nil, "/Type /XObject /Subtype /Image /Width %d /Height %d /ColorSpace /%s /BitsPerComponent 8 /Filter /DCTDecode",
				m.width, m.high, m.color), data)
			out = append(out, picture{pictureName(i, 0), nr})
			continue
		}
		src, err := readPDF(data)
		if err != nil {
			return nil, exhibitError(ex, err)
		}
		numbers := make([]int, len(m.pages))
		for j := range numbers {
			numbers[j] = o.alloc()
			out = append(out, picture{pictureName(i, j), numbers[j]})
		}
		if err := src.forms(o, numbers); err != nil {
			return nil, exhibitError(ex, err)
		}
	}
	return out, nil
}

func pictureName(exhibit, page int) string { return fmt.Sprintf("E%dP%d", exhibit, page) }

// The parts of a bundle, as the contents and bookmarks name them.
const (
	partQuestions  = "The Ombudsman's questions answered"
	partAuthority  = "Authority to act"
	partChronology = "Chronology"
	partBreaches   = "Duties broken"
	partIssues     = "The issues, and what would put them right"
	partIndex      = "Index of exhibits"
	partExhibits   = "Exhibits"
)

// Margins of text and of exhibits, in millimetres.
const (
	bundleMargin  = 24.0
	exhibitMargin = 14.0
)

// typeset sets everything but the insides of the exhibits.
func (b *bundle) typeset() *sheet {
	s := newSheet(sans, 11, b.On, strings.TrimSpace("Referral bundle "+b.Ref))
	s.left, s.right, s.top, s.bottom = bundleMargin, a4Width-bundleMargin, 26, a4Height-27
	s.total = b.total
	s.furniture = b.foot
	b.edge = bundleMargin
	b.dests = make([]int, len(b.Exhibits))
	for i := range b.dests {
		b.dests[i] = s.pdf.AddLink()
	}
	b.partDests = map[string]int{}
	parts := b.contents()
	for _, p := range parts {
		b.partDests[p] = s.pdf.AddLink()
	}
	b.cover(s, parts)
	b.questions(s)
	b.authority(s)
	b.chronology(s)
	b.breaches(s)
	b.issues(s)
	b.index(s)
	for i := range b.Exhibits {
		b.exhibit(s, i)
	}
	s.endPage()
	return s
}

// contents lists the parts that this bundle has.
func (b *bundle) contents() []string {
	out := []string{partQuestions, partAuthority, partChronology, partBreaches, partIssues}
	if len(b.Exhibits) > 0 {
		out = append(out, partIndex, partExhibits)
	}
	return out
}

func (b *bundle) foot(s *sheet) {
	w, h := s.pdf.GetPageSize()
	y := h - 12
	s.hline(b.edge, w-b.edge, y-4.5, 0.15, hair)
	s.label(span{text: strings.TrimPrefix(b.Ref+" · Referral to the Housing Ombudsman", " · "), size: 8, grey: ink}, b.edge, y, "L")
	s.label(span{text: b.running(s), size: 9, style: "B"}, w-b.edge, y, "R")
}

// running is the bundle's own page number: 17 / 63.
func (b *bundle) running(s *sheet) string {
	total := b.total
	if total == 0 {
		total = 999
	}
	return fmt.Sprintf("%d / %d", s.pdf.PageNo(), total)
}

// part begins a part on a new page, with its bookmark and the place that the contents link to.
func (b *bundle) part(s *sheet, title string) {
	s.page()
	b.mark(s, title)
	s.heading(title, 17, 0, 4.5)
}

func (b *bundle) mark(s *sheet, title string) {
	b.parts[title] = s.pdf.PageNo()
	s.pdf.SetLink(b.partDests[title], 0, s.pdf.PageNo())
	s.set(span{family: sans})
	s.pdf.Bookmark(clean(title), 0, 0)
}

func (b *bundle) cover(s *sheet, parts []string) {
	s.page()
	s.set(span{family: sans})
	s.pdf.Bookmark("Cover and contents", 0, 0)
	s.letterhead(b.Head, false)
	s.y = max(s.y, 62)
	s.paragraph([]span{{text: "Referral to the Housing Ombudsman", size: 11, grey: ink}}, 1.5)
	s.leading = 1.18
	s.paragraph([]span{{text: b.Title, style: "B", size: 23}}, 7)
	s.leading = 1.42
	var rows [][]cell
	add := func(name, value string) {
		if strings.TrimSpace(value) != "" {
			rows = append(rows, []cell{{{{text: name, grey: ink}}}, text(value)})
		}
	}
	add("Case", b.Ref)
	add("Resident", b.Resident)
	add("Home", strings.Join(b.Address, "\n"))
	add("Landlord", b.Landlord)
	add("Landlord's complaint reference", b.LandlordRef)
	if b.OmbudsmanRef == "" {
		add("Ombudsman's reference", "none yet")
	} else {
		add("Ombudsman's reference", b.OmbudsmanRef)
	}
	add("Prepared by", b.PreparedBy)
	add("Date", b.On.Long())
	s.table([]column{{share: 36}, {share: 64}}, rows, 10.5)

	s.heading("Contents", 12, 11, 2.4)
	for _, p := range parts {
		s.room(7)
		y := s.y + 4.6
		w := s.label(span{text: p, size: 10.5, dest: b.partDests[p]}, s.left, y, "L")
		page := fmt.Sprint(b.parts[p])
		pw := s.label(span{text: page, size: 10.5, dest: b.partDests[p]}, s.right, y, "R")
		s.pdf.SetDashPattern([]float64{0.25, 1.6}, 0)
		s.hline(s.left+w+2, s.right-pw-2, y, 0.25, rule)
		s.pdf.SetDashPattern(nil, 0)
		s.y += 6.6
	}
	if b.Hash != "" {
		s.room(14)
		s.y += 5
		s.paragraph([]span{{text: "Made from inputs with the SHA-256 hash", size: 8, grey: ink}}, 0)
		s.paragraph([]span{{text: b.Hash, family: mono, size: 7.5, grey: ink}}, 0)
	}
}

// links sets exhibit numbers, each a link to its exhibit.
func (b *bundle) links(numbers []int, word string) []span {
	var out []span
	for i, n := range numbers {
		if i > 0 {
			out = append(out, span{text: ", "})
		} else if word != "" {
			out = append(out, span{text: word + " "})
		}
		sp := span{text: fmt.Sprint(n)}
		if at, ok := b.byNumber[n]; ok {
			sp.dest = b.dests[at]
		}
		out = append(out, sp)
	}
	return out
}

func exhibitWord(n int) string {
	if n == 1 {
		return "Exhibit"
	}
	return "Exhibits"
}

func (b *bundle) questions(s *sheet) {
	b.part(s, partQuestions)
	missing := 0
	for _, q := range b.Questions {
		if q.Missing {
			missing++
		}
	}
	if missing > 0 {
		what := "1 question has no answer yet. It is marked below."
		if missing > 1 {
			what = fmt.Sprintf("%d questions have no answer yet. They are marked below.", missing)
		}
		s.paragraph([]span{{text: what, style: "B"}}, 3.5)
	}
	if len(b.Questions) == 0 {
		s.paragraph([]span{{text: "No questions have been answered."}}, 0)
	}
	var rows [][]cell
	set := func() {
		if len(rows) > 0 {
			s.table([]column{{share: 38}, {share: 62}}, rows, 10)
			s.y += 3
		}
		rows = nil
	}
	for _, q := range b.Questions {
		if q.Section != "" {
			set()
			s.heading(q.Section, 12, 3.5, 1.8)
		}
		var a cell
		for p := range strings.SplitSeq(strings.TrimSpace(q.Answer), "\n\n") {
			if strings.TrimSpace(p) == "" {
				continue
			}
			if len(a) > 0 {
				a = append(a, []span{{text: " ", size: 4}})
			}
			a = append(a, []span{{text: p}})
		}
		switch {
		case q.Missing:
			a = append(cell{{{text: "NOT ANSWERED YET", style: "B"}}}, a...)
		case len(a) == 0:
			a = text("None.")
		}
		if len(q.Exhibits) > 0 {
			a = append(a, b.links(q.Exhibits, exhibitWord(len(q.Exhibits))))
		}
		rows = append(rows, []cell{{{{text: q.Question, style: "B"}}}, a})
	}
	set()
}

func (b *bundle) authority(s *sheet) {
	b.part(s, partAuthority)
	if strings.TrimSpace(b.Authority.Text) == "" {
		s.paragraph([]span{{text: "No statement of authority has been given.", style: "B"}}, 3)
	} else {
		s.markdown(b.Authority.Text, 0)
		s.setNotes()
	}
	if b.Authority.SignedOn.IsZero() {
		s.paragraph([]span{{text: "NOT SIGNED YET", style: "B"}}, 3)
	} else {
		s.paragraph([]span{{text: "Signed on " + b.Authority.SignedOn.Long() + "."}}, 3)
	}
	if len(b.Authority.Exhibits) > 0 {
		s.paragraph(append([]span{{text: "The signed authority is "}}, append(b.links(b.Authority.Exhibits, strings.ToLower(exhibitWord(len(b.Authority.Exhibits)))), span{text: "."})...), 0)
	}
}

func (b *bundle) chronology(s *sheet) {
	b.part(s, partChronology)
	if len(b.Chronology) == 0 {
		s.paragraph([]span{{text: "Nothing has been recorded."}}, 0)
		return
	}
	var rows [][]cell
	for _, c := range b.Chronology {
		what := cell{{{text: c.What, style: "B"}}}
		for p := range strings.SplitSeq(strings.TrimSpace(c.Detail), "\n\n") {
			if p != "" {
				what = append(what, []span{{text: p}})
			}
		}
		rows = append(rows, []cell{text(nbsp(c.On.Long())), what, {b.links(c.Exhibits, "")}})
	}
	s.table([]column{{head: "Date", share: 36}, {head: "What happened", share: 102}, {head: "Exhibit", share: 24}}, rows, 9.5)
}

// nbsp keeps a date on one line.
func nbsp(s string) string { return strings.ReplaceAll(s, " ", "\u00a0") }

func (b *bundle) breaches(s *sheet) {
	b.part(s, partBreaches)
	if len(b.Breaches) == 0 {
		s.paragraph([]span{{text: "The events recorded show no duty of the landlord as broken: every one whose date has come was met in time."}}, 0)
		return
	}
	var rows [][]cell
	for _, r := range b.Breaches {
		duty := cell{{{text: r.Duty, style: "B"}}}
		source := r.Source
		if r.Clause != "" {
			source = strings.TrimPrefix(source+", "+clause(r.Clause), ", ")
		}
		small := func(t string) {
			if t != "" {
				duty = append(duty, []span{{text: t, size: 8.5, grey: ink}})
			}
		}
		small(source)
		if !r.Started.IsZero() {
			small("Counted from " + r.Started.Long() + ".")
		}
		small(r.Note)
		done := nbsp(r.Done.Long())
		if r.Done.IsZero() && r.Instead == "" {
			done = "not by " + nbsp(b.On.Long())
		}
		rows = append(rows, []cell{duty, text(nbsp(r.Due.Long())), text(done), {{{text: late(r), style: "B"}}}, text(r.Confidence)})
	}
	s.table([]column{{head: "Duty and its source", share: 56}, {head: "Due", share: 31}, {head: "Done", share: 32}, {head: "Late by", share: 24}, {head: "Rule is", share: 19}}, rows, 9)
	s.y += 3
	s.paragraph([]span{{text: "“Rule is” says how sure we are of the wording and dates of the rule that the date was counted by.", size: 8.5, grey: ink}}, 0)
}

func clause(c string) string {
	if c[0] >= '0' && c[0] <= '9' {
		return "paragraph " + c
	}
	return c
}

func late(r BreachRow) string {
	if r.Instead != "" {
		return r.Instead
	}
	unit := r.Unit
	if unit == "" {
		unit = "working days"
	}
	if r.DaysLate == 1 {
		unit = strings.TrimSuffix(unit, "s")
	}
	out := fmt.Sprintf("%d %s", r.DaysLate, unit)
	if r.Done.IsZero() {
		out += " so far"
	}
	return out
}

func (b *bundle) issues(s *sheet) {
	b.part(s, partIssues)
	if len(b.Issues) == 0 {
		s.paragraph([]span{{text: "No issues have been set out."}}, 0)
	}
	for i, is := range b.Issues {
		s.heading(fmt.Sprintf("%d. %s", i+1, is.Title), 12.5, 6, 2)
		s.markdown(is.Detail, 0)
		if strings.TrimSpace(is.Remedy) != "" {
			s.heading("What would put it right", s.size, 1.2, 1.2)
			s.markdown(is.Remedy, 0)
		}
		s.setNotes()
	}
}

func (b *bundle) index(s *sheet) {
	if len(b.Exhibits) == 0 {
		return
	}
	b.part(s, partIndex)
	var rows [][]cell
	for i, ex := range b.Exhibits {
		first := b.firstPage[i]
		pages := fmt.Sprint(first)
		if n := b.measured[i].pageCount(); n > 1 {
			pages = fmt.Sprintf("%d–%d", first, first+n-1)
		}
		rows = append(rows, []cell{
			{{{text: fmt.Sprint(ex.Number), style: "B", dest: b.dests[i]}}},
			{{{text: ex.Title, dest: b.dests[i]}}},
			text(nbsp(ex.On.Long())),
			{{{text: pages, dest: b.dests[i]}}},
		})
	}
	s.table([]column{{head: "Exhibit", share: 17}, {head: "What it is", share: 88}, {head: "Date", share: 37}, {head: "Pages", share: 20, right: true}}, rows, 9.5)
}

// exhibit sets the frames of an exhibit: a page for each of its pages, stamped, with the page itself drawn smaller inside, so that no
// stamp ever covers a word of it.
func (b *bundle) exhibit(s *sheet, i int) {
	ex, m := b.Exhibits[i], b.measured[i]
	n := m.pageCount()
	for j := range n {
		orientation := "P"
		if len(m.pages) > 0 {
			if w, h := m.pages[j].size(); w > h*1.05 {
				orientation = "L"
			}
		}
		s.pageOf(orientation)
		b.edge = exhibitMargin
		if j == 0 {
			if i == 0 {
				b.mark(s, partExhibits)
			}
			b.firstPage[i] = s.pdf.PageNo()
			s.pdf.SetLink(b.dests[i], 0, s.pdf.PageNo())
			s.set(span{family: sans})
			s.pdf.Bookmark(clean(exhibitTitle(ex)), 1, 0)
		}
		stamp := fmt.Sprintf("Exhibit %d · page %d of %d", ex.Number, j+1, n)
		if n == 1 {
			stamp = fmt.Sprintf("Exhibit %d", ex.Number)
		}
		pageW, pageH := s.pdf.GetPageSize()
		x0, x1 := exhibitMargin, pageW-exhibitMargin
		w := s.label(span{text: stamp, style: "B", size: 10.5}, x1, 13, "R")
		facts := ex.Title
		if !ex.On.IsZero() {
			facts += ", " + ex.On.Long()
		}
		s.label(span{text: s.shorten(span{text: facts, size: 9, grey: ink}, x1-x0-w-8), size: 9, grey: ink}, x0, 13, "L")
		s.hline(x0, x1, 15.5, 0.3, black)
		top, bottom := 19.0, pageH-20
		if m.photo {
			b.photo(s, i, x0, x1, top, bottom)
			continue
		}
		if m.sound != nil {
			m.sound.set(s, ex, x0, x1, top)
			continue
		}
		p := m.pages[j]
		pw, ph := p.size()
		scale := min((x1-x0)/(pw*point), (bottom-top)/(ph*point), 1)
		fw, fh := pw*point*scale, ph*point*scale
		fx, fy := x0+(x1-x0-fw)/2, top+(bottom-top-fh)/2
		if fh < (bottom-top)*0.7 {
			fy = top + 2
		}
		mt := p.matrix()
		for k := range mt {
			mt[k] *= scale
		}
		mt[4] += fx / point
		mt[5] += (pageH - fy - fh) / point
		s.pdf.RawWriteStr(fmt.Sprintf("q %s cm /%s Do Q", matrixText(mt), pictureName(i, j)))
		s.pdf.SetDrawColor(hair, hair, hair)
		s.pdf.SetLineWidth(0.15)
		s.pdf.Rect(fx, fy, fw, fh, "D")
	}
}

func exhibitTitle(ex Exhibit) string {
	return strings.TrimRight(fmt.Sprintf("%d. %s", ex.Number, ex.Title), " ")
}

func (b *bundle) photo(s *sheet, i int, x0, x1, top, bottom float64) {
	ex, m := b.Exhibits[i], b.measured[i]
	caption := ex.Caption
	if caption == "" {
		caption = ex.Title
	}
	// the caption is as wide as the photo, and the photo as high as the caption leaves room for
	w, h, lines := x1-x0, 0.0, []line(nil)
	for range 2 {
		lines = s.wrap([]span{{text: caption, size: 10}}, max(w, 80))
		under := 4 + float64(len(lines))*lines[0].height
		scale := min((x1-x0)/float64(m.width), (bottom-top-under)/float64(m.high), 25.4/100) // no coarser than 100 dots to the inch
		w, h = float64(m.width)*scale, float64(m.high)*scale
	}
	x := min(x0+(x1-x0-w)/2, x1-max(w, 80))
	_, pageH := s.pdf.GetPageSize()
	s.pdf.RawWriteStr(fmt.Sprintf("q %.4f 0 0 %.4f %.4f %.4f cm /%s Do Q", w/point, h/point, x/point, (pageH-top-h)/point, pictureName(i, 0)))
	y := top + h + 3
	for _, l := range lines {
		s.draw(l, x, y)
		y += l.height
	}
}
