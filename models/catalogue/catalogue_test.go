package catalogue

import (
	"bytes"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"commoncase/models/civil"
)

// TestNoTextIsMissing fails on each text that English has and another language lacks, or the other way round.
func TestNoTextIsMissing(t *testing.T) {
	english := Keys(English)
	for _, l := range Languages() {
		for _, key := range english {
			if !In(l.Tag).Has(key) {
				t.Errorf("%s has no text for %s", l.Tag, key)
			}
		}
		for _, key := range Keys(l.Tag) {
			if !In(English).Has(key) {
				t.Errorf("%s has a text for %s, which English lacks", l.Tag, key)
			}
		}
	}
}

// TestNothingIsLostInTranslation holds each text to the places of its English one: {{.Code}} must stand in every language.
func TestNothingIsLostInTranslation(t *testing.T) {
	places := regexp.MustCompile(`{{[^}]*}}`)
	for _, l := range Languages() {
		for key, text := range all().own[l.Tag] {
			got, want := places.FindAllString(text, -1), places.FindAllString(all().own[English][key], -1)
			slices.Sort(got)
			slices.Sort(want)
			if !slices.Equal(slices.Compact(got), slices.Compact(want)) {
				t.Errorf("%s %s puts in %v, English %v", l.Tag, key, got, want)
			}
			if strings.TrimSpace(text) != text {
				t.Errorf("%s %s begins or ends with a space", l.Tag, key)
			}
		}
	}
}

// TestEveryKeyIsThere looks for what looks like a key in the code that speaks to members, and for each text whether anything asks for it.
func TestEveryKeyIsThere(t *testing.T) {
	quoted := regexp.MustCompile(`"((?:` + strings.Join(roots(), "|") + `)\.[a-z0-9_.]*)"`)
	comment := regexp.MustCompile(`(?m)(^|\s)//.*$`)
	actions, err := os.ReadFile("../../views/audit.go") // the verbs of the audit look alike, and have their words there
	if err != nil {
		t.Fatal(err)
	}
	var asked, begun []string
	for _, dir := range []string{"../../app", "../../views", "../../models"} {
		err := filepath.WalkDir(dir, func(p string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() || strings.HasSuffix(p, "_test.go") || strings.HasSuffix(p, "_templ.go") ||
				(!strings.HasSuffix(p, ".go") && !strings.HasSuffix(p, ".templ")) || strings.Contains(p, "mailtest") {
				return err
			}
			body, err := os.ReadFile(p)
			if err != nil {
				return err
			}
			for _, m := range quoted.FindAllStringSubmatch(comment.ReplaceAllString(string(body), ""), -1) {
				if !slices.Contains(Keys(English), m[1]) && bytes.Contains(actions, []byte(`"`+m[1]+`"`)) {
					continue
				}
				if strings.HasSuffix(m[1], ".") { // the rest is put together: "theme." + slug
					begun = append(begun, m[1])
					continue
				}
				asked = append(asked, m[1])
				if !slices.Contains(Keys(English), m[1]) {
					t.Errorf("%s asks for %q, which English lacks", p, m[1])
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	for _, key := range Keys(English) {
		if !slices.Contains(asked, key) && !slices.ContainsFunc(begun, func(b string) bool { return strings.HasPrefix(key, b) }) {
			t.Errorf("nothing asks for %s", key)
		}
	}
}

// roots are the first parts of the keys.
func roots() []string {
	var rs []string
	for _, key := range Keys(English) {
		first, _, _ := strings.Cut(key, ".")
		if !slices.Contains(rs, first) {
			rs = append(rs, first)
		}
	}
	return rs
}

func TestMatch(t *testing.T) {
	for header, want := range map[string]string{
		"": "en", "pl": "pl", "ar-EG,ar;q=0.9,en;q=0.5": "ar", "bn-BD": "bn", "en-GB,pl;q=0.8": "en", "cy,en;q=0.5": "en", "xx": "en", ";;;": "en",
	} {
		if got := Match(header); got != want {
			t.Errorf("Match(%q) = %s, want %s", header, got, want)
		}
	}
}

func TestDay(t *testing.T) {
	d := civil.On(2023, 5, 24)
	for tag, want := range map[string]string{"en": "24 May 2023", "pl": "24 maja 2023", "bn": "24 মে 2023", "ar": "24 مايو 2023"} {
		if got := In(tag).Day(d); got != want {
			t.Errorf("%s: %q, want %q", tag, got, want)
		}
	}
	if In("en").Day(0) != "" || In("xx").Tag != English {
		t.Error("no day, or no such language")
	}
}
