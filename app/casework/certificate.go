package casework

import (
	"context"
	"fmt"
	"io"
	"slices"
	"strings"

	"commoncase/app/document"
	"commoncase/models"
	"commoncase/models/rulebook"
	"commoncase/models/timeline"
)

// Certificate is what proves one breach: the event that started it with its exhibit, the rule with its source, and each day counted
// and skipped.
type Certificate struct {
	View    CaseView
	Breach  timeline.Breach
	Outcome string // "Met 9 working days late"
	Facts   []CertificateFact
	Source  string // "Complaint Handling Code 2022, clause 5.1"
	Sure    string // how sure we are, and what would confirm it
	Items   []CertificateItem
	Months  []timeline.Month
	Legend  []timeline.LegendLine
	Working []string // how the dates follow, in sentences
}

// CertificateFact is one fact with the entry that proves it.
type CertificateFact struct {
	Name  string
	Value string
	Note  string
	Entry *models.Entry // nil where no entry does
}

// CertificateItem is one thing that a letter must say.
type CertificateItem struct {
	Text    string
	Clause  string
	Missing bool
	This    bool // the certificate is about it
}

// Certificate proves one breach of a case that the actor may see; key is timeline.Breach.Key.
func (s *Service) Certificate(ctx context.Context, actor models.Actor, ref, key string) (Certificate, error) {
	v, err := s.ReadCase(ctx, actor, ref)
	if err != nil {
		return Certificate{}, err
	}
	b, ok := v.Result.Breach(key)
	if !ok {
		return Certificate{}, models.Errorf(models.CodeNotFound, "The events of this case show no such breach. An entry may have been corrected since the link was made; the breaches that stand are on the page of the case.")
	}
	return certify(v, b), nil
}

// CertificatePDF writes the certificate of a breach as a PDF of one page.
func (s *Service) CertificatePDF(ctx context.Context, actor models.Actor, ref, key string, w io.Writer) error {
	c, err := s.Certificate(ctx, actor, ref, key)
	if err != nil {
		return err
	}
	branch, err := s.st.Branch(ctx, actor.BranchID)
	if err != nil {
		return err
	}
	if err := document.Certificate(w, c.doc(branch)); err != nil {
		return fmt.Errorf("certificate %s of %s: %w", key, ref, err)
	}
	return nil
}

func certify(v CaseView, b timeline.Breach) Certificate {
	c := Certificate{View: v, Breach: b, Source: sourceOf(b), Sure: sureOf(b.Confidence, b.Confirm)}
	switch {
	case b.Clock != nil:
		c.clock(*b.Clock)
	case b.Checklist != nil:
		c.letter()
	default:
		c.banned()
	}
	if b.Confidence == rulebook.Unconfirmed {
		c.Outcome += ", by a rule that is not confirmed"
	}
	return c
}

// sourceOf is where the duty stands: "Complaint Handling Code 2024, clause 6.9(c)".
func sourceOf(b timeline.Breach) string {
	clause := strings.TrimPrefix(b.Cite, b.Regime.Short+", ")
	if clause != "" && clause[0] >= '0' && clause[0] <= '9' {
		clause = "clause " + clause
	}
	return strings.TrimSuffix(b.Regime.Title+", "+clause, ", ")
}

func sureOf(c rulebook.Confidence, confirm string) string {
	words := "This rule is " + c.Label() + "."
	if confirm != "" {
		words += " What would confirm it: " + confirm
	}
	return words
}

// entry finds an entry of the case, nil where there is none.
func (v *CaseView) entry(id int64) *models.Entry {
	for i := range v.Entries {
		if id != 0 && v.Entries[i].ID == id {
			return &v.Entries[i]
		}
	}
	return nil
}

func (c *Certificate) fact(name, value, note string, e *models.Entry) {
	c.Facts = append(c.Facts, CertificateFact{Name: name, Value: value, Note: note, Entry: e})
}

func (c *Certificate) clock(k timeline.Clock) {
	c.Outcome = capital(k.Words())
	if c.View.Case.Status == models.StatusClosed && k.Open() {
		c.Outcome = "Not met when the case was closed"
	}
	c.Months, c.Legend = k.Months()
	for _, s := range k.Trace().Sentences {
		if s != k.Rule.Cite()+" says: "+k.Rule.Text && !strings.HasPrefix(s, "This rule is ") { // they stand by themselves
			c.Working = append(c.Working, s)
		}
	}
	extension := k.Rule.Type == rulebook.TypeExtension
	start := c.View.entry(k.StartedEvent)
	switch at := k.Started.Long() + atTime(k.StartedAt.String(), k.StartedAt.IsZero()); {
	case start != nil:
		c.fact("It started", at+": "+start.Words(), "", start)
	case extension:
		c.fact("It started", at+": the day on which the answer was first due", "", nil)
	default:
		c.fact("It started", at, k.Assumed, nil)
	}
	due, done := "It was due", "It was done"
	if extension {
		due, done = "The latest that the rule allows", "The landlord gave itself until"
	}
	words := k.Due.Long() + atTime(k.DueAt.String(), k.DueAt.IsZero())
	if k.Extended {
		words += ", first due " + k.OriginalDue.Long()
	}
	c.fact(due, words, "", c.View.entry(k.ExtendedBy))
	if k.Open() {
		c.fact(done, "Nothing that meets it is logged by "+k.Today.Long(), "", nil)
	} else {
		words = k.Met.Long() + atTime(k.MetAt.String(), k.MetAt.IsZero())
		e := c.View.entry(k.MetEvent)
		if e != nil {
			words += ": " + e.Words()
		}
		c.fact(done, words, "", e)
	}
	c.fact("Late by", lateBy(k), "", nil)
}

