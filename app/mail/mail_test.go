package mail

import (
	"bytes"
	"context"
	"errors"
	"io"
	"log/slog"
	"mime"
	"mime/quotedprintable"
	"net"
	netmail "net/mail"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"commoncase/app/mail/mailtest"
)

var morning = time.Date(2025, 6, 2, 9, 0, 0, 0, time.UTC)

func config(s *mailtest.Server, mode string) Config {
	return Config{Host: s.Host, Port: s.Port, From: "Łukasz’s branch <branch@example.org>", TLS: mode, Roots: s.Roots, Now: func() time.Time { return morning }}
}

func mailer(t *testing.T, cfg Config) *Mailer {
	t.Helper()
	m, err := New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func hello(to string) Message { return Message{To: to, Subject: "Hello", Text: "Good morning.\n"} }

func TestRoundTrip(t *testing.T) {
	s := mailtest.Start(t, mailtest.Plain)
	sent := Message{To: "niamh@example.org", Subject: "Łukasz Żółć, Niamh Ní Bhriain, আনিকা রহমান, محمد",
		Text: "Dear Niamh Ní Bhriain,\n\n.\n=20 and an & and a very long line: " + strings.Repeat("আনিকা রহমান ", 40) + "\nhttps://cases.example.org/reset-password/" + strings.Repeat("x", 43) + "\n"}
	if err := mailer(t, config(s, Plain)).Send(t.Context(), sent); err != nil {
		t.Fatal(err)
	}
	got := s.Next()
	if got.From != "branch@example.org" || got.To != sent.To || got.Secure || got.User != "" {
		t.Errorf("the envelope is %q to %q, secure %v, user %q", got.From, got.To, got.Secure, got.User)
	}
	for _, line := range strings.Split(string(got.Raw), "\r\n") {
		if len(line) > 998 || strings.ContainsAny(line, "\r\n") {
			t.Errorf("a line of %d bytes: %.60q", len(line), line)
		}
		if strings.ContainsFunc(line, func(r rune) bool { return r > 126 }) {
			t.Errorf("a line is not ASCII: %q", line)
		}
	}
	m := got.Message(t)
	subject, err := new(mime.WordDecoder).DecodeHeader(m.Header.Get("Subject"))
	if err != nil || subject != sent.Subject {
		t.Errorf("subject %q, %v", subject, err)
	}
	if from, err := netmail.ParseAddress(m.Header.Get("From")); err != nil || from.Name != "Łukasz’s branch" || from.Address != "branch@example.org" {
		t.Errorf("from %v, %v", from, err)
	}
	if to := m.Header.Get("To"); to != "<niamh@example.org>" {
		t.Errorf("to %q", to)
	}
	if at, err := m.Header.Date(); err != nil || !at.Equal(morning) {
		t.Errorf("date %v, %v: want the clock that was given", at, err)
	}
	if id := m.Header.Get("Message-Id"); !strings.HasSuffix(id, "@example.org>") || len(id) < 40 {
		t.Errorf("message id %q", id)
	}
	if kind, params, err := mime.ParseMediaType(m.Header.Get("Content-Type")); err != nil || kind != "text/plain" || params["charset"] != "UTF-8" {
		t.Errorf("content type %q %v %v", kind, params, err)
	}
	if m.Header.Get("Auto-Submitted") != "auto-generated" || m.Header.Get("User-Agent") != "" || m.Header.Get("X-Mailer") != "" {
		t.Errorf("headers %v", m.Header)
	}
	text, err := io.ReadAll(quotedprintable.NewReader(m.Body))
	if err != nil {
		t.Fatal(err)
	}
	if got := strings.TrimRight(strings.ReplaceAll(string(text), "\r\n", "\n"), "\n") + "\n"; got != sent.Text {
		t.Errorf("the text came as\n%q, want\n%q", got, sent.Text)
	}
}

func TestRefused(t *testing.T) {
	for _, tc := range []struct {
		code      int
		enhanced  string
		temporary bool
	}{{550, "5.1.1", false}, {451, "4.7.1", true}, {421, "4.7.1", true}, {553, "5.1.1", false}} {
		s := mailtest.Start(t, mailtest.Plain)
		s.Refuse(tc.code)
		err := mailer(t, config(s, Plain)).Send(t.Context(), hello("anika.rahman@example.org"))
		var e *Error
		if !errors.As(err, &e) {
			t.Fatalf("%d: error %v", tc.code, err)
		}
		if e.Code != tc.code || e.Enhanced != tc.enhanced || e.Temporary != tc.temporary || Temporary(err) != tc.temporary || e.Stage != "recipient" {
			t.Errorf("%d: %+v", tc.code, e)
		}
		if strings.Contains(err.Error(), "anika") || strings.Contains(err.Error(), "example.org") {
			t.Errorf("the error repeats the address: %v", err)
		}
	}
}

// One connection that breaks, or cannot be made, may be better next time.
func TestServerAway(t *testing.T) {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	port := ln.Addr().(*net.TCPAddr).Port
	go func() {
		for {
			c, err := ln.Accept()
			if err != nil {
				return
			}
			c.Close() // before the greeting
		}
	}()
	cfg := Config{Host: "127.0.0.1", Port: port, From: "branch@example.org", TLS: Plain, Now: time.Now}
	if err := mailer(t, cfg).Send(t.Context(), hello("niamh@example.org")); !Temporary(err) {
		t.Errorf("a server that hangs up: %v", err)
	}
	ln.Close()
	err = mailer(t, cfg).Send(t.Context(), hello("niamh@example.org"))
	var e *Error
	if !Temporary(err) || !errors.As(err, &e) || e.Stage != "connect" || !strings.Contains(e.Reason, "refused") {
		t.Errorf("a server that is down: %v", err)
	}
}

// A server that takes the connection and says nothing holds nobody longer than the caller's patience, and the connection is closed.
func TestServerSilent(t *testing.T) {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer ln.Close()
	closed := make(chan error, 1)
	go func() {
		c, err := ln.Accept()
		if err != nil {
			closed <- err
			return
		}
		_, err = c.Read(make([]byte, 1)) // returns when the other side closes
		closed <- err
	}()
	ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
	defer cancel()
	began := time.Now()
	err = mailer(t, Config{Host: "127.0.0.1", Port: ln.Addr().(*net.TCPAddr).Port, From: "b@example.org", TLS: Plain, Now: time.Now}).Send(ctx, hello("niamh@example.org"))
	if !Temporary(err) {
		t.Errorf("error %v", err)
	}
	if took := time.Since(began); took > 5*time.Second {
		t.Errorf("it took %v", took)
	}
	if err := <-closed; !errors.Is(err, io.EOF) {
		t.Errorf("the connection ended with %v", err)
	}
}

func TestSecure(t *testing.T) {
	for _, mode := range []string{StartTLS, TLS} {
		t.Run(mode, func(t *testing.T) {
			s := mailtest.Start(t, mode)
			cfg := config(s, mode)
			cfg.Username, cfg.Password = mailtest.User, mailtest.Password
			if err := mailer(t, cfg).Send(t.Context(), hello("niamh@example.org")); err != nil {
				t.Fatal(err)
			}
			if got := s.Next(); !got.Secure || got.User != mailtest.User {
				t.Errorf("secure %v, user %q", got.Secure, got.User)
			}

			cfg.Password = "wrong"
			err := mailer(t, cfg).Send(t.Context(), hello("niamh@example.org"))
			var e *Error
			if !errors.As(err, &e) || e.Temporary || e.Stage != "connect" || e.Code != 535 {
				t.Errorf("a wrong password: %v", err)
			}
			if err != nil && strings.Contains(err.Error(), "wrong") {
				t.Errorf("the error repeats the password: %v", err)
			}

			// Without the authority of the test nobody vouches for the server, and nothing is sent.
			cfg.Password, cfg.Roots = mailtest.Password, nil
			if err := mailer(t, cfg).Send(t.Context(), hello("niamh@example.org")); err == nil || Temporary(err) || !strings.Contains(err.Error(), "certificate") {
				t.Errorf("an unknown authority: %v", err)
			}
			if s.Waiting() != 0 {
				t.Error("a message was sent to a server that nobody vouches for")
			}
		})
	}
}

// Where STARTTLS is asked for, a server (or somebody in between) that does not offer it gets nothing.
func TestStartTLSIsNotOptional(t *testing.T) {
	s := mailtest.Start(t, mailtest.Plain)
	err := mailer(t, config(s, StartTLS)).Send(t.Context(), hello("niamh@example.org"))
	if err == nil || Temporary(err) || !strings.Contains(err.Error(), "STARTTLS") {
		t.Errorf("error %v", err)
	}
	if s.Asked() != 0 {
		t.Error("the recipient was named in the clear")
	}
}

func TestWrongMessages(t *testing.T) {
	s := mailtest.Start(t, mailtest.Plain)
	m := mailer(t, config(s, Plain))
	for name, msg := range map[string]Message{
		"subject with a header":       {To: "niamh@example.org", Subject: "Hello\r\nBcc: all@example.org", Text: "Text\n"},
		"subject with a line feed":    {To: "niamh@example.org", Subject: "Hello\nBcc: all@example.org", Text: "Text\n"},
		"subject with a carriage ret": {To: "niamh@example.org", Subject: "Hello\rBcc: all@example.org", Text: "Text\n"},
		"subject with U+2028":         {To: "niamh@example.org", Subject: "Hello\u2028Bcc: all@example.org", Text: "Text\n"},
		"subject with NUL":            {To: "niamh@example.org", Subject: "Hello\x00", Text: "Text\n"},
		"no subject":                  {To: "niamh@example.org", Subject: "", Text: "Text\n"},
		"recipient with a header":     {To: "niamh@example.org\r\nBcc: all@example.org", Subject: "Hello", Text: "Text\n"},
		"recipient with a command":    {To: "niamh@example.org>\r\nRCPT TO:<all@example.org", Subject: "Hello", Text: "Text\n"},
		"two recipients":              {To: "niamh@example.org, all@example.org", Subject: "Hello", Text: "Text\n"},
		"recipient with a name":       {To: "Niamh <niamh@example.org>", Subject: "Hello", Text: "Text\n"},
		"no recipient":                {To: "", Subject: "Hello", Text: "Text\n"},
		"text that is not UTF-8":      {To: "niamh@example.org", Subject: "Hello", Text: "\xff\n"},
		"text with a carriage return": {To: "niamh@example.org", Subject: "Hello", Text: "a\r\n.\r\nRCPT TO:<all@example.org>\n"},
		"no text":                     {To: "niamh@example.org", Subject: "Hello", Text: ""},
		"text of a megabyte":          {To: "niamh@example.org", Subject: "Hello", Text: strings.Repeat("a\n", 1<<19)},
	} {
		err := m.Send(t.Context(), msg)
		var e *Error
		if !errors.As(err, &e) || e.Stage != "content" || e.Temporary {
			t.Errorf("%s: %v", name, err)
		} else if strings.Contains(err.Error(), "example.org") {
			t.Errorf("%s: the error repeats an address: %v", name, err)
		}
	}
	if s.Asked() != 0 {
		t.Errorf("the server was asked %d times", s.Asked())
	}
}

func TestWrongSettings(t *testing.T) {
	good := Config{Host: "mail.example.org", Port: 587, From: "branch@example.org", TLS: StartTLS, Now: time.Now}
	if _, err := New(good); err != nil {
		t.Fatal(err)
	}
	for name, change := range map[string]func(*Config){
		"no sender":                 func(c *Config) { c.From = "" },
		"no host":                   func(c *Config) { c.Host = "" },
		"no port":                   func(c *Config) { c.Port = 0 },
		"unknown way":               func(c *Config) { c.TLS = "ssl" },
		"a password over the plain": func(c *Config) { c.TLS, c.Username, c.Password = Plain, "u", "p" },
	} {
		cfg := good
		change(&cfg)
		if _, err := New(cfg); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
}

// logged is a log that may be read while it is written.
type logged struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *logged) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *logged) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

