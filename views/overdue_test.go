package views

import (
	"strings"
	"testing"

	"commoncase/models"
	"commoncase/models/civil"
	"commoncase/models/rulebook"
	"commoncase/models/timeline"
	"commoncase/views/components"
)

// The list and the page of a case say the same lateness: in working days, also where the clock counts calendar days as that of an
// order does, and the day itself where no working day has passed.
func TestTheListAndTheCaseAgreeOnLateness(t *testing.T) {
	for _, x := range []struct{ due, today, want string }{
		{"2026-11-02", "2026-11-22", "Overdue 14 working days"},
		{"2026-11-19", "2026-11-22", "Overdue 1 working day"},
		{"2026-11-20", "2026-11-22", "Overdue since 21 November 2026"},
	} {
		due, today := civil.MustParse(x.due), civil.MustParse(x.today)
		cal, _ := civil.Get(civil.EnglandAndWales)
		if got := (CaseLine{NextDue: due, Today: today, Late: cal.Between(due, today)}).deadline().Text; got != x.want {
			t.Errorf("the list says %q of %s on %s, want %q", got, x.due, x.today, x.want)
		}
		order := timeline.Clock{Rule: &rulebook.Rule{Type: rulebook.TypeOrder, Bound: models.BoundLandlord}, State: timeline.Overdue,
			Due: due, Today: today, Late: int(today - due), Calendar: civil.EnglandAndWales}
		p := CasePage{Result: timeline.Result{Clocks: []timeline.Clock{order}}}
		if flags := p.flags(); len(flags) != 1 || flags[0].Text != x.want {
			t.Errorf("the case says %v of %s on %s, want %q", flags, x.due, x.today, x.want)
		}
	}
}

func TestOneThingIsNotManyThings(t *testing.T) {
	for total, want := range map[int]string{1: ">1 case<", 2: ">2 cases<"} {
		var b strings.Builder
		p := components.PaginationProps{Page: 1, Pages: 1, Total: total, PerPage: 50, Noun: "cases"}
		if err := components.Pagination(p).Render(t.Context(), &b); err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(b.String(), want) {
			t.Errorf("%s, want %s", b.String(), want)
		}
	}
}

// A limit of the resident's own has ended and is not overdue, and a closed case waits for nobody.
func TestWhatIsOverdueAndForWhom(t *testing.T) {
	day := civil.MustParse
	k := timeline.Clock{Rule: &rulebook.Rule{Title: "Ask the Ombudsman", Bound: models.BoundResident, Regime: &rulebook.Regime{}}, State: timeline.Overdue,
		Started: day("2024-08-19"), Due: day("2025-08-19"), Today: day("2026-11-22"), Late: 460}
	if p := clockProps(0, []timeline.Clock{k}, false); p.Words != "Ended on 19 August 2025." || p.Tag.Text != "Ended" {
		t.Errorf("the resident's limit: %q, %q", p.Words, p.Tag.Text)
	}
	k.Rule = &rulebook.Rule{Title: "Stage 1 response", Bound: models.BoundLandlord, Regime: &rulebook.Regime{}, Limit: rulebook.Limit{N: 10, Unit: rulebook.WorkingDays}}
	if p := clockProps(0, []timeline.Clock{k}, false); p.Words != "Overdue 460 working days. Due 19 August 2025." || p.Tag.Text != "Overdue" {
		t.Errorf("the landlord's answer: %q, %q", p.Words, p.Tag.Text)
	}
	if p := clockProps(0, []timeline.Clock{k}, true); p.Words != "Not met when the case was closed. Due 19 August 2025." || p.Tag.Text != "Not met" {
		t.Errorf("the landlord's answer in a closed case: %q, %q", p.Words, p.Tag.Text)
	}
}
