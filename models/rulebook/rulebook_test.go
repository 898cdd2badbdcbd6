package rulebook

import (
	"strings"
	"testing"
	"testing/fstest"

	"commoncase/models"
	"commoncase/models/civil"
)

func TestDefault(t *testing.T) {
	b, err := Load(files)
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range b.Regimes() {
		for _, x := range r.Rules {
			if got, ok := b.Rule(x.ID); !ok || got != x {
				t.Errorf("%s is not found", x.ID)
			}
			if !strings.HasSuffix(x.Text, ".") || (x.Confirm != "" && !strings.HasSuffix(x.Confirm, ".")) {
				t.Errorf("%s does not speak in sentences", x.ID)
			}
			if x.Line < 2 || x.File == "" {
				t.Errorf("%s is at %s:%d", x.ID, x.File, x.Line)
			}
		}
	}
}

// Each version is in force from its first day to its last, and the next follows without a gap.
func TestInForce(t *testing.T) {
	b := Default()
	for _, x := range []struct{ on, code, scheme, clarion, harbour string }{
		{"2017-12-31", "", "", "", ""},
		{"2018-03-31", "", "", "clarion-2018", ""},
		{"2018-04-01", "", "scheme-2018", "clarion-2018", ""},
		{"2020-08-31", "", "scheme-2018", "clarion-2018", "harbour-and-vale-2019"},
		{"2020-09-01", "code-2020", "scheme-2020", "clarion-2018", "harbour-and-vale-2019"},
		{"2022-03-31", "code-2020", "scheme-2020", "clarion-2018", "harbour-and-vale-2019"},
		{"2022-04-01", "code-2022", "scheme-2020", "clarion-2018", "harbour-and-vale-2019"},
		{"2022-06-16", "code-2022", "scheme-2020", "clarion-2018", "harbour-and-vale-2019"},
		{"2022-06-17", "code-2022", "scheme-2020", "clarion-2022", "harbour-and-vale-2019"},
		{"2022-10-01", "code-2022", "scheme-2022", "clarion-2022", "harbour-and-vale-2019"},
		{"2024-03-31", "code-2022", "scheme-2022", "clarion-2022", "harbour-and-vale-2019"},
		{"2024-04-01", "code-2024", "scheme-2024", "clarion-2024", "harbour-and-vale-2024"},
		{"2099-04-01", "code-2024", "scheme-2024", "clarion-2024", "harbour-and-vale-2024"},
	} {
		on := civil.MustParse(x.on)
		for _, y := range []struct {
			got  *Regime
			want string
		}{{b.Code(on), x.code}, {b.Scheme(on), x.scheme}, {b.Policy("clarion", on), x.clarion}, {b.Policy("harbour-and-vale", on), x.harbour}} {
			id := ""
			if y.got != nil {
				id = y.got.ID
			}
			if id != y.want {
				t.Errorf("%s: %q, want %q", x.on, id, y.want)
			}
		}
		if b.Policy("nowhere", on) != nil || b.Policy("", on) != nil {
			t.Errorf("%s: a policy of nobody", x.on)
		}
	}
}

// The numbers of the law, by paragraph, with how sure we are of each (domain sections 1.2 and 5.1).
func TestRulesByClause(t *testing.T) {
	for _, x := range []struct {
		id, clause, limit string
		confidence        Confidence
	}{
		{"code-2020/stage1-acknowledgement", "stage 1, acknowledgement", "5 working days", Unconfirmed},
		{"code-2020/stage1-response", "stage 1, response", "10 working days", Remembered},
		{"code-2020/stage1-extension", "stage 1, extension", "10 working days", Unconfirmed},
		{"code-2020/stage2-response", "stage 2, response", "20 working days", Remembered},
		{"code-2022/stage1-acknowledgement", "4.1", "5 working days", Unconfirmed},
		{"code-2022/stage1-response", "5.1", "10 working days", Secondary},
		{"code-2022/stage1-extension", "5.1", "10 working days", Unconfirmed},
		{"code-2022/stage2-response", "5.13", "20 working days", Remembered},
		{"code-2022/stage2-extension", "5.13", "10 working days", Unconfirmed},
		{"code-2024/stage1-acknowledgement", "6.2", "5 working days", Secondary},
		{"code-2024/stage1-response", "6.3", "10 working days", Verified},
		{"code-2024/stage1-extension", "6.4", "10 working days", Secondary},
		{"code-2024/stage2-acknowledgement", "6.11", "5 working days", Secondary},
		{"code-2024/stage2-response", "6.14", "20 working days", Verified},
		{"code-2024/stage2-extension", "6.15", "20 working days", Secondary},
		{"scheme-2022/ombudsman-referral", "42(b)", "12 months", Verified},
		{"scheme-2020/designated-person", "designated persons", "8 weeks", Verified},
		{"scheme-2024/review-request", "review of a decision", "3 weeks", Verified},
		{"clarion-2018/stage1-response", "stage 1", "10 working days", Unconfirmed},
		{"clarion-2022/stage1-acknowledgement", "stage 1", "10 working days", Verified},
		{"clarion-2022/stage1-response", "stage 1", "20 working days", Verified},
		{"clarion-2022/stage2-response", "stage 2", "40 working days", Remembered},
		{"clarion-2024/stage1-response", "stage 1", "10 working days", Remembered},
		{"harbour-and-vale-2019/stage1-response", "stage 1", "15 working days", Verified},
		{"harbour-and-vale-2019/stage2-response", "stage 2", "30 working days", Verified},
	} {
		r, ok := Default().Rule(x.id)
		if !ok {
			t.Errorf("no rule %s", x.id)
			continue
		}
		if r.Clause != x.clause || r.Limit.String() != x.limit || r.Confidence != x.confidence {
			t.Errorf("%s: %s, %s, %s", x.id, r.Clause, r.Limit, r.Confidence)
		}
	}
	if _, ok := Default().Rule("code-2022/stage2-acknowledgement"); ok {
		t.Error("the Code of 2022 has no acknowledgement of stage 2")
	}
}

