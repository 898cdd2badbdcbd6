package app_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// rooms is the floor plan: for each room, what of ours it may import. A name that ends in /* stands for every room below it. A
// package belongs to the room with the longest name that leads to it, and may import its own room. An edge that is not here fails
// the test: either the code is on the wrong floor, or the plan is to be changed here, in sight of everybody.
var rooms = map[string][]string{
	"cmd":        {"app", "app/config", "models", "models/*"},
	"app":        {"app/*", "static", "models", "models/*"},
	"app/config": {},
	"app/web":    {"app/casework", "app/intake", "app/evidence", "app/campaign", "app/people", "app/exchange", "views", "static", "models", "models/*"},
	// jobs: store, for a job is written in the transaction of what it is about; mail, for it posts what it has put together.
	"app/jobs": {"app/casework", "app/intake", "app/evidence", "app/campaign", "app/people", "app/exchange", "app/store", "app/mail", "models", "models/*"},
	"app/demo": {"app/casework", "app/intake", "app/evidence", "app/campaign", "app/people", "app/exchange", "app/document", "app/files", "models", "models/*"},
	// intake: the stories, until they are sent; what becomes of them is casework.
	"app/intake":           {"app/store", "app/document", "app/files", "app/mail", "models", "models/*"},
	"app/casework":         {"app/store", "app/document", "app/files", "models", "models/*"},
	"app/evidence":         {"app/store", "models", "models/*"},
	"app/campaign":         {"app/store", "app/document", "app/files", "app/mail", "models", "models/*"},
	"app/people":           {"app/store", "app/files", "app/mail", "models", "models/*"},
	"app/exchange":         {"app/store", "app/files", "models", "models/*"},
	"app/store":            {"models", "models/*"},
	"app/store/storetest":  {},
	"app/document":         {"models", "models/letters", "models/civil", "models/catalogue"}, // models for its error type: a broken PDF is told to a person
	"app/files":            {"models"},                                                       // the same: a file that lies about its type
	"app/mail":             {"models"},
	"app/mail/mailtest":    {},
	"app/document/pdftest": {},
	"app/web/browsertest":  {"app/document/pdftest"},
	"views":                {"static", "models", "models/*"}, // static for the addresses of stylesheet and script, which carry their hash
	"static":               {},
	"models":               {"models/access", "models/civil"},
	"models/timeline":      {"models", "models/rulebook", "models/access", "models/civil"},
	"models/rulebook":      {"models", "models/access", "models/civil"},
	"models/letters":       {"models", "models/timeline", "models/rulebook", "models/access", "models/civil"}, // a letter of a case says what its clocks say
	"models/access":        {},
	"models/catalogue":     {"models", "models/civil"},
	"models/civil":         {},
}

// walls says, for what is not ours, which rooms alone may import it. The longest prefix that fits an import decides.
var walls = map[string][]string{
	"gorm.io":                        {"app/store"},
	"database/sql":                   {"app/store"},
	"database/sql/driver":            {"app/store", "models", "models/*"}, // Value and Scan of our own types; no database
	"github.com/jackc/pgx":           {"app/store", "app/store/storetest"},
	"github.com/ncruces/go-sqlite3":  {"app/store"},
	"github.com/pressly/goose":       {"app/store"},
	"github.com/riverqueue":          {"app/jobs", "app/store"}, // store hands it the connection, jobs the work: the queue can be replaced in these two
	"github.com/gofiber":             {"app/web", "app"},
	"github.com/valyala/fasthttp":    {"app/web", "app"},
	"github.com/a-h/templ":           {"views", "app/web"},
	"github.com/go-pdf/fpdf":         {"app/document"},
	"github.com/pdfcpu/pdfcpu":       {"app/document"},
	"github.com/tetratelabs/wazero":  {"app/document"},
	"github.com/jhillyerd/enmime":    {"app/document"},
	"codeberg.org/go-fonts":          {"app/document"},
	"github.com/go-text":             {"app/document"},
	"github.com/wneessen/go-mail":    {"app/mail"},
	"gocloud.dev":                    {"app/files"},
	"github.com/caarlos0/env":        {"app/config"},
	"github.com/alecthomas/kong":     {"cmd"},
	"github.com/alexedwards":         {"app/people"},
	"github.com/chromedp":            {"app/web/browsertest"}, // and tests
	"github.com/arran4/golang-ical":  {"app/exchange"},
	"github.com/emersion":            {"app/mail/mailtest"},
	"github.com/PuerkitoBio/goquery": {},
	"testing":                        {"app/store/storetest", "app/mail/mailtest", "app/document/pdftest", "app/web/browsertest"},
	// The line below which there is no web, no database, no files and no process.
	"net":      {"app", "app/*", "cmd"},
	"net/mail": {"app", "app/*", "cmd", "models", "models/*"}, // parses addresses, opens nothing
	"net/url":  {"app", "app/*", "cmd", "models", "models/*", "views", "static"},
	"net/http": {"app", "app/web", "cmd", "static", "app/files", "app/web/browsertest"}, // files: DetectContentType and its names
	"os":       {"app", "app/*", "cmd"},
	"os/exec":  {"app", "cmd", "app/store/storetest", "app/document/pdftest"},
}

