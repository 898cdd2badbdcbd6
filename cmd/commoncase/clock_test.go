package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"commoncase/models/civil"
)

// The worked example of issue 2, byte for byte up to what is added at the end of a clock.
func TestClockWorkedExample(t *testing.T) {
	in := `{"id":"A1","landlord":"clarion","calendar":"england-and-wales","events":[{"kind":"stage1_response","date":"2023-06-06"},{"kind":"complaint_made","date":"2023-05-09"}]}` + "\n"
	out, errs, code := commoncase(t, in, "clock", "--today", "2024-01-10")
	if code != 0 || errs != "" || strings.Count(out, "\n") != 1 {
		t.Fatalf("exit %d, %q, %q", code, out, errs)
	}
	want := `{"duty":"code-2022/stage1-response","source":"Housing Ombudsman, Complaint Handling Code, in force from 1 April 2022","clause":"5.1","started":"2023-05-09","started_by":"complaint_made","due":"2023-05-23","met":"2023-06-06","state":"met_late","days_taken":19,"days_late":9,"unit":"working_days","skipped":[{"date":"2023-05-29","why":"Spring bank holiday"}],`
	if !strings.Contains(out, want) {
		t.Errorf("no\n%s\nin\n%s", want, out)
	}
	if !strings.HasPrefix(out, `{"id":"A1","status":"stage 1: response received","next_step":"`) {
		t.Errorf("begins %.120s", out)
	}
	want = `{"duty":"code-2022/stage2-response","source":"Housing Ombudsman, Complaint Handling Code, in force from 1 April 2022","clause":"5.13","started":null,"started_by":null,"due":null,"met":null,"state":"not_started","days_taken":0,"days_late":0,"unit":"working_days","skipped":[],"note":null,"confidence":"remembered-high"}`
	if !strings.Contains(out, want) {
		t.Errorf("no\n%s\nin\n%s", want, out)
	}
	if !strings.Contains(out, `"clarion-2022/stage1-response"`) {
		t.Error("no clock of the landlord's policy")
	}
}

func run1(t *testing.T, in, landlord string) (lines []map[string]any, failed bool) {
	t.Helper()
	var out bytes.Buffer
	failed, err := runClock(strings.NewReader(in), &out, civil.MustParse("2024-06-03"), landlord)
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(out.String()) {
		var v map[string]any
		if err := json.Unmarshal([]byte(line), &v); err != nil {
			t.Fatalf("%q: %v", line, err)
		}
		lines = append(lines, v)
	}
	return lines, failed
}

