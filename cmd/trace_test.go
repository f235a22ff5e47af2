package cmd_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/propctl/propctl/cmd"
	"github.com/propctl/propctl/papi/simulator"
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
	for _, name := range regexp.MustCompile(`"([A-Za-z]+)":`).FindAllStringSubmatch(string(body), -1) {
		if name[1] != strings.ToLower(name[1][:1])+name[1][1:] || strings.HasSuffix(name[1], "ID") {
			t.Errorf("the member %s is not named as in JSON of protocol buffers", name[1])
		}
	}
	tr := trace{attributesOf(all.ResourceSpans[0].Resource.Attributes), all.ResourceSpans[0].ScopeSpans[0].Spans}
	root := tr.spans[0]
	ids := map[string]otlpSpan{}
	for _, s := range tr.spans {
		if !regexp.MustCompile(`^[0-9a-f]{32}$`).MatchString(s.TraceID) || !regexp.MustCompile(`^[0-9a-f]{16}$`).MatchString(s.SpanID) || s.TraceID != root.TraceID || ids[s.SpanID].Name != "" {
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

func TestTraceHasTheRunItsPhasesAndItsRequests(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, to := newTracedScene(t)
		tr, r := traced(t, s, to, "activate", "www.example.com@8", notify, "-n", "staging,production", "--yes")
		root := tr.spans[0]
		var tree []string
		for _, phase := range tr.spans {
			if phase.ParentSpanID != root.SpanID {
				continue
			}
			line := fmt.Sprintf("%s %s:", phase.Name, attributesOf(phase.Attributes)["propctl.network"])
			last := ""
			for _, s := range tr.spans {
				if s.ParentSpanID == phase.SpanID && s.Name != last {
					line += " " + strings.ReplaceAll(s.Name, "/papi/v1", "")
					last = s.Name
				}
			}
			tree = append(tree, line)
		}
		want := []string{
			"look STAGING: POST /search/find-by-value GET /properties/{id}/activations",
			"submit STAGING: POST /properties/{id}/activations",
			"wait STAGING: GET /properties/{id}/activations/{id}",
			"look PRODUCTION: GET /properties/{id}/activations",
			"submit PRODUCTION: POST /properties/{id}/activations",
			"wait PRODUCTION: GET /properties/{id}/activations/{id}",
		}
		if diff := cmp.Diff(want, tree); diff != "" {
			t.Errorf("phases (-want +got):\n%s", diff)
		}
		begun, ended := root.times(t)
		if root.Name != "propctl activate" || root.Kind != 1 || root.ParentSpanID != "" || root.Status.Code != 0 || ended.Sub(begun) != r.took {
			t.Errorf("the root is %+v", root)
		}
		of := attributesOf(root.Attributes)
		for key, value := range map[string]string{
			"process.exit.code": "0", "propctl.outcome": "active", "propctl.property.id": "prp_1001", "propctl.property.name": "www.example.com", "propctl.version": "8",
		} {
			if of[key] != value {
				t.Errorf("%s is %q, want %q", key, of[key], value)
			}
		}
		var events []string
		for _, s := range tr.spans {
			for _, ev := range s.Events {
				events = append(events, strings.TrimSpace(ev.Name+" "+attributesOf(ev.Attributes)["propctl.activation.status"]))
			}
		}
		if diff := cmp.Diff([]string{"submitted NEW", "changed PENDING", "changed ACTIVE"}, slices.Compact(events)[:3]); diff != "" {
			t.Errorf("events (-want +got):\n%s", diff)
		}
		if tr.resource["service.name"] != "propctl" || tr.resource["service.version"] != "1.2.3" {
			t.Errorf("the resource is %v", tr.resource)
		}
	})
}

func TestTraceOfAWaitBehindABlockerHasAQueue(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, to := newTracedScene(t)
		tr, _ := traced(t, s, to, "activate", "busy.example.com@1", notify)
		var names []string
		for _, one := range tr.spans {
			if one.ParentSpanID == tr.spans[0].SpanID {
				names = append(names, one.Name)
			}
		}
		if diff := cmp.Diff([]string{"look", "queue", "submit", "wait"}, names); diff != "" {
			t.Error(diff)
		}
	})
}

