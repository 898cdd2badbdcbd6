package letters

import (
	"fmt"

	"commoncase/models"
	"commoncase/models/civil"
)

// Waiting is how long a letter has waited for an answer, or had waited when it came. An acknowledgement and a holding reply are
// no answer and stop nothing; an answer or a refusal does.
type Waiting struct {
	Sent         civil.Date // the first day it was sent; zero where it was not
	On           civil.Date // the day it was judged on
	Answered     civil.Date // the day of the answer or refusal; zero while there is none
	Refused      bool
	Acknowledged civil.Date // the first acknowledgement
	Holding      civil.Date // the last holding reply
	Chases       int
	Days         int // calendar days from Sent to Answered, or to On
	WorkingDays  int // the same in working days of the calendar
}

// Wait judges a letter by its events as they stood on a day. Later events are not looked at.
func Wait(events []models.LetterEvent, cal *civil.Calendar, on civil.Date) Waiting {
	w := Waiting{On: on}
	earliest := func(d *civil.Date, e models.LetterEvent) bool {
		if d.IsZero() || e.On < *d {
			*d = e.On
			return true
		}
		return false
	}
	for _, e := range events {
		if e.On > on {
			continue
		}
		switch e.Kind {
		case models.LetterSent:
			earliest(&w.Sent, e)
		case models.LetterAcknowledged:
			earliest(&w.Acknowledged, e)
		case models.LetterHolding:
			w.Holding = max(w.Holding, e.On)
		case models.LetterAnswered, models.LetterRefused:
			if earliest(&w.Answered, e) {
				w.Refused = e.Kind == models.LetterRefused
			}
		case models.LetterChased:
			w.Chases++
		}
	}
	if !w.Sent.IsZero() {
		end := on
		if !w.Answered.IsZero() {
			end = w.Answered
		}
		w.Days, w.WorkingDays = w.Sent.DaysUntil(end), cal.Between(w.Sent, end)
	}
	return w
}

// Open reports whether the letter was sent and has no answer.
func (w Waiting) Open() bool { return !w.Sent.IsZero() && w.Answered.IsZero() }

// Span is the time in words: "68 days, 47 working days".
func (w Waiting) Span() string {
	return plural(w.Days, "day") + ", " + plural(w.WorkingDays, "working day")
}

// String is the whole in words: "unanswered since 24 May 2023: 68 days, 47 working days".
func (w Waiting) String() string {
	switch {
	case w.Sent.IsZero():
		return "not sent"
	case w.Refused:
		return fmt.Sprintf("refused on %s, after %s", w.Answered.Long(), w.Span())
	case !w.Answered.IsZero():
		return fmt.Sprintf("answered on %s, after %s", w.Answered.Long(), w.Span())
	default:
		return fmt.Sprintf("unanswered since %s: %s", w.Sent.Long(), w.Span())
	}
}

func plural(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}
