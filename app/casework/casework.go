// Package casework runs cases: opening one, logging what happened on it, correcting, assigning, closing and referring it, and
// reading it with its clocks. Of ours it imports app/store, app/document, app/files and models/*. Every method takes the actor
// and checks what their roles allow; every change is one transaction with its audit row.
package casework

import (
	"context"
	"fmt"
	"strings"
	"time"

	"commoncase/app/files"
	"commoncase/app/store"
	"commoncase/models"
	"commoncase/models/access"
	"commoncase/models/catalogue"
	"commoncase/models/civil"
	"commoncase/models/rulebook"
	"commoncase/models/timeline"
)

// Service is the use cases of casework.
type Service struct {
	st     *store.Store
	files  *files.Store
	engine *timeline.Engine
	now    func() time.Time

	announced  *announced      // a pointer: a Service on a transaction is a copy
	engines    *engines        // the same: of each branch, with its own policies
	afterStart func(run int64) // who runs what StartRecompute made; nil: nobody
	batch      int             // cases that a run judges at a time; 0: batchSize
	reminders  Reminders       // how they leave; nil: none does
}

// New makes the use cases over a store, a folder of files, a clock engine and a clock.
func New(st *store.Store, fs *files.Store, engine *timeline.Engine, now func() time.Time) *Service {
	return &Service{st: st, files: fs, engine: engine, now: now, announced: &announced{}, engines: &engines{}}
}

// Book is the rulebook that judges the cases.
func (s *Service) Book() *rulebook.Book { return s.engine.Book() }

// Today is the day in London.
func (s *Service) Today() civil.Date { return civil.Of(s.now()) }

// earliest is the first day that an event may carry; anything before is a slip of the pen. The engine refuses what is before it too: a
// case that was opened with such a day would take no entry any more.
var earliest = civil.On(1990, time.January, 1)

// limits of what is typed, in characters.
const (
	maxLine = 200
	maxText = 20000
)

// maxFiles is how many files one event may bring.
const maxFiles = 100

// Resident is what is written down about the person of a case: who they are, where they live, how to reach them safely.
type Resident struct {
	Name          string
	Email         string
	Phone         string
	Address       string
	Postcode      string
	Area          string
	Tenure        models.Tenure
	ContactSafety string
}

func (r *Resident) check() models.Errors {
	var errs models.Errors
	trim(&r.Name, &r.Email, &r.Phone, &r.Address, &r.Postcode, &r.Area, &r.ContactSafety)
	r.Postcode = strings.ToUpper(r.Postcode)
	if r.Name == "" {
		errs = append(errs, models.Invalid("name", "Enter the resident's name. If they want none written down, enter “Resident”."))
	}
	errs = append(errs, tooLong("name", "name", r.Name, maxLine)...)
	errs = append(errs, tooLong("address", "address", r.Address, 1000)...)
	errs = append(errs, tooLong("postcode", "postcode", r.Postcode, 20)...)
	errs = append(errs, tooLong("area", "estate or area", r.Area, maxLine)...)
	if !r.Tenure.Known() {
		errs = append(errs, models.Invalid("tenure", "Choose how the resident holds the home, or “Not known yet”."))
	}
	errs = append(errs, tooLong("phone", "phone number", r.Phone, 60)...)
	if r.Email != "" && !strings.Contains(r.Email, "@") {
		errs = append(errs, models.Invalid("email", "An e-mail address has an @ in it, such as name@example.org."))
	}
	errs = append(errs, tooLong("email", "e-mail address", r.Email, maxLine)...)
	return append(errs, tooLong("contact_safety", "note", r.ContactSafety, 1000)...)
}

// household is the same for two people at one address, and says nothing about the address to somebody who reads it. A person
// without an address is a household of their own.
func (r *Resident) household() string {
	if r.Address == "" {
		return models.LoneHousehold(r.Name, r.Email, r.Phone)
	}
	return models.Household(r.Address, r.Postcode)
}

