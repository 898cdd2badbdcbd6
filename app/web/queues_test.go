package web_test

import (
	"encoding/csv"
	"net/url"
	"strconv"
	"strings"
	"testing"

	"commoncase/app/casework"
	"commoncase/app/store/storetest"
	"commoncase/models"
	"commoncase/models/access"
	"commoncase/models/civil"
)

// tick opens a queue and returns what its form sends with the boxes of these cases ticked; all where none is named.
func (b *browser) tick(path string, refs ...string) url.Values {
	b.site.t.Helper()
	b.get(path).want(200)
	sent := formValues(b.Page.Find("#queue"))
	b.Page.Find("#queue input[name=case]").Each(func(_ int, box *selection) {
		value := box.AttrOr("value", "")
		ref, _, _ := strings.Cut(value, ":")
		if len(refs) == 0 {
			sent.Add("case", value)
		}
		for _, r := range refs {
			if r == ref {
				sent.Add("case", value)
			}
		}
	})
	return sent
}

func TestQueuePages(t *testing.T) {
	each(t, func(t *testing.T, x *site) {
		b := x.as(access.Caseworker)
		b.get("/queues").want(200).says("#queues", "None")
		for _, q := range models.Queues {
			b.get("/queues/"+string(q)).want(200).says("h1", q.Label())
			if text := b.text(".govuk-inset-text"); len(text) < 60 {
				t.Errorf("the empty queue %s says %q", q, text)
			}
		}
		b.get("/queues/nonsense").want(404)
		b.get("/queues/nonsense/list.csv").want(404)

		first, second := x.aCase("2025-04-01"), x.aCase("2025-04-14")
		b.get("/").want(200).says("#home-queues", "Overdue by the landlord: 2 cases")
		b.get("/queues").want(200).says("#queues", "2 cases")
		b.get("/queues/overdue").want(200).says(".cc-queue:first-child", first).says(".cc-queue:first-child .govuk-tag", "Overdue").says(".cc-queue:first-child", "Acknowledge the complaint (Code 2024,")
		b.get("/queues/overdue?sort=days").says(".cc-queue:first-child", second)

		// every row of the queue of silence is a case whose page says the same
		b.get("/queues/silent").want(200).says(".cc-queue:first-child", first).says(".cc-queue .govuk-tag", "Silent 62 days")
		b.get("/cases/"+first).says(".cc-flags", "Landlord silent since 1 April 2025")

		// nothing ticked, nobody chosen: said, and what was ticked stays
		b.get("/queues/overdue?sort=days").submit("#queue", nil).want(422).says("#case-error", "Tick").says("#assigned_to-error", "Choose")
		sent := b.tick("/queues/overdue?sort=days", first)
		b.post("/queues/overdue/assign?sort=days", sent).want(422).says("#assigned_to-error", "Choose")
		if got := b.Page.Find("input[name=case][checked]").AttrOr("value", ""); !strings.HasPrefix(got, first) {
			t.Errorf("after the refusal %q is ticked", got)
		}
		sent.Set("assigned_to", "all of them")
		b.post("/queues/overdue/assign", sent).want(422).says("#assigned_to-error", "Choose")

		// somebody changes one of two cases meanwhile: it is left, and named
		sent = b.tick("/queues/overdue?who=unassigned")
		sent.Set("assigned_to", itoa(x.actor("caseworker@north.example", north).AccountID))
		x.as(access.Secretary).log(second, models.KindNote, day("on", "2025-06-01").and(values{"note": "Rang."}))
		b.post("/queues/overdue/assign?who=unassigned", sent).want(200).says(".govuk-notification-banner", "1 case is assigned").says(".govuk-notification-banner", second).says(".cc-queue", second)
		if b.Page.Find(".cc-queue").Length() != 1 || !strings.Contains(b.Path, "who=unassigned") {
			t.Errorf("it led to %s with %d cases", b.Path, b.Page.Find(".cc-queue").Length())
		}
		b.get("/queues/overdue?who=mine").says(".cc-queue", first)

		// letters: asked first, and those without consent are named
		b.log(second, models.KindConsentWithdrawn, day("on", "2025-06-01"))
		sent = b.tick("/queues/overdue")
		b.post("/queues/overdue/chase", url.Values{"csrf": {b.csrf()}}).want(422).says("#case-error", "Tick")
		b.post("/queues/overdue/chase", sent).want(200).says("#ready", first).says("#left", second).says("#left", "consent")
		b.submit("#drafts", nil).want(200).says(".govuk-notification-banner", "1 letter is drafted").says(".govuk-notification-banner", first)
		b.get("/queues/overdue").want(200)
		b.post("/queues/overdue/drafts", url.Values{"csrf": {b.csrf()}, "case": {second, "NOR-25-9999-X"}}).want(200).says(".govuk-notification-banner", "Nothing was done").says(".govuk-notification-banner", second)

		other := x.signedIn("secretary@south.example")
		if other.get("/queues/overdue").want(200); other.Page.Find(".cc-queue").Length() != 0 {
			t.Error("the other branch sees the queue")
		}
		sent.Set("csrf", other.csrf())
		sent.Set("assigned_to", "0")
		other.post("/queues/overdue/assign", sent).want(200).says(".govuk-notification-banner", "Nothing was done")
	})
}

