package runner_test

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/propctl/propctl/activation/coordinator"
	"github.com/propctl/propctl/activation/rollout"
	"github.com/propctl/propctl/activation/runner"
	"github.com/propctl/propctl/papi"
	"github.com/propctl/propctl/papi/simulator"
)

// A lead dies at any moment, with a second runner there. That one leads within a lease, and the rollout ends as it
// would have, and no later than by what has to be waited for: the lease, and, of an item that was just being
// submitted, as long as a submission may take.
func TestARolloutWhoseLeadDiesEndsSoon(t *testing.T) {
	const posting = papi.DefaultSubmitTimeout + 30*time.Second
	undisturbed, slowest := time.Duration(0), time.Duration(0)
	for at := time.Duration(0); at < 2*time.Minute; at += max(100*time.Millisecond, at/12) {
		synctest.Test(t, func(t *testing.T) {
			const n = 12
			s := newScene(t, n, simulator.Options{})
			p := s.plan(manifest(n))
			s.handIn(p)
			begun := time.Now()
			life, die := context.WithCancel(t.Context())
			defer die()
			if at > 0 {
				time.AfterFunc(at, die)
			}
			led := time.Duration(0) // after the death
			first, second := s.runner(life, "first", p.AccountID), s.runner(t.Context(), "second", p.AccountID)
			say := second.Say
			second.Say = func(format string, args ...any) {
				if strings.HasPrefix(format, "leads rollout") {
					led = time.Since(begun) - at
				}
				say(format, args...)
			}
			var all sync.WaitGroup
			all.Go(func() { _, _ = first.Run(life) })
			time.Sleep(10 * time.Millisecond)
			all.Go(func() {
				if _, err := second.Run(t.Context()); err != nil {
					t.Error(err)
				}
			})
			all.Wait()
			j := s.job(p)
			active, submitted := s.submitted(n)
			if j.State != runner.Ended || j.End.Outcome != rollout.OutcomeRolledOut || j.Totals.Active != n || active != submitted {
				t.Errorf("the first one died at %s: %+v, %+v; %d of %d are active\n%s", at, j, j.End, active, submitted, s.lines())
				return
			}
			took := j.End.At.Sub(begun)
			if at == 0 {
				undisturbed = took
				return
			}
			if led > coordinator.DefaultLease+5*time.Second {
				t.Errorf("the first one died at %s, and nobody led for %s", at, led)
			}
			lost := took - undisturbed
			slowest = max(slowest, lost)
			if lost > coordinator.DefaultLease+posting+15*time.Second {
				t.Errorf("the first one died at %s, and all took %s longer\n%s", at, lost, s.lines())
			}
		})
	}
	if slowest < 2*time.Minute { // an activation takes less when it is looked at later
		t.Errorf("nobody died while it was submitting: the slowest took %s longer", slowest)
	}
	t.Logf("undisturbed it takes %s, and %s longer at most", undisturbed, fmt.Sprint(slowest))
}
