package views

import (
	"net/url"
	"strconv"
	"strings"

	"commoncase/models"
	"commoncase/models/civil"
	"commoncase/views/components"
)

// EvidencePath is where the figures are; what belongs to them lies below.
const EvidencePath = "/evidence"

// EvidenceForm is the period and the filters as they were typed.
type EvidenceForm struct {
	From, To components.DateValue
	Theme    string
	Area     string
}

// FigurePath is the address of a figure over all time; a period and filters may follow as a query.
func FigurePath(measure string) string { return EvidencePath + "/figures/" + measure }

// EvidencePage is the figures of a period.
type EvidencePage struct {
	Page
	Canvass     string // what the rounds from door to door add up to; "" where there were none
	Form        EvidenceForm
	Areas       []string   // that may be asked for
	Asked       url.Values // of the period and filters that were answered, as links carry them
	Refused     bool       // the form was refused: no figures are shown
	Period      string     // "15 June 2022 to 14 June 2023"
	Fallback    bool       // nothing was counted in the last twelve months, so the page shows all time
	CaseFigures []FigureLine
	Reported    []FigureLine // from residents' reports and from the public record
	Breakdowns  []BreakdownPart
	AnyCases    bool
	CanOpen     bool
	CanFreeze   bool
	Threshold   int
	Uncounted   int // cases that asked not to be counted; 0 where there are none or too few to say
	Snapshots   []SnapshotLine
}

// FigureLine is a figure with where the cases behind it are.
type FigureLine struct {
	models.Figure
	Noun string // of n, plural
	Href string // "" where nothing was counted
}

// BreakdownPart is one division of the figures with its chart.
type BreakdownPart struct {
	ID          string // by-theme
	Title       string
	First       string // head of the first column: "Theme"
	Columns     []string
	Rows        []BreakdownLine
	Total       BreakdownLine
	SVG         string // made by our own code
	Description string
	Caption     string
	Marked      bool // a cell may not leave the branch
	Hidden      bool // a cell is held back from this person
}

// BreakdownLine is a row of it.
type BreakdownLine struct {
	Label string
	Cells []BreakdownText
}

// BreakdownText is a cell of it.
type BreakdownText struct {
	Text     string
	Href     string // the cases behind it; "" where there are none to show
	Withheld string // why it may not leave the branch
	Hidden   bool   // it is held back from this person, too
}

// SnapshotLine is a snapshot in a list.
type SnapshotLine struct {
	Hash string
	When string
}

func (l SnapshotLine) href() string { return EvidencePath + "/snapshots/" + l.Hash }

// short is the beginning of a hash, enough to tell two apart by eye.
func (l SnapshotLine) short() string { return l.Hash[:min(12, len(l.Hash))] }

// FigurePage is one figure with what stands behind it.
type FigurePage struct {
	Page
	Figure    FigureLine
	Period    string
	Filters   []string // "Theme: Leaks"
	OverCases bool     // the figure is counted over cases
	Cases     []FigureCase
	Items     []FigureItem
	Names     bool // the person may open the cases
	Part      bool // only some of those counted stand behind the value
	Notes     bool // each case has a word on why it counts
	Number    int  // of this page, from 1
	Pages     int
	Total     int
	Query     url.Values
	PathHere  string
}

// FigureCase is a case behind a figure.
type FigureCase struct {
	Ref        string
	Counts     bool
	Theme      string
	Status     string
	Area       string
	AreaHidden bool
	Title      string
	Member     string
	Note       string
}

// FigureItem is a report, statement, finding or incident behind a figure.
type FigureItem struct {
	Text string
	When string
	Href string
}

// SnapshotPage is figures as they were frozen.
type SnapshotPage struct {
	Page
	Hash    string
	When    string
	By      string // name of who took it; "" where it is not known
	Genuine bool
	Figures []models.Figure
	Names   bool // the person may open the cases
	Print   bool
}

func areaOptions(p EvidencePage) []components.Option {
	options := make([]components.Option, len(p.Areas))
	for i, a := range p.Areas {
		options[i] = components.Option{Value: a, Label: a}
	}
	return options
}

// PeriodWords returns a period for people.
func PeriodWords(from, to civil.Date) string {
	if from.IsZero() {
		return "everything up to " + to.Long()
	}
	return from.Long() + " to " + to.Long()
}

func figureCard(f FigureLine, period string) components.FigureCardProps {
	return components.FigureCardProps{ID: f.Measure, Name: f.Name, Value: f.Text, N: f.N, Noun: f.Noun, Period: period, Definition: f.Definition,
		Href: f.Href, Withheld: f.Withheld, LinkText: linkText(f)}
}

func linkText(f FigureLine) string {
	if strings.HasPrefix(f.Noun, "report") || strings.Contains(f.Noun, "statement") || strings.Contains(f.Noun, "finding") || f.Noun == "incidents" {
		return "See what was counted"
	}
	return "See the cases behind it"
}

func breakdownHead(b BreakdownPart) []components.Th {
	head := []components.Th{{Text: b.First}}
	for _, c := range b.Columns {
		head = append(head, components.Th{Text: c, Numeric: true})
	}
	return head
}

