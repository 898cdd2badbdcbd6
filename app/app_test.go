package app_test

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"commoncase/app"
	"commoncase/app/config"
	"commoncase/app/store/storetest"
	"commoncase/models"
)

// An SQLite file is brought up to date by opening it; a PostgreSQL database only when asked, for its operator may have several
// programs on it. Until then the program says what to run, and does not serve.
func TestReady(t *testing.T) {
	storetest.Each(t, nil, func(t *testing.T, url string) {
		cfg := config.Config{DatabaseURL: config.Secret(url), DataDir: t.TempDir(), Addr: "127.0.0.1:0", BaseURL: "http://localhost:8080"}
		a, err := app.New(t.Context(), cfg, app.Options{})
		if err != nil {
			t.Fatal(err)
		}
		defer a.Close()
		err = a.Ready(t.Context())
		if strings.HasPrefix(url, "postgres://") {
			if models.CodeOf(err) != models.CodeUnready || !strings.Contains(err.Error(), "commoncase migrate") {
				t.Errorf("an empty database: %v", err)
			}
			if err := a.Run(t.Context()); models.CodeOf(err) != models.CodeUnready {
				t.Errorf("it serves an empty database: %v", err)
			}
			again, err := app.New(t.Context(), cfg, app.Options{Migrate: true})
			if err != nil {
				t.Fatal(err)
			}
			defer again.Close()
			if err := again.Ready(t.Context()); err != nil {
				t.Error(err)
			}
		} else if err != nil {
			t.Error(err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		if err := a.Run(ctx); err != nil { // told to stop before it began
			t.Error(err)
		}
		if err := a.Close(); err != nil {
			t.Error(err)
		}
		if err := a.Close(); err != nil {
			t.Errorf("closed twice: %v", err)
		}
	})
}

// What cannot be opened is said, and nothing is left open.
func TestNewFails(t *testing.T) {
	file := filepath.Join(t.TempDir(), "x")
	for name, cfg := range map[string]config.Config{
		"data folder under a file": {DataDir: filepath.Join(file, "data")},
		"no such server":           {DataDir: t.TempDir(), DatabaseURL: "postgres://127.0.0.1:1/none?connect_timeout=1"},
	} {
		t.Run(name, func(t *testing.T) {
			if strings.HasPrefix(name, "data") {
				writeFile(t, file)
			}
			if a, err := app.New(t.Context(), cfg, app.Options{}); err == nil {
				a.Close()
				t.Error("it opened")
			}
		})
	}
}

func writeFile(t *testing.T, path string) {
	t.Helper()
	if err := os.WriteFile(path, nil, 0o600); err != nil {
		t.Fatal(err)
	}
}
