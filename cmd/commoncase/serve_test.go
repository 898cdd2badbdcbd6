package main

import (
	"bytes"
	"context"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"
)

// An operator on a fresh machine: migrate, found a branch, add somebody, look whether all is well.
func TestSetUp(t *testing.T) {
	dir := t.TempDir()
	t.Setenv("COMMONCASE_DATA_DIR", filepath.Join(dir, "data"))
	t.Setenv("DATABASE_URL", "")
	steps := []struct {
		stdin string
		args  []string
		code  int
		says  string
	}{
		{"", []string{"doctor"}, 1, "There is no installation in"},
		{"", []string{"migrate"}, 0, "Applied 1."},
		{"", []string{"migrate"}, 0, "Nothing to do"},
		{"lantern quay harbour\n", []string{"user", "add", "--email", "a@example.org", "--name", "Łukasz Żółć", "--role", "secretary", "--branch", "clarion"}, 1, "There is no branch \"clarion\". The branches are: none yet"},
		{"", []string{"branch", "add", "clarion", "--name", "Clarion residents", "--prefix", "cla", "--landlord", "clarion", "--landlord-name", "Clarion"}, 1, "no prefix"},
		{"", []string{"branch", "add", "clarion", "--name", "Clarion residents", "--prefix", "CLA", "--landlord", "clarion", "--landlord-name", "Clarion"}, 0, "is founded"},
		{"", []string{"branch", "landlord", "clarion", "--type", "council"}, 0, "clarion: Council. 0 cases computed again"},
		{"", []string{"branch", "landlord", "clarian", "--type", "council"}, 1, "no such landlord"},
		{"short\n", []string{"user", "add", "--email", "A@example.org", "--name", "Łukasz Żółć", "--role", "secretary", "--branch", "clarion"}, 1, "has 5 characters; 12 is the least"},
		{"", []string{"user", "add", "--email", "A@example.org", "--name", "Łukasz Żółć", "--role", "secretary", "--branch", "clarion"}, 1, "has 0 characters"},
		{"lantern quay harbour", []string{"user", "add", "--email", "no address", "--name", "Łukasz Żółć", "--role", "secretary", "--branch", "clarion"}, 1, "is no e-mail address"},
		{"lantern quay harbour\n", []string{"user", "add", "--email", "A@example.org", "--name", "Łukasz Żółć", "--role", "secretary", "--branch", "clarion"}, 0, "a@example.org can sign in as secretary of clarion"},
		{"", []string{"user", "add", "--email", "a@example.org", "--role", "member", "--branch", "clarion"}, 0, "had an account"},
		{"", []string{"user", "add", "--email", "a@example.org", "--role", "king", "--branch", "clarion"}, 2, "must be one of"},
		{"another harbour quay\n", []string{"user", "password", "--email", "a@example.org"}, 0, "changed"},
		{"another harbour quay\n", []string{"user", "password", "--email", "b@example.org"}, 1, "no such account"},
		{"", []string{"doctor"}, 0, "cases: 0 computed again, all as they were"},
	}
	for _, s := range steps {
		out, errs, code := commoncase(t, s.stdin, s.args...)
		if code != s.code || !strings.Contains(out+errs, s.says) {
			t.Errorf("%q: exit %d, said %q %q; want exit %d and %q", s.args, code, out, errs, s.code, s.says)
		}
		if strings.Contains(out+errs, "lantern quay") {
			t.Errorf("%q: says the password", s.args)
		}
	}
	if _, err := os.Stat(filepath.Join(dir, "data", "commoncase.sqlite")); err != nil {
		t.Error(err)
	}
}

// Told to stop, the server ends the request that is under way, then closes, and exits with 0.
func TestServeStopsInGoodOrder(t *testing.T) {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	addr := ln.Addr().String()
	ln.Close()
	t.Setenv("COMMONCASE_DATA_DIR", t.TempDir())
	t.Setenv("DATABASE_URL", "")
	t.Setenv("COMMONCASE_ADDR", addr)
	t.Setenv("SMTP_PASSWORD", "")
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	var errs safeBuffer
	done := make(chan int, 1)
	go func() {
		done <- run(ctx, []string{"serve"}, streams{in: strings.NewReader(""), out: io.Discard, err: &errs})
	}()
	ready := func() bool {
		resp, err := http.Get("http://" + addr + "/readyz")
		if err != nil {
			return false
		}
		resp.Body.Close()
		return resp.StatusCode == http.StatusOK
	}
	for range 200 {
		if ready() {
			break
		}
		time.Sleep(50 * time.Millisecond)
	}
	if out, _, code := commoncase(t, "", "doctor", "--health"); code != 0 || out != "ready\n" {
		t.Fatalf("doctor --health: exit %d, %q\n%s", code, out, errs.String())
	}
	// A second server on the same address says so.
	if _, said, code := commoncase(t, "", "serve"); code != 1 || !strings.Contains(said, "Is another program using it?") {
		t.Errorf("a second server: exit %d, %q", code, said)
	}
	// A request that is half sent when the server is told to stop.
	conn, err := net.Dial("tcp", addr)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	io.WriteString(conn, "GET /help HTTP/1.1\r\nHost: localhost\r\n")
	time.Sleep(100 * time.Millisecond)
	stop()
	time.Sleep(300 * time.Millisecond)
	io.WriteString(conn, "\r\n")
	answer, _ := io.ReadAll(conn)
	if !bytes.HasPrefix(answer, []byte("HTTP/1.1 200 ")) {
		t.Errorf("the request under way was answered with %.80q", answer)
	}
	select {
	case code := <-done:
		if code != 0 {
			t.Errorf("exit %d\n%s", code, errs.String())
		}
	case <-time.After(15 * time.Second):
		t.Fatal("the server did not stop")
	}
	for _, line := range []string{`"msg":"starting"`, `"base_url":"http://localhost:8080"`, `"msg":"listening"`, `"msg":"stopped"`} {
		if !strings.Contains(errs.String(), line) {
			t.Errorf("the log lacks %s:\n%s", line, errs.String())
		}
	}
}

type safeBuffer struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (b *safeBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buf.Write(p)
}

func (b *safeBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buf.String()
}
