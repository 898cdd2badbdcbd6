package document_test

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"commoncase/app/document"
	"commoncase/app/document/pdftest"
	"commoncase/models"
	"commoncase/models/catalogue"
	"commoncase/models/civil"
)

func samplePaper(lang string, large bool) document.PaperDoc {
	return document.PaperDoc{Lang: lang, Large: large, Branch: "Harbour & Vale Tenants, North Branch", Landlord: "Harbour & Vale", Return: []string{"Eastfield Community Hall", "12 Lock Street", "Eastfield EF1 2AB"},
		Email: "north@example.org", Site: "tell.example.org/come-back", Advice: "Shelter, 0800 000 0000", Code: "1234 5678 9012 3456", On: civil.MustParse("2026-11-22")}
}

func paperForm(t testing.TB, d document.PaperDoc) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := document.PaperForm(&b, d); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// pages are the texts of the pages of a PDF.
func pages(t testing.TB, pdf []byte) []string {
	t.Helper()
	text := pdftest.Check(t, pdf)
	return strings.Split(strings.TrimSuffix(text, "\f"), "\f")
}

func TestPaperFormAsksWhatThePagesAsk(t *testing.T) {
	d := samplePaper("en", false)
	pdf := paperForm(t, d)
	if !bytes.Equal(pdf, paperForm(t, d)) {
		t.Error("the same form was set in other bytes the second time")
	}
	sheets := pages(t, pdf)
	if len(sheets) != 4 {
		t.Errorf("the form has %d pages, not 4", len(sheets))
	}
	en := catalogue.In("en")
	var want []string
	for i, step := range []string{"home", "problem", "story", "since", "reported", "people", "wanted", "files", "consent", "contact"} {
		want = append(want, fmt.Sprintf("%d %s", i+1, en.T("story."+step+".title")))
	}
	pdftest.InOrder(t, strings.Join(sheets, " "), append(want, "Before you send it", "Shelter, 0800 000 0000", "For the person who takes this form", "1234 5678 9012 3456", "tell.example.org/come-back")...)
	all := pdftest.Words(strings.Join(sheets, " "))
	for _, p := range models.Purposes {
		// the words of a consent stand beside its boxes, so that a line of text may hold both
		for word := range strings.FieldsSeq(en.T("consent." + string(p) + ".ask")) {
			if !strings.Contains(all, word) {
				t.Errorf("the consent %s lacks the word %s", p, word)
			}
		}
		if !strings.Contains(all, en.T("consent."+string(p)+".title")) {
			t.Errorf("the consent %s is not asked", p)
		}
	}
	for _, theme := range models.Themes {
		if first := strings.Fields(en.T("theme." + string(theme)))[0]; !strings.Contains(all, first) {
			t.Errorf("there is no box for %s", theme)
		}
	}
	if strings.Contains(all, "[") {
		t.Errorf("a text is missing: %s", all)
	}
}

// Each page says which form it belongs to, and the whole code stands on the slip alone.
func TestPaperFormPagesBelongTogether(t *testing.T) {
	document.UseTestFonts(t)
	for _, large := range []bool{false, true} {
		for _, l := range catalogue.Languages() {
			t.Run(fmt.Sprintf("%s large %v", l.Tag, large), func(t *testing.T) {
				pdf := paperForm(t, samplePaper(l.Tag, large))
				if lang := "/Lang (" + l.Tag; !bytes.Contains(pdf, []byte(lang)) {
					t.Errorf("the file does not say that it is %s", l.Name)
				}
				sheets := pages(t, pdf)
				if !large && len(sheets) > 5 {
					t.Errorf("the form has %d pages", len(sheets))
				}
				for i, text := range sheets {
					text = pdftest.Words(text)
					if !strings.Contains(text, "3456") || !strings.Contains(text, fmt.Sprint(len(sheets))) {
						t.Errorf("page %d does not say what it is: %s", i+1, text)
					}
					// On a page that runs from right to left the reader of the test puts marks of direction between the groups and turns their order.
					if whole := strings.Contains(text, "1234") && strings.Contains(text, "5678") && strings.Contains(text, "9012"); whole != (i == len(sheets)-1) {
						t.Errorf("page %d of %d: the code is not on the slip alone", i+1, len(sheets))
					}
					if strings.Contains(text, "HTML copy") {
						t.Errorf("page %d holds a note in place of letters: %s", i+1, text)
					}
				}
			})
		}
	}
}

// What stands behind the slip is torn off with it: on the page before an even last page nothing is asked there.
func TestBackOfTheSlipAsksNothing(t *testing.T) {
	sheets := pages(t, paperForm(t, samplePaper("en", false)))
	_, behind, ok := strings.Cut(pdftest.Words(sheets[len(sheets)-2]), "The back of the part that you keep")
	en := catalogue.In("en")
	want := pdftest.Words(strings.Join([]string{en.T("story.start.next_title"), en.T("story.start.next"), en.T("story.start.read_title"), en.T("story.start.read")}, " ")) + " Form ending in 3456 Page 3 of 4"
	if !ok || strings.TrimSpace(behind) != want {
		t.Errorf("behind the slip stands %q, want %q", behind, want)
	}
}

func TestPaperFormWithoutACode(t *testing.T) {
	d := samplePaper("en", false)
	d.Code, d.Return, d.Email, d.Site, d.Advice = "", nil, "", "", ""
	text := strings.Join(pages(t, paperForm(t, d)), " ")
	pdftest.InOrder(t, text, "Put a cross in a box like this", "Write on another sheet, and put it with this one", "The person who takes this form writes your code here")
	for _, no := range []string{"Form ending", "Give or send", "Go to"} {
		if strings.Contains(text, no) {
			t.Errorf("the form without a code says %q", no)
		}
	}
	for _, code := range []string{"1234", "12345678901234567", "1234 5678 9012 345x"} {
		d.Code = code
		if err := document.PaperForm(&bytes.Buffer{}, d); err == nil {
			t.Errorf("the code %q was printed", code)
		}
	}
}
