package letters

import (
	"fmt"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"commoncase/models"
	"commoncase/models/civil"
)

// Filled is a body with every placeholder filled in.
type Filled struct {
	Markdown string
	Figures  []models.Figure // the figures used, in the order of their first use
	Sources  []string        // the sources cited, in the order of their numbers, Markdown
	Quotes   []Quoted        // the residents' quotes printed
	Problems []Problem       // what could not be filled; empty where the letter can be frozen
}

// Fill fills the placeholders of a body from the facts as they stood on the date of the letter. With marks it puts marks around
// what it filled in, and around what it could not, for HTML to show; without, the Markdown is what is frozen. A placeholder that
// cannot be filled stays as it stands, and is among the problems.
func Fill(body string, f Facts, marks bool) Filled {
	fl := filler{f: withRecord(f.upTo()), marks: marks}
	var out strings.Builder
	lines := strings.Split(normal(body), "\n")
	for i, line := range lines {
		pieces, wrong := splitLine(line, i+1)
		fl.problems = append(fl.problems, wrong...)
		if block, ok := fl.block(line, pieces); ok {
			// A block stands between blank lines, or Markdown would take it for more of the paragraph before it.
			if s := strings.TrimRight(out.String(), "\n"); s != "" {
				out.Reset()
				out.WriteString(s + "\n\n")
			}
			out.WriteString(strings.TrimRight(block, "\n") + "\n\n")
			continue
		}
		for _, p := range pieces {
			if p.ph == nil {
				out.WriteString(p.text)
				continue
			}
			out.WriteString(fl.inline(*p.ph))
		}
		if i < len(lines)-1 {
			out.WriteByte('\n')
		}
	}
	return Filled{Markdown: strings.TrimSpace(squeeze(out.String())), Figures: fl.used, Sources: fl.sources, Quotes: fl.printed, Problems: fl.problems}
}

// squeeze leaves one blank line where there are several.
func squeeze(s string) string {
	for strings.Contains(s, "\n\n\n") {
		s = strings.ReplaceAll(s, "\n\n\n", "\n\n")
	}
	return s
}

type filler struct {
	f        Facts
	marks    bool
	used     []models.Figure
	sources  []string
	printed  []Quoted
	problems []Problem
}

// wrong records a problem; the sentence must say how to mend it.
func (fl *filler) wrong(p Placeholder, format string, args ...any) {
	fl.problems = append(fl.problems, Problem{Line: p.Line, Placeholder: p.Raw, Message: fmt.Sprintf(format, args...)})
}

func (fl *filler) mark(kind rune, s string) string {
	if !fl.marks {
		return s
	}
	return string(kind) + s + string(markEnd)
}

// blocks are the placeholders that become several lines, and so stand on a line of their own.
var blocks = []string{"demands", "quote", "quotes", "findings", "statements"}

// block fills a line that is one block placeholder; ok is false for every other line.
func (fl *filler) block(line string, pieces []piece) (text string, ok bool) {
	var p *Placeholder
	for _, x := range pieces {
		switch {
		case x.ph != nil && p == nil:
			p = x.ph
		case x.ph != nil || strings.TrimSpace(x.text) != "":
			return "", false
		}
	}
	if p == nil || !slices.Contains(blocks, p.Name) || strings.HasPrefix(line, "    ") || p.arg(0) == "count" {
		return "", false
	}
	before := len(fl.problems)
	switch p.Name {
	case "demands":
		text = fl.demands(*p)
	case "quote": // by itself; within a sentence it is filled inline
		text = fl.quoteBlock(*p)
	case "quotes":
		text = fl.quotes(*p)
	case "findings":
		text = fl.findings(*p)
	case "statements":
		text = fl.statements(*p)
	}
	if len(p.Args) > 1 && len(fl.problems) == before {
		fl.wrong(*p, "%s has too many parts. Take out what follows “%s”.", p.Raw, p.Args[0])
	}
	if len(fl.problems) > before {
		return fl.mark(markMissing, Escape(p.Raw)), true
	}
	return text, true
}

// inline fills a placeholder inside a line, and returns it escaped.
func (fl *filler) inline(p Placeholder) string {
	before := len(fl.problems)
	value, citation := fl.value(p)
	if len(fl.problems) == before && strings.TrimSpace(value) == "" && citation == "" {
		fl.wrong(p, "There is nothing to put in for %s. Fill in what it stands for, or take it out.", p.Raw)
	}
	if len(fl.problems) > before {
		return fl.mark(markMissing, Escape(p.Raw))
	}
	if value != "" {
		value = fl.mark(markLive, Escape(value))
	}
	return value + citation
}

