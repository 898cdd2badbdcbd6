package evidence

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"github.com/go-analyze/charts" //nolint:misspell // that is its name
)

// maxBars is the largest number of groups that a chart can show legibly; the table beside it has them all.
const maxBars = 24

// Chart draws a breakdown as SVG: for each group, how many cases and how many stage 1 answers late, as bars that begin at zero. The two
// differ in lightness and carry their numbers, so they can be told apart in black and white; a group with a number that is held
// back has a star and no bar for it. The markup has no style attribute (the page's policy blocks those), and of what people typed
// only the names of areas, escaped. Without rows it is empty.
func (b Breakdown) Chart() (string, error) {
	rows := b.drawn()
	if len(rows) == 0 {
		return "", nil
	}
	labels := make([]string, len(rows))
	values := [][]float64{make([]float64, len(rows)), make([]float64, len(rows))}
	most := 0
	for i, r := range rows {
		at := len(rows) - 1 - i // the library draws horizontal bars from the bottom up
		labels[at] = shorten(r.Label, longestLabel)
		for series, cell := range r.Cells[:len(values)] {
			if !cell.Shown {
				values[series][at] = charts.GetNullValue()
				labels[at] = shorten(r.Label, longestLabel) + " *"
				continue
			}
			values[series][at] = float64(cell.Part)
			most = max(most, cell.Part)
		}
	}

	o := charts.NewBarChartOptionWithData(values)
	o.Theme = chartTheme
	o.Horizontal = true
	o.CategoryAxis.Labels = labels
	o.CategoryAxis.LabelFontStyle.FontSize = chartFont
	// The default axis begins above zero, which makes small differences look large.
	step, top := scale(most)
	o.ValueAxis = []charts.ValueAxisOption{{Min: charts.Ptr(0.0), Max: charts.Ptr(float64(top)), LabelCount: top/step + 1,
		ValueFormatter: func(v float64) string { return strconv.Itoa(int(v + 0.5)) }}}
	o.ValueAxis[0].LabelFontStyle.FontSize = chartFont
	o.Legend.SeriesNames = []string{"Cases", "Stage 1 answers late"}
	o.Legend.FontStyle.FontSize = chartFont
	for s := range o.SeriesList {
		o.SeriesList[s].Label.Show = charts.Ptr(true)
		o.SeriesList[s].Label.FontStyle.FontSize = chartFont
		o.SeriesList[s].Label.ValueFormatter = func(v float64) string { return strconv.Itoa(int(v)) }
	}
	p := charts.NewPainter(charts.PainterOptions{OutputFormat: charts.ChartOutputSVG, Width: chartWidth, Height: 100 + 38*len(rows)})
	if err := p.BarChart(o); err != nil {
		return "", fmt.Errorf("chart by %s: %w", b.By, err)
	}
	svg, err := p.Bytes()
	if err != nil {
		return "", fmt.Errorf("chart by %s: %w", b.By, err)
	}
	return unstyle(string(svg)), nil
}

// drawn returns the rows that a chart has room for: of months the latest.
func (b Breakdown) drawn() []BreakdownRow {
	over := max(0, len(b.Rows)-maxBars)
	if b.By == ByMonth {
		return b.Rows[over:]
	}
	return b.Rows[:len(b.Rows)-over]
}

// scale returns the step between the marks of an axis from zero, 1, 2 or 5 times a power of ten, and where the axis ends: above the
// longest bar, so that there is room for its number.
func scale(most int) (step, top int) {
	step = 1
	for i := 0; most/step >= 6; i++ {
		step = step * 2
		if i%3 == 1 {
			step = step / 4 * 5
		}
	}
	return step, (most/step + 1) * step
}

// The width, in units that become fewer pixels on a phone, is such that the letters stay legible there.
const (
	chartWidth = 480
	chartFont  = 12
	// longestLabel takes every theme in full.
	longestLabel = 25
	chartFonts   = "Atkinson Hyperlegible, Arial, Noto Sans, sans-serif" // as on the page; an SVG does not take it over by itself
)

// chartTheme has two colours of one hue: each stands out from white and from the other by 3 to 1 or more.
var chartTheme = charts.MakeTheme(charts.ThemeOption{
	AxisStrokeColor:    charts.ColorRGB(0x50, 0x5a, 0x5f),
	AxisSplitLineColor: charts.ColorRGB(0xd8, 0xdd, 0xdf),
	BackgroundColor:    charts.ColorWhite,
	TextColor:          charts.ColorRGB(0x16, 0x1a, 0x1d),
	SeriesColors:       []charts.Color{charts.ColorRGB(0x6f, 0x95, 0x9c), charts.ColorRGB(0x12, 0x34, 0x3b)},
})

// Description says in a sentence or two what the chart shows.
func (b Breakdown) Description() string {
	s := fmt.Sprintf("Bars for each %s: the lighter one counts cases opened, the darker one stage 1 answers that came late or are overdue.", b.By)
	switch n := len(b.Rows); {
	case n > maxBars && b.By == ByMonth:
		s += fmt.Sprintf(" The latest %d of %d months are drawn; the table has them all.", maxBars, n)
	case n > maxBars:
		s += fmt.Sprintf(" The first %d of %d are drawn; the table has them all.", maxBars, n)
	}
	for _, r := range b.drawn() {
		if !r.Cells[0].Shown || !r.Cells[1].Shown {
			s += " A star marks where a number is held back."
			break
		}
	}
	return s + " The numbers stand at the bars and in the table."
}

func shorten(s string, limit int) string {
	r := []rune(s)
	if len(r) <= limit {
		return s
	}
	return strings.TrimSpace(string(r[:limit-1])) + "…"
}

var styleAttr = regexp.MustCompile(` style="([^"]*)"`)

// unstyle writes the declarations of style attributes as attributes of their own, which SVG has for every one of them and which no
// policy blocks; the font becomes the page's.
func unstyle(svg string) string {
	svg = strings.Replace(svg, "<svg ", `<svg font-family="`+chartFonts+`" `, 1)
	return styleAttr.ReplaceAllStringFunc(svg, func(attr string) string {
		var b strings.Builder
		for _, decl := range strings.Split(styleAttr.FindStringSubmatch(attr)[1], ";") {
			name, value, ok := strings.Cut(decl, ":")
			if !ok || name == "font-family" {
				continue
			}
			fmt.Fprintf(&b, ` %s="%s"`, name, value)
		}
		return b.String()
	})
}
