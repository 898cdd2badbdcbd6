package casework

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"commoncase/app/store"
	"commoncase/models"
	"commoncase/models/access"
	"commoncase/models/catalogue"
	"commoncase/models/civil"
	"commoncase/models/letters"
)

// ConsentLine is where one purpose stands today, with every answer that was ever given to it.
type ConsentLine struct {
	Purpose models.Purpose
	State   models.ConsentState // its zero Consent where nobody was asked
	History []models.Consent    // the oldest first
}

// consentLines are all purposes in their order, those that were never asked too.
func consentLines(rows []models.Consent, months int, today civil.Date) []ConsentLine {
	lines := make([]ConsentLine, len(models.Purposes))
	for i, p := range models.Purposes {
		lines[i].Purpose = p
		var newest models.Consent
		for _, c := range rows {
			if c.Purpose == p {
				lines[i].History = append(lines[i].History, c)
				newest = c
			}
		}
		lines[i].State = models.StateOf(newest, months, today)
	}
	return lines
}

// newestOf are the newest answers by purpose; a purpose that was never asked is not among them.
func newestOf(rows []models.Consent) map[models.Purpose]models.Consent {
	m := map[models.Purpose]models.Consent{}
	for _, c := range rows {
		m[c.Purpose] = c
	}
	return m
}

// party is whose consents are looked at or changed: a story, or a case with the stories behind it.
type party struct {
	of      store.Subject
	story   models.Story   // where new rows go; zero where the case has no story
	stories []models.Story // whose reports follow
	ref     string         // of the case, or of the story
	caseRef string         // "" where there is no case
}

// tellerParty is the party of a teller. With lock nobody else changes it until the transaction ends: first the story, then the case.
func tellerParty(ctx context.Context, st *store.Store, t models.Teller, lock bool) (party, error) {
	story, err := st.ConsentStory(ctx, t.BranchID, t.StoryID, lock)
	if err != nil {
		return party{}, err
	}
	switch story.State { //nolint:exhaustive // in the others there are consents
	case models.StoryDraft:
		return party{}, catalogue.Errorf(models.CodeUnready, "consent.error.draft")
	case models.StoryErased:
		return party{}, catalogue.Errorf(models.CodeUnready, "consent.error.erased")
	case models.StoryCase:
		ref, err := st.RefOfCase(ctx, t.BranchID, story.CaseID)
		if err != nil {
			return party{}, err
		}
		behind, err := st.StoriesBehind(ctx, t.BranchID, story.CaseID)
		if err != nil {
			return party{}, err
		}
		if lock {
			if _, err := st.LockCase(ctx, t.BranchID, ref); err != nil {
				return party{}, err
			}
		}
		return party{of: store.Subject{CaseID: story.CaseID}, story: story, stories: behind, ref: ref, caseRef: ref}, nil
	}
	return party{of: store.Subject{StoryID: story.ID}, story: story, stories: []models.Story{story}, ref: story.Ref}, nil
}

// caseParty is the party of a case. With lock as tellerParty.
func caseParty(ctx context.Context, st *store.Store, branchID int64, ref string, lock bool) (party, error) {
	c, err := st.CaseByRef(ctx, branchID, ref)
	if err != nil {
		return party{}, err
	}
	p := party{of: store.Subject{CaseID: c.ID}, ref: ref, caseRef: ref}
	if p.stories, err = st.StoriesBehind(ctx, branchID, c.ID); err != nil {
		return party{}, err
	}
	for _, x := range p.stories {
		if lock {
			if _, err := st.ConsentStory(ctx, branchID, x.ID, true); err != nil {
				return party{}, err
			}
		}
		if p.story.ID == 0 || p.story.How == models.HowOffice {
			p.story = x
		}
	}
	if lock {
		if _, err := st.LockCase(ctx, branchID, ref); err != nil {
			return party{}, err
		}
	}
	return p, nil
}

// Consents are where all purposes stand for a teller, in the order in which they are asked.
func (s *Service) Consents(ctx context.Context, t models.Teller) ([]ConsentLine, error) {
	p, err := tellerParty(ctx, s.st, t, false)
	if err != nil {
		return nil, err
	}
	return s.linesOf(ctx, t.BranchID, p)
}

