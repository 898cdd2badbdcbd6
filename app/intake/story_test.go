package intake_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"image"
	"image/jpeg"
	"io"
	"io/fs"
	"log/slog"
	"math/bits"
	"math/rand"
	"mime/quotedprintable"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"testing/iotest"
	"time"

	"commoncase/app/files"
	"commoncase/app/intake"
	"commoncase/app/mail"
	"commoncase/app/mail/mailtest"
	"commoncase/app/store"
	"commoncase/app/store/storetest"
	"commoncase/models"
	"commoncase/models/access"
	"commoncase/models/catalogue"
	"commoncase/models/civil"
)

// front is a branch that takes stories, and one that does not.
type front struct {
	*intake.Service
	t            *testing.T
	ctx          context.Context
	st           *store.Store
	files        *files.Store
	url, dir     string // of the database, of the drafts
	now          time.Time
	open, closed models.Branch
	queued       []int64 // files whose copies are to be made
}

func (w *front) must(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

func eachFront(t *testing.T, test func(w *front)) {
	storetest.Each(t, migratedForHomes, func(t *testing.T, url string) {
		w := &front{t: t, ctx: t.Context(), url: url, dir: filepath.Join(t.TempDir(), "drafts"), now: time.Date(2026, 3, 9, 22, 50, 0, 0, time.UTC)}
		var mu sync.Mutex
		clock := func() time.Time { mu.Lock(); defer mu.Unlock(); return w.now }
		var err error
		w.st, err = store.Open(w.ctx, url, clock)
		w.must(err)
		t.Cleanup(func() { w.must(w.st.Close()) })
		w.files, err = files.Open(filepath.Join(t.TempDir(), "files"))
		w.must(err)
		t.Cleanup(func() { w.must(w.files.Close()) })
		w.Service = intake.New(w.st, w.files, w.dir, clock)
		w.AfterFile(func(_ context.Context, _ *store.Store, id int64) error { w.queued = append(w.queued, id); return nil })
		l := models.Landlord{Slug: "harbour-and-vale", Name: "Harbour & Vale", Calendar: civil.EnglandAndWales, Invented: true}
		w.must(w.st.AddLandlord(w.ctx, &l))
		w.open = models.Branch{Slug: "north", Name: "North", Prefix: "NOR", LandlordID: l.ID, Threshold: 5, IntakeOpen: true, ConsentMonths: 12}
		w.closed = models.Branch{Slug: "south", Name: "South", Prefix: "SOU", LandlordID: l.ID, Threshold: 5}
		w.must(w.st.AddBranch(w.ctx, &w.open))
		w.must(w.st.AddBranch(w.ctx, &w.closed))
		test(w)
	})
}

func (w *front) actor(b models.Branch, role access.Role, name string) models.Actor {
	w.t.Helper()
	acc := models.Account{Email: name + "@" + b.Slug + ".example", Name: name, PasswordHash: "x"}
	w.must(w.st.AddAccount(w.ctx, &acc))
	w.must(w.st.GiveRole(w.ctx, acc.ID, b.ID, role))
	return models.Actor{AccountID: acc.ID, Name: name, BranchID: b.ID, Roles: access.Roles{role}}
}

func (w *front) begin() (intake.Session, string) {
	w.t.Helper()
	x, token, err := w.Start(w.ctx, "north", "pl", models.Actor{})
	w.must(err)
	return x, token
}

// planted is looked for where it must not be.
const planted = "Schimmel am Fenster zu Trần Thị Hoa"

func (w *front) fill(x intake.Session) {
	w.t.Helper()
	w.must(w.Save(w.ctx, x, func(a *models.Answers) {
		a.Story, a.Since, a.Themes = planted, "since last winter", []models.Theme{models.ThemeDampMould, models.ThemeHeating}
		a.Postcode, a.Address, a.Area, a.Name = "n1 2ab", "12 Wren House\nMill Lane", "Mill Lane", "Trần Thị Hoa"
		a.Consents[models.PurposeRecord] = models.ConsentYes
		a.Consents[models.PurposeQuote] = models.ConsentFirstName
	}))
}

func (w *front) sending() intake.Sending {
	return intake.Sending{Address: "203.0.113.9"}
}

// key is the text of an error in the catalogue.
func key(err error) string {
	var keys []string
	for _, e := range models.FieldErrors(err) {
		keys = append(keys, e.Key)
		if e.Key != "" && strings.HasPrefix(catalogue.In("en").Say(e), "[") {
			keys = append(keys, "without a text")
		}
	}
	return strings.Join(keys, " ")
}

func (w *front) refused(err error, want string) {
	w.t.Helper()
	if got := key(err); got != want {
		w.t.Errorf("refused with %q (%v), want %q", got, err, want)
	}
}

func photo(seed int64, size int) []byte {
	var b bytes.Buffer
	_ = jpeg.Encode(&b, image.NewGray(image.Rect(0, 0, 8, 8)), nil)
	rest := make([]byte, size-b.Len())
	rand.New(rand.NewSource(seed)).Read(rest)
	return append(b.Bytes(), rest...)
}

// holds reports whether any file of some folders, or the database, holds a text.
func (w *front) holds(text string, dirs ...string) (where []string) {
	w.t.Helper()
	look := func(path string) {
		body, err := os.ReadFile(path)
		w.must(err)
		if bytes.Contains(body, []byte(text)) {
			where = append(where, path)
		}
	}
	if w.st.Dialect() == store.SQLite {
		for _, end := range []string{"", "-wal"} {
			if _, err := os.Stat(strings.TrimPrefix(w.url, "sqlite:") + end); err == nil {
				look(strings.TrimPrefix(w.url, "sqlite:") + end)
			}
		}
	}
	for _, dir := range dirs {
		w.must(filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
			if err == nil && !d.IsDir() {
				look(path)
			}
			return err
		}))
	}
	return where
}

// pieces counts the files below the folder of drafts.
func (w *front) pieces() (n int) {
	_ = filepath.WalkDir(w.dir, func(_ string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			n++
		}
		return nil
	})
	return n
}

func (w *front) originals() []byte {
	var all []byte
	fsEach(w, func(f models.StoryFile) {
		if f.Hash == "" {
			return
		}
		r, err := w.files.Open(w.ctx, f.Hash)
		w.must(err)
		b, err := io.ReadAll(r)
		w.must(err)
		w.must(r.Close())
		all = append(all, b...)
	})
	return all
}

