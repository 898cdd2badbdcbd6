package web_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/andybalholm/brotli"

	"commoncase/app/intake"
	"commoncase/models"
	"commoncase/models/access"
	"commoncase/models/catalogue"
)

// openIntake lets the north branch take stories.
func (x *site) openIntake(open bool) {
	x.t.Helper()
	err := x.app.Intake.Keep(context.Background(), x.actor("secretary@north.example", north),
		intake.Settings{Open: open, Sure: true, Words: "We meet on Tuesdays.", Months: 12})
	if err != nil {
		x.t.Fatal(err)
	}
}

// began is a browser that has begun a story.
func (x *site) began() *browser {
	x.t.Helper()
	return x.visitor().get("/tell/north").want(200).submit("#start", nil).want(200)
}

// forget takes a cookie away, as a browser does that was closed.
func (b *browser) forget(name string) {
	u, _ := url.Parse(b.site.url)
	b.client.Jar.SetCookies(u, []*http.Cookie{{Name: name, Value: "", Path: "/", MaxAge: -1}})
}

func (b *browser) cookie(name string) string {
	u, _ := url.Parse(b.site.url)
	for _, c := range b.client.Jar.Cookies(u) {
		if c.Name == name {
			return c.Value
		}
	}
	return ""
}

// shownCode is the code on the page.
func (b *browser) shownCode() string {
	b.site.t.Helper()
	code := b.text("#code")
	if len(strings.ReplaceAll(code, " ", "")) != 16 {
		b.site.t.Fatalf("%s shows the code %q", b.Path, code)
	}
	return code
}

// at fails the test where the browser is on another page.
func (b *browser) at(path string) *browser {
	b.site.t.Helper()
	if b.Path != path {
		b.site.t.Fatalf("on %s (status %d, %s), want %s\n%s", b.Path, b.Status, b.errors(), path, b.site.log.errors())
	}
	return b
}

// neutral holds a members' page to what holds for all: it names nothing where others can see it, and nothing on it comes from elsewhere or
// stands inline.
func (b *browser) neutral() *browser {
	b.site.t.Helper()
	title := strings.ToLower(b.text("title"))
	for _, word := range []string{"housing", "landlord", "complaint", "commoncase", "tenant", "north branch", "repair", "story"} {
		if strings.Contains(title, word) {
			b.site.t.Errorf("%s has the title %q", b.Path, title)
		}
	}
	if title == "" || b.Page.Find("h1").Length() != 1 {
		b.site.t.Errorf("%s has the title %q and %d h1", b.Path, title, b.Page.Find("h1").Length())
	}
	if b.Page.Find("script:not([src]), style, [style], [onclick], [onsubmit]").Length() > 0 {
		b.site.t.Errorf("%s has something inline", b.Path)
	}
	for _, s := range b.Page.Find("script[src], link[href], img[src], iframe, form[action]").EachIter() {
		for _, a := range []string{"src", "href", "action"} {
			if v := s.AttrOr(a, "/"); !strings.HasPrefix(v, "/") || strings.HasPrefix(v, "//") {
				b.site.t.Errorf("%s asks %s", b.Path, v)
			}
		}
	}
	if b.Header.Get("Cache-Control") != "no-store" || strings.Contains(b.Header.Get("Content-Security-Policy"), "unsafe") {
		b.site.t.Errorf("%s: kept by the browser (%s), or the policy is loose", b.Path, b.Header.Get("Cache-Control"))
	}
	for _, want := range []string{"a.door-exit[href='/leave']", "a[href='/emergency']", ".door-lang"} {
		if b.Page.Find(want).Length() == 0 {
			b.site.t.Errorf("%s lacks %s", b.Path, want)
		}
	}
	return b
}

// road are the answers of the whole road.
var road = []struct {
	step   string
	fields values
}{
	{"problem", values{"themes": "damp_mould"}},
	{"story", values{"story": "Czarna pleśń w sypialni.\nআনিকা কাশে।"}},
	{"since", values{"since": "about March"}},
	{"reported", values{"reported": "yes", "reported_when": "twice in April", "reported_how": "in their app", "job_numbers": "JN-1", "answer": "Nobody came", "complaint": "no"}},
	{"people", values{"people": "me and two children", "needs": "visits after school", "at_risk": "baby"}},
	{"wanted", values{"wanted": "the mould gone"}},
}

