package document

import (
	"bytes"
	"compress/gzip"
	"context"
	_ "embed"
	"encoding/binary"
	"errors"
	"fmt"
	"image"
	"io"
	"sync"

	"github.com/tetratelabs/wazero"
	"github.com/tetratelabs/wazero/imports/wasi_snapshot_preview1"
)

// The decoder of iPhone photos: libheif and libde265, compiled to WebAssembly, as the module github.com/gen2brain/heic v0.4.5 carries them.
// They run here and not through that module, which would load a libheif of the machine where there is one, sets no bound to its
// memory, and cannot tell the size of a photo. In WebAssembly a crafted file reaches nothing of this program.
//
//go:embed heif/heif.wasm.gz
var heifProgram []byte

// heicMemory is the most that the decoder may take up, in pages of 64 KiB: enough for 48 megapixels.
const heicMemory = 400 << 20 / (64 << 10)

type heifRuntime struct {
	runtime wazero.Runtime
	program wazero.CompiledModule
}

// heif compiles the decoder, on the first photo that needs it.
var heif = sync.OnceValues(func() (heifRuntime, error) {
	ctx := context.Background()
	r, err := gzip.NewReader(bytes.NewReader(heifProgram))
	if err != nil {
		return heifRuntime{}, err
	}
	code, err := io.ReadAll(r)
	if err != nil {
		return heifRuntime{}, err
	}
	h := heifRuntime{runtime: wazero.NewRuntimeWithConfig(ctx, wazero.NewRuntimeConfig().WithMemoryLimitPages(heicMemory))}
	if _, err := wasi_snapshot_preview1.Instantiate(ctx, h.runtime); err != nil {
		return heifRuntime{}, err
	}
	h.program, err = h.runtime.CompileModule(ctx, code)
	return h, err
})

// errHEIC is a photo that the decoder does not open.
var errHEIC = errors.New("the photo cannot be decoded")

// isHEIC reports whether bytes begin as a HEIF file does.
func isHEIC(data []byte) bool {
	if len(data) < 16 || string(data[4:8]) != "ftyp" {
		return false
	}
	n := min(int(binary.BigEndian.Uint32(data)), len(data), 256)
	for i := 8; i+4 <= n; i += 4 {
		switch string(data[i : i+4]) {
		case "heic", "heix", "heim", "heis", "hevc", "hevx", "mif1", "msf1":
			return true
		}
	}
	return false
}

// heicFacts are what the boxes of a HEIF file say without a pixel being opened.
type heicFacts struct {
	width, height int  // of the largest picture in it, pixels
	turned        bool // it says itself how it is to be turned, and the decoder follows
}

// heicBoxes reads the boxes that say how large the pictures of a file are.
func heicBoxes(data []byte) heicFacts {
	var f heicFacts
	var walk func(b []byte, depth int)
	walk = func(b []byte, depth int) {
		for len(b) >= 8 {
			size, head := uint64(binary.BigEndian.Uint32(b)), 8
			switch {
			case size == 0:
				size = uint64(len(b))
			case size == 1 && len(b) >= 16:
				size, head = binary.BigEndian.Uint64(b[8:]), 16
			}
			if size < uint64(head) || size > uint64(len(b)) { //nolint:gosec // 8 or 16
				return
			}
			body := b[head:size]
			switch string(b[4:8]) {
			case "meta":
				if len(body) > 4 && depth == 0 {
					walk(body[4:], 1)
				}
			case "iprp", "ipco":
				if depth > 0 && depth < 3 {
					walk(body, depth+1)
				}
			case "ispe":
				if len(body) >= 12 {
					w, h := binary.BigEndian.Uint32(body[4:]), binary.BigEndian.Uint32(body[8:])
					if uint64(w)*uint64(h) > uint64(f.width)*uint64(f.height) { //nolint:gosec // both are 32 bits
						f.width, f.height = int(w), int(h)
					}
				}
			case "irot", "imir":
				f.turned = true
			}
			b = b[size:]
		}
	}
	walk(data, 0)
	return f
}

