package papi

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"net/http"
	"net/url"
	"sync/atomic"
	"time"
)

// Time-outs and repeats that hold unless [Options] says otherwise.
const (
	DefaultRequestTimeout = 60 * time.Second
	DefaultSubmitTimeout  = 120 * time.Second
	DefaultMaxRetries     = 6
)

// Options sets up a [Client]. The zero value is ready for use.
type Options struct {
	// Transport carries signed requests to Akamai; nil means [NewNetwork] with
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
	// Suspension says for how long nothing is sent to a PAPI that is down.
	Suspension Suspension
	// Account is shared by the clients of one account; nil means that the
	// client has it to itself. With [SharedAccount] the processes of one machine
	// share their pace.
	Account *Account
	// Speed is how many seconds of PAPI's time pass in a real one, as with a
	// simulator; 0 means 1. Pauses, what PAPI asks to wait, the pace, suspensions
	// and time-outs are of PAPI's time, and pass that much faster.
	Speed float64
	// Jitter returns what is added to a pause between two attempts at a read;
	// nil means nothing.
	Jitter func(pause time.Duration) time.Duration
	// Observe is told of every attempt, from the goroutine of the call; nil
	// means nobody.
	Observe func(Attempt)
	// Delayed is told, once and from the goroutine of a call, when requests have
	// been or will be held back for more than 5 s in all because of PAPI's rate
	// limit; nil means nobody.
	Delayed func(Delay)
}

// Attempt is one request as it went over the network.
type Attempt struct {
	Method     string
	Path       string // with the query, without the account switch key
	Sent       bool   // false where it was kept back: PAPI is down, or there is no time left
	StatusCode int    // 0 where there was no answer
	Err        error  // why there was none
	Class      Class  // of what went wrong; empty for a success
	Instance   string // what Akamai's support asks for, where PAPI named it
	Elapsed    time.Duration
	Answer     Answer
	// Retry says that the request will be repeated, after Pause.
	Retry bool
	Pause time.Duration // of PAPI's time
	// Slowed says that this is PAPI's first refusal: the account's requests go on
	// more slowly, as PAPI has said or else at half the rate, which grows back.
	Slowed bool
}

// Client is a connection to PAPI for one credential. It may be used from
// several goroutines, and all its calls share its limits.
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

// New returns a client that signs with the credentials. The error says what is
// wrong with them; nothing is sent.
func New(credentials Credentials, o Options) (*Client, error) {
	credentials, err := credentials.checked()
	if err != nil {
		return nil, err
	}
	if o.Transport == nil {
		o.Transport = NewNetwork(nil)
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
	c.delays = &delays{clock: c.clock, tell: o.Delayed}
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

// call is one call of a method of Client: one request, or several when a read
// is repeated.
type call struct {
	method     string
	target     target
	header     http.Header   // beside those of every request; nil for none
	body       any           // sent as JSON; nil for none
	repeatable bool          // a read, which may be repeated
	timeout    time.Duration // of one attempt
}

// get reads. A redirect is followed once, on the same host, with a new
// signature.
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

// send writes, or searches, without ever following a redirect.
func (c *Client) send(ctx context.Context, cl call, into any) (Answer, error) {
	answer, body, err := c.exchange(ctx, cl)
	if err != nil {
		return answer, err
	}
	return answer, decode(cl, answer, body, into)
}

// decode reads the body of a success, and makes an error of anything else. A
// body without what was asked for is no success: nobody may take the absence of
// a list for an empty one.
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

// exchange sends the request of cl, and again where it may be repeated and has
// to be. It returns an answer of 2xx or 3xx, and an error for anything else.
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

// newRequest makes the unsigned request of cl.
func (c *Client) newRequest(ctx context.Context, cl call) (*http.Request, error) {
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
	return req, nil
}

// String says whose client it is, without secrets.
func (c *Client) String() string { return "PAPI client of " + c.credentials.String() }

// GoString is String: %#v must not print secrets either.
func (c *Client) GoString() string { return c.String() }

// LogValue is String, for log/slog.
func (c *Client) LogValue() slog.Value { return slog.StringValue(c.String()) }

// bare removes net/http's wrapping, which repeats the request's URL.
func bare(err error) error {
	if wrapped, ok := errors.AsType[*url.Error](err); ok {
		return wrapped.Err
	}
	return err
}
