package papi

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"sync/atomic"
	"time"
)

// Time-outs and retries, unless [Options] sets others.
const (
	DefaultRequestTimeout = 60 * time.Second
	DefaultSubmitTimeout  = 120 * time.Second
	DefaultMaxRetries     = 6
)

// Options sets up a [Client]. The zero value is ready for use.
type Options struct {
	// Transport carries signed requests to Akamai; nil means [NewTransport] with
	// its defaults.
	Transport http.RoundTripper
	// UserAgent is sent with every request; empty means "propctl".
	UserAgent string
	// MaxRetries is how often a failed read is repeated: 0 means
	// DefaultMaxRetries, a negative number never.
	MaxRetries int
	// RequestTimeout bounds one attempt of a read, SubmitTimeout one of a
	// submission or of a rule tree's validation. 0 means the defaults.
	RequestTimeout time.Duration
	SubmitTimeout  time.Duration
	// Suspension says for how long the client sends nothing to a PAPI that is down.
	Suspension Suspension
	// Account is shared by the clients of one account; nil means that no other client shares it.
	// [SharedAccount] shares an account's pace among the processes of one machine.
	Account *Account
	// Speed is how many seconds of PAPI's time pass in one real second, for a simulator; 0 means 1. All pauses,
	// time-outs, suspensions and rate limits are in PAPI's time and become that much shorter.
	Speed float64
	// Jitter returns what to add to the pause before a retry; nil adds nothing.
	Jitter func(pause time.Duration) time.Duration
	// Observe is called after every attempt, on the goroutine of the call; nil for none.
	Observe func(Attempt)
	// ObserveDelay is called once, on the goroutine of a call, when the rate limit has held requests back, or will,
	// for more than 5 s in total; nil for none.
	ObserveDelay func(Delay)
}

// Attempt is one attempt at a request.
type Attempt struct {
	Method     string
	Path       string // with the query, without the account switch key
	Sent       bool   // false if it was held back: PAPI is down, or there is no time left
	StatusCode int    // 0 where there was no answer
	Err        error  // why there was no answer
	Class      Class  // of the failure; empty for a success
	Instance   string // identifies the problem to Akamai's support, if PAPI sent it
	Elapsed    time.Duration
	Answer     Answer
	// Retry reports that the request will be repeated after Pause.
	Retry bool
	Pause time.Duration // of PAPI's time
	// Slowed reports that PAPI has just refused a request as too many: the account's requests go on more
	// slowly, at the pace that PAPI named or else at half the rate, which grows back.
	Slowed bool
}

// Client is a connection to PAPI with one set of credentials. It is safe for concurrent use, and all its calls
// share its limits.
type Client struct {
	credentials   Credentials
	http          *http.Client
	limiter       *limiter
	delays        *delays
	clock         clock
	userAgent     string
	maxRetries    int
	readTimeout   time.Duration
	submitTimeout time.Duration
	jitter        func(time.Duration) time.Duration
	observe       func(Attempt)
	slowed        atomic.Bool
	account       atomic.Pointer[ID]
}

