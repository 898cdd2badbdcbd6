// Package pdftest holds PDFs to what other programs say of them: qpdf, and pdftotext of poppler-utils. It imports nothing of ours, and
// only tests import it.
package pdftest

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// Tool finds a program that a test needs, by the first of the names that is installed. Where none is, the test is left out with a
// sentence that says how to get it; with CI=true it fails.
func Tool(t testing.TB, names ...string) string {
	t.Helper()
	for _, n := range names {
		if path, err := exec.LookPath(n); err == nil {
			return path
		}
	}
	if os.Getenv("CI") == "true" {
		t.Fatalf("%s is not installed, and with CI=true nothing may be left out; .ci/setup installs it on Debian", names[0])
	}
	t.Skipf("left out: %s is not installed; .ci/setup installs it on Debian, and says elsewhere how to get it", names[0])
	return ""
}

// Run calls a tool on a file of these bytes and returns what it prints; an argument FILE stands for the file's path.
func Run(t testing.TB, pdf []byte, tool string, args ...string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "in.pdf")
	if err := os.WriteFile(path, pdf, 0o600); err != nil {
		t.Fatal(err)
	}
	filled := make([]string, len(args))
	for i, a := range args {
		filled[i] = strings.ReplaceAll(a, "FILE", path)
	}
	out, err := exec.CommandContext(t.Context(), Tool(t, tool), filled...).CombinedOutput()
	if err != nil {
		t.Fatalf("%s %v: %v\n%s", tool, args, err, out)
	}
	return string(out)
}

// Check holds a PDF to qpdf --check, without warnings, and returns its text as it stands on the page.
// COMMONCASE_TEST_PDFS names a folder in which to keep what was checked, to be looked at.
func Check(t testing.TB, pdf []byte) string {
	t.Helper()
	if out := Run(t, pdf, "qpdf", "--check", "FILE"); !strings.Contains(out, "No syntax or stream encoding errors found") || strings.Contains(out, "WARNING") {
		t.Fatalf("qpdf --check: %s", out)
	}
	if dir := os.Getenv("COMMONCASE_TEST_PDFS"); dir != "" {
		if err := os.WriteFile(filepath.Join(dir, strings.ReplaceAll(t.Name(), "/", "_")+".pdf"), pdf, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return Run(t, pdf, "pdftotext", "-layout", "FILE", "-")
}

// Words are the words of a text with single spaces between, so that a line's end does not hide a phrase.
func Words(text string) string { return strings.Join(strings.Fields(text), " ") }

// InOrder fails unless the phrases stand in the text one after the other, whatever the spaces between their words.
func InOrder(t testing.TB, text string, phrases ...string) {
	t.Helper()
	rest := Words(text)
	for _, p := range phrases {
		_, after, ok := strings.Cut(rest, Words(p))
		if !ok {
			t.Fatalf("%q does not follow in:\n%s", p, rest)
		}
		rest = after
	}
}

// Locked is the PDF behind a password, without which nobody can open it.
func Locked(t testing.TB, pdf []byte) []byte {
	t.Helper()
	return Changed(t, pdf, "--encrypt", "word", "owner", "256", "--")
}

// Changed is the PDF as qpdf makes it anew with these arguments.
func Changed(t testing.TB, pdf []byte, args ...string) []byte {
	t.Helper()
	to := filepath.Join(t.TempDir(), "out.pdf")
	Run(t, pdf, "qpdf", append(append([]string{"--warning-exit-0"}, args...), "FILE", to)...)
	out, err := os.ReadFile(to)
	if err != nil {
		t.Fatal(err)
	}
	return out
}
