package evidence

import (
	"context"
	"fmt"
	"slices"
	"sort"
	"time"

	"commoncase/app/store"
	"commoncase/models"
	"commoncase/models/civil"
)

// By is what a breakdown divides cases by.
type By string

// The breakdowns.
const (
	ByTheme By = "theme"
	ByMonth By = "month"
	ByArea  By = "area"
)

// Bys are all breakdowns, in the order in which they are shown.
var Bys = []By{ByTheme, ByMonth, ByArea}

// Breakdown is a table of the columns' measures, a row for each theme, month or area, with the total below.
type Breakdown struct {
	By      By
	Columns []Measure
	Rows    []BreakdownRow
	Total   BreakdownRow
	Held    int // cells that are held back, or would be outside the branch
}

// BreakdownRow is one group.
type BreakdownRow struct {
	Key   string // slug of the theme, 2023-05, name of the area
	Label string
	Cells []BreakdownCell
}

// BreakdownCell is one measure over one group. Where Withheld says why it may not leave the branch, Text, Value and the counts are
// filled in only for those who may see the cases anyway.
type BreakdownCell struct {
	Text     string // "62 % (8 of 13)"
	Value    float64
	Part, N  int // of a share: how many of how many; of a count both are the count
	Withheld string
	Shown    bool // the numbers are filled in
}

// breakdownColumns are the measures that a breakdown shows.
var breakdownColumns = []string{"cases", "stage1-late-share", "stage2-late-share"}

// Breakdown divides the figures of a period by theme, month or area. Cells that are too small are held back, and others with them,
// so that none can be worked out from the total; who may not see the cases does not see those numbers either.
func (s *Service) Breakdown(ctx context.Context, actor models.Actor, by By, q Query) (Breakdown, error) {
	if !slices.Contains(Bys, by) {
		return Breakdown{}, models.Errorf(models.CodeNotFound, "Figures can be divided by theme, month or area.")
	}
	a, err := s.ask(ctx, actor, q)
	if err != nil {
		return Breakdown{}, err
	}
	return a.breakdown(by), nil
}

// key returns the group of a case in a breakdown. Of a clock the day is when it fell due, so a month's answers are those due in it.
func key(by By, c store.CaseFact) string {
	switch by {
	case ByTheme:
		return string(c.Theme)
	case ByMonth:
		return c.On.String()[:len("2006-01")]
	default:
		return c.Area
	}
}

func (a *question) breakdown(by By) Breakdown {
	groups := map[string]*facts{}
	group := func(c store.CaseFact) *facts {
		k := key(by, c)
		g := groups[k]
		if g == nil {
			g = &facts{asOf: a.asOf, calendar: a.calendar}
			groups[k] = g
		}
		return g
	}
	for _, c := range a.cases {
		g := group(c)
		g.cases = append(g.cases, c)
	}
	for _, k := range a.clocks {
		if k.Name == stage1 || k.Name == stage2 {
			g := group(k.CaseFact)
			g.clocks = append(g.clocks, k)
		}
	}

	b := Breakdown{By: by, Total: BreakdownRow{Label: "All"}}
	keys := a.keys(by, groups)
	for _, k := range keys {
		b.Rows = append(b.Rows, BreakdownRow{Key: k, Label: keyLabel(by, k)})
	}
	for _, slug := range breakdownColumns {
		m, _ := MeasureOf(slug)
		b.Columns = append(b.Columns, m)
		cells := make([]Support, len(keys))
		tallies := make([]tally, len(keys))
		for i, k := range keys {
			g := groups[k]
			if g == nil {
				g = &facts{asOf: a.asOf, calendar: a.calendar}
			}
			tallies[i] = m.count(g)
			cells[i] = tallies[i].support
		}
		for i, why := range a.gate.Table(m.Rule, cells) {
			b.Rows[i].Cells = append(b.Rows[i].Cells, a.cell(m, tallies[i], why))
			if why != "" {
				b.Held++
			}
		}
		all := m.count(&a.facts)
		why := ""
		if all.support.Whole > 0 {
			why = a.gate.Check(m.Rule, all.support)
		}
		b.Total.Cells = append(b.Total.Cells, a.cell(m, all, why))
	}
	return b
}

func (a *question) cell(m Measure, t tally, why string) BreakdownCell {
	if why != "" && !a.names {
		return BreakdownCell{Text: HeldBack, Withheld: why}
	}
	c := BreakdownCell{Text: t.text, Value: t.value, N: t.n, Withheld: why, Shown: true}
	c.Part = t.n
	if m.Rule == GateShare {
		c.Part = t.part
		if t.n > 0 {
			c.Text = fmt.Sprintf("%s (%d of %d)", t.text, t.part, t.n)
		}
	}
	return c
}

// maxMonths is the longest run of months without a gap; over a longer period only months with cases are rows.
const maxMonths = 36

// keys puts the groups in an order that says nothing of their size.
func (a *question) keys(by By, groups map[string]*facts) []string {
	keys := make([]string, 0, len(groups))
	for k := range groups {
		keys = append(keys, k)
	}
	sort.Strings(keys)
	switch by {
	case ByTheme:
		slices.SortStableFunc(keys, func(x, y string) int {
			return slices.Index(models.Themes, models.Theme(x)) - slices.Index(models.Themes, models.Theme(y))
		})
	case ByMonth:
		if len(keys) == 0 {
			return keys
		}
		// A month in which nothing happened is a row too, or a chart would draw its neighbours side by side.
		var run []string
		for d := monthOf(keys[0]); len(run) <= maxMonths; d = d.AddMonths(1) {
			run = append(run, d.String()[:len("2006-01")])
			if run[len(run)-1] == keys[len(keys)-1] {
				return run
			}
		}
	case ByArea:
	}
	return keys
}

func monthOf(key string) civil.Date {
	t, _ := time.Parse("2006-01", key) // made by key, so it is a month
	return civil.On(t.Year(), t.Month(), 1)
}

func keyLabel(by By, k string) string {
	switch {
	case by == ByTheme:
		return models.Theme(k).Label()
	case by == ByMonth:
		return monthOf(k).Time().Format("January 2006")
	case k == "":
		return "Area not recorded"
	}
	return k
}
