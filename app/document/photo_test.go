package document_test

import (
	"bytes"
	"encoding/binary"
	"hash/crc32"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"strings"
	"testing"

	"commoncase/app/document"
	"commoncase/models"
)

// withEXIF puts an EXIF block into a JPEG: how the camera was held, its owner, and where it was.
func withEXIF(data []byte, held uint16) []byte {
	var t bytes.Buffer
	le := binary.LittleEndian
	t.WriteString("II*\x00")
	put := func(v any) { _ = binary.Write(&t, le, v) }
	put(uint32(8))
	put(uint16(3)) // IFD0: Artist, Orientation, GPS
	put(uint16(0x0112))
	put(uint16(3))
	put(uint32(1))
	put(held)
	put(uint16(0))
	put(uint16(0x013B))
	put(uint16(2))
	put(uint32(12))
	put(uint32(8 + 2 + 36 + 4))
	put(uint16(0x8825))
	put(uint16(4))
	put(uint32(1))
	put(uint32(8 + 2 + 36 + 4 + 12))
	put(uint32(0))
	t.WriteString("Secret Name\x00")
	put(uint16(1)) // GPS: latitude
	put(uint16(1))
	put(uint16(2))
	put(uint32(2))
	t.WriteString("N\x00\x00\x00")
	put(uint32(0))
	block := append([]byte("Exif\x00\x00"), t.Bytes()...)
	out := append([]byte{0xFF, 0xD8, 0xFF, 0xE1, byte((len(block) + 2) >> 8), byte(len(block) + 2)}, block...)
	return append(out, data[2:]...)
}

// corners makes a picture, 300 by 200, that is white in its upper left corner and black elsewhere.
func corners() *image.Gray {
	img := image.NewGray(image.Rect(0, 0, 300, 200))
	for y := range 100 {
		for x := range 150 {
			img.SetGray(x, y, color.Gray{Y: 255})
		}
	}
	return img
}

func TestSafePhotoIsUprightAndTellsNothing(t *testing.T) {
	var b bytes.Buffer
	if err := jpeg.Encode(&b, corners(), nil); err != nil {
		t.Fatal(err)
	}
	// where the white corner is, once the picture is held as EXIF 2.3 says: 0 left, 1 right; 0 top, 1 bottom
	for held, want := range map[uint16]struct {
		turned bool
		x, y   int
	}{1: {false, 0, 0}, 2: {false, 1, 0}, 3: {false, 1, 1}, 4: {false, 0, 1}, 5: {true, 0, 0}, 6: {true, 1, 0}, 7: {true, 1, 1}, 8: {true, 0, 1}} {
		in := withEXIF(b.Bytes(), held)
		if !bytes.Contains(in, []byte("Secret Name")) {
			t.Fatal("the test says nothing")
		}
		out, w, h, err := document.SafePhoto(bytes.NewReader(in))
		if err != nil {
			t.Fatal(err)
		}
		if (w == 200 && h == 300) != want.turned || w*h != 60000 {
			t.Errorf("held %d: %d by %d", held, w, h)
		}
		if bytes.Contains(out, []byte("Secret")) || bytes.Contains(out, []byte("Exif")) {
			t.Errorf("held %d: the copy tells on its owner", held)
		}
		img, err := jpeg.Decode(bytes.NewReader(out))
		if err != nil {
			t.Fatal(err)
		}
		for _, x := range []int{0, 1} {
			for _, y := range []int{0, 1} {
				r, _, _, _ := img.At(w/4+x*w/2, h/4+y*h/2).RGBA()
				if white := r > 0x8000; white != (x == want.x && y == want.y) {
					t.Errorf("held %d: corner %d,%d is white: %t", held, x, y, white)
				}
			}
		}
	}
}

func TestSafePhotoScalesAndFlattens(t *testing.T) {
	out, w, h, err := document.SafePhoto(bytes.NewReader(photo(t, 4000, 1000, 3)))
	if err != nil || w != 2000 || h != 500 {
		t.Fatalf("%d by %d, %v", w, h, err)
	}
	again, _, _, err := document.SafePhoto(bytes.NewReader(photo(t, 4000, 1000, 3)))
	if err != nil || !bytes.Equal(out, again) {
		t.Error("the same photo gave two different copies")
	}
	var b bytes.Buffer
	if err := png.Encode(&b, image.NewNRGBA(image.Rect(0, 0, 50, 40))); err != nil { // wholly transparent
		t.Fatal(err)
	}
	out, w, h, err = document.SafePhoto(bytes.NewReader(b.Bytes()))
	if err != nil || w != 50 || h != 40 {
		t.Fatalf("%d by %d, %v", w, h, err)
	}
	img, err := jpeg.Decode(bytes.NewReader(out))
	if err != nil {
		t.Fatal(err)
	}
	if r, _, _, _ := img.At(20, 20).RGBA(); r < 0xF000 {
		t.Error("what lets light through is not white paper")
	}
}

