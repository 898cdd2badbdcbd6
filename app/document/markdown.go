package document

import (
	"fmt"
	"strings"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/extension"
	east "github.com/yuin/goldmark/extension/ast"
	mdtext "github.com/yuin/goldmark/text"
	"github.com/yuin/goldmark/util"
)

var parser = goldmark.New(goldmark.WithExtensions(extension.Table, extension.Strikethrough, extension.Linkify, extension.Footnote)).Parser()

// maxDepth is how deep lists and quotes may stand in each other; what is deeper is set at this depth.
const maxDepth = 6

// markdown sets a text in Markdown: headings, paragraphs, lists (numbers as given), quotes, tables, links, emphasis, footnotes
// (kept for setNotes). Raw HTML is printed as it was typed, pictures as their description. keep is the room in millimetres
// that must be left after the last paragraph on its page; 0 where it does not matter.
func (s *sheet) markdown(source string, keep float64) {
	if strings.TrimSpace(source) == "" {
		return
	}
	src := []byte(source)
	m := &mdWriter{s: s, src: src}
	root := parser.Parse(mdtext.NewReader(src))
	last := root.LastChild()
	if _, ok := last.(*east.FootnoteList); ok {
		last = last.PreviousSibling()
	}
	for n := root.FirstChild(); n != nil; n = n.NextSibling() {
		if n == last {
			s.keep = keep
		}
		m.block(n, 0)
		s.keep = 0
	}
	s.noted = len(s.notes)
}

// inline sets one paragraph of Markdown as spans.
func inline(source string, size float64) []span {
	src := []byte(source)
	m := &mdWriter{src: src}
	var out []span
	for n := parser.Parse(mdtext.NewReader(src)).FirstChild(); n != nil; n = n.NextSibling() {
		if len(out) > 0 {
			out = append(out, span{text: "\n"})
		}
		out = append(out, m.spans(n, span{})...)
	}
	for i := range out {
		out[i].size = size
	}
	return out
}

type mdWriter struct {
	s   *sheet
	src []byte
}

const paragraphGap = 2.6 // millimetres after a paragraph

func (m *mdWriter) blocks(parent ast.Node, depth int) {
	for n := parent.FirstChild(); n != nil; n = n.NextSibling() {
		m.block(n, depth)
	}
}

func (m *mdWriter) block(n ast.Node, depth int) {
	s := m.s
	switch n := n.(type) {
	case *ast.Heading:
		plain := plainText(m.spans(n, span{}))
		switch n.Level {
		case 1:
			s.heading(plain, s.size+3, 5, 2.2)
		case 2:
			s.heading(plain, s.size+1.5, 4.2, 1.8)
		default:
			s.heading(plain, s.size, 3, 1.2)
		}
	case *ast.Paragraph:
		s.prose = n.Parent().Kind() != ast.KindListItem // beside its mark it stays at the left
		s.paragraph(m.spans(n, span{}), paragraphGap)
		s.prose = false
	case *ast.TextBlock:
		s.paragraph(m.spans(n, span{}), 1)
	case *ast.Blockquote:
		m.quote(n, depth)
	case *ast.List:
		m.list(n, depth)
	case *ast.ThematicBreak:
		s.room(8)
		s.y += 2
		s.hline(s.left+s.width()*0.35, s.right-s.width()*0.35, s.y, 0.2, rule)
		s.y += 4
	case *ast.FencedCodeBlock, *ast.CodeBlock, *ast.HTMLBlock:
		lines := n.Lines()
		var b strings.Builder
		for i := range lines.Len() {
			segment := lines.At(i)
			b.Write(segment.Value(m.src))
		}
		s.paragraph([]span{{text: strings.TrimRight(b.String(), "\n"), family: mono, size: s.size - 1.5}}, paragraphGap)
	case *east.Table:
		m.table(n)
	case *east.FootnoteList:
		m.footnotes(n)
	default:
		if n.Type() == ast.TypeBlock && n.HasChildren() {
			m.blocks(n, depth)
		}
	}
}

