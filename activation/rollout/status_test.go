package rollout_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/propctl/propctl/activation/rollout"
	"github.com/propctl/propctl/papi"
	"github.com/propctl/propctl/papi/simulator"
)

func (s *scene) status(p *rollout.Plan, o rollout.StatusOptions) (*rollout.Result, error) {
	s.t.Helper()
	return (&rollout.Runner{API: s.client()}).Status(s.t.Context(), p, o)
}

// states writes a result as one line: the outcome, and each wave with its state and
// the states of its items.
func states(r *rollout.Result) string {
	all := []string{string(r.Outcome)}
	for _, w := range r.Waves {
		counts := map[string]int{}
		for _, i := range w.Items {
			counts[string(i.State)]++
		}
		all = append(all, fmt.Sprintf("%s %s (%s)", w.Name, w.State, list(counts)))
	}
	return strings.Join(all, "; ")
}

// stopAt applies a plan for so long.
func (s *scene) stopAt(p *rollout.Plan, after time.Duration) {
	s.t.Helper()
	s.stopAt2(p, after, rollout.Options{})
}

func (s *scene) stopAt2(p *rollout.Plan, after time.Duration, o rollout.Options) {
	s.t.Helper()
	ctx, cancel := context.WithTimeout(s.t.Context(), after)
	defer cancel()
	if _, err := s.applyWithin(ctx, p, o); !errors.Is(err, context.DeadlineExceeded) {
		s.t.Fatalf("it ended before: %v", err)
	}
}

func TestStatusTellsHowFarARolloutIs(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newScene(t, 20, 1, simulator.Options{})
		p := s.plan(manifest(6, "networks: [staging, production]",
			"waves: [{name: canary, take: 2, checks: [home], watch: 5m}, {name: rest, checks: [home]}]", checks))
		now := func() string {
			t.Helper()
			before := s.sim.Count(simulator.OpAny)
			r, err := s.status(p, rollout.StatusOptions{})
			if err != nil {
				t.Fatal(err)
			}
			if took, cost := s.sim.Count(simulator.OpAny)-before, p.StatusCost(rollout.StatusOptions{}); took != cost || cost != 6 {
				t.Errorf("it took %d requests, and was to take %d", took, cost)
			}
			return states(r)
		}
		expect := func(when, want string) {
			t.Helper()
			if got := now(); got != want {
				t.Errorf("%s:\n got %s\nwant %s", when, got, want)
			}
		}
		expect("at first", "open; canary open (waiting 4); rest open (waiting 8)")
		s.stopAt(p, 20*time.Second)
		expect("on its way", "running; canary running (underway 2, waiting 2); rest open (waiting 8)")
		s.stopAt(p, 2*time.Minute)
		expect("watched", "running; canary checking (active 2, waiting 2); rest open (waiting 8)")
		if _, err := s.apply(p, rollout.Options{Through: "canary"}); err != nil {
			t.Fatal(err)
		}
		expect("paused", "running; canary checking (active 4); rest open (waiting 8)")
		if _, err := s.apply(p, rollout.Options{}); err != nil {
			t.Fatal(err)
		}
		expect("done", "rolled-out; canary done (active 4); rest checking (active 8)")
		if _, err := (&rollout.Runner{API: s.client()}).Rollback(t.Context(), p, rollout.Options{}); err != nil {
			t.Fatal(err)
		}
		expect("returned", "rolled-back; canary rolled-back (rolled-back 4); rest rolled-back (rolled-back 8)")
		if _, err := s.apply(p, rollout.Options{Replan: true, Through: "canary"}); err != nil {
			t.Fatal(err)
		}
		expect("tried again", "running; canary checking (active 4); rest open (waiting 8)")
	})
}

func TestStatusTellsWhoIsInTheWayAndWhatHasFailed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newScene(t, 20, 1, simulator.Options{Pace: failingFirst{}})
		p := s.plan(manifest(4, "tolerate: 1"))
		done, err := s.apply(p, rollout.Options{})
		if err != nil {
			t.Fatal(err)
		}
		items := done.Waves[0].Items // any of them may have been the first, which has failed
		active := items[slices.IndexFunc(items, func(i rollout.ItemResult) bool { return i.State == rollout.Active })]
		s.sim.AddActivation(string(active.PropertyID), simulator.Activation{Version: 1, Network: simulator.Staging, Note: "mine", Submitted: time.Now()})
		r, err := s.status(p, rollout.StatusOptions{})
		if err != nil || states(r) != "running; all running (active 2, blocked 1, failed 1)" {
			t.Fatalf("%s, %v", states(r), err)
		}
		at := slices.IndexFunc(r.Waves[0].Items, func(i rollout.ItemResult) bool { return i.State == rollout.Blocked })
		if item := r.Waves[0].Items[at]; item.BlockedBy == nil || item.BlockedBy.Note != "mine" || item.On != 3 {
			t.Errorf("%+v", item)
		}
		if r.Totals.Blocked != 1 || r.Totals.Failed != 1 || r.Totals.Active != 2 {
			t.Errorf("%+v", r.Totals)
		}
		failed := s.plan(manifest(4))
		if r, err = s.status(failed, rollout.StatusOptions{Skip: []string{string(active.PropertyID)}}); err != nil || r.Outcome != rollout.OutcomeFailed {
			t.Errorf("%s, %v", states(r), err)
		}
	})
}

