package rollout_test

import (
	"errors"
	"fmt"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/propctl/propctl/activation/rollout"
	"github.com/propctl/propctl/papi"
	"github.com/propctl/propctl/papi/simulator"
)

// goneBack is a scene in which another process with the same plan returns an item that has arrived.
func goneBack(t *testing.T, items int, lines ...string) (*scene, *rollout.Result, error) {
	t.Helper()
	s := newScene(t, items, 1, simulator.Options{})
	p := s.plan(manifest(items, append(lines, "networks: [production]")...))
	var wg sync.WaitGroup
	wg.Go(func() {
		for s.active(items, 3, simulator.Production) == 0 {
			time.Sleep(10 * time.Second)
		}
		o := rollout.Options{Only: []string{id(0)}}
		if r, err := (&rollout.Runner{API: s.client()}).Rollback(t.Context(), p, o); err != nil || r.Totals.Returned != 1 {
			t.Errorf("%+v, %v", r.Totals, err)
		}
	})
	r, err := s.apply(p, rollout.Options{})
	wg.Wait()
	return s, r, err
}

func TestWhoSeesThatAnotherOneGoesBackSubmitsNothingMore(t *testing.T) {
	for _, c := range []struct {
		items int
		waves string
		most  int // submissions
	}{
		{2, "waves: [{name: all, at-once: 1}]", 2},
		{4, "waves: [{name: one, take: 2, at-once: 1}, {name: two}]", 2},
		{40, "waves: [{name: all, at-once: 5}]", 15},
		{40, "waves: [{name: one, take: 20, at-once: 5}, {name: two}]", 15},
	} {
		synctest.Test(t, func(t *testing.T) {
			s, r, err := goneBack(t, c.items, c.waves)
			if _, ok := errors.AsType[*rollout.ClosedError](err); !ok || r.Outcome != rollout.OutcomeRolledBack {
				t.Errorf("%d items: %s, %v", c.items, r.Outcome, err)
			}
			if n := s.submissions(c.items); n > c.most {
				t.Errorf("%d items: %d were submitted", c.items, n)
			}
		})
	}
}

// A wave may last for hours, and in a small one nobody lists the groups: what goes back
// meanwhile of an earlier wave is seen all the same, before much more is submitted.
func TestWhatGoesBackDuringALongWaveIsSeen(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newScene(t, 12, 1, simulator.Options{})
		p := s.plan(manifest(12, "networks: [production]", "waves: [{name: one, take: 3}, {name: two, at-once: 1}]"))
		var wg sync.WaitGroup
		wg.Go(func() {
			for s.active(12, 3, simulator.Production) < 4 { // the second wave goes on
				time.Sleep(10 * time.Second)
			}
			o := rollout.Options{Only: []string{id(0)}}
			if r, err := (&rollout.Runner{API: s.client()}).Rollback(t.Context(), p, o); err != nil || r.Totals.Returned != 1 {
				t.Errorf("%+v, %v", r.Totals, err)
			}
		})
		r, err := s.apply(p, rollout.Options{})
		wg.Wait()
		if _, ok := errors.AsType[*rollout.ClosedError](err); !ok || r.Outcome != rollout.OutcomeRolledBack {
			t.Errorf("%s, %v", r.Outcome, err)
		}
		if n := s.submissions(12); n > 6 {
			t.Errorf("%d were submitted", n)
		}
	})
}

// What somebody else puts in the place of an item that has arrived is a failure, in large
// waves, too, and before anything is built on it.
func TestWhatIsReplacedDuringTheWaveIsAFailure(t *testing.T) {
	for _, items := range []int{4, 40} {
		synctest.Test(t, func(t *testing.T) {
			s := newScene(t, items, 1, simulator.Options{})
			p := s.plan(manifest(items, "networks: [production]", fmt.Sprintf("waves: [{name: one, take: %d, at-once: %d}, {name: two}]", items/2, items/4)))
			go func() {
				for s.active(items, 3, simulator.Production) == 0 {
					time.Sleep(10 * time.Second)
				}
				if _, err := s.client().CreateActivation(t.Context(), papi.PropertyRef{PropertyID: papi.ID(id(0))}, request(1, simulator.Production)); err != nil {
					t.Error(err)
				}
			}()
			r, err := s.apply(p, rollout.Options{})
			if r.Outcome != rollout.OutcomeSuperseded || r.Waves[0].Items[0].State != rollout.Superseded {
				t.Errorf("%d items: %s, %s, %v", items, r.Outcome, states(r), err)
			}
			if n := s.submissions(items); n > items/2 {
				t.Errorf("%d of %d items were submitted", n, items)
			}
		})
	}
}

