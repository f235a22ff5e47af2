package rollout_test

import (
	"errors"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/propctl/propctl/activation/rollout"
	"github.com/propctl/propctl/papi"
	"github.com/propctl/propctl/papi/simulator"
)

// reread reads a plan as another process would, some time later.
func reread(t *testing.T, p *rollout.Plan) *rollout.Plan {
	t.Helper()
	data, err := p.Encode()
	if err != nil {
		t.Fatal(err)
	}
	if p, err = rollout.ParsePlan(data); err != nil {
		t.Fatal(err)
	}
	return p
}

func TestWhatHasDriftedSinceThePlanWasMadeIsRefusedBeforeAnythingIsSubmitted(t *testing.T) {
	const waves = "waves: [{name: canary, take: 2}, {name: rest}]"
	for name, c := range map[string]struct {
		groups, properties int
		lines              []string
		options            rollout.Options
		fault              *simulator.Fault
		drifts             papi.ID
		refused            bool
	}{
		"in a later wave":                     {groups: 1, properties: 30, lines: []string{waves}, drifts: "prp_100025", refused: true},
		"far behind in the only wave":         {groups: 1, properties: 30, drifts: "prp_100025", refused: true},
		"on the second network":               {groups: 1, properties: 4, lines: []string{"networks: [production, staging]"}, drifts: "prp_100003", refused: true},
		"where each property has its group":   {groups: 30, properties: 30, lines: []string{waves}, drifts: "prp_100025", refused: true},
		"in a small rollout":                  {groups: 3, properties: 3, lines: []string{waves}, drifts: "prp_100003", refused: true},
		"in a small wave":                     {groups: 3, properties: 3, drifts: "prp_100003", refused: true},
		"where the groups cannot be listed":   {groups: 1, properties: 30, lines: []string{waves}, fault: &simulator.Fault{Operation: simulator.OpProperties, Status: 403, Times: -1}, drifts: "prp_100025", refused: true},
		"after the wave that is the last one": {groups: 1, properties: 30, lines: []string{waves}, options: rollout.Options{Through: "canary"}, drifts: "prp_100025"},
		"of what is left out":                 {groups: 1, properties: 30, lines: []string{waves, "tolerate: 1"}, options: rollout.Options{Skip: []string{"prp_100025"}}, drifts: "prp_100025"},
		"nowhere":                             {groups: 1, properties: 30, lines: []string{waves}},
	} {
		synctest.Test(t, func(t *testing.T) {
			s := newScene(t, c.properties, c.groups, simulator.Options{})
			p := reread(t, s.plan(manifest(c.properties, c.lines...)))
			if c.drifts != "" {
				s.foreign(c.drifts)
			}
			if c.fault != nil {
				s.sim.Inject(*c.fault)
			}
			r, err := s.apply(p, c.options)
			drift, ok := errors.AsType[*rollout.DriftError](err)
			switch {
			case !c.refused && (err != nil || s.submissions(c.properties) == 0):
				t.Errorf("%s: %s, %v", name, states(r), err)
			case c.refused && (!ok || r.Outcome != rollout.OutcomeRejected || s.submissions(c.properties) > 0 || !slices.Equal(drift.Items, []string{"p" + string(c.drifts)[5:] + ".example.com"})):
				t.Errorf("%s: %s, %s, %d submitted, %v", name, r.Outcome, states(r), s.submissions(c.properties), err)
			}
		})
	}
}

// A plan that was returned, and is carried out once more, also if that was interrupted.
func TestWhatHasDriftedIsRefusedBeforeAnotherAttempt(t *testing.T) {
	for _, interrupted := range []bool{false, true} {
		synctest.Test(t, func(t *testing.T) {
			s := newScene(t, 30, 1, simulator.Options{})
			p := reread(t, s.plan(manifest(30, "waves: [{name: canary, take: 4, at-once: 2}, {name: rest}]")))
			if r, err := s.apply(p, rollout.Options{}); err != nil {
				t.Fatal(states(r), err)
			}
			if r, err := (&rollout.Runner{API: s.client()}).Rollback(t.Context(), p, rollout.Options{}); err != nil {
				t.Fatal(states(r), err)
			}
			if interrupted {
				s.stopAt2(p, time.Minute, rollout.Options{Replan: true})
			}
			s.foreign("prp_100025")
			time.Sleep(10 * time.Minute)
			before := s.submissions(30)
			r, err := s.apply(p, rollout.Options{Replan: true})
			if _, ok := errors.AsType[*rollout.DriftError](err); !ok || s.submissions(30) != before {
				t.Errorf("interrupted: %t: %s, %d submitted, %v", interrupted, states(r), s.submissions(30)-before, err)
			}
		})
	}
}

// Somebody who has gone on from what the rollout had activated is seen before the rest is submitted.
func TestAPlanThatIsGoneOnWithRefusesWhatHasDriftedInTheMeantime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newScene(t, 30, 1, simulator.Options{})
		p := reread(t, s.plan(manifest(30, "waves: [{name: canary, take: 2}, {name: rest}]")))
		if r, err := s.apply(p, rollout.Options{Through: "canary"}); err != nil {
			t.Fatal(states(r), err)
		}
		s.foreign("prp_100025")
		time.Sleep(time.Minute)
		before := s.submissions(30)
		r, err := s.apply(p, rollout.Options{})
		if _, ok := errors.AsType[*rollout.DriftError](err); !ok || s.submissions(30) != before || r.Waves[0].State != rollout.WaveDone || r.Waves[1].State != rollout.WaveFailed {
			t.Errorf("%s, %d submitted, %s, %v", states(r), s.submissions(30)-before, r.Waves[0].State, err)
		}
	})
}
