package web

import (
	"strconv"
	"strings"

	"github.com/gofiber/fiber/v2"

	"commoncase/models"
	"commoncase/views"
)

func (s *server) getFeeds(c *fiber.Ctx) error { return s.showFeeds(c, fiber.StatusOK, "", nil) }

// showFeeds renders one's calendar addresses, with one that was just made and what went wrong.
func (s *server) showFeeds(c *fiber.Ctx, status int, made string, refusal error) error {
	feeds, err := s.Exchange.Feeds(c.UserContext(), s.actor(c))
	if err != nil {
		return err
	}
	p := views.FeedsPage{Page: s.page(c, "Deadlines in your calendar"), Feeds: feeds, Made: made, Scope: string(models.FeedPerson)}
	p.Back = views.Link{Text: "Home", Href: "/"}
	if refusal != nil {
		p.Scope = field(c, "scope")
		refuse(&p.Page, refusal)
	}
	return s.render(c, status, views.Feeds(p))
}

// postFeed makes an address. It is shown in the answer itself and not after a redirect, for nothing keeps it until then.
func (s *server) postFeed(c *fiber.Ctx) error {
	token, err := s.Exchange.MakeFeed(c.UserContext(), s.actor(c), models.FeedScope(field(c, "scope")))
	if err == nil {
		return s.showFeeds(c, fiber.StatusOK, strings.TrimSuffix(s.cfg.BaseURL, "/")+"/calendar/"+token+".ics", nil)
	}
	if !mendable(err) {
		return err
	}
	return s.showFeeds(c, formStatus(err), "", err)
}

// feedID is the address in the path; 0, which none has, where it is no number.
func feedID(c *fiber.Ctx) int64 {
	id, err := strconv.ParseInt(c.Params("id"), 10, 64)
	if err != nil {
		return 0
	}
	return id
}

// getFeedRevoke asks before an address is taken back.
func (s *server) getFeedRevoke(c *fiber.Ctx) error {
	f, err := s.Exchange.Feed(c.UserContext(), s.actor(c), feedID(c))
	if err != nil {
		return err
	}
	p := views.FeedPage{Page: s.page(c, "Take a calendar address back"), Feed: f}
	p.Back = views.Link{Text: "Deadlines in your calendar", Href: views.FeedsPath}
	return s.render(c, fiber.StatusOK, views.FeedRevoke(p))
}

func (s *server) postFeedRevoke(c *fiber.Ctx) error {
	if err := s.Exchange.RevokeFeed(c.UserContext(), s.actor(c), feedID(c)); err != nil {
		return err
	}
	return s.done(c, views.FeedsPath, "The address is taken back. It does not work any more.")
}

// getCalendar is a calendar for whoever has its address. Nobody signs in: the address is the secret, and the answer is the same for one
// that never was and for one that was taken back.
func (s *server) getCalendar(c *fiber.Ctx) error {
	body, err := s.Exchange.Calendar(c.UserContext(), c.Params("token"), strings.TrimSuffix(s.cfg.BaseURL, "/"))
	if models.CodeOf(err) == models.CodeNotFound {
		return c.Status(fiber.StatusNotFound).SendString("There is no such calendar.\n")
	}
	if err != nil {
		return err
	}
	c.Set(fiber.HeaderContentType, "text/calendar; charset=utf-8")
	return c.Send(body)
}
