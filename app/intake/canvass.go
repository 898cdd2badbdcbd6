package intake

import (
	"context"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"commoncase/app/document"
	"commoncase/app/store"
	"commoncase/models"
	"commoncase/models/access"
	"commoncase/models/civil"
)

const (
	mostDoors   = 10_000 // homes of one round; more is a slip of the finger
	longestNote = 500    // characters
	mostOnSheet = 1000   // doors that one printed sheet lists
)

// Round is what a group of canvassers wrote on one sheet: an estate, a day, and counts of doors. It names nobody.
type Round struct {
	Area                               string
	On                                 civil.Date
	Homes, Knocked, Answered, Affected int
	Note                               string
}

func (x *Round) check(today civil.Date) error {
	x.Area, x.Note = strings.Join(strings.Fields(x.Area), " "), strings.TrimSpace(x.Note)
	var errs models.Errors
	if n := utf8.RuneCountInString(x.Area); n == 0 || n > longestArea {
		errs = append(errs, models.Invalid("area", "Write the name of the estate or street, in %d characters at most.", longestArea))
	}
	switch {
	case x.On.IsZero():
		errs = append(errs, models.Invalid("on", "Enter the day of the round."))
	case x.On > today:
		errs = append(errs, models.Invalid("on", "%s is still to come. Enter the day on which you went.", x.On.Long()))
	case x.On < today.AddMonths(-120):
		errs = append(errs, models.Invalid("on", "%s is more than ten years ago. Check the year.", x.On.Long()))
	}
	if x.Homes < 1 || x.Homes > mostDoors {
		errs = append(errs, models.Invalid("homes", "Enter how many homes were on the sheet, from 1 to %d.", mostDoors))
	}
	// Each is a part of the one before it; what is wrong with that one is said there.
	for _, c := range []struct {
		field     string
		n, before int
		sentence  string
	}{
		{"knocked", x.Knocked, x.Homes, "You knocked on %d doors, but only %d homes were on the sheet. Correct one of the two."},
		{"answered", x.Answered, x.Knocked, "%d doors were answered, but you knocked on only %d. Correct one of the two."},
		{"affected", x.Affected, x.Answered, "%d homes said that they are affected, but only %d answered. Correct one of the two."},
	} {
		if c.n > c.before {
			errs = append(errs, models.Invalid(c.field, c.sentence, c.n, c.before))
		} else if c.n < 0 {
			errs = append(errs, models.Invalid(c.field, "Enter a number from 0."))
		}
	}
	if n := utf8.RuneCountInString(x.Note); n > longestNote {
		errs = append(errs, models.Invalid("note", "The note has %d characters; %d fit. Shorten it.", n, longestNote))
	}
	return errs.Or()
}

// Count adds up rounds.
type Count struct {
	Rounds, Homes, Knocked, Answered, Affected int
}

func (c *Count) add(r models.Canvass) {
	c.Rounds++
	c.Homes += r.Homes
	c.Knocked += r.Knocked
	c.Answered += r.Answered
	c.Affected += r.Affected
}

// AreaCount is the count of one estate.
type AreaCount struct {
	Area string
	Count
	Last civil.Date // of its rounds
}

// CanvassLine is a round as it stands, with who wrote it down and what stood there before.
type CanvassLine struct {
	models.Canvass
	By  string
	Was []CanvassLine // the newest first
}

// CanvassView is every round of a branch, added up by estate.
type CanvassView struct {
	Areas  []AreaCount // by name
	All    Count
	Rounds []CanvassLine // the latest day first
	Estate []string      // names of estates in the list of homes
}

// AddRound writes a round down.
func (s *Service) AddRound(ctx context.Context, actor models.Actor, x Round) (models.Canvass, error) {
	return s.putRound(ctx, actor, 0, x)
}

// CorrectRound puts a corrected round in the place of one; what stood there is kept in its history.
func (s *Service) CorrectRound(ctx context.Context, actor models.Actor, id int64, x Round) (models.Canvass, error) {
	if id <= 0 {
		return models.Canvass{}, models.Errorf(models.CodeNotFound, "There is no such round in your branch.")
	}
	return s.putRound(ctx, actor, id, x)
}