func (m *mdWriter) quote(n ast.Node, depth int) {
	s := m.s
	if depth >= maxDepth {
		m.blocks(n, depth)
		return
	}
	s.gap(0.6)
	left, right := s.left, s.right
	s.left, s.right = left+7, right-5
	top, onPage := s.y, s.onPage
	bar := func(from, to float64) {
		s.pdf.SetFillColor(rule, rule, rule)
		s.pdf.Rect(left+2.4, from, 0.6, to-from, "F")
	}
	// The bar beside a quote that runs over a page is drawn page by page, when the page is left.
	furniture := s.furniture
	s.furniture = func(s *sheet) {
		bar(top, s.y)
		if furniture != nil {
			furniture(s)
		}
	}
	s.onPage = func(s *sheet) {
		if onPage != nil {
			onPage(s)
		}
		top = s.y
	}
	m.blocks(n, depth+1)
	s.furniture, s.onPage = furniture, onPage
	if end := s.y - paragraphGap; end > top {
		bar(top+0.6, end+0.3)
	}
	s.left, s.right = left, right
}

func (m *mdWriter) list(n *ast.List, depth int) {
	s := m.s
	number := n.Start
	indent := 6.0
	if n.IsOrdered() {
		last := number + n.ChildCount() - 1
		indent = max(6.5, s.measure(span{text: fmt.Sprintf("%d.", last)})+3)
	}
	if depth >= maxDepth {
		indent = 0
	}
	left := s.left
	for item := n.FirstChild(); item != nil; item = item.NextSibling() {
		mark := "•"
		if n.IsOrdered() {
			mark = fmt.Sprintf("%d.", number)
			number++
		}
		s.left = left + indent
		m.item(item, mark, left, n.IsTight, depth)
		s.left = left
	}
	if n.IsTight && depth == 0 {
		s.y += paragraphGap - 1
	}
}

// item sets the mark of a list beside the first line of its text.
func (m *mdWriter) item(item ast.Node, mark string, markX float64, tight bool, depth int) {
	s := m.s
	sp := span{text: mark}
	h := s.size * s.leading * point
	draw := func(y float64) { s.draw(line{pieces: []piece{{span: sp, w: s.measure(sp)}}, height: h}, markX, y) }
	n := item.FirstChild()
	if n == nil {
		s.room(h)
		draw(s.y)
		s.y += h
		return
	}
	switch n.(type) {
	case *ast.Paragraph, *ast.TextBlock:
		s.flow(s.wrap(m.spans(n, span{}), s.width()), draw)
		if tight {
			s.y++
		} else {
			s.y += paragraphGap
		}
		n = n.NextSibling()
	default: // a list or quote stands first in the item
		s.room(3 * h)
		draw(s.y)
	}
	for ; n != nil; n = n.NextSibling() {
		m.block(n, depth+1)
	}
}

func (m *mdWriter) table(n *east.Table) {
	var cols []column
	var rows [][]cell
	for r := n.FirstChild(); r != nil; r = r.NextSibling() {
		var row []cell
		for c := r.FirstChild(); c != nil; c = c.NextSibling() {
			spans := m.spans(c, span{})
			if _, isHead := r.(*east.TableHeader); isHead {
				right := false
				if tc, ok := c.(*east.TableCell); ok {
					right = tc.Alignment == east.AlignRight
				}
				cols = append(cols, column{head: plainText(spans), right: right})
				continue
			}
			row = append(row, cell{spans})
		}
		if row != nil {
			rows = append(rows, row)
		}
	}
	if len(cols) == 0 {
		return
	}
	for i := range cols { // share the width by the longest text, within bounds
		longest := len(cols[i].head)
		for _, r := range rows {
			if i < len(r) {
				longest = max(longest, len(plainText(r[i][0])))
			}
		}
		cols[i].share = float64(min(max(longest, 8), 40))
	}
	m.s.gap(0.8)
	m.s.table(cols, rows, m.s.size-1.5)
	m.s.y += 4
}

// note is one footnote, to be set later.
type note struct {
	m    *mdWriter
	node *east.Footnote
	nr   int
}

func (m *mdWriter) footnotes(n *east.FootnoteList) {
	for c := n.FirstChild(); c != nil; c = c.NextSibling() {
		if f, ok := c.(*east.Footnote); ok {
			m.s.notes = append(m.s.notes, note{m, f, m.s.noted + f.Index})
		}
	}
}