// value is what stands for an inline placeholder: plain text, and a citation such as [2].
func (fl *filler) value(p Placeholder) (text, citation string) {
	f := fl.f
	most := 0 // how many arguments the placeholder takes
	switch p.Name {
	case "figure":
		most = 2
		text = fl.figure(p)
	case "demand":
		most = 1
		if d, ok := fl.demand(p); ok {
			text = d.Text
		}
	case "demands", "points":
		most = 1
		if p.arg(0) != "count" {
			fl.wrong(p, "%s lists demands, and must stand on a line of its own. For their number write {demands:count} or {points:count}.", p.Raw)
			return "", ""
		}
		text = strconv.Itoa(len(f.Demands))
		if p.Name == "points" {
			text = strconv.Itoa(len(byPoint(f.Demands)))
		}
		if len(f.Demands) == 0 {
			fl.wrong(p, "The branch has no demands for %s to count. Add them first, or take it out.", p.Raw)
		}
	case "quote":
		most = 1
		text = fl.quoteInline(p)
	case "quotes", "findings", "statements":
		most = 1
		fl.wrong(p, "%s becomes a list, and must stand on a line of its own. Put it there.", p.Raw)
	case "incident":
		most = 1
		text = fl.incident(p)
	case "cite":
		most = 1
		citation = fl.citeWhat(p)
	case "unanswered":
		most = 2
		text, citation = fl.unanswered(p)
	case "branch":
		text = f.Branch.Name
	case "landlord":
		text = f.Landlord.Name
	case "homes":
		most = 1
		switch {
		case f.Landlord.Homes == 0:
			fl.wrong(p, "The landlord's number of homes is not recorded. Record it, or take %s out.", p.Raw)
		case p.arg(0) == "":
			text = thousands(f.Landlord.Homes)
		case p.arg(0) == "as-of":
			text = f.Landlord.HomesAsOf
		default:
			fl.wrong(p, "%s is not known. Write {homes} or {homes:as-of}.", p.Raw)
		}
	case "recipient":
		text = f.Recipient.Office
	case "date":
		text = f.On.Long()
	case "reply-by":
		text = f.ReplyDate().Long()
	case "period":
		text = period(f.From, f.To)
	default:
		fl.wrong(p, "Commoncase knows no placeholder %s. Correct its name from the list beside the text, or write \\{ for a brace.", p.Raw)
		return "", ""
	}
	if len(p.Args) > most {
		fl.wrong(p, "%s has too many parts. Take out “:%s”.", p.Raw, strings.Join(p.Args[most:], ":"))
	}
	return text, citation
}

func (fl *filler) figure(p Placeholder) string {
	slug := p.arg(0)
	x, ok := figure(fl.f.Figures, slug)
	switch {
	case slug == "":
		fl.wrong(p, "%s does not say which figure. Write its name after a colon, such as {figure:demands-made}.", p.Raw)
		return ""
	case !ok:
		fl.wrong(p, "There is no figure “%s” for this letter. Choose one from the list beside the text, or take %s out.", slug, p.Raw)
		return ""
	case x.Withheld != "":
		fl.wrong(p, "The figure “%s” (%s) is withheld: %s. Choose a longer period, or take %s out.",
			slug, x.Name, strings.TrimRight(x.Withheld, ". "), p.Raw)
		return ""
	case x.N == 0:
		fl.wrong(p, "The figure “%s” (%s) counts over nothing in this period. Choose a longer period, or take %s out.", slug, x.Name, p.Raw)
		return ""
	}
	if !fl.f.On.IsZero() && x.To > fl.f.On {
		fl.wrong(p, "The figure “%s” (%s) counts up to %s, after the date of the letter, %s. End the letter's period by then, or take %s out.",
			slug, x.Name, x.To.Long(), fl.f.On.Long(), p.Raw)
		return ""
	}
	if _, had := figure(fl.used, slug); !had {
		fl.used = append(fl.used, x)
	}
	switch p.arg(1) {
	case "":
		return x.Text
	case "n":
		return thousands(x.N)
	case "period":
		return period(x.From, x.To)
	}
	fl.wrong(p, "%s asks a figure for “%s”. It gives its value, and with :n how many it counts over, or with :period its period.", p.Raw, p.arg(1))
	return ""
}

