package document

import "golang.org/x/text/unicode/bidi"

// levels gives each rune of a paragraph its level by the Unicode bidirectional algorithm (UAX 9), and the level of the paragraph: even from
// left to right, odd from right to left. Text that came through clean holds no marks of direction, so that the rules for embeddings and
// isolates (X1 to X10) have nothing to do. The paragraph takes its direction from its first strong letter, and dir where it has none.
func levels(rs []rune, dir int8) ([]int8, int8) {
	n := len(rs)
	class := make([]bidi.Class, n)
	base := int8(-1)
	for i, r := range rs {
		p, _ := bidi.LookupRune(r)
		class[i] = p.Class()
		if base < 0 {
			switch class[i] { //nolint:exhaustive // the others are not strong
			case bidi.L:
				base = 0
			case bidi.R, bidi.AL:
				base = 1
			}
		}
	}
	if base < 0 {
		base = dir
	}
	embedding := bidi.L
	if base == 1 {
		embedding = bidi.R
	}
	was := make([]bidi.Class, n) // what N0 asks of marks after brackets
	copy(was, class)
	weak(class, embedding)
	brackets(rs, class, was, embedding)
	neutral(class, embedding)
	out := make([]int8, n)
	for i, c := range class {
		out[i] = base
		switch { // I1, I2
		case base == 0 && c == bidi.R, base == 1 && (c == bidi.L || c == bidi.EN || c == bidi.AN):
			out[i]++
		case base == 0 && (c == bidi.EN || c == bidi.AN):
			out[i] += 2
		}
	}
	return out, base
}

// weak resolves marks, numbers and their signs: W1 to W7.
func weak(class []bidi.Class, embedding bidi.Class) {
	prev, strong := embedding, embedding
	for i, c := range class {
		switch c { //nolint:exhaustive // the others stay what they are
		case bidi.NSM, bidi.BN: // W1; joiners go with the letter before them
			class[i] = prev
		case bidi.L, bidi.R, bidi.AL:
			strong = c
		case bidi.EN:
			if strong == bidi.AL { // W2
				class[i] = bidi.AN
			}
		}
		prev = class[i]
	}
	at := func(i int) bidi.Class {
		if i < 0 || i >= len(class) {
			return bidi.ON
		}
		return class[i]
	}
	for i, c := range class {
		switch {
		case c == bidi.AL: // W3
			class[i] = bidi.R
		case c == bidi.ES && at(i-1) == bidi.EN && at(i+1) == bidi.EN, // W4
			c == bidi.CS && at(i-1) == at(i+1) && (at(i-1) == bidi.EN || at(i-1) == bidi.AN):
			class[i] = at(i - 1)
		}
	}
	for i := 0; i < len(class); { // W5, W6
		j := i
		for j < len(class) && class[j] == bidi.ET {
			j++
		}
		if j > i && (at(i-1) == bidi.EN || at(j) == bidi.EN) {
			for k := i; k < j; k++ {
				class[k] = bidi.EN
			}
		}
		i = max(j, i+1)
	}
	strong = embedding
	for i, c := range class {
		switch c { //nolint:exhaustive // the others stay what they are
		case bidi.ES, bidi.ET, bidi.CS:
			class[i] = bidi.ON
		case bidi.L, bidi.R:
			strong = c
		case bidi.EN:
			if strong == bidi.L { // W7
				class[i] = bidi.L
			}
		}
	}
}

// side is L or R as the neutrals see a class; numbers count as R. ON where it is neither.
func side(c bidi.Class) bidi.Class {
	switch c { //nolint:exhaustive // the others have no side
	case bidi.L:
		return bidi.L
	case bidi.R, bidi.EN, bidi.AN:
		return bidi.R
	}
	return bidi.ON
}

// brackets gives both brackets of a pair one direction: N0.
func brackets(rs []rune, class, was []bidi.Class, embedding bidi.Class) {
	type open struct {
		want rune
		at   int
	}
	var stack []open
	match := map[int]int{} // opening -> closing
	for i, r := range rs {
		if class[i] != bidi.ON {
			continue
		}
		p, _ := bidi.LookupRune(r)
		if !p.IsBracket() {
			continue
		}
		if p.IsOpeningBracket() {
			if len(stack) == 63 {
				break
			}
			stack = append(stack, open{mirrored(r), i})
			continue
		}
		for k := len(stack) - 1; k >= 0; k-- {
			if stack[k].want == r {
				match[stack[k].at] = i
				stack = stack[:k]
				break
			}
		}
	}
	for i := range rs { // in the order of the opening brackets
		end, ok := match[i]
		if !ok {
			continue
		}
		found := bidi.ON
		for k := i + 1; k < end; k++ {
			if d := side(class[k]); d == embedding {
				found = d
				break
			} else if d != bidi.ON {
				found = d
			}
		}
		if found == bidi.ON {
			continue
		}
		if found != embedding {
			before := embedding
			for k := i - 1; k >= 0; k-- {
				if d := side(class[k]); d != bidi.ON {
					before = d
					break
				}
			}
			if before != found {
				found = embedding
			}
		}
		for _, k := range []int{i, end} {
			class[k] = found
			for k++; k < len(was) && was[k] == bidi.NSM; k++ {
				class[k] = found
			}
		}
	}
}

// neutral gives what has no direction that of what stands on both sides, or of the paragraph: N1, N2.
func neutral(class []bidi.Class, embedding bidi.Class) {
	for i := 0; i < len(class); i++ {
		if side(class[i]) != bidi.ON {
			continue
		}
		j := i
		for j < len(class) && side(class[j]) == bidi.ON {
			j++
		}
		before, after := embedding, embedding
		if i > 0 {
			before = side(class[i-1])
		}
		if j < len(class) {
			after = side(class[j])
		}
		if before != after {
			before = embedding
		}
		for ; i < j; i++ {
			class[i] = before
		}
	}
}

// mirrored is the rune that is drawn for a bracket in text from right to left.
func mirrored(r rune) rune {
	if m, ok := mirrors[r]; ok {
		return m
	}
	return r
}

var mirrors = func() map[rune]rune {
	m := map[rune]rune{}
	for _, p := range [][2]rune{{'(', ')'}, {'[', ']'}, {'{', '}'}, {'<', '>'}, {'«', '»'}, {'‹', '›'}, {'≤', '≥'}} {
		m[p[0]], m[p[1]] = p[1], p[0]
	}
	return m
}()

// visual puts pieces of a line, which stand in the order of reading, in the order in which they stand on paper: L2.
func visual(pieces []piece) {
	top, low := int8(0), int8(127)
	for _, p := range pieces {
		top = max(top, p.level)
		if p.level&1 == 1 {
			low = min(low, p.level)
		}
	}
	for level := top; level >= low && level > 0; level-- {
		for i := 0; i < len(pieces); i++ {
			j := i
			for j < len(pieces) && pieces[j].level >= level {
				j++
			}
			for a, b := i, j-1; a < b; a, b = a+1, b-1 {
				pieces[a], pieces[b] = pieces[b], pieces[a]
			}
			i = max(i, j)
		}
	}
	x := 0.0
	for i := range pieces {
		pieces[i].x = x
		x += pieces[i].w
	}
}

// reversed is text of a piece without letters (signs and spaces) as it is drawn from right to left.
func reversed(s string) string {
	rs := []rune(s)
	for i, j := 0, len(rs)-1; i <= j; i, j = i+1, j-1 {
		rs[i], rs[j] = mirrored(rs[j]), mirrored(rs[i])
	}
	return string(rs)
}
