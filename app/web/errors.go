package web

import (
	"context"
	"errors"
	"net/url"
	"regexp"
	"strings"

	"github.com/gofiber/fiber/v2"

	"commoncase/models"
	"commoncase/views"
	"commoncase/views/components"
)

// statuses turns what went wrong into an HTTP status; the one table.
var statuses = map[models.Code]int{
	models.CodeInvalid:   fiber.StatusUnprocessableEntity,
	models.CodeBadFile:   fiber.StatusUnprocessableEntity,
	models.CodeNotFound:  fiber.StatusNotFound,
	models.CodeForbidden: fiber.StatusForbidden,
	models.CodeConflict:  fiber.StatusConflict,
	models.CodeUnready:   fiber.StatusConflict,
	models.CodeTooLarge:  fiber.StatusRequestEntityTooLarge,
	models.CodeTooMany:   fiber.StatusTooManyRequests,
	models.CodeSignIn:    fiber.StatusSeeOther,
}

var headings = map[int]string{
	fiber.StatusUnprocessableEntity:         "That cannot be saved as it is",
	fiber.StatusNotFound:                    "There is nothing here",
	fiber.StatusForbidden:                   "You may not do this",
	fiber.StatusConflict:                    "This cannot be done now",
	fiber.StatusRequestEntityTooLarge:       "That is too large",
	fiber.StatusTooManyRequests:             "Too many tries",
	fiber.StatusBadRequest:                  "That request cannot be read",
	fiber.StatusMethodNotAllowed:            "That cannot be done here",
	fiber.StatusRequestTimeout:              "That took too long to arrive",
	fiber.StatusLengthRequired:              "That request cannot be read",
	fiber.StatusUnsupportedMediaType:        "That request cannot be read",
	fiber.StatusRequestHeaderFieldsTooLarge: "That request cannot be read",
	fiber.StatusServiceUnavailable:          "Try again in a moment",
	fiber.StatusInternalServerError:         "Something went wrong on our side",
}

var sentences = map[int]string{
	fiber.StatusNotFound:                    "There is no such page. Check the address, or start from the front page.",
	fiber.StatusBadRequest:                  "What your browser sent could not be read. Go back and try again.",
	fiber.StatusMethodNotAllowed:            "This address does not take that. Start from the front page.",
	fiber.StatusRequestTimeout:              "What you sent did not arrive in time. Check your connection, go back and send it again.",
	fiber.StatusRequestEntityTooLarge:       "What you sent is longer than we take. Shorten it, or send fewer files at a time.",
	fiber.StatusLengthRequired:              "What you sent does not say how long it is. Send it from a browser.",
	fiber.StatusUnsupportedMediaType:        "What you sent is in a form that we do not take. Send it from a browser.",
	fiber.StatusRequestHeaderFieldsTooLarge: "The address or the cookies of your browser are too long. Clear the cookies of this site and try again.",
	fiber.StatusServiceUnavailable:          "The service is busy. Wait a minute and try again.",
	fiber.StatusInternalServerError:         "Nothing of what you sent was saved. Go back and try again; if it happens again, tell whoever runs this site.",
}

// statusOf is the status for an error that a person may see; 500 for an internal one.
func statusOf(err error) int {
	if status, ok := statuses[models.CodeOf(err)]; ok {
		return status
	}
	return fiber.StatusInternalServerError
}

// mendable reports whether an error is one that the person can mend in the form they sent; the handler then shows the form again.
// Whoever may not do a thing, or names a thing that is not there, gets the error page instead.
func mendable(err error) bool {
	switch models.CodeOf(err) {
	case models.CodeInvalid, models.CodeBadFile, models.CodeTooLarge, models.CodeConflict, models.CodeUnready, models.CodeTooMany:
		return true
	default:
		return false
	}
}

// refuse puts what is to be mended at the head of a page and returns the status to render it with.
func refuse(p *views.Page, err error) int {
	for _, e := range models.FieldErrors(err) {
		p.Errors = append(p.Errors, components.ErrorLine{Field: e.Field, Text: e.Message})
	}
	p.HasErrors = true
	return statusOf(err)
}

// fieldError is the sentence for one field of a form that was refused, and "" where there is none.
func fieldError(err error, field string) string {
	for _, e := range models.FieldErrors(err) {
		if e.Field == field {
			return e.Message
		}
	}
	return ""
}

// reference is a reference of ours, as errors name the case, letter or story that they are about. It is personal data, and the log keeps none.
var reference = regexp.MustCompile(`\b[A-Z]{2,5}(-[LCS])?-[0-9]{2}-[0-9]{4,}-[0-9A-Z]`)

