package web

import (
	"bufio"
	"context"
	"encoding/base64"
	"errors"
	"io"
	"slices"
	"strconv"
	"strings"

	"github.com/gofiber/fiber/v2"

	"commoncase/app/casework"
	"commoncase/models"
	"commoncase/models/catalogue"
	"commoncase/models/civil"
	"commoncase/views"
	"commoncase/views/components"
)

// myDoor fills the frame of a page below somebody's own page.
func (s *server) myDoor(c *fiber.Ctx) views.DoorPage {
	t := s.text(c)
	p := s.door(c, t.T("my.title"))
	if c.Method() != fiber.MethodGet && c.Method() != fiber.MethodHead { // the page of a form that is to be mended has the address of its form
		p.Path = c.Path()
	}
	p.Back = views.Link{Text: t.T("my.back"), Href: views.MyPath}
	return p
}

// myDraft leads whoever has not sent their story yet on to its form.
func (s *server) myDraft(c *fiber.Ctx) (handled bool, err error) {
	if s.teller(c).Draft() {
		return true, c.Redirect(views.FormPath, fiber.StatusSeeOther)
	}
	return false, nil
}

// getMy is somebody's own page.
func (s *server) getMy(c *fiber.Ctx) error {
	if handled, err := s.myDraft(c); handled {
		return err
	}
	x := s.teller(c)
	m, err := s.Casework.MyPage(c.UserContext(), x.Teller)
	if err != nil {
		return err
	}
	p := views.MyProps{DoorPage: s.door(c, s.text(c).T("my.title")), Ref: m.Story.Ref, State: m.Story.State, HasCase: m.HasCase(), Refused: m.Story.Reason,
		Questions: m.Needs.Questions, Renew: m.Needs.Renew, Sign: m.Needs.Sign, Failed: m.Needs.Failed, Photos: m.Needs.Photos, Wish: m.Wish, Told: m.Told}
	if m.HasCase() {
		p.Ref, p.Status, p.Until = m.Case.Ref, m.Result.Status, m.Result.StatusUntil
		p.Closed = m.Result.Status == models.StatusClosed
	}
	if m.Wish.ID != 0 {
		p.WishOn = civil.Of(m.Wish.AskedAt)
	}
	for _, d := range m.Due {
		p.Due = append(p.Due, views.MyDue{What: d.What, Title: d.Title, Due: d.Due, Overdue: d.Overdue, Unconfirmed: d.Unconfirmed})
	}
	for _, e := range m.Past {
		p.Past = append(p.Past, views.MyEvent{Event: e.Event, Own: e.Own})
	}
	for _, t := range casework.Taps {
		p.Taps = append(p.Taps, string(t))
	}
	return s.doorRender(c, fiber.StatusOK, views.My(p))
}

func (s *server) tapPage(c *fiber.Ctx) (views.TapProps, error) {
	tap := c.Params("tap")
	if !slices.Contains(casework.Taps, casework.Tap(tap)) {
		return views.TapProps{}, fiber.ErrNotFound
	}
	return views.TapProps{DoorPage: s.myDoor(c), Tap: tap, Channels: casework.MemberChannels}, nil
}

// getMyTell is the page of one tap: the day is filled in.
func (s *server) getMyTell(c *fiber.Ctx) error {
	if handled, err := s.myDraft(c); handled {
		return err
	}
	p, err := s.tapPage(c)
	if err != nil {
		return err
	}
	p.On = components.DateValueOf(s.today())
	return s.doorRender(c, fiber.StatusOK, views.MyTap(p))
}

func (s *server) postMyTell(c *fiber.Ctx) error {
	p, err := s.tapPage(c)
	if err != nil {
		return err
	}
	p.On, p.Note, p.Channel, p.Answered = dateFields(c, "on"), field(c, "note"), field(c, "channel"), field(c, "answered")
	on, dateErr := parseDate("on", "it happened", p.On)
	if dateErr != nil {
		on = 0 // the use case says so in the language of the page
	}
	err = s.Casework.Tell(c.UserContext(), s.teller(c).Teller, casework.Told{Tap: casework.Tap(p.Tap), On: on, Note: p.Note, Channel: models.Channel(p.Channel),
		Answered: p.Answered == "yes"})
	if err == nil {
		return s.done(c, views.MyPath, s.text(c).T("my.tell.done"))
	}
	if !mendable(err) {
		return err
	}
	p.Closed = models.CodeOf(err) == models.CodeUnready
	return s.doorRender(c, refuseDoor(&p.DoorPage, err), views.MyTap(p))
}

