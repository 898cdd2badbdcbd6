package intake

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	netmail "net/mail"
	"reflect"
	"slices"
	"strings"
	"unicode/utf8"

	"commoncase/app/store"
	"commoncase/models"
	"commoncase/models/catalogue"
)

// limits of what is typed, in characters.
const (
	maxLine = 200
	maxNote = 2000
	maxText = 20000
)

// Answers returns what the teller wrote: of a draft unsealed, of a story that was sent as it was sent.
func (s *Service) Answers(ctx context.Context, x Session) (models.Answers, error) {
	story, err := s.st.StoryByID(ctx, x.BranchID, x.StoryID)
	if err != nil {
		return models.Answers{}, err
	}
	return x.answers(&story)
}

func (x *Session) answers(story *models.Story) (models.Answers, error) {
	if story.State == models.StoryDraft {
		c, err := openSecret(x.key, story)
		if err != nil || c.Answers == nil {
			return models.Answers{}, err
		}
		return *c.Answers, nil
	}
	return told(story)
}

// told reads what was told of a story that was sent.
func told(story *models.Story) (a models.Answers, err error) {
	if story.Content == "" {
		return a, nil
	}
	if err := json.Unmarshal([]byte(story.Content), &a); err != nil {
		return a, fmt.Errorf("read story %d: %w", story.ID, err)
	}
	return a, nil
}

// Save changes what the teller wrote: change gets all answers as they stand, so that two tabs lose nothing of one another. The draft then lives
// its whole time again. Answers that cannot be are models.Errors by field, named as in the JSON of models.Answers, and nothing is changed; unready
// where the story was sent.
func (s *Service) Save(ctx context.Context, x Session, change func(*models.Answers)) error {
	return s.st.Tx(ctx, func(tx *store.Store) error {
		story, err := tx.LockStoryByID(ctx, x.BranchID, x.StoryID)
		if models.CodeOf(err) == models.CodeNotFound {
			return gone()
		} else if err != nil {
			return err
		}
		if story.State != models.StoryDraft {
			return catalogue.Errorf(models.CodeUnready, "error.sent")
		}
		c, err := openSecret(x.key, &story)
		if err != nil {
			return err
		}
		if c.Answers == nil {
			c.Answers = &models.Answers{}
		}
		if c.Answers.Consents == nil {
			c.Answers.Consents = map[models.Purpose]models.ConsentValue{}
		}
		change(c.Answers)
		tidy(c.Answers)
		if err := check(c.Answers).Or(); err != nil {
			return err
		}
		if story.Sealed, err = c.close(x.key, story.ID); err != nil {
			return err
		}
		expires := tx.Now().Add(draftLife)
		story.ExpiresAt = &expires
		if err := tx.ExtendLinks(ctx, story.BranchID, story.ID, expires); err != nil {
			return err
		}
		return tx.SealStory(ctx, &story)
	})
}

// Discard deletes a draft and its files at once; unready where it was sent.
func (s *Service) Discard(ctx context.Context, x Session) error {
	err := s.discard(ctx, x.BranchID, x.StoryID, func(story *models.Story) bool { return true })
	if models.CodeOf(err) == models.CodeNotFound { // in another tab
		return nil
	}
	return err
}

// discard deletes a draft that fits.
func (s *Service) discard(ctx context.Context, branchID, storyID int64, fits func(*models.Story) bool) error {
	var fs []models.StoryFile
	err := s.st.Tx(ctx, func(tx *store.Store) error {
		story, err := tx.LockStoryByID(ctx, branchID, storyID)
		if err != nil {
			return err
		}
		if story.State != models.StoryDraft {
			return catalogue.Errorf(models.CodeUnready, "error.sent")
		}
		if !fits(&story) {
			return nil
		}
		if fs, err = tx.FilesOfStory(ctx, branchID, storyID); err != nil {
			return err
		}
		return tx.DeleteDraft(ctx, branchID, storyID)
	})
	if err != nil {
		return err
	}
	var errs []error
	for _, f := range fs {
		errs = append(errs, s.removePieces(f.Pieces), s.forget(ctx, f.Hash))
	}
	return errors.Join(errs...)
}

// tidy takes out of the answers what no database takes and what nobody sees.
func tidy(a *models.Answers) {
	v := reflect.ValueOf(a).Elem()
	for i := range v.NumField() {
		f := v.Field(i)
		switch {
		case f.Kind() == reflect.String:
			f.SetString(clean(f.String()))
		case f.Kind() == reflect.Slice:
			for j := range f.Len() {
				f.Index(j).SetString(clean(f.Index(j).String()))
			}
		}
	}
	a.Email = strings.ToLower(a.Email)
	for p, v := range a.Consents {
		if v == "" {
			delete(a.Consents, p)
		}
	}
}

func clean(s string) string {
	s = strings.ReplaceAll(strings.ToValidUTF8(s, "\uFFFD"), "\x00", "")
	return strings.TrimSpace(strings.ReplaceAll(s, "\r\n", "\n"))
}

var (
	threeWays = []string{"", "yes", "no", "unsure"}
	atRisk    = []string{"baby", "child", "older", "pregnant", "breathing", "disabled"}
	safeWays  = []string{"page", "email", "phone", "text", "post"}
)

// check says which answers cannot be. An empty one always can.
func check(a *models.Answers) models.Errors {
	var errs models.Errors
	add := func(field, key string, put ...any) { errs = append(errs, catalogue.Invalid(field, key, put...)) }
	long := func(field, value string, most int) {
		if n := utf8.RuneCountInString(value); n > most {
			add(field, "error.long", "N", n, "Most", most)
		}
	}
	long("postcode", a.Postcode, 20)
	long("address", a.Address, 1000)
	long("area", a.Area, maxLine)
	long("landlord", a.Landlord, maxLine)
	if a.Tenure != "" && !a.Tenure.Known() {
		add("tenure", "error.choose")
	}
	if slices.ContainsFunc(a.Themes, func(t models.Theme) bool { return !t.Known() }) || len(a.Themes) > 50 {
		add("themes", "error.choose")
	}
	long("story", a.Story, maxText)
	long("since", a.Since, maxLine)
	if !slices.Contains(threeWays, a.Reported) {
		add("reported", "error.choose")
	}
	long("reported_when", a.ReportedWhen, maxNote)
	long("reported_how", a.ReportedHow, maxNote)
	long("job_numbers", a.JobNumbers, maxNote)
	long("answer", a.Answer, maxText)
	if !slices.Contains(threeWays, a.Complaint) {
		add("complaint", "error.choose")
	}
	long("people", a.People, maxNote)
	long("needs", a.Needs, maxNote)
	if !within(a.AtRisk, atRisk) {
		add("at_risk", "error.choose")
	}
	long("wanted", a.Wanted, maxText)
	for p, v := range a.Consents {
		if !slices.Contains(models.Purposes, p) || !p.Takes(v) {
			add("consent_"+string(p), "error.choose")
		}
	}
	long("name", a.Name, maxLine)
	if m, err := netmail.ParseAddress(a.Email); a.Email != "" && (err != nil || m.Address != a.Email || len(a.Email) > 254) {
		add("email", "error.email.wrong")
	}
	long("phone", a.Phone, 60)
	if !within(a.SafeWays, safeWays) {
		add("safe_ways", "error.choose")
	}
	long("safe_times", a.SafeTimes, maxNote)
	if len(a.Done) > 50 {
		add("done", "error.choose")
	}
	return errs
}

func within(some, all []string) bool {
	return len(some) <= len(all) && !slices.ContainsFunc(some, func(x string) bool { return !slices.Contains(all, x) })
}