func TestTheWholeRoadWithoutAScript(t *testing.T) {
	each(t, func(t *testing.T, x *site) {
		x.openIntake(true)
		b := x.visitor().get("/tell").at("/tell/north").neutral().says("main", "We meet on Tuesdays.")
		b.submit("#start", nil).at("/form/home").neutral().says(".door-progress", "1 of 10")
		if got := b.Page.Find("#landlord").AttrOr("value", ""); got != "Harbour & Vale Homes" {
			t.Errorf("the landlord is given as %q", got)
		}
		b.submit("#question", values{"postcode": "n1 1aa", "address": "12 Wren House\nMill Lane"}).at("/form/code?to=problem").neutral()
		code := b.shownCode()
		b.get(b.Page.Find("main a.govuk-button").AttrOr("href", "")).at("/form/problem")
		for _, a := range road {
			b.at("/form/"+a.step).neutral().submit("#question", a.fields).want(200)
		}
		b.at("/form/files").neutral().submitFiles("#files-form", nil, map[string][]upload{"files": {{"mould.txt", []byte("no photo")}, {"letter.pdf", simplePDF}}})
		b.want(422).neutral().says("#files-here", "letter.pdf").says("main", "mould.txt")
		b.submit("#question", nil).at("/form/consent").neutral()
		if b.Page.Find("input[checked]").Length() > 0 {
			t.Error("a consent is ticked before anybody was asked")
		}
		b.submit("#question", values{"consent_record": "yes", "consent_quote": "first_name"}).at("/form/contact").neutral()
		b.submit("#question", values{"who": "yes", "name": "Łukasz Żółć", "email": "no address", "phone": "07700 900123"}).want(422).neutral()
		if b.Page.Find("#email").AttrOr("value", "") != "no address" || b.Page.Find("#name").AttrOr("value", "") != "Łukasz Żółć" {
			t.Error("what was typed is lost after an error")
		}
		b.submit("#question", values{"email": "l@example.org", "do_not_name": "1"}).at("/form/check").neutral()
		for _, want := range []string{"12 Wren House", "Czarna pleśń", "about March", "Nobody came", "the mould gone", "Łukasz Żółć", "1 file", "Print my words: Yes, with my first name"} {
			b.says("main", want)
		}
		b.says("#retaliation", "We do not tell your landlord").says("#danger", "danger")
		if b.Page.Find("#retaliation a[href^='tel:']").Length() == 0 {
			t.Error("nobody to call for advice")
		}
		// A change comes back to where it was asked for.
		b.get("/form/since?check=1").submit("#question", values{"since": "about 3 March 2025"}).at("/form/check").says("main", "about 3 March 2025")
		b.submit("#send", nil).at("/form/sent").neutral()
		if b.shownCode() != code {
			t.Error("another code at the end")
		}
		s := x.story(t)
		if s.State != models.StoryNew || s.Theme != models.ThemeDampMould || s.Anonymous || s.Lang != "en" || s.Since.String() != "2025-03-03" {
			t.Errorf("the story is %+v", s)
		}
		// On another device.
		other := x.visitor().get("/come-back").neutral().submit("#come-back", values{"code": strings.ReplaceAll(code, " ", "-")}).want(200)
		if strings.HasPrefix(other.Path, "/come-back") {
			t.Errorf("the code leads to %s: %s", other.Path, other.errors())
		}
		// Another branch's people see nothing of it, and what is sent stays as it is.
		b.get("/form/story").want(200)
		if b.Path == "/form/story" {
			t.Error("a story that was sent can be written on")
		}
	})
}

// story is the one story that waits in the inbox of the north branch.
func (x *site) story(t *testing.T) models.Story {
	t.Helper()
	actor := x.actor("caseworker@north.example", north)
	for _, tab := range []models.InboxTab{models.InboxWaiting, models.InboxHeld} {
		list, err := x.app.Casework.ListStories(context.Background(), actor, tab, "", 1)
		if err != nil {
			t.Fatal(err)
		}
		for _, l := range list.Lines {
			view, err := x.app.Casework.ReadStory(context.Background(), actor, l.Ref)
			if err != nil {
				t.Fatal(err)
			}
			return view.Story
		}
	}
	t.Fatal("the inbox is empty")
	return models.Story{}
}

