// Package mail posts: short messages in plain text, through the one server that the installation names. It is the only room
// that knows go-mail; of ours it imports models. What it reports of a failure names no person and no address, for it is logged.
package mail

import (
	"context"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/hex"
	"errors"
	"fmt"
	"net"
	"net/mail"
	"net/textproto"
	"strconv"
	"strings"
	"sync"
	"time"
	"unicode"
	"unicode/utf8"

	gomail "github.com/wneessen/go-mail"
)

// The ways to the mail server.
const (
	StartTLS = "starttls" // plain at first, and no further where the server will not go over to TLS
	TLS      = "tls"      // TLS from the first byte
	Plain    = "none"     // for a server on this machine or in its own network
)

// dialTime is for each of: to connect, with the greetings and the sign-in; and to hand one message over. sendTime is for both.
const (
	dialTime = 15 * time.Second
	sendTime = 30 * time.Second
)

// The most that a message may have, so that nothing that somebody typed becomes a letter of a megabyte.
const (
	longestSubject = 200     // characters
	longestText    = 100_000 // bytes
)

// Config is the mail server, and in whose name mail goes out.
type Config struct {
	Host     string
	Port     int
	Username string // empty where the server asks for none
	Password string
	From     string           // an address, or Name <address>
	TLS      string           // StartTLS, TLS or Plain
	Roots    *x509.CertPool   // who may vouch for the server; whom the system trusts where nil
	Now      func() time.Time // the date on messages
}

// Message is one message to one person, in plain text.
type Message struct {
	To      string // an address and no name
	Subject string // one line
	Text    string // lines that end in \n
	// ID is the part of the Message-ID before the @, lower case letters and digits: a message that may have gone already goes again under the same,
	// so that a receiver can tell a repeat. Where it is empty it is made up.
	ID string
}

// Error is a message that was not taken. It may be logged: what the server said is left out, for it repeats addresses.
type Error struct {
	Stage     string // connect, sender, recipient, content
	Code      int    // the server's answer, 550; 0 where it did not come to one
	Enhanced  string // 5.1.1, where the server says it
	Reason    string // what went wrong where the server did not answer
	Temporary bool   // the same message may be taken later
	Unknown   bool   // it was handed over whole, and the server's answer never came: it may have been taken
}

func (e *Error) Error() string {
	var b strings.Builder
	b.WriteString("mail not taken at " + e.Stage)
	if e.Code != 0 {
		fmt.Fprintf(&b, ": %d", e.Code)
	}
	if e.Enhanced != "" {
		b.WriteString(" " + e.Enhanced)
	}
	if e.Reason != "" {
		b.WriteString(": " + e.Reason)
	}
	switch {
	case e.Unknown:
		b.WriteString(" (it may have been taken)")
	case e.Temporary:
		b.WriteString(" (temporary)")
	}
	return b.String()
}

// Temporary reports whether an error of Send may pass by itself: the server is away or busy, or wants the message again later.
func Temporary(err error) bool {
	var e *Error
	return errors.As(err, &e) && e.Temporary
}

// Unknown reports whether a message may have been taken although Send failed: it was handed over whole and no answer came.
func Unknown(err error) bool {
	var e *Error
	return errors.As(err, &e) && e.Unknown
}

// Mailer hands messages to the mail server, each over a connection of its own. It is safe for concurrent use.
type Mailer struct {
	cfg    Config
	domain string // of the sender
}

// New makes a Mailer. It connects to nothing.
func New(cfg Config) (*Mailer, error) {
	from, err := mail.ParseAddress(cfg.From)
	if err != nil {
		return nil, errors.New("the sender of mail is no address: write it as Branch <branch@example.org>")
	}
	m := &Mailer{cfg: cfg, domain: from.Address[strings.LastIndexByte(from.Address, '@')+1:]}
	if strings.ContainsFunc(m.domain, func(r rune) bool { return r > unicode.MaxASCII || r <= ' ' }) {
		m.domain = "localhost"
	}
	if _, err := m.client(new(line)); err != nil {
		return nil, fmt.Errorf("set up mail: %w", err)
	}
	return m, nil
}

