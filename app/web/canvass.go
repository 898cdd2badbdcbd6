package web

import (
	"bytes"
	"strconv"

	"github.com/gofiber/fiber/v2"

	"commoncase/app/intake"
	"commoncase/models"
	"commoncase/models/access"
	"commoncase/views"
	"commoncase/views/components"
)

// getCanvass is every round from door to door, and what they add up to.
func (s *server) getCanvass(c *fiber.Ctx) error {
	actor := s.actor(c)
	v, err := s.Intake.Rounds(c.UserContext(), actor)
	if err != nil {
		return err
	}
	p := views.CanvassPage{Page: s.page(c, "Door to door"), Writes: access.Allows(actor.Roles, access.Canvass), All: views.CanvassCount(v.All), Listed: v.Estate}
	p.Wide = true
	for _, a := range v.Areas {
		p.Areas = append(p.Areas, views.CanvassArea{Area: a.Area, CanvassCount: views.CanvassCount(a.Count), Last: a.Last})
	}
	p.Rounds = canvassLines(v.Rounds)
	return s.render(c, fiber.StatusOK, views.CanvassPageOf(p))
}

func canvassLines(lines []intake.CanvassLine) []views.CanvassLine {
	var out []views.CanvassLine
	for _, l := range lines {
		out = append(out, views.CanvassLine{Canvass: l.Canvass, By: l.By, Was: canvassLines(l.Was)})
	}
	return out
}

func (s *server) getRoundNew(c *fiber.Ctx) error {
	return s.showRound(c, 0, views.RoundForm{Area: query(c, "area"), On: components.DateValueOf(s.today())}, nil)
}

// getRound opens a round that is to be corrected.
func (s *server) getRound(c *fiber.Ctx) error {
	r, err := s.Intake.Round(c.UserContext(), s.actor(c), pathNumber(c, "id"))
	if err != nil {
		return err
	}
	return s.showRound(c, r.ID, views.RoundForm{Area: r.Area, On: components.DateValueOf(r.On), Homes: strconv.Itoa(r.Homes), Knocked: strconv.Itoa(r.Knocked),
		Answered: strconv.Itoa(r.Answered), Affected: strconv.Itoa(r.Affected), Note: r.Note}, nil)
}

// pathNumber is an id in the path; what is none is 0, which nothing has.
func pathNumber(c *fiber.Ctx, name string) int64 {
	n, err := strconv.ParseInt(c.Params(name), 10, 64)
	if err != nil || n < 0 {
		return 0
	}
	return n
}

func (s *server) showRound(c *fiber.Ctx, id int64, f views.RoundForm, refusal error) error {
	v, err := s.Intake.Rounds(c.UserContext(), s.actor(c))
	if err != nil {
		return err
	}
	p := views.RoundPage{Page: s.page(c, "Write a round down"), Action: views.CanvassPath, Form: f, Listed: v.Estate}
	if id != 0 {
		p.Title, p.Action, p.Fixes = "Correct a round", views.RoundPath(id), true
	}
	p.Back = views.Link{Text: "Door to door", Href: views.CanvassPath}
	status := fiber.StatusOK
	if refusal != nil {
		status = refuse(&p.Page, refusal)
	}
	return s.render(c, status, views.RoundPageOf(p))
}

// postRound writes a round down.
func (s *server) postRound(c *fiber.Ctx) error { return s.keepRound(c, 0) }

// postRoundFix puts a corrected round in the place of one.
func (s *server) postRoundFix(c *fiber.Ctx) error {
	r, err := s.Intake.Round(c.UserContext(), s.actor(c), pathNumber(c, "id"))
	if err != nil {
		return err
	}
	return s.keepRound(c, r.ID)
}

func (s *server) keepRound(c *fiber.Ctx, id int64) error {
	f := views.RoundForm{Area: field(c, "area"), On: dateFields(c, "on"), Homes: field(c, "homes"), Knocked: field(c, "knocked"), Answered: field(c, "answered"),
		Affected: field(c, "affected"), Note: field(c, "note")}
	x, errs := readRound(f)
	err := errs.Or()
	if err == nil {
		if id == 0 {
			_, err = s.Intake.AddRound(c.UserContext(), s.actor(c), x)
		} else {
			_, err = s.Intake.CorrectRound(c.UserContext(), s.actor(c), id, x)
		}
	}
	switch {
	case err == nil && id == 0:
		return s.done(c, views.CanvassPath, "The round is written down.")
	case err == nil:
		return s.done(c, views.CanvassPath, "The round is corrected. What stood there before is in the history.")
	case !mendable(err):
		return err
	}
	return s.showRound(c, id, f, err)
}

// readRound reads the numbers and the day; each that cannot be read has its sentence.
func readRound(f views.RoundForm) (intake.Round, models.Errors) {
	x := intake.Round{Area: f.Area, Note: f.Note}
	var errs models.Errors
	on, err := parseDate("on", "the round", f.On)
	errs = append(errs, models.FieldErrors(err)...)
	x.On = on
	for _, n := range []struct {
		field, typed, sentence string
		into                   *int
	}{
		{"homes", f.Homes, "Enter how many homes were on the sheet, in digits.", &x.Homes},
		{"knocked", f.Knocked, "Enter on how many doors you knocked, in digits. Where it was none, enter 0.", &x.Knocked},
		{"answered", f.Answered, "Enter at how many doors somebody answered, in digits. Where it was none, enter 0.", &x.Answered},
		{"affected", f.Affected, "Enter how many homes said that they are affected, in digits. Where it was none, enter 0.", &x.Affected},
	} {
		v, err := strconv.Atoi(n.typed)
		if err != nil || v < 0 || v > 1_000_000 {
			errs = append(errs, models.Invalid(n.field, "%s", n.sentence))
			continue
		}
		*n.into = v
	}
	return x, errs
}

func (s *server) getCanvassCSV(c *fiber.Ctx) error {
	sheet, err := s.Intake.CanvassSheet(c.UserContext(), s.actor(c))
	if err != nil {
		return err
	}
	c.Set(fiber.HeaderContentType, "text/csv; charset=utf-8")
	c.Attachment("door-to-door-" + s.today().String() + ".csv")
	return c.Send(sheet)
}

// getCanvassSheet is the sheet that canvassers carry, for one estate of the list of homes or with empty rows.
func (s *server) getCanvassSheet(c *fiber.Ctx) error {
	var pdf bytes.Buffer
	if err := s.Intake.WriteCanvassSheet(c.UserContext(), s.actor(c), query(c, "area"), &pdf); err != nil {
		return err
	}
	c.Set(fiber.HeaderContentType, "application/pdf")
	c.Attachment("door-to-door-" + s.today().String() + ".pdf")
	return c.Send(pdf.Bytes())
}
