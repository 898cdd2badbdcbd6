package web

import (
	"github.com/gofiber/fiber/v2"

	"commoncase/views"
)

// getRules shows the rulebook: the Codes and the Scheme to everybody, a landlord's own policies to those of its branches.
func (s *server) getRules(c *fiber.Ctx) error {
	p := views.RulesProps{Page: s.page(c, "How dates are worked out")}
	slug := ""
	if v := visitorOf(c); v.in != nil {
		slug, p.Landlord = v.in.Landlord.Slug, v.in.Landlord.Name
	}
	p.Sections = s.Casework.Book().Sections(slug)
	return s.render(c, fiber.StatusOK, views.RulesPage(p))
}
