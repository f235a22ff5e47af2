package rollout_test

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/propctl/propctl/activation/rollout"
	"github.com/propctl/propctl/papi/simulator"
)

func TestARolloutGoesWaveByWave(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newScene(t, 30, 2, simulator.Options{})
		p := s.plan(manifest(25, "networks: [staging, production]", "waves:", "  - {name: canary, take: 2, checks: [home], watch: 10m}", "  - {name: rest}", checks))
		begun := time.Now()
		r, err := s.apply(p, rollout.Options{})
		if err != nil || r.Outcome != rollout.OutcomeRolledOut {
			t.Fatalf("%s: %v", r.Outcome, err)
		}
		if on := s.active(25, 3, simulator.Staging); on != 25 {
			t.Errorf("%d are active on staging", on)
		}
		if on := s.active(25, 3, simulator.Production); on != 25 {
			t.Errorf("%d are active on production", on)
		}
		t.Logf("%s, %d requests, %+v", time.Since(begun), s.sim.Count(simulator.OpAny), r.Totals)
		for _, op := range []simulator.Operation{simulator.OpList, simulator.OpSubmit, simulator.OpPoll, simulator.OpProperties} {
			t.Logf("%s %d", op, s.sim.Count(op))
		}
		r, err = s.apply(p, rollout.Options{})
		if err != nil || r.Outcome != rollout.OutcomeRolledOut || s.submissions(25) != 48 {
			t.Errorf("again: %s, %v, %d submitted", r.Outcome, err, s.submissions(25))
		}
	})
}
