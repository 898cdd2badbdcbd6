package casework

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"commoncase/app/store"
	"commoncase/models"
	"commoncase/models/access"
	"commoncase/models/civil"
	"commoncase/models/letters"
)

// maxQuote is the longest quote, in characters.
const maxQuote = 1000

// QuoteDesk is what somebody has before them who chooses words of a resident.
type QuoteDesk struct {
	Ref    string // of the case or the story
	Title  string // of the case; "" of a story
	Told   string // what they told, as they wrote it
	Lang   string // of Told
	Name   string // "" where no name may be printed
	State  models.ConsentState
	Why    string // why no words of theirs may be printed today, a sentence; "" where they may
	of     party
	branch models.Branch
}

// CaseQuotes is the desk for the words of the resident of a case.
func (s *Service) CaseQuotes(ctx context.Context, actor models.Actor, ref string) (QuoteDesk, error) {
	if err := actor.Can(access.KeepQuotes); err != nil {
		return QuoteDesk{}, err
	}
	return s.quoteDesk(ctx, s.st, actor, ref, "")
}

// StoryQuotes is the desk for the words of whoever told a story.
func (s *Service) StoryQuotes(ctx context.Context, actor models.Actor, ref string) (QuoteDesk, error) {
	if err := actor.Can(access.KeepQuotes); err != nil {
		return QuoteDesk{}, err
	}
	return s.quoteDesk(ctx, s.st, actor, "", ref)
}

func (s *Service) quoteDesk(ctx context.Context, st *store.Store, actor models.Actor, caseRef, storyRef string) (QuoteDesk, error) {
	var d QuoteDesk
	var err error
	if d.branch, err = st.Branch(ctx, actor.BranchID); err != nil {
		return d, err
	}
	if caseRef != "" {
		f, err := st.CaseFile(ctx, actor.BranchID, caseRef)
		if err != nil {
			return d, err
		}
		if d.of, err = caseParty(ctx, st, actor.BranchID, caseRef, false); err != nil {
			return d, err
		}
		d.Ref, d.Title, d.Told, d.Name = caseRef, f.Case.Title, f.Case.Summary, f.Member.Name
	} else {
		story, err := st.ConsentStoryByRef(ctx, actor.BranchID, storyRef)
		if err != nil {
			return d, err
		}
		if d.of, err = tellerParty(ctx, st, models.Teller{BranchID: actor.BranchID, StoryID: story.ID}, false); err != nil {
			return d, err
		}
		d.Ref = storyRef
	}
	if d.of.story.ID != 0 && d.of.story.Content != "" {
		a, err := toldIn(d.of.story)
		if err != nil {
			return d, err
		}
		if a.Story != "" {
			d.Told, d.Lang = a.Story, d.of.story.Lang
		}
		if d.Name == "" {
			d.Name = a.Name
		}
		if a.Anonymous {
			d.Name = ""
		}
	}
	rows, err := st.Consents(ctx, actor.BranchID, d.of.of)
	if err != nil {
		return d, err
	}
	d.State = models.StateOf(newestOf(rows)[models.PurposeQuote], d.branch.ConsentMonths, s.Today())
	d.Why = letters.Unquotable(map[models.Purpose]models.ConsentState{models.PurposeQuote: d.State}, //nolint:exhaustive // the landlord and the regulator need no other
		models.RecipientChiefExecutive, false)
	if d.State.Value == models.ConsentAnonymous {
		d.Name = ""
	}
	return d, nil
}

// AddQuote is words of a resident that letters may print.
type AddQuote struct {
	Case      string // the reference of the case, or
	Story     string // of the story
	Text      string // as it is printed
	Original  string // as it was said, where Text is a translation
	FirstName string // which part of the name is the first name; "" takes the first word
	SaidOn    civil.Date
}

// AddQuote keeps words of a resident under a number of their own. It is refused where the resident does not agree to be quoted.
func (s *Service) AddQuote(ctx context.Context, actor models.Actor, cmd AddQuote) (models.Quote, error) {
	if err := actor.Can(access.KeepQuotes); err != nil {
		return models.Quote{}, err
	}
	trim(&cmd.Text, &cmd.Original, &cmd.FirstName)
	cmd.Text = strings.Trim(strings.Join(strings.Fields(cmd.Text), " "), `"“” `)
	cmd.FirstName = strings.Join(strings.Fields(cmd.FirstName), " ")
	var errs models.Errors
	if cmd.Text == "" {
		errs = append(errs, models.Invalid("text", "Enter the words as they are to be printed."))
	}
	errs = append(errs, tooLong("text", "quote", cmd.Text, maxQuote)...)
	errs = append(errs, tooLong("original", "original", cmd.Original, 2*maxQuote)...)
	errs = append(errs, checkPast("said", "they said it", cmd.SaidOn, s.Today())...)
	if err := errs.Or(); err != nil {
		return models.Quote{}, err
	}
	var q models.Quote
	err := s.st.Tx(ctx, func(tx *store.Store) error {
		d, err := s.quoteDesk(ctx, tx, actor, cmd.Case, cmd.Story)
		if err != nil {
			return err
		}
		if d.Why != "" {
			return models.Errorf(models.CodeUnready, "%s Ask them first, and write down their answer.", d.Why)
		}
		if cmd.FirstName != "" && !strings.Contains(" "+strings.Join(strings.Fields(d.Name), " ")+" ", " "+cmd.FirstName+" ") {
			return models.Invalid("first_name", "“%s” is no part of the resident's name as it stands here. Write it as it stands in the name.", cmd.FirstName)
		}
		q = models.Quote{BranchID: actor.BranchID, Text: cmd.Text, Original: cmd.Original, Lang: "en", FirstName: cmd.FirstName, SaidOn: cmd.SaidOn, AddedBy: actor.AccountID}
		if cmd.Case != "" {
			q.CaseID = d.of.of.CaseID
		} else {
			q.StoryID = d.of.story.ID
		}
		if err := tx.AddQuote(ctx, &q); err != nil {
			return err
		}
		return tx.AddAudit(ctx, actor, "quote.added", d.Ref, "quote "+strconv.Itoa(q.Number))
	})
	if err != nil {
		return models.Quote{}, fmt.Errorf("add quote: %w", err)
	}
	return q, nil
}

// DropQuote takes a quote out of every draft. Letters that are final keep it.
func (s *Service) DropQuote(ctx context.Context, actor models.Actor, number int) error {
	if err := actor.Can(access.KeepQuotes); err != nil {
		return err
	}
	err := s.st.Tx(ctx, func(tx *store.Store) error {
		q, err := tx.Quote(ctx, actor.BranchID, number)
		if err != nil {
			return err
		}
		if err := tx.DropQuote(ctx, actor.BranchID, q.ID); err != nil {
			return err
		}
		return tx.AddAudit(ctx, actor, "quote.dropped", "quote "+strconv.Itoa(number), "")
	})
	if err != nil {
		return fmt.Errorf("drop quote: %w", err)
	}
	return nil
}
