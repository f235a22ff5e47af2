package rollout_test

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"maps"
	"math/rand/v2"
	"net/http"
	"runtime"
	"runtime/debug"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/propctl/propctl/activation/rollout"
	"github.com/propctl/propctl/papi"
	"github.com/propctl/propctl/papi/simulator"
)

func TestMain(m *testing.M) {
	const garbage = 400 // tests make thousands of accounts, and memory is not what they are short of
	debug.SetGCPercent(garbage)
	m.Run()
}

var (
	campaign     = flag.Int("campaign", 60, "how many random rollouts TestCampaign runs")
	campaignSeed = flag.Uint64("campaign.seed", 0, "the one rollout that TestCampaign runs; 0: as many as -campaign says")
)

// TestCampaign carries out random rollouts, with faults on any request before or after
// its effect, processes that die between any two requests and are started again with
// nothing but the manifest or the plan, and others who activate the same properties.
// Whatever happens, the promises have to hold. A failure names its seed; run it again
// with -campaign.seed.
func TestCampaign(t *testing.T) {
	c := &tally{}
	if *campaignSeed != 0 {
		c.play(t, *campaignSeed)
		return
	}
	first := rand.Uint64() >> 16
	t.Logf("seeds from %d on", first)
	seeds := make(chan uint64)
	var wg sync.WaitGroup
	for range runtime.GOMAXPROCS(0) {
		wg.Go(func() {
			for seed := range seeds {
				c.play(t, seed)
			}
		})
	}
	for i := range *campaign {
		if t.Failed() {
			break
		}
		seeds <- first + uint64(i)
	}
	close(seeds)
	wg.Wait()
	t.Logf("%d rollouts, %d processes, %d submissions; requests by what happened to them: %s", c.stories, c.processes, c.submissions, list(c.faults))
	t.Logf("processes by how they ended: %s", list(c.outcomes))
}

func list(counts map[string]int) string {
	var all []string
	for _, k := range slices.Sorted(maps.Keys(counts)) {
		all = append(all, fmt.Sprintf("%s %d", k, counts[k]))
	}
	return strings.Join(all, ", ")
}

// tally counts what happened in all stories.
type tally struct {
	mu                              sync.Mutex
	stories, processes, submissions int
	faults, outcomes                map[string]int
}

func (c *tally) play(t *testing.T, seed uint64) {
	t.Helper()
	s := newStory(seed)
	synctest.Test(t, func(t *testing.T) { s.play(t) })
	c.mu.Lock()
	defer c.mu.Unlock()
	c.stories++
	c.processes += s.processes
	c.submissions += s.accepted
	add := func(to *map[string]int, from map[string]int) {
		if *to == nil {
			*to = map[string]int{}
		}
		for k, n := range from {
			(*to)[k] += n
		}
	}
	add(&c.faults, s.faults)
	add(&c.outcomes, s.outcomes)
	for _, v := range s.violations {
		t.Errorf("seed %d: %s", seed, v)
	}
}

// story is one rollout: everything that is random in it, and what became of it.
type story struct {
	rand       *rand.Rand
	properties int
	manifest   string
	byPlan     bool // processes are given the plan, and not the manifest
	networks   []simulator.Network
	tolerate   int
	onFailure  rollout.OnFailure
	waves      []int
	options    rollout.Options
	chaosEvery int // a request of so many goes wrong
	deaths     int
	staging    time.Duration
	production time.Duration
	failing    map[int]bool // items whose versions fail, by property
	badCheck   map[int]bool
	strangers  int

	sim        *simulator.Simulator
	mu         sync.Mutex
	violations []string
	faults     map[string]int
	outcomes   map[string]int
	processes  int
	accepted   int
	foreign    map[string]bool // properties that somebody else has touched
	before     map[string]bool // activations that were there
}

func newStory(seed uint64) *story {
	r := rand.New(rand.NewPCG(seed, 1))
	pick := func(all ...int) int { return all[r.IntN(len(all))] }
	s := &story{
		rand: r, properties: 1 + r.IntN(40), byPlan: r.IntN(2) == 0, chaosEvery: pick(0, 0, 20, 50, 100, 10),
		deaths: pick(0, 0, 1, 2, 3, 6), failing: map[int]bool{}, badCheck: map[int]bool{}, foreign: map[string]bool{},
		faults: map[string]int{}, outcomes: map[string]int{}, before: map[string]bool{},
		staging:    time.Duration(1+r.IntN(240)) * time.Second,
		production: time.Duration(30+r.IntN(900)) * time.Second,
	}
	s.networks = [][]simulator.Network{{simulator.Staging}, {simulator.Production}, {simulator.Staging, simulator.Production}}[r.IntN(3)]
	s.tolerate = pick(0, 0, 0, 1, 2, 5)
	s.onFailure = []rollout.OnFailure{rollout.Stop, rollout.RollbackWave, rollout.Rollback, rollout.Rollback}[r.IntN(4)]
	for range pick(0, 0, 0, 1, 2) {
		s.failing[r.IntN(s.properties)] = true
	}
	if r.IntN(4) == 0 {
		s.badCheck[r.IntN(s.properties)] = true
	}
	s.strangers = pick(0, 0, 0, 1, 2, 3)
	s.write()
	return s
}

