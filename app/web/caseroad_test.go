package web_test

import (
	"context"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"commoncase/app/document/pdftest"
	"commoncase/app/web/browsertest"
	"commoncase/models/civil"
)

// One case from the first report to what became of the Ombudsman's order, taken by a caseworker in a real browser while the days go
// by: every clock on the way, and every letter opened, filled in, sent and found again as an exhibit.

// walk is a caseworker at one case.
type walk struct {
	*browsertest.Browser
	x   *site
	ref string
}

func TestACaseFromReportToCompliance(t *testing.T) {
	chromium := browsertest.Chromium(t)
	for _, v := range []struct {
		name   string
		width  int64
		script bool
	}{{"390 pixels with JavaScript", 390, true}, {"1280 pixels without JavaScript", 1280, false}} {
		t.Run(v.name, func(t *testing.T) {
			w := &walk{Browser: browsertest.Open(t, chromium, v.width, v.script, 6*time.Minute), x: one(t)}
			w.day("2025-11-03")
			w.open()
			w.hazard()
			w.stageOne()
			w.stageTwo()
			w.ombudsman()
			w.orders()
		})
	}
}

// day goes on to ten o'clock of a day, on which the caseworker signs in anew and looks at the case.
func (w *walk) day(d string) {
	w.T.Helper()
	at := civil.MustParse(d).Time().Add(10 * time.Hour)
	w.x.now.Store(&at)
	token, err := w.x.app.People.SignInAs(context.Background(), "caseworker@north.example")
	if err != nil {
		w.T.Fatal(err)
	}
	w.Cookie(w.x.url, "session", token)
	if w.ref != "" {
		w.toCase()
	}
}

func (w *walk) toCase() { w.T.Helper(); w.Open(w.x.url + "/cases/" + w.ref) }

func (w *walk) on(name, d string) {
	w.T.Helper()
	x := civil.MustParse(d)
	w.Date(name, strconv.Itoa(x.Day()), strconv.Itoa(int(x.Month())), strconv.Itoa(x.Year()))
}

// log adds an event in two steps; each of says stands among what it changes.
func (w *walk) log(kind, day string, fields map[string]string, says ...string) {
	w.T.Helper()
	w.Open(w.x.url + "/cases/" + w.ref + "/events/new?kind=" + kind)
	w.on("on", day)
	w.Fill(fields)
	w.Press("Continue")
	for _, s := range says {
		w.Says("#changes", s)
	}
	w.Press("Save")
}

var gap = regexp.MustCompile(`\[[^\]]*\]`)

// letter takes a letter from its type to an exhibit of the case, on the day that it is. Where the case left gaps in it they are filled.
func (w *walk) letter(slug string, start map[string]string, says ...string) {
	w.T.Helper()
	w.Open(w.x.url + "/cases/" + w.ref + "/letters/new?type=" + slug)
	for name, value := range start {
		if w.Count(`main select[name="`+name+`"]`) == 1 {
			w.Fill(map[string]string{name: value})
		} else {
			w.Choose(name, value)
		}
	}
	w.Press("Fill in the letter")
	letter := w.Path()
	if w.Count("#gaps") > 0 {
		w.Follow("Change the letter")
		var body string
		w.Do(chromedp.Value(`main [name="body"]`, &body, chromedp.ByQuery))
		w.Fill(map[string]string{"body": gap.ReplaceAllString(body, "The survey of 19 November shows it.")})
		w.Press("Save the letter")
	}
	for _, s := range says {
		w.Says("article", s)
	}
	w.Follow("Mark as sent")
	w.Choose("channel", "email")
	w.Press("Mark as sent")
	w.Says("#sent", "Sent on "+civil.Of(*w.x.now.Load()).Long())
	pdftest.InOrder(w.T, pdftest.Check(w.T, w.Fetch(letter+"/letter.pdf")), "Łukasz Żółć")
	w.toCase()
}

// notYet holds the site to refusing a letter before its day.
func (w *walk) notYet(slug, says string) {
	w.T.Helper()
	w.Open(w.x.url + "/cases/" + w.ref + "/letters/new?type=" + slug)
	w.Says(".govuk-inset-text", says)
	if w.Count("#start-letter") != 0 {
		w.T.Errorf("%s can be started too early", slug)
	}
	w.toCase()
}

func (w *walk) open() {
	w.T.Helper()
	w.Open(w.x.url + "/cases/new")
	w.Fill(map[string]string{"name": "Łukasz Żółć", "address": "9 Invented Court\nNorthtown", "postcode": "ZZ99 3VZ", "tenure": "assured", "theme": "damp_mould",
		"title": "Mould in the bedroom", "summary": "The wall behind the bed is black and wet.", "wanted": "The leak found, the wall dried, the room painted."})
	w.on("received", "2025-11-03")
	w.Do(chromedp.Click(`main [name="consent"]`, chromedp.ByQuery))
	w.Press("Open the case")
	w.ref = strings.TrimPrefix(w.Path(), "/cases/")
	w.log("authority_given", "2025-11-03", nil)
	w.log("issue_reported", "2025-11-03", map[string]string{"note": "Rang the repairs line."})
	w.Says("#status", "eported to the landlord")
}

