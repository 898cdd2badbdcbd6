package document

import (
	"bytes"
	"compress/zlib"
	"errors"
	"fmt"
	"io"
	"math"
	"sync"

	"github.com/pdfcpu/pdfcpu/pkg/api"
	"github.com/pdfcpu/pdfcpu/pkg/filter"
	"github.com/pdfcpu/pdfcpu/pkg/pdfcpu"
	"github.com/pdfcpu/pdfcpu/pkg/pdfcpu/model"
	"github.com/pdfcpu/pdfcpu/pkg/pdfcpu/types"
	"golang.org/x/text/encoding/charmap"

	"commoncase/models"
)

// MaxPages is how many pages one PDF may have.
const MaxPages = 500

// maxContent is how many bytes the unpacked drawing instructions of one PDF may come to; more is a bomb and no letter.
const maxContent = 96 << 20

// SafePDF makes the copy of an uploaded PDF that may be shared, and counts its pages. The copy is built anew from what the pages
// show and from nothing else: text, pictures, filled-in form fields and comments as they look. Scripts, actions, embedded files,
// links, layers, metadata (names, paths, programs) and encryption are not carried over. The same bytes give the same copy.
// A PDF that cannot be opened, needs a password, or has more than MaxPages pages is models.CodeBadFile with a sentence.
func SafePDF(r io.Reader) (safe []byte, pages int, err error) {
	data, err := readAll(r)
	if err != nil {
		return nil, 0, err
	}
	src, err := readPDF(data)
	if err != nil {
		return nil, 0, err
	}
	var out bytes.Buffer
	if err := src.rewrite(&out); err != nil {
		return nil, 0, err
	}
	return out.Bytes(), len(src.pages), nil
}

// source is a PDF that was read, with its pages in order.
type source struct {
	x     *model.XRefTable
	pages []sourcePage
	spent int // bytes of drawing instructions so far
}

// sourcePage is one page with what it inherits.
type sourcePage struct {
	dict      types.Dict
	resources types.Object
	box       [4]float64 // what is seen: left, bottom, right, top, in units of the page
	rotate    int        // 0, 90, 180 or 270, clockwise
	unit      float64    // points to a unit
}

// size returns the width and height as shown, in points.
func (p sourcePage) size() (w, h float64) {
	w, h = (p.box[2]-p.box[0])*p.unit, (p.box[3]-p.box[1])*p.unit
	if p.rotate%180 != 0 {
		w, h = h, w
	}
	return w, h
}

// matrix maps the page as it lies in the file to its lower left corner as shown, in points.
func (p sourcePage) matrix() [6]float64 {
	u, b := p.unit, p.box
	switch p.rotate {
	case 90:
		return [6]float64{0, -u, u, 0, -b[1] * u, b[2] * u}
	case 180:
		return [6]float64{-u, 0, 0, -u, b[2] * u, b[3] * u}
	case 270:
		return [6]float64{0, u, -u, 0, b[3] * u, -b[0] * u}
	}
	return [6]float64{u, 0, 0, u, -b[0] * u, -b[1] * u}
}

func brokenPDF() error {
	return models.Errorf(models.CodeBadFile,
		"This PDF cannot be opened: it is damaged or was cut off on the way. Open it on your own device; if it shows there, print it to a new PDF and send that.")
}

func lockedPDF() error {
	return models.Errorf(models.CodeBadFile,
		"This PDF is locked with a password. Open it with the password, save a copy without one (or print it to a new PDF), and send that.")
}

var offline = sync.OnceFunc(api.DisableConfigDir) // pdfcpu writes a folder into the home otherwise

