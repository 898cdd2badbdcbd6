package casework_test

import (
	"bytes"
	"encoding/json"
	"io"
	"strings"
	"testing"

	"commoncase/app/casework"
	"commoncase/models"
	"commoncase/models/access"
	"commoncase/models/civil"
)

// tell puts a sent story into the inbox of a branch, as the front door does.
func (w *world) tell(b models.Branch, serial int64, on string, a models.Answers, change func(*models.Story)) models.Story {
	w.t.Helper()
	content, err := json.Marshal(a)
	w.must(err)
	sent := civil.MustParse(on).Time().Add(9 * 3600e9)
	x := models.Story{BranchID: b.ID, Ref: models.Reference(b.Prefix+"-S", sent.Year(), serial), State: models.StoryNew, How: models.HowSelf, Lang: "en", Sealed: []byte("code"),
		Content: string(content), Anonymous: a.Anonymous, Area: a.Area, Postcode: a.Postcode, SentAt: &sent}
	if len(a.Themes) > 0 {
		x.Theme = a.Themes[0]
	}
	if a.Address != "" {
		x.Home = models.Household(a.Address, a.Postcode)
	}
	if change != nil {
		change(&x)
	}
	w.must(w.st.AddStory(w.t.Context(), &x))
	for p, v := range a.Consents {
		w.must(w.st.AddConsent(w.t.Context(), &models.Consent{BranchID: b.ID, StoryID: x.ID, Purpose: p, Value: v, Wording: "I agree", Lang: "en", How: models.ConsentSelf, On: civil.Of(sent)}))
	}
	return x
}

// keep puts a file beside a story: its copy is ready where copied is true.
func (w *world) keep(x models.Story, purpose models.FilePurpose, copied bool) models.StoryFile {
	w.t.Helper()
	f := models.StoryFile{BranchID: x.BranchID, StoryID: x.ID, Purpose: purpose, State: models.FilePending, Size: 3, Arrived: 3, MediaType: models.TypeJPEG, Name: "mould.jpg",
		Hash: strings.Repeat("a", 64)}
	if copied {
		f.State, f.Copy, f.Pages = models.FileReady, strings.Repeat("b", 64), 1
	}
	w.must(w.st.AddStoryFile(w.t.Context(), &f))
	return f
}

func (w *world) story(actor models.Actor, ref string) casework.StoryView {
	w.t.Helper()
	v, err := w.ReadStory(w.t.Context(), actor, ref)
	w.must(err)
	return v
}

func (w *world) fails(err error, code models.Code, words string) {
	w.t.Helper()
	if models.CodeOf(err) != code {
		w.t.Fatalf("the error is %v (%q), want %q", err, models.CodeOf(err), code)
	}
	for _, e := range models.FieldErrors(err) {
		if strings.Contains(e.Message, words) {
			return
		}
	}
	w.t.Fatalf("the error says %v, want %q in it", models.FieldErrors(err), words)
}

var agreed = map[models.Purpose]models.ConsentValue{models.PurposeRecord: models.ConsentYes, models.PurposeAct: models.ConsentYes, models.PurposeCount: models.ConsentYes,
	models.PurposeQuote: models.ConsentFirstName}

func told(area, address string, themes ...models.Theme) models.Answers {
	return models.Answers{Themes: themes, Story: "Schimmel überall, der Schimmel kommt zurück", Area: area, Address: address, Postcode: "ZZ99 3VZ", Name: "Łukasz Żółć", Consents: agreed}
}

func turning(x models.Story) casework.TurnIntoCase {
	return casework.TurnIntoCase{Ref: x.Ref, Version: x.Version, OpenCase: casework.OpenCase{Resident: casework.Resident{Name: "Łukasz Żółć", Tenure: models.TenureAssured,
		Address: "12 Wren House", Postcode: "ZZ99 3VZ", Area: "Mill Lane"}, Theme: models.ThemeDampMould, Title: "Mould in the bedroom", Summary: "Mould", ReceivedOn: x.SentOn()}}
}

