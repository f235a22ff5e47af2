package runner_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/propctl/propctl/activation"
	"github.com/propctl/propctl/activation/coordinator"
	"github.com/propctl/propctl/activation/rollout"
	"github.com/propctl/propctl/activation/runner"
	"github.com/propctl/propctl/papi"
	"github.com/propctl/propctl/papi/simulator"
)

const twoWaves = "networks: [staging, production]\nwaves: [{name: canary, take: 2}, {name: rest, take: rest}]"

func TestRunnersCarryOutWhatWasHandedIn(t *testing.T) {
	for _, runners := range []int{1, 3} {
		t.Run(fmt.Sprintf("%d", runners), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				const n = 12
				s := newScene(t, n, simulator.Options{})
				p := s.plan(manifest(n, twoWaves))
				s.handIn(p)
				var all sync.WaitGroup
				reports := make([]*runner.Report, runners)
				for i := range runners {
					all.Go(func() {
						var err error
						if reports[i], err = s.runner(t.Context(), fmt.Sprintf("runner-%d", i), p.AccountID).Run(t.Context()); err != nil {
							t.Error(err)
						}
					})
				}
				all.Wait()
				j := s.job(p)
				active, submitted := s.submitted(n)
				if j.State != runner.Ended || j.End.Outcome != rollout.OutcomeRolledOut || active != submitted || j.Totals.Active != 2*n {
					t.Errorf("%+v, %+v; %d of %d are active\n%s", j, j.End, active, submitted, s.lines())
				}
				led, did := 0, 0
				for _, r := range reports {
					led += len(r.Led)
					did += r.Submitted
				}
				if led != 1 || did != submitted {
					t.Errorf("%d have led it; %d of %d were submitted by runners\n%s", led, did, submitted, s.lines())
				}
			})
		})
	}
}

// Processes die at random moments, with what they have sent, and others take their place.
func TestRunnersThatDieLoseAndDoubleNothing(t *testing.T) {
	for seed := range seeds(12) {
		t.Run(fmt.Sprintf("seed %d", seed), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				const n, runners = 16, 4
				random := rand.New(rand.NewPCG(seed, 1))
				s := newScene(t, n, simulator.Options{})
				p := s.plan(manifest(n, twoWaves))
				s.handIn(p)
				kills, told := 0, 0
				late := time.AfterFunc(10*time.Hour, func() { panic(fmt.Sprintf("it does not end: %+v\n%s", s.job(p), s.lines())) })
				defer late.Stop()
				var all sync.WaitGroup
				var mu sync.Mutex
				for i := range runners {
					all.Go(func() {
						for try := 0; ; try++ {
							life, die := context.WithCancel(t.Context())
							mu.Lock()
							if span := time.Duration(random.IntN(120_000)) * time.Millisecond; try < 4 {
								kills++
								time.AfterFunc(span, die)
							}
							mu.Unlock()
							r := s.runner(life, fmt.Sprintf("runner-%d.%d", i, try), p.AccountID)
							r.Accounts[0].Ended = func(led runner.Led) {
								mu.Lock()
								defer mu.Unlock()
								if told++; led.End.Outcome != rollout.OutcomeRolledOut || led.Job.State != runner.Ended || led.Result == nil {
									t.Errorf("told was %+v", led)
								}
							}
							_, err := r.Run(life)
							ended := life.Err() == nil
							die()
							if ended {
								if err != nil {
									t.Error(err)
								}
								return
							}
						}
					})
				}
				all.Wait()
				j := s.job(p)
				active, submitted := s.submitted(n)
				if told != 1 {
					t.Errorf("its end was told %d times", told)
				}
				if j.End == nil || j.End.Outcome != rollout.OutcomeRolledOut || active != submitted || j.Totals.Active != 2*n {
					t.Errorf("%+v, %+v; %d of %d are active; after %d deaths\n%s", j, j.End, active, submitted, kills, s.lines())
				}
			})
		})
	}
}

func TestARolloutThatFailsEndsForAll(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const n = 12
		s := newScene(t, n, simulator.Options{Pace: failing{}})
		p := s.plan(manifest(n, "waves: [{name: canary, take: 2}, {name: rest, take: rest}]"))
		s.handIn(p)
		r, err := s.runner(t.Context(), "one", p.AccountID).Run(t.Context())
		j := s.job(p)
		_, submitted := s.submitted(n)
		if err != nil || len(r.Led) != 1 || r.Led[0].Err == nil || j.End.Outcome != rollout.OutcomeFailed || submitted != 2 {
			t.Errorf("%v, %+v, %+v, %d submitted", err, r, j.End, submitted)
		}
	})
}

// failing lets each activation fail.
type failing struct{}

func (failing) Steps(simulator.Submission) []simulator.Step {
	return []simulator.Step{
		{Status: simulator.StatusPending, State: simulator.StateReceived},
		{After: 90 * time.Second, Status: simulator.StatusFailed},
	}
}

