package document

import (
	"archive/zip"
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"path"
	"strconv"
	"strings"

	"commoncase/models"
)

// What is read of one Word document: a zip archive of a few kilobytes may unpack to terabytes.
const (
	docxEntries = 4000
	docxPart    = 48 << 20 // bytes of one part, unpacked
	docxAll     = 160 << 20
)

// SafeDocx makes the copy of a Word document that may be shared: a PDF of its headings, paragraphs, lists, tables, notes and pictures (as
// safe photos), and its number of pages. Macros, remarks, deleted and hidden text, links, embedded files, and what it says of its author
// are not carried over, and nothing that it points to is fetched. What cannot be opened is models.CodeBadFile with a sentence.
func SafeDocx(r io.Reader) (safe []byte, pages int, err error) {
	defer func() {
		if p := recover(); p != nil { // a crafted file must not stop the program
			safe, pages, err = nil, 0, brokenDocx()
		}
	}()
	data, err := readAll(r)
	if err != nil {
		return nil, 0, err
	}
	if bytes.HasPrefix(data, []byte("\xd0\xcf\x11\xe0")) { // what Office puts around a file with a password
		return nil, 0, models.Errorf(models.CodeBadFile, "This Word document is locked with a password. Open it with the password, save a copy without one, and send that.")
	}
	z, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil || len(z.File) > docxEntries {
		return nil, 0, brokenDocx()
	}
	d := &docx{files: map[string]*zip.File{}, left: docxAll, headings: map[string]int{}, lists: map[string]string{}, counts: map[string]int{},
		pictures: map[string]string{}, shots: map[string]int{}}
	for _, f := range z.File {
		if _, twice := d.files[f.Name]; !twice {
			d.files[f.Name] = f
		}
	}
	if err := d.read(); err != nil {
		return nil, 0, err
	}
	p := &printed{title: "Word document", foot: "A Word document, printed", shots: d.pics}
	p.body = func(p *printed, s *sheet) {
		s.paragraph([]span{{text: "A Word document, printed from the file that was sent to us. The file is kept unchanged. Its words and pictures stand here, not its layout.", size: 8.5, grey: ink}}, 4)
		for _, b := range d.blocks {
			if !p.more(s) {
				return
			}
			b.set(p, s)
		}
		if len(d.blocks) == 0 {
			s.paragraph([]span{{text: "It says nothing.", grey: ink}}, 0)
		}
	}
	return p.print()
}

func brokenDocx() error {
	return models.Errorf(models.CodeBadFile,
		"This Word document cannot be opened: it is damaged or was cut off on the way. Open it on your own device; if it shows there, save it as a PDF and send that.")
}

// docx is a Word document while it is read.
type docx struct {
	files    map[string]*zip.File
	left     int               // bytes that may still be unpacked
	written  int               // characters so far
	headings map[string]int    // style -> level, 1 the highest
	lists    map[string]string // "number of the list:level" -> how it counts
	counts   map[string]int    // the same -> how far it has counted
	pictures map[string]string // relation -> part, of the part that is being read
	shots    map[string]int    // part -> place in pics, -1 where it cannot be shown
	pics     []shot
	blocks   []block
}

// block is one thing under the other: a paragraph, a picture, or the rows of a table.
type block struct {
	spans   []span
	heading int    // its level, 0 of a plain paragraph
	mark    string // of an item of a list
	level   int    // of the list
	shot    int    // 1 and up: a picture
	rows    [][]cell
}

func (b block) set(p *printed, s *sheet) {
	switch {
	case b.shot > 0:
		p.shot(s, b.shot-1)
	case len(b.rows) > 0:
		wide := 0
		for _, r := range b.rows {
			wide = max(wide, len(r))
		}
		cols := make([]column, wide)
		for i := range cols {
			cols[i].share = 1
		}
		s.gap(1)
		s.table(cols, b.rows, 9)
		s.y += 3
	case b.heading > 0:
		s.heading(plainText(b.spans), max(16-2*float64(b.heading), 10.5), 3, 1.5)
	case b.mark != "":
		left := s.left
		s.left += 5 * float64(min(b.level+1, 8))
		s.flow(s.wrap(b.spans, s.width()), func(y float64) {
			s.label(span{text: b.mark, size: s.size}, s.left-1.5, y+s.size*point*1.1, "R")
		})
		s.left = left
		s.y++
	default:
		s.paragraph(b.spans, 2)
	}
}

