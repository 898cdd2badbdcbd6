package campaign

import (
	"bytes"
	"context"
	"database/sql"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	_ "github.com/jackc/pgx/v5/stdlib"

	"commoncase/app/document/pdftest"
	"commoncase/app/store"
	"commoncase/app/store/storetest"
	"commoncase/models"
	"commoncase/models/access"
	"commoncase/models/civil"
)

func day(s string) civil.Date { return civil.MustParse(s) }

func migrate(ctx context.Context, url string) error {
	st, err := store.Open(ctx, url, func() time.Time { return time.Date(2023, 7, 31, 9, 0, 0, 0, time.UTC) })
	if err != nil {
		return err
	}
	defer st.Close()
	_, err = st.Migrate(ctx)
	return err
}

// world is a branch on 31 July 2023, with another branch beside it.
type world struct {
	*testing.T
	ctx       context.Context
	st        *store.Store
	s         *Service
	url       string
	secretary models.Actor
	stranger  models.Actor // secretary of the other branch
	chief     models.Recipient
	minister  models.Recipient
	today     civil.Date
}

func each(t *testing.T, test func(w *world)) {
	storetest.Each(t, migrate, func(t *testing.T, url string) {
		w := &world{T: t, ctx: context.Background(), url: url, today: day("2023-07-31")}
		now := func() time.Time { return w.today.Time().Add(10 * time.Hour) }
		st, err := store.Open(w.ctx, url, now)
		w.ok(err)
		t.Cleanup(func() { st.Close() })
		w.st, w.s = st, New(st, now)
		l := models.Landlord{Slug: "larkfield", Name: "Larkfield Homes", Homes: 125000, HomesAsOf: "2022 reports", Calendar: civil.EnglandAndWales, Invented: true}
		w.ok(st.AddLandlord(w.ctx, &l))
		for i, slug := range []string{"larkfield", "other"} {
			b := models.Branch{Slug: slug, Name: "Branch " + slug, LandlordID: l.ID, Prefix: []string{"LAR", "OTH"}[i], Threshold: 5,
				Address: "1 Mill Lane\nLarkfield", Email: slug + "@example.org"}
			w.ok(st.AddBranch(w.ctx, &b))
			a := models.Account{Email: slug + "@example.org", Name: "Niamh Ní Bhriain", PasswordHash: "x"}
			w.ok(st.AddAccount(w.ctx, &a))
			actor := models.Actor{AccountID: a.ID, Name: a.Name, BranchID: b.ID, Roles: access.Roles{access.Secretary}}
			if i == 0 {
				w.secretary = actor
			} else {
				w.stranger = actor
			}
		}
		in := models.Incident{BranchID: w.secretary.BranchID, Slug: "outage", Title: "Outage of phones, e-mail and systems", StartedOn: day("2022-06-17"), EndedOn: day("2022-11-17"),
			EndNote: "month known, day assumed", Homes: 125000, Residents: 350000, Source: "Press reports of 2022"}
		w.ok(st.AddIncident(w.ctx, &in))
		w.ok(st.AddStatement(w.ctx, &models.Statement{BranchID: in.BranchID, IncidentID: in.ID, On: day("2022-06-23"), Kind: models.StatementLandlord, Claim: "A security incident caused the disruption", Source: "Website"}))
		for i := range 6 {
			w.ok(st.AddImpactReport(w.ctx, &models.ImpactReport{BranchID: in.BranchID, IncidentID: in.ID, On: day("2022-07-13"), Theme: "payments", Impact: fmt.Sprintf("Report %d by O'Connor & Łukasz Żółć <b>", i), Quote: models.QuoteAnonymous}))
		}
		w.ok(st.AddFinding(w.ctx, &models.Finding{LandlordID: l.ID, Published: "2022-04", Grade: models.GradeSevereMaladministration, Subject: "Complaint handling", Source: "Ombudsman, April 2022"}))
		w.chief = w.recipient(models.Recipient{Role: models.RecipientChiefExecutive, Office: "The Chief Executive", Organisation: "Larkfield Homes", Address: "9 High Street\nLondon"})
		w.minister = w.recipient(models.Recipient{Role: models.RecipientMinister, Office: "The Minister for Housing", Organisation: "The Department"})
		for n := 1; n <= 33; n++ {
			_, err := w.s.AddDemand(w.ctx, w.secretary, AddDemand{Point: 1 + (n-1)/7, PointTitle: fmt.Sprintf("Title %d", 1+(n-1)/7), Text: fmt.Sprintf("Do the thing number %d of the plan", n)})
			w.ok(err)
		}
		test(w)
	})
}

