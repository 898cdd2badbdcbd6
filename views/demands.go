package views

import (
	"strconv"

	"commoncase/models"
	"commoncase/models/letters"
	"commoncase/views/components"
)

// DemandsPath is where the demands are.
const DemandsPath = "/demands"

// DemandsPage lists the demands by point.
type DemandsPage struct {
	Page
	Points  []letters.Point
	Count   map[models.Outcome]int
	CanKeep bool
	CanSee  bool // the figures behind them
}

// OutcomeForm records what became of a demand.
type OutcomeForm struct {
	Version, Outcome, Note, Source string
	On                             components.DateValue
}

// DemandPage is one demand with its history. Theirs is what somebody else recorded meanwhile.
type DemandPage struct {
	Page
	Demand  models.Demand
	History []models.AuditEntry
	Names   map[int64]string
	Form    OutcomeForm
	Theirs  bool
	CanKeep bool
	CanSee  bool
}

// DemandForm adds a demand.
type DemandForm struct {
	Number, Point, PointTitle, Text, Measure string
}

// DemandNewPage is that form.
type DemandNewPage struct {
	Page
	Form     DemandForm
	Measures []components.Option
}

func outcomeTag(o models.Outcome) components.TagProps {
	colour := components.TagNeutral
	switch o {
	case models.OutcomeDone:
		colour = components.TagGood
	case models.OutcomePromised:
		colour = components.TagRunning
	case models.OutcomePartly:
		colour = components.TagDue
	case models.OutcomeRefused, models.OutcomeReversed:
		colour = components.TagBad
	case models.OutcomeNoAnswer:
	}
	return components.TagProps{Text: sentence(o.Label()), Colour: colour}
}

func outcomeOptions() []components.Option {
	os := make([]components.Option, len(models.Outcomes))
	for i, o := range models.Outcomes {
		os[i] = components.Option{Value: string(o), Label: sentence(o.Label())}
	}
	return os
}

func demandPath(n int) string { return DemandsPath + "/" + strconv.Itoa(n) }

// outcomeLine says when and from where an outcome is known.
func outcomeLine(d models.Demand) string {
	if d.OutcomeOn.IsZero() {
		return d.OutcomeNote
	}
	s := d.OutcomeOn.Long() + ". Source: " + d.OutcomeSource
	if d.OutcomeNote != "" {
		s = d.OutcomeNote + "\n" + s
	}
	return s
}
