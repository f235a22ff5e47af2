package papi

import (
	"context"
	"errors"
	"time"
)

type sendByKey struct{}

// SendBy returns a context with which no request is sent after a deadline, not even if its turn in the rate
// limit comes later or the machine was asleep. The error is then of class [ClassSuspended]. It keeps a
// submission from being sent when the state that it was decided on has become too old. Of several deadlines the
// earliest counts.
func SendBy(ctx context.Context, last time.Time) context.Context {
	if before, ok := ctx.Value(sendByKey{}).(time.Time); ok && before.Before(last) {
		return ctx
	}
	return context.WithValue(ctx, sendByKey{}, last)
}

// errTooLate reports that a request was not sent because of SendBy.
var errTooLate = errors.New("it was not sent: what it was decided by has become too old while it waited")

// tooLate reports whether the deadline has passed. It also compares wall clocks, which advance while a machine
// sleeps.
func tooLate(ctx context.Context, now time.Time) bool {
	last, ok := ctx.Value(sendByKey{}).(time.Time)
	return ok && (now.After(last) || now.Round(0).After(last.Round(0)))
}
