package web

import (
	"bytes"
	"fmt"
	"strconv"
	"strings"

	"github.com/gofiber/fiber/v2"

	"commoncase/app/campaign"
	"commoncase/app/evidence"
	"commoncase/models"
	"commoncase/models/access"
	"commoncase/models/civil"
	"commoncase/models/letters"
	"commoncase/views"
	"commoncase/views/components"
)

// dates parses several dates that were typed, and collects what is wrong with them.
type dates struct{ errs models.Errors }

func (d *dates) read(name, what string, v components.DateValue) civil.Date {
	on, err := parseDate(name, what, v)
	d.errs = append(d.errs, models.FieldErrors(err)...)
	return on
}

// figuresFor are the figures that a letter dated on a day may use.
func (s *server) figuresFor(c *fiber.Ctx, l models.Letter, on civil.Date) ([]models.Figure, error) {
	if l.State != models.LetterDraft {
		return nil, nil
	}
	from, to := campaign.Period(l, on)
	if !from.IsZero() && to < from {
		return nil, nil // the letter is dated before its period; the page says what is missing
	}
	return s.Evidence.Figures(c.UserContext(), s.actor(c), evidence.Query{From: from, To: to})
}

func (s *server) getLetters(c *fiber.Ctx) error {
	actor := s.actor(c)
	rows, err := s.Campaign.Letters(c.UserContext(), actor)
	if err != nil {
		return err
	}
	p := views.LettersPage{Page: s.page(c, "Letters"), CanWrite: actor.Can(access.WriteLetter) == nil}
	for _, r := range rows {
		p.Lines = append(p.Lines, views.LetterLine{Letter: r.Letter, Recipient: r.Recipient, Waiting: r.Waiting})
	}
	return s.render(c, fiber.StatusOK, views.Letters(p))
}

func (s *server) getLetterNew(c *fiber.Ctx) error {
	return s.showLetterNew(c, views.LetterNewForm{Type: query(c, "type"), Recipient: query(c, "recipient")}, nil)
}

func (s *server) showLetterNew(c *fiber.Ctx, f views.LetterNewForm, refusal error) error {
	recipients, err := s.Campaign.Recipients(c.UserContext(), s.actor(c))
	if err != nil {
		return err
	}
	p := views.LetterNewPage{Page: s.page(c, "Write a letter"), Form: f, Recipients: recipients}
	p.Back = views.Link{Text: "Letters", Href: views.LettersPath}
	status := fiber.StatusOK
	if refusal != nil {
		status = refuse(&p.Page, refusal)
	}
	return s.render(c, status, views.LetterNew(p))
}

// postLetter starts a draft, and says on the next page what the template had to leave out.
func (s *server) postLetter(c *fiber.Ctx) error {
	f := views.LetterNewForm{Type: field(c, "type"), Recipient: field(c, "recipient"), From: dateFields(c, "from"), To: dateFields(c, "to")}
	l, leftOut, err := s.startLetter(c, f)
	if err != nil {
		if !mendable(err) {
			return err
		}
		return s.showLetterNew(c, f, err)
	}
	sentence := "The draft is there. Read it, change it, and put down the mandate before you make it final."
	if n := len(leftOut); n > 0 {
		// The flash is a cookie, and has room for one reason. What follows it, how to mend the text, is done already.
		why, _, _ := strings.Cut(leftOut[0].Message, ". ")
		sentence = fmt.Sprintf("The draft is there. Parts of its template were left out (%d), because there is nothing to fill them with or because it may not be published. The first: %s.",
			n, strings.TrimSuffix(why, "."))
	}
	return s.done(c, views.LettersPath+"/"+l.Ref, sentence)
}

