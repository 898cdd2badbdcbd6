package web

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/gofiber/fiber/v2"

	"commoncase/app/intake"
	"commoncase/models"
	"commoncase/models/catalogue"
	"commoncase/models/rulebook"
	"commoncase/views"
)

// fileMB is the most that the form says a file may have; intake decides.
const fileMB = 25

// fileKinds are what the browser offers to choose from; a phone then offers its camera, too.
const fileKinds = "image/*,audio/*,application/pdf,.pdf,.docx,.eml,.heic,.heif,message/rfc822"

func formStep(step string) string { return views.FormPath + "/" + step }

// getTell lists the branches that take stories; where there is one, it leads there.
func (s *server) getTell(c *fiber.Ctx) error {
	fronts, err := s.Intake.Fronts(c.UserContext())
	if err != nil {
		return err
	}
	t := s.text(c)
	if len(fronts) == 1 {
		return c.Redirect(views.TellPath+"/"+url.PathEscape(fronts[0].Branch.Slug), fiber.StatusSeeOther)
	}
	var list []views.TellBranch
	for _, f := range fronts {
		list = append(list, views.TellBranch{Slug: f.Branch.Slug, Name: f.Branch.Name, Landlord: f.Landlord.Name})
	}
	return s.doorPacked(c, views.TellBranchesPage(s.door(c, t.T("story.neutral")), list))
}

func (s *server) getTellBranch(c *fiber.Ctx) error {
	f, err := s.Intake.Front(c.UserContext(), c.Params("branch"))
	if err != nil {
		return err
	}
	p := views.TellProps{DoorPage: s.door(c, s.text(c).T("story.neutral")), Name: f.Branch.Name, Landlord: f.Landlord.Name, Words: f.Branch.IntakeWords,
		Email: f.Branch.Email, Open: f.Branch.IntakeOpen}
	p.Branch = f.Branch.Slug
	return s.doorPacked(c, views.TellPage(p))
}

// postTell begins a story.
func (s *server) postTell(c *fiber.Ctx) error {
	if err := s.Intake.MayStart(s.address(c)); err != nil {
		return err
	}
	_, token, err := s.Intake.Start(c.UserContext(), c.Params("branch"), s.text(c).Tag, models.Actor{})
	if models.CodeOf(err) == models.CodeUnready { // it was closed meanwhile: its page says so
		return s.getTellBranch(c)
	}
	if err != nil {
		return err
	}
	if err := s.hold(c, token); err != nil {
		return err
	}
	return s.goOn(c, formStep(views.Steps[0]))
}

// afterSent leads away from a question whose story was sent: to the teller's page.
func (s *server) afterSent(c *fiber.Ctx) error {
	if s.paths[views.MyPath] {
		return c.Redirect(views.MyPath, fiber.StatusSeeOther)
	}
	return c.Redirect(formStep("sent"), fiber.StatusSeeOther)
}

func (s *server) getForm(c *fiber.Ctx) error {
	x := s.teller(c)
	if !x.Draft() {
		return s.afterSent(c)
	}
	a, err := s.Intake.Answers(c.UserContext(), x)
	if err != nil {
		return err
	}
	return s.doorRender(c, fiber.StatusOK, views.TasksPage(views.TaskProps{DoorPage: s.door(c, s.text(c).T("story.neutral")), Done: a.Done}))
}

// danger reports whether what was answered may mean that somebody cannot wait.
func danger(a models.Answers) bool {
	return slices.Contains(a.AtRisk, "baby") || slices.Contains(a.Themes, models.ThemeHeating) || slices.Contains(a.Themes, models.ThemeSafety)
}

