package web_test

import (
	"bytes"
	"context"
	"net/url"
	"os"
	"strconv"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"

	"commoncase/app/casework"
	"commoncase/app/document/pdftest"
	"commoncase/models"
	"commoncase/models/access"
	"commoncase/models/civil"
)

// logged adds an event by the use case, as somebody of the north branch, and returns its number.
func (x *site) logged(email, ref string, cmd casework.LogEvent) int64 {
	x.t.Helper()
	ctx, actor := context.Background(), x.actor(email, north)
	v, err := x.app.Casework.ReadCase(ctx, actor, ref)
	if err != nil {
		x.t.Fatal(err)
	}
	cmd.Ref, cmd.Version = ref, v.Case.Version
	l, err := x.app.Casework.LogEvent(ctx, actor, cmd)
	if err != nil {
		x.t.Fatal(err)
	}
	return l.Event.ID
}

const worker = "caseworker@north.example"

// TestOneTap: one button logs the call, the banner takes it back, and an old page logs nothing.
func TestOneTap(t *testing.T) {
	each(t, func(t *testing.T, x *site) {
		ref := x.aCase("2025-05-06")
		b := x.as(access.Caseworker).get("/cases/" + ref).want(200)
		var offered []string
		b.Page.Find("#contact button[name=minutes]").Each(func(_ int, s *goquery.Selection) { offered = append(offered, s.AttrOr("value", "")) })
		if strings.Join(offered, " ") != "0 5 15 30 60" {
			t.Errorf("the buttons offer %v minutes", offered)
		}
		old := url.Values{"csrf": {b.csrf()}, "version": {b.Page.Find("#contact input[name=version]").AttrOr("value", "")}, "minutes": {"15"}}
		b.submit("#contact", values{"minutes": "15"}).want(200)
		b.says(".govuk-notification-banner", "logged for today").says(".moj-timeline", "Contact attempt, no answer (phone)").says(".moj-timeline", "2 June 2025")
		b.says("#cost-title + dl", "15 minutes").says("#cost-title + dl", "1, of them answered: 0")
		undo := b.Page.Find(".govuk-notification-banner__link").AttrOr("href", "")

		again := x.as(access.Caseworker).get("/cases/" + ref)
		old.Set("csrf", again.csrf())
		again.post("/cases/"+ref+"/contact", old).want(409)
		if !strings.Contains(again.errors(), "this call is logged already") {
			t.Errorf("a second tap says %q", again.errors())
		}
		if n := again.Page.Find(".moj-timeline__title:contains('Contact attempt')").Length(); n != 1 {
			t.Errorf("%d calls are logged after two taps on one page", n)
		}
		b.get(undo).want(200)
		if b.text("#note") != "Logged by mistake." {
			t.Errorf("the reason is %q", b.text("#note"))
		}
		b.submit("#event", nil).want(200).submit("#confirm", nil).want(200).says(".cc-timeline__item--corrected s", "Contact attempt")
		if b.Page.Find("#cost-title").Length() != 0 {
			t.Error("a call that was taken back still costs something")
		}
		b.post("/cases/"+ref+"/contact", url.Values{"csrf": {b.csrf()}, "version": {b.Page.Find("#contact input[name=version]").AttrOr("value", "")}, "minutes": {"99999"}}).want(422)
		x.as(access.Member).get("/cases/" + ref).want(404)
	})
}

// TestOnlyDatesThatMove: the sentence about deadlines is said where one moved.
func TestOnlyDatesThatMove(t *testing.T) {
	x := one(t)
	ref := x.aCase("")
	b := x.as(access.Caseworker)
	b.log(ref, models.KindNote, values{"note": "Rang the resident."})
	if banner := b.text(".govuk-notification-banner"); strings.Contains(banner, "deadlines") {
		t.Errorf("after a note: %q", banner)
	}
	b.log(ref, models.KindComplaintMade, day("on", "2025-05-06")).says(".govuk-notification-banner", "The deadlines follow from it.")
	entry := b.Page.Find(".moj-timeline__item:contains('Complaint made') a:contains(Correct)").First().AttrOr("href", "")
	b.get(entry).want(200).submit("#event", values{"note": "Sent by e-mail."}).want(200).submit("#confirm", nil).want(200)
	if banner := b.text(".govuk-notification-banner"); strings.Contains(banner, "deadlines") {
		t.Errorf("after a correction of the words alone: %q", banner)
	}
}

