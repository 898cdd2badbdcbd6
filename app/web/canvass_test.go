package web_test

import (
	"fmt"
	"strings"
	"testing"

	"commoncase/models/access"
)

// Rounds from door to door: each number is a part of the one before, estates are added up, and a correction keeps what stood there.
func TestRoundsFromDoorToDoor(t *testing.T) {
	each(t, func(t *testing.T, x *site) {
		helper := x.as(access.Helper).get("/canvass").want(200).says("main", "No round is written down yet")
		right := values{"area": "Mill Lane", "on-day": "31", "on-month": "5", "on-year": "2025", "homes": "60", "knocked": "50", "answered": "40", "affected": "27", "note": "The lift of <b>Wren House</b> was broken."}
		for _, tc := range []struct {
			field, typed, words string
		}{
			{"knocked", "61", "You knocked on 61 doors, but only 60 homes were on the sheet"},
			{"answered", "51", "51 doors were answered, but you knocked on only 50"},
			{"affected", "41", "41 homes said that they are affected, but only 40 answered"},
			{"homes", "0", "from 1 to 10000"},
			{"homes", "10001", "from 1 to 10000"},
			{"homes", "-3", "in digits"},
			{"affected", "", "Where it was none, enter 0"},
			{"area", " ", "name of the estate"},
			{"on-year", "2026", "is still to come"},
			{"on-year", "1999", "Check the year"},
			{"on-day", "", "must have a day"},
			{"note", strings.Repeat("ą", 501), "500 fit"},
		} {
			typed := values{}
			for k, v := range right {
				typed[k] = v
			}
			typed[tc.field] = tc.typed
			helper.get("/canvass/new").want(200).submit("#round", typed).want(422)
			if !strings.Contains(helper.errors(), tc.words) {
				t.Errorf("%s %q: %s", tc.field, tc.typed, helper.errors())
			}
			if got := formValues(helper.Page.Find("#round")); got.Get("answered") != typed["answered"] || strings.TrimPrefix(got.Get("note"), "\n") != typed["note"] {
				t.Errorf("%s: what was typed is %v now", tc.field, got)
			}
		}
		helper.get("/canvass/new").submit("#round", right).want(200).says(".govuk-notification-banner", "written down").says("#total", "27 of 40 who answered say they are affected (68%)")
		cw := x.as(access.Caseworker).get("/canvass/new").want(200)
		cw.submit("#round", values{"area": "mill  LANE", "homes": "20", "knocked": "15", "answered": "11", "affected": "7"}).want(200)
		cw.get("/canvass/new").submit("#round", values{"area": "Quay", "homes": "9", "knocked": "9", "answered": "0", "affected": "0"}).want(200)
		cw.says("#total", "34 of 51 who answered say they are affected (67%)").says("#answered", "51 of 74 doors").says("#answered", "89 homes on 3 sheets")
		cw.says("main", "Mill Lane2806551 of 65 (78%)34 of 51 (67%)2 June 2025").says("main", "The lift of <b>Wren House</b> was broken.")
		if strings.Contains(cw.text("main"), "mill LANE") {
			t.Error("one estate stands there in two spellings")
		}
		// A correction takes the place of a round; what stood there stays in the history.
		first := helper.get("/canvass").Page.Find(`a[href^="/canvass/rounds/"]`).Last().AttrOr("href", "")
		helper.get(first).want(200).says("h1", "Correct a round")
		late := formValues(helper.Page.Find("#round"))
		helper.submit("#round", values{"affected": "41"}).want(422).submit("#round", values{"affected": "25"}).want(200)
		helper.says("#total", "32 of 51 who answered").says("#history", "60 homes, 50 knocked, 40 answered, 27 affected").says("#history", "Niamh Ní Bhriain")
		late.Set("affected", "1")
		helper.post(first, late).want(409).says(".govuk-error-summary", "Somebody has corrected this round")
		helper.get("/canvass").says("#total", "32 of 51")
		x.as(access.Secretary).get("/audit").says("main", "Round from door to door corrected")

		// An organiser sees the figures and takes them along, and changes nothing.
		org := x.as(access.Organiser).get("/canvass").want(200).says("#total", "32 of 51")
		if org.Page.Find("#new-round, #sheet, a[href^='/canvass/rounds/']").Length() != 0 {
			t.Error("an organiser is offered what they may not do")
		}
		org.get("/evidence").want(200).says("#canvass", "32 of 51 who answered say they are affected (63%). 51 of 74 doors")
		org.get("/canvass/new").want(403)
		org.get(first).want(403)
		org.get("/canvass/rounds.csv").want(200)
		const held = "held back: a number under 5 is in it"
		want := "\ufeffestate,day,homes on the sheet,knocked,answered,affected\r\nQuay,2025-06-02,9,9,0,0\r\nMill Lane,2025-06-02,20,15," + held + "," + held + "\r\nMill Lane,2025-05-31,60,50,40,25\r\n"
		if got := string(org.Body); got != want {
			t.Errorf("the spreadsheet is %q, want %q", got, want)
		}
		for _, role := range []access.Role{access.Member, access.Guardian, access.Operator} {
			x.as(role).get("/canvass").want(403)
		}
		// The other branch has rounds of its own alone.
		other := x.signedIn("secretary@south.example").get("/canvass").want(200).says("main", "No round is written down yet")
		other.get(first).want(404)
		other.get("/canvass/new")
		theirs := formValues(other.Page.Find("#round"))
		for k, v := range right {
			theirs.Set(k, v)
		}
		other.post(first, theirs).want(404)
		other.get("/canvass/rounds/" + fmt.Sprint(1<<62)).want(404)
		other.get("/canvass/rounds/x").want(404)
	})
}
