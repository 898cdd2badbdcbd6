package web

import (
	"net/url"
	"strconv"

	"github.com/gofiber/fiber/v2"

	"commoncase/app/casework"
	"commoncase/models"
	"commoncase/models/access"
	"commoncase/models/civil"
	"commoncase/views"
	"commoncase/views/components"
)

// getCases is the list of cases: all of the branch for those who run cases, their own for a member.
func (s *server) getCases(c *fiber.Ctx) error {
	actor := s.actor(c)
	filter := casework.ListFilter{Overdue: query(c, "overdue") != "", Mine: query(c, "mine") != "", OpenOnly: query(c, "open") != "",
		Theme: models.Theme(query(c, "theme")), Query: query(c, "q")}
	if stage := query(c, "stage"); stage != "" {
		filter.Statuses = []models.Status{models.Status(stage)}
	}
	list, err := s.Casework.ListCases(c.UserContext(), actor, filter, pageNumber(c))
	if err == nil && list.Page > list.Pages { // an old link, or a case fewer since: the last page there is
		list, err = s.Casework.ListCases(c.UserContext(), actor, filter, list.Pages)
	}
	if err != nil {
		return err
	}
	own := actor.Can(access.SeeCases) != nil
	title := "Cases"
	if own {
		title = "My cases"
	}
	p := views.CasesPage{Page: s.page(c, title), Total: list.Total, Number: list.Page, Pages: list.Pages, Search: filter.Query,
		Stage: query(c, "stage"), Theme: string(filter.Theme), Overdue: filter.Overdue, Mine: filter.Mine, Open: filter.OpenOnly, Own: own,
		CanOpen: actor.Can(access.OpenCase) == nil}
	p.Wide = !own
	p.Query = keptQuery(c, "q", "stage", "theme", "overdue", "mine", "open")
	for _, l := range list.Lines {
		p.Lines = append(p.Lines, views.CaseLine{Case: l.Case, Member: l.MemberName, Area: l.Area, Assignee: l.Assignee, NextDue: l.NextDue,
			Late: l.Late, Left: l.Left, Today: list.Today})
	}
	return s.render(c, fiber.StatusOK, views.Cases(p))
}

// keptQuery are the named parameters of the address that hold something.
func keptQuery(c *fiber.Ctx, names ...string) url.Values {
	q := url.Values{}
	for _, n := range names {
		if v := query(c, n); v != "" {
			q.Set(n, v)
		}
	}
	return q
}

// getCaseNew is the form that opens a case; ?member=REF takes the resident of another case.
func (s *server) getCaseNew(c *fiber.Ctx) error {
	p := views.CaseNewPage{Page: s.page(c, "Open a case"), Form: views.CaseForm{Received: components.DateValueOf(s.today())}}
	p.Back = views.Link{Text: "Cases", Href: "/cases"}
	if ref := query(c, "member"); ref != "" {
		v, err := s.Casework.ReadCase(c.UserContext(), s.actor(c), ref)
		if err != nil {
			return err
		}
		p.Form.MemberID, p.Form.MemberName = strconv.FormatInt(v.Member.ID, 10), v.Member.Name
	}
	return s.render(c, fiber.StatusOK, views.CaseNew(p))
}

func (s *server) postCase(c *fiber.Ctx) error {
	f := views.CaseForm{MemberID: field(c, "member_id"), MemberName: field(c, "member_name"), ResidentForm: residentForm(c), Theme: field(c, "theme"), Title: field(c, "title"), Summary: field(c, "summary"),
		Wanted: field(c, "wanted"), LandlordRef: field(c, "landlord_ref"), Received: dateFields(c, "received"), Consent: field(c, "consent") != ""}
	opened, err := s.openCase(c, f)
	if err == nil {
		return s.done(c, "/cases/"+opened.Ref, "Case "+opened.Ref+" is open. Now add what the landlord did, and when.")
	}
	if !mendable(err) {
		return err
	}
	p := views.CaseNewPage{Page: s.page(c, "Open a case"), Form: f}
	p.Back = views.Link{Text: "Cases", Href: "/cases"}
	status := refuse(&p.Page, err)
	return s.render(c, status, views.CaseNew(p))
}

func (s *server) openCase(c *fiber.Ctx, f views.CaseForm) (models.Case, error) {
	received, err := parseDate("received", "the day they told you", f.Received)
	if err != nil {
		return models.Case{}, err
	}
	return s.Casework.OpenCase(c.UserContext(), s.actor(c), casework.OpenCase{Resident: resident(f.ResidentForm), MemberID: number(c, "member_id"), Theme: models.Theme(f.Theme), Title: f.Title, Summary: f.Summary, Wanted: f.Wanted, LandlordRef: f.LandlordRef, ReceivedOn: received, Consent: f.Consent})
}