// into writes what is written down into a member.
func (r *Resident) into(m *models.Member) {
	m.Name, m.Email, m.Phone, m.Address, m.Postcode, m.Area = r.Name, r.Email, r.Phone, r.Address, r.Postcode, r.Area
	m.Tenure, m.ContactSafety, m.Household = r.Tenure, r.ContactSafety, r.household()
}

// OpenCase is what opens a case. MemberID names a member who has a case already; Resident is then left alone.
type OpenCase struct {
	MemberID      int64
	MemberAccount int64 // the member's own sign-in, 0 where none
	Resident

	Theme       models.Theme
	Title       string
	Summary     string
	Wanted      string
	LandlordRef string
	Needs       string // what they need, and who in the home is at risk
	ReceivedOn  civil.Date
	Consent     bool // the person agreed that the branch keeps and works on the case
}

func (c *OpenCase) check(today civil.Date) error {
	var errs models.Errors
	trim(&c.Title, &c.Summary, &c.Wanted, &c.LandlordRef)
	if c.MemberID == 0 {
		errs = c.Resident.check()
	}
	if c.Title == "" {
		errs = append(errs, models.Invalid("title", "Say in a few words what the case is about, such as “Mould in the bedroom”. Leave names out."))
	}
	errs = append(errs, tooLong("title", "title", c.Title, maxLine)...)
	if !c.Theme.Known() {
		errs = append(errs, models.Invalid("theme", "Choose what the case is mostly about."))
	}
	errs = append(errs, tooLong("summary", "story", c.Summary, maxText)...)
	errs = append(errs, tooLong("wanted", "answer", c.Wanted, maxText)...)
	errs = append(errs, tooLong("landlord_ref", "reference", c.LandlordRef, 60)...)
	errs = append(errs, checkPast("received", "the story was received", c.ReceivedOn, today)...)
	return errs.Or()
}

// officeConsent is what the form that opens a case lets its writer tick.
const officeConsent = "They agree that the branch keeps this and works on it."

// OpenCase opens a case in the actor's branch with the story as its first event, and returns it with its reference.
func (s *Service) OpenCase(ctx context.Context, actor models.Actor, cmd OpenCase) (models.Case, error) {
	if err := actor.Can(access.OpenCase); err != nil {
		return models.Case{}, err
	}
	if err := cmd.check(s.Today()); err != nil {
		return models.Case{}, err
	}
	var c models.Case
	err := s.st.Tx(ctx, func(tx *store.Store) error {
		var err error
		c, _, err = s.openIn(ctx, tx, actor, cmd, "")
		return err
	})
	if err != nil {
		return models.Case{}, fmt.Errorf("open case: %w", err)
	}
	return c, nil
}

// openIn is OpenCase inside a transaction, for a command that was checked. from is the reference of the story that the case comes from,
// "" where there is none. It returns the first event too, which the story's papers belong to.
func (s *Service) openIn(ctx context.Context, tx *store.Store, actor models.Actor, cmd OpenCase, from string) (c models.Case, first models.Event, err error) {
	branch, err := tx.Branch(ctx, actor.BranchID)
	if err != nil {
		return c, first, err
	}
	landlord, err := tx.LandlordOf(ctx, actor.BranchID)
	if err != nil {
		return c, first, err
	}
	member, err := s.memberFor(ctx, tx, actor.BranchID, cmd)
	if err != nil {
		return c, first, err
	}
	year := cmd.ReceivedOn.Year()
	serial, err := tx.NextSerial(ctx, actor.BranchID, "case", year)
	if err != nil {
		return c, first, err
	}
	c = models.Case{BranchID: actor.BranchID, MemberID: member.ID, Ref: models.Reference(branch.Prefix, year, serial), Theme: cmd.Theme,
		Title: cmd.Title, Summary: cmd.Summary, Wanted: cmd.Wanted, LandlordRef: cmd.LandlordRef, Needs: cmd.Needs, OpenedOn: cmd.ReceivedOn,
		Status: models.StatusStoryReceived, StatusOn: cmd.ReceivedOn}
	if err := tx.AddCase(ctx, &c); err != nil {
		return c, first, err
	}
	events := []models.Event{{Kind: models.KindStoryReceived, On: cmd.ReceivedOn, Reference: from}}
	if cmd.Consent {
		events = append(events, models.Event{Kind: models.KindConsentGiven, On: cmd.ReceivedOn})
	}
	for i := range events {
		events[i].BranchID, events[i].CaseID, events[i].RecordedBy = c.BranchID, c.ID, actor.AccountID
		if err := tx.AddEvent(ctx, &events[i]); err != nil {
			return c, first, err
		}
	}
	if cmd.Consent && from == "" { // a story brings rows of its own
		for _, p := range []models.Purpose{models.PurposeRecord, models.PurposeAct} {
			err := tx.AddConsent(ctx, &models.Consent{BranchID: c.BranchID, CaseID: c.ID, Purpose: p, Value: models.ConsentYes, Wording: officeConsent,
				Lang: catalogue.English, How: models.ConsentOffice, TakenBy: actor.AccountID, On: cmd.ReceivedOn})
			if err != nil {
				return c, first, err
			}
		}
	}
	if _, err := s.follow(ctx, tx, &c, member, landlord, events); err != nil {
		return c, first, err
	}
	return c, events[0], tx.AddAudit(ctx, actor, "case.opened", c.Ref, string(c.Theme))
}

