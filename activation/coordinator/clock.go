package coordinator

import (
	"context"
	"time"
)

// Sleep waits for a duration, or until the context ends; then it returns the cause.
func Sleep(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// Passed is the time since a moment, by the clock on which it is longer: the monotonic one stops while a machine
// sleeps, and the other one may be set.
func Passed(since time.Time) time.Duration {
	now := time.Now()
	return max(now.Sub(since), now.Round(0).Sub(since.Round(0)))
}
