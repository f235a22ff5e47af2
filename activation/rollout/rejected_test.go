package rollout_test

import (
	"slices"
	"testing"
	"testing/synctest"

	"github.com/propctl/propctl/activation/rollout"
	"github.com/propctl/propctl/papi/simulator"
)

// A rejected submission leaves nothing at PAPI: to every later run, and to status, the item waits. It is looked at
// and submitted again then, without RetryFailed, and rejected again as long as its cause is there.
func TestWhatPAPIRejectsWaitsForTheNextRun(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newScene(t, 20, 1, simulator.Options{})
		p := s.plan(manifest(4, "tolerate: 1"))
		errors, err := simulator.ParseFault("submit=errors")
		if err != nil {
			t.Fatal(err)
		}
		errors.Skip = 1
		s.sim.Inject(errors)
		r, err := s.apply(p, rollout.Options{})
		// Which one is submitted second is not said.
		at := slices.IndexFunc(r.Waves[0].Items, func(i rollout.ItemResult) bool { return i.State == rollout.Rejected })
		if err != nil || r.Outcome != rollout.OutcomeRolledOut || at < 0 || r.Totals.Active != 3 {
			t.Fatalf("%s, %s, %v", r.Outcome, states(r), err)
		}
		if r, err := (&rollout.Runner{API: s.client()}).Status(t.Context(), p, rollout.StatusOptions{}); err != nil || r.Waves[0].Items[at].State != rollout.Waiting || r.Totals.Active != 3 {
			t.Errorf("status: %s, %v", states(r), err)
		}
		errors.Skip = 0
		s.sim.Inject(errors)
		before := s.sim.Count(simulator.OpSubmit)
		r, err = s.apply(p, rollout.Options{})
		if err != nil || r.Waves[0].Items[at].State != rollout.Rejected || s.sim.Count(simulator.OpSubmit) != before+1 {
			t.Errorf("while the cause is there: %s, %v, %d submissions", states(r), err, s.sim.Count(simulator.OpSubmit)-before)
		}
		r, err = s.apply(p, rollout.Options{})
		if err != nil || r.Totals.Active != 4 || s.submissions(4) != 4 {
			t.Errorf("when it is gone: %s, %v, %d activations", states(r), err, s.submissions(4))
		}
	})
}

// More rejections than tolerated end the wave before the next, whichever run it is.
func TestARejectedCanaryIsRejectedInEachRun(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newScene(t, 20, 1, simulator.Options{})
		p := s.plan(manifest(4, "waves: [{name: canary, take: 1}, {name: rest}]"))
		for range 2 {
			errors, err := simulator.ParseFault("submit=errors")
			if err != nil {
				t.Fatal(err)
			}
			s.sim.Inject(errors)
			r, err := s.apply(p, rollout.Options{})
			if err == nil || r.Outcome != rollout.OutcomeRejected || r.Waves[0].Items[0].State != rollout.Rejected || r.Totals.Waiting != 3 || s.submissions(4) != 0 {
				t.Errorf("%s, %s, %v", r.Outcome, states(r), err)
			}
		}
	})
}
