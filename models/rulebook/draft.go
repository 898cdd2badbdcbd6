package rulebook

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"commoncase/models"
	"commoncase/models/civil"
)

// A branch keeps its landlord's policies itself: it writes a PolicyDraft, which becomes a Regime by the same checks as a file. What a
// draft can say is the list DraftDuties; what a built-in policy says beyond it is carried over as it is (Build).

// PolicyDraft is one version of a landlord's own policy as a branch writes it.
type PolicyDraft struct {
	Regime   string      `json:"regime"` // clarion-2022
	Landlord Landlord    `json:"landlord"`
	Title    string      `json:"title"`
	From     civil.Date  `json:"from"`
	Until    civil.Date  `json:"until"` // the last day; zero while in force
	Source   Source      `json:"source"`
	Note     string      `json:"note"`
	Duties   []DraftDuty `json:"duties"` // in the order of DraftDuties; those that the policy does not have are left out
}

// DraftDuty is what a policy says of one duty.
type DraftDuty struct {
	Duty       string     `json:"duty"`
	N          int        `json:"n"`
	Unit       Unit       `json:"unit"`
	From       string     `json:"from"` // one of the duty's Counts
	Clause     string     `json:"clause"`
	Confidence Confidence `json:"confidence"`
	Confirm    string     `json:"confirm"` // what would settle it, where it is unconfirmed
}

// DutyKind is one duty that a draft can have.
type DutyKind struct {
	Slug   string
	Title  string
	Group  string  // the heading that it stands under
	Counts []Count // what it can be counted from; the first is the usual one
	Units  []Unit
	of     string // of an extension: the duty that it extends
	what   string // "answers at stage 1", for the sentence of the rule
	rule   rawRule
}

// Count is one way of counting: a slug and its words.
type Count struct{ Slug, Label string }

var (
	received     = Count{"received", "the day the complaint was received"}
	acknowledged = Count{"acknowledged", "the day the complaint was acknowledged"}
	asked        = Count{"asked", "the day stage 2 was asked for"}
	acked2       = Count{"acknowledged", "the day stage 2 was acknowledged"}
	answered     = Count{"answered", "the day of the stage 1 answer"}
	dueDay       = Count{"due", "the day the answer was due"}
	raised       = Count{"raised", "the day the repair was reported"}
	enquired     = Count{"enquired", "the day of the enquiry"}

	dayUnits  = []Unit{WorkingDays, Days, Weeks, Months}
	allUnits  = []Unit{Hours, WorkingDays, Days, Weeks, Months}
	landlords = string(models.BoundLandlord)
)

func on(kinds ...models.Kind) []string {
	out := make([]string, len(kinds))
	for i, k := range kinds {
		out[i] = string(k)
	}
	return out
}

// DraftDuties are the duties that a draft can have, in the order of the form.
var DraftDuties = []DutyKind{
	{Slug: "stage1-acknowledgement", Title: "Acknowledge the complaint", Group: "Stage 1", Counts: []Count{received}, Units: dayUnits, what: "acknowledges a complaint",
		rule: rawRule{Bound: landlords, MetBy: on(models.KindComplaintAcknowledged, models.KindStage1Response, models.KindStage2Response)}},
	{Slug: "stage1-response", Title: "Stage 1 response", Group: "Stage 1", Counts: []Count{received, acknowledged}, Units: dayUnits, what: "answers at stage 1",
		rule: rawRule{Bound: landlords, MetBy: on(models.KindStage1Response, models.KindStage2Response)}},
	{Slug: "stage1-extension", Title: "Longest extension of stage 1", Group: "Stage 1", Counts: []Count{dueDay}, Units: dayUnits, of: "stage1-response", what: "may put its stage 1 answer off"},
	{Slug: "ask-for-stage2", Title: "Ask for stage 2", Group: "Stage 2", Counts: []Count{answered}, Units: dayUnits, what: "lets the resident ask for stage 2",
		rule: rawRule{Type: string(TypeWindow), Bound: string(models.BoundResident), MetBy: on(models.KindEscalationRequested)}},
	{Slug: "stage2-acknowledgement", Title: "Acknowledge the escalation", Group: "Stage 2", Counts: []Count{asked}, Units: dayUnits, what: "acknowledges an escalation",
		rule: rawRule{Bound: landlords, MetBy: on(models.KindStage2Acknowledged, models.KindStage2Response)}},
	{Slug: "stage2-response", Title: "Stage 2 response", Group: "Stage 2", Counts: []Count{asked, acked2}, Units: dayUnits, what: "gives its final response",
		rule: rawRule{Bound: landlords, MetBy: on(models.KindStage2Response)}},
	{Slug: "stage2-extension", Title: "Longest extension of stage 2", Group: "Stage 2", Counts: []Count{dueDay}, Units: dayUnits, of: "stage2-response", what: "may put its final response off"},
	{Slug: "repair-emergency", Title: "Emergency repair", Group: "Repairs", Counts: []Count{raised}, Units: allUnits, what: "finishes an emergency repair", rule: repairRule(models.UrgencyEmergency)},
	{Slug: "repair-urgent", Title: "Urgent repair", Group: "Repairs", Counts: []Count{raised}, Units: allUnits, what: "finishes an urgent repair", rule: repairRule(models.UrgencyUrgent)},
	{Slug: "repair-routine", Title: "Routine repair", Group: "Repairs", Counts: []Count{raised}, Units: allUnits, what: "finishes a routine repair", rule: repairRule(models.UrgencyRoutine)},
	{Slug: "mp-enquiry", Title: "Answer an MP", Group: "Enquiries", Counts: []Count{enquired}, Units: dayUnits, what: "answers an MP's enquiry",
		rule: rawRule{Bound: landlords, Procedure: string(models.ProcedureMPEnquiry), MetBy: on(models.KindRequestAnswered)}},
	{Slug: "councillor-enquiry", Title: "Answer a councillor", Group: "Enquiries", Counts: []Count{enquired}, Units: dayUnits, what: "answers a councillor's enquiry",
		rule: rawRule{Bound: landlords, Procedure: string(models.ProcedureCouncillor), MetBy: on(models.KindRequestAnswered)}},
}

