package rulebook

import (
	"os"
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
		{"no source", "source: {title: The policy}", "source: {}", "x.yaml:3: example-2025 has no source, and not all of it is marked unconfirmed"},
		{"an extension in hours", "max: {n: 10, unit: working_days}", "max: {n: 10, unit: hours}", "x.yaml:32:"},
		{"hours on the road of the complaint", "limit: {n: 5, unit: working_days}", "limit: {n: 5, unit: hours}", "x.yaml:12: example-2025/stage1-acknowledgement: hours are for procedures"},
		{"a season on the road of the complaint", "met_by: [complaint_acknowledged]", "when: {season: {from: 11-01, until: 04-30}}\n        met_by: [complaint_acknowledged]", "x.yaml:12:"},
		{"deemed on the road of the complaint", "met_by: [complaint_acknowledged]", "deemed: {channel: letter, n: 2, unit: days}\n        met_by: [complaint_acknowledged]", "x.yaml:12:"},
		{"extended and met by the same", "by: extension_notified", "by: stage1_response", "x.yaml:21: example-2025/stage1-response is met and extended"},
		{"an unknown procedure", "bound: landlord\n        starts: [", "procedure: magic\n        bound: landlord\n        starts: [", "x.yaml:12:"},
		{"neither on nor due_of", "starts: [{on: complaint_made}]", "starts: [{}]", "x.yaml:12:"},
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
					if x.Bound != models.BoundLandlord && x.Bound != models.BoundResident && x.Bound != models.BoundBranch {
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

const law = `regimes:
  - id: heating-2025
    kind: law
    title: A law on heating
    short: Heating
    in_force: {from: 2025-01-01, until: 2025-12-31}
    judged_by: start
    calendar: case
    procedure: repair
    applies: {tenures: [secure, unknown], landlords: [council], assumed: A tenancy is assumed.}
    source: {title: The law}
    rules:
      - duty: heating
        title: Mend the heating
        clause: "1"
        rule: It is mended in three days.
        bound: landlord
        starts: [{on: repair_raised}]
        when: {urgency: [urgent], category: [heating_loss], season: {from: 11-01, until: 04-30}}
        limit: {n: 3, unit: days}
        roll: next_working_day
        stops: [appointment_made]
        resumes: [appointment_missed]
        met_by: [repair_completed]
        confidence: verified
    checklists:
      - {on: stage1_response, title: The answer, clause: "2", confidence: verified, items: [{slug: reasons, text: It gives reasons.}]}
    facts:
      - {title: Cost, text: It costs nothing., clause: "3", confidence: verified}
`

const defects = `- slug: right-to-repair
  title: Defects
  source: {title: The law}
  confidence: verified
  entries: [{slug: heating_loss, name: No heating}]
`

const someGrounds = `- slug: court
  name: A court decides it
  instead: Tell the Ombudsman.
  clauses: [{scheme: scheme-2025, clause: "1", confidence: verified}]
`

var scheme = strings.NewReplacer("landlord: {slug: example, name: Example Homes}\n", "", "kind: policy", "kind: scheme", "example-2025", "scheme-2025").Replace(good)

// A law, its lists and the grounds are refused with file and line, whatever of them is wrong.
func TestLoadRefusesLaws(t *testing.T) {
	load := func(edit func(name, text string) string) error {
		fsys := fstest.MapFS{}
		for name, text := range map[string]string{"law.yaml": law, "scheme.yaml": scheme, "lists/defects.yaml": defects, "jurisdiction/grounds.yaml": someGrounds} {
			fsys[name] = &fstest.MapFile{Data: []byte(edit(name, text))}
		}
		_, err := Load(fsys)
		return err
	}
	if err := load(func(_, text string) string { return text }); err != nil {
		t.Fatal(err)
	}
	next := strings.SplitN(strings.Replace(law, "heating-2025", "heating-2026", 1), "regimes:\n", 2)[1]
	for _, x := range []struct{ name, file, old, new, want string }{
		{"a category in no list", "law.yaml", "category: [heating_loss]", "category: [hating]", `law.yaml:13: heating-2025/heating: category "hating"`},
		{"an unknown urgency", "law.yaml", "urgency: [urgent]", "urgency: [soon]", "law.yaml:13:"},
		{"a season that is none", "law.yaml", "from: 11-01", "from: 13-01", "law.yaml:13:"},
		{"a tenure that is none", "law.yaml", "[secure, unknown]", "[secured, unknown]", "law.yaml:2:"},
		{"unknown tenure, and nothing assumed", "law.yaml", ", assumed: A tenancy is assumed.", "", "law.yaml:2:"},
		{"a type of landlord that is none", "law.yaml", "[council]", "[king]", "law.yaml:2:"},
		{"stopped and never set going", "law.yaml", "        resumes: [appointment_missed]\n", "", "law.yaml:13:"},
		{"stopped and set going by the same", "law.yaml", "resumes: [appointment_missed]", "resumes: [appointment_made]", "law.yaml:13: heating-2025/heating is stopped by appointment_made"},
		{"stopped by what meets it", "law.yaml", "stops: [appointment_made]", "stops: [repair_completed]", "law.yaml:13:"},
		{"hours that roll", "law.yaml", "{n: 3, unit: days}", "{n: 3, unit: hours}", "law.yaml:13: heating-2025/heating: a limit in hours"},
		{"a roll that is none", "law.yaml", "next_working_day", "previous_working_day", "law.yaml:13:"},
		{"no procedure", "law.yaml", "    procedure: repair\n", "", "law.yaml:12: heating-2025/heating: when, not_before and stops are for procedures"},
		{"judged by the complaint", "law.yaml", "judged_by: start", "judged_by: complaint", "law.yaml:2:"},
		{"announced and dated", "law.yaml", "from: 2025-01-01, until: 2025-12-31", "from: 2025-01-01, announced: soon", "law.yaml:2:"},
		{"a ban in a procedure", "law.yaml", "title: Mend", "type: ban\n        title: Mend", "law.yaml:13:"},
		{"a window that stops", "law.yaml", "title: Mend", "type: window\n        title: Mend", "law.yaml:13: heating-2025/heating: not_before, deemed and stops are for duties"},
		{"an unconfirmed fact without a way", "law.yaml", `clause: "3", confidence: verified`, `clause: "3", confidence: unconfirmed`, "law.yaml:2:"},
		{"a checklist for nothing", "law.yaml", "{on: stage1_response", "{on: stage9_response", "law.yaml:27:"},
		{"an item twice", "law.yaml", "{slug: reasons, text: It gives reasons.}", "{slug: reasons, text: A.}, {slug: reasons, text: B.}", "law.yaml:27:"},
		{"two versions on one day", "law.yaml", "", strings.Replace(next, "from: 2025-01-01, until: 2025-12-31", "from: 2025-12-31", 1), "while heating-2025 (law.yaml:2) still is"},
		{"a list without a source", "lists/defects.yaml", "The law", "\"\"", "lists/defects.yaml:2:"},
		{"an entry twice", "lists/defects.yaml", "name: No heating}", "name: No heating}, {slug: heating_loss, name: None}", "lists/defects.yaml:2:"},
		{"two versions of a list on one day", "lists/defects.yaml", "", strings.Replace(defects, "Defects", "Other defects", 1), "lists/defects.yaml:7: list right-to-repair"},
		{"a ground twice", "jurisdiction/grounds.yaml", "", someGrounds, "ground court is already at jurisdiction/grounds.yaml:1"},
		{"a Scheme that is not held", "jurisdiction/grounds.yaml", "scheme-2025", "scheme-1925", "jurisdiction/grounds.yaml:1: ground court has a clause of"},
	} {
		t.Run(x.name, func(t *testing.T) {
			err := load(func(name, text string) string {
				if name != x.file {
					return text
				}
				if x.old == "" {
					return text + x.new
				}
				if !strings.Contains(text, x.old) {
					t.Fatal("the test replaces nothing")
				}
				return strings.Replace(text, x.old, x.new, 1)
			})
			if err == nil || !strings.Contains(err.Error(), x.want) || !strings.HasPrefix(err.Error(), x.file+":") {
				t.Errorf("%v, want %s", err, x.want)
			}
		})
	}
	// What has no source must be marked unconfirmed throughout; then it is taken.
	if err := load(func(name, text string) string {
		if name != "law.yaml" {
			return text
		}
		text = strings.Replace(text, "{title: The law}", "{}", 1)
		return strings.NewReplacer("confidence: verified\n", "confidence: unconfirmed\n        confirm: Read it.\n", "confidence: verified", "confidence: unconfirmed, confirm: Read it.").Replace(text)
	}); err != nil {
		t.Error(err)
	}
}

// An operator's folder takes the place of a file or adds one; the regime says where it came from, and the version of the book changes.
func TestWithFolder(t *testing.T) {
	if b, err := WithFolder("/etc/commoncase/rules", fstest.MapFS{}); err != nil || b.Version() != Default().Version() {
		t.Fatalf("an empty folder: %v", err)
	}
	promise, err := files.ReadFile("promises.yaml")
	if err != nil {
		t.Fatal(err)
	}
	b, err := WithFolder("/etc/commoncase/rules", fstest.MapFS{
		"promises.yaml": {Data: []byte(strings.Replace(string(promise), "title: Keep the promise", "title: Keep your word", 1))},
		"heating.yaml":  {Data: []byte(law)},
	})
	if err != nil {
		t.Fatal(err)
	}
	if r, ok := b.Rule("promises/promise"); !ok || r.Title != "Keep your word" || !strings.HasPrefix(r.Regime.Version(), "promises.yaml, version ") || !strings.HasSuffix(r.Regime.Version(), ", from /etc/commoncase/rules") {
		t.Errorf("%+v", r)
	}
	if r, ok := b.Rule("heating-2025/heating"); !ok || r.Regime.Origin != "/etc/commoncase/rules" {
		t.Error("the added file is not there")
	}
	if r, ok := b.Rule("code-2024/stage1-response"); !ok || r.Regime.Origin != "" || strings.Contains(r.Regime.Version(), "from") {
		t.Error("what is built in has an origin")
	}
	if b.Version() == Default().Version() {
		t.Error("the version of the book is still the same")
	}
	for name, x := range map[string]struct{ file, text, want string }{
		"bad in itself":          {"heating.yaml", strings.Replace(law, "unit: days", "unit: moons", 1), "heating.yaml:13: "},
		"one that is there":      {"more.yaml", strings.Replace(law, "heating-2025", "promises", 1), "regime promises is already at"},
		"a policy with an owner": {"clarion-more.yaml", strings.NewReplacer("example,", "clarion,", "Example Homes", "Clarion Housing").Replace(good), "is in force from"},
	} {
		if _, err := WithFolder("/etc/commoncase/rules", fstest.MapFS{x.file: {Data: []byte(x.text)}}); err == nil || !strings.Contains(err.Error(), x.want) || !strings.Contains(err.Error(), ".yaml:") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// How the law applies: a type of landlord that is not recorded is an unknown one.
func TestApplies(t *testing.T) {
	a := Applies{Tenures: []models.Tenure{models.TenureSecure, models.TenureUnknown}, Landlords: []models.LandlordType{models.LandlordCouncil}, Assumed: "Assumed."}
	for _, x := range []struct {
		tenure   models.Tenure
		landlord models.LandlordType
		ok       bool
		assumed  string
	}{
		{models.TenureSecure, models.LandlordCouncil, true, ""},
		{"", models.LandlordCouncil, true, "Assumed."},
		{models.TenureLeaseholder, models.LandlordCouncil, false, ""},
		{models.TenureSecure, "", false, ""},
		{models.TenureSecure, models.LandlordAssociation, false, ""},
	} {
		if ok, assumed := a.To(x.tenure, x.landlord); ok != x.ok || assumed != x.assumed {
			t.Errorf("%q %q: %v %q", x.tenure, x.landlord, ok, assumed)
		}
	}
	if ok, _ := (&Applies{Landlords: []models.LandlordType{models.LandlordUnknown}}).To("", ""); !ok {
		t.Error("an unrecorded type of landlord is not unknown")
	}
}

// The rule that the README shows is one that can be added.
func TestReadmeExample(t *testing.T) {
	text, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	_, block, ok := strings.Cut(string(text), "   ```yaml\n")
	block, _, end := strings.Cut(block, "   ```\n")
	if !ok || !end {
		t.Fatal("the README shows no rule")
	}
	var lines []string
	for line := range strings.Lines(block) {
		lines = append(lines, strings.TrimPrefix(line, "   "))
	}
	b, err := WithFolder("rules", fstest.MapFS{"heating.yaml": {Data: []byte(strings.Join(lines, ""))}})
	if err != nil {
		t.Fatal(err)
	}
	if r, ok := b.Rule("heating-2027/mend-heating"); !ok || r.Limit.String() != "2 working days" {
		t.Errorf("%+v", r)
	}
}
