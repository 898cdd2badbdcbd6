package app

import (
	"context"

	"commoncase/models"
)

// KeepLandlordType says what kind of landlord one is and computes every case again, since some laws bind councils alone. It is the
// operator's: a landlord belongs to no branch.
func (a *App) KeepLandlordType(ctx context.Context, slug string, t models.LandlordType) (models.Recompute, error) {
	if err := a.People.KeepLandlordType(ctx, slug, t); err != nil {
		return models.Recompute{}, err
	}
	id, err := a.Casework.StartRecompute(ctx, models.Actor{}, "What kind of landlord one is was changed.", 0)
	if err != nil {
		return models.Recompute{}, err
	}
	return a.WaitRun(ctx, id, func(models.Recompute) {})
}
