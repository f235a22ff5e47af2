package activation_test

import (
	"errors"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/propctl/propctl/activation"
	"github.com/propctl/propctl/papi"
	"github.com/propctl/propctl/papi/simulator"
)

func TestActivateRunTwiceSubmitsOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newScene(t, simulator.Options{})
		if _, err := s.activate(www()); err != nil {
			t.Fatal(err)
		}
		requests := len(s.sim.Requests())
		result, err := s.activate(www())
		if err != nil || result.Outcome != activation.OutcomeAlreadyActive || result.Submitted || result.Adopted {
			t.Errorf("outcome %q, submitted %t, adopted %t: %v", result.Outcome, result.Submitted, result.Adopted, err)
		}
		if got := len(s.sim.Requests()) - requests; got != 1 {
			t.Errorf("the second run made %d requests, want the look alone", got)
		}
		if got := s.sim.Count(simulator.OpSubmit); got != 1 {
			t.Errorf("%d submissions, want 1", got)
		}
	})
}

func TestActivateByManyAtOnceIsAcceptedOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newScene(t, simulator.Options{})
		const actors = 8
		errs := make(chan error, actors)
		for range actors {
			engine := s.another()
			go func() {
				result, err := engine.Activate(t.Context(), www())
				if err == nil && result.Outcome != activation.OutcomeActive {
					err = fmt.Errorf("outcome %q", result.Outcome)
				}
				errs <- err
			}()
		}
		for range actors {
			if err := <-errs; err != nil {
				t.Error(err)
			}
		}
		if got := s.accepted(); got != 1 {
			t.Errorf("%d activations accepted, want 1", got)
		}
	})
}

func TestActivateKilledAfterTheSubmissionAndRunAgainFollowsIt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newScene(t, simulator.Options{})
		target := www()
		target.NoWait = true
		if result, err := s.activate(target); err != nil || result.Outcome != activation.OutcomeSubmitted {
			t.Fatalf("outcome %q: %v", result.Outcome, err)
		}
		result, err := s.another().Activate(t.Context(), www())
		if err != nil || !result.Adopted || result.Submitted || result.Outcome != activation.OutcomeActive {
			t.Errorf("outcome %q, submitted %t, adopted %t: %v", result.Outcome, result.Submitted, result.Adopted, err)
		}
		if got := s.sim.Count(simulator.OpSubmit); got != 1 {
			t.Errorf("%d submissions, want 1", got)
		}
	})
}

func TestActivateWithAnIDMakesOneListOnePostAndThenGetsOfThatActivation(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newScene(t, simulator.Options{})
		result, err := s.activate(www())
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, r := range s.sim.Requests() {
			got = append(got, r.Method+" "+r.Path)
		}
		want := []string{"GET /papi/v1/properties/prp_1001/activations", "POST /papi/v1/properties/prp_1001/activations"}
		for range 6 {
			want = append(want, "GET /papi/v1/properties/prp_1001/activations/"+string(result.Activation.ActivationID))
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("requests (-want +got):\n%s", diff)
		}
	})
}

func TestActivateNamesABlockerAndWaitsForItByItsID(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newScene(t, simulator.Options{})
		target := www()
		target.Property.PropertyID, target.Version = "prp_1006", 1
		result, err := s.activate(target)
		if err != nil || result.Outcome != activation.OutcomeActive {
			t.Fatalf("outcome %q: %v", result.Outcome, err)
		}
		var got []string
		for _, r := range s.sim.Requests()[:4] {
			got = append(got, fmt.Sprintf("%s after %s", r.Operation, r.Time.Sub(s.begun)))
		}
		want := []string{"list after 0s", "poll after 1m0s", "poll after 3m0s", "list after 3m0s"}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("requests (-want +got):\n%s", diff)
		}
		if e := s.events[0]; e.Kind != activation.EventQueued || e.Activation.PropertyVersion != 3 || e.Activation.Note != "Started by somebody else" {
			t.Errorf("the first event does not name the blocker: %+v", e)
		}
		if result.BlockedBy != nil {
			t.Errorf("blocked by %+v at the end", result.BlockedBy)
		}
	})
}

func TestActivateGivesUpAtABlockerWhenAskedTo(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newScene(t, simulator.Options{})
		target := www()
		target.Property.PropertyID, target.Version, target.FailIfPending = "prp_1006", 1, true
		result, err := s.activate(target)
		if _, ok := errors.AsType[*activation.BusyError](err); !ok || result.BlockedBy == nil || result.BlockedBy.PropertyVersion != 3 {
			t.Errorf("blocked by %+v: %v", result.BlockedBy, err)
		}
		if got := s.sim.Count(simulator.OpSubmit); got != 0 {
			t.Errorf("%d submissions, want none", got)
		}
	})
}

