package civil

import (
	"encoding/csv"
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"testing"
)

func get(t testing.TB, n CalendarName) *Calendar {
	t.Helper()
	c, ok := Get(n)
	if !ok {
		t.Fatalf("no calendar %s", n)
	}
	return c
}

func TestAddAndBetween(t *testing.T) {
	for _, x := range []struct {
		name     string
		calendar CalendarName
		from     string
		n        int
		want     string
	}{
		{"Code 2022 5.1: ten working days from 9 May 2023", EnglandAndWales, "2023-05-09", 10, "2023-05-23"},
		{"a trigger on a Saturday is day 0", EnglandAndWales, "2023-05-06", 1, "2023-05-09"},
		{"a trigger on a bank holiday is day 0", EnglandAndWales, "2023-05-08", 1, "2023-05-09"},
		{"Platinum Jubilee 2022: two days in a row", EnglandAndWales, "2022-06-01", 1, "2022-06-06"},
		{"Platinum Jubilee 2022: spring holiday moved, 30 May is worked", EnglandAndWales, "2022-05-27", 1, "2022-05-30"},
		{"State Funeral 2022", EnglandAndWales, "2022-09-16", 1, "2022-09-20"},
		{"Coronation 2023", EnglandAndWales, "2023-05-05", 1, "2023-05-09"},
		{"VE day 2020: Friday, and 4 May is worked", EnglandAndWales, "2020-05-01", 5, "2020-05-11"},
		{"World Cup 2026 in Scotland", Scotland, "2026-06-12", 1, "2026-06-16"},
		{"World Cup 2026 is no holiday in England", EnglandAndWales, "2026-06-12", 1, "2026-06-15"},
		{"FOIA s.10: 20 working days skip a holiday anywhere in the UK", UKAny, "2026-11-20", 20, "2026-12-21"},
		{"the same on England's calendar alone", EnglandAndWales, "2026-11-20", 20, "2026-12-18"},
		{"Scotland keeps Easter Monday as a working day", Scotland, "2024-03-28", 1, "2024-04-01"},
		{"Northern Ireland rests on 12 July", NorthernIreland, "2024-07-11", 1, "2024-07-15"},
		{"nothing added is the day itself", EnglandAndWales, "2023-05-06", 0, "2023-05-06"},
		{"backwards", EnglandAndWales, "2023-05-09", -1, "2023-05-05"},
		{"backwards from a Sunday", EnglandAndWales, "2023-05-14", -1, "2023-05-12"},
		{"after the table only weekends are skipped", EnglandAndWales, "2150-12-24", 1, "2150-12-25"},
		{"before the table only weekends are skipped", EnglandAndWales, "1979-12-24", 1, "1979-12-25"},
		{"across the end of the table", EnglandAndWales, "2100-12-31", 5, "2101-01-07"},
	} {
		t.Run(x.name, func(t *testing.T) {
			c, from := get(t, x.calendar), MustParse(x.from)
			got := c.Add(from, x.n)
			if got.String() != x.want {
				t.Fatalf("%s and %d working days: %s, want %s", x.from, x.n, got, x.want)
			}
			if x.n > 0 && c.Between(from, got) != x.n {
				t.Errorf("between %s and %s: %d, want %d", from, got, c.Between(from, got), x.n)
			}
		})
	}
	if _, ok := Get("wales"); ok {
		t.Error("a calendar that does not exist was found")
	}
	if d := get(t, EnglandAndWales).Add(0, 5); d != 0 {
		t.Errorf("five working days after no date: %s", d)
	}
}

// The embedded dates must be the official ones, all of them and no others.
func TestOfficialDates(t *testing.T) {
	f, err := os.Open("../../../shared/bank_holidays.csv")
	if os.IsNotExist(err) {
		// Where the official file is not at hand the counts of domain law stand in for it.
		for year := 2018; year <= 2028; year++ {
			want := map[int]int{2022: 10, 2023: 9}[year]
			if want == 0 {
				want = 8
			}
			if n := len(get(t, EnglandAndWales).HolidaysBetween(On(year-1, 12, 31), On(year, 12, 31))); n != want {
				t.Errorf("%d: %d bank holidays, want %d", year, n, want)
			}
		}
		return
	}
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	rows, err := csv.NewReader(f).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	count := map[CalendarName]int{}
	for _, r := range rows[1:] {
		c, d := get(t, CalendarName(r[0])), MustParse(r[1])
		h, ok := c.HolidayOn(d)
		if !ok || h.Title != r[2] || h.Substitute != (r[3] == "yes") || h.Projected || c.Projected(d) || c.IsWorking(d) {
			t.Errorf("%v: have %+v", r, h)
		}
		if u := get(t, UKAny); u.IsWorking(d) {
			t.Errorf("%v: a working day somewhere in the UK", r)
		}
		count[c.Name()]++
	}
	for _, p := range parts {
		if n := len(get(t, p.name).HolidaysBetween(officialFirst-1, officialLast)); n != count[p.name] {
			t.Errorf("%s: %d official holidays, want %d", p.name, n, count[p.name])
		}
	}
}

