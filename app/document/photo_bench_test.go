package document_test

import (
	"bytes"
	"image"
	"image/jpeg"
	"math/rand/v2"
	"testing"

	"commoncase/app/document"
)

// BenchmarkSafePhoto makes the copy of a phone's photo of 12 megapixels; two seconds are the most that it may take.
func BenchmarkSafePhoto(b *testing.B) {
	r := rand.New(rand.NewPCG(12, 7))
	img := image.NewYCbCr(image.Rect(0, 0, 4032, 3024), image.YCbCrSubsampleRatio420)
	for i := range img.Y {
		img.Y[i] = byte(60 + i/4032/64 + r.IntN(44))
	}
	for i := range img.Cb {
		img.Cb[i], img.Cr[i] = byte(120+i%16), byte(130+i%8)
	}
	var photo bytes.Buffer
	if err := jpeg.Encode(&photo, img, &jpeg.Options{Quality: 80}); err != nil {
		b.Fatal(err)
	}
	b.SetBytes(int64(photo.Len()))
	for b.Loop() {
		if _, _, _, err := document.SafePhoto(bytes.NewReader(photo.Bytes())); err != nil {
			b.Fatal(err)
		}
	}
}
