package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"commoncase/app/document/pdftest"
	"commoncase/app/web/browsertest"
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

func TestTheRoad(t *testing.T) {
	chromium := browsertest.Chromium(t)
	links, dir := demonstration(t)
	for _, v := range []struct {
		width  int64
		script bool
	}{{390, true}, {1280, true}, {390, false}, {1280, false}} {
		name := fmt.Sprintf("%d pixels with JavaScript", v.width)
		if !v.script {
			name = fmt.Sprintf("%d pixels without JavaScript", v.width)
		}
		t.Run(name, func(t *testing.T) {
			b := browsertest.Open(t, chromium, v.width, v.script, 4*time.Minute)
			b.Open(links["secretary"])
			walkTheRealCampaign(b)
			ref := openACase(b)
			logWhatTheLandlordDid(b, ref)
			makeMistakes(b, ref)
			lookAtTheEvidence(b)
			writeALetter(b)
			referACase(b)
			b.Open(links["member"])
			b.To("/cases")
			if b.Count(".cc-case, tbody tr") == 0 {
				t.Error("the member sees no case of their own")
			}
		})
	}
	t.Run("the three PDFs", func(t *testing.T) { threePDFs(t, dir) })
}

func walkTheRealCampaign(b *browsertest.Browser) {
	b.T.Helper()
	b.SwitchTo("Clarion")
	b.To("/incidents")
	b.Says("main", "17 June 2022")
	b.To("/demands")
	if n := strings.Count(b.Text("main"), "o answer"); n < 30 {
		b.T.Errorf("%d of 33 demands stand without an answer", n)
	}
	b.To("/findings")
	b.Says("main", "evere maladministration")
	b.To("/letters")
	b.Says("main", "24 May 2023")
	b.To("/rules")
	b.Says("main", "10 working days")
	b.SwitchTo("Harbour")
}

// openACase opens a case with a form that is wrong at first, and returns its reference.
func openACase(b *browsertest.Browser) string {
	b.T.Helper()
	b.To("/cases/new")
	b.Fill(map[string]string{"name": "Łukasz Żółć", "address": "Flat 9, Invented Court\nSaltmarsh", "postcode": "ZZ99 3VZ", "area": "Saltmarsh estate",
		"tenure": "assured", "title": "Leak above the kitchen door", "theme": "leaks", "summary": "Water came through the ceiling."})
	b.Date("received", "31", "2", "2026")
	b.Press("Open the case")
	b.Says(".govuk-error-summary", "February 2026 has no day 31")
	var name string
	b.Do(chromedp.Value(`main [name="name"]`, &name, chromedp.ByQuery))
	if name != "Łukasz Żółć" {
		b.T.Errorf("the name that was typed is now %q", name)
	}
	b.Date("received", "2", "3", "2026")
	b.Do(chromedp.Click(`main [name="consent"]`, chromedp.ByQuery))
	b.Press("Open the case")
	b.Says("#status", "tory received") // with consent; without it the case would wait
	return strings.TrimPrefix(b.Path(), "/cases/")
}

// add goes through the two steps of adding an event, with the date given.
func add(b *browsertest.Browser, ref, kind, day, month, year string, more map[string]string) {
	b.T.Helper()
	b.To("/cases/" + ref + "/events/new?kind=" + kind)
	b.Date("on", day, month, year)
	b.Fill(more)
	b.Press("Continue")
}