// The rules must give what was proclaimed, but for the days that were moved or added once.
func TestRulesAgreeWithOfficialDates(t *testing.T) {
	once := map[string]bool{
		"2020-05-04": true, "2020-05-08": true, "2022-05-30": true, "2022-06-02": true, "2022-06-03": true,
		"2022-09-19": true, "2023-05-08": true, "2026-06-15": true,
	}
	for _, p := range parts {
		c := get(t, p.name)
		for y := 2018; y <= 2028; y++ {
			var rule, fact []string
			for _, h := range byRule(p.part, y) {
				if !once[h.On.String()] {
					rule = append(rule, fmt.Sprint(h.On, h.Title, h.Substitute))
				}
			}
			for _, h := range c.HolidaysBetween(On(y-1, 12, 31), On(y, 12, 31)) {
				if !once[h.On.String()] {
					fact = append(fact, fmt.Sprint(h.On, h.Title, h.Substitute))
				}
			}
			if !slices.Equal(rule, fact) {
				t.Errorf("%s %d:\nrule %v\nfact %v", p.name, y, rule, fact)
			}
		}
	}
}

func TestProjected(t *testing.T) {
	c := get(t, EnglandAndWales)
	for date, want := range map[string]bool{"2017-12-31": true, "2018-01-01": false, "2028-12-31": false, "2029-01-01": true} {
		if got := c.Projected(MustParse(date)); got != want {
			t.Errorf("%s projected: %v", date, got)
		}
	}
	h, ok := c.HolidayOn(MustParse("2030-04-22"))
	if !ok || !h.Projected || h.Title != "Easter Monday" {
		t.Errorf("22 April 2030: %+v %v", h, ok)
	}
}

func TestUnionSaysWhere(t *testing.T) {
	u := get(t, UKAny)
	for date, want := range map[string]string{"2026-11-30": "Scotland", "2026-12-25": "", "2026-08-31": "England and Wales; Northern Ireland"} {
		if h, ok := u.HolidayOn(MustParse(date)); !ok || h.Where != want {
			t.Errorf("%s: %+v", date, h)
		}
	}
}

// slowIsWorking is the definition, with nothing clever in it.
func slowIsWorking(c *Calendar, d Date) bool {
	_, holiday := c.Holiday(d)
	w := d.Weekday()
	return w != 0 && w != 6 && !holiday
}

func slowAdd(c *Calendar, d Date, n int) Date {
	for ; n > 0; n-- {
		for d++; !slowIsWorking(c, d); d++ {
		}
	}
	for ; n < 0; n++ {
		for d--; !slowIsWorking(c, d); d-- {
		}
	}
	return d
}

func slowBetween(c *Calendar, a, b Date) int {
	n := 0
	for d := a + 1; d <= b; d++ {
		if slowIsWorking(c, d) {
			n++
		}
	}
	return n
}

func check(t *testing.T, c *Calendar, d Date, n int) {
	t.Helper()
	got := c.Add(d, n)
	if want := slowAdd(c, d, n); got != want {
		t.Fatalf("%s: %s and %d: %s, want %s", c.name, d, n, got, want)
	}
	if c.IsWorking(d) != slowIsWorking(c, d) {
		t.Fatalf("%s: %s working: %v", c.name, d, c.IsWorking(d))
	}
	if n > 0 {
		if c.Between(d, got) != n || slowBetween(c, d, got) != n || c.Between(got, d) != -n {
			t.Fatalf("%s: between %s and %s: %d, want %d", c.name, d, got, c.Between(d, got), n)
		}
		if !c.IsWorking(got) || got <= d {
			t.Fatalf("%s: %s and %d: %s is not a later working day", c.name, d, n, got)
		}
	}
}