func (w *world) ok(err error) {
	w.Helper()
	if err != nil {
		w.Fatalf("%v", err)
	}
}

// refused says that an error is one of a code whose sentence holds a part.
func (w *world) refused(err error, code models.Code, part string) {
	w.Helper()
	if err == nil || models.CodeOf(err) != code || !strings.Contains(err.Error(), part) {
		w.Errorf("error %q of code %q; want %q with %q", err, models.CodeOf(err), code, part)
	}
}

func (w *world) recipient(r models.Recipient) models.Recipient {
	w.Helper()
	r, err := w.s.AddRecipient(w.ctx, w.secretary, r)
	w.ok(err)
	return r
}

func (w *world) figures() []models.Figure {
	from, to := day("2022-06-17"), day("2023-07-31")
	return []models.Figure{
		{Measure: "cases", Name: "Cases", Definition: "Cases opened in the period.", From: from, To: to, Value: 60, Text: "60", Unit: "cases", N: 60, Rows: []string{"LAR-22-0001-X"}},
		{Measure: "households", Name: "Households", Definition: "Homes.", From: from, To: to, Value: 55, Text: "55", Unit: "households", N: 60},
		{Measure: "stage1-late-share", Name: "Stage 1 answers late", Definition: "Late ones among those due.", From: from, To: to, Value: 62, Text: "62 %", Unit: "per cent", N: 21, Rows: []string{"LAR-22-0001-X"}},
		{Measure: "stage2-late-share", Name: "Stage 2 answers late", Definition: "Late ones.", From: from, To: to, Value: 50, Text: "50 %", N: 4, Withheld: "it rests on 2, and nothing under 5 is published"},
	}
}

func (w *world) draft() models.Letter {
	w.Helper()
	l, _, err := w.s.DraftLetter(w.ctx, w.secretary, DraftLetter{Type: "open-letter", RecipientID: w.chief.ID, From: day("2022-06-17"), Figures: w.figures(),
		Mandate: "agreed by 87 of 102 voting at the branch meeting of 12 July 2023"})
	w.ok(err)
	return l
}

func (w *world) final() models.Letter {
	w.Helper()
	l := w.draft()
	l, err := w.s.FinaliseLetter(w.ctx, w.secretary, FinaliseLetter{Ref: l.Ref, Version: l.Version, DatedOn: w.today, Figures: w.figures()})
	w.ok(err)
	return l
}

func edit(l models.Letter) EditLetter {
	return EditLetter{Ref: l.Ref, Version: l.Version, Title: l.Title, RecipientID: l.RecipientID, Body: l.Body, SignOff: l.SignOff, Mandate: l.Mandate, From: l.From, To: l.To}
}

