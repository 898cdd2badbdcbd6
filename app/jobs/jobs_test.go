package jobs

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"log/slog"
	"mime/quotedprintable"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"commoncase/app/casework"
	"commoncase/app/files"
	"commoncase/app/mail"
	"commoncase/app/mail/mailtest"
	"commoncase/app/store"
	"commoncase/app/store/storetest"
	"commoncase/models"
	"commoncase/models/access"
	"commoncase/models/civil"
	"commoncase/models/rulebook"
	"commoncase/models/timeline"
)

func migrate(ctx context.Context, url string) error {
	st, err := store.Open(ctx, url, time.Now)
	if err != nil {
		return err
	}
	if _, err := st.Migrate(ctx); err != nil {
		return err
	}
	return st.Close()
}

// clock stands still until it is set.
type clock struct{ at atomic.Int64 }

func (c *clock) Now() time.Time { return time.UnixMilli(c.at.Load()).UTC() }

func (c *clock) set(wall string) {
	t, err := time.ParseInLocation("2006-01-02 15:04", wall, civil.London)
	if err != nil {
		panic(err)
	}
	c.at.Store(t.UnixMilli())
}

// program is one running Commoncase, without its pages.
type program struct {
	*Service
	st    *store.Store
	cases *casework.Service
	set   *civil.Set
}

func open(ctx context.Context, dir, url string, now func() time.Time, port int) (*program, error) {
	st, err := store.Open(ctx, url, now)
	if err != nil {
		return nil, err
	}
	fs, err := files.Open(filepath.Join(dir, "files"))
	if err != nil {
		return nil, err
	}
	p := &program{st: st, set: &civil.Set{}}
	p.cases = casework.New(st, fs, timeline.NewOn(rulebook.Default(), p.set), now)
	mailer, err := mail.New(mail.Config{Host: "127.0.0.1", Port: port, From: "Branch <branch@example.org>", TLS: mail.Plain, Now: now})
	if err != nil {
		return nil, err
	}
	p.Service, err = New(Config{Store: st, Casework: p.cases, Mailer: mailer, BaseURL: "https://cases.example.org", Now: now,
		Log: slog.New(slog.NewTextHandler(io.Discard, nil)), Every: time.Second, Poll: 50 * time.Millisecond})
	if err == nil {
		p.waits = []time.Duration{10 * time.Millisecond}
	}
	return p, err
}

// world is a branch with two who run cases, the secretary among them, on a day on which the landlord is late in one case of each.
type world struct {
	*program
	clock
	t      *testing.T
	dir    string
	url    string
	mail   *mailtest.Server
	branch models.Branch
	cw     models.Actor
	sec    models.Actor
}

