package letters

import (
	"regexp"
	"slices"
	"strings"
	"testing"

	"commoncase/models"
	"commoncase/models/civil"
)

func day(s string) civil.Date { return civil.MustParse(s) }

func ptr(n int) *int { return &n }

// facts is a branch with everything a letter can say, on 31 July 2023.
func facts() Facts {
	f := Facts{
		Branch:   models.Branch{Name: "Larkfield residents", Address: "1 Mill Lane\nLarkfield", Email: "branch@example.org", Threshold: 5},
		Landlord: models.Landlord{Name: "Larkfield Homes", Homes: 125000, HomesAsOf: "2022 reports", Calendar: civil.EnglandAndWales},
		Ref:      "LAR-L-23-0003-X", On: day("2023-07-31"), From: day("2022-06-17"), To: day("2023-07-31"),
		Recipient: models.Recipient{Role: models.RecipientChiefExecutive, Office: "The Chief Executive", Organisation: "Larkfield Homes", Address: "9 High St\nLondon"},
		Figures: []models.Figure{
			{Measure: "cases", Name: "Cases", Definition: "Cases open.", Text: "60", Value: 60, N: 60, From: day("2022-06-17"), To: day("2023-07-31")},
			{Measure: "stage1-late-share", Name: "Stage 1 late", Definition: "Late.", Text: "62 %", Value: 62, N: 1210, From: day("2022-06-17"), To: day("2023-07-31")},
			{Measure: "small", Name: "Small one", Text: "3", Value: 3, N: 3, Withheld: "it counts fewer than 5"},
			{Measure: "later", Name: "Later one", Text: "9", Value: 9, N: 9, To: day("2023-08-01")},
			{Measure: "empty", Name: "Empty one", Text: "0 %"},
		},
		Incidents: []models.Incident{{ID: 1, Title: "The outage", StartedOn: day("2022-06-17"), EndedOn: day("2022-11-17"), EndNote: "day assumed",
			Homes: 125000, Residents: 350000, Source: "Press, 2022"}},
		Statements: []models.Statement{
			{IncidentID: 1, On: day("2022-07-13"), Kind: models.StatementLandlord, Claim: "Apology; no date *yet*.", Source: "Website, 13 July 2022"},
			{IncidentID: 1, On: day("2022-06-23"), Kind: models.StatementLandlord, Claim: "Systems are down", Source: "Press, 2022"},
			{IncidentID: 1, On: day("2022-08-26"), Kind: models.StatementPress, Claim: "Calls unanswered", Source: "Trade press", Note: "week known"},
			{IncidentID: 1, On: day("2023-08-26"), Kind: models.StatementPress, Claim: "Not said yet", Source: "Trade press"},
		},
		Reports: []models.ImpactReport{
			{ID: 1, IncidentID: 1, On: day("2022-07-13"), Theme: "phishing", Area: "Secret Close", Impact: "Jump in phishing", BeforeMonth: ptr(2), SinceCount: ptr(31), Since: day("2022-06-28"), Quote: models.QuoteAnonymous},
			{ID: 2, IncidentID: 1, On: day("2022-07-13"), Theme: "payments", Impact: "Rent not taken", Quote: models.QuoteFullName, Contradicts: 1},
			{ID: 3, IncidentID: 1, On: day("2022-07-13"), Theme: "retaliation", Impact: "Private matter", Quote: models.QuoteNone},
			{ID: 4, IncidentID: 1, On: day("2022-07-14"), Theme: "stalled move", Impact: "Move stalled", Quote: models.QuoteAnonymous},
			{ID: 5, IncidentID: 1, On: day("2022-07-15"), Theme: "stalled move", Impact: "Exchange stalled", Quote: models.QuoteAnonymous},
		},
		Findings: []models.Finding{
			{Published: "2022-10", Grade: models.GradeSpecialReport, Subject: "The landlord as a whole", Source: "Ombudsman, October 2022"},
			{Published: "2022-04", Grade: models.GradeSevereMaladministration, Subject: "Complaint handling", Source: "Ombudsman, April 2022"},
			{Published: "2022-07-28", Reference: "202012345", Grade: models.GradeMaladministration, Subject: "A leak", Source: "Ombudsman, July 2022"},
			{Published: "2023-08-01", Grade: models.GradeSevereMaladministration, Subject: "Not published yet", Source: "Later"},
		},
		Correspondence: []Correspondence{
			{Letter: models.Letter{Ref: "LAR-L-23-0001-A", Title: "Request for a meeting"},
				Recipient: models.Recipient{Role: models.RecipientChiefExecutive, Office: "The Chief Executive", Organisation: "Larkfield Homes"},
				Events: []models.LetterEvent{
					{Kind: models.LetterSent, On: day("2023-05-24")}, {Kind: models.LetterAcknowledged, On: day("2023-05-26")},
					{Kind: models.LetterAnswered, On: day("2023-08-04")}}},
			{Letter: models.Letter{Ref: "LAR-L-22-0001-B", Title: "To the minister"},
				Recipient: models.Recipient{Role: models.RecipientMinister, Office: "The Minister"},
				Events:    []models.LetterEvent{{Kind: models.LetterSent, On: day("2022-07-31")}, {Kind: models.LetterAnswered, On: day("2022-08-03")}}},
		},
	}
	for n := 1; n <= 7; n++ {
		d := models.Demand{Number: n, Point: 1 + (n-1)/4, PointTitle: []string{"Service charges", "Complaints"}[(n-1)/4], Text: "Do thing [number] " + string(rune('A'+n-1)), Outcome: models.OutcomeNoAnswer}
		if n == 2 {
			d.Outcome, d.OutcomeOn = models.OutcomeDone, day("2023-07-01")
		}
		f.Demands = append(f.Demands, d)
	}
	return f
}

