// Package app is the wiring: it opens the database and the folder of files, makes the use cases over them and the web over
// those, runs, and closes in the reverse order. It decides nothing. It may import every room under app, static and models/*.
package app

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"time"

	"github.com/gofiber/fiber/v2"

	"commoncase/app/campaign"
	"commoncase/app/casework"
	"commoncase/app/config"
	"commoncase/app/document"
	"commoncase/app/evidence"
	"commoncase/app/exchange"
	"commoncase/app/files"
	"commoncase/app/intake"
	"commoncase/app/jobs"
	"commoncase/app/mail"
	"commoncase/app/people"
	"commoncase/app/store"
	"commoncase/app/web"
	"commoncase/models"
	"commoncase/models/civil"
	"commoncase/models/rulebook"
	"commoncase/models/timeline"
	"commoncase/static"
)

// lastWords is how long requests that are under way get to end when the program is told to stop.
const lastWords = 20 * time.Second

// Options are what differs between serving, the demonstration and tests; the zero value is for the command line.
type Options struct {
	Now     func() time.Time // what is taken to be now; the wall's clock where nil
	Migrate bool             // bring the schema up to date, also on PostgreSQL; an SQLite file is always brought up to date
	Demo    *web.Demo        // set in the demonstration
	Log     *slog.Logger     // slog.Default where nil
}

// App is the whole program with its doors still closed. The use cases are open to the command line.
type App struct {
	People   *people.Service
	Casework *casework.Service
	Intake   *intake.Service
	Evidence *evidence.Service
	Campaign *campaign.Service
	Exchange *exchange.Service

	cfg   config.Config
	log   *slog.Logger
	st    *store.Store
	files *files.Store
	jobs  *jobs.Service
	mail  *mail.Mailer // nil where none leaves
	web   *fiber.App
	fresh atomic.Bool // the schema was seen to be the newest

	queued atomic.Bool // jobs runs
	book   *rulebook.Book

	runner *runner
}

// New opens everything that cfg names and wires it together. Close must be called in the end.
func New(ctx context.Context, cfg config.Config, opts Options) (*App, error) {
	if opts.Now == nil {
		opts.Now = time.Now
	}
	if opts.Log == nil {
		opts.Log = slog.Default()
	}
	a := &App{cfg: cfg, log: opts.Log, runner: newRunner()}
	if err := typefaces(); err != nil {
		return nil, err
	}
	if err := a.open(ctx, opts); err != nil {
		return nil, errors.Join(err, a.Close())
	}
	a.People = people.New(a.st, opts.Now)
	a.Intake = intake.New(a.st, a.files, filepath.Join(cfg.DataDir, "drafts"), opts.Now)
	if err := a.post(opts); err != nil {
		return nil, errors.Join(err, a.Close())
	}
	var calendars civil.Set // the official ones, until Casework has read which bank holidays were announced since
	a.Casework = casework.New(a.st, a.files, timeline.NewOn(a.book, &calendars), opts.Now)
	a.Casework.AfterStart(a.run)
	if a.Ready(ctx) == nil { // else whoever migrates comes again
		if _, err := a.Casework.FollowHolidays(ctx); err != nil {
			return nil, errors.Join(err, a.Close())
		}
	}
	var err error
	if a.jobs, err = jobs.New(jobs.Config{Store: a.st, Casework: a.Casework, Intake: a.Intake, Mailer: a.mail, BaseURL: cfg.BaseURL, Now: opts.Now, Log: opts.Log}); err != nil {
		return nil, errors.Join(err, a.Close())
	}
	a.Evidence = evidence.New(a.st, opts.Now)
	a.Evidence.CountOn(&calendars)
	a.Campaign = campaign.New(a.st, opts.Now)
	a.Campaign.CountOn(&calendars)
	a.Exchange = exchange.New(a.st, a.book, &calendars, opts.Now)
	a.web = web.New(web.Config{BaseURL: cfg.BaseURL, TrustedProxies: cfg.TrustedProxies, Demo: opts.Demo, Now: opts.Now, Clock: time.Now,
		Log: opts.Log, Ready: a.Ready}, web.Services{People: a.People, Casework: a.Casework, Intake: a.Intake, Evidence: a.Evidence, Campaign: a.Campaign, Exchange: a.Exchange})
	return a, nil
}

// typefaces hands the documents the fonts of the scripts that need shaping, once. A program that was built without them prints a note instead.
var typefaces = sync.OnceValue(func() error {
	read := func(name string) []byte {
		font, _ := static.Get("fonts/" + name)
		return font.Body
	}
	return document.UseFonts(document.Fonts{
		Bengali: read("noto-sans-bengali-bengali-400-normal.woff"), BengaliBold: read("noto-sans-bengali-bengali-700-normal.woff"),
		Arabic: read("noto-sans-arabic-arabic-400-normal.woff"), ArabicBold: read("noto-sans-arabic-arabic-700-normal.woff"),
	})
})

func (a *App) open(ctx context.Context, opts Options) (err error) {
	if a.book, err = Rules(a.cfg.RulesDir); err != nil {
		return err
	}
	if err := os.MkdirAll(a.cfg.DataDir, 0o700); err != nil {
		return fmt.Errorf("make the data folder: %w", err)
	}
	if a.st, err = store.Open(ctx, a.cfg.Database(), opts.Now); err != nil {
		return err
	}
	if opts.Migrate || a.st.Dialect() == store.SQLite {
		if _, err := a.Migrate(ctx); err != nil {
			return err
		}
	}
	a.files, err = files.Open(a.cfg.FilesDir())
	return err
}

