package civil

import (
	"slices"
	"sync/atomic"
)

// Set is the calendars of one installation: the official ones, with the bank holidays that were proclaimed after this program was
// built and that the operator has added. Whoever counts working days is handed the Set; a nil Set is the official calendars. It is
// safe for use by many goroutines; what Get has returned never changes.
type Set struct {
	now atomic.Pointer[map[CalendarName]*Calendar]
}

// Announcement is a bank holiday that the official table did not have, on one calendar. One on a part of the United Kingdom is one of
// UKAny too.
type Announcement struct {
	Calendar CalendarName
	Holiday
}

// Get returns the calendar of a name, and false where there is none of that name.
func (s *Set) Get(name CalendarName) (*Calendar, bool) {
	if s == nil {
		return Get(name)
	}
	m := s.now.Load()
	if m == nil {
		return Get(name)
	}
	c, ok := (*m)[name]
	return c, ok
}

// Or returns the calendar of a name, that of England and Wales where there is none of that name.
func (s *Set) Or(name CalendarName) *Calendar {
	if c, ok := s.Get(name); ok {
		return c
	}
	c, _ := s.Get(EnglandAndWales)
	return c
}

// Announce makes the calendars the official ones with these bank holidays; those of an earlier call are forgotten.
func (s *Set) Announce(more []Announcement) {
	m := make(map[CalendarName]*Calendar, len(CalendarNames))
	for _, n := range CalendarNames {
		c, _ := Get(n)
		var extra []Holiday
		for _, a := range more {
			switch {
			case a.Calendar == n:
				extra = append(extra, a.Holiday)
			case n == UKAny:
				extra = announcedIn(extra, a)
			}
		}
		if len(extra) > 0 {
			c = c.With(extra...)
		}
		m[n] = c
	}
	s.now.Store(&m)
}

// announcedIn adds what was announced for one part to the bank holidays of the whole kingdom, which say where they hold.
func announcedIn(all []Holiday, a Announcement) []Holiday {
	for i := range all {
		if all[i].On == a.On {
			all[i].Where += "; " + a.Calendar.Label()
			return all
		}
	}
	h := a.Holiday
	h.Where = a.Calendar.Label()
	return append(all, h)
}

// Clone returns a Set with the calendars as they are now, which later announcements to s leave alone.
func (s *Set) Clone() *Set {
	c := &Set{}
	if s != nil {
		c.now.Store(s.now.Load())
	}
	return c
}

// Holidays returns the bank holidays of a calendar from a up to and including b.
func (s *Set) Holidays(name CalendarName, a, b Date) []Holiday {
	return slices.Clone(s.Or(name).HolidaysBetween(a-1, b))
}
