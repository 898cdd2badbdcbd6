package web_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"commoncase/app"
	"commoncase/app/config"
	"commoncase/app/web"
	"commoncase/models/access"
)

func TestHomeByRole(t *testing.T) {
	x := one(t)
	for role, words := range map[access.Role]string{
		access.Member: "You have no case here yet", access.Caseworker: "Open a case", access.Secretary: "Open a case",
		access.Operator: "You see no cases", access.Organiser: "Evidence", access.Guardian: "Audit",
	} {
		b := x.as(role).get("/").want(200).says("main", words).says("h1", "North branch")
		if role == access.Operator && b.Page.Find(".cc-nav__link").Length() != 1 {
			t.Errorf("the operator is offered %q", b.text(".cc-nav__link"))
		}
		// Nothing on the page leads somewhere that is refused.
		b.Page.Find("main a[href^='/'], nav a[href^='/']").Each(func(_ int, a *selection) {
			href := a.AttrOr("href", "")
			if next := x.as(role).get(href); next.Status != 200 {
				t.Errorf("%s: %s leads to status %d", role, href, next.Status)
			}
		})
	}
}

func TestRules(t *testing.T) {
	x := one(t)
	b := x.visitor().get("/rules").want(200).says("main", "Complaint Handling Code 2022").says("main", "10 working days").says("main", "What would confirm it")
	if strings.Contains(b.text("main"), "Harbour & Vale") {
		t.Error("a landlord's policies are shown to somebody who is not signed in")
	}
	if b.Page.Find("[id='code-2022/stage1-response']").Length() != 1 {
		t.Error("a rule has no place that a clock could link to")
	}
	b.Page.Find("main nav a").Each(func(_ int, a *selection) {
		if id := strings.TrimPrefix(a.AttrOr("href", ""), "#"); b.Page.Find("[id='"+id+"']").Length() != 1 {
			t.Errorf("the list of contents leads to %q, which is not there", id)
		}
	})
	x.as(access.Member).get("/rules").want(200).says("main", "Harbour & Vale")
	x.signedIn("secretary@south.example").get("/rules").want(200).says("main", "No policy of Nowhere Homes is held here")
}

func TestHelpAndAccessibility(t *testing.T) {
	x := one(t)
	b := x.visitor().get("/help").want(200).says("main", "Correct beside the event")
	b.Page.Find("main nav a").Each(func(_ int, a *selection) {
		if id := strings.TrimPrefix(a.AttrOr("href", ""), "#"); b.Page.Find("[id='"+id+"']").Length() != 1 {
			t.Errorf("the list of contents leads to %q, which is not there", id)
		}
	})
	x.visitor().get("/accessibility").want(200).says("main", "without JavaScript")
}

func TestAudit(t *testing.T) {
	each(t, func(t *testing.T, x *site) {
		ctx := context.Background()
		for i := range 60 {
			if _, err := x.app.People.AddAccount(ctx, fmt.Sprintf("m%d@north.example", i), "", "", north, access.Member); err == nil {
				t.Fatal("an account without a name")
			}
			role := access.All[i%len(access.All)]
			if _, err := x.app.People.AddAccount(ctx, "helper@north.example", "", "", north, role); err != nil {
				t.Fatal(err)
			}
		}
		b := x.as(access.Secretary).get("/audit").want(200)
		seen := b.Page.Find("tbody tr").Length()
		if seen != 50 {
			t.Errorf("the first page has %d rows", seen)
		}
		next := b.Page.Find("main a[href^='/audit?before=']").AttrOr("href", "")
		b.get(next).want(200)
		seen += b.Page.Find("tbody tr").Length()
		if seen < 67 || b.Page.Find("main a[href^='/audit?before=']").Length() != 0 {
			t.Errorf("two pages have %d rows", seen)
		}
		if strings.Contains(b.text("tbody"), "@") {
			t.Error("the audit shows an address")
		}
		if other := x.signedIn("secretary@south.example").get("/audit").want(200); other.Page.Find("tbody tr").Length() > 4 {
			t.Errorf("another branch sees %d rows", other.Page.Find("tbody tr").Length())
		}
	})
}

func TestDemoSignIn(t *testing.T) {
	demo := func(_ *config.Config, o *app.Options) {
		o.Demo = &web.Demo{Emails: map[string]string{"token-of-the-secretary": "secretary@north.example"}}
	}
	x := one(t, demo)
	b := x.visitor().get("/demo/sign-in/token-of-the-secretary").want(200).says("header", "North branch")
	if b.Path != "/" || b.Page.Find(".cc-demo").Length() != 1 {
		t.Errorf("the link led to %s; %d notices of the demonstration", b.Path, b.Page.Find(".cc-demo").Length())
	}
	x.visitor().get("/demo/sign-in/guess").want(404)
	x.visitor().get("/demo").want(404)
	one(t).visitor().get("/demo/sign-in/token-of-the-secretary").want(404)
	if strings.Contains(x.log.String(), "token-of") {
		t.Error("the log holds the token of a link")
	}
}
