package letters

import (
	"fmt"
	"regexp"
	"strings"
)

// Placeholder is one {name:argument:...} in a body.
type Placeholder struct {
	Name string
	Args []string
	Raw  string // as it stands, braces included
	Line int    // from 1
}

func (p Placeholder) arg(i int) string {
	if i < len(p.Args) {
		return p.Args[i]
	}
	return ""
}

// Problem is something that keeps a body from being filled: what it is, where, and how to mend it.
type Problem struct {
	Line        int
	Placeholder string // as it stands; "" where none was closed
	Message     string // a sentence
}

func (p Problem) String() string { return fmt.Sprintf("Line %d: %s", p.Line, p.Message) }

// maxPlaceholder is the longest placeholder in bytes; a brace that is closed further on was not meant as one.
const maxPlaceholder = 120

// piece is a run of Markdown or a placeholder.
type piece struct {
	text string
	ph   *Placeholder
}

// splitLine takes one line apart. A brace is written \{; a single } is text.
func splitLine(line string, number int) (pieces []piece, problems []Problem) {
	start := 0
	text := func(end int) {
		if end > start {
			pieces = append(pieces, piece{text: line[start:end]})
		}
	}
	for i := 0; i < len(line); {
		switch line[i] {
		case '\\':
			i += 2
		case '{':
			text(i)
			end := strings.IndexByte(line[i:], '}')
			if end < 0 || end > maxPlaceholder || strings.IndexByte(line[i+1:i+end], '{') >= 0 {
				shown := firstWords(line[i:])
				problems = append(problems, Problem{Line: number,
					Message: fmt.Sprintf("“%s” opens a placeholder that is not closed. Close it with }, or write \\{ for a brace.", shown)})
				// The rest of the line is text, so that a preview still shows it.
				start = i
				i++
				for i < len(line) && line[i] != '{' {
					i++
				}
				continue
			}
			raw := line[i : i+end+1]
			parts := strings.Split(raw[1:len(raw)-1], ":")
			for k := range parts {
				parts[k] = strings.TrimSpace(parts[k])
			}
			pieces = append(pieces, piece{ph: &Placeholder{Name: parts[0], Args: parts[1:], Raw: raw, Line: number}})
			i += end + 1
			start = i
		default:
			i++
		}
	}
	text(len(line))
	return pieces, problems
}

func firstWords(s string) string {
	r := []rune(s)
	if len(r) > 30 {
		return string(r[:30]) + "…"
	}
	return s
}

// Parse finds the placeholders of a body, in order, and what is wrong with how they are written. Whether they can be filled is
// for Fill to say.
func Parse(body string) (found []Placeholder, problems []Problem) {
	for i, line := range strings.Split(normal(body), "\n") {
		pieces, wrong := splitLine(line, i+1)
		problems = append(problems, wrong...)
		for _, p := range pieces {
			if p.ph != nil {
				found = append(found, *p.ph)
			}
		}
	}
	return found, problems
}

// The marks that Fill puts around what it filled in where a preview asks for it; HTML turns them into elements. They are private
// characters of Unicode, and are taken out of everything that comes from outside.
const (
	markLive    = '\uE000'
	markMissing = '\uE001'
	markEnd     = '\uE002'
)

// normal makes lines end in \n alone and takes out what no letter holds: the marks, and control characters.
func normal(s string) string {
	s = strings.ReplaceAll(s, "\r\n", "\n")
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\r':
			return '\n'
		case r == '\n' || r == '\t':
			return r
		case r < ' ' || r == 0x7f || (r >= markLive && r <= markEnd):
			return -1
		}
		return r
	}, strings.ToValidUTF8(s, "\uFFFD"))
}

var entity = regexp.MustCompile(`^&#?[a-zA-Z0-9]+;`)

// Escape makes text stand in Markdown as it is: on one line, and nothing in it taken for markup or for a placeholder. It escapes
// no more than it must, since the frozen text is read by people too.
func Escape(s string) string {
	s = strings.Join(strings.Fields(normal(s)), " ")
	alnum := func(i int) bool {
		return i >= 0 && i < len(s) && (s[i] >= 0x80 || s[i] >= '0' && s[i] <= '9' || s[i]|0x20 >= 'a' && s[i]|0x20 <= 'z')
	}
	var b strings.Builder
	digits := true // so far digits only, from the start
	for i, r := range s {
		last := i == len(s)-1
		switch {
		case strings.ContainsRune("\\`*[]{|~", r),
			r == '_' && !(alnum(i-1) && alnum(i+1)),
			r == '<' && (last || s[i+1] != ' '),
			r == '&' && (last || entity.MatchString(s[i:])),
			i == 0 && strings.ContainsRune("#+-=>", r),
			digits && i > 0 && (r == '.' || r == ')'):
			b.WriteByte('\\')
		}
		digits = digits && r >= '0' && r <= '9'
		b.WriteRune(r)
	}
	return b.String()
}

var unescaper = regexp.MustCompile("\\\\([!-/:-@\\[-`{-~])")

// Plain undoes Escape: Markdown of one line without markup, as plain text.
func Plain(s string) string { return unescaper.ReplaceAllString(s, "$1") }
