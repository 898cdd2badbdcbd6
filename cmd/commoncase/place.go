package main

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"

	"commoncase/app"
	"commoncase/app/config"
	"commoncase/models"
)

// place says where a command finds its installation; commands that read one embed it.
type place struct {
	Dir string `placeholder:"DIR" type:"path" help:"The data folder: the one named here, else COMMONCASE_DATA_DIR, else ./data, else ./demo or this folder where one of them is an installation."`
}

// open opens the installation without serving it. Its log goes to err, warnings and worse, so that out holds the answer alone.
func (p place) open(ctx context.Context, errOut io.Writer) (*app.App, error) {
	cfg, err := config.Load()
	if err != nil {
		return nil, err
	}
	switch {
	case p.Dir != "":
		cfg.DataDir, cfg.DatabaseURL = p.Dir, ""
	case cfg.DatabaseURL == "" && os.Getenv("COMMONCASE_DATA_DIR") == "" && !there(cfg.SQLitePath()):
		for _, dir := range []string{"demo", "."} {
			elsewhere := cfg
			elsewhere.DataDir = dir
			if there(elsewhere.SQLitePath()) {
				cfg = elsewhere
				break
			}
		}
	}
	if cfg.DatabaseURL == "" && !there(cfg.SQLitePath()) {
		return nil, models.Errorf(models.CodeNotFound, "There is no installation in %s. Name its folder with --dir, or set COMMONCASE_DATA_DIR or DATABASE_URL.", cfg.DataDir)
	}
	return app.New(ctx, cfg, app.Options{Log: slog.New(slog.NewTextHandler(errOut, &slog.HandlerOptions{Level: slog.LevelWarn}))})
}

func there(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}

// writeFile writes what a command makes to path, or to standard output where path is "-". A file appears whole or not at all, and
// only its owner can read it: a bundle has a name and an address on its cover.
func writeFile(path string, std streams, write func(io.Writer) error) (err error) {
	if path == "-" {
		return write(std.out)
	}
	tmp, err := os.CreateTemp(filepath.Dir(path), ".commoncase-*")
	if err != nil {
		return fmt.Errorf("%s cannot be written: %w", path, err)
	}
	defer func() {
		if err != nil {
			_ = tmp.Close()
			_ = os.Remove(tmp.Name())
		}
	}()
	if err := write(tmp); err != nil {
		return err
	}
	if err := tmp.Close(); err != nil {
		return err
	}
	return os.Rename(tmp.Name(), path)
}

// sentence is what a person reads of an error: the sentence of a models.Error, and the whole of any other.
func sentence(err error) error {
	if es := models.FieldErrors(err); len(es) > 0 {
		return es[0]
	}
	return err
}
