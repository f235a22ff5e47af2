package papi

import (
	"context"
	"errors"
	"net"
	"net/http"
	"net/url"
)

// ProxyFor returns the proxy that requests to a host go through, and nil where they
// go there directly. It asks what net/http itself asks: HTTPS_PROXY, NO_PROXY and
// their small forms as they were when the process began.
func ProxyFor(host string) (*url.URL, error) {
	return http.ProxyFromEnvironment(&http.Request{URL: &url.URL{Scheme: "https", Host: host}})
}

// proxyError says that a proxy would not connect to Akamai.
type proxyError struct{ status string }

func (e *proxyError) Error() string { return "the proxy answered " + e.status }

// refusedByProxy gives the answer of a proxy that does not connect a type, which
// net/http does not.
func refusedByProxy(_ context.Context, _ *url.URL, _ *http.Request, answer *http.Response) error {
	if answer.StatusCode == http.StatusOK {
		return nil
	}
	return &proxyError{status: answer.Status}
}

// isProxyError reports whether the way to Akamai ended at a proxy. Nothing has
// been sent to Akamai then.
func isProxyError(err error) bool {
	if _, refused := errors.AsType[*proxyError](err); refused {
		return true
	}
	op, ok := errors.AsType[*net.OpError](err)
	return ok && op.Op == "proxyconnect"
}
