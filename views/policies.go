package views

import (
	"fmt"
	"net/url"
	"strconv"

	"commoncase/models/civil"
	"commoncase/models/rulebook"
	"commoncase/views/components"
)

// PoliciesPath is where a branch keeps its landlord's own policies.
const PoliciesPath = "/policies"

func policyPath(regime string) string { return PoliciesPath + "/" + url.PathEscape(regime) }

// PolicyLine is one policy in the list. Longer are sentences.
type PolicyLine struct {
	Regime    *rulebook.Regime
	Longer    []string
	BuiltIn   bool // the program has a version of its own
	Saved     bool // the branch has one
	Withdrawn bool
}

// PoliciesPage lists the landlord's policies.
type PoliciesPage struct {
	Page
	Landlord string
	Policies []PolicyLine
}

// DutyForm is what was typed about one duty.
type DutyForm struct{ N, Unit, From, Clause, Confidence, Confirm string }

// PolicyForm is a policy as it was typed.
type PolicyForm struct {
	Seen, Title, Source, Address, Note, Why string
	From, Until                             components.DateValue
	Duties                                  map[string]DutyForm // by the slug of the duty
}

// PolicyVersionLine is one saved version in the history.
type PolicyVersionLine struct {
	By        string
	On        civil.Date
	At        string // time of day
	Withdrawn bool
	Why       string
	Draft     rulebook.PolicyDraft
}

// PolicyPage writes a new policy, or shows one with its history and lets it be changed. Regime is nil for a new one.
type PolicyPage struct {
	Page
	Landlord  string
	Regime    *rulebook.Regime
	Form      PolicyForm
	Longer    []string
	History   []PolicyVersionLine
	BuiltIn   bool
	Saved     bool
	Withdrawn bool
	Carried   []string // titles of the rules of the built-in policy that the form does not have
}

// Action is where the form is looked at before it is saved.
func (p PolicyPage) Action() string {
	if p.Regime == nil {
		return PoliciesPath + "/new"
	}
	return policyPath(p.Regime.ID)
}

// PolicyMove is a deadline that a policy would move.
type PolicyMove struct{ Ref, Clock, Was, Is string }

// PolicyPreviewPage says which open cases a policy would change, before it is saved.
type PolicyPreviewPage struct {
	Page
	Regime   *rulebook.Regime
	New      bool
	Withdraw bool
	Form     PolicyForm
	Longer   []string
	Moves    []PolicyMove
	Clocks   int // in all
	Cases    int
	Asked    int // open cases that were looked at
	All      bool
}

// SavePath is where the preview's form goes.
func (p PolicyPreviewPage) SavePath() string {
	if p.New {
		return PoliciesPath
	}
	return policyPath(p.Regime.ID) + "/save"
}

// EditPath shows the form again with what was typed.
func (p PolicyPreviewPage) EditPath() string {
	if p.New {
		return PoliciesPath + "/new"
	}
	return policyPath(p.Regime.ID)
}

// Summary says in a sentence what the policy would change.
func (p PolicyPreviewPage) Summary() string {
	looked := fmt.Sprintf("%s looked at.", plural(p.Asked, "open case was", "open cases were"))
	if !p.All {
		looked = fmt.Sprintf("The first %s were looked at; the others are counted when the policy is saved.", plural(p.Asked, "open case", "open cases"))
	}
	if p.Clocks == 0 {
		return "It changes no deadline of an open case. " + looked
	}
	return fmt.Sprintf("It changes %s of %s. %s", plural(p.Clocks, "deadline", "deadlines"), plural(p.Cases, "open case", "open cases"), looked)
}

func plural(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return strconv.Itoa(n) + " " + many
}

// policyFields are the fields of a form as hidden ones, so that nothing that was typed is lost between the preview and the saving.
func policyFields(f PolicyForm) [][2]string {
	out := [][2]string{{"seen", f.Seen}, {"title", f.Title}, {"source", f.Source}, {"address", f.Address}, {"policy-note", f.Note}, {"note", f.Why},
		{"from-day", f.From.Day}, {"from-month", f.From.Month}, {"from-year", f.From.Year}, {"until-day", f.Until.Day}, {"until-month", f.Until.Month}, {"until-year", f.Until.Year}}
	for _, k := range rulebook.DraftDuties {
		x, ok := f.Duties[k.Slug]
		if !ok {
			continue
		}
		out = append(out, [2]string{k.Slug + "-n", x.N}, [2]string{k.Slug + "-unit", x.Unit}, [2]string{k.Slug + "-from", x.From},
			[2]string{k.Slug + "-clause", x.Clause}, [2]string{k.Slug + "-confidence", x.Confidence}, [2]string{k.Slug + "-confirm", x.Confirm})
	}
	return out
}

