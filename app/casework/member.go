package casework

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"commoncase/app/store"
	"commoncase/models"
	"commoncase/models/catalogue"
	"commoncase/models/civil"
	"commoncase/models/rulebook"
	"commoncase/models/timeline"
)

// MyPage is what somebody sees of their own story and case.
type MyPage struct {
	Story    models.Story // without what is sealed
	Told     string       // the story as it was written; "" where the page came without one
	Landlord string
	Case     models.Case // its zero value where there is none, or it is somebody else's that the story was joined to
	Result   timeline.Result
	Due      []MyDue
	Past     []MyEvent // what happened, the newest first
	Needs    MyNeeds
	Wish     models.Erasure // the newest wish to be erased; its zero value where there is none
	Today    civil.Date
}

// HasCase reports whether there is a case of theirs.
func (p MyPage) HasCase() bool { return p.Case.ID != 0 }

// MyDue is something that the landlord has still to do.
type MyDue struct {
	What        string // slug of the words for it: answer, mend
	Title       string // the rule's, for what has no words of its own
	Due         civil.Date
	Overdue     bool
	Unconfirmed bool // the rule was not read in its text
}

// MyEvent is something that happened, as its member sees it.
type MyEvent struct {
	models.Event
	Own bool // they told it themselves on their page
}

// MyNeeds is what the branch waits for.
type MyNeeds struct {
	Questions int              // messages of the branch that they have not answered
	Renew     []models.Purpose // consents that are to be given again
	Sign      bool             // they said that the branch may act, and have signed nothing
	Failed    []string         // files of which no copy can be made, by name
	Photos    bool             // they have sent no file yet
}

// mine finds what a teller may see: their story, and the case where it is theirs. A story that was joined to a case speaks for itself
// alone: the case is shown to nobody but its own member.
func mine(ctx context.Context, st *store.Store, t models.Teller) (models.Story, string, error) {
	if t.Helper {
		return models.Story{}, "", catalogue.Errorf(models.CodeForbidden, "my.error.helper")
	}
	story, err := st.StoryByID(ctx, t.BranchID, t.StoryID)
	if err != nil {
		return models.Story{}, "", err
	}
	switch story.State { //nolint:exhaustive // the others have a page
	case models.StoryDraft:
		return models.Story{}, "", catalogue.Errorf(models.CodeUnready, "my.error.draft")
	case models.StoryErased:
		return models.Story{}, "", catalogue.Errorf(models.CodeNotFound, "my.error.gone")
	case models.StoryCase:
	case models.StoryJoined:
		account, err := st.MemberOfCase(ctx, t.BranchID, story.CaseID)
		if err != nil || account == 0 || account != t.AccountID {
			return story, "", err
		}
	default:
		return story, "", nil
	}
	ref, err := st.RefOfCase(ctx, t.BranchID, story.CaseID)
	return story, ref, err
}

// memberActor is the teller as the actor of what they log: their account where they are signed in, and no role.
func memberActor(t models.Teller) models.Actor {
	return models.Actor{BranchID: t.BranchID, AccountID: t.AccountID}
}

// MyPage reads a teller's own page. What was done to them after they complained is left out, as on the page of a case that its member sees.
func (s *Service) MyPage(ctx context.Context, t models.Teller) (MyPage, error) {
	story, ref, err := mine(ctx, s.st, t)
	if err != nil {
		return MyPage{}, err
	}
	landlord, err := s.st.LandlordOf(ctx, t.BranchID)
	if err != nil {
		return MyPage{}, err
	}
	p := MyPage{Story: story, Landlord: landlord.Name, Today: s.Today()}
	p.Story.Sealed = nil
	a, err := toldIn(story)
	if err != nil {
		return MyPage{}, err
	}
	p.Told = a.Story
	if ref != "" {
		if err := s.myCase(ctx, t, ref, &p); err != nil {
			return MyPage{}, fmt.Errorf("my page: %w", err)
		}
	}
	if p.Needs, err = s.myNeeds(ctx, t, p); err != nil {
		return MyPage{}, fmt.Errorf("my page: %w", err)
	}
	if p.Wish, _, err = s.st.NewestErasure(ctx, t.BranchID, story.ID, p.Case.ID); err != nil {
		return MyPage{}, err
	}
	return p, nil
}

