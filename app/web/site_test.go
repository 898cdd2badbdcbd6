package web_test

import (
	"bytes"
	"context"
	"io"
	"log/slog"
	"maps"
	"mime/multipart"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/PuerkitoBio/goquery"

	"commoncase/app"
	"commoncase/app/config"
	"commoncase/app/people"
	"commoncase/app/store"
	"commoncase/app/store/storetest"
	"commoncase/models"
	"commoncase/models/access"
	"commoncase/models/civil"
)

// The two branches of every test site. The first has somebody in every role, caseworker@north.example and so on; the second has
// secretary@south.example; both@example.org is secretary in the first and member in the second.
const (
	north = "north"
	south = "south"
)

// password is everybody's.
const password = "lantern quay harbour"

// prepared is what every test database holds before the test begins.
func prepared(ctx context.Context, dbURL string) error {
	st, err := store.Open(ctx, dbURL, func() time.Time { return morning })
	if err != nil {
		return err
	}
	defer st.Close()
	if _, err := st.Migrate(ctx); err != nil {
		return err
	}
	p := people.New(st, func() time.Time { return morning })
	for _, b := range []struct {
		branch   models.Branch
		landlord models.Landlord
	}{
		{models.Branch{Slug: north, Name: "North branch", Prefix: "NOR", Address: "1 Union Street\nNorthtown", Email: "north@example.org"},
			models.Landlord{Slug: "harbour-and-vale", Name: "Harbour & Vale Homes", Calendar: civil.EnglandAndWales, Invented: true}},
		{models.Branch{Slug: south, Name: "South branch", Prefix: "SOU"},
			models.Landlord{Slug: "nowhere-homes", Name: "Nowhere Homes", Calendar: civil.Scotland, Invented: true}},
	} {
		if _, err := p.FoundBranch(ctx, b.landlord, b.branch); err != nil {
			return err
		}
	}
	for i, role := range access.All {
		if _, err := p.AddAccount(ctx, string(role)+"@north.example", names[i], password, north, role); err != nil {
			return err
		}
	}
	for _, a := range []struct {
		email, branch string
		role          access.Role
	}{{"secretary@south.example", south, access.Secretary}, {"both@example.org", north, access.Secretary}, {"both@example.org", south, access.Member}} {
		if _, err := p.AddAccount(ctx, a.email, "Amara Okonkwo", password, a.branch, a.role); err != nil {
			return err
		}
	}
	return nil
}

var names = []string{"Łukasz Żółć", "Niamh Ní Bhriain", "Seán O'Connor", "আনিকা রহমান", "محمد", "Trần Thị Hoa", "Ngozi Adeyemi"}

// morning is when every test begins: Monday 2 June 2025, 10 o'clock in London.
var morning = time.Date(2025, 6, 2, 9, 0, 0, 0, time.UTC)

// site is the whole program on a database of its own, listening on a port of this machine.
type site struct {
	t       testing.TB
	app     *app.App
	url     string
	baseURL string
	now     atomic.Pointer[time.Time]
	log     *lines
}

type siteOption func(*config.Config, *app.Options)

// each runs a test on SQLite and on PostgreSQL.
func each(t *testing.T, test func(t *testing.T, x *site), options ...siteOption) {
	storetest.Each(t, prepared, func(t *testing.T, dbURL string) { test(t, newSite(t, dbURL, options...)) })
}

// one runs on SQLite alone, for what no database can change.
func one(t *testing.T, options ...siteOption) *site {
	return newSite(t, storetest.SQLite(t, prepared), options...)
}

func newSite(t testing.TB, dbURL string, options ...siteOption) *site {
	t.Helper()
	x := &site{t: t, log: &lines{}}
	x.now.Store(&morning)
	cfg := config.Config{DatabaseURL: config.Secret(dbURL), DataDir: t.TempDir(), Addr: "127.0.0.1:0", BaseURL: "http://localhost:8080"}
	opts := app.Options{Now: func() time.Time { return *x.now.Load() }, Log: slog.New(slog.NewJSONHandler(x.log, nil))}
	for _, o := range options {
		o(&cfg, &opts)
	}
	x.baseURL = cfg.BaseURL
	a, err := app.New(t.Context(), cfg, opts)
	if err != nil {
		t.Fatal(err)
	}
	x.app = a
	ln, err := a.Listen()
	if err != nil {
		t.Fatal(err)
	}
	x.url = "http://" + ln.Addr().String()
	ctx, stop := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- a.Serve(ctx, ln) }()
	t.Cleanup(func() {
		stop()
		if err := <-done; err != nil {
			t.Error(err)
		}
		if err := a.Close(); err != nil {
			t.Error(err)
		}
	})
	return x
}

// pass moves the clock on.
func (x *site) pass(d time.Duration) {
	at := x.now.Load().Add(d)
	x.now.Store(&at)
}

