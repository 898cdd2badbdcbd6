package document

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"golang.org/x/text/unicode/bidi"

	"commoncase/app/document/pdftest"
	"commoncase/models/civil"
)

// UseTestFonts gives the documents of one test the fonts that the program is built with.
func UseTestFonts(t testing.TB) {
	t.Helper()
	read := func(name string) []byte {
		body, err := os.ReadFile(filepath.Join("../../static/dist/fonts", name))
		if err != nil {
			if os.Getenv("CI") == "true" {
				t.Fatalf("%v, and with CI=true nothing may be left out; npm run build makes it", err)
			}
			t.Skipf("left out: %v; npm run build makes it", err)
		}
		return body
	}
	if err := UseFonts(Fonts{
		Bengali: read("noto-sans-bengali-bengali-400-normal.woff"), BengaliBold: read("noto-sans-bengali-bengali-700-normal.woff"),
		Arabic: read("noto-sans-arabic-arabic-400-normal.woff"), ArabicBold: read("noto-sans-arabic-arabic-700-normal.woff"),
	}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { fonts.Store(nil) })
}

const (
	bengaliStory = "আমার নাম আনিকা রহমান। গত অক্টোবর থেকে বাচ্চাদের শোবার ঘরে কালো ছত্রাক দেখা দিয়েছে। আমি চারবার জানিয়েছি, দুইবার লোক আসার কথা ছিল কিন্তু কেউ আসেনি। ক্ষতি হয়েছে, স্বাস্থ্য নষ্ট হচ্ছে, বিজ্ঞান শিক্ষা, জ্বর, উচ্ছেদ, লক্ষ্মী, সম্পর্ক (কাজের নম্বর 4410023)।"
	arabicStory  = "اسمي محمد عبد الله، وأسكن في الشقة رقم 12 منذ عام 2019. ظهر العفن الأسود في غرفة الأطفال في شهر أكتوبر، وأبلغت شركة Harbour & Vale أربع مرات (رقم البلاغ 4410023). قالوا: «سنأتي يوم الثلاثاء»، ولم يأت أحد."
)

func multilingual() LetterDoc {
	return LetterDoc{
		Head: Letterhead{Name: "Harbour & Vale Tenants", Lines: []string{"c/o محمد عبد الله", "12 Wren House"}, Email: "branch@example.org"},
		Ref:  "HAV-L-26-0009-B", On: civil.MustParse("2026-07-31"),
		Recipient:  []string{"محمد عبد الله", "আনিকা রহমান", "12 Wren House (الطابق 3)", "London E1 0ZZ"},
		Salutation: "Dear আনিকা", Subject: "What আনিকা রহমান and محمد عبد الله told us",
		Body: "Mixed: আনিকা O'Connor (Flat 3), *and* **আনিকা রহমান**, and محمد (Flat 12) and a list: محمد، علي، 12, Harbour.\n\n> " + bengaliStory +
			"\n>\n> — আনিকা\n\n> " + arabicStory + "\n>\n> — محمد\n\n| Name | Home |\n|:---|---:|\n| محمد عبد الله | 12 |\n| আনিকা | 3 |\n\n1. محمد\n2. আনিকা\n",
		SignOff: []string{"Łukasz Żółć"},
	}
}

func TestBengaliAndArabicArePrinted(t *testing.T) {
	UseTestFonts(t)
	var first, again bytes.Buffer
	if err := Letter(&first, multilingual()); err != nil {
		t.Fatal(err)
	}
	if err := Letter(&again, multilingual()); err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(first.Bytes(), again.Bytes()) {
		t.Error("the same letter was set in other bytes the second time")
	}
	text := pdftest.Check(t, first.Bytes())
	if strings.Contains(text, "HTML copy") || strings.ContainsFunc(text, func(r rune) bool { return r >= glyphBase && r <= 0xF8FF }) {
		t.Errorf("the text holds a note, or glyphs without letters:\n%s", text)
	}
	plain := strings.Map(func(r rune) rune { // pdftotext marks directions
		if r == '\u202a' || r == '\u202b' || r == '\u202c' {
			return -1
		}
		return r
	}, text)
	pdftest.InOrder(t, plain, "আনিকা রহমান", "12 Wren House", "আনিকা রহমান", "আনিকা O'Connor (Flat 3), and আনিকা রহমান", "আমার নাম আনিকা রহমান। গত অক্টোবর থেকে", "নষ্ট হচ্ছে, বিজ্ঞান শিক্ষা", "সম্পর্ক (কাজের নম্বর 4410023)।")
	for _, want := range []string{"محمد عبد الله", "وأسكن في الشقة رقم", "العفن الأسود", "سنأتي يوم الثلاثاء", "Harbour & Vale"} {
		if !strings.Contains(plain, want) {
			t.Errorf("the text lacks %s:\n%s", want, plain)
		}
	}
}