func (s *server) startLetter(c *fiber.Ctx, f views.LetterNewForm) (models.Letter, []letters.Problem, error) {
	var d dates
	from, to := d.read("from", "the first day of the figures", f.From), d.read("to", "the last day of the figures", f.To)
	if f.Type == "" {
		d.errs = append(d.errs, models.Invalid("type", "Choose what kind of letter it is."))
	}
	if f.Recipient == "" {
		d.errs = append(d.errs, models.Invalid("recipient", "Choose whom the letter is for."))
	}
	if !from.IsZero() && !to.IsZero() && to < from {
		d.errs = append(d.errs, models.Invalid("to", "The period ends on %s, before it begins on %s. Change one of the dates.", to.Long(), from.Long()))
	}
	if !from.IsZero() && from > s.today() {
		d.errs = append(d.errs, models.Invalid("from", "The period begins on %s, which is to come. Change the date.", from.Long()))
	}
	if err := d.errs.Or(); err != nil {
		return models.Letter{}, nil, err
	}
	recipient, err := strconv.ParseInt(f.Recipient, 10, 64)
	if err != nil {
		return models.Letter{}, nil, models.Invalid("recipient", "Choose whom the letter is for.")
	}
	figures, err := s.figuresFor(c, models.Letter{State: models.LetterDraft, From: from, To: to}, s.today())
	if err != nil {
		return models.Letter{}, nil, err
	}
	return s.Campaign.DraftLetter(c.UserContext(), s.actor(c), campaign.DraftLetter{Type: f.Type, RecipientID: recipient, From: from, To: to, Figures: figures})
}

func (s *server) getLetter(c *fiber.Ctx) error {
	return s.showLetter(c, views.LetterEventForm{On: components.DateValueOf(s.today())}, nil)
}

func (s *server) showLetter(c *fiber.Ctx, f views.LetterEventForm, refusal error) error {
	actor := s.actor(c)
	v, err := s.Campaign.Letter(c.UserContext(), actor, c.Params("ref"))
	if err != nil {
		return err
	}
	p := views.LetterPage{Page: s.page(c, "Letter "+v.Letter.Ref), Letter: v.Letter, Recipient: v.Recipient, Events: v.Events, Waiting: v.Waiting, EventForm: f,
		CanWrite: actor.Can(access.WriteLetter) == nil, CanFinalise: actor.Can(access.FinaliseLetter) == nil, CanTrack: actor.Can(access.TrackLetter) == nil}
	p.Back = views.Link{Text: "Letters", Href: views.LettersPath}
	if v.Letter.State != models.LetterRecord {
		preview, err := s.preview(c, v.Letter, s.today())
		if err != nil {
			return err
		}
		p.Text, p.HTML, p.Figures, p.Problems = preview.Text, preview.HTML, preview.Figures, preview.Problems
	}
	status := fiber.StatusOK
	if refusal != nil {
		status = refuse(&p.Page, refusal)
	}
	return s.render(c, status, views.Letter(p))
}

func (s *server) preview(c *fiber.Ctx, l models.Letter, on civil.Date) (campaign.Preview, error) {
	figures, err := s.figuresFor(c, l, on)
	if err != nil {
		return campaign.Preview{}, err
	}
	return s.Campaign.Preview(c.UserContext(), s.actor(c), l.Ref, on, figures)
}

func (s *server) getLetterEdit(c *fiber.Ctx) error {
	v, err := s.Campaign.Letter(c.UserContext(), s.actor(c), c.Params("ref"))
	if err != nil {
		return err
	}
	if v.Letter.State != models.LetterDraft {
		return s.done(c, views.LettersPath+"/"+v.Letter.Ref, "")
	}
	return s.showLetterEdit(c, v.Letter, views.LetterFormOf(v.Letter), nil)
}

func (s *server) showLetterEdit(c *fiber.Ctx, l models.Letter, f views.LetterForm, refusal error) error {
	actor := s.actor(c)
	recipients, err := s.Campaign.Recipients(c.UserContext(), actor)
	if err != nil {
		return err
	}
	preview, err := s.preview(c, l, s.today())
	if err != nil {
		return err
	}
	p := views.LetterEditPage{Page: s.page(c, "Change letter "+l.Ref), Ref: l.Ref, Form: f, Recipients: recipients, Placeholders: preview.Placeholders}
	p.Back = views.Link{Text: "Letter " + l.Ref, Href: views.LettersPath + "/" + l.Ref}
	p.Wide = true
	status := fiber.StatusOK
	if refusal == nil {
		p.Problems = preview.Problems
	} else {
		status = refuse(&p.Page, refusal)
		if models.CodeOf(refusal) == models.CodeConflict {
			// Somebody else saved first. Both texts are shown, and the form carries their version: whoever saves now has seen theirs.
			theirs := views.LetterFormOf(l)
			p.Theirs, p.Form.Version = &theirs, theirs.Version
			for _, r := range recipients {
				if r.ID == l.RecipientID {
					p.TheirsTo = views.RecipientName(r)
				}
			}
		}
	}
	return s.render(c, status, views.LetterEdit(p))
}