func TestAFastStatusAsksTheGroupsOnly(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newScene(t, 30, 3, simulator.Options{})
		p := s.plan(manifest(9, "waves: [{name: canary, take: 2}, {name: rest}]"))
		if _, err := s.apply(p, rollout.Options{Through: "canary"}); err != nil {
			t.Fatal(err)
		}
		before := s.sim.Count(simulator.OpAny)
		read := 0
		o := rollout.StatusOptions{Fast: true, Read: func(int, int) { read++ }}
		r, err := s.status(p, o)
		took := s.sim.Count(simulator.OpAny) - before
		if want := "running; canary done (active 2); rest open (not-active 7)"; err != nil || states(r) != want {
			t.Errorf("%s, %v", states(r), err)
		}
		if took != 3 || read != 3 || p.StatusCost(o) != 3 || r.Totals.Unknown != 7 {
			t.Errorf("%d requests, %d told, %d foretold, %+v", took, read, p.StatusCost(o), r.Totals)
		}
	})
}

func TestAStatusSaysWhatItCouldNotRead(t *testing.T) {
	for _, fast := range []bool{false, true} {
		synctest.Test(t, func(t *testing.T) {
			s := newScene(t, 20, 2, simulator.Options{})
			p := s.plan(manifest(4))
			op := simulator.OpList
			if fast {
				op = simulator.OpProperties
			}
			s.sim.Inject(simulator.Fault{Operation: op, Status: 403})
			r, err := s.status(p, rollout.StatusOptions{Fast: fast})
			unread, ok := errors.AsType[*rollout.UnreadError](err)
			unknown := map[bool]int{false: 1, true: 2}[fast]
			if !ok || len(unread.Items) != unknown || !errors.Is(err, papi.ClassGrantMissing) || r.Outcome == rollout.OutcomeRolledOut {
				t.Errorf("fast %v: %s, %v", fast, states(r), err)
			}
		})
	}
}

func TestAStatusNamesAnotherPlanThatHasNotEnded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newScene(t, 20, 1, simulator.Options{})
		first := s.plan(manifest(4))
		s.stopAt(first, 20*time.Second)
		r, err := s.status(s.plan(manifest(5)), rollout.StatusOptions{})
		if err != nil || r.Another == nil || r.Another.Mark.Digest != first.Digest {
			t.Errorf("%+v, %v", r.Another, err)
		}
	})
}

func TestTheChecksOfOneWaveAreMadeAlone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newScene(t, 20, 1, simulator.Options{})
		p := s.plan(manifest(5, "networks: [staging, production]", "waves: [{name: canary, take: 2, checks: [home]}, {name: rest}]", checks))
		before := s.sim.Count(simulator.OpAny)
		runner := &rollout.Runner{API: s.client(), Checker: s.checker}
		r, err := runner.Check(t.Context(), p, rollout.CheckOptions{Wave: "canary"})
		if err != nil || r.Outcome != rollout.OutcomeChecked || len(r.Waves[0].Checks) != 4 || s.sim.Count(simulator.OpAny) != before {
			t.Fatalf("%+v, %v", r, err)
		}
		s.checker.verdict = func(i rollout.Item) rollout.Finding {
			if i.Network == papi.Staging {
				return rollout.Finding{Verdict: rollout.NotDecided, Detail: "nobody answers"}
			}
			return rollout.Finding{Verdict: rollout.NotHeld, Detail: "500"}
		}
		var told int
		begun := time.Now()
		for _, c := range []struct {
			networks []papi.Network
			want     rollout.Outcome
		}{{nil, rollout.OutcomeFailed}, {[]papi.Network{papi.Staging}, rollout.OutcomeUndecided}} {
			r, err = runner.Check(t.Context(), p, rollout.CheckOptions{Wave: "canary", Networks: c.networks, Observe: func(rollout.Event) { told++ }})
			if _, ok := errors.AsType[*rollout.CheckError](err); !ok || r.Outcome != c.want {
				t.Errorf("%q: %s, %v", c.networks, r.Outcome, err)
			}
		}
		if took := time.Since(begun); took != 90*time.Second || told != 3*4*2 { // tried for 30 s each, every 10 s
			t.Errorf("they took %s, and %d were told", took, told)
		}
		var none *rollout.NoWaveError
		if _, err := runner.Check(t.Context(), p, rollout.CheckOptions{Wave: "x"}); !errors.As(err, &none) || !strings.Contains(err.Error(), "canary, rest") {
			t.Errorf("%v", err)
		}
	})
}
