package campaign

import (
	"context"
	"fmt"

	"commoncase/app/store"
	"commoncase/models"
	"commoncase/models/access"
	"commoncase/models/civil"
)

// Demands returns the demands of the branch in the order of their numbers. Everybody in the branch may read them.
func (s *Service) Demands(ctx context.Context, actor models.Actor) ([]models.Demand, error) {
	if err := actor.Can(access.SeeBranch); err != nil {
		return nil, err
	}
	return s.st.Demands(ctx, actor.BranchID)
}

// DemandView is one demand with its history: what was recorded of it, the oldest first.
type DemandView struct {
	Demand  models.Demand
	History []models.AuditEntry
}

// Demand returns one demand of the branch by its number.
func (s *Service) Demand(ctx context.Context, actor models.Actor, number int) (DemandView, error) {
	if err := actor.Can(access.SeeBranch); err != nil {
		return DemandView{}, err
	}
	d, err := s.st.Demand(ctx, actor.BranchID, number)
	if err != nil {
		return DemandView{}, err
	}
	history, err := s.st.AuditOf(ctx, actor.BranchID, demandSubject(number))
	return DemandView{Demand: d, History: history}, err
}

func demandSubject(number int) string { return fmt.Sprintf("demand %d", number) }

// AddDemand is what adds a demand. Number 0 takes the next; without a PointTitle the point has the title that it had.
type AddDemand struct {
	Number     int
	Point      int
	PointTitle string
	Text       string
	Measure    string // slug of the figure behind it; "" where none
}

// AddDemand adds a demand, with no answer yet.
func (s *Service) AddDemand(ctx context.Context, actor models.Actor, cmd AddDemand) (models.Demand, error) {
	if err := actor.Can(access.KeepDemands); err != nil {
		return models.Demand{}, err
	}
	tidy(&cmd.PointTitle, &cmd.Text, &cmd.Measure)
	var errs models.Errors
	if cmd.Point < 1 || cmd.Point > 99 {
		errs = append(errs, models.Invalid("point", "Enter the number of the point that the demand belongs to, from 1 to 99."))
	}
	if cmd.Number < 0 || cmd.Number > 9999 {
		errs = append(errs, models.Invalid("number", "Number the demand from 1 to 9999, or leave its number empty to take the next."))
	}
	errs = append(errs, tooLong("point-title", "the title of the point", cmd.PointTitle, maxLine)...)
	errs = append(errs, need("text", "what is demanded", cmd.Text, maxText)...)
	if err := errs.Or(); err != nil {
		return models.Demand{}, err
	}
	d := models.Demand{BranchID: actor.BranchID, Number: cmd.Number, Point: cmd.Point, PointTitle: cmd.PointTitle, Text: cmd.Text,
		Measure: cmd.Measure, Outcome: models.OutcomeNoAnswer}
	err := s.st.Tx(ctx, func(tx *store.Store) error {
		others, err := tx.Demands(ctx, actor.BranchID)
		if err != nil {
			return err
		}
		last := 0
		for _, o := range others {
			last = max(last, o.Number)
			if o.Number == d.Number {
				return models.Invalid("number", "There is a demand %d already. Choose another number, or leave it empty to take the next.", d.Number)
			}
			if o.Point == d.Point && d.PointTitle == "" {
				d.PointTitle = o.PointTitle
			}
			if o.Point == d.Point && d.PointTitle != o.PointTitle {
				return models.Invalid("point-title", "Point %d is called “%s”. Leave its title empty, or choose another point.", o.Point, o.PointTitle)
			}
		}
		if d.Number == 0 {
			d.Number = last + 1
		}
		if d.PointTitle == "" {
			return models.Invalid("point-title", "Point %d is new. Give it a title.", d.Point)
		}
		if err := tx.AddDemand(ctx, &d); err != nil {
			return err
		}
		return tx.AddAudit(ctx, actor, "demand.added", demandSubject(d.Number), fmt.Sprintf("point %d", d.Point))
	})
	return d, err
}

// SetOutcome is what records what became of a demand. Version is that of the demand which the person looked at.
type SetOutcome struct {
	Number  int
	Version int64
	Outcome models.Outcome
	On      civil.Date // needed unless there is no answer
	Note    string
	Source  string // needed unless there is no answer
}

// SetOutcome records what became of a demand. What was recorded before stays in the audit. Where somebody else changed the demand
// in between, the error is a conflict and nothing is written.
func (s *Service) SetOutcome(ctx context.Context, actor models.Actor, cmd SetOutcome) (models.Demand, error) {
	if err := actor.Can(access.KeepDemands); err != nil {
		return models.Demand{}, err
	}
	tidy(&cmd.Note, &cmd.Source)
	var errs models.Errors
	if !cmd.Outcome.Known() {
		errs = append(errs, models.Invalid("outcome", "Choose what became of the demand."))
	} else if cmd.Outcome != models.OutcomeNoAnswer {
		errs = append(errs, past("on", "that became known", cmd.On, s.Today())...)
		errs = append(errs, need("source", "where this is known from: a letter, a page, a meeting", cmd.Source, maxLine)...)
	} else {
		cmd.On, cmd.Source = 0, "" // there is nothing to date or to cite
	}
	errs = append(errs, tooLong("note", "the note", cmd.Note, maxText)...)
	if err := errs.Or(); err != nil {
		return models.Demand{}, err
	}
	var d models.Demand
	err := s.st.Tx(ctx, func(tx *store.Store) error {
		var err error
		if d, err = tx.Demand(ctx, actor.BranchID, cmd.Number); err != nil {
			return err
		}
		before := d.Outcome
		d.Version = cmd.Version
		d.Outcome, d.OutcomeOn, d.OutcomeNote, d.OutcomeSource = cmd.Outcome, cmd.On, cmd.Note, cmd.Source
		if err := tx.UpdateOutcome(ctx, &d); err != nil {
			return err
		}
		detail := fmt.Sprintf("%s, before: %s", d.Outcome.Label(), before.Label())
		if !d.OutcomeOn.IsZero() {
			detail = fmt.Sprintf("%s on %s, before: %s", d.Outcome.Label(), d.OutcomeOn.Long(), before.Label())
		}
		return tx.AddAudit(ctx, actor, "demand.outcome", demandSubject(d.Number), detail)
	})
	return d, err
}
