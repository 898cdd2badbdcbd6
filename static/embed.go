// Package static holds the stylesheet, the script, the fonts and the icons, compiled into the program. npm run build makes
// them in dist; a program built without them still has base.css, so that every page can be read. It imports nothing of ours.
package static

import (
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"io/fs"
	"mime"
	"path"
	"strings"
	"sync"
)

//go:embed all:dist
var dist embed.FS

//go:embed base.css
var baseCSS []byte

//go:embed icon.svg
var iconSVG []byte

// Prefix is the path that every asset lies under.
const Prefix = "/static/"

// Asset is one file with what a browser needs to know about it.
type Asset struct {
	Name string // app.css, fonts/atkinson-hyperlegible-latin-400-normal.woff2
	Body []byte
	Type string // Content-Type
	Hash string // first 12 hex digits of the SHA-256 of Body
}

// ETag is the strong validator of the asset, with its quotation marks.
func (a Asset) ETag() string { return `"` + a.Hash + `"` }

// assets reads everything once; the set is fixed when the program is built.
var assets = sync.OnceValue(func() map[string]Asset {
	out := map[string]Asset{}
	add := func(name string, body []byte) {
		sum := sha256.Sum256(body)
		out[name] = Asset{Name: name, Body: body, Type: contentType(name), Hash: hex.EncodeToString(sum[:6])}
	}
	add("base.css", baseCSS)
	add("icon.svg", iconSVG)
	err := fs.WalkDir(dist, "dist", func(p string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || strings.HasPrefix(d.Name(), ".") {
			return err
		}
		body, err := dist.ReadFile(p)
		if err == nil {
			add(strings.TrimPrefix(p, "dist/"), body)
		}
		return err
	})
	if err != nil {
		panic("static: embedded files cannot be read: " + err.Error())
	}
	return out
})

// contentType knows the kinds we ship; the machine's own table of types must not decide how a browser reads them.
func contentType(name string) string {
	switch path.Ext(name) {
	case ".css":
		return "text/css; charset=utf-8"
	case ".js":
		return "text/javascript; charset=utf-8"
	case ".svg":
		return "image/svg+xml"
	case ".woff2":
		return "font/woff2"
	case ".woff":
		return "font/woff"
	case ".png":
		return "image/png"
	case ".txt":
		return "text/plain; charset=utf-8"
	}
	if t := mime.TypeByExtension(path.Ext(name)); t != "" {
		return t
	}
	return "application/octet-stream"
}

// Built says whether npm run build was run before the program was compiled.
func Built() bool {
	_, ok := assets()["app.css"]
	return ok
}

// Get returns an asset by its name under Prefix.
func Get(name string) (Asset, bool) {
	a, ok := assets()[name]
	return a, ok
}

// URL is the address of an asset with its hash: /static/app.css?v=1f0c... A name that is not there comes back without one.
func URL(name string) string {
	if a, ok := assets()[name]; ok {
		return Prefix + name + "?v=" + a.Hash
	}
	return Prefix + name
}

// Stylesheet is the address of the built stylesheet, or of base.css where there is none.
func Stylesheet() string {
	if Built() {
		return URL("app.css")
	}
	return URL("base.css")
}

// DoorStylesheet is the address of the stylesheet of the members' pages, or of base.css where nothing was built.
func DoorStylesheet() string {
	if Built() {
		return URL("door.css")
	}
	return URL("base.css")
}

// CacheControl is the header for an asset asked for with the version in v: a year where it is the asset's own hash, since
// that address never means anything else, and a question each time otherwise.
func CacheControl(a Asset, v string) string {
	if v == a.Hash {
		return "public, max-age=31536000, immutable"
	}
	return "public, no-cache"
}
