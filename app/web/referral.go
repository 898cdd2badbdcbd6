package web

import (
	"bytes"
	"net/url"
	"strconv"
	"strings"

	"github.com/gofiber/fiber/v2"

	"commoncase/app/casework"
	"commoncase/models"
	"commoncase/models/rulebook"
	"commoncase/views"
)

// getReferral is the readiness check of a case.
func (s *server) getReferral(c *fiber.Ctx) error {
	ref := c.Params("ref")
	r, err := s.Casework.Readiness(c.UserContext(), s.actor(c), ref)
	if err != nil {
		return err
	}
	p := views.ReferralPage{Page: s.page(c, "Ombudsman referral of "+ref), Case: r.View.Case, Ready: r.Ready, Missing: len(r.Missing())}
	p.Back = views.Link{Text: "Case " + ref, Href: "/cases/" + ref}
	for _, check := range r.Checks {
		p.Checks = append(p.Checks, views.ReferralCheck{Title: check.Title, State: string(check.State), Found: check.Found, Mend: check.Mend, Href: mendPath(ref, check, r.View.Entries)})
	}
	for _, e := range r.View.Entries {
		if e.ReplacedBy == 0 && e.Kind != models.KindRetracted {
			p.Exhibits = append(p.Exhibits, e.Files...)
		}
	}
	// The landlord's own policy often repeats the Code: one failure is counted once.
	for _, b := range r.View.Result.Breaches() {
		if b.Regime.Family != rulebook.FamilyPolicy {
			p.Breaches++
		}
	}
	return s.render(c, fiber.StatusOK, views.Referral(p))
}

// mendPath is the page on which a missing thing is added. A paper that is missing from an event is added by correcting the event,
// not by logging it twice.
func mendPath(ref string, check casework.Check, entries []models.Entry) string {
	kind, isEvent := strings.CutPrefix(check.Field, "event:")
	switch {
	case check.Field == "details", check.Field == "resident":
		return "/cases/" + ref + "/" + check.Field
	case isEvent:
		q := url.Values{"kind": {kind}}
		for _, e := range entries {
			if string(e.Kind) == kind && e.ReplacedBy == 0 {
				q.Set("replaces", strconv.FormatInt(e.ID, 10))
			}
		}
		return "/cases/" + ref + "/events/new?" + q.Encode()
	}
	return ""
}

// getBundle sends the referral bundle.
func (s *server) getBundle(c *fiber.Ctx) error {
	ref := c.Params("ref")
	var pdf bytes.Buffer
	if err := s.Casework.Bundle(c.UserContext(), s.actor(c), ref, &pdf); err != nil {
		return err
	}
	c.Set(fiber.HeaderContentType, "application/pdf")
	c.Set(fiber.HeaderContentDisposition, `attachment; filename="referral-`+ref+`.pdf"`)
	return c.Send(pdf.Bytes())
}
