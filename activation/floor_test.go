package activation_test

import (
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"github.com/propctl/propctl/activation"
	"github.com/propctl/propctl/papi"
	"github.com/propctl/propctl/papi/simulator"
)

// unavailable is a 503 that asks to wait for two minutes.
func unavailable(operation simulator.Operation) simulator.Fault {
	return simulator.Fault{
		Operation: operation, Status: http.StatusServiceUnavailable, Header: http.Header{"Retry-After": {"120"}}, Body: "down",
	}
}

// impatient makes the scene's client repeat nothing by itself.
func (s *scene) impatient() {
	s.t.Helper()
	c := s.sim.Credentials()
	client, err := papi.New(papi.Credentials{
		Host: c.Host, ClientToken: c.ClientToken, ClientSecret: c.ClientSecret, AccessToken: c.AccessToken,
	}, papi.Options{Transport: s.wrap(s.sim.Transport()), MaxRetries: -1})
	if err != nil {
		s.t.Fatal(err)
	}
	s.engine.API = client
}

// gap returns the time between the nth request of an operation and the request
// after it.
func (s *scene) gap(operation simulator.Operation, n int) time.Duration {
	s.t.Helper()
	all := s.sim.Requests()
	for i, r := range all {
		if r.Operation != operation {
			continue
		}
		if n--; n == 0 && i+1 < len(all) {
			return all[i+1].Time.Sub(r.Time)
		}
	}
	s.t.Fatalf("there is no request after that %s", operation)
	return 0
}

func TestPAPIsFloorHoldsInEveryWait(t *testing.T) {
	const floor = 2 * time.Minute
	for _, operation := range []simulator.Operation{simulator.OpSubmit, simulator.OpPoll, simulator.OpCancel} {
		t.Run(string(operation), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := newScene(t, simulator.Options{Pace: simulator.Fixed(10*time.Minute, time.Hour)})
				s.impatient()
				s.sim.Inject(unavailable(operation))
				var err error
				if operation == simulator.OpCancel {
					s.begin()
					_, err = s.engine.Cancel(t.Context(), onStaging())
				} else {
					_, err = s.activate(www())
				}
				if err != nil {
					t.Fatal(err)
				}
				if got := s.gap(operation, 1); got < floor {
					t.Errorf("the next request came after %s, want %s at least", got, floor)
				}
			})
		})
	}
}

func TestPAPIsFloorHoldsWhileABlockerIsWaitedFor(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newScene(t, simulator.Options{})
		s.impatient()
		f := unavailable(simulator.OpPoll)
		f.Header.Set("Retry-After", "600")
		s.sim.Inject(f)
		target := www()
		target.Property.PropertyID, target.Version = "prp_1006", 1
		if result, err := s.activate(target); err != nil || result.Outcome != activation.OutcomeActive {
			t.Fatalf("outcome %q: %v", result.Outcome, err)
		}
		if got := s.gap(simulator.OpPoll, 1); got != 10*time.Minute {
			t.Errorf("the next look came after %s, want 10 min", got)
		}
	})
}