func (s *Service) linesOf(ctx context.Context, branchID int64, p party) ([]ConsentLine, error) {
	branch, err := s.st.Branch(ctx, branchID)
	if err != nil {
		return nil, err
	}
	rows, err := s.st.Consents(ctx, branchID, p.of)
	if err != nil {
		return nil, err
	}
	return consentLines(rows, branch.ConsentMonths, s.Today()), nil
}

// SetConsent keeps a teller's answer to a purpose, from today on: a yes, a renewed yes, or taking it back. wording is the sentence that they
// were shown, in lang; "" is that of the catalogue. Taking back PurposeRecord takes everything else back and asks for erasure.
func (s *Service) SetConsent(ctx context.Context, t models.Teller, purpose models.Purpose, value models.ConsentValue, wording, lang string) error {
	err := s.st.Tx(ctx, func(tx *store.Store) error {
		p, err := tellerParty(ctx, tx, t, true)
		if err != nil {
			return err
		}
		a := answer{purpose: purpose, value: value, wording: wording, lang: lang, how: models.ConsentSelf, on: civil.Of(tx.Now()), byMember: true}
		if t.Helper { // the resident says it, and the helper writes it down
			a.how, a.takenBy, a.byMember = models.ConsentSpoken, t.AccountID, false
		}
		return s.keepAnswer(ctx, tx, models.Actor{BranchID: t.BranchID, AccountID: t.AccountID}, p, a)
	})
	if err != nil {
		return fmt.Errorf("set consent: %w", err)
	}
	return nil
}

// CaseConsents is what the page of a case's consents shows.
type CaseConsents struct {
	Case   models.Case
	Member models.Member
	Lines  []ConsentLine
	Takers map[int64]string // names of the accounts of the branch, by id
	May    bool             // by the history of the case the branch may write for the resident
}

// ConsentsOfCase is where all purposes stand for the resident of a case.
func (s *Service) ConsentsOfCase(ctx context.Context, actor models.Actor, ref string) (CaseConsents, error) {
	if err := actor.Can(access.KeepConsents); err != nil {
		return CaseConsents{}, err
	}
	v, err := s.ReadCase(ctx, actor, ref)
	if err != nil {
		return CaseConsents{}, err
	}
	p, err := caseParty(ctx, s.st, actor.BranchID, ref, false)
	if err != nil {
		return CaseConsents{}, err
	}
	out := CaseConsents{Case: v.Case, Member: v.Member, May: letters.Consented(v.Result.Current)}
	if out.Lines, err = s.linesOf(ctx, actor.BranchID, p); err != nil {
		return CaseConsents{}, err
	}
	out.Takers, err = s.st.AccountNames(ctx, actor.BranchID)
	return out, err
}

// TakeConsent is an answer of a resident that the branch writes down.
type TakeConsent struct {
	Ref     string // of the case
	Purpose models.Purpose
	Value   models.ConsentValue
	How     models.ConsentHow // spoken, paper or office
	On      civil.Date        // the day on which they said it
	Wording string            // what they were asked, in Lang; "" is the catalogue's sentence
	Lang    string            // "" is English
}

// TakesBack reports whether an answer would take back what the resident agreed to; a mistake in it is an error as TakeConsent would give.
func (s *Service) TakesBack(ctx context.Context, actor models.Actor, cmd TakeConsent) (bool, error) {
	if err := actor.Can(access.KeepConsents); err != nil {
		return false, err
	}
	if err := cmd.check(s.Today()); err != nil {
		return false, err
	}
	if cmd.Value != models.ConsentNo {
		return false, nil
	}
	v, err := s.ConsentsOfCase(ctx, actor, cmd.Ref)
	if err != nil {
		return false, err
	}
	for _, l := range v.Lines {
		if l.Purpose == cmd.Purpose && l.State.Given() {
			return true, nil
		}
	}
	return cmd.Purpose == models.PurposeRecord || (cmd.Purpose == models.PurposeAct && v.May), nil
}

