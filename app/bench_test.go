package app

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/valyala/fasthttp"

	"commoncase/app/casework"
	"commoncase/app/config"
	"commoncase/app/store/storetest"
	"commoncase/models"
	"commoncase/models/access"
	"commoncase/models/civil"
)

const (
	benchConnections = 8
	benchPairs       = 5
	benchTurns       = 8                      // of each side in a pair
	benchTurn        = 250 * time.Millisecond // short, so that what else the machine does meets both alike
	benchWarmUp      = time.Second
	benchWanted      = 0.5 // ratio
)

// BenchmarkCasePage says how much of the speed of hand-written code the case page has: the whole program with its session, its
// guard and its clocks, against a Fiber handler in the same process that makes the same reads with pgx and writes the bytes that
// the page had. Both use the one pool, and before anything is measured the statements that the page leaves prepared in PostgreSQL are held
// against those of the handler, so that neither can read less than the other.
func BenchmarkCasePage(b *testing.B) {
	x := newCasePage(b)
	page := listen(b, x.app.Web())
	hand := listen(b, handWritten(x.app.st.Pool(), x))
	sides := []side{{addr: page, x: x}, {addr: hand, x: x}}
	for i := range sides {
		sides[i].run(b, benchWarmUp)
	}
	sameReads(b, x.app.st.Pool(), sides)

	var pages, hands, ratios []float64
	for b.Loop() {
		for i := range benchPairs {
			var rate [2]float64
			for turn := range benchTurns {
				first := (i + turn) % 2 // who goes first changes, so that a machine that grows warm favours neither
				for _, who := range []int{first, 1 - first} {
					rate[who] += sides[who].run(b, benchTurn) / benchTurns
				}
			}
			pages, hands, ratios = append(pages, rate[0]), append(hands, rate[1]), append(ratios, rate[0]/rate[1])
		}
	}
	b.ReportMetric(0, "ns/op") // an operation is five pairs of some seconds
	b.ReportMetric(0, "B/op")
	b.ReportMetric(0, "allocs/op")
	b.ReportMetric(median(pages), "page-req/s")
	b.ReportMetric(median(hands), "hand-req/s")
	b.ReportMetric(median(ratios), "ratio")
	fmt.Printf("case page (%d bytes): %.0f req/s, hand-written: %.0f req/s, ratio %.2f (want %.1f or more)\n",
		len(x.body), median(pages), median(hands), median(ratios), benchWanted)
}

func median(of []float64) float64 {
	s := slices.Sorted(slices.Values(of))
	if n := len(s); n%2 == 0 {
		return (s[n/2-1] + s[n/2]) / 2
	}
	return s[len(s)/2]
}

// casePage is the program on a PostgreSQL of its own, with the case whose page is asked for.
type casePage struct {
	app   *App
	path  string
	ref   string
	token string // of a caseworker's session
	body  []byte // of the page
}

