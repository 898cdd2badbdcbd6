package intake

import (
	"context"
	"log/slog"
	netmail "net/mail"
	"slices"
	"strconv"
	"strings"
	"time"

	"commoncase/app/mail"
	"commoncase/app/store"
	"commoncase/models"
	"commoncase/models/catalogue"
)

// ComeBackPath is where the way back is: a code is asked for there, and the token of a link follows it after a slash.
const ComeBackPath = "/come-back"

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

// CanMail reports whether a link can be mailed.
func (s *Service) CanMail() bool { return s.post != nil }

// Close waits for the mail that is on the way, ten seconds at most. It is safe to call twice, and where no mail leaves.
func (s *Service) Close() {
	if s.post != nil {
		s.post.outbox.Close()
	}
}

// MailLink mails a link that is a way back to the story, in the language of the pages. The mail says nothing of what it is about. Invalid where
// what was typed is no e-mail address, too_many after a few, unready where no mail leaves or the session has no key to give.
func (s *Service) MailLink(ctx context.Context, x Session, email string) error {
	if s.post == nil || len(x.key) == 0 {
		return catalogue.Errorf(models.CodeUnready, "error.mail.off")
	}
	email = strings.ToLower(strings.TrimSpace(email))
	if email == "" {
		return catalogue.Invalid("email", "error.email.empty")
	}
	if a, err := netmail.ParseAddress(email); err != nil || a.Address != email || len(email) > 254 {
		return catalogue.Invalid("email", "error.email.wrong")
	}
	if !s.tries.take("links of", strconv.FormatInt(x.StoryID, 10), s.Limits.Links, time.Hour) || !s.tries.take("links to", email, s.Limits.Links, time.Hour) {
		return catalogue.Errorf(models.CodeTooMany, "error.mail.too_many")
	}
	link := newToken()
	err := s.st.Tx(ctx, func(tx *store.Store) error {
		story, err := tx.LockStoryByID(ctx, x.BranchID, x.StoryID)
		if err != nil {
			return err
		}
		expires := tx.Now().Add(linkLife)
		if story.ExpiresAt != nil {
			expires = *story.ExpiresAt
		}
		k := wayOfToken(store.KeyLink, link).wrap(story, x.key, 0, &expires)
		return tx.AddStoryKey(ctx, &k)
	})
	if err != nil {
		return err
	}
	text := catalogue.In(known(x.Lang))
	msg := mail.Message{To: email, Subject: text.T("mail.link.subject"), Text: text.T("mail.link.text", "Link", s.post.baseURL+ComeBackPath+"/"+link) + "\n"}
	return s.dispatch(msg)
}

func (s *Service) dispatch(msg mail.Message) error {
	err := s.post.outbox.Post(func(context.Context) (mail.Message, bool, error) { return msg, true, nil })
	if err != nil {
		return catalogue.Errorf(models.CodeTooMany, "error.mail.busy")
	}
	return nil
}

// TellOfQuestion mails a teller that there is a message for them, where they gave an e-mail address and said that e-mail is safe. The mail names
// nothing, and holds no way back: they have it. Where there is nobody to tell, or no mail leaves, nothing happens.
func (s *Service) TellOfQuestion(ctx context.Context, branchID, storyID int64) error {
	if s.post == nil {
		return nil
	}
	story, err := s.st.StoryByID(ctx, branchID, storyID)
	if err != nil {
		return err
	}
	a, err := told(&story)
	if err != nil {
		return err
	}
	if a.Email == "" || !slices.Contains(a.SafeWays, "email") {
		return nil
	}
	text := catalogue.In(known(story.Lang))
	return s.dispatch(mail.Message{To: a.Email, Subject: text.T("mail.question.subject"), Text: text.T("mail.question.text", "Link", s.post.baseURL+ComeBackPath) + "\n"})
}
