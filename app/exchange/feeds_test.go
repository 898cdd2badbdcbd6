package exchange_test

import (
	"context"
	"database/sql"
	"strings"
	"testing"
	"time"

	ics "github.com/arran4/golang-ical"

	"commoncase/app/exchange"
	"commoncase/app/store"
	"commoncase/app/store/storetest"
	"commoncase/models"
	"commoncase/models/access"
	"commoncase/models/civil"
	"commoncase/models/rulebook"
)

func migrate(ctx context.Context, url string) error {
	st, err := store.Open(ctx, url, time.Now)
	if err != nil {
		return err
	}
	if _, err := st.Migrate(ctx); err != nil {
		return err
	}
	return st.Close()
}

// TestFeed: a calendar of one's own cases and one of the branch, read back as other programs read it.
func TestFeed(t *testing.T) {
	storetest.Each(t, migrate, func(t *testing.T, url string) {
		ctx := t.Context()
		must := func(err error) {
			t.Helper()
			if err != nil {
				t.Fatal(err)
			}
		}
		now := time.Date(2025, 5, 20, 9, 0, 0, 0, time.UTC)
		st, err := store.Open(ctx, url, func() time.Time { return now })
		must(err)
		t.Cleanup(func() { must(st.Close()) })
		name := "sqlite3" // the drivers are those of the store
		if strings.HasPrefix(url, "postgres") {
			name = "pgx"
		}
		db, err := sql.Open(name, url)
		must(err)
		t.Cleanup(func() { db.Close() })
		raw := func(query string) {
			t.Helper()
			_, err := db.ExecContext(ctx, query)
			must(err)
		}
		var calendars civil.Set
		x := exchange.New(st, rulebook.Default(), &calendars, func() time.Time { return now })
		l := models.Landlord{Slug: "harbour-and-vale", Name: "Harbour & Vale Homes", Calendar: civil.EnglandAndWales, Invented: true}
		must(st.AddLandlord(ctx, &l))
		b := models.Branch{Slug: "a", Name: "Branch A", Prefix: "AAA", LandlordID: l.ID, Threshold: 5}
		other := models.Branch{Slug: "b", Name: "Branch B", Prefix: "BBB", LandlordID: l.ID, Threshold: 5}
		must(st.AddBranch(ctx, &b))
		must(st.AddBranch(ctx, &other))
		acc := models.Account{Email: "a@a.example", Name: "Niamh Ní Bhriain", PasswordHash: "x"}
		must(st.AddAccount(ctx, &acc))
		must(st.GiveRole(ctx, acc.ID, b.ID, access.Caseworker))
		actor := models.Actor{AccountID: acc.ID, Name: acc.Name, BranchID: b.ID, Roles: access.Roles{access.Caseworker}}

		open := func(branch models.Branch, ref string, assigned int64, status models.Status, rows ...models.ClockRow) models.Case {
			t.Helper()
			m := models.Member{BranchID: branch.ID, Name: "Łukasz Żółć", Address: "1 Invented Row", Postcode: "ZZ99 3VZ", Household: "h", Tenure: models.TenureAssured}
			must(st.AddMember(ctx, &m))
			c := models.Case{BranchID: branch.ID, MemberID: m.ID, Ref: ref, Theme: models.ThemeDampMould, Title: "Mould, and a child with asthma", Status: status, StatusOn: 1, OpenedOn: civil.MustParse("2025-01-06"), AssignedTo: assigned}
			must(st.AddCase(ctx, &c))
			for i := range rows {
				rows[i].BranchID, rows[i].CaseID, rows[i].Seq, rows[i].Regime = branch.ID, c.ID, i, "code-2024"
			}
			must(st.ReplaceClockRows(ctx, branch.ID, c.ID, rows))
			return c
		}
		day := civil.MustParse
		landlord := func(duty, due string) models.ClockRow {
			_, name, _ := strings.Cut(duty, "/")
			return models.ClockRow{Duty: duty, Name: name, Bound: models.BoundLandlord, Type: "duty", Due: day(due)}
		}
		met := landlord("code-2024/stage1-acknowledgement", "2025-05-12")
		met.MetOn = day("2025-05-12")
		hours := landlord("nowhere/emergency-made-safe", "2025-07-01")
		hours.DueAt = civil.At(14, 30)
		mine := open(b, "AAA-25-0001-X", acc.ID, models.StatusStage1Awaiting,
			landlord("code-2024/stage1-response", "2025-05-27"), landlord("harbour-and-vale-2024/stage1-response", "2025-05-27"), met, hours,
			models.ClockRow{Duty: "scheme-2024/ombudsman-referral", Name: "ombudsman-referral", Bound: models.BoundResident, Type: "duty", Due: day("2026-03-02")},
			landlord("code-2024/stage2-response", "2023-05-19"))
		open(b, "AAA-25-0002-Y", 0, models.StatusStage1Awaiting, landlord("code-2024/stage1-response", "2025-06-02"))
		open(b, "AAA-25-0003-Z", acc.ID, models.StatusClosed, landlord("code-2024/stage1-response", "2025-06-02"))
		open(other, "BBB-25-0001-W", acc.ID, models.StatusStage1Awaiting, landlord("code-2024/stage1-response", "2025-06-02"))

		token, err := x.MakeFeed(ctx, actor, models.FeedPerson)
		must(err)
		read := func(token string) (string, []*ics.VEvent) {
			t.Helper()
			body, err := x.Calendar(ctx, token, "https://cases.example.org")
			must(err)
			for _, line := range strings.Split(strings.TrimSuffix(string(body), "\r\n"), "\r\n") {
				if len(line) > 75 || strings.ContainsAny(line, "\r\n") {
					t.Errorf("a line of %d bytes: %q", len(line), line)
				}
			}
			cal, err := ics.ParseCalendar(strings.NewReader(string(body)))
			must(err)
			return string(body), cal.Events()
		}
		body, events := read(token)
		var said []string
		for _, e := range events {
			said = append(said, e.GetProperty(ics.ComponentPropertySummary).Value)
		}
		want := []string{"AAA-25-0001-X: Stage 1 response due from the landlord (Code 2024, 6.3)", "AAA-25-0001-X: Emergency made safe due from the landlord",
			"AAA-25-0001-X: Ask the Ombudsman within twelve months, last day for the resident (Scheme 2024, 42(b))"}
		if strings.ReplaceAll(strings.Join(said, "\n"), `\,`, ",") != strings.Join(want, "\n") {
			t.Errorf("the calendar says\n%s\nwant\n%s", strings.Join(said, "\n"), strings.Join(want, "\n"))
		}
		if !strings.Contains(body, "\r\nREFRESH-INTERVAL;VALUE=DURATION:PT6H\r\n") { // a parameter that stands twice is no parameter
			t.Errorf("how often it is to be read again: %s", body)
		}
		for _, name := range []string{"Łukasz", "Invented", "ZZ99", "Mould", "asthma", "Niamh", "damp"} {
			if strings.Contains(body, name) {
				t.Errorf("the calendar says %q", name)
			}
		}
		// 27 May 2025 is the Tuesday after a bank holiday: the working day before is Friday 23 May, nine o'clock in summer is eight in UTC.
		first := events[0]
		start, err := first.GetAllDayStartAt()
		must(err)
		if got := first.Alarms()[0].GetProperty(ics.ComponentPropertyTrigger).Value; start.Format("2006-01-02") != "2025-05-27" || got != "20250523T080000Z" {
			t.Errorf("it starts on %s with an alarm at %s", start, got)
		}
		if at, err := events[1].GetStartAt(); err != nil || !at.Equal(time.Date(2025, 7, 1, 13, 30, 0, 0, time.UTC)) {
			t.Errorf("14:30 in London is %s, %v", at, err)
		}
		if again, _ := read(token); again != body {
			t.Error("the same deadlines give another calendar")
		}
		uid, sequence := first.Id(), first.GetProperty(ics.ComponentPropertySequence).Value
		c, err := st.CaseByRef(ctx, b.ID, mine.Ref)
		must(err)
		must(st.UpdateCase(ctx, &c))
		if _, later := read(token); later[0].Id() != uid || later[0].GetProperty(ics.ComponentPropertySequence).Value <= sequence {
			t.Errorf("after a change: %s, sequence %s after %s", later[0].Id(), later[0].GetProperty(ics.ComponentPropertySequence).Value, sequence)
		}

		// a bank holiday that is announced moves the alarm
		calendars.Announce([]civil.Announcement{{Calendar: civil.EnglandAndWales, Holiday: civil.Holiday{On: day("2025-05-23"), Title: "Jubilee"}}})
		if _, events := read(token); events[0].Alarms()[0].GetProperty(ics.ComponentPropertyTrigger).Value != "20250522T080000Z" {
			t.Error("the alarm comes on a bank holiday")
		}

		all, err := x.MakeFeed(ctx, actor, models.FeedBranch)
		must(err)
		if text, events := read(all); len(events) != 4 || !strings.Contains(text, "AAA-25-0002-Y") || strings.Contains(text, "BBB") {
			t.Errorf("the branch's calendar has %d events", len(events))
		}
		feeds, err := x.Feeds(ctx, actor)
		must(err)
		if len(feeds) != 2 || feeds[1].LastReadOn != day("2025-05-20") || feeds[1].TokenHash == token {
			t.Errorf("the addresses are %+v", feeds)
		}

		gone := func(token, why string) {
			t.Helper()
			if _, err := x.Calendar(ctx, token, ""); models.CodeOf(err) != models.CodeNotFound {
				t.Errorf("%s: %v", why, err)
			}
		}
		gone(strings.Repeat("0", 64), "an address that never was")
		gone("", "no address")
		there := actor
		there.AccountID++
		if err := x.RevokeFeed(ctx, there, feeds[1].ID); models.CodeOf(err) != models.CodeNotFound {
			t.Errorf("somebody else takes it back: %v", err)
		}
		must(x.RevokeFeed(ctx, actor, feeds[1].ID))
		gone(token, "taken back")
		read(all)
		raw("DELETE FROM roles")
		gone(all, "without the role")
		must(st.GiveRole(ctx, acc.ID, b.ID, access.Caseworker))
		read(all)
		raw("UPDATE accounts SET disabled_at = created_at")
		gone(all, "of an account that is disabled")

		if _, err := x.MakeFeed(ctx, actor, "everything"); models.CodeOf(err) != models.CodeInvalid {
			t.Errorf("a scope that there is not: %v", err)
		}
		for range 9 {
			_, err = x.MakeFeed(ctx, actor, models.FeedPerson)
			must(err)
		}
		if _, err := x.MakeFeed(ctx, actor, models.FeedPerson); models.CodeOf(err) != models.CodeInvalid {
			t.Errorf("the eleventh address: %v", err)
		}
		member := actor
		member.Roles = access.Roles{access.Member}
		if _, err := x.MakeFeed(ctx, member, models.FeedPerson); models.CodeOf(err) != models.CodeForbidden {
			t.Errorf("a member makes one: %v", err)
		}
	})
}
