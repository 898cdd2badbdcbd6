package app

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestRulesOfAnOperator(t *testing.T) {
	dir := t.TempDir()
	if b, err := Rules(dir); err != nil || len(b.Regimes()) == 0 {
		t.Errorf("an empty folder: %v", err)
	}
	if _, err := Rules(filepath.Join(dir, "nowhere")); err == nil || !strings.Contains(err.Error(), "COMMONCASE_RULES_DIR") {
		t.Errorf("no folder: %v", err)
	}
	bad := filepath.Join(dir, "own.yaml")
	if err := os.WriteFile(bad, []byte("regimes:\n  - id: own-2025\n    kind: nonsense\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Rules(dir); err == nil || !strings.Contains(err.Error(), bad+":") {
		t.Errorf("a bad file is refused without its place: %v", err)
	}
}
