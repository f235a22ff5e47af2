// Package otlp sends the trace of a run to a collector of OpenTelemetry.
package otlp

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"net/http"
	"strconv"
	"time"

	"github.com/propctl/propctl/cmd/catalogue"
	"github.com/propctl/propctl/cmd/journal"
	"github.com/propctl/propctl/cmd/result"
	"github.com/propctl/propctl/cmd/term"
)

// Traces in OpenTelemetry's JSON over HTTP, written by hand: the libraries for it
// are several times as large as this program. Members are named as in
// https://github.com/open-telemetry/opentelemetry-proto, ids are hexadecimal, and
// numbers of 64 bits are texts.

const (
	spanInternal = 1
	spanClient   = 3
	statusError  = 2

	flagSampled = 0x01
	flagKnown   = 0x100 // it is known whether the parent is remote
	flagRemote  = 0x200

	traceIDBytes = 16
	spanIDBytes  = 8
)

type tracesView struct {
	ResourceSpans []resourceSpans `json:"resourceSpans"`
}

type resourceSpans struct {
	Resource   traceResource `json:"resource"`
	ScopeSpans []scopeSpans  `json:"scopeSpans"`
}

type traceResource struct {
	Attributes []spanAttribute `json:"attributes"`
}

type scopeSpans struct {
	Scope traceScope   `json:"scope"`
	Spans []*traceSpan `json:"spans"`
}

type traceScope struct {
	Name    string `json:"name"`
	Version string `json:"version,omitempty"`
}

type traceSpan struct {
	TraceID       string          `json:"traceId"`
	SpanID        string          `json:"spanId"`
	TraceState    string          `json:"traceState,omitempty"`
	ParentSpanID  string          `json:"parentSpanId,omitempty"`
	Flags         uint32          `json:"flags"`
	Name          string          `json:"name"`
	Kind          int             `json:"kind"`
	Start         string          `json:"startTimeUnixNano"`
	End           string          `json:"endTimeUnixNano"`
	Attributes    []spanAttribute `json:"attributes,omitempty"`
	Events        []spanEvent     `json:"events,omitempty"`
	DroppedEvents int             `json:"droppedEventsCount,omitempty"`
	Status        spanStatus      `json:"status"`
}

type spanEvent struct {
	Time       string          `json:"timeUnixNano"`
	Name       string          `json:"name"`
	Attributes []spanAttribute `json:"attributes,omitempty"`
}

type spanStatus struct {
	Message string `json:"message,omitempty"`
	Code    int    `json:"code,omitempty"`
}

type spanAttribute struct {
	Key   string         `json:"key"`
	Value attributeValue `json:"value"`
}

// attributeValue has exactly one member.
type attributeValue struct {
	String *string `json:"stringValue,omitempty"`
	Bool   *bool   `json:"boolValue,omitempty"`
	Int    *string `json:"intValue,omitempty"`
}

func textAttribute(key, value string) spanAttribute {
	return spanAttribute{key, attributeValue{String: new(term.Clean(value, term.MaxMessage))}}
}

// text adds an attribute, unless it is empty.
func (s *traceSpan) text(key, value string) {
	if value != "" {
		s.Attributes = append(s.Attributes, textAttribute(key, value))
	}
}

func (s *traceSpan) number(key string, value int) {
	s.Attributes = append(s.Attributes, spanAttribute{key, attributeValue{Int: new(strconv.Itoa(value))}})
}

// fail marks a span as one that did not succeed.
func (s *traceSpan) fail(kind, message string) {
	s.text("error.type", kind)
	s.Status = spanStatus{Code: statusError, Message: term.Clean(message, term.MaxMessage)}
}

func (e *spanEvent) text(key, value string) {
	if value != "" {
		e.Attributes = append(e.Attributes, textAttribute(key, value))
	}
}

func nano(t time.Time) string { return strconv.FormatInt(t.UnixNano(), 10) }

// randomHex returns random bytes as hexadecimal digits.
func randomHex(bytes int) string {
	b := make([]byte, bytes)
	_, _ = rand.Read(b) // never fails
	return hex.EncodeToString(b)
}

// tracer is the sink that sends the trace of a run to where OTEL_EXPORTER_OTLP_…
// says.
type tracer struct {
	env       term.Env
	sender    func() (*journal.Sender, error)
	simulated bool
}

// New returns a sink that sends the trace where the variables of env say, by
// sender.
func New(env term.Env, sender func() (*journal.Sender, error), simulated bool) journal.Sink {
	return tracer{env: env, sender: sender, simulated: simulated}
}

// Happened implements journal.Sink. The record has it.
func (tracer) Happened(journal.Entry) {}

// Concluded implements journal.Sink. There is no trace of a mistake in the command line,
// and none of what did not need PAPI.
func (t tracer) Concluded(ctx context.Context, d *result.Document, rec *journal.Run) error {
	_, requests, _ := rec.Snapshot()
	if d.ExitCode == catalogue.ExitUsage || len(requests) == 0 {
		return nil
	}
	s, err := traceSettingsOf(t.env)
	if s == nil || err != nil {
		return err
	}
	by, err := t.sender()
	if err != nil {
		return err
	}
	defer by.Close()
	made := tracing{context: s.context, document: d, run: rec, ended: time.Now(), simulated: t.simulated}
	version := t.env.Build.Version
	view := tracesView{ResourceSpans: []resourceSpans{{
		Resource: traceResource{Attributes: s.resource(version)},
		ScopeSpans: []scopeSpans{{
			Scope: traceScope{Name: "github.com/propctl/propctl", Version: version},
			Spans: made.spans(),
		}},
	}}}
	body, err := result.EncodeJSON(view, false)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeoutCause(ctx, s.timeout, fmt.Errorf("no answer within %s", s.timeout))
	defer cancel()
	dest := journal.Message{
		URL: s.url, Body: body, Timeout: min(s.timeout, journal.AttemptTimeout), MaxAttempts: journal.MaxAttempts, Retryable: isPassingToOTLP,
		Header: func(time.Time) http.Header { return s.header.Clone() },
	}
	if d.Outcome == catalogue.OutcomeInterrupted {
		dest.MaxAttempts = 1
	}
	if err := by.Send(ctx, dest); err != nil {
		return fmt.Errorf("the trace was not delivered: %w", err)
	}
	return nil
}

// isPassingToOTLP reports whether a status is one of those that OTLP lets a client retry.
func isPassingToOTLP(status int) bool {
	switch status {
	case http.StatusTooManyRequests, http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout:
		return true
	}
	return false
}