func TestAStoppedRolloutSubmitsNothingUntilItIsResumed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const n = 30
		s := newScene(t, n, simulator.Options{})
		p := s.plan(manifest(n, "waves: [{name: all, take: rest, at-once: 3}]"))
		s.handIn(p)
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		r := s.runner(t.Context(), "one", p.AccountID)
		r.Once = false
		done := make(chan error)
		go func() {
			_, err := r.Run(ctx)
			done <- err
		}()
		time.Sleep(3 * time.Minute)
		if _, err := runner.Stop(t.Context(), &s.store, p.AccountID, "test"); err != nil {
			t.Fatal(err)
		}
		time.Sleep(5 * time.Second)
		_, before := s.submitted(n)
		time.Sleep(30 * time.Minute)
		if _, after := s.submitted(n); before == 0 || after != before || before == n {
			t.Errorf("%d submitted when it was stopped, and %d later", before, after)
		}
		if _, err := runner.Resume(t.Context(), &s.store, p.AccountID, "test"); err != nil {
			t.Fatal(err)
		}
		time.Sleep(2 * time.Hour)
		if active, all := s.submitted(n); active != all || all < n-5 || s.job(p).State != runner.Ended {
			t.Errorf("%d active of %d: %+v\n%s", active, all, s.job(p), s.lines())
		}
		cancel()
		if err := <-done; !errors.Is(err, context.Canceled) {
			t.Error(err)
		}
	})
}

// Who has not written that the rollout has ended does not tell it either: another one will.
func TestAnEndThatIsNotWrittenIsNotTold(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const n = 3
		s := newScene(t, n, simulator.Options{})
		p := s.plan(manifest(n))
		s.handIn(p)
		told := 0
		run := func(observe func(rollout.Event)) {
			r := s.runner(t.Context(), "one", p.AccountID)
			r.Accounts[0].Ended = func(runner.Led) { told++ }
			r.Accounts[0].Observe = func(_ *runner.Job, ev rollout.Event) { observe(ev) }
			if _, err := r.Run(t.Context()); err != nil {
				t.Error(err)
			}
		}
		run(func(ev rollout.Event) {
			if ev.Totals.Active == n {
				_, _ = runner.Stop(t.Context(), &s.store, p.AccountID, "test")
			}
		})
		if active, _ := s.submitted(n); told != 0 || active != n || s.job(p).State != runner.Stopped {
			t.Errorf("told %d times; %d are active: %+v", told, active, s.job(p))
		}
		if _, err := runner.Resume(t.Context(), &s.store, p.AccountID, "test"); err != nil {
			t.Fatal(err)
		}
		run(func(rollout.Event) {})
		if told != 1 || s.job(p).State != runner.Ended {
			t.Errorf("told %d times: %+v", told, s.job(p))
		}
	})
}

// What the lead submits itself, in bulk requests, waits for its turns, too, and holds up nothing else.
func TestABulkRequestOfALeadWaitsForItsTurns(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const n = 30
		s := newScene(t, n, simulator.Options{BulkInterval: time.Second})
		p := s.plan(manifest(n))
		at := activation.Line{Account: p.AccountID, Asset: "prp_100001", Network: papi.Staging}
		turn, err := (&coordinator.Turns{Store: &s.store}).Take(t.Context(), at, func(activation.Ahead) error { return nil })
		if err != nil {
			t.Fatal(err)
		}
		before := len(s.sim.Activations("prp_100001"))
		time.AfterFunc(5*time.Minute, func() {
			if now := len(s.sim.Activations("prp_100001")); now != before {
				t.Errorf("it was submitted while it was somebody else's turn")
			}
			if active, _ := s.submitted(n); active < n-5 {
				t.Errorf("only %d others are active", active)
			}
			turn.Leave()
		})
		by := activation.Holder{Host: "desk", User: "you"}
		if _, err := runner.HandIn(t.Context(), &s.store, p, rollout.Options{Submit: rollout.SubmitBulk}, "default", by); err != nil {
			t.Fatal(err)
		}
		if _, err := s.runner(t.Context(), "one", p.AccountID).Run(t.Context()); err != nil {
			t.Fatal(err)
		}
		if j := s.job(p); j.End.Outcome != rollout.OutcomeRolledOut || j.Totals.Active != n {
			t.Errorf("%+v, %+v\n%s", j.End, j.Totals, s.lines())
		}
		if lines, err := coordinator.Lines(t.Context(), &s.store); err != nil || len(lines) > 0 {
			t.Errorf("still in line: %+v, %v", lines, err)
		}
	})
}

func TestAnotherPlanIsNotHandedIn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newScene(t, 12, simulator.Options{})
		p, other := s.plan(manifest(3)), s.plan(manifest(4))
		s.handIn(p)
		again := s.handIn(p)
		if again.Term != 0 || again.Digest != p.Digest {
			t.Errorf("the same plan again: %+v", again)
		}
		_, err := runner.HandIn(t.Context(), &s.store, other, rollout.Options{}, "", again.By)
		if open, ok := errors.AsType[*runner.OpenError](err); !ok || !strings.Contains(open.Error(), p.Digest) {
			t.Error(err)
		}
		if j, err := runner.HandIn(t.Context(), &s.store, other, rollout.Options{Replan: true}, "", again.By); err != nil || j.Digest != other.Digest {
			t.Errorf("%+v, %v", j, err)
		}
	})
}
