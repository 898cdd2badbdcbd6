package web

import (
	"crypto/rand"
	"encoding/base64"

	"github.com/gofiber/fiber/v2"

	"commoncase/app/people"
	"commoncase/models"
	"commoncase/views"
)

// beforeSignIn are the forms of those who are not signed in. One that comes without a cookie is not given back to be sent again: it
// would come without one again.
var beforeSignIn = map[any]bool{"/sign-in": true, "/forgotten-password": true, "/reset-password/:token": true}

// formCookieFor hangs the token of a form on a cookie of its own where nobody is signed in, so that no other site can send it.
func (s *server) formCookieFor(c *fiber.Ctx) {
	if v := visitorOf(c); v.in == nil && v.token == "" {
		s.newFormCookie(c)
	}
}

func (s *server) newFormCookie(c *fiber.Ctx) {
	var b [32]byte
	rand.Read(b[:])
	v := &visitor{token: base64.RawURLEncoding.EncodeToString(b[:])}
	s.setCookie(c, formCookie, v.token)
	c.Locals(localVisitor, v)
}

func (s *server) getForgotten(c *fiber.Ctx) error { return s.forgottenPage(c, "", nil) }

// forgottenPage shows the form to ask for a link, with what was typed.
func (s *server) forgottenPage(c *fiber.Ctx, email string, err error) error {
	s.formCookieFor(c)
	p := views.ForgottenProps{Page: s.page(c, "Forgotten password"), CanMail: s.People.CanMail(), Email: email, EmailError: fieldError(err, "email")}
	status := fiber.StatusOK
	if err != nil {
		status = refuse(&p.Page, err)
	}
	return s.render(c, status, views.ForgottenPage(p))
}

func (s *server) postForgotten(c *fiber.Ctx) error {
	email := field(c, "email")
	err := s.People.AskReset(c.UserContext(), email, s.address(c))
	if mendable(err) {
		return s.forgottenPage(c, email, err)
	}
	if err != nil {
		return err
	}
	return s.done(c, "/forgotten-password/sent", "")
}

func (s *server) getLinkSent(c *fiber.Ctx) error {
	return s.render(c, fiber.StatusOK, views.LinkSentPage(s.page(c, "Look in your mail")))
}

// getReset shows the form behind a link that was mailed. The secret stays in the path: the log has the pattern of the route, and no
// other site is told the address of the page (Referrer-Policy).
func (s *server) getReset(c *fiber.Ctx) error {
	if err := s.People.ResetWorks(c.UserContext(), c.Params("token")); err != nil {
		return s.resetGone(c, err)
	}
	return s.resetPage(c, nil)
}

func (s *server) resetPage(c *fiber.Ctx, err error) error {
	s.formCookieFor(c)
	p := views.ResetProps{Page: s.page(c, "Choose a new password"), Action: people.ResetPath + c.Params("token"), PasswordError: fieldError(err, "password")}
	status := fiber.StatusOK
	if err != nil {
		status = refuse(&p.Page, err)
	}
	return s.render(c, status, views.ResetPage(p))
}

// resetGone says that a link does not work and leads to where a new one can be had.
func (s *server) resetGone(c *fiber.Ctx, err error) error {
	if models.CodeOf(err) != models.CodeNotFound {
		return err
	}
	const heading = "This link does not work"
	return s.render(c, fiber.StatusNotFound, views.ErrorPage(views.ErrorProps{Page: s.page(c, heading), Status: fiber.StatusNotFound, Heading: heading,
		Message: models.FieldErrors(err)[0].Message, Action: views.Link{Text: "Ask for a new link", Href: views.ForgottenPath}}))
}

func (s *server) postReset(c *fiber.Ctx) error {
	err := s.People.ResetPassword(c.UserContext(), c.Params("token"), formValue(c, "password"), s.address(c))
	if mendable(err) {
		return s.resetPage(c, err)
	}
	if err != nil {
		return s.resetGone(c, err)
	}
	// All sessions of the account are over; so is the one in this browser, whosever it is, for the next thing is to sign in.
	if v := visitorOf(c); v.in != nil {
		if err := s.People.SignOut(c.UserContext(), v.token); err != nil {
			return err
		}
	}
	s.setCookie(c, sessionCookie, "")
	s.newFormCookie(c)
	return s.done(c, views.SignInPath, "Your new password is saved. Sign in with it.")
}
