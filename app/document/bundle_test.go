package document_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"

	"commoncase/app/document"
	"commoncase/app/document/pdftest"
	"commoncase/models"
	"commoncase/models/civil"
)

func bundle(t testing.TB, d document.BundleDoc) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := document.Bundle(&b, d); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestBundleStandsInOrder(t *testing.T) {
	pdf := bundle(t, sampleBundle(t))
	got := pdftest.Check(t, pdf)
	pdftest.InOrder(t, got, "Referral to the Housing Ombudsman", "Mould in the children's bedroom", "HAR-26-0417-K", "Łukasz Żółć", "Hartwell Homes", "202612345", "Niamh Ní Bhriain",
		"14 September 2026", "Contents", "Chronology", "4", "1 / 16",
		"Who is completing this form?", "[text in Bengali script: see the HTML copy]", "NOT ANSWERED YET", "Authority to act", "Signed on 20 August 2026", "exhibit 5",
		"Chronology", "21 October 2025", "Call 5", "Date", "20 August 2026", "Duties broken", "16 working", "paragraph 6.3", "so far", "1. The mould has not been dealt with", "What would put it right",
		"Index of exhibits", "11–13", "14–15", "Exhibit 1", "The wall beside", "9 / 16", "Exhibit 3 · page 2 of 3", "Stage 1 response, sheet 2", "12 / 16", "Exhibit 4 · page 2 of 2", "Final response, sheet 2", "Exhibit 5", "16 / 16")
	info := pdftest.Run(t, pdf, "pdfinfo", "FILE")
	for _, never := range []string{"Żółć", "Author", "Smith", "Creator"} {
		if strings.Contains(info, never) {
			t.Errorf("%q stands in the metadata:\n%s", never, info)
		}
	}
	pdftest.InOrder(t, info, "Title:           Referral bundle HAR-26-0417-K", "Producer:        Commoncase", "Pages:           16")
	for p, want := range map[int]string{9: "595.28 x 841.89", 14: "841.89 x 595.28"} {
		if size := pdftest.Run(t, pdf, "pdfinfo", "-f", strconv.Itoa(p), "-l", strconv.Itoa(p), "FILE"); !strings.Contains(size, want) {
			t.Errorf("page %d is not %s", p, want)
		}
	}
}

// outline is what qpdf --json says of bookmarks.
type outline struct {
	Title string    `json:"title"`
	Page  int       `json:"destpageposfrom1"`
	Kids  []outline `json:"kids"`
}

// plan reads pages, bookmarks and links of a PDF. Links are by page, each the page that it leads to.
func plan(t testing.TB, pdf []byte) (bookmarks []outline, links map[int][]int) {
	t.Helper()
	var d struct {
		Pages []struct {
			Object string `json:"object"`
		} `json:"pages"`
		Outlines []outline         `json:"outlines"`
		QPDF     []json.RawMessage `json:"qpdf"`
	}
	if err := json.Unmarshal([]byte(pdftest.Run(t, pdf, "qpdf", "--json", "FILE")), &d); err != nil {
		t.Fatal(err)
	}
	var objects map[string]struct {
		Value struct {
			Type   string `json:"/Type"`
			Annots []struct {
				Dest []any          `json:"/Dest"`
				A    map[string]any `json:"/A"`
			} `json:"/Annots"`
		} `json:"value"`
	}
	var loose map[string]json.RawMessage
	if err := json.Unmarshal(d.QPDF[1], &loose); err != nil {
		t.Fatal(err)
	}
	for k, v := range loose { // only the pages have the shape that is read here
		if !bytes.Contains(v, []byte(`"/Page"`)) {
			delete(loose, k)
		}
	}
	pages, err := json.Marshal(loose)
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(pages, &objects); err != nil {
		t.Fatal(err)
	}
	number := map[string]int{}
	for i, p := range d.Pages {
		number[p.Object] = i + 1
	}
	links = map[int][]int{}
	for i, p := range d.Pages {
		for _, a := range objects["obj:"+p.Object].Value.Annots {
			if a.A != nil {
				continue
			}
			to := number[a.Dest[0].(string)]
			if to == 0 {
				t.Errorf("a link on page %d leads nowhere: %v", i+1, a.Dest)
			}
			links[i+1] = append(links[i+1], to)
		}
	}
	return d.Outlines, links
}

