package web

import (
	"bytes"
	"slices"
	"strconv"
	"strings"

	"github.com/gofiber/fiber/v2"

	"commoncase/app/intake"
	"commoncase/models"
	"commoncase/models/catalogue"
	"commoncase/models/civil"
	"commoncase/models/rulebook"
	"commoncase/views"
)

// takenHere is the story that this browser is on, where it is one that the actor took down and has not handed over.
func (s *server) takenHere(c *fiber.Ctx) (intake.Session, bool, error) {
	x, err := s.Intake.Resume(c.UserContext(), c.Cookies(s.cookieName(storyCookie)))
	if models.CodeOf(err) == models.CodeSignIn {
		return intake.Session{}, false, nil
	}
	if err != nil {
		return intake.Session{}, false, err
	}
	actor := s.actor(c)
	mine := actor.AccountID != 0 && x.Story.TakenBy == actor.AccountID && x.BranchID == actor.BranchID && !x.Story.HandedOver
	return x, mine, nil
}

func (s *server) getTakeDown(c *fiber.Ctx) error { return s.showTakeDown(c, s.text(c).Tag, nil) }

func (s *server) showTakeDown(c *fiber.Ctx, lang string, refusal error) error {
	taken, err := s.Intake.Taken(c.UserContext(), s.actor(c))
	if err != nil {
		return err
	}
	here, mine, err := s.takenHere(c)
	if err != nil {
		return err
	}
	p := views.TakeDownPage{Page: s.page(c, "Take down a story"), Lang: lang}
	for _, t := range taken {
		if t.HandedOver || t.State == models.StoryErased {
			continue
		}
		p.Taken = append(p.Taken, views.TakenStory{Day: civil.Of(t.StartedAt).Long(), Paper: t.How == models.HowPaper, Draft: t.State == models.StoryDraft, Here: mine && here.StoryID == t.ID})
	}
	status := fiber.StatusOK
	if refusal != nil {
		status = refuse(&p.Page, refusal)
	}
	return s.render(c, status, views.TakeDown(p))
}

// chosenLang is the language that was chosen in a form.
func chosenLang(c *fiber.Ctx) (string, error) {
	lang := field(c, "lang")
	if !catalogue.Known(lang) {
		return lang, models.Invalid("lang", "Choose a language.")
	}
	return lang, nil
}

// postTakeDown begins a story that a helper takes down.
func (s *server) postTakeDown(c *fiber.Ctx) error {
	lang, err := chosenLang(c)
	var token string
	if err == nil {
		_, token, err = s.Intake.Start(c.UserContext(), visitorOf(c).in.Branch.Slug, lang, s.actor(c))
	}
	if err != nil {
		if !mendable(err) {
			return err
		}
		return s.showTakeDown(c, lang, err)
	}
	if err := s.hold(c, token); err != nil {
		return err
	}
	s.setCookie(c, langCookie, lang)
	return c.Redirect(views.FormPath, fiber.StatusSeeOther)
}

// getHandOver shows the slip with the code.
func (s *server) getHandOver(c *fiber.Ctx) error {
	x, mine, err := s.takenHere(c)
	if err != nil {
		return err
	}
	if !mine {
		return c.Redirect(views.TakeDownPath, fiber.StatusSeeOther)
	}
	code, err := s.Intake.Code(c.UserContext(), x)
	if err != nil {
		return err
	}
	_, host, _ := strings.Cut(s.cfg.BaseURL, "://")
	p := views.HandOverProps{Page: s.page(c, "Hand over"), Text: catalogue.In(x.Story.Lang), Code: code, Address: host + views.ComeBackPath,
		Paper: x.Story.How == models.HowPaper, Draft: x.Draft()}
	p.Back = views.Link{Text: "Take down a story", Href: views.TakeDownPath}
	return s.render(c, fiber.StatusOK, views.HandOver(p))
}

// postHandOver gives the story away: this browser, and every other of the helper's, holds it no more.
func (s *server) postHandOver(c *fiber.Ctx) error {
	x, mine, err := s.takenHere(c)
	if err != nil {
		return err
	}
	if !mine {
		return s.done(c, views.TakeDownPath, "")
	}
	if err := s.Intake.HandOver(c.UserContext(), s.actor(c), x); err != nil {
		return err
	}
	s.setCookie(c, storyCookie, "")
	s.setCookie(c, langCookie, "")
	return s.done(c, views.TakeDownPath, "The story is handed over. You see nothing of it any more.")
}

func (s *server) getTypeIn(c *fiber.Ctx) error {
	return s.showTypeIn(c, views.TypeInPage{Page: s.page(c, "Type in a paper form"), Lang: s.text(c).Tag}, nil)
}

func (s *server) showTypeIn(c *fiber.Ctx, p views.TypeInPage, refusal error) error {
	p.Back = views.Link{Text: "Take down a story", Href: views.TakeDownPath}
	status := fiber.StatusOK
	if refusal != nil {
		status = refuse(&p.Page, refusal)
	}
	return s.render(c, status, views.TypeIn(p))
}

// postTypeIn begins the story of a paper form, whose code becomes the story's.
func (s *server) postTypeIn(c *fiber.Ctx) error {
	lang, err := chosenLang(c)
	code := field(c, "code")
	var token string
	if err == nil {
		_, token, err = s.Intake.StartWithCode(c.UserContext(), s.actor(c), code, lang)
	}
	if err != nil {
		if !mendable(err) {
			return err
		}
		return s.showTypeIn(c, views.TypeInPage{Page: s.page(c, "Type in a paper form"), Code: code, Lang: lang}, err)
	}
	if err := s.hold(c, token); err != nil {
		return err
	}
	// What comes after is in the language of the paper: the sentences of consent are those that were ticked there.
	s.setCookie(c, langCookie, lang)
	return c.Redirect(views.PaperAnswersPath, fiber.StatusSeeOther)
}

