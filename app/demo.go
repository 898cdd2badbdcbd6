package app

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"time"

	"commoncase/app/config"
	"commoncase/app/demo"
	"commoncase/app/web"
	"commoncase/models"
	"commoncase/models/access"
	"commoncase/models/civil"
)

// The files of a demonstration's folder, beside the database and the folder of files that every installation has. The note is
// written last: a folder without it holds no finished demonstration. While one is being loaded it lies in a folder of its own.
const (
	demoNote    = "demo.json"
	demoLoading = ".demo-loading"
)

// The PDFs that a demonstration writes into its folder.
const (
	openLetterPDF     = "open-letter.pdf"
	ministerLetterPDF = "letter-to-the-minister.pdf"
	referralBundlePDF = "referral-bundle.pdf"
)

// DemoOptions say where a demonstration lies and on which day it is loaded.
type DemoOptions struct {
	Dir      string
	Database config.Secret    // a postgres:// address, where the demonstration is not to use an SQLite file; empty otherwise
	Reset    bool             // start over
	Today    civil.Date       // zero: today in London
	Say      func(string)     // is told, in sentences, what is being done
	Log      *slog.Logger     // slog.Default where nil
	Now      func() time.Time // the wall's clock where nil
}

// Demo is a demonstration that is ready to be served.
type Demo struct {
	demo.Loaded
	PDFs []string // paths
	Kept bool     // it was there already

	opts DemoOptions
}

// PrepareDemo loads the demonstration into a folder, unless a finished one is there already, and writes its three PDFs where they
// are missing. A load that was cut short leaves nothing that counts: the next call starts over. A folder with an installation
// that is no demonstration is refused.
func PrepareDemo(ctx context.Context, o DemoOptions) (*Demo, error) {
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Log == nil {
		o.Log = slog.Default()
	}
	if o.Today.IsZero() {
		o.Today = civil.Of(o.Now())
	}
	d := &Demo{opts: o}
	if err := os.MkdirAll(o.Dir, 0o755); err != nil {
		return nil, models.Errorf(models.CodeInvalid, "The folder %s cannot be made: %v. Name another with --dir.", o.Dir, err)
	}
	if err := d.clear(); err != nil {
		return nil, err
	}
	if err := d.read(); err != nil {
		return nil, err
	}
	if !d.Kept {
		if err := d.load(ctx); err != nil {
			return nil, err
		}
	}
	if err := d.writePDFs(ctx); err != nil {
		return nil, err
	}
	return d, nil
}

func (d *Demo) path(name string) string { return filepath.Join(d.opts.Dir, name) }

// config is the installation of a demonstration in a folder. The environment's settings of a real installation are left alone.
func (d *Demo) config(dir string) config.Config {
	return config.Config{DatabaseURL: d.opts.Database, DataDir: dir, Addr: "127.0.0.1:8080", BaseURL: "http://localhost:8080", LogLevel: "info", LogFormat: "text"}
}

// contents are what a finished demonstration consists of, in the order in which it is put in place.
func (d *Demo) contents() []string {
	sqlite := filepath.Base(d.config("").SQLitePath())
	return []string{filepath.Base(d.config("").FilesDir()), sqlite, sqlite + "-wal", sqlite + "-shm", demoNote}
}

// clear takes away what a load that was cut short left behind, and with Reset the finished demonstration too. It touches nothing in
// a folder that holds no demonstration.
func (d *Demo) clear() error {
	finished, err := there(d.path(demoNote))
	if err != nil {
		return err
	}
	halfway, err := there(d.path(demoLoading))
	if err != nil {
		return err
	}
	installed, err := there(d.config(d.opts.Dir).SQLitePath())
	if err != nil {
		return err
	}
	switch {
	case installed && !finished && !halfway:
		return models.Errorf(models.CodeInvalid, "%s holds an installation that is no demonstration. Name another folder with --dir.", d.opts.Dir)
	case halfway && !finished:
		d.opts.Say("The last load was cut short; starting over.")
	case !finished || !d.opts.Reset:
		return os.RemoveAll(d.path(demoLoading))
	default:
		d.opts.Say("Starting over: what was typed into the demonstration is thrown away.")
	}
	// The note goes first, so that a reset that is cut short is a load that was cut short.
	if err := os.MkdirAll(d.path(demoLoading), 0o700); err != nil {
		return fmt.Errorf("clear the demonstration: %w", err)
	}
	names := append([]string{demoNote, openLetterPDF, ministerLetterPDF, referralBundlePDF}, d.contents()...)
	for _, name := range append(names, demoLoading) {
		if err := os.RemoveAll(d.path(name)); err != nil {
			return fmt.Errorf("clear the demonstration: %w", err)
		}
	}
	return nil
}

func there(path string) (bool, error) {
	_, err := os.Stat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	return err == nil, err
}

// read reads the note of a finished demonstration.
func (d *Demo) read() error {
	b, err := os.ReadFile(d.path(demoNote))
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err == nil {
		err = json.Unmarshal(b, &d.Loaded)
	}
	if err != nil {
		return models.Errorf(models.CodeInvalid, "%s cannot be read: %v. Start over with --reset.", d.path(demoNote), err)
	}
	d.Kept = true
	return nil
}

