package journal

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/propctl/propctl/cmd/settings"
)

// What is reported goes to whom the user has named. It is tried a few times within
// a short time, follows no redirect, and has nothing of Akamai's credentials.

// What a message is given unless its destination has rules of its own.
const (
	AttemptTimeout = 5 * time.Second
	MaxAttempts    = 3
)

const (
	firstPause = time.Second // before the first repeat, doubling
	maxReply   = 4 << 10     // bytes that are read of an answer; nothing is made of them
)

// Message is a report on its way.
type Message struct {
	URL  string // a URL that was checked
	Body []byte // JSON
	// Header returns what goes with an attempt that is made now; nil adds nothing.
	Header      func(now time.Time) http.Header
	Timeout     time.Duration // of an attempt
	MaxAttempts int           // attempts
	// Retryable says which statuses are worth a repeat.
	Retryable func(status int) bool
}

// refusal is an answer that is no success.
type refusal struct {
	status     int
	retryAfter time.Duration
}

func (e *refusal) Error() string {
	if e.status >= http.StatusMultipleChoices && e.status < http.StatusBadRequest {
		return fmt.Sprintf("answered %d, and redirects are not followed", e.status)
	}
	return fmt.Sprintf("answered %d", e.status)
}

// Sender delivers. It has no http.Client, which would follow redirects, and whose
// errors begin with the URL.
type Sender struct {
	transport http.RoundTripper
	userAgent string
}

// NewSender returns one that uses the transport.
func NewSender(transport http.RoundTripper, userAgent string) *Sender {
	return &Sender{transport: transport, userAgent: userAgent}
}

// Close gives up the connections that are left.
func (c *Sender) Close() {
	if t, ok := c.transport.(interface{ CloseIdleConnections() }); ok {
		t.CloseIdleConnections()
	}
}

// Send sends a report until it is taken, or the attempts or the time are used
// up. Its error has nothing of the URL but the host.
func (c *Sender) Send(ctx context.Context, d Message) error {
	failed := func(err error) error { return fmt.Errorf("%s: %w", settings.MaskURL(d.URL), err) }
	var before error
	for attempt, pause := 1, firstPause; ; attempt, pause = attempt+1, 2*pause {
		err := c.try(ctx, d)
		if err == nil {
			return nil
		}
		if ctx.Err() != nil && before != nil {
			return failed(before) // which says more than that the time is over
		}
		before = err
		refused, answered := errors.AsType[*refusal](err)
		if answered {
			pause = max(pause, refused.retryAfter)
		}
		passes := !answered && !isRefused(err) || answered && d.Retryable(refused.status)
		if !passes || attempt >= d.MaxAttempts || !pauseFits(ctx, pause) {
			return failed(err)
		}
		timer := time.NewTimer(pause)
		select {
		case <-timer.C:
		case <-ctx.Done():
			timer.Stop()
			return failed(err)
		}
	}
}

// isRefused reports whether nobody listens at the address, which a second later is hardly otherwise.
func isRefused(err error) bool {
	const windows = syscall.Errno(10061) // WSAECONNREFUSED
	return errors.Is(err, syscall.ECONNREFUSED) || errors.Is(err, windows)
}

// pauseFits reports whether there is time left after a pause.
func pauseFits(ctx context.Context, pause time.Duration) bool {
	end, bounded := ctx.Deadline()
	return !bounded || time.Until(end) > pause
}

// try makes one attempt.
func (c *Sender) try(ctx context.Context, d Message) error {
	late := fmt.Errorf("no answer within %s", d.Timeout)
	ctx, cancel := context.WithTimeoutCause(ctx, d.Timeout, late)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, d.URL, bytes.NewReader(d.Body))
	if err != nil {
		return errors.New("not a URL") // its own words have the URL
	}
	if d.Header != nil {
		req.Header = d.Header(time.Now())
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("User-Agent", c.userAgent)
	resp, err := c.transport.RoundTrip(req)
	switch {
	case err != nil && ctx.Err() != nil:
		return context.Cause(ctx)
	case err != nil && strings.Contains(err.Error(), "://"):
		return errors.New("no connection; see whether the address of the proxy is one") // which may have a password in it
	case err != nil:
		return err
	}
	defer resp.Body.Close()
	_, _ = io.CopyN(io.Discard, resp.Body, maxReply) // so that the connection can be used again; the status says it all
	if resp.StatusCode >= http.StatusOK && resp.StatusCode < http.StatusMultipleChoices {
		return nil
	}
	return &refusal{status: resp.StatusCode, retryAfter: retryAfter(resp.Header.Get("Retry-After"), time.Now())}
}

// retryAfter reads seconds or a date; nonsense counts as absent.
func retryAfter(value string, now time.Time) time.Duration {
	if n, err := strconv.ParseUint(value, 10, 16); err == nil {
		return time.Duration(n) * time.Second
	}
	if at, err := http.ParseTime(value); err == nil {
		return max(at.Sub(now), 0)
	}
	return 0
}