func outbox(t *testing.T, s *mailtest.Server, waits ...time.Duration) (*Outbox, *logged) {
	t.Helper()
	log := &logged{}
	o := NewOutbox(mailer(t, config(s, Plain)), slog.New(slog.NewJSONHandler(log, nil)))
	o.waits = waits
	t.Cleanup(o.Close)
	return o, log
}

func letter(to string) Write {
	return func(context.Context) (Message, bool, error) { return hello(to), true, nil }
}

// A server that greylists refuses once and takes the message when it comes again.
func TestTriesAgain(t *testing.T) {
	s := mailtest.Start(t, mailtest.Plain)
	var asked atomic.Int32
	s.RefuseOnly(func(string) int {
		if asked.Add(1) <= 2 {
			return 451
		}
		return 0
	})
	o, log := outbox(t, s, time.Millisecond, time.Millisecond, time.Millisecond)
	if err := o.Post(letter("niamh@example.org")); err != nil {
		t.Fatal(err)
	}
	if got := s.Next(); got.To != "niamh@example.org" {
		t.Errorf("it went to %q", got.To)
	}
	o.Close()
	if s.Asked() != 3 || strings.Count(log.String(), "mail not sent") != 2 || strings.Count(log.String(), "mail sent") != 1 {
		t.Errorf("asked %d times:\n%s", s.Asked(), log)
	}
	if strings.Contains(log.String(), "niamh") || strings.Contains(log.String(), "example.org") {
		t.Errorf("the log names the recipient:\n%s", log)
	}
}