func (s *server) postLetterEdit(c *fiber.Ctx) error {
	ref := c.Params("ref")
	f := views.LetterForm{Version: field(c, "version"), Title: field(c, "title"), Recipient: field(c, "recipient"), Body: field(c, "body"),
		SignOff: field(c, "sign-off"), Mandate: field(c, "mandate"), From: dateFields(c, "from"), To: dateFields(c, "to"), ReplyDue: dateFields(c, "reply-due")}
	var d dates
	cmd := campaign.EditLetter{Ref: ref, Version: number(c, "version"), Title: f.Title, RecipientID: number(c, "recipient"), Body: f.Body, SignOff: f.SignOff,
		Mandate: f.Mandate, From: d.read("from", "the first day of the figures", f.From), To: d.read("to", "the last day of the figures", f.To),
		ReplyDue: d.read("reply-due", "the day of the answer", f.ReplyDue)}
	err := d.errs.Or()
	if err == nil {
		_, err = s.Campaign.EditLetter(c.UserContext(), s.actor(c), cmd)
	}
	if err == nil {
		return s.done(c, views.LettersPath+"/"+ref, "The draft is saved.")
	}
	if !mendable(err) {
		return err
	}
	v, readErr := s.Campaign.Letter(c.UserContext(), s.actor(c), ref)
	if readErr != nil {
		return readErr
	}
	return s.showLetterEdit(c, v.Letter, f, err)
}

func (s *server) getLetterFinal(c *fiber.Ctx) error { return s.showLetterFinal(c, s.today(), nil) }

// showLetterFinal shows what would be frozen if the letter were dated on a day.
func (s *server) showLetterFinal(c *fiber.Ctx, on civil.Date, refusal error) error {
	ref := c.Params("ref")
	v, err := s.Campaign.Letter(c.UserContext(), s.actor(c), ref)
	if err != nil {
		return err
	}
	if v.Letter.State != models.LetterDraft {
		s.flash(c, "important", "Letter "+ref+" is not a draft, so there is nothing to make final.")
		return s.done(c, views.LettersPath+"/"+ref, "")
	}
	preview, err := s.preview(c, v.Letter, on)
	if err != nil {
		return err
	}
	p := views.LetterFinalPage{Page: s.page(c, "Make letter "+ref+" final"), Letter: v.Letter, Text: preview.Text, HTML: preview.HTML, Figures: preview.Figures,
		Problems: preview.Problems, Hash: preview.Hash, On: components.DateValueOf(on)}
	p.Back = views.Link{Text: "Letter " + ref, Href: views.LettersPath + "/" + ref}
	status := fiber.StatusOK
	if refusal != nil {
		status = refuse(&p.Page, refusal)
		if typed := dateFields(c, "on"); typed != (components.DateValue{}) {
			p.On = typed
		}
	}
	return s.render(c, status, views.LetterFinal(p))
}

func (s *server) postLetterFinal(c *fiber.Ctx) error {
	ref := c.Params("ref")
	var d dates
	on := d.read("on", "the letter", dateFields(c, "on"))
	if len(d.errs) == 0 && on > s.today() {
		d.errs = append(d.errs, models.Invalid("on", "The letter is dated %s, which is to come. Today is %s; correct the date.", on.Long(), s.today().Long()))
	}
	if err := d.errs.Or(); err != nil {
		return s.showLetterFinal(c, s.today(), err)
	}
	v, err := s.Campaign.Letter(c.UserContext(), s.actor(c), ref)
	if err != nil {
		return err
	}
	figures, err := s.figuresFor(c, v.Letter, on)
	if err != nil {
		return err
	}
	_, err = s.Campaign.FinaliseLetter(c.UserContext(), s.actor(c), campaign.FinaliseLetter{Ref: ref, Version: number(c, "version"), DatedOn: on,
		Seen: field(c, "seen"), Figures: figures})
	switch {
	case err == nil:
		return s.done(c, views.LettersPath+"/"+ref, "Letter "+ref+" is final. Download the PDF, send it, and record here that it was sent.")
	case !mendable(err):
		return err
	case on.IsZero():
		on = s.today()
	}
	return s.showLetterFinal(c, on, err)
}