func TestAStoryBecomesACaseAndBackAgain(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		ctx := t.Context()
		cw := w.actor(w.a, access.Caseworker)
		x := w.tell(w.a, 1, "2023-07-20", told("Mill Lane", "12 Wren House", models.ThemeDampMould), nil)
		ready, pending := w.keep(x, models.FileEvidence, true), w.keep(x, models.FileEvidence, false)

		// What is wrong is said by field, and nothing is written.
		bad := turning(x)
		bad.Title, bad.ReportedOn = "", civil.MustParse("2023-08-20")
		_, err := w.TurnIntoCase(ctx, cw, bad)
		w.fails(err, models.CodeInvalid, "in a few words")
		w.fails(err, models.CodeInvalid, "has not come yet")
		if v := w.story(cw, x.Ref); v.Story.State != models.StoryNew || v.Story.Version != 1 {
			t.Fatalf("a refused form left %s, version %d", v.Story.State, v.Story.Version)
		}

		good := turning(x)
		good.ReportedOn, good.ReportedHow = civil.MustParse("2023-03-01"), models.ChannelPhone
		c, err := w.TurnIntoCase(ctx, cw, good)
		w.must(err)
		v, err := w.ReadCase(ctx, cw, c.Ref)
		w.must(err)
		var kinds []models.Kind
		for _, e := range v.Entries {
			kinds = append(kinds, e.Kind)
			if e.Kind == models.KindStoryReceived && (e.Reference != x.Ref || len(e.Files) != 1 || e.Files[0].Hash != ready.Hash || e.Files[0].Title != "mould") {
				t.Errorf("the story received has the reference %q and the files %+v", e.Reference, e.Files)
			}
		}
		if len(kinds) != 3 || kinds[0] != models.KindIssueReported || v.Case.Status != models.StatusReported || v.Case.Uncounted {
			t.Errorf("the case has %v, stands at %s, uncounted %v", kinds, v.Case.Status, v.Case.Uncounted)
		}
		s := w.story(cw, x.Ref)
		if s.Story.State != models.StoryCase || s.Story.CaseID != c.ID || s.Case.Ref != c.Ref || len(s.Moves) != 1 || s.Moves[0].Recorder != cw.Name || s.Files[1].ID != pending.ID || s.Files[1].AttachmentID != 0 {
			t.Errorf("the story is %s of case %d, moves %+v", s.Story.State, s.Story.CaseID, s.Moves)
		}
		// Somebody else had the page open.
		_, err = w.TurnIntoCase(ctx, cw, turning(x))
		w.fails(err, models.CodeConflict, "Read what stands there now")
		again := turning(s.Story)
		_, err = w.TurnIntoCase(ctx, cw, again)
		w.fails(err, models.CodeUnready, "does not wait any more")

		// Undone, the case is closed as withdrawn; turned again, that very case is open.
		if s.Undo == nil || !strings.Contains(strings.Join(s.Undo.Says, " "), "is closed as withdrawn") {
			t.Fatalf("undoing says %+v", s.Undo)
		}
		w.must(w.UndoStory(ctx, cw, x.Ref, s.Story.Version, s.Undo.Move.ID))
		w.fails(w.UndoStory(ctx, cw, x.Ref, s.Story.Version, s.Undo.Move.ID), models.CodeConflict, "")
		if v, err = w.ReadCase(ctx, cw, c.Ref); err != nil || v.Case.Status != models.StatusClosed || v.Case.ClosedReason != models.ClosedWithdrawn || !strings.Contains(v.Entries[len(v.Entries)-1].Note, x.Ref) {
			t.Fatalf("the case is %s %s (%v)", v.Case.Status, v.Case.ClosedReason, err)
		}
		s = w.story(cw, x.Ref)
		if s.Story.State != models.StoryNew || s.Story.CaseID != 0 || s.Before != c.Ref || s.Undo != nil || len(s.Moves) != 2 || s.Moves[1].Undoes != s.Moves[0].ID {
			t.Fatalf("after undoing: %s, case %d, before %q, undo %+v", s.Story.State, s.Story.CaseID, s.Before, s.Undo)
		}
		back, err := w.TurnIntoCase(ctx, cw, casework.TurnIntoCase{Ref: x.Ref, Version: s.Story.Version})
		w.must(err)
		if v, err = w.ReadCase(ctx, cw, c.Ref); err != nil || back.Ref != c.Ref || v.Case.Status != models.StatusReported {
			t.Fatalf("turned again: %s at %s (%v)", back.Ref, v.Case.Status, err)
		}

		// Once more was logged, undoing leaves the case open and says so.
		w.today++
		_, err = w.log(cw, c.Ref, models.KindNote, "2023-07-31", func(e *casework.LogEvent) { e.Note = "Rang them" })
		w.must(err)
		s = w.story(cw, x.Ref)
		if s.Undo == nil || !strings.Contains(strings.Join(s.Undo.Says, " "), "stays open") {
			t.Fatalf("undoing says %+v", s.Undo)
		}
		w.must(w.UndoStory(ctx, cw, x.Ref, s.Story.Version, s.Undo.Move.ID))
		if v, err = w.ReadCase(ctx, cw, c.Ref); err != nil || v.Case.Status != models.StatusReported {
			t.Errorf("the case with more on it is %s (%v)", v.Case.Status, err)
		}
		entries, err := w.st.Audit(ctx, w.a.ID, 0, 50)
		w.must(err)
		steps := 0
		for _, e := range entries {
			if strings.Contains(e.Detail, "ukasz") {
				t.Errorf("the audit names somebody: %+v", e)
			}
			if strings.HasPrefix(e.Action, "story.") && e.Subject == x.Ref {
				steps++
			}
		}
		if steps != 4 {
			t.Errorf("%d steps of the story are in the audit, want 4", steps)
		}
		drifts, _, err := w.FindDrift(ctx, false)
		if err != nil || len(drifts) != 0 {
			t.Errorf("drift: %v %v", drifts, err)
		}
	})
}

