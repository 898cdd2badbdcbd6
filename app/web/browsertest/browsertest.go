// Package browsertest is a test room: a real browser that walks the site as a person does, at the width of a phone or of a desk, with
// JavaScript and without, and holds every page that it comes to to what holds for all (Sound). Tests alone import it.
package browsertest

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"

	"commoncase/app/document/pdftest"
)

// patience is how long what is looked for may take to appear.
const patience = 30 * time.Second

// Browser is one tab.
type Browser struct {
	T      testing.TB
	ctx    context.Context
	Script bool
	name   string // of the pictures
	axe    string
	shots  int
}

// Chromium starts the browser of this machine for a test; where there is none the test is left out, and fails in CI.
func Chromium(t testing.TB) context.Context {
	t.Helper()
	path := pdftest.Tool(t, "chromium", "chromium-browser", "google-chrome")
	alloc, stop := chromedp.NewExecAllocator(context.Background(), append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.ExecPath(path), chromedp.NoSandbox, chromedp.DisableGPU, chromedp.NoFirstRun, chromedp.Flag("disable-quic", true),
		chromedp.Flag("disable-background-networking", true), chromedp.Flag("disable-component-update", true), chromedp.Flag("disable-sync", true))...)
	t.Cleanup(stop)
	return alloc
}

// Open opens a tab of a width in pixels, with JavaScript or without, for at most a time.
func Open(t testing.TB, chromium context.Context, width int64, script bool, atMost time.Duration) *Browser {
	t.Helper()
	ctx, cancel := chromedp.NewContext(chromium)
	t.Cleanup(cancel)
	ctx, cancelTime := context.WithTimeout(ctx, atMost)
	t.Cleanup(cancelTime)
	if err := chromedp.Run(ctx); err != nil { // the tab lives as long as the context of its first run
		t.Fatal(err)
	}
	b := &Browser{T: t, ctx: ctx, Script: script, name: fmt.Sprintf("%d", width)}
	if !script {
		b.name += "-no-script"
	}
	axe, err := os.ReadFile("../../node_modules/axe-core/axe.min.js")
	if err != nil {
		t.Fatalf("axe-core is not there: run npm ci (make test does): %v", err)
	}
	b.axe = string(axe)
	b.Do(chromedp.EmulateViewport(width, 900), emulation.SetScriptExecutionDisabled(!script), network.Enable())
	return b
}

// Cookie gives the tab a cookie of the site at an address.
func (b *Browser) Cookie(address, name, value string) {
	b.T.Helper()
	b.Do(chromedp.ActionFunc(func(ctx context.Context) error { return network.SetCookie(name, value).WithURL(address).Do(ctx) }))
}

// Do runs actions; where one fails the test ends with what stands on the page.
func (b *Browser) Do(actions ...chromedp.Action) {
	b.T.Helper()
	ctx, cancel := context.WithTimeout(b.ctx, patience)
	defer cancel()
	if err := chromedp.Run(ctx, actions...); err != nil {
		var where, text string
		_ = chromedp.Run(b.ctx, chromedp.Location(&where), chromedp.Evaluate(`document.body ? document.body.innerText.slice(0, 3000) : ""`, &text))
		b.T.Fatalf("%v\nat %s:\n%s", err, where, text)
	}
}

// Leave runs an action that leads to another page, and waits until that one is there.
func (b *Browser) Leave(a chromedp.Action) {
	b.T.Helper()
	b.Do(chromedp.Evaluate(`window.ccBefore = true`, nil), a)
	deadline := time.Now().Add(30 * time.Second)
	for {
		var there bool
		err := chromedp.Run(b.ctx, chromedp.Evaluate(`typeof window.ccBefore === "undefined" && document.readyState === "complete"`, &there))
		if err == nil && there {
			return
		}
		if time.Now().After(deadline) {
			b.T.Fatalf("no new page within 30 seconds (%v), still at %s", err, b.Path())
		}
		time.Sleep(30 * time.Millisecond)
	}
}

// Open goes to an address.
func (b *Browser) Open(address string) { b.T.Helper(); b.Do(chromedp.Navigate(address)); b.Sound() }

