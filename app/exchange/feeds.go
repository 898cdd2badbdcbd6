// Package exchange is what goes out to other programs and comes in from them: calendar feeds so far. Of ours it imports app/store,
// app/files and models/*; it is the only room that knows the format of calendars.
package exchange

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strconv"
	"strings"
	"time"

	ics "github.com/arran4/golang-ical"

	"commoncase/app/store"
	"commoncase/models"
	"commoncase/models/access"
	"commoncase/models/civil"
	"commoncase/models/rulebook"
)

// Service is the use cases of exchange.
type Service struct {
	st        *store.Store
	book      *rulebook.Book
	calendars *civil.Set
	now       func() time.Time
}

// New makes the use cases over a store, the rulebook that names the clocks, the calendars of the installation and a clock.
func New(st *store.Store, book *rulebook.Book, calendars *civil.Set, now func() time.Time) *Service {
	return &Service{st: st, book: book, calendars: calendars, now: now}
}

const (
	mostFeeds  = 10 // of one person in one branch
	tokenBytes = 32
	feedMonths = 24 // how far back a feed goes
	alarmHour  = 9  // in the morning of the working day before
)

// Feeds are the actor's own calendar addresses in their branch.
func (s *Service) Feeds(ctx context.Context, actor models.Actor) ([]models.Feed, error) {
	if err := actor.Can(access.KeepFeeds); err != nil {
		return nil, err
	}
	return s.st.Feeds(ctx, actor.BranchID, actor.AccountID)
}

// MakeFeed makes a calendar address and returns its secret, which is shown once: only its hash is kept.
func (s *Service) MakeFeed(ctx context.Context, actor models.Actor, scope models.FeedScope) (token string, err error) {
	if err := actor.Can(access.KeepFeeds); err != nil {
		return "", err
	}
	if !scope.Known() {
		return "", models.Invalid("scope", "Choose what the calendar shows.")
	}
	var secret [tokenBytes]byte
	rand.Read(secret[:])
	token = hex.EncodeToString(secret[:])
	err = s.st.Tx(ctx, func(tx *store.Store) error {
		have, err := tx.Feeds(ctx, actor.BranchID, actor.AccountID)
		if err != nil {
			return err
		}
		if len(have) >= mostFeeds {
			return models.Invalid("scope", "You have %d calendar addresses already. Take one back that you no longer use.", len(have))
		}
		f := models.Feed{BranchID: actor.BranchID, AccountID: actor.AccountID, Scope: scope, TokenHash: hashed(token)}
		if err := tx.AddFeed(ctx, &f); err != nil {
			return err
		}
		return tx.AddAudit(ctx, actor, "feed.made", strconv.FormatInt(f.ID, 10), string(scope))
	})
	if err != nil {
		return "", fmt.Errorf("make feed: %w", err)
	}
	return token, nil
}

// Feed is one of the actor's own calendar addresses.
func (s *Service) Feed(ctx context.Context, actor models.Actor, id int64) (models.Feed, error) {
	fs, err := s.Feeds(ctx, actor)
	if err != nil {
		return models.Feed{}, err
	}
	for _, f := range fs {
		if f.ID == id {
			return f, nil
		}
	}
	return models.Feed{}, models.Errorf(models.CodeNotFound, "There is no such calendar address of yours. It may have been taken back already.")
}

// RevokeFeed takes one of the actor's own calendar addresses back, for good.
func (s *Service) RevokeFeed(ctx context.Context, actor models.Actor, id int64) error {
	if err := actor.Can(access.KeepFeeds); err != nil {
		return err
	}
	err := s.st.Tx(ctx, func(tx *store.Store) error {
		if err := tx.RevokeFeed(ctx, actor.BranchID, actor.AccountID, id); err != nil {
			return err
		}
		return tx.AddAudit(ctx, actor, "feed.revoked", strconv.FormatInt(id, 10), "")
	})
	if err != nil {
		return fmt.Errorf("revoke feed: %w", err)
	}
	return nil
}

func hashed(token string) string {
	sum := sha256.Sum256([]byte(token))
	return hex.EncodeToString(sum[:])
}

