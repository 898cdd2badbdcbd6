package models

import (
	"testing"

	"commoncase/models/civil"
)

func TestSince(t *testing.T) {
	today := civil.MustParse("2026-11-18") // a Wednesday
	for said, want := range map[string]string{
		"about March": "2026-03-01", "since March.": "2026-03-01", "March 2025": "2025-03-01", "around December": "2025-12-01",
		"November": "2026-11-01", "last November": "2025-11-01", "last March": "2026-03-01", "March last year": "2025-03-01",
		"early March": "2026-03-01", "the end of March 2024": "2024-03-21", "mid-June": "", "mid June": "2026-06-11", "late Feb": "2026-02-21",
		"12 March 2026": "2026-03-12", "12th of March": "2026-03-12", "March 3rd, 2025": "2025-03-03", "20 November": "2025-11-20", "31 June": "",
		"12/03/2026": "2026-03-12", "12.3.2026": "2026-03-12", "2026-03-12": "2026-03-12", "12/03/26": "2026-03-12", "03/2026": "2026-03-01",
		"31/02/2026": "", "13/13/2026": "", "2024": "2024-01-01", "since 2019": "2019-01-01", "12/03/2027": "",
		"last winter": "2025-12-01", "winter": "2025-12-01", "this summer": "2026-06-01", "summer 2024": "2024-06-01", "last autumn": "2025-09-01",
		"this autumn": "2026-09-01", "spring last year": "2025-03-01", "late winter": "",
		"two weeks ago": "2026-11-04", "2 weeks": "2026-11-04", "2 years": "2024-11-18", "about 3 months ago": "2026-08-18", "a year ago": "2025-11-18",
		"a couple of weeks ago": "2026-11-04", "a few days": "2026-11-15", "for over ten years": "2016-11-18", "half a year": "2026-05-18",
		"a year and a half": "2025-05-18", "a fortnight": "2026-11-04", "more than 6 months": "2026-05-18", "0 weeks": "", "5000 years": "",
		"since Easter": "2026-04-05", "Easter 2025": "2025-04-20", "since Christmas": "2025-12-25", "last Christmas": "2025-12-25", "Halloween": "2026-10-31",
		"yesterday": "2026-11-17", "today": "2026-11-18", "last night": "2026-11-17", "last week": "2026-11-09", "this week": "2026-11-16",
		"last month": "2026-10-01", "last year": "2025-01-01", "Monday": "2026-11-16", "last Wednesday": "2026-11-11", "Wednesday": "2026-11-18",
		"since March when the boiler broke": "2026-03-01", "March, I think": "2026-03-01",
		// What nobody can be sure of stays unread.
		"": "", "always": "", "not since March": "", "before Christmas": "", "may be June": "", "a long time": "", "between March and May": "",
		"since the baby came": "", "od dwóch lat": "", "dwa tygodnie temu": "", "মার্চ থেকে": "", "منذ شهرين": "", "١٢/٠٣/٢٠٢٦": "", "x": "", "last": "", "12": "", "99999": "",
		"10000": "", "32 March": "", "March 2027": "", "when": "", "1/2": "", "/": "", "12/03/2026/1": "",
	} {
		if want == "" {
			want = civil.Date(0).String()
		}
		if got := Since(said, today).String(); got != want {
			t.Errorf("Since(%q) = %s, want %s", said, got, want)
		}
	}
	// In the winter, last winter is the one before, and a leap day counts back to the end of February.
	if got := Since("last winter", civil.MustParse("2026-01-10")).String(); got != "2024-12-01" {
		t.Errorf("last winter in January = %s", got)
	}
	if got := Since("a year ago", civil.MustParse("2024-02-29")).String(); got != "2023-02-28" {
		t.Errorf("a year before a leap day = %s", got)
	}
}

func FuzzSince(f *testing.F) {
	f.Add("about March", 20000)
	f.Add("12/03/2026", 20700)
	f.Fuzz(func(t *testing.T, said string, on int) {
		today := civil.Date(1 + (on%80000+80000)%80000)
		if d := Since(said, today); d > today || d < 0 {
			t.Fatalf("Since(%q, %s) = %s", said, today, d)
		}
	})
}

func TestHouseholdsSayNothing(t *testing.T) {
	a, b := Household("12 Wren House\nMill Lane", "N1 2AB"), Household("12 wren house, mill lane", "n1 2ab")
	if a != b || len(a) != 24 || a == Household("13 Wren House, Mill Lane", "N1 2AB") {
		t.Errorf("households %s and %s", a, b)
	}
	if LoneHousehold("Łukasz Żółć", "", "1") == LoneHousehold("Łukasz Żółć", "", "2") {
		t.Error("two people without an address are one household")
	}
}