// Two that begin the next attempt at once do not begin one more when the first goes back.
func TestTwoAttemptsAtOnceAreOne(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newScene(t, 20, 1, simulator.Options{})
		p := s.plan(manifest(4, "on-failure: rollback", "waves: [{name: all, checks: [home]}]", checks))
		s.checker.verdict = func(rollout.Item) rollout.Finding { return rollout.Finding{Verdict: rollout.NotHeld} }
		if r, err := s.apply(p, rollout.Options{}); err == nil || r.Totals.Returned != 4 {
			t.Fatalf("%+v, %v", r.Totals, err)
		}
		before := s.submissions(4)
		var wg sync.WaitGroup
		for range 2 {
			wg.Go(func() {
				r, err := (&rollout.Runner{API: s.client(), Checker: s.checker}).Apply(t.Context(), p, rollout.Options{Replan: true})
				if err == nil || r.Outcome != rollout.OutcomeRolledBack && r.Outcome != rollout.OutcomeFailed {
					t.Errorf("%s, %v", r.Outcome, err)
				}
			})
		}
		wg.Wait()
		if n := s.submissions(4) - before; n != 4 {
			t.Errorf("%d were submitted", n)
		}
	})
}

// What goes back while a second attempt is under way is that attempt: a third one is not begun.
func TestASecondAttemptThatGoesBackIsNotBegunAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newScene(t, 40, 1, simulator.Options{})
		p := s.plan(manifest(40, "networks: [production]", "waves: [{name: all, at-once: 5}]"))
		if _, err := s.apply(p, rollout.Options{Only: []string{id(1)}}); err != nil {
			t.Fatal(err)
		}
		back := func(which int) {
			if _, err := (&rollout.Runner{API: s.client()}).Rollback(t.Context(), p, rollout.Options{Only: []string{id(which)}}); err != nil {
				t.Error(err)
			}
		}
		back(1)
		go func() {
			for s.active(40, 3, simulator.Production) == 0 {
				time.Sleep(10 * time.Second)
			}
			back(0)
		}()
		before := s.submissions(40)
		r, err := s.apply(p, rollout.Options{Replan: true})
		if _, ok := errors.AsType[*rollout.ClosedError](err); !ok || s.submissions(40)-before > 15 {
			t.Errorf("%s, %v, %d were submitted", r.Outcome, err, s.submissions(40)-before)
		}
	})
}

// A second attempt that was killed is gone on with; another one is not begun.
func TestASecondAttemptGoesOn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newScene(t, 20, 1, simulator.Options{})
		p := s.plan(manifest(6, "on-failure: rollback", "waves: [{name: canary, take: 2}, {name: rest, checks: [home]}]", checks))
		if _, err := s.apply(p, rollout.Options{}); err != nil {
			t.Fatal(err)
		}
		if _, err := (&rollout.Runner{API: s.client()}).Rollback(t.Context(), p, rollout.Options{}); err != nil {
			t.Fatal(err)
		}
		if _, err := s.apply(p, rollout.Options{Replan: true, Through: "canary"}); err != nil {
			t.Fatal(err)
		}
		s.checker.verdict = func(rollout.Item) rollout.Finding { return rollout.Finding{Verdict: rollout.NotHeld} }
		r, err := s.apply(p, rollout.Options{Replan: true})
		if r.Outcome != rollout.OutcomeRolledBack || r.Totals.Returned != 6 {
			t.Errorf("%s, %+v, %v: what the second attempt has activated before goes back, too", r.Outcome, r.Totals, err)
		}
	})
}
