package web_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"commoncase/app/web/browsertest"
	"commoncase/models"
)

// A story told on a phone from the first page to the last, in a real browser that holds every page to axe and to the width of the window:
// without a script, and with one in Arabic, where a file goes up in pieces and the page is left with Escape.
func TestAStoryOnAPhone(t *testing.T) {
	chromium := browsertest.Chromium(t)
	for _, v := range []struct {
		name, lang string
		script     bool
	}{{"without JavaScript", "en", false}, {"with JavaScript in Arabic", "ar", true}, {"with JavaScript in English", "en", true}} {
		t.Run(v.name, func(t *testing.T) {
			x := one(t)
			x.openIntake(true)
			b := browsertest.Open(t, chromium, 390, v.script, 4*time.Minute)
			b.Open(x.url + "/tell/north?lang=" + v.lang)
			b.Click("#start button")
			const onwards = "#question button:not([name])"
			if !v.script { // a script would be in a page's form; the look-up leads back to it
				b.Fill(map[string]string{"postcode": "N1 1AA"})
				b.Click("#question button[name=find]")
			}
			b.Fill(map[string]string{"postcode": "N1 1AA", "address": "12 شارع ميل"})
			b.Click(onwards)
			code := b.Text("#code")
			b.Click("main a.govuk-button")
			b.Do(chromedp.Click("input[value=heating]", chromedp.ByQuery))
			if v.script && b.Count("#danger:not([hidden])") != 1 {
				t.Error("no heating, and nobody is told whom to call")
			}
			b.Click(onwards)
			b.Fill(map[string]string{"story": "العفن في غرفة النوم منذ الشتاء"})
			b.Click(onwards)
			for _, fields := range []map[string]string{{"since": "about March"}, {"reported_when": "in April"}, {"people": "me and a baby"}, {"wanted": "heat"}} {
				b.Fill(fields)
				b.Click(onwards)
			}
			file := filepath.Join(t.TempDir(), "letter.pdf")
			if err := os.WriteFile(file, append([]byte(nil), simplePDF...), 0o600); err != nil {
				t.Fatal(err)
			}
			if v.script {
				b.Leave(chromedp.SetUploadFiles("#files", []string{file}, chromedp.ByQuery))
			} else {
				b.Do(chromedp.SetUploadFiles("#files", []string{file}, chromedp.ByQuery))
				b.Click("#files-form button")
			}
			b.Sound()
			b.Says("#files-here", "letter.pdf")
			b.Click(onwards)
			b.Do(chromedp.Click("#consent_record", chromedp.ByQuery))
			b.Click(onwards)
			b.Do(chromedp.Click("#who-2", chromedp.ByQuery))
			b.Fill(map[string]string{"email": "no address"})
			b.Click(onwards)
			if b.Count(".govuk-error-summary") != 1 {
				t.Fatal("a wrong e-mail address is taken")
			}
			b.Fill(map[string]string{"email": ""})
			b.Click(onwards)
			b.Says("main", "العفن")
			b.Click("#send button")
			if got := b.Text("#code"); got != code || b.Path() != "/form/sent" {
				t.Fatalf("at %s with the code %q, want %q", b.Path(), got, code)
			}
			if s := x.story(t); s.State != models.StoryNew || !s.Anonymous || s.Lang != v.lang {
				t.Errorf("the story is %+v", s)
			}
			for _, path := range []string{"/emergency", "/come-back", "/tell", "/form/code"} {
				b.To(path)
			}
		})
	}
}

// What was typed is kept where the phone goes to sleep, and the choice of a language takes it along; three times Escape and the page is gone.
func TestTheScriptKeepsAndLeaves(t *testing.T) {
	chromium := browsertest.Chromium(t)
	x := one(t)
	x.openIntake(true)
	b := browsertest.Open(t, chromium, 390, true, 2*time.Minute)
	b.Open(x.url + "/tell/north?lang=en")
	b.Click("#start button")
	b.To("/form/story")
	b.Do(chromedp.SendKeys("#story", "the lift", chromedp.ByQuery))
	b.Says(".door-words", "Words: 2")
	b.Click(".door-lang a[lang=pl]")
	var typed string
	b.Do(chromedp.Value("#story", &typed, chromedp.ByQuery))
	if typed != "the lift" || b.Count("html[lang=pl]") != 1 {
		t.Errorf("after another language: %q", typed)
	}
	b.Do(chromedp.SendKeys("#story", " is broken", chromedp.ByQuery), chromedp.Evaluate(`window.dispatchEvent(new Event('pagehide'))`, nil), chromedp.Sleep(500*time.Millisecond))
	b.To("/form/story")
	b.Do(chromedp.Value("#story", &typed, chromedp.ByQuery))
	if typed != " is brokenthe lift" && typed != "is brokenthe lift" { // the cursor stands at the head of a page that is opened anew
		t.Errorf("after the page was left: %q", typed)
	}
	b.Do(chromedp.Evaluate(`document.querySelector('.door-exit').href = '/emergency'`, nil)) // the weather is not on this machine
	b.Leave(chromedp.KeyEvent("\x1b\x1b\x1b"))
	if !strings.HasSuffix(b.Location(), "/emergency") {
		t.Errorf("three times Escape leads to %s", b.Location())
	}
}
