package web_test

import (
	"context"
	"encoding/binary"
	"io"
	"math"
	"net"
	"net/url"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/PuerkitoBio/goquery"

	"commoncase/app/casework"
	"commoncase/app/store/storetest"
	"commoncase/models"
	"commoncase/models/access"
	"commoncase/models/civil"
)

// manyCases opens n cases of the north branch: every other one about leaks, every third one overdue.
func (x *site) manyCases(n int) {
	x.t.Helper()
	ctx := context.Background()
	actor := x.actor("caseworker@north.example", north)
	for i := range n {
		theme := models.ThemeDampMould
		if i%2 == 0 {
			theme = models.ThemeLeaks
		}
		c, err := x.app.Casework.OpenCase(ctx, actor, casework.OpenCase{Resident: casework.Resident{Name: names[i%len(names)] + " " + strconv.Itoa(i), Address: strconv.Itoa(i) + " Quay", Tenure: models.TenureSecure}, Theme: theme, Title: "Case " + strconv.Itoa(i), ReceivedOn: civil.MustParse("2025-01-06"), Consent: true})
		if err == nil && i%3 == 0 {
			_, err = x.app.Casework.LogEvent(ctx, actor, casework.LogEvent{Ref: c.Ref, Version: c.Version, Kind: models.KindComplaintMade, On: civil.MustParse("2025-04-01")})
		}
		if err != nil {
			x.t.Fatal(err)
		}
	}
}

func (b *browser) rows() int { return b.Page.Find(".cc-case").Length() }

func TestListOfCases(t *testing.T) {
	each(t, func(t *testing.T, x *site) {
		b := x.as(access.Caseworker).get("/cases").want(200).says("main", "There are no cases yet")
		x.manyCases(60)
		if b.get("/cases").want(200); b.rows() != 50 {
			t.Fatalf("the first page has %d rows", b.rows())
		}
		b.says(".cc-case:first-child", "Overdue")
		for _, page := range []string{"2", "999", "99999999999999999999", "-1"} {
			want := map[string]int{"2": 10, "999": 10}[page]
			if want == 0 {
				want = 50
			}
			if b.get("/cases?page=" + page).want(200); b.rows() != want {
				t.Errorf("page %s has %d rows, want %d", page, b.rows(), want)
			}
		}
		for query, want := range map[string]int{"overdue=1": 20, "theme=leaks": 30, "theme=leaks&overdue=1": 10, "mine=1": 0, "open=1": 50, "stage=closed": 0, "stage=nonsense": 0,
			"q=zolc": 9, "q=%C5%81UKASZ": 9, "q=o%27connor+16": 1, "q=%25": 0, "q=_": 0, "q=%22": 0, "q=%27%3B--": 0, "q=%5C": 0, "q=%E0%A6%86%E0%A6%A8%E0%A6%BF%E0%A6%95%E0%A6%BE": 9, "q=%D9%85%D8%AD%D9%85%D8%AF": 8, "q=%00": 50} {
			if b.get("/cases?" + query).want(200); b.rows() != want {
				t.Errorf("%s finds %d, want %d", query, b.rows(), want)
			}
		}
		b.get("/cases?overdue=1&q=%25").says("main", "No case fits").says(".moj-filter__selected", "“%”")
		// the next page, the search box and the panel keep what is chosen
		b.get("/cases?open=1&q=case")
		if b.rows() != 50 {
			t.Fatalf("searching for a word of the title finds %d on the first page", b.rows())
		}
		next := b.Page.Find(".govuk-pagination__next a").AttrOr("href", "")
		b.get(next).want(200)
		if u, _ := url.Parse(b.Path); u.Query().Get("open") != "1" || u.Query().Get("q") != "case" || b.rows() != 10 {
			t.Errorf("the second page is %s with %d rows", b.Path, b.rows())
		}
		b.submit(".moj-filter form", values{"theme": "leaks", "open": "1"}).want(200)
		if u, _ := url.Parse(b.Path); u.Query().Get("q") != "case" || u.Query().Get("page") != "" || b.rows() != 30 {
			t.Errorf("the panel led to %s with %d rows", b.Path, b.rows())
		}
		b.submit("form[role=search], .cc-search form, form.cc-search", values{"q": "zolc"}).want(200)
		if u, _ := url.Parse(b.Path); u.Query().Get("theme") != "leaks" {
			t.Errorf("the search box led to %s", b.Path)
		}
		b.Page.Find(".moj-filter__tag").EachWithBreak(func(_ int, a *goquery.Selection) bool {
			if strings.Contains(a.Text(), "zolc") {
				b.get(a.AttrOr("href", "")).want(200)
				return false
			}
			return true
		})
		if u, _ := url.Parse(b.Path); u.Query().Has("q") || u.Query().Get("theme") != "leaks" {
			t.Errorf("taking the search away led to %s", b.Path)
		}
		if south := x.signedIn("secretary@south.example").get("/cases").want(200); south.rows() != 0 {
			t.Errorf("the other branch sees %d cases", south.rows())
		}
	})
}

