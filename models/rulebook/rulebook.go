// Package rulebook holds the law and the landlords' policies as data: one YAML file a family of rules, each rule with its
// clause, its source, the days it is in force, and how sure we are of it. Of ours it imports models and models/civil.
//
// To add a Code, a version of the Scheme or a landlord's policy, write one file here (or add a regime to one) and its
// worked examples as a table test in models/timeline. A file is a list of regimes; a regime is one version of one text:
//
//	landlord: {slug: example-homes, name: Example Homes}   # policies only
//	regimes:
//	  - id: example-homes-2025        # the first part of every duty's id: example-homes-2025/stage1-response
//	    kind: policy                  # code, scheme or policy
//	    title: Example Homes' complaint policy
//	    short: Example's policy
//	    in_force: {from: 2025-01-01, until: 2025-12-31}    # both days included; without until: still in force
//	    judged_by: complaint          # the day that chooses the version: the complaint's, or the day the clock starts (start)
//	    calendar: case                # the case's own calendar, or the name of one
//	    source: {title: what the text is, address: where it can be read}
//	    rules:
//	      - duty: stage1-response
//	        title: Stage 1 response
//	        clause: "4.2"
//	        rule: One sentence in our own words.
//	        bound: landlord           # or resident
//	        starts:                   # the first that is there starts the clock; each but the first says what is assumed
//	          - {on: complaint_acknowledged}
//	          - {due_of: stage1-acknowledgement, assumed: One sentence.}
//	        limit: {n: 10, unit: working_days}              # working_days, days, weeks or months
//	        met_by: [stage1_response]
//	        confidence: verified      # verified, secondary, remembered-high or unconfirmed
//	        seen: where it was read
//	        confirm: what would settle it                   # unconfirmed rules must say
//	        extension: {duty: stage1-extension, title: ..., clause: ..., rule: ..., by: extension_notified,
//	          max: {n: 10, unit: working_days}, confidence: ...}
//
// A rule has a type: duty (the usual one), wait (nothing can be done before), window (something may be done until, and is no
// breach where it is not), order (the date stands in an event, due_on, and there is one clock for each), dated (due on the day that
// the opening event names, as a promise does) or ban (an event that must not be: it is a breach by itself).
//
// Beside the complaint run procedures (models.Procedure), each opened by an event: a hazard, a request, a promise. A regime of kind law
// is one version of the law on one or more of them; all regimes of a file are versions of one text and may not overlap. What it may
// have more:
//
//	procedure: hazard             # of its rules; a rule may name another. A policy's rules may have one too
//	in_force: {announced: 2027}   # instead of from: it is shown and judges nothing
//	applies:                      # whom it binds; left out: everybody
//	  tenures: [assured, secure, unknown]
//	  landlords: [council]
//	  assumed: One sentence.      # said where the tenure is not known
//	rules:
//	  - ...
//	    when: {urgency: [emergency], category: [damp_mould], season: {from: 11-01, until: 04-30}}
//	    limit: {n: 24, unit: hours}             # by the clock on the wall; of duties, and without what follows here
//	    not_before: {n: 6, unit: months}        # the later of the limit and so long after the day named in the opening event
//	    roll: next_working_day                  # where the last day is none
//	    deemed: {channel: letter, n: 2, unit: working_days}   # the start is so long after an event of that channel
//	    stops: [clarification_asked]            # the clock stands still from the first
//	    resumes: [clarification_given]          # to the second
//	    extension: {..., total: {n: 3, unit: months}}         # instead of max: counted from the start
//	checklists:                   # what a letter of the landlord must say: a missing item is a breach
//	  - {on: stage1_response, title: ..., clause: "6.9", confidence: secondary, items: [{slug: decision, text: One sentence.}]}
//	facts:                        # what the text says without a clock, shown with the rules
//	  - {title: ..., text: ..., clause: ..., confidence: verified}
//
// Lists of names (hazards, defects) by date are in lists, the grounds outside the Ombudsman's jurisdiction in jurisdiction, whom to call in advice. An operator
// puts a file of the same name into a folder of their own to take the place of one of these, or a new one beside them (Load).
//
// Two texts are two files, for the versions of one follow each other: freedom-of-information.yaml and environmental-information.yaml.
// Loading refuses, with file and line, whatever is unknown, missing, double, contradictory or overlapping, and a regime that has neither
// a source nor the mark unconfirmed on all that it says.
package rulebook

