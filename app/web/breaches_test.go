package web_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"commoncase/app/casework"
	"commoncase/app/document/pdftest"
	"commoncase/models"
	"commoncase/models/access"
	"commoncase/models/civil"
)

// happened adds an event to a case of the north branch with its newest version, and returns its number.
func (x *site) happened(ref string, cmd casework.LogEvent) int64 {
	x.t.Helper()
	ctx := context.Background()
	actor := x.actor("caseworker@north.example", north)
	v, err := x.app.Casework.ReadCase(ctx, actor, ref)
	if err != nil {
		x.t.Fatal(err)
	}
	cmd.Ref, cmd.Version = ref, v.Case.Version
	out, err := x.app.Casework.LogEvent(ctx, actor, cmd)
	if err != nil {
		x.t.Fatalf("%s on %s: %v", cmd.Kind, cmd.On, err)
	}
	return out.Event.ID
}

// opened is a new case of the north branch, of a tenant.
func (x *site) opened(name string) string {
	x.t.Helper()
	c, err := x.app.Casework.OpenCase(context.Background(), x.actor("caseworker@north.example", north), casework.OpenCase{Resident: casework.Resident{Name: name, Address: "1 Quay", Tenure: models.TenureAssured},
		Theme: models.ThemeDampMould, Title: "Mould by the window", ReceivedOn: civil.MustParse("2025-01-06"), Consent: true})
	if err != nil {
		x.t.Fatal(err)
	}
	return c.Ref
}

func on(kind models.Kind, day string) casework.LogEvent {
	return casework.LogEvent{Kind: kind, On: civil.MustParse(day)}
}

func TestABreachHasACertificate(t *testing.T) {
	x := one(t)
	ref := x.opened("Łukasz Żółć")
	x.happened(ref, on(models.KindComplaintMade, "2025-04-01"))
	x.happened(ref, on(models.KindComplaintAcknowledged, "2025-04-03"))
	b := x.as(access.Caseworker).get("/cases/"+ref).want(200).says("main", "Judged by the rulebook, version")
	link := b.Page.Find("#breaches-title ~ ul a[href*='stage1-response']").First()
	path := link.AttrOr("href", "")
	if !strings.Contains(link.Text(), "Stage 1 response: overdue") || path == "" {
		t.Fatalf("the list of breaches says %q", link.Text())
	}
	b.get(path).want(200).says("h1", "Stage 1 response").says("main", "3 April 2025: Complaint acknowledged").says("main", "clause 6.3").
		says(".cc-month__day--due", "17").says(".cc-month__day--today", "today").says(".cc-legend", "Friday 18 April 2025: Good Friday").says(".govuk-back-link", ref)
	if n := b.Page.Find(".cc-month").Length(); n != 3 {
		t.Errorf("it shows %d months", n)
	}
	b.get(b.Page.Find("#certificate").AttrOr("href", "")).want(200)
	if got := b.Header.Get("Content-Type"); got != "application/pdf" || !strings.Contains(b.Header.Get("Content-Disposition"), "breach-"+ref+"-code-2024.stage1-response.pdf") {
		t.Errorf("it is sent as %s, %s", got, b.Header.Get("Content-Disposition"))
	}
	pdftest.InOrder(t, pdftest.Check(t, b.Body), "North branch", "Breach certificate", "Łukasz Żółć", "Good Friday")
	for _, wrong := range []string{"/breaches/nonsense", "/breaches/%00", "/breaches/code-2024.stage2-response", "/breaches/nonsense/certificate.pdf", "/checks/0", "/checks/x", "/checks/99999"} {
		b.get("/cases/" + ref + wrong).want(404)
	}
	x.signedIn("secretary@south.example").get(path).want(404)
	x.as(access.Member).get(path).want(404)
}

// Two caseworkers check one letter: the second is told what the first did, and keeps their ticks.
func TestALetterIsChecked(t *testing.T) {
	each(t, func(t *testing.T, x *site) {
		ref := x.opened("Niamh Ní Bhriain")
		x.happened(ref, on(models.KindComplaintMade, "2025-05-09"))
		x.happened(ref, on(models.KindComplaintAcknowledged, "2025-05-12"))
		letter := x.happened(ref, on(models.KindStage1Response, "2025-05-19"))
		check := "/cases/" + ref + "/checks/" + itoa(letter)
		first := x.as(access.Caseworker).get("/cases/"+ref).want(200).says("#event-"+itoa(letter)+" a[href='"+check+"']", "Check this letter against Code 2024")
		first.get(check).want(200).says("main", "19 May 2025: Stage 1 response").says("main", "The letter itself is not on the case")
		second := x.as(access.Secretary).get(check).want(200)
		items := first.Page.Find("input[name=found]:not([value='nothing'])")
		if items.Length() < 3 {
			t.Fatalf("the list has %d items", items.Length())
		}
		a, z := items.First().AttrOr("value", ""), items.Last().AttrOr("value", "")
		empty := map[string][]string{"csrf": {first.csrf()}, "version": {first.Page.Find("input[name=version]").AttrOr("value", "")}}
		first.post(check, empty).want(422).says("#found-error", "tick the last box")
		empty["found"] = []string{a, "nothing"}
		first.post(check, empty).want(422).says("#found-error", "Take one away")
		first.submit("#check", values{"found": a, "note": "Read with the resident."}).want(200).says("main", "things are missing").says("#event-"+itoa(letter), "Checked: "+itoa(int64(items.Length()-1))+" items missing")

		second.submit("#check", values{"found": z}).want(409).says("#meanwhile", names[2]).says("#meanwhile", "Event added").says("main", "This letter was checked on 2 June 2025")
		if got := second.Page.Find("input[name=found][checked]"); got.Length() != 1 || got.AttrOr("value", "") != z {
			t.Error("the ticks of the second are lost")
		}
		second.submit("#check", values{"found": z}).want(200)
		second.get(check).want(200)
		if got := second.Page.Find("input[name=found][checked]"); got.Length() != 1 || got.AttrOr("value", "") != z {
			t.Error("the second check does not stand")
		}
		second.post(check, map[string][]string{"csrf": {second.csrf()}, "version": {second.Page.Find("input[name=version]").AttrOr("value", "")}, "found": {"nonsense"}}).want(422).says("#found-error", "does not have")
		second.get(check).want(200).submit("#check", values{"found": "nothing"}).want(200).says("#event-"+itoa(letter), "Checked: "+itoa(int64(items.Length()))+" items missing")
		x.as(access.Member).get(check).want(403)
	})
}

