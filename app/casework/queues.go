package casework

import (
	"context"
	"fmt"

	"commoncase/app/store"
	"commoncase/models"
	"commoncase/models/access"
	"commoncase/models/civil"
	"commoncase/models/rulebook"
)

// QueueWho narrows a queue by who runs the cases.
type QueueWho string

// The choices.
const (
	QueueAll        QueueWho = ""
	QueueMine       QueueWho = "mine"
	QueueUnassigned QueueWho = "unassigned"
)

// QueueAsk is a queue as somebody wants to see it. An order that the queue does not have is its usual one.
type QueueAsk struct {
	Queue models.Queue
	Who   QueueWho
	Sort  models.QueueSort
}

// QueueClock is a limit that put a case into a queue.
type QueueClock struct {
	Title string // Stage 1 response
	Cite  string // Code 2024, 6.3; "" where the rulebook of today has no such rule
	Bound models.Bound
	Due   civil.Date
	DueAt civil.Time // where hours count
	Days  int        // to or since Due: working days for the landlord, days for everybody else
	Loud  bool       // what is lost at its end does not come back
}

// QueueLine is a case in a queue.
type QueueLine struct {
	store.QueueRow
	Clocks []QueueClock // the first due first; of QueueSilent none
	Days   int          // of QueueSilent: days of silence
}

// QueueList is one page of a queue.
type QueueList struct {
	Ask   QueueAsk
	Lines []QueueLine
	Total int
	Page  int // from 1
	Pages int
	Today civil.Date
}

const noQueue = "There is no such queue. Choose one from the list of queues."

// Queues counts every queue of the actor's branch, in the order of models.Queues, all cases of the branch.
func (s *Service) Queues(ctx context.Context, actor models.Actor) (map[models.Queue]int, error) {
	if err := actor.Can(access.SeeCases); err != nil {
		return nil, err
	}
	fs := make([]store.QueueFilter, len(models.Queues))
	for i, q := range models.Queues {
		fs[i] = s.queueFilter(actor, QueueAsk{Queue: q})
	}
	counts, err := s.st.CountQueues(ctx, actor.BranchID, fs)
	if err != nil {
		return nil, err
	}
	out := make(map[models.Queue]int, len(counts))
	for i, q := range models.Queues {
		out[q] = counts[i]
	}
	return out, nil
}

// ListQueue returns a page of a queue for those who run cases; a page after the last is the last.
func (s *Service) ListQueue(ctx context.Context, actor models.Actor, ask QueueAsk, page int) (QueueList, error) {
	if err := actor.Can(access.SeeCases); err != nil {
		return QueueList{}, err
	}
	if !ask.Queue.Known() {
		return QueueList{}, models.Errorf(models.CodeNotFound, noQueue)
	}
	f := s.queueFilter(actor, ask)
	ask.Sort = f.Sort
	total, err := s.st.CountQueue(ctx, actor.BranchID, f)
	if err != nil {
		return QueueList{}, err
	}
	out := QueueList{Ask: ask, Total: total, Pages: max(1, (total+PageSize-1)/PageSize), Today: f.Today}
	out.Page = min(max(page, 1), out.Pages)
	out.Lines, err = s.queueLines(ctx, actor, f, (out.Page-1)*PageSize, PageSize)
	return out, err
}

// sheetChunk is how many cases are read at a time for a whole queue.
const sheetChunk = 500

// WholeQueue returns every line of a queue, for a spreadsheet.
func (s *Service) WholeQueue(ctx context.Context, actor models.Actor, ask QueueAsk) ([]QueueLine, error) {
	if err := actor.Can(access.SeeCases); err != nil {
		return nil, err
	}
	if !ask.Queue.Known() {
		return nil, models.Errorf(models.CodeNotFound, noQueue)
	}
	f := s.queueFilter(actor, ask)
	var all []QueueLine
	for {
		lines, err := s.queueLines(ctx, actor, f, len(all), sheetChunk)
		if err != nil {
			return nil, err
		}
		all = append(all, lines...)
		if len(lines) < sheetChunk {
			return all, nil
		}
	}
}

