package web

import (
	"strconv"

	"github.com/gofiber/fiber/v2"

	"commoncase/models"
	"commoncase/models/access"
	"commoncase/views"
)

// getMail shows what became of the morning's reminders.
func (s *server) getMail(c *fiber.Ctx) error { return s.showMail(c, 0, nil) }

// showMail shows them again where a try of the reminder id was refused.
func (s *server) showMail(c *fiber.Ctx, id int64, refusal error) error {
	actor := s.actor(c)
	m, err := s.Casework.ReadMail(c.UserContext(), actor)
	if err != nil {
		return err
	}
	p := views.MailPage{Page: s.page(c, "Reminders that were sent"), Leaves: s.Casework.CanRemind(), Since: m.Since,
		Branch: access.Allows(actor.Roles, access.SeeCases), House: access.Allows(actor.Roles, access.SeeHealth)}
	p.Back = views.Link{Text: "Home", Href: "/"}
	for _, r := range m.Rows {
		row := views.MailRow{ID: r.ID, Name: r.Name, On: r.On, State: r.State, Things: r.Lines, Tries: r.Tries, Error: r.Error,
			Again: p.Leaves && r.Again(m.Today)}
		if r.SentAt != nil {
			row.Sent = *r.SentAt
		}
		p.Rows = append(p.Rows, row)
	}
	for _, n := range m.Counts {
		p.Counts = append(p.Counts, views.MailCount{Branch: n.Branch, On: n.On, State: n.State, N: n.N})
	}
	status := fiber.StatusOK
	if refusal != nil {
		status = refuse(&p.Page, refusal)
		for i := range p.Errors {
			if p.Errors[i].Field == "sure" { // each reminder has its own box
				p.Errors[i].Field = views.SureID(id)
			}
		}
	}
	return s.render(c, status, views.Mail(p))
}

// postMailAgain tries a reminder again.
func (s *server) postMailAgain(c *fiber.Ctx) error {
	id, err := strconv.ParseInt(c.Params("id"), 10, 64)
	if err != nil {
		return models.Errorf(models.CodeNotFound, "There is no such reminder in your branch.")
	}
	err = s.Casework.TryAgain(c.UserContext(), s.actor(c), id, field(c, "sure") == "yes")
	if err == nil {
		return s.done(c, views.MailPath, "The reminder is sent again. Look at this page in a minute to see what became of it.")
	}
	if !mendable(err) {
		return err
	}
	return s.showMail(c, id, err)
}

// getReminders asks whether somebody wants the morning's reminder.
func (s *server) getReminders(c *fiber.Ctx) error {
	actor := s.actor(c)
	wanted, err := s.Casework.ReminderWanted(c.UserContext(), actor)
	if err != nil {
		return err
	}
	return s.showReminders(c, wanted, nil)
}

func (s *server) showReminders(c *fiber.Ctx, wanted bool, refusal error) error {
	v := visitorOf(c)
	p := views.RemindersPage{Page: s.page(c, "Morning reminders"), Wanted: wanted, Email: v.in.Account.Email, Leaves: s.Casework.CanRemind(),
		Secretary: s.actor(c).Roles.Has(access.Secretary)}
	p.Back = views.Link{Text: "Home", Href: "/"}
	status := fiber.StatusOK
	if refusal != nil {
		status = refuse(&p.Page, refusal)
	}
	return s.render(c, status, views.Reminders(p))
}

func (s *server) postReminders(c *fiber.Ctx) error {
	switch field(c, "wanted") {
	case "yes", "no":
	default:
		return s.showReminders(c, true, models.Invalid("wanted", "Choose whether you want the reminder."))
	}
	wanted := field(c, "wanted") == "yes"
	if err := s.Casework.WantReminder(c.UserContext(), s.actor(c), wanted); err != nil {
		return err
	}
	if wanted {
		return s.done(c, views.RemindersPath, "You get the reminder on working mornings.")
	}
	return s.done(c, views.RemindersPath, "You get no reminders of this branch any more.")
}