// stepPage fills the frame of one question.
func (s *server) stepPage(c *fiber.Ctx, step string, a models.Answers, check bool) views.StepProps {
	n := slices.Index(views.Steps, step)
	t := s.text(c)
	p := views.StepProps{DoorPage: s.door(c, t.T("story.neutral_of", "N", n+1, "All", len(views.Steps))), Step: step, N: n + 1, Check: check, Answers: a,
		Danger: danger(a), MB: fileMB, Accept: fileKinds}
	p.Path = formStep(step)
	p.Back = views.Link{Href: views.FormPath}
	switch {
	case check:
		p.Back.Href, p.Path = formStep("check"), p.Path+"?check=1"
	case n > 0:
		p.Back.Href = formStep(views.Steps[n-1])
	}
	if step == "home" && a.Landlord == "" && !slices.Contains(a.Done, step) {
		p.Answers.Landlord = s.teller(c).Landlord.Name
	}
	return p
}

func (s *server) getFormStep(c *fiber.Ctx) error {
	step, x := c.Params("step"), s.teller(c)
	if !slices.Contains(views.Steps, step) {
		return fiber.ErrNotFound
	}
	if !x.Draft() {
		return s.afterSent(c)
	}
	a, err := s.Intake.Answers(c.UserContext(), x)
	if err != nil {
		return err
	}
	p := s.stepPage(c, step, a, query(c, "check") != "")
	status := fiber.StatusOK
	switch {
	case step == "files":
		if p.Files, err = s.doorFiles(c); err != nil {
			return err
		}
	case step == "home" && query(c, "found") != "":
		p.Looked = true
		p.Homes, err = s.Intake.LookUp(c.UserContext(), x, a.Postcode)
		if mendable(err) {
			status = refuseDoor(&p.DoorPage, err)
		} else if err != nil {
			return err
		}
	}
	return s.doorRender(c, status, views.StepPage(p))
}

// doorFiles are the files of the story, whole or not.
func (s *server) doorFiles(c *fiber.Ctx) ([]views.DoorFile, error) {
	fs, err := s.Intake.Files(c.UserContext(), s.teller(c))
	if err != nil {
		return nil, err
	}
	var out []views.DoorFile
	for _, f := range fs {
		d := views.DoorFile{ID: f.ID, Name: f.Name, Percent: 100}
		if f.State == models.FileArriving {
			d.Percent = 0
			if f.Size > 0 {
				d.Percent = int(min(99, f.Arrived*100/f.Size))
			}
		}
		out = append(out, d)
	}
	return out, nil
}

// postFormStep keeps what was answered on one page.
func (s *server) postFormStep(c *fiber.Ctx) error {
	step, x := c.Params("step"), s.teller(c)
	if !slices.Contains(views.Steps, step) || step == "files" {
		return fiber.ErrNotFound
	}
	change := s.typed(c, step)
	leftOpen := field(c, "keep") != "" || field(c, "find") != "" || field(c, "speak") != "" // the page was not finished
	first := false
	err := s.Intake.Save(c.UserContext(), x, func(a *models.Answers) {
		first = len(a.Done) == 0
		change(a)
		if !leftOpen && !slices.Contains(a.Done, step) {
			a.Done = append(a.Done, step)
		}
	})
	if err == nil && step == "consent" && x.Helper && x.Story.How == models.HowHelper && field(c, "spoken_consent") == "" && !leftOpen {
		err = catalogue.Invalid("spoken_consent", "story.error.spoken")
	}
	switch {
	case field(c, "keep") != "" && err == nil:
		return c.SendStatus(fiber.StatusNoContent)
	case models.CodeOf(err) == models.CodeUnready: // it was sent in another tab
		return s.sentMeanwhile(c)
	case models.CodeOf(err) == models.CodeSignIn: // it was thrown away, or ran out, in this moment
		return errLost
	case mendable(err):
		a, readErr := s.Intake.Answers(c.UserContext(), x)
		if readErr != nil {
			return readErr
		}
		if a.Consents == nil {
			a.Consents = map[models.Purpose]models.ConsentValue{}
		}
		change(&a)
		p := s.stepPage(c, step, a, field(c, "check") != "")
		return s.doorRender(c, refuseDoor(&p.DoorPage, err), views.StepPage(p))
	case err != nil:
		return err
	}
	back := ""
	if field(c, "check") != "" {
		back = "check=1"
	}
	switch speak := field(c, "speak"); {
	case catalogue.Known(speak):
		s.setCookie(c, langCookie, speak)
		return c.Redirect(withParams(formStep(step), back), fiber.StatusSeeOther)
	case field(c, "find") != "":
		return c.Redirect(withParams(formStep(step), "found=1", back), fiber.StatusSeeOther)
	case back != "":
		return c.Redirect(formStep("check"), fiber.StatusSeeOther)
	case first:
		return c.Redirect(formStep("code")+"?to="+views.NextStep(step), fiber.StatusSeeOther)
	}
	return c.Redirect(formStep(views.NextStep(step)), fiber.StatusSeeOther)
}