// Every page keeps what was typed through an error, and says in the language of the page what is wrong.
func TestTooLongIsKept(t *testing.T) {
	x := one(t)
	x.openIntake(true)
	b := x.began()
	long := strings.Repeat("মা", 15_000)
	b.get("/form/story?lang=pl").submit("#question", values{"story": long}).want(422).neutral()
	if got := b.Page.Find("#story").Text(); strings.TrimPrefix(got, "\n") != long {
		t.Errorf("%d bytes came back of %d", len(got), len(long))
	}
	if b.errors() == "" || b.Page.Find("html").AttrOr("lang", "") != "pl" {
		t.Errorf("lang %s, errors %q", b.Page.Find("html").AttrOr("lang", ""), b.errors())
	}
}

// Whoever was away too long gets back what they typed: with the code into the story that it was for, or in a new one.
func TestNothingToldIsLost(t *testing.T) {
	each(t, func(t *testing.T, x *site) {
		x.openIntake(true)
		b := x.began().submit("#question", values{"postcode": "N1 1AA"})
		code := b.shownCode()
		b.get("/form/story")
		b.forget("story")
		b.submit("#question", values{"story": "Woda leci z sufitu"}).want(403).neutral().says("main", "What you typed is still here")
		b.submit("#come-back", values{"code": "1111 1111 1111 1111"}).want(422).neutral()
		if b.Page.Find("input[name=kept-story]").AttrOr("value", "") != "Woda leci z sufitu" {
			t.Fatal("a wrong code loses what was typed")
		}
		b.submit("#come-back", values{"code": code}).want(200).submit("#send-again", nil).at("/form/since")
		b.get("/form/check").says("main", "Woda leci z sufitu").says("main", "N1 1AA")

		// Everything is forgotten, and there is no code: a new form takes it.
		b.get("/form/wanted")
		b.forget("story")
		b.forget("form")
		b.submit("#question", values{"wanted": "ciepło"}).want(403)
		b.submit("#anew", nil).want(200).submit("#send-again", nil).want(200)
		b.get("/form/check").says("main", "ciepło")
		if strings.Contains(b.text("main"), "Woda leci") {
			t.Error("the new form holds the old story")
		}
	})
}

// Four hours later the browser's way is over, by the clock and not by the cookie.
func TestTheWayEndsWithTime(t *testing.T) {
	x := one(t)
	x.openIntake(true)
	b := x.began()
	b.get("/form/story")
	x.pass(5 * time.Hour)
	b.submit("#question", values{"story": "late"}).want(403)
	if b.Page.Find("input[name=kept-story]").AttrOr("value", "") != "late" {
		t.Error("what was typed is lost")
	}
	b.get("/form/story").at("/come-back")
}

// Two tabs, and the back button: each page changes its own answers alone, and one that comes after the story was sent loses nothing.
func TestTwoTabsOfOneForm(t *testing.T) {
	each(t, func(t *testing.T, x *site) {
		x.openIntake(true)
		b := x.began()
		b.get("/form/story")
		tab, path := b.Page, b.Path
		b.get("/form/wanted").submit("#question", values{"wanted": "heat"}).want(200)
		b.Page, b.Path = tab, path
		b.submit("#question", values{"story": "cold"}).want(200)
		b.get("/form/check").says("main", "heat").says("main", "cold")
		b.get("/form/story")
		tab, path = b.Page, b.Path
		b.get("/form/consent").submit("#question", values{"consent_record": "yes"})
		b.get("/form/check").submit("#send", nil).at("/form/sent")
		b.Page, b.Path = tab, path
		b.submit("#question", values{"story": "and the lift is broken"}).want(409).says("main", "and the lift is broken").says("h1", "sent already")
	})
}

