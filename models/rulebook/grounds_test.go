package rulebook

import (
	"strings"
	"testing"

	"commoncase/models/civil"
)

func TestGroundsFollowTheSchemeOfTheDay(t *testing.T) {
	for _, tt := range []struct{ ground, on, cite string }{
		{GroundChargeLevel, "2021-05-01", "Scheme 2020, 39(g)"},
		{GroundChargeLevel, "2023-02-01", "Scheme 2022, 42(e)"},
		{GroundChargeLevel, "2026-11-22", "Scheme 2024, 42(d)"},
		{GroundCourt, "2025-01-01", "Scheme 2024, 41(c)"},
		{GroundCourt, "2021-01-01", "Scheme 2020, 39(h), number not confirmed"},
		{GroundOtherBody, "2024-06-01", "Scheme 2024, 42(j)"},
	} {
		g, ok := Default().Ground(tt.ground, civil.MustParse(tt.on))
		if !ok || g.Cite() != tt.cite {
			t.Errorf("%s on %s: %q %v, want %q", tt.ground, tt.on, g.Cite(), ok, tt.cite)
		}
	}
	if g, ok := Default().Ground(GroundCourt, civil.MustParse("2015-01-01")); ok {
		t.Errorf("before the first Scheme that is held: %v", g)
	}
}

func TestGroundsRefuseWhatHasNoSource(t *testing.T) {
	for name, text := range map[string]string{
		"no clause":           "- {slug: a, name: A, instead: B, clauses: []}",
		"no confidence":       `- {slug: a, name: A, instead: B, clauses: [{scheme: scheme-2024, clause: "1"}]}`,
		"unconfirmed, no way": `- {slug: a, name: A, instead: B, clauses: [{scheme: scheme-2024, clause: "1", confidence: unconfirmed}]}`,
		"unknown field":       `- {slug: a, nam: A}`,
	} {
		if _, err := parseGrounds("jurisdiction/grounds.yaml", []byte(text)); err == nil || !strings.Contains(err.Error(), "grounds.yaml") {
			t.Errorf("%s: %v", name, err)
		}
	}
}
