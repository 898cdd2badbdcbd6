package timeline

import (
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"commoncase/models"
	"commoncase/models/civil"
	"commoncase/models/rulebook"
)

// nextLaw is a law of the tests' own, so that what the real one says may change without them.
const nextLaw = `
regimes:
  - id: test-law
    kind: law
    title: A law of the tests
    short: Test law
    in_force: {from: 2020-01-01}
    judged_by: start
    calendar: england-and-wales
    source: {title: the tests}
    rules:
      - {duty: make-safe-now, procedure: hazard, when: {urgency: [emergency]}, title: Make the emergency safe, clause: "1", rule: At once., bound: landlord,
         starts: [{on: hazard_reported}], limit: {n: 24, unit: hours}, met_by: [made_safe], confidence: verified}
      - {duty: investigate, procedure: hazard, when: {urgency: [significant]}, title: Investigate the hazard, clause: "2", rule: Soon., bound: landlord,
         starts: [{on: hazard_reported}], limit: {n: 10, unit: working_days}, met_by: [hazard_investigated], confidence: verified}
      - {duty: answer, procedure: subject_access, title: Answer the request, clause: "3", rule: In a month., bound: landlord, starts: [{on: request_made}],
         limit: {n: 1, unit: months}, met_by: [request_answered], stops: [clarification_asked], resumes: [clarification_given], confidence: unconfirmed, confirm: The law.}
      - {duty: commissioner, procedure: subject_access, type: window, title: Complain to the Commissioner, clause: "4", rule: In three months., bound: resident,
         starts: [{on: request_answered}], limit: {n: 3, unit: months}, met_by: [regulator_complaint], confidence: verified}
      - {duty: reply, procedure: mp_enquiry, title: Reply to the MP, clause: "5", rule: Soon., bound: landlord, starts: [{on: request_made}],
         limit: {n: 10, unit: working_days}, met_by: [request_answered], confidence: verified}
      - {duty: reply-to-claim, procedure: pre_action, title: Reply to the letter of claim, clause: "6", rule: Soon., bound: landlord, starts: [{on: request_made}],
         limit: {n: 20, unit: working_days}, met_by: [request_answered], confidence: verified}
      - {duty: keep-promise, procedure: promise, type: dated, title: Keep the promise, clause: "7", rule: By its day., bound: landlord, starts: [{on: promise_made}],
         met_by: [promise_kept], confidence: verified}
      - {duty: task, procedure: task, type: dated, title: Do it, clause: "8", rule: By its day., bound: branch, starts: [{on: task_set}], met_by: [task_done], confidence: verified}
      - {duty: repair, procedure: repair, title: Finish the repair, clause: "9", rule: In 28 days., bound: landlord, starts: [{on: repair_raised}],
         limit: {n: 28, unit: days}, met_by: [repair_completed], confidence: verified}
      - {duty: observe, procedure: section20_intention, type: window, title: Send observations, clause: "10", rule: In 30 days., bound: resident,
         starts: [{on: notice_received}], limit: {n: 30, unit: days}, met_by: [observations_made], confidence: verified}
`

func lawEngine(t *testing.T) *Engine {
	t.Helper()
	b, err := rulebook.Load(fstest.MapFS{"test-law.yaml": {Data: []byte(nextLaw)}})
	if err != nil {
		t.Fatal(err)
	}
	return New(b)
}

// thread numbers events that are written out, for they carry what the lines of events cannot.
func thread(es ...models.Event) []models.Event {
	for i := range es {
		if es[i].ID == 0 {
			es[i].ID = int64(i + 1)
		}
	}
	return es
}

// find1 is the first step with a part of its text.
func find1(t *testing.T, steps []Step, part string) Step {
	t.Helper()
	i := slices.IndexFunc(steps, func(s Step) bool { return strings.Contains(s.Text, part) })
	if i < 0 {
		t.Fatalf("no step %q in %+v", part, steps)
	}
	return steps[i]
}