// clocks are the rooms that may look at the clock on the wall; all others are given the time.
var clocks = []string{"app", "cmd", "app/store/storetest", "app/web/browsertest"}

type pkg struct {
	ImportPath, Name, Doc, Dir         string
	GoFiles, TestGoFiles               []string
	Imports, TestImports, XTestImports []string
	Error                              *struct{ Err string }
}

// load asks the go command for every package of the module.
func load(t *testing.T) []pkg {
	t.Helper()
	cmd := exec.Command("go", "list", "-e", "-json=ImportPath,Name,Doc,Dir,GoFiles,Imports,TestImports,XTestImports,Error", "./...")
	cmd.Dir = ".."
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("go list: %v\n%s", err, stderr.String())
	}
	var pkgs []pkg
	for dec := json.NewDecoder(bytes.NewReader(out)); ; {
		var p pkg
		if err := dec.Decode(&p); err == io.EOF {
			break
		} else if err != nil {
			t.Fatal(err)
		}
		pkgs = append(pkgs, p)
	}
	if len(pkgs) < 5 {
		t.Fatalf("go list found %d packages only", len(pkgs))
	}
	return pkgs
}

// ours is the path of a package inside the module, and whether it is one of ours.
func ours(importPath string) (string, bool) { return strings.CutPrefix(importPath, "commoncase/") }

// roomOf is the room with the longest name that leads to the package, or "". The floors app and models are rooms themselves, but
// no package gets a room by lying somewhere on them.
func roomOf(path string) string {
	for p := path; p != "."; p = filepath.ToSlash(filepath.Dir(p)) {
		if _, ok := rooms[p]; ok && (p == path || (p != "app" && p != "models")) {
			return p
		}
	}
	return ""
}

// covers reports whether a list of rooms names a room, by itself or by a /* above it.
func covers(list []string, room string) bool {
	return slices.ContainsFunc(list, func(entry string) bool {
		if above, ok := strings.CutSuffix(entry, "/*"); ok {
			return strings.HasPrefix(room, above+"/")
		}
		return entry == room
	})
}

// edge says what is wrong with one package importing another, or "".
func edge(from, to string) string {
	room := roomOf(from)
	if room == "" {
		return fmt.Sprintf("%s is in no room: give it one in the table of app/arch_test.go", from)
	}
	if path, ok := ours(to); ok {
		target := roomOf(path)
		switch {
		case target == room:
			return ""
		case strings.HasSuffix(path, "test") && !strings.HasSuffix(from, "test"):
			return fmt.Sprintf("%s imports %s, which is for tests alone", from, path)
		case !covers(rooms[room], target):
			return fmt.Sprintf("%s (room %s) may not import %s: it is not in the table of app/arch_test.go", from, room, path)
		}
		return ""
	}
	wall := ""
	for prefix := range walls {
		if (to == prefix || strings.HasPrefix(to, prefix+"/")) && len(prefix) > len(wall) {
			wall = prefix
		}
	}
	if wall != "" && !covers(walls[wall], room) {
		return fmt.Sprintf("%s (room %s) may not import %s: only %v may", from, room, to, walls[wall])
	}
	return ""
}

func TestImportTable(t *testing.T) {
	for _, p := range load(t) {
		path, ok := ours(p.ImportPath)
		if !ok {
			t.Errorf("%s lies outside every room", p.ImportPath)
			continue
		}
		for _, to := range p.Imports {
			if wrong := edge(path, to); wrong != "" {
				t.Error(wrong)
			}
		}
		// Tests may reach across, to make real things; but what is pure is tested without the rooms above it.
		if strings.HasPrefix(path, "models") {
			for _, to := range append(p.TestImports, p.XTestImports...) {
				if room, ok := ours(to); ok && !strings.HasPrefix(room, "models") {
					t.Errorf("the tests of %s import %s: what stands above the line is tested there", path, room)
				}
			}
		}
	}
}

