// Package civil holds calendar dates without a time of day, and the working-day calendars of the United Kingdom.
//
// The law counts in dates, not in instants: a Date has no time zone and no hour. Package civil imports nothing of ours.
package civil

import (
	"database/sql/driver"
	"fmt"
	"strconv"
	"time"
)

// Date is a day of the Gregorian calendar, counted from 1 January of the year 1 (day 1). The zero Date means "no date".
// It fits a register, so that the clock engine adds and compares without allocating.
type Date int32

const secondsPerDay = 24 * 60 * 60

// unixDay1 is the number of days from 1 January of the year 1 to 1 January 1970, less one.
const unixDay1 = 719162

// London is the one time zone of the product; days begin and end there.
var London = mustLoad("Europe/London")

func mustLoad(name string) *time.Location {
	l, err := time.LoadLocation(name)
	if err != nil {
		panic("civil: no time zone data: " + err.Error())
	}
	return l
}

// On returns the date of the given year, month and day. Values outside their usual ranges are normalised, as by time.Date.
func On(year int, month time.Month, day int) Date {
	return Date(time.Date(year, month, day, 0, 0, 0, 0, time.UTC).Unix()/secondsPerDay + unixDay1 + 1)
}

// Of returns the date that an instant falls on in London.
func Of(t time.Time) Date {
	y, m, d := t.In(London).Date()
	return On(y, m, d)
}

// Parse reads an ISO date such as 2023-05-24. A date that does not exist (2023-02-30) is an error that says so.
func Parse(s string) (Date, error) {
	t, err := time.Parse(time.DateOnly, s)
	if err != nil {
		if len(s) == len(time.DateOnly) && s[4] == '-' && s[7] == '-' {
			return 0, fmt.Errorf("%q is not a date that exists; write year-month-day, such as 2023-05-24", s)
		}
		return 0, fmt.Errorf("%q is not a date; write year-month-day, such as 2023-05-24", s)
	}
	return On(t.Date()), nil
}

// MustParse is Parse for dates that stand in the program; it panics on an error.
func MustParse(s string) Date {
	d, err := Parse(s)
	if err != nil {
		panic(err)
	}
	return d
}

// Time returns midnight UTC of the day. Of the zero Date it returns the zero time.
func (d Date) Time() time.Time {
	if d == 0 {
		return time.Time{}
	}
	return time.Unix(int64(d-unixDay1-1)*secondsPerDay, 0).UTC()
}

// IsZero reports whether there is no date.
func (d Date) IsZero() bool { return d == 0 }

// Weekday returns the day of the week. 1 January of the year 1 was a Monday.
func (d Date) Weekday() time.Weekday { return time.Weekday(((int(d) % 7) + 7) % 7) }

// Year returns the year, Month the month and Day the day of the month.
func (d Date) Year() int { return d.Time().Year() }

// Month returns the month of the year.
func (d Date) Month() time.Month { return d.Time().Month() }

// Day returns the day of the month.
func (d Date) Day() int { return d.Time().Day() }

// AddDays returns the date n calendar days later, or earlier where n is negative.
func (d Date) AddDays(n int) Date { return d + Date(n) }

// AddMonths returns the corresponding date n calendar months later; where that month has no such day, its last day.
func (d Date) AddMonths(n int) Date {
	y, m, day := d.Time().Date()
	first := time.Date(y, m+time.Month(n), 1, 0, 0, 0, 0, time.UTC)
	last := time.Date(first.Year(), first.Month()+1, 0, 0, 0, 0, 0, time.UTC).Day()
	return On(first.Year(), first.Month(), min(day, last))
}

// DaysUntil returns the calendar days from d to e: positive where e is later.
func (d Date) DaysUntil(e Date) int { return int(e - d) }

// String returns the ISO form, 2023-05-24, and the empty string for no date.
func (d Date) String() string {
	if d == 0 {
		return ""
	}
	return string(d.AppendISO(make([]byte, 0, len(time.DateOnly))))
}

// Long returns the form for people, 24 May 2023, and the empty string for no date.
func (d Date) Long() string {
	if d == 0 {
		return ""
	}
	y, m, day := d.Time().Date() // Format is several times as slow, and a page writes hundreds of dates
	if y < 1000 {
		return d.Time().Format("2 January 2006")
	}
	return strconv.Itoa(day) + " " + m.String() + " " + strconv.Itoa(y)
}

// Short returns 24 May, for places where the year stands beside it.
func (d Date) Short() string {
	if d == 0 {
		return ""
	}
	return string(d.AppendShort(make([]byte, 0, 6)))
}

// AppendISO appends the ISO form, without an allocation where b has room; nothing for no date.
func (d Date) AppendISO(b []byte) []byte {
	if d == 0 {
		return b
	}
	y, m, day := d.Time().Date()
	if y < 0 || y > 9999 {
		return d.Time().AppendFormat(b, time.DateOnly)
	}
	return append(b, byte('0'+y/1000), byte('0'+y/100%10), byte('0'+y/10%10), byte('0'+y%10), '-',
		byte('0'+m/10), byte('0'+m%10), '-', byte('0'+day/10), byte('0'+day%10))
}

// AppendShort appends the form of Short, without an allocation where b has room.
func (d Date) AppendShort(b []byte) []byte {
	if d == 0 {
		return b
	}
	_, m, day := d.Time().Date()
	return append(append(strconv.AppendInt(b, int64(day), 10), ' '), m.String()[:3]...)
}

// MarshalText writes the ISO form.
func (d Date) MarshalText() ([]byte, error) { return []byte(d.String()), nil }

// UnmarshalText reads the ISO form; empty text is no date.
func (d *Date) UnmarshalText(b []byte) error {
	if len(b) == 0 {
		*d = 0
		return nil
	}
	v, err := Parse(string(b))
	*d = v
	return err
}

// Value stores the date as ISO text, and no date as NULL.
func (d Date) Value() (driver.Value, error) {
	if d == 0 {
		return nil, nil
	}
	return d.String(), nil
}

// Scan reads a DATE column: ISO text from SQLite, a time from PostgreSQL, NULL as no date.
func (d *Date) Scan(src any) error {
	switch v := src.(type) {
	case nil:
		*d = 0
		return nil
	case time.Time:
		*d = On(v.Date())
		return nil
	case string:
		return d.scanText(v)
	case []byte:
		return d.scanText(string(v))
	default:
		return fmt.Errorf("civil: a date column holds a %T", src)
	}
}

func (d *Date) scanText(s string) error {
	if len(s) > len(time.DateOnly) {
		s = s[:len(time.DateOnly)]
	}
	return d.UnmarshalText([]byte(s))
}