// A program that was built without the fonts says so in the place of the text, and a document keeps the fonts that it began with.
func TestWithoutFontsANoteStaysInPlace(t *testing.T) {
	UseTestFonts(t)
	s := newSheet(sans, 11, civil.MustParse("2026-07-31"), "x")
	fonts.Store(nil)
	if got := s.fonts.clean("আনিকা, محمد"); got != "আনিকা, محمد" {
		t.Errorf("the document lost its fonts: %q", got)
	}
	if err := UseFonts(Fonts{Arabic: s.fonts.faces[arabic].ttf[:100]}); err == nil {
		t.Error("a broken font was taken")
	}
	var b bytes.Buffer
	if err := Letter(&b, multilingual()); err != nil {
		t.Fatal(err)
	}
	if text := pdftest.Check(t, b.Bytes()); !strings.Contains(text, "[text in Bengali script: see the HTML copy]") {
		t.Errorf("no note:\n%s", text)
	}
}

func TestCleanKeepsWhatCanBeShaped(t *testing.T) {
	UseTestFonts(t)
	f := fonts.Load()
	for in, want := range map[string]string{
		"আনিকা O'Connor":      "আনিকা O'Connor",
		"র\u200dয্য a\u200db": "র\u200dয্য ab", // a joiner between Bengali letters says how they are drawn
		"محمد، ١٢؟ 😷":         "محمد، ١٢؟ [emoji]",
		"محمد and שרה":        "محمد and [text in Hebrew script: see the HTML copy]",
		"\u202eمحمد\u202c":    "محمد",
		"तुम আমি":             "[text in Devanagari script: see the HTML copy] আমি",
	} {
		got := f.clean(in)
		if got != want {
			t.Errorf("clean(%q) = %q, want %q", in, got, want)
		}
		if again := f.clean(got); again != got {
			t.Errorf("clean(%q) = %q, again %q", in, got, again)
		}
	}
}

// TestShapes holds a few words to their glyphs (numbers of the font) and places (thousandths of an em).
func TestShapes(t *testing.T) {
	UseTestFonts(t)
	s := newSheet(sans, 11, civil.MustParse("2026-07-31"), "x")
	say := func(script, style, word string) string {
		var b strings.Builder
		got, _ := s.shape(script, style, word)
		for _, g := range got.groups {
			fmt.Fprintf(&b, "%s[", g.letters)
			for _, r := range g.runs {
				for _, c := range r.text {
					fmt.Fprintf(&b, "%d ", c-glyphBase)
				}
				fmt.Fprintf(&b, "@%.0f,%.0f ", r.x*1000, r.y*1000)
			}
			b.WriteString("]")
		}
		return fmt.Sprintf("%s %.0f", b.String(), got.width*1000)
	}
	for _, c := range []struct{ script, style, word, want string }{
		// ka and ssa are one glyph, the sign i stands before its ka, noon has lost its bowl and kept its dot
		{bengali, "", "ক্ষ", "ক্ষ[125 @0,0 ] 859"},
		{bengali, "", "কি", "কি[60 25 @0,0 ] 1073"},
		{bengali, "", "আনিকা", "আনিকা[14 60 44 25 59 @0,0 ] 3100"},
		{bengali, "B", "রাষ্ট্র", "রাষ্ট্র[51 59 183 @0,0 319 @867,0 274 @864,-299 ] 1441"},
		{arabic, "", "محمد", "د[29 @0,0 ]م[78 @596,0 ]ح[26 @1243,0 ]م[79 @1957,0 ] 2545"},
		{arabic, "", "نعم", "م[77 @0,0 ]ع[48 @629,0 ][256 @1271,-66 ]ن[19 @1213,0 ] 1514"},
		{arabic, "I", "الله", "ه[83 @0,0 ]ل[70 @544,0 ]ل[72 @880,0 ]ا[8 @1172,0 ] 1438"},
		{arabic, "B", "لا", "ا[10 @0,0 ]ل[73 @421,0 ] 708"},
	} {
		if got := say(c.script, c.style, c.word); got != c.want {
			t.Errorf("%s %q is set as\n%s, want\n%s", c.word, c.style, got, c.want)
		}
	}
}