func (s *Service) putRound(ctx context.Context, actor models.Actor, replaces int64, x Round) (c models.Canvass, err error) {
	if err := actor.Can(access.Canvass); err != nil {
		return c, err
	}
	if err := x.check(civil.Of(s.now())); err != nil {
		return c, err
	}
	err = s.st.Tx(ctx, func(tx *store.Store) error {
		action := "canvass.recorded"
		if replaces != 0 {
			action = "canvass.corrected"
			if _, err := tx.CanvassByID(ctx, actor.BranchID, replaces); err != nil {
				return err
			}
		}
		area, err := sameSpelling(ctx, tx, actor.BranchID, x.Area)
		if err != nil {
			return err
		}
		c = models.Canvass{BranchID: actor.BranchID, Area: area, On: x.On, Homes: x.Homes, Knocked: x.Knocked, Answered: x.Answered, Affected: x.Affected,
			Note: x.Note, Replaces: replaces, RecordedBy: actor.AccountID}
		if err := tx.AddCanvass(ctx, &c); err != nil {
			return err
		}
		return tx.AddAudit(ctx, actor, action, "", "round "+strconv.FormatInt(c.ID, 10))
	})
	if err != nil && models.CodeOf(err) == "" {
		err = fmt.Errorf("keep a round: %w", err)
	}
	return c, err
}

// sameSpelling is the name of an estate as it is written already, in the list of homes or in a round: "mill lane" is "Mill Lane".
func sameSpelling(ctx context.Context, tx *store.Store, branchID int64, area string) (string, error) {
	folded := models.Fold(area)
	listed, err := tx.HomesByArea(ctx, branchID)
	if err != nil {
		return "", err
	}
	for _, a := range listed {
		if models.Fold(a.Area) == folded {
			return a.Area, nil
		}
	}
	rounds, err := tx.Canvasses(ctx, branchID)
	if err != nil {
		return "", err
	}
	// The oldest row decides, but one that was corrected may have been corrected for its spelling.
	for _, r := range slices.Backward(standing(rounds)) {
		if models.Fold(r.Area) == folded {
			return r.Area, nil
		}
	}
	return area, nil
}

// standing are the rows that no other row corrects.
func standing(rows []models.Canvass) []models.Canvass {
	replaced := map[int64]bool{}
	for _, r := range rows {
		replaced[r.Replaces] = true
	}
	return slices.DeleteFunc(slices.Clone(rows), func(r models.Canvass) bool { return replaced[r.ID] })
}

// Round finds a round of the actor's branch.
func (s *Service) Round(ctx context.Context, actor models.Actor, id int64) (models.Canvass, error) {
	if err := actor.Can(access.Canvass); err != nil {
		return models.Canvass{}, err
	}
	return s.st.CanvassByID(ctx, actor.BranchID, id)
}

// Rounds returns every round of the actor's branch with its history, and what they add up to.
func (s *Service) Rounds(ctx context.Context, actor models.Actor) (CanvassView, error) {
	var v CanvassView
	if err := actor.Can(access.SeeCanvass); err != nil {
		return v, err
	}
	rows, err := s.st.Canvasses(ctx, actor.BranchID)
	if err != nil {
		return v, err
	}
	names, err := s.st.AccountNames(ctx, actor.BranchID)
	if err != nil {
		return v, err
	}
	listed, err := s.st.HomesByArea(ctx, actor.BranchID)
	if err != nil {
		return v, err
	}
	for _, a := range listed {
		v.Estate = append(v.Estate, a.Area)
	}
	byID := map[int64]models.Canvass{}
	for _, r := range rows {
		byID[r.ID] = r
	}
	at := map[string]int{}
	for _, r := range standing(rows) {
		line := CanvassLine{Canvass: r, By: names[r.RecordedBy]}
		for was, ok := byID[r.Replaces]; ok; was, ok = byID[was.Replaces] {
			line.Was = append(line.Was, CanvassLine{Canvass: was, By: names[was.RecordedBy]})
		}
		v.Rounds = append(v.Rounds, line)
		v.All.add(r)
		i, ok := at[models.Fold(r.Area)]
		if !ok {
			i = len(v.Areas)
			at[models.Fold(r.Area)] = i
			v.Areas = append(v.Areas, AreaCount{Area: r.Area, Last: r.On})
		}
		v.Areas[i].add(r)
	}
	slices.SortFunc(v.Areas, func(a, b AreaCount) int { return models.CompareHomes(a.Area, b.Area) })
	return v, nil
}

