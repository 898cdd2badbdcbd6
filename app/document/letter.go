package document

import (
	"bytes"
	"fmt"
	"io"
	"strings"
)

// Letter writes a letter as a PDF on A4. The same LetterDoc gives the same bytes.
func Letter(w io.Writer, in LetterDoc) error {
	first := letterSheet(in, 0)
	if err := first.pdf.Error(); err != nil {
		return fmt.Errorf("typeset letter %s: %w", in.Ref, err)
	}
	s := letterSheet(in, first.pdf.PageCount())
	var b bytes.Buffer
	if err := s.finish(&b); err != nil {
		return fmt.Errorf("letter %s: %w", in.Ref, err)
	}
	return assemble(w, b.Bytes(), func(*objects) ([]picture, error) { return nil, nil })
}

// letterSheet sets the whole letter; total is the number of pages, 0 while it is being found out.
func letterSheet(in LetterDoc, total int) *sheet {
	s := newSheet(serif, 11.5, in.On, strings.TrimSpace("Letter "+in.Ref))
	s.total = total
	s.furniture = func(s *sheet) { letterFoot(s, in) }
	s.page()
	s.letterhead(in.Head, in.Draft)

	// the reference and date stand beside the address of the recipient
	y := s.y
	facts := [][2]string{}
	if in.Ref != "" {
		facts = append(facts, [2]string{"Reference", in.Ref})
	}
	facts = append(facts, [2]string{"Date", in.On.Long()})
	const factX = 52.0
	for i, f := range facts {
		fy := y + 4 + float64(i)*5.2
		s.label(span{text: f[0], size: 8.5, grey: ink}, s.right-factX, fy, "L")
		s.label(span{text: f[1], size: 10}, s.right-factX+20, fy, "L")
	}
	right := s.right
	s.right -= factX + 6
	for _, l := range in.Recipient {
		lines := s.wrap([]span{{text: l}}, s.width())
		for i := range lines {
			lines[i].height = 5.2
		}
		s.flow(lines, nil)
	}
	s.right = right
	s.y = max(s.y, y+float64(len(facts))*5.2) + 11

	s.paragraph([]span{{text: comma(in.Salutation)}}, 4)
	if in.Subject != "" {
		lines := s.wrap([]span{{text: in.Subject, style: "B", size: 13}}, s.width())
		for i := range lines {
			lines[i].height = 13 * 1.28 * point
		}
		s.flow(lines, nil)
		s.y += 3.6
	}
	keep := s.signOffRoom(in)
	if len(in.Demands) == 0 && in.After == "" {
		s.markdown(in.Body, keep)
	} else {
		s.markdown(in.Body, 0)
	}
	s.demands(in.Demands)
	s.markdown(in.After, keep)
	s.signOff(in)
	s.setNotes()
	s.references(in.References)
	s.figures(in)
	s.endPage()
	return s
}

// letterhead is the branch's name over its address, and a rule.
func (s *sheet) letterhead(h Letterhead, draft bool) {
	top := 18.0
	var address []span
	room := s.width()
	for _, l := range append(append([]string{}, h.Lines...), h.Email) {
		if l == "" {
			continue
		}
		sp := span{text: s.shorten(span{text: l, size: 8.5}, 60), size: 8.5, grey: ink}
		address = append(address, sp)
		room = min(room, s.width()-s.measure(sp)-8)
	}
	y := top + 6
	// A long name is set a little smaller before it is broken over two lines.
	var lines []line
	for _, size := range []float64{15, 14, 13} {
		lines = s.wrap([]span{{text: h.Name, style: "B", size: size, family: sans}}, room)
		if len(lines) == 1 {
			break
		}
	}
	for i := range lines {
		lines[i].height = 6.6
		s.draw(lines[i], s.left, y-5)
		y += 6.6
	}
	ay := top + 3.6
	for _, sp := range address {
		s.label(sp, s.right, ay, "R")
		ay += 3.9
	}
	s.y = max(y-1, ay) + 1.5
	s.hline(s.left, s.right, s.y, 0.5, black)
	if draft {
		s.label(span{text: "DRAFT: not agreed, not sent", style: "B", size: 9}, s.left, s.y+5, "L")
		s.y += 5
	}
	s.y += 11
}

func letterFoot(s *sheet, in LetterDoc) {
	y := a4Height - 17.0
	s.hline(30, a4Width-30, y-4.5, 0.15, hair)
	left := in.Ref
	if in.Draft {
		left = strings.TrimPrefix(left+" · draft", " · ")
	}
	if in.Hash != "" {
		left = strings.TrimPrefix(left+" · frozen as "+shortHash(in.Hash), " · ")
	}
	s.label(span{text: left, size: 8, grey: ink}, 30, y, "L")
	s.label(span{text: s.pageOfTotal(), size: 8, grey: ink}, a4Width-30, y, "R")
}

// shortHash is the head of a hash in groups that can be read out.
func shortHash(h string) string {
	if len(h) < 16 {
		return h
	}
	return h[:4] + " " + h[4:8] + " " + h[8:12] + " " + h[12:16]
}

func comma(s string) string {
	s = strings.TrimSpace(s)
	if s == "" || strings.HasSuffix(s, ",") {
		return s
	}
	return s + ","
}