func (w *world) must(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

func each(t *testing.T, test func(t *testing.T, w *world)) {
	storetest.Each(t, migrate, func(t *testing.T, url string) {
		w := &world{t: t, url: url, dir: t.TempDir(), mail: mailtest.Start(t, mailtest.Plain)}
		w.set("2023-07-31 12:00")
		w.program = w.another()
		ctx := t.Context()
		l := models.Landlord{Slug: "harbour-and-vale", Name: "Harbour & Vale Homes", Calendar: civil.EnglandAndWales, Invented: true}
		w.must(w.st.AddLandlord(ctx, &l))
		w.branch = models.Branch{Slug: "a", Name: "Branch A", Prefix: "AAA", LandlordID: l.ID, Threshold: 5}
		w.must(w.st.AddBranch(ctx, &w.branch))
		w.cw, w.sec = w.person("cw@example.org", access.Caseworker), w.person("sec@example.org", access.Secretary, access.Caseworker)
		w.person("organiser@example.org", access.Organiser)
		w.lateCase(w.cw, w.cw.AccountID)
		w.lateCase(w.cw, w.sec.AccountID)
		w.lateCase(w.cw, 0)
		test(t, w)
	})
}

// another is a second program on the same database.
func (w *world) another() *program {
	w.t.Helper()
	p, err := open(w.t.Context(), w.dir, w.url, w.Now, w.mail.Port)
	w.must(err)
	w.t.Cleanup(func() {
		if err := p.Stop(); err != nil {
			w.t.Error(err)
		}
		_ = p.st.Close()
	})
	return p
}

func (w *world) set(wall string) { w.clock.set(wall) }

func (w *world) person(email string, roles ...access.Role) models.Actor {
	w.t.Helper()
	acc := models.Account{Email: email, Name: "Niamh Ní Bhriain", PasswordHash: "x"}
	w.must(w.st.AddAccount(w.t.Context(), &acc))
	for _, r := range roles {
		w.must(w.st.GiveRole(w.t.Context(), acc.ID, w.branch.ID, r))
	}
	return models.Actor{AccountID: acc.ID, Name: acc.Name, BranchID: w.branch.ID, Roles: roles}
}

// lateCase is a case in which the stage 1 answer of a complaint of 9 May 2023 has not come.
func (w *world) lateCase(by models.Actor, runs int64) models.Case {
	w.t.Helper()
	ctx := w.t.Context()
	c, err := w.cases.OpenCase(ctx, by, casework.OpenCase{Resident: casework.Resident{Name: "Łukasz Żółć", Tenure: models.TenureAssured, Address: "1 Invented Row"},
		Theme: models.ThemeDampMould, Title: "Mould in the bedroom", ReceivedOn: civil.MustParse("2023-04-01"), Consent: true})
	w.must(err)
	_, err = w.cases.LogEvent(ctx, by, casework.LogEvent{Ref: c.Ref, Version: c.Version, Kind: models.KindComplaintMade, On: civil.MustParse("2023-05-09")})
	w.must(err)
	if runs != 0 {
		v, err := w.cases.ReadCase(ctx, by, c.Ref)
		w.must(err)
		w.must(w.cases.Assign(ctx, by, c.Ref, v.Case.Version, runs))
	}
	return c
}

// states are those of all reminders of the branch, in order of day and account.
func (w *world) states() string {
	w.t.Helper()
	rows, err := w.st.DigestRows(w.t.Context(), w.branch.ID, civil.MustParse("2000-01-01"))
	w.must(err)
	slices.SortFunc(rows, func(a, b store.DigestRow) int { return int(a.ID - b.ID) })
	var out []string
	for _, r := range rows {
		out = append(out, string(r.State))
	}
	return strings.Join(out, " ")
}

func (w *world) tick() {
	w.t.Helper()
	w.must(w.Tick(w.t.Context(), w.Now()))
}

// eventually waits until the reminders stand so.
func (w *world) eventually(states string) {
	w.t.Helper()
	for range 300 {
		if w.states() == states {
			return
		}
		time.Sleep(20 * time.Millisecond)
	}
	w.t.Fatalf("the reminders are %q, want %q", w.states(), states)
}

// work sends, without the queue, whatever waits.
func (w *world) work() (failed error) {
	w.t.Helper()
	ds, err := w.st.QueuedDigests(w.t.Context())
	w.must(err)
	for _, d := range ds {
		if err := w.remind(w.t.Context(), d.BranchID, d.ID); err != nil {
			failed = err
		}
	}
	return failed
}

func TestWhichMorningsHaveReminders(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.program.set.Announce([]civil.Announcement{{Calendar: civil.EnglandAndWales, Holiday: civil.Holiday{On: civil.MustParse("2023-07-26"), Title: "An extra day"}}})
		for _, tc := range []struct {
			wall string
			want int
		}{
			{"2023-07-29 08:00", 0}, // Saturday
			{"2023-07-30 08:00", 0}, // Sunday
			{"2023-05-29 08:00", 0}, // bank holiday
			{"2023-07-26 08:00", 0}, // announced late
			{"2023-07-31 06:59", 0},
			{"2023-07-31 12:00", 0},
			{"2023-07-31 23:59", 0},
			{"2023-08-01 00:01", 0},
			{"2023-08-01 07:00", 2},
			{"2023-08-02 11:59", 2}, // started late in the morning
			{"2023-03-24 06:30", 0}, // the Friday before the clocks go forward: half past six UTC too
			{"2023-03-27 07:00", 2}, // the Monday after: six o'clock UTC
			{"2023-10-27 07:00", 2}, // the Friday before they go back: six o'clock UTC
			{"2023-10-30 06:30", 0}, // the Monday after: half past six UTC too
			{"2023-10-30 07:00", 2},
		} {
			before := strings.Fields(w.states())
			w.set(tc.wall)
			for range 2 { // the morning runs twice
				w.tick()
			}
			if got := len(strings.Fields(w.states())) - len(before); got != tc.want {
				t.Errorf("%s: %d reminders, want %d", tc.wall, got, tc.want)
			}
		}
	})
}