// TakeConsent writes down what the resident of a case agreed to, or took back.
func (s *Service) TakeConsent(ctx context.Context, actor models.Actor, cmd TakeConsent) error {
	if err := actor.Can(access.KeepConsents); err != nil {
		return err
	}
	if err := cmd.check(s.Today()); err != nil {
		return err
	}
	err := s.st.Tx(ctx, func(tx *store.Store) error {
		p, err := caseParty(ctx, tx, actor.BranchID, cmd.Ref, true)
		if err != nil {
			return err
		}
		return s.keepAnswer(ctx, tx, actor, p, answer{purpose: cmd.Purpose, value: cmd.Value, wording: cmd.Wording, lang: cmd.Lang, how: cmd.How,
			takenBy: actor.AccountID, on: cmd.On})
	})
	if err != nil {
		return fmt.Errorf("take consent on %s: %w", cmd.Ref, err)
	}
	return nil
}

func (cmd *TakeConsent) check(today civil.Date) error {
	var errs models.Errors
	if !slices.Contains(models.Purposes, cmd.Purpose) {
		errs = append(errs, models.Invalid("purpose", "Choose what the resident was asked."))
	} else if !cmd.Purpose.Takes(cmd.Value) {
		errs = append(errs, models.Invalid("value", "Choose what the resident answered."))
	}
	switch cmd.How {
	case models.ConsentSpoken, models.ConsentPaper, models.ConsentOffice:
	case models.ConsentSelf:
		fallthrough
	default:
		errs = append(errs, models.Invalid("how", "Choose how the resident said it."))
	}
	errs = append(errs, checkPast("on", "the resident said it", cmd.On, today)...)
	errs = append(errs, tooLong("wording", "sentence", cmd.Wording, 1000)...)
	return errs.Or()
}

// answer is one answer to one purpose, on its way.
type answer struct {
	purpose  models.Purpose
	value    models.ConsentValue
	wording  string
	lang     string
	how      models.ConsentHow
	takenBy  int64
	on       civil.Date
	byMember bool
}

// keepAnswer writes an answer with all that follows from it, inside a transaction that has locked the party.
func (s *Service) keepAnswer(ctx context.Context, tx *store.Store, actor models.Actor, p party, a answer) error {
	if !slices.Contains(models.Purposes, a.purpose) {
		return catalogue.Invalid("purpose", "consent.error.unknown")
	}
	if !a.purpose.Takes(a.value) {
		return catalogue.Invalid("value", "consent.error.value")
	}
	rows, err := tx.Consents(ctx, actor.BranchID, p.of)
	if err != nil {
		return err
	}
	newest := newestOf(rows)
	given := a.value != models.ConsentNo
	had := newest[a.purpose]
	switch record := newest[models.PurposeRecord]; {
	case given && a.purpose != models.PurposeRecord && record.Purpose != "" && !record.Given():
		return catalogue.Invalid("value", "consent.error.record_first")
	case a.on < had.On:
		return models.Invalid("on", "The resident's last answer to this is of %s. An answer of %s would be older; check the day.", had.On.Long(), a.on.Long())
	case !given && had.Purpose != "" && !had.Given():
		return nil // it is no already
	}
	answers := []answer{a}
	if a.purpose == models.PurposeRecord && !given {
		for _, other := range models.Purposes {
			standing, asked := newest[other]
			events := p.caseRef != "" && (other == models.PurposeAct || other == models.PurposeCount)
			if other == models.PurposeRecord || (asked && !standing.Given()) || (!asked && !events) {
				continue
			}
			o := a
			o.purpose, o.wording, o.on = other, "", max(a.on, standing.On)
			answers = append(answers, o)
		}
	}
	for _, x := range answers {
		if err := s.keepOne(ctx, tx, actor, p, x); err != nil {
			return err
		}
	}
	if a.purpose != models.PurposeRecord || given {
		return nil
	}
	asked, err := tx.AskErasure(ctx, &models.Erasure{BranchID: actor.BranchID, StoryID: p.story.ID, CaseID: p.of.CaseID})
	if err != nil || !asked {
		return err
	}
	return tx.AddAudit(ctx, actor, "erasure.asked", p.ref, "consent to the record was withdrawn")
}