func fsEach(w *front, f func(models.StoryFile)) {
	for id := int64(1); id < 50; id++ {
		for _, b := range []models.Branch{w.open, w.closed} {
			fs, err := w.st.FilesOfStory(w.ctx, b.ID, id)
			w.must(err)
			for _, x := range fs {
				f(x)
			}
		}
	}
}

func TestAStoryIsTold(t *testing.T) {
	eachFront(t, func(w *front) {
		x, token := w.begin()
		if !x.Draft() || x.Branch.Slug != "north" || x.Landlord.Name != "Harbour & Vale" || x.Lang != "pl" || x.AccountID != 0 || x.Helper {
			w.t.Fatalf("session %+v", x)
		}
		code, err := w.Code(w.ctx, x)
		w.must(err)
		if !regexp.MustCompile(`^\d{4} \d{4} \d{4} \d{4}$`).MatchString(code) {
			w.t.Errorf("code %q", code)
		}
		_, err = w.Send(w.ctx, x, w.sending())
		w.refused(err, "error.story.empty error.consent.record")
		w.fill(x)
		secretBytes := "PLANTED-" + strings.Repeat("in a photo ", 20)
		body := append(photo(1, 3<<20), secretBytes...)
		f, err := w.AddFile(w.ctx, x, `C:\fotos\łazienka.jpg`, models.FileEvidence, bytes.NewReader(body))
		w.must(err)
		if f.State != models.FileSealed || f.Name != "łazienka.jpg" || f.Title != "łazienka" || f.MediaType != files.TypeJPEG || f.Arrived != int64(len(body)) {
			w.t.Errorf("file %+v", f)
		}
		for _, text := range []string{planted, "Mill Lane", "Wren House", "łazienka", "PLANTED-in a photo", strings.ReplaceAll(code, " ", ""), token} {
			if where := w.holds(text, w.dir); len(where) > 0 {
				w.t.Errorf("%q lies in plain text in %v", text, where)
			}
		}
		if info, err := os.Stat(w.dir); err != nil || info.Mode().Perm() != 0o700 {
			w.t.Errorf("the folder of drafts: %v, %v", info.Mode(), err)
		}
		sent, err := w.Send(w.ctx, x, w.sending())
		w.must(err)
		if ref, ok := models.CheckReference(sent.Ref); !ok || !strings.HasPrefix(ref, "NOR-S-26-0001-") || sent.State != models.StoryNew || sent.Theme != models.ThemeDampMould ||
			sent.Postcode != "N12AB" || sent.Home != models.Household("12 Wren House\nMill Lane", "N1 2AB") || sent.Since.String() != "2024-12-01" && sent.Since.String() != "2025-12-01" ||
			sent.SentAt == nil || sent.ExpiresAt != nil || sent.Anonymous || sent.Lang != "pl" || sent.Area != "Mill Lane" {
			w.t.Errorf("sent %+v", sent)
		}
		again, err := w.Send(w.ctx, x, w.sending())
		if err != nil || again.Ref != sent.Ref {
			w.t.Errorf("sent twice: %s, %v", again.Ref, err)
		}
		rows, err := w.st.Consents(w.ctx, w.open.ID, store.Subject{StoryID: x.StoryID})
		w.must(err)
		given := map[models.Purpose]models.ConsentValue{}
		for _, r := range rows {
			given[r.Purpose] = r.Value
			if r.Wording != catalogue.In("pl").Agreed(r.Purpose, r.Value) || r.Wording == "" || r.How != models.ConsentSelf || r.TakenBy != 0 || r.Lang != "pl" || r.On.String() != "2026-03-09" {
				w.t.Errorf("consent %+v", r)
			}
		}
		if len(rows) != len(models.Purposes) || given[models.PurposeRecord] != models.ConsentYes || given[models.PurposeQuote] != models.ConsentFirstName || given[models.PurposeAct] != models.ConsentNo {
			w.t.Errorf("consents %v", given)
		}
		x, err = w.Resume(w.ctx, token)
		w.must(err)
		fs, err := w.Files(w.ctx, x)
		w.must(err)
		if len(fs) != 1 || fs[0].State != models.FilePending || fs[0].Name != "łazienka.jpg" || fs[0].Pieces != "" || fs[0].Sealed != nil || len(w.queued) != 1 || w.queued[0] != fs[0].ID {
			w.t.Errorf("files %+v, queued %v", fs, w.queued)
		}
		if !bytes.Equal(w.originals(), body) || w.pieces() != 0 {
			w.t.Errorf("the original is another, or %d pieces are left", w.pieces())
		}
		if a, err := w.Answers(w.ctx, x); err != nil || a.Story != planted {
			w.t.Errorf("answers after sending: %+v, %v", a, err)
		}
		if shown, err := w.Code(w.ctx, x); err != nil || shown != code {
			w.t.Errorf("the code after sending: %q, %v", shown, err)
		}
		w.refused(w.Save(w.ctx, x, func(a *models.Answers) { a.Story = "" }), "error.sent")
		w.refused(w.Discard(w.ctx, x), "error.sent")
		w.refused(w.DropFile(w.ctx, x, fs[0].ID), "error.file.sent")
		log, err := w.st.Audit(w.ctx, w.open.ID, 0, 10)
		w.must(err)
		if len(log) != 1 || log[0].Action != "story.sent" || log[0].Subject != sent.Ref {
			w.t.Errorf("audit %+v", log)
		}
		// Afterwards files go straight in, and so do words.
		more, err := w.AddFile(w.ctx, x, "letter.pdf", models.FileEvidence, strings.NewReader("%PDF-1.7\n%\xe2\xe3\xcf\xd3\nrest"))
		if err != nil || more.State != models.FilePending || len(w.queued) != 2 {
			w.t.Errorf("a file after sending: %+v, %v", more, err)
		}
		_, err = w.AddFile(w.ctx, x, "bath.jpg", models.FileEvidence, strings.NewReader("<!DOCTYPE html><html><script>alert(1)</script>"))
		w.refused(err, "error.file.kind")
		w.must(w.st.AddStoryMessage(w.ctx, &models.StoryMessage{BranchID: w.open.ID, StoryID: x.StoryID, Sender: models.FromBranch, Body: "Which room?", Lang: "en"}))
		if ms, err := w.Messages(w.ctx, x); err != nil || len(ms) != 1 || ms[0].ReadAt != nil {
			w.t.Errorf("messages %+v, %v", ms, err)
		}
		if ms, err := w.Messages(w.ctx, x); err != nil || ms[0].ReadAt == nil {
			w.t.Errorf("a message that was listed is not read: %+v, %v", ms, err)
		}
		w.refused(w.Reply(w.ctx, x, " \x00 "), "error.reply.empty")
		w.refused(w.Reply(w.ctx, x, strings.Repeat("ł", 20001)), "error.long")
		w.must(w.Reply(w.ctx, x, "Łazienka\x00"))
		story, err := w.st.StoryByID(w.ctx, w.open.ID, x.StoryID)
		if err != nil || !story.Unread {
			w.t.Errorf("after an answer: %+v, %v", story, err)
		}
	})
}

