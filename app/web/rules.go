package web

import (
	"github.com/gofiber/fiber/v2"

	"commoncase/views"
)

func (s *server) getRules(c *fiber.Ctx) error {
	return s.render(c, fiber.StatusOK, views.RulesPage(views.RulesProps{Page: s.page(c, "How dates are worked out")}))
}