// keepOne writes one answer with its event, its mark on the case, its reports and its audit row.
func (s *Service) keepOne(ctx context.Context, tx *store.Store, actor models.Actor, p party, a answer) error {
	text := catalogue.In(a.lang)
	c := models.Consent{BranchID: actor.BranchID, Purpose: a.purpose, Value: a.value, Wording: strings.TrimSpace(a.wording), Lang: text.Tag, How: a.how, TakenBy: a.takenBy, On: a.on}
	if c.Wording == "" {
		c.Wording = text.Agreed(a.purpose, a.value)
	}
	if c.StoryID = p.story.ID; c.StoryID == 0 {
		c.CaseID = p.of.CaseID
	}
	if err := tx.AddConsent(ctx, &c); err != nil {
		return err
	}
	switch a.purpose { //nolint:exhaustive // nothing else is cached of the others
	case models.PurposeAct:
		if p.caseRef != "" {
			if err := s.consentEvent(ctx, tx, actor, p.caseRef, c, a.byMember); err != nil {
				return err
			}
		}
	case models.PurposeCount:
		if p.of.CaseID != 0 {
			if err := tx.SetUncounted(ctx, actor.BranchID, p.of.CaseID, !c.Given()); err != nil {
				return err
			}
		}
	case models.PurposeQuote:
		use := models.QuoteNone
		if c.Given() {
			use = models.QuoteUse(c.Value)
		}
		for _, x := range p.stories {
			if err := tx.SetReportQuote(ctx, actor.BranchID, x.ID, use); err != nil {
				return err
			}
		}
	}
	action := "consent.withdrawn"
	if c.Given() {
		action = "consent.given"
	}
	return tx.AddAudit(ctx, actor, action, p.ref, string(a.purpose))
}

// consentEvent logs on a case that the resident lets the branch act, or no longer does, where its history does not say so already. Unlike other
// events it is taken on a closed case too.
func (s *Service) consentEvent(ctx context.Context, tx *store.Store, actor models.Actor, ref string, c models.Consent, byMember bool) error {
	f, err := tx.CaseFile(ctx, actor.BranchID, ref)
	if err != nil {
		return err
	}
	events, err := tx.Events(ctx, actor.BranchID, f.Case.ID)
	if err != nil {
		return err
	}
	engine, err := s.rulesFor(ctx, tx, actor.BranchID)
	if err != nil {
		return err
	}
	if letters.Consented(engine.Compute(matter(f.Landlord, f.Member, events, tx.Now()), civil.Of(tx.Now())).Current) == c.Given() {
		return nil
	}
	e := models.Event{BranchID: actor.BranchID, CaseID: f.Case.ID, Kind: models.KindConsentWithdrawn, On: c.On, RecordedBy: actor.AccountID, ByMember: byMember}
	if c.Given() {
		e.Kind = models.KindConsentGiven
	}
	if err := tx.AddEvent(ctx, &e); err != nil {
		return err
	}
	after, err := s.follow(ctx, tx, &f.Case, f.Member, f.Landlord, with(events, e))
	if err != nil {
		return err
	}
	if letters.Consented(after.Current) != c.Given() { // a later entry says otherwise
		return models.Invalid("on", "The history of the case says something else about consent after %s. Check the day.", c.On.Long())
	}
	return nil
}

// followEvent keeps what a caseworker logs of consent on the history of a case among its consents, so that both say the same.
func (s *Service) followEvent(ctx context.Context, tx *store.Store, actor models.Actor, c models.Case, e models.Event) error {
	if (e.Kind != models.KindConsentGiven && e.Kind != models.KindConsentWithdrawn) || e.Replaces != 0 {
		return nil
	}
	p, err := caseParty(ctx, tx, actor.BranchID, c.Ref, false)
	if err != nil {
		return err
	}
	rows, err := tx.Consents(ctx, actor.BranchID, p.of)
	if err != nil {
		return err
	}
	had := newestOf(rows)[models.PurposeAct]
	given := e.Kind == models.KindConsentGiven
	if e.On < had.On || (had.Purpose != "" && had.Given() == given) || (had.Purpose == "" && !given) {
		return nil
	}
	row := models.Consent{BranchID: actor.BranchID, Purpose: models.PurposeAct, Value: models.ConsentNo, Wording: e.Kind.Label() + ". " + e.Note,
		Lang: catalogue.English, How: models.ConsentOffice, TakenBy: actor.AccountID, On: e.On}
	if given {
		row.Value = models.ConsentYes
	}
	row.Wording = strings.TrimSpace(row.Wording)
	if row.StoryID = p.story.ID; row.StoryID == 0 {
		row.CaseID = c.ID
	}
	return tx.AddConsent(ctx, &row)
}

