package rollout_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/propctl/propctl/activation"
	"github.com/propctl/propctl/activation/rollout"
	"github.com/propctl/propctl/papi"
	"github.com/propctl/propctl/papi/simulator"
)

func (s *scene) dryRun(p *rollout.Plan, o rollout.Options) (*rollout.Result, error) {
	s.t.Helper()
	before := s.sim.Count(simulator.OpSubmit)
	r, err := (&rollout.Runner{API: s.client(), Checker: s.checker}).DryRun(s.t.Context(), p, o)
	if n := s.sim.Count(simulator.OpSubmit) - before; n > 0 {
		s.t.Errorf("a dry run has submitted %d times", n)
	}
	return r, err
}

// Each tenth property of a scene has version 3 on staging; all others have 2.
func TestADryRunRejectsWhatIsNotActiveOnStaging(t *testing.T) {
	for name, c := range map[string]struct {
		lines    []string
		options  rollout.Options
		rejected int
		refused  bool
	}{
		"nobody has asked":               {[]string{"networks: [production]"}, rollout.Options{}, 0, false},
		"more than are tolerated":        {[]string{"networks: [production]"}, rollout.Options{RequireStaging: true}, 36, true},
		"as many as are tolerated":       {[]string{"networks: [production]", "tolerate: 36"}, rollout.Options{RequireStaging: true}, 36, false},
		"as a flag tolerates":            {[]string{"networks: [production]"}, rollout.Options{RequireStaging: true, Tolerate: &rollout.Amount{N: 36}}, 36, false},
		"one less is tolerated":          {[]string{"networks: [production]", "tolerate: 35"}, rollout.Options{RequireStaging: true}, 36, true},
		"the plan brings it there first": {[]string{"networks: [staging, production]"}, rollout.Options{RequireStaging: true}, 0, false},
		"after the wave of --through":    {[]string{"networks: [production]", "waves: [{name: a, take: 1}, {name: b}]"}, rollout.Options{RequireStaging: true, Through: "a", Tolerate: &rollout.Amount{N: 1}}, 36, false},
	} {
		synctest.Test(t, func(t *testing.T) {
			s := newScene(t, 40, 1, simulator.Options{})
			p := s.plan(manifest(40, c.lines...))
			r, err := s.dryRun(p, c.options)
			rejected := 0
			for _, w := range r.Waves {
				for _, i := range w.Items {
					var reason *activation.RejectedError
					if i.State == rollout.Rejected && errors.As(i.Err, &reason) && strings.Contains(reason.Reason, "version 2 is") {
						rejected++
					}
				}
			}
			failures, isFailures := errors.AsType[*rollout.FailuresError](err)
			if rejected != c.rejected || r.Totals.Failed != c.rejected || isFailures != c.refused || (err != nil) != c.refused {
				t.Errorf("%s: %d rejected, %+v, %v", name, rejected, r.Totals, err)
			}
			if isFailures && (r.Outcome != rollout.OutcomeRejected || len(failures.Items) != c.rejected) {
				t.Errorf("%s: %s, %v", name, r.Outcome, err)
			}
		})
	}
}

func returned(s *scene, p *rollout.Plan) {
	_, _ = s.apply(p, rollout.Options{})
	_, _ = (&rollout.Runner{API: s.client()}).Rollback(s.t.Context(), p, rollout.Options{})
}

