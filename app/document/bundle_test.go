package document_test

import (
	"bytes"
	"testing"

	"commoncase/app/document"
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
	got := check(t, bundle(t, sampleBundle(t)))
	inOrder(t, got, "Referral to the Housing Ombudsman", "Mould in the children's bedroom", "Łukasz Żółć", "Niamh Ní Bhriain", "Contents",
		"Who is completing this form?", "NOT ANSWERED YET", "Authority to act", "Signed on 20 August 2026", "Chronology", "Duties not met in time",
		"16 working", "What would put it right", "Index of exhibits", "Exhibit 1", "Exhibit 3 · page 2 of 3", "Stage 1 response, sheet 2", "Exhibit 4 · page 2 of 2", "Exhibit 5")
}