func (fl *filler) demand(p Placeholder) (models.Demand, bool) {
	n, err := strconv.Atoi(p.arg(0))
	for _, d := range fl.f.Demands {
		if err == nil && d.Number == n {
			return d, true
		}
	}
	fl.wrong(p, "There is no demand “%s”. Write its number, such as {demand:1}.", p.arg(0))
	return models.Demand{}, false
}

func (fl *filler) incident(p Placeholder) string {
	i, ok := fl.f.incident()
	if !ok {
		fl.wrong(p, "The branch has recorded no incident up to the date of the letter. Record one, or take %s out.", p.Raw)
		return ""
	}
	switch p.arg(0) {
	case "", "title":
		return i.Title
	case "started":
		return i.StartedOn.Long()
	case "ended":
		if i.EndedOn.IsZero() {
			fl.wrong(p, "The incident has no end up to the date of the letter. Take %s out.", p.Raw)
			return ""
		}
		if i.EndNote != "" { // the day is not sure
			return monthOf(i.EndedOn)
		}
		return i.EndedOn.Long()
	case "lasted":
		if i.EndedOn.IsZero() {
			return plural(i.StartedOn.DaysUntil(fl.f.On), "day") + " so far"
		}
		days := i.StartedOn.DaysUntil(i.EndedOn)
		if i.EndNote != "" {
			return "about " + plural(max(1, int(math.Round(float64(days)/30.44))), "month")
		}
		return plural(days, "day")
	case "homes", "residents":
		n := i.Homes
		if p.arg(0) == "residents" {
			n = i.Residents
		}
		if n == 0 {
			return ""
		}
		return thousands(n)
	case "summary":
		return i.Summary
	}
	fl.wrong(p, "%s asks an incident for “%s”. It knows title, started, ended, lasted, homes, residents and summary.", p.Raw, p.arg(0))
	return ""
}

func (fl *filler) citeWhat(p Placeholder) string {
	if p.arg(0) == "incident" {
		if i, ok := fl.f.incident(); ok {
			return fl.cite(i.Source)
		}
		fl.wrong(p, "The branch has recorded no incident up to the date of the letter. Record one, or take %s out.", p.Raw)
		return ""
	}
	fl.wrong(p, "%s cites nothing that Commoncase knows. Write {cite:incident}.", p.Raw)
	return ""
}

// cite numbers a source and returns its mark: " [2]".
func (fl *filler) cite(source string) string {
	source = Escape(source)
	if source == "" {
		return ""
	}
	i := slices.Index(fl.sources, source)
	if i < 0 {
		fl.sources = append(fl.sources, source)
		i = len(fl.sources) - 1
	}
	return fmt.Sprintf("[%d]", i+1)
}

// unanswered speaks of a letter that waits: by its reference, or the one that has waited longest at a recipient of a role
// (chief-executive).
func (fl *filler) unanswered(p Placeholder) (text, citation string) {
	c, w, ok := fl.waiting(p)
	if !ok {
		return "", ""
	}
	source := fmt.Sprintf("Our letter %s to %s, sent on %s: “%s”", c.Letter.Ref, to(c.Recipient), w.Sent.Long(), strings.TrimRight(c.Letter.Title, "."))
	switch p.arg(1) {
	case "":
		return w.String(), ""
	case "since":
		return w.Sent.Long(), ""
	case "days":
		return plural(w.Days, "day"), ""
	case "working-days":
		return plural(w.WorkingDays, "working day"), ""
	case "title":
		return c.Letter.Title, ""
	case "ref":
		return c.Letter.Ref, ""
	case "cite":
		return "", fl.cite(source)
	}
	fl.wrong(p, "%s asks a letter for “%s”. It knows since, days, working-days, title, ref and cite.", p.Raw, p.arg(1))
	return "", ""
}

// to names a recipient in running text.
func to(r models.Recipient) string {
	who := r.Name
	if who == "" {
		who = r.Office
	}
	if r.Organisation != "" {
		who += ", " + r.Organisation
	}
	return who
}