func breakdownRows(b BreakdownPart) []components.Row {
	rows := make([]components.Row, len(b.Rows))
	for i, r := range b.Rows {
		rows[i] = components.Row{Cells: breakdownCells(r)}
	}
	return rows
}

func breakdownCells(l BreakdownLine) []components.Cell {
	cells := []components.Cell{{Text: l.Label}}
	for _, c := range l.Cells {
		cells = append(cells, components.Cell{Value: breakdownCell(c, l.Label), Numeric: true})
	}
	return cells
}

func breakdownTable(b BreakdownPart) components.TableProps {
	return components.TableProps{Caption: b.Title + ", " + b.Caption, CaptionHidden: true, Head: breakdownHead(b), Rows: breakdownRows(b),
		Foot: breakdownCells(b.Total), RowHeader: true, Small: true}
}

// csvPath is the address of the spreadsheet of a period.
func csvPath(asked url.Values) string {
	if len(asked) == 0 {
		return EvidencePath + "/figures.csv"
	}
	return EvidencePath + "/figures.csv?" + asked.Encode()
}

// snapshotTable lists frozen figures.
func snapshotTable(p SnapshotPage) components.TableProps {
	t := components.TableProps{Caption: "Figures of the snapshot", CaptionHidden: true, RowHeader: true, Stack: true,
		Head: []components.Th{{Text: "Figure"}, {Text: "Value"}, {Text: "Counted over", Numeric: true}, {Text: "Period"}, {Text: "May leave the branch"}}}
	for _, f := range p.Figures {
		out := "yes"
		if f.Withheld != "" {
			out = "no. " + f.Withheld
		}
		t.Rows = append(t.Rows, components.Row{Cells: []components.Cell{{Text: f.Name}, {Text: f.Text}, {Text: strconv.Itoa(f.N)}, {Text: sentence(PeriodWords(f.From, f.To))}, {Text: sentence(out)}}})
	}
	return t
}

// isCase reports whether a reference behind a frozen figure is a case's.
func isCase(ref string) bool { _, ok := models.CheckReference(ref); return ok }

func snapshotTaken(p SnapshotPage) string {
	if p.By == "" {
		return p.When
	}
	return p.When + " by " + p.By
}

func figureFacts(p FigurePage) []components.SummaryRow {
	rows := []components.SummaryRow{
		{Key: "Value", Text: p.Figure.Text},
		{Key: "Counted over", Text: strconv.Itoa(p.Figure.N) + " " + p.Figure.Noun},
		{Key: "Period", Text: sentence(p.Period)},
	}
	if len(p.Filters) > 0 {
		rows = append(rows, components.SummaryRow{Key: "Only", Text: strings.Join(p.Filters, "\n")})
	}
	rows = append(rows, components.SummaryRow{Key: "How it is counted", Text: p.Figure.Definition})
	out := "Yes"
	if p.Figure.Withheld != "" {
		out = "No. " + p.Figure.Withheld
	}
	return append(rows, components.SummaryRow{Key: "May leave the branch", Text: out})
}

// figureCases lists the cases behind a figure, with a name only for those who may open them.
func figureCases(p FigurePage) components.TableProps {
	t := components.TableProps{Caption: "Cases behind “" + p.Figure.Name + "”", CaptionHidden: true, RowHeader: true, Stack: true, Empty: "No case was counted in this period.",
		Head: []components.Th{{Text: "Case"}}}
	if p.Names {
		t.Head = append(t.Head, components.Th{Text: "About"}, components.Th{Text: "Resident"})
	}
	if p.Part {
		t.Head = append(t.Head, components.Th{Text: "Behind the value"})
	}
	if p.Notes {
		t.Head = append(t.Head, components.Th{Text: "What happened"})
	}
	t.Head = append(t.Head, components.Th{Text: "Theme"}, components.Th{Text: "Where it stands"}, components.Th{Text: "Area"})
	for _, c := range p.Cases {
		cells := []components.Cell{{Value: caseLink(c.Ref, p.Names)}}
		if p.Names {
			cells = append(cells, components.Cell{Text: c.Title}, components.Cell{Text: c.Member})
		}
		if p.Part {
			yes := "no"
			if c.Counts {
				yes = "yes"
			}
			cells = append(cells, components.Cell{Text: yes})
		}
		if p.Notes {
			cells = append(cells, components.Cell{Text: c.Note})
		}
		area := c.Area
		switch {
		case c.AreaHidden:
			area = "withheld"
		case area == "":
			area = "not recorded"
		}
		cells = append(cells, components.Cell{Text: c.Theme}, components.Cell{Text: c.Status}, components.Cell{Text: area})
		t.Rows = append(t.Rows, components.Row{Cells: cells})
	}
	return t
}

// unbroken keeps the words of a cell on one line, but for what stands in brackets, which may have a line of its own.
func unbroken(s string) string {
	if !strings.ContainsAny(s, "0123456789") { // "none due yet" may break
		return s
	}
	return strings.ReplaceAll(strings.ReplaceAll(s, " ", "\u00a0"), "\u00a0(", " (")
}