func TestNextOfTheRoad(t *testing.T) {
	made := "complaint_made 2024-05-01"
	final := []string{made, "stage1_response 2024-05-10", "escalation_requested 2024-05-20", "stage2_response 2024-06-20"}
	determined := append(slices.Clone(final), "ombudsman_referral 2024-07-01", "determination 2024-12-02")
	for _, x := range []struct {
		name, today string
		events      []string
		part        string
		want        Step // what is zero is not looked at, but Allowed, Loud and NotBefore always are
		first       bool
	}{
		{"a story: no complaint yet", "2024-05-02", []string{"story_received 2024-05-01", "consent_given 2024-05-01"}, "Make a formal complaint",
			Step{Letter: letterStage1, Kind: models.KindComplaintMade}, false},
		{"stage 1", "2024-05-02", []string{"issue_reported 2024-05-01"}, "make a formal complaint", Step{Allowed: true, Letter: letterStage1}, true},
		{"Code 2024 5.2: an informal stage is no reason to wait", "2024-05-04", []string{"issue_reported 2024-05-01", "extra_stage 2024-05-03"}, "make a formal complaint",
			Step{Allowed: true, Why: "asked for another stage first"}, true},
		{"Code 2024 5.2: nor inside stage 1", "2024-05-04", []string{made, "extra_stage 2024-05-03"}, "is at stage 1", Step{Allowed: true, Letter: letterChase}, true},
		{"the last day of stage 1", "2024-05-16", []string{made, "complaint_acknowledged 2024-05-01"}, "Wait for the stage 1 answer", Step{Allowed: true, Who: Nobody}, true},
		{"no help on that day", "2024-05-16", []string{made, "complaint_acknowledged 2024-05-01"}, "Ask the Ombudsman to help", Step{NotBefore: day("2024-05-17"), Letter: letterHelp}, false},
		{"help on the day after", "2024-05-17", []string{made, "complaint_acknowledged 2024-05-01"}, "Ask the Ombudsman to help", Step{Allowed: true, Letter: letterHelp}, false},
		{"chase first", "2024-05-17", []string{made, "complaint_acknowledged 2024-05-01"}, "answer is late", Step{Allowed: true, Letter: letterChase, Who: Caseworker}, true},
		{"chased and still silent: the Ombudsman first", "2024-05-30", []string{made, "complaint_acknowledged 2024-05-01", "contact_attempt 2024-05-20"}, "Ask the Ombudsman to help",
			Step{Allowed: true, Letter: letterHelp, Why: "chased on 20 May 2024"}, true},
		{"the complaint is refused", "2024-05-10", []string{made, "complaint_refused 2024-05-08"}, "Take the refusal", Step{Allowed: true, Letter: letterHelp, Kind: models.KindOmbudsmanHelp}, true},
		{"refused, and taken up after all", "2024-05-10", []string{made, "complaint_refused 2024-05-08", "complaint_acknowledged 2024-05-09"}, "Wait for the stage 1 answer", Step{Allowed: true}, true},
		{"stage 2 is refused", "2024-05-22", append(slices.Clone(final[:3]), "escalation_refused 2024-05-21"), "Take the refusal",
			Step{Allowed: true, Why: "refused stage 2 on 21 May 2024"}, true},
		{"stage 2", "2024-05-11", final[:2], "take the complaint to stage 2", Step{Allowed: true, Letter: letterEscalation}, true},
		{"the answer is checked", "2024-05-11", final[:2], "take the complaint to stage 2", Step{Allowed: true}, false},
		{"61 days before the twelve months end", "2025-04-20", append(slices.Clone(final), "adverse_action 2025-04-01"), "refer the complaint", Step{Allowed: true, Loud: true, NotAfter: day("2025-06-20")}, true},
		{"60 days before, nothing stands above it", "2025-04-21", append(slices.Clone(final), "consent_given 2024-05-01", "consent_withdrawn 2025-04-20"), "refer the complaint",
			Step{Allowed: true, Loud: true, NotAfter: day("2025-06-20"), Warning: "60 days left"}, true},
		{"a third stage after the final response", "2024-07-01", append(slices.Clone(final), "extra_stage 2024-06-25"), "refer the complaint", Step{Allowed: true, Loud: true, Why: "asked for another stage"}, true},
		{"2022: the day is the rulebook's", "2022-09-01", []string{"complaint_made 2022-05-03", "escalation_requested 2022-06-06", "stage2_response 2022-08-10"}, "refer the complaint to the Ombudsman, with",
			Step{NotBefore: day("2022-10-01"), Loud: true, Why: "Until 30 September 2022 a resident could go to the Ombudsman directly only 8 weeks after"}, false},
		{"investigation", "2024-07-02", determined[:5], "Log each order", Step{Why: "Not yet"}, false},
		{"review", "2024-12-03", determined, "review its determination", Step{Allowed: true, Loud: true, Letter: letterReview, NotAfter: day("2024-12-23")}, false},
		{"review asked for", "2024-12-10", append(slices.Clone(determined), "review_requested 2024-12-05"), "Wait for the Ombudsman's answer", Step{Allowed: true, Who: Nobody}, false},
		{"an order", "2024-12-10", append(slices.Clone(determined), "order_due 2025-01-10 id=40"), "Tell the Ombudsman", Step{NotBefore: day("2025-01-11"), Letter: letterOrder, About: 40}, false},
		{"an order that is not met", "2025-01-11", append(slices.Clone(determined), "order_due 2025-01-10 id=40"), "Tell the Ombudsman", Step{Allowed: true, Letter: letterOrder, About: 40, Kind: models.KindOrderChased}, true},
		{"and the Ombudsman knows", "2025-02-01", append(slices.Clone(determined), "order_due 2025-01-10 id=40", "order_chased 2025-01-12"), "what it does about the order",
			Step{Allowed: true, Why: "was told on 12 January 2025"}, true},
		{"late: the MP, off the road", "2024-05-20", []string{made}, "resident's MP", Step{Allowed: true, Off: true, Letter: letterMP, Procedure: models.ProcedureMPEnquiry}, false},
		{"a failure order: the regulator, off the road", "2024-07-01", []string{made, "ombudsman_help 2024-06-01", "failure_order 2024-06-20"}, "Regulator of Social Housing", Step{Allowed: true, Off: true}, false},
		{"consent withdrawn", "2024-05-20", []string{"consent_given 2024-04-01", made, "consent_withdrawn 2024-05-02"}, "Ask the resident again", Step{Allowed: true}, true},
	} {
		t.Run(x.name, func(t *testing.T) {
			today := day(x.today)
			steps := engine.Compute(Matter{Events: events(t, x.events...)}, today).Next(today)
			looksLike(t, find1(t, steps, x.part), x.want)
			if x.first && !strings.Contains(steps[0].Text, x.part) {
				t.Errorf("first: %+v", steps[0])
			}
		})
	}
	closed := engine.Compute(Matter{Events: events(t, append(slices.Clone(determined), "case_closed 2024-12-20 reason=resolved")...)}, day("2024-12-21")).Next(day("2024-12-21"))
	if len(closed) != 1 || closed[0].Who != Nobody {
		t.Errorf("a closed case: %+v", closed)
	}
	reminded := append(events(t, made), models.Event{ID: 90, Kind: models.KindContactAttempt, On: day("2024-05-24"), Channel: models.ChannelEmail})
	steps := engine.Compute(Matter{Events: reminded}, day("2024-05-28")).Next(day("2024-05-28"))
	looksLike(t, steps[0], Step{Text: "Wait until 3 June 2024 for the answer to the reminder", Why: "It was chased on 24 May 2024", Allowed: true, Who: Nobody})
	withdrawn := engine.Compute(Matter{Events: events(t, "consent_given 2024-04-01", made, "consent_withdrawn 2024-05-02")}, day("2024-06-20")).Next(day("2024-06-20"))
	if slices.ContainsFunc(withdrawn, func(s Step) bool { return s.Who == Caseworker && s.Letter != "" }) {
		t.Errorf("the branch would write without consent: %+v", withdrawn)
	}
}

