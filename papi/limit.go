package papi

import (
	"bytes"
	"context"
	"errors"
	"io"
	"math"
	"net/http"
	"sync"
	"time"

	"golang.org/x/time/rate"
)

// PAPI allows 100 requests a minute for an account, over all of its API
// clients, with a burst of 1000 that refills at the same pace. The limiter
// stays a little below it.
const (
	requestsPerMinute = 90
	requestBurst      = 1000
	maxInFlight       = 4  // of one credential
	maxAccount        = 10 // of one account
)

// How the limiter slows down.
const (
	minPerMinute  = 6
	halvingPause  = 5 * time.Second // refusals within it count once: they were under way together
	growth        = 1.1             // of the rate, each growthStep without a refusal
	growthStep    = time.Minute
	nearlyUsedUp  = 20              // requests left, from which on there are no bursts
	slowAnswer    = 2 * time.Second // an answer below it is never slow
	slowerThan    = 3               // times the usual latency is slow
	latencyWeight = 0.1             // of a new latency in the usual one
)

// Account counts the requests in flight of an account, over all clients that
// share it: PAPI's limits are the account's. The zero value has none in flight.
type Account struct {
	once  sync.Once
	slots chan struct{}
}

func (a *Account) queue() chan struct{} {
	a.once.Do(func() { a.slots = make(chan struct{}, maxAccount) })
	return a.slots
}

// limiter lets through as many requests as PAPI allows. It slows down before
// PAPI has to refuse: without a burst when few requests are left, with fewer at
// once when answers take longer. After a refusal it takes half its rate, which
// grows back slowly.
type limiter struct {
	bucket  *rate.Limiter
	slots   chan struct{}
	account *Account
	next    http.RoundTripper

	mu      sync.Mutex    // guards what follows
	refused time.Time     // when the rate was last changed because of a refusal
	usual   time.Duration // latency
	width   int           // how many requests may be in flight
	lent    int           // slots that were taken out
}

func newLimiter(account *Account, next http.RoundTripper) *limiter {
	if account == nil {
		account = &Account{}
	}
	return &limiter{
		bucket:  rate.NewLimiter(rate.Every(time.Minute/requestsPerMinute), requestBurst),
		slots:   make(chan struct{}, maxInFlight),
		account: account,
		next:    next,
		width:   maxInFlight,
	}
}

// RoundTrip implements http.RoundTripper.
func (l *limiter) RoundTrip(req *http.Request) (*http.Response, error) {
	ctx := req.Context()
	for _, slots := range [...]chan struct{}{l.slots, l.account.queue()} {
		select {
		case slots <- struct{}{}:
		case <-ctx.Done():
			if slots == l.account.queue() {
				l.release()
			}
			return nil, context.Cause(ctx)
		}
	}
	defer func() {
		<-l.account.queue()
		l.release()
	}()
	l.recover(time.Now())
	if err := l.bucket.Wait(ctx); err != nil {
		if deadline, ok := ctx.Deadline(); ok && time.Until(deadline) <= 0 {
			<-ctx.Done() // at this very moment
		}
		if ctx.Err() != nil {
			return nil, context.Cause(ctx)
		}
		return nil, errNoTime
	}
	begun := time.Now()
	resp, err := l.next.RoundTrip(req)
	if err == nil {
		l.learn(resp, time.Since(begun), time.Now())
	}
	return resp, err
}

// release gives a slot back, or keeps it when fewer requests are to be in flight.
func (l *limiter) release() {
	l.mu.Lock()
	keep := l.lent < maxInFlight-l.width
	if keep {
		l.lent++
	}
	returned := !keep && l.lent > maxInFlight-l.width
	if returned {
		l.lent--
	}
	l.mu.Unlock()
	if keep {
		return
	}
	<-l.slots
	if returned {
		<-l.slots
	}
}

// learn takes from an answer how fast to go on.
func (l *limiter) learn(resp *http.Response, latency time.Duration, now time.Time) {
	remaining := headerInt(resp.Header.Get("X-RateLimit-Remaining"))
	l.mu.Lock()
	defer l.mu.Unlock()
	switch {
	case isRefusal(resp) && now.Sub(l.refused) < halvingPause:
	case isRefusal(resp):
		l.bucket.SetBurstAt(now, maxInFlight)
		l.bucket.SetLimitAt(now, max(l.bucket.Limit()/2, perMinute(minPerMinute)))
		l.refused = now
	case remaining != nil && *remaining <= nearlyUsedUp:
		l.bucket.SetBurstAt(now, maxInFlight)
	case remaining != nil && *remaining > nearlyUsedUp && l.refused.IsZero():
		l.bucket.SetBurstAt(now, requestBurst)
	}
	if l.usual > 0 && latency > max(slowAnswer, slowerThan*l.usual) {
		l.width = max(l.width-1, 1)
		return // what is slow does not become usual
	}
	if latency < slowAnswer {
		l.width = min(l.width+1, maxInFlight)
	}
	if l.usual == 0 {
		l.usual = latency
	}
	l.usual += time.Duration(math.Round(latencyWeight * float64(latency-l.usual)))
}

// recover lets the rate grow back.
func (l *limiter) recover(now time.Time) {
	l.mu.Lock()
	defer l.mu.Unlock()
	full := perMinute(requestsPerMinute)
	for !l.refused.IsZero() && now.Sub(l.refused) >= growthStep {
		l.refused = l.refused.Add(growthStep)
		l.bucket.SetLimitAt(now, min(l.bucket.Limit()*growth, full))
		if l.bucket.Limit() >= full {
			l.refused = time.Time{}
		}
	}
}

// errNoTime says that a request was not sent: it would have been its turn after
// the end of the command.
var errNoTime = errors.New("the rate limit leaves no time for another request")

// isRefusal reports whether an answer says that there were too many requests.
// Its body is in memory, and is left as it was.
func isRefusal(resp *http.Response) bool {
	switch resp.StatusCode {
	case http.StatusTooManyRequests, http.StatusBadRequest, http.StatusServiceUnavailable:
	default:
		return false
	}
	body, err := io.ReadAll(resp.Body)
	resp.Body = io.NopCloser(bytes.NewReader(body))
	return err == nil && newError("", target{}, readAnswer(resp, time.Now()), body).Class == ClassRateLimited
}

func perMinute(n float64) rate.Limit { return rate.Limit(n / time.Minute.Seconds()) }
