// Package components holds the parts that every page is made of: one GOV.UK or MOJ part a file, one props struct each.
// A part knows nothing of cases or letters beyond the words it is given; it may import models/civil for dates and nothing
// else of ours. Text is always escaped; only ChartFigure.SVG and Raw take markup, and both say so.
//
// Conventions that hold for every field: the id is the name unless ID is set, so a link to "#name" from the ErrorSummary
// lands on the field; label, hint and error are joined to it by aria-describedby; an empty Error means there is none.
// No part writes an inline style or script: the Content-Security-Policy forbids both.
package components

import (
	"context"
	"io"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/a-h/templ"

	"commoncase/models/civil"
)

// CSRFField is the name of the hidden field that carries the token of a form; app/web looks for it there.
const CSRFField = "csrf"

// Option is one choice of Radios, Checkboxes or Select.
type Option struct {
	Value    string
	Label    string
	Hint     string // not shown in a Select
	Group    string // Select only: options of one group follow each other under its name
	Disabled bool
}

// Link is a text with somewhere to go.
type Link struct {
	Text string
	Href string
	// Hidden is added for screen readers after the text: "Change" + "assigned caseworker".
	Hidden string
}

// Words are the few words that parts say by themselves, in the language of the page.
type Words struct {
	Error   string // before the sentence of an error, read out
	Warning string // before a warning, read out
	Problem string // above the list of what is to be mended
	Back    string
	Done    string
	Notice  string // above a notice that is no success
}

var english = Words{Error: "Error:", Warning: "Warning", Problem: "There is a problem", Back: "Back", Done: "Done", Notice: "Important"}

type wordsKey struct{}

// WithWords makes the parts of a page speak another language than English.
func WithWords(ctx context.Context, w Words) context.Context {
	return context.WithValue(ctx, wordsKey{}, w)
}

func wordsOf(ctx context.Context) Words {
	if w, ok := ctx.Value(wordsKey{}).(Words); ok {
		return w
	}
	return english
}

// Lines makes a component of a string whose newlines become line breaks: an address, a statement as typed.
func Lines(s string) templ.Component {
	return templ.ComponentFunc(func(_ context.Context, w io.Writer) error {
		s = strings.ReplaceAll(s, "\r\n", "\n")
		_, err := io.WriteString(w, strings.ReplaceAll(templ.EscapeString(s), "\n", "<br>"))
		return err
	})
}

// Join makes one component of several, rendered one after the other with a space between.
func Join(parts ...templ.Component) templ.Component {
	return templ.ComponentFunc(func(ctx context.Context, w io.Writer) error {
		for i, p := range parts {
			if p == nil {
				continue
			}
			if i > 0 {
				if _, err := io.WriteString(w, " "); err != nil {
					return err
				}
			}
			if err := p.Render(ctx, w); err != nil {
				return err
			}
		}
		return nil
	})
}

// DateValue is a date as it was typed, part by part; it may not exist.
type DateValue struct{ Day, Month, Year string }

// DateValueOf fills the three fields from a date; no date gives three empty fields.
func DateValueOf(d civil.Date) DateValue {
	if d.IsZero() {
		return DateValue{}
	}
	return DateValue{Day: strconv.Itoa(d.Day()), Month: strconv.Itoa(int(d.Month())), Year: strconv.Itoa(d.Year())}
}

func or(s, fallback string) string {
	if s == "" {
		return fallback
	}
	return s
}

// describedBy lists the ids of the hint and the error of a field, where it has them.
func describedBy(id, hint, err string, more ...string) string {
	var ids []string
	if hint != "" {
		ids = append(ids, id+"-hint")
	}
	if err != "" {
		ids = append(ids, id+"-error")
	}
	return strings.Join(append(ids, more...), " ")
}

// optionID gives the first choice the id of the field, so that the error summary lands on it, and numbers the others.
func optionID(id string, i int) string {
	if i == 0 {
		return id
	}
	return id + "-" + strconv.Itoa(i+1)
}

func has(values []string, v string) bool { return slices.Contains(values, v) }

// withQuery adds or replaces one parameter of a query and returns it with its question mark.
func withQuery(path string, q url.Values, key, value string) string {
	c := url.Values{}
	for k, v := range q {
		c[k] = v
	}
	c.Set(key, value)
	return path + "?" + c.Encode()
}

func sortedKeys(q url.Values) []string {
	keys := make([]string, 0, len(q))
	for k := range q {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}
