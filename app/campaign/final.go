package campaign

import (
	"context"
	"fmt"
	"io"
	"unicode"
	"unicode/utf8"

	"commoncase/app/document"
	"commoncase/app/store"
	"commoncase/models"
	"commoncase/models/access"
	"commoncase/models/civil"
	"commoncase/models/letters"
)

// Preview is a letter as it would go out if it were dated on a day.
type Preview struct {
	Letter       models.Letter
	Text         letters.Frozen    // all that it says
	HTML         string            // of the body, with what was filled in marked
	Figures      []models.Figure   // those it uses, with their definitions: the annex
	Quotes       []letters.Quoted  // the residents' quotes it prints; of a final letter none are told
	Problems     []letters.Problem // what keeps it from being finalised; of a final letter none
	Placeholders []letters.Help    // what else could be written in it
	Hash         string            // what it would be frozen under; of a final letter, what it is
}

// frozen puts a draft together as it would freeze on a day.
func (s *Service) frozen(ctx context.Context, st *store.Store, l models.Letter, on civil.Date, figures []models.Figure) (Preview, string, error) {
	p := Preview{Letter: l}
	r, err := st.Recipient(ctx, l.BranchID, l.RecipientID)
	if err != nil {
		return p, "", err
	}
	f, err := s.facts(ctx, st, l, r, on, figures)
	if err != nil {
		return p, "", err
	}
	filled := letters.Fill(l.Body, f, false)
	content, snapshotHash, err := models.FreezeFigures(filled.Figures)
	if err != nil {
		return p, "", fmt.Errorf("letter %s: %w", l.Ref, err)
	}
	p.Text = letters.NewFrozen(l, f, filled)
	p.Figures, p.Quotes, p.Problems = filled.Figures, filled.Quotes, filled.Problems
	p.HTML = letters.HTML(letters.Fill(l.Body, f, true).Markdown)
	p.Placeholders = letters.Placeholders(f)
	p.Hash = letters.Hash(p.Text.String(), on, p.Text.To, snapshotHash)
	return p, content, nil
}

// Preview shows a letter: a draft as it would go out dated on a day (zero: today) with the figures given, a final one as it stands.
func (s *Service) Preview(ctx context.Context, actor models.Actor, ref string, on civil.Date, figures []models.Figure) (Preview, error) {
	v, err := s.Letter(ctx, actor, ref)
	if err != nil {
		return Preview{}, err
	}
	switch v.Letter.State {
	case models.LetterRecord:
		return Preview{}, notHeld(ref)
	case models.LetterDraft: // filled below
	case models.LetterFinal:
		return Preview{Letter: v.Letter, Text: v.Frozen, HTML: letters.HTML(v.Frozen.Body), Figures: v.Figures, Hash: v.Letter.Hash}, nil
	}
	if on.IsZero() {
		on = s.Today()
	}
	p, _, err := s.frozen(ctx, s.st, v.Letter, on, figures)
	return p, err
}

func notHeld(ref string) error {
	return models.Errorf(models.CodeUnready, "Letter %s went out before Commoncase, and its text is not held here. Its history is on its page.", ref)
}

// FinaliseLetter is what makes a draft final. Figures are those of the letter's Period on DatedOn.
type FinaliseLetter struct {
	Ref     string
	Version int64      // of the draft that the person looked at
	DatedOn civil.Date // the date that the letter carries
	Seen    string     // Preview.Hash of what the person looked at; "" where nobody looked
	Figures []models.Figure
}

// FinaliseLetter freezes a draft: its text with every figure, quote and demand in place, its date, its recipient and the figures
// with their definitions and case lists, under one hash. Nothing of it can change afterwards. A placeholder that cannot be filled or
// a withheld figure refuses; so does a text that is no longer the one that was looked at.
func (s *Service) FinaliseLetter(ctx context.Context, actor models.Actor, cmd FinaliseLetter) (models.Letter, error) {
	if err := actor.Can(access.FinaliseLetter); err != nil {
		return models.Letter{}, err
	}
	if err := past("on", "the letter is dated", cmd.DatedOn, s.Today()).Or(); err != nil {
		return models.Letter{}, err
	}
	var l models.Letter
	err := s.st.Tx(ctx, func(tx *store.Store) error {
		var err error
		if l, err = tx.LockLetter(ctx, actor.BranchID, cmd.Ref); err != nil {
			return err
		}
		if err := mustBeDraft(l); err != nil {
			return err
		}
		if l.Version != cmd.Version {
			return models.Errorf(models.CodeConflict, "Somebody else changed this letter after you looked at it. Look at it again before you make it final.")
		}
		if err := tx.HoldSaid(ctx, actor.BranchID); err != nil { // what is taken back at this moment is not printed
			return err
		}
		p, content, err := s.frozen(ctx, tx, l, cmd.DatedOn, cmd.Figures)
		if err != nil {
			return err
		}
		var errs models.Errors
		for _, x := range p.Problems {
			errs = append(errs, models.Invalid("body", "%s", x.String()))
		}
		if err := errs.Or(); err != nil {
			return err
		}
		if cmd.Seen != "" && cmd.Seen != p.Hash {
			return models.Errorf(models.CodeConflict, "The letter is not the one that you looked at: its date, a figure or something else in it changed. Read it again and confirm.")
		}
		_, snapshotHash, err := models.FreezeFigures(p.Figures)
		if err != nil {
			return err
		}
		snap := models.Snapshot{BranchID: actor.BranchID, Hash: snapshotHash, Content: content, TakenBy: actor.AccountID}
		if _, err := tx.AddSnapshot(ctx, &snap); err != nil {
			return err
		}
		now := tx.Now()
		l.State, l.DatedOn, l.ReplyDue, l.Frozen, l.SnapshotID, l.Hash, l.FinalisedAt =
			models.LetterFinal, cmd.DatedOn, p.Text.ReplyBy, p.Text.String(), snap.ID, p.Hash, &now
		if err := tx.FinaliseLetter(ctx, &l); err != nil {
			return err
		}
		for _, q := range p.Quotes {
			if err := tx.AddQuoteUse(ctx, &models.QuoteUsed{BranchID: actor.BranchID, QuoteID: q.ID, LetterID: l.ID, PrintedAs: q.As}); err != nil {
				return err
			}
		}
		return tx.AddAudit(ctx, actor, "letter.finalised", l.Ref, l.Hash)
	})
	return l, err
}

