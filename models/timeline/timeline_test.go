package timeline

import (
	"fmt"
	"strings"
	"testing"

	"commoncase/models"
	"commoncase/models/civil"
	"commoncase/models/rulebook"
)

var engine = New(rulebook.Default())

func day(s string) civil.Date { return civil.MustParse(s) }

// events reads lines such as "extension_notified 2023-05-19 until=2023-06-06 ref=X answered id=4 replaces=2"; without an id an
// event is numbered by its place.
func events(t testing.TB, lines ...string) []models.Event {
	t.Helper()
	var out []models.Event
	for i, line := range lines {
		f := strings.Fields(line)
		e := models.Event{ID: int64(i + 1), Kind: models.Kind(f[0]), On: day(f[1])}
		for _, x := range f[2:] {
			key, value, _ := strings.Cut(x, "=")
			switch key {
			case "until":
				e.Until = day(value)
			case "ref":
				e.Reference = value
			case "answered":
				e.Answered = true
			case "reason":
				e.Reason = models.ClosedReason(value)
			case "id":
				fmt.Sscan(value, &e.ID)
			case "replaces":
				fmt.Sscan(value, &e.Replaces)
			case "about":
				fmt.Sscan(value, &e.About)
			case "at":
				e.At, _ = civil.ParseTime(value)
			case "proc":
				e.Procedure = models.Procedure(value)
			case "cat":
				e.Category = value
			case "urg":
				e.Urgency = models.Urgency(value)
			case "by":
				e.Channel = models.Channel(value)
			case "items":
				e.Items = strings.ReplaceAll(value, ",", " ")
			default:
				t.Fatalf("%q: what is %q?", line, x)
			}
		}
		out = append(out, e)
	}
	return out
}

func show(c Clock) string {
	if c.Started == 0 {
		return fmt.Sprintf("%s %s", c.Rule.ID, c.State)
	}
	met := c.Met.String()
	if met == "" {
		met = "-"
	}
	return fmt.Sprintf("%s %s %s due %s met %s %s %d/%d", c.Rule.ID, c.Started, c.StartedBy, c.Due, met, c.State, c.Taken, c.Late)
}

type example struct {
	name     string
	landlord string
	calendar civil.CalendarName
	events   []string
	today    string
	status   string
	clocks   []string // those that must be there, as show writes them; "! id" must not be there
}