func (fl *filler) waiting(p Placeholder) (found Correspondence, w Waiting, ok bool) {
	what := p.arg(0)
	role := models.RecipientRole(strings.ReplaceAll(what, "-", "_"))
	for _, c := range fl.f.Correspondence {
		if what != c.Letter.Ref && (c.Recipient.Role != role || c.Letter.Ref == fl.f.Ref) {
			continue
		}
		x := Wait(c.Events, fl.f.Calendar(), fl.f.On)
		if what == c.Letter.Ref {
			switch {
			case x.Sent.IsZero():
				fl.wrong(p, "Letter %s was not sent by the date of this letter, so nothing waits for its answer. Take %s out.", what, p.Raw)
				return c, x, false
			case !x.Open():
				fl.wrong(p, "Letter %s was %s. Say so in the text, and take %s out.", what, x, p.Raw)
				return c, x, false
			}
			return c, x, true
		}
		if x.Open() && (!ok || x.Sent < w.Sent) {
			found, w, ok = c, x, true
		}
	}
	switch {
	case ok:
	case what == "":
		fl.wrong(p, "%s does not say which letter. Write its reference, or whom it went to: {unanswered:chief-executive}.", p.Raw)
	case strings.ContainsAny(what, "0123456789"):
		fl.wrong(p, "There is no letter %s in your branch. Check the reference in %s.", what, p.Raw)
	default:
		fl.wrong(p, "On the date of this letter no letter to the %s waits for an answer. Take %s out.", strings.ReplaceAll(what, "-", " "), p.Raw)
	}
	return found, w, ok
}

// Point is one point of the plan with its demands.
type Point struct {
	Number  int
	Title   string
	Demands []models.Demand
}

// byPoint groups demands by point, in order.
func byPoint(ds []models.Demand) []Point {
	ds = slices.Clone(ds)
	slices.SortStableFunc(ds, func(a, b models.Demand) int {
		if a.Point != b.Point {
			return a.Point - b.Point
		}
		return a.Number - b.Number
	})
	var points []Point
	for _, d := range ds {
		if n := len(points); n == 0 || points[n-1].Number != d.Point {
			points = append(points, Point{Number: d.Point, Title: d.PointTitle})
		}
		p := &points[len(points)-1]
		p.Demands = append(p.Demands, d)
	}
	return points
}

// ByPoint groups demands by point, both in the order of their numbers.
func ByPoint(ds []models.Demand) []Point { return byPoint(ds) }

func (fl *filler) demands(p Placeholder) string {
	points := byPoint(fl.f.Demands)
	if len(points) == 0 {
		fl.wrong(p, "The branch has no demands for %s to list. Add them first, or take it out.", p.Raw)
		return ""
	}
	if want := p.arg(0); want != "" {
		points = filter(points, func(x Point) bool { return strconv.Itoa(x.Number) == want })
		if len(points) == 0 {
			fl.wrong(p, "There is no point “%s”. Write the number of a point, such as {demands:1}, or {demands} for all.", want)
			return ""
		}
	}
	var b strings.Builder
	for _, x := range points {
		fmt.Fprintf(&b, "%s%d: %s\n\n", pointHeading, x.Number, fl.mark(markLive, Escape(x.Title)))
		for _, d := range x.Demands {
			fmt.Fprintf(&b, "%d. %s\n", d.Number, fl.mark(markLive, Escape(d.Text)))
		}
		b.WriteByte('\n')
	}
	return b.String()
}

// quotes lists what residents told with the day on which they told it, of those alone who agreed that it be used, and without saying who or where: "anonymous" is the
// least that any of them agreed to, and a small estate is a name.
func (fl *filler) quotes(p Placeholder) string {
	i, ok := fl.f.incident()
	want := p.arg(0)
	most, err := strconv.Atoi(want)
	if err != nil || most < 1 {
		most = len(fl.f.Reports) + len(fl.f.Quotes)
	} else {
		want = ""
	}
	var b strings.Builder
	for _, r := range fl.f.Reports {
		allowed := r.Quote == models.QuoteAnonymous || r.Quote == models.QuoteFirstName || r.Quote == models.QuoteFullName
		if !ok || r.IncidentID != i.ID || !allowed || (want != "" && slug(r.Theme) != want) || most == 0 {
			continue
		}
		most--
		text := Escape(strings.TrimRight(r.Impact, ". "))
		if r.BeforeMonth != nil && r.SinceCount != nil && !r.Since.IsZero() {
			text += fmt.Sprintf(" (%d in a month before, %d since %s)", *r.BeforeMonth, *r.SinceCount, r.Since.Long())
		}
		fmt.Fprintf(&b, "- %s\n", fl.mark(markLive, r.On.Long()+": "+text+".")+nbsp+fl.cite(i.Source))
	}
	b.WriteString(fl.quoteLines(min(most, len(fl.f.Quotes)), want))
	if b.Len() == 0 {
		fl.wrong(p, "No resident's report or quote up to the date of the letter may be printed for %s. Ask for consent, or take it out.", p.Raw)
	}
	return b.String()
}

