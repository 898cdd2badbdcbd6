package timeline

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"commoncase/models"
	"commoncase/models/civil"
)

func TestCheck(t *testing.T) {
	made := "complaint_made 2023-05-09"
	for _, x := range []struct {
		name   string
		events []string
		field  string
		want   []string // parts of the sentence; none where the events are fine
	}{
		{"nothing", nil, "", nil},
		{"the whole road", []string{"issue_reported 2023-05-01", made, "complaint_acknowledged 2023-05-12", "stage1_response 2023-05-26", "escalation_requested 2023-06-01",
			"stage2_response 2023-06-29", "ombudsman_referral 2023-07-01", "determination 2023-12-01", "order_due 2024-01-30", "order_met 2023-12-20", "case_closed 2024-01-02",
			"case_reopened 2024-01-03"}, "", nil},
		{"all on one day, given backwards", []string{"stage1_response 2023-05-09", "complaint_acknowledged 2023-05-09", made}, "", nil},
		{"an escalation without a stage 1 answer", []string{made, "escalation_requested 2023-06-12"}, "", nil},
		{"an acknowledgement without a complaint", []string{"complaint_acknowledged 2023-05-12"}, "kind",
			[]string{"The acknowledgement of 12 May 2023", "a complaint", "Log the complaint first"}},
		{"an acknowledgement before the complaint", []string{made, "complaint_acknowledged 2023-05-08"}, "on",
			[]string{"dated 8 May 2023", "before the complaint of 9 May 2023", "Correct one"}},
		{"a stage 1 response without a complaint", []string{"stage1_response 2023-05-12"}, "kind", []string{"stage 1 response", "Log the complaint"}},
		{"an extension without a complaint", []string{"extension_notified 2023-05-12"}, "kind", []string{"extension", "Log the complaint"}},
		{"an escalation without a complaint", []string{"escalation_requested 2023-05-12"}, "kind", []string{"escalation request", "Log the complaint"}},
		{"a stage 2 acknowledgement without an escalation", []string{made, "stage2_acknowledged 2023-06-12"}, "kind", []string{"an escalation request", "Log the escalation"}},
		{"a stage 2 response without an escalation", []string{made, "stage2_response 2023-06-12"}, "kind", []string{"stage 2 response", "Log the escalation request first"}},
		{"a stage 2 response before the escalation", []string{made, "escalation_requested 2023-06-13", "stage2_response 2023-06-12"}, "on", []string{"before the escalation request of 13 June 2023"}},
		{"a determination without a referral", []string{made, "determination 2023-06-12"}, "kind", []string{"a referral to the Ombudsman"}},
		{"an order without a determination", []string{made, "order_due 2023-06-12"}, "kind", []string{"a determination", "Log the determination"}},
		{"compliance without an order", []string{made, "ombudsman_referral 2023-06-01", "determination 2023-06-12", "order_met 2023-06-14"}, "kind", []string{"no order"}},
		{"an extension after the due date", []string{made, "extension_notified 2023-05-24 until=2023-06-01"}, "on",
			[]string{"24 May 2023", "after 23 May 2023", "landlord's update"}},
		{"an extension on the due date", []string{made, "extension_notified 2023-05-23 until=2023-06-01"}, "", nil},
		{"an extension after the answer", []string{made, "stage1_response 2023-05-15", "extension_notified 2023-05-16"}, "on", []string{"nothing left to extend"}},
		{"a new date before the notice", []string{made, "extension_notified 2023-05-16 until=2023-05-10"}, "until", []string{"10 May 2023", "before"}},
		{"what has not happened yet", []string{"complaint_made 2024-06-04"}, "on", []string{"has not happened yet", "3 June 2024"}},
		{"a mistyped year", []string{"complaint_made 0203-05-09"}, "on", []string{"Check the year"}},
		{"a kind that is not known", []string{"complaint_maid 2023-05-09"}, "kind", []string{"complaint_maid", "Choose one"}},
		{"a correction of what is not there", []string{made, "complaint_made 2023-05-10 replaces=9"}, "replaces", []string{"not in this case"}},
		{"a correction of itself", []string{made, "complaint_made 2023-05-10 replaces=2"}, "replaces", []string{"not in this case"}},
		{"a second correction of the same entry", []string{made, "complaint_made 2023-05-10 replaces=1", "complaint_made 2023-05-11 replaces=1"}, "replaces", []string{"already"}},
		{"taking back nothing", []string{made, "retracted 2023-05-10"}, "replaces", []string{"does not say which"}},
		{"taking back the complaint that an answer hangs on", []string{made, "stage1_response 2023-05-15", "retracted 2023-05-16 replaces=1"}, "kind", []string{"stage 1 response", "none is logged"}},
		{"a corrected fault is none", []string{"complaint_acknowledged 2023-05-08", "complaint_acknowledged 2023-05-12 replaces=1", made}, "", nil},
		{"two entries with one number", []string{made + " id=7", "stage1_response 2023-05-15 id=7"}, "id", []string{"number 7"}},
		{"reopening what is open", []string{made, "case_reopened 2023-05-15"}, "kind", []string{"closing"}},
	} {
		t.Run(x.name, func(t *testing.T) {
			m := Matter{Events: events(t, x.events...)}
			before := slices.Clone(m.Events)
			err := engine.Check(m, day("2024-06-03"))
			if !slices.Equal(before, m.Events) {
				t.Error("the events were changed")
			}
			if x.want == nil {
				if err != nil {
					t.Fatal(err)
				}
				return
			}
			var e *models.Error
			if !errors.As(err, &e) || e.Code != models.CodeInvalid || e.Field != x.field {
				t.Fatalf("%#v, want the field %s", err, x.field)
			}
			for _, part := range x.want {
				if !strings.Contains(e.Message, part) {
					t.Errorf("%q does not say %q", e.Message, part)
				}
			}
			if !strings.HasSuffix(e.Message, ".") {
				t.Errorf("%q is no sentence", e.Message)
			}
		})
	}
	if err := engine.Check(Matter{Calendar: "wales"}, day("2024-06-03")); models.CodeOf(err) != models.CodeInvalid {
		t.Errorf("a calendar that is not there: %v", err)
	}
	// Clarion's interim policy gave it twenty working days: by that, an extension on the fifteenth is in time.
	m := Matter{Landlord: "clarion", Events: events(t, "complaint_made 2023-05-09", "extension_notified 2023-05-31 until=2023-06-20")}
	if err := engine.Check(m, day("2024-06-03")); err != nil {
		t.Error(err)
	}
}

