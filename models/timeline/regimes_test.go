package timeline

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"commoncase/models"
	"commoncase/models/civil"
	"commoncase/models/rulebook"
)

// The worked examples of the regimes beside the Codes, named by clause; each date was worked by hand from a calendar.
func TestRegimes(t *testing.T) {
	const (
		council     = models.LandlordCouncil
		association = models.LandlordAssociation
	)
	for _, x := range []struct {
		name     string
		landlord string
		kind     models.LandlordType
		tenure   models.Tenure
		today    string
		events   []string
		want     []string // "rule due day state", as clockWords and windowWords write them; "! rule" must not be there
	}{
		{"FOIA section 10: a bank holiday anywhere in the United Kingdom", "", council, "", "2026-12-01",
			[]string{"request_made 2026-11-20 proc=freedom_of_information"},
			[]string{"foi-2000/foi-answer due 2026-12-21 running"}},
		{"FOIA binds no housing association", "", association, "", "2026-12-01",
			[]string{"request_made 2026-11-20 proc=freedom_of_information"}, []string{"! foi-2000"}},
		{"FOIA, guidance: ask within forty working days, answered within twenty", "", council, "", "2027-01-10",
			[]string{"request_made 2026-11-20 proc=freedom_of_information", "request_answered 2026-12-21", "request_review 2026-12-22"},
			[]string{"foi-2000/foi-answer due 2026-12-21 met", "foi-2000/foi-review due 2027-01-25 running", "foi-2000/foi-ask-review 2026-12-21..2027-02-19 met 2026-12-22"}},
		{"FOIA: stands still while a question is open, and a reply on a Saturday leaves Monday", "", council, "", "2026-12-01",
			[]string{"request_made 2026-10-02 proc=freedom_of_information", "clarification_asked 2026-10-30", "clarification_given 2026-10-31"},
			[]string{"foi-2000/foi-answer due 2026-11-02 overdue"}},
		{"EIR regulation 5", "", council, "", "2026-12-01",
			[]string{"request_made 2026-11-20 proc=environmental_information"}, []string{"eir-2004/eir-answer due 2026-12-21 running"}},
		{"EIR regulation 7: forty working days in all", "", council, "", "2026-12-29",
			[]string{"request_made 2026-11-20 proc=environmental_information", "request_extended 2026-12-18"},
			[]string{"eir-2004/eir-answer due 2027-01-22 running", "eir-2004/eir-extension due 2027-01-22 met"}},
		{"STAIRs chapter 2: thirty days from 1 April 2027", "", association, models.TenureSharedOwnership, "2027-04-10",
			[]string{"request_made 2027-04-01 proc=tenant_information"}, []string{"stairs-2027/stairs-answer due 2027-05-01 running"}},
		{"STAIRs: nothing before", "", association, "", "2027-04-10", []string{"request_made 2027-03-31 proc=tenant_information"}, []string{"! stairs-2027"}},
		{"STAIRs: not for leaseholders", "", association, models.TenureLeaseholder, "2027-04-10", []string{"request_made 2027-04-01 proc=tenant_information"}, []string{"! stairs-2027"}},

		{"Subject access: 31 January becomes 28 February", "", "", "", "2025-02-10", []string{"request_made 2025-01-31 proc=subject_access"},
			[]string{"data-protection-2018/subject-access due 2025-02-28 running"}},
		{"Subject access: and 29 February in a leap year", "", "", "", "2024-02-10", []string{"request_made 2024-01-31 proc=subject_access"},
			[]string{"data-protection-2018/subject-access due 2024-02-29 running"}},
		{"Subject access: 31 March becomes 30 April", "", "", "", "2025-04-10", []string{"request_made 2025-03-31 proc=subject_access"},
			[]string{"data-protection-2018/subject-access due 2025-04-30 running"}},
		{"Subject access: a Saturday becomes the Monday", "", "", "", "2026-02-10", []string{"request_made 2026-01-31 proc=subject_access"},
			[]string{"data-protection-2018/subject-access due 2026-03-02 running"}},
		{"Subject access: Christmas 2026 becomes Tuesday the 29th", "", "", "", "2026-12-29", []string{"request_made 2026-11-25 proc=subject_access"},
			[]string{"data-protection-2026-06/subject-access due 2026-12-29 due_today"}},
		{"Subject access: three months in all where it is complex", "", "", "", "2025-03-01",
			[]string{"request_made 2025-01-10 proc=subject_access", "request_extended 2025-02-05"},
			[]string{"data-protection-2018/subject-access due 2025-04-10 running", "data-protection-2018/subject-access-extension due 2025-04-10 met"}},
		{"Subject access: told of it after the first month, it is not longer", "", "", "", "2025-03-01",
			[]string{"request_made 2025-01-10 proc=subject_access", "request_extended 2025-02-11"},
			[]string{"data-protection-2018/subject-access due 2025-02-10 overdue", "! data-protection-2018/subject-access-extension"}},
		{"Subject access: ten days of waiting for what was asked, then a Sunday", "", "", "", "2025-04-01",
			[]string{"request_made 2025-03-03 proc=subject_access", "clarification_asked 2025-03-10", "clarification_given 2025-03-20"},
			[]string{"data-protection-2018/subject-access due 2025-04-14 running"}},
		{"Subject access: waiting and extended", "", "", "", "2025-04-20",
			[]string{"request_made 2025-03-03 proc=subject_access", "clarification_asked 2025-03-10", "clarification_given 2025-03-20", "request_extended 2025-04-01"},
			[]string{"data-protection-2018/subject-access due 2025-06-13 running"}},
		{"Subject access: no due date while it stands still", "", "", "", "2025-09-01",
			[]string{"request_made 2025-03-03 proc=subject_access", "clarification_asked 2025-03-10"},
			[]string{"data-protection-2018/subject-access due  stopped"}},
		{"Subject access: a question after the due date stops nothing", "", "", "", "2025-09-01",
			[]string{"request_made 2025-03-03 proc=subject_access", "clarification_asked 2025-04-04"},
			[]string{"data-protection-2018/subject-access due 2025-04-03 overdue"}},
		{"Information Commissioner: three months from the answer", "", "", "", "2025-04-20",
			[]string{"request_made 2025-01-31 proc=subject_access", "request_answered 2025-02-28"},
			[]string{"data-protection-2018/commissioner-after-access 2025-02-28..2025-05-28"}},
		{"Section 164A: thirty days, and a Sunday becomes the Monday", "", "", "", "2026-07-01", []string{"request_made 2026-06-19 proc=data_complaint"},
			[]string{"data-protection-2026-06/data-complaint-acknowledgement due 2026-07-20 running"}},
		{"Section 164A: nothing before 19 June 2026", "", "", "", "2026-07-01", []string{"request_made 2026-06-18 proc=data_complaint"}, []string{"! data-protection"}},
		{"Article 33: seventy-two hours, the weekend included", "", "", "", "2022-06-18", []string{"data_breach 2022-06-17 at=09:30"},
			[]string{"data-protection-2018/breach-to-commissioner due 2022-06-20 09:30 running"}},

		{"Awaab's Law, emergency: twenty-four hours over the night on which the clocks go back", "", "", models.TenureAssured, "2026-10-27",
			[]string{"hazard_reported 2026-10-24 at=22:15 urg=emergency cat=electrical", "made_safe 2026-10-25 at=22:15"},
			[]string{"awaab-phase-1/emergency-hazard due 2026-10-25 22:15 met 24/0"}},
		{"Awaab's Law, emergency: a minute late in the night on which they go forward", "", "", models.TenureAssured, "2026-04-27",
			[]string{"hazard_reported 2026-03-28 at=22:15 urg=emergency cat=fire", "made_safe 2026-03-29 at=22:16"},
			[]string{"awaab-phase-1/emergency-hazard due 2026-03-29 22:15 met_late 25/1"}},
		{"Awaab's Law, emergency: only the days are known, and the last counts as in time", "", "", models.TenureAssured, "2026-04-27",
			[]string{"hazard_reported 2026-03-28 urg=emergency cat=fire", "made_safe 2026-03-29"},
			[]string{"awaab-phase-1/emergency-hazard due 2026-03-29 23:59 met"}},
		{"Awaab's Law, regulation 6: ten working days from the first day of phase 1", "", "", models.TenureAssured, "2025-11-03",
			[]string{"hazard_reported 2025-10-27 urg=significant cat=damp_mould"},
			[]string{"awaab-phase-1/investigation due 2025-11-10 running", "awaab-phase-1/make-safe due  not_started", "! awaab-phase-1/emergency-hazard"}},
		{"Awaab's Law, regulation 6: over Christmas", "", "", models.TenureSecure, "2026-01-08",
			[]string{"hazard_reported 2025-12-19 urg=significant cat=damp_mould"}, []string{"awaab-phase-1/investigation due 2026-01-07 overdue 11/1"}},
		{"Awaab's Law, regulation 9 and the works: three and five working days, twelve weeks", "", "", models.TenureAssured, "2025-11-12",
			[]string{"hazard_reported 2025-10-27 urg=significant cat=damp_mould", "hazard_investigated 2025-11-10"},
			[]string{"awaab-phase-1/investigation due 2025-11-10 met 10/0", "awaab-phase-1/written-summary due 2025-11-13 running", "awaab-phase-1/make-safe due 2025-11-17 running",
				"awaab-phase-1/further-works-steps due 2025-11-17 running", "awaab-phase-1/further-works-start due 2026-02-02 running"}},
		{"Awaab's Law: an appointment that belongs to the hazard is a step to begin", "", "", models.TenureAssured, "2025-12-12",
			[]string{"hazard_reported 2025-10-27 urg=significant cat=damp_mould", "hazard_investigated 2025-11-10", "appointment_made 2025-11-10 about=1"},
			[]string{"awaab-phase-1/further-works-steps due 2025-11-17 met 0/0", "awaab-phase-1/further-works-start due 2026-02-02 running"}},
		{"Awaab's Law, regulation 6: in person, ten working days more", "", "", models.TenureAssured, "2025-11-28",
			[]string{"hazard_reported 2025-10-27 urg=significant cat=damp_mould", "hazard_investigated 2025-11-10", "in_person_requested 2025-11-12", "hazard_investigated 2025-11-27"},
			[]string{"awaab-phase-1/in-person-investigation due 2025-11-26 met_late 11/1", "awaab-phase-1/investigation due 2025-11-10 met 10/0"}},
		{"Awaab's Law: nothing before phase 1", "", "", models.TenureAssured, "2025-11-28", []string{"hazard_reported 2025-10-26 urg=significant cat=damp_mould"}, []string{"! awaab"}},
		{"Awaab's Law: cold is of phase 2", "", "", models.TenureAssured, "2026-12-01", []string{"hazard_reported 2026-11-29 urg=significant cat=excess_cold"}, []string{"! awaab"}},
		{"Awaab's Law, phase 2: from 30 November 2026", "", "", models.TenureAssured, "2026-12-01", []string{"hazard_reported 2026-11-30 urg=significant cat=excess_cold"},
			[]string{"awaab-phase-2/investigation due 2026-12-14 running"}},
		{"Awaab's Law, phase 2: not yet for noise", "", "", models.TenureAssured, "2026-12-01", []string{"hazard_reported 2026-11-30 urg=significant cat=noise"}, []string{"! awaab"}},
		{"Awaab's Law: not for leaseholders", "", "", models.TenureLeaseholder, "2026-12-01", []string{"hazard_reported 2026-11-30 urg=significant cat=damp_mould"}, []string{"! awaab"}},
		{"Awaab's Law: where the tenure is not known it is assumed", "", "", "", "2026-12-01", []string{"hazard_reported 2026-11-30 urg=significant cat=damp_mould"},
			[]string{"awaab-phase-2/investigation due 2026-12-14 running"}},

		{"LTA 1985 section 21: six months after the accounting period are later", "", "", "", "2025-06-02", []string{"request_made 2025-05-01 proc=costs_summary until=2025-03-31"},
			[]string{"service-charges-1985/costs-summary due 2025-09-30 running"}},
		{"LTA 1985 section 21: the month is later", "", "", "", "2025-12-02", []string{"request_made 2025-11-15 proc=costs_summary until=2025-03-31"},
			[]string{"service-charges-1985/costs-summary due 2025-12-15 running"}},
		{"LTA 1985 section 21: the period is not known, and nothing is found too early", "", "", "", "2025-06-02", []string{"request_made 2025-05-01 proc=costs_summary"},
			[]string{"service-charges-1985/costs-summary due 2025-11-01 running"}},
		{"LTA 1985 section 22: six months to ask, one to open the books", "", "", "", "2025-06-12",
			[]string{"request_made 2025-05-01 proc=costs_summary until=2025-03-31", "request_answered 2025-06-02", "request_made 2025-06-10 proc=costs_inspection"},
			[]string{"service-charges-1985/costs-inspection due 2025-07-10 running", "service-charges-1985/ask-to-inspect 2025-06-02..2025-12-02"}},
		{"LTA 1985 section 20: thirty days for observations, at each notice", "", "", "", "2026-01-12",
			[]string{"notice_received 2026-01-05 proc=section20_intention", "observations_made 2026-01-10", "notice_received 2026-01-11 proc=section20_estimates"},
			[]string{"service-charges-1985/observations-intention 2026-01-05..2026-02-04 met 2026-01-10", "service-charges-1985/observations-estimates 2026-01-11..2026-02-10"}},

		{"Pre-Action Protocol: by post, two working days later, over Easter", "", "", "", "2025-05-01", []string{"request_made 2025-04-10 proc=pre_action by=letter"},
			[]string{"pre-action-housing-conditions/letter-of-claim due 2025-05-15 running"}},
		{"Pre-Action Protocol: not known how, so by post", "", "", "", "2025-05-01", []string{"request_made 2025-04-10 proc=pre_action"},
			[]string{"pre-action-housing-conditions/letter-of-claim due 2025-05-15 running"}},
		{"Code 2024 6.4: a second extension within the first, both together within the most", "", "", "", "2024-06-01", []string{"complaint_made 2024-05-07", "complaint_acknowledged 2024-05-08", "extension_notified 2024-05-16 until=2024-05-30", "extension_notified 2024-05-24 until=2024-06-20"},
			[]string{"code-2024/stage1-response due 2024-06-06 running"}},
		{"Pre-Action Protocol: by e-mail", "", "", "", "2025-05-01", []string{"request_made 2025-04-10 proc=pre_action by=email"},
			[]string{"pre-action-housing-conditions/letter-of-claim due 2025-05-13 running"}},

		{"Right to Repair: one working day, over Easter", "", council, models.TenureSecure, "2026-04-03", []string{"repair_raised 2026-04-02 cat=leaking_pipe"},
			[]string{"right-to-repair-1994/one-day-repair due 2026-04-07 running"}},
		{"Right to Repair: heating on the last day of April", "", council, models.TenureSecure, "2026-05-01", []string{"repair_raised 2026-04-30 cat=heating_loss"},
			[]string{"right-to-repair-1994/heating-in-winter due 2026-05-01 due_today", "! right-to-repair-1994/heating-in-summer"}},
		{"Right to Repair: heating on the first day of May", "", council, models.TenureSecure, "2026-05-05", []string{"repair_raised 2026-05-01 cat=heating_loss"},
			[]string{"right-to-repair-1994/heating-in-summer due 2026-05-07 running", "! right-to-repair-1994/heating-in-winter"}},
		{"Right to Repair: three and seven working days", "", council, models.TenureStarter, "2026-05-05", []string{"repair_raised 2026-05-01 cat=blocked_sink", "repair_raised 2026-05-01 cat=leaking_roof"},
			[]string{"right-to-repair-1994/three-day-repair due 2026-05-07 running", "right-to-repair-1994/seven-day-repair due 2026-05-13 running"}},
		{"Right to Repair: not of an association", "", association, models.TenureSecure, "2026-05-05", []string{"repair_raised 2026-05-01 cat=leaking_roof"}, []string{"! right-to-repair"}},
		{"Clarion's repairs: 28 days, and no number for one without an urgency", "clarion", "", "", "2025-06-12", []string{"repair_raised 2025-06-02 urg=routine"},
			[]string{"clarion-2024/repair-routine due 2025-06-30 running", "! clarion-2024/repair-emergency"}},
		{"Harbour & Vale's repairs", "harbour-and-vale", "", "", "2025-06-12",
			[]string{"repair_raised 2025-06-02 urg=urgent", "repair_completed 2025-06-10", "repair_raised 2025-06-03 at=10:00 urg=emergency", "repair_raised 2025-06-04 urg=routine"},
			[]string{"harbour-and-vale-2024/repair-emergency due 2025-06-04 10:00 overdue", "harbour-and-vale-2024/repair-routine due 2025-07-02 met 4/0", "harbour-and-vale-2024/repair-urgent due 2025-06-09 overdue 8/3"}},
		{"Harbour & Vale's time for asking for stage 2", "harbour-and-vale", "", "", "2025-06-12", []string{"complaint_made 2025-05-06", "stage1_response 2025-05-20"},
			[]string{"harbour-and-vale-2024/ask-for-stage2 2025-05-20..2025-06-18"}},

		{"A promise with a day", "", "", "", "2026-03-10", []string{"promise_made 2026-03-02 until=2026-03-06", "promise_made 2026-03-03 until=2026-03-09", "promise_kept 2026-03-09", "promise_kept 2026-03-10"},
			[]string{"promises/promise due 2026-03-06 met_late 8/4", "promises/promise due 2026-03-09 met 6/0"}},
		{"A promise without a day", "", "", "", "2026-03-10", []string{"promise_made 2026-03-02"}, []string{"! promises/promise"}},
		{"What we set ourselves", "", "", "", "2026-03-10", []string{"task_set 2026-03-02 until=2026-03-09"}, []string{"tasks/task due 2026-03-09 overdue 8/1"}},
		{"An MP's enquiry: often ten working days", "", "", "", "2025-06-12", []string{"request_made 2025-06-02 proc=mp_enquiry"}, []string{"enquiries/mp-enquiry due 2025-06-16 running"}},
		{"A councillor's enquiry", "", "", "", "2025-06-12", []string{"request_made 2025-06-02 proc=councillor_enquiry"}, []string{"enquiries/councillor-enquiry due 2025-06-16 running"}},

		{"Scheme 2018: twelve months and eight weeks", "", "", "", "2019-06-01", []string{"complaint_made 2019-02-01", "escalation_requested 2019-03-01", "stage2_response 2019-05-01"},
			[]string{"scheme-2018/ombudsman-referral due 2020-05-01 running", "scheme-2018/designated-person 2019-06-26.."}},
		{"Scheme: the eight weeks did not end with the Scheme of 2018", "", "", "", "2020-09-01", []string{"complaint_made 2020-02-03", "escalation_requested 2020-03-02", "stage2_response 2020-08-20"},
			[]string{"scheme-2018/designated-person 2020-10-15.."}},
		{"Scheme: and ended on 1 October 2022", "", "", "", "2022-09-20", []string{"complaint_made 2022-02-03", "escalation_requested 2022-03-02", "stage2_response 2022-09-20"},
			[]string{"scheme-2020/designated-person 2022-10-01.."}},
		{"Scheme: a review within three weeks, and asked for", "", "", "", "2025-12-10", []string{"complaint_made 2024-05-02", "ombudsman_referral 2024-09-01", "determination 2025-11-07", "review_requested 2025-11-20", "order_due 2025-12-05"},
			[]string{"scheme-2024/review-request 2025-11-07..2025-11-28 met 2025-11-20", "scheme-2024/order due 2025-12-05 overdue"}},

		{"Code 2022 5.1: an acknowledgement is when the complaint was logged, however late it comes", "", "", "", "2023-07-01", []string{"complaint_made 2023-05-09", "complaint_acknowledged 2023-05-24"},
			[]string{"code-2022/stage1-acknowledgement due 2023-05-16 met_late", "code-2022/stage1-response due 2023-06-08 overdue"}},
		{"Code 2024 6.3: a late acknowledgement still counts", "", "", "", "2024-05-02", []string{"complaint_made 2024-04-02", "complaint_acknowledged 2024-04-23"},
			[]string{"code-2024/stage1-response due 2024-05-08 running"}},
		{"Code 2024 6.3: and one that is later than the day that stood in for it", "", "", "", "2024-05-02", []string{"complaint_made 2024-04-02", "complaint_acknowledged 2024-04-24"},
			[]string{"code-2024/stage1-acknowledgement due 2024-04-09 met_late", "code-2024/stage1-response due 2024-05-09 running"}},
	} {
		t.Run(x.name, func(t *testing.T) {
			m := Matter{Landlord: x.landlord, Type: x.kind, Tenure: x.tenure, Events: events(t, x.events...)}
			r := engine.Compute(m, day(x.today))
			if err := engine.Check(m, day(x.today)); err != nil && !strings.Contains(x.name, "review") {
				t.Errorf("the example cannot be logged: %v", err)
			}
			var all []string
			for _, c := range r.Clocks {
				all = append(all, clockWords(c))
				checkTrace(t, c)
			}
			for _, w := range r.Windows {
				all = append(all, windowWords(w))
			}
			for _, want := range x.want {
				if id, ok := strings.CutPrefix(want, "! "); ok {
					if slices.ContainsFunc(all, func(s string) bool { return strings.HasPrefix(s, id) }) {
						t.Errorf("there is a %s in %q", id, all)
					}
				} else if !slices.ContainsFunc(all, func(s string) bool { return s == want || strings.HasPrefix(s, want+" ") }) {
					t.Errorf("no\n%s\namong\n%s", want, strings.Join(all, "\n"))
				}
			}
		})
	}
}

