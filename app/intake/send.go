package intake

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/bits"
	"slices"
	"time"

	"commoncase/app/store"
	"commoncase/models"
	"commoncase/models/catalogue"
	"commoncase/models/civil"
)

// Sending is what comes with a story when it is sent.
type Sending struct {
	Trap    bool   // a field that no person sees was filled in
	Proof   string // the answer to Challenge; "" where the browser made none
	Address string // the network address; it is not kept
}

// Why a story is held aside.
const (
	HeldTrap  = "trap"
	HeldFlood = "flood"
)

// errAgain says that the files of a draft changed while they were moved.
var errAgain = errors.New("a file came or went meanwhile")

// Send gives a draft to the branch: its files become originals, its consents rows, its answers what triage reads, and it gets a reference. A
// story that was sent already is returned as it is. What is missing is models.Errors by field, and nothing of the draft changes. A story that a
// program seems to have sent, or that comes in a flood, is held aside, and never thrown away.
func (s *Service) Send(ctx context.Context, x Session, cmd Sending) (models.Story, error) {
	for try := 0; ; try++ {
		story, folders, err := s.send(ctx, x, cmd)
		if errors.Is(err, errAgain) && try < 3 {
			continue
		} else if err != nil {
			return models.Story{}, err
		}
		// The story is sent. What is left of the pieces is swept out later where it cannot be now.
		for _, folder := range folders {
			_ = s.removePieces(folder)
		}
		return story, nil
	}
}

func (s *Service) send(ctx context.Context, x Session, cmd Sending) (sent models.Story, folders []string, err error) {
	story, err := s.st.StoryByID(ctx, x.BranchID, x.StoryID)
	if models.CodeOf(err) == models.CodeNotFound {
		return story, nil, gone()
	} else if err != nil || story.State != models.StoryDraft {
		return story, nil, err
	}
	answers, err := x.answers(&story)
	if err != nil {
		return story, nil, err
	}
	if err := s.sendable(&story, x.Branch, &answers); err != nil {
		return story, nil, err
	}
	moved, err := s.moveFiles(ctx, x)
	if err != nil {
		return story, nil, err
	}
	held, err := s.hold(ctx, x, cmd)
	if err != nil {
		return story, nil, err
	}
	err = s.st.Tx(ctx, func(tx *store.Store) error {
		if sent, err = tx.LockStoryByID(ctx, x.BranchID, x.StoryID); err != nil || sent.State != models.StoryDraft {
			return err
		}
		if err := s.handIn(ctx, tx, x, &sent, cmd, held); err != nil {
			return err
		}
		folders, err = s.keepFiles(ctx, tx, x, moved)
		return err
	})
	return sent, folders, err
}

// sendable says what a draft lacks to be sent.
func (s *Service) sendable(story *models.Story, branch models.Branch, a *models.Answers) error {
	if story.How == models.HowSelf && !branch.IntakeOpen {
		return catalogue.Errorf(models.CodeUnready, "error.branch.closed")
	}
	errs := check(a)
	add := func(field, key string) { errs = append(errs, catalogue.Invalid(field, key)) }
	if a.Story == "" && len(a.Themes) == 0 {
		add("story", "error.story.empty")
	}
	if a.Consents[models.PurposeRecord] != models.ConsentYes {
		add("consent_record", "error.consent.record")
	}
	if story.How == models.HowHelper && !story.HandedOver && !a.SpokenConsent {
		add("spoken_consent", "error.consent.spoken")
	}
	if slices.Contains(a.SafeWays, "email") && a.Email == "" {
		add("email", "error.email.needed")
	}
	if (slices.Contains(a.SafeWays, "phone") || slices.Contains(a.SafeWays, "text")) && a.Phone == "" {
		add("phone", "error.phone.needed")
	}
	return errs.Or()
}