// part opens one part of the archive, within bounds.
func (d *docx) part(name string) ([]byte, error) {
	f := d.files[name]
	if f == nil {
		return nil, nil
	}
	r, err := f.Open()
	if err != nil {
		return nil, brokenDocx()
	}
	defer r.Close()
	limit := min(docxPart, d.left)
	data, err := io.ReadAll(io.LimitReader(r, int64(limit)+1))
	if err != nil {
		return nil, brokenDocx()
	}
	if len(data) > limit {
		return nil, models.Errorf(models.CodeBadFile, "This Word document unpacks to more than we can open. Save it as a PDF and send that.")
	}
	d.left -= len(data)
	return data, nil
}

// relation is a line of the parts that a part names.
type relation struct {
	ID     string `xml:"Id,attr"`
	Type   string `xml:"Type,attr"`
	Target string `xml:"Target,attr"`
	Mode   string `xml:"TargetMode,attr"`
}

func (d *docx) relations(of string) ([]relation, error) {
	dir, base := path.Split(of)
	data, err := d.part(dir + "_rels/" + base + ".rels")
	if err != nil || data == nil {
		return nil, err
	}
	var all struct {
		Relations []relation `xml:"Relationship"`
	}
	if err := xml.Unmarshal(data, &all); err != nil {
		return nil, brokenDocx()
	}
	out := all.Relations[:0]
	for _, r := range all.Relations {
		if r.Mode == "External" {
			continue
		}
		if strings.HasPrefix(r.Target, "/") {
			r.Target = r.Target[1:]
		} else {
			r.Target = path.Join(dir, r.Target)
		}
		r.Type = path.Base(r.Type)
		out = append(out, r)
	}
	return out, nil
}

// read reads what is to be printed: what stands at the head of each page, the text, the notes, and what stands at the foot.
func (d *docx) read() error {
	const main = "word/document.xml"
	rels, err := d.relations(main)
	if err != nil {
		return err
	}
	if err := errors.Join(d.styles(), d.numbering()); err != nil {
		return brokenDocx()
	}
	of := func(kind string) error {
		seen := map[string]bool{}
		for _, r := range rels {
			if r.Type == kind && !seen[r.Target] {
				seen[r.Target] = true
				if err := d.text(r.Target); err != nil {
					return err
				}
			}
		}
		return nil
	}
	if d.files[main] == nil {
		return brokenDocx()
	}
	if err := of("header"); err != nil {
		return err
	}
	if err := d.text(main); err != nil {
		return err
	}
	for _, kind := range []string{"footnotes", "endnotes", "footer"} {
		if err := of(kind); err != nil {
			return err
		}
	}
	return nil
}

// styles finds which styles are headings, whatever the language of the program calls them.
func (d *docx) styles() error {
	data, err := d.part("word/styles.xml")
	if err != nil || data == nil {
		return err
	}
	var all struct {
		Styles []struct {
			ID   string `xml:"styleId,attr"`
			Name struct {
				Val string `xml:"val,attr"`
			} `xml:"name"`
		} `xml:"style"`
	}
	if err := xml.Unmarshal(data, &all); err != nil {
		return err
	}
	for _, s := range all.Styles {
		name := strings.ToLower(s.Name.Val)
		if name == "title" {
			d.headings[s.ID] = 1
		} else if n, ok := strings.CutPrefix(name, "heading "); ok {
			if level, err := strconv.Atoi(n); err == nil && level >= 1 && level <= 9 {
				d.headings[s.ID] = level
			}
		}
	}
	return nil
}

// numbering finds how the lists count.
func (d *docx) numbering() error {
	data, err := d.part("word/numbering.xml")
	if err != nil || data == nil {
		return err
	}
	type val struct {
		Val string `xml:"val,attr"`
	}
	var all struct {
		Kinds []struct {
			ID     string `xml:"abstractNumId,attr"`
			Levels []struct {
				Level string `xml:"ilvl,attr"`
				How   val    `xml:"numFmt"`
			} `xml:"lvl"`
		} `xml:"abstractNum"`
		Lists []struct {
			ID   string `xml:"numId,attr"`
			Kind val    `xml:"abstractNumId"`
		} `xml:"num"`
	}
	if err := xml.Unmarshal(data, &all); err != nil {
		return err
	}
	kinds := make(map[string]int, len(all.Kinds)) // a small file can name hundreds of thousands of each
	for i, k := range all.Kinds {
		kinds[k.ID] = i
	}
	for _, l := range all.Lists {
		if i, ok := kinds[l.Kind.Val]; ok && len(d.lists) < 20_000 {
			levels := all.Kinds[i].Levels
			for _, lvl := range levels[:min(len(levels), 9)] {
				d.lists[l.ID+":"+lvl.Level] = lvl.How.Val
			}
		}
	}
	return nil
}

