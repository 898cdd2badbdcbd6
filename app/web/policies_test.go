package web_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"commoncase/app/casework"
	"commoncase/app/store/storetest"
	"commoncase/models"
	"commoncase/models/access"
	"commoncase/models/civil"
)

// complained opens a case of the north branch with a complaint of a day, and returns its reference.
func (x *site) complained(on string) string {
	x.t.Helper()
	ctx, actor := context.Background(), x.actor("caseworker@north.example", north)
	c, err := x.app.Casework.OpenCase(ctx, actor, casework.OpenCase{Resident: casework.Resident{Name: "Niamh Ní Bhriain", Address: "3 Quay", Tenure: models.TenureSecure},
		Theme: models.ThemeLeaks, Title: "A leak", ReceivedOn: civil.MustParse("2025-01-06"), Consent: true})
	if err == nil {
		_, err = x.app.Casework.LogEvent(ctx, actor, casework.LogEvent{Ref: c.Ref, Version: c.Version, Kind: models.KindComplaintMade, On: civil.MustParse(on)})
	}
	if err != nil {
		x.t.Fatal(err)
	}
	return c.Ref
}

// settled waits until no run over the cases is left, so that a page shows what a policy did.
func (x *site) settled() {
	x.t.Helper()
	for range 200 {
		runs, err := x.app.Casework.UnfinishedRuns(context.Background())
		if err != nil {
			x.t.Fatal(err)
		}
		if len(runs) == 0 {
			return
		}
		time.Sleep(50 * time.Millisecond)
	}
	x.t.Fatal("a run over the cases does not end")
}

// longPolicy is a policy of Harbour & Vale that allows thirty working days at stage 1, where the Code allows ten from the acknowledgement.
var longPolicy = values{"title": "Complaints policy 2025", "from-day": "1", "from-month": "5", "from-year": "2025", "source": "A copy that Seán O'Connor was sent",
	"stage1-response-n": "30", "stage1-response-unit": "working_days", "stage1-response-from": "received", "stage1-response-clause": "4.2", "stage1-response-confidence": "verified",
	"note": "The landlord sent it"}