func TestNext(t *testing.T) {
	made := "complaint_made 2023-05-09"
	final := []string{made, "escalation_requested 2023-06-01", "stage2_response 2023-06-29"}
	old := []string{"complaint_made 2022-05-03", "escalation_requested 2022-06-06", "stage2_response 2022-08-10"}
	for _, x := range []struct {
		name, today string
		events      []string
		first       string   // in the first step
		has         []string // "text | yes or not | a part of why or warning"
	}{
		{"a story without consent", "2023-05-10", []string{"story_received 2023-05-01"}, "whether the branch may act", nil},
		{"Code 2024 6.10: help was asked for, and the stage 1 answer is there", "2024-05-14", []string{"complaint_made 2024-05-01", "stage1_response 2024-05-10", "ombudsman_help 2024-05-12"},
			"to stage 2", []string{"to stage 2 | yes | 10 May 2024"}},
		{"a story with consent", "2023-05-10", []string{"story_received 2023-05-01", "consent_given 2023-05-01"}, "Report the problem", []string{"Report the problem | yes | "}},
		{"reported", "2024-05-10", []string{"issue_reported 2024-05-01"}, "formal complaint", []string{"formal complaint | yes | After 1 May 2025, 12 months"}},
		{"reported long ago", "2025-06-10", []string{"issue_reported 2024-05-01"}, "formal complaint", []string{"formal complaint | yes | more than 12 months old"}},
		{"waiting for the acknowledgement", "2023-05-10", []string{made}, "Wait for the acknowledgement until 16 May 2023",
			[]string{"take the complaint to stage 2 | not | 24 May 2023", "Ombudsman to help | not | not before 24 May 2023", "investigation | not | both stages", "acknowledgement until | yes | logs complaint_acknowledged"}},
		{"waiting for the acknowledgement of stage 2", "2024-06-04", []string{"complaint_made 2024-05-09", "stage1_response 2024-05-23", "escalation_requested 2024-06-03"}, "Wait for the acknowledgement until",
			[]string{"acknowledgement until | yes | logs stage2_acknowledged"}},
		{"the acknowledgement is late", "2023-05-17", []string{made}, "acknowledge and log", []string{"take the complaint to stage 2 | not | 24 May 2023"}},
		{"the answer is late", "2023-05-24", []string{made}, "answer is late", []string{"take the complaint to stage 2 | yes | missed", "Ombudsman to help | yes | ", "investigation | not | "}},
		{"extended", "2023-05-24", []string{made, "extension_notified 2023-05-23 until=2023-06-06"}, "acknowledge and log", []string{"take the complaint to stage 2 | not | 7 June 2023"}},
		{"answered", "2023-06-24", []string{made, "stage1_response 2023-05-23"}, "take the complaint to stage 2", []string{"investigation | not | final response"}},
		{"answered under the Code of 2024", "2024-06-24", []string{"complaint_made 2024-05-01", "stage1_response 2024-05-23"}, "take the complaint to stage 2", []string{"take the complaint to stage 2 | yes | No reasons"}},
		{"final response", "2023-07-01", final, "refer the complaint to the Ombudsman", []string{"refer the complaint | yes | After 29 June 2024"}},
		{"the last day of the twelve months", "2024-06-29", final, "refer the complaint to the Ombudsman", nil},
		{"the day after", "2024-06-30", final, "explain why it comes late", []string{"explain why it comes late | yes | ended on 29 June 2024"}},
		{"2022: eight weeks, or a designated person", "2022-09-01", old, "designated person", []string{"If the final response does not settle it, refer | not | not before 1 October 2022"}},
		{"2022: the wait was abolished on 1 October", "2022-10-01", old, "refer the complaint to the Ombudsman", nil},
		{"2022: eight weeks passed before", "2022-09-20", []string{"complaint_made 2022-05-03", "escalation_requested 2022-06-06", "stage2_response 2022-07-20"}, "refer the complaint to the Ombudsman", nil},
		{"help asked", "2023-08-01", []string{made, "ombudsman_help 2023-07-01"}, "Log the landlord's answer", []string{"take the complaint to stage 2 | yes | "}},
		{"investigation", "2023-08-01", append(slices.Clone(final), "ombudsman_referral 2023-07-01"), "Send the Ombudsman what it asks for", nil},
		{"determined", "2023-12-10", append(slices.Clone(final), "ombudsman_referral 2023-07-01", "determination 2023-12-01"), "Log each order", []string{"review its determination | yes | 22 December 2023"}},
		{"too late for a review", "2023-12-23", append(slices.Clone(final), "ombudsman_referral 2023-07-01", "determination 2023-12-01"), "Log each order", nil},
		{"orders open", "2023-12-10", append(slices.Clone(final), "ombudsman_referral 2023-07-01", "determination 2023-12-01", "order_due 2023-12-29"), "Wait until 29 December 2023", nil},
		{"orders late", "2023-12-30", append(slices.Clone(final), "ombudsman_referral 2023-07-01", "determination 2023-12-01", "order_due 2023-12-29"), "Tell the Ombudsman", nil},
		{"orders met", "2023-12-30", append(slices.Clone(final), "ombudsman_referral 2023-07-01", "determination 2023-12-01", "order_due 2023-12-29", "order_met 2023-12-28"), "close the case", []string{"close the case | yes | logs case_closed", "close the case | yes | has been met"}},
		{"a hazard does not wait for the complaint", "2023-05-10", []string{"hazard_reported 2023-05-08", made}, "Wait for", []string{"make the hazard safe now | yes | emergency line", "make the hazard safe now | yes | logs contact_attempt"}},
		{"closed", "2023-12-30", []string{made, "case_closed 2023-06-01 reason=resolved"}, "Nothing to do", nil},
		{"a solicitor acts", "2023-05-10", []string{made, "solicitor_acting 2023-05-10"}, "Wait for", []string{"Ask the solicitor | yes | claim is filed"}},
	} {
		t.Run(x.name, func(t *testing.T) {
			today := day(x.today)
			steps := engine.Compute(Matter{Events: events(t, x.events...)}, today).Next(today)
			if !strings.Contains(steps[0].Text, x.first) || !steps[0].Allowed {
				t.Errorf("first: %+v", steps[0])
			}
			for _, want := range x.has {
				p := strings.Split(want, " | ")
				i := slices.IndexFunc(steps, func(s Step) bool { return strings.Contains(s.Text, p[0]) })
				if i < 0 {
					t.Fatalf("no step %q in %+v", p[0], steps)
				}
				s := steps[i]
				if s.Allowed != (p[1] == "yes") || !strings.Contains(strings.Join([]string{s.Why, s.Warning, "not before " + s.NotBefore.Long(), "logs " + string(s.Kind)}, " "), p[2]) {
					t.Errorf("%q: %+v", want, s)
				}
			}
		})
	}
}

