package evidence

import "fmt"

// defaultThreshold is the smallest number of homes behind a published figure, where a branch names none.
const defaultThreshold = 5

// Gate decides what may leave the branch. It is pure and fails closed: what it does not know, it holds back, and it says why.
type Gate struct{ Threshold int }

// GateRule is how the gate looks at a figure. The zero rule lets nothing pass.
type GateRule int

// The rules.
const (
	GateCount  GateRule = iota + 1 // a number of cases or homes
	GateShare                      // a part of a whole in per cent: both sides of it must be large enough, or empty
	GatePart                       // a number out of a whole, whose other side says nothing about anybody
	GateSpread                     // a median or a longest time
	GatePublic                     // counted from what was published already
)

// Support is what stands behind a figure.
type Support struct {
	Homes int // different homes among all that was counted
	Whole int // cases counted
	Part  int // cases behind the value; Whole for a plain count
	Rest  int // of a share: cases on its other side; a case with an answer on either side is on both
}

// Check returns the reason why a figure may not leave the branch, and "" where it may.
func (g Gate) Check(rule GateRule, s Support) string {
	t := g.threshold()
	switch {
	case rule == GatePublic:
		return ""
	case rule < GateCount || rule > GatePublic:
		return "The publication gate does not know this figure, so it stays in the branch."
	case s.Homes < 0 || s.Whole < 0 || s.Part < 0 || s.Rest < 0 || s.Part > s.Whole || s.Rest > s.Whole || s.Homes > s.Whole,
		rule == GateShare && s.Part+s.Rest < s.Whole:
		return "The numbers behind this figure do not fit together, so it stays in the branch."
	case s.Whole == 0:
		return "Nothing was counted in this period."
	case s.Homes < t:
		return fmt.Sprintf("It is counted over fewer than %d homes or people; a number that small can point to a person.", t)
	case (rule == GateShare || rule == GatePart) && small(s.Part, t):
		return fmt.Sprintf("Fewer than %d cases stand behind it; a number that small can point to a person.", t)
	case rule == GateCount && s.Part < t:
		return fmt.Sprintf("It counts fewer than %d cases; a number that small can point to a person.", t)
	case rule == GateShare && small(s.Rest, t):
		return fmt.Sprintf("All but fewer than %d cases stand behind it, so it says something about the few that do not.", t)
	}
	return ""
}

// besideSmall is the reason why a cell that is large enough by itself is held back.
const besideSmall = "It is held back so that a smaller number in the same table cannot be worked out from the total."

// Table returns, cell by cell, why it may not leave the branch. The cells add up to a total that is taken to be known, so a cell
// alone in being held back could be worked out from it: the smallest other cell then goes too (secondary suppression), until at
// least two are held back, and what they hide together is itself no small number, on either side of a share.
func (g Gate) Table(rule GateRule, cells []Support) []string {
	why := make([]string, len(cells))
	for i, c := range cells {
		if c.Whole != 0 { // an empty cell points to nobody
			why[i] = g.Check(rule, c)
		}
	}
	// A median adds up to nothing, and what is public hides nothing.
	if rule == GateSpread || rule == GatePublic {
		return why
	}
	for !g.hidden(rule, cells, why) {
		next := -1
		for i, c := range cells {
			if why[i] == "" && c.Whole != 0 && (next < 0 || c.Whole < cells[next].Whole) {
				next = i
			}
		}
		if next < 0 {
			break // nothing is left to hide behind; the total is withheld or hides them all
		}
		why[next] = besideSmall
	}
	return why
}

// hidden reports whether the cells that are held back cannot be worked out from a known total.
func (g Gate) hidden(rule GateRule, cells []Support, why []string) bool {
	held, homes, part, rest := 0, 0, 0, 0
	for i, c := range cells {
		if why[i] == "" {
			continue
		}
		held++
		homes += c.Homes
		part += c.Part
		rest += c.Rest
	}
	if held == 0 {
		return true
	}
	t := g.threshold()
	if held < 2 || homes < t {
		return false
	}
	switch rule {
	case GateShare:
		return !small(part, t) && !small(rest, t)
	case GatePart:
		return !small(part, t)
	default:
		return part >= t
	}
}

func (g Gate) threshold() int {
	if g.Threshold < 1 {
		return defaultThreshold
	}
	return g.Threshold
}

// small reports whether n is a number of people that is not nobody and can point to somebody.
func small(n, threshold int) bool { return n > 0 && n < threshold }
