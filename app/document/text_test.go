package document

import "testing"

// none has no fonts for scripts that need shaping.
var none *fontSet

func TestCleanReplacesWhatCannotBeSet(t *testing.T) {
	for in, want := range map[string]string{
		"Łukasz Żółć, Niamh Ní Bhriain, O'Connor":    "Łukasz Żółć, Niamh Ní Bhriain, O'Connor",
		"Nguyễn Thị Ánh, Şeyma Yılmaz, Ελένη, Олена": "Nguyễn Thị Ánh, Şeyma Yılmaz, Ελένη, Олена",
		"Z\u0307o\u0301\u0142c\u0301":                "Żółć", // typed letter by letter, as macOS stores file names
		"আনিকা রহমান":                                "[text in Bengali script: see the HTML copy]",
		"for আনিকা রহমান, 4 homes":                   "for [text in Bengali script: see the HTML copy], 4 homes",
		"محمد and שרה":                               "[text in Arabic script: see the HTML copy] and [text in Hebrew script: see the HTML copy]",
		"cold 🥶🥶 home":                               "cold [emoji] home",
		"family 👨‍👩‍👧":                               "family [emoji]",
		"done ✓ not ✗":                               "done [tick] not [cross]",
		"a\x00b\u202Ec\u200Bd":                       "abcd",
		"one\ttwo\nthree":                            "one two\nthree",
		"bad \xff byte":                              "bad \uFFFD byte",
		"𝐁old":                                       "[letters that cannot be printed: see the HTML copy]old",
		"£150 – “quoted” … 62\u00a0% ½ €":            "£150 – “quoted” … 62\u00a0% ½ €",
		"": "",
	} {
		got := none.clean(in)
		if in == "bad \xff byte" && !drawable(0xFFFD) {
			want = "bad [?] byte"
		}
		if got != want {
			t.Errorf("clean(%q) = %q, want %q", in, got, want)
		}
	}
}

func TestCleanIsStable(t *testing.T) {
	for _, r := range []rune{0x00, 0x7f, 0x80, 0xad, 0x300, 0x5d0, 0x627, 0x995, 0x1F600, 0xE000, 0xFFFF, 0x10FFFF, 0xFE0F} {
		once := none.clean("x" + string(r) + "y")
		if again := none.clean(once); again != once {
			t.Errorf("clean(%q) = %q, again %q", r, once, again)
		}
		for _, c := range once {
			if c > 0xFFFF || c != '\n' && !drawable(c) {
				t.Errorf("clean(%U) leaves %U", r, c)
			}
		}
	}
}