func TestQueueAsASpreadsheet(t *testing.T) {
	x := one(t)
	staff := x.actor("caseworker@north.example", north)
	x.manyCases(60)
	c, err := x.app.Casework.OpenCase(t.Context(), staff, casework.OpenCase{Resident: casework.Resident{Name: "=cmd|' /C calc'!A0", Tenure: models.TenureSecure}, Theme: models.ThemeLeaks, Title: "+leak", ReceivedOn: civil.MustParse("2025-01-06"), Consent: true})
	if err == nil {
		_, err = x.app.Casework.LogEvent(t.Context(), staff, casework.LogEvent{Ref: c.Ref, Version: c.Version, Kind: models.KindComplaintMade, On: civil.MustParse("2025-04-01")})
	}
	if err != nil {
		t.Fatal(err)
	}
	b := x.as(access.Caseworker).get("/queues/overdue?sort=reference").want(200)
	b.get(b.Page.Find("#csv").AttrOr("href", "")).want(200)
	if got := b.Header.Get("Content-Disposition"); !strings.Contains(got, "overdue-2025-06-02.csv") {
		t.Errorf("it is called %q", got)
	}
	body, marked := strings.CutPrefix(string(b.Body), "\ufeff")
	rows, err := csv.NewReader(strings.NewReader(body)).ReadAll()
	if err != nil || !marked || len(rows) != 22 {
		t.Fatalf("%d rows, mark %v, %v", len(rows), marked, err)
	}
	found := false
	for i, r := range rows[1:] {
		if i > 0 && r[0] < rows[i][0] {
			t.Errorf("%s stands after %s", r[0], rows[i][0])
		}
		if r[0] == c.Ref {
			found = true
			if r[1] != "'+leak" || !strings.HasPrefix(r[2], "'=cmd") || !strings.HasPrefix(r[9], "Overdue") || r[8] == "" {
				t.Errorf("the row is %q", r)
			}
		}
	}
	if !found {
		t.Error("the last case is not among the rows")
	}
	if b.get("/queues/silent/list.csv?who=mine").want(200); len(strings.Split(strings.TrimSpace(string(b.Body)), "\n")) != 1 {
		t.Errorf("an empty queue is %q", b.Body)
	}
	for _, role := range []access.Role{access.Member, access.Organiser, access.Guardian} {
		x.as(role).get("/queues/overdue/list.csv").want(403)
	}
}

// TestQueueBudget: a queue of 1 case and one of 50 cost the same number of queries.
func TestQueueBudget(t *testing.T) {
	dbURL, executed := counter(t, storetest.Postgres(t, prepared))
	x := newSite(t, dbURL)
	b := x.as(access.Caseworker)
	cost := func(path string) int64 { return b.cost(path, executed) }
	x.aCase("2025-04-01")
	paths := []string{"/queues", "/queues/overdue", "/queues/silent", "/queues/overdue?sort=caseworker"}
	one := map[string]int64{}
	for _, p := range paths {
		one[p] = cost(p)
	}
	x.manyCases(150)
	if b.get("/queues/overdue"); b.Page.Find(".cc-queue").Length() != 50 {
		t.Fatalf("the queue has %d rows, want 50", b.Page.Find(".cc-queue").Length())
	}
	b.says(".cc-page-count", "51 cases").get(b.Page.Find(".govuk-pagination__next a").AttrOr("href", "")).want(200)
	if b.Page.Find(".cc-queue").Length() != 1 {
		t.Errorf("the second page has %d rows", b.Page.Find(".cc-queue").Length())
	}
	for _, p := range paths {
		if fifty := cost(p); one[p] == 0 || one[p] > 6 || fifty != one[p] {
			t.Errorf("%s costs %d queries for 1 case and %d for %s; they are the same, and at most 6", p, one[p], fifty, strconv.Itoa(51))
		}
	}
}