func TestGivesUp(t *testing.T) {
	for code, tries := range map[int]int{550: 1, 451: 3} {
		s := mailtest.Start(t, mailtest.Plain)
		s.Refuse(code)
		o, log := outbox(t, s, time.Millisecond, time.Millisecond)
		if err := o.Post(letter("niamh@example.org")); err != nil {
			t.Fatal(err)
		}
		o.wg.Wait()
		if s.Asked() != tries || strings.Count(log.String(), `"last_try":true`) != 1 {
			t.Errorf("%d: asked %d times, want %d:\n%s", code, s.Asked(), tries, log)
		}
	}
}

func TestOutboxIsBounded(t *testing.T) {
	s := mailtest.Start(t, mailtest.Plain)
	o, _ := outbox(t, s)
	release := make(chan struct{})
	var running, most atomic.Int32
	blocked := func(context.Context) (Message, bool, error) {
		most.Store(max(most.Load(), running.Add(1)))
		<-release
		running.Add(-1)
		return Message{}, false, nil
	}
	for i := range mostWaiting {
		if err := o.Post(blocked); err != nil {
			t.Fatalf("message %d: %v", i, err)
		}
	}
	if err := o.Post(blocked); !errors.Is(err, ErrFull) {
		t.Errorf("one message too many: %v", err)
	}
	close(release)
	o.wg.Wait()
	if m := most.Load(); m < 1 || m > mostAtOnce {
		t.Errorf("%d at once", m)
	}
	if err := o.Post(blocked); err != nil {
		t.Errorf("when there is room again: %v", err)
	}
}

