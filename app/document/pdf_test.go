package document_test

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"commoncase/app/document"
	"commoncase/app/document/pdftest"
	"commoncase/models"
)

// build makes a PDF of these objects, numbered from 1; the first is the catalog.
func build(objects ...string) []byte {
	var b bytes.Buffer
	b.WriteString("%PDF-1.7\n")
	var at []int
	for i, o := range objects {
		at = append(at, b.Len())
		fmt.Fprintf(&b, "%d 0 obj\n%s\nendobj\n", i+1, o)
	}
	xref := b.Len()
	fmt.Fprintf(&b, "xref\n0 %d\n0000000000 65535 f \n", len(objects)+1)
	for _, a := range at {
		fmt.Fprintf(&b, "%010d 00000 n \n", a)
	}
	fmt.Fprintf(&b, "trailer\n<</Size %d /Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n", len(objects)+1, xref)
	return b.Bytes()
}

func stream(dict, data string) string {
	return fmt.Sprintf("<<%s /Length %d>>\nstream\n%s\nendstream", dict, len(data), data)
}

// evil is a form with an answer in it, and everything that acts.
func evil() []byte {
	return build(
		"<</Type /Catalog /Pages 2 0 R /OpenAction 6 0 R /AA <</WC 6 0 R>> /Names <</JavaScript <</Names [(a) 6 0 R]>> /EmbeddedFiles <</Names [(evil.exe) 7 0 R]>>>> /AcroForm <</Fields [9 0 R 10 0 R] /XFA (evilxfa)>> /Metadata 11 0 R /AF [7 0 R]>>",
		"<</Type /Pages /Kids [3 0 R] /Count 1 /MediaBox [0 0 595 842]>>",
		"<</Type /Page /Parent 2 0 R /Contents 4 0 R /Resources <</Font <</AA 5 0 R /JS 5 0 R>>>> /AA <</O 6 0 R>> /Annots [9 0 R 10 0 R 12 0 R 13 0 R 15 0 R]>>",
		stream("", "BT /AA 12 Tf 72 700 Td (The lift is broken) Tj /JS 12 Tf 0 -20 Td (Second line) Tj ET"),
		"<</Type /Font /Subtype /Type1 /BaseFont /Helvetica>>",
		"<</S /JavaScript /JS (app.alert\\('evilscript'\\))>>",
		"<</Type /Filespec /F (evil.exe) /EF <</F 8 0 R>>>>",
		stream("/Type /EmbeddedFile", "MZ evilprogram"),
		"<</Type /Annot /Subtype /Widget /FT /Tx /T (a) /V (Typed answer one) /Rect [72 600 400 620] /AP <</N 14 0 R>> /A 6 0 R>>",
		"<</Type /Annot /Subtype /Widget /FT /Tx /T (b) /V (Typed answer two) /Rect [72 560 400 580] /AA <</K 6 0 R>>>>",
		stream("/Type /Metadata /Subtype /XML", "<x>evilauthor</x>"),
		"<</Type /Annot /Subtype /Link /Rect [0 0 100 100] /A <</S /Launch /F (evil.exe)>>>>",
		"<</Type /Annot /Subtype /FileAttachment /Rect [0 0 20 20] /FS 7 0 R>>",
		stream("/Type /XObject /Subtype /Form /BBox [0 0 328 20] /Resources <</Font <</H 5 0 R>>>>", "BT /H 10 Tf 2 5 Td (Typed answer one) Tj ET"),
		"<</Type /Annot /Subtype /FreeText /F 2 /Rect [72 400 400 420] /AP <</N 14 0 R>>>>",
	)
}

func TestSafePDFKeepsWhatIsSeenAndNothingThatActs(t *testing.T) {
	pdftest.Check(t, evil()) // the test's own file is sound
	out := safePDF(t, evil())
	text := pdftest.Check(t, out)
	pdftest.InOrder(t, text, "The lift is broken", "Second line", "Typed answer one", "Typed answer two")
	if n := strings.Count(text, "Typed answer one"); n != 1 {
		t.Errorf("the answer stands %d times; what is hidden is not to be shown", n)
	}
	plain := pdftest.Run(t, out, "qpdf", "--qdf", "--object-streams=disable", "FILE", "-")
	for _, bad := range []string{"evil", "JavaScript", "/OpenAction", "/Launch", "/EmbeddedFile", "/Filespec", "/AcroForm", "/Annot", "/Metadata", "/AF", "/XFA", "/Names"} {
		if strings.Contains(plain, bad) {
			t.Errorf("%q came through", bad)
		}
	}
	again := safePDF(t, evil())
	if !bytes.Equal(out, again) {
		t.Error("the same file gave two different copies: it cannot be kept under one hash")
	}
	if safePDF(t, out); len(safePDF(t, out)) == 0 {
		t.Error("a copy cannot be copied")
	}
}

