package letters

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"commoncase/models"
	"commoncase/models/civil"
	"commoncase/models/rulebook"
	"commoncase/models/timeline"
)

var update = flag.Bool("update", false, "write the golden letters anew")

var real bool // the built-in rulebook, for one test

// caseEngine judges by a rulebook of the tests: real rules change, and these letters are to change with their templates alone.
func caseEngine(t *testing.T) *timeline.Engine {
	t.Helper()
	if real {
		return timeline.New(rulebook.Default())
	}
	b, err := rulebook.Load(os.DirFS("testdata/rules"))
	if err != nil {
		t.Fatal(err)
	}
	return timeline.New(b)
}

// road is a case told in lines of "kind day" with what else an event has.
type road []models.Event

func (r road) then(kind models.Kind, on string, more ...func(*models.Event)) road {
	e := models.Event{ID: int64(len(r) + 1), Kind: kind, On: day(on)}
	for _, m := range more {
		m(&e)
	}
	return append(slices.Clone(r), e)
}

var agreed = road{}.then(models.KindStoryReceived, "2024-05-01").then(models.KindConsentGiven, "2024-05-01").
	then(models.KindIssueReported, "2024-05-02").then(models.KindContactAttempt, "2024-05-10").
	then(models.KindContactAttempt, "2024-05-17", func(e *models.Event) { e.Answered = true })

// caseFacts are those of the example resident, whose words try to be markup.
func caseFacts(t *testing.T, typ CaseType, on string, events road, more ...func(*CaseFacts)) CaseFacts {
	t.Helper()
	engine := caseEngine(t)
	f := CaseFacts{
		Case: models.Case{Ref: "LAR-24-0007-K", Title: "Mould in the children's bedroom", Summary: "Black mould *everywhere* since [March].\n\nMy son coughs; it was {wiped} twice.",
			Wanted: "- Find the leak\n- An apology", LandlordRef: "LH/77120"},
		Member:   models.Member{Name: "Łukasz Żółć-O'Connor", Address: "Flat 2\n1 Invented Row", Postcode: "ZZ99 3VZ", Email: "lukasz@example.org", Phone: "01632 960001", Tenure: models.TenureAssured},
		Landlord: models.Landlord{Slug: "larkfield", Name: "Larkfield Homes", Address: "9 High St\nLondon", Calendar: civil.EnglandAndWales, Type: models.LandlordAssociation},
		Branch:   models.Branch{Name: "Larkfield residents"}, Writer: "Niamh Ní Bhriain", On: day(on), Own: true, Sent: 1 << 60,
		Calendar: engine.Calendars().Or(civil.EnglandAndWales),
	}
	for _, m := range more {
		m(&f)
	}
	m := timeline.Matter{Landlord: f.Landlord.Slug, Calendar: f.Landlord.Calendar, Type: f.Landlord.Type, Tenure: f.Member.Tenure, Events: events}
	f.Before = engine.Compute(m, f.On)
	e := typ.Event(f)
	e.ID, e.On = f.Sent, f.On
	m.Events = append(slices.Clone(events), e)
	f.After = engine.Compute(m, f.On)
	return f
}

func forBranch(f *CaseFacts) { f.Own = false }

var (
	complained = agreed.then(models.KindComplaintMade, "2024-06-03")
	answered   = complained.then(models.KindComplaintAcknowledged, "2024-06-06").then(models.KindStage1Response, "2024-06-19")
	signed     = func(r road) road { return r.then(models.KindAuthorityGiven, "2024-06-04") }
	determined = signed(answered).then(models.KindEscalationRequested, "2024-06-24").then(models.KindStage2Response, "2024-07-20").
			then(models.KindOmbudsmanReferral, "2024-08-01").then(models.KindDetermination, "2025-02-03").
			then(models.KindOrderDue, "2025-03-03", func(e *models.Event) { e.Reference, e.Note = "1", "Pay £600 and mend the roof." })
	hazardous = agreed.then(models.KindHazardReported, "2024-06-03", func(e *models.Event) {
		e.Category, e.Urgency, e.Note = "damp_mould", models.UrgencySignificant, "Mould over the cot."
	})
)