// What sending needs is said on the check page, with the way to where it is mended.
func TestWhatSendingNeeds(t *testing.T) {
	x := one(t)
	x.openIntake(true)
	b := x.began().get("/form/check").submit("#send", nil).want(422).neutral()
	for _, want := range []string{"/form/story?check=1#story", "/form/consent?check=1#consent_record"} {
		if b.Page.Find(".govuk-error-summary a[href='"+want+"']").Length() != 1 {
			t.Errorf("no way to %s: %s", want, b.errors())
		}
	}
	// The link lands on a field.
	if b.get("/form/consent?check=1").Page.Find("#consent_record").Length() != 1 || b.get("/form/story").Page.Find("#story").Length() != 1 {
		t.Error("the links lead to no field")
	}
}

// A program fills in what no person sees; its story is kept aside, and nothing tells it so.
func TestTrap(t *testing.T) {
	each(t, func(t *testing.T, x *site) {
		x.openIntake(true)
		b := x.began().get("/form/story").submit("#question", values{"story": "buy pills"})
		b.get("/form/consent").submit("#question", values{"consent_record": "yes"})
		trap := b.get("/form/check").Page.Find("#website")
		if trap.AttrOr("tabindex", "") != "-1" || trap.AttrOr("autocomplete", "") != "off" || trap.Closest("[aria-hidden=true]").Length() != 1 {
			t.Error("a person may walk into the trap")
		}
		b.submit("#send", values{"website": "https://spam.example"}).at("/form/sent").want(200)
		if s := x.story(t); s.State != models.StoryHeld {
			t.Errorf("the story is %s", s.State)
		}
	})
}

func TestClosedIntake(t *testing.T) {
	each(t, func(t *testing.T, x *site) {
		b := x.visitor()
		b.get("/tell").want(200).neutral().says("main", "No group takes forms")
		b.get("/tell/north").want(200).neutral().says("h1", "cannot take new forms").says("main", "north@example.org")
		b.get("/tell/nowhere").want(404).neutral()
		x.openIntake(true)
		b.get("/tell/north").want(200)
		x.openIntake(false)
		b.submit("#start", nil).want(200).says("h1", "cannot take new forms")
		if b.cookie("story") != "" {
			t.Error("a story was begun all the same")
		}
	})
}

func TestLanguages(t *testing.T) {
	x := one(t)
	x.openIntake(true)
	b := x.visitor()
	req, _ := http.NewRequest(http.MethodGet, x.url+"/tell/north", nil)
	req.Header.Set("Accept-Language", "ar-EG,ar;q=0.9")
	if b.do(req); b.Page.Find("html").AttrOr("dir", "") != "rtl" || b.Page.Find("html").AttrOr("lang", "") != "ar" {
		t.Error("Arabic is not set from right to left")
	}
	if !catalogue.In("ar").Reviewed() {
		b.says("#unreviewed", catalogue.In("ar").T("common.unreviewed"))
	}
	if b.Page.Find(".door-lang a").Length() != 3 || b.Page.Find(".door-lang a[lang=bn]").Text() != "বাংলা" {
		t.Error("the languages are not offered in their own words")
	}
	b.get("/tell/north?lang=ar").want(200)
	b.submit("#start", nil).want(200).neutral() // the choice stays
	if b.Page.Find("html").AttrOr("dir", "") != "rtl" {
		t.Error("the choice of a language is lost")
	}
	b.get("/form/home?lang=en").want(200)
	if b.Page.Find("html").AttrOr("dir", "") != "ltr" || b.Page.Find("#unreviewed").Length() > 0 {
		t.Error("English is not English")
	}
	b.get("/form/home?lang=xx").want(200)
	// The language of a page that was refused leads to the page.
	if href := b.get("/form/home?check=1").Page.Find(".door-lang a[lang=pl]").AttrOr("href", ""); href != "/form/home?check=1&lang=pl" {
		t.Errorf("Polish is at %s", href)
	}
}