func TestFillInline(t *testing.T) {
	for body, want := range map[string]string{
		"{figure:stage1-late-share} late":     "62 % late",
		"{figure:stage1-late-share:n}":        "1,210",
		"{figure:stage1-late-share:period}":   "17 June 2022 to 31 July 2023",
		"{figure: cases }":                    "60",
		"{demands:count} in {points:count}":   "7 in 2",
		"{demand:3}":                          `Do thing \[number\] C`,
		"{branch}, {landlord}":                "Larkfield residents, Larkfield Homes",
		"{homes} ({homes:as-of})":             "125,000 (2022 reports)",
		"{incident}":                          "The outage",
		"{incident:started}":                  "17 June 2022",
		"{incident:ended}":                    "November 2022",
		"{incident:lasted}":                   "about 5 months",
		"{incident:residents}{cite:incident}": "350,000[1]",
		"{date}":                              "31 July 2023",
		"{reply-by}":                          "29 August 2023", // 20 working days; 28 August is a bank holiday
		"{period}":                            "17 June 2022 to 31 July 2023",
		"{recipient}":                         "The Chief Executive",
		"{unanswered:LAR-L-23-0001-A}":        "unanswered since 24 May 2023: 68 days, 47 working days",
		"{unanswered:chief-executive}":        "unanswered since 24 May 2023: 68 days, 47 working days",
		"{unanswered:chief-executive:days}":   "68 days",
		"{unanswered:chief-executive:title}":  "Request for a meeting",
		"{unanswered:chief-executive:cite}":   "[1]",
		"{figure:findings-severe}":            "1",
		"{figure:findings-severe:n}":          "2",
		"{figure:impact-reports}":             "5",
		"{figure:demands-met}":                "1",
		"{figure:letters-unanswered:n}":       "2",
		`a \{brace} and a } alone`:            `a \{brace} and a } alone`,
		"no placeholder":                      "no placeholder",
	} {
		got := Fill(body, facts(), false)
		if got.Markdown != want || len(got.Problems) > 0 {
			t.Errorf("%s: %q, %v; want %q", body, got.Markdown, got.Problems, want)
		}
	}
}

