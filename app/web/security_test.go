package web_test

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"mime/multipart"
	"net"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"commoncase/app/web"
	"commoncase/models/access"
)

// concrete fills the parameters of a route with things that are not there.
func concrete(path string) string {
	path = strings.ReplaceAll(path, "*", "base.css")
	return regexp.MustCompile(`:[a-z]+`).ReplaceAllString(path, "NOR-25-9999-X")
}

// Every role at every route: who may not is told so, who may is not, and nobody meets an internal error.
func TestRolesAtRoutes(t *testing.T) {
	x := one(t)
	roles := append(access.Roles{""}, access.All...)
	for _, role := range roles {
		name := string(role)
		if role == "" {
			name = "nobody"
		}
		t.Run(name, func(t *testing.T) {
			for _, r := range web.RouteTable() {
				if strings.HasPrefix(r.Path, "/demo/") || (r.Path == "/sign-out" && r.Method == http.MethodPost) {
					continue // not served here; and walked in signin_test.go
				}
				b := x.visitor()
				if role != "" {
					b = x.as(role)
				}
				b.client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
				open := r.Guard == "bare" || r.Guard == "public"
				may := open || (role != "" && (r.Guard == "signed in" || access.Allows(access.Roles{role}, access.Action(r.Guard))))
				at := fmt.Sprintf("%s %s (%s)", r.Method, r.Path, r.Guard)
				if r.Method == http.MethodGet {
					b.get(concrete(r.Path))
				} else {
					token := ""
					if role != "" {
						token = b.get("/help").csrf()
					} else if open {
						token = b.get("/sign-in").csrf()
					}
					b.post(concrete(r.Path), url.Values{"csrf": {token}})
				}
				toSignIn := b.Status == 303 && strings.HasPrefix(b.Header.Get("Location"), "/sign-in")
				if r.Guard == "teller" { // whoever holds no story is shown where to come back with a code
					toSignIn = b.Status == 303 && b.Header.Get("Location") == "/come-back"
				}
				switch {
				case b.Status >= 500:
					t.Errorf("%s: status %d\n%s", at, b.Status, x.log.errors())
				case may && (b.Status == 403 || toSignIn):
					t.Errorf("%s: refused with %d", at, b.Status)
				case !may && role == "" && r.Method == http.MethodGet && !toSignIn:
					t.Errorf("%s: status %d, want the way to sign in", at, b.Status)
				case !may && (role != "" || r.Method == http.MethodPost) && b.Status != 403 && !(r.Guard == "teller" && r.Method == http.MethodGet && toSignIn):
					t.Errorf("%s: status %d, want 403", at, b.Status)
				}
			}
		})
	}
}

// No form is taken without its token, whoever sends it.
func TestEveryFormNeedsItsToken(t *testing.T) {
	x := one(t)
	b := x.as(access.Secretary)
	other := x.as(access.Secretary).get("/help").csrf() // the same person, another session
	for _, r := range web.RouteTable() {
		if r.Method != http.MethodPost {
			continue
		}
		for _, token := range []string{"", "x", other} {
			if b.post(concrete(r.Path), url.Values{"csrf": {token}}); b.Status != 403 {
				t.Errorf("%s takes a form with the token %q: status %d", r.Path, token, b.Status)
			}
		}
	}
}

func TestFormsFromElsewhere(t *testing.T) {
	x := one(t)
	b := x.as(access.Member)
	token := b.get("/help").csrf()
	for name, tc := range map[string]struct {
		headers map[string]string
		taken   bool
	}{
		"same origin":              {map[string]string{"Sec-Fetch-Site": "same-origin", "Origin": x.url}, true},
		"typed by the person":      {map[string]string{"Sec-Fetch-Site": "none"}, true},
		"another site":             {map[string]string{"Sec-Fetch-Site": "cross-site", "Origin": "https://evil.example"}, false},
		"another part of the site": {map[string]string{"Sec-Fetch-Site": "same-site", "Origin": "http://other.localhost"}, false},
		"old browser, own origin":  {map[string]string{"Origin": x.url}, true},
		"old browser, base origin": {map[string]string{"Origin": "http://localhost:8080"}, true},
		"old browser, elsewhere":   {map[string]string{"Origin": "https://evil.example"}, false},
		"no origin at all":         {map[string]string{"Origin": "null"}, false},
	} {
		t.Run(name, func(t *testing.T) {
			req, _ := http.NewRequest(http.MethodPost, x.url+"/branch", strings.NewReader(url.Values{"csrf": {token}, "branch": {"0"}}.Encode()))
			req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
			for k, v := range tc.headers {
				req.Header.Set(k, v)
			}
			b.do(req)
			if want := map[bool]int{true: 404, false: 403}[tc.taken]; b.Status != want { // 404: there is no branch 0
				t.Errorf("status %d, want %d", b.Status, want)
			}
			if !tc.taken && b.Page.Find("#send-again").Length() > 0 {
				t.Error("what another site sent is offered to be sent again")
			}
		})
	}
}

