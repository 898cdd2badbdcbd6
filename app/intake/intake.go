// Package intake is the members' front door: stories told without an account, from the first word to the moment they are sent, the way
// back to them, and what their tellers and the branch write to one another afterwards. What becomes of a story that was sent is casework.
// Of ours it imports app/store, app/document, app/files, app/mail and models/*.
package intake

import (
	"context"
	"fmt"
	"sync/atomic"
	"time"

	"commoncase/app/files"
	"commoncase/app/store"
	"commoncase/models"
	"commoncase/models/access"
	"commoncase/models/catalogue"
)

// How long things live.
const (
	draftLife   = 30 * 24 * time.Hour // of a draft, from the last change
	browserLife = 4 * time.Hour       // of a browser that is not used
	touchAfter  = time.Minute         // how often it is noted that one is used
	linkLife    = 90 * 24 * time.Hour // of a link that was mailed, from when the story was sent; until then it lives as long as the draft
)

// tryWindow is the time over which tries of codes are counted.
const tryWindow = 15 * time.Minute

// Limits are how much is taken in. A test of the load sets others.
type Limits struct {
	Starts       int           // drafts an address may begin in an hour
	CodeTries    int           // how often one code may be tried in 15 minutes
	AddressTries int           // how many wrong codes may be tried from one address in 15 minutes
	Sends        int           // stories from one address in an hour, before more are held aside
	BranchSends  int           // stories to one branch in BranchWindow, before more are held aside
	BranchWindow time.Duration // see BranchSends
	ProofBits    int           // how hard the proof of work is that keeps a story from being held aside for that
	Files        int           // a story
	Bytes        int64         // of all files of a story
	AllBytes     int64         // of all files of all drafts: nobody fills the disk with stories that are never sent
	Links        int           // links a story may have mailed, and an e-mail address be sent, in an hour
	Mails        int           // links that may be mailed from one address in an hour
	Replies      int           // messages that a teller may write in an hour
}

// Usual are the limits in use: a block of flats behind one address does not meet them.
var Usual = Limits{Starts: 200, CodeTries: 10, AddressTries: 60, Sends: 30, BranchSends: 60, BranchWindow: 10 * time.Minute, ProofBits: 15,
	Files: 20, Bytes: 200 << 20, AllBytes: 20 << 30, Links: 5, Mails: 60, Replies: 60}

// Service is the use cases of the front door.
type Service struct {
	Limits Limits // to be set before the first request

	st    *store.Store
	files *files.Store
	dir   string // of the sealed pieces of files
	now   func() time.Time
	post  *post // nil where no mail leaves

	tries   *tries
	salt    atomic.Pointer[[]byte]
	hashing chan struct{}
	waiting chan struct{}

	fileHooks []func(ctx context.Context, tx *store.Store, fileID int64) error
}

// New makes the use cases over a store, a folder of files, a folder for the sealed pieces of drafts, and a clock.
func New(st *store.Store, fs *files.Store, dir string, now func() time.Time) *Service {
	return &Service{Limits: Usual, st: st, files: fs, dir: dir, now: now, tries: newTries(now),
		hashing: make(chan struct{}, hashesAtOnce), waiting: make(chan struct{}, mostWaiting)}
}

// AfterFile says what is to be done, in the same transaction, for each file whose original is kept and whose copy is to be made. It is called
// before the first request.
func (s *Service) AfterFile(f func(ctx context.Context, tx *store.Store, fileID int64) error) {
	s.fileHooks = append(s.fileHooks, f)
}

func (s *Service) afterFile(ctx context.Context, tx *store.Store, fileID int64) error {
	for _, f := range s.fileHooks {
		if err := f(ctx, tx, fileID); err != nil {
			return err
		}
	}
	return nil
}

// Session is a browser that holds the way back to a story.
type Session struct {
	models.Teller
	Story    models.Story // no content while it is a draft
	Branch   models.Branch
	Landlord models.Landlord
	Lang     string // of the pages; the story's at first, and whoever serves the pages may choose another

	token string
	key   []byte // the story's; empty where a member who is signed in opened a story whose code is not theirs to see
}

// Draft reports whether the story was not sent yet.
func (x Session) Draft() bool { return x.Story.State == models.StoryDraft }

// actor is who acts, for the audit: the account where there is one.
func (x Session) actor() models.Actor {
	return models.Actor{AccountID: x.AccountID, BranchID: x.BranchID}
}

