package papi

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"sync"
	"time"
)

// Suspension says for how long the client stops sending a kind of request after so many consecutive failures
// that PAPI appears to be down. A member that is zero has its value of [DefaultSuspension].
type Suspension struct {
	Initial time.Duration // length of the first suspension
	Factor  float64       // factor by which each further one grows until a request succeeds
	Maximum time.Duration // upper bound
}

// DefaultSuspension applies unless Options sets another: 30 s, then twice as long each time, up to 5 min.
func DefaultSuspension() Suspension {
	return Suspension{Initial: 30 * time.Second, Factor: 2, Maximum: 5 * time.Minute}
}

// suspendAfter is how many consecutive failures suspend a kind of request, unless a read makes more attempts
// than that: a read that fails for good has to be counted as a whole.
const suspendAfter = DefaultMaxRetries + 1

// breaker is a circuit breaker: it keeps requests from a PAPI that is down. Reads, submissions and
// cancellations have a circuit each, because they fail independently. When a suspension ends, one request is
// let through as a probe: its success closes the circuit, its failure begins the next, longer suspension.
type breaker struct {
	settings Suspension
	after    int // consecutive failures
	clock    clock
	next     http.RoundTripper

	mu    sync.Mutex // guards the circuits
	kinds map[string]*circuit
}

// circuit is the state of one kind of request.
type circuit struct {
	failures int           // consecutive
	length   time.Duration // of the last suspension; 0 if there was none
	until    time.Time     // end of the suspension; zero if there is none
	probing  bool          // a probe is under way
}

func newBreaker(s Suspension, maxRetries int, k clock, next http.RoundTripper) *breaker {
	standard := DefaultSuspension()
	if s.Initial <= 0 {
		s.Initial = standard.Initial
	}
	if s.Factor < 1 {
		s.Factor = standard.Factor
	}
	if s.Maximum <= 0 {
		s.Maximum = standard.Maximum
	}
	s.Maximum = max(s.Maximum, s.Initial)
	return &breaker{settings: s, after: max(suspendAfter, maxRetries+1), clock: k, next: next, kinds: map[string]*circuit{}}
}

// RoundTrip implements http.RoundTripper.
func (b *breaker) RoundTrip(req *http.Request) (*http.Response, error) {
	kind := req.Method
	if callFrom(req.Context()).repeatable {
		kind = http.MethodGet // a search is a POST, but only reads
	}
	probe, err := b.admit(kind, time.Now())
	if err != nil {
		return nil, err
	}
	resp, err := b.next.RoundTrip(req)
	b.learn(kind, verdictOf(req.Context(), resp, err), probe, time.Now())
	return resp, err
}

// verdict is what the outcome of an attempt says about the state of PAPI.
type verdict int

const (
	healthy verdict = iota
	failing
	silent // nothing: PAPI works but is busy, or the attempt was given up
)

func verdictOf(ctx context.Context, resp *http.Response, err error) verdict {
	switch {
	case err != nil && ctx.Err() != nil:
		return silent
	case err != nil && (classOfCause(err) == ClassTLS || errors.Is(err, errNoTime) || errors.Is(err, errTooLate)):
		return silent // waiting does not repair a certificate, and a request that was not sent tells nothing
	case err != nil:
		return failing
	case resp.StatusCode == http.StatusTooManyRequests, resp.StatusCode == http.StatusServiceUnavailable && failed(resp).namesTime():
		return silent
	case resp.StatusCode >= http.StatusInternalServerError || resp.StatusCode == http.StatusRequestTimeout:
		return failing
	}
	return healthy
}

// admit lets a request through, as the probe if a suspension has just ended, or returns a suspendedError.
func (b *breaker) admit(kind string, now time.Time) (probe bool, err error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	c := b.kinds[kind]
	switch {
	case c == nil || c.until.IsZero():
		return false, nil
	case now.Before(c.until):
		return false, &suspendedError{kind: kind, until: c.until, clock: b.clock}
	case c.probing:
		return false, &suspendedError{kind: kind, until: now.Add(b.clock.real(firstPause)), clock: b.clock, probed: true}
	}
	c.probing = true
	return true, nil
}

// learn records an attempt's verdict. While a probe is under way only the probe counts, since all others were
// sent before it.
func (b *breaker) learn(kind string, v verdict, probe bool, now time.Time) {
	b.mu.Lock()
	defer b.mu.Unlock()
	c := b.kinds[kind]
	if c == nil {
		c = &circuit{}
		b.kinds[kind] = c
	}
	if !probe && !c.until.IsZero() {
		return
	}
	c.probing = false
	switch v {
	case silent:
	case healthy:
		*c = circuit{}
	case failing:
		c.failures++
		switch {
		case probe:
			c.length = time.Duration(min(float64(c.length)*b.settings.Factor, float64(b.settings.Maximum)))
			c.until = now.Add(b.clock.real(c.length))
		case c.failures >= b.after && c.until.IsZero():
			c.length = b.settings.Initial
			c.until = now.Add(b.clock.real(c.length))
		}
	}
}

// suspendedError reports that a request was not sent because PAPI is down.
type suspendedError struct {
	kind   string
	until  time.Time
	clock  clock
	probed bool // the suspension has ended, but another request is already the probe
}

// SuspendedUntil returns the end of the suspension that kept a request from being sent; the zero time if err is
// not about a suspension.
func SuspendedUntil(err error) time.Time {
	suspended, ok := errors.AsType[*suspendedError](err)
	if !ok || suspended.probed {
		return time.Time{}
	}
	return suspended.until
}

func (e *suspendedError) Error() string {
	return fmt.Sprintf("PAPI has failed too often; no %s is sent before %s", e.kind, e.until.UTC().Format(time.RFC3339))
}