func withParams(path string, params ...string) string {
	params = slices.DeleteFunc(params, func(p string) bool { return p == "" })
	if len(params) == 0 {
		return path
	}
	return path + "?" + strings.Join(params, "&")
}

// sentMeanwhile shows what was typed on a page whose story was sent in another tab, so that it can be added afterwards.
func (s *server) sentMeanwhile(c *fiber.Ctx) error {
	var typed []views.SentField
	c.Request().PostArgs().VisitAll(func(name, value []byte) {
		typed = append(typed, views.SentField{Name: string(name), Value: string(value)})
	})
	p := views.DoorAgainProps{DoorPage: s.door(c, s.text(c).T("story.neutral")), Fields: sendable(typed), Sent: true}
	p.Path = views.FormPath
	return s.doorRender(c, fiber.StatusConflict, views.DoorAgainPage(p))
}

// typed is the change to the answers that a page was sent with. It reads the form at once and may be applied more than once.
func (s *server) typed(c *fiber.Ctx, step string) func(*models.Answers) {
	switch step {
	case "home":
		return s.typedHome(c)
	case "problem":
		var themes []models.Theme
		for _, t := range fields(c, "themes") {
			themes = append(themes, models.Theme(t))
		}
		return func(a *models.Answers) { a.Themes = themes }
	case "story":
		story := field(c, "story")
		return func(a *models.Answers) { a.Story = story }
	case "since":
		since := field(c, "since")
		return func(a *models.Answers) { a.Since = since }
	case "reported":
		reported, when, how, jobs, answer, complaint := field(c, "reported"), field(c, "reported_when"), field(c, "reported_how"), field(c, "job_numbers"),
			field(c, "answer"), field(c, "complaint")
		return func(a *models.Answers) {
			a.Reported, a.ReportedWhen, a.ReportedHow, a.JobNumbers, a.Answer, a.Complaint = reported, when, how, jobs, answer, complaint
		}
	case "people":
		people, needs, risk := field(c, "people"), field(c, "needs"), fields(c, "at_risk")
		return func(a *models.Answers) { a.People, a.Needs, a.AtRisk = people, needs, risk }
	case "wanted":
		wanted := field(c, "wanted")
		return func(a *models.Answers) { a.Wanted = wanted }
	case "consent":
		consents, spoken := map[models.Purpose]models.ConsentValue{}, field(c, "spoken_consent") != ""
		for _, p := range models.Purposes {
			consents[p] = models.ConsentValue(field(c, "consent_"+string(p)))
		}
		return func(a *models.Answers) {
			for p, v := range consents {
				if a.Consents[p] = v; v == "" {
					delete(a.Consents, p) // not asked, or no longer: nothing is given
				}
			}
			a.SpokenConsent = spoken
		}
	}
	who, name, email, phone := field(c, "who"), field(c, "name"), field(c, "email"), field(c, "phone")
	ways, times, quiet := fields(c, "safe_ways"), field(c, "safe_times"), field(c, "do_not_name") != ""
	return func(a *models.Answers) {
		a.Anonymous, a.Name, a.Email, a.Phone, a.SafeWays, a.SafeTimes, a.DoNotName = who == "no", name, email, phone, ways, times, quiet
		if a.Anonymous {
			a.Name = ""
		}
	}
}

