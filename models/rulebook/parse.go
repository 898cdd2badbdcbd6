package rulebook

import (
	"errors"
	"regexp"
	"slices"
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
}

type rawSpan struct {
	From  string `yaml:"from"`
	Until string `yaml:"until"`
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

// parse reads one file. The lines of its errors are those of the regime or rule at fault.
func parse(file string, text []byte) ([]*Regime, error) {
	var raw rawFile
	if err := yaml.UnmarshalWithOptions(text, &raw, yaml.Strict()); err != nil {
		line := 1
		var at yaml.Error
		message := err.Error()
		if errors.As(err, &at) {
			if t := at.GetToken(); t != nil && t.Position != nil {
				line = t.Position.Line
			}
			message = at.GetMessage()
		}
		return nil, fault(file, line, "%s", message)
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
		return bad("%s: kind %q is not code, scheme or policy", r.ID, raw.Kind)
	case r.Title == "" || r.Short == "":
		return bad("%s has no title or no short title", r.ID)
	case r.Source.Title == "":
		return bad("%s has no source", r.ID)
	case r.Source.Address != "" && !strings.HasPrefix(r.Source.Address, "https://"):
		return bad("%s: the source's address %q does not begin with https://", r.ID, r.Source.Address)
	case r.JudgedBy != ByComplaint && r.JudgedBy != ByStart:
		return bad("%s: judged_by %q is not complaint or start", r.ID, raw.JudgedBy)
	case len(raw.Rules) == 0:
		return bad("%s has no rules", r.ID)
	case len(raw.Rules) > MaxRules:
		return bad("%s has %d rules; split it, %d is the most", r.ID, len(raw.Rules), MaxRules)
	case (r.Family == FamilyPolicy) != (landlord != nil):
		return bad("%s: a policy has a landlord, and a Code or Scheme has none", r.ID)
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

func (raw *rawRegime) checkRules(file string, r *Regime) error {
	byDuty := map[string]*Rule{}
	for i := range raw.Rules {
		rule, err := raw.Rules[i].check(file, r, raw.Calendar)
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

func (raw *rawRule) check(file string, r *Regime, calendar string) (*Rule, error) {
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
	if x.Bound != models.BoundLandlord && x.Bound != models.BoundResident {
		return bad("%s: bound %q is not landlord or resident", x.ID, raw.Bound)
	}
	switch name := firstOf(raw.Calendar, calendar); name {
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
	case !slices.Contains([]Confidence{Verified, Secondary, Remembered, Unconfirmed}, x.Confidence):
		return fault(x.File, x.Line, "%s: confidence %q is not verified, secondary, remembered-high or unconfirmed", x.ID, x.Confidence)
	case x.Confidence == Unconfirmed && x.Confirm == "":
		return fault(x.File, x.Line, "%s is unconfirmed and does not say what would confirm it", x.ID)
	case x.Confidence != Unconfirmed && x.Confirm != "":
		return fault(x.File, x.Line, "%s is %s and still says what would confirm it", x.ID, x.Confidence)
	}
	return nil
}

func (raw *rawRule) checkStarts(x *Rule) error {
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
	if !slices.Contains([]Type{TypeDuty, TypeWait, TypeWindow}, x.Type) {
		return bad("%s: type %q is not duty, wait, window or order", x.ID, x.Type)
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
	if !slices.Contains([]Unit{WorkingDays, Days, Weeks, Months}, l.Unit) {
		return Limit{}, fault(x.File, x.Line, "%s: unit %q is not working_days, days, weeks or months", x.ID, raw.Unit)
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
	var err error
	x.Limit, err = raw.Max.check(x)
	return x, err
}
