package storetest

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"sort"
	"strconv"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/jackc/pgx/v5"
)

var errNotClosed = errors.New("migrate left the SQLite file open, so a copy of it would lack what is still in its write-ahead log")

// missingError says what is not installed and how to get it.
type missingError struct{ sentence string }

func (e *missingError) Error() string { return e.sentence }

// pgServer is a PostgreSQL server on which tests may create databases.
type pgServer struct {
	base      url.URL // address without a database
	private   bool    // it is ours and ends with this program
	dir       string  // its folder, where private
	templates templates[string]
	n         atomic.Int64
}

// name is a name that no other test and no other test program on the same server has.
func (s *pgServer) name() string {
	return fmt.Sprintf("commoncase_test_%d_%d", os.Getpid(), s.n.Add(1))
}

// url is the address of one database of the server; without a name, of the one that is always there.
func (s *pgServer) url(name string) string {
	u := s.base
	if name != "" {
		u.Path = "/" + name
	}
	return u.String()
}

// server is the one server of this test program, started when a test first asks for it.
var server = sync.OnceValues(func() (*pgServer, error) {
	if given := os.Getenv("COMMONCASE_TEST_POSTGRES"); given != "" {
		u, err := url.Parse(given)
		if err != nil || (u.Scheme != "postgres" && u.Scheme != "postgresql") {
			return nil, errors.New("COMMONCASE_TEST_POSTGRES is no postgres:// address")
		}
		return &pgServer{base: *u}, nil
	}
	return startServer()
})

// binDir finds the folder with initdb and postgres: Debian keeps them off the PATH, one folder a version; the newest wins.
func binDir() (string, error) {
	found, _ := filepath.Glob("/usr/lib/postgresql/*/bin/initdb")
	sort.Slice(found, func(i, j int) bool { return version(found[i]) < version(found[j]) })
	if len(found) > 0 {
		return filepath.Dir(found[len(found)-1]), nil
	}
	if path, err := exec.LookPath("initdb"); err == nil {
		return filepath.Dir(path), nil
	}
	return "", &missingError{"PostgreSQL is not installed: run apt-get install postgresql (on a Mac, brew install postgresql), " +
		"or set COMMONCASE_TEST_POSTGRES to the address of a server on which databases may be created"}
}

func version(initdb string) int {
	n, _ := strconv.Atoi(filepath.Base(filepath.Dir(filepath.Dir(initdb))))
	return n
}

// minder starts the server and waits until our end of its standard input closes, which it does however this program ends, be it by
// SIGKILL: then it stops the server and takes its folder away. (A parent-death signal would follow the thread that started the
// server, and Go ends threads as it likes.)
const minder = `
"$1/postgres" -D "$2/data" -k "$2" -c listen_addresses= -c fsync=off -c synchronous_commit=off -c full_page_writes=off \
  -c wal_level=minimal -c max_wal_senders=0 -c shared_buffers=16MB -c max_connections=100 -c autovacuum=off -c jit=off \
  </dev/null >"$2/log" 2>&1 &
server=$!
cat >/dev/null
kill -QUIT $server
wait $server
rm -rf "$2"/*
rmdir "$2" 2>/dev/null
`

func startServer() (*pgServer, error) {
	bin, err := binDir()
	if err != nil {
		return nil, err
	}
	// Not t.TempDir: the path of a socket may be 107 bytes at most, and the folder outlives the test that asked first.
	dir, err := os.MkdirTemp("/tmp", "commoncase-pg-")
	if err != nil {
		return nil, err
	}
	attr := &syscall.SysProcAttr{Setsid: true} // Ctrl-C goes to us alone; the minder then ends in its own order
	if os.Geteuid() == 0 {
		// PostgreSQL refuses to run as root.
		uid, gid, err := idsOf("postgres")
		if err != nil {
			return nil, err
		}
		if err := os.Chown(dir, uid, gid); err != nil {
			return nil, err
		}
		attr.Credential = &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}
	}

	initdb := exec.Command(filepath.Join(bin, "initdb"), "-D", filepath.Join(dir, "data"), "-U", "postgres",
		"--auth=trust", "--encoding=UTF8", "--locale=C.UTF-8", "--no-sync", "--no-instructions")
	initdb.Dir, initdb.SysProcAttr = dir, attr
	if out, err := initdb.CombinedOutput(); err != nil {
		os.RemoveAll(dir)
		return nil, fmt.Errorf("initdb: %w\n%s", err, out)
	}

	// Stdout and stderr stay nil, that is /dev/null: a child that held ours would keep "go test" waiting for it.
	cmd := exec.Command("/bin/sh", "-c", minder, "minder", bin, dir)
	cmd.Dir, cmd.SysProcAttr = dir, attr
	if held, err = cmd.StdinPipe(); err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, err
	}

	srv := &pgServer{private: true, dir: dir, base: url.URL{
		Scheme: "postgres", Path: "/postgres", RawQuery: url.Values{"host": {dir}, "user": {"postgres"}}.Encode(),
	}}
	ctx, cancel := context.WithTimeout(context.Background(), 60*time.Second)
	defer cancel()
	for {
		conn, err := pgx.Connect(ctx, srv.url(""))
		if err == nil {
			return srv, conn.Close(ctx)
		}
		if ctx.Err() != nil {
			log, _ := os.ReadFile(filepath.Join(dir, "log"))
			held.Close()
			return nil, fmt.Errorf("no answer within a minute: %w\n%s", err, log)
		}
		time.Sleep(20 * time.Millisecond)
	}
}

// held is our end of the minder's standard input. It is kept here so that it is not collected, and closed, before the program ends.
var held io.WriteCloser

func idsOf(name string) (uid, gid int, err error) {
	u, err := user.Lookup(name)
	if err != nil {
		return 0, 0, fmt.Errorf("tests run as root need a user %s for PostgreSQL, which refuses root: %w", name, err)
	}
	if uid, err = strconv.Atoi(u.Uid); err != nil {
		return 0, 0, err
	}
	gid, err = strconv.Atoi(u.Gid)
	return uid, gid, err
}
