package document

import (
	"bytes"
	"compress/zlib"
	"fmt"
	"io"
	"maps"
	"slices"
	"strconv"

	"github.com/pdfcpu/pdfcpu/pkg/pdfcpu/model"
	"github.com/pdfcpu/pdfcpu/pkg/pdfcpu/types"
)

// objects writes the numbered objects of one PDF, one after the other, and remembers where each begins.
type objects struct {
	w   io.Writer
	at  int64
	pos []int64 // by object number; 0 while not written
	err error
}

func newObjects(w io.Writer) *objects { return &objects{w: w, pos: []int64{0}} }

func (o *objects) write(p []byte) {
	if o.err != nil {
		return
	}
	n, err := o.w.Write(p)
	o.at += int64(n)
	o.err = err
}

func (o *objects) printf(format string, args ...any) { o.write(fmt.Appendf(nil, format, args...)) }

// alloc gives a number to an object that is written later.
func (o *objects) alloc() int {
	o.pos = append(o.pos, 0)
	return len(o.pos) - 1
}

// object writes one object that is no stream.
func (o *objects) object(nr int, body []byte) {
	o.pos[nr] = o.at
	o.printf("%d 0 obj\n", nr)
	o.write(body)
	o.printf("\nendobj\n")
}

// stream writes one stream; dict is the inside of its dictionary without the length.
func (o *objects) stream(nr int, dict, data []byte) {
	o.pos[nr] = o.at
	o.printf("%d 0 obj\n<<%s /Length %d>>\nstream\n", nr, dict, len(data))
	o.write(data)
	o.printf("\nendstream\nendobj\n")
}

// trailer ends the file. A number that was given out and never written is a free entry, which readers take as null.
func (o *objects) trailer(root, info int) error {
	start := o.at
	var b bytes.Buffer
	fmt.Fprintf(&b, "xref\n0 %d\n0000000000 65535 f \n", len(o.pos))
	for _, at := range o.pos[1:] {
		if at == 0 {
			b.WriteString("0000000000 00000 f \n")
		} else {
			fmt.Fprintf(&b, "%010d 00000 n \n", at)
		}
	}
	fmt.Fprintf(&b, "trailer\n<</Size %d /Root %d 0 R", len(o.pos), root)
	if info != 0 {
		fmt.Fprintf(&b, " /Info %d 0 R", info)
	}
	fmt.Fprintf(&b, ">>\nstartxref\n%d\n%%%%EOF\n", start)
	o.write(b.Bytes())
	return o.err
}

// deflate packs the content of a page; at this level because photos are packed already and text gains little from more.
func deflate(data []byte) []byte {
	var b bytes.Buffer
	z := zlib.NewWriter(&b)
	_, _ = z.Write(data) // a bytes.Buffer never fails
	_ = z.Close()
	return b.Bytes()
}

// maxNesting is how deep arrays and dictionaries may stand in each other in a PDF that is copied.
const maxNesting = 60

// dropped are the entries of dictionaries that never come along: notes of programs, links to the structure and the page tree that
// are not copied, files, other programs' data, and whatever acts. What is not reached from a page's content is not copied at all.
var dropped = map[string]bool{
	"Metadata": true, "PieceInfo": true, "Parent": true, "StructParent": true, "StructParents": true, "LastModified": true,
	"AF": true, "EF": true, "EmbeddedFiles": true, "OPI": true, "Ref": true, "JS": true, "JavaScript": true, "AA": true, "OpenAction": true,
	"Annots": true, "Thumb": true,
}

// copier copies what the pages of one PDF draw with into another.
type copier struct {
	from  *model.XRefTable
	to    *objects
	seen  map[int]int // object number there -> here
	queue []copied
}

type copied struct {
	nr  int
	obj types.Object
}

func newCopier(from *model.XRefTable, to *objects) *copier {
	return &copier{from: from, to: to, seen: map[int]int{}}
}

// add gives a number to an object that is still to be copied.
func (c *copier) add(o types.Object) int {
	nr := c.to.alloc()
	c.queue = append(c.queue, copied{nr, o})
	return nr
}

// flush copies all objects that were named so far, and those that they name.
func (c *copier) flush() error {
	for len(c.queue) > 0 {
		next := c.queue[0]
		c.queue = c.queue[1:]
		obj, err := c.from.Dereference(next.obj)
		if err != nil {
			return err
		}
		var b bytes.Buffer
		if sd, ok := obj.(types.StreamDict); ok {
			if err := c.dict(&b, sd.Dict, 0, true); err != nil {
				return err
			}
			// as packed in the source; one that took its bytes from another file (/F) is empty here
			inner := b.Bytes()[2 : b.Len()-2]
			c.to.stream(next.nr, inner, sd.Raw)
		} else {
			if err := c.value(&b, obj, 0); err != nil {
				return err
			}
			c.to.object(next.nr, b.Bytes())
		}
		if c.to.err != nil {
			return c.to.err
		}
	}
	return nil
}

