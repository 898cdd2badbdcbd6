package document_test

import (
	"bytes"
	"strings"
	"testing"

	"commoncase/app/document"
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
	got := check(t, letter(t, sampleLetter()))
	inOrder(t, got,
		"Hartwell Homes Tenants' and", "The Chief Executive", "1 Meridian Square", "Dear Chief Executive,", "Repairs that do not come",
		"We write for the tenants", "What our members told us", "I rang eleven times", "Łukasz Żółć", "Niamh Ní Bhriain",
		"Damp and mould", "Lifts and doors", "Complaint Handling Code, 2024, paragraph 6.3", "Point 1: Put right what was broken", "1.", "Point 5: Let residents decide", "33.",
		"We would rather meet", "Yours sincerely,", "Branch secretary", "87 of 102 voting", "References", "annual report 2025",
		"Annex: How each figure is counted", "62 %", "SHA-256")
	if strings.Contains(got, "of 99") {
		t.Error("the number of pages was not filled in")
	}
}