// line is the connection under a client: the library leaves it open where the greeting, TLS or the sign-in fails.
type line struct {
	mu   sync.Mutex
	conn net.Conn
}

func (l *line) close() {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.conn != nil {
		_ = l.conn.Close() // it is done with, whatever it says
	}
}

func (m *Mailer) client(l *line) (*gomail.Client, error) {
	secure := &tls.Config{ServerName: m.cfg.Host, MinVersion: tls.VersionTLS12, RootCAs: m.cfg.Roots}
	dial := func(ctx context.Context, network, addr string) (conn net.Conn, err error) {
		if m.cfg.TLS == TLS {
			conn, err = (&tls.Dialer{Config: secure}).DialContext(ctx, network, addr)
		} else {
			conn, err = (&net.Dialer{}).DialContext(ctx, network, addr)
		}
		if err != nil {
			return nil, err
		}
		l.mu.Lock()
		defer l.mu.Unlock()
		l.conn = conn
		return conn, nil
	}
	opts := []gomail.Option{gomail.WithPort(m.cfg.Port), gomail.WithTimeout(dialTime), gomail.WithHELO(m.domain),
		gomail.WithTLSConfig(secure), gomail.WithDialContextFunc(dial), gomail.WithoutNoop()}
	switch m.cfg.TLS {
	case TLS:
		opts = append(opts, gomail.WithSSL())
	case StartTLS:
		opts = append(opts, gomail.WithTLSPolicy(gomail.TLSMandatory))
	case Plain:
		opts = append(opts, gomail.WithTLSPolicy(gomail.NoTLS))
	default:
		return nil, fmt.Errorf("%q is no way to the mail server: choose starttls, tls or none", m.cfg.TLS)
	}
	if m.cfg.Username != "" {
		if m.cfg.TLS == Plain {
			return nil, errors.New("the mail password would travel in the clear: choose starttls or tls")
		}
		// Over TLS only, so the password may be said plainly; SCRAM where the server can.
		opts = append(opts, gomail.WithUsername(m.cfg.Username), gomail.WithPassword(m.cfg.Password),
			gomail.WithOpportunisticSMTPAuth(gomail.SMTPAuthSCRAMSHA256, gomail.SMTPAuthPlain, gomail.SMTPAuthLogin))
	}
	return gomail.NewClient(m.cfg.Host, opts...)
}

// Send hands one message over and returns when the server has taken it. It takes 30 seconds at most. A message that cannot be one (a
// line break in the subject, an address that is none) is refused before anything is sent. Every error is an *Error.
func (m *Mailer) Send(ctx context.Context, msg Message) error {
	if reason := msg.wrong(); reason != "" {
		return &Error{Stage: "content", Reason: reason}
	}
	letter, err := m.letter(msg)
	if err != nil {
		return &Error{Stage: "content", Reason: "the message cannot be put together"} // err repeats the address
	}
	ctx, cancel := context.WithTimeout(ctx, sendTime)
	defer cancel()
	var l line
	defer l.close()
	client, err := m.client(&l)
	if err != nil {
		return &Error{Stage: "connect", Reason: err.Error()}
	}
	// The library looks at ctx while it dials and never after.
	defer context.AfterFunc(ctx, l.close)()
	if err := client.DialAndSendWithContext(ctx, letter); err != nil && !letter.IsDelivered() {
		return classify(err)
	}
	return nil // also where the server took the message and failed to say goodbye
}