func repairRule(u models.Urgency) rawRule {
	return rawRule{Bound: landlords, Procedure: string(models.ProcedureRepair), When: rawWhen{Urgency: []string{string(u)}}, MetBy: on(models.KindRepairCompleted)}
}

// DraftDutyKind finds a duty that a draft can have.
func DraftDutyKind(slug string) (DutyKind, bool) {
	for _, k := range DraftDuties {
		if k.Slug == slug {
			return k, true
		}
	}
	return DutyKind{}, false
}

// starts are what the clock of a duty starts with; each but the first says what is assumed.
func (k DutyKind) starts(from string, d *PolicyDraft) []rawStart {
	switch from {
	case received.Slug:
		return []rawStart{{On: string(models.KindComplaintMade)}}
	case asked.Slug:
		return []rawStart{{On: string(models.KindEscalationRequested)}}
	case answered.Slug:
		return []rawStart{{On: string(models.KindStage1Response)}}
	case raised.Slug:
		return []rawStart{{On: string(models.KindRepairRaised)}}
	case enquired.Slug:
		return []rawStart{{On: string(models.KindRequestMade)}}
	}
	first, before, ack := models.KindComplaintAcknowledged, models.KindComplaintMade, "stage1-acknowledgement"
	if strings.HasPrefix(k.Slug, "stage2") {
		first, before, ack = models.KindStage2Acknowledged, models.KindEscalationRequested, "stage2-acknowledgement"
	}
	if d.duty(ack) != nil {
		return []rawStart{{On: string(first)}, {DueOf: ack, Assumed: "No acknowledgement has been logged, so the clock runs from the day on which it was due."}}
	}
	return []rawStart{{On: string(first)}, {On: string(before), Assumed: "No acknowledgement has been logged and the policy gives no day for one, so the clock runs from the day on which the landlord was asked."}}
}

// duty returns what the draft says of a duty; nil where it says nothing.
func (d *PolicyDraft) duty(slug string) *DraftDuty {
	for i := range d.Duties {
		if d.Duties[i].Duty == slug {
			return &d.Duties[i]
		}
	}
	return nil
}

var address = regexp.MustCompile(`^https://[^\s]+$`)

// Check says what is wrong with a draft, by the names of the form's fields: title, from, until, source, address, and for a duty
// its slug followed by -n, -unit, -from, -clause, -confidence or -confirm.
func (d *PolicyDraft) Check() error {
	var errs models.Errors
	add := func(field, format string, args ...any) { errs = append(errs, models.Invalid(field, format, args...)) }
	if d.Title == "" {
		add("title", "Say what the policy is called, such as “Complaints policy 2025”.")
	}
	if d.From == 0 {
		add("from", "Enter the first day on which the policy was in force.")
	}
	if d.Until != 0 && d.Until < d.From {
		add("until", "The policy ends on %s, before it begins. Check both days.", d.Until.Long())
	}
	if d.Source.Title == "" {
		add("source", "Say where you read it: the landlord's paper or page, and when.")
	}
	if d.Source.Address != "" && !address.MatchString(d.Source.Address) {
		add("address", "An address begins with https:// and has no spaces.")
	}
	if len(d.Duties) == 0 {
		add("stage1-acknowledgement-n", "Write down at least one of the times that the policy gives.")
	}
	for i := range d.Duties {
		errs = append(errs, d.Duties[i].check(d)...)
	}
	return errs.Or()
}