import (
	"cmp"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"fmt"
	"io/fs"
	"maps"
	"math"
	"path"
	"slices"
	"sync"

	"commoncase/models"
	"commoncase/models/civil"
)

// Family is what a regime is a version of.
type Family string

// The families.
const (
	FamilyCode   Family = "code"
	FamilyScheme Family = "scheme"
	FamilyPolicy Family = "policy"
	FamilyLaw    Family = "law" // on a procedure beside the complaint
)

// Label returns the words for a family, as a heading.
func (f Family) Label() string {
	switch f {
	case FamilyCode:
		return "The Ombudsman's Complaint Handling Code"
	case FamilyScheme:
		return "The Housing Ombudsman Scheme"
	case FamilyPolicy:
		return "Landlords' own policies"
	case FamilyLaw:
		return "Other law and practice"
	}
	return string(f)
}

// JudgedBy is the day that chooses the version of a text that a clock is judged by.
type JudgedBy string

// The choices.
const (
	ByComplaint JudgedBy = "complaint" // the day the complaint was made: both stages are judged by one version
	ByStart     JudgedBy = "start"     // the day the clock starts
)

// Type is how a rule works.
type Type string

// The types.
const (
	TypeDuty      Type = "duty"
	TypeWait      Type = "wait"      // nothing can be done before the limit is over
	TypeWindow    Type = "window"    // something may be done until the limit is over; not doing it is no breach
	TypeOrder     Type = "order"     // one clock for each event of DueOn, due on that event's day
	TypeDated     Type = "dated"     // due on the day that the opening event names
	TypeBan       Type = "ban"       // the event is a breach by itself; there is no clock
	TypeExtension Type = "extension" // judges the extension of another rule; made from it, not written
)

// Unit is what a limit is counted in.
type Unit string

// The units.
const (
	WorkingDays Unit = "working_days"
	Days        Unit = "days"
	Weeks       Unit = "weeks"
	Months      Unit = "months"
	Hours       Unit = "hours" // by the clock on the wall: 24 hours end at the same time on the next day
)

// Confidence is how sure we are of a rule.
type Confidence string

// The degrees of confidence.
const (
	Verified    Confidence = "verified"        // read in the primary source
	Secondary   Confidence = "secondary"       // read in a good secondary source
	Remembered  Confidence = "remembered-high" // not read, and agrees with all that was
	Unconfirmed Confidence = "unconfirmed"     // to be checked by a person; Confirm says how
)

// Label returns the words for a confidence.
func (c Confidence) Label() string {
	switch c {
	case Verified:
		return "verified in the source itself"
	case Secondary:
		return "read in a good secondary source"
	case Remembered:
		return "from memory, and agrees with everything read"
	case Unconfirmed:
		return "not confirmed"
	}
	return string(c)
}

// Short returns a word or two for a confidence, for a column of a table.
func (c Confidence) Short() string {
	switch c {
	case Verified:
		return "verified"
	case Secondary:
		return "secondary source"
	case Remembered, Unconfirmed:
		return "to be confirmed"
	}
	return string(c)
}

// Limit is how long something may take.
type Limit struct {
	N    int
	Unit Unit
}

// String returns the limit in words: 10 working days, 1 month; "" where there is none.
func (l Limit) String() string {
	if l.Unit == "" { // of a ban
		return ""
	}
	word := map[Unit]string{WorkingDays: "working day", Days: "day", Weeks: "week", Months: "month", Hours: "hour"}[l.Unit]
	if l.N != 1 {
		word += "s"
	}
	return fmt.Sprintf("%d %s", l.N, word)
}

// From returns the last day of a limit that begins on d; d is day 0.
func (l Limit) From(d civil.Date, c *civil.Calendar) civil.Date {
	switch l.Unit {
	case WorkingDays:
		return c.Add(d, l.N)
	case Weeks:
		return d.AddDays(7 * l.N)
	case Months:
		return d.AddMonths(l.N)
	case Hours:
		return d.AddDays((l.N + 23) / 24)
	default:
		return d.AddDays(l.N)
	}
}