// paperHere is the paper form that this browser is typing in.
func (s *server) paperHere(c *fiber.Ctx) (intake.Session, bool, error) {
	x, mine, err := s.takenHere(c)
	return x, mine && x.Draft() && x.Story.How == models.HowPaper, err
}

func (s *server) getPaperAnswers(c *fiber.Ctx) error {
	x, mine, err := s.paperHere(c)
	if err != nil {
		return err
	}
	if !mine {
		return c.Redirect(views.TypeInPath, fiber.StatusSeeOther)
	}
	a, err := s.Intake.Answers(c.UserContext(), x)
	if err != nil {
		return err
	}
	return s.showPaperAnswers(c, a, nil)
}

func (s *server) showPaperAnswers(c *fiber.Ctx, a models.Answers, refusal error) error {
	p := views.PaperAnswersPage{Page: s.page(c, "What is written on the form")}
	p.Step.Text, p.Step.Answers = catalogue.In(catalogue.English), a
	p.Back = views.Link{Text: "Take down a story", Href: views.TakeDownPath}
	status := fiber.StatusOK
	if refusal != nil {
		status = refuse(&p.Page, refusal)
	}
	return s.render(c, status, views.PaperAnswers(p))
}

// errPaperLost is said where the browser holds the paper form no more; what was typed stays on the page.
var errPaperLost = models.Errorf(models.CodeUnready, "This browser holds the form no more. Open the page to come back in another tab, type in the code of the form, and then save this page again. If the form was sent or handed over, there is nothing left to do.")

// postPaperAnswers keeps every answer of a paper form at once.
func (s *server) postPaperAnswers(c *fiber.Ctx) error {
	x, mine, err := s.paperHere(c)
	if err != nil {
		return err
	}
	c.Locals(localTeller, x) // for the list of homes, where the address is looked up
	var changes []func(*models.Answers)
	for _, step := range views.Steps {
		if step != "files" {
			changes = append(changes, s.typed(c, step))
		}
	}
	all := func(a *models.Answers) {
		if a.Consents == nil {
			a.Consents = map[models.Purpose]models.ConsentValue{}
		}
		for _, change := range changes {
			change(a)
		}
	}
	if err = errPaperLost; mine {
		err = s.Intake.Save(c.UserContext(), x, func(a *models.Answers) {
			all(a)
			for _, step := range views.Steps {
				if !slices.Contains(a.Done, step) && step != "files" {
					a.Done = append(a.Done, step)
				}
			}
		})
	}
	if err == nil {
		return c.Redirect(formStep("files")+"?check=1", fiber.StatusSeeOther)
	}
	if !mendable(err) {
		return err
	}
	var a models.Answers
	all(&a)
	return s.showPaperAnswers(c, a, err)
}

func (s *server) getPaper(c *fiber.Ctx) error {
	return s.showPaper(c, views.PaperFormsPage{Page: s.page(c, "Print paper forms"), Lang: catalogue.English, Size: "normal", Copies: "1"}, nil)
}

func (s *server) showPaper(c *fiber.Ctx, p views.PaperFormsPage, refusal error) error {
	p.Back = views.Link{Text: "Take down a story", Href: views.TakeDownPath}
	status := fiber.StatusOK
	if refusal != nil {
		status = refuse(&p.Page, refusal)
	}
	return s.render(c, status, views.PaperForms(p))
}

// postPaper makes paper forms, each with a fresh code. It is a POST, for the codes are new with every one.
func (s *server) postPaper(c *fiber.Ctx) error {
	p := views.PaperFormsPage{Page: s.page(c, "Print paper forms"), Lang: field(c, "lang"), Size: field(c, "size"), Copies: field(c, "copies")}
	var errs models.Errors
	if !catalogue.Known(p.Lang) {
		errs = append(errs, models.Invalid("lang", "Choose a language."))
	}
	if p.Size != "normal" && p.Size != "large" {
		errs = append(errs, models.Invalid("size", "Choose normal or large print."))
	}
	copies, err := strconv.Atoi(p.Copies)
	if err != nil {
		errs = append(errs, models.Invalid("copies", "Enter how many forms, in digits."))
	}
	x := intake.PaperForms{Lang: p.Lang, Large: p.Size == "large", Copies: copies}
	_, host, _ := strings.Cut(s.cfg.BaseURL, "://")
	x.Site = host + views.ComeBackPath
	if advice := s.Casework.Book().Contacts(rulebook.ForAdvice); len(advice) > 0 {
		x.Advice = advice[0].Name + ", " + advice[0].Number
	}
	var pdf bytes.Buffer
	if err = errs.Or(); err == nil {
		err = s.Intake.WritePaperForms(c.UserContext(), s.actor(c), x, &pdf)
	}
	if err != nil {
		if !mendable(err) {
			return err
		}
		return s.showPaper(c, p, err)
	}
	c.Set(fiber.HeaderContentType, "application/pdf")
	c.Attachment("forms-" + p.Lang + "-" + s.today().String() + ".pdf")
	return c.Send(pdf.Bytes())
}
