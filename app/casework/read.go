package casework

import (
	"context"
	"fmt"
	"io"
	"slices"
	"strings"

	"commoncase/app/store"
	"commoncase/models"
	"commoncase/models/access"
	"commoncase/models/civil"
	"commoncase/models/timeline"
)

// CaseView is everything that the page of a case shows.
type CaseView struct {
	Case     models.Case
	Member   models.Member
	Landlord models.Landlord
	Assignee string
	Entries  []models.Entry // in order of date, those that were replaced included
	Result   timeline.Result
	Steps    []timeline.Step
	Today    civil.Date
	Own      bool // the actor is the member and sees it as such
	Adverse  bool // the actor may see what was done to the resident
}

// ReadCase reads a case of the actor's branch with its clocks. A member reads their own case and no other; for anybody who may
// not see it, it does not exist.
func (s *Service) ReadCase(ctx context.Context, actor models.Actor, ref string) (CaseView, error) {
	f, own, err := s.open(ctx, actor, ref)
	if err != nil {
		return CaseView{}, err
	}
	rows, err := s.st.EventRows(ctx, actor.BranchID, f.Case.ID)
	if err != nil {
		return CaseView{}, fmt.Errorf("read case %s: %w", ref, err)
	}
	attachments, err := s.st.Attachments(ctx, actor.BranchID, f.Case.ID)
	if err != nil {
		return CaseView{}, fmt.Errorf("read case %s: %w", ref, err)
	}
	v := CaseView{Case: f.Case, Member: f.Member, Landlord: f.Landlord, Assignee: f.Assignee, Today: s.Today(), Own: own, Adverse: seesAdverse(actor, f.Case)}
	events := eventsOf(rows)
	if !v.Adverse {
		if hidden := timeline.Confidential(events); hidden != nil {
			rows = slices.DeleteFunc(rows, func(r store.EventRow) bool { return hidden[r.ID] })
			events = eventsOf(rows)
		}
		v.Case.Flags.Adverse = false
	}
	v.Entries = entries(rows, attachments)
	if own && actor.Can(access.SeeCases) != nil {
		others, err := s.st.FilesOfJoined(ctx, actor.BranchID, f.Case.ID)
		if err != nil {
			return CaseView{}, fmt.Errorf("read case %s: %w", ref, err)
		}
		leaveOut(v.Entries, others)
	}
	engine, err := s.rulesFor(ctx, s.st, actor.BranchID)
	if err != nil {
		return CaseView{}, fmt.Errorf("read case %s: %w", ref, err)
	}
	v.Result = engine.Compute(matter(f.Landlord, f.Member, events, s.now()), v.Today)
	v.Steps = v.Result.NextFor(v.Case, v.Today)
	return v, nil
}

func eventsOf(rows []store.EventRow) []models.Event {
	events := make([]models.Event, len(rows))
	for i, r := range rows {
		events[i] = r.Event
	}
	return events
}

// open finds a case that the actor may see; own is whether they see it as its member.
func (s *Service) open(ctx context.Context, actor models.Actor, ref string) (f store.CaseFile, own bool, err error) {
	if err := actor.Can(access.SeeOwnCases); err != nil {
		return f, false, err
	}
	f, err = s.st.CaseFile(ctx, actor.BranchID, ref)
	if err != nil {
		return f, false, err
	}
	own = f.Member.AccountID != 0 && f.Member.AccountID == actor.AccountID
	if !own && actor.Can(access.SeeCases) != nil {
		return store.CaseFile{}, false, models.Errorf(models.CodeNotFound, "There is no such case among yours. Check the reference.")
	}
	return f, own, nil
}

// entries joins events with their files, and numbers the exhibits in the order in which things happened. What was replaced keeps
// no number: it is not sent.
func entries(rows []store.EventRow, attachments []models.Attachment) []models.Entry {
	es := make([]models.Entry, len(rows))
	place := make(map[int64]int, len(rows))
	for i, r := range rows {
		es[i] = models.Entry{Event: r.Event, Recorder: r.Recorder}
		place[r.ID] = i
	}
	for i := range es {
		if j, ok := place[es[i].Replaces]; ok && es[i].Replaces != 0 {
			es[j].ReplacedBy = es[i].ID
		}
	}
	for _, a := range attachments {
		if i, ok := place[a.EventID]; ok {
			es[i].Files = append(es[i].Files, a)
		}
	}
	number := 0
	for i := range es {
		if es[i].ReplacedBy != 0 || es[i].Kind == models.KindRetracted {
			continue
		}
		for range es[i].Files {
			number++
			es[i].Exhibits = append(es[i].Exhibits, number)
		}
	}
	return es
}

// leaveOut takes files out of the entries; the others keep the numbers that they have in the bundle.
func leaveOut(es []models.Entry, hidden map[int64]bool) {
	for i := range es {
		var files []models.Attachment
		var numbers []int
		for j, a := range es[i].Files {
			if hidden[a.ID] {
				continue
			}
			files = append(files, a)
			if j < len(es[i].Exhibits) {
				numbers = append(numbers, es[i].Exhibits[j])
			}
		}
		es[i].Files, es[i].Exhibits = files, numbers
	}
}

// PageSize is how many cases a page of the list holds.
const PageSize = 50

// CaseLine is a case in a list, with its most urgent clock in words.
type CaseLine struct {
	store.CaseRow
	Assignee string
	Late     int // working days past NextDue; 0 where nothing is overdue
	Left     int // working days until NextDue, where it is still to come
}

