package rulebook

import (
	"bytes"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"commoncase/models"
	"commoncase/models/civil"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
)

// The raw types are the file as written; every field that is not here is refused.
type rawFile struct {
	Landlord *rawLandlord `yaml:"landlord"`
	Regimes  []rawRegime  `yaml:"regimes"`
}

type rawLandlord struct {
	Slug     string `yaml:"slug"`
	Name     string `yaml:"name"`
	Invented bool   `yaml:"invented"`
}

type rawRegime struct {
	line     int
	ID       string     `yaml:"id"`
	Kind     string     `yaml:"kind"`
	Title    string     `yaml:"title"`
	Short    string     `yaml:"short"`
	InForce  rawSpan    `yaml:"in_force"`
	JudgedBy string     `yaml:"judged_by"`
	Calendar string     `yaml:"calendar"`
	Source   rawSource  `yaml:"source"`
	Note     string     `yaml:"note"`
	Rules    []rawRule  `yaml:"rules"`
	Accept   *rawAccept `yaml:"accept"`
	Escalate string     `yaml:"no_reasons_to_escalate"`

	Procedure  string         `yaml:"procedure"`
	Applies    rawApplies     `yaml:"applies"`
	Checklists []rawChecklist `yaml:"checklists"`
	Facts      []rawFact      `yaml:"facts"`
}

type rawApplies struct {
	Tenures   []string `yaml:"tenures"`
	Landlords []string `yaml:"landlords"`
	Assumed   string   `yaml:"assumed"`
}

type rawChecklist struct {
	line       int
	On         string    `yaml:"on"`
	Title      string    `yaml:"title"`
	Clause     string    `yaml:"clause"`
	Confidence string    `yaml:"confidence"`
	Seen       string    `yaml:"seen"`
	Confirm    string    `yaml:"confirm"`
	Items      []rawItem `yaml:"items"`
}

type rawItem struct {
	Slug   string `yaml:"slug"`
	Text   string `yaml:"text"`
	Clause string `yaml:"clause"`
}

type rawFact struct {
	Title      string `yaml:"title"`
	Text       string `yaml:"text"`
	Clause     string `yaml:"clause"`
	Confidence string `yaml:"confidence"`
	Seen       string `yaml:"seen"`
	Confirm    string `yaml:"confirm"`
}

type rawWhen struct {
	Urgency  []string  `yaml:"urgency"`
	Category []string  `yaml:"category"`
	Season   rawSeason `yaml:"season"`
}

type rawSeason struct {
	From  string `yaml:"from"`
	Until string `yaml:"until"`
}

type rawDeemed struct {
	Channel string `yaml:"channel"`
	N       int    `yaml:"n"`
	Unit    string `yaml:"unit"`
}

type rawSpan struct {
	From      string `yaml:"from"`
	Until     string `yaml:"until"`
	Announced string `yaml:"announced"`
}

type rawSource struct {
	Title   string `yaml:"title"`
	Address string `yaml:"address"`
}

type rawRule struct {
	line       int
	Duty       string        `yaml:"duty"`
	Type       string        `yaml:"type"`
	Title      string        `yaml:"title"`
	Clause     string        `yaml:"clause"`
	Rule       string        `yaml:"rule"`
	Bound      string        `yaml:"bound"`
	Starts     []rawStart    `yaml:"starts"`
	Limit      *rawLimit     `yaml:"limit"`
	Calendar   string        `yaml:"calendar"`
	MetBy      []string      `yaml:"met_by"`
	DueOn      string        `yaml:"due_on"`
	Confidence string        `yaml:"confidence"`
	Seen       string        `yaml:"seen"`
	Confirm    string        `yaml:"confirm"`
	Extension  *rawExtension `yaml:"extension"`

	Procedure string     `yaml:"procedure"`
	When      rawWhen    `yaml:"when"`
	NotBefore *rawLimit  `yaml:"not_before"`
	Roll      string     `yaml:"roll"`
	Deemed    *rawDeemed `yaml:"deemed"`
	Stops     []string   `yaml:"stops"`
	Resumes   []string   `yaml:"resumes"`
}

