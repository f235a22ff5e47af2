package cmd_test

import (
	"strings"
	"testing"
	"testing/synctest"

	"github.com/propctl/propctl/cmd"
)

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
		{name: "grpc", env: map[string]string{"ENDPOINT": collector, "PROTOCOL": "grpc"}, warning: "PROTOCOL=http/json"},
		{name: "grpc for the others", env: map[string]string{"ENDPOINT": collector, "PROTOCOL": "grpc", "TRACES_PROTOCOL": "http/json"}, url: collector + "/v1/traces"},
		{
			name: "headers", env: map[string]string{"ENDPOINT": collector, "HEADERS": "x-api-key=very%20secret,content-type=text/plain, Authorization=Bearer%20x"}, url: collector + "/v1/traces",
			header: map[string]string{"X-Api-Key": "very secret", "Authorization": "Bearer x"},
		},
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
