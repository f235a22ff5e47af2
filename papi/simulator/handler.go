package simulator

import (
	"context"
	"errors"
	"io"
	"mime"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// maxRequestBody is the maximum size of a request body, in bytes.
const maxRequestBody = 1 << 20

// errDropped means that the connection is to be cut without an answer.
var errDropped = errors.New("connection dropped")

// ServeHTTP answers one request. To cut a connection it panics with http.ErrAbortHandler, as net/http expects.
func (s *Simulator) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(io.LimitReader(r.Body, maxRequestBody+1))
	if err != nil {
		panic(http.ErrAbortHandler)
	}
	a, err := s.exchange(r, body)
	if err != nil {
		panic(http.ErrAbortHandler)
	}
	a.write(w)
}

// exchange answers a request whose body has been read. Its error is errDropped, or that of the request's
// context if it ends during a delay.
func (s *Simulator) exchange(r *http.Request, body []byte) (*answer, error) {
	c, fault, a := s.receive(r, body)
	if a == nil {
		var err error
		if a, err = s.perform(c, fault); err != nil {
			return nil, err
		}
	}
	s.finish(c, a)
	return a, nil
}

// perform carries out the request, as far as the fault allows.
func (s *Simulator) perform(c *call, fault *Fault) (*answer, error) {
	if fault == nil {
		return s.operate(c), nil
	}
	if fault.Foreign {
		s.foreign(c)
	}
	if !fault.After {
		if err := pause(c.r.Context(), s.clock.delay(fault.Delay)); err != nil {
			return nil, err
		}
	}
	var right *answer
	if fault.After || fault.onlyDelays() {
		right = s.operate(c)
	}
	if fault.After {
		if err := pause(c.r.Context(), s.clock.delay(fault.Delay)); err != nil {
			return nil, err
		}
	}
	if a := fault.answer(c, right); a != nil {
		return a, nil
	}
	return nil, errDropped
}

// receive logs and checks the request, and finds the fault that it meets.
func (s *Simulator) receive(r *http.Request, body []byte) (*call, *Fault, *answer) {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := time.Now()
	query, queryErr := url.ParseQuery(r.URL.RawQuery)
	c := &call{
		r: r, body: body, query: query, now: now, sim: s.clock.simulated(now), told: s.clock.clients(now),
		route: s.route(r.Method, r.URL.Path), clock: s.clock, lag: s.listLag, bare: s.bare(r),
		index: len(s.log),
	}
	s.log = append(s.log, newRequest(c))
	if len(body) > maxRequestBody {
		return c, nil, c.problem(http.StatusRequestEntityTooLarge, "http/request-too-large", "Request Entity Too Large", "The request body is too large.")
	}
	if !s.burst.Take(c.told) {
		return c, nil, c.blocked()
	}
	if a := s.authenticate(c); a != nil {
		return c, nil, a
	}
	if a := s.checkAccountKey(c); a != nil {
		return c, nil, a
	}
	if queryErr != nil || r.Method == http.MethodGet && len(body) > 0 {
		return c, nil, c.badRequest("A query that can't be read, or a GET with a body.")
	}
	if !s.requests.Take(c.told) {
		return c, nil, s.tooManyRequests(c)
	}
	fault := s.nextFault(c.route.operation)
	if fault != nil {
		s.log[c.index].Fault = fault.String()
	}
	return c, fault, nil
}

// bare reports whether ids in the answer lack prefixes: the request's header decides, then the client's
// settings.
func (s *Simulator) bare(r *http.Request) bool {
	wish := r.Header.Get("PAPI-Use-Prefixes")
	return wish == "false" || wish == "" && !s.settings.UsePrefixes
}

// operate carries out the request.
func (s *Simulator) operate(c *call) *answer {
	s.mu.Lock()
	defer s.mu.Unlock()
	c.now = time.Now()
	c.sim, c.told = s.clock.simulated(c.now), s.clock.clients(c.now)
	s.work(c.sim)
	return s.dispatch(c)
}

func (s *Simulator) dispatch(c *call) *answer {
	if a := c.acceptable(); a != nil {
		return a
	}
	return c.route.serve(s, c)
}

// acceptable returns nil if path, method and media type of the request are supported together.
func (c *call) acceptable() *answer {
	if c.route.operation == "" && len(c.route.allow) > 0 {
		a := c.problem(http.StatusMethodNotAllowed, "http/method-not-allowed", "Method Not Allowed", "The resource does not support this method.")
		a.header.Set("Allow", strings.Join(c.route.allow, ", "))
		return a
	}
	if c.route.operation == "" {
		return c.notFound("the requested resource")
	}
	if c.r.Method == http.MethodPost || c.r.Method == http.MethodPatch || c.r.Method == http.MethodPut {
		if media, _, err := mime.ParseMediaType(c.r.Header.Get("Content-Type")); err != nil || !c.takes(media) {
			return c.problem(http.StatusUnsupportedMediaType, "http/unsupported-media-type", "Unsupported Media Type", "The request body must be application/json.")
		}
	}
	if prefixes := c.r.Header.Get("PAPI-Use-Prefixes"); prefixes != "" && prefixes != "true" && prefixes != "false" {
		return c.badRequest("The PAPI-Use-Prefixes header must be true or false.")
	}
	return nil
}

// takes reports whether the operation accepts a body of the media type.
func (c *call) takes(media string) bool {
	switch c.route.operation { //nolint:exhaustive // only rules have media types of their own
	case OpSetRules, OpSetIncludeRules:
		return media == typeJSON || strings.HasPrefix(media, "application/vnd.akamai.papirules.")
	case OpPatchRules, OpPatchIncludeRules, OpEditEdge:
		return media == typeJSON || media == "application/json-patch+json"
	}
	return media == typeJSON
}

// finish adds the headers of every answer, and completes the log.
func (s *Simulator) finish(c *call, a *answer) {
	s.mu.Lock()
	defer s.mu.Unlock()
	told := s.clock.clients(time.Now())
	s.rateHeaders(a.header, told)
	a.header.Set("Date", told.Add(s.offset).UTC().Format(http.TimeFormat))
	if len(a.body) > 0 {
		a.header.Set("Content-Length", strconv.Itoa(len(a.body)))
	}
	s.log[c.index].Status = a.status
}

// pause waits; the caller must not hold the lock.
func pause(ctx context.Context, d time.Duration) error {
	if d <= 0 {
		return nil
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C:
		return nil
	}
}
