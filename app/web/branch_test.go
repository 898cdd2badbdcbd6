package web_test

import (
	"testing"

	"commoncase/models/access"
)

func TestBranchSettings(t *testing.T) {
	each(t, func(t *testing.T, x *site) {
		b := x.as(access.Secretary).get("/branch/settings").want(200)
		b.submit("#branch", values{"address": "The Old Net Loft\n12 Quay Street", "email": "not an address", "threshold": "2"}).want(422).
			says("#email-error", "@").says("#threshold-error", "from 5")
		if got := b.Page.Find("[name=address]").Text(); got != "The Old Net Loft\n12 Quay Street" {
			t.Errorf("the address that was typed is now %q", got)
		}
		b.submit("#branch", values{"email": "branch@example.org", "threshold": "many"}).want(422).says("#threshold-error", "digits")
		b.submit("#branch", values{"threshold": "7"}).want(200).says(".govuk-notification-banner", "saved")
		b.get("/evidence").want(200)
		if got := b.get("/branch/settings").want(200).Page.Find("[name=threshold]").AttrOr("value", ""); got != "7" {
			t.Errorf("the threshold is %q", got)
		}
		x.as(access.Caseworker).get("/branch/settings").want(403)
	})
}
