package papi_test

import (
	"bufio"
	"bytes"
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/propctl/propctl/papi"
)

// gateway is a server that refuses every nonce that it has seen, and cuts the
// connection instead of an answer when it is told to.
type gateway struct {
	mu     sync.Mutex
	nonces map[string]int
	bodies int // requests that announced one
	cut    func(r *http.Request, n int) bool
	count  atomic.Int32
}

func (g *gateway) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	nonce := regexp.MustCompile(`nonce=([^;]+);`).FindString(r.Header.Get("Authorization"))
	g.mu.Lock()
	g.nonces[nonce]++
	again := g.nonces[nonce] > 1
	if r.Method == http.MethodGet && (r.ContentLength != 0 || len(r.TransferEncoding) > 0) {
		g.bodies++
	}
	g.mu.Unlock()
	switch n := int(g.count.Add(1)); {
	case again || nonce == "":
		w.WriteHeader(http.StatusUnauthorized)
	case g.cut(r, n):
		_ = r.Context().Value(connKey{}).(net.Conn).Close() // for HTTP/2, where the end of a handler ends only its stream
		panic(http.ErrAbortHandler)
	default:
		_, _ = io.WriteString(w, noActivations)
	}
}

type connKey struct{}

// reader returns a client of the gateway, over HTTP/1.1 or HTTP/2, and its connections so far.
func (g *gateway) reader(t *testing.T, h2 bool) (*papi.Client, *atomic.Int32) {
	t.Helper()
	connections := &atomic.Int32{}
	server := httptest.NewUnstartedServer(g)
	server.Config.ErrorLog = slog.NewLogLogger(slog.DiscardHandler, slog.LevelError)
	server.Config.ConnState = func(_ net.Conn, s http.ConnState) {
		if s == http.StateNew {
			connections.Add(1)
		}
	}
	server.Config.ConnContext = func(ctx context.Context, c net.Conn) context.Context { return context.WithValue(ctx, connKey{}, c) }
	server.EnableHTTP2 = h2
	server.StartTLS()
	t.Cleanup(server.Close)
	roots := x509.NewCertPool()
	roots.AddCert(server.Certificate())
	network := papi.NewTransport(roots)
	network.Proxy = nil
	t.Cleanup(network.CloseIdleConnections)
	client, err := papi.New(papi.Credentials{
		Host: strings.TrimPrefix(server.URL, "https://"), ClientToken: "a", ClientSecret: "b", AccessToken: "c",
	}, papi.Options{Transport: network, Speed: 100})
	if err != nil {
		t.Fatal(err)
	}
	return client, connections
}

func TestACutConnectionNeverSendsANonceTwice(t *testing.T) {
	for _, h2 := range []bool{false, true} {
		t.Run(fmt.Sprintf("HTTP/2 %t", h2), func(t *testing.T) {
			g := &gateway{nonces: map[string]int{}, cut: func(_ *http.Request, n int) bool { return n%3 == 0 }}
			client, connections := g.reader(t, h2)
			for range 12 {
				if _, err := client.Activations(t.Context(), www()); err != nil {
					t.Error(err)
				}
			}
			for nonce, n := range g.nonces {
				if n > 1 {
					t.Errorf("%s came %d times", nonce, n)
				}
			}
			if g.bodies > 0 {
				t.Errorf("%d reads announced a body", g.bodies)
			}
			if n := g.count.Load(); n < 16 || connections.Load() < 4 {
				t.Errorf("%d requests over %d connections: nothing was cut", n, connections.Load())
			}
		})
	}
}

func TestACutConnectionIsWorthAnotherTryOfAReadOnly(t *testing.T) {
	g := &gateway{nonces: map[string]int{}, cut: func(r *http.Request, _ int) bool { return r.Method == http.MethodPost }}
	client, _ := g.reader(t, false)
	if _, err := client.Activations(t.Context(), www()); err != nil {
		t.Fatal(err)
	}
	_, err := client.CreateActivation(t.Context(), www(), submission())
	if n := g.count.Load(); !errors.Is(err, papi.ClassNoAnswer) || n != 2 {
		t.Errorf("%d requests: %v", n, err)
	}
}

// TestAReadHasNoBodyOnTheWire looks at the bytes, since servers hide what they do not need.
func TestAReadHasNoBodyOnTheWire(t *testing.T) {
	var written bytes.Buffer
	ours, theirs := net.Pipe()
	over := make(chan struct{})
	go func() {
		defer close(over)
		in := bufio.NewReader(io.TeeReader(theirs, &written))
		for range 2 {
			if _, err := http.ReadRequest(in); err != nil {
				return
			}
			_, _ = fmt.Fprintf(theirs, "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s", len(noActivations), noActivations)
		}
		_ = theirs.Close()
	}()
	network := &http.Transport{DialTLS: func(string, string) (net.Conn, error) { return ours, nil }} //nolint:staticcheck // it has no context to end with
	client, err := papi.New(papi.Credentials{Host: "akab-test.luna.akamaiapis.net", ClientToken: "a", ClientSecret: "b", AccessToken: "c"},
		papi.Options{Transport: network, MaxRetries: -1})
	if err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if _, err := client.Activations(t.Context(), www()); err != nil {
			t.Fatal(err)
		}
	}
	<-over
	text := strings.ToLower(written.String())
	if strings.Contains(text, "content-length") || strings.Contains(text, "transfer-encoding") || strings.Count(text, "\r\n\r\n") != 2 || !strings.HasSuffix(text, "\r\n\r\n") {
		t.Errorf("the requests are %q", written.String())
	}
}
