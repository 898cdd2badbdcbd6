package web

import (
	"mime/multipart"
	"strconv"
	"strings"

	"github.com/gofiber/fiber/v2"

	"commoncase/app/casework"
	"commoncase/models"
	"commoncase/models/civil"
	"commoncase/views"
	"commoncase/views/components"
)

// getEventNew is the form for one event: ?kind= says which, ?replaces= that it corrects another.
func (s *server) getEventNew(c *fiber.Ctx) error {
	ref := c.Params("ref")
	kind := models.Kind(query(c, "kind"))
	if !kind.Known() {
		return s.showCase(c, fiber.StatusUnprocessableEntity, models.Invalid("kind", "Choose what happened, then continue."))
	}
	f := views.EventForm{Kind: string(kind), Replaces: query(c, "replaces"), About: query(c, "about"), Procedure: query(c, "procedure")}
	if kind == models.KindRetracted && f.Replaces == "" {
		return s.showCase(c, fiber.StatusUnprocessableEntity, models.Invalid("kind", "Choose “Take back” beside the entry that is wrong."))
	}
	if kind == models.KindRetracted && query(c, "slip") != "" { // undone at once, from the banner
		f.Note = "Logged by mistake."
	}
	if loggedAtOnce(kind) {
		f.On = components.DateValueOf(s.today())
	}
	return s.showEvent(c, fiber.StatusOK, ref, f, nil)
}

// loggedAtOnce are the kinds that people log on the day itself. A letter has a date of its own: today, filled in for it, would be
// overlooked.
func loggedAtOnce(k models.Kind) bool {
	switch k { //nolint:exhaustive // the others are logged from a paper or from memory
	case models.KindContactAttempt, models.KindNote, models.KindCaseClosed, models.KindCaseReopened, models.KindTaskSet, models.KindTaskDone:
		return true
	}
	return false
}

// formStatus is the status of a form that comes back: a conflict where the case stands against it, else something to mend.
func formStatus(err error) int {
	if status := statusOf(err); status == fiber.StatusConflict {
		return status
	}
	return fiber.StatusUnprocessableEntity
}

// showEvent renders the form of an event. It reads the case anew, so that the page always carries its newest version together
// with what others have added since the version that the person had.
func (s *server) showEvent(c *fiber.Ctx, status int, ref string, f views.EventForm, refusal error) error {
	v, err := s.Casework.ReadCase(c.UserContext(), s.actor(c), ref)
	if err != nil {
		return err
	}
	staged, err := s.Casework.Staged(c.UserContext(), s.actor(c), ref, ids(f.Staged))
	if err != nil {
		return err
	}
	kind := models.Kind(f.Kind)
	p := views.EventPage{Page: s.page(c, kind.Label()+" on "+ref), Case: v.Case, Kind: kind, Staged: staged, Today: v.Today,
		Result: v.Result, Landlord: v.Landlord.Type}
	p.Back = views.Link{Text: "Case " + ref, Href: "/cases/" + ref}
	if p.Replaced, err = replaced(v.Entries, &f, kind, refusal != nil); err != nil {
		if refusal != nil { // there is nothing left to correct: the case says why
			return s.showCase(c, fiber.StatusConflict, err)
		}
		return err
	}
	if models.CodeOf(refusal) == models.CodeConflict {
		seen, _ := strconv.ParseInt(f.Version, 10, 64)
		p.News = newest(v.Entries, int(v.Case.Version-seen))
	}
	f.Version = strconv.FormatInt(v.Case.Version, 10)
	p.Form = f
	if refusal != nil {
		refuse(&p.Page, refusal)
		status = formStatus(refusal)
		for i := range p.Errors {
			if p.Errors[i].Field == "kind" || p.Errors[i].Field == "replaces" {
				p.Errors[i].Field = "" // the form has no such field to lead to
			}
			if p.Errors[i].Field == "about" && !p.AsksAbout() {
				p.Errors[i].Field = "on" // there is but one that it can belong to: the day is wrong
			}
		}
	}
	return s.render(c, status, views.EventNew(p))
}

