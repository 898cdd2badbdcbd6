package demo_test

import (
	"bytes"
	"context"
	"io"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"commoncase/app/campaign"
	"commoncase/app/casework"
	"commoncase/app/demo"
	"commoncase/app/document/pdftest"
	"commoncase/app/evidence"
	"commoncase/app/files"
	"commoncase/app/intake"
	"commoncase/app/people"
	"commoncase/app/store"
	"commoncase/app/store/storetest"
	"commoncase/models"
	"commoncase/models/access"
	"commoncase/models/civil"
	"commoncase/models/letters"
	"commoncase/models/rulebook"
	"commoncase/models/timeline"
)

func migrate(ctx context.Context, url string) error {
	st, err := store.Open(ctx, url, time.Now)
	if err != nil {
		return err
	}
	defer st.Close()
	_, err = st.Migrate(ctx)
	return err
}

// loaded is a demonstration in a database of its own.
type loaded struct {
	demo.Rooms
	demo.Loaded
	t     *testing.T
	store *store.Store
}

func load(t *testing.T, url string, on civil.Date) loaded {
	t.Helper()
	clock := demo.NewClock(on.Time())
	st, err := store.Open(t.Context(), url, clock.Now)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = st.Close() })
	fs, err := files.Open(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = fs.Close() })
	l := loaded{t: t, store: st, Rooms: demo.Rooms{People: people.New(st, clock.Now), Casework: casework.New(st, fs, timeline.New(rulebook.Default()), clock.Now),
		Evidence: evidence.New(st, clock.Now), Campaign: campaign.New(st, clock.Now), Intake: intake.New(st, fs, t.TempDir(), clock.Now)}}
	if l.Loaded, err = demo.Load(t.Context(), l.Rooms, clock, on, func(string) {}); err != nil {
		t.Fatal(err)
	}
	return l
}

func (l loaded) actor(role access.Role, branch string) models.Actor {
	l.t.Helper()
	for _, a := range demo.Accounts {
		if a.Role == role {
			actor, err := l.People.ActorIn(l.t.Context(), a.Email, branch)
			if err != nil {
				l.t.Fatal(err)
			}
			return actor
		}
	}
	l.t.Fatalf("no account is a %s", role)
	return models.Actor{}
}

func (l loaded) cases(branch string) []casework.CaseLine {
	l.t.Helper()
	var all []casework.CaseLine
	for page := 1; ; page++ {
		list, err := l.Casework.ListCases(l.t.Context(), l.actor(access.Secretary, branch), casework.ListFilter{}, page)
		if err != nil {
			l.t.Fatal(err)
		}
		all = append(all, list.Lines...)
		if page >= list.Pages {
			return all
		}
	}
}

var loadedOn = civil.On(2026, time.November, 20)

func TestLoad(t *testing.T) {
	var before demo.Loaded
	storetest.Each(t, migrate, func(t *testing.T, url string) {
		l := load(t, url, loadedOn)
		if before.Cases != 0 && l.Loaded != before {
			t.Errorf("the same day gave %+v and then %+v", before, l.Loaded)
		}
		before = l.Loaded
		t.Run("every stage", l.everyStage)
		t.Run("the real branch", l.theRealBranch)
		t.Run("figures", l.figures)
		t.Run("the referral", l.referral)
		t.Run("letters", l.letters)
		t.Run("accounts", l.accounts)
		t.Run("stories", l.stories)
		t.Run("nothing drifts", func(t *testing.T) {
			drifts, n, err := l.Casework.FindDrift(t.Context(), false)
			if err != nil || len(drifts) > 0 || n != 60 {
				t.Errorf("%d cases, drift %v, error %v", n, drifts, err)
			}
		})
	})
}

