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
		last := s.life(t, &plan, options)
		result, err := last.result, last.err
		switch {
		case last.dead:
			time.Sleep(3 * time.Second)
			continue
		case result == nil: // no plan could be made
			time.Sleep(time.Minute)
			continue
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

// life is one process, or two at once of which the one that ends last tells what has become of the
// rollout. The result is nil when no plan could be made.
func (s *story) life(t *testing.T, plan **rollout.Plan, o rollout.Options) *ended {
	t.Helper()
	lives := []*ended{s.born(t, *plan)}
	if s.twins {
		lives = append(lives, s.born(t, *plan))
		lives[1].delay = time.Duration(s.rand.IntN(120)) * time.Second * time.Duration(s.rand.IntN(2))
	}
	var wg sync.WaitGroup
	var last *ended
	for _, e := range lives {
		wg.Go(func() {
			e.live(t, o)
			s.mu.Lock()
			defer s.mu.Unlock()
			last = e
		})
	}
	wg.Wait()
	for _, e := range lives {
		s.over(t, e)
		if e.plan != nil {
			*plan = e.plan
		}
	}
	return last
}

// ended is a process, and how it has ended.
type ended struct {
	story  *story
	wire   *wire
	plan   *rollout.Plan
	delay  time.Duration // before it begins
	ctx    context.Context
	kill   context.CancelCauseFunc
	result *rollout.Result
	err    error
	dead   bool
}

func (s *story) born(t *testing.T, plan *rollout.Plan) *ended {
	t.Helper()
	e := &ended{story: s, plan: plan}
	if plan != nil && s.byPlan {
		e.plan = reread(t, plan)
	}
	e.ctx, e.kill = context.WithCancelCause(t.Context())
	e.wire = &wire{next: s.sim.Transport(), story: s, kill: e.kill, faultEvery: s.chaosEvery, rand: rand.New(rand.NewPCG(s.rand.Uint64(), 2))}
	if s.deaths > 0 {
		e.wire.diesAt = 1 + s.rand.IntN(20+6*s.properties)
	}
	return e
}

// live is one run from nothing but the manifest, or the plan.
func (e *ended) live(t *testing.T, o rollout.Options) {
	t.Helper()
	defer func() {
		e.kill(nil)
		e.wire.mu.Lock()
		defer e.wire.mu.Unlock()
		e.wire.ended, e.dead = true, e.wire.dead
		if e.dead {
			e.story.killed.Add(1)
		}
	}()
	if e.delay > 0 && sleep(e.ctx, e.delay) != nil {
		return
	}
	client := e.story.client(t, e.wire)
	if e.plan == nil || !e.story.byPlan {
		m, err := rollout.ParseManifest([]byte(e.story.manifest))
		if err != nil {
			t.Errorf("%v\n%s", err, e.story.manifest)
			return
		}
		p, err := rollout.Resolve(e.ctx, client, m, time.Now())
		if err != nil {
			e.err = err
			return
		}
		e.plan = p
	}
	e.wire.plan = e.plan
	runner := &rollout.Runner{API: client, Checker: e.story}
	e.result, e.err = runner.Apply(e.ctx, e.plan, o)
}

// over counts a process that has ended.
func (s *story) over(t *testing.T, e *ended) {
	t.Helper()
	s.processes++
	outcome := "no plan"
	switch {
	case e.dead:
		s.deaths--
		outcome = "killed"
	case e.result != nil:
		outcome = string(e.result.Outcome)
	}
	s.outcomes[outcome]++
	if *campaignSeed != 0 {
		t.Logf("process ended at %s after %d requests: %s: %v", time.Now().Format(time.TimeOnly), e.wire.requests, outcome, e.err)
	}
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