// actor is somebody by e-mail address, for calling a use case directly.
func (x *site) actor(email, branch string) models.Actor {
	x.t.Helper()
	a, err := x.app.People.ActorIn(context.Background(), email, branch)
	if err != nil {
		x.t.Fatal(err)
	}
	return a
}

// browser keeps cookies, follows redirects, and remembers the page it is on.
type browser struct {
	site   *site
	client *http.Client
	Status int
	Path   string // with the query, after redirects
	Header http.Header
	Body   []byte
	Page   *goquery.Document // nil where the answer is no HTML
}

// visitor is a browser with nobody signed in.
func (x *site) visitor() *browser {
	jar, err := cookiejar.New(nil)
	if err != nil {
		x.t.Fatal(err)
	}
	return &browser{site: x, client: &http.Client{Jar: jar, Timeout: 60 * time.Second, CheckRedirect: x.stay}}
}

// stay follows where a page leads within the site, and nowhere else.
func (x *site) stay(next *http.Request, _ []*http.Request) error {
	if "http://"+next.URL.Host != x.url {
		return http.ErrUseLastResponse
	}
	return nil
}

// as is a browser with somebody of the north branch signed in, by role.
func (x *site) as(role access.Role) *browser { return x.signedIn(string(role) + "@north.example") }

// token is a new session of somebody, for the cookie of a real browser.
func (x *site) token(email string) string {
	x.t.Helper()
	token, err := x.app.People.SignInAs(context.Background(), email)
	if err != nil {
		x.t.Fatal(err)
	}
	return token
}

// signedIn is a browser with somebody signed in, without the password form.
func (x *site) signedIn(email string) *browser {
	x.t.Helper()
	b := x.visitor()
	u, _ := url.Parse(x.url)
	b.client.Jar.SetCookies(u, []*http.Cookie{{Name: "session", Value: x.token(email), Path: "/"}})
	return b
}

// get opens a page of the site.
func (b *browser) get(path string) *browser {
	b.site.t.Helper()
	req, err := http.NewRequest(http.MethodGet, b.site.url+path, nil)
	if err != nil {
		b.site.t.Fatal(err)
	}
	return b.do(req)
}

