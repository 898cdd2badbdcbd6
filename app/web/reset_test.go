package web_test

import (
	"bytes"
	"context"
	"io"
	"mime/quotedprintable"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"commoncase/app/config"
	"commoncase/app/mail/mailtest"
	"commoncase/models/access"
)

// The site is told one address and reached at another; what is mailed must name the one it was told.
const told = "https://cases.example.org"

// posting is a siteOption that lets mail leave through a server.
func posting(s *mailtest.Server) siteOption {
	return setting(func(c *config.Config) {
		c.SMTP = config.SMTP{Host: s.Host, Port: s.Port, From: "Commoncase <post@example.org>", TLS: "none"}
	})
}

// ask asks for a link and returns the page that answers.
func ask(x *site, email string) *browser {
	x.t.Helper()
	b := x.visitor().get("/sign-in").want(200)
	b.get(b.Page.Find("main a:contains('I forgot my password')").AttrOr("href", "")).want(200)
	return b.submit("#forgotten", values{"email": email})
}

// textOf is what a mail says.
func textOf(t *testing.T, r mailtest.Received) string {
	t.Helper()
	text, err := io.ReadAll(quotedprintable.NewReader(r.Message(t).Body))
	if err != nil {
		t.Fatal(err)
	}
	return strings.ReplaceAll(string(text), "\r\n", "\n")
}

var linkInMail = regexp.MustCompile(`(?m)^(\S+)(/reset-password/[A-Za-z0-9_-]{43})$`)

// linkOf is the path of the link in a mail.
func linkOf(t *testing.T, r mailtest.Received, base string) string {
	t.Helper()
	m := linkInMail.FindStringSubmatch(textOf(t, r))
	if m == nil || m[1] != base {
		t.Fatalf("no link to %s in\n%s", base, textOf(t, r))
	}
	return m[2]
}

const another = "kettle moss 🚲 verandah"

func TestResetPassword(t *testing.T) {
	s := mailtest.Start(t, mailtest.Plain)
	each(t, func(t *testing.T, x *site) {
		const email = "caseworker@north.example"
		elsewhere, alsoElsewhere, other := x.signedIn(email), x.signedIn(email), x.as(access.Secretary)

		b := ask(x, " CaseWorker@North.example ").want(200)
		if b.Path != "/forgotten-password/sent" {
			t.Fatalf("asking led to %s", b.Path)
		}
		mail := s.Next()
		if mail.To != email || mail.From != "post@example.org" {
			t.Errorf("the mail went from %s to %s", mail.From, mail.To)
		}
		if got := mail.Message(t).Header.Get("Subject"); got != "Your new password" {
			t.Errorf("the subject is %q", got)
		}
		for _, word := range []string{"Harbour", "North", "branch", "case ", "landlord", "tenant", names[2]} {
			if strings.Contains(strings.ToLower(textOf(t, mail)), strings.ToLower(word)) {
				t.Errorf("the mail says %q:\n%s", word, textOf(t, mail))
			}
		}

		// A link is looked at by programs before the person sees it; looking does not use it up.
		link := linkOf(t, mail, "http://localhost:8080")
		for range 3 {
			x.visitor().get(link).want(200)
		}
		b.get(link).want(200)
		if got := b.Header.Get("Referrer-Policy"); got != "same-origin" {
			t.Errorf("the secret in the address is told to others: Referrer-Policy %q", got)
		}
		if got := b.Header.Get("Cache-Control"); got != "no-store" {
			t.Errorf("Cache-Control %q", got)
		}

		b.submit("#reset", values{"password": "too short"}).want(422)
		if got := b.errors(); !strings.Contains(got, "12 is the least") {
			t.Errorf("the summary says %q", got)
		}
		if b.Page.Find("#password").AttrOr("value", "") != "" || bytes.Contains(b.Body, []byte("too short")) {
			t.Error("the password came back in the page")
		}
		b.submit("#reset", values{"password": another}).want(200).says(".govuk-notification-banner", "Your new password is saved")
		if b.Path != "/sign-in" {
			t.Errorf("saving led to %s", b.Path)
		}

		// Once, and the old sessions and the old password are worth nothing.
		x.visitor().get(link).want(404).says("main", "does not work").says("main a", "Ask for a new link")
		for _, old := range []*browser{elsewhere, alsoElsewhere} {
			if old.get("/"); old.Path == "/" {
				t.Error("a session outlived the password")
			}
		}
		if other.get("/").want(200); other.Path != "/" {
			t.Error("somebody else was signed out")
		}
		b.submit("#sign-in", values{"email": email, "password": password}).want(422)
		b.submit("#sign-in", values{"email": email, "password": another}).want(200)
		if b.Path != "/" {
			t.Errorf("signing in led to %s", b.Path)
		}
		x.visitor().get("/sign-in").submit("#sign-in", values{"email": "secretary@north.example", "password": password}).want(200)
		x.as(access.Secretary).get("/audit").want(200).says("main", "New password set")

		log := x.log.String()
		for _, secret := range []string{strings.TrimPrefix(link, "/reset-password/"), "caseworker", names[2], another} {
			if strings.Contains(log, secret) {
				t.Errorf("the log holds %q:\n%s", secret, log)
			}
		}
		if !strings.Contains(log, `"route":"/reset-password/:token"`) || !strings.Contains(log, "mail sent") {
			t.Errorf("the log does not tell what happened:\n%s", log)
		}
	}, posting(s))
}