// gone is said where a browser holds no story any more.
func gone() *models.Error { return catalogue.Errorf(models.CodeSignIn, "error.session") }

// MayStart counts the begin of a story from a network address, which is not kept; too_many where there were more than anybody needs.
func (s *Service) MayStart(address string) error {
	if address != "" && !s.tries.take("start", address, s.Limits.Starts, time.Hour) {
		return catalogue.Errorf(models.CodeTooMany, "error.starts")
	}
	return nil
}

// MayMail counts a link that is to be mailed from a network address, which is not kept; too_many where there were so many that somebody
// else's letter boxes are meant.
func (s *Service) MayMail(address string) error {
	if address != "" && !s.tries.take("mail", address, s.Limits.Mails, time.Hour) {
		return catalogue.Errorf(models.CodeTooMany, "error.mail.too_many")
	}
	return nil
}

// Start begins a story: by its teller in the branch of a slug that takes stories, or by a helper for somebody else in the helper's own branch
// (the zero Actor: by the teller). It returns the session, and the token that goes in the browser's cookie.
func (s *Service) Start(ctx context.Context, branchSlug, lang string, helper models.Actor) (Session, string, error) {
	branch, err := s.st.BranchBySlug(ctx, branchSlug)
	if models.CodeOf(err) == models.CodeNotFound {
		return Session{}, "", catalogue.Errorf(models.CodeNotFound, "error.branch.unknown")
	} else if err != nil {
		return Session{}, "", err
	}
	how := models.HowSelf
	if helper.AccountID != 0 {
		if err := helper.Can(access.TakeDown); err != nil {
			return Session{}, "", err
		}
		if branch.ID != helper.BranchID {
			return Session{}, "", catalogue.Errorf(models.CodeNotFound, "error.branch.unknown")
		}
		how = models.HowHelper
	} else if !branch.IntakeOpen {
		return Session{}, "", catalogue.Errorf(models.CodeUnready, "error.branch.closed")
	}
	for try := 0; ; try++ {
		token, err := s.begin(ctx, branch, lang, helper, how, newCode())
		if models.CodeOf(err) == models.CodeConflict && try < 3 { // one in 10^15: somebody has the code
			continue
		} else if err != nil {
			return Session{}, "", err
		}
		x, err := s.Resume(ctx, token)
		return x, token, err
	}
}

// StartWithCode begins a story that was written on paper: the code that is printed on the form becomes the way back to it. A code that a story
// has already is a conflict.
func (s *Service) StartWithCode(ctx context.Context, helper models.Actor, code, lang string) (Session, string, error) {
	if err := helper.Can(access.TakeDown); err != nil {
		return Session{}, "", err
	}
	digits, err := ReadCode(code)
	if err != nil {
		return Session{}, "", err
	}
	// Whoever types in forms all evening does not come near it; whoever looks for codes that are in use does.
	if !s.tries.take("paper", fmt.Sprint(helper.AccountID), s.Limits.Starts, time.Hour) {
		return Session{}, "", catalogue.Errorf(models.CodeTooMany, "error.starts")
	}
	branch, err := s.st.Branch(ctx, helper.BranchID)
	if err != nil {
		return Session{}, "", err
	}
	token, err := s.begin(ctx, branch, lang, helper, models.HowPaper, digits)
	if models.CodeOf(err) == models.CodeConflict {
		return Session{}, "", &models.Error{Code: models.CodeConflict, Field: "code", Key: "error.code.taken", Message: catalogue.In(catalogue.English).T("error.code.taken")}
	} else if err != nil {
		return Session{}, "", err
	}
	x, err := s.Resume(ctx, token)
	return x, token, err
}