func (s *server) messagesPage(c *fiber.Ctx, body string, refusal error) error {
	ms, err := s.Intake.Messages(c.UserContext(), s.teller(c))
	if err != nil {
		return err
	}
	p := views.MyMessagesProps{DoorPage: s.myDoor(c), Messages: ms, Body: body}
	status := fiber.StatusOK
	if refusal != nil {
		status = refuseDoor(&p.DoorPage, refusal)
	}
	return s.doorRender(c, status, views.MyMessages(p))
}

func (s *server) getMyMessages(c *fiber.Ctx) error {
	if handled, err := s.myDraft(c); handled {
		return err
	}
	return s.messagesPage(c, "", nil)
}

func (s *server) postMyMessage(c *fiber.Ctx) error {
	body := field(c, "body")
	if body == "" {
		return s.messagesPage(c, body, catalogue.Invalid("body", "my.messages.empty"))
	}
	err := s.Intake.Reply(c.UserContext(), s.teller(c), body)
	if mendable(err) {
		return s.messagesPage(c, body, err)
	}
	if err != nil {
		return err
	}
	return s.done(c, "/my/messages", s.text(c).T("my.messages.sent"))
}

func (s *server) myFilesPage(c *fiber.Ctx, refusal error) error {
	fs, err := s.Intake.Files(c.UserContext(), s.teller(c))
	if err != nil {
		return err
	}
	p := views.MyFilesProps{DoorPage: s.myDoor(c), Files: fs, MB: fileMB, Accept: fileKinds}
	status := fiber.StatusOK
	if refusal != nil {
		status = refuseDoor(&p.DoorPage, refusal)
		for i := range p.Errors {
			p.Errors[i].Field = "files"
		}
	}
	return s.doorRender(c, status, views.MyFiles(p))
}

func (s *server) getMyFiles(c *fiber.Ctx) error {
	if handled, err := s.myDraft(c); handled {
		return err
	}
	return s.myFilesPage(c, nil)
}

// tellerFiles takes in the files of a form as they arrive, and says which there are and what was wrong with others. Any other error ends it.
func (s *server) tellerFiles(c *fiber.Ctx) (taken []models.StoryFile, problems models.Errors, err error) {
	for in := parts(c); in != nil; {
		part, err := in.NextPart()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return taken, append(problems, brokenUpload()), nil
		}
		if part.FormName() != "files" || part.FileName() == "" {
			continue
		}
		f, err := s.Intake.AddFile(c.UserContext(), s.teller(c), part.FileName(), models.FileEvidence, part)
		switch {
		case err == nil:
			taken = append(taken, f)
		case errors.Is(err, io.ErrUnexpectedEOF):
			problems = append(problems, brokenUpload())
		case models.CodeOf(err) == "" || models.CodeOf(err) == models.CodeSignIn:
			drain(c)
			return taken, problems, err
		default:
			problems = append(problems, models.FieldErrors(err)...)
		}
	}
	if len(taken) == 0 && len(problems) == 0 {
		problems = append(problems, catalogue.Invalid("files", "story.error.files"))
	}
	return taken, problems, nil
}

// postMyFiles takes files from a form as it arrives.
func (s *server) postMyFiles(c *fiber.Ctx) error {
	_, problems, err := s.tellerFiles(c)
	if err != nil {
		return err
	}
	if len(problems) > 0 {
		return s.myFilesPage(c, problems)
	}
	return s.done(c, "/my/files", s.text(c).T("story.files.sent"))
}

// getMyFile is a file that they sent themselves: the copy that others see where it is made.
func (s *server) getMyFile(c *fiber.Ctx) error {
	f, r, err := s.Casework.MyFile(c.UserContext(), s.teller(c).Teller, idParam(c))
	if err != nil {
		return err
	}
	mediaType := f.MediaType
	if f.State == models.FileReady && f.Copy != f.Hash {
		mediaType = models.CopyType(f.MediaType)
	}
	c.Set(fiber.HeaderContentType, mediaType)
	c.Set(fiber.HeaderContentDisposition, `attachment; filename="file-`+strconv.FormatInt(f.ID, 10)+models.FileEnding(mediaType)+`"`)
	c.Set("Content-Security-Policy", "default-src 'none'; sandbox")
	return c.SendStream(r)
}

