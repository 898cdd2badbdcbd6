package mail

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"time"
)

// How much an Outbox takes on: so many messages that are written, sent or waiting for another try; so many on the way at once; and
// how long Close lets those on the way go on.
const (
	mostWaiting = 100
	mostAtOnce  = 2
	lastWords   = 10 * time.Second
)

// tryAgain is how long after each temporary failure the message is tried again. A server that greylists takes it after some
// minutes; all of it stays well within the hour that a link in it may be good for.
var tryAgain = []time.Duration{time.Minute, 5 * time.Minute, 10 * time.Minute}

// ErrFull says that an Outbox takes no more for now.
var ErrFull = errors.New("the outbox is full")

// Write makes a message; ok is false where there is none to send after all. It runs in the background, so that whoever asked for
// it learns nothing from how long it takes. ctx ends when the program does.
type Write func(ctx context.Context) (msg Message, ok bool, err error)

// Outbox writes and sends messages in the background and remembers none: what is not sent when the program ends is lost.
type Outbox struct {
	mailer *Mailer
	log    *slog.Logger
	waits  []time.Duration

	ctx     context.Context // of what is on the way
	cancel  context.CancelFunc
	closing chan struct{} // closed when nothing new is begun
	places  chan struct{}
	sending chan struct{}

	mu     sync.Mutex
	closed bool
	wg     sync.WaitGroup
}

// NewOutbox makes an Outbox. Close must be called in the end, before what Write functions need is closed.
func NewOutbox(mailer *Mailer, log *slog.Logger) *Outbox {
	ctx, cancel := context.WithCancel(context.Background())
	return &Outbox{mailer: mailer, log: log, waits: tryAgain, ctx: ctx, cancel: cancel, closing: make(chan struct{}),
		places: make(chan struct{}, mostWaiting), sending: make(chan struct{}, mostAtOnce)}
}

// Post takes on a message and returns at once; ErrFull where too many wait already or the outbox is closed. What becomes of it is
// in the log, without its address.
func (o *Outbox) Post(write Write) error {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.closed {
		return ErrFull
	}
	select {
	case o.places <- struct{}{}:
	default:
		return ErrFull
	}
	o.wg.Go(func() {
		defer func() { <-o.places }()
		o.deliver(write)
	})
	return nil
}

func (o *Outbox) deliver(write Write) {
	var msg Message
	var ok bool
	err := o.inTurn(func() (err error) {
		msg, ok, err = write(o.ctx)
		return err
	})
	if err != nil {
		o.log.LogAttrs(o.ctx, slog.LevelError, "mail not written", slog.String("error", err.Error()))
		return
	}
	if !ok {
		return
	}
	for try := 0; ; try++ {
		err := o.inTurn(func() error { return o.mailer.Send(o.ctx, msg) })
		if err == nil {
			o.log.LogAttrs(o.ctx, slog.LevelInfo, "mail sent", slog.Int("try", try+1))
			return
		}
		last := !Temporary(err) || try == len(o.waits)
		level := slog.LevelWarn
		if last {
			level = slog.LevelError
		}
		o.log.LogAttrs(o.ctx, level, "mail not sent", slog.Int("try", try+1), slog.Bool("last_try", last), slog.String("error", err.Error()))
		if last || !o.wait(o.waits[try]) {
			return
		}
	}
}

// inTurn runs f when one of the few places is free.
func (o *Outbox) inTurn(f func() error) error {
	o.sending <- struct{}{}
	defer func() { <-o.sending }()
	return f()
}

// wait reports whether the time passed; false where the outbox closed first.
func (o *Outbox) wait(d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return true
	case <-o.closing:
		o.log.LogAttrs(o.ctx, slog.LevelWarn, "mail given up: the program ends")
		return false
	}
}

// Close takes nothing more, gives what is on the way ten seconds, breaks off the rest, and returns when nothing runs any more. It is
// safe to call twice.
func (o *Outbox) Close() {
	o.mu.Lock()
	if !o.closed {
		o.closed = true
		close(o.closing)
	}
	o.mu.Unlock()
	enough := time.AfterFunc(lastWords, o.cancel)
	defer enough.Stop()
	o.wg.Wait()
	o.cancel()
}
