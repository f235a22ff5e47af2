package otlp

import (
	"cmp"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/propctl/propctl/activation"
	"github.com/propctl/propctl/cmd/journal"
	"github.com/propctl/propctl/cmd/result"
	"github.com/propctl/propctl/cmd/term"
	"github.com/propctl/propctl/papi"
)

// A trace of a run: a span for the run, below it one for each phase, below those
// one for each request. Names and attributes follow the semantic conventions of
// OpenTelemetry, and those that are our own begin with propctl and papi.

const (
	maxSpans      = 1000
	maxSpanEvents = 128
)

// tracing makes the spans of one run.
type tracing struct {
	context   traceContext
	document  *result.Document
	run       *journal.Run
	ended     time.Time
	simulated bool
}

// spans returns the spans of the run, the root first.
func (t tracing) spans() []*traceSpan {
	moments, requests, omitted := t.run.Snapshot()
	root := t.begin("propctl "+t.document.Command, spanInternal, t.context.parent, t.run.Begun, t.ended)
	all := []*traceSpan{root}
	phases := phasesOf(t.run.Begun, t.ended, moments, requests)
	if waves := t.run.Rollout(); len(waves) > 0 {
		phases = wavesOf(t.run.Begun, t.ended, waves, requests)
	}
	ids := make([]string, len(phases))
	for i, ph := range phases {
		if len(all) == maxSpans {
			omitted += len(phases) - i
			break
		}
		s := t.begin(ph.name, spanInternal, root.SpanID, ph.begun, ph.ended)
		s.text("propctl.network", string(ph.network))
		s.wave(ph.wave)
		s.moments(ph.moments)
		all, ids[i] = append(all, s), s.SpanID
	}
	resends := map[string]int{}
	for i, r := range requests {
		key := r.Method + " " + r.Path
		again := resends[key]
		resends[key] = 0
		if r.Retry {
			resends[key] = again + 1
		}
		switch {
		case !r.Sent:
			continue
		case len(all) == maxSpans:
			omitted++
			continue
		}
		all = append(all, t.request(r, again, cmp.Or(ids[phaseAt(i, phases)], root.SpanID)))
	}
	t.describe(root, omitted)
	return all
}

// describe sets the attributes of the root span.
func (t tracing) describe(root *traceSpan, omitted int) {
	d := t.document
	root.text("process.executable.name", "propctl")
	root.number("process.exit.code", d.ExitCode)
	root.text("propctl.command", d.Command)
	root.text("propctl.outcome", d.Outcome)
	root.text("propctl.property.name", d.Name())
	for _, v := range []*result.Property{d.Property, d.Include} {
		if v != nil {
			root.text("propctl.property.id", string(v.ID))
		}
	}
	if d.Version != nil {
		root.number("propctl.version", *d.Version)
	}
	if d.Network != nil {
		root.text("propctl.network", string(*d.Network))
	}
	if d.Rollout != nil {
		root.text("propctl.rollout.name", d.Rollout.Name)
	}
	if d.Activation != nil {
		root.text("propctl.activation.id", string(d.Activation.ID))
	}
	if t.simulated {
		root.Attributes = append(root.Attributes, spanAttribute{"propctl.simulated", attributeValue{Bool: new(true)}})
	}
	root.number("propctl.requests.total", d.Requests.Total)
	root.number("propctl.requests.retries", d.Requests.Retries)
	root.number("propctl.requests.rate_limited", d.Requests.RateLimited)
	if omitted > 0 {
		root.number("propctl.spans.dropped", omitted)
	}
	if d.Error != nil {
		root.fail(d.Error.Code, d.Error.Message)
	}
}

// begin makes a span.
func (t tracing) begin(name string, kind int, parent string, begun, ended time.Time) *traceSpan {
	s := &traceSpan{
		TraceID: t.context.trace, SpanID: randomHex(spanIDBytes), ParentSpanID: parent, TraceState: t.context.state,
		Flags: flagSampled | flagKnown, Name: term.Clean(name, term.MaxName), Kind: kind, Start: nano(begun), End: nano(later(ended, begun)),
	}
	if parent != "" && parent == t.context.parent {
		s.Flags |= flagRemote
	}
	return s
}

func later(a, b time.Time) time.Time {
	if a.Before(b) {
		return b
	}
	return a
}

