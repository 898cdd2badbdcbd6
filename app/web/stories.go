package web

import (
	"log/slog"
	"strconv"
	"strings"

	"github.com/gofiber/fiber/v2"

	"commoncase/app/casework"
	"commoncase/app/evidence"
	"commoncase/models"
	"commoncase/models/access"
	"commoncase/views"
	"commoncase/views/components"
)

// getStories is a part of the inbox of stories.
func (s *server) getStories(c *fiber.Ctx) error {
	return s.showStories(c, models.InboxTab(query(c, "tab")), fiber.StatusOK, nil)
}

// showStories renders a part of the inbox, with what went wrong where refusal is not nil; what was ticked stays so.
func (s *server) showStories(c *fiber.Ctx, tab models.InboxTab, status int, refusal error) error {
	actor := s.actor(c)
	words := query(c, "q")
	list, err := s.Casework.ListStories(c.UserContext(), actor, tab, words, pageNumber(c))
	if err == nil && list.Page > list.Pages { // an old link, or a story fewer since: the last page there is
		list, err = s.Casework.ListStories(c.UserContext(), actor, tab, words, list.Pages)
	}
	if err != nil {
		return err
	}
	p := views.InboxPage{Page: s.page(c, "Stories"), Tab: list.Tab, Counts: list.Counts, Total: list.Total, Number: list.Page, Pages: list.Pages,
		Query: keptQuery(c, "tab", "q"), Open: list.Branch.IntakeOpen, CanIntake: actor.Can(access.KeepIntake) == nil,
		Address: s.tellAddress(list.Branch.Slug), Today: list.Today}
	p.Wide = true
	if list.Tab == models.InboxDone {
		p.Search = words
	}
	for _, l := range list.Lines {
		p.Lines = append(p.Lines, views.InboxLine{Story: l.Story, AtRisk: models.RiskWords(l.AtRisk), CaseRef: l.CaseRef, Incident: l.Incident, Files: l.Files, Asked: l.Asked})
	}
	if refusal != nil {
		p.Chosen = fields(c, "story")
		refuse(&p.Page, refusal)
	}
	return s.render(c, status, views.Inbox(p))
}

// postRelease takes stories that were kept aside into the inbox.
func (s *server) postRelease(c *fiber.Ctx) error {
	n, err := s.Casework.ReleaseStories(c.UserContext(), s.actor(c), fields(c, "story"))
	if err != nil {
		if !mendable(err) {
			return err
		}
		return s.showStories(c, models.InboxHeld, formStatus(err), err)
	}
	switch n {
	case 0:
		return s.done(c, views.StoriesPath+"?tab="+string(models.InboxHeld), "Nothing was done: somebody else took them into the inbox already.")
	case 1:
		return s.done(c, views.StoriesPath, "1 story is in the inbox now.")
	}
	return s.done(c, views.StoriesPath, strconv.Itoa(n)+" stories are in the inbox now.")
}

func (s *server) getStory(c *fiber.Ctx) error { return s.showStory(c, fiber.StatusOK, nil) }

