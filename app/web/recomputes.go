package web

import (
	"strconv"

	"github.com/gofiber/fiber/v2"

	"commoncase/models/access"
	"commoncase/views"
)

// runRenewal is how many seconds the page of a run stands before the browser asks for it again, while the run lasts.
const runRenewal = 3

func runPath(id int64) string { return views.RecomputesPath + "/" + strconv.FormatInt(id, 10) }

// runLines are the newest runs over the cases that the person may see.
func (s *server) runLines(c *fiber.Ctx) ([]views.RunLine, error) {
	runs, err := s.Casework.ListRuns(c.UserContext(), s.actor(c))
	if err != nil {
		return nil, err
	}
	lines := make([]views.RunLine, len(runs))
	for i, r := range runs {
		lines[i] = views.RunLine{Recompute: r.Recompute, Here: r.Here}
	}
	return lines, nil
}

// getRuns lists the runs; the use case says who may see them.
func (s *server) getRuns(c *fiber.Ctx) error {
	lines, err := s.runLines(c)
	if err != nil {
		return err
	}
	p := views.RunsPage{Page: s.page(c, "Deadlines that moved"), Runs: lines, Cases: s.actor(c).Can(access.SeeCases) == nil}
	p.Back = views.Link{Text: "Home", Href: "/"}
	return s.render(c, fiber.StatusOK, views.Runs(p))
}

func (s *server) getRun(c *fiber.Ctx) error {
	id, err := strconv.ParseInt(c.Params("id"), 10, 64)
	if err != nil {
		return fiber.ErrNotFound
	}
	v, err := s.Casework.ReadRun(c.UserContext(), s.actor(c), id, pageNumber(c))
	if err == nil && v.Page > v.Pages {
		v, err = s.Casework.ReadRun(c.UserContext(), s.actor(c), id, v.Pages)
	}
	if err != nil {
		return err
	}
	p := views.RunPage{Page: s.page(c, "Deadlines computed again"), Run: v.Run, Cases: v.Cases, Total: v.Total, On: v.On, Number: v.Page, Pages: v.Pages}
	p.Back = views.Link{Text: "Deadlines that moved", Href: views.RecomputesPath}
	if v.Run.FinishedAt == nil {
		p.Refresh = runRenewal
	}
	for _, l := range v.Lines {
		p.Lines = append(p.Lines, views.MovedLine{Ref: l.Ref, Title: l.Title, Cite: l.Cite, Was: l.WasDue, Is: l.IsDue})
	}
	return s.render(c, fiber.StatusOK, views.Run(p))
}
