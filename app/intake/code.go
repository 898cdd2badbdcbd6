package intake

import (
	"crypto/rand"
	"math/big"
	"strings"
	"unicode"

	"commoncase/models"
	"commoncase/models/catalogue"
)

// codeDigits is how many digits a code has, its check digit included: fifteen that are drawn by lot, and one that finds slips of the pen.
const codeDigits = 16

// damm is the table of H. M. Damm: a quasigroup of order 10 that finds every single wrong digit and every two neighbours swapped.
var damm = [10][10]byte{
	{0, 3, 1, 7, 5, 9, 8, 6, 4, 2}, {7, 0, 9, 2, 1, 5, 4, 8, 6, 3}, {4, 2, 0, 6, 8, 7, 1, 3, 5, 9}, {1, 7, 5, 0, 9, 8, 3, 4, 2, 6},
	{6, 1, 2, 3, 0, 4, 5, 9, 7, 8}, {3, 6, 7, 4, 2, 0, 9, 5, 8, 1}, {5, 8, 6, 9, 7, 2, 0, 1, 3, 4}, {8, 9, 4, 5, 3, 6, 2, 0, 1, 7},
	{9, 4, 3, 8, 6, 1, 7, 2, 0, 5}, {2, 5, 8, 1, 4, 3, 6, 7, 9, 0},
}

// checkDigit is the digit that follows digits; of a whole code with its check digit it is '0'.
func checkDigit(digits string) byte {
	var at byte
	for i := range len(digits) {
		at = damm[at][digits[i]-'0']
	}
	return '0' + at
}

var allCodes = new(big.Int).Exp(big.NewInt(10), big.NewInt(codeDigits-1), nil)

// newCode is the sixteen digits of a new code.
func newCode() string {
	n, err := rand.Int(rand.Reader, allCodes)
	if err != nil {
		panic("intake: " + err.Error()) // the system has no random numbers
	}
	body := n.String()
	body = strings.Repeat("0", codeDigits-1-len(body)) + body
	return body + string(checkDigit(body))
}

// NewCode makes a code for a paper form, as ShowCode writes it. It opens nothing until the form is typed in with StartWithCode.
func NewCode() string { return ShowCode(newCode()) }

// ShowCode writes sixteen digits in fours: 1234 5678 9012 3456.
func ShowCode(digits string) string {
	var b strings.Builder
	for i := range len(digits) {
		if i > 0 && i%4 == 0 {
			b.WriteByte(' ')
		}
		b.WriteByte(digits[i])
	}
	return b.String()
}

// zeros are the noughts of the numerals that a code may be typed in: ours, Arabic, Persian and Urdu, Bengali, Devanagari, full width.
var zeros = []rune{'0', '\u0660', '\u06F0', '\u09E6', '\u0966', '\uFF10'}

// ReadCode reads a code as somebody typed it, with spaces or hyphens, in the numerals of their language, and returns its sixteen digits. What
// cannot be a code is an Invalid of the field code that says what is wrong; nothing is looked up for that.
func ReadCode(typed string) (string, error) {
	digits := make([]byte, 0, codeDigits)
	n := 0
	for _, r := range typed {
		d := -1
		for _, zero := range zeros {
			if r >= zero && r <= zero+9 {
				d = int(r - zero)
			}
		}
		switch {
		case d >= 0:
			if n++; n <= codeDigits {
				digits = append(digits, byte('0'+d))
			}
		case unicode.IsSpace(r) || unicode.Is(unicode.Pd, r) || unicode.Is(unicode.Cf, r) || r == '.' || r == '_' || r == '\u2212':
		default:
			return "", catalogue.Invalid("code", "error.code.letters")
		}
	}
	switch {
	case n == 0:
		return "", catalogue.Invalid("code", "error.code.empty")
	case n != codeDigits:
		return "", catalogue.Invalid("code", "error.code.length", "N", n)
	case checkDigit(string(digits)) != '0':
		return "", catalogue.Invalid("code", "error.code.slip")
	}
	return string(digits), nil
}

// wrongCode is what is said of a code that is wrong, of one that nobody has, and of one whose story is gone.
func wrongCode() *models.Error { return catalogue.Invalid("code", "error.code.wrong") }
