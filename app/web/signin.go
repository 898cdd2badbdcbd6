package web

import (
	"crypto/subtle"

	"github.com/gofiber/fiber/v2"

	"commoncase/models"
	"commoncase/views"
)

// signInForm is what is typed to sign in.
type signInForm struct {
	email, password, next string
}

func (s *server) getSignIn(c *fiber.Ctx) error {
	next := query(c, "next")
	if !localPath(next) {
		next = ""
	}
	if visitorOf(c).in != nil {
		if next == "" {
			next = "/"
		}
		return c.Redirect(next, fiber.StatusSeeOther)
	}
	return s.signInPage(c, signInForm{next: next}, nil)
}

// signInPage shows the form. Before anybody is signed in its token hangs on a cookie of its own, so that no other site can sign
// a person in as somebody else.
func (s *server) signInPage(c *fiber.Ctx, f signInForm, err error) error {
	s.formCookieFor(c)
	p := views.SignInProps{Page: s.page(c, "Sign in"), Email: f.email, Next: f.next,
		EmailError: fieldError(err, "email"), PasswordError: fieldError(err, "password")}
	status := fiber.StatusOK
	if err != nil {
		status = refuse(&p.Page, err)
	}
	return s.render(c, status, views.SignInPage(p))
}

func (s *server) postSignIn(c *fiber.Ctx) error {
	f := signInForm{email: field(c, "email"), password: formValue(c, "password"), next: field(c, "next")}
	if !localPath(f.next) {
		f.next = ""
	}
	token, err := s.People.SignIn(c.UserContext(), f.email, f.password, s.address(c))
	if mendable(err) {
		return s.signInPage(c, f, err)
	}
	if err != nil {
		return err
	}
	return s.signedIn(c, token, f.next)
}

// signedIn gives the browser its new session and ends the one it had, so that a token that somebody planted is worth nothing.
func (s *server) signedIn(c *fiber.Ctx, token, next string) error {
	if v := visitorOf(c); v.in != nil {
		if err := s.People.SignOut(c.UserContext(), v.token); err != nil {
			return err
		}
	}
	s.setCookie(c, formCookie, "")
	s.setCookie(c, sessionCookie, token)
	if next == "" {
		next = "/"
	}
	return c.Redirect(next, fiber.StatusSeeOther)
}

func (s *server) postSignOut(c *fiber.Ctx) error {
	if v := visitorOf(c); v.in != nil {
		if err := s.People.SignOut(c.UserContext(), v.token); err != nil {
			return err
		}
	}
	s.setCookie(c, sessionCookie, "")
	return c.Redirect(views.SignInPath, fiber.StatusSeeOther)
}

// postBranch makes the session look at another branch of the person.
func (s *server) postBranch(c *fiber.Ctx) error {
	if err := s.People.SwitchBranch(c.UserContext(), visitorOf(c).token, number(c, views.BranchField)); err != nil {
		return err
	}
	return c.Redirect("/", fiber.StatusSeeOther)
}

// getDemoSignIn signs in as one of the people of the demonstration; the link is printed where the demonstration was started.
func (s *server) getDemoSignIn(c *fiber.Ctx) error {
	given, email := []byte(c.Params("token")), ""
	for token, e := range s.cfg.Demo.Emails {
		if subtle.ConstantTimeCompare(given, []byte(token)) == 1 {
			email = e
		}
	}
	if email == "" {
		return models.Errorf(models.CodeNotFound, "This link is not one of this demonstration. Use the links that were printed when it started.")
	}
	token, err := s.People.SignInAs(c.UserContext(), email)
	if err != nil {
		return err
	}
	return s.signedIn(c, token, "")
}
