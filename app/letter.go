package app

import (
	"context"
	"io"

	"commoncase/app/campaign"
	"commoncase/app/evidence"
	"commoncase/models"
)

// PrintLetter writes a letter as a PDF; a draft is filled with the figures of its period as they are now.
func (a *App) PrintLetter(ctx context.Context, actor models.Actor, ref string, w io.Writer) error {
	v, err := a.Campaign.Letter(ctx, actor, ref)
	if err != nil {
		return err
	}
	var figures []models.Figure
	if v.Letter.State == models.LetterDraft {
		// A draft whose period is still to begin has no figures; the letter says which it lacks.
		if from, to := campaign.Period(v.Letter, a.Campaign.Today()); from <= to {
			if figures, err = a.Evidence.Figures(ctx, actor, evidence.Query{From: from, To: to}); err != nil {
				return err
			}
		}
	}
	return a.Campaign.PrintLetter(ctx, actor, ref, figures, w)
}
