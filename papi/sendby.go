package papi

import (
	"context"
	"errors"
	"time"
)

type sendByKey struct{}

// SendBy returns a context with which no request is sent after a time: neither when it
// is its turn only later, nor after the machine has slept meanwhile. The error is of
// class [ClassSuspended] then. A submission is kept from being sent so when what it was
// decided by has become too old. Of several times the earliest counts.
func SendBy(ctx context.Context, last time.Time) context.Context {
	if before, ok := ctx.Value(sendByKey{}).(time.Time); ok && before.Before(last) {
		return ctx
	}
	return context.WithValue(ctx, sendByKey{}, last)
}

// errTooLate says that a request was not sent.
var errTooLate = errors.New("it was not sent: what it was decided by has become too old while it waited")

// tooLate reports whether a request must not be sent any more. The clock that goes on
// while a machine sleeps is asked, too.
func tooLate(ctx context.Context, now time.Time) bool {
	last, ok := ctx.Value(sendByKey{}).(time.Time)
	return ok && (now.After(last) || now.Round(0).After(last.Round(0)))
}