func TestWhatATellerDidNotAgreeTo(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		ctx := t.Context()
		cw := w.actor(w.a, access.Secretary)
		a := told("Mill Lane", "", models.ThemeLeaks)
		a.Consents = map[models.Purpose]models.ConsentValue{models.PurposeRecord: models.ConsentYes, models.PurposeAct: models.ConsentNo, models.PurposeCount: models.ConsentNo}
		x := w.tell(w.a, 1, "2023-07-20", a, nil)
		c, err := w.TurnIntoCase(ctx, cw, turning(x))
		w.must(err)
		if v, err := w.ReadCase(ctx, cw, c.Ref); err != nil || !v.Case.Uncounted && !uncounted(w, c.Ref) || v.Case.Status != models.StatusConsentPending {
			t.Errorf("the case is %s, uncounted %v (%v)", v.Case.Status, uncounted(w, c.Ref), err)
		}
		a.Consents = map[models.Purpose]models.ConsentValue{models.PurposeRecord: models.ConsentNo}
		gone := w.tell(w.a, 2, "2023-07-20", a, nil)
		_, err = w.TurnIntoCase(ctx, cw, turning(gone))
		w.fails(err, models.CodeUnready, "taken back")
		_, err = w.JoinCase(ctx, cw, gone.Ref, 1, c.Ref)
		w.fails(err, models.CodeUnready, "taken back")
		if v := w.story(cw, gone.Ref); !v.Gone {
			t.Error("the page does not say that they took it back")
		}
	})
}

func uncounted(w *world, ref string) bool {
	c, err := w.st.CaseByRef(w.t.Context(), w.a.ID, ref)
	w.must(err)
	return c.Uncounted
}

