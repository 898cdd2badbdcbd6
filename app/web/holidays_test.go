package web_test

import (
	"strings"
	"testing"
	"time"

	"commoncase/models/access"
)

// A bank holiday announced late, from the operator's form to the list of what it moved.
func TestAHolidayAnnouncedLate(t *testing.T) {
	each(t, func(t *testing.T, x *site) {
		x.manyCases(6) // two with a complaint of 1 April 2025
		op := x.as(access.Operator).get("/holidays").want(200).says("main", "None has been added")
		right := values{"calendar": "england-and-wales", "on-day": "3", "on-month": "4", "on-year": "2025", "title": "An invented jubilee", "source": "https://example.org/proclamation"}
		for field, wrong := range map[string]values{
			"is a Saturday":             {"on-day": "5"},
			"is a bank holiday already": {"on-day": "18"},
			"bank holidays are counted": {"on-year": "1989"},
			"where it was announced":    {"source": ""},
			"what the day is called":    {"title": ""},
			"must have a day":           {"on-day": ""},
		} {
			typed := values{}
			for k, v := range right {
				typed[k] = v
			}
			for k, v := range wrong {
				typed[k] = v
			}
			op.get("/holidays").submit("#holiday", typed).want(422)
			if !strings.Contains(op.errors(), field) {
				t.Errorf("%v: %s", wrong, op.errors())
			}
			if got := op.Page.Find("#title").AttrOr("value", ""); got != typed["title"] {
				t.Errorf("%v: the name that was typed is %q now", wrong, got)
			}
		}
		op.get("/holidays").submit("#holiday", right).want(200).says("#moves", "on 2 cases of 6")
		op.submit("#confirm", nil).want(200).says("h1", "Deadlines computed again").says("main", "An invented jubilee")
		run := op.Path
		deadline := time.Now().Add(30 * time.Second)
		for op.get(run).want(200); !strings.Contains(op.text("main"), "Ended"); op.get(run).want(200) {
			if op.Page.Find(`meta[http-equiv="refresh"]`).Length() != 1 {
				t.Error("the page does not renew itself while the run lasts")
			}
			if time.Now().After(deadline) {
				t.Fatalf("the run does not end: %s", op.text("main"))
			}
			time.Sleep(50 * time.Millisecond)
		}
		if op.Page.Find(`meta[http-equiv="refresh"]`).Length() != 0 {
			t.Error("the page of a run that has ended renews itself")
		}
		if strings.Contains(string(op.Body), "/cases/") {
			t.Error("the operator is shown a case")
		}
		cw := x.as(access.Caseworker).get(run).want(200).says("main", "Deadlines of your branch that moved").says("main", "on 2 cases")
		cw.get("/recomputes").want(200).says("main", "Bank holiday added: 3 April 2025")
		x.as(access.Secretary).get("/audit").want(200).says("main", "Bank holiday added for every branch")
		x.as(access.Member).get(run).want(403)
		x.as(access.Caseworker).get("/holidays").want(403)
		cw.get("/recomputes/999").want(404)
		cw.get("/recomputes/x").want(404)
		op.get("/holidays").want(200).says("main", "Thursday 3 April 2025").submit("#holiday", right).want(422)
		if !strings.Contains(op.errors(), "is a bank holiday already: An invented jubilee") {
			t.Errorf("twice: %s", op.errors())
		}
	})
}