func TestCalendarAgainstStepping(t *testing.T) {
	r := rand.New(rand.NewPCG(2022, 6))
	for _, name := range CalendarNames {
		c := get(t, name)
		for range 3000 {
			check(t, c, On(1980, 1, 1)+Date(r.IntN(130*366)), r.IntN(140)-40)
		}
		for _, edge := range []Date{tableFirst, tableLast} {
			for d := edge - 20; d < edge+20; d++ {
				for n := -15; n <= 15; n++ {
					check(t, c, d, n)
				}
			}
		}
	}
}

// A further holiday never makes a date earlier.
func TestMoreHolidaysNeverHasten(t *testing.T) {
	r := rand.New(rand.NewPCG(17, 6))
	for range 60 {
		c := get(t, CalendarNames[r.IntN(len(CalendarNames))])
		from := On(2018, 1, 1) + Date(r.IntN(4000))
		more := c.With(Holiday{On: from + Date(r.IntN(40)), Title: "A day of rest"})
		for n := range 60 {
			if more.Add(from, n) < c.Add(from, n) {
				t.Fatalf("%s and %d: %s became %s", from, n, c.Add(from, n), more.Add(from, n))
			}
			if more.Between(from, from+Date(n)) > c.Between(from, from+Date(n)) {
				t.Fatalf("a holiday made more working days after %s", from)
			}
		}
	}
}

func TestFarAway(t *testing.T) {
	c := get(t, EnglandAndWales)
	for _, n := range []int{-1 << 62, -1 << 31, 1 << 31, 1<<62 + 3} {
		got := c.Add(MustParse("2023-05-09"), n)
		if (n > 0) != (got > MustParse("2023-05-09")) {
			t.Errorf("%d working days: %d", n, got)
		}
	}
}

func FuzzCalendar(f *testing.F) {
	f.Add(int32(738000), 10, uint8(0))
	f.Add(int32(tableLast), 3, uint8(1))
	f.Add(int32(tableFirst), -3, uint8(2))
	f.Fuzz(func(t *testing.T, day int32, n int, which uint8) {
		if day < 1000 || day > 1_500_000 {
			return
		}
		check(t, get(t, CalendarNames[int(which)%len(CalendarNames)]), Date(day), n%400)
	})
}

func FuzzParse(f *testing.F) {
	for _, s := range []string{"2023-05-24", "2023-02-30", "0001-01-01", "", "2023-5-4", "9999-12-31"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		d, err := Parse(s)
		if err == nil && d.String() != s {
			t.Fatalf("%q became %q", s, d)
		}
	})
}

var (
	sinkDate Date
	sinkInt  int
)

func BenchmarkAdd(b *testing.B) {
	c, d := get(b, EnglandAndWales), MustParse("2022-06-17")
	b.ReportAllocs()
	i := 0
	for b.Loop() {
		sinkDate = c.Add(d+Date(i&1023), 20)
		i++
	}
}

func BenchmarkBetween(b *testing.B) {
	c, d := get(b, EnglandAndWales), MustParse("2022-06-17")
	b.ReportAllocs()
	i := 0
	for b.Loop() {
		sinkInt = c.Between(d, d+Date(i&4095))
		i++
	}
}

// BenchmarkWorkingDays prints how many times faster the table is than stepping over a list of holidays, for twenty working
// days added and counted.
func BenchmarkWorkingDays(b *testing.B) {
	c, d := get(b, EnglandAndWales), MustParse("2022-06-17")
	list := make(map[Date]bool, len(c.holidays))
	for _, h := range c.holidays {
		list[h.On] = true
	}
	step := func(d Date, n int) Date {
		for n > 0 {
			d++
			if w := d.Weekday(); w != 0 && w != 6 && !list[d] {
				n--
			}
		}
		return d
	}
	var stepping, table float64
	b.Run("stepping", func(b *testing.B) {
		b.ReportAllocs()
		i := 0
		for b.Loop() {
			sinkDate = step(d+Date(i&1023), 20)
			i++
		}
		stepping = float64(b.Elapsed().Nanoseconds()) / float64(b.N)
	})
	b.Run("table", func(b *testing.B) {
		b.ReportAllocs()
		i := 0
		for b.Loop() {
			sinkDate = c.Add(d+Date(i&1023), 20)
			i++
		}
		table = float64(b.Elapsed().Nanoseconds()) / float64(b.N)
		if stepping > 0 {
			b.ReportMetric(stepping/table, "x-stepping")
		}
	})
}
