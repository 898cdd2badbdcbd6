package web_test

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"commoncase/app/intake"
	"commoncase/app/store/storetest"
	"commoncase/app/web/browsertest"
	"commoncase/models"
	"commoncase/models/access"
)

// tells lets somebody tell the north branch a story through the front door.
func (x *site) tells(change func(*models.Answers), files ...upload) models.Story {
	x.t.Helper()
	ctx := context.Background()
	session, _, err := x.app.Intake.Start(ctx, north, "pl", models.Actor{})
	if err == nil {
		err = x.app.Intake.Save(ctx, session, func(a *models.Answers) {
			*a = models.Answers{Address: "12 Wren House", Postcode: "ZZ99 3VZ", Area: "Mill Lane", Landlord: "Harbour & Vale", Themes: []models.Theme{models.ThemeDampMould},
				Story: "Pleśń w sypialni", Since: "about March 2025", Reported: "yes", ReportedWhen: "po Wielkanocy", AtRisk: []string{"baby"}, Wanted: "Naprawy",
				Name: "Łukasz Żółć", Phone: "07700 900123", SafeWays: []string{"phone"}, SafeTimes: "po 18", DoNotName: true, ReadRetaliation: true,
				Consents: map[models.Purpose]models.ConsentValue{models.PurposeRecord: models.ConsentYes, models.PurposeAct: models.ConsentYes, models.PurposeCount: models.ConsentNo}}
			if change != nil {
				change(a)
			}
		})
	}
	for _, f := range files {
		if err == nil {
			_, err = x.app.Intake.AddFile(ctx, session, f.name, models.FileEvidence, strings.NewReader(string(f.body)))
		}
	}
	var story models.Story
	if err == nil {
		story, err = x.app.Intake.Send(ctx, session, intake.Sending{})
	}
	if err != nil {
		x.t.Fatal(err)
	}
	return story
}

func TestInboxOfStories(t *testing.T) {
	each(t, func(t *testing.T, x *site) {
		b := x.as(access.Caseworker).get("/stories").want(200).says(".govuk-inset-text", "takes no stories yet").says(".govuk-inset-text", "/tell/north")
		x.as(access.Secretary).get("/stories").want(200).says(".govuk-inset-text a", "open the story form")
		x.openIntake(true)
		b.get("/stories").says(".govuk-inset-text", "Give out this address")
		for _, tab := range []string{"answered", "asked", "held", "done", "nonsense"} {
			if text := b.get("/stories?tab=" + tab).want(200).text(".govuk-inset-text"); text == "" {
				t.Errorf("the empty part %s says nothing", tab)
			}
		}
		s := x.tells(nil)
		b.get("/stories").says(".moj-sub-navigation", "Waiting (1)").says(".cc-case", "Damp and mould").says(".cc-case", "told in Polish").says(".cc-case .govuk-tag", "Baby")
		if strings.Contains(b.text("body"), "ukasz") {
			t.Error("the inbox names the teller")
		}
		for _, role := range []access.Role{access.Member, access.Helper, access.Organiser, access.Guardian, access.Operator} {
			x.as(role).get("/stories").want(http.StatusForbidden).get("/stories/" + s.Ref).want(http.StatusForbidden)
		}
		x.signedIn("secretary@south.example").get("/stories/" + s.Ref).want(404)

		b.get("/stories/"+s.Ref).want(200).says("h1", "Damp and mould").says(".govuk-warning-text", "Only by phone").says(".govuk-warning-text", "Do not name the landlord").
			says("#told", "Pleśń").says("main", "“about March 2025”").says("main", "07700 900123").says("main", "They sent no files")
		if strings.Contains(b.text("title"), "ukasz") {
			t.Error("the title of the page names the teller")
		}
		// translations are added, and what is wrong keeps what was typed
		b.submit("#translation-form", values{"lang": "en", "translation": "Mould in the bedroom"}).want(422).says("#made_by-error", "who made it").says("textarea[name=translation]", "Mould")
		b.submit("#translation-form", values{"made_by": "Anika, a neighbour"}).want(200).says("main", "Translated by Anika, a neighbour")
		// asked back, and the page of the teller's side is unread no more
		b.submit("#ask", values{"body": ""}).want(422).says("#body-error", "Write what")
		b.submit("#ask", values{"body": "Ile lat ma dziecko?"}).want(200).says(".govuk-notification-banner", "stands on their page").says("main", "Ile lat ma dziecko?")
		b.get("/stories").says(".moj-sub-navigation", "Asked back (1)").says(".moj-sub-navigation", "Waiting (0)")
		// refused after a look at what they read, and back
		b.get("/stories/"+s.Ref+"/refuse").want(200).submit("#refuse-form", nil).want(422).says("#reason-error", "Write why")
		b.submit("#refuse-form", values{"reason": "Another landlord"}).want(200).says("#reason-shown", "Another landlord")
		b.submit("#refuse-form", nil).want(200).says("#state", "Refused")
		b.get("/stories?tab=done&q=mill").says(".cc-case", "Refused").get("/stories?tab=done&q=nowhere").says(".govuk-inset-text", "No story fits")
		b.get("/stories/"+s.Ref+"/undo").want(200).says("#does", "goes back to the inbox").submit("#undo-form", nil).want(200).says("#state", "In the inbox")
		b.get("/stories/" + s.Ref + "/undo").want(200)
		if !strings.HasSuffix(b.Path, s.Ref) {
			t.Errorf("with nothing to undo the page is %s", b.Path)
		}
	})
}

