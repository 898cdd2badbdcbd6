package intake

import (
	"bufio"
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"path"
	"strings"
	"time"
	"unicode"

	"commoncase/app/files"
	"commoncase/app/store"
	"commoncase/models"
	"commoncase/models/catalogue"
)

// headBytes is how much of a file its kind is told from.
const headBytes = 3072

// leastKept is how much of a piece must have come, when the line breaks in the midst of it, to be kept.
const leastKept = 64 << 10

// Files returns the files of a story, with their names, in the order in which they came.
func (s *Service) Files(ctx context.Context, x Session) ([]models.StoryFile, error) {
	fs, err := s.st.FilesOfStory(ctx, x.BranchID, x.StoryID)
	if err != nil {
		return nil, err
	}
	for i := range fs {
		x.name(&fs[i])
	}
	return fs, nil
}

// named is what is sealed of a file.
type named struct {
	Name  string `json:"name"`
	Title string `json:"title"`
}

func namingOf(folder string) string { return "name of upload " + folder }

// name fills in what a sealed file is called, where the session can tell.
func (x *Session) name(f *models.StoryFile) {
	if f.State != models.FileArriving && f.State != models.FileSealed {
		return
	}
	var n named
	if plain, err := unseal(x.key, namingOf(f.Pieces), f.Sealed); err == nil && json.Unmarshal(plain, &n) == nil {
		f.Name, f.Title = n.Name, n.Title
	}
}