type rawAccept struct {
	Months     int    `yaml:"months"`
	Clause     string `yaml:"clause"`
	Confidence string `yaml:"confidence"`
	Confirm    string `yaml:"confirm"`
}

type rawStart struct {
	On      string `yaml:"on"`
	DueOf   string `yaml:"due_of"`
	Assumed string `yaml:"assumed"`
}

type rawLimit struct {
	N    int    `yaml:"n"`
	Unit string `yaml:"unit"`
}

type rawExtension struct {
	line       int
	Duty       string    `yaml:"duty"`
	Title      string    `yaml:"title"`
	Clause     string    `yaml:"clause"`
	Rule       string    `yaml:"rule"`
	By         string    `yaml:"by"`
	Max        *rawLimit `yaml:"max"`
	Total      *rawLimit `yaml:"total"`
	Confidence string    `yaml:"confidence"`
	Seen       string    `yaml:"seen"`
	Confirm    string    `yaml:"confirm"`
}

// The three that are named in errors remember the line they begin on.

func (r *rawRegime) UnmarshalYAML(n ast.Node) error {
	type plain rawRegime
	line := lineOf(n)
	if err := yaml.NodeToValue(n, (*plain)(r), yaml.Strict()); err != nil {
		return err
	}
	r.line = line
	return nil
}

func (r *rawRule) UnmarshalYAML(n ast.Node) error {
	type plain rawRule
	line := lineOf(n)
	if err := yaml.NodeToValue(n, (*plain)(r), yaml.Strict()); err != nil {
		return err
	}
	r.line = line
	return nil
}

func (r *rawExtension) UnmarshalYAML(n ast.Node) error {
	type plain rawExtension
	line := lineOf(n)
	if err := yaml.NodeToValue(n, (*plain)(r), yaml.Strict()); err != nil {
		return err
	}
	r.line = line
	return nil
}

func (r *rawChecklist) UnmarshalYAML(n ast.Node) error {
	type plain rawChecklist
	line := lineOf(n)
	if err := yaml.NodeToValue(n, (*plain)(r), yaml.Strict()); err != nil {
		return err
	}
	r.line = line
	return nil
}

// lineOf returns the line of a mapping's first key: the token of the mapping itself is its first colon or brace.
func lineOf(n ast.Node) int {
	if m, ok := n.(*ast.MappingNode); ok && len(m.Values) > 0 {
		return m.Values[0].Key.GetToken().Position.Line
	}
	if t := n.GetToken(); t != nil && t.Position != nil {
		return t.Position.Line
	}
	return 1
}

// decode reads YAML into a raw type; its errors name file and line.
func decode(file string, text []byte, into any) error {
	err := yaml.UnmarshalWithOptions(text, into, yaml.Strict())
	if err == nil {
		return nil
	}
	line := 1
	var at yaml.Error
	message := err.Error()
	if errors.As(err, &at) {
		if t := at.GetToken(); t != nil && t.Position != nil {
			line = t.Position.Line
		}
		message = at.GetMessage()
	}
	return fault(file, line, "%s", message)
}

// lineOfWord is the line on which a word first stands, for a fault that the YAML reader has no place for.
func lineOfWord(text []byte, word string) int {
	if i := bytes.Index(text, []byte(word)); word != "" && i >= 0 {
		return 1 + bytes.Count(text[:i], []byte("\n"))
	}
	return 1
}

// parse reads one file. The lines of its errors are those of the regime or rule at fault.
func parse(file string, text []byte) ([]*Regime, error) {
	var raw rawFile
	if err := decode(file, text, &raw); err != nil {
		return nil, err
	}
	if len(raw.Regimes) == 0 {
		return nil, fault(file, 1, "holds no regimes")
	}
	var out []*Regime
	for i := range raw.Regimes {
		r, err := raw.Regimes[i].check(file, raw.Landlord)
		if err != nil {
			return nil, err
		}
		out = append(out, r)
	}
	return out, nil
}

