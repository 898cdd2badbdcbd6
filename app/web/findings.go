package web

import (
	"net/url"
	"strconv"
	"strings"

	"github.com/gofiber/fiber/v2"

	"commoncase/app/evidence"
	"commoncase/models"
	"commoncase/views"
)

// getFindings is the register of the Ombudsman's findings about the landlord; ?grade= shows those of one grade.
func (s *server) getFindings(c *fiber.Ctx) error {
	grade := models.Grade(query(c, "grade"))
	r, err := s.Evidence.Findings(c.UserContext(), s.actor(c), grade)
	if err != nil {
		return err
	}
	p := views.FindingsPage{Page: s.page(c, "Ombudsman's findings"), Landlord: r.Landlord, Total: r.Total, Grade: string(grade)}
	p.Wide = true
	for _, f := range r.Findings {
		p.Findings = append(p.Findings, views.FindingLine{Finding: f, When: evidence.PublishedWords(f.Published)})
	}
	p.Grades = []views.NavItem{{Label: "All (" + strconv.Itoa(r.Total) + ")", Href: "/findings", Active: grade == ""}}
	for _, g := range r.Grades {
		label := strings.ToUpper(string(g.Grade[:1])) + string(g.Grade[1:])
		p.Grades = append(p.Grades, views.NavItem{Label: label + " (" + strconv.Itoa(g.Count) + ")", Href: "/findings?" + url.Values{"grade": {string(g.Grade)}}.Encode(),
			Active: grade == g.Grade})
	}
	return s.render(c, fiber.StatusOK, views.Findings(p))
}
