package web_test

import (
	"strings"
	"testing"

	"commoncase/models/access"
)

// TestCalendarAddress: made, shown once, read without signing in, and taken back.
func TestCalendarAddress(t *testing.T) {
	each(t, func(t *testing.T, x *site) {
		ref := x.aCase("2025-04-14")
		b := x.as(access.Caseworker).get("/feeds").want(200).says(".govuk-inset-text", "no calendar address")
		b.submit("#make", values{"scope": "everything"}).want(422).says("#scope-error", "Choose")
		b.submit("#make", values{"scope": "branch"}).want(200).says("#made", "shown this once").says("#feeds", "Never read yet")
		address := b.Page.Find("#made input").AttrOr("value", "")
		path := strings.TrimPrefix(address, x.base())
		if path == address || !strings.HasSuffix(path, ".ics") || len(path) < 60 {
			t.Fatalf("the address is %q", address)
		}
		if b.get("/feeds").want(200); strings.Contains(string(b.Body), strings.TrimSuffix(strings.TrimPrefix(path, "/calendar/"), ".ics")) {
			t.Error("the address is shown a second time")
		}
		anyone := x.visitor().get(path).want(200)
		if got := anyone.Header.Get("Content-Type"); got != "text/calendar; charset=utf-8" || !strings.Contains(string(anyone.Body), "SUMMARY:"+ref+": ") || strings.Contains(string(anyone.Body), "আনিকা") {
			t.Errorf("it is %s:\n%s", got, anyone.Body)
		}
		b.get("/feeds").want(200).says("#feeds", "Last read on 2 June 2025")
		if strings.Contains(x.log.String(), strings.TrimPrefix(path, "/calendar/")) {
			t.Error("the log has the address")
		}
		b.get(b.Page.Find("#feeds a").AttrOr("href", "")).want(200).says(".govuk-warning-text", "stop at once")
		revoke := b.Path
		x.as(access.Secretary).get(revoke).want(404)
		b.submit("#revoke", nil).want(200).says(".govuk-notification-banner", "taken back").says(".govuk-inset-text", "no calendar address")
		was := anyone.get(path).want(404).Body
		if never := x.visitor().get("/calendar/" + strings.Repeat("0", 64) + ".ics").want(404).Body; string(never) != string(was) {
			t.Errorf("an address taken back says %q, one that never was %q", was, never)
		}
		b.get(revoke).want(404)
		x.as(access.Organiser).get("/feeds").want(403)
	})
}