func withdrawn(l casework.ConsentLine) bool {
	return l.State.Asked && !l.State.Given() && slices.ContainsFunc(l.History, models.Consent.Given)
}

func (s *server) getMyConsents(c *fiber.Ctx) error {
	if handled, err := s.myDraft(c); handled {
		return err
	}
	lines, err := s.Casework.Consents(c.UserContext(), s.teller(c).Teller)
	if err != nil {
		return err
	}
	p := views.MyConsentsProps{DoorPage: s.myDoor(c)}
	for _, l := range lines {
		p.Lines = append(p.Lines, views.MyConsent{Purpose: l.Purpose, State: l.State, Withdrawn: withdrawn(l)})
	}
	return s.doorRender(c, fiber.StatusOK, views.MyConsents(p))
}

// consentPage fills the page on which one consent is given, or taken back.
func (s *server) consentPage(c *fiber.Ctx, back bool) (views.MyConsentProps, error) {
	p := views.MyConsentProps{DoorPage: s.myDoor(c), TakeBack: back}
	p.DoorPage.Back = views.Link{Text: s.text(c).T("my.consents.title"), Href: "/my/consents"}
	lines, err := s.Casework.Consents(c.UserContext(), s.teller(c).Teller)
	if err != nil {
		return p, err
	}
	at := slices.IndexFunc(lines, func(l casework.ConsentLine) bool { return string(l.Purpose) == c.Params("purpose") })
	if at < 0 {
		return p, fiber.ErrNotFound
	}
	p.MyConsent = views.MyConsent{Purpose: lines[at].Purpose, State: lines[at].State}
	if back {
		uses, err := s.Casework.UsesOf(c.UserContext(), s.teller(c).Teller, p.Purpose)
		if err != nil {
			return p, err
		}
		for _, u := range uses {
			p.Uses = append(p.Uses, u.Say(p.Text))
		}
	}
	return p, nil
}

func (s *server) getMyConsent(c *fiber.Ctx) error {
	p, err := s.consentPage(c, false)
	if err != nil {
		return err
	}
	return s.doorRender(c, fiber.StatusOK, views.MyConsentPage(p))
}

func (s *server) getMyConsentBack(c *fiber.Ctx) error {
	p, err := s.consentPage(c, true)
	if err != nil {
		return err
	}
	return s.doorRender(c, fiber.StatusOK, views.MyConsentPage(p))
}

func (s *server) postMyConsent(c *fiber.Ctx) error {
	purpose, value, t := models.Purpose(c.Params("purpose")), models.ConsentValue(field(c, "value")), s.text(c)
	if !slices.Contains(models.Purposes, purpose) {
		return fiber.ErrNotFound
	}
	err := s.Casework.SetConsent(c.UserContext(), s.teller(c).Teller, purpose, value, "", t.Tag)
	switch {
	case err == nil && value == models.ConsentNo && purpose == models.PurposeRecord:
		return s.done(c, "/my/consents", t.T("consent.taken_back")+" "+t.T("consent.erasure_asked"))
	case err == nil && value == models.ConsentNo:
		return s.done(c, "/my/consents", t.T("consent.taken_back"))
	case err == nil:
		return s.done(c, "/my/consents", t.T("consent.given"))
	case !mendable(err):
		return err
	}
	p, readErr := s.consentPage(c, value == models.ConsentNo)
	if readErr != nil {
		return readErr
	}
	p.Pick = string(value)
	return s.doorRender(c, refuseDoor(&p.DoorPage, err), views.MyConsentPage(p))
}

// authorityPage shows the authority with what went wrong, where something did.
func (s *server) authorityPage(c *fiber.Ctx, name string, refusal error) error {
	x, t := s.teller(c), s.text(c)
	v, err := s.Casework.Authority(c.UserContext(), x.Teller, t.Tag)
	if err != nil {
		return err
	}
	p := views.MyAuthorityProps{DoorPage: s.myDoor(c), Asked: v.Asked, SignedOn: v.SignedOn, Stands: v.Stands, Name: name, Accept: fileKinds}
	p.Path = "/my/authority"
	if v.File.StoryID == x.StoryID {
		p.File = v.File.ID
	}
	for _, a := range v.Texts {
		text := views.MyAuthorityText{Text: catalogue.In(a.Lang), Title: a.Title, Paragraphs: a.Paragraphs}
		for _, f := range a.Facts {
			text.Facts = append(text.Facts, [2]string{f.Name, f.Value})
		}
		p.Texts = append(p.Texts, text)
	}
	fs, err := s.Intake.Files(c.UserContext(), x)
	if err != nil {
		return err
	}
	for _, f := range fs {
		if f.Hash != "" && f.Purpose == models.FileEvidence && f.State != models.FileFailed {
			p.Files = append(p.Files, components.Option{Value: strconv.FormatInt(f.ID, 10), Label: f.Name})
		}
	}
	status := fiber.StatusOK
	if refusal != nil {
		status = refuseDoor(&p.DoorPage, refusal)
	}
	return s.doorRender(c, status, views.MyAuthority(p))
}