func TestSafePDFOfLockedAndPackedFiles(t *testing.T) {
	in := paper(t, "Stage 1 response", 3, 595.28, 841.89)
	for name, args := range map[string][]string{
		"owner password, AES 256":  {"--encrypt", "", "owner", "256", "--"},
		"owner password, AES 128":  {"--allow-weak-crypto", "--encrypt", "", "owner", "128", "--use-aes=y", "--"},
		"owner password, RC4 128":  {"--allow-weak-crypto", "--encrypt", "", "owner", "128", "--use-aes=n", "--"},
		"owner password, no print": {"--encrypt", "", "owner", "256", "--print=none", "--extract=n", "--modify=none", "--"},
		"object streams":           {"--object-streams=generate"},
		"linearised":               {"--linearize"},
		"uncompressed":             {"--qdf"},
	} {
		t.Run(name, func(t *testing.T) {
			out, pages, err := document.SafePDF(bytes.NewReader(pdftest.Changed(t, in, args...)))
			if err != nil || pages != 3 {
				t.Fatalf("%d pages, %v", pages, err)
			}
			pdftest.InOrder(t, pdftest.Check(t, out), "Stage 1 response, sheet 1", "Stage 1 response, sheet 2", "Line 20", "Stage 1 response, sheet 3", "Line 20")
		})
	}
	for _, bits := range []string{"128", "256"} {
		locked := pdftest.Changed(t, in, "--allow-weak-crypto", "--encrypt", "user", "owner", bits, "--")
		_, _, err := document.SafePDF(bytes.NewReader(locked))
		if models.CodeOf(err) != models.CodeBadFile || !strings.Contains(err.Error(), "locked with a password") || !strings.Contains(err.Error(), "save a copy without one") {
			t.Errorf("user password, %s bits: %v", bits, err)
		}
	}
}

func TestSafePDFRefusesWhatIsBroken(t *testing.T) {
	in := paper(t, "Letter", 3, 595.28, 841.89)
	loop := build("<</Type /Catalog /Pages 2 0 R>>", "<</Type /Pages /Kids [2 0 R] /Count 1>>")
	lost := build("<</Type /Catalog /Pages 2 0 R>>", "<</Type /Pages /Kids [3 0 R] /Count 1>>", "<</Type /Page /Parent 2 0 R /Contents 9 0 R /MediaBox [0 0 100 100]>>")
	many := strings.Repeat("3 0 R ", 1)
	for name, tc := range map[string]struct {
		data []byte
		says string
	}{
		"nothing":         {nil, "cannot be opened"},
		"no PDF":          {[]byte("hello"), "cannot be opened"},
		"only a head":     {[]byte("%PDF-1.7\n"), "cannot be opened"},
		"cut in half":     {in[:len(in)/2], "cannot be opened"},
		"cut early":       {in[:200], "cannot be opened"},
		"no pages":        {build("<</Type /Catalog>>"), "cannot be opened"},
		"pages in a ring": {loop, "cannot be opened"},
		"page is lost":    {lost, "cannot be opened"},
		"too many pages":  {paper(t, "x", document.MaxPages+1, 100, 100), "more than 500 pages"},
		"twice one page":  {build("<</Type /Catalog /Pages 2 0 R>>", "<</Type /Pages /Kids ["+many+many+"] /Count 2>>", "<</Type /Page /Parent 2 0 R /MediaBox [0 0 9 9]>>"), "cannot be opened"},
	} {
		t.Run(name, func(t *testing.T) {
			out, pages, err := document.SafePDF(bytes.NewReader(tc.data))
			if models.CodeOf(err) != models.CodeBadFile || !strings.Contains(err.Error(), tc.says) || out != nil || pages != 0 {
				t.Fatalf("%d bytes, %d pages, %v", len(out), pages, err)
			}
		})
	}
}

// A page that unpacks to gigabytes is refused before it fills the memory.
func TestSafePDFRefusesABomb(t *testing.T) {
	zeros := pdftest.Changed(t, build("<</Type /Catalog /Pages 2 0 R>>", "<</Type /Pages /Kids [3 0 R] /Count 1>>",
		"<</Type /Page /Parent 2 0 R /Contents 4 0 R /MediaBox [0 0 100 100]>>", stream("", strings.Repeat(" ", 120<<20))), "--compress-streams=y")
	if len(zeros) > 1<<20 {
		t.Fatalf("the bomb has %d bytes", len(zeros))
	}
	if _, _, err := document.SafePDF(bytes.NewReader(zeros)); models.CodeOf(err) != models.CodeBadFile {
		t.Fatalf("a bomb: %v", err)
	}
}