// demands sets the points of the plan, their demands numbered through.
func (s *sheet) demands(groups []DemandGroup) {
	last := 0
	for _, g := range groups {
		for _, d := range g.Demands {
			last = max(last, d.Number)
		}
	}
	indent := s.measure(span{text: fmt.Sprintf("%d.", max(last, 10)), style: "B"}) + 3.5
	for _, g := range groups {
		head := g.Title
		if g.Point > 0 {
			head = fmt.Sprintf("Point %d: %s", g.Point, g.Title)
		}
		s.heading(head, s.size, 3.4, 1.6)
		left := s.left
		s.left += indent
		for _, d := range g.Demands {
			s.flow(s.wrap(inline(d.Text, 0), s.width()), func(y float64) {
				mark := span{text: fmt.Sprintf("%d.", d.Number), style: "B"}
				w := s.measure(mark)
				s.draw(line{pieces: []piece{{span: mark, w: w}}, height: s.size * s.leading * point}, s.left-3.5-w, y)
			})
			s.y += 1.5
		}
		s.left = left
	}
	if len(groups) > 0 {
		s.y += 2.5
	}
}

// signOffRoom is the height of closing, room for a hand, and who signs: they stay together, and with the end of the letter.
func (s *sheet) signOffRoom(in LetterDoc) float64 {
	return 18 + float64(len(in.SignOff)+2)*s.size*s.leading*point
}

func (s *sheet) signOff(in LetterDoc) {
	closing := in.Closing
	if closing == "" {
		closing = "Yours faithfully"
	}
	s.room(s.signOffRoom(in))
	s.gap(2)
	s.paragraph([]span{{text: comma(closing)}}, 14)
	for i, who := range in.SignOff {
		style := ""
		if i == 0 {
			style = "B"
		}
		s.paragraph([]span{{text: who, style: style}}, 0)
	}
	if in.Head.Name != "" && len(in.SignOff) > 0 && in.SignOff[len(in.SignOff)-1] != in.Head.Name { // not twice where somebody writes for themselves
		s.paragraph([]span{{text: in.Head.Name}}, 0)
	}
	if in.Mandate != "" {
		s.gap(4)
		s.paragraph([]span{{text: in.Mandate, style: "I"}}, 0)
	}
	if len(in.Copies) > 0 {
		s.gap(4)
		s.paragraph([]span{{text: "Copied to: " + strings.Join(in.Copies, "; "), size: s.size - 1}}, 0)
	}
	s.y += 4
}

// references lists the sources, numbered from 1.
func (s *sheet) references(list []string) {
	if len(list) == 0 {
		return
	}
	s.heading("References", s.size, 5, 1.6)
	size, left := s.size, s.left
	s.size = size - 1.5
	indent := s.measure(span{text: fmt.Sprintf("%d.", len(list))}) + 3
	s.left += indent
	for i, ref := range list {
		s.flow(s.wrap(inline(ref, 0), s.width()), func(y float64) {
			mark := span{text: fmt.Sprintf("%d.", i+1)}
			w := s.measure(mark)
			s.draw(line{pieces: []piece{{span: mark, w: w}}, height: s.size * s.leading * point}, s.left-3-w, y)
		})
		s.y += 0.9
	}
	s.size, s.left = size, left
	s.y += 2
}

// figures is the annex: every number of the letter with how it is counted.
func (s *sheet) figures(in LetterDoc) {
	if len(in.Figures) == 0 {
		return
	}
	s.page()
	s.heading("Annex: How each figure is counted", s.size+3, 0, 2.4)
	s.paragraph([]span{{text: "Each figure in this letter is counted over what the branch has recorded, as defined here. " +
		"n is how many entries it is counted over."}}, 3.5)
	var rows [][]cell
	for _, f := range in.Figures {
		period := ""
		switch {
		case !f.From.IsZero() && !f.To.IsZero():
			period = f.From.Long() + " to " + f.To.Long()
		case !f.To.IsZero():
			period = "up to " + f.To.Long()
		case !f.From.IsZero():
			period = "from " + f.From.Long()
		}
		how := cell{{{text: f.Definition}}}
		if f.Hash != "" {
			how = append(how, []span{{text: shortHash(f.Hash), family: mono, size: 7.5, grey: ink}})
		}
		rows = append(rows, []cell{{{{text: f.Name}}}, {{{text: f.Value, style: "B"}}}, how, text(period), text(fmt.Sprint(f.N))})
	}
	family := s.family
	s.family = sans
	// A value is a number or a few words: its column is as wide as the widest of them, and the definitions have the rest.
	value := 16.0
	for _, f := range in.Figures {
		value = max(value, s.measure(span{text: f.Value, style: "B", size: 8.5})+4)
	}
	value = min(value, 34)
	s.table([]column{{head: "Figure", share: 32}, {head: "Value", share: value}, {head: "How it is counted", share: 82 - value}, {head: "Period", share: 28},
		{head: "n", share: 10, right: true}}, rows, 8.5)
	s.family = family
	if in.Hash != "" {
		s.y += 4
		s.room(16)
		s.paragraph([]span{{text: "The figures, their definitions and the lists of what each was counted from are frozen under this SHA-256 hash:", size: 9.5}}, 0.5)
		s.paragraph([]span{{text: in.Hash, family: mono, size: 8.5}}, 0)
	}
}