func TestLeave(t *testing.T) {
	each(t, func(t *testing.T, x *site) {
		x.openIntake(true)
		b := x.began()
		b.client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
		token := b.cookie("story")
		leave := func(from string) {
			req, _ := http.NewRequest(http.MethodGet, x.url+"/leave", nil)
			req.Header.Set("Sec-Fetch-Site", from)
			b.do(req).want(303)
			if b.Header.Get("Location") != "https://www.bbc.co.uk/weather" || b.Header.Get("Referrer-Policy") != "no-referrer" {
				t.Errorf("leads to %s, telling %s", b.Header.Get("Location"), b.Header.Get("Referrer-Policy"))
			}
		}
		leave("cross-site")
		if b.cookie("story") != token {
			t.Error("another site can end the way back")
		}
		leave("same-origin")
		if b.cookie("story") != "" || b.cookie("form") != "" || b.Header.Get("Clear-Site-Data") != `"cache"` {
			t.Errorf("left behind: story %q, form %q", b.cookie("story"), b.cookie("form"))
		}
		if _, err := x.app.Intake.Resume(context.Background(), token); models.CodeOf(err) != models.CodeSignIn {
			t.Errorf("the browser's key still works: %v", err)
		}
	})
}

func TestDiscard(t *testing.T) {
	each(t, func(t *testing.T, x *site) {
		x.openIntake(true)
		b := x.began().submit("#question", values{"postcode": "N1 1AA"})
		code := b.shownCode()
		b.get("/form").want(200).neutral().says(".govuk-task-list", "Done")
		b.get("/form/discard").want(200).neutral().submit("#discard", nil).at("/tell/north").says("#flash-title + *", "").says("main", "deleted")
		x.visitor().get("/come-back").submit("#come-back", values{"code": code}).want(422)
	})
}

func TestEmergency(t *testing.T) {
	x := one(t)
	b := x.visitor().get("/emergency").want(200).neutral()
	for _, tel := range []string{"tel:999", "tel:0800111999", "tel:105", "tel:111", "tel:08082000247"} {
		if b.Page.Find("a[href='"+tel+"']").Length() == 0 {
			t.Errorf("no link to call %s", tel)
		}
	}
	b.says("section:has(#gas)", "0800 111 999").says("section:has(#gas)", "not from the people who run it")
}

// pieces of a file, sent as the script sends them.
func TestUploadInPieces(t *testing.T) {
	each(t, func(t *testing.T, x *site) {
		x.openIntake(true)
		b := x.began().get("/form/files")
		token := b.csrf()
		ask := func(method, path string, body []byte, token string) map[string]any {
			t.Helper()
			req, _ := http.NewRequest(method, x.url+path, bytes.NewReader(body))
			req.Header.Set("Accept", "application/json")
			if token != "" {
				req.Header.Set("X-Form-Token", token)
			}
			kind := "application/octet-stream"
			if strings.HasSuffix(path, "/uploads") {
				kind = "application/x-www-form-urlencoded"
			}
			req.Header.Set("Content-Type", kind)
			b.do(req)
			return decoded(t, b.Body)
		}
		file := append(simplePDF, bytes.Repeat([]byte("% padding\n"), 60_000)...)
		form := []byte(url.Values{"name": {"letter.pdf"}, "size": {itoa(int64(len(file)))}}.Encode())
		if ask("POST", "/form/uploads", form, "x"); b.Status != 403 {
			t.Fatalf("taken with a wrong token: %d", b.Status)
		}
		state := ask("POST", "/form/uploads", form, token)
		b.want(200)
		at := "/form/uploads/" + itoa(int64(state["id"].(float64)))
		half := 200_000
		if state = ask("POST", at+"?offset=0", file[:half], token); state["arrived"] != float64(half) || state["done"] != false {
			t.Fatalf("after a piece: %v", state)
		}
		// After a reload: the same file goes on where it broke off, and the page says so meanwhile.
		b.get("/form/files").says("#files-here", "has not arrived whole")
		if again := ask("POST", "/form/uploads", form, token); again["id"] != state["id"] || again["arrived"] != float64(half) {
			t.Fatalf("begun again: %v", again)
		}
		if ask("POST", at+"?offset=7", file[:10], token); b.Status < 400 {
			t.Error("a piece is taken where it does not belong")
		}
		if state = ask("GET", at, nil, ""); state["arrived"] != float64(half) {
			t.Fatalf("asked how far: %v", state)
		}
		if state = ask("POST", at+"?offset="+itoa(int64(half)), file[half:], token); state["done"] != true {
			t.Fatalf("at the end: %d %v", b.Status, state)
		}
		b.get("/form/files").says("#files-here", "letter.pdf")
		b.submit("#files-here form", nil).at("/form/files").says("main", "No files yet")
		if state = ask("POST", "/form/uploads", []byte("name=huge.pdf&size=999999999"), token); b.Status != 413 || state["error"] == "" {
			t.Errorf("too large: %d %v", b.Status, state)
		}
		// Of somebody else's story nothing is told.
		other := x.began()
		if other.get(at); other.Status != 404 {
			t.Errorf("another teller's upload: %d", other.Status)
		}
	})
}