func TestSections(t *testing.T) {
	b := Default()
	if got := len(b.Sections("")); got != 3 {
		t.Errorf("without a landlord: %d sections", got)
	}
	s := b.Sections("harbour-and-vale")
	if len(s) != 4 || len(s[2].Regimes) != 2 || !s[2].Regimes[0].Landlord.Invented || s[2].Heading != "Harbour & Vale Homes: its own policy" {
		t.Errorf("%+v", s)
	}
	if ls := b.Landlords(); len(ls) != 2 || ls[0].Slug != "clarion" || ls[1].Slug != "harbour-and-vale" {
		t.Errorf("%v", ls)
	}
}

func TestLimit(t *testing.T) {
	cal, _ := civil.Get(civil.EnglandAndWales)
	for _, x := range []struct {
		limit      Limit
		from, want string
	}{
		{Limit{10, WorkingDays}, "2023-05-09", "2023-05-23"},
		{Limit{30, Days}, "2023-05-09", "2023-06-08"},
		{Limit{8, Weeks}, "2022-08-10", "2022-10-05"},
		{Limit{12, Months}, "2024-02-29", "2025-02-28"},
		{Limit{1, Months}, "2024-01-31", "2024-02-29"},
	} {
		if got := x.limit.From(civil.MustParse(x.from), cal); got.String() != x.want {
			t.Errorf("%s from %s: %s, want %s", x.limit, x.from, got, x.want)
		}
	}
}

const good = `landlord: {slug: example, name: Example Homes}
regimes:
  - id: example-2025
    kind: policy
    title: Example's policy
    short: Example
    in_force: {from: 2025-01-01}
    judged_by: complaint
    calendar: case
    source: {title: The policy}
    rules:
      - duty: stage1-acknowledgement
        title: Acknowledge
        clause: "1"
        rule: It acknowledges in five days.
        bound: landlord
        starts: [{on: complaint_made}]
        limit: {n: 5, unit: working_days}
        met_by: [complaint_acknowledged]
        confidence: verified
      - duty: stage1-response
        title: Answer
        clause: "2"
        rule: It answers in ten days.
        bound: landlord
        starts:
          - {on: complaint_acknowledged}
          - {due_of: stage1-acknowledgement, assumed: It never came.}
        limit: {n: 10, unit: working_days}
        met_by: [stage1_response]
        confidence: verified
        extension: {duty: stage1-extension, title: Extension, clause: "3", rule: Ten more., by: extension_notified, max: {n: 10, unit: working_days}, confidence: verified}
`