func TestClockLines(t *testing.T) {
	const fine = `"events":[{"kind":"complaint_made","date":"2023-05-09"}]`
	for _, x := range []struct {
		name, in, id, want string // want: a part of the status, or of the error where it begins with "! "
	}{
		{"a case", `{"id":"A1",` + fine + `}`, `"A1"`, "stage 1: awaiting acknowledgement"},
		{"a number as id", `{"id":12345678901234567890,` + fine + `}`, `12345678901234567890`, "stage 1"},
		{"no id", `{` + fine + `}`, `null`, "stage 1"},
		{"no events", `{"id":"A1"}`, `"A1"`, "story received"},
		{"more keys than we know", `{"id":"A1","colour":"green",` + fine + `}`, `"A1"`, "stage 1"},
		{"a name from anywhere", `{"id":"Łukasz & محمد",` + fine + `}`, `"Łukasz & محمد"`, "stage 1"},
		{"extended, with the date", `{"id":"A1","events":[{"kind":"complaint_made","date":"2023-05-09"},{"kind":"extension_notified","date":"2023-05-23","until":"2023-06-06"}]}`, `"A1"`, "stage 1: extended to 6 June 2023"},
		{"a correction without ids, by place", `{"id":"A1","events":[{"kind":"complaint_made","date":"2023-05-09"},{"kind":"stage1_response","date":"2023-05-10"},{"kind":"retracted","date":"2023-05-11","replaces":2}]}`, `"A1"`, "stage 1: awaiting acknowledgement"},
		{"closed", `{"id":"A1","events":[{"kind":"complaint_made","date":"2023-05-09"},{"kind":"case_closed","date":"2023-07-09","reason":"withdrawn"}]}`, `"A1"`, "closed (withdrawn)"},
		{"not JSON", `garbage`, `null`, "! not JSON"},
		{"half a line", `{"id":"A1","events":[`, `null`, "! not JSON"},
		{"two on a line", `{"id":"A1"}{"id":"A2"}`, `null`, "! not JSON"},
		{"a list", `[1,2]`, `null`, "! not a case"},
		{"null", `null`, `null`, "! not a case"},
		{"events that are none", `{"events":{"kind":1},"id":"A1"}`, `"A1"`, "! a list in square brackets"},
		{"a date that is a number", `{"id":"A1","events":[{"kind":"complaint_made","date":20230509}]}`, `"A1"`, "! text in quotes"},
		{"a date that does not exist", `{"id":"A1","events":[{"kind":"complaint_made","date":"2023-02-30"}]}`, `"A1"`, "! not a date that exists"},
		{"no date", `{"id":"A1","events":[{"kind":"complaint_made"}]}`, `"A1"`, "! not a date"},
		{"an unknown kind", `{"id":"A1","events":[{"kind":"shouting","date":"2023-05-09"}]}`, `"A1"`, "! not a kind of event"},
		{"an unknown calendar", `{"id":"A1","calendar":"wales",` + fine + `}`, `"A1"`, "! uk-any"},
		{"an acknowledgement without a complaint", `{"id":"A1","events":[{"kind":"complaint_acknowledged","date":"2023-05-09"}]}`, `"A1"`, "! Log the complaint first"},
		{"an extension after the due date", `{"id":"A1","events":[{"kind":"complaint_made","date":"2023-05-09"},{"kind":"extension_notified","date":"2023-05-24"}]}`, `"A1"`, "! cannot move that date"},
		{"not yet", `{"id":"A1","events":[{"kind":"complaint_made","date":"2024-06-04"}]}`, `"A1"`, "! has not happened yet"},
		{"an id that is an object", `{"id":{"a":1},"events":5}`, `null`, "! list"},
		{"not UTF-8", "{\"id\":\"A\xff\"}", `null`, "! UTF-8"},
	} {
		t.Run(x.name, func(t *testing.T) {
			// A good line before and after is answered whatever stands between.
			ok := `{"id":"ok",` + fine + `}`
			var out bytes.Buffer
			failed, err := runClock(strings.NewReader("\ufeff"+ok+"\r\n\r\n"+x.in+"\r\n   \n"+ok), &out, civil.MustParse("2024-06-03"), "")
			if err != nil {
				t.Fatal(err)
			}
			lines := strings.Split(strings.TrimSuffix(out.String(), "\n"), "\n")
			if len(lines) != 3 || !strings.HasPrefix(lines[0], `{"id":"ok","status":`) || lines[0] != lines[2] {
				t.Fatalf("%q", lines)
			}
			var got struct {
				Status, Error string
			}
			if err := json.Unmarshal([]byte(lines[1]), &got); err != nil {
				t.Fatal(err)
			}
			if !strings.HasPrefix(lines[1], `{"id":`+x.id+`,`) {
				t.Errorf("id: %.80s", lines[1])
			}
			if part, bad := strings.CutPrefix(x.want, "! "); bad {
				if !failed || got.Status != "" || !strings.Contains(got.Error, part) || !strings.HasSuffix(got.Error, ".") {
					t.Errorf("failed %v, %s; want an error with %q", failed, lines[1], part)
				}
			} else if failed || got.Error != "" || !strings.Contains(got.Status, x.want) {
				t.Errorf("failed %v, %s; want %q", failed, lines[1], x.want)
			}
		})
	}
}

