package app

import (
	"context"
	"database/sql"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"commoncase/app/casework"
	"commoncase/app/config"
	"commoncase/app/store/storetest"
	"commoncase/models"
	"commoncase/models/civil"

	_ "github.com/jackc/pgx/v5/stdlib" // the database is filled past the program
	_ "github.com/ncruces/go-sqlite3/driver"
)

const (
	recomputeCases  = 100_000
	recomputeFew    = 20_000 // to see whether memory grows with the number
	recomputeWanted = 60 * time.Second
)

// BenchmarkRecompute says how long it takes to judge 100,000 cases of ten events each, on both databases: the first time, when no clock is
// kept and every row is written; again, when nothing differs; and after a bank holiday was announced late. Among the cases are complaints
// on the whole road, hazards, requests, promises, repairs and orders, of tenants and leaseholders. It also says how much memory it
// took at most, with 20,000 cases and with 100,000.
func BenchmarkRecompute(b *testing.B) {
	n := recomputeCases
	if s := os.Getenv("COMMONCASE_TEST_RECOMPUTE_CASES"); s != "" {
		var err error
		if n, err = strconv.Atoi(s); err != nil {
			b.Fatal(err)
		}
	}
	b.Run("sqlite", func(b *testing.B) { benchRecompute(b, n, "") })
	b.Run("postgres", func(b *testing.B) { benchRecompute(b, n, storetest.Postgres(b, nil)) })
}

func benchRecompute(b *testing.B, n int, url string) {
	dir := b.TempDir()
	logFile, err := os.Create(filepath.Join(dir, "log"))
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { logFile.Close() })
	cfg := config.Config{DatabaseURL: config.Secret(url), DataDir: dir, BaseURL: "http://localhost:8080"}
	today := civil.MustParse("2026-11-22")
	a, err := New(b.Context(), cfg, Options{Migrate: true, Log: slog.New(slog.NewTextHandler(logFile, nil)),
		Now: func() time.Time { return today.Time().Add(12 * time.Hour) }})
	if err != nil {
		b.Fatal(err)
	}
	a.Casework.AfterStart(nil) // what is measured runs here, once
	b.Cleanup(func() {
		if err := a.Close(); err != nil {
			b.Error(err)
		}
	})
	few := min(recomputeFew, n)
	fill(b, a, cfg, 1, few)
	_, fewHeap := recomputed(b, a, few)
	if few < n {
		fill(b, a, cfg, few+1, n)
	}
	db := open(b, cfg)
	must(b, db, `DELETE FROM clock_rows`)
	must(b, db, `DELETE FROM moved_clocks`)
	must(b, db, `UPDATE cases SET rules = '', landlord_due = NULL, status = 'story_received'`)
	tidyUp(b, db, url)

	b.ResetTimer()
	for b.Loop() {
		first, heap := recomputed(b, a, n)
		second, _ := recomputed(b, a, n)
		_, run, err := a.Casework.AddHoliday(b.Context(), models.Actor{}, casework.AddHoliday{Calendar: civil.EnglandAndWales, On: civil.MustParse("2026-03-18"),
			Title: "An invented jubilee", Source: "invented"})
		if err != nil {
			b.Fatal(err)
		}
		third, _ := ran(b, a, run.ID, n)
		b.ReportMetric(first.Seconds(), "first-s")
		b.ReportMetric(second.Seconds(), "again-s")
		b.ReportMetric(third.Seconds(), "holiday-s")
		b.ReportMetric(float64(fewHeap)/1e6, "few-MB")
		b.ReportMetric(float64(heap)/1e6, "heap-MB")
		clocks, moved := count(b, db, `SELECT count(*) FROM clock_rows`), count(b, db, fmt.Sprintf(`SELECT count(*) FROM moved_clocks WHERE recompute_id = %d`, run.ID))
		regimes := count(b, db, `SELECT count(DISTINCT regime) FROM clock_rows`)
		fmt.Printf("recompute, %s: %d cases, %d events, %d clocks of %d regimes: %.1f s (want %.0f or less), again %.1f s, after a late holiday that moved %d %.1f s; heap at most %.0f MB with %d cases, %.0f MB with %d\n",
			a.st.Dialect(), n, count(b, db, `SELECT count(*) FROM events`), clocks, regimes, first.Seconds(), recomputeWanted.Seconds(), second.Seconds(), moved, third.Seconds(),
			float64(fewHeap)/1e6, few, float64(heap)/1e6, n)
	}
	drifts, cases, err := a.Casework.FindDrift(b.Context(), false)
	if err != nil || cases != n || len(drifts) != 0 {
		b.Fatalf("afterwards %d of %d cases differ: %v", len(drifts), cases, err)
	}
}

// recomputed starts a run over all cases and waits for its end.
func recomputed(b *testing.B, a *App, cases int) (time.Duration, uint64) {
	b.Helper()
	id, err := a.Casework.StartRecompute(b.Context(), models.Actor{}, "A benchmark.", 0)
	if err != nil {
		b.Fatal(err)
	}
	return ran(b, a, id, cases)
}