func clockWords(c Clock) string {
	due := c.Due.String()
	if c.DueAt != 0 {
		due += " " + c.DueAt.String()
	}
	return fmt.Sprintf("%s due %s %s %d/%d", c.Rule.ID, due, c.State, c.Taken, c.Late)
}

func windowWords(w Window) string {
	s := fmt.Sprintf("%s %s..%s", w.Rule.ID, w.Opens, w.Closes)
	if w.Met != 0 {
		s += " met " + w.Met.String()
	}
	return s
}

// What a clock beside the complaint says of itself.
func TestTraceOfRegimes(t *testing.T) {
	for _, x := range []struct {
		rule   string
		events []string
		want   []string
	}{
		{"subject-access", []string{"request_made 2025-03-03 proc=subject_access", "clarification_asked 2025-03-10", "clarification_given 2025-03-20", "request_extended 2025-04-01"},
			[]string{"1 month from that day ends on 3 April 2025", "With the 10 days on which the clock stood still it is 13 April 2025", "next that is one, 14 April 2025, is the last day", "moves the date to 13 June 2025. The rule allows 3 months from the start"}},
		{"subject-access", []string{"request_made 2025-01-31 proc=subject_access"}, []string{"28 February 2025, the last day of a month that has no corresponding day"}},
		{"costs-summary", []string{"request_made 2025-05-01 proc=costs_summary until=2025-03-31"}, []string{"6 months after the day named end later, on 30 September 2025"}},
		{"letter-of-claim", []string{"request_made 2025-04-10 proc=pre_action by=letter"}, []string{"started on 14 April 2025", "counts as received 2 working days after it was sent", "working day 20 is 15 May 2025"}},
		{"emergency-hazard", []string{"hazard_reported 2026-03-28 at=22:15 urg=emergency cat=fire"}, []string{"started on 28 March 2026 at 22:15 with the report of the hazard", "24 hours by the clock on the wall end on 29 March 2026 at 22:15", "a tenancy is assumed"}},
		{"promise", []string{"promise_made 2026-03-02 until=2026-03-06"}, []string{"It names its own day: 6 March 2026."}},
		{"mp-enquiry", []string{"request_made 2025-06-02 proc=mp_enquiry"}, []string{"This rule is not confirmed. What would confirm it: The landlord's own policy"}},
		{"stage1-response", []string{"complaint_made 2023-05-09", "complaint_acknowledged 2023-05-24"}, []string{"started on 24 May 2023 with the acknowledgement", "working day 10 is 8 June 2023"}},
	} {
		r := engine.Compute(Matter{Events: events(t, x.events...)}, day("2026-11-22"))
		i := slices.IndexFunc(r.Clocks, func(c Clock) bool { return c.Rule.Duty == x.rule })
		if i < 0 {
			t.Fatalf("no clock %s", x.rule)
		}
		text := strings.Join(r.Clocks[i].Trace().Sentences, "\n")
		for _, w := range x.want {
			if !strings.Contains(text, w) {
				t.Errorf("%s: no %q in\n%s", x.rule, w, text)
			}
		}
	}
}

