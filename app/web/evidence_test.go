package web_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"

	"commoncase/app/casework"
	"commoncase/models"
	"commoncase/models/access"
	"commoncase/models/civil"
)

// openCases opens n cases of the north branch on a theme and in an area, each with a complaint that was never answered.
func (x *site) openCases(n int, theme models.Theme, area string) []string {
	x.t.Helper()
	ctx, actor := context.Background(), x.actor("secretary@north.example", north)
	var refs []string
	for i := range n {
		c, err := x.app.Casework.OpenCase(ctx, actor, casework.OpenCase{Resident: casework.Resident{Name: fmt.Sprintf("Łukasz Żółć %s %d", area, i), Address: fmt.Sprintf("%d %s Road", i, area), Postcode: "NT1 1AA", Area: area, Tenure: models.TenureAssured}, Theme: theme, Title: "Mould <b>behind</b> the bed", ReceivedOn: civil.MustParse("2025-03-03"), Consent: true})
		if err != nil {
			x.t.Fatal(err)
		}
		for _, e := range []casework.LogEvent{{Kind: models.KindContactAttempt, On: civil.MustParse("2025-03-04")}, {Kind: models.KindComplaintMade, On: civil.MustParse("2025-03-05")}} {
			v, err := x.app.Casework.ReadCase(ctx, actor, c.Ref)
			if err != nil {
				x.t.Fatal(err)
			}
			e.Ref, e.Version = c.Ref, v.Case.Version
			if _, err := x.app.Casework.LogEvent(ctx, actor, e); err != nil {
				x.t.Fatal(err)
			}
		}
		refs = append(refs, c.Ref)
	}
	return refs
}

// card is the text of a figure's card, by the slug of its measure.
func (b *browser) card(measure, part string) string {
	return b.text("#" + measure + " .cc-figure__" + part)
}

func TestEvidencePage(t *testing.T) {
	each(t, func(t *testing.T, x *site) {
		refs := x.openCases(6, models.ThemeDampMould, "Quayside")
		refs = append(refs, x.openCases(2, models.ThemeLeaks, "Hillcrest")...)
		b := x.as(access.Secretary).get("/evidence").want(200)
		if got := b.text("#period"); got != "3 June 2024 to 2 June 2025" {
			t.Errorf("the period is %q", got)
		}
		for measure, want := range map[string]string{"cases": "8", "households": "8", "stage1-late-share": "100 %", "contact-attempts-unanswered": "8 of 8"} {
			if got := b.card(measure, "value"); got != want {
				t.Errorf("%s says %q, want %q", measure, got, want)
			}
		}
		if got := b.card("stage2-late-share", "withheld"); !strings.Contains(got, "Not for publication") {
			t.Errorf("a figure over nothing says %q", got)
		}
		// The chart obeys the policy, is named and described, and stands beside its table.
		chart := b.Page.Find("#by-theme")
		if chart.Find("[role=img] svg").Length() != 1 || chart.Find("svg [style], svg style, svg script").Length() != 0 || chart.Find("#by-theme-description").Text() == "" ||
			!strings.Contains(chart.Find("figcaption").Text(), "n = 8 cases opened, 3 June 2024 to 2 June 2025") {
			t.Errorf("the chart: %s", chart.Find("figcaption").Text())
		}
		if got := b.text("#by-theme tbody"); got != "Damp and mould6, Damp and mould * (not for publication)100 % (6 of 6), Damp and mould * (not for publication)none due yet "+
			"Leaks2, Leaks * (not for publication)100 % (2 of 2), Leaks * (not for publication)none due yet" {
			t.Errorf("the table by theme: %q", got)
		}
		if b.Page.Find("main [style]").Length() != 0 || b.Page.Find("main script").Length() != 0 {
			t.Error("the page has an inline style or script")
		}
		// A figure opens the cases behind it, and a case opens from there.
		b.get(b.Page.Find("#stage1-late-share .cc-figure__link a").AttrOr("href", "")).want(200)
		if n := b.Page.Find("tbody tr").Length(); n != 8 {
			t.Errorf("%d cases behind the figure", n)
		}
		b.says("tbody tr:first-child", "Łukasz Żółć Quayside 0").says("tbody tr:first-child", "Mould <b>behind</b> the bed").says("tbody tr:first-child", "overdue")
		b.get(b.Page.Find("tbody tr:first-child a").AttrOr("href", "")).want(200).says("main", refs[0])
		// So does a cell.
		b.get("/evidence").get(b.Page.Find("#by-area tbody tr:first-child td a").First().AttrOr("href", "")).want(200).says("main", "Area: Hillcrest")
		if n := b.Page.Find("tbody tr").Length(); n != 2 {
			t.Errorf("%d cases behind the cell", n)
		}
	})
}