func looksLike(t *testing.T, got, want Step) {
	t.Helper()
	if got.Allowed != want.Allowed || got.Loud != want.Loud || got.NotBefore != want.NotBefore || got.Off != want.Off ||
		want.Letter != "" && got.Letter != want.Letter || want.Kind != "" && got.Kind != want.Kind || want.Who != "" && got.Who != want.Who ||
		want.About != 0 && got.About != want.About || want.NotAfter != 0 && got.NotAfter != want.NotAfter || got.Procedure != want.Procedure ||
		!strings.Contains(got.Why, want.Why) || !strings.Contains(got.Warning, want.Warning) || !strings.Contains(got.Text, want.Text) {
		t.Errorf("%+v\nwant %+v", got, want)
	}
}

func TestNextBesideTheRoad(t *testing.T) {
	on := func(k models.Kind, d string, more ...func(*models.Event)) models.Event {
		e := models.Event{Kind: k, On: day(d)}
		for _, f := range more {
			f(&e)
		}
		return e
	}
	of := func(p models.Procedure) func(*models.Event) { return func(e *models.Event) { e.Procedure = p } }
	urgent := func(u models.Urgency) func(*models.Event) { return func(e *models.Event) { e.Urgency = u } }
	until := func(d string) func(*models.Event) { return func(e *models.Event) { e.Until = day(d) } }
	note := func(s string) func(*models.Event) { return func(e *models.Event) { e.Note = s } }
	law := lawEngine(t)
	for _, x := range []struct {
		name, today string
		events      []models.Event
		part        string
		want        Step
		first       bool
	}{
		{"an emergency: ring now", "2025-11-03", []models.Event{on(models.KindHazardReported, "2025-11-03", urgent(models.UrgencyEmergency), func(e *models.Event) { e.At = civil.At(14, 5) })},
			"Ring the landlord's emergency line now", Step{Allowed: true, Letter: letterHazard, About: 1, Why: "by 4 November 2025 at 14:05", Warning: "emergency services"}, true},
		{"a hazard that is running", "2025-11-04", []models.Event{on(models.KindHazardReported, "2025-11-03", urgent(models.UrgencySignificant))}, "make the hazard safe now",
			Step{Allowed: true, Letter: letterHazard, About: 1, Why: "17 November 2025 (Test law, 2)"}, false},
		{"the chase of it, not yet", "2025-11-04", []models.Event{on(models.KindHazardReported, "2025-11-03", urgent(models.UrgencySignificant))}, "Chase the landlord",
			Step{NotBefore: day("2025-11-18"), Letter: letterChase, About: 1}, false},
		{"overdue", "2025-11-18", []models.Event{on(models.KindHazardReported, "2025-11-03", urgent(models.UrgencySignificant))}, "hazard is overdue", Step{Allowed: true, Letter: letterChase, About: 1}, true},
		{"overdue: environmental health", "2025-11-18", []models.Event{on(models.KindHazardReported, "2025-11-03", urgent(models.UrgencySignificant))}, "environmental health", Step{Allowed: true, Off: true}, false},
		{"a request that is overdue", "2025-12-04", []models.Event{on(models.KindIssueReported, "2025-10-01"), on(models.KindRequestMade, "2025-11-03", of(models.ProcedureSubjectAccess))}, "is overdue, and ask",
			Step{Allowed: true, Letter: letterChase, About: 2, Why: "Test law, 3, not confirmed"}, false},
		{"first the landlord, then the Commissioner", "2025-12-04", []models.Event{on(models.KindRequestMade, "2025-11-03", of(models.ProcedureSubjectAccess))}, "Complain to the landlord",
			Step{Allowed: true, Procedure: models.ProcedureDataComplaint}, false},
		{"the landlord's question first", "2025-11-20", []models.Event{on(models.KindRequestMade, "2025-11-03", of(models.ProcedureSubjectAccess)), on(models.KindClarificationAsked, "2025-11-05")},
			"Answer the landlord's question", Step{Allowed: true, Kind: models.KindClarificationGiven, About: 1, Why: "asked on 5 November 2025"}, true},
		{"three months for the Commissioner", "2025-12-10", []models.Event{on(models.KindRequestMade, "2025-11-03", of(models.ProcedureSubjectAccess)), on(models.KindRequestAnswered, "2025-12-09")},
			"the Information Commissioner", Step{Allowed: true, Off: true, Loud: true, NotAfter: day("2026-03-09"), About: 1}, false},
		{"the MP chases", "2025-11-18", []models.Event{on(models.KindRequestMade, "2025-11-03", of(models.ProcedureMPEnquiry))}, "Ask the MP's office", Step{Allowed: true, Who: Resident, Letter: letterMP, About: 1}, false},
		{"a letter of claim: a warning", "2025-12-10", []models.Event{on(models.KindRequestMade, "2025-11-03", of(models.ProcedurePreAction))}, "Ask the solicitor", Step{Allowed: true, Warning: "filed at court"}, false},
		{"a broken promise", "2025-11-11", []models.Event{on(models.KindPromiseMade, "2025-11-03", until("2025-11-10"), note("A plumber on Monday."))}, "Ask the landlord again for what it promised: “A plumber on Monday”",
			Step{Allowed: true, Letter: letterChase, About: 1}, false},
		{"a task of today stands first", "2025-11-10", []models.Event{on(models.KindIssueReported, "2025-10-01"), on(models.KindTaskSet, "2025-11-03", until("2025-11-10"), note("Ring আনিকা"))}, "Do what the branch has set itself: ring আনিকা",
			Step{Allowed: true, Kind: models.KindTaskDone, About: 2, Why: "today"}, true},
		{"a task that waits", "2025-11-09", []models.Event{on(models.KindIssueReported, "2025-10-01"), on(models.KindTaskSet, "2025-11-03", until("2025-11-10"))}, "Do what the branch has set itself", Step{Allowed: true}, false},
		{"a repair", "2025-12-02", []models.Event{on(models.KindRepairRaised, "2025-11-03")}, "the repair is overdue", Step{Allowed: true, Letter: letterChase, About: 1}, false},
		{"observations", "2025-11-20", []models.Event{on(models.KindNoticeReceived, "2025-11-03", of(models.ProcedureIntention))}, "observations", Step{Allowed: true, Loud: true, NotAfter: day("2025-12-03")}, false},
		{"section 20: the tribunal", "2025-11-20", []models.Event{on(models.KindNoticeReceived, "2025-11-03", of(models.ProcedureIntention))}, "First-tier Tribunal", Step{Allowed: true, Off: true, Warning: "Do not stop paying"}, false},
	} {
		t.Run(x.name, func(t *testing.T) {
			today := day(x.today)
			m := Matter{Events: thread(x.events...), At: civil.At(9, 0)}
			steps := law.Compute(m, today).Next(today)
			looksLike(t, find1(t, steps, x.part), x.want)
			if x.first && !strings.Contains(steps[0].Text, x.part) {
				t.Errorf("first: %+v", steps[0])
			}
		})
	}
	gone := law.Compute(Matter{Events: thread(on(models.KindHazardReported, "2025-11-03", urgent(models.UrgencyEmergency)), on(models.KindMadeSafe, "2025-11-03"))}, day("2025-11-05")).Next(day("2025-11-05"))
	if slices.ContainsFunc(gone, func(s Step) bool { return strings.Contains(s.Text, "emergency line") }) {
		t.Errorf("a hazard that was made safe is still one: %+v", gone)
	}
	late := law.Compute(Matter{Events: thread(on(models.KindNoticeReceived, "2025-11-03", of(models.ProcedureIntention)))}, day("2025-12-04")).Next(day("2025-12-04"))
	if slices.ContainsFunc(late, func(s Step) bool { return strings.Contains(s.Text, "observations") }) {
		t.Errorf("a step that is out of time: %+v", late)
	}
}

