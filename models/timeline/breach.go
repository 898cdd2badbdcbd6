package timeline

import (
	"slices"
	"strconv"
	"strings"

	"commoncase/models"
	"commoncase/models/civil"
	"commoncase/models/rulebook"
)

// Breach is one duty of the landlord that the events show as broken: a clock that was met late or is overdue, something done that
// must not be done, or something that a letter had to say and did not.
type Breach struct {
	Key        string // names it in an address
	Title      string
	Text       string // what the rule says, one sentence
	Cite       string // Code 2024, 6.9(c)
	Confidence rulebook.Confidence
	Confirm    string
	Regime     *rulebook.Regime
	Clock      *Clock              // nil where there is no clock
	Checklist  *rulebook.Checklist // nil where no letter is at fault
	Rule       *rulebook.Rule      // nil where a letter is at fault
	Event      int64               // what started the clock, what was done, or the letter; 0 where no event did
	On         civil.Date          // the day of that event
	CheckedBy  int64               // the event that recorded the check of the letter
}

// Breaches returns what the events show as broken: clocks first, in their order, then what was done, then letters.
func (r Result) Breaches() []Breach {
	var out []Breach
	for i := range r.Clocks {
		c := &r.Clocks[i]
		if c.Rule.Bound != models.BoundLandlord || c.State != MetLate && c.State != Overdue {
			continue
		}
		out = append(out, Breach{Key: c.Key(), Title: c.Rule.Title, Text: c.Rule.Text, Cite: c.Rule.Cite(), Confidence: c.Rule.Confidence,
			Confirm: c.Rule.Confirm, Regime: c.Rule.Regime, Clock: c, Rule: c.Rule, Event: c.StartedEvent, On: c.Started})
	}
	return append(append(out, r.banned()...), r.missing()...)
}

// Breach finds one by its key.
func (r Result) Breach(key string) (Breach, bool) {
	for _, b := range r.Breaches() {
		if b.Key == key {
			return b, true
		}
	}
	return Breach{}, false
}

// banned are the events that a text in force forbids.
func (r Result) banned() []Breach {
	var out []Breach
	for _, g := range []*rulebook.Regime{r.Code, r.Policy} {
		if g == nil {
			continue
		}
		for _, x := range g.Rules {
			if x.Type != rulebook.TypeBan {
				continue
			}
			for i := range r.Current {
				// A stage before the complaint, which the landlord puts between, counts where the text was in force already.
				if e := &r.Current[i]; e.Kind == x.Starts[0].On && (e.On >= r.ComplaintOn || g.Covers(e.On)) {
					out = append(out, Breach{Key: key(x.ID, e.ID), Title: x.Title, Text: x.Text, Cite: x.Cite(), Confidence: x.Confidence,
						Confirm: x.Confirm, Regime: g, Rule: x, Event: e.ID, On: e.On})
				}
			}
		}
	}
	return out
}

func key(id string, event int64) string {
	return strings.ReplaceAll(id, "/", ".") + "-" + strconv.FormatInt(event, 10)
}

// Checklist returns what the Code that judges the case wants a letter of this kind to say; false where it says nothing of it.
func (r Result) Checklist(k models.Kind) (*rulebook.Checklist, bool) {
	if r.Code == nil {
		return nil, false
	}
	for _, c := range r.Code.Checklists {
		if c.On == k {
			return c, true
		}
	}
	return nil, false
}

// Checked returns the last check of a letter, and whether it was checked; letter is the number of its event.
func (r Result) Checked(letter int64) (models.Event, bool) {
	for i := len(r.Current) - 1; i >= 0; i-- {
		if e := r.Current[i]; e.Kind == models.KindLetterChecked && r.stands(e.About) == letter {
			return e, true
		}
	}
	return models.Event{}, false
}

// stands follows corrections: the number of the event that stands for id today.
func (r Result) stands(id int64) int64 { return current(r.raw, id) }

// missing are the items that a letter had to have and did not, by the last check of it.
func (r Result) missing() []Breach {
	var out []Breach
	for i := range r.Current {
		letter := &r.Current[i]
		list, ok := r.Checklist(letter.Kind)
		if !ok {
			continue
		}
		check, ok := r.Checked(letter.ID)
		if !ok {
			continue
		}
		gone := strings.Fields(check.Items)
		for _, item := range list.Items {
			if !slices.Contains(gone, item.Slug) {
				continue
			}
			out = append(out, Breach{Key: key(list.Regime.ID+"/"+string(list.On)+"-"+item.Slug, letter.ID), Title: list.Title, Text: item.Text,
				Cite: list.Regime.Short + ", " + item.Clause, Confidence: list.Confidence, Confirm: list.Confirm, Regime: list.Regime,
				Checklist: list, Event: letter.ID, On: letter.On, CheckedBy: check.ID})
		}
	}
	return out
}

// PolicyGap is a duty for which the landlord's own policy allows more time than the Code of its day.
type PolicyGap struct {
	Code, Policy *Clock
	Days         int // how much longer: working days where both count in them, else calendar days
}

// PolicyGaps returns where the landlord's policy is longer than the Code, by the due dates of this case.
func (r Result) PolicyGaps() []PolicyGap {
	var out []PolicyGap
	for i := range r.Clocks {
		code := &r.Clocks[i]
		if code.Rule.Regime.Family != rulebook.FamilyCode || code.OriginalDue == 0 {
			continue
		}
		for k := range r.Clocks {
			policy := &r.Clocks[k]
			if policy.Rule.Regime.Family == rulebook.FamilyPolicy && policy.Rule.Duty == code.Rule.Duty && policy.OriginalDue > code.OriginalDue &&
				policy.Rule.Type == code.Rule.Type {
				out = append(out, PolicyGap{Code: code, Policy: policy, Days: code.Rule.Limit.Unit.Count(code.OriginalDue, policy.OriginalDue, code.calendar())})
			}
		}
	}
	return out
}
