package document_test

import (
	"archive/zip"
	"bytes"
	"encoding/base64"
	"fmt"
	"image/jpeg"
	"image/png"
	"io"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"commoncase/app/document"
	"commoncase/app/document/pdftest"
	"commoncase/models"
)

const (
	wordSpace = `xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships" xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main"`
	relsSpace = `xmlns="http://schemas.openxmlformats.org/package/2006/relationships"`
	relsType  = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/"
)

// zipped makes an archive, its parts in the order of their names.
func zipped(t testing.TB, parts map[string]string, names ...string) []byte {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for _, name := range names {
		f, err := z.Create(name)
		if err == nil {
			_, err = io.WriteString(f, parts[name])
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// wordFile makes a Word document as a landlord writes one, with all that a copy must not carry.
func wordFile(t testing.TB, body string) []byte {
	t.Helper()
	var pic bytes.Buffer
	if err := jpeg.Encode(&pic, corners(), nil); err != nil {
		t.Fatal(err)
	}
	parts := map[string]string{
		"[Content_Types].xml": `<?xml version="1.0"?><Types/>`,
		"docProps/core.xml":   `<cp:coreProperties xmlns:cp="a" xmlns:dc="b"><dc:creator>Planted Author</dc:creator></cp:coreProperties>`,
		"word/document.xml":   `<?xml version="1.0"?><w:document ` + wordSpace + `><w:body>` + body + `<w:sectPr><w:headerReference r:id="rId2"/></w:sectPr></w:body></w:document>`,
		"word/styles.xml":     `<w:styles ` + wordSpace + `><w:style w:styleId="Nagwek1"><w:name w:val="heading 1"/></w:style></w:styles>`,
		"word/numbering.xml": `<w:numbering ` + wordSpace + `><w:abstractNum w:abstractNumId="3"><w:lvl w:ilvl="0"><w:numFmt w:val="decimal"/></w:lvl></w:abstractNum>
			<w:num w:numId="7"><w:abstractNumId w:val="3"/></w:num></w:numbering>`,
		"word/_rels/document.xml.rels": `<Relationships ` + relsSpace + `><Relationship Id="rId1" Type="` + relsType + `image" Target="media/image1.jpg"/>
			<Relationship Id="rId2" Type="` + relsType + `header" Target="header1.xml"/><Relationship Id="rId4" Type="` + relsType + `footnotes" Target="footnotes.xml"/>
			<Relationship Id="rId3" Type="` + relsType + `image" Target="https://tracker.example/pixel.png" TargetMode="External"/></Relationships>`,
		"word/header1.xml":      `<w:hdr ` + wordSpace + `><w:p><w:r><w:t>Harbour &amp; Vale, Customer Care</w:t></w:r></w:p></w:hdr>`,
		"word/footnotes.xml":    `<w:footnotes ` + wordSpace + `><w:footnote w:id="0" w:type="separator"><w:p><w:r><w:t>LINE</w:t></w:r></w:p></w:footnote><w:footnote w:id="2"><w:p><w:r><w:t>See the Code.</w:t></w:r></w:p></w:footnote></w:footnotes>`,
		"word/comments.xml":     `<w:comments ` + wordSpace + `><w:comment><w:p><w:r><w:t>Do not tell the tenant</w:t></w:r></w:p></w:comment></w:comments>`,
		"word/media/image1.jpg": string(withEXIF(pic.Bytes(), 1)),
		"word/vbaProject.bin":   "AutoOpen vbaProject Shell",
	}
	return zipped(t, parts, "[Content_Types].xml", "docProps/core.xml", "word/document.xml", "word/styles.xml", "word/numbering.xml", "word/_rels/document.xml.rels",
		"word/header1.xml", "word/footnotes.xml", "word/comments.xml", "word/media/image1.jpg", "word/vbaProject.bin")
}

func para(props, words string) string {
	return `<w:p><w:pPr>` + props + `</w:pPr><w:r><w:t xml:space="preserve">` + words + `</w:t></w:r></w:p>`
}

const landlordLetter = `<w:p><w:pPr><w:pStyle w:val="Nagwek1"/></w:pPr><w:r><w:t>Your complaint about </w:t></w:r><w:r><w:rPr><w:b/></w:rPr><w:t>mould</w:t></w:r></w:p>
<w:p><w:r><w:t>Dear Ms Ní Bhriain,</w:t></w:r><w:r><w:rPr><w:vanish/></w:rPr><w:t>HIDDENWORDS</w:t></w:r><w:del><w:r><w:delText>WHATWASDELETED</w:delText></w:r></w:del></w:p>
<w:p><w:hyperlink r:id="rId3"><w:r><w:t>our website</w:t></w:r></w:hyperlink><w:r><w:footnoteReference w:id="2"/></w:r><w:r><w:instrText>HYPERLINK "https://tracker.example"</w:instrText></w:r></w:p>`

func TestSafeDocx(t *testing.T) {
	list := `<w:numPr><w:ilvl w:val="0"/><w:numId w:val="7"/></w:numPr>`
	body := landlordLetter + para(list, "We will inspect.") + para(list, "We will write again.") +
		`<w:tbl><w:tr><w:tc>` + para("", "Visit") + `</w:tc><w:tc>` + para("", "2 March") + `</w:tc></w:tr><w:tr><w:tc>` + para("", "Repair") + `</w:tc><w:tc>` + para("", "9 April") + `</w:tc></w:tr></w:tbl>` +
		`<w:p><w:r><w:drawing><a:blip r:embed="rId1"/></w:drawing></w:r><w:r><w:drawing><a:blip r:embed="rId3"/></w:drawing></w:r></w:p>` + para("", "Yours sincerely, Łukasz Żółć")
	in := wordFile(t, body)
	out, pages, err := document.SafeDocx(bytes.NewReader(in))
	if err != nil || pages != 1 {
		t.Fatalf("%d pages, %v", pages, err)
	}
	text := pdftest.Check(t, out)
	pdftest.InOrder(t, pdftest.Words(text), "Harbour & Vale, Customer Care", "Your complaint about mould", "Dear Ms Ní Bhriain,", "our website[2]", "1. We will inspect.", "2. We will write again.",
		"Visit 2 March", "Repair 9 April", "Yours sincerely, Łukasz Żółć", "[2] See the Code.", "Page 1 of 1")
	if !bytes.Contains(out, []byte("/DCTDecode")) {
		t.Error("the picture is missing")
	}
	for _, s := range []string{"Planted Author", "HIDDENWORDS", "WHATWASDELETED", "tracker", "Do not tell", "LINE", "vbaProject", "Secret Name", "Exif"} {
		if strings.Contains(text, s) || bytes.Contains(out, []byte(s)) {
			t.Errorf("the copy says %q", s)
		}
	}
	if again, _, err := document.SafeDocx(bytes.NewReader(in)); err != nil || !bytes.Equal(out, again) {
		t.Error("the same document gave two different copies")
	}
	if _, pages, err := document.SafePDF(bytes.NewReader(out)); err != nil || pages != 1 {
		t.Errorf("the copy is no PDF that can go into a bundle: %v", err)
	}
}

func TestSafeDocxRefuses(t *testing.T) {
	bomb := zipped(t, map[string]string{"word/document.xml": "<w:document " + wordSpace + "><w:body>" + strings.Repeat(" ", 49<<20) + "</w:body></w:document>"}, "word/document.xml")
	if len(bomb) > 1<<20 {
		t.Fatal("the bomb is no bomb")
	}
	long := wordFile(t, strings.Repeat(para("", strings.Repeat("many words ", 60)), 9000))
	for name, tc := range map[string]struct {
		data []byte
		says string
	}{
		"nothing":        {nil, "cannot be opened"},
		"no archive":     {[]byte("hello"), "cannot be opened"},
		"another":        {zipped(t, nil, "a.txt"), "cannot be opened"},
		"cut off":        {wordFile(t, landlordLetter)[:500], "cannot be opened"},
		"with password":  {append([]byte("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"), make([]byte, 600)...), "locked with a password"},
		"a bomb":         {bomb, "unpacks to more"},
		"a book":         {long, "more than 500 pages"},
		"broken letters": {wordFile(t, "<w:p><<<"), "cannot be opened"},
	} {
		if out, _, err := document.SafeDocx(bytes.NewReader(tc.data)); models.CodeOf(err) != models.CodeBadFile || !strings.Contains(err.Error(), tc.says) || out != nil {
			t.Errorf("%s: %d bytes, %v", name, len(out), err)
		}
	}
}

func FuzzSafeDocx(f *testing.F) {
	f.Add(landlordLetter)
	f.Add(`<w:tbl><w:tr><w:tc><w:tbl><w:p/></w:tbl></w:tc></w:tr></w:tbl></w:tbl><w:p><w:p>`)
	f.Add(`<w:p><w:pPr><w:numPr><w:ilvl w:val="-9"/><w:numId w:val="7"/></w:numPr></w:pPr><w:r><w:t>a</w:t></w:r></w:p>`)
	f.Fuzz(func(t *testing.T, body string) {
		out, pages, err := document.SafeDocx(bytes.NewReader(wordFile(t, body)))
		if (err == nil) != (len(out) > 0 && pages > 0) || err != nil && models.CodeOf(err) != models.CodeBadFile {
			t.Fatalf("%d bytes, %d pages, %v", len(out), pages, err)
		}
	})
}

const plainMail = "Received: from [203.0.113.9] by relay.example\r\nX-Originating-IP: 203.0.113.9\r\nFrom: =?utf-8?q?=C5=81ukasz_=C5=BB=C3=B3=C5=82=C4=87?= <lukasz@example.org>\r\n" +
	"To: repairs@harbourvale.example\r\nCc: O'Connor <oc@example.org>\r\nDate: Mon, 2 Mar 2026 22:04:00 +0000\r\nSubject: =?utf-8?q?Mould_=E2=80=93_again?=\r\nX-Mailer: Planted Mailer\r\n"

func TestSafeMail(t *testing.T) {
	att := base64.StdEncoding.EncodeToString(bytes.Repeat([]byte("x"), 3000))
	in := plainMail + "MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b1\r\n\r\n--b1\r\nContent-Type: multipart/alternative; boundary=b2\r\n\r\n" +
		"--b2\r\nContent-Type: text/html; charset=utf-8\r\n\r\n<p>html part</p>\r\n--b2\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\nStill not fixed.\r\n\r\n> We will come on Monday.\r\n--b2--\r\n" +
		"--b1\r\nContent-Type: image/jpeg\r\nContent-Disposition: attachment; filename=\"bath.jpg\"\r\nContent-Transfer-Encoding: base64\r\n\r\n" + att + "\r\n--b1--\r\n"
	out, pages, err := document.SafeMail(strings.NewReader(in))
	if err != nil || pages != 1 {
		t.Fatalf("%d pages, %v", pages, err)
	}
	text := pdftest.Check(t, out)
	pdftest.InOrder(t, pdftest.Words(text), "An e-mail, printed", "Mould – again", "From Łukasz Żółć <lukasz@example.org>", "To repairs@harbourvale.example", "Copy to O'Connor", "Date 2 March 2026, 22:04",
		"Still not fixed.", "> We will come on Monday.", "bath.jpg image/jpeg 3 KB")
	for _, s := range []string{"203.0.113.9", "Planted Mailer", "html part"} {
		if strings.Contains(text, s) || bytes.Contains(out, []byte(s)) {
			t.Errorf("the copy says %q", s)
		}
	}
	if again, _, err := document.SafeMail(strings.NewReader(in)); err != nil || !bytes.Equal(out, again) {
		t.Error("the same e-mail gave two different copies")
	}
}

func TestSafeMailOfHTMLIsPlain(t *testing.T) {
	in := plainMail + "Content-Type: text/html; charset=utf-8\r\n\r\n<html><head><title>T</title><style>p{color:red}</style></head><body><p>Dear <b>all</b>,</p><script>alert('planted')</script>" +
		"<ul><li>one</li><li>two</li></ul><img src=\"https://tracker.example/p.gif\"><a href=\"https://tracker.example/x\">read more</a><table><tr><td>Visit</td><td>Monday</td></tr></table></body></html>"
	out, _, err := document.SafeMail(strings.NewReader(in))
	if err != nil {
		t.Fatal(err)
	}
	text := pdftest.Check(t, out)
	pdftest.InOrder(t, pdftest.Words(text), "Dear all,", "• one", "• two", "read more", "Visit Monday")
	for _, s := range []string{"alert", "tracker", "color:red", "/URI", "/JavaScript"} {
		if strings.Contains(text, s) || bytes.Contains(out, []byte(s)) {
			t.Errorf("the copy says %q", s)
		}
	}
}

func TestSafeMailRefuses(t *testing.T) {
	var deep strings.Builder
	deep.WriteString(plainMail)
	for i := range 5000 {
		fmt.Fprintf(&deep, "Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n", i, i)
	}
	for name, in := range map[string]string{"nothing": "", "no e-mail": "hello", "parts in parts": deep.String(), "a book": plainMail + "\r\n" + strings.Repeat("a line of it\r\n", 60_000)} {
		if out, _, err := document.SafeMail(strings.NewReader(in)); models.CodeOf(err) != models.CodeBadFile || out != nil {
			t.Errorf("%s: %d bytes, %v", name, len(out), err)
		}
	}
}

func FuzzSafeMail(f *testing.F) {
	f.Add(plainMail + "\r\nhello")
	f.Add(plainMail + "Content-Type: text/html\r\n\r\n<p>a<script>b</p><td>c<li>")
	f.Add(plainMail + "Content-Type: multipart/mixed; boundary=a\r\n\r\n--a\r\nContent-Type: text/plain; charset=iso-8859-2\r\n\r\n\xa3\r\n--a--")
	f.Fuzz(func(t *testing.T, in string) {
		out, pages, err := document.SafeMail(strings.NewReader(in))
		if (err == nil) != (len(out) > 0 && pages > 0) || err != nil && models.CodeOf(err) != models.CodeBadFile {
			t.Fatalf("%d bytes, %d pages, %v", len(out), pages, err)
		}
	})
}

// A bundle names a recording on a page of its own.
func TestBundleNamesSound(t *testing.T) {
	safe, _, err := document.SafeSound(bytes.NewReader(wav()), models.TypeWAV)
	if err != nil {
		t.Fatal(err)
	}
	var pic, out bytes.Buffer
	if err := png.Encode(&pic, corners()); err != nil {
		t.Fatal(err)
	}
	copied, _, _, err := document.SafePhoto(&pic)
	if err != nil {
		t.Fatal(err)
	}
	open := func(b []byte) func() (io.ReadCloser, error) {
		return func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(b)), nil }
	}
	err = document.Bundle(&out, document.BundleDoc{Ref: "NOR-26-0001-A", Title: "Mould", Exhibits: []document.Exhibit{
		{Number: 1, Title: "The call of 2 March", MediaType: models.TypeWAV, Open: open(safe)},
		{Number: 2, Title: "The bedroom", MediaType: models.TypeJPEG, Open: open(copied)},
	}})
	if err != nil {
		t.Fatal(err)
	}
	pdftest.InOrder(t, pdftest.Words(pdftest.Check(t, out.Bytes())), "Index of exhibits", "The call of 2 March", "Exhibit 1", "goes along with this bundle", "sound recording, .wav", "Length 2 seconds",
		fmt.Sprintf("(%d bytes)", len(safe)), "SHA-256", "Exhibit 2")
}

// A small file that unpacks to a million bits of one paragraph, to one word of a million letters or to lists upon lists is done with in no time:
// nothing can break off whoever makes the copy.
func TestSafeDocxLosesNoTime(t *testing.T) {
	body := func(text string) map[string]string {
		return map[string]string{"word/document.xml": "<w:document " + wordSpace + "><w:body>" + text + "</w:body></w:document>"}
	}
	lists := body(para("", "hello"))
	lists["word/numbering.xml"] = "<w:numbering " + wordSpace + ">" + strings.Repeat(`<w:abstractNum w:abstractNumId="1"/>`, 200_000) + strings.Repeat(`<w:num w:numId="1"><w:abstractNumId w:val="2"/></w:num>`, 200_000) + "</w:numbering>"
	for name, parts := range map[string]map[string]string{
		"bits":   body("<w:p>" + strings.Repeat("<w:r><w:t>a</w:t></w:r>", 500_000) + "</w:p>"),
		"letter": body(para("", strings.Repeat("a", 1_000_000))),
		"shaped": body(para("", strings.Repeat("م", 200_000))),
		"lists":  lists,
	} {
		in := zipped(t, parts, slices.Sorted(maps.Keys(parts))...)
		began := time.Now()
		_, _, err := document.SafeDocx(bytes.NewReader(in))
		if took := time.Since(began); took > 12*time.Second {
			t.Errorf("%s: %v for %d KB", name, took, len(in)>>10)
		} else {
			t.Logf("%s: %v for %d KB, %v", name, took, len(in)>>10, err)
		}
	}
}