func TestJoinAStoryAndPartIt(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		ctx := t.Context()
		cw := w.actor(w.a, access.Caseworker)
		c := w.open(cw, "Trần Thị Hoa")
		other := w.open(w.actor(w.b, access.Caseworker), "O'Connor")
		x := w.tell(w.a, 1, "2023-07-20", told("Mill Lane", "", models.ThemeDampMould), nil)
		w.keep(x, models.FileEvidence, true)
		_, err := w.JoinCase(ctx, cw, x.Ref, 1, "nonsense")
		w.fails(err, models.CodeInvalid, "character by character")
		_, err = w.JoinCase(ctx, cw, x.Ref, 1, other.Ref)
		w.fails(err, models.CodeInvalid, "There is no case")
		joined, err := w.JoinCase(ctx, cw, x.Ref, 1, " "+strings.ToLower(c.Ref))
		w.must(err)
		v, err := w.ReadCase(ctx, cw, joined.Ref)
		w.must(err)
		last := v.Entries[len(v.Entries)-1]
		if last.Kind != models.KindNote || last.Note != "A story was joined: "+x.Ref+"." || len(last.Files) != 1 {
			t.Fatalf("the case says %+v", last)
		}
		stories, err := w.StoriesOfCase(ctx, cw, c.ID)
		if err != nil || len(stories) != 1 || stories[0].Ref != x.Ref || stories[0].State != models.StoryJoined {
			t.Errorf("stories of the case: %+v %v", stories, err)
		}
		s := w.story(cw, x.Ref)
		w.must(w.UndoStory(ctx, cw, x.Ref, s.Story.Version, s.Undo.Move.ID))
		if v, err = w.ReadCase(ctx, cw, c.Ref); err != nil {
			t.Fatal(err)
		}
		for _, e := range v.Entries {
			if len(e.Files) != 0 || (e.Kind == models.KindNote && e.ReplacedBy == 0) {
				t.Errorf("after parting the case still says %+v", e)
			}
		}
		if s = w.story(cw, x.Ref); s.Story.State != models.StoryNew || s.Files[0].AttachmentID != 0 || s.Files[0].State != models.FileReady {
			t.Errorf("after parting the story is %s with %+v", s.Story.State, s.Files)
		}
		// In a closed case nothing is taken back: a note says it.
		_, err = w.JoinCase(ctx, cw, x.Ref, s.Story.Version, c.Ref)
		w.must(err)
		_, err = w.log(cw, c.Ref, models.KindCaseClosed, "2023-07-31", func(e *casework.LogEvent) { e.Reason = models.ClosedResolved })
		w.must(err)
		s = w.story(cw, x.Ref)
		w.must(w.UndoStory(ctx, cw, x.Ref, s.Story.Version, s.Undo.Move.ID))
		if v, err = w.ReadCase(ctx, cw, c.Ref); err != nil || !strings.Contains(v.Entries[len(v.Entries)-1].Note, "parted again") {
			t.Errorf("the closed case ends with %+v (%v)", v.Entries[len(v.Entries)-1], err)
		}
	})
}

func TestAStoryIsAReportOfAnIncident(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		ctx := t.Context()
		cw := w.actor(w.a, access.Caseworker)
		in := models.Incident{BranchID: w.a.ID, Slug: "outage", Title: "The phones are down", StartedOn: civil.MustParse("2023-06-01"), Source: "The landlord's site"}
		w.must(w.st.AddIncident(ctx, &in))
		w.must(w.st.AddIncident(ctx, &models.Incident{BranchID: w.a.ID, Slug: "over", Title: "An old one", StartedOn: civil.MustParse("2022-06-01"), EndedOn: civil.MustParse("2022-07-01"), Source: "x"}))
		w.must(w.st.AddIncident(ctx, &models.Incident{BranchID: w.b.ID, Slug: "theirs", Title: "Of the other branch", StartedOn: civil.MustParse("2023-06-01"), Source: "x"}))
		x := w.tell(w.a, 1, "2023-07-20", told("Mill Lane", "", models.ThemePayments), func(x *models.Story) { x.Since = civil.MustParse("2023-06-10") })
		s := w.story(cw, x.Ref)
		if len(s.Incidents) != 1 || s.Incidents[0].Slug != "outage" {
			t.Errorf("incidents that covered it: %+v", s.Incidents)
		}
		cmd := casework.JoinIncident{Ref: x.Ref, Version: 1, Slug: "theirs", Theme: "payments", Area: "Mill Lane", Impact: "The direct debit was not taken"}
		w.fails(w.JoinIncident(ctx, cw, cmd), models.CodeInvalid, "Choose the incident")
		cmd.Slug, cmd.Impact = "outage", " "
		w.fails(w.JoinIncident(ctx, cw, cmd), models.CodeInvalid, "Leave out names")
		cmd.Impact = "The direct debit was not taken"
		w.must(w.JoinIncident(ctx, cw, cmd))
		reports, err := w.st.ImpactReports(ctx, w.a.ID, in.ID)
		w.must(err)
		if len(reports) != 1 || reports[0].StoryID != x.ID || reports[0].Quote != models.QuoteFirstName || reports[0].On != x.SentOn() || reports[0].Since != x.Since {
			t.Fatalf("the report is %+v", reports)
		}
		s = w.story(cw, x.Ref)
		w.must(w.UndoStory(ctx, cw, x.Ref, s.Story.Version, s.Undo.Move.ID))
		if reports, err = w.st.ImpactReports(ctx, w.a.ID, in.ID); err != nil || len(reports) != 0 {
			t.Errorf("undone, the incident keeps %+v (%v)", reports, err)
		}
		if s = w.story(cw, x.Ref); s.Story.State != models.StoryNew || s.Story.IncidentID != 0 || s.Moves[1].Reason != cmd.Impact {
			t.Errorf("undone: %s, kept %q", s.Story.State, s.Moves[1].Reason)
		}
	})
}

