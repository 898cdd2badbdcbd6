package demo_test

import (
	"context"
	"testing"
	"time"

	"commoncase/app/casework"
	"commoncase/app/demo"
	"commoncase/app/evidence"
	"commoncase/app/files"
	"commoncase/app/people"
	"commoncase/app/store"
	"commoncase/app/store/storetest"
	"commoncase/models/civil"
	"commoncase/models/rulebook"
	"commoncase/models/timeline"
)

var loadedOn = civil.On(2026, time.November, 20)

func migrate(ctx context.Context, url string) error {
	st, err := store.Open(ctx, url, time.Now)
	if err != nil {
		return err
	}
	defer st.Close()
	_, err = st.Migrate(ctx)
	return err
}

func TestX(t *testing.T) {
	url := storetest.SQLite(t, migrate)
	ctx := t.Context()
	clock := demo.NewClock(time.Date(2021, 1, 1, 9, 0, 0, 0, time.UTC))
	st, err := store.Open(ctx, url, clock.Now)
	if err != nil {
		t.Fatal(err)
	}
	defer st.Close()
	fs, err := files.Open(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	engine := timeline.New(rulebook.Default())
	rooms := demo.Rooms{People: people.New(st, clock.Now), Cases: casework.New(st, fs, engine, clock.Now), Evidence: evidence.New(st, clock.Now)}
	out, err := demo.Load(ctx, rooms, clock, loadedOn, func(s string) { t.Log(s) })
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("%+v", out)
}
