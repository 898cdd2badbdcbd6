package web

import (
	"flag"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/gofiber/fiber/v2"

	"commoncase/models/access"
)

var update = flag.Bool("update", false, "write the golden files anew")

func quiet(cfg Config) Config {
	cfg.Now, cfg.Clock = time.Now, time.Now
	cfg.Log = slog.New(slog.DiscardHandler)
	if cfg.BaseURL == "" {
		cfg.BaseURL = "http://localhost:8080"
	}
	return cfg
}

// Whatever Fiber serves is in the table, and each line of the table has a guard that means something.
func TestEveryRouteIsInTheTableWithAGuard(t *testing.T) {
	app, s := build(quiet(Config{Demo: &Demo{}}), Services{})
	table := map[string]guard{}
	for _, r := range s.routes() {
		key := r.method + " " + r.path
		if _, twice := table[key]; twice {
			t.Errorf("%s is in the table twice", key)
		}
		table[key] = r.guard
		if r.guard == "" || r.handle == nil {
			t.Errorf("%s has no guard or no handler", key)
		}
		if g := access.Action(r.guard); r.guard != bare && r.guard != public && r.guard != signedIn && r.guard != teller {
			var all access.Roles = access.All
			if !access.Allows(all, g) {
				t.Errorf("%s is guarded by %q, which no role may", key, g)
			}
		}
		if r.method == post && r.guard == bare {
			t.Errorf("%s changes something, and nobody looks where it comes from", key)
		}
	}
	seen := 0
	for _, byMethod := range app.Stack() {
		for _, r := range byMethod {
			if r.Path == "/" && r.Method != fiber.MethodGet && r.Method != fiber.MethodHead {
				continue // the outermost middleware and the last resort, which are registered for every method
			}
			method := r.Method
			if method == fiber.MethodHead {
				method = fiber.MethodGet
			}
			if _, ok := table[method+" "+r.Path]; !ok {
				t.Errorf("%s %s is served and not in the table", r.Method, r.Path)
			}
			seen++
		}
	}
	if seen < len(table) {
		t.Errorf("Fiber knows %d routes and the table has %d", seen, len(table))
	}
}

// A literal that stands after a parameter that swallows it is never reached: /cases/:ref before /cases/new.
func TestLiteralsBeforeParameters(t *testing.T) {
	_, s := build(quiet(Config{Demo: &Demo{}}), Services{})
	routes := s.routes()
	for i, early := range routes {
		for _, late := range routes[i+1:] {
			if early.method == late.method && swallows(early.path, late.path) {
				t.Errorf("%s %s is never reached: %s stands before it", late.method, late.path, early.path)
			}
		}
	}
	if !swallows("/cases/:ref", "/cases/new") || swallows("/cases/new", "/cases/:ref") || swallows("/cases/:ref", "/cases/:ref/x") || !swallows("/static/*", "/static/a/b") {
		t.Error("swallows is wrong")
	}
}

func swallows(early, late string) bool {
	a, b := strings.Split(early, "/"), strings.Split(late, "/")
	for i := range a {
		switch {
		case a[i] == "*":
			return true
		case i >= len(b):
			return false
		case strings.HasPrefix(a[i], ":") || a[i] == b[i]:
		default:
			return false
		}
	}
	return len(a) == len(b)
}

func TestRoutesGolden(t *testing.T) {
	_, s := build(quiet(Config{Demo: &Demo{}}), Services{})
	var lines []string
	for _, r := range s.routes() {
		lines = append(lines, fmt.Sprintf("%-4s %-40s %s", r.method, r.path, r.guard))
	}
	slices.Sort(lines)
	got := strings.Join(lines, "\n") + "\n"
	golden := filepath.Join("testdata", "routes.txt")
	if *update {
		if err := os.MkdirAll("testdata", 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(golden, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("the routes changed; if that is meant, run: go test ./app/web -run Golden -update\n%s", got)
	}
}

// Outside the demonstration there is no way in without a password.
func TestNoDemoRoutesOutsideTheDemonstration(t *testing.T) {
	_, s := build(quiet(Config{}), Services{})
	for _, r := range s.routes() {
		if strings.Contains(r.path, "demo") {
			t.Errorf("%s is served", r.path)
		}
	}
}

// What the library does not do unless told: timeouts, strings that stay, no reading of whole uploads before the guard.
func TestServerSettings(t *testing.T) {
	app, _ := build(quiet(Config{}), Services{})
	c := app.Config()
	if c.ReadTimeout == 0 || c.WriteTimeout == 0 || c.IdleTimeout == 0 {
		t.Error("a timeout is not set")
	}
	if !c.Immutable || !c.StreamRequestBody || !c.DisablePreParseMultipartForm {
		t.Error("strings of a request would change, or bodies would be read before the guard")
	}
	if c.EnableTrustedProxyCheck || c.ProxyHeader != "" {
		t.Error("c.IP would answer from a header; address in middleware.go is the one place")
	}
}
