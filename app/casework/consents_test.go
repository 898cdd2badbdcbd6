package casework_test

import (
	"bytes"
	"encoding/json"
	"image"
	"image/color"
	"image/png"
	"io"
	"strings"
	"testing"

	"commoncase/app/casework"
	"commoncase/app/document/pdftest"
	"commoncase/models"
	"commoncase/models/access"
	"commoncase/models/catalogue"
	"commoncase/models/civil"
)

// teller adds a story as it lies in the database after it was sent, and returns who holds the way back to it.
func (w *world) teller(b models.Branch, state models.StoryState, caseID int64, a models.Answers) (models.Story, models.Teller) {
	w.t.Helper()
	content, err := json.Marshal(a)
	w.must(err)
	serial, err := w.st.NextSerial(w.t.Context(), b.ID, "story", 2023)
	w.must(err)
	at := w.now()
	x := models.Story{BranchID: b.ID, Ref: models.Reference(b.Prefix+"-S", 2023, serial), State: state, How: models.HowSelf, Lang: "pl", Sealed: []byte{}, Content: string(content),
		Anonymous: a.Anonymous, CaseID: caseID, Version: 1, SentAt: &at}
	w.must(w.st.AddStory(w.t.Context(), &x))
	return x, models.Teller{BranchID: b.ID, StoryID: x.ID}
}

func (w *world) set(t models.Teller, p models.Purpose, v models.ConsentValue) {
	w.t.Helper()
	w.must(w.SetConsent(w.t.Context(), t, p, v, "", "pl"))
}

func (w *world) line(t models.Teller, p models.Purpose) casework.ConsentLine {
	w.t.Helper()
	lines, err := w.Consents(w.t.Context(), t)
	w.must(err)
	if len(lines) != len(models.Purposes) {
		w.t.Fatalf("%d lines of consent, want one for each of %d purposes", len(lines), len(models.Purposes))
	}
	for _, l := range lines {
		if l.Purpose == p {
			return l
		}
	}
	w.t.Fatalf("no line for %s", p)
	return casework.ConsentLine{}
}

func (w *world) refused(err error, code models.Code, part string) {
	w.t.Helper()
	if models.CodeOf(err) != code || !strings.Contains(err.Error(), part) {
		w.t.Errorf("error %v of code %q; want %q with %q", err, models.CodeOf(err), code, part)
	}
}

