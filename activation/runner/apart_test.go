package runner_test

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/propctl/propctl/activation"
	"github.com/propctl/propctl/activation/coordinator"
	"github.com/propctl/propctl/activation/coordinator/coordinatortest"
	"github.com/propctl/propctl/activation/rollout"
	"github.com/propctl/propctl/papi/simulator"
)

// Whoever lives leads, and whoever is dead does not, whatever the clocks of machines say.
func TestRunnersWhoseClocksAreHoursApart(t *testing.T) {
	for _, by := range []time.Duration{-5 * time.Hour, 5 * time.Hour} {
		t.Run(fmt.Sprint(by), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				n := 30
				if testing.Short() {
					n = 10 // more than ten minutes all the same
				}
				s := newScene(t, n, simulator.Options{})
				p := s.plan(manifest(n, "networks: [staging, production]\nwaves: [{name: all, take: rest, at-once: 2}]"))
				s.handIn(p)
				life, die := context.WithCancel(t.Context())
				time.AfterFunc(10*time.Minute, die)
				var all sync.WaitGroup
				for i, clock := range []time.Duration{by, 0, -by} {
					all.Go(func() {
						ctx, name := t.Context(), fmt.Sprintf("runner-%d", i)
						if i == 0 {
							ctx = life
						}
						r := s.runner(ctx, name, p.AccountID)
						r.Store = coordinatortest.Apart{Store: r.Store, By: clock}
						r.Accounts[0].Turns = &coordinator.Turns{Store: r.Store, Holder: activation.Holder{Host: name, User: "ci"}}
						time.Sleep(time.Duration(i) * 5 * time.Second)
						if _, err := r.Run(ctx); err != nil && i > 0 {
							t.Error(err)
						}
					})
				}
				time.Sleep(10*time.Minute - time.Second)
				if j := s.job(p); j.Term != 1 || j.Lead == nil || j.Lead.Holder.Host != "runner-0" {
					t.Errorf("who lives does not lead any more: %+v\n%s", j, s.lines())
				}
				all.Wait()
				active, submitted := s.submitted(n)
				if j := s.job(p); j.Term != 2 || j.End == nil || j.End.Outcome != rollout.OutcomeRolledOut || active != submitted {
					t.Errorf("%+v, %+v; %d of %d are active\n%s", j, j.End, active, submitted, s.lines())
				}
			})
		})
	}
}