// What is said names cases and duties, and nobody; the secretary is told of cases that nobody runs too.
func TestWhatAReminderSays(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.set("2023-08-01 07:00")
		w.tick()
		w.must(w.work())
		if got := w.states(); got != "sent sent" {
			t.Fatalf("states %q", got)
		}
		for _, want := range []struct{ to, subject, nobody string }{
			{"cw@example.org", "Commoncase: 1 thing for today", ""},
			{"sec@example.org", "Commoncase: 3 things for today", "Run by nobody yet"},
		} {
			got := w.mail.Next()
			if got.To != want.to {
				t.Errorf("to %s, want %s", got.To, want.to)
			}
			m := got.Message(t)
			if s := m.Header.Get("Subject"); s != want.subject {
				t.Errorf("%s: subject %q, want %q", want.to, s, want.subject)
			}
			body, err := io.ReadAll(quotedprintable.NewReader(m.Body))
			w.must(err)
			for _, s := range []string{"Overdue by the landlord", "AAA-23-000", "Stage 1 response: due on ", "working days late", "https://cases.example.org/cases/AAA-23-000", "https://cases.example.org/reminders", want.nobody} {
				if !bytes.Contains(body, []byte(s)) {
					t.Errorf("%s: no %q in\n%s", want.to, s, body)
				}
			}
			for _, s := range []string{"ukasz", "Niamh", "Invented", "ould", "damp", "Harbour", "Branch A"} {
				if bytes.Contains(got.Raw, []byte(s)) || bytes.Contains(body, []byte(s)) {
					t.Errorf("%s: %q is in\n%s", want.to, s, got.Raw)
				}
			}
			if want.nobody == "" && bytes.Contains(body, []byte("nobody")) {
				t.Errorf("a caseworker is told of cases of nobody:\n%s", body)
			}
		}
	})
}

// Two programs at once, each with its workers, and each asked for the morning several times: one message each.
func TestTwoProgramsSendOnce(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		for i := range 8 {
			w.lateCase(w.cw, w.person(fmt.Sprintf("cw%d@example.org", i), access.Caseworker).AccountID)
		}
		w.set("2023-08-01 07:00")
		programs := []*program{w.program, w.another()}
		for _, p := range programs {
			w.must(p.Start(t.Context()))
		}
		var wg sync.WaitGroup
		for _, p := range programs {
			for range 3 {
				wg.Go(func() {
					if err := p.Tick(t.Context(), w.Now()); err != nil {
						t.Error(err)
					}
				})
			}
		}
		wg.Wait()
		// A third asks past the queue, as a worker that was given the job twice.
		ds, err := w.st.QueuedDigests(t.Context())
		w.must(err)
		for _, d := range ds {
			w.must(w.remind(t.Context(), d.BranchID, d.ID))
		}
		w.eventually(strings.TrimSpace(strings.Repeat("sent ", 10)))
		w.set("2023-08-01 07:05")
		w.tick()
		to := map[string]int{}
		for range 10 {
			to[w.mail.Next().To]++
		}
		time.Sleep(300 * time.Millisecond)
		if len(to) != 10 || w.mail.Waiting() != 0 {
			t.Errorf("messages %v and %d more", to, w.mail.Waiting())
		}
	})
}

// A program that is killed between any two steps sends no message twice. What it left before it asked the mail server goes when it runs
// again; what it left after may have gone, is not sent again by itself, and says so.
func TestKilledBetweenSteps(t *testing.T) {
	for _, tc := range []struct{ step, then string }{
		{"queued", "sent sent"},
		{"written", "sent sent"},
		{"claimed", "uncertain"},
		{"posted", "uncertain"},
		{"ended", "sent"},
	} {
		t.Run(tc.step, func(t *testing.T) {
			each(t, func(t *testing.T, w *world) {
				w.set("2023-08-01 07:00")
				w.killAt(tc.step)
				if tc.then == "uncertain" { // at once nobody knows better; after five minutes it is given up
					w.tick()
					if !strings.Contains(w.states(), "sending") {
						t.Errorf("states %q right after", w.states())
					}
					w.set("2023-08-01 07:06")
				}
				w.must(w.Start(t.Context()))
				for range 300 {
					if got := w.states(); !strings.Contains(got, "queued") && !strings.Contains(got, "sending") && len(strings.Fields(got)) == 2 {
						break
					}
					time.Sleep(20 * time.Millisecond)
				}
				time.Sleep(200 * time.Millisecond)
				states := w.states()
				if !strings.Contains(states, tc.then) {
					t.Errorf("states %q, want %q among them", states, tc.then)
				}
				to := map[string]int{}
				for w.mail.Waiting() > 0 {
					to[w.mail.Next().To]++
				}
				for who, n := range to {
					if n > 1 {
						t.Errorf("%s got %d", who, n)
					}
				}
				if len(to) != 2 && tc.step != "claimed" {
					t.Errorf("messages %v, states %q", to, states)
				}
			})
		})
	}
}

