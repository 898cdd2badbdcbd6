package casework_test

import (
	"bytes"
	"io"
	"strings"
	"sync"
	"testing"

	"commoncase/app/casework"
	"commoncase/app/document/pdftest"
	"commoncase/models"
	"commoncase/models/access"
	"commoncase/models/civil"
)

// told writes down what a letter needs, so that it has no gaps.
func (w *world) told(actor models.Actor, ref string) {
	w.t.Helper()
	v, err := w.ReadCase(w.t.Context(), actor, ref)
	w.must(err)
	w.must(w.KeepDetails(w.t.Context(), actor, casework.Details{Ref: ref, Version: v.Case.Version, Theme: v.Case.Theme, Title: v.Case.Title,
		Summary: "Mould since March.\nIt came back twice.", Wanted: "Find the leak."}))
}

func send(ref string, l models.CaseLetter, on string) casework.SendCaseLetter {
	return casework.SendCaseLetter{Ref: ref, Letter: l.Ref, Version: l.Version, On: civil.MustParse(on), Channel: models.ChannelEmail}
}

func TestALetterFromDraftToTheCase(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		cw := w.actor(w.a, access.Caseworker)
		c := w.open(cw, "Łukasz Żółć")
		_, err := w.log(cw, c.Ref, models.KindIssueReported, "2023-04-03")
		w.must(err)

		l, err := w.DraftLetter(t.Context(), cw, c.Ref, "stage1-complaint", 0)
		w.must(err)
		if ref, ok := models.CheckReference(l.Ref); !ok || ref != l.Ref || !strings.HasPrefix(l.Ref, "AAA-C-23-0001-") || !l.Own || l.State != models.CaseLetterDraft {
			t.Fatalf("the draft is %+v", l)
		}
		if again, err := w.DraftLetter(t.Context(), cw, c.Ref, "stage1-complaint", 0); err != nil || again.Ref != l.Ref {
			t.Errorf("asked again it made %s: %v", again.Ref, err)
		}
		v, err := w.CaseLetter(t.Context(), cw, c.Ref, l.Ref)
		w.must(err)
		if len(v.Gaps) != 2 || v.Gap() == "" || !v.Fit.OK() || !strings.Contains(v.HTML, "Łukasz") {
			t.Errorf("gaps %q, fit %+v", v.Gaps, v.Fit)
		}
		if _, err := w.SendCaseLetter(t.Context(), cw, send(c.Ref, l, "2023-07-31")); models.CodeOf(err) != models.CodeUnready || !strings.Contains(err.Error(), "[say what happened") {
			t.Errorf("a letter with gaps went: %v", err)
		}
		var draft bytes.Buffer
		w.must(w.CaseLetterPDF(t.Context(), cw, c.Ref, l.Ref, &draft))
		pdftest.InOrder(t, pdftest.Check(t, draft.Bytes()), "Łukasz Żółć", "DRAFT", "Complaints team", "Harbour & Vale Homes", "Dear Sir or Madam", "formal complaint")

		edit := casework.EditCaseLetter{Ref: c.Ref, Letter: l.Ref, Version: l.Version, Recipient: l.Recipient, Subject: l.Subject, SignOff: l.SignOff, DatedOn: l.DatedOn, ReplyBy: l.ReplyBy,
			Body: strings.NewReplacer("[say what happened, since when, and what it means for the household, in the resident's words]", "> Mould, he says; it's ₤ and ż and í.",
				"[say what would put it right: which works by which day, an apology, a sum and what it is for]", "> Find the leak.").Replace(l.Body)}
		l, err = w.EditCaseLetter(t.Context(), cw, edit)
		w.must(err)
		if l.Version != 2 {
			t.Errorf("version %d", l.Version)
		}
		if _, err := w.EditCaseLetter(t.Context(), cw, edit); models.CodeOf(err) != models.CodeConflict {
			t.Errorf("an old version was saved: %v", err)
		}
		stale := l
		stale.Version = 1
		if _, err := w.SendCaseLetter(t.Context(), cw, send(c.Ref, stale, "2023-07-31")); models.CodeOf(err) != models.CodeConflict {
			t.Errorf("an old version was sent: %v", err)
		}

		sent, err := w.SendCaseLetter(t.Context(), cw, send(c.Ref, l, "2023-07-31"))
		w.must(err)
		if sent.Letter.State != models.CaseLetterSent || sent.Letter.EventID != sent.Logged.Event.ID || sent.Logged.Case.Status != models.StatusStage1AwaitingAck {
			t.Errorf("sent: %+v, %s", sent.Letter, sent.Logged.Case.Status)
		}
		view, err := w.ReadCase(t.Context(), cw, c.Ref)
		w.must(err)
		last := view.Entries[len(view.Entries)-1]
		if last.Kind != models.KindComplaintMade || last.Channel != models.ChannelEmail || !strings.Contains(last.Note, l.Ref) || len(last.Files) != 1 || view.Case.LandlordRef != "" {
			t.Fatalf("the entry is %+v, the landlord's reference %q", last, view.Case.LandlordRef)
		}
		_, r, err := w.File(t.Context(), cw, c.Ref, last.Files[0].ID, false)
		w.must(err)
		exhibit, err := io.ReadAll(r)
		w.must(err)
		w.must(r.Close())
		text := pdftest.Check(t, exhibit)
		pdftest.InOrder(t, text, "Łukasz Żółć", "Dear Sir or Madam,", "1 Invented Row", "Mould, he says; it's ₤ and ż and í.", "Find the leak.", "Yours faithfully,", "Łukasz Żółć")
		if strings.Contains(text, "draft") || !strings.Contains(text, l.Ref) || strings.Contains(text, "DRAFT") {
			t.Errorf("what was sent says that it is a draft:\n%s", text)
		}
		var pdf bytes.Buffer
		w.must(w.CaseLetterPDF(t.Context(), cw, c.Ref, l.Ref, &pdf))
		if !bytes.Equal(pdf.Bytes(), exhibit) {
			t.Error("the PDF of a sent letter is not its exhibit")
		}

		// It stands: no use case and no SQL changes it.
		for what, err := range map[string]error{
			"sent again": func() error {
				_, err := w.SendCaseLetter(t.Context(), cw, send(c.Ref, sent.Letter, "2023-07-31"))
				return err
			}(),
			"changed": func() error {
				edit.Version = sent.Letter.Version
				_, err := w.EditCaseLetter(t.Context(), cw, edit)
				return err
			}(),
			"dropped": func() error {
				_, err := w.DropCaseLetter(t.Context(), cw, c.Ref, l.Ref, sent.Letter.Version)
				return err
			}(),
		} {
			if models.CodeOf(err) != models.CodeConflict {
				t.Errorf("a sent letter is %s: %v", what, err)
			}
		}
		_, err = w.DraftLetter(t.Context(), cw, c.Ref, "stage1-complaint", 0)
		if models.CodeOf(err) != models.CodeUnready || !strings.Contains(err.Error(), "made on 31 July 2023") {
			t.Errorf("a second complaint: %v", err)
		}

		// A correction of the entry takes the exhibit along, and the letter keeps its PDF.
		_, err = w.log(cw, c.Ref, models.KindComplaintMade, "2023-07-30", func(e *casework.LogEvent) { e.Replaces = sent.Logged.Event.ID })
		w.must(err)
		v, err = w.CaseLetter(t.Context(), cw, c.Ref, l.Ref)
		w.must(err)
		if v.PDF == nil || v.PDF.ID != last.Files[0].ID || v.Sent == nil {
			t.Errorf("after a correction: %+v, %+v", v.PDF, v.Sent)
		}
	})
}