// readPDF opens a PDF and finds its pages.
func readPDF(data []byte) (src *source, err error) {
	defer func() {
		if p := recover(); p != nil { // a crafted file must not stop the program
			src, err = nil, brokenPDF()
		}
	}()
	offline()
	conf := model.NewDefaultConfiguration()
	conf.Offline = true
	conf.ValidationMode = model.ValidationRelaxed
	conf.Optimize = false
	conf.Limits.MaxStreamBytes = maxUpload
	conf.Limits.MaxDecodeBytes = maxContent
	conf.Limits.MaxObjectCount = 500_000
	conf.Limits.MaxXRefEntries = 500_000
	conf.Limits.MaxObjectStreamCount = 100_000
	ctx, err := api.ReadContext(bytes.NewReader(data), conf)
	if errors.Is(err, pdfcpu.ErrWrongPassword) {
		return nil, lockedPDF()
	}
	if err != nil || ctx == nil || ctx.XRefTable == nil || ctx.Root == nil {
		return nil, brokenPDF()
	}
	src = &source{x: ctx.XRefTable}
	root, err := ctx.XRefTable.DereferenceDict(*ctx.Root)
	if err != nil || root == nil {
		return nil, brokenPDF()
	}
	if err := src.walk(root["Pages"], types.Dict{}, map[int]bool{}, 0); err != nil {
		return nil, err
	}
	if len(src.pages) == 0 {
		return nil, brokenPDF()
	}
	return src, nil
}

// walk collects the pages under a node of the page tree. The counts that the file states are not believed.
func (s *source) walk(node types.Object, inherited types.Dict, seen map[int]bool, depth int) error {
	if depth > maxNesting {
		return brokenPDF()
	}
	if ref, ok := node.(types.IndirectRef); ok {
		nr := ref.ObjectNumber.Value()
		if seen[nr] {
			return brokenPDF()
		}
		seen[nr] = true
	}
	d, err := s.x.DereferenceDict(node)
	if err != nil || d == nil {
		return brokenPDF() // a page that is named but not there: the file was cut off
	}
	own := types.Dict{}
	for _, k := range []string{"Resources", "MediaBox", "CropBox", "Rotate"} {
		if v, ok := d[k]; ok {
			own[k] = v
		} else if v, ok := inherited[k]; ok {
			own[k] = v
		}
	}
	kids, ok := d["Kids"]
	if !ok {
		if len(s.pages) == MaxPages {
			return models.Errorf(models.CodeBadFile, "This PDF has more than %d pages. Save the pages that matter as a PDF of their own, or split it, and send that.", MaxPages)
		}
		s.pages = append(s.pages, s.page(d, own))
		return nil
	}
	list, err := s.x.DereferenceArray(kids)
	if err != nil {
		return brokenPDF()
	}
	for _, kid := range list {
		if err := s.walk(kid, own, seen, depth+1); err != nil {
			return err
		}
	}
	return nil
}

func (s *source) page(d, own types.Dict) sourcePage {
	p := sourcePage{dict: d, resources: own["Resources"], box: [4]float64{0, 0, 595.28, 841.89}, unit: 1}
	if b, ok := s.rect(own["MediaBox"]); ok {
		p.box = b
	}
	if c, ok := s.rect(own["CropBox"]); ok {
		c = [4]float64{max(c[0], p.box[0]), max(c[1], p.box[1]), min(c[2], p.box[2]), min(c[3], p.box[3])}
		if c[2]-c[0] > 1 && c[3]-c[1] > 1 {
			p.box = c
		}
	}
	if r, err := s.x.DereferenceNumber(own["Rotate"]); err == nil && own["Rotate"] != nil {
		p.rotate = ((int(r)/90*90)%360 + 360) % 360
	}
	if u, ok := d["UserUnit"]; ok {
		if v, err := s.x.DereferenceNumber(u); err == nil && v >= 0.1 && v <= 100 {
			p.unit = v
		}
	}
	return p
}

// rect reads a rectangle with an area, its corners in order.
func (s *source) rect(o types.Object) ([4]float64, bool) {
	n, ok := s.numbers(o, 4)
	if !ok {
		return [4]float64{}, false
	}
	r := [4]float64{min(n[0], n[2]), min(n[1], n[3]), max(n[0], n[2]), max(n[1], n[3])}
	return r, r[2]-r[0] > 1 && r[3]-r[1] > 1 && r[2]-r[0] < 1e5 && r[3]-r[1] < 1e5
}

func (s *source) numbers(o types.Object, want int) ([]float64, bool) {
	if o == nil {
		return nil, false
	}
	a, err := s.x.DereferenceArray(o)
	if err != nil || len(a) != want {
		return nil, false
	}
	out := make([]float64, want)
	for i, v := range a {
		if v == nil {
			return nil, false
		}
		f, err := s.x.DereferenceNumber(v)
		if err != nil || math.IsNaN(f) || math.IsInf(f, 0) || math.Abs(f) > 1e6 {
			return nil, false
		}
		out[i] = f
	}
	return out, true
}

