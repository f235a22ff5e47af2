package activation_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/propctl/propctl/activation"
	"github.com/propctl/propctl/papi"
	"github.com/propctl/propctl/papi/simulator"
)

// tenMinutes leaves time to cancel.
func tenMinutes() simulator.Options {
	return simulator.Options{Pace: simulator.Fixed(10*time.Minute, time.Hour)}
}

func TestRollbackAfterADeactivationReturnsToWhatWasActiveLast(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newScene(t, simulator.Options{})
		if _, err := s.engine.Deactivate(t.Context(), www()); err != nil { // of 7
			t.Fatal(err)
		}
		result, err := s.engine.Rollback(t.Context(), back())
		if err != nil || result.Outcome != activation.OutcomeRolledBack || result.Version != 7 || result.Rollback.From != 0 || result.Rollback.Fast {
			t.Fatalf("outcome %q to %d, %+v: %v", result.Outcome, result.Version, result.Rollback, err)
		}
		result, err = s.another().Rollback(t.Context(), back())
		if err != nil || result.Version != 7 || len(s.bodies()) != 2 {
			t.Errorf("again: outcome %q to %d, %d submissions: %v", result.Outcome, result.Version, len(s.bodies()), err)
		}
	})
}

func TestRollbackWaitsForADeactivationAndUndoesIt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newScene(t, simulator.Options{})
		target := www()
		target.NoWait = true
		if _, err := s.engine.Deactivate(t.Context(), target); err != nil {
			t.Fatal(err)
		}
		if result, err := s.engine.Rollback(t.Context(), back()); err != nil || result.Version != 7 || result.Outcome != activation.OutcomeRolledBack {
			t.Errorf("outcome %q to %d: %v", result.Outcome, result.Version, err)
		}
	})
}

func TestRollbackOfWhatWasNeverActiveSaysSo(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newScene(t, simulator.Options{})
		target := back()
		target.Property.PropertyID, target.Network = "prp_1004", papi.Production
		for _, a := range s.sim.Activations("prp_1004") {
			if a.Network == simulator.Production {
				t.Skip("prp_1004 is active on production")
			}
		}
		_, err := s.engine.Rollback(t.Context(), target)
		if _, ok := errors.AsType[*activation.NoPreviousVersionError](err); !ok || !strings.Contains(err.Error(), "ever been active") {
			t.Errorf("error is %v", err)
		}
	})
}

func TestCancelPendingWithoutAVersionUndoesTheReleaseInProgress(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newScene(t, tenMinutes())
		pending := s.begin() // 8, while 7 is active
		target := back()
		target.CancelPending = true
		result, err := s.engine.Rollback(t.Context(), target)
		if err != nil || result.Outcome != activation.OutcomeCancelled || result.Version != 7 || result.Activation.PropertyVersion != 7 || len(s.bodies()) != 1 {
			t.Fatalf("outcome %q, version %d, %d submissions: %v", result.Outcome, result.Version, len(s.bodies()), err)
		}
		if got := result.Rollback; got.From != 8 || got.To != 7 || got.Before != 6 {
			t.Errorf("plan is %+v", got)
		}
		s.cancelledFirst(result, pending)
	})
}

// cancelledFirst checks that a result tells what was cancelled.
func (s *scene) cancelledFirst(result *activation.Result, id papi.ID) {
	s.t.Helper()
	if len(result.Cancelled) != 1 || !result.Cancelled[0].ActivationID.Equal(id) || result.Cancelled[0].Status != papi.StatusAborted {
		s.t.Errorf("cancelled are %+v", result.Cancelled)
	}
	if b := result.BlockedBy; b == nil || !b.ActivationID.Equal(id) || b.Status != papi.StatusAborted {
		s.t.Errorf("blocked by %+v", b)
	}
}

func TestWhatTheFirstLookRulesOutIsRefusedBeforeAnythingIsCancelled(t *testing.T) {
	for name, change := range map[string]func(*activation.RollbackTarget){
		"fast":     func(t *activation.RollbackTarget) { t.Fast = activation.FastRequire },
		"warnings": func(t *activation.RollbackTarget) { t.Version, t.Warnings = 4, activation.FailOnWarnings },
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := newScene(t, tenMinutes())
				s.begin()
				s.sim.Inject(fault(t, "rules=404")) // for the version with warnings
				target := back()
				target.CancelPending, target.Version = true, 6
				change(&target)
				result, err := s.engine.Rollback(t.Context(), target)
				if err == nil || s.sim.Count(simulator.OpCancel) != 0 || len(s.bodies()) != 1 {
					t.Errorf("outcome %q, %d cancellations: %v", result.Outcome, s.sim.Count(simulator.OpCancel), err)
				}
			})
		})
	}
}

func TestRequiredFastFallbackToWhatIsActiveNeedsNone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newScene(t, tenMinutes())
		pending := s.begin()
		target := back()
		target.CancelPending, target.Version, target.Fast = true, 7, activation.FastRequire
		result, err := s.engine.Rollback(t.Context(), target)
		if err != nil || result.Outcome != activation.OutcomeRolledBack || len(s.bodies()) != 1 {
			t.Errorf("outcome %q, %d submissions: %v", result.Outcome, len(s.bodies()), err)
		}
		s.cancelledFirst(result, pending)
	})
}

func TestWhatWasCancelledIsToldHoweverTheRunEnds(t *testing.T) {
	for _, tt := range []struct {
		name, fault string
		stop        time.Duration
		fails       bool
	}{
		{"well", "", time.Hour, false},
		{"refused", "submit=errors", time.Hour, true},
		{"no budget", "submit=budget", time.Hour, true},
		{"stopped", "", time.Minute, true},
		{"look fails", "list=forbidden", time.Hour, true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := newInventiveScene(t, tenMinutes())
				pending := s.begin()
				if tt.fault != "" {
					f := fault(t, tt.fault)
					if f.Operation == simulator.OpList {
						f.Skip = 1
					}
					s.sim.Inject(f)
				}
				target := back()
				target.CancelPending, target.Version, target.Fast = true, 6, activation.FastAvoid
				ctx, cancel := context.WithTimeoutCause(t.Context(), tt.stop, activation.ErrTimeout)
				defer cancel()
				result, err := s.engine.Rollback(ctx, target)
				if (err != nil) != tt.fails {
					t.Fatalf("outcome %q: %v", result.Outcome, err)
				}
				s.cancelledFirst(result, pending)
				partly, ok := errors.AsType[*activation.PartlyDoneError](err)
				if submitted := result.Activation != nil; tt.fails && !submitted && (!ok || !strings.Contains(err.Error(), string(pending)+" of version 8 is cancelled") || partly.Wanted != 0) {
					t.Errorf("error is %v", err)
				}
			})
		})
	}
}