// counter stands between the program and PostgreSQL and counts what is executed: simple queries and Execute messages of the wire
// protocol. BEGIN and COMMIT count too.
func counter(t *testing.T, dbURL string) (through string, executed *atomic.Int64) {
	t.Helper()
	u, err := url.Parse(dbURL)
	if err != nil {
		t.Fatal(err)
	}
	network, target := "tcp", u.Host
	if dir := u.Query().Get("host"); strings.HasPrefix(dir, "/") {
		port := u.Query().Get("port")
		if port == "" {
			port = "5432"
		}
		network, target = "unix", dir+"/.s.PGSQL."+port
	} else if u.Port() == "" {
		target += ":5432"
	}
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { ln.Close() })
	executed = &atomic.Int64{}
	go func() {
		for {
			client, err := ln.Accept()
			if err != nil {
				return
			}
			server, err := net.Dial(network, target)
			if err != nil {
				client.Close()
				return
			}
			go func() { _, _ = io.Copy(client, server); client.Close() }()
			go func() { count(server, client, executed); server.Close() }()
		}
	}()
	q := u.Query()
	q.Del("host")
	q.Del("port")
	q.Set("sslmode", "disable")
	user := u.User
	if name := q.Get("user"); name != "" {
		q.Del("user")
		user = url.User(name)
	}
	return (&url.URL{Scheme: "postgres", User: user, Host: ln.Addr().String(), Path: u.Path, RawQuery: q.Encode()}).String(), executed
}

// count copies a connection's messages: the first has no type, the others are a type, a length that includes itself, and a body.
func count(to io.Writer, from io.Reader, executed *atomic.Int64) {
	for first := true; ; first = false {
		head := make([]byte, 5)
		if first {
			head = head[:4]
		}
		if _, err := io.ReadFull(from, head); err != nil {
			return
		}
		if !first && (head[0] == 'E' || head[0] == 'Q') {
			executed.Add(1)
		}
		body := make([]byte, binary.BigEndian.Uint32(head[len(head)-4:])-4)
		if _, err := io.ReadFull(from, body); err != nil {
			return
		}
		if _, err := to.Write(append(head, body...)); err != nil {
			return
		}
	}
}

// cost is how many queries a page takes: the least of several times, for the queue of jobs asks in between.
func (b *browser) cost(path string, executed *atomic.Int64) int64 {
	b.site.t.Helper()
	b.get(path).want(200) // the first time statements are prepared
	least := int64(math.MaxInt64)
	for range 7 {
		before := executed.Load()
		b.get(path).want(200)
		least = min(least, executed.Load()-before)
	}
	return least
}

// TestQueryBudget: a list of 1 case and one of 50, and a case with 3 events and one with 30, cost the same number of queries.
func TestQueryBudget(t *testing.T) {
	dbURL, executed := counter(t, storetest.Postgres(t, prepared))
	x := newSite(t, dbURL)
	b := x.as(access.Caseworker)
	cost := func(path string) int64 { return b.cost(path, executed) }
	ref := x.aCase("2025-04-01")
	one, small := cost("/cases"), cost("/cases/"+ref)
	x.manyCases(49)
	for i := range 27 {
		b.log(ref, models.KindContactAttempt, day("on", "2025-05-01").and(values{"answered": "no", "note": strconv.Itoa(i)}))
	}
	fifty, large := cost("/cases"), cost("/cases/"+ref)
	if b.get("/cases"); b.rows() != 50 {
		t.Fatalf("the list has %d rows, want 50", b.rows())
	}
	if one == 0 || one > 6 || one != fifty {
		t.Errorf("the list costs %d queries for 1 case and %d for 50; they are the same, and at most 6", one, fifty)
	}
	if small == 0 || small > 6 || small != large {
		t.Errorf("a case costs %d queries with 3 entries and %d with 30; they are the same, and at most 6", small, large)
	}
}