func TestAskRefuseReleaseAndTranslate(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		ctx := t.Context()
		cw := w.actor(w.a, access.Caseworker)
		x := w.tell(w.a, 1, "2023-07-20", told("Mill Lane", "", models.ThemeHeating), nil)
		counts := func(want map[models.InboxTab]int) {
			t.Helper()
			l, err := w.ListStories(ctx, cw, "", "", 1)
			w.must(err)
			for tab, n := range want {
				if l.Counts[tab] != n {
					t.Fatalf("%s holds %d, want %d (%v)", tab, l.Counts[tab], n, l.Counts)
				}
				part, err := w.ListStories(ctx, cw, tab, "", 1)
				w.must(err)
				if part.Total != n || len(part.Lines) != n {
					t.Fatalf("the list of %s has %d of %d, want %d", tab, len(part.Lines), part.Total, n)
				}
			}
		}
		counts(map[models.InboxTab]int{models.InboxWaiting: 1, models.InboxAsked: 0, models.InboxAnswered: 0, models.InboxDone: 0})
		_, err := w.AskTeller(ctx, cw, x.Ref, 1, 0, "  ")
		w.fails(err, models.CodeInvalid, "Write what")
		id, err := w.AskTeller(ctx, cw, x.Ref, 1, 0, "Is the boiler in your flat?")
		w.must(err)
		if id != x.ID {
			t.Errorf("asked story %d, want %d", id, x.ID)
		}
		counts(map[models.InboxTab]int{models.InboxWaiting: 0, models.InboxAsked: 1, models.InboxAnswered: 0})
		seen := w.story(cw, x.Ref).Seen
		w.must(w.st.AddStoryMessage(ctx, &models.StoryMessage{BranchID: w.a.ID, StoryID: x.ID, Sender: models.FromTeller, Body: "Tak"}))
		w.must(w.st.MarkStoryUnread(ctx, w.a.ID, x.ID))
		counts(map[models.InboxTab]int{models.InboxWaiting: 1, models.InboxAsked: 0, models.InboxAnswered: 1})
		s := w.story(cw, x.Ref)
		_, err = w.AskTeller(ctx, cw, x.Ref, s.Story.Version, seen, "Hello?")
		w.fails(err, models.CodeConflict, "They wrote again")
		w.must(w.ReadAnswers(ctx, cw, x.Ref, s.Story.Version, seen))
		if s = w.story(cw, x.Ref); !s.Story.Unread {
			t.Error("what was not seen counts as read")
		}
		w.must(w.ReadAnswers(ctx, cw, x.Ref, s.Story.Version, s.Seen))
		counts(map[models.InboxTab]int{models.InboxWaiting: 1, models.InboxAnswered: 0})

		s = w.story(cw, x.Ref)
		w.fails(w.RefuseStory(ctx, cw, x.Ref, s.Story.Version, " "), models.CodeInvalid, "Write why")
		w.fails(w.RefuseStory(ctx, cw, x.Ref, 1, "Another landlord"), models.CodeConflict, "Read what stands there now")
		w.must(w.RefuseStory(ctx, cw, x.Ref, s.Story.Version, "Another landlord"))
		counts(map[models.InboxTab]int{models.InboxWaiting: 0, models.InboxDone: 1})
		for words, n := range map[string]int{"mill": 1, strings.ToLower(x.Ref): 1, "zz99": 1, "100%": 0, "nowhere": 0} {
			if l, err := w.ListStories(ctx, cw, models.InboxDone, words, 1); err != nil || l.Total != n {
				t.Errorf("a search for %q finds %d (%v), want %d", words, l.Total, err, n)
			}
		}
		s = w.story(cw, x.Ref)
		w.must(w.UndoStory(ctx, cw, x.Ref, s.Story.Version, s.Undo.Move.ID))
		if s = w.story(cw, x.Ref); s.Story.State != models.StoryNew || s.Story.Reason != "" || s.Moves[0].Reason != "Another landlord" {
			t.Errorf("undone: %s, %q", s.Story.State, s.Story.Reason)
		}

		held := w.tell(w.a, 2, "2023-07-21", told("", ""), func(x *models.Story) { x.State, x.HeldReason = models.StoryHeld, "flood" })
		theirs := w.tell(w.b, 3, "2023-07-21", told("", ""), func(x *models.Story) { x.State, x.HeldReason = models.StoryHeld, "flood" })
		_, err = w.ReleaseStories(ctx, cw, nil)
		w.fails(err, models.CodeInvalid, "Tick")
		n, err := w.ReleaseStories(ctx, cw, []string{held.Ref, theirs.Ref, x.Ref, held.Ref})
		if err != nil || n != 1 {
			t.Errorf("%d released, want 1 (%v)", n, err)
		}
		s = w.story(cw, held.Ref)
		w.must(w.UndoStory(ctx, cw, held.Ref, s.Story.Version, s.Undo.Move.ID))
		if s = w.story(cw, held.Ref); s.Story.State != models.StoryHeld || s.Story.HeldReason != "flood" {
			t.Errorf("undone: %s because of %q", s.Story.State, s.Story.HeldReason)
		}

		w.fails(w.AddTranslation(ctx, cw, casework.AddTranslation{Ref: x.Ref, Lang: "en"}), models.CodeInvalid, "Say who made it")
		for _, body := range []string{"First", "Better"} {
			w.must(w.AddTranslation(ctx, cw, casework.AddTranslation{Ref: x.Ref, Lang: "en", Body: body, MadeBy: "a machine"}))
		}
		if s = w.story(cw, x.Ref); len(s.Translations) != 2 || s.Translations[0].Body != "Better" || s.Answers.Story == "" {
			t.Errorf("translations: %+v", s.Translations)
		}

		// Of the other branch, and of roles that do not deal with stories, nothing is seen.
		_, err = w.ReadStory(ctx, cw, theirs.Ref)
		w.fails(err, models.CodeNotFound, "no such story")
		for _, role := range []access.Role{access.Member, access.Helper, access.Organiser, access.Guardian, access.Operator} {
			_, err := w.ReadStory(ctx, w.actor(w.a, role), x.Ref)
			w.fails(err, models.CodeForbidden, "role")
			_, err = w.ListStories(ctx, w.actor(w.a, role), "", "", 1)
			w.fails(err, models.CodeForbidden, "role")
			w.fails(w.RefuseStory(ctx, w.actor(w.a, role), x.Ref, s.Story.Version, "no"), models.CodeForbidden, "role")
		}
	})
}