func TestOpenLetter(t *testing.T) {
	each(t, func(w *world) {
		l, leftOut, err := w.s.DraftLetter(w.ctx, w.secretary, DraftLetter{Type: "open-letter", RecipientID: w.chief.ID, From: day("2022-06-17"), Figures: w.figures()})
		w.ok(err)
		if l.Ref[:9] != "LAR-L-23-" || l.Title != "Open letter: 33 demands in 5 points" || l.State != models.LetterDraft {
			w.Errorf("%+v", l)
		}
		withheld := false
		for _, p := range leftOut {
			withheld = withheld || strings.Contains(p.Message, "stage2-late-share") && strings.Contains(p.Message, "withheld")
		}
		if !withheld || strings.Contains(l.Body, "stage2-late-share") {
			w.Errorf("the withheld figure was not left out, or nobody was told: %v", leftOut)
		}
		p, err := w.s.Preview(w.ctx, w.secretary, l.Ref, 0, w.figures())
		w.ok(err)
		for _, want := range []string{"Do the thing number 33 of the plan", "125,000", "62 %", "<mark class=\"cc-live\">", "O&#39;Connor &amp; Łukasz Żółć &lt;b&gt;"} {
			if !strings.Contains(strings.ReplaceAll(p.HTML, "'", "&#39;"), want) {
				w.Errorf("the preview lacks %q", want)
			}
		}
		if len(p.Problems) > 0 || len(p.Figures) < 5 || len(p.Placeholders) == 0 {
			w.Errorf("problems %v, %d figures", p.Problems, len(p.Figures))
		}
		l, err = w.s.FinaliseLetter(w.ctx, w.secretary, FinaliseLetter{Ref: l.Ref, Version: l.Version, DatedOn: w.today, Seen: p.Hash, Figures: w.figures()})
		w.ok(err)
		if l.Hash != p.Hash || l.State != models.LetterFinal || l.FinalisedAt == nil || l.ReplyDue != day("2023-08-29") || strings.Contains(l.Frozen, "{") {
			w.Errorf("%+v", l)
		}
		check, err := w.s.VerifyLetter(w.ctx, w.secretary, l.Ref)
		w.ok(err)
		if !check.OK() || check.Computed != l.Hash {
			w.Errorf("%+v", check)
		}
		// What happens to the rows it was made from changes nothing of it.
		w.chief.Office = "The Interim Chief Executive"
		_, err = w.s.EditRecipient(w.ctx, w.secretary, "", w.chief)
		w.ok(err)
		_, err = w.s.SetOutcome(w.ctx, w.secretary, SetOutcome{Number: 3, Version: 1, Outcome: models.OutcomeDone, On: w.today, Source: "Page"})
		w.ok(err)
		v, err := w.s.Letter(w.ctx, w.secretary, l.Ref)
		w.ok(err)
		if v.Frozen.To[0] != "The Chief Executive" || len(v.Figures) != len(p.Figures) {
			w.Errorf("frozen to %q with %d figures", v.Frozen.To, len(v.Figures))
		}
		var before, after bytes.Buffer
		w.ok(w.s.PrintLetter(w.ctx, w.secretary, l.Ref, nil, &before))
		w.today += 30
		w.ok(w.s.PrintLetter(w.ctx, w.secretary, l.Ref, w.figures()[:1], &after))
		if !bytes.Equal(before.Bytes(), after.Bytes()) {
			w.Error("a final letter prints otherwise a month later")
		}
	})
}

func TestFinaliseRefuses(t *testing.T) {
	each(t, func(w *world) {
		for _, tc := range []struct{ body, part string }{
			{"Late: {figure:stage2-late-share}.", "Line 1: The figure “stage2-late-share” (Stage 2 answers late) is withheld"},
			{"Hello\n\n{figure:nonsense}", "Line 3: There is no figure “nonsense”"},
			{"{nonsense}", "knows no placeholder {nonsense}"},
			{"{figure:cases", "is not closed"},
		} {
			l := w.draft()
			cmd := edit(l)
			cmd.Body = tc.body
			l, err := w.s.EditLetter(w.ctx, w.secretary, cmd)
			w.ok(err) // what was typed is kept
			_, err = w.s.FinaliseLetter(w.ctx, w.secretary, FinaliseLetter{Ref: l.Ref, Version: l.Version, DatedOn: w.today, Figures: w.figures()})
			w.refused(err, models.CodeInvalid, tc.part)
			if v, _ := w.s.Letter(w.ctx, w.secretary, l.Ref); v.Letter.State != models.LetterDraft || v.Letter.Frozen != "" || v.Letter.Body != tc.body {
				w.Errorf("%q: the draft changed", tc.body)
			}
		}
		l := w.draft()
		finalise := FinaliseLetter{Ref: l.Ref, Version: l.Version, Figures: w.figures()}
		_, err := w.s.FinaliseLetter(w.ctx, w.secretary, finalise)
		w.refused(err, models.CodeInvalid, "Enter the day on which the letter is dated")
		finalise.DatedOn = w.today + 1
		_, err = w.s.FinaliseLetter(w.ctx, w.secretary, finalise)
		w.refused(err, models.CodeInvalid, "which is to come")
		finalise.DatedOn, finalise.Seen = w.today, strings.Repeat("0", 64)
		_, err = w.s.FinaliseLetter(w.ctx, w.secretary, finalise)
		w.refused(err, models.CodeConflict, "not the one that you looked at")
		finalise.Seen, finalise.Version = "", 9
		_, err = w.s.FinaliseLetter(w.ctx, w.secretary, finalise)
		w.refused(err, models.CodeConflict, "Somebody else changed this letter")
		finalise.Version = l.Version
		_, err = w.s.FinaliseLetter(w.ctx, w.secretary, finalise)
		w.ok(err)
		_, err = w.s.FinaliseLetter(w.ctx, w.secretary, finalise)
		w.refused(err, models.CodeConflict, "is final and cannot change")
		_, err = w.s.EditLetter(w.ctx, w.secretary, edit(l))
		w.refused(err, models.CodeConflict, "is final and cannot change")
		// Not even with the database in hand.
		driver, url := "pgx", w.url
		if w.st.Dialect() == store.SQLite {
			driver, url = "sqlite3", "file:"+w.url
		}
		db, err := sql.Open(driver, url)
		w.ok(err)
		defer db.Close()
		for _, stmt := range []string{"UPDATE letters SET frozen = 'x' WHERE state = 'final'", "UPDATE letters SET state = 'draft' WHERE state = 'final'", "DELETE FROM letters WHERE state = 'final'"} {
			if _, err := db.Exec(stmt); err == nil || !strings.Contains(err.Error(), "final letter does not change") {
				w.Errorf("%s: %v", stmt, err)
			}
		}
	})
}

