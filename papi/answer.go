package papi

import (
	"net/http"
	"strconv"
	"time"
)

// Answer is the status and the headers of PAPI's answer. Every result embeds it.
type Answer struct {
	StatusCode int
	// RetryAfter is how long PAPI asks to wait; 0 where it did not say. With a pending activation it is an
	// estimate of when it will be live; with 429 and 503 it is the minimum wait.
	RetryAfter time.Duration
	// Date is PAPI's clock, to the second; the zero time if PAPI did not send it.
	Date time.Time
	// ETag identifies the state of what was read, without quotes.
	ETag   string
	Limits Limits

	location     string
	hostnames    Allowance // of the property
	certificates Allowance // default ones, of the contract
}

// Limits are the rate limits in the headers of an answer. A limit that PAPI did not send is nil, which is
// common.
type Limits struct {
	Requests    *Quota // per minute, over all API clients of the account
	Activations *Quota // per day; sent with the answer to a submission
}

// Quota is a rate limit and what is left of it. Members that PAPI did not send
// are nil or the zero time.
type Quota struct {
	Limit     *int
	Remaining *int
	Reset     time.Time // activations: when Remaining is back to Limit; requests: when the next one is allowed
	AsOf      time.Time // when PAPI said so, by the local clock; by PAPI's with Options.Speed
}

// saidBy sets AsOf to PAPI's time where PAPI's clock runs at another speed than the local one.
func (l *Limits) saidBy(k clock, date time.Time) {
	if k.speed <= 0 || k.speed == 1 || date.IsZero() {
		return
	}
	for _, q := range [...]*Quota{l.Requests, l.Activations} {
		if q != nil {
			q.AsOf = date
		}
	}
}

const maxQuota = 1 << 30

// readAnswer reads the headers it knows. now is the local time at which the answer arrived.
func readAnswer(resp *http.Response, now time.Time) Answer {
	h := resp.Header
	a := Answer{StatusCode: resp.StatusCode, location: h.Get("Location")}
	if t, err := http.ParseTime(h.Get("Date")); err == nil {
		a.Date = plausible(t.UTC())
	}
	clock := a.Date
	if clock.IsZero() {
		clock = now
	}
	a.RetryAfter = parseRetryAfter(h.Get("Retry-After"), clock)
	a.ETag = trimETag(h.Get("ETag"))
	a.Limits.Requests = readQuota(h, "X-RateLimit-", "Next", now)
	a.Limits.Activations = readQuota(h, "X-RateLimit-Activations-", "Reset", now)
	a.hostnames = readAllowance(h, "X-Limit-Hosts-Per-Property-")
	a.certificates = readAllowance(h, "X-Limit-Default-Certs-Per-Contract-")
	return a
}

func readQuota(h http.Header, prefix, reset string, now time.Time) *Quota {
	q := &Quota{
		Limit:     headerInt(h.Get(prefix + "Limit")),
		Remaining: headerInt(h.Get(prefix + "Remaining")),
		Reset:     parseInstant(h.Get(prefix + reset)),
		AsOf:      now.UTC(),
	}
	if q.Limit == nil && q.Remaining == nil && q.Reset.IsZero() {
		return nil
	}
	return q
}

func headerInt(s string) *int {
	n, err := strconv.Atoi(s)
	if err != nil || n < 0 || n > maxQuota {
		return nil
	}
	return &n
}

func trimETag(s string) string {
	if unquoted, err := strconv.Unquote(s); err == nil {
		return unquoted
	}
	return s
}