func TestSameAsMine(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		ctx := t.Context()
		cw := w.actor(w.a, access.Caseworker)
		mine := w.tell(w.a, 1, "2023-07-20", told("Mill Lane", "12 Wren House", models.ThemeDampMould), nil)
		home := w.tell(w.a, 2, "2022-01-20", told("Elsewhere", "12 wren house", models.ThemeLeaks), nil)
		estate := w.tell(w.a, 3, "2023-07-08", told("mill lane", "", models.ThemeDampMould), nil)
		theme := w.tell(w.a, 4, "2023-07-19", told("Quay Side", "", models.ThemeDampMould), nil)
		far := w.tell(w.a, 5, "2023-01-19", told("Quay Side", "", models.ThemeDampMould), nil)
		refused := w.tell(w.a, 6, "2023-07-19", told("Mill Lane", "", models.ThemeDampMould), func(x *models.Story) { x.State = models.StoryRefused })
		w.tell(w.b, 7, "2023-07-20", told("Mill Lane", "12 Wren House", models.ThemeDampMould), nil)
		openOf := func(b models.Branch, address, area string, theme models.Theme, on string) models.Case {
			c, err := w.OpenCase(ctx, w.actor(b, access.Caseworker), casework.OpenCase{Resident: casework.Resident{Name: "Ní Bhriain", Tenure: models.TenureAssured, Address: address, Postcode: "ZZ99 3VZ", Area: area},
				Theme: theme, Title: "A case", ReceivedOn: civil.MustParse(on), Consent: true})
			w.must(err)
			return c
		}
		same := openOf(w.a, "12 Wren House", "Mill Lane", models.ThemeDampMould, "2023-07-01")
		openOf(w.b, "12 Wren House", "Mill Lane", models.ThemeDampMould, "2023-07-01")
		done := openOf(w.a, "12 Wren House", "Mill Lane", models.ThemeDampMould, "2023-07-01")
		_, err := w.log(cw, done.Ref, models.KindCaseClosed, "2023-07-02", func(e *casework.LogEvent) { e.Reason = models.ClosedResolved })
		w.must(err)
		var got []string
		for _, s := range w.story(cw, mine.Ref).Same {
			got = append(got, s.Ref+": "+s.Why)
		}
		want := []string{same.Ref + ": same home and theme, told 19 days apart", home.Ref + ": same home, told 546 days apart",
			estate.Ref + ": same estate and theme, told 12 days apart", theme.Ref + ": same theme, told 1 day apart"}
		if strings.Join(got, "\n") != strings.Join(want, "\n") {
			t.Errorf("suggestions:\n%s\nwant\n%s\n(not %s, %s)", strings.Join(got, "\n"), strings.Join(want, "\n"), far.Ref, refused.Ref)
		}
	})
}