// Two people finalise at once: one does, the other is told, and there is one snapshot.
// A text made to keep the processor busy is refused before anybody looks at it.
func TestTooMuchEmphasis(t *testing.T) {
	each(t, func(w *world) {
		cmd := edit(w.draft())
		for _, body := range []string{strings.Repeat("*a_", 30000), strings.Repeat(">", 90000), strings.Repeat("1. ", 30000)} {
			cmd.Body = body
			_, err := w.s.EditLetter(w.ctx, w.secretary, cmd)
			w.refused(err, models.CodeInvalid, "Take out some of them")
		}
	})
}

func TestFinaliseTwiceAtOnce(t *testing.T) {
	each(t, func(w *world) {
		l := w.draft()
		var wg sync.WaitGroup
		errs := make([]error, 4)
		for i := range errs {
			wg.Go(func() {
				_, errs[i] = w.s.FinaliseLetter(w.ctx, w.secretary, FinaliseLetter{Ref: l.Ref, Version: l.Version, DatedOn: w.today, Figures: w.figures()})
			})
		}
		wg.Wait()
		done := 0
		for _, err := range errs {
			if err == nil {
				done++
			} else {
				w.refused(err, models.CodeConflict, "final")
			}
		}
		snaps, err := w.st.Snapshots(w.ctx, w.secretary.BranchID, 10)
		w.ok(err)
		if done != 1 || len(snaps) != 1 {
			w.Errorf("%d finalised, %d snapshots", done, len(snaps))
		}
	})
}

func TestTwoTabs(t *testing.T) {
	each(t, func(w *world) {
		l := w.draft()
		mine, theirs := edit(l), edit(l)
		theirs.Title, mine.Title = "Theirs", "Mine"
		_, err := w.s.EditLetter(w.ctx, w.secretary, theirs)
		w.ok(err)
		_, err = w.s.EditLetter(w.ctx, w.secretary, mine)
		w.refused(err, models.CodeConflict, "Somebody else changed this letter")
		if v, _ := w.s.Letter(w.ctx, w.secretary, l.Ref); v.Letter.Title != "Theirs" {
			w.Errorf("title %q", v.Letter.Title)
		}
		d := SetOutcome{Number: 1, Version: 1, Outcome: models.OutcomePromised, On: w.today, Source: "Letter"}
		_, err = w.s.SetOutcome(w.ctx, w.secretary, d)
		w.ok(err)
		_, err = w.s.SetOutcome(w.ctx, w.secretary, d)
		w.refused(err, models.CodeConflict, "Somebody else changed this demand")
		mark := RecipientMark(w.chief)
		w.chief.Office = "A"
		_, err = w.s.EditRecipient(w.ctx, w.secretary, mark, w.chief)
		w.ok(err)
		_, err = w.s.EditRecipient(w.ctx, w.secretary, mark, w.chief)
		w.refused(err, models.CodeConflict, "Somebody else changed this recipient")
	})
}