// TestConsentOfATeller: each answer is kept with its wording, the case's history follows, and a draft that rests on it cannot go out any more.
func TestConsentOfATeller(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		cw := w.actor(w.a, access.Caseworker)
		c, err := w.OpenCase(t.Context(), cw, casework.OpenCase{Resident: casework.Resident{Name: "Łukasz Żółć", Tenure: models.TenureAssured, Address: "1 Invented Row", Postcode: "ZZ99 3VZ"},
			Theme: models.ThemeDampMould, Title: "Mould", ReceivedOn: civil.MustParse("2023-04-01")})
		w.must(err)
		_, teller := w.teller(w.a, models.StoryCase, c.ID, models.Answers{Name: "Łukasz Żółć", Story: "Mould."})
		if l := w.line(teller, models.PurposeAct); l.State.Asked || l.State.Holds {
			t.Errorf("nobody asked, and it says %+v", l.State)
		}
		w.set(teller, models.PurposeRecord, models.ConsentYes)
		w.set(teller, models.PurposeAct, models.ConsentYes)
		if l := w.line(teller, models.PurposeAct); !l.State.Holds || l.State.On != w.today || l.State.Wording == "" || l.State.Lang != "pl" || l.State.How != models.ConsentSelf {
			t.Errorf("given: %+v", l.State)
		}
		_, err = w.log(cw, c.Ref, models.KindComplaintMade, "2023-05-09")
		w.must(err)
		draft, err := w.DraftLetter(t.Context(), cw, c.Ref, "case-chase-landlord", 0)
		if err != nil {
			draft, err = w.DraftLetter(t.Context(), cw, c.Ref, "subject-access", 0)
		}
		for _, choice := range must(w.LetterChoices(t.Context(), cw, c.Ref, 0)) {
			if err != nil && choice.Fit.OK() {
				draft, err = w.DraftLetter(t.Context(), cw, c.Ref, choice.Type.Slug, 0)
			}
		}
		w.must(err)
		w.set(teller, models.PurposeAct, models.ConsentNo)
		_, err = w.StartLetter(t.Context(), cw, casework.StartLetter{Ref: c.Ref, Type: draft.Type, Own: true})
		w.refused(err, models.CodeUnready, "withdrew their consent on 31 July 2023")
		body := strings.NewReplacer("[", "", "]", "").Replace(draft.Body)
		edited, err := w.EditCaseLetter(t.Context(), cw, casework.EditCaseLetter{Ref: c.Ref, Letter: draft.Ref, Version: draft.Version, Recipient: strings.NewReplacer("[", "", "]", "").Replace(draft.Recipient),
			Subject: draft.Subject, Body: body, SignOff: strings.NewReplacer("[", "", "]", "").Replace(draft.SignOff), DatedOn: draft.DatedOn, ReplyBy: draft.ReplyBy})
		w.must(err)
		_, err = w.SendCaseLetter(t.Context(), cw, casework.SendCaseLetter{Ref: c.Ref, Letter: draft.Ref, Version: edited.Version, On: w.today, Channel: models.ChannelEmail})
		w.refused(err, models.CodeUnready, "withdrew their consent on 31 July 2023")
		v, err := w.ReadCase(t.Context(), cw, c.Ref)
		w.must(err)
		var given, withdrawn int
		for _, e := range v.Entries {
			if e.Kind == models.KindConsentGiven && e.ByMember {
				given++
			}
			if e.Kind == models.KindConsentWithdrawn && e.ByMember {
				withdrawn++
			}
		}
		if given != 1 || withdrawn != 1 {
			t.Errorf("the history says %d times given and %d times withdrawn, by the member", given, withdrawn)
		}
		w.today = w.today.AddDays(2)
		w.set(teller, models.PurposeAct, models.ConsentYes)
		if _, err := w.StartLetter(t.Context(), cw, casework.StartLetter{Ref: c.Ref, Type: draft.Type, Own: true}); err != nil {
			t.Errorf("given again, and refused: %v", err)
		}
		if n := len(w.line(teller, models.PurposeAct).History); n != 3 {
			t.Errorf("%d answers are kept, want 3", n)
		}
		// Another branch's teller with the same number finds nothing.
		_, err = w.Consents(t.Context(), models.Teller{BranchID: w.b.ID, StoryID: teller.StoryID})
		w.refused(err, models.CodeNotFound, "no such story")
	})
}

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

// TestWithdrawnRecord: whoever takes back that anything is kept takes everything back, and is to be erased; asked twice it is one wish.
func TestWithdrawnRecord(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		cw := w.actor(w.a, access.Caseworker)
		c := w.open(cw, "Niamh Ní Bhriain")
		story, teller := w.teller(w.a, models.StoryCase, c.ID, models.Answers{Name: "Niamh Ní Bhriain"})
		for _, p := range []models.Purpose{models.PurposeRecord, models.PurposeCount, models.PurposeMP} {
			w.set(teller, p, models.ConsentYes)
		}
		w.set(teller, models.PurposeQuote, models.ConsentFirstName)
		in := models.Incident{BranchID: w.a.ID, Slug: "outage", Title: "Outage", StartedOn: civil.MustParse("2023-06-01"), Source: "Press"}
		w.must(w.st.AddIncident(t.Context(), &in))
		w.must(w.st.AddImpactReport(t.Context(), &models.ImpactReport{BranchID: w.a.ID, IncidentID: in.ID, On: civil.MustParse("2023-06-02"), Theme: "payments", Impact: "No heating", Quote: models.QuoteNone, StoryID: story.ID}))
		w.set(teller, models.PurposeQuote, models.ConsentAnonymous)
		if rs := must(w.st.ImpactReports(t.Context(), w.a.ID, 0)); rs[0].Quote != models.QuoteAnonymous {
			t.Errorf("the report may be quoted as %q", rs[0].Quote)
		}
		w.set(teller, models.PurposeRecord, models.ConsentNo)
		for _, p := range models.Purposes {
			if l := w.line(teller, p); l.State.Given() {
				t.Errorf("%s is still given", p)
			}
		}
		if rs := must(w.st.ImpactReports(t.Context(), w.a.ID, 0)); rs[0].Quote != models.QuoteNone {
			t.Errorf("the report may still be quoted as %q", rs[0].Quote)
		}
		if n := must(w.st.Uncounted(t.Context(), w.a.ID)); n != 1 {
			t.Errorf("%d cases are not counted, want 1", n)
		}
		if asked := must(w.st.AskErasure(t.Context(), &models.Erasure{BranchID: w.a.ID, StoryID: story.ID, CaseID: c.ID})); asked {
			t.Error("no wish to be erased was waiting")
		}
		w.refused(w.SetConsent(t.Context(), teller, models.PurposePress, models.ConsentYes, "", "en"), models.CodeInvalid, "First say yes")
		if v := must(w.ConsentsOfCase(t.Context(), cw, c.Ref)); v.May {
			t.Error("the branch may still write for them")
		}
	})
}

