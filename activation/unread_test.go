package activation_test

import (
	"errors"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/propctl/propctl/activation"
	"github.com/propctl/propctl/papi"
	"github.com/propctl/propctl/papi/simulator"
)

func TestAStatusThatPAPINeverSentIsNotMadeUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newInventiveScene(t, simulator.Options{})
		s.sim.Inject(simulator.Fault{Operation: simulator.OpPoll, Times: -1, Status: http.StatusServiceUnavailable})
		result, err := s.activateWithin(5*time.Minute, www())
		if result.Activation == nil || result.Activation.Status != "" || !result.Submitted {
			t.Errorf("activation is %+v", result.Activation)
		}
		if !errors.Is(err, activation.ErrTimeout) || !strings.Contains(err.Error(), "could not be read") || strings.Contains(err.Error(), "NEW") {
			t.Errorf("error is %v", err)
		}
		for _, e := range s.events {
			if e.Activation != nil && e.Activation.Status != "" {
				t.Errorf("an event has status %s", e.Activation.Status)
			}
		}
	})
}

func TestWhatIsNotWaitedForHasNoStatusYet(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newScene(t, simulator.Options{})
		target := www()
		target.NoWait = true
		if result, err := s.activate(target); err != nil || result.Activation.Status != "" || !activation.InProgress(*result.Activation) {
			t.Errorf("activation is %+v: %v", result.Activation, err)
		}
	})
}

// vanishing makes PAPI forget an activation: by its id, and, a while later, in the list.
func vanishing(t *testing.T, at time.Duration) (*scene, func(version int)) {
	t.Helper()
	begun := time.Now()
	other, old := 0, ""
	s := newSceneOver(t, tenMinutes(), over(func(next http.RoundTripper, r *http.Request) (*http.Response, error) {
		if gone := time.Since(begun) >= at; gone && r.Method == http.MethodGet {
			if strings.Contains(r.URL.Path, "/activations/") {
				return reply(r, 404, `{"type":"http/not-found","title":"x"}`), nil
			}
			if isListReq(r) {
				items := `{"activationId":"` + old + `","propertyVersion":7,"network":"STAGING","activationType":"ACTIVATE","status":"ACTIVE","submitDate":"2020-01-01T00:00:00Z"}`
				if other != 0 {
					items = `{"activationId":"atv_999999","propertyVersion":9,"network":"STAGING","activationType":"ACTIVATE","status":"ACTIVE","submitDate":"2090-01-01T00:00:00Z"}`
				}
				return reply(r, 200, `{"activations":{"items":[`+items+`]}}`), nil
			}
		}
		return next.RoundTrip(r)
	}))
	for _, a := range s.sim.Activations("prp_1001") {
		if a.Version == 7 && a.Network == simulator.Staging && a.Status == simulator.StatusActive {
			old = a.ID
		}
	}
	return s, func(version int) { other = version }
}

func TestWhatPAPIDoesNotKnowAnyMoreIsNotSaidToGoOn(t *testing.T) {
	for _, tt := range []struct {
		name    string
		at      time.Duration // since when it is not known
		stop    time.Duration
		other   int
		outcome activation.Outcome
		want    func(error) bool
	}{
		{"replaced, stopped at once", 4 * time.Second, 6 * time.Second, 9, activation.OutcomeSuperseded, isA[*activation.FailedError]},
		{"replaced, stopped later", 4 * time.Second, 20 * time.Minute, 9, activation.OutcomeSuperseded, isA[*activation.FailedError]},
		{"gone, stopped later", 4 * time.Second, 20 * time.Minute, 0, "", isA[*activation.VanishedError]},
		{"gone, stopped while it may not be shown yet", 4 * time.Second, 6 * time.Second, 0, "", isA[*activation.StoppedError]},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s, replace := vanishing(t, tt.at)
				replace(tt.other)
				result, err := s.activateWithin(tt.stop, www())
				if !tt.want(err) || result.Outcome != tt.outcome {
					t.Fatalf("outcome %q: %v", result.Outcome, err)
				}
				if failed, ok := errors.AsType[*activation.FailedError](err); ok && (failed.By == nil || failed.By.PropertyVersion != 9 || !strings.Contains(err.Error(), "version 9")) {
					t.Errorf("replaced by %+v: %v", failed.By, err)
				}
				if result.Activation.Status != papi.StatusPending { // the last one that PAPI sent
					t.Errorf("status is %q", result.Activation.Status)
				}
			})
		})
	}
}

func isA[E error](err error) bool {
	_, ok := errors.AsType[E](err)
	return ok
}

func TestAnInterruptionOfWhatIsListedTellsItsStatus(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newInventiveScene(t, tenMinutes())
		f := fault(t, "poll=not-found")
		f.Times = -1
		s.sim.Inject(f)
		result, err := s.activateWithin(10*time.Second, www())
		if !errors.Is(err, activation.ErrTimeout) || result.Activation.Status != papi.StatusPending {
			t.Errorf("activation is %+v: %v", result.Activation, err)
		}
	})
}

func TestWhatItsIDDoesNotShowIsFollowedInTheList(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newScene(t, tenMinutes())
		f := fault(t, "poll=not-found")
		f.Times = -1
		s.sim.Inject(f)
		result, err := s.activate(www())
		if err != nil || result.Outcome != activation.OutcomeActive || !result.Submitted || result.Waited > 15*time.Minute {
			t.Errorf("outcome %q after %s: %v", result.Outcome, result.Waited, err)
		}
	})
}

func TestAnIDThatCannotStandInAPathIsFollowedInTheList(t *testing.T) {
	for _, id := range []string{"act_7/../8", "..", "atv_7?x", "prp_5", "a b"} {
		t.Run(id, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				status, polls := "PENDING", 0
				begun := time.Now()
				s := newSceneOver(t, simulator.Options{}, over(func(next http.RoundTripper, r *http.Request) (*http.Response, error) {
					if !isListReq(r) {
						polls++
						return next.RoundTrip(r)
					}
					if time.Since(begun) > 3*time.Minute {
						status = "ACTIVE"
					}
					return reply(r, 200, `{"activations":{"items":[{"activationId":"`+id+`","propertyVersion":8,"network":"STAGING","activationType":"ACTIVATE","status":"`+status+`"}]}}`), nil
				}))
				result, err := s.activate(www())
				if err != nil || result.Outcome != activation.OutcomeActive || !result.Adopted || string(result.Activation.ActivationID) != id || polls != 0 {
					t.Errorf("outcome %q of %+v, %d requests beside the list: %v", result.Outcome, result.Activation, polls, err)
				}
			})
		})
	}
}

func TestABlockerWhoseIDCannotStandInAPathIsWaitedForInTheList(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var ended atomic.Bool
		s := newSceneOver(t, simulator.Options{}, over(func(next http.RoundTripper, r *http.Request) (*http.Response, error) {
			if isListReq(r) && !ended.Load() {
				return reply(r, 200, `{"activations":{"items":[{"activationId":"a/b","propertyVersion":6,"network":"STAGING","activationType":"ACTIVATE","status":"PENDING"}]}}`), nil
			}
			return next.RoundTrip(r)
		}))
		time.AfterFunc(2*time.Minute, func() { ended.Store(true) })
		if result, err := s.activate(www()); err != nil || result.Outcome != activation.OutcomeActive || !result.Submitted {
			t.Errorf("outcome %q: %v", result.Outcome, err)
		}
	})
}
