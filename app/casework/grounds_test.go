package casework

import (
	"slices"
	"strings"
	"testing"

	"commoncase/models"
	"commoncase/models/civil"
	"commoncase/models/rulebook"
	"commoncase/models/timeline"
)

// The grounds outside the Ombudsman's jurisdiction are named where the case shows them, by the Scheme of the day.
func TestJurisdiction(t *testing.T) {
	book := rulebook.Default()
	engine := timeline.New(book)
	ev := func(k models.Kind, on string) models.Event { return models.Event{Kind: k, On: civil.MustParse(on)} }
	request := func(p models.Procedure) models.Event {
		e := ev(models.KindRequestMade, "2024-05-20")
		e.Procedure = p
		return e
	}
	road := []models.Event{ev(models.KindIssueReported, "2024-04-10"), ev(models.KindComplaintMade, "2024-05-01"), ev(models.KindStage1Response, "2024-05-10"),
		ev(models.KindEscalationRequested, "2024-05-12"), ev(models.KindStage2Response, "2024-06-10")}
	late := append([]models.Event{ev(models.KindIssueReported, "2022-01-10")}, road[1:]...)
	for _, x := range []struct {
		name   string
		c      models.Case
		l      models.Landlord
		events []models.Event
		today  string
		want   string // the slugs, in order
	}{
		{"nothing", models.Case{}, models.Landlord{}, road, "2024-07-01", "jurisdiction"},
		{"42(a): not finished", models.Case{}, models.Landlord{}, road[:3], "2024-07-01", "ground-not-exhausted"},
		{"42(b): over twelve months", models.Case{}, models.Landlord{}, road, "2025-06-11", "ground-over-twelve-months"},
		{"42(c): raised late", models.Case{}, models.Landlord{}, late, "2024-07-01", "ground-raised-late"},
		{"42(d): service charges", models.Case{Theme: models.ThemeServiceCharges}, models.Landlord{}, road, "2024-07-01", "ground-charge-level"},
		{"42(d): by a request", models.Case{}, models.Landlord{}, append(slices.Clone(road), request(models.ProcedureCostsSummary)), "2024-07-01", "ground-charge-level"},
		{"42(f): a letter of claim", models.Case{}, models.Landlord{}, append(slices.Clone(road), request(models.ProcedurePreAction)), "2024-07-01", "ground-better-elsewhere"},
		{"42(j): personal data", models.Case{}, models.Landlord{}, append(slices.Clone(road), request(models.ProcedureSubjectAccess)), "2024-07-01", "ground-other-body"},
		{"41(c): court", models.Case{CourtAction: true}, models.Landlord{}, road, "2024-07-01", "ground-court ground-legal-proceedings"},
		{"41(d): a council's allocations", models.Case{Theme: models.ThemeMoves}, models.Landlord{Type: models.LandlordCouncil}, road, "2024-07-01", "ground-council-functions"},
		{"a move of an association", models.Case{Theme: models.ThemeMoves}, models.Landlord{Type: models.LandlordAssociation}, road, "2024-07-01", "jurisdiction"},
		{"42(l): decided", models.Case{}, models.Landlord{}, append(slices.Clone(road), ev(models.KindOmbudsmanReferral, "2024-07-01"), ev(models.KindDetermination, "2024-12-01")), "2024-12-05", "ground-decided-before"},
	} {
		t.Run(x.name, func(t *testing.T) {
			today := civil.MustParse(x.today)
			v := CaseView{Case: x.c, Landlord: x.l, Today: today, Result: engine.Compute(timeline.Matter{Events: x.events}, today)}
			for _, e := range x.events {
				v.Entries = append(v.Entries, models.Entry{Event: e})
			}
			var got []string
			for _, c := range jurisdiction(v, book) {
				got = append(got, c.Slug)
				if c.Slug != "jurisdiction" && (c.Mend == "" || !strings.Contains(c.Found, "Scheme 2024, 4")) {
					t.Errorf("%+v", c)
				}
			}
			if strings.Join(got, " ") != x.want {
				t.Errorf("%v, want %s", got, x.want)
			}
		})
	}
}