// The rules themselves: an edge that must be refused is refused.
func TestEdges(t *testing.T) {
	for _, tc := range []struct {
		from, to string
		allowed  bool
	}{
		{"models/timeline", "commoncase/models/civil", true},
		{"models/timeline", "commoncase/app/store", false},
		{"models/timeline", "net/http", false},
		{"models/timeline", "os", false},
		{"models/civil", "database/sql/driver", true},
		{"models", "gorm.io/gorm", false},
		{"models", "commoncase/models/timeline", false},
		{"models/newroom", "fmt", false},
		{"app/casework", "commoncase/app/store", true},
		{"app/casework", "commoncase/app/evidence", false},
		{"app/casework", "commoncase/app/web", false},
		{"app/casework", "gorm.io/gorm", false},
		{"app/casework", "github.com/gofiber/fiber/v2", false},
		{"app/evidence", "commoncase/app/document", false},
		{"app/web", "commoncase/views/components", true},
		{"app/web", "commoncase/app/store", false},
		{"app/web", "github.com/gofiber/fiber/v2/middleware/csrf", true},
		{"app/web", "github.com/go-pdf/fpdf", false},
		{"app/demo", "commoncase/app/store", false},
		{"app/store", "commoncase/app/store/storetest", false},
		{"app/store", "database/sql", true},
		{"app/util", "fmt", false},
		{"views", "commoncase/app/casework", false},
		{"views/components", "commoncase/views", true},
		{"cmd/commoncase", "commoncase/app", true},
		{"cmd/commoncase", "commoncase/app/store", false},
		{"helpers", "fmt", false},
	} {
		if wrong := edge(tc.from, tc.to); (wrong == "") != tc.allowed {
			t.Errorf("%s -> %s: %q, want allowed %v", tc.from, tc.to, wrong, tc.allowed)
		}
	}
}

func TestPackagesSayWhatTheyAre(t *testing.T) {
	vague := []string{"util", "utils", "common", "helper", "helpers", "base", "misc", "shared", "lib", "types"}
	for _, p := range load(t) {
		if p.Name == "" || len(p.GoFiles) == 0 {
			continue
		}
		if slices.Contains(vague, p.Name) {
			t.Errorf("%s: a package called %s says nothing about what it holds", p.ImportPath, p.Name)
		}
		if p.Doc == "" {
			t.Errorf("%s has no package comment that says what the room is and what it may import", p.ImportPath)
		}
	}
}

// Use cases, models and the rest are given the time, so that a case can be judged on any day and a test can choose it.
func TestNobodyLooksAtTheClock(t *testing.T) {
	for _, p := range load(t) {
		path, _ := ours(p.ImportPath)
		if covers(clocks, roomOf(path)) {
			continue
		}
		for _, name := range p.GoFiles {
			src := filepath.Join(p.Dir, name)
			fset := token.NewFileSet()
			file, err := parser.ParseFile(fset, src, nil, parser.SkipObjectResolution)
			if err != nil {
				t.Fatal(err)
			}
			for _, pos := range clockReads(file) {
				t.Errorf("%s: reads the clock on the wall; take the time, or the clock, from the caller", fset.Position(pos))
			}
		}
	}
}

// clockReads finds time.Now, time.Since and time.Until, called or handed on, under whatever name time is imported.
func clockReads(file *ast.File) []token.Pos {
	name := ""
	for _, spec := range file.Imports {
		if spec.Path.Value == `"time"` {
			name = "time"
			if spec.Name != nil {
				name = spec.Name.Name
			}
		}
	}
	var found []token.Pos
	ast.Inspect(file, func(n ast.Node) bool {
		if sel, ok := n.(*ast.SelectorExpr); ok {
			if x, ok := sel.X.(*ast.Ident); ok && name != "" && x.Name == name && slices.Contains([]string{"Now", "Since", "Until"}, sel.Sel.Name) {
				found = append(found, sel.Pos())
			}
		}
		return true
	})
	return found
}

func TestClockReads(t *testing.T) {
	for src, want := range map[string]int{
		`package p; import "time"; var t = time.Now()`:                                                   1,
		`package p; import clock "time"; var f = clock.Now`:                                              1,
		`package p; import "time"; var d = time.Since(time.Time{})`:                                      1,
		`package p; import "time"; var d = time.Unix(0, 0)`:                                              0,
		`package p; type clock struct{}; func (clock) Now() {}; var time clock; func f() { time.Now() }`: 0,
	} {
		file, err := parser.ParseFile(token.NewFileSet(), "p.go", src, 0)
		if err != nil {
			t.Fatal(err)
		}
		if got := len(clockReads(file)); got != want {
			t.Errorf("%s: found %d, want %d", src, got, want)
		}
	}
}

// Two SQLite drivers in one program register the same name and panic at start; a library can bring the second one in unasked.
func TestOneSQLiteDriver(t *testing.T) {
	cmd := exec.Command("go", "list", "-deps", "-test", "./...")
	cmd.Dir = ".."
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("go list: %v\n%s", err, stderr.String())
	}
	ncruces := false
	for _, dep := range strings.Fields(string(out)) {
		for _, other := range []string{"github.com/mattn/go-sqlite3", "modernc.org/sqlite", "github.com/glebarez/", "gorm.io/driver/sqlite"} {
			if strings.HasPrefix(dep, other) {
				t.Errorf("%s is linked in beside github.com/ncruces/go-sqlite3: find who imports it with go mod why", dep)
			}
		}
		ncruces = ncruces || dep == "github.com/ncruces/go-sqlite3/driver"
	}
	if !ncruces {
		t.Error("the SQLite driver is not among the dependencies: this test looks in the wrong place")
	}
}
