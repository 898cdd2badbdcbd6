// Package campaign is what a branch asks for and writes: its demands and what became of them, whom it writes to, and its letters
// from the draft to the answer. Of ours it imports app/store, app/document, app/files, app/mail and models/*. Figures from cases
// come in as plain models.Figure from whoever calls it. Every method takes the actor and checks what their roles allow; every
// change is one transaction with its audit row.
package campaign

import (
	"context"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"commoncase/app/store"
	"commoncase/models"
	"commoncase/models/civil"
	"commoncase/models/letters"
)

// Service is the use cases of the campaign.
type Service struct {
	st        *store.Store
	now       func() time.Time
	calendars *civil.Set
}

// New makes the use cases over a store and a clock.
func New(st *store.Store, now func() time.Time) *Service { return &Service{st: st, now: now} }

// CountOn makes the letters wait and ask for answers on the calendars of the installation; without it they use the official ones. It is
// called once, before anything is asked.
func (s *Service) CountOn(calendars *civil.Set) { s.calendars = calendars }

// Today is the day in London.
func (s *Service) Today() civil.Date { return civil.Of(s.now()) }

// earliest is the first day that a letter or an answer may carry; anything before is a slip of the pen.
var earliest = civil.On(1980, time.January, 1)

// limits of what is typed, in characters.
const (
	maxLine = 200
	maxText = 2000
	maxBody = 100000
)

func tidy(fields ...*string) {
	for _, f := range fields {
		*f = strings.TrimSpace(strings.ReplaceAll(*f, "\r\n", "\n"))
	}
}

// need says that a field is empty, or longer than it may be; what completes "Enter ...".
func need(field, what, value string, limit int) models.Errors {
	if value == "" {
		return models.Errors{models.Invalid(field, "Enter %s.", what)}
	}
	return tooLong(field, what, value, limit)
}

func tooLong(field, what, value string, limit int) models.Errors {
	if n := utf8.RuneCountInString(value); n > limit {
		return models.Errors{models.Invalid(field, "You wrote %d characters for %s; there is room for %d. Shorten it.", n, what, limit)}
	}
	return nil
}

// past says that a date is missing, to come, or too old to be meant; what completes "the day on which".
func past(field, what string, d, today civil.Date) models.Errors {
	switch {
	case d.IsZero():
		return models.Errors{models.Invalid(field, "Enter the day on which %s.", what)}
	case d > today:
		return models.Errors{models.Invalid(field, "The day on which %s is %s, which is to come. Today is %s; correct the date.", what, d.Long(), today.Long())}
	case d < earliest:
		return models.Errors{models.Invalid(field, "The day on which %s is %s, which is too long ago. Correct the date.", what, d.Long())}
	}
	return nil
}

// facts loads what a letter to a recipient can say. figures are those worked out from cases for the letter's period; on is the
// date of the letter.
func (s *Service) facts(ctx context.Context, st *store.Store, l models.Letter, r models.Recipient, on civil.Date, figures []models.Figure) (letters.Facts, error) {
	f := letters.Facts{Ref: l.Ref, Recipient: r, On: on, From: l.From, ReplyBy: l.ReplyDue, Figures: figures, Calendars: s.calendars}
	_, f.To = Period(l, on)
	var err error
	for _, load := range []func() error{
		func() error { f.Branch, err = st.Branch(ctx, l.BranchID); return err },
		func() error { f.Landlord, err = st.LandlordOf(ctx, l.BranchID); return err },
		func() error { f.Demands, err = st.Demands(ctx, l.BranchID); return err },
		func() error { f.Incidents, err = st.Incidents(ctx, l.BranchID); return err },
		func() error { f.Statements, err = st.Statements(ctx, l.BranchID, 0); return err },
		func() error { f.Reports, err = st.ImpactReports(ctx, l.BranchID, 0); return err },
		func() error { f.Findings, err = st.FindingsOf(ctx, l.BranchID); return err },
		func() error { f.Correspondence, err = s.correspondence(ctx, st, l.BranchID); return err },
		func() error {
			x, err := s.said(ctx, st, f.Branch)
			if err != nil {
				return err
			}
			published := letters.Published(l.Type)
			if f.Quotes, err = x.quotesFor(r.Role, published); err != nil {
				return err
			}
			f.Reports, err = s.reportsFor(ctx, st, l.BranchID, x, f.Reports, r.Role, published)
			return err
		},
	} {
		if err := load(); err != nil {
			return f, fmt.Errorf("facts of letter %s: %w", l.Ref, err)
		}
	}
	return f, nil
}

// correspondence are the letters of a branch, newest first, each with its recipient and history.
func (s *Service) correspondence(ctx context.Context, st *store.Store, branchID int64) ([]letters.Correspondence, error) {
	ls, err := st.Letters(ctx, branchID)
	if err != nil {
		return nil, err
	}
	rs, err := st.Recipients(ctx, branchID)
	if err != nil {
		return nil, err
	}
	es, err := st.LetterEvents(ctx, branchID, 0)
	if err != nil {
		return nil, err
	}
	recipients := make(map[int64]models.Recipient, len(rs))
	for _, r := range rs {
		recipients[r.ID] = r
	}
	events := map[int64][]models.LetterEvent{}
	for _, e := range es {
		events[e.LetterID] = append(events[e.LetterID], e)
	}
	out := make([]letters.Correspondence, len(ls))
	for i, l := range ls {
		out[i] = letters.Correspondence{Letter: l, Recipient: recipients[l.RecipientID], Events: events[l.ID]}
	}
	return out, nil
}

// Period is the period that the figures of a letter cover when it is dated on a day: its own, and never later than that day. A zero
// from is open.
func Period(l models.Letter, on civil.Date) (from, to civil.Date) {
	to = l.To
	if to.IsZero() || (!on.IsZero() && to > on) {
		to = on
	}
	return l.From, to
}