func logWhatTheLandlordDid(b *browsertest.Browser, ref string) {
	b.T.Helper()
	b.Fill(map[string]string{"kind": "complaint_made"})
	b.Click("#log button")
	b.Date("on", "9", "3", "2026")
	b.Press("Continue")
	b.Says("#changes", "16 March 2026") // acknowledgement: five working days (Code 2024, 6.2)
	b.Press("Save")
	b.Says("#status", "awaiting acknowledgement")
	b.Says("main", "Overdue")
	add(b, ref, "complaint_acknowledged", "18", "3", "2026", map[string]string{"reference": "HV-2026-31"})
	b.Press("Save")
	b.Says("main", "Due 1 April 2026") // ten working days from the acknowledgement (Code 2024, 6.3)
	b.Do(chromedp.Click("#clock-2 summary", chromedp.ByQuery))
	b.Says("#clock-2", "18 March 2026")
	b.Says("#clock-2", "Saturday")
	b.Shot()
	add(b, ref, "stage1_response", "20", "4", "2026", map[string]string{"note": "They say that the roof was repaired."})
	b.Says("#changes", "late")
	b.Press("Save")
	b.Says("#status", "tage 1: response received")
	b.To("/cases?q=lukasz+zolc")
	b.Says("main", ref)
}

func makeMistakes(b *browsertest.Browser, ref string) {
	b.T.Helper()
	add(b, ref, "stage2_response", "1", "5", "2026", map[string]string{"note": "Typed with care"})
	b.Says(".govuk-error-summary", "scalat")
	var note string
	b.Do(chromedp.Value(`main [name="note"]`, &note, chromedp.ByQuery))
	if note != "Typed with care" {
		b.T.Errorf("the note that was typed is now %q", note)
	}
	b.To("/cases/AAA-26-0001-A")
	b.Says("h1", "othing here")
}

func lookAtTheEvidence(b *browsertest.Browser) {
	b.T.Helper()
	b.To("/evidence")
	b.Says("main", "Stage 1")
	if b.Count("main figure") == 0 {
		b.T.Error("no chart on the evidence page")
	}
	b.Click("main .cc-figure a")
	b.Says("main", "HVT-")
}

// writeALetter takes a letter from its type over a mistake and a preview to a PDF that can no longer change.
func writeALetter(b *browsertest.Browser) {
	b.T.Helper()
	b.To("/letters/new")
	b.Choose("type", "open-letter")
	b.Press("Start the draft")
	b.Says(".govuk-error-summary", "hom") // whom is it for?
	b.Pick("recipient", 1)
	b.Press("Start the draft")
	ref := regexp.MustCompile(`HVT-L-\d\d-\d{4}-[2-9A-Z]`).FindString(b.Location())
	if ref == "" {
		b.T.Fatalf("a new draft leads to %s", b.Location())
	}
	b.To("/letters/" + ref + "/edit")
	b.Fill(map[string]string{"title": "Answer us", "mandate": "agreed by 41 of 44 voting at the branch meeting of 3 November 2026"})
	b.Press("Save the draft")
	b.To("/letters/" + ref)
	b.Says("main", "Answer us")
	b.Follow("Make it final")
	b.Press("Make it final")
	b.To("/letters/" + ref + "/verify")
	b.Says("main", "SHA-256")
	checkPDF(b.T, b.Fetch("/letters/"+ref+"/letter.pdf"), "Answer us", "41 of 44", "How each figure is counted")
	if body := b.Text("main"); strings.Contains(body, "Change the draft") {
		b.T.Error("a final letter can still be changed")
	}
}

func referACase(b *browsertest.Browser) {
	b.T.Helper()
	b.To("/cases?stage=final_response")
	refs := regexp.MustCompile(`HVT-\d\d-\d{4}-[2-9A-Z]`).FindAllString(b.Text("main"), -1)
	for _, ref := range refs {
		b.To("/cases/" + ref + "/referral")
		if !strings.Contains(b.Text("main"), "Ready to send") {
			continue
		}
		checkPDF(b.T, b.Fetch("/cases/"+ref+"/bundle.pdf"), "Chronology", "Exhibit 1")
		return
	}
	b.T.Errorf("none of %d cases with a final response is ready to refer", len(refs))
}

// checkPDF holds a PDF to what qpdf and pdftotext say, and to words that stand in it in order.
func checkPDF(t testing.TB, pdf []byte, words ...string) {
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
