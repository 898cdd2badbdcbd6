package web_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"commoncase/app/config"
	"commoncase/models/access"
)

func TestSignIn(t *testing.T) {
	each(t, func(t *testing.T, x *site) {
		b := x.visitor().get("/audit?before=7").want(200)
		if b.Path != "/sign-in?next=%2Faudit%3Fbefore%3D7" {
			t.Fatalf("a page that needs a session leads to %s", b.Path)
		}
		b.submit("#sign-in", values{"email": "Secretary@North.example", "password": "not the password"}).want(422)
		if got := b.errors(); !strings.Contains(got, "is not right") {
			t.Errorf("the summary says %q", got)
		}
		if got := b.Page.Find("#email").AttrOr("value", ""); got != "Secretary@North.example" {
			t.Errorf("the typed address came back as %q", got)
		}
		if b.Page.Find("#password").AttrOr("value", "") != "" {
			t.Error("the password came back in the page")
		}
		b.submit("#sign-in", values{"email": " SECRETARY@north.example ", "password": password}).want(200)
		if b.Path != "/audit?before=7" {
			t.Errorf("signing in led to %s", b.Path)
		}
		b.says("header", names[4]).says("header", "North branch")
		b.submit("form[action='/sign-out']", nil).want(200)
		if b.Path != "/sign-in" {
			t.Errorf("signing out led to %s", b.Path)
		}
		if b.get("/audit"); b.Path == "/audit" {
			t.Error("the page is there after signing out")
		}
	})
}

func TestSignInSaysTheSameOfUnknownAddresses(t *testing.T) {
	x := one(t)
	known := x.visitor().get("/sign-in").submit("#sign-in", values{"email": "member@north.example", "password": "wrong horse battery"}).want(422).errors()
	unknown := x.visitor().get("/sign-in").submit("#sign-in", values{"email": "nobody@north.example", "password": "wrong horse battery"}).want(422).errors()
	if known != unknown || known == "" {
		t.Errorf("known address: %q; unknown: %q", known, unknown)
	}
}

func TestSignInAsksForBoth(t *testing.T) {
	b := one(t).visitor().get("/sign-in").submit("#sign-in", values{"email": "  ", "password": ""}).want(422)
	if got, want := b.errors(), "Enter your e-mail address.\nEnter your password."; got != want {
		t.Errorf("the summary says %q, want %q", got, want)
	}
	if !strings.HasPrefix(b.text("title"), "Error: ") {
		t.Errorf("the title is %q", b.text("title"))
	}
}

func TestSignInLeadsNowhereElse(t *testing.T) {
	x := one(t)
	for _, next := range []string{"https://evil.example", "//evil.example", `/\evil.example`, "/\t/evil.example", "evil.example", "javascript:alert(1)"} {
		b := x.visitor().get("/sign-in?" + url.Values{"next": {next}}.Encode())
		if b.Page.Find("input[name=next]").Length() != 0 {
			t.Errorf("%q is offered as the way back", next)
		}
		b.submit("#sign-in", values{"email": "member@north.example", "password": password, "next": next}).want(200)
		if b.Path != "/" {
			t.Errorf("%q: signing in led to %s", next, b.Path)
		}
	}
}

func TestTooManyTries(t *testing.T) {
	x := one(t)
	b := x.visitor().get("/sign-in")
	wrong := values{"email": "member@north.example", "password": "wrong horse battery"}
	for range 5 {
		b.submit("#sign-in", wrong).want(422)
	}
	b.submit("#sign-in", wrong).want(429)
	if got := b.errors(); !strings.Contains(got, "Try again in 15 minutes.") {
		t.Errorf("the summary says %q", got)
	}
	right := values{"email": "member@north.example", "password": password}
	b.submit("#sign-in", right).want(429)
	// Somebody else at the same address is not held up.
	x.visitor().get("/sign-in").submit("#sign-in", values{"email": "helper@north.example", "password": password}).want(200)
	x.pass(14*time.Minute + 30*time.Second)
	if got := b.submit("#sign-in", right).want(429).errors(); !strings.Contains(got, "Try again in a minute.") {
		t.Errorf("the summary says %q", got)
	}
	x.pass(time.Minute)
	b.submit("#sign-in", right).want(200)
}

