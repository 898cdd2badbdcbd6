package letters

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"commoncase/models"
	"commoncase/models/civil"
)

// Frozen is everything that a final letter says, with every figure in place. As text it is a head of "key: value" lines between
// lines of ---, then the Markdown of the letter; a letter stands by that text alone, whatever becomes of the rows it was made from.
type Frozen struct {
	Ref     string
	On      civil.Date
	From    []string // the branch: its name, then its address, a line each
	Email   string
	To      []string // the recipient, a line each
	Dear    string
	Subject string
	ReplyBy civil.Date
	Closing string
	Signed  []string // roles
	Mandate string
	Sources []string // in the order of their numbers, Markdown
	Body    string   // Markdown
}

// NewFrozen puts together what a letter says from its row, its facts and its filled body.
func NewFrozen(l models.Letter, f Facts, filled Filled) Frozen {
	return Frozen{
		Ref: l.Ref, On: f.On, From: append([]string{f.Branch.Name}, textLines(f.Branch.Address)...), Email: oneLine(f.Branch.Email),
		To: Address(f.Recipient), Dear: Salutation(f.Recipient), Subject: oneLine(l.Title), ReplyBy: f.ReplyDate(),
		Closing: Closing(f.Recipient), Signed: textLines(l.SignOff), Mandate: oneLine(l.Mandate), Sources: filled.Sources, Body: filled.Markdown,
	}
}

func oneLine(s string) string { return strings.Join(strings.Fields(normal(s)), " ") }

// textLines are the lines of a text that hold something.
func textLines(s string) []string {
	var lines []string
	for _, l := range strings.Split(normal(s), "\n") {
		if l = oneLine(l); l != "" {
			lines = append(lines, l)
		}
	}
	return lines
}

const fence = "---"

// String writes the frozen text. ParseFrozen reads it back.
func (z Frozen) String() string {
	var b strings.Builder
	b.WriteString(fence + "\n")
	put := func(key string, values ...string) {
		for _, v := range values {
			if v = oneLine(v); v != "" {
				fmt.Fprintf(&b, "%s: %s\n", key, v)
			}
		}
	}
	put("ref", z.Ref)
	put("date", z.On.String())
	put("from", z.From...)
	put("email", z.Email)
	put("to", z.To...)
	put("dear", z.Dear)
	put("subject", z.Subject)
	put("reply-by", z.ReplyBy.String())
	put("closing", z.Closing)
	put("signed", z.Signed...)
	put("mandate", z.Mandate)
	put("source", z.Sources...)
	b.WriteString(fence + "\n\n" + strings.TrimSpace(normal(z.Body)) + "\n")
	return b.String()
}

// ParseFrozen reads a frozen text. It is strict: a key that it does not know is an error, since a letter that is printed without
// a line of what was agreed would be another letter.
func ParseFrozen(text string) (Frozen, error) {
	var z Frozen
	rest, ok := strings.CutPrefix(text, fence+"\n")
	if !ok {
		return z, fmt.Errorf("frozen letter: no head")
	}
	head, body, ok := strings.Cut(rest, "\n"+fence+"\n")
	if !ok {
		return z, fmt.Errorf("frozen letter: its head has no end")
	}
	for _, line := range strings.Split(head, "\n") {
		key, v, ok := strings.Cut(line, ": ")
		if !ok {
			return z, fmt.Errorf("frozen letter: %q is no line of its head", line)
		}
		var err error
		switch key {
		case "ref":
			z.Ref = v
		case "date":
			z.On, err = civil.Parse(v)
		case "from":
			z.From = append(z.From, v)
		case "email":
			z.Email = v
		case "to":
			z.To = append(z.To, v)
		case "dear":
			z.Dear = v
		case "subject":
			z.Subject = v
		case "reply-by":
			z.ReplyBy, err = civil.Parse(v)
		case "closing":
			z.Closing = v
		case "signed":
			z.Signed = append(z.Signed, v)
		case "mandate":
			z.Mandate = v
		case "source":
			z.Sources = append(z.Sources, v)
		default:
			err = fmt.Errorf("unknown key %q", key)
		}
		if err != nil {
			return z, fmt.Errorf("frozen letter: %w", err)
		}
	}
	z.Body = strings.TrimSpace(body)
	return z, nil
}

// Hash proves a final letter: SHA-256, in hex, over the frozen text, the date, the recipient and the hash of the snapshot. Each
// part goes in with its length, so that nothing can move from one to the next unseen.
func Hash(frozen string, on civil.Date, recipient []string, snapshotHash string) string {
	h := sha256.New()
	for _, part := range []string{frozen, on.String(), strings.Join(recipient, "\n"), snapshotHash} {
		fmt.Fprintf(h, "%d:%s\n", len(part), part)
	}
	return hex.EncodeToString(h.Sum(nil))
}

const pointHeading = "### Point "

var (
	pointLine  = regexp.MustCompile(`^### Point (\d{1,4}): (.+)$`)
	demandLine = regexp.MustCompile(`^(\d{1,4})\. (.+)$`)
)

// Numbered is one point with its demands as they stand in a filled body: texts are Markdown of one line.
type Numbered struct {
	Point   int
	Title   string
	Demands []NumberedDemand
}

// NumberedDemand is one demand of a filled body.
type NumberedDemand struct {
	Number int
	Text   string
}

// Split finds the first list of demands in a filled body and returns what stands before it, its points, and what stands after, so
// that it can be printed as the demands and not as a list like any other. Without one, all is before.
func Split(body string) (before string, points []Numbered, after string) {
	lines := strings.Split(body, "\n")
	first := -1
	i := 0
	for ; i < len(lines); i++ {
		line := strings.TrimRight(lines[i], " ")
		if m := pointLine.FindStringSubmatch(line); m != nil && startsDemands(lines[i+1:]) {
			if first < 0 {
				first = i
			}
			n, _ := strconv.Atoi(m[1])
			points = append(points, Numbered{Point: n, Title: m[2]})
			continue
		}
		if first < 0 {
			continue
		}
		if m := demandLine.FindStringSubmatch(line); m != nil {
			n, _ := strconv.Atoi(m[1])
			p := &points[len(points)-1]
			p.Demands = append(p.Demands, NumberedDemand{Number: n, Text: m[2]})
			continue
		}
		if line != "" {
			break
		}
	}
	if first < 0 {
		return body, nil, ""
	}
	return strings.TrimSpace(strings.Join(lines[:first], "\n")), points, strings.TrimSpace(strings.Join(lines[i:], "\n"))
}

// startsDemands reports whether the lines under a point's heading begin with a demand.
func startsDemands(lines []string) bool {
	for _, l := range lines {
		if l = strings.TrimRight(l, " "); l != "" {
			return demandLine.MatchString(l)
		}
	}
	return false
}
