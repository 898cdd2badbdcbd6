package campaign

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"

	"commoncase/app/store"
	"commoncase/models"
	"commoncase/models/access"
	"commoncase/models/letters"
)

// said is what the residents of a branch agreed to as far as letters print their words: a branch's quotes with whom they are from, and where
// each of these stands today on the purposes that letters ask for.
type said struct {
	quotes  []models.Quote
	sources map[int64]store.QuoteSource
	states  map[store.Subject]map[models.Purpose]models.ConsentState
}

// said loads it, in the same number of queries for one quote and for a thousand.
func (s *Service) said(ctx context.Context, st *store.Store, branch models.Branch) (said, error) {
	var x said
	var err error
	if x.quotes, err = st.Quotes(ctx, branch.ID, false); err != nil {
		return x, err
	}
	if x.sources, err = st.QuoteSources(ctx, branch.ID); err != nil {
		return x, err
	}
	rows, err := st.NewestConsents(ctx, branch.ID, 0, models.PurposeQuote, models.PurposeMP, models.PurposeMinister, models.PurposePress)
	if err != nil {
		return x, err
	}
	x.states = make(map[store.Subject]map[models.Purpose]models.ConsentState)
	for _, r := range rows {
		if x.states[r.Subject] == nil {
			x.states[r.Subject] = map[models.Purpose]models.ConsentState{}
		}
		x.states[r.Subject][r.Purpose] = models.StateOf(r.Consent, branch.ConsentMonths, s.Today())
	}
	return x, nil
}

// name is the name that may stand under a quote today.
func (x said) name(q models.Quote) (string, error) {
	source := x.sources[q.ID]
	name := source.Member
	var a models.Answers
	if source.Content != "" {
		if err := json.Unmarshal([]byte(source.Content), &a); err != nil {
			return "", fmt.Errorf("answers of a story: %w", err)
		}
		if name == "" {
			name = a.Name
		}
	}
	if a.Anonymous { // who wanted no name has none, whatever a case calls them
		name = ""
	}
	return letters.QuoteName(x.states[source.Subject][models.PurposeQuote].Value, name, q.FirstName), nil
}

// unquotable says why a quote may not stand in a letter to a role, a sentence; "" where it may.
func (x said) unquotable(q models.Quote, role models.RecipientRole, published bool) string {
	if q.DroppedAt != nil {
		return fmt.Sprintf("Quote %d was dropped.", q.Number)
	}
	source := x.sources[q.ID]
	if source.State == models.StoryErased {
		return fmt.Sprintf("Whoever said quote %d was erased.", q.Number)
	}
	return letters.Unquotable(x.states[source.Subject], role, published)
}

// quotesFor are the quotes of a branch as far as a letter is concerned, by number.
func (x said) quotesFor(role models.RecipientRole, published bool) ([]letters.Quote, error) {
	out := make([]letters.Quote, len(x.quotes))
	for i, q := range x.quotes {
		name, err := x.name(q)
		if err != nil {
			return nil, err
		}
		out[i] = letters.Quote{ID: q.ID, Number: q.Number, Text: q.Text, SaidOn: q.SaidOn, Theme: x.sources[q.ID].Theme.Label(), Name: name,
			Refused: x.unquotable(q, role, published)}
	}
	return out, nil
}

// reportsFor leaves out the reports that came from a story whose teller does not agree, today, to have them printed in the letter. A report
// that somebody else wrote down stands by what was written down with it.
func (s *Service) reportsFor(ctx context.Context, st *store.Store, branchID int64, x said, reports []models.ImpactReport, role models.RecipientRole, published bool) ([]models.ImpactReport, error) {
	var ids []int64
	for _, r := range reports {
		if r.StoryID != 0 {
			ids = append(ids, r.StoryID)
		}
	}
	if len(ids) == 0 {
		return reports, nil
	}
	stories, err := st.StoriesByID(ctx, branchID, ids)
	if err != nil {
		return nil, err
	}
	return slices.DeleteFunc(slices.Clone(reports), func(r models.ImpactReport) bool {
		if r.StoryID == 0 {
			return false
		}
		of := store.Subject{StoryID: r.StoryID}
		if story := stories[r.StoryID]; story.State == models.StoryCase {
			of = store.Subject{CaseID: story.CaseID}
		}
		return letters.Unquotable(x.states[of], role, published) != ""
	}), nil
}

// Stand is a kind of letter that words may stand in or not.
type Stand struct {
	Letter string // "Letters to ministers"
	Why    string // why they may not, a sentence; "" where they may
}

// QuoteRow is a quote as those see it who write letters: without who said it, unless they agreed to their full name.
type QuoteRow struct {
	models.Quote
	Name   string // the name that may stand under it today; "" where none may
	Area   string // "" where so few homes of the branch are in it that it would be a name
	Theme  models.Theme
	Stands []Stand
	Source string   // of who may see cases: the reference of the case or story; "" of others
	Case   bool     // Source is a case
	Used   []string // the references of the letters that printed it
}

// kindsOfLetter are the letters that a quote is held against.
var kindsOfLetter = []struct {
	what      string
	role      models.RecipientRole
	published bool
}{
	{"The landlord and the regulator", models.RecipientChiefExecutive, false},
	{"Members of Parliament", models.RecipientMP, false},
	{"Ministers", models.RecipientMinister, false},
	{"The press and open letters", models.RecipientPress, true},
}

// Quotes are the quotes of the branch by number, those that were dropped left out.
func (s *Service) Quotes(ctx context.Context, actor models.Actor) ([]QuoteRow, error) {
	if err := actor.Can(access.SeeQuotes); err != nil {
		return nil, err
	}
	branch, err := s.st.Branch(ctx, actor.BranchID)
	if err != nil {
		return nil, err
	}
	x, err := s.said(ctx, s.st, branch)
	if err != nil {
		return nil, err
	}
	areas, err := s.st.Areas(ctx, actor.BranchID)
	if err != nil {
		return nil, err
	}
	uses, err := s.st.QuoteUses(ctx, actor.BranchID)
	if err != nil {
		return nil, err
	}
	cases := actor.Can(access.SeeCases) == nil
	large := map[string]bool{}
	for _, a := range areas {
		large[a.Area] = branch.Threshold > 0 && a.Households >= branch.Threshold
	}
	var rows []QuoteRow
	for _, q := range x.quotes {
		if q.DroppedAt != nil {
			continue
		}
		source := x.sources[q.ID]
		row := QuoteRow{Quote: q, Theme: source.Theme}
		if row.Name, err = x.name(q); err != nil {
			return nil, err
		}
		if full := x.states[source.Subject][models.PurposeQuote]; !cases && (full.Value != models.ConsentFullName || !full.Holds) {
			row.Name, row.FirstName = "", ""
		}
		if cases || large[source.Area] {
			row.Area = source.Area
		}
		if cases {
			row.Source, row.Case = source.Ref, source.Subject.CaseID != 0
		} else {
			row.Original = "" // in the letters nobody prints it, and a way of speaking can give somebody away
		}
		for _, k := range kindsOfLetter {
			row.Stands = append(row.Stands, Stand{Letter: k.what, Why: x.unquotable(q, k.role, k.published)})
		}
		for _, u := range uses {
			if u.QuoteID == q.ID {
				row.Used = append(row.Used, u.Letter)
			}
		}
		rows = append(rows, row)
	}
	return rows, nil
}