// caseExamples are letters that fit, at least one of each type.
var caseExamples = []struct {
	name, slug, on string
	events         road
	more           func(*CaseFacts)
}{
	{"stage1-complaint", "stage1-complaint", "2024-06-03", agreed, nil},
	{"stage1-complaint-branch", "stage1-complaint", "2024-06-05", signed(agreed), forBranch},
	{"stage1-complaint-empty", "stage1-complaint", "2024-06-03", agreed, func(f *CaseFacts) {
		f.Case.Summary, f.Case.Wanted, f.Member.Address, f.Case.LandlordRef = "", "", "", ""
		f.Own = false
	}},
	{"chase-landlord", "chase-landlord", "2024-06-26", signed(complained), forBranch},
	{"chase-landlord-2022", "chase-landlord", "2023-06-26", road{}.then(models.KindConsentGiven, "2023-05-01").then(models.KindComplaintMade, "2023-05-09"), nil},
	{"chase-landlord-request", "chase-landlord", "2024-08-05", signed(agreed).then(models.KindRequestMade, "2024-06-26", func(e *models.Event) { e.Procedure = models.ProcedureSubjectAccess }),
		func(f *CaseFacts) { f.About = 7 }},
	{"escalation", "escalation", "2024-06-24", answered, func(f *CaseFacts) { f.Case.StillUnhappy = "Nobody looked at the roof." }},
	{"escalation-late", "escalation", "2024-06-26", complained, nil},
	{"ombudsman-help", "ombudsman-help", "2024-06-26", hazardousComplaint(), forBranch},
	{"order-not-met", "order-not-met", "2025-03-10", determined, func(f *CaseFacts) { f.Own, f.Case.OmbudsmanRef = false, "202412345" }},
	{"review-request", "review-request", "2025-02-10", determined, nil},
	{"hazard-report", "hazard-report", "2024-06-03", agreed, func(f *CaseFacts) { f.Category, f.Urgency = "damp_mould", models.UrgencyEmergency }},
	{"hazard-report-significant", "hazard-report", "2024-06-03", agreed, func(f *CaseFacts) { f.Category, f.Urgency = "damp_mould", models.UrgencySignificant }},
	{"hazard-report-known", "hazard-report", "2024-06-20", hazardous, func(f *CaseFacts) { f.About = 6 }},
	{"subject-access", "subject-access", "2024-06-26", agreed, nil},
	{"subject-access-branch", "subject-access", "2024-06-26", signed(agreed), forBranch},
	{"costs-information", "costs-information", "2024-06-03", agreed, func(f *CaseFacts) { f.Until = day("2024-03-31") }},
	{"costs-information-no-period", "costs-information", "2024-06-03", agreed, nil},
	{"costs-information-inspection", "costs-information", "2024-08-05", agreed.then(models.KindRequestMade, "2024-06-03", func(e *models.Event) { e.Procedure = models.ProcedureCostsSummary }).
		then(models.KindRequestAnswered, "2024-07-01"), func(f *CaseFacts) { f.Procedure = models.ProcedureInspection }},
	{"data-breach-query", "data-breach-query", "2024-06-26", agreed.then(models.KindDataBreach, "2024-06-10"), nil},
	{"reasonable-adjustment", "reasonable-adjustment", "2024-06-03", agreed, func(f *CaseFacts) { f.Case.Needs = "Large print" }},
	{"mp-letter", "mp-letter", "2024-06-26", signed(complained), forBranch},
	{"mp-letter-enquiry", "mp-letter", "2024-06-26", complained.then(models.KindRequestMade, "2024-06-10", func(e *models.Event) { e.Procedure = models.ProcedureMPEnquiry }), nil},
	{"chase-landlord-refused", "chase-landlord", "2024-06-06", complained.then(models.KindComplaintRefused, "2024-06-05"), nil},
	{"chase-landlord-extra", "chase-landlord", "2024-06-06", complained.then(models.KindExtraStage, "2024-06-05"), nil},
	{"ombudsman-help-refused", "ombudsman-help", "2024-06-06", complained.then(models.KindComplaintRefused, "2024-06-05"), nil},
	{"ombudsman-help-again", "ombudsman-help", "2024-07-15", complained.then(models.KindOmbudsmanHelp, "2024-07-01").then(models.KindFailureOrder, "2024-07-08"), nil},
	{"order-not-met-again", "order-not-met", "2025-04-10", determined.then(models.KindOrderChased, "2025-03-12"), nil},
	{"mp-letter-own", "mp-letter", "2024-06-26", complained, nil},
}