// post lets mail leave, where the configuration names a server that takes it. The people of a demonstration are invented, and get none.
func (a *App) post(opts Options) error {
	smtp := a.cfg.SMTP
	if !smtp.Enabled() || opts.Demo != nil {
		return nil
	}
	mailer, err := mail.New(mail.Config{Host: smtp.Host, Port: smtp.Port, Username: smtp.Username, Password: smtp.Password.Reveal(),
		From: smtp.From, TLS: smtp.TLS, Now: opts.Now})
	if err != nil {
		return err
	}
	a.mail = mailer
	a.People.SendMail(mailer, a.cfg.BaseURL, a.log)
	a.Intake.SendMail(mailer, a.cfg.BaseURL, a.log)
	return nil
}

// Close closes what New opened, after the mail that is on the way. It is safe to call twice.
func (a *App) Close() error {
	var errs []error
	if a.runner != nil {
		a.runner.close()
	}
	if a.jobs != nil {
		a.queued.Store(false)
		errs = append(errs, a.jobs.Stop())
	}
	if a.People != nil {
		a.People.Close()
	}
	if a.Intake != nil {
		a.Intake.Close()
	}
	if a.files != nil {
		errs = append(errs, a.files.Close())
		a.files = nil
	}
	if a.st != nil {
		errs = append(errs, a.st.Close())
		a.st = nil
	}
	return errors.Join(errs...)
}

// Migrate brings the schema up to date and returns the versions that it applied.
func (a *App) Migrate(ctx context.Context) ([]int64, error) {
	applied, err := a.st.Migrate(ctx)
	for _, v := range applied {
		a.log.Info("migrated", "version", v)
	}
	return applied, err
}

// Migrate makes the database that cfg names, or brings it up to date, and returns the versions that it applied.
func Migrate(ctx context.Context, cfg config.Config, log *slog.Logger) (applied []int64, err error) {
	a := &App{cfg: cfg, log: log}
	if err := os.MkdirAll(cfg.DataDir, 0o700); err != nil {
		return nil, fmt.Errorf("make the data folder: %w", err)
	}
	if a.st, err = store.Open(ctx, cfg.Database(), time.Now); err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, a.Close()) }()
	return a.Migrate(ctx)
}

// Ready says why requests cannot be served, or nil: the database answers, and its schema is the one that this program knows. Once
// the schema was right only the database is asked, so that asking is cheap.
func (a *App) Ready(ctx context.Context) error {
	if err := a.st.Ping(ctx); err != nil {
		return err
	}
	if a.fresh.Load() {
		return nil
	}
	current, newest, err := a.st.SchemaVersion(ctx)
	switch {
	case err != nil:
		return err
	case current < newest:
		return models.Errorf(models.CodeUnready, "The database is at schema version %d and this program needs %d. Run: commoncase migrate.", current, newest)
	case current > newest:
		return models.Errorf(models.CodeUnready, "The database is at schema version %d and this program knows %d only. Install the newer program.", current, newest)
	}
	if ok, err := a.st.QueueReady(ctx); err != nil {
		return err
	} else if !ok {
		return models.Errorf(models.CodeUnready, "The job queue of the database is older than this program. Run: commoncase migrate.")
	}
	a.fresh.Store(true)
	return nil
}

// Web is the web server, for tests that send it requests without a network.
func (a *App) Web() *fiber.App { return a.web }

// Listen takes the address; requests wait until Serve.
func (a *App) Listen() (net.Listener, error) {
	ln, err := new(net.ListenConfig).Listen(context.Background(), "tcp", a.cfg.Addr)
	if err != nil {
		return nil, fmt.Errorf("listen on %s: %w. Is another program using it? COMMONCASE_ADDR says where to listen", a.cfg.Addr, err)
	}
	return ln, nil
}

// Run listens and serves until ctx ends, then lets the requests that are under way end, and returns nil. The database is still open
// afterwards: Close closes it.
func (a *App) Run(ctx context.Context) error {
	ln, err := a.Listen()
	if err != nil {
		return err
	}
	return a.Serve(ctx, ln)
}

// Serve is Run on a listener.
func (a *App) Serve(ctx context.Context, ln net.Listener) error {
	if ctx.Err() != nil { // told to stop before it began
		return ln.Close()
	}
	if err := a.Ready(ctx); err != nil {
		_ = ln.Close()
		return err
	}
	if err := a.jobs.Start(ctx); err != nil {
		_ = ln.Close()
		return err
	}
	a.queued.Store(true)
	a.log.Info("listening", "addr", ln.Addr().String(), "base_url", a.cfg.BaseURL)
	a.runner.wait.Go(func() { a.follow(a.runner.ctx) })
	served := make(chan error, 1)
	go func() { served <- a.web.Listener(ln) }()
	select {
	case err := <-served:
		return fmt.Errorf("serve: %w", err)
	case <-ctx.Done():
	}
	a.log.Info("stopping: waiting for the requests that are under way")
	err := a.web.ShutdownWithTimeout(lastWords)
	_ = ln.Close() // Shutdown has done it, unless it was told to stop before it began
	// Listener returns when the door closes, not when the last request ends: that is what Shutdown has waited for.
	if err := <-served; err != nil {
		a.log.Debug("listener closed", "error", err)
	}
	if errors.Is(err, context.DeadlineExceeded) {
		a.log.Warn("some requests did not end in time")
	} else if err != nil {
		return fmt.Errorf("stop serving: %w", err)
	}
	a.log.Info("stopped")
	return nil
}