func TestFillProblems(t *testing.T) {
	for body, want := range map[string]string{
		"{figure:nope}":                    "There is no figure “nope” for this letter.",
		"{figure}":                         "does not say which figure",
		"{figure:small}":                   "The figure “small” (Small one) is withheld: it counts fewer than 5. Choose a longer period, or take {figure:small} out.",
		"{figure:impact-reports-contrary}": "is withheld: it counts 1, and the branch publishes nothing under 5",
		"{figure:empty}":                   "counts over nothing in this period",
		"{figure:later}":                   "counts up to 1 August 2023, after the date of the letter, 31 July 2023",
		"{figure:cases:median}":            "asks a figure for “median”",
		"{figure:cases:n:m}":               "has too many parts",
		"{figur:cases}":                    "Commoncase knows no placeholder {figur:cases}",
		"{}":                               "Commoncase knows no placeholder {}",
		"{branch:x}":                       "Take out “:x”",
		"{figure:cases":                    "opens a placeholder that is not closed",
		"{figure {branch}":                 "opens a placeholder that is not closed",
		"see {demands} here":               "must stand on a line of its own",
		"see {findings} here":              "must stand on a line of its own",
		"{demands:9}":                      "There is no point “9”",
		"{demand:99}":                      "There is no demand “99”",
		"{demand:x}":                       "There is no demand “x”",
		"{incident:end}":                   "asks an incident for “end”",
		"{cite:press}":                     "cites nothing",
		"{statements:mayor}":               "asks for statements of “mayor”",
		"{statements:campaign}":            "No statement up to the date",
		"{findings:withdrawn}":             "No finding published",
		"{quotes:retaliation}":             "No resident's report",
		"{unanswered:minister}":            "no letter to the minister waits",
		"{unanswered:LAR-L-22-0001-B}":     "Letter LAR-L-22-0001-B was answered on 3 August 2022, after 3 days, 3 working days.",
		"{unanswered:LAR-L-23-0099-Z}":     "There is no letter LAR-L-23-0099-Z in your branch.",
		"{unanswered}":                     "does not say which letter",
		"{unanswered:chief-executive:x}":   "asks a letter for “x”",
		"{homes:now}":                      "Write {homes} or {homes:as-of}",
	} {
		got := Fill("\n"+body, facts(), false)
		if len(got.Problems) != 1 || !strings.Contains(got.Problems[0].Message, want) || got.Problems[0].Line != 2 {
			t.Errorf("%s: %v; want %q on line 2", body, got.Problems, want)
		}
		if m := Fill("\n"+body, facts(), true); strings.Contains(body, "}") && body != "{figure {branch}" && !strings.Contains(HTML(m.Markdown), `<mark class="cc-missing">`) {
			t.Errorf("%s: not marked: %s", body, HTML(m.Markdown))
		}
	}
}

func TestFillBlocks(t *testing.T) {
	body := "We ask:\n{demands}\nThank you {cite:incident}.\n\n{quotes}\n\n{findings}\n\n{statements}\n\n{statements:press}"
	got := Fill(body, facts(), false)
	want := `We ask:

### Point 1: Service charges

1. Do thing \[number\] A
2. Do thing \[number\] B
3. Do thing \[number\] C
4. Do thing \[number\] D

### Point 2: Complaints

5. Do thing \[number\] E
6. Do thing \[number\] F
7. Do thing \[number\] G

Thank you [1].

- 13 July 2022: Jump in phishing (2 in a month before, 31 since 28 June 2022). [1]
- 13 July 2022: Rent not taken. [1]
- 14 July 2022: Move stalled. [1]
- 15 July 2022: Exchange stalled. [1]

- April 2022, **severe maladministration**: Complaint handling. [2]
- 28 July 2022, **maladministration**, decision 202012345: A leak. [3]
- October 2022, **special report**: The landlord as a whole. [4]

- 23 June 2022: Systems are down. [1]
- 13 July 2022: Apology; no date \*yet\*. [5]

- August 2022: Calls unanswered. [6]`
	if got.Markdown != want || len(got.Problems) > 0 {
		t.Errorf("%v\n%s", got.Problems, got.Markdown)
	}
	if len(got.Sources) != 6 || got.Sources[3] != "Ombudsman, October 2022" {
		t.Errorf("sources %q", got.Sources)
	}
	before, points, after := Split(got.Markdown)
	if before != "We ask:" || !strings.HasPrefix(after, "Thank you") || len(points) != 2 || len(points[0].Demands) != 4 || points[1].Demands[2].Number != 7 {
		t.Errorf("split: %q %+v %q", before, points, after)
	}
	if before, points, after := Split("a\n\n### Point 1: x\n\nnot a demand"); points != nil || after != "" || !strings.Contains(before, "not a demand") {
		t.Errorf("a heading alone was taken for demands: %q %v %q", before, points, after)
	}
	if two := Fill("{quotes:2}", facts(), false); strings.Count(two.Markdown, "- ") != 2 {
		t.Errorf("{quotes:2}: %s", two.Markdown)
	}
	if one := Fill("{quotes:stalled-move}", facts(), false); strings.Count(one.Markdown, "- ") != 2 {
		t.Errorf("{quotes:stalled-move}: %s", one.Markdown)
	}
}

