package web_test

import (
	"bytes"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"commoncase/app/campaign"
	"commoncase/models"
	"commoncase/models/access"
)

// correspondents gives the north branch somebody to write to and 33 demands in five points.
func (x *site) correspondents() (chief models.Recipient) {
	x.t.Helper()
	secretary := x.actor("secretary@north.example", north)
	chief, err := x.app.Campaign.AddRecipient(x.t.Context(), secretary, models.Recipient{Role: models.RecipientChiefExecutive, Office: "The Chief Executive",
		Organisation: "Harbour & Vale Homes", Address: "9 High Street\nNorthtown"})
	if err != nil {
		x.t.Fatal(err)
	}
	for n := 1; n <= 33; n++ {
		if _, err := x.app.Campaign.AddDemand(x.t.Context(), secretary, campaign.AddDemand{Point: 1 + (n-1)/7, PointTitle: fmt.Sprintf("Point title %d", 1+(n-1)/7),
			Text: fmt.Sprintf("Do thing %d", n), Measure: "stage1-late-share"}); err != nil {
			x.t.Fatal(err)
		}
	}
	return chief
}

// From a recipient over a draft and its final form to its answer, by the forms alone.
func TestLetterRoad(t *testing.T) {
	each(t, func(t *testing.T, x *site) {
		chief := x.correspondents()
		b := x.as(access.Organiser)
		b.get("/letters/recipients/new").want(200).submit("main form", values{"role": "mp", "office": "Member of Parliament"}).want(422).
			says("main", "Enter the constituency").submit("main form", values{"constituency": "Northtown East"}).want(200).says("main", "Northtown East")
		b.get("/letters").want(200).says("main", "written no letter yet")
		b.get("/letters/new").want(200).submit("main form", nil).want(422).says("main", "Choose what kind of letter it is").says("main", "Choose whom the letter is for")
		b.submit("main form", values{"type": "open-letter", "recipient": itoa(chief.ID), "from-day": "1", "from-month": "June", "from-year": "2024"}).want(200)
		b.says(".govuk-notification-banner", "were left out").says("h1", "Open letter: 33 demands in 5 points").says("article", "Do thing 33")
		if said := b.Page.Find(".govuk-notification-banner").Text(); strings.Contains(said, "take it out") || strings.Contains(said, "Take {") {
			t.Errorf("it asks to take out what is left out already: %s", said)
		}
		if b.Page.Find("article mark.cc-live").Length() < 33 {
			t.Error("what is filled in is not marked")
		}
		letter := strings.SplitN(b.Path, "?", 2)[0]

		// A text that cannot be filled is kept, and told.
		b.get(letter+"/edit").want(200).says("main", "{demands:2}")
		body := b.Page.Find("textarea[name=body]").Text()
		b.submit("main form", values{"body": body + "\n\nLate: {figure:stage1-late-share} <script>alert(1)</script>", "title": ""}).want(422).says("main", "Enter what the letter is about")
		if !strings.Contains(b.Page.Find("textarea[name=body]").Text(), "Late: {figure:stage1-late-share}") {
			t.Error("what was typed is lost")
		}
		b.submit("main form", values{"title": "Five points", "mandate": "agreed by 87 of 102 voting"}).want(200).says("#problems", "{figure:stage1-late-share}")
		if bytes.Contains(b.Body, []byte("<script>alert")) {
			t.Error("markup that was typed came out as markup")
		}
		b.get(letter+"/finalise").want(200).says("main", "To be mended")
		if b.Page.Find("main form").Length() != 0 {
			t.Error("a letter with problems can be made final")
		}

		// Two tabs: the second is shown what the first wrote, and loses nothing.
		first, second := x.as(access.Organiser), x.as(access.Secretary)
		first.get(letter + "/edit").want(200)
		second.get(letter + "/edit").want(200)
		first.submit("main form", values{"body": body, "title": "Theirs"}).want(200)
		second.submit("main form", values{"body": body, "title": "Mine"}).want(409).says("main", "Saved by somebody else meanwhile").says("main", "Theirs")
		if second.Page.Find("input[name=title]").AttrOr("value", "") != "Mine" {
			t.Error("what the second typed is lost")
		}
		second.submit("main form", nil).want(200).says("h1", "Mine")

		// Make it final: another date shows it again, then it is done once.
		b.get(letter+"/finalise").want(200).says("main", "cannot be undone").says("main", "agreed by 87 of 102 voting")
		twice := x.as(access.Secretary).get(letter + "/finalise").want(200)
		b.submit("main form", values{"on-day": "31", "on-month": "2"}).want(422)
		b.submit("main form", values{"on-day": "30", "on-month": "5", "on-year": "2025"}).want(409).says("main", "is not the one that you looked at")
		b.submit("main form", nil).want(200).says(".govuk-notification-banner", "is final").says("main", "30 May 2025")
		twice.submit("main form", nil).want(200).says(".govuk-notification-banner", "is not a draft")
		b.get(letter+"/edit").want(200).says("h1", "Mine") // back on the letter: there is nothing to edit
		b.get(letter+"/verify").want(200).says("#verdict", "Yes")

		b.get(letter + "/letter.pdf").want(200)
		if !bytes.HasPrefix(b.Body, []byte("%PDF-")) || b.Header.Get("Content-Type") != "application/pdf" || !strings.Contains(b.Header.Get("Content-Disposition"), "attachment") {
			t.Errorf("PDF: %v", b.Header)
		}

		// What became of it.
		b.get(letter).submit("#letter-event", values{"kind": "acknowledged", "source": "E-mail"}).want(422).says("main", "was not sent yet")
		b.submit("#letter-event", values{"kind": "sent", "source": ""}).want(422).says("main", "Enter where this is known from")
		b.submit("#letter-event", values{"source": "By post"}).want(200).says(".govuk-notification-banner", "Recorded: sent on 2 June 2025")
		x.pass(68 * 24 * time.Hour)
		b = x.as(access.Organiser) // the session of June has ended
		b.get(letter).submit("#letter-event", values{"kind": "acknowledged", "source": "E-mail", "on-day": "3", "on-month": "6"}).want(200)
		b.says("#waiting", "Unanswered since 2 June 2025: 68 days, 49 working days. Acknowledged on 3 June 2025; that is no answer.")
		b.submit("main form[action$=chase]", nil).want(200).says("main", "Today, 68 days later (49 working days), we have no answer")
		reminder := strings.SplitN(b.Path, "?", 2)[0]
		if b.get(letter).submit("main form[action$=chase]", nil).want(200); strings.SplitN(b.Path, "?", 2)[0] != reminder {
			t.Error("a second click made a second reminder")
		}
		b.get(reminder+"/finalise").want(200).says("main", "No mandate is recorded").submit("main form", nil).want(200)
		b.submit("#letter-event", values{"kind": "sent", "source": "By post"}).want(409).says("main", "has no mandate")
		b.submit("main form[action$=copy]", nil).want(200).says(".govuk-notification-banner", "put down a new one")
		b.get(letter).submit("#letter-event", values{"kind": "answered", "source": "Letter of the landlord"}).want(200).says("#waiting", "Answered on 9 August 2025, after 68 days")
		b.get("/letters").want(200).says("main", "Answered")
	})
}

