package web_test

import (
	"bytes"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"

	"commoncase/models"
	"commoncase/models/access"
)

// TestReferral: the readiness check says what is missing and leads to where it is mended, until the bundle is ready.
func TestReferral(t *testing.T) {
	each(t, func(t *testing.T, x *site) {
		ref := x.aCase("2025-02-03")
		b := x.as(access.Caseworker).get("/cases/"+ref+"/referral").want(200).says(".govuk-warning-text", "Not ready to send").says("#bundle", "draft")
		mend := func(title string) *browser {
			t.Helper()
			check := b.get("/cases/" + ref + "/referral").want(200).Page.Find(".cc-check--missing").FilterFunction(func(_ int, s *goquery.Selection) bool { return strings.Contains(s.Find("h2").Text(), title) })
			if check.Length() != 1 {
				t.Fatalf("%q is missing %d times: %s", title, check.Length(), b.text(".cc-checks"))
			}
			return b.get(check.Find("a").AttrOr("href", "")).want(200)
		}
		save := func(typed values, files ...upload) {
			t.Helper()
			b.submitFiles("#event", typed, map[string][]upload{"files": files}).want(200).submit("#confirm", nil).want(200)
		}
		mend("Stage 1 was answered").says("h1", "Stage 1 response")
		save(day("on", "2025-02-17"))
		b.log(ref, models.KindEscalationRequested, day("on", "2025-02-24"))
		mend("Stage 2 was asked for and answered")
		save(day("on", "2025-04-01").and(values{"note": "Not upheld."}))
		mend("The final response is among the exhibits").says("h1", "Correct: Stage 2 response")
		save(nil, upload{"final.jpg", photo(t, 300, 200)})
		mend("signed an authority").says("h1", "Authority to act")
		save(day("on", "2025-04-07"), upload{"authority.jpg", photo(t, 200, 300)})
		mend("still unhappy").submit("form[action$='/details']", values{"still_unhappy": "The mould is back.", "needs": "none"}).want(200)
		b.get("/cases/"+ref+"/referral").want(200).says(".govuk-inset-text", "Ready to send")
		if got := b.Page.Find(".cc-check--missing").Length(); got != 0 {
			t.Errorf("ready, and %d checks are missing", got)
		}
		b.get(b.Page.Find("#bundle").AttrOr("href", "")).want(200)
		if !bytes.HasPrefix(b.Body, []byte("%PDF-")) || b.Header.Get("Content-Type") != "application/pdf" {
			t.Errorf("the bundle is %q, %d bytes", b.Header.Get("Content-Type"), len(b.Body))
		}
		// the correction took over the history: one standing final response, not two
		b.get("/cases/" + ref)
		standing := b.Page.Find(".moj-timeline__item:not(.cc-timeline__item--corrected)").FilterFunction(func(_ int, s *goquery.Selection) bool {
			return strings.Contains(s.Find("h3").Text(), "Stage 2 response")
		})
		if standing.Length() != 1 {
			t.Errorf("the case has %d final responses", standing.Length())
		}
		x.as(access.Member).get("/cases/" + ref + "/referral").want(403)
	})
}
