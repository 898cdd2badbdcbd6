package app

import (
	"context"
	"io"

	"commoncase/app/intake"
)

// ImportHomes reads a file of a landlord's homes for the command line and puts it in the place of the list of a branch.
func (a *App) ImportHomes(ctx context.Context, branchSlug string, file io.ReadSeeker) (intake.HomesFile, error) {
	return a.Intake.LoadHomes(ctx, branchSlug, file)
}