// hazard: reported in writing, looked at late, made safe in time.
func (w *walk) hazard() {
	w.T.Helper()
	w.letter("hazard-report", map[string]string{"category": "damp_mould", "urgency": "significant"}, "17 November 2025")
	w.Says("main", "Due 17 November 2025") // ten working days (Awaab's Law, regulation 6)
	w.day("2025-11-18")
	w.Says("main", "Overdue 1 working day")
	w.Says(".cc-next", "hazard")
	w.day("2025-11-20")
	w.log("hazard_investigated", "2025-11-19", nil, "2 working days late", "24 November 2025", "26 November 2025")
	w.log("summary_given", "2025-11-20", nil)
	w.log("made_safe", "2025-11-20", nil)
	w.Follow("Investigate a significant hazard: met 2 working days late")
	w.Says("main", "17 November 2025")
	certificate := w.Path() + "/certificate.pdf"
	pdftest.InOrder(w.T, pdftest.Check(w.T, w.Fetch(certificate)), "Breach certificate", "Met 2 working days late", "Łukasz Żółć", "regulation 6", "Each day, counted or not")
}

// stageOne: the complaint, an acknowledgement that is chased, an answer that is late and says too little.
func (w *walk) stageOne() {
	w.T.Helper()
	w.letter("stage1-complaint", map[string]string{"own": "branch"}, "27 November 2025")
	w.Says("#status", "awaiting acknowledgement")
	w.Says("main", "Due 27 November 2025")                // five working days (Code 2024, 6.2)
	w.notYet("chase-landlord", "due on 26 November 2025") // the further works of the hazard
	w.day("2025-12-01")
	w.Says(".cc-next", "acknowledge")
	w.letter("chase-landlord", nil, "27 November 2025")
	w.day("2025-12-02")
	w.log("complaint_acknowledged", "2025-12-02", map[string]string{"reference": "HV-77"}, "16 December 2025") // ten working days (6.3)
	w.day("2025-12-16")
	w.notYet("ombudsman-help", "17 December 2025") // the day after a missed stage
	w.day("2025-12-17")
	w.Says(".cc-next", "Ask the Ombudsman to help get the answer")
	w.letter("ombudsman-help", nil, "16 December 2025")
	w.Says("#status", "help to get a response")
	w.day("2026-01-05")
	w.log("stage1_response", "2026-01-05", nil, "late")
	w.Follow("Check this letter against Code 2024, 6.9")
	for _, item := range []string{"stage", "definition", "decision", "remedy", "actions", "escalate"} {
		w.Choose("found", item)
	}
	w.Press("Save")
	w.toCase()
	w.Says("main", "6.9(d)") // the reasons were missing
}

// stageTwo: asked for by letter, acknowledged in time, answered late.
func (w *walk) stageTwo() {
	w.T.Helper()
	w.notYet("order-not-met", "No order of the Ombudsman")
	w.letter("escalation", nil, "12 January 2026") // five working days (6.11)
	w.Says("#status", "awaiting acknowledgement")
	w.day("2026-01-13")
	w.log("stage2_acknowledged", "2026-01-09", nil, "6 February 2026") // twenty working days (6.14)
	w.day("2026-02-20")
	w.Says(".cc-next", "6 February 2026")
	w.log("stage2_response", "2026-02-19", nil, "9 working days late", "19 February 2027") // and twelve months to the Ombudsman (Scheme, 42(b))
	w.Says(".cc-next", "19 February 2027")
}

// ombudsman: referral, determination, review.
func (w *walk) ombudsman() {
	w.T.Helper()
	w.Open(w.x.url + "/cases/" + w.ref + "/referral")
	w.Says("main", "authority")
	w.toCase()
	w.log("ombudsman_referral", "2026-02-20", map[string]string{"reference": "202512345"})
	w.Says("#status", "investigation")
	w.day("2026-09-07")
	w.log("determination", "2026-09-07", map[string]string{"finding": "maladministration"}, "determined")
	w.Says("main", "28 September 2026") // three weeks for a review
	w.log("order_due", "2026-10-05", map[string]string{"reference": "A"}, "5 October 2026")
	w.day("2026-09-10")
	w.letter("review-request", nil)
	w.day("2026-09-29")
	w.notYet("review-request", "asked for on 10 September 2026")
}

// orders: one that is not met by its day, told to the Ombudsman, and met in the end.
func (w *walk) orders() {
	w.T.Helper()
	w.Says("#status", "rders being tracked")
	w.notYet("order-not-met", "6 October 2026")
	w.day("2026-10-06")
	w.Says(".cc-next", "Tell the Ombudsman that the landlord has not done")
	w.letter("order-not-met", nil, "5 October 2026")
	w.day("2026-10-12")
	w.log("order_met", "2026-10-12", map[string]string{"reference": "A"}, "late")
	w.Says("#status", "etermined")
	w.log("case_closed", "2026-10-12", map[string]string{"reason": "resolved"})
	w.Says("#status", "losed (resolved)")
	pdftest.InOrder(w.T, pdftest.Check(w.T, w.Fetch("/cases/"+w.ref+"/bundle.pdf")), "Łukasz Żółć", "Chronology", "regulation 6", "6.9(d)", "Exhibit 1")
}
