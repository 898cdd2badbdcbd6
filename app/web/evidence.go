package web

import (
	"net/url"
	"time"

	"github.com/gofiber/fiber/v2"

	"commoncase/app/evidence"
	"commoncase/models"
	"commoncase/models/access"
	"commoncase/models/civil"
	"commoncase/views"
	"commoncase/views/components"
)

// evidenceForm is the period and the filters of an address, as typed: a date in three fields where it comes from the form, in one
// (2022-06-17) where it comes from a link.
func evidenceForm(c *fiber.Ctx) views.EvidenceForm {
	return views.EvidenceForm{From: dateOrLink(c, "from"), To: dateOrLink(c, "to"), Theme: query(c, "theme"), Area: query(c, "area")}
}

func dateOrLink(c *fiber.Ctx, name string) components.DateValue {
	return dateParts(dateQuery(c, name), query(c, name))
}

// dateParts fills the three fields from an ISO date where they are empty. What is no such date goes into the day's field, so that the
// person sees what is wrong with it.
func dateParts(v components.DateValue, iso string) components.DateValue {
	if v != (components.DateValue{}) || iso == "" {
		return v
	}
	if d, err := civil.Parse(iso); err == nil {
		return components.DateValueOf(d)
	}
	return components.DateValue{Day: iso}
}

// evidenceQuery reads the form. Both dates are read before it complains of one.
func evidenceQuery(f views.EvidenceForm) (evidence.Query, error) {
	q := evidence.Query{Theme: models.Theme(f.Theme), Area: f.Area}
	var errs models.Errors
	var err error
	if q.From, err = parseDate("from", "the beginning", f.From); err != nil {
		errs = append(errs, models.FieldErrors(err)...)
	}
	if q.To, err = parseDate("to", "the end", f.To); err != nil {
		errs = append(errs, models.FieldErrors(err)...)
	}
	return q, errs.Or()
}

// asked writes a query as links carry it.
func asked(q evidence.Query) url.Values {
	v := url.Values{}
	for name, value := range map[string]string{"from": q.From.String(), "to": q.To.String(), "theme": string(q.Theme), "area": q.Area} {
		if value != "" {
			v.Set(name, value)
		}
	}
	return v
}

func figurePath(slug string, q evidence.Query) string {
	path := views.FigurePath(slug)
	if v := asked(q); len(v) > 0 {
		path += "?" + v.Encode()
	}
	return path
}

// getEvidence is the figures of a period: the last twelve months where none is asked for, or all time where nothing was counted then.
func (s *server) getEvidence(c *fiber.Ctx) error {
	actor := s.actor(c)
	p := views.EvidencePage{Page: s.page(c, "Evidence"), Form: evidenceForm(c), CanOpen: actor.Can(access.OpenCase) == nil,
		CanFreeze: actor.Can(access.TakeSnapshot) == nil}
	all, held, err := s.Intake.CanvassTotal(c.UserContext(), actor)
	if err != nil {
		return err
	}
	p.Canvass = views.CanvassEvidence(views.CanvassCount(all), held)
	p.Wide = true
	q, err := evidenceQuery(p.Form)
	var r evidence.Report
	if err == nil {
		standing := len(c.Request().URI().QueryString()) == 0
		if standing {
			q = s.Evidence.LastYear()
		}
		r, err = s.Evidence.Report(c.UserContext(), actor, q)
		if err == nil && standing && r.Empty {
			p.Fallback = true
			r, err = s.Evidence.Report(c.UserContext(), actor, evidence.Query{})
		}
		if err == nil && standing {
			p.Form.From, p.Form.To = components.DateValueOf(r.Query.From), components.DateValueOf(r.Query.To)
		}
	}
	if err != nil {
		if !mendable(err) {
			return err
		}
		p.Refused = true
		p.Areas = []string{}
		if p.Form.Area != "" {
			p.Areas = []string{p.Form.Area}
		}
		return s.render(c, refuse(&p.Page, err), views.Evidence(p))
	}
	p.Areas, p.Asked, p.AnyCases, p.Threshold = r.Areas, asked(r.Query), r.AnyCases, r.Threshold
	p.Uncounted = r.Uncounted
	p.Period = views.PeriodWords(r.Query.From, r.Query.To)
	for _, f := range r.Figures {
		m, _ := evidence.MeasureOf(f.Measure)
		line := figureLine(f, m, r.Query)
		if m.Source == evidence.FromCases {
			p.CaseFigures = append(p.CaseFigures, line)
		} else {
			p.Reported = append(p.Reported, line)
		}
	}
	for _, b := range r.Breakdowns {
		part, err := breakdownPart(b, r, p.Period)
		if err != nil {
			return err
		}
		p.Breakdowns = append(p.Breakdowns, part)
	}
	for _, snap := range r.Snapshots {
		p.Snapshots = append(p.Snapshots, views.SnapshotLine{Hash: snap.Hash, When: moment(snap.TakenAt)})
	}
	return s.render(c, fiber.StatusOK, views.Evidence(p))
}

