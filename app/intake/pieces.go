package intake

import (
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"

	"golang.org/x/crypto/chacha20poly1305"
)

// pieceSize is how much of a file is sealed at a time, and so how much of it is in memory.
const pieceSize = 1 << 20

// sealedMore is by how much a sealed piece is longer than what is in it.
const sealedMore = chacha20poly1305.NonceSizeX + chacha20poly1305.Overhead

// pieces is the folder of a file's sealed pieces. Each is called after the byte of the file that it begins with, so that a piece which was
// written and never counted is written over by the next try.
type pieces struct {
	root *os.Root
	key  []byte
	name string // of the folder
}

// openRoot opens the folder of all drafts, and makes it where it is missing.
func (s *Service) openRoot() (*os.Root, error) {
	if err := os.MkdirAll(s.dir, 0o700); err != nil {
		return nil, fmt.Errorf("make the folder of drafts: %w", err)
	}
	root, err := os.OpenRoot(s.dir)
	if err != nil {
		return nil, fmt.Errorf("open the folder of drafts: %w", err)
	}
	return root, nil
}

func (p pieces) path(offset int64) string {
	return filepath.Join(p.name, strconv.FormatInt(offset, 10))
}

// what a piece is: of this upload, and its place in it, so that none can stand in for another.
func (p pieces) what(offset int64) string { return fmt.Sprintf("piece %d of %s", offset, p.name) }

// write seals a piece into a file of its own, whose name it returns; place gives it the name by which it is read. The bytes are on the disk
// before it returns.
func (p pieces) write(offset int64, plain []byte) (temp string, err error) {
	temp = filepath.Join(p.name, "new-"+rand.Text())
	f, err := p.root.OpenFile(temp, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return "", fmt.Errorf("write a piece: %w", err)
	}
	_, err = f.Write(seal(p.key, p.what(offset), plain))
	if err == nil {
		err = f.Sync()
	}
	if err := errors.Join(err, f.Close()); err != nil {
		_ = p.root.Remove(temp)
		return "", fmt.Errorf("write a piece: %w", err)
	}
	return temp, nil
}

func (p pieces) place(temp string, offset int64) error {
	if err := p.root.Rename(temp, p.path(offset)); err != nil {
		return fmt.Errorf("place a piece: %w", err)
	}
	return nil
}

// remove deletes the folder of an upload; one that is not there is no error.
func (s *Service) removePieces(name string) error {
	if name == "" {
		return nil
	}
	root, err := s.openRoot()
	if err != nil {
		return err
	}
	defer root.Close()
	if err := root.RemoveAll(name); err != nil {
		return fmt.Errorf("remove the pieces of an upload: %w", err)
	}
	return nil
}

// unsealed reads the bytes of an upload, anywhere in it, with one piece in memory.
type unsealed struct {
	pieces
	starts []int64 // of the pieces, in order
	size   int64
	at     int64 // of Read

	open  []byte // the piece that was read last
	opens int64  // where it begins; -1 where none was
}

// openPieces makes a reader of the first size bytes of an upload. It fails where a piece is missing.
func openPieces(p pieces, size int64) (*unsealed, error) {
	u := &unsealed{pieces: p, size: size, opens: -1}
	for at := int64(0); at < size; {
		info, err := p.root.Stat(p.path(at))
		if err != nil {
			return nil, fmt.Errorf("read an upload: %w", err)
		}
		if info.Size() <= sealedMore {
			return nil, fmt.Errorf("read an upload: a piece is %d bytes long: %w", info.Size(), errUnsealed)
		}
		u.starts = append(u.starts, at)
		at += info.Size() - sealedMore
	}
	return u, nil
}

// ReadAt is io.ReaderAt. It is not for two at once.
func (u *unsealed) ReadAt(b []byte, at int64) (n int, err error) {
	for n < len(b) && at < u.size {
		if err := u.turnTo(at); err != nil {
			return n, err
		}
		got := copy(b[n:], u.open[at-u.opens:min(int64(len(u.open)), u.size-u.opens)])
		n, at = n+got, at+int64(got)
	}
	if n < len(b) {
		return n, io.EOF
	}
	return n, nil
}

// Read is io.Reader.
func (u *unsealed) Read(b []byte) (int, error) {
	if len(b) == 0 {
		return 0, nil
	}
	n, err := u.ReadAt(b, u.at)
	u.at += int64(n)
	if n > 0 && errors.Is(err, io.EOF) {
		err = nil
	}
	return n, err
}

// turnTo unseals the piece that a byte lies in.
func (u *unsealed) turnTo(at int64) error {
	start := int64(0)
	for _, s := range u.starts {
		if s > at {
			break
		}
		start = s
	}
	if start == u.opens {
		return nil
	}
	sealed, err := fs.ReadFile(u.root.FS(), u.path(start))
	if err != nil {
		return fmt.Errorf("read an upload: %w", err)
	}
	plain, err := unseal(u.key, u.what(start), sealed)
	if err != nil {
		return fmt.Errorf("read an upload: %w", err)
	}
	if at-start >= int64(len(plain)) {
		return fmt.Errorf("read an upload: a piece is shorter than it was: %w", errUnsealed)
	}
	u.open, u.opens = plain, start
	return nil
}