// To opens a path of the site that the tab is on.
func (b *Browser) To(path string) {
	b.T.Helper()
	u, err := url.Parse(b.Location())
	if err != nil {
		b.T.Fatal(err)
	}
	b.Open(u.Scheme + "://" + u.Host + path)
}

// Click clicks what a selector finds first, and waits for the page that it leads to.
func (b *Browser) Click(selector string) {
	b.T.Helper()
	b.Leave(chromedp.Click(selector, chromedp.ByQuery, chromedp.NodeVisible))
	b.Sound()
}

// Follow clicks the first link whose text holds words.
func (b *Browser) Follow(words string) {
	b.T.Helper()
	b.Leave(chromedp.Click(fmt.Sprintf(`//main//a[contains(normalize-space(.), %q)]`, words), chromedp.BySearch, chromedp.NodeVisible))
	b.Sound()
}

// Press clicks the button with the words.
func (b *Browser) Press(words string) {
	b.T.Helper()
	b.Leave(chromedp.Click(fmt.Sprintf(`//main//button[contains(normalize-space(.), %q)]`, words), chromedp.BySearch, chromedp.NodeVisible))
	b.Sound()
}

// Fill puts values into fields by name, and holds the browser to having taken them.
func (b *Browser) Fill(values map[string]string) {
	b.T.Helper()
	for name, v := range values {
		var took string
		b.Do(chromedp.Evaluate(fmt.Sprintf(`(() => {const f = document.querySelector('main [name=%q]'); if (!f) return "no such field"; f.value = %s; return f.value})()`, name, quoted(v)), &took))
		if took != v {
			b.T.Fatalf("field %s at %s took %q and not %q", name, b.Path(), took, v)
		}
	}
}

// Date fills the three fields of a date.
func (b *Browser) Date(name, day, month, year string) {
	b.T.Helper()
	b.Fill(map[string]string{name + "-day": day, name + "-month": month, name + "-year": year})
}

// Location is the address of the page.
func (b *Browser) Location() string {
	b.T.Helper()
	var s string
	b.Do(chromedp.Location(&s))
	return s
}

// Path is its path.
func (b *Browser) Path() string {
	u, err := url.Parse(b.Location())
	if err != nil {
		return ""
	}
	return u.Path
}

// Text is the text of all that a selector finds, a line each.
func (b *Browser) Text(selector string) string {
	b.T.Helper()
	var s string
	b.Do(chromedp.Evaluate(fmt.Sprintf(`Array.from(document.querySelectorAll(%q)).map(e => e.textContent.trim().replace(/\s+/g, " ")).join("\n")`, selector), &s))
	return s
}

// Count is how many things a selector finds.
func (b *Browser) Count(selector string) int {
	b.T.Helper()
	var n int
	b.Do(chromedp.Evaluate(fmt.Sprintf(`document.querySelectorAll(%q).length`, selector), &n))
	return n
}

// Says holds what a selector finds to words.
func (b *Browser) Says(selector, want string) {
	b.T.Helper()
	if got := b.Text(selector); !strings.Contains(got, want) {
		b.T.Fatalf("%s at %s does not say %q but %q", selector, b.Path(), want, got)
	}
}

// Sound holds for every page: it has one h1 and a title, nothing sticks out sideways, and axe finds nothing serious.
func (b *Browser) Sound() {
	b.T.Helper()
	b.Shot()
	if n := b.Count("h1"); n != 1 {
		b.T.Errorf("%s has %d h1: %q", b.Path(), n, b.Text("h1"))
	}
	var wide string
	b.Do(chromedp.Evaluate(`document.documentElement.scrollWidth <= document.documentElement.clientWidth ? "" : Array.from(document.querySelectorAll("body *")).filter(
		e => e.getBoundingClientRect().right > document.documentElement.clientWidth).map(e => e.tagName + "." + e.getAttribute("class")).slice(0, 8).join(", ") || "something"`, &wide))
	if wide != "" {
		b.T.Errorf("%s is wider than the window: %s", b.Path(), wide)
	}
	if !b.Script {
		return
	}
	var found string
	b.Do(chromedp.Evaluate(b.axe, nil), chromedp.Evaluate(`axe.run(document, {resultTypes: ["violations"]}).then(r => JSON.stringify(r.violations.map(
		v => ({id: v.id, impact: v.impact, nodes: v.nodes.slice(0, 3).map(n => n.html.slice(0, 200))}))))`, &found,
		func(p *runtime.EvaluateParams) *runtime.EvaluateParams { return p.WithAwaitPromise(true) }))
	var violations []struct {
		ID, Impact string
		Nodes      []string
	}
	if err := json.Unmarshal([]byte(found), &violations); err != nil {
		b.T.Fatalf("axe said %q: %v", found, err)
	}
	for _, v := range violations {
		if v.Impact == "serious" || v.Impact == "critical" {
			b.T.Errorf("axe at %s: %s (%s) at %q", b.Path(), v.ID, v.Impact, v.Nodes)
		}
	}
}

