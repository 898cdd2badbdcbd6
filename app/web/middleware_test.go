package web

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/gofiber/fiber/v2"

	"commoncase/models"
)

// bench is a server with one route that is the test's, through all that routes go through.
func bench(t *testing.T, cfg Config, r route) (*fiber.App, *bytes.Buffer) {
	t.Helper()
	var log bytes.Buffer
	cfg = quiet(cfg)
	cfg.Log = slog.New(slog.NewTextHandler(&log, nil))
	_, s := build(cfg, Services{})
	app := fiber.New(fiber.Config{Immutable: true, ErrorHandler: s.handleError})
	app.Use(s.outermost)
	app.Add(r.method, r.path, s.serve(r))
	return app, &log
}

func ask(t *testing.T, app *fiber.App, req *http.Request) (*http.Response, string) {
	t.Helper()
	resp, err := app.Test(req, 10_000)
	if err != nil {
		t.Fatal(err)
	}
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp, string(body)
}

func TestErrors(t *testing.T) {
	const secret = "dial tcp 10.0.0.5: password hunter2"
	for name, tc := range map[string]struct {
		err    error
		status int
		says   string
	}{
		"invalid":       {models.Invalid("date", "That day does not exist."), 422, "That day does not exist."},
		"several":       {models.Errors{models.Invalid("a", "First."), models.Invalid("b", "Second.")}, 422, "First."},
		"wrapped":       {fmt.Errorf("%s: %w", secret, models.Errorf(models.CodeNotFound, "There is no such case.")), 404, "There is no such case."},
		"forbidden":     {models.Errorf(models.CodeForbidden, "Not yours."), 403, "Not yours."},
		"conflict":      {models.Errorf(models.CodeConflict, "Changed."), 409, "Changed."},
		"unready":       {models.Errorf(models.CodeUnready, "Not yet."), 409, "Not yet."},
		"too large":     {models.Errorf(models.CodeTooLarge, "Too big."), 413, "Too big."},
		"too many":      {models.Errorf(models.CodeTooMany, "Wait."), 429, "Wait."},
		"bad file":      {models.Errorf(models.CodeBadFile, "Broken."), 422, "Broken."},
		"internal":      {errors.New(secret), 500, "Nothing of what you sent was saved."},
		"about a case":  {errors.New("case file NOR-25-0001-K, letter NOR-L-25-0001-2: " + secret), 500, "Nothing of what you sent was saved."},
		"deadline":      {fmt.Errorf("%s: %w", secret, context.DeadlineExceeded), 503, "busy"},
		"fiber":         {fiber.NewError(fiber.StatusBadRequest, secret), 400, "could not be read"},
		"fiber unknown": {fiber.NewError(fiber.StatusTeapot, secret), 500, "Nothing of what you sent was saved."},
	} {
		t.Run(name, func(t *testing.T) {
			app, log := bench(t, Config{}, route{method: get, path: "/cases/:ref", guard: public, handle: func(*fiber.Ctx) error { return tc.err }})
			resp, body := ask(t, app, httptest.NewRequest(get, "/cases/NOR-25-0001-K?q=Niamh", nil))
			if resp.StatusCode != tc.status || !strings.Contains(body, tc.says) {
				t.Errorf("status %d, want %d; says %q: %v", resp.StatusCode, tc.status, tc.says, strings.Contains(body, tc.says))
			}
			if strings.Contains(body, "hunter2") {
				t.Error("the visitor is shown an internal error")
			}
			id := resp.Header.Get("X-Request-Id")
			if id == "" || !strings.Contains(body, id) || !strings.Contains(log.String(), id) {
				t.Errorf("the id %q is not in the page or not in the log", id)
			}
			if tc.status >= 500 && !strings.Contains(log.String(), "hunter2") {
				t.Error("the log does not say what went wrong")
			}
			if strings.Contains(log.String(), "NOR-") || strings.Contains(log.String(), "Niamh") || strings.Contains(log.String(), "0.0.0.0") {
				t.Errorf("the log holds what was asked for: %s", log)
			}
			if !strings.Contains(log.String(), "route=/cases/:ref") {
				t.Errorf("the log lacks the route: %s", log)
			}
		})
	}
}

