package app

import (
	"context"
	"database/sql"
	"fmt"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"commoncase/app/casework"
	"commoncase/app/files"
	"commoncase/app/store"
	"commoncase/app/store/storetest"
	"commoncase/models"
	"commoncase/models/access"
	"commoncase/models/civil"
	"commoncase/models/rulebook"
	"commoncase/models/timeline"

	_ "github.com/jackc/pgx/v5/stdlib" // the database is filled past the program
	_ "github.com/ncruces/go-sqlite3/driver"
)

const (
	queueCases  = 100_000
	queueCalls  = 200
	queueWanted = 20 * time.Millisecond // at the 95th percentile
)

// BenchmarkOverdueQueue says how long the first page of the overdue queue takes, with its total, in a branch of 100,000 cases of which
// 30,000 are overdue: the use case as the page calls it, on each database.
func BenchmarkOverdueQueue(b *testing.B) {
	b.Run("sqlite", func(b *testing.B) { benchQueue(b, storetest.SQLite(b, nil)) })
	b.Run("postgres", func(b *testing.B) { benchQueue(b, storetest.Postgres(b, nil)) })
}

func benchQueue(b *testing.B, url string) {
	b.Helper()
	ctx := b.Context()
	today := civil.MustParse("2025-06-02")
	now := func() time.Time { return today.Time().Add(10 * time.Hour) }
	check := func(err error) {
		b.Helper()
		if err != nil {
			b.Fatal(err)
		}
	}
	st, err := store.Open(ctx, url, now)
	check(err)
	b.Cleanup(func() {
		if err := st.Close(); err != nil {
			b.Error(err)
		}
	})
	_, err = st.Migrate(ctx)
	check(err)
	fs, err := files.Open(b.TempDir())
	check(err)
	b.Cleanup(func() {
		if err := fs.Close(); err != nil {
			b.Error(err)
		}
	})
	actor := fillQueue(b, st, url, today)
	cw := casework.New(st, fs, timeline.New(rulebook.Default()), now)

	var took []time.Duration
	for b.Loop() {
		for range queueCalls {
			began := time.Now()
			list, err := cw.ListQueue(ctx, actor, casework.QueueAsk{Queue: models.QueueOverdue}, 1)
			took = append(took, time.Since(began))
			check(err)
			if list.Total != queueCases*3/10 || len(list.Lines) != casework.PageSize || len(list.Lines[0].Clocks) == 0 {
				b.Fatalf("the queue has %d cases, %d on the page", list.Total, len(list.Lines))
			}
		}
	}
	slices.Sort(took)
	at := func(percent int) time.Duration { return took[(len(took)-1)*percent/100] }
	ms := func(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }
	b.ReportMetric(0, "ns/op") // an operation is 200 calls
	b.ReportMetric(0, "B/op")
	b.ReportMetric(0, "allocs/op")
	b.ReportMetric(ms(at(50)), "p50-ms")
	b.ReportMetric(ms(at(95)), "p95-ms")
	fmt.Printf("overdue queue of %d cases on %s: p50 %.1f ms, p95 %.1f ms (want %d ms or less)\n", queueCases, st.Dialect(), ms(at(50)), ms(at(95)), queueWanted.Milliseconds())
}