func TestTheWaysBack(t *testing.T) {
	eachFront(t, func(w *front) {
		x, token := w.begin()
		w.fill(x)
		code, err := w.Code(w.ctx, x)
		w.must(err)
		w.must(w.Leave(w.ctx, token))
		_, err = w.Resume(w.ctx, token)
		w.refused(err, "error.session")
		if models.CodeOf(err) != models.CodeSignIn {
			w.t.Errorf("code %s", models.CodeOf(err))
		}
		var bengali, arabic strings.Builder
		for _, r := range code {
			if r == ' ' {
				bengali.WriteString(" - ")
				arabic.WriteRune('\u200f')
				continue
			}
			bengali.WriteRune('০' + r - '0')
			arabic.WriteRune('٠' + r - '0')
		}
		for _, typed := range []string{code, strings.ReplaceAll(code, " ", ""), " " + strings.ReplaceAll(code, " ", "-") + "\n", bengali.String(), arabic.String()} {
			token, err = w.OpenByCode(w.ctx, typed, "203.0.113.9")
			w.must(err)
			x, err = w.Resume(w.ctx, token)
			w.must(err)
			if a, err := w.Answers(w.ctx, x); err != nil || a.Story != planted {
				w.t.Fatalf("with %q: %+v, %v", typed, a, err)
			}
		}
		// A browser that nobody uses forgets.
		w.now = w.now.Add(3 * time.Hour)
		_, err = w.Resume(w.ctx, token)
		w.must(err)
		w.now = w.now.Add(3 * time.Hour)
		_, err = w.Resume(w.ctx, token)
		w.must(err)
		w.now = w.now.Add(4*time.Hour + time.Second)
		_, err = w.Resume(w.ctx, token)
		w.refused(err, "error.session")
		for _, none := range []string{"", "x", strings.Repeat("A", 43), strings.Repeat("A", 500)} {
			_, err = w.Resume(w.ctx, none)
			w.refused(err, "error.session")
			_, err = w.OpenByLink(w.ctx, none)
			w.refused(err, "error.link")
		}
		// A token that was copied out of the database opens nothing, and neither does a row that was put in front of another story.
		y, other := w.begin()
		_, err = w.Resume(w.ctx, other)
		w.must(err)
		_, err = w.Answers(w.ctx, swapped(x, y))
		if err == nil || models.CodeOf(err) != "" {
			w.t.Errorf("the key of one story opened another: %v", err)
		}
	})
}

// swapped is a session that holds the key of one story and asks for another.
func swapped(x, y intake.Session) intake.Session {
	x.Teller, x.Story = y.Teller, y.Story
	return x
}

func TestCodesThatAreTriedTooOften(t *testing.T) {
	eachFront(t, func(w *front) {
		x, _ := w.begin()
		right, err := w.Code(w.ctx, x)
		w.must(err)
		wrong := intake.NewCode()
		try := func(code, address string) string {
			_, err := w.OpenByCode(w.ctx, code, address)
			return key(err)
		}
		for i := range 10 {
			if got := try(right, "203.0.113.9"); got != "" {
				w.t.Fatalf("try %d of the right code: %s", i+1, got)
			}
			if got := try(wrong, fmt.Sprint("198.51.100.", i)); got != "error.code.wrong" {
				w.t.Fatalf("try %d of a wrong code: %s", i+1, got)
			}
		}
		for _, code := range []string{right, wrong} {
			if got := try(code, "192.0.2.1"); got != "error.code.locked" {
				w.t.Errorf("the 11th try: %s", got)
			}
		}
		w.now = w.now.Add(15*time.Minute + time.Second)
		if got := try(right, "192.0.2.1"); got != "" {
			w.t.Errorf("after a quarter of an hour: %s", got)
		}
		// A house with one address: right codes do not count, and what cannot be a code is said before anything is looked up.
		w.Limits.AddressTries = 5
		for range 5 {
			if got := try(intake.NewCode(), "203.0.113.50"); got != "error.code.wrong" {
				w.t.Errorf("a wrong code: %s", got)
			}
			if got := try("1234", "203.0.113.50"); got != "error.code.length" {
				w.t.Errorf("four digits: %s", got)
			}
			y, _ := w.begin()
			code, err := w.Code(w.ctx, y)
			w.must(err)
			if got := try(code, "203.0.113.51"); got != "" {
				w.t.Errorf("a neighbour's right code: %s", got)
			}
		}
		if got := try(intake.NewCode(), "203.0.113.50"); got != "error.code.locked" {
			w.t.Errorf("the 6th wrong code from an address: %s", got)
		}
		if got := try(intake.NewCode(), "203.0.113.51"); got != "error.code.wrong" {
			w.t.Errorf("a wrong code after five right ones: %s", got)
		}
		w.Limits.Starts = 2
		w.must(w.MayStart("192.0.2.7"))
		w.must(w.MayStart("192.0.2.7"))
		w.refused(w.MayStart("192.0.2.7"), "error.starts")
		w.must(w.MayStart("192.0.2.8"))
	})
}

// TestASaltForAll holds that two programs which start at once agree on the salt, so that a code of one opens with the other.
func TestASaltForAll(t *testing.T) {
	eachFront(t, func(w *front) {
		both := []*intake.Service{w.Service, intake.New(w.st, w.files, w.dir, func() time.Time { return w.now })}
		codes := make([]string, 2)
		var wg sync.WaitGroup
		for i, s := range both {
			wg.Go(func() {
				x, _, err := s.Start(w.ctx, "north", "en", models.Actor{})
				if err == nil {
					codes[i], err = s.Code(w.ctx, x)
				}
				if err != nil {
					w.t.Error(err)
				}
			})
		}
		wg.Wait()
		for i, s := range both {
			if _, err := s.OpenByCode(w.ctx, codes[1-i], ""); err != nil {
				w.t.Errorf("a code of the other program: %v", err)
			}
		}
	})
}

