package journal

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"syscall"
	"time"

	"github.com/hashicorp/go-retryablehttp"

	"github.com/propctl/propctl/cmd/settings"
)

// A Sender posts messages to URLs that the user has named. It makes a few attempts within a short time, follows no
// redirects, and has no access to Akamai's credentials.

// What a message is given unless its destination has rules of its own.
const (
	AttemptTimeout = 5 * time.Second
	MaxAttempts    = 3
)

// The pause before the first repeat, which doubles, and the longest one.
const (
	firstPause = time.Second
	maxPause   = 30 * time.Second
)

// Message is a report on its way.
type Message struct {
	URL  string // a URL that was checked
	Body []byte // JSON
	// Header returns what goes with an attempt that is made now; nil adds nothing.
	Header      func(now time.Time) http.Header
	Timeout     time.Duration // of an attempt
	MaxAttempts int           // how many at most
	// Retryable says which statuses are worth a repeat.
	Retryable func(status int) bool
}

// Sender delivers messages.
type Sender struct {
	client    http.Client
	userAgent string
}

// NewSender returns one that uses the transport.
func NewSender(transport http.RoundTripper, userAgent string) *Sender {
	asIs := func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return &Sender{client: http.Client{Transport: transport, CheckRedirect: asIs}, userAgent: userAgent}
}

// Close gives up the connections that are left.
func (c *Sender) Close() { c.client.CloseIdleConnections() }

// Send sends a message until it is taken, or the attempts or the time are used
// up. Its error has nothing of the URL but the host.
func (c *Sender) Send(ctx context.Context, m Message) error {
	d := &delivery{Message: m, userAgent: c.userAgent}
	if err := d.send(ctx, c.client); err != nil {
		return fmt.Errorf("%s: %w", settings.MaskURL(m.URL), err)
	}
	return nil
}

// delivery is a message and the attempts to send it.
type delivery struct {
	Message

	userAgent string
	repeats   int
	pause     time.Duration // before the next attempt
	err       error         // of the last attempt
}

func (d *delivery) send(ctx context.Context, client http.Client) error {
	req, err := retryablehttp.NewRequestWithContext(ctx, http.MethodPost, d.URL, d.Body)
	if err != nil {
		return errors.New("not a URL") // its own words have the URL
	}
	client.Timeout = d.Timeout // of each attempt
	repeating := retryablehttp.Client{
		HTTPClient:   &client,
		RetryMax:     d.MaxAttempts - 1,
		CheckRetry:   d.check,
		Backoff:      func(_, _ time.Duration, _ int, _ *http.Response) time.Duration { return d.pause },
		ErrorHandler: retryablehttp.PassthroughErrorHandler,
		PrepareRetry: d.complete,
	}
	if err := d.complete(req.Request); err != nil {
		return err
	}
	resp, err := repeating.Do(req)
	if err == nil {
		resp.Body.Close()
	}
	return d.err
}

// complete gives the request of an attempt its header.
func (d *delivery) complete(r *http.Request) error {
	if d.Header != nil {
		r.Header = d.Header(time.Now())
	}
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("User-Agent", d.userAgent)
	return nil
}

// check decides after each attempt whether there is to be another one.
func (d *delivery) check(ctx context.Context, resp *http.Response, err error) (bool, error) {
	passes := false // it may be otherwise in a moment
	switch {
	case err != nil && ctx.Err() != nil && d.err != nil: // the error before says more than that the time is over
	case err != nil:
		d.err, passes = d.unanswered(ctx, err), !isRefused(err)
	case resp.StatusCode < http.StatusOK || resp.StatusCode >= http.StatusMultipleChoices:
		d.err, passes = refusal(resp.StatusCode), d.Retryable(resp.StatusCode)
	default:
		d.err = nil
	}
	d.pause = max(firstPause, retryablehttp.DefaultBackoff(firstPause, maxPause, d.repeats, resp)) // or what Retry-After says
	d.repeats++
	return passes && pauseFits(ctx, d.pause), nil
}

// unanswered says why there is no answer, without the URL, which has the secret of a webhook in it.
func (d *delivery) unanswered(ctx context.Context, err error) error {
	if of, ok := errors.AsType[*url.Error](err); ok {
		err = of.Err
	}
	switch {
	case ctx.Err() != nil:
		return context.Cause(ctx)
	case errors.Is(err, context.DeadlineExceeded):
		return fmt.Errorf("no answer within %s", d.Timeout)
	case strings.Contains(err.Error(), "://"):
		return errors.New("no connection; check the address of the proxy") // which may have a password in it
	}
	return err
}

// refusal is the error for an answer that is no success.
func refusal(status int) error {
	if status >= http.StatusMultipleChoices && status < http.StatusBadRequest {
		return fmt.Errorf("answered %d, and redirects are not followed", status)
	}
	return fmt.Errorf("answered %d", status)
}

// isRefused reports whether nothing listens at the address. A second later that will hardly be different.
func isRefused(err error) bool {
	const windows = syscall.Errno(10061) // WSAECONNREFUSED
	return errors.Is(err, syscall.ECONNREFUSED) || errors.Is(err, windows)
}

// pauseFits reports whether there is time left after a pause.
func pauseFits(ctx context.Context, pause time.Duration) bool {
	end, bounded := ctx.Deadline()
	return !bounded || time.Until(end) > pause
}