func TestPanicIsAnErrorPage(t *testing.T) {
	app, log := bench(t, Config{}, route{method: get, path: "/x", guard: public, handle: func(*fiber.Ctx) error { panic("hunter2") }})
	resp, body := ask(t, app, httptest.NewRequest(get, "/x", nil))
	if resp.StatusCode != http.StatusInternalServerError || strings.Contains(body, "hunter2") || !strings.Contains(log.String(), "hunter2") {
		t.Errorf("status %d; page: %v; log: %s", resp.StatusCode, strings.Contains(body, "hunter2"), log)
	}
	if resp.Header.Get("Content-Security-Policy") != policy {
		t.Error("the error page has no Content-Security-Policy")
	}
}

// Every use case gets a context with a deadline, and one that outlives nothing.
func TestDeadline(t *testing.T) {
	app, _ := bench(t, Config{}, route{method: get, path: "/x", guard: public, handle: func(c *fiber.Ctx) error {
		if _, ok := c.UserContext().Deadline(); !ok {
			t.Error("the context has no deadline")
		}
		return nil
	}})
	ask(t, app, httptest.NewRequest(get, "/x", nil))
}

// Strings of a request stay what they were when the next request comes.
func TestStringsStay(t *testing.T) {
	var kept []string
	app, _ := bench(t, Config{}, route{method: get, path: "/x/:p", guard: public, handle: func(c *fiber.Ctx) error {
		kept = append(kept, c.Params("p"), query(c, "q"), c.Get("X-Test"), c.Path())
		return nil
	}})
	for i := range 3 {
		req := httptest.NewRequest(get, fmt.Sprintf("/x/param%d?q=query%d", i, i), nil)
		req.Header.Set("X-Test", fmt.Sprintf("header%d", i))
		ask(t, app, req)
	}
	want := "param0 query0 header0 /x/param0 param1 query1 header1 /x/param1 param2 query2 header2 /x/param2"
	if got := strings.Join(kept, " "); got != want {
		t.Errorf("kept %q, want %q", got, want)
	}
}

func TestAddress(t *testing.T) {
	for name, tc := range map[string]struct {
		proxies   []string
		forwarded string
		want      string
	}{
		"nobody is trusted":             {nil, "203.0.113.9", "0.0.0.0"},
		"a trusted proxy":               {[]string{"0.0.0.0"}, "203.0.113.9", "203.0.113.9"},
		"forged before a trusted proxy": {[]string{"0.0.0.0"}, "198.51.100.1, 203.0.113.9", "203.0.113.9"},
		"two trusted proxies":           {[]string{"0.0.0.0", "10.0.0.0/8"}, "198.51.100.1, 203.0.113.9, 10.1.2.3", "203.0.113.9"},
		"nonsense":                      {[]string{"0.0.0.0"}, "nonsense", "0.0.0.0"},
		"nothing":                       {[]string{"0.0.0.0"}, "", "0.0.0.0"},
		"one of many of a customer":     {[]string{"0.0.0.0"}, "2001:db8:1:2:dead:beef:0:1", "2001:db8:1:2::/64"},
		"IPv4 written as IPv6":          {[]string{"0.0.0.0"}, "::ffff:203.0.113.9", "203.0.113.9"},
	} {
		t.Run(name, func(t *testing.T) {
			_, s := build(quiet(Config{TrustedProxies: tc.proxies}), Services{})
			app := fiber.New()
			got := ""
			app.Get("/", func(c *fiber.Ctx) error { got = s.address(c); return nil })
			req := httptest.NewRequest(get, "/", nil)
			req.Header.Set("X-Forwarded-For", tc.forwarded)
			ask(t, app, req)
			if got != tc.want {
				t.Errorf("address is %q, want %q", got, tc.want)
			}
		})
	}
}

func TestLocalPath(t *testing.T) {
	for path, want := range map[string]bool{
		"/": true, "/cases?q=a%20b&page=2": true, "/cases/NOR-25-0001-K#clock": true,
		"": false, "//evil.example": false, `/\evil.example`: false, "https://evil.example/": false, "cases": false, "/\t/evil.example": false, "/a\r\nSet-Cookie: x=y": false,
	} {
		if got := localPath(path); got != want {
			t.Errorf("localPath(%q) = %v", path, got)
		}
	}
}
