package store_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"commoncase/app/evidence"
	"commoncase/app/store"
	"commoncase/app/store/storetest"
	"commoncase/models"
	"commoncase/models/access"
	"commoncase/models/civil"
)

func evidenceNow() time.Time { return time.Date(2023, time.June, 14, 11, 0, 0, 0, time.UTC) }

func evidenceMigrate(ctx context.Context, url string) error {
	st, err := store.Open(ctx, url, evidenceNow)
	if err != nil {
		return err
	}
	defer st.Close()
	_, err = st.Migrate(ctx)
	return err
}

// The evidence page and the cases behind a figure need as many statements for fifty cases as for one.
func TestEvidenceQueryBudget(t *testing.T) {
	storetest.Each(t, evidenceMigrate, func(t *testing.T, url string) {
		ctx := t.Context()
		st, err := store.Open(ctx, url, evidenceNow)
		if err != nil {
			t.Fatal(err)
		}
		defer st.Close()
		must := func(err error) {
			t.Helper()
			if err != nil {
				t.Fatal(err)
			}
		}
		l := models.Landlord{Slug: "harbour-and-vale", Name: "Harbour & Vale Homes", Calendar: civil.EnglandAndWales, Invented: true}
		must(st.AddLandlord(ctx, &l))
		b := models.Branch{Slug: "hav", Name: "Harbour & Vale", LandlordID: l.ID, Prefix: "HAV", Threshold: 5}
		must(st.AddBranch(ctx, &b))
		actor := models.Actor{BranchID: b.ID, Roles: access.Roles{access.Secretary}}
		serial := int64(0)
		open := func(n int) {
			for range n {
				serial++
				m := models.Member{BranchID: b.ID, Name: "আনিকা রহমান", Area: fmt.Sprint("Area ", serial%7), Household: fmt.Sprint("home-", serial), Tenure: models.TenureAssured}
				must(st.AddMember(ctx, &m))
				c := models.Case{BranchID: b.ID, MemberID: m.ID, Ref: models.Reference("HAV", 2023, serial), Theme: models.Themes[int(serial)%len(models.Themes)],
					Title: "Leak", Status: models.StatusStage1Awaiting, OpenedOn: civil.On(2023, time.Month(1+serial%5), 3)}
				must(st.AddCase(ctx, &c))
				must(st.ReplaceClockRows(ctx, b.ID, c.ID, []models.ClockRow{{BranchID: b.ID, CaseID: c.ID, Duty: "code-2022/stage1-response", Regime: "code-2022",
					Name: "stage1-response", Bound: models.BoundLandlord, Due: c.OpenedOn.AddDays(14)}}))
				must(st.AddEvent(ctx, &models.Event{BranchID: b.ID, CaseID: c.ID, Kind: models.KindContactAttempt, On: c.OpenedOn}))
			}
		}
		ev := evidence.New(st, evidenceNow)
		total := st.CountStatements()
		pages := map[string]func() int{
			"the evidence page": func() int {
				r, err := ev.Report(ctx, actor, evidence.Query{})
				must(err)
				return r.Figures[0].N
			},
			"the cases behind a figure": func() int {
				r, err := ev.Behind(ctx, actor, "stage1-late-share", evidence.Query{}, 1)
				must(err)
				return len(r.Cases)
			},
		}
		measure := func(cases int) map[string]int {
			used := map[string]int{}
			for name, page := range pages {
				before := total()
				if n := page(); n != cases {
					t.Fatalf("%s shows %d cases, want %d", name, n, cases)
				}
				used[name] = total() - before
			}
			return used
		}
		open(1)
		one := measure(1)
		open(49)
		for name, n := range measure(50) {
			if n != one[name] || n < 8 || n > 12 {
				t.Errorf("%s: %d statements for one case, %d for fifty", name, one[name], n)
			}
		}
	})
}
