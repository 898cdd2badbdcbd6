package main

import (
	"bytes"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"commoncase/app"
	"commoncase/app/config"
)

func TestImportHomesOnTheCommandLine(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "data")
	if _, err := app.Migrate(t.Context(), config.Config{DataDir: dir}, slog.New(slog.DiscardHandler)); err != nil {
		t.Fatal(err)
	}
	do := func(args ...string) (int, string) {
		var out, errOut bytes.Buffer
		code := run(t.Context(), append(args, "--dir", dir), streams{in: strings.NewReader(""), out: &out, err: &errOut})
		return code, out.String() + errOut.String()
	}
	file := func(body string) string {
		path := filepath.Join(t.TempDir(), "homes.csv")
		if err := os.WriteFile(path, []byte(body), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	good := file("Postcode;Address;Estate\nN1 2AB;1 Mill Lane;Mill\nnowhere;2 Mill Lane;Mill\nN1 2AB;1 mill lane;Mill\nN1 2AC;3 Mill Lane;Mill\n")
	if code, said := do("import", "homes", good, "--branch", "north"); code != 1 || !strings.Contains(said, "There is no such branch") {
		t.Errorf("no branch: %d %s", code, said)
	}
	if code, said := do("branch", "add", "north", "--name", "North branch", "--prefix", "NOR", "--landlord", "harbour-and-vale", "--landlord-name", "Harbour & Vale"); code != 0 {
		t.Fatalf("%d %s", code, said)
	}
	code, said := do("import", "homes", good, "--branch", "north")
	for _, want := range []string{"Homes imported: 2. Postcodes: 2. Estates: 1. Lines left out: 1.", "line 3 is left out: What stands for the postcode is none.", "taken once: 1 lines"} {
		if code != 0 || !strings.Contains(said, want) {
			t.Errorf("%d %s: want %q", code, said, want)
		}
	}
	if code, said := do("import", "homes", file("town\nYork\n"), "--branch", "north"); code != 1 || !strings.Contains(said, `names no column "postcode"`) {
		t.Errorf("%d %s", code, said)
	}
	if code, said := do("import", "homes", filepath.Join(dir, "no-such-file"), "--branch", "north"); code != 2 {
		t.Errorf("%d %s", code, said)
	}
}
