package runner_test

import (
	"context"
	"fmt"
	"strings"
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

// Who hands in a running plan with other options has these carried out, and not the earlier ones.
func TestTheOptionsThatWereHandedInLastHold(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newScene(t, 4, simulator.Options{})
		p := s.plan(manifest(4, "networks: [staging]", "waves:", "  - {name: canary, take: 1}", "  - {name: rest}"))
		hand := func(o rollout.Options) {
			if _, err := runner.HandIn(t.Context(), &s.store, p, o, "", activation.Holder{}); err != nil {
				t.Fatal(err)
			}
		}
		hand(rollout.Options{Through: "canary"})
		time.AfterFunc(20*time.Second, func() { hand(rollout.Options{}) })
		time.AfterFunc(40*time.Second, func() { hand(rollout.Options{}) }) // this changes nothing
		if _, err := s.runner(t.Context(), "one", p.AccountID).Run(t.Context()); err != nil {
			t.Fatal(err)
		}
		active, all := s.submitted(4)
		if j := s.job(p); active != 4 || all != 4 || j.End == nil || j.End.Outcome != rollout.OutcomeRolledOut || strings.Count(s.lines(), "leads rollout") != 2 {
			t.Errorf("%d of 4 are active, of %d; %+v\n%s", active, all, j.End, s.lines())
		}
	})
}

// A runner that has said much still says what it cannot do, and --once ends.
func TestARunnerDoesNotFallSilent(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newScene(t, 3, simulator.Options{})
		p := s.plan(manifest(3))
		const many = 1500
		for i := range many {
			at := activation.Line{Account: p.AccountID, Asset: papi.ID(fmt.Sprint("prp_", i)), Network: "STAGING"}
			if err := s.work.Offer(t.Context(), at, []byte("nonsense")); err != nil {
				t.Fatal(err)
			}
		}
		r := s.runner(t.Context(), "one", p.AccountID)
		r.Once = false
		time.AfterFunc(2*time.Hour, func() {
			s.handIn(p)
			_ = coordinator.Change(t.Context(), &s.store, "plan."+s.job(p).Plan+".0", func(coordinator.Entry) ([]byte, error) { return []byte("garbage"), nil })
		})
		go func() { _, _ = r.Run(t.Context()) }()
		time.Sleep(3 * time.Hour)
		if n := strings.Count(s.lines(), "\n"); !strings.Contains(s.lines(), "cannot be had") || n > 1100 {
			t.Errorf("it has said %d lines, and not why it does not lead", n)
		}
		s.said = nil
		again := s.runner(t.Context(), "two", p.AccountID)
		begun := time.Now()
		if _, err := again.Run(t.Context()); err != nil || time.Since(begun) > time.Minute {
			t.Errorf("%v after %s", err, time.Since(begun))
		}
	})
}

// forgetful is a store in which keys expire that were not written for 26 hours.
type forgetful struct{ coordinator.Store }

func (f forgetful) Get(ctx context.Context, key string) (coordinator.Entry, error) {
	e, err := f.Store.Get(ctx, key)
	if time.Since(e.Written) > 26*time.Hour {
		e = coordinator.Entry{}
	}
	return e, err
}

// holds is a checker for which all is well.
type holds struct{}

func (holds) Check(context.Context, rollout.Check, rollout.Item) rollout.Finding {
	return rollout.Finding{Verdict: rollout.Held}
}

// A rollout that takes longer than the store keeps what is not written goes on when its lead dies.
func TestARolloutThatTakesLongIsNotForgotten(t *testing.T) {
	if testing.Short() {
		t.Skip("days of looking around every two seconds")
	}
	synctest.Test(t, func(t *testing.T) {
		const n = 4
		s := newScene(t, n, simulator.Options{})
		p := s.plan(manifest(n, "networks: [staging]", "checks: {up: {http: \"https://www.example.com/\"}}",
			"waves:", "  - {name: canary, take: 1, checks: [up], watch: 20h}", "  - {name: early, take: 1, checks: [up], watch: 20h}", "  - {name: rest}"))
		s.handIn(p)
		life, die := context.WithCancel(t.Context())
		defer die()
		for _, name := range []string{"one", "two"} {
			if name == "two" {
				die()
				life = t.Context()
			}
			r := s.runner(life, name, p.AccountID)
			r.Store = forgetful{r.Store}
			r.Accounts[0].Checker = holds{}
			r.Once = false
			go func() { _, _ = r.Run(life) }()
			time.Sleep(27 * time.Hour)
		}
		if active, all := s.submitted(n); active != n || all != n || s.job(p).State != runner.Ended {
			t.Errorf("%d of %d are active, of %d\n%s", active, n, all, s.lines())
		}
	})
}
