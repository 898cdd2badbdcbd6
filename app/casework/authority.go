package casework

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"commoncase/app/store"
	"commoncase/models"
	"commoncase/models/catalogue"
	"commoncase/models/civil"
)

// SignHow is how a resident signs the authority.
type SignHow string

// The ways of signing.
const (
	SignTyped   SignHow = "typed"
	SignDrawn   SignHow = "drawn"
	SignScanned SignHow = "scanned" // on paper; a file of the story
)

// Signature is what a resident signs the authority to act with.
type Signature struct {
	Method SignHow
	Name   string // as typed: the name of who signs
	Image  []byte // of a drawn one: a PNG of at most 200 KB
	FileID int64  // of a scanned one: the file of the story, of which the copy that may be shared is made already
	Lang   string // of the text that they read
}

// AuthorityView is what a member's page shows of the authority to act.
type AuthorityView struct {
	Asked    bool             // consent to act holds, so that there is something to sign
	Name     string           // who gives it; "" where the story is anonymous: then it cannot be signed
	Texts    []AuthorityText  // what is signed, in the teller's language first, then in English where that is another
	File     models.StoryFile // the newest that was signed; its ID is 0 where none was
	SignedOn civil.Date
	Attached bool // it is among the papers of the case
	Stands   bool // it was signed, and not taken back since
}

// AuthorityText is the authority in one language.
type AuthorityText struct {
	Lang       string
	Title      string
	Facts      []AuthorityFact
	Paragraphs []string
}

// AuthorityFact is a name and what stands beside it.
type AuthorityFact struct{ Name, Value string }

// authorityStands reports whether an authority that was signed at an instant stands by the answers to PurposeAct, the oldest first.
func authorityStands(signed time.Time, rows []models.Consent) bool {
	holds := false
	for _, c := range rows {
		if c.Purpose != models.PurposeAct {
			continue
		}
		holds = c.Given()
		if !holds && !c.RecordedAt.Before(signed) {
			return false
		}
	}
	return holds
}

// Authority is where the authority to act of a teller stands, with its text in their language.
func (s *Service) Authority(ctx context.Context, t models.Teller, lang string) (AuthorityView, error) {
	p, err := tellerParty(ctx, s.st, t, false)
	if err != nil {
		return AuthorityView{}, err
	}
	v, err := s.authority(ctx, s.st, t.BranchID, p, lang)
	if err != nil {
		return AuthorityView{}, fmt.Errorf("authority of a story: %w", err)
	}
	return v, nil
}

func (s *Service) authority(ctx context.Context, st *store.Store, branchID int64, p party, lang string) (AuthorityView, error) {
	var v AuthorityView
	branch, err := st.Branch(ctx, branchID)
	if err != nil {
		return v, err
	}
	landlord, err := st.LandlordOf(ctx, branchID)
	if err != nil {
		return v, err
	}
	rows, err := st.Consents(ctx, branchID, p.of)
	if err != nil {
		return v, err
	}
	v.Asked = models.StateOf(newestOf(rows)[models.PurposeAct], branch.ConsentMonths, s.Today()).Holds
	name, home, err := s.whoSigns(ctx, st, branchID, p)
	if err != nil {
		return v, err
	}
	v.Name = name
	langs := []string{catalogue.In(lang).Tag}
	if langs[0] != catalogue.English {
		langs = append(langs, catalogue.English)
	}
	for _, l := range langs {
		v.Texts = append(v.Texts, authorityText(catalogue.In(l), name, home, branch, landlord, s.Today()))
	}
	ids := make([]int64, len(p.stories))
	for i, x := range p.stories {
		ids[i] = x.ID
	}
	files, err := st.AuthorityFiles(ctx, branchID, ids)
	if err != nil || len(files) == 0 {
		return v, err
	}
	v.File = files[len(files)-1]
	v.SignedOn = civil.Of(v.File.UploadedAt)
	v.Attached = v.File.AttachmentID != 0
	v.Stands = authorityStands(v.File.UploadedAt, rows)
	return v, nil
}

