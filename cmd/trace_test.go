package cmd_test

import (
	"bytes"
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
			"look PRODUCTION: GET /properties/{id}/versions/{id}/rules GET /properties/{id}/activations", // what was acknowledged on staging
			"submit PRODUCTION: POST /properties/{id}/activations",
			"wait PRODUCTION: GET /properties/{id}/activations/{id} GET /properties/{id}/versions/{id}/rules",
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
		if diff := cmp.Diff([]string{"submitted", "changed PENDING", "changed ACTIVE"}, slices.Compact(events)[:3]); diff != "" {
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
}

func TestCollectorThatIsNotThereChangesNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, to := newTracedScene(t)
		to.answer = silent
		s.set(map[string]string{"OTEL_EXPORTER_OTLP_TIMEOUT": "2000"})
		r := s.run("status", "prp_1001")
		if r.code != cmd.ExitOK || r.took != time.Second || strings.Count(r.stderr, "warning: the trace was not delivered: http://collector.example.com:4318/…: no answer within 1s") != 1 {
			t.Errorf("exit code %d after %s\n%s", r.code, r.took, r.stderr)
		}
		quiet := newScene(t).run("activate", "prp_1001@8", notify)
		r = s.run("activate", "prp_1001@8", notify)
		if r.code != cmd.ExitOK || r.took != quiet.took+2*time.Second || !strings.Contains(r.stderr, "no answer within 2s") {
			t.Errorf("exit code %d, %s more than without\n%s", r.code, r.took-quiet.took, r.stderr)
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