// nbsp keeps the mark of a source on the line of what it is the source of.
const nbsp = "\u00a0"

func slug(s string) string { return strings.ReplaceAll(strings.ToLower(s), " ", "-") }

func (fl *filler) findings(p Placeholder) string {
	xs := slices.Clone(fl.f.Findings)
	slices.SortStableFunc(xs, func(a, b models.Finding) int { return strings.Compare(a.Published, b.Published) })
	var b strings.Builder
	for _, x := range xs {
		if want := p.arg(0); want != "" && slug(string(x.Grade)) != want {
			continue
		}
		ref := ""
		if x.Reference != "" {
			ref = ", decision " + Escape(x.Reference)
		}
		text := fmt.Sprintf("%s, **%s**%s: %s.", published(x.Published), Escape(string(x.Grade)), ref, Escape(strings.TrimRight(x.Subject, ". ")))
		fmt.Fprintf(&b, "- %s\n", fl.mark(markLive, text)+nbsp+fl.cite(x.Source))
	}
	if b.Len() == 0 {
		fl.wrong(p, "No finding published up to the date of the letter fits %s. Add findings with their source, or take it out.", p.Raw)
	}
	return b.String()
}

var statementKinds = map[string]models.StatementKind{
	"": models.StatementLandlord, "landlord": models.StatementLandlord, "press": models.StatementPress, "campaign": models.StatementCampaign,
}

func (fl *filler) statements(p Placeholder) string {
	kind, known := statementKinds[p.arg(0)]
	if !known {
		fl.wrong(p, "%s asks for statements of “%s”. Write {statements:landlord}, {statements:press} or {statements:campaign}.", p.Raw, p.arg(0))
		return ""
	}
	i, ok := fl.f.incident()
	ss := slices.Clone(fl.f.Statements)
	slices.SortStableFunc(ss, func(a, b models.Statement) int { return int(a.On) - int(b.On) })
	var b strings.Builder
	for _, s := range ss {
		if !ok || s.IncidentID != i.ID || s.Kind != kind {
			continue
		}
		day := s.On.Long()
		if s.Note != "" { // "week known, day assumed"
			day = monthOf(s.On)
		}
		fmt.Fprintf(&b, "- %s\n", fl.mark(markLive, day+": "+Escape(strings.TrimRight(s.Claim, ". "))+".")+nbsp+fl.cite(s.Source))
	}
	if b.Len() == 0 {
		fl.wrong(p, "No statement up to the date of the letter fits %s. Record statements with date and source, or take it out.", p.Raw)
	}
	return b.String()
}

func period(from, to civil.Date) string {
	switch {
	case from.IsZero() && to.IsZero():
		return ""
	case from.IsZero():
		return "up to " + to.Long()
	case to.IsZero():
		return "from " + from.Long()
	default:
		return from.Long() + " to " + to.Long()
	}
}

// thousands writes 125000 as 125,000.
func thousands(n int) string {
	s := strconv.Itoa(n)
	for i := len(s) - 3; i > 0 && s[i-1] != '-'; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}

// Compose makes the first body of a letter from a template: what the facts can fill stays, as placeholders; what they cannot is
// left out and told in leftOut. A line of a paragraph is left out by itself; what stands with a list, the sentence that leads to
// it, goes with the list.
func Compose(template string, f Facts) (body string, leftOut []Problem) {
	var kept []string
	for _, block := range strings.Split(normal(template), "\n\n") {
		parts := strings.Split(strings.Trim(block, "\n"), "\n")
		joint := " " // the lines of a paragraph are one line in the draft
		if listed(parts) {
			joint = "\n"
		}
		if slices.ContainsFunc(parts, func(line string) bool { return blockLine.MatchString(line) }) {
			parts, joint = []string{strings.Join(parts, "\n")}, "\n"
		}
		var lines []string
		for _, part := range parts {
			problems := Fill(part, f, false).Problems
			leftOut = append(leftOut, problems...)
			if len(problems) == 0 && part != "" {
				lines = append(lines, part)
			}
		}
		if len(lines) > 0 {
			kept = append(kept, strings.Join(lines, joint))
		}
	}
	for i := len(kept) - 1; i >= 0; i-- {
		if heading(kept[i]) && (i == len(kept)-1 || heading(kept[i+1])) {
			kept = slices.Delete(kept, i, i+1)
		}
	}
	return strings.Join(kept, "\n\n") + "\n", leftOut
}