func TestTwoTabsLoseNothing(t *testing.T) {
	eachFront(t, func(w *front) {
		x, _ := w.begin()
		var wg sync.WaitGroup
		for i := range 8 {
			wg.Go(func() {
				err := w.Save(w.ctx, x, func(a *models.Answers) {
					a.Done = append(a.Done, fmt.Sprint("page", i))
					if i%2 == 0 {
						a.Story = "what one tab wrote"
					} else {
						a.Wanted = "what the other wrote"
					}
				})
				if err != nil {
					w.t.Error(err)
				}
			})
		}
		wg.Wait()
		a, err := w.Answers(w.ctx, x)
		w.must(err)
		if len(a.Done) != 8 || a.Story != "what one tab wrote" || a.Wanted != "what the other wrote" {
			w.t.Errorf("answers %+v", a)
		}
		err = w.Save(w.ctx, x, func(a *models.Answers) {
			a.Story, a.Email, a.Reported, a.Themes = strings.Repeat("x", 20001), "no address", "perhaps", []models.Theme{"weather"}
			a.AtRisk, a.SafeWays, a.Tenure = []string{"cat"}, []string{"pigeon"}, "squat"
			a.Consents[models.PurposeQuote] = models.ConsentYes
		})
		w.refused(err, "error.choose error.choose error.long error.choose error.choose error.choose error.email.wrong error.choose")
		if again, err := w.Answers(w.ctx, x); err != nil || again.Story != a.Story || again.Email != "" {
			w.t.Errorf("what was refused was kept: %+v, %v", again, err)
		}
		w.must(w.Save(w.ctx, x, func(a *models.Answers) { a.Email, a.Story = " Hoa@Example.org\x00", "a\r\nb\xff" }))
		if a, err = w.Answers(w.ctx, x); err != nil || a.Email != "hoa@example.org" || a.Story != "a\nb\uFFFD" {
			w.t.Errorf("tidied: %+v, %v", a, err)
		}
		w.must(w.Save(w.ctx, x, func(a *models.Answers) {
			a.SafeWays, a.Email = []string{"email", "phone"}, ""
			a.Consents[models.PurposeRecord] = models.ConsentYes
		}))
		_, err = w.Send(w.ctx, x, w.sending())
		w.refused(err, "error.email.needed error.phone.needed")
	})
}

func TestUploadsOnABadLine(t *testing.T) {
	eachFront(t, func(w *front) {
		x, token := w.begin()
		w.fill(x)
		body := photo(2, 5<<19) // two pieces and a half
		f, err := w.StartUpload(w.ctx, x, "bath.jpg", int64(len(body)))
		w.must(err)
		_, err = w.Append(w.ctx, x, f.ID, 10, bytes.NewReader(body[10:]))
		w.refused(err, "error.file.offset")
		broken := errors.New("the line went dead")
		n, err := w.Append(w.ctx, x, f.ID, 0, io.MultiReader(bytes.NewReader(body[:1<<20+100_000]), iotest.ErrReader(broken)))
		w.refused(err, "error.file.broken")
		if n != 1<<20+100_000 {
			w.t.Fatalf("%d bytes were kept", n)
		}
		n, err = w.Append(w.ctx, x, f.ID, n, io.MultiReader(bytes.NewReader(body[n:n+100]), iotest.ErrReader(broken)))
		if w.refused(err, "error.file.broken"); n != 1<<20+100_000 { // crumbs are not worth a file
			w.t.Fatalf("%d bytes were kept", n)
		}
		_, err = w.Send(w.ctx, x, w.sending())
		w.refused(err, "error.file.unfinished")
		// From another browser it goes on where it stands.
		x, err = w.Resume(w.ctx, token)
		w.must(err)
		up, err := w.Upload(w.ctx, x, f.ID)
		if err != nil || up.Arrived != n || up.Name != "bath.jpg" || up.Size != int64(len(body)) {
			w.t.Fatalf("upload %+v, %v", up, err)
		}
		for n < int64(len(body)) {
			n, err = w.Append(w.ctx, x, f.ID, n, iotest.HalfReader(bytes.NewReader(body[n:min(n+300_000, int64(len(body)))])))
			w.must(err)
		}
		up, err = w.Upload(w.ctx, x, f.ID)
		if err != nil || up.State != models.FileSealed || up.MediaType != files.TypeJPEG {
			w.t.Fatalf("upload %+v, %v", up, err)
		}
		// Two of a teller's browsers send the same piece and other files at once.
		var wg sync.WaitGroup
		g, err := w.StartUpload(w.ctx, x, "twice.jpg", int64(len(body)))
		w.must(err)
		won := make([]error, 4)
		for i := range won {
			wg.Go(func() { _, won[i] = w.Append(w.ctx, x, g.ID, 0, bytes.NewReader(body[:1<<20])) })
			wg.Go(func() {
				if _, err := w.AddFile(w.ctx, x, fmt.Sprintf("photo%d.jpg", i), models.FileEvidence, bytes.NewReader(photo(int64(10+i), 1<<20))); err != nil {
					w.t.Error(err)
				}
			})
		}
		wg.Wait()
		ok := 0
		for _, err := range won {
			if err == nil {
				ok++
			} else if w.refused(err, "error.file.offset"); models.CodeOf(err) != models.CodeConflict {
				w.t.Errorf("code %s", models.CodeOf(err))
			}
		}
		if ok != 1 {
			w.t.Errorf("%d of four kept the same piece", ok)
		}
		_, err = w.Append(w.ctx, x, g.ID, 1<<20, bytes.NewReader(body[1<<20:]))
		w.must(err)
		if a, err := w.Answers(w.ctx, x); err != nil || a.Story != planted {
			w.t.Errorf("the answers: %+v, %v", a, err)
		}
		_, err = w.Send(w.ctx, x, w.sending())
		w.must(err)
		want := append(bytes.Clone(body), body...)
		for i := range 4 {
			want = append(want, photo(int64(10+i), 1<<20)...)
		}
		got := w.originals()
		if len(got) != len(want) || !bytes.HasPrefix(got, body) || w.pieces() != 0 {
			w.t.Errorf("%d bytes of originals, want %d; %d pieces left", len(got), len(want), w.pieces())
		}
		for i := range 4 {
			if !bytes.Contains(got, photo(int64(10+i), 1<<20)) {
				w.t.Errorf("photo %d is not whole", i)
			}
		}
	})
}