// What is mailed names the address that the installation was told, whatever the request says.
func TestResetLinkLeadsHome(t *testing.T) {
	s := mailtest.Start(t, mailtest.Plain)
	x := one(t, posting(s), setting(func(c *config.Config) { c.BaseURL = told; c.TrustedProxies = []string{"127.0.0.1"} }))
	page, cookies := proxied(t, x, http.MethodGet, "/forgotten-password", nil, nil)
	req, err := http.NewRequest(http.MethodPost, x.url+"/forgotten-password", strings.NewReader(url.Values{"csrf": {page.csrf()}, "email": {"member@north.example"}}.Encode()))
	if err != nil {
		t.Fatal(err)
	}
	req.Host = "evil.example"
	for name, value := range map[string]string{"Content-Type": "application/x-www-form-urlencoded", "Origin": told, "X-Forwarded-Host": "evil.example", "X-Forwarded-Proto": "https"} {
		req.Header.Set(name, value)
	}
	for _, c := range cookies {
		req.AddCookie(&http.Cookie{Name: c.Name, Value: c.Value})
	}
	b := &browser{site: x, client: &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}}
	if b.do(req); b.Status != 303 || b.Header.Get("Location") != "/forgotten-password/sent" {
		t.Fatalf("status %d to %q: %s", b.Status, b.Header.Get("Location"), b.text("main"))
	}
	mail := s.Next()
	linkOf(t, mail, told)
	if strings.Contains(string(mail.Raw), "evil") {
		t.Errorf("the mail repeats what the request said:\n%s", mail.Raw)
	}
}

// The answer to an address with an account, one without, and one whose mail server is down is the same to the byte and does not
// wait for any of it.
func TestResetTellsNothing(t *testing.T) {
	s := mailtest.Start(t, mailtest.Plain)
	release := s.Hold()
	x := one(t, posting(s))
	var pages []string
	for _, email := range []string{"member@north.example", "nobody@north.example", "helper@north.example"} {
		began := time.Now()
		b := ask(x, email).want(200)
		if took := time.Since(began); took > 5*time.Second {
			t.Errorf("%s: the answer took %v while the mail server said nothing", email, took)
		}
		pages = append(pages, b.Path+string(b.Body))
	}
	slices.Sort(pages)
	if len(slices.Compact(pages)) != 1 {
		t.Error("the answers differ")
	}
	release()
	to := []string{s.Next().To, s.Next().To}
	slices.Sort(to)
	if !slices.Equal(to, []string{"helper@north.example", "member@north.example"}) {
		t.Errorf("mail went to %q", to)
	}
	x.app.People.Close()
	if n := s.Waiting(); n != 0 {
		t.Errorf("%d more mails were sent", n)
	}
}