// A letter of 31 July 2022 knows nothing of the autumn.
func TestFillKnowsNothingLater(t *testing.T) {
	f := facts()
	f.On = day("2022-07-31")
	got := Fill("{findings}\n\n{incident:lasted}\n\n{statements}", f, false)
	if strings.Contains(got.Markdown, "October") || !strings.Contains(got.Markdown, "44 days so far") || len(got.Problems) > 0 {
		t.Errorf("%v\n%s", got.Problems, got.Markdown)
	}
	if len(Fill("{incident:ended}", f, false).Problems) != 1 {
		t.Error("the incident had ended already")
	}
}

func TestQuotesNameNoPlace(t *testing.T) {
	if got := Fill("{quotes}", facts(), false).Markdown; strings.Contains(got, "Secret Close") || strings.Contains(got, "Private matter") {
		t.Error(got)
	}
}

func TestWait(t *testing.T) {
	cal, _ := civil.Get(civil.EnglandAndWales)
	sent := models.LetterEvent{Kind: models.LetterSent, On: day("2023-05-24")}
	ev := func(k models.LetterEventKind, on string) models.LetterEvent {
		return models.LetterEvent{Kind: k, On: day(on)}
	}
	for name, tc := range map[string]struct {
		events []models.LetterEvent
		on     string
		want   string
		open   bool
	}{
		"open letter of 2023":         {[]models.LetterEvent{sent}, "2023-07-31", "unanswered since 24 May 2023: 68 days, 47 working days", true},
		"acknowledged is no answer":   {[]models.LetterEvent{sent, ev(models.LetterAcknowledged, "2023-05-30")}, "2023-07-31", "unanswered since 24 May 2023: 68 days, 47 working days", true},
		"a holding reply is none":     {[]models.LetterEvent{sent, ev(models.LetterHolding, "2023-05-30")}, "2023-05-25", "unanswered since 24 May 2023: 1 day, 1 working day", true},
		"a chase does not restart it": {[]models.LetterEvent{sent, ev(models.LetterChased, "2023-06-30")}, "2023-07-31", "unanswered since 24 May 2023: 68 days, 47 working days", true},
		"answered":                    {[]models.LetterEvent{ev(models.LetterAnswered, "2023-05-31"), sent}, "2023-07-31", "answered on 31 May 2023, after 7 days, 4 working days", false},
		"refused":                     {[]models.LetterEvent{sent, ev(models.LetterRefused, "2023-05-31")}, "2023-07-31", "refused on 31 May 2023, after 7 days, 4 working days", false},
		"answered later":              {[]models.LetterEvent{sent, ev(models.LetterAnswered, "2023-05-31")}, "2023-05-30", "unanswered since 24 May 2023: 6 days, 3 working days", true},
		"not sent":                    {nil, "2023-07-31", "not sent", false},
		"sent today":                  {[]models.LetterEvent{sent}, "2023-05-24", "unanswered since 24 May 2023: 0 days, 0 working days", true},
	} {
		if w := Wait(tc.events, cal, day(tc.on)); w.String() != tc.want || w.Open() != tc.open {
			t.Errorf("%s: %q, open %v", name, w, w.Open())
		}
	}
}