// showStory renders the page of a story, with what went wrong where refusal is not nil; what was typed stays.
func (s *server) showStory(c *fiber.Ctx, status int, refusal error) error {
	v, err := s.Casework.ReadStory(c.UserContext(), s.actor(c), c.Params("ref"))
	if err != nil {
		return err
	}
	p := views.TriageStoryPage{Page: s.page(c, "Story "+v.Story.Ref), Story: v.Story, Answers: v.Answers, CaseRef: v.Case.Ref, IncidentSlug: v.Incident.Slug,
		IncidentName: v.Incident.Title, Taker: v.Taker, Files: v.Files, Incidents: v.Incidents, Before: v.Before, Gone: v.Gone, Seen: v.Seen}
	p.State = views.StoryStateWords(v.Story, v.Case.Ref, v.Incident.Title)
	p.Back = views.Link{Text: "Stories", Href: views.StoriesPath}
	p.Same = sameLines(v.Same)
	if v.Undo != nil {
		p.Undo = v.Undo.Says
	}
	for _, m := range v.Messages {
		who := "They wrote"
		if m.Sender == models.FromBranch {
			who = m.Recorder
			if who == "" {
				who = "The branch"
			}
		}
		p.Messages = append(p.Messages, views.StoryMessageLine{StoryMessage: m.StoryMessage, Who: who})
	}
	for _, t := range v.Translations {
		p.Translations = append(p.Translations, views.StoryTranslationLine{StoryTranslation: t.StoryTranslation, Recorder: t.Recorder})
	}
	for _, l := range v.Consents {
		p.Consents = append(p.Consents, views.StoryConsentLine{Purpose: l.Purpose, State: l.State, Taker: v.Takers[l.State.TakenBy]})
	}
	for _, m := range v.Moves {
		p.Moves = append(p.Moves, views.StoryMoveLine{StoryMove: m.StoryMove, Who: m.Recorder, CaseRef: m.CaseRef, Incident: m.Incident})
	}
	if refusal != nil {
		p.Question = field(c, "body")
		p.Translation = views.TranslationForm{Lang: field(c, "lang"), Body: field(c, "translation"), MadeBy: field(c, "made_by")}
		refuse(&p.Page, refusal)
	}
	return s.render(c, status, views.TriageStory(p))
}

func sameLines(same []casework.SameMatter) []views.SameLine {
	out := make([]views.SameLine, len(same))
	for i, x := range same {
		l := views.SameLine{Ref: x.Ref, Title: x.Title, Case: x.Case, Why: x.Why, Line: x.Line}
		if !x.Case {
			l.Title, l.Line = views.StoryTitle(x.Theme), "told on "+x.On.Long()
		}
		if x.Area != "" {
			l.Line = x.Area + " · " + l.Line
		}
		out[i] = l
	}
	return out
}

// storyStep ends a step of triage that was taken or refused on the story's own page.
func (s *server) storyStep(c *fiber.Ctx, err error, sentence string) error {
	if err == nil {
		return s.done(c, views.StoryPath(c.Params("ref")), sentence)
	}
	if !mendable(err) {
		return err
	}
	return s.showStory(c, formStatus(err), err)
}

// getStoryFile sends a file of a story: the copy that may be shared or, where that is asked for, what was sent, under a neutral name.
func (s *server) getStoryFile(c *fiber.Ctx) error {
	id, err := c.ParamsInt("id")
	if err != nil {
		return fiber.ErrNotFound
	}
	ref := c.Params("ref")
	original := query(c, "original") != ""
	f, r, err := s.Casework.StoryFile(c.UserContext(), s.actor(c), ref, int64(id), original)
	if err != nil {
		return err
	}
	mediaType := models.CopyType(f.MediaType)
	if original {
		mediaType = f.MediaType
	}
	c.Set(fiber.HeaderContentType, mediaType)
	c.Set(fiber.HeaderContentDisposition, `attachment; filename="`+ref+"-"+strconv.FormatInt(f.ID, 10)+models.FileEnding(mediaType)+`"`)
	c.Set("Content-Security-Policy", "default-src 'none'; sandbox")
	return c.SendStream(r)
}

// getStoryCase is the form that turns a story into a case, filled in with what was told.
func (s *server) getStoryCase(c *fiber.Ctx) error {
	v, err := s.Casework.ReadStory(c.UserContext(), s.actor(c), c.Params("ref"))
	if err != nil {
		return err
	}
	if !v.Story.Open() {
		return s.done(c, views.StoryPath(v.Story.Ref), "")
	}
	a := v.Answers
	f := views.CaseForm{ResidentForm: views.ResidentForm{Name: a.Resident(), Email: a.Email, Phone: a.Phone, Address: a.Address, Postcode: a.Postcode, Area: a.Area,
		Tenure: string(a.Tenure), ContactSafety: a.ContactSafety()}, Theme: string(v.Story.Theme), Summary: a.Story, Wanted: a.Wanted,
		Received: components.DateValueOf(v.Story.SentOn())}
	if f.Tenure == "" {
		f.Tenure = string(models.TenureUnknown)
	}
	return s.render(c, fiber.StatusOK, views.TriageCase(s.storyCasePage(c, v, f)))
}

