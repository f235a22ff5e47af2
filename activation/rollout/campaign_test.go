package rollout_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
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
	campaign     = flag.Int("campaign", 150, "how many random rollouts TestCampaign runs")
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
	first := rand.Uint64() >> 16 //nolint:gosec // a seed
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
	checked    bool            // a process that had submitted found that a check does not hold
	submitted  map[string]time.Time
}

func newStory(seed uint64) *story {
	r := rand.New(rand.NewPCG(seed, 1)) //nolint:gosec // repeatable on purpose
	pick := func(all ...int) int { return all[r.IntN(len(all))] }
	s := &story{
		rand: r, properties: 1 + r.IntN(40), byPlan: r.IntN(2) == 0, chaosEvery: pick(0, 0, 20, 50, 100, 10),
		deaths: pick(0, 0, 1, 2, 3, 6), failing: map[int]bool{}, badCheck: map[int]bool{}, foreign: map[string]bool{},
		faults: map[string]int{}, outcomes: map[string]int{}, before: map[string]bool{}, submitted: map[string]time.Time{},
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
	s.options = rollout.Options{Submit: []rollout.Submission{rollout.SubmitAuto, rollout.SubmitSingle, rollout.SubmitBulk}[r.IntN(3)], Part: pick(0, 3, 10)}
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
	var plan *rollout.Plan
	const most = 30
	for range most {
		ctx, kill := context.WithCancelCause(t.Context())
		w := &wire{next: s.sim.Transport(), story: s, kill: kill, faultEvery: s.chaosEvery, rand: rand.New(rand.NewPCG(s.rand.Uint64(), 2))} //nolint:gosec // repeatable
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

// judge holds what a run says to what PAPI has.
func (s *story) judge(r *rollout.Result, err error) {
	bad := 0
	active := 0
	for _, w := range r.Waves {
		for _, item := range w.Items {
			s.judgeItem(r, item)
			if item.State.Bad() {
				bad++
			}
			if item.State == rollout.Active {
				active++
			}
		}
	}
	if r.Totals.Active != active {
		s.violate("totals say %d active of %d", r.Totals.Active, active)
	}
	switch r.Outcome {
	case rollout.OutcomeRolledOut:
		if err != nil || bad > s.tolerate*len(r.Waves)*len(s.networks) || r.Totals.Waiting+r.Totals.Underway+r.Totals.Blocked > 0 {
			s.violate("rolled out with %+v: %v", r.Totals, err)
		}
	case rollout.OutcomeRolledBack:
		if err == nil {
			s.violate("rolled back without a reason")
		}
	case rollout.OutcomePaused:
		s.violate("paused without a wave to pause at")
	default:
		if err == nil {
			s.violate("%s without an error", r.Outcome)
		}
	}
	s.lost(r)
	s.back(r, err)
}

func (s *story) judgeItem(r *rollout.Result, item rollout.ItemResult) {
	var made []simulator.Activation
	var now *simulator.Activation
	for _, a := range s.sim.Activations(string(item.PropertyID)) {
		if a.Network != simulator.Network(item.Network) {
			continue
		}
		if a.Status == simulator.StatusActive {
			now = &a
		}
		if m, ok := rollout.ParseMark(a.Note); ok && !s.before[a.ID] && !m.Back {
			made = append(made, a)
		}
	}
	if len(made) > 1 {
		s.violate("%s on %s was activated %d times", item.Title(), item.Network, len(made))
	}
	foreign := s.foreign[string(item.PropertyID)]
	switch item.State {
	case rollout.Active:
		if (now == nil || now.Version != item.Version) && !foreign {
			s.violate("%s on %s is said to be active, and PAPI has %+v", item.Title(), item.Network, now)
		}
	case rollout.Returned:
		if now != nil && now.Version == item.Version && !foreign {
			s.violate("%s on %s is said to be returned, and PAPI has %+v", item.Title(), item.Network, now)
		}
	case rollout.Failed:
		if len(made) == 0 || made[0].Status != simulator.StatusFailed && !foreign {
			s.violate("%s on %s is said to have failed, and PAPI has %+v", item.Title(), item.Network, made)
		}
	case rollout.Waiting, rollout.Skipped:
		if len(made) > 0 && made[0].Status != simulator.StatusInactive && !(r.Outcome == rollout.OutcomeRolledBack || r.Outcome == rollout.OutcomeError || r.Returns) {
			s.violate("%s on %s is said to be %s, and PAPI has %+v", item.Title(), item.Network, item.State, made)
		}
	}
}

// lost looks for activations of the rollout that a result does not account for.
func (s *story) lost(r *rollout.Result) {
	if r.Outcome == rollout.OutcomeError {
		return
	}
	for _, w := range r.Waves {
		for _, item := range w.Items {
			for _, a := range s.sim.Activations(string(item.PropertyID)) {
				running := a.Status == simulator.StatusPending || a.Status == simulator.StatusNew
				if _, ok := rollout.ParseMark(a.Note); ok && a.Network == simulator.Network(item.Network) && running && item.State != rollout.Overdue {
					s.violate("%s: %s on %s, %s, still goes on: %s", r.Outcome, item.Title(), item.Network, item.State, a.Note)
				}
			}
		}
	}
}

// back looks whether what has to go back has gone back, and nothing else.
func (s *story) back(r *rollout.Result, err error) {
	failures, isFailures := errors.AsType[*rollout.FailuresError](err)
	for i, w := range r.Waves {
		failed := isFailures && failures.Wave == w.Name
		for _, item := range w.Items {
			wants := isFailures && (s.onFailure == rollout.Rollback || s.onFailure == rollout.RollbackWave && failed) && r.Outcome == rollout.OutcomeRolledBack
			if wants && item.State == rollout.Active && item.Ours {
				s.violate("%s of wave %d on %s has not gone back", item.Title(), i+1, item.Network)
			}
			if item.State == rollout.Returned && s.onFailure == rollout.Stop {
				s.violate("%s on %s has gone back, and was not to", item.Title(), item.Network)
			}
		}
	}
	if isFailures && s.onFailure != rollout.Stop && r.Outcome == rollout.OutcomeFailed {
		s.violate("failed, and nothing went back: %v", err)
	}
}

var errKilled = errors.New("killed")

// wire is a process's connection. It makes the faults, and watches that the process
// keeps the rules.
type wire struct {
	next       http.RoundTripper
	story      *story
	plan       *rollout.Plan
	kill       context.CancelCauseFunc
	rand       *rand.Rand
	faultEvery int
	diesAt     int // a request; 0: never

	mu          sync.Mutex
	requests    int
	dead, ended bool
	trace       map[string][]string
	looked      map[string]bool // properties whose list was read since their last submission
}

// RoundTrip implements http.RoundTripper.
func (w *wire) RoundTrip(r *http.Request) (*http.Response, error) {
	fault, dies, err := w.begin(r)
	if err != nil {
		return nil, err
	}
	if dies == before {
		return nil, w.die()
	}
	if resp, err, done := ahead(r, fault); done {
		return resp, err
	}
	resp, err := w.next.RoundTrip(r)
	if dies == after {
		return nil, w.die()
	}
	if strings.HasSuffix(fault, "-after") && err == nil {
		if late := delay(r, strings.TrimSuffix(fault, "-after")); late != nil {
			return nil, late
		}
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.dead {
		return nil, errKilled
	}
	if err != nil {
		return nil, err
	}
	resp, err = behind(r, resp, fault)
	if err == nil {
		w.trace[propertyOf(r)] = append(w.trace[propertyOf(r)], fmt.Sprint(resp.StatusCode))
	}
	if err == nil && r.Method == http.MethodGet && strings.HasSuffix(r.URL.Path, "/activations") && resp.StatusCode == http.StatusOK {
		body, readErr := io.ReadAll(resp.Body)
		resp.Body = io.NopCloser(bytes.NewReader(body))
		if readErr == nil && json.Valid(body) {
			w.looked[propertyOf(r)] = true
		}
	}
	return resp, err
}

func propertyOf(r *http.Request) string {
	parts := strings.Split(r.URL.Path, "/")
	if len(parts) > 4 && parts[3] == "properties" {
		return parts[4]
	}
	return ""
}

const (
	never = iota
	before
	after
)

// begin counts the request, holds it to the rules, and says what happens to it.
func (w *wire) begin(r *http.Request) (fault string, dies int, err error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.looked == nil {
		w.looked, w.trace = map[string]bool{}, map[string][]string{}
	}
	if w.dead {
		return "", never, errKilled
	}
	if w.ended {
		w.story.violate("%s %s after the end", r.Method, r.URL.Path)
	}
	w.requests++
	if r.Method == http.MethodPost && strings.HasSuffix(r.URL.Path, "/activations") {
		w.submits(r)
	}
	if w.requests == w.diesAt {
		dies = before + w.rand.IntN(2)
		w.story.count([]string{"", "death", "death-after"}[dies])
		return "", dies, nil
	}
	if w.faultEvery > 0 && w.rand.IntN(w.faultEvery) == 0 {
		fault = faults()[w.rand.IntN(len(faults()))]
	}
	w.story.count(fault)
	w.trace[propertyOf(r)] = append(w.trace[propertyOf(r)], r.Method+" "+r.URL.Path[strings.LastIndex(r.URL.Path, "/")+1:]+" "+fault+time.Now().Format(" 15:04:05.000"))
	return fault, never, nil
}

func (s *story) count(fault string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if fault == "" {
		fault = "calm"
	}
	s.faults[fault]++
}

// submits holds a submission to the rules.
func (w *wire) submits(r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return
	}
	r.Body = io.NopCloser(bytes.NewReader(body))
	if strings.Contains(r.URL.Path, "/bulk/") {
		var bulk struct {
			Items []struct{ PropertyID, Note, Network string } `json:"activatePropertyVersions"`
		}
		if json.Unmarshal(body, &bulk) != nil {
			w.story.violate("bulk submission %s", body)
		}
		for _, i := range bulk.Items {
			w.submitsItem(i.PropertyID, i.Note, i.Network)
		}
		return
	}
	var single struct{ Note, Network string }
	if json.Unmarshal(body, &single) != nil {
		w.story.violate("submission %s", body)
	}
	w.submitsItem(propertyOf(r), single.Note, single.Network)
}

func (w *wire) submitsItem(property, note, network string) {
	if !w.looked[property] {
		w.story.violate("%s was submitted without a look since its last submission: %s on %s; %s", property, note, network, strings.Join(w.trace[property], ", "))
	}
	delete(w.looked, property)
	mark, ok := rollout.ParseMark(note)
	if !ok {
		w.story.violate("%s was submitted with the note %q", property, note)
		return
	}
	if w.plan == nil || mark.Back {
		return
	}
	w.story.order(w.plan, mark, property, network)
}

// order holds a submission to the waves: all items of the stages before have ended, and no
// more of them have failed than are tolerated.
func (s *story) order(p *rollout.Plan, m rollout.Mark, property, network string) {
	items := p.Items()
	item := items[m.Place-1]
	if string(item.PropertyID) != property || string(item.Network) != network {
		s.violate("the mark %s is not that of %s on %s", m, property, network)
	}
	stages := p.Stages()
	failed := map[int]map[string]bool{}
	for _, earlier := range items[:m.Place-1] {
		if earlier.Stage >= item.Stage || s.touched(earlier) {
			continue
		}
		status := s.statusOf(earlier)
		wave := stages[earlier.Stage].Wave
		switch status {
		case simulator.StatusActive:
		case simulator.StatusFailed, "":
			if failed[wave] == nil {
				failed[wave] = map[string]bool{}
			}
			failed[wave][string(earlier.PropertyID)] = true
		default:
			s.violate("%s of stage %d was submitted while %s of stage %d is %s", property, item.Stage+1, earlier.Title(), earlier.Stage+1, status)
		}
	}
	for wave, all := range failed {
		if len(all) > s.tolerate {
			s.violate("%s of stage %d was submitted although %d of wave %d are not active", property, item.Stage+1, len(all), wave+1)
		}
	}
}

func (s *story) touched(i rollout.Item) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.foreign[string(i.PropertyID)]
}

// statusOf is how an item is at PAPI; empty where it was not submitted.
func (s *story) statusOf(i rollout.Item) simulator.Status {
	var status simulator.Status
	for _, a := range s.sim.Activations(string(i.PropertyID)) {
		if a.Network == simulator.Network(i.Network) && a.Version == i.Version {
			status = a.Status
		}
	}
	return status
}

func (w *wire) die() error {
	w.mu.Lock()
	w.dead = true
	w.mu.Unlock()
	w.kill(errKilled)
	return errKilled
}

func faults() []string {
	return []string{
		"drop", "drop-after", "500", "500-after", "502-html", "503-after", "408", "malformed", "malformed-after", "429", "burst", "409", "412", "422",
		"slow", "slow-after", "hang", "hang-after",
	}
}

// ahead is what happens to a request before it has an effect.
func ahead(r *http.Request, fault string) (*http.Response, error, bool) { //nolint:revive // an answer and whether there is one
	switch fault {
	case "drop":
		return nil, io.ErrUnexpectedEOF, true
	case "500":
		return reply(r, http.StatusInternalServerError, `{"type":"papi/proxy/forward-request-error"}`), nil, true
	case "502-html":
		return reply(r, http.StatusBadGateway, "<html>Bad Gateway</html>"), nil, true
	case "408":
		return reply(r, http.StatusRequestTimeout, ""), nil, true
	case "malformed":
		return reply(r, http.StatusOK, `{"activations":{"items":[{]}}`), nil, true
	case "429":
		return reply(r, http.StatusTooManyRequests, `{"type":"rate-limit-exceeded"}`, "Retry-After", "30"), nil, true
	case "burst":
		return reply(r, http.StatusBadRequest, "denied by IPBLOCK-BURST4"), nil, true
	case "409":
		return reply(r, http.StatusConflict, `{"type":"resource-busy"}`), nil, true
	case "412":
		return reply(r, http.StatusPreconditionFailed, `{"type":"toolkit/tower_precondition.failed"}`), nil, true
	case "422":
		return reply(r, http.StatusUnprocessableEntity, `{"type":"property_activation_still_pending"}`), nil, true
	case "slow", "hang":
		err := delay(r, fault)
		return nil, err, err != nil
	}
	return nil, nil, false
}

// behind is what happens to an answer.
func behind(r *http.Request, resp *http.Response, fault string) (*http.Response, error) {
	switch fault {
	case "drop-after":
		return nil, io.ErrUnexpectedEOF
	case "500-after":
		return reply(r, http.StatusInternalServerError, ""), nil
	case "503-after":
		return reply(r, http.StatusServiceUnavailable, ""), nil
	case "malformed-after":
		return reply(r, resp.StatusCode, `{"`), nil
	}
	return resp, nil
}

func delay(r *http.Request, fault string) error {
	var d time.Duration
	switch fault {
	case "slow":
		d = 7 * time.Second
	case "hang":
		d = 10 * time.Minute
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-r.Context().Done():
		return r.Context().Err()
	}
}

func reply(r *http.Request, status int, body string, header ...string) *http.Response {
	h := http.Header{"Date": {time.Now().UTC().Format(http.TimeFormat)}}
	for i := 0; i+1 < len(header); i += 2 {
		h.Set(header[i], header[i+1])
	}
	return &http.Response{StatusCode: status, Header: h, Body: io.NopCloser(strings.NewReader(body)), Request: r}
}
