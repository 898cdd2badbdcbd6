package app_test

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"commoncase/app"
	"commoncase/app/casework"
	"commoncase/app/config"
	"commoncase/app/demo"
	"commoncase/app/store/storetest"
	"commoncase/models"
	"commoncase/models/access"
	"commoncase/models/civil"
)

func prepare(t *testing.T, o app.DemoOptions) (*app.Demo, string) {
	t.Helper()
	var said strings.Builder
	o.Today = civil.On(2026, time.November, 20)
	o.Say = func(s string) { said.WriteString(s + "\n") }
	d, err := app.PrepareDemo(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	return d, said.String()
}

// One folder through its life: a load that was cut short, the load, a second run, a PDF that was lost, and starting over.
func TestPrepareDemo(t *testing.T) {
	dir := t.TempDir()
	// What a load leaves that was killed while it put its database in place.
	if err := os.MkdirAll(filepath.Join(dir, ".demo-loading", "files"), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "commoncase.sqlite"), []byte("half a database"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "mine.txt"), []byte("not the demonstration's"), 0o600); err != nil {
		t.Fatal(err)
	}
	first, said := prepare(t, app.DemoOptions{Dir: dir})
	if first.Kept || first.Cases != 60 || !strings.Contains(said, "cut short") {
		t.Errorf("kept %v, %d cases, said %q", first.Kept, first.Cases, said)
	}
	if left, _ := filepath.Glob(filepath.Join(dir, ".*")); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
	if len(first.PDFs) != 3 {
		t.Fatalf("PDFs: %v", first.PDFs)
	}
	pdfs := map[string]string{}
	for _, p := range first.PDFs {
		b, err := os.ReadFile(p)
		if err != nil || !strings.HasPrefix(string(b), "%PDF-") {
			t.Errorf("%s: %v", p, err)
		}
		pdfs[p] = string(b)
	}

	typeNote(t, first, "typed by a visitor")
	if err := os.Remove(first.PDFs[0]); err != nil {
		t.Fatal(err)
	}
	started := time.Now()
	second, _ := prepare(t, app.DemoOptions{Dir: dir})
	if took := time.Since(started); took > 5*time.Second {
		t.Errorf("the second run took %v", took)
	}
	if !second.Kept || second.Loaded != first.Loaded {
		t.Errorf("kept %v, %+v; want %+v", second.Kept, second.Loaded, first.Loaded)
	}
	for p, want := range pdfs {
		if b, err := os.ReadFile(p); err != nil || string(b) != want {
			t.Errorf("%s is another than before, or gone (%v)", p, err)
		}
	}
	if !hasNote(t, second, "typed by a visitor") {
		t.Error("the second run lost what was typed")
	}

	third, _ := prepare(t, app.DemoOptions{Dir: dir, Reset: true})
	if third.Kept || third.Loaded != first.Loaded || hasNote(t, third, "typed by a visitor") {
		t.Errorf("starting over kept what was typed, or loaded something else: %+v", third.Loaded)
	}
	if _, err := os.Stat(filepath.Join(dir, "mine.txt")); err != nil {
		t.Errorf("starting over took a file away that was not the demonstration's: %v", err)
	}
}

func open(t *testing.T, d *app.Demo) (*app.App, models.Actor) {
	t.Helper()
	a, links, err := d.Open(t.Context(), "127.0.0.1:0", "http://localhost:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = a.Close() })
	if len(links) != len(access.All) {
		t.Errorf("%d links, want one for each of %d roles", len(links), len(access.All))
	}
	for _, x := range demo.Accounts {
		if x.Role == access.Caseworker {
			actor, err := a.People.ActorIn(t.Context(), x.Email, d.InventedBranch)
			if err != nil {
				t.Fatal(err)
			}
			return a, actor
		}
	}
	t.Fatal("no caseworker")
	return nil, models.Actor{}
}

// typeNote adds a note to the case of the bundle, as a visitor would.
func typeNote(t *testing.T, d *app.Demo, note string) {
	t.Helper()
	a, actor := open(t, d)
	defer a.Close()
	v, err := a.Casework.ReadCase(t.Context(), actor, d.Case)
	if err != nil {
		t.Fatal(err)
	}
	if err := addNote(t.Context(), a, actor, v.Case, note); err != nil {
		t.Fatal(err)
	}
}

func hasNote(t *testing.T, d *app.Demo, note string) bool {
	t.Helper()
	a, actor := open(t, d)
	defer a.Close()
	v, err := a.Casework.ReadCase(t.Context(), actor, d.Case)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range v.Entries {
		if e.Note == note {
			return true
		}
	}
	return false
}

// A folder with an installation that is no demonstration is left alone, also when it is to be started over.
func TestPrepareDemoSparesAnInstallation(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "commoncase.sqlite")
	if err := os.WriteFile(path, []byte("members' cases"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, reset := range []bool{false, true} {
		_, err := app.PrepareDemo(context.Background(), app.DemoOptions{Dir: dir, Reset: reset, Say: func(string) {}})
		if models.CodeOf(err) != models.CodeInvalid || !strings.Contains(err.Error(), "no demonstration") {
			t.Errorf("reset %v: %v", reset, err)
		}
		if b, err := os.ReadFile(path); err != nil || string(b) != "members' cases" {
			t.Errorf("the installation was touched: %q, %v", b, err)
		}
	}
}

func addNote(ctx context.Context, a *app.App, actor models.Actor, c models.Case, note string) error {
	_, err := a.Casework.LogEvent(ctx, actor, casework.LogEvent{Ref: c.Ref, Version: c.Version, Kind: models.KindNote, On: a.Casework.Today(), Note: note})
	return err
}

// Asked for by name, a PostgreSQL database is used; one that holds something already is refused.
func TestPrepareDemoOnPostgres(t *testing.T) {
	url := storetest.Postgres(t, nil)
	o := app.DemoOptions{Dir: t.TempDir(), Database: config.Secret(url)}
	d, _ := prepare(t, o)
	if _, err := os.Stat(filepath.Join(o.Dir, "commoncase.sqlite")); err == nil || d.Cases != 60 {
		t.Errorf("%d cases, and an SQLite file beside the database (%v)", d.Cases, err)
	}
	if again, _ := prepare(t, o); !again.Kept || again.Loaded != d.Loaded {
		t.Errorf("the second run: kept %v, %+v", again.Kept, again.Loaded)
	}
	_, err := app.PrepareDemo(t.Context(), app.DemoOptions{Dir: t.TempDir(), Database: o.Database, Today: civil.On(2026, time.November, 20), Say: func(string) {}})
	if models.CodeOf(err) != models.CodeInvalid || !strings.Contains(err.Error(), "empty") {
		t.Errorf("loading into a database that is not empty: %v", err)
	}
}
