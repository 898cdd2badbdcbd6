package jobs

import (
	"bytes"
	"context"
	"image"
	"image/jpeg"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"commoncase/app/files"
	"commoncase/app/intake"
	"commoncase/app/store"
	"commoncase/models"
)

// secret stands in what members send, and in no copy.
const secret = "51.5033N 0.1195W serial 4711"

// picture is a photo that says more than it should, and a broken one.
func picture(t testing.TB) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := jpeg.Encode(&b, image.NewGray(image.Rect(0, 0, 40, 30)), nil); err != nil {
		t.Fatal(err)
	}
	remark := append([]byte{0xFF, 0xD8, 0xFF, 0xFE, 0, byte(len(secret) + 2)}, secret...)
	return append(remark, b.Bytes()[2:]...)
}

// story is one that was sent, on a case or not.
func (w *world) story(state models.StoryState, caseID int64, ref string) models.Story {
	w.t.Helper()
	now := w.Now()
	x := models.Story{BranchID: w.branch.ID, Ref: ref, State: state, How: models.HowSelf, Lang: "en", Sealed: []byte("x"), Content: "{}", CaseID: caseID, SentAt: &now}
	w.must(w.st.AddStory(w.t.Context(), &x))
	return x
}

// sent keeps a file of a story as intake does, with whatever is to follow in the same transaction.
func (w *world) sent(x models.Story, mediaType, name string, data []byte, then func(ctx context.Context, tx *store.Store, id int64) error) models.StoryFile {
	w.t.Helper()
	ctx := w.t.Context()
	fs, err := files.Open(filepath.Join(w.dir, "files"))
	w.must(err)
	defer fs.Close()
	hash, size, err := fs.Put(ctx, bytes.NewReader(data), files.MaxSize)
	w.must(err)
	f := models.StoryFile{BranchID: w.branch.ID, StoryID: x.ID, Purpose: models.FileEvidence, State: models.FilePending, Size: size, Arrived: size, MediaType: mediaType, Name: name, Hash: hash}
	w.must(w.st.Tx(ctx, func(tx *store.Store) error {
		if err := tx.AddStoryFile(ctx, &f); err != nil {
			return err
		}
		if then == nil {
			return nil
		}
		return then(ctx, tx, f.ID)
	}))
	return f
}

// copied waits for what becomes of the copy of a file.
func (w *world) copied(f models.StoryFile) models.StoryFile {
	w.t.Helper()
	for range 400 {
		got, err := w.st.FileOfBranch(w.t.Context(), w.branch.ID, f.ID)
		w.must(err)
		if got.State != models.FilePending {
			return got
		}
		time.Sleep(25 * time.Millisecond)
	}
	w.t.Fatalf("file %d is still pending", f.ID)
	return f
}

func (w *world) bytes(hash string) []byte {
	w.t.Helper()
	fs, err := files.Open(filepath.Join(w.dir, "files"))
	w.must(err)
	defer fs.Close()
	r, err := fs.Open(w.t.Context(), hash)
	w.must(err)
	defer r.Close()
	var b bytes.Buffer
	_, err = b.ReadFrom(r)
	w.must(err)
	return b.Bytes()
}

// A program that is killed in the midst of a copy takes it up again; so it does with a file that no job is left for.
func TestCopiesAfterAKill(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		x := w.story(models.StoryNew, 0, "AAA-S-23-0001-A")
		data := picture(t)
		one := w.sent(x, models.TypeJPEG, "bath.jpg", data, nil)
		broken := w.sent(x, models.TypeJPEG, "broken.jpg", data[:100], nil)
		w.killAt("copying")
		if f, err := w.st.FileOfBranch(t.Context(), w.branch.ID, one.ID); err != nil || f.State != models.FilePending {
			t.Fatalf("right after: %s, %v", f.State, err)
		}
		w.must(w.Start(t.Context()))
		got := w.copied(one)
		if got.State != models.FileReady || got.Pages != 1 || got.Copy == got.Hash {
			t.Fatalf("%+v", got)
		}
		if !bytes.Equal(w.bytes(got.Hash), data) || !bytes.Contains(data, []byte(secret)) {
			t.Error("the original is not as it came")
		}
		if bytes.Contains(w.bytes(got.Copy), []byte(secret)) {
			t.Error("the copy says where and with what it was taken")
		}
		if got.AttachmentID != 0 {
			t.Error("a story in the inbox has no case")
		}
		bad := w.copied(broken)
		if bad.State != models.FileFailed || !strings.Contains(bad.Error, "This picture cannot be opened") || bad.Copy != "" {
			t.Errorf("%+v", bad)
		}
		if !bytes.Equal(w.bytes(bad.Hash), data[:100]) {
			t.Error("the original of what cannot be copied is gone")
		}
		// asked once more, nothing changes
		w.must(w.cases.MakeCopy(t.Context(), one.ID))
		w.must(w.cases.MakeCopy(t.Context(), 987654))
		if again := w.copied(one); again.Copy != got.Copy {
			t.Errorf("%+v", again)
		}
	})
}