// Two people who press the button at once send it once.
func TestALetterIsSentOnce(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		cw := w.actor(w.a, access.Caseworker)
		c := w.open(cw, "Ní Bhriain")
		w.told(cw, c.Ref)
		l, err := w.DraftLetter(t.Context(), cw, c.Ref, "stage1-complaint", 0)
		w.must(err)
		var wg sync.WaitGroup
		errs := make([]error, 4)
		for i := range errs {
			wg.Go(func() { _, errs[i] = w.SendCaseLetter(t.Context(), cw, send(c.Ref, l, "2023-07-31")) })
		}
		wg.Wait()
		n := 0
		for _, err := range errs {
			switch {
			case err == nil:
				n++
			case models.CodeOf(err) != models.CodeConflict && models.CodeOf(err) != models.CodeUnready:
				t.Error(err)
			}
		}
		v, err := w.ReadCase(t.Context(), cw, c.Ref)
		w.must(err)
		made := 0
		for _, e := range v.Entries {
			if e.Kind == models.KindComplaintMade {
				made++
			}
		}
		if n != 1 || made != 1 {
			t.Errorf("sent %d times, with %d entries", n, made)
		}
	})
}

func TestLettersThatMayNotBe(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		cw, member, other := w.actor(w.a, access.Caseworker), w.actor(w.a, access.Member), w.actor(w.b, access.Caseworker)
		c := w.open(cw, "O'Connor")
		l, err := w.DraftLetter(t.Context(), cw, c.Ref, "reasonable-adjustment", 0)
		w.must(err)

		// Roles and branches.
		if _, err := w.DraftLetter(t.Context(), member, c.Ref, "reasonable-adjustment", 0); models.CodeOf(err) != models.CodeForbidden {
			t.Errorf("a member drafts: %v", err)
		}
		if _, err := w.CaseLetter(t.Context(), member, c.Ref, l.Ref); models.CodeOf(err) != models.CodeForbidden {
			t.Errorf("a member reads: %v", err)
		}
		for what, err := range map[string]error{
			"drafts": func() error {
				_, err := w.DraftLetter(t.Context(), other, c.Ref, "reasonable-adjustment", 0)
				return err
			}(),
			"reads": func() error { _, err := w.CaseLetter(t.Context(), other, c.Ref, l.Ref); return err }(),
			"lists": func() error { _, err := w.CaseLetters(t.Context(), other, c.Ref); return err }(),
			"prints": func() error {
				return w.CaseLetterPDF(t.Context(), other, c.Ref, l.Ref, io.Discard)
			}(),
			"drops":  func() error { _, err := w.DropCaseLetter(t.Context(), other, c.Ref, l.Ref, 1); return err }(),
			"sends":  func() error { _, err := w.SendCaseLetter(t.Context(), other, send(c.Ref, l, "2023-07-31")); return err }(),
			"choose": func() error { _, err := w.LetterChoices(t.Context(), other, c.Ref, 0); return err }(),
		} {
			if models.CodeOf(err) != models.CodeNotFound {
				t.Errorf("another branch %s: %v", what, err)
			}
		}
		elsewhere := w.open(cw, "Somebody Else")
		if _, err := w.CaseLetter(t.Context(), cw, elsewhere.Ref, l.Ref); models.CodeOf(err) != models.CodeNotFound {
			t.Errorf("the letter stands on another case: %v", err)
		}

		// Kinds, threads and who writes.
		if _, err := w.DraftLetter(t.Context(), cw, c.Ref, "ransom", 0); models.CodeOf(err) != models.CodeNotFound {
			t.Errorf("an unknown kind: %v", err)
		}
		if _, err := w.DraftLetter(t.Context(), cw, c.Ref, "chase-landlord", 999999); models.CodeOf(err) != models.CodeNotFound {
			t.Errorf("an event that is not there: %v", err)
		}
		if _, err := w.StartLetter(t.Context(), cw, casework.StartLetter{Ref: c.Ref, Type: "subject-access"}); models.CodeOf(err) != models.CodeInvalid {
			t.Errorf("data for the branch without authority: %v", err)
		}
		if _, err := w.StartLetter(t.Context(), cw, casework.StartLetter{Ref: c.Ref, Type: "hazard-report", Category: "dragons", Own: true}); models.CodeOf(err) != models.CodeInvalid {
			t.Errorf("an unknown hazard: %v", err)
		}

		// What is typed.
		good := casework.EditCaseLetter{Ref: c.Ref, Letter: l.Ref, Version: 1, Recipient: "X", Subject: "Y", Body: "Z", SignOff: "A", DatedOn: w.today}
		for field, change := range map[string]func(*casework.EditCaseLetter){
			"recipient": func(e *casework.EditCaseLetter) { e.Recipient = " \x00 " },
			"subject":   func(e *casework.EditCaseLetter) { e.Subject = strings.Repeat("s", 201) },
			"body":      func(e *casework.EditCaseLetter) { e.Body = strings.Repeat("*", 6000) },
			" body":     func(e *casework.EditCaseLetter) { e.Body = strings.Repeat("> ", 51) },
			"sign_off":  func(e *casework.EditCaseLetter) { e.SignOff = "" },
			"dated":     func(e *casework.EditCaseLetter) { e.DatedOn = w.today.AddDays(31) },
			"reply_by":  func(e *casework.EditCaseLetter) { e.ReplyBy = w.today - 1 },
		} {
			bad := good
			change(&bad)
			_, err := w.EditCaseLetter(t.Context(), cw, bad)
			es := models.FieldErrors(err)
			if len(es) != 1 || es[0].Field != strings.TrimSpace(field) {
				t.Errorf("%s: %v", field, err)
			}
		}

		// The sending: a day to come, one before the letter, no way of going.
		w.must(func() error {
			good.ReplyBy = w.today + 5
			_, err := w.EditCaseLetter(t.Context(), cw, good)
			return err
		}())
		l.Version = 2
		for field, change := range map[string]func(*casework.SendCaseLetter){
			"on":      func(s *casework.SendCaseLetter) { s.On = w.today + 1 },
			"on ":     func(s *casework.SendCaseLetter) { s.On = w.today - 1 },
			"channel": func(s *casework.SendCaseLetter) { s.Channel = models.ChannelPress },
		} {
			bad := send(c.Ref, l, "2023-07-31")
			change(&bad)
			_, err := w.SendCaseLetter(t.Context(), cw, bad)
			if es := models.FieldErrors(err); len(es) != 1 || es[0].Field != strings.TrimSpace(field) {
				t.Errorf("%q: %v", field, err)
			}
		}

		// Consent that is withdrawn stops a draft that is there.
		_, err = w.log(cw, c.Ref, models.KindConsentWithdrawn, "2023-07-31")
		w.must(err)
		if _, err := w.SendCaseLetter(t.Context(), cw, send(c.Ref, l, "2023-07-31")); models.CodeOf(err) != models.CodeUnready || !strings.Contains(err.Error(), "withdrew their consent on 31 July 2023") {
			t.Errorf("sent without consent: %v", err)
		}
		if _, err := w.DraftLetter(t.Context(), cw, c.Ref, "mp-letter", 0); models.CodeOf(err) != models.CodeUnready {
			t.Errorf("drafted without consent: %v", err)
		}

		// Dropped, it is gone from the list and can be neither sent nor changed.
		l, err = w.DropCaseLetter(t.Context(), cw, c.Ref, l.Ref, 2)
		w.must(err)
		if ls, err := w.CaseLetters(t.Context(), cw, c.Ref); err != nil || len(ls) != 0 {
			t.Errorf("%d letters: %v", len(ls), err)
		}
		if _, err := w.SendCaseLetter(t.Context(), cw, send(c.Ref, l, "2023-07-31")); models.CodeOf(err) != models.CodeConflict {
			t.Errorf("a dropped letter went: %v", err)
		}
	})
}

