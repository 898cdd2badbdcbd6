package models

import (
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// strokes are letters that no decomposition takes apart, as people without them on the keyboard type them.
var strokes = strings.NewReplacer("ł", "l", "ø", "o", "đ", "d", "ħ", "h", "ß", "ss", "æ", "ae", "œ", "oe", "ı", "i", "þ", "th", "ð", "d")

// Fold makes text comparable for search: lower case, no accents, words separated by single spaces. "Łukasz Żółć" and
// "lukasz zolc" fold alike. Hyphens and slashes stay, because references hold them.
func Fold(s string) string {
	var b strings.Builder
	space := true
	for _, r := range norm.NFKD.String(strokes.Replace(strings.ToLower(s))) {
		switch {
		case unicode.Is(unicode.Mn, r) && r < 0x0900: // accents of Latin, Greek, Cyrillic; vowel signs of other scripts stay
		case unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.IsMark(r) || r == '-' || r == '/' || r == '@' || r == '.':
			b.WriteRune(r)
			space = false
		case !space:
			b.WriteByte(' ')
			space = true
		}
	}
	return strings.TrimSpace(b.String())
}
