package evidence

import (
	"fmt"
	"math"
	"slices"
	"sort"
	"strconv"

	"commoncase/app/store"
	"commoncase/models"
	"commoncase/models/civil"
)

// Source is what a measure is counted from.
type Source string

// The sources.
const (
	FromCases   Source = "cases"         // members' cases
	FromReports Source = "reports"       // what residents said an incident did to them
	FromRecord  Source = "public_record" // what was said and published in public
)

// Measure is a question that can be asked of any period. A new figure is one entry in measures.
type Measure struct {
	Slug       string
	Name       string
	Definition string // exactly what is counted
	Unit       string // of the value: cases, per cent, working days
	Noun       string // of n, plural
	Source     Source
	Rule       GateRule
	count      func(*facts) tally
	notes      func(*facts) map[string]string // what to say of each case behind it, by reference; nil where nothing
	items      func(*question) []ItemBehind   // what was counted, where it is no case
}

// The sentences that several definitions share.
const (
	onlyCode = " Only the Housing Ombudsman's Complaint Handling Code counts, in the version that was in force when the complaint" +
		" was made, not what the landlord allows itself."
	lateMeans = " Late means: after the day on which it was due by the Code, extensions included that the Code allows; or due and" +
		" still missing at the end of the period, or on the day the figure was made where that is earlier. What is not due yet does not count."
	workingDays = " Working days are Monday to Friday less the bank holidays of the landlord's part of the United Kingdom, beginning" +
		" the day after the due date; what is still missing is counted up to the end of the period, to the day the figure was made," +
		" or to the day the case was closed, whichever comes first."
)