// post sends fields as a form without opening its page; the CSRF field is the caller's matter.
func (b *browser) post(path string, values url.Values) *browser {
	b.site.t.Helper()
	req, err := http.NewRequest(http.MethodPost, b.site.url+path, strings.NewReader(values.Encode()))
	if err != nil {
		b.site.t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return b.do(req)
}

// do sends a request as a browser would, with its Origin.
func (b *browser) do(req *http.Request) *browser {
	b.site.t.Helper()
	if req.Method != http.MethodGet && req.Header.Get("Origin") == "" {
		req.Header.Set("Origin", b.site.url)
	}
	resp, err := b.client.Do(req)
	if err != nil {
		b.site.t.Fatalf("%s %s: %v", req.Method, req.URL.Path, err)
	}
	defer resp.Body.Close()
	b.Status, b.Header, b.Path = resp.StatusCode, resp.Header, resp.Request.URL.RequestURI()
	if b.Body, err = io.ReadAll(resp.Body); err != nil {
		b.site.t.Fatalf("%s %s: %v", req.Method, req.URL.Path, err)
	}
	b.Page = nil
	if strings.HasPrefix(resp.Header.Get("Content-Type"), "text/html") {
		if b.Page, err = goquery.NewDocumentFromReader(bytes.NewReader(b.Body)); err != nil {
			b.site.t.Fatal(err)
		}
	}
	return b
}

// values are what to type into a form, by field name; "-" takes a field away (an unticked box).
type values map[string]string

// upload is a file for a form.
type upload struct {
	name string
	body []byte
}

// submit fills in the form that a selector finds on the page, sends it, and follows where it leads. What is not among the values
// keeps what the page put there. A value for a button's name presses that button.
func (b *browser) submit(selector string, typed values) *browser {
	b.site.t.Helper()
	return b.submitFiles(selector, typed, nil)
}

// submitFiles is submit with files, by field name.
func (b *browser) submitFiles(selector string, typed values, files map[string][]upload) *browser {
	b.site.t.Helper()
	if b.Page == nil {
		b.site.t.Fatalf("submit %s: there is no page", selector)
	}
	form := b.Page.Find(selector)
	if form.Length() != 1 || !form.Is("form") {
		b.site.t.Fatalf("submit %s: found %d of it on %s (status %d), want one form", selector, form.Length(), b.Path, b.Status)
	}
	sent := formValues(form)
	for name, value := range typed {
		if value == "-" {
			sent.Del(name)
		} else {
			sent.Set(name, value)
		}
	}
	here, _ := url.Parse(b.site.url + b.Path)
	target, err := here.Parse(form.AttrOr("action", b.Path))
	if err != nil {
		b.site.t.Fatal(err)
	}
	if pressed := form.Find("button[formaction]").FilterFunction(func(_ int, s *goquery.Selection) bool {
		_, ok := typed[s.AttrOr("name", "\x00")]
		return ok && typed[s.AttrOr("name", "")] == s.AttrOr("value", "")
	}); pressed.Length() == 1 {
		if target, err = here.Parse(pressed.AttrOr("formaction", "")); err != nil {
			b.site.t.Fatal(err)
		}
	}
	if strings.EqualFold(form.AttrOr("method", "get"), "get") {
		target.RawQuery = sent.Encode()
		return b.get(target.RequestURI())
	}
	if form.AttrOr("enctype", "") != "multipart/form-data" {
		if files != nil {
			b.site.t.Fatalf("submit %s: the form takes no files", selector)
		}
		return b.post(target.RequestURI(), sent)
	}
	var body bytes.Buffer
	w := multipart.NewWriter(&body)
	names := slices.Sorted(maps.Keys(sent))
	slices.SortStableFunc(names, func(a, b string) int { // the token comes first, as it stands in our forms
		switch {
		case a == "csrf":
			return -1
		case b == "csrf":
			return 1
		}
		return 0
	})
	for _, name := range names {
		for _, v := range sent[name] {
			_ = w.WriteField(name, v) // a bytes.Buffer does not fail
		}
	}
	for name, ups := range files {
		for _, u := range ups {
			part, err := w.CreateFormFile(name, u.name)
			if err != nil {
				b.site.t.Fatal(err)
			}
			_, _ = part.Write(u.body)
		}
	}
	w.Close()
	req, err := http.NewRequest(http.MethodPost, target.String(), &body)
	if err != nil {
		b.site.t.Fatal(err)
	}
	req.Header.Set("Content-Type", w.FormDataContentType())
	return b.do(req)
}

// formValues are what a browser would send of a form that nobody touched.
func formValues(form *goquery.Selection) url.Values {
	out := url.Values{}
	form.Find("input[name], textarea[name], select[name]").Each(func(_ int, f *goquery.Selection) {
		name := f.AttrOr("name", "")
		_, checked := f.Attr("checked")
		switch kind := f.AttrOr("type", "text"); {
		case f.Is("textarea"):
			out.Add(name, strings.TrimPrefix(f.Text(), "\n"))
		case f.Is("select"):
			chosen := f.Find("option[selected]")
			if chosen.Length() == 0 {
				chosen = f.Find("option").First()
			}
			out.Add(name, chosen.AttrOr("value", chosen.Text()))
		case kind == "file", kind == "submit", (kind == "checkbox" || kind == "radio") && !checked:
		default:
			out.Add(name, f.AttrOr("value", ""))
		}
	})
	return out
}

// want fails the test where the status is another.
func (b *browser) want(status int) *browser {
	b.site.t.Helper()
	if b.Status != status {
		b.site.t.Fatalf("%s: status %d, want %d\n%s\n%s", b.Path, b.Status, status, b.text("main"), b.site.log.errors())
	}
	return b
}

// text is the text of what a selector finds, with single spaces.
func (b *browser) text(selector string) string {
	if b.Page == nil {
		return ""
	}
	return strings.Join(strings.Fields(b.Page.Find(selector).Text()), " ")
}

// errors are the sentences of the error summary, one a line.
func (b *browser) errors() string {
	if b.Page == nil {
		return ""
	}
	var lines []string
	b.Page.Find(".govuk-error-summary__list li").Each(func(_ int, s *goquery.Selection) {
		lines = append(lines, strings.TrimSpace(s.Text()))
	})
	return strings.Join(lines, "\n")
}

// says fails the test where what a selector finds does not contain the words.
func (b *browser) says(selector, words string) *browser {
	b.site.t.Helper()
	if got := b.text(selector); !strings.Contains(got, words) {
		b.site.t.Fatalf("%s (status %d): %s says %q, want %q in it", b.Path, b.Status, selector, got, words)
	}
	return b
}

// setting is a siteOption that changes the configuration.
func setting(f func(*config.Config)) siteOption {
	return func(c *config.Config, _ *app.Options) { f(c) }
}

// base is the address that the site was told people type.
func (x *site) base() string { return x.baseURL }

// session is the token in the browser's session cookie.
func (b *browser) session() string {
	u, _ := url.Parse(b.site.url)
	for _, c := range b.client.Jar.Cookies(u) {
		if c.Name == "session" {
			return c.Value
		}
	}
	return ""
}

// csrf is the token that the forms of the page carry.
func (b *browser) csrf() string { return b.Page.Find("input[name=csrf]").First().AttrOr("value", "") }

type selection = goquery.Selection

func itoa(n int64) string { return strconv.FormatInt(n, 10) }

// lines is the log of a site.
type lines struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (l *lines) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.buf.Write(p)
}

func (l *lines) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.buf.String()
}

// errors are the lines that tell of something internal.
func (l *lines) errors() string {
	var out []string
	for line := range strings.Lines(l.String()) {
		if strings.Contains(line, `"level":"ERROR"`) {
			out = append(out, line)
		}
	}
	return strings.Join(out, "")
}
