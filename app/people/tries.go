package people

import (
	"fmt"
	"sync"
	"time"

	"commoncase/models"
)

// Wrong passwords are counted over a window. The pair of address and e-mail is held short, so that guessing one password is
// slow; the e-mail alone and the address alone are held long, so that a guesser with many addresses is slowed, nobody can lock
// a member out with five wrong passwords from elsewhere, and a meeting on one connection can sign in.
const (
	window       = 15 * time.Minute
	triesPair    = 5
	triesEmail   = 50
	triesAddress = 50
	mostKept     = 50_000
)

// Mails for a new password are counted alike. The e-mail alone is held shorter, for each one lands in somebody's mailbox.
const (
	asksPair    = 3
	asksEmail   = 10
	asksAddress = 50
)

// tries counts wrong passwords in memory: a restart forgives them, which is no help to a guesser who cannot restart us.
type tries struct {
	mu   sync.Mutex
	now  func() time.Time
	most limits
	what string                 // completes "There were too many"
	kept map[string][]time.Time // oldest first; never empty
}

// limits are how many a window: by the pair, by the e-mail, by the address.
type limits struct{ pair, email, address int }

func newTries(now func() time.Time) *tries {
	return &tries{now: now, most: limits{triesPair, triesEmail, triesAddress}, what: "tries with a wrong password", kept: map[string][]time.Time{}}
}

func newAsks(now func() time.Time) *tries {
	return &tries{now: now, most: limits{asksPair, asksEmail, asksAddress}, what: "requests for a new password", kept: map[string][]time.Time{}}
}

func (t *tries) keys(email, address string) map[string]int {
	return map[string]int{"p " + address + " " + email: t.most.pair, "e " + email: t.most.email, "a " + address: t.most.address}
}

// begin counts one try before the password is looked at, so that tries at the same moment count too.
func (t *tries) begin(email, address string) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	now := t.now()
	if len(t.kept) > mostKept {
		for key := range t.kept {
			t.recent(key, now)
		}
	}
	var wait time.Duration
	for key, most := range t.keys(email, address) {
		if recent := t.recent(key, now); len(recent) >= most {
			wait = max(wait, recent[len(recent)-most].Add(window).Sub(now))
		}
	}
	if wait > 0 {
		return models.Errorf(models.CodeTooMany, "There were too many %s. Try again in %s.", t.what, inWords(wait))
	}
	for key := range t.keys(email, address) {
		t.kept[key] = append(t.kept[key], now)
	}
	return nil
}

// forgive takes the last try back: the password was right.
func (t *tries) forgive(email, address string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	delete(t.kept, "p "+address+" "+email)
	for _, key := range []string{"e " + email, "a " + address} {
		if n := len(t.kept[key]); n > 1 {
			t.kept[key] = t.kept[key][:n-1]
		} else {
			delete(t.kept, key)
		}
	}
}

// recent drops what is older than the window.
func (t *tries) recent(key string, now time.Time) []time.Time {
	ts := t.kept[key]
	for len(ts) > 0 && !ts[0].Add(window).After(now) {
		ts = ts[1:]
	}
	if len(ts) == 0 {
		delete(t.kept, key)
		return nil
	}
	t.kept[key] = ts
	return ts
}

func inWords(wait time.Duration) string {
	minutes := int((wait + time.Minute - 1) / time.Minute)
	if minutes == 1 {
		return "a minute"
	}
	return fmt.Sprintf("%d minutes", minutes)
}