func TestPreview(t *testing.T) {
	for _, x := range []struct {
		name          string
		before, after []string
		want          []string
		late          bool
	}{
		{"a complaint", []string{"issue_reported 2023-05-01"}, []string{"complaint_made 2023-05-09"},
			[]string{"from “reported to the landlord, ", "judged by the Complaint Handling Code 2022", "Stage 1 response (Code 2022, 5.1) starts and is due on 23 May 2023"}, true},
		{"a late answer", []string{"complaint_made 2023-05-09"}, []string{"stage1_response 2023-06-06"},
			[]string{"to “stage 1: response received”", "Stage 1 response (Code 2022, 5.1): met 9 working days late on 6 June 2023", "no longer counts as silent since 9 May 2023"}, true},
		{"an extension", []string{"complaint_made 2023-05-09"}, []string{"extension_notified 2023-05-23 until=2023-06-01"},
			[]string{"moves from 23 May 2023 to 1 June 2023", "Stage 1 extension (Code 2022, 5.1): within what the rule allows"}, false},
		{"an answer taken back", []string{"complaint_made 2023-05-09", "stage1_response 2023-05-15"}, []string{"retracted 2023-05-16 replaces=2"},
			[]string{"is open again: overdue"}, true},
		{"a complaint taken back", []string{"complaint_made 2023-05-09"}, []string{"retracted 2023-05-16 replaces=1"},
			[]string{"to “story received”", "Stage 1 response (Code 2022, 5.1) goes"}, false},
		{"a hazard", []string{"complaint_made 2023-05-09"}, []string{"hazard_reported 2023-05-10"}, []string{"marked: hazard"}, false},
		{"a note changes nothing", []string{"complaint_made 2023-05-09"}, []string{"note 2023-05-10"}, nil, false},
	} {
		t.Run(x.name, func(t *testing.T) {
			today := day("2023-08-01")
			before := engine.Compute(Matter{Events: events(t, x.before...)}, today)
			after := engine.Compute(Matter{Events: events(t, append(slices.Clone(x.before), x.after...)...)}, today)
			var all []string
			late := false
			for _, c := range Preview(before, after) {
				all = append(all, c.Text)
				late = late || c.Late
			}
			text := strings.Join(all, "\n")
			for _, w := range x.want {
				w = strings.TrimSuffix(w, ", ")
				if !strings.Contains(text, w) {
					t.Errorf("no %q in\n%s", w, text)
				}
			}
			if late != x.late || (x.want == nil && text != "") {
				t.Errorf("late %v in\n%s", late, text)
			}
		})
	}
}

