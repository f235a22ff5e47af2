package runner_test

import (
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