// Every type, composed from full facts, loses nothing it could say, has no problem and leaves no brace.
func TestTypes(t *testing.T) {
	for _, typ := range Types {
		t.Run(typ.Slug, func(t *testing.T) {
			template := typ.Template
			if typ.Slug == Chase.Slug {
				template = Chasing("LAR-L-23-0001-A")
			}
			body, leftOut := Compose(template, facts())
			for _, p := range leftOut {
				if !strings.Contains(p.Placeholder, "{figure:") {
					t.Errorf("left out: %s", p)
				}
			}
			filled := Fill(body, facts(), false)
			if len(filled.Problems) > 0 || strings.ContainsAny(filled.Markdown, "{}") {
				t.Errorf("%v\n%s", filled.Problems, filled.Markdown)
			}
			if typ.Title(facts()) == "" || len(typ.SignOff) == 0 {
				t.Error("no title or sign-off")
			}
			// A number that was typed into a template is a number that nobody can trace.
			bare := regexp.MustCompile(`\{[^}]*\}`).ReplaceAllString(template, "")
			bare = regexp.MustCompile(`stage [12]|(?m)^\d\.`).ReplaceAllString(bare, "")
			if n := regexp.MustCompile(`\d+`).FindString(bare); n != "" {
				t.Errorf("the template states the number %s itself", n)
			}
			// With a branch that has only just begun there is still a letter, with no heading over nothing.
			f := Facts{Branch: facts().Branch, Landlord: facts().Landlord, Recipient: facts().Recipient, On: facts().On}
			body, _ = Compose(typ.Template, f)
			if len(Fill(body, f, false).Problems) > 0 || strings.Contains(body, "## What happened\n") || strings.Contains(body, "## What we ask for\n") {
				t.Errorf("%s", body)
			}
		})
	}
}

func TestFrozenRoundTrip(t *testing.T) {
	f := facts()
	filled := Fill("Hello {branch} {cite:incident}\n\n---\n\n{demands}", f, false)
	l := models.Letter{Ref: f.Ref, Title: "Five points\nand more", SignOff: "Łukasz Żółć, secretary\r\n\nNiamh Ní Bhriain", Mandate: "agreed by 87 of 102 voting"}
	z := NewFrozen(l, f, filled)
	text := z.String()
	back, err := ParseFrozen(text)
	if err != nil {
		t.Fatal(err)
	}
	if back.String() != text {
		t.Errorf("not the same again:\n%s\n%s", text, back)
	}
	if back.Subject != "Five points and more" || !slices.Equal(back.Signed, []string{"Łukasz Żółć, secretary", "Niamh Ní Bhriain"}) ||
		!slices.Equal(back.To, []string{"The Chief Executive", "Larkfield Homes", "9 High St", "London"}) || back.On != f.On || back.Body != filled.Markdown {
		t.Errorf("%+v", back)
	}
	for _, bad := range []string{"", "---\nref: x\n", "---\nref: x\ncolour: red\n---\n\nbody", "---\ndate: 2023-02-30\n---\n\nbody", "---\nnonsense\n---\n\nbody"} {
		if _, err := ParseFrozen(bad); err == nil {
			t.Errorf("%q was read", bad)
		}
	}
	h := Hash(text, f.On, z.To, "abc")
	for i, other := range []string{
		Hash(text+" ", f.On, z.To, "abc"), Hash(text, f.On+1, z.To, "abc"), Hash(text, f.On, z.To[1:], "abc"), Hash(text, f.On, z.To, "abd"),
		Hash(text+f.On.String(), 0, z.To, "abc"),
	} {
		if other == h {
			t.Errorf("change %d leaves the hash as it was", i)
		}
	}
}

func TestEscape(t *testing.T) {
	for _, s := range []string{"O'Connor & Sons <script>", "1. not a list", "# not a heading", "- no", "a *b* _c_ `d` [e](f) {branch}", "২. আনিকা রহমান", "محمد", "a\\", "x | y", "12) z", "+ x", "R&D &amp; &lt", "a < b <b> <", "snake_case _x_ _", "~~no~~", "> no", "Mould &", "www.example.org", "a  b"} {
		asIs(t, s)
		if found, problems := Parse(Escape(s)); len(found)+len(problems) > 0 {
			t.Errorf("%q: a placeholder came out of escaped text", s)
		}
	}
}

