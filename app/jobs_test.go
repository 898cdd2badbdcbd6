package app_test

import (
	"context"
	"log/slog"
	"testing"
	"time"

	"commoncase/app"
	"commoncase/app/casework"
	"commoncase/app/config"
	"commoncase/app/mail/mailtest"
	"commoncase/app/store/storetest"
	"commoncase/models"
	"commoncase/models/access"
	"commoncase/models/civil"
)

// Two servers on one database run the morning: each secretary is told once, of a case that nobody runs, and both servers end in order.
func TestServersRemind(t *testing.T) {
	storetest.Each(t, nil, func(t *testing.T, url string) {
		s := mailtest.Start(t, mailtest.Plain)
		ctx := t.Context()
		cfg := config.Config{DatabaseURL: config.Secret(url), DataDir: t.TempDir(), Addr: "127.0.0.1:0", BaseURL: "http://localhost:8080",
			SMTP: config.SMTP{Host: s.Host, Port: s.Port, From: "branch@example.org", TLS: "none"}}
		now := func() time.Time { return time.Date(2025, 6, 2, 8, 0, 0, 0, time.UTC) } // a Monday
		open := func() *app.App {
			a, err := app.New(ctx, cfg, app.Options{Migrate: true, Now: now, Log: slog.New(slog.DiscardHandler)})
			if err != nil {
				t.Fatal(err)
			}
			return a
		}
		first, second := open(), open()
		if _, err := first.People.FoundBranch(ctx, models.Landlord{Slug: "harbour-and-vale", Name: "Harbour & Vale Homes", Calendar: civil.EnglandAndWales, Invented: true},
			models.Branch{Slug: "north", Name: "North", Prefix: "NOR"}); err != nil {
			t.Fatal(err)
		}
		if _, err := first.People.AddAccount(ctx, "secretary@example.org", "Ngozi Adeyemi", "lantern quay harbour", "north", access.Secretary); err != nil {
			t.Fatal(err)
		}
		sec, err := first.People.ActorIn(ctx, "secretary@example.org", "north")
		if err != nil {
			t.Fatal(err)
		}
		if _, err := first.Casework.OpenCase(ctx, sec, casework.OpenCase{Resident: casework.Resident{Name: "Łukasz Żółć", Tenure: models.TenureAssured},
			Theme: models.ThemeLeaks, Title: "A leak", ReceivedOn: civil.MustParse("2025-05-30")}); err != nil {
			t.Fatal(err)
		}
		serving, stop := context.WithCancel(ctx)
		done := make(chan error, 2)
		for _, a := range []*app.App{first, second} {
			go func() { done <- a.Run(serving) }()
		}
		if got := s.Next(); got.To != "secretary@example.org" {
			t.Errorf("to %s", got.To)
		}
		time.Sleep(3 * time.Second) // longer than a server waits between two looks at the queue
		stop()
		for range 2 {
			if err := <-done; err != nil {
				t.Error(err)
			}
		}
		for _, a := range []*app.App{first, second} {
			if err := a.Close(); err != nil {
				t.Error(err)
			}
		}
		if n := s.Waiting(); n != 0 {
			t.Errorf("%d more", n)
		}
	})
}
