package activation_test

import (
	"errors"
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"github.com/propctl/propctl/activation"
	"github.com/propctl/propctl/papi"
	"github.com/propctl/propctl/papi/simulator"
)

// begin submits version 8 of www.example.com on staging and does not wait.
func (s *scene) begin() papi.ID {
	s.t.Helper()
	target := www()
	target.NoWait = true
	result, err := s.activate(target)
	if err != nil {
		s.t.Fatal(err)
	}
	return result.Activation.ActivationID
}

func onStaging() activation.Selection {
	return activation.Selection{Property: papi.PropertyRef{PropertyID: "prp_1001"}, Network: papi.Staging}
}

func TestWaitFollowsWhatIsUnderWay(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newScene(t, simulator.Options{})
		id := s.begin()
		for _, selection := range []activation.Selection{onStaging(), {Property: onStaging().Property, ActivationID: id}} {
			result, err := s.another().Wait(t.Context(), selection)
			if err != nil || !result.Activation.ActivationID.Equal(id) || result.Version != 8 || result.Network != papi.Staging {
				t.Errorf("followed %+v: %v", result.Activation, err)
			}
		}
		if elapsed := time.Since(s.begun); elapsed != seen {
			t.Errorf("took %s, want %s", elapsed, seen)
		}
	})
}

func TestWaitCountsTheUsualDurationFromTheSubmission(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newScene(t, simulator.Options{})
		s.begin()
		time.Sleep(50 * time.Second)
		begun, before := time.Now(), s.sim.Count(simulator.OpPoll)
		if _, err := s.another().Wait(t.Context(), onStaging()); err != nil {
			t.Fatal(err)
		}
		// The activation is 50 s old: looks at 50, 55, 70 and 90 s of its age, which is how
		// long all of them took.
		if elapsed, looks := time.Since(begun), s.sim.Count(simulator.OpPoll)-before; elapsed != 40*time.Second || looks != 4 {
			t.Errorf("%d looks in %s, want 4 in 40 s", looks, elapsed)
		}
	})
}

func TestWaitElsewhereTakesTheUsualDurationOfThere(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newScene(t, simulator.Options{})
		target := www()
		target.Network, target.NoWait = papi.Production, true
		if _, err := s.activate(target); err != nil {
			t.Fatal(err)
		}
		sel := onStaging()
		sel.OtherNetwork = papi.Production
		result, err := s.engine.Wait(t.Context(), sel)
		if err != nil || result.Network != papi.Production || result.Usual != productionTime {
			t.Errorf("on %s, usually %s: %v", result.Network, result.Usual, err)
		}
	})
}

func TestWaitReportsHowTheLatestEndedWhenNothingIsUnderWay(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newScene(t, simulator.Options{})
		result, err := s.engine.Wait(t.Context(), onStaging())
		if err != nil || result.Outcome != activation.OutcomeAlreadyActive || result.Version != 7 {
			t.Errorf("outcome %q of version %d: %v", result.Outcome, result.Version, err)
		}
		s.sim.AddActivation("prp_1001", simulator.Activation{
			Network: simulator.Staging, Version: 8, Status: simulator.StatusFailed, Submitted: s.sim.Now(),
		})
		result, err = s.engine.Wait(t.Context(), onStaging())
		if _, ok := errors.AsType[*activation.FailedError](err); !ok || result.Outcome != activation.OutcomeFailed {
			t.Errorf("outcome %q: %v", result.Outcome, err)
		}
		selection := onStaging()
		selection.Property.PropertyID = "prp_1008"
		if _, err = s.engine.Wait(t.Context(), selection); !errors.Is(err, activation.ErrNoActivation) {
			t.Errorf("error for a property that was never activated is %v", err)
		}
	})
}