func (s *server) getMyAuthority(c *fiber.Ctx) error {
	if handled, err := s.myDraft(c); handled {
		return err
	}
	return s.authorityPage(c, "", nil)
}

func (s *server) postMyAuthority(c *fiber.Ctx) error {
	sig := casework.Signature{Method: casework.SignHow(field(c, "method")), Name: field(c, "name"), FileID: number(c, "file"), Lang: s.text(c).Tag}
	if sig.Method == casework.SignDrawn {
		_, data, _ := strings.Cut(field(c, "image"), ",")
		// What is no picture is refused with a sentence by the use case.
		sig.Image, _ = base64.StdEncoding.DecodeString(data)
	}
	_, err := s.Casework.SignAuthority(c.UserContext(), s.teller(c).Teller, sig)
	if mendable(err) {
		return s.authorityPage(c, sig.Name, err)
	}
	if err != nil {
		return err
	}
	return s.done(c, "/my/authority", s.text(c).T("my.authority.done"))
}

// postMyScan takes the photo of a paper that was signed. Where its copy is not made at once, it is chosen from the files a little later.
func (s *server) postMyScan(c *fiber.Ctx) error {
	taken, problems, err := s.tellerFiles(c)
	if err != nil {
		return err
	}
	if len(problems) > 0 {
		return s.authorityPage(c, "", problems)
	}
	t := s.text(c)
	_, err = s.Casework.SignAuthority(c.UserContext(), s.teller(c).Teller, casework.Signature{Method: casework.SignScanned, FileID: taken[0].ID, Lang: t.Tag})
	if models.CodeOf(err) == models.CodeInvalid {
		return s.done(c, "/my/authority", t.T("my.authority.wait"))
	}
	if mendable(err) {
		return s.authorityPage(c, "", err)
	}
	if err != nil {
		return err
	}
	return s.done(c, "/my/authority", t.T("my.authority.done"))
}

func (s *server) getMyContact(c *fiber.Ctx) error {
	if handled, err := s.myDraft(c); handled {
		return err
	}
	m, err := s.Casework.Contact(c.UserContext(), s.teller(c).Teller)
	if err != nil {
		return err
	}
	return s.doorRender(c, fiber.StatusOK, views.MyContact(views.MyContactProps{DoorPage: s.myDoor(c), Name: m.Name, Email: m.Email, Phone: m.Phone, SafeTimes: m.SafeTimes,
		SafeWays: m.SafeWays, DoNotName: m.DoNotName, Ways: casework.SafeWays}))
}

func (s *server) postMyContact(c *fiber.Ctx) error {
	m := casework.MyContact{Name: field(c, "name"), Email: field(c, "email"), Phone: field(c, "phone"), SafeTimes: field(c, "times"), SafeWays: fields(c, "safe_ways"),
		DoNotName: field(c, "do_not_name") != ""}
	err := s.Casework.KeepContact(c.UserContext(), s.teller(c).Teller, m)
	if err == nil {
		return s.done(c, "/my/contact", s.text(c).T("my.contact.done"))
	}
	if !mendable(err) {
		return err
	}
	p := views.MyContactProps{DoorPage: s.myDoor(c), Name: m.Name, Email: m.Email, Phone: m.Phone, SafeTimes: m.SafeTimes, SafeWays: m.SafeWays, DoNotName: m.DoNotName, Ways: casework.SafeWays}
	return s.doorRender(c, refuseDoor(&p.DoorPage, err), views.MyContact(p))
}

// comeBackAddress is where a code is typed in, as somebody writes it down: without "https://".
func (s *server) comeBackAddress() string {
	_, host, _ := strings.Cut(s.cfg.BaseURL, "://")
	return host + views.ComeBackPath
}