func (s *server) getCase(c *fiber.Ctx) error { return s.showCase(c, fiber.StatusOK, nil) }

// showCase renders the page of a case, with what went wrong where refusal is not nil.
func (s *server) showCase(c *fiber.Ctx, status int, refusal error) error {
	actor := s.actor(c)
	v, err := s.Casework.ReadCase(c.UserContext(), actor, c.Params("ref"))
	if err != nil {
		return err
	}
	p := views.CasePage{Page: s.page(c, "Case "+v.Case.Ref), Case: v.Case, Member: v.Member, Landlord: v.Landlord, Assignee: v.Assignee,
		Entries: v.Entries, Result: v.Result, Steps: v.Steps, Today: v.Today, Own: v.Own && actor.Can(access.SeeCases) != nil,
		CanLog: actor.Can(access.LogEvent) == nil, CanAssign: actor.Can(access.AssignCase) == nil, CanClose: actor.Can(access.CloseCase) == nil,
		CanRefer: actor.Can(access.Refer) == nil}
	p.Back = views.Link{Text: p.ListName(), Href: "/cases"}
	if actor.Can(access.Triage) == nil {
		stories, err := s.Casework.StoriesOfCase(c.UserContext(), actor, v.Case.ID)
		if err != nil {
			return err
		}
		for _, x := range stories {
			l := views.Link{Text: "The story that it was opened from: " + x.Ref, Href: views.StoryPath(x.Ref)}
			if x.State == models.StoryJoined {
				l.Text = "A story that was joined to it: " + x.Ref
			}
			p.Stories = append(p.Stories, l)
		}
	}
	if refusal != nil {
		refuse(&p.Page, refusal)
		if seen := number(c, "version"); seen > 0 {
			if p.News, err = s.meanwhile(c, v.Case.Ref, seen, refusal); err != nil {
				return err
			}
		}
	}
	if p.CanLog {
		p.Kinds = views.KindOptions()
		if v.Case.Status == models.StatusClosed { // a closed case takes nothing but these
			p.Kinds = []components.Option{{Value: string(models.KindNote), Label: models.KindNote.Label()}}
			if p.CanClose {
				p.Kinds = append(p.Kinds, components.Option{Value: string(models.KindCaseReopened), Label: models.KindCaseReopened.Label()})
			}
		}
	}
	if p.CanAssign {
		people, err := s.Casework.Caseworkers(c.UserContext(), actor)
		if err != nil {
			return err
		}
		p.Caseworkers = []components.Option{{Value: "0", Label: "Nobody"}}
		for _, w := range people {
			p.Caseworkers = append(p.Caseworkers, components.Option{Value: strconv.FormatInt(w.ID, 10), Label: w.Name})
		}
	}
	return s.render(c, status, views.Case(p))
}

func (s *server) postAssign(c *fiber.Ctx) error {
	ref := c.Params("ref")
	err := s.Casework.Assign(c.UserContext(), s.actor(c), ref, number(c, "version"), number(c, "assigned_to"))
	if err == nil {
		return s.done(c, "/cases/"+ref, "The case is assigned.")
	}
	if !mendable(err) {
		return err
	}
	return s.showCase(c, formStatus(err), err)
}

func detailsForm(c models.Case) views.DetailsForm {
	return views.DetailsForm{Version: strconv.FormatInt(c.Version, 10), Theme: string(c.Theme), Title: c.Title, Summary: c.Summary, Wanted: c.Wanted,
		StillUnhappy: c.StillUnhappy, LateReason: c.LateReason, LandlordRef: c.LandlordRef, OmbudsmanRef: c.OmbudsmanRef,
		CourtAction: c.CourtAction, Needs: c.Needs}
}

func (s *server) getDetails(c *fiber.Ctx) error {
	v, err := s.Casework.ReadCase(c.UserContext(), s.actor(c), c.Params("ref"))
	if err != nil {
		return err
	}
	p := views.DetailsPage{Page: s.page(c, "Details of "+v.Case.Ref), Ref: v.Case.Ref, Form: detailsForm(v.Case)}
	p.Back = views.Link{Text: "Case " + v.Case.Ref, Href: "/cases/" + v.Case.Ref}
	return s.render(c, fiber.StatusOK, views.CaseDetails(p))
}

