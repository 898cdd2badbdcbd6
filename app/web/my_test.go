package web_test

import (
	"archive/zip"
	"bytes"
	"net/url"
	"slices"
	"strings"
	"testing"

	"commoncase/app/casework"
	"commoncase/models"
	"commoncase/models/access"
)

// mine is a browser on the page of somebody who has sent a story, with their code.
func (x *site) mine() (*browser, string) {
	x.t.Helper()
	b := x.began()
	b.submit("#question", values{"postcode": "n1 1aa", "address": "12 Wren House"}).at("/form/code?to=problem")
	code := b.shownCode()
	for _, a := range road {
		b.get("/form/"+a.step).want(200).submit("#question", a.fields).want(200)
	}
	b.get("/form/consent").submit("#question", values{"consent_record": "yes", "consent_quote": "first_name"})
	b.get("/form/contact").submit("#question", values{"who": "yes", "name": "Zofia Żółć", "email": "zofia@example.org"})
	b.get("/form/check").want(200)
	for _, form := range []string{"#send", "#check", "main form"} {
		if b.Page.Find(form).Length() > 0 {
			b.submit(form, nil)
			break
		}
	}
	return b.at("/form/sent").get("/my").want(200).at("/my"), code
}

func TestMyPages(t *testing.T) {
	each(t, func(t *testing.T, x *site) {
		x.openIntake(true)
		b, code := x.mine()
		b.neutral().says("#status", "A person of the branch reads it soon").says("#needs", "Add photos")
		for _, path := range []string{"/my/messages", "/my/files", "/my/consents", "/my/consents/quote", "/my/consents/quote/back", "/my/authority", "/my/contact", "/my/code", "/my/export",
			"/my/erase", "/my/tell/wrote", "/my/tell/nobody", "/my/tell/still", "/my/tell/tried"} {
			for _, lang := range []string{"en", "pl", "bn", "ar"} {
				b.get(path + "?lang=" + lang).want(200)
				if strings.Contains(b.text("main"), "[") {
					t.Errorf("%s lacks a text in %s: %s", path, lang, b.text("main"))
				}
			}
			b.get(path + "?lang=en").neutral()
		}
		b.get("/my/code").says("#code", code)

		// A tap before there is a case goes as a message; what is mended is kept.
		b.get("/my/tell/nobody").submit("#tell", values{"on-year": "2031", "note": "waited all day"}).want(422).says(".govuk-error-summary", "has not come yet").says("#note", "waited all day")
		b.submit("#tell", values{"on-year": "2025"}).at("/my").says("main", "The branch can read it now")
		b.get("/my/messages").says("#messages", "waited all day").submit("#write", values{"body": " "}).want(422)
		b.submit("#write", values{"body": "When do you meet?"}).at("/my/messages").says("#messages", "When do you meet?")

		// Files with no script, and the one's own copy.
		b.get("/my/files").submitFiles("#files-form", nil, map[string][]upload{"files": {{"letter.pdf", simplePDF}}}).at("/my/files").says("#files-here", "letter.pdf")
		b.get(b.Page.Find("#files-here a").AttrOr("href", "")).want(200)
		if !bytes.HasPrefix(b.Body, []byte("%PDF")) {
			t.Errorf("the file is %.20q", b.Body)
		}

		// Withdrawn in two taps, given again.
		b.get("/my/consents").says("#consent-quote", "You said yes on")
		b.get(b.Page.Find("#consent-quote a.govuk-button").AttrOr("href", "")).at("/my/consents/quote/back").submit("#take-back", nil).at("/my/consents").says("#consent-quote", "You took this back on")
		b.get("/my/consents/quote").submit("#give", nil).want(422)
		b.submit("#give", values{"value": "anonymous"}).at("/my/consents").says("#consent-quote", "without my name")
		b.get("/my/consents/act").submit("#give", nil).at("/my/consents")
		b.get("/my").says("#needs", "Sign that we may act for you")
		b.get("/my/authority").submit("#sign", values{"method": "typed"}).want(422)
		b.submit("#sign", values{"method": "typed", "name": "Zofia Żółć"}).at("/my/authority").says("#signed", "You signed on")

		b.get("/my/contact").submit("#contact", values{"email": "nowhere"}).want(422)
		b.submit("#contact", values{"email": "z@example.org", "safe_ways": "text"}).at("/my/contact")

		b.get("/my/export.zip").want(200)
		z, err := zip.NewReader(bytes.NewReader(b.Body), int64(len(b.Body)))
		if err != nil {
			t.Fatal(err)
		}
		var names []string
		for _, f := range z.File {
			names = append(names, f.Name)
		}
		for _, want := range []string{"about.txt", "story.json", "story.txt", "messages.txt", "consents.csv", "files/01-letter.pdf"} {
			if !slices.Contains(names, want) {
				t.Errorf("%s is not among %v", want, names)
			}
		}

		// Nobody else comes here, and they come nowhere else.
		x.visitor().get("/my").at("/come-back")
		other, _ := x.mine()
		if href := b.get("/my/files").Page.Find("#files-here a").AttrOr("href", ""); other.get(href).Status != 404 {
			t.Errorf("%s is somebody else's, and opens", href)
		}
		for _, staff := range []string{"/cases", "/stories", "/erasures", "/evidence", "/audit"} {
			if b.get(staff); b.Status == 200 && !strings.HasPrefix(b.Path, "/sign-in") {
				t.Errorf("a teller opens %s (%s)", staff, b.Path)
			}
		}
		b.get("/my").submit("#leave", nil).at("/come-back")
		b.get("/my").at("/come-back")
	})
}