// TestJoinedStory: who joined another's case speaks for themselves alone.
func TestJoinedStory(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		cw := w.actor(w.a, access.Caseworker)
		c := w.open(cw, "Seán O'Connor")
		_, first := w.teller(w.a, models.StoryCase, c.ID, models.Answers{Name: "Seán O'Connor"})
		_, joined := w.teller(w.a, models.StoryJoined, c.ID, models.Answers{Name: "আনিকা"})
		w.set(first, models.PurposeCount, models.ConsentYes)
		w.set(joined, models.PurposeCount, models.ConsentYes)
		w.set(joined, models.PurposeAct, models.ConsentYes)
		w.set(joined, models.PurposeAct, models.ConsentNo)
		w.set(joined, models.PurposeCount, models.ConsentNo)
		if n := must(w.st.Uncounted(t.Context(), w.a.ID)); n != 0 {
			t.Error("a neighbour took the case out of the figures")
		}
		if !must(w.ConsentsOfCase(t.Context(), cw, c.Ref)).May {
			t.Error("a neighbour took back that the branch acts for the resident")
		}
		if l := w.line(first, models.PurposeAct); !l.State.Given() || l.State.How != models.ConsentOffice { // what was ticked when the case was opened
			t.Error("a neighbour's answer stands as the resident's")
		}
	})
}

// TestTakenConsent: what staff write down, by role and branch, with the day; an older answer and a future day are refused.
func TestTakenConsent(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		cw := w.actor(w.a, access.Caseworker)
		c := w.open(cw, "Trần Thị Hoa")
		take := casework.TakeConsent{Ref: c.Ref, Purpose: models.PurposeMP, Value: models.ConsentYes, How: models.ConsentSpoken, On: civil.MustParse("2023-07-03"), Lang: "en"}
		w.must(w.TakeConsent(t.Context(), cw, take))
		v := must(w.ConsentsOfCase(t.Context(), cw, c.Ref))
		for _, l := range v.Lines {
			if l.Purpose == models.PurposeMP && (!l.State.Holds || l.State.TakenBy != cw.AccountID || l.State.Wording != catalogue.In("en").Agreed(models.PurposeMP, models.ConsentYes)) {
				t.Errorf("taken: %+v", l.State)
			}
		}
		for what, bad := range map[string]func(*casework.TakeConsent){
			"Choose what the resident was asked": func(x *casework.TakeConsent) { x.Purpose = "everything" },
			"Choose what the resident answered":  func(x *casework.TakeConsent) { x.Value = models.ConsentFullName },
			"Choose how the resident said it":    func(x *casework.TakeConsent) { x.How = models.ConsentSelf },
			"has not come yet":                   func(x *casework.TakeConsent) { x.On = w.today.AddDays(1) },
			"would be older":                     func(x *casework.TakeConsent) { x.On = civil.MustParse("2023-07-02") },
		} {
			x := take
			bad(&x)
			w.refused(w.TakeConsent(t.Context(), cw, x), models.CodeInvalid, what)
		}
		for _, role := range access.All {
			if access.Allows(access.Roles{role}, access.KeepConsents) {
				continue
			}
			w.refused(w.TakeConsent(t.Context(), w.actor(w.a, role), take), models.CodeForbidden, "does not allow")
			_, err := w.RenewalsDue(t.Context(), w.actor(w.a, role))
			w.refused(err, models.CodeForbidden, "does not allow")
		}
		w.refused(w.TakeConsent(t.Context(), w.actor(w.b, access.Caseworker), take), models.CodeNotFound, "no such case")
		// What is logged on the history by hand stands among the consents too.
		_, err := w.log(cw, c.Ref, models.KindConsentWithdrawn, "2023-07-10")
		w.must(err)
		_, err = w.log(cw, c.Ref, models.KindConsentGiven, "2023-07-12", func(e *casework.LogEvent) { e.Note = "On the telephone." })
		w.must(err)
		for _, l := range must(w.ConsentsOfCase(t.Context(), cw, c.Ref)).Lines {
			if l.Purpose == models.PurposeAct && (!l.State.Given() || l.State.On != civil.MustParse("2023-07-12")) {
				t.Errorf("act after the history says it again: %+v", l.State)
			}
		}
	})
}