var slug = regexp.MustCompile(`^[a-z][a-z0-9]*(-[a-z0-9]+)*$`)

func (raw *rawRegime) check(file string, landlord *rawLandlord) (*Regime, error) {
	bad := func(format string, args ...any) (*Regime, error) { return nil, fault(file, raw.line, format, args...) }
	r := &Regime{ID: raw.ID, Family: Family(raw.Kind), Title: raw.Title, Short: raw.Short, JudgedBy: JudgedBy(raw.JudgedBy),
		Source: Source(raw.Source), Note: raw.Note, File: file, Line: raw.line}
	switch {
	case !slug.MatchString(raw.ID):
		return bad("id %q is not a slug such as code-2022", raw.ID)
	case familyOrder(r.Family) < 0:
		return bad("%s: kind %q is not code, scheme, policy or law", r.ID, raw.Kind)
	case r.Title == "" || r.Short == "":
		return bad("%s has no title or no short title", r.ID)
	case r.Source.Title == "" && !raw.unconfirmed():
		return bad("%s has no source, and not all of it is marked unconfirmed", r.ID)
	case r.Source.Address != "" && !strings.HasPrefix(r.Source.Address, "https://"):
		return bad("%s: the source's address %q does not begin with https://", r.ID, r.Source.Address)
	case r.JudgedBy != ByComplaint && r.JudgedBy != ByStart:
		return bad("%s: judged_by %q is not complaint or start", r.ID, raw.JudgedBy)
	case len(raw.Rules) == 0 && raw.InForce.Announced == "":
		return bad("%s has no rules", r.ID)
	case len(raw.Rules) > MaxRules:
		return bad("%s has %d rules; split it, %d is the most", r.ID, len(raw.Rules), MaxRules)
	case (r.Family == FamilyPolicy) != (landlord != nil):
		return bad("%s: a policy has a landlord, and a Code, the Scheme or a law has none", r.ID)
	case r.Family == FamilyLaw && r.JudgedBy != ByStart:
		return bad("%s: a law is judged by the day on which its procedure was opened (start)", r.ID)
	case raw.Procedure != "" && !models.Procedure(raw.Procedure).Known():
		return bad("%s: procedure %q is none that Commoncase knows", r.ID, raw.Procedure)
	}
	if r.Source.Title == "" {
		r.Source.Title = "no source is held; all of it is to be confirmed"
	}
	if r.Family == FamilyLaw {
		r.Series = strings.TrimSuffix(file, ".yaml")
	}
	if err := raw.checkApplies(r); err != nil {
		return nil, err
	}
	if landlord != nil {
		if !slug.MatchString(landlord.Slug) || landlord.Name == "" {
			return bad("%s: the landlord has no slug or no name", r.ID)
		}
		r.Landlord = Landlord(*landlord)
	}
	r.Escalate = raw.Escalate
	if a := raw.Accept; a != nil {
		r.Accept = Accept{Months: a.Months, Clause: a.Clause, Confidence: Confidence(a.Confidence), Confirm: a.Confirm}
		if r.Family != FamilyCode || a.Months < 1 || a.Clause == "" || r.Accept.Confidence.Label() == a.Confidence || (r.Accept.Confidence == Unconfirmed) != (a.Confirm != "") {
			return bad("%s: accept belongs to a Code and has months, a clause, how sure it is, and where it is unconfirmed what would confirm it", r.ID)
		}
	}
	if raw.InForce.Announced != "" {
		if raw.InForce.From != "" || raw.InForce.Until != "" {
			return bad("%s is announced and has a date: leave one of the two out", r.ID)
		}
		r.Announced = raw.InForce.Announced
		return r, raw.checkRules(file, r)
	}
	var err error
	if r.From, err = civil.Parse(raw.InForce.From); err != nil {
		return bad("%s: in force from: %v", r.ID, err)
	}
	if raw.InForce.Until != "" {
		if r.Until, err = civil.Parse(raw.InForce.Until); err != nil {
			return bad("%s: in force until: %v", r.ID, err)
		}
		if r.Until < r.From {
			return bad("%s ends on %s, before it begins", r.ID, r.Until)
		}
	}
	return r, raw.checkRules(file, r)
}