// Count returns the days after a up to and including b in which the unit is counted: working days for working days,
// calendar days for everything else.
func (u Unit) Count(a, b civil.Date, c *civil.Calendar) int {
	if u == WorkingDays {
		return c.Between(a, b)
	}
	return a.DaysUntil(b)
}

// FromTime returns the day and the time at which a limit in hours ends that begins at a time of day.
func (l Limit) FromTime(d civil.Date, at civil.Time) (civil.Date, civil.Time) {
	m := at.Minutes() + 60*l.N
	return d.AddDays(m / (24 * 60)), civil.At(m/60%24, m%60)
}

// Source is a text and where it can be read.
type Source struct {
	Title   string
	Address string // "" where it is not published
}

// Landlord is whose policy a regime is.
type Landlord struct {
	Slug     string
	Name     string
	Invented bool // stands in the demonstration alone
}

// Regime is one version of one text.
type Regime struct {
	ID         string // code-2022
	Family     Family
	Landlord   Landlord // of a policy; zero for the Codes and the Scheme
	Title      string
	Short      string
	From       civil.Date
	Until      civil.Date // the last day; zero while in force
	Announced  string     // of law that is announced and has no date: it is shown, and judges nothing
	Series     string     // the versions of one law share it; "" of the others
	Applies    Applies
	Checklists []*Checklist
	Facts      []Fact
	Origin     string // the folder of the operator's that the file lies in; "" where it is built in
	Digest     string // of the file that it was read from: the version that judged
	JudgedBy   JudgedBy
	Source     Source
	Note       string
	Accept     Accept  // of a Code: how old a matter may be; zero where it says nothing
	Escalate   string  // of a Code: the clause by which a resident need give no reasons for stage 2; "" where it has none
	Rules      []*Rule // in the order of the road, as written; extensions are in their rules
	File       string
	Line       int
}

// Accept is how old a matter may be before a landlord may leave a complaint about it aside.
type Accept struct {
	Months     int
	Clause     string
	Confidence Confidence
	Confirm    string // what would settle it, where it is unconfirmed
}

// Covers reports whether the regime was in force on d.
func (r *Regime) Covers(d civil.Date) bool {
	return r.From != 0 && d >= r.From && (r.Until == 0 || d <= r.Until)
}

// Version says which text judged: "clarion.yaml, version 3f2a91c04d5e", with the operator's folder where it is one of theirs.
func (r *Regime) Version() string {
	v := r.File + ", version " + r.Digest
	if r.Origin != "" {
		v += ", from " + r.Origin
	}
	return v
}

// Applies says whom a law binds; empty lists bind everybody.
type Applies struct {
	Tenures   []models.Tenure
	Landlords []models.LandlordType
	Assumed   string // what is assumed where the tenure is not known, a sentence
}

// To reports whether the law applies, and what was assumed for it to.
func (a *Applies) To(t models.Tenure, l models.LandlordType) (ok bool, assumed string) {
	if l == "" {
		l = models.LandlordUnknown
	}
	if len(a.Landlords) > 0 && !slices.Contains(a.Landlords, l) {
		return false, ""
	}
	if len(a.Tenures) == 0 {
		return true, ""
	}
	if t == "" {
		t = models.TenureUnknown
	}
	if !slices.Contains(a.Tenures, t) {
		return false, ""
	}
	if t == models.TenureUnknown {
		return true, a.Assumed
	}
	return true, ""
}

// When narrows a rule to some of the events that open its procedure; what is empty does not narrow.
type When struct {
	Urgency     []models.Urgency
	Category    []string
	From, Until int // of the year, as month*100+day; zero: all year
}

// Fits reports whether an opening event is one of those.
func (w *When) Fits(e *models.Event) bool {
	if len(w.Urgency) > 0 && !slices.Contains(w.Urgency, e.Urgency) || len(w.Category) > 0 && !slices.Contains(w.Category, e.Category) {
		return false
	}
	if w.From == 0 {
		return true
	}
	day := int(e.On.Month())*100 + e.On.Day()
	if w.From <= w.Until {
		return day >= w.From && day <= w.Until
	}
	return day >= w.From || day <= w.Until
}

// Deemed is when a start counts as having reached whom it was sent to: so long after an event of the channel.
type Deemed struct {
	Channel models.Channel
	Limit   Limit
}

