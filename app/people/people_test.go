package people

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"commoncase/app/store"
	"commoncase/app/store/storetest"
	"commoncase/models"
	"commoncase/models/access"
	"commoncase/models/civil"
)

func migrated(ctx context.Context, url string) error {
	st, err := store.Open(ctx, url, time.Now)
	if err != nil {
		return err
	}
	defer st.Close()
	_, err = st.Migrate(ctx)
	return err
}

const password = "lantern quay harbour"

// each runs a test on both databases with a branch and niamh@example.org, caseworker in it.
func each(t *testing.T, test func(t *testing.T, s *Service, st *store.Store, pass func(time.Duration))) {
	storetest.Each(t, migrated, func(t *testing.T, url string) {
		now := time.Date(2025, 6, 2, 9, 0, 0, 0, time.UTC)
		clock := func() time.Time { return now }
		st, err := store.Open(t.Context(), url, clock)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { st.Close() })
		s := New(st, clock)
		if _, err := s.FoundBranch(t.Context(), models.Landlord{Slug: "clarion", Name: "Clarion", Calendar: civil.EnglandAndWales},
			models.Branch{Slug: "clarion", Name: "Clarion residents", Prefix: "CLA"}); err != nil {
			t.Fatal(err)
		}
		if _, err := s.AddAccount(t.Context(), "Niamh@Example.org", "Niamh Ní Bhriain", password, "clarion", access.Caseworker); err != nil {
			t.Fatal(err)
		}
		test(t, s, st, func(d time.Duration) { now = now.Add(d) })
	})
}

func TestOnlyTheHashOfATokenIsKept(t *testing.T) {
	each(t, func(t *testing.T, s *Service, st *store.Store, _ func(time.Duration)) {
		token, err := s.SignIn(t.Context(), " NIAMH@example.org", password, "203.0.113.9")
		if err != nil {
			t.Fatal(err)
		}
		if len(token) != 43 { // 32 bytes in base64
			t.Errorf("the token has %d characters", len(token))
		}
		if _, err := st.SessionByToken(t.Context(), token, st.Now()); models.CodeOf(err) != models.CodeSignIn {
			t.Errorf("the token itself is in the database: %v", err)
		}
		in, err := s.Who(t.Context(), token)
		if err != nil {
			t.Fatal(err)
		}
		actor := ActorOf(in)
		if actor.Name != "Niamh Ní Bhriain" || !actor.Roles.Has(access.Caseworker) || in.Landlord.Slug != "clarion" || len(in.Others) != 0 {
			t.Errorf("signed in as %+v", in)
		}
		account, err := st.AccountByEmail(t.Context(), "niamh@example.org")
		if err != nil || !strings.HasPrefix(account.PasswordHash, "$argon2id$v=19$m=19456,t=2,p=1$") {
			t.Errorf("the password is kept as %q: %v", account.PasswordHash, err)
		}
		if err := s.SignOut(t.Context(), token); err != nil {
			t.Fatal(err)
		}
		if _, err := s.Who(t.Context(), token); models.CodeOf(err) != models.CodeSignIn {
			t.Errorf("after signing out: %v", err)
		}
	})
}

// Reading a page is no write: a session is touched once in five minutes at most.
func TestTouch(t *testing.T) {
	each(t, func(t *testing.T, s *Service, _ *store.Store, pass func(time.Duration)) {
		token, err := s.SignInAs(t.Context(), "niamh@example.org")
		if err != nil {
			t.Fatal(err)
		}
		began, err := s.Who(t.Context(), token)
		if err != nil {
			t.Fatal(err)
		}
		pass(4*time.Minute + 59*time.Second)
		if in, err := s.Who(t.Context(), token); err != nil || !in.Session.LastSeenAt.Equal(began.Session.LastSeenAt) {
			t.Errorf("within five minutes: seen at %v, %v", in.Session.LastSeenAt, err)
		}
		pass(time.Second)
		for range 2 { // as written, and as read back
			in, err := s.Who(t.Context(), token)
			if err != nil || in.Session.LastSeenAt.Sub(began.Session.LastSeenAt) != 5*time.Minute || in.Session.ExpiresAt.Sub(in.Session.LastSeenAt) != idle {
				t.Errorf("after five minutes: seen at %v, ends %v, %v", in.Session.LastSeenAt, in.Session.ExpiresAt, err)
			}
		}
	})
}