func TestAnotherBranchSeesNothing(t *testing.T) {
	each(t, func(w *world) {
		l := w.final()
		d := w.draft()
		calls := map[string]func(a models.Actor) error{
			"letter":  func(a models.Actor) error { _, err := w.s.Letter(w.ctx, a, l.Ref); return err },
			"preview": func(a models.Actor) error { _, err := w.s.Preview(w.ctx, a, l.Ref, 0, nil); return err },
			"print":   func(a models.Actor) error { return w.s.PrintLetter(w.ctx, a, l.Ref, nil, &bytes.Buffer{}) },
			"verify":  func(a models.Actor) error { _, err := w.s.VerifyLetter(w.ctx, a, l.Ref); return err },
			"edit":    func(a models.Actor) error { _, err := w.s.EditLetter(w.ctx, a, edit(d)); return err },
			"copy":    func(a models.Actor) error { _, err := w.s.CopyLetter(w.ctx, a, l.Ref); return err },
			"chase":   func(a models.Actor) error { _, err := w.s.ChaseLetter(w.ctx, a, l.Ref); return err },
			"finalise": func(a models.Actor) error {
				_, err := w.s.FinaliseLetter(w.ctx, a, FinaliseLetter{Ref: d.Ref, Version: 1, DatedOn: w.today})
				return err
			},
			"log": func(a models.Actor) error {
				_, err := w.s.LogLetterEvent(w.ctx, a, LogLetterEvent{Ref: l.Ref, Kind: models.LetterSent, On: w.today, Source: "x"})
				return err
			},
			"demand": func(a models.Actor) error { _, err := w.s.Demand(w.ctx, a, 1); return err },
			"outcome": func(a models.Actor) error {
				_, err := w.s.SetOutcome(w.ctx, a, SetOutcome{Number: 1, Version: 1, Outcome: models.OutcomeNoAnswer})
				return err
			},
			"recipient":      func(a models.Actor) error { _, err := w.s.Recipient(w.ctx, a, w.chief.ID); return err },
			"edit recipient": func(a models.Actor) error { _, err := w.s.EditRecipient(w.ctx, a, "", w.chief); return err },
		}
		for name, call := range calls {
			if err := call(w.stranger); models.CodeOf(err) != models.CodeNotFound {
				w.Errorf("%s: another branch got %v", name, err)
			}
			member := w.secretary
			member.Roles = access.Roles{access.Member}
			if err := call(member); name != "demand" && models.CodeOf(err) != models.CodeForbidden {
				w.Errorf("%s: a member got %v", name, err)
			}
		}
		_, _, err := w.s.DraftLetter(w.ctx, w.stranger, DraftLetter{Type: "open-letter", RecipientID: w.chief.ID})
		w.refused(err, models.CodeInvalid, "Choose whom the letter goes to")
		rows, err := w.s.Letters(w.ctx, w.stranger)
		w.ok(err)
		demands, err := w.s.Demands(w.ctx, w.stranger)
		w.ok(err)
		if len(rows)+len(demands) != 0 {
			w.Errorf("%d letters and %d demands of another branch", len(rows), len(demands))
		}
	})
}