// CaseList is one page of a list of cases.
type CaseList struct {
	Lines []CaseLine
	Total int
	Page  int // from 1
	Pages int
	Today civil.Date
}

// mostWords is how many words of a search are looked for.
const mostWords = 20

// ListFilter narrows the list. Zero fields do not narrow.
type ListFilter struct {
	Overdue  bool
	OpenOnly bool
	Statuses []models.Status
	Theme    models.Theme
	Mine     bool   // assigned to the actor
	Query    string // any reference or name, as typed
	Refs     []string
}

// ListCases returns a page of the cases that the actor may see: all of the branch for those who run cases, their own for a
// member.
func (s *Service) ListCases(ctx context.Context, actor models.Actor, lf ListFilter, page int) (CaseList, error) {
	if err := actor.Can(access.SeeOwnCases); err != nil {
		return CaseList{}, err
	}
	out := CaseList{Today: s.Today(), Page: max(page, 1)}
	f := store.CaseFilter{OpenOnly: lf.OpenOnly, Statuses: lf.Statuses, Theme: lf.Theme, Query: models.Fold(lf.Query), Refs: lf.Refs}
	if lf.Overdue {
		f.Overdue = out.Today
	}
	if lf.Mine {
		f.AssignedTo = actor.AccountID
	}
	if actor.Can(access.SeeCases) != nil {
		f.MemberAccount = actor.AccountID
	}
	if f.Query == "" && strings.TrimSpace(lf.Query) != "" { // nothing but signs was typed, and no name or reference is made of signs
		out.Pages = 1
		return out, nil
	}
	if words := strings.Fields(f.Query); len(words) > mostWords { // no name has so many, and each costs the database a look
		f.Query = strings.Join(words[:mostWords], " ")
	}
	rows, total, err := s.st.ListCases(ctx, actor.BranchID, f, (out.Page-1)*PageSize, PageSize)
	if err != nil {
		return CaseList{}, err
	}
	names, err := s.st.AccountNames(ctx, actor.BranchID)
	if err != nil {
		return CaseList{}, err
	}
	landlord, err := s.st.LandlordOf(ctx, actor.BranchID)
	if err != nil {
		return CaseList{}, err
	}
	calendar, ok := s.engine.Calendars().Get(landlord.Calendar)
	if !ok {
		return CaseList{}, fmt.Errorf("list cases: landlord %s has no calendar %q", landlord.Slug, landlord.Calendar)
	}
	out.Total, out.Pages = total, max(1, (total+PageSize-1)/PageSize)
	for _, r := range rows {
		line := CaseLine{CaseRow: r, Assignee: names[r.AssignedTo]}
		line.Flags.Adverse = line.Flags.Adverse && seesAdverse(actor, r.Case)
		switch {
		case r.NextDue.IsZero():
		case r.NextDue < out.Today:
			line.Late = calendar.Between(r.NextDue, out.Today)
		default:
			line.Left = calendar.Between(out.Today, r.NextDue)
		}
		out.Lines = append(out.Lines, line)
	}
	return out, nil
}

// Caseworkers are those of the branch to whom a case can be given, by name.
func (s *Service) Caseworkers(ctx context.Context, actor models.Actor) ([]store.Person, error) {
	if err := actor.Can(access.SeeCases); err != nil {
		return nil, err
	}
	people, err := s.st.PeopleWith(ctx, actor.BranchID, access.Caseworker, access.Secretary)
	if err != nil {
		return nil, err
	}
	var once []store.Person
	for _, p := range people {
		if !anyone(once, p.ID) {
			once = append(once, p)
		}
	}
	return once, nil
}

// File opens a file of a case: the copy that may be shared, or what was uploaded where original is true and the actor runs cases.
func (s *Service) File(ctx context.Context, actor models.Actor, ref string, id int64, original bool) (models.Attachment, io.ReadCloser, error) {
	f, own, err := s.open(ctx, actor, ref)
	if err != nil {
		return models.Attachment{}, nil, err
	}
	a, err := s.st.Attachment(ctx, actor.BranchID, f.Case.ID, id)
	if err != nil {
		return models.Attachment{}, nil, err
	}
	if a.EventID == 0 && a.UploadedBy != actor.AccountID {
		return models.Attachment{}, nil, models.Errorf(models.CodeNotFound, "There is no such file on this case.")
	}
	if hidden, err := s.confidential(ctx, actor, f.Case, a.EventID); err != nil {
		return models.Attachment{}, nil, err
	} else if hidden {
		return models.Attachment{}, nil, models.Errorf(models.CodeNotFound, "There is no such file on this case.")
	}
	if own && actor.Can(access.SeeCases) != nil {
		others, err := s.st.FilesOfJoined(ctx, actor.BranchID, f.Case.ID)
		if err != nil {
			return models.Attachment{}, nil, err
		}
		if others[a.ID] {
			return models.Attachment{}, nil, models.Errorf(models.CodeNotFound, "There is no such file on this case.")
		}
	}
	hash := a.Copy
	if original && (!own || actor.Can(access.SeeCases) == nil) {
		hash = a.Hash
	}
	r, err := s.files.Open(ctx, hash)
	if err != nil {
		return models.Attachment{}, nil, fmt.Errorf("file %d of %s: %w", id, ref, err)
	}
	return a, r, nil
}