func (s *Service) memberFor(ctx context.Context, tx *store.Store, branchID int64, cmd OpenCase) (models.Member, error) {
	if cmd.MemberID != 0 {
		return tx.Member(ctx, branchID, cmd.MemberID)
	}
	m := models.Member{BranchID: branchID, AccountID: cmd.MemberAccount}
	cmd.Resident.into(&m)
	if err := tx.AddMember(ctx, &m); err != nil {
		return models.Member{}, err
	}
	return m, nil
}

// KeepResident writes what is known about the person of a case. version is the case's version that the writer had before them; all
// cases of the person can be found by the new name at once.
func (s *Service) KeepResident(ctx context.Context, actor models.Actor, ref string, version int64, r Resident) error {
	if err := actor.Can(access.LogEvent); err != nil {
		return err
	}
	if err := r.check().Or(); err != nil {
		return err
	}
	err := s.st.Tx(ctx, func(tx *store.Store) error {
		c, err := tx.LockCase(ctx, actor.BranchID, ref)
		if err != nil {
			return err
		}
		if c.Version != version {
			return models.Errorf(models.CodeConflict, "Somebody else changed this case while you were typing. What stands there now is shown below; what you typed is kept. Bring the two together and save again.")
		}
		m, err := tx.Member(ctx, actor.BranchID, c.MemberID)
		if err != nil {
			return err
		}
		r.into(&m)
		if err := tx.UpdateMember(ctx, m); err != nil {
			return err
		}
		refs, err := tx.CasesOfMember(ctx, actor.BranchID, m.ID)
		if err != nil {
			return err
		}
		for _, each := range refs {
			f, err := tx.CaseFile(ctx, actor.BranchID, each)
			if err != nil {
				return err
			}
			events, err := tx.Events(ctx, actor.BranchID, f.Case.ID)
			if err != nil {
				return err
			}
			if _, err := s.follow(ctx, tx, &f.Case, m, f.Landlord, events); err != nil {
				return err
			}
		}
		return tx.AddAudit(ctx, actor, "case.resident", ref, "")
	})
	if err != nil {
		return fmt.Errorf("keep the resident of %s: %w", ref, err)
	}
	return nil
}

// follow brings a case up to date with its events: status, flags, search text and clock rows. It is the one place where the
// cache is written.
func (s *Service) follow(ctx context.Context, tx *store.Store, c *models.Case, m models.Member, l models.Landlord, events []models.Event) (timeline.Result, error) {
	engine, err := s.rulesFor(ctx, tx, c.BranchID)
	if err != nil {
		return timeline.Result{}, err
	}
	result := engine.Compute(matter(l, m, events, tx.Now()), civil.Of(tx.Now()))
	cached(c, m, result, events)
	if err := tx.UpdateCase(ctx, c); err != nil {
		return result, err
	}
	return result, tx.ReplaceClockRows(ctx, c.BranchID, c.ID, clockRows(c, result))
}

