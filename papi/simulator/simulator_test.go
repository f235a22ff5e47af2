package simulator_test

import (
	"net/http"
	"strings"
	"sync"
	"testing"

	"github.com/propctl/propctl/papi/simulator"
)

func TestLogHoldsEveryRequestAndNoSecret(t *testing.T) {
	c := newClient(t, simulator.Options{})
	c.submit("prp_1001", 8, simulator.Staging, "").want(http.StatusCreated)
	c.get("/properties/prp_1001/activations?contractId=C-SIM1").want(http.StatusOK)
	c.get("/nothing").want(http.StatusNotFound)
	unsigned := c.request(http.MethodGet, "/papi/v1/build", "")
	unsigned.Header.Del("Authorization")
	c.send(unsigned).want(http.StatusBadRequest)
	var got []string
	for _, r := range c.sim.Requests() {
		got = append(got, string(r.Operation)+" "+r.Method+" "+r.Path+" "+r.Query)
		if r.Header.Get("Authorization") != "" {
			t.Error("the log has an Authorization header")
		}
	}
	want := strings.Join([]string{
		"submit POST /papi/v1/properties/prp_1001/activations ",
		"list GET /papi/v1/properties/prp_1001/activations contractId=C-SIM1",
		" GET /papi/v1/nothing ",
		"build GET /papi/v1/build ",
	}, "\n")
	if strings.Join(got, "\n") != want {
		t.Errorf("log:\n%s\nwant\n%s", strings.Join(got, "\n"), want)
	}
	if list, all := c.sim.Count(simulator.OpList), c.sim.Count(simulator.OpAny); list != 1 || all != 4 {
		t.Errorf("%d lists of %d requests, want 1 of 4", list, all)
	}
}

func TestTransportReachesItsOwnHostOnly(t *testing.T) {
	c := newClient(t, simulator.Options{})
	for _, url := range []string{"https://example.com/papi/v1/build", "http://" + c.sim.Credentials().Host + "/papi/v1/build"} {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, nil)
		if err != nil {
			t.Fatal(err)
		}
		if response, err := c.sim.Transport().RoundTrip(r); err == nil {
			response.Body.Close()
			t.Errorf("%s was answered with %d", url, response.StatusCode)
		}
	}
}

func TestOneSubmissionWinsOfManyAtOnce(t *testing.T) {
	c := newClient(t, simulator.Options{})
	var wg sync.WaitGroup
	statuses := make([]int, 8)
	for i := range statuses {
		wg.Go(func() {
			version := 8
			if i%2 == 1 {
				version = 6
			}
			statuses[i] = c.submit("prp_1001", version, simulator.Staging, "").status
			c.get("/properties/prp_1001/activations")
		})
	}
	wg.Wait()
	created := 0
	for _, status := range statuses {
		switch status {
		case http.StatusCreated:
			created++
		case http.StatusConflict, http.StatusUnprocessableEntity:
		default:
			t.Errorf("status %d", status)
		}
	}
	if created != 1 {
		t.Errorf("%d of %d submissions were taken, want 1: %v", created, len(statuses), statuses)
	}
}

func TestFixturesAreCopied(t *testing.T) {
	c := newClient(t, simulator.Options{})
	got := c.sim.Activations("prp_1001")
	got[0].Status = "CHANGED"
	got[0].NotifyEmails[0] = "changed"
	if again := c.sim.Activations("prp_1001")[0]; again.Status == "CHANGED" || again.NotifyEmails[0] == "changed" {
		t.Errorf("the caller can change the state: %+v", again)
	}
	if c.sim.Activations("prp_9") != nil {
		t.Error("activations of a property that does not exist")
	}
}

func TestSceneThatCannotBePanics(t *testing.T) {
	c := newClient(t, simulator.Options{})
	for name, build := range map[string]func(){
		"a name twice":  func() { c.sim.AddProperty(simulator.Property{Name: "www.example.com"}) },
		"an id twice":   func() { c.sim.AddProperty(simulator.Property{ID: "1001", Name: "x"}) },
		"no property":   func() { c.sim.AddActivation("prp_9", simulator.Activation{}) },
		"no activation": func() { c.sim.SetStatus("prp_1001", "atv_1", simulator.StatusActive, "") },
	} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("%s: no panic", name)
				}
			}()
			build()
		}()
	}
	c.sim.AddProperty(simulator.Property{Name: "more.example.com", Versions: []simulator.Version{{}}})
	c.do(http.MethodPost, "/search/find-by-value", `{"propertyName":"more.example.com"}`).want(http.StatusOK)
}
