package views

import (
	"context"
	"io"
	"strings"
	"sync"

	"github.com/a-h/templ"

	"commoncase/models/timeline"
)

// workingKey is all that the working of a clock follows from: what a clock says depends on nothing but its fields (its rule
// never changes while the program runs, and the day it was judged on is one of them).
type workingKey struct {
	clock timeline.Clock
	strip bool
}

// mostWorkings is how many workings are kept: those of some three hundred cases, about ten megabytes. Then it begins anew.
const mostWorkings = 2048

var workings = struct {
	sync.RWMutex
	kept map[workingKey]string
}{kept: map[workingKey]string{}}

// working is workedOut, written once for each clock and day. The working stands in every case page for those who open it, a list of
// days for every clock, and was the dearest part of the page, while a case is looked at many times between two events.
func working(k timeline.Clock, strip bool) templ.Component {
	return templ.ComponentFunc(func(ctx context.Context, w io.Writer) error {
		key := workingKey{k, strip}
		workings.RLock()
		html, ok := workings.kept[key]
		workings.RUnlock()
		if !ok {
			var b strings.Builder
			if err := workedOut(k, strip).Render(ctx, &b); err != nil {
				return err
			}
			html = b.String()
			workings.Lock()
			if len(workings.kept) >= mostWorkings {
				clear(workings.kept)
			}
			workings.kept[key] = html
			workings.Unlock()
		}
		_, err := io.WriteString(w, html)
		return err
	})
}
