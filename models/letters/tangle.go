package letters

import (
	"fmt"
	"strings"
)

// The most marks that a text may have: some are paired, or looked for in vain, in a time that grows with their square, and each mark at
// the beginning of a line opens a list or quotation within those before it. Sixty thousand crossed marks of emphasis, or a hundred
// thousand >, keep a processor busy for half a minute.
const (
	mostMarks = 5000 // of emphasis, links and quotations
	mostDeep  = 50   // lists and quotations within each other, that one line begins
)

// Tangled says why a text would take too long to set, a sentence; "" where it would not. No letter that somebody writes comes near.
func Tangled(body string) string {
	n := strings.Count(body, "*") + strings.Count(body, "_") + strings.Count(body, ">") + strings.Count(body, "](")
	if n > mostMarks {
		return fmt.Sprintf("The text has %d marks for emphasis, links and quotations (* _ > and ](); %d is the most. Take out some of them.", n, mostMarks)
	}
	for line := range strings.Lines(body) {
		if n := depth(line); n > mostDeep {
			return fmt.Sprintf("A line of the text begins with %d marks of lists and quotations; %d is the most. Take out some of them.", n, mostDeep)
		}
	}
	return ""
}

// depth is how many marks of lists and quotations a line begins with.
func depth(line string) (n int) {
	for {
		line = strings.TrimLeft(line, " \t")
		rest := strings.TrimLeft(line, "0123456789")
		switch {
		case strings.HasPrefix(line, ">"):
			rest = line[1:]
		case len(rest) < 2 || !strings.ContainsRune(" \t", rune(rest[1])):
			return n
		case len(rest) < len(line) && (rest[0] == '.' || rest[0] == ')'), len(rest) == len(line) && strings.ContainsRune("-+*", rune(rest[0])):
			rest = rest[2:]
		default:
			return n
		}
		n, line = n+1, rest
	}
}
