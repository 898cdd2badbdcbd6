package models

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"commoncase/models/civil"
)

// InboxTab is one part of the inbox of stories.
type InboxTab string

// The parts of the inbox.
const (
	InboxWaiting  InboxTab = "waiting"  // sent, and it is the branch's turn
	InboxAsked    InboxTab = "asked"    // sent, and the last message is the branch's
	InboxAnswered InboxTab = "answered" // the teller wrote something that nobody has read, whatever became of the story
	InboxHeld     InboxTab = "held"     // kept aside
	InboxDone     InboxTab = "done"     // a case, joined, a report of an incident, or refused
)

// riskWords are the at-risk marks of a story in the caseworker's words, the most urgent first.
var riskWords = []struct{ slug, words string }{
	{"baby", "Baby"}, {"pregnant", "Pregnant"}, {"breathing", "Trouble breathing"}, {"child", "Child"}, {"older", "Older person"}, {"disabled", "Disabled person"},
}

// RiskWords are at-risk marks in words, the most urgent first. A mark that is not known is left out.
func RiskWords(slugs []string) []string {
	var out []string
	for _, r := range riskWords {
		if slices.Contains(slugs, r.slug) {
			out = append(out, r.words)
		}
	}
	return out
}

// NeedsInWords is what the household needs and who in it is at risk, for the caseworker; "" where the teller said nothing of it.
func (a Answers) NeedsInWords() string {
	var out []string
	if a.Needs != "" {
		out = append(out, a.Needs)
	}
	if risks := RiskWords(a.AtRisk); len(risks) > 0 {
		out = append(out, "At risk in the home: "+strings.ToLower(strings.Join(risks, ", "))+".")
	}
	return strings.Join(out, "\n")
}

// wayWords are the safe ways of contact, in the order in which they are said.
var wayWords = []struct{ slug, words string }{
	{"page", "their own page here"}, {"text", "text message"}, {"phone", "phone"}, {"email", "e-mail"}, {"post", "post"},
}

// WayWords are safe ways of contact in words.
func WayWords(slugs []string) []string {
	var out []string
	for _, w := range wayWords {
		if slices.Contains(slugs, w.slug) {
			out = append(out, w.words)
		}
	}
	return out
}

// ContactSafety says how and when contact may be made, in a sentence or two for whoever is about to make it; "" where the teller said
// nothing of it.
func (a Answers) ContactSafety() string {
	var out []string
	if ways := WayWords(a.SafeWays); len(ways) > 0 {
		out = append(out, "Only by "+strings.Join(ways, ", ")+".")
	}
	if a.SafeTimes != "" {
		out = append(out, "When it is safe, as they said it: “"+a.SafeTimes+"”.")
	}
	if a.DoNotName {
		out = append(out, "Do not name the landlord, housing or the branch in any message.")
	}
	return strings.Join(out, " ")
}

// Resident is the name that a case is opened under: the teller's own, or “Resident” where they gave none.
func (a Answers) Resident() string {
	if a.Name == "" || a.Anonymous {
		return "Resident"
	}
	return a.Name
}

// Near is how many days apart two troubles may begin and still be thought of as one.
const Near = 60

// Likeness is what can be compared of two stories, or of a story and a case.
type Likeness struct {
	Home  string // the same for one home; "" where none is known
	Area  string // estate
	Theme Theme
	Since civil.Date // the day that the trouble began, as far as it is known
	Sent  civil.Date // the day it was told
}

// Apart is how many days lie between two of them, by the days the trouble began where both are known and else by the days they were
// told; ok is false where neither can be compared.
func (l Likeness) Apart(m Likeness) (days int, ok bool) {
	a, b := l.Since, m.Since
	if a.IsZero() || b.IsZero() {
		a, b = l.Sent, m.Sent
	}
	if a.IsZero() || b.IsZero() {
		return 0, false
	}
	return max(int(a-b), int(b-a)), true
}

// Alike says how much two of them look like the same matter, and why in words: "same home and theme, began 12 days apart". 0 says that there
// is no reason to look. A home outweighs an estate with everything else.
func Alike(a, b Likeness) (score int, why string) {
	var words []string
	home := a.Home != "" && a.Home == b.Home
	area := a.Area != "" && Fold(a.Area) == Fold(b.Area)
	theme := a.Theme != "" && a.Theme == b.Theme
	days, dated := a.Apart(b)
	close := dated && days <= Near
	switch {
	case home && theme:
		score, words = 120, []string{"same home and theme"}
	case home:
		score, words = 100, []string{"same home"}
	case area && theme:
		score, words = 50, []string{"same estate and theme"}
	case area && close:
		score, words = 20, []string{"same estate"}
	case theme && close:
		score, words = 10, []string{"same theme"}
	default:
		return 0, ""
	}
	if close {
		score += 1 + (Near-days)/7
	}
	if dated { // the days that are compared are often not those that the page shows
		verb := "began "
		if a.Since.IsZero() || b.Since.IsZero() {
			verb = "told "
		}
		words = append(words, verb+daysApart(days))
	}
	return score, strings.Join(words, ", ")
}

func daysApart(n int) string {
	switch n {
	case 0:
		return "on the same day"
	case 1:
		return "1 day apart"
	}
	return fmt.Sprintf("%d days apart", n)
}

// Likeness is what can be compared of a story.
func (s *Story) Likeness() Likeness {
	l := Likeness{Home: s.Home, Area: s.Area, Theme: s.Theme, Since: s.Since}
	if s.SentAt != nil {
		l.Sent = civil.Of(*s.SentAt)
	}
	return l
}

// SentOn is the day on which the story was sent, in London; that of its beginning for a page that was never a story.
func (s *Story) SentOn() civil.Date {
	if s.SentAt == nil {
		return civil.Of(s.StartedAt)
	}
	return civil.Of(*s.SentAt)
}

// Undoable is the step of triage that can be undone next: the newest that is no undoing itself and was not undone. ok is false where
// there is none. moves stand in the order in which they were made.
func Undoable(state StoryState, moves []StoryMove) (move StoryMove, ok bool) {
	undone := map[int64]bool{}
	for _, m := range moves {
		undone[m.Undoes] = true
	}
	for _, m := range slices.Backward(moves) {
		if m.Undoes == 0 && !undone[m.ID] {
			return m, m.Became == state && m.Was != state
		}
	}
	return StoryMove{}, false
}

// MadeBy reports whether an entry of a case was written by the step itself: one transaction has one instant.
func (m StoryMove) MadeBy(recorded time.Time) bool { return !recorded.After(m.RecordedAt) }

// Quoted is what the newest answer to the purpose quote allows of somebody's words.
func (c Consent) Quoted() QuoteUse {
	if c.Purpose == PurposeQuote {
		switch c.Value {
		case ConsentAnonymous, ConsentFirstName, ConsentFullName:
			return QuoteUse(c.Value)
		case ConsentNo, ConsentYes:
		}
	}
	return QuoteNone
}