// Checklist is what a letter of the landlord must say.
type Checklist struct {
	Regime     *Regime
	On         models.Kind
	Title      string
	Clause     string
	Items      []Item
	Confidence Confidence
	Seen       string
	Confirm    string
	File       string
	Line       int
}

// Item is one thing that a letter must say.
type Item struct {
	Slug   string
	Text   string // one sentence, our words
	Clause string // 6.9(c)
}

// Fact is something that a text says without a clock.
type Fact struct {
	Title      string
	Text       string
	Clause     string
	Confidence Confidence
	Seen       string
	Confirm    string
}

// Start is one way in which a clock starts.
type Start struct {
	On      models.Kind // an event; "" where DueOf is set
	DueOf   *Rule       // the clock whose due date starts this one; nil where On is set
	Assumed string      // what is assumed where the clock starts like this, in a sentence; "" for the rule's own start
}

// Rule is one timed duty of one regime.
type Rule struct {
	ID         string // code-2022/stage1-response
	Duty       string // stage1-response
	Type       Type
	Regime     *Regime
	Clause     string // 5.1
	Title      string
	Text       string // one sentence, our words
	Bound      models.Bound
	Starts     []Start
	Procedure  models.Procedure // "" on the road of the complaint
	When       When
	Limit      Limit // of an order or a dated rule: 0 days, for the date stands in the event
	NotBefore  Limit // counted from the day named in the opening event; the later date counts. Zero: none
	Roll       bool  // a last day that is no working day becomes the next that is one
	Deemed     Deemed
	Stops      []models.Kind
	Resumes    []models.Kind
	Total      bool               // of an extension: Limit is counted from the start of the clock that it extends
	Calendar   civil.CalendarName // "" for the case's own
	MetBy      []models.Kind
	DueOn      models.Kind // orders
	Extension  *Rule       // the longest extension as a rule of its own; nil where there is none
	ExtendedBy models.Kind // of an extension: the event that moves the date
	Confidence Confidence
	Seen       string
	Confirm    string // what would settle it, where it is unconfirmed
	File       string
	Line       int
}

// Cite returns the text and the clause: Code 2022, 5.1.
func (r *Rule) Cite() string { return r.Regime.Short + ", " + r.Clause }

// MaxRules is the most rules that one regime can have.
const MaxRules = 32

// Book is a set of regimes that agree with each other. It never changes after loading.
type Book struct {
	regimes []*Regime
	rules   map[string]*Rule
	grounds []rawGround
	lists   []*List
	version string

	contacts []Contact
}

// Version is a short digest of all files that cases are judged by.
func (b *Book) Version() string { return b.version }

//go:embed *.yaml lists/*.yaml jurisdiction/*.yaml advice/*.yaml
var files embed.FS

// Default returns the rulebook that is built into the program.
func Default() *Book { return standard() }

var standard = sync.OnceValue(func() *Book {
	b, err := Load(files)
	if err != nil {
		panic("rulebook: " + err.Error()) // a test loads the same files: this cannot leave the workshop
	}
	return b
})

// BuiltIn reports whether a rule file of this name is built into the program.
func BuiltIn(name string) bool {
	_, err := fs.Stat(files, name)
	return err == nil
}

// Files returns the names of the rule files in a folder, in order.
func Files(fsys fs.FS) ([]string, error) {
	found, err := gather([]layer{{fsys: fsys}})
	names := make([]string, len(found))
	for i, f := range found {
		names[i] = f.name
	}
	return names, err
}

// WithFolder returns the rulebook that is built into the program with the files of an operator's folder over it: one of the same name
// takes the place of ours, another stands beside them. folder is how pages name it.
func WithFolder(folder string, fsys fs.FS) (*Book, error) {
	return load([]layer{{fsys: files}, {fsys: fsys, origin: folder}})
}

// Regimes returns all regimes: the Codes, the Scheme, the policies by landlord, then the other law, each in order of date.
func (b *Book) Regimes() []*Regime { return slices.Clone(b.regimes) }

// Rule returns the rule of an id such as code-2022/stage1-response, extensions included.
func (b *Book) Rule(id string) (*Rule, bool) {
	r, ok := b.rules[id]
	return r, ok
}

// Code returns the Complaint Handling Code in force on a day, nil before the first.
func (b *Book) Code(on civil.Date) *Regime { return b.find(FamilyCode, "", on) }

