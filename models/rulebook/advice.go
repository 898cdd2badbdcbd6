package rulebook

import (
	"slices"
	"strings"
)

// What a contact is for.
const (
	ForFire        = "fire"
	ForGas         = "gas"
	ForElectricity = "electricity"
	ForCold        = "cold" // no heating, with somebody whom the cold can harm
	ForHealth      = "health"
	ForThreats     = "threats"
	ForAdvice      = "advice" // about one's home; no emergency
)

var contactUses = []string{ForFire, ForGas, ForElectricity, ForCold, ForHealth, ForThreats, ForAdvice}

// Contact is somebody to call, with where their number was read.
type Contact struct {
	Slug       string
	Name       string // their own, which is not translated
	Number     string // as people write it: 0800 111 999
	For        []string
	Source     Source
	Confidence Confidence
	Confirm    string
}

// Tel is the number as a telephone dials it: 0800111999.
func (c Contact) Tel() string { return strings.ReplaceAll(c.Number, " ", "") }

// Contacts are those to call for something, in the order of the files.
func (b *Book) Contacts(use string) []Contact {
	var out []Contact
	for _, c := range b.contacts {
		if slices.Contains(c.For, use) {
			out = append(out, c)
		}
	}
	return out
}

// parseContacts reads a file that is a sequence of contacts.
func parseContacts(file string, text []byte) ([]Contact, error) {
	var raw []struct {
		Slug       string     `yaml:"slug"`
		Name       string     `yaml:"name"`
		Number     string     `yaml:"number"`
		For        []string   `yaml:"for"`
		Source     rawSource  `yaml:"source"`
		Confidence Confidence `yaml:"confidence"`
		Confirm    string     `yaml:"confirm"`
	}
	if err := decode(file, text, &raw); err != nil {
		return nil, err
	}
	var out []Contact
	for _, x := range raw {
		c := Contact{Slug: x.Slug, Name: x.Name, Number: x.Number, For: x.For, Source: Source(x.Source), Confidence: x.Confidence, Confirm: x.Confirm}
		line := lineOfWord(text, "slug: "+c.Slug)
		switch why := sure(c.Confidence, c.Confirm); {
		case c.Slug == "" || c.Name == "" || c.Source.Title == "" || len(c.For) == 0:
			return nil, fault(file, line, "contact %q needs a slug, a name, what it is for and a source", c.Slug)
		case c.Tel() == "" || strings.Trim(c.Tel(), "0123456789") != "":
			return nil, fault(file, line, "contact %s: %q is no telephone number; write it in digits and spaces, in quotation marks", c.Slug, c.Number)
		case slices.ContainsFunc(out, func(o Contact) bool { return o.Slug == c.Slug }):
			return nil, fault(file, line, "contact %s stands there twice", c.Slug)
		case why != "":
			return nil, fault(file, line, "contact %s %s", c.Slug, why)
		}
		for _, use := range c.For {
			if !slices.Contains(contactUses, use) {
				return nil, fault(file, line, "contact %s is for %q, which is none of %s", c.Slug, use, strings.Join(contactUses, ", "))
			}
		}
		out = append(out, c)
	}
	return out, nil
}