func (s *server) postDetails(c *fiber.Ctx) error {
	ref := c.Params("ref")
	f := views.DetailsForm{Version: field(c, "version"), Theme: field(c, "theme"), Title: field(c, "title"), Summary: field(c, "summary"),
		Wanted: field(c, "wanted"), StillUnhappy: field(c, "still_unhappy"), LateReason: field(c, "late_reason"),
		LandlordRef: field(c, "landlord_ref"), OmbudsmanRef: field(c, "ombudsman_ref"), CourtAction: field(c, "court_action") != "", Needs: field(c, "needs")}
	err := s.Casework.KeepDetails(c.UserContext(), s.actor(c), casework.Details{Ref: ref, Version: number(c, "version"), Theme: models.Theme(f.Theme),
		Title: f.Title, Summary: f.Summary, Wanted: f.Wanted, StillUnhappy: f.StillUnhappy, LateReason: f.LateReason, LandlordRef: f.LandlordRef,
		OmbudsmanRef: f.OmbudsmanRef, CourtAction: f.CourtAction, Needs: f.Needs})
	if err == nil {
		return s.done(c, "/cases/"+ref, "The details are saved.")
	}
	if !mendable(err) {
		return err
	}
	p := views.DetailsPage{Page: s.page(c, "Details of "+ref), Ref: ref, Form: f}
	p.Back = views.Link{Text: "Case " + ref, Href: "/cases/" + ref}
	if models.CodeOf(err) == models.CodeConflict {
		v, readErr := s.Casework.ReadCase(c.UserContext(), s.actor(c), ref)
		if readErr != nil {
			return readErr
		}
		current := detailsForm(v.Case)
		p.Current, p.Form.Version = &current, current.Version
	}
	status := refuse(&p.Page, err)
	return s.render(c, status, views.CaseDetails(p))
}

// dateOr parses a date and collects what is wrong with it.
func dateOr(errs *models.Errors, name, what string, v components.DateValue) civil.Date {
	d, err := parseDate(name, what, v)
	*errs = append(*errs, models.FieldErrors(err)...)
	return d
}

func residentForm(c *fiber.Ctx) views.ResidentForm {
	return views.ResidentForm{Name: field(c, "name"), Email: field(c, "email"), Phone: field(c, "phone"), Address: field(c, "address"),
		Postcode: field(c, "postcode"), Area: field(c, "area"), Tenure: field(c, "tenure"), ContactSafety: field(c, "contact_safety")}
}

func resident(f views.ResidentForm) casework.Resident {
	return casework.Resident{Name: f.Name, Email: f.Email, Phone: f.Phone, Address: f.Address, Postcode: f.Postcode, Area: f.Area,
		Tenure: models.Tenure(f.Tenure), ContactSafety: f.ContactSafety}
}

func (s *server) getResident(c *fiber.Ctx) error {
	v, err := s.Casework.ReadCase(c.UserContext(), s.actor(c), c.Params("ref"))
	if err != nil {
		return err
	}
	p := views.ResidentPage{Page: s.page(c, "The resident of "+v.Case.Ref), Ref: v.Case.Ref, Version: strconv.FormatInt(v.Case.Version, 10),
		Form: views.ResidentFormOf(v.Member)}
	p.Back = views.Link{Text: "Case " + v.Case.Ref, Href: "/cases/" + v.Case.Ref}
	return s.render(c, fiber.StatusOK, views.CaseResident(p))
}

func (s *server) postResident(c *fiber.Ctx) error {
	ref := c.Params("ref")
	f := residentForm(c)
	err := s.Casework.KeepResident(c.UserContext(), s.actor(c), ref, number(c, "version"), resident(f))
	if err == nil {
		return s.done(c, "/cases/"+ref, "What is written about the resident is saved.")
	}
	if !mendable(err) {
		return err
	}
	p := views.ResidentPage{Page: s.page(c, "The resident of "+ref), Ref: ref, Version: field(c, "version"), Form: f}
	p.Back = views.Link{Text: "Case " + ref, Href: "/cases/" + ref}
	if models.CodeOf(err) == models.CodeConflict {
		v, readErr := s.Casework.ReadCase(c.UserContext(), s.actor(c), ref)
		if readErr != nil {
			return readErr
		}
		p.Current, p.Version = &v.Member, strconv.FormatInt(v.Case.Version, 10)
	}
	status := refuse(&p.Page, err)
	return s.render(c, status, views.CaseResident(p))
}
