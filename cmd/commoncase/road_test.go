package main

import (
	"bytes"
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
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"

	"commoncase/app/document/pdftest"
)

// The road of the main job, walked in a real browser against the demonstration as a person starts it: at the width of a phone and
// of a desk, with and without JavaScript. COMMONCASE_TEST_SCREENSHOTS names a folder for pictures of what it saw.

// demonstration starts `commoncase demo` in this process and returns the sign-in link of each role.
func demonstration(t *testing.T) (links map[string]string, dir string) {
	t.Helper()
	dir = filepath.Join(t.TempDir(), "demo")
	ctx, stop := context.WithCancel(context.Background())
	out := &lines{}
	done := make(chan int, 1)
	go func() {
		done <- run(ctx, []string{"demo", "--dir", dir, "--addr", "127.0.0.1:0"}, streams{in: strings.NewReader(""), out: out, err: out})
	}()
	t.Cleanup(func() {
		stop()
		select {
		case code := <-done:
			if code != 0 {
				t.Errorf("the demonstration ended with %d:\n%s", code, out)
			}
		case <-time.After(30 * time.Second):
			t.Error("the demonstration did not stop when it was told to")
		}
	})
	link := regexp.MustCompile(`(?m)^\s*(member|helper|caseworker|organiser|secretary|guardian|operator)\s.*?(http://\S+/demo/sign-in/\S+)`)
	deadline := time.Now().Add(2 * time.Minute)
	for len(links) < 7 {
		select {
		case code := <-done:
			done <- code
			t.Fatalf("the demonstration ended with %d:\n%s", code, out)
		case <-time.After(100 * time.Millisecond):
		}
		if time.Now().After(deadline) {
			t.Fatalf("no seven sign-in links in two minutes:\n%s", out)
		}
		links = map[string]string{}
		for _, m := range link.FindAllStringSubmatch(out.String(), -1) {
			links[m[1]] = m[2]
		}
	}
	return links, dir
}

// lines is a buffer that may be read while it is written.
type lines struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *lines) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *lines) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

// browser is one tab.
type browser struct {
	t      *testing.T
	ctx    context.Context
	script bool
	name   string // of the pictures
	axe    string
	shots  int
}

func openBrowser(t *testing.T, parent context.Context, width int64, script bool) *browser {
	t.Helper()
	ctx, cancel := chromedp.NewContext(parent)
	t.Cleanup(cancel)
	ctx, cancelTime := context.WithTimeout(ctx, 4*time.Minute)
	t.Cleanup(cancelTime)
	b := &browser{t: t, ctx: ctx, script: script, name: fmt.Sprintf("%d", width)}
	if !script {
		b.name += "-no-script"
	}
	axe, err := os.ReadFile("../../node_modules/axe-core/axe.min.js")
	if err != nil {
		t.Fatalf("axe-core is not there: run npm ci (make test does): %v", err)
	}
	b.axe = string(axe)
	b.do(chromedp.EmulateViewport(width, 900), emulation.SetScriptExecutionDisabled(!script), network.Enable())
	return b
}

func (b *browser) do(actions ...chromedp.Action) {
	b.t.Helper()
	if err := chromedp.Run(b.ctx, actions...); err != nil {
		var where, text string
		_ = chromedp.Run(b.ctx, chromedp.Location(&where), chromedp.Evaluate(`document.body ? document.body.innerText.slice(0, 3000) : ""`, &text))
		b.t.Fatalf("%v\nat %s:\n%s", err, where, text)
	}
}

// leave runs an action that leads to another page, and waits until that one is there.
func (b *browser) leave(a chromedp.Action) {
	b.t.Helper()
	b.do(chromedp.Evaluate(`window.ccBefore = true`, nil), a)
	deadline := time.Now().Add(30 * time.Second)
	for {
		var there bool
		err := chromedp.Run(b.ctx, chromedp.Evaluate(`typeof window.ccBefore === "undefined" && document.readyState === "complete"`, &there))
		if err == nil && there {
			return
		}
		if time.Now().After(deadline) {
			b.t.Fatalf("no new page within 30 seconds (%v), still at %s", err, b.path())
		}
		time.Sleep(30 * time.Millisecond)
	}
}

