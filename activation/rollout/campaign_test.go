package rollout_test

import (
	"flag"
	"fmt"
	"maps"
	"math/rand/v2"
	"runtime"
	"runtime/debug"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
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
	rollouts := *campaign
	if testing.Short() {
		rollouts = (rollouts + 2) / 3 // each takes five times as long under the race detector
	}
	for i := range rollouts {
		if t.Failed() {
			break
		}
		seeds <- first + uint64(i)
	}
	close(seeds)
	wg.Wait()
	t.Logf("%d rollouts, %d processes, %d submissions; requests by what happened to them: %s", c.stories, c.processes, c.submissions, list(c.faults))
	t.Logf("processes by how they ended: %s", list(c.outcomes))
	t.Logf("rollouts by what was special: %s", list(c.kinds))
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
	faults, outcomes, kinds         map[string]int
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
	add(&c.kinds, s.kinds())
	for _, v := range s.violations {
		t.Errorf("seed %d: %s", seed, v)
	}
}