// newCasePage fills a branch with sixty cases. One has twelve events and three files, two rule sets and somebody who runs it.
func newCasePage(b *testing.B) *casePage {
	b.Helper()
	ctx := b.Context()
	today := civil.MustParse("2023-07-31")
	logFile, err := os.Create(filepath.Join(b.TempDir(), "log"))
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { logFile.Close() })
	cfg := config.Config{DatabaseURL: config.Secret(storetest.Postgres(b, nil)), DataDir: b.TempDir(), BaseURL: "http://localhost:8080"}
	a, err := New(ctx, cfg, Options{Now: func() time.Time { return today.Time().Add(12 * time.Hour) }, Migrate: true,
		Log: slog.New(slog.NewJSONHandler(logFile, nil))})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() {
		if err := a.Close(); err != nil {
			b.Error(err)
		}
	})
	must := func(err error) {
		b.Helper()
		if err != nil {
			b.Fatal(err)
		}
	}
	landlord := models.Landlord{Slug: "harbour-and-vale", Name: "Harbour & Vale Homes", Calendar: civil.EnglandAndWales, Invented: true}
	_, err = a.People.FoundBranch(ctx, landlord, models.Branch{Slug: "north", Name: "North branch", Prefix: "NOR", Address: "1 Union Street"})
	must(err)
	for i, name := range []string{"Łukasz Żółć", "Niamh Ní Bhriain", "Seán O'Connor", "আনিকা রহমান", "محمد", "Trần Thị Hoa"} {
		_, err := a.People.AddAccount(ctx, fmt.Sprintf("%d@north.example", i), name, "lantern quay harbour", "north", []access.Role{access.Caseworker, access.Secretary}[i%2])
		must(err)
	}
	actor, err := a.People.ActorIn(ctx, "0@north.example", "north")
	must(err)
	x := &casePage{app: a}
	for i := range 60 {
		c, err := a.Casework.OpenCase(ctx, actor, casework.OpenCase{Resident: casework.Resident{Name: fmt.Sprintf("Resident %d", i), Address: fmt.Sprintf("%d Quay Street\nNorthtown", i+1), Postcode: "N1 1AA", Area: "Quayside", Tenure: models.TenureAssured, Phone: "020 7946 0000"}, Theme: models.ThemeDampMould, Title: "Mould in the children's bedroom", Summary: "The wall behind the beds is black again four weeks after it was painted over.", Wanted: "The leak found and mended, and the room made dry.", ReceivedOn: civil.MustParse("2023-04-03"), Consent: true})
		must(err)
		must(x.live(ctx, actor, c, i == 0))
		if i == 0 {
			x.ref, x.path = c.Ref, "/cases/"+c.Ref
		}
	}
	x.token, err = a.People.SignInAs(ctx, "0@north.example")
	must(err)
	must(vacuum(ctx, a.st.Pool()))
	return x
}

// live logs what happened on a case: ten more events and three files where it is the one that is measured.
func (x *casePage) live(ctx context.Context, actor models.Actor, c models.Case, measured bool) error {
	story := []struct {
		kind models.Kind
		on   string
		note string
		file bool
	}{
		{models.KindIssueReported, "2023-04-04", "Reported by telephone; a reference was given.", false},
		{models.KindComplaintMade, "2023-05-09", "The complaint, by e-mail.", true},
		{models.KindRepairRaised, "2023-04-05", "", false},
		{models.KindAppointmentMissed, "2023-04-19", "Nobody came and nobody called.", false},
		{models.KindContactAttempt, "2023-04-24", "An hour in the queue.", false},
		{models.KindHazardReported, "2023-05-02", "The youngest child has a cough that does not go away.", true},
		{models.KindComplaintAcknowledged, "2023-05-15", "", false},
		{models.KindStage1Response, "2023-06-12", "The response says that the room was painted.", true},
		{models.KindEscalationRequested, "2023-06-20", "Stage 2 was asked for: the leak is still there.", false},
		{models.KindStage2Acknowledged, "2023-06-27", "", false},
	}
	if !measured {
		story = story[:2]
	}
	picture := image.NewRGBA(image.Rect(0, 0, 64, 48))
	for i, s := range story {
		cmd := casework.LogEvent{Ref: c.Ref, Version: c.Version, Kind: s.kind, On: civil.MustParse(s.on), Note: s.note}
		if s.file && measured {
			picture.Set(i, i, color.White) // another hash for each
			var buf bytes.Buffer
			if err := jpeg.Encode(&buf, picture, nil); err != nil {
				return err
			}
			f, err := x.app.Casework.Attach(ctx, actor, c.Ref, fmt.Sprintf("photo-%d.jpg", i), "The wall behind the beds", &buf)
			if err != nil {
				return err
			}
			cmd.Files = []int64{f.ID}
		}
		logged, err := x.app.Casework.LogEvent(ctx, actor, cmd)
		if err != nil {
			return fmt.Errorf("log %s: %w", s.kind, err)
		}
		c = logged.Case
	}
	return x.app.Casework.Assign(ctx, actor, c.Ref, c.Version, actor.AccountID)
}

