package simulator_test

import (
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"github.com/propctl/propctl/papi/simulator"
)

func TestCancelAbortsWhatIsQueued(t *testing.T) {
	c := newClient(t, simulator.Options{Pace: simulator.Fixed(time.Hour, time.Hour)})
	before := c.get("/properties/prp_1001/activations").count("activations", "items")
	path := c.activate("prp_1001", 8, simulator.Staging, "")
	if got := c.do(http.MethodDelete, path, "").state(); got != "ABORTED steady" {
		t.Errorf("answer to the cancellation: %s", got)
	}
	if again := c.do(http.MethodDelete, path, "").want(http.StatusNoContent); again.body != "" {
		t.Errorf("204 with a body: %s", again.body)
	}
	if got := c.get(path).state(); got != "ABORTED steady" {
		t.Errorf("by its id: %s", got)
	}
	if after := c.get("/properties/prp_1001/activations").count("activations", "items"); after != before {
		t.Errorf("%d in the list, %d before: a cancelled activation leaves it", after, before)
	}
	c.activate("prp_1001", 8, simulator.Staging, "")
}

func TestCancelMayTakeTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newClient(t, simulator.Options{Pace: simulator.Fixed(time.Minute, time.Minute), SlowCancel: 30 * time.Second})
		path := c.activate("prp_1001", 8, simulator.Staging, "")
		time.Sleep(50 * time.Second)
		for range 2 {
			if got := c.do(http.MethodDelete, path, "").state(); got != "PENDING_CANCELLATION cancelling" {
				t.Errorf("answer to the cancellation: %s", got)
			}
		}
		if got := c.get("/properties/prp_1001/activations").state(); got != "PENDING_CANCELLATION cancelling" {
			t.Errorf("in the list: %s", got)
		}
		c.submit("prp_1001", 6, simulator.Staging, "").want(http.StatusConflict)
		time.Sleep(30*time.Second - time.Nanosecond)
		if got := c.get(path).state(); got != "PENDING_CANCELLATION cancelling" {
			t.Errorf("just before: %s", got)
		}
		time.Sleep(time.Nanosecond)
		if got := c.get(path).state(); got != "ABORTED steady" {
			t.Errorf("after 30 s: %s", got)
		}
		c.do(http.MethodDelete, path, "").want(http.StatusNoContent)
		if got := c.get("/properties/prp_1001/activations").item("activationId"); got == idOf(path) {
			t.Error("what was cancelled is still in the list")
		}
	})
}

func TestCancelIsTooLateOnceItIsOnItsWay(t *testing.T) {
	c := newClient(t, simulator.Options{})
	for _, state := range []struct {
		status simulator.Status
		fma    string
	}{
		{simulator.StatusPending, simulator.StateLived},
		{simulator.StatusPending, simulator.StateDeployed},
		{simulator.StatusActive, simulator.StateSteady},
		{simulator.StatusFailed, ""},
		{"ZONE_2", ""},
	} {
		id := c.sim.AddActivation("1002", simulator.Activation{Network: simulator.Staging, Version: 4, Status: state.status, State: state.fma})
		c.do(http.MethodDelete, "/properties/prp_1002/activations/"+id, "").
			rejected(http.StatusUnprocessableEntity, "activation-cancellation/unprocessable-status")
		if got := c.get("/properties/prp_1002/activations/" + id).item("status"); got != string(state.status) {
			t.Errorf("%s became %v", state.status, got)
		}
	}
	c.do(http.MethodDelete, "/properties/prp_1002/activations/atv_1", "").rejected(http.StatusNotFound, "activation-cancellation/not-found")
}
