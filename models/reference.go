package models

import (
	"fmt"
	"strings"
)

// checkAlphabet holds the characters of a check character: no 0, O, 1 or I, so that a reference can be read out on a bad line.
const checkAlphabet = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"

// Reference makes a reference such as CLA-26-0417-K: the branch's prefix, two digits of the year, a serial of at least four
// digits, and a check character that finds any single wrong character and any two neighbours swapped.
func Reference(prefix string, year int, serial int64) string {
	body := fmt.Sprintf("%s-%02d-%04d", prefix, year%100, serial)
	return body + "-" + string(checkCharacter(body))
}

// checkCharacter weighs each character by its place modulo 31, a prime, so that single errors and swaps change the sum.
func checkCharacter(body string) byte {
	sum := 0
	place := 1
	for _, r := range body {
		v := strings.IndexRune("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ", r)
		if v < 0 {
			continue
		}
		sum += place * (v + 1)
		place++
	}
	return checkAlphabet[sum%31]
}

// CheckReference tidies a reference that somebody typed (case, spaces, missing hyphens are forgiven) and reports whether its
// check character fits.
func CheckReference(typed string) (ref string, ok bool) {
	s := strings.ToUpper(strings.Join(strings.Fields(typed), ""))
	i := strings.LastIndexByte(s, '-')
	if i < 0 || i != len(s)-2 {
		return s, false
	}
	return s, checkCharacter(s[:i]) == s[i+1]
}