// vacuum gives PostgreSQL its statistics at once, which it would gather by itself within minutes.
func vacuum(ctx context.Context, pool *pgxpool.Pool) error {
	_, err := pool.Exec(ctx, "ANALYZE") //nolint:misspell // so SQL spells it
	return err
}

// listen serves on a free port of this machine until the benchmark ends.
func listen(b *testing.B, web *fiber.App) string {
	b.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		b.Fatal(err)
	}
	done := make(chan error, 1)
	go func() { done <- web.Listener(ln) }()
	b.Cleanup(func() {
		if err := errors.Join(web.ShutdownWithTimeout(10*time.Second), <-done); err != nil {
			b.Error(err)
		}
	})
	return ln.Addr().String()
}

// side is one of the two that are compared.
type side struct {
	addr   string
	x      *casePage
	client *fasthttp.HostClient
}

// run asks for the page over eight connections for a while and returns how many answers came a second. Each answer must be the
// page, whole: the first one that comes is what the others are held against.
func (s *side) run(b *testing.B, d time.Duration) float64 {
	b.Helper()
	if s.client == nil {
		s.client = &fasthttp.HostClient{Addr: s.addr, MaxConns: benchConnections, ReadTimeout: 10 * time.Second}
		b.Cleanup(s.client.CloseIdleConnections)
	}
	var answers atomic.Int64
	var wg sync.WaitGroup
	began := time.Now()
	for range benchConnections {
		wg.Go(func() {
			req, resp := fasthttp.AcquireRequest(), fasthttp.AcquireResponse()
			defer fasthttp.ReleaseRequest(req)
			defer fasthttp.ReleaseResponse(resp)
			req.SetRequestURI("http://" + s.addr + s.x.path)
			req.Header.SetCookie("session", s.x.token)
			for ok := true; ok; ok = time.Since(began) < d {
				if err := s.client.Do(req, resp); err != nil {
					b.Errorf("get the page: %v", err)
					return
				}
				if err := s.x.check(resp); err != nil {
					b.Error(err)
					return
				}
				answers.Add(1)
			}
		})
	}
	wg.Wait()
	if b.Failed() {
		b.FailNow()
	}
	return float64(answers.Load()) / time.Since(began).Seconds()
}

var firstBody sync.Mutex

func (x *casePage) check(resp *fasthttp.Response) error {
	if resp.StatusCode() != fasthttp.StatusOK {
		return fmt.Errorf("status %d: %.300s", resp.StatusCode(), resp.Body())
	}
	firstBody.Lock()
	defer firstBody.Unlock()
	if x.body == nil {
		if body := resp.Body(); bytes.Contains(body, []byte(x.ref)) && bytes.Contains(body, []byte("Stage 2")) && bytes.Contains(body, []byte("exhibit 3")) {
			x.body = bytes.Clone(body)
			return nil
		}
		return fmt.Errorf("this is not the page of the case: %.300s", resp.Body())
	}
	if !bytes.Equal(resp.Body(), x.body) {
		return errors.New("an answer differs from the page of the case")
	}
	return nil
}

