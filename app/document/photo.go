package document

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"image/jpeg"
	_ "image/png" // another format that is taken in
	"io"

	"github.com/bep/imagemeta"
	"github.com/disintegration/imaging"
	_ "golang.org/x/image/webp" // another
	"golang.org/x/sync/semaphore"

	"commoncase/models"
)

const (
	maxPixels   = 60_000_000 // of an uploaded photo
	maxDecoded  = 400 << 20  // bytes that one photo may take up when it is opened
	maxSide     = 2000       // pixels of the longer side of the shared copy
	jpegQuality = 84
	maxUpload   = 64 << 20 // bytes read of one file, whoever asks; app/files takes less
)

// opened bounds the memory of all photos that are open at once in this process.
var opened = semaphore.NewWeighted(maxDecoded)

// SafePhoto makes the copy of a photo (JPEG, PNG, WebP, HEIC) that may be shared: upright, at most 2000 pixels on its longer side, a
// plain JPEG without anything that the camera wrote into it (place, time, owner). It returns the JPEG with its width and height in pixels.
// A picture that cannot be opened, or that is too large to open safely, is models.CodeBadFile with a sentence.
func SafePhoto(r io.Reader) (copied []byte, width, height int, err error) {
	defer func() {
		if p := recover(); p != nil { // a decoder that stumbles over a crafted file must not stop the program
			copied, width, height, err = nil, 0, 0, brokenPhoto()
		}
	}()
	data, err := readAll(r)
	if err != nil {
		return nil, 0, 0, err
	}
	p, err := measurePhoto(data)
	if err != nil {
		return nil, 0, 0, err
	}
	if err := opened.Acquire(context.Background(), p.cost); err != nil {
		return nil, 0, 0, fmt.Errorf("open a photo: %w", err)
	}
	defer opened.Release(p.cost)

	img, err := p.open(data)
	if err != nil {
		return nil, 0, 0, brokenPhoto()
	}
	small := reduce(img, p.held)
	var out bytes.Buffer
	if err := jpeg.Encode(&out, small, &jpeg.Options{Quality: jpegQuality}); err != nil {
		return nil, 0, 0, fmt.Errorf("write the copy of a photo: %w", err)
	}
	return out.Bytes(), small.Bounds().Dx(), small.Bounds().Dy(), nil
}

// claimed is what a photo says of itself before a single pixel of it is opened.
type claimed struct {
	cost int64 // bytes that it may take up when it is opened
	held int   // how the camera was held, 1 to 8 of the EXIF standard
	open func(data []byte) (image.Image, error)
}

// measurePhoto checks the size on paper: a file of a few kilobytes may claim a billion pixels.
func measurePhoto(data []byte) (claimed, error) {
	var width, height int
	var each int64 // bytes a pixel
	p := claimed{held: 1}
	if isHEIC(data) {
		f := heicBoxes(data)
		// The decoder holds the tiles, the picture and what it hands over, and its memory is copied when it grows.
		width, height, each = f.width, f.height, 8
		p.open = decodeHEIC
		if !f.turned { // else the decoder turns it, and what EXIF says is the same once more
			p.held = orientation(data, "heic")
		}
	} else {
		cfg, format, err := image.DecodeConfig(bytes.NewReader(data))
		if err != nil {
			return p, brokenPhoto()
		}
		width, height, each = cfg.Width, cfg.Height, bytesPerPixel(cfg, format, data)
		p.open = func(data []byte) (image.Image, error) {
			img, _, err := image.Decode(bytes.NewReader(data))
			return img, err
		}
		p.held = orientation(data, format)
	}
	if width <= 0 || height <= 0 {
		return p, brokenPhoto()
	}
	if int64(width) > maxPixels/int64(height) || int64(width)*int64(height)*each > maxDecoded {
		return p, models.Errorf(models.CodeBadFile,
			"This picture is %d by %d pixels, more than we can open (%d million in all). Save it in a smaller size, 4000 pixels wide is plenty, and send it again.",
			width, height, maxPixels/1_000_000)
	}
	p.cost = int64(width) * int64(height) * each
	return p, nil
}

// reduce turns a picture upright, at most maxSide pixels on its longer side, on white.
func reduce(img image.Image, held int) image.Image {
	b := img.Bounds()
	if c, ok := img.(*image.YCbCr); ok {
		if k := max(b.Dx(), b.Dy()) / maxSide; k > 1 {
			c = average(c, k)
			img, b = c, c.Bounds()
		}
		if held == 1 && max(b.Dx(), b.Dy()) <= maxSide {
			return img // as the encoder wants it
		}
	}
	small := upright(onWhite(imaging.Fit(img, maxSide, maxSide, imaging.Linear)), held)
	// Nothing lets light through by now, so that the pixels are those of an image.RGBA too, which the encoder reads several times faster.
	return &image.RGBA{Pix: small.Pix, Stride: small.Stride, Rect: small.Rect}
}

