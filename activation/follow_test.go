package activation_test

import (
	"context"
	"errors"
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/propctl/propctl/activation"
	"github.com/propctl/propctl/papi"
	"github.com/propctl/propctl/papi/simulator"
)

func TestActivateLooksAtTheMomentsOfTheSchedule(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newScene(t, simulator.Options{Pace: simulator.Fixed(200*time.Second, time.Hour)})
		if _, err := s.activate(www()); err != nil {
			t.Fatal(err)
		}
		var got []float64
		for _, r := range s.sim.Requests()[2:] {
			got = append(got, r.Time.Sub(s.begun).Seconds())
		}
		// All that are known took 90 s, and one and a half times as long are 135 s.
		want := []float64{0, 5, 20, 45, 80, 90, 98, 105, 111, 117, 122, 127, 132, 137, 152, 177, 212}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("looks in seconds (-want +got):\n%s", diff)
		}
	})
}

func TestActivateTellsApartHowAnActivationEnds(t *testing.T) {
	for _, tt := range []struct {
		status  simulator.Status
		outcome activation.Outcome
	}{
		{simulator.StatusFailed, activation.OutcomeFailed},
		{simulator.StatusAborted, activation.OutcomeAborted},
		{simulator.StatusInactive, activation.OutcomeSuperseded},
		{simulator.StatusDeactivated, activation.OutcomeSuperseded},
	} {
		t.Run(string(tt.status), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := newScene(t, simulator.Options{Pace: steps{{After: 0, Status: simulator.StatusPending}, {After: 30 * time.Second, Status: tt.status}}})
				result, err := s.activate(www())
				failed, ok := errors.AsType[*activation.FailedError](err)
				if !ok || failed.Outcome != tt.outcome || result.Outcome != tt.outcome || !result.Submitted {
					t.Errorf("outcome %q: %v", result.Outcome, err)
				}
			})
		})
	}
}

// steps is a pace of these steps for every activation.
type steps []simulator.Step

func (s steps) Steps(simulator.Submission) []simulator.Step { return s }

func TestActivateTakesStatusesThatDoNotEndForProgress(t *testing.T) {
	for _, status := range []simulator.Status{
		simulator.StatusNew, simulator.StatusPending, "ZONE_1", "ZONE_2", "ZONE_3", "ZONE_9", "SOMETHING_NEW",
		simulator.StatusPendingCancellation, simulator.StatusPendingDeactivation,
	} {
		t.Run(string(status), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := newInventiveScene(t, simulator.Options{Pace: steps{{Status: status}}})
				_, err := s.activateWithin(10*time.Minute, www())
				stopped, ok := errors.AsType[*activation.StoppedError](err)
				if !ok || stopped.Activation == nil || string(stopped.Activation.Status) != string(status) {
					t.Errorf("error is %v", err)
				}
				if got := s.sim.Count(simulator.OpSubmit); got != 1 {
					t.Errorf("%d submissions, want 1", got)
				}
			})
		})
	}
}

func TestActivateUntilSteadyWaitsForSteady(t *testing.T) {
	pace := steps{
		{Status: simulator.StatusPending, State: simulator.StateReceived},
		{After: 60 * time.Second, Status: simulator.StatusActive, State: simulator.StateDeployed},
		{After: 100 * time.Second, Status: simulator.StatusActive, State: simulator.StateSteady},
	}
	for _, tt := range []struct {
		steady  bool
		elapsed time.Duration
	}{{false, 80 * time.Second}, {true, 100 * time.Second}} {
		synctest.Test(t, func(t *testing.T) {
			s := newScene(t, simulator.Options{Pace: pace})
			target := www()
			target.Steady = tt.steady
			result, err := s.activate(target)
			if err != nil || result.Outcome != activation.OutcomeActive || time.Since(s.begun) != tt.elapsed {
				t.Errorf("steady %t: outcome %q after %s: %v", tt.steady, result.Outcome, time.Since(s.begun), err)
			}
		})
	}
}

func TestActivateUntilSteadyEndsWhenPAPISendsNoState(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newScene(t, simulator.Options{Pace: steps{{Status: simulator.StatusPending}, {After: 60 * time.Second, Status: simulator.StatusActive}}})
		target := www()
		target.Steady = true
		if result, err := s.activate(target); err != nil || result.Outcome != activation.OutcomeActive {
			t.Errorf("outcome %q: %v", result.Outcome, err)
		}
	})
}