// A photo of 12 megapixels keeps its colours where they were, however it stores them and however it was held.
func TestSafePhotoOfALargePhotoLooksTheSame(t *testing.T) {
	for _, ratio := range []image.YCbCrSubsampleRatio{image.YCbCrSubsampleRatio444, image.YCbCrSubsampleRatio420} {
		for _, size := range [][2]int{{4000, 3000}, {4032, 3024}, {6001, 31}, {2001, 1500}} {
			img := image.NewYCbCr(image.Rect(0, 0, size[0], size[1]), ratio)
			for y := range size[1] {
				for x := range size[0] {
					c := color.RGBA{R: 200, G: 40, B: 40, A: 255}
					if x >= size[0]/2 {
						c = color.RGBA{R: 30, G: 60, B: 210, A: 255}
					}
					img.Y[img.YOffset(x, y)], img.Cb[img.COffset(x, y)], img.Cr[img.COffset(x, y)] = color.RGBToYCbCr(c.R, c.G, c.B)
				}
			}
			var b bytes.Buffer
			if err := jpeg.Encode(&b, img, nil); err != nil {
				t.Fatal(err)
			}
			for _, held := range []uint16{1, 3} {
				out, w, h, err := document.SafePhoto(bytes.NewReader(withEXIF(b.Bytes(), held)))
				if err != nil || max(w, h) > 2000 || w < 1900 || h < 1 {
					t.Fatalf("%v: %d by %d, %v", size, w, h, err)
				}
				small, err := jpeg.Decode(bytes.NewReader(out))
				if err != nil {
					t.Fatal(err)
				}
				r, _, bl, _ := small.At(w/4, h/2).RGBA()
				if red := r>>8 > 170 && bl>>8 < 80; red != (held == 1) {
					t.Errorf("%v %v held %d: left is red %d, blue %d", ratio, size, held, r>>8, bl>>8)
				}
			}
		}
	}
}

// giant is the head of a PNG that claims to be w by h.
func giant(w, h uint32) []byte {
	body := binary.BigEndian.AppendUint32(binary.BigEndian.AppendUint32([]byte("IHDR"), w), h)
	body = append(body, 8, 2, 0, 0, 0)
	out := append([]byte("\x89PNG\r\n\x1a\n\x00\x00\x00\x0d"), body...)
	return binary.BigEndian.AppendUint32(out, crc32.ChecksumIEEE(body))
}

func TestSafePhotoRefuses(t *testing.T) {
	good := photo(t, 200, 100, 1)
	for name, tc := range map[string]struct {
		data []byte
		says string
	}{
		"nothing":      {nil, "cannot be opened"},
		"no picture":   {[]byte("hello"), "cannot be opened"},
		"cut off":      {good[:len(good)/2], "cannot be opened"},
		"a bomb":       {giant(50000, 50000), "50000 by 50000 pixels, more than we can open"},
		"just too big": {giant(10000, 6001), "more than we can open"},
	} {
		out, _, _, err := document.SafePhoto(bytes.NewReader(tc.data))
		if models.CodeOf(err) != models.CodeBadFile || !strings.Contains(err.Error(), tc.says) || out != nil {
			t.Errorf("%s: %d bytes, %v", name, len(out), err)
		}
	}
}

func FuzzSafePhoto(f *testing.F) {
	f.Add(withEXIF(photo(f, 20, 10, 1), 6))
	f.Add(giant(10, 10))
	f.Fuzz(func(t *testing.T, data []byte) {
		out, w, h, err := document.SafePhoto(bytes.NewReader(data))
		if (err == nil) != (len(out) > 0) || err != nil && models.CodeOf(err) != models.CodeBadFile || err == nil && (w < 1 || h < 1 || max(w, h) > 2000) {
			t.Fatalf("%d bytes, %d by %d, %v", len(out), w, h, err)
		}
	})
}