func (s *server) getMyCode(c *fiber.Ctx) error {
	code, err := s.Intake.Code(c.UserContext(), s.teller(c))
	if err != nil && models.CodeOf(err) != models.CodeUnready {
		return err
	}
	return s.doorRender(c, fiber.StatusOK, views.MyCode(views.MyCodeProps{DoorPage: s.myDoor(c), Code: code, Address: s.comeBackAddress()}))
}

// postMyCode makes a new code, and shows it.
func (s *server) postMyCode(c *fiber.Ctx) error {
	if err := s.Intake.ChangeCode(c.UserContext(), s.teller(c)); err != nil {
		return err
	}
	return c.Redirect("/my/code", fiber.StatusSeeOther)
}

func (s *server) getMyExport(c *fiber.Ctx) error {
	if handled, err := s.myDraft(c); handled {
		return err
	}
	return s.doorRender(c, fiber.StatusOK, views.MyExport(s.myDoor(c)))
}

// getMyExportZip streams everything about somebody. What cannot be read is found out before the first byte; a line that breaks later leaves a file
// that does not open, and a line in the log.
func (s *server) getMyExportZip(c *fiber.Ctx) error {
	x, err := s.Casework.Takeaway(c.UserContext(), s.teller(c).Teller, s.text(c).Tag)
	if err != nil {
		return err
	}
	c.Set(fiber.HeaderContentType, "application/zip")
	c.Set(fiber.HeaderContentDisposition, `attachment; filename="yours.zip"`)
	if c.Method() == fiber.MethodHead {
		return nil
	}
	above, log, id := context.WithoutCancel(c.UserContext()), s.cfg.Log, c.Locals(localRequestID)
	c.Context().SetBodyStreamWriter(func(w *bufio.Writer) {
		ctx, cancel := context.WithTimeout(above, writeTimeout)
		defer cancel()
		if err := x.Write(ctx, w); err != nil {
			log.Error("internal error", "id", id, "route", "/my/export.zip", "error", reference.ReplaceAllString(err.Error(), "(a reference)"))
		}
	})
	return nil
}

func (s *server) erasePage(c *fiber.Ctx, note string, refusal error) error {
	m, err := s.Casework.MyPage(c.UserContext(), s.teller(c).Teller)
	if err != nil {
		return err
	}
	p := views.MyEraseProps{DoorPage: s.myDoor(c), Wish: m.Wish, Note: note}
	if m.Wish.ID != 0 {
		p.WishOn = civil.Of(m.Wish.AskedAt)
	}
	status := fiber.StatusOK
	if refusal != nil {
		status = refuseDoor(&p.DoorPage, refusal)
	}
	return s.doorRender(c, status, views.MyErase(p))
}

// getMyErase asks for a wish to be erased. A draft is deleted at once, on a page of its own.
func (s *server) getMyErase(c *fiber.Ctx) error {
	if s.teller(c).Draft() {
		return c.Redirect(views.FormPath+"/discard", fiber.StatusSeeOther)
	}
	return s.erasePage(c, "", nil)
}

func (s *server) postMyErase(c *fiber.Ctx) error {
	note := field(c, "note")
	err := s.Casework.AskErasure(c.UserContext(), s.teller(c).Teller, note)
	if mendable(err) {
		return s.erasePage(c, note, err)
	}
	if err != nil {
		return err
	}
	return s.done(c, "/my/erase", s.text(c).T("my.erase.done"))
}

func (s *server) postMyEraseBack(c *fiber.Ctx) error {
	if err := s.Casework.TakeBackErasure(c.UserContext(), s.teller(c).Teller); err != nil {
		return err
	}
	return s.done(c, views.MyPath, s.text(c).T("my.erase.taken_back"))
}

// postMyLeave ends this browser's way to the page.
func (s *server) postMyLeave(c *fiber.Ctx) error {
	if err := s.Intake.Leave(c.UserContext(), c.Cookies(s.cookieName(storyCookie))); err != nil {
		return err
	}
	s.setCookie(c, storyCookie, "")
	return s.done(c, views.ComeBackPath, s.text(c).T("my.left"))
}

// postMyFrom opens the page of somebody who is signed in, for a case of theirs.
func (s *server) postMyFrom(c *fiber.Ctx) error {
	token, err := s.Intake.OpenFor(c.UserContext(), s.actor(c), c.Params("ref"))
	if err != nil {
		return err
	}
	if err := s.hold(c, token); err != nil {
		return err
	}
	return c.Redirect(views.MyPath, fiber.StatusSeeOther)
}
