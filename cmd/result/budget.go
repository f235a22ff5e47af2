package result

import (
	"fmt"
	"time"

	"github.com/propctl/propctl/cmd/term"
	"github.com/propctl/propctl/papi"
)

// fewLeft is the share of a budget at which to warn.
const fewLeft = 0.1

// BudgetText says how much is left, and how sure that is.
func BudgetText(q *papi.Quota, c term.Clock) string {
	if q == nil {
		return "not known; PAPI tells it with the answer to a submission"
	}
	text := BudgetAmount(q)
	if !q.Reset.IsZero() {
		text += ", reset at " + c.Tell(q.Reset)
	}
	if age := c.Now.Sub(q.AsOf); age >= time.Minute && !q.AsOf.IsZero() {
		text += ", as of " + term.Duration(age.Truncate(time.Minute)) + " ago"
	}
	return text
}

// BudgetAmount is how many activations are left, and of how many.
func BudgetAmount(q *papi.Quota) string {
	switch {
	case q.Remaining != nil && q.Limit != nil:
		return fmt.Sprintf("%d of %d left", *q.Remaining, *q.Limit)
	case q.Remaining != nil:
		return fmt.Sprintf("%d left", *q.Remaining)
	case q.Limit != nil:
		return fmt.Sprintf("%d at most; how many are left is not known", *q.Limit)
	}
	return "not known"
}

// RequestLimitText says how many requests are left, for people.
func RequestLimitText(q *papi.Quota, c term.Clock) string {
	if q == nil {
		return "PAPI did not say"
	}
	text := BudgetAmount(q)
	if !q.Reset.IsZero() {
		text += ", the next one from " + c.Tell(q.Reset)
	}
	return text
}

// IsLow reports whether so little is left that it is worth a warning.
func IsLow(q *papi.Quota) bool {
	return q != nil && q.Limit != nil && q.Remaining != nil && float64(*q.Remaining) <= fewLeft*float64(*q.Limit)
}
