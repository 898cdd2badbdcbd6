package config_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"commoncase/app/config"
)

func TestDefaults(t *testing.T) {
	cfg, err := config.FromEnviron(nil)
	if err != nil {
		t.Fatal(err)
	}
	if got, want := cfg.Database(), filepath.Join("data", "commoncase.sqlite"); got != want {
		t.Errorf("Database() = %q, want the SQLite file %q", got, want)
	}
	if cfg.SecureCookies() {
		t.Error("cookies are marked secure although the site is plain http")
	}
	if cfg.SMTP.Enabled() {
		t.Error("mail is enabled without a mail server")
	}
	if len(cfg.TrustedProxies) != 0 {
		t.Errorf("proxies %v are trusted by default", cfg.TrustedProxies)
	}
	if ws := cfg.Warnings(); len(ws) != 1 || !strings.Contains(ws[0], "SMTP_HOST") {
		t.Errorf("warnings = %q, want the one about mail", ws)
	}
}

func TestEverythingSet(t *testing.T) {
	cfg, err := config.FromEnviron([]string{
		"DATABASE_URL=postgres://cc:hunter2@db:5432/cases",
		"COMMONCASE_DATA_DIR=/var/lib/commoncase",
		"COMMONCASE_ADDR=:80",
		"COMMONCASE_BASE_URL=https://Cases.Example.org/",
		"COMMONCASE_TRUSTED_PROXIES=10.0.0.7, 172.18.0.0/16",
		"COMMONCASE_LOG_LEVEL=DEBUG",
		"COMMONCASE_LOG_FORMAT=text",
		"SMTP_HOST=mail.example.org",
		"SMTP_PORT=465",
		"SMTP_USERNAME=branch",
		"SMTP_PASSWORD=hunter3",
		"SMTP_FROM=Branch <branch@example.org>",
		"SMTP_TLS=tls",
		"PATH=/bin",
	})
	if err != nil {
		t.Fatal(err)
	}
	if cfg.Database() != "postgres://cc:hunter2@db:5432/cases" {
		t.Errorf("Database() = %q", cfg.Database())
	}
	if cfg.BaseURL != "https://cases.example.org" {
		t.Errorf("BaseURL = %q, want it in lower case and without its slash", cfg.BaseURL)
	}
	if !cfg.SecureCookies() {
		t.Error("cookies are not marked secure although the site is https")
	}
	if got := strings.Join(cfg.TrustedProxies, " "); got != "10.0.0.7 172.18.0.0/16" {
		t.Errorf("TrustedProxies = %q", got)
	}
	if cfg.FilesDir() != filepath.Join("/var/lib/commoncase", "files") {
		t.Errorf("FilesDir() = %q", cfg.FilesDir())
	}
	if cfg.SMTP.Port != 465 || cfg.SMTP.Password.Reveal() != "hunter3" {
		t.Errorf("SMTP port %d, password read: %v", cfg.SMTP.Port, cfg.SMTP.Password.Reveal() == "hunter3")
	}
	if ws := cfg.Warnings(); len(ws) != 0 {
		t.Errorf("warnings = %q, want none", ws)
	}
}

func TestRefused(t *testing.T) {
	mail := []string{"SMTP_HOST=mail.example.org", "SMTP_FROM=branch@example.org"}
	for name, tc := range map[string]struct {
		environ []string
		want    string
	}{
		"database of another kind":      {[]string{"DATABASE_URL=mysql://u:hunter2@h/db"}, "DATABASE_URL"},
		"database address is broken":    {[]string{"DATABASE_URL=postgres://u:hunter2@h:port/db"}, "DATABASE_URL"},
		"database has no name":          {[]string{"DATABASE_URL=postgres://u:hunter2@h"}, "DATABASE_URL"},
		"address without a port":        {[]string{"COMMONCASE_ADDR=localhost"}, "COMMONCASE_ADDR"},
		"port too high":                 {[]string{"COMMONCASE_ADDR=localhost:70000"}, "COMMONCASE_ADDR"},
		"base without a scheme":         {[]string{"COMMONCASE_BASE_URL=cases.example.org"}, "COMMONCASE_BASE_URL"},
		"base with a path":              {[]string{"COMMONCASE_BASE_URL=https://example.org/cases"}, "without a path"},
		"base with a password":          {[]string{"COMMONCASE_BASE_URL=https://u:hunter2@example.org"}, "COMMONCASE_BASE_URL"},
		"proxy by name":                 {[]string{"COMMONCASE_TRUSTED_PROXIES=proxy"}, "COMMONCASE_TRUSTED_PROXIES"},
		"everybody a proxy":             {[]string{"COMMONCASE_TRUSTED_PROXIES=0.0.0.0/0"}, "forge"},
		"log level":                     {[]string{"COMMONCASE_LOG_LEVEL=loud"}, "COMMONCASE_LOG_LEVEL"},
		"log format":                    {[]string{"COMMONCASE_LOG_FORMAT=xml"}, "COMMONCASE_LOG_FORMAT"},
		"misspelt setting":              {[]string{"COMMONCASE_TRUSTED_PROXY=10.0.0.1"}, "COMMONCASE_TRUSTED_PROXY is no setting"},
		"mail port in words":            {append(mail, "SMTP_PORT=smtp"), "SMTP_PORT"},
		"mail port too high":            {append(mail, "SMTP_PORT=99999"), "SMTP_PORT"},
		"mail without a sender":         {mail[:1], "SMTP_FROM"},
		"mail user without a password":  {append(mail, "SMTP_USERNAME=u"), "only one is set"},
		"mail password in the clear":    {append(mail, "SMTP_USERNAME=u", "SMTP_PASSWORD=hunter2", "SMTP_TLS=none"), "in the clear"},
		"mail encryption of no kind":    {append(mail, "SMTP_TLS=ssl"), "SMTP_TLS"},
		"mail password without a host":  {[]string{"SMTP_PASSWORD=hunter2"}, "SMTP_HOST is not"},
		"the second of two wrong lines": {[]string{"COMMONCASE_ADDR=x", "COMMONCASE_LOG_FORMAT=xml"}, "COMMONCASE_LOG_FORMAT"},
	} {
		t.Run(name, func(t *testing.T) {
			cfg, err := config.FromEnviron(tc.environ)
			if err == nil {
				t.Fatalf("accepted as %v", cfg)
			}
			if !strings.Contains(err.Error(), tc.want) {
				t.Errorf("error %q does not say %q", err, tc.want)
			}
			if strings.Contains(err.Error(), "hunter") {
				t.Errorf("error %q repeats a secret", err)
			}
		})
	}
}

