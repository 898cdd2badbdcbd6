package web

import (
	"strconv"

	"github.com/gofiber/fiber/v2"

	"commoncase/app/campaign"
	"commoncase/app/evidence"
	"commoncase/models"
	"commoncase/models/access"
	"commoncase/models/letters"
	"commoncase/views"
	"commoncase/views/components"
)

func (s *server) getDemands(c *fiber.Ctx) error {
	actor := s.actor(c)
	ds, err := s.Campaign.Demands(c.UserContext(), actor)
	if err != nil {
		return err
	}
	p := views.DemandsPage{Page: s.page(c, "Demands"), Points: letters.ByPoint(ds), Count: map[models.Outcome]int{},
		CanKeep: actor.Can(access.KeepDemands) == nil, CanSee: actor.Can(access.SeeFigures) == nil}
	for _, d := range ds {
		p.Count[d.Outcome]++
	}
	return s.render(c, fiber.StatusOK, views.Demands(p))
}

func (s *server) getDemandNew(c *fiber.Ctx) error { return s.showDemandNew(c, views.DemandForm{}, nil) }

func (s *server) showDemandNew(c *fiber.Ctx, f views.DemandForm, refusal error) error {
	p := views.DemandNewPage{Page: s.page(c, "Add a demand"), Form: f}
	for _, m := range evidence.Measures() {
		p.Measures = append(p.Measures, components.Option{Value: m.Slug, Label: m.Name})
	}
	p.Back = views.Link{Text: "Demands", Href: views.DemandsPath}
	status := fiber.StatusOK
	if refusal != nil {
		status = refuse(&p.Page, refusal)
	}
	return s.render(c, status, views.DemandNew(p))
}

func (s *server) postDemandNew(c *fiber.Ctx) error {
	f := views.DemandForm{Number: field(c, "number"), Point: field(c, "point"), PointTitle: field(c, "point-title"), Text: field(c, "text"), Measure: field(c, "measure")}
	d, err := s.addDemand(c, f)
	if err == nil {
		return s.done(c, views.DemandsPath+"/"+strconv.Itoa(d.Number), "Demand "+strconv.Itoa(d.Number)+" is added.")
	}
	if !mendable(err) {
		return err
	}
	return s.showDemandNew(c, f, err)
}

func (s *server) addDemand(c *fiber.Ctx, f views.DemandForm) (models.Demand, error) {
	var errs models.Errors
	whole := func(name, what, typed string) int {
		if typed == "" {
			return 0
		}
		n, err := strconv.Atoi(typed)
		if err != nil || n < 1 {
			errs = append(errs, models.Invalid(name, "%s is a whole number, such as 3. You wrote “%s”.", what, typed))
		}
		return n
	}
	cmd := campaign.AddDemand{Point: whole("point", "The point", f.Point), PointTitle: f.PointTitle, Number: whole("number", "The number of the demand", f.Number), Text: f.Text, Measure: f.Measure}
	if _, known := evidence.MeasureOf(f.Measure); f.Measure != "" && !known {
		errs = append(errs, models.Invalid("measure", "Choose a figure from the list."))
	}
	if err := errs.Or(); err != nil {
		return models.Demand{}, err
	}
	return s.Campaign.AddDemand(c.UserContext(), s.actor(c), cmd)
}

func (s *server) getDemand(c *fiber.Ctx) error {
	v, err := s.demand(c)
	if err != nil {
		return err
	}
	d := v.Demand
	return s.showDemand(c, v, views.OutcomeForm{Version: strconv.FormatInt(d.Version, 10), Outcome: string(d.Outcome), Note: d.OutcomeNote, Source: d.OutcomeSource,
		On: components.DateValueOf(d.OutcomeOn)}, nil)
}

func (s *server) demand(c *fiber.Ctx) (campaign.DemandView, error) {
	n, err := strconv.Atoi(c.Params("number"))
	if err != nil {
		return campaign.DemandView{}, fiber.ErrNotFound
	}
	return s.Campaign.Demand(c.UserContext(), s.actor(c), n)
}

func (s *server) showDemand(c *fiber.Ctx, v campaign.DemandView, f views.OutcomeForm, refusal error) error {
	actor := s.actor(c)
	p := views.DemandPage{Page: s.page(c, "Demand "+strconv.Itoa(v.Demand.Number)), Demand: v.Demand, History: v.History, Form: f,
		CanKeep: actor.Can(access.KeepDemands) == nil, CanSee: actor.Can(access.SeeFigures) == nil}
	p.Back = views.Link{Text: "Demands", Href: views.DemandsPath}
	if p.CanKeep {
		names, err := s.People.Names(c.UserContext(), actor)
		if err != nil {
			return err
		}
		p.Names = names
	}
	status := fiber.StatusOK
	if refusal != nil {
		status = refuse(&p.Page, refusal)
		if models.CodeOf(refusal) == models.CodeConflict {
			p.Theirs, p.Form.Version = true, strconv.FormatInt(v.Demand.Version, 10)
		}
	}
	return s.render(c, status, views.Demand(p))
}

func (s *server) postDemand(c *fiber.Ctx) error {
	v, err := s.demand(c)
	if err != nil {
		return err
	}
	f := views.OutcomeForm{Version: field(c, "version"), Outcome: field(c, "outcome"), Note: field(c, "note"), Source: field(c, "source"), On: dateFields(c, "on")}
	var d dates
	cmd := campaign.SetOutcome{Number: v.Demand.Number, Version: number(c, "version"), Outcome: models.Outcome(f.Outcome), On: d.read("on", "what became of it", f.On),
		Note: f.Note, Source: f.Source}
	if err = d.errs.Or(); err == nil {
		_, err = s.Campaign.SetOutcome(c.UserContext(), s.actor(c), cmd)
	}
	if err == nil {
		return s.done(c, views.DemandsPath+"/"+strconv.Itoa(cmd.Number), "Recorded: "+cmd.Outcome.Label()+".")
	}
	if !mendable(err) {
		return err
	}
	if v, readErr := s.demand(c); readErr == nil { // as it is now, with what somebody else wrote
		return s.showDemand(c, v, f, err)
	}
	return err
}