// What must not be done, and what a letter had to say and did not, are breaches with their clause.
func TestBreachesWithoutAClock(t *testing.T) {
	for _, x := range []struct {
		name   string
		events []string
		want   []string // cite: title
	}{
		{"Code 2024 5.11", []string{"complaint_made 2024-05-01", "stage1_response 2024-05-10", "escalation_requested 2024-05-11", "escalation_refused 2024-05-13"},
			[]string{"Code 2024, 5.11: No refusal to escalate"}},
		{"Code 2024 5.2: a stage before the first", []string{"extra_stage 2024-04-20", "complaint_made 2024-05-01"}, []string{"Code 2024, 5.2, 5.3: No stage besides the two"}},
		{"Code 2022 allows a third stage", []string{"complaint_made 2023-05-01", "stage1_response 2023-05-10", "extra_stage 2023-06-01"}, nil},
		{"Code 2024 6.9: two items are missing", []string{"complaint_made 2024-05-01", "stage1_response 2024-05-10", "letter_checked 2024-05-11 about=2 items=reasons,escalate"},
			[]string{"Code 2024, 6.9(d): Stage 1 response", "Code 2024, 6.9(g): Stage 1 response"}},
		{"Code 2024 6.9: nothing is missing on second reading", []string{"complaint_made 2024-05-01", "stage1_response 2024-05-10", "letter_checked 2024-05-11 about=2 items=reasons", "letter_checked 2024-05-12 about=2"}, nil},
		{"Code 2024 6.13: the same person", []string{"complaint_made 2024-05-01", "escalation_requested 2024-05-20", "stage2_response 2024-06-03", "letter_checked 2024-06-11 about=3 items=different-person"},
			[]string{"Code 2024, 6.13: Final response"}},
		{"Code 2024 6.5: no word of the Ombudsman in an extension", []string{"complaint_made 2024-05-01", "extension_notified 2024-05-03", "letter_checked 2024-05-04 about=2 items=ombudsman"},
			[]string{"Code 2024, 6.5 (stage 2: 6.16): Notice of an extension"}},
		{"Code 2022 5.8", []string{"complaint_made 2023-05-01", "stage1_response 2023-05-10", "letter_checked 2023-05-11 about=2 items=remedy"}, []string{"Code 2022, 5.8: Stage 1 response"}},
		{"a check of a corrected letter", []string{"complaint_made 2023-05-01", "stage1_response 2023-05-10", "letter_checked 2023-05-11 about=2 items=remedy", "stage1_response 2023-05-09 replaces=2"}, []string{"Code 2022, 5.8: Stage 1 response"}},
	} {
		t.Run(x.name, func(t *testing.T) {
			r := engine.Compute(Matter{Events: events(t, x.events...)}, day("2024-05-05"))
			var got []string
			for _, b := range r.Breaches() {
				if b.Clock == nil {
					got = append(got, b.Cite+": "+b.Title)
					if found, ok := r.Breach(b.Key); !ok || found.Text != b.Text {
						t.Errorf("%s is not found by its key", b.Key)
					}
				}
			}
			if !slices.Equal(got, x.want) {
				t.Errorf("%q, want %q", got, x.want)
			}
		})
	}
}

