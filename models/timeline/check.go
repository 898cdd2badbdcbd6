package timeline

import (
	"slices"

	"commoncase/models"
	"commoncase/models/civil"
)

// earliest is the first day that an event may have. Before it a year was mistyped.
var earliest = civil.On(1990, 1, 1)

// Check returns nil where the events of a case can have happened like this by today, and otherwise a *models.Error that says
// what is wrong and how to mend it. It checks corrections, dates, and that nothing comes before what it answers. Of several
// faults it tells the first in the order of the chronology. What needs the rules, an extension after the due date, is checked
// by Engine.Check.
func Check(events []models.Event, today civil.Date) error {
	if err := checkCorrections(events); err != nil {
		return err
	}
	current := SortedChronology(events)
	for i := range current {
		if err := checkDates(&current[i], today); err != nil {
			return err
		}
	}
	for i := range current {
		if err := checkSequence(current, i); err != nil {
			return err
		}
	}
	return nil
}

// Check is the function Check with what only the rules can tell: an extension that was notified after the answer was due.
func (e *Engine) Check(m Matter, today civil.Date) error {
	if err := Check(m.Events, today); err != nil {
		return err
	}
	if m.Calendar != "" {
		if _, ok := civil.Get(m.Calendar); !ok {
			return models.Invalid("calendar", "There is no calendar %q. Choose england-and-wales, scotland, northern-ireland or uk-any.", m.Calendar)
		}
	}
	r := e.Compute(m, today)
	for i := range r.Current {
		x := &r.Current[i]
		if x.Kind != models.KindExtensionNotified {
			continue
		}
		if err := checkExtension(r, x); err != nil {
			return err
		}
	}
	return nil
}

// checkExtension refuses an extension after every date that it could have moved. Where the landlord's policy gives it longer
// than the Code, the later date counts: by that policy the extension was in time.
func checkExtension(r Result, x *models.Event) error {
	stage2 := false
	for i := range r.Current {
		if r.Current[i].Kind == models.KindEscalationRequested && r.Current[i].On <= x.On {
			stage2 = true
		}
	}
	duty := "stage1-response"
	if stage2 {
		duty = "stage2-response"
	}
	var due, answered civil.Date
	for i := range r.Clocks {
		if c := &r.Clocks[i]; c.Rule.Duty == duty {
			due, answered = max(due, c.OriginalDue, c.Due), max(answered, c.Met)
		}
	}
	switch {
	case due != 0 && x.On > due:
		return models.Invalid("on", "The extension of %s came after %s, the day on which the answer was due, so it cannot move that date. "+
			"Log it as a landlord's update instead: that keeps the date and the breach.", x.On.Long(), due.Long())
	case answered != 0 && x.On > answered:
		return models.Invalid("on", "The extension of %s came after the answer of %s, so there was nothing left to extend. "+
			"Correct one of the two dates, or log it as a landlord's update.", x.On.Long(), answered.Long())
	}
	return nil
}

func checkCorrections(events []models.Event) error {
	by := map[int64]*models.Event{}
	for i := range events {
		if id := events[i].ID; id != 0 {
			if by[id] != nil {
				return models.Invalid("id", "Two entries have the number %d. Give each entry a number of its own.", id)
			}
			by[id] = &events[i]
		}
	}
	for i := range events {
		seen := 0
		for e := &events[i]; e != nil && e.Replaces != 0 && e.Replaces != e.ID; e = by[e.Replaces] {
			if seen++; seen > len(events) {
				return models.Invalid("replaces", "Entry %d corrects another that corrects it in turn. Say which of them came last.", events[i].ID)
			}
		}
	}
	replaced := map[int64]bool{}
	for i := range events {
		e := &events[i]
		if !e.Kind.Known() {
			return models.Invalid("kind", "%q is not a kind of event that Commoncase knows. Choose one from the list, such as complaint_made.", e.Kind)
		}
		switch {
		case e.Replaces == 0 && e.Kind == models.KindRetracted:
			return models.Invalid("replaces", "This takes an entry back and does not say which. Open the entry and choose to take it back.")
		case e.Replaces == 0:
			continue
		case e.Replaces == e.ID || by[e.Replaces] == nil:
			return models.Invalid("replaces", "This corrects an entry that is not in this case. Open the entry that is wrong and correct it there.")
		case replaced[e.Replaces]:
			return models.Invalid("replaces", "Somebody has corrected this entry already. Look at the newer entry, and correct that one if it is still wrong.")
		}
		replaced[e.Replaces] = true
	}
	for i := range events {
		if a := events[i].About; a != 0 && (a == events[i].ID || by[a] == nil) {
			return models.Invalid("about", "%s of %s belongs to entry %d, which is not in this case. Choose the entry it belongs to again.",
				upperFirst(kindWords(events[i].Kind)), events[i].On.Long(), a)
		}
	}
	return nil
}

func checkDates(e *models.Event, today civil.Date) error {
	switch {
	case e.On == 0:
		return models.Invalid("on", "%s needs the day on which it happened. Write day, month and year.", upperFirst(kindWords(e.Kind)))
	case e.On < earliest:
		return models.Invalid("on", "%s is dated %s, before %s. Check the year.", upperFirst(kindWords(e.Kind)), e.On.Long(), earliest.Long())
	case e.Kind == models.KindRequestMade && !slices.Contains(models.Requests, e.Procedure),
		e.Kind == models.KindNoticeReceived && !slices.Contains(models.Notices, e.Procedure):
		return models.Invalid("procedure", "%s of %s does not say what was asked for. Choose what it is, such as a subject access request.", upperFirst(kindWords(e.Kind)), e.On.Long())
	case e.On > today && e.Kind != models.KindOrderDue:
		return models.Invalid("on", "%s is dated %s, which has not happened yet: today is %s. Check the date, and log it once it has happened.",
			upperFirst(kindWords(e.Kind)), e.On.Long(), today.Long())
	case e.Until != 0 && e.Until < e.On && e.Kind != models.KindRequestMade:
		return models.Invalid("until", "The new date, %s, lies before the day it was given, %s. Check both dates.", e.Until.Long(), e.On.Long())
	}
	return nil
}

