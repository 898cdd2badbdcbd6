// Package config reads what an installation may set from the environment, checks it, and says it back with the secrets
// blotted out. It imports nothing of ours.
package config

import (
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/mail"
	"net/netip"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/caarlos0/env/v11"
)

// Secret is a value that is never printed, logged or marshalled; Reveal gives it to the one place that needs it.
type Secret string

// Reveal returns the value itself.
func (s Secret) Reveal() string { return string(s) }

func (s Secret) String() string {
	if s == "" {
		return ""
	}
	return "[redacted]"
}

// GoString keeps the value out of %#v.
func (s Secret) GoString() string { return s.String() }

// MarshalText keeps the value out of JSON and of text logs.
func (s Secret) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// Config is everything that an installation may set. Load fills and checks it; a Config that came out of Load is consistent.
type Config struct {
	// DatabaseURL is a postgres:// address; empty means the SQLite file SQLitePath. Secret, for it may hold a password.
	DatabaseURL Secret `env:"DATABASE_URL"`
	// DataDir holds the SQLite file and the uploaded files.
	DataDir string `env:"COMMONCASE_DATA_DIR" envDefault:"data"`
	// RulesDir is the operator's own folder of rule files, which stand over those that are built in; empty: there is none.
	RulesDir string `env:"COMMONCASE_RULES_DIR"`
	// Addr is where the server listens, host:port.
	Addr string `env:"COMMONCASE_ADDR" envDefault:"127.0.0.1:8080"`
	// BaseURL is the address that people type, without a slash at its end. Links in letters and mail are made from it and from
	// nothing that a request says.
	BaseURL string `env:"COMMONCASE_BASE_URL" envDefault:"http://localhost:8080"`
	// TrustedProxies are the addresses and networks (CIDR) whose X-Forwarded-* headers are believed. None by default.
	TrustedProxies []string `env:"COMMONCASE_TRUSTED_PROXIES"`
	// LogLevel is debug, info, warn or error.
	LogLevel string `env:"COMMONCASE_LOG_LEVEL" envDefault:"info"`
	// LogFormat is json or text.
	LogFormat string `env:"COMMONCASE_LOG_FORMAT" envDefault:"json"`
	// SMTP is how mail leaves. Without a host none does.
	SMTP SMTP `envPrefix:"SMTP_"`
}

// SMTP is the mail server that takes our mail.
type SMTP struct {
	Host     string `env:"HOST"`
	Port     int    `env:"PORT" envDefault:"587"`
	Username string `env:"USERNAME"`
	Password Secret `env:"PASSWORD"`
	From     string `env:"FROM"`                      // an address, or Name <address>
	TLS      string `env:"TLS" envDefault:"starttls"` // starttls, tls or none
}

// Enabled reports whether mail can leave at all.
func (s SMTP) Enabled() bool { return s.Host != "" }

// The words that SMTP_TLS, COMMONCASE_LOG_FORMAT and COMMONCASE_LOG_LEVEL take.
var (
	tlsModes   = []string{"starttls", "tls", "none"}
	logFormats = []string{"json", "text"}
	logLevels  = map[string]slog.Level{
		"debug": slog.LevelDebug, "info": slog.LevelInfo, "warn": slog.LevelWarn, "error": slog.LevelError,
	}
)

// Load reads the configuration from the environment of the process.
func Load() (Config, error) { return FromEnviron(os.Environ()) }

// FromEnviron reads the configuration from lines of the form NAME=value. The error joins one sentence for each thing to mend,
// and repeats no secret.
func FromEnviron(environ []string) (Config, error) {
	vars := env.ToMap(environ)
	for name, value := range vars {
		vars[name] = strings.TrimSpace(value)
		if vars[name] == "" {
			delete(vars, name) // an empty line in an env file means: not set
		}
	}
	cfg, err := env.ParseAsWithOptions[Config](env.Options{Environment: vars})
	if err != nil {
		// The numbers alone can fail to parse; the library's own words name a Go field, which helps nobody.
		return Config{}, fmt.Errorf("SMTP_PORT is %q, which is no port: give a number from 1 to 65535, such as 587", vars["SMTP_PORT"])
	}
	if err := errors.Join(append(unknown(vars), cfg.check()...)...); err != nil {
		return Config{}, err
	}
	return cfg, nil
}