func TestResetLinksEnd(t *testing.T) {
	s := mailtest.Start(t, mailtest.Plain)
	each(t, func(t *testing.T, x *site) {
		const email = "member@north.example"
		link := func(email string) string {
			t.Helper()
			ask(x, email).want(200)
			return linkOf(t, s.Next(), "http://localhost:8080")
		}
		// An hour.
		first := link(email)
		x.pass(59*time.Minute + 59*time.Second)
		b := x.visitor().get(first).want(200)
		x.pass(time.Second)
		x.visitor().get(first).want(404)
		b.submit("#reset", values{"password": another}).want(404).says("main", "older than an hour")

		// A newer one ends the older; that of somebody else stays.
		older, others, newer := link(email), link("helper@north.example"), link(email)
		form := x.visitor().get(newer).want(200)
		stale := x.visitor().get(newer).want(200)
		x.visitor().get(older).want(404)
		x.visitor().get(others).want(200)
		x.visitor().get(newer + "x").want(404)
		x.visitor().get("/reset-password/" + strings.Repeat("A", 43)).want(404)

		// Two that stand on the form at once: one gets it.
		form.submit("#reset", values{"password": another}).want(200)
		stale.submit("#reset", values{"password": "a third and different one"}).want(404)
		x.visitor().get("/sign-in").submit("#sign-in", values{"email": email, "password": another}).want(200)
		x.visitor().get("/sign-in").submit("#sign-in", values{"email": "helper@north.example", "password": password}).want(200)

		// The operator sets a password: a link that is still in a mailbox must not undo that.
		if err := x.app.People.SetPassword(context.Background(), "helper@north.example", "set by the operator"); err != nil {
			t.Fatal(err)
		}
		x.visitor().get(others).want(404)
	}, posting(s))
}

// A link for one account, used while another is signed in in the same browser, changes the one it was mailed for.
func TestResetBelongsToItsAccount(t *testing.T) {
	s := mailtest.Start(t, mailtest.Plain)
	x := one(t, posting(s))
	ask(x, "member@north.example").want(200)
	b := x.as(access.Secretary).get(linkOf(t, s.Next(), "http://localhost:8080")).want(200)
	b.submit("#reset", values{"password": another}).want(200).says(".govuk-notification-banner", "saved")
	if b.Path != "/sign-in" {
		t.Errorf("it led to %s", b.Path)
	}
	b.submit("#sign-in", values{"email": "secretary@north.example", "password": password}).want(200)
	x.visitor().get("/sign-in").submit("#sign-in", values{"email": "member@north.example", "password": another}).want(200)
}

// Of many at the same moment one saves; the others are told that the link does not work.
func TestResetAtOnce(t *testing.T) {
	s := mailtest.Start(t, mailtest.Plain)
	each(t, func(t *testing.T, x *site) {
		ask(x, "member@north.example").want(200)
		token := strings.TrimPrefix(linkOf(t, s.Next(), "http://localhost:8080"), "/reset-password/")
		var wg sync.WaitGroup
		errs := make(chan error, 6)
		for range cap(errs) {
			wg.Go(func() { errs <- x.app.People.ResetPassword(context.Background(), token, another, "203.0.113.9") })
		}
		wg.Wait()
		close(errs)
		saved := 0
		for err := range errs {
			if err == nil {
				saved++
			} else if !strings.Contains(err.Error(), "does not work any more") {
				t.Error(err)
			}
		}
		if saved != 1 {
			t.Errorf("%d of them saved", saved)
		}
	}, posting(s))
}