func (s *server) storyCasePage(c *fiber.Ctx, v casework.StoryView, f views.CaseForm) views.TriageCasePage {
	p := views.TriageCasePage{Page: s.page(c, "Story "+v.Story.Ref+" into a case"), Ref: v.Story.Ref, Version: strconv.FormatInt(v.Story.Version, 10), Form: f,
		Said: v.Answers.ReportedWhen, Before: v.Before}
	p.Back = views.Link{Text: "Story " + v.Story.Ref, Href: views.StoryPath(v.Story.Ref)}
	for _, l := range v.Consents {
		switch l.Purpose { //nolint:exhaustive // the others change nothing about a case
		case models.PurposeAct:
			p.Act = l.State.Given()
		case models.PurposeCount:
			p.Count = l.State.Given()
		}
	}
	for _, x := range v.Files {
		switch x.State { //nolint:exhaustive // the others do not come along
		case models.FileReady:
			p.Ready++
		case models.FilePending:
			p.Pending++
		}
	}
	return p
}

// postStoryCase turns a story into a case.
func (s *server) postStoryCase(c *fiber.Ctx) error {
	ref := c.Params("ref")
	f := views.CaseForm{ResidentForm: residentForm(c), Theme: field(c, "theme"), Title: field(c, "title"), Summary: field(c, "summary"), Wanted: field(c, "wanted"),
		LandlordRef: field(c, "landlord_ref"), Received: dateFields(c, "received")}
	reported, how := dateFields(c, "reported"), field(c, "reported_how")
	var errs models.Errors
	received := dateOr(&errs, "received", "the day they told you", f.Received)
	day := dateOr(&errs, "reported", "the day on which it was reported", reported)
	var opened models.Case
	err := errs.Or()
	if err == nil {
		opened, err = s.Casework.TurnIntoCase(c.UserContext(), s.actor(c), casework.TurnIntoCase{Ref: ref, Version: number(c, "version"), OpenCase: casework.OpenCase{
			Resident: resident(f.ResidentForm), Theme: models.Theme(f.Theme), Title: f.Title, Summary: f.Summary, Wanted: f.Wanted, LandlordRef: f.LandlordRef, ReceivedOn: received},
			ReportedOn: day, ReportedHow: models.Channel(how)})
	}
	if err == nil {
		return s.doneWith(c, "/cases/"+opened.Ref, "Case "+opened.Ref+" is open. Now add what the landlord did, and when.", views.Link{Text: "Back to the stories", Href: views.StoriesPath})
	}
	if !mendable(err) {
		return err
	}
	v, readErr := s.Casework.ReadStory(c.UserContext(), s.actor(c), ref)
	if readErr != nil {
		return readErr
	}
	p := s.storyCasePage(c, v, f)
	p.Reported, p.ReportedHow = reported, how
	return s.render(c, refuse(&p.Page, err), views.TriageCase(p))
}

// getStoryJoin is the form that joins a story to a case; ?case=REF fills it in.
func (s *server) getStoryJoin(c *fiber.Ctx) error { return s.showStoryJoin(c, query(c, "case"), nil) }

func (s *server) showStoryJoin(c *fiber.Ctx, typed string, refusal error) error {
	v, err := s.Casework.ReadStory(c.UserContext(), s.actor(c), c.Params("ref"))
	if err != nil {
		return err
	}
	if !v.Story.Open() && refusal == nil {
		return s.done(c, views.StoryPath(v.Story.Ref), "")
	}
	p := views.TriageJoinPage{Page: s.page(c, "Join story "+v.Story.Ref), Ref: v.Story.Ref, Version: strconv.FormatInt(v.Story.Version, 10), Case: typed}
	p.Back = views.Link{Text: "Story " + v.Story.Ref, Href: views.StoryPath(v.Story.Ref)}
	for _, l := range sameLines(v.Same) {
		if l.Case {
			p.Same = append(p.Same, l)
		}
	}
	status := fiber.StatusOK
	if refusal != nil {
		status = refuse(&p.Page, refusal)
	}
	return s.render(c, status, views.TriageJoin(p))
}