// unconfirmed reports whether everything that the regime says is marked so: only then may it have no source.
func (raw *rawRegime) unconfirmed() bool {
	marks := []string{}
	for _, r := range raw.Rules {
		marks = append(marks, r.Confidence)
		if r.Extension != nil {
			marks = append(marks, r.Extension.Confidence)
		}
	}
	for _, c := range raw.Checklists {
		marks = append(marks, c.Confidence)
	}
	for _, f := range raw.Facts {
		marks = append(marks, f.Confidence)
	}
	return len(marks) > 0 && !slices.ContainsFunc(marks, func(m string) bool { return m != string(Unconfirmed) })
}

func (raw *rawRegime) checkApplies(r *Regime) error {
	bad := func(format string, args ...any) error { return fault(r.File, r.Line, format, args...) }
	for _, t := range raw.Applies.Tenures {
		if !models.Tenure(t).Known() {
			return bad("%s applies to the tenure %q, which is none", r.ID, t)
		}
		r.Applies.Tenures = append(r.Applies.Tenures, models.Tenure(t))
	}
	for _, l := range raw.Applies.Landlords {
		if !models.LandlordType(l).Known() {
			return bad("%s applies to the type of landlord %q, which is none", r.ID, l)
		}
		r.Applies.Landlords = append(r.Applies.Landlords, models.LandlordType(l))
	}
	r.Applies.Assumed = raw.Applies.Assumed
	if slices.Contains(r.Applies.Tenures, models.TenureUnknown) != (r.Applies.Assumed != "") {
		return bad("%s: a law that applies where the tenure is unknown says what it assumes, and no other does", r.ID)
	}
	for i := range raw.Checklists {
		c, err := raw.Checklists[i].check(r)
		if err != nil {
			return err
		}
		for _, other := range r.Checklists {
			if other.On == c.On {
				return fault(r.File, c.Line, "%s has a checklist for %s at line %d already", r.ID, c.On, other.Line)
			}
		}
		r.Checklists = append(r.Checklists, c)
	}
	for _, f := range raw.Facts {
		x := Fact{Title: f.Title, Text: f.Text, Clause: f.Clause, Confidence: Confidence(f.Confidence), Seen: f.Seen, Confirm: f.Confirm}
		if x.Title == "" || x.Text == "" {
			return bad("%s: a fact has no title or no text", r.ID)
		}
		if why := sure(x.Confidence, x.Confirm); why != "" {
			return bad("%s: the fact %q %s", r.ID, x.Title, why)
		}
		r.Facts = append(r.Facts, x)
	}
	return nil
}

func (raw *rawChecklist) check(r *Regime) (*Checklist, error) {
	bad := func(format string, args ...any) (*Checklist, error) {
		return nil, fault(r.File, raw.line, format, args...)
	}
	c := &Checklist{Regime: r, On: models.Kind(raw.On), Title: raw.Title, Clause: raw.Clause, Confidence: Confidence(raw.Confidence),
		Seen: raw.Seen, Confirm: raw.Confirm, File: r.File, Line: raw.line}
	switch why := sure(c.Confidence, c.Confirm); {
	case !c.On.Known():
		return bad("%s: a checklist is for %q, which is no kind of event", r.ID, raw.On)
	case c.Title == "" || c.Clause == "" || len(raw.Items) == 0:
		return bad("%s: the checklist for %s needs a title, a clause and items", r.ID, c.On)
	case why != "":
		return bad("%s: the checklist for %s %s", r.ID, c.On, why)
	}
	for _, i := range raw.Items {
		if !slug.MatchString(i.Slug) || i.Text == "" {
			return bad("%s: an item of the checklist for %s has no slug or no text", r.ID, c.On)
		}
		for _, other := range c.Items {
			if other.Slug == i.Slug {
				return bad("%s: the checklist for %s has the item %s twice", r.ID, c.On, i.Slug)
			}
		}
		c.Items = append(c.Items, Item{Slug: i.Slug, Text: i.Text, Clause: firstOf(i.Clause, c.Clause)})
	}
	return c, nil
}

