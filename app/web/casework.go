package web

import (
	"strconv"

	"github.com/gofiber/fiber/v2"

	"commoncase/app/casework"
	"commoncase/models"
	"commoncase/models/access"
	"commoncase/views"
)

// postContact logs a call that nobody answered, with one tap.
func (s *server) postContact(c *fiber.Ctx) error {
	ref := c.Params("ref")
	minutes := int(min(number(c, "minutes"), 1<<20)) // the use case says how many there can be
	logged, err := s.Casework.NoAnswer(c.UserContext(), s.actor(c), ref, number(c, "version"), minutes)
	if err != nil {
		if !mendable(err) {
			return err
		}
		return s.showCase(c, formStatus(err), err)
	}
	undo := "/cases/" + ref + "/events/new?kind=retracted&slip=1&replaces=" + strconv.FormatInt(logged.Event.ID, 10)
	return s.doneWith(c, "/cases/"+ref, "Called, no answer: logged for today.", views.Link{Text: "Take it back", Href: undo})
}

// getRepairs shows the repairs of a case, each stitched together from its jobs.
func (s *server) getRepairs(c *fiber.Ctx) error { return s.showRepairs(c, fiber.StatusOK, nil, nil) }

func (s *server) showRepairs(c *fiber.Ctx, status int, chosen []string, refusal error) error {
	actor := s.actor(c)
	ref := c.Params("ref")
	r, err := s.Casework.Repairs(c.UserContext(), actor, ref)
	if err != nil {
		return err
	}
	p := views.RepairsPage{Page: s.page(c, "Repairs of "+ref), Case: r.View.Case, Repairs: r.Repairs, Chosen: chosen,
		CanLog: actor.Can(access.LogEvent) == nil && r.View.Case.Status != models.StatusClosed, Category: r.View.Result.Book().CategoryName}
	p.Back = views.Link{Text: "Case " + ref, Href: "/cases/" + ref}
	if refusal != nil {
		refuse(&p.Page, refusal)
		for i := range p.Errors {
			if len(r.Repairs) < 2 {
				p.Errors[i].Field = "" // there is nothing left to tick
			}
		}
	}
	return s.render(c, status, views.Repairs(p))
}

// postRepairsJoin asks whether the ticked repairs are one and, once that is confirmed, joins them.
func (s *server) postRepairsJoin(c *fiber.Ctx) error {
	ref := c.Params("ref")
	typed := fields(c, "repairs")
	v, chosen, err := s.Casework.ChooseRepairs(c.UserContext(), s.actor(c), ref, ids(typed))
	if err == nil && v.Case.Version != number(c, "version") {
		err = models.Errorf(models.CodeConflict, "Somebody else changed this case in the meantime. Look at the repairs again, and join them if that is still needed.")
	}
	if err == nil && field(c, "confirmed") == "" {
		p := views.RepairsJoinPage{Page: s.page(c, "Join repairs of "+ref), Case: v.Case, Into: chosen[0], Parts: chosen[1:]}
		p.Back = views.Link{Text: "Repairs", Href: "/cases/" + ref + "/repairs"}
		return s.render(c, fiber.StatusOK, views.RepairsJoin(p))
	}
	if err == nil {
		err = s.Casework.JoinRepairs(c.UserContext(), s.actor(c), ref, number(c, "version"), ids(typed))
	}
	if err == nil {
		return s.done(c, "/cases/"+ref+"/repairs", "They are one repair now.")
	}
	if !mendable(err) {
		return err
	}
	return s.showRepairs(c, formStatus(err), typed, err)
}

// postRepairsPart makes a joined job a repair of its own again.
func (s *server) postRepairsPart(c *fiber.Ctx) error {
	ref := c.Params("ref")
	err := s.Casework.PartRepair(c.UserContext(), s.actor(c), ref, number(c, "version"), number(c, "event"))
	if err == nil {
		return s.done(c, "/cases/"+ref+"/repairs", "The job is a repair of its own again.")
	}
	if !mendable(err) {
		return err
	}
	return s.showRepairs(c, formStatus(err), nil, err)
}

// getRetaliation lists what was done to residents of the branch.
func (s *server) getRetaliation(c *fiber.Ctx) error {
	lines, err := s.Casework.Retaliation(c.UserContext(), s.actor(c))
	if err != nil {
		return err
	}
	p := views.RetaliationPage{Page: s.page(c, "Done to residents")}
	p.Wide = true
	for _, l := range lines {
		p.Lines = append(p.Lines, retaliationLine(l))
	}
	return s.render(c, fiber.StatusOK, views.Retaliation(p))
}

func retaliationLine(l casework.AdverseLine) views.RetaliationLine {
	line := views.RetaliationLine{Ref: l.Ref, On: l.On, What: l.What, AfterOn: l.AfterOn, Days: l.Days, CanOpen: l.CanOpen}
	if l.After != "" {
		line.After = l.After.Label()
	}
	return line
}
