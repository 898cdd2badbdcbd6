package casework

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"commoncase/models"
	"commoncase/models/access"
	"commoncase/models/rulebook"
	"commoncase/models/timeline"
)

// LetterCheck is a letter of the landlord beside what the Code wants it to say.
type LetterCheck struct {
	View    CaseView
	Letter  models.Entry
	List    *rulebook.Checklist
	Last    models.Event // the last check; its ID is 0 where the letter has not been checked
	Missing []string     // the slugs that the last check found missing
}

// LetterCheck reads a letter of a case with the list of what it must say; event is the entry of the letter.
func (s *Service) LetterCheck(ctx context.Context, actor models.Actor, ref string, event int64) (LetterCheck, error) {
	if err := actor.Can(access.LogEvent); err != nil {
		return LetterCheck{}, err
	}
	v, err := s.ReadCase(ctx, actor, ref)
	if err != nil {
		return LetterCheck{}, err
	}
	letter := v.entry(event)
	for letter != nil && letter.ReplacedBy != 0 { // an old link leads to the letter as it stands
		letter = v.entry(letter.ReplacedBy)
	}
	if letter == nil || letter.Kind == models.KindRetracted {
		return LetterCheck{}, models.Errorf(models.CodeNotFound, "There is no such letter on this case, or its entry has been taken back. Look at the history of the case.")
	}
	list, ok := v.Result.Checklist(letter.Kind)
	if !ok {
		return LetterCheck{}, models.Errorf(models.CodeNotFound, "The rulebook has no list of what an entry “%s” of this case must say, so there is nothing to check it against.", letter.Kind.Label())
	}
	c := LetterCheck{View: v, Letter: *letter, List: list}
	if last, ok := v.Result.Checked(letter.ID); ok {
		c.Last, c.Missing = last, strings.Fields(last.Items)
	}
	return c, nil
}

// CheckLetter is what somebody found in a letter. Version is the case's version that they had before them.
type CheckLetter struct {
	Ref     string
	Version int64
	Event   int64    // the entry of the letter
	Found   []string // slugs of the items that the letter has; the others are missing
	Note    string
}

// CheckLetter records what a letter says of what it must say, as an entry of today. A second check corrects the first.
func (s *Service) CheckLetter(ctx context.Context, actor models.Actor, cmd CheckLetter) (Logged, error) {
	c, err := s.LetterCheck(ctx, actor, cmd.Ref, cmd.Event)
	if err != nil {
		return Logged{}, err
	}
	var missing []string
	for _, i := range c.List.Items {
		if !slices.Contains(cmd.Found, i.Slug) {
			missing = append(missing, i.Slug)
		}
	}
	for _, f := range cmd.Found {
		if !slices.ContainsFunc(c.List.Items, func(i rulebook.Item) bool { return i.Slug == f }) {
			return Logged{}, models.Invalid("found", "One of the ticks is for an item that %s does not have for this letter. Open the check again from the case.", c.List.Regime.Short)
		}
	}
	// The version guards what was read here: LogEvent refuses where anything was added in between.
	out, err := s.LogEvent(ctx, actor, LogEvent{Ref: cmd.Ref, Version: cmd.Version, Kind: models.KindLetterChecked, On: c.View.Today, Note: cmd.Note,
		About: c.Letter.ID, Items: strings.Join(missing, " "), Replaces: c.Last.ID})
	if err != nil {
		return Logged{}, fmt.Errorf("check letter %d: %w", cmd.Event, err)
	}
	return out, nil
}

// Change is something that was done to a case: who did what, and when, in the words of the audit.
type Change struct {
	Entry models.AuditEntry
	By    string // "" where the person has left the branch
}

// ChangesSince are what raised the version of a case above the one that somebody had before them, the newest first: what the second of two
// people is shown.
func (s *Service) ChangesSince(ctx context.Context, actor models.Actor, ref string, seen int64) ([]Change, error) {
	f, _, err := s.open(ctx, actor, ref)
	if err != nil {
		return nil, err
	}
	entries, err := s.st.AuditOf(ctx, actor.BranchID, f.Case.Ref)
	if err != nil {
		return nil, err
	}
	names, err := s.st.AccountNames(ctx, actor.BranchID)
	if err != nil {
		return nil, err
	}
	secret, err := s.secretRows(ctx, actor, f.Case)
	if err != nil {
		return nil, err
	}
	var out []Change
	left := f.Case.Version - seen
	for _, e := range slices.Backward(entries) {
		if left <= 0 {
			break
		}
		if e.Action == "bundle.made" || e.Action == "file.added" { // they change nothing on the case
			continue
		}
		left--
		if strings.HasPrefix(e.Action, "event.") && secret[loggedAs{e.AccountID, e.At.UnixMicro(), models.Kind(e.Detail)}] {
			continue
		}
		out = append(out, Change{Entry: e, By: names[e.AccountID]})
	}
	return out, nil
}

// loggedAs is what the audit says of an event: by whom, when and of which kind.
type loggedAs struct {
	by   int64
	at   int64 // microseconds; an event and its audit row have one time
	kind models.Kind
}

// secretRows are the events of a case that the actor may not see, as they stand in the audit, which has no numbers of events.
func (s *Service) secretRows(ctx context.Context, actor models.Actor, c models.Case) (map[loggedAs]bool, error) {
	if seesAdverse(actor, c) {
		return nil, nil
	}
	events, err := s.st.Events(ctx, actor.BranchID, c.ID)
	if err != nil {
		return nil, err
	}
	rows := map[loggedAs]bool{}
	hidden := timeline.Confidential(events)
	for _, e := range events {
		if hidden[e.ID] {
			rows[loggedAs{e.RecordedBy, e.RecordedAt.UnixMicro(), e.Kind}] = true
		}
	}
	return rows, nil
}