// stories: five wait, in three languages, one of them taken down by the helper and one without a name; a sixth walked into the trap.
func (l loaded) stories(t *testing.T) {
	cw := l.actor(access.Caseworker, l.InventedBranch)
	for tab, want := range map[models.InboxTab]int{models.InboxWaiting: 5, models.InboxHeld: 1} {
		list, err := l.Casework.ListStories(t.Context(), cw, tab, "", 1)
		if err != nil || len(list.Lines) != want {
			t.Fatalf("%s: %d stories, %v; want %d", tab, len(list.Lines), err, want)
		}
		if tab == models.InboxHeld {
			continue
		}
		langs, anonymous, helped := map[string]int{}, 0, 0
		for _, x := range list.Lines {
			langs[x.Story.Lang]++
			if x.Story.Anonymous {
				anonymous++
			}
			if x.Story.How == models.HowHelper {
				helped++
			}
		}
		if langs["bn"] != 1 || langs["pl"] != 1 || anonymous != 1 || helped != 1 {
			t.Errorf("languages %v, %d without a name, %d by the helper", langs, anonymous, helped)
		}
	}
	homes, err := l.Intake.Homes(t.Context(), cw.BranchID, "zz41te")
	if err != nil || len(homes) != 60 || homes[1].Line != "2 Tidewater Walk" {
		t.Errorf("%d homes, %v", len(homes), err)
	}
}

// everyStage: sixty residents, and a case at each status, closed for each reason, with each flag and each kind of event.
func (l loaded) everyStage(t *testing.T) {
	cases := l.cases(l.InventedBranch)
	if len(cases) != 60 || l.Cases != 60 {
		t.Errorf("%d cases, told %d; want 60", len(cases), l.Cases)
	}
	names, kinds, themes, tenures := map[string]bool{}, map[models.Kind]bool{}, map[models.Theme]bool{}, map[models.Tenure]bool{}
	statuses, reasons := map[models.Status]int{}, map[models.ClosedReason]int{}
	var flags models.Flags
	codes, skipped := map[string]bool{}, map[string]bool{}
	overdue, today, soon, replaced := 0, 0, 0, 0
	actor := l.actor(access.Caseworker, l.InventedBranch)
	for _, c := range cases {
		names[c.MemberName] = true
		statuses[c.Status]++
		if c.Status == models.StatusClosed {
			reasons[c.ClosedReason]++
		}
		flags.Hazard, flags.Solicitor, flags.Adverse = flags.Hazard || c.Flags.Hazard, flags.Solicitor || c.Flags.Solicitor, flags.Adverse || c.Flags.Adverse
		if _, ok := models.CheckReference(c.Ref); !ok {
			t.Errorf("reference %s does not check", c.Ref)
		}
		v, err := l.Casework.ReadCase(t.Context(), actor, c.Ref)
		if err != nil {
			t.Fatal(err)
		}
		themes[v.Case.Theme], tenures[v.Member.Tenure] = true, true
		if !strings.Contains(v.Member.Postcode, "ZZ") {
			t.Errorf("%s: postcode %q is not in the area that does not exist", c.Ref, v.Member.Postcode)
		}
		if p := v.Member.Phone; !strings.HasPrefix(p, "020 7946 0") && !strings.HasPrefix(p, "01632 960") && !strings.HasPrefix(p, "07700 900") {
			t.Errorf("%s: phone %q is not from the ranges for drama", c.Ref, p)
		}
		for _, e := range v.Entries {
			kinds[e.Kind] = true
			if e.ReplacedBy != 0 {
				replaced++
			}
			if e.RecordedAt.After(loadedOn.Time().Add(24*time.Hour)) || civil.Of(e.RecordedAt) < e.On && e.Kind != models.KindOrderDue {
				t.Errorf("%s: %s of %s was recorded at %s", c.Ref, e.Kind, e.On, e.RecordedAt)
			}
		}
		for _, k := range v.Result.Clocks {
			codes[k.Rule.Regime.ID] = true
			switch {
			case k.State == timeline.Overdue:
				overdue++
			case k.State == timeline.DueToday:
				today++
			case k.State == timeline.Running && k.Due <= loadedOn.AddDays(7):
				soon++
			}
			cal, _ := civil.Get(civil.EnglandAndWales)
			for _, h := range cal.HolidaysBetween(k.Started, max(k.Due, k.Met)) {
				skipped[h.On.String()] = true
			}
		}
	}
	if len(names) != 60 {
		t.Errorf("%d names, want 60", len(names))
	}
	for _, s := range models.Stages {
		if statuses[s] == 0 {
			t.Errorf("no case is at %q", s)
		}
	}
	for _, r := range models.ClosedReasons {
		if reasons[r] == 0 {
			t.Errorf("no case is closed as %q", r)
		}
	}
	if !flags.Hazard || !flags.Solicitor || !flags.Adverse {
		t.Errorf("flags seen: %+v, want each", flags)
	}
	for _, g := range models.KindGroups {
		for _, k := range g.Kinds {
			if !kinds[k] {
				t.Errorf("no event is %q", k)
			}
		}
	}
	for _, k := range []models.Kind{models.KindCaseClosed, models.KindCaseReopened, models.KindRetracted} {
		if !kinds[k] {
			t.Errorf("no event is %q", k)
		}
	}
	if len(themes) < len(models.Themes) {
		t.Errorf("themes %v, want all %d", slices.Sorted(maps.Keys(themes)), len(models.Themes))
	}
	if len(tenures) < len(models.Tenures)-1 { // all but "not known yet"
		t.Errorf("tenures %v", slices.Sorted(maps.Keys(tenures)))
	}
	for _, id := range []string{"code-2020", "code-2022", "code-2024", "harbour-and-vale-2019", "harbour-and-vale-2024"} {
		if !codes[id] {
			t.Errorf("no clock runs under %s", id)
		}
	}
	for _, day := range []string{"2022-06-02", "2022-06-03", "2022-09-19", "2023-05-08"} { // jubilee, funeral, coronation
		if !skipped[day] {
			t.Errorf("no clock runs over %s", day)
		}
	}
	if overdue < 10 || today == 0 || soon < 3 || replaced < 2 {
		t.Errorf("%d clocks overdue, %d due today, %d due within a week, %d entries corrected", overdue, today, soon, replaced)
	}
}