// killAt runs a program that stops at a step, and kills it there.
func (w *world) killAt(step string) {
	w.t.Helper()
	child := exec.Command(os.Args[0])
	child.Env = append(os.Environ(), "JOBS_STEP="+step, "JOBS_URL="+w.url, "JOBS_DIR="+w.dir, "JOBS_PORT="+strconv.Itoa(w.mail.Port), "JOBS_AT="+strconv.FormatInt(w.at.Load(), 10))
	out, err := child.StdoutPipe()
	w.must(err)
	w.must(child.Start())
	line := make(chan string, 1)
	go func() {
		b := make([]byte, 6)
		_, _ = io.ReadFull(out, b)
		line <- string(b)
	}()
	select {
	case l := <-line:
		if l != "at it\n" {
			w.t.Errorf("the child said %q", l)
		}
	case <-time.After(20 * time.Second):
		w.t.Error("the child did not come to its step")
	}
	w.must(child.Process.Kill())
	_ = child.Wait()
}

// TestMain runs the tests, or is the program that is killed.
func TestMain(m *testing.M) {
	if step := os.Getenv("JOBS_STEP"); step != "" {
		child(step)
	}
	os.Exit(m.Run())
}

// child runs until it is killed, and says when it is at the step.
func child(step string) {
	ctx := context.Background()
	port, _ := strconv.Atoi(os.Getenv("JOBS_PORT"))
	at, _ := strconv.ParseInt(os.Getenv("JOBS_AT"), 10, 64)
	p, err := open(ctx, os.Getenv("JOBS_DIR"), os.Getenv("JOBS_URL"), func() time.Time { return time.UnixMilli(at).UTC() }, port)
	if err != nil {
		panic(err)
	}
	// One reminder after the other, so that the program is killed at the step of one and not at whatever the other is about.
	turn := make(chan struct{}, 1)
	p.step = func(name string) {
		if name == "written" {
			turn <- struct{}{}
		}
		if name == step {
			fmt.Println("at it")
			time.Sleep(time.Minute)
		}
		if name == "ended" {
			<-turn
		}
	}
	if err := p.Start(ctx); err != nil {
		panic(err)
	}
	time.Sleep(time.Minute)
	os.Exit(1)
}

func TestWhatTheMailServerSays(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		ctx := t.Context()
		w.must(w.cases.WantReminder(ctx, w.sec, false)) // one is enough
		w.set("2023-08-01 07:00")
		w.mail.Refuse(451)
		w.tick()
		if err := w.work(); !mail.Temporary(err) || w.states() != "queued" {
			t.Fatalf("told to come later: %v, %s", err, w.states())
		}
		w.mail.Refuse(550)
		w.must(w.work())
		page, err := w.cases.ReadMail(ctx, w.sec)
		w.must(err)
		if len(page.Rows) != 1 || page.Rows[0].State != models.DigestFailed || page.Rows[0].Tries != 2 || !strings.Contains(page.Rows[0].Error, "550 5.1.1") || strings.Contains(page.Rows[0].Error, "@") {
			t.Fatalf("refused: %+v", page.Rows)
		}
		id := page.Rows[0].ID
		w.mail.Refuse(0)
		w.mail.Vanish(true)
		if err := w.cases.TryAgain(ctx, w.cw, id, true); models.CodeOf(err) != models.CodeForbidden {
			t.Errorf("a caseworker tries again: %v", err)
		}
		w.must(w.cases.TryAgain(ctx, w.sec, id, false))
		w.must(w.work())
		if w.states() != "uncertain" {
			t.Fatalf("broken off after the message: %s", w.states())
		}
		w.mail.Vanish(false)
		w.tick()
		w.must(w.work())
		if w.states() != "uncertain" || w.mail.Asked() != 3 {
			t.Fatalf("by itself: %s, asked %d", w.states(), w.mail.Asked())
		}
		if err := w.cases.TryAgain(ctx, w.sec, id, false); models.CodeOf(err) != models.CodeInvalid || w.states() != "uncertain" {
			t.Errorf("without saying that it may come twice: %v, %s", err, w.states())
		}
		w.must(w.cases.TryAgain(ctx, w.sec, id, true))
		w.must(w.Start(ctx)) // the job that TryAgain put down
		w.eventually("sent")
		first, second := w.mail.Next().Message(t).Header.Get("Message-Id"), w.mail.Next().Message(t).Header.Get("Message-Id")
		if first != second || len(first) < 40 {
			t.Errorf("two tries are called %s and %s", first, second)
		}
		if err := w.cases.TryAgain(ctx, w.sec, id, true); models.CodeOf(err) != models.CodeConflict {
			t.Errorf("one that was sent, again: %v", err)
		}
		if err := w.cases.TryAgain(ctx, models.Actor{AccountID: w.sec.AccountID, BranchID: w.branch.ID + 1, Roles: w.sec.Roles}, id, true); models.CodeOf(err) != models.CodeNotFound {
			t.Errorf("of another branch: %v", err)
		}
	})
}