// A member asks to be erased, and the guardian does it; the way back closes.
func TestErasurePages(t *testing.T) {
	each(t, func(t *testing.T, x *site) {
		x.openIntake(true)
		b, code := x.mine()
		b.get("/my/erase").neutral().submit("#erase", values{"note": "I moved away"}).at("/my/erase").says("#asked", "It is not done yet")
		b.submit("#back", nil).at("/my").says("main", "Nothing is deleted")
		b.get("/my/erase").submit("#erase", nil)
		g := x.as(access.Guardian).get("/erasures").want(200)
		g.get(g.Page.Find("tbody a").First().AttrOr("href", "")).want(200).says("#counts", "Stories: 1")
		g.submit("#decline", nil).want(422)
		g.submit("#decline", values{"reason": "A court case runs."}).at("/erasures").says("main", "Declined")
		b.get("/my/erase").says("#declined", "A court case runs.").submit("#erase", nil)
		g.get("/erasures").get(g.Page.Find("tbody a").First().AttrOr("href", "")).submit("#erase", nil).at("/erasures").says("main", "Erased")
		b.get("/my").at("/come-back")
		x.visitor().get("/come-back").submit("main form", values{"code": code}).want(422)
		for _, role := range []access.Role{access.Member, access.Helper, access.Caseworker, access.Organiser, access.Secretary} {
			x.as(role).get("/erasures").want(403)
		}
	})
}

// A member who is signed in opens their page from their case, in two tabs; what they tell stands on the case as theirs.
func TestMyPageFromACase(t *testing.T) {
	each(t, func(t *testing.T, x *site) {
		ctx := t.Context()
		cw, member := x.actor("caseworker@north.example", north), x.actor("member@north.example", north)
		c, err := x.app.Casework.OpenCase(ctx, cw, casework.OpenCase{MemberAccount: member.AccountID, Resident: casework.Resident{Name: "Łukasz Żółć", Tenure: models.TenureAssured, Address: "1 Row"},
			Theme: models.ThemeLeaks, Title: "A leak", ReceivedOn: x.app.Casework.Today(), Consent: true})
		if err != nil {
			t.Fatal(err)
		}
		theirs, err := x.app.Casework.OpenCase(ctx, cw, casework.OpenCase{Resident: casework.Resident{Name: "Ní Bhriain", Tenure: models.TenureAssured, Address: "2 Row"},
			Theme: models.ThemeLeaks, Title: "Another leak", ReceivedOn: x.app.Casework.Today(), Consent: true})
		if err != nil {
			t.Fatal(err)
		}
		m := x.as(access.Member).get("/cases").want(200)
		m.submit("#my-"+c.Ref, nil).at("/my").neutral().says("#status", c.Ref)
		m.get("/my/tell/tried").submit("#tell", values{"channel": "phone", "answered": "no", "note": "rang for an hour"}).at("/my").says("#past", "rang for an hour").says("#past", "You told us this")
		m.get("/cases/"+c.Ref).submit("#my-"+c.Ref, nil).at("/my") // a second way to the same page
		if m.post("/my/from/"+theirs.Ref, url.Values{"csrf": {m.csrf()}}); m.Status != 404 {
			t.Errorf("somebody else's case opens a page: %d %s", m.Status, m.Path)
		}
		x.as(access.Caseworker).get("/cases/"+c.Ref).says("main", "told by the member on their own page")
	})
}
