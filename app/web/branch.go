package web

import (
	"strconv"

	"github.com/gofiber/fiber/v2"

	"commoncase/app/people"
	"commoncase/models"
	"commoncase/views"
)

// getBranch is what the secretary keeps of the branch.
func (s *server) getBranch(c *fiber.Ctx) error {
	x, err := s.People.BranchSettings(c.UserContext(), s.actor(c))
	if err != nil {
		return err
	}
	p := views.BranchPage{Page: s.page(c, "Branch settings"), Form: views.BranchForm{Address: x.Address, Email: x.Email, Threshold: strconv.Itoa(x.Threshold)}}
	return s.render(c, fiber.StatusOK, views.Branch(p))
}

func (s *server) postBranchSettings(c *fiber.Ctx) error {
	f := views.BranchForm{Address: field(c, "address"), Email: field(c, "email"), Threshold: field(c, "threshold")}
	threshold, err := strconv.Atoi(f.Threshold)
	if err != nil {
		err = models.Invalid("threshold", "Enter the smallest number as digits, such as 5.")
	} else {
		err = s.People.KeepBranch(c.UserContext(), s.actor(c), people.Settings{Address: f.Address, Email: f.Email, Threshold: threshold})
	}
	if err == nil {
		return s.done(c, views.BranchPath, "The settings of the branch are saved. New letters and bundles use them.")
	}
	if !mendable(err) {
		return err
	}
	p := views.BranchPage{Page: s.page(c, "Branch settings"), Form: f}
	status := refuse(&p.Page, err)
	return s.render(c, status, views.Branch(p))
}
