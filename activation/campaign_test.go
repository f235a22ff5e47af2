package activation_test

import (
	"context"
	"flag"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"pgregory.net/rapid"

	"github.com/propctl/propctl/activation"
	"github.com/propctl/propctl/papi"
	"github.com/propctl/propctl/papi/simulator"
)

var campaign = flag.Int("campaign", 150, "how many random workflows TestCampaign runs")

// TestCampaign runs random workflows of several actors on one property, with
// faults on any request, before or after its effect, processes that die between
// any two requests and are started again, and random deadlines. Whatever
// happens, the promises have to hold. A failure shrinks and prints its seed;
// run it again with -rapid.seed.
func TestCampaign(t *testing.T) {
	if err := flag.Set("rapid.checks", strconv.Itoa(*campaign)); err != nil {
		t.Fatal(err)
	}
	totals := make(map[chaos]int)
	outcomes := map[string]int{}
	rapid.Check(t, func(rt *rapid.T) {
		story := drawStory(rt)
		synctest.Test(t, func(t *testing.T) {
			told := story.play(t)
			for kind, n := range told.counts {
				totals[kind] += n
			}
			for outcome, n := range told.outcomes {
				outcomes[outcome] += n
			}
			for _, v := range told.violations {
				rt.Errorf("%s", v)
			}
		})
	})
	var lines []string
	for _, kind := range slices.Sorted(maps.Keys(totals)) {
		lines = append(lines, fmt.Sprintf("%s %d", kind, totals[kind]))
	}
	t.Logf("%d workflows; requests by what happened to them: %s", *campaign, strings.Join(lines, ", "))
	lines = nil
	for _, outcome := range slices.Sorted(maps.Keys(outcomes)) {
		lines = append(lines, fmt.Sprintf("%s %d", outcome, outcomes[outcome]))
	}
	t.Logf("runs by how they ended: %s", strings.Join(lines, ", "))
}

// story is one workflow: everything that is random in it.
type story struct {
	staging, production time.Duration
	ending              simulator.Status // of activations; empty: all become ACTIVE
	slowCancel          time.Duration
	actors              []actor
}

// actor is a process with one wish. When it dies it is started again.
type actor struct {
	start    time.Duration
	verb     string
	version  int
	network  papi.Network
	deadline time.Duration
	target   activation.Target
	chaos    map[int]chaos
	looked   *moment  // at first, by the run that is going on
	sent     *moments // the submissions
}

func drawStory(t *rapid.T) story {
	s := story{
		staging:    time.Duration(rapid.IntRange(1, 400).Draw(t, "staging seconds")) * time.Second,
		production: time.Duration(rapid.IntRange(1, 1200).Draw(t, "production seconds")) * time.Second,
		ending:     rapid.SampledFrom([]simulator.Status{"", "", "", simulator.StatusFailed, simulator.StatusAborted}).Draw(t, "ending"),
		slowCancel: time.Duration(rapid.SampledFrom([]int{0, 0, 25}).Draw(t, "slow cancel")) * time.Second,
	}
	for i := range rapid.IntRange(1, 3).Draw(t, "actors") {
		s.actors = append(s.actors, drawActor(t, i))
	}
	return s
}

func drawActor(t *rapid.T, number int) actor {
	a := actor{
		// No two actors act at the same instant, so that a seed tells one story.
		start:    time.Duration(rapid.IntRange(0, 120).Draw(t, "start"))*time.Second + time.Duration(number)*37*time.Millisecond,
		verb:     rapid.SampledFrom([]string{"activate", "activate", "activate", "activate", "wait", "cancel", "deactivate", "rollback", "stranger"}).Draw(t, "verb"),
		version:  rapid.SampledFrom([]int{8, 8, 8, 6}).Draw(t, "version"),
		network:  rapid.SampledFrom([]papi.Network{papi.Staging, papi.Staging, papi.Production}).Draw(t, "network"),
		deadline: time.Duration(rapid.SampledFrom([]int{20, 300, 3600, 4 * 3600}).Draw(t, "deadline")) * time.Second,
		chaos:    map[int]chaos{},
		looked:   &moment{},
		sent:     &moments{},
	}
	a.target = activation.Target{
		Property: papi.PropertyRef{PropertyID: "prp_1001"}, Network: a.network, Version: a.version,
		Request:       papi.ActivationRequest{NotifyEmails: []string{"you@example.com"}},
		FailIfPending: rapid.IntRange(0, 3).Draw(t, "fail if pending") == 0,
		NoWait:        rapid.IntRange(0, 5).Draw(t, "no wait") == 0,
		WaitOptions: activation.WaitOptions{
			Steady:          rapid.IntRange(0, 3).Draw(t, "steady") == 0,
			CancelOnTimeout: rapid.IntRange(0, 3).Draw(t, "cancel on time-out") == 0,
		},
	}
	for range rapid.IntRange(0, 8).Draw(t, "faults") {
		at := rapid.IntRange(0, 15).Draw(t, "at request")
		a.chaos[at] = chaos(rapid.IntRange(1, int(chaosKinds)-1).Draw(t, "what"))
	}
	return a
}

// told is what became of a story.
type told struct {
	mu         sync.Mutex
	violations []string
	counts     map[chaos]int
	outcomes   map[string]int
	known      map[papi.ID]bool // activations that a result named
	uncertain  bool             // a result said that it does not know
	orphans    bool             // a process died
	lost       bool             // the answer to a submission was lost
}

func (d *told) violate(format string, args ...any) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.violations = append(d.violations, fmt.Sprintf(format, args...))
}

