package main

import (
	"bytes"
	"log/slog"
	"path/filepath"
	"strings"
	"testing"

	"commoncase/app"
	"commoncase/app/config"
)

func TestHolidayOnTheCommandLine(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "data")
	if _, err := app.Migrate(t.Context(), config.Config{DataDir: dir}, slog.New(slog.DiscardHandler)); err != nil {
		t.Fatal(err)
	}
	do := func(args ...string) (int, string) {
		var out, errOut bytes.Buffer
		code := run(t.Context(), append(args, "--dir", dir), streams{in: strings.NewReader(""), out: &out, err: &errOut})
		return code, out.String() + errOut.String()
	}
	add := func(on, source string) (int, string) {
		return do("holiday", "add", "--calendar", "scotland", "--on", on, "--title", "Invented jubilee", "--source", source)
	}
	if code, said := do("holiday", "list"); code != 0 || !strings.Contains(said, "None was added") {
		t.Errorf("%d %s", code, said)
	}
	if code, said := add("2026-03-18", "invented"); code != 0 || !strings.Contains(said, "18 March 2026 is a bank holiday of Scotland: 0 cases computed again") {
		t.Errorf("%d %s", code, said)
	}
	if code, said := do("holiday", "list"); code != 0 || !strings.Contains(said, "2026-03-18  scotland  Invented jubilee (invented)") {
		t.Errorf("%d %s", code, said)
	}
	for _, wrong := range []struct{ on, source, says string }{
		{"2026-03-18", "invented", "is a bank holiday already"}, {"2026-03-21", "invented", "is a Saturday"},
		{"2026-02-30", "invented", "not a date that exists"}, {"2026-03-19", " ", "where it was announced"},
	} {
		if code, said := add(wrong.on, wrong.source); code != 1 || !strings.Contains(said, wrong.says) {
			t.Errorf("%+v: %d %s", wrong, code, said)
		}
	}
}
