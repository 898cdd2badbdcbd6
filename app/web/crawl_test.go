package web_test

import (
	"context"
	"fmt"
	"log/slog"
	"maps"
	"net/http"
	"net/url"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"commoncase/app"
	"commoncase/app/demo"
	"commoncase/app/web"
	"commoncase/models/access"
	"commoncase/models/civil"
)

// Every link that somebody is shown leads somewhere: each role goes through both branches of the demonstration from the front page on
// and follows what it finds. A form's address must be a route that this role may use, a link to a place on a page must find it there,
// and no page may show a sign of a value that was printed wrongly. Pages of one kind (a route with the same filters) are alike, so
// that only so many of each are opened.
func TestNoLinkOfTheDemonstrationIsBroken(t *testing.T) {
	x, accounts := demonstration(t)
	for role, email := range accounts {
		t.Run(string(role), func(t *testing.T) {
			t.Parallel()
			most := 8
			if role == access.Secretary {
				most = 70 // more than there are cases
			}
			home := x.signedIn(email).get("/").want(200)
			branches := []string{""}
			for _, b := range home.Page.Find(".cc-switch__button").EachIter() {
				branches = append(branches, b.AttrOr("value", ""))
			}
			if both := role == access.Secretary || role == access.Organiser || role == access.Caseworker; both != (len(branches) == 2) {
				t.Fatalf("%s may go to %d other branches", role, len(branches)-1)
			}
			for _, branch := range branches {
				b := x.signedIn(email).get("/")
				if branch != "" {
					b.post("/branch", url.Values{"csrf": {b.csrf()}, "branch": {branch}}).want(200)
				}
				invented, record := "members and their cases are invented", "retells the public record"
				if c := b.text(".cc-header__branch"); strings.Contains(c, "Clarion") {
					invented, record = record, invented
				}
				if notice := b.text(".cc-demo"); !strings.Contains(notice, invented) || strings.Contains(notice, record) {
					t.Errorf("the notice in %s says %q", b.text(".cc-header__branch"), notice)
				}
				c := &crawler{t: t, b: b, roles: access.Roles{role}, most: most, seen: map[string]bool{}, kinds: map[string]int{}, ids: map[string]map[string]bool{},
					places: map[string][2]string{}, forms: map[string]bool{}, where: b.text(".cc-header__branch")}
				c.run()
			}
		})
	}
}

// demonstration is the loaded demonstration on a port of this machine, with the e-mail address of each role.
func demonstration(t *testing.T) (*site, map[access.Role]string) {
	t.Helper()
	log := &lines{}
	logger := slog.New(slog.NewJSONHandler(log, nil))
	day := civil.On(2026, time.November, 20)
	d, err := app.PrepareDemo(t.Context(), app.DemoOptions{Dir: filepath.Join(t.TempDir(), "demo"), Today: day, Say: func(string) {}, Log: logger})
	if err != nil {
		t.Fatal(err)
	}
	a, _, err := d.Open(t.Context(), "127.0.0.1:0", "http://localhost:8080")
	if err != nil {
		t.Fatal(err)
	}
	ln, err := a.Listen()
	if err != nil {
		t.Fatal(err)
	}
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
	accounts := map[access.Role]string{}
	for _, x := range demo.Accounts {
		accounts[x.Role] = x.Email
	}
	if len(accounts) != len(access.All) {
		t.Fatalf("the demonstration has people in %d roles, want %d", len(accounts), len(access.All))
	}
	return &site{t: t, app: a, url: "http://" + ln.Addr().String(), log: log}, accounts
}

// crawler is one person going through one branch.
type crawler struct {
	t      *testing.T
	b      *browser
	where  string // name of the branch, for messages
	roles  access.Roles
	most   int                        // pages of one kind
	seen   map[string]bool            // addresses
	kinds  map[string]int             // pages opened of each kind
	ids    map[string]map[string]bool // of each page opened
	places map[string][2]string       // address#place: address, place
	forms  map[string]bool
	queue  []step
}

// step is an address with the page that leads there, by a link or by a form that was sent as it stood.
type step struct {
	from, to string
	form     bool
}

// routeOf is the pattern of the route that answers a request, "" where there is none, and whether somebody with these roles may ask it.
func routeOf(roles access.Roles, method, path string) (pattern string, allowed bool) {
	for _, r := range web.RouteTable() {
		if r.Method != method || !fits(r.Path, path) {
			continue
		}
		action := access.Action(r.Guard)
		return r.Path, access.Allows(roles, action) || !access.Allows(access.Roles(access.All), action) // of an action, or open to all who are signed in
	}
	return "", false
}

func fits(pattern, path string) bool {
	if rest, ok := strings.CutSuffix(pattern, "*"); ok {
		return strings.HasPrefix(path, rest)
	}
	p, have := strings.Split(pattern, "/"), strings.Split(path, "/")
	if len(p) != len(have) {
		return false
	}
	for i := range p {
		if have[i] != p[i] && (have[i] == "" || !strings.HasPrefix(p[i], ":")) {
			return false
		}
	}
	return true
}

// mistyped is what a value leaves on a page that was printed wrongly.
var mistyped = regexp.MustCompile(`%!.?\(|<nil>|\bNaN\b|0001-01-01|1 January 0001`)

