package papi

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptrace"
	"time"
)

// The path of a request, from the caller to the network. Everything above the
// signature may wait; nothing below it does, since a signature is valid for one
// attempt and for 30 seconds.
//
//	Client ─► attempt (retries reads) ─► breaker ─► limiter ─► exchanger (time-outs, signature, body) ─► network
func stack(credentials Credentials, o Options, maxRetries int, d *delays) (http.RoundTripper, *limiter) {
	k := d.clock
	limiter := newLimiter(o.Account, d, &exchanger{sign: newSigner(credentials), clock: k, next: o.Transport})
	return newBreaker(o.Suspension, maxRetries, k, limiter), limiter
}

// Time-outs of the parts of an attempt.
const (
	connectTimeout = 10 * time.Second
	tlsTimeout     = 10 * time.Second
	idleTimeout    = 90 * time.Second
)

// MaxBody bounds the body of an answer, in bytes. A larger one is an error of class [ClassMalformed].
const MaxBody = 16 << 20

const (
	maxHeaderBytes = 1 << 20
	// maxErrorBody bounds what is read of an unsuccessful answer.
	maxErrorBody = 8 << 20
)

// NewTransport returns a transport that connects to Akamai over TLS, with HTTP/2 if offered, through the proxy
// that this process's environment names ([ReadProxies]). roots are the trusted certificates; nil means the
// system's.
func NewTransport(roots *x509.CertPool) *http.Transport {
	return &http.Transport{
		Proxy:                  ownProxies().ForRequest,
		OnProxyConnectResponse: refusedByProxy,
		DialContext:            (&net.Dialer{Timeout: connectTimeout}).DialContext,
		TLSHandshakeTimeout:    tlsTimeout,
		TLSClientConfig:        &tls.Config{RootCAs: roots, MinVersion: tls.VersionTLS12},
		ForceAttemptHTTP2:      true,
		MaxIdleConnsPerHost:    maxInFlight,
		IdleConnTimeout:        idleTimeout,
		MaxResponseHeaderBytes: maxHeaderBytes,
	}
}

type callKey struct{}

func withCall(ctx context.Context, cl call) context.Context {
	return context.WithValue(ctx, callKey{}, cl)
}

func callFrom(ctx context.Context) call {
	cl, _ := ctx.Value(callKey{}).(call)
	return cl
}

// exchanger sends one attempt within its time-out and reads the answer into memory, so that the layers above
// see an answer whole or not at all.
type exchanger struct {
	sign  *signer
	clock clock
	next  http.RoundTripper
}

var errTooLarge = errors.New("the answer is larger than 16 MiB")

// RoundTrip implements http.RoundTripper.
func (x *exchanger) RoundTrip(req *http.Request) (*http.Response, error) {
	limit := callFrom(req.Context()).timeout
	if limit <= 0 {
		limit = DefaultRequestTimeout
	}
	whole, release := x.patient(req.Context())
	defer release()
	ctx, cancel := context.WithTimeoutCause(whole, x.clock.real(limit), &timeoutError{"the whole answer", limit})
	defer cancel()
	ctx, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	// The header has to arrive somewhat earlier than the end of the body.
	untilHeader := limit - limit/6
	headerTimer := time.AfterFunc(x.clock.real(untilHeader), func() { stop(&timeoutError{"the beginning of an answer", untilHeader}) })

	once := &single{}
	signed, err := x.sign.signed(req.Clone(once.traced(ctx)))
	if err != nil {
		headerTimer.Stop()
		return nil, err
	}
	once.request = signed
	resp, err := x.next.RoundTrip(signed)
	headerTimer.Stop()
	if err == nil {
		err = buffer(resp)
	}
	if err != nil {
		return nil, causeOf(ctx, whole, err)
	}
	return resp, nil
}