// What runs beside the complaint is answered too, with what is added at the end of a line.
func TestClockBesideTheComplaint(t *testing.T) {
	for _, x := range []struct {
		name, in string
		want     []string // each a part of the answer; "! x" must not be there
	}{
		{"Awaab's Law", `{"tenure":"assured","events":[{"kind":"hazard_reported","date":"2026-03-28","at":"22:15","category":"electrical","urgency":"emergency"},{"kind":"made_safe","date":"2026-03-29","at":"22:16"}]}`,
			[]string{`"duty":"awaab-phase-1/emergency-hazard"`, `"due":"2026-03-29"`, `"state":"met_late","days_taken":25,"days_late":1,"unit":"hours"`, `"due_at":"22:15","opener":1}`,
				`"breaches":[{"key":"awaab-phase-1.emergency-hazard-1","title":"Make an emergency hazard safe"`, `"rules":"`}},
		{"a hazard of a leaseholder", `{"tenure":"leaseholder","events":[{"kind":"hazard_reported","date":"2026-03-28","category":"damp_mould","urgency":"significant"}]}`,
			[]string{`"clocks":[],"windows":[],"breaches":[],"rules":"`}},
		{"two promises, one kept", `{"events":[{"kind":"promise_made","date":"2026-03-02","until":"2026-03-06"},{"kind":"promise_made","date":"2026-03-03","until":"2026-03-09"},{"kind":"promise_kept","date":"2026-03-09","about":2}]}`,
			[]string{`"due":"2026-03-09","met":"2026-03-09"`, `"due":"2026-03-06","met":null`}},
		{"freedom of information", `{"landlord_type":"council","events":[{"kind":"request_made","date":"2026-03-02","procedure":"freedom_of_information"},{"kind":"request_answered","date":"2026-03-30"}]}`,
			[]string{`"duty":"foi-2000/foi-answer"`, `"due":"2026-03-31"`, `"windows":[{"rule":"foi-2000/foi-ask-review"`, `"opens":"2026-03-30","closes":"2026-05-`}},
		{"the same of an association", `{"landlord_type":"association","events":[{"kind":"request_made","date":"2026-03-02","procedure":"freedom_of_information"}]}`, []string{`"clocks":[]`}},
		{"a letter of claim by post", `{"events":[{"kind":"request_made","date":"2025-04-10","procedure":"pre_action","channel":"letter"}]}`, []string{`"started":"2025-04-14"`, `"due":"2025-05-15"`}},
		{"a letter held against the list", `{"events":[{"kind":"complaint_made","date":"2025-04-01"},{"kind":"stage1_response","date":"2025-04-08"},{"kind":"letter_checked","date":"2025-04-09","about":2,"items":"reasons"}]}`,
			[]string{`"key":"code-2024.stage1_response-reasons-2"`, `"cite":"Code 2024, 6.9(d)"`}},
		{"a task of ours is no breach of theirs", `{"events":[{"kind":"task_set","date":"2026-03-02","until":"2026-03-06"}]}`, []string{`"duty":"tasks/task"`, `"state":"overdue"`, `"breaches":[]`}},
		{"an unconfirmed rule", `{"events":[{"kind":"request_made","date":"2026-03-02","procedure":"mp_enquiry"}]}`, []string{`"confidence":"unconfirmed"`}},
		{"a tenure that is none", `{"tenure":"squatter"}`, []string{`"error":"There is no tenure`}},
		{"a landlord that is none", `{"landlord_type":"king"}`, []string{`"error":"There is no type of landlord`}},
		{"a time that is none", `{"events":[{"kind":"data_breach","date":"2026-03-02","at":"25:00"}]}`, []string{`"error":"The time of event 1`}},
		{"a procedure that is none", `{"events":[{"kind":"request_made","date":"2026-03-02","procedure":"magic"}]}`, []string{`"error":"Event 1 (request_made): there is no procedure`}},
		{"a request for nothing", `{"events":[{"kind":"request_made","date":"2026-03-02"}]}`, []string{`does not say what was asked for`}},
		{"an urgency that is none", `{"events":[{"kind":"repair_raised","date":"2026-03-02","urgency":"soon"}]}`, []string{`there is no urgency`}},
		{"a hazard that is none", `{"events":[{"kind":"hazard_reported","date":"2026-03-02","category":"ghosts"}]}`, []string{`there is no category`}},
		{"about nothing", `{"events":[{"kind":"hazard_reported","date":"2026-03-02"},{"kind":"made_safe","date":"2026-03-03","about":7}]}`, []string{`belongs to entry 7, which is not in this case`}},
	} {
		t.Run(x.name, func(t *testing.T) {
			var out bytes.Buffer
			if _, err := runClock(strings.NewReader(x.in), &out, civil.MustParse("2026-11-22"), ""); err != nil {
				t.Fatal(err)
			}
			for _, want := range x.want {
				if no, ok := strings.CutPrefix(want, "! "); ok == strings.Contains(out.String(), no) {
					t.Errorf("no %s in\n%s", want, out.String())
				}
			}
		})
	}
	in := `{"id":"A2","events":[{"kind":"hazard_reported","date":"2026-11-02","at":"16:30","category":"electrical","urgency":"emergency"}]}`
	if out, errs, code := commoncase(t, in, "clock", "--today", "2026-11-03", "--at", "16:31"); code != 0 || errs != "" || !strings.Contains(out, `"state":"overdue","days_taken":25,"days_late":1`) {
		t.Errorf("exit %d, %q, %q", code, out, errs)
	}
	dir := t.TempDir()
	file := filepath.Join(dir, "promises.yaml")
	rules := func(text string) {
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	rules("regimes: [{id: promises, kind: law, title: P, short: P, in_force: {from: 2020-01-01}, judged_by: start, calendar: case, procedure: promise, source: {title: S}," +
		" rules: [{duty: kept, type: dated, title: Keep, clause: a, rule: It is kept., bound: landlord, starts: [{on: promise_made}], met_by: [promise_kept], confidence: verified}]}]")
	promise := `{"events":[{"kind":"promise_made","date":"2026-03-02","until":"2026-03-06"}]}`
	if out, errs, code := commoncase(t, promise, "clock", "--rules", dir); code != 0 || errs != "" || !strings.Contains(out, `"duty":"promises/kept"`) {
		t.Errorf("a folder of rules: exit %d, %q, %q", code, out, errs)
	}
	rules("regimes:\n  - {id: promises}")
	if out, errs, code := commoncase(t, promise, "clock", "--rules", dir); code != 1 || out != "" || !strings.Contains(errs, file+":2: ") {
		t.Errorf("a bad file in it: exit %d, %q, %q", code, out, errs)
	}
	if _, errs, code := commoncase(t, in, "clock", "--at", "noon"); code != 1 || !strings.Contains(errs, "--at") {
		t.Errorf("exit %d, %q", code, errs)
	}
}

func TestClockExitCode(t *testing.T) {
	out, errs, code := commoncase(t, "nonsense\n{\"id\":1}\n", "clock")
	if code != 1 || strings.Count(out, "\n") != 2 || !strings.Contains(errs, "commoncase: ") {
		t.Errorf("exit %d, %q, %q", code, out, errs)
	}
	if out, errs, code := commoncase(t, "", "clock"); code != 0 || out != "" || errs != "" {
		t.Errorf("nothing in: exit %d, %q, %q", code, out, errs)
	}
	if out, errs, code := commoncase(t, "{}", "clock", "--today", "2023-02-30"); code != 1 || out != "" || !strings.Contains(errs, "not a date that exists") {
		t.Errorf("a day that is none: exit %d, %q, %q", code, out, errs)
	}
}

func TestClockLandlord(t *testing.T) {
	const events = `"events":[{"kind":"complaint_made","date":"2023-05-09"}]`
	for _, x := range []struct {
		line, landlord string
		policy         bool
	}{
		{`{` + events + `}`, "clarion", true},
		{`{` + events + `}`, "", false},
		{`{"landlord":"clarion",` + events + `}`, "", true},
		{`{"landlord":"nowhere-homes",` + events + `}`, "clarion", false},
		{`{"landlord":"",` + events + `}`, "clarion", false},
	} {
		lines, failed := run1(t, x.line, x.landlord)
		policy := strings.Contains(fmt.Sprint(lines), "clarion-2022/")
		if failed || policy != x.policy || !strings.Contains(fmt.Sprint(lines), "code-2022/stage1-response") {
			t.Errorf("%s with --landlord %q: %v", x.line, x.landlord, lines)
		}
	}
}

func TestClockLongLine(t *testing.T) {
	note := strings.Repeat("x", 3<<20)
	in := `{"id":"long","events":[{"kind":"complaint_made","date":"2023-05-09","note":"` + note + `"}]}` + "\n" + `{"id":"next"}`
	lines, failed := run1(t, in, "")
	if failed || len(lines) != 2 || lines[0]["id"] != "long" || lines[0]["status"] != "stage 1: awaiting acknowledgement" || lines[1]["id"] != "next" {
		t.Errorf("failed %v, %v", failed, lines)
	}
}

// endless is a line that never ends until n bytes are read.
type endless struct{ n int }

func (e *endless) Read(p []byte) (int, error) {
	if e.n <= 0 {
		return 0, io.EOF
	}
	n := min(len(p), e.n)
	for i := range p[:n] {
		p[i] = 'x'
	}
	e.n -= n
	return n, nil
}

func TestClockTooLongLine(t *testing.T) {
	var out bytes.Buffer
	in := io.MultiReader(&endless{maxLine + 10}, strings.NewReader("\n{\"id\":\"next\"}\n"))
	failed, err := runClock(in, &out, civil.MustParse("2024-06-03"), "")
	if err != nil || !failed || !strings.Contains(out.String(), "longer than 64 MB") || !strings.Contains(out.String(), `{"id":"next","status":`) {
		t.Errorf("%v, failed %v, %s", err, failed, out.String())
	}
}

// Each answer comes before the next question, for a program that asks one at a time.
func TestClockAnswersAsItReads(t *testing.T) {
	inR, inW := io.Pipe()
	outR, outW := io.Pipe()
	done := make(chan error, 1)
	go func() {
		_, err := runClock(inR, outW, civil.MustParse("2024-06-03"), "")
		done <- err
	}()
	buf := make([]byte, 1<<16)
	for range 3 {
		if _, err := io.WriteString(inW, `{"id":"A1"}`+"\n"); err != nil {
			t.Fatal(err)
		}
		n, err := outR.Read(buf)
		if err != nil || !strings.HasPrefix(string(buf[:n]), `{"id":"A1"`) {
			t.Fatalf("%q, %v", buf[:n], err)
		}
	}
	if err := inW.Close(); err != nil {
		t.Fatal(err)
	}
	if err := <-done; err != nil {
		t.Fatal(err)
	}
}

func FuzzClock(f *testing.F) {
	f.Add(`{"id":"A1","landlord":"clarion","events":[{"kind":"complaint_made","date":"2023-05-09"},{"kind":"stage1_response","date":"2023-06-06"}]}`)
	f.Add("\ufeff{}\r\n[]\n\"x\"")
	f.Add(`{"id":"A1","events":[{"kind":"retracted","date":"2023-05-09","replaces":1,"id":1}]}`)
	f.Fuzz(func(t *testing.T, in string) {
		var out bytes.Buffer
		if _, err := runClock(strings.NewReader(in), &out, civil.MustParse("2024-06-03"), "clarion"); err != nil {
			t.Fatal(err)
		}
		for line := range strings.Lines(out.String()) {
			if !json.Valid([]byte(line)) {
				t.Fatalf("%q is answered with %q", in, line)
			}
		}
	})
}
