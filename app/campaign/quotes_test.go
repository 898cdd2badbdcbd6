package campaign

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"commoncase/app/store"
	"commoncase/models"
	"commoncase/models/access"
)

// told adds a story of the branch whose teller has agreed to some purposes, and a quote from it.
func (w *world) told(name string, agreed map[models.Purpose]models.ConsentValue, text string) (models.Story, models.Quote) {
	w.Helper()
	content, err := json.Marshal(models.Answers{Name: name, Story: text})
	w.ok(err)
	serial, err := w.st.NextSerial(w.ctx, w.secretary.BranchID, "story", 2023)
	w.ok(err)
	at := w.today.Time()
	x := models.Story{BranchID: w.secretary.BranchID, Ref: models.Reference("LAR-S", 2023, serial), State: models.StoryNew, How: models.HowSelf, Lang: "en", Sealed: []byte{},
		Content: string(content), Version: 1, SentAt: &at}
	w.ok(w.st.AddStory(w.ctx, &x))
	for p, v := range agreed {
		w.agree(x, p, v)
	}
	q := models.Quote{BranchID: x.BranchID, StoryID: x.ID, Text: text, Lang: "en", SaidOn: day("2023-07-03")}
	w.ok(w.st.AddQuote(w.ctx, &q))
	return x, q
}

func (w *world) agree(x models.Story, p models.Purpose, v models.ConsentValue) {
	w.Helper()
	w.ok(w.st.AddConsent(w.ctx, &models.Consent{BranchID: x.BranchID, StoryID: x.ID, Purpose: p, Value: v, Wording: "asked", Lang: "en", How: models.ConsentSelf, On: w.today}))
}

func (w *world) printing(r models.Recipient, typ, body string) models.Letter {
	w.Helper()
	l, _, err := w.s.DraftLetter(w.ctx, w.secretary, DraftLetter{Type: typ, RecipientID: r.ID, Body: body, Title: "Mould", SignOff: "Secretary"})
	w.ok(err)
	return l
}

// TestQuoteInALetter: words stand in a letter only while their consent covers its recipient, under the name that was agreed to; what was
// taken back is a problem of the draft at once, and a final letter keeps it and is listed.
func TestQuoteInALetter(t *testing.T) {
	each(t, func(w *world) {
		yes := models.ConsentYes
		ld, q := w.told("Łukasz Żółć", map[models.Purpose]models.ConsentValue{models.PurposeQuote: models.ConsentFullName, models.PurposeMinister: yes}, "The mould is *back*.")
		_, plain := w.told("Niamh Ní Bhriain", map[models.Purpose]models.ConsentValue{models.PurposeQuote: models.ConsentAnonymous}, "Nobody came.")
		body := "Residents say:\n\n{quote:1}\n\nThey wait."
		l := w.printing(w.minister, "minister", body)
		p, err := w.s.Preview(w.ctx, w.secretary, l.Ref, 0, nil)
		w.ok(err)
		if len(p.Problems) != 0 || !strings.Contains(p.Text.Body, "> “The mould is \\*back\\*.”") || !strings.Contains(p.Text.Body, "— Łukasz Żółć, 3 July 2023") {
			w.Errorf("preview: %v\n%s", p.Problems, p.Text.Body)
		}
		listed := false
		for _, h := range p.Placeholders {
			listed = listed || h.Write == "{quote:1}"
			if h.Write == "{quote:2}" {
				w.Error("a quote is offered that may not go to ministers")
			}
		}
		if !listed {
			w.Error("the quote is not offered beside the text")
		}
		for what, c := range map[string]struct {
			letter models.Letter
			says   string
		}{
			"not asked":   {w.printing(w.minister, "minister", "{quote:2}"), "was not asked whether they agree that their words go to ministers"},
			"open letter": {w.printing(w.chief, "open-letter", "{quote:1}"), "was not asked whether they agree that their words go to the press or stand in an open letter"},
			"no such":     {w.printing(w.minister, "minister", "{quote:9}"), "There is no quote “9”"},
		} {
			_, err := w.s.FinaliseLetter(w.ctx, w.secretary, FinaliseLetter{Ref: c.letter.Ref, Version: c.letter.Version, DatedOn: w.today})
			if err == nil || !strings.Contains(err.Error(), c.says) {
				w.Errorf("%s: %v", what, err)
			}
		}
		// Inside a sentence, with the first name alone; taken back, it stops the draft at once.
		w.agree(ld, models.PurposeQuote, models.ConsentFirstName)
		inline := w.printing(w.minister, "minister", "One says {quote:1} to us.")
		p, err = w.s.Preview(w.ctx, w.secretary, inline.Ref, 0, nil)
		w.ok(err)
		if !strings.Contains(p.Text.Body, "(Łukasz, 3 July 2023)") || strings.Contains(p.Text.Body, "Żółć") {
			w.Errorf("inline: %s", p.Text.Body)
		}
		final, err := w.s.FinaliseLetter(w.ctx, w.secretary, FinaliseLetter{Ref: l.Ref, Version: l.Version, DatedOn: w.today})
		w.ok(err)
		w.agree(ld, models.PurposeMinister, models.ConsentNo)
		p, err = w.s.Preview(w.ctx, w.secretary, inline.Ref, 0, nil)
		w.ok(err)
		if len(p.Problems) != 1 || !strings.Contains(p.Problems[0].Message, "Since 31 July 2023 the resident does not agree that their words go to ministers. Take {quote:1} out") {
			w.Errorf("taken back: %v", p.Problems)
		}
		_, err = w.s.FinaliseLetter(w.ctx, w.secretary, FinaliseLetter{Ref: inline.Ref, Version: inline.Version, DatedOn: w.today})
		w.refused(err, models.CodeInvalid, "does not agree")
		if !strings.Contains(final.Frozen, "— Łukasz, 3 July 2023") {
			w.Errorf("the final letter lost its words:\n%s", final.Frozen)
		}
		uses, err := w.st.QuoteUses(w.ctx, w.secretary.BranchID)
		w.ok(err)
		if len(uses) != 1 || uses[0].Letter != final.Ref || uses[0].PrintedAs != "Łukasz" {
			w.Errorf("uses: %+v", uses)
		}
		// The list prints what may go to the recipient, and nobody's name.
		w.agree(ld, models.PurposeMinister, yes)
		p, err = w.s.Preview(w.ctx, w.secretary, w.printing(w.minister, "minister", "{quotes}").Ref, 0, nil)
		w.ok(err)
		if !strings.Contains(p.Text.Body, "The mould") || strings.Contains(p.Text.Body, "Łukasz, 3") || strings.Contains(p.Text.Body, plain.Text) {
			w.Errorf("the list:\n%s", p.Text.Body)
		}
		// A year later the branch asks again: until then the words may not stand.
		w.ok(w.st.UpdateIntake(w.ctx, w.secretary.BranchID, true, "", 12))
		w.today = w.today.AddMonths(13)
		p, err = w.s.Preview(w.ctx, w.secretary, inline.Ref, 0, nil)
		w.ok(err)
		if len(p.Problems) != 1 || !strings.Contains(p.Problems[0].Message, "ran out on 31 July 2024") {
			w.Errorf("run out: %v", p.Problems)
		}
		w.ok(w.st.DropQuote(w.ctx, w.secretary.BranchID, q.ID))
		p, err = w.s.Preview(w.ctx, w.secretary, inline.Ref, 0, nil)
		w.ok(err)
		if len(p.Problems) != 1 || !strings.Contains(p.Problems[0].Message, "was dropped") {
			w.Errorf("dropped: %v", p.Problems)
		}
	})
}

