package casework

import (
	"context"
	"strings"

	"commoncase/app/store"
	"commoncase/models"
	"commoncase/models/access"
)

// MovedLine is a deadline that a run put on another day.
type MovedLine struct {
	store.MovedRow
	Title string // "Stage 1 response"
	Cite  string // "Code 2022, 5.1"; "" where the rule is no longer in the rulebook
}

// RunView is what the page of a run shows: how far it is, and, to those who may see cases, what it moved in their branch.
type RunView struct {
	Run   models.Recompute
	Cases bool // the actor may see cases
	Lines []MovedLine
	Total int // deadlines of the branch that were moved
	On    int // on so many of its cases
	Page  int // from 1
	Pages int
}

const noRun = "There is no such run over your branch's cases."

// seesRuns says whether the actor may see what runs moved in their branch, and how far every run is.
func seesRuns(actor models.Actor) (cases, all bool, err error) {
	cases, all = actor.Can(access.SeeCases) == nil, actor.Can(access.KeepHolidays) == nil
	if !cases && !all {
		return false, false, actor.Can(access.SeeCases)
	}
	return cases, all, nil
}

// ReadRun reads a run over the cases. One over another branch is there for the operator alone, who sees counts and no case.
func (s *Service) ReadRun(ctx context.Context, actor models.Actor, id int64, page int) (RunView, error) {
	cases, all, err := seesRuns(actor)
	if err != nil {
		return RunView{}, err
	}
	run, err := s.st.Recompute(ctx, id)
	if err != nil {
		return RunView{}, err
	}
	ours := run.BranchID == 0 || run.BranchID == actor.BranchID
	if !ours && !all {
		return RunView{}, models.Errorf(models.CodeNotFound, noRun)
	}
	v := RunView{Run: run, Cases: cases && ours, Page: max(page, 1), Pages: 1}
	if !v.Cases {
		return v, nil
	}
	rows, total, on, err := s.st.MovedClocks(ctx, actor.BranchID, id, (v.Page-1)*PageSize, PageSize)
	if err != nil {
		return RunView{}, err
	}
	v.Total, v.On, v.Pages = total, on, max(1, (total+PageSize-1)/PageSize)
	for _, r := range rows {
		line := MovedLine{MovedRow: r, Title: plainDuty(r.Duty)}
		if rule, ok := s.engine.Book().Rule(r.Duty); ok {
			line.Title, line.Cite = rule.Title, rule.Cite()
		}
		v.Lines = append(v.Lines, line)
	}
	return v, nil
}

// plainDuty makes words of the id of a rule that is not in the rulebook: "example-2025/stage1-response" is "Stage1 response".
func plainDuty(id string) string {
	_, name, _ := strings.Cut(id, "/")
	name = strings.ReplaceAll(name, "-", " ")
	if name == "" {
		return id
	}
	return strings.ToUpper(name[:1]) + name[1:]
}

// RunLine is a run in a list.
type RunLine struct {
	models.Recompute
	Here int // deadlines of the actor's branch that it moved; 0 for those who may not see cases
}

// mostRuns is how many runs a list holds.
const mostRuns = 50

// ListRuns returns the newest runs that concern the actor's branch; of the operator all, with counts alone.
func (s *Service) ListRuns(ctx context.Context, actor models.Actor) ([]RunLine, error) {
	cases, all, err := seesRuns(actor)
	if err != nil {
		return nil, err
	}
	branch := actor.BranchID
	if all {
		branch = 0
	}
	runs, err := s.st.Recomputes(ctx, branch, mostRuns)
	if err != nil {
		return nil, err
	}
	lines, ids := make([]RunLine, len(runs)), make([]int64, len(runs))
	for i, r := range runs {
		lines[i], ids[i] = RunLine{Recompute: r}, r.ID
	}
	if !cases {
		return lines, nil
	}
	here, err := s.st.MovedCounts(ctx, actor.BranchID, ids)
	if err != nil {
		return nil, err
	}
	for i := range lines {
		lines[i].Here = here[lines[i].ID]
	}
	return lines, nil
}

// Run returns how far a run is. The command line asks.
func (s *Service) Run(ctx context.Context, id int64) (models.Recompute, error) {
	return s.st.Recompute(ctx, id)
}

// UnfinishedRuns returns the runs that have not come to their end. The program asks, to take them up again.
func (s *Service) UnfinishedRuns(ctx context.Context) ([]models.Recompute, error) {
	return s.st.UnfinishedRecomputes(ctx)
}

// judgedBy is the name under which the house remembers the version of the rulebook that judged its cases.
const judgedBy = "rulebook"

// FollowRules starts a run over every case where the rulebook is another than the one that judged them last.
func (s *Service) FollowRules(ctx context.Context) error {
	version := s.engine.Book().Version()
	kept, err := s.st.House(ctx, judgedBy)
	if err != nil || kept == version {
		return err
	}
	stale, err := s.st.CasesByOtherRules(ctx, version)
	if err != nil {
		return err
	}
	run := models.Recompute{Reason: "The rulebook is a new version, " + version + ".", Rules: version}
	err = s.st.Tx(ctx, func(tx *store.Store) error {
		if stale {
			if err := tx.AddRecompute(ctx, &run); err != nil {
				return err
			}
		}
		return tx.KeepHouse(ctx, judgedBy, version)
	})
	if err == nil && stale {
		s.started(run.ID)
	}
	return err
}
