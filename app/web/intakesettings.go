package web

import (
	"strconv"

	"github.com/gofiber/fiber/v2"

	"commoncase/app/intake"
	"commoncase/models"
	"commoncase/views"
)

// tellAddress is the address of the branch's story form, as it is given out.
func (s *server) tellAddress(slug string) string { return s.cfg.BaseURL + "/tell/" + slug }

func (s *server) getIntake(c *fiber.Ctx) error { return s.showIntake(c, nil, nil) }

// showIntake shows how the branch takes stories, with a form that was refused where there is one.
func (s *server) showIntake(c *fiber.Ctx, typed *views.IntakeForm, refusal error) error {
	o, err := s.Intake.Office(c.UserContext(), s.actor(c))
	if err != nil {
		return err
	}
	p := views.IntakePage{Page: s.page(c, "The story form"), IsOpen: o.Open, Address: s.tellAddress(o.Branch.Slug), New: o.New, Held: o.Held,
		Form: views.NewIntakeForm(o.Open, o.Words, o.Months)}
	p.Back = views.Link{Text: "Branch settings", Href: views.BranchPath}
	status := fiber.StatusOK
	if refusal != nil {
		p.Form = *typed
		status = refuse(&p.Page, refusal)
	}
	return s.render(c, status, views.Intake(p))
}

func (s *server) postIntake(c *fiber.Ctx) error {
	f := views.IntakeForm{Open: field(c, "open"), Sure: field(c, "sure"), Words: field(c, "words"), Months: field(c, "months")}
	var errs models.Errors
	if f.Open != "yes" && f.Open != "no" {
		errs = append(errs, models.Invalid("open", "Choose open or closed."))
	}
	months, err := strconv.Atoi(f.Months)
	if err != nil {
		errs = append(errs, models.Invalid("months", "Enter the months as digits, such as 12."))
	}
	if err = errs.Or(); err == nil {
		err = s.Intake.Keep(c.UserContext(), s.actor(c), intake.Settings{Open: f.Open == "yes", Sure: f.Sure == "yes", Words: f.Words, Months: months})
	}
	switch {
	case err == nil && f.Open == "yes":
		return s.done(c, views.IntakePath, "The settings are saved. The story form is open.")
	case err == nil:
		return s.done(c, views.IntakePath, "The settings are saved. The story form is closed.")
	case !mendable(err):
		return err
	}
	return s.showIntake(c, &f, err)
}

// getPoster is the poster with the address, to print.
func (s *server) getPoster(c *fiber.Ctx) error {
	o, err := s.Intake.Office(c.UserContext(), s.actor(c))
	if err != nil {
		return err
	}
	p := views.PosterPage{Page: s.page(c, "Poster"), Address: s.tellAddress(o.Branch.Slug), IsOpen: o.Open}
	p.Back = views.Link{Text: "The story form", Href: views.IntakePath}
	return s.render(c, fiber.StatusOK, views.Poster(p))
}
