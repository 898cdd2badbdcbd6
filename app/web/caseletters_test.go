package web_test

import (
	"bytes"
	"net/url"
	"strings"
	"testing"

	"commoncase/app/casework"
	"commoncase/models"
	"commoncase/models/access"
	"commoncase/models/civil"
)

// writable is a case with what a letter needs, and a complaint where a day is given. The day is 2 June 2025.
func (x *site) writable(complaint string) string {
	x.t.Helper()
	ctx, staff := x.t.Context(), x.actor("caseworker@north.example", north)
	c, err := x.app.Casework.OpenCase(ctx, staff, casework.OpenCase{Resident: casework.Resident{Name: "Łukasz Żółć-O'Connor", Address: "7 Quay", Postcode: "ZZ99 3VZ",
		Tenure: models.TenureAssured, ContactSafety: "Never ring after six"}, Theme: models.ThemeLeaks, Title: "Leak above the stairs",
		Summary: "Water <b>every</b> night [since May].", Wanted: "Mend it.", ReceivedOn: civil.MustParse("2025-05-01"), Consent: true})
	if err != nil {
		x.t.Fatal(err)
	}
	if complaint != "" {
		if _, err := x.app.Casework.LogEvent(ctx, staff, casework.LogEvent{Ref: c.Ref, Version: c.Version, Kind: models.KindComplaintMade, On: civil.MustParse(complaint)}); err != nil {
			x.t.Fatal(err)
		}
	}
	return c.Ref
}

// From the list of what fits over a draft to an entry on the case, by the forms alone.
func TestCaseLetterRoad(t *testing.T) {
	each(t, func(t *testing.T, x *site) {
		ref := x.writable("")
		b := x.as(access.Caseworker)
		b.get("/cases/"+ref+"/letters").want(200).says("main", "No letter of this case")
		b.get("/cases/"+ref+"/letters/new").want(200).says("main", "Complaint (stage 1)").says("main", "No complaint is logged, so there is nothing to take to stage 2")
		if b.Page.Find("main a[href*='type=stage1-complaint']").Length() != 1 || b.Page.Find("main a[href*='type=escalation']").Length() != 0 {
			t.Error("the list offers what does not fit, or not what does")
		}
		b.get("/cases/"+ref+"/letters/new?type=escalation").want(200).says("#why-not", "Make the complaint first")
		if b.Page.Find("#start-letter").Length() != 0 {
			t.Error("a letter that does not fit can be started")
		}
		b.get("/cases/"+ref+"/letters/new?type=stage1-complaint").want(200).says("main", "contacting this resident safely")
		if strings.Contains(string(b.Body), "after six") {
			t.Error("the note on safe contact is shown beside the letter")
		}
		b.submit("#start-letter", values{"own": "own"}).want(200).says("h1", "Complaint (stage 1)").says("article", "Water <b>every</b> night [since May].").says("article", "Acknowledge the complaint: by 9 June 2025 (Code 2024, 6.2)")
		letter := strings.SplitN(b.Path, "?", 2)[0]
		if bytes.Contains(b.Body, []byte("<b>every</b>")) {
			t.Error("what a resident said became markup")
		}

		// A gap keeps it from going.
		b.get(letter + "/edit").want(200)
		body := b.Page.Find("textarea[name=body]").Text()
		b.submit("#change-letter", values{"body": body + "\n\n[say when somebody is at home]", "dated-day": "31", "dated-month": "2"}).want(422).says("main", "has no day 31")
		if !strings.Contains(b.Page.Find("textarea[name=body]").Text(), "[say when") {
			t.Error("what was typed is lost")
		}
		b.submit("#change-letter", values{"dated-day": "2", "dated-month": "6", "subject": ""}).want(422).says("main", "Enter what the letter is about")
		b.submit("#change-letter", values{"subject": "Leak"}).want(200).says("#gaps", "[say when somebody is at home]")
		if b.Page.Find("main a[href$='/send']").Length() != 0 {
			t.Error("a letter with a gap can be marked as sent")
		}
		b.get(letter+"/send").want(200).says("#gaps", "[say when")
		if b.Page.Find("#send-letter").Length() != 0 {
			t.Error("the form is there all the same")
		}

		// Two tabs: the second sees what the first wrote, and loses nothing.
		first, second := x.as(access.Caseworker), x.as(access.Secretary)
		first.get(letter + "/edit").want(200)
		second.get(letter + "/edit").want(200)
		first.submit("#change-letter", values{"body": body, "subject": "Theirs"}).want(200)
		second.submit("#change-letter", values{"body": body, "subject": "Mine"}).want(409).says("main", "Saved by somebody else meanwhile").says("main", "Theirs")
		if second.Page.Find("input[name=subject]").AttrOr("value", "") != "Mine" {
			t.Error("what the second typed is lost")
		}
		second.submit("#change-letter", nil).want(200).says("article", "Mine")

		// PDF and plain text.
		b.get(letter + "/letter.pdf").want(200)
		if !bytes.HasPrefix(b.Body, []byte("%PDF-")) || b.Header.Get("Content-Type") != "application/pdf" {
			t.Errorf("PDF: %v", b.Header)
		}
		b.get(letter + "/letter.txt").want(200)
		if !strings.Contains(string(b.Body), "> Water <b>every</b> night [since May].") || !strings.HasPrefix(b.Header.Get("Content-Type"), "text/plain") ||
			!strings.Contains(b.Header.Get("Content-Disposition"), "attachment") {
			t.Errorf("plain text: %v\n%s", b.Header, b.Body)
		}
		if got := b.get(letter).want(200).Page.Find("textarea[name=plain]").Text(); !strings.Contains(got, "Yours faithfully,") {
			t.Errorf("to copy: %q", got)
		}

		// Sent once, from two tabs.
		other := x.as(access.Secretary).get(letter+"/send").want(200).says("main", "Complaint made")
		b.get(letter+"/send").want(200).submit("#send-letter", values{"on-day": "3"}).want(422).says("main", "has not come yet").says("main", "Choose how it went")
		b.submit("#send-letter", values{"on-day": "2", "channel": "email"}).want(200).says("#sent", "Sent on 2 June 2025 (e-mail)")
		other.submit("#send-letter", values{"channel": "email"}).want(200).says(".govuk-notification-banner", "no draft any more")
		b.get(letter+"/edit").want(200).says("#sent", "Sent on")
		b.get(letter+"/drop").want(200).says("#sent", "Sent on")
		b.get("/cases/"+ref).want(200).says("main", "Complaint made (stage 1)")
		b.get("/cases/"+ref+"/letters").want(200).says("table", "Complaint (stage 1)").says("table", "Sent")
		b.get(letter + "/letter.pdf").want(200)
		if bytes.Contains(b.Body, []byte("DRAFT")) || !bytes.HasPrefix(b.Body, []byte("%PDF-")) {
			t.Error("the PDF of what was sent")
		}
		x.as(access.Secretary).get("/audit").want(200).says("main", "Letter of a case sent")
	})
}