// replaced finds the entry that a form corrects, and fills the form with it where the form is opened. Where somebody has corrected
// that entry while a form was being filled in, the form follows to the newer entry.
func replaced(entries []models.Entry, f *views.EventForm, kind models.Kind, sent bool) (*models.Entry, error) {
	id, _ := strconv.ParseInt(f.Replaces, 10, 64)
	if id == 0 {
		return nil, nil
	}
	at := make(map[int64]*models.Entry, len(entries))
	for i := range entries {
		at[entries[i].ID] = &entries[i]
	}
	e := at[id]
	for sent && e != nil && e.ReplacedBy != 0 {
		e = at[e.ReplacedBy]
	}
	if e == nil || e.ReplacedBy != 0 || e.Kind == models.KindRetracted {
		return nil, models.Errorf(models.CodeNotFound, "That entry is not there any more: it has been corrected or taken back. Look at the history of the case.")
	}
	switch {
	case f.Version != "":
		f.Replaces = strconv.FormatInt(e.ID, 10)
	case e.Kind == kind:
		*f = correctionOf(*e)
	default:
		f.On = components.DateValueOf(e.On)
	}
	return e, nil
}

// correctionOf fills the form with the event that is being corrected.
func correctionOf(e models.Entry) views.EventForm {
	f := views.EventForm{Kind: string(e.Kind), Replaces: strconv.FormatInt(e.ID, 10), On: components.DateValueOf(e.On), Until: components.DateValueOf(e.Until),
		Note: e.Note, Reference: e.Reference, Channel: string(e.Channel), Finding: string(e.Finding), Reason: string(e.Reason), At: e.At.String(),
		Procedure: string(e.Procedure), Category: e.Category, Urgency: string(e.Urgency), Items: e.Items, Minutes: some(e.Minutes), HalfDays: some(e.HalfDays)}
	if e.About != 0 {
		f.About = strconv.FormatInt(e.About, 10)
	}
	if e.Kind == models.KindContactAttempt {
		f.Answered = "no"
		if e.Answered {
			f.Answered = "yes"
		}
	}
	return f
}

// some is a number as it is typed, empty for 0.
func some(n int) string {
	if n == 0 {
		return ""
	}
	return strconv.Itoa(n)
}

// newest are the last n entries by when they were recorded: each write raises the version by one, so they are at least what the
// person has not seen.
func newest(entries []models.Entry, n int) []models.Entry {
	var latest []models.Entry
	for _, e := range entries {
		at := len(latest)
		for at > 0 && latest[at-1].ID < e.ID {
			at--
		}
		latest = append(latest[:at], append([]models.Entry{e}, latest[at:]...)...)
	}
	return latest[:max(0, min(n, len(latest)))]
}

// readEvent reads the form of an event. Files that came with it are taken in at once and staged, so that they survive whatever
// else is wrong.
func (s *server) readEvent(c *fiber.Ctx) (views.EventForm, casework.LogEvent, error) {
	ref := c.Params("ref")
	f := views.EventForm{Version: field(c, "version"), Kind: field(c, "kind"), Replaces: field(c, "replaces"), On: dateFields(c, "on"),
		Until: dateFields(c, "until"), Note: field(c, "note"), Reference: field(c, "reference"), Channel: field(c, "channel"),
		Answered: field(c, "answered"), Finding: field(c, "finding"), Reason: field(c, "reason"),
		At: field(c, "at"), About: field(c, "about"), Procedure: field(c, "procedure"), Category: field(c, "category"), Urgency: field(c, "urgency"),
		Items: field(c, "items"), Minutes: field(c, "minutes"), HalfDays: field(c, "half_days"), Staged: fields(c, "staged")}
	var errs models.Errors
	on := dateOr(&errs, "on", "this event", f.On)
	until := dateOr(&errs, "until", untilWhat(models.Kind(f.Kind)), f.Until)
	cmd := eventOf(&errs, f)
	if err := s.takeFiles(c, ref, &f, &errs); err != nil {
		return f, casework.LogEvent{}, err
	}
	replaces, _ := strconv.ParseInt(f.Replaces, 10, 64)
	version, _ := strconv.ParseInt(f.Version, 10, 64)
	cmd.Ref, cmd.Version, cmd.On, cmd.Until, cmd.Replaces, cmd.Files = ref, version, on, until, replaces, ids(f.Staged)
	if cmd.Kind == models.KindContactAttempt && f.Answered == "" {
		errs = append(errs, models.Invalid("answered", "Say whether anybody answered."))
	}
	return f, cmd, errs.Or()
}