func TestAStoryIntoACaseByItsPages(t *testing.T) {
	each(t, func(t *testing.T, x *site) {
		x.openIntake(true)
		s := x.tells(nil)
		b := x.as(access.Caseworker).get("/stories/"+s.Ref+"/case").want(200).says("#along", "acts for them").says("#along", "not want to be counted").says("main", "po Wielkanocy")
		open := b.Page.Find("#turn-form")
		if got := formValues(open); got.Get("name") != "Łukasz Żółć" || !strings.Contains(got.Get("contact_safety"), "po 18") || got.Get("summary") != "Pleśń w sypialni" || got.Get("theme") != "damp_mould" || got.Get("received-day") != "2" {
			t.Errorf("the form holds %v", got)
		}
		b.submit("#turn-form", values{"reported-day": "31", "reported-month": "2", "reported-year": "2025"}).want(422).says("#reported-error", "no day 31")
		b.submit("#turn-form", values{"reported-day": "22", "reported-month": "4", "reported-year": "2025", "wanted": "A dry room"}).want(422).says("#title-error", "few words")
		stale := formValues(b.Page.Find("#turn-form"))
		b.submit("#turn-form", values{"title": "Mould in the bedroom"}).want(200).says("h1", "Mould in the bedroom").says("#status", "Reported to the landlord, 22 April 2025").says("#stories", s.Ref)
		ref := strings.TrimPrefix(b.Path, "/cases/")
		// the other caseworker's page is old
		stale.Set("title", "The same again")
		other := x.as(access.Secretary).get("/stories")
		stale.Set("csrf", other.csrf())
		other.post("/stories/"+s.Ref+"/case", stale).want(409).says(".govuk-error-summary", "Read what stands there now")
		b.get("/stories/"+s.Ref).says("#state", "Case "+ref).get("/stories/"+s.Ref+"/undo").says("#does", "closed as withdrawn").submit("#undo-form", nil).want(200).says("#turn", "Turn into case "+ref)
		b.get("/cases/"+ref).says("#status", "Closed (withdrawn)")
		b.get("/stories/"+s.Ref+"/case").says("h1", "Open case "+ref+" again").submit("#turn-form", nil).want(200).says("#status", "Reported to the landlord")

		// another of the same home is shown it, and joins by one link
		second := x.tells(func(a *models.Answers) { a.Name = "Trần Thị Hoa" })
		b.get("/stories/"+second.Ref).says("#same", "Same home and theme").get("/stories/" + second.Ref + "/join?case=" + ref).want(200)
		b.submit("#join-form", values{"case": "NOR-25-9999-X"}).want(422).says("#case-error", "")
		b.submit("#join-form", values{"case": ref}).want(200).says("#state", "Joined to case "+ref)
		b.get("/cases/"+ref).says("#stories", "joined to it: "+second.Ref)
		b.get("/stories?tab=done&q=zolc").want(200).says(".cc-cases", s.Ref)
	})
}

func TestAStoryIntoAReportByItsPages(t *testing.T) {
	each(t, func(t *testing.T, x *site) {
		x.openIntake(true)
		s := x.tells(nil)
		b := x.as(access.Caseworker).get("/stories/"+s.Ref+"/incident").want(200).says(".govuk-inset-text", "no incident yet")
		if err := x.app.Evidence.AddIncident(context.Background(), x.actor("secretary@north.example", north), &models.Incident{Slug: "outage", Title: "The phones are down", StartedOn: s.SentOn() - 200, Source: "The site"}); err != nil {
			t.Fatal(err)
		}
		b.get("/stories/"+s.Ref).says("#incidents", "The phones are down").get("/stories/"+s.Ref+"/incident?incident=outage").want(200).says("main", "did not agree to be quoted")
		b.submit("#incident-form", values{"impact": ""}).want(422).says("#impact-error", "Leave out names")
		b.submit("#incident-form", values{"impact": "No answer for weeks"}).want(200).says("#state", "The phones are down")
		b.get("/stories/"+s.Ref+"/undo").says("#does", "taken off the incident").submit("#undo-form", nil).want(200).says("main", "No answer for weeks")
	})
}

