package document

import (
	"bytes"
	"fmt"
	"io"
	"regexp"
	"strconv"
)

// picture is something drawn on the typeset pages that fpdf does not hold itself: a photo, or the page of an exhibit.
type picture struct {
	name string // as the pages call it
	nr   int    // its object
}

var (
	trailerRoot  = regexp.MustCompile(`/Root (\d+) 0 R`)
	trailerInfo  = regexp.MustCompile(`/Info (\d+) 0 R`)
	trailerStart = regexp.MustCompile(`startxref\n(\d+)\n%%EOF\n$`)
	catalogLang  = regexp.MustCompile(`/Lang \([A-Za-z-]+\)`)
	outlines     = regexp.MustCompile(`/Outlines \d+ 0 R`)
)

// assemble writes the PDF that fpdf typeset, with what write adds to it, as one file: fpdf's own import of foreign pages numbers
// them at random, and holds everything in memory twice. write is given the numbering, adds its objects and returns the names
// under which the pages draw them. Resources (object 2) and catalog are written anew: the catalog without fpdf's empty name tree.
func assemble(w io.Writer, typeset []byte, write func(*objects) ([]picture, error)) error {
	m := trailerStart.FindSubmatch(typeset)
	if m == nil {
		return fmt.Errorf("typeset: the file has no end")
	}
	xref, err := strconv.Atoi(string(m[1]))
	if err != nil || xref >= len(typeset) {
		return fmt.Errorf("typeset: the file has no table")
	}
	table := typeset[xref:]
	root, info := number(trailerRoot, table), number(trailerInfo, table)
	var count int
	if _, err := fmt.Sscanf(string(table[:min(40, len(table))]), "xref\n0 %d\n", &count); err != nil || root != count-1 || info == 0 {
		return fmt.Errorf("typeset: the table of the file is not as expected: %w", err)
	}
	at := make([]int, count)
	rows := table[bytes.Index(table, []byte(" f \n"))+4:]
	for i := 1; i < count; i++ {
		if at[i], err = strconv.Atoi(string(rows[(i-1)*20 : (i-1)*20+10])); err != nil {
			return fmt.Errorf("typeset: row %d of the table: %w", i, err)
		}
	}
	const resources = 2
	end := at[resources] + bytes.Index(typeset[at[resources]:], []byte("endobj\n")) + len("endobj\n")
	oldResources := typeset[at[resources]:end]
	oldCatalog := typeset[at[root]:xref]

	o := newObjects(w)
	o.pos = make([]int64, count)
	for i := 1; i < count; i++ {
		o.pos[i] = int64(at[i])
		if at[i] > at[resources] {
			o.pos[i] -= int64(end - at[resources])
		}
	}
	o.printf("%%PDF-1.7\n") // as long as fpdf's own first line
	o.write(typeset[len("%PDF-1.7\n"):at[resources]])
	o.write(typeset[end:at[root]])
	pictures, err := write(o)
	if err != nil {
		return err
	}
	var drawn bytes.Buffer
	for _, p := range pictures {
		fmt.Fprintf(&drawn, "/%s %d 0 R\n", p.name, p.nr)
	}
	const mark = "/XObject <<\n"
	cut := bytes.Index(oldResources, []byte(mark))
	if cut < 0 {
		return fmt.Errorf("typeset: the resources of the pages are not as expected")
	}
	cut += len(mark)
	body := bytes.TrimPrefix(oldResources[:cut], []byte("2 0 obj\n"))
	body = append(append(append([]byte{}, body...), drawn.Bytes()...), bytes.TrimSuffix(oldResources[cut:], []byte("\nendobj\n"))...)
	o.object(resources, body)
	catalog := "<</Type /Catalog /Pages 1 0 R " + string(catalogLang.Find(oldCatalog)) + " /ViewerPreferences <</DisplayDocTitle true>>"
	if ol := outlines.Find(oldCatalog); ol != nil {
		catalog += " " + string(ol) + " /PageMode /UseOutlines"
	}
	o.object(root, []byte(catalog+">>"))
	if err := o.trailer(root, info); err != nil {
		return fmt.Errorf("write a PDF: %w", err)
	}
	return nil
}

func number(re *regexp.Regexp, b []byte) int {
	m := re.FindSubmatch(b)
	if m == nil {
		return 0
	}
	n, _ := strconv.Atoi(string(m[1]))
	return n
}