func TestFilesOfAStory(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		ctx := t.Context()
		cw := w.actor(w.a, access.Caseworker)
		x := w.tell(w.a, 1, "2023-07-20", told("", ""), nil)
		other := w.tell(w.a, 2, "2023-07-20", told("", ""), nil)
		f := w.keep(x, models.FileEvidence, false)
		_, _, err := w.StoryFile(ctx, cw, x.Ref, f.ID, false)
		w.fails(err, models.CodeUnready, "is not there")
		_, _, err = w.StoryFile(ctx, cw, other.Ref, f.ID, false)
		w.fails(err, models.CodeNotFound, "no such file")
		_, _, err = w.StoryFile(ctx, w.actor(w.b, access.Secretary), x.Ref, f.ID, true)
		w.fails(err, models.CodeNotFound, "no such story")

		kept := w.put("what was sent")
		g := models.StoryFile{BranchID: w.a.ID, StoryID: x.ID, Purpose: models.FileEvidence, State: models.FileReady, Size: 13, Arrived: 13, MediaType: models.TypeJPEG, Name: "a.jpg", Hash: kept, Copy: w.put("the copy"), Pages: 1}
		w.must(w.st.AddStoryFile(ctx, &g))
		for original, want := range map[bool]string{true: "what was sent", false: "the copy"} {
			_, r, err := w.StoryFile(ctx, cw, x.Ref, g.ID, original)
			w.must(err)
			body, err := io.ReadAll(r)
			w.must(err)
			w.must(r.Close())
			if string(body) != want {
				t.Errorf("original %v is %q", original, body)
			}
		}
		entries, err := w.st.Audit(ctx, w.a.ID, 0, 10)
		w.must(err)
		n := 0
		for _, e := range entries {
			if e.Action == "story.original" && e.Subject == x.Ref {
				n++
			}
		}
		if n != 1 {
			t.Errorf("%d rows of the audit say that the original was opened, want 1", n)
		}
	})
}

// put keeps bytes in the folder of files.
func (w *world) put(body string) string {
	w.t.Helper()
	hash, _, err := w.fs.Put(w.t.Context(), bytes.NewReader([]byte(body)), 1<<20)
	w.must(err)
	return hash
}
