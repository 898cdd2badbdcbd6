package app

import (
	"context"

	"commoncase/app/casework"
	"commoncase/models"
	"commoncase/models/civil"
)

// AddHoliday adds a bank holiday for the command line, waits until every case that it moves is computed again, and tells how far that is.
func (a *App) AddHoliday(ctx context.Context, calendar civil.CalendarName, on civil.Date, title, source string, say func(models.Recompute)) (models.Holiday, models.Recompute, error) {
	h, run, err := a.Casework.AddHoliday(ctx, models.Actor{}, casework.AddHoliday{Calendar: calendar, On: on, Title: title, Source: source})
	if err != nil {
		return h, run, err
	}
	run, err = a.WaitRun(ctx, run.ID, say)
	return h, run, err
}