// UseKind is how a consent was used.
type UseKind string

// The ways in which a consent was used.
const (
	UseLetter     UseKind = "used_letter"      // their words stand in a final letter that was not sent yet
	UseSent       UseKind = "used_sent"        // the same, and it is with the recipient
	UseCount      UseKind = "used_count"       // a snapshot of figures counts their case
	UseCaseLetter UseKind = "used_case_letter" // a letter of their case went out
	UseReferral   UseKind = "used_referral"    // their case went to the Ombudsman
	UseUnknown    UseKind = "used_unknown"     // no list is kept of this purpose
)

// Use is one time that a consent was used already, which cannot be undone.
type Use struct {
	Kind UseKind
	Ref  string     // of the letter; "" of others
	Whom string     // who has it
	On   civil.Date // since when; zero of UseUnknown
}

// Say is the use in a sentence.
func (u Use) Say(t catalogue.Text) string {
	return t.T("consent."+string(u.Kind), "Ref", u.Ref, "Whom", u.Whom, "Day", t.Day(u.On))
}

// UsesOf is where a teller's consent to a purpose was used already, the oldest first; nothing where it was not.
func (s *Service) UsesOf(ctx context.Context, t models.Teller, purpose models.Purpose) ([]Use, error) {
	p, err := tellerParty(ctx, s.st, t, false)
	if err != nil {
		return nil, err
	}
	return s.usesOf(ctx, t.BranchID, p, purpose)
}

// UsesOfCase is UsesOf for the resident of a case, as the branch sees it.
func (s *Service) UsesOfCase(ctx context.Context, actor models.Actor, ref string, purpose models.Purpose) ([]Use, error) {
	if err := actor.Can(access.KeepConsents); err != nil {
		return nil, err
	}
	p, err := caseParty(ctx, s.st, actor.BranchID, ref, false)
	if err != nil {
		return nil, err
	}
	return s.usesOf(ctx, actor.BranchID, p, purpose)
}

func (s *Service) usesOf(ctx context.Context, branchID int64, p party, purpose models.Purpose) ([]Use, error) {
	var uses []Use
	var err error
	switch purpose {
	case models.PurposeRecord: // everything rests on it
		for _, other := range []models.Purpose{models.PurposeAct, models.PurposeCount, models.PurposeQuote} {
			more, err := s.usesOf(ctx, branchID, p, other)
			if err != nil {
				return nil, err
			}
			uses = append(uses, more...)
		}
	case models.PurposeAct:
		uses, err = s.usesOfAct(ctx, branchID, p)
	case models.PurposeCount:
		uses, err = s.usesOfCount(ctx, branchID, p)
	case models.PurposeQuote, models.PurposeMP, models.PurposeMinister, models.PurposePress:
		uses, err = s.usesOfWords(ctx, branchID, p, purpose)
	case models.PurposePhoto, models.PurposePressContact:
		return []Use{{Kind: UseUnknown}}, nil
	default:
		return nil, catalogue.Invalid("purpose", "consent.error.unknown")
	}
	slices.SortStableFunc(uses, func(a, b Use) int { return int(a.On) - int(b.On) })
	return uses, err
}

func (s *Service) usesOfAct(ctx context.Context, branchID int64, p party) ([]Use, error) {
	if p.of.CaseID == 0 {
		return nil, nil
	}
	var uses []Use
	ls, err := s.st.CaseLetters(ctx, branchID, p.of.CaseID)
	if err != nil {
		return nil, err
	}
	events, err := s.st.Events(ctx, branchID, p.of.CaseID)
	if err != nil {
		return nil, err
	}
	replaced := map[int64]bool{}
	sent := map[int64]civil.Date{}
	for _, e := range events {
		replaced[e.Replaces] = true
		sent[e.ID] = e.On
	}
	for _, l := range ls {
		if l.State == models.CaseLetterSent && !l.Own {
			on := sent[l.EventID]
			if on.IsZero() {
				on = l.DatedOn
			}
			uses = append(uses, Use{Kind: UseCaseLetter, Ref: l.Ref, Whom: firstLine(l.Recipient), On: on})
		}
	}
	for _, e := range events {
		if e.Kind == models.KindOmbudsmanReferral && !replaced[e.ID] {
			uses = append(uses, Use{Kind: UseReferral, On: e.On})
		}
	}
	return uses, nil
}