// content returns the drawing instructions of a page, unpacked, with its form fields and comments drawn in, and the
// resources that they need.
func (s *source) content(nr int) ([]byte, types.Dict, error) {
	p := s.pages[nr]
	body, err := s.drawing(p.dict["Contents"])
	if err != nil {
		return nil, nil, err
	}
	res := types.Dict{}
	if p.resources != nil {
		d, err := s.x.DereferenceDict(p.resources)
		if err != nil {
			return nil, nil, brokenPDF()
		}
		for k, v := range d {
			res[k] = v
		}
	}
	marks := s.marks(p)
	if len(marks) == 0 {
		return body, res, nil
	}
	xobjects := types.Dict{}
	if o, ok := res["XObject"]; ok {
		d, err := s.x.DereferenceDict(o)
		if err != nil {
			return nil, nil, brokenPDF()
		}
		for k, v := range d {
			xobjects[k] = v
		}
	}
	var b bytes.Buffer
	fmt.Fprintf(&b, "q\n%s\nQ\n", body)
	for i, m := range marks {
		name := fmt.Sprintf("CommoncaseMark%d", i)
		xobjects[name] = m.form
		fmt.Fprintf(&b, "q %s cm /%s Do Q\n", matrixText(m.matrix), name)
	}
	res["XObject"] = xobjects
	return b.Bytes(), res, nil
}

// drawing unpacks the content of a page, one stream or several, within what a whole PDF may come to.
func (s *source) drawing(contents types.Object) ([]byte, error) {
	if contents == nil {
		return nil, nil // an empty page
	}
	o, err := s.x.Dereference(contents)
	if err != nil || o == nil {
		return nil, brokenPDF() // named but not there: the file was cut off
	}
	parts, several := o.(types.Array)
	if !several {
		parts = types.Array{o}
	}
	var body bytes.Buffer
	for _, part := range parts {
		sd, _, err := s.x.DereferenceStreamDict(part)
		if err != nil || sd == nil {
			return nil, brokenPDF()
		}
		one := *sd
		one.Content = nil
		err = one.DecodeWithLimit(int64(max(maxContent-s.spent, 1)))
		if errors.Is(err, filter.ErrDecodeLimitExceeded) || s.spent+len(one.Content) > maxContent {
			return nil, models.Errorf(models.CodeBadFile, "This PDF is too large to open once it is unpacked. Print it to a new PDF, or split it, and send that.")
		}
		if err != nil && (one.Content == nil || !errors.Is(err, zlib.ErrChecksum)) { // readers do not mind a wrong checksum
			return nil, brokenPDF()
		}
		s.spent += len(one.Content)
		body.Write(one.Content)
		body.WriteByte('\n') // words do not run on from one stream into the next (ISO 32000-1, 7.8.2)
	}
	return body.Bytes(), nil
}

// mark is a form field or comment as it looks, to be drawn on its page.
type mark struct {
	form   types.StreamDict
	matrix [6]float64
}

// marks finds what is drawn on a page without being in its content: an answer typed into a form, a comment, a stamp. Links have no
// looks; what is hidden stays out.
func (s *source) marks(p sourcePage) []mark {
	if p.dict["Annots"] == nil {
		return nil
	}
	list, err := s.x.DereferenceArray(p.dict["Annots"])
	if err != nil {
		return nil // a broken list of comments does not make the page unreadable
	}
	var out []mark
	for _, o := range list {
		if len(out) == 2000 {
			break
		}
		d, err := s.x.DereferenceDict(o)
		if err != nil || d == nil {
			continue
		}
		kind := d.Subtype()
		const hidden, noView = 1 << 1, 1 << 5 // ISO 32000-1, table 165
		flags := d.IntEntry("F")
		if kind == nil || *kind == "Link" || *kind == "Popup" || flags != nil && *flags&(hidden|noView) != 0 {
			continue
		}
		rect, ok := s.rect(d["Rect"])
		if !ok {
			continue
		}
		form := s.appearance(d)
		if form == nil && *kind == "Widget" {
			form = s.typed(d, rect)
		}
		if form == nil {
			continue
		}
		if m, ok := s.place(form, rect); ok {
			out = append(out, mark{*form, m})
		}
	}
	return out
}