func (s *server) postStoryJoin(c *fiber.Ctx) error {
	typed := field(c, "case")
	joined, err := s.Casework.JoinCase(c.UserContext(), s.actor(c), c.Params("ref"), number(c, "version"), typed)
	if err == nil {
		return s.done(c, views.StoryPath(c.Params("ref")), "The story belongs to case "+joined.Ref+" now.")
	}
	if !mendable(err) {
		return err
	}
	return s.showStoryJoin(c, typed, err)
}

// getStoryIncident is the form that makes a report of an incident of a story; ?incident=SLUG chooses it.
func (s *server) getStoryIncident(c *fiber.Ctx) error { return s.showStoryIncident(c, nil) }

func (s *server) showStoryIncident(c *fiber.Ctx, refusal error) error {
	v, err := s.Casework.ReadStory(c.UserContext(), s.actor(c), c.Params("ref"))
	if err != nil {
		return err
	}
	if !v.Story.Open() && refusal == nil {
		return s.done(c, views.StoryPath(v.Story.Ref), "")
	}
	all, err := s.Evidence.Incidents(c.UserContext(), s.actor(c))
	if err != nil {
		return err
	}
	p := views.TriageIncidentPage{Page: s.page(c, "Report of an incident from story "+v.Story.Ref), Ref: v.Story.Ref, Version: strconv.FormatInt(v.Story.Version, 10),
		Chosen: query(c, "incident"), Theme: strings.ToLower(v.Story.Theme.Label()), Area: v.Story.Area, Impact: v.Answers.Story}
	p.Back = views.Link{Text: "Story " + v.Story.Ref, Href: views.StoryPath(v.Story.Ref)}
	for _, in := range all {
		p.Incidents = append(p.Incidents, components.Option{Value: in.Slug, Label: in.Title, Hint: evidence.SpanWords(in.StartedOn, in.EndedOn)})
	}
	for _, l := range v.Consents {
		if l.Purpose == models.PurposeQuote {
			p.Quote = l.State.Quoted()
		}
	}
	status := fiber.StatusOK
	if refusal != nil {
		p.Chosen, p.Theme, p.Area, p.Impact = field(c, "incident"), field(c, "theme"), field(c, "area"), field(c, "impact")
		status = refuse(&p.Page, refusal)
	}
	return s.render(c, status, views.TriageIncident(p))
}

func (s *server) postStoryIncident(c *fiber.Ctx) error {
	err := s.Casework.JoinIncident(c.UserContext(), s.actor(c), casework.JoinIncident{Ref: c.Params("ref"), Version: number(c, "version"), Slug: field(c, "incident"),
		Theme: field(c, "theme"), Area: field(c, "area"), Impact: field(c, "impact")})
	if err == nil {
		return s.done(c, views.StoryPath(c.Params("ref")), "The story is a report of the incident now.")
	}
	if !mendable(err) {
		return err
	}
	return s.showStoryIncident(c, err)
}

// postStoryAsk sends the teller a message, and tells them of it where they left a safe address.
func (s *server) postStoryAsk(c *fiber.Ctx) error {
	actor := s.actor(c)
	id, err := s.Casework.AskTeller(c.UserContext(), actor, c.Params("ref"), number(c, "version"), number(c, "seen"), field(c, "body"))
	if err == nil {
		// The message stands on their page whatever becomes of the mail that says so.
		if mailErr := s.Intake.TellOfQuestion(c.UserContext(), actor.BranchID, id); mailErr != nil {
			requestID, _ := c.Locals(localRequestID).(string)
			s.cfg.Log.LogAttrs(c.UserContext(), slog.LevelError, "no mail tells of a question", slog.String("id", requestID),
				slog.String("error", reference.ReplaceAllString(mailErr.Error(), "(a reference)")))
		}
	}
	return s.storyStep(c, err, "Your message stands on their page.")
}

// postStoryRead notes that what the teller wrote has been read.
func (s *server) postStoryRead(c *fiber.Ctx) error {
	err := s.Casework.ReadAnswers(c.UserContext(), s.actor(c), c.Params("ref"), number(c, "version"), number(c, "seen"))
	return s.storyStep(c, err, "Marked as read.")
}