func TestSafePDFKeepsSizeAndTurn(t *testing.T) {
	page := func(attrs string) []byte {
		return build("<</Type /Catalog /Pages 2 0 R>>", "<</Type /Pages /Kids [3 0 R] /Count 1 /Rotate 90 /MediaBox [10 20 610 820] /Resources <</Font <</F 5 0 R>>>>>>",
			"<</Type /Page /Parent 2 0 R /Contents 4 0 R "+attrs+">>", stream("", "BT /F 20 Tf 100 300 Td (Turned) Tj ET"), "<</Type /Font /Subtype /Type1 /BaseFont /Helvetica>>")
	}
	for attrs, want := range map[string]string{
		"":                             "600 x 800 pts",
		"/Rotate 0":                    "600 x 800 pts",
		"/Rotate -90":                  "600 x 800 pts",
		"/CropBox [50 50 300 500]":     "250 x 450 pts",
		"/MediaBox [0 0 2000 3000]":    "2000 x 3000 pts",
		"/CropBox [5000 5000 6000 70]": "600 x 800 pts",
	} {
		out := safePDF(t, page(attrs))
		text := pdftest.Check(t, out)
		info := pdftest.Run(t, out, "pdfinfo", "FILE")
		if !strings.Contains(info, want) {
			t.Errorf("%s: want %s in %s", attrs, want, info)
		}
		if turned := strings.Contains(info, "Page rot:        90"); turned != !strings.Contains(attrs, "Rotate") {
			t.Errorf("%s: turned %t", attrs, turned)
		}
		pdftest.InOrder(t, text, "Turned")
	}
}

func FuzzSafePDF(f *testing.F) {
	f.Add(evil())
	f.Add(paper(f, "x", 2, 200, 300))
	f.Add(pdftest.Changed(f, paper(f, "x", 1, 200, 300), "--object-streams=generate"))
	f.Add(pdftest.Changed(f, evil(), "--encrypt", "", "owner", "256", "--"))
	f.Add([]byte("%PDF-1.7\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		out, pages, err := document.SafePDF(bytes.NewReader(data))
		if err != nil {
			if code := models.CodeOf(err); code != models.CodeBadFile && code != models.CodeTooLarge {
				t.Fatalf("an error without a sentence: %v", err)
			}
			return
		}
		again, n, err := document.SafePDF(bytes.NewReader(out))
		if err != nil || n != pages {
			t.Fatalf("the copy of %d pages has %d, %v", pages, n, err)
		}
		_ = again
		for _, bad := range []string{"/JavaScript", "/OpenAction", "/EmbeddedFiles", "/Launch"} {
			if bytes.Contains(out, []byte(bad)) && !bytes.Contains(data, []byte("stream")) {
				t.Fatalf("%s came through", bad)
			}
		}
	})
}

// Broken files of every kind, the same ones in every run: each is refused with a sentence or gives a copy that can be read again.
func TestSafePDFOfAThousandBrokenFiles(t *testing.T) {
	in := paper(t, "x", 1, 200, 300)
	seeds := [][]byte{evil(), in, pdftest.Changed(t, in, "--object-streams=generate"), pdftest.Changed(t, in, "--encrypt", "", "owner", "256", "--")}
	rnd := rand.New(rand.NewPCG(1, 2))
	taken := 0
	for i := range 1000 {
		s := bytes.Clone(seeds[i%len(seeds)])
		for range 1 + rnd.IntN(6) {
			a, b := rnd.IntN(len(s)), rnd.IntN(len(s))
			switch n := min(rnd.IntN(40), len(s)-a, len(s)-b); rnd.IntN(3) {
			case 0:
				s[a] = byte(rnd.Uint32())
			case 1:
				s = append(s[:a], s[a+n:]...)
			case 2:
				copy(s[a:a+n], bytes.Clone(s[b:b+n]))
			}
		}
		out, pages, err := document.SafePDF(bytes.NewReader(s))
		if err != nil {
			if models.CodeOf(err) != models.CodeBadFile {
				t.Fatalf("file %d: an error without a sentence: %v", i, err)
			}
			continue
		}
		taken++
		if _, n, err := document.SafePDF(bytes.NewReader(out)); err != nil || n != pages {
			t.Fatalf("file %d: the copy of %d pages has %d, %v", i, pages, n, err)
		}
	}
	if taken == 0 || taken == 1000 {
		t.Errorf("%d of 1000 broken files were taken: the test breaks nothing, or all", taken)
	}
}