// appearance returns the normal look of an annotation as a form, nil where it has none.
func (s *source) appearance(d types.Dict) *types.StreamDict {
	if d["AP"] == nil {
		return nil
	}
	ap, err := s.x.DereferenceDict(d["AP"])
	if err != nil || ap["N"] == nil {
		return nil
	}
	n, err := s.x.Dereference(ap["N"])
	if err != nil {
		return nil
	}
	if states, ok := n.(types.Dict); ok { // a tick box: one look for each state
		state := d.NameEntry("AS")
		if state == nil {
			return nil
		}
		if n, err = s.x.Dereference(states[*state]); err != nil {
			return nil
		}
	}
	sd, ok := n.(types.StreamDict)
	if !ok {
		return nil
	}
	form := sd
	form.Dict = types.Dict{}
	for k, v := range sd.Dict {
		form.Dict[k] = v
	}
	form.Dict["Type"], form.Dict["Subtype"] = types.Name("XObject"), types.Name("Form")
	return &form
}

// typed draws the value of a text field that a program filled in without drawing it, so that no answer is lost.
func (s *source) typed(d types.Dict, rect [4]float64) *types.StreamDict {
	field, value := types.Object(nil), types.Object(nil)
	for node, depth := d, 0; node != nil && depth < 8; depth++ {
		if field == nil {
			field = node["FT"]
		}
		if value == nil {
			value = node["V"]
		}
		if node["Parent"] == nil {
			break
		}
		up, err := s.x.DereferenceDict(node["Parent"])
		if err != nil {
			break
		}
		node = up
	}
	if field == nil || value == nil {
		return nil
	}
	if ft, err := s.x.Dereference(field); err != nil || ft != types.Name("Tx") && ft != types.Name("Ch") {
		return nil
	}
	said, err := s.x.DereferenceText(value)
	if err != nil || said == "" {
		return nil
	}
	var b bytes.Buffer
	height := rect[3] - rect[1]
	size := min(max(height*0.6, 4), 10)
	fmt.Fprintf(&b, "q BT /H %.2f Tf %.2f TL 2 %.2f Td", size, size*1.2, max(height-size*1.15, height/2-size*0.35))
	for _, ln := range bytes.Split([]byte(said), []byte("\n")) {
		coded := make([]byte, 0, len(ln))
		for _, r := range string(ln) {
			ch, ok := charmap.Windows1252.EncodeRune(r)
			if !ok {
				ch = '?'
			}
			coded = append(coded, ch)
		}
		fmt.Fprintf(&b, " <%x> Tj T*", coded)
	}
	b.WriteString(" ET Q")
	return &types.StreamDict{
		Dict: types.Dict{
			"Type": types.Name("XObject"), "Subtype": types.Name("Form"),
			"BBox": types.Array{types.Float(0), types.Float(0), types.Float(rect[2] - rect[0]), types.Float(height)},
			"Resources": types.Dict{"Font": types.Dict{"H": types.Dict{
				"Type": types.Name("Font"), "Subtype": types.Name("Type1"), "BaseFont": types.Name("Helvetica"), "Encoding": types.Name("WinAnsiEncoding"),
			}}},
		},
		Raw: b.Bytes(),
	}
}

// place returns the matrix that puts a form into its rectangle (ISO 32000-1, 12.5.5, algorithm 8.1).
func (s *source) place(form *types.StreamDict, rect [4]float64) ([6]float64, bool) {
	bbox, ok := s.rect(form.Dict["BBox"])
	if !ok {
		return [6]float64{}, false
	}
	m := []float64{1, 0, 0, 1, 0, 0}
	if own, ok := s.numbers(form.Dict["Matrix"], 6); ok {
		m = own
	}
	lo, hi := [2]float64{math.Inf(1), math.Inf(1)}, [2]float64{math.Inf(-1), math.Inf(-1)}
	for _, x := range []float64{bbox[0], bbox[2]} {
		for _, y := range []float64{bbox[1], bbox[3]} {
			px, py := m[0]*x+m[2]*y+m[4], m[1]*x+m[3]*y+m[5]
			lo[0], lo[1] = min(lo[0], px), min(lo[1], py)
			hi[0], hi[1] = max(hi[0], px), max(hi[1], py)
		}
	}
	w, h := hi[0]-lo[0], hi[1]-lo[1]
	if w < 1e-3 || h < 1e-3 {
		return [6]float64{}, false
	}
	sx, sy := (rect[2]-rect[0])/w, (rect[3]-rect[1])/h
	return [6]float64{sx, 0, 0, sy, rect[0] - lo[0]*sx, rect[1] - lo[1]*sy}, true
}

