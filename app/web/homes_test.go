package web_test

import (
	"strings"
	"testing"

	"commoncase/models/access"
)

// A secretary opens the story form, in words of their own, and hangs up its address.
func TestTheStoryFormIsOpenedAndClosed(t *testing.T) {
	each(t, func(t *testing.T, x *site) {
		b := x.as(access.Secretary).get("/branch/settings").want(200)
		if b.Page.Find(`main a[href="/branch/intake"]`).Length() != 1 {
			t.Error("the branch's settings do not lead to the story form")
		}
		b.get("/branch/intake").want(200).says("#state", "Closed").says("#address", x.base()+"/tell/north").says("#waiting", "0 new stories")
		if got := b.Page.Find("[name=months]").AttrOr("value", ""); got != "12" {
			t.Errorf("a new branch asks again after %q months, want 12", got)
		}
		for words, typed := range map[string]values{
			"read what opening means": {"open": "yes", "words": "We are আনিকা's neighbours.", "months": "6"},
			"from 0 to 60":            {"open": "no", "months": "61"},
			"as digits":               {"open": "no", "months": "six"},
			"Choose open or closed":   {"open": "-"},
			"1000 fit":                {"open": "no", "words": strings.Repeat("ą", 1001)},
		} {
			b.get("/branch/intake").submit("#intake", typed).want(422)
			if !strings.Contains(b.errors(), words) {
				t.Errorf("%v: %s", words, b.errors())
			}
			if got := b.Page.Find("[name=words]").Text(); typed["words"] != "" && strings.TrimPrefix(got, "\n") != typed["words"] {
				t.Errorf("%s: the words that were typed are %q now", words, got)
			}
		}
		b.get("/branch/intake").says("#state", "Closed")
		b.submit("#intake", values{"open": "yes", "sure": "yes", "words": "We are আনিকা's neighbours.", "months": "6"}).want(200).says(".govuk-notification-banner", "The story form is open").says("#state", "Open")
		if b.Page.Find("[name=sure]").Length() != 0 {
			t.Error("an open form asks once more whether to open it")
		}
		// Saved again while it is open, and closed: nothing to confirm.
		b.submit("#intake", values{"months": "0"}).want(200).says(".govuk-notification-banner", "The story form is open")
		b.get("/branch/intake/poster").want(200).says(".cc-poster", "North branch").says(".cc-poster__address", strings.TrimPrefix(x.base(), "http://")+"/tell/north")
		if n := b.Page.Find(".cc-poster__line").Length(); n != 4 {
			t.Errorf("the poster has %d lines, want one a language", n)
		}
		b.get("/branch/intake").submit("#intake", values{"open": "no"}).want(200).says(".govuk-notification-banner", "The story form is closed").says("#state", "Closed")
		b.get("/branch/intake/poster").want(200).says("main", "The story form is closed")
		b.get("/audit").says("main", "Story form's settings changed").says("main", "opened").says("main", "closed")
		x.signedIn("secretary@south.example").get("/branch/intake").want(200).says("#state", "Closed").says("#address", "/tell/south")
		for _, role := range []access.Role{access.Member, access.Helper, access.Caseworker, access.Organiser, access.Guardian, access.Operator} {
			x.as(role).get("/branch/intake").want(403)
		}
	})
}

// A list of homes comes in through a preview, and goes out again.
func TestAListOfHomesIsImportedThroughThePages(t *testing.T) {
	each(t, func(t *testing.T, x *site) {
		send := func(b *browser, body string) *browser {
			return b.get("/branch/homes").want(200).submitFiles("#homes", nil, map[string][]upload{"file": {{"homes.csv", []byte(body)}}})
		}
		b := x.as(access.Secretary).get("/branch/homes").want(200).says("#held", "There is no list yet")
		for words, body := range map[string]string{
			"no column \"address\"": "postcode;town\nN1 2AB;York\n",
			"is a workbook":         "PK\x03\x04\x00",
			"Choose the file":       "",
		} {
			if send(b, body).want(422); !strings.Contains(b.errors(), words) {
				t.Errorf("%q: %s", body, b.errors())
			}
		}
		b.get("/branch/homes").submit("#homes", nil).want(422).says(".govuk-error-summary", "Choose the file")
		send(b, "Estate,Post code,Address\nMill,n1 2ab,\"Flat 10, <b>Wren</b> House\"\nMill,N1 2AB,\"Flat 2, Wren House\"\nMill,nowhere,3 Mill Lane\n").want(200)
		b.says("#understood", "2 homes at 1 postcode, in 1 estate").says("main", "Flat 10, <b>Wren</b> House").says("main", "1 line cannot be read").says("main", "What stands for the postcode is none")
		b.get("/branch/homes").says("#held", "There is no list yet") // looking changes nothing
		send(b, "Estate,Post code,Address\nMill,n1 2ab,\"Flat 10, Wren House\"\nMill,N1 2AB,\"Flat 2, Wren House\"\n").want(200)
		confirm := formValues(b.Page.Find("#confirm"))
		b.submit("#confirm", nil).want(200).says(".govuk-notification-banner", "imported: 2 homes").says("#held", "2 homes at 1 postcode").says("main", "Mill: 2 homes")
		b.post("/branch/homes", confirm).want(409).says(".govuk-error-summary", "The file is not here any more")
		b.get("/branch/homes/list.csv").want(200)
		if got := string(b.Body); got != "\ufeffpostcode,address,estate\r\nN1 2AB,\"Flat 10, Wren House\",Mill\r\nN1 2AB,\"Flat 2, Wren House\",Mill\r\n" {
			t.Errorf("exported %q", got)
		}
		// The other branch sees nothing of it, and cannot take the file that waits here.
		other := x.signedIn("secretary@south.example").get("/branch/homes").want(200).says("#held", "There is no list yet")
		send(b, "postcode,address\nN1 2AB,9 New Row\n").want(200).says("#confirm", "takes the place of the list that is held now, of 2 homes")
		theirs := formValues(b.Page.Find("#confirm"))
		theirs.Set("csrf", other.csrf())
		other.post("/branch/homes", theirs).want(409)
		b.get("/branch/homes/drop").want(200).says("main", "2 homes would go").submit("#drop", nil).want(200).says("#held", "There is no list yet")
		b.get("/audit").says("main", "List of homes imported").says("main", "2 homes").says("main", "List of homes deleted")
		for _, role := range []access.Role{access.Member, access.Helper, access.Caseworker, access.Organiser, access.Guardian, access.Operator} {
			x.as(role).get("/branch/homes").want(403)
			x.as(role).get("/branch/homes/list.csv").want(403)
		}
	})
}