// TestRenewals: outward consent lapses at the branch's time, the rest is asked again and goes on.
func TestRenewals(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		cw := w.actor(w.a, access.Caseworker)
		c := w.open(cw, "محمد")
		_, teller := w.teller(w.a, models.StoryCase, c.ID, models.Answers{Name: "محمد"})
		w.set(teller, models.PurposeRecord, models.ConsentYes)
		w.set(teller, models.PurposeQuote, models.ConsentAnonymous)
		// The consent to act was given to the office when the case was opened, four months before.
		w.must(w.st.UpdateIntake(t.Context(), w.a.ID, true, "", 12))
		if due := must(w.RenewalsDue(t.Context(), cw)); len(due) != 0 {
			t.Errorf("due on the first day: %+v", due)
		}
		w.today = w.today.AddMonths(12).AddDays(-30)
		if due := must(w.RenewalsDue(t.Context(), cw)); len(due) != 1 || due[0].Ref != c.Ref || len(due[0].Lines) != 3 || due[0].Lines[0].Lapsed || due[0].Name != "محمد" {
			t.Errorf("a month before: %+v", due)
		}
		w.today = civil.MustParse("2024-08-01")
		if l := w.line(teller, models.PurposeQuote); l.State.Holds || !l.State.Lapsed {
			t.Errorf("the day after a year: %+v", l.State)
		}
		if l := w.line(teller, models.PurposeRecord); !l.State.Holds || !l.State.Lapsed {
			t.Errorf("what is not outward goes on: %+v", l.State)
		}
		w.set(teller, models.PurposeQuote, models.ConsentAnonymous)
		if l := w.line(teller, models.PurposeQuote); !l.State.Holds {
			t.Errorf("renewed: %+v", l.State)
		}
		if due := must(w.RenewalsDue(t.Context(), cw)); len(due) != 1 || len(due[0].Lines) != 2 { // to keep, and what the office was told in April
			t.Errorf("after the renewal: %+v", due)
		}
		if due := must(w.RenewalsDue(t.Context(), w.actor(w.b, access.Caseworker))); len(due) != 0 {
			t.Errorf("another branch sees %+v", due)
		}
	})
}

