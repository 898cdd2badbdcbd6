package intake

import (
	"context"
	"fmt"
	"strings"
	"unicode/utf8"

	"commoncase/app/store"
	"commoncase/models"
	"commoncase/models/access"
)

const (
	longestWords = 1000 // characters of a branch's own words above its form
	mostMonths   = 60   // after which consent may be asked again
)

// Settings are what a branch says about how it takes stories.
type Settings struct {
	Open   bool   // stories may be told without an account
	Sure   bool   // the secretary has read what opening means; asked for when it opens
	Words  string // its own, above the form
	Months int    // after which consent is asked again; 0: never
}

// Office is a branch's intake as its secretary sees it.
type Office struct {
	Settings
	Branch models.Branch
	New    int // stories that wait
	Held   int // stories that were kept aside
}

// Office reads the settings of the actor's branch, and how many stories wait.
func (s *Service) Office(ctx context.Context, actor models.Actor) (Office, error) {
	if err := actor.Can(access.KeepIntake); err != nil {
		return Office{}, err
	}
	b, err := s.st.Branch(ctx, actor.BranchID)
	if err != nil {
		return Office{}, err
	}
	o := Office{Settings: Settings{Open: b.IntakeOpen, Words: b.IntakeWords, Months: b.ConsentMonths}, Branch: b}
	o.New, o.Held, err = s.st.StoriesWaiting(ctx, actor.BranchID)
	return o, err
}

// Keep writes the settings. To open asks for Sure. Whoever has begun a story before the branch closed can still send it.
func (s *Service) Keep(ctx context.Context, actor models.Actor, x Settings) error {
	if err := actor.Can(access.KeepIntake); err != nil {
		return err
	}
	x.Words = strings.TrimSpace(x.Words)
	err := s.st.Tx(ctx, func(tx *store.Store) error {
		b, err := tx.Branch(ctx, actor.BranchID)
		if err != nil {
			return err
		}
		var errs models.Errors
		if x.Open && !b.IntakeOpen && !x.Sure {
			errs = append(errs, models.Invalid("sure", "Tick that you have read what opening means, or leave it closed."))
		}
		if n := utf8.RuneCountInString(x.Words); n > longestWords {
			errs = append(errs, models.Invalid("words", "Your words have %d characters; %d fit. Shorten them: people read them on a phone.", n, longestWords))
		}
		if x.Months < 0 || x.Months > mostMonths {
			errs = append(errs, models.Invalid("months", "Enter a number of months from 0 to %d.", mostMonths))
		}
		if err := errs.Or(); err != nil {
			return err
		}
		if err := tx.UpdateIntake(ctx, actor.BranchID, x.Open, x.Words, x.Months); err != nil {
			return err
		}
		detail := ""
		if x.Open != b.IntakeOpen {
			if detail = "closed"; x.Open {
				detail = "opened"
			}
		}
		return tx.AddAudit(ctx, actor, "intake.settings", "", detail)
	})
	if err != nil && models.CodeOf(err) == "" {
		err = fmt.Errorf("keep the settings of the intake: %w", err)
	}
	return err
}
