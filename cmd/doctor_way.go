package cmd

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/propctl/propctl/papi"
)

// The way to PAPI: proxy, DNS, TLS.

// wireTap watches how requests get to PAPI.
type wireTap struct {
	next http.RoundTripper

	mu    sync.Mutex
	state *tls.ConnectionState
}

// RoundTrip implements http.RoundTripper.
func (w *wireTap) RoundTrip(r *http.Request) (*http.Response, error) {
	resp, err := w.next.RoundTrip(r)
	if err == nil && resp.TLS != nil {
		w.mu.Lock()
		w.state = resp.TLS
		w.mu.Unlock()
	}
	return resp, err
}

// seen returns the last connection, nil where there was none.
func (w *wireTap) seen() *tls.ConnectionState {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.state
}

// notWatched is why the way is not checked.
const notWatched = "not checked: the requests do not leave this process as others do"

// way opens the session and checks what lies between this machine and PAPI.
func (e *examination) way(ctx context.Context) {
	e.connect()
	switch {
	case e.session == nil:
		e.skip(checkProxy, noSession)
		e.skip(checkHost, noSession)
		return
	case !e.overNetwork():
		e.skip(checkProxy, notWatched)
		e.skip(checkHost, notWatched)
		return
	}
	host := e.session.credentials.Host
	if err := e.program.checkProxy(host); err != nil {
		e.fail(checkProxy, err)
		e.skip(checkHost, "the proxy comes first")
		e.session = nil
		return
	}
	e.ok(checkProxy, proxyText(e.program.proxies().Variables(host)))
	if proxy, _ := e.program.proxies().For(&url.URL{Scheme: "https", Host: host}); proxy != nil {
		e.skip(checkHost, host+", whose address the proxy finds")
	} else {
		e.checkAddress(ctx, host)
	}
}

// proxyText says what is true of each proxy variable, the proxy first.
func proxyText(variables []papi.ProxyVariable) string {
	text := "none"
	var all []string
	for _, v := range variables {
		if v.Use == papi.ProxyUsed && v.Proxy != "" {
			text = v.Proxy
		}
		all = append(all, v.String())
	}
	if len(all) == 0 {
		return text
	}
	return text + "; " + strings.Join(all, "; ")
}

const lookupTimeout = 10 * time.Second

// checkAddress looks the host up as a connection would.
func (e *examination) checkAddress(ctx context.Context, hostPort string) {
	host := nameOfHost(hostPort)
	if net.ParseIP(host) != nil {
		e.ok(checkHost, hostPort+" by https; it is an address")
		return
	}
	ctx, cancel := context.WithTimeout(ctx, lookupTimeout)
	defer cancel()
	addresses, err := (&net.Resolver{}).LookupHost(ctx, host)
	if err != nil {
		e.fail(checkHost, &classified{papi.ClassDNS, err})
		return
	}
	e.ok(checkHost, fmt.Sprintf("%s by https; its address is %s", hostPort, strings.Join(addresses, ", ")))
}

func nameOfHost(hostPort string) string {
	if host, _, err := net.SplitHostPort(hostPort); err == nil {
		return host
	}
	return strings.Trim(hostPort, "[]")
}

// checkTLS says how the connection that brought an answer is protected.
func (e *examination) checkTLS(answered bool) {
	switch {
	case !answered:
		e.skip(checkTLS, "there was no answer")
		return
	case !e.overNetwork() || e.wire.seen() == nil:
		e.skip(checkTLS, notWatched)
		return
	}
	state := e.wire.seen()
	text := tls.VersionName(state.Version)
	if len(state.PeerCertificates) > 0 {
		leaf := state.PeerCertificates[0]
		text += fmt.Sprintf(", a certificate of %s until %s", leaf.Issuer, leaf.NotAfter.UTC().Format(time.DateOnly))
		switch trusted := trustedBySystem(state, nameOfHost(e.session.credentials.Host)); {
		case e.program.flags.CaFile != "" && trusted:
			text += ", which this system trusts; --ca-file is not needed"
		case e.program.flags.CaFile != "":
			text += ", trusted because of --ca-file only"
		}
	}
	e.ok(checkTLS, text)
}

// trustedBySystem reports whether the certificates would do without --ca-file.
func trustedBySystem(state *tls.ConnectionState, host string) bool {
	intermediates := x509.NewCertPool()
	for _, c := range state.PeerCertificates[1:] {
		intermediates.AddCert(c)
	}
	_, err := state.PeerCertificates[0].Verify(x509.VerifyOptions{DNSName: host, Intermediates: intermediates})
	return err == nil
}