func (s story) play(t *testing.T) *told {
	t.Helper()
	sim := simulator.New(simulator.Options{Pace: s, SlowCancel: s.slowCancel})
	before := map[string]bool{}
	for _, a := range sim.Activations("prp_1001") {
		before[a.ID] = true
	}
	d := &told{counts: make(map[chaos]int), outcomes: map[string]int{}, known: map[papi.ID]bool{}}
	var wg sync.WaitGroup
	for i, a := range s.actors {
		wg.Go(func() {
			timer := time.NewTimer(a.start)
			<-timer.C
			a.live(t, i, sim, d)
		})
	}
	wg.Wait()
	for _, a := range sim.Activations("prp_1001") {
		if !before[a.ID] {
			d.accountFor(a)
		}
	}
	return d
}

// Steps makes a story the pace of its activations.
func (s story) Steps(sub simulator.Submission) []simulator.Step {
	took := s.staging
	if sub.Network == simulator.Production {
		took = s.production
	}
	steps := []simulator.Step{
		{Status: simulator.StatusNew},
		{After: took / 10, Status: simulator.StatusPending, State: simulator.StateReceived},
		{After: took, Status: simulator.StatusActive, State: simulator.StateDeployed},
		{After: took + 10*time.Second, Status: simulator.StatusActive, State: simulator.StateSteady},
	}
	if s.ending != "" && sub.Serial%2 == 1 {
		return append(steps[:2], simulator.Step{After: took, Status: s.ending})
	}
	return steps
}

// accountFor checks that an activation that PAPI has accepted is known to
// somebody: the result of the run that made it, or of the one that came after.
// Nobody can know what came of a submission whose sender died, or whose answer
// was lost, when it ended badly before the next look: a cancelled activation is
// not listed, and a failed one may have been somebody else's.
func (d *told) accountFor(a simulator.Activation) {
	if d.known[papi.ID(a.ID)] || d.uncertain || a.Type == simulator.Deactivate {
		return
	}
	inForce := a.Status == simulator.StatusActive || a.Status == simulator.StatusPending || a.Status == simulator.StatusNew
	if (d.lost || d.orphans) && !inForce {
		return
	}
	d.violate("activation %s of version %d on %s, %s, was lost", a.ID, a.Version, a.Network, a.Status)
}

// live runs the actor's process until it ends by itself.
func (a actor) live(t *testing.T, number int, sim *simulator.Simulator, d *told) {
	t.Helper()
	requests, died := 0, false
	for range 20 {
		ctx, kill := context.WithCancelCause(t.Context())
		w := &wire{next: sim.Transport(), kill: kill, plan: a.chaos, requests: requests, counts: make(map[chaos]int)}
		result, printed, err := a.run(ctx, t, sim, w)
		kill(nil)
		w.mu.Lock()
		w.ended = true
		dead := w.dead
		requests = w.requests
		d.mu.Lock()
		for kind, n := range w.counts {
			d.counts[kind] += n
		}
		d.violations = append(d.violations, w.violations...)
		d.lost = d.lost || w.lost
		d.mu.Unlock()
		w.mu.Unlock()
		if !dead {
			d.judge(number, a, sim, result, err, printed)
		}
		// What died is started again; and once more when it then ended without
		// knowing anything, as a person would.
		died = died || dead
		if !died || !dead && (err == nil || result.Activation != nil) {
			return
		}
		d.mu.Lock()
		d.orphans = true
		d.mu.Unlock()
		timer := time.NewTimer(3 * time.Second)
		<-timer.C
	}
}

// run is one process.
func (a actor) run(ctx context.Context, t *testing.T, sim *simulator.Simulator, w *wire) (*activation.Result, string, error) {
	t.Helper()
	ctx, cancel := context.WithTimeoutCause(ctx, a.deadline, activation.ErrTimeout)
	defer cancel()
	var printed strings.Builder
	c := sim.Credentials()
	client, err := papi.New(papi.Credentials{
		Host: c.Host, ClientToken: c.ClientToken, ClientSecret: c.ClientSecret, AccessToken: c.AccessToken,
	}, papi.Options{Transport: w, Observe: func(at papi.Attempt) { fmt.Fprintf(&printed, "%+v\n", at) }})
	if err != nil {
		t.Fatal(err)
	}
	a.looked.clear()
	e := &activation.Engine{API: timed{client, a.looked, a.sent}, Observe: func(ev activation.Event) { fmt.Fprintf(&printed, "%+v %v\n", ev, ev.Err) }}
	selection := activation.Selection{Property: a.target.Property, Network: a.network, NoWait: a.target.NoWait, WaitOptions: a.target.WaitOptions}
	var result *activation.Result
	switch a.verb {
	case "wait":
		result, err = e.Wait(ctx, selection)
	case "cancel":
		result, err = e.Cancel(ctx, selection)
	case "deactivate":
		result, err = e.Deactivate(ctx, a.target)
	case "rollback":
		back := activation.RollbackTarget{Target: a.target, CancelPending: a.target.CancelOnTimeout}
		back.Version = 0
		result, err = e.Rollback(ctx, back)
	case "stranger": // deactivates with another tool, and does not look
		w.looked = []byte(`{}`)
		_, err = client.CreateActivation(ctx, a.target.Property, papi.ActivationRequest{
			PropertyVersion: 7, Network: a.network, ActivationType: papi.Deactivate, NotifyEmails: []string{"you@example.com"}, AcknowledgeAllWarnings: true,
		})
		result = &activation.Result{}
	default:
		result, err = e.Activate(ctx, a.target)
	}
	fmt.Fprintf(&printed, "%+v %v %+v", result, err, err)
	return result, printed.String(), err
}
