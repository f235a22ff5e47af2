package rollout

import (
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"

	"github.com/propctl/propctl/activation/rollout"
	"github.com/propctl/propctl/papi"
)

const (
	maxBody      = 1 << 20 // that is searched
	maxRedirects = 5
	maxHeader    = 64 << 10
)

// request asks one hostname, as a visitor of the network would.
func (c *Checker) request(ctx context.Context, check rollout.Check, item rollout.Item, name hostname, all []hostname) rollout.Finding {
	place := rollout.Placeholders{Hostname: name.name, Property: item.Title(), ID: item.PropertyID, Network: item.Network, Version: item.Version}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, rollout.Fill(check.HTTP, place), http.NoBody)
	if err != nil {
		return failed("%v", err)
	}
	req.Header.Set("User-Agent", c.UserAgent)
	client := c.client(check, item, all)
	defer client.CloseIdleConnections()
	resp, err := client.Do(req)
	if err != nil {
		if stopped(ctx, err) {
			return undecided("no answer in time")
		}
		if wrapped, ok := errors.AsType[*url.Error](err); ok {
			err = wrapped.Err
		}
		if _, ok := errors.AsType[*net.DNSError](err); ok {
			return undecided("%v", err)
		}
		return failed("%v", err)
	}
	defer resp.Body.Close()
	return expected(ctx, check.Expect, resp)
}

// expected compares an answer with what is expected.
func expected(ctx context.Context, want rollout.Expect, resp *http.Response) rollout.Finding {
	status := want.Status
	if status == 0 {
		status = http.StatusOK
	}
	if resp.StatusCode != status {
		return failed("it answers %d, and not %d", resp.StatusCode, status)
	}
	for name, value := range want.Header {
		if got := resp.Header.Get(name); got != value {
			return failed("its header %s is %q, and not %q", name, got, value)
		}
	}
	if want.Body == "" {
		return rollout.Finding{Verdict: rollout.Held}
	}
	body, err := io.ReadAll(io.LimitReader(resp.Body, maxBody))
	switch {
	case bytes.Contains(body, []byte(want.Body)):
		return rollout.Finding{Verdict: rollout.Held}
	case err != nil && stopped(ctx, err):
		return undecided("no whole answer in time")
	case err != nil:
		return failed("its answer breaks off: %v", err)
	}
	return failed("the first %d KiB of its answer do not have %q", maxBody>>10, want.Body)
}

// client connects the property's hostnames to the item's network, and all others as usual.
func (c *Checker) client(check rollout.Check, item rollout.Item, all []hostname) *http.Client {
	dial := c.Dial
	if dial == nil {
		dial = (&net.Dialer{}).DialContext
	}
	transport := &http.Transport{
		DialContext: func(ctx context.Context, network, address string) (net.Conn, error) {
			return dial(ctx, network, through(address, item.Network, all))
		},
		TLSClientConfig:        &tls.Config{RootCAs: c.Roots, MinVersion: tls.VersionTLS12},
		MaxResponseHeaderBytes: maxHeader,
		ForceAttemptHTTP2:      true,
	}
	carrier := http.RoundTripper(transport)
	if c.Transport != nil {
		carrier = c.Transport
	}
	return &http.Client{Transport: carrier, CheckRedirect: func(_ *http.Request, via []*http.Request) error {
		switch {
		case !check.Redirects:
			return http.ErrUseLastResponse
		case len(via) > maxRedirects:
			return errors.New("it redirects too often")
		}
		return nil
	}}
}

// through returns the address to connect to: on staging that of the hostname's edge
// hostname there. SNI and Host stay the hostname's.
func through(address string, network papi.Network, all []hostname) string {
	host, port, err := net.SplitHostPort(address)
	if err != nil || network != papi.Staging {
		return address
	}
	for _, h := range all {
		if strings.EqualFold(h.name, host) {
			return net.JoinHostPort(onStaging(h.edge), port)
		}
	}
	return address
}

// onStaging returns the name of an edge hostname on Akamai's staging network.
func onStaging(edge string) string {
	for _, suffix := range []string{".edgekey.net", ".edgesuite.net", ".akamaized.net", ".akamaiedge.net"} {
		if name, ok := strings.CutSuffix(strings.ToLower(edge), suffix); ok {
			return name + strings.TrimSuffix(suffix, ".net") + "-staging.net"
		}
	}
	return edge
}