// An organiser sees numbers and references: no name, no title, no area of few homes, no link into a case.
func TestEvidenceForOrganisers(t *testing.T) {
	x := one(t)
	x.openCases(6, models.ThemeDampMould, "Quayside")
	x.openCases(2, models.ThemeLeaks, "Hillcrest")
	b := x.as(access.Organiser).get("/evidence").want(200)
	if got := b.text("#by-area tbody"); strings.Count(got, "held back") != 4 || strings.Contains(got, "6") {
		t.Errorf("by area an organiser sees %q", got)
	}
	if b.Page.Find("#area option").FilterFunction(func(_ int, o *goquery.Selection) bool { return o.Text() == "Hillcrest" }).Length() != 0 {
		t.Error("an organiser may single out an area of two homes")
	}
	b.get("/evidence?area=Hillcrest").want(422)
	b.get("/evidence/figures/cases").want(200)
	for _, never := range []string{"Łukasz", "Mould", "Hillcrest", "Road", "NT1"} {
		if strings.Contains(b.text("main"), never) {
			t.Errorf("an organiser is shown %q", never)
		}
	}
	b.says("main", "withheld").says("main", "NOR-25-")
	if b.Page.Find("main a[href^='/cases']").Length() != 0 {
		t.Error("an organiser is led into a case")
	}
}

// Who may not see figures gets none of the pages.
func TestEvidenceGuards(t *testing.T) {
	x := one(t)
	for _, role := range []access.Role{access.Member, access.Helper, access.Guardian, access.Operator} {
		for _, path := range []string{"/evidence", "/evidence/figures/cases", "/evidence/figures.csv", "/evidence/snapshots/" + strings.Repeat("a", 64)} {
			if b := x.as(role).get(path); b.Status != 403 {
				t.Errorf("%s gets %s with status %d", role, path, b.Status)
			}
		}
	}
	b := x.as(access.Caseworker).get("/evidence").want(200)
	if b.Page.Find("#freeze").Length() != 0 {
		t.Error("a caseworker is offered a snapshot")
	}
}

// A date that is none gets a sentence, and nothing that was typed is lost.
func TestEvidenceBadDates(t *testing.T) {
	x := one(t)
	b := x.as(access.Secretary)
	for name, c := range map[string]struct{ query, sentence, selector, kept string }{
		"a day that does not exist":           {"from-day=30&from-month=2&from-year=2025&theme=leaks", "February 2025 has no day 30", "#from", "30"},
		"letters":                             {"to-day=x&to-month=2&to-year=2025", "in numbers", "#to", "x"},
		"a year alone":                        {"from-day=&from-month=&from-year=2025", "must have a day and a month", "#from-year", "2025"},
		"an end before the beginning":         {"from-day=2&from-month=5&from-year=2025&to-day=1&to-month=5&to-year=2025", "before it begins", "#to", "1"},
		"a link that somebody mistyped":       {"from=2025-02-30", "date of the beginning", "#from", "2025-02-30"},
		"a theme that is none":                {"theme=weather", "Choose a theme", "#from", ""},
		"an area that is none":                {"area=Atlantis", "no figures for this area", "#area option[selected]", "Atlantis"},
		"a beginning that lies in the future": {"from=2031-01-01&to=2030-01-01", "before it begins", "#to-year", "2030"},
	} {
		b.get("/evidence?" + c.query).want(422)
		if got := b.errors(); !strings.Contains(got, c.sentence) {
			t.Errorf("%s: the summary says %q", name, got)
		}
		if got := b.Page.Find(c.selector).AttrOr("value", ""); got != c.kept {
			t.Errorf("%s: %s holds %q, want %q", name, c.selector, got, c.kept)
		}
	}
	b.get("/evidence?from-day=30&from-month=2&from-year=2025&theme=leaks")
	if got := b.Page.Find("#theme option[selected]").AttrOr("value", ""); got != "leaks" {
		t.Errorf("the theme came back as %q", got)
	}
	// Empty dates are all time, and a period to come is a period without figures.
	b.get("/evidence?from-day=&from-month=&from-year=&to-day=&to-month=&to-year=").want(200).says("#period", "Everything up to 2 June 2025")
	b.get("/evidence?from=2030-01-01").want(200)
	b.get("/evidence/figures/happiness").want(404)
	b.get("/evidence/figures/cases?from=yesterday").want(422)
}

