package runner_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/propctl/propctl/activation"
	"github.com/propctl/propctl/activation/coordinator"
	"github.com/propctl/propctl/activation/runner"
	"github.com/propctl/propctl/papi"
	"github.com/propctl/propctl/papi/simulator"
)

// twice gives most pieces to two at once, and the second one after a moment.
type twice struct {
	coordinator.Work

	mu     *sync.Mutex
	random *rand.Rand
}

func (w twice) Next(ctx context.Context, account string) (*coordinator.Task, error) {
	task, err := w.Work.Next(ctx, account)
	if err != nil {
		return nil, err
	}
	w.mu.Lock()
	again, after := w.random.IntN(4) > 0, time.Duration(w.random.IntN(3000))*time.Millisecond
	w.mu.Unlock()
	if again {
		err = task.Later(ctx, after)
	}
	return task, err
}

// free gives everybody the turn.
type free struct{}

func (free) Take(context.Context, activation.Line, func(activation.Ahead) error) (activation.Turn, error) {
	return free{}, nil
}
func (free) Look(context.Context) error { return nil }
func (free) Permit(context.Context, func(papi.ID) bool) (time.Time, error) {
	return time.Now().Add(time.Minute), nil
}
func (free) Submitted(context.Context, papi.ID, activation.Acceptance) {}
func (free) Leave()                                                    {}

// doubled returns how many items were submitted more than once by runners that get most
// pieces twice, from a PAPI that refuses nothing, and whose lists lag.
func doubled(t *testing.T, seed uint64, turns func(*runner.Runner)) (twofold, all int) {
	t.Helper()
	const n, runners = 20, 4
	s := newScene(t, n, simulator.Options{RefuseNothing: true, ListLag: 4 * time.Second})
	p := s.plan(manifest(n, twoWaves))
	s.handIn(p)
	var mu sync.Mutex
	random := rand.New(rand.NewPCG(seed, 2))
	var running sync.WaitGroup
	for i := range runners {
		running.Go(func() {
			r := s.runner(t.Context(), fmt.Sprintf("runner-%d", i), p.AccountID)
			r.Work = twice{r.Work, &mu, random}
			turns(r)
			if _, err := r.Run(t.Context()); err != nil {
				t.Error(err)
			}
		})
	}
	running.Wait()
	for i := range n {
		for _, network := range []simulator.Network{simulator.Staging, simulator.Production} {
			count := 0
			for _, a := range s.sim.Activations(fmt.Sprintf("prp_%d", 100001+i)) {
				if a.Network == network && a.Version == 3 && strings.Contains(a.Note, "[propctl ") {
					count++
				}
			}
			all += min(count, 1)
			if count > 1 {
				twofold++
			}
		}
	}
	return twofold, all
}

func TestTurnsKeepItemsFromBeingSubmittedTwice(t *testing.T) {
	for seed := range seeds(5) {
		synctest.Test(t, func(t *testing.T) {
			if n, all := doubled(t, seed, func(*runner.Runner) {}); n > 0 || all < 30 {
				t.Errorf("seed %d: %d of %d were submitted twice", seed, n, all)
			}
		})
		synctest.Test(t, func(t *testing.T) {
			if n, all := doubled(t, seed, func(r *runner.Runner) { r.Accounts[0].Turns = free{} }); n == 0 {
				t.Errorf("seed %d: none of %d was submitted twice without turns, so that this proves nothing", seed, all)
			}
		})
	}
}