func TestFilesThatAreNotTaken(t *testing.T) {
	eachFront(t, func(w *front) {
		x, _ := w.begin()
		w.fill(x)
		add := func(name string, r io.Reader) error {
			_, err := w.AddFile(w.ctx, x, name, models.FileEvidence, r)
			return err
		}
		jpg := photo(3, 5000)
		w.refused(add("empty.jpg", strings.NewReader("")), "error.file.empty")
		err := add("big.jpg", io.MultiReader(bytes.NewReader(jpg), io.LimitReader(zeros{}, 30<<20)))
		w.refused(err, "error.file.large")
		if !strings.Contains(err.Error(), "big.jpg is too big") {
			w.t.Errorf("says %q", err)
		}
		w.refused(add("letter.pdf", bytes.NewReader(jpg)), "error.file.lies")
		w.refused(add("bath.jpg", strings.NewReader("MZ\x90\x00"+strings.Repeat("\x00", 5000))), "error.file.kind")
		w.refused(add("bath.jpg", io.MultiReader(bytes.NewReader(jpg), iotest.ErrReader(errors.New("dead")))), "error.file.broken")
		_, err = w.StartUpload(w.ctx, x, "bath.jpg", 0)
		w.refused(err, "error.file.empty")
		_, err = w.StartUpload(w.ctx, x, "bath.jpg", files.MaxSize+1)
		w.refused(err, "error.file.large")
		f, err := w.StartUpload(w.ctx, x, "bath.jpg", 4000)
		w.must(err)
		_, err = w.Append(w.ctx, x, f.ID, 0, bytes.NewReader(jpg))
		w.refused(err, "error.file.changed")
		f, err = w.StartUpload(w.ctx, x, "bath.pdf", int64(len(jpg)))
		w.must(err)
		_, err = w.Append(w.ctx, x, f.ID, 0, bytes.NewReader(jpg))
		w.refused(err, "error.file.lies")
		_, err = w.Append(w.ctx, x, f.ID, 0, bytes.NewReader(jpg))
		w.refused(err, "error.file.gone")
		fs, err := w.Files(w.ctx, x)
		if err != nil || len(fs) != 0 || w.pieces() != 0 {
			w.t.Errorf("%d files, %d pieces left, %v", len(fs), w.pieces(), err)
		}
		w.Limits.Files, w.Limits.Bytes = 2, 12000
		w.must(add("1.jpg", bytes.NewReader(jpg)))
		f, err = w.StartUpload(w.ctx, x, "2.jpg", 6000)
		w.must(err)
		w.refused(add("3.jpg", bytes.NewReader(jpg)), "error.file.too_many")
		w.must(w.DropFile(w.ctx, x, f.ID))
		w.must(w.DropFile(w.ctx, x, f.ID-1))
		w.must(add("1.jpg", bytes.NewReader(jpg)))
		w.refused(add("2.jpg", bytes.NewReader(photo(4, 8000))), "error.file.all")
		_, err = w.StartUpload(w.ctx, x, "2.jpg", 8000)
		w.refused(err, "error.file.all")
		if a, err := w.Answers(w.ctx, x); err != nil || a.Story != planted {
			w.t.Errorf("the answers: %+v, %v", a, err)
		}
		// A piece that somebody changed on the disk is no photo any more.
		w.must(filepath.WalkDir(w.dir, func(path string, d fs2, err error) error {
			if err != nil || d.IsDir() {
				return err
			}
			b, err := os.ReadFile(path)
			w.must(err)
			b[len(b)/2] ^= 1
			return os.WriteFile(path, b, 0o600)
		}))
		if _, err := w.Send(w.ctx, x, w.sending()); err == nil || models.CodeOf(err) != "" {
			w.t.Errorf("a changed piece: %v", err)
		}
		if y, err := w.st.StoryByID(w.ctx, x.BranchID, x.StoryID); err != nil || y.State != models.StoryDraft {
			w.t.Errorf("the draft is %s, %v", y.State, err)
		}
	})
}

// Somebody who begins form upon form to have links mailed to other people is stopped by where they come from.
func TestMailFromOneAddress(t *testing.T) {
	eachFront(t, func(w *front) {
		w.Limits.Mails = 3
		for range 3 {
			w.must(w.MayMail("192.0.2.7"))
		}
		w.refused(w.MayMail("192.0.2.7"), "error.mail.too_many")
		w.must(w.MayMail("192.0.2.8"))
		w.now = w.now.Add(time.Hour)
		w.must(w.MayMail("192.0.2.7"))
	})
}

// Stories that are begun and never sent do not fill the disk; once there is room again a file that had come half-way goes on.
func TestDraftsDoNotFillTheDisk(t *testing.T) {
	eachFront(t, func(w *front) {
		jpg := photo(3, 5000)
		x, _ := w.begin()
		y, _ := w.begin()
		begun, err := w.StartUpload(w.ctx, y, "2.jpg", int64(len(jpg)))
		w.must(err)
		w.Limits.AllBytes = int64(len(jpg)) + 4000
		_, err = w.AddFile(w.ctx, x, "1.jpg", models.FileEvidence, bytes.NewReader(jpg))
		w.must(err)
		_, err = w.AddFile(w.ctx, y, "1.jpg", models.FileEvidence, bytes.NewReader(jpg))
		w.refused(err, "error.busy")
		_, err = w.Append(w.ctx, y, begun.ID, 0, bytes.NewReader(jpg))
		w.refused(err, "error.busy")
		if fs, err := w.Files(w.ctx, y); err != nil || len(fs) != 1 {
			w.t.Errorf("%d files, %v", len(fs), err)
		}
		w.must(w.Save(w.ctx, y, func(a *models.Answers) { a.Story = "words always fit" }))
		w.must(w.Discard(w.ctx, x))
		if n, err := w.Append(w.ctx, y, begun.ID, 0, bytes.NewReader(jpg)); err != nil || n != int64(len(jpg)) {
			w.t.Errorf("%d bytes after there was room again, %v", n, err)
		}
	})
}

type fs2 = fs.DirEntry

type zeros struct{}

func (zeros) Read(p []byte) (int, error) { clear(p); return len(p), nil }

