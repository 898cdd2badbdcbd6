package web_test

import (
	"strings"
	"testing"

	"commoncase/models/access"
)

// TestConsentPages: a caseworker writes down what a resident agreed to, chooses their words, an organiser prints them, and after the resident
// takes it back, asked once more with where it was used, the draft says so.
func TestConsentPages(t *testing.T) {
	each(t, func(t *testing.T, x *site) {
		ref := x.aCase("2025-02-03")
		cw := x.as(access.Caseworker)
		cw.get("/cases/"+ref+"/quotes/new").want(200).says(".govuk-warning-text", "was not asked")
		cw.get("/cases/" + ref).want(200)
		cw.get(cw.Page.Find("#consents").AttrOr("href", "")).want(200).says("#consent-quote", "Not asked")
		cw.get("/cases/"+ref+"/consents/quote").want(200).says("#ask", "The branch may print my words")
		cw.submit("#consent", values{"on-day": "31", "on-month": "2"}).want(422)
		if !strings.Contains(cw.errors(), "no day 31") {
			t.Errorf("errors: %s", cw.errors())
		}
		cw.submit("#consent", day("on", "2025-06-01").and(values{"value": "anonymous"})).want(422)
		if cw.errors() != "Choose how the resident said it." || cw.Page.Find("input[name=value][checked]").AttrOr("value", "") != "anonymous" {
			t.Errorf("errors %q, and the answer is kept as %q", cw.errors(), cw.Page.Find("input[name=value][checked]").AttrOr("value", ""))
		}
		cw.submit("#consent", values{"how": "spoken"}).want(200).says("#consent-quote", "Yes, no name").says("#consent-quote", "Since 1 June 2025")
		cw.get("/cases/"+ref+"/quotes/new").want(200).says("#name", "without a name")
		cw.submit("#quote", values{"text": ""}).want(422)
		cw.submit("#quote", values{"text": "Nobody <b>came</b>."}).want(200).says("#quote-1", "Nobody <b>came</b>.").says("#quote-1", "May stand The landlord and the regulator")
		// The organiser prints it, without a name.
		o := x.as(access.Organiser)
		o.get("/quotes").want(200).says("#quote-1", "A resident")
		if strings.Contains(o.text("main"), ref) {
			t.Error("an organiser is told whose words they are")
		}
		// Taken back: asked once more, then it counts.
		cw.get("/cases/"+ref+"/consents/quote").want(200).says("#uses", "not been used")
		cw.submit("#consent", values{"value": "no", "how": "spoken"}).want(200).says("h1", "Take back").says("#uses", "not been used")
		if cw.get("/cases/"+ref+"/consents").want(200).says("#consent-quote", "Yes, no name"); cw.Status != 200 {
			t.Error("it was taken back before it was confirmed")
		}
		cw.get("/cases/"+ref+"/consents/quote").submit("#consent", values{"value": "no", "how": "spoken"}).want(200)
		cw.submit("#sure", nil).want(200).says("#consent-quote", "No")
		o.get("/quotes").want(200).says("#quote-1", "Since 2 June 2025 the resident does not agree that the branch prints their words")
		cw.get("/quotes/1/drop").want(200)
		cw.submit("#drop", nil).want(200).says("#no-quotes", "no quotes yet")
		cw.get("/quotes/1/drop").want(404)
		cw.get("/consents/renewals").want(200).says("main", "asked for again after 12 months").says("main", "Nobody is to be asked again")
		cw.get("/cases/" + ref + "/consents/everything").want(404)
		for _, role := range access.All {
			want := 403
			if access.Allows(access.Roles{role}, access.KeepConsents) {
				want = 200
			}
			x.as(role).get("/cases/" + ref + "/consents").want(want)
		}
		x.signedIn("secretary@south.example").get("/cases/" + ref + "/consents").want(404)
	})
}
