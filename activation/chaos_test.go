package activation_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"time"
)

// chaos is what can happen to one request.
type chaos int

const (
	calm chaos = iota
	drop
	dropAfter
	fail500
	fail500After
	fail502HTML
	fail503After
	fail408
	malformed
	malformedAfter
	truncatedAfter
	paced
	pacedText
	burst
	busyLie      // 409 although nothing is in the way
	tower        // 412
	stillPending // 422
	slow
	slowAfter
	hang      // longer than any time-out of an attempt
	hangAfter // the same, after the effect
	unsigned  // 401, as after a nonce that net/http used twice
	death     // the process dies before the request
	deathAfter
	chaosKinds
)

func (c chaos) String() string {
	return [...]string{
		"calm", "drop", "drop-after", "500", "500-after", "502-html", "503-after", "408", "malformed", "malformed-after",
		"truncated-after", "paced", "paced-text", "burst", "409", "412", "422", "slow", "slow-after", "hang", "hang-after", "401",
		"death", "death-after",
	}[c]
}

var errKilled = errors.New("killed")

// wire is an actor's connection: it makes the chaos, and watches that the actor
// keeps the rules.
type wire struct {
	next http.RoundTripper
	kill context.CancelCauseFunc
	plan map[int]chaos // by number of the request
	// lenient does not hold submissions to what was seen before.
	lenient bool

	mu         sync.Mutex
	requests   int
	dead       bool
	ended      bool
	looked     []byte // the list that was delivered since the last submission; nil when there was none
	lost       bool   // the answer to a submission that may have been accepted was lost
	counts     map[chaos]int
	violations []string
}

func (w *wire) violate(format string, args ...any) {
	w.violations = append(w.violations, fmt.Sprintf(format, args...))
}

// RoundTrip implements http.RoundTripper.
func (w *wire) RoundTrip(r *http.Request) (*http.Response, error) {
	what, err := w.begin(r)
	if err != nil {
		return nil, err
	}
	isList := r.Method == http.MethodGet && strings.HasSuffix(r.URL.Path, "/activations")
	resp, err := w.happen(r, what)
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.dead {
		return nil, errKilled
	}
	if isList && err == nil && resp.StatusCode == http.StatusOK {
		body, readErr := io.ReadAll(resp.Body)
		resp.Body = io.NopCloser(bytes.NewReader(body))
		if readErr == nil && json.Valid(body) {
			w.looked = body
		}
	}
	return resp, err
}

// begin counts the request, holds it to the rules, and says what happens to it.
func (w *wire) begin(r *http.Request) (chaos, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.dead {
		return calm, errKilled
	}
	if w.ended {
		w.violate("%s %s after the end", r.Method, r.URL.Path)
	}
	if r.Method == http.MethodPost && !w.lenient {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			return calm, err
		}
		r.Body = io.NopCloser(bytes.NewReader(body))
		w.judge(body)
	}
	what := w.plan[w.requests]
	w.requests++
	w.lost = w.lost || r.Method == http.MethodPost && what != calm
	w.counts[what]++
	return what, nil
}

// judge says whether a submission is allowed after what the actor has seen.
func (w *wire) judge(submission []byte) {
	var want struct {
		PropertyVersion        int
		Network                string
		AcknowledgeAllWarnings bool
	}
	var have struct {
		Activations struct {
			Items []struct {
				PropertyVersion                 int
				Network, Status, ActivationType string
			}
		}
	}
	if json.Unmarshal(submission, &want) != nil || !want.AcknowledgeAllWarnings {
		w.violate("submission %s", submission)
	}
	if w.looked == nil {
		w.violate("submission without a look since the last one")
		return
	}
	if err := json.Unmarshal(w.looked, &have); err != nil {
		w.violate("submission after a look that could not be read: %v", err)
	}
	for _, a := range have.Activations.Items {
		switch a.Status {
		case "INACTIVE", "ABORTED", "FAILED", "DEACTIVATED", "ACTIVE":
		default:
			if a.Network == want.Network {
				w.violate("submission of version %d although version %d is %s", want.PropertyVersion, a.PropertyVersion, a.Status)
			}
		}
	}
	w.looked = nil
}