func (x *DraftDuty) check(d *PolicyDraft) models.Errors {
	var errs models.Errors
	add := func(field, format string, args ...any) {
		errs = append(errs, models.Invalid(x.Duty+"-"+field, format, args...))
	}
	k, ok := DraftDutyKind(x.Duty)
	if !ok {
		return models.Errors{models.Invalid("title", "A policy cannot say anything of “%s”.", x.Duty)}
	}
	if x.N < 1 || x.N > 1000 {
		add("n", "%s: enter how long, from 1 to 1,000, or leave it empty where the policy says nothing.", k.Title)
	}
	if !slices.Contains(k.Units, x.Unit) {
		add("unit", "%s: choose what it is counted in.", k.Title)
	}
	if !slices.ContainsFunc(k.Counts, func(c Count) bool { return c.Slug == x.From }) {
		add("from", "%s: choose what it is counted from.", k.Title)
	}
	if x.Clause == "" {
		add("clause", "%s: say where it stands in the policy, such as “4.2” or “page 3”.", k.Title)
	}
	switch why := sure(x.Confidence, x.Confirm); {
	case why == "":
	case x.Confidence == Unconfirmed:
		add("confirm", "%s: say what would confirm it, such as a copy of the policy.", k.Title)
	case x.Confirm != "":
		add("confidence", "%s: it says what would confirm it. Choose “not confirmed”, or leave that out.", k.Title)
	default:
		add("confidence", "%s: choose how sure you are.", k.Title)
	}
	if k.of != "" && d.duty(k.of) == nil {
		add("n", "%s: the policy gives no time for the answer itself. Write that down too.", k.Title)
	}
	return errs
}

// Build makes the regime of a draft by the checks of a file. base is the built-in policy that it takes the place of, nil where there
// is none: rules of it that no draft can have are carried over. A draft that is not right is a models.Errors.
func (d *PolicyDraft) Build(base *Regime) (*Regime, error) {
	if err := d.Check(); err != nil {
		return nil, err
	}
	raw := rawRegime{line: 1, ID: d.Regime, Kind: string(FamilyPolicy), Title: d.Title, Short: d.Landlord.Name + "'s policy of " + fmt.Sprint(d.From.Year()),
		InForce: rawSpan{From: d.From.String(), Until: d.Until.String()}, JudgedBy: string(ByComplaint), Calendar: "case", Source: rawSource(d.Source), Note: d.Note}
	if base != nil {
		raw.Short = base.Short
	}
	for _, k := range DraftDuties {
		x := d.duty(k.Slug)
		if x == nil || k.of != "" {
			continue
		}
		rule := k.rule
		rule.line, rule.Duty, rule.Title, rule.Clause, rule.Rule = 1, k.Slug, k.Title, x.Clause, d.sentence(k, x)
		rule.Limit, rule.Confidence, rule.Confirm = &rawLimit{N: x.N, Unit: string(x.Unit)}, string(x.Confidence), x.Confirm
		rule.Starts, rule.Extension = k.starts(x.From, d), d.extension(k.Slug)
		raw.Rules = append(raw.Rules, rule)
	}
	// An answer may be counted from the day on which its acknowledgement was due, which stands before it in the list of duties.
	r, err := raw.check(d.Regime, &rawLandlord{Slug: d.Landlord.Slug, Name: d.Landlord.Name, Invented: d.Landlord.Invented})
	if err != nil {
		return nil, fmt.Errorf("build policy: %w", err)
	}
	text, err := json.Marshal(d)
	if err != nil {
		return nil, fmt.Errorf("build policy: %w", err)
	}
	sum := sha256.Sum256(text)
	r.Digest, r.Origin = hex.EncodeToString(sum[:6]), "the branch's own policies"
	if base != nil {
		r.carry(base)
	}
	return r, nil
}