func TestCancel(t *testing.T) {
	for _, tt := range []struct {
		name    string
		options simulator.Options
		faults  []string
		outcome activation.Outcome
		deletes int
		elapsed time.Duration
		err     error
	}{
		{name: "at once", outcome: activation.OutcomeCancelled, deletes: 1},
		{name: "after a while", options: simulator.Options{SlowCancel: 12 * time.Second}, outcome: activation.OutcomeCancelled, deletes: 1, elapsed: 20 * time.Second},
		{name: "answer lost after the effect", faults: []string{"cancel=drop-after"}, outcome: activation.OutcomeCancelled, deletes: 1, elapsed: 5 * time.Second},
		{name: "answer lost before the effect", faults: []string{"cancel=drop"}, outcome: activation.OutcomeCancelled, deletes: 2, elapsed: 5 * time.Second},
		{name: "500 for ever", faults: []string{"cancel=500@99"}, deletes: 7, elapsed: 180 * time.Second, err: papi.ClassServer},
		{name: "too late", faults: []string{"cancel=too-late"}, deletes: 1, err: activation.ErrTooLate},
		{name: "no grant", faults: []string{"cancel=grant"}, deletes: 1, err: papi.ClassGrantMissing},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				tt.options.Pace = simulator.Fixed(time.Hour, time.Hour)
				s := newScene(t, tt.options)
				s.begin()
				for _, f := range tt.faults {
					s.sim.Inject(fault(t, f))
				}
				begun := time.Now()
				result, err := s.engine.Cancel(t.Context(), onStaging())
				if result.Outcome != tt.outcome || !errors.Is(err, tt.err) {
					t.Errorf("outcome %q: %v", result.Outcome, err)
				}
				if got := s.sim.Count(simulator.OpCancel); got != tt.deletes {
					t.Errorf("%d requests to cancel, want %d", got, tt.deletes)
				}
				if elapsed := time.Since(begun); elapsed != tt.elapsed {
					t.Errorf("took %s, want %s", elapsed, tt.elapsed)
				}
				if tt.err == nil && result.Activation.Status != papi.StatusAborted {
					t.Errorf("the activation is %s", result.Activation.Status)
				}
			})
		})
	}
}

func TestCancelWhatIsCancelledIsASuccess(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newScene(t, simulator.Options{Pace: simulator.Fixed(time.Hour, time.Hour)})
		selection := activation.Selection{Property: onStaging().Property, ActivationID: s.begin()}
		if _, err := s.engine.Cancel(t.Context(), selection); err != nil {
			t.Fatal(err)
		}
		result, err := s.engine.Cancel(t.Context(), selection)
		if err != nil || result.Outcome != activation.OutcomeAlreadyCancelled || s.sim.Count(simulator.OpCancel) != 1 {
			t.Errorf("outcome %q: %v", result.Outcome, err)
		}
	})
}

func TestCancelTakes204ForCancelled(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newScene(t, simulator.Options{Pace: simulator.Fixed(time.Hour, time.Hour)})
		s.begin()
		s.sim.Inject(simulator.Fault{Operation: simulator.OpCancel, Status: http.StatusNoContent, After: true})
		result, err := s.engine.Cancel(t.Context(), onStaging())
		if err != nil || result.Outcome != activation.OutcomeAlreadyCancelled || result.Activation.Status != papi.StatusAborted {
			t.Errorf("outcome %q: %v", result.Outcome, err)
		}
	})
}

func TestCancelOfNothingIsASuccess(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newScene(t, simulator.Options{})
		result, err := s.engine.Cancel(t.Context(), onStaging())
		if err != nil || result.Outcome != activation.OutcomeAlreadyCancelled || result.Activation != nil {
			t.Errorf("outcome %q, activation %+v: %v", result.Outcome, result.Activation, err)
		}
	})
}

func TestCancelOfWhatIsActiveIsTooLate(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newScene(t, simulator.Options{})
		result, err := s.activate(www())
		if err != nil {
			t.Fatal(err)
		}
		selection := activation.Selection{Property: onStaging().Property, ActivationID: result.Activation.ActivationID}
		result, err = s.engine.Cancel(t.Context(), selection)
		if !errors.Is(err, activation.ErrTooLate) || result.Activation.Status != papi.StatusActive || s.sim.Count(simulator.OpCancel) != 0 {
			t.Errorf("activation %+v: %v", result.Activation, err)
		}
	})
}

func TestCancelOfAnUnknownIDIsNotFound(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newScene(t, simulator.Options{})
		_, err := s.engine.Cancel(t.Context(), activation.Selection{Property: onStaging().Property, ActivationID: "atv_99"})
		if !errors.Is(err, papi.ClassNotFound) {
			t.Errorf("error is %v", err)
		}
	})
}

func TestAnActivationOnAnotherNetworkIsNotWaitedFor(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newScene(t, simulator.Options{})
		selection := onStaging()
		selection.ActivationID, selection.Network = s.begin(), papi.Production
		if result, err := s.engine.Wait(t.Context(), selection); !errors.Is(err, activation.ErrNoActivation) {
			t.Errorf("outcome %q: %v", result.Outcome, err)
		}
	})
}