// begin makes a draft with its code, and the browser's way to it.
func (s *Service) begin(ctx context.Context, branch models.Branch, lang string, helper models.Actor, how models.StoryHow, code string) (token string, err error) {
	byCode, err := s.wayOfCode(ctx, code)
	if err != nil {
		return "", err
	}
	token = newToken()
	key := newKey()
	err = s.st.Tx(ctx, func(tx *store.Store) error {
		expires := tx.Now().Add(draftLife)
		// What is sealed is bound to the story's number, which the row has to be there for.
		story := models.Story{BranchID: branch.ID, State: models.StoryDraft, How: how, Lang: known(lang), Sealed: []byte{0}, TakenBy: helper.AccountID, ExpiresAt: &expires}
		if err := tx.AddStory(ctx, &story); err != nil {
			return err
		}
		if story.Sealed, err = (secret{Code: code, Answers: &models.Answers{}}).close(key, story.ID); err != nil {
			return err
		}
		if err := tx.SealStory(ctx, &story); err != nil {
			return err
		}
		codeKey := byCode.wrap(story, key, 0, nil)
		if err := tx.AddStoryKey(ctx, &codeKey); err != nil {
			return err
		}
		if err := s.addBrowser(ctx, tx, story, token, key, helper.AccountID); err != nil {
			return err
		}
		if helper.AccountID == 0 {
			return nil
		}
		return tx.AddAudit(ctx, helper, "story.begun", fmt.Sprintf("story %d", story.ID), string(how))
	})
	return token, err
}

// addBrowser lets a token lead to a story.
func (s *Service) addBrowser(ctx context.Context, tx *store.Store, story models.Story, token string, key []byte, accountID int64) error {
	expires := tx.Now().Add(browserLife)
	k := wayOfToken(store.KeyBrowser, token).wrap(story, key, accountID, &expires)
	return tx.AddStoryKey(ctx, &k)
}

func known(lang string) string {
	if catalogue.Known(lang) {
		return lang
	}
	return catalogue.English
}

// Resume goes on with the story of a browser's token. sign_in where there is none, where it was not used for four hours, or its story is gone.
func (s *Service) Resume(ctx context.Context, token string) (Session, error) {
	if token == "" || len(token) > 100 {
		return Session{}, gone()
	}
	now := s.st.Now()
	w := wayOfToken(store.KeyBrowser, token)
	k, err := s.st.FindStoryKey(ctx, w.id, store.KeyBrowser, now)
	if models.CodeOf(err) == models.CodeNotFound {
		return Session{}, gone()
	} else if err != nil {
		return Session{}, err
	}
	key, err := w.unwrap(k)
	if err != nil {
		return Session{}, fmt.Errorf("resume a story: %w", err)
	}
	story, err := s.live(ctx, k, now)
	if err != nil {
		return Session{}, err
	}
	x := Session{Teller: models.Teller{BranchID: story.BranchID, StoryID: story.ID, AccountID: k.AccountID}, Story: story, Lang: story.Lang, token: token, key: key}
	x.Helper = k.AccountID != 0 && k.AccountID == story.TakenBy
	if x.Branch, err = s.st.Branch(ctx, story.BranchID); err != nil {
		return Session{}, err
	}
	if x.Landlord, err = s.st.LandlordOf(ctx, story.BranchID); err != nil {
		return Session{}, err
	}
	if now.Sub(k.LastSeenAt) >= touchAfter {
		if err := s.st.TouchStoryKey(ctx, k.ID, now, now.Add(browserLife)); err != nil {
			return Session{}, err
		}
	}
	return x, nil
}

// live is the story that a key leads to; sign_in where it is gone.
func (s *Service) live(ctx context.Context, k store.StoryKey, now time.Time) (models.Story, error) {
	story, err := s.st.StoryByID(ctx, k.BranchID, k.StoryID)
	switch {
	case models.CodeOf(err) == models.CodeNotFound:
		return story, gone()
	case err != nil:
		return story, err
	case story.State == models.StoryErased, story.State == models.StoryDraft && !story.ExpiresAt.After(now):
		return story, gone()
	}
	return story, nil
}

// OpenByCode comes back to a story by its code, from a network address, which is not kept. It returns the token for the browser's cookie.
// What cannot be a code is Invalid with what is wrong with it; a wrong code and one whose story is gone are Invalid in the same words. A code
// that was tried too often is too_many, whether a story has it or not.
func (s *Service) OpenByCode(ctx context.Context, code, address string) (token string, err error) {
	digits, err := ReadCode(code)
	if err != nil {
		return "", err
	}
	locked := catalogue.Errorf(models.CodeTooMany, "error.code.locked")
	// The address first: what is refused there is not counted, and so costs no memory, however many codes are tried.
	if address != "" && !s.tries.take("address", address, s.Limits.AddressTries, tryWindow) {
		return "", locked
	}
	if !s.tries.take("code", digits, s.Limits.CodeTries, tryWindow) {
		return "", locked
	}
	w, err := s.wayOfCode(ctx, digits)
	if err != nil {
		return "", err
	}
	token, err = s.open(ctx, w)
	if models.CodeOf(err) == models.CodeSignIn {
		return "", wrongCode()
	} else if err != nil {
		return "", err
	}
	if address != "" {
		s.tries.forgive("address", address)
	}
	return token, nil
}