// moment is a point in time for people, in London.
func moment(t time.Time) string { return t.In(civil.London).Format("2 January 2006, 15:04") }

func figureLine(f models.Figure, m evidence.Measure, q evidence.Query) views.FigureLine {
	line := views.FigureLine{Figure: f, Noun: m.Noun}
	if f.N > 0 {
		line.Href = figurePath(m.Slug, q)
	}
	return line
}

var breakdownTitles = map[evidence.By]struct{ title, first string }{
	evidence.ByTheme: {"By theme", "Theme"}, evidence.ByMonth: {"By month", "Month"}, evidence.ByArea: {"By area", "Area"},
}

func breakdownPart(b evidence.Breakdown, r evidence.Report, period string) (views.BreakdownPart, error) {
	svg, err := b.Chart()
	if err != nil {
		return views.BreakdownPart{}, err
	}
	words := breakdownTitles[b.By]
	part := views.BreakdownPart{ID: "by-" + string(b.By), Title: words.title, First: words.first, SVG: svg, Description: b.Description()}
	for _, m := range b.Columns {
		part.Columns = append(part.Columns, m.Name)
	}
	for _, row := range b.Rows {
		line := views.BreakdownLine{Label: row.Label}
		for i, cell := range row.Cells {
			text := views.BreakdownText{Text: cell.Text, Withheld: cell.Withheld, Hidden: !cell.Shown}
			part.Hidden = part.Hidden || text.Hidden
			part.Marked = part.Marked || cell.Withheld != ""
			if q, ok := narrowed(r, b.By, row.Key); ok && cell.Shown && cell.N > 0 {
				text.Href = figurePath(b.Columns[i].Slug, q)
			}
			line.Cells = append(line.Cells, text)
		}
		part.Rows = append(part.Rows, line)
	}
	part.Total = views.BreakdownLine{Label: b.Total.Label}
	for i, cell := range b.Total.Cells {
		text := views.BreakdownText{Text: cell.Text, Withheld: cell.Withheld, Hidden: !cell.Shown}
		if cell.Shown && cell.N > 0 {
			text.Href = figurePath(b.Columns[i].Slug, r.Query)
		}
		part.Total.Cells = append(part.Total.Cells, text)
	}
	part.Caption = "n = " + b.Total.Cells[0].Text + " cases opened, " + period
	if b.By == evidence.ByMonth {
		part.Caption += ". A case stands in the month in which it was opened, an answer in the month in which it was due."
	}
	return part, nil
}

// narrowed is the query of a row: the same period and filters, and its theme, month or area.
func narrowed(r evidence.Report, by evidence.By, key string) (evidence.Query, bool) {
	q := r.Query
	switch by {
	case evidence.ByTheme:
		q.Theme = models.Theme(key)
	case evidence.ByArea:
		q.Area = key
		return q, key != ""
	case evidence.ByMonth:
		t, err := time.Parse("2006-01", key)
		if err != nil {
			return q, false
		}
		first := civil.On(t.Year(), t.Month(), 1)
		q.From, q.To = max(q.From, first), min(q.To, first.AddMonths(1).AddDays(-1))
	}
	return q, true
}

