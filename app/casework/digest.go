package casework

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"commoncase/app/store"
	"commoncase/models"
	"commoncase/models/access"
	"commoncase/models/civil"
	"commoncase/models/rulebook"
)

// What a morning's reminder looks ahead to: what the branch has to do, in working days; and what is lost when its time ends, in days.
const (
	digestDays = 5
	digestLost = 28
)

// digestMost is how many lines of one heading a reminder writes out; the others are counted.
const digestMost = 20

// Digest is what a person is told in the morning: references and duties. It holds no names, no addresses and nothing of what a case is
// about, for mail is read by whoever holds the phone.
type Digest struct {
	Sections []DigestSection
	Things   int // lines, those that are only counted included
}

// DigestSection is one heading of a reminder. It has at least one line.
type DigestSection struct {
	Title string
	Path  string // where all of them stand on the site
	Lines []DigestLine
	More  int // lines that are not written out
}

// DigestLine is a case and what is due on it.
type DigestLine struct {
	Ref   string
	Words string // "" where the heading says it all
}

// Digest puts together what a person of a branch is told this morning; secretary says that they are one and are told of cases that
// nobody runs too. The headings stand in the order of their weight: what is lost for good comes first.
func (s *Service) Digest(ctx context.Context, branchID, accountID int64, secretary bool) (Digest, error) {
	d, err := s.digest(ctx, models.Actor{AccountID: accountID, BranchID: branchID, Roles: access.Roles{access.Caseworker}}, secretary)
	if err != nil {
		return Digest{}, fmt.Errorf("digest: %w", err)
	}
	return d, nil
}

func (s *Service) digest(ctx context.Context, actor models.Actor, secretary bool) (Digest, error) {
	landlord, err := s.st.LandlordOf(ctx, actor.BranchID)
	if err != nil {
		return Digest{}, err
	}
	var d Digest
	q := queued{today: s.Today(), calendar: s.engine.Calendars().Or(landlord.Calendar), book: s.engine.Book(),
		promises: s.queueFilter(actor, QueueAsk{Queue: models.QueueBroken}).Promises}
	for _, each := range []struct {
		queue models.Queue
		title string
		keep  func(QueueClock, models.ClockRow) bool
	}{
		{models.QueueLost, "About to be lost", q.lost},
		{models.QueueWeek, "To be done by us within five working days", q.week},
		{models.QueueOverdue, "Overdue by the landlord", q.overdue},
		{models.QueueBroken, "Promises broken", func(QueueClock, models.ClockRow) bool { return true }},
	} {
		lines, err := s.WholeQueue(ctx, actor, QueueAsk{Queue: each.queue, Who: QueueMine})
		if err != nil {
			return Digest{}, err
		}
		d.add(each.title, "/queues/"+string(each.queue)+"?who=mine", q.lines(lines, each.keep))
	}
	given, err := s.st.CasesGiven(ctx, actor.BranchID, actor.AccountID, lastMorning(q.calendar, q.today))
	if err != nil {
		return Digest{}, err
	}
	d.add("New to you", "/cases?who=mine", bareLines(given))
	if secretary {
		nobody, err := s.st.CasesOfNobody(ctx, actor.BranchID)
		if err != nil {
			return Digest{}, err
		}
		d.add("Run by nobody yet", "/cases", bareLines(nobody))
	}
	return d, nil
}

func (d *Digest) add(title, path string, lines []DigestLine) {
	if len(lines) == 0 {
		return
	}
	d.Things += len(lines)
	section := DigestSection{Title: title, Path: path, Lines: lines}
	if len(lines) > digestMost {
		section.Lines, section.More = lines[:digestMost], len(lines)-digestMost
	}
	d.Sections = append(d.Sections, section)
}

func bareLines(refs []string) []DigestLine {
	lines := make([]DigestLine, len(refs))
	for i, ref := range refs {
		lines[i].Ref = ref
	}
	return lines
}

// lastMorning is the instant of the reminder of the working day before a day.
func lastMorning(cal *civil.Calendar, today civil.Date) time.Time {
	d := today - 1
	for !cal.IsWorking(d) {
		d--
	}
	return Morning(d, models.MorningFrom)
}

// Morning is the instant of a time on the wall in London on a day, whichever way the clocks stand on it.
func Morning(d civil.Date, at civil.Time) time.Time {
	return time.Date(d.Year(), d.Month(), d.Day(), 0, at.Minutes(), 0, 0, civil.London).UTC()
}

// queued says which limits of a queue a reminder tells of. Each limit stands under one heading.
type queued struct {
	today    civil.Date
	calendar *civil.Calendar
	book     *rulebook.Book
	promises []string
}

// near reports whether something is due within the working days that the branch looks ahead to, or was.
func (q queued) near(k QueueClock) bool { return k.Due <= q.calendar.Add(q.today, digestDays) }

func (q queued) lost(k QueueClock, _ models.ClockRow) bool {
	return k.Due >= q.today && k.Due <= q.today.AddDays(digestLost) && (k.Loud || !q.near(k))
}

func (q queued) week(k QueueClock, _ models.ClockRow) bool { return q.near(k) && !k.Loud }

func (q queued) overdue(_ QueueClock, row models.ClockRow) bool {
	return !slices.Contains(q.promises, row.Name)
}

// lines are the cases of a queue with those of their limits that are kept, one line a case.
func (q queued) lines(from []QueueLine, keep func(QueueClock, models.ClockRow) bool) []DigestLine {
	var out []DigestLine
	for i := range from {
		l := &from[i]
		var clocks []QueueClock
		for _, row := range l.QueueRow.Clocks {
			if k := queueClock(q.book, q.calendar, row, q.today); keep(k, row) {
				clocks = addClock(clocks, k)
			}
		}
		var words []string
		for _, k := range clocks {
			words = append(words, q.words(k))
		}
		if len(words) > 0 {
			out = append(out, DigestLine{Ref: l.Case.Ref, Words: strings.Join(words, "; ")})
		}
	}
	return out
}

