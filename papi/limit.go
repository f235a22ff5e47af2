package papi

import (
	"context"
	"net/http"
	"time"

	"golang.org/x/time/rate"
)

// PAPI allows 100 requests a minute for an account, over all of its API
// clients, with a burst of 1000 that refills at the same pace. The limiter
// stays a little below it.
const (
	requestsPerMinute = 90
	requestBurst      = 1000
	maxInFlight       = 4
)

// limiter lets through as many requests as PAPI allows, and never more than
// four at once.
type limiter struct {
	bucket *rate.Limiter
	slots  chan struct{}
	next   http.RoundTripper
}

func newLimiter(next http.RoundTripper) *limiter {
	return &limiter{
		bucket: rate.NewLimiter(rate.Every(time.Minute/requestsPerMinute), requestBurst),
		slots:  make(chan struct{}, maxInFlight),
		next:   next,
	}
}

// RoundTrip implements http.RoundTripper.
func (l *limiter) RoundTrip(req *http.Request) (*http.Response, error) {
	ctx := req.Context()
	select {
	case l.slots <- struct{}{}:
		defer func() { <-l.slots }()
	case <-ctx.Done():
		return nil, context.Cause(ctx)
	}
	if err := l.bucket.Wait(ctx); err != nil {
		return nil, err
	}
	return l.next.RoundTrip(req)
}