// TestBelongsTo: where there are two threads the form asks which, with the one of the link chosen, and keeps it.
func TestBelongsTo(t *testing.T) {
	each(t, func(t *testing.T, x *site) {
		ref := x.aCase("")
		on := civil.MustParse("2025-05-01")
		first := x.logged(worker, ref, casework.LogEvent{Kind: models.KindHazardReported, On: on, At: civil.At(9, 30), Urgency: models.UrgencyEmergency, Note: "Wires."})
		b := x.as(access.Caseworker).get("/cases/" + ref + "/events/new?kind=made_safe").want(200)
		if b.Page.Find("select#about").Length() != 0 || b.Page.Find("input[name=about]").AttrOr("value", "") != strconv.FormatInt(first, 10) {
			t.Error("with one hazard the form asks, or does not say that it is meant")
		}
		b.submit("#event", day("on", "2025-04-30")).want(422).says("#on-error", "is later than 30 April 2025")
		b.submit("#event", day("on", "2025-05-02").and(values{"at": "25:00"})).want(422).says("#at-error", "not a time of day")
		second := x.logged(worker, ref, casework.LogEvent{Kind: models.KindHazardReported, On: on.AddDays(5), Note: "Mould."})
		b.get("/cases/" + ref + "/events/new?kind=made_safe&about=" + strconv.FormatInt(first, 10)).want(200)
		if n := b.Page.Find("select#about option").Length(); n != 2 {
			t.Errorf("%d hazards are offered", n)
		}
		if got := b.Page.Find("select#about option[selected]").AttrOr("value", ""); got != strconv.FormatInt(first, 10) {
			t.Errorf("hazard %s is chosen, want %d", got, first)
		}
		b.submit("#event", day("on", "2025-05-20").and(values{"at": "14:05"})).want(200).says("dl", "Hazard reported (emergency), 1 May 2025").says("dl", "14:05")
		b.submit("#confirm", nil).want(200)
		v, err := x.app.Casework.ReadCase(t.Context(), x.actor(worker, north), ref)
		if err != nil {
			t.Fatal(err)
		}
		last := v.Entries[len(v.Entries)-1]
		if last.Kind != models.KindMadeSafe || last.About != first || last.At != civil.At(14, 5) || second == first {
			t.Errorf("kept: %+v", last.Event)
		}
		// Corrected, it keeps what it belongs to; the hazard of no list and the entry of another case are refused.
		b.get("/cases/" + ref + "/events/new?kind=made_safe&replaces=" + strconv.FormatInt(last.ID, 10)).want(200)
		if got := b.Page.Find("select#about option[selected]").AttrOr("value", ""); got != strconv.FormatInt(first, 10) || b.Page.Find("#at").AttrOr("value", "") != "14:05" {
			t.Errorf("the correction comes with hazard %s, %s", got, b.Page.Find("#at").AttrOr("value", ""))
		}
		b.submit("#event", values{"about": "999999"}).want(422).says("#about-error", "not in this case any more")
		b.get("/cases/"+ref+"/events/new?kind=hazard_reported").want(200).submit("#event", day("on", "2025-05-20").and(values{"category": "dragons"})).want(422).says("#category-error", "Choose from the list")
		b.get("/cases/"+ref+"/events/new?kind=contact_attempt").want(200).submit("#event", day("on", "2025-05-20").and(values{"answered": "no", "minutes": "forty"})).want(422).says("#minutes-error", "in numbers")
		if b.Page.Find("#minutes").AttrOr("value", "") != "forty" {
			t.Error("what was typed is lost")
		}
		b.get("/cases/"+ref+"/events/new?kind=request_made").want(200).submit("#event", day("on", "2025-05-20")).want(422).says("#procedure-error", "Choose what was asked for")
	})
}