// typedHome takes the address that was typed where it was changed, and else the one that was chosen from the list.
func (s *server) typedHome(c *fiber.Ctx) func(*models.Answers) {
	postcode, address, area, landlord, chosen := field(c, "postcode"), field(c, "address"), field(c, "area"), field(c, "landlord"), field(c, "home")
	var home models.Home
	if chosen != "" {
		// The list was looked up to be chosen from; where it cannot be read now, what was chosen is kept as typed.
		homes, err := s.Intake.Homes(c.UserContext(), s.teller(c).BranchID, postcode)
		if i := slices.IndexFunc(homes, func(h models.Home) bool { return h.Line == chosen }); err == nil && i >= 0 {
			home = homes[i]
		}
	}
	return func(a *models.Answers) {
		if home.Line != "" && (address == "" || address == a.Address) {
			a.Address = home.Line
			if area == "" || area == a.Area {
				area = home.Area
			}
		} else {
			a.Address = address
		}
		a.Postcode, a.Area, a.Landlord = postcode, area, landlord
	}
}

func (s *server) getFormCheck(c *fiber.Ctx) error { return s.storyCheckPage(c, nil) }

// stepOfField is the question on which a field of the answers stands.
var stepOfField = map[string]string{"postcode": "home", "address": "home", "area": "home", "landlord": "home", "themes": "problem", "story": "story", "since": "since",
	"reported": "reported", "reported_when": "reported", "reported_how": "reported", "job_numbers": "reported", "answer": "reported", "complaint": "reported",
	"people": "people", "needs": "people", "at_risk": "people", "wanted": "wanted", "file": "files", "files": "files", "spoken_consent": "consent",
	"name": "contact", "email": "contact", "phone": "contact", "safe_ways": "contact", "safe_times": "contact"}

func (s *server) storyCheckPage(c *fiber.Ctx, refused error) error {
	x := s.teller(c)
	if !x.Draft() {
		return s.afterSent(c)
	}
	a, err := s.Intake.Answers(c.UserContext(), x)
	if err != nil {
		return err
	}
	files, err := s.Intake.Files(c.UserContext(), x)
	if err != nil {
		return err
	}
	p := views.StoryCheckProps{DoorPage: s.door(c, s.text(c).T("story.neutral")), Answers: a, Files: len(files), Danger: danger(a),
		Contacts: s.Casework.Book().Contacts(rulebook.ForAdvice)}
	p.Path = formStep("check")
	p.Back = views.Link{Href: formStep(views.Steps[len(views.Steps)-1])}
	p.Salt, p.Bits = s.Intake.Challenge(x)
	status := fiber.StatusOK
	if refused != nil {
		status = refuseDoor(&p.DoorPage, refused)
		for i, e := range p.Errors { // what is to be mended stands on another page
			step := stepOfField[e.Field]
			if strings.HasPrefix(e.Field, "consent_") {
				step = "consent"
			}
			if step != "" {
				p.Errors[i].Href = formStep(step) + "?check=1#" + e.Field
			}
		}
	}
	return s.doorRender(c, status, views.StoryCheckPage(p))
}

// postFormSend gives the story to the branch.
func (s *server) postFormSend(c *fiber.Ctx) error {
	x := s.teller(c)
	if !x.Draft() {
		return c.Redirect(formStep("sent"), fiber.StatusSeeOther)
	}
	// The page that was sent says what may come of it.
	err := s.Intake.Save(c.UserContext(), x, func(a *models.Answers) { a.ReadRetaliation = true })
	if err == nil {
		_, err = s.Intake.Send(c.UserContext(), x, intake.Sending{Trap: formValue(c, "website") != "", Proof: field(c, "proof"), Address: s.address(c)})
	}
	if mendable(err) {
		return s.storyCheckPage(c, err)
	}
	if err != nil {
		return err
	}
	return c.Redirect(formStep("sent"), fiber.StatusSeeOther)
}

// codePage fills the pages that show the code. A member who is signed in, and came without the code, gets none.
func (s *server) codePage(c *fiber.Ctx) (views.CodeProps, error) {
	code, err := s.Intake.Code(c.UserContext(), s.teller(c))
	if err != nil && models.CodeOf(err) != models.CodeUnready {
		return views.CodeProps{}, err
	}
	return views.CodeProps{DoorPage: s.door(c, s.text(c).T("story.neutral")), Code: code, Address: s.comeBackAddress(), CanMail: s.Intake.CanMail()}, nil
}

