//go:build unix

package main

import (
	"io/fs"
	"path/filepath"
	"testing"
)

// The database holds names and addresses: no other account of the machine reads it, nor what lies beside it.
func TestFilesArePrivate(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "data")
	t.Setenv("COMMONCASE_DATA_DIR", dir)
	t.Setenv("DATABASE_URL", "")
	if _, errs, code := commoncase(t, "", "migrate"); code != 0 {
		t.Fatalf("migrate: %s", errs)
	}
	files := 0
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := d.Info()
		if err != nil {
			return err
		}
		if !d.IsDir() {
			files++
		}
		if mode := info.Mode().Perm(); mode&0o077 != 0 {
			t.Errorf("%s has the mode %o", path, mode)
		}
		return nil
	})
	if err != nil || files == 0 {
		t.Errorf("%d files were written, %v", files, err)
	}
}
