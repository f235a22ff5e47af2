package rollout_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/propctl/propctl/activation/rollout"
	"github.com/propctl/propctl/papi/simulator"
)

var errKilled = errors.New("killed")

// wire is a process's connection. It makes the faults, and watches that the process
// keeps the rules.
type wire struct {
	next       http.RoundTripper
	story      *story
	plan       *rollout.Plan
	kill       context.CancelCauseFunc
	rand       *rand.Rand
	faultEvery int
	diesAt     int // a request; 0: never

	mu          sync.Mutex
	requests    int
	dead, ended bool
	trace       map[string][]string
	looked      map[string]time.Time // when a property's list was read since its last submission
	backs       bool                 // something was returned
}

// RoundTrip implements http.RoundTripper.
func (w *wire) RoundTrip(r *http.Request) (*http.Response, error) {
	if w.story.latency > 0 {
		if err := sleep(r.Context(), w.story.latency); err != nil {
			return nil, err
		}
	}
	fault, dies, err := w.begin(r)
	if err != nil {
		return nil, err
	}
	if dies == before {
		return nil, w.die()
	}
	if resp, err, done := ahead(r, fault); done {
		return resp, err
	}
	resp, err := w.next.RoundTrip(r)
	if dies == after {
		return nil, w.die()
	}
	if strings.HasSuffix(fault, "-after") && err == nil {
		if late := delay(r, strings.TrimSuffix(fault, "-after")); late != nil {
			return nil, late
		}
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.dead {
		return nil, errKilled
	}
	if err != nil {
		return nil, err
	}
	resp, err = behind(r, resp, fault)
	if err == nil {
		w.trace[propertyOf(r)] = append(w.trace[propertyOf(r)], fmt.Sprint(resp.StatusCode))
	}
	if err == nil && r.Method == http.MethodGet && strings.HasSuffix(r.URL.Path, "/activations") && resp.StatusCode == http.StatusOK {
		body, readErr := io.ReadAll(resp.Body)
		resp.Body = io.NopCloser(bytes.NewReader(body))
		if readErr == nil && json.Valid(body) {
			w.looked[propertyOf(r)] = time.Now()
		}
	}
	return resp, err
}

func propertyOf(r *http.Request) string {
	parts := strings.Split(r.URL.Path, "/")
	if len(parts) > 4 && parts[3] == "properties" {
		return parts[4]
	}
	return ""
}

const (
	never = iota
	before
	after
)

// begin counts the request, holds it to the rules, and says what happens to it.
func (w *wire) begin(r *http.Request) (fault string, dies int, err error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.looked == nil {
		w.looked, w.trace = map[string]time.Time{}, map[string][]string{}
	}
	if w.dead {
		return "", never, errKilled
	}
	if w.ended {
		w.story.violate("%s %s after the end", r.Method, r.URL.Path)
	}
	w.requests++
	if r.Method == http.MethodPost && strings.HasSuffix(r.URL.Path, "/activations") {
		w.submits(r)
	}
	if w.story.deaths > 0 && strings.HasSuffix(r.URL.Path, "/bulk/activations") && w.rand.IntN(4) == 0 {
		w.diesAt = w.requests // what it leaves behind goes on by itself
	}
	if w.requests == w.diesAt {
		dies = before + w.rand.IntN(2)
		w.story.count([]string{"", "death", "death-after"}[dies])
		return "", dies, nil
	}
	if w.faultEvery > 0 && w.rand.IntN(w.faultEvery) == 0 {
		fault = faults()[w.rand.IntN(len(faults()))]
	}
	if fault == "404" && (r.Method != http.MethodGet || !strings.Contains(r.URL.Path, "/activations/")) {
		fault = "date" // only what is new may not be visible yet
	}
	w.story.count(fault)
	w.trace[propertyOf(r)] = append(w.trace[propertyOf(r)], r.Method+" "+r.URL.Path[strings.LastIndex(r.URL.Path, "/")+1:]+" "+fault+time.Now().Format(" 15:04:05.000"))
	return fault, never, nil
}

func (s *story) count(fault string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if fault == "" {
		fault = "calm"
	}
	s.faults[fault]++
}

// submits holds a submission to the rules.
func (w *wire) submits(r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return
	}
	r.Body = io.NopCloser(bytes.NewReader(body))
	if strings.Contains(r.URL.Path, "/bulk/") {
		var bulk struct {
			Items []struct{ PropertyID, Note, Network string } `json:"activatePropertyVersions"`
		}
		if json.Unmarshal(body, &bulk) != nil {
			w.story.violate("bulk submission %s", body)
		}
		for _, i := range bulk.Items {
			w.submitsItem(i.PropertyID, i.Note, i.Network)
		}
		if len(bulk.Items) > 0 {
			w.room(bulk.Items[0].Note, len(bulk.Items))
			w.foreign(bulk.Items[w.rand.IntN(len(bulk.Items))].PropertyID, bulk.Items[0].Network)
		}
		return
	}
	var single struct{ Note, Network string }
	if json.Unmarshal(body, &single) != nil {
		w.story.violate("submission %s", body)
	}
	w.submitsItem(propertyOf(r), single.Note, single.Network)
	w.room(single.Note, 1)
	w.foreign(propertyOf(r), single.Network)
}

