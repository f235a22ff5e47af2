package rollout_test

import (
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/propctl/propctl/activation/rollout"
	"github.com/propctl/propctl/papi"
	"github.com/propctl/propctl/papi/simulator"
)

func TestAProspectCountsWhatIsLeftToDo(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newScene(t, 4, 1, simulator.Options{})
		p := s.plan(manifest(4, "on-failure: rollback", "networks: [staging, production]"))
		p.Waves[0].Properties[1].Staging = 3
		r := p.Prospect()
		if want := (rollout.Totals{Items: 8, Active: 1, Waiting: 7}); r.Totals != want {
			t.Errorf("totals %+v, want %+v", r.Totals, want)
		}
		if want := (rollout.Needs{Activations: 7, Returns: 7}); r.Needs != want {
			t.Errorf("needs %+v, want %+v", r.Needs, want)
		}
	})
}

// The prototype measured 30 minutes for 1,000 at once, 50 at 200 and 162 at 50.
func TestEstimatesAreNearWhatWasMeasured(t *testing.T) {
	p := &rollout.Plan{Networks: []papi.Network{papi.Production}, Waves: []rollout.Wave{{Properties: make([]rollout.Pinned, 1000)}}}
	for i := range p.Waves[0].Properties {
		p.Waves[0].Properties[i].Version = 3
	}
	measured := []time.Duration{162 * time.Minute, 50 * time.Minute, 30 * time.Minute}
	for i, e := range p.Estimates(p.Stages()[0], 50, 200, 1000) {
		if d := float64(e.Took) / float64(measured[i]); d < 0.7 || d > 1.3 {
			t.Errorf("at %d: %s, and %s was measured", e.AtOnce, e.Took, measured[i])
		}
	}
	if e := p.Estimates(p.Stages()[0], 50)[0]; e.FallbackUsed <= time.Hour || e.FallbackUsed >= e.Took {
		t.Errorf("of the hour for fast fallback %s are used", e.FallbackUsed)
	}
	p.Waves[0].Properties = p.Waves[0].Properties[:0]
	if e := p.Estimates(p.Stages()[0], 50)[0]; e.Took != 0 {
		t.Errorf("nothing takes %s", e.Took)
	}
}

func TestExpectedRequestsAreNearWhatIsSent(t *testing.T) {
	for _, n := range []int{3, 60} {
		synctest.Test(t, func(t *testing.T) {
			s := newScene(t, n, 1, simulator.Options{Pace: simulator.Fixed(stagingTime, 7*time.Minute)})
			p := s.plan(manifest(n, "networks: [production]"))
			before := s.sim.Count(simulator.OpAny)
			if _, err := s.apply(p, rollout.Options{}); err != nil {
				t.Fatal(err)
			}
			sent := s.sim.Count(simulator.OpAny) - before
			if d := float64(p.Requests()) / float64(sent); d < 0.7 || d > 1.4 {
				t.Errorf("%d items: %d requests were expected, %d sent", n, p.Requests(), sent)
			}
		})
	}
}

func TestEventsTellTheBeginningAndTheEndOfEachStageOnceAndInOrder(t *testing.T) {
	for _, fails := range []bool{false, true} {
		synctest.Test(t, func(t *testing.T) {
			s := newScene(t, 4, 1, simulator.Options{})
			if fails {
				s.sim.Inject(simulator.Fault{Operation: simulator.OpSubmit, Status: 400, Body: `{"type":"x","title":"no"}`, Times: 1})
			}
			_, err := s.apply(s.plan(manifest(4, "networks: [staging, production]", "waves: [{name: a, take: 1}, {name: b, take: rest}]")), rollout.Options{})
			if (err != nil) != fails {
				t.Fatal(err)
			}
			var told []string
			for _, e := range s.events {
				if e.Kind == rollout.EventWaveStarted || e.Kind == rollout.EventWaveEnded {
					told = append(told, fmt.Sprintf("%s %s %s", e.Kind, e.Wave, e.Network))
				}
				if e.Kind == rollout.EventItem && len(told) == 0 {
					t.Errorf("an item is told of before its wave: %+v", e.Item)
				}
			}
			want := []string{
				"wave-started a STAGING", "wave-ended a STAGING", "wave-started a PRODUCTION", "wave-ended a PRODUCTION",
				"wave-started b STAGING", "wave-ended b STAGING", "wave-started b PRODUCTION", "wave-ended b PRODUCTION",
			}
			if fails {
				want = want[:2]
			}
			if diff := cmp.Diff(want, told); diff != "" {
				t.Errorf("(-want +told):\n%s", diff)
			}
		})
	}
}