// words are a limit in the text of a reminder: its title, and how it stands.
func (q queued) words(k QueueClock) string {
	days := fmt.Sprintf("%d days", k.Days)
	switch {
	case k.Bound == models.BoundLandlord && k.Days == 1:
		days = "1 working day"
	case k.Bound == models.BoundLandlord:
		days = fmt.Sprintf("%d working days", k.Days)
	case k.Days == 1:
		days = "1 day"
	}
	landlord := k.Bound == models.BoundLandlord
	switch {
	case k.Due < q.today && landlord && k.Days > 0:
		return fmt.Sprintf("%s: due on %s, %s late", k.Title, k.Due.Long(), days)
	case k.Due < q.today:
		return fmt.Sprintf("%s: was due on %s", k.Title, k.Due.Long())
	case k.Due == q.today && landlord:
		return k.Title + ": was due earlier today"
	case k.Due == q.today:
		return k.Title + ": until today, the last day"
	}
	return fmt.Sprintf("%s: until %s, %s left", k.Title, k.Due.Long(), days)
}

// Reminders takes a reminder on for sending, inside the transaction that queues it; app/jobs is one.
type Reminders interface {
	Send(ctx context.Context, tx *store.Store, branchID, digestID int64) error
}

// SendReminders says how the reminders that somebody tries again leave. Without it none does. It is called before anything else is asked.
func (s *Service) SendReminders(r Reminders) { s.reminders = r }

// CanRemind reports whether reminders leave at all.
func (s *Service) CanRemind() bool { return s.reminders != nil }

// mailDays is how many days back the page of the mail goes.
const mailDays = 28

// MailPage is what became of the reminders of the last four weeks, the newest first: of the actor's branch with names, or as counts of
// every branch for whoever runs the installation.
type MailPage struct {
	Rows   []store.DigestRow   // of those who keep the branch
	Counts []store.DigestCount // of those who run the installation
	Today  civil.Date
	Since  civil.Date
}

// ReadMail reads the page. Who keeps the branch sees its rows; who runs the installation sees counts, and no case in them.
func (s *Service) ReadMail(ctx context.Context, actor models.Actor) (p MailPage, err error) {
	if err := actor.Can(access.SeeMail); err != nil {
		return MailPage{}, err
	}
	p.Today = s.Today()
	p.Since = p.Today.AddDays(-mailDays)
	if actor.Can(access.SeeCases) == nil {
		if p.Rows, err = s.st.DigestRows(ctx, actor.BranchID, p.Since); err != nil {
			return MailPage{}, err
		}
	}
	if actor.Can(access.SeeHealth) == nil {
		p.Counts, err = s.st.CountDigests(ctx, p.Since)
	}
	return p, err
}

// TryAgain sends a reminder of today once more: one that failed, or one of which nobody knows whether it went, and then only where sure
// says that it may come twice. Only who keeps the branch may.
func (s *Service) TryAgain(ctx context.Context, actor models.Actor, id int64, sure bool) error {
	if err := actor.Can(access.SeeMail); err != nil {
		return err
	}
	if err := actor.Can(access.SeeCases); err != nil {
		return err
	}
	if s.reminders == nil {
		return models.Errorf(models.CodeUnready, "No mail leaves from here, so nothing can be tried again.")
	}
	err := s.st.Tx(ctx, func(tx *store.Store) error {
		d, err := tx.Digest(ctx, actor.BranchID, id)
		if err != nil {
			return err
		}
		switch {
		case !d.Again(s.Today()):
			return models.Errorf(models.CodeConflict, "This reminder cannot be tried again: it went, it is being sent, or its morning is over. What still stands is in the next one.")
		case d.State == models.DigestUncertain && !sure:
			return models.Invalid("sure", "Tick that it may come twice, or leave it: it may have gone already.")
		}
		if err := tx.RequeueDigest(ctx, actor.BranchID, id, d.State); err != nil {
			return err
		}
		if err := s.reminders.Send(ctx, tx, actor.BranchID, id); err != nil {
			return err
		}
		return tx.AddAudit(ctx, actor, "reminder.again", d.On.String(), string(d.State))
	})
	if err != nil {
		return fmt.Errorf("try a reminder again: %w", err)
	}
	return nil
}

// ReminderWanted reports whether the actor wants the morning's reminder of their branch.
func (s *Service) ReminderWanted(ctx context.Context, actor models.Actor) (bool, error) {
	if err := actor.Can(access.KeepFeeds); err != nil {
		return false, err
	}
	return s.st.ReminderWanted(ctx, actor.BranchID, actor.AccountID)
}

// WantReminder keeps whether the actor wants the morning's reminder of their branch.
func (s *Service) WantReminder(ctx context.Context, actor models.Actor, wanted bool) error {
	if err := actor.Can(access.KeepFeeds); err != nil {
		return err
	}
	return s.st.WantReminder(ctx, actor.BranchID, actor.AccountID, wanted)
}

// Working reports whether a day is a working day on the calendar of a branch's landlord, as it is known now.
func (s *Service) Working(ctx context.Context, branchID int64, day civil.Date) (bool, error) {
	landlord, err := s.st.LandlordOf(ctx, branchID)
	if err != nil {
		return false, err
	}
	return s.engine.Calendars().Or(landlord.Calendar).IsWorking(day), nil
}
