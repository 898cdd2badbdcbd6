package web

import (
	"strconv"

	"github.com/gofiber/fiber/v2"

	"commoncase/views"
)

const auditRows = 50

// getAudit shows what was done in the branch, newest first; "older" goes on from the last row, so that rows which arrive
// meanwhile move nothing.
func (s *server) getAudit(c *fiber.Ctx) error {
	before, err := strconv.ParseInt(query(c, "before"), 10, 64)
	if err != nil || before < 0 {
		before = 0
	}
	entries, err := s.People.Audit(c.UserContext(), s.actor(c), before, auditRows+1)
	if err != nil {
		return err
	}
	names, err := s.People.Names(c.UserContext(), s.actor(c))
	if err != nil {
		return err
	}
	p := views.AuditProps{Page: s.page(c, "Audit"), Later: before > 0}
	if len(entries) > auditRows {
		entries = entries[:auditRows]
		p.Older = "/audit?before=" + strconv.FormatInt(entries[auditRows-1].ID, 10)
	}
	for _, e := range entries {
		who := names[e.AccountID]
		if who == "" {
			who = "The program"
			if e.AccountID != 0 {
				who = "Somebody who has left the branch"
			}
		}
		p.Rows = append(p.Rows, views.AuditRow{At: e.At, Who: who, Action: e.Action, Subject: e.Subject, Detail: e.Detail})
	}
	return s.render(c, fiber.StatusOK, views.AuditPage(p))
}
