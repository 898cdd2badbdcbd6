package people

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"fmt"
	"log/slog"
	netmail "net/mail"
	"strings"
	"time"

	"commoncase/app/mail"
	"commoncase/app/store"
	"commoncase/models"
)

// resetLife is how long a link to choose a new password works.
const resetLife = time.Hour

// ResetPath is where such a link leads; the token follows it.
const ResetPath = "/reset-password/"

const (
	noMail   = "This site sends no mail, so ask whoever runs it to set a new password for you with the command commoncase user password --email."
	mailBusy = "No mail can be sent just now. Wait a few minutes and ask again."
	noReset  = "This link does not work any more: it was used, is older than an hour, or a newer one was sent. Ask for a new one."
)

// post is how mail leaves.
type post struct {
	outbox  *mail.Outbox
	baseURL string
}

// SendMail lets the use cases send mail: links in it begin with baseURL, which comes from the configuration and never from a request.
// It is called once, before the first request; Close must then be called before the store is closed.
func (s *Service) SendMail(mailer *mail.Mailer, baseURL string, log *slog.Logger) {
	s.post = &post{outbox: mail.NewOutbox(mailer, log), baseURL: strings.TrimSuffix(baseURL, "/")}
}

// Close waits for the mail that is on the way, ten seconds at most. It is safe to call twice, and where no mail leaves.
func (s *Service) Close() {
	if s.post != nil {
		s.post.outbox.Close()
	}
}

// CanMail reports whether somebody who forgot their password can have a link mailed.
func (s *Service) CanMail() bool { return s.post != nil }

// AskReset mails a link to choose a new password to an e-mail address, if it has an account that may sign in. The answer is the same
// where it has none, and takes as long: whether it has is looked up in the background. address is the network address that asks.
// Invalid where what was typed is no e-mail address, too_many with how long to wait, unready where no mail leaves.
func (s *Service) AskReset(ctx context.Context, email, address string) error {
	if s.post == nil {
		return models.Errorf(models.CodeUnready, noMail)
	}
	email = strings.ToLower(strings.TrimSpace(email))
	if email == "" {
		return models.Invalid("email", "Enter your e-mail address.")
	}
	if a, err := netmail.ParseAddress(email); err != nil || a.Address != email || len(email) > 254 {
		return models.Invalid("email", "This is no e-mail address. Enter one such as name@example.org.")
	}
	if err := s.asks.begin(email, address); err != nil {
		return err
	}
	if err := s.post.outbox.Post(func(ctx context.Context) (mail.Message, bool, error) { return s.writeReset(ctx, email) }); err != nil {
		return models.Errorf(models.CodeTooMany, mailBusy)
	}
	return nil
}

// writeReset makes a new link for the account of an e-mail address, which ends any older one, and the message around it; ok is false
// where there is no such account.
func (s *Service) writeReset(ctx context.Context, email string) (msg mail.Message, ok bool, err error) {
	account, err := s.st.AccountByEmail(ctx, email)
	if models.CodeOf(err) == models.CodeNotFound {
		return mail.Message{}, false, nil
	} else if err != nil {
		return mail.Message{}, false, err
	}
	token := newToken()
	err = s.st.Tx(ctx, func(tx *store.Store) error {
		return tx.AddReset(ctx, account.ID, hashToken(token), tx.Now().Add(resetLife))
	})
	if err != nil {
		return mail.Message{}, false, err
	}
	return mail.Message{To: account.Email, Subject: "Your new password", Text: fmt.Sprintf(resetText, s.post.baseURL, s.post.baseURL+ResetPath+token)}, true, nil
}

// resetText says nothing of what the site is about: mail is read by whoever holds the phone. Its %s are the site and the link.
const resetText = `Hello,

Somebody, probably you, asked for a new password at
%s

To choose one, open this link. It works once, for one hour:

%s

If it was not you, you need do nothing: your password stays as it is.
`

// newToken is 32 random bytes, as they stand in a link or a cookie.
func newToken() string {
	bytes := make([]byte, 32)
	rand.Read(bytes) // never fails since Go 1.24
	return base64.RawURLEncoding.EncodeToString(bytes)
}

// ResetWorks returns nil where the token of a link still works, and not_found where it does not. Looking at a link does not use it
// up: programs that check mail for harm open every link in it.
func (s *Service) ResetWorks(ctx context.Context, token string) error {
	return sayNoReset(s.st.ResetWorks(ctx, hashToken(token), s.now()))
}

// ResetPassword gives the account of a link a new password, uses the link up and ends all sessions of the account. Invalid where
// the password is refused, and the link then still works; not_found where the link does not work. Wrong passwords that were tried
// from the network address are forgiven.
func (s *Service) ResetPassword(ctx context.Context, token, password, address string) error {
	// Asked first, so that only somebody with a link can make us hash.
	if err := s.ResetWorks(ctx, token); err != nil {
		return err
	}
	if err := CheckPassword(password); err != nil {
		return err
	}
	hash, err := s.hash(ctx, password)
	if err != nil {
		return err
	}
	var account models.Account
	err = s.st.Tx(ctx, func(tx *store.Store) error {
		id, err := tx.UseReset(ctx, hashToken(token), tx.Now())
		if err != nil {
			return err
		}
		if err := tx.SetPassword(ctx, id, hash); err != nil {
			return err
		}
		if account, err = tx.Account(ctx, id); err != nil {
			return err
		}
		memberships, err := tx.Memberships(ctx, id)
		if err != nil {
			return err
		}
		for _, m := range memberships {
			if err := tx.AddAudit(ctx, models.Actor{AccountID: id, BranchID: m.Branch.ID}, "password.reset", fmt.Sprintf("account %d", id), ""); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return sayNoReset(err)
	}
	s.tries.forgive(account.Email, address)
	return nil
}

func sayNoReset(err error) error {
	if models.CodeOf(err) == models.CodeNotFound {
		return models.Errorf(models.CodeNotFound, noReset)
	}
	return err
}