// moveFiles puts the originals of a draft's files where originals are kept, and returns their hashes by the files' numbers. What is put there
// is written down first, so that it can be taken out again where the story is never sent.
func (s *Service) moveFiles(ctx context.Context, x Session) (map[int64]string, error) {
	fs, err := s.Files(ctx, x)
	if err != nil {
		return nil, err
	}
	for _, f := range fs {
		if f.State == models.FileArriving {
			e := catalogue.Errorf(models.CodeUnready, "error.file.unfinished", "Name", f.Name)
			e.Field = "file"
			return nil, e
		}
	}
	root, err := s.openRoot()
	if err != nil {
		return nil, err
	}
	defer root.Close()
	moved := map[int64]string{}
	for _, f := range fs {
		p := pieces{root: root, key: x.key, name: f.Pieces}
		u, err := openPieces(p, f.Size)
		if err != nil {
			return nil, err
		}
		sum := sha256.New()
		if _, err := io.Copy(sum, u); err != nil {
			return nil, fmt.Errorf("send file %d: %w", f.ID, err)
		}
		next := f
		next.Name, next.Title, next.Hash = "", "", hex.EncodeToString(sum.Sum(nil))
		if err := s.st.UpdateStoryFile(ctx, next, f); models.CodeOf(err) == models.CodeConflict {
			return nil, errAgain
		} else if err != nil {
			return nil, err
		}
		hash, err := s.moveIn(ctx, p, f.Size)
		if err != nil {
			return nil, err
		}
		if hash != next.Hash {
			return nil, fmt.Errorf("send file %d: %w", f.ID, errUnsealed)
		}
		moved[f.ID] = hash
	}
	return moved, nil
}

// keepFiles makes the files of a story that is being sent into originals whose copies are to be made. It returns the folders of their pieces.
func (s *Service) keepFiles(ctx context.Context, tx *store.Store, x Session, moved map[int64]string) (folders []string, err error) {
	fs, err := tx.FilesOfStory(ctx, x.BranchID, x.StoryID)
	if err != nil {
		return nil, err
	}
	if len(fs) != len(moved) {
		return nil, errAgain
	}
	for _, f := range fs {
		if moved[f.ID] == "" || f.State != models.FileSealed {
			return nil, errAgain
		}
		next := f
		x.name(&next)
		if next.Name == "" {
			return nil, fmt.Errorf("send file %d: %w", f.ID, errUnsealed)
		}
		folders = append(folders, f.Pieces)
		next.State, next.Hash, next.Pieces, next.Sealed = models.FilePending, moved[f.ID], "", nil
		if err := tx.UpdateStoryFile(ctx, next, f); err != nil {
			return nil, err
		}
		if err := s.afterFile(ctx, tx, f.ID); err != nil {
			return nil, err
		}
	}
	return folders, nil
}

