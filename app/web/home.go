package web

import (
	"github.com/gofiber/fiber/v2"

	"commoncase/static"
	"commoncase/views"
)

func (s *server) getHome(c *fiber.Ctx) error {
	v := visitorOf(c)
	p := views.HomeProps{Page: s.page(c, "Home"), Landlord: v.in.Landlord.Name}
	return s.render(c, fiber.StatusOK, views.HomePage(p))
}

// getHealthz says that the process answers; it asks nobody else.
func (s *server) getHealthz(c *fiber.Ctx) error { return c.SendString("ok\n") }

// getReadyz says whether requests can be served: the database answers and its schema is the newest.
func (s *server) getReadyz(c *fiber.Ctx) error {
	if err := s.cfg.Ready(c.UserContext()); err != nil {
		s.cfg.Log.Warn("not ready", "error", err)
		return c.Status(fiber.StatusServiceUnavailable).SendString("not ready\n")
	}
	return c.SendString("ready\n")
}

// getStatic serves the embedded assets under an address that holds their hash.
func (s *server) getStatic(c *fiber.Ctx) error {
	a, ok := static.Get(c.Params("*"))
	if !ok {
		return fiber.ErrNotFound
	}
	c.Set(fiber.HeaderCacheControl, static.CacheControl(a, c.Query("v")))
	c.Set(fiber.HeaderETag, a.ETag())
	if c.Get(fiber.HeaderIfNoneMatch) == a.ETag() {
		return c.SendStatus(fiber.StatusNotModified)
	}
	c.Set(fiber.HeaderContentType, a.Type)
	return c.Send(a.Body)
}