// TestLevels holds our bidirectional algorithm to known paragraphs: the levels of the runes as digits.
func TestLevels(t *testing.T) {
	for _, c := range []struct {
		text, want string
		base       int8
	}{
		{"Flat 12", "0000000", 0},
		{"محمد", "1111", 1},
		{"a محمد b", "00111100", 0},
		{"محمد 12 b", "111112212", 1},
		{"a محمد 12, b", "001111122000", 0},
		{"12 محمد", "2211111", 1},
		{"a (محمد) b", "0001111000", 0},
		{"محمد (b) علي", "111111211111", 1},
		{"محمد (b c", "111111222", 1},
		{"a محمد، علي. b", "00111111111000", 0},
		{"علي 1.5% x", "1111222112", 1},
		{"£12", "000", 0},
	} {
		got, base := levels([]rune(c.text), 0)
		var b strings.Builder
		for _, l := range got {
			fmt.Fprint(&b, l)
		}
		if b.String() != c.want || base != c.base {
			t.Errorf("%s: levels %s of %d, want %s of %d", c.text, b.String(), base, c.want, c.base)
		}
	}
}

// TestDirectionsAreThoseOfTheLibrary compares with golang.org/x/text, which says the directions but not the levels, and is wrong about
// brackets with numbers in them.
func TestDirectionsAreThoseOfTheLibrary(t *testing.T) {
	rnd := rand.New(rand.NewPCG(4, 4))
	alphabet := []rune("ab مع12١٢.,%£+-/ ")
	for range 20000 {
		rs := make([]rune, 1+rnd.IntN(12))
		for i := range rs {
			rs[i] = alphabet[rnd.IntN(len(alphabet))]
		}
		got, base := levels(rs, 0)
		var p bidi.Paragraph
		if _, err := p.SetString(string(rs), bidi.DefaultDirection([]bidi.Direction{bidi.LeftToRight, bidi.RightToLeft}[base])); err != nil {
			t.Fatal(err)
		}
		o, err := p.Order()
		if err != nil {
			t.Fatal(err)
		}
		at := 0
		for i := range o.NumRuns() {
			run := o.Run(i)
			for range []rune(run.String()) {
				if (run.Direction() == bidi.RightToLeft) != (got[at]&1 == 1) {
					t.Fatalf("%q: rune %d has level %d, the library says %v; levels %v", string(rs), at, got[at], run.Direction(), got)
				}
				at++
			}
		}
	}
}

func TestLinesFitAndTurnRound(t *testing.T) {
	UseTestFonts(t)
	s := newSheet(sans, 11, civil.MustParse("2026-07-31"), "x")
	s.page()
	for _, text := range []string{bengaliStory, arabicStory, "Said: " + arabicStory + " " + bengaliStory, strings.ReplaceAll(bengaliStory, " ", ""), strings.ReplaceAll(arabicStory, " ", "")} {
		for _, width := range []float64{12, 37, 100} {
			lines := s.wrap([]span{{text: text}}, width)
			for _, l := range lines {
				if l.width > width+0.02 {
					t.Errorf("a line is %.2f mm wide in a column of %.0f", l.width, width)
				}
				if l.rtl != (l.shift > 0 || l.rtl && l.width > width-0.02) {
					t.Errorf("a line of the direction %v stands %.2f mm from the edge", l.rtl, l.shift)
				}
				x := 0.0
				for _, p := range l.pieces {
					if d := p.x - x; d > 0.001 || d < -0.001 {
						t.Errorf("a piece begins at %.2f, the one before ends at %.2f", p.x, x)
					}
					x += p.w
				}
			}
		}
	}
	// the last word of an Arabic line stands at its left
	l := s.wrap([]span{{text: "محمد علي"}}, 100)[0]
	if first := l.pieces[0].text; first != "علي" {
		t.Errorf("the line begins on paper with %q", first)
	}
	if got := s.shorten(span{text: bengaliStory, size: 11}, 40); !strings.HasSuffix(got, "…") || s.measure(span{text: got, size: 11, family: sans}) > 40 {
		t.Errorf("shortened to %q", got)
	}
}

// The fonts are shared by all documents, and only read.
func TestManyLettersAtOnce(t *testing.T) {
	UseTestFonts(t)
	var want bytes.Buffer
	if err := Letter(&want, multilingual()); err != nil {
		t.Fatal(err)
	}
	var wg sync.WaitGroup
	for range 6 {
		wg.Go(func() {
			var got bytes.Buffer
			if err := Letter(&got, multilingual()); err != nil || !bytes.Equal(got.Bytes(), want.Bytes()) {
				t.Error("a letter that was set beside others is different", err)
			}
		})
	}
	wg.Wait()
}

func BenchmarkPageOfBengali(b *testing.B) {
	UseTestFonts(b)
	d := multilingual()
	d.Body = strings.Repeat(bengaliStory+"\n\n", 7)
	for b.Loop() {
		var out bytes.Buffer
		if err := Letter(&out, d); err != nil {
			b.Fatal(err)
		}
	}
}