func TestBundleLinksAndBookmarksLeadToTheirPages(t *testing.T) {
	bookmarks, links := plan(t, bundle(t, sampleBundle(t)))
	var got []string
	for _, o := range bookmarks {
		got = append(got, fmt.Sprintf("%s=%d", o.Title, o.Page))
		for _, k := range o.Kids {
			got = append(got, fmt.Sprintf("- %s=%d", k.Title, k.Page))
		}
	}
	want := []string{"Cover and contents=1", "The Ombudsman's questions answered=2", "Authority to act=3", "Chronology=4", "Duties broken=6",
		"The issues, and what would put them right=7", "Index of exhibits=8", "Exhibits=9",
		"- 1. Photograph: bedroom wall=9", "- 2. Photograph: window=10", "- 3. Stage 1 response with acknowledgement=11", "- 4. Stage 2 response, sent as a slide=14", "- 5. Signed authority to act=16"}
	if !slices.Equal(got, want) {
		t.Errorf("bookmarks:\n%s\nwant:\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	for page, want := range map[int][]int{
		1: {2, 2, 3, 3, 4, 4, 6, 6, 7, 7, 8, 8, 9, 9},                // contents: title and page number
		2: {9, 10, 16, 14},                                           // questions: exhibits 1, 2, 5; 4
		3: {16},                                                      // the signed authority
		4: {9, 10, 9, 10, 11},                                        // chronology
		5: {11, 10, 14, 16},                                          //
		8: {9, 9, 9, 10, 10, 10, 11, 11, 11, 14, 14, 14, 16, 16, 16}, // index: number, title, pages
	} {
		if !slices.Equal(links[page], want) {
			t.Errorf("links of page %d lead to %v, want %v", page, links[page], want)
		}
	}
}

// The same case, exhibits included, has the same bytes in any run.
func TestBundleIsTheSameEveryTime(t *testing.T) {
	d := sampleBundle(t)
	if !bytes.Equal(bundle(t, d), bundle(t, d)) {
		t.Fatal("two runs gave different bytes")
	}
}

func TestBundleOfNextToNothing(t *testing.T) {
	got := pdftest.Check(t, bundle(t, document.BundleDoc{}))
	pdftest.InOrder(t, got, "Referral to the Housing Ombudsman", "none yet", "No questions", "No statement of authority", "NOT SIGNED YET", "Nothing has been recorded", "met in time", "No issues")
	if strings.Contains(got, "Index of exhibits") || strings.Contains(got, "999") {
		t.Error("an index without exhibits, or pages that were not counted")
	}
}

// An upload that was never made safe is still stripped when it goes into a bundle, and turned pages stand upright.
func TestBundleTakesNothingThatActsFromAnExhibit(t *testing.T) {
	turned := build("<</Type /Catalog /Pages 2 0 R>>", "<</Type /Pages /Kids [3 0 R 6 0 R 7 0 R 8 0 R] /Count 4 /MediaBox [10 20 610 820] /Resources <</Font <</F 5 0 R>>>>>>",
		"<</Type /Page /Parent 2 0 R /Contents 4 0 R /Rotate 90>>", stream("", "BT /F 20 Tf 100 300 Td (Turned) Tj ET"), "<</Type /Font /Subtype /Type1 /BaseFont /Helvetica>>",
		"<</Type /Page /Parent 2 0 R /Contents [4 0 R 4 0 R] /Rotate 180 /CropBox [50 100 400 600]>>", "<</Type /Page /Parent 2 0 R /Contents 4 0 R /Rotate 270 /UserUnit 2>>",
		"<</Type /Page /Parent 2 0 R>>")
	d := document.BundleDoc{Ref: "X", On: civil.MustParse("2026-01-01"), Exhibits: []document.Exhibit{
		{Number: 7, Title: "Form", MediaType: "application/pdf", Open: opens(evil())},
		{Number: 3, Title: "Turned", MediaType: "application/pdf", Open: opens(turned)},
	}}
	pdf := bundle(t, d)
	got := pdftest.Check(t, pdf)
	pdftest.InOrder(t, got, "Exhibit 7", "The lift is broken", "Typed answer one", "Typed answer two", "Exhibit 3 · page 1 of 4", "Exhibit 3 · page 4 of 4")
	if n := strings.Count(got, "Turned"); n < 4+3 {
		t.Errorf("the turned pages show their text %d times in\n%s", n, got)
	}
	plain := pdftest.Run(t, pdf, "qpdf", "--qdf", "--object-streams=disable", "FILE", "-")
	for _, bad := range []string{"evil", "JavaScript", "/OpenAction", "/Launch", "/EmbeddedFile", "/Filespec", "/AcroForm", "/Metadata"} {
		if strings.Contains(plain, bad) {
			t.Errorf("%q came through", bad)
		}
	}
}

func TestBundleNamesTheExhibitAtFault(t *testing.T) {
	broken := errors.New("the disk is gone")
	for name, tc := range map[string]struct {
		ex   document.Exhibit
		code models.Code
		says string
	}{
		"broken PDF":   {document.Exhibit{Number: 4, Title: "Letter", MediaType: "application/pdf", Open: opens([]byte("%PDF-1.4 nothing"))}, models.CodeBadFile, "Exhibit 4 (Letter): This PDF cannot be opened"},
		"broken photo": {document.Exhibit{Number: 4, Title: "Wall", MediaType: "image/jpeg", Open: opens([]byte("\xff\xd8\xff"))}, models.CodeBadFile, "Exhibit 4 (Wall): This picture cannot be opened"},
		"broken sound": {document.Exhibit{Number: 4, Title: "Call", MediaType: "audio/mpeg", Open: opens([]byte("x"))}, models.CodeBadFile, "Exhibit 4 (Call): This recording cannot be opened"},
		"other kind":   {document.Exhibit{Number: 4, Title: "Film", MediaType: "video/mp4", Open: opens([]byte("x"))}, models.CodeBadFile, "only photos (JPEG), PDFs and sound"},
		"no disk":      {document.Exhibit{Number: 4, MediaType: "image/jpeg", Open: func() (io.ReadCloser, error) { return nil, broken }}, "", "exhibit 4: the disk is gone"},
	} {
		t.Run(name, func(t *testing.T) {
			err := document.Bundle(io.Discard, document.BundleDoc{Exhibits: []document.Exhibit{tc.ex}})
			if err == nil || models.CodeOf(err) != tc.code || !strings.Contains(err.Error(), tc.says) {
				t.Fatalf("%v", err)
			}
		})
	}
	twice := document.Exhibit{Number: 1, MediaType: "image/jpeg", Open: opens(photo(t, 10, 10, 1))}
	if err := document.Bundle(io.Discard, document.BundleDoc{Exhibits: []document.Exhibit{twice, twice}}); err == nil {
		t.Error("two exhibits with one number were taken")
	}
}

// A bundle with 60 exhibits whose index runs over pages: the page numbers in the index are those where the exhibits are.
func TestBundleNumbersHold(t *testing.T) {
	d := document.BundleDoc{Ref: "X", On: civil.MustParse("2026-01-01")}
	letterPDF, pic := safePDF(t, paper(t, "Letter", 3, 595, 842)), safePhoto(t, photo(t, 60, 40, 1))
	for i := range 60 {
		ex := document.Exhibit{Number: i + 1, Title: strings.Repeat("A long title of an exhibit ", i%5+1), On: d.On, MediaType: "application/pdf", Open: opens(letterPDF)}
		if i%2 == 0 {
			ex.MediaType, ex.Open = "image/jpeg", opens(pic)
		}
		d.Exhibits = append(d.Exhibits, ex)
	}
	pdf := bundle(t, d)
	pdftest.Check(t, pdf)
	bookmarks, _ := plan(t, pdf)
	exhibits := bookmarks[len(bookmarks)-1].Kids
	if len(exhibits) != 60 {
		t.Fatalf("%d exhibits in the bookmarks", len(exhibits))
	}
	index := pdftest.Run(t, pdf, "pdftotext", "-layout", "-f", strconv.Itoa(bookmarks[len(bookmarks)-2].Page), "-l", strconv.Itoa(exhibits[0].Page-1), "FILE", "-")
	for i, o := range exhibits {
		at := pdftest.Run(t, pdf, "pdftotext", "-f", strconv.Itoa(o.Page), "-l", strconv.Itoa(o.Page), "FILE", "-")
		if !strings.Contains(at, fmt.Sprintf("Exhibit %d", i+1)) {
			t.Errorf("the bookmark of exhibit %d leads to page %d:\n%s", i+1, o.Page, at)
		}
		want := strconv.Itoa(o.Page)
		if i%2 == 1 {
			want = fmt.Sprintf("%d–%d", o.Page, o.Page+2)
		}
		if !strings.Contains(index, want) {
			t.Errorf("the index does not name page %s of exhibit %d", want, i+1)
		}
	}
}

// peak is the most memory that this process has held, in megabytes, since forget.
func peak(b *testing.B) float64 {
	b.Helper()
	data, err := os.ReadFile("/proc/self/status")
	if err != nil {
		b.Fatal(err)
	}
	for l := range strings.Lines(string(data)) {
		if f := strings.Fields(l); len(f) == 3 && f[0] == "VmHWM:" {
			kb, err := strconv.ParseFloat(f[1], 64)
			if err != nil {
				b.Fatal(err)
			}
			return kb / 1024
		}
	}
	b.Fatal("no VmHWM")
	return 0
}

// cpu is the processor time that this process has used, in seconds.
func cpu(b *testing.B) float64 {
	b.Helper()
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		b.Fatal(err)
	}
	return float64(u.Utime.Nano()+u.Stime.Nano()) / 1e9
}