// The worked examples of the law, named by clause.
var examples = []example{
	{
		name: "Issue 2: the worked example, Code 2022 5.1", landlord: "clarion", today: "2024-01-10",
		events: []string{"complaint_made 2023-05-09", "stage1_response 2023-06-06"}, status: "stage 1: response received",
		clocks: []string{
			"code-2022/stage1-acknowledgement 2023-05-09 complaint_made due 2023-05-16 met 2023-06-06 met_late 19/14",
			"code-2022/stage1-response 2023-05-09 complaint_made due 2023-05-23 met 2023-06-06 met_late 19/9",
			"code-2022/stage2-response not_started",
			"clarion-2022/stage1-acknowledgement 2023-05-09 complaint_made due 2023-05-23 met 2023-06-06 met_late 19/9",
			"clarion-2022/stage1-response 2023-05-09 complaint_made due 2023-06-07 met 2023-06-06 met 19/0",
		},
	},
	{
		name: "Code 2022 5.1: counted from logging, that is the acknowledgement", today: "2023-05-23",
		events: []string{"complaint_made 2023-05-09", "complaint_acknowledged 2023-05-12"}, status: "stage 1: awaiting response",
		clocks: []string{
			"code-2022/stage1-acknowledgement 2023-05-09 complaint_made due 2023-05-16 met 2023-05-12 met 3/0",
			"code-2022/stage1-response 2023-05-12 complaint_acknowledged due 2023-05-26 met - running 7/0",
		},
	},
	{
		name: "Code 2022 5.1: an acknowledgement after the answer logged nothing", today: "2023-07-01",
		events: []string{"complaint_made 2023-05-09", "stage1_response 2023-05-15", "complaint_acknowledged 2023-05-17"},
		status: "stage 1: response received",
		clocks: []string{"code-2022/stage1-response 2023-05-09 complaint_made due 2023-05-23 met 2023-05-15 met 4/0"},
	},
	{
		name: "Code 2022 5.1: due today, and overdue from the day after", today: "2023-05-23",
		events: []string{"complaint_made 2023-05-09"}, status: "stage 1: awaiting acknowledgement",
		clocks: []string{"code-2022/stage1-response 2023-05-09 complaint_made due 2023-05-23 met - due_today 10/0"},
	},
	{
		name: "Code 2022 5.1: overdue one working day", today: "2023-05-24",
		events: []string{"complaint_made 2023-05-09"}, status: "stage 1: awaiting acknowledgement",
		clocks: []string{"code-2022/stage1-response 2023-05-09 complaint_made due 2023-05-23 met - overdue 11/1"},
	},
	{
		name: "Code 2022 5.1: overdue on the Saturday after a Friday", today: "2023-05-27",
		events: []string{"complaint_made 2023-05-12"}, status: "stage 1: awaiting acknowledgement",
		clocks: []string{"code-2022/stage1-response 2023-05-12 complaint_made due 2023-05-26 met - overdue 10/0"},
	},
	{
		name: "Code 2022 5.1: the extension moves the date as far as it was given", today: "2023-06-20",
		events: []string{"complaint_made 2023-05-09", "extension_notified 2023-05-23 until=2023-06-01", "stage1_response 2023-06-02"},
		status: "stage 1: response received",
		clocks: []string{
			"code-2022/stage1-response 2023-05-09 complaint_made due 2023-06-01 met 2023-06-02 met_late 17/1",
			"code-2022/stage1-extension 2023-05-23 original_due due 2023-06-07 met 2023-06-01 met 6/0",
		},
	},
	{
		name: "Code 2022 5.1: and no further than ten working days", today: "2023-06-20",
		events: []string{"complaint_made 2023-05-09", "extension_notified 2023-05-23 until=2023-07-03"},
		status: "stage 1: extended to 3 July 2023",
		clocks: []string{
			"code-2022/stage1-response 2023-05-09 complaint_made due 2023-06-07 met - overdue 29/9",
			"code-2022/stage1-extension 2023-05-23 original_due due 2023-06-07 met 2023-07-03 met_late 28/18",
		},
	},
	{
		name: "Code 2022 5.13: an extension of the day of the escalation is one of stage 2", today: "2022-09-30",
		events: []string{"complaint_made 2022-06-16", "stage1_response 2022-08-14", "escalation_requested 2022-08-26", "extension_notified 2022-08-26 until=2022-10-05"},
		status: "stage 2: extended to 5 October 2022",
		clocks: []string{
			"code-2022/stage2-response 2022-08-26 escalation_requested due 2022-10-05 met - running 23/0",
			"code-2022/stage2-extension 2022-09-27 original_due due 2022-10-11 met 2022-10-05 met 6/0",
			"! code-2022/stage1-extension",
		},
	},
	{
		name: "Code 2024 6.15: an extension of the day of the escalation is one of stage 2, without an acknowledgement too", today: "2024-05-26",
		events: []string{"complaint_made 2024-04-01", "stage1_response 2024-04-07", "extension_notified 2024-04-25", "escalation_requested 2024-04-25"},
		status: "stage 2: extended to 1 July 2024",
		clocks: []string{
			"code-2024/stage2-response 2024-05-02 acknowledgement_due due 2024-07-01 met - running 15/0",
			"code-2024/stage2-extension 2024-06-03 original_due due 2024-07-01 met 2024-07-01 met 20/0",
			"! code-2024/stage1-extension",
		},
	},
	{
		name: "Code 2022 5.1: an extension without a date is the longest", today: "2023-05-30",
		events: []string{"complaint_made 2023-05-09", "extension_notified 2023-05-23"}, status: "stage 1: extended to 7 June 2023",
		clocks: []string{
			"code-2022/stage1-response 2023-05-09 complaint_made due 2023-06-07 met - running 14/0",
			"code-2022/stage1-extension 2023-05-23 original_due due 2023-06-07 met 2023-06-07 met 10/0",
		},
	},
	{
		name: "Code 2022 5.1: an extension after the due date moves nothing", today: "2023-05-30",
		events: []string{"complaint_made 2023-05-09", "extension_notified 2023-05-24 until=2023-06-06"}, status: "stage 1: extended to 6 June 2023",
		clocks: []string{"code-2022/stage1-response 2023-05-09 complaint_made due 2023-05-23 met - overdue 14/4", "! code-2022/stage1-extension"},
	},
	{
		name: "Code 2022 5.13: twenty working days from the escalation; the stage 1 answer was missed", today: "2023-09-01",
		events: []string{"complaint_made 2023-05-09", "escalation_requested 2023-06-12"}, status: "stage 2: awaiting acknowledgement",
		clocks: []string{
			"code-2022/stage1-response 2023-05-09 complaint_made due 2023-05-23 met - overdue 81/71",
			"code-2022/stage2-response 2023-06-12 escalation_requested due 2023-07-10 met - overdue 58/38",
			"! code-2022/stage2-acknowledgement",
		},
	},
	{
		name: "Code 2022: a complaint of the last day of its force is judged by it at both stages", today: "2024-12-01",
		events: []string{"complaint_made 2024-03-31", "stage1_response 2024-04-12", "escalation_requested 2024-05-01", "stage2_response 2024-05-30"},
		status: "final response received",
		clocks: []string{
			"code-2022/stage1-response 2024-03-31 complaint_made due 2024-04-15 met 2024-04-12 met 9/0",
			"code-2022/stage2-response 2024-05-01 escalation_requested due 2024-05-31 met 2024-05-30 met 19/0",
			"! code-2024/stage1-response",
			"scheme-2024/ombudsman-referral 2024-05-30 stage2_response due 2025-05-30 met - running 185/0",
		},
	},
	{
		name: "Code 2020: from receipt, whatever the acknowledgement", today: "2021-03-01",
		events: []string{"complaint_made 2020-12-18", "complaint_acknowledged 2020-12-23"}, status: "stage 1: awaiting response",
		clocks: []string{
			"code-2020/stage1-acknowledgement 2020-12-18 complaint_made due 2020-12-29 met 2020-12-23 met 3/0",
			"code-2020/stage1-response 2020-12-18 complaint_made due 2021-01-06 met - overdue 48/38",
		},
	},
	{
		name: "Code 2020: stage 2 from the request", today: "2021-03-01",
		events: []string{"complaint_made 2020-09-01", "escalation_requested 2020-10-01", "stage2_response 2020-10-29"}, status: "final response received",
		clocks: []string{"code-2020/stage2-response 2020-10-01 escalation_requested due 2020-10-29 met 2020-10-29 met 20/0"},
	},
	{
		name: "Before 1 September 2020: no Code, and still the landlord's policy", landlord: "clarion", today: "2021-03-01",
		events: []string{"complaint_made 2020-08-31"}, status: "stage 1: awaiting acknowledgement",
		clocks: []string{"! code-2020/stage1-response", "clarion-2018/stage1-response 2020-08-31 complaint_made due 2020-09-14 met - overdue 127/117"},
	},
	{
		name: "Code 2024 6.2: five working days from receipt", today: "2024-04-08",
		events: []string{"complaint_made 2024-04-01"}, status: "stage 1: awaiting acknowledgement",
		clocks: []string{
			"code-2024/stage1-acknowledgement 2024-04-01 complaint_made due 2024-04-08 met - due_today 5/0",
			"code-2024/stage1-response 2024-04-08 acknowledgement_due due 2024-04-22 met - running 0/0",
		},
	},
	{
		name: "Code 2024 6.3: from the acknowledgement", today: "2024-05-01",
		events: []string{"complaint_made 2024-04-02", "complaint_acknowledged 2024-04-04", "stage1_response 2024-04-18"}, status: "stage 1: response received",
		clocks: []string{"code-2024/stage1-response 2024-04-04 complaint_acknowledged due 2024-04-18 met 2024-04-18 met 10/0"},
	},
	{
		name: "Code 2024 6.3: no acknowledgement ever came, so from the day it was due", today: "2024-06-01",
		events: []string{"complaint_made 2024-04-02", "stage1_response 2024-05-10"}, status: "stage 1: response received",
		clocks: []string{
			"code-2024/stage1-acknowledgement 2024-04-02 complaint_made due 2024-04-09 met 2024-05-10 met_late 27/22",
			"code-2024/stage1-response 2024-04-09 acknowledgement_due due 2024-04-23 met 2024-05-10 met_late 22/12",
		},
	},
	{
		name: "Code 2024 6.3: answered before an acknowledgement was even due", today: "2024-06-01",
		events: []string{"complaint_made 2024-04-02", "stage1_response 2024-04-03"}, status: "stage 1: response received",
		clocks: []string{
			"code-2024/stage1-acknowledgement 2024-04-02 complaint_made due 2024-04-09 met 2024-04-03 met 1/0",
			"code-2024/stage1-response 2024-04-09 acknowledgement_due due 2024-04-23 met 2024-04-03 met 0/0",
		},
	},
	{
		name: "Code 2024 6.11 and 6.14: stage 2 from its acknowledgement", today: "2024-09-01",
		events: []string{"complaint_made 2024-04-02", "complaint_acknowledged 2024-04-04", "stage1_response 2024-04-18", "escalation_requested 2024-05-01",
			"stage2_acknowledged 2024-05-09", "stage2_response 2024-06-07"}, status: "final response received",
		clocks: []string{
			"code-2024/stage2-acknowledgement 2024-05-01 escalation_requested due 2024-05-09 met 2024-05-09 met 5/0",
			"code-2024/stage2-response 2024-05-09 stage2_acknowledged due 2024-06-07 met 2024-06-07 met 20/0",
		},
	},
	{
		name: "Code 2024 6.15: twenty more working days at stage 2; the extension is one of stage 2", today: "2024-07-08",
		events: []string{"complaint_made 2024-04-02", "complaint_acknowledged 2024-04-04", "stage1_response 2024-04-18", "escalation_requested 2024-05-01",
			"stage2_acknowledged 2024-05-09", "extension_notified 2024-06-07"}, status: "stage 2: extended to 5 July 2024",
		clocks: []string{
			"code-2024/stage2-response 2024-05-09 stage2_acknowledged due 2024-07-05 met - overdue 41/1",
			"code-2024/stage2-extension 2024-06-07 original_due due 2024-07-05 met 2024-07-05 met 20/0",
			"! code-2024/stage1-extension",
		},
	},
	{
		name: "Clarion's interim policy runs beside Code 2022: 10, 20 and 40 working days", landlord: "clarion", today: "2022-08-01",
		events: []string{"complaint_made 2022-06-17", "complaint_acknowledged 2022-07-04", "escalation_requested 2022-07-20"},
		status: "stage 2: awaiting acknowledgement",
		clocks: []string{
			"code-2022/stage1-acknowledgement 2022-06-17 complaint_made due 2022-06-24 met 2022-07-04 met_late 11/6",
			"clarion-2022/stage1-acknowledgement 2022-06-17 complaint_made due 2022-07-01 met 2022-07-04 met_late 11/1",
			"clarion-2022/stage1-response 2022-06-17 complaint_made due 2022-07-15 met - overdue 31/11",
			"clarion-2022/stage2-response 2022-07-20 escalation_requested due 2022-09-15 met - running 8/0",
		},
	},
	{
		name: "Clarion, the day before the interim policy", landlord: "clarion", today: "2022-08-01",
		events: []string{"complaint_made 2022-06-16"}, status: "stage 1: awaiting acknowledgement",
		clocks: []string{"clarion-2018/stage1-response 2022-06-16 complaint_made due 2022-06-30 met - overdue 32/22", "! clarion-2022/stage1-response"},
	},
	{
		name: "Clarion from 1 April 2024 promises the Code's times", landlord: "clarion", today: "2024-05-01",
		events: []string{"complaint_made 2024-04-01"}, status: "stage 1: awaiting acknowledgement",
		clocks: []string{
			"clarion-2024/stage1-acknowledgement 2024-04-01 complaint_made due 2024-04-08 met - overdue 22/17",
			"clarion-2024/stage1-response 2024-04-08 acknowledgement_due due 2024-04-22 met - overdue 17/7",
		},
	},
	{
		name: "Harbour & Vale until March 2024: 15 and 30 working days", landlord: "harbour-and-vale", today: "2023-07-01",
		events: []string{"complaint_made 2023-05-02", "escalation_requested 2023-06-01"}, status: "stage 2: awaiting acknowledgement",
		clocks: []string{
			"harbour-and-vale-2019/stage1-response 2023-05-02 complaint_made due 2023-05-24 met - overdue 41/26",
			"harbour-and-vale-2019/stage2-response 2023-06-01 escalation_requested due 2023-07-13 met - running 21/0",
		},
	},
	{
		name: "A landlord that is not known: the Codes only", landlord: "nowhere-homes", today: "2023-07-01",
		events: []string{"complaint_made 2023-05-02"}, status: "stage 1: awaiting acknowledgement",
		clocks: []string{"code-2022/stage1-response 2023-05-02 complaint_made due 2023-05-17 met - overdue 41/31", "! clarion-2022/stage1-response"},
	},
	{
		name: "Bank holidays: the Platinum Jubilee of 2022", today: "2022-07-01",
		events: []string{"complaint_made 2022-05-31"}, status: "stage 1: awaiting acknowledgement",
		clocks: []string{"code-2022/stage1-acknowledgement 2022-05-31 complaint_made due 2022-06-09 met - overdue 21/16"},
	},
	{
		name: "Bank holidays: the State Funeral of 19 September 2022", today: "2022-09-20",
		events: []string{"complaint_made 2022-09-09"}, status: "stage 1: awaiting acknowledgement",
		clocks: []string{"code-2022/stage1-acknowledgement 2022-09-09 complaint_made due 2022-09-16 met - overdue 6/1"},
	},
	{
		name: "Bank holidays: the Coronation of 8 May 2023", today: "2023-05-08",
		events: []string{"complaint_made 2023-04-28"}, status: "stage 1: awaiting acknowledgement",
		clocks: []string{"code-2022/stage1-acknowledgement 2023-04-28 complaint_made due 2023-05-09 met - running 4/0"},
	},
	{
		name: "Scotland's calendar, where the case asks for it", calendar: civil.Scotland, today: "2024-04-02",
		events: []string{"complaint_made 2024-03-28"}, status: "stage 1: awaiting acknowledgement",
		clocks: []string{"code-2022/stage1-acknowledgement 2024-03-28 complaint_made due 2024-04-05 met - running 2/0"},
	},
	{
		name: "Scheme 2022 42(b): twelve months to the Ombudsman; 29 February becomes the 28th", today: "2025-03-01",
		events: []string{"complaint_made 2023-05-02", "escalation_requested 2023-06-01", "stage2_response 2024-02-29"}, status: "final response received",
		clocks: []string{"scheme-2022/ombudsman-referral 2024-02-29 stage2_response due 2025-02-28 met - overdue 366/1"},
	},
	{
		name: "Scheme: orders are due on the day they name, and met by what names them", today: "2025-12-10",
		events: []string{"complaint_made 2024-05-02", "escalation_requested 2024-06-03", "stage2_response 2024-08-01", "ombudsman_referral 2024-09-01",
			"determination 2025-11-07", "order_due 2025-12-05 ref=A", "order_due 2025-12-19 ref=B", "order_met 2025-12-01 ref=B"},
		status: "orders being tracked",
		clocks: []string{
			"scheme-2024/ombudsman-referral 2024-08-01 stage2_response due 2025-08-01 met 2024-09-01 met 31/0",
			"scheme-2024/order 2025-11-07 determination due 2025-12-05 met - overdue 33/5",
			"scheme-2024/order 2025-11-07 determination due 2025-12-19 met 2025-12-01 met 24/0",
		},
	},
	{
		name: "Scheme: what is done without a reference meets the earliest open order", today: "2025-12-10",
		events: []string{"complaint_made 2024-05-02", "ombudsman_referral 2024-09-01", "determination 2025-11-07", "order_due 2025-12-19", "order_due 2025-12-05",
			"order_met 2025-12-08", "order_met 2025-12-09"},
		status: "determined",
		clocks: []string{
			"scheme-2024/order 2025-11-07 determination due 2025-12-05 met 2025-12-08 met_late 31/3",
			"scheme-2024/order 2025-11-07 determination due 2025-12-19 met 2025-12-09 met 32/0",
		},
	},
	{
		name: "A correction takes the place of what it names, and opens the date again", today: "2023-05-30",
		events: []string{"complaint_made 2023-05-09", "stage1_response 2023-05-15", "retracted 2023-05-16 replaces=2"},
		status: "stage 1: awaiting acknowledgement",
		clocks: []string{"code-2022/stage1-response 2023-05-09 complaint_made due 2023-05-23 met - overdue 14/4"},
	},
	{
		name: "A corrected correction: the last one stands", today: "2023-05-30",
		events: []string{"complaint_made 2023-05-09", "complaint_made 2023-05-10 replaces=1", "complaint_made 2023-05-11 replaces=2"},
		status: "stage 1: awaiting acknowledgement",
		clocks: []string{"code-2022/stage1-response 2023-05-11 complaint_made due 2023-05-25 met - overdue 12/2"},
	},
	{
		name: "A final response also ends the wait for a stage 1 answer that never came", today: "2024-01-01",
		events: []string{"complaint_made 2023-05-09", "escalation_requested 2023-06-12", "stage2_response 2023-07-10"}, status: "final response received",
		clocks: []string{"code-2022/stage1-response 2023-05-09 complaint_made due 2023-05-23 met 2023-07-10 met_late 43/33"},
	},
}