// sure says what is wrong with how sure something claims to be, "" where nothing is.
func sure(c Confidence, confirm string) string {
	switch {
	case !slices.Contains([]Confidence{Verified, Secondary, Remembered, Unconfirmed}, c):
		return "has the confidence " + strconv.Quote(string(c)) + ", which is not verified, secondary, remembered-high or unconfirmed"
	case c == Unconfirmed && confirm == "":
		return "is unconfirmed and does not say what would confirm it"
	case c != Unconfirmed && confirm != "":
		return "is " + string(c) + " and still says what would confirm it"
	}
	return ""
}

func (raw *rawRegime) checkRules(file string, r *Regime) error {
	byDuty := map[string]*Rule{}
	for i := range raw.Rules {
		rule, err := raw.Rules[i].check(file, r, raw)
		if err != nil {
			return err
		}
		r.Rules = append(r.Rules, rule)
		for _, x := range []*Rule{rule, rule.Extension} {
			if x == nil {
				continue
			}
			if other := byDuty[x.Duty]; other != nil {
				return fault(file, x.Line, "%s is already at line %d", x.ID, other.Line)
			}
			byDuty[x.Duty] = x
		}
	}
	// A clock may start on another's due date; that one must be there, written before it (so that there is no circle).
	for i, rule := range r.Rules {
		for j := range rule.Starts {
			name := raw.Rules[i].Starts[j].DueOf
			if name == "" {
				continue
			}
			of := byDuty[name]
			if of == nil || of.Type != TypeDuty || slices.Index(r.Rules, of) >= i {
				return fault(file, rule.Line, "%s starts when %q is due, which is no duty written before it in this regime", rule.ID, name)
			}
			rule.Starts[j].DueOf = of
		}
	}
	return nil
}

func (raw *rawRule) check(file string, r *Regime, of *rawRegime) (*Rule, error) {
	bad := func(format string, args ...any) (*Rule, error) { return nil, fault(file, raw.line, format, args...) }
	x := &Rule{ID: r.ID + "/" + raw.Duty, Duty: raw.Duty, Type: Type(raw.Type), Regime: r, Clause: raw.Clause, Title: raw.Title,
		Text: raw.Rule, Bound: models.Bound(raw.Bound), DueOn: models.Kind(raw.DueOn), Confidence: Confidence(raw.Confidence),
		Seen: raw.Seen, Confirm: raw.Confirm, File: file, Line: raw.line}
	if x.Type == "" {
		x.Type = TypeDuty
	}
	if !slug.MatchString(raw.Duty) {
		return bad("duty %q is not a slug such as stage1-response", raw.Duty)
	}
	if err := x.checkWords(); err != nil {
		return nil, err
	}
	if x.Bound != models.BoundLandlord && x.Bound != models.BoundResident && x.Bound != models.BoundBranch {
		return bad("%s: bound %q is not landlord, resident or branch", x.ID, raw.Bound)
	}
	x.Procedure = models.Procedure(firstOf(raw.Procedure, of.Procedure))
	if err := raw.checkMore(x); err != nil {
		return nil, err
	}
	switch {
	case x.Procedure != "" && !x.Procedure.Known():
		return bad("%s: procedure %q is none that Commoncase knows", x.ID, x.Procedure)
	case r.Family == FamilyLaw && x.Procedure == "":
		return bad("%s belongs to no procedure", x.ID)
	case (r.Family == FamilyCode || r.Family == FamilyScheme) && x.Procedure != "":
		return bad("%s: a Code and the Scheme have no procedures", x.ID)
	}
	switch name := firstOf(raw.Calendar, of.Calendar); name {
	case "case":
	default:
		if _, ok := civil.Get(civil.CalendarName(name)); !ok {
			return bad("%s: calendar %q is not case or the name of one", x.ID, name)
		}
		x.Calendar = civil.CalendarName(name)
	}
	for _, k := range raw.MetBy {
		if !models.Kind(k).Known() {
			return bad("%s is met by %q, which is no kind of event", x.ID, k)
		}
		x.MetBy = append(x.MetBy, models.Kind(k))
	}
	if err := raw.checkStarts(x); err != nil {
		return nil, err
	}
	if err := raw.checkType(x); err != nil {
		return nil, err
	}
	if err := x.agrees(raw.Extension); err != nil {
		return nil, err
	}
	if raw.Extension != nil {
		if x.Type != TypeDuty {
			return bad("%s: only a duty can be extended", x.ID)
		}
		e, err := raw.Extension.check(file, x)
		if err != nil {
			return nil, err
		}
		x.Extension = e
	}
	return x, nil
}

