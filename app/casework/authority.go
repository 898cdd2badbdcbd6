package casework

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"image/png"
	"strings"
	"time"
	"unicode/utf8"

	"commoncase/app/document"
	"commoncase/app/files"
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

// limits of a drawn signature.
const (
	maxDrawing = 200 << 10 // bytes
	maxStroke  = 4000      // pixels of a side
)

// SignAuthority signs the authority to act with what the teller has read on their page: typed or drawn it becomes a PDF with the text in their
// language and in English, scanned on paper the file itself is the authority. It stands among the papers of the case, or waits with the
// story until there is one.
func (s *Service) SignAuthority(ctx context.Context, t models.Teller, sig Signature) (AuthorityView, error) {
	if err := sig.check(); err != nil {
		return AuthorityView{}, err
	}
	p, err := tellerParty(ctx, s.st, t, false)
	if err != nil {
		return AuthorityView{}, err
	}
	v, err := s.authority(ctx, s.st, t.BranchID, p, sig.Lang)
	if err != nil {
		return AuthorityView{}, fmt.Errorf("sign an authority: %w", err)
	}
	if err := v.mayBeSigned(); err != nil {
		return AuthorityView{}, err
	}
	f := models.StoryFile{}
	if sig.Method != SignScanned {
		if f, err = s.authorityPDF(ctx, t, p, v, sig); err != nil {
			return AuthorityView{}, fmt.Errorf("sign an authority: %w", err)
		}
	}
	actor := models.Actor{BranchID: t.BranchID, AccountID: t.AccountID}
	err = s.st.Tx(ctx, func(tx *store.Store) error {
		p, err := tellerParty(ctx, tx, t, true)
		if err != nil {
			return err
		}
		// Consent may have gone between the reading and the signing.
		now, err := s.authority(ctx, tx, t.BranchID, p, sig.Lang)
		if err != nil {
			return err
		}
		if err := now.mayBeSigned(); err != nil {
			return err
		}
		title := catalogue.In(catalogue.English).T("authority.file", "Day", civil.Of(tx.Now()).Long())
		if sig.Method == SignScanned {
			err = tx.MakeAuthority(ctx, t.BranchID, t.StoryID, sig.FileID, title)
		} else {
			f.Title = title
			err = tx.AddStoryFile(ctx, &f)
		}
		if err != nil {
			return err
		}
		if err := tx.AddAudit(ctx, actor, "authority.signed", p.ref, string(sig.Method)); err != nil {
			return err
		}
		if p.caseRef == "" {
			return nil
		}
		return s.attachAuthority(ctx, tx, actor, p.story, p.caseRef)
	})
	if err != nil {
		return AuthorityView{}, fmt.Errorf("sign an authority: %w", err)
	}
	return s.Authority(ctx, t, sig.Lang)
}

// mayBeSigned says why there is nothing to sign, or nil.
func (v AuthorityView) mayBeSigned() error {
	switch {
	case !v.Asked:
		return catalogue.Errorf(models.CodeUnready, "authority.error.consent_first")
	case v.Name == "":
		return catalogue.Errorf(models.CodeUnready, "authority.error.anonymous")
	}
	return nil
}

func (sig *Signature) check() error {
	trim(&sig.Name)
	sig.Name = strings.Join(strings.Fields(sig.Name), " ")
	switch {
	case sig.Method != SignScanned && sig.Method != SignTyped && sig.Method != SignDrawn:
		return catalogue.Invalid("method", "authority.error.method")
	case sig.Method != SignScanned && sig.Name == "":
		return catalogue.Invalid("name", "authority.error.name")
	case utf8.RuneCountInString(sig.Name) > maxLine:
		return catalogue.Invalid("name", "authority.error.name_long")
	case sig.Method == SignScanned && sig.FileID == 0:
		return catalogue.Invalid("file", "authority.error.file")
	case sig.Method == SignDrawn:
		return checkDrawing(sig.Image)
	}
	return nil
}