func TestResetRefusesWhatIsNoAddress(t *testing.T) {
	s := mailtest.Start(t, mailtest.Plain)
	x := one(t, posting(s))
	for typed, want := range map[string]string{
		"":               "Enter your e-mail address.",
		"Niamh":          "no e-mail address",
		"a@example.org,": "no e-mail address",
		"Niamh Ní Bhriain <member@north.example>":          "no e-mail address",
		"member@north.example\r\nBcc: all@example.org":     "no e-mail address",
		strings.Repeat("a", 300) + "@example.org":          "no e-mail address",
		`"member@north.example" <secretary@north.example>`: "no e-mail address",
	} {
		b := ask(x, typed).want(422)
		if got := b.errors(); !strings.Contains(got, want) {
			t.Errorf("%q: the summary says %q", typed, got)
		}
		if got := b.Page.Find("#email").AttrOr("value", ""); got != strings.ReplaceAll(typed, "\r\n", "\n") {
			t.Errorf("what was typed came back as %q, not %q", got, typed)
		}
	}
	x.app.People.Close()
	if s.Asked() != 0 {
		t.Errorf("%d mails were begun", s.Asked())
	}
}

func TestResetIsLimited(t *testing.T) {
	s := mailtest.Start(t, mailtest.Plain)
	x := one(t, posting(s))
	for _, email := range []string{"member@north.example", "nobody@north.example"} {
		for range 3 {
			ask(x, email).want(200)
		}
		b := ask(x, email).want(429)
		if got := b.errors(); got != "There were too many requests for a new password. Try again in 15 minutes." {
			t.Errorf("%s: the summary says %q", email, got)
		}
		if got := b.Page.Find("#email").AttrOr("value", ""); got != email {
			t.Errorf("what was typed came back as %q", got)
		}
	}
	x.pass(15 * time.Minute)
	ask(x, "member@north.example").want(200)
	x.app.People.Close()
	if n := s.Waiting(); n != 4 {
		t.Errorf("%d mails came, want 4", n)
	}
}

// Somebody who guessed until they had to wait need not wait when they have a new password.
func TestResetForgivesWrongPasswords(t *testing.T) {
	s := mailtest.Start(t, mailtest.Plain)
	x := one(t, posting(s))
	b := x.visitor().get("/sign-in")
	for range 5 {
		b.submit("#sign-in", values{"email": "member@north.example", "password": "guess guess guess"}).want(422)
	}
	b.submit("#sign-in", values{"email": "member@north.example", "password": password}).want(429)
	ask(x, "member@north.example").want(200)
	b.get(linkOf(t, s.Next(), "http://localhost:8080")).submit("#reset", values{"password": another}).want(200)
	b.submit("#sign-in", values{"email": "member@north.example", "password": another}).want(200)
}

// A refusal by the mail server is in the log, without the address, and the person is told what everybody is told.
func TestResetMailRefused(t *testing.T) {
	s := mailtest.Start(t, mailtest.Plain)
	s.Refuse(550)
	x := one(t, posting(s))
	ask(x, "member@north.example").want(200)
	x.app.People.Close()
	log := x.log.String()
	if !strings.Contains(log, "mail not sent") || !strings.Contains(log, "550 5.1.1") || strings.Contains(log, "member") {
		t.Errorf("the log says\n%s", log)
	}
}

func TestResetWithoutMail(t *testing.T) {
	x := one(t)
	b := x.visitor().get("/forgotten-password").want(200).says("#no-mail", "ask whoever runs it").says("#no-mail code", "commoncase user password --email")
	if b.Page.Find("#forgotten").Length() != 0 {
		t.Error("a form is offered that leads nowhere")
	}
	token := b.get("/sign-in").csrf()
	b.post("/forgotten-password", url.Values{"csrf": {token}, "email": {"member@north.example"}}).want(409).says("main", "commoncase user password")
}

// A form without its cookie is refused without a form that would be refused again.
func TestResetFormsNeedTheirCookie(t *testing.T) {
	s := mailtest.Start(t, mailtest.Plain)
	x := one(t, posting(s))
	b := x.visitor().post("/forgotten-password", url.Values{"email": {"member@north.example"}}).want(403).says("main", "allow cookies")
	if b.Page.Find("#send-again").Length() != 0 {
		t.Error("a form is offered that would be refused again")
	}
	x.app.People.Close()
	if s.Asked() != 0 {
		t.Error("a mail was sent")
	}
}