func (c *crawler) run() {
	c.add(step{"(the beginning)", "/", false})
	opened := 0
	for ; len(c.queue) > 0; c.queue = c.queue[1:] {
		c.open(c.queue[0])
		opened++
	}
	for _, key := range slices.Sorted(maps.Keys(c.places)) {
		address, place := c.places[key][0], c.places[key][1]
		if ids, ok := c.ids[address]; ok && !ids[place] {
			c.errorf("a link leads to %s, and there is no such place on that page", key)
		}
	}
	if opened < 4 { // front page, help, rules, accessibility
		c.errorf("only %d pages were found", opened)
	}
	c.t.Logf("%s, %s: %d pages of %d kinds, %d forms", c.roles[0], c.where, opened, len(c.kinds), len(c.forms))
}

func (c *crawler) errorf(format string, args ...any) {
	c.t.Helper()
	c.t.Errorf("%s in %s: %s", c.roles[0], c.where, fmt.Sprintf(format, args...))
}

// add puts an address on the list, unless it leads elsewhere or enough of its kind were opened.
func (c *crawler) add(s step) {
	from, to := s.from, s.to
	u, err := url.Parse(to)
	if err != nil {
		c.errorf("%s has a link to %q: %v", from, to, err)
		return
	}
	if base, err := url.Parse(strings.TrimPrefix(from, "(the beginning)")); err == nil {
		u = base.ResolveReference(u)
	}
	if u.Host != "" || u.Scheme != "" || u.Path == "/leave" { // the web, mail, telephone, and the way out to it
		return
	}
	address := u.RequestURI()
	if u.Fragment != "" {
		c.places[address+"#"+u.Fragment] = [2]string{address, u.Fragment}
	}
	if c.seen[address] {
		return
	}
	c.seen[address] = true
	pattern, allowed := routeOf(c.roles, http.MethodGet, u.Path)
	if pattern == "" || !allowed {
		c.errorf("%s has a link to %s, which no route answers for this role (%q)", from, to, pattern)
		return
	}
	kind := pattern + "?" + strings.Join(slices.Sorted(maps.Keys(u.Query())), "&")
	most := c.most
	if strings.HasSuffix(pattern, ".pdf") {
		most = 2 // typesetting takes time
	}
	if c.kinds[kind] < most {
		c.kinds[kind]++
		c.queue = append(c.queue, step{from, address, s.form})
	}
}

func (c *crawler) open(s step) {
	b := c.b.get(s.to)
	if refused := s.form && b.Status == http.StatusUnprocessableEntity; b.Status >= 400 && !refused { // an empty form may be refused
		c.errorf("%s has a link to %s: status %d, %s", s.from, s.to, b.Status, b.text("h1"))
		return
	}
	if b.Page == nil {
		if len(b.Body) == 0 {
			c.errorf("%s has a link to %s, which is empty", s.from, s.to)
		}
		return
	}
	if found := mistyped.FindString(b.Page.Find("body").Text()); found != "" {
		c.errorf("%s shows %q", s.to, found)
	}
	if b.text("title") == "" || b.Page.Find("h1").Length() != 1 {
		c.errorf("%s has the title %q and %d h1", s.to, b.text("title"), b.Page.Find("h1").Length())
	}
	here := b.Path // after redirects
	ids := map[string]bool{}
	for _, e := range b.Page.Find("[id]").EachIter() {
		id := e.AttrOr("id", "")
		if ids[id] {
			c.errorf("%s has two elements with the id %q", here, id)
		}
		ids[id] = true
	}
	c.ids[s.to], c.ids[here] = ids, ids
	for _, a := range b.Page.Find("a[href]").EachIter() {
		if strings.TrimSpace(a.Text()) == "" && a.AttrOr("aria-label", "") == "" {
			c.errorf("%s has a link to %s without words", here, a.AttrOr("href", ""))
		}
		c.add(step{here, a.AttrOr("href", ""), false})
	}
	for _, img := range b.Page.Find("img[src]").EachIter() {
		c.add(step{here, img.AttrOr("src", ""), false})
	}
	for _, f := range b.Page.Find("form").EachIter() {
		c.form(here, strings.ToUpper(f.AttrOr("method", "get")), f.AttrOr("action", here), formValues(f))
		for _, button := range f.Find("button[formaction]").EachIter() {
			c.form(here, strings.ToUpper(f.AttrOr("method", "get")), button.AttrOr("formaction", ""), formValues(f))
		}
	}
}

// form holds a form to an address that this role may send it to. One that asks is sent as it stands.
func (c *crawler) form(from, method, action string, fields url.Values) {
	u, err := url.Parse(action)
	if err != nil {
		c.errorf("%s has a form to %q: %v", from, action, err)
		return
	}
	if base, err := url.Parse(from); err == nil {
		u = base.ResolveReference(u)
	}
	pattern, allowed := routeOf(c.roles, method, u.Path)
	c.forms[method+" "+pattern] = true
	switch {
	case pattern == "":
		c.errorf("%s has a form that sends to %s %s, which no route answers", from, method, action)
	case !allowed:
		c.errorf("%s has a form that sends to %s %s, which this role may not", from, method, action)
	case method == http.MethodGet:
		u.RawQuery = fields.Encode()
		c.add(step{from, u.RequestURI(), true})
	case fields.Get("csrf") == "":
		c.errorf("%s has a form to %s without a token", from, action)
	}
}