// extension is what the draft says of putting an answer off; nil where it says nothing.
func (d *PolicyDraft) extension(of string) *rawExtension {
	for _, k := range DraftDuties {
		if x := d.duty(k.Slug); k.of == of && x != nil {
			return &rawExtension{line: 1, Duty: k.Slug, Title: k.Title, Clause: x.Clause, Rule: d.sentence(k, x), By: string(models.KindExtensionNotified),
				Max: &rawLimit{N: x.N, Unit: string(x.Unit)}, Confidence: string(x.Confidence), Confirm: x.Confirm}
		}
	}
	return nil
}

func (d *PolicyDraft) sentence(k DutyKind, x *DraftDuty) string {
	limit := Limit{N: x.N, Unit: x.Unit}
	for _, c := range k.Counts {
		if c.Slug == x.From {
			return fmt.Sprintf("By its own policy %s %s within %s of %s.", d.Landlord.Name, k.what, limit, c.Label)
		}
	}
	return ""
}

// carry takes over from a built-in policy what no draft can say.
func (r *Regime) carry(base *Regime) {
	for _, x := range base.Rules {
		if _, ok := DraftDutyKind(x.Duty); ok || len(r.Rules) == MaxRules || slices.ContainsFunc(r.Rules, func(y *Rule) bool { return y.Duty == x.Duty }) {
			continue
		}
		if slices.ContainsFunc(x.Starts, func(s Start) bool { return s.DueOf != nil }) {
			continue // it hangs on a rule that the branch has written anew
		}
		y := *x
		y.Regime = r
		if x.Extension != nil {
			e := *x.Extension
			e.Regime, e.Starts = r, []Start{{DueOf: &y}}
			y.Extension = &e
		}
		r.Rules = append(r.Rules, &y)
	}
	for _, c := range base.Checklists {
		own := *c
		own.Regime = r
		r.Checklists = append(r.Checklists, &own)
	}
	r.Facts = append(r.Facts, base.Facts...)
}

// DraftOf writes a policy as a draft, to be changed. What a draft cannot say is left out of it, and stays where the draft is built over
// the same policy.
func DraftOf(r *Regime) PolicyDraft {
	d := PolicyDraft{Regime: r.ID, Landlord: r.Landlord, Title: r.Title, From: r.From, Until: r.Until, Source: r.Source, Note: r.Note}
	for _, k := range DraftDuties {
		for _, x := range r.Rules {
			y := x
			if k.of != "" {
				if x.Duty != k.of || x.Extension == nil {
					continue
				}
				y = x.Extension
			} else if x.Duty != k.Slug {
				continue
			}
			d.Duties = append(d.Duties, DraftDuty{Duty: k.Slug, N: y.Limit.N, Unit: y.Limit.Unit, From: k.countOf(y), Clause: y.Clause, Confidence: y.Confidence, Confirm: y.Confirm})
		}
	}
	return d
}

func (k DutyKind) countOf(x *Rule) string {
	if k.of == "" && len(k.Counts) > 1 && len(x.Starts) > 0 &&
		(x.Starts[0].On == models.KindComplaintAcknowledged || x.Starts[0].On == models.KindStage2Acknowledged) {
		return k.Counts[1].Slug
	}
	return k.Counts[0].Slug
}

// PolicySet sorts the policies of one landlord by date, and refuses those of which two would be in force on one day.
func PolicySet(rs []*Regime) ([]*Regime, error) {
	out := slices.Clone(rs)
	slices.SortFunc(out, func(a, b *Regime) int { return cmp.Or(cmp.Compare(a.From, b.From), cmp.Compare(a.ID, b.ID)) })
	for i := 1; i < len(out); i++ {
		p, r := out[i-1], out[i]
		if p.Until == 0 || p.Until >= r.From {
			return nil, models.Invalid("from", "“%s” is in force from %s, while “%s”, in force from %s, still is. End that one on %s or before.",
				r.Title, r.From.Long(), p.Title, p.From.Long(), (r.From - 1).Long())
		}
	}
	return out, nil
}

// ParseDraft reads a draft as it was saved.
func ParseDraft(text string) (PolicyDraft, error) {
	var d PolicyDraft
	if err := json.Unmarshal([]byte(text), &d); err != nil {
		return d, fmt.Errorf("read policy: %w", err)
	}
	if d.Regime == "" {
		return d, errors.New("read policy: it has no id")
	}
	return d, nil
}

// Text is a draft as it is saved.
func (d *PolicyDraft) Text() (string, error) {
	b, err := json.Marshal(d)
	if err != nil {
		return "", fmt.Errorf("write policy: %w", err)
	}
	return string(b), nil
}
