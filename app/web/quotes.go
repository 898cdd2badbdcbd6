package web

import (
	"strconv"

	"github.com/gofiber/fiber/v2"

	"commoncase/app/campaign"
	"commoncase/app/casework"
	"commoncase/models"
	"commoncase/models/access"
	"commoncase/models/catalogue"
	"commoncase/views"
	"commoncase/views/components"
)

// getQuotes lists the words of residents that letters may print.
func (s *server) getQuotes(c *fiber.Ctx) error {
	actor := s.actor(c)
	rows, err := s.Campaign.Quotes(c.UserContext(), actor)
	if err != nil {
		return err
	}
	p := views.QuotesPage{Page: s.page(c, "Quotes"), Letters: actor.Can(access.SeeLetters) == nil, CanKeep: actor.Can(access.KeepQuotes) == nil}
	for _, r := range rows {
		p.Quotes = append(p.Quotes, quoteLine(r))
	}
	return s.render(c, fiber.StatusOK, views.Quotes(p))
}

func quoteLine(r campaign.QuoteRow) views.QuoteLine {
	l := views.QuoteLine{Quote: r.Quote, Name: r.Name, Area: r.Area, Source: r.Source, Href: "/stories/" + r.Source, Used: r.Used}
	if r.Theme != "" {
		l.Theme = r.Theme.Label()
	}
	if r.Case {
		l.Href = "/cases/" + r.Source
	}
	for _, x := range r.Stands {
		l.Stands = append(l.Stands, views.QuoteStand(x))
	}
	return l
}

func (s *server) getCaseQuoteNew(c *fiber.Ctx) error {
	return s.showQuoteNew(c, true, views.QuoteForm{Said: components.DateValueOf(s.today())}, nil)
}

func (s *server) getStoryQuoteNew(c *fiber.Ctx) error {
	return s.showQuoteNew(c, false, views.QuoteForm{Said: components.DateValueOf(s.today())}, nil)
}

func (s *server) showQuoteNew(c *fiber.Ctx, ofCase bool, f views.QuoteForm, refusal error) error {
	ref, actor := c.Params("ref"), s.actor(c)
	p := views.QuotePage{Form: f}
	var d casework.QuoteDesk
	var err error
	if ofCase {
		d, err = s.Casework.CaseQuotes(c.UserContext(), actor, ref)
		p.Page = s.page(c, "Choose words from case "+ref)
		p.Back, p.Action, p.Ask = views.Link{Text: "Case " + ref, Href: "/cases/" + ref}, "/cases/"+ref+"/quotes", views.ConsentPath(ref, models.PurposeQuote)
	} else {
		d, err = s.Casework.StoryQuotes(c.UserContext(), actor, ref)
		p.Page = s.page(c, "Choose words from story "+ref)
		p.Back, p.Action = views.Link{Text: "Story " + ref, Href: "/stories/" + ref}, "/stories/"+ref+"/quotes"
	}
	if err != nil {
		return err
	}
	p.Told, p.Foreign, p.State, p.Name, p.Why = d.Told, d.Lang != "" && d.Lang != catalogue.English, d.State, d.Name, d.Why
	status := fiber.StatusOK
	if refusal != nil {
		status = refuse(&p.Page, refusal)
	}
	return s.render(c, status, views.QuoteNew(p))
}

func (s *server) postCaseQuote(c *fiber.Ctx) error  { return s.postQuote(c, true) }
func (s *server) postStoryQuote(c *fiber.Ctx) error { return s.postQuote(c, false) }

func (s *server) postQuote(c *fiber.Ctx, ofCase bool) error {
	f := views.QuoteForm{Text: field(c, "text"), Original: field(c, "original"), FirstName: field(c, "first_name"), Said: dateFields(c, "said")}
	var d dates
	cmd := casework.AddQuote{Text: f.Text, Original: f.Original, FirstName: f.FirstName, SaidOn: d.read("said", "the quote", f.Said)}
	if ofCase {
		cmd.Case = c.Params("ref")
	} else {
		cmd.Story = c.Params("ref")
	}
	err := d.errs.Or()
	var q models.Quote
	if err == nil {
		q, err = s.Casework.AddQuote(c.UserContext(), s.actor(c), cmd)
	}
	if err == nil {
		n := strconv.Itoa(q.Number)
		return s.done(c, views.QuotesPath+"#quote-"+n, "Quote "+n+" is kept. Letters print it with {quote:"+n+"}.")
	}
	if !mendable(err) {
		return err
	}
	return s.showQuoteNew(c, ofCase, f, err)
}

// quoteOf is the quote in the path, as the list shows it.
func (s *server) quoteOf(c *fiber.Ctx) (views.QuoteLine, error) {
	n, err := strconv.Atoi(c.Params("number"))
	if err != nil {
		return views.QuoteLine{}, fiber.ErrNotFound
	}
	rows, err := s.Campaign.Quotes(c.UserContext(), s.actor(c))
	if err != nil {
		return views.QuoteLine{}, err
	}
	for _, r := range rows {
		if r.Number == n {
			return quoteLine(r), nil
		}
	}
	return views.QuoteLine{}, models.Errorf(models.CodeNotFound, "There is no such quote in your branch. Check its number.")
}

func (s *server) getQuoteDrop(c *fiber.Ctx) error {
	q, err := s.quoteOf(c)
	if err != nil {
		return err
	}
	p := views.QuoteDropPage{Page: s.page(c, "Drop quote "+strconv.Itoa(q.Number)), Quote: q}
	p.Back = views.Link{Text: "Quotes", Href: views.QuotesPath}
	return s.render(c, fiber.StatusOK, views.QuoteDrop(p))
}

func (s *server) postQuoteDrop(c *fiber.Ctx) error {
	q, err := s.quoteOf(c)
	if err != nil {
		return err
	}
	if err := s.Casework.DropQuote(c.UserContext(), s.actor(c), q.Number); err != nil {
		return err
	}
	return s.done(c, views.QuotesPath, "Quote "+strconv.Itoa(q.Number)+" is dropped.")
}