// New returns a client that signs with the credentials. It sends nothing; an error says what is wrong with the
// credentials.
func New(credentials Credentials, o Options) (*Client, error) {
	credentials, err := credentials.checked()
	if err != nil {
		return nil, err
	}
	if o.Transport == nil {
		o.Transport = NewTransport(nil)
	}
	c := &Client{
		credentials:   credentials,
		userAgent:     o.UserAgent,
		maxRetries:    o.MaxRetries,
		readTimeout:   o.RequestTimeout,
		submitTimeout: o.SubmitTimeout,
		jitter:        o.Jitter,
		observe:       o.Observe,
		clock:         clock{speed: o.Speed},
	}
	c.applyDefaults()
	c.delays = &delays{clock: c.clock, tell: o.ObserveDelay}
	var transport http.RoundTripper
	transport, c.limiter = stack(credentials, o, c.maxRetries, c.delays)
	c.http = &http.Client{
		Transport:     transport,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	return c, nil
}

func (c *Client) applyDefaults() {
	if c.userAgent == "" {
		c.userAgent = "propctl"
	}
	if c.maxRetries == 0 {
		c.maxRetries = DefaultMaxRetries
	}
	c.maxRetries = max(c.maxRetries, 0)
	if c.readTimeout <= 0 {
		c.readTimeout = DefaultRequestTimeout
	}
	if c.submitTimeout <= 0 {
		c.submitTimeout = DefaultSubmitTimeout
	}
	if c.jitter == nil {
		c.jitter = func(time.Duration) time.Duration { return 0 }
	}
	if c.observe == nil {
		c.observe = func(Attempt) {}
	}
}

// call is one call of a Client method: one request, or several if a read is retried.
type call struct {
	method     string
	target     target
	header     http.Header   // in addition to those of every request; may be nil
	body       any           // sent as JSON; may be nil
	repeatable bool          // it only reads, so it may be retried
	timeout    time.Duration // of one attempt
}

// get reads. It follows one redirect, on the same host only, with a new signature.
func (c *Client) get(ctx context.Context, t target, into any) (Answer, error) {
	return c.getWithin(ctx, t, c.readTimeout, into)
}

func (c *Client) getWithin(ctx context.Context, t target, timeout time.Duration, into any) (Answer, error) {
	cl := call{method: http.MethodGet, target: t, repeatable: true, timeout: timeout}
	answer, body, err := c.exchange(ctx, cl)
	if err != nil {
		return answer, err
	}
	if isRedirect(answer.StatusCode) {
		if cl.target, err = c.redirected(cl.target, answer, body); err != nil {
			return answer, refusedRedirect(cl.method, t, answer, body, err)
		}
		if answer, body, err = c.exchange(ctx, cl); err != nil {
			return answer, err
		}
	}
	return answer, decode(cl, answer, body, into)
}

// send makes a request that is not a plain GET. It never follows a redirect.
func (c *Client) send(ctx context.Context, cl call, into any) (Answer, error) {
	answer, body, err := c.exchange(ctx, cl)
	if err != nil {
		return answer, err
	}
	return answer, decode(cl, answer, body, into)
}

// decode reads the body of a success and returns an error for anything else. A body without the expected
// members is an error too: the absence of a list must not be taken for an empty one.
func decode(cl call, answer Answer, body []byte, into any) error {
	switch {
	case answer.StatusCode == http.StatusNoContent && cl.method == http.MethodDelete:
		return nil
	case isRedirect(answer.StatusCode):
		return newError(cl.method, cl.target, answer, body)
	}
	if err := json.Unmarshal(body, into); err != nil {
		return malformed(cl.method, cl.target, answer, err)
	}
	if doc, ok := into.(interface{ absent() string }); ok && doc.absent() != "" {
		return malformed(cl.method, cl.target, answer, fmt.Errorf("it has no %s", doc.absent()))
	}
	return nil
}

// exchange sends the request of cl, with retries where allowed. It returns a 2xx or 3xx answer, and an error
// for anything else.
func (c *Client) exchange(ctx context.Context, cl call) (Answer, []byte, error) {
	resp, tries, err := c.attempt(ctx, cl)
	if resp != nil {
		defer resp.Body.Close()
	}
	switch {
	case err != nil && ctx.Err() != nil:
		return Answer{}, nil, fmt.Errorf("%s %s: %w", cl.method, cl.target, context.Cause(ctx))
	case err != nil:
		e := unanswered(cl.method, cl.target, c.credentials.scrubError(bare(err)))
		e.GaveUp = tries.tooLong
		return Answer{}, nil, e
	}
	body, err := bodyOf(resp)
	if err != nil {
		return Answer{}, nil, unanswered(cl.method, cl.target, err)
	}
	answer := readAnswer(resp, time.Now())
	answer.Limits.saidBy(c.clock, answer.Date)
	if answer.StatusCode < 200 || answer.StatusCode > 399 {
		e := newError(cl.method, cl.target, answer, body)
		e.scrub(c.credentials)
		e.GaveUp = tries.tooLong
		return answer, nil, e
	}
	if err := checkAmount(body); err != nil {
		return answer, nil, malformed(cl.method, cl.target, answer, err)
	}
	c.learnAccount(ctx, body)
	return answer, body, nil
}

// String names the host and the source of the credentials, without secrets.
func (c *Client) String() string { return "PAPI client of " + c.credentials.String() }

// GoString is String, so that %#v prints no secrets either.
func (c *Client) GoString() string { return c.String() }

// LogValue is String, so that log/slog prints no secrets either.
func (c *Client) LogValue() slog.Value { return slog.StringValue(c.String()) }

// bare removes net/http's wrapping, which repeats the request's URL.
func bare(err error) error {
	if wrapped, ok := errors.AsType[*url.Error](err); ok {
		return wrapped.Err
	}
	return err
}
