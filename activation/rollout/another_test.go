package rollout_test

import (
	"errors"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/propctl/propctl/activation/rollout"
	"github.com/propctl/propctl/papi/simulator"
)

// A manifest whose latest versions have moved is another plan: its return finds nothing, and is no success.
func TestAReturnThatFindsAnotherPlanIsRefused(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newScene(t, 20, 1, simulator.Options{})
		carriedOut := s.plan(manifest(4))
		if _, err := s.apply(carriedOut, rollout.Options{}); err != nil {
			t.Fatal(err)
		}
		moved := s.plan(strings.ReplaceAll(manifest(4), "@3", "@1"))
		before := s.sim.Count(simulator.OpSubmit)
		runner := &rollout.Runner{API: s.client()}
		r, err := runner.Rollback(t.Context(), moved, rollout.Options{})
		other, ok := errors.AsType[*rollout.AnotherPlanError](err)
		if !ok || r.Outcome != rollout.OutcomeRejected || !other.Active || other.Mark.Digest != carriedOut.Digest || s.sim.Count(simulator.OpSubmit) != before {
			t.Errorf("%s, %v, %d submissions", r.Outcome, err, s.sim.Count(simulator.OpSubmit)-before)
		}
		if r, err := runner.Rollback(t.Context(), carriedOut, rollout.Options{}); err != nil || r.Totals.Returned != 4 {
			t.Errorf("its own plan: %s, %+v, %v", r.Outcome, r.Totals, err)
		}
		// What was returned is active no more: there is nothing to return, of whatever plan.
		if r, err := runner.Rollback(t.Context(), moved, rollout.Options{}); err != nil || r.Outcome != rollout.OutcomeRolledBack {
			t.Errorf("then: %s, %v", r.Outcome, err)
		}
	})
}

// Where a part is of this plan, that part goes back, whatever another one has left beside it.
func TestAReturnIsNotHeldUpByAnotherPlan(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newScene(t, 20, 1, simulator.Options{})
		first := s.plan(manifest(2))
		if _, err := s.apply(first, rollout.Options{}); err != nil {
			t.Fatal(err)
		}
		second := s.plan(manifest(4)) // two are active already, by the first
		if _, err := s.apply(second, rollout.Options{}); err != nil {
			t.Fatal(err)
		}
		r, err := (&rollout.Runner{API: s.client()}).Rollback(t.Context(), second, rollout.Options{})
		if err != nil || r.Outcome != rollout.OutcomeRolledBack || r.Totals.Returned != 2 || s.active(2, 3, simulator.Staging) != 2 {
			t.Errorf("%s, %+v, %v: %d of the first plan are active", r.Outcome, r.Totals, err, s.active(2, 3, simulator.Staging))
		}
	})
}