func TestReleaseOfStories(t *testing.T) {
	x := one(t)
	x.openIntake(true)
	ctx := context.Background()
	var held []models.Story
	for range 2 {
		session, _, err := x.app.Intake.Start(ctx, north, "en", models.Actor{})
		if err == nil {
			err = x.app.Intake.Save(ctx, session, func(a *models.Answers) {
				*a = models.Answers{Story: "Buy now", Themes: []models.Theme{models.ThemeLeaks}, Anonymous: true, Consents: map[models.Purpose]models.ConsentValue{models.PurposeRecord: models.ConsentYes}}
			})
		}
		var s models.Story
		if err == nil {
			s, err = x.app.Intake.Send(ctx, session, intake.Sending{Trap: true})
		}
		if err != nil || s.State != models.StoryHeld {
			t.Fatalf("%s: %v", s.State, err)
		}
		held = append(held, s)
	}
	b := x.as(access.Caseworker).get("/stories?tab=held").want(200).says(".cc-cases", "a field that people do not see")
	b.submit("#held", nil).want(422).says("#story-error", "Tick")
	b.post("/stories/release", url.Values{"csrf": {b.csrf()}, "story": {held[0].Ref, "NOR-S-25-0099-X"}}).want(200).says(".govuk-notification-banner", "1 story is in the inbox")
	b.post("/stories/release", url.Values{"csrf": {b.csrf()}, "story": {held[0].Ref}}).want(200).says(".govuk-notification-banner", "Nothing was done")
	b.get("/stories/"+held[1].Ref).want(200).submit("#release", nil).want(200).says(".moj-sub-navigation", "Waiting (2)")
	b.get("/stories/"+held[1].Ref).says("#history-title + .moj-timeline", "Taken into the inbox")
}

func TestFilesOfAStoryByItsPage(t *testing.T) {
	x := one(t)
	x.openIntake(true)
	body := photo(t, 40, 30)
	s := x.tells(nil, upload{"IMG_1.jpg", body})
	b := x.as(access.Caseworker).get("/stories/"+s.Ref).want(200).says("#files", "Photo")
	href := b.Page.Find("#files a[href$='original=1']").AttrOr("href", "")
	b.get(href).want(200)
	if string(b.Body) != string(body) || !strings.Contains(b.Header.Get("Content-Disposition"), "attachment") || !strings.Contains(b.Header.Get("Content-Security-Policy"), "sandbox") {
		t.Errorf("what was sent comes back with %d of %d bytes, %v", len(b.Body), len(body), b.Header)
	}
	b.get("/stories/" + s.Ref + "/files/nonsense").want(404)
	b.get("/stories/" + s.Ref + "/files/9999").want(404)
	x.as(access.Organiser).get(href).want(403)
	x.as(access.Secretary).get("/audit").want(200).says("main", "What a teller sent opened")
}

// TestInboxBudget: an inbox of 1 story and one of 50, and a story with much beside it, cost the same number of queries.
func TestInboxBudget(t *testing.T) {
	dbURL, executed := counter(t, storetest.Postgres(t, prepared))
	x := newSite(t, dbURL)
	x.openIntake(true)
	s := x.tells(nil)
	b := x.as(access.Caseworker)
	paths := []string{"/stories", "/stories?tab=done", "/stories/" + s.Ref}
	one := map[string]int64{}
	for _, p := range paths {
		one[p] = b.cost(p, executed)
	}
	for range 50 {
		x.pass(time.Hour) // so that they are no flood
		x.tells(nil)
	}
	b = x.as(access.Caseworker)
	if b.get("/stories"); b.Page.Find(".cc-case").Length() != 50 {
		t.Fatalf("the inbox has %d rows, want 50", b.Page.Find(".cc-case").Length())
	}
	for _, p := range paths {
		if fifty := b.cost(p, executed); one[p] == 0 || one[p] > 17 || fifty != one[p] {
			t.Errorf("%s costs %d queries for 1 story and %d for 51; they are the same, and at most 17", p, one[p], fifty)
		}
	}
}

// The pages of triage as a person sees them: on a phone, and without JavaScript on a screen.
func TestTriageIsSound(t *testing.T) {
	chromium := browsertest.Chromium(t)
	x := one(t)
	x.openIntake(true)
	s := x.tells(func(a *models.Answers) { a.Story = "غرفة النوم فيها عفن أسود منذ الشتاء" })
	x.tells(nil)
	token, err := x.app.People.SignInAs(context.Background(), "caseworker@north.example")
	if err != nil {
		t.Fatal(err)
	}
	for _, v := range []struct {
		name   string
		width  int64
		script bool
	}{{"390 pixels with JavaScript", 390, true}, {"1280 pixels without JavaScript", 1280, false}} {
		t.Run(v.name, func(t *testing.T) {
			b := browsertest.Open(t, chromium, v.width, v.script, 2*time.Minute)
			b.Cookie(x.url, "session", token)
			for _, path := range []string{"", "?tab=held", "?tab=done", "/" + s.Ref, "/" + s.Ref + "/case", "/" + s.Ref + "/join", "/" + s.Ref + "/incident", "/" + s.Ref + "/refuse"} {
				b.Open(x.url + "/stories" + path)
			}
		})
	}
}
