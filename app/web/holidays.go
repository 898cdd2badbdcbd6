package web

import (
	"github.com/gofiber/fiber/v2"

	"commoncase/app/casework"
	"commoncase/models"
	"commoncase/models/civil"
	"commoncase/views"
)

// runsBeside is how many runs the page of holidays lists.
const runsBeside = 10

func (s *server) getHolidays(c *fiber.Ctx) error { return s.showHolidays(c, views.HolidayForm{}, nil) }

func (s *server) showHolidays(c *fiber.Ctx, f views.HolidayForm, refusal error) error {
	actor := s.actor(c)
	added, err := s.Casework.Holidays(c.UserContext(), actor)
	if err != nil {
		return err
	}
	runs, err := s.runLines(c)
	if err != nil {
		return err
	}
	p := views.HolidaysPage{Page: s.page(c, "Bank holidays"), Added: added, Calendars: casework.HolidayCalendars, Form: f, Runs: runs[:min(len(runs), runsBeside)]}
	p.Back = views.Link{Text: "Home", Href: "/"}
	status := fiber.StatusOK
	if refusal != nil {
		refuse(&p.Page, refusal)
		status = formStatus(refusal)
	}
	return s.render(c, status, views.Holidays(p))
}

func readHoliday(c *fiber.Ctx) (views.HolidayForm, casework.AddHoliday, error) {
	f := views.HolidayForm{Calendar: field(c, "calendar"), On: dateFields(c, "on"), Title: field(c, "title"), Source: field(c, "source")}
	on, err := parseDate("on", "the bank holiday", f.On)
	return f, casework.AddHoliday{Calendar: civil.CalendarName(f.Calendar), On: on, Title: f.Title, Source: f.Source}, err
}

// postHolidayCheck says what a bank holiday would move, or shows the form again with what is wrong.
func (s *server) postHolidayCheck(c *fiber.Ctx) error {
	f, cmd, err := readHoliday(c)
	var preview casework.HolidayPreview
	known := false
	if err == nil {
		preview, known, err = s.Casework.PreviewHoliday(c.UserContext(), s.actor(c), cmd)
	}
	if err != nil {
		if !mendable(err) {
			return err
		}
		return s.showHolidays(c, f, err)
	}
	p := views.HolidayCheckPage{Page: s.page(c, "Check before you save"), Form: f, Calendar: preview.Calendar, On: preview.On, Known: known, Moves: preview.Moves,
		Cases: preview.Cases, Asked: preview.Asked}
	return s.render(c, fiber.StatusOK, views.HolidayCheck(p))
}

// postHolidayEdit goes back from the check to the form, with everything that was typed.
func (s *server) postHolidayEdit(c *fiber.Ctx) error {
	f, _, err := readHoliday(c)
	if err != nil && !mendable(err) {
		return err
	}
	return s.showHolidays(c, f, nil)
}

// postHoliday saves a bank holiday and goes to the run that follows from it.
func (s *server) postHoliday(c *fiber.Ctx) error {
	f, cmd, err := readHoliday(c)
	var run models.Recompute
	if err == nil {
		_, run, err = s.Casework.AddHoliday(c.UserContext(), s.actor(c), cmd)
	}
	if err == nil {
		return s.done(c, runPath(run.ID), "The bank holiday is saved. The deadlines are being computed again.")
	}
	if !mendable(err) {
		return err
	}
	return s.showHolidays(c, f, err)
}