func firstLine(s string) string {
	first, _, _ := strings.Cut(s, "\n")
	return strings.TrimSpace(first)
}

func (s *Service) usesOfCount(ctx context.Context, branchID int64, p party) ([]Use, error) {
	if p.caseRef == "" {
		return nil, nil
	}
	snaps, err := s.st.SnapshotsCounting(ctx, branchID, p.caseRef)
	if err != nil {
		return nil, err
	}
	var uses []Use
	for _, x := range snaps {
		if on := civil.Of(x.TakenAt); len(uses) == 0 || uses[len(uses)-1].On != on { // several of one day say no more to a resident
			uses = append(uses, Use{Kind: UseCount, On: on})
		}
	}
	return uses, nil
}

// usesOfWords are the final letters that print words of the party: by a quote, or by an impact report that came from their story.
func (s *Service) usesOfWords(ctx context.Context, branchID int64, p party, purpose models.Purpose) ([]Use, error) {
	sources, err := s.st.QuoteSources(ctx, branchID)
	if err != nil {
		return nil, err
	}
	all, err := s.st.QuoteUses(ctx, branchID)
	if err != nil {
		return nil, err
	}
	var uses []Use
	for _, u := range all {
		if sources[u.QuoteID].Subject != p.of || !slices.Contains(models.QuoteNeeds(u.Recipient.Role, letters.Published(u.Type)), purpose) {
			continue
		}
		use := Use{Kind: UseLetter, Ref: u.Letter, Whom: letters.Whom(u.Recipient), On: u.DatedOn}
		if !u.SentOn.IsZero() {
			use.Kind, use.On = UseSent, u.SentOn
		}
		if !slices.Contains(uses, use) { // one letter may print two quotes of one person
			uses = append(uses, use)
		}
	}
	return uses, nil
}

// renewAhead is how many days before a consent is to be given again it comes on the list.
const renewAhead = 30

// Renewal is somebody whose consent is to be asked for again.
type Renewal struct {
	Ref   string // of the case, or of the story
	Case  bool
	Name  string // of the resident of the case; "" of a story
	Lines []models.ConsentState
}

// RenewalsDue are those whose consent has run out or will within a month, those that have waited longest first.
func (s *Service) RenewalsDue(ctx context.Context, actor models.Actor) ([]Renewal, error) {
	if err := actor.Can(access.KeepConsents); err != nil {
		return nil, err
	}
	branch, err := s.st.Branch(ctx, actor.BranchID)
	if err != nil || branch.ConsentMonths == 0 {
		return nil, err
	}
	today := s.Today()
	rows, err := s.st.NewestConsents(ctx, actor.BranchID, today.AddDays(renewAhead).AddMonths(-branch.ConsentMonths).AddDays(3), models.Purposes...)
	if err != nil {
		return nil, err
	}
	var out []Renewal
	at := map[store.Subject]int{}
	var refs []string
	for _, r := range rows {
		state := models.StateOf(r.Consent, branch.ConsentMonths, today)
		if state.RenewBy.IsZero() || state.RenewBy > today.AddDays(renewAhead) {
			continue
		}
		i, ok := at[r.Subject]
		if !ok {
			i = len(out)
			at[r.Subject] = i
			out = append(out, Renewal{Ref: r.Ref, Case: r.Subject.CaseID != 0})
			if out[i].Case {
				refs = append(refs, r.Ref)
			}
		}
		out[i].Lines = append(out[i].Lines, state)
	}
	if len(refs) > 0 {
		behind, err := s.st.CasesBehind(ctx, actor.BranchID, refs)
		if err != nil {
			return nil, err
		}
		for _, c := range behind {
			for i := range out {
				if out[i].Case && out[i].Ref == c.Ref {
					out[i].Name = c.MemberName
				}
			}
		}
	}
	for i := range out {
		slices.SortFunc(out[i].Lines, func(a, b models.ConsentState) int {
			return slices.Index(models.Purposes, a.Purpose) - slices.Index(models.Purposes, b.Purpose)
		})
	}
	return out, nil
}