// Calendar is the calendar of a secret address, as a file of RFC 5545; not found where the address was never made, was taken back, or is
// of somebody who may no longer run cases in the branch. It names no person and no home: whoever gets hold of the address reads it.
// Cases are links under baseURL, which only those who sign in can open.
func (s *Service) Calendar(ctx context.Context, token, baseURL string) ([]byte, error) {
	if len(token) != 2*tokenBytes {
		return nil, models.Errorf(models.CodeNotFound, "There is no such calendar.")
	}
	feed, err := s.st.FeedByToken(ctx, hashed(token))
	if err != nil {
		return nil, err
	}
	today := civil.Of(s.now())
	var account int64
	if feed.Scope == models.FeedPerson {
		account = feed.AccountID
	}
	clocks, err := s.st.FeedClocks(ctx, feed.BranchID, account, today.AddMonths(-feedMonths))
	if err != nil {
		return nil, err
	}
	if err := s.st.FeedRead(ctx, feed, today); err != nil {
		return nil, err
	}
	cal := ics.NewCalendarFor("Commoncase")
	cal.SetProductId("-//Commoncase//Deadlines//EN")
	cal.SetMethod(ics.MethodPublish)
	name := "Deadlines: " + feed.Branch
	if feed.Scope == models.FeedPerson {
		name = "My deadlines: " + feed.Branch
	}
	cal.SetName(name)
	cal.SetXWRCalName(name)
	cal.SetRefreshInterval("PT6H") // the library's name of it holds VALUE=DURATION already
	cal.SetXPublishedTTL("PT6H")
	said, uids := map[string]bool{}, map[string]int{}
	for _, k := range clocks {
		title := s.title(k)
		key := strings.TrimSuffix(title, s.cite(k)) + k.Due.String() + k.DueAt.String()
		if said[key] { // the Code and a policy say the same
			continue
		}
		said[key] = true
		uid := fmt.Sprintf("%s.%s.%d", k.Ref, strings.ReplaceAll(k.Duty, "/", "."), k.Opener)
		if uids[uid]++; uids[uid] > 1 {
			uid += "." + strconv.Itoa(uids[uid])
		}
		s.event(cal.AddEvent(uid+"@commoncase"), k, title, feed.Calendar, baseURL)
	}
	return []byte(cal.Serialize(ics.WithNewLineWindows)), nil
}

// event fills in one event: the day on which a limit ends, or the time where hours count, and an alarm on the working day before.
func (s *Service) event(e *ics.VEvent, k store.FeedClock, title string, calendar civil.CalendarName, baseURL string) {
	e.SetSummary(title)
	e.SetDtStampTime(k.Changed)
	e.SetModifiedAt(k.Changed)
	e.SetSequence(int(k.Version))
	e.SetClass(ics.ClassificationPrivate)
	e.SetTimeTransparency(ics.TransparencyTransparent) // a deadline does not make anybody busy
	e.SetURL(baseURL + "/cases/" + k.Ref)
	if k.DueAt.IsZero() {
		e.SetAllDayStartAt(k.Due.Time())
		e.SetAllDayEndAt(k.Due.AddDays(1).Time())
	} else {
		at := wall(k.Due, k.DueAt)
		e.SetStartAt(at)
		e.SetEndAt(at)
	}
	before, working := k.Due.AddDays(-1), s.calendars.Or(calendar)
	for !working.IsWorking(before) {
		before = before.AddDays(-1)
	}
	alarm := e.AddAlarm()
	alarm.SetAction(ics.ActionDisplay)
	alarm.SetProperty(ics.ComponentPropertyDescription, title)
	alarm.SetTrigger(wall(before, civil.At(alarmHour, 0)).UTC().Format("20060102T150405Z"), ics.WithValue(string(ics.ValueDataTypeDateTime)))
}

// wall is the instant at which the clock on the wall in London shows a time of a day.
func wall(d civil.Date, at civil.Time) time.Time {
	return time.Date(d.Year(), d.Month(), d.Day(), 0, at.Minutes(), 0, 0, civil.London)
}

// title says which case, what, and whose it is: "CLA-26-0417-K: Stage 1 response due from the landlord (Code 2024, 6.3)".
func (s *Service) title(k store.FeedClock) string {
	what := k.Ref + ": " + s.book.Title(k.Duty, k.Name)
	switch k.Bound {
	case models.BoundLandlord:
		what += " due from the landlord"
	case models.BoundBranch:
		what += " due from the branch"
	case models.BoundResident:
		what += ", last day for the resident"
	}
	return what + s.cite(k)
}

// cite is where the rule stands, in brackets; "" of a policy that the branch keeps itself.
func (s *Service) cite(k store.FeedClock) string {
	if r, ok := s.book.Rule(k.Duty); ok {
		return " (" + r.Cite() + ")"
	}
	return ""
}
