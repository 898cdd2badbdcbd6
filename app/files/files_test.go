package files_test

import (
	"archive/zip"
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"image"
	"image/jpeg"
	"image/png"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/iotest"

	"commoncase/app/files"
	"commoncase/models"
)

func open(t *testing.T) (*files.Store, string) {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "data", "files")
	s, err := files.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s, dir
}

// kept counts the files on the disk.
func kept(t *testing.T, dir string) int {
	t.Helper()
	n := 0
	err := filepath.WalkDir(dir, func(_ string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			n++
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func photo(t *testing.T, format string) []byte {
	t.Helper()
	var b bytes.Buffer
	img := image.NewGray(image.Rect(0, 0, 8, 8))
	var err error
	if format == "png" {
		err = png.Encode(&b, img)
	} else {
		err = jpeg.Encode(&b, img, nil)
	}
	if err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func archive(t *testing.T) []byte {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	f, err := z.Create("photo.txt")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.Write([]byte("hello")); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestStoreKeepsBytesUnderTheirHash(t *testing.T) {
	s, dir := open(t)
	ctx := context.Background()
	data := bytes.Repeat([]byte("Łukasz Żółć\n"), 100_000)
	sum := sha256.Sum256(data)
	want := hex.EncodeToString(sum[:])

	for range 2 { // the same bytes twice are kept once
		hash, size, err := s.Put(ctx, iotest.OneByteReader(bytes.NewReader(data[:1000])), 1000)
		if err != nil || size != 1000 {
			t.Fatalf("Put = %s, %d, %v", hash, size, err)
		}
	}
	hash, size, err := s.Put(ctx, bytes.NewReader(data), files.MaxSize)
	if err != nil || hash != want || size != int64(len(data)) {
		t.Fatalf("Put = %s, %d, %v; want %s, %d", hash, size, err, want, len(data))
	}
	if n := kept(t, dir); n != 2 {
		t.Fatalf("%d files on the disk, want 2: something was left behind or kept twice", n)
	}
	r, err := s.Open(ctx, hash)
	if err != nil {
		t.Fatal(err)
	}
	got, err := io.ReadAll(r)
	if err != nil || !bytes.Equal(got, data) {
		t.Fatalf("read back %d bytes, %v", len(got), err)
	}
	if err := r.Close(); err != nil {
		t.Fatal(err)
	}
	if there, err := s.Exists(ctx, hash); err != nil || !there {
		t.Fatalf("Exists = %t, %v", there, err)
	}
	if err := s.Delete(ctx, hash); err != nil {
		t.Fatal(err)
	}
	if there, err := s.Exists(ctx, hash); err != nil || there {
		t.Fatalf("after Delete: Exists = %t, %v", there, err)
	}
	if _, err := s.Open(ctx, hash); models.CodeOf(err) != models.CodeNotFound {
		t.Fatalf("after Delete: Open = %v", err)
	}
	if err := s.Delete(ctx, hash); models.CodeOf(err) != models.CodeNotFound {
		t.Fatalf("second Delete = %v", err)
	}
}

func TestStoreRefusesKeysThatAreNoHash(t *testing.T) {
	s, dir := open(t)
	secret := filepath.Join(filepath.Dir(dir), "secret")
	if err := os.WriteFile(secret, []byte("x"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, h := range []string{"", "../secret", "a", strings.Repeat("A", 64), strings.Repeat("../", 21) + "x", strings.Repeat("g", 64)} {
		if _, err := s.Open(context.Background(), h); models.CodeOf(err) != models.CodeNotFound {
			t.Errorf("Open(%q) = %v", h, err)
		}
		if err := s.Delete(context.Background(), h); models.CodeOf(err) != models.CodeNotFound {
			t.Errorf("Delete(%q) = %v", h, err)
		}
		if there, err := s.Exists(context.Background(), h); there || err != nil {
			t.Errorf("Exists(%q) = %t, %v", h, there, err)
		}
	}
}

func TestStoreLeavesNothingBehindWhenItFails(t *testing.T) {
	s, dir := open(t)
	ctx := context.Background()
	broken := errors.New("the line went dead")
	if _, _, err := s.Put(ctx, io.MultiReader(strings.NewReader("abc"), iotest.ErrReader(broken)), 100); !errors.Is(err, broken) {
		t.Errorf("a broken upload = %v", err)
	}
	if _, _, err := s.Put(ctx, strings.NewReader(""), 100); models.CodeOf(err) != models.CodeBadFile {
		t.Errorf("no bytes = %v", err)
	}
	if _, _, err := s.Put(ctx, strings.NewReader("four"), 3); models.CodeOf(err) != models.CodeTooLarge {
		t.Errorf("four bytes where three are taken = %v", err)
	}
	gone, cancel := context.WithCancel(ctx)
	cancel()
	if _, _, err := s.Put(gone, strings.NewReader("abc"), 100); err == nil {
		t.Error("a cancelled upload was kept")
	}
	if n := kept(t, dir); n != 0 {
		t.Errorf("%d files were left behind", n)
	}
}

func TestStoreTakesTheSameBytesFromManyAtOnce(t *testing.T) {
	s, dir := open(t)
	data := bytes.Repeat([]byte("x"), 1<<20)
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			if _, _, err := s.Put(context.Background(), bytes.NewReader(data), files.MaxSize); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if n := kept(t, dir); n != 1 {
		t.Errorf("%d files, want 1", n)
	}
}

func TestReceive(t *testing.T) {
	s, dir := open(t)
	ctx := context.Background()
	jpg := photo(t, "jpeg")
	got, err := s.Receive(ctx, `C:\Users\O'Connor\bath.JPG`, bytes.NewReader(jpg))
	if err != nil || got.MediaType != files.TypeJPEG || got.Size != int64(len(jpg)) {
		t.Fatalf("Receive = %+v, %v", got, err)
	}
	big := io.MultiReader(bytes.NewReader(jpg), io.LimitReader(zeros{}, 60<<20-int64(len(jpg))))
	_, err = s.Receive(ctx, "bath.jpg", big)
	if models.CodeOf(err) != models.CodeTooLarge || !strings.Contains(err.Error(), "“bath.jpg” is 60 MB; the largest file we take is 25 MB. ") {
		t.Errorf("60 MB = %v", err)
	}
	_, err = s.Receive(ctx, "empty.pdf", strings.NewReader(""))
	if models.CodeOf(err) != models.CodeBadFile || !strings.Contains(err.Error(), "“empty.pdf” is empty") {
		t.Errorf("empty = %v", err)
	}
	if n := kept(t, dir); n != 1 {
		t.Errorf("%d files kept, want the one that was good", n)
	}
}

type zeros struct{}

func (zeros) Read(p []byte) (int, error) {
	clear(p)
	return len(p), nil
}

func TestSniff(t *testing.T) {
	jpg, pngs, pdf, zipped := photo(t, "jpeg"), photo(t, "png"), []byte("%PDF-1.7\n%\xe2\xe3\xcf\xd3\n"), archive(t)
	heic := append([]byte{0, 0, 0, 24}, "ftypheic\x00\x00\x00\x00mif1heic"...)
	webp := append([]byte("RIFF\x24\x00\x00\x00WEBPVP8 "), make([]byte, 32)...)
	exe := append([]byte("MZ\x90\x00"), make([]byte, 200)...)
	mif := append([]byte{0, 0, 0, 24}, "ftypmif1\x00\x00\x00\x00mif1heic"...)
	word := docx(t, "word/document.xml")
	mail := []byte("From: Łukasz Żółć <l@example.org>\r\nDate: Mon, 2 Mar 2026 10:00:00 +0000\r\nSubject: Mould\r\n\r\nStill not fixed.\r\n")
	relayed := []byte("Delivered-To: a@example.org\nReceived: by relay\n with a long tale\nReceived: by another\nReturn-Path: <b@example.org>\n" + strings.Repeat("X-Tale: of many words\n", 300))
	html := []byte("<!DOCTYPE html><html><script>alert(1)</script></html>")
	for _, tc := range []struct {
		name string
		head []byte
		want string   // the type, where it is taken
		says []string // what the sentence says, where it is not
	}{
		{"bath.jpg", jpg, files.TypeJPEG, nil},
		{"bath.JPEG", jpg, files.TypeJPEG, nil},
		{"IMG_0001", jpg, files.TypeJPEG, nil},
		{"from Mr. Smith", pngs, files.TypePNG, nil},
		{"letter.pdf", pdf, files.TypePDF, nil},
		{"bath.png", jpg, files.TypeJPEG, nil}, // phones misname their own photos
		{"IMG_2.HEIC", heic, files.TypeHEIC, nil},
		{"IMG_2.heif", mif, files.TypeHEIC, nil},
		{"IMG_2.jpg", heic, files.TypeHEIC, nil},
		{"screen.webp", webp, files.TypeWebP, nil},
		{"letter.docx", word, files.TypeDOCX, nil},
		{"letter.docm", word, files.TypeDOCX, nil},
		{"letter.docx", zipped, files.TypeDOCX, nil}, // Look sees the rest
		{"re: mould.eml", mail, files.TypeMail, nil},
		{"re: mould.eml", relayed, files.TypeMail, nil},
		{"mail", mail, files.TypeMail, nil},
		{"call.mp3", append([]byte("ID3\x04\x00\x00\x00\x00\x00\x0a"), make([]byte, 60)...), files.TypeMP3, nil},
		{"call.m4a", ftyp("M4A "), files.TypeM4A, nil},
		{"call.m4a", ftyp("isom"), files.TypeM4A, nil},
		{"call.aac", ftyp("mp42"), files.TypeM4A, nil},
		{"call.3gp", ftyp("3gp4"), files.Type3GP, nil},
		{"PTT-1.opus", ogg("OpusHead\x01\x01"), files.TypeOgg, nil},
		{"call.ogg", ogg("\x01vorbis"), files.TypeOgg, nil},
		{"call.wav", append([]byte("RIFF\x24\x00\x00\x00WAVEfmt "), make([]byte, 32)...), files.TypeWAV, nil},
		{"call.amr", []byte("#!AMR\n\x3c\x08"), files.TypeAMR, nil},
		{"call.wav", []byte("#!AMR\n\x3c\x08"), files.TypeAMR, nil},
		{"bath.jpg", zipped, "", []string{"“bath.jpg” is named as a JPEG photo", "a zip archive"}},
		{"bath.jpg", html, "", []string{"named as a JPEG photo", "a web page"}},
		{"bath.jpg", exe, "", []string{"named as a JPEG photo", "a program"}},
		{"call.mp3", exe, "", []string{"named as a sound recording", "a program"}},
		{"mail.eml", html, "", []string{"named as an e-mail", "a web page"}},
		{"mail.eml", []byte("Dear Sir: this is no e-mail\n"), "", []string{"named as an e-mail", "plain text"}},
		{"letter.docx", html, "", []string{"named as a Word document", "a web page"}},
		{"letter.pdf", jpg, "", []string{"named as a PDF", "a JPEG photo", "change the end of its name to .jpg"}},
		{"letter.docx", pdf, "", []string{"named as a Word document", "a PDF", ".pdf"}},
		{"mail.txt", mail, "", []string{"named as plain text", "an e-mail", ".eml"}},
		{"film.mp4", ftyp("isom"), "", []string{"a video", "take a picture of the screen"}},
		{"film.mov", ftyp("qt  "), "", []string{"a video"}},
		{"bath.jpg", ftyp("isom"), "", []string{"named as a JPEG photo", "a video"}},
		{"a.gif", []byte("GIF89a\x01\x00\x01\x00"), "", []string{"a GIF picture", "Save it as a JPEG"}},
		{"notes.txt", []byte("the lift is broken again"), "", []string{"plain text", "send the PDF"}},
		{"all.zip", zipped, "", []string{"a zip archive", "We take photos (JPEG, PNG, WebP, HEIC)"}},
		{"../../etc/passwd.pdf", html, "", []string{"“passwd.pdf” is named as a PDF"}},
		{"", exe, "", []string{"This file is a program"}},
		{strings.Repeat("ł", 300) + ".jpg", exe, "", []string{"…", ".jpg”"}},
		{"bath.jpg", nil, "", []string{"“bath.jpg” is empty"}},
	} {
		got, err := files.Sniff(tc.name, tc.head)
		if got != tc.want {
			t.Errorf("Sniff(%q) = %q, %v; want %q", tc.name, got, err, tc.want)
		}
		if tc.want != "" && err != nil || tc.want == "" && models.CodeOf(err) != models.CodeBadFile {
			t.Errorf("Sniff(%q): error %v", tc.name, err)
		}
		for _, s := range tc.says {
			if err == nil || !strings.Contains(err.Error(), s) {
				t.Errorf("Sniff(%q) says %v; want %q in it", tc.name, err, s)
			}
		}
	}
}

// ftyp is the head of a file of the family of MP4.
func ftyp(brand string) []byte {
	return append([]byte("\x00\x00\x00\x18ftyp"+brand+"\x00\x00\x00\x00"+brand+"isom"), make([]byte, 40)...)
}

// ogg is the first page of a file of Ogg.
func ogg(packet string) []byte {
	page := append([]byte("OggS\x00\x02"), make([]byte, 20)...)
	return append(append(page, 1, byte(len(packet))), append([]byte(packet), make([]byte, 40)...)...)
}

// docx is a zip archive with the heads that Word writes, and one more file.
func docx(t *testing.T, part string) []byte {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for _, name := range []string{"[Content_Types].xml", "_rels/.rels", part} {
		f, err := z.Create(name)
		if err == nil {
			_, err = f.Write([]byte("<?xml version=\"1.0\"?><x/>"))
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// box is a box of MP4.
func box(kind string, body ...[]byte) []byte {
	all := bytes.Join(body, nil)
	return append(append([]byte{0, 0, byte((len(all) + 8) >> 8), byte(len(all) + 8)}, kind...), all...)
}

// movie is a file of MP4 with tracks of the kinds that are named.
func movie(kinds ...string) []byte {
	var moov []byte
	for _, k := range kinds {
		moov = append(moov, box("trak", box("mdia", box("hdlr", make([]byte, 8), []byte(k), make([]byte, 12))))...)
	}
	return append(box("ftyp", []byte("isom\x00\x00\x00\x00isom")), box("moov", moov)...)
}

// What lies is found out once all of it is there, and nothing is kept of it.
func TestReceiveLooksInside(t *testing.T) {
	s, dir := open(t)
	n := 0
	for _, tc := range []struct {
		name string
		data []byte
		says string // "" where it is taken
	}{
		{"letter.docx", docx(t, "word/document.xml"), ""},
		{"macros.docx", docx(t, "word/document.xml"), ""},
		{"letter.docx", archive(t), "named as a Word document, but what is in it is a zip archive"},
		{"sheet.docx", docx(t, "xl/workbook.xml"), "named as a Word document, but what is in it is"},
		{"cut.docx", docx(t, "word/document.xml")[:120], "cannot be opened"},
		{"call.m4a", movie("soun"), ""},
		{"call.m4a", movie("soun", "vide"), "is a video"},
		{"call.3gp", movie("vide"), "is a video"},
		{"call.m4a", movie(), "there is no sound in it"},
	} {
		got, err := s.Receive(context.Background(), tc.name, bytes.NewReader(tc.data))
		if tc.says == "" {
			if err != nil {
				t.Errorf("%s: %v", tc.name, err)
			}
			n++
		} else if models.CodeOf(err) != models.CodeBadFile || !strings.Contains(err.Error(), tc.says) {
			t.Errorf("%s = %+v, %v; want %q", tc.name, got, err, tc.says)
		}
	}
	if got := kept(t, dir); got != n-1 { // two of them are the same bytes
		t.Errorf("%d files kept, want %d", got, n-1)
	}
}

func FuzzLook(f *testing.F) {
	f.Add(movie("soun"), true)
	f.Add([]byte("PK\x03\x04"), false)
	f.Fuzz(func(t *testing.T, data []byte, sound bool) {
		mediaType := files.TypeDOCX
		if sound {
			mediaType = files.TypeM4A
		}
		if err := files.Look("a", mediaType, bytes.NewReader(data), int64(len(data))); err != nil && models.CodeOf(err) != models.CodeBadFile {
			t.Fatal(err)
		}
	})
}

func FuzzSniff(f *testing.F) {
	f.Add("bath.jpg", []byte("\xff\xd8\xff\xe0"))
	f.Add("a/b\\c\x00.pdf", []byte("%PDF-1.4"))
	f.Fuzz(func(t *testing.T, name string, head []byte) {
		got, err := files.Sniff(name, head)
		if (got == "") == (err == nil) {
			t.Fatalf("Sniff = %q, %v", got, err)
		}
		if err != nil && (models.CodeOf(err) != models.CodeBadFile || len(err.Error()) > 800) {
			t.Fatalf("Sniff error %v", err)
		}
	})
}