// TestJoinRepairs: two numbers become one repair after a question, and two again.
func TestJoinRepairs(t *testing.T) {
	each(t, func(t *testing.T, x *site) {
		ref := x.aCase("")
		b := x.as(access.Caseworker).get("/cases/"+ref+"/repairs").want(200).says("main", "No repair is logged")
		on := civil.MustParse("2025-04-01")
		first := x.logged(worker, ref, casework.LogEvent{Kind: models.KindRepairRaised, On: on, Reference: "J-1"})
		x.logged(worker, ref, casework.LogEvent{Kind: models.KindRepairCompleted, On: on.AddDays(7), Reference: "J-1"})
		second := x.logged(worker, ref, casework.LogEvent{Kind: models.KindRepairRaised, On: on.AddDays(14), Reference: "J-2", Note: "Again."})
		x.logged(worker, ref, casework.LogEvent{Kind: models.KindAppointmentMissed, On: on.AddDays(20), Reference: "J-2", HalfDays: 1})
		b.get("/cases/"+ref+"/repairs").want(200).says("#join", "J-1").says("#join", "J-2")
		csrf, version := b.csrf(), b.Page.Find("#join input[name=version]").AttrOr("value", "")
		b.submit("#join", nil).want(422)
		if !strings.Contains(b.errors(), "at least two") {
			t.Errorf("nothing ticked: %q", b.errors())
		}
		send := func(confirmed bool, version string, openers ...int64) {
			form := url.Values{"csrf": {csrf}, "version": {version}}
			for _, id := range openers {
				form.Add("repairs", strconv.FormatInt(id, 10))
			}
			if confirmed {
				form.Set("confirmed", "yes")
			}
			b.post("/cases/"+ref+"/repairs/join", form)
		}
		send(false, version, first, second)
		b.want(200).says("h1", "Is this one repair?").says("main", "J-1").says("main li", "J-2")
		confirm := formValues(b.Page.Find("#confirm"))
		send(true, "1", first, second)
		b.want(409)
		b.post("/cases/"+ref+"/repairs/join", confirm).want(200).says(".govuk-notification-banner", "one repair now")
		b.says("h2", "Repair J-1, J-2").says("main", "closed 1 time, not fixed").says("dl", "half a day").says(".moj-timeline", "Not fixed: again on 15 April 2025")
		if b.Page.Find("#join").Length() != 0 {
			t.Error("a single repair offers to be joined")
		}
		part := b.Page.Find("form[action$='/repairs/part']")
		if part.Length() != 1 {
			t.Fatalf("%d jobs can be taken out, want 1", part.Length())
		}
		b.submit("form[action$='/repairs/part']", nil).want(200).says("#join", "J-2")
		v, err := x.app.Casework.ReadCase(t.Context(), x.actor(worker, north), ref)
		if err != nil {
			t.Fatal(err)
		}
		repairs := v.Result.Repairs(v.Today)
		if len(repairs) != 2 || repairs[1].Opener.Note != "Again." || len(repairs[1].Missed) != 1 {
			t.Errorf("taken apart: %+v", repairs)
		}
		drifts, _, err := x.app.Casework.FindDrift(t.Context(), false)
		if err != nil || len(drifts) != 0 {
			t.Errorf("drift %v, %v", drifts, err)
		}
		x.signedIn("secretary@south.example").get("/cases/" + ref + "/repairs").want(404)
	})
}