// answers says what an event answers: one of these must stand before it. The order is that of the sentence.
func answers(k models.Kind) []models.Kind {
	switch k {
	case models.KindComplaintAcknowledged, models.KindExtensionNotified, models.KindStage1Response, models.KindEscalationRequested,
		models.KindComplaintRefused:
		return []models.Kind{models.KindComplaintMade}
	case models.KindStage2Acknowledged, models.KindStage2Response, models.KindEscalationRefused:
		return []models.Kind{models.KindEscalationRequested}
	case models.KindDetermination:
		return []models.Kind{models.KindOmbudsmanReferral, models.KindOmbudsmanHelp}
	case models.KindOrderDue, models.KindOrderMet, models.KindReviewRequested, models.KindOrderChased:
		return []models.Kind{models.KindDetermination}
	case models.KindCaseReopened:
		return []models.Kind{models.KindCaseClosed}
	case models.KindHazardInvestigated, models.KindInPersonRequested, models.KindSummaryGiven, models.KindMadeSafe, models.KindWorksBegun,
		models.KindWorksFinished, models.KindRehoused:
		return []models.Kind{models.KindHazardReported}
	case models.KindRepairCompleted:
		return []models.Kind{models.KindRepairRaised}
	case models.KindPromiseKept:
		return []models.Kind{models.KindPromiseMade}
	case models.KindRequestAcknowledged, models.KindClarificationAsked, models.KindClarificationGiven, models.KindRequestExtended,
		models.KindRequestAnswered, models.KindRequestReview, models.KindRequestReviewed:
		return []models.Kind{models.KindRequestMade}
	case models.KindObservationsMade:
		return []models.Kind{models.KindNoticeReceived}
	case models.KindRegulatorTold, models.KindResidentTold:
		return []models.Kind{models.KindDataBreach}
	case models.KindTaskDone:
		return []models.Kind{models.KindTaskSet}
	case models.KindLetterChecked:
		return []models.Kind{models.KindStage1Response, models.KindStage2Response, models.KindExtensionNotified, models.KindComplaintAcknowledged,
			models.KindStage2Acknowledged, models.KindComplaintRefused, models.KindEscalationRefused}
	default:
		return nil
	}
}

// checkSequence refuses an event that comes before, or without, the one that it answers.
func checkSequence(current []models.Event, i int) error {
	e := &current[i]
	wanted := answers(e.Kind)
	if wanted == nil {
		return nil
	}
	if e.About != 0 {
		if err := checkAbout(current, i, wanted); err != nil {
			return err
		}
	}
	var later *models.Event
	for k := range current {
		for _, w := range wanted {
			if current[k].Kind != w {
				continue
			}
			if k < i {
				if e.Kind == models.KindOrderMet {
					return checkOrderMet(current, e)
				}
				return nil
			}
			if later == nil {
				later = &current[k]
			}
		}
	}
	this, that := kindWords(e.Kind), kindWords(wanted[0])
	if later == nil {
		return models.Invalid("kind", "%s of %s answers %s, and none is logged. Log %s first, with the day it was made.",
			upperFirst(this), e.On.Long(), aKind(wanted[0]), that)
	}
	return models.Invalid("on", "%s is dated %s, before %s of %s that it answers. Correct one of the two dates.",
		upperFirst(this), e.On.Long(), kindWords(later.Kind), later.On.Long())
}

// checkAbout refuses an answer to something that is dated after it, or that it cannot answer.
func checkAbout(current []models.Event, i int, wanted []models.Kind) error {
	e := &current[i]
	for k := range current {
		named := &current[k]
		if named.ID != e.About || named.Kind == models.KindOrderDue { // an order stands on the day by which it is due
			continue
		}
		this, that := kindWords(e.Kind), kindWords(named.Kind)
		if k > i && slices.Contains(wanted, named.Kind) {
			return models.Invalid("on", "%s is dated %s, before %s of %s that it answers. Correct one of the two dates.",
				upperFirst(this), e.On.Long(), that, named.On.Long())
		}
		bit := uint64(1) << kindOf(e.Kind)
		if p := named.Opens(); p != "" && following&^ofRepair&bit != 0 && followers(procedureOf(p))&bit == 0 {
			return models.Invalid("about", "%s of %s cannot belong to %s. Choose the entry that it answers, or leave it open.", upperFirst(this), e.On.Long(), that)
		}
	}
	return nil
}

// checkOrderMet refuses compliance with an order that is not logged. The order's own date may well lie later.
func checkOrderMet(current []models.Event, e *models.Event) error {
	for k := range current {
		if current[k].Kind == models.KindOrderDue {
			return nil
		}
	}
	return models.Invalid("kind", "The landlord's compliance of %s has no order to comply with. Log the order first, dated on the day by which it was due.", e.On.Long())
}

// aKind is kindWords with "a" for "the".
func aKind(k models.Kind) string {
	w := kindWords(k)
	if len(w) > 4 && w[:4] == "the " {
		if w[4] == 'a' || w[4] == 'e' {
			return "an " + w[4:]
		}
		return "a " + w[4:]
	}
	return w
}
