package app

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"commoncase/models/rulebook"
)

// Rules is the rulebook that is built in, with the rule files of an operator's folder over it where dir is not empty. A folder that
// cannot be read, or that holds a file which is no rule file, is an error that says where: "folder/file:line: what is wrong".
func Rules(dir string) (*rulebook.Book, error) {
	if dir == "" {
		return rulebook.Default(), nil
	}
	info, err := os.Stat(dir)
	if err != nil {
		return nil, fmt.Errorf("the folder of rules %s cannot be read: %w. Make it, or take COMMONCASE_RULES_DIR away", dir, err)
	}
	if !info.IsDir() {
		return nil, fmt.Errorf("%s is a file: COMMONCASE_RULES_DIR names a folder with rule files in it", dir)
	}
	book, err := rulebook.WithFolder(dir, os.DirFS(dir))
	if err != nil {
		// What is wrong may be found in a file of ours that does not fit with one of theirs: only theirs lies in the folder.
		if name, _, ok := strings.Cut(err.Error(), ":"); ok {
			if _, missing := os.Stat(filepath.Join(dir, filepath.FromSlash(name))); missing != nil {
				return nil, fmt.Errorf("the rules in %s do not fit with those that are built in: %w", dir, err)
			}
		}
		return nil, fmt.Errorf("rules: %s%c%w", filepath.Clean(dir), filepath.Separator, err)
	}
	return book, nil
}

// ruleFiles says which rules judge: the version, and each file of the operator's folder with what it does.
func (a *App) ruleFiles() []string {
	lines := []string{"version " + a.book.Version()}
	if a.cfg.RulesDir == "" {
		return append(lines, "all built in")
	}
	names, err := rulebook.Files(os.DirFS(a.cfg.RulesDir))
	if err != nil {
		return append(lines, a.cfg.RulesDir+" cannot be read: "+err.Error())
	}
	if len(names) == 0 {
		return append(lines, a.cfg.RulesDir+" holds no rule file, so all are those that are built in")
	}
	for _, n := range names {
		what := "stands beside those that are built in"
		if rulebook.BuiltIn(n) {
			what = "takes the place of the one that is built in"
		}
		lines = append(lines, filepath.Join(a.cfg.RulesDir, n)+" "+what)
	}
	return lines
}
