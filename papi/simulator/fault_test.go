package simulator_test

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/propctl/propctl/papi/simulator"
)

const list = "/properties/prp_1001/activations"

func TestParseFaultReadsWhatTheCommandLineTakes(t *testing.T) {
	tests := map[string]simulator.Fault{
		"submit=503":            {Operation: simulator.OpSubmit, Times: 1, Status: 503},
		"submit=503-after@2":    {Operation: simulator.OpSubmit, Times: 2, Status: 503, After: true},
		"poll=drop@3":           {Operation: simulator.OpPoll, Times: 3, Drop: true},
		"any=malformed":         {Operation: simulator.OpAny, Times: 1, Malformed: true},
		"list=delay:10s":        {Operation: simulator.OpList, Times: 1, Delay: 10 * time.Second},
		"cancel=delay:1m-after": {Operation: simulator.OpCancel, Times: 1, Delay: time.Minute, After: true},
		"search=drop-after@10":  {Operation: simulator.OpSearch, Times: 10, Drop: true, After: true},
	}
	for text, want := range tests {
		got, err := simulator.ParseFault(text)
		if err != nil {
			t.Errorf("%s: %v", text, err)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", text, diff)
		}
	}
	got, err := simulator.ParseFault("submit=busy@2")
	if err != nil || got.Status != http.StatusConflict || got.Operation != simulator.OpSubmit || got.Times != 2 || got.String() != "submit=busy" {
		t.Errorf("submit=busy@2: %+v, %v", got, err)
	}
	for _, text := range []string{"", "submit", "submit=", "=503", "activate=503", "submit=200", "submit=600", "submit=503@0", "submit=503@x", "poll=delay:10", "poll=delay:", "poll=delay:-1s", "poll=nonsense"} {
		if f, err := simulator.ParseFault(text); err == nil || strings.Contains(err.Error(), "\n") {
			t.Errorf("%q: %+v, error %v; want an error of one line", text, f, err)
		}
	}
}

func TestEachKnownFaultIsAnsweredAsItIsNamed(t *testing.T) {
	for name, f := range simulator.KnownFaults() {
		t.Run(name, func(t *testing.T) {
			c := newClient(t, simulator.Options{})
			c.sim.Inject(f)
			r := c.get(list).want(f.Status)
			if strings.ContainsAny(r.body, "{") && strings.Contains(r.header.Get("Content-Type"), "json") {
				if !json.Valid([]byte(r.body)) {
					t.Errorf("not JSON: %s", r.body)
				}
				if got := r.value("status"); f.Status >= http.StatusBadRequest && got != float64(f.Status) {
					t.Errorf("status in the body: %v", got)
				}
			}
			for _, placeholder := range []string{"{next}", "{seconds}", "{instance}", "{host}", "{method}"} {
				if strings.Contains(r.body, placeholder) {
					t.Errorf("%s is not filled in: %s", placeholder, r.body)
				}
			}
			if r.header.Get("Date") == "" || r.header.Get("X-RateLimit-Remaining") == "" {
				t.Errorf("header: %v", r.header)
			}
			if got := c.sim.Requests()[0].Fault; got != "any="+name {
				t.Errorf("log: %q", got)
			}
			c.get(list).want(http.StatusOK)
		})
	}
}

func TestKnownFaultsHaveTheTypesThatPAPIGives(t *testing.T) {
	for name, want := range map[string]struct {
		status int
		kind   string
	}{
		"busy": {409, "resource-busy"}, "arl": {409, "arlfile.exists"}, "tower": {412, "tower_precondition.failed"},
		"still-pending": {422, "property_activation_still_pending"}, "already-activated": {422, "activation/already-activated"},
		"errors": {400, "activation/errors"}, "warnings": {400, "warnings-not-acknowledged"}, "bad-email": {400, "activation/bad-notifyemails"},
		"grant": {403, "-/pep-authz/deny"}, "signature": {401, "-/pep-authn/deny"}, "clock": {400, "-/pep-authn/request-error"},
		"proxy": {500, "papi/proxy/forward-request-error"}, "budget": {429, "rate-limit-exceeded.activations"}, "not-found": {404, "http/not-found"},
	} {
		c := newClient(t, simulator.Options{})
		f := simulator.KnownFaults()[name]
		f.Operation = simulator.OpList
		c.sim.Inject(f)
		c.get(list).rejected(want.status, want.kind)
	}
	c := newClient(t, simulator.Options{})
	c.sim.Inject(simulator.KnownFaults()["resource-limit"])
	if r := c.get(list).want(http.StatusTooManyRequests); r.text("limitKey") == "" {
		t.Errorf("no limitKey: %s", r.body)
	}
	c.sim.Inject(simulator.KnownFaults()["burst"])
	if r := c.get(list).want(http.StatusBadRequest); !strings.Contains(r.body, "IPBLOCK-BURST") {
		t.Errorf("no deny rule: %s", r.body)
	}
	c.sim.Inject(simulator.Fault{Status: http.StatusServiceUnavailable})
	c.get(list).rejected(http.StatusServiceUnavailable, "http/service-unavailable")
}

func TestPacedAnswersSayWhenToComeBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newClient(t, simulator.Options{})
		c.sim.Inject(simulator.Paced(1500 * time.Millisecond))
		c.sim.Inject(simulator.PacedText(http.StatusServiceUnavailable, time.Minute))
		next := time.Now().Add(1500 * time.Millisecond).UTC().Format("2006-01-02T15:04:05.000Z")
		r := c.get(list).want(http.StatusTooManyRequests)
		if got := r.header.Get("X-RateLimit-Next"); got != next || r.header.Get("Retry-After") != "2" {
			t.Errorf("X-RateLimit-Next %s, want %s; Retry-After %s, want 2", got, next, r.header.Get("Retry-After"))
		}
		r = c.get(list).want(http.StatusServiceUnavailable)
		if want := "try after " + time.Now().Add(time.Minute).UTC().Format("2006-01-02T15:04:05.000Z"); !strings.HasSuffix(r.body, want) {
			t.Errorf("body %q, want …%s", r.body, want)
		}
		if r.header.Get("Retry-After") != "" || r.header.Get("Content-Type") != "text/plain" {
			t.Errorf("header: %v", r.header)
		}
	})
}

func TestFaultMeetsTheRequestsThatItIsFor(t *testing.T) {
	c := newClient(t, simulator.Options{})
	c.sim.Inject(simulator.Fault{Operation: simulator.OpList, Status: 500, Skip: 2, Times: 2})
	c.get("/properties/prp_1001").want(http.StatusOK)
	for _, status := range []int{200, 200, 500, 500, 200} {
		c.get(list).want(status)
	}
	c.sim.Inject(simulator.NotYet(2))
	id := "/" + c.sim.Activations("1001")[0].ID
	for _, status := range []int{404, 404, 200} {
		c.get(list + id).want(status)
	}
	if n := c.sim.Activations("1001")[0].Looks; n != 1 {
		t.Errorf("%d looks, want 1: a request that met a fault is none", n)
	}
}

func TestAfterHasTheEffectFirst(t *testing.T) {
	for name, tt := range map[string]struct {
		fault  simulator.Fault
		effect int
	}{
		"before":           {simulator.Fault{Status: 503}, 0},
		"after":            {simulator.Fault{Status: 503, After: true}, 1},
		"malformed":        {simulator.Fault{Malformed: true}, 0},
		"malformed, after": {simulator.Fault{Malformed: true, After: true}, 1},
		"drop":             {simulator.Fault{Drop: true}, 0},
		"drop, after":      {simulator.Fault{Drop: true, After: true}, 1},
	} {
		t.Run(name, func(t *testing.T) {
			c := newClient(t, simulator.Options{})
			tt.fault.Operation = simulator.OpSubmit
			c.sim.Inject(tt.fault)
			before := len(c.sim.Activations("1002"))
			body := `{"propertyVersion":4,"network":"STAGING","notifyEmails":["a@example.com"]}`
			response, err := c.sim.Transport().RoundTrip(c.request(http.MethodPost, "/papi/v1/properties/prp_1002/activations", body))
			status := 0
			switch {
			case tt.fault.Drop:
				if !errors.Is(err, io.ErrUnexpectedEOF) {
					t.Errorf("error %v, want %v", err, io.ErrUnexpectedEOF)
				}
			case err != nil:
				t.Fatal(err)
			default:
				defer response.Body.Close()
				status = response.StatusCode
				content, _ := io.ReadAll(response.Body)
				if json.Valid(content) == tt.fault.Malformed {
					t.Errorf("body %s", content)
				}
			}
			if got := len(c.sim.Activations("1002")) - before; got != tt.effect {
				t.Errorf("%d activations made, want %d", got, tt.effect)
			}
			if got := c.sim.Requests()[0]; got.Status != status || got.Operation != simulator.OpSubmit || string(got.Body) != body {
				t.Errorf("log: %+v", got)
			}
		})
	}
}

func TestDelayIsOfTheClientsTimeAndEndsWithTheContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		fast := newClient(t, simulator.Options{Speed: 60})
		fast.sim.Inject(simulator.Fault{Delay: time.Minute})
		begun := time.Now()
		fast.get(list).want(http.StatusOK)
		if took := time.Since(begun); took != time.Second {
			t.Errorf("a minute took %v for a client of the simulated time, want a second", took)
		}
		c := newClient(t, simulator.Options{Speed: 60, RealDates: true})
		c.sim.Inject(simulator.Fault{Delay: 10 * time.Second, Times: 2})
		start := time.Now()
		c.get(list).want(http.StatusOK)
		if took := time.Since(start); took != 10*time.Second {
			t.Errorf("took %v, want 10 s", took)
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		start = time.Now()
		response, err := c.sim.Transport().RoundTrip(c.request(http.MethodGet, "/papi/v1"+list, "").WithContext(ctx))
		if err == nil {
			response.Body.Close()
		}
		if !errors.Is(err, context.DeadlineExceeded) || time.Since(start) != time.Second {
			t.Errorf("error %v after %v", err, time.Since(start))
		}
		if got := c.sim.Requests()[1].Status; got != 0 {
			t.Errorf("logged status %d, want 0", got)
		}
	})
}

func TestServerCutsTheConnectionForADrop(t *testing.T) {
	c := newClient(t, simulator.Options{})
	c.sim.Inject(simulator.Fault{Drop: true})
	server := httptest.NewTLSServer(c.sim)
	defer server.Close()
	for _, dropped := range []bool{true, false} {
		r := c.request(http.MethodGet, "/papi/v1/build", "")
		r.URL.Host = strings.TrimPrefix(server.URL, "https://")
		r.Host = r.URL.Host
		c.sign(r, "", time.Now())
		response, err := server.Client().Do(r)
		if (err != nil) != dropped {
			t.Errorf("error %v, dropped %v", err, dropped)
		}
		if err == nil {
			if response.StatusCode != http.StatusOK {
				t.Errorf("status %d", response.StatusCode)
			}
			response.Body.Close()
		}
	}
}
