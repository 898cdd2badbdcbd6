package models

// Queue is a list of cases that wait for the same thing.
type Queue string

// The queues, in the order in which a morning goes through them.
const (
	QueueLost    Queue = "lost"    // a limit of the resident's is about to end, or has just ended
	QueueWeek    Queue = "week"    // the resident or the branch has to do something within a week
	QueueOverdue Queue = "overdue" // the landlord is late
	QueueBroken  Queue = "broken"  // a promise of the landlord's staff was not kept
	QueueSilent  Queue = "silent"  // the landlord has said nothing for four weeks
)

// Queues are all of them, in that order.
var Queues = []Queue{QueueLost, QueueWeek, QueueOverdue, QueueBroken, QueueSilent}

// Known reports whether there is such a queue.
func (q Queue) Known() bool { return q.Label() != "" }

// Label returns the name of the queue, "" of one that there is not.
func (q Queue) Label() string {
	switch q {
	case QueueLost:
		return "About to be lost"
	case QueueWeek:
		return "Due this week by us"
	case QueueOverdue:
		return "Overdue by the landlord"
	case QueueBroken:
		return "Promises broken"
	case QueueSilent:
		return "Silent for 28 days"
	}
	return ""
}

// QueueSort is the order of a queue.
type QueueSort string

// The orders.
const (
	SortLoudest    QueueSort = "loudest" // what does not come back first; of QueueLost alone
	SortDate       QueueSort = "date"    // the earliest date first
	SortDays       QueueSort = "days"    // the nearest to today first; what is over comes last
	SortReference  QueueSort = "reference"
	SortCaseworker QueueSort = "caseworker" // by name; cases of nobody last
)

// Sorts are the orders of the queue; the first is the usual one.
func (q Queue) Sorts() []QueueSort {
	if q == QueueLost {
		return []QueueSort{SortLoudest, SortDate, SortDays, SortReference, SortCaseworker}
	}
	return []QueueSort{SortDate, SortDays, SortReference, SortCaseworker}
}

// Label returns the words for an order.
func (s QueueSort) Label() string {
	switch s {
	case SortLoudest:
		return "Lost for good first"
	case SortDate:
		return "Earliest date first"
	case SortDays:
		return "Fewest days first"
	case SortReference:
		return "Reference"
	case SortCaseworker:
		return "Caseworker"
	}
	return ""
}