func TestActivateIsBusyWhenTheVersionIsActiveAndAnotherIsOnItsWay(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newScene(t, simulator.Options{})
		target := www()
		target.Property.PropertyID, target.Version = "prp_1006", 2 // active, and 3 is pending
		_, err := s.activateWithin(90*time.Second, target)
		stopped, ok := errors.AsType[*activation.StoppedError](err)
		if !ok || stopped.Blocker == nil || stopped.Activation != nil || !errors.Is(err, activation.ErrTimeout) {
			t.Errorf("error is %v", err)
		}
	})
}

func TestActivateOnProductionIgnoresStaging(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newScene(t, simulator.Options{})
		target := www()
		target.Property.PropertyID, target.Version, target.Network, target.FailIfPending = "prp_1006", 1, papi.Production, true
		if result, err := s.activate(target); err != nil || result.Outcome != activation.OutcomeActive {
			t.Errorf("outcome %q: %v", result.Outcome, err)
		}
	})
}

func TestActivateDoesNotTakeAnOldActiveEntryForSuccess(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newScene(t, simulator.Options{})
		s.sim.AddActivation("prp_1001", simulator.Activation{
			Network: simulator.Staging, Version: 6, Status: simulator.StatusActive, State: simulator.StateSteady,
			Submitted: s.sim.Now().Add(-300 * 24 * time.Hour),
		})
		target := www()
		target.Version = 6
		result, err := s.activate(target)
		if err != nil || result.Outcome != activation.OutcomeActive || !result.Submitted {
			t.Errorf("outcome %q, submitted %t: %v", result.Outcome, result.Submitted, err)
		}
	})
}

func TestActivateChoosesTheVersionThatIsActiveOnANetwork(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newScene(t, simulator.Options{})
		if _, err := s.activate(www()); err != nil { // version 8 on staging
			t.Fatal(err)
		}
		target := www()
		target.Version, target.ActiveOn, target.Network = 0, papi.Staging, papi.Production
		result, err := s.activate(target)
		if err != nil || result.Version != 8 || result.Activation.Network != papi.Production {
			t.Errorf("version %d: %v", result.Version, err)
		}
	})
}

func TestActivateRequiresStaging(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newScene(t, simulator.Options{})
		target := www()
		target.Network, target.RequireStaging = papi.Production, true
		_, err := s.activate(target)
		if _, ok := errors.AsType[*activation.RejectedError](err); !ok || s.sim.Count(simulator.OpSubmit) != 0 {
			t.Errorf("error is %v", err)
		}
	})
}

func TestActivateLeavesWarningsToThePolicy(t *testing.T) {
	for _, tt := range []struct {
		policy   activation.WarningPolicy
		version  int
		rejected bool
		warnings int
	}{
		{activation.AcknowledgeWarnings, 8, false, 0},
		{activation.FailOnWarnings, 8, true, 2},
		{activation.FailOnNewWarnings, 8, true, 2},
		{activation.FailOnWarnings, 6, false, 0},
	} {
		t.Run(fmt.Sprint(tt.policy, " ", tt.version), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := newScene(t, simulator.Options{})
				target := www()
				target.Warnings, target.Version = tt.policy, tt.version
				_, err := s.activate(target)
				rejected, ok := errors.AsType[*activation.RejectedError](err)
				if ok != tt.rejected || ok && len(rejected.Warnings) != tt.warnings || !ok && err != nil {
					t.Errorf("error is %v", err)
				}
				if submitted := s.sim.Count(simulator.OpSubmit) > 0; submitted == tt.rejected {
					t.Errorf("submitted: %t", submitted)
				}
			})
		})
	}
}

func TestActivateDryRunSubmitsNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newScene(t, simulator.Options{})
		target := www()
		target.DryRun = true
		result, err := s.activate(target)
		if err != nil || result.Outcome != activation.OutcomePlanned || result.Plan.Action != activation.ActionSubmit || result.Plan.Request.PropertyVersion != 8 {
			t.Errorf("plan %+v: %v", result.Plan, err)
		}
		if got := s.sim.Count(simulator.OpAny); got != 1 {
			t.Errorf("%d requests, want the look alone", got)
		}
	})
}

func TestActivateOfAPropertyInTwoContractsTakesTheContractOfTheLook(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newScene(t, simulator.Options{})
		target := www()
		target.Property.PropertyID, target.Version = "prp_1009", 2
		result, err := s.activate(target)
		if err != nil || result.Outcome != activation.OutcomeActive || result.Property.ContractID == "" {
			t.Errorf("property %+v: %v", result.Property, err)
		}
		if got := s.sim.Count(simulator.OpList); got != 2 {
			t.Errorf("%d lists, want one and its redirect", got)
		}
	})
}
