package main

import (
	"bytes"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/alecthomas/kong"
)

// commoncase runs the program as its users do and returns what it printed and its exit code.
func commoncase(t *testing.T, stdin string, args ...string) (stdout, stderr string, code int) {
	t.Helper()
	var out, err bytes.Buffer
	code = run(t.Context(), args, streams{in: strings.NewReader(stdin), out: &out, err: &err})
	return out.String(), err.String(), code
}

func TestVersion(t *testing.T) {
	out, _, code := commoncase(t, "", "--version")
	if strings.TrimSpace(out) != version || code != 0 {
		t.Errorf("--version printed %q, exit %d", out, code)
	}
}

func TestNoArgumentsIsHelp(t *testing.T) {
	out, _, code := commoncase(t, "")
	if !strings.Contains(out, "Usage: commoncase") || code != 0 {
		t.Errorf("printed %q, exit %d", out, code)
	}
}

func TestNotUnderstood(t *testing.T) {
	for _, args := range [][]string{{"frobnicate"}, {"doctor", "now"}, {"doctor", "--health", "--nonsense"}} {
		_, errs, code := commoncase(t, "", args...)
		if code != 2 || !strings.Contains(errs, "commoncase: ") {
			t.Errorf("%q: exit %d, said %q; want exit 2 and a sentence", args, code, errs)
		}
	}
}

// Every command shows an example.
func TestEveryHelpHasAnExample(t *testing.T) {
	parser, err := kong.New(&cli{}, kong.Vars{"version": version})
	if err != nil {
		t.Fatal(err)
	}
	leaves := parser.Model.Leaves(true)
	if len(leaves) == 0 {
		t.Fatal("there is no command")
	}
	for _, leaf := range leaves {
		t.Run(leaf.FullPath(), func(t *testing.T) {
			args := append(strings.Fields(leaf.FullPath())[1:], "--help")
			out, errs, code := commoncase(t, "", args...)
			if code != 0 || !strings.Contains(out, "Example") || !strings.Contains(out, "commoncase "+args[0]) {
				t.Errorf("exit %d, printed %q %q: want an example", code, out, errs)
			}
		})
	}
}

func TestDoctorHealth(t *testing.T) {
	status := http.StatusOK
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/readyz" {
			t.Errorf("asked for %s", r.URL.Path)
		}
		w.WriteHeader(status)
	}))
	defer server.Close()
	addr := strings.TrimPrefix(server.URL, "http://")
	t.Setenv("COMMONCASE_ADDR", ":"+addr[strings.LastIndex(addr, ":")+1:]) // every network of this machine: asked on 127.0.0.1

	if out, errs, code := commoncase(t, "", "doctor", "--health"); code != 0 || out != "ready\n" {
		t.Errorf("ready server: exit %d, %q %q", code, out, errs)
	}
	status = http.StatusServiceUnavailable
	if _, errs, code := commoncase(t, "", "doctor", "--health"); code != 1 || !strings.Contains(errs, "503") {
		t.Errorf("unready server: exit %d, %q", code, errs)
	}
	server.Close()
	if _, errs, code := commoncase(t, "", "doctor", "--health"); code != 1 || !strings.Contains(errs, "does not answer") {
		t.Errorf("no server: exit %d, %q", code, errs)
	}
	t.Setenv("COMMONCASE_ADDR", "nowhere")
	if _, errs, code := commoncase(t, "", "doctor", "--health"); code != 1 || !strings.Contains(errs, "COMMONCASE_ADDR") {
		t.Errorf("wrong setting: exit %d, %q", code, errs)
	}
}
