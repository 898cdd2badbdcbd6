package letters

import (
	"fmt"

	"commoncase/models"
	"commoncase/models/civil"
)

// RecordFigures are the figures that come from the public record and from the branch's own papers, where those of app/evidence
// come from its cases. They hold on the date of the letter. A count of residents' reports below the branch's threshold is withheld;
// findings, letters and demands are public acts of organisations, and have none.
func RecordFigures(f Facts) []models.Figure {
	f = f.upTo()
	var figs []models.Figure
	add := func(measure, name, definition, unit string, n int, from civil.Date, rows []string) *models.Figure {
		figs = append(figs, models.Figure{Measure: measure, Name: name, Definition: definition, From: from, To: f.On,
			Value: float64(len(rows)), Text: fmt.Sprint(len(rows)), Unit: unit, N: n, Rows: rows})
		return &figs[len(figs)-1]
	}

	var published, severe []string
	var first civil.Date
	for _, x := range f.Findings {
		row := x.Reference
		if row == "" {
			row = x.Published + " " + x.Subject
		}
		if d := publishedOn(x.Published); !d.IsZero() && (first.IsZero() || d < first) {
			first = d
		}
		if x.Grade == models.GradeSpecialReport {
			continue
		}
		published = append(published, row)
		if x.Grade == models.GradeSevereMaladministration {
			severe = append(severe, row)
		}
	}
	if len(f.Findings) > 0 {
		add("findings-published", "Published findings",
			"Findings of the Housing Ombudsman about the landlord that the branch holds with their source, special reports not counted. "+
				"There may be others that the branch does not hold.", "findings", len(published), first, published)
		add("findings-severe", "Findings of severe maladministration",
			"Published findings of the Housing Ombudsman about the landlord, special reports not counted, in which it found severe "+
				"maladministration. Counted over those that the branch holds with their source; there may be others.",
			"findings", len(published), first, severe)
	}

	if i, ok := f.incident(); ok {
		var rows, contrary []string
		for _, r := range f.Reports {
			if r.IncidentID != i.ID {
				continue
			}
			row := fmt.Sprintf("report %d", r.ID)
			rows = append(rows, row)
			if r.Contradicts != 0 {
				contrary = append(contrary, row)
			}
		}
		if len(rows) > 0 {
			reports := add("impact-reports", "Residents' reports of the incident",
				"Reports by residents of what the incident did to them, one for each thing reported. Reports are what people told; they "+
					"are no sample, and say nothing of residents who were not asked.", "reports", len(rows), i.StartedOn, rows)
			withhold(reports, f.Branch.Threshold)
		}
		if len(contrary) > 0 {
			withhold(add("impact-reports-contrary", "Reports that contradict a statement of the landlord",
				"Those residents' reports that the branch set against a dated statement of the landlord and that say otherwise.",
				"reports", len(rows), i.StartedOn, contrary), f.Branch.Threshold)
		}
	}

	if len(f.Demands) > 0 {
		var all, met []string
		for _, d := range f.Demands {
			row := fmt.Sprintf("demand %d", d.Number)
			all = append(all, row)
			if d.Outcome == models.OutcomeDone && (f.On.IsZero() || d.OutcomeOn <= f.On) {
				met = append(met, row)
			}
		}
		add("demands-made", "Demands made", "Demands of the branch, numbered through.", "demands", len(all), 0, all)
		add("demands-met", "Demands met",
			"Demands that are done by the branch's record, which gives a date and a source for each.", "demands", len(all), 0, met)
	}

	var sent, open []string
	var since civil.Date
	for _, c := range f.Correspondence {
		w := Wait(c.Events, f.Calendar(), f.On)
		if w.Sent.IsZero() || c.Letter.Ref == f.Ref {
			continue
		}
		if since.IsZero() || w.Sent < since {
			since = w.Sent
		}
		sent = append(sent, c.Letter.Ref)
		if w.Open() {
			open = append(open, c.Letter.Ref)
		}
	}
	if len(sent) > 0 {
		add("letters-unanswered", "Letters without an answer",
			"Letters of the branch that were sent and had neither an answer nor a refusal. An acknowledgement and a holding reply are no answer.",
			"letters", len(sent), since, open)
	}
	return figs
}

// withhold applies the publication threshold to a count of people's reports.
func withhold(f *models.Figure, threshold int) {
	if n := len(f.Rows); n > 0 && n < threshold {
		f.Withheld = fmt.Sprintf("it counts %d, and the branch publishes nothing under %d", n, threshold)
	}
}

// publishedOn reads 2022-04-28 or, as its first day, 2022-04.
func publishedOn(s string) civil.Date {
	if len(s) == len("2022-04") {
		s += "-01"
	}
	d, err := civil.Parse(s)
	if err != nil {
		return 0
	}
	return d
}

// published says 2022-04-28 as 28 April 2022 and 2022-04 as April 2022.
func published(s string) string {
	d := publishedOn(s)
	switch {
	case d.IsZero():
		return s
	case len(s) == len("2022-04"):
		return monthOf(d)
	default:
		return d.Long()
	}
}

func monthOf(d civil.Date) string { return d.Time().Format("January 2006") }

// withRecord puts the figures from the record after those that were worked out from the cases, which go first where both have one.
func withRecord(f Facts) Facts {
	f.Figures = append([]models.Figure(nil), f.Figures...)
	for _, r := range RecordFigures(f) {
		if _, ok := figure(f.Figures, r.Measure); !ok {
			f.Figures = append(f.Figures, r)
		}
	}
	return f
}

func figure(figs []models.Figure, measure string) (models.Figure, bool) {
	for _, x := range figs {
		if x.Measure == measure {
			return x, true
		}
	}
	return models.Figure{}, false
}