// What the case itself says leads to steps that its events do not.
func TestNextOfWhatTheCaseSays(t *testing.T) {
	today := day("2024-05-20")
	r := engine.Compute(Matter{Events: events(t, "complaint_made 2024-05-01")}, today)
	steps := r.NextFor(models.Case{Theme: models.ThemeServiceCharges, Needs: "Large print", CourtAction: true}, today)
	looksLike(t, find1(t, steps, "summary of the costs"), Step{Allowed: true, Letter: letterCosts, Procedure: models.ProcedureCostsSummary, Warning: "withheld"})
	looksLike(t, find1(t, steps, "First-tier Tribunal"), Step{Allowed: true, Off: true, Why: "Scheme 2024"})
	looksLike(t, find1(t, steps, "adjustments"), Step{Allowed: true, Letter: letterAdjustment})
	looksLike(t, find1(t, steps, "court claim"), Step{Allowed: true, Why: "41(c)"})
	looksLike(t, find1(t, steps, "subject access"), Step{Allowed: true, Letter: letterAccess, Procedure: models.ProcedureSubjectAccess})
	data := r.NextFor(models.Case{Theme: models.ThemeData}, today)
	looksLike(t, find1(t, data, "what happened to the resident's data"), Step{Allowed: true, Letter: letterBreach, Procedure: models.ProcedureDataComplaint})
	if plain := r.Next(today); slices.ContainsFunc(plain, func(s Step) bool { return strings.Contains(s.Text, "Tribunal") }) {
		t.Error("a case about nothing named is sent to the tribunal")
	}
}

