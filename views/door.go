package views

import (
	"context"
	"io"
	"net/url"
	"strconv"

	"github.com/a-h/templ"

	"commoncase/models/catalogue"
	"commoncase/views/components"
)

// The addresses of the members' pages that each of them links to.
const (
	LeavePath     = "/leave"
	EmergencyPath = "/emergency"
	FormPath      = "/form"
	ComeBackPath  = "/come-back"
	TellPath      = "/tell"
	MyPath        = "/my"
)

// DoorPage is what the frame of a members' page needs to know. Title is neutral, "Form" or "Your page": it stays in the history of a phone that
// others hold.
type DoorPage struct {
	Text      catalogue.Text
	Title     string
	Path      string // of this page, with what of its query is to stay when the language changes
	CSRF      string
	Back      Link
	Flash     Flash
	Errors    []components.ErrorLine
	HasErrors bool
	Branch    string // slug of the branch; goes along in every form, so that a lost session finds its way
	Helper    bool   // somebody takes this down for somebody else
}

// T is a text of the page's language.
func (p DoorPage) T(key string, put ...any) string { return p.Text.T(key, put...) }

// Say makes lines for the error summary of an error's sentences.
func (p DoorPage) title() string {
	if p.HasErrors || len(p.Errors) > 0 {
		return p.T("common.error_prefix") + " " + p.Title
	}
	return p.Title
}

// FieldError is the sentence for a field, where it has one.
func (p DoorPage) FieldError(field string) string {
	for _, e := range p.Errors {
		if e.Field == field {
			return e.Text
		}
	}
	return ""
}

// inLanguage is the address of the page in another language.
func (p DoorPage) inLanguage(tag string) string {
	u, err := url.Parse(p.Path)
	if err != nil {
		return "?lang=" + tag
	}
	q := u.Query()
	q.Set("lang", tag)
	u.RawQuery = q.Encode()
	return u.RequestURI()
}

// Door is the frame of every members' page, in the language and the direction of its text. What the parts inside it say by themselves is
// said in that language too.
func Door(p DoorPage) templ.Component {
	return templ.ComponentFunc(func(ctx context.Context, w io.Writer) error {
		return door(p).Render(components.WithWords(ctx, components.Words{Error: p.T("common.error_prefix"), Warning: p.T("common.warning"),
			Problem: p.T("common.error_title"), Back: p.T("common.back"), Done: p.T("common.done"), Notice: p.T("common.important")}), w)
	})
}

func itoa(n int) string { return strconv.Itoa(n) }