func TestOpenCase(t *testing.T) {
	each(t, func(t *testing.T, x *site) {
		b := x.as(access.Caseworker).get("/cases/new").want(200)
		typed := values{"name": "محمد الحسن", "title": strings.Repeat("Mould ", 33), "summary": "দেয়ালে কালো ছাঁচ।\nدوسرا سطر", "contact_safety": "Text first"}
		b.submit("form[action='/cases']", typed.and(values{"received-day": "31", "received-month": "2"})).want(422).says("#received-error", "has no day 31")
		b.submit("form[action='/cases']", values{"received-day": "28"}).want(422).says("#theme-error", "about").says("#tenure-error", "holds the home")
		back := formValues(b.Page.Find("form[action='/cases']"))
		for k, v := range typed {
			if strings.TrimSpace(back.Get(k)) != strings.TrimSpace(v) {
				t.Errorf("%s came back as %q", k, back.Get(k))
			}
		}
		b.submit("form[action='/cases']", values{"theme": "damp_mould", "tenure": "secure", "title": strings.Repeat("x", 201)}).want(422).says("#title-error", "201 characters")
		b.submit("form[action='/cases']", values{"title": "Mould <b>& more</b>"}).want(200).says("h1", "Mould <b>& more</b>").says("#status", "Consent pending").
			says(".govuk-warning-text", "Text first").says(".govuk-notification-banner", "is open")
		if strings.Contains(b.text("title"), "محمد") {
			t.Error("the title of the page names the resident")
		}
		ref := strings.TrimPrefix(b.Path, "/cases/")
		b.says(".cc-next", "may act for them").log(ref, models.KindConsentGiven, day("on", "2025-02-28"))
		b.get("/cases/new?member="+ref).want(200).says(".govuk-inset-text", "محمد الحسن")
		b.submit("form[action='/cases']", values{"theme": "leaks", "title": "Leak", "consent": "1"}).want(200).says(".cc-casehead", "محمد الحسن")

		b.get("/cases/"+ref).submit("#assign", values{"assigned_to": itoa(x.actor("secretary@north.example", north).AccountID)}).want(200).says(".cc-casehead", "with "+names[4])
		b.submit("#assign", values{"assigned_to": "999999"}).want(422).says("#assigned_to-error", "Choose somebody")
		b.get("/cases/"+ref+"/details").want(200).submit("form[action$='/details']", values{"ombudsman_ref": "12"}).want(422).says("#ombudsman_ref-error", "nine digits")
		b.submit("form[action$='/details']", values{"ombudsman_ref": "202512345", "court_action": "1"}).want(200).says(".govuk-summary-list", "202512345")
		if b.get("/cases?q=202512345"); b.rows() != 1 {
			t.Errorf("the Ombudsman's reference finds %d cases", b.rows())
		}
	})
}

func TestCasesOfOthers(t *testing.T) {
	x := one(t)
	ref := x.aCase("2025-05-06")
	other := x.signedIn("secretary@south.example")
	for _, path := range []string{"", "/details", "/resident", "/events/new?kind=note", "/referral", "/bundle.pdf", "/files/1"} {
		other.get("/cases/" + ref + path).want(404)
	}
	own := x.as(access.Caseworker).get("/cases/" + ref)
	form := formValues(own.Page.Find("#assign"))
	other.get("/cases")
	form.Set("csrf", other.csrf())
	other.post("/cases/"+ref+"/assign", form).want(404)
	x.as(access.Member).get("/cases/" + ref).want(404)
	x.as(access.Organiser).get("/cases/" + ref).want(404)
}

// TestOwnCase: a member reads their own case, without the names of those who run it and without anything to change.
func TestOwnCase(t *testing.T) {
	each(t, func(t *testing.T, x *site) {
		ctx := context.Background()
		staff := x.actor("caseworker@north.example", north)
		c, err := x.app.Casework.OpenCase(ctx, staff, casework.OpenCase{Resident: casework.Resident{Name: names[0], Address: "1 Quay", Tenure: models.TenureSecure, ContactSafety: "Never ring"}, MemberAccount: x.actor("member@north.example", north).AccountID, Theme: models.ThemeLeaks, Title: "Leak above the stairs", ReceivedOn: civil.MustParse("2025-05-01"), Consent: true})
		if err != nil {
			t.Fatal(err)
		}
		x.as(access.Caseworker).log(c.Ref, models.KindComplaintMade, day("on", "2025-05-06"))
		x.aCase("") // somebody else's
		b := x.as(access.Member).get("/cases").want(200).says("h1", "My cases").says("main", "Leak above the stairs")
		if b.rows() != 1 || b.Page.Find(".moj-filter, .cc-search").Length() != 0 {
			t.Errorf("the member sees %d cases, and the panel: %s", b.rows(), b.text("main"))
		}
		b.get("/cases/"+c.Ref).want(200).says("#status", "Stage 1").says(".cc-clock", "Overdue").says(".moj-timeline", "Complaint made")
		if text := b.text("body"); strings.Contains(text, staff.Name) || strings.Contains(text, "written down") || strings.Contains(text, "Never ring") || strings.Contains(text, "caseworker") {
			t.Errorf("the member's page says %q", text)
		}
		b.Page.Find("main a").Each(func(_ int, a *goquery.Selection) {
			if href := a.AttrOr("href", ""); strings.Contains(href, "/events") || strings.Contains(href, "/details") || strings.Contains(href, "/resident") || strings.Contains(href, "/referral") {
				t.Errorf("the member is led to %s", href)
			}
		})
		if b.Page.Find("main form").Not(`[action^="/my/from/"]`).Length() != 0 {
			t.Error("the member's page has a form that changes the case")
		}
		b.get("/cases/" + c.Ref + "/events/new?kind=note").want(403)
	})
}

