package web

import (
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/netip"
	"net/url"
	"runtime/debug"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/gofiber/fiber/v2"

	"commoncase/app/intake"
	"commoncase/app/people"
	"commoncase/models"
	"commoncase/models/access"
	"commoncase/models/catalogue"
	"commoncase/views"
	"commoncase/views/components"
)

// What a request carries with it, in c.Locals.
type local int

const (
	localRequestID local = iota
	localRoute           // pattern of the route, for the log
	localVisitor         // *visitor
	localTeller          // intake.Session, of a route with the guard teller
	localParts           // *multipart.Reader, of a form that comes part by part
)

// visitor is who asks: in is nil where nobody is signed in. token is the session's, or else that of the sign-in form.
type visitor struct {
	in    *people.SignedIn
	token string
}

// outermost wraps every request: an id, the headers that every answer has, a deadline, a net under panics, and a line in the log.
func (s *server) outermost(c *fiber.Ctx) (err error) {
	began := s.cfg.Clock()
	id := s.requestID(c)
	c.Locals(localRequestID, id)
	c.Locals(localRoute, "unmatched")
	s.secureHeaders(c)
	c.Set(fiber.HeaderXRequestID, id)
	ctx, cancel := context.WithTimeout(context.WithoutCancel(c.UserContext()), patient)
	defer cancel()
	c.SetUserContext(ctx)

	if err := s.next(c); err != nil {
		if err := s.handleError(c, err); err != nil {
			return err
		}
	}
	// The line has the pattern of the route, never the path: references and what somebody searched for are personal data, and
	// so is an address on the network.
	s.cfg.Log.LogAttrs(ctx, slog.LevelInfo, "request", slog.String("id", id), slog.String("method", c.Method()),
		slog.String("route", c.Locals(localRoute).(string)), slog.Int("status", c.Response().StatusCode()),
		slog.Duration("took", s.cfg.Clock().Sub(began)))
	return nil
}

// next turns a panic below into an error.
func (s *server) next(c *fiber.Ctx) (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("panic: %v\n%s", r, debug.Stack())
		}
	}()
	return c.Next()
}

// requestID takes the id that a trusted proxy gave, and else makes one.
func (s *server) requestID(c *fiber.Ctx) string {
	if given := c.Get(fiber.HeaderXRequestID); given != "" && len(given) <= 64 && s.fromProxy(c) && plainID(given) {
		return given
	}
	var b [8]byte
	rand.Read(b[:])
	return hex.EncodeToString(b[:])
}

