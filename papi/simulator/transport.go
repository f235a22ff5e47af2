package simulator

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/http"
)

// Transport returns a RoundTripper that reaches the Simulator without a network. It accepts requests to
// https://<Credentials.Host> only. Its error is io.ErrUnexpectedEOF where a real connection would be cut, and
// that of the request's context if it ends during a delay.
func (s *Simulator) Transport() http.RoundTripper { return transport{s} }

type transport struct{ simulator *Simulator }

// RoundTrip implements http.RoundTripper. It does not modify the request, and closes its body.
func (t transport) RoundTrip(r *http.Request) (*http.Response, error) {
	body, err := readBody(r)
	if err != nil {
		return nil, err
	}
	if err := r.Context().Err(); err != nil {
		return nil, err
	}
	if r.URL.Scheme != "https" || r.URL.Host != t.simulator.credentials.Host {
		return nil, fmt.Errorf("simulator: no such host as %s://%s", r.URL.Scheme, r.URL.Host)
	}
	a, err := t.simulator.exchange(r, body)
	if errors.Is(err, errDropped) {
		return nil, io.ErrUnexpectedEOF
	}
	if err != nil {
		return nil, err
	}
	return a.response(r), nil
}

func readBody(r *http.Request) ([]byte, error) {
	if r.Body == nil {
		return nil, nil
	}
	body, err := io.ReadAll(io.LimitReader(r.Body, maxRequestBody+1))
	if closeErr := r.Body.Close(); err == nil {
		err = closeErr
	}
	if err != nil {
		return nil, fmt.Errorf("simulator: request body: %w", err)
	}
	return body, nil
}

func newBody(content []byte) io.ReadCloser { return io.NopCloser(bytes.NewReader(content)) }