// queueFilter is what the store is asked: the queue on this day, and the rules that it is about by name.
func (s *Service) queueFilter(actor models.Actor, ask QueueAsk) store.QueueFilter {
	now := s.now()
	f := store.QueueFilter{Queue: ask.Queue, Today: civil.Of(now), Now: civil.TimeOf(now), Unassigned: ask.Who == QueueUnassigned}
	if ask.Who == QueueMine {
		f.AssignedTo = actor.AccountID
	}
	sorts := ask.Queue.Sorts()
	f.Sort = sorts[0]
	for _, x := range sorts {
		if x == ask.Sort {
			f.Sort = x
		}
	}
	book := s.engine.Book()
	f.Loud = names(book, loud)
	f.Promises = names(book, func(r *rulebook.Rule) bool {
		return r.Procedure == models.ProcedurePromise && r.Bound == models.BoundLandlord && r.Type == rulebook.TypeDated
	})
	return f
}

// loud reports whether what is lost at the end of a rule's limit does not come back: the way to the Ombudsman.
func loud(r *rulebook.Rule) bool {
	return r.Regime.Family == rulebook.FamilyScheme && r.Bound == models.BoundResident && r.Type == rulebook.TypeDuty
}

// names are those of the rules of a book that fit, each once.
func names(book *rulebook.Book, fits func(*rulebook.Rule) bool) []string {
	var out []string
	seen := map[string]bool{}
	for _, regime := range book.Regimes() {
		for _, r := range regime.Rules {
			if fits(r) && !seen[r.Duty] {
				seen[r.Duty] = true
				out = append(out, r.Duty)
			}
		}
	}
	return out
}

func (s *Service) queueLines(ctx context.Context, actor models.Actor, f store.QueueFilter, offset, limit int) ([]QueueLine, error) {
	rows, err := s.st.QueueRows(ctx, actor.BranchID, f, offset, limit)
	if err != nil || len(rows) == 0 {
		return nil, err
	}
	landlord, err := s.st.LandlordOf(ctx, actor.BranchID)
	if err != nil {
		return nil, err
	}
	calendar, book := s.engine.Calendars().Or(landlord.Calendar), s.engine.Book()
	lines := make([]QueueLine, len(rows))
	for i, r := range rows {
		lines[i] = QueueLine{QueueRow: r}
		if f.Queue == models.QueueSilent {
			lines[i].Days = r.Due.DaysUntil(f.Today)
		}
		for _, k := range r.Clocks {
			lines[i].Clocks = addClock(lines[i].Clocks, queueClock(book, calendar, k, f.Today))
		}
	}
	return lines, nil
}

// addClock adds a clock to those of a line, unless one of another text says the same.
func addClock(to []QueueClock, k QueueClock) []QueueClock {
	for _, have := range to {
		if have.Title == k.Title && have.Due == k.Due && have.DueAt == k.DueAt {
			return to
		}
	}
	return append(to, k)
}

func queueClock(book *rulebook.Book, calendar *civil.Calendar, row models.ClockRow, today civil.Date) QueueClock {
	k := QueueClock{Title: book.Title(row.Duty, row.Name), Bound: row.Bound, Due: row.Due, DueAt: row.DueAt}
	if r, ok := book.Rule(row.Duty); ok {
		if k.Cite, k.Loud = r.Cite(), loud(r); r.Confidence == rulebook.Unconfirmed {
			k.Cite += ", not confirmed"
		}
	}
	from, to := min(today, row.Due), max(today, row.Due)
	if k.Days = from.DaysUntil(to); row.Bound == models.BoundLandlord {
		k.Days = calendar.Between(from, to)
	}
	return k
}

// Chosen is a case of a list with the version that the person had before them.
type Chosen struct {
	Ref     string
	Version int64
}

// Left is a case that was left as it was when something was done to several, and why.
type Left struct {
	Ref string
	Why string // a sentence
}