var (
	blockLine = regexp.MustCompile(`^\{(demands|quotes|findings|statements)[^}]*\}$`)
	listLine  = regexp.MustCompile(`^(\d+\.|[-*>|#]) ?`)
)

func listed(lines []string) bool { return slices.ContainsFunc(lines, listLine.MatchString) }

func heading(block string) bool {
	return strings.HasPrefix(block, "## ") && !strings.Contains(block, "\n")
}

// Help is one placeholder with what it stands for, for the list beside the text.
type Help struct {
	Write string // {figure:stage1-late-share}
	Means string
	Now   string // what it stands for at this moment; "" for a list
	Block bool   // must stand on a line of its own
}

// Placeholders lists what can be written in a body, with what each stands for now; those that cannot be filled now are left out.
func Placeholders(f Facts) []Help {
	f = withRecord(f.upTo())
	hs := []Help{
		{Write: "{branch}", Means: "The branch"},
		{Write: "{landlord}", Means: "The landlord"},
		{Write: "{homes}", Means: "The landlord's homes"},
		{Write: "{homes:as-of}", Means: "Where that number is from"},
		{Write: "{recipient}", Means: "Whom the letter is for"},
		{Write: "{date}", Means: "The date of the letter"},
		{Write: "{reply-by}", Means: "The day by which it asks for an answer"},
		{Write: "{period}", Means: "The period that its figures cover"},
		{Write: "{demands}", Means: "All demands by point", Block: true},
	}
	for _, p := range byPoint(f.Demands) {
		hs = append(hs, Help{Write: fmt.Sprintf("{demands:%d}", p.Number), Means: "Demands on " + p.Title, Block: true})
	}
	hs = append(hs,
		Help{Write: "{demands:count}", Means: "How many demands"},
		Help{Write: "{points:count}", Means: "In how many points"},
		Help{Write: "{incident}", Means: "The incident"},
		Help{Write: "{incident:started}", Means: "When it began"},
		Help{Write: "{incident:ended}", Means: "When it ended"},
		Help{Write: "{incident:lasted}", Means: "How long it lasted"},
		Help{Write: "{incident:homes}", Means: "Homes affected"},
		Help{Write: "{incident:residents}", Means: "Residents affected"},
		Help{Write: "{cite:incident}", Means: "A reference to its source"},
		Help{Write: "{statements:landlord}", Means: "What the landlord said, with dates and sources", Block: true},
		Help{Write: "{statements:press}", Means: "What the press reported", Block: true},
		Help{Write: "{quotes}", Means: "What residents said and agreed to have printed in a letter to this recipient, without names", Block: true},
		Help{Write: "{findings}", Means: "The Ombudsman's findings with their sources", Block: true},
	)
	for _, c := range f.Correspondence {
		if c.Letter.Ref != f.Ref && Wait(c.Events, f.Calendar(), f.On).Open() {
			hs = append(hs, Help{Write: "{unanswered:" + c.Letter.Ref + "}", Means: "How long “" + c.Letter.Title + "” has waited"})
		}
	}
	for _, q := range f.Quotes {
		hs = append(hs, Help{Write: fmt.Sprintf("{quote:%d}", q.Number), Means: "A resident's words, with the name they agreed to: “" + firstWords(q.Text) + "”", Block: true})
	}
	for _, x := range f.Figures {
		hs = append(hs, Help{Write: "{figure:" + x.Measure + "}", Means: x.Name})
	}
	var known []Help
	for _, h := range hs {
		filled := Fill(h.Write, f, false)
		if len(filled.Problems) > 0 {
			continue
		}
		if !h.Block {
			h.Now = Plain(filled.Markdown)
		}
		known = append(known, h)
	}
	return known
}