func (b *browser) open(address string) { b.t.Helper(); b.do(chromedp.Navigate(address)); b.sound() }

// to opens a path of the site that the tab is on.
func (b *browser) to(path string) {
	b.t.Helper()
	u, err := url.Parse(b.location())
	if err != nil {
		b.t.Fatal(err)
	}
	b.open(u.Scheme + "://" + u.Host + path)
}

func (b *browser) click(selector string) {
	b.t.Helper()
	b.leave(chromedp.Click(selector, chromedp.ByQuery, chromedp.NodeVisible))
	b.sound()
}

// follow clicks the first link whose text holds words.
func (b *browser) follow(words string) {
	b.t.Helper()
	b.leave(chromedp.Click(fmt.Sprintf(`//main//a[contains(normalize-space(.), %q)]`, words), chromedp.BySearch, chromedp.NodeVisible))
	b.sound()
}

// press clicks the button with the words.
func (b *browser) press(words string) {
	b.t.Helper()
	b.leave(chromedp.Click(fmt.Sprintf(`//main//button[contains(normalize-space(.), %q)]`, words), chromedp.BySearch, chromedp.NodeVisible))
	b.sound()
}

// fill puts values into fields by name, and holds the browser to having taken them.
func (b *browser) fill(values map[string]string) {
	b.t.Helper()
	for name, v := range values {
		var took string
		b.do(chromedp.Evaluate(fmt.Sprintf(`(() => {const f = document.querySelector('main [name=%q]'); if (!f) return "no such field"; f.value = %s; return f.value})()`, name, quoted(v)), &took))
		if took != v {
			b.t.Fatalf("field %s at %s took %q and not %q", name, b.path(), took, v)
		}
	}
}

func (b *browser) date(name, day, month, year string) {
	b.t.Helper()
	b.fill(map[string]string{name + "-day": day, name + "-month": month, name + "-year": year})
}

func (b *browser) location() string {
	b.t.Helper()
	var s string
	b.do(chromedp.Location(&s))
	return s
}

func (b *browser) path() string {
	u, err := url.Parse(b.location())
	if err != nil {
		return ""
	}
	return u.Path
}

func (b *browser) text(selector string) string {
	b.t.Helper()
	var s string
	b.do(chromedp.Evaluate(fmt.Sprintf(`Array.from(document.querySelectorAll(%q)).map(e => e.textContent.trim().replace(/\s+/g, " ")).join("\n")`, selector), &s))
	return s
}

func (b *browser) count(selector string) int {
	b.t.Helper()
	var n int
	b.do(chromedp.Evaluate(fmt.Sprintf(`document.querySelectorAll(%q).length`, selector), &n))
	return n
}

func (b *browser) says(selector, want string) {
	b.t.Helper()
	if got := b.text(selector); !strings.Contains(got, want) {
		b.t.Fatalf("%s at %s does not say %q but %q", selector, b.path(), want, got)
	}
}

// sound holds for every page: it has one h1 and a title, nothing sticks out sideways, and axe finds nothing serious.
func (b *browser) sound() {
	b.t.Helper()
	b.shot()
	if n := b.count("h1"); n != 1 {
		b.t.Errorf("%s has %d h1: %q", b.path(), n, b.text("h1"))
	}
	var wide string
	b.do(chromedp.Evaluate(`document.documentElement.scrollWidth <= document.documentElement.clientWidth ? "" : Array.from(document.querySelectorAll("body *")).filter(
		e => e.getBoundingClientRect().right > document.documentElement.clientWidth).map(e => e.tagName + "." + e.getAttribute("class")).slice(0, 8).join(", ") || "something"`, &wide))
	if wide != "" {
		b.t.Errorf("%s is wider than the window: %s", b.path(), wide)
	}
	if !b.script {
		return
	}
	var found string
	b.do(chromedp.Evaluate(b.axe, nil), chromedp.Evaluate(`axe.run(document, {resultTypes: ["violations"]}).then(r => JSON.stringify(r.violations.map(
		v => ({id: v.id, impact: v.impact, nodes: v.nodes.slice(0, 3).map(n => n.html.slice(0, 200))}))))`, &found,
		func(p *runtime.EvaluateParams) *runtime.EvaluateParams { return p.WithAwaitPromise(true) }))
	var violations []struct {
		ID, Impact string
		Nodes      []string
	}
	if err := json.Unmarshal([]byte(found), &violations); err != nil {
		b.t.Fatalf("axe said %q: %v", found, err)
	}
	for _, v := range violations {
		if v.Impact == "serious" || v.Impact == "critical" {
			b.t.Errorf("axe at %s: %s (%s) at %q", b.path(), v.ID, v.Impact, v.Nodes)
		}
	}
}

