package rollout_test

import (
	"fmt"
	"os"
	"runtime"
	"testing"
	"testing/synctest"
	"time"

	"github.com/propctl/propctl/activation/rollout"
	"github.com/propctl/propctl/papi/simulator"
)

// BenchmarkLimits carries out rollouts of many properties on production, ten minutes
// each, against the account's 100 requests a minute and burst of 1,000, in virtual time.
// It reports minutes of that time and requests, each beside the least there can be.
func BenchmarkLimits(b *testing.B) {
	for _, c := range []struct{ properties, groups, atOnce int }{{1000, 1, 200}, {1000, 1, 1000}, {5000, 10, 200}, {5000, 10, 5000}} {
		b.Run(fmt.Sprintf("%d-at-once-%d", c.properties, c.atOnce), func(b *testing.B) {
			for b.Loop() {
				l := measure(c.properties, c.groups, c.atOnce)
				b.ReportMetric(l.took.Minutes(), "minutes")
				b.ReportMetric(l.took.Minutes()/l.least.Minutes(), "of-least-time")
				b.ReportMetric(float64(l.requests), "requests")
				b.ReportMetric(float64(l.requests)/float64(l.fewest), "of-fewest-requests")
				b.ReportMetric(float64(l.refused), "429s")
				b.ReportMetric(l.heap, "MiB")
				if l.err != nil {
					b.Fatal(l.err)
				}
			}
		})
	}
}

type limits struct {
	took, least               time.Duration
	requests, fewest, refused int
	heap                      float64
	err                       error
}

// measure runs in a test of its own, since virtual time belongs to tests.
func measure(properties, groups, atOnce int) limits {
	var l limits
	run := func(t *testing.T) {
		t.Helper()
		synctest.Test(t, func(t *testing.T) {
			s := newScene(t, properties, groups, simulator.Options{ActivationsPerDay: 10_000})
			p := s.plan(fmt.Sprintf("name: bench\nnetworks: [production]\nnotify: [you@example.com]\nproperties: [{select: {name: 'p*'}, version: 3}]\nwaves: [{name: all, at-once: %d}]\n", atOnce))
			planned, begun := s.sim.Count(simulator.OpAny), time.Now()
			before := heap()
			var most float64
			r, err := s.apply(p, rollout.Options{Observe: func(rollout.Event) {}})
			l.heap = max(most, heap()-before)
			l.took, l.requests, l.err = time.Since(begun), s.sim.Count(simulator.OpAny)-planned, err
			if err == nil && r.Totals.Active != properties {
				l.err = fmt.Errorf("%+v", r.Totals)
			}
			for _, request := range s.sim.Requests() {
				if request.Status == 429 {
					l.refused++
				}
			}
			if testing.Verbose() {
				for _, op := range []simulator.Operation{simulator.OpList, simulator.OpSubmit, simulator.OpPoll, simulator.OpProperties} {
					fmt.Fprintln(os.Stderr, op, s.sim.Count(op))
				}
			}
			// Each item takes a look and a submission, each round a list of each group.
			rounds := s.sim.Count(simulator.OpProperties) / groups
			l.fewest = 2*properties + rounds*groups
			// All are submitted at the account's pace, as many at once as may be, and take ten minutes.
			const burst, perMinute = 1000, 100
			pace := time.Duration(float64(max(l.fewest-burst, 0)) / perMinute * float64(time.Minute))
			batches := time.Duration((properties+atOnce-1)/atOnce) * productionTime
			l.least = max(pace+productionTime, batches)
		})
	}
	tests := []testing.InternalTest{{Name: "limits", F: run}}
	stdout := os.Stdout
	os.Stdout, _ = os.Open(os.DevNull) // RunTests prints PASS
	defer func() { os.Stdout = stdout }()
	if !testing.RunTests(func(_, _ string) (bool, error) { return true, nil }, tests) && l.err == nil {
		l.err = fmt.Errorf("the rollout failed")
	}
	return l
}

func heap() float64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return float64(m.HeapAlloc) / (1 << 20)
}
