package rollout_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"sync"
	"testing"
	"time"

	"github.com/propctl/propctl/activation"
	"github.com/propctl/propctl/activation/rollout"
	"github.com/propctl/propctl/papi"
	"github.com/propctl/propctl/papi/simulator"
)

// Check implements rollout.Checker.
func (s *story) Check(_ context.Context, _ rollout.Check, item rollout.Item) rollout.Finding {
	var n int
	if _, err := fmt.Sscanf(string(item.PropertyID), "prp_%d", &n); err != nil {
		return rollout.Finding{Verdict: rollout.NotDecided}
	}
	if s.badCheck[n-100001] {
		return rollout.Finding{Verdict: rollout.NotHeld, Detail: "500"}
	}
	return rollout.Finding{Verdict: rollout.Held}
}

func (s *story) play(t *testing.T) {
	t.Helper()
	s.account.Properties = simulator.Properties(s.properties, 1+s.rand.IntN(3), time.Now())
	for i := range s.account.Properties {
		if s.failing[i] {
			s.account.Properties[i].Versions[2].Fails = true
		}
	}
	s.sim = simulator.New(s.account)
	for i := range s.properties {
		for _, a := range s.sim.Activations(id(i)) {
			s.before[a.ID] = true
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	var wg sync.WaitGroup
	for range s.strangers {
		at, which := time.Duration(s.rand.IntN(900))*time.Second, s.rand.IntN(s.properties)
		network := s.networks[s.rand.IntN(len(s.networks))]
		wg.Go(func() { s.stranger(ctx, t, at, which, network) })
	}
	s.processesUntilDone(t)
	cancel()
	wg.Wait()
	s.silent()
	s.dump(t)
	for i := range s.properties {
		for _, a := range s.sim.Activations(id(i)) {
			if !s.before[a.ID] {
				s.accepted++
			}
		}
	}
}

func id(i int) string { return fmt.Sprintf("prp_%d", 100001+i) }

// stranger activates another version at some time.
func (s *story) stranger(ctx context.Context, t *testing.T, at time.Duration, which int, network simulator.Network) {
	t.Helper()
	timer := time.NewTimer(at)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
		return
	}
	client := s.client(t, s.sim.Transport())
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, err := client.CreateActivation(ctx, papi.PropertyRef{PropertyID: papi.ID(id(which))}, request(1, network)); err == nil {
		s.foreign[id(which)] = true
	}
}

// between is a stranger who activates another version right before a submission.
func (s *story) between(property string, network simulator.Network) {
	for _, a := range s.sim.Activations(property) {
		if a.Network == network && (a.Status == simulator.StatusPending || a.Status == simulator.StatusNew) {
			return
		}
	}
	s.sim.AddActivation(property, simulator.Activation{
		Version: 1, Network: network, Note: "Somebody else", Submitted: time.Now(), Steps: s.Steps(simulator.Submission{Network: network}),
	})
	s.mu.Lock()
	defer s.mu.Unlock()
	s.foreign[property] = true
}

func (s *story) client(t *testing.T, rt http.RoundTripper) *papi.Client {
	t.Helper()
	c := s.sim.Credentials()
	client, err := papi.New(papi.Credentials{
		Host: c.Host, ClientToken: c.ClientToken, ClientSecret: c.ClientSecret, AccessToken: c.AccessToken,
	}, papi.Options{Transport: rt})
	if err != nil {
		t.Fatal(err)
	}
	return client
}

// processesUntilDone starts processes until one has brought the rollout to its end.
func (s *story) processesUntilDone(t *testing.T) {
	t.Helper()
	var plan *rollout.Plan
	options := s.options
	options.Through = s.through
	const most = 40
	for range most {
		result, err, dead := s.life(t, &plan, options)
		switch {
		case dead:
			time.Sleep(3 * time.Second)
			continue
		case result == nil: // no plan could be made
			s.outcomes["no plan"]++
			time.Sleep(time.Minute)
			continue
		}
		s.outcomes[string(result.Outcome)]++
		if *campaignSeed != 0 {
			t.Logf("process at %s: %s, %+v: %v", time.Now().Format(time.TimeOnly), result.Outcome, result.Totals, err)
		}
		s.judge(result, err, options)
		switch {
		case result.Outcome == rollout.OutcomePaused:
			options.Through = ""
		case result.Outcome == rollout.OutcomeLimited || result.Outcome == rollout.OutcomeError && isLimit(err):
			time.Sleep(24*time.Hour + time.Minute)
		case result.Outcome == rollout.OutcomeError && again(err):
			time.Sleep(time.Minute)
		case result.Outcome == rollout.OutcomeFailed && s.retries && !options.RetryFailed:
			options.RetryFailed = true
		default:
			return
		}
	}
	s.violate("no process has ended by itself")
}

// life is one process, from its start to its end or death.
func (s *story) life(t *testing.T, plan **rollout.Plan, o rollout.Options) (r *rollout.Result, err error, dead bool) { //nolint:revive // the error belongs to the result
	t.Helper()
	ctx, kill := context.WithCancelCause(t.Context())
	w := &wire{next: s.sim.Transport(), story: s, kill: kill, faultEvery: s.chaosEvery, rand: rand.New(rand.NewPCG(s.rand.Uint64(), 2))}
	if s.deaths > 0 {
		w.diesAt = 1 + s.rand.IntN(20+6*s.properties)
	}
	r, err = s.process(ctx, t, w, plan, o)
	kill(nil)
	s.processes++
	w.mu.Lock()
	defer w.mu.Unlock()
	w.ended = true
	if w.dead {
		s.deaths--
		s.outcomes["killed"]++
		if *campaignSeed != 0 {
			t.Logf("killed at %s after %d requests", time.Now().Format(time.TimeOnly), w.requests)
		}
	}
	return r, err, w.dead
}

// isLimit reports whether the day's budget is the reason.
func isLimit(err error) bool {
	limit, ok := errors.AsType[*activation.LimitError](err)
	return ok && limit.Daily
}

// again reports whether a person would simply run it again.
func again(err error) bool {
	problem, ok := errors.AsType[*papi.Error](err)
	_, isUncertain := errors.AsType[*rollout.UncertainError](err)
	_, isBack := errors.AsType[*rollout.ReturnError](err)
	return ok && problem.Class.Transient() || isUncertain || isBack
}

// process is one run from nothing but the manifest, or the plan.
func (s *story) process(ctx context.Context, t *testing.T, w *wire, plan **rollout.Plan, o rollout.Options) (*rollout.Result, error) {
	t.Helper()
	client := s.client(t, w)
	p := *plan
	if p == nil || !s.byPlan {
		m, err := rollout.ParseManifest([]byte(s.manifest))
		if err != nil {
			t.Fatalf("%v\n%s", err, s.manifest)
		}
		if p, err = rollout.Resolve(ctx, client, m, time.Now()); err != nil {
			return nil, err
		}
		*plan = p
	}
	w.plan = p
	runner := &rollout.Runner{API: client, Checker: s}
	return runner.Apply(ctx, p, o)
}

// dump logs what PAPI has, of one rollout that is looked into.
func (s *story) dump(t *testing.T) {
	t.Helper()
	if *campaignSeed == 0 {
		return
	}
	t.Logf("%+v\n%s", s.options, s.manifest)
	for i := range s.properties {
		for _, a := range s.sim.Activations(id(i)) {
			if !s.before[a.ID] {
				t.Logf("%s %s version %d: %s, submitted %s, updated %s: %s", id(i), a.Network, a.Version, a.Status,
					a.Submitted.Format(time.TimeOnly), a.Updated.Format(time.TimeOnly), a.Note)
			}
		}
	}
}