func (s *server) getFormSent(c *fiber.Ctx) error {
	if s.teller(c).Draft() {
		return c.Redirect(formStep("check"), fiber.StatusSeeOther)
	}
	if s.teller(c).Helper { // the way back is not theirs
		return c.Redirect(views.HandOverPath, fiber.StatusSeeOther)
	}
	p, err := s.codePage(c)
	if err != nil {
		return err
	}
	switch {
	case p.Helper && s.paths["/take-down"]:
		p.Next = "/take-down" // what the teller sees on their page is not for the helper
	case !p.Helper && s.paths[views.MyPath]:
		p.Next = views.MyPath
	}
	return s.doorRender(c, fiber.StatusOK, views.SentPage(p))
}

// nextOf is where the page of the code leads on to: a question that the address names, or the list of all.
func nextOf(to string, x intake.Session) string {
	switch {
	case !x.Draft():
		return formStep("sent")
	case slices.Contains(views.Steps, to) || to == "check":
		return formStep(to)
	}
	return views.FormPath
}

func (s *server) getFormCode(c *fiber.Ctx) error {
	p, err := s.codePage(c)
	if err != nil {
		return err
	}
	p.Next = nextOf(query(c, "to"), s.teller(c))
	return s.doorRender(c, fiber.StatusOK, views.CodePage(p))
}

// postFormMail mails a link that leads back.
func (s *server) postFormMail(c *fiber.Ctx) error {
	x := s.teller(c)
	to := strings.TrimPrefix(strings.TrimPrefix(field(c, "to"), views.FormPath), "/")
	err := s.Intake.MayMail(s.address(c))
	if err == nil {
		err = s.Intake.MailLink(c.UserContext(), x, field(c, "email"))
	}
	if mendable(err) {
		p, readErr := s.codePage(c)
		if readErr != nil {
			return readErr
		}
		p.Next, p.Email, p.Path = nextOf(to, x), field(c, "email"), formStep("code")
		return s.doorRender(c, refuseDoor(&p.DoorPage, err), views.CodePage(p))
	}
	if err != nil {
		return err
	}
	return s.done(c, withParams(formStep("code"), "to="+url.QueryEscape(to)), s.text(c).T("story.code.mailed"))
}

func (s *server) getFormDiscard(c *fiber.Ctx) error {
	if !s.teller(c).Draft() {
		return s.afterSent(c)
	}
	return s.doorRender(c, fiber.StatusOK, views.DiscardPage(s.door(c, s.text(c).T("story.neutral"))))
}

func (s *server) postFormDiscard(c *fiber.Ctx) error {
	err := s.Intake.Discard(c.UserContext(), s.teller(c))
	if models.CodeOf(err) == models.CodeUnready {
		return s.afterSent(c)
	}
	if err != nil {
		return err
	}
	s.setCookie(c, storyCookie, "")
	return s.done(c, views.TellPath+"/"+url.PathEscape(s.teller(c).Branch.Slug), s.text(c).T("story.discard.done"))
}

// filesPage shows the page of files again, with what went wrong.
func (s *server) filesPage(c *fiber.Ctx, check bool, problem error) error {
	a, err := s.Intake.Answers(c.UserContext(), s.teller(c))
	if err != nil {
		return err
	}
	p := s.stepPage(c, "files", a, check)
	if p.Files, err = s.doorFiles(c); err != nil {
		return err
	}
	status := refuseDoor(&p.DoorPage, problem)
	for i := range p.Errors {
		p.Errors[i].Field = "files"
	}
	return s.doorRender(c, status, views.StepPage(p))
}