// The reads of the page, in its order, as somebody would write them by hand.
const (
	handSession = `SELECT s.token_hash, s.account_id, s.branch_id, s.created_at, s.last_seen_at, s.expires_at, a.id, a.email, a.name,
			b.id, b.slug, b.name, b.landlord_id, b.prefix, b.address, b.email, b.threshold, b.demo,
			l.id, l.slug, l.name, l.address, l.homes, l.homes_as_of, l.calendar, l.type, l.invented,
			r.role, rb.id, rb.name
		FROM sessions s
		JOIN accounts a ON a.id = s.account_id AND a.disabled_at IS NULL
		JOIN branches b ON b.id = s.branch_id
		JOIN landlords l ON l.id = b.landlord_id
		JOIN roles r ON r.account_id = a.id
		JOIN branches rb ON rb.id = r.branch_id
		WHERE s.token_hash = $1 AND s.expires_at > $2
		ORDER BY rb.name, rb.id, r.role`
	handCase = `SELECT c.id, c.branch_id, c.member_id, c.ref, c.theme, c.title, c.summary, c.wanted, c.still_unhappy, c.late_reason,
			c.landlord_ref, c.ombudsman_ref, c.court_action, c.needs, coalesce(c.assigned_to, 0), c.status, c.status_on, c.status_until, c.flag_hazard,
			c.flag_solicitor, c.flag_adverse, c.silent_since, c.opened_on, c.closed_reason, c.landlord_due, c.landlord_duty, c.rules, c.search_text, c.version, c.created_at,
			c.updated_at,
			m.id, m.branch_id, coalesce(m.account_id, 0), m.name, m.email, m.phone, m.address, m.postcode, m.area, m.household, m.tenure,
			m.contact_safety,
			l.id, l.slug, l.name, l.address, l.homes, l.homes_as_of, l.calendar, l.type, l.invented,
			coalesce(a.name, '')
		FROM cases c
		JOIN members m ON m.branch_id = c.branch_id AND m.id = c.member_id
		JOIN branches b ON b.id = c.branch_id
		JOIN landlords l ON l.id = b.landlord_id
		LEFT JOIN accounts a ON a.id = c.assigned_to
		WHERE c.branch_id = $1 AND c.ref = $2`
	handEvents = `SELECT e.id, e.branch_id, e.case_id, e.kind, e.on_date, e.at_time, e.until_date, coalesce(e.about, 0), e.procedure, e.category,
			e.urgency, e.items, e.minutes, e.half_days, e.note, e.reference, e.channel, e.answered, e.finding,
			e.reason, coalesce(e.replaces, 0), coalesce(e.recorded_by, 0), e.recorded_at, coalesce(a.name, '')
		FROM events e LEFT JOIN accounts a ON a.id = e.recorded_by
		WHERE e.branch_id = $1 AND e.case_id = $2 ORDER BY e.on_date, e.id`
	handFiles = `SELECT id, branch_id, case_id, event_id, hash, copy, name, media_type, size, pages, title, coalesce(uploaded_by, 0), uploaded_at
		FROM attachments WHERE branch_id = $1 AND case_id = $2 AND event_id IS NOT NULL ORDER BY id`
	handPeople = `SELECT a.id, a.name, r.role FROM accounts a JOIN roles r ON r.account_id = a.id
		WHERE r.branch_id = $1 AND r.role IN ($2, $3) AND a.disabled_at IS NULL
		ORDER BY a.name, a.id, r.role`
)

type (
	handSignedIn struct {
		TokenHash                                   string
		AccountID, BranchID                         int64
		Created, Seen, Expires                      time.Time
		Account                                     int64
		Email, Name                                 string
		Branch                                      int64
		BranchSlug, BranchName                      string
		BranchLandlord                              int64
		Prefix, BranchAddress, BranchEmail          string
		Threshold                                   int64
		Demo                                        bool
		Landlord                                    int64
		LandlordSlug, LandlordName, LandlordAddress string
		Homes                                       int64
		HomesAsOf, Calendar, LandlordType           string
		Invented                                    bool
		Role                                        string
		RoleIn                                      int64
		RoleName                                    string
	}
	handCaseFile struct {
		ID, BranchID, MemberID                                                                  int64
		Ref, Theme, Title, Summary, Wanted, StillUnhappy, LateReason, LandlordRef, OmbudsmanRef string
		CourtAction                                                                             bool
		Needs                                                                                   string
		AssignedTo                                                                              int64
		Status                                                                                  string
		StatusOn, StatusUntil                                                                   *time.Time
		Hazard, Solicitor, Adverse                                                              bool
		SilentSince                                                                             *time.Time
		Opened                                                                                  time.Time
		ClosedReason                                                                            string
		LandlordDue                                                                             *time.Time
		LandlordDuty, Rules, SearchText                                                         string
		Version                                                                                 int64
		Created, Updated                                                                        time.Time
		Member, MemberBranch                                                                    int64
		MemberAccount                                                                           int64
		MemberName, Email, Phone, Address, Postcode, Area, Household, Tenure, ContactSafety     string
		Landlord                                                                                int64
		LandlordSlug, LandlordName, LandlordAddress                                             string
		Homes                                                                                   int64
		HomesAsOf, Calendar, LandlordType                                                       string
		Invented                                                                                bool
		Assignee                                                                                string
	}
	handEvent struct {
		ID, BranchID, CaseID     int64
		Kind                     string
		On                       time.Time
		At                       string
		Until                    *time.Time
		About                    int64
		Procedure, Category      string
		Urgency, Items           string
		Minutes, HalfDays        int64
		Note, Reference, Channel string
		Answered                 bool
		Finding, Reason          string
		Replaces, RecordedBy     int64
		RecordedAt               time.Time
		Recorder                 string
	}
	handFile struct {
		ID, BranchID, CaseID        int64
		EventID                     int64
		Hash, Copy, Name, MediaType string
		Size, Pages                 int64
		Title                       string
		UploadedBy                  int64
		UploadedAt                  time.Time
	}
	handPerson struct {
		ID         int64
		Name, Role string
	}
)

