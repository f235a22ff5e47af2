package rollout_test

import (
	"context"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/propctl/propctl/activation/coordinator"
	"github.com/propctl/propctl/activation/rollout"
	"github.com/propctl/propctl/papi/simulator"
)

// counting is a store that counts what it is asked.
type counting struct {
	coordinator.Memory

	asked atomic.Int32
}

func (c *counting) Get(ctx context.Context, key string) (coordinator.Entry, error) {
	c.asked.Add(1)
	return c.Memory.Get(ctx, key)
}

func (c *counting) Put(ctx context.Context, key string, value []byte, revision uint64) (uint64, error) {
	c.asked.Add(1)
	return c.Memory.Put(ctx, key, value, revision)
}

// Turns cost five messages an item, or six in a bulk request, and one each ten seconds for what is not submitted yet.
func TestWhatTheTurnsOfARolloutCost(t *testing.T) {
	for name, o := range map[string]rollout.Options{"one by one": {}, "in bulk": {Submit: rollout.SubmitBulk, PartSize: 60}} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				const n = 60
				s, shared := newScene(t, n, 1, simulator.Options{BulkInterval: 10 * time.Millisecond}), &counting{}
				r, err := s.inTurn(t.Context(), shared, "me", s.plan(manifest(n)), o)
				if err != nil || r.Outcome != rollout.OutcomeRolledOut {
					t.Fatal(r.Outcome, err)
				}
				each := float64(shared.asked.Load()) / n
				t.Logf("%.2f messages an item", each)
				most := 5.0
				if o.Submit == rollout.SubmitBulk {
					most = 8 // it is known at the first look at the request, after some renewals
				}
				if each > most {
					t.Errorf("%.2f messages an item", each)
				}
			})
		})
	}
}