// Bulk is what became of something that was done to several cases.
type Bulk struct {
	Done []string // references
	Left []Left
}

const nothingChosen = "Tick at least one case."

// AssignMany gives several cases to an account, or to nobody where accountID is 0, each by itself: one that somebody else has changed
// in the meantime is left, and named.
func (s *Service) AssignMany(ctx context.Context, actor models.Actor, chosen []Chosen, accountID int64) (Bulk, error) {
	if err := actor.Can(access.AssignCase); err != nil {
		return Bulk{}, err
	}
	if len(chosen) == 0 {
		return Bulk{}, models.Invalid("case", nothingChosen)
	}
	var out Bulk
	for _, c := range chosen {
		switch err := s.Assign(ctx, actor, c.Ref, c.Version, accountID); models.CodeOf(err) {
		case models.CodeConflict:
			out.Left = append(out.Left, Left{c.Ref, "Somebody else changed it in the meantime."})
		case models.CodeNotFound:
			out.Left = append(out.Left, Left{c.Ref, "There is no such case in your branch."})
		default:
			if err != nil {
				return out, fmt.Errorf("assign several: %w", err)
			}
			out.Done = append(out.Done, c.Ref)
		}
	}
	return out, nil
}

// ChaseLine is a case for which the landlord is to be chased, and why it cannot be, where it cannot.
type ChaseLine struct {
	Ref, Title, Member string
	Why                string // a sentence; "" where a letter can be drafted
}

// PlanChase says of several cases whether a letter that chases the landlord can be drafted. It changes nothing.
func (s *Service) PlanChase(ctx context.Context, actor models.Actor, refs []string) ([]ChaseLine, error) {
	if err := actor.Can(access.LogEvent); err != nil {
		return nil, err
	}
	if len(refs) == 0 {
		return nil, models.Invalid("case", nothingChosen)
	}
	rows, agreed, err := s.st.QueueCases(ctx, actor.BranchID, refs)
	if err != nil {
		return nil, err
	}
	if len(rows) == 0 {
		return nil, models.Invalid("case", nothingChosen)
	}
	lines := make([]ChaseLine, len(rows))
	for i, r := range rows {
		lines[i] = ChaseLine{Ref: r.Case.Ref, Title: r.Case.Title, Member: r.Member}
		switch {
		case r.Case.Status == models.StatusClosed:
			lines[i].Why = "The case is closed."
		case !agreed[r.Case.ID]:
			lines[i].Why = "The resident has not agreed, or has taken the consent back. Without it nothing goes to the landlord."
		default:
			choice, err := s.LetterChoice(ctx, actor, StartLetter{Ref: r.Case.Ref, Type: chaseLetter})
			if err != nil {
				return nil, err
			}
			lines[i].Why = choice.Fit.Why
		}
	}
	return lines, nil
}

// chaseLetter is the type of letter that chases the landlord.
const chaseLetter = "chase-landlord"

// ChaseMany drafts a letter that chases the landlord for each of several cases; nothing is sent. A draft that is there already is left as
// it is and counts. A case for which none can be drafted is named, with the reason.
func (s *Service) ChaseMany(ctx context.Context, actor models.Actor, refs []string) (Bulk, error) {
	plan, err := s.PlanChase(ctx, actor, refs)
	if err != nil {
		return Bulk{}, err
	}
	var out Bulk
	for _, l := range plan {
		if l.Why != "" {
			out.Left = append(out.Left, Left{l.Ref, l.Why})
			continue
		}
		switch _, err := s.DraftLetter(ctx, actor, l.Ref, chaseLetter, 0); {
		case err == nil:
			out.Done = append(out.Done, l.Ref)
		case models.CodeOf(err) == "":
			return out, fmt.Errorf("chase several: %w", err)
		default:
			out.Left = append(out.Left, Left{l.Ref, models.FieldErrors(err)[0].Message})
		}
	}
	return out, nil
}