func (b *browser) shot() {
	dir := os.Getenv("COMMONCASE_TEST_SCREENSHOTS")
	if dir == "" {
		return
	}
	b.shots++
	var png []byte
	b.do(chromedp.FullScreenshot(&png, 90))
	slug := strings.Trim(regexp.MustCompile(`[^a-z0-9]+`).ReplaceAllString(strings.ToLower(b.path()), "-"), "-")
	if err := os.WriteFile(filepath.Join(dir, fmt.Sprintf("%s-%02d-%s.jpg", b.name, b.shots, slug)), png, 0o644); err != nil {
		b.t.Fatal(err)
	}
}

// fetch downloads a path with the tab's cookies.
func (b *browser) fetch(path string) []byte {
	b.t.Helper()
	base, err := url.Parse(b.location())
	if err != nil {
		b.t.Fatal(err)
	}
	jar, err := cookiejar.New(nil)
	if err != nil {
		b.t.Fatal(err)
	}
	b.do(chromedp.ActionFunc(func(ctx context.Context) error {
		cs, err := network.GetCookies().Do(cdp.WithExecutor(ctx, chromedp.FromContext(ctx).Target))
		for _, c := range cs {
			jar.SetCookies(base, []*http.Cookie{{Name: c.Name, Value: c.Value}})
		}
		return err
	}))
	res, err := (&http.Client{Jar: jar, Timeout: time.Minute}).Get(base.Scheme + "://" + base.Host + path)
	if err != nil {
		b.t.Fatal(err)
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil || res.StatusCode != http.StatusOK {
		b.t.Fatalf("GET %s: %d %v\n%.500s", path, res.StatusCode, err, body)
	}
	return body
}

// switchTo changes to the other branch where the tab is not in it.
func (b *browser) switchTo(branch string) {
	b.t.Helper()
	if strings.Contains(b.text(".cc-header__branch"), branch) {
		return
	}
	b.do(chromedp.Click(".cc-switch summary", chromedp.ByQuery))
	b.leave(chromedp.Click(fmt.Sprintf(`//button[contains(@class, "cc-switch__button") and contains(., %q)]`, branch), chromedp.BySearch))
	b.sound()
}

func TestTheRoad(t *testing.T) {
	chromium := pdftest.Tool(t, "chromium", "chromium-browser", "google-chrome")
	links, dir := demonstration(t)
	alloc, stop := chromedp.NewExecAllocator(context.Background(), append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.ExecPath(chromium), chromedp.NoSandbox, chromedp.DisableGPU, chromedp.NoFirstRun, chromedp.Flag("disable-quic", true),
		chromedp.Flag("disable-background-networking", true), chromedp.Flag("disable-component-update", true), chromedp.Flag("disable-sync", true))...)
	t.Cleanup(stop)
	for _, v := range []struct {
		width  int64
		script bool
	}{{390, true}, {1280, true}, {390, false}, {1280, false}} {
		name := fmt.Sprintf("%d pixels with JavaScript", v.width)
		if !v.script {
			name = fmt.Sprintf("%d pixels without JavaScript", v.width)
		}
		t.Run(name, func(t *testing.T) {
			b := openBrowser(t, alloc, v.width, v.script)
			b.open(links["secretary"])
			walkTheRealCampaign(b)
			ref := openACase(b)
			logWhatTheLandlordDid(b, ref)
			makeMistakes(b, ref)
			lookAtTheEvidence(b)
			writeALetter(b)
			referACase(b)
			b.open(links["member"])
			b.to("/cases")
			if b.count(".cc-case, tbody tr") == 0 {
				t.Error("the member sees no case of their own")
			}
		})
	}
	t.Run("the three PDFs", func(t *testing.T) { threePDFs(t, dir) })
}

