package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"syscall"

	"commoncase/app"
	"commoncase/app/config"
	"commoncase/models"
	"commoncase/models/civil"
)

// demoCommand loads the demonstration and serves it.
type demoCommand struct {
	Dir         string `default:"demo" placeholder:"DIR" type:"path" help:"The folder that it lies in; made where it is missing."`
	PrepareOnly bool   `help:"Load it, write the three PDFs, print the references, and stop without serving."`
	Reset       bool   `help:"Start over: what was typed into the demonstration is thrown away."`
	Addr        string `default:"127.0.0.1:8080" env:"COMMONCASE_ADDR" placeholder:"HOST:PORT" help:"Where to listen."`
	Today       string `placeholder:"DATE" help:"The day to load and show it on, such as 2026-11-20; today in London where it is not given."`
	Database    string `placeholder:"URL" help:"An empty PostgreSQL database to load it into. Without this an SQLite file in the folder is used, whatever DATABASE_URL says."`
}

// Help shows an example.
func (demoCommand) Help() string {
	return "Example:\n\n  commoncase demo --dir demo\n\nThe first run loads two branches: the public record of a real campaign, and an invented landlord's sixty residents with their " +
		"cases. It writes open-letter.pdf, letter-to-the-minister.pdf and referral-bundle.pdf into the folder, starts the site and prints a sign-in " +
		"link for each role. Later runs keep what is there. Ctrl-C stops it."
}

// Run loads, says what there is, and serves until it is told to stop.
func (d *demoCommand) Run(ctx context.Context, std streams) (err error) {
	opts := app.DemoOptions{Dir: d.Dir, Database: config.Secret(d.Database), Reset: d.Reset,
		Say: func(s string) { fmt.Fprintln(std.out, s) },
		Log: slog.New(slog.NewTextHandler(std.err, &slog.HandlerOptions{Level: slog.LevelWarn}))}
	if d.Today != "" {
		if opts.Today, err = civil.Parse(d.Today); err != nil {
			return fmt.Errorf("--today: %w", err)
		}
	}
	// The address is taken before anything is loaded: whoever has to choose another should not wait for that.
	var ln net.Listener
	if !d.PrepareOnly {
		if ln, err = listen(ctx, d.Addr); err != nil {
			return sentence(err)
		}
		defer func() { _ = ln.Close() }() // it is closed already where it was served on
	}
	ready, err := app.PrepareDemo(ctx, opts)
	if err != nil {
		return sentence(err)
	}
	d.tell(std, ready)
	if d.PrepareOnly {
		return nil
	}
	base := baseURL(ln.Addr())
	a, links, err := ready.Open(ctx, ln.Addr().String(), base)
	if err != nil {
		return sentence(err)
	}
	defer func() { err = errors.Join(err, a.Close()) }()
	fmt.Fprintf(std.out, "\nThe site is at %s\n\nSign in as:\n", base)
	for _, l := range links {
		fmt.Fprintf(std.out, "  %-11s %s%s  (%s)\n", l.Role, base, l.Path, l.Name)
	}
	fmt.Fprintln(std.out, "\nCtrl-C stops it; what you type is kept for the next time.")
	return sentence(a.Serve(ctx, ln))
}

// tell says where the PDFs are and what the other commands can be asked for.
func (d *demoCommand) tell(std streams, ready *app.Demo) {
	if ready.Kept {
		fmt.Fprintf(std.out, "The demonstration in %s is kept as it was; --reset starts over.\n", d.Dir)
	} else {
		fmt.Fprintf(std.out, "Loaded %d cases with %d exhibits into %s.\n", ready.Cases, ready.Exhibits, d.Dir)
	}
	fmt.Fprintln(std.out, "\nThe three PDFs:")
	for _, p := range ready.PDFs {
		fmt.Fprintf(std.out, "  %s\n", p)
	}
	fmt.Fprintf(std.out, "\nMade from:\n  open letter             %s\n  letter to the minister  %s\n  referral bundle         %s\n  (a draft with live figures: %s)\n",
		ready.OpenLetter, ready.MinisterLetter, ready.Case, ready.DraftLetter)
}

// listen takes an address, and says in a sentence why it cannot.
func listen(ctx context.Context, addr string) (net.Listener, error) {
	ln, err := (&net.ListenConfig{}).Listen(ctx, "tcp", addr)
	switch {
	case errors.Is(err, syscall.EADDRINUSE):
		return nil, models.Errorf(models.CodeConflict, "Another program listens on %s already, perhaps a demonstration that still runs. Stop it, or choose another address, such as --addr 127.0.0.1:8081.", addr)
	case err != nil:
		return nil, models.Errorf(models.CodeInvalid, "Nothing can listen on %q (%v). Give a host and a port, such as --addr 127.0.0.1:8081.", addr, err)
	}
	return ln, nil
}

// baseURL is how a browser on this machine reaches an address that is listened on.
func baseURL(a net.Addr) string {
	host, port, err := net.SplitHostPort(a.String())
	if err != nil {
		return "http://" + a.String()
	}
	if ip := net.ParseIP(host); ip == nil || ip.IsUnspecified() || ip.IsLoopback() {
		host = "localhost"
	}
	return "http://" + net.JoinHostPort(host, port)
}