func TestSendingAndAnswers(t *testing.T) {
	each(t, func(w *world) {
		record, err := w.s.RecordLetter(w.ctx, w.secretary, RecordLetter{Title: "Request for a meeting", RecipientID: w.chief.ID, SentOn: day("2023-05-24"), ReplyDue: day("2023-06-21"), Source: "Minute"})
		w.ok(err)
		v, err := w.s.Letter(w.ctx, w.secretary, record.Ref)
		w.ok(err)
		if v.Letter.State != models.LetterRecord || v.Waiting.String() != "unanswered since 24 May 2023: 68 days, 47 working days" {
			w.Errorf("%+v %s", v.Letter, v.Waiting)
		}
		w.refused(w.s.PrintLetter(w.ctx, w.secretary, record.Ref, nil, &bytes.Buffer{}), models.CodeUnready, "its text is not held")
		log := func(ref string, kind models.LetterEventKind, on civil.Date) error {
			_, err := w.s.LogLetterEvent(w.ctx, w.secretary, LogLetterEvent{Ref: ref, Kind: kind, On: on, Source: "E-mail"})
			return err
		}
		w.refused(log(record.Ref, models.LetterSent, w.today), models.CodeInvalid, "was sent on 24 May 2023 already")
		w.refused(log(record.Ref, models.LetterAnswered, day("2023-05-23")), models.CodeInvalid, "cannot have happened before")
		w.refused(log(record.Ref, models.LetterAnswered, w.today+1), models.CodeInvalid, "which is to come")
		_, err = w.s.LogLetterEvent(w.ctx, w.secretary, LogLetterEvent{Ref: record.Ref, Kind: "burnt", On: w.today})
		if es := models.FieldErrors(err); len(es) != 2 || es[0].Field != "kind" || es[1].Field != "source" {
			w.Errorf("%v", err)
		}
		w.ok(log(record.Ref, models.LetterAcknowledged, day("2023-05-30")))

		// A reminder, once, and what it does to the letter that it reminds of.
		chase, err := w.s.ChaseLetter(w.ctx, w.secretary, record.Ref)
		w.ok(err)
		again, err := w.s.ChaseLetter(w.ctx, w.secretary, record.Ref)
		w.ok(err)
		if again.Ref != chase.Ref {
			w.Error("a second click made a second reminder")
		}
		p, err := w.s.Preview(w.ctx, w.secretary, chase.Ref, 0, nil)
		w.ok(err)
		if len(p.Problems) > 0 || !strings.Contains(p.Text.Body, "Today, 68 days later (47 working days), we have no answer") {
			w.Errorf("%v\n%s", p.Problems, p.Text.Body)
		}
		w.refused(log(chase.Ref, models.LetterSent, w.today), models.CodeUnready, "is a draft")
		final, err := w.s.FinaliseLetter(w.ctx, w.secretary, FinaliseLetter{Ref: chase.Ref, Version: chase.Version, DatedOn: w.today})
		w.ok(err)
		w.refused(log(final.Ref, models.LetterSent, w.today), models.CodeUnready, "has no mandate")
		w.refused(log(final.Ref, models.LetterAnswered, w.today), models.CodeInvalid, "was not sent yet")
		copied, err := w.s.CopyLetter(w.ctx, w.secretary, final.Ref)
		w.ok(err)
		cmd := edit(copied)
		cmd.Mandate = "agreed at the branch meeting of 12 July 2023"
		copied, err = w.s.EditLetter(w.ctx, w.secretary, cmd)
		w.ok(err)
		_, err = w.s.FinaliseLetter(w.ctx, w.secretary, FinaliseLetter{Ref: copied.Ref, Version: copied.Version, DatedOn: w.today})
		w.ok(err)
		w.refused(log(copied.Ref, models.LetterSent, w.today-1), models.CodeInvalid, "cannot have been sent before")
		w.ok(log(copied.Ref, models.LetterSent, w.today))
		v, err = w.s.Letter(w.ctx, w.secretary, record.Ref)
		w.ok(err)
		if v.Waiting.Chases != 1 || !v.Waiting.Open() {
			w.Errorf("%+v", v.Waiting)
		}
		w.today += 4
		w.ok(log(record.Ref, models.LetterRefused, w.today))
		_, err = w.s.ChaseLetter(w.ctx, w.secretary, record.Ref)
		w.refused(err, models.CodeUnready, "was refused on 4 August 2023, after 72 days, 51 working days")
		rows, err := w.s.Letters(w.ctx, w.secretary)
		w.ok(err)
		if len(rows) != 3 || rows[2].Letter.Ref != record.Ref || rows[2].Recipient.ID != w.chief.ID || rows[2].Letter.Body != "" {
			w.Errorf("%+v", rows)
		}
	})
}