// ran runs it and says how long that took and how large the heap was at most.
func ran(b *testing.B, a *App, id int64, cases int) (time.Duration, uint64) {
	b.Helper()
	runtime.GC()
	var most atomic.Uint64
	ctx, stop := context.WithCancel(b.Context())
	watched := make(chan struct{})
	go func() {
		defer close(watched)
		for ctx.Err() == nil {
			var m runtime.MemStats
			runtime.ReadMemStats(&m)
			most.Store(max(most.Load(), m.HeapInuse))
			time.Sleep(20 * time.Millisecond)
		}
	}()
	began := time.Now()
	err := a.Casework.RunRecompute(b.Context(), id)
	took := time.Since(began)
	stop()
	<-watched
	if err != nil {
		b.Fatal(err)
	}
	run, err := a.Casework.Run(b.Context(), id)
	if err != nil || run.Done != cases || run.FinishedAt == nil {
		b.Fatalf("%+v, %v", run, err)
	}
	return took, most.Load()
}

func open(b *testing.B, cfg config.Config) *sql.DB {
	b.Helper()
	name, url := "sqlite3", "file:"+filepath.ToSlash(cfg.SQLitePath())+"?_pragma=busy_timeout(10000)"
	if cfg.DatabaseURL != "" {
		name, url = "pgx", cfg.DatabaseURL.Reveal()
	}
	db, err := sql.Open(name, url)
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { db.Close() })
	return db
}

func must(b *testing.B, db *sql.DB, query string) {
	b.Helper()
	if _, err := db.ExecContext(b.Context(), query); err != nil {
		b.Fatalf("%.200s: %v", query, err)
	}
}

func count(b *testing.B, db *sql.DB, query string) (n int) {
	b.Helper()
	if err := db.QueryRowContext(b.Context(), query).Scan(&n); err != nil {
		b.Fatal(err)
	}
	return n
}

// tidyUp does what the databases do by themselves within minutes: what was deleted is taken away, and the planner learns how much there is.
func tidyUp(b *testing.B, db *sql.DB, url string) {
	b.Helper()
	if url != "" {
		must(b, db, `VACUUM ANALYZE`) //nolint:misspell // as PostgreSQL writes it
	}
}

// happening is one event of a story: so many days after its case was opened.
type happening struct {
	kind  models.Kind
	after int
	more  string // values of until_date (as days after, or NULL), about (as the place of an event in the story, or 0), procedure, category, urgency, reference
}

// story is ten events; the cases have the stories in turn.
type story struct {
	branch int // 1: a housing association's, 2: a council's
	tenure models.Tenure
	what   []happening
}

// asked is a request under a procedure.
func asked(p models.Procedure, after int) happening {
	return happening{models.KindRequestMade, after, "NULL|0|" + string(p) + "|||"}
}

const plainly = "NULL|0||||"

func stories() []story {
	road := []happening{{models.KindStoryReceived, 0, plainly}, {models.KindIssueReported, 1, plainly}, {models.KindComplaintMade, 20, plainly}, {models.KindComplaintAcknowledged, 26, plainly},
		{models.KindStage1Response, 45, plainly}, {models.KindEscalationRequested, 60, plainly}, {models.KindStage2Acknowledged, 66, plainly}}
	with := func(tenure models.Tenure, hs ...happening) story {
		return story{1, tenure, append(append([]happening{}, road...), hs...)}
	}
	council := func(tenure models.Tenure, hs ...happening) story {
		s := with(tenure, hs...)
		s.branch = 2
		return s
	}
	return []story{
		with(models.TenureAssured, happening{models.KindStage2Response, 95, plainly}, happening{models.KindOmbudsmanReferral, 120, plainly}, happening{models.KindOrderDue, 300, plainly}),
		with(models.TenureAssured, happening{models.KindHazardReported, 30, "NULL|0|||significant|"}, happening{models.KindHazardInvestigated, 41, "NULL|8||||"}, happening{models.KindMadeSafe, 52, "NULL|8||||"}),
		with(models.TenureSecure, happening{models.KindRepairRaised, 3, "NULL|0|||urgent|R-1"}, happening{models.KindAppointmentMissed, 12, "NULL|8||||"}, happening{models.KindPromiseMade, 14, "35|0||||"}),
		with(models.TenureLeaseholder, happening{models.KindRequestMade, 10, "NULL|0|" + string(models.ProcedureSubjectAccess) + "|||"}, happening{models.KindRequestMade, 15, "0|0|" + string(models.ProcedureCostsSummary) + "|||"},
			happening{models.KindRequestAnswered, 60, "NULL|8||||"}),
		with(models.TenureSharedOwnership, happening{models.KindPromiseMade, 70, "80|0||||"}, happening{models.KindTaskSet, 75, "90|0||||"}, happening{models.KindExtensionNotified, 40, "55|0||||"}),
		with(models.TenureAssured, asked(models.ProcedureMPEnquiry, 50), asked(models.ProcedureDataComplaint, 70), happening{models.KindDataBreach, 80, plainly}),
		council(models.TenureSecure, asked(models.ProcedureFOI, 30), happening{models.KindClarificationAsked, 36, "NULL|8||||"}, happening{models.KindClarificationGiven, 40, "NULL|8||||"}),
		council(models.TenureSecure, asked(models.ProcedureEIR, 30), happening{models.KindRequestExtended, 44, "NULL|8||||"}, happening{models.KindRepairRaised, 5, "NULL|0||heating_loss|emergency|R-2"}),
		council(models.TenureLeaseholder, happening{models.KindNoticeReceived, 12, "NULL|0|" + string(models.ProcedureIntention) + "|||"}, happening{models.KindNoticeReceived, 50, "NULL|0|" + string(models.ProcedureEstimates) + "|||"},
			asked(models.ProcedurePreAction, 100)),
		council(models.TenureSecure, asked(models.ProcedureCouncillor, 40), happening{models.KindHazardReported, 30, "NULL|0||fire|emergency|"}, happening{models.KindMadeSafe, 31, "NULL|9||||"}),
	}
}

