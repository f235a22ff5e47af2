package result

import (
	"fmt"
	"time"

	"github.com/propctl/propctl/cmd/term"
	"github.com/propctl/propctl/papi"
)

// fewLeft is the fraction of a budget below which a warning is due.
const fewLeft = 0.1

// Text is the remaining number of activations, with how reliable it is.
func (b *Budget) Text(c term.Clock) string {
	if b == nil {
		return "not known; PAPI tells it with the answer to a submission"
	}
	text := b.Amount()
	if b.Reset != nil {
		text += ", reset at " + c.Tell(*b.Reset)
	}
	if b.AsOf == nil {
		return text
	}
	if age := c.Now.Sub(*b.AsOf); age >= time.Minute {
		text += ", as of " + term.Duration(age.Truncate(time.Minute)) + " ago"
	}
	return text
}

// Amount is the remaining number of activations, and the limit.
func (b *Budget) Amount() string { return amountLeft(b.Remaining, b.Limit) }

// amountLeft formats what is left of a limit, as far as PAPI stated it.
func amountLeft(remaining, limit *int) string {
	switch {
	case remaining != nil && limit != nil:
		return fmt.Sprintf("%d of %d left", *remaining, *limit)
	case remaining != nil:
		return fmt.Sprintf("%d left", *remaining)
	case limit != nil:
		return fmt.Sprintf("%d at most; how many are left is not known", *limit)
	}
	return "not known"
}

// NewRequestLimit converts a quota of requests; for nil its members are null.
func NewRequestLimit(q *papi.Quota) *RequestLimit {
	if q == nil {
		return &RequestLimit{}
	}
	return &RequestLimit{Limit: q.Limit, Remaining: q.Remaining, Next: OptionalTime(q.Reset)}
}

// Text is the remaining number of requests, for people.
func (l *RequestLimit) Text(c term.Clock) string {
	if l.Limit == nil && l.Remaining == nil && l.Next == nil {
		return "PAPI did not say"
	}
	text := amountLeft(l.Remaining, l.Limit)
	if l.Next != nil {
		text += ", the next one from " + c.Tell(*l.Next)
	}
	return text
}

// IsLow reports whether so little is left that a warning is due.
func IsLow(q *papi.Quota) bool {
	return q != nil && q.Limit != nil && q.Remaining != nil && float64(*q.Remaining) <= fewLeft*float64(*q.Limit)
}