func (s *Service) myCase(ctx context.Context, t models.Teller, ref string, p *MyPage) error {
	f, err := s.st.CaseFile(ctx, t.BranchID, ref)
	if err != nil {
		return err
	}
	events, err := s.st.Events(ctx, t.BranchID, f.Case.ID)
	if err != nil {
		return err
	}
	engine, err := s.rulesFor(ctx, s.st, t.BranchID)
	if err != nil {
		return err
	}
	p.Case = f.Case
	p.Case.Flags.Adverse = false
	events = timeline.Without(events, timeline.Confidential(events))
	p.Result = engine.Compute(matter(f.Landlord, f.Member, events, s.now()), p.Today)
	if p.Result.Status != models.StatusClosed {
		p.Due = myDue(p.Result, p.Today)
	}
	for _, e := range slices.Backward(p.Result.Current) {
		if e.Kind == models.KindRetracted || e.Kind == models.KindTaskSet || e.Kind == models.KindTaskDone { // the branch's own work
			continue
		}
		p.Past = append(p.Past, MyEvent{Event: e, Own: e.ByMember})
	}
	return nil
}

// myDue is what the landlord has still to do, the most urgent first: one line for each thing, however many texts ask for it.
func myDue(r timeline.Result, today civil.Date) []MyDue {
	var out []MyDue
	for i := range r.Clocks {
		k := &r.Clocks[i]
		if k.Rule.Bound != models.BoundLandlord || !k.Open() || k.Due.IsZero() || k.State == timeline.Stopped || k.Rule.Type == rulebook.TypeExtension {
			continue
		}
		d := MyDue{What: dueWord(k.Rule), Title: k.Rule.Title, Due: k.Due, Overdue: k.Due < today, Unconfirmed: k.Rule.Confidence == rulebook.Unconfirmed}
		if slices.ContainsFunc(out, func(o MyDue) bool {
			return o.What == d.What && o.Due == d.Due && (d.What != "anything" || o.Title == d.Title)
		}) {
			continue
		}
		out = append(out, d)
	}
	slices.SortStableFunc(out, func(a, b MyDue) int { return int(a.Due) - int(b.Due) })
	return out
}

// dueWords are the words for a duty, by how its name begins; the longest that fits counts.
var dueWords = []struct{ begins, word string }{
	{"stage1-acknowledgement", "acknowledge"}, {"stage2-acknowledgement", "acknowledge"}, {"data-complaint-acknowledgement", "acknowledge"},
	{"stage1-response", "answer"}, {"stage2-response", "final_answer"}, {"order", "order"},
	{"repair-", "mend"}, {"one-day-repair", "mend"}, {"three-day-repair", "mend"}, {"seven-day-repair", "mend"}, {"heating", "mend"},
	{"investigation", "look"}, {"in-person-investigation", "visit"}, {"written-summary", "summary"}, {"make-safe", "safe"}, {"emergency-hazard", "safe"},
	{"further-works", "works"}, {"promise", "promise"}, {"subject-access", "papers"}, {"foi-answer", "information"}, {"eir-answer", "information"},
	{"stairs-answer", "information"}, {"costs-", "costs"},
}

func dueWord(r *rulebook.Rule) string {
	for _, w := range dueWords {
		if strings.HasPrefix(r.Duty, w.begins) {
			return w.word
		}
	}
	return "anything"
}

func (s *Service) myNeeds(ctx context.Context, t models.Teller, p MyPage) (MyNeeds, error) {
	var n MyNeeds
	messages, err := s.st.StoryMessages(ctx, t.BranchID, p.Story.ID)
	if err != nil {
		return n, err
	}
	for _, m := range slices.Backward(messages) {
		if m.Sender == models.FromTeller {
			break
		}
		n.Questions++
	}
	files, err := s.st.FilesOfStory(ctx, t.BranchID, p.Story.ID)
	if err != nil {
		return n, err
	}
	n.Photos = true
	for _, f := range files {
		if f.Purpose == models.FileEvidence {
			n.Photos = false
		}
		if f.State == models.FileFailed {
			n.Failed = append(n.Failed, f.Name)
		}
	}
	if p.Story.State == models.StoryRefused || p.Case.Status == models.StatusClosed {
		n.Photos = false
		return n, nil
	}
	lines, err := s.Consents(ctx, t)
	if err != nil {
		return n, err
	}
	for _, l := range lines {
		if l.State.Lapsed {
			n.Renew = append(n.Renew, l.Purpose)
		}
	}
	paper, err := s.Authority(ctx, t, catalogue.English)
	if err != nil {
		return n, err
	}
	n.Sign = paper.Asked && !paper.Stands && paper.Name != "" // whoever gave no name has nothing to sign with
	return n, nil
}

