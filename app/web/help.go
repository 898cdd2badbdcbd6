package web

import (
	"github.com/gofiber/fiber/v2"

	"commoncase/views"
)

func (s *server) getHelp(c *fiber.Ctx) error {
	return s.render(c, fiber.StatusOK, views.HelpPage(s.page(c, "Help")))
}

func (s *server) getAccessibility(c *fiber.Ctx) error {
	return s.render(c, fiber.StatusOK, views.AccessibilityPage(s.page(c, "Accessibility")))
}