// happen lets the request have its effect, or not, and answers.
func (w *wire) happen(r *http.Request, what chaos) (*http.Response, error) {
	switch what { //nolint:exhaustive // the others happen before or after
	case death:
		return nil, w.die()
	case drop:
		return nil, io.ErrUnexpectedEOF
	case fail500:
		return reply(r, http.StatusInternalServerError, `{"type":"papi/proxy/forward-request-error","title":"x"}`), nil
	case fail502HTML:
		return reply(r, http.StatusBadGateway, "<html>Bad Gateway</html>"), nil
	case fail408:
		return reply(r, http.StatusRequestTimeout, ""), nil
	case malformed:
		return reply(r, http.StatusOK, `{"activations":{"items":[{]}}`), nil
	case paced:
		return reply(r, http.StatusTooManyRequests, `{"type":"rate-limit-exceeded"}`, "Retry-After", "30"), nil
	case pacedText:
		at := time.Now().UTC().Add(20 * time.Second).Format("2006-01-02T15:04:05.000Z")
		return reply(r, http.StatusServiceUnavailable, "the limit. Please try after "+at), nil
	case burst:
		return reply(r, http.StatusBadRequest, "denied by IPBLOCK-BURST4"), nil
	case busyLie:
		return reply(r, http.StatusConflict, `{"type":"resource-busy"}`), nil
	case tower:
		return reply(r, http.StatusPreconditionFailed, `{"type":"toolkit/tower_precondition.failed"}`), nil
	case stillPending:
		return reply(r, http.StatusUnprocessableEntity, `{"type":"property_activation_still_pending"}`), nil
	case unsigned:
		return reply(r, http.StatusUnauthorized, `{"type":"pep-authn/deny"}`), nil
	case slow, hang:
		if err := w.delay(r, what); err != nil {
			return nil, err
		}
	default:
	}
	resp, err := w.next.RoundTrip(r)
	if err != nil {
		return resp, err
	}
	return w.after(r, resp, what)
}

// after is what happens to an answer.
func (w *wire) after(r *http.Request, resp *http.Response, what chaos) (*http.Response, error) {
	switch what { //nolint:exhaustive // the others happen before or after
	case dropAfter:
		return nil, io.ErrUnexpectedEOF
	case fail500After:
		return reply(r, http.StatusInternalServerError, ""), nil
	case fail503After:
		return reply(r, http.StatusServiceUnavailable, ""), nil
	case malformedAfter:
		return reply(r, resp.StatusCode, `{"`), nil
	case truncatedAfter:
		resp.Body = io.NopCloser(io.MultiReader(io.LimitReader(resp.Body, 10), brokenReader{}))
	case slowAfter, hangAfter:
		if err := w.delay(r, what); err != nil {
			return nil, err
		}
	case deathAfter:
		return nil, w.die()
	default:
	}
	return resp, nil
}

func (w *wire) delay(r *http.Request, what chaos) error {
	d := 7 * time.Second
	if what == hang || what == hangAfter {
		d = 10 * time.Minute
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-r.Context().Done():
		return r.Context().Err()
	}
}

func (w *wire) die() error {
	w.mu.Lock()
	w.dead = true
	w.mu.Unlock()
	w.kill(errKilled)
	return errKilled
}

type brokenReader struct{}

func (brokenReader) Read([]byte) (int, error) { return 0, io.ErrUnexpectedEOF }

func reply(r *http.Request, status int, body string, header ...string) *http.Response {
	h := http.Header{"Date": {time.Now().UTC().Format(http.TimeFormat)}}
	for i := 0; i+1 < len(header); i += 2 {
		h.Set(header[i], header[i+1])
	}
	return &http.Response{StatusCode: status, Header: h, Body: io.NopCloser(strings.NewReader(body)), Request: r}
}