// TestAdverseActsAreConfidential walks every page as every role: the act is seen by the secretary, the guardian's list and the
// caseworker of the case, and nowhere else.
func TestAdverseActsAreConfidential(t *testing.T) {
	each(t, func(t *testing.T, x *site) {
		const secret = "Kafkaesque" // a word of the note
		const file = "Zugzwang"     // the title of its file
		ctx := t.Context()
		cw := x.actor(worker, north)
		c, err := x.app.Casework.OpenCase(ctx, cw, casework.OpenCase{MemberAccount: x.actor("member@north.example", north).AccountID,
			Resident: casework.Resident{Name: "Zsófia Ní Bhriain", Address: "Flat 9", Tenure: models.TenureAssured}, Theme: models.ThemeRepairs, Title: "A door", Summary: "S.", Wanted: "W.", ReceivedOn: civil.MustParse("2025-01-06"), Consent: true})
		if err != nil {
			t.Fatal(err)
		}
		ref := c.Ref
		x.logged(worker, ref, casework.LogEvent{Kind: models.KindComplaintMade, On: civil.MustParse("2025-04-01"), Note: "Open to all."})
		secretary := "secretary@north.example"
		staged, err := x.app.Casework.Attach(ctx, x.actor(secretary, north), ref, "letter.jpg", file, bytes.NewReader(photo(t, 80, 60)))
		if err != nil {
			t.Fatal(err)
		}
		x.logged(secretary, ref, casework.LogEvent{Kind: models.KindAdverseAction, On: civil.MustParse("2025-04-11"), Note: secret + ": a warning.", Files: []int64{staged.ID}, Reference: "SECRET-1"})
		act := x.logged(secretary, ref, casework.LogEvent{Kind: models.KindAdverseAction, On: civil.MustParse("2025-04-21"), Note: secret + ": a visit."})

		golden, err := os.ReadFile("testdata/routes.txt")
		if err != nil {
			t.Fatal(err)
		}
		var paths []string
		for _, line := range strings.Split(string(golden), "\n") {
			if f := strings.Fields(line); len(f) > 2 && f[0] == "GET" && !strings.Contains(f[1], "*") && f[1] != "/leave" { // which signs out
				p := strings.NewReplacer("/cases/:ref", "/cases/"+ref, "/files/:id", "/files/"+strconv.FormatInt(staged.ID, 10), ":event", strconv.FormatInt(act, 10)).Replace(f[1])
				paths = append(paths, p)
			}
		}
		id := strconv.FormatInt(act, 10)
		paths = append(paths, "/cases?q=SECRET-1", "/cases/"+ref+"/events/new?kind=retracted&replaces="+id, "/cases/"+ref+"/events/new?kind=adverse_action&replaces="+id,
			"/cases/"+ref+"/files/"+strconv.FormatInt(staged.ID, 10)+"?original=1", "/cases/"+ref+"/letters/new?type=stage1-complaint")
		leaks := func(b *browser) (at []string) {
			for _, p := range paths {
				b.get(p)
				if strings.Contains(p, "/files/") && b.Status == 200 && b.Page == nil { // a page is the way back to a story, which nobody here holds
					at = append(at, p)
				}
				body := string(b.Body)
				if strings.HasSuffix(p, "bundle.pdf") && b.Status == 200 {
					body = pdftest.Check(t, b.Body)
				}
				if strings.Contains(body, secret) || strings.Contains(body, file) {
					at = append(at, p)
				}
				if b.Page != nil && b.Status == 200 && b.Page.Find(".govuk-tag:contains('Action against')").Length() > 0 {
					at = append(at, p+" (flag)")
				}
			}
			return at
		}
		for _, role := range access.All {
			at := leaks(x.as(role))
			switch role {
			case access.Guardian:
				if strings.Join(at, " ") != "/retaliation" {
					t.Errorf("the guardian sees it at %v, want the list alone", at)
				}
			case access.Secretary:
				if len(at) < 5 {
					t.Errorf("the secretary sees it only at %v", at)
				}
			case access.Member, access.Helper, access.Caseworker, access.Organiser, access.Operator:
				if len(at) > 0 {
					t.Errorf("%s sees it at %v", role, at)
				}
			}
		}
		g := x.as(access.Guardian).get("/retaliation").want(200).says("table", ref).says("table", "10").says("table", "20").says("table", "Complaint made (stage 1), 1 April 2025")
		if strings.Contains(string(g.Body), "Zsófia") || strings.Contains(string(g.Body), "A door") || g.Page.Find("table a").Length() != 0 {
			t.Error("the guardian's list says more of the case than the act")
		}
		g.get("/cases/" + ref).want(404)
		x.signedIn("secretary@south.example").get("/retaliation").want(200).says("main", "Nothing of this kind is logged")

		// A caseworker may log one without seeing those that are there: the check says the same as of a first one.
		b := x.as(access.Caseworker).get("/cases/"+ref+"/events/new?kind=adverse_action").want(200).says("main", "Only the branch secretary, the guardian and the caseworker")
		b.submit("#event", day("on", "2025-05-01").and(values{"note": "A third."})).want(200).says("#changes", "The case is marked: action against the resident")
		b.submit("#confirm", nil).want(200)
		if strings.Contains(b.text(".moj-timeline"), "A third.") {
			t.Error("whoever logged it sees it in the history")
		}
		// What cannot be seen cannot be replaced by its number either.
		v, err := x.app.Casework.ReadCase(ctx, cw, ref)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := x.app.Casework.LogEvent(ctx, cw, casework.LogEvent{Ref: ref, Version: v.Case.Version, Kind: models.KindRetracted, On: civil.MustParse("2025-05-01"), Replaces: act, Note: "x"}); models.CodeOf(err) != models.CodeInvalid {
			t.Errorf("taken back unseen: %v", err)
		}
		x.assign(ref)
		b.get("/cases/"+ref).want(200).says("#adverse-title ~ ul", "A third.").says("#adverse-title ~ ul", "10 days after").says(".cc-flags", "Action against the resident")
	})
}
