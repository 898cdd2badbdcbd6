package files

import (
	"bufio"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"

	"gocloud.dev/blob"
	"gocloud.dev/blob/fileblob"
	"gocloud.dev/gcerrors"

	"commoncase/models"
)

// drainLimit is how far past the limit an upload is still read, so that the sentence can say how large the file was.
const drainLimit = 256 << 20

// Store keeps bytes under their SHA-256. The same bytes are kept once, whoever sends them, so Delete belongs to whoever knows
// that nothing else names the hash. A Store may be used by many goroutines.
type Store struct {
	bucket *blob.Bucket
}

// Open opens the store in a folder, which is made where it is missing.
func Open(dir string) (*Store, error) {
	b, err := fileblob.OpenBucket(dir, &fileblob.Options{
		CreateDir:   true,
		DirFileMode: 0o700,
		Metadata:    fileblob.MetadataDontWrite, // no side files: the database knows the type and the name
		NoTempDir:   true,                       // rename within one disk
	})
	if err != nil {
		return nil, fmt.Errorf("open the folder of files %s: %w", dir, err)
	}
	return &Store{bucket: b}, nil
}

// Close releases the folder.
func (s *Store) Close() error {
	if err := s.bucket.Close(); err != nil {
		return fmt.Errorf("close the folder of files: %w", err)
	}
	return nil
}

// Receive takes in one upload: it sniffs the content, holds the name to it, measures it and stores it. The name is what
// the sender calls the file and is never used as a path. Errors for people: models.CodeBadFile (empty, not a kind that is taken,
// or not what its name says) and models.CodeTooLarge; nothing is stored then.
func (s *Store) Receive(ctx context.Context, name string, r io.Reader) (Kept, error) {
	br := bufio.NewReaderSize(r, sniffBytes)
	head, err := br.Peek(sniffBytes)
	if err != nil && !errors.Is(err, io.EOF) {
		return Kept{}, fmt.Errorf("read an upload: %w", err)
	}
	mediaType, err := Sniff(name, head)
	if err != nil {
		return Kept{}, err
	}
	hash, size, err := s.put(ctx, name, mediaType, br, MaxSize)
	if err != nil {
		return Kept{}, err
	}
	return Kept{Hash: hash, Size: size, MediaType: mediaType}, nil
}

// Put stores the bytes of r, at most limit of them, and returns their SHA-256 in hex and their number. More than limit bytes is
// models.CodeTooLarge and none at all models.CodeBadFile; nothing is stored then, nor when r fails half-way.
func (s *Store) Put(ctx context.Context, r io.Reader, limit int64) (hash string, size int64, err error) {
	return s.put(ctx, "", "", r, limit)
}

// put writes to a key of its own first and gives the bytes their name only when all of them are there and were looked at: a reader
// never sees half a file under a hash.
func (s *Store) put(ctx context.Context, name, mediaType string, r io.Reader, limit int64) (hash string, size int64, err error) {
	incoming := "incoming/" + rand.Text()
	wctx, abort := context.WithCancel(ctx)
	defer abort()
	w, err := s.bucket.NewWriter(wctx, incoming, &blob.WriterOptions{ContentType: "application/octet-stream", DisableContentTypeDetection: true})
	if err != nil {
		return "", 0, fmt.Errorf("store a file: %w", err)
	}
	sum := sha256.New()
	size, err = io.Copy(io.MultiWriter(w, sum), io.LimitReader(r, limit+1))
	switch {
	case err != nil:
		err = fmt.Errorf("store a file: %w", err)
	case size == 0:
		err = models.Errorf(models.CodeBadFile, "%s is empty: it has no bytes in it. Open it on your own device to see whether anything is there, and send it again.", called(name))
	case size > limit:
		more, _ := io.Copy(io.Discard, io.LimitReader(r, drainLimit))
		err = tooLarge(name, size+more, more == drainLimit, limit)
	}
	if err != nil {
		abort() // cancels the write: nothing is left behind
		_ = w.Close()
		return "", 0, err
	}
	if err := w.Close(); err != nil {
		return "", 0, fmt.Errorf("store a file: %w", err)
	}
	defer func() {
		// The copy under the hash is complete by now, or the caller learns of an error; a left-over here is only litter.
		_ = s.bucket.Delete(context.WithoutCancel(ctx), incoming)
	}()
	if mediaType != "" {
		if err := s.look(ctx, incoming, name, mediaType, size); err != nil {
			return "", 0, err
		}
	}
	hash = hex.EncodeToString(sum.Sum(nil))
	there, err := s.bucket.Exists(ctx, key(hash))
	if err != nil {
		return "", 0, fmt.Errorf("look for file %s: %w", hash, err)
	}
	if !there {
		if err := s.bucket.Copy(ctx, key(hash), incoming, nil); err != nil {
			return "", 0, fmt.Errorf("store file %s: %w", hash, err)
		}
	}
	return hash, size, nil
}

// look opens what has come in for Look.
func (s *Store) look(ctx context.Context, incoming, name, mediaType string, size int64) error {
	r, err := s.bucket.NewReader(ctx, incoming, nil)
	if err != nil {
		return fmt.Errorf("look at a file: %w", err)
	}
	defer r.Close()
	return Look(name, mediaType, &seekAt{r}, size)
}

// seekAt reads at a place of what can only be wound to it; it is for one reader at a time.
type seekAt struct{ r io.ReadSeeker }

func (s *seekAt) ReadAt(p []byte, at int64) (int, error) {
	if _, err := s.r.Seek(at, io.SeekStart); err != nil {
		return 0, err
	}
	n, err := io.ReadFull(s.r, p)
	if errors.Is(err, io.ErrUnexpectedEOF) {
		err = io.EOF
	}
	return n, err
}

// Open opens the bytes of a hash for reading; the caller closes them. A hash that is not kept is models.CodeNotFound.
func (s *Store) Open(ctx context.Context, hash string) (io.ReadCloser, error) {
	if !isHash(hash) {
		return nil, notKept()
	}
	r, err := s.bucket.NewReader(ctx, key(hash), nil)
	if gcerrors.Code(err) == gcerrors.NotFound {
		return nil, notKept()
	}
	if err != nil {
		return nil, fmt.Errorf("open file %s: %w", hash, err)
	}
	return r, nil
}

// Exists reports whether the bytes of a hash are kept.
func (s *Store) Exists(ctx context.Context, hash string) (bool, error) {
	if !isHash(hash) {
		return false, nil
	}
	there, err := s.bucket.Exists(ctx, key(hash))
	if err != nil {
		return false, fmt.Errorf("look for file %s: %w", hash, err)
	}
	return there, nil
}

// Delete removes the bytes of a hash. One that is not kept is models.CodeNotFound.
func (s *Store) Delete(ctx context.Context, hash string) error {
	if !isHash(hash) {
		return notKept()
	}
	err := s.bucket.Delete(ctx, key(hash))
	if gcerrors.Code(err) == gcerrors.NotFound {
		return notKept()
	}
	if err != nil {
		return fmt.Errorf("delete file %s: %w", hash, err)
	}
	return nil
}

// key spreads the files over 256 folders.
func key(hash string) string { return hash[:2] + "/" + hash }

// isHash keeps anything but 64 lower-case hex digits away from the disk.
func isHash(s string) bool {
	if len(s) != 2*sha256.Size {
		return false
	}
	for _, c := range s {
		if (c < '0' || c > '9') && (c < 'a' || c > 'f') {
			return false
		}
	}
	return true
}

func notKept() error {
	return models.Errorf(models.CodeNotFound, "That file is not kept here any more. Ask whoever added it to send it again.")
}