// open makes a browser's token out of another way back; sign_in where the way leads nowhere.
func (s *Service) open(ctx context.Context, w way) (token string, err error) {
	now := s.st.Now()
	k, err := s.st.FindStoryKey(ctx, w.id, w.kind, now)
	if models.CodeOf(err) == models.CodeNotFound {
		return "", gone()
	} else if err != nil {
		return "", err
	}
	key, err := w.unwrap(k)
	if err != nil {
		return "", fmt.Errorf("open a story: %w", err)
	}
	story, err := s.live(ctx, k, now)
	if err != nil {
		return "", err
	}
	token = newToken()
	return token, s.st.Tx(ctx, func(tx *store.Store) error { return s.addBrowser(ctx, tx, story, token, key, 0) })
}

// OpenByLink comes back to a story by a link that was mailed, and returns the token for the browser's cookie. The link still works afterwards,
// for it is the way back. not_found where it does not work.
func (s *Service) OpenByLink(ctx context.Context, link string) (token string, err error) {
	token, err = s.open(ctx, wayOfToken(store.KeyLink, link))
	if models.CodeOf(err) == models.CodeSignIn {
		return "", noLink()
	}
	return token, err
}

// LinkWorks returns nil where a link works, and not_found where it does not.
func (s *Service) LinkWorks(ctx context.Context, link string) error {
	now := s.st.Now()
	k, err := s.st.FindStoryKey(ctx, wayOfToken(store.KeyLink, link).id, store.KeyLink, now)
	if err == nil {
		_, err = s.live(ctx, k, now)
	}
	if code := models.CodeOf(err); code == models.CodeNotFound || code == models.CodeSignIn {
		return noLink()
	}
	return err
}

func noLink() *models.Error { return catalogue.Errorf(models.CodeNotFound, "error.link") }

// OpenFor opens the page of a case for its member, who is signed in: of the story that the case came from, or of a shell that is made where it
// came without one. It returns the token for the browser's cookie. Somebody else's case is not_found.
func (s *Service) OpenFor(ctx context.Context, actor models.Actor, caseRef string) (token string, err error) {
	if err := actor.Can(access.SeeOwnCases); err != nil {
		return "", err
	}
	token = newToken()
	err = s.st.Tx(ctx, func(tx *store.Store) error {
		c, err := tx.LockCase(ctx, actor.BranchID, caseRef)
		if err != nil {
			return err
		}
		account, err := tx.MemberOfCase(ctx, actor.BranchID, c.ID)
		if err != nil {
			return err
		}
		if account == 0 || account != actor.AccountID {
			return models.Errorf(models.CodeNotFound, "There is no such case of yours. Check the reference.")
		}
		id, err := tx.StoryOfCase(ctx, actor.BranchID, c.ID)
		if err != nil {
			return err
		}
		var story models.Story
		if id != 0 {
			if story, err = tx.StoryByID(ctx, actor.BranchID, id); err != nil {
				return err
			}
		} else if story, err = s.shell(ctx, tx, actor, c); err != nil {
			return err
		}
		// The way to a story's key is its code, and the branch does not have it.
		return s.addBrowser(ctx, tx, story, token, nil, actor.AccountID)
	})
	if err != nil {
		return "", err
	}
	return token, nil
}

// shell makes the story of a case that came without one.
func (s *Service) shell(ctx context.Context, tx *store.Store, actor models.Actor, c models.Case) (models.Story, error) {
	ref, err := s.reference(ctx, tx, actor.BranchID)
	if err != nil {
		return models.Story{}, err
	}
	story := models.Story{BranchID: c.BranchID, Ref: ref, State: models.StoryCase, How: models.HowOffice, Lang: catalogue.English, Sealed: []byte{0}, Content: "{}",
		Theme: c.Theme, CaseID: c.ID}
	if err := tx.AddStory(ctx, &story); err != nil {
		return models.Story{}, err
	}
	return story, tx.AddAudit(ctx, actor, "story.page", c.Ref, ref)
}