// fill writes the cases with the numbers from..to, ten events each, past the program: what is kept of their clocks is left empty.
func fill(b *testing.B, a *App, cfg config.Config, from, to int) {
	b.Helper()
	db := open(b, cfg)
	db.SetMaxOpenConns(1)
	if from == 1 {
		landlord := models.Landlord{Slug: "clarion", Name: "Clarion Housing", Calendar: civil.EnglandAndWales, Type: models.LandlordAssociation}
		if _, err := a.People.FoundBranch(b.Context(), landlord, models.Branch{Slug: "north", Name: "North", Prefix: "NOR"}); err != nil {
			b.Fatal(err)
		}
		council := models.Landlord{Slug: "invented-council", Name: "Invented Council", Calendar: civil.EnglandAndWales, Type: models.LandlordCouncil, Invented: true}
		if _, err := a.People.FoundBranch(b.Context(), council, models.Branch{Slug: "south", Name: "South", Prefix: "SOU"}); err != nil {
			b.Fatal(err)
		}
		must(b, db, `CREATE TABLE days (n INTEGER PRIMARY KEY, d DATE NOT NULL)`)
		var vs []string
		for i, d := 0, civil.MustParse("2020-10-01"); i <= 2800; i++ {
			vs = append(vs, fmt.Sprintf("(%d, '%s')", i, d.AddDays(i)))
		}
		must(b, db, `INSERT INTO days (n, d) VALUES `+strings.Join(vs, ", "))
		must(b, db, `CREATE TABLE numbers (n INTEGER PRIMARY KEY)`)
	}
	must(b, db, `DELETE FROM numbers`)
	must(b, db, fmt.Sprintf(`INSERT INTO numbers WITH RECURSIVE c(n) AS (SELECT %d UNION ALL SELECT n + 1 FROM c WHERE n < %d) SELECT n FROM c`, from, to))
	all := stories()
	for i, s := range all {
		pick := fmt.Sprintf("FROM numbers x JOIN days d ON d.n = (x.n * 7919) %% 2000 WHERE x.n %% %d = %d", len(all), i)
		must(b, db, fmt.Sprintf(`INSERT INTO members (id, branch_id, name, email, phone, address, postcode, area, household, tenure, contact_safety, created_at)
			SELECT x.n, %d, 'Resident ' || x.n, '', '', '1 Invented Row', 'ZZ99 3VZ', 'Quayside', 'h' || x.n, '%s', '', '2026-01-01 00:00:00' %s`, s.branch, s.tenure, pick))
		must(b, db, fmt.Sprintf(`INSERT INTO cases (id, branch_id, member_id, ref, theme, title, court_action, status, flag_hazard, flag_solicitor, flag_adverse, opened_on, version, created_at, updated_at)
			SELECT x.n, %d, x.n, 'NOR-' || x.n, 'damp_mould', 'Mould in the bedroom', FALSE, 'story_received', FALSE, FALSE, FALSE, d.d, 1, '2026-01-01 00:00:00', '2026-01-01 00:00:00' %s`, s.branch, pick))
		for k, h := range s.what {
			f := strings.Split(h.more, "|")
			until, about := "CAST(NULL AS DATE)", "NULL"
			if f[0] != "NULL" {
				until = fmt.Sprintf("(SELECT u.d FROM days u WHERE u.n = d.n + %s)", f[0])
			}
			if f[1] != "0" {
				at, err := strconv.Atoi(f[1])
				if err != nil {
					b.Fatal(err)
				}
				about = fmt.Sprintf("x.n * 10 + %d", at-1)
			}
			must(b, db, fmt.Sprintf(`INSERT INTO events (id, branch_id, case_id, kind, on_date, until_date, about, procedure, category, urgency, reference, answered, recorded_at)
				SELECT x.n * 10 + %d, %d, x.n, '%s', (SELECT e.d FROM days e WHERE e.n = d.n + %d), %s, %s, '%s', '%s', '%s', '%s', FALSE, '2026-01-01 00:00:00' %s`,
				k, s.branch, h.kind, h.after, until, about, f[2], f[3], f[4], f[5], pick))
		}
	}
	tidyUp(b, db, cfg.DatabaseURL.Reveal())
}
