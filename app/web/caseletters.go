package web

import (
	"bytes"
	"strconv"

	"github.com/gofiber/fiber/v2"

	"commoncase/app/casework"
	"commoncase/models"
	"commoncase/models/civil"
	"commoncase/views"
	"commoncase/views/components"
)

func (s *server) getCaseLetters(c *fiber.Ctx) error {
	ref := c.Params("ref")
	ls, err := s.Casework.CaseLetters(c.UserContext(), s.actor(c), ref)
	if err != nil {
		return err
	}
	p := views.CaseLettersPage{Page: s.page(c, "Letters of case "+ref), Ref: ref, Letters: ls}
	p.Back = views.Link{Text: "Case " + ref, Href: "/cases/" + ref}
	return s.render(c, fiber.StatusOK, views.CaseLetterList(p))
}

// getCaseLetterNew offers the letters of a case; with ?type= it is the form that starts one, with &about= for the thread of an event.
func (s *server) getCaseLetterNew(c *fiber.Ctx) error {
	f := views.CaseLetterStartForm{Type: query(c, "type"), About: query(c, "about")}
	if f.Type == "" {
		return s.pickCaseLetter(c, f.About)
	}
	return s.showCaseLetterNew(c, f, nil)
}

func (s *server) pickCaseLetter(c *fiber.Ctx, about string) error {
	ref := c.Params("ref")
	id, err := aboutID(about)
	if err != nil {
		return err
	}
	choices, err := s.Casework.LetterChoices(c.UserContext(), s.actor(c), ref, id)
	if err != nil {
		return err
	}
	p := views.CaseLetterPickPage{Page: s.page(c, "Write a letter of case "+ref), Ref: ref, About: id}
	p.Back = views.Link{Text: "Letters of the case", Href: views.CaseLettersPath(ref)}
	for _, fits := range []bool{true, false} { // what can be written now stands first
		for _, x := range choices {
			if x.Fit.OK() == fits {
				p.Offers = append(p.Offers, views.CaseLetterOffer{Type: x.Type, Fit: x.Fit})
			}
		}
	}
	return s.render(c, fiber.StatusOK, views.CaseLetterPick(p))
}

// aboutID is the event that a letter belongs to, 0 where it names none.
func aboutID(typed string) (int64, error) {
	if typed == "" || typed == "0" {
		return 0, nil
	}
	id, err := strconv.ParseInt(typed, 10, 64)
	if err != nil || id < 0 {
		return 0, fiber.ErrNotFound
	}
	return id, nil
}

func (s *server) showCaseLetterNew(c *fiber.Ctx, f views.CaseLetterStartForm, refusal error) error {
	ref := c.Params("ref")
	about, err := aboutID(f.About)
	if err != nil {
		return err
	}
	x, err := s.Casework.LetterChoice(c.UserContext(), s.actor(c), casework.StartLetter{Ref: ref, Type: f.Type, About: about})
	if err != nil {
		return err
	}
	if f.Own == "" {
		f.Own = "branch"
		if x.Usual.Own {
			f.Own = "own"
		}
	}
	if f.Procedure == "" {
		f.Procedure = string(models.ProcedureCostsSummary)
	}
	p := views.CaseLetterNewPage{Page: s.page(c, x.Type.Name+" of case "+ref), Case: x.Case, Type: x.Type, Fit: x.Fit, Form: f, About: x.About, Authority: x.Authority,
		Warnings: x.Warnings, Facts: x.Facts}
	p.Back = views.Link{Text: "Case " + ref, Href: "/cases/" + ref}
	if x.Hazards != nil {
		for _, e := range x.Hazards.Entries {
			p.Hazards = append(p.Hazards, components.Option{Value: e.Slug, Label: e.Name})
		}
	}
	status := fiber.StatusOK
	if refusal != nil {
		refuse(&p.Page, refusal)
		status = formStatus(refusal)
	}
	return s.render(c, status, views.CaseLetterNew(p))
}

func (s *server) postCaseLetter(c *fiber.Ctx) error {
	ref := c.Params("ref")
	f := views.CaseLetterStartForm{Type: field(c, "type"), About: field(c, "about"), Own: field(c, "own"), Procedure: field(c, "procedure"),
		Category: field(c, "category"), Urgency: field(c, "urgency"), Until: dateFields(c, "until")}
	about, err := aboutID(f.About)
	if err != nil {
		return err
	}
	var errs models.Errors
	until := dateOr(&errs, "until", "the end of the accounting period", f.Until)
	if f.Own != "own" && f.Own != "branch" {
		errs = append(errs, models.Invalid("own", "Choose who writes the letter."))
	}
	err = errs.Or()
	var l models.CaseLetter
	if err == nil {
		l, err = s.Casework.StartLetter(c.UserContext(), s.actor(c), casework.StartLetter{Ref: ref, Type: f.Type, About: about, Own: f.Own == "own",
			Procedure: models.Procedure(f.Procedure), Category: f.Category, Urgency: models.Urgency(f.Urgency), Until: until})
	}
	if err == nil {
		return s.done(c, views.CaseLetterPath(ref, l.Ref), "The draft is there, with what the case holds filled in. Read it word for word before it goes.")
	}
	if !mendable(err) {
		return err
	}
	return s.showCaseLetterNew(c, f, err)
}

