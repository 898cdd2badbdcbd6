package letters_test

import (
	"strings"
	"testing"
	"time"

	"commoncase/models/letters"
)

func TestTangled(t *testing.T) {
	for _, body := range []string{strings.Repeat(">", 60), strings.Repeat("> ", 60), strings.Repeat("1. ", 60), strings.Repeat("+ ", 60) + "x", "Hello,\n\n" + strings.Repeat("2) > - ", 20),
		strings.Repeat("[a](", 5001), strings.Repeat("![a](b", 5001), strings.Repeat("*a_", 2501), strings.Repeat(">a\n", 5001)} {
		if letters.Tangled(body) == "" {
			t.Errorf("%.30q is taken", body)
		}
	}
	for _, body := range []string{"", "Dear Sir or Madam,\n\n1. The leak.\n2. The mould.\n\n> You said so.\n\n- - - - - - - - - -\n", strings.Repeat("1.1.1.1. ", 100), strings.Repeat("- ", 50), "-", "1.", strings.Repeat("> 1. a\n", 4000),
		strings.Repeat("[the Code](https://example.org)\n", 2000)} {
		if why := letters.Tangled(body); why != "" {
			t.Errorf("%.30q: %s", body, why)
		}
	}
}

// What is taken is set in a moment, whatever it is made of. Without the limits these take seconds and more.
func TestWhatIsTakenIsSetInAMoment(t *testing.T) {
	const most = 100_000 // characters of a letter
	for _, piece := range []string{">", "> ", "1. ", "+ ", "[a](", "[a](<", "![a](b", "*a_", ">>>>>\n", "- > 1. a\n", "[", "<a ", "[a]["} {
		n := most / len(piece)
		for letters.Tangled(strings.Repeat(piece, n)) != "" { // the most that is taken
			n = n * 9 / 10
		}
		began := time.Now()
		letters.HTML(strings.Repeat(piece, n))
		if took := time.Since(began); took > 2*time.Second {
			t.Errorf("%d times %q takes %s", n, piece, took)
		}
	}
}