// mark is what stands before the next item of a list.
func (d *docx) mark(list string, level int) string {
	key := list + ":" + strconv.Itoa(level)
	how, ok := d.lists[key]
	if !ok || how == "bullet" || how == "none" {
		return "•"
	}
	d.counts[key]++
	for deeper := level + 1; deeper < 9; deeper++ {
		delete(d.counts, list+":"+strconv.Itoa(deeper))
	}
	n := d.counts[key]
	if (how == "lowerLetter" || how == "upperLetter") && n <= 26 {
		c := rune('a' + n - 1)
		if how == "upperLetter" {
			c = rune('A' + n - 1)
		}
		return string(c) + "."
	}
	return fmt.Sprintf("%d.", n)
}

// Elements whose inside is not printed: what was deleted or moved away, codes of fields, what an old program would show instead, remarks.
var docxSkip = map[string]bool{"del": true, "moveFrom": true, "instrText": true, "delInstrText": true, "Fallback": true, "sectPr": true, "sdtPr": true,
	"delText": true, "tblPr": true, "tcPr": true, "trPr": true, "tblGrid": true, "annotation": true, "object": true}

// text reads the paragraphs, tables and pictures of a part.
func (d *docx) text(name string) error {
	data, err := d.part(name)
	if err != nil || data == nil {
		return err
	}
	rels, err := d.relations(name)
	if err != nil {
		return err
	}
	d.pictures = map[string]string{}
	for _, r := range rels {
		if r.Type == "image" {
			d.pictures[r.ID] = r.Target
		}
	}
	x := xml.NewDecoder(bytes.NewReader(data))
	x.Strict = false
	w := writer{d: d}
	skip := 0 // depth inside an element that is left out
	for {
		t, err := x.RawToken()
		if errors.Is(err, io.EOF) {
			w.paragraphEnd()
			return nil
		}
		if err != nil {
			return brokenDocx()
		}
		switch t := t.(type) {
		case xml.StartElement:
			if skip > 0 || docxSkip[t.Name.Local] || separator(t) {
				skip++
				continue
			}
			if err := w.start(t); err != nil {
				return err
			}
		case xml.EndElement:
			if skip > 0 {
				skip--
				continue
			}
			w.end(t.Name.Local)
		case xml.CharData:
			if skip == 0 && w.inText {
				if d.written += len(t); d.written > 4*maxWritten {
					return tooLong()
				}
				w.add(string(t))
			}
		}
	}
}

// separator reports whether a note is only the line that Word draws above the notes.
func separator(t xml.StartElement) bool {
	if t.Name.Local != "footnote" && t.Name.Local != "endnote" {
		return false
	}
	kind := attr(t, "type")
	return kind == "separator" || kind == "continuationSeparator" || kind == "continuationNotice"
}

func attr(t xml.StartElement, local string) string {
	for _, a := range t.Attr {
		if a.Name.Local == local {
			return a.Value
		}
	}
	return ""
}

// writer collects what a part says.
type writer struct {
	d       *docx
	spans   []span
	more    []byte // what is still to be added to the last of them
	look    span   // of the run
	hidden  bool   // the run is
	inText  bool
	inRun   bool
	heading int
	list    string
	level   int
	tables  int // how deep in tables
	rows    [][]cell
	row     []cell
	cell    cell
	note    string // the mark that the next paragraph begins with
	shots   []int  // pictures met in the paragraph
}

func (w *writer) add(text string) {
	if w.hidden || text == "" {
		return
	}
	sp := w.look
	sp.text = text
	if n := len(w.spans); n > 0 && w.spans[n-1].face() == sp.face() {
		w.more = append(w.more, text...) // a paragraph may come in a million bits
		return
	}
	w.settle()
	w.spans = append(w.spans, sp)
}

// settle completes the last span.
func (w *writer) settle() {
	if len(w.more) > 0 {
		w.spans[len(w.spans)-1].text += string(w.more)
		w.more = w.more[:0]
	}
}

func on(t xml.StartElement) bool {
	v := attr(t, "val")
	return v != "0" && v != "false" && v != "off"
}

