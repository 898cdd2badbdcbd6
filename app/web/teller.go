package web

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"mime"
	"mime/multipart"
	"strings"

	"github.com/a-h/templ"
	"github.com/gofiber/fiber/v2"

	"commoncase/app/intake"
	"commoncase/models"
	"commoncase/models/catalogue"
	"commoncase/views"
	"commoncase/views/components"
)

// The cookies of the members' pages. Their names say nothing; they end with the browser, and leaving ends them at once.
const (
	storyCookie = "story" // the way back to a story; what it leads to is kept by intake alone
	langCookie  = "lang"
)

// errLost is the refusal of a teller's page where the browser holds no way back to a story.
var errLost = errors.New("the browser holds no story")

// doors are the first parts of the paths of the members' pages: their frame, their language and their errors are the members'.
var doors = []string{"/tell", "/form", "/come-back", "/leave", "/emergency", "/my"}

func isDoor(path string) bool {
	for _, d := range doors {
		if path == d || strings.HasPrefix(path, d+"/") {
			return true
		}
	}
	return false
}

// text is the language of the members' pages: the one that was chosen, now or before, and else the one that the browser asks for.
func (s *server) text(c *fiber.Ctx) catalogue.Text {
	if tag := c.Query("lang"); catalogue.Known(tag) {
		s.setCookie(c, langCookie, tag)
		return catalogue.In(tag)
	}
	if tag := c.Cookies(s.cookieName(langCookie)); catalogue.Known(tag) {
		return catalogue.In(tag)
	}
	return catalogue.In(catalogue.Match(c.Get(fiber.HeaderAcceptLanguage)))
}

// teller is who holds the way back to a story; set on every route with the guard teller.
func (s *server) teller(c *fiber.Ctx) intake.Session {
	x, _ := c.Locals(localTeller).(intake.Session)
	return x
}

// recognise finds the story of the browser. The way that a helper, or a member who is signed in, has to a story ends with their session here:
// the next person at that computer is somebody else.
func (s *server) recognise(c *fiber.Ctx) error {
	x, err := s.Intake.Resume(c.UserContext(), c.Cookies(s.cookieName(storyCookie)))
	if models.CodeOf(err) == models.CodeSignIn {
		return errLost
	}
	if err != nil {
		return err
	}
	if v := visitorOf(c); x.AccountID != 0 && (v.in == nil || v.in.Account.ID != x.AccountID) {
		return errLost
	}
	x.Lang = s.text(c).Tag
	c.Locals(localTeller, x)
	return nil
}

// hold gives the browser the way to a story, and ends the one that it had.
func (s *server) hold(c *fiber.Ctx, token string) error {
	if err := s.Intake.Leave(c.UserContext(), c.Cookies(s.cookieName(storyCookie))); err != nil {
		return err
	}
	s.setCookie(c, storyCookie, token)
	return nil
}

// door fills the frame of a members' page. title is neutral.
func (s *server) door(c *fiber.Ctx, title string) views.DoorPage {
	s.formCookieFor(c)
	v := visitorOf(c)
	x := s.teller(c)
	return views.DoorPage{Text: s.text(c), Title: title, Path: c.OriginalURL(), CSRF: v.formToken(), Flash: s.takeFlash(c, v), Branch: x.Branch.Slug,
		Helper: x.Helper && x.Story.How == models.HowHelper}
}

// doorPolicy lets the script of the members' pages send files piece by piece, to us alone.
const doorPolicy = policy + "; connect-src 'self'"

// doorRender answers with a members' page.
func (s *server) doorRender(c *fiber.Ctx, status int, page templ.Component) error {
	c.Set("Content-Security-Policy", doorPolicy)
	return s.render(c, status, page)
}

// refuseDoor puts what is to be mended at the head of a members' page, in its language, and returns the status to render it with.
func refuseDoor(p *views.DoorPage, err error) int {
	for _, e := range models.FieldErrors(err) {
		p.Errors = append(p.Errors, components.ErrorLine{Field: e.Field, Text: doorSentence(p.Text, e)})
	}
	p.HasErrors = true
	return statusOf(err)
}

// doorSentence is an error in the language of the page. One that has no text in the catalogue was written for the people of a branch; whoever
// tells a story gets the sentence of its kind.
func doorSentence(t catalogue.Text, e *models.Error) string {
	if e.Key != "" {
		return t.Say(e)
	}
	switch e.Code {
	case models.CodeNotFound:
		return t.T("story.error.missing")
	case models.CodeTooLarge:
		return t.T("story.error.large")
	case models.CodeTooMany:
		return t.T("story.error.busy")
	case models.CodeForbidden:
		return t.T("story.error.elsewhere")
	case models.CodeInvalid, models.CodeBadFile, models.CodeConflict, models.CodeUnready, models.CodeSignIn:
	}
	return e.Message
}