// matter is what the engine judges of a case.
func matter(l models.Landlord, m models.Member, events []models.Event, now time.Time) timeline.Matter {
	return timeline.Matter{Landlord: l.Slug, Calendar: l.Calendar, Type: l.Type, Tenure: m.Tenure, At: civil.TimeOf(now), Events: events}
}

// cached writes into a case what follows from its events.
func cached(c *models.Case, m models.Member, r timeline.Result, events []models.Event) {
	c.Status, c.StatusOn, c.StatusUntil = r.Status, r.StatusOn, r.StatusUntil
	c.Flags, c.SilentSince, c.ClosedReason = r.Flags, r.SilentSince, r.ClosedReason
	c.LandlordDue, c.LandlordDuty, c.Rules = 0, "", r.Rules()
	for i := range r.Clocks {
		if k := &r.Clocks[i]; k.Rule.Bound == models.BoundLandlord && k.Met == 0 && k.Due != 0 && (c.LandlordDue == 0 || k.Due < c.LandlordDue) {
			c.LandlordDue, c.LandlordDuty = k.Due, k.Rule.ID
		}
	}
	words := []string{c.Ref, m.Name, c.LandlordRef, c.OmbudsmanRef, c.Title}
	hidden := timeline.Confidential(events)
	for _, e := range events {
		if !hidden[e.ID] { // a search would give away what few may see
			words = append(words, e.Reference)
		}
	}
	c.SearchText = models.Fold(strings.Join(words, " "))
}

// clockRows are the cached answers of a result.
func clockRows(c *models.Case, r timeline.Result) []models.ClockRow {
	rows := make([]models.ClockRow, 0, len(r.Clocks)+len(r.Windows))
	for i := range r.Clocks {
		k := &r.Clocks[i]
		row := models.ClockRow{BranchID: c.BranchID, CaseID: c.ID, Duty: k.Rule.ID, Regime: k.Rule.Regime.ID, Name: k.Rule.Duty, Bound: k.Rule.Bound,
			Type: string(k.Rule.Type), Opener: k.Opener, StartedOn: k.Started, Due: k.Due, DueAt: k.DueAt, MetOn: k.Met, Stopped: k.State == timeline.Stopped, Seq: len(rows)}
		if !k.Met.IsZero() {
			row.DaysLate = k.Late
		}
		rows = append(rows, row)
	}
	for i := range r.Windows {
		w := &r.Windows[i]
		if w.Closes.IsZero() {
			continue
		}
		rows = append(rows, models.ClockRow{BranchID: c.BranchID, CaseID: c.ID, Duty: w.Rule.ID, Regime: w.Rule.Regime.ID, Name: w.Rule.Duty, Bound: w.Rule.Bound,
			Type: string(w.Rule.Type), Opener: w.Opener, StartedOn: w.Started, Due: w.Closes, MetOn: w.Met, Seq: len(rows)})
	}
	return rows
}

func trim(fields ...*string) {
	for _, f := range fields {
		*f = strings.TrimSpace(strings.ReplaceAll(*f, "\x00", ""))
	}
}

func tooLong(field, what, value string, limit int) models.Errors {
	if n := len([]rune(value)); n > limit {
		return models.Errors{models.Invalid(field, "The %s is %d characters long; %d is the most. Shorten it.", what, n, limit)}
	}
	return nil
}

func checkPast(field, what string, d, today civil.Date) models.Errors {
	switch {
	case d.IsZero():
		return models.Errors{models.Invalid(field, "Enter the day on which %s.", what)}
	case d > today:
		return models.Errors{models.Invalid(field, "%s has not come yet; today is %s. Enter the day on which %s.", d.Long(), today.Long(), what)}
	case d < earliest:
		return models.Errors{models.Invalid(field, "%s is before %s. Check the year.", d.Long(), earliest.Long())}
	}
	return nil
}
