package casework

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"commoncase/app/store"
	"commoncase/models"
	"commoncase/models/access"
	"commoncase/models/civil"
)

// AddHoliday is a bank holiday that was announced after this program was built.
type AddHoliday struct {
	Calendar civil.CalendarName
	On       civil.Date
	Title    string
	Source   string // where it was announced
}

// firstHoliday is the first day for which bank holidays are known; before it only weekends are skipped.
var firstHoliday = civil.On(1990, time.January, 1)

// HolidayCalendars are the calendars that a bank holiday can be added to; that of the whole kingdom follows from them.
var HolidayCalendars = []civil.CalendarName{civil.EnglandAndWales, civil.Scotland, civil.NorthernIreland}

func (s *Service) checkHoliday(h *AddHoliday) error {
	trim(&h.Title, &h.Source)
	var errs models.Errors
	known := slices.Contains(HolidayCalendars, h.Calendar)
	if !known {
		errs = append(errs, models.Invalid("calendar", "Choose the part of the United Kingdom that has this bank holiday."))
	}
	switch on := h.On; {
	case on.IsZero():
		errs = append(errs, models.Invalid("on", "Enter the day of the bank holiday."))
	case on < firstHoliday:
		errs = append(errs, models.Invalid("on", "%s is before %s, and bank holidays are counted from that day on. Check the year.", on.Long(), firstHoliday.Long()))
	case on > s.Today().AddMonths(120):
		errs = append(errs, models.Invalid("on", "%s is more than ten years away. Check the year.", on.Long()))
	case on.Weekday() == time.Saturday || on.Weekday() == time.Sunday:
		errs = append(errs, models.Invalid("on", "%s is a %s, which is no working day in any case. Where a substitute day was announced for it, enter that day.", on.Long(), on.Weekday()))
	case known:
		if there, is := s.engine.Calendars().Or(h.Calendar).Holiday(on); is {
			errs = append(errs, models.Invalid("on", "%s is a bank holiday already: %s.", on.Long(), there))
		}
	}
	if h.Title == "" {
		errs = append(errs, models.Invalid("title", "Enter what the day is called, such as “Bank holiday for the coronation”."))
	}
	errs = append(errs, tooLong("title", "name", h.Title, maxLine)...)
	if h.Source == "" {
		errs = append(errs, models.Invalid("source", "Enter where it was announced, such as the proclamation or the page on GOV.UK: every date that it moves rests on it."))
	}
	return append(errs, tooLong("source", "source", h.Source, 1000)...).Or()
}

// HolidayPreview is what a bank holiday would do.
type HolidayPreview struct {
	AddHoliday
	Moves int // deadlines
	Cases int // on so many cases
	Asked int // of so many cases
}

// mostPreviewed is how many cases are computed to say what a holiday would move; an installation with more is told afterwards.
const mostPreviewed = 10_000

// PreviewHoliday checks a bank holiday and says how many deadlines it would move, counting alone: nobody is told whose. known is
// false where there are too many cases to say so before it is saved.
func (s *Service) PreviewHoliday(ctx context.Context, actor models.Actor, cmd AddHoliday) (p HolidayPreview, known bool, err error) {
	if err := actor.Can(access.KeepHolidays); err != nil {
		return p, false, err
	}
	if err := s.checkHoliday(&cmd); err != nil {
		return p, false, err
	}
	p.AddHoliday = cmd
	hs, err := s.st.Holidays(ctx)
	if err != nil {
		return p, false, err
	}
	set := s.engine.Calendars().Clone()
	set.Announce(append(announcements(hs), models.Holiday{Calendar: cmd.Calendar, On: cmd.On, Title: cmd.Title}.Announcement()))
	var j judging
	for after := int64(0); ; after = j.batch.Last() {
		if err := s.st.ReadBatch(ctx, &j.batch, 0, after, s.stretch()); err != nil {
			return p, false, fmt.Errorf("preview holiday: %w", err)
		}
		if len(j.batch.Cases) == 0 {
			return p, true, nil
		}
		if p.Asked += len(j.batch.Cases); p.Asked > mostPreviewed {
			return HolidayPreview{AddHoliday: cmd}, false, nil
		}
		for i := range j.batch.Cases {
			x := &j.batch.Cases[i]
			m := matter(x.Landlord, x.Member, x.Events, s.now())
			engine, err := s.rulesFor(ctx, s.st, x.Case.BranchID)
			if err != nil {
				return HolidayPreview{}, false, err
			}
			before := clockRows(&x.Case, engine.ComputeInto(&j.buffer, m, s.Today()))
			after := clockRows(&x.Case, engine.On(set).ComputeInto(&j.buffer, m, s.Today()))
			if n := len(moved(before, after)); n > 0 {
				p.Moves += n
				p.Cases++
			}
		}
	}
}