// What was logged between the draft and the sending counts: a reminder of an answer that has come is not sent.
func TestALetterThatTheCaseHasOvertaken(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		cw := w.actor(w.a, access.Caseworker)
		c := w.open(cw, "Adébáyọ̀")
		_, err := w.log(cw, c.Ref, models.KindComplaintMade, "2023-05-09")
		w.must(err)
		l, err := w.DraftLetter(t.Context(), cw, c.Ref, "chase-landlord", 0)
		w.must(err)
		if !strings.Contains(l.Body, "due on 23 May 2023") || l.ReplyBy != civil.MustParse("2023-08-07") {
			t.Errorf("reply by %s:\n%s", l.ReplyBy, l.Body)
		}
		if _, err := w.log(cw, c.Ref, models.KindStage1Response, "2023-07-31"); err != nil {
			t.Fatal(err)
		}
		_, err = w.SendCaseLetter(t.Context(), cw, send(c.Ref, l, "2023-07-31"))
		if models.CodeOf(err) != models.CodeUnready || !strings.Contains(err.Error(), "Nothing that the landlord owes is overdue") {
			t.Errorf("sent: %v", err)
		}
		v, err := w.CaseLetter(t.Context(), cw, c.Ref, l.Ref)
		w.must(err)
		if v.Fit.OK() {
			t.Error("the page does not say so")
		}
	})
}