// untilWhat is what the second day of an event is, where it cannot be read.
func untilWhat(k models.Kind) string {
	switch k { //nolint:exhaustive // the others give a new date
	case models.KindPromiseMade:
		return "the promise"
	case models.KindTaskSet:
		return "what is to be done"
	case models.KindRequestMade:
		return "the accounting period"
	}
	return "the new date"
}

// eventOf is what was typed about an event, without its days and its files; it collects what cannot be read.
func eventOf(errs *models.Errors, f views.EventForm) casework.LogEvent {
	at, err := civil.ParseTime(f.At)
	if err != nil {
		*errs = append(*errs, models.Invalid("at", "%q is not a time of day. Write hours and minutes, such as 14:05, or leave it empty.", f.At))
	}
	about, _ := strconv.ParseInt(f.About, 10, 64)
	return casework.LogEvent{Kind: models.Kind(f.Kind), Note: f.Note, Reference: f.Reference, Channel: models.Channel(f.Channel), Answered: f.Answered == "yes",
		Finding: models.Grade(f.Finding), Reason: models.ClosedReason(f.Reason), At: at, About: about, Procedure: models.Procedure(f.Procedure),
		Category: f.Category, Urgency: models.Urgency(f.Urgency), Items: f.Items,
		Minutes:  countOr(errs, "minutes", "minutes it took, such as 40", f.Minutes),
		HalfDays: countOr(errs, "half_days", "half days were lost, such as 1", f.HalfDays)}
}

// countOr reads a whole number and collects what is wrong with it; an empty field is 0.
func countOr(errs *models.Errors, name, what, typed string) int {
	if typed == "" {
		return 0
	}
	n, err := digits(typed)
	if err != nil {
		*errs = append(*errs, models.Invalid(name, "Enter in numbers how many %s, or leave it empty.", what))
	}
	return n
}

// takeFiles takes in the files of a form and stages them; those that cannot be used are collected as errors.
func (s *server) takeFiles(c *fiber.Ctx, ref string, f *views.EventForm, errs *models.Errors) error {
	if !strings.HasPrefix(c.Get(fiber.HeaderContentType), fiber.MIMEMultipartForm) {
		return nil
	}
	form, err := c.MultipartForm()
	if err != nil {
		return models.Errorf(models.CodeInvalid, "The files did not arrive whole. Check your connection and send them again.")
	}
	for _, h := range form.File["files"] {
		id, err := s.takeFile(c, ref, h)
		if err == nil {
			f.Staged = append(f.Staged, strconv.FormatInt(id, 10))
			continue
		}
		if !mendable(err) {
			return err
		}
		for _, e := range models.FieldErrors(err) {
			message := e.Message
			if !strings.Contains(message, h.Filename) { // of several files, which one
				message = h.Filename + ": " + message
			}
			*errs = append(*errs, &models.Error{Code: e.Code, Field: "files", Message: message})
		}
	}
	return nil
}

func (s *server) takeFile(c *fiber.Ctx, ref string, h *multipart.FileHeader) (int64, error) {
	file, err := h.Open()
	if err != nil {
		return 0, err
	}
	defer file.Close()
	a, err := s.Casework.Attach(c.UserContext(), s.actor(c), ref, h.Filename, "", file)
	return a.ID, err
}