func TestDraftsExpire(t *testing.T) {
	eachFront(t, func(w *front) {
		x, _ := w.begin()
		w.fill(x)
		w.must(addPhoto(w, x, 5))
		code, err := w.Code(w.ctx, x)
		w.must(err)
		w.now = w.now.Add(29 * 24 * time.Hour)
		token, err := w.OpenByCode(w.ctx, code, "")
		w.must(err)
		x, err = w.Resume(w.ctx, token)
		w.must(err)
		w.must(w.Save(w.ctx, x, func(a *models.Answers) { a.Wanted = "the mould gone" }))
		w.now = w.now.Add(29 * 24 * time.Hour)
		if n, err := w.Purge(w.ctx); n != 0 || err != nil {
			w.t.Fatalf("purged %d, %v", n, err)
		}
		if _, err = w.OpenByCode(w.ctx, code, ""); err != nil {
			w.t.Fatalf("29 days after it was saved: %v", err)
		}
		// A folder that a crash left behind, an old one and a new one.
		for name, age := range map[string]time.Duration{"old": 48 * time.Hour, "new": time.Hour} {
			w.must(os.Mkdir(filepath.Join(w.dir, name), 0o700))
			at := w.now.Add(48*time.Hour - age)
			w.must(os.Chtimes(filepath.Join(w.dir, name), at, at))
		}
		w.now = w.now.Add(48 * time.Hour)
		_, err = w.OpenByCode(w.ctx, code, "")
		w.refused(err, "error.code.wrong")
		if w.pieces() == 0 {
			w.t.Fatal("there is nothing to purge")
		}
		if n, err := w.Purge(w.ctx); n != 1 || err != nil {
			w.t.Errorf("purged %d, %v", n, err)
		}
		if _, err := w.st.StoryByID(w.ctx, x.BranchID, x.StoryID); models.CodeOf(err) != models.CodeNotFound || w.pieces() != 0 {
			w.t.Errorf("the draft is still there: %v, %d pieces", err, w.pieces())
		}
		if _, err := os.Stat(filepath.Join(w.dir, "old")); !errors.Is(err, fs.ErrNotExist) {
			w.t.Errorf("an old stray folder: %v", err)
		}
		if _, err := os.Stat(filepath.Join(w.dir, "new")); err != nil {
			w.t.Errorf("a new folder was swept out: %v", err)
		}
		// Who wants everything gone does not wait.
		x, token = w.begin()
		w.must(addPhoto(w, x, 6))
		w.must(w.Discard(w.ctx, x))
		w.must(w.Discard(w.ctx, x))
		if _, err = w.Resume(w.ctx, token); key(err) != "error.session" || w.pieces() != 0 {
			w.t.Errorf("after discarding: %v, %d pieces", err, w.pieces())
		}
		w.refused(w.Save(w.ctx, x, func(*models.Answers) {}), "error.session")
	})
}

func addPhoto(w *front, x intake.Session, seed int64) error {
	_, err := w.AddFile(w.ctx, x, fmt.Sprintf("photo%d.jpg", seed), models.FileEvidence, bytes.NewReader(photo(seed, 100_000)))
	return err
}

// TestASendingThatFailed holds that a story whose sending broke after its photos were moved stays a draft, can be sent again, and leaves no
// photo behind where it never is.
func TestASendingThatFailed(t *testing.T) {
	eachFront(t, func(w *front) {
		x, _ := w.begin()
		w.fill(x)
		w.must(addPhoto(w, x, 7))
		y, _ := w.begin()
		w.fill(y)
		w.must(addPhoto(w, y, 8))
		crash := errors.New("the power went")
		fails := true
		w.AfterFile(func(context.Context, *store.Store, int64) error {
			if fails {
				return crash
			}
			return nil
		})
		for _, z := range []intake.Session{x, y} {
			if _, err := w.Send(w.ctx, z, w.sending()); !errors.Is(err, crash) {
				w.t.Fatalf("sent: %v", err)
			}
			if a, err := w.Answers(w.ctx, z); err != nil || a.Story != planted {
				w.t.Errorf("the draft: %+v, %v", a, err)
			}
		}
		fails = false
		sent, err := w.Send(w.ctx, x, w.sending())
		if err != nil || sent.State != models.StoryNew {
			w.t.Fatalf("sent again: %+v, %v", sent, err)
		}
		fy, err := w.st.FilesOfStory(w.ctx, y.BranchID, y.StoryID)
		w.must(err)
		w.must(w.Discard(w.ctx, y))
		if there, err := w.files.Exists(w.ctx, fy[0].Hash); there || err != nil || fy[0].Hash == "" {
			w.t.Errorf("the photo of a story that was never sent is still kept: %t, %v", there, err)
		}
		if !bytes.Equal(w.originals(), photo(7, 100_000)) {
			w.t.Error("the photo of the story that was sent is not kept")
		}
		if rows, err := w.st.Consents(w.ctx, x.BranchID, store.Subject{StoryID: x.StoryID}); err != nil || len(rows) != len(models.Purposes) {
			w.t.Errorf("%d rows of consent, %v", len(rows), err)
		}
	})
}

func TestTwoSendAtOnce(t *testing.T) {
	eachFront(t, func(w *front) {
		x, _ := w.begin()
		w.fill(x)
		refs := make([]string, 4)
		var wg sync.WaitGroup
		for i := range refs {
			wg.Go(func() {
				s, err := w.Send(w.ctx, x, w.sending())
				if err != nil {
					w.t.Error(err)
				}
				refs[i] = s.Ref
			})
		}
		wg.Wait()
		for _, r := range refs {
			if r == "" || r != refs[0] {
				w.t.Errorf("references %v", refs)
			}
		}
		if rows, err := w.st.Consents(w.ctx, x.BranchID, store.Subject{StoryID: x.StoryID}); err != nil || len(rows) != len(models.Purposes) {
			w.t.Errorf("%d rows of consent, %v", len(rows), err)
		}
	})
}

func TestFloodsAreHeldAside(t *testing.T) {
	eachFront(t, func(w *front) {
		send := func(cmd intake.Sending, proof bool) models.Story {
			x, _ := w.begin()
			w.fill(x)
			if proof {
				cmd.Proof = prove(w.Challenge(x))
			}
			s, err := w.Send(w.ctx, x, cmd)
			w.must(err)
			return s
		}
		trap := w.sending()
		trap.Trap = true
		if s := send(trap, true); s.State != models.StoryHeld || s.HeldReason != intake.HeldTrap || s.Ref == "" || s.Content == "" {
			w.t.Errorf("a trap: %+v", s)
		}
		w.Limits.Sends, w.Limits.ProofBits = 2, 8
		for range 2 {
			if s := send(w.sending(), false); s.State != models.StoryNew {
				w.t.Errorf("a story: %+v", s)
			}
		}
		if s := send(w.sending(), false); s.State != models.StoryHeld || s.HeldReason != intake.HeldFlood {
			w.t.Errorf("one too many from an address: %+v", s)
		}
		bad := w.sending()
		bad.Proof = strings.Repeat("0", 65)
		if s := send(bad, false); s.State != models.StoryHeld {
			w.t.Errorf("a bad proof: %+v", s)
		}
		if s := send(w.sending(), true); s.State != models.StoryNew {
			w.t.Errorf("with a proof: %+v", s)
		}
		w.Limits.Sends, w.Limits.BranchSends = 100, 6
		if s := send(w.sending(), false); s.State != models.StoryHeld || s.HeldReason != intake.HeldFlood {
			w.t.Errorf("one too many for the branch: %+v", s)
		}
		w.now = w.now.Add(10*time.Minute + time.Second)
		if s := send(w.sending(), false); s.State != models.StoryNew {
			w.t.Errorf("ten minutes later: %+v", s)
		}
	})
}