// wrong says why a message cannot be one, without repeating what is in it.
func (msg Message) wrong() string {
	a, err := mail.ParseAddress(msg.To)
	switch {
	case err != nil || a.Address != msg.To || strings.ContainsFunc(msg.To, unicode.IsControl):
		return "the recipient is no address"
	case !utf8.ValidString(msg.Subject) || !utf8.ValidString(msg.Text):
		return "the text is not UTF-8"
	case msg.Subject == "" || utf8.RuneCountInString(msg.Subject) > longestSubject:
		return "the subject is empty or too long"
	case strings.ContainsFunc(msg.Subject, breaksLine):
		return "the subject has a line break or a control character"
	case strings.ContainsFunc(msg.ID, func(r rune) bool { return (r < 'a' || r > 'z') && (r < '0' || r > '9') }) || len(msg.ID) > 64:
		return "the id of the message is none"
	case msg.Text == "" || len(msg.Text) > longestText:
		return "the text is empty or too long"
	case strings.ContainsFunc(msg.Text, func(r rune) bool { return unicode.IsControl(r) && r != '\n' && r != '\t' }):
		return "the text has a control character"
	}
	return ""
}

// breaksLine finds what could end a header, for us or for a program that reads it less strictly.
func breaksLine(r rune) bool { return unicode.IsControl(r) || r == '\u2028' || r == '\u2029' }

func (m *Mailer) letter(msg Message) (*gomail.Msg, error) {
	letter := gomail.NewMsg(gomail.WithCharset(gomail.CharsetUTF8), gomail.WithEncoding(gomail.EncodingQP), gomail.WithNoDefaultUserAgent())
	if err := letter.From(m.cfg.From); err != nil {
		return nil, err
	}
	if err := letter.To(msg.To); err != nil {
		return nil, err
	}
	letter.Subject(msg.Subject)
	letter.SetDateWithValue(m.cfg.Now().UTC())
	id := msg.ID
	if id == "" {
		var made [16]byte
		rand.Read(made[:])
		id = hex.EncodeToString(made[:])
	}
	// Not the library's own, which tells the name of this machine.
	letter.SetMessageIDWithValue(id + "@" + m.domain)
	letter.SetGenHeader("Auto-Submitted", "auto-generated") // RFC 3834: no absence notice answers it
	letter.SetBodyString(gomail.TypeTextPlain, msg.Text)
	return letter, nil
}

// classify turns an error of the library, which holds addresses and the server's words, into one that does not.
func classify(err error) *Error {
	var sent *gomail.SendError
	var answer *textproto.Error
	switch {
	case errors.As(err, &sent):
		e := &Error{Code: sent.ErrorCode(), Enhanced: sent.EnhancedStatusCode()}
		switch sent.Reason {
		case gomail.ErrSMTPMailFrom:
			e.Stage = "sender"
		case gomail.ErrSMTPRcptTo:
			e.Stage = "recipient"
		case gomail.ErrGetSender, gomail.ErrGetRcpts, gomail.ErrNoUnencoded:
			e.Stage, e.Reason = "content", sent.Reason.String()
			return e
		default:
			e.Stage = "content"
		}
		e.Temporary = e.Code < 500
		if e.Code == 0 {
			e.Reason = "the connection broke off"
			e.Unknown = sent.Reason == gomail.ErrSMTPDataClose
		}
		return e
	case errors.As(err, &answer): // in the greeting, or when signing in
		return &Error{Stage: "connect", Code: answer.Code, Temporary: answer.Code < 500}
	}
	e := &Error{Stage: "connect", Reason: plainReason(err)}
	var network net.Error
	e.Temporary = !distrust(err) && (errors.As(err, &network) || broken(err))
	return e
}

// distrust reports whether the server could not prove who it is; waiting does not mend that.
func distrust(err error) bool {
	var verify *tls.CertificateVerificationError
	var record tls.RecordHeaderError
	return errors.As(err, &verify) || errors.As(err, &record)
}

func broken(err error) bool {
	return errors.Is(err, net.ErrClosed) || strings.HasSuffix(err.Error(), "EOF") || errors.Is(err, context.DeadlineExceeded) || errors.Is(err, context.Canceled)
}

// plainReason is the text of an error from before the first address was said, on one line. It tells of the mail server alone.
func plainReason(err error) string {
	if errors.Is(err, net.ErrClosed) || errors.Is(err, context.DeadlineExceeded) {
		return "no answer in time"
	}
	return strconv.QuoteToGraphic(err.Error())
}