// fillQueue writes a branch of 100,000 cases with three clocks each: three in ten are overdue, one in ten is closed with a deadline that
// was never met, and the others have time.
func fillQueue(b *testing.B, st *store.Store, url string, today civil.Date) models.Actor {
	b.Helper()
	ctx := context.Background()
	landlord := models.Landlord{Slug: "harbour-and-vale", Name: "Harbour & Vale Homes", Calendar: civil.EnglandAndWales, Invented: true}
	branch := models.Branch{Slug: "north", Name: "North branch", Prefix: "NOR", Threshold: 5}
	account := models.Account{Email: "aanika@north.example", Name: "আনিকা রহমান", PasswordHash: "x"}
	if err := st.AddLandlord(ctx, &landlord); err != nil {
		b.Fatal(err)
	}
	branch.LandlordID = landlord.ID
	for _, err := range []error{st.AddBranch(ctx, &branch), st.AddAccount(ctx, &account), st.GiveRole(ctx, account.ID, branch.ID, access.Caseworker)} {
		if err != nil {
			b.Fatal(err)
		}
	}
	db := openRaw(b, st.Dialect(), url)
	run := func(query string) {
		b.Helper()
		if _, err := db.ExecContext(ctx, query); err != nil {
			b.Fatalf("%.200s: %v", query, err)
		}
	}
	at, summary := "2025-01-06 09:00:00", strings.Repeat("The wall is black again. ", 20)
	insert := func(table, columns string, rows int, row func(i int) string) {
		b.Helper()
		for from := 0; from < rows; from += 1000 {
			var q strings.Builder
			fmt.Fprintf(&q, "INSERT INTO %s (%s) VALUES ", table, columns)
			for i := from; i < min(from+1000, rows); i++ {
				if i > from {
					q.WriteString(", ")
				}
				q.WriteString("(" + row(i) + ")")
			}
			run(q.String())
		}
	}
	due := func(i int) civil.Date {
		if i%10 < 4 {
			return today.AddDays(-1 - i%700)
		}
		return today.AddDays(i % 90)
	}
	id := strconv.Itoa(int(branch.ID))
	insert("members", "id, branch_id, name, email, phone, address, postcode, area, household, tenure, contact_safety, created_at", queueCases, func(i int) string {
		return fmt.Sprintf("%d, %s, 'Łukasz Żółć %d', '', '', '%d Quay Street', 'N1 1AA', 'Quayside', 'h%d', 'assured', '', '%s'", i+1, id, i, i, i, at)
	})
	insert("cases", "id, branch_id, member_id, ref, theme, title, summary, court_action, flag_hazard, flag_solicitor, flag_adverse, status, status_on, opened_on, landlord_due, landlord_duty, assigned_to, version, created_at, updated_at", queueCases, func(i int) string {
		status, to := "stage1_awaiting_response", "NULL"
		if i%10 == 0 {
			status = "closed"
		}
		if i%3 == 0 {
			to = strconv.Itoa(int(account.ID))
		}
		return fmt.Sprintf("%d, %s, %d, '%s', 'damp_mould', 'Mould in the bedroom', '%s', FALSE, FALSE, FALSE, FALSE, '%s', '2025-01-06', '2025-01-06', '%s', 'code-2024/stage1-response', %s, 3, '%s', '%s'",
			i+1, id, i+1, models.Reference("NOR", 2025, int64(i+1)), summary, status, due(i), to, at, at)
	})
	insert("clock_rows", "branch_id, case_id, duty, regime, name, type, bound, started_on, due, met_on, days_late, seq", 3*queueCases, func(i int) string {
		k, met := i/3, "NULL"
		name, on := "stage1-response", due(k)
		switch i % 3 {
		case 0:
			name, met = "stage1-acknowledgement", "'2025-01-10'"
		case 2:
			name, on = "stage2-response", on.AddDays(30)
		}
		return fmt.Sprintf("%s, %d, 'code-2024/%s', 'code-2024', '%s', 'duty', 'landlord', '2025-01-06', '%s', %s, 0, %d", id, k+1, name, name, on, met, i%3)
	})
	if st.Dialect() == store.Postgres {
		run("VACUUM") // which PostgreSQL would do by itself within minutes
	}
	run("ANALYZE") //nolint:misspell // so SQL spells it
	return models.Actor{AccountID: account.ID, Name: account.Name, BranchID: branch.ID, Roles: access.Roles{access.Caseworker}}
}

// openRaw opens the database past the program: a hundred thousand cases through the use cases would take an hour.
func openRaw(b *testing.B, dialect store.Dialect, url string) *sql.DB {
	b.Helper()
	name, address := "pgx", url
	if dialect == store.SQLite {
		name, address = "sqlite3", "file:"+filepath.ToSlash(url)+"?_pragma=busy_timeout(10000)&_pragma=synchronous(off)"
	}
	db, err := sql.Open(name, address)
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { db.Close() })
	return db
}