// A rule that waits for an event that cannot happen in its procedure would never start, or never be met.
func TestRulesOfAProcedureCanHappen(t *testing.T) {
	for _, g := range rulebook.Default().Regimes() {
		for _, x := range g.Rules {
			if x.Procedure == "" {
				continue
			}
			p := procedureOf(x.Procedure)
			if p == pNone {
				t.Fatalf("%s: the engine does not know the procedure %s", x.ID, x.Procedure)
			}
			all := append(append(slices.Clone(x.MetBy), x.Stops...), x.Resumes...)
			for _, s := range x.Starts {
				if s.DueOf == nil {
					all = append(all, s.On)
				}
			}
			if x.Extension != nil {
				all = append(all, x.Extension.ExtendedBy)
			}
			for _, k := range all {
				named := p == pHazard && k == models.KindAppointmentMade // belongs to a hazard where it names it
				if bit := uint64(1) << kindOf(k); !named && (followers(p)|openers)&bit == 0 {
					t.Errorf("%s waits for %s, which never belongs to %s", x.ID, k, x.Procedure)
				}
			}
		}
	}
}

// An installation's late bank holiday moves what counts on it, and the day of a case's clock with it.
func TestAnnouncedHolidayMovesClocks(t *testing.T) {
	set := &civil.Set{}
	set.Announce([]civil.Announcement{{Calendar: civil.Scotland, Holiday: civil.Holiday{On: day("2026-12-07"), Title: "A day of thanks"}}})
	m := Matter{Type: models.LandlordCouncil, Events: events(t, "request_made 2026-11-20 proc=freedom_of_information", "complaint_made 2026-12-01")}
	r := NewOn(rulebook.Default(), set).Compute(m, day("2026-12-02"))
	for duty, due := range map[string]string{"foi-answer": "2026-12-22", "stage1-acknowledgement": "2026-12-08"} {
		i := slices.IndexFunc(r.Clocks, func(c Clock) bool { return c.Rule.Duty == duty })
		if i < 0 || r.Clocks[i].Due.String() != due {
			t.Errorf("%s: %v, want %s", duty, r.Clocks, due)
		}
	}
}

