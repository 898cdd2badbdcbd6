package demo

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"hash/fnv"
	"image"
	"image/color"
	"image/jpeg"
	"math"
	"math/rand/v2"
	"strings"

	"commoncase/models/civil"
)

// The photos of the demonstration are drawn here, so that no real home is in them. They look like what a telephone takes of a wall:
// uneven light, noise, and the marks that the case is about. Each carries, as a telephone would write it, the day and a place in the
// North Sea; the copy that Commoncase shares must have lost both.
const (
	photoWidth  = 1200
	photoHeight = 900
)

// photo draws a photo by its name, KIND-NUMBER; the number makes two of a kind differ. The bytes depend on the arguments alone.
func photo(name string, on civil.Date) ([]byte, error) {
	kind, _, _ := strings.Cut(name, "-")
	h := fnv.New64a()
	h.Write([]byte(name)) // never fails
	p := &canvas{img: image.NewRGBA(image.Rect(0, 0, photoWidth, photoHeight)), rnd: rand.New(rand.NewPCG(h.Sum64(), 1))}
	switch kind {
	case "early":
		p.wall(color.RGBA{222, 216, 202, 255})
		p.mould(60, 0.8)
		p.skirting()
	case "mould":
		p.wall(color.RGBA{222, 216, 202, 255})
		p.mould(230, 1)
		p.skirting()
	case "painted":
		p.wall(color.RGBA{238, 237, 233, 255})
		p.brushwork()
		p.skirting()
	case "return":
		p.wall(color.RGBA{238, 237, 233, 255})
		p.brushwork()
		p.mould(75, 0.75)
		p.skirting()
	case "stain":
		p.wall(color.RGBA{231, 229, 222, 255})
		p.stain()
	case "window":
		p.wall(color.RGBA{214, 208, 196, 255})
		p.window()
	case "meter":
		p.wall(color.RGBA{226, 220, 207, 255})
		p.mould(90, 0.7)
		p.meter()
	default:
		return nil, fmt.Errorf("no photo of the kind %q", kind)
	}
	p.light()
	var out bytes.Buffer
	if err := jpeg.Encode(&out, p.img, &jpeg.Options{Quality: 82}); err != nil {
		return nil, fmt.Errorf("write photo %s: %w", name, err)
	}
	return withCameraData(out.Bytes(), on), nil
}

type canvas struct {
	img *image.RGBA
	rnd *rand.Rand
}

// blend lays a colour over a pixel; outside the picture nothing happens.
func (p *canvas) blend(x, y int, c color.RGBA, opacity float64) {
	if x < 0 || y < 0 || x >= photoWidth || y >= photoHeight || opacity <= 0 {
		return
	}
	opacity = math.Min(opacity, 1)
	i := p.img.PixOffset(x, y)
	px := p.img.Pix[i : i+3 : i+3]
	for k, v := range [3]uint8{c.R, c.G, c.B} {
		px[k] = uint8(float64(px[k])*(1-opacity) + float64(v)*opacity)
	}
}

// disc lays a soft round mark.
func (p *canvas) disc(cx, cy, r float64, c color.RGBA, opacity float64) {
	for y := int(cy - r); y <= int(cy+r); y++ {
		for x := int(cx - r); x <= int(cx+r); x++ {
			if d := math.Hypot(float64(x)-cx, float64(y)-cy) / r; d < 1 {
				p.blend(x, y, c, opacity*(1-d*d))
			}
		}
	}
}

func (p *canvas) rect(x0, y0, x1, y1 int, c color.RGBA) {
	for y := y0; y < y1; y++ {
		for x := x0; x < x1; x++ {
			p.blend(x, y, c, 1)
		}
	}
}

// wall fills the picture with plaster: a colour with large, faint unevenness.
func (p *canvas) wall(c color.RGBA) {
	const cell = 60
	var grid [photoHeight/cell + 2][photoWidth/cell + 2]float64
	for y := range grid {
		for x := range grid[y] {
			grid[y][x] = p.rnd.Float64()*14 - 7
		}
	}
	for y := range photoHeight {
		gy, fy := y/cell, float64(y%cell)/cell
		for x := range photoWidth {
			gx, fx := x/cell, float64(x%cell)/cell
			d := (grid[gy][gx]*(1-fx)+grid[gy][gx+1]*fx)*(1-fy) + (grid[gy+1][gx]*(1-fx)+grid[gy+1][gx+1]*fx)*fy
			p.img.SetRGBA(x, y, color.RGBA{shade(c.R, d), shade(c.G, d), shade(c.B, d), 255})
		}
	}
}

func shade(v uint8, by float64) uint8 { return uint8(math.Max(0, math.Min(255, float64(v)+by))) }