// TestUses: where a consent was used already is listed, and what is not recorded is said to be unknown.
func TestUses(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		cw := w.actor(w.a, access.Caseworker)
		c := w.open(cw, "Łukasz Żółć")
		_, teller := w.teller(w.a, models.StoryCase, c.ID, models.Answers{Name: "Łukasz Żółć"})
		if uses := must(w.UsesOf(t.Context(), teller, models.PurposeCount)); len(uses) != 0 {
			t.Errorf("used before anything was: %+v", uses)
		}
		content, hash, err := models.FreezeFigures([]models.Figure{{Measure: "cases", Rows: []string{c.Ref}}})
		w.must(err)
		_, err = w.st.AddSnapshot(t.Context(), &models.Snapshot{BranchID: w.a.ID, Hash: hash, Content: content})
		w.must(err)
		_, err = w.log(cw, c.Ref, models.KindOmbudsmanReferral, "2023-07-20")
		w.must(err)
		if uses := must(w.UsesOf(t.Context(), teller, models.PurposeCount)); len(uses) != 1 || uses[0].Say(catalogue.In("en")) != "You are counted in the numbers of 31 July 2023." {
			t.Errorf("counted: %+v", uses)
		}
		if uses := must(w.UsesOf(t.Context(), teller, models.PurposeAct)); len(uses) != 1 || uses[0].Kind != casework.UseReferral {
			t.Errorf("acted: %+v", uses)
		}
		if uses := must(w.UsesOf(t.Context(), teller, models.PurposePhoto)); len(uses) != 1 || uses[0].Kind != casework.UseUnknown {
			t.Errorf("photos: %+v", uses)
		}
		if uses := must(w.UsesOf(t.Context(), teller, models.PurposeRecord)); len(uses) != 2 {
			t.Errorf("all of it: %+v", uses)
		}
	})
}

// drawing is a signature: a line across a white sheet, or nothing.
func drawing(t *testing.T, empty bool) []byte {
	t.Helper()
	img := image.NewNRGBA(image.Rect(0, 0, 300, 100))
	for x := 20; x < 280 && !empty; x++ {
		for y := range 4 {
			img.Set(x, 40+y+x/10, color.Black)
		}
	}
	var b bytes.Buffer
	if err := png.Encode(&b, img); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// TestAuthority: signed it is a PDF in the teller's language and in English, a paper of the case, and worth nothing after consent is taken back.
func TestAuthority(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		cw := w.actor(w.a, access.Caseworker)
		c := must(w.OpenCase(t.Context(), cw, casework.OpenCase{Resident: casework.Resident{Name: "Łukasz Żółć", Tenure: models.TenureAssured, Address: "1 Invented Row"},
			Theme: models.ThemeDampMould, Title: "Mould in the bedroom", ReceivedOn: civil.MustParse("2023-04-01")})) // nothing is agreed yet
		_, teller := w.teller(w.a, models.StoryCase, c.ID, models.Answers{Name: "Łukasz Żółć"})
		typed := casework.Signature{Method: casework.SignTyped, Name: "Łukasz Żółć", Lang: "pl"}
		_, err := w.SignAuthority(t.Context(), teller, typed)
		w.refused(err, models.CodeUnready, "First say yes")
		w.set(teller, models.PurposeAct, models.ConsentYes)
		for part, bad := range map[string]casework.Signature{
			"Choose how":       {Name: "x"},
			"Write your name":  {Method: casework.SignTyped, Name: "  "},
			"Draw your name":   {Method: casework.SignDrawn, Name: "x", Image: drawing(t, true)},
			"did not arrive":   {Method: casework.SignDrawn, Name: "x", Image: []byte("no picture")},
			"is too big":       {Method: casework.SignDrawn, Name: "x", Image: make([]byte, 201<<10)},
			"Choose the photo": {Method: casework.SignScanned},
		} {
			_, err := w.SignAuthority(t.Context(), teller, bad)
			w.refused(err, models.CodeInvalid, part)
		}
		v, err := w.SignAuthority(t.Context(), teller, typed)
		w.must(err)
		if !v.Stands || !v.Attached || v.SignedOn != w.today || v.File.Title != "Authority to act (signed 31 July 2023)" {
			t.Errorf("signed: %+v", v)
		}
		view := must(w.ReadCase(t.Context(), cw, c.Ref))
		found := false
		for _, e := range view.Entries {
			if e.Kind == models.KindAuthorityGiven && e.ByMember && len(e.Files) == 1 {
				found = true
				_, r, err := w.File(t.Context(), cw, c.Ref, e.Files[0].ID, false)
				w.must(err)
				pdf, err := io.ReadAll(r)
				w.must(err)
				r.Close()
				if text := pdftest.Words(pdftest.Check(t, pdf)); !strings.Contains(text, "Łukasz Żółć") || !strings.Contains(text, "Branch A may act for me") {
					t.Errorf("the paper says %q", text)
				}
			}
		}
		if !found {
			t.Error("no authority is on the case")
		}
		w.set(teller, models.PurposeAct, models.ConsentNo)
		if v := must(w.Authority(t.Context(), teller, "en")); v.Stands {
			t.Error("an authority stands that was taken back")
		}
		w.today = w.today.AddDays(1)
		w.set(teller, models.PurposeAct, models.ConsentYes)
		for _, check := range must(w.Readiness(t.Context(), cw, c.Ref)).Checks {
			if check.Slug == "authority" && check.State != casework.CheckMissing {
				t.Errorf("the referral relies on an authority that was taken back: %+v", check)
			}
			if check.Slug == "consent" {
				t.Errorf("consent was given again: %+v", check)
			}
		}
		drawn, err := w.SignAuthority(t.Context(), teller, casework.Signature{Method: casework.SignDrawn, Name: "Łukasz Żółć", Image: drawing(t, false), Lang: "en"})
		w.must(err)
		if !drawn.Stands || len(drawn.Texts) != 1 {
			t.Errorf("drawn: %+v", drawn)
		}
		_, nameless := w.teller(w.a, models.StoryNew, 0, models.Answers{Anonymous: true})
		w.set(nameless, models.PurposeAct, models.ConsentYes)
		_, err = w.SignAuthority(t.Context(), nameless, typed)
		w.refused(err, models.CodeUnready, "needs a name")
		// Signed before there is a case it waits with the story.
		_, early := w.teller(w.a, models.StoryNew, 0, models.Answers{Name: "Ní Bhriain"})
		w.set(early, models.PurposeAct, models.ConsentYes)
		if v := must(w.SignAuthority(t.Context(), early, casework.Signature{Method: casework.SignTyped, Name: "Ní Bhriain", Lang: "en"})); v.Attached || !v.Stands {
			t.Errorf("before there is a case: %+v", v)
		}
	})
}

