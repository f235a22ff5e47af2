package rollout_test

import (
	"errors"
	"fmt"
	"os"
	"runtime"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/propctl/propctl/activation"
	"github.com/propctl/propctl/activation/rollout"
	"github.com/propctl/propctl/papi"
	"github.com/propctl/propctl/papi/simulator"
)

// BenchmarkLimits carries out rollouts of many properties on production, ten minutes
// each, against the account's 100 requests a minute and burst of 1,000, in virtual time.
// It reports minutes of that time, requests and refusals; for a rollout also how far time
// and requests are above the least there can be, and memory. Beside it: a process of
// propctl activate for each, all at once and one by one.
func BenchmarkLimits(b *testing.B) {
	for _, c := range []limits{
		{properties: 1000, groups: 1, atOnce: 200},
		{properties: 1000, groups: 1, atOnce: 1000},
		{properties: 1000, groups: 1, atOnce: 1000, submit: rollout.SubmitBulk},
		{properties: 1000, groups: 100, atOnce: 1000},
		{properties: 5000, groups: 10, atOnce: 200},
		{properties: 5000, groups: 10, atOnce: 5000},
		{properties: 5000, groups: 10, atOnce: 5000, submit: rollout.SubmitBulk},
	} {
		name := fmt.Sprintf("%d-in-%d-groups-at-once-%d-%s", c.properties, c.groups, c.atOnce, submitName(c.submit))
		b.Run(name, func(b *testing.B) { c.bench(b, (*limits).rollout) })
	}
	for _, n := range []int{100, 1000} {
		c := limits{properties: n, groups: 1}
		b.Run(fmt.Sprintf("%d-processes-at-once", n), func(b *testing.B) { c.bench(b, (*limits).processes) })
		b.Run(fmt.Sprintf("%d-one-by-one", n), func(b *testing.B) { c.bench(b, (*limits).oneByOne) })
	}
}

func submitName(s rollout.SubmitMode) string {
	if s == "" {
		return string(rollout.SubmitSingle)
	}
	return string(s)
}

// limits is a measurement: what is measured, and the figures.
type limits struct {
	properties, groups, atOnce int
	submit                     rollout.SubmitMode

	took, least                       time.Duration
	requests, fewest, refused, failed int
	heap                              float64
	err                               error
}

func (l *limits) bench(b *testing.B, run func(*limits, *scene)) {
	b.Helper()
	for b.Loop() {
		m := *l
		m.measure(run)
		b.ReportMetric(m.took.Minutes(), "minutes")
		b.ReportMetric(float64(m.requests), "requests")
		b.ReportMetric(float64(m.refused), "429s")
		b.ReportMetric(float64(m.failed), "failed")
		if m.fewest > 0 {
			b.ReportMetric(m.took.Minutes()/m.least.Minutes(), "of-least-time")
			b.ReportMetric(float64(m.requests)/float64(m.fewest), "of-fewest-requests")
			b.ReportMetric(m.heap, "MiB")
		}
		if m.err != nil {
			b.Fatal(m.err)
		}
	}
}

// measure runs in a test of its own, since virtual time belongs to tests.
func (l *limits) measure(run func(*limits, *scene)) {
	test := func(t *testing.T) {
		t.Helper()
		synctest.Test(t, func(t *testing.T) {
			s := newScene(t, l.properties, l.groups, simulator.Options{ActivationsPerDay: 10_000})
			before, begun := s.sim.Count(simulator.OpAny), time.Now()
			run(l, s)
			if l.took == 0 {
				l.took = time.Since(begun)
				l.requests = s.sim.Count(simulator.OpAny) - before
			}
			for _, request := range s.sim.Requests() {
				if request.Status == 429 {
					l.refused++
				}
			}
		})
	}
	tests := []testing.InternalTest{{Name: "limits", F: test}}
	stdout := os.Stdout
	os.Stdout, _ = os.Open(os.DevNull) // RunTests prints PASS
	defer func() { os.Stdout = stdout }()
	if !testing.RunTests(func(_, _ string) (bool, error) { return true, nil }, tests) && l.err == nil {
		l.err = errors.New("it has failed")
	}
}

// rollout measures a rollout of one wave.
func (l *limits) rollout(s *scene) {
	p := s.plan(fmt.Sprintf("name: bench\nnetworks: [production]\nnotify: [you@example.com]\nproperties: [{select: {name: 'p*'}, version: 3}]\n"+
		"waves: [{name: all, at-once: %d}]\n", l.atOnce))
	planned, begun, used := len(s.sim.Requests()), time.Now(), heap()
	r, err := s.apply(p, rollout.Options{Submit: l.submit, Observe: func(rollout.Event) {}})
	l.took, l.err = time.Since(begun), err
	l.heap = heap() - used
	runtime.KeepAlive(r)
	if err == nil && r.Totals.Active != l.properties {
		l.err = fmt.Errorf("%+v", r.Totals)
	}
	ops := s.ops(planned)
	for _, n := range ops {
		l.requests += n
	}
	if testing.Verbose() {
		fmt.Fprintln(os.Stderr, ops)
	}
	l.fewest = l.properties + ops["submit"] + ops["bulk-activate"] + ops["bulk-activation"] + ops["properties"]
	// All are submitted at the account's pace, as many at once as may be, and take ten minutes. Before the last
	// one is, there have to be the looks, the other submissions, and a list of each group.
	const burst, perMinute = 1000, 100
	first := l.properties + ops["submit"] + ops["bulk-activate"] + l.groups
	pace := time.Duration(float64(max(first-burst, 0)) / perMinute * float64(time.Minute))
	batches := time.Duration((l.properties+l.atOnce-1)/l.atOnce) * productionTime
	l.least = max(pace+productionTime, batches)
}

// processes measures as many processes, which know nothing of each other.
func (l *limits) processes(s *scene) {
	var wg sync.WaitGroup
	var mu sync.Mutex
	for i := range l.properties {
		wg.Go(func() {
			if l.activate(s, i) != nil {
				mu.Lock()
				l.failed++
				mu.Unlock()
			}
		})
	}
	wg.Wait()
}

// oneByOne measures one process after the other.
func (l *limits) oneByOne(s *scene) {
	for i := range l.properties {
		if err := l.activate(s, i); err != nil {
			l.failed++
		}
	}
}

func (l *limits) activate(s *scene, i int) error {
	_, err := (&activation.Engine{API: s.client()}).Activate(s.t.Context(), activation.Target{
		Property: papi.PropertyRef{PropertyID: papi.ID(id(i))}, Network: papi.Production, Version: 3,
		Request: papi.ActivationRequest{NotifyEmails: []string{"you@example.com"}},
	})
	return err
}

func heap() float64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return float64(m.HeapAlloc) / (1 << 20)
}
