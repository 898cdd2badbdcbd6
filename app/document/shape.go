package document

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"sort"
	"strings"
	"sync/atomic"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/go-text/typesetting/di"
	"github.com/go-text/typesetting/font"
	"github.com/go-text/typesetting/font/opentype"
	"github.com/go-text/typesetting/language"
	"github.com/go-text/typesetting/shaping"
	"golang.org/x/image/math/fixed"
)

// The scripts whose letters take their shape from their neighbours. Liberation has none of them; each has fonts of its own.
const (
	bengali = "bengali"
	arabic  = "arabic"
)

// Fonts are the files of the fonts of the scripts that need shaping: TrueType outlines, as TTF or WOFF.
type Fonts struct {
	Bengali, BengaliBold []byte
	Arabic, ArabicBold   []byte
}

// UseFonts sets the fonts of Bengali and Arabic for every document that is begun afterwards. Without it, and for a script whose files are nil,
// documents print a note in place of the text. It may be called at any time and from anywhere; a document keeps the fonts it began with.
func UseFonts(f Fonts) error {
	set := &fontSet{}
	for _, in := range []struct {
		script, style string
		body          []byte
	}{{bengali, "", f.Bengali}, {bengali, "B", f.BengaliBold}, {arabic, "", f.Arabic}, {arabic, "B", f.ArabicBold}} {
		if in.body == nil {
			continue
		}
		face, err := readFont(in.body)
		if err != nil {
			return fmt.Errorf("read the font for %s%s: %w", in.script, in.style, err)
		}
		if set.faces == nil {
			set.faces = map[string]*shapedFont{}
		}
		set.faces[in.script+in.style] = face
	}
	fonts.Store(set)
	return nil
}

var fonts atomic.Pointer[fontSet]

// fontSet holds what UseFonts was given; a nil one has no fonts.
type fontSet struct{ faces map[string]*shapedFont } // by script and style: "bengali", "arabicB"

// shapedFont is one font. It is only read.
type shapedFont struct {
	font *font.Font
	em   float64 // units of the font to the em
	ttf  []byte  // the font for fpdf: glyph g stands there for the rune glyphBase + g
}

// glyphBase is where the glyphs begin: fpdf sets runes and not glyphs, so each glyph gets one, in the plane's area for private use.
const glyphBase = 0xE000

const glyphRoom = 0xF8FF - glyphBase