func TestExamples(t *testing.T) {
	for _, x := range examples {
		t.Run(x.name, func(t *testing.T) {
			m := Matter{Landlord: x.landlord, Calendar: x.calendar, Events: events(t, x.events...)}
			r := engine.Compute(m, day(x.today))
			if got := r.StatusLine(); got != x.status {
				t.Errorf("status %q, want %q", got, x.status)
			}
			var got []string
			for _, c := range r.Clocks {
				got = append(got, show(c))
			}
			all := strings.Join(got, "\n") + "\n"
			for _, want := range x.clocks {
				if id, ok := strings.CutPrefix(want, "! "); ok {
					if strings.Contains(all, id+" ") {
						t.Errorf("a clock %s that should not be", id)
					}
				} else if !strings.Contains(all, want+"\n") {
					t.Errorf("no clock\n%s\namong\n%s", want, all)
				}
			}
		})
	}
}

func TestWords(t *testing.T) {
	made := "complaint_made 2023-05-09"
	for _, x := range []struct {
		today, duty, want string
		events            []string
	}{
		{"2023-05-18", "code-2022/stage1-response", "due in 3 working days", []string{made}},
		{"2023-05-20", "code-2022/stage1-response", "due in 2 working days", []string{made}},
		{"2023-05-22", "code-2022/stage1-response", "due in 1 working day", []string{made}},
		{"2023-05-23", "code-2022/stage1-response", "due today", []string{made}},
		{"2023-05-24", "code-2022/stage1-response", "overdue 1 working day", []string{made}},
		{"2023-05-30", "code-2022/stage1-response", "overdue 4 working days", []string{made}},
		{"2023-05-30", "code-2022/stage2-response", "not started", []string{made}},
		{"2023-07-30", "code-2022/stage1-response", "met 9 working days late", []string{made, "stage1_response 2023-06-06"}},
		{"2023-07-30", "code-2022/stage1-response", "met in time", []string{made, "stage1_response 2023-05-23"}},
		{"2023-05-27", "code-2022/stage1-response", "overdue since 27 May 2023", []string{"complaint_made 2023-05-12"}},
		{"2023-07-27", "code-2022/stage1-response", "met late, before the next working day", []string{"complaint_made 2023-05-12", "stage1_response 2023-05-28"}},
		{"2023-07-27", "code-2022/stage1-extension", "18 working days longer than the rule allows", []string{made, "extension_notified 2023-05-23 until=2023-07-03"}},
		{"2023-07-27", "code-2022/stage1-extension", "within what the rule allows", []string{made, "extension_notified 2023-05-23 until=2023-06-01"}},
		{"2024-02-27", "scheme-2022/ombudsman-referral", "due in 3 days", []string{"complaint_made 2022-09-09", "escalation_requested 2022-10-10", "stage2_response 2023-03-01"}},
	} {
		r := engine.Compute(Matter{Events: events(t, x.events...)}, day(x.today))
		found := false
		for _, c := range r.Clocks {
			if c.Rule.ID == x.duty {
				found = true
				if got := c.Words(); got != x.want {
					t.Errorf("%s on %s: %q, want %q", x.duty, x.today, got, x.want)
				}
			}
		}
		if !found {
			t.Errorf("no clock %s", x.duty)
		}
	}
}

