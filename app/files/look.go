package files

import (
	"archive/zip"
	"encoding/binary"
	"io"

	"commoncase/models"
)

// Look is the second look at a file, once all of it is there: whether a Word document is one, and whether sound in an MP4 file is
// sound and no video. mediaType is what Sniff said of it; other types pass. What lies is models.CodeBadFile with a sentence.
func Look(name, mediaType string, r io.ReaderAt, size int64) error {
	switch mediaType {
	case TypeDOCX:
		z, err := zip.NewReader(r, size)
		if err != nil {
			return models.Errorf(models.CodeBadFile, "%s cannot be opened: it is damaged or was cut off on the way. Open it on your own device; if it shows there, save it again as a Word document or as a PDF and send that.", called(name))
		}
		for _, f := range z.File {
			if f.Name == "word/document.xml" {
				return nil
			}
		}
		return lies(name, TypeDOCX, "application/zip")
	case TypeM4A, Type3GP:
		sound, picture := tracks(r, size)
		switch {
		case picture:
			return video(name)
		case !sound:
			return models.Errorf(models.CodeBadFile, "%s cannot be opened: there is no sound in it, or it was cut off on the way. Play it on your own device; if it plays there, send it again.", called(name))
		}
	}
	return nil
}

// tracks says what the tracks of an MP4 file are.
func tracks(r io.ReaderAt, size int64) (sound, picture bool) {
	budget := 10_000 // boxes looked at: a file may be made of nothing but their heads
	var walk func(at, end int64, depth int)
	walk = func(at, end int64, depth int) {
		for at+8 <= end && budget > 0 {
			budget--
			var head [16]byte
			if _, err := r.ReadAt(head[:8], at); err != nil {
				return
			}
			n, body := int64(binary.BigEndian.Uint32(head[:4])), at+8
			switch n {
			case 0:
				n = end - at
			case 1:
				if _, err := r.ReadAt(head[8:], body); err != nil {
					return
				}
				n, body = int64(binary.BigEndian.Uint64(head[8:])), at+16 //nolint:gosec // one that is too large is below zero and ends the walk
			}
			if n < body-at || n > end-at {
				return
			}
			switch string(head[4:8]) {
			case "moov", "trak", "mdia":
				if depth < 4 {
					walk(body, at+n, depth+1)
				}
			case "hdlr":
				var kind [4]byte
				if _, err := r.ReadAt(kind[:], body+8); err == nil {
					sound = sound || string(kind[:]) == "soun"
					picture = picture || string(kind[:]) == "vide"
				}
			}
			at += n
		}
	}
	walk(0, size, 0)
	return sound, picture
}