// Scheme returns the version of the Scheme in force on a day, nil before the first that is held.
func (b *Book) Scheme(on civil.Date) *Regime { return b.find(FamilyScheme, "", on) }

// Policy returns the landlord's policy in force on a day, nil where none is held.
func (b *Book) Policy(landlord string, on civil.Date) *Regime {
	if landlord == "" {
		return nil
	}
	return b.find(FamilyPolicy, landlord, on)
}

func (b *Book) find(f Family, landlord string, on civil.Date) *Regime {
	for _, r := range b.regimes {
		if r.Family == f && r.Landlord.Slug == landlord && r.Covers(on) {
			return r
		}
	}
	return nil
}

// Landlords returns the landlords whose policies the book holds, by name.
func (b *Book) Landlords() []Landlord {
	var ls []Landlord
	for _, r := range b.regimes {
		if r.Landlord.Slug != "" && !slices.Contains(ls, r.Landlord) {
			ls = append(ls, r.Landlord)
		}
	}
	slices.SortFunc(ls, func(a, b Landlord) int { return cmp.Compare(a.Name, b.Name) })
	return ls
}

// Section is a heading of the rulebook as a page: the regimes of one family.
type Section struct {
	Family  Family
	Heading string
	Regimes []*Regime
}

// Sections returns the rulebook as a page shows it. Of the policies it shows one landlord's, and none for "".
func (b *Book) Sections(landlord string) []Section {
	var out []Section
	for _, f := range families {
		s := Section{Family: f, Heading: f.Label()}
		for _, r := range b.regimes {
			if r.Family == f && (f != FamilyPolicy || r.Landlord.Slug == landlord) {
				s.Regimes = append(s.Regimes, r)
			}
		}
		if f == FamilyPolicy && len(s.Regimes) > 0 {
			s.Heading = s.Regimes[0].Landlord.Name + ": its own policy"
		}
		if len(s.Regimes) > 0 {
			out = append(out, s)
		}
	}
	return out
}

// Load reads every *.yaml file at the root of fsys, in lists, in jurisdiction and in advice. Its errors name file and line.
func Load(fsys fs.FS) (*Book, error) { return load([]layer{{fsys: fsys}}) }

type layer struct {
	fsys   fs.FS
	origin string
}

type ruleFile struct {
	name, origin string
	text         []byte
}

// gather reads the files of all layers; a later layer's file takes the place of an earlier one's.
func gather(layers []layer) ([]ruleFile, error) {
	byName := map[string]ruleFile{}
	for _, l := range layers {
		for _, pattern := range []string{"*.yaml", "lists/*.yaml", "jurisdiction/*.yaml", "advice/*.yaml"} {
			names, err := fs.Glob(l.fsys, pattern)
			if err != nil {
				return nil, fmt.Errorf("list rule files: %w", err)
			}
			for _, name := range names {
				text, err := fs.ReadFile(l.fsys, name)
				if err != nil {
					return nil, fmt.Errorf("read rules: %w", err)
				}
				byName[name] = ruleFile{name: name, origin: l.origin, text: text}
			}
		}
	}
	out := make([]ruleFile, 0, len(byName))
	for _, name := range slices.Sorted(maps.Keys(byName)) {
		out = append(out, byName[name])
	}
	return out, nil
}

func load(layers []layer) (*Book, error) {
	found, err := gather(layers)
	if err != nil {
		return nil, err
	}
	b := &Book{rules: map[string]*Rule{}}
	all := sha256.New()
	for _, f := range found {
		sum := sha256.Sum256(f.text)
		if path.Dir(f.name) != "advice" { // whom to call judges no case: a new number must not have all of them computed again
			fmt.Fprintf(all, "%s %x\n", f.name, sum)
		}
		switch dir := path.Dir(f.name); dir {
		case "lists":
			ls, err := parseLists(f.name, f.text)
			if err != nil {
				return nil, err
			}
			b.lists = append(b.lists, ls...)
		case "jurisdiction":
			gs, err := parseGrounds(f.name, f.text)
			if err != nil {
				return nil, err
			}
			b.grounds = append(b.grounds, gs...)
		case "advice":
			cs, err := parseContacts(f.name, f.text)
			if err != nil {
				return nil, err
			}
			b.contacts = append(b.contacts, cs...)
		default:
			rs, err := parse(f.name, f.text)
			if err != nil {
				return nil, err
			}
			for _, r := range rs {
				r.Origin, r.Digest = f.origin, hex.EncodeToString(sum[:6])
			}
			b.regimes = append(b.regimes, rs...)
		}
	}
	b.version = hex.EncodeToString(all.Sum(nil)[:6])
	slices.SortStableFunc(b.regimes, func(a, b *Regime) int {
		return cmp.Or(cmp.Compare(familyOrder(a.Family), familyOrder(b.Family)),
			cmp.Compare(a.Landlord.Slug, b.Landlord.Slug), cmp.Compare(a.Series, b.Series), cmp.Compare(order(a), order(b)))
	})
	if err := b.index(); err != nil {
		return nil, err
	}
	return b, nil
}

