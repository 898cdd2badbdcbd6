package views

import (
	"strings"
	"testing"

	"github.com/a-h/templ"

	"commoncase/models"
	"commoncase/models/civil"
	"commoncase/models/rulebook"
	"commoncase/models/timeline"
)

// What is kept of a clock's working is what would be written now: at the first look, at the second, on the next day, after more
// clocks than are kept, and with and without the days.
func TestTheWorkingThatIsKeptIsTheWorking(t *testing.T) {
	html := func(c templ.Component) string {
		t.Helper()
		var b strings.Builder
		if err := c.Render(t.Context(), &b); err != nil {
			t.Fatal(err)
		}
		return b.String()
	}
	engine := timeline.New(rulebook.Default())
	complaint := civil.MustParse("2023-05-09")
	seen := map[string]bool{}
	for day := range civil.Date(mostWorkings / 4) {
		m := timeline.Matter{Landlord: "harbour-and-vale", Events: []models.Event{{ID: 1, Kind: models.KindComplaintMade, On: complaint + day}}}
		for _, today := range []civil.Date{complaint + day + 3, complaint + day + 4} {
			for _, k := range engine.Compute(m, today).Clocks {
				for _, strip := range []bool{false, true} {
					want := html(workedOut(k, strip))
					if first, second := html(working(k, strip)), html(working(k, strip)); first != want || second != want {
						t.Fatalf("%s of %s on %s, days %v: kept\n%s\nand now\n%s", k.Rule.Duty, complaint+day, today, strip, second, want)
					}
					seen[want] = true
				}
			}
		}
	}
	if len(seen) < mostWorkings {
		t.Errorf("%d different workings were written, want more than the %d that are kept", len(seen), mostWorkings)
	}
	if n := len(workings.kept); n > mostWorkings {
		t.Errorf("%d workings are kept, want %d at the most", n, mostWorkings)
	}
}