func ids(texts []string) []int64 {
	var out []int64
	for _, t := range texts {
		if id, err := strconv.ParseInt(t, 10, 64); err == nil && id > 0 {
			out = append(out, id)
		}
	}
	return out
}

// postEventCheck shows what an event would change, or the form again with what is wrong.
func (s *server) postEventCheck(c *fiber.Ctx) error {
	ref := c.Params("ref")
	f, cmd, err := s.readEvent(c)
	var logged casework.Logged
	if err == nil {
		logged, err = s.Casework.PreviewEvent(c.UserContext(), s.actor(c), cmd)
	}
	if err != nil {
		if !mendable(err) {
			return err
		}
		return s.refuseEvent(c, ref, f, err)
	}
	staged, err := s.Casework.Staged(c.UserContext(), s.actor(c), ref, cmd.Files)
	if err != nil {
		return err
	}
	after := logged.Case
	after.Status, after.StatusOn, after.StatusUntil, after.ClosedReason = logged.Result.Status, logged.Result.StatusOn, logged.Result.StatusUntil, logged.Result.ClosedReason
	p := views.EventCheckPage{Page: s.page(c, "Check before you save"), Case: logged.Case, Event: logged.Event, Form: f, Staged: staged, Changes: logged.Changes,
		Status: after.StatusLine(), Warning: logged.Warning, Result: logged.Result}
	return s.render(c, fiber.StatusOK, views.EventCheck(p))
}

// postEventEdit goes back from the check to the form, with everything that was typed.
func (s *server) postEventEdit(c *fiber.Ctx) error {
	f, _, err := s.readEvent(c)
	if err != nil && !mendable(err) {
		return err
	}
	if !models.Kind(f.Kind).Known() {
		return s.showCase(c, fiber.StatusUnprocessableEntity, models.Invalid("kind", "Choose what happened, then continue."))
	}
	return s.showEvent(c, fiber.StatusOK, c.Params("ref"), f, nil)
}

// postEvent saves an event.
func (s *server) postEvent(c *fiber.Ctx) error {
	ref := c.Params("ref")
	f, cmd, err := s.readEvent(c)
	var logged casework.Logged
	if err == nil {
		logged, err = s.Casework.LogEvent(c.UserContext(), s.actor(c), cmd)
	}
	if err == nil {
		sentence := cmd.Kind.Label() + ": saved."
		if logged.Moved {
			sentence += " The deadlines follow from it."
		}
		return s.done(c, "/cases/"+ref, sentence)
	}
	if !mendable(err) {
		return err
	}
	return s.refuseEvent(c, ref, f, err)
}

// refuseEvent shows the form again with what is wrong; a form that names no kind of event was not ours, and the case asks for one.
func (s *server) refuseEvent(c *fiber.Ctx, ref string, f views.EventForm, err error) error {
	if !models.Kind(f.Kind).Known() {
		return s.showCase(c, fiber.StatusUnprocessableEntity, err)
	}
	return s.showEvent(c, formStatus(err), ref, f, err)
}

// getFile sends a file of a case: the copy that may be shared, as an attachment under a neutral name.
func (s *server) getFile(c *fiber.Ctx) error {
	id, err := c.ParamsInt("id")
	if err != nil {
		return fiber.ErrNotFound
	}
	ref := c.Params("ref")
	original := query(c, "original") != ""
	a, r, err := s.Casework.File(c.UserContext(), s.actor(c), ref, int64(id), original)
	if err != nil {
		return err
	}
	mediaType := models.CopyType(a.MediaType)
	if original {
		mediaType = a.MediaType
	}
	ext := models.FileEnding(mediaType)
	c.Set(fiber.HeaderContentType, mediaType)
	c.Set(fiber.HeaderContentDisposition, `attachment; filename="`+ref+"-"+strconv.FormatInt(a.ID, 10)+ext+`"`)
	c.Set("Content-Security-Policy", "default-src 'none'; sandbox")
	return c.SendStream(r)
}