// postStoryTranslation adds a translation.
func (s *server) postStoryTranslation(c *fiber.Ctx) error {
	err := s.Casework.AddTranslation(c.UserContext(), s.actor(c), casework.AddTranslation{Ref: c.Params("ref"), Lang: field(c, "lang"), Body: field(c, "translation"), MadeBy: field(c, "made_by")})
	return s.storyStep(c, err, "The translation is added.")
}

// getStoryRefuse asks why a story is refused.
func (s *server) getStoryRefuse(c *fiber.Ctx) error {
	v, err := s.Casework.ReadStory(c.UserContext(), s.actor(c), c.Params("ref"))
	if err != nil {
		return err
	}
	if !v.Story.Open() {
		return s.done(c, views.StoryPath(v.Story.Ref), "")
	}
	return s.showStoryRefuse(c, strconv.FormatInt(v.Story.Version, 10), "", false, nil)
}

func (s *server) showStoryRefuse(c *fiber.Ctx, version, reason string, confirm bool, refusal error) error {
	ref := c.Params("ref")
	p := views.TriageRefusePage{Page: s.page(c, "Refuse story "+ref), Ref: ref, Version: version, Reason: reason, Confirm: confirm}
	p.Back = views.Link{Text: "Story " + ref, Href: views.StoryPath(ref)}
	status := fiber.StatusOK
	if refusal != nil {
		status = refuse(&p.Page, refusal)
	}
	return s.render(c, status, views.TriageRefuse(p))
}

// postStoryRefuse shows what the teller will read and, once that is confirmed, refuses the story.
func (s *server) postStoryRefuse(c *fiber.Ctx) error {
	ref := c.Params("ref")
	version, reason := number(c, "version"), field(c, "reason")
	v, err := s.Casework.ReadStory(c.UserContext(), s.actor(c), ref)
	if err != nil {
		return err
	}
	err = casework.CheckRefusal(&reason)
	if err == nil && field(c, "confirmed") == "" {
		return s.showStoryRefuse(c, strconv.FormatInt(version, 10), reason, true, nil)
	}
	if err == nil {
		err = s.Casework.RefuseStory(c.UserContext(), s.actor(c), ref, version, reason)
	}
	if err == nil {
		return s.done(c, views.StoryPath(ref), "The story is refused. They read why on their page.")
	}
	if !mendable(err) {
		return err
	}
	return s.showStoryRefuse(c, strconv.FormatInt(v.Story.Version, 10), reason, false, err)
}

// getStoryUndo says what undoing the last step does.
func (s *server) getStoryUndo(c *fiber.Ctx) error { return s.showStoryUndo(c, nil) }

func (s *server) showStoryUndo(c *fiber.Ctx, refusal error) error {
	v, err := s.Casework.ReadStory(c.UserContext(), s.actor(c), c.Params("ref"))
	if err != nil {
		return err
	}
	if v.Undo == nil {
		if refusal != nil {
			return s.showStory(c, formStatus(refusal), refusal)
		}
		return s.done(c, views.StoryPath(v.Story.Ref), "")
	}
	p := views.TriageUndoPage{Page: s.page(c, "Undo a step of story "+v.Story.Ref), Ref: v.Story.Ref, Version: strconv.FormatInt(v.Story.Version, 10),
		Move: strconv.FormatInt(v.Undo.Move.ID, 10), What: views.UndoHeading(v.Undo.Move, v.Case.Ref, v.Incident.Title), Says: v.Undo.Says}
	p.Back = views.Link{Text: "Story " + v.Story.Ref, Href: views.StoryPath(v.Story.Ref)}
	status := fiber.StatusOK
	if refusal != nil {
		status = refuse(&p.Page, refusal)
	}
	return s.render(c, status, views.TriageUndo(p))
}

func (s *server) postStoryUndo(c *fiber.Ctx) error {
	err := s.Casework.UndoStory(c.UserContext(), s.actor(c), c.Params("ref"), number(c, "version"), number(c, "move"))
	if err == nil {
		return s.done(c, views.StoryPath(c.Params("ref")), "The last step is undone.")
	}
	if !mendable(err) {
		return err
	}
	return s.showStoryUndo(c, err)
}