// Tap is what a member tells in two taps.
type Tap string

// What can be told so.
const (
	TapWrote  Tap = "wrote"  // they called or wrote
	TapNobody Tap = "nobody" // nobody came
	TapStill  Tap = "still"  // it is still not fixed
	TapTried  Tap = "tried"  // I tried to reach them
)

// Taps are all of them, in the order in which they are offered.
var Taps = []Tap{TapWrote, TapNobody, TapStill, TapTried}

// Told is what a member tells. Channel and Answered belong to some taps only.
type Told struct {
	Tap      Tap
	On       civil.Date
	Channel  models.Channel // wrote, tried; "" is not said
	Answered bool           // tried
	Note     string
}

// MemberChannels are the ways that a member is asked about.
var MemberChannels = []models.Channel{models.ChannelPhone, models.ChannelEmail, models.ChannelLetter, models.ChannelVisit}

// tellMost is how much a teller can tell in a day, messages among it: more is a broken browser or mischief.
const tellMost = 40

// maxNote is how long the note of a tap may be, in characters.
const maxNote = 2000

func (x *Told) check(today civil.Date) error {
	trim(&x.Note)
	var errs models.Errors
	if !slices.Contains(Taps, x.Tap) {
		return catalogue.Errorf(models.CodeNotFound, "my.error.tap")
	}
	switch {
	case x.On.IsZero():
		errs = append(errs, catalogue.Invalid("on", "my.error.day"))
	case x.On > today:
		errs = append(errs, catalogue.Invalid("on", "my.error.future"))
	case x.On < earliest:
		errs = append(errs, catalogue.Invalid("on", "my.error.past"))
	}
	if x.Tap != TapWrote && x.Tap != TapTried || !slices.Contains(MemberChannels, x.Channel) {
		x.Channel = ""
	}
	if x.Tap != TapTried {
		x.Answered = false
	}
	if len([]rune(x.Note)) > maxNote {
		errs = append(errs, catalogue.Invalid("note", "story.error.long", "Most", maxNote))
	}
	return errs.Or()
}

// event is what is logged: the words for a caseworker are English, the note is the member's own.
func (x *Told) event(ref string, version int64) LogEvent {
	cmd := LogEvent{Ref: ref, Version: version, On: x.On, Note: x.Note, byMember: true}
	switch x.Tap {
	case TapWrote:
		cmd.Kind, cmd.Channel = models.KindLandlordUpdate, x.Channel
	case TapNobody:
		cmd.Kind = models.KindAppointmentMissed
	case TapStill:
		cmd.Kind, cmd.Note = models.KindNote, strings.TrimSpace("It is still not fixed.\n"+x.Note)
	case TapTried:
		cmd.Kind, cmd.Channel, cmd.Answered = models.KindContactAttempt, x.Channel, x.Answered
	}
	return cmd
}

// message is the same where there is no case yet, in the teller's language and in English for whoever reads it.
func (x *Told) message(lang string) string {
	say := func(t catalogue.Text) string {
		words := t.T("my.tap."+string(x.Tap)+".said", "Day", t.Day(x.On))
		if x.Channel != "" {
			words += " (" + t.T("my.channel."+string(x.Channel)) + ")"
		}
		if x.Tap == TapTried {
			answer := "my.tap.tried.no_answer"
			if x.Answered {
				answer = "my.tap.tried.answered"
			}
			words += " " + t.T(answer)
		}
		return words
	}
	t := catalogue.In(lang)
	body := say(t)
	if t.Tag != catalogue.English {
		body += "\n" + say(catalogue.In(catalogue.English))
	}
	return strings.TrimSpace(body + "\n" + x.Note)
}

// twice is how long a second tap that says the same is taken for the first.
const twice = 10 * time.Minute

