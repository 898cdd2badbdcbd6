package web

import (
	"strings"

	"github.com/gofiber/fiber/v2"

	"commoncase/app/intake"
	"commoncase/models"
	"commoncase/views"
)

func (s *server) getHomes(c *fiber.Ctx) error { return s.showHomes(c, nil) }

// showHomes shows the list of homes, and why a file was refused where one was.
func (s *server) showHomes(c *fiber.Ctx, refusal error) error {
	n, areas, err := s.Intake.HomesHeld(c.UserContext(), s.actor(c))
	if err != nil {
		return err
	}
	p := views.HomesPage{Page: s.page(c, "The list of homes"), Homes: n.Homes, Postcodes: n.Postcodes}
	for _, a := range areas {
		p.Areas = append(p.Areas, views.AreaHomes{Area: a.Area, Homes: a.Homes})
	}
	p.Back = views.Link{Text: "The story form", Href: views.IntakePath}
	status := fiber.StatusOK
	if refusal != nil {
		status = refuse(&p.Page, refusal)
	}
	return s.render(c, status, views.Homes(p))
}

// postHomesCheck says what was understood of a file; nothing of the list changes.
func (s *server) postHomesCheck(c *fiber.Ctx) error {
	seen, err := s.tryHomes(c)
	if err != nil {
		if !mendable(err) {
			return err
		}
		return s.showHomes(c, inFile(err))
	}
	p := views.HomesCheckPage{Page: s.page(c, "Check before you import"), Token: seen.Token, Encoding: seen.Encoding, Separator: seen.Separator, Postcode: seen.Postcode,
		Area: seen.Area, Address: seen.Address, Homes: seen.Homes, Postcodes: seen.Postcodes, Areas: seen.Areas, First: seen.First, Bad: seen.Bad, Twice: seen.Twice, Now: seen.Now.Homes}
	for _, b := range seen.BadLines {
		p.BadLines = append(p.BadLines, views.BadLine{Line: b.Line, Why: b.Why})
	}
	p.Back = views.Link{Text: "The list of homes", Href: views.HomesPath}
	return s.render(c, fiber.StatusOK, views.HomesCheck(p))
}

func (s *server) tryHomes(c *fiber.Ctx) (intake.HomesFile, error) {
	if !strings.HasPrefix(c.Get(fiber.HeaderContentType), fiber.MIMEMultipartForm) {
		return s.Intake.TryHomes(c.UserContext(), s.actor(c), strings.NewReader(""))
	}
	form, err := c.MultipartForm()
	if err != nil {
		return intake.HomesFile{}, models.Errorf(models.CodeInvalid, "The file did not arrive whole. Check your connection and send it again.")
	}
	files := form.File["file"]
	if len(files) == 0 {
		return s.Intake.TryHomes(c.UserContext(), s.actor(c), strings.NewReader(""))
	}
	f, err := files[0].Open()
	if err != nil {
		return intake.HomesFile{}, err
	}
	defer f.Close()
	return s.Intake.TryHomes(c.UserContext(), s.actor(c), f)
}

// inFile puts a refusal beside the field of the file.
func inFile(err error) error {
	var out models.Errors
	for _, e := range models.FieldErrors(err) {
		out = append(out, &models.Error{Code: e.Code, Field: "file", Message: e.Message})
	}
	if len(out) == 1 {
		return out[0] // with its own status
	}
	return out
}

// postHomes puts the file that was looked at in the place of the list.
func (s *server) postHomes(c *fiber.Ctx) error {
	n, err := s.Intake.ImportHomes(c.UserContext(), s.actor(c), field(c, "token"))
	if err == nil {
		return s.done(c, views.HomesPath, "The list is imported: "+views.CountOf(n, "home", "homes")+".")
	}
	if !mendable(err) {
		return err
	}
	return s.showHomes(c, inFile(err))
}

func (s *server) getHomesCSV(c *fiber.Ctx) error {
	sheet, err := s.Intake.HomesSheet(c.UserContext(), s.actor(c))
	if err != nil {
		return err
	}
	c.Set(fiber.HeaderContentType, "text/csv; charset=utf-8")
	c.Attachment("homes-" + s.today().String() + ".csv")
	return c.Send(sheet)
}

func (s *server) getHomesDrop(c *fiber.Ctx) error {
	n, _, err := s.Intake.HomesHeld(c.UserContext(), s.actor(c))
	if err != nil {
		return err
	}
	if n.Homes == 0 {
		return s.done(c, views.HomesPath, "")
	}
	p := views.HomesDropPage{Page: s.page(c, "Delete the list of homes?"), Homes: n.Homes}
	p.Back = views.Link{Text: "The list of homes", Href: views.HomesPath}
	return s.render(c, fiber.StatusOK, views.HomesDrop(p))
}

func (s *server) postHomesDrop(c *fiber.Ctx) error {
	if err := s.Intake.DropHomes(c.UserContext(), s.actor(c)); err != nil {
		return err
	}
	return s.done(c, views.HomesPath, "The list of homes is deleted.")
}