// doorError answers an error of a members' page: in their frame and language, as JSON where the script asked.
func (s *server) doorError(c *fiber.Ctx, err error) error {
	id, _ := c.Locals(localRequestID).(string)
	t := s.text(c)
	again := errors.Is(err, errStaleForm) || errors.Is(err, errLost) || errors.Is(err, errSignedOut) || errors.Is(err, errOtherBranch)
	if again && !wantsJSON(c) {
		if safe(c.Method()) {
			return c.Redirect(views.ComeBackPath, fiber.StatusSeeOther)
		}
		return s.doorAgain(c)
	}
	status, sentence := fiber.StatusInternalServerError, t.T("story.error.broken")
	var fe *fiber.Error
	switch {
	case again:
		status, sentence = fiber.StatusForbidden, t.T("story.again.empty")
	case errors.Is(err, errElsewhere):
		status, sentence = fiber.StatusForbidden, t.T("story.error.elsewhere")
	case models.CodeOf(err) != "":
		status, sentence = statusOf(err), doorSentence(t, models.FieldErrors(err)[0])
	case errors.As(err, &fe) && fe.Code == fiber.StatusNotFound:
		status, sentence = fe.Code, t.T("story.error.missing")
	case errors.As(err, &fe) && sentences[fe.Code] != "":
		status = fe.Code
	default:
		s.logInternal(c, id, err)
	}
	if status == fiber.StatusSeeOther { // nobody signs in here
		return c.Redirect(views.ComeBackPath, fiber.StatusSeeOther)
	}
	if wantsJSON(c) {
		return c.Status(status).JSON(fiber.Map{"error": sentence})
	}
	p := views.DoorErrorProps{DoorPage: s.door(c, t.T("story.neutral")), Message: sentence}
	if status == fiber.StatusInternalServerError {
		p.ID = id
	}
	p.Path = views.TellPath
	if renderErr := s.doorRender(c, status, views.DoorErrorPage(p)); renderErr != nil {
		return fallback(c, err)
	}
	return nil
}

// logInternal writes down what went wrong on our side, without anybody's reference.
func (s *server) logInternal(c *fiber.Ctx, id string, err error) {
	s.cfg.Log.LogAttrs(c.UserContext(), slog.LevelError, "internal error", slog.String("id", id),
		slog.String("route", c.Locals(localRoute).(string)), slog.String("error", reference.ReplaceAllString(err.Error(), "(a reference)")))
}

func wantsJSON(c *fiber.Ctx) bool {
	return strings.HasPrefix(c.Get(fiber.HeaderAccept), fiber.MIMEApplicationJSON)
}

// doorAgain gives back what was typed in a form that could not be taken: its token was old, or the browser lost its way to the story. Where the
// story is still there it can be sent again; where it is not, the code is asked for, or a new form is begun, and what was typed comes along.
func (s *server) doorAgain(c *fiber.Ctx) error {
	var typed []views.SentField
	files := false
	if s.attested(c) && c.Request().Header.ContentLength() <= smallBody {
		if strings.HasPrefix(c.Get(fiber.HeaderContentType), fiber.MIMEMultipartForm) {
			files = true // its parts are gone by; nothing is typed in that form
		} else {
			c.Request().PostArgs().VisitAll(func(name, value []byte) {
				typed = append(typed, views.SentField{Name: string(name), Value: string(value)})
			})
			typed = sendable(typed)
		}
	}
	err := s.recognise(c)
	if err != nil && !errors.Is(err, errLost) {
		return s.doorErrorOf(c, err)
	}
	to, carried := carriedFields(typed)
	if to != "" {
		typed = carried
	} else if to = c.OriginalURL(); !keepable(to) {
		typed = nil // nothing that is worth keeping, and a code stands in no page again
	}
	p := views.DoorAgainProps{DoorPage: s.door(c, s.text(c).T("story.neutral")), Action: to, Fields: typed, HadFiles: files, Lost: err != nil}
	p.Path = views.ComeBackPath
	if p.Lost {
		p.Other = s.branchOf(c)
	}
	return s.doorRender(c, fiber.StatusForbidden, views.DoorAgainPage(p))
}

// doorErrorOf is doorError for an error that came up while another was answered.
func (s *server) doorErrorOf(c *fiber.Ctx, err error) error {
	s.logInternal(c, "", err)
	return fallback(c, err)
}

// keepable reports whether a form to a path holds what somebody wrote.
func keepable(path string) bool {
	path, _, _ = strings.Cut(path, "?")
	return localPath(path) && (strings.HasPrefix(path, views.FormPath+"/") || strings.HasPrefix(path, views.MyPath+"/") || path == views.MyPath)
}

// carriedFields takes apart what travels through the page that asks for the code.
func carriedFields(sent []views.SentField) (to string, fields []views.SentField) {
	for _, f := range sent {
		if f.Name == views.KeptToField && keepable(f.Value) {
			to = f.Value
		}
		if name, ok := strings.CutPrefix(f.Name, views.KeptField); ok && f.Name != views.KeptToField {
			fields = append(fields, views.SentField{Name: name, Value: f.Value})
		}
	}
	return to, fields
}