// write writes the manifest.
func (s *story) write() {
	var b strings.Builder
	fmt.Fprintf(&b, "name: campaign\nnotify: [you@example.com]\nnote: A change\ntolerate: %d\non-failure: %s\nstrict: %v\nnetworks: [", s.tolerate, s.onFailure, s.rand.IntN(4) == 0)
	for i, n := range s.networks {
		if i > 0 {
			b.WriteString(", ")
		}
		b.WriteString(strings.ToLower(string(n)))
	}
	b.WriteString("]\nproperties:\n")
	if s.rand.IntN(2) == 0 {
		b.WriteString("  - select: {name: 'p*'}\n")
	} else {
		for i := range s.properties {
			fmt.Fprintf(&b, "  - prp_%d@3\n", 100001+i)
		}
	}
	b.WriteString("checks: {home: {http: 'https://{hostname}/', within: 1m}}\nwaves:\n")
	left := s.properties
	for n := s.rand.IntN(3); n > 0 && left > 1; n-- {
		take := 1 + s.rand.IntN(left-1)
		left -= take
		s.waves = append(s.waves, take)
		fmt.Fprintf(&b, "  - {take: %d%s%s}\n", take, s.checks(), s.atOnce())
	}
	s.waves = append(s.waves, left)
	fmt.Fprintf(&b, "  - {take: rest%s%s}\n", s.checks(), s.atOnce())
	s.manifest = b.String()
}

func (s *story) checks() string {
	return []string{"", "", ", checks: [home]", ", checks: [home], watch: 10m"}[s.rand.IntN(4)]
}

func (s *story) atOnce() string {
	return []string{"", "", ", at-once: 1", ", at-once: 5"}[s.rand.IntN(4)]
}

// Steps makes a story the pace of its activations.
func (s *story) Steps(sub simulator.Submission) []simulator.Step {
	took := s.staging
	if sub.Network == simulator.Production {
		took = s.production
	}
	if sub.FastFallback {
		took = min(took, 10*time.Second)
	}
	took += time.Duration(sub.Serial%7) * time.Second
	return []simulator.Step{
		{Status: simulator.StatusNew},
		{After: min(time.Second, took/10), Status: simulator.StatusPending, State: simulator.StateReceived},
		{After: took, Status: simulator.StatusActive, State: simulator.StateSteady},
	}
}

func (s *story) violate(format string, args ...any) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.violations = append(s.violations, fmt.Sprintf(format, args...))
}

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
	properties := simulator.Properties(s.properties, 1+s.rand.IntN(3), time.Now())
	for i := range properties {
		if s.failing[i] {
			properties[i].Versions[2].Fails = true
		}
	}
	s.sim = simulator.New(simulator.Options{Properties: properties, Pace: s, RequestsPerMinute: 100, BulkInterval: 500 * time.Millisecond})
	for i := range s.properties {
		for _, a := range s.sim.Activations(id(i)) {
			s.before[a.ID] = true
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	var wg sync.WaitGroup
	for range s.strangers {
		at, which, version := time.Duration(s.rand.IntN(900))*time.Second, s.rand.IntN(s.properties), 1
		network := s.networks[s.rand.IntN(len(s.networks))]
		wg.Go(func() { s.stranger(ctx, t, at, which, version, network) })
	}
	s.processesUntilDone(t)
	cancel()
	wg.Wait()
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
func (s *story) stranger(ctx context.Context, t *testing.T, at time.Duration, which, version int, network simulator.Network) {
	t.Helper()
	timer := time.NewTimer(at)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
		return
	}
	client := s.client(t, s.sim.Transport())
	_, err := client.CreateActivation(ctx, papi.PropertyRef{PropertyID: papi.ID(id(which))}, papi.ActivationRequest{
		PropertyVersion: version, Network: papi.Network(network), NotifyEmails: []string{"other@example.com"}, AcknowledgeAllWarnings: true,
	})
	s.mu.Lock()
	defer s.mu.Unlock()
	if err == nil {
		s.foreign[id(which)] = true
	}
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

// processesUntilDone starts processes until one ends by itself, and one more.
func (s *story) processesUntilDone(t *testing.T) {
	t.Helper()
	var plan *rollout.Plan
	const most = 30
	for range most {
		ctx, kill := context.WithCancelCause(t.Context())
		w := &wire{next: s.sim.Transport(), story: s, kill: kill, faultEvery: s.chaosEvery, rand: rand.New(rand.NewPCG(s.rand.Uint64(), 2))}
		if s.deaths > 0 {
			w.diesAt = 1 + s.rand.IntN(20+6*s.properties)
		}
		result, err := s.process(ctx, t, w, &plan)
		kill(nil)
		s.processes++
		w.mu.Lock()
		w.ended = true
		dead := w.dead
		w.mu.Unlock()
		if dead {
			s.deaths--
			if *campaignSeed != 0 {
				t.Logf("killed at %s after %d requests", time.Now().Format(time.TimeOnly), w.requests)
			}
			s.outcomes["killed"]++
			time.Sleep(3 * time.Second)
			continue
		}
		if result == nil { // no plan could be made
			s.outcomes["no plan"]++
			time.Sleep(time.Minute)
			continue
		}
		s.outcomes[string(result.Outcome)]++
		if *campaignSeed != 0 {
			t.Logf("process at %s: %s, %+v: %v", time.Now().Format(time.TimeOnly), result.Outcome, result.Totals, err)
		}
		s.judge(result, err)
		if result.Outcome == rollout.OutcomeError && again(err) {
			time.Sleep(time.Minute)
			continue
		}
		return
	}
	s.violate("no process has ended by itself")
}

// again reports whether a person would simply run it again.
func again(err error) bool {
	problem, ok := errors.AsType[*papi.Error](err)
	uncertain, isUncertain := errors.AsType[*rollout.UncertainError](err)
	back, isBack := errors.AsType[*rollout.ReturnError](err)
	return ok && problem.Class.Transient() || isUncertain && uncertain != nil || isBack && back != nil
}

// process is one run from nothing but the manifest, or the plan.
func (s *story) process(ctx context.Context, t *testing.T, w *wire, plan **rollout.Plan) (*rollout.Result, error) {
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
	return runner.Apply(ctx, p, s.options)
}