// Two assign one case: the second sees who was first, and to whom it belongs now.
func TestTwoAssignACase(t *testing.T) {
	x := one(t)
	ref := x.opened("Seán O'Connor")
	first, second := x.as(access.Caseworker).get("/cases/"+ref).want(200), x.as(access.Secretary).get("/cases/"+ref).want(200)
	first.submit("#assign", values{"assigned_to": itoa(x.actor("caseworker@north.example", north).AccountID)}).want(200)
	x.happened(ref, on(models.KindIssueReported, "2025-04-01"))
	second.submit("#assign", values{"assigned_to": itoa(x.actor("secretary@north.example", north).AccountID)}).want(409).
		says("#meanwhile", names[2]).says("#meanwhile", "Case assigned").says("#meanwhile", "Event added (Problem reported").says(".cc-casehead__whose", "with "+names[2])
	second.submit("#assign", values{"assigned_to": itoa(x.actor("secretary@north.example", north).AccountID)}).want(200)
}

// What runs beside the complaint stands under a heading of its own, with hours and clocks that stand still; the longer policy is flagged; what the
// resident can lose is said.
func TestTheCasePageShowsEveryClock(t *testing.T) {
	x := one(t)
	x.pass(200 * 24 * time.Hour) // 19 December 2025
	ref := x.opened("আনিকা রহমান")
	hazard := casework.LogEvent{Kind: models.KindHazardReported, On: civil.MustParse("2025-12-15"), At: civil.At(14, 30), Urgency: models.UrgencyEmergency}
	opener := x.happened(ref, hazard)
	request := casework.LogEvent{Kind: models.KindRequestMade, On: civil.MustParse("2025-12-01"), Procedure: models.ProcedureSubjectAccess}
	asked := x.happened(ref, request)
	x.happened(ref, casework.LogEvent{Kind: models.KindClarificationAsked, On: civil.MustParse("2025-12-05"), About: asked})
	b := x.as(access.Caseworker).get("/cases/" + ref).want(200)
	b.says("#thread-"+itoa(opener), "Hazard, 15 December 2025").says("#thread-"+itoa(asked), "Subject access request, 1 December 2025")
	b.says("section[aria-labelledby=thread-"+itoa(opener)+"]", "Due 16 December 2025 at 14:30").says("section[aria-labelledby=thread-"+itoa(asked)+"]", "Stopped since 5 December 2025")
	path := b.Page.Find("#breaches-title ~ ul a[href*='emergency-hazard']").AttrOr("href", "")
	b.get(path).want(200).says("main", "15 December 2025 at 14:30").says("main", "hours so far").says(".cc-month__day--due", "16")
	b.get(path + "/certificate.pdf").want(200)
	pdftest.InOrder(t, pdftest.Check(t, b.Body), "16 December 2025 at 14:30", "hours so far", "December 2025")

	old := x.opened("محمد")
	x.happened(old, on(models.KindIssueReported, "2023-05-01"))
	x.happened(old, on(models.KindComplaintMade, "2023-05-09"))
	x.happened(old, on(models.KindComplaintAcknowledged, "2023-05-11"))
	x.happened(old, on(models.KindStage1Response, "2023-05-26"))
	b.get("/cases/"+old).want(200).says(".govuk-inset-text", "policy is longer than the Code").says("main", "longer than the Code allows")

	late := x.opened("Trần Thị Hoa")
	x.happened(late, on(models.KindIssueReported, "2025-02-03"))
	b.get("/cases/"+late).want(200).says("#limits-title + .cc-limit", "Until 3 February 2026").says(".cc-limit .govuk-warning-text", "too old")
}

// The steps that cannot be taken yet, and those that lead off the road, stand apart from those that can be taken today.
func TestStepsStandInTheirParts(t *testing.T) {
	x := one(t)
	ref := x.opened("Ngozi Adeyemi")
	x.happened(ref, on(models.KindComplaintMade, "2025-05-29"))
	b := x.as(access.Caseworker).get("/cases/" + ref).want(200)
	b.says(".cc-steps__head", "Not yet").says(".cc-step--not-yet", "Not before")
	if n := b.Page.Find(".cc-step--not-yet .cc-step__do").Length(); n != 0 {
		t.Errorf("%d steps that cannot be taken yet offer to be taken", n)
	}
	if n := b.Page.Find("#other-roads .cc-step--not-yet").Length(); n != 0 {
		t.Errorf("%d of the other roads cannot be taken yet", n)
	}
	x.pass(60 * 24 * time.Hour)
	b = x.as(access.Caseworker).get("/cases/" + ref).want(200)
	if href := b.Page.Find(".cc-step__do .govuk-button").First().AttrOr("href", ""); !strings.HasPrefix(href, "/cases/"+ref+"/letters/new?type=") {
		t.Errorf("the letter of the first step is at %q", href)
	}
}