// A form that was signed out while it was written comes back with everything in it, and goes through in the end.
func TestNothingTypedIsLost(t *testing.T) {
	x := one(t)
	b := x.as(access.Caseworker).get("/cases/new").want(200)
	typed := values{"name": "Niamh Ní Bhriain", "title": "Mould <b>in</b> the \"bedroom\"", "summary": "First line\nSecond line", "theme": "damp_mould", "tenure": "assured",
		"received-day": "2", "received-month": "5", "received-year": "2025"}
	form := "form[action='/cases'][method=post]"
	before := b.Page.Find(form)
	if before.Length() != 1 {
		t.Fatalf("found %d forms to open a case", before.Length())
	}
	x.pass(13 * time.Hour) // over night
	b.submit(form, typed).want(403).says("h1", "signed out")
	again := formValues(b.Page.Find("#send-again"))
	for name, want := range typed {
		if got := strings.ReplaceAll(again.Get(name), "\r\n", "\n"); got != want {
			t.Errorf("%s came back as %q, want %q", name, got, want)
		}
	}
	if again.Get("csrf") != "" && again.Get("csrf") == before.Find("input[name=csrf]").AttrOr("value", "") {
		t.Error("the old token came back")
	}
	kept := b.Page
	b.get("/sign-in").submit("#sign-in", values{"email": "caseworker@north.example", "password": password}).want(200) // in another tab
	b.Page, b.Path = kept, "/cases"
	b.submit("#send-again", nil).want(403).says("h1", "out of date").submit("#send-again", nil).want(200)
	if !strings.HasPrefix(b.Path, "/cases/NOR-") {
		t.Errorf("sending it again led to %s: %s", b.Path, b.errors())
	}
}

// Somebody of two branches who changes over in one tab does not save in the wrong branch what they wrote in another.
func TestFormOfAnotherBranch(t *testing.T) {
	x := one(t)
	b := x.as(access.Secretary)
	south := x.actor("secretary@south.example", south).BranchID
	token := b.get("/help").csrf()
	mac, _, _ := strings.Cut(token, ".")
	typed := url.Values{"csrf": {mac + "." + itoa(south)}, "number": {"1"}, "point": {"1"}, "text": {"Answer the telephone"}}
	req, _ := http.NewRequest(http.MethodPost, x.url+"/demands", strings.NewReader(typed.Encode()))
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	req.Header.Set("Origin", x.url)
	b.do(req).want(403).says("h1", "in another branch").says("main", "North branch")
	again := formValues(b.Page.Find("#send-again"))
	if again.Get("text") != "Answer the telephone" || again.Get("csrf") != typed.Get("csrf") {
		t.Errorf("what was typed came back as %v", again)
	}
	b.post("/sign-out", url.Values{"csrf": typed["csrf"]}).want(200).says("h1", "Sign in")
}

// What stands in the address overrules nothing that is typed, and a token in it proves nothing.
func TestAddressFillsInNoForm(t *testing.T) {
	x := one(t)
	b := x.as(access.Secretary)
	token := b.get("/help").csrf()
	b.post("/letters/recipients?csrf="+url.QueryEscape(token), url.Values{"role": {"press"}, "office": {"The Editor"}}).want(403)
	b.post("/letters/recipients?office=Planted", url.Values{"csrf": {token}, "role": {"press"}, "office": {"The Editor"}}).want(200)
	if b.get("/letters/recipients").want(200); strings.Contains(b.text("main"), "Planted") {
		t.Error("the address overruled what was typed")
	}
}