// checkDrawing refuses what is no drawing: no PNG, too large to be opened, or of one colour all over.
func checkDrawing(data []byte) error {
	switch {
	case len(data) == 0:
		return catalogue.Invalid("image", "authority.error.image")
	case len(data) > maxDrawing:
		return catalogue.Invalid("image", "authority.error.image_large")
	}
	// Sides first: a picture of a few bytes can claim a million pixels each way.
	cfg, err := png.DecodeConfig(bytes.NewReader(data))
	if err != nil {
		return catalogue.Invalid("image", "authority.error.image_bad")
	}
	if cfg.Width > maxStroke || cfg.Height > maxStroke || cfg.Width*cfg.Height > maxStroke*1000 {
		return catalogue.Invalid("image", "authority.error.image_large")
	}
	img, err := png.Decode(bytes.NewReader(data))
	if err != nil {
		return catalogue.Invalid("image", "authority.error.image_bad")
	}
	b := img.Bounds()
	first := img.At(b.Min.X, b.Min.Y)
	fr, fg, fb, fa := first.RGBA()
	for y := b.Min.Y; y < b.Max.Y; y++ {
		for x := b.Min.X; x < b.Max.X; x++ {
			if r, g, bl, a := img.At(x, y).RGBA(); r != fr || g != fg || bl != fb || a != fa {
				return nil
			}
		}
	}
	return catalogue.Invalid("image", "authority.error.image")
}

// authorityPDF sets a typed or drawn authority as a PDF, keeps it, and returns the file of the story that it is to be.
func (s *Service) authorityPDF(ctx context.Context, t models.Teller, p party, v AuthorityView, sig Signature) (models.StoryFile, error) {
	branch, err := s.st.Branch(ctx, t.BranchID)
	if err != nil {
		return models.StoryFile{}, err
	}
	signed := catalogue.In(v.Texts[0].Lang)
	hash, err := hashOf(v.Texts[0])
	if err != nil {
		return models.StoryFile{}, err
	}
	now := s.now()
	english := catalogue.In(catalogue.English)
	doc := document.AuthorityDoc{Head: document.Letterhead{Name: branch.Name, Lines: lines(branch.Address), Email: branch.Email}, Ref: p.ref, On: civil.Of(now), Hash: hash,
		Sign: document.AuthoritySignature{How: document.SignedTyped, Name: sig.Name, Via: english.T("authority.via.self"),
			At: english.T("authority.at", "Day", english.Day(civil.Of(now)), "Time", civil.TimeOf(now).String())}}
	if sig.Method == SignDrawn {
		doc.Sign.How, doc.Sign.Image = document.SignedDrawn, sig.Image
	}
	if t.Helper {
		doc.Sign.Via = english.T("authority.via.helper")
	}
	for i, x := range v.Texts {
		text := document.AuthorityText{Lang: x.Lang, Title: x.Title, Paragraphs: x.Paragraphs}
		if i > 0 {
			text.Note = english.T("authority.note")
		}
		for _, f := range x.Facts {
			text.Facts = append(text.Facts, document.AuthorityFact(f))
		}
		doc.Texts = append(doc.Texts, text)
	}
	var pdf bytes.Buffer
	if err := document.SignedAuthority(&pdf, doc); err != nil {
		return models.StoryFile{}, err
	}
	_, pages, err := document.SafePDF(bytes.NewReader(pdf.Bytes()))
	if err != nil {
		return models.StoryFile{}, err
	}
	f := models.StoryFile{BranchID: t.BranchID, StoryID: t.StoryID, Purpose: models.FileAuthority, State: models.FileReady, MediaType: files.TypePDF, Pages: pages,
		Name: "authority-" + p.ref + "-" + signed.Tag + ".pdf"}
	if f.Hash, f.Size, err = s.files.Put(ctx, &pdf, files.MaxSize); err != nil {
		return models.StoryFile{}, err
	}
	f.Copy, f.Arrived = f.Hash, f.Size
	return f, nil
}

// hashOf is the SHA-256 of the text that was signed, in hex.
func hashOf(x AuthorityText) (string, error) {
	content, err := json.Marshal(x)
	if err != nil {
		return "", fmt.Errorf("hash an authority: %w", err)
	}
	sum := sha256.Sum256(content)
	return hex.EncodeToString(sum[:]), nil
}
