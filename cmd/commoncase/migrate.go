package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"

	"commoncase/app"
	"commoncase/app/config"
)

// migrateCommand makes the database, or brings it up to date.
type migrateCommand struct{}

// Help shows an example.
func (migrateCommand) Help() string {
	return "Example:\n\n  DATABASE_URL=postgres://commoncase@localhost/commoncase commoncase migrate\n  Applied 1.\n\n" +
		"Nothing is ever taken back; make a backup first. Running it again does nothing."
}

// Run says what was applied.
func (migrateCommand) Run(ctx context.Context, std streams) (err error) {
	cfg, err := config.Load()
	if err != nil {
		return err
	}
	applied, err := app.Migrate(ctx, cfg, slog.New(slog.NewTextHandler(std.err, &slog.HandlerOptions{Level: slog.LevelWarn})))
	if err != nil {
		return errors.New("the database was left as it was: " + err.Error())
	}
	if len(applied) == 0 {
		fmt.Fprintln(std.out, "Nothing to do: the database is up to date.")
	}
	for _, v := range applied {
		fmt.Fprintf(std.out, "Applied %d.\n", v)
	}
	return nil
}