// postFormFiles takes files from a form as it arrives. A broken line costs the file that was on its way, and nothing else.
func (s *server) postFormFiles(c *fiber.Ctx) error {
	x, check, taken := s.teller(c), false, 0
	if !x.Draft() {
		drain(c)
		return s.afterSent(c)
	}
	var problems models.Errors
	for in := parts(c); in != nil; {
		part, err := in.NextPart()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			problems = append(problems, brokenUpload())
			break
		}
		if part.FormName() == "check" {
			check = true
		}
		if part.FormName() != "files" || part.FileName() == "" {
			continue
		}
		_, err = s.Intake.AddFile(c.UserContext(), x, part.FileName(), models.FileEvidence, part)
		switch {
		case err == nil:
			taken++
		case models.CodeOf(err) == "" || models.CodeOf(err) == models.CodeSignIn:
			drain(c)
			return err
		default:
			problems = append(problems, models.FieldErrors(err)...)
		}
	}
	if len(problems) > 0 {
		return s.filesPage(c, check, problems)
	}
	if taken == 0 {
		return s.filesPage(c, check, catalogue.Invalid("files", "story.error.files"))
	}
	back := ""
	if check {
		back = "check=1"
	}
	return s.done(c, withParams(formStep("files"), back), s.text(c).T("story.files.sent"))
}

// postFormFilesDone goes on from the page of files.
func (s *server) postFormFilesDone(c *fiber.Ctx) error {
	err := s.Intake.Save(c.UserContext(), s.teller(c), func(a *models.Answers) {
		if !slices.Contains(a.Done, "files") {
			a.Done = append(a.Done, "files")
		}
	})
	if models.CodeOf(err) == models.CodeUnready {
		return s.afterSent(c)
	}
	if err != nil {
		return err
	}
	if field(c, "check") != "" {
		return c.Redirect(formStep("check"), fiber.StatusSeeOther)
	}
	return c.Redirect(formStep(views.NextStep("files")), fiber.StatusSeeOther)
}

func (s *server) postFormFileDrop(c *fiber.Ctx) error {
	if err := s.Intake.DropFile(c.UserContext(), s.teller(c), idParam(c)); err != nil {
		return err
	}
	back := ""
	if field(c, "check") != "" {
		back = "check=1"
	}
	return s.done(c, withParams(formStep("files"), back), s.text(c).T("story.files.dropped"))
}

func idParam(c *fiber.Ctx) int64 {
	id, err := strconv.ParseInt(c.Params("id"), 10, 64)
	if err != nil {
		return 0
	}
	return id
}

// uploadState tells the script how far a file has come.
func uploadState(c *fiber.Ctx, f models.StoryFile) error {
	return c.JSON(fiber.Map{"id": f.ID, "arrived": f.Arrived, "done": f.State != models.FileArriving})
}

// postFormUpload begins a file that comes in pieces, or goes on with one of the same name and size that broke off.
func (s *server) postFormUpload(c *fiber.Ctx) error {
	x, name, size := s.teller(c), field(c, "name"), number(c, "size")
	fs, err := s.Intake.Files(c.UserContext(), x)
	if err != nil {
		return err
	}
	for _, f := range fs {
		if f.State == models.FileArriving && f.Name == name && f.Size == size {
			return uploadState(c, f)
		}
	}
	f, err := s.Intake.StartUpload(c.UserContext(), x, name, size)
	if err != nil {
		return err
	}
	return uploadState(c, f)
}

func (s *server) getFormUpload(c *fiber.Ctx) error {
	f, err := s.Intake.Upload(c.UserContext(), s.teller(c), idParam(c))
	if err != nil {
		return err
	}
	return uploadState(c, f)
}

// postFormPiece takes one piece.
func (s *server) postFormPiece(c *fiber.Ctx) error {
	offset, err := strconv.ParseInt(c.Query("offset"), 10, 64)
	if err != nil || offset < 0 {
		return fiber.ErrBadRequest
	}
	body := c.Context().RequestBodyStream()
	if body == nil {
		body = bytes.NewReader(c.Request().Body())
	}
	x, id := s.teller(c), idParam(c)
	if _, err := s.Intake.Append(c.UserContext(), x, id, offset, body); err != nil {
		c.Context().SetConnectionClose() // the rest of the piece is not read
		return err
	}
	f, err := s.Intake.Upload(c.UserContext(), x, id)
	if err != nil {
		return err
	}
	return uploadState(c, f)
}

