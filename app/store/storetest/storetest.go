// Package storetest makes databases for tests: a fresh SQLite file or PostgreSQL database for each test, with the real
// migrations in it. It gives addresses and opens nothing of ours, so that the tests of app/store can use it too; it imports
// nothing of ours, and only tests import it.
package storetest

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"reflect"
	"sync"
	"testing"

	"github.com/jackc/pgx/v5"
)

// Migrate brings the database at a url up to the newest schema and closes it again. It must be a function of its own, not a
// closure: it runs once a test program and database, and every test gets a copy of what it made.
type Migrate func(ctx context.Context, url string) error

// Each runs a test twice, as "sqlite" and as "postgres", each time on a database of its own that migrate has prepared. url is what
// store.Open takes. A nil migrate leaves the database empty. Where PostgreSQL is not installed its half is left out with a
// sentence, and with CI=true it fails.
func Each(t *testing.T, migrate Migrate, test func(t *testing.T, url string)) {
	t.Helper()
	t.Run("sqlite", func(t *testing.T) { test(t, SQLite(t, migrate)) })
	t.Run("postgres", func(t *testing.T) { test(t, Postgres(t, migrate)) })
}

// SQLite is the path of a fresh SQLite file, gone when the test ends.
func SQLite(t testing.TB, migrate Migrate) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "test.sqlite")
	if migrate == nil {
		return path
	}
	data, err := sqliteTemplates.get(migrate, func() ([]byte, error) { return makeSQLiteTemplate(migrate) })
	if err != nil {
		t.Fatalf("prepare an SQLite database: %v", err)
	}
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// Postgres is the postgres:// address of a fresh database, gone when the test ends. The server is COMMONCASE_TEST_POSTGRES (the
// address of a server on which databases may be created) where that is set, else a private one that ends with the test program.
func Postgres(t testing.TB, migrate Migrate) string {
	t.Helper()
	srv, err := server()
	var missing *missingError
	if errors.As(err, &missing) {
		if os.Getenv("CI") == "true" {
			t.Fatalf("%v; with CI=true nothing may be left out", missing)
		}
		t.Skipf("left out: %v", missing)
	}
	if err != nil {
		t.Fatalf("start PostgreSQL: %v", err)
	}
	ctx := context.Background() // t.Context is over when the clean-up runs
	template := ""
	if migrate != nil && srv.private {
		// On a server that outlives us a template would be left behind, so there each database is migrated by itself.
		template, err = srv.templates.get(migrate, func() (string, error) {
			name := srv.name()
			if err := srv.exec(ctx, "CREATE DATABASE "+name); err != nil {
				return "", err
			}
			return name, migrate(ctx, srv.url(name))
		})
		if err != nil {
			t.Fatalf("prepare a PostgreSQL database: %v", err)
		}
	}
	name := srv.name()
	create := "CREATE DATABASE " + name
	if template != "" {
		create += " TEMPLATE " + template
	}
	if err := srv.exec(ctx, create); err != nil {
		t.Fatalf("create a PostgreSQL database: %v", err)
	}
	t.Cleanup(func() {
		if err := srv.exec(ctx, "DROP DATABASE "+name+" WITH (FORCE)"); err != nil {
			t.Errorf("drop the PostgreSQL database of this test: %v", err)
		}
	})
	if migrate != nil && template == "" {
		if err := migrate(ctx, srv.url(name)); err != nil {
			t.Fatalf("prepare a PostgreSQL database: %v", err)
		}
	}
	return srv.url(name)
}

// templates remembers, for each migrate function, what it made; two tests that ask at once wait for one answer.
type templates[T any] struct {
	mu   sync.Mutex
	made map[uintptr]*template[T]
}

type template[T any] struct {
	once  sync.Once
	value T
	err   error
}

func (ts *templates[T]) get(migrate Migrate, produce func() (T, error)) (T, error) {
	key := reflect.ValueOf(migrate).Pointer()
	ts.mu.Lock()
	if ts.made == nil {
		ts.made = map[uintptr]*template[T]{}
	}
	tm := ts.made[key]
	if tm == nil {
		tm = &template[T]{}
		ts.made[key] = tm
	}
	ts.mu.Unlock()
	tm.once.Do(func() { tm.value, tm.err = produce() })
	return tm.value, tm.err
}

var sqliteTemplates templates[[]byte]

func makeSQLiteTemplate(migrate Migrate) ([]byte, error) {
	dir, err := os.MkdirTemp("", "commoncase-sqlite-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	path := filepath.Join(dir, "template.sqlite")
	if err := migrate(context.Background(), path); err != nil {
		return nil, err
	}
	if info, err := os.Stat(path + "-wal"); err == nil && info.Size() > 0 {
		return nil, errNotClosed
	}
	return os.ReadFile(path)
}

// exec runs one statement on the server's own database: CREATE and DROP DATABASE cannot run in a transaction.
func (s *pgServer) exec(ctx context.Context, sql string) error {
	conn, err := pgx.Connect(ctx, s.url(""))
	if err != nil {
		return err
	}
	defer conn.Close(ctx)
	_, err = conn.Exec(ctx, sql)
	return err
}