// Before the first case the page says what to do first; when the last year is empty it shows all time.
func TestEvidenceEmpty(t *testing.T) {
	x := one(t)
	b := x.as(access.Secretary).get("/evidence").want(200).says("#no-cases", "Open the first case")
	if b.Page.Find("#no-cases a[href='/cases/new']").Length() != 1 {
		t.Error("the empty page does not lead to the first case")
	}
	x.as(access.Organiser).get("/evidence").want(200).says("#no-cases", "A caseworker opens the first case")
	x.openCases(1, models.ThemeLeaks, "")
	x.pass(800 * 24 * 3600e9)
	b = x.as(access.Secretary).get("/evidence").want(200).says("main", "figures of all time")
	if got := b.card("cases", "value"); got != "1" {
		t.Errorf("all time has %q cases", got)
	}
}

// A snapshot stays as it was when the cases move on, proves itself, and can be printed; the spreadsheet holds what may leave.
func TestSnapshotAndSpreadsheet(t *testing.T) {
	x := one(t)
	refs := x.openCases(6, models.ThemeDampMould, "Quayside")
	b := x.as(access.Secretary).get("/evidence").submit("#freeze", nil).want(200)
	page := b.Path
	if !strings.HasPrefix(page, "/evidence/snapshots/") {
		t.Fatalf("taking a snapshot leads to %s", page)
	}
	b.says("#proof", "fit the hash").says("main", strings.TrimPrefix(page, "/evidence/snapshots/")).says("main", "by "+names[4])
	x.openCases(1, models.ThemeLeaks, "")
	b.get("/evidence").want(200).submit("#freeze", nil).want(200)
	if b.Path == page {
		t.Error("other figures are the same snapshot")
	}
	b.get("/evidence").want(200)
	if n := b.Page.Find("#snapshots li").Length(); n != 2 {
		t.Errorf("%d snapshots in the list", n)
	}
	b.get(page).want(200)
	if got := b.text("tbody tr:first-child"); !strings.HasPrefix(got, "Cases66") {
		t.Errorf("the first frozen figure is %q", got)
	}
	b.get(page+"?print=1").want(200).says("main", refs[5])
	if b.Page.Find("main form").Length() != 0 || b.Page.Find("nav[aria-label=Main]").Length() != 0 {
		t.Error("the view for printing has a form or navigation")
	}
	if x.as(access.Organiser).get(page).want(200); x.signedIn("secretary@south.example").get(page).Status != 404 {
		t.Error("another branch sees the snapshot")
	}

	b.get("/evidence/figures.csv").want(200)
	csv := string(b.Body)
	if !strings.HasPrefix(csv, "\ufefffigure,name,") || !strings.Contains(csv, "\r\ncases,Cases,7,cases,7,7,") || !strings.Contains(csv, "\r\nstage2-late-share,Stage 2 answers late,,per cent,held back,,") {
		t.Errorf("the spreadsheet: %s", csv)
	}
	if got := b.Header.Get("Content-Disposition"); got != `attachment; filename="figures-2025-06-02.csv"` {
		t.Errorf("Content-Disposition is %q", got)
	}
}

