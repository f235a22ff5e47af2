package simulator_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/propctl/propctl/papi/simulator"
)

func TestListsLagBehindWhatIsReadByItsID(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newClient(t, simulator.Options{ListLag: 30 * time.Second, Pace: simulator.Fixed(time.Minute, time.Minute)})
		const list = "/properties/prp_1002/activations"
		path := c.activate("prp_1002", 4, simulator.Staging, "")
		newest := func() string {
			r := c.get(list)
			return fmt.Sprint(r.item("propertyVersion"), r.item("status"))
		}
		active := func() any {
			r := c.get("/properties?contractId=C-SIM1&groupId=10001")
			return r.value("properties", "items", 1, "stagingVersion")
		}
		for _, step := range []struct {
			sleep        time.Duration
			own, listed  string
			inGroupsList float64
		}{
			{0, "PENDING received", "3ACTIVE", 3},
			{29 * time.Second, "PENDING received", "3ACTIVE", 3},
			{time.Second, "PENDING received", "4PENDING", 3},
			{30 * time.Second, "ACTIVE steady", "4PENDING", 3},
			{30 * time.Second, "ACTIVE steady", "4ACTIVE", 4},
		} {
			time.Sleep(step.sleep)
			if got := c.get(path).state(); got != step.own {
				t.Errorf("by its id: %s, want %s", got, step.own)
			}
			if got := newest(); got != step.listed {
				t.Errorf("in the list: %s, want %s", got, step.listed)
			}
			if got := active(); got != step.inGroupsList {
				t.Errorf("in the group's list: %v, want %v", got, step.inGroupsList)
			}
		}
	})
}

func TestAPAPIThatRefusesNothingActivatesTwice(t *testing.T) {
	c := newClient(t, simulator.Options{RefuseNothing: true})
	c.submit("prp_1002", 4, simulator.Staging, "").want(http.StatusCreated)
	c.submit("prp_1002", 4, simulator.Staging, "").want(http.StatusCreated)
	c.submit("prp_1002", 3, simulator.Staging, "").want(http.StatusCreated)
	c.submit("prp_1004", 2, simulator.Staging, "").want(http.StatusBadRequest) // what cannot be is refused all the same
}

func TestManyRequestsAtOnceAreBlocked(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newClient(t, simulator.Options{BurstBlock: simulator.BurstBlock{Requests: 4, Within: time.Second, For: 10 * time.Second}})
		for range 10 {
			for range 3 {
				c.get("/build").want(http.StatusOK)
			}
			time.Sleep(time.Second)
		}
		for range 3 {
			c.get("/build").want(http.StatusOK)
		}
		for range 2 {
			if r := c.get("/build").want(http.StatusBadRequest); !strings.Contains(r.body, "IPBLOCK-BURST") {
				t.Errorf("%s", r.body)
			}
			time.Sleep(9 * time.Second)
		}
		c.get("/build").want(http.StatusOK)
	})
}

func TestBudgetEndsMidway(t *testing.T) {
	c := newClient(t, simulator.Options{ActivationsPerDay: 10, ActivationsUsed: 9})
	r := c.submit("prp_1002", 4, simulator.Staging, "").want(http.StatusCreated)
	if got := r.header.Get("X-RateLimit-Activations-Remaining"); got != "0" {
		t.Errorf("%s remaining, want 0", got)
	}
	c.submit("prp_1003", 3, simulator.Staging, "").rejected(http.StatusTooManyRequests, "rate-limit-exceeded.activations")
}

func TestSomebodyElseGetsInBetweenLookAndSubmission(t *testing.T) {
	fault, err := simulator.ParseFault("submit=foreign")
	if err != nil {
		t.Fatal(err)
	}
	c := newClient(t, simulator.Options{})
	c.sim.Inject(fault)
	c.get("/properties/prp_1002/activations").want(http.StatusOK)
	c.submit("prp_1002", 4, simulator.Staging, "").rejected(http.StatusConflict, "resource-busy")
	r := c.get("/properties/prp_1002/activations")
	if r.item("note") != "Started by somebody else" || r.item("propertyVersion") == float64(4) || r.item("status") != "NEW" {
		t.Errorf("%s", r.body)
	}
	if got := c.sim.Requests()[1].Fault; got != "submit=foreign" {
		t.Errorf("log: %q", got)
	}
}

func TestManyPropertiesAreListedInOneRequest(t *testing.T) {
	c := newClient(t, simulator.Options{Properties: simulator.Properties(1000, 2, time.Now())})
	r := c.get("/properties?contractId=ctr_C-SIM1&groupId=grp_10002").want(http.StatusOK)
	if r.count("properties", "items") != 500 {
		t.Errorf("%d properties, want 500", r.count("properties", "items"))
	}
	for i, want := range map[int]string{0: "3 2 2", 4: "3 3 2", 24: "3 <nil> <nil>"} { // p00002, p00010, p00050
		item := func(name string) any { return r.value("properties", "items", i, name) }
		if got := fmt.Sprint(item("latestVersion"), item("stagingVersion"), item("productionVersion")); got != want {
			t.Errorf("%s: %s, want %s", item("propertyName"), got, want)
		}
	}
	c.submit("prp_100001", 3, simulator.Staging, "").want(http.StatusCreated)
}

// The list of a group of a thousand, and a simulator of five thousand.
func BenchmarkGroupListOfAThousand(b *testing.B) {
	c := &client{t: b, sim: simulator.New(simulator.Options{Properties: simulator.Properties(5000, 5, time.Now()), RequestBurst: 1 << 30}), header: http.Header{}}
	for b.Loop() {
		c.get("/properties?contractId=ctr_C-SIM1&groupId=grp_10001").want(http.StatusOK)
	}
}

func BenchmarkSimulatorOfFiveThousand(b *testing.B) {
	for b.Loop() {
		simulator.New(simulator.Options{Properties: simulator.Properties(5000, 1, time.Now())})
	}
}
