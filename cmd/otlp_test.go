package cmd_test

import (
	"bytes"
	"encoding/json"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"
)

const collector = "http://collector.example.com:4318"

// The members of OTLP's messages, as its protocol buffers name them in JSON. What
// is not here is refused.
type (
	otlpTraces struct {
		ResourceSpans []struct {
			Resource   struct{ Attributes []otlpAttribute }
			ScopeSpans []struct {
				Scope struct{ Name, Version string }
				Spans []otlpSpan
			}
		}
	}
	otlpSpan struct {
		TraceID, SpanID, ParentSpanID, TraceState, Name string
		Flags                                           uint32
		Kind                                            int
		StartTimeUnixNano, EndTimeUnixNano              string
		Attributes                                      []otlpAttribute
		Events                                          []otlpEvent
		DroppedEventsCount                              int
		Status                                          struct {
			Message string
			Code    int
		}
	}
	otlpEvent struct {
		TimeUnixNano, Name string
		Attributes         []otlpAttribute
	}
	otlpAttribute struct {
		Key   string
		Value struct {
			StringValue *string
			IntValue    *string
			BoolValue   *bool
		}
	}
)

func (a otlpAttribute) text() string {
	switch v := a.Value; {
	case v.StringValue != nil:
		return *v.StringValue
	case v.IntValue != nil:
		return *v.IntValue
	case v.BoolValue != nil:
		return strconv.FormatBool(*v.BoolValue)
	}
	return "no value"
}

func attributesOf(all []otlpAttribute) map[string]string {
	m := map[string]string{}
	for _, a := range all {
		m[a.Key] = a.text()
	}
	return m
}

func (s otlpSpan) times(t *testing.T) (begun, ended time.Time) {
	t.Helper()
	var ns [2]int64
	for i, text := range []string{s.StartTimeUnixNano, s.EndTimeUnixNano} {
		n, err := strconv.ParseInt(text, 10, 64)
		if err != nil {
			t.Fatalf("%s: %v", s.Name, err)
		}
		ns[i] = n
	}
	return time.Unix(0, ns[0]), time.Unix(0, ns[1])
}

var (
	traceID    = regexp.MustCompile(`^[0-9a-f]{32}$`)
	spanID     = regexp.MustCompile(`^[0-9a-f]{16}$`)
	memberName = regexp.MustCompile(`"([A-Za-z]+)":`)
)

// trace is what a collector has received of a run.
type trace struct {
	resource map[string]string
	spans    []otlpSpan
}

// readTrace reads what was sent, checks what holds for every trace, and returns it.
func readTrace(t *testing.T, body []byte) trace {
	t.Helper()
	var all otlpTraces
	d := json.NewDecoder(bytes.NewReader(body))
	d.DisallowUnknownFields()
	if err := d.Decode(&all); err != nil || len(all.ResourceSpans) != 1 || len(all.ResourceSpans[0].ScopeSpans) != 1 {
		t.Fatalf("no trace: %v\n%s", err, body)
	}
	for _, name := range memberName.FindAllStringSubmatch(string(body), -1) {
		if name[1] != strings.ToLower(name[1][:1])+name[1][1:] || strings.HasSuffix(name[1], "ID") {
			t.Errorf("the member %s is not named as in JSON of protocol buffers", name[1])
		}
	}
	tr := trace{attributesOf(all.ResourceSpans[0].Resource.Attributes), all.ResourceSpans[0].ScopeSpans[0].Spans}
	root := tr.spans[0]
	ids := map[string]otlpSpan{}
	for _, s := range tr.spans {
		if !traceID.MatchString(s.TraceID) || !spanID.MatchString(s.SpanID) || s.TraceID != root.TraceID || ids[s.SpanID].Name != "" {
			t.Errorf("%s has the ids %q and %q", s.Name, s.TraceID, s.SpanID)
		}
		ids[s.SpanID] = s
		begun, ended := s.times(t)
		if parent, ok := ids[s.ParentSpanID]; s.SpanID != root.SpanID {
			from, to := parent.times(t)
			if !ok || begun.Before(from) || begun.After(to) {
				t.Errorf("%s begins at %s, outside of its parent %s from %s to %s", s.Name, begun, parent.Name, from, to)
			}
		}
		if ended.Before(begun) || s.Flags&1 == 0 || s.Name == "" {
			t.Errorf("%+v", s)
		}
	}
	return tr
}

// traced runs a command and returns its trace.
func traced(t *testing.T, s *scene, to *receiver, args ...string) (trace, result) {
	t.Helper()
	before := len(to.all())
	r := s.run(args...)
	got := to.all()[before:]
	if len(got) != 1 {
		t.Fatalf("%d traces were sent\n%s", len(got), r.stderr)
	}
	return readTrace(t, got[0].body), r
}

func newTracedScene(t *testing.T) (*scene, *receiver) {
	t.Helper()
	s, to := newReportingScene(t)
	s.set(map[string]string{"OTEL_EXPORTER_OTLP_ENDPOINT": collector})
	return s, to
}