func TestPolicies(t *testing.T) {
	each(t, func(t *testing.T, x *site) {
		ref := x.complained("2025-05-12")
		x.complained("2025-02-03") // judged by the policy of its day, which stays
		b := x.as(access.Secretary)
		b.get("/policies").want(200).says("#policy-harbour-and-vale-2019", "Built in")
		b.get("/policies/new").want(200)

		// What is wrong is said at its field, and nothing that was typed is lost.
		wrong := values{}
		for k, v := range longPolicy {
			wrong[k] = v
		}
		wrong["stage1-response-n"], wrong["source"], wrong["stage1-response-clause"] = "ten", "", ""
		b.submit("#policy", wrong).want(422).says("#stage1-response-n-error", "digits")
		if got := b.Page.Find("[name=stage1-response-n]").AttrOr("value", ""); got != "ten" {
			t.Errorf("what was typed is now %q", got)
		}
		wrong["stage1-response-n"] = "30"
		b.submit("#policy", wrong).want(422).says("#source-error", "where you read it").says("#stage1-response-clause-error", "where it stands")

		// Two at once are refused with the day on which the other must end.
		b.get("/policies/new").submit("#policy", longPolicy).want(422).says("#from-error", "30 April 2025")

		// So the one that is in force is ended first.
		current := ""
		for _, id := range []string{"harbour-and-vale-2024", "harbour-and-vale-2023"} {
			if b.get("/policies").Page.Find("#policy-"+id).Length() > 0 {
				current = id
				break
			}
		}
		if current == "" {
			t.Fatal("no policy of today")
		}
		b.get("/policies/"+current).want(200).submit("#policy", values{"until-day": "30", "until-month": "4", "until-year": "2025", "note": "It was replaced"}).want(200).
			says("#summary", "open cases were looked at").says("table", ref)
		b.submit("#save-policy", nil).want(200).says(".govuk-notification-banner", "saved")
		x.settled()

		// The new one: what it changes is seen before anything is saved, with the Code beside it.
		b.get("/policies/new").submit("#policy", longPolicy).want(200).says("table", ref).says(".cc-longer", "30 working days, where the Code allows 10 working days").
			says("#summary", "of 1 open case")
		if n := len(b.get("/policies").Page.Find("#policy-harbour-and-vale-2025").Nodes); n != 0 {
			t.Fatal("a preview saved something")
		}
		b.get("/policies/new").submit("#policy", longPolicy)
		b.submit("#save-policy", values{"edit": "yes"}).want(200)
		if got := b.Page.Find("[name=stage1-response-clause]").AttrOr("value", ""); got != "4.2" {
			t.Errorf("the form again: the clause is %q", got)
		}
		b.submit("#policy", nil).want(200)
		b.submit("#save-policy", nil).want(200).says(".govuk-notification-banner", "saved")
		x.settled()
		b.get("/policies").says("#policy-harbour-and-vale-2025", "Written by your branch").says("#policy-harbour-and-vale-2025", "Longer than")
		b.get("/policies/harbour-and-vale-2025").want(200).says("#version-1", "The landlord sent it").says("#version-1", "30 working days").says("#version-1", "Version 1, saved on 2 June 2025")
		// What is saved already is not saved again: it would compute every case of the branch for nothing.
		b.submit("#policy", nil).want(422).says(".govuk-error-summary", "saved already")
		// 12 May 2025 and thirty working days: 26 May is a bank holiday.
		b.get("/cases/"+ref).want(200).says("main", "24 June 2025")
		b.get("/rules").want(200).says("#harbour-and-vale-2025", "30 working days").says("#harbour-and-vale-2025", "branch")
		if drift, _, err := x.app.Casework.FindDrift(context.Background(), false); err != nil || len(drift) > 0 {
			t.Errorf("after the run: %v, %v", drift, err)
		}

		// Two at once: the second is told, and the history holds the first.
		first, second := x.as(access.Secretary).get("/policies/harbour-and-vale-2025"), x.signedIn("both@example.org").get("/policies/harbour-and-vale-2025")
		first.submit("#policy", values{"stage1-response-n": "25"}).want(200).submit("#save-policy", nil).want(200)
		second.submit("#policy", values{"stage1-response-n": "40"}).want(409).says("#main, main", "Somebody else saved this policy")
		if got := second.Page.Find("[name=stage1-response-n]").AttrOr("value", ""); got != "40" {
			t.Errorf("what the second typed is now %q", got)
		}
		second.says("#version-2", "25 working days")
		x.settled()

		// Withdrawn: it judges nothing, and its history stays.
		b.get("/policies/harbour-and-vale-2025").submit("#policy", values{"withdraw": "yes", "note": "It was never in force"}).want(200).says("main", "no case any more")
		b.submit("#save-policy", nil).want(200).says(".govuk-notification-banner", "withdrawn")
		x.settled()
		b.get("/policies").says("#policy-harbour-and-vale-2025", "judges no case")
		if strings.Contains(b.get("/cases/"+ref).text("main"), "24 June 2025") {
			t.Error("a policy that was withdrawn still judges")
		}
		b.get("/policies/harbour-and-vale-2025").want(200).says("#version-3", "It was never in force")

		// It is this branch's, and the secretary's.
		x.signedIn("secretary@south.example").get("/policies/harbour-and-vale-2025").want(404)
		x.as(access.Caseworker).get("/policies").want(403)
		b.get("/policies/nothing").want(404)
	})
}

// Another program on the same database follows what was saved here within half a minute.
func TestPoliciesAreFollowedElsewhere(t *testing.T) {
	storetest.Each(t, prepared, func(t *testing.T, dbURL string) {
		x, y := newSite(t, dbURL), newSite(t, dbURL)
		ref := x.complained("2025-05-12")
		other := y.as(access.Caseworker)
		before := other.get("/cases/" + ref).want(200).text("main")
		if strings.Contains(before, "27 June 2025") {
			t.Fatal("the day that the policy will give stands there already")
		}
		b := x.as(access.Secretary).get("/policies").want(200)
		href := b.Page.Find("section[id^=policy-harbour] a").Last().AttrOr("href", "")
		b.get(href).submit("#policy", values{"stage1-response-n": "33", "stage1-response-from": "received"}).want(200).submit("#save-policy", nil).want(200)
		x.settled()
		y.pass(31 * time.Second)
		other.get("/cases/"+ref).want(200).says("main", "27 June 2025") // 12 May 2025 and thirty-three working days
	})
}