// theRealBranch: the public record and nothing else.
func (l loaded) theRealBranch(t *testing.T) {
	ctx := t.Context()
	if cases := l.cases(l.RealBranch); len(cases) != 0 {
		t.Errorf("%d cases stand against a real landlord, and none may", len(cases))
	}
	branch, err := l.store.BranchBySlug(ctx, l.RealBranch)
	if err != nil {
		t.Fatal(err)
	}
	if landlord, err := l.store.LandlordOf(ctx, branch.ID); err != nil || landlord.Invented || landlord.Homes != 125000 {
		t.Errorf("landlord %+v, error %v", landlord, err)
	}
	actor := l.actor(access.Organiser, l.RealBranch)
	history, err := l.Evidence.Incident(ctx, actor, "cyber-attack-2022")
	if err != nil {
		t.Fatal(err)
	}
	if len(history.Statements) != 9 || len(history.Reports) != 10 {
		t.Errorf("%d statements and %d reports; the record has 9 and 10", len(history.Statements), len(history.Reports))
	}
	assumed := 0
	for _, s := range history.Statements {
		if strings.Contains(s.Note, "day assumed") {
			assumed++
		}
	}
	if assumed != 3 {
		t.Errorf("%d statements say that their day is assumed, want 3", assumed)
	}
	quiet := 0
	for _, r := range history.Reports {
		if r.Quote == models.QuoteNone {
			quiet++
		}
	}
	if quiet != 1 {
		t.Errorf("%d reports may not be quoted, want 1", quiet)
	}
	register, err := l.Evidence.Findings(ctx, actor, "")
	if err != nil || register.Total != 6 {
		t.Errorf("%d findings, error %v; want 6", register.Total, err)
	}
	demands, err := l.Campaign.Demands(ctx, actor)
	if err != nil {
		t.Fatal(err)
	}
	points := map[int]int{}
	for i, d := range demands {
		points[d.Point]++
		if d.Number != i+1 || d.Outcome != models.OutcomeNoAnswer {
			t.Errorf("demand %d stands at place %d with the outcome %q", d.Number, i+1, d.Outcome)
		}
	}
	if !maps.Equal(points, map[int]int{1: 4, 2: 7, 3: 10, 4: 6, 5: 6}) {
		t.Errorf("demands by point: %v", points)
	}
	for _, d := range demands {
		if d.Measure != "" {
			if _, ok := evidence.MeasureOf(d.Measure); !ok {
				t.Errorf("demand %d leans on the figure %q, which is none", d.Number, d.Measure)
			}
		}
	}
}

