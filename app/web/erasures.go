package web

import (
	"strings"

	"github.com/gofiber/fiber/v2"

	"commoncase/models/civil"
	"commoncase/views"
)

// getErasures is the guardian's list of wishes.
func (s *server) getErasures(c *fiber.Ctx) error {
	rows, err := s.Casework.Erasures(c.UserContext(), s.actor(c))
	if err != nil {
		return err
	}
	p := views.ErasuresPage{Page: s.page(c, "Erasure")}
	for _, r := range rows {
		l := views.ErasureLine{ID: r.ID, AskedOn: civil.Of(r.AskedAt), State: r.State, Refs: strings.TrimSpace(r.CaseRef + " " + r.StoryRef)}
		if r.DecidedAt != nil {
			l.Decided = civil.Of(*r.DecidedAt)
		}
		if l.Refs == "" {
			l.Refs = "A member's page"
		}
		p.Lines = append(p.Lines, l)
	}
	return s.render(c, fiber.StatusOK, views.Erasures(p))
}

func (s *server) showErasure(c *fiber.Ctx, reason string, refusal error) error {
	plan, err := s.Casework.ErasurePlan(c.UserContext(), s.actor(c), idParam(c))
	if err != nil {
		return err
	}
	n := plan.Count
	p := views.ErasurePage{Page: s.page(c, "A wish to be erased"), ID: plan.Wish.ID, Refs: plan.Refs, Open: plan.Open, AskedOn: plan.AskedOn, Note: plan.Wish.Note,
		State: plan.Wish.State, Decided: plan.Decision, Why: plan.Wish.Reason, Reason: reason,
		Counts: []views.ErasureCount{{What: "Stories", N: n.Stories}, {What: "Messages", N: n.Messages}, {What: "Translations", N: n.Translations}, {What: "Files they sent", N: n.Files},
			{What: "Cases", N: n.Cases}, {What: "Entries in their history, of which the words go", N: n.Events}, {What: "Papers of the cases", N: n.Attachments},
			{What: "Drafts of letters", N: n.Letters}, {What: "Letters that were sent, of which our copy goes", N: n.Sent}, {What: "Words chosen to be printed", N: n.Quotes}}}
	p.Back = views.Link{Text: "Erasure", Href: "/erasures"}
	status := fiber.StatusOK
	if refusal != nil {
		status = refuse(&p.Page, refusal)
	}
	return s.render(c, status, views.Erasure(p))
}

func (s *server) getErasure(c *fiber.Ctx) error { return s.showErasure(c, "", nil) }

func (s *server) postErasure(c *fiber.Ctx) error {
	err := s.Casework.Erase(c.UserContext(), s.actor(c), idParam(c))
	if mendable(err) {
		return s.showErasure(c, "", err)
	}
	if err != nil {
		return err
	}
	return s.done(c, "/erasures", "Everything about this person is erased.")
}

func (s *server) postErasureDecline(c *fiber.Ctx) error {
	reason := field(c, "reason")
	err := s.Casework.DeclineErasure(c.UserContext(), s.actor(c), idParam(c), reason)
	if mendable(err) {
		return s.showErasure(c, reason, err)
	}
	if err != nil {
		return err
	}
	return s.done(c, "/erasures", "The wish is declined. The person can read why on their page.")
}