// No step is out of time, none is allowed before its day, and those that are allowed stand before those that are not.
func TestNoStepIsOutOfTime(t *testing.T) {
	r := rand.New(rand.NewPCG(31, 7))
	law := lawEngine(t)
	kinds := append(slices.Clone(roadKinds), models.KindHazardReported, models.KindMadeSafe, models.KindRequestMade, models.KindRequestAnswered, models.KindClarificationAsked,
		models.KindClarificationGiven, models.KindPromiseMade, models.KindTaskSet, models.KindNoticeReceived, models.KindComplaintRefused, models.KindEscalationRefused,
		models.KindExtraStage, models.KindOmbudsmanHelp, models.KindReviewRequested, models.KindOrderChased, models.KindConsentWithdrawn, models.KindRepairRaised)
	procedures := append(slices.Clone(models.Requests), models.Notices...)
	loud := 0
	for i := range 4000 {
		m := randomMatter(r)
		for k := range m.Events {
			e := &m.Events[k]
			if r.IntN(2) == 0 {
				e.Kind = kinds[r.IntN(len(kinds))]
			}
			if e.Kind == models.KindRequestMade || e.Kind == models.KindNoticeReceived {
				e.Procedure = procedures[r.IntN(len(procedures))]
			}
			if e.Kind.HasUntil() && r.IntN(2) == 0 {
				e.Until = e.On + civil.Date(r.IntN(60))
			}
			e.Urgency = []models.Urgency{"", models.UrgencyEmergency, models.UrgencySignificant}[r.IntN(3)]
		}
		today := m.Events[0].On + civil.Date(r.IntN(900))
		with := []*Engine{engine, law}[i%2]
		steps := with.Compute(m, today).NextFor(models.Case{Theme: []models.Theme{"", models.ThemeServiceCharges, models.ThemeData}[r.IntN(3)]}, today)
		if len(steps) == 0 || !steps[0].Allowed {
			t.Fatalf("no first step on %s: %+v", today, steps)
		}
		for k, s := range steps {
			switch {
			case s.NotAfter != 0 && s.NotAfter < today:
				t.Fatalf("out of time on %s: %+v", today, s)
			case s.Allowed && s.NotBefore > today:
				t.Fatalf("too early on %s: %+v", today, s)
			case k > 0 && s.Allowed && !steps[k-1].Allowed:
				t.Fatalf("%+v stands after what is not allowed", s)
			case s.Text == "" || s.Why == "" || s.Who == "" || strings.Contains(s.Text+s.Why+s.Warning, "%!"):
				t.Fatalf("%+v", s)
			case s.Loud && s.Kind == models.KindOmbudsmanReferral && s.Allowed && today.DaysUntil(s.NotAfter) <= LoudDays && k != 0:
				t.Fatalf("the twelve months end on %s and %+v stands first", s.NotAfter, steps[0])
			}
			if s.Loud {
				loud++
			}
		}
	}
	if loud < 20 {
		t.Errorf("only %d loud steps were seen", loud)
	}
}