func walkTheRealCampaign(b *browser) {
	b.t.Helper()
	b.switchTo("Clarion")
	b.to("/incidents")
	b.says("main", "17 June 2022")
	b.to("/demands")
	if n := strings.Count(b.text("main"), "o answer"); n < 30 {
		b.t.Errorf("%d of 33 demands stand without an answer", n)
	}
	b.to("/findings")
	b.says("main", "evere maladministration")
	b.to("/letters")
	b.says("main", "24 May 2023")
	b.to("/rules")
	b.says("main", "10 working days")
	b.switchTo("Harbour")
}

// openACase opens a case with a form that is wrong at first, and returns its reference.
func openACase(b *browser) string {
	b.t.Helper()
	b.to("/cases/new")
	b.fill(map[string]string{"name": "Łukasz Żółć", "address": "Flat 9, Invented Court\nSaltmarsh", "postcode": "ZZ99 3VZ", "area": "Saltmarsh estate",
		"tenure": "assured", "title": "Leak above the kitchen door", "theme": "leaks", "summary": "Water came through the ceiling."})
	b.date("received", "31", "2", "2026")
	b.press("Open the case")
	b.says(".govuk-error-summary", "February 2026 has no day 31")
	var name string
	b.do(chromedp.Value(`main [name="name"]`, &name, chromedp.ByQuery))
	if name != "Łukasz Żółć" {
		b.t.Errorf("the name that was typed is now %q", name)
	}
	b.date("received", "2", "3", "2026")
	b.do(chromedp.Click(`main [name="consent"]`, chromedp.ByQuery))
	b.press("Open the case")
	b.says("#status", "tory received") // with consent; without it the case would wait
	return strings.TrimPrefix(b.path(), "/cases/")
}

// add goes through the two steps of adding an event, with the date given.
func (b *browser) add(ref, kind, day, month, year string, more map[string]string) {
	b.t.Helper()
	b.to("/cases/" + ref + "/events/new?kind=" + kind)
	b.date("on", day, month, year)
	b.fill(more)
	b.press("Continue")
}

func logWhatTheLandlordDid(b *browser, ref string) {
	b.t.Helper()
	b.fill(map[string]string{"kind": "complaint_made"})
	b.click("#log button")
	b.date("on", "9", "3", "2026")
	b.press("Continue")
	b.says("#changes", "16 March 2026") // acknowledgement: five working days (Code 2024, 6.2)
	b.press("Save")
	b.says("#status", "awaiting acknowledgement")
	b.says("main", "Overdue")
	b.add(ref, "complaint_acknowledged", "18", "3", "2026", map[string]string{"reference": "HV-2026-31"})
	b.press("Save")
	b.says("main", "Due 1 April 2026") // ten working days from the acknowledgement (Code 2024, 6.3)
	b.do(chromedp.Click("#clock-2 summary", chromedp.ByQuery))
	b.says("#clock-2", "18 March 2026")
	b.says("#clock-2", "Saturday")
	b.shot()
	b.add(ref, "stage1_response", "20", "4", "2026", map[string]string{"note": "They say that the roof was repaired."})
	b.says("#changes", "late")
	b.press("Save")
	b.says("#status", "tage 1: response received")
	b.to("/cases?q=lukasz+zolc")
	b.says("main", ref)
}

func makeMistakes(b *browser, ref string) {
	b.t.Helper()
	b.add(ref, "stage2_response", "1", "5", "2026", map[string]string{"note": "Typed with care"})
	b.says(".govuk-error-summary", "scalat")
	var note string
	b.do(chromedp.Value(`main [name="note"]`, &note, chromedp.ByQuery))
	if note != "Typed with care" {
		b.t.Errorf("the note that was typed is now %q", note)
	}
	b.to("/cases/AAA-26-0001-A")
	b.says("h1", "othing here")
}