// Who may not see what was done to the resident is not told of it by the letters either.
func TestLettersKeepAdverseActs(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		cw, secretary := w.actor(w.a, access.Caseworker), w.actor(w.a, access.Secretary)
		c := w.open(cw, "Żółć")
		_, err := w.log(cw, c.Ref, models.KindIssueReported, "2023-05-02")
		w.must(err)
		logged, err := w.log(secretary, c.Ref, models.KindAdverseAction, "2023-07-01")
		w.must(err)
		told := func(actor models.Actor) bool {
			x, err := w.LetterChoice(t.Context(), actor, casework.StartLetter{Ref: c.Ref, Type: "stage1-complaint"})
			w.must(err)
			return strings.Contains(strings.Join(x.Warnings, " "), "Something was done to the resident")
		}
		if !told(secretary) || told(cw) {
			t.Errorf("the secretary is told: %v; a caseworker of another case: %v", told(secretary), told(cw))
		}
		if _, err := w.DraftLetter(t.Context(), cw, c.Ref, "stage1-complaint", logged.Event.ID); models.CodeOf(err) != models.CodeNotFound {
			t.Errorf("the entry can be found out: %v", err)
		}
	})
}

func TestHazardReportOpensItsThread(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		cw := w.actor(w.a, access.Caseworker)
		c := w.open(cw, "Łukasz Żółć")
		_, err := w.log(cw, c.Ref, models.KindAuthorityGiven, "2023-04-02")
		w.must(err)
		x, err := w.LetterChoice(t.Context(), cw, casework.StartLetter{Ref: c.Ref, Type: "hazard-report"})
		w.must(err)
		if !x.Authority || x.Usual.Own || x.Hazards == nil {
			t.Errorf("the choice is %+v", x)
		}
		l, err := w.StartLetter(t.Context(), cw, casework.StartLetter{Ref: c.Ref, Type: "hazard-report", Category: "damp_mould", Urgency: models.UrgencyEmergency})
		w.must(err)
		l, err = w.EditCaseLetter(t.Context(), cw, casework.EditCaseLetter{Ref: c.Ref, Letter: l.Ref, Version: l.Version, Recipient: l.Recipient, Subject: l.Subject,
			Body: "Mould over the cot.", SignOff: l.SignOff, DatedOn: l.DatedOn, ReplyBy: l.ReplyBy})
		w.must(err)
		cmd := send(c.Ref, l, "2023-07-31")
		cmd.At = civil.At(9, 30)
		sent, err := w.SendCaseLetter(t.Context(), cw, cmd)
		w.must(err)
		e := sent.Logged.Event
		if e.Kind != models.KindHazardReported || e.Category != "damp_mould" || e.Urgency != models.UrgencyEmergency || e.At != civil.At(9, 30) || !sent.Logged.Result.Flags.Hazard {
			t.Errorf("the event is %+v", e)
		}
		// Pressed for again, it is a contact about the same hazard.
		again, err := w.DraftLetter(t.Context(), cw, c.Ref, "hazard-report", e.ID)
		w.must(err)
		becomes, err := w.LetterBecomes(t.Context(), cw, c.Ref, again.Ref)
		w.must(err)
		if becomes.Kind != models.KindContactAttempt || becomes.About != e.ID {
			t.Errorf("it becomes %+v", becomes)
		}
	})
}

