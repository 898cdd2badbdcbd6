package civil

import (
	"database/sql/driver"
	"fmt"
	"time"
)

// Time is a time of day on the wall in London, to the minute: what a limit in hours is counted from. The zero Time means that only
// the day is known.
type Time int16

// At returns the time of an hour and a minute.
func At(hour, minute int) Time { return Time(hour*60 + minute + 1) }

// TimeOf returns the time on the wall in London at an instant.
func TimeOf(t time.Time) Time {
	t = t.In(London)
	return At(t.Hour(), t.Minute())
}

// ParseTime reads a time such as 14:05 or 9.30; empty text is no time.
func ParseTime(s string) (Time, error) {
	if s == "" {
		return 0, nil
	}
	for _, layout := range []string{"15:04", "15.04", "15:04:05"} {
		if t, err := time.Parse(layout, s); err == nil {
			return At(t.Hour(), t.Minute()), nil
		}
	}
	return 0, fmt.Errorf("%q is not a time; write hours and minutes, such as 14:05", s)
}

// IsZero reports whether there is no time.
func (t Time) IsZero() bool { return t == 0 }

// Minutes returns the minutes since midnight; 0 where there is no time.
func (t Time) Minutes() int { return max(0, int(t)-1) }

// String returns 14:05, and the empty string for no time.
func (t Time) String() string {
	if t == 0 {
		return ""
	}
	return fmt.Sprintf("%02d:%02d", t.Minutes()/60, t.Minutes()%60)
}

// MarshalText writes the form of String.
func (t Time) MarshalText() ([]byte, error) { return []byte(t.String()), nil }

// UnmarshalText reads what ParseTime reads.
func (t *Time) UnmarshalText(b []byte) error {
	v, err := ParseTime(string(b))
	*t = v
	return err
}

// Value stores the time as text, and no time as the empty string.
func (t Time) Value() (driver.Value, error) { return t.String(), nil }

// Scan reads a column of Value.
func (t *Time) Scan(src any) error {
	switch v := src.(type) {
	case nil:
		*t = 0
		return nil
	case string:
		return t.UnmarshalText([]byte(v))
	case []byte:
		return t.UnmarshalText(v)
	default:
		return fmt.Errorf("civil: a time column holds a %T", src)
	}
}
