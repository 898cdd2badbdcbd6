package main

import (
	"context"
	"errors"
	"log/slog"

	"commoncase/app"
	"commoncase/app/config"
)

// serveCommand serves the site until it is told to stop.
type serveCommand struct {
	Migrate bool `help:"Bring a PostgreSQL database up to date first. An SQLite file always is."`
}

// Help shows an example.
func (serveCommand) Help() string {
	return "Example:\n\n  COMMONCASE_BASE_URL=https://cases.example.org commoncase serve\n\n" +
		"Settings come from the environment: DATABASE_URL, COMMONCASE_DATA_DIR, COMMONCASE_ADDR, COMMONCASE_BASE_URL, " +
		"COMMONCASE_TRUSTED_PROXIES, COMMONCASE_LOG_LEVEL, COMMONCASE_LOG_FORMAT and SMTP_HOST and its companions. They are logged at the start, " +
		"without passwords. SIGTERM or Ctrl-C ends it after the requests that are under way."
}

// Run serves, and closes the database only when the last request has ended.
func (s *serveCommand) Run(ctx context.Context, std streams) (err error) {
	cfg, err := config.Load()
	if err != nil {
		return err
	}
	log := cfg.Logger(std.err)
	slog.SetDefault(log)
	log.Info("starting", "version", version, "config", cfg)
	for _, w := range cfg.Warnings() {
		log.Warn(w)
	}
	a, err := app.New(ctx, cfg, app.Options{Migrate: s.Migrate, Log: log})
	if err != nil {
		return sentence(err)
	}
	defer func() { err = errors.Join(err, a.Close()) }()
	return sentence(a.Run(ctx))
}