func TestLoadRefusesWithFileAndLine(t *testing.T) {
	if _, err := Load(fstest.MapFS{"x.yaml": {Data: []byte(good)}}); err != nil {
		t.Fatal(err)
	}
	second := "\n  - id: example-2026\n" + strings.SplitN(good, "id: example-2025\n", 2)[1]
	for _, x := range []struct{ name, old, new, want string }{
		{"a misspelt field", "    bound: landlord\n        starts: [", "    bund: landlord\n        starts: [", "x.yaml:16:"},
		{"broken YAML", "kind: policy", "kind: [policy", "x.yaml:"},
		{"no source", "source: {title: The policy}", "source: {}", "x.yaml:3: example-2025 has no source"},
		{"an address that is none", "{title: The policy}", "{title: The policy, address: example.org}", "x.yaml:3:"},
		{"a date that does not exist", "from: 2025-01-01", "from: 2025-02-30", "x.yaml:3:"},
		{"an end before the beginning", "from: 2025-01-01", "from: 2025-01-01, until: 2024-01-01", "x.yaml:3: example-2025 ends on 2024-01-01"},
		{"an unknown kind of regime", "kind: policy", "kind: custom", "x.yaml:3:"},
		{"a policy without a landlord", "landlord: {slug: example, name: Example Homes}\n", "", "x.yaml:2: example-2025: a policy has a landlord"},
		{"an unknown event", "met_by: [stage1_response]", "met_by: [stage_1]", "x.yaml:21:"},
		{"an unknown unit", "{n: 10, unit: working_days}\n        met_by", "{n: 10, unit: moons}\n        met_by", "x.yaml:21:"},
		{"no limit", "        limit: {n: 5, unit: working_days}\n", "", "x.yaml:12:"},
		{"a limit of nothing", "n: 5", "n: 0", "x.yaml:12:"},
		{"an unknown calendar", "calendar: case", "calendar: wales", "x.yaml:12:"},
		{"unconfirmed without saying what would confirm it", "confidence: verified\n      - duty", "confidence: unconfirmed\n      - duty", "x.yaml:12:"},
		{"an unknown confidence", "confidence: verified\n      - duty", "confidence: sure\n      - duty", "x.yaml:12:"},
		{"started and met by the same", "met_by: [complaint_acknowledged]", "met_by: [complaint_made]", "x.yaml:12:"},
		{"never met", "        met_by: [complaint_acknowledged]\n", "", "x.yaml:12:"},
		{"a fallback that does not say so", ", assumed: It never came.", "", "x.yaml:21:"},
		{"a start on a duty that is not there", "due_of: stage1-acknowledgement", "due_of: stage1-nothing", "x.yaml:21:"},
		{"a circle", "due_of: stage1-acknowledgement", "due_of: stage1-response", "x.yaml:21:"},
		{"a duty twice", "duty: stage1-response", "duty: stage1-acknowledgement", "x.yaml:21: example-2025/stage1-acknowledgement is already at line 12"},
		{"an extension by nothing", "by: extension_notified", "by: magic", "x.yaml:32:"},
		{"a regime twice", "", strings.Replace(second, "example-2026", "example-2025", 1), "regime example-2025 is already at x.yaml:3"},
		{"two at once", "", second, "while example-2025 (x.yaml:3) still is"},
	} {
		t.Run(x.name, func(t *testing.T) {
			text := good + x.new
			if x.old != "" {
				if !strings.Contains(good, x.old) {
					t.Fatal("the test replaces nothing")
				}
				text = strings.Replace(good, x.old, x.new, 1)
			}
			if x.name == "a regime twice" {
				text = strings.Replace(text, "from: 2025-01-01}", "from: 2025-01-01, until: 2025-12-31}", 1)
				i := strings.LastIndex(text, "from: 2025-01-01")
				text = text[:i] + strings.Replace(text[i:], "2025-01-01", "2026-01-01", 1)
			}
			_, err := Load(fstest.MapFS{"x.yaml": {Data: []byte(text)}})
			if err == nil || !strings.Contains(err.Error(), x.want) || !strings.HasPrefix(err.Error(), "x.yaml:") {
				t.Fatalf("%v, want %s", err, x.want)
			}
		})
	}
}

func FuzzLoad(f *testing.F) {
	f.Add(good)
	f.Add("regimes: [{}]")
	f.Add("regimes:\n  - &a {id: x, rules: [*a]}")
	f.Fuzz(func(t *testing.T, text string) {
		b, err := Load(fstest.MapFS{"x.yaml": {Data: []byte(text)}})
		if err != nil && !strings.HasPrefix(err.Error(), "x.yaml:") {
			t.Fatalf("%q is without file and line", err)
		}
		if err == nil {
			for _, r := range b.Regimes() {
				for _, x := range r.Rules {
					if x.Bound != models.BoundLandlord && x.Bound != models.BoundResident {
						t.Fatalf("%+v", x)
					}
				}
			}
		}
	})
}

func TestHowOldAMatterMayBe(t *testing.T) {
	for _, x := range []struct {
		code       string
		months     int
		clause     string
		confidence Confidence
		escalate   string
	}{
		{"2021-01-04", 6, "acceptance", Unconfirmed, ""}, // Code 2020
		{"2023-01-09", 6, "1.8", Remembered, ""},         // Code 2022
		{"2026-11-22", 12, "2.3", Secondary, "6.12"},     // Code 2024
	} {
		c := Default().Code(civil.MustParse(x.code))
		if c.Accept.Months != x.months || c.Accept.Clause != x.clause || c.Accept.Confidence != x.confidence || c.Escalate != x.escalate {
			t.Errorf("%s: %+v, no reasons by %q", c.ID, c.Accept, c.Escalate)
		}
	}
	for name, line := range map[string]string{
		"in a policy":         "    accept: {months: 6, clause: a, confidence: verified}\n",
		"without a clause":    "    accept: {months: 6, confidence: verified}\n",
		"of no confidence":    "    accept: {months: 6, clause: a, confidence: sure}\n",
		"unconfirmed, no way": "    accept: {months: 6, clause: a, confidence: unconfirmed}\n",
	} {
		text := strings.Replace(good, "    calendar: case\n", "    calendar: case\n"+line, 1)
		if name != "in a policy" {
			text = strings.Replace(strings.Replace(text, "landlord: {slug: example, name: Example Homes}\n", "", 1), "kind: policy", "kind: code", 1)
		}
		if _, err := parse("x.yaml", []byte(text)); err == nil || !strings.Contains(err.Error(), "accept belongs to a Code") {
			t.Errorf("%s: %v", name, err)
		}
	}
}