// A reminder that the queue retries by itself arrives once the server takes it.
func TestTheQueueTriesAgain(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.must(w.cases.WantReminder(t.Context(), w.sec, false))
		var asked atomic.Int32
		w.mail.RefuseOnly(func(string) int {
			if asked.Add(1) < 3 {
				return 451
			}
			return 0
		})
		w.set("2023-08-01 07:00")
		w.must(w.Start(t.Context()))
		for range 1000 {
			if w.states() == "sent" {
				break
			}
			time.Sleep(20 * time.Millisecond)
		}
		if w.states() != "sent" || asked.Load() != 3 {
			t.Errorf("states %q after %d tries", w.states(), asked.Load())
		}
	})
}

func TestTheMorningIsOver(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		ctx := t.Context()
		w.must(w.cases.WantReminder(ctx, w.sec, false))
		w.mail.Refuse(451)
		w.set("2023-08-01 11:59")
		w.tick()
		_ = w.work()
		w.mail.Refuse(0)
		w.set("2023-08-01 12:00") // the job comes first, and the look at the morning after it
		w.must(w.work())
		if w.states() != "failed" || w.mail.Waiting() != 0 {
			t.Fatalf("at noon: %s", w.states())
		}
		w.set("2023-08-02 11:59")
		w.tick()
		w.set("2023-08-02 12:00")
		w.tick()
		if w.states() != "failed failed" {
			t.Fatalf("at noon, by the clock: %s", w.states())
		}
		// The secretary asks for it in the evening, and it is not sent on the next day.
		page, err := w.cases.ReadMail(ctx, w.sec)
		w.must(err)
		w.set("2023-08-02 23:55")
		w.must(w.cases.TryAgain(ctx, w.sec, page.Rows[0].ID, false))
		w.tick()
		if w.states() != "failed queued" {
			t.Errorf("asked for in the evening: %s", w.states())
		}
		w.set("2023-08-03 00:01")
		w.must(w.work())
		if w.states() != "failed failed" || w.mail.Waiting() != 0 {
			t.Errorf("after midnight: %s, %d messages", w.states(), w.mail.Waiting())
		}
		if err := w.cases.TryAgain(ctx, w.sec, page.Rows[0].ID, false); models.CodeOf(err) != models.CodeConflict {
			t.Errorf("yesterday's, today: %v", err)
		}
	})
}

// Nobody gets one who does not want it, who has nothing to do, who has left or who may not sign in any more.
func TestWhoGetsNone(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		ctx := t.Context()
		idle := w.person("idle@example.org", access.Caseworker)
		w.must(w.cases.WantReminder(ctx, w.sec, false))
		w.set("2023-08-01 07:00")
		w.tick()
		w.must(w.cases.WantReminder(ctx, w.cw, false)) // between the making and the sending
		w.must(w.work())
		if w.states() != "empty empty" || w.mail.Asked() != 0 {
			t.Errorf("states %q, %d asked", w.states(), w.mail.Asked())
		}
		if wanted, err := w.cases.ReminderWanted(ctx, idle); err != nil || !wanted {
			t.Errorf("who said nothing: %v, %v", wanted, err)
		}
		w.must(w.cases.WantReminder(ctx, w.cw, true))
		w.set("2023-08-02 07:00")
		w.tick()
		w.must(w.work())
		if w.states() != "empty empty sent empty" && w.states() != "empty empty empty sent" {
			t.Errorf("states %q", w.states())
		}
		if got := w.mail.Next().To; got != "cw@example.org" {
			t.Errorf("to %s", got)
		}
	})
}