func TestTraceShowsRequestsThatWereRepeatedAndFailed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, to := newTracedScene(t)
		s.sim.Inject(simulator.Fault{Operation: simulator.OpList, Status: 503, Times: 2})
		s.sim.Inject(simulator.Fault{Operation: simulator.OpList, Drop: true})
		tr, _ := traced(t, s, to, "status", "prp_1001")
		var got []string
		for _, one := range tr.spans {
			a := attributesOf(one.Attributes)
			if one.Kind != 3 || !strings.HasSuffix(one.Name, "/activations") {
				continue
			}
			got = append(got, fmt.Sprintf("%s %q %q %q %d", a["http.request.method"], a["http.response.status_code"], a["error.type"], a["http.request.resend_count"], one.Status.Code))
			if a["url.full"] != "https://"+host+"/papi/v1/properties/prp_1001/activations" || a["server.address"] != host {
				t.Errorf("sent to %s at %s", a["url.full"], a["server.address"])
			}
		}
		want := []string{`GET "503" "503" "" 2`, `GET "503" "503" "1" 2`, `GET "" "no-answer" "2" 2`, `GET "200" "" "3" 0`}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
		tr, r := traced(t, s, to, "activate", "failing.example.com", notify)
		root := tr.spans[0]
		if root.Status.Code != 2 || root.Status.Message == "" || attributesOf(root.Attributes)["error.type"] != "activation-failed" || attributesOf(root.Attributes)["process.exit.code"] != strconv.Itoa(r.code) {
			t.Errorf("the root of a run that failed is %+v", root)
		}
	})
}

func TestTraceBelongsToItsParent(t *testing.T) {
	const id, parent = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"
	tests := []struct {
		name, parent      string
		state             string
		child, sent, kept bool
	}{
		{name: "sampled", parent: "00-" + id + "-" + parent + "-01", state: "a=1,b=2", child: true, sent: true, kept: true},
		{name: "other flags", parent: "00-" + id + "-" + parent + "-03", child: true, sent: true},
		{name: "not sampled", parent: "00-" + id + "-" + parent + "-00"},
		{name: "a later version", parent: "cc-" + id + "-" + parent + "-01-what-comes", child: true, sent: true},
		{name: "too long", parent: "00-" + id + "-" + parent + "-01-x", sent: true},
		{name: "capitals", parent: "00-" + strings.ToUpper(id) + "-" + parent + "-01", sent: true},
		{name: "nothing but zeros", parent: "00-" + strings.Repeat("0", 32) + "-" + parent + "-01", sent: true},
		{name: "no version", parent: "ff-" + id + "-" + parent + "-01", sent: true},
		{name: "nonsense", parent: "nonsense", state: "a=1", sent: true},
		{name: "state that is no text", parent: "00-" + id + "-" + parent + "-01", state: "a=\x01", child: true, sent: true},
		{name: "none", sent: true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s, to := newTracedScene(t)
				s.set(map[string]string{"TRACEPARENT": tt.parent, "TRACESTATE": tt.state})
				s.run("status", "prp_1001")
				if sent := len(to.all()) == 1; sent != tt.sent {
					t.Fatalf("%d traces were sent", len(to.all()))
				}
				if !tt.sent {
					return
				}
				root := readTrace(t, to.all()[0].body).spans[0]
				if child := root.TraceID == id && root.ParentSpanID == parent && root.Flags == 0x301; child != tt.child || !child && root.ParentSpanID != "" {
					t.Errorf("the root is of %s below %q, flags %x", root.TraceID, root.ParentSpanID, root.Flags)
				}
				if kept := root.TraceState == tt.state && tt.state != ""; kept != tt.kept {
					t.Errorf("the state is %q", root.TraceState)
				}
			})
		})
	}
}