// An empty line in an env file is how people leave a setting out.
func TestEmptyMeansNotSet(t *testing.T) {
	cfg, err := config.FromEnviron([]string{"DATABASE_URL=", "COMMONCASE_ADDR= ", "SMTP_PORT="})
	if err != nil {
		t.Fatal(err)
	}
	if cfg.Addr != "127.0.0.1:8080" || cfg.SMTP.Port != 587 || cfg.DatabaseURL != "" {
		t.Errorf("addr %q, mail port %d: want the defaults", cfg.Addr, cfg.SMTP.Port)
	}
}

func TestWarnsOfPlainHTTP(t *testing.T) {
	for base, want := range map[string]bool{
		"http://cases.example.org":  true,
		"http://192.168.1.20:8080":  true,
		"http://127.0.0.1:9000":     false,
		"http://[::1]:9000":         false,
		"http://demo.localhost":     false,
		"https://cases.example.org": false,
	} {
		cfg, err := config.FromEnviron([]string{"COMMONCASE_BASE_URL=" + base})
		if err != nil {
			t.Fatal(err)
		}
		if got := strings.Contains(strings.Join(cfg.Warnings(), " "), "begins with http"); got != want {
			t.Errorf("%s: warned %v, want %v", base, got, want)
		}
	}
}

// No way of printing the configuration lets a password out.
func TestNoSecretIsPrinted(t *testing.T) {
	for _, database := range []string{
		"postgres://cc:hunter2@db:5432/cases?sslmode=require",
		"postgres://cc@db/cases?password=hunter2&sslpassword=hunter2",
		"postgresql:///cases?host=/run/postgresql&PASSWORD=hunter2",
	} {
		cfg, err := config.FromEnviron([]string{
			"DATABASE_URL=" + database, "SMTP_HOST=m", "SMTP_FROM=a@example.org", "SMTP_USERNAME=u", "SMTP_PASSWORD=hunter3",
		})
		if err != nil {
			t.Fatal(err)
		}
		asJSON, err := json.Marshal(cfg)
		if err != nil {
			t.Fatal(err)
		}
		var log bytes.Buffer
		cfg.Logger(&log).Info("starting", "config", cfg)
		if !strings.Contains(log.String(), "cases") || !strings.Contains(log.String(), "[redacted]") {
			t.Errorf("the log line %s does not name the database and the masked password", log.String())
		}
		for way, out := range map[string]string{
			"slog": log.String(), "json": string(asJSON),
			"%v": fmt.Sprintf("%v", cfg), "%+v": fmt.Sprintf("%+v", cfg), "%#v": fmt.Sprintf("%#v", cfg),
		} {
			if strings.Contains(out, "hunter") {
				t.Errorf("%s lets a secret out: %s", way, out)
			}
		}
	}
}

func TestLogLevel(t *testing.T) {
	cfg, err := config.FromEnviron([]string{"COMMONCASE_LOG_LEVEL=warn", "COMMONCASE_LOG_FORMAT=text"})
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	log := cfg.Logger(&out)
	log.Info("quiet")
	log.Warn("loud")
	if strings.Contains(out.String(), "quiet") || !strings.Contains(out.String(), "msg=loud") {
		t.Errorf("log at level warn holds %q", out.String())
	}
}
