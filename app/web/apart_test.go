package web_test

import (
	"context"
	"net/http"
	"net/url"
	"testing"

	"commoncase/models"
	"commoncase/models/access"
)

// Whoever takes a story down sees nothing of what is between its teller and the branch, before it is handed over either.
func TestAHelperReadsNoMessages(t *testing.T) {
	each(t, func(t *testing.T, x *site) {
		b := x.as(access.Helper).get("/take-down").want(200)
		b.submit("#begin", values{"lang": "en"}).want(200)
		b.get("/form/story").want(200).submit("#question", values{"story": "Black mould."}).want(200)
		b.get("/form/consent").want(200).submit("#question", values{"consent_record": "yes", "consent_act": "yes", "spoken_consent": "1"}).want(200)
		b.get("/form/contact").submit("#question", values{"who": "yes", "name": "Zofia Żółć"})
		csrf := b.get("/form/check").want(200).csrf()
		b.post("/form/send", url.Values{"csrf": {csrf}}).want(200).says("h1", "Now hand it over")
		for _, path := range []string{"/my", "/my/messages", "/my/files", "/my/consents", "/my/consents/quote", "/my/consents/quote/back", "/my/authority", "/my/contact", "/my/export", "/my/erase", "/my/code", "/my/tell/wrote"} {
			if b.get(path).Status != 403 {
				t.Errorf("a helper opens %s: %d", path, b.Status)
			}
		}
		for path, fields := range map[string]url.Values{"/my/messages": {"body": {"I am the teller."}}, "/my/authority": {"method": {"typed"}, "name": {"Zofia Żółć"}}, "/my/consents/quote": {"value": {"full_name"}}} {
			fields.Set("csrf", csrf)
			if b.post(path, fields).Status != 403 {
				t.Errorf("a helper sends %s: %d", path, b.Status)
			}
		}
	})
}

// Who is signed in, and leaves in a hurry, is signed out: whoever takes up the phone next finds nothing.
func TestLeavingInAHurrySignsOut(t *testing.T) {
	each(t, func(t *testing.T, x *site) {
		b := x.as(access.Member).get("/cases").want(200)
		b.client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
		token := b.cookie("session")
		leave := func(from string) {
			req, _ := http.NewRequest(http.MethodGet, x.url+"/leave", nil)
			req.Header.Set("Sec-Fetch-Site", from)
			b.do(req).want(303)
		}
		leave("cross-site")
		if _, err := x.app.People.Who(context.Background(), token); err != nil || b.cookie("session") != token {
			t.Errorf("another site can sign somebody out: %v", err)
		}
		leave("same-origin")
		if _, err := x.app.People.Who(context.Background(), token); models.CodeOf(err) != models.CodeSignIn || b.cookie("session") != "" {
			t.Errorf("still signed in: %v", err)
		}
	})
}
