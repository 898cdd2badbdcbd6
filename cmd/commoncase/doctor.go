package main

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"time"

	"commoncase/app/config"
)

// doctorCommand looks whether the installation is well.
type doctorCommand struct {
	Health bool `required:"" help:"Ask the server on this machine whether it is ready, and exit 0 only if it is: for health checks of containers."`
}

// Help shows an example.
func (doctorCommand) Help() string {
	return "Example:\n\n  commoncase doctor --health\n  (reads COMMONCASE_ADDR, as the server does)"
}

// Run asks and tells.
func (d *doctorCommand) Run(ctx context.Context, std streams) error {
	cfg, err := config.Load()
	if err != nil {
		return err
	}
	return askReady(ctx, cfg.Addr, std)
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
