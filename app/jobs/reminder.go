package jobs

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/riverqueue/river"

	"commoncase/app/casework"
	"commoncase/app/mail"
	"commoncase/app/store"
	"commoncase/models"
	"commoncase/models/access"
	"commoncase/models/civil"
)

// tryAgain is how long after each temporary failure a reminder is tried again; the last holds for all that follow. The morning ends it.
var tryAgain = []time.Duration{time.Minute, 5 * time.Minute, 10 * time.Minute, 20 * time.Minute}

// mostTries is more than fit into a morning.
const mostTries = 25

// reminderArgs is one reminder that is to be sent.
type reminderArgs struct {
	Branch int64 `json:"branch"`
	Digest int64 `json:"digest"`
}

// Kind is the name of the job in the database.
func (reminderArgs) Kind() string { return "reminder" }

type reminderWorker struct {
	river.WorkerDefaults[reminderArgs]
	s *Service
}

// NextRetry waits longer after each failure.
func (w *reminderWorker) NextRetry(job *river.Job[reminderArgs]) time.Time {
	waits := w.s.waits
	return job.AttemptedAt.Add(waits[min(max(job.Attempt, 1), len(waits))-1])
}

func (w *reminderWorker) Work(ctx context.Context, job *river.Job[reminderArgs]) error {
	if w.s.cfg.Mailer == nil { // another program on this database sends mail, and this one does not
		return river.JobSnooze(every)
	}
	return w.s.remind(ctx, job.Args.Branch, job.Args.Digest)
}

// Send puts a reminder on the queue, inside the transaction that queues it.
func (s *Service) Send(ctx context.Context, tx *store.Store, branchID, digestID int64) error {
	return s.queue.Add(ctx, tx, reminderArgs{Branch: branchID, Digest: digestID}, &river.InsertOpts{MaxAttempts: mostTries})
}

// remind sends a reminder that is queued, and does nothing about one that is not. It goes from queued to sending before the mail server
// is asked, so that of two at once one sends it, and so that one whose program dies in between is known to be perhaps sent. An error
// means that it is to be tried again later.
func (s *Service) remind(ctx context.Context, branchID, id int64) error {
	d, err := s.cfg.Store.Digest(ctx, branchID, id)
	if models.CodeOf(err) == models.CodeNotFound {
		return nil
	}
	if err != nil || d.State != models.DigestQueued {
		return err
	}
	if now := s.cfg.Now(); !now.Before(until(d)) || civil.Of(now) != d.On {
		return s.cfg.Store.DropDigest(ctx, branchID, id, models.DigestFailed, whyLate)
	}
	to, content, err := s.write(ctx, d)
	if err != nil {
		return err
	}
	if content.Things == 0 {
		return s.cfg.Store.DropDigest(ctx, branchID, id, models.DigestEmpty, "")
	}
	s.step("written")
	try, ok, err := s.cfg.Store.ClaimDigest(ctx, branchID, id, content.Things)
	if err != nil || !ok {
		return err
	}
	s.step("claimed")
	failure := s.cfg.Mailer.Send(ctx, mail.Message{To: to, Subject: subject(content.Things), Text: text(content, s.cfg.BaseURL), ID: messageID(s.cfg.BaseURL, d)})
	s.step("posted")
	state, why := outcome(failure)
	// The program may have been told to stop meanwhile; what became of the message is written down nevertheless.
	writing, cancel := context.WithTimeout(context.WithoutCancel(ctx), lastWords)
	defer cancel()
	err = s.cfg.Store.EndDigest(writing, branchID, id, try, state, why)
	if models.CodeOf(err) == models.CodeConflict { // it was given up and sent anew in the meantime
		return nil
	}
	if err != nil {
		return err
	}
	s.step("ended")
	if state == models.DigestQueued {
		return failure
	}
	if failure != nil {
		s.cfg.Log.Error("reminder not sent", "reminder", id, "error", failure)
	}
	return nil
}

