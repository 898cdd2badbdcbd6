package timeline

import "commoncase/models"

// AdverseAct is something that was done to the resident, held against what they had done before it. It claims no reason: it
// counts days.
type AdverseAct struct {
	Event models.Event
	After *models.Event // the last report or complaint before it; nil where there is none
	Days  int           // calendar days after After
}

// Adverse returns the acts against the resident, in order.
func (r Result) Adverse() []AdverseAct {
	var out []AdverseAct
	var last *models.Event
	for i := range r.Current {
		e := &r.Current[i]
		if e.Kind == models.KindAdverseAction {
			a := AdverseAct{Event: *e, After: last}
			if last != nil {
				a.Days = last.On.DaysUntil(e.On)
			}
			out = append(out, a)
			continue
		}
		if speaksUp(e.Kind) {
			last = e
		}
	}
	return out
}

// speaksUp reports whether with an event of the kind the resident reported or complained.
func speaksUp(k models.Kind) bool {
	switch k { //nolint:exhaustive // the others are the landlord's or the branch's
	case models.KindIssueReported, models.KindHazardReported, models.KindComplaintMade, models.KindEscalationRequested, models.KindOmbudsmanHelp,
		models.KindOmbudsmanReferral, models.KindReviewRequested, models.KindOrderChased, models.KindRegulatorComplaint:
		return true
	}
	return false
}

// Confidential returns the numbers of the events that only few may see: acts against the resident, with every entry that corrects
// one or is corrected by one. nil where there is none.
func Confidential(events []models.Event) map[int64]bool {
	var hidden map[int64]bool
	for i := range events {
		if events[i].Kind == models.KindAdverseAction {
			if hidden == nil {
				hidden = map[int64]bool{}
			}
			hidden[events[i].ID] = true
		}
	}
	for again := hidden != nil; again; {
		again = false
		for i := range events {
			e := &events[i]
			if e.Replaces != 0 && hidden[e.ID] != hidden[e.Replaces] {
				hidden[e.ID], hidden[e.Replaces], again = true, true, true
			}
		}
	}
	return hidden
}

// Without returns the events that are not hidden; the same slice where none is.
func Without(events []models.Event, hidden map[int64]bool) []models.Event {
	if len(hidden) == 0 {
		return events
	}
	out := make([]models.Event, 0, len(events))
	for _, e := range events {
		if !hidden[e.ID] {
			out = append(out, e)
		}
	}
	return out
}