func TestTraceSaysWhy(t *testing.T) {
	for _, x := range []struct {
		events   []string
		duty     string
		calendar civil.CalendarName
		want     []string
	}{
		{[]string{"complaint_made 2023-04-28", "stage1_response 2023-05-16"}, "code-2022/stage1-response", "", []string{
			"The clock started on 28 April 2023 with the complaint; that day is day 0.",
			"No acknowledgement says when the complaint was logged",
			"Code 2022, 5.1 says: ",
			"working day 10 is 16 May 2023",
			"1 May 2023, Early May bank holiday; 8 May 2023, Bank holiday for the coronation",
			"The stage 1 response came on 16 May 2023, 10 working days after the start: in time.",
		}},
		{[]string{"complaint_made 2030-04-15"}, "code-2024/stage1-response", "", []string{
			"24 April 2030", "the day on which the acknowledgement was due", "bank holidays are worked out by rule", "overdue since"}},
		{[]string{"complaint_made 2022-12-20"}, "code-2022/stage1-acknowledgement", "", []string{"(substitute day)", "What would confirm it: Paragraph 4.1", "Nothing that meets it is logged"}},
		{[]string{"complaint_made 2026-11-20"}, "code-2024/stage1-acknowledgement", civil.UKAny, []string{"any part of the United Kingdom"}},
		{[]string{"complaint_made 2026-11-27"}, "code-2024/stage1-acknowledgement", civil.UKAny, []string{"St Andrew’s Day in Scotland"}},
		{[]string{"complaint_made 2023-05-09", "escalation_requested 2023-06-12", "stage2_response 2023-07-10"}, "scheme-2022/ombudsman-referral", "", []string{
			"12 months from that day ends on 10 July 2024; every day counts."}},
	} {
		r := engine.Compute(Matter{Calendar: x.calendar, Events: events(t, x.events...)}, day("2031-01-10"))
		i := slices.IndexFunc(r.Clocks, func(c Clock) bool { return c.Rule.ID == x.duty })
		if i < 0 {
			t.Fatalf("no clock %s", x.duty)
		}
		text := strings.Join(r.Clocks[i].Trace().Sentences, "\n")
		for _, w := range x.want {
			if !strings.Contains(text, w) {
				t.Errorf("%s: no %q in\n%s", x.duty, w, text)
			}
		}
		checkTrace(t, r.Clocks[i])
	}
}