func (w *writer) start(t xml.StartElement) error {
	switch t.Name.Local {
	case "p":
		w.paragraphEnd() // of one that this one stands in: a box with text
		if w.note != "" {
			w.add(w.note)
			w.note = ""
		}
	case "pStyle":
		if !w.inRun {
			w.heading = w.d.headings[attr(t, "val")]
		}
	case "numId":
		if v := attr(t, "val"); v != "0" {
			w.list = v
		}
	case "ilvl":
		w.level, _ = strconv.Atoi(attr(t, "val"))
		w.level = min(max(w.level, 0), 8)
	case "r":
		w.look, w.hidden, w.inRun = span{}, false, true
	case "b":
		if w.inRun && on(t) {
			w.style("B")
		}
	case "i":
		if w.inRun && on(t) {
			w.style("I")
		}
	case "vanish":
		w.hidden = w.inRun && on(t)
	case "t":
		w.inText = true
	case "tab":
		if w.inRun {
			w.add("    ")
		}
	case "br", "cr":
		w.add("\n")
	case "noBreakHyphen":
		w.add("-")
	case "footnoteReference", "endnoteReference":
		w.add("[" + attr(t, "id") + "]")
	case "footnote", "endnote":
		w.note = "[" + attr(t, "id") + "] "
	case "tbl":
		w.paragraphEnd()
		w.tables++
	case "tr":
		if w.tables == 1 {
			w.row = nil
		}
	case "tc":
		if w.tables == 1 {
			w.cell = nil
		}
	case "blip", "imagedata":
		id := attr(t, "embed")
		if id == "" {
			id = attr(t, "id")
		}
		return w.picture(w.d.pictures[id])
	}
	return nil
}

// style adds bold or italic to the run.
func (w *writer) style(s string) {
	if !strings.Contains(w.look.style, s) {
		w.look.style = strings.TrimPrefix(merge(w.look.style, s), " ")
	}
}

func (w *writer) end(name string) {
	switch name {
	case "p":
		w.paragraphEnd()
	case "t":
		w.inText = false
	case "r":
		w.inRun = false
	case "tc":
		if w.tables == 1 && len(w.row) < 30 {
			w.row = append(w.row, w.cell)
			w.cell = nil
		}
	case "tr":
		if w.tables == 1 && len(w.row) > 0 {
			w.rows = append(w.rows, w.row)
			w.row = nil
		}
	case "tbl":
		if w.tables--; w.tables == 0 && len(w.rows) > 0 {
			w.d.blocks = append(w.d.blocks, block{rows: w.rows})
			w.rows = nil
		}
		w.tables = max(w.tables, 0)
	}
}

// paragraphEnd ends the paragraph that is open, and sets what was shown in it below.
func (w *writer) paragraphEnd() {
	w.settle()
	b := block{spans: w.spans, heading: w.heading, level: w.level}
	empty := strings.TrimSpace(plainText(b.spans)) == ""
	if !empty && w.list != "" && b.heading == 0 {
		b.mark = w.d.mark(w.list, w.level)
	}
	w.spans, w.heading, w.list, w.level = nil, 0, "", 0
	switch {
	case empty:
	case w.tables > 0:
		if b.mark != "" {
			b.spans = append([]span{{text: b.mark + " "}}, b.spans...)
		}
		w.cell = append(w.cell, b.spans)
	default:
		w.d.blocks = append(w.d.blocks, b)
	}
	for _, i := range w.shots {
		w.d.blocks = append(w.d.blocks, block{shot: i + 1})
	}
	w.shots = nil
}

// picture takes in a picture of the document. One that cannot be opened is named instead.
func (w *writer) picture(part string) error {
	d := w.d
	if part == "" {
		return nil
	}
	i, known := d.shots[part]
	if !known {
		i = -1
		if len(d.pics) < maxPictures {
			data, err := d.part(part)
			if err != nil {
				return err
			}
			if copied, wide, high, err := SafePhoto(bytes.NewReader(data)); err == nil {
				i = len(d.pics)
				d.pics = append(d.pics, shot{copied, wide, high})
			} else if models.CodeOf(err) == "" {
				return err
			}
		}
		d.shots[part] = i
	}
	if i < 0 {
		w.settle()
		w.spans = append(w.spans, span{text: "[a picture that cannot be shown]", grey: ink})
		return nil
	}
	if len(w.shots) < maxPictures {
		w.shots = append(w.shots, i)
	}
	return nil
}