// unknown finds settings with our prefix that we do not have: a misspelt COMMONCASE_TRUSTED_PROXY would else be ignored in silence.
func unknown(vars map[string]string) []error {
	params, err := env.GetFieldParams(&Config{})
	if err != nil {
		return []error{fmt.Errorf("read the list of settings: %w", err)}
	}
	var known []string
	for _, p := range params {
		known = append(known, p.Key)
	}
	var errs []error
	for name := range vars {
		if strings.HasPrefix(name, "COMMONCASE_") && !strings.HasPrefix(name, "COMMONCASE_TEST_") && !slices.Contains(known, name) {
			errs = append(errs, fmt.Errorf("%s is no setting of Commoncase: take it away, or use one of %s", name, strings.Join(known, ", ")))
		}
	}
	slices.SortFunc(errs, func(a, b error) int { return strings.Compare(a.Error(), b.Error()) })
	return errs
}

// check mends what can be mended (a slash at the end, capital letters) and returns a sentence for what cannot.
func (c *Config) check() []error {
	var errs []error
	fail := func(format string, args ...any) { errs = append(errs, fmt.Errorf(format, args...)) }

	if c.DatabaseURL != "" {
		// url.Parse repeats its input in the error, and that holds the password.
		u, err := url.Parse(c.DatabaseURL.Reveal())
		if err != nil || (u.Scheme != "postgres" && u.Scheme != "postgresql") || strings.Trim(u.Path, "/") == "" {
			fail("DATABASE_URL is no address of a PostgreSQL database: write it as postgres://user:password@host:5432/database, " +
				"or leave it out to use the SQLite file in COMMONCASE_DATA_DIR")
		}
	}

	if _, port, err := net.SplitHostPort(c.Addr); err != nil || port == "" {
		fail("COMMONCASE_ADDR is %q: give a host and a port, such as 127.0.0.1:8080, or :8080 for every network of this machine", c.Addr)
	} else if _, err := strconv.ParseUint(port, 10, 16); err != nil {
		fail("COMMONCASE_ADDR is %q, and %q is no port: give a number from 0 to 65535", c.Addr, port)
	}

	u, err := url.Parse(c.BaseURL)
	switch {
	case err != nil || u.Host == "" || (u.Scheme != "http" && u.Scheme != "https") || u.User != nil:
		fail("COMMONCASE_BASE_URL is not the address of a site: write it as https://cases.example.org")
	case strings.Trim(u.Path, "/") != "" || u.RawQuery != "" || u.Fragment != "":
		fail("COMMONCASE_BASE_URL is %q: give the address of the site alone, without a path, as in https://cases.example.org", c.BaseURL)
	default:
		c.BaseURL = u.Scheme + "://" + strings.ToLower(u.Host)
	}

	for i, p := range c.TrustedProxies {
		p = strings.TrimSpace(p)
		c.TrustedProxies[i] = p
		_, errAddr := netip.ParseAddr(p)
		prefix, errPrefix := netip.ParsePrefix(p)
		switch {
		case errAddr != nil && errPrefix != nil:
			fail("COMMONCASE_TRUSTED_PROXIES names %q: give IP addresses or networks with commas between, such as 10.0.0.7,172.18.0.0/16", p)
		case errPrefix == nil && prefix.Bits() == 0:
			fail("COMMONCASE_TRUSTED_PROXIES names %q, which is everybody: anyone could then forge their address; name your proxy alone", p)
		}
	}

	c.LogLevel = strings.ToLower(c.LogLevel)
	if _, ok := logLevels[c.LogLevel]; !ok {
		fail("COMMONCASE_LOG_LEVEL is %q: choose debug, info, warn or error", c.LogLevel)
	}
	c.LogFormat = strings.ToLower(c.LogFormat)
	if !slices.Contains(logFormats, c.LogFormat) {
		fail("COMMONCASE_LOG_FORMAT is %q: choose json or text", c.LogFormat)
	}
	return append(errs, c.SMTP.check()...)
}