// AddHoliday adds a bank holiday to the calendars of the installation and starts the run over every case that follows from it. The
// operator may, and the command line, which is an actor without an account.
func (s *Service) AddHoliday(ctx context.Context, actor models.Actor, cmd AddHoliday) (models.Holiday, models.Recompute, error) {
	if actor.AccountID != 0 {
		if err := actor.Can(access.KeepHolidays); err != nil {
			return models.Holiday{}, models.Recompute{}, err
		}
	}
	if _, err := s.FollowHolidays(ctx); err != nil { // another program may have added it a moment ago
		return models.Holiday{}, models.Recompute{}, err
	}
	if err := s.checkHoliday(&cmd); err != nil {
		return models.Holiday{}, models.Recompute{}, err
	}
	h := models.Holiday{Calendar: cmd.Calendar, On: cmd.On, Title: cmd.Title, Source: cmd.Source, AddedBy: actor.AccountID}
	run := models.Recompute{Rules: s.engine.Book().Version(),
		Reason: fmt.Sprintf("Bank holiday added: %s, %s (%s).", h.On.Long(), strings.TrimSuffix(h.Title, "."), h.Calendar.Label())}
	err := s.st.Tx(ctx, func(tx *store.Store) error {
		if err := tx.AddHoliday(ctx, &h); err != nil {
			return err
		}
		branches, err := tx.Branches(ctx)
		if err != nil {
			return err
		}
		for _, b := range branches { // it moves the dates of each, and each has its own audit
			by := models.Actor{AccountID: actor.AccountID, BranchID: b.ID}
			if err := tx.AddAudit(ctx, by, "holiday.added", h.On.String(), h.Title); err != nil {
				return err
			}
		}
		return tx.AddRecompute(ctx, &run)
	})
	if err != nil {
		return models.Holiday{}, models.Recompute{}, fmt.Errorf("add holiday: %w", err)
	}
	if _, err := s.FollowHolidays(ctx); err != nil {
		return models.Holiday{}, models.Recompute{}, err
	}
	s.started(run.ID)
	return h, run, nil
}

// announced is what the calendars were last told of.
type announced struct {
	sync.Mutex
	last []civil.Announcement
}

// FollowHolidays makes the calendars what the database says, and reports whether they were different.
func (s *Service) FollowHolidays(ctx context.Context) (changed bool, err error) {
	s.announced.Lock()
	defer s.announced.Unlock()
	hs, err := s.st.Holidays(ctx)
	if err != nil {
		return false, err
	}
	set := s.engine.Calendars()
	now := announcements(hs)
	if set == nil || slices.Equal(now, s.announced.last) {
		return false, nil
	}
	set.Announce(now)
	s.announced.last = now
	return true, nil
}

func announcements(hs []models.Holiday) []civil.Announcement {
	out := make([]civil.Announcement, len(hs))
	for i, h := range hs {
		out[i] = h.Announcement()
	}
	return out
}

// Holidays returns the bank holidays that were added, the latest day first.
func (s *Service) Holidays(ctx context.Context, actor models.Actor) ([]models.Holiday, error) {
	if actor.AccountID != 0 {
		if err := actor.Can(access.KeepHolidays); err != nil {
			return nil, err
		}
	}
	return s.st.Holidays(ctx)
}
