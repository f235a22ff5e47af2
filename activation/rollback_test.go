package activation_test

import (
	"errors"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/propctl/propctl/activation"
	"github.com/propctl/propctl/papi"
	"github.com/propctl/propctl/papi/simulator"
)

func back() activation.RollbackTarget {
	t := www()
	t.Version = 0
	return activation.RollbackTarget{Target: t}
}

// bodies returns the submissions.
func (s *scene) bodies() []string {
	var all []string
	for _, r := range s.sim.Requests() {
		if r.Operation == simulator.OpSubmit {
			all = append(all, string(r.Body))
		}
	}
	return all
}

func TestRollbackIsFastWhileThatIsPossible(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newScene(t, simulator.Options{})
		if _, err := s.activate(www()); err != nil { // 8 in place of 7
			t.Fatal(err)
		}
		time.Sleep(time.Minute)
		result, err := s.engine.Rollback(t.Context(), back())
		if err != nil || result.Outcome != activation.OutcomeRolledBack || result.Version != 7 || !result.Rollback.Fast || result.Rollback.From != 8 {
			t.Fatalf("outcome %q to %d, %+v: %v", result.Outcome, result.Version, result.Rollback, err)
		}
		if got := s.bodies()[1]; !slices.Contains([]string{`{"propertyVersion":7,"network":"STAGING","activationType":"ACTIVATE","note":"test","notifyEmails":["you@example.com"],"acknowledgeAllWarnings":true,"useFastFallback":true}`}, got) {
			t.Errorf("submission is %s", got)
		}
	})
}

func TestRollbackIsNormalWhenTheTimeForFastFallbackIsOver(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newScene(t, simulator.Options{})
		result, err := s.engine.Rollback(t.Context(), back()) // 7 has been active for two days
		if err != nil || result.Outcome != activation.OutcomeRolledBack || result.Version != 6 || result.Rollback.Fast {
			t.Errorf("outcome %q to %d, %+v: %v", result.Outcome, result.Version, result.Rollback, err)
		}
		if result.Rollback.Reason != "the time for fast fallback is over" {
			t.Errorf("the reason is %q", result.Rollback.Reason)
		}
	})
}

func TestRollbackRunAgainGoesBackNoFurther(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newScene(t, simulator.Options{})
		if _, err := s.activate(www()); err != nil {
			t.Fatal(err)
		}
		for range 3 {
			result, err := s.another().Rollback(t.Context(), back())
			if err != nil || result.Version != 7 || result.Outcome != activation.OutcomeRolledBack {
				t.Errorf("outcome %q to %d: %v", result.Outcome, result.Version, err)
			}
		}
		if got := len(s.bodies()); got != 2 {
			t.Errorf("%d submissions, want one each way", got)
		}
	})
}

func TestRollbackKilledAfterItsSubmissionIsFollowed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newScene(t, simulator.Options{})
		target := back()
		target.NoWait = true
		if result, err := s.engine.Rollback(t.Context(), target); err != nil || result.Outcome != activation.OutcomeSubmitted {
			t.Fatalf("outcome %q: %v", result.Outcome, err)
		}
		result, err := s.another().Rollback(t.Context(), back())
		if err != nil || !result.Adopted || result.Version != 6 || len(s.bodies()) != 1 {
			t.Errorf("adopted %t, version %d, %d submissions: %v", result.Adopted, result.Version, len(s.bodies()), err)
		}
	})
}

func TestRollbackFallsBackToNormalWhenPAPIRefusesFast(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newScene(t, simulator.Options{})
		if _, err := s.activate(www()); err != nil {
			t.Fatal(err)
		}
		s.sim.Inject(fault(t, "submit=400"))
		result, err := s.engine.Rollback(t.Context(), back())
		if err != nil || result.Version != 7 || result.Rollback.Fast || len(s.bodies()) != 3 {
			t.Errorf("version %d, %+v, %d submissions: %v", result.Version, result.Rollback, len(s.bodies()), err)
		}
	})
}

func TestRollbackThatRequiresFastDoesNothingElse(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newScene(t, simulator.Options{})
		target := back()
		target.Fast = activation.FastRequire
		_, err := s.engine.Rollback(t.Context(), target)
		if _, ok := errors.AsType[*activation.RejectedError](err); !ok || len(s.bodies()) != 0 {
			t.Errorf("%d submissions: %v", len(s.bodies()), err)
		}
	})
}

func TestRollbackToAVersion(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newScene(t, simulator.Options{})
		target := back()
		target.Version = 3
		for range 2 {
			if result, err := s.engine.Rollback(t.Context(), target); err != nil || result.Version != 3 || result.Outcome != activation.OutcomeRolledBack {
				t.Errorf("outcome %q to %d: %v", result.Outcome, result.Version, err)
			}
		}
		if len(s.bodies()) != 1 {
			t.Errorf("%d submissions, want 1", len(s.bodies()))
		}
	})
}

