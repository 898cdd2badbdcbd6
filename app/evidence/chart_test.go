package evidence

import (
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
)

func chartRows(n int) []BreakdownRow {
	rows := make([]BreakdownRow, n)
	for i := range rows {
		rows[i] = BreakdownRow{Label: fmt.Sprintf("Area %d", i), Cells: []BreakdownCell{{Part: 3 * i, Shown: true}, {Part: i, Shown: true}}}
	}
	return rows
}

// A chart is well-formed markup that the page's policy lets through, whatever an area is called and however few or many there are.
func TestChart(t *testing.T) {
	odd := chartRows(3)
	odd[0].Label = `Łukasz & <script>alert("1")</script>`
	odd[1].Cells = []BreakdownCell{{Text: HeldBack, Withheld: "few"}, {Text: HeldBack, Withheld: "few"}}
	for name, b := range map[string]Breakdown{
		"one row":               {By: ByArea, Rows: chartRows(1)},
		"every value zero":      {By: ByTheme, Rows: []BreakdownRow{{Label: "Leaks", Cells: []BreakdownCell{{Shown: true}, {Shown: true}}}}},
		"every value held back": {By: ByTheme, Rows: []BreakdownRow{{Label: "Leaks", Cells: []BreakdownCell{{}, {}}}}},
		"odd names, one held":   {By: ByArea, Rows: odd},
		"more than fit":         {By: ByMonth, Rows: chartRows(60)},
		"thousands":             {By: ByTheme, Rows: []BreakdownRow{{Label: "Leaks", Cells: []BreakdownCell{{Part: 12345, Shown: true}, {Part: 9, Shown: true}}}}},
	} {
		t.Run(name, func(t *testing.T) {
			svg, err := b.Chart()
			if err != nil {
				t.Fatal(err)
			}
			if strings.Contains(svg, "style=") || strings.Contains(svg, "<script") || strings.Contains(svg, "<style") {
				t.Error("the policy would block part of the chart")
			}
			for d := xml.NewDecoder(strings.NewReader(svg)); ; {
				if _, err := d.Token(); errors.Is(err, io.EOF) {
					break
				} else if err != nil {
					t.Fatalf("not well-formed: %v", err)
				}
			}
			again, _ := b.Chart()
			if svg != again {
				t.Error("the same numbers drew two charts")
			}
			if n := strings.Count(svg, "<text"); n < min(len(b.Rows), maxBars) {
				t.Errorf("%d texts for %d rows", n, len(b.Rows))
			}
		})
	}
	svg, err := Breakdown{By: ByTheme}.Chart()
	if svg != "" || err != nil {
		t.Errorf("a chart of nothing: %q, %v", svg, err)
	}
	if held := (Breakdown{By: ByArea, Rows: odd}).Description(); !strings.Contains(held, "star") {
		t.Errorf("the star is not explained: %s", held)
	}
}

// The axis begins at zero, ends above the longest bar, and has a mark for each of few round steps.
func TestScale(t *testing.T) {
	for most := range 5000 {
		step, top := scale(most)
		if top <= most || top%step != 0 || top/step > 9 || top-most > step {
			t.Fatalf("scale(%d) = %d, %d", most, step, top)
		}
		for step%10 == 0 {
			step /= 10
		}
		if step != 1 && step != 2 && step != 5 {
			t.Fatalf("scale(%d) has the step %d", most, step)
		}
	}
}