func TestActivateOutlastsALongFailureOfPAPIWhileItWaits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newScene(t, simulator.Options{})
		s.sim.Inject(simulator.Fault{Operation: simulator.OpPoll, Skip: 2, Times: 10, Status: http.StatusInternalServerError})
		result, err := s.activate(www())
		if err != nil || result.Outcome != activation.OutcomeActive {
			t.Errorf("outcome %q: %v", result.Outcome, err)
		}
	})
}

func TestActivateStopsAtItsDeadlineAndSaysWhatGoesOn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newScene(t, simulator.Options{})
		result, err := s.activateWithin(30*time.Second, www())
		stopped, ok := errors.AsType[*activation.StoppedError](err)
		if !ok || !errors.Is(err, activation.ErrTimeout) || stopped.Activation == nil || stopped.Activation.Status != papi.StatusPending {
			t.Fatalf("error is %v", err)
		}
		if elapsed := time.Since(s.begun); elapsed != 30*time.Second {
			t.Errorf("stopped after %s", elapsed)
		}
		if result.Activation == nil || !result.Submitted {
			t.Errorf("the result lost the activation: %+v", result)
		}
	})
}

func TestActivateInterruptedDuringTheSubmissionStillLearnsItsActivation(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newScene(t, simulator.Options{})
		s.sim.Inject(fault(t, "submit=delay:4s-after"))
		ctx, cancel := context.WithCancelCause(t.Context())
		interrupted := errors.New("interrupted")
		time.AfterFunc(time.Second, func() { cancel(interrupted) })
		result, err := s.engine.Activate(ctx, www())
		stopped, ok := errors.AsType[*activation.StoppedError](err)
		if !ok || !errors.Is(err, interrupted) || stopped.Activation == nil || stopped.Uncertain || !result.Submitted {
			t.Errorf("submitted %t, uncertain %t: %v", result.Submitted, stopped.Uncertain, err)
		}
	})
}

func TestActivateInterruptedWhileTheAnswerHangsSaysThatItIsUncertain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newScene(t, simulator.Options{})
		s.sim.Inject(fault(t, "submit=delay:90s-after"))
		_, err := s.activateWithin(5*time.Second, www())
		stopped, ok := errors.AsType[*activation.StoppedError](err)
		if !ok || !stopped.Uncertain {
			t.Fatalf("error is %v", err)
		}
		if elapsed := time.Since(s.begun); elapsed != 15*time.Second {
			t.Errorf("stopped after %s, want the deadline and 10 s of grace", elapsed)
		}
	})
}

func TestActivateCancelsAtItsDeadlineWhenAskedTo(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newScene(t, simulator.Options{SlowCancel: 20 * time.Second})
		target := www()
		target.CancelOnTimeout = true
		result, err := s.activateWithin(30*time.Second, target)
		stopped, ok := errors.AsType[*activation.StoppedError](err)
		if !ok || !stopped.Cancelled || result.Activation.Status != papi.StatusAborted || !errors.Is(err, activation.ErrTimeout) {
			t.Errorf("activation %+v: %v", result.Activation, err)
		}
	})
}

func TestActivateTellsWhatHappens(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newScene(t, simulator.Options{Pace: simulator.Fixed(10*time.Second, time.Minute)})
		if _, err := s.activate(www()); err != nil {
			t.Fatal(err)
		}
		want := []activation.EventKind{
			activation.EventSubmitted, activation.EventChanged, activation.EventWaiting,
			activation.EventWaiting, activation.EventChanged,
		}
		if diff := cmp.Diff(want, s.kinds()); diff != "" {
			t.Errorf("events (-want +got):\n%s", diff)
		}
	})
}

func TestActivateAtAnotherSpeedWaitsInPAPIsTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newScene(t, simulator.Options{Speed: 60})
		s.engine.Speed = 60
		result, err := s.activate(www())
		if err != nil || result.Waited.Round(time.Second) != seen || time.Since(s.begun).Round(time.Second/10) != 1500*time.Millisecond {
			t.Errorf("waited %s in %s: %v", result.Waited, time.Since(s.begun), err)
		}
	})
}