func TestSessionCookie(t *testing.T) {
	for _, tc := range []struct {
		name, base, cookie string
		secure             bool
	}{
		{"over HTTPS", "https://cases.example.org", "__Host-session", true},
		{"on this machine", "http://localhost:8080", "session", false},
	} {
		t.Run(tc.name, func(t *testing.T) {
			x := one(t, setting(func(c *config.Config) { c.BaseURL = tc.base; c.TrustedProxies = []string{"127.0.0.1"} }))
			form, cookies := proxied(t, x, http.MethodGet, "/sign-in", nil, nil)
			resp, cookies2 := proxied(t, x, http.MethodPost, "/sign-in", url.Values{"csrf": {form.Page.Find("#sign-in input[name=csrf]").AttrOr("value", "")},
				"email": {"member@north.example"}, "password": {password}}, cookies)
			if resp.Status != 303 || resp.Header.Get("Location") != "/" {
				t.Fatalf("status %d to %q: %s", resp.Status, resp.Header.Get("Location"), resp.text("main"))
			}
			var session *http.Cookie
			for _, c := range cookies2 {
				if c.Name == tc.cookie && c.Value != "" {
					session = c
				}
			}
			if session == nil {
				t.Fatalf("no cookie %s among %v", tc.cookie, cookies2)
			}
			if !session.HttpOnly || session.SameSite != http.SameSiteLaxMode || session.Path != "/" || session.Domain != "" || session.Secure != tc.secure {
				t.Errorf("the cookie is %+v", session)
			}
			if hsts := resp.Header.Get("Strict-Transport-Security"); (hsts != "") != tc.secure {
				t.Errorf("Strict-Transport-Security is %q", hsts)
			}
			// The session works, and a form posted through the proxy over HTTPS is taken.
			home, _ := proxied(t, x, http.MethodGet, "/", nil, []*http.Cookie{session})
			if home.Status != 200 {
				t.Fatalf("the home page has status %d", home.Status)
			}
			out, _ := proxied(t, x, http.MethodPost, "/sign-out", url.Values{"csrf": {home.Page.Find("form[action='/sign-out'] input").AttrOr("value", "")}}, []*http.Cookie{session})
			if out.Status != 303 {
				t.Errorf("signing out through the proxy: status %d, %s", out.Status, out.text("main"))
			}
		})
	}
}

// proxied sends what a proxy with HTTPS in front would send, follows nothing, and returns the answer with its cookies.
func proxied(t *testing.T, x *site, method, path string, form url.Values, cookies []*http.Cookie) (*browser, []*http.Cookie) {
	t.Helper()
	b := &browser{site: x, client: &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}}
	req, err := http.NewRequest(method, x.url+path, strings.NewReader(form.Encode()))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("X-Forwarded-Proto", "https")
	req.Header.Set("X-Forwarded-Host", "cases.example.org")
	req.Header.Set("X-Forwarded-For", "203.0.113.9")
	req.Header.Set("Referer", "https://cases.example.org"+path)
	if method == http.MethodPost {
		req.Header.Set("Origin", x.base())
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	for _, c := range cookies {
		req.AddCookie(&http.Cookie{Name: c.Name, Value: c.Value})
	}
	b.do(req)
	return b, (&http.Response{Header: b.Header}).Cookies()
}

func TestSignInGivesANewToken(t *testing.T) {
	x := one(t)
	b := x.as(access.Member)
	old := b.session()
	b.get("/")
	stale := b.Page.Find("form[action='/sign-out'] input[name=csrf]").AttrOr("value", "")
	// Signing in again in the same browser, as with a second tab that was left on the form.
	fresh := x.visitor().get("/sign-in").submit("#sign-in", values{"email": "member@north.example", "password": password}).want(200)
	if fresh.session() == old {
		t.Error("the token is the old one")
	}
	if now := fresh.Page.Find("form[action='/sign-out'] input[name=csrf]").AttrOr("value", ""); now == stale || now == "" {
		t.Errorf("the form's token is %q, as before", now)
	}
	fresh.post("/sign-out", url.Values{"csrf": {stale}}).want(403)
}

func TestSessionsEnd(t *testing.T) {
	each(t, func(t *testing.T, x *site) {
		b := x.as(access.Member)
		for range 70 { // 35 days of use, every half day
			x.pass(11 * time.Hour)
			if b.get("/"); b.Path != "/" {
				break
			}
		}
		if b.Path == "/" {
			t.Error("a session that is used never ends")
		} else if days := x.now.Load().Sub(morning).Hours() / 24; days < 29 || days > 31 {
			t.Errorf("a session that is used ended after %.1f days", days)
		}
		b = x.as(access.Member)
		x.pass(11*time.Hour + 59*time.Minute)
		if b.get("/"); b.Path != "/" {
			t.Error("a session ended within 12 idle hours")
		}
		x.pass(12*time.Hour + time.Minute)
		if b.get("/"); b.Path == "/" {
			t.Error("a session lasted longer than 12 idle hours")
		}
	})
}

func TestSwitchBranch(t *testing.T) {
	each(t, func(t *testing.T, x *site) {
		b := x.signedIn("both@example.org").get("/").want(200).says("header", "North branch")
		b.submit(".cc-switch__form", values{"branch": b.Page.Find(".cc-switch__form button").AttrOr("value", "")}).want(200)
		b.says("header .cc-header__branch", "South branch").says("h1", "South branch")
		b.get("/audit").want(403) // a member there

		// Somebody of one branch is offered none, and cannot go where they have no role.
		own := x.as(access.Secretary).get("/").want(200)
		if own.Page.Find(".cc-switch").Length() != 0 {
			t.Error("somebody with one branch is offered another")
		}
		csrf := own.Page.Find("form[action='/sign-out'] input[name=csrf]").AttrOr("value", "")
		elsewhere := x.actor("secretary@south.example", south).BranchID
		own.post("/branch", url.Values{"csrf": {csrf}, "branch": {itoa(elsewhere)}}).want(404)
		own.get("/").says("header .cc-header__branch", "North branch")
	})
}