func atTime(t string, none bool) string {
	if none {
		return ""
	}
	return " at " + t
}

// lateBy is by how much a clock is late: "9 working days".
func lateBy(k timeline.Clock) string {
	if k.Late == 0 {
		return "No working day lies between; it was due by the day before."
	}
	words := countedIn(k.Late, unitOf(k.Rule))
	if k.Open() {
		words += " so far"
	}
	return words
}

func countedIn(n int, unit string) string {
	if n == 1 {
		unit = strings.TrimSuffix(unit, "s")
	}
	return fmt.Sprintf("%d %s", n, unit)
}

// letter is the certificate of something that a letter had to say.
func (c *Certificate) letter() {
	b := c.Breach
	letter, check := c.View.entry(b.Event), c.View.entry(b.CheckedBy)
	c.Outcome = "Missing from the letter of " + b.On.Long()
	if letter != nil {
		c.fact("The letter", letter.On.Long()+": "+letter.Words(), "", letter)
	}
	if check != nil {
		c.fact("Checked", check.On.Long()+", item by item against "+b.Checklist.Regime.Short, check.Note, nil)
	}
	gone := map[string]bool{}
	if check != nil {
		for _, slug := range strings.Fields(check.Items) {
			gone[slug] = true
		}
	}
	for _, i := range b.Checklist.Items {
		c.Items = append(c.Items, CertificateItem{Text: i.Text, Clause: i.Clause, Missing: gone[i.Slug], This: b.Text == i.Text && strings.HasSuffix(b.Cite, i.Clause)})
	}
}

// banned is the certificate of something that must not be done.
func (c *Certificate) banned() {
	c.Outcome = "Done on " + c.Breach.On.Long() + ", which the rule forbids"
	if e := c.View.entry(c.Breach.Event); e != nil {
		c.fact("What was done", e.On.Long()+": "+e.Words(), e.Note, e)
	}
}

// exhibitsOf names the papers of an entry by their numbers in the bundle.
func exhibitsOf(e *models.Entry) string {
	if e == nil {
		return ""
	}
	if len(e.Files) == 0 {
		return "No exhibit is attached to this entry."
	}
	var names []string
	for i, f := range e.Files {
		name := f.Title
		if i < len(e.Exhibits) {
			name = fmt.Sprintf("Exhibit %d: %s", e.Exhibits[i], f.Title)
		}
		names = append(names, name)
	}
	return strings.Join(names, "; ")
}

// doc is the certificate as it is printed.
func (c Certificate) doc(branch models.Branch) document.CertificateDoc {
	v, b := c.View, c.Breach
	d := document.CertificateDoc{
		Head: document.Letterhead{Name: branch.Name, Lines: lines(branch.Address), Email: branch.Email},
		Ref:  v.Case.Ref, On: v.Today, Duty: b.Title, Outcome: c.Outcome, Rule: b.Text, Source: c.Source, SourceURL: b.Regime.Source.Address,
		Sure: c.Sure, Version: b.Regime.Version(), Working: c.Working,
	}
	d.Facts = []document.CertificateFact{{Name: "Case", Value: v.Case.Ref + ": " + v.Case.Title}, {Name: "Resident", Value: v.Member.Name}, {Name: "Landlord", Value: v.Landlord.Name}}
	for _, f := range c.Facts {
		note := strings.Join(slices.DeleteFunc([]string{f.Note, exhibitsOf(f.Entry)}, func(s string) bool { return s == "" }), " ")
		d.Facts = append(d.Facts, document.CertificateFact{Name: f.Name, Value: f.Value, Note: note})
	}
	for _, i := range c.Items {
		d.Items = append(d.Items, document.CertificateItem(i))
	}
	for _, m := range c.Months {
		month := document.CertificateMonth{Name: m.Name(), Blanks: m.Blanks(), Then: m.Then}
		for _, day := range m.Days {
			month.Days = append(month.Days, document.CertificateDay{Day: day.On.Day(), In: day.In, Number: day.Number, Letter: day.Letter, Mark: day.Mark, Late: day.Late})
		}
		d.Months = append(d.Months, month)
	}
	for _, l := range c.Legend {
		d.Legend = append(d.Legend, document.CertificateFact{Name: l.Letter, Value: l.Text})
	}
	return d
}

func capital(s string) string {
	if s == "" {
		return s
	}
	return strings.ToUpper(s[:1]) + s[1:]
}
