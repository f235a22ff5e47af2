package rollout_test

import (
	"context"
	"errors"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/propctl/propctl/activation/rollout"
	"github.com/propctl/propctl/papi/simulator"
)

// Whoever may forbid submissions is asked once for each request that makes some, and others
// go on while that takes time.
func TestEachSubmissionIsPermittedOnce(t *testing.T) {
	for _, submit := range []rollout.SubmitMode{rollout.SubmitSingle, rollout.SubmitBulk} {
		t.Run(string(submit), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := newScene(t, 40, 1, simulator.Options{})
				p := s.plan(manifest(40, "waves: [{name: all, at-once: 40}]"))
				var asked atomic.Int64
				r := &rollout.Runner{API: s.client(), Permit: func() error {
					asked.Add(1)
					time.Sleep(time.Second)
					return nil
				}}
				result, err := r.Apply(t.Context(), p, rollout.Options{Submit: submit, PartSize: 10})
				if err != nil || result.Totals.Active != 40 {
					t.Errorf("%+v, %v", result.Totals, err)
				}
				requests := s.sim.Count(simulator.OpSubmit) + s.sim.Count(simulator.OpBulkActivate)
				if n := int(asked.Load()); n != requests || (submit == rollout.SubmitBulk) != (n < 10) {
					t.Errorf("it was asked %d times for %d requests", n, requests)
				}
			})
		})
	}
}

func TestNothingIsSubmittedThatIsNotPermitted(t *testing.T) {
	for _, submit := range []rollout.SubmitMode{rollout.SubmitSingle, rollout.SubmitBulk} {
		t.Run(string(submit), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := newScene(t, 40, 1, simulator.Options{})
				p := s.plan(manifest(40, "waves: [{name: all, at-once: 40}]"))
				ctx, cancel := context.WithTimeout(t.Context(), 5*time.Minute)
				defer cancel()
				r := &rollout.Runner{API: s.client(), Permit: func() error { return errors.New("not now") }}
				if _, err := r.Apply(ctx, p, rollout.Options{Submit: submit, PartSize: 10}); err == nil {
					t.Error("it ended well")
				}
				if n := s.submissions(40); n > 0 {
					t.Errorf("%d were submitted", n)
				}
			})
		})
	}
}
