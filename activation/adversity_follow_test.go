package activation_test

import (
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/propctl/propctl/activation"
	"github.com/propctl/propctl/papi"
	"github.com/propctl/propctl/papi/simulator"
)

func TestWhatBecameActiveWhileItWasCancelledIsActive(t *testing.T) {
	for _, end := range []simulator.Status{simulator.StatusActive, simulator.StatusFailed} {
		t.Run(string(end), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := newInventiveScene(t, simulator.Options{Pace: steps{{Status: simulator.StatusPending}, {After: 62 * time.Second, Status: end, State: "steady"}}})
				target := www()
				target.CancelOnTimeout = true
				result, err := s.activateWithin(63*time.Second, target)
				if _, stopped := errors.AsType[*activation.StoppedError](err); stopped {
					t.Errorf("outcome %q, activation is %s, error %q", result.Outcome, result.Activation.Status, err)
				}
			})
		})
	}
}

func TestALinkToAnotherActivationIsNotBelieved(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var old string
		s := newSceneOver(t, simulator.Options{Pace: simulator.Fixed(time.Hour, time.Hour)}, over(func(next http.RoundTripper, r *http.Request) (*http.Response, error) {
			resp, err := next.RoundTrip(r)
			if r.Method == http.MethodPost {
				return reply(r, 201, `{"activationLink":"/papi/v1/properties/prp_1001/activations/`+old+`"}`), nil
			}
			return resp, err
		}))
		for _, a := range s.sim.Activations("prp_1001") {
			if a.Version == 7 && a.Network == simulator.Staging && a.Status == simulator.StatusActive {
				old = a.ID
			}
		}
		result, err := s.activate(www())
		if err == nil && result.Activation.PropertyVersion != 8 {
			t.Errorf("outcome %q, version %d, but the activation is of version %d on %s", result.Outcome, result.Version, result.Activation.PropertyVersion, result.Activation.Network)
		}
	})
}

func TestALostSubmissionIsFollowedBesideABlocker(t *testing.T) {
	for _, giveUp := range []bool{true, false} {
		synctest.Test(t, func(t *testing.T) {
			posts := 0
			var s *scene
			s = newSceneOver(t, simulator.Options{Pace: simulator.Fixed(2*time.Hour, time.Hour)}, over(func(next http.RoundTripper, r *http.Request) (*http.Response, error) {
				resp, err := next.RoundTrip(r)
				if r.Method == http.MethodPost {
					posts++
					s.sim.AddActivation("prp_1001", simulator.Activation{Network: simulator.Staging, Version: 7, Status: simulator.StatusPending, Submitted: s.sim.Now()})
					return nil, io.ErrUnexpectedEOF
				}
				return resp, err
			}))
			target := www()
			target.FailIfPending = giveUp
			result, err := s.activate(target)
			if result.Activation == nil || !result.Submitted {
				t.Errorf("giveUp %t: 8 is pending and ours, but submitted %t, activation %v, %T: %v", giveUp, result.Submitted, result.Activation, err, err)
			}
		})
	}
}

func TestALookKeepsToPAPIsFloor(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newScene(t, simulator.Options{})
		s.sim.Inject(fault(t, "submit=drop-after"))
		f := simulator.Paced(2 * time.Hour)
		f.Operation, f.Skip, f.Times = simulator.OpList, 1, 99
		s.sim.Inject(f)
		_, err := s.activate(www())
		if got := s.sim.Count(simulator.OpList); got > 3 {
			t.Errorf("%d lists within the hour although PAPI asked for 2 h: %v", got, err)
		}
	})
}

func TestNoFigureInATextStopsTheLooks(t *testing.T) {
	for _, name := range []string{"503 Retry-After 86400", "500 detail", "404 detail"} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				polls := 0
				s := newSceneOver(t, simulator.Options{}, over(func(next http.RoundTripper, r *http.Request) (*http.Response, error) {
					if r.Method == http.MethodGet && strings.Contains(r.URL.Path, "/activations/") {
						if polls++; polls == 1 {
							switch name {
							case "500 detail":
								return reply(r, 500, `{"title":"x","detail":"origin did not answer within 3600 seconds"}`), nil
							case "404 detail":
								return reply(r, 404, `{"title":"x","detail":"cached until 2099-01-01T00:00:00Z"}`), nil
							}
							return reply(r, 503, `{"title":"x"}`, "Retry-After", "86400"), nil
						}
					}
					return next.RoundTrip(r)
				}))
				result, err := s.activateWithin(30*time.Minute, www())
				if err != nil {
					t.Errorf("after %d looks in %s: %q %v", polls, time.Since(s.begun), result.Outcome, err)
				}
			})
		})
	}
}

func TestNoFigureInATextStopsTheLookForASubmission(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		posts := 0
		s := newSceneOver(t, simulator.Options{}, over(func(next http.RoundTripper, r *http.Request) (*http.Response, error) {
			resp, err := next.RoundTrip(r)
			if r.Method == http.MethodPost {
				if posts++; posts == 1 {
					return reply(r, 504, `{"title":"Gateway Timeout","detail":"origin did not answer within 3600 seconds"}`), nil
				}
			}
			return resp, err
		}))
		result, err := s.activateWithin(30*time.Minute, www())
		if err != nil {
			t.Errorf("%d looks after the submission: %+v %v", s.sim.Count(simulator.OpList)-1, result.Activation, err)
		}
	})
}