func TestSetPassword(t *testing.T) {
	each(t, func(t *testing.T, s *Service, _ *store.Store, _ func(time.Duration)) {
		token, err := s.SignInAs(t.Context(), "niamh@example.org")
		if err != nil {
			t.Fatal(err)
		}
		if err := s.SetPassword(t.Context(), "niamh@example.org", "কখনো ভুলবো না এই কথা"); err != nil {
			t.Fatal(err)
		}
		if _, err := s.Who(t.Context(), token); models.CodeOf(err) != models.CodeSignIn {
			t.Errorf("the old session lives on: %v", err)
		}
		if _, err := s.SignIn(t.Context(), "niamh@example.org", password, "x"); models.CodeOf(err) != models.CodeInvalid {
			t.Errorf("the old password: %v", err)
		}
		if _, err := s.SignIn(t.Context(), "niamh@example.org", "কখনো ভুলবো না এই কথা", "x"); err != nil {
			t.Errorf("the new password: %v", err)
		}
	})
}

// An account that was taken out of every branch cannot come in.
func TestNoBranch(t *testing.T) {
	each(t, func(t *testing.T, s *Service, st *store.Store, _ func(time.Duration)) {
		if err := st.AddAccount(t.Context(), &models.Account{Email: "o@example.org", Name: "Seán O'Connor"}); err != nil {
			t.Fatal(err)
		}
		if _, err := s.SignInAs(t.Context(), "o@example.org"); models.CodeOf(err) != models.CodeForbidden {
			t.Errorf("in no branch: %v", err)
		}
		// An account without a password cannot be signed in to with an empty one, or any other.
		for _, p := range []string{"", "x", password} {
			if _, err := s.SignIn(t.Context(), "o@example.org", p, "y"); models.CodeOf(err) != models.CodeInvalid {
				t.Errorf("password %q: %v", p, err)
			}
		}
	})
}

// The hash that unknown addresses are compared with costs as much as a real one, and nothing fits it.
func TestNobody(t *testing.T) {
	s := New(nil, time.Now)
	real, err := s.hash(t.Context(), password)
	if err != nil {
		t.Fatal(err)
	}
	if a, b := real[:strings.Index(real, "p=1$")], nobody[:strings.Index(nobody, "p=1$")]; a != b || len(real) != len(nobody) {
		t.Errorf("a real hash is %q, nobody's %q", real, nobody)
	}
	for _, p := range []string{"", password, "nobody"} {
		if ok, err := s.matches(t.Context(), p, nobody); ok || err != nil {
			t.Errorf("%q: %v, %v", p, ok, err)
		}
	}
}

func TestHashesAtOnce(t *testing.T) {
	s := New(nil, time.Now)
	for range hashesAtOnce {
		if _, err := s.place(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	if _, err := s.hash(ctx, password); err == nil {
		t.Error("a third password is hashed at the same time")
	}
}

func TestTries(t *testing.T) {
	now := time.Date(2025, 6, 2, 9, 0, 0, 0, time.UTC)
	tr := newTries(func() time.Time { return now })
	begin := func(email, address string) error { return tr.begin(email, address) }
	for i := range triesPair {
		if err := begin("a@x", "1"); err != nil {
			t.Fatalf("try %d: %v", i, err)
		}
	}
	if err := begin("a@x", "1"); models.CodeOf(err) != models.CodeTooMany || !strings.Contains(err.Error(), "15 minutes") {
		t.Errorf("the sixth try: %v", err)
	}
	if err := begin("a@x", "2"); err != nil {
		t.Errorf("the same person from elsewhere: %v", err)
	}
	if err := begin("b@x", "1"); err != nil {
		t.Errorf("somebody else from there: %v", err)
	}
	// From many addresses one e-mail address is guessed at fifty times at most, and from one address fifty of them.
	blocked := 0
	for i := range 200 {
		if begin("a@x", fmt.Sprint("many", i)) != nil {
			blocked++
		}
	}
	if blocked != 200-(triesEmail-triesPair-1) {
		t.Errorf("%d of 200 tries at one e-mail address were stopped", blocked)
	}
	blocked = 0
	for i := range 200 {
		if begin(fmt.Sprint("many", i), "3") != nil {
			blocked++
		}
	}
	if blocked != 200-triesAddress {
		t.Errorf("%d of 200 tries from one address were stopped", blocked)
	}
	now = now.Add(window)
	if err := begin("a@x", "1"); err != nil {
		t.Errorf("after the window: %v", err)
	}
	tr.forgive("a@x", "1")
	for range 3 {
		for range triesPair - 1 {
			if err := begin("a@x", "1"); err != nil {
				t.Fatalf("after a right password: %v", err)
			}
		}
		tr.forgive("a@x", "1")
	}
}

func TestTriesAtTheSameTime(t *testing.T) {
	tr := newTries(time.Now)
	var mu sync.Mutex
	var wg sync.WaitGroup
	taken := 0
	for range 40 {
		wg.Go(func() {
			if tr.begin("a@x", "1") == nil {
				mu.Lock()
				taken++
				mu.Unlock()
			}
		})
	}
	wg.Wait()
	if taken != triesPair {
		t.Errorf("%d of 40 tries at once were let through, want %d", taken, triesPair)
	}
}
