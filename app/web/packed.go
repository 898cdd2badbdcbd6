package web

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"strconv"
	"strings"
	"sync"

	"github.com/a-h/templ"
	"github.com/andybalholm/brotli"
	"github.com/gofiber/fiber/v2"

	"commoncase/static"
)

// Packed is what stays the same for everybody, stylesheets and scripts, and the pages at the front door that show nothing of what was sent to
// them: /tell, /tell/:branch, /emergency. No other page is: one that shows something secret, such as the token of a form, beside something
// that somebody else may put there (a search, a field, an error) gives the secret away by its packed length, guess by guess (BREACH). On the
// pages at the door the token is the only secret, and what is beside it is the branch's own.

// encoding is how the browser takes an answer: br, gzip or "".
func encoding(c *fiber.Ctx) string {
	accepted := map[string]bool{}
	for _, part := range strings.Split(c.Get(fiber.HeaderAcceptEncoding), ",") {
		name, quality, _ := strings.Cut(strings.TrimSpace(part), ";")
		q, err := strconv.ParseFloat(strings.TrimPrefix(strings.TrimSpace(quality), "q="), 64)
		accepted[strings.ToLower(strings.TrimSpace(name))] = err != nil || q > 0
	}
	switch {
	case accepted["br"]:
		return "br"
	case accepted["gzip"]:
		return "gzip"
	}
	return ""
}

// pack makes a body short. level is of brotli, from 0 to 11.
func pack(body []byte, how string, level int) ([]byte, error) {
	var out bytes.Buffer
	var w io.WriteCloser = brotli.NewWriterLevel(&out, level)
	if how == "gzip" {
		w, _ = gzip.NewWriterLevel(&out, gzip.BestCompression) // the level is one that there is
	}
	if _, err := w.Write(body); err != nil {
		return nil, fmt.Errorf("pack: %w", err)
	}
	if err := w.Close(); err != nil {
		return nil, fmt.Errorf("pack: %w", err)
	}
	return out.Bytes(), nil
}

// packedAssets are the stylesheets and scripts as they were packed when they were first asked for.
var packedAssets sync.Map // by hash and encoding

// packedAsset is the body of an asset as the browser takes it, and how it is packed.
func packedAsset(c *fiber.Ctx, a static.Asset) (body []byte, how string, err error) {
	if !strings.HasPrefix(a.Type, "text/") && a.Type != "image/svg+xml" {
		return a.Body, "", nil
	}
	c.Vary(fiber.HeaderAcceptEncoding)
	if how = encoding(c); how == "" {
		return a.Body, "", nil
	}
	key := a.Hash + " " + how
	if packed, ok := packedAssets.Load(key); ok {
		return packed.([]byte), how, nil
	}
	if body, err = pack(a.Body, how, brotli.BestCompression); err != nil {
		return nil, "", err
	}
	packedAssets.Store(key, body)
	return body, how, nil
}

// doorPacked answers with one of the pages at the front door.
func (s *server) doorPacked(c *fiber.Ctx, page templ.Component) error {
	if err := s.doorRender(c, fiber.StatusOK, page); err != nil {
		return err
	}
	c.Vary(fiber.HeaderAcceptEncoding)
	how := encoding(c)
	if how == "" || isFlashed(c) {
		return nil
	}
	packed, err := pack(c.Response().Body(), how, 5)
	if err != nil {
		return err
	}
	c.Set(fiber.HeaderContentEncoding, how)
	c.Response().SetBody(packed)
	return nil
}

// isFlashed reports whether a sentence of an earlier page stands on this one.
func isFlashed(c *fiber.Ctx) bool {
	return c.Cookies(flashCookie) != "" || c.Cookies("__Host-"+flashCookie) != ""
}