func (s *SMTP) check() []error {
	var errs []error
	fail := func(format string, args ...any) { errs = append(errs, fmt.Errorf(format, args...)) }
	s.TLS = strings.ToLower(s.TLS)
	if !slices.Contains(tlsModes, s.TLS) {
		fail("SMTP_TLS is %q: choose starttls, tls or none", s.TLS)
	}
	if s.Port < 1 || s.Port > 65535 {
		fail("SMTP_PORT is %d, which is no port: give a number from 1 to 65535, such as 587", s.Port)
	}
	if !s.Enabled() {
		if s.Username != "" || s.Password != "" || s.From != "" {
			fail("SMTP_USERNAME, SMTP_PASSWORD or SMTP_FROM is set but SMTP_HOST is not: name the mail server, or leave all of them out")
		}
		return errs
	}
	if _, err := mail.ParseAddress(s.From); err != nil {
		fail("SMTP_FROM is %q: give the address that mail comes from, such as Branch <branch@example.org>", s.From)
	}
	if (s.Username == "") != (s.Password == "") {
		fail("of SMTP_USERNAME and SMTP_PASSWORD only one is set: give both, or neither where the mail server asks for none")
	}
	if s.Password != "" && s.TLS == "none" {
		fail("SMTP_TLS is none, so the mail password would travel in the clear: choose starttls or tls")
	}
	return errs
}

// SQLitePath is where the SQLite file lies, used when DatabaseURL is empty.
func (c Config) SQLitePath() string { return filepath.Join(c.DataDir, "commoncase.sqlite") }

// FilesDir is the folder of uploaded files and finished PDFs.
func (c Config) FilesDir() string { return filepath.Join(c.DataDir, "files") }

// Database is what the store opens: a postgres:// address, or else the path of an SQLite file.
func (c Config) Database() string {
	if c.DatabaseURL != "" {
		return c.DatabaseURL.Reveal()
	}
	return c.SQLitePath()
}

// SecureCookies reports whether cookies are for HTTPS alone; the base address says.
func (c Config) SecureCookies() bool { return strings.HasPrefix(c.BaseURL, "https://") }

// Warnings are sentences about what is allowed but rarely meant; they are logged at start.
func (c Config) Warnings() []string {
	var ws []string
	if u, err := url.Parse(c.BaseURL); err == nil && u.Scheme == "http" && !loopback(u.Hostname()) {
		ws = append(ws, "COMMONCASE_BASE_URL begins with http, so passwords and cases travel in the clear: put a proxy with HTTPS in front and say https")
	}
	if !c.SMTP.Enabled() {
		ws = append(ws, "SMTP_HOST is not set, so no mail leaves: name a mail server to send any")
	}
	return ws
}

func loopback(host string) bool {
	if host == "localhost" || strings.HasSuffix(host, ".localhost") {
		return true
	}
	addr, err := netip.ParseAddr(host)
	return err == nil && addr.IsLoopback()
}

// redactedURL is the database address as it may be shown: user, host and name, never a password, wherever in the address it stands.
func redactedURL(s Secret) string {
	if s == "" {
		return ""
	}
	u, err := url.Parse(s.Reveal())
	if err != nil {
		return s.String()
	}
	if u.User != nil {
		u.User = url.User(u.User.Username())
	}
	q := u.Query()
	for key := range q {
		if strings.Contains(strings.ToLower(key), "password") {
			q.Del(key)
		}
	}
	u.RawQuery = q.Encode()
	return u.String()
}

// LogValue is the configuration as it is dumped at start: every setting, no secret.
func (c Config) LogValue() slog.Value {
	database := "sqlite:" + c.SQLitePath()
	if c.DatabaseURL != "" {
		database = redactedURL(c.DatabaseURL)
	}
	return slog.GroupValue(
		slog.String("database", database),
		slog.String("data_dir", c.DataDir),
		slog.String("rules_dir", c.RulesDir),
		slog.String("addr", c.Addr),
		slog.String("base_url", c.BaseURL),
		slog.Bool("secure_cookies", c.SecureCookies()),
		slog.Any("trusted_proxies", c.TrustedProxies),
		slog.String("log_level", c.LogLevel),
		slog.String("log_format", c.LogFormat),
		slog.Group("smtp",
			slog.String("host", c.SMTP.Host),
			slog.Int("port", c.SMTP.Port),
			slog.String("username", c.SMTP.Username),
			slog.String("password", c.SMTP.Password.String()),
			slog.String("from", c.SMTP.From),
			slog.String("tls", c.SMTP.TLS),
		),
	)
}

// Logger writes structured lines to w at the level and in the format that are set.
func (c Config) Logger(w io.Writer) *slog.Logger {
	opts := &slog.HandlerOptions{Level: logLevels[c.LogLevel]}
	if c.LogFormat == "text" {
		return slog.New(slog.NewTextHandler(w, opts))
	}
	return slog.New(slog.NewJSONHandler(w, opts))
}