// agrees refuses a rule whose parts contradict each other.
func (x *Rule) agrees(e *rawExtension) error {
	bad := func(format string, args ...any) error { return fault(x.File, x.Line, format, args...) }
	hours := x.Limit.Unit == Hours
	for _, k := range x.Stops {
		if slices.Contains(x.Resumes, k) || slices.Contains(x.MetBy, k) {
			return bad("%s is stopped by %s, which also sets it going again or meets it", x.ID, k)
		}
	}
	switch {
	case hours && x.Procedure == "":
		return bad("%s: hours are for procedures; the complaint counts in days", x.ID)
	case hours && (x.Type != TypeDuty || x.Roll || x.NotBefore.N > 0 || x.Deemed.Limit.N > 0 || len(x.Stops) > 0 || e != nil):
		return bad("%s: a limit in hours runs on by the clock: it has no roll, not_before, deemed, stops or extension, and is a duty", x.ID)
	case x.Type != TypeDuty && (x.NotBefore.N > 0 || len(x.Stops) > 0 || x.Deemed.Limit.N > 0):
		return bad("%s: not_before, deemed and stops are for duties", x.ID)
	case x.Procedure == "" && x.Deemed.Limit.N > 0:
		return bad("%s: deemed is for procedures", x.ID)
	case x.NotBefore.Unit == Hours || x.Deemed.Limit.Unit == Hours:
		return bad("%s: not_before and deemed are no hours", x.ID)
	case e != nil && slices.Contains(x.MetBy, models.Kind(e.By)):
		return bad("%s is met and extended by the same %s", x.ID, e.By)
	}
	return nil
}