// foreign lets somebody else be faster, at times.
func (w *wire) foreign(property, network string) {
	if w.story.foreignIn > 0 && w.rand.IntN(w.story.foreignIn) == 0 {
		w.story.count("foreign")
		w.story.between(property, simulator.Network(network))
	}
}

// room holds submissions to how many may be on their way at once.
func (w *wire) room(note string, n int) {
	mark, ok := rollout.ParseMark(note)
	if !ok || mark.Back || w.plan == nil {
		return
	}
	item := w.plan.Items()[mark.Place-1]
	stage := w.plan.Stages()[item.Stage]
	most := w.plan.Waves[stage.Wave].AtOnce
	if w.story.twins {
		most *= 2 // each knows what the other had submitted when it looked
	}
	if w.story.options.Lag < w.story.account.ListLag {
		return // what was submitted right before may not be visible, and is refused
	}
	for _, i := range w.plan.Items()[stage.First : stage.First+stage.Count] {
		if s := w.story.statusOf(i); s == simulator.StatusPending || s == simulator.StatusNew {
			n++
		}
	}
	if n > most && !w.story.blind() {
		w.story.violate("%d of stage %d are on their way at %s, and %d may be", n, item.Stage+1, time.Now().Format(time.TimeOnly), most)
	}
}

func (w *wire) submitsItem(property, note, network string) {
	if looked, ok := w.looked[property]; !ok || time.Since(looked) > 5*time.Second {
		w.story.violate("%s was submitted without a fresh look since its last submission: %s on %s; %s", property, note, network, strings.Join(w.trace[property], ", "))
	}
	delete(w.looked, property)
	mark, ok := rollout.ParseMark(note)
	if !ok {
		w.story.violate("%s was submitted with the note %q", property, note)
		return
	}
	w.backs = w.backs || mark.Back
	if w.story.skips(property) {
		w.story.violate("%s was submitted, and was to be left out", property)
	}
	if w.plan == nil || mark.Back {
		return
	}
	if w.backs {
		w.story.violate("%s was submitted after the way back had begun", property)
	}
	w.story.order(w.plan, mark, property, network)
}

func (w *wire) die() error {
	w.mu.Lock()
	w.dead = true
	w.mu.Unlock()
	w.kill(errKilled)
	return errKilled
}

func faults() []string {
	return []string{
		"drop", "drop-after", "500", "500-after", "502-html", "503-after", "408", "malformed", "malformed-after", "429", "burst", "409", "412", "422",
		"slow", "slow-after", "hang", "hang-after", "404", "date",
	}
}

// ahead is what happens to a request before it has an effect.
func ahead(r *http.Request, fault string) (*http.Response, error, bool) { //nolint:revive // an answer and whether there is one
	switch fault {
	case "drop":
		return nil, io.ErrUnexpectedEOF, true
	case "500":
		return reply(r, http.StatusInternalServerError, `{"type":"papi/proxy/forward-request-error"}`), nil, true
	case "502-html":
		return reply(r, http.StatusBadGateway, "<html>Bad Gateway</html>"), nil, true
	case "408":
		return reply(r, http.StatusRequestTimeout, ""), nil, true
	case "malformed":
		return reply(r, http.StatusOK, `{"activations":{"items":[{]}}`), nil, true
	case "429":
		return reply(r, http.StatusTooManyRequests, `{"type":"rate-limit-exceeded"}`, "Retry-After", "30"), nil, true
	case "burst":
		return reply(r, http.StatusBadRequest, "denied by IPBLOCK-BURST4"), nil, true
	case "409":
		return reply(r, http.StatusConflict, `{"type":"resource-busy"}`), nil, true
	case "412":
		return reply(r, http.StatusPreconditionFailed, `{"type":"toolkit/tower_precondition.failed"}`), nil, true
	case "422":
		return reply(r, http.StatusUnprocessableEntity, `{"type":"property_activation_still_pending"}`), nil, true
	case "404":
		return reply(r, http.StatusNotFound, `{"type":"not-found"}`), nil, true
	case "slow", "hang":
		err := delay(r, fault)
		return nil, err, err != nil
	}
	return nil, nil, false
}

// behind is what happens to an answer.
func behind(r *http.Request, resp *http.Response, fault string) (*http.Response, error) {
	switch fault {
	case "drop-after":
		return nil, io.ErrUnexpectedEOF
	case "500-after":
		return reply(r, http.StatusInternalServerError, ""), nil
	case "503-after":
		return reply(r, http.StatusServiceUnavailable, ""), nil
	case "date":
		resp.Header.Set("Date", time.Now().Add(3*time.Hour).UTC().Format(http.TimeFormat))
	case "malformed-after":
		return reply(r, resp.StatusCode, `{"`), nil
	}
	return resp, nil
}

func delay(r *http.Request, fault string) error {
	var d time.Duration
	switch fault {
	case "slow":
		d = 7 * time.Second
	case "hang":
		d = 10 * time.Minute
	}
	return sleep(r.Context(), d)
}

func sleep(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func reply(r *http.Request, status int, body string, header ...string) *http.Response {
	h := http.Header{"Date": {time.Now().UTC().Format(http.TimeFormat)}}
	for i := 0; i+1 < len(header); i += 2 {
		h.Set(header[i], header[i+1])
	}
	return &http.Response{StatusCode: status, Header: h, Body: io.NopCloser(strings.NewReader(body)), Request: r}
}