// TestQuote: words are kept only where the resident agrees, and by those who may.
func TestQuote(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		cw := w.actor(w.a, access.Caseworker)
		c := w.open(cw, "Trần Thị Hoa")
		_, teller := w.teller(w.a, models.StoryCase, c.ID, models.Answers{Name: "Trần Thị Hoa", Story: "The mould is back."})
		cmd := casework.AddQuote{Case: c.Ref, Text: "“The mould is back.”", FirstName: "Hoa", SaidOn: civil.MustParse("2023-07-01")}
		_, err := w.AddQuote(t.Context(), cw, cmd)
		w.refused(err, models.CodeUnready, "was not asked")
		w.set(teller, models.PurposeQuote, models.ConsentFirstName)
		bad := cmd
		bad.FirstName = "Anna"
		_, err = w.AddQuote(t.Context(), cw, bad)
		w.refused(err, models.CodeInvalid, "no part of the resident's name")
		q := must(w.AddQuote(t.Context(), cw, cmd))
		if q.Number != 1 || q.Text != "The mould is back." || q.CaseID != c.ID {
			t.Errorf("kept: %+v", q)
		}
		for _, role := range access.All {
			if !access.Allows(access.Roles{role}, access.KeepQuotes) {
				_, err := w.AddQuote(t.Context(), w.actor(w.a, role), cmd)
				w.refused(err, models.CodeForbidden, "does not allow")
			}
		}
		_, err = w.AddQuote(t.Context(), w.actor(w.b, access.Caseworker), cmd)
		w.refused(err, models.CodeNotFound, "no such case")
		w.refused(w.DropQuote(t.Context(), w.actor(w.b, access.Caseworker), 1), models.CodeNotFound, "no such quote")
		w.must(w.DropQuote(t.Context(), cw, 1))
		w.refused(w.DropQuote(t.Context(), cw, 1), models.CodeConflict, "dropped already")
	})
}