func prove(salt string, need int) string {
	for n := 0; ; n++ {
		sum := sha256.Sum256(fmt.Appendf(nil, "%s%d", salt, n))
		if bits.LeadingZeros32(uint32(sum[0])<<24|uint32(sum[1])<<16|uint32(sum[2])<<8|uint32(sum[3])) >= need {
			return fmt.Sprint(n)
		}
	}
}

func TestWhereNoStoriesAreTaken(t *testing.T) {
	eachFront(t, func(w *front) {
		_, _, err := w.Start(w.ctx, "south", "en", models.Actor{})
		w.refused(err, "error.branch.closed")
		_, _, err = w.Start(w.ctx, "nowhere", "en", models.Actor{})
		w.refused(err, "error.branch.unknown")
		x, token := w.begin()
		w.fill(x)
		w.must(w.st.UpdateIntake(w.ctx, w.open.ID, false, "", 12))
		x, err = w.Resume(w.ctx, token)
		w.must(err)
		_, err = w.Send(w.ctx, x, w.sending())
		w.refused(err, "error.branch.closed")
		if a, err := w.Answers(w.ctx, x); err != nil || a.Story != planted {
			w.t.Errorf("the draft: %+v, %v", a, err)
		}
	})
}

func TestHelpersTakeStoriesDown(t *testing.T) {
	eachFront(t, func(w *front) {
		helper, other := w.actor(w.open, access.Helper, "anika"), w.actor(w.open, access.Helper, "niamh")
		away := w.actor(w.closed, access.Helper, "hoa")
		member := w.actor(w.open, access.Member, "lukasz")
		_, _, err := w.Start(w.ctx, "north", "bn", member)
		if models.CodeOf(err) != models.CodeForbidden {
			w.t.Errorf("a member took a story down: %v", err)
		}
		_, _, err = w.Start(w.ctx, "north", "bn", away)
		w.refused(err, "error.branch.unknown")
		x, token, err := w.Start(w.ctx, "north", "bn", helper)
		w.must(err)
		if !x.Helper || x.AccountID != helper.AccountID || x.Story.How != models.HowHelper || x.Story.TakenBy != helper.AccountID {
			w.t.Errorf("session %+v", x)
		}
		w.fill(x)
		_, err = w.Send(w.ctx, x, w.sending())
		w.refused(err, "error.consent.spoken")
		code, err := w.Code(w.ctx, x)
		w.must(err)
		w.must(w.Save(w.ctx, x, func(a *models.Answers) { a.SpokenConsent = true }))
		_, err = w.Send(w.ctx, x, w.sending())
		w.must(err)
		rows, err := w.st.Consents(w.ctx, w.open.ID, store.Subject{StoryID: x.StoryID})
		if err != nil || rows[0].How != models.ConsentSpoken || rows[0].TakenBy != helper.AccountID {
			w.t.Errorf("consents %+v, %v", rows, err)
		}
		if err := w.HandOver(w.ctx, other, x); models.CodeOf(err) != models.CodeForbidden {
			w.t.Errorf("handed over by another: %v", err)
		}
		if err := w.HandOver(w.ctx, away, x); models.CodeOf(err) != models.CodeNotFound {
			w.t.Errorf("handed over from another branch: %v", err)
		}
		w.must(w.HandOver(w.ctx, helper, x))
		_, err = w.Resume(w.ctx, token)
		w.refused(err, "error.session")
		token, err = w.OpenByCode(w.ctx, code, "")
		w.must(err)
		if x, err = w.Resume(w.ctx, token); err != nil || x.Helper || x.AccountID != 0 {
			w.t.Errorf("the teller's session %+v, %v", x, err)
		}
		taken, err := w.Taken(w.ctx, helper)
		if err != nil || len(taken) != 1 || !taken[0].HandedOver || taken[0].Content != "" || taken[0].Area != "" || len(taken[0].Sealed) != 0 || taken[0].Ref == "" {
			w.t.Errorf("taken %+v, %v", taken, err)
		}
		if taken, err := w.Taken(w.ctx, other); err != nil || len(taken) != 0 {
			w.t.Errorf("another helper sees %+v, %v", taken, err)
		}
		// A paper form: its code becomes the story's, once.
		paper := intake.NewCode()
		y, _, err := w.StartWithCode(w.ctx, helper, paper, "en")
		w.must(err)
		if shown, err := w.Code(w.ctx, y); err != nil || shown != paper || y.Story.How != models.HowPaper {
			w.t.Errorf("the code of a paper form is %s, %v", shown, err)
		}
		_, _, err = w.StartWithCode(w.ctx, other, paper, "en")
		w.refused(err, "error.code.taken")
		_, _, err = w.StartWithCode(w.ctx, other, "1234 5678 9012 3456", "en")
		w.refused(err, "error.code.slip")
		w.fill(y)
		_, err = w.Send(w.ctx, y, w.sending())
		w.must(err)
		if rows, err = w.st.Consents(w.ctx, w.open.ID, store.Subject{StoryID: y.StoryID}); err != nil || rows[0].How != models.ConsentPaper || rows[0].TakenBy != helper.AccountID {
			w.t.Errorf("consents %+v, %v", rows, err)
		}
	})
}