func matrixText(m [6]float64) string {
	return fmt.Sprintf("%.5f %.5f %.5f %.5f %.4f %.4f", m[0], m[1], m[2], m[3], m[4], m[5])
}

// rewrite writes the pages as a PDF of their own.
func (s *source) rewrite(w io.Writer) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = brokenPDF()
		}
	}()
	o := newObjects(w)
	o.printf("%%PDF-1.7\n%%\xe2\xe3\xcf\xd3\n")
	catalog, tree, info := o.alloc(), o.alloc(), o.alloc()
	o.object(catalog, fmt.Appendf(nil, "<</Type /Catalog /Pages %d 0 R>>", tree))
	o.object(info, []byte("<</Producer (Commoncase)>>"))
	c := newCopier(s.x, o)
	var kids bytes.Buffer
	for i, p := range s.pages {
		nr, contents := o.alloc(), o.alloc()
		fmt.Fprintf(&kids, "%d 0 R ", nr)
		body, res, err := s.content(i)
		if err != nil {
			return err
		}
		o.stream(contents, []byte("/Filter /FlateDecode"), deflate(body))
		var b bytes.Buffer
		fmt.Fprintf(&b, "<</Type /Page /Parent %d 0 R /MediaBox [%.3f %.3f %.3f %.3f] /Rotate %d /Contents %d 0 R",
			tree, p.box[0], p.box[1], p.box[2], p.box[3], p.rotate, contents)
		if p.unit != 1 {
			fmt.Fprintf(&b, " /UserUnit %.4f", p.unit)
		}
		if err := c.look(&b, p, res); err != nil {
			return brokenPDF()
		}
		b.WriteString(">>")
		o.object(nr, b.Bytes())
		if err := c.flush(); err != nil {
			return c.blame(err)
		}
	}
	o.object(tree, fmt.Appendf(nil, "<</Type /Pages /Kids [%s] /Count %d>>", kids.Bytes(), len(s.pages)))
	if err := o.trailer(catalog, info); err != nil {
		return fmt.Errorf("write a PDF: %w", err)
	}
	return nil
}

// forms writes the pages as forms to be placed on other pages, under the numbers given.
func (s *source) forms(o *objects, numbers []int) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = brokenPDF()
		}
	}()
	if len(numbers) != len(s.pages) {
		return fmt.Errorf("an exhibit had %d pages and has %d now", len(numbers), len(s.pages))
	}
	c := newCopier(s.x, o)
	for i, p := range s.pages {
		body, res, err := s.content(i)
		if err != nil {
			return err
		}
		var b bytes.Buffer
		fmt.Fprintf(&b, "/Type /XObject /Subtype /Form /BBox [%.3f %.3f %.3f %.3f] /Filter /FlateDecode", p.box[0], p.box[1], p.box[2], p.box[3])
		if err := c.look(&b, p, res); err != nil {
			return brokenPDF()
		}
		o.stream(numbers[i], b.Bytes(), deflate(body))
		if err := c.flush(); err != nil {
			return c.blame(err)
		}
	}
	return nil
}

// look writes the resources and the transparency group of a page.
func (c *copier) look(b *bytes.Buffer, p sourcePage, res types.Dict) error {
	b.WriteString(" /Resources ")
	if err := c.resources(b, res, 0); err != nil {
		return err
	}
	if g := p.dict["Group"]; g != nil {
		b.WriteString(" /Group ")
		return c.value(b, g, 0)
	}
	return nil
}

// blame tells a failing disk from a broken source.
func (c *copier) blame(err error) error {
	if c.to.err != nil {
		return fmt.Errorf("write a PDF: %w", c.to.err)
	}
	return brokenPDF()
}
