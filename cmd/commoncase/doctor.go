package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"time"

	"commoncase/app/config"
)

// doctorCommand looks whether the installation is well.
type doctorCommand struct {
	place
	Health bool `help:"Only ask the server on this machine whether it is ready, and exit 0 only if it is: for health checks of containers."`
	Mend   bool `help:"Write the statuses and clocks that follow from the events where they differ."`
}

// Help shows an example.
func (doctorCommand) Help() string {
	return "Example:\n\n  commoncase doctor\n  schema: version 1, the newest\n  files: 24 kept, all there\n  cases: 60 computed again, all as they were\n\n" +
		"  commoncase doctor --health\n  (asks the address in COMMONCASE_ADDR)\n\nExits 1 where something is wrong."
}

// Run asks and tells.
func (d *doctorCommand) Run(ctx context.Context, std streams) (err error) {
	if d.Health {
		cfg, err := config.Load()
		if err != nil {
			return err
		}
		return askReady(ctx, cfg.Addr, std)
	}
	a, err := d.open(ctx, std.err)
	if err != nil {
		return sentence(err)
	}
	defer func() { err = errors.Join(err, a.Close()) }()
	wrong, err := a.Examine(ctx, d.Mend, func(line string) { fmt.Fprintln(std.out, line) })
	if err != nil {
		return sentence(err)
	}
	if wrong > 0 {
		return fmt.Errorf("%d things are not as they should be: they are listed above", wrong)
	}
	return nil
}

// askReady asks /readyz of the server that listens on addr (host:port as in COMMONCASE_ADDR; no host means this machine).
func askReady(ctx context.Context, addr string, std streams) error {
	host, port, err := net.SplitHostPort(addr)
	if err != nil {
		return fmt.Errorf("read the address %q: %w", addr, err)
	}
	if ip := net.ParseIP(host); host == "" || (ip != nil && ip.IsUnspecified()) {
		host = "127.0.0.1"
	}
	where := "http://" + net.JoinHostPort(host, port) + "/readyz"

	ctx, cancel := context.WithTimeout(ctx, 4*time.Second)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, where, nil)
	if err != nil {
		return err
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return fmt.Errorf("the server does not answer on %s: is it running? (%w)", where, err)
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return fmt.Errorf("the server on %s says %s: its log has the reason", where, resp.Status)
	}
	fmt.Fprintln(std.out, "ready")
	return nil
}
