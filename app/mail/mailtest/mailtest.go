// Package mailtest is a real SMTP server for tests: it keeps what it is given, or answers with the refusal that a test wants. It
// imports nothing of ours, and only tests import it.
package mailtest

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"io"
	"log"
	"math/big"
	"net"
	"net/mail"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/emersion/go-sasl"
	"github.com/emersion/go-smtp"
)

// Received is a message that the server took.
type Received struct {
	From, To string // of the envelope
	Secure   bool   // it came over TLS
	User     string // who had signed in
	Raw      []byte
}

// Message parses it.
func (r Received) Message(t testing.TB) *mail.Message {
	t.Helper()
	m, err := mail.ReadMessage(bytes.NewReader(r.Raw))
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// Server is the SMTP server.
type Server struct {
	Host  string
	Port  int
	Roots *x509.CertPool // vouches for it; nil without TLS

	t    testing.TB
	srv  *smtp.Server
	mu   sync.Mutex
	got  []Received
	came chan struct{} // one for each message
	// refusal answers the recipient; nil takes them all.
	refusal func(to string) error
	hold    chan struct{} // a recipient's answer waits until it is closed; nil waits for nothing
	asked   int
	vanish  bool // it takes a message and ends the connection instead of saying so
}

// How the server speaks.
const (
	Plain    = "none"
	StartTLS = "starttls"
	TLS      = "tls"
)

// User and Password are those of the one person who may sign in, where the server speaks TLS.
const (
	User     = "branch"
	Password = "lamp post"
)

// Start starts a server on a port of this machine; it ends with the test.
func Start(t testing.TB, mode string) *Server {
	t.Helper()
	ln, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s := &Server{t: t, Host: "127.0.0.1", came: make(chan struct{}, 1000)}
	_, port, _ := net.SplitHostPort(ln.Addr().String())
	s.Port, _ = strconv.Atoi(port)
	s.srv = smtp.NewServer(smtp.BackendFunc(func(c *smtp.Conn) (smtp.Session, error) { return &session{s: s, c: c}, nil }))
	s.srv.Domain = "mail.test"
	s.srv.ErrorLog = log.New(io.Discard, "", 0)
	if mode != Plain {
		s.srv.TLSConfig, s.Roots = certificate(t)
	}
	if mode == TLS {
		ln = tls.NewListener(ln, s.srv.TLSConfig)
	}
	done := make(chan error, 1)
	go func() { done <- s.srv.Serve(ln) }()
	t.Cleanup(func() {
		_ = s.srv.Close()
		_ = ln.Close() // the server may not know it yet where nobody ever connected
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
	return s
}

// Refuse answers every recipient from now on with an SMTP code and the enhanced one 5.1.1 or 4.7.1, and with their own address in the
// text as real servers do; 0 takes them again.
func (s *Server) Refuse(code int) {
	s.RefuseOnly(func(string) int { return code })
}

// RefuseOnly is Refuse by recipient.
func (s *Server) RefuseOnly(code func(to string) int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.refusal = func(to string) error {
		switch c := code(to); {
		case c == 0:
			return nil
		case c < 500:
			return &smtp.SMTPError{Code: c, EnhancedCode: smtp.EnhancedCode{4, 7, 1}, Message: "<" + to + ">: come again later"}
		default:
			return &smtp.SMTPError{Code: c, EnhancedCode: smtp.EnhancedCode{5, 1, 1}, Message: "<" + to + ">: nobody of that name"}
		}
	}
}

// Hold lets recipients wait for their answer until the returned function is called.
func (s *Server) Hold() (release func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	hold := make(chan struct{})
	s.hold = hold
	release = sync.OnceFunc(func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.hold = nil
		close(hold)
	})
	s.t.Cleanup(release)
	return release
}

// Vanish lets the server keep the messages that it is given and break off before it says that it has them; false lets it speak again.
func (s *Server) Vanish(on bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.vanish = on
}

// Asked is how many recipients were named to the server, taken or not.
func (s *Server) Asked() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.asked
}

// Next waits for the next message, ten seconds at most.
func (s *Server) Next() Received {
	s.t.Helper()
	select {
	case <-s.came:
	case <-time.After(10 * time.Second):
		s.t.Fatal("no mail came in ten seconds")
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	r := s.got[0]
	s.got = s.got[1:]
	return r
}

// Waiting is how many messages came that Next did not return.
func (s *Server) Waiting() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.got)
}

type session struct {
	s        *Server
	c        *smtp.Conn
	user     string
	from, to string
}

func (x *session) Reset()        { x.from, x.to = "", "" }
func (x *session) Logout() error { return nil }

func (x *session) AuthMechanisms() []string {
	if _, secure := x.c.TLSConnectionState(); secure {
		return []string{sasl.Plain}
	}
	return nil
}

func (x *session) Auth(string) (sasl.Server, error) {
	return sasl.NewPlainServer(func(_, user, password string) error {
		if user != User || password != Password {
			return smtp.ErrAuthFailed
		}
		x.user = user
		return nil
	}), nil
}

func (x *session) Mail(from string, _ *smtp.MailOptions) error {
	x.from = from
	return nil
}

func (x *session) Rcpt(to string, _ *smtp.RcptOptions) error {
	x.s.mu.Lock()
	x.s.asked++
	refusal, hold := x.s.refusal, x.s.hold
	x.s.mu.Unlock()
	if hold != nil {
		<-hold
	}
	if refusal != nil {
		if err := refusal(to); err != nil {
			return err
		}
	}
	x.to = to
	return nil
}

func (x *session) Data(r io.Reader) error {
	raw, err := io.ReadAll(r)
	if err != nil {
		return err
	}
	_, secure := x.c.TLSConnectionState()
	x.s.mu.Lock()
	x.s.got = append(x.s.got, Received{From: x.from, To: x.to, Secure: secure, User: x.user, Raw: raw})
	vanish := x.s.vanish
	x.s.mu.Unlock()
	x.s.came <- struct{}{}
	if vanish {
		_ = x.c.Conn().Close() // that nobody hears an answer is what is wanted
	}
	return nil
}

// certificate makes an authority and, signed by it, the certificate of 127.0.0.1.
func certificate(t testing.TB) (*tls.Config, *x509.CertPool) {
	t.Helper()
	must := func(err error) {
		if err != nil {
			t.Helper()
			t.Fatal(err)
		}
	}
	from, until := time.Date(2020, 1, 1, 0, 0, 0, 0, time.UTC), time.Date(2120, 1, 1, 0, 0, 0, 0, time.UTC)
	caKey, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	must(err)
	ca := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "Authority of a test"}, NotBefore: from, NotAfter: until,
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign}
	caDER, err := x509.CreateCertificate(rand.Reader, ca, ca, &caKey.PublicKey, caKey)
	must(err)
	ca, err = x509.ParseCertificate(caDER)
	must(err)
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	must(err)
	leaf := &x509.Certificate{SerialNumber: big.NewInt(2), Subject: pkix.Name{CommonName: "mail.test"}, NotBefore: from, NotAfter: until,
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, KeyUsage: x509.KeyUsageDigitalSignature, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}}
	leafDER, err := x509.CreateCertificate(rand.Reader, leaf, ca, &key.PublicKey, caKey)
	must(err)
	roots := x509.NewCertPool()
	roots.AddCert(ca)
	return &tls.Config{Certificates: []tls.Certificate{{Certificate: [][]byte{leafDER}, PrivateKey: key}}, MinVersion: tls.VersionTLS12}, roots
}
