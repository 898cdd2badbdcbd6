package web

import (
	"strconv"
	"strings"

	"github.com/gofiber/fiber/v2"

	"commoncase/app/casework"
	"commoncase/models"
	"commoncase/models/civil"
	"commoncase/views"
	"commoncase/views/components"
)

// queueCounts are the queues with how many cases of the branch stand in each.
func (s *server) queueCounts(c *fiber.Ctx) ([]views.QueueCount, error) {
	counts, err := s.Casework.Queues(c.UserContext(), s.actor(c))
	if err != nil {
		return nil, err
	}
	var out []views.QueueCount
	for _, q := range models.Queues {
		out = append(out, views.QueueCount{Queue: q, Cases: counts[q]})
	}
	return out, nil
}

// getQueues is the front page of the queues.
func (s *server) getQueues(c *fiber.Ctx) error {
	counts, err := s.queueCounts(c)
	if err != nil {
		return err
	}
	p := views.QueuesPage{Page: s.page(c, "Queues"), Counts: counts}
	p.Wide = true
	p.Back = views.Link{Text: "Home", Href: "/"}
	return s.render(c, fiber.StatusOK, views.Queues(p))
}

// queueAsk is the queue of the address, narrowed and in the order that its query says.
func queueAsk(c *fiber.Ctx) casework.QueueAsk {
	ask := casework.QueueAsk{Queue: models.Queue(c.Params("name")), Sort: models.QueueSort(query(c, "sort"))}
	switch who := casework.QueueWho(query(c, "who")); who {
	case casework.QueueMine, casework.QueueUnassigned:
		ask.Who = who
	case casework.QueueAll:
	}
	return ask
}

func (s *server) getQueue(c *fiber.Ctx) error { return s.showQueue(c, fiber.StatusOK, nil) }

// showQueue renders a queue, with what went wrong where refusal is not nil; what was ticked and chosen stays so.
func (s *server) showQueue(c *fiber.Ctx, status int, refusal error) error {
	actor := s.actor(c)
	list, err := s.Casework.ListQueue(c.UserContext(), actor, queueAsk(c), pageNumber(c))
	if err != nil {
		return err
	}
	people, err := s.Casework.Caseworkers(c.UserContext(), actor)
	if err != nil {
		return err
	}
	p := views.QueuePage{Page: s.page(c, list.Ask.Queue.Label()), Queue: list.Ask.Queue, Lines: queueLines(list.Lines, list.Today), Total: list.Total,
		Number: list.Page, Pages: list.Pages, Query: keptQuery(c, "who", "sort", "page"), Who: string(list.Ask.Who), Sort: string(list.Ask.Sort)}
	p.Wide = true
	p.Back = views.Link{Text: "Queues", Href: views.QueuesPath}
	p.People = []components.Option{{Value: nobody, Label: "Nobody"}}
	for _, w := range people {
		p.People = append(p.People, components.Option{Value: strconv.FormatInt(w.ID, 10), Label: w.Name})
	}
	if refusal != nil {
		p.Chosen, p.Assignee = fields(c, "case"), field(c, "assigned_to")
		refuse(&p.Page, refusal)
	}
	return s.render(c, status, views.Queue(p))
}

// nobody is what the form sends to take cases from whoever has them; nothing chosen is something else.
const nobody = "0"

func queueLines(lines []casework.QueueLine, today civil.Date) []views.QueueLine {
	out := make([]views.QueueLine, len(lines))
	for i, l := range lines {
		out[i] = views.QueueLine{Case: l.Case, Member: l.Member, Area: l.Area, Assignee: l.Assignee, Silent: l.Due, Days: l.Days, Today: today}
		for _, k := range l.Clocks {
			out[i].Clocks = append(out[i].Clocks, views.QueueClock{Title: k.Title, Cite: k.Cite, Bound: k.Bound, Due: k.Due, At: k.DueAt, Days: k.Days, Loud: k.Loud})
		}
	}
	return out
}

// getQueueCSV is the whole queue, as it is narrowed and ordered, as a spreadsheet.
func (s *server) getQueueCSV(c *fiber.Ctx) error {
	ask := queueAsk(c)
	lines, err := s.Casework.WholeQueue(c.UserContext(), s.actor(c), ask)
	if err != nil {
		return err
	}
	c.Set(fiber.HeaderContentType, "text/csv; charset=utf-8")
	c.Attachment(string(ask.Queue) + "-" + s.today().String() + ".csv")
	return c.Send(views.QueueSheet(ask.Queue, queueLines(lines, s.today())))
}

