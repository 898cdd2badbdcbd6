package rulebook

import "strings"

// Title is the title of a rule by its id. A landlord's policy that a branch keeps itself is not in the book: its duties are called what
// the duties of the same name are called there.
func (b *Book) Title(id, name string) string {
	if r, ok := b.Rule(id); ok {
		return r.Title
	}
	for _, regime := range b.regimes {
		for _, r := range regime.Rules {
			if r.Duty == name {
				return r.Title
			}
		}
	}
	words := strings.ReplaceAll(name, "-", " ")
	if words == "" {
		return "Deadline"
	}
	return strings.ToUpper(words[:1]) + words[1:]
}
