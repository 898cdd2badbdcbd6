package static

import (
	"crypto/sha256"
	"encoding/hex"
	"regexp"
	"strings"
	"testing"
)

func TestAddressesNameTheirContent(t *testing.T) {
	for name, a := range assets() {
		sum := sha256.Sum256(a.Body)
		want := hex.EncodeToString(sum[:])[:12]
		if got := URL(name); got != "/static/"+name+"?v="+want {
			t.Errorf("URL(%s) = %s, want the hash %s", name, got, want)
		}
		if got := CacheControl(a, want); !strings.Contains(got, "immutable") {
			t.Errorf("%s asked for by its hash: %q", name, got)
		}
		for _, v := range []string{"", "0123456789ab"} {
			if got := CacheControl(a, v); got != "public, no-cache" {
				t.Errorf("%s asked for with v=%q: %q", name, v, got)
			}
		}
		if a.Type == "application/octet-stream" || len(a.Body) == 0 {
			t.Errorf("%s: type %q, %d bytes", name, a.Type, len(a.Body))
		}
	}
	if got := URL("nothing.css"); got != "/static/nothing.css" {
		t.Errorf("a name that is not there: %s", got)
	}
	if _, ok := Get("nothing.css"); ok {
		t.Error("Get found a file that is not there")
	}
}

// The fallback must be there in every build, and the stylesheet in use must be one of ours.
func TestStylesheetIsThere(t *testing.T) {
	if _, ok := Get("base.css"); !ok {
		t.Fatal("base.css is not embedded")
	}
	name, _, _ := strings.Cut(strings.TrimPrefix(Stylesheet(), Prefix), "?")
	if _, ok := Get(name); !ok {
		t.Errorf("the stylesheet in use, %s, is not embedded", name)
	}
}

// What a stylesheet points to is embedded under the hash that it names; the build in JavaScript and this package agree.
func TestStylesheetsPointToWhatIsThere(t *testing.T) {
	ref := regexp.MustCompile(`url\("?([^")]+)"?\)`)
	for name, a := range assets() {
		if !strings.HasSuffix(name, ".css") {
			continue
		}
		for _, m := range ref.FindAllStringSubmatch(string(a.Body), -1) {
			target, _, _ := strings.Cut(strings.TrimPrefix(m[1], Prefix), "?")
			if m[1] != URL(target) || !strings.Contains(m[1], "?v=") {
				t.Errorf("%s points to %s; the asset's address is %s", name, m[1], URL(target))
			}
		}
		if strings.Contains(string(a.Body), "GDS Transport") {
			t.Errorf("%s names GDS Transport, which is for GOV.UK alone", name)
		}
	}
}
