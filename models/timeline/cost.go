package timeline

import (
	"commoncase/models"
	"commoncase/models/civil"
)

// Cost is what trying to get an answer has cost the resident so far.
type Cost struct {
	Attempts    int        // to reach the landlord
	Answered    int        // of them
	Minutes     int        // waited or spent
	HalfDays    int        // off work
	Missed      int        // appointments that nobody came to
	SilentSince civil.Date // as in Result
	Last        civil.Date // the last attempt; zero where there is none
}

// Cost adds up what the standing events of the case have cost the resident.
func (r Result) Cost() Cost {
	c := Cost{SilentSince: r.SilentSince}
	for i := range r.Current {
		e := &r.Current[i]
		c.Minutes += e.Minutes
		c.HalfDays += e.HalfDays
		switch e.Kind { //nolint:exhaustive // the others are counted by their minutes alone
		case models.KindContactAttempt:
			c.Attempts++
			c.Last = e.On
			if e.Answered {
				c.Answered++
			}
		case models.KindAppointmentMissed:
			c.Missed++
		}
	}
	return c
}

// IsZero reports whether nothing was tried and nothing was lost.
func (c Cost) IsZero() bool {
	return c.Attempts == 0 && c.Minutes == 0 && c.HalfDays == 0 && c.Missed == 0
}
