package rollout_test

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/propctl/propctl/activation/rollout"
	"github.com/propctl/propctl/papi"
	"github.com/propctl/propctl/papi/simulator"
)

// With a simulator that runs faster all is over that much sooner, and the same is done.
func TestARolloutGoesByPAPIsClock(t *testing.T) {
	type seen struct {
		took     time.Duration
		requests int
	}
	run := func(speed float64) (got seen) {
		synctest.Test(t, func(t *testing.T) {
			s := newScene(t, 20, 1, simulator.Options{Speed: speed})
			p := s.plan(manifest(8, "networks: [staging, production]",
				"waves: [{name: canary, take: 2, checks: [home], watch: 30m}, {name: rest}]", checks))
			begun := time.Now()
			c := s.sim.Credentials()
			client, err := papi.New(papi.Credentials{
				Host: c.Host, ClientToken: c.ClientToken, ClientSecret: c.ClientSecret, AccessToken: c.AccessToken,
			}, papi.Options{Transport: s.sim.Transport(), Speed: speed})
			if err != nil {
				t.Fatal(err)
			}
			r, err := (&rollout.Runner{API: client, Checker: s.checker}).Apply(t.Context(), p, rollout.Options{Speed: speed})
			if err != nil || r.Outcome != rollout.OutcomeRolledOut {
				t.Fatalf("speed %v: %v, %+v", speed, err, r)
			}
			took := time.Duration(float64(time.Since(begun)) * speed)
			if off := r.Waited - took; off.Abs() > time.Second {
				t.Errorf("speed %v: it says %s, and took %s", speed, r.Waited, took)
			}
			got = seen{took.Round(time.Minute), s.sim.Count(simulator.OpAny)}
		})
		return got
	}
	slow, fast := run(1), run(60)
	if off := slow.took - fast.took; off.Abs() > 3*time.Minute || slow.requests-fast.requests > 5 || fast.requests-slow.requests > 5 {
		t.Errorf("%+v, and 60 times as fast %+v", slow, fast)
	}
	t.Log(slow, fast)
}
