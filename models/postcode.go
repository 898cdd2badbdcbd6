package models

import (
	"cmp"
	"strings"
)

// FoldPostcode makes postcodes comparable: capital letters and digits alone, so that "n1 2ab" and "N12AB" are one.
func FoldPostcode(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r >= 'a' && r <= 'z':
			return r - 'a' + 'A'
		case r >= 'A' && r <= 'Z', r >= '0' && r <= '9':
			return r
		default:
			return -1
		}
	}, s)
}

// IsPostcode reports whether a folded postcode has the shape of one: a letter or two, a digit, perhaps one more letter or digit, and the
// digit with two letters that every postcode ends with. Whether there is such a one is not asked.
func IsPostcode(folded string) bool {
	n := len(folded)
	if n < 5 || n > 7 {
		return false
	}
	out, in := folded[:n-3], folded[n-3:]
	letters := 0
	for letters < len(out) && letter(out[letters]) {
		letters++
	}
	rest := out[letters:]
	return letters >= 1 && letters <= 2 && len(rest) >= 1 && len(rest) <= 2 && digit(rest[0]) && digit(in[0]) && letter(in[1]) && letter(in[2])
}

// ShowPostcode writes a folded postcode as people do: N1 2AB.
func ShowPostcode(folded string) string {
	if n := len(folded); n > 3 {
		return folded[:n-3] + " " + folded[n-3:]
	}
	return folded
}

func letter(b byte) bool { return b >= 'A' && b <= 'Z' }
func digit(b byte) bool  { return b >= '0' && b <= '9' }

// CompareHomes orders addresses as people look for them: Flat 2 before Flat 10, capital letters like small ones. It is for slices.SortFunc.
func CompareHomes(a, b string) int {
	x, y := strings.ToLower(a), strings.ToLower(b)
	for x != "" && y != "" {
		nx, restX := leadingNumber(x)
		ny, restY := leadingNumber(y)
		if nx != "" && ny != "" {
			// Without the zeros in front, a longer number is a larger one.
			zx, zy := strings.TrimLeft(nx, "0"), strings.TrimLeft(ny, "0")
			if c := cmp.Or(cmp.Compare(len(zx), len(zy)), strings.Compare(zx, zy)); c != 0 {
				return c
			}
			x, y = restX, restY
			continue
		}
		if x[0] != y[0] {
			return cmp.Compare(x[0], y[0])
		}
		x, y = x[1:], y[1:]
	}
	return cmp.Or(cmp.Compare(len(x), len(y)), strings.Compare(a, b))
}

// leadingNumber parts the digits that a text begins with from its rest.
func leadingNumber(s string) (number, rest string) {
	i := 0
	for i < len(s) && digit(s[i]) {
		i++
	}
	return s[:i], s[i:]
}