func readFont(body []byte) (*shapedFont, error) {
	ld, err := opentype.NewLoader(bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	f, err := font.NewFont(ld)
	if err != nil {
		return nil, err
	}
	var tables []opentype.Table
	glyphs := 0
	for _, name := range []string{"OS/2", "cmap", "cvt ", "fpgm", "gasp", "glyf", "head", "hhea", "hmtx", "loca", "maxp", "name", "post", "prep"} {
		tag := opentype.MustNewTag(name)
		if !ld.HasTable(tag) {
			switch name {
			case "cvt ", "fpgm", "gasp", "prep":
				continue
			}
			return nil, fmt.Errorf("it has no table %s", name)
		}
		content, err := ld.RawTable(tag)
		if err != nil {
			return nil, err
		}
		if name == "maxp" {
			glyphs = int(binary.BigEndian.Uint16(content[4:]))
		}
		tables = append(tables, opentype.Table{Tag: tag, Content: content})
	}
	if glyphs < 1 || glyphs > glyphRoom {
		return nil, fmt.Errorf("it has %d glyphs, more than the %d that can be named", glyphs, glyphRoom)
	}
	for i := range tables {
		if tables[i].Tag == opentype.MustNewTag("cmap") {
			tables[i].Content = glyphMap(glyphs)
		}
		for len(tables[i].Content)%4 != 0 { // tables begin on a multiple of four
			tables[i].Content = append(tables[i].Content[:len(tables[i].Content):len(tables[i].Content)], 0)
		}
	}
	sort.Slice(tables, func(i, j int) bool { return tables[i].Tag < tables[j].Tag })
	return &shapedFont{font: f, em: float64(f.Upem()), ttf: opentype.WriteTTF(tables)}, nil
}

// glyphMap is a table cmap (format 4) that leads from glyphBase + g to glyph g.
func glyphMap(glyphs int) []byte {
	b := []uint16{
		0, 1, 3, 1, 0, 12, // one table for Windows and Unicode, 12 bytes from here
		4, 32, 0, 4, 4, 1, 0, // format, length, language, twice the segments, how to search
		uint16(glyphBase + glyphs - 1), 0xFFFF, 0, glyphBase, 0xFFFF, // where segments end and begin
		0x10000 - glyphBase, 1, 0, 0, // what is added, and no offsets
	}
	out := make([]byte, 0, 2*len(b))
	for _, v := range b {
		out = binary.BigEndian.AppendUint16(out, v)
	}
	return out
}

// script is the script whose fonts draw a rune, "" where none of ours does.
func (f *fontSet) script(r rune) string {
	if f == nil || r < 0x600 {
		return ""
	}
	var name string
	switch {
	case r >= 0x980 && r <= 0x9FF, r == '।', r == '॥':
		name = bengali
	case r <= 0x6FF, r >= 0x750 && r <= 0x77F, r >= 0x870 && r <= 0x8FF, r >= 0xFB50 && r <= 0xFDFF, r >= 0xFE70 && r <= 0xFEFF:
		name = arabic
	default:
		return ""
	}
	face := f.faces[name]
	if face == nil {
		return ""
	}
	if _, ok := face.font.NominalGlyph(r); !ok {
		return ""
	}
	return name
}

// shapes reports whether any letter of the text needs one of the fonts.
func (f *fontSet) shapes(s string) bool {
	if f == nil || f.faces == nil {
		return false
	}
	for _, r := range s {
		if r >= 0x600 && f.script(r) != "" {
			return true
		}
	}
	return false
}

func joiner(r rune) bool { return r == '\u200c' || r == '\u200d' }

// shaped is a word as the glyphs that stand for it, from left to right, in ems.
type shaped struct {
	groups []glyphGroup
	width  float64
}

// glyphGroup is glyphs with the letters that they stand for. In Bengali that is a word, for a vowel may stand before the letter that it is
// spoken after; in Arabic it is a letter, or a few that are drawn as one, so that whoever reads the file finds them in the order of the paper
// and turns them round, as it does with all text from right to left.
type glyphGroup struct {
	letters string
	runs    []glyphRun
}

// glyphRun is glyphs that stand one after the other by their own widths.
type glyphRun struct {
	text string // runes from glyphBase
	x, y float64
}

// opticalSize is how much larger a script is set, so that it looks as large as the Latin letters beside it.
var opticalSize = map[string]float64{bengali: 1, arabic: 1.12}

type shapeKey struct{ script, style, text string }

// shape gives the glyphs of a word in one script.
func (s *sheet) shape(script, style, text string) (shaped, *shapedFont) {
	if !strings.Contains(style, "B") || s.fonts.faces[script+"B"] == nil {
		style = ""
	} else {
		style = "B"
	}
	f := s.fonts.faces[script+style]
	key := shapeKey{script, style, text}
	if got, ok := s.shapes[key]; ok {
		return got, f
	}
	if s.faces == nil {
		s.faces, s.shapes = map[*shapedFont]*font.Face{}, map[shapeKey]shaped{}
	}
	if s.faces[f] == nil {
		s.faces[f] = font.NewFace(f.font)
	}
	rs := []rune(text)
	in := shaping.Input{Text: rs, RunEnd: len(rs), Face: s.faces[f], Size: fixed.I(int(f.em)), Direction: di.DirectionLTR, Script: language.Bengali, Language: "bn"}
	if script == arabic {
		in.Direction, in.Script, in.Language = di.DirectionRTL, language.Arabic, "ar"
	}
	scale := opticalSize[script] / f.em
	em := func(v fixed.Int26_6) float64 { return float64(v) / 64 * scale }
	var out shaped
	follow := false // the next glyph stands where the last one ends by its own width
	for _, g := range s.shaper.Shape(in).Glyphs {
		if len(out.groups) == 0 || script == arabic {
			letters := text
			if script == arabic {
				// Dots and vowel signs are glyphs without a width: their letter is said by the one that has it, which ends the place of the word.
				if letters = ""; g.XAdvance != 0 {
					letters = string(rs[g.ClusterIndex : g.ClusterIndex+g.RuneCount])
				}
			}
			if n := len(out.groups); n == 0 || letters != "" || out.groups[n-1].letters != "" {
				out.groups = append(out.groups, glyphGroup{letters: letters})
				follow = false
			}
		}
		group := &out.groups[len(out.groups)-1]
		if !follow || g.XOffset != 0 || g.YOffset != 0 {
			group.runs = append(group.runs, glyphRun{x: out.width + em(g.XOffset), y: em(g.YOffset)})
		}
		last := &group.runs[len(group.runs)-1]
		last.text += string(rune(glyphBase + int(g.GlyphID)))
		out.width += em(g.XAdvance)
		own := float64(s.faces[f].HorizontalAdvance(g.GlyphID)) * scale
		follow = g.XOffset == 0 && g.YOffset == 0 && em(g.XAdvance) == own
	}
	s.shapes[key] = out
	return out, f
}

// drawShaped sets a word with its left end at x on the line base. The glyphs are those of an embedded font; the letters that they stand for
// lie with them as ActualText, for readers that search and copy.
func (s *sheet) drawShaped(script string, sp span, size, x, base float64) {
	word, f := s.shape(script, sp.style, sp.text)
	family := script
	if f == s.fonts.faces[script+"B"] {
		family += "bold"
	}
	s.pdf.AddUTF8FontFromBytes(family, "", f.ttf)
	s.pdf.SetFont(family, "", size*opticalSize[script])
	for _, g := range word.groups {
		var actual strings.Builder
		for _, u := range utf16.Encode([]rune(g.letters)) {
			fmt.Fprintf(&actual, "%04X", u)
		}
		s.pdf.RawWriteStr("/Span <</ActualText <FEFF" + actual.String() + ">>> BDC")
		for _, r := range g.runs {
			s.pdf.Text(x+r.x*size*point, base-r.y*size*point, r.text)
		}
		s.pdf.RawWriteStr("EMC")
	}
}

// stretch is a part of a text that is set in one go: one script, one level.
type stretch struct {
	text   string
	script string
	level  int8
}

// order is what has to be known of the directions of a text before it is broken into lines. The zero value is text in Latin and its like.
type order struct {
	level  []int8 // by byte
	script []string
	base   []int8 // of the paragraph, by byte
}

// orderOf reads the spans of a paragraph as one text; its newlines part paragraphs. The texts must be clean.
func (s *sheet) orderOf(spans []span) order {
	needed := s.rtl
	for _, sp := range spans {
		needed = needed || s.fonts.shapes(sp.text)
	}
	if !needed {
		return order{}
	}
	var b strings.Builder
	for _, sp := range spans {
		b.WriteString(sp.text)
	}
	all := b.String()
	o := order{level: make([]int8, len(all)+1), script: make([]string, len(all)+1), base: make([]int8, len(all)+1)}
	dir := int8(0)
	if s.rtl {
		dir = 1
	}
	at := 0
	for para := range strings.SplitSeq(all, "\n") {
		rs := []rune(para)
		lv, base := levels(rs, dir)
		prev := ""
		for i, r := range rs {
			script := s.fonts.script(r)
			if joiner(r) || script == "" && unicode.Is(unicode.Mn, r) {
				script = prev
			}
			prev = script
			for range utf8.RuneLen(r) {
				o.level[at], o.script[at], o.base[at] = lv[i], script, base
				at++
			}
		}
		if at < len(o.base) {
			o.base[at], o.level[at] = base, base
		}
		at++
	}
	return o
}

// parts cuts the text that begins at a byte of the whole into stretches.
func (o order) parts(text string, at int) []stretch {
	if o.level == nil {
		return []stretch{{text: text}}
	}
	var out []stretch
	from := 0
	for i := 1; i <= len(text); i++ {
		if i == len(text) || o.level[at+i] != o.level[at+from] || o.script[at+i] != o.script[at+from] {
			out = append(out, stretch{text[from:i], o.script[at+from], o.level[at+from]})
			from = i
		}
	}
	return out
}

// breakable reports whether a word may be cut, where it must be, before the byte i: not inside a letter with its marks.
func breakable(text string, i int) bool {
	r, _ := utf8.DecodeRuneInString(text[i:])
	before, _ := utf8.DecodeLastRuneInString(text[:i])
	return !unicode.Is(unicode.M, r) && !joiner(r) && !joiner(before) && before != '\u09cd'
}
