package storetest

import (
	"bufio"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	_ "github.com/jackc/pgx/v5/stdlib"
	_ "github.com/ncruces/go-sqlite3/driver"
)

var migrated atomic.Int64

func open(url string) (*sql.DB, error) {
	if strings.HasPrefix(url, "postgres") {
		return sql.Open("pgx", url)
	}
	return sql.Open("sqlite3", "file:"+url+"?_pragma=journal_mode(wal)")
}

func migrate(ctx context.Context, url string) error {
	migrated.Add(1)
	db, err := open(url)
	if err != nil {
		return err
	}
	defer db.Close()
	_, err = db.ExecContext(ctx, "CREATE TABLE names (name text NOT NULL UNIQUE)")
	return err
}

// Every test begins with the schema and without another test's rows, although migrate ran once for each database.
func TestEachIsFresh(t *testing.T) {
	before := migrated.Load()
	for i := range 3 {
		t.Run(fmt.Sprint(i), func(t *testing.T) {
			Each(t, migrate, func(t *testing.T, url string) {
				db, err := open(url)
				if err != nil {
					t.Fatal(err)
				}
				defer db.Close()
				if _, err := db.Exec("INSERT INTO names VALUES ('Łukasz Żółć')"); err != nil {
					t.Fatalf("a row of another test is here: %v", err)
				}
				var name string
				if err := db.QueryRow("SELECT name FROM names").Scan(&name); err != nil || name != "Łukasz Żółć" {
					t.Errorf("read %q, %v", name, err)
				}
			})
		})
	}
	if n := migrated.Load() - before; n != 2 && os.Getenv("COMMONCASE_TEST_POSTGRES") == "" {
		t.Errorf("migrate ran %d times, want once for each of the two databases", n)
	}
}

// Without migrations the database is empty: that is where the tests of the migrations begin.
func TestEmpty(t *testing.T) {
	Each(t, nil, func(t *testing.T, url string) {
		if err := migrate(t.Context(), url); err != nil {
			t.Error(err)
		}
	})
}

// A search for żółć finds Żółć only where the server folds more than ASCII.
func TestPostgresFoldsLetters(t *testing.T) {
	db, err := open(Postgres(t, nil))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	var lower string
	if err := db.QueryRow("SELECT lower('Łukasz ŻÓŁĆ')").Scan(&lower); err != nil {
		t.Fatal(err)
	}
	if lower != "łukasz żółć" {
		t.Errorf("lower gives %q", lower)
	}
}

func TestSQLiteRefusesAnOpenTemplate(t *testing.T) {
	var db *sql.DB
	_, err := makeSQLiteTemplate(func(ctx context.Context, url string) error {
		var err error
		if db, err = open(url); err != nil {
			return err
		}
		_, err = db.ExecContext(ctx, "CREATE TABLE names (name text)")
		return err
	})
	db.Close()
	if !errors.Is(err, errNotClosed) {
		t.Errorf("error %v, want %v", err, errNotClosed)
	}
}

// A test program that is killed leaves no server and no folder behind.
func TestKilledProgramLeavesNothing(t *testing.T) {
	if os.Getenv("STORETEST_HOLD") != "" {
		Postgres(t, nil)
		srv, _ := server()
		fmt.Println("folder", srv.dir)
		time.Sleep(time.Minute)
		return
	}
	if os.Getenv("COMMONCASE_TEST_POSTGRES") != "" {
		t.Log("the server is not ours to end")
		return
	}
	Postgres(t, nil) // says what is missing, where it is
	child := exec.Command(os.Args[0], "-test.run=^TestKilledProgramLeavesNothing$", "-test.v")
	child.Env = append(os.Environ(), "STORETEST_HOLD=1")
	out, err := child.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := child.Start(); err != nil {
		t.Fatal(err)
	}
	var dir string
	for lines := bufio.NewScanner(out); dir == "" && lines.Scan(); {
		dir, _ = strings.CutPrefix(lines.Text(), "folder ")
		if !strings.HasPrefix(dir, "/tmp/") {
			dir = ""
		}
	}
	if _, err := os.Stat(filepath.Join(dir, "data", "postmaster.pid")); dir == "" || err != nil {
		t.Fatalf("the child started no server in %q: %v", dir, err)
	}
	if err := child.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	child.Wait()
	for range 500 {
		if _, err := os.Stat(dir); os.IsNotExist(err) {
			return
		}
		time.Sleep(20 * time.Millisecond)
	}
	t.Errorf("%s is still there ten seconds after its program was killed", dir)
}