// TestQuotesForLetterWriters: an organiser sees the words and where they may stand, and the name of nobody who did not agree to it in full.
func TestQuotesForLetterWriters(t *testing.T) {
	each(t, func(w *world) {
		w.told("Łukasz Żółć", map[models.Purpose]models.ConsentValue{models.PurposeQuote: models.ConsentFirstName}, "The mould is back.")
		w.told("Seán O'Connor", map[models.Purpose]models.ConsentValue{models.PurposeQuote: models.ConsentFullName, models.PurposeMP: models.ConsentYes}, "Nobody came.")
		organiser := w.secretary
		organiser.Roles = access.Roles{access.Organiser}
		rows, err := w.s.Quotes(w.ctx, organiser)
		w.ok(err)
		if len(rows) != 2 || rows[0].Name != "" || rows[0].Source != "" || rows[1].Name != "Seán O'Connor" {
			w.Fatalf("an organiser sees %+v", rows)
		}
		if s := rows[1].Stands; s[0].Why != "" || s[1].Why != "" || s[2].Why == "" || s[3].Why == "" {
			w.Errorf("stands: %+v", s)
		}
		rows, err = w.s.Quotes(w.ctx, w.secretary)
		w.ok(err)
		if rows[0].Name != "Łukasz" || rows[0].Source == "" {
			w.Errorf("the secretary sees %+v", rows[0])
		}
		if rows, err := w.s.Quotes(w.ctx, w.stranger); err != nil || len(rows) != 0 {
			w.Errorf("another branch sees %+v, %v", rows, err)
		}
		for _, role := range access.All {
			actor := w.secretary
			actor.Roles = access.Roles{role}
			if _, err := w.s.Quotes(w.ctx, actor); (err == nil) != access.Allows(actor.Roles, access.SeeQuotes) {
				w.Errorf("%s: %v", role, err)
			}
		}
	})
}

// TestALetterAndAWithdrawalAtOnce: a letter that is being made final waits for whoever is taking their words back, and does not print them.
func TestALetterAndAWithdrawalAtOnce(t *testing.T) {
	each(t, func(w *world) {
		x, _ := w.told("Łukasz Żółć", map[models.Purpose]models.ConsentValue{models.PurposeQuote: models.ConsentFullName, models.PurposeMinister: models.ConsentYes}, "The mould is back.")
		l := w.printing(w.minister, "minister", "Residents say:\n\n{quote:1}\n\nThey wait.")
		done := make(chan error, 1)
		w.ok(w.st.Tx(w.ctx, func(tx *store.Store) error {
			if _, err := tx.ConsentStory(w.ctx, x.BranchID, x.ID, true); err != nil {
				return err
			}
			go func() {
				_, err := w.s.FinaliseLetter(w.ctx, w.secretary, FinaliseLetter{Ref: l.Ref, Version: l.Version, DatedOn: w.today})
				done <- err
			}()
			select {
			case err := <-done:
				w.Errorf("the letter did not wait: %v", err)
				done <- err
			case <-time.After(300 * time.Millisecond):
			}
			return tx.AddConsent(w.ctx, &models.Consent{BranchID: x.BranchID, StoryID: x.ID, Purpose: models.PurposeQuote, Value: models.ConsentNo, Wording: "asked", Lang: "en",
				How: models.ConsentSelf, On: w.today})
		}))
		if err := <-done; models.CodeOf(err) != models.CodeInvalid {
			w.Errorf("the letter was made final with words that were taken back: %v", err)
		}
	})
}