// measures are all figures, in the order in which they are shown.
var measures = []Measure{
	{
		Slug: "cases", Name: "Cases", Unit: "cases", Noun: "cases", Source: FromCases, Rule: GateCount,
		Definition: "Cases that members of the branch opened in the period, whatever became of them.",
		count: func(f *facts) tally {
			t := tallyOf(f.cases, caseOf)
			t.value, t.n, t.text = float64(len(f.cases)), len(f.cases), strconv.Itoa(len(f.cases))
			return t
		},
	},
	{
		Slug: "households", Name: "Households", Unit: "households", Noun: "cases", Source: FromCases, Rule: GateCount,
		Definition: "Different homes from which a case was opened in the period; several cases or members of one home count once.",
		count: func(f *facts) tally {
			t := tallyOf(f.cases, caseOf)
			t.value, t.n, t.text = float64(t.support.Homes), len(f.cases), strconv.Itoa(t.support.Homes)
			return t
		},
	},
	{
		Slug: "stage1-late-share", Name: "Stage 1 answers late", Unit: "per cent", Noun: "stage 1 answers due", Source: FromCases, Rule: GateShare,
		Definition: "Of all stage 1 answers that fell due in the period, the share that came late." + lateMeans + onlyCode,
		count:      func(f *facts) tally { return f.lateShare(stage1) },
		notes:      func(f *facts) map[string]string { return f.answerNotes(stage1) },
	},
	{
		Slug: "stage2-late-share", Name: "Stage 2 answers late", Unit: "per cent", Noun: "stage 2 answers due", Source: FromCases, Rule: GateShare,
		Definition: "Of all stage 2 (final) answers that fell due in the period, the share that came late." + lateMeans + onlyCode,
		count:      func(f *facts) tally { return f.lateShare(stage2) },
		notes:      func(f *facts) map[string]string { return f.answerNotes(stage2) },
	},
	{
		Slug: "median-lateness", Name: "Median lateness", Unit: "working days", Noun: "late answers", Source: FromCases, Rule: GateSpread,
		Definition: "Of the stage 1 and stage 2 answers that fell due in the period and were late, half were late by this many working days or more." +
			lateMeans + workingDays + onlyCode,
		count: func(f *facts) tally { return f.lateness(median) },
		notes: func(f *facts) map[string]string { return f.answerNotes(stage1, stage2) },
	},
	{
		Slug: "longest-lateness", Name: "Longest lateness", Unit: "working days", Noun: "late answers", Source: FromCases, Rule: GateSpread,
		Definition: "Of the stage 1 and stage 2 answers that fell due in the period and were late, the one that was late the longest." +
			lateMeans + workingDays + onlyCode,
		count: func(f *facts) tally {
			return f.lateness(func(days []int) float64 { return float64(days[len(days)-1]) })
		},
		notes: func(f *facts) map[string]string { return f.answerNotes(stage1, stage2) },
	},
	{
		Slug: "acknowledgements-late-share", Name: "Acknowledgements late", Unit: "per cent", Noun: "acknowledgements due", Source: FromCases, Rule: GateShare,
		Definition: "Of all acknowledgements of a complaint or an escalation that fell due in the period, the share that came late." +
			" An acknowledgement is no answer." + lateMeans + onlyCode,
		count: func(f *facts) tally { return f.lateShare(ack1, ack2) },
		notes: func(f *facts) map[string]string { return f.answerNotes(ack1, ack2) },
	},
	{
		Slug: "contact-attempts-unanswered", Name: "Contact attempts without an answer", Unit: "contact attempts", Noun: "contact attempts", Source: FromCases, Rule: GatePart,
		Definition: "Contact attempts of the period, by any channel, to which members noted that nobody answered, out of all contact attempts that they noted." +
			" Entries that were corrected or taken back do not count.",
		count: countAttempts,
		notes: attemptNotes,
	},
	{
		Slug: "impact-reports", Name: "Impact reports", Unit: "reports", Noun: "reports", Source: FromReports, Rule: GateCount,
		Definition: "Reports of the period in which a resident said what an incident at the landlord did to them, as kept by the branch.",
		count: func(f *facts) tally {
			var t tally
			for _, r := range f.reports {
				t.rows = append(t.rows, reportRef(r))
			}
			n := len(t.rows)
			t.value, t.n, t.text = float64(n), n, strconv.Itoa(n)
			t.support = Support{Homes: n, Whole: n, Part: n}
			return t
		},
		items: func(a *question) []ItemBehind {
			var out []ItemBehind
			for _, r := range a.reports {
				out = append(out, ItemBehind{Text: ReportWords(r), When: r.On.Long(), Slug: a.slugs[r.IncidentID]})
			}
			return out
		},
	},
	{
		Slug: "landlord-statements", Name: "Statements by the landlord", Unit: "statements", Noun: "statements", Source: FromRecord, Rule: GatePublic,
		Definition: "Public statements of the landlord about an incident, dated in the period, as kept by the branch with their sources.",
		count: func(f *facts) tally {
			var t tally
			for _, s := range f.statements {
				if s.Kind == models.StatementLandlord {
					t.rows = append(t.rows, statementRef(s))
				}
			}
			t.value, t.n, t.text = float64(len(t.rows)), len(t.rows), strconv.Itoa(len(t.rows))
			return t
		},
		items: func(a *question) []ItemBehind {
			var out []ItemBehind
			for _, st := range a.statements {
				if st.Kind == models.StatementLandlord {
					out = append(out, ItemBehind{Text: st.Claim, When: st.On.Long(), Slug: a.slugs[st.IncidentID]})
				}
			}
			return out
		},
	},
	{
		Slug: "findings", Name: "Published Ombudsman findings", Unit: "findings", Noun: "findings", Source: FromRecord, Rule: GatePublic,
		Definition: "Findings and special reports about the landlord that the Housing Ombudsman published in the period and the branch keeps in its register." +
			" Where only the month of publication is known, the whole month counts.",
		count: func(f *facts) tally { return countFindings(f, anyGrade) },
		items: func(a *question) []ItemBehind { return findingsBehind(a, anyGrade) },
	},
	{
		Slug: "severe-findings", Name: "Findings of severe maladministration", Unit: "findings", Noun: "published findings", Source: FromRecord, Rule: GatePublic,
		Definition: "Of the Housing Ombudsman's findings about the landlord that were published in the period, those of severe maladministration." +
			" Where only the month of publication is known, the whole month counts.",
		count: func(f *facts) tally { return countFindings(f, severe) },
		items: func(a *question) []ItemBehind { return findingsBehind(a, severe) },
	},
	{
		Slug: "outage-months", Name: "Months of outage", Unit: "months", Noun: "incidents", Source: FromRecord, Rule: GatePublic,
		Definition: "Whole months from the day an incident began to the day it ended, or to the end of the period while it lasted then;" +
			" of several incidents that touch the period, all together.",
		count: countOutage,
		items: func(a *question) []ItemBehind {
			var out []ItemBehind
			for _, in := range a.incidents {
				out = append(out, ItemBehind{Text: in.Title, When: SpanWords(in.StartedOn, in.EndedOn), Slug: in.Slug})
			}
			return out
		},
	},
}

// The clocks that figures are counted from, by the names of the rulebook.
const (
	stage1 = "stage1-response"
	stage2 = "stage2-response"
	ack1   = "stage1-acknowledgement"
	ack2   = "stage2-acknowledgement"
)

// Measures returns all measures, in the order in which they are shown.
func Measures() []Measure { return slices.Clone(measures) }