// The incident shows what was said, who contradicts it, and the words of those alone who may be quoted; the register its findings.
func TestIncidentAndFindings(t *testing.T) {
	each(t, func(t *testing.T, x *site) {
		ctx, actor := context.Background(), x.actor("organiser@north.example", north)
		must := func(err error) {
			t.Helper()
			if err != nil {
				t.Fatal(err)
			}
		}
		x.as(access.Member).get("/incidents").want(200).says("main", "keeps no incident yet")
		x.as(access.Member).get("/findings").want(200).says("main", "No finding is in the register yet")
		in := models.Incident{Slug: "outage-2022", Title: "Systems down", StartedOn: civil.MustParse("2022-06-17"), EndedOn: civil.MustParse("2022-11-17"),
			EndNote: "month known, day assumed", Homes: 125000, Summary: "Phones & e-mail stopped.", Source: "https://news.example/outage"}
		must(x.app.Evidence.AddIncident(ctx, actor, &in))
		said := models.Statement{On: civil.MustParse("2022-06-23"), Kind: models.StatementLandlord, Channel: models.ChannelPress, Claim: "All is <well>", Source: "press", Note: "week known, day assumed"}
		must(x.app.Evidence.AddStatement(ctx, actor, in.Slug, &said))
		before, since := 2, 31
		must(x.app.Evidence.AddImpactReport(ctx, actor, in.Slug, &models.ImpactReport{On: civil.MustParse("2022-07-13"), Since: civil.MustParse("2022-06-28"), Theme: "phishing",
			Impact: "Flooded with phishing", BeforeMonth: &before, SinceCount: &since, Quote: models.QuoteAnonymous, Contradicts: said.ID}))
		must(x.app.Evidence.AddImpactReport(ctx, actor, in.Slug, &models.ImpactReport{On: civil.MustParse("2022-07-13"), Theme: "retaliation", Impact: "A secret", Area: "Secret Street", Quote: models.QuoteNone}))
		for _, f := range []models.Finding{
			{Published: "2022-04", Grade: models.GradeSevereMaladministration, Subject: "Complaint handling", Source: "press"},
			{Published: "2022-10", Grade: models.GradeSpecialReport, Subject: "The landlord as a whole", Source: "press", Reference: "202200001"},
		} {
			must(x.app.Evidence.AddFinding(ctx, actor, &f))
		}

		b := x.as(access.Member).get("/incidents").want(200)
		b.get(b.Page.Find("#incidents a").AttrOr("href", "")).want(200)
		b.says("h1", "Systems down").says("main", "17 June 2022 to 17 November 2022").says("main", "month known, day assumed").says("main", "5 whole months").says("main", "125,000")
		b.says(".moj-timeline", "All is <well>").says(".moj-timeline", "Contradicted by 1 report").says(".moj-timeline", "23 June 2022 (week known, day assumed)")
		b.says("main", "Flooded with phishing").says("main", "2 times a month before, 31 times since").says("main", "may not be quoted")
		if got := string(b.Body); strings.Contains(got, "A secret") || strings.Contains(got, "Secret Street") {
			t.Error("a resident is quoted who does not want to be")
		}
		anchor := b.Page.Find(".cc-report a[href^='#statement-']").AttrOr("href", "#none")
		if b.Page.Find(anchor).Length() != 1 {
			t.Errorf("the statement that is contradicted is not at %s", anchor)
		}
		if link := b.Page.Find("main a[href='https://news.example/outage']"); link.Length() != 1 || link.AttrOr("rel", "") != "noreferrer external" {
			t.Error("the source is no link")
		}
		b.get("/incident/none").want(404)
		x.signedIn("secretary@south.example").get("/incident/outage-2022").want(404)

		b.get("/findings").want(200).says("tbody tr:first-child", "October 2022").says("tbody tr:first-child", "202200001").says("main", "Severe maladministration (1)")
		b.get(b.Page.Find("main nav a").Eq(1).AttrOr("href", "")).want(200)
		if n := b.Page.Find("tbody tr").Length(); n != 1 {
			t.Errorf("%d findings of one grade", n)
		}
		b.get("/findings?grade=bad").want(422)
		x.signedIn("secretary@south.example").get("/findings").want(200).says("main", "No finding is in the register yet")
	})
}