// What cannot have happened like this beside the complaint is refused with a sentence.
func TestCheckOfThreads(t *testing.T) {
	for _, x := range []struct {
		name   string
		events []string
		want   string // "" where it is let pass
	}{
		{"an answer before what it names", []string{"request_made 2026-01-05 proc=subject_access", "request_answered 2026-02-02 about=3", "request_made 2026-03-02 proc=subject_access"}, "before the request of 2 March 2026 that it answers"},
		{"an answer to something else", []string{"promise_made 2026-01-05", "request_made 2026-01-06 proc=subject_access", "request_answered 2026-02-02 about=1"}, "cannot belong to the promise"},
		{"about nothing", []string{"promise_made 2026-01-05", "promise_kept 2026-01-06 about=9"}, "belongs to entry 9, which is not in this case"},
		{"about itself", []string{"promise_made 2026-01-05", "promise_kept 2026-01-06 about=2"}, "belongs to entry 2"},
		{"a request for a hazard", []string{"request_made 2026-01-05 proc=hazard"}, "does not say what was asked for"},
		{"a notice of nothing", []string{"notice_received 2026-01-05 proc=subject_access"}, "does not say"},
		{"made safe without a hazard", []string{"made_safe 2026-01-05"}, "none is logged"},
		{"an order that is met before its day", []string{"complaint_made 2025-01-06", "ombudsman_referral 2025-06-02", "determination 2025-11-03", "order_due 2025-12-01", "order_met 2025-11-10 about=4"}, ""},
		{"an appointment for a hazard", []string{"hazard_reported 2026-01-05", "appointment_made 2026-01-06 about=1"}, ""},
		{"a promise about a repair", []string{"repair_raised 2026-01-05", "promise_made 2026-01-06 about=1 until=2026-01-09", "promise_kept 2026-01-09"}, ""},
	} {
		err := engine.Check(Matter{Events: events(t, x.events...)}, day("2026-11-22"))
		if x.want == "" && err != nil || x.want != "" && (err == nil || !strings.Contains(err.Error(), x.want)) {
			t.Errorf("%s: %v, want %q", x.name, err, x.want)
		}
	}
}