// MeasureOf finds a measure by its slug.
func MeasureOf(slug string) (Measure, bool) {
	for _, m := range measures {
		if m.Slug == slug {
			return m, true
		}
	}
	return Measure{}, false
}

// facts is all that figures are counted from, for one period.
type facts struct {
	cases      []store.CaseFact
	clocks     []store.ClockFact
	attempts   []store.AttemptFact
	reports    []models.ImpactReport
	statements []models.Statement
	incidents  []models.Incident // those that touch the period
	findings   []models.Finding
	asOf       civil.Date // end of the period, or today where that is earlier
	calendar   *civil.Calendar
}

// tally is what a measure found.
type tally struct {
	value   float64
	text    string
	n       int
	rows    []string // references behind the value, in order, each once
	of      []string // references of all that was counted, where rows is a part of it
	part    int      // of a share: how many of n are behind the value
	support Support
}

func caseOf(c store.CaseFact) store.CaseFact           { return c }
func caseOfAnswer(a answer) store.CaseFact             { return a.CaseFact }
func caseOfAttempt(a store.AttemptFact) store.CaseFact { return a.CaseFact }

// tallyOf collects the references and homes of a plain count.
func tallyOf[T any](items []T, of func(T) store.CaseFact) tally {
	refs := refsOf(items, of)
	return tally{rows: refs, support: Support{Homes: homesOf(items, of), Whole: len(refs), Part: len(refs)}}
}

// refsOf returns the references of the cases, in order, each once.
func refsOf[T any](items []T, of func(T) store.CaseFact) []string {
	refs := make([]string, 0, len(items))
	for _, it := range items {
		refs = append(refs, of(it).Ref)
	}
	sort.Strings(refs)
	return slices.Compact(refs)
}

func homesOf[T any](items []T, of func(T) store.CaseFact) int {
	homes := map[string]bool{}
	for _, it := range items {
		homes[of(it).Household] = true
	}
	return len(homes)
}

// answer is a clock that can be judged: it was met, or its day has passed.
type answer struct {
	store.ClockFact
	missing bool // at the end of the period
	late    bool
	days    int // working days late; 0 when in time, or late by a weekend alone
}

// judged returns the clocks of the given names that can be judged at the end of the period. What was met later was missing then.
func (f *facts) judged(names ...string) []answer {
	var out []answer
	for _, k := range f.clocks {
		if !slices.Contains(names, k.Name) {
			continue
		}
		if !k.MetOn.IsZero() && k.MetOn <= f.asOf {
			out = append(out, answer{ClockFact: k, late: k.MetOn > k.On, days: k.DaysLate})
			continue
		}
		// Nobody waits any longer once a case is closed: it neither becomes late after that, nor later.
		end := f.asOf
		if !k.ClosedOn.IsZero() && k.ClosedOn < end {
			end = k.ClosedOn
		}
		if k.On < end {
			out = append(out, answer{ClockFact: k, missing: true, late: true, days: f.calendar.Between(k.On, end)})
		}
	}
	return out
}

// answersWhere returns the late answers, or those in time.
func answersWhere(as []answer, late bool) []answer {
	var out []answer
	for _, a := range as {
		if a.late == late {
			out = append(out, a)
		}
	}
	return out
}

func (f *facts) lateShare(names ...string) tally {
	all := f.judged(names...)
	late := answersWhere(all, true)
	t := tally{n: len(all), rows: refsOf(late, caseOfAnswer), of: refsOf(all, caseOfAnswer), text: "none due yet"}
	t.support = Support{Homes: homesOf(all, caseOfAnswer), Whole: len(t.of), Part: len(t.rows), Rest: len(refsOf(answersWhere(all, false), caseOfAnswer))}
	t.part = len(late)
	if t.n > 0 {
		t.value = round2(100 * float64(len(late)) / float64(t.n))
		t.text = percent(len(late), t.n)
	}
	return t
}

// percent rounds to whole per cents, but never rounds a few up to all or down to none.
func percent(part, whole int) string {
	p := math.Round(100 * float64(part) / float64(whole))
	switch {
	case p == 100 && part < whole:
		return "over 99 %"
	case p == 0 && part > 0:
		return "under 1 %"
	}
	return strconv.Itoa(int(p)) + " %"
}