// getFigure is one figure with the cases behind it.
func (s *server) getFigure(c *fiber.Ctx) error {
	actor := s.actor(c)
	q, err := evidenceQuery(evidenceForm(c))
	if err != nil {
		return err
	}
	b, err := s.Evidence.Behind(c.UserContext(), actor, c.Params("measure"), q, pageNumber(c))
	if err != nil {
		return err
	}
	p := views.FigurePage{Page: s.page(c, b.Figure.Name), Figure: figureLine(b.Figure, b.Measure, b.Query), Period: views.PeriodWords(b.Query.From, b.Query.To),
		OverCases: b.Measure.Source == evidence.FromCases, Names: actor.Can(access.SeeCases) == nil, Part: len(b.Figure.Of) > len(b.Figure.Rows),
		Number: b.Page, Pages: b.Pages, Total: b.Total, Query: asked(b.Query), PathHere: c.Path()}
	p.Wide = true
	p.Back = views.Link{Text: "Evidence", Href: views.EvidencePath + "?" + asked(b.Query).Encode()}
	if b.Query.Theme != "" {
		p.Filters = append(p.Filters, "Theme: "+b.Query.Theme.Label())
	}
	if b.Query.Area != "" {
		p.Filters = append(p.Filters, "Area: "+b.Query.Area)
	}
	for _, k := range b.Cases {
		p.Notes = p.Notes || k.Note != ""
		p.Cases = append(p.Cases, views.FigureCase{Ref: k.Ref, Counts: k.Counts, Theme: k.Theme.Label(), Status: k.Status.Label(), Area: k.Area,
			AreaHidden: k.AreaHidden, Title: k.Title, Member: k.MemberName, Note: k.Note})
	}
	for _, it := range b.Items {
		item := views.FigureItem{Text: it.Text, When: it.When}
		if it.Slug != "" {
			item.Href = views.IncidentPath(it.Slug)
		}
		p.Items = append(p.Items, item)
	}
	return s.render(c, fiber.StatusOK, views.Figure(p))
}

// getFiguresCSV is the figures of a period as a spreadsheet, without what may not leave the branch.
func (s *server) getFiguresCSV(c *fiber.Ctx) error {
	q, err := evidenceQuery(evidenceForm(c))
	if err != nil {
		return err
	}
	figs, err := s.Evidence.Figures(c.UserContext(), s.actor(c), q)
	if err != nil {
		return err
	}
	c.Set(fiber.HeaderContentType, "text/csv; charset=utf-8")
	c.Attachment("figures-" + figs[0].To.String() + ".csv")
	return c.Send(evidence.CSV(figs))
}

// postSnapshot freezes the figures of a period.
func (s *server) postSnapshot(c *fiber.Ctx) error {
	f := views.EvidenceForm{Theme: field(c, "theme"), Area: field(c, "area")}
	f.From, f.To = dateParts(components.DateValue{}, field(c, "from")), dateParts(components.DateValue{}, field(c, "to"))
	q, err := evidenceQuery(f)
	if err != nil {
		return err
	}
	figs, err := s.Evidence.Figures(c.UserContext(), s.actor(c), q)
	if err != nil {
		return err
	}
	snap, err := s.Evidence.TakeSnapshot(c.UserContext(), s.actor(c), figs)
	if err != nil {
		return err
	}
	return s.done(c, views.EvidencePath+"/snapshots/"+snap.Hash, "The figures are frozen. Their hash proves them.")
}

// getSnapshot is frozen figures; ?print=1 leaves out what has no place on paper.
func (s *server) getSnapshot(c *fiber.Ctx) error {
	actor := s.actor(c)
	f, err := s.Evidence.Snapshot(c.UserContext(), actor, c.Params("hash"))
	if err != nil {
		return err
	}
	p := views.SnapshotPage{Page: s.page(c, "Snapshot"), Hash: f.Snapshot.Hash, When: moment(f.Snapshot.TakenAt), Genuine: f.Genuine, Figures: f.Figures,
		Names: actor.Can(access.SeeCases) == nil, Print: query(c, "print") != "", By: f.By}
	p.Wide = true
	p.Back = views.Link{Text: "Evidence", Href: views.EvidencePath}
	if p.Print {
		p.Nav, p.Branches = nil, nil
	}
	return s.render(c, fiber.StatusOK, views.Snapshot(p))
}