// Shot keeps a picture where COMMONCASE_TEST_SCREENSHOTS names a folder for them.
func (b *Browser) Shot() {
	dir := os.Getenv("COMMONCASE_TEST_SCREENSHOTS")
	if dir == "" {
		return
	}
	b.shots++
	var png []byte
	b.Do(chromedp.FullScreenshot(&png, 90))
	slug := strings.Trim(regexp.MustCompile(`[^a-z0-9]+`).ReplaceAllString(strings.ToLower(b.Path()), "-"), "-")
	if err := os.WriteFile(filepath.Join(dir, fmt.Sprintf("%s-%02d-%s.jpg", b.name, b.shots, slug)), png, 0o644); err != nil {
		b.T.Fatal(err)
	}
}

// Fetch downloads a path with the tab's cookies.
func (b *Browser) Fetch(path string) []byte {
	b.T.Helper()
	base, err := url.Parse(b.Location())
	if err != nil {
		b.T.Fatal(err)
	}
	jar, err := cookiejar.New(nil)
	if err != nil {
		b.T.Fatal(err)
	}
	b.Do(chromedp.ActionFunc(func(ctx context.Context) error {
		cs, err := network.GetCookies().Do(cdp.WithExecutor(ctx, chromedp.FromContext(ctx).Target))
		for _, c := range cs {
			jar.SetCookies(base, []*http.Cookie{{Name: c.Name, Value: c.Value}})
		}
		return err
	}))
	req, err := http.NewRequestWithContext(b.ctx, http.MethodGet, base.Scheme+"://"+base.Host+path, nil)
	if err != nil {
		b.T.Fatal(err)
	}
	res, err := (&http.Client{Jar: jar, Timeout: time.Minute}).Do(req)
	if err != nil {
		b.T.Fatal(err)
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil || res.StatusCode != http.StatusOK {
		b.T.Fatalf("GET %s: %d %v\n%.500s", path, res.StatusCode, err, body)
	}
	return body
}

// SwitchTo changes to the other branch where the tab is not in it.
func (b *Browser) SwitchTo(branch string) {
	b.T.Helper()
	if strings.Contains(b.Text(".cc-header__branch"), branch) {
		return
	}
	b.Do(chromedp.Click(".cc-switch summary", chromedp.ByQuery))
	b.Leave(chromedp.Click(fmt.Sprintf(`//button[contains(@class, "cc-switch__button") and contains(., %q)]`, branch), chromedp.BySearch))
	b.Sound()
}

// Choose takes a radio button.
func (b *Browser) Choose(name, value string) {
	b.T.Helper()
	b.Do(chromedp.Click(fmt.Sprintf(`main input[name=%q][value=%q]`, name, value), chromedp.ByQuery))
}

// Pick takes the nth option of a select that has a value.
func (b *Browser) Pick(name string, n int) {
	b.T.Helper()
	var v string
	b.Do(chromedp.Evaluate(fmt.Sprintf(`Array.from(document.querySelectorAll('main select[name=%q] option')).map(o => o.value).filter(v => v)[%d] || ""`, name, n-1), &v))
	if v == "" {
		b.T.Fatalf("select %s at %s has no option %d", name, b.Path(), n)
	}
	b.Fill(map[string]string{name: v})
}

// quoted is a string as JavaScript writes it.
func quoted(s string) string {
	b, err := json.Marshal(s)
	if err != nil {
		panic(err)
	}
	return string(b)
}