func TestRollbackCancelsWhatIsPendingOnlyWhenAskedTo(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newScene(t, simulator.Options{Pace: simulator.Fixed(10*time.Minute, time.Hour)})
		s.begin()
		target := back()
		target.FailIfPending = true
		_, err := s.engine.Rollback(t.Context(), target)
		if _, ok := errors.AsType[*activation.BusyError](err); !ok || s.sim.Count(simulator.OpCancel) != 0 {
			t.Errorf("%d cancellations: %v", s.sim.Count(simulator.OpCancel), err)
		}
		target.CancelPending = true
		result, err := s.engine.Rollback(t.Context(), target)
		if err != nil || result.Version != 7 || result.Outcome != activation.OutcomeCancelled || s.sim.Count(simulator.OpCancel) != 1 || len(s.bodies()) != 1 {
			t.Errorf("outcome %q to %d, %d submissions: %v", result.Outcome, result.Version, len(s.bodies()), err)
		}
	})
}

func TestRollbackWaitsForWhatIsPendingAndThenUndoesIt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newScene(t, simulator.Options{})
		s.begin()
		result, err := s.engine.Rollback(t.Context(), back())
		if err != nil || result.Version != 7 || result.Rollback.From != 8 || !result.Rollback.Fast {
			t.Errorf("to %d, %+v: %v", result.Version, result.Rollback, err)
		}
	})
}

func TestRollbackOfWhatWasNeverReplacedListsTheHistory(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newScene(t, simulator.Options{})
		target := back()
		target.Property.PropertyID = "prp_1004"
		_, err := s.engine.Rollback(t.Context(), target)
		nothing, ok := errors.AsType[*activation.NoPreviousVersionError](err)
		if !ok || len(nothing.History) != 1 || nothing.Network != papi.Staging {
			t.Errorf("error is %v", err)
		}
	})
}

func TestRollbackSkipsWhatNeverServed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newScene(t, simulator.Options{})
		for i, status := range []simulator.Status{simulator.StatusFailed, simulator.StatusAborted, simulator.StatusDeactivated} {
			s.sim.AddActivation("prp_1001", simulator.Activation{
				Network: simulator.Staging, Version: 1 + i, Status: status, Submitted: s.sim.Now().Add(-50 * time.Hour),
			})
		}
		if result, err := s.engine.Rollback(t.Context(), back()); err != nil || result.Version != 6 {
			t.Errorf("to %d: %v", result.Version, err)
		}
	})
}

func TestRollbackDryRunSaysWhatItWouldDo(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newScene(t, simulator.Options{})
		target := back()
		target.DryRun = true
		result, err := s.engine.Rollback(t.Context(), target)
		if err != nil || result.Outcome != activation.OutcomePlanned || result.Plan.Request.PropertyVersion != 6 || result.Rollback == nil || len(s.bodies()) != 0 {
			t.Errorf("outcome %q, %+v: %v", result.Outcome, result.Rollback, err)
		}
	})
}

func TestDeactivate(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newScene(t, simulator.Options{})
		result, err := s.engine.Deactivate(t.Context(), www())
		if err != nil || result.Outcome != activation.OutcomeDeactivated || result.Version != 7 || !result.Submitted {
			t.Fatalf("outcome %q of %d: %v", result.Outcome, result.Version, err)
		}
		if got := s.bodies()[0]; got != `{"propertyVersion":7,"network":"STAGING","activationType":"DEACTIVATE","note":"test","notifyEmails":["you@example.com"],"acknowledgeAllWarnings":true}` {
			t.Errorf("submission is %s", got)
		}
		result, err = s.engine.Deactivate(t.Context(), www())
		if err != nil || result.Outcome != activation.OutcomeAlreadyInactive || len(s.bodies()) != 1 {
			t.Errorf("outcome %q, %d submissions: %v", result.Outcome, len(s.bodies()), err)
		}
	})
}

func TestDeactivateSubmitsOnceWhateverHappens(t *testing.T) {
	for _, tt := range []struct {
		fault string
		posts int
	}{{"submit=drop-after", 1}, {"submit=drop", 2}, {"submit=503-after", 1}, {"submit=busy", 2}, {"submit=not-active", 2}} {
		t.Run(tt.fault, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := newScene(t, simulator.Options{})
				s.sim.Inject(fault(t, tt.fault))
				result, err := s.engine.Deactivate(t.Context(), www())
				if err != nil || result.Outcome != activation.OutcomeDeactivated || len(s.bodies()) != tt.posts {
					t.Errorf("outcome %q, %d submissions: %v", result.Outcome, len(s.bodies()), err)
				}
			})
		})
	}
}

func TestDeactivateTakesBothEndsForSuccess(t *testing.T) {
	for _, status := range []simulator.Status{simulator.StatusActive, simulator.StatusDeactivated} {
		synctest.Test(t, func(t *testing.T) {
			s := newScene(t, simulator.Options{Pace: steps{{Status: simulator.StatusPendingDeactivation}, {After: time.Minute, Status: status}}})
			if result, err := s.engine.Deactivate(t.Context(), www()); err != nil || result.Outcome != activation.OutcomeDeactivated {
				t.Errorf("%s: outcome %q: %v", status, result.Outcome, err)
			}
		})
	}
}

func TestDeactivateWaitsForAnActivationAndTakesThatVersionOff(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newScene(t, simulator.Options{})
		s.begin() // version 8
		result, err := s.engine.Deactivate(t.Context(), www())
		if err != nil || result.Outcome != activation.OutcomeDeactivated || result.Version != 8 {
			t.Errorf("outcome %q of %d: %v", result.Outcome, result.Version, err)
		}
	})
}