func TestHeaders(t *testing.T) {
	x := one(t)
	b := x.as(access.Secretary)
	b.client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	for _, path := range []string{"/", "/sign-in", "/nowhere", "/static/base.css", "/healthz", "/audit"} {
		b.get(path)
		for header, want := range map[string]string{
			"Content-Security-Policy": "default-src 'none'", "X-Content-Type-Options": "nosniff", "Referrer-Policy": "same-origin",
			"Permissions-Policy": "camera=()", "Cross-Origin-Opener-Policy": "same-origin", "X-Request-Id": "",
		} {
			if got := b.Header.Get(header); got == "" || !strings.Contains(got, want) {
				t.Errorf("%s: %s is %q", path, header, got)
			}
		}
		if strings.Contains(b.Header.Get("Content-Security-Policy"), "unsafe") {
			t.Errorf("%s: the policy allows what is unsafe", path)
		}
		wantCache := "no-store"
		if strings.HasPrefix(path, "/static/") {
			wantCache = "public, no-cache"
		}
		if got := b.Header.Get("Cache-Control"); got != wantCache {
			t.Errorf("%s: Cache-Control is %q, want %q", path, got, wantCache)
		}
		if b.Header.Get("Server") != "" {
			t.Errorf("%s: says what server it is", path)
		}
	}
	asset := b.get("/help").Page.Find("link[rel=stylesheet]").AttrOr("href", "")
	if b.get(asset).want(200); !strings.Contains(b.Header.Get("Cache-Control"), "immutable") {
		t.Errorf("%s: Cache-Control is %q", asset, b.Header.Get("Cache-Control"))
	}
	req, _ := http.NewRequest(http.MethodGet, x.url+asset, nil)
	req.Header.Set("If-None-Match", b.Header.Get("ETag"))
	b.do(req).want(304)
}

// What the policy forbids stands on no page: a browser would drop it in silence.
func TestNothingInline(t *testing.T) {
	x := one(t)
	for _, role := range []access.Role{access.Secretary, access.Member, access.Operator} {
		b := x.as(role)
		for _, r := range web.RouteTable() {
			if r.Method != http.MethodGet || strings.Contains(r.Path, "*") {
				continue
			}
			if b.get(concrete(r.Path)); b.Page == nil {
				continue
			}
			if n := b.Page.Find("[style], style, script:not([src]), [onclick], [onload], [onsubmit], [onchange]").Length(); n > 0 {
				t.Errorf("%s has %d inline styles or scripts", r.Path, n)
			}
			if b.Page.Find("h1").Length() != 1 || b.text("title") == "" || b.Page.Find("html").AttrOr("lang", "") == "" {
				t.Errorf("%s (%s) has %d h1, title %q", r.Path, role, b.Page.Find("h1").Length(), b.text("title"))
			}
		}
	}
}

// parts writes a form with a file of size bytes without holding it.
func parts(token string, size int64) (contentType string, length int64, body io.Reader) {
	var head bytes.Buffer
	w := multipart.NewWriter(&head)
	_ = w.WriteField("csrf", token)
	_, _ = w.CreateFormFile("files", "photo.jpg")
	tail := "\r\n--" + w.Boundary() + "--\r\n"
	return w.FormDataContentType(), int64(head.Len()) + size + int64(len(tail)), io.MultiReader(&head, io.LimitReader(zeros{}, size), strings.NewReader(tail))
}

type zeros struct{}

func (zeros) Read(p []byte) (int, error) { clear(p); return len(p), nil }

func TestBodies(t *testing.T) {
	x := one(t)
	worker := x.as(access.Caseworker)
	token := worker.get("/help").csrf()
	const uploadPath, formPath = "/cases/NOR-25-9999-X/events/check", "/cases"
	send := func(t *testing.T, b *browser, path string, size int64, change func(*http.Request)) *browser {
		t.Helper()
		contentType, length, body := parts(token, size)
		req, err := http.NewRequest(http.MethodPost, x.url+path, body)
		if err != nil {
			t.Fatal(err)
		}
		req.ContentLength = length
		req.Header.Set("Content-Type", contentType)
		if change != nil {
			change(req)
		}
		return b.do(req)
	}
	t.Run("a photo of 60 MB reaches the form it belongs to", func(t *testing.T) {
		send(t, worker, uploadPath, 60<<20, nil).want(404) // which says that there is no such case
	})
	t.Run("more than an upload may have", func(t *testing.T) {
		send(t, worker, uploadPath, 101<<20, nil).want(413).says("main", "more than 100 MB together")
	})
	t.Run("a file where none belongs", func(t *testing.T) {
		send(t, worker, formPath, 2<<20, nil).want(413).says("main", "longer than we take")
	})
	t.Run("nobody signed in", func(t *testing.T) {
		send(t, x.visitor(), uploadPath, 6<<20, nil).want(413)
	})
	t.Run("length not said", func(t *testing.T) {
		req, _ := http.NewRequest(http.MethodPost, x.url+formPath, io.LimitReader(zeros{}, 10))
		req.TransferEncoding = []string{"chunked"}
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		worker.do(req).want(411)
	})
	t.Run("packed", func(t *testing.T) {
		send(t, worker, uploadPath, 10, func(r *http.Request) { r.Header.Set("Content-Encoding", "gzip") }).want(415)
	})
	t.Run("broken off", func(t *testing.T) {
		body := "--b\r\nContent-Disposition: form-data; name=\"csrf\"\r\n\r\n" + token + "\r\n--b\r\nContent-Disposition: form-data; name=\"files\"; filename=\"a.jpg\"\r\n\r\nabc"
		req, _ := http.NewRequest(http.MethodPost, x.url+uploadPath, strings.NewReader(body))
		req.Header.Set("Content-Type", "multipart/form-data; boundary=b")
		worker.do(req).want(422).says("main", "did not arrive whole")
	})
	t.Run("the connection is good for the next request", func(t *testing.T) {
		worker.get("/help").want(200)
	})
}