// handIn fills in the row of a story that is being sent, and writes down its consents.
func (s *Service) handIn(ctx context.Context, tx *store.Store, x Session, story *models.Story, cmd Sending, held string) error {
	c, err := openSecret(x.key, story)
	if err != nil {
		return err
	}
	if c.Answers == nil {
		c.Answers = &models.Answers{}
	}
	a := c.Answers // another tab may have saved since they were looked at
	if err := s.sendable(story, x.Branch, a); err != nil {
		return err
	}
	content, err := json.Marshal(a)
	if err != nil {
		return fmt.Errorf("send a story: %w", err)
	}
	if story.Ref, err = s.reference(ctx, tx, x.BranchID); err != nil {
		return err
	}
	now := tx.Now()
	story.Content = string(content)
	if story.How != models.HowPaper { // what was agreed to on paper stands there in the paper's language
		story.Lang = known(x.Lang)
	}
	if story.Sealed, err = (secret{Code: c.Code}).close(x.key, story.ID); err != nil {
		return err
	}
	story.State, story.HeldReason = models.StoryNew, held
	if held != "" {
		story.State = models.StoryHeld
	}
	story.Anonymous = a.Name == ""
	if len(a.Themes) > 0 {
		story.Theme = a.Themes[0]
	}
	story.Area, story.Postcode = a.Area, models.FoldPostcode(a.Postcode)
	story.Home = home(a)
	story.Since = models.Since(a.Since, civil.Of(now))
	story.SentAt, story.ExpiresAt = &now, nil
	if err := tx.SendStory(ctx, story); err != nil {
		return err
	}
	if err := tx.ExtendLinks(ctx, story.BranchID, story.ID, now.Add(linkLife)); err != nil {
		return err
	}
	how, taker := models.ConsentSelf, int64(0)
	switch {
	case story.How == models.HowPaper:
		how, taker = models.ConsentPaper, story.TakenBy
	case story.How == models.HowHelper && !story.HandedOver:
		how, taker = models.ConsentSpoken, story.TakenBy
	}
	for _, p := range models.Purposes {
		row := models.Consent{BranchID: story.BranchID, StoryID: story.ID, Purpose: p, Value: models.ConsentNo, Lang: story.Lang, How: how, TakenBy: taker, On: civil.Of(now)}
		if v := a.Consents[p]; v != "" {
			row.Value = v
		}
		row.Wording = catalogue.In(story.Lang).Agreed(p, row.Value)
		if err := tx.AddConsent(ctx, &row); err != nil {
			return err
		}
	}
	actor := models.Actor{BranchID: story.BranchID, AccountID: taker}
	return tx.AddAudit(ctx, actor, "story.sent", story.Ref, held)
}

// reference is the next reference of a story: NOR-S-26-0003-K.
func (s *Service) reference(ctx context.Context, tx *store.Store, branchID int64) (string, error) {
	branch, err := tx.Branch(ctx, branchID)
	if err != nil {
		return "", err
	}
	year := civil.Of(tx.Now()).Year()
	serial, err := tx.NextSerial(ctx, branchID, "story", year)
	if err != nil {
		return "", err
	}
	return models.Reference(branch.Prefix+"-S", year, serial), nil
}

// home is the same for two stories of one home and for a case of it, and "" where no address was given.
func home(a *models.Answers) string {
	if a.Address == "" {
		return ""
	}
	postcode := a.Postcode
	if folded := models.FoldPostcode(postcode); models.IsPostcode(folded) {
		postcode = models.ShowPostcode(folded)
	}
	return models.Household(a.Address, postcode)
}

// hold says why a story is to be held aside; "" where it is not.
func (s *Service) hold(ctx context.Context, x Session, cmd Sending) (string, error) {
	if cmd.Trap {
		return HeldTrap, nil
	}
	flood := cmd.Address != "" && !s.tries.take("send", cmd.Address, s.Limits.Sends, time.Hour)
	if !flood {
		n, err := s.st.StoriesSentSince(ctx, x.BranchID, s.st.Now().Add(-s.Limits.BranchWindow))
		if err != nil {
			return "", err
		}
		flood = n >= s.Limits.BranchSends
	}
	if flood && !s.proves(x, cmd.Proof) {
		return HeldFlood, nil
	}
	return "", nil
}

// Challenge is a proof of work that a browser may do while its teller writes: a Proof is a text of 64 bytes at most, such that the SHA-256 of
// salt followed by it begins with so many bits that are 0. It only counts where stories come in a flood: nobody needs a script to send one.
func (s *Service) Challenge(x Session) (salt string, bits int) {
	return hex.EncodeToString(derive(x.key, fmt.Sprintf("proof of work for story %d", x.StoryID))[:16]), s.Limits.ProofBits
}

func (s *Service) proves(x Session, proof string) bool {
	if proof == "" || len(proof) > 64 {
		return false
	}
	salt, need := s.Challenge(x)
	sum := sha256.Sum256([]byte(salt + proof))
	got := 0
	for _, b := range sum {
		got += bits.LeadingZeros8(b)
		if b != 0 {
			break
		}
	}
	return got >= need
}
