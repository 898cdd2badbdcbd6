package rulebook

import (
	"slices"

	"commoncase/models/civil"
)

// The lists.
const (
	ListHazards = "hazards"         // of the housing health and safety rating system
	ListDefects = "right-to-repair" // that a council must mend within a number of days
)

// List is one version of a list of names that rules and forms choose from.
type List struct {
	Slug       string
	Title      string
	From       civil.Date // zero: since ever
	Until      civil.Date // the last day; zero while in force
	Source     Source
	Confidence Confidence
	Confirm    string
	Entries    []ListEntry
	File       string
	Line       int
}

// ListEntry is one name.
type ListEntry struct {
	Slug   string
	Number int // in the list; 0 where it has none
	Name   string
}

// Name returns the name of a slug, "" where the list does not have it.
func (l *List) Name(slug string) string {
	for _, e := range l.Entries {
		if e.Slug == slug {
			return e.Name
		}
	}
	return ""
}

// List returns the version of a list that was in force on a day.
func (b *Book) List(slug string, on civil.Date) (*List, bool) {
	for _, l := range b.lists {
		if l.Slug == slug && on >= l.From && (l.Until == 0 || on <= l.Until) {
			return l, true
		}
	}
	return nil, false
}

// Lists returns all lists, by slug and date.
func (b *Book) Lists() []*List { return slices.Clone(b.lists) }

// CategoryName returns the name of a hazard or defect, in whichever list it stands, and the slug where it stands in none.
func (b *Book) CategoryName(slug string) string {
	for i := len(b.lists) - 1; i >= 0; i-- { // the newest first
		if n := b.lists[i].Name(slug); n != "" {
			return n
		}
	}
	return slug
}

func (b *Book) listed(slug string) bool {
	return slices.ContainsFunc(b.lists, func(l *List) bool { return l.Name(slug) != "" })
}

type rawList struct {
	Slug       string    `yaml:"slug"`
	Title      string    `yaml:"title"`
	InForce    rawSpan   `yaml:"in_force"`
	Source     rawSource `yaml:"source"`
	Confidence string    `yaml:"confidence"`
	Confirm    string    `yaml:"confirm"`
	Entries    []struct {
		Slug   string `yaml:"slug"`
		Number int    `yaml:"number"`
		Name   string `yaml:"name"`
	} `yaml:"entries"`
}

// parseLists reads a file that is a sequence of versions, the oldest first.
func parseLists(file string, text []byte) ([]*List, error) {
	var raw []rawList
	if err := decode(file, text, &raw); err != nil {
		return nil, err
	}
	var out []*List
	for _, x := range raw {
		l := &List{Slug: x.Slug, Title: x.Title, Source: Source(x.Source), Confidence: Confidence(x.Confidence), Confirm: x.Confirm, File: file, Line: lineOfWord(text, x.Title)}
		line := l.Line
		bad := func(format string, args ...any) ([]*List, error) { return nil, fault(file, line, format, args...) }
		var err error
		if x.InForce.From != "" {
			if l.From, err = civil.Parse(x.InForce.From); err != nil {
				return bad("list %s: in force from: %v", x.Slug, err)
			}
		}
		if x.InForce.Until != "" {
			if l.Until, err = civil.Parse(x.InForce.Until); err != nil {
				return bad("list %s: in force until: %v", x.Slug, err)
			}
		}
		switch why := sure(l.Confidence, l.Confirm); {
		case l.Slug == "" || l.Title == "" || l.Source.Title == "" || len(x.Entries) == 0:
			return bad("list %q needs a slug, a title, a source and entries", x.Slug)
		case x.InForce.Announced != "" || l.Until != 0 && l.Until < l.From:
			return bad("list %s is only announced, or ends before it begins", l.Slug)
		case why != "":
			return bad("list %s %s", l.Slug, why)
		}
		for _, e := range x.Entries {
			if e.Slug == "" || e.Name == "" || l.Name(e.Slug) != "" {
				return bad("list %s: the entry %q has no slug or no name, or stands there twice", l.Slug, e.Slug)
			}
			l.Entries = append(l.Entries, ListEntry(e))
		}
		out = append(out, l)
	}
	return out, nil
}