// Close lets a message that is on the way arrive, and waits for no later try.
func TestClose(t *testing.T) {
	s := mailtest.Start(t, mailtest.Plain)
	release := s.Hold()
	o, _ := outbox(t, s, time.Hour)
	if err := o.Post(letter("niamh@example.org")); err != nil {
		t.Fatal(err)
	}
	for s.Asked() == 0 {
		time.Sleep(time.Millisecond)
	}
	time.AfterFunc(50*time.Millisecond, release)
	o.Close()
	if s.Waiting() != 1 {
		t.Error("the message on the way was lost")
	}
	if err := o.Post(letter("niamh@example.org")); !errors.Is(err, ErrFull) {
		t.Errorf("after Close: %v", err)
	}
	o.Close()

	s.Refuse(451)
	o, log := outbox(t, s, time.Hour)
	if err := o.Post(letter("niamh@example.org")); err != nil {
		t.Fatal(err)
	}
	for !strings.Contains(log.String(), "mail not sent") {
		time.Sleep(time.Millisecond)
	}
	began := time.Now()
	o.Close()
	if took := time.Since(began); took > 5*time.Second {
		t.Errorf("closing took %v", took)
	}
	if !strings.Contains(log.String(), "mail given up") {
		t.Errorf("nothing says that a message was lost:\n%s", log)
	}
}

func TestWriteFails(t *testing.T) {
	s := mailtest.Start(t, mailtest.Plain)
	o, log := outbox(t, s)
	if err := o.Post(func(context.Context) (Message, bool, error) {
		return Message{}, false, errors.New("the database is away")
	}); err != nil {
		t.Fatal(err)
	}
	o.Close()
	if !strings.Contains(log.String(), "the database is away") || s.Asked() != 0 {
		t.Errorf("asked %d times:\n%s", s.Asked(), log)
	}
}

// A message that goes twice goes under one id, so that a receiver can tell; and where the server's answer to the whole message never
// came, nobody says that it was not taken.
func TestTheSameMessageAgain(t *testing.T) {
	s := mailtest.Start(t, mailtest.Plain)
	m, msg := mailer(t, config(s, Plain)), hello("niamh@example.org")
	msg.ID = "0123abcd"
	s.Vanish(true)
	err := m.Send(t.Context(), msg)
	if !Unknown(err) || !strings.Contains(err.Error(), "may have been taken") {
		t.Errorf("the server broke off after the message: %v", err)
	}
	s.Vanish(false)
	if err := m.Send(t.Context(), msg); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if id := s.Next().Message(t).Header.Get("Message-Id"); id != "<0123abcd@example.org>" {
			t.Errorf("message id %q", id)
		}
	}
	s.Refuse(451)
	if err := m.Send(t.Context(), msg); Unknown(err) || !Temporary(err) {
		t.Errorf("a recipient that is to come later: %v", err)
	}
	for _, id := range []string{"a b", "a@b", "a\r\nBcc: x", strings.Repeat("a", 65)} {
		msg.ID = id
		if err := m.Send(t.Context(), msg); err == nil || Temporary(err) {
			t.Errorf("the id %q: %v", id, err)
		}
	}
}
