package document

import "testing"

// What somebody typed with a backslash or as an entity is printed as what it stands for; inside code it stands for itself.
func TestInlineText(t *testing.T) {
	for source, want := range map[string]string{
		`2 \* 3 \_ \[1\] \# \\ \{x\}`:        `2 * 3 _ [1] # \ {x}`,
		`a\b`:                                `a\b`,
		`ends with \`:                        `ends with \`,
		`&pound;40 &amp; 20 &#8364;&#x2014;`: "£40 & 20 €—",
		`\&pound; \&amp;amp;`:                `&pound; &amp;amp;`,
		`&nosuch; R&D`:                       `&nosuch; R&D`,
		"`a\\*b &amp;`":                      `a\*b &amp;`,
		`**no\*t** [1\]](https://x.example/a\_b)`: `no*t 1]`,
		`1\. no list`:        `1. no list`,
		`~~gone~~ \~kept\~`:  `gone ~kept~`,
		`Łukasz \<b\> আনিকা`: `Łukasz <b> আনিকা`,
		`snake_case \
next`: "snake_case \nnext",
	} {
		if got := plainText(inline(source, 10)); got != want {
			t.Errorf("%q is set as %q, want %q", source, got, want)
		}
	}
	for _, s := range inline(`[a](https://x.example/a\_b)`, 10) {
		if s.link != "https://x.example/a_b" {
			t.Errorf("the link leads to %q", s.link)
		}
	}
}