// What the server refuses before any of our code runs gets a page of ours too.
func TestRefusedBeforeTheFirstMiddleware(t *testing.T) {
	x := one(t)
	for name, tc := range map[string]struct {
		request string
		status  string
	}{
		"head too long": {"GET / HTTP/1.1\r\nHost: localhost\r\nCookie: " + strings.Repeat("a", 20_000) + "\r\n\r\n", "431"},
		"nonsense":      {"GET / HTTP/1.1\r\nHost: localhost\r\nContent-Length: hunter2\r\n\r\n", "400"},
	} {
		t.Run(name, func(t *testing.T) {
			conn, err := net.Dial("tcp", strings.TrimPrefix(x.url, "http://"))
			if err != nil {
				t.Fatal(err)
			}
			defer conn.Close()
			_ = conn.SetDeadline(time.Now().Add(10 * time.Second))
			_, _ = io.WriteString(conn, tc.request)
			resp, err := http.ReadResponse(bufio.NewReader(conn), nil)
			if err != nil {
				t.Fatal(err)
			}
			defer resp.Body.Close()
			body, _ := io.ReadAll(resp.Body)
			if !strings.HasPrefix(resp.Status, tc.status) || !bytes.Contains(body, []byte("<h1>")) || bytes.Contains(body, []byte("hunter2")) || bytes.Contains(body, []byte("buffer")) {
				t.Errorf("answered %s: %s", resp.Status, body)
			}
			if !strings.Contains(resp.Header.Get("Content-Security-Policy"), "default-src 'none'") {
				t.Error("without a Content-Security-Policy")
			}
		})
	}
}

// Bytes in an address that are no text reach no database; PostgreSQL would take them for an error of ours.
func TestAddressThatIsNoText(t *testing.T) {
	each(t, func(t *testing.T, x *site) {
		b := x.as(access.Secretary)
		for _, path := range []string{"/cases/NOR-\xff", "/letters/NOR-\xc3\x28", "/evidence/snapshots/\xfe\xff", "/incident/\x80", "/demands/\x00", "/cases?q=\xff"} {
			conn, err := net.Dial("tcp", strings.TrimPrefix(x.url, "http://"))
			if err != nil {
				t.Fatal(err)
			}
			_ = conn.SetDeadline(time.Now().Add(10 * time.Second))
			_, _ = fmt.Fprintf(conn, "GET %s HTTP/1.1\r\nHost: localhost\r\nCookie: session=%s\r\nConnection: close\r\n\r\n", path, b.session())
			resp, err := http.ReadResponse(bufio.NewReader(conn), nil)
			if err != nil {
				t.Fatal(err)
			}
			if resp.StatusCode >= 500 {
				t.Errorf("%q: status %d\n%s", path, resp.StatusCode, x.log.errors())
			}
			resp.Body.Close()
			conn.Close()
		}
	})
}

func TestHealth(t *testing.T) {
	each(t, func(t *testing.T, x *site) {
		b := x.visitor()
		if b.get("/healthz").want(200); string(b.Body) != "ok\n" {
			t.Errorf("healthz says %q", b.Body)
		}
		if b.get("/readyz").want(200); string(b.Body) != "ready\n" {
			t.Errorf("readyz says %q", b.Body)
		}
		if len(b.Header.Values("Set-Cookie")) > 0 {
			t.Error("asking after its health sets a cookie")
		}
	})
}

// The log tells of each request and of nobody.
func TestLogNamesNobody(t *testing.T) {
	x := one(t)
	b := x.visitor().get("/sign-in").submit("#sign-in", values{"email": "caseworker@north.example", "password": password}).want(200)
	b.get("/cases?q=Niamh").want(200)
	b.get("/cases/NOR-25-9999-X")
	log := x.log.String()
	for _, secret := range []string{"caseworker@", "আনিকা", "O'Connor", "Niamh", "127.0.0.1:5", "NOR-25", password, b.session()} {
		if strings.Contains(log, secret) {
			t.Errorf("the log holds %q:\n%s", secret, log)
		}
	}
	if !strings.Contains(log, `"route":"/cases/:ref","status":404`) {
		t.Errorf("the log lacks a request:\n%s", log)
	}
}