// handleError is where every error becomes an answer. What a person may see is the sentence of a models.Error; of anything else
// they get the status and the request's id, and the log gets the rest.
func (s *server) handleError(c *fiber.Ctx, err error) error {
	id, _ := c.Locals(localRequestID).(string)
	c.Response().ResetBody()
	c.SetUserContext(context.WithoutCancel(c.UserContext())) // the deadline may be what went wrong; the page is rendered all the same
	if id == "" {
		return fallback(c, err) // refused before the first middleware: there are no headers yet and no id
	}
	if isDoor(c.Path()) {
		return s.doorError(c, err)
	}
	switch {
	case errors.Is(err, errStaleForm), errors.Is(err, errSignedOut), errors.Is(err, errOtherBranch):
		return s.sendAgain(c, err)
	case errors.Is(err, errElsewhere):
		err = models.Errorf(models.CodeForbidden, "This form was sent from another site, so nothing was done. Open the page here and send it again.")
	}
	if models.CodeOf(err) == models.CodeSignIn {
		return c.Redirect(signInFor(c.OriginalURL()), fiber.StatusSeeOther)
	}
	var status int
	var sentence string
	var fe *fiber.Error
	switch {
	case models.CodeOf(err) != "":
		// The outermost models.Error, not err.Error(): what was wrapped around it is for the log.
		status, sentence = statusOf(err), models.FieldErrors(err)[0].Message
	case errors.As(err, &fe) && sentences[fe.Code] != "":
		status, sentence = fe.Code, sentences[fe.Code]
	default:
		status = fiber.StatusInternalServerError
		if errors.Is(err, context.DeadlineExceeded) {
			status = fiber.StatusServiceUnavailable
		}
		sentence = sentences[status]
		s.logInternal(c, id, err)
	}
	page := s.page(c, headings[status])
	props := views.ErrorProps{Page: page, Status: status, Heading: headings[status], Message: sentence, RequestID: id}
	if renderErr := s.render(c, status, views.ErrorPage(props)); renderErr != nil {
		return fallback(c, err)
	}
	return nil
}

// sendAgain answers a form whose token is old, whose sender was signed out while they wrote, or who looks at another branch by now.
// Where the browser attests that it came from one of our pages, what was typed comes back in a form that sends it again; else it is
// a plain refusal. That form still belongs to the branch in which it was opened.
func (s *server) sendAgain(c *fiber.Ctx, why error) error {
	p := views.SendAgainProps{Page: s.page(c, "Send it again"), Token: visitorOf(c).formToken(), SignedOut: errors.Is(why, errSignedOut),
		OtherBranch: errors.Is(why, errOtherBranch), Action: c.OriginalURL()}
	if s.attested(c) && !beforeSignIn[c.Locals(localRoute)] && c.Request().Header.ContentLength() <= smallBody {
		if strings.HasPrefix(c.Get(fiber.HeaderContentType), fiber.MIMEMultipartForm) {
			p.Multipart = true
			if form, err := c.MultipartForm(); err == nil {
				for name, values := range form.Value {
					for _, v := range values {
						p.Fields = append(p.Fields, views.SentField{Name: name, Value: v})
					}
				}
				p.HadFiles = len(form.File) > 0
			}
		} else {
			c.Request().PostArgs().VisitAll(func(name, value []byte) {
				p.Fields = append(p.Fields, views.SentField{Name: string(name), Value: string(value)})
			})
		}
		if _, branch := sentToken(c); branch != 0 {
			p.Token = visitorOf(c).formTokenIn(branch)
		}
		p.Fields = sendable(p.Fields)
	}
	return s.render(c, fiber.StatusForbidden, views.SendAgainPage(p))
}

// sendable leaves out what must not stand in a page, and the old token.
func sendable(fields []views.SentField) []views.SentField {
	var out []views.SentField
	for _, f := range fields {
		if f.Name != components.CSRFField && f.Name != "password" {
			out = append(out, f)
		}
	}
	return out
}

// signInFor is the sign-in page that leads back to a path.
func signInFor(path string) string {
	if path == "/" || !localPath(path) {
		return views.SignInPath
	}
	return views.SignInPath + "?" + url.Values{"next": {path}}.Encode()
}

// fallbackPage is for when nothing else can be rendered: no session, no template, no stylesheet.
const fallbackPage = `<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>HEADING – Commoncase</title></head>
<body><main><h1>HEADING</h1><p>SENTENCE</p><p><a href="/">Go to the start page</a></p></main></body></html>
`

func fallback(c *fiber.Ctx, err error) error {
	status := fiber.StatusInternalServerError
	var fe *fiber.Error
	if errors.As(err, &fe) && sentences[fe.Code] != "" {
		status = fe.Code
	}
	c.Response().ResetBody()
	c.Set("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'")
	c.Set("X-Content-Type-Options", "nosniff")
	c.Set(fiber.HeaderCacheControl, "no-store")
	c.Type("html", "utf-8")
	return c.Status(status).SendString(strings.NewReplacer("HEADING", headings[status], "SENTENCE", sentences[status]).Replace(fallbackPage))
}

// noSuchPage is the handler behind all others.
func noSuchPage(*fiber.Ctx) error { return fiber.ErrNotFound }
