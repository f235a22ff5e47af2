package rollout_test

import (
	"errors"
	"testing"
	"testing/synctest"

	"github.com/propctl/propctl/activation/rollout"
	"github.com/propctl/propctl/papi/simulator"
)

func TestASecondAttemptMakesTheChecksAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newScene(t, 20, 1, simulator.Options{})
		p := s.plan(manifest(6, "waves: [{name: canary, take: 2, checks: [home]}, {name: rest}]", checks))
		if _, err := s.apply(p, rollout.Options{}); err != nil {
			t.Fatal(err)
		}
		if _, err := (&rollout.Runner{API: s.client()}).Rollback(t.Context(), p, rollout.Options{}); err != nil {
			t.Fatal(err)
		}
		made := len(s.checker.made)
		if _, err := s.apply(p, rollout.Options{Replan: true, Through: "canary"}); err != nil {
			t.Fatal(err)
		}
		// The marks that the first attempt has left on the rest are no evidence.
		if _, err := s.apply(p, rollout.Options{}); err != nil || len(s.checker.made) != made+4 {
			t.Errorf("%d checks, and %d of the first attempt: %v", len(s.checker.made), made, err)
		}
	})
}

func TestARolloutThatWasRetriedAndReturnedIsClosed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newScene(t, 20, 1, simulator.Options{Pace: failingFirst{}})
		s.checker.verdict = func(rollout.Item) rollout.Finding { return rollout.Finding{Verdict: rollout.NotHeld} }
		p := s.plan(manifest(4, "on-failure: rollback", "waves: [{name: all, checks: [home]}]", checks))
		if r, err := s.apply(p, rollout.Options{}); err == nil || r.Totals.Returned != 3 {
			t.Fatalf("%+v, %v", r.Totals, err)
		}
		if r, err := s.apply(p, rollout.Options{RetryFailed: true, Replan: true}); r.Outcome != rollout.OutcomeRolledBack || r.Totals.Returned != 4 {
			t.Fatalf("%s, %+v, %v", r.Outcome, r.Totals, err)
		}
		before := s.sim.Count(simulator.OpSubmit)
		r, err := s.apply(p, rollout.Options{})
		if _, ok := errors.AsType[*rollout.ClosedError](err); !ok || r.Outcome != rollout.OutcomeRolledBack || s.sim.Count(simulator.OpSubmit) != before {
			t.Errorf("%s, %v, %d submitted", r.Outcome, err, s.sim.Count(simulator.OpSubmit)-before)
		}
	})
}

// What could not be returned is active: another attempt counts it as such, in waves that were over when it learnt of
// the return, too.
func TestASecondAttemptBeginsWithTheFirstWave(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newScene(t, 60, 1, simulator.Options{})
		// Nothing was active of the first one.
		p := s.plan("name: test\nnotify: [you@example.com]\nproperties: [prp_100050@3, prp_100001@3, prp_100002@3, prp_100003@3]\n" +
			"waves: [{name: canary, take: 1}, {name: rest}]\n")
		if _, err := s.apply(p, rollout.Options{}); err != nil {
			t.Fatal(err)
		}
		r, err := (&rollout.Runner{API: s.client()}).Rollback(t.Context(), p, rollout.Options{})
		if _, ok := errors.AsType[*rollout.NotReturnableError](err); !ok || r.Totals.Returned != 3 || r.Waves[0].Items[0].State != rollout.NotReturnable {
			t.Fatalf("%s, %+v, %v", states(r), r.Totals, err)
		}
		r, err = s.apply(p, rollout.Options{})
		if _, ok := errors.AsType[*rollout.ClosedError](err); !ok || r.Outcome != rollout.OutcomeRolledBack || r.Waves[0].Items[0].State != rollout.NotReturnable {
			t.Errorf("again: %s, %s, %v", r.Outcome, states(r), err)
		}
		if r, err = s.apply(p, rollout.Options{Replan: true}); err != nil || r.Outcome != rollout.OutcomeRolledOut || r.Totals.Active != 4 {
			t.Errorf("%s, %+v, %v", states(r), r.Totals, err)
		}
	})
}

func TestARetryThatIsReturnedIsClosed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newScene(t, 20, 1, simulator.Options{Pace: failingFirst{}})
		p := s.plan(manifest(4, "on-failure: rollback", "tolerate: 1", "waves: [{name: all, checks: [home]}]", checks))
		if _, err := s.apply(p, rollout.Options{}); err != nil {
			t.Fatal(err)
		}
		s.checker.verdict = func(rollout.Item) rollout.Finding { return rollout.Finding{Verdict: rollout.NotHeld} }
		r, err := s.apply(p, rollout.Options{RetryFailed: true})
		if r.Outcome != rollout.OutcomeRolledBack || r.Totals.Returned != 4 {
			t.Fatalf("%s, %+v, %v", r.Outcome, r.Totals, err)
		}
		before := s.sim.Count(simulator.OpSubmit)
		r, err = s.apply(p, rollout.Options{})
		if r.Outcome != rollout.OutcomeRolledBack || err == nil || s.sim.Count(simulator.OpSubmit) != before {
			t.Errorf("%s, %v, %d submitted", r.Outcome, err, s.sim.Count(simulator.OpSubmit)-before)
		}
	})
}