// caseLetter reads a letter of a case into its page.
func (s *server) caseLetter(c *fiber.Ctx) (views.CaseLetterPage, error) {
	ref := c.Params("ref")
	v, err := s.Casework.CaseLetter(c.UserContext(), s.actor(c), ref, c.Params("letter"))
	if err != nil {
		return views.CaseLetterPage{}, err
	}
	p := views.CaseLetterPage{Page: s.page(c, "Letter "+v.Letter.Ref), CaseRef: ref, Letter: v.Letter, Type: v.Type, Head: v.Head, Fit: v.Fit, Gaps: v.Gaps,
		Warnings: v.Warnings, LeftOut: v.LeftOut, Facts: v.Facts, Plain: v.Plain, HTML: v.HTML, On: v.Today, Sent: v.Sent, PDF: v.PDF}
	p.Back = views.Link{Text: "Letters of the case", Href: views.CaseLettersPath(ref)}
	return p, nil
}

func (s *server) getCaseLetter(c *fiber.Ctx) error {
	p, err := s.caseLetter(c)
	if err != nil {
		return err
	}
	return s.render(c, fiber.StatusOK, views.CaseLetter(p))
}

// standing leads back to a letter that can change no more.
func (s *server) standing(c *fiber.Ctx, p views.CaseLetterPage) error {
	s.flash(c, "important", "Letter "+p.Letter.Ref+" is no draft any more, so there is nothing to change.")
	return s.done(c, views.CaseLetterPath(p.CaseRef, p.Letter.Ref), "")
}

func (s *server) getCaseLetterEdit(c *fiber.Ctx) error {
	p, err := s.caseLetter(c)
	if err != nil {
		return err
	}
	if p.Letter.State != models.CaseLetterDraft {
		return s.standing(c, p)
	}
	return s.showCaseLetterEdit(c, p, views.CaseLetterFormOf(p.Letter), nil)
}

func (s *server) showCaseLetterEdit(c *fiber.Ctx, l views.CaseLetterPage, f views.CaseLetterForm, refusal error) error {
	p := views.CaseLetterEditPage{Page: l.Page, CaseRef: l.CaseRef, Letter: l.Letter, Type: l.Type, Form: f, Gaps: l.Gaps, Warnings: l.Warnings, LeftOut: l.LeftOut, Facts: l.Facts}
	p.Title = "Change letter " + l.Letter.Ref
	p.Back = views.Link{Text: "Letter " + l.Letter.Ref, Href: views.CaseLetterPath(l.CaseRef, l.Letter.Ref)}
	status := fiber.StatusOK
	if refusal != nil {
		refuse(&p.Page, refusal)
		status = formStatus(refusal)
		if models.CodeOf(refusal) == models.CodeConflict && l.Letter.State == models.CaseLetterDraft {
			// Somebody else saved first. Both texts are shown, and the form carries their version: whoever saves now has seen theirs.
			theirs := views.CaseLetterFormOf(l.Letter)
			p.Theirs, p.Form.Version = &theirs, theirs.Version
		}
	}
	return s.render(c, status, views.CaseLetterEdit(p))
}

func (s *server) postCaseLetterEdit(c *fiber.Ctx) error {
	ref, letter := c.Params("ref"), c.Params("letter")
	f := views.CaseLetterForm{Version: field(c, "version"), Recipient: field(c, "recipient"), Subject: field(c, "subject"), Body: field(c, "body"),
		SignOff: field(c, "sign_off"), Dated: dateFields(c, "dated"), ReplyBy: dateFields(c, "reply_by")}
	var errs models.Errors
	cmd := casework.EditCaseLetter{Ref: ref, Letter: letter, Version: number(c, "version"), Recipient: f.Recipient, Subject: f.Subject, Body: f.Body, SignOff: f.SignOff,
		DatedOn: dateOr(&errs, "dated", "the letter", f.Dated), ReplyBy: dateOr(&errs, "reply_by", "the answer", f.ReplyBy)}
	err := errs.Or()
	if err == nil {
		_, err = s.Casework.EditCaseLetter(c.UserContext(), s.actor(c), cmd)
	}
	if err == nil {
		return s.done(c, views.CaseLetterPath(ref, letter), "The letter is saved.")
	}
	if !mendable(err) {
		return err
	}
	p, readErr := s.caseLetter(c)
	if readErr != nil {
		return readErr
	}
	return s.showCaseLetterEdit(c, p, f, err)
}

func (s *server) getCaseLetterSend(c *fiber.Ctx) error {
	p, err := s.caseLetter(c)
	if err != nil {
		return err
	}
	if p.Letter.State != models.CaseLetterDraft {
		return s.standing(c, p)
	}
	return s.showCaseLetterSend(c, p, views.CaseLetterSendForm{On: components.DateValueOf(s.today())}, nil)
}