// Verification is a final letter's hash worked out again.
type Verification struct {
	Letter   models.Letter
	Computed string // the hash of what is stored now
	Text     bool   // it is the one that the letter was finalised with
	Figures  bool   // the snapshot's content has the snapshot's hash
}

// OK reports whether everything is as it was frozen.
func (v Verification) OK() bool { return v.Text && v.Figures }

// VerifyLetter works out the hash of a final letter again from what is stored.
func (s *Service) VerifyLetter(ctx context.Context, actor models.Actor, ref string) (Verification, error) {
	v, err := s.Letter(ctx, actor, ref)
	if err != nil {
		return Verification{}, err
	}
	if v.Letter.State != models.LetterFinal {
		return Verification{}, models.Errorf(models.CodeUnready, "Letter %s is not final, so it has no hash to check.", ref)
	}
	snap, err := s.st.Snapshot(ctx, actor.BranchID, v.Letter.SnapshotID)
	if err != nil {
		return Verification{}, err
	}
	out := Verification{Letter: v.Letter, Computed: letters.Hash(v.Letter.Frozen, v.Letter.DatedOn, v.Frozen.To, snap.Hash)}
	out.Text = out.Computed == v.Letter.Hash
	_, again, err := models.FreezeFigures(v.Figures)
	out.Figures = err == nil && again == snap.Hash
	return out, nil
}

// PrintLetter writes a letter as a PDF: a final one as it was frozen, a draft as it would go out today with "Draft" on every page.
func (s *Service) PrintLetter(ctx context.Context, actor models.Actor, ref string, figures []models.Figure, w io.Writer) error {
	p, err := s.Preview(ctx, actor, ref, 0, figures)
	if err != nil {
		return err
	}
	return document.Letter(w, letterDoc(p))
}

// letterDoc lays a letter out for print.
func letterDoc(p Preview) document.LetterDoc {
	z := p.Text
	before, points, after := letters.Split(z.Body)
	doc := document.LetterDoc{
		Head: document.Letterhead{Email: z.Email}, Ref: z.Ref, On: z.On, Recipient: z.To, Salutation: z.Dear, Subject: z.Subject,
		Body: before, After: after, Closing: z.Closing, SignOff: z.Signed, Mandate: upperFirst(z.Mandate), References: z.Sources,
		Draft: p.Letter.State == models.LetterDraft,
	}
	if len(z.From) > 0 {
		doc.Head.Name, doc.Head.Lines = z.From[0], z.From[1:]
	}
	if !doc.Draft {
		doc.Hash = p.Hash
	}
	for _, x := range points {
		g := document.DemandGroup{Point: x.Point, Title: letters.Plain(x.Title)}
		for _, d := range x.Demands {
			g.Demands = append(g.Demands, document.DemandLine{Number: d.Number, Text: d.Text})
		}
		doc.Demands = append(doc.Demands, g)
	}
	for _, x := range p.Figures {
		doc.Figures = append(doc.Figures, document.FigureLine{Name: x.Name, Value: x.Text, Definition: x.Definition, From: x.From, To: x.To, N: x.N})
	}
	return doc
}

func upperFirst(s string) string {
	r, n := utf8.DecodeRuneInString(s)
	if n == 0 {
		return s
	}
	return string(unicode.ToUpper(r)) + s[n:]
}

// OperatorFor finds a letter of any branch by its reference, as typed, and the actor as whom the command line prints it: whoever
// can run the program on the machine has the database in their hands. No request ever asks.
func (s *Service) OperatorFor(ctx context.Context, typed string) (models.Actor, models.Letter, error) {
	ref, ok := models.CheckReference(typed)
	if !ok {
		return models.Actor{}, models.Letter{}, models.Errorf(models.CodeInvalid,
			"%q is not a reference: its check character does not fit. Read it again letter by letter, such as CLA-L-23-0003-X.", typed)
	}
	l, err := s.st.FindLetter(ctx, ref)
	if err != nil {
		return models.Actor{}, models.Letter{}, err
	}
	return models.Actor{BranchID: l.BranchID, Roles: access.Roles{access.Organiser}}, l, nil
}
