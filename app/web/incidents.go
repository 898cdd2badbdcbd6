package web

import (
	"github.com/gofiber/fiber/v2"

	"commoncase/app/evidence"
	"commoncase/views"
)

// getIncidents is the list of incidents.
func (s *server) getIncidents(c *fiber.Ctx) error {
	list, err := s.Evidence.Incidents(c.UserContext(), s.actor(c))
	if err != nil {
		return err
	}
	p := views.IncidentsPage{Page: s.page(c, "Incidents")}
	for _, in := range list {
		p.Incidents = append(p.Incidents, views.IncidentLine{Incident: in, Span: evidence.SpanWords(in.StartedOn, in.EndedOn)})
	}
	return s.render(c, fiber.StatusOK, views.Incidents(p))
}

// getIncident is an incident with what was said about it and what residents report.
func (s *server) getIncident(c *fiber.Ctx) error {
	h, err := s.Evidence.Incident(c.UserContext(), s.actor(c), c.Params("slug"))
	if err != nil {
		return err
	}
	p := views.IncidentPage{Page: s.page(c, h.Incident.Title), Incident: h.Incident, Months: h.Months,
		Span: evidence.SpanWords(h.Incident.StartedOn, h.Incident.EndedOn)}
	p.Wide = true
	p.Back = views.Link{Text: "Incidents", Href: "/incidents"}
	for i := range p.Nav {
		p.Nav[i].Active = p.Nav[i].Href == "/incidents" // an incident lies below the list, though its address does not
	}
	contradicted := map[int64]int{}
	for _, r := range h.Reports {
		contradicted[r.Contradicts]++
		p.Reports = append(p.Reports, views.ReportLine{ImpactReport: r.ImpactReport, Quotable: r.Quotable, Contradicted: r.Contradicted})
	}
	for _, st := range h.Statements {
		p.Statements = append(p.Statements, views.StatementLine{Statement: st, Who: evidence.StatementWords(st.Kind), Contradicted: contradicted[st.ID]})
	}
	for _, t := range h.Themes {
		p.Themes = append(p.Themes, views.ThemeLine{Theme: t.Theme, Count: t.Count})
	}
	return s.render(c, fiber.StatusOK, views.Incident(p))
}
