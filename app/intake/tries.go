package intake

import (
	"crypto/hmac"
	"crypto/sha256"
	"sync"
	"time"
)

// mostKept is how many things are counted before those whose time has passed are swept out; sweepAfter how long after the last time at the
// earliest, for whoever counts waits meanwhile.
const (
	mostKept   = 50_000
	sweepAfter = time.Minute
)

// tries counts what was done how often, in memory: a restart forgets it. What is counted is kept under a keyed hash, so that neither
// addresses nor codes lie anywhere.
type tries struct {
	mu    sync.Mutex
	now   func() time.Time
	key   []byte
	swept time.Time
	kept  map[[sha256.Size]byte]*count
}

type count struct {
	window time.Duration
	at     []time.Time // oldest first
}

func newTries(now func() time.Time) *tries {
	return &tries{now: now, key: newKey(), kept: map[[sha256.Size]byte]*count{}}
}

func (t *tries) name(what, who string) (name [sha256.Size]byte) {
	mac := hmac.New(sha256.New, t.key)
	mac.Write([]byte(what + "\x00" + who))
	mac.Sum(name[:0])
	return name
}

// take counts one, and reports whether it is one of the most that a window allows. What is not allowed is not counted: whoever waits for a
// window may go on.
func (t *tries) take(what, who string, most int, window time.Duration) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	now := t.now()
	if len(t.kept) > mostKept && now.Sub(t.swept) >= sweepAfter {
		t.swept = now
		for name, c := range t.kept {
			if c.recent(now); len(c.at) == 0 {
				delete(t.kept, name)
			}
		}
	}
	name := t.name(what, who)
	c := t.kept[name]
	if c == nil {
		c = &count{window: window}
		t.kept[name] = c
	}
	if c.recent(now); len(c.at) >= most {
		return false
	}
	c.at = append(c.at, now)
	return true
}

// forgive takes the last one back.
func (t *tries) forgive(what, who string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	name := t.name(what, who)
	if c := t.kept[name]; c != nil && len(c.at) > 0 {
		if c.at = c.at[:len(c.at)-1]; len(c.at) == 0 {
			delete(t.kept, name)
		}
	}
}

// recent drops what is older than the window.
func (c *count) recent(now time.Time) {
	for len(c.at) > 0 && !c.at[0].Add(c.window).After(now) {
		c.at = c.at[1:]
	}
}