// What an event beside the complaint changes, in words.
func TestPreviewOfThreads(t *testing.T) {
	for _, x := range []struct {
		name          string
		before, after []string
		want          string
	}{
		{"a request", nil, []string{"request_made 2026-10-05 proc=subject_access"}, "Answer a subject access request (UK GDPR, right of access) starts and is due on 5 November 2026."},
		{"a question", []string{"request_made 2026-10-05 proc=subject_access"}, []string{"clarification_asked 2026-10-12"}, "stands still since 12 October 2026"},
		{"its answer", []string{"request_made 2026-10-05 proc=subject_access", "clarification_asked 2026-10-12"}, []string{"clarification_given 2026-10-14"}, "goes on and is due on 9 November 2026."},
		{"an emergency", nil, []string{"hazard_reported 2026-10-05 at=14:05 urg=emergency cat=fire"}, "starts and is due on 6 October 2026 at 14:05."},
		{"a window", []string{"request_made 2026-10-05 proc=subject_access"}, []string{"request_answered 2026-10-20"}, "Complain to the Information Commissioner (UK GDPR, the Commissioner's practice): possible until 20 January 2027."},
		{"a missing item", []string{"complaint_made 2026-10-05", "stage1_response 2026-10-12"}, []string{"letter_checked 2026-10-13 about=2 items=reasons"}, "It is a failure by Code 2024, 6.9(d): It gives the reasons for the decision."},
	} {
		today := day("2026-10-16")
		before := engine.Compute(Matter{Events: events(t, x.before...)}, today)
		after := engine.Compute(Matter{Events: events(t, append(slices.Clone(x.before), x.after...)...)}, today)
		var all []string
		for _, c := range Preview(before, after) {
			all = append(all, c.Text)
		}
		if text := strings.Join(all, "\n"); !strings.Contains(text, x.want) {
			t.Errorf("%s: no %q in\n%s", x.name, x.want, text)
		}
	}
}