// single keeps net/http from repeating a signed GET. Over HTTP/1, net/http does that by itself when a
// kept-alive connection is cut, and would use the nonce, which is valid once, a second time. It does not repeat
// a request whose body it cannot get again, so a GET is given an empty body, of which nothing is written.
// HTTP/2 would announce that body to the server, and does not need it: there net/http repeats only what the
// server says it has not processed.
type single struct{ request *http.Request }

// traced returns a context that gives the request its body when it gets a connection, on the goroutine that
// sends it.
func (s *single) traced(ctx context.Context) context.Context {
	return httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{GotConn: func(c httptrace.GotConnInfo) {
		encrypted, ok := c.Conn.(*tls.Conn)
		if ok && encrypted.ConnectionState().NegotiatedProtocol == "h2" {
			return
		}
		if s.request != nil && s.request.Body == nil {
			s.request.Body = emptyBody{}
		}
	}})
}

// emptyBody is used instead of http.NoBody, which net/http knows to be repeatable.
type emptyBody struct{}

func (emptyBody) Read([]byte) (int, error) { return 0, io.EOF }
func (emptyBody) Close() error             { return nil }

// answerGrace is how long to wait for the answer to a write after its context has ended, to learn what PAPI has
// accepted.
const answerGrace = 10 * time.Second

// patient returns the context of an attempt: that of the call, extended by answerGrace for a write.
func (x *exchanger) patient(ctx context.Context) (context.Context, context.CancelFunc) {
	if callFrom(ctx).repeatable {
		return ctx, func() {}
	}
	whole, cancel := context.WithCancelCause(context.WithoutCancel(ctx))
	stop := context.AfterFunc(ctx, func() {
		grace := time.AfterFunc(x.clock.real(answerGrace), func() { cancel(context.Cause(ctx)) })
		context.AfterFunc(whole, func() { grace.Stop() })
	})
	return whole, func() {
		stop()
		cancel(nil)
	}
}

// buffer reads the body into memory; of a failure only the beginning, since its status says the most.
func buffer(resp *http.Response) error {
	defer resp.Body.Close()
	if resp.StatusCode >= http.StatusBadRequest {
		body, err := io.ReadAll(io.LimitReader(resp.Body, maxErrorBody))
		resp.Body = newHeldBody(body)
		return err
	}
	body, err := io.ReadAll(io.LimitReader(resp.Body, MaxBody+1))
	if err != nil {
		return err
	}
	if len(body) > MaxBody {
		return errTooLarge
	}
	resp.Body = newHeldBody(body)
	return nil
}

// heldBody is a body in memory, available without a copy.
type heldBody struct {
	*bytes.Reader

	content []byte
}

func newHeldBody(content []byte) *heldBody { return &heldBody{bytes.NewReader(content), content} }

// Close implements io.Closer.
func (*heldBody) Close() error { return nil }

// bodyOf returns the whole body of an answer and leaves it readable.
func bodyOf(resp *http.Response) ([]byte, error) {
	if held, ok := resp.Body.(*heldBody); ok {
		return held.content, nil
	}
	body, err := io.ReadAll(resp.Body)
	resp.Body = newHeldBody(body)
	return body, err
}

// causeOf returns the cause of the attempt's context if the attempt, but not the whole call, has ended;
// otherwise err.
func causeOf(attempt, whole context.Context, err error) error {
	if whole.Err() == nil && attempt.Err() != nil {
		return context.Cause(attempt)
	}
	return err
}

// timeoutError says which part of an attempt took too long.
type timeoutError struct {
	part  string
	after time.Duration
}

func (e *timeoutError) Error() string {
	return fmt.Sprintf("%s did not come within %s", e.part, e.after)
}

// Timeout implements [net.Error].
func (e *timeoutError) Timeout() bool { return true }

func isCertificateError(err error) bool {
	_, verification := errors.AsType[*tls.CertificateVerificationError](err)
	_, authority := errors.AsType[x509.UnknownAuthorityError](err)
	_, hostname := errors.AsType[x509.HostnameError](err)
	_, invalid := errors.AsType[x509.CertificateInvalidError](err)
	return verification || authority || hostname || invalid
}