// figures: those of the last year pass the gate, and of the areas some do and some do not.
func (l loaded) figures(t *testing.T) {
	actor := l.actor(access.Organiser, l.InventedBranch)
	report, err := l.Evidence.Report(t.Context(), actor, l.Evidence.LastYear())
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]bool{"cases": true, "households": true, "stage1-late-share": true, "stage2-late-share": true, "median-lateness": true,
		"longest-lateness": true, "contact-attempts-unanswered": true}
	for _, f := range report.Figures {
		if want[f.Measure] && (f.Withheld != "" || f.N < 5) {
			t.Errorf("%s: %s over %d, withheld: %q", f.Measure, f.Text, f.N, f.Withheld)
		}
		delete(want, f.Measure)
	}
	if len(want) > 0 {
		t.Errorf("no figure for %v", want)
	}
	households, cases := 0.0, 0.0
	for _, f := range report.Figures {
		switch f.Measure {
		case "households":
			households = f.Value
		case "cases":
			cases = f.Value
		}
	}
	if households >= cases {
		t.Errorf("%v households with %v cases: two members of one home have a case each", households, cases)
	}
	byArea := map[string]int{}
	for _, c := range l.cases(l.InventedBranch) {
		byArea[c.Area]++
	}
	enough, few := 0, 0
	for _, n := range byArea {
		if n >= 5 {
			enough++
		} else {
			few++
		}
	}
	if enough < 4 || few < 2 {
		t.Errorf("cases by area: %v; want some above the threshold and some below", byArea)
	}
}

// referral: the case of the bundle is ready, its photos have lost their place, and the bundle opens.
func (l loaded) referral(t *testing.T) {
	ctx := t.Context()
	actor := l.actor(access.Caseworker, l.InventedBranch)
	ready, err := l.Casework.Readiness(ctx, actor, l.Case)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range ready.Checks {
		if c.State != casework.CheckDone {
			t.Errorf("%s: %s %s", c.Title, c.State, c.Found)
		}
	}
	photos, papers := 0, 0
	for _, e := range ready.View.Entries {
		for _, f := range e.Files {
			if f.MediaType != "image/jpeg" {
				papers++
				continue
			}
			photos++
			for _, original := range []bool{true, false} {
				_, r, err := l.Casework.File(ctx, actor, l.Case, f.ID, original)
				if err != nil {
					t.Fatal(err)
				}
				b, err := io.ReadAll(r)
				r.Close()
				if err != nil {
					t.Fatal(err)
				}
				if got := bytes.Contains(b, []byte("Invented Telephones")); got != original {
					t.Errorf("%s, original %v: camera data %v", f.Title, original, got)
				}
			}
		}
	}
	if photos < 4 || papers < 5 {
		t.Errorf("%d photos and %d papers", photos, papers)
	}
	var pdf bytes.Buffer
	if err := l.Casework.Bundle(ctx, actor, l.Case, &pdf); err != nil {
		t.Fatal(err)
	}
	text := pdftest.Check(t, pdf.Bytes())
	for _, want := range []string{"Niamh Ní Bhriain", "Referral to the Housing Ombudsman", "Index of exhibits", "Invented for demonstration"} {
		if !strings.Contains(text, want) {
			t.Errorf("the bundle does not say %q", want)
		}
	}
	if own, err := l.Casework.ReadCase(ctx, l.actor(access.Member, l.InventedBranch), l.Case); err != nil || own.Case.Ref != l.Case {
		t.Errorf("the member cannot read her own case: %v", err)
	}
}

