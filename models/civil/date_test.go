package civil

import (
	"testing"
	"time"
)

func TestDate(t *testing.T) {
	for _, x := range []struct {
		date, long, short string
		weekday           time.Weekday
	}{
		{"2023-05-24", "24 May 2023", "24 May", time.Wednesday},
		{"2024-02-29", "29 February 2024", "29 Feb", time.Thursday},
		{"0001-01-01", "1 January 0001", "1 Jan", time.Monday},
	} {
		d := MustParse(x.date)
		if d.String() != x.date || d.Long() != x.long || d.Short() != x.short || d.Weekday() != x.weekday || On(d.Year(), d.Month(), d.Day()) != d || Of(d.Time().Add(12*time.Hour)) != d {
			t.Errorf("%s: %s, %s, %s, %s", x.date, d, d.Long(), d.Short(), d.Weekday())
		}
	}
	var none Date
	if !none.IsZero() || none.String()+none.Long()+none.Short() != "" || !none.Time().IsZero() {
		t.Error("no date is shown as one")
	}
	for _, s := range []string{"2023-02-30", "2023-13-01", "24/05/2023", "2023-5-4", "", "2023-05-24T00:00:00Z"} {
		if d, err := Parse(s); err == nil {
			t.Errorf("%q was read as %s", s, d)
		}
	}
	// A summer evening in UTC is the next day in London.
	if got := Of(time.Date(2023, 6, 30, 23, 30, 0, 0, time.UTC)); got.String() != "2023-07-01" {
		t.Errorf("half past eleven at night, UTC: %s", got)
	}
}

func TestAddMonths(t *testing.T) {
	for _, x := range []struct {
		from string
		n    int
		want string
	}{
		{"2024-01-31", 1, "2024-02-29"}, {"2023-01-31", 1, "2023-02-28"}, {"2024-02-29", 12, "2025-02-28"}, {"2023-06-29", 12, "2024-06-29"},
		{"2023-11-30", 3, "2024-02-29"}, {"2024-03-31", -1, "2024-02-29"}, {"2023-05-09", 0, "2023-05-09"},
	} {
		if got := MustParse(x.from).AddMonths(x.n); got.String() != x.want {
			t.Errorf("%s and %d months: %s, want %s", x.from, x.n, got, x.want)
		}
	}
}

func TestDateInDatabasesAndText(t *testing.T) {
	d := MustParse("2023-05-24")
	for _, src := range []any{"2023-05-24", []byte("2023-05-24"), "2023-05-24 00:00:00+00:00", time.Date(2023, 5, 24, 0, 0, 0, 0, time.UTC)} {
		var got Date
		if err := got.Scan(src); err != nil || got != d {
			t.Errorf("scan %v: %s, %v", src, got, err)
		}
	}
	got := d
	if err := got.Scan(nil); err != nil || got != 0 {
		t.Errorf("scan NULL: %s, %v", got, err)
	}
	for _, src := range []any{5, "soon", []byte("2023-02-30")} {
		if err := got.Scan(src); err == nil {
			t.Errorf("scan %v: %s", src, got)
		}
	}
	if v, err := d.Value(); v != "2023-05-24" || err != nil {
		t.Errorf("value %v, %v", v, err)
	}
	if v, err := Date(0).Value(); v != nil || err != nil {
		t.Errorf("value of no date: %v, %v", v, err)
	}
	b, err := d.MarshalText()
	if err != nil {
		t.Fatal(err)
	}
	if err := got.UnmarshalText(b); err != nil || got != d {
		t.Errorf("text: %s, %v", got, err)
	}
	if err := got.UnmarshalText(nil); err != nil || got != 0 {
		t.Errorf("empty text: %s, %v", got, err)
	}
}
