package document_test

import (
	"bytes"
	"errors"
	"image"
	"image/color"
	"image/png"
	"strings"
	"testing"

	"commoncase/app/document"
	"commoncase/app/document/pdftest"
	"commoncase/models"
	"commoncase/models/civil"
)

func sampleAuthority() document.AuthorityDoc {
	return document.AuthorityDoc{
		Head: head, Ref: "HAR-S-26-0003-K", On: civil.MustParse("2026-11-22"), Hash: strings.Repeat("3f9a1c0277b0e4aa", 4),
		Texts: []document.AuthorityText{{Lang: "en", Facts: []document.AuthorityFact{
			{Name: "Who gives it", Value: "আনিকা O'Connor\n12 Wren House, Mill Lane, London E1 0ZZ"},
			{Name: "To whom", Value: "Hartwell Homes Tenants' and Residents' Branch"},
			{Name: "Towards", Value: "Hartwell Homes\nThe Housing Ombudsman"},
			{Name: "For", Value: "Damp in the children's bedroom"},
			{Name: "From", Value: "22 November 2026, until it is taken back"},
			{Name: "Nothing", Value: " "}},
			Paragraphs: []string{"I let the branch write to my landlord and to the Housing Ombudsman about my home, and get their answers.",
				"They may give the branch what they hold about my home: repairs, complaints and letters.", "I can take this back at any time. I tell the branch, or I do it on my own page."}}},
		Sign: document.AuthoritySignature{How: document.SignedTyped, Name: "Anika O'Connor", At: "22 November 2026, 18:04 (UK time)", Via: "On the branch's website, by the person who holds the code of the story."},
	}
}

func authority(t *testing.T, d document.AuthorityDoc) []byte {
	t.Helper()
	var b, again bytes.Buffer
	if err := document.SignedAuthority(&b, d); err != nil {
		t.Fatal(err)
	}
	if err := document.SignedAuthority(&again, d); err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(b.Bytes(), again.Bytes()) {
		t.Error("the same authority was set in other bytes the second time")
	}
	return b.Bytes()
}

// drawing is a stroke on transparent or white paper.
func drawing(t *testing.T, paper color.Color, stroke bool) []byte {
	t.Helper()
	img := image.NewNRGBA(image.Rect(0, 0, 600, 200))
	for y := range 200 {
		for x := range 600 {
			img.Set(x, y, paper)
			if d := y - 100 - (x%120-60)/2; stroke && x > 80 && x < 500 && d > -3 && d < 3 {
				img.Set(x, y, color.Black)
			}
		}
	}
	var b bytes.Buffer
	if err := png.Encode(&b, img); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestAuthorityTyped(t *testing.T) {
	document.UseTestFonts(t)
	text := pdftest.Check(t, authority(t, sampleAuthority()))
	pdftest.InOrder(t, text, "Authority to act", "Who gives it", "আনিকা O'Connor", "12 Wren House", "Towards", "The Housing Ombudsman", "I let the branch write", "I can take this back at any time",
		"Anika O'Connor", "Signed by typing their name", "Signed", "22 November 2026, 18:04 (UK time)", "Reference", "HAR-S-26-0003-K", strings.Repeat("3f9a1c0277b0e4aa", 4), "Page 1 of 1")
	if strings.Contains(text, "Nothing") || strings.Contains(text, "Taken down by") {
		t.Errorf("an empty line is printed:\n%s", text)
	}
}

func TestAuthorityDrawnInTwoLanguages(t *testing.T) {
	document.UseTestFonts(t)
	for name, paper := range map[string]color.Color{"transparent": color.Transparent, "white": color.White} {
		t.Run(name, func(t *testing.T) {
			d := sampleAuthority()
			d.Texts = append(d.Texts, document.AuthorityText{Lang: "ar", Title: "تفويض", Note: "ترجمة النص الموقع في الصفحة 1.", Facts: []document.AuthorityFact{{Name: "من", Value: "آنيكا رحمن\n12 Wren House"}, {Name: "إلى", Value: "Hartwell Homes"}},
				Paragraphs: []string{strings.Repeat("أسمح للفرع بأن يكتب إلى المالك وإلى Housing Ombudsman بشأن منزلي. ", 6), "يمكنني سحب هذا في أي وقت."}})
			d.Sign = document.AuthoritySignature{How: document.SignedDrawn, Name: "محمد عبد الله", At: "22 November 2026, 18:04", Image: drawing(t, paper, true), Taken: "Ní Bhriain, helper"}
			pdf := authority(t, d)
			text := pdftest.Check(t, pdf)
			pdftest.InOrder(t, text, "Signed by drawing their name", "Taken down by", "Ní Bhriain, helper", "Page 1 of 2", "Page 2 of 2")
			if images := pdftest.Run(t, pdf, "pdfimages", "-list", "FILE"); !strings.Contains(images, "gray") {
				t.Errorf("no picture of the signature:\n%s", images)
			}
		})
	}
}

func TestAuthorityOnPaper(t *testing.T) {
	d := sampleAuthority()
	d.Sign.How = document.SignedPaper
	d.Texts[0].Paragraphs = append(d.Texts[0].Paragraphs, strings.Repeat("It covers letters, records of repairs and records of complaints. ", 20))
	pdftest.InOrder(t, pdftest.Check(t, authority(t, d)), "Signed by hand on paper: see the scan", "Page 1 of 1")
}

func TestAuthorityThatCannotBeSigned(t *testing.T) {
	for name, body := range map[string][]byte{"nothing": nil, "no picture": []byte("GIF89a"), "cut": drawing(t, color.White, true)[:300], "empty": drawing(t, color.Transparent, false), "white": drawing(t, color.White, false)} {
		d := sampleAuthority()
		d.Sign.How, d.Sign.Image = document.SignedDrawn, body
		var told *models.Error
		if err := document.SignedAuthority(&bytes.Buffer{}, d); !errors.As(err, &told) || told.Code != models.CodeBadFile {
			t.Errorf("%s: %v", name, err)
		}
	}
	if err := document.SignedAuthority(&bytes.Buffer{}, document.AuthorityDoc{}); err == nil {
		t.Error("an authority without a text was made")
	}
}