// average makes a photo k times smaller, each pixel the mean of the k by k it stands for, in the colours that a JPEG is stored
// in: 12 megapixels are not turned into red, green and blue only to be thrown away. An edge of less than k pixels is left out.
func average(in *image.YCbCr, k int) *image.YCbCr {
	b := in.Bounds()
	w, h := max(b.Dx()/k, 1), max(b.Dy()/k, 1)
	out := image.NewYCbCr(image.Rect(0, 0, w, h), image.YCbCrSubsampleRatio444)
	sx, sy := 1, 1 // pixels to a sample of colour
	switch in.SubsampleRatio {
	case image.YCbCrSubsampleRatio444:
	case image.YCbCrSubsampleRatio422:
		sx = 2
	case image.YCbCrSubsampleRatio420:
		sx, sy = 2, 2
	case image.YCbCrSubsampleRatio440:
		sy = 2
	case image.YCbCrSubsampleRatio411:
		sx = 4
	case image.YCbCrSubsampleRatio410:
		sx, sy = 4, 2
	}
	mean := func(to []byte, toStride int, from []byte, fromStride, sx, sy int) {
		maxX, maxY := (b.Dx()-1)/sx, (b.Dy()-1)/sy
		for y := range h {
			y0, y1 := y*k/sy, min(((y+1)*k-1)/sy, maxY)
			for x := range w {
				x0, x1 := x*k/sx, min(((x+1)*k-1)/sx, maxX)
				sum := 0
				for v := y0; v <= y1; v++ {
					for _, p := range from[v*fromStride+x0 : v*fromStride+x1+1] {
						sum += int(p)
					}
				}
				n := (y1 - y0 + 1) * (x1 - x0 + 1)
				to[y*toStride+x] = byte((sum + n/2) / n)
			}
		}
	}
	mean(out.Y, out.YStride, in.Y, in.YStride, 1, 1)
	mean(out.Cb, out.CStride, in.Cb, in.CStride, sx, sy)
	mean(out.Cr, out.CStride, in.Cr, in.CStride, sx, sy)
	return out
}

func brokenPhoto() error {
	return models.Errorf(models.CodeBadFile,
		"This picture cannot be opened: it is damaged or was cut off on the way. Open it on your own device; if it shows there, save it as a new JPEG and send that.")
}

// readAll reads a whole upload, within bounds.
func readAll(r io.Reader) ([]byte, error) {
	data, err := io.ReadAll(io.LimitReader(r, maxUpload+1))
	if err != nil {
		return nil, fmt.Errorf("read a file: %w", err)
	}
	if len(data) > maxUpload {
		return nil, models.Errorf(models.CodeTooLarge, "This file is larger than %d MB. Save it in a smaller size and send it again.", maxUpload>>20)
	}
	return data, nil
}

// bytesPerPixel estimates what the decoder needs. A progressive JPEG is held as coefficients of four bytes each until it is complete.
func bytesPerPixel(cfg image.Config, format string, data []byte) int64 {
	if format == "jpeg" {
		if progressive(data) {
			return 15
		}
		return 3
	}
	if format == "webp" {
		return 6 // four planes, and what is unpacked at a time
	}
	switch cfg.ColorModel {
	case color.NRGBA64Model, color.RGBA64Model:
		return 8
	}
	return 4
}

// progressive looks for the start-of-frame marker of a progressive JPEG.
func progressive(data []byte) bool {
	for i := 2; i+4 <= len(data) && data[i] == 0xFF; {
		marker := data[i+1]
		switch {
		case marker == 0xFF:
			i++
			continue
		case marker == 0xC2:
			return true
		case marker == 0xC0 || marker == 0xC1 || marker == 0xDA:
			return false
		case marker == 0x01 || marker >= 0xD0 && marker <= 0xD7:
			i += 2
			continue
		}
		i += 2 + int(data[i+2])<<8 + int(data[i+3])
	}
	return false
}

// orientation reads how the camera was held, 1 to 8 of the EXIF standard; 1 where the file does not say.
func orientation(data []byte, format string) int {
	kind := imagemeta.JPEG
	switch format {
	case "png":
		kind = imagemeta.PNG
	case "webp":
		kind = imagemeta.WebP
	case "heic":
		kind = imagemeta.HEIF
	}
	held := 1
	_, err := imagemeta.Decode(imagemeta.Options{
		R: bytes.NewReader(data), ImageFormat: kind, Sources: imagemeta.EXIF,
		ShouldHandleTag: func(tag imagemeta.TagInfo) bool { return tag.Tag == "Orientation" },
		HandleTag: func(tag imagemeta.TagInfo) error {
			if v, ok := tag.Value.(uint16); ok && v >= 1 && v <= 8 {
				held = int(v)
				return imagemeta.ErrStopWalking
			}
			return nil
		},
	})
	if err != nil && !errors.Is(err, imagemeta.ErrStopWalking) {
		return held // a picture with broken notes is still a picture
	}
	return held
}

// upright turns a small picture as its camera was held (EXIF 2.3, tag 274).
func upright(img *image.NRGBA, held int) *image.NRGBA {
	switch held {
	case 2:
		return imaging.FlipH(img)
	case 3:
		return imaging.Rotate180(img)
	case 4:
		return imaging.FlipV(img)
	case 5:
		return imaging.Transpose(img)
	case 6:
		return imaging.Rotate270(img)
	case 7:
		return imaging.Transverse(img)
	case 8:
		return imaging.Rotate90(img)
	}
	return img
}

// onWhite puts a picture that lets light through on white paper.
func onWhite(img *image.NRGBA) *image.NRGBA {
	if img.Opaque() {
		return img
	}
	out := image.NewNRGBA(img.Bounds())
	draw.Draw(out, out.Bounds(), image.White, image.Point{}, draw.Src)
	draw.Draw(out, out.Bounds(), img, img.Bounds().Min, draw.Over)
	return out
}