func TestTracesGoWhereTheVariablesOfOpenTelemetrySay(t *testing.T) {
	tests := []struct {
		name    string
		env     map[string]string
		url     string // empty: nowhere
		warning string
		header  map[string]string
	}{
		{name: "all signals", env: map[string]string{"ENDPOINT": collector}, url: collector + "/v1/traces"},
		{name: "with a path", env: map[string]string{"ENDPOINT": "https://otlp.example.com/otlp/"}, url: "https://otlp.example.com/otlp/v1/traces"},
		{name: "traces only", env: map[string]string{"TRACES_ENDPOINT": collector + "/own", "ENDPOINT": "https://otlp.example.com"}, url: collector + "/own"},
		{name: "protocol of others", env: map[string]string{"ENDPOINT": collector, "PROTOCOL": "http/protobuf"}, url: collector + "/v1/traces"},
		{name: "grpc", env: map[string]string{"ENDPOINT": collector, "PROTOCOL": "grpc"}, warning: "http/json only"},
		{name: "grpc for the others", env: map[string]string{"ENDPOINT": collector, "PROTOCOL": "grpc", "TRACES_PROTOCOL": "http/json"}, url: collector + "/v1/traces"},
		{name: "headers", env: map[string]string{"ENDPOINT": collector, "HEADERS": "x-api-key=very%20secret,content-type=text/plain, Authorization=Bearer%20x"}, url: collector + "/v1/traces",
			header: map[string]string{"X-Api-Key": "very secret", "Authorization": "Bearer x"}},
		{name: "headers of traces", env: map[string]string{"ENDPOINT": collector, "HEADERS": "a=1", "TRACES_HEADERS": "b=2"}, url: collector + "/v1/traces", header: map[string]string{"B": "2", "A": ""}},
		{name: "headers that are none", env: map[string]string{"ENDPOINT": collector, "HEADERS": "very-secret"}, warning: "OTEL_EXPORTER_OTLP_HEADERS has an entry that is not name=value, number 1"},
		{name: "headers with a line end", env: map[string]string{"ENDPOINT": collector, "HEADERS": "a=very-secret%0d%0ab: c"}, warning: "has an entry that is no header, number 1"},
		{name: "no URL", env: map[string]string{"ENDPOINT": "collector:4317/very-secret"}, warning: "OTEL_EXPORTER_OTLP_ENDPOINT is not an http or https URL"},
		{name: "a password", env: map[string]string{"ENDPOINT": "https://me:very-secret@otlp.example.com"}, warning: "has a user or a password"},
		{name: "disabled", env: map[string]string{"ENDPOINT": collector, "OTEL_SDK_DISABLED": "True"}},
		{name: "none", env: map[string]string{"ENDPOINT": collector, "OTEL_TRACES_EXPORTER": "none"}},
		{name: "nowhere", env: map[string]string{}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s, to := newReportingScene(t)
				for name, value := range tt.env {
					if !strings.HasPrefix(name, "OTEL_") {
						name = "OTEL_EXPORTER_OTLP_" + name
					}
					s.env[name] = value
				}
				r := s.run("status", "prp_1001")
				got := ""
				for _, one := range to.all() {
					got += one.url.String()
					for name, value := range tt.header {
						if one.header.Get(name) != value {
							t.Errorf("%s: %q", name, one.header.Get(name))
						}
					}
				}
				if n := strings.Count(r.stderr, "warning: "); got != tt.url || r.code != cmd.ExitOK || (n == 1) != (tt.warning != "") || n > 1 {
					t.Errorf("sent to %q, want %q\n%s", got, tt.url, r.stderr)
				}
				if !strings.Contains(r.stderr, tt.warning) || strings.Contains(r.stderr, "very") {
					t.Errorf("stderr: %s", r.stderr)
				}
			})
		})
	}
}

func TestTraceIsOfWhomTheVariablesOfOpenTelemetryName(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, to := newTracedScene(t)
		s.set(map[string]string{"OTEL_RESOURCE_ATTRIBUTES": "team=web%2Csite,service.name=other,team=twice", "OTEL_SERVICE_NAME": "deploys"})
		tr, _ := traced(t, s, to, "status", "prp_1001")
		if tr.resource["service.name"] != "deploys" || tr.resource["team"] != "web,site" {
			t.Errorf("%v", tr.resource)
		}
		s.set(map[string]string{"OTEL_RESOURCE_ATTRIBUTES": "broken", "OTEL_SERVICE_NAME": ""})
		if tr, _ := traced(t, s, to, "status", "prp_1001"); tr.resource["service.name"] != "propctl" {
			t.Errorf("%v", tr.resource)
		}
	})
}

func TestTracesAreBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, to := newTracedScene(t)
		looks := 0
		s.transport = roundTrip(func(r *http.Request) (*http.Response, error) {
			resp, err := s.sim.Transport().RoundTrip(r)
			if err != nil || !strings.Contains(r.URL.Path, "/activations/") {
				return resp, err
			}
			looks++ // each of which sees another state
			body, err := io.ReadAll(resp.Body)
			body = regexp.MustCompile(`"fmaActivationState": ?"[^"]*"`).ReplaceAll(body, fmt.Appendf(nil, `"fmaActivationState":"lap %d"`, looks))
			resp.Body = io.NopCloser(bytes.NewReader(body))
			return resp, err
		})
		tr, r := traced(t, s, to, "activate", "prp_1001@8", notify, "-n", "production", "--yes", "--poll", "5s", "--until", "steady", "--timeout", "15m")
		if len(tr.spans) > 1000 {
			t.Errorf("%d spans", len(tr.spans))
		}
		dropped := 0
		for _, s := range tr.spans {
			if len(s.Events) > 128 {
				t.Errorf("%d events in %s", len(s.Events), s.Name)
			}
			dropped += s.DroppedEventsCount
		}
		if dropped == 0 {
			t.Errorf("no event was dropped, of a run of exit code %d with %d spans", r.code, len(tr.spans))
		}
	})
	synctest.Test(t, func(t *testing.T) {
		s, to := newTracedScene(t)
		args := []string{"status"}
		for range 600 {
			args = append(args, "prp_1001")
		}
		tr, _ := traced(t, s, to, append(args, "--timeout", "2h")...)
		all, err := strconv.Atoi(attributesOf(tr.spans[0].Attributes)["propctl.spans.dropped"])
		if len(tr.spans) != 1000 || err != nil || all != 1200+2-1000 {
			t.Errorf("%d spans, %d dropped: %v", len(tr.spans), all, err)
		}
	})
}

func TestCollectorThatIsNotThereChangesNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, to := newTracedScene(t)
		to.answer = silent
		s.set(map[string]string{"OTEL_EXPORTER_OTLP_TIMEOUT": "2000"})
		r := s.run("status", "prp_1001")
		if r.code != cmd.ExitOK || r.took != 2*time.Second || strings.Count(r.stderr, "warning: the trace was not delivered: http://collector.example.com:4318/…: no answer within 2s") != 1 {
			t.Errorf("exit code %d after %s\n%s", r.code, r.took, r.stderr)
		}
	})
}

func TestThereIsNoTraceOfWhatDoesNotNeedPAPI(t *testing.T) {
	for _, args := range [][]string{{"version"}, {"explain", "busy"}, {"activate", "prp_1001"}, {"status", "prp_1001", "--speed", "-1"}} {
		synctest.Test(t, func(t *testing.T) {
			s, to := newTracedScene(t)
			if s.run(args...); len(to.all()) > 0 {
				t.Errorf("%v sent a trace", args)
			}
		})
	}
}

// The signature of a trace is nobody's at Akamai: requests there do not have it.
func TestTraceParentIsNotSentToAkamai(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, to := newTracedScene(t)
		s.set(map[string]string{"TRACEPARENT": "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"})
		sent := 0
		s.transport = roundTrip(func(r *http.Request) (*http.Response, error) {
			sent++
			for name := range r.Header {
				if strings.HasPrefix(strings.ToLower(name), "trace") {
					t.Errorf("%s was sent to Akamai", name)
				}
			}
			return s.sim.Transport().RoundTrip(r)
		})
		traced(t, s, to, "status", "prp_1001")
		if sent == 0 {
			t.Error("nothing was sent")
		}
	})
}
