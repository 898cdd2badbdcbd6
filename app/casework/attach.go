package casework

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"path/filepath"
	"strings"
	"unicode"

	"commoncase/app/document"
	"commoncase/app/files"
	"commoncase/app/store"
	"commoncase/models"
	"commoncase/models/access"
)

// Attach takes in a file for a case: it is kept as it came, a copy that may be shared is made (a photo upright, smaller and
// without its location; a PDF without scripts; a Word document and an e-mail as a PDF; sound without what was written beside it), and
// both wait, staged, for the event that they belong to. What cannot be used is a models.Error of code bad_file or too_large, and
// nothing is kept on the case.
func (s *Service) Attach(ctx context.Context, actor models.Actor, ref, name, title string, r io.Reader) (models.Attachment, error) {
	if err := actor.Can(access.LogEvent); err != nil {
		return models.Attachment{}, err
	}
	f, _, err := s.open(ctx, actor, ref)
	if err != nil {
		return models.Attachment{}, err
	}
	name = fileName(name)
	kept, err := s.files.Receive(ctx, name, r)
	if err != nil {
		return models.Attachment{}, err
	}
	copied, pages, err := s.shareable(ctx, kept)
	if err != nil {
		return models.Attachment{}, err
	}
	trim(&title)
	if title == "" {
		base := filepath.Base(strings.ReplaceAll(name, `\`, "/"))
		title = strings.TrimSuffix(base, filepath.Ext(base))
	}
	if title == "" || title == "." || title == "/" {
		title = "File"
	}
	if len([]rune(title)) > maxLine {
		title = string([]rune(title)[:maxLine])
	}
	a := models.Attachment{BranchID: actor.BranchID, CaseID: f.Case.ID, Hash: kept.Hash, Copy: copied, Name: name, MediaType: kept.MediaType,
		Size: kept.Size, Pages: pages, Title: title, UploadedBy: actor.AccountID}
	err = s.st.Tx(ctx, func(tx *store.Store) error {
		if err := tx.AddAttachment(ctx, &a); err != nil {
			return err
		}
		return tx.AddAudit(ctx, actor, "file.added", ref, kept.MediaType)
	})
	if err != nil {
		return models.Attachment{}, fmt.Errorf("attach to %s: %w", ref, err)
	}
	return a, nil
}

// fileName is what the sender calls a file, as it can be kept: PostgreSQL takes no NUL and nothing but UTF-8, and a mark that turns
// the direction of writing makes "gpj.exe" look like "exe.jpg". The end stays, for it says what the file claims to be.
func fileName(name string) string {
	name = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r) {
			return -1
		}
		return r
	}, strings.ToValidUTF8(name, "\uFFFD"))
	if rs := []rune(name); len(rs) > maxLine {
		name = string(rs[:maxLine-20]) + string(rs[len(rs)-20:])
	}
	return name
}

// shareable makes the copy of a kept file that may leave the branch, and counts its pages: of sound the one that names it.
func (s *Service) shareable(ctx context.Context, kept files.Kept) (hash string, pages int, err error) {
	r, err := s.files.Open(ctx, kept.Hash)
	if err != nil {
		return "", 0, err
	}
	defer r.Close()
	var out []byte
	switch {
	case kept.MediaType == files.TypePDF:
		out, pages, err = document.SafePDF(r)
	case kept.MediaType == files.TypeDOCX:
		out, pages, err = document.SafeDocx(r)
	case kept.MediaType == files.TypeMail:
		out, pages, err = document.SafeMail(r)
	case models.IsSound(kept.MediaType):
		out, _, err = document.SafeSound(r, kept.MediaType)
		pages = 1
	default:
		out, _, _, err = document.SafePhoto(r)
		pages = 1
	}
	if err != nil {
		return "", 0, err
	}
	hash, _, err = s.files.Put(ctx, bytes.NewReader(out), 4*files.MaxSize)
	return hash, pages, err
}

// Staged returns the files that the actor has uploaded to a case for an event that is not saved yet; of more than one event may
// bring, the first.
func (s *Service) Staged(ctx context.Context, actor models.Actor, ref string, ids []int64) ([]models.Attachment, error) {
	f, _, err := s.open(ctx, actor, ref)
	if err != nil {
		return nil, err
	}
	return s.st.StagedAttachments(ctx, actor.BranchID, f.Case.ID, actor.AccountID, ids[:min(len(ids), maxFiles)])
}