func TestLettersOfAnotherBranch(t *testing.T) {
	x := one(t)
	chief := x.correspondents()
	l, _, err := x.app.Campaign.DraftLetter(t.Context(), x.actor("secretary@north.example", north), campaign.DraftLetter{Type: "open-letter", RecipientID: chief.ID})
	if err != nil {
		t.Fatal(err)
	}
	stranger := x.signedIn("secretary@south.example")
	for _, path := range []string{"", "/edit", "/finalise", "/verify", "/letter.pdf"} {
		stranger.get("/letters/" + l.Ref + path).want(http.StatusNotFound)
	}
	stranger.get("/letters/recipients/" + itoa(chief.ID)).want(http.StatusNotFound)
	stranger.get("/demands/1").want(http.StatusNotFound)
	stranger.get("/letters/nonsense").want(http.StatusNotFound)
	x.as(access.Secretary).get("/letters/recipients/nonsense").want(http.StatusNotFound)
	x.as(access.Secretary).get("/letters/"+l.Ref+"/verify").want(http.StatusConflict).says("main", "is not final")
	x.as(access.Caseworker).get("/letters/" + l.Ref).want(http.StatusForbidden)
}

func TestRecordedLetter(t *testing.T) {
	x := one(t)
	chief := x.correspondents()
	b := x.as(access.Secretary)
	b.get("/letters/record").want(200).submit("main form", nil).want(422).says("main", "Enter what the letter was about")
	b.submit("main form", values{"title": "Request for a meeting", "recipient": itoa(chief.ID), "source": "Minute", "sent-day": "30", "sent-month": "2", "sent-year": "2025"}).
		want(422).says("main", "February 2025 has no day 30")
	b.submit("main form", values{"sent-day": "24", "sent-month": "3", "sent-year": "2025"}).want(200).says("#waiting", "Unanswered since 24 March 2025: 70 days, 46 working days").
		says("main", "Its text is not held here")
	letter := strings.SplitN(b.Path, "?", 2)[0]
	b.get(letter+"/letter.pdf").want(http.StatusConflict).says("main", "its text is not held here")
}

func TestDemandPages(t *testing.T) {
	each(t, func(t *testing.T, x *site) {
		x.correspondents()
		b := x.as(access.Secretary)
		b.get("/demands").want(200).says("#tally", "33 no answer").says("main", "Point 5: Point title 5")
		if n := b.Page.Find("ol.cc-demands").Length(); n != 5 {
			t.Errorf("%d lists, want one a point", n)
		}
		if number := b.Page.Find("#demand-14").AttrOr("value", ""); number != "14" {
			t.Errorf("demand 14 is numbered %q", number)
		}
		b.get("/demands/14").want(200).submit("#outcome-form", values{"outcome": "promised"}).want(422).says("main", "Enter the day").says("main", "Enter where this is known from")
		other := x.as(access.Organiser).get("/demands/14").want(200)
		b.submit("#outcome-form", values{"source": "Letter of the landlord", "on-day": "1", "on-month": "6", "on-year": "2025", "note": "By the autumn"}).want(200).
			says("#outcome-now", "Promised").says("#outcome-now", "1 June 2025. Source: Letter of the landlord").says("main", "Promised on 1 June 2025, before: no answer")
		other.submit("#outcome-form", values{"outcome": "refused", "source": "Call", "on-day": "2", "on-month": "6", "on-year": "2025"}).want(409).
			says("main", "Recorded by somebody else meanwhile").says("main", "By the autumn")
		other.submit("#outcome-form", nil).want(200).says("#outcome-now", "Refused")
		b.get("/demands/new").want(200).submit("main form", values{"point": "one", "text": "Do one more"}).want(422).says("main", "is a whole number")
		b.submit("main form", values{"point": "1"}).want(200).says("h1", "Demand 34")
		b.get("/demands/99").want(http.StatusNotFound)
		member := x.as(access.Member)
		member.get("/demands/14").want(200)
		if member.Page.Find("#outcome-form").Length() != 0 {
			t.Error("a member is offered the form")
		}
	})
}