// whoSigns is the name and the home of a party: those on the case, else those in the story. An anonymous story has no name.
func (s *Service) whoSigns(ctx context.Context, st *store.Store, branchID int64, p party) (name, home string, err error) {
	if p.caseRef != "" {
		f, err := st.CaseFile(ctx, branchID, p.caseRef)
		if err != nil {
			return "", "", err
		}
		if !p.story.Anonymous {
			name = f.Member.Name
		}
		return name, joinLines(f.Member.Address, f.Member.Postcode), nil
	}
	a, err := toldIn(p.story)
	if err != nil || p.story.Anonymous || a.Anonymous {
		return "", "", err
	}
	return a.Name, joinLines(a.Address, a.Postcode), nil
}

// toldIn is what was told in a story that was sent.
func toldIn(story models.Story) (a models.Answers, err error) {
	if story.Content == "" {
		return a, nil
	}
	if err := json.Unmarshal([]byte(story.Content), &a); err != nil {
		return a, fmt.Errorf("answers of a story: %w", err)
	}
	return a, nil
}

func joinLines(parts ...string) string {
	out := ""
	for _, p := range parts {
		if p != "" && out != "" {
			out += "\n"
		}
		out += p
	}
	return out
}

// authorityText is what a resident signs, in one language.
func authorityText(t catalogue.Text, name, home string, branch models.Branch, landlord models.Landlord, on civil.Date) AuthorityText {
	x := AuthorityText{Lang: t.Tag, Title: t.T("authority.title")}
	for _, f := range []AuthorityFact{
		{t.T("authority.fact.who"), name}, {t.T("authority.fact.home"), home}, {t.T("authority.fact.whom"), branch.Name},
		{t.T("authority.fact.towards"), t.T("authority.towards", "Landlord", landlord.Name)},
		{t.T("authority.fact.from"), t.Day(on)}, {t.T("authority.fact.until"), t.T("authority.until")},
	} {
		if f.Value != "" {
			x.Facts = append(x.Facts, f)
		}
	}
	put := []any{"Branch", branch.Name, "Landlord", landlord.Name}
	x.Paragraphs = []string{t.T("authority.text.act", put...), t.T("authority.text.data", put...), t.T("authority.text.mine", put...), t.T("authority.text.back", put...)}
	return x
}

// attachAuthority puts a story's signed authority among the papers of its case, where it stands and is not there yet.
func (s *Service) attachAuthority(ctx context.Context, tx *store.Store, actor models.Actor, story models.Story, ref string) error {
	files, err := tx.AuthorityFiles(ctx, actor.BranchID, []int64{story.ID})
	if err != nil || len(files) == 0 {
		return err
	}
	f := files[len(files)-1]
	if f.AttachmentID != 0 {
		return nil
	}
	c, err := tx.CaseFile(ctx, actor.BranchID, ref)
	if err != nil {
		return err
	}
	rows, err := tx.Consents(ctx, actor.BranchID, store.Subject{CaseID: c.Case.ID})
	if err != nil {
		return err
	}
	if !authorityStands(f.UploadedAt, rows) {
		return nil
	}
	events, err := tx.Events(ctx, actor.BranchID, c.Case.ID)
	if err != nil {
		return err
	}
	e := models.Event{BranchID: actor.BranchID, CaseID: c.Case.ID, Kind: models.KindAuthorityGiven, On: civil.Of(f.UploadedAt), RecordedBy: actor.AccountID, ByMember: true}
	if err := tx.AddEvent(ctx, &e); err != nil {
		return err
	}
	a := models.Attachment{BranchID: actor.BranchID, CaseID: c.Case.ID, EventID: e.ID, Hash: f.Hash, Copy: f.Copy, Name: f.Name, MediaType: f.MediaType, Size: f.Size,
		Pages: f.Pages, Title: f.Title, UploadedBy: actor.AccountID}
	if err := tx.AddAttachment(ctx, &a); err != nil {
		return err
	}
	if err := tx.SetFileAttachment(ctx, actor.BranchID, f.ID, a.ID); err != nil {
		return err
	}
	if _, err := s.follow(ctx, tx, &c.Case, c.Member, c.Landlord, with(events, e)); err != nil {
		return err
	}
	return tx.AddAudit(ctx, actor, "authority.attached", ref, "")
}