func TestCaseLetterDropped(t *testing.T) {
	x := one(t)
	ref := x.writable("2025-05-01")
	b := x.as(access.Caseworker)
	b.get("/cases/"+ref+"/letters/new?type=chase-landlord").want(200).submit("#start-letter", nil).want(200).says("article", "working days late on 2 June 2025")
	letter := strings.SplitN(b.Path, "?", 2)[0]
	tab := x.as(access.Secretary).get(letter + "/send").want(200)
	b.get(letter+"/drop").want(200).says("h1", "Drop the draft?").submit("#drop-letter", nil).want(200).says(".govuk-notification-banner", "is dropped").says("main", "No letter of this case")
	tab.submit("#send-letter", values{"channel": "letter"}).want(200).says(".govuk-notification-banner", "no draft any more")
	b.get(letter).want(200).says("main", "Dropped")
	if b.Page.Find("main a[href$='/edit'], main a[href$='/send']").Length() != 0 {
		t.Error("a dropped draft can be changed")
	}
}

func TestCaseLettersAreForCaseworkers(t *testing.T) {
	x := one(t)
	ref := x.writable("2025-05-01")
	b := x.as(access.Caseworker).get("/cases/"+ref+"/letters/new?type=chase-landlord").want(200).submit("#start-letter", nil).want(200)
	letter := strings.SplitN(b.Path, "?", 2)[0]
	paths := []string{"/cases/" + ref + "/letters", "/cases/" + ref + "/letters/new", letter, letter + "/edit", letter + "/send", letter + "/drop", letter + "/letter.pdf", letter + "/letter.txt"}
	for _, path := range paths {
		for _, role := range []access.Role{access.Member, access.Helper, access.Organiser, access.Guardian, access.Operator} {
			x.as(role).get(path).want(403)
		}
		x.signedIn("secretary@south.example").get(path).want(404)
		x.as(access.Secretary).get(path).want(200)
	}
	south := x.signedIn("secretary@south.example").get("/").want(200)
	token := south.csrf()
	for _, path := range []string{"/cases/" + ref + "/letters", letter + "/edit", letter + "/send", letter + "/drop"} {
		south.post(path, url.Values{"csrf": {token}, "type": {"chase-landlord"}, "own": {"own"}, "version": {"1"}, "channel": {"email"}, "subject": {"s"}, "body": {"b"},
			"recipient": {"r"}, "sign_off": {"s"}, "dated-day": {"2"}, "dated-month": {"6"}, "dated-year": {"2025"}, "on-day": {"2"}, "on-month": {"6"}, "on-year": {"2025"}}).want(404)
	}
	// What no page of ours would ask.
	b.get("/cases/" + ref + "/letters/new?type=ransom").want(404)
	b.get("/cases/" + ref + "/letters/new?type=chase-landlord&about=x").want(404)
	b.get("/cases/" + ref + "/letters/new?type=chase-landlord&about=99999").want(404)
	b.get("/cases/" + ref + "/letters/NOR-C-25-0099-A").want(404)
}

func TestCaseLetterChoices(t *testing.T) {
	x := one(t)
	ref := x.writable("")
	b := x.as(access.Caseworker)
	b.get("/cases/"+ref+"/letters/new?type=subject-access").want(200).submit("#start-letter", values{"own": "branch"}).want(422).says("main", "No signed authority")
	b.submit("#start-letter", values{"own": "own"}).want(200).says("article", "subject access request")
	b.get("/cases/"+ref+"/letters/new?type=hazard-report").want(200).submit("#start-letter", values{"category": "damp_mould", "urgency": "emergency"}).want(200).says("article", "Damp and mould growth")
	letter := strings.SplitN(b.Path, "?", 2)[0]
	b.get(letter+"/edit").want(200).submit("#change-letter", values{"body": "Water through the light."}).want(200)
	b.get(letter+"/send").want(200).submit("#send-letter", values{"channel": "email", "at": "half past"}).want(422).says("main", "such as 14:30")
	b.submit("#send-letter", values{"at": "9:30"}).want(200).says("#sent", "Sent on")
	b.get("/cases/"+ref+"/letters/new?type=costs-information").want(200).submit("#start-letter", values{"until-day": "31", "until-month": "2", "until-year": "2025"}).want(422).says("main", "has no day 31")
	b.submit("#start-letter", values{"until-month": "3"}).want(200).says("article", "The accounting period ended on 31 March 2025.")
}