// order is where a version stands among those of its text: what has no date comes last.
func order(r *Regime) civil.Date {
	if r.From == 0 {
		return math.MaxInt32
	}
	return r.From
}

var families = []Family{FamilyCode, FamilyScheme, FamilyPolicy, FamilyLaw}

func familyOrder(f Family) int {
	return slices.Index(families, f)
}

// index registers the rules and refuses regimes that share an id or a day.
func (b *Book) index() error {
	ids := map[string]*Regime{}
	for i, r := range b.regimes {
		if other := ids[r.ID]; other != nil {
			return fault(r.File, r.Line, "regime %s is already at %s:%d", r.ID, other.File, other.Line)
		}
		ids[r.ID] = r
		if i > 0 {
			p := b.regimes[i-1]
			if p.Family == r.Family && p.Landlord.Slug == r.Landlord.Slug && p.Series == r.Series && p.From != 0 && r.From != 0 && (p.Until == 0 || p.Until >= r.From) {
				return fault(r.File, r.Line, "%s is in force from %s, while %s (%s:%d) still is: end the one before the other begins",
					r.ID, r.From, p.ID, p.File, p.Line)
			}
			if p.Landlord.Slug == r.Landlord.Slug && p.Landlord != r.Landlord {
				return fault(r.File, r.Line, "landlord %s is called %q here and %q at %s:%d", r.Landlord.Slug, r.Landlord.Name, p.Landlord.Name, p.File, p.Line)
			}
		}
		for _, rule := range r.Rules {
			for _, c := range rule.When.Category {
				if !b.listed(c) {
					return fault(rule.File, rule.Line, "%s: category %q is in none of the lists", rule.ID, c)
				}
			}
			b.rules[rule.ID] = rule
			if rule.Extension != nil {
				b.rules[rule.Extension.ID] = rule.Extension
			}
		}
	}
	return b.indexLists()
}

// indexLists refuses versions of a list that share a day, and grounds that stand twice or in a Scheme that is not held.
func (b *Book) indexLists() error {
	for i, l := range b.lists {
		for _, o := range b.lists[:i] {
			if o.Slug == l.Slug && (l.Until == 0 || l.Until >= o.From) && (o.Until == 0 || o.Until >= l.From) {
				return fault(l.File, l.Line, "list %s, %q, is in force while %q (%s:%d) is too", l.Slug, l.Title, o.Title, o.File, o.Line)
			}
		}
	}
	seen := map[string]string{}
	for _, g := range b.grounds {
		if at, ok := seen[g.Slug]; ok {
			return fault(g.file, g.line, "ground %s is already at %s", g.Slug, at)
		}
		seen[g.Slug] = fmt.Sprintf("%s:%d", g.file, g.line)
		for i, c := range g.Clauses {
			if !slices.ContainsFunc(b.regimes, func(r *Regime) bool { return r.Family == FamilyScheme && r.ID == c.Scheme }) {
				return fault(g.file, g.line, "ground %s has a clause of %q, which is no version of the Scheme that is held", g.Slug, c.Scheme)
			}
			for _, o := range g.Clauses[:i] {
				if o.Scheme == c.Scheme {
					return fault(g.file, g.line, "ground %s has two clauses of %s", g.Slug, c.Scheme)
				}
			}
		}
	}
	return nil
}

func fault(file string, line int, format string, args ...any) error {
	return fmt.Errorf("%s:%d: %s", file, line, fmt.Sprintf(format, args...))
}
