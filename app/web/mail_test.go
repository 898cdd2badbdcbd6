package web_test

import (
	"fmt"
	"net/url"
	"strings"
	"testing"
	"time"

	"commoncase/app"
	"commoncase/app/config"
	"commoncase/app/mail/mailtest"
	"commoncase/app/store"
	"commoncase/app/store/storetest"
	"commoncase/models"
	"commoncase/models/access"
	"commoncase/models/civil"
)

// mailed is a site on which three reminders of this morning were made: one went, one was refused, and of one nobody knows.
func mailed(t *testing.T, test func(t *testing.T, x *site, ids map[models.DigestState]int64)) {
	s := mailtest.Start(t, mailtest.Plain)
	storetest.Each(t, prepared, func(t *testing.T, dbURL string) {
		ctx, today := t.Context(), civil.Of(morning)
		st, err := store.Open(ctx, dbURL, func() time.Time { return morning })
		must(t, err)
		defer st.Close()
		branch, err := st.BranchBySlug(ctx, north)
		must(t, err)
		ids := map[models.DigestState]int64{}
		for email, state := range map[string]models.DigestState{"secretary@north.example": models.DigestSent, "caseworker@north.example": models.DigestFailed,
			"both@example.org": models.DigestUncertain} {
			a, err := st.AccountByEmail(ctx, email)
			must(t, err)
			id, _, err := st.AddDigest(ctx, branch.ID, a.ID, today)
			must(t, err)
			try, ok, err := st.ClaimDigest(ctx, branch.ID, id, 4)
			if must(t, err); !ok {
				t.Fatal("not claimed")
			}
			must(t, st.EndDigest(ctx, branch.ID, id, try, state, map[models.DigestState]string{models.DigestFailed: "The mail server does not take the address.",
				models.DigestUncertain: "It may have gone."}[state]))
			ids[state] = id
		}
		test(t, newSite(t, dbURL, func(cfg *config.Config, opts *app.Options) {
			opts.Now = func() time.Time { return morning.Add(4 * time.Hour) } // the morning is over: the site makes none itself
			cfg.SMTP = config.SMTP{Host: s.Host, Port: s.Port, From: "post@example.org", TLS: "none"}
		}), ids)
	})
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func TestMailPage(t *testing.T) {
	mailed(t, func(t *testing.T, x *site, ids map[models.DigestState]int64) {
		b := x.as(access.Secretary).get("/mail").want(200)
		b.says("table", "Sent").says("table", "Failed").says("table", "Perhaps sent").says("table", "does not take the address").says("table", "At 10:00")
		if b.Page.Find("#no-mail").Length() != 0 {
			t.Error("the page says that no mail leaves")
		}
		form := func(s models.DigestState) string { return fmt.Sprintf("form[action='/mail/%d']", ids[s]) }
		if b.Page.Find(form(models.DigestSent)).Length() != 0 {
			t.Error("one that was sent can be sent again")
		}
		// What may have gone is sent again only where somebody says that it may come twice.
		b.submit(form(models.DigestUncertain), nil).want(422).says("#"+fmt.Sprintf("sure-%d-error", ids[models.DigestUncertain]), "twice")
		if got := b.errors(); !strings.Contains(got, "twice") {
			t.Errorf("the summary says %q", got)
		}
		b.submit(form(models.DigestUncertain), values{"sure": "yes"}).want(200).says(".govuk-notification-banner", "sent again")
		b.submit(form(models.DigestFailed), nil).want(200).says(".govuk-notification-banner", "sent again")
		b.post(fmt.Sprintf("/mail/%d", ids[models.DigestSent]), url.Values{"csrf": {b.csrf()}}).want(409)
		b.post("/mail/none", url.Values{"csrf": {b.csrf()}}).want(404)
		x.as(access.Secretary).get("/audit").want(200).says("main", "Reminder sent again")

		// Another branch has none of it; a caseworker may not look; who runs the site sees counts and nobody's name.
		south := x.signedIn("secretary@south.example").get("/mail").want(200)
		south.says("#none", "No reminder")
		south.post(fmt.Sprintf("/mail/%d", ids[models.DigestFailed]), url.Values{"csrf": {south.csrf()}}).want(404)
		x.as(access.Caseworker).get("/mail").want(403)
		op := x.as(access.Operator).get("/mail").want(200)
		op.says("table", "North branch")
		if strings.Contains(op.Page.Find("main").Text(), names[4]) || op.Page.Find("form[action^='/mail/']").Length() != 0 {
			t.Error("who runs the site sees names or may send again")
		}
		op.post(fmt.Sprintf("/mail/%d", ids[models.DigestFailed]), url.Values{"csrf": {op.csrf()}}).want(403)
	})
}

func TestReminderWish(t *testing.T) {
	each(t, func(t *testing.T, x *site) {
		b := x.as(access.Caseworker).get("/reminders").want(200).says("main", "caseworker@north.example").says("#no-mail", "SMTP_HOST")
		if b.Page.Find("[name=wanted][value=yes][checked]").Length() != 1 {
			t.Error("who said nothing does not have it")
		}
		b.submit("#reminders", values{"wanted": "perhaps"}).want(422).says("#wanted-error", "Choose")
		b.submit("#reminders", values{"wanted": "no"}).want(200).says(".govuk-notification-banner", "no reminders")
		if b.get("/reminders").Page.Find("[name=wanted][value=no][checked]").Length() != 1 {
			t.Error("the wish was not kept")
		}
		if x.as(access.Secretary).get("/reminders").want(200).Page.Find("[name=wanted][value=yes][checked]").Length() != 1 {
			t.Error("the wish of one became another's")
		}
		b.submit("#reminders", values{"wanted": "yes"}).want(200).says(".govuk-notification-banner", "working mornings")
		x.as(access.Organiser).get("/reminders").want(403)
		x.as(access.Secretary).get("/mail").want(200).says("#no-mail", "SMTP_HOST").says("#none", "No reminder")
	})
}