func TestDemandsAndRecipients(t *testing.T) {
	each(t, func(w *world) {
		add := func(cmd AddDemand) error { _, err := w.s.AddDemand(w.ctx, w.secretary, cmd); return err }
		w.refused(add(AddDemand{Number: 3, Point: 1, Text: "x"}), models.CodeInvalid, "There is a demand 3 already")
		w.refused(add(AddDemand{Point: 1, PointTitle: "Another", Text: "x"}), models.CodeInvalid, "Point 1 is called “Title 1”")
		w.refused(add(AddDemand{Point: 9, Text: "x"}), models.CodeInvalid, "Point 9 is new")
		w.refused(add(AddDemand{Point: 0, Text: ""}), models.CodeInvalid, "Enter the number of the point")
		w.ok(add(AddDemand{Point: 1, Text: "One more"}))
		set := func(cmd SetOutcome) error { _, err := w.s.SetOutcome(w.ctx, w.secretary, cmd); return err }
		w.refused(set(SetOutcome{Number: 34, Version: 1, Outcome: models.OutcomePartly}), models.CodeInvalid, "Enter the day")
		w.refused(set(SetOutcome{Number: 34, Version: 1, Outcome: models.OutcomePartly, On: w.today}), models.CodeInvalid, "Enter where this is known from")
		w.refused(set(SetOutcome{Number: 34, Version: 1, Outcome: "eaten"}), models.CodeInvalid, "Choose what became")
		w.ok(set(SetOutcome{Number: 34, Version: 1, Outcome: models.OutcomePartly, On: w.today, Source: "Page", Note: "Half of it"}))
		w.ok(set(SetOutcome{Number: 34, Version: 2, Outcome: models.OutcomeNoAnswer, On: w.today, Source: "ignored"}))
		v, err := w.s.Demand(w.ctx, w.secretary, 34)
		w.ok(err)
		if v.Demand.Version != 3 || !v.Demand.OutcomeOn.IsZero() || v.Demand.OutcomeSource != "" || len(v.History) != 3 ||
			v.History[1].Detail != "partly on 31 July 2023, before: no answer" {
			w.Errorf("%+v", v)
		}
		_, err = w.s.AddRecipient(w.ctx, w.secretary, models.Recipient{Role: models.RecipientMP, Office: "Member of Parliament"})
		w.refused(err, models.CodeInvalid, "Enter the constituency")
		_, err = w.s.AddRecipient(w.ctx, w.secretary, models.Recipient{Role: "pope"})
		if es := models.FieldErrors(err); len(es) != 2 {
			w.Errorf("%v", err)
		}
		_, _, err = w.s.DraftLetter(w.ctx, w.secretary, DraftLetter{Type: "open-letter", RecipientID: w.minister.ID})
		w.refused(err, models.CodeInvalid, "is not written to this recipient")
		_, _, err = w.s.DraftLetter(w.ctx, w.secretary, DraftLetter{Type: "chase", RecipientID: w.minister.ID})
		w.refused(err, models.CodeInvalid, "started from the letter")
		_, _, err = w.s.DraftLetter(w.ctx, w.secretary, DraftLetter{Type: "sonnet"})
		w.refused(err, models.CodeInvalid, "Choose the type")
	})
}

// The PDFs, as those who get them see them.
func TestPrint(t *testing.T) {
	each(t, func(w *world) {
		_, err := w.s.RecordLetter(w.ctx, w.secretary, RecordLetter{Title: "Request for a meeting", RecipientID: w.chief.ID, SentOn: day("2023-05-24"), Source: "Minute"})
		w.ok(err)
		text := func(ref string) string {
			var b bytes.Buffer
			w.ok(w.s.PrintLetter(w.ctx, w.secretary, ref, w.figures(), &b))
			return pdftest.Check(w, b.Bytes())
		}
		d := w.draft()
		pdftest.InOrder(w, text(d.Ref), "Branch larkfield", "DRAFT", d.Ref, "draft")
		l := w.final()
		parts := []string{"Branch larkfield", "The Chief Executive", l.Ref, "31 July 2023", "Dear Chief Executive,", "Open letter: 33 demands in 5 points",
			"68 days", "Łukasz Żółć"}
		for n := 1; n <= 33; n++ {
			if (n-1)%7 == 0 {
				parts = append(parts, fmt.Sprintf("Point %d: Title %d", 1+(n-1)/7, 1+(n-1)/7))
			}
			parts = append(parts, fmt.Sprintf("%d. Do the thing number %d of the plan", n, n))
		}
		parts = append(parts, "29 August 2023", "Yours faithfully,", "Branch secretary", "Agreed by 87 of 102 voting at the branch meeting of 12 July 2023",
			"References", "Press reports of 2022", "Annex", "Stage 1 answers late", "62 %", l.Hash)
		pdftest.InOrder(w, text(l.Ref), parts...)
		if strings.Contains(text(l.Ref), "DRAFT") {
			w.Error("a final letter is printed as a draft")
		}
		m, _, err := w.s.DraftLetter(w.ctx, w.secretary, DraftLetter{Type: "minister", RecipientID: w.minister.ID, Mandate: "agreed by the committee", Figures: w.figures()})
		w.ok(err)
		m, err = w.s.FinaliseLetter(w.ctx, w.secretary, FinaliseLetter{Ref: m.Ref, Version: m.Version, DatedOn: w.today, Figures: w.figures()})
		w.ok(err)
		pdftest.InOrder(w, text(m.Ref), "The Minister for Housing", "Dear Minister,", "What happened", "What residents went through", "severe maladministration", "What we have tried",
			"What we ask of you", "5. Hear us", "Yours faithfully")
	})
}