// handWritten is what the page is measured against: no layers, no checks beyond the session's, no clocks, no templates.
func handWritten(pool *pgxpool.Pool, x *casePage) *fiber.App {
	web := fiber.New(fiber.Config{DisableStartupMessage: true})
	web.Get("/cases/:ref", func(c *fiber.Ctx) error {
		ctx := c.Context()
		sum := sha256.Sum256([]byte(c.Cookies("session")))
		ins, err := read[handSignedIn](ctx, pool, handSession, hex.EncodeToString(sum[:]), x.app.st.Now())
		if err != nil {
			return err
		}
		if len(ins) == 0 {
			return fiber.ErrUnauthorized
		}
		branch := ins[0].BranchID
		cases, err := read[handCaseFile](ctx, pool, handCase, branch, c.Params("ref"))
		if err != nil {
			return err
		}
		if len(cases) == 0 {
			return fiber.ErrNotFound
		}
		events, err := read[handEvent](ctx, pool, handEvents, branch, cases[0].ID)
		if err != nil {
			return err
		}
		files, err := read[handFile](ctx, pool, handFiles, branch, cases[0].ID)
		if err != nil {
			return err
		}
		people, err := read[handPerson](ctx, pool, handPeople, branch, string(access.Caseworker), string(access.Secretary))
		if err != nil {
			return err
		}
		if len(events) != 12 || len(files) != 3 || len(people) != 6 {
			return fmt.Errorf("read %d events, %d files, %d people", len(events), len(files), len(people))
		}
		c.Set(fiber.HeaderContentType, fiber.MIMETextHTMLCharsetUTF8)
		return c.Send(x.body)
	})
	return web
}

func read[T any](ctx context.Context, pool *pgxpool.Pool, sql string, args ...any) ([]T, error) {
	rows, err := pool.Query(ctx, sql, args...)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowToStructByPos[T])
}

// sameReads fails the benchmark unless both sides make the same reads: each is asked once over new connections, and the statements
// that PostgreSQL then holds ready must be the same, but for the names of columns in the list of what is read.
func sameReads(b *testing.B, pool *pgxpool.Pool, sides []side) {
	b.Helper()
	var read [2][]string
	for i := range sides {
		pool.Reset()
		sides[i].run(b, 0)
		conns := pool.AcquireAllIdle(b.Context())
		for _, c := range conns {
			rows, err := c.Query(b.Context(), "SELECT statement FROM pg_prepared_statements", pgx.QueryExecModeSimpleProtocol)
			if err != nil {
				b.Fatal(err)
			}
			found, err := pgx.CollectRows(rows, pgx.RowTo[string])
			if err != nil {
				b.Fatal(err)
			}
			for _, f := range found {
				read[i] = append(read[i], strings.Join(strings.Fields(f), " "))
			}
			c.Release()
		}
		slices.Sort(read[i])
		read[i] = slices.Compact(read[i])
	}
	if !slices.Equal(read[0], read[1]) {
		b.Fatalf("the page reads\n  %s\nand the handler reads\n  %s", strings.Join(read[0], "\n  "), strings.Join(read[1], "\n  "))
	}
}
