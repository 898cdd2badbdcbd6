package timeline

import (
	"fmt"
	"strings"

	"commoncase/models"
	"commoncase/models/rulebook"
)

// Change is one thing that an event changes, in a sentence.
type Change struct {
	Text string
	Late bool // it records or makes a breach
}

// Preview returns what changes from one result to another: the status, and each clock that starts, moves, is met or goes. It is
// empty where an event changes nothing but the chronology.
func Preview(before, after Result) []Change {
	var out []Change
	add := func(late bool, format string, args ...any) {
		out = append(out, Change{Text: fmt.Sprintf(format, args...), Late: late})
	}
	if a, b := before.StatusLine(), after.StatusLine(); a != b {
		add(false, "The case goes from “%s” to “%s”.", a, b)
	}
	if before.Code != after.Code && after.Code != nil {
		add(false, "The complaint is judged by the %s.", after.Code.Title)
	}
	if before.Policy != after.Policy && after.Policy != nil {
		add(false, "Beside it runs the landlord's own policy: %s.", after.Policy.Title)
	}
	old := matchClocks(before.Clocks, after.Clocks)
	for i, c := range after.Clocks {
		var was Clock
		if k := old[i]; k >= 0 {
			was = before.Clocks[k]
		}
		out = append(out, clockChanges(was, c)...)
	}
	for k, c := range before.Clocks {
		if c.Started != 0 && !contains(old, k) {
			add(false, "The clock %s goes: what started it no longer stands.", c.Name())
		}
	}
	for _, w := range after.Windows {
		if !hasWindow(before.Windows, w) {
			add(false, "%s", w.sentence())
		}
	}
	for _, b := range after.Breaches() {
		if _, known := before.Breach(b.Key); b.Clock == nil && !known { // those of clocks are told with their clocks
			add(true, "It is a failure by %s: %s", b.Cite, b.Text)
		}
	}
	switch {
	case before.SilentSince == 0 && after.SilentSince != 0:
		add(false, "The landlord counts as silent since %s.", after.SilentSince.Long())
	case before.SilentSince != 0 && after.SilentSince == 0:
		add(false, "The landlord no longer counts as silent since %s.", before.SilentSince.Long())
	}
	for _, f := range []struct {
		was, is bool
		mark    string
	}{
		{before.Flags.Hazard, after.Flags.Hazard, "hazard"},
		{before.Flags.Solicitor, after.Flags.Solicitor, "solicitor acting"},
		{before.Flags.Adverse, after.Flags.Adverse, "action against the resident"},
	} {
		switch {
		case f.is && !f.was:
			add(false, "The case is marked: %s.", f.mark)
		case f.was && !f.is:
			add(false, "The case is no longer marked: %s.", f.mark)
		}
	}
	return out
}

func hasWindow(ws []Window, w Window) bool {
	for _, x := range ws {
		if x.Rule == w.Rule && x.StartedEvent == w.StartedEvent && x.Opens == w.Opens && x.Closes == w.Closes {
			return true
		}
	}
	return false
}

// sentence says from when or until when something can be done.
func (w Window) sentence() string {
	if w.Closes == 0 {
		return fmt.Sprintf("%s (%s): possible from %s on.", w.Rule.Title, w.Rule.Cite(), w.Opens.Long())
	}
	return fmt.Sprintf("%s (%s): possible until %s.", w.Rule.Title, w.Rule.Cite(), w.Closes.Long())
}

// matchClocks returns for each clock after the place of the same clock before, -1 where it is new. Several orders are matched
// by their reference and date, then in turn.
func matchClocks(before, after []Clock) []int {
	out := make([]int, len(after))
	used := make([]bool, len(before))
	for i := range out {
		out[i] = -1
	}
	for _, exact := range []bool{true, false} {
		for i, a := range after {
			if out[i] >= 0 {
				continue
			}
			for k, b := range before {
				if used[k] || a.Rule.ID != b.Rule.ID || (exact && (a.Opener != b.Opener || a.Reference != b.Reference || a.OriginalDue != b.OriginalDue)) {
					continue
				}
				out[i], used[k] = k, true
				break
			}
		}
	}
	return out
}

func contains(xs []int, x int) bool {
	for _, y := range xs {
		if x == y {
			return true
		}
	}
	return false
}

// dueWords says when the clock is due: "on 24 May 2023", "on 24 May 2023 at 14:05".
func (c Clock) dueWords() string {
	if c.DueAt != 0 {
		return "on " + c.Due.Long() + " at " + c.DueAt.String()
	}
	return "on " + c.Due.Long()
}

func clockChanges(was, is Clock) []Change {
	var out []Change
	add := func(late bool, format string, args ...any) {
		out = append(out, Change{Text: fmt.Sprintf(format, args...), Late: late})
	}
	name := is.Name()
	switch {
	case was.Started == 0 && is.Started == 0:
		return nil
	case is.Started == 0:
		add(false, "%s stops: what started it no longer stands.", name)
		return out
	case is.Rule.Type == rulebook.TypeExtension && was.Started == 0:
		add(is.State == MetLate, "%s: %s (%s at most).", name, is.Words(), is.Due.Long())
		return out
	case is.State == Stopped:
		if was.State != Stopped {
			add(false, "%s stands still since %s, while the landlord waits for what it asked for; it has no due date meanwhile.", name, is.stoppedSince().Long())
		}
		return out
	case was.Started == 0:
		add(false, "%s starts and is due %s.", name, is.dueWords())
	case was.State == Stopped:
		add(false, "%s goes on and is due %s.", name, is.dueWords())
	case was.Due != is.Due || was.DueAt != is.DueAt:
		add(false, "%s moves from %s to %s.", name, strings.TrimPrefix(was.dueWords(), "on "), strings.TrimPrefix(is.dueWords(), "on "))
	}
	switch {
	case was.Met == is.Met && was.State == is.State:
	case is.Met == 0 && was.Met != 0:
		add(is.State == Overdue, "%s is open again: %s.", name, is.Words())
	case is.Met != 0:
		add(is.State == MetLate, "%s: %s on %s.", name, is.Words(), is.Met.Long())
	case is.State == Overdue && is.Rule.Bound == models.BoundResident:
		add(true, "%s: %s.", name, is.Words())
	case is.State == Overdue:
		add(true, "%s is %s.", name, is.Words())
	}
	return out
}