// checkMore reads what only some rules have.
func (raw *rawRule) checkMore(x *Rule) error {
	bad := func(format string, args ...any) error { return fault(x.File, x.Line, format, args...) }
	for _, u := range raw.When.Urgency {
		if !models.Urgency(u).Known() {
			return bad("%s: urgency %q is not emergency, significant, urgent or routine", x.ID, u)
		}
		x.When.Urgency = append(x.When.Urgency, models.Urgency(u))
	}
	x.When.Category = raw.When.Category
	var err error
	if se := raw.When.Season; se != (rawSeason{}) {
		if x.When.From, err = dayOfYear(se.From); err == nil {
			x.When.Until, err = dayOfYear(se.Until)
		}
		if err != nil {
			return bad("%s: the season: %v", x.ID, err)
		}
	}
	if raw.NotBefore != nil {
		if x.NotBefore, err = raw.NotBefore.check(x); err != nil {
			return err
		}
	}
	switch raw.Roll {
	case "":
	case "next_working_day":
		x.Roll = true
	default:
		return bad("%s: roll %q is not next_working_day", x.ID, raw.Roll)
	}
	if d := raw.Deemed; d != nil {
		x.Deemed.Channel = models.Channel(d.Channel)
		if !x.Deemed.Channel.Known() {
			return bad("%s: deemed to be received by %q, which is no channel", x.ID, d.Channel)
		}
		if x.Deemed.Limit, err = (&rawLimit{N: d.N, Unit: d.Unit}).check(x); err != nil {
			return err
		}
	}
	if x.Stops, err = kinds(x, "stops", raw.Stops); err != nil {
		return err
	}
	if x.Resumes, err = kinds(x, "resumes", raw.Resumes); err != nil {
		return err
	}
	if (len(x.Stops) > 0) != (len(x.Resumes) > 0) {
		return bad("%s: a clock that stops says what sets it going again", x.ID)
	}
	if x.Procedure == "" && (x.When.Urgency != nil || x.When.Category != nil || x.When.From != 0 || x.NotBefore.N != 0 || x.Stops != nil) {
		return bad("%s: when, not_before and stops are for procedures", x.ID)
	}
	return nil
}

func kinds(x *Rule, what string, names []string) ([]models.Kind, error) {
	var out []models.Kind
	for _, k := range names {
		if !models.Kind(k).Known() {
			return nil, fault(x.File, x.Line, "%s %s with %q, which is no kind of event", x.ID, what, k)
		}
		out = append(out, models.Kind(k))
	}
	return out, nil
}

// dayOfYear reads 11-01 as 1101.
func dayOfYear(s string) (int, error) {
	d, err := civil.Parse("2024-" + s) // a leap year has every day
	if err != nil {
		return 0, fmt.Errorf("%q is not a month and a day, such as 11-01", s)
	}
	return int(d.Month())*100 + d.Day(), nil
}

func firstOf(a, b string) string {
	if a != "" {
		return a
	}
	return b
}

// checkWords refuses a rule that does not say what it is, where it stands and how sure we are.
func (x *Rule) checkWords() error {
	switch {
	case x.Title == "" || x.Text == "":
		return fault(x.File, x.Line, "%s has no title or no rule", x.ID)
	case x.Clause == "":
		return fault(x.File, x.Line, "%s has no clause", x.ID)
	}
	if why := sure(x.Confidence, x.Confirm); why != "" {
		return fault(x.File, x.Line, "%s %s", x.ID, why)
	}
	return nil
}

func (raw *rawRule) checkStarts(x *Rule) error {
	if x.Type == TypeBan {
		if len(raw.Starts) != 1 || !models.Kind(raw.Starts[0].On).Known() || len(raw.MetBy) > 0 || raw.Limit != nil {
			return fault(x.File, x.Line, "%s: a ban starts on the one event that must not be, and has no limit and nothing that meets it", x.ID)
		}
	}
	if len(raw.Starts) == 0 {
		return fault(x.File, x.Line, "%s never starts", x.ID)
	}
	for i, s := range raw.Starts {
		k := models.Kind(s.On)
		switch {
		case (s.On == "") == (s.DueOf == ""):
			return fault(x.File, x.Line, "%s: start %d needs either on or due_of", x.ID, i+1)
		case s.On != "" && !k.Known():
			return fault(x.File, x.Line, "%s starts on %q, which is no kind of event", x.ID, s.On)
		case slices.Contains(x.MetBy, k):
			return fault(x.File, x.Line, "%s is started and met by the same %s", x.ID, s.On)
		case i > 0 && s.Assumed == "":
			return fault(x.File, x.Line, "%s: start %d does not say what it assumes", x.ID, i+1)
		case i == 0 && s.DueOf != "":
			return fault(x.File, x.Line, "%s: the first start is an event", x.ID)
		}
		x.Starts = append(x.Starts, Start{On: k, Assumed: s.Assumed})
	}
	return nil
}