// lateness is a measure of how late the late answers were; pick gets their working days, ascending, at least one.
func (f *facts) lateness(pick func([]int) float64) tally {
	late := answersWhere(f.judged(stage1, stage2), true)
	t := tallyOf(late, caseOfAnswer)
	t.n, t.text = len(late), "none late"
	if len(late) == 0 {
		return t
	}
	days := make([]int, len(late))
	for i, a := range late {
		days[i] = a.days
	}
	slices.Sort(days)
	t.value = pick(days)
	t.text = strconv.FormatFloat(t.value, 'f', -1, 64) + " working days"
	if t.value == 1 {
		t.text = "1 working day"
	}
	return t
}

func median(days []int) float64 {
	n := len(days)
	return float64(days[(n-1)/2]+days[n/2]) / 2
}

func countAttempts(f *facts) tally {
	var unanswered []store.AttemptFact
	for _, a := range f.attempts {
		if !a.Answered {
			unanswered = append(unanswered, a)
		}
	}
	t := tally{n: len(f.attempts), rows: refsOf(unanswered, caseOfAttempt), of: refsOf(f.attempts, caseOfAttempt), text: "none noted"}
	t.support = Support{Homes: homesOf(f.attempts, caseOfAttempt), Whole: len(t.of), Part: len(t.rows)}
	t.value = float64(len(unanswered))
	if t.n > 0 {
		t.text = fmt.Sprintf("%d of %d", len(unanswered), t.n)
	}
	return t
}

func countFindings(f *facts, fits func(models.Grade) bool) tally {
	t := tally{n: len(f.findings)}
	for _, x := range f.findings {
		if fits(x.Grade) {
			t.rows = append(t.rows, findingRef(x))
		}
	}
	t.value, t.text = float64(len(t.rows)), strconv.Itoa(len(t.rows))
	return t
}

func anyGrade(models.Grade) bool { return true }
func severe(g models.Grade) bool { return g == models.GradeSevereMaladministration }

func findingsBehind(a *question, fits func(models.Grade) bool) []ItemBehind {
	var out []ItemBehind
	for _, f := range a.findings {
		if fits(f.Grade) {
			out = append(out, ItemBehind{Text: string(f.Grade) + ": " + f.Subject, When: PublishedWords(f.Published)})
		}
	}
	return out
}

func countOutage(f *facts) tally {
	t := tally{n: len(f.incidents)}
	months := 0
	for _, in := range f.incidents {
		months += monthsOf(in, f.asOf)
		t.rows = append(t.rows, in.Slug)
	}
	t.value = float64(months)
	t.text = fmt.Sprintf("%d months", months)
	switch {
	case len(f.incidents) == 0:
		t.text = "none recorded"
	case months == 1:
		t.text = "1 month"
	}
	return t
}

// The references of what is no case: its day and its number in the register.
func reportRef(r models.ImpactReport) string {
	return fmt.Sprintf("impact report %d of %s", r.ID, r.On)
}

func statementRef(s models.Statement) string {
	return fmt.Sprintf("statement %d of %s", s.ID, s.On)
}

func findingRef(f models.Finding) string {
	if f.Reference != "" {
		return f.Reference
	}
	return fmt.Sprintf("%s, %s: %s", f.Published, f.Grade, f.Subject)
}

// answerNotes says of each case what was due, when it came, and how late.
func (f *facts) answerNotes(names ...string) map[string]string {
	notes := map[string]string{}
	for _, a := range f.judged(names...) {
		note := "due " + a.On.Long()
		switch {
		case a.missing:
			note += ", missing, overdue " + workingDaysText(a.days)
		case a.late:
			note += ", came " + a.MetOn.Long() + ", " + workingDaysText(a.days) + " late"
		default:
			note += ", came " + a.MetOn.Long() + ", in time"
		}
		if len(names) > 1 {
			note = clockWords[a.Name] + " " + note
		}
		if had := notes[a.Ref]; had != "" {
			note = had + "; " + note
		}
		notes[a.Ref] = note
	}
	return notes
}

var clockWords = map[string]string{
	stage1: "stage 1 answer", stage2: "stage 2 answer", ack1: "stage 1 acknowledgement", ack2: "stage 2 acknowledgement",
}

func workingDaysText(n int) string {
	if n == 1 {
		return "1 working day"
	}
	return strconv.Itoa(n) + " working days"
}

func attemptNotes(f *facts) map[string]string {
	all, none := map[string]int{}, map[string]int{}
	for _, a := range f.attempts {
		all[a.Ref]++
		if !a.Answered {
			none[a.Ref]++
		}
	}
	notes := make(map[string]string, len(all))
	for ref, n := range all {
		notes[ref] = fmt.Sprintf("%d of %d without an answer", none[ref], n)
	}
	return notes
}

func round2(x float64) float64 { return math.Round(x*100) / 100 }