// A dry run ends as the run would before it has submitted anything.
func TestADryRunEndsAsTheRunWould(t *testing.T) {
	for name, c := range map[string]struct {
		lines   []string
		options rollout.Options
		pace    simulator.Pace
		first   func(s *scene, p *rollout.Plan)
		outcome rollout.Outcome // of both; empty: the run would go on
	}{
		"nothing is in the way":     {first: func(*scene, *rollout.Plan) {}},
		"all is done":               {first: func(s *scene, p *rollout.Plan) { _, _ = s.apply(p, rollout.Options{}) }},
		"drift":                     {first: func(s *scene, _ *rollout.Plan) { s.foreign("prp_100002") }, outcome: rollout.OutcomeRejected},
		"drift of what is left out": {first: func(s *scene, _ *rollout.Plan) { s.foreign("prp_100002") }, options: rollout.Options{Skip: []string{"prp_100002"}, Tolerate: &rollout.Amount{N: 1}}},
		"another plan": {first: func(s *scene, _ *rollout.Plan) {
			s.within(time.Second, s.plan("name: test\nnotify: [you@example.com]\nproperties: [prp_100001@3]\n"))
		}, outcome: rollout.OutcomeRejected},
		"a plan that was returned":            {first: returned, outcome: rollout.OutcomeRolledBack},
		"a plan that was returned, once more": {first: returned, options: rollout.Options{Replan: true}},
		"a plan that was returned, with too small a budget for another attempt": {
			first: returned, options: rollout.Options{Replan: true, Budget: &papi.Quota{Remaining: new(3)}}, outcome: rollout.OutcomeLimited,
		},
		"a plan that was returned, and drift": {first: func(s *scene, p *rollout.Plan) {
			returned(s, p)
			s.foreign("prp_100002")
		}, options: rollout.Options{Replan: true}, outcome: rollout.OutcomeRejected},
		"a plan that is being returned": {first: func(s *scene, p *rollout.Plan) {
			_, _ = s.apply(p, rollout.Options{})
			ctx, cancel := context.WithTimeout(s.t.Context(), 3*time.Second)
			defer cancel()
			_, _ = (&rollout.Runner{API: s.client()}).Rollback(ctx, p, rollout.Options{})
		}, options: rollout.Options{Replan: true}, outcome: rollout.OutcomeRolledBack},
		"a plan that has failed":            {pace: failingFirst{}, first: func(s *scene, p *rollout.Plan) { _, _ = s.apply(p, rollout.Options{}) }, outcome: rollout.OutcomeFailed},
		"a plan that has failed, once more": {pace: failingFirst{}, options: rollout.Options{RetryFailed: true}, first: func(s *scene, p *rollout.Plan) { _, _ = s.apply(p, rollout.Options{}) }},
		"too small a budget":                {options: rollout.Options{Budget: &papi.Quota{Remaining: new(3)}}, first: func(*scene, *rollout.Plan) {}, outcome: rollout.OutcomeLimited},
		"too small a budget for one day":    {options: rollout.Options{Budget: &papi.Quota{Remaining: new(3)}, OverBudget: true}, first: func(*scene, *rollout.Plan) {}},
	} {
		synctest.Test(t, func(t *testing.T) {
			s := newScene(t, 20, 1, simulator.Options{Pace: c.pace})
			p := s.plan(manifest(4, c.lines...))
			c.first(s, p)
			r, err := s.dryRun(p, c.options)
			if (err != nil) != (c.outcome != "") || err != nil && r.Outcome != c.outcome {
				t.Errorf("%s: dry: %s, %s, %v", name, r.Outcome, states(r), err)
			}
			before := s.sim.Count(simulator.OpSubmit)
			really, runErr := s.apply(p, c.options)
			submitted := s.sim.Count(simulator.OpSubmit) - before
			if c.outcome != "" && (really.Outcome != r.Outcome || submitted > 0) || (runErr != nil) != (err != nil) {
				t.Errorf("%s: the run: %s, %d submitted, %v; dry: %s, %v", name, really.Outcome, submitted, runErr, r.Outcome, err)
			}
			if c.outcome != "" && fmt.Sprint(runErr) != fmt.Sprint(err) {
				t.Errorf("%s: the run says %v; dry: %v", name, runErr, err)
			}
		})
	}
}

func TestADryRunThatCannotLookSaysSo(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newScene(t, 20, 1, simulator.Options{})
		p := s.plan(manifest(4))
		s.sim.Inject(simulator.Fault{Operation: simulator.OpList, Status: 403, Times: -1})
		r, err := s.dryRun(p, rollout.Options{RequireStaging: true})
		if _, ok := errors.AsType[*rollout.UnreadError](err); !ok || r.Outcome != rollout.OutcomeError {
			t.Errorf("%s, %v", r.Outcome, err)
		}
		if _, err := s.dryRun(p, rollout.Options{Through: "nowhere"}); err == nil {
			t.Error("there is no such wave")
		}
	})
}

// within carries out a plan for some time.
func (s *scene) within(d time.Duration, p *rollout.Plan) {
	s.t.Helper()
	ctx, cancel := context.WithTimeout(s.t.Context(), d)
	defer cancel()
	if _, err := s.applyWithin(ctx, p, rollout.Options{}); err == nil {
		s.t.Error("it has ended in time")
	}
}
