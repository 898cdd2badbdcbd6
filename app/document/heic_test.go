package document_test

import (
	"bytes"
	"encoding/binary"
	"image/jpeg"
	"os"
	"testing"

	"commoncase/app/document"
	"commoncase/models"
)

// heic is corners() as a HEIC photo with withEXIF(…, 6) in it, made with heif-enc of libheif 1.15: nothing but EXIF says that it lies on its side.
func heic(t testing.TB) []byte {
	t.Helper()
	data, err := os.ReadFile("testdata/corners.heic")
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// white says in which corner of a copy the white is: x 0 left, 1 right; y 0 top, 1 bottom.
func white(t *testing.T, out []byte, w, h int) (x, y int) {
	t.Helper()
	img, err := jpeg.Decode(bytes.NewReader(out))
	if err != nil {
		t.Fatal(err)
	}
	x, y = -1, -1
	for _, cx := range []int{0, 1} {
		for _, cy := range []int{0, 1} {
			if r, _, _, _ := img.At(w/4+cx*w/2, h/4+cy*h/2).RGBA(); r > 0x8000 {
				x, y = cx, cy
			}
		}
	}
	return x, y
}

func TestSafePhotoOfHEIC(t *testing.T) {
	in := heic(t)
	if !bytes.Contains(in, []byte("Secret Name")) {
		t.Fatal("the test says nothing")
	}
	out, w, h, err := document.SafePhoto(bytes.NewReader(in))
	if err != nil || w != 200 || h != 300 {
		t.Fatalf("%d by %d, %v", w, h, err)
	}
	if x, y := white(t, out, w, h); x != 1 || y != 0 {
		t.Errorf("the white corner is at %d,%d", x, y)
	}
	if bytes.Contains(out, []byte("Secret")) || bytes.Contains(out, []byte("Exif")) {
		t.Error("the copy tells on its owner")
	}
	// A photo that says itself how it is to be turned is turned so, and what EXIF says of it is not done once more. The box that says how many
	// bits a pixel has makes room for one that says a quarter turn to the left.
	turned := bytes.Replace(in, []byte("pixi\x00"), []byte("irot\x01"), 1)
	if bytes.Equal(turned, in) {
		t.Fatal("the test says nothing")
	}
	out, w, h, err = document.SafePhoto(bytes.NewReader(turned))
	if err != nil || w != 200 || h != 300 {
		t.Fatalf("turned by its box: %d by %d, %v", w, h, err)
	}
	if x, y := white(t, out, w, h); x != 0 || y != 1 {
		t.Errorf("turned by its box: the white corner is at %d,%d", x, y)
	}
	for _, name := range []string{"test8.heic", "gray.heic"} {
		data, err := os.ReadFile("testdata/" + name)
		if err != nil {
			t.Fatal(err)
		}
		if _, w, h, err := document.SafePhoto(bytes.NewReader(data)); err != nil || w != 512 || h != 512 {
			t.Errorf("%s: %d by %d, %v", name, w, h, err)
		}
	}
}

// A photo that claims more pixels than can be opened is refused before the decoder sees it, and one that lies about them by the decoder.
func TestSafePhotoRefusesHEIC(t *testing.T) {
	in := heic(t)
	at := bytes.Index(in, []byte("ispe")) + 8
	bomb := bytes.Clone(in)
	binary.BigEndian.PutUint32(bomb[at:], 60_000)
	binary.BigEndian.PutUint32(bomb[at+4:], 60_000)
	if _, _, _, err := document.SafePhoto(bytes.NewReader(bomb)); models.CodeOf(err) != models.CodeBadFile || !bytes.Contains([]byte(err.Error()), []byte("60000 by 60000 pixels")) {
		t.Errorf("a bomb: %v", err)
	}
	for name, data := range map[string][]byte{"cut off": in[:len(in)-40], "only its head": in[:60], "no picture": append(bytes.Clone(in[:28]), make([]byte, 300)...)} {
		if out, _, _, err := document.SafePhoto(bytes.NewReader(data)); models.CodeOf(err) != models.CodeBadFile || out != nil {
			t.Errorf("%s: %d bytes, %v", name, len(out), err)
		}
	}
}

func FuzzSafePhotoHEIC(f *testing.F) {
	f.Add(heic(f))
	f.Fuzz(func(t *testing.T, data []byte) {
		out, w, h, err := document.SafePhoto(bytes.NewReader(data))
		if (err == nil) != (len(out) > 0) || err != nil && models.CodeOf(err) != models.CodeBadFile || err == nil && (w < 1 || h < 1 || max(w, h) > 2000) {
			t.Fatalf("%d bytes, %d by %d, %v", len(out), w, h, err)
		}
	})
}

// webp is a picture in WebP without loss, 1 by 1, white, with EXIF that says more than it should.
func webp() []byte {
	exif := withEXIF([]byte{0xFF, 0xD8}, 6)[6+6:]
	chunk := func(kind string, body []byte) []byte {
		out := append(binary.LittleEndian.AppendUint32([]byte(kind), uint32(len(body))), body...)
		return append(out, make([]byte, len(body)%2)...)
	}
	vp8x := chunk("VP8X", []byte{8, 0, 0, 0, 0, 0, 0, 0, 0, 0})
	vp8l := chunk("VP8L", []byte{0x2f, 0, 0, 0, 0, 7, 0x10, 0xfd, 0x8f, 0xfe, 7, 0x22, 0xa2, 0xff, 1, 0})
	body := append(append(append([]byte("WEBP"), vp8x...), vp8l...), chunk("EXIF", exif)...)
	return append(binary.LittleEndian.AppendUint32([]byte("RIFF"), uint32(len(body))), body...)
}

func TestSafePhotoOfWebP(t *testing.T) {
	in := webp()
	if !bytes.Contains(in, []byte("Secret Name")) {
		t.Fatal("the test says nothing")
	}
	out, w, h, err := document.SafePhoto(bytes.NewReader(in))
	if err != nil || w != 1 || h != 1 || bytes.Contains(out, []byte("Secret")) {
		t.Fatalf("%d by %d, %v", w, h, err)
	}
	// Its own picture with a side of 10,001 pixels more than can be opened, on paper.
	copy(in[20+4:], []byte{0x10, 0x27, 0, 0x10, 0x27, 0})
	if _, _, _, err := document.SafePhoto(bytes.NewReader(in)); models.CodeOf(err) != models.CodeBadFile {
		t.Errorf("a bomb: %v", err)
	}
}
