package web_test

import (
	"bytes"
	"net/url"
	"strings"
	"testing"

	"commoncase/app/intake"
	"commoncase/models/access"
)

// A helper takes a story down, with spoken consent, hands it over, and sees nothing of it any more; the code is the teller's way back.
func TestAStoryIsTakenDownAndHandedOver(t *testing.T) {
	each(t, func(t *testing.T, x *site) {
		b := x.as(access.Helper).get("/take-down").want(200)
		b.submit("#begin", values{"lang": "xx"}).want(422).says(".govuk-error-summary", "Choose a language")
		b.submit("#begin", values{"lang": "en"}).want(200).says("#helper", "You are taking this down for somebody else")
		b.get("/take-down").want(200).says("main", "Not handed over yet").says("main", "Go on")
		b.get("/form/story").want(200).submit("#question", values{"story": "Black mould behind the bed of আনিকা."}).want(200)
		b.get("/form/consent").want(200).submit("#question", values{"consent_record": "yes"}).want(422) // nobody says that it was read out
		b.submit("#question", values{"consent_record": "yes", "spoken_consent": "1"}).want(200)
		csrf := b.get("/form/check").want(200).csrf()
		b.post("/form/send", url.Values{"csrf": {csrf}}).want(200).says("h1", "Now hand it over")
		code := b.text("#code")
		if _, err := intake.ReadCode(code); err != nil {
			t.Fatalf("the slip says %q: %v", code, err)
		}
		b.submit("#hand-over", nil).want(200).says(".govuk-notification-banner", "handed over")
		if b.Page.Find("#taken").Length() != 0 || strings.Contains(string(b.Body), "mould") {
			t.Error("a story that was handed over still stands in the list")
		}
		for _, path := range []string{"/form", "/form/story", "/form/sent"} {
			if b.get(path); strings.Contains(string(b.Body), "mould") || !strings.HasPrefix(b.Path, "/come-back") {
				t.Errorf("%s after the story was handed over: %s", path, b.Path)
			}
		}
		if b.get("/take-down/hand-over").want(200); b.Path != "/take-down" {
			t.Errorf("the slip is shown again at %s", b.Path)
		}
		// The teller, on a phone of their own.
		teller := x.visitor().get("/come-back").want(200)
		teller.submit("main form", values{"code": code}).want(200)
		if strings.HasPrefix(teller.Path, "/come-back") {
			t.Errorf("the code leads to %s", teller.Path)
		}
		x.as(access.Member).get("/take-down").want(403)
		x.as(access.Organiser).get("/take-down").want(403)
	})
}

// A paper form is typed in on one page; its code stays the way back.
func TestAPaperFormIsTypedIn(t *testing.T) {
	each(t, func(t *testing.T, x *site) {
		b := x.as(access.Helper).get("/paper").want(200)
		b.submit("#paper", values{"copies": "21"}).want(422).says(".govuk-error-summary", "from 1 to 20")
		b.submit("#paper", values{"copies": "2", "lang": "pl"}).want(200)
		if !bytes.HasPrefix(b.Body, []byte("%PDF-")) {
			t.Fatalf("two paper forms: %.40q", b.Body)
		}
		code := intake.NewCode()
		wrong := strings.Replace(code, code[:1], string('0'+(code[0]-'0'+1)%10), 1)
		b.get("/take-down/paper").want(200).submit("#code-form", values{"code": wrong, "lang": "en"}).want(422).says(".govuk-error-summary", "One of the numbers is not right")
		b.submit("#code-form", values{"code": code, "lang": "en"}).want(200).says("h1", "What is written on the form").says("main", "9. What we may do")
		b.submit("#answers", values{"story": "The lift is broken.", "postcode": "N1 2AB", "email": "wrong", "consent_record": "yes"}).want(422)
		b.submit("#answers", values{"email": ""}).want(200)
		if !strings.HasPrefix(b.Path, "/form/files") {
			t.Fatalf("after the answers comes %s", b.Path)
		}
		csrf := b.get("/form/check").want(200).says("main", "The lift is broken.").csrf()
		b.post("/form/send", url.Values{"csrf": {csrf}}).want(200).says("#code", code)
		b.submit("#hand-over", nil).want(200)
		b.get("/take-down/paper").submit("#code-form", values{"code": code, "lang": "en"}).want(409).says(".govuk-error-summary", "This code was used already")
		x.visitor().get("/come-back").submit("main form", values{"code": code}).want(200)
	})
}

// The sheet for going from door to door.
func TestTheSheetForGoingFromDoorToDoor(t *testing.T) {
	x := one(t)
	b := x.as(access.Helper).get("/canvass").want(200).submit("#sheet", values{"area": "Mill Lane"}).want(200)
	if !bytes.HasPrefix(b.Body, []byte("%PDF-")) {
		t.Errorf("the sheet is %.40q", b.Body)
	}
	x.as(access.Organiser).get("/canvass/sheet.pdf").want(403)
}