// request makes the span of a request. again is how often it was repeated before.
func (t tracing) request(r journal.Request, again int, parent string) *traceSpan {
	path, _, _ := strings.Cut(r.Path, "?")
	template := pathTemplate(path)
	s := t.begin(r.Method+" "+template, spanClient, parent, beganAt(r), r.At)
	s.text("http.request.method", r.Method)
	s.text("url.full", (&url.URL{Scheme: "https", Host: t.run.Host()}).String()+r.Path)
	s.text("url.path", path)
	s.text("url.template", template)
	s.text("server.address", t.run.Host())
	s.number("server.port", 443)
	s.text("papi.instance", r.Instance)
	s.text("papi.class", string(r.Class))
	if again > 0 {
		s.number("http.request.resend_count", again)
	}
	if r.StatusCode > 0 {
		s.number("http.response.status_code", r.StatusCode)
	}
	switch {
	case r.StatusCode >= http.StatusBadRequest:
		s.fail(strconv.Itoa(r.StatusCode), "")
	case r.Err != nil:
		s.fail(cmp.Or(string(r.Class), "_OTHER"), r.Err.Error())
	}
	return s
}

// beganAt is when the attempt began.
func beganAt(r journal.Request) time.Time { return r.At.Add(-r.Elapsed) }

// pathTemplate is a path with names where its ids are, so that requests of a kind
// have one name.
func pathTemplate(path string) string {
	segments := strings.Split(path, "/")
	for i, s := range segments {
		after := segments[max(i-1, 0)]
		switch {
		case s != "" && (strings.HasSuffix(after, "activations") || strings.Trim(s, "0123456789") == ""):
			segments[i] = "{id}"
		case strings.Contains(s, "_") && papi.ID(s).Valid():
			segments[i] = "{id}"
		}
	}
	return strings.Join(segments, "/")
}

// tracePhase is a part of a run: look, queue, submit or wait.
type tracePhase struct {
	name         string
	network      papi.Network
	begun, ended time.Time
	first        int // its first request
	moments      []journal.Entry
	wave         *result.RolloutEvent // that began it, or ended it; nil outside of rollouts
}

// phasesOf divides a run. It looks first; it waits in a queue from when something
// was in the way, submits from the request that did it, and waits from when
// PAPI had it. Where it turns to another network, it looks again.
func phasesOf(begun, ended time.Time, moments []journal.Entry, requests []journal.Request) []*tracePhase {
	now := &tracePhase{name: "look", begun: begun}
	all := []*tracePhase{now}
	turn := func(name string, network papi.Network, at time.Time, first int) {
		at = later(at, now.begun)
		now.ended = at
		now = &tracePhase{name: name, network: network, begun: at, first: first}
		all = append(all, now)
	}
	before := journal.Entry{At: begun}
	for _, m := range moments {
		if now.network == "" {
			now.network = m.Network
		}
		if m.Network != now.network {
			turn("look", m.Network, before.At, before.Requests)
		}
		switch m.Kind {
		case activation.EventQueued:
			if now.name != "queue" {
				turn("queue", m.Network, m.At, m.Requests)
			}
		case activation.EventSubmitted:
			if i := submissionBefore(m.Requests, requests); i >= now.first {
				turn("submit", m.Network, beganAt(requests[i]), i)
			}
			turn("wait", m.Network, m.At, m.Requests)
		case activation.EventAdopted:
			turn("wait", m.Network, m.At, m.Requests)
		case activation.EventChanged, activation.EventRetrying, activation.EventWaiting:
		}
		now.moments = append(now.moments, m)
		before = m
	}
	now.ended = later(ended, now.begun)
	return all
}

// submissionBefore is the index of the last of the first requests that was no
// read; -1 where all were.
func submissionBefore(first int, requests []journal.Request) int {
	for i, r := range slices.Backward(requests[:first]) {
		if r.Method != http.MethodGet && !strings.Contains(r.Path, "/search/") {
			return i
		}
	}
	return -1
}

// phaseAt is the index of the phase of a request.
func phaseAt(i int, phases []*tracePhase) int {
	for at, ph := range slices.Backward(phases) {
		if ph.first <= i {
			return at
		}
	}
	return 0
}

// moments adds the entries as events of the span, without looks that have seen nothing new.
func (s *traceSpan) moments(all []journal.Entry) {
	for _, m := range all {
		if m.Kind == activation.EventWaiting {
			continue
		}
		if len(s.Events) == maxSpanEvents {
			s.DroppedEvents++
			continue
		}
		ev := spanEvent{Time: nano(m.At), Name: string(m.Kind)}
		if m.Rollout != nil {
			ev.Name = string(m.Rollout.Type)
			line, _ := m.Rollout.Text()
			ev.text("propctl.message", line)
			s.Events = append(s.Events, ev)
			continue
		}
		if a := m.Activation; a != nil {
			ev.text("propctl.activation.id", string(result.ActivationID(a.ActivationID)))
			ev.text("propctl.activation.status", string(a.Status))
			ev.text("propctl.activation.fma_state", a.FMAActivationState)
		}
		if m.Err != nil {
			ev.text("exception.message", m.Err.Error())
		}
		s.Events = append(s.Events, ev)
	}
}