// A job that was closed as completed and had to be raised again was not completed: the clock of the repair goes on.
func TestAFalseCompletionMeetsNothing(t *testing.T) {
	for _, x := range []struct {
		name   string
		events []string
		met    string
	}{
		{"closed once", []string{"repair_raised 2026-03-02 urg=routine ref=J-1", "repair_completed 2026-03-10 ref=J-1"}, "2026-03-10"},
		{"raised again", []string{"repair_raised 2026-03-02 urg=routine ref=J-1", "repair_completed 2026-03-10 ref=J-1", "repair_raised 2026-03-12 about=1 ref=J-2"}, ""},
		{"and closed again", []string{"repair_raised 2026-03-02 urg=routine ref=J-1", "repair_completed 2026-03-10 ref=J-1", "repair_raised 2026-03-12 about=1 ref=J-2", "repair_completed 2026-04-20 ref=J-2"}, "2026-04-20"},
		{"somebody sent again", []string{"repair_raised 2026-03-02 urg=routine ref=J-1", "repair_completed 2026-03-10 ref=J-1", "appointment_missed 2026-03-14 about=1"}, ""},
		{"reported again", []string{"repair_raised 2026-03-02 urg=routine ref=J-1", "repair_completed 2026-03-10 ref=J-1", "issue_reported 2026-03-14"}, ""},
		{"two numbers, both closed", []string{"repair_raised 2026-03-02 urg=routine ref=J-1", "repair_raised 2026-03-05 about=1 ref=J-2", "repair_completed 2026-03-10 ref=J-1", "repair_completed 2026-03-20 ref=J-2"}, "2026-03-20"},
	} {
		r := engine.Compute(Matter{Landlord: "harbour-and-vale", Events: events(t, x.events...)}, day("2026-05-01"))
		i := slices.IndexFunc(r.Clocks, func(c Clock) bool { return c.Rule.Duty == "repair-routine" })
		if i < 0 {
			t.Fatalf("%s: no clock among\n%s", x.name, clockLines(r))
		}
		if got := r.Clocks[i].Met.String(); got != x.met {
			t.Errorf("%s: met on %q, want %q", x.name, got, x.met)
		}
		if repairs := r.Repairs(day("2026-05-01")); len(repairs) != 1 || repairs[0].Done != r.Clocks[i].Met {
			t.Errorf("%s: the clock is met on %s, and the page of repairs says %+v", x.name, r.Clocks[i].Met, repairs)
		}
	}
}