// A form with files is refused before its files are read, where its token is wrong.
func TestFilesNeedTheirTokenFirst(t *testing.T) {
	x := one(t)
	x.openIntake(true)
	b := x.began().get("/form/files")
	form := "--b\r\nContent-Disposition: form-data; name=\"csrf\"\r\n\r\n" + "wrong" + "\r\n--b\r\nContent-Disposition: form-data; name=\"files\"; filename=\"a.pdf\"\r\n\r\n" + string(simplePDF) + "\r\n--b--\r\n"
	req, _ := http.NewRequest(http.MethodPost, x.url+"/form/files", strings.NewReader(form))
	req.Header.Set("Content-Type", "multipart/form-data; boundary=b")
	b.do(req).want(403)
	late := strings.Replace(form, `name="csrf"`, `name="at"`, 1) + "--b\r\nContent-Disposition: form-data; name=\"csrf\"\r\n\r\n" + b.get("/form/files").csrf() + "\r\n--b--\r\n"
	req, _ = http.NewRequest(http.MethodPost, x.url+"/form/files", strings.NewReader(late))
	req.Header.Set("Content-Type", "multipart/form-data; boundary=b")
	b.do(req).want(403)
	cut := strings.Replace(form, "wrong", b.get("/form/files").csrf(), 1)
	req, _ = http.NewRequest(http.MethodPost, x.url+"/form/files", strings.NewReader(cut[:len(cut)-60]))
	req.Header.Set("Content-Type", "multipart/form-data; boundary=b")
	b.do(req).want(422).says(".govuk-error-summary", "a.pdf")
	b.get("/form/files").says("main", "No files yet")
}

// The first page and everything it asks for come to less than 50 KB on the wire, and it can be used before any of it but itself is there.
func TestFirstPageIsSmall(t *testing.T) {
	x := one(t)
	x.openIntake(true)
	for _, lang := range []string{"en", "pl", "bn", "ar"} {
		jar, err := cookiejar.New(nil)
		if err != nil {
			t.Fatal(err)
		}
		client := &http.Client{Transport: &http.Transport{DisableCompression: true}, Jar: jar}
		fetch := func(path, how string) (sent int, body []byte) {
			t.Helper()
			req, _ := http.NewRequest(http.MethodGet, x.url+path, nil)
			req.Header.Set("Accept-Encoding", how)
			resp, err := client.Do(req)
			if err != nil {
				t.Fatal(err)
			}
			defer resp.Body.Close()
			raw, err := io.ReadAll(resp.Body)
			if err != nil || resp.StatusCode != http.StatusOK {
				t.Fatalf("%s: %d %v", path, resp.StatusCode, err)
			}
			for name, vs := range resp.Header {
				sent += len(name) + len(strings.Join(vs, "")) + 4
			}
			var unpacked io.Reader = bytes.NewReader(raw)
			switch resp.Header.Get("Content-Encoding") {
			case "br":
				unpacked = brotli.NewReader(unpacked)
			case "gzip":
				if unpacked, err = gzip.NewReader(unpacked); err != nil {
					t.Fatal(err)
				}
			}
			if body, err = io.ReadAll(unpacked); err != nil {
				t.Fatal(err)
			}
			return sent + len(raw), body
		}
		for how, most := range map[string]int{"br": 50 << 10, "gzip, deflate": 50 << 10} {
			total, page := fetch("/tell/north?lang="+lang, how)
			b := x.visitor().get("/tell/north?lang=" + lang)
			links := 0
			for _, e := range b.Page.Find("link[href], script[src], img[src]").EachIter() {
				n, _ := fetch(e.AttrOr("href", e.AttrOr("src", "")), how)
				total += n
				links++
			}
			t.Logf("%s, %s: %d bytes with %d things that it asks for", lang, how, total, links)
			if total > most || links < 2 {
				t.Errorf("%s, %s: %d bytes, want %d at most", lang, how, total, most)
			}
			if !bytes.Contains(page, []byte(`id="start"`)) {
				t.Error("the packed page is not the page")
			}
		}
	}
	// Nothing on it waits for a script.
	if b := x.visitor().get("/tell/north"); b.Page.Find("script:not([defer])").Length() > 0 {
		t.Error("the page waits for a script")
	}
}