// TestDeadlinesOfACase: what is overdue comes first, the Code and the landlord's own policy share a row where they agree, and every
// row says how its date was worked out, bank holidays included.
func TestDeadlinesOfACase(t *testing.T) {
	x := one(t)
	ref := x.aCase("2025-04-14")
	b := x.as(access.Caseworker)
	b.log(ref, models.KindComplaintAcknowledged, day("on", "2025-04-16"))
	b.get("/cases/" + ref).want(200)
	first := b.Page.Find(".cc-clock").First()
	for part, want := range map[string]string{".cc-clock__title": "Stage 1 response", ".govuk-tag": "Overdue", ".cc-clock__words": "Overdue 19 working days. Due 2 May 2025.",
		".cc-clock__source": "Complaint Handling Code 2024, clause 6.3", "summary": "How this date was worked out"} {
		if got := strings.Join(strings.Fields(first.Find(part).Text()), " "); !strings.Contains(got, want) {
			t.Errorf("of the first deadline %s says %q, want %q", part, got, want)
		}
	}
	b.says(".cc-day--skipped", "Good Friday").says(".cc-day--skipped", "Easter Monday").says(".cc-flags", "Overdue").says(".cc-jump", "1 overdue")
	seen := map[string]bool{}
	b.Page.Find(".cc-clock__title").Each(func(_ int, h *goquery.Selection) {
		if seen[h.Text()] {
			t.Errorf("two deadlines are called %q", h.Text())
		}
		seen[h.Text()] = true
	})
	ids := map[string]bool{}
	b.Page.Find("[id]").Each(func(_ int, e *goquery.Selection) {
		if id := e.AttrOr("id", ""); ids[id] {
			t.Errorf("two parts of the page have the id %s", id)
		} else {
			ids[id] = true
		}
	})
	b.Page.Find(".cc-jump a").Each(func(_ int, a *goquery.Selection) {
		if b.Page.Find(a.AttrOr("href", "")).Length() != 1 {
			t.Errorf("%q leads to %s, which is not there", a.Text(), a.AttrOr("href", ""))
		}
	})
}

func TestTheResidentOfACase(t *testing.T) {
	each(t, func(t *testing.T, x *site) {
		x.manyCases(1)
		b, other := x.as(access.Caseworker), x.as(access.Secretary)
		b.get("/cases")
		ref := strings.TrimPrefix(b.Page.Find(".cc-case a").First().AttrOr("href", ""), "/cases/")
		form := "form[action$='/resident']"
		other.get("/cases/" + ref + "/resident").want(200)
		b.get("/cases/"+ref+"/resident").want(200).submit(form, values{"email": "no at sign", "address": "12 Ferry Lane"}).want(422).says("#email-error", "@")
		if got := b.Page.Find("[name=address]").Text(); got != "12 Ferry Lane" {
			t.Errorf("the address that was typed is now %q", got)
		}
		b.submit(form, values{"name": "Zofia Wąsik", "email": "zofia@example.org", "tenure": "leaseholder"}).want(200).says(".govuk-summary-list", "Leaseholder")
		b.get("/cases?q=wasik").want(200).says("main", ref)
		other.submit(form, values{"phone": "020 7946 0123"}).want(409).says(".govuk-inset-text", "Zofia Wąsik")
		if got := other.Page.Find("[name=phone]").AttrOr("value", ""); got != "020 7946 0123" {
			t.Errorf("the second tab's phone is now %q", got)
		}
	})
}