// An MP's enquiry runs by what the landlord has promised; only where it has promised nothing by what is usual, and that is not confirmed.
func TestAnEnquiryRunsByTheLandlordsOwnPolicy(t *testing.T) {
	d := rulebook.PolicyDraft{Regime: "larkfield-2025", Landlord: rulebook.Landlord{Slug: "larkfield", Name: "Larkfield Homes"}, Title: "Larkfield's policy", From: day("2025-01-01"),
		Source: rulebook.Source{Title: "Policy, version 2"},
		Duties: []rulebook.DraftDuty{{Duty: "mp-enquiry", N: 15, Unit: rulebook.WorkingDays, From: "enquired", Clause: "9.1", Confidence: rulebook.Verified}}}
	p, err := d.Build(nil)
	if err != nil {
		t.Fatal(err)
	}
	with := New(rulebook.Default()).WithPolicies("larkfield", []*rulebook.Regime{p})
	for _, x := range []struct {
		on, procedure, want string
	}{
		{"2025-06-02", "mp_enquiry", "larkfield-2025/mp-enquiry 2025-06-23"},
		{"2024-06-03", "mp_enquiry", "enquiries/mp-enquiry 2024-06-17"}, // before the policy
		{"2025-06-02", "councillor_enquiry", "enquiries/councillor-enquiry 2025-06-16"},
	} {
		e := models.Event{ID: 1, Kind: models.KindRequestMade, On: day(x.on), Procedure: models.Procedure(x.procedure)}
		r := with.Compute(Matter{Landlord: "larkfield", Type: models.LandlordAssociation, Tenure: models.TenureAssured, Events: []models.Event{e}}, day(x.on)+1)
		var got []string
		for _, c := range r.Clocks {
			if c.Started != 0 {
				got = append(got, c.Rule.ID+" "+c.Due.String())
			}
		}
		if strings.Join(got, ", ") != x.want {
			t.Errorf("%s of %s: %v, want %s", x.procedure, x.on, got, x.want)
		}
	}
}
