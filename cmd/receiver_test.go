package cmd_test

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"
)

// receiver stands for those who are told how a run has ended. It remembers what it
// was sent, and fails a test when there is a secret of Akamai's in it.
type receiver struct {
	t *testing.T
	// answer says how the nth request is answered, from 1 on; nil: always 204.
	answer func(ctx context.Context, n int) reply

	mu  sync.Mutex
	got []received
}

type received struct {
	url    *url.URL
	header http.Header
	body   []byte
	at     time.Time
}

// RoundTrip implements http.RoundTripper.
func (r *receiver) RoundTrip(req *http.Request) (*http.Response, error) {
	body, err := io.ReadAll(req.Body)
	if err != nil {
		return nil, err
	}
	r.check(req, body)
	r.mu.Lock()
	r.got = append(r.got, received{req.URL, req.Header.Clone(), body, time.Now()})
	n := len(r.got)
	r.mu.Unlock()
	if err := req.Context().Err(); err != nil {
		return nil, err
	}
	if r.answer != nil {
		return r.answer(req.Context(), n).response()
	}
	return reply{status: http.StatusNoContent}.response()
}

func (r *receiver) check(req *http.Request, body []byte) {
	var sent bytes.Buffer
	_ = req.Header.Write(&sent)
	sent.Write(body)
	for _, secret := range []string{clientToken, clientSecret, accessToken, accountKey, "EG1-HMAC", webhookSecret} {
		if strings.Contains(sent.String(), secret) {
			r.t.Errorf("%s was sent to %s", secret, req.URL.Host)
		}
	}
	if req.Method != http.MethodPost || req.Header.Get("Content-Type") != "application/json" || !strings.HasPrefix(req.Header.Get("User-Agent"), "propctl/") {
		r.t.Errorf("%s with %v", req.Method, req.Header)
	}
	if harm := harm(string(body)); harm != "" {
		r.t.Errorf("the body has %s in it: %q", harm, body)
	}
}

// all returns what was received.
func (r *receiver) all() []received {
	r.mu.Lock()
	defer r.mu.Unlock()
	return append([]received{}, r.got...)
}

// reply is how a receiver answers.
type reply struct {
	status     int
	header     string // name: value
	connection error
}

func (r reply) response() (*http.Response, error) {
	if r.connection != nil {
		return nil, r.connection
	}
	h := http.Header{}
	if name, value, ok := strings.Cut(r.header, ": "); ok {
		h.Set(name, value)
	}
	return &http.Response{StatusCode: r.status, Header: h, Body: io.NopCloser(strings.NewReader("no"))}, nil
}

// silent never answers.
func silent(ctx context.Context, _ int) reply {
	<-ctx.Done()
	return reply{connection: ctx.Err()}
}

// statuses answers with one after the other, and then with 204.
func statuses(all ...int) func(context.Context, int) reply {
	return func(_ context.Context, n int) reply {
		if n <= len(all) {
			return reply{status: all[n-1]}
		}
		return reply{status: http.StatusNoContent}
	}
}

const (
	webhookURL    = "https://hooks.example.com/T0/B0/very-secret-path?sig=very-secret-query"
	webhookSecret = "whsec_MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE="
)

// reporting returns a scene with a receiver.
func newReportingScene(t *testing.T) (*scene, *receiver) {
	t.Helper()
	s, r := newScene(t), &receiver{t: t}
	s.reporting = r
	return s, r
}