// A file of a story that has become a case is put on it: with the story where it came with it, else under a note of its day, one for
// all files of a day.
func TestCopiesGoOnTheCase(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		ctx := t.Context()
		c := w.lateCase(w.cw, w.cw.AccountID)
		x := w.story(models.StoryCase, c.ID, "AAA-S-23-0002-B")
		w.set("2023-07-31 11:00") // before the case was opened from the story
		early := w.sent(x, models.TypeJPEG, "early.jpg", append(picture(t), 0, 0), w.copyFile)
		w.set("2023-08-01 09:00")
		late := w.sent(x, models.TypeJPEG, "late.jpg", picture(t), w.copyFile)
		later := w.sent(x, models.TypeJPEG, "later.jpg", append(picture(t), 0), w.copyFile)
		w.must(w.Start(ctx))
		w.copied(early)
		w.copied(late)
		w.copied(later)
		events, err := w.st.Events(ctx, w.branch.ID, c.ID)
		w.must(err)
		as, err := w.st.Attachments(ctx, w.branch.ID, c.ID)
		w.must(err)
		at := map[string]models.Event{}
		notes := 0
		for _, e := range events {
			if e.ByMember {
				notes++
			}
			for _, a := range as {
				if a.EventID == e.ID {
					at[a.Name] = e
				}
			}
		}
		if len(as) != 3 || notes != 1 || at["early.jpg"].Kind != models.KindStoryReceived || at["late.jpg"].Kind != models.KindNote || !at["late.jpg"].ByMember ||
			at["late.jpg"].On.String() != "2023-08-01" || at["later.jpg"].ID != at["late.jpg"].ID {
			t.Errorf("%d files, %d notes: %+v", len(as), notes, at)
		}
		read, err := w.st.CaseFile(ctx, w.branch.ID, c.Ref)
		w.must(err)
		if read.Case.Version <= c.Version {
			t.Error("the case does not know that something was added to it")
		}
	})
}

// What intake keeps is put on the queue with it.
func TestIntakePutsCopiesOnTheQueue(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		fs, err := files.Open(filepath.Join(w.dir, "files"))
		w.must(err)
		defer fs.Close()
		in := intake.New(w.st, fs, filepath.Join(w.dir, "drafts"), w.Now)
		cfg := w.cfg
		cfg.Intake, cfg.Mailer = in, nil
		s, err := New(cfg)
		w.must(err)
		defer func() { w.must(s.Stop()) }()
		w.must(s.Start(t.Context()))
		w.must(w.st.UpdateIntake(t.Context(), w.branch.ID, true, "", 12))
		x, _, err := in.Start(t.Context(), w.branch.Slug, "en", models.Actor{})
		w.must(err)
		f, err := in.AddFile(t.Context(), x, "bath.jpg", models.FileEvidence, bytes.NewReader(picture(t)))
		w.must(err)
		if f.State != models.FileSealed {
			t.Fatalf("%+v", f)
		}
		w.must(in.Save(t.Context(), x, func(a *models.Answers) {
			a.Story, a.Themes, a.Anonymous, a.ReadRetaliation = "Mould in the bathroom.", []models.Theme{"damp_mould"}, true, true
			a.Consents = map[models.Purpose]models.ConsentValue{models.PurposeRecord: models.ConsentYes}
		}))
		if _, err := in.Send(t.Context(), x, intake.Sending{}); err != nil {
			t.Fatal(err)
		}
		if got := w.copied(f); got.State != models.FileReady {
			t.Errorf("%+v", got)
		}
	})
}