// write is whom a reminder goes to and what it says; nothing where they are not to get it any more.
func (s *Service) write(ctx context.Context, d models.Digest) (to string, content casework.Digest, err error) {
	account, err := s.cfg.Store.Account(ctx, d.AccountID)
	if err != nil {
		return "", content, err
	}
	wanted, err := s.cfg.Store.ReminderWanted(ctx, d.BranchID, d.AccountID)
	if err != nil || !wanted {
		return "", content, err
	}
	people, err := s.cfg.Store.PeopleWith(ctx, d.BranchID, access.Caseworker, access.Secretary)
	if err != nil {
		return "", content, err
	}
	runs, keeps := false, false
	for _, p := range people {
		if p.ID == d.AccountID {
			runs, keeps = true, keeps || p.Role == access.Secretary
		}
	}
	if !runs {
		return "", content, nil
	}
	content, err = s.cfg.Casework.Digest(ctx, d.BranchID, d.AccountID, keeps)
	return account.Email, content, err
}

// outcome is what an answer of the mail server makes of a reminder, and a sentence for the page. It names nobody.
func outcome(err error) (state models.DigestState, why string) {
	if err == nil {
		return models.DigestSent, ""
	}
	var e *mail.Error
	if !errors.As(err, &e) {
		return models.DigestUncertain, "Something went wrong while it was sent. It may have gone."
	}
	answer := ""
	if e.Code != 0 {
		answer = strings.TrimRight(fmt.Sprintf(" (%d %s", e.Code, e.Enhanced), " ") + ")"
	}
	switch {
	case e.Unknown:
		return models.DigestUncertain, "The mail server had all of it and broke off before it answered. It may have gone."
	case e.Temporary && e.Stage == "connect":
		return models.DigestQueued, "The mail server cannot be reached, or is busy" + answer + ". It is tried again."
	case e.Temporary:
		return models.DigestQueued, "The mail server wants it again later" + answer + ". It is tried again."
	case e.Stage == "recipient":
		return models.DigestFailed, "The mail server does not take the address" + answer + ". Check the e-mail address of the account."
	case e.Stage == "connect":
		return models.DigestFailed, "The mail server cannot be used" + answer + ". The SMTP settings may be wrong."
	case e.Stage == "sender":
		return models.DigestFailed, "The mail server does not take mail from us" + answer + ". SMTP_FROM may be wrong."
	}
	return models.DigestFailed, "The mail server refused the message" + answer + "."
}

// subject says nothing of the site but its name: it is read on a locked phone.
func subject(things int) string {
	if things == 1 {
		return "Commoncase: 1 thing for today"
	}
	return fmt.Sprintf("Commoncase: %d things for today", things)
}

// text is the message.
func text(d casework.Digest, baseURL string) string {
	var b strings.Builder
	b.WriteString("Good morning,\n\nthis is what waits in the cases that you run.\n")
	for _, section := range d.Sections {
		fmt.Fprintf(&b, "\n%s\n", section.Title)
		for _, l := range section.Lines {
			b.WriteString("- " + l.Ref)
			if l.Words != "" {
				b.WriteString(": " + l.Words)
			}
			fmt.Fprintf(&b, "\n  %s/cases/%s\n", baseURL, l.Ref)
		}
		if section.More > 0 {
			fmt.Fprintf(&b, "- and %d more: %s%s\n", section.More, baseURL, section.Path)
		}
	}
	fmt.Fprintf(&b, "\nTo stop these messages, or to have them again: %s/reminders\n", baseURL)
	return b.String()
}

// messageID is the same for each try of a reminder.
func messageID(baseURL string, d models.Digest) string {
	sum := sha256.Sum256(fmt.Appendf(nil, "reminder %s %d %d %s", baseURL, d.BranchID, d.AccountID, d.On))
	return hex.EncodeToString(sum[:20])
}