// Tell logs what a member tells on their case; before there is one it goes to the branch as a message. The same told again at once, by a
// second tap or in a second window, is told once. A case that is closed takes nothing: the member is shown the way to write.
func (s *Service) Tell(ctx context.Context, t models.Teller, x Told) error {
	if err := x.check(s.Today()); err != nil {
		return err
	}
	err := s.st.Tx(ctx, func(tx *store.Store) error {
		story, ref, err := mine(ctx, tx, t)
		if err != nil {
			return err
		}
		if _, err := tx.LockStoryByID(ctx, t.BranchID, story.ID); err != nil {
			return err
		}
		if err := told(ctx, tx, t, story); err != nil {
			return err
		}
		if ref == "" {
			return s.tellBranch(ctx, tx, t, story, x)
		}
		c, err := tx.LockCase(ctx, t.BranchID, ref)
		if err != nil {
			return err
		}
		if c.Status == models.StatusClosed {
			return catalogue.Errorf(models.CodeUnready, "my.error.closed")
		}
		cmd := x.event(ref, c.Version)
		events, err := tx.Events(ctx, t.BranchID, c.ID)
		if err != nil {
			return err
		}
		for _, e := range events {
			if e.ByMember && e.Kind == cmd.Kind && e.On == cmd.On && e.Note == cmd.Note && e.Channel == cmd.Channel && e.Answered == cmd.Answered &&
				tx.Now().Sub(e.RecordedAt) < twice {
				return nil
			}
		}
		if _, err := s.logIn(ctx, tx, memberActor(t), &cmd); err != nil {
			return err
		}
		return tx.MarkStoryUnread(ctx, t.BranchID, story.ID)
	})
	if err != nil {
		return fmt.Errorf("tell: %w", err)
	}
	return nil
}

// told refuses what is too much for a day.
func told(ctx context.Context, tx *store.Store, t models.Teller, story models.Story) error {
	n, err := tx.ToldSince(ctx, t.BranchID, story.ID, story.CaseID, tx.Now().Add(-24*time.Hour))
	if err != nil {
		return err
	}
	if n >= tellMost {
		return catalogue.Errorf(models.CodeTooMany, "my.error.too_many")
	}
	return nil
}

func (s *Service) tellBranch(ctx context.Context, tx *store.Store, t models.Teller, story models.Story, x Told) error {
	body := x.message(story.Lang)
	messages, err := tx.StoryMessages(ctx, t.BranchID, story.ID)
	if err != nil {
		return err
	}
	for _, m := range messages {
		if m.Sender == models.FromTeller && m.Body == body && tx.Now().Sub(m.RecordedAt) < twice {
			return nil
		}
	}
	m := models.StoryMessage{BranchID: t.BranchID, StoryID: story.ID, Sender: models.FromTeller, Body: body, Lang: story.Lang, RecordedBy: t.AccountID}
	if err := tx.AddStoryMessage(ctx, &m); err != nil {
		return err
	}
	if err := tx.MarkStoryUnread(ctx, t.BranchID, story.ID); err != nil {
		return err
	}
	return tx.AddAudit(ctx, memberActor(t), "story.replied", story.Ref, string(x.Tap))
}

// MyContact is how to reach a member, as they write it themselves.
type MyContact struct {
	Name      string // "" of somebody who gave none
	Email     string
	Phone     string
	SafeWays  []string
	SafeTimes string
	DoNotName bool
}

// SafeWays are the ways of making contact that a member is asked about.
var SafeWays = []string{"page", "email", "phone", "text", "post"}

func (m *MyContact) check() error {
	trim(&m.Name, &m.Email, &m.Phone, &m.SafeTimes)
	var errs models.Errors
	limit := func(field, value string, most int) {
		if len([]rune(value)) > most {
			errs = append(errs, catalogue.Invalid(field, "story.error.long", "Most", most))
		}
	}
	limit("name", m.Name, maxLine)
	limit("email", m.Email, maxLine)
	if m.Email != "" && !strings.Contains(m.Email, "@") {
		errs = append(errs, catalogue.Invalid("email", "story.error.email"))
	}
	limit("phone", m.Phone, 60)
	limit("times", m.SafeTimes, 500)
	m.SafeWays = slices.DeleteFunc(slices.Clone(m.SafeWays), func(w string) bool { return !slices.Contains(SafeWays, w) })
	return errs.Or()
}

// safety is what stands on the page of a case about making contact, in English for the branch.
func (m MyContact) safety() string {
	var parts []string
	if len(m.SafeWays) > 0 {
		en := catalogue.In(catalogue.English)
		words := make([]string, len(m.SafeWays))
		for i, w := range m.SafeWays {
			words[i] = strings.ToLower(en.T("story.contact.way." + w))
		}
		parts = append(parts, "Safe ways: "+strings.Join(words, ", ")+".")
	}
	if m.SafeTimes != "" {
		parts = append(parts, "Safe times: "+m.SafeTimes)
	}
	if m.DoNotName {
		parts = append(parts, "Do not name the landlord, or housing, in messages.")
	}
	return strings.Join(parts, "\n")
}