// fileName is what a sender calls a file, as it can be kept: the last part of a path, without what cannot be seen, and without marks that turn
// the direction of writing and make "gpj.exe" look like "exe.jpg". The end stays, for it says what the file claims to be.
func fileName(name string) string {
	name = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r) {
			return -1
		}
		return r
	}, strings.ToValidUTF8(name, "\uFFFD"))
	name = strings.TrimSpace(path.Base(strings.ReplaceAll(name, `\`, "/")))
	if name == "" || name == "." || name == "/" {
		return "file"
	}
	if rs := []rune(name); len(rs) > maxLine {
		name = string(rs[:maxLine-20]) + string(rs[len(rs)-20:])
	}
	return name
}

func titleOf(name string) string {
	if title := strings.TrimSuffix(name, path.Ext(name)); title != "" {
		return title
	}
	return name
}

// StartUpload begins to take in a file of so many bytes, which come with Append. A file that is empty or too large, or one more than a
// story may have, is a models.Error; nothing is kept then.
func (s *Service) StartUpload(ctx context.Context, x Session, name string, size int64) (models.StoryFile, error) {
	name = fileName(name)
	switch {
	case size <= 0:
		return models.StoryFile{}, fileError(models.CodeBadFile, "error.file.empty", name)
	case size > files.MaxSize:
		return models.StoryFile{}, fileError(models.CodeTooLarge, "error.file.large", name)
	}
	return s.beginFile(ctx, x, name, models.FileEvidence, size)
}

// beginFile adds the row and the folder of a file; a size of 0 is one that is not known yet.
func (s *Service) beginFile(ctx context.Context, x Session, name string, purpose models.FilePurpose, size int64) (models.StoryFile, error) {
	if len(x.key) == 0 {
		return models.StoryFile{}, catalogue.Errorf(models.CodeUnready, "error.file.whole")
	}
	f := models.StoryFile{BranchID: x.BranchID, StoryID: x.StoryID, Purpose: purpose, State: models.FileArriving, Pieces: strings.ToLower(rand.Text()), Size: size}
	plain, err := json.Marshal(named{Name: name, Title: titleOf(name)})
	if err != nil {
		return f, fmt.Errorf("begin a file: %w", err)
	}
	f.Sealed = seal(x.key, namingOf(f.Pieces), plain)
	root, err := s.openRoot()
	if err != nil {
		return f, err
	}
	defer root.Close()
	if err := root.Mkdir(f.Pieces, 0o700); err != nil {
		return f, fmt.Errorf("begin a file: %w", err)
	}
	err = s.st.Tx(ctx, func(tx *store.Store) error {
		if _, err := tx.LockStoryByID(ctx, x.BranchID, x.StoryID); err != nil {
			return err
		}
		if err := s.room(ctx, tx, x, 0, size, name); err != nil {
			return err
		}
		return tx.AddStoryFile(ctx, &f)
	})
	if err != nil {
		return f, errors.Join(err, root.RemoveAll(f.Pieces))
	}
	f.Name, f.Title = name, titleOf(name)
	return f, nil
}

// room checks that a story, which is locked, may have so many bytes more, in the file id or, where that is 0, in one more file. Where all
// drafts together have too many it is too_many: it may be tried again.
func (s *Service) room(ctx context.Context, tx *store.Store, x Session, id, more int64, name string) error {
	if x.Draft() {
		all, err := tx.BytesOfPieces(ctx) // what has arrived: what is announced costs nobody anything
		if err != nil {
			return err
		}
		if all+more > s.Limits.AllBytes {
			return catalogue.Errorf(models.CodeTooMany, "error.busy")
		}
	}
	fs, err := tx.FilesOfStory(ctx, x.BranchID, x.StoryID)
	if err != nil {
		return err
	}
	total := more
	for _, f := range fs {
		if f.ID == id && f.Size > 0 { // what is announced was counted when it began
			return nil
		}
		total += max(f.Size, f.Arrived)
	}
	if id == 0 && len(fs) >= s.Limits.Files {
		return catalogue.Errorf(models.CodeTooMany, "error.file.too_many", "Name", name, "N", s.Limits.Files)
	}
	if total > s.Limits.Bytes {
		return catalogue.Errorf(models.CodeTooLarge, "error.file.all", "Name", name, "N", s.Limits.Bytes>>20)
	}
	return nil
}

// Upload returns a file with how much of it has arrived.
func (s *Service) Upload(ctx context.Context, x Session, id int64) (models.StoryFile, error) {
	f, err := s.st.FileOfStory(ctx, x.BranchID, x.StoryID, id)
	if models.CodeOf(err) == models.CodeNotFound {
		return f, catalogue.Errorf(models.CodeNotFound, "error.file.gone")
	}
	x.name(&f)
	return f, err
}

// Append takes in more of a file: the bytes of r, which begin at offset. It returns how many bytes of the file are kept now, with an error too:
// conflict where offset is not where the file stands. When the last byte has come the file is looked at; one that is not what it says, or of a
// kind that is not taken, is bad_file, and nothing of it is kept. Where the line breaks, what came is kept.
func (s *Service) Append(ctx context.Context, x Session, id, offset int64, r io.Reader) (arrived int64, err error) {
	f, err := s.Upload(ctx, x, id)
	if err != nil {
		return 0, err
	}
	if f.State != models.FileArriving || f.Size == 0 || f.Arrived != offset {
		return f.Arrived, catalogue.Errorf(models.CodeConflict, "error.file.offset", "Name", f.Name)
	}
	if err := s.arrive(ctx, x, &f, r); err != nil {
		return f.Arrived, err
	}
	return f.Arrived, nil
}

// AddFile takes in a whole file. While the story is a draft it is sealed; afterwards the original is kept at once, and its copy is made in the
// background. A file that is empty, too large, of a kind that is not taken, or not what its name says is a models.Error with its name in it,
// and nothing of it is kept.
func (s *Service) AddFile(ctx context.Context, x Session, name string, purpose models.FilePurpose, r io.Reader) (models.StoryFile, error) {
	name = fileName(name)
	story, err := s.st.StoryByID(ctx, x.BranchID, x.StoryID)
	if err != nil {
		return models.StoryFile{}, err
	}
	if story.State != models.StoryDraft {
		return s.addSent(ctx, x, story, name, purpose, r)
	}
	f, err := s.beginFile(ctx, x, name, purpose, 0)
	if err != nil {
		return models.StoryFile{}, err
	}
	if err := s.arrive(ctx, x, &f, r); err != nil {
		// Nobody can go on with a file whose length was not said: what came of it goes.
		return models.StoryFile{}, errors.Join(err, s.dropFile(context.WithoutCancel(ctx), f))
	}
	return f, nil
}

// arrive takes in what r has of a file, piece by piece.
func (s *Service) arrive(ctx context.Context, x Session, f *models.StoryFile, r io.Reader) error {
	root, err := s.openRoot()
	if err != nil {
		return err
	}
	defer root.Close()
	p := pieces{root: root, key: x.key, name: f.Pieces}
	buf := make([]byte, pieceSize)
	most := int64(files.MaxSize)
	if f.Size > 0 {
		most = f.Size
	}
	for {
		n, broke := io.ReadFull(r, buf)
		ended := errors.Is(broke, io.EOF) || errors.Is(broke, io.ErrUnexpectedEOF)
		if broke != nil && !ended && (n < leastKept || f.Size == 0) {
			return catalogue.Errorf(models.CodeBadFile, "error.file.broken", "Name", f.Name)
		}
		if f.Arrived+int64(n) > most {
			if f.Size == 0 {
				return fileError(models.CodeTooLarge, "error.file.large", f.Name)
			}
			return errors.Join(s.dropFile(ctx, *f), fileError(models.CodeBadFile, "error.file.changed", f.Name))
		}
		whole := f.Size > 0 && f.Arrived+int64(n) == f.Size || f.Size == 0 && ended
		if n > 0 {
			if err := s.keepPiece(ctx, x, p, f, buf[:n]); err != nil {
				return err
			}
		}
		if whole {
			if err := s.finish(ctx, x, p, f); err != nil {
				return err
			}
		}
		switch {
		case broke != nil && !ended:
			return catalogue.Errorf(models.CodeBadFile, "error.file.broken", "Name", f.Name)
		case ended:
			return nil
		case whole: // is there more than was said?
			if n, _ := io.ReadFull(r, buf[:1]); n > 0 && f.State != models.FileArriving {
				return errors.Join(s.dropFile(ctx, *f), fileError(models.CodeBadFile, "error.file.changed", f.Name))
			}
			return nil
		}
	}
}

// keepPiece keeps the next piece of a file.
func (s *Service) keepPiece(ctx context.Context, x Session, p pieces, f *models.StoryFile, plain []byte) error {
	if f.Arrived == 0 && len(plain) >= headBytes { // told at the first piece, nobody sends the rest for nothing
		if _, err := sniff(f.Name, plain[:headBytes]); err != nil {
			return errors.Join(err, s.dropFile(ctx, *f))
		}
	}
	temp, err := p.write(f.Arrived, plain)
	if err != nil {
		return err
	}
	defer func() { _ = p.root.Remove(temp) }() // where it was not placed
	next := *f
	next.Arrived += int64(len(plain))
	err = s.advance(ctx, x, f, next, func(tx *store.Store) error {
		if err := s.room(ctx, tx, x, f.ID, int64(len(plain)), f.Name); err != nil {
			return err
		}
		return p.place(temp, f.Arrived)
	})
	if models.CodeOf(err) == models.CodeTooLarge {
		return errors.Join(err, s.dropFile(ctx, *f))
	}
	return err
}

// advance writes a file that has come further, if it still stands where it stood; before is done first, in the same transaction.
func (s *Service) advance(ctx context.Context, x Session, f *models.StoryFile, next models.StoryFile, before func(tx *store.Store) error) error {
	name, title := f.Name, f.Title
	err := s.st.Tx(ctx, func(tx *store.Store) error {
		if _, err := tx.LockStoryByID(ctx, x.BranchID, x.StoryID); err != nil {
			return err
		}
		was, err := tx.FileOfStory(ctx, x.BranchID, x.StoryID, f.ID)
		if models.CodeOf(err) == models.CodeNotFound {
			return catalogue.Errorf(models.CodeNotFound, "error.file.gone")
		} else if err != nil {
			return err
		}
		if was.State != f.State || was.Arrived != f.Arrived {
			f.Arrived = was.Arrived
			return catalogue.Errorf(models.CodeConflict, "error.file.offset", "Name", name)
		}
		if err := before(tx); err != nil {
			return err
		}
		if next.State == models.FileArriving || next.State == models.FileSealed {
			next.Name, next.Title = "", "" // they lie in what is sealed
		}
		return tx.UpdateStoryFile(ctx, next, was)
	})
	if err != nil {
		return err
	}
	next.Name, next.Title = name, title
	*f = next
	return nil
}

// finish looks at a file of which all has come.
func (s *Service) finish(ctx context.Context, x Session, p pieces, f *models.StoryFile) error {
	mediaType, err := lookAt(p, f.Name, f.Arrived)
	if models.CodeOf(err) == models.CodeBadFile {
		return errors.Join(err, s.dropFile(ctx, *f))
	} else if err != nil {
		return err
	}
	next := *f
	next.MediaType, next.State, next.Size = mediaType, models.FileSealed, f.Arrived
	if x.Draft() {
		return s.advance(ctx, x, f, next, func(*store.Store) error { return nil })
	}
	if next.Hash, err = s.moveIn(ctx, p, next.Size); err != nil {
		return err
	}
	folder := f.Pieces
	next.State, next.Pieces, next.Sealed = models.FilePending, "", nil
	err = s.advance(ctx, x, f, next, func(tx *store.Store) error {
		story, err := tx.StoryByID(ctx, x.BranchID, x.StoryID)
		if err != nil {
			return err
		}
		return s.cameIn(ctx, tx, x, story, next)
	})
	if err != nil {
		return err
	}
	return s.removePieces(folder)
}

// cameIn does what follows when a file of a story that was sent is there.
func (s *Service) cameIn(ctx context.Context, tx *store.Store, x Session, story models.Story, f models.StoryFile) error {
	if err := s.afterFile(ctx, tx, f.ID); err != nil {
		return err
	}
	if err := tx.MarkStoryUnread(ctx, x.BranchID, x.StoryID); err != nil {
		return err
	}
	return tx.AddAudit(ctx, x.actor(), "story.file", story.Ref, f.MediaType)
}

// moveIn puts the bytes of sealed pieces where originals are kept.
func (s *Service) moveIn(ctx context.Context, p pieces, size int64) (hash string, err error) {
	u, err := openPieces(p, size)
	if err != nil {
		return "", err
	}
	hash, n, err := s.files.Put(ctx, u, files.MaxSize)
	if err == nil && n != size {
		err = fmt.Errorf("move an upload in: %d bytes of %d: %w", n, size, errUnsealed)
	}
	return hash, err
}

// addSent takes in a whole file of a story that was sent.
func (s *Service) addSent(ctx context.Context, x Session, story models.Story, name string, purpose models.FilePurpose, r io.Reader) (models.StoryFile, error) {
	if story.State == models.StoryErased {
		return models.StoryFile{}, gone()
	}
	br := bufio.NewReaderSize(r, headBytes)
	head, err := br.Peek(headBytes)
	if err != nil && !errors.Is(err, io.EOF) {
		return models.StoryFile{}, catalogue.Errorf(models.CodeBadFile, "error.file.broken", "Name", name)
	}
	head = bytes.Clone(head)
	if _, err := sniff(name, head); err != nil {
		return models.StoryFile{}, err
	}
	kept, err := s.files.Receive(ctx, name, br) // looks at all of it
	if err != nil {
		return models.StoryFile{}, speak(err, name, head)
	}
	f := models.StoryFile{BranchID: x.BranchID, StoryID: x.StoryID, Purpose: purpose, State: models.FilePending, Size: kept.Size, Arrived: kept.Size,
		MediaType: kept.MediaType, Name: name, Title: titleOf(name), Hash: kept.Hash}
	err = s.st.Tx(ctx, func(tx *store.Store) error {
		story, err := tx.LockStoryByID(ctx, x.BranchID, x.StoryID)
		if err != nil {
			return err
		}
		if err := s.room(ctx, tx, x, 0, kept.Size, name); err != nil {
			return err
		}
		if err := tx.AddStoryFile(ctx, &f); err != nil {
			return err
		}
		return s.cameIn(ctx, tx, x, story, f)
	})
	if err != nil {
		return models.StoryFile{}, errors.Join(err, s.forget(context.WithoutCancel(ctx), kept.Hash))
	}
	return f, nil
}

// DropFile takes a file away again, while the story is a draft or the file is not whole.
func (s *Service) DropFile(ctx context.Context, x Session, id int64) error {
	f, err := s.Upload(ctx, x, id)
	if err != nil {
		return err
	}
	if f.State != models.FileArriving && f.State != models.FileSealed {
		return catalogue.Errorf(models.CodeUnready, "error.file.sent", "Name", f.Name)
	}
	return s.dropFile(ctx, f)
}

func (s *Service) dropFile(ctx context.Context, f models.StoryFile) error {
	err := s.st.Tx(ctx, func(tx *store.Store) error {
		if _, err := tx.LockStoryByID(ctx, f.BranchID, f.StoryID); err != nil {
			return err
		}
		return tx.DeleteStoryFile(ctx, f.BranchID, f.StoryID, f.ID)
	})
	if models.CodeOf(err) == models.CodeNotFound { // dropped in another tab, or sent
		return nil
	} else if err != nil {
		return err
	}
	return errors.Join(s.removePieces(f.Pieces), s.forget(ctx, f.Hash))
}

// forget deletes an original that was put where originals are kept and belongs to nothing: of a story that was about to be sent.
func (s *Service) forget(ctx context.Context, hash string) error {
	if hash == "" {
		return nil
	}
	if used, err := s.st.HashInUse(ctx, hash); err != nil || used {
		return err
	}
	if err := s.files.Delete(ctx, hash); err != nil && models.CodeOf(err) != models.CodeNotFound {
		return err
	}
	return nil
}

// lookAt tells the kind of a whole file.
func lookAt(p pieces, name string, size int64) (mediaType string, err error) {
	if size == 0 {
		return "", fileError(models.CodeBadFile, "error.file.empty", name)
	}
	u, err := openPieces(p, size)
	if err != nil {
		return "", err
	}
	head := make([]byte, min(headBytes, size))
	if _, err := u.ReadAt(head, 0); err != nil {
		return "", err
	}
	if mediaType, err = sniff(name, head); err != nil {
		return "", err
	}
	return mediaType, speak(files.Look(name, mediaType, u, size), name, head)
}

// sniff is files.Sniff, saying what is wrong in the words of the members' pages.
func sniff(name string, head []byte) (string, error) {
	mediaType, err := files.Sniff(name, head)
	return mediaType, speak(err, name, head)
}

// speak says what is wrong with a file in the words of the members' pages.
func speak(err error, name string, head []byte) error {
	switch code := models.CodeOf(err); {
	case code == models.CodeTooLarge:
		return fileError(code, "error.file.large", name)
	case code != models.CodeBadFile:
		return err
	case len(head) == 0:
		return fileError(code, "error.file.empty", name)
	}
	if _, other := files.Sniff("", head); other == nil {
		return fileError(models.CodeBadFile, "error.file.lies", name)
	}
	return fileError(models.CodeBadFile, "error.file.kind", name)
}

func fileError(code models.Code, key, name string) *models.Error {
	e := catalogue.Errorf(code, key, "Name", name, "N", files.MaxSize>>20)
	e.Field = "file"
	return e
}

// staleUpload is after how long a file of a story that was sent is given up, of which not all has come.
const staleUpload = 24 * time.Hour