func (s *server) postLetterEvent(c *fiber.Ctx) error {
	ref := c.Params("ref")
	f := views.LetterEventForm{Kind: field(c, "kind"), Note: field(c, "note"), Source: field(c, "source"), On: dateFields(c, "on")}
	var d dates
	cmd := campaign.LogLetterEvent{Ref: ref, Kind: models.LetterEventKind(f.Kind), On: d.read("on", "what happened", f.On), Note: f.Note, Source: f.Source}
	err := d.errs.Or()
	if err == nil {
		_, err = s.Campaign.LogLetterEvent(c.UserContext(), s.actor(c), cmd)
	}
	if err == nil {
		return s.done(c, views.LettersPath+"/"+ref+"#history", "Recorded: "+cmd.Kind.Label()+" on "+cmd.On.Long()+".")
	}
	if !mendable(err) {
		return err
	}
	return s.showLetter(c, f, err)
}

func (s *server) postChase(c *fiber.Ctx) error {
	l, err := s.Campaign.ChaseLetter(c.UserContext(), s.actor(c), c.Params("ref"))
	if err != nil {
		return err
	}
	return s.done(c, views.LettersPath+"/"+l.Ref, "The reminder is drafted, with the days counted up to its date. Put down the mandate and make it final.")
}

func (s *server) postCopy(c *fiber.Ctx) error {
	l, err := s.Campaign.CopyLetter(c.UserContext(), s.actor(c), c.Params("ref"))
	if err != nil {
		return err
	}
	return s.done(c, views.LettersPath+"/"+l.Ref+"/edit", "A new draft with the same text. The mandate was for the other letter: put down a new one.")
}

func (s *server) getLetterVerify(c *fiber.Ctx) error {
	ref := c.Params("ref")
	v, err := s.Campaign.VerifyLetter(c.UserContext(), s.actor(c), ref)
	if err != nil {
		return err
	}
	p := views.LetterVerifyPage{Page: s.page(c, "Check letter "+ref), Letter: v.Letter, Computed: v.Computed, Text: v.Text, Figures: v.Figures}
	p.Back = views.Link{Text: "Letter " + ref, Href: views.LettersPath + "/" + ref}
	return s.render(c, fiber.StatusOK, views.LetterVerify(p))
}

// getLetterPDF sends the letter: a draft as it would read today, with "Draft" on every page.
func (s *server) getLetterPDF(c *fiber.Ctx) error {
	ref := c.Params("ref")
	v, err := s.Campaign.Letter(c.UserContext(), s.actor(c), ref)
	if err != nil {
		return err
	}
	figures, err := s.figuresFor(c, v.Letter, s.today())
	if err != nil {
		return err
	}
	var pdf bytes.Buffer
	if err := s.Campaign.PrintLetter(c.UserContext(), s.actor(c), ref, figures, &pdf); err != nil {
		return err
	}
	c.Set(fiber.HeaderContentType, "application/pdf")
	c.Set(fiber.HeaderContentDisposition, `attachment; filename="letter-`+v.Letter.Ref+`.pdf"`)
	return c.Send(pdf.Bytes())
}

func (s *server) getLetterRecord(c *fiber.Ctx) error {
	return s.showLetterRecord(c, views.LetterRecordForm{}, nil)
}

func (s *server) showLetterRecord(c *fiber.Ctx, f views.LetterRecordForm, refusal error) error {
	recipients, err := s.Campaign.Recipients(c.UserContext(), s.actor(c))
	if err != nil {
		return err
	}
	p := views.LetterRecordPage{Page: s.page(c, "Record a letter from before Commoncase"), Form: f, Recipients: recipients}
	p.Back = views.Link{Text: "Letters", Href: views.LettersPath}
	status := fiber.StatusOK
	if refusal != nil {
		status = refuse(&p.Page, refusal)
	}
	return s.render(c, status, views.LetterRecord(p))
}

func (s *server) postLetterRecord(c *fiber.Ctx) error {
	f := views.LetterRecordForm{Title: field(c, "title"), Recipient: field(c, "recipient"), Note: field(c, "note"), Source: field(c, "source"),
		Sent: dateFields(c, "sent"), ReplyDue: dateFields(c, "reply-due")}
	var d dates
	cmd := campaign.RecordLetter{Title: f.Title, RecipientID: number(c, "recipient"), SentOn: d.read("sent", "the letter", f.Sent),
		ReplyDue: d.read("reply-due", "the answer", f.ReplyDue), Note: f.Note, Source: f.Source}
	err := d.errs.Or()
	var l models.Letter
	if err == nil {
		l, err = s.Campaign.RecordLetter(c.UserContext(), s.actor(c), cmd)
	}
	if err == nil {
		return s.done(c, views.LettersPath+"/"+l.Ref, "Letter "+l.Ref+" is recorded as sent on "+cmd.SentOn.Long()+".")
	}
	if !mendable(err) {
		return err
	}
	return s.showLetterRecord(c, f, err)
}