// setNotes sets the footnotes of all texts since it was last called, numbered through.
func (s *sheet) setNotes() {
	if len(s.notes) == 0 {
		return
	}
	s.heading("Notes", s.size, 5, 1.6)
	size, left := s.size, s.left
	s.size = size - 1.5
	indent := s.measure(span{text: fmt.Sprintf("%d.", s.notes[len(s.notes)-1].nr)}) + 3
	for _, n := range s.notes {
		s.left = left + indent
		n.m.item(n.node, fmt.Sprintf("%d.", n.nr), left, true, 1)
		s.left = left
	}
	s.size = size
	s.notes, s.noted = nil, 0
	s.y += 2
}

// spans flattens the inline parts of a block.
func (m *mdWriter) spans(n ast.Node, look span) []span {
	var out []span
	add := func(look span, t string) {
		if t != "" {
			look.text = t
			out = append(out, look)
		}
	}
	for c := n.FirstChild(); c != nil; c = c.NextSibling() {
		switch c := c.(type) {
		case *ast.Text:
			if c.IsRaw() { // code: backslashes and entities stand for themselves
				add(look, string(c.Segment.Value(m.src)))
			} else {
				add(look, resolve(c.Segment.Value(m.src)))
			}
			if c.HardLineBreak() {
				add(look, "\n")
			} else if c.SoftLineBreak() {
				add(look, " ")
			}
		case *ast.String:
			if c.IsRaw() || c.IsCode() {
				add(look, string(c.Value))
			} else {
				add(look, resolve(c.Value))
			}
		case *ast.CodeSpan:
			code := look
			code.family = mono
			out = append(out, m.spans(c, code)...)
		case *ast.Emphasis:
			em := look
			if c.Level >= 2 {
				em.style = merge(em.style, "B")
			} else {
				em.style = merge(em.style, "I")
			}
			out = append(out, m.spans(c, em)...)
		case *ast.Link:
			out = append(out, m.spans(c, linked(look, resolve(c.Destination)))...)
		case *ast.AutoLink:
			add(linked(look, string(c.URL(m.src))), string(c.Label(m.src)))
		case *ast.Image:
			add(look, "[picture: "+plainText(m.spans(c, span{}))+"]")
		case *ast.RawHTML:
			for i := range c.Segments.Len() {
				segment := c.Segments.At(i)
				add(look, string(segment.Value(m.src)))
			}
		case *east.FootnoteLink:
			ref := look
			ref.raised = true
			base := 0
			if m.s != nil {
				base = m.s.noted
			}
			add(ref, fmt.Sprintf("%d", base+c.Index))
		case *east.FootnoteBacklink:
		default:
			if c.HasChildren() {
				out = append(out, m.spans(c, look)...)
			}
		}
	}
	return out
}

// resolve gives the text that a run of Markdown stands for: \* is *, and &pound; is £. It does both in one pass, since \&amp; is
// the five characters &amp; and no entity.
func resolve(b []byte) string {
	var out strings.Builder
	run := 0
	flush := func(end int) {
		out.Write(util.ResolveEntityNames(util.ResolveNumericReferences(b[run:end])))
	}
	for i := 0; i+1 < len(b); i++ {
		if b[i] != '\\' || !util.IsPunct(b[i+1]) {
			continue
		}
		flush(i)
		i++
		out.WriteByte(b[i])
		run = i + 1
	}
	flush(len(b))
	return out.String()
}

// linked gives a look an address, where the address is one that a reader may open: the web and mail, nothing else.
func linked(look span, to string) span {
	lower := strings.ToLower(to)
	for _, scheme := range []string{"https://", "http://", "mailto:"} {
		if strings.HasPrefix(lower, scheme) {
			look.link = to
			return look
		}
	}
	if strings.Contains(to, "@") && !strings.ContainsAny(to, ":/ ") {
		look.link = "mailto:" + to
	}
	return look
}

func merge(a, b string) string {
	switch {
	case a == b || b == "":
		return a
	case a == "":
		return b
	}
	return "BI"
}

func plainText(spans []span) string {
	var b strings.Builder
	for _, sp := range spans {
		b.WriteString(sp.text)
	}
	return b.String()
}