// chosen are the ticked cases of a queue, each with the version that the person saw. What is no case of ours is left out.
func chosen(c *fiber.Ctx) []casework.Chosen {
	var out []casework.Chosen
	for _, value := range fields(c, "case") {
		ref, version, _ := strings.Cut(value, ":")
		n, err := strconv.ParseInt(version, 10, 64)
		if ref == "" || err != nil || len(out) == casework.PageSize {
			continue
		}
		out = append(out, casework.Chosen{Ref: ref, Version: n})
	}
	return out
}

// backToQueue is the address of the queue that a form was sent from, narrowed and in the order that it had.
func backToQueue(c *fiber.Ctx) string {
	path := views.QueuePath(models.Queue(c.Params("name")))
	if q := keptQuery(c, "who", "sort", "page"); len(q) > 0 {
		path += "?" + q.Encode()
	}
	return path
}

// postQueueAssign gives the ticked cases to somebody.
func (s *server) postQueueAssign(c *fiber.Ctx) error {
	done, err := s.assignChosen(c)
	if err == nil {
		to := "assigned"
		if field(c, "assigned_to") == nobody {
			to = "assigned to nobody"
		}
		return s.toldBulk(c, views.CasesAre(len(done.Done), to), done)
	}
	if !mendable(err) {
		return err
	}
	return s.showQueue(c, formStatus(err), err)
}

func (s *server) assignChosen(c *fiber.Ctx) (casework.Bulk, error) {
	if !models.Queue(c.Params("name")).Known() {
		return casework.Bulk{}, fiber.ErrNotFound
	}
	cases, to := chosen(c), field(c, "assigned_to")
	var errs models.Errors
	if len(cases) == 0 {
		errs = append(errs, models.Invalid("case", "Tick at least one case."))
	}
	if to != nobody && number(c, "assigned_to") == 0 {
		errs = append(errs, models.Invalid("assigned_to", "Choose who is to have the cases, or “Nobody”."))
	}
	if err := errs.Or(); err != nil {
		return casework.Bulk{}, err
	}
	return s.Casework.AssignMany(c.UserContext(), s.actor(c), cases, number(c, "assigned_to"))
}

// toldBulk ends something that was done to several cases: what was done, and by name what was left, and why.
func (s *server) toldBulk(c *fiber.Ctx, what string, b casework.Bulk) error {
	if len(b.Left) == 0 {
		return s.done(c, backToQueue(c), what+".")
	}
	if len(b.Done) == 0 {
		what = "Nothing was done"
	}
	var order []string
	why := map[string][]string{}
	for _, l := range b.Left {
		if why[l.Why] == nil {
			order = append(order, l.Why)
		}
		why[l.Why] = append(why[l.Why], l.Ref)
	}
	for _, w := range order {
		what += ". Left as " + map[bool]string{true: "it was", false: "they were"}[len(why[w]) == 1] + ": " + strings.Join(why[w], ", ") + ". " + strings.TrimSuffix(w, ".")
	}
	s.flash(c, "important", what+".")
	return c.Redirect(backToQueue(c), fiber.StatusSeeOther)
}

// postQueueChase asks, before letters are drafted for the ticked cases, and says for which none can be.
func (s *server) postQueueChase(c *fiber.Ctx) error {
	queue := models.Queue(c.Params("name"))
	if !queue.Known() {
		return fiber.ErrNotFound
	}
	var refs []string
	for _, k := range chosen(c) {
		refs = append(refs, k.Ref)
	}
	lines, err := s.Casework.PlanChase(c.UserContext(), s.actor(c), refs)
	if err != nil {
		if !mendable(err) {
			return err
		}
		return s.showQueue(c, formStatus(err), err)
	}
	p := views.ChasePage{Page: s.page(c, "Chase the landlord"), Queue: queue}
	p.Back = views.Link{Text: queue.Label(), Href: backToQueue(c)}
	for _, l := range lines {
		line := views.ChaseLine{Ref: l.Ref, Title: l.Title, Member: l.Member, Why: l.Why}
		if l.Why == "" {
			p.Ready = append(p.Ready, line)
		} else {
			p.Left = append(p.Left, line)
		}
	}
	return s.render(c, fiber.StatusOK, views.Chase(p))
}

// postQueueDrafts drafts the letters.
func (s *server) postQueueDrafts(c *fiber.Ctx) error {
	if !models.Queue(c.Params("name")).Known() {
		return fiber.ErrNotFound
	}
	refs := fields(c, "case")
	done, err := s.Casework.ChaseMany(c.UserContext(), s.actor(c), refs[:min(len(refs), casework.PageSize)])
	if err == nil {
		what := views.LettersDrafted(len(done.Done))
		if len(done.Done) > 0 {
			what += ": " + strings.Join(done.Done, ", ")
		}
		return s.toldBulk(c, what, done)
	}
	if !mendable(err) {
		return err
	}
	return s.showQueue(c, formStatus(err), err)
}
