package document

import (
	"bytes"
	"fmt"
	"io"

	"github.com/pdfcpu/pdfcpu/pkg/api"
	"github.com/pdfcpu/pdfcpu/pkg/pdfcpu/model"
)

// PaperForms writes several paper forms into one PDF, in their order, so that they are printed in one go. Each begins on the front of a sheet where
// it is printed on both sides: between two forms of an odd number of pages stands an empty one.
func PaperForms(w io.Writer, in []PaperDoc) error {
	if len(in) == 1 {
		return PaperForm(w, in[0])
	}
	var parts []io.ReadSeeker
	for _, doc := range in {
		var b bytes.Buffer
		if err := PaperForm(&b, doc); err != nil {
			return err
		}
		parts = append(parts, bytes.NewReader(b.Bytes()))
	}
	if len(parts) == 0 {
		return fmt.Errorf("paper forms: there is none")
	}
	offline()
	conf := model.NewDefaultConfiguration()
	conf.Offline = true
	first, err := readPDF(readAgain(parts[0]))
	if err != nil {
		return fmt.Errorf("paper forms: %w", err)
	}
	if err := api.MergeRaw(parts, w, len(first.pages)%2 == 1, conf); err != nil {
		return fmt.Errorf("put paper forms together: %w", err)
	}
	return nil
}

// readAgain is everything that a reader of ours holds, which is then at its beginning again.
func readAgain(r io.ReadSeeker) []byte {
	b, _ := io.ReadAll(r) // from memory: it does not fail
	_, _ = r.Seek(0, io.SeekStart)
	return b
}
