package web

import (
	"strings"
	"testing"
	"unicode/utf8"

	"commoncase/models"
	"commoncase/models/civil"
	"commoncase/views/components"
)

func TestParseDate(t *testing.T) {
	for _, tc := range []struct {
		day, month, year string
		want             string // ISO, or words of the sentence
	}{
		{"9", "5", "2023", "2023-05-09"},
		{"09", "05", "2023", "2023-05-09"},
		{"9", "May", "2023", "2023-05-09"},
		{"9", "sept.", "2023", "2023-09-09"},
		{"29", "2", "2024", "2024-02-29"},
		{"", "", "", ""},
		{"29", "2", "2023", "February 2023 has no day 29"},
		{"31", "4", "2023", "April 2023 has no day 31"},
		{"0", "4", "2023", "April 2023 has no day 0"},
		{"5", "13", "2023", "There is no month 13"},
		{"5", "0", "2023", "There is no month 0"},
		{"", "4", "2023", "must have a day"},
		{"", "", "2023", "must have a day and a month"},
		{"4", "4", "", "must have a year"},
		{"4", "4", "23", "has four digits"},
		{"-4", "4", "2023", "written in numbers"},
		{"4th", "4", "2023", "written in numbers"},
		{"٤", "4", "2023", "written in numbers"},
		{"4", "Mei", "2023", "written in numbers"},
		{"99999999999999999999", "4", "2023", "written in numbers"},
	} {
		d, err := parseDate("on", "the letter", components.DateValue{Day: tc.day, Month: tc.month, Year: tc.year})
		got := ""
		if err != nil {
			got = err.Error()
			if es := models.FieldErrors(err); len(es) != 1 || es[0].Field != "on" {
				t.Errorf("%v: the error belongs to %v", tc, es)
			}
		} else if d != 0 {
			got = d.String()
		}
		if (tc.want == "") != (got == "") || !strings.Contains(got, tc.want) {
			t.Errorf("%q %q %q: %q, want %q", tc.day, tc.month, tc.year, got, tc.want)
		}
	}
}

// Whatever is typed, the answer is a date that exists and is what was typed, or a sentence.
func FuzzParseDate(f *testing.F) {
	f.Add("9", "5", "2023")
	f.Add("31", "feb", "0000")
	f.Fuzz(func(t *testing.T, day, month, year string) {
		d, err := parseDate("on", "the letter", components.DateValue{Day: day, Month: month, Year: year})
		if err != nil {
			if models.CodeOf(err) != models.CodeInvalid || err.Error() == "" {
				t.Fatalf("the error is %v", err)
			}
			return
		}
		if d != 0 {
			if back, err := civil.Parse(d.String()); err != nil || back != d {
				t.Fatalf("%q %q %q gave %v: %v", day, month, year, d, err)
			}
		}
	})
}

func TestTidy(t *testing.T) {
	for in, want := range map[string]string{
		"  Niamh Ní Bhriain \r\n": "Niamh Ní Bhriain", "a\x00b": "ab", "a\r\nb": "a\nb", "آنیكا": "آنیكا", "a\xffb": "a\uFFFDb", "": "",
	} {
		if got := tidy(in); got != want || !utf8.ValidString(got) {
			t.Errorf("tidy(%q) = %q, want %q", in, got, want)
		}
	}
}
