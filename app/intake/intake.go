// Package intake is the members' front door: stories told without an account, from the first word to the moment they are sent, the way
// back to them, and what their tellers and the branch write to one another afterwards. What becomes of a story that was sent is casework.
// Of ours it imports app/store, app/document, app/files, app/mail and models/*.
package intake

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"time"

	"commoncase/app/files"
	"commoncase/app/mail"
	"commoncase/app/store"
	"commoncase/models"
)

// Service is the use cases of the front door.
type Service struct {
	st    *store.Store
	files *files.Store
	dir   string
	now   func() time.Time
}

// New makes the use cases over a store, a folder of files, a folder for the sealed pieces of drafts, and a clock.
func New(st *store.Store, fs *files.Store, dir string, now func() time.Time) *Service {
	return &Service{st: st, files: fs, dir: dir, now: now}
}

// SendMail lets the use cases send mail: links in it begin with baseURL, which comes from the configuration and never from a request.
// It is called once, before the first request; Close must then be called before the store is closed.
func (s *Service) SendMail(mailer *mail.Mailer, baseURL string, log *slog.Logger) {}

// CanMail reports whether a link can be mailed.
func (s *Service) CanMail() bool { return false }

// Close waits for the mail that is on the way, ten seconds at most. It is safe to call twice, and where no mail leaves.
func (s *Service) Close() {}

// AfterFile says what is to be done, in the same transaction, for each file whose original is kept and whose copy is to be made.
func (s *Service) AfterFile(f func(ctx context.Context, tx *store.Store, fileID int64) error) {}

// AfterSend says what is to be done, in the same transaction, when a story was sent.
func (s *Service) AfterSend(f func(ctx context.Context, tx *store.Store, storyID int64) error) {}

// Session is a browser that holds the way back to a story.
type Session struct {
	models.Teller
	Story    models.Story // no content while it is a draft
	Branch   models.Branch
	Landlord models.Landlord
	Lang     string

	token string
	key   []byte // the story's; nil where a signed-in member opened a story whose code is not theirs to see
}

// Draft reports whether the story was not sent yet.
func (x Session) Draft() bool { return x.Story.State == models.StoryDraft }

var errSoon = errors.New("intake: on its way")

// Sending is what comes with a story when it is sent.
type Sending struct {
	Trap    bool                      // a field that no person sees was filled in
	Proof   string                    // the answer to Challenge; "" where the browser made none
	Address string                    // the network address; it is not kept
	Words   map[models.Purpose]string // the sentences of the consents, in the language of the pages
}

// NewCode makes a code such as 1234 5678 9012 3456 for a paper form; no story has it yet.
func NewCode() string { return "" }

func (s *Service) Start(ctx context.Context, branchSlug, lang string, helper models.Actor) (Session, string, error) {
	return Session{}, "", errSoon
}
func (s *Service) StartWithCode(ctx context.Context, helper models.Actor, code, lang string) (Session, string, error) {
	return Session{}, "", errSoon
}
func (s *Service) Resume(ctx context.Context, token string) (Session, error) {
	return Session{}, errSoon
}
func (s *Service) OpenByCode(ctx context.Context, code, address string) (string, error) {
	return "", errSoon
}
func (s *Service) OpenByLink(ctx context.Context, link string) (string, error) { return "", errSoon }
func (s *Service) LinkWorks(ctx context.Context, link string) error            { return errSoon }
func (s *Service) OpenFor(ctx context.Context, actor models.Actor, caseRef string) (string, error) {
	return "", errSoon
}
func (s *Service) Code(ctx context.Context, x Session) (string, error) { return "", errSoon }
func (s *Service) Answers(ctx context.Context, x Session) (models.Answers, error) {
	return models.Answers{}, errSoon
}
func (s *Service) Save(ctx context.Context, x Session, change func(*models.Answers)) error {
	return errSoon
}
func (s *Service) MailLink(ctx context.Context, x Session, email string) error { return errSoon }
func (s *Service) TellOfQuestion(ctx context.Context, branchID, storyID int64) error {
	return errSoon
}
func (s *Service) Send(ctx context.Context, x Session, cmd Sending) (models.Story, error) {
	return models.Story{}, errSoon
}
func (s *Service) Files(ctx context.Context, x Session) ([]models.StoryFile, error) {
	return nil, errSoon
}
func (s *Service) AddFile(ctx context.Context, x Session, name string, purpose models.FilePurpose, r io.Reader) (models.StoryFile, error) {
	return models.StoryFile{}, errSoon
}
func (s *Service) DropFile(ctx context.Context, x Session, id int64) error { return errSoon }
func (s *Service) StartUpload(ctx context.Context, x Session, name string, size int64) (models.StoryFile, error) {
	return models.StoryFile{}, errSoon
}
func (s *Service) Append(ctx context.Context, x Session, id, offset int64, r io.Reader) (int64, error) {
	return 0, errSoon
}
func (s *Service) Upload(ctx context.Context, x Session, id int64) (models.StoryFile, error) {
	return models.StoryFile{}, errSoon
}
func (s *Service) Messages(ctx context.Context, x Session) ([]models.StoryMessage, error) {
	return nil, errSoon
}
func (s *Service) Reply(ctx context.Context, x Session, body string) error { return errSoon }
func (s *Service) Leave(ctx context.Context, token string) error           { return errSoon }
func (s *Service) Discard(ctx context.Context, x Session) error            { return errSoon }
func (s *Service) HandOver(ctx context.Context, helper models.Actor, x Session) error {
	return errSoon
}
func (s *Service) Taken(ctx context.Context, helper models.Actor) ([]models.Story, error) {
	return nil, errSoon
}
func (s *Service) Purge(ctx context.Context) (int, error)      { return 0, errSoon }
func (s *Service) Challenge(x Session) (salt string, bits int) { return "", 0 }