func (raw *rawRule) checkType(x *Rule) error {
	bad := func(format string, args ...any) error { return fault(x.File, x.Line, format, args...) }
	if x.Type == TypeOrder {
		if raw.Limit != nil || !x.DueOn.Known() || len(x.MetBy) == 0 {
			return bad("%s: an order has no limit; it has due_on and met_by", x.ID)
		}
		x.Limit = Limit{N: 0, Unit: Days}
		return nil
	}
	switch x.Type {
	case TypeBan:
		if x.Procedure != "" {
			return bad("%s: a ban stands in a Code, the Scheme or a policy", x.ID)
		}
		return nil
	case TypeDated:
		if raw.Limit != nil || x.Procedure == "" || len(x.MetBy) == 0 {
			return bad("%s: a dated rule belongs to a procedure, has no limit, and is met by something", x.ID)
		}
		x.Limit = Limit{N: 0, Unit: Days}
		return nil
	case TypeDuty, TypeWait, TypeWindow:
	default:
		return bad("%s: type %q is not duty, wait, window, order, dated or ban", x.ID, x.Type)
	}
	if raw.DueOn != "" {
		return bad("%s: due_on is for orders", x.ID)
	}
	if x.Type == TypeDuty && len(x.MetBy) == 0 {
		return bad("%s is never met", x.ID)
	}
	var err error
	x.Limit, err = raw.Limit.check(x)
	return err
}

func (raw *rawLimit) check(x *Rule) (Limit, error) {
	if raw == nil {
		return Limit{}, fault(x.File, x.Line, "%s has no limit", x.ID)
	}
	l := Limit{N: raw.N, Unit: Unit(raw.Unit)}
	if l.N < 1 || l.N > 1000 {
		return Limit{}, fault(x.File, x.Line, "%s: a limit of %d is not between 1 and 1,000", x.ID, l.N)
	}
	if !slices.Contains([]Unit{WorkingDays, Days, Weeks, Months, Hours}, l.Unit) {
		return Limit{}, fault(x.File, x.Line, "%s: unit %q is not working_days, days, weeks, months or hours", x.ID, raw.Unit)
	}
	return l, nil
}

// check makes the rule that judges an extension: from the original due date, at most so long.
func (raw *rawExtension) check(file string, of *Rule) (*Rule, error) {
	x := &Rule{ID: of.Regime.ID + "/" + raw.Duty, Duty: raw.Duty, Type: TypeExtension, Regime: of.Regime, Clause: raw.Clause,
		Title: raw.Title, Text: raw.Rule, Bound: of.Bound, Starts: []Start{{DueOf: of}}, Calendar: of.Calendar,
		ExtendedBy: models.Kind(raw.By), Confidence: Confidence(raw.Confidence), Seen: raw.Seen, Confirm: raw.Confirm,
		File: file, Line: raw.line}
	if !slug.MatchString(raw.Duty) {
		return nil, fault(file, raw.line, "duty %q is not a slug such as stage1-extension", raw.Duty)
	}
	if err := x.checkWords(); err != nil {
		return nil, err
	}
	if !x.ExtendedBy.Known() {
		return nil, fault(file, raw.line, "%s: by %q is no kind of event", x.ID, raw.By)
	}
	x.MetBy = []models.Kind{x.ExtendedBy}
	if (raw.Max == nil) == (raw.Total == nil) {
		return nil, fault(file, raw.line, "%s: an extension has either max, counted from the due date, or total, counted from the start", x.ID)
	}
	longest := raw.Max
	if raw.Total != nil {
		longest, x.Total = raw.Total, true
	}
	x.Procedure, x.Roll = of.Procedure, of.Roll
	var err error
	x.Limit, err = longest.check(x)
	if err == nil && x.Limit.Unit == Hours {
		err = fault(file, raw.line, "%s: an extension is counted in days, weeks or months", x.ID)
	}
	return x, err
}