// letters: those of the record with what became of them, the two final ones, and a draft with live figures.
func (l loaded) letters(t *testing.T) {
	ctx := t.Context()
	actor := l.actor(access.Organiser, l.RealBranch)
	rows, err := l.Campaign.Letters(ctx, actor)
	if err != nil {
		t.Fatal(err)
	}
	waits := map[string]string{}
	for _, r := range rows {
		waits[r.Letter.DatedOn.String()+" "+string(r.Recipient.Role)] = r.Waiting.String()
	}
	want := map[string]string{
		"2022-07-31 minister": "answered on 3 August 2022, after 3 days, 3 working days",
		"2023-07-31 minister": "not sent",
	}
	for k, w := range want {
		if waits[k] != w {
			t.Errorf("letter of %s: %q, want %q", k, waits[k], w)
		}
	}
	// A word about a meeting is no answer to 33 demands, nor to the request: both wait.
	for day, since := range map[string]string{"2023-05-24": "24 May 2023", "2023-07-31": "31 July 2023"} {
		if w := waits[day+" chief_executive"]; !strings.HasPrefix(w, "unanswered since "+since) {
			t.Errorf("the letter of %s to the chief executive: %q", since, w)
		}
	}
	for ref, text := range map[string]string{l.OpenLetter: "Today, 68 days later (47 working days), we are still waiting for an answer", l.MinisterLetter: "What we ask of you"} {
		v, err := l.Campaign.VerifyLetter(ctx, actor, ref)
		if err != nil || !v.OK() {
			t.Errorf("%s: %+v, error %v", ref, v, err)
		}
		var pdf bytes.Buffer
		if err := l.Campaign.PrintLetter(ctx, actor, ref, nil, &pdf); err != nil {
			t.Fatal(err)
		}
		got := strings.Join(strings.Fields(pdftest.Check(t, pdf.Bytes())), " ")
		if !strings.Contains(got, text) || !strings.Contains(got, "no ballot is on the public record") {
			t.Errorf("%s does not say %q and that no ballot is on record", ref, text)
		}
	}

	invented := l.actor(access.Organiser, l.InventedBranch)
	draft, err := l.Campaign.Letter(ctx, invented, l.DraftLetter)
	if err != nil {
		t.Fatal(err)
	}
	from, to := campaign.Period(draft.Letter, l.Campaign.Today())
	figures, err := l.Evidence.Figures(ctx, invented, evidence.Query{From: from, To: to})
	if err != nil {
		t.Fatal(err)
	}
	p, err := l.Campaign.Preview(ctx, invented, l.DraftLetter, 0, figures)
	if err != nil {
		t.Fatal(err)
	}
	if draft.Letter.Type != letters.OpenLetter.Slug || draft.Letter.State != models.LetterDraft || len(p.Figures) < 4 || len(p.Problems) > 0 {
		t.Errorf("the draft is a %s, %s, with %d figures and the problems %v", draft.Letter.Type, draft.Letter.State, len(p.Figures), p.Problems)
	}
}

// accounts: one a role, those who run cases and letters in both branches.
func (l loaded) accounts(t *testing.T) {
	var roles access.Roles
	for _, a := range demo.Accounts {
		roles = append(roles, a.Role)
		if _, err := l.People.SignIn(t.Context(), a.Email, demo.Password, "127.0.0.1"); err != nil {
			t.Errorf("%s cannot sign in: %v", a.Role, err)
		}
		_, err := l.People.ActorIn(t.Context(), a.Email, l.RealBranch)
		inBoth := a.Role == access.Caseworker || a.Role == access.Organiser || a.Role == access.Secretary
		if (err == nil) != inBoth {
			t.Errorf("%s in the real branch: %v", a.Role, err)
		}
	}
	if !slices.Equal(roles, access.All) {
		t.Errorf("accounts for %v, want one for each of %v", roles, access.All)
	}
}

// On a Sunday, and on a leap day, there is a case at every stage too.
func TestLoadOnOtherDays(t *testing.T) {
	for _, on := range []civil.Date{civil.On(2026, time.November, 22), civil.On(2028, time.February, 29)} {
		t.Run(on.String(), func(t *testing.T) {
			l := load(t, storetest.SQLite(t, migrate), on)
			statuses := map[models.Status]bool{}
			for _, c := range l.cases(l.InventedBranch) {
				statuses[c.Status] = true
			}
			if len(statuses) != len(models.Stages) {
				t.Errorf("cases at %d of %d statuses", len(statuses), len(models.Stages))
			}
		})
	}
}

func TestTooEarly(t *testing.T) {
	_, err := demo.Load(t.Context(), demo.Rooms{}, demo.NewClock(time.Time{}), civil.On(2024, time.March, 1), func(string) {})
	if models.CodeOf(err) != models.CodeInvalid {
		t.Errorf("loading in 2024: %v, want a sentence", err)
	}
}