// The address is found by the postcode in the list of the story's own branch, and what is typed over it wins.
func TestHomeByPostcode(t *testing.T) {
	each(t, func(t *testing.T, x *site) {
		x.openIntake(true)
		for email, line := range map[string]string{"secretary@north.example": "12 Wren House, Mill Lane", "secretary@south.example": "3 Elsewhere Road"} {
			branch := north
			if strings.Contains(email, "south") {
				branch = south
			}
			actor := x.actor(email, branch)
			file, err := x.app.Intake.TryHomes(context.Background(), actor, strings.NewReader("postcode,address,estate\nN1 1AA,\""+line+"\",Mill Estate\n"))
			if err != nil {
				t.Fatal(err)
			}
			if _, err := x.app.Intake.ImportHomes(context.Background(), actor, file.Token); err != nil {
				t.Fatal(err)
			}
		}
		b := x.began().submit("#question", values{"postcode": "n11aa", "find": "1"}).at("/form/home?found=1").neutral()
		if got := b.text("#home"); !strings.Contains(got, "12 Wren House") || strings.Contains(got, "Elsewhere") {
			t.Fatalf("the list is %q", got)
		}
		b.submit("#question", values{"home": "12 Wren House, Mill Lane"}).want(200)
		b.get("/form/check").says("main", "12 Wren House, Mill Lane").says("main", "Mill Estate")
		b.get("/form/home?found=1").submit("#question", values{"home": "12 Wren House, Mill Lane", "address": "The shed behind 12 Wren House"})
		b.get("/form/check").says("main", "The shed behind")
		b.get("/form/home").submit("#question", values{"postcode": "ZZ9 9ZZ", "find": "1"}).says("#none-found", "We have no list")
	})
}

// A helper is told whose words these are, asks for consent aloud, and loses the story with their session.
func TestHelperMode(t *testing.T) {
	each(t, func(t *testing.T, x *site) {
		x.openIntake(true)
		_, token, err := x.app.Intake.Start(context.Background(), north, "en", x.actor("caseworker@north.example", north))
		if err != nil {
			t.Fatal(err)
		}
		b := x.as(access.Caseworker)
		u, _ := url.Parse(x.url)
		b.client.Jar.SetCookies(u, []*http.Cookie{{Name: "story", Value: token, Path: "/"}})
		b.get("/form/consent").want(200).neutral().says("#helper", "somebody else")
		b.submit("#question", values{"consent_record": "yes"}).want(422).says("main", "read the sentences out")
		if _, ticked := b.Page.Find("#consent_record").Attr("checked"); !ticked {
			t.Error("what was ticked is lost")
		}
		b.submit("#question", values{"spoken_consent": "1"}).want(200)
		b.get("/form/contact").want(200)
		if b.Page.Find("#name").AttrOr("autocomplete", "") != "off" {
			t.Error("the helper's own name is offered")
		}
		next := x.visitor() // at the same computer, after the helper signed out
		next.client.Jar.SetCookies(u, []*http.Cookie{{Name: "story", Value: token, Path: "/"}})
		next.get("/form/story").at("/come-back")
	})
}

// decoded is an answer in JSON.
func decoded(t *testing.T, body []byte) map[string]any {
	t.Helper()
	var out map[string]any
	if err := json.Unmarshal(body, &out); err != nil {
		t.Fatalf("no JSON: %v\n%s", err, body)
	}
	return out
}
