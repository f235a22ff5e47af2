package rollout_test

import (
	"context"
	"strconv"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/propctl/propctl/activation"
	"github.com/propctl/propctl/activation/rollout"
	"github.com/propctl/propctl/papi"
	"github.com/propctl/propctl/papi/simulator"
)

// hands submit items over a connection of their own, and may say something else of them.
type hands struct {
	runner *rollout.Runner
	plan   *rollout.Plan
	says   func(place int, id papi.ID) papi.ID
	silent int // of later places nobody says anything; 0: of all somebody does

	mu    sync.Mutex
	asked []int
}

func (h *hands) Submit(ctx context.Context, item rollout.Item, attempt int) papi.ID {
	h.mu.Lock()
	h.asked = append(h.asked, item.Place)
	h.mu.Unlock()
	select {
	case <-time.After(time.Duration(item.Place) * time.Second):
	case <-ctx.Done():
		return ""
	}
	id := papi.ID("")
	r, err := h.runner.Submit(ctx, h.plan, rollout.Submission{Place: item.Place, Attempt: attempt}, rollout.Options{})
	if err == nil && r.Activation != nil && (r.State == rollout.Underway || r.State == rollout.Active) {
		id = r.Activation.ActivationID
	}
	if h.silent > 0 && item.Place > h.silent {
		<-ctx.Done()
		return ""
	}
	if h.says != nil {
		return h.says(item.Place, id)
	}
	return id
}

// apply applies the plan by the hands.
func (h *hands) apply(t *testing.T) (*rollout.Result, error) {
	t.Helper()
	return (&rollout.Runner{API: h.runner.API, Submitter: h}).Apply(t.Context(), h.plan, rollout.Options{})
}

// One item has no waves to tell of.
func TestAnItemThatOthersSubmitTellsOfNoWave(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newScene(t, 4, 1, simulator.Options{ActivationsPerDay: 1})
		p := s.plan(manifest(4))
		runner := &rollout.Runner{API: s.client()}
		for place := 1; place <= 2; place++ {
			r, err := runner.Submit(t.Context(), p, rollout.Submission{Place: place, Attempt: 1}, rollout.Options{
				OverBudget: true, Observe: func(ev rollout.Event) { t.Errorf("%+v", ev) },
			})
			if err != nil || r.Submitted != (place == 1) {
				t.Errorf("place %d: %+v, %v", place, r, err)
			}
		}
	})
}

func TestOthersSubmitTheItemsOfARun(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newScene(t, 30, 1, simulator.Options{})
		p := s.plan(manifest(30, "networks: [staging, production]", "waves: [{name: canary, take: 2}, {name: rest, take: rest}]"))
		h := &hands{runner: &rollout.Runner{API: s.client()}, plan: p}
		r, err := h.apply(t)
		if err != nil || r.Outcome != rollout.OutcomeRolledOut || s.active(30, 3, simulator.Production) != 30 || len(h.asked) != s.sim.Count(simulator.OpSubmit) || len(h.asked) < 50 {
			t.Errorf("%s, %v; %d active, %d handed out", r.Outcome, err, s.active(30, 3, simulator.Production), len(h.asked))
		}
		eachOnce(t, s, 30)
	})
}

func eachOnce(t *testing.T, s *scene, n int) {
	t.Helper()
	for i := range n {
		for _, network := range []simulator.Network{simulator.Staging, simulator.Production} {
			count := 0
			for _, a := range s.sim.Activations("prp_" + strconv.Itoa(100001+i)) {
				if a.Network == network && a.Version == 3 {
					count++
				}
			}
			if count > 1 {
				t.Errorf("item %d was submitted %d times on %s", i+1, count, network)
			}
		}
	}
}

func TestWhatOthersDoNotSubmitTheRunDoesItself(t *testing.T) {
	for name, says := range map[string]func(int, papi.ID) papi.ID{
		"they say nothing":                  func(int, papi.ID) papi.ID { return "" },
		"they name one that there is not":   func(int, papi.ID) papi.ID { return "atv_999999999" },
		"they name another one":             func(int, papi.ID) papi.ID { return "atv_1" },
		"some have submitted and say so":    func(place int, id papi.ID) papi.ID { return map[bool]papi.ID{true: id}[place%2 == 0] },
		"an id that no request can be with": func(int, papi.ID) papi.ID { return "../x" },
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := newScene(t, 15, 1, simulator.Options{})
				h := &hands{runner: &rollout.Runner{API: s.client()}, plan: s.plan(manifest(15)), says: says}
				r, err := h.apply(t)
				if err != nil || r.Outcome != rollout.OutcomeRolledOut || s.active(15, 3, simulator.Staging) != 15 {
					t.Errorf("%s, %v; %d active", r.Outcome, err, s.active(15, 3, simulator.Staging))
				}
				eachOnce(t, s, 15)
			})
		})
	}
}

// A wave goes wrong while some items are out with who never comes back, and others were
// submitted without a word.
func TestWhatIsOutIsLookedAtBeforeARunEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newScene(t, 40, 1, simulator.Options{Pace: failingFirst{}})
		p := s.plan(manifest(40))
		h := &hands{runner: &rollout.Runner{API: s.client()}, plan: p, silent: 20}
		begun := time.Now()
		r, err := h.apply(t)
		active := s.active(40, 3, simulator.Staging)
		if err == nil || r.Outcome != rollout.OutcomeFailed || r.Totals.Active != active || active < 35 {
			t.Errorf("%s, %v; %+v, and %d are active", r.Outcome, err, r.Totals, active)
		}
		if time.Since(begun) > 30*time.Minute {
			t.Errorf("it took %s", time.Since(begun))
		}
		eachOnce(t, s, 40)
	})
}

// neverTurns are lines in which somebody is ahead for good.
type neverTurns struct{}

func (neverTurns) Take(ctx context.Context, _ activation.Line, _ func(activation.Ahead) error) (activation.Turn, error) {
	<-ctx.Done()
	return nil, context.Cause(ctx)
}

// What somebody has submitted before dying is found without the turn, which the dead one keeps for a while; what is
// not there is not submitted without it.
func TestWhatMayBeSubmittedIsLookedAtBeforeItsTurnIsTaken(t *testing.T) {
	for _, submitted := range []bool{true, false} {
		synctest.Test(t, func(t *testing.T) {
			s := newScene(t, 1, 1, simulator.Options{})
			p := s.plan(manifest(1))
			one := rollout.Submission{Place: 1, Attempt: 1}
			if submitted {
				if r, err := (&rollout.Runner{API: s.client()}).Submit(t.Context(), p, one, rollout.Options{}); err != nil || r.State != rollout.Underway {
					t.Fatal(r, err)
				}
			}
			ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
			defer cancel()
			one.Again = true
			r, err := (&rollout.Runner{API: s.client(), Turns: neverTurns{}}).Submit(ctx, p, one, rollout.Options{})
			if found := err == nil && r.State == rollout.Underway && r.Activation != nil; found != submitted {
				t.Errorf("submitted %t: %+v, %v", submitted, r, err)
			}
			if n := s.sim.Count(simulator.OpSubmit); n > 1 || n == 1 && !submitted {
				t.Errorf("%d submissions", n)
			}
		})
	}
}