// asIs says that escaped text reads on a page as it was written, in one paragraph.
func asIs(t *testing.T, s string) {
	t.Helper()
	want := strings.Join(strings.Fields(normal(s)), " ")
	if Plain(Escape(s)) != want {
		t.Errorf("%q: Plain gives %q", s, Plain(Escape(s)))
	}
	page := HTML(Escape(s))
	page = regexp.MustCompile(`</?a[^>]*>`).ReplaceAllString(page, "") // an address that was typed is a link
	if want != "" {
		want = `<p class="govuk-body">` + strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", `"`, "&quot;").Replace(want) + "</p>\n"
	}
	if page != want {
		t.Errorf("%q: %q, want %q", s, page, want)
	}
}

func FuzzEscape(f *testing.F) {
	for _, s := range []string{"O'Connor & Sons", "1. x", "_a_", "a < b &amp; c", "# x", "|", "www.x.org/_y_*"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) { asIs(t, s) })
}

func TestHTML(t *testing.T) {
	for md, want := range map[string]string{
		"<script>alert(1)</script>":                 "omitted",
		"[x](javascript:alert(1))":                  `<a href="" class="govuk-link">x</a>`,
		"![a *b*](https://x.example/p.png)":         `<p class="govuk-body">a <em>b</em></p>`,
		"# Head":                                    `<h2 class="govuk-heading-m">Head</h2>`,
		"|a|\n|:-:|\n|b|":                           `<th align="center">a</th>`,
		"\uE000live\uE002":                          `<mark class="cc-live">live</mark>`,
		"[a](/b/\uE000c\uE002 \"t \uE000d\uE002\")": `title="t d"`,
		"a \uE000b":                                 `<mark class="cc-live">b</p>`,
	} {
		if got := HTML(md); !strings.Contains(got, want) || strings.Contains(got, "<script") || strings.Contains(got, "<img") {
			t.Errorf("%q: %s", md, got)
		}
	}
}

func TestPlaceholdersAllFill(t *testing.T) {
	hs := Placeholders(facts())
	if len(hs) < 25 {
		t.Fatalf("only %d", len(hs))
	}
	for _, h := range hs {
		if p := Fill(h.Write, facts(), false).Problems; len(p) > 0 || (!h.Block && h.Now == "") || h.Means == "" {
			t.Errorf("%+v: %v", h, p)
		}
	}
}

func FuzzFill(f *testing.F) {
	for _, typ := range Types {
		f.Add(typ.Template)
	}
	f.Add("{figure:cases} \\{ } {{}} {unanswered:chief-executive:days}\r\n{demands}\n{quotes:2}")
	f.Add("[a]({branch}) ![{incident}](x) `{branch}`\n\n    {demands}\n\n> {findings}")
	f.Add("{\uE000}\x00\xff{branch")
	fs := facts()
	f.Fuzz(func(t *testing.T, body string) {
		found, problems := Parse(body)
		got := Fill(body, fs, false)
		if len(problems) > 0 && len(got.Problems) == 0 {
			t.Fatal("what Parse found wrong, Fill did not")
		}
		if len(found) == 0 && len(problems) == 0 && len(got.Problems) > 0 {
			t.Fatal("a problem without a placeholder")
		}
		if strings.ContainsAny(got.Markdown, "\uE000\uE001\uE002\r\x00") {
			t.Fatalf("marks or control characters in what is frozen: %q", got.Markdown)
		}
		for _, p := range got.Problems {
			if p.Message == "" || p.Line < 1 {
				t.Fatalf("problem without place or sentence: %+v", p)
			}
		}
		page := HTML(Fill(body, fs, true).Markdown)
		if strings.ContainsAny(page, "\uE000\uE001\uE002") || strings.Contains(page, "<script") || strings.Contains(page, "<img") ||
			strings.Count(page, "<mark") != strings.Count(page, "</mark>") {
			t.Fatalf("page: %q", page)
		}
		z := NewFrozen(models.Letter{Ref: "X", Title: body}, fs, got)
		back, err := ParseFrozen(z.String())
		if err != nil || back.String() != z.String() {
			t.Fatalf("frozen and read again: %v", err)
		}
	})
}

func TestComposeLeavesOutLineByLine(t *testing.T) {
	template := "First {branch}.\nSecond {figure:small}.\nThird {homes}.\n\n## Head\n\nLead-in:\n{findings:withdrawn}\n\n## Other\n\n1. One {figure:nope}\n2. Two\n"
	body, leftOut := Compose(template, facts())
	if want := "First {branch}. Third {homes}.\n\n## Other\n\n2. Two\n"; body != want {
		t.Errorf("%q, want %q", body, want)
	}
	if len(leftOut) != 3 {
		t.Errorf("left out: %v", leftOut)
	}
}