func plainID(id string) bool {
	return strings.Trim(id, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_") == ""
}

// policy is the Content-Security-Policy: nothing from elsewhere, nothing inline, no frames.
const policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; form-action 'self'; " +
	"frame-ancestors 'none'; base-uri 'none'"

func (s *server) secureHeaders(c *fiber.Ctx) {
	c.Set("Content-Security-Policy", policy)
	c.Set("X-Content-Type-Options", "nosniff")
	// Not no-referrer: browsers then send "Origin: null" with a form, and no form could be told from a forged one.
	c.Set("Referrer-Policy", "same-origin")
	c.Set("Permissions-Policy", "camera=(), geolocation=(), microphone=(), payment=(), usb=()")
	c.Set("Cross-Origin-Opener-Policy", "same-origin")
	c.Set("Cross-Origin-Resource-Policy", "same-origin")
	c.Set(fiber.HeaderCacheControl, "no-store") // static files say otherwise
	if s.secure {
		c.Set("Strict-Transport-Security", "max-age=31536000")
	}
}

// serve is what every route goes through, in this order: how long the body may be, who asks, may they, does the form come from
// us. Only then the handler.
func (s *server) serve(r route) fiber.Handler {
	return func(c *fiber.Ctx) error {
		c.Locals(localRoute, r.path)
		// What stands in a path reaches the database as it is, and PostgreSQL takes no bytes that are no text; browsers send none.
		if !utf8.ValidString(c.Path()) || strings.ContainsRune(c.Path(), 0) {
			return fiber.ErrBadRequest
		}
		if r.guard == bare {
			if err := s.limitBody(c, 0); err != nil {
				return err
			}
			return r.handle(c)
		}
		time := usual
		above := c.UserContext()
		switch r.kind {
		case plain:
		case streams, pieces:
			time, above = uploadTime, context.WithoutCancel(above) // it lasts as long as its body arrives
		case uploads, slow:
			time = patient
		}
		ctx, cancel := context.WithTimeout(above, time)
		defer cancel()
		c.SetUserContext(ctx)

		changes := !safe(c.Method())
		if changes && !s.sameSite(c) {
			return errElsewhere
		}
		v, err := s.visitor(c)
		if err != nil {
			return err
		}
		c.Locals(localVisitor, v)
		most := smallBody
		if r.kind == uploads && v.in != nil {
			most = uploadBody
		}
		if v.in == nil && r.guard != public && r.guard != teller {
			if changes {
				if err := s.limitBody(c, most); err != nil {
					return err
				}
				return errSignedOut
			}
			return models.Errorf(models.CodeSignIn, "Sign in to go on.")
		}
		if err := s.allowed(c, r.guard); err != nil {
			return err
		}
		if r.guard == teller {
			err := s.recognise(c)
			if err == nil && s.teller(c).Helper && strings.HasPrefix(r.path, views.MyPath) && r.path != views.MyPath+"/leave" {
				// What is between a teller and the branch is none of whoever takes the story down, before it is handed over either.
				err = catalogue.Errorf(models.CodeForbidden, "my.error.helper")
			}
			if errors.Is(err, errLost) && !changes {
				return err
			}
			if err == nil && r.kind == streams {
				most = uploadBody
			} else if r.kind == pieces {
				most = pieceBody
			} else if err != nil && r.kind == streams {
				drain(c)
				return err
			}
			if err != nil && !errors.Is(err, errLost) {
				return err
			}
		}
		if err := s.limitBody(c, most); err != nil {
			return err
		}
		if changes {
			mac, branch, err := s.provenance(c, r.kind)
			if err != nil {
				return err
			}
			if _, isAction := actionOf(r.guard); isAction && branch != 0 && branch != s.actor(c).BranchID {
				return errOtherBranch
			}
			if !hmac.Equal([]byte(mac), []byte(v.mac("form"))) {
				return errStaleForm
			}
			if _, ok := c.Locals(localTeller).(intake.Session); r.guard == teller && !ok {
				return errLost
			}
		}
		return r.handle(c)
	}
}

// provenance is the token that a form carries, and the branch in which it was opened. A script sends it in a header, which no other site's
// page can; of a form that comes part by part it is the first part.
func (s *server) provenance(c *fiber.Ctx, k kind) (mac string, branch int64, err error) {
	if token := c.Get("X-Form-Token"); token != "" {
		mac, branch = cutToken(token)
		return mac, branch, nil
	}
	if k == streams {
		token, err := s.openParts(c)
		mac, branch = cutToken(token)
		return mac, branch, err
	}
	if err := readForm(c); err != nil {
		return "", 0, err
	}
	mac, branch = sentToken(c)
	return mac, branch, nil
}

func safe(method string) bool {
	return method == fiber.MethodGet || method == fiber.MethodHead || method == fiber.MethodOptions
}

// allowed holds the guard of a route against the roles of the visitor.
func (s *server) allowed(c *fiber.Ctx, g guard) error {
	if a, ok := actionOf(g); ok {
		return s.actor(c).Can(a)
	}
	return nil
}

// actionOf is the action of models/access that a guard asks for, where it is one.
func actionOf(g guard) (access.Action, bool) {
	switch g {
	case bare, public, signedIn, teller:
		return "", false
	default:
		return access.Action(g), true
	}
}

// limitBody refuses a body that is longer than most bytes, or whose length is not said, before any of it is read. A body that is
// streamed has its connection closed afterwards: what is left of it must not be taken for the next request.
func (s *server) limitBody(c *fiber.Ctx, most int) error {
	if c.Get(fiber.HeaderContentEncoding) != "" {
		c.Context().SetConnectionClose()
		return fiber.ErrUnsupportedMediaType // a few packed bytes can unpack to gigabytes
	}
	n := c.Request().Header.ContentLength()
	if n == -1 {
		c.Context().SetConnectionClose()
		return fiber.ErrLengthRequired
	}
	if most == pieceBody { // it may take a minute over a bad line
		if err := c.Context().Conn().SetReadDeadline(s.cfg.Clock().Add(pieceTime)); err != nil {
			return fmt.Errorf("give a piece of a file its time: %w", err)
		}
	}
	if n > smallBody {
		c.Context().SetConnectionClose()
		if most > smallBody {
			if err := c.Context().Conn().SetReadDeadline(s.cfg.Clock().Add(uploadTime)); err != nil {
				return fmt.Errorf("give an upload time: %w", err)
			}
		}
	}
	if n > most {
		return s.tooLarge(c, most)
	}
	return nil
}

// tooLarge reads on for a while and throws away, for a browser that is still sending does not listen.
func (s *server) tooLarge(c *fiber.Ctx, most int) error {
	drain := int64(8 << 20)
	if most == uploadBody {
		drain = drainMost
	}
	if body := c.Context().RequestBodyStream(); body != nil {
		// Whether the rest arrives or the line breaks, the answer is the same.
		_, _ = io.Copy(io.Discard, io.LimitReader(body, drain))
	}
	if most == uploadBody {
		return models.Errorf(models.CodeTooLarge, "The files are more than %d MB together. Go back and send fewer at a time.", most>>20)
	}
	return models.Errorf(models.CodeTooLarge, "What you sent is longer than we take (%d MB). Shorten the text and send it again.", smallBody>>20)
}

// readForm reads a form with files, so that a broken one is told apart from an empty one.
func readForm(c *fiber.Ctx) error {
	if !strings.HasPrefix(c.Get(fiber.HeaderContentType), fiber.MIMEMultipartForm) {
		return nil
	}
	if _, err := c.MultipartForm(); err != nil {
		c.Context().SetConnectionClose()
		return models.Errorf(models.CodeInvalid, "The files did not arrive whole. Check your connection, go back and send them again.")
	}
	return nil
}

// sameSite reports whether a request that changes something comes from one of our own pages, as far as the browser says. All
// browsers since 2023 send Sec-Fetch-Site over HTTPS; older ones, and plain HTTP, send Origin. A program that is no browser sends
// neither; it still needs the token of a form.
func (s *server) sameSite(c *fiber.Ctx) bool {
	switch c.Get("Sec-Fetch-Site") {
	case "same-origin", "none":
		return true
	case "":
	default:
		return false
	}
	origin := c.Get(fiber.HeaderOrigin)
	if origin == "" || origin == s.cfg.BaseURL {
		return true
	}
	u, err := url.Parse(origin)
	return err == nil && u.Host != "" && u.Host == string(c.Request().Header.Host())
}

// attested is sameSite where the browser positively said so.
func (s *server) attested(c *fiber.Ctx) bool {
	return s.sameSite(c) && (c.Get("Sec-Fetch-Site") == "same-origin" || c.Get(fiber.HeaderOrigin) != "")
}

// Names of the cookies. With HTTPS they carry the __Host- prefix: no other site of the same domain can then set them.
const (
	sessionCookie = "session"
	formCookie    = "form" // before sign-in: what the token of the sign-in form is made from
	flashCookie   = "flash"
)

func (s *server) cookieName(name string) string {
	if s.secure {
		return "__Host-" + name
	}
	return name
}

// setCookie sets a cookie for the life of the browser's session; an empty value takes it away.
func (s *server) setCookie(c *fiber.Ctx, name, value string) {
	ck := &fiber.Cookie{Name: s.cookieName(name), Value: value, Path: "/", HTTPOnly: true, Secure: s.secure, SameSite: fiber.CookieSameSiteLaxMode}
	if value == "" {
		ck.Expires = time.Unix(0, 0)
		ck.MaxAge = -1
	} else if name == sessionCookie {
		ck.MaxAge = int((30 * 24 * time.Hour).Seconds()) // the database says when it ends
	}
	c.Cookie(ck)
}

// visitor finds out who asks, in one query; none where there is no session cookie.
func (s *server) visitor(c *fiber.Ctx) (*visitor, error) {
	if token := c.Cookies(s.cookieName(sessionCookie)); token != "" {
		in, err := s.People.Who(c.UserContext(), token)
		switch {
		case err == nil:
			return &visitor{in: &in, token: token}, nil
		case models.CodeOf(err) != models.CodeSignIn:
			return nil, err
		}
	}
	return &visitor{token: c.Cookies(s.cookieName(formCookie))}, nil
}

func visitorOf(c *fiber.Ctx) *visitor {
	if v, ok := c.Locals(localVisitor).(*visitor); ok {
		return v
	}
	return &visitor{}
}

// formToken proves that a form is ours: an HMAC under the secret of the session's cookie. It needs no storage and no query, changes with every
// sign-in because the session's token does, and gives nothing of the cookie away. Behind it stands the branch in which the form was
// opened: somebody of two branches who changes over in one tab must not save in the wrong branch what they wrote in another.
func (v *visitor) formToken() string { return v.formTokenIn(v.branch()) }

func (v *visitor) formTokenIn(branch int64) string {
	return v.mac("form") + "." + strconv.FormatInt(branch, 10)
}

// branch is the branch that the visitor looks at; 0 where nobody is signed in.
func (v *visitor) branch() int64 {
	if v.in == nil {
		return 0
	}
	return v.in.Branch.ID
}

// sentToken is the token that a form carries, and the branch in which it was opened; 0 where it does not say.
func sentToken(c *fiber.Ctx) (mac string, branch int64) {
	return cutToken(formValue(c, components.CSRFField))
}

func cutToken(token string) (mac string, branch int64) {
	mac, in, _ := strings.Cut(token, ".")
	branch, err := strconv.ParseInt(in, 10, 64)
	if err != nil {
		return mac, 0
	}
	return mac, branch
}

func (v *visitor) mac(what string) string {
	if v.token == "" {
		var never [32]byte
		rand.Read(never[:])
		return base64.RawURLEncoding.EncodeToString(never[:]) // equals nothing that anybody sends
	}
	m := hmac.New(sha256.New, []byte(v.token))
	m.Write([]byte(what))
	return base64.RawURLEncoding.EncodeToString(m.Sum(nil))
}

// actor is who asks, for the use cases; the zero Actor, who may do nothing, where nobody is signed in.
func (s *server) actor(c *fiber.Ctx) models.Actor {
	if v := visitorOf(c); v.in != nil {
		return people.ActorOf(*v.in)
	}
	return models.Actor{}
}

func prefixes(names []string) []netip.Prefix {
	var ps []netip.Prefix
	for _, n := range names {
		if p, err := netip.ParsePrefix(n); err == nil {
			ps = append(ps, p)
		} else if a, err := netip.ParseAddr(n); err == nil {
			ps = append(ps, netip.PrefixFrom(a, a.BitLen()))
		}
	}
	return ps
}

func (s *server) trusted(a netip.Addr) bool {
	for _, p := range s.proxies {
		if p.Contains(a.Unmap()) {
			return true
		}
	}
	return false
}

func (s *server) fromProxy(c *fiber.Ctx) bool {
	a, ok := netip.AddrFromSlice(c.Context().RemoteIP())
	return ok && s.trusted(a)
}

// address is where a request comes from. X-Forwarded-For is believed from a trusted proxy alone, and of it the last entry that
// is no proxy of ours: what stands before it, anybody can write.
// Of an IPv6 address the first half: whoever has one has the second half to choose from.
func (s *server) address(c *fiber.Ctx) string {
	a, ok := netip.AddrFromSlice(c.Context().RemoteIP())
	if !ok {
		return c.Context().RemoteIP().String()
	}
	remote := network(a)
	if !s.trusted(a) {
		return remote
	}
	entries := strings.Split(c.Get(fiber.HeaderXForwardedFor), ",")
	for i := len(entries) - 1; i >= 0; i-- {
		a, err := netip.ParseAddr(strings.TrimSpace(entries[i]))
		if err != nil {
			break
		}
		if !s.trusted(a) {
			return network(a)
		}
	}
	return remote
}

func network(a netip.Addr) string {
	a = a.Unmap().WithZone("")
	if a.Is4() {
		return a.String()
	}
	return netip.PrefixFrom(a, 64).Masked().String()
}

// The refusals of serve that need a page of their own.
var (
	errElsewhere   = errors.New("the form was sent from another site")
	errStaleForm   = errors.New("the form is out of date")
	errSignedOut   = errors.New("the form was sent without a session")
	errOtherBranch = errors.New("the form was opened in another branch")
)