// PolicyFormOf is a draft as the form shows it.
func PolicyFormOf(d rulebook.PolicyDraft, seen int64) PolicyForm {
	f := PolicyForm{Seen: strconv.FormatInt(seen, 10), Title: d.Title, Source: d.Source.Title, Address: d.Source.Address, Note: d.Note,
		From: components.DateValueOf(d.From), Until: components.DateValueOf(d.Until), Duties: map[string]DutyForm{}}
	for _, x := range d.Duties {
		f.Duties[x.Duty] = DutyForm{N: strconv.Itoa(x.N), Unit: string(x.Unit), From: x.From, Clause: x.Clause, Confidence: string(x.Confidence), Confirm: x.Confirm}
	}
	return f
}

var unitLabels = map[rulebook.Unit]string{rulebook.WorkingDays: "working days", rulebook.Days: "days", rulebook.Weeks: "weeks", rulebook.Months: "months", rulebook.Hours: "hours"}

func unitOptions(k rulebook.DutyKind) []components.Option {
	os := make([]components.Option, len(k.Units))
	for i, u := range k.Units {
		os[i] = components.Option{Value: string(u), Label: unitLabels[u]}
	}
	return os
}

func countOptions(k rulebook.DutyKind) []components.Option {
	os := make([]components.Option, len(k.Counts))
	for i, c := range k.Counts {
		os[i] = components.Option{Value: c.Slug, Label: sentence(c.Label)}
	}
	return os
}

func confidenceOptions() []components.Option {
	var os []components.Option
	for _, c := range []rulebook.Confidence{rulebook.Verified, rulebook.Secondary, rulebook.Remembered, rulebook.Unconfirmed} {
		os = append(os, components.Option{Value: string(c), Label: sentence(c.Label())})
	}
	return os
}

// draftGroup is the duties of the form under one heading.
type draftGroup struct {
	heading string
	kinds   []rulebook.DutyKind
}

func draftGroups() []draftGroup {
	var out []draftGroup
	for _, k := range rulebook.DraftDuties {
		if len(out) == 0 || out[len(out)-1].heading != k.Group {
			out = append(out, draftGroup{heading: k.Group})
		}
		out[len(out)-1].kinds = append(out[len(out)-1].kinds, k)
	}
	return out
}

// draftWords are the duties of a saved version, one a line.
func draftWords(d rulebook.PolicyDraft) []components.SummaryRow {
	rows := []components.SummaryRow{{Key: "In force", Text: span(d.From, d.Until)}, {Key: "Source", Text: d.Source.Title}}
	for _, x := range d.Duties {
		k, _ := rulebook.DraftDutyKind(x.Duty)
		words := rulebook.Limit{N: x.N, Unit: x.Unit}.String()
		for _, c := range k.Counts {
			if c.Slug == x.From {
				words += " from " + c.Label
			}
		}
		words += " (" + x.Clause + "), " + x.Confidence.Label()
		if x.Confirm != "" {
			words += ". What would confirm it: " + x.Confirm
		}
		rows = append(rows, components.SummaryRow{Key: k.Title, Text: words})
	}
	return rows
}

func span(from, until civil.Date) string {
	if until.IsZero() {
		return "Since " + from.Long()
	}
	return from.Long() + " to " + until.Long()
}

func moveRows(moves []PolicyMove) []components.Row {
	rows := make([]components.Row, len(moves))
	for i, m := range moves {
		rows[i] = components.Row{Cells: []components.Cell{{Value: components.InlineLink(components.Link{Text: m.Ref, Href: casePath(m.Ref)})}, {Text: m.Clock}, {Text: m.Was}, {Text: m.Is}}}
	}
	return rows
}