func TestOneNotFoundIsNoLoss(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newScene(t, simulator.Options{Pace: simulator.Fixed(10*time.Minute, time.Hour)})
		s.sim.Inject(simulator.Fault{Operation: simulator.OpPoll, Skip: 8, Times: 1, Status: 404})
		result, err := s.activate(www())
		if err != nil {
			t.Errorf("after %s: %q %T %v", time.Since(s.begun), result.Outcome, err, err)
		}
	})
}

func TestAnUnknownTypeIsNoSuccess(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newInventiveScene(t, simulator.Options{})
		s.sim.AddActivation("prp_1001", simulator.Activation{Type: "DEACTIVATE_FAST", Network: simulator.Staging, Version: 8, Status: simulator.StatusActive, Submitted: s.sim.Now()})
		result, err := s.activate(www())
		if err == nil && result.Outcome == activation.OutcomeAlreadyActive {
			t.Errorf("outcome %q because of a %s", result.Outcome, result.Activation.ActivationType)
		}
	})
}

func TestWhatIsBeingTakenOffIsWaitedFor(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newInventiveScene(t, simulator.Options{})
		s.sim.AddActivation("prp_1001", simulator.Activation{
			Network: simulator.Staging, Version: 8, Status: simulator.StatusPendingDeactivation, Submitted: s.sim.Now(),
			Steps: []simulator.Step{{After: 30 * time.Second, Status: simulator.StatusDeactivated}},
		})
		result, err := s.activate(www())
		if err != nil {
			t.Errorf("%q adopted %t: %v", result.Outcome, result.Adopted, err)
		}
	})
}

func TestAnActiveEntryWithoutADateIsNotTakenForTheOldest(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newSceneOver(t, simulator.Options{}, over(func(next http.RoundTripper, r *http.Request) (*http.Response, error) {
			if isListReq(r) {
				return reply(r, 200, `{"activations":{"items":[
				{"activationId":"atv_1","activationType":"ACTIVATE","propertyVersion":8,"network":"STAGING","status":"ACTIVE","submitDate":"2026-01-01T00:00:00Z"},
				{"activationId":"atv_2","activationType":"ACTIVATE","propertyVersion":9,"network":"STAGING","status":"ACTIVE","submitDate":"soon"}]}}`), nil
			}
			return next.RoundTrip(r)
		}))
		result, err := s.activate(www())
		if result.Outcome == activation.OutcomeAlreadyActive {
			t.Errorf("%q: %v", result.Outcome, err)
		}
	})
}

func TestNoVersionIsSaidOfNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newScene(t, simulator.Options{})
		selection := onStaging()
		selection.Property.PropertyID = "prp_1008"
		result, _ := s.engine.Wait(t.Context(), selection)
		if result.Version < 0 {
			t.Errorf("version %d", result.Version)
		}
	})
}

func TestANotFoundInTheMiddleIsConfirmedByTheList(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newScene(t, simulator.Options{Pace: simulator.Fixed(10*time.Minute, time.Hour)})
		s.sim.Inject(simulator.Fault{Operation: simulator.OpPoll, Skip: 12, Times: 1, Status: 404})
		result, err := s.activate(www())
		if err != nil {
			t.Errorf("after %s: %q %T %v", time.Since(s.begun), result.Outcome, err, err)
		}
	})
}

func TestNoWaitSaysSubmittedOnlyOfWhatWasSubmitted(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newInventiveScene(t, simulator.Options{})
		s.sim.AddActivation("prp_1001", simulator.Activation{Network: simulator.Staging, Version: 8, Status: simulator.StatusActive, State: "deployed", Submitted: s.sim.Now()})
		target := www()
		target.NoWait, target.Steady = true, true
		result, err := s.activate(target)
		if result.Outcome == activation.OutcomeSubmitted && !result.Submitted {
			t.Errorf("%q status %s %v", result.Outcome, result.Activation.Status, err)
		}
	})
}

func TestAnIDThatShowsSomethingElseIsNoSuccess(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newSceneOver(t, simulator.Options{}, over(func(next http.RoundTripper, r *http.Request) (*http.Response, error) {
			resp, err := next.RoundTrip(r)
			if r.Method == http.MethodGet && strings.Contains(r.URL.Path, "/activations/") {
				id := r.URL.Path[strings.LastIndex(r.URL.Path, "/")+1:]
				return reply(r, 200, `{"activations":{"items":[{"activationId":"`+id+`","propertyVersion":3,"network":"PRODUCTION","activationType":"DEACTIVATE","status":"DEACTIVATED"}]}}`), nil
			}
			return resp, err
		}))
		result, err := s.activate(www())
		if err == nil {
			t.Errorf("%q version %d, activation of version %d on %s", result.Outcome, result.Version, result.Activation.PropertyVersion, result.Activation.Network)
		}
	})
}

func TestWaitForAnOldActiveEntryIsNoSuccess(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newInventiveScene(t, simulator.Options{})
		old := s.sim.AddActivation("prp_1001", simulator.Activation{Network: simulator.Staging, Version: 5, Status: simulator.StatusActive, State: "steady", Submitted: s.sim.Now().Add(-9000 * time.Hour)})
		sel := onStaging()
		sel.ActivationID = papi.ID(old)
		result, err := s.engine.Wait(t.Context(), sel)
		if result.Outcome == activation.OutcomeAlreadyActive {
			t.Errorf("%q of version %d while 7 is active: %v", result.Outcome, result.Version, err)
		}
	})
}
