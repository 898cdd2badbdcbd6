package app

import (
	"bytes"
	"os"
	"strings"
	"testing"

	"commoncase/app/document"
	"commoncase/app/document/pdftest"
	"commoncase/models/civil"
	"commoncase/static"
)

// A program that was built with npm prints Bengali and Arabic; the names under which it looks for the fonts are those that the build gives them.
func TestTheProgramHasFontsForItsPDFs(t *testing.T) {
	if !static.Built() {
		if os.Getenv("CI") == "true" {
			t.Fatal("the program is built without npm, and with CI=true nothing may be left out; npm run build")
		}
		t.Skip("left out: the program is built without npm; npm run build")
	}
	if err := typefaces(); err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	if err := document.CanvassSheet(&b, document.CanvassDoc{Branch: "আনিকা", Area: "محمد", Made: civil.MustParse("2026-11-22")}); err != nil {
		t.Fatal(err)
	}
	text := pdftest.Check(t, b.Bytes())
	if !strings.Contains(text, "আনিকা") || !strings.Contains(text, "محمد") {
		t.Errorf("the letters are not printed:\n%s", text)
	}
	fonts := pdftest.Run(t, b.Bytes(), "pdffonts", "FILE")
	if !strings.Contains(fonts, "bengali") || !strings.Contains(fonts, "arabicbold") {
		t.Errorf("the fonts are not there:\n%s", fonts)
	}
}