func hazardousComplaint() road {
	return signed(complained).then(models.KindHazardReported, "2024-06-05", func(e *models.Event) { e.Category = "damp_mould" })
}

func shown(t CaseType, f CaseFacts) string {
	d := ComposeCase(t, f)
	var b strings.Builder
	fmt.Fprintf(&b, "To: %s\nSubject: %s\nReply by: %s\n\n%s\n%s\n", strings.ReplaceAll(d.Recipient, "\n", " / "), d.Subject, d.ReplyBy.Long(), d.Body, d.SignOff)
	for _, s := range d.LeftOut {
		fmt.Fprintf(&b, "\nLeft out: %s\n", s)
	}
	for _, s := range t.Warnings(f) {
		fmt.Fprintf(&b, "\nWarning: %s\n", s)
	}
	for _, x := range t.Facts(f) {
		fmt.Fprintf(&b, "\nFact: %s: %s (%s)\n", x.Title, x.Text, x.Clause)
	}
	return b.String()
}

func TestLettersOfACase(t *testing.T) {
	seen := map[string]bool{}
	for _, x := range caseExamples {
		t.Run(x.name, func(t *testing.T) {
			typ, ok := GetCaseType(x.slug)
			if !ok {
				t.Fatalf("no type %s", x.slug)
			}
			seen[x.slug] = true
			var more []func(*CaseFacts)
			if x.more != nil {
				more = append(more, x.more)
			}
			f := caseFacts(t, typ, x.on, x.events, more...)
			if fit := typ.Check(f); !fit.OK() {
				t.Fatalf("it does not fit: %s", fit.Why)
			}
			got := shown(typ, f)
			golden := filepath.Join("testdata", "case", x.name+".txt")
			if *update {
				if err := os.WriteFile(golden, []byte(got), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(golden)
			if err != nil {
				t.Fatal(err)
			}
			if got != string(want) {
				t.Errorf("the letter has changed; look at it, and run with -update where it is right:\n%s", got)
			}
			for _, bad := range []string{"{", "lukasz@example.org", "01632"} {
				body := strings.ReplaceAll(ComposeCase(typ, f).Body, `\{`, "")
				if strings.Contains(body, bad) {
					t.Errorf("%q stands in the letter", bad)
				}
			}
			if d := ComposeCase(typ, f); d.ReplyBy < f.On || !strings.Contains(d.Body, d.ReplyBy.Long()) {
				t.Errorf("no demand with a date, or one that is over: %s", d.ReplyBy)
			}
		})
	}
	for _, typ := range CaseTypes {
		if !seen[typ.Slug] {
			t.Errorf("no example of %s", typ.Slug)
		}
		if typ.Name == "" || typ.Purpose == "" || typ.To.Dear == "" || typ.Event == nil || typ.Fits == nil {
			t.Errorf("%s is not whole: %+v", typ.Slug, typ)
		}
	}
}

// The slugs are in addresses and in what the engine proposes.
func TestTheSlugsOfCaseLetters(t *testing.T) {
	var got []string
	for _, x := range CaseTypes {
		got = append(got, x.Slug)
	}
	slices.Sort(got)
	want := "chase-landlord costs-information data-breach-query escalation hazard-report mp-letter ombudsman-help order-not-met reasonable-adjustment review-request stage1-complaint subject-access"
	if strings.Join(got, " ") != want {
		t.Errorf("the types are %s", got)
	}
}

// What does not fit is refused with the reason, and the day from which it fits where one is known.
func TestLettersThatDoNotFit(t *testing.T) {
	promised := agreed.then(models.KindRequestMade, "2024-06-03", func(e *models.Event) { e.Procedure = models.ProcedureSubjectAccess })
	for name, x := range map[string]struct {
		slug, on string
		events   road
		why      string
		from     string
		more     func(*CaseFacts)
	}{
		"no consent":            {"stage1-complaint", "2024-06-03", road{}.then(models.KindStoryReceived, "2024-05-01"), "No consent of the resident is logged", "", nil},
		"consent withdrawn":     {"stage1-complaint", "2024-06-03", agreed.then(models.KindConsentWithdrawn, "2024-05-20"), "withdrew their consent on 20 May 2024", "", nil},
		"authority withdrawn":   {"subject-access", "2024-06-10", signed(agreed).then(models.KindConsentWithdrawn, "2024-06-05"), "withdrew their consent", "", nil},
		"closed":                {"chase-landlord", "2024-06-30", complained.then(models.KindCaseClosed, "2024-06-28"), "closed on 28 June 2024", "", nil},
		"second complaint":      {"stage1-complaint", "2024-06-10", complained, "made on 3 June 2024", "", nil},
		"nothing late":          {"chase-landlord", "2024-06-05", complained, "“Acknowledge the complaint” is due on 10 June 2024", "11 June 2024", nil},
		"nothing owed":          {"chase-landlord", "2024-06-05", agreed, "Nothing that the landlord owes is overdue", "", nil},
		"stage 2 too early":     {"escalation", "2024-06-10", complained, "is due on 24 June 2024", "25 June 2024", nil},
		"stage 2 no complaint":  {"escalation", "2024-06-10", agreed, "No complaint is logged", "", nil},
		"stage 2 twice":         {"escalation", "2024-06-28", answered.then(models.KindEscalationRequested, "2024-06-25"), "asked for on 25 June 2024", "", nil},
		"help on the due day":   {"ombudsman-help", "2024-06-24", complained, "No answer of the landlord is late yet", "25 June 2024", nil},
		"help after the final":  {"ombudsman-help", "2024-08-01", answered.then(models.KindEscalationRequested, "2024-06-24").then(models.KindStage2Response, "2024-07-20"), "Refer the complaint", "", nil},
		"no order":              {"order-not-met", "2024-08-01", answered, "No order of the Ombudsman is logged", "", nil},
		"order not due":         {"order-not-met", "2025-03-03", determined, "is due on 3 March 2025", "4 March 2025", nil},
		"order met":             {"order-not-met", "2025-03-10", determined.then(models.KindOrderMet, "2025-03-01"), "No order is overdue", "", nil},
		"review too late":       {"review-request", "2025-02-25", determined, "ended on 24 February 2025", "", nil},
		"review of nothing":     {"review-request", "2025-02-25", answered, "No determination", "", nil},
		"review twice":          {"review-request", "2025-02-20", determined.then(models.KindReviewRequested, "2025-02-10"), "asked for on 10 February 2025", "", nil},
		"safe again":            {"hazard-report", "2024-06-30", hazardous.then(models.KindMadeSafe, "2024-06-20"), "made safe on 20 June 2024", "", nil},
		"asked already":         {"subject-access", "2024-06-20", promised, "made on 3 June 2024 and is not answered", "", nil},
		"inspection of nothing": {"costs-information", "2024-06-20", agreed, "No summary of the costs is logged", "", func(f *CaseFacts) { f.Procedure = models.ProcedureInspection }},
		"inspection too late": {"costs-information", "2025-01-02", agreed.then(models.KindRequestMade, "2024-06-03", func(e *models.Event) { e.Procedure = models.ProcedureCostsSummary }).
			then(models.KindRequestAnswered, "2024-07-01"), "ended on 1 January 2025", "", func(f *CaseFacts) { f.Procedure = models.ProcedureInspection }},
		"mp before the landlord": {"mp-letter", "2024-06-03", road{}.then(models.KindConsentGiven, "2024-05-01"), "Do that first", "", nil},
	} {
		t.Run(name, func(t *testing.T) {
			typ, _ := GetCaseType(x.slug)
			var more []func(*CaseFacts)
			if x.more != nil {
				more = append(more, x.more)
			}
			fit := typ.Check(caseFacts(t, typ, x.on, x.events, more...))
			from := ""
			if fit.From != 0 {
				from = fit.From.Long()
			}
			if fit.OK() || !strings.Contains(fit.Why, x.why) || from != x.from {
				t.Errorf("%q from %q", fit.Why, from)
			}
		})
	}
}

// The day after the last day that it must wait for, it fits.
func TestLettersFitFromTheDayTheyName(t *testing.T) {
	for slug, events := range map[string]road{"chase-landlord": complained, "escalation": complained, "ombudsman-help": complained, "order-not-met": determined} {
		typ, _ := GetCaseType(slug)
		on := "2024-06-05"
		if slug == "order-not-met" {
			on = "2025-02-05"
		}
		fit := typ.Check(caseFacts(t, typ, on, events))
		if fit.OK() || fit.From == 0 {
			t.Fatalf("%s: %+v", slug, fit)
		}
		if before := typ.Check(caseFacts(t, typ, (fit.From - 1).String(), events)); before.OK() {
			t.Errorf("%s fits the day before it says", slug)
		}
		if then := typ.Check(caseFacts(t, typ, fit.From.String(), events)); !then.OK() {
			t.Errorf("%s does not fit on %s: %s", slug, fit.From.Long(), then.Why)
		}
	}
}

func TestWhoMayActForTheResident(t *testing.T) {
	typ, _ := GetCaseType("subject-access")
	if why := typ.MayAct(caseFacts(t, typ, "2024-06-03", agreed, forBranch)); !strings.Contains(why, "No signed authority") {
		t.Errorf("the branch gets data without authority: %q", why)
	}
	if why := typ.MayAct(caseFacts(t, typ, "2024-06-10", signed(agreed), forBranch)); why != "" {
		t.Error(why)
	}
	if why := typ.MayAct(caseFacts(t, typ, "2024-06-03", agreed)); why != "" {
		t.Error(why)
	}
	chase, _ := GetCaseType("chase-landlord")
	f := caseFacts(t, chase, "2024-06-26", complained, forBranch)
	if why := chase.MayAct(f); why != "" || !strings.Contains(strings.Join(chase.Warnings(f), " "), "No signed authority") {
		t.Errorf("a reminder without authority: %q, %q", why, chase.Warnings(f))
	}
	if d := ComposeCase(chase, f); strings.Contains(d.Body+d.SignOff, "signed") {
		t.Error("an authority that nobody signed is claimed")
	}
}

func TestWarningsThatHangOnTheCase(t *testing.T) {
	typ, _ := GetCaseType("stage1-complaint")
	f := caseFacts(t, typ, "2025-06-03", agreed.then(models.KindAdverseAction, "2024-06-20").then(models.KindSolicitorActing, "2024-07-01"), func(f *CaseFacts) {
		f.Member.ContactSafety = "Never ring after six: he reads her post."
	})
	all := strings.Join(typ.Warnings(f), "\n")
	for _, want := range []string{"contacting this resident safely", "solicitor is acting", "Something was done to the resident", "old enough on 2 May 2025", "Code 2024, 2.3"} {
		if !strings.Contains(all, want) {
			t.Errorf("no warning of %q in\n%s", want, all)
		}
	}
	if strings.Contains(all+ComposeCase(typ, f).Body, "after six") {
		t.Error("the note on safe contact is in the letter or beside it")
	}
	f.Case.CourtAction = true
	if all := strings.Join(typ.Warnings(f), "\n"); !strings.Contains(all, "court claim") {
		t.Errorf("no warning of court:\n%s", all)
	}
}

func TestGaps(t *testing.T) {
	for text, want := range map[string]string{
		"":                                    "",
		"[say what] happened":                 "[say what]",
		"a [one] b [two].":                    "[one] [two]",
		"[one][two]":                          "[one] [two]",
		"[one] [two]":                         "[one] [two]",
		`quoted \[March\] and a \[one`:        "",
		"a [link](https://example.org) here":  "",
		"![picture](x) and footnote[^1]":      "",
		"[^1]: note":                          "",
		"over\n[two]\nlines [not\nclosed]":    "[two]",
		"- Home: [say the address]\n> quoted": "[say the address]",
	} {
		if got := strings.Join(Gaps(text), " "); got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
	// What a resident wrote is never taken for a gap.
	typ, _ := GetCaseType("stage1-complaint")
	if g := Gaps(ComposeCase(typ, caseFacts(t, typ, "2024-06-03", agreed)).Body); len(g) != 0 {
		t.Errorf("gaps %q", g)
	}
}

func TestPlainText(t *testing.T) {
	md := "I make a *formal* **complaint**.\nSecond line.\n\n## What happened\n\n> Black mould \\*everywhere\\* since \\[March\\].\n>\n> He coughs & coughs; it's \"bad\".\n\n- one\n- two\n\n3. three\n4. four\n\n[a link](https://example.org) and https://example.com\n"
	want := "I make a formal complaint.\nSecond line.\n\nWhat happened\n\n> Black mould *everywhere* since [March].\n>\n> He coughs & coughs; it's \"bad\".\n\n- one\n- two\n\n3. three\n4. four\n\na link (https://example.org) and https://example.com"
	if got := PlainText(md); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	typ, _ := GetCaseType("mp-letter")
	l := models.CaseLetter{Ref: "LAR-C-24-0001-X", Body: "Text.", SignOff: "Niamh Ní Bhriain\nfor Łukasz Żółć", DatedOn: day("2024-06-03")}
	if got := CasePlain(typ, l); got != "Dear Member of Parliament,\n\nText.\n\nYours faithfully,\n\nNiamh Ní Bhriain\nfor Łukasz Żółć\n\nReference LAR-C-24-0001-X, 3 June 2024\n" {
		t.Errorf("%q", got)
	}
}

// The letters read well whatever the rulebook that is built in says today: each composes, asks by a day that is not over, and what it
// cites is what its clocks cite.
func TestLettersUnderTheBuiltInRulebook(t *testing.T) {
	real = true
	defer func() { real = false }()
	for _, x := range caseExamples {
		typ, _ := GetCaseType(x.slug)
		f := caseFacts(t, typ, x.on, x.events, func(f *CaseFacts) {
			if x.more != nil {
				x.more(f)
			}
		})
		d := ComposeCase(typ, f)
		if d.ReplyBy < f.On || !strings.Contains(d.Body, d.ReplyBy.Long()) {
			t.Errorf("%s asks by %s:\n%s", x.name, d.ReplyBy.Long(), d.Body)
		}
		for _, c := range f.asked() {
			cited := strings.Contains(Plain(d.Body), c.Rule.Cite())
			if c.Rule.Confidence == rulebook.Unconfirmed && cited {
				t.Errorf("%s names %s, which is not confirmed", x.name, c.Rule.Cite())
			}
		}
		if strings.Contains(d.Body, "()") || strings.Contains(d.Body, "  ") {
			t.Errorf("%s has a hole:\n%s", x.name, d.Body)
		}
	}
}

// A step that can be taken today and names a letter names one that fits: nobody is sent to a letter that is then refused.
func TestProposedLettersFit(t *testing.T) {
	real = true
	defer func() { real = false }()
	proposed := map[string]bool{}
	for _, x := range caseExamples {
		for _, after := range []int{-20, -1, 0, 1, 20, 60, 400} {
			on := day(x.on).AddDays(after)
			var events road
			for _, e := range x.events {
				if e.On <= on || e.Kind == models.KindOrderDue {
					events = append(events, e)
				}
			}
			f := caseFacts(t, chaseLandlord, on.String(), events)
			for _, s := range f.Before.Next(on) {
				if s.Letter == "" || !s.Allowed {
					continue
				}
				typ, ok := GetCaseType(s.Letter)
				if !ok {
					t.Fatalf("a step names the letter %q, which is not there", s.Letter)
				}
				proposed[s.Letter] = true
				f := caseFacts(t, typ, on.String(), events, func(f *CaseFacts) { f.About = s.About })
				if fit := typ.Check(f); !fit.OK() && Consented(events) {
					t.Errorf("%s on %s: “%s” proposes %s, which is refused: %s", x.name, on.Long(), s.Text, s.Letter, fit.Why)
				}
			}
		}
	}
	if len(proposed) < 6 {
		t.Errorf("only %v are ever proposed", proposed)
	}
}