func lookAtTheEvidence(b *browser) {
	b.t.Helper()
	b.to("/evidence")
	b.says("main", "Stage 1")
	if b.count("main figure") == 0 {
		b.t.Error("no chart on the evidence page")
	}
	b.click("main .cc-figure a")
	b.says("main", "HVT-")
}

// writeALetter takes a letter from its type over a mistake and a preview to a PDF that can no longer change.
func writeALetter(b *browser) {
	b.t.Helper()
	b.to("/letters/new")
	b.choose("type", "open-letter")
	b.press("Start the draft")
	b.says(".govuk-error-summary", "hom") // whom is it for?
	b.pick("recipient", 1)
	b.press("Start the draft")
	ref := regexp.MustCompile(`HVT-L-\d\d-\d{4}-[2-9A-Z]`).FindString(b.location())
	if ref == "" {
		b.t.Fatalf("a new draft leads to %s", b.location())
	}
	b.to("/letters/" + ref + "/edit")
	b.fill(map[string]string{"title": "Answer us", "mandate": "agreed by 41 of 44 voting at the branch meeting of 3 November 2026"})
	b.press("Save the draft")
	b.to("/letters/" + ref)
	b.says("main", "Answer us")
	b.follow("Make it final")
	b.press("Make it final")
	b.to("/letters/" + ref + "/verify")
	b.says("main", "SHA-256")
	checkPDF(b.t, b.fetch("/letters/"+ref+"/letter.pdf"), "Answer us", "41 of 44", "How each figure is counted")
	if body := b.text("main"); strings.Contains(body, "Change the draft") {
		b.t.Error("a final letter can still be changed")
	}
}

// choose takes a radio button; pick takes the nth option of a select that has a value.
func (b *browser) choose(name, value string) {
	b.t.Helper()
	b.do(chromedp.Click(fmt.Sprintf(`main input[name=%q][value=%q]`, name, value), chromedp.ByQuery))
}

func (b *browser) pick(name string, n int) {
	b.t.Helper()
	var v string
	b.do(chromedp.Evaluate(fmt.Sprintf(`Array.from(document.querySelectorAll('main select[name=%q] option')).map(o => o.value).filter(v => v)[%d] || ""`, name, n-1), &v))
	if v == "" {
		b.t.Fatalf("select %s at %s has no option %d", name, b.path(), n)
	}
	b.fill(map[string]string{name: v})
}

func referACase(b *browser) {
	b.t.Helper()
	b.to("/cases?stage=final_response")
	refs := regexp.MustCompile(`HVT-\d\d-\d{4}-[2-9A-Z]`).FindAllString(b.text("main"), -1)
	for _, ref := range refs {
		b.to("/cases/" + ref + "/referral")
		if !strings.Contains(b.text("main"), "Ready to send") {
			continue
		}
		checkPDF(b.t, b.fetch("/cases/"+ref+"/bundle.pdf"), "Chronology", "Exhibit 1")
		return
	}
	b.t.Errorf("none of %d cases with a final response is ready to refer", len(refs))
}

// checkPDF holds a PDF to what qpdf and pdftotext say, and to words that stand in it in order.
func checkPDF(t *testing.T, pdf []byte, words ...string) {
	t.Helper()
	pdftest.InOrder(t, pdftest.Check(t, pdf), words...)
}

func threePDFs(t *testing.T, dir string) {
	for name, words := range map[string][]string{
		"open-letter.pdf":            {"Chief Executive", "1.", "33", "How each figure is counted"},
		"letter-to-the-minister.pdf": {"Minister", "17 June 2022"},
		"referral-bundle.pdf":        {"Harbour", "Chronology", "Exhibit 1"},
	} {
		pdf, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			t.Error(err)
			continue
		}
		checkPDF(t, pdf, words...)
	}
}

// quoted is a string as JavaScript writes it.
func quoted(s string) string {
	b, err := json.Marshal(s)
	if err != nil {
		panic(err)
	}
	return string(b)
}