func (s *server) getComeBack(c *fiber.Ctx) error {
	return s.doorRender(c, fiber.StatusOK, views.BackPage(views.BackProps{DoorPage: s.door(c, s.text(c).T("story.neutral"))}))
}

// postComeBack opens a story by its code. What was typed before the way was lost comes along.
func (s *server) postComeBack(c *fiber.Ctx) error {
	code := field(c, "code")
	token, err := s.Intake.OpenByCode(c.UserContext(), code, s.address(c))
	if mendable(err) {
		var sent []views.SentField
		c.Request().PostArgs().VisitAll(func(name, value []byte) {
			sent = append(sent, views.SentField{Name: string(name), Value: string(value)})
		})
		page := s.door(c, s.text(c).T("story.neutral"))
		page.Path = views.ComeBackPath
		status := refuseDoor(&page, err)
		if to, fields := carriedFields(sent); to != "" {
			return s.doorRender(c, status, views.DoorAgainPage(views.DoorAgainProps{DoorPage: page, Action: to, Fields: fields, Lost: true, Code: code, Other: s.branchOf(c)}))
		}
		return s.doorRender(c, status, views.BackPage(views.BackProps{DoorPage: page, Code: code}))
	}
	if err != nil {
		return err
	}
	return s.cameBack(c, token)
}

// cameBack gives the browser its way back, and leads to the form, or to the teller's page once the story was sent.
func (s *server) cameBack(c *fiber.Ctx, token string) error {
	if err := s.hold(c, token); err != nil {
		return err
	}
	x, err := s.Intake.Resume(c.UserContext(), token)
	if err != nil {
		return err
	}
	if x.Draft() {
		return s.goOn(c, views.FormPath)
	}
	if s.paths[views.MyPath] {
		return s.goOn(c, views.MyPath)
	}
	return s.goOn(c, formStep("sent"))
}

func (s *server) getComeBackLink(c *fiber.Ctx) error {
	err := s.Intake.LinkWorks(c.UserContext(), c.Params("link"))
	if models.CodeOf(err) == models.CodeNotFound {
		return s.noLink(c, err)
	}
	if err != nil {
		return err
	}
	p := views.LinkProps{DoorPage: s.door(c, s.text(c).T("story.neutral")), Action: views.ComeBackPath + "/" + url.PathEscape(c.Params("link"))}
	return s.doorRender(c, fiber.StatusOK, views.LinkPage(p))
}

func (s *server) postComeBackLink(c *fiber.Ctx) error {
	token, err := s.Intake.OpenByLink(c.UserContext(), c.Params("link"))
	if models.CodeOf(err) == models.CodeNotFound {
		return s.noLink(c, err)
	}
	if err != nil {
		return err
	}
	return s.cameBack(c, token)
}

// noLink says that a link does not work, where the code can be typed in.
func (s *server) noLink(c *fiber.Ctx, err error) error {
	p := views.BackProps{DoorPage: s.door(c, s.text(c).T("story.neutral"))}
	p.Path = views.ComeBackPath
	refuseDoor(&p.DoorPage, err)
	return s.doorRender(c, fiber.StatusNotFound, views.BackPage(p))
}

func (s *server) getEmergency(c *fiber.Ctx) error {
	book := s.Casework.Book()
	p := views.EmergencyProps{DoorPage: s.door(c, s.text(c).T("story.neutral")), InForm: c.Cookies(s.cookieName(storyCookie)) != "",
		Contacts: map[string][]rulebook.Contact{}}
	for _, use := range []string{rulebook.ForFire, rulebook.ForGas, rulebook.ForElectricity, rulebook.ForCold, rulebook.ForThreats} {
		p.Contacts[use] = book.Contacts(use)
	}
	if err := s.doorPacked(c, views.EmergencyPage(p)); err != nil {
		return fmt.Errorf("emergency: %w", err)
	}
	return nil
}
