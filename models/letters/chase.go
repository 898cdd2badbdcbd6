package letters

import (
	_ "embed"
	"strings"
)

//go:embed chase.md
var chase string

// Chase asks for the answer to a letter that has none. Its template speaks of one letter; Chasing names it.
var Chase = Type{
	Slug:     "chase",
	Name:     "Reminder of a letter without an answer",
	Purpose:  "Asks again for the answer to a letter, and says how long it has waited.",
	Title:    func(f Facts) string { return "Still no answer" },
	SignOff:  []string{"Branch secretary"},
	Template: chase,
}

// Chasing is the template of a reminder of the letter with a reference.
func Chasing(ref string) string { return strings.ReplaceAll(chase, "LETTER-REF", ref) }

// Chased returns the references of the letters that a body asks to be answered, each once.
func Chased(body string) []string {
	var refs []string
	seen := map[string]bool{}
	found, _ := Parse(body)
	for _, p := range found {
		if ref := p.arg(0); p.Name == "unanswered" && strings.ContainsAny(ref, "0123456789") && !seen[ref] {
			seen[ref] = true
			refs = append(refs, ref)
		}
	}
	return refs
}