func TestStatusFlagsSilence(t *testing.T) {
	for _, x := range []struct {
		name, status, on, silent, flags string
		events                          []string
	}{
		{"nothing yet", "story received", "", "", "", nil},
		{"a story without consent", "consent pending", "2023-01-02", "", "", []string{"story_received 2023-01-02"}},
		{"a story with consent", "story received", "2023-01-05", "", "", []string{"story_received 2023-01-02", "consent_given 2023-01-05"}},
		{"consent withdrawn", "consent pending", "2023-01-09", "", "", []string{"story_received 2023-01-02", "consent_given 2023-01-05", "consent_withdrawn 2023-01-09"}},
		{"consent withdrawn and given anew in one day", "story received", "2023-01-05", "", "", []string{"story_received 2023-01-02", "consent_given 2023-01-05", "consent_withdrawn 2023-01-05", "consent_given 2023-01-05"}},
		{"consent given twice and withdrawn last, in one day", "consent pending", "2023-01-05", "", "", []string{"story_received 2023-01-02", "consent_given 2023-01-05", "consent_withdrawn 2023-01-05", "consent_given 2023-01-05", "consent_withdrawn 2023-01-05"}},
		{"reported, no answer", "reported to the landlord", "2023-01-03", "2023-01-03", "", []string{"story_received 2023-01-02", "issue_reported 2023-01-03", "contact_attempt 2023-01-20"}},
		{"an attempt that was answered ends the silence", "reported to the landlord", "2023-01-03", "", "", []string{"issue_reported 2023-01-03", "contact_attempt 2023-01-20 answered"}},
		{"an acknowledgement ends the silence", "stage 1: awaiting response", "2023-05-12", "", "", []string{"complaint_made 2023-05-09", "complaint_acknowledged 2023-05-12"}},
		{"silent again since the first thing after its word", "stage 1: awaiting response", "2023-05-12", "2023-06-01", "", []string{"complaint_made 2023-05-09", "complaint_acknowledged 2023-05-12", "contact_attempt 2023-06-01", "contact_attempt 2023-06-08"}},
		{"a late acknowledgement leads not back", "stage 1: response received", "2023-05-15", "", "", []string{"complaint_made 2023-05-09", "stage1_response 2023-05-15", "complaint_acknowledged 2023-05-17"}},
		{"a late stage 1 answer leads not back", "stage 2: awaiting acknowledgement", "2023-06-12", "", "", []string{"complaint_made 2023-05-09", "escalation_requested 2023-06-12", "stage1_response 2023-06-20"}},
		{"help asked", "with the Ombudsman: help to get a response", "2023-07-01", "2023-05-09", "", []string{"complaint_made 2023-05-09", "ombudsman_help 2023-07-01"}},
		{"help brought the answer", "stage 1: response received", "2023-07-10", "", "", []string{"complaint_made 2023-05-09", "ombudsman_help 2023-07-01", "stage1_response 2023-07-10"}},
		{"investigation", "with the Ombudsman: investigation", "2024-01-10", "", "", []string{"complaint_made 2023-05-09", "escalation_requested 2023-06-12", "stage2_response 2023-07-20", "ombudsman_referral 2024-01-10"}},
		{"closed", "closed (resolved)", "2023-07-20", "", "", []string{"complaint_made 2023-05-09", "case_closed 2023-07-20 reason=resolved"}},
		{"reopened", "stage 1: awaiting acknowledgement", "2023-05-09", "2023-05-09", "", []string{"complaint_made 2023-05-09", "case_closed 2023-07-20 reason=resolved", "case_reopened 2023-08-01"}},
		{"flags", "stage 1: awaiting acknowledgement", "2023-05-09", "2023-05-01", "hazard solicitor adverse", []string{"hazard_reported 2023-05-01", "complaint_made 2023-05-09", "solicitor_acting 2023-05-10", "adverse_action 2023-05-11"}},
		{"what was done before any report is no reprisal", "reported to the landlord", "2023-05-01", "2023-05-01", "", []string{"adverse_action 2023-04-11", "issue_reported 2023-05-01"}},
	} {
		t.Run(x.name, func(t *testing.T) {
			r := engine.Compute(Matter{Events: events(t, x.events...)}, day("2024-06-03"))
			var flags []string
			for _, f := range []struct {
				is   bool
				word string
			}{{r.Flags.Hazard, "hazard"}, {r.Flags.Solicitor, "solicitor"}, {r.Flags.Adverse, "adverse"}} {
				if f.is {
					flags = append(flags, f.word)
				}
			}
			if r.StatusLine() != x.status || r.StatusOn.String() != x.on || r.SilentSince.String() != x.silent || strings.Join(flags, " ") != x.flags {
				t.Errorf("%q on %s, silent %s, flags %v", r.StatusLine(), r.StatusOn, r.SilentSince, flags)
			}
		})
	}
}