// A file that somebody brings under the name of a letter's PDF is not taken for what was sent, whatever the order; and a correction of
// the sending takes the PDF along.
func TestAFileOfTheNameOfALetter(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		ctx := t.Context()
		cw := w.actor(w.a, access.Caseworker)
		c := w.open(cw, "Łukasz Żółć")
		_, err := w.log(cw, c.Ref, models.KindIssueReported, "2023-04-02")
		w.must(err)
		l, err := w.DraftLetter(ctx, cw, c.Ref, "subject-access", 0)
		w.must(err)
		l, err = w.EditCaseLetter(ctx, cw, casework.EditCaseLetter{Ref: c.Ref, Letter: l.Ref, Version: l.Version, Recipient: "Harbour & Vale", Subject: "Data", Body: "What was sent.", SignOff: "Ł. Ż.", DatedOn: l.DatedOn})
		w.must(err)
		var draft bytes.Buffer
		w.must(w.CaseLetterPDF(ctx, cw, c.Ref, l.Ref, &draft))
		other, err := w.Attach(ctx, cw, c.Ref, "letter-"+l.Ref+".pdf", "Another", &draft)
		w.must(err)
		v, err := w.ReadCase(ctx, cw, c.Ref)
		w.must(err)
		_, err = w.LogEvent(ctx, cw, casework.LogEvent{Ref: c.Ref, Version: v.Case.Version, Kind: models.KindNote, Note: "N", On: w.today, Files: []int64{other.ID}})
		w.must(err)
		sent, err := w.SendCaseLetter(ctx, cw, send(c.Ref, l, "2023-07-31"))
		w.must(err)
		right := func() {
			t.Helper()
			v, err := w.CaseLetter(ctx, cw, c.Ref, l.Ref)
			w.must(err)
			var pdf bytes.Buffer
			w.must(w.CaseLetterPDF(ctx, cw, c.Ref, l.Ref, &pdf))
			if v.PDF == nil || v.PDF.ID == other.ID || !bytes.HasPrefix(pdf.Bytes(), []byte("%PDF")) {
				t.Errorf("the PDF is %+v", v.PDF)
			}
		}
		right()
		e := sent.Logged.Event
		_, err = w.LogEvent(ctx, cw, casework.LogEvent{Ref: c.Ref, Version: sent.Logged.Case.Version, Kind: e.Kind, On: e.On, Note: "Corrected.", Procedure: e.Procedure, Replaces: e.ID})
		w.must(err)
		right()
	})
}

// A request for the costs of another period is another letter.
func TestALetterOfAnotherPeriod(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		cw := w.actor(w.a, access.Caseworker)
		c := w.open(cw, "Łukasz Żółć")
		refs := map[string]bool{}
		for _, until := range []string{"2022-03-31", "2023-03-31", "2022-03-31"} {
			l, err := w.StartLetter(t.Context(), cw, casework.StartLetter{Ref: c.Ref, Type: "costs-information", Own: true, Until: civil.MustParse(until)})
			w.must(err)
			if l.Until != civil.MustParse(until) {
				t.Errorf("asked for until %s, the draft is until %s", until, l.Until)
			}
			refs[l.Ref] = true
		}
		if len(refs) != 2 {
			t.Errorf("drafts %v", refs)
		}
	})
}
