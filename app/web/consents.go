package web

import (
	"slices"

	"github.com/gofiber/fiber/v2"

	"commoncase/app/casework"
	"commoncase/models"
	"commoncase/models/catalogue"
	"commoncase/views"
	"commoncase/views/components"
)

// getConsents shows what the resident of a case agreed to.
func (s *server) getConsents(c *fiber.Ctx) error {
	ref := c.Params("ref")
	v, err := s.Casework.ConsentsOfCase(c.UserContext(), s.actor(c), ref)
	if err != nil {
		return err
	}
	p := views.ConsentsPage{Page: s.page(c, "Consents of case "+ref), Ref: ref, Resident: v.Member.Name, May: v.May}
	p.Back = views.Link{Text: "Case " + ref, Href: "/cases/" + ref}
	for _, l := range v.Lines {
		p.Rows = append(p.Rows, consentRow(l, v.Takers))
	}
	return s.render(c, fiber.StatusOK, views.Consents(p))
}

func consentRow(l casework.ConsentLine, takers map[int64]string) views.ConsentRow {
	r := views.ConsentRow{Purpose: l.Purpose, State: l.State, Taker: takers[l.State.TakenBy]}
	for _, h := range slices.Backward(l.History) {
		r.History = append(r.History, views.ConsentPast{Consent: h, Taker: takers[h.TakenBy]})
	}
	return r
}

func (s *server) getConsent(c *fiber.Ctx) error {
	f := views.ConsentForm{Lang: catalogue.English, On: components.DateValueOf(s.today())}
	return s.showConsent(c, f, false, nil)
}

// showConsent renders the form of one purpose, or the question whether it is really to be taken back.
func (s *server) showConsent(c *fiber.Ctx, f views.ConsentForm, sure bool, refusal error) error {
	ref, purpose := c.Params("ref"), models.Purpose(c.Params("purpose"))
	if !slices.Contains(models.Purposes, purpose) {
		return fiber.ErrNotFound
	}
	actor := s.actor(c)
	v, err := s.Casework.ConsentsOfCase(c.UserContext(), actor, ref)
	if err != nil {
		return err
	}
	uses, err := s.Casework.UsesOfCase(c.UserContext(), actor, ref, purpose)
	if err != nil {
		return err
	}
	p := views.ConsentPage{Page: s.page(c, "Consent on case "+ref), Ref: ref, Form: f, Sure: sure}
	p.Back = views.Link{Text: "What the resident agreed to", Href: views.ConsentsPath(ref)}
	for _, l := range v.Lines {
		if l.Purpose == purpose {
			p.Row = consentRow(l, v.Takers)
		}
	}
	for _, u := range uses {
		p.Uses = append(p.Uses, staffUse(u))
	}
	status := fiber.StatusOK
	if refusal != nil {
		status = refuse(&p.Page, refusal)
	}
	return s.render(c, status, views.Consent(p))
}

// staffUse says where a consent was used as the branch reads it.
func staffUse(u casework.Use) string {
	switch u.Kind {
	case casework.UseLetter:
		return "Their words stand in letter " + u.Ref + " to " + u.Whom + ", final since " + u.On.Long() + "."
	case casework.UseSent:
		return "Letter " + u.Ref + " with their words has been with " + u.Whom + " since " + u.On.Long() + "."
	case casework.UseCount:
		return "The figures frozen on " + u.On.Long() + " count them."
	case casework.UseCaseLetter:
		return "Letter " + u.Ref + " went to " + u.Whom + " on " + u.On.Long() + "."
	case casework.UseReferral:
		return "The case went to the Housing Ombudsman on " + u.On.Long() + "."
	case casework.UseUnknown:
	}
	return "No list is kept of where this was used. Ask those who publish for the branch."
}

func (s *server) postConsent(c *fiber.Ctx) error {
	ref, purpose := c.Params("ref"), models.Purpose(c.Params("purpose"))
	f := views.ConsentForm{Value: field(c, "value"), How: field(c, "how"), Lang: field(c, "lang"), On: dateFields(c, "on")}
	if !catalogue.Known(f.Lang) {
		f.Lang = catalogue.English
	}
	var d dates
	cmd := casework.TakeConsent{Ref: ref, Purpose: purpose, Value: models.ConsentValue(f.Value), How: models.ConsentHow(f.How), On: d.read("on", "the answer", f.On), Lang: f.Lang}
	err := d.errs.Or()
	if err == nil && field(c, "sure") == "" {
		sure, checkErr := s.Casework.TakesBack(c.UserContext(), s.actor(c), cmd)
		if checkErr == nil && sure {
			return s.showConsent(c, f, true, nil)
		}
		err = checkErr
	}
	if err == nil {
		err = s.Casework.TakeConsent(c.UserContext(), s.actor(c), cmd)
	}
	if err == nil {
		return s.done(c, views.ConsentsPath(ref), "Written down: "+views.ConsentTitle(purpose)+".")
	}
	if !mendable(err) {
		return err
	}
	return s.showConsent(c, f, false, err)
}

// getRenewals lists whose consent is to be asked for again.
func (s *server) getRenewals(c *fiber.Ctx) error {
	due, err := s.Casework.RenewalsDue(c.UserContext(), s.actor(c))
	if err != nil {
		return err
	}
	p := views.RenewalsPage{Page: s.page(c, "Residents to ask again"), Months: visitorOf(c).in.Branch.ConsentMonths}
	p.Back = views.Link{Text: "Home", Href: "/"}
	for _, r := range due {
		l := views.RenewalLine{Ref: r.Ref, Name: r.Name, Href: "/stories/" + r.Ref, States: r.Lines}
		if r.Case {
			l.Href = views.ConsentsPath(r.Ref)
		}
		p.Lines = append(p.Lines, l)
	}
	return s.render(c, fiber.StatusOK, views.Renewals(p))
}