// CanvassTotal is what all rounds of the actor's branch add up to, for beside the figures. Held is true where fewer answered, or said one thing
// or the other, than may leave the branch as a number: Answered and Affected are 0 then.
func (s *Service) CanvassTotal(ctx context.Context, actor models.Actor) (all Count, held bool, err error) {
	if err := actor.Can(access.SeeCanvass); err != nil {
		return all, false, err
	}
	rows, err := s.st.Canvasses(ctx, actor.BranchID)
	if err != nil || len(rows) == 0 {
		return all, false, err
	}
	b, err := s.st.Branch(ctx, actor.BranchID)
	if err != nil {
		return all, false, err
	}
	for _, r := range standing(rows) {
		all.add(r)
	}
	if tooFew(all.Answered, all.Affected, b.Threshold) {
		all.Answered, all.Affected, held = 0, 0, true
	}
	return all, held, nil
}

// tooFew reports whether a count of those who answered could point to one of them: too few answered, or too few said the one thing or the other.
func tooFew(answered, affected, threshold int) bool {
	few := func(n int) bool { return n > 0 && n < threshold }
	return few(answered) || few(affected) || few(answered-affected)
}

// CanvassSheet is every round as it stands as a CSV file. Where fewer answered than may leave the branch as a number, theirs are held back.
func (s *Service) CanvassSheet(ctx context.Context, actor models.Actor) ([]byte, error) {
	v, err := s.Rounds(ctx, actor)
	if err != nil {
		return nil, err
	}
	b, err := s.st.Branch(ctx, actor.BranchID)
	if err != nil {
		return nil, err
	}
	rows := [][]string{{"estate", "day", "homes on the sheet", "knocked", "answered", "affected"}}
	for _, r := range v.Rounds {
		answered, affected := strconv.Itoa(r.Answered), strconv.Itoa(r.Affected)
		if tooFew(r.Answered, r.Affected, b.Threshold) {
			answered = fmt.Sprintf("held back: a number under %d is in it", b.Threshold)
			affected = answered
		}
		rows = append(rows, []string{r.Area, r.On.String(), strconv.Itoa(r.Homes), strconv.Itoa(r.Knocked), answered, affected})
	}
	return models.Sheet(rows), nil
}

// WriteCanvassSheet writes the sheet that canvassers carry, as a PDF: the doors of an estate from the list of homes in the order of their numbers, or
// empty rows where the list has none of it.
func (s *Service) WriteCanvassSheet(ctx context.Context, actor models.Actor, area string, w io.Writer) error {
	if err := actor.Can(access.Canvass); err != nil {
		return err
	}
	b, err := s.st.Branch(ctx, actor.BranchID)
	if err != nil {
		return err
	}
	doc := document.CanvassDoc{Branch: b.Name, Made: civil.Of(s.now())}
	if area = strings.Join(strings.Fields(area), " "); area != "" {
		if utf8.RuneCountInString(area) > longestArea {
			return models.Invalid("area", "Write the name of the estate or street, in %d characters at most.", longestArea)
		}
		if doc.Area, err = sameSpelling(ctx, s.st, actor.BranchID, area); err != nil {
			return err
		}
		homes, err := s.st.HomesIn(ctx, actor.BranchID, doc.Area, mostOnSheet+1)
		if err != nil {
			return err
		}
		if len(homes) > mostOnSheet {
			return models.Invalid("area", "%s has more than %d homes in the list, too many for one sheet. Write the name of a part of it, such as a street or a block; its rows are then empty.", doc.Area, mostOnSheet)
		}
		slices.SortStableFunc(homes, func(a, b models.Home) int { return models.CompareHomes(a.Line, b.Line) })
		for _, h := range homes {
			doc.Homes = append(doc.Homes, document.CanvassHome{Line: h.Line, Postcode: models.ShowPostcode(h.Postcode)})
		}
	}
	return document.CanvassSheet(w, doc)
}
