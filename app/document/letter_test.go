package document_test

import (
	"bytes"
	"strings"
	"testing"

	"commoncase/app/document"
	"commoncase/app/document/pdftest"
	"commoncase/models/civil"
)

func letter(t testing.TB, d document.LetterDoc) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := document.Letter(&b, d); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestLetterStandsInOrder(t *testing.T) {
	pdf := letter(t, sampleLetter())
	got := pdftest.Check(t, pdf)
	pdftest.InOrder(t, got,
		"Hartwell Homes Tenants' and", "The Chief Executive", "1 Meridian Square", "Dear Chief Executive,", "Repairs that do not come",
		"We write for the tenants", "What our members told us", "I rang eleven times", "Łukasz Żółć", "Niamh Ní Bhriain",
		"Page 1 of 5", "Damp and mould", "Lifts and doors", "Point 1: Put right what was broken", "1.", "Point 5: Let residents decide", "33.",
		"We would rather meet", "Yours sincerely,", "Branch secretary", "87 of 102 voting", "Complaint Handling Code, 2024, paragraph 6.3",
		"References", "annual report 2025", "Annex: How each figure is counted", "62 %", "SHA-256", "Page 5 of 5")
	raw := pdftest.Run(t, pdf, "pdfinfo", "FILE")
	for _, want := range []string{"Letter HAR-L-26-0003-X", "Commoncase", "A4", "Author"} {
		if strings.Contains(raw, want) == (want == "Author") {
			t.Errorf("pdfinfo: %q in\n%s", want, raw)
		}
	}
	for _, f := range strings.Split(pdftest.Run(t, pdf, "pdffonts", "FILE"), "\n")[2:] {
		if f != "" && !strings.Contains(f, "yes yes") && !strings.Contains(f, "yes no  yes") {
			t.Errorf("a font is not embedded: %s", f)
		}
	}
	uris := strings.Count(pdftest.Run(t, pdf, "qpdf", "--qdf", "--object-streams=disable", "FILE", "-"), "/S /URI")
	if uris != 2 {
		t.Errorf("%d links to the web, want those in the text and in the references", uris)
	}
}

// The same letter has the same bytes, in any run: a sent letter can be made again and compared.
func TestLetterIsTheSameEveryTime(t *testing.T) {
	a, b := letter(t, sampleLetter()), letter(t, sampleLetter())
	if !bytes.Equal(a, b) {
		t.Fatal("two runs gave different bytes")
	}
	d := sampleLetter()
	d.On = d.On.AddDays(1)
	if bytes.Equal(a, letter(t, d)) {
		t.Fatal("another date gave the same bytes")
	}
}

func TestLetterWithNextToNothing(t *testing.T) {
	for name, d := range map[string]document.LetterDoc{
		"empty":     {},
		"draft":     {Ref: "HAR-L-26-0004-Y", Draft: true, Body: "Text."},
		"long head": {Head: document.Letterhead{Name: strings.Repeat("Tenants of Everywhere ", 12), Lines: []string{strings.Repeat("x", 200)}}, Subject: strings.Repeat("Subject ", 60), Recipient: []string{strings.Repeat("W", 300)}},
		"footnotes": {Body: "One.[^a]\n\n[^a]: First.", After: "Two.[^b]\n\n[^b]: Second.", On: civil.MustParse("2026-01-01")},
	} {
		t.Run(name, func(t *testing.T) {
			got := pdftest.Check(t, letter(t, d))
			pdftest.InOrder(t, got, "Yours faithfully,")
			switch name {
			case "draft":
				pdftest.InOrder(t, got, "DRAFT: not agreed, not sent", "HAR-L-26-0004-Y · draft", "Page 1 of 1")
			case "footnotes":
				pdftest.InOrder(t, got, "Notes", "1.", "First.", "2.", "Second.")
			}
		})
	}
}

// A long letter: nothing is lost where a page ends, and no row of a table is set on the foot of the page.
func TestLetterOverManyPages(t *testing.T) {
	var body strings.Builder
	var want []string
	for i := range 60 {
		w := "para" + strings.Repeat("x", i%7) + string(rune('a'+i%26)) + strings.Repeat("y", i/26)
		want = append(want, w+".")
		body.WriteString(w + ". " + strings.Repeat("A sentence that goes on for a while. ", i%9+1) + "\n\n")
		if i == 30 {
			body.WriteString("| Name | Words |\n|---|---|\n")
			for r := range 80 {
				body.WriteString("| row | " + strings.Repeat("word ", r) + "|\n")
			}
			body.WriteString("\n> " + strings.Repeat("A quote over more than one page. ", 200) + "\n\n")
		}
	}
	got := pdftest.Check(t, letter(t, document.LetterDoc{Body: body.String(), On: civil.MustParse("2026-01-01")}))
	pdftest.InOrder(t, got, want...)
	if n := strings.Count(got, "row"); n < 80 {
		t.Errorf("%d rows of 80", n)
	}
	if n := strings.Count(got, "Name "); n < 3 {
		t.Errorf("the head of the table stands %d times", n)
	}
	if words := strings.Count(got, "word"); words != 80*79/2 {
		t.Errorf("%d words in the table, want %d", words, 80*79/2)
	}
}

func FuzzLetterMarkdown(f *testing.F) {
	f.Add(sampleLetter().Body)
	f.Add("> > > > > > > > > > > - 1. > x\n")
	f.Add("| a |\n|---|\n| " + strings.Repeat("x", 300) + " |")
	f.Add("😀 আনিকা محمد \x00 \xff[x](javascript:alert(1)) <b>raw</b> ![p](p.png)")
	f.Add("[^1]\n\n[^1]: a\n\n    b\n\n```\ncode\n```\n***\n# \n- \n1. \n")
	f.Fuzz(func(t *testing.T, body string) {
		if len(body) > 5000 {
			return
		}
		var b bytes.Buffer
		if err := document.Letter(&b, document.LetterDoc{Body: body, Subject: body, Demands: []document.DemandGroup{{Point: 1, Title: body, Demands: []document.DemandLine{{Number: 1, Text: body}}}}}); err != nil {
			t.Fatal(err)
		}
		if bytes.Contains(b.Bytes(), []byte("URI (javascript")) {
			t.Fatal("a link that acts")
		}
	})
}