// goOn leads on after the way back was found or a form begun: to path, or, where something was typed that could not be taken before, to that.
func (s *server) goOn(c *fiber.Ctx, path string) error {
	var sent []views.SentField
	c.Request().PostArgs().VisitAll(func(name, value []byte) {
		sent = append(sent, views.SentField{Name: string(name), Value: string(value)})
	})
	to, fields := carriedFields(sent)
	if to == "" || len(fields) == 0 {
		return c.Redirect(path, fiber.StatusSeeOther)
	}
	p := views.DoorAgainProps{DoorPage: s.door(c, s.text(c).T("story.neutral")), Action: to, Fields: fields}
	p.Path = path
	return s.doorRender(c, fiber.StatusOK, views.DoorAgainPage(p))
}

// branchOf is the slug of the branch that a form was of; of the one that takes stories, where it does not say and there is only one.
func (s *server) branchOf(c *fiber.Ctx) string {
	fronts, err := s.Intake.Fronts(c.UserContext())
	if err != nil {
		return ""
	}
	said := ""
	if !strings.HasPrefix(c.Get(fiber.HeaderContentType), fiber.MIMEMultipartForm) {
		said = field(c, views.DoorBranchField)
	}
	for _, f := range fronts {
		if f.Branch.Slug == said || said == "" && len(fronts) == 1 {
			return f.Branch.Slug
		}
	}
	return ""
}

// openParts opens a form with files part by part, as it comes: nothing of it lies in a file of ours before it is sealed. The first part is the
// token of the form, and no more is read before it is held to be right.
func (s *server) openParts(c *fiber.Ctx) (token string, err error) {
	kind, params, err := mime.ParseMediaType(c.Get(fiber.HeaderContentType))
	if err != nil || kind != fiber.MIMEMultipartForm || params["boundary"] == "" { // no form with files: the usual one
		return formValue(c, components.CSRFField), nil //nolint:nilerr // what is no form with files is read as another form
	}
	c.Context().SetConnectionClose() // what is left unread must not be taken for the next request
	body := c.Context().RequestBodyStream()
	if body == nil {
		body = bytes.NewReader(c.Request().Body())
	}
	parts := multipart.NewReader(unended{body}, params["boundary"])
	first, err := parts.NextPart()
	if err != nil {
		return "", brokenUpload()
	}
	if first.FormName() != components.CSRFField {
		return "", nil
	}
	value, err := io.ReadAll(io.LimitReader(first, 200))
	if err != nil {
		return "", brokenUpload()
	}
	c.Locals(localParts, parts)
	return string(value), nil
}

// unended is a body whose end is not said before the last mark of its form: a line that breaks in the midst of a file must not read as the end
// of that file. (The parts say io.ErrUnexpectedEOF then, which is also what io.ReadFull says of the last piece of a whole file.)
type unended struct{ io.Reader }

func (u unended) Read(b []byte) (int, error) {
	n, err := u.Reader.Read(b)
	if errors.Is(err, io.EOF) {
		err = errLineBroke
	}
	return n, err
}

var errLineBroke = errors.New("the line broke before the form was whole")

func brokenUpload() *models.Error { return catalogue.Invalid("files", "story.error.whole") }

// parts are those of a form that comes part by part, after its token; nil where it has none.
func parts(c *fiber.Ctx) *multipart.Reader {
	r, _ := c.Locals(localParts).(*multipart.Reader)
	return r
}

// drain reads on for a while and throws away: a browser that is still sending does not listen.
func drain(c *fiber.Ctx) {
	if body := c.Context().RequestBodyStream(); body != nil {
		// Whether the rest arrives or the line breaks, the answer is the same.
		_, _ = io.Copy(io.Discard, io.LimitReader(body, drainMost))
	}
}

// getLeave ends the browser's way to its story, signs out whoever is signed in, and leads to a page about the weather. A link on another site that leads here ends nothing.
func (s *server) getLeave(c *fiber.Ctx) error {
	switch c.Get("Sec-Fetch-Site") {
	case "same-origin", "none", "": // an old browser does not say; its cookies are ours alone to send (SameSite)
		if token := c.Cookies(s.cookieName(storyCookie)); token != "" {
			if err := s.Intake.Leave(c.UserContext(), token); err != nil {
				s.logInternal(c, "", fmt.Errorf("leave: %w", err)) // whoever leaves in a hurry is not kept by that
			}
		}
		if v := visitorOf(c); v.in != nil { // whoever takes up the phone next is not them
			if err := s.People.SignOut(c.UserContext(), v.token); err != nil {
				s.logInternal(c, "", fmt.Errorf("leave: %w", err))
			}
		}
		for _, name := range []string{storyCookie, langCookie, formCookie, flashCookie, sessionCookie} {
			if c.Cookies(s.cookieName(name)) != "" {
				s.setCookie(c, name, "")
			}
		}
		c.Set("Clear-Site-Data", `"cache"`)
	}
	c.Set("Referrer-Policy", "no-referrer")
	return c.Redirect("https://www.bbc.co.uk/weather", fiber.StatusSeeOther)
}