// mould grows colonies from the lower right corner: many small dark spots around seeds, with a damp shadow beneath.
func (p *canvas) mould(colonies int, strength float64) {
	dark := color.RGBA{38, 44, 36, 255}
	damp := color.RGBA{150, 140, 112, 255}
	for range colonies / 6 {
		p.disc(photoWidth-math.Abs(p.rnd.NormFloat64())*330, photoHeight-90-math.Abs(p.rnd.NormFloat64())*240, 90+p.rnd.Float64()*80, damp, 0.12*strength)
	}
	for range colonies {
		cx := photoWidth - math.Abs(p.rnd.NormFloat64())*360
		cy := photoHeight - 90 - math.Abs(p.rnd.NormFloat64())*260
		for range 8 + p.rnd.IntN(30) {
			p.disc(cx+p.rnd.NormFloat64()*26, cy+p.rnd.NormFloat64()*26, 1.5+p.rnd.Float64()*p.rnd.Float64()*13, dark, strength*(0.25+p.rnd.Float64()*0.5))
		}
	}
}

func (p *canvas) skirting() {
	p.rect(0, photoHeight-88, photoWidth, photoHeight, color.RGBA{236, 233, 226, 255})
	p.rect(0, photoHeight-90, photoWidth, photoHeight-86, color.RGBA{164, 158, 146, 255})
	p.rect(0, photoHeight-22, photoWidth, photoHeight, color.RGBA{112, 92, 74, 255})
}

func (p *canvas) brushwork() {
	for range 160 {
		y, x0 := p.rnd.IntN(photoHeight), p.rnd.IntN(photoWidth)
		for x := x0; x < x0+120+p.rnd.IntN(260); x++ {
			p.blend(x, y, color.RGBA{250, 250, 248, 255}, 0.5)
			p.blend(x, y+1, color.RGBA{214, 212, 206, 255}, 0.25)
		}
	}
}

// stain is what water leaves on a ceiling: rings, darkest at the edge of each.
func (p *canvas) stain() {
	brown := color.RGBA{146, 104, 52, 255}
	cx, cy := photoWidth*(0.4+p.rnd.Float64()*0.2), photoHeight*(0.4+p.rnd.Float64()*0.2)
	phase, lobes := p.rnd.Float64()*6, 3+p.rnd.Float64()*3
	for y := range photoHeight {
		for x := range photoWidth {
			dx, dy := float64(x)-cx, float64(y)-cy
			angle := math.Atan2(dy, dx)
			d := math.Hypot(dx, dy) / (1 + 0.16*math.Sin(angle*lobes+phase) + 0.07*math.Sin(angle*9))
			switch {
			case d < 285:
				p.blend(x, y, brown, 0.08+0.12*d/285)
			case d < 300:
				p.blend(x, y, brown, 0.5)
			case d < 370:
				p.blend(x, y, brown, 0.12)
			case d < 380:
				p.blend(x, y, brown, 0.34)
			}
		}
	}
	for range 40 {
		p.disc(cx+p.rnd.NormFloat64()*90, cy+p.rnd.NormFloat64()*90, 4+p.rnd.Float64()*14, color.RGBA{96, 78, 48, 255}, 0.25)
	}
}

// window has drops on the glass and a wet sill.
func (p *canvas) window() {
	p.rect(150, 60, 1050, 700, color.RGBA{240, 240, 238, 255})
	for _, x := range []int{190, 620} {
		for y := 100; y < 660; y++ {
			for dx := range 390 {
				p.blend(x+dx, y, color.RGBA{shade(150, float64(660-y)/9), shade(164, float64(660-y)/9), shade(178, float64(660-y)/9), 255}, 1)
			}
		}
		for range 900 {
			cx, cy := float64(x)+p.rnd.Float64()*390, 100+math.Sqrt(p.rnd.Float64())*560
			p.disc(cx, cy, 1.5+p.rnd.Float64()*5, color.RGBA{224, 232, 240, 255}, 0.6)
			p.disc(cx+1, cy+2, 1.5, color.RGBA{78, 90, 104, 255}, 0.5)
		}
	}
	p.rect(110, 700, 1090, 760, color.RGBA{246, 245, 242, 255})
	for range 26 {
		p.disc(200+p.rnd.Float64()*800, 730, 12+p.rnd.Float64()*30, color.RGBA{176, 190, 200, 255}, 0.5)
	}
	for range 60 {
		p.disc(160+p.rnd.Float64()*880, 694+p.rnd.Float64()*8, 2+p.rnd.Float64()*7, color.RGBA{40, 44, 40, 255}, 0.7)
	}
}

