package document

import (
	"strings"
	"sync"
	"unicode"

	"codeberg.org/go-fonts/liberation/liberationsansregular"
	"codeberg.org/go-fonts/liberation/liberationserifregular"
	"golang.org/x/image/font/sfnt"
	"golang.org/x/text/unicode/norm"
)

// coverage holds a bit for every rune of the basic plane that both text families can draw.
var coverage = sync.OnceValue(func() *[1 << 13]byte {
	var bits [1 << 13]byte
	var buf sfnt.Buffer
	sans, err := sfnt.Parse(liberationsansregular.TTF)
	if err != nil {
		panic("document: the embedded font is broken: " + err.Error())
	}
	serif, err := sfnt.Parse(liberationserifregular.TTF)
	if err != nil {
		panic("document: the embedded font is broken: " + err.Error())
	}
	for r := rune(' '); r < 0xFFFE; r++ {
		a, errA := sans.GlyphIndex(&buf, r)
		b, errB := serif.GlyphIndex(&buf, r)
		if errA == nil && errB == nil && a != 0 && b != 0 {
			bits[r>>3] |= 1 << (r & 7)
		}
	}
	return &bits
})

// drawable reports whether a rune can be set as it stands, one glyph after the other from left to right.
func drawable(r rune) bool {
	if r > 0xFFFF || coverage()[r>>3]&(1<<(r&7)) == 0 {
		return false
	}
	return !unicode.In(r, unicode.Hebrew, unicode.Arabic) // right to left: needs shaping, although the font has Hebrew
}

// scripts are those that a reader is told by name, in the order of looking.
var scripts = []struct {
	name  string
	table *unicode.RangeTable
}{
	{"Bengali", unicode.Bengali}, {"Arabic", unicode.Arabic}, {"Hebrew", unicode.Hebrew}, {"Devanagari", unicode.Devanagari},
	{"Gurmukhi", unicode.Gurmukhi}, {"Gujarati", unicode.Gujarati}, {"Tamil", unicode.Tamil}, {"Telugu", unicode.Telugu},
	{"Kannada", unicode.Kannada}, {"Malayalam", unicode.Malayalam}, {"Sinhala", unicode.Sinhala}, {"Ethiopic", unicode.Ethiopic},
	{"Han", unicode.Han}, {"Japanese", unicode.Hiragana}, {"Japanese", unicode.Katakana}, {"Korean", unicode.Hangul},
	{"Thai", unicode.Thai}, {"Lao", unicode.Lao}, {"Khmer", unicode.Khmer}, {"Myanmar", unicode.Myanmar}, {"Tibetan", unicode.Tibetan},
	{"Georgian", unicode.Georgian}, {"Armenian", unicode.Armenian}, {"Syriac", unicode.Syriac}, {"Thaana", unicode.Thaana},
	{"Cherokee", unicode.Cherokee}, {"Mongolian", unicode.Mongolian}, {"Tifinagh", unicode.Tifinagh}, {"Nko", unicode.Nko},
	{"Greek", unicode.Greek}, {"Cyrillic", unicode.Cyrillic}, {"Latin", unicode.Latin},
}

func scriptOf(r rune) string {
	for _, s := range scripts {
		if unicode.Is(s.table, r) {
			return s.name
		}
	}
	if unicode.IsLetter(r) {
		return "another"
	}
	return ""
}

// stand-ins for signs that the fonts lack but letters use.
var standIns = map[rune]string{
	'\t': " ", '\u2011': "-", '\u2010': "-", '\u2028': "\n", '\u2029': "\n",
	'✓': "[tick]", '✔': "[tick]", '✅': "[tick]", '☑': "[tick]",
	'✗': "[cross]", '✘': "[cross]", '❌': "[cross]", '☒': "[cross]", '☐': "[ ]",
}

// clean makes text safe to set: composed (NFC), without control characters and marks that change direction, and with whatever the
// fonts cannot draw replaced by a visible note, because a missing glyph is an empty box and a rune over U+FFFF stops fpdf.
// Text in a script that needs shaping and has no font here becomes "[text in Hebrew script: see the HTML copy]" as a whole; a picture
// sign becomes "[emoji]". Newlines stay.
func (f *fontSet) clean(s string) string {
	plain := true
	for i := range len(s) {
		if s[i] < ' ' && s[i] != '\n' || s[i] >= 0x7F {
			plain = false
			break
		}
	}
	if plain {
		return s
	}
	rs := []rune(norm.NFC.String(strings.ToValidUTF8(s, "\uFFFD")))
	var b strings.Builder
	b.Grow(len(s))
	noted := false // the last thing written stands for signs that cannot be set: a run of them is one note
	for i := 0; i < len(rs); i++ {
		r := rs[i]
		if stand, ok := standIns[r]; ok {
			b.WriteString(stand)
			noted = false
			continue
		}
		switch {
		case r == '\n', joiner(r) && i > 0 && f.script(rs[i-1]) != "":
			b.WriteRune(r)
			noted = false
		case unicode.Is(unicode.C, r) || unicode.Is(unicode.Variation_Selector, r): // control, direction, joiners, private use, surrogates
		case f.script(r) != "", drawable(r):
			b.WriteRune(r)
			noted = false
		case unicode.Is(unicode.M, r): // a mark that did not compose and has no glyph: the letter stands without it
		default:
			script := scriptOf(r)
			if script == "" {
				switch {
				case noted:
				case r != unicode.ReplacementChar && (r > 0xFFFF || unicode.Is(unicode.So, r)):
					b.WriteString("[emoji]")
				default:
					b.WriteString("[?]")
				}
				noted = true
				continue
			}
			noted = false
			i = endOfRun(rs, i, script) - 1
			if script == "another" || script == "Latin" || script == "Greek" || script == "Cyrillic" {
				b.WriteString("[letters that cannot be printed: see the HTML copy]")
			} else {
				b.WriteString("[text in " + script + " script: see the HTML copy]")
			}
		}
	}
	return b.String()
}

// clean makes text safe to set with the fonts that are in use now.
func clean(s string) string { return fonts.Load().clean(s) }

// endOfRun returns where a run of one script ends: signs and spaces inside it belong to it, those after it do not.
func endOfRun(rs []rune, i int, script string) int {
	end := i + 1
	for j := i + 1; j < len(rs); j++ {
		r := rs[j]
		switch {
		case r == '\n':
			return end
		case unicode.Is(unicode.M, r) || unicode.Is(unicode.Cf, r) || scriptOf(r) == script:
			end = j + 1
		case scriptOf(r) != "" || unicode.IsDigit(r):
			return end
		}
	}
	return end
}
