// Package web speaks HTTP: forms in, pages out. It is the only room that knows Fiber. Of ours it imports the use cases
// (casework, evidence, campaign, people, exchange), views, static and models/*; it never touches the store. A handler decodes a
// form, calls one use case, and renders a page or redirects; every error goes to the one error handler in errors.go.
package web

import (
	"context"
	"log/slog"
	"net/netip"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"commoncase/app/campaign"
	"commoncase/app/casework"
	"commoncase/app/evidence"
	"commoncase/app/exchange"
	"commoncase/app/intake"
	"commoncase/app/people"
	"commoncase/models/civil"
)

// Config is what the web needs to know of the installation.
type Config struct {
	BaseURL        string // the address that people type, https://cases.example.org; cookies are for HTTPS alone where it says so
	TrustedProxies []string
	Demo           *Demo            // nil outside the demonstration
	Now            func() time.Time // what the installation takes to be now; a demonstration stands still
	Clock          func() time.Time // the wall, for how long a request took
	Log            *slog.Logger
	Ready          func(context.Context) error // says why the installation cannot serve, or nil
}

// Demo is what the demonstration offers: an account for each role, and for each the secret part of a link that signs in as it.
type Demo struct {
	Emails map[string]string // by secret token: the e-mail address of the account
}

// Services are the use cases that handlers call.
type Services struct {
	People   *people.Service
	Casework *casework.Service
	Intake   *intake.Service
	Evidence *evidence.Service
	Campaign *campaign.Service
	Exchange *exchange.Service
}

// server is what the handlers hang on.
type server struct {
	Services
	cfg     Config
	secure  bool
	proxies []netip.Prefix
	paths   map[string]bool // GET paths that are served, so that the navigation offers nothing else
}

const (
	smallBody    = 1 << 20           // bytes of a form without files; the longest story in Bengali letters fits
	uploadBody   = 100 << 20         // bytes of a form with files: more than a file may have, so that the page can say so itself
	pieceBody    = 1<<20 - 1         // bytes of a piece of a file that a script sends
	pieceTime    = 2 * time.Minute   // body of a piece over a bad line
	drainMost    = 256 << 20         // bytes read and thrown away so that a browser hears the answer
	readTimeout  = 20 * time.Second  // head and body of a request
	uploadTime   = 10 * time.Minute  // body of an upload over a slow line
	writeTimeout = 10 * time.Minute  // a bundle over a slow line
	idleTimeout  = 2 * time.Minute   // a connection without a request
	usual        = 20 * time.Second  // for a use case
	patient      = 120 * time.Second // for one that typesets or takes in files
)

// New makes the web server. Nothing listens yet.
func New(cfg Config, services Services) *fiber.App {
	app, _ := build(cfg, services)
	return app
}

func build(cfg Config, services Services) (*fiber.App, *server) {
	s := &server{Services: services, cfg: cfg, secure: strings.HasPrefix(cfg.BaseURL, "https://"), proxies: prefixes(cfg.TrustedProxies),
		paths: map[string]bool{}}
	app := fiber.New(fiber.Config{
		AppName:   "Commoncase",
		Immutable: true, // strings of a request stay what they were after it
		// Bodies over BodyLimit are not refused by Fiber but streamed, so limitBody in middleware.go refuses them by their length;
		// a file then costs a temporary file and not memory. Without DisablePreParseMultipartForm every form with files would be
		// read, whole, before anybody asked who sends it.
		StreamRequestBody:            true,
		DisablePreParseMultipartForm: true,
		BodyLimit:                    smallBody,
		ReadTimeout:                  readTimeout,
		WriteTimeout:                 writeTimeout,
		IdleTimeout:                  idleTimeout,
		ReadBufferSize:               16 << 10, // of a request's head
		ErrorHandler:                 s.handleError,
		DisableStartupMessage:        true,
		StrictRouting:                false,
		CaseSensitive:                true,
	})
	app.Use(s.outermost)
	for _, r := range s.routes() {
		if r.method == get {
			s.paths[r.path] = true
			app.Add(fiber.MethodHead, r.path, s.serve(r))
		}
		app.Add(r.method, r.path, s.serve(r))
	}
	app.Use(s.serve(route{path: "unmatched", guard: public, handle: noSuchPage}))
	return app, s
}

// today is the day in London.
func (s *server) today() civil.Date { return civil.Of(s.cfg.Now()) }