func (c *copier) value(b *bytes.Buffer, o types.Object, depth int) error {
	if depth > maxNesting {
		return fmt.Errorf("an object of the PDF nests more than %d deep", maxNesting)
	}
	switch o := o.(type) {
	case nil:
		b.WriteString("null")
	case types.IndirectRef:
		nr := o.ObjectNumber.Value()
		to, ok := c.seen[nr]
		if !ok {
			to = c.add(o)
			c.seen[nr] = to
		}
		fmt.Fprintf(b, "%d 0 R", to)
	case types.Dict:
		return c.dict(b, o, depth, false)
	case types.StreamDict:
		fmt.Fprintf(b, "%d 0 R", c.add(o)) // cannot stand inside another object
	case types.Array:
		b.WriteByte('[')
		for i, v := range o {
			if i > 0 {
				b.WriteByte(' ')
			}
			if err := c.value(b, v, depth+1); err != nil {
				return err
			}
		}
		b.WriteByte(']')
	case types.Name:
		writeName(b, o.Value())
	case types.Float:
		b.WriteString(strconv.FormatFloat(o.Value(), 'f', -1, 64))
	case types.Integer, types.Boolean, types.StringLiteral, types.HexLiteral:
		b.WriteString(o.PDFString())
	default:
		return fmt.Errorf("an object of the PDF is a %T", o)
	}
	return nil
}

// dict writes a dictionary with its keys in order.
func (c *copier) dict(b *bytes.Buffer, d types.Dict, depth int, isStream bool) error {
	b.WriteString("<<")
	for _, k := range slices.Sorted(maps.Keys(d)) {
		v := d[k]
		if dropped[k] || isStream && (k == "Length" || k == "F" || k == "FFilter" || k == "FDecodeParms" || k == "DL") {
			continue
		}
		writeName(b, k)
		b.WriteByte(' ')
		var err error
		switch k {
		case "Resources":
			err = c.resources(b, v, depth+1)
		case "CharProcs", "Colorants": //nolint:misspell // the key as ISO 32000 spells it
			err = c.names(b, v, depth+1)
		default:
			err = c.value(b, v, depth+1)
		}
		if err != nil {
			return err
		}
		b.WriteByte(' ')
	}
	b.WriteString(">>")
	return nil
}

// resources writes what a page or form draws with. Its inner dictionaries map names of the author's choice, so that nothing is
// dropped by name there.
func (c *copier) resources(b *bytes.Buffer, o types.Object, depth int) error {
	d, err := c.from.DereferenceDict(o)
	if err != nil {
		return err
	}
	b.WriteString("<<")
	for _, k := range []string{"ColorSpace", "ExtGState", "Font", "Pattern", "ProcSet", "Properties", "Shading", "XObject"} {
		v, ok := d[k]
		if !ok {
			continue
		}
		b.WriteString("/" + k + " ")
		if k == "ProcSet" {
			err = c.value(b, v, depth+1)
		} else {
			err = c.names(b, v, depth+1)
		}
		if err != nil {
			return err
		}
		b.WriteByte(' ')
	}
	b.WriteString(">>")
	return nil
}

func (c *copier) names(b *bytes.Buffer, o types.Object, depth int) error {
	d, err := c.from.DereferenceDict(o)
	if err != nil {
		return err
	}
	b.WriteString("<<")
	for _, k := range slices.Sorted(maps.Keys(d)) {
		writeName(b, k)
		b.WriteByte(' ')
		if err := c.value(b, d[k], depth+1); err != nil {
			return err
		}
		b.WriteByte(' ')
	}
	b.WriteString(">>")
	return nil
}

// writeName writes a name with what is not plain in it as #xx; pdfcpu hands out names and keys decoded.
func writeName(b *bytes.Buffer, name string) {
	b.WriteByte('/')
	for i := range len(name) {
		ch := name[i]
		if ch <= ' ' || ch >= 0x7F || bytes.IndexByte([]byte("#()<>[]{}/%"), ch) >= 0 {
			fmt.Fprintf(b, "#%02x", ch)
		} else {
			b.WriteByte(ch)
		}
	}
}