func (s *server) showCaseLetterSend(c *fiber.Ctx, l views.CaseLetterPage, f views.CaseLetterSendForm, refusal error) error {
	f.Version = strconv.FormatInt(l.Letter.Version, 10) // whoever sends it now has seen this version
	becomes, err := s.Casework.LetterBecomes(c.UserContext(), s.actor(c), l.CaseRef, l.Letter.Ref)
	if err != nil {
		return err
	}
	p := views.CaseLetterSendPage{CaseLetterPage: l, Form: f, Channels: casework.LetterChannels(), Timed: becomes.Kind == models.KindHazardReported, Becomes: becomes.Words()}
	p.Title = "Mark letter " + l.Letter.Ref + " as sent"
	p.Back = views.Link{Text: "Letter " + l.Letter.Ref, Href: views.CaseLetterPath(l.CaseRef, l.Letter.Ref)}
	status := fiber.StatusOK
	if refusal != nil {
		refuse(&p.Page, refusal)
		status = formStatus(refusal)
	}
	return s.render(c, status, views.CaseLetterSend(p))
}

func (s *server) postCaseLetterSend(c *fiber.Ctx) error {
	ref, letter := c.Params("ref"), c.Params("letter")
	f := views.CaseLetterSendForm{Version: field(c, "version"), Channel: field(c, "channel"), At: field(c, "at"), On: dateFields(c, "on")}
	var errs models.Errors
	cmd := casework.SendCaseLetter{Ref: ref, Letter: letter, Version: number(c, "version"), On: dateOr(&errs, "on", "the sending", f.On), Channel: models.Channel(f.Channel)}
	if f.At != "" {
		at, err := civil.ParseTime(f.At)
		if err != nil {
			errs = append(errs, models.Invalid("at", "Write the time with hours and minutes, such as 14:30."))
		}
		cmd.At = at
	}
	err := errs.Or()
	if err == nil {
		_, err = s.Casework.SendCaseLetter(c.UserContext(), s.actor(c), cmd)
	}
	if err == nil {
		return s.done(c, views.CaseLetterPath(ref, letter), "The letter is recorded as sent, and the case has its entry. The deadlines follow from it.")
	}
	if !mendable(err) {
		return err
	}
	p, readErr := s.caseLetter(c)
	if readErr != nil {
		return readErr
	}
	if p.Letter.State != models.CaseLetterDraft {
		return s.standing(c, p)
	}
	return s.showCaseLetterSend(c, p, f, err)
}

func (s *server) getCaseLetterDrop(c *fiber.Ctx) error {
	l, err := s.caseLetter(c)
	if err != nil {
		return err
	}
	if l.Letter.State != models.CaseLetterDraft {
		return s.standing(c, l)
	}
	return s.showCaseLetterDrop(c, l, nil)
}

func (s *server) showCaseLetterDrop(c *fiber.Ctx, l views.CaseLetterPage, refusal error) error {
	p := views.CaseLetterDropPage{Page: l.Page, CaseRef: l.CaseRef, Letter: l.Letter}
	p.Title = "Drop letter " + l.Letter.Ref
	p.Back = views.Link{Text: "Letter " + l.Letter.Ref, Href: views.CaseLetterPath(l.CaseRef, l.Letter.Ref)}
	status := fiber.StatusOK
	if refusal != nil {
		refuse(&p.Page, refusal)
		status = formStatus(refusal)
	}
	return s.render(c, status, views.CaseLetterDrop(p))
}

func (s *server) postCaseLetterDrop(c *fiber.Ctx) error {
	ref, letter := c.Params("ref"), c.Params("letter")
	_, err := s.Casework.DropCaseLetter(c.UserContext(), s.actor(c), ref, letter, number(c, "version"))
	if err == nil {
		return s.done(c, views.CaseLettersPath(ref), "The draft "+letter+" is dropped.")
	}
	if !mendable(err) {
		return err
	}
	p, readErr := s.caseLetter(c)
	if readErr != nil {
		return readErr
	}
	if p.Letter.State != models.CaseLetterDraft {
		return s.standing(c, p)
	}
	return s.showCaseLetterDrop(c, p, err)
}

func (s *server) getCaseLetterPDF(c *fiber.Ctx) error {
	letter := c.Params("letter")
	var pdf bytes.Buffer
	if err := s.Casework.CaseLetterPDF(c.UserContext(), s.actor(c), c.Params("ref"), letter, &pdf); err != nil {
		return err
	}
	c.Set(fiber.HeaderContentType, "application/pdf")
	c.Set(fiber.HeaderContentDisposition, `attachment; filename="letter-`+letter+`.pdf"`)
	return c.Send(pdf.Bytes())
}

func (s *server) getCaseLetterText(c *fiber.Ctx) error {
	p, err := s.caseLetter(c)
	if err != nil {
		return err
	}
	c.Set(fiber.HeaderContentType, fiber.MIMETextPlainCharsetUTF8)
	c.Set(fiber.HeaderContentDisposition, `attachment; filename="letter-`+p.Letter.Ref+`.txt"`)
	return c.SendString(p.Plain)
}
