package main

import (
	"bytes"
	"context"
	"net"
	"net/http"
	"net/http/cookiejar"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"
)

// shared is a writer that a test may read while the program writes.
type shared struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (s *shared) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.Write(p)
}

func (s *shared) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.String()
}

// The demonstration as a newcomer meets it: loaded, served with a link for each role, stopped, and the papers asked for by their
// references.
func TestDemo(t *testing.T) {
	t.Setenv("DATABASE_URL", "postgres://nobody@127.0.0.1:1/nothing") // of a real installation: the demonstration leaves it alone
	dir := filepath.Join(t.TempDir(), "demo")
	out, errs, code := commoncase(t, "", "demo", "--prepare-only", "--dir", dir)
	if code != 0 {
		t.Fatalf("exit %d: %s", code, errs)
	}
	for _, name := range []string{"open-letter.pdf", "letter-to-the-minister.pdf", "referral-bundle.pdf"} {
		if b, err := os.ReadFile(filepath.Join(dir, name)); err != nil || !bytes.HasPrefix(b, []byte("%PDF-")) {
			t.Errorf("%s: %v", name, err)
		}
		if !strings.Contains(out, filepath.Join(dir, name)) {
			t.Errorf("it does not say where %s is", name)
		}
	}
	if refs := regexp.MustCompile(`CLA-L-23-\d{4}-\w|HVT-\d\d-\d{4}-\w`).FindAllString(out, -1); len(refs) < 3 {
		t.Errorf("printed the references %v, want two letters and a case", refs)
	}

	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	var printed, complained shared
	ended := make(chan int, 1)
	started := time.Now()
	go func() {
		ended <- run(ctx, []string{"demo", "--dir", dir, "--addr", "127.0.0.1:0"}, streams{in: strings.NewReader(""), out: &printed, err: &complained})
	}()
	links := regexp.MustCompile(`(?m)^  (\w+) +(http://\S+/demo/sign-in/\S+)`)
	for !strings.Contains(printed.String(), "Ctrl-C") {
		if time.Since(started) > 20*time.Second {
			t.Fatalf("not serving after 20 seconds: %s %s", printed.String(), complained.String())
		}
		time.Sleep(20 * time.Millisecond)
	}
	if took := time.Since(started); took > 5*time.Second {
		t.Errorf("the second run took %v", took)
	}
	found := links.FindAllStringSubmatch(printed.String(), -1)
	if len(found) != 7 {
		t.Errorf("%d sign-in links, want one for each of 7 roles:\n%s", len(found), printed.String())
	}
	for _, link := range found {
		jar, err := cookiejar.New(nil)
		if err != nil {
			t.Fatal(err)
		}
		client := http.Client{Jar: jar, Timeout: 10 * time.Second}
		resp, err := client.Get(link[2])
		if err != nil {
			t.Fatal(err)
		}
		resp.Body.Close()
		if resp.StatusCode != http.StatusOK || resp.Request.URL.Path != "/" {
			t.Errorf("the %s's link leads to %s with status %d", link[1], resp.Request.URL.Path, resp.StatusCode)
		}
	}
	stop()
	if code := <-ended; code != 0 {
		t.Errorf("stopped with exit %d: %s", code, complained.String())
	}
}

// An address that is taken is told before anything is loaded.
func TestDemoAddressTaken(t *testing.T) {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer ln.Close()
	dir := filepath.Join(t.TempDir(), "demo")
	_, errs, code := commoncase(t, "", "demo", "--dir", dir, "--addr", ln.Addr().String())
	if code != 1 || !strings.Contains(errs, "--addr") {
		t.Errorf("exit %d, said %q", code, errs)
	}
	if _, err := os.Stat(dir); err == nil {
		t.Error("it loaded before it looked at the address")
	}
	if _, errs, code := commoncase(t, "", "demo", "--prepare-only", "--dir", dir, "--today", "2026-02-30"); code != 1 || !strings.Contains(errs, "--today") {
		t.Errorf("a day that does not exist: exit %d, said %q", code, errs)
	}
}