// digits are the seven segments of a display: top, upper left, upper right, middle, lower left, lower right, bottom.
var digits = map[rune]string{'2': "1011101", '7': "1010010", '4': "0111010", '.': ""}

// meter is a hand-held moisture meter that reads 27.4.
func (p *canvas) meter() {
	p.rect(420, 210, 780, 760, color.RGBA{226, 160, 36, 255})
	p.rect(430, 220, 770, 750, color.RGBA{52, 54, 58, 255})
	p.rect(470, 270, 730, 430, color.RGBA{176, 190, 160, 255})
	x := 492
	for _, r := range "27.4" {
		ink := color.RGBA{28, 32, 26, 255}
		if r == '.' {
			p.rect(x, 400, x+10, 410, ink)
			x += 22
			continue
		}
		boxes := [7][4]int{{4, 0, 44, 10}, {0, 4, 10, 54}, {38, 4, 48, 54}, {4, 50, 44, 60}, {0, 56, 10, 110}, {38, 56, 48, 110}, {4, 104, 44, 114}}
		for i, on := range digits[r] {
			if b := boxes[i]; on == '1' {
				p.rect(x+b[0], 296+b[1], x+b[2], 296+b[3], ink)
			}
		}
		x += 66
	}
	p.disc(600, 580, 74, color.RGBA{196, 60, 44, 255}, 1)
	p.rect(520, 120, 532, 212, color.RGBA{190, 192, 196, 255})
	p.rect(668, 120, 680, 212, color.RGBA{190, 192, 196, 255})
}

// light makes the picture darker towards one side and adds the noise of a small sensor.
func (p *canvas) light() {
	for y := range photoHeight {
		for x := range photoWidth {
			i := p.img.PixOffset(x, y)
			d := -34*float64(x)/photoWidth - 16*math.Abs(float64(y)/photoHeight-0.4) + float64(p.rnd.IntN(11)) - 5
			for k := range 3 {
				p.img.Pix[i+k] = shade(p.img.Pix[i+k], d)
			}
		}
	}
}

// withCameraData puts behind the first two bytes of a JPEG what a telephone writes there (Exif 2.32): the day, the maker, and the
// place by satellite, 54 degrees north, 2 degrees east, which is open sea.
func withCameraData(jpg []byte, on civil.Date) []byte {
	be := binary.BigEndian
	type field struct {
		tag, kind uint16
		count     uint32
		value     []byte
	}
	text := func(tag uint16, s string) field {
		return field{tag, 2, uint32(len(s) + 1), append([]byte(s), 0)}
	}
	long := func(tag uint16, v uint32) field { return field{tag, 4, 1, be.AppendUint32(nil, v)} }
	degrees := func(tag uint16, d, m, s uint32) field {
		var b []byte
		for _, v := range []uint32{d, 1, m, 1, s, 1} {
			b = be.AppendUint32(b, v)
		}
		return field{tag, 5, 3, b}
	}
	// directory lays out one directory that begins at an offset: the fields, then the values that are longer than four bytes.
	directory := func(offset uint32, fields []field) []byte {
		b := be.AppendUint16(nil, uint16(len(fields)))
		rest := offset + 2 + 12*uint32(len(fields)) + 4
		var values []byte
		for _, f := range fields {
			b = be.AppendUint16(be.AppendUint16(b, f.tag), f.kind)
			b = be.AppendUint32(b, f.count)
			if len(f.value) <= 4 {
				b = append(b, append(f.value, make([]byte, 4-len(f.value))...)...)
				continue
			}
			b = be.AppendUint32(b, rest+uint32(len(values)))
			values = append(values, f.value...)
			if len(values)%2 == 1 {
				values = append(values, 0)
			}
		}
		return append(be.AppendUint32(b, 0), values...)
	}
	taken := text(0x0132, on.Time().Format("2006:01:02")+" 09:14:00")
	first := func(place uint32) []byte {
		return directory(8, []field{text(0x010F, "Invented Telephones"), text(0x0110, "Demo 4"), taken, long(0x8825, place)})
	}
	place := 8 + uint32(len(first(0)))
	tiff := append([]byte("MM\x00\x2a\x00\x00\x00\x08"), first(place)...)
	tiff = append(tiff, directory(place, []field{
		{0x0000, 1, 4, []byte{2, 3, 0, 0}}, text(0x0001, "N"), degrees(0x0002, 54, 0, 0), text(0x0003, "E"), degrees(0x0004, 2, 0, 0),
	})...)
	body := append([]byte("Exif\x00\x00"), tiff...)
	out := append([]byte{}, jpg[:2]...)
	out = append(out, 0xFF, 0xE1)
	out = be.AppendUint16(out, uint16(len(body)+2))
	out = append(out, body...)
	return append(out, jpg[2:]...)
}
