package web

import (
	"github.com/gofiber/fiber/v2"
	"strings"

	"commoncase/app/casework"
	"commoncase/models/access"
	"commoncase/static"
	"commoncase/views"
)

// urgentRows is how many cases the front page names.
const urgentRows = 8

// getHome says what to do first, by what the person may do in the branch.
func (s *server) getHome(c *fiber.Ctx) error {
	v, actor := visitorOf(c), s.actor(c)
	can := func(a access.Action) bool { return access.Allows(actor.Roles, a) }
	p := views.HomeProps{Page: s.page(c, "Home"), Landlord: v.in.Landlord.Name, SeesAll: can(access.SeeCases), CanOpen: can(access.OpenCase),
		Figures: can(access.SeeFigures) && s.paths["/evidence"], Letters: can(access.SeeLetters) && s.paths["/letters"],
		Writes: can(access.WriteLetter), Audit: can(access.SeeAudit), Keeps: can(access.KeepBranch), Health: can(access.SeeHealth)}
	if can(access.SeeOwnCases) {
		count := func(f casework.ListFilter) (casework.CaseList, error) {
			return s.Casework.ListCases(c.UserContext(), actor, f, 1)
		}
		all, err := count(casework.ListFilter{})
		if err != nil {
			return err
		}
		p.Own, p.Total = all.Total, all.Total
		if p.SeesAll && p.Total > 0 {
			overdue, err := count(casework.ListFilter{Overdue: true})
			if err != nil {
				return err
			}
			mine, err := count(casework.ListFilter{Mine: true, OpenOnly: true})
			if err != nil {
				return err
			}
			p.Overdue, p.Mine = overdue.Total, mine.Total
			p.Urgent = urgent(all)
			if p.Queues, err = s.queueCounts(c); err != nil {
				return err
			}
		}
	}
	return s.render(c, fiber.StatusOK, views.HomePage(p))
}

// urgent are the first cases of a list, which is in order of urgency, that have a deadline.
func urgent(list casework.CaseList) []views.HomeCase {
	var out []views.HomeCase
	for _, l := range list.Lines {
		if len(out) == urgentRows || l.NextDue.IsZero() {
			break
		}
		words := "due in " + views.WorkingDays(l.Left)
		switch {
		case l.Late > 0:
			words = "overdue " + views.WorkingDays(l.Late)
		case l.NextDue < list.Today:
			words = "overdue"
		case l.NextDue == list.Today:
			words = "due today"
		}
		out = append(out, views.HomeCase{Ref: l.Ref, Title: l.Title, Words: words, Late: l.NextDue < list.Today})
	}
	return out
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
	body, packed, err := packedAsset(c, a)
	if err != nil {
		return err
	}
	etag := a.ETag()
	if packed != "" {
		c.Set(fiber.HeaderContentEncoding, packed)
		etag = strings.TrimSuffix(etag, `"`) + "-" + packed + `"`
	}
	c.Set(fiber.HeaderETag, etag)
	if c.Get(fiber.HeaderIfNoneMatch) == etag {
		c.Response().Header.Del(fiber.HeaderContentEncoding)
		return c.SendStatus(fiber.StatusNotModified)
	}
	c.Set(fiber.HeaderContentType, a.Type)
	return c.Send(body)
}