// Leave ends the way back of one browser; all others stay.
func (s *Service) Leave(ctx context.Context, token string) error {
	if token == "" {
		return nil
	}
	return s.st.EndStoryKey(ctx, wayOfToken(store.KeyBrowser, token).id, store.KeyBrowser)
}

// Code is the code of a story, 1234 5678 9012 3456, for whoever holds it; unready for a member who is signed in and came without one.
func (s *Service) Code(ctx context.Context, x Session) (string, error) {
	story, err := s.st.StoryByID(ctx, x.BranchID, x.StoryID)
	if err != nil {
		return "", err
	}
	if len(x.key) == 0 {
		return "", catalogue.Errorf(models.CodeUnready, "error.code.hidden")
	}
	c, err := openSecret(x.key, &story)
	if err != nil {
		return "", err
	}
	return ShowCode(c.Code), nil
}

// ChangeCode gives a story a new code and ends every other way back to it: the old code, links that were mailed, other browsers. It is for
// whoever fears that somebody saw the code, and for those whose story a helper took down: the helper had the code in their hands.
func (s *Service) ChangeCode(ctx context.Context, x Session) error {
	if x.Helper {
		return catalogue.Errorf(models.CodeForbidden, "my.error.helper")
	}
	if len(x.key) == 0 {
		return catalogue.Errorf(models.CodeUnready, "error.code.hidden")
	}
	code := newCode()
	byCode, err := s.wayOfCode(ctx, code)
	if err != nil {
		return err
	}
	err = s.st.Tx(ctx, func(tx *store.Store) error {
		story, err := tx.LockStoryByID(ctx, x.BranchID, x.StoryID)
		if err != nil {
			return err
		}
		c, err := openSecret(x.key, &story)
		if err != nil {
			return err
		}
		c.Code = code
		if story.Sealed, err = c.close(x.key, story.ID); err != nil {
			return err
		}
		if err := tx.SealStory(ctx, &story); err != nil {
			return err
		}
		if err := tx.EndOtherKeys(ctx, story.BranchID, story.ID, wayOfToken(store.KeyBrowser, x.token).id); err != nil {
			return err
		}
		k := byCode.wrap(story, x.key, 0, nil)
		if err := tx.AddStoryKey(ctx, &k); err != nil {
			return err
		}
		return tx.AddAudit(ctx, x.actor(), "story.code", fmt.Sprintf("story %d", story.ID), "")
	})
	if err != nil {
		return fmt.Errorf("change the code of a story: %w", err)
	}
	return nil
}

// HandOver lets a helper give the story that they took down to its teller, who has the code: the helper sees it no more, draft or not.
func (s *Service) HandOver(ctx context.Context, helper models.Actor, x Session) error {
	if err := helper.Can(access.TakeDown); err != nil {
		return err
	}
	return s.st.Tx(ctx, func(tx *store.Store) error {
		story, err := tx.LockStoryByID(ctx, helper.BranchID, x.StoryID)
		if err != nil {
			return err
		}
		if helper.AccountID == 0 || story.TakenBy != helper.AccountID {
			return models.Errorf(models.CodeForbidden, "Somebody else took this story down. Only they can hand it over.")
		}
		if err := tx.HandStoryOver(ctx, &story); err != nil {
			return err
		}
		if err := tx.EndKeysOfAccount(ctx, story.BranchID, story.ID, helper.AccountID); err != nil {
			return err
		}
		// A helper may have come back with the code, in a browser that holds the story without their name.
		if x.StoryID == story.ID {
			if err := tx.EndStoryKey(ctx, wayOfToken(store.KeyBrowser, x.token).id, store.KeyBrowser); err != nil {
				return err
			}
		}
		return tx.AddAudit(ctx, helper, "story.handed_over", subject(story), "")
	})
}

// subject is how the audit names a story.
func subject(story models.Story) string {
	if story.Ref != "" {
		return story.Ref
	}
	return fmt.Sprintf("story %d", story.ID)
}

// Taken returns the stories that a helper took down, the newest first, without anything of what was told.
func (s *Service) Taken(ctx context.Context, helper models.Actor) ([]models.Story, error) {
	if err := helper.Can(access.TakeDown); err != nil {
		return nil, err
	}
	return s.st.StoriesTaken(ctx, helper.BranchID, helper.AccountID)
}
