package models_test

import (
	"slices"
	"testing"

	"commoncase/models"
)

func TestPostcodes(t *testing.T) {
	for typed, want := range map[string]string{
		"n1 2ab": "N12AB", "N12AB": "N12AB", " sw1a  1aa.": "SW1A1AA", "ZZ99 3VZ": "ZZ993VZ", "m1-1ae": "M11AE", "EC1A1BB": "EC1A1BB", "W1A 0AX": "W1A0AX",
	} {
		got := models.FoldPostcode(typed)
		if got != want || !models.IsPostcode(got) {
			t.Errorf("%q folds to %q (a postcode: %v), want %q", typed, got, models.IsPostcode(got), want)
		}
	}
	for _, wrong := range []string{"", "N1", "N1 2A", "12 Mill Lane", "ABC1 2AB", "N1 AAB", "N1 2A1", "N123 2AB", "১২৩", "N1ABC 2AB"} {
		if models.IsPostcode(models.FoldPostcode(wrong)) {
			t.Errorf("%q passes for a postcode", wrong)
		}
	}
	if got := models.ShowPostcode("SW1A1AA"); got != "SW1A 1AA" {
		t.Errorf("shown as %q", got)
	}
}

func TestHomesStandInTheOrderOfTheirNumbers(t *testing.T) {
	want := []string{"2 Mill Lane", "10 Mill Lane", "Flat 2, 1 Wren House", "Flat 2, 12 Wren House", "Flat 02A, 1 Wren House", "flat 3, Wren House", "Flat 10, Wren House",
		"Flat 100000000000000000000, Wren House", "Ní Bhriain Court", "Ní Bhriain Court 1"}
	got := slices.Clone(want)
	slices.Reverse(got)
	slices.SortFunc(got, models.CompareHomes)
	if !slices.Equal(got, want) {
		t.Errorf("order %q", got)
	}
}