// A case judged by two goroutines at once gives both the same answer (go test -race).
func TestEngineIsSafeForConcurrentUse(t *testing.T) {
	m := Matter{Landlord: "clarion", Events: events(t, "complaint_made 2023-05-09", "stage1_response 2023-06-06")}
	want := clockLines(engine.Compute(m, day("2024-01-10")))
	done := make(chan string)
	for range 4 {
		go func() { done <- clockLines(engine.Compute(m, day("2024-01-10"))) }()
	}
	for range 4 {
		if got := <-done; got != want {
			t.Error(got)
		}
	}
}

// A kind of event that the engine does not know would be ordered before everything and stand for nothing.
func TestEveryKindHasItsPlace(t *testing.T) {
	kinds := []models.Kind{models.KindCaseClosed, models.KindCaseReopened, models.KindRetracted, models.KindLetterChecked} // they have pages of their own
	for _, g := range models.KindGroups {
		kinds = append(kinds, g.Kinds...)
	}
	seen := map[kind]models.Kind{}
	for _, k := range kinds {
		x := kindOf(k)
		if x == kUnknown || seen[x] != "" {
			t.Errorf("%s has no place of its own", k)
		}
		seen[x] = k
	}
	if len(seen) != int(kRetracted) {
		t.Errorf("%d kinds are offered, %d are known to the engine", len(seen), kRetracted)
	}
}

// A resident's own limit ends; it is not "overdue", which is said of those who owe something (Scheme 42(b)).
func TestWordsOfWhatIsOverdue(t *testing.T) {
	for _, x := range []struct{ name, today, duty, words, trace string }{
		{"the resident's twelve months", "2024-07-10", "ombudsman-referral", "ended on 29 June 2024", "logged. It ended on 29 June 2024."},
		{"the landlord's answer, on the Saturday after", "2023-05-27", "stage1-response", "overdue since 27 May 2023", "overdue since 27 May 2023; no working day has passed since then."},
		{"the landlord's answer, on the Tuesday after a bank holiday", "2023-05-30", "stage1-response", "overdue 1 working day", "overdue since 27 May 2023: 1 working day by 30 May 2023."},
	} {
		t.Run(x.name, func(t *testing.T) {
			es := []string{"complaint_made 2023-05-12"}
			if x.duty == "ombudsman-referral" {
				es = append(es, "escalation_requested 2023-06-01", "stage2_response 2023-06-29")
			}
			for _, c := range engine.Compute(Matter{Events: events(t, es...)}, day(x.today)).Clocks {
				if c.Rule.Duty != x.duty {
					continue
				}
				if got := c.Words(); got != x.words {
					t.Errorf("words %q, want %q", got, x.words)
				}
				if got := strings.Join(c.Trace().Sentences, " "); !strings.Contains(got, x.trace) {
					t.Errorf("%q does not say %q", got, x.trace)
				}
				return
			}
			t.Fatal("no such clock")
		})
	}
}

// Two entries that correct each other leave nothing that stands.
func TestCheckRefusesARing(t *testing.T) {
	es := []models.Event{{ID: 1, Kind: models.KindComplaintMade, On: day("2024-05-07"), Replaces: 2}, {ID: 2, Kind: models.KindComplaintMade, On: day("2024-05-08"), Replaces: 1}}
	if err := Check(es, day("2024-06-01")); models.CodeOf(err) != models.CodeInvalid || !strings.Contains(err.Error(), "came last") {
		t.Errorf("a ring of corrections: %v", err)
	}
}
