package papi

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"math"
	"net/http"
	"time"

	"github.com/hashicorp/go-retryablehttp"
)

// The rules of retrying:
//   - Only reads are retried. A submission may have been accepted although its
//     answer was lost, and nothing at this level could tell.
//   - The pause doubles from 1 s to 30 s, plus jitter; it is never shorter than
//     what PAPI asks for.
//   - A 429 or 503 that names a time does not count against MaxRetries: such waits
//     are repeated until the context ends.
//   - A pause that would reach the context's deadline is not begun.
//   - Each attempt has a signature of its own, so a 401 is final.
const (
	firstPause = time.Second
	maxPause   = 30 * time.Second
)

// attempts are the attempts at one call.
type attempts struct {
	client  *Client
	call    call
	repeats int           // retries that count
	told    int           // retries that do not, because PAPI named a time
	waiting bool          // for such a time
	begun   time.Time     // start of the current attempt
	pause   time.Duration // before the next attempt
	tooLong error         // why a pause was not begun
}

// attempt sends the request of cl until its answer is final. The error says why there is no answer, or why a
// failure was not retried.
func (c *Client) attempt(ctx context.Context, cl call) (*http.Response, *attempts, error) {
	a := &attempts{client: c, call: cl, begun: time.Now()}
	repeatable, err := c.newRequest(ctx, cl)
	if err != nil {
		return nil, a, err
	}
	repeating := retryablehttp.Client{
		HTTPClient:   c.http,
		RetryMax:     math.MaxInt, // check counts the attempts
		CheckRetry:   a.check,
		Backoff:      func(_, _ time.Duration, _ int, _ *http.Response) time.Duration { return c.clock.real(a.pause) },
		ErrorHandler: retryablehttp.PassthroughErrorHandler,
		PrepareRetry: func(*http.Request) error { a.waited(); return nil },
	}
	defer a.waited()
	resp, err := repeating.Do(repeatable)
	return resp, a, err
}

// newRequest makes the unsigned request of cl, in the form that can be sent again.
func (c *Client) newRequest(ctx context.Context, cl call) (*retryablehttp.Request, error) {
	var body io.Reader
	if cl.body != nil {
		data, err := json.Marshal(cl.body)
		if err != nil {
			return nil, err
		}
		body = bytes.NewReader(data)
	}
	if cl.target.problem != nil {
		return nil, cl.target.problem
	}
	req, err := http.NewRequestWithContext(withCall(ctx, cl), cl.method, "https://"+c.credentials.Host+cl.target.String(), body)
	if err != nil {
		return nil, err
	}
	maps.Copy(req.Header, cl.header)
	req.Header.Set("Accept", "application/json, application/problem+json")
	req.Header.Set("User-Agent", c.userAgent)
	req.Header.Set("PAPI-Use-Prefixes", "true")
	if cl.body != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	return retryablehttp.FromRequest(req)
}

// check decides after each attempt whether to retry.
func (a *attempts) check(ctx context.Context, resp *http.Response, err error) (bool, error) {
	done := Attempt{Method: a.call.method, Path: a.call.target.String(), Elapsed: time.Since(a.begun)}
	if err != nil {
		done.Err = a.client.credentials.scrubError(bare(err))
	} else {
		done.StatusCode, done.Answer = resp.StatusCode, readAnswer(resp, time.Now())
	}
	failure := a.failure(resp, done)
	if failure != nil {
		done.Class, done.Instance = failure.Class, failure.Instance
	}
	done.Sent = done.Class != ClassSuspended && !errors.Is(err, errNoTime)
	done.Slowed = done.Sent && done.Class == ClassRateLimited && a.client.slowed.CompareAndSwap(false, true)
	a.pause = 0
	done.Retry = failure != nil && ctx.Err() == nil && a.again(ctx, failure)
	done.Pause = a.pause
	a.client.observe(done)
	a.begun = time.Now().Add(a.client.clock.real(a.pause))
	return done.Retry, nil
}

// failure returns the error of an attempt; nil if it succeeded.
func (a *attempts) failure(resp *http.Response, done Attempt) *Error {
	switch {
	case done.Err != nil:
		return unanswered(a.call.method, a.call.target, done.Err)
	case isRedirect(resp.StatusCode):
		return nil
	}
	body, err := bodyOf(resp)
	switch {
	case err != nil:
		return unanswered(a.call.method, a.call.target, err)
	case resp.StatusCode >= http.StatusBadRequest:
		e := newError(a.call.method, a.call.target, done.Answer, body)
		e.scrub(a.client.credentials)
		return e
	case resp.StatusCode != http.StatusNoContent && !json.Valid(body):
		return &Error{Class: ClassMalformed}
	}
	return nil
}

// again reports whether to retry, after a.pause.
func (a *attempts) again(ctx context.Context, e *Error) bool {
	if !a.call.repeatable {
		return false
	}
	if !e.Class.Transient() || e.Class == ClassSuspended || errors.Is(e, errNoTime) {
		return false
	}
	told := e.namesTime()
	if !told && a.repeats >= a.client.maxRetries {
		return false
	}
	pause := min(firstPause<<min(a.repeats+a.told, 10), maxPause)
	pause = max(pause+a.client.jitter(pause), e.Wait())
	if deadline, ok := ctx.Deadline(); ok && a.client.clock.until(deadline) <= pause {
		a.tooLong = fmt.Errorf("the next try would be in %s, and %s are left",
			pause.Round(time.Second), a.client.clock.until(deadline).Round(time.Second))
		return false
	}
	a.pause = pause
	if told {
		a.told++
		a.waitAsTold()
	} else {
		a.repeats++
	}
	return true
}

// waitAsTold records that PAPI asked for the next pause.
func (a *attempts) waitAsTold() {
	until := time.Now().Add(a.client.clock.real(a.pause))
	a.client.delays.expect(a.call, Delay{Until: until, Refused: true})
	a.client.delays.begin()
	a.waiting = true
}

// waited records that the pause is over.
func (a *attempts) waited() {
	if a.waiting {
		a.client.delays.end()
	}
	a.waiting = false
}
