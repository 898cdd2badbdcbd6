package document_test

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"commoncase/app/document"
	"commoncase/app/document/pdftest"
	"commoncase/models/civil"
)

func canvassSheet(t *testing.T, d document.CanvassDoc) []string {
	t.Helper()
	var b, again bytes.Buffer
	if err := document.CanvassSheet(&b, d); err != nil {
		t.Fatal(err)
	}
	if err := document.CanvassSheet(&again, d); err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(b.Bytes(), again.Bytes()) {
		t.Error("the same sheet was set in other bytes the second time")
	}
	return pages(t, b.Bytes())
}

func TestCanvassSheetOfHomes(t *testing.T) {
	d := document.CanvassDoc{Branch: "Harbour & Vale Tenants", Area: "Mill Lane Estate", On: civil.MustParse("2026-11-28"), Made: civil.MustParse("2026-11-22")}
	for i := range 53 {
		d.Homes = append(d.Homes, document.CanvassHome{Line: fmt.Sprintf("%d Wren House, Mill Lane", i+1), Postcode: "EF1 2AB"})
	}
	d.Homes[7].Line = "Flat 8, the very long name of a converted house that nobody has ever written in full, Upper Mill Lane North, Eastfield"
	sheets := canvassSheet(t, d)
	if len(sheets) != 3 {
		t.Errorf("53 homes take %d pages", len(sheets))
	}
	pdftest.InOrder(t, sheets[0], "Canvass sheet", "Mill Lane Estate", "28 November 2026", "Who walked", "Home", "Knocked", "Answered", "Affected", "Note", "1 Wren House, Mill Lane, EF1 2AB", "Flat 8, the very long", "9 Wren House", "Page 1 of 3")
	pdftest.InOrder(t, sheets[1], "Home", "Knocked", "Page 2 of 3")
	pdftest.InOrder(t, sheets[2], "Home", "Knocked", "53 Wren House", "Totals of this round", "Homes (53 listed)", "Knocked", "Page 3 of 3")
	all := strings.Join(sheets, " ")
	for i := range 53 {
		if i != 7 && !strings.Contains(all, fmt.Sprintf(" %d Wren House,", i+1)) && !strings.Contains(all, fmt.Sprintf("\n%d Wren House,", i+1)) {
			t.Errorf("home %d is missing", i+1)
		}
	}
}

func TestCanvassSheetToWriteOn(t *testing.T) {
	sheets := canvassSheet(t, document.CanvassDoc{Branch: "Harbour & Vale Tenants", Made: civil.MustParse("2026-11-22")})
	if len(sheets) != 1 {
		t.Errorf("an empty sheet takes %d pages", len(sheets))
	}
	pdftest.InOrder(t, sheets[0], "Estate", "Who walked", "Totals of this round", "Homes", "Affected", "Page 1 of 1")
	if got := len(canvassSheet(t, document.CanvassDoc{Blank: 60, Made: civil.MustParse("2026-11-22")})); got != 3 {
		t.Errorf("60 rows take %d pages", got)
	}
}