// load loads a demonstration beside its place and moves it there when it is whole.
func (d *Demo) load(ctx context.Context) (err error) {
	aside := d.path(demoLoading)
	if err := os.MkdirAll(aside, 0o700); err != nil {
		return fmt.Errorf("load the demonstration: %w", err)
	}
	clock := demo.NewClock(d.opts.Today.Time())
	a, err := New(ctx, d.config(aside), Options{Now: clock.Now, Migrate: true, Log: d.opts.Log})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, a.Close()) }()
	d.Loaded, err = demo.Load(ctx, demo.Rooms{People: a.People, Casework: a.Casework, Evidence: a.Evidence, Campaign: a.Campaign, Intake: a.Intake}, clock, d.opts.Today, d.opts.Say)
	if err != nil {
		if models.CodeOf(err) == models.CodeConflict && d.opts.Database != "" {
			return models.Errorf(models.CodeInvalid, "The database that was named holds something already. Give the demonstration an empty one.")
		}
		return err
	}
	if err := a.Close(); err != nil {
		return err
	}
	note, err := json.MarshalIndent(d.Loaded, "", "  ")
	if err != nil {
		return fmt.Errorf("note the demonstration: %w", err)
	}
	if err := os.WriteFile(filepath.Join(aside, demoNote), append(note, '\n'), 0o644); err != nil {
		return fmt.Errorf("note the demonstration: %w", err)
	}
	for _, name := range d.contents() {
		err := os.Rename(filepath.Join(aside, name), d.path(name))
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("put the demonstration in place: %w", err)
		}
	}
	for _, name := range []string{openLetterPDF, ministerLetterPDF, referralBundlePDF} {
		if err := os.RemoveAll(d.path(name)); err != nil { // of a demonstration before this one
			return fmt.Errorf("put the demonstration in place: %w", err)
		}
	}
	return os.RemoveAll(aside)
}

// writePDFs writes those of the three PDFs that are missing.
func (d *Demo) writePDFs(ctx context.Context) (err error) {
	var missing []string
	for _, name := range []string{openLetterPDF, ministerLetterPDF, referralBundlePDF} {
		have, err := there(d.path(name))
		if err != nil {
			return err
		}
		if !have {
			missing = append(missing, name)
		}
		d.PDFs = append(d.PDFs, d.path(name))
	}
	if len(missing) == 0 {
		return nil
	}
	d.opts.Say("Writing the PDFs.")
	a, err := New(ctx, d.config(d.opts.Dir), Options{Now: d.now(), Migrate: true, Log: d.opts.Log})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, a.Close()) }()
	for _, name := range missing {
		if err := d.writePDF(ctx, a, name); err != nil {
			return fmt.Errorf("write %s: %w", name, err)
		}
	}
	return nil
}

// now is the clock of the demonstration: the wall's, or on a day that was named that day.
func (d *Demo) now() func() time.Time {
	if d.opts.Today == civil.Of(d.opts.Now()) {
		return d.opts.Now
	}
	return func() time.Time { return d.opts.Today.Time().Add(12 * time.Hour) }
}

// writePDF writes one PDF whole or not at all.
func (d *Demo) writePDF(ctx context.Context, a *App, name string) (err error) {
	actor := func(role access.Role, branch string) (models.Actor, error) {
		for _, x := range demo.Accounts {
			if x.Role == role {
				return a.People.ActorIn(ctx, x.Email, branch)
			}
		}
		return models.Actor{}, fmt.Errorf("the demonstration has no %s", role)
	}
	letter := func(ref string) func(io.Writer) error {
		return func(w io.Writer) error {
			who, err := actor(access.Organiser, d.RealBranch)
			if err != nil {
				return err
			}
			return a.PrintLetter(ctx, who, ref, w)
		}
	}
	write := map[string]func(io.Writer) error{
		openLetterPDF:     letter(d.OpenLetter),
		ministerLetterPDF: letter(d.MinisterLetter),
		referralBundlePDF: func(w io.Writer) error {
			who, err := actor(access.Caseworker, d.InventedBranch)
			if err != nil {
				return err
			}
			return a.Casework.Bundle(ctx, who, d.Case, w)
		},
	}[name]
	f, err := os.CreateTemp(d.opts.Dir, ".pdf-*")
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			_ = f.Close()
			_ = os.Remove(f.Name())
		}
	}()
	if err := errors.Join(write(f), f.Chmod(0o644)); err != nil {
		return err
	}
	if err := f.Close(); err != nil {
		return err
	}
	return os.Rename(f.Name(), d.path(name))
}

// DemoLink is a link that signs in as one of the people of a demonstration.
type DemoLink struct {
	Role access.Role
	Name string
	Path string // below the base address
}

// Open opens the demonstration for serving at an address (host:port), which people reach under baseURL, with a fresh link for each
// role. Close must be called in the end.
func (d *Demo) Open(ctx context.Context, addr, baseURL string) (*App, []DemoLink, error) {
	cfg := d.config(d.opts.Dir)
	cfg.Addr, cfg.BaseURL = addr, baseURL
	emails := map[string]string{}
	var links []DemoLink
	for _, x := range demo.Accounts {
		token := rand.Text()
		emails[token] = x.Email
		links = append(links, DemoLink{Role: x.Role, Name: x.Name, Path: "/demo/sign-in/" + token})
	}
	a, err := New(ctx, cfg, Options{Now: d.now(), Migrate: true, Log: d.opts.Log, Demo: &web.Demo{Emails: emails}})
	if err != nil {
		return nil, nil, err
	}
	return a, links, nil
}
