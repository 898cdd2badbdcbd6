package store

import (
	"bytes"
	"context"
	"log/slog"
	"strings"
	"testing"
	"time"

	"commoncase/app/store/storetest"
	"commoncase/models"
)

// A query that fails is logged for the operator, and never with what somebody typed into it.
func TestTheLogHoldsNoValues(t *testing.T) {
	storetest.Each(t, migrateForLog, func(t *testing.T, url string) {
		var out bytes.Buffer
		old := slog.Default()
		slog.SetDefault(slog.New(slog.NewTextHandler(&out, nil)))
		defer slog.SetDefault(old)
		st, err := Open(t.Context(), url, time.Now)
		if err != nil {
			t.Fatal(err)
		}
		defer st.Close()
		var rows []models.Case
		for name, err := range map[string]error{
			"raw":    st.db.Raw("SELECT no_such_column FROM members WHERE name = ?", "Łukasz Żółć").Scan(&rows).Error,
			"find":   st.db.Raw("SELECT no_such_column FROM members WHERE name = ?", "Łukasz Żółć").Find(&rows).Error,
			"exec":   st.db.Exec("UPDATE members SET no_such_column = 1 WHERE name = ?", "Łukasz Żółć").Error,
			"create": st.AddMember(t.Context(), &models.Member{Name: "Łukasz Żółć", Household: "h", Tenure: "castle"}),
		} {
			if err == nil {
				t.Errorf("%s: did not fail", name)
			}
		}
		log := out.String()
		if !strings.Contains(log, "no_such_column") {
			t.Errorf("the log says nothing of the failed queries: %s", log)
		}
		if strings.Contains(log, "ukasz") {
			t.Errorf("a name is in the log: %s", log)
		}
	})
}

func migrateForLog(ctx context.Context, url string) error {
	st, err := Open(ctx, url, time.Now)
	if err != nil {
		return err
	}
	if _, err := st.Migrate(ctx); err != nil {
		return err
	}
	return st.Close()
}

// What happened stays: no statement changes or deletes it, whichever code sends it.
func TestHistoryCannotBeRewritten(t *testing.T) {
	storetest.Each(t, migrateForLog, func(t *testing.T, url string) {
		st, err := Open(t.Context(), url, time.Now)
		if err != nil {
			t.Fatal(err)
		}
		defer st.Close()
		l := models.Landlord{Slug: "x", Name: "X", Calendar: "england-and-wales"}
		if err := st.AddLandlord(t.Context(), &l); err != nil {
			t.Fatal(err)
		}
		b := models.Branch{Slug: "b", Name: "B", Prefix: "BB", LandlordID: l.ID, Threshold: 5}
		if err := st.AddBranch(t.Context(), &b); err != nil {
			t.Fatal(err)
		}
		if err := st.AddAudit(t.Context(), models.Actor{BranchID: b.ID}, "test.done", "", ""); err != nil {
			t.Fatal(err)
		}
		for _, sql := range []string{"UPDATE audit_entries SET action = 'nothing'", "DELETE FROM audit_entries"} {
			if err := st.db.Exec(sql).Error; err == nil {
				t.Errorf("%s went through", sql)
			}
		}
		// The three other tables are empty here, and a trigger speaks for a row: that each has both is held against the schema.
		for _, table := range []string{"events", "letter_events", "snapshots", "audit_entries"} {
			n := 0
			query := "SELECT count(*) FROM sqlite_master WHERE type = 'trigger' AND tbl_name = ?"
			want := 2
			if st.dialect == Postgres {
				query, want = "SELECT count(*) FROM pg_trigger WHERE NOT tgisinternal AND tgrelid = CAST(? AS regclass)", 1
			}
			if err := st.db.Raw(query, table).Scan(&n).Error; err != nil || n != want {
				t.Errorf("%s has %d triggers (%v)", table, n, err)
			}
		}
	})
}