// Contact is how a teller can be reached: what they wrote in their story, and of a member of a case what is written down of them.
func (s *Service) Contact(ctx context.Context, t models.Teller) (MyContact, error) {
	story, ref, err := mine(ctx, s.st, t)
	if err != nil {
		return MyContact{}, err
	}
	a, err := toldIn(story)
	if err != nil {
		return MyContact{}, err
	}
	m := MyContact{Name: a.Name, Email: a.Email, Phone: a.Phone, SafeWays: a.SafeWays, SafeTimes: a.SafeTimes, DoNotName: a.DoNotName}
	if ref == "" {
		return m, nil
	}
	f, err := s.st.CaseFile(ctx, t.BranchID, ref)
	if err != nil {
		return MyContact{}, err
	}
	m.Email, m.Phone = f.Member.Email, f.Member.Phone
	if story.Content == "" || !story.Anonymous {
		m.Name = f.Member.Name
	}
	return m, nil
}

// KeepContact writes how a teller can be reached, in their story and, where there is a case of theirs, with its member.
func (s *Service) KeepContact(ctx context.Context, t models.Teller, m MyContact) error {
	if err := m.check(); err != nil {
		return err
	}
	err := s.st.Tx(ctx, func(tx *store.Store) error {
		_, ref, err := mine(ctx, tx, t)
		if err != nil {
			return err
		}
		story, err := tx.LockStoryByID(ctx, t.BranchID, t.StoryID)
		if err != nil {
			return err
		}
		a, err := toldIn(story)
		if err != nil {
			return err
		}
		a.Name, a.Email, a.Phone, a.SafeWays, a.SafeTimes, a.DoNotName = m.Name, m.Email, m.Phone, m.SafeWays, m.SafeTimes, m.DoNotName
		a.Anonymous = m.Name == ""
		body, err := json.Marshal(a)
		if err != nil {
			return fmt.Errorf("answers of a story: %w", err)
		}
		story.Content, story.Anonymous = string(body), a.Anonymous
		if err := tx.KeepStoryContent(ctx, &story); err != nil {
			return err
		}
		subject := story.Ref
		if ref != "" {
			if err := s.keepMember(ctx, tx, t, ref, m); err != nil {
				return err
			}
			subject = ref
		}
		if err := tx.MarkStoryUnread(ctx, t.BranchID, story.ID); err != nil {
			return err
		}
		return tx.AddAudit(ctx, memberActor(t), "story.contact", subject, "")
	})
	if err != nil {
		return fmt.Errorf("keep contact: %w", err)
	}
	return nil
}

func (s *Service) keepMember(ctx context.Context, tx *store.Store, t models.Teller, ref string, m MyContact) error {
	f, err := tx.CaseFile(ctx, t.BranchID, ref)
	if err != nil {
		return err
	}
	who := f.Member
	if m.Name != "" {
		who.Name = m.Name
	}
	who.Email, who.Phone = m.Email, m.Phone
	if safety := m.safety(); safety != "" {
		who.ContactSafety = safety
	}
	if err := tx.UpdateMember(ctx, who); err != nil {
		return err
	}
	refs, err := tx.CasesOfMember(ctx, t.BranchID, who.ID)
	if err != nil {
		return err
	}
	for _, each := range refs { // each can be found by the new name at once
		if _, err := tx.LockCase(ctx, t.BranchID, each); err != nil {
			return err
		}
		f, err := tx.CaseFile(ctx, t.BranchID, each)
		if err != nil {
			return err
		}
		events, err := tx.Events(ctx, t.BranchID, f.Case.ID)
		if err != nil {
			return err
		}
		if _, err := s.follow(ctx, tx, &f.Case, who, f.Landlord, events); err != nil {
			return err
		}
	}
	return nil
}

// MyFile opens a file that the teller sent: the copy that may be shared where it is made, and else what they sent.
func (s *Service) MyFile(ctx context.Context, t models.Teller, id int64) (models.StoryFile, io.ReadCloser, error) {
	if _, _, err := mine(ctx, s.st, t); err != nil {
		return models.StoryFile{}, nil, err
	}
	f, err := s.st.FileOfStory(ctx, t.BranchID, t.StoryID, id)
	if err != nil || f.Hash == "" {
		return models.StoryFile{}, nil, catalogue.Errorf(models.CodeNotFound, "my.error.file")
	}
	hash := f.Hash
	if f.State == models.FileReady {
		hash = f.Copy
	}
	r, err := s.files.Open(ctx, hash)
	if err != nil {
		return models.StoryFile{}, nil, fmt.Errorf("a file of a story: %w", err)
	}
	return f, r, nil
}