func TestAMemberOpensTheirCase(t *testing.T) {
	eachFront(t, func(w *front) {
		member, other := w.actor(w.open, access.Member, "oconnor"), w.actor(w.open, access.Member, "hoa")
		m := models.Member{BranchID: w.open.ID, AccountID: member.AccountID, Name: "O'Connor", Household: "x", Tenure: models.TenureAssured}
		w.must(w.st.AddMember(w.ctx, &m))
		c := models.Case{BranchID: w.open.ID, MemberID: m.ID, Ref: models.Reference("NOR", 2026, 1), Theme: models.ThemeHeating, Title: "Cold", OpenedOn: civil.MustParse("2026-03-01"),
			Status: models.StatusStoryReceived, StatusOn: civil.MustParse("2026-03-01")}
		w.must(w.st.AddCase(w.ctx, &c))
		if _, err := w.OpenFor(w.ctx, other, c.Ref); models.CodeOf(err) != models.CodeNotFound {
			w.t.Errorf("somebody else's case: %v", err)
		}
		var ids []int64
		for range 2 {
			token, err := w.OpenFor(w.ctx, member, c.Ref)
			w.must(err)
			x, err := w.Resume(w.ctx, token)
			w.must(err)
			if x.Story.How != models.HowOffice || x.Story.State != models.StoryCase || x.Story.CaseID != c.ID || x.AccountID != member.AccountID || x.Helper || x.Draft() {
				w.t.Errorf("session %+v", x)
			}
			ids = append(ids, x.StoryID)
			_, err = w.Code(w.ctx, x)
			w.refused(err, "error.code.hidden")
			w.must(w.Reply(w.ctx, x, "They called."))
			w.must(addPhoto(w, x, int64(len(ids))))
			_, err = w.StartUpload(w.ctx, x, "bath.jpg", 1000)
			w.refused(err, "error.file.whole")
			if a, err := w.Answers(w.ctx, x); err != nil || a.Story != "" {
				w.t.Errorf("answers %+v, %v", a, err)
			}
			_, err = w.Send(w.ctx, x, w.sending())
			w.must(err)
		}
		if ids[0] != ids[1] {
			w.t.Errorf("two shells for one case: %v", ids)
		}
	})
}

func TestLinksByMail(t *testing.T) {
	eachFront(t, func(w *front) {
		x, _ := w.begin()
		w.refused(w.MailLink(w.ctx, x, "hoa@example.org"), "error.mail.off")
		w.must(w.TellOfQuestion(w.ctx, x.BranchID, x.StoryID))
		server := mailtest.Start(w.t, mailtest.Plain)
		at := w.now
		mailer, err := mail.New(mail.Config{Host: server.Host, Port: server.Port, From: "hello@site.example", TLS: mail.Plain, Now: func() time.Time { return at }})
		w.must(err)
		w.SendMail(mailer, "https://site.example/", slog.New(slog.DiscardHandler))
		w.t.Cleanup(w.Close)
		w.fill(x)
		w.refused(w.MailLink(w.ctx, x, " "), "error.email.empty")
		w.refused(w.MailLink(w.ctx, x, "hoa"), "error.email.wrong")
		x.Lang = "en"
		w.must(w.MailLink(w.ctx, x, " Hoa@Example.org "))
		text := letter(w, server.Next())
		found := regexp.MustCompile(`https://site\.example/come-back/([\w-]{43})\n`).FindStringSubmatch(text)
		if found == nil {
			w.t.Fatalf("no link in %q", text)
		}
		for _, word := range []string{"hous", "landlord", "Harbour", "North", "story", "tenant", planted} {
			if strings.Contains(strings.ToLower(text), strings.ToLower(word)) {
				w.t.Errorf("the mail says %q: %s", word, text)
			}
		}
		if where := w.holds(found[1]); len(where) > 0 {
			w.t.Errorf("the link lies in %v", where)
		}
		works := func(want bool) {
			w.t.Helper()
			err := w.LinkWorks(w.ctx, found[1])
			token, err2 := w.OpenByLink(w.ctx, found[1])
			if (err == nil) != want || (err2 == nil) != want {
				w.t.Fatalf("the link: %v, %v", err, err2)
			}
			if !want {
				w.refused(err, "error.link")
				return
			}
			y, err := w.Resume(w.ctx, token)
			w.must(err)
			if a, err := w.Answers(w.ctx, y); err != nil || a.Story != planted {
				w.t.Errorf("by the link: %+v, %v", a, err)
			}
		}
		works(true)
		w.now = w.now.Add(20 * 24 * time.Hour)
		w.must(w.Save(w.ctx, x, func(a *models.Answers) { a.Email, a.SafeWays = "hoa@example.org", []string{"email"} }))
		w.now = w.now.Add(20 * 24 * time.Hour)
		works(true)
		_, err = w.Send(w.ctx, x, w.sending())
		w.must(err)
		w.now = w.now.Add(89 * 24 * time.Hour)
		works(true)
		w.must(w.TellOfQuestion(w.ctx, x.BranchID, x.StoryID))
		text = letter(w, server.Next())
		if !strings.Contains(text, "https://site.example/come-back\n") || strings.Contains(text, "North") || strings.Contains(text, "Harbour") {
			w.t.Errorf("the mail of a question: %q", text)
		}
		w.now = w.now.Add(2 * 24 * time.Hour)
		works(false)
		for range 5 {
			err = w.MailLink(w.ctx, x, "other@example.org")
		}
		w.must(err)
		w.refused(w.MailLink(w.ctx, x, "other@example.org"), "error.mail.too_many")
	})
}

func letter(w *front, r mailtest.Received) string {
	m := r.Message(w.t)
	body, err := io.ReadAll(quotedprintable.NewReader(m.Body))
	w.must(err)
	return m.Header.Get("Subject") + "\n" + strings.ReplaceAll(string(body), "\r\n", "\n")
}

// A new code ends the old one, links and other browsers; the browser that asked goes on.
func TestANewCode(t *testing.T) {
	eachFront(t, func(w *front) {
		x, token := w.begin()
		w.fill(x)
		old, err := w.Code(w.ctx, x)
		w.must(err)
		other, err := w.OpenByCode(w.ctx, old, "")
		w.must(err)
		w.must(w.ChangeCode(w.ctx, x))
		fresh, err := w.Code(w.ctx, x)
		w.must(err)
		if fresh == old {
			w.t.Fatal("the code is the old one")
		}
		_, err = w.OpenByCode(w.ctx, old, "")
		w.refused(err, "error.code.wrong")
		if _, err := w.Resume(w.ctx, other); models.CodeOf(err) != models.CodeSignIn {
			w.t.Errorf("another browser goes on: %v", err)
		}
		here, err := w.Resume(w.ctx, token)
		w.must(err)
		if a, err := w.Answers(w.ctx, here); err != nil || a.Story == "" {
			w.t.Errorf("the answers are %+v, %v", a, err)
		}
		again, err := w.OpenByCode(w.ctx, fresh, "")
		w.must(err)
		there, err := w.Resume(w.ctx, again)
		w.must(err)
		if a, err := w.Answers(w.ctx, there); err != nil || a.Story == "" {
			w.t.Errorf("by the new code the answers are %+v, %v", a, err)
		}
	})
}
