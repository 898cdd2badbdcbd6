package web

import (
	"bytes"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/gofiber/fiber/v2"

	"commoncase/app/casework"
	"commoncase/models"
	"commoncase/models/rulebook"
	"commoncase/views"
	"commoncase/views/components"
)

// breachKey is the breach that the address names.
func breachKey(c *fiber.Ctx) string {
	key, err := url.PathUnescape(c.Params("key"))
	if err != nil {
		return ""
	}
	return tidy(key)
}

// getBreach is the certificate of one breach.
func (s *server) getBreach(c *fiber.Ctx) error {
	x, err := s.Casework.Certificate(c.UserContext(), s.actor(c), c.Params("ref"), breachKey(c))
	if err != nil {
		return err
	}
	ref := x.View.Case.Ref
	p := views.BreachPage{Page: s.page(c, "Breach certificate of "+ref), Case: x.View.Case, Breach: x.Breach, Outcome: x.Outcome, Source: x.Source, Sure: x.Sure,
		Months: x.Months, Legend: x.Legend, Working: x.Working}
	p.Back = views.Link{Text: "Case " + ref, Href: "/cases/" + ref}
	for _, f := range x.Facts {
		p.Facts = append(p.Facts, views.BreachFact(f))
	}
	for _, i := range x.Items {
		p.Items = append(p.Items, views.BreachItem(i))
	}
	return s.render(c, fiber.StatusOK, views.Breach(p))
}

// getCertificate sends the certificate of a breach as a PDF. Its name holds no more than the reference and the duty.
func (s *server) getCertificate(c *fiber.Ctx) error {
	ref, key := c.Params("ref"), breachKey(c)
	var pdf bytes.Buffer
	if err := s.Casework.CertificatePDF(c.UserContext(), s.actor(c), ref, key, &pdf); err != nil {
		return err
	}
	c.Set(fiber.HeaderContentType, "application/pdf")
	c.Set(fiber.HeaderContentDisposition, `attachment; filename="breach-`+ref+"-"+plainName(key)+`.pdf"`)
	return c.Send(pdf.Bytes())
}

// plainName leaves of a name what every file system takes.
func plainName(s string) string {
	return strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= '0' && r <= '9' || r == '.' || r == '-' {
			return r
		}
		return '-'
	}, s)
}

func eventParam(c *fiber.Ctx) (int64, error) {
	id, err := strconv.ParseInt(c.Params("event"), 10, 64)
	if err != nil || id < 1 {
		return 0, fiber.ErrNotFound
	}
	return id, nil
}

// getCheck is the list of what a letter of the landlord must say, to be ticked against it.
func (s *server) getCheck(c *fiber.Ctx) error {
	id, err := eventParam(c)
	if err != nil {
		return err
	}
	x, err := s.Casework.LetterCheck(c.UserContext(), s.actor(c), c.Params("ref"), id)
	if err != nil {
		return err
	}
	p := s.checkPage(c, x)
	if x.Last.ID != 0 { // what was found before
		p.Note = x.Last.Note
		for _, i := range x.List.Items {
			if !contains(x.Missing, i.Slug) {
				p.Found = append(p.Found, i.Slug)
			}
		}
	}
	return s.render(c, fiber.StatusOK, views.LetterCheck(p))
}

func contains(all []string, s string) bool {
	for _, x := range all {
		if x == s {
			return true
		}
	}
	return false
}

func (s *server) checkPage(c *fiber.Ctx, x casework.LetterCheck) views.CheckPage {
	ref := x.View.Case.Ref
	p := views.CheckPage{Page: s.page(c, "Check a letter of "+ref), Case: x.View.Case, Version: strconv.FormatInt(x.View.Case.Version, 10), Letter: x.Letter,
		Title: x.List.Title, Source: x.List.Regime.Title + ", " + x.List.Clause}
	p.Back = views.Link{Text: "Case " + ref, Href: "/cases/" + ref}
	if x.List.Confidence == rulebook.Unconfirmed || x.List.Confidence == rulebook.Remembered {
		p.Sure = strings.TrimSpace("Not certain: " + x.List.Confidence.Label() + ". " + x.List.Confirm)
	}
	if x.Last.ID != 0 {
		p.Before = views.CheckedBefore(x.Last.On)
	}
	for _, i := range x.List.Items {
		p.Options = append(p.Options, components.Option{Value: i.Slug, Label: i.Text, Hint: x.List.Regime.Short + ", " + i.Clause})
	}
	p.Options = append(p.Options, components.Option{Value: views.NothingFound, Label: "It says nothing of all this."})
	return p
}

// nothingTicked refuses a check without a single tick: each thing that is missing becomes a breach, and no slip may hold a landlord to all.
func nothingTicked(found []string, none bool) error {
	switch {
	case len(found) == 0 && !none:
		return models.Invalid("found", "Tick what the letter says. If it says nothing of this, tick the last box.")
	case slices.Contains(found, views.NothingFound):
		return models.Invalid("found", "You ticked both things that the letter says and that it says nothing of this. Take one away.")
	}
	return nil
}

// postCheck records what a letter says. Whoever comes second sees what was added, with their own ticks kept.
func (s *server) postCheck(c *fiber.Ctx) error {
	id, err := eventParam(c)
	if err != nil {
		return err
	}
	ref := c.Params("ref")
	cmd := casework.CheckLetter{Ref: ref, Version: number(c, "version"), Event: id, Found: fields(c, "found"), Note: field(c, "note")}
	none := len(cmd.Found) == 1 && cmd.Found[0] == views.NothingFound
	if none {
		cmd.Found = nil
	}
	var logged casework.Logged
	if err = nothingTicked(cmd.Found, none); err == nil {
		logged, err = s.Casework.CheckLetter(c.UserContext(), s.actor(c), cmd)
	}
	if err == nil {
		words := "The letter is checked. Nothing is missing."
		switch n := len(strings.Fields(logged.Event.Items)); n {
		case 0:
		case 1:
			words = "The letter is checked. One thing is missing; it stands among the breaches with its clause."
		default:
			words = "The letter is checked. " + strconv.Itoa(n) + " things are missing; they stand among the breaches, each with its clause."
		}
		return s.done(c, "/cases/"+ref, words)
	}
	if !mendable(err) {
		return err
	}
	x, readErr := s.Casework.LetterCheck(c.UserContext(), s.actor(c), ref, id)
	if readErr != nil {
		return readErr
	}
	p := s.checkPage(c, x)
	p.Found, p.Note = cmd.Found, cmd.Note
	if p.News, readErr = s.meanwhile(c, ref, cmd.Version, err); readErr != nil {
		return readErr
	}
	refuse(&p.Page, err)
	return s.render(c, formStatus(err), views.LetterCheck(p))
}

// meanwhile is what others changed on a case since the version that somebody had before them, where that is why they were refused.
func (s *server) meanwhile(c *fiber.Ctx, ref string, seen int64, refusal error) ([]views.AuditRow, error) {
	if models.CodeOf(refusal) != models.CodeConflict {
		return nil, nil
	}
	changes, err := s.Casework.ChangesSince(c.UserContext(), s.actor(c), ref, seen)
	if err != nil {
		return nil, err
	}
	rows := make([]views.AuditRow, 0, len(changes))
	for _, x := range changes {
		by := x.By
		if by == "" {
			by = "Somebody who has left the branch"
		}
		rows = append(rows, views.AuditRow{At: x.Entry.At, Who: by, Action: x.Entry.Action, Detail: x.Entry.Detail})
	}
	return rows, nil
}