// BenchmarkBundle makes a bundle of 20 photos of 12 megapixels and 10 PDFs of 10 pages, from the uploads: safe copies (two at a
// time) and the bundle. The inputs are files, as in the store. Goals: under 10 s and under 500 MB of memory at the most.
func BenchmarkBundle(b *testing.B) {
	dir := b.TempDir()
	var uploads []string
	for i := range 20 {
		name := fmt.Sprintf("%s/%d.jpg", dir, i)
		if err := os.WriteFile(name, photo(b, 4000, 3000, uint64(i)), 0o600); err != nil {
			b.Fatal(err)
		}
		uploads = append(uploads, name)
	}
	for i := range 10 {
		name := fmt.Sprintf("%s/%d.pdf", dir, i)
		if err := os.WriteFile(name, paper(b, fmt.Sprintf("Letter %d", i), 10, 595.28, 841.89), 0o600); err != nil {
			b.Fatal(err)
		}
		uploads = append(uploads, name)
	}
	plain := sampleBundle(b)
	plain.Exhibits = nil
	runtime.GC()
	if err := os.WriteFile("/proc/self/clear_refs", []byte("5"), 0); err != nil { // forget the peak of making the inputs
		b.Logf("the peak includes making the inputs: %v", err)
	}
	begun := cpu(b)
	for b.Loop() {
		d := plain
		var wg sync.WaitGroup
		slots := make(chan struct{}, 2)
		for i, name := range uploads {
			slots <- struct{}{}
			wg.Go(func() {
				defer func() { <-slots }()
				in, err := os.Open(name)
				if err != nil {
					b.Error(err)
					return
				}
				defer in.Close()
				var out []byte
				if i < 20 {
					out, _, _, err = document.SafePhoto(in)
				} else {
					out, _, err = document.SafePDF(in)
				}
				if err == nil {
					err = os.WriteFile(name+".copy", out, 0o600)
				}
				if err != nil {
					b.Error(err)
				}
			})
		}
		wg.Wait()
		for i, name := range uploads {
			ex := document.Exhibit{Number: i + 1, Title: fmt.Sprintf("Exhibit of the case, %d", i+1), On: d.On, MediaType: "image/jpeg",
				Open: func() (io.ReadCloser, error) { return os.Open(name + ".copy") }}
			if i >= 20 {
				ex.MediaType = "application/pdf"
			}
			d.Exhibits = append(d.Exhibits, ex)
		}
		out, err := os.Create(dir + "/bundle.pdf")
		if err != nil {
			b.Fatal(err)
		}
		if err := document.Bundle(out, d); err != nil {
			b.Fatal(err)
		}
		if err := out.Close(); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(b.Elapsed().Seconds()/float64(b.N), "s/bundle")
	b.ReportMetric((cpu(b)-begun)/float64(b.N), "cpu-s/bundle") // what it costs where others use the machine too
	b.ReportMetric(peak(b), "peak-MB")
	made, err := os.ReadFile(dir + "/bundle.pdf")
	if err != nil {
		b.Fatal(err)
	}
	b.ReportMetric(float64(len(made))/(1<<20), "MB/bundle")
	pdftest.Check(b, made)
}