// decodeHEIC opens a photo, turned as its boxes say. The caller has bounded its pixels.
func decodeHEIC(data []byte) (image.Image, error) {
	h, err := heif()
	if err != nil {
		return nil, fmt.Errorf("start the decoder of HEIC: %w", err)
	}
	ctx := context.Background()
	mod, err := h.runtime.InstantiateModule(ctx, h.program, wazero.NewModuleConfig().WithName(""))
	if err != nil {
		return nil, fmt.Errorf("start the decoder of HEIC: %w", err)
	}
	defer func() { _ = mod.Close(ctx) }() // it gives its memory back, whatever it says
	mem := mod.Memory()
	alloc := func(n int) uint32 {
		res, err := mod.ExportedFunction("malloc").Call(ctx, uint64(n)) //nolint:gosec // not below zero
		if err != nil {
			return 0
		}
		return uint32(res[0]) //nolint:gosec // an address
	}
	in, facts := alloc(len(data)), alloc(5*4)
	if in == 0 || facts == 0 || !mem.Write(in, data) {
		return nil, errHEIC
	}
	decode := func(sizeOnly uint64, out uint32) bool {
		res, err := mod.ExportedFunction("decode").Call(ctx, uint64(in), uint64(len(data)), sizeOnly,
			uint64(facts), uint64(facts+4), uint64(facts+8), uint64(facts+12), uint64(facts+16), uint64(out))
		return err == nil && res[0] != 0
	}
	if !decode(1, 0) {
		return nil, errHEIC
	}
	var said [5]uint32 // width, height, colour space, sampling of colours, multiplied by alpha
	for i := range said {
		said[i], _ = mem.ReadUint32Le(facts + uint32(i)*4) //nolint:gosec // below 5
	}
	if said[0] == 0 || said[1] == 0 || uint64(said[0])*uint64(said[1]) > maxPixels {
		return nil, errHEIC
	}
	rect := image.Rect(0, 0, int(said[0]), int(said[1]))
	aligned := func(n int) int { return (n + 15) &^ 15 }
	var size int
	var img image.Image
	var fill func(b []byte)
	const yuv, rgb, grey = 0, 1, 2
	switch said[2] {
	case yuv:
		c := &image.YCbCr{Rect: rect, YStride: aligned(rect.Dx())}
		high := rect.Dy()
		switch said[3] {
		case 1:
			c.SubsampleRatio, c.CStride, high = image.YCbCrSubsampleRatio420, aligned((rect.Dx()+1)/2), (rect.Dy()+1)/2
		case 2:
			c.SubsampleRatio, c.CStride = image.YCbCrSubsampleRatio422, aligned((rect.Dx()+1)/2)
		case 3:
			c.SubsampleRatio, c.CStride = image.YCbCrSubsampleRatio444, aligned(rect.Dx())
		default:
			return nil, errHEIC
		}
		y, cb := c.YStride*rect.Dy(), c.CStride*high
		size, img = y+2*cb, c
		fill = func(b []byte) { c.Y, c.Cb, c.Cr = b[:y:y], b[y:y+cb:y+cb], b[y+cb:] }
	case grey:
		g := &image.Gray{Rect: rect, Stride: aligned(rect.Dx())}
		size, img = g.Stride*rect.Dy(), g
		fill = func(b []byte) { g.Pix = b }
	case rgb:
		size = aligned(rect.Dx()*4) * rect.Dy()
		if said[4] == 1 {
			c := &image.RGBA{Rect: rect, Stride: aligned(rect.Dx() * 4)}
			img, fill = c, func(b []byte) { c.Pix = b }
		} else {
			c := &image.NRGBA{Rect: rect, Stride: aligned(rect.Dx() * 4)}
			img, fill = c, func(b []byte) { c.Pix = b }
		}
	default:
		return nil, errHEIC
	}
	// The decoder copies its rows as wide as it holds them, which is sixteen bytes wider where it aligns more than was thought.
	out := alloc(size + 64*rect.Dy())
	if out == 0 || !decode(0, out) {
		return nil, errHEIC
	}
	pixels, ok := mem.Read(out, uint32(size)) //nolint:gosec // bounded by maxPixels
	if !ok {
		return nil, errHEIC
	}
	fill(pixels) // a view of the decoder's memory, which lives as long as the picture
	return img, nil
}