func (s *server) getRecipients(c *fiber.Ctx) error {
	actor := s.actor(c)
	rs, err := s.Campaign.Recipients(c.UserContext(), actor)
	if err != nil {
		return err
	}
	p := views.RecipientsPage{Page: s.page(c, "Whom we write to"), Recipients: rs, CanWrite: actor.Can(access.WriteLetter) == nil}
	p.Back = views.Link{Text: "Letters", Href: views.LettersPath}
	return s.render(c, fiber.StatusOK, views.Recipients(p))
}

func (s *server) getRecipientNew(c *fiber.Ctx) error {
	return s.showRecipient(c, 0, views.RecipientForm{}, nil)
}

func (s *server) getRecipient(c *fiber.Ctx) error {
	r, err := s.Campaign.Recipient(c.UserContext(), s.actor(c), recipientID(c))
	if err != nil {
		return err
	}
	return s.showRecipient(c, r.ID, recipientForm(r), nil)
}

// recipientID is the id in the address; what is not one is 0, which no recipient has.
func recipientID(c *fiber.Ctx) int64 {
	id, err := strconv.ParseInt(c.Params("id"), 10, 64)
	if err != nil {
		return 0
	}
	return id
}

func recipientForm(r models.Recipient) views.RecipientForm {
	return views.RecipientForm{Mark: campaign.RecipientMark(r), Role: string(r.Role), Name: r.Name, Office: r.Office, Organisation: r.Organisation,
		Address: r.Address, Constituency: r.Constituency}
}

func (s *server) showRecipient(c *fiber.Ctx, id int64, f views.RecipientForm, refusal error) error {
	actor := s.actor(c)
	title := "Add a recipient"
	if id != 0 {
		title = "Recipient"
	}
	p := views.RecipientPage{Page: s.page(c, title), ID: id, Form: f, Roles: campaign.RecipientRoles, CanEdit: actor.Can(access.WriteLetter) == nil}
	p.Back = views.Link{Text: "Whom we write to", Href: views.LettersPath + "/recipients"}
	status := fiber.StatusOK
	if refusal != nil {
		status = refuse(&p.Page, refusal)
		if models.CodeOf(refusal) == models.CodeConflict && id != 0 {
			there, err := s.Campaign.Recipient(c.UserContext(), actor, id)
			if err != nil {
				return err
			}
			theirs := recipientForm(there)
			p.Theirs, p.Form.Mark = &theirs, theirs.Mark
		}
	}
	return s.render(c, status, views.Recipient(p))
}

func (s *server) postRecipientNew(c *fiber.Ctx) error { return s.saveRecipient(c, 0) }

func (s *server) postRecipient(c *fiber.Ctx) error {
	if _, err := s.Campaign.Recipient(c.UserContext(), s.actor(c), recipientID(c)); err != nil {
		return err
	}
	return s.saveRecipient(c, recipientID(c))
}

func (s *server) saveRecipient(c *fiber.Ctx, id int64) error {
	f := views.RecipientForm{Mark: field(c, "mark"), Role: field(c, "role"), Name: field(c, "name"), Office: field(c, "office"),
		Organisation: field(c, "organisation"), Address: field(c, "address"), Constituency: field(c, "constituency")}
	r := models.Recipient{ID: id, Role: models.RecipientRole(f.Role), Name: f.Name, Office: f.Office, Organisation: f.Organisation, Address: f.Address, Constituency: f.Constituency}
	var err error
	if id == 0 {
		_, err = s.Campaign.AddRecipient(c.UserContext(), s.actor(c), r)
	} else {
		_, err = s.Campaign.EditRecipient(c.UserContext(), s.actor(c), f.Mark, r)
	}
	if err == nil {
		return s.done(c, views.LettersPath+"/recipients", "The recipient is saved.")
	}
	if !mendable(err) {
		return err
	}
	return s.showRecipient(c, id, f, err)
}
