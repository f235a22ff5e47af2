package rollout_test

import (
	"fmt"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/propctl/propctl/activation/rollout"
	"github.com/propctl/propctl/papi/simulator"
)

// TestARolloutTakesTheRequestsOfTheFormula holds rollouts to what docs/requests.md says.
func TestARolloutTakesTheRequestsOfTheFormula(t *testing.T) {
	for _, c := range []struct {
		properties, groups int
		networks, waves    string
		waveCount          int
		submit             rollout.SubmitMode
		failing            int
	}{
		{200, 4, "[production]", "[{name: all}]", 1, rollout.SubmitSingle, 0},
		{200, 4, "[production]", "[{name: all}]", 1, rollout.SubmitBulk, 0},
		{200, 4, "[production]", "[{name: all, at-once: 50}]", 1, rollout.SubmitSingle, 0},
		{200, 1, "[staging, production]", "[{take: 20}, {take: rest}]", 4, rollout.SubmitSingle, 0},
		{200, 1, "[staging, production]", "[{take: 20}, {take: rest}]", 4, rollout.SubmitBulk, 0},
		{200, 2, "[production]", "[{name: all}]", 1, rollout.SubmitSingle, 5},
	} {
		synctest.Test(t, func(t *testing.T) {
			s := newScene(t, c.properties, c.groups, simulator.Options{})
			fixtures := simulator.Properties(c.properties, c.groups, time.Now())
			for i := range c.failing {
				fixtures[3+i*7].Versions[2].Fails = true
			}
			s.sim = simulator.New(simulator.Options{Properties: fixtures, Pace: simulator.Fixed(stagingTime, productionTime)})
			p := s.plan(fmt.Sprintf("name: test\nnotify: [you@example.com]\ntolerate: %d\nnetworks: %s\nproperties: [{select: {name: 'p*'}, version: 3}]\nwaves: %s\n", c.failing, c.networks, c.waves))
			shown := 0
			for _, i := range p.Items() {
				if i.Before() == i.Version {
					shown++
				}
			}
			since := len(s.sim.Requests())
			r, err := s.apply(p, rollout.Options{Submit: c.submit})
			if err != nil || r.Totals.Active != len(p.Items())-c.failing {
				t.Fatalf("%s, %v", states(r), err)
			}
			ops := s.ops(since)
			items := len(p.Items()) - shown
			rounds := ops["properties"]/c.groups - 1
			if c.failing == 0 && ops["properties"]%c.groups != 0 || rounds > int(r.Waited/time.Minute)+c.waveCount {
				t.Errorf("%+v: %d lists of %d groups in %s", c, ops["properties"], c.groups, r.Waited)
			}
			if looks := ops["list"]; looks < items || looks > items+13*c.waveCount {
				t.Errorf("%+v: %d looks at %d items", c, looks, items)
			}
			if submissions := ops["submit"]; c.submit == rollout.SubmitSingle && submissions != items {
				t.Errorf("%+v: %d submissions of %d items", c, submissions, items)
			}
			if parts := ops["bulk-activate"]; c.submit == rollout.SubmitBulk && (parts > items/60+2*c.waveCount || ops["bulk-activation"] > 4*parts) {
				t.Errorf("%+v: %d parts, %d looks at them", c, parts, ops["bulk-activation"])
			}
			if asked := ops["poll"]; asked > 13*rounds+20*c.waveCount+c.failing {
				t.Errorf("%+v: %d items were asked themselves in %d rounds", c, asked, rounds)
			}
		})
	}
}

func TestAFailureIsSeenSoon(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		fixtures := simulator.Properties(100, 1, time.Now())
		fixtures[40].Versions[2].Fails = true
		s := newScene(t, 1, 1, simulator.Options{})
		s.sim = simulator.New(simulator.Options{Properties: fixtures, Pace: simulator.Fixed(stagingTime, productionTime)})
		p := s.plan("name: test\nnotify: [you@example.com]\nnetworks: [production]\nproperties: [{select: {name: 'p*'}, version: 3}]\n")
		var failed time.Duration
		begun := time.Now()
		_, err := s.apply(p, rollout.Options{Observe: func(e rollout.Event) {
			if e.Kind == rollout.EventItem && e.Item.State == rollout.Failed {
				failed = time.Since(begun)
			}
		}})
		if err == nil || failed == 0 || failed > productionTime+5*time.Minute {
			t.Errorf("after %s: %v", failed, err)
		}
	})
}

func TestEventsTellWhatHappensInItsOrder(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newScene(t, 20, 1, simulator.Options{})
		p := s.plan(manifest(3, "networks: [staging, production]", "waves: [{name: canary, take: 1, checks: [home]}, {name: rest}]", checks))
		if _, err := s.apply(p, rollout.Options{}); err != nil {
			t.Fatal(err)
		}
		var got []string
		last := time.Duration(0)
		for _, e := range s.events {
			if e.Waited < last || e.Waves != 2 || e.Number < 1 || e.Number > 2 {
				t.Fatalf("%+v after %s", e, last)
			}
			last = e.Waited
			switch e.Kind {
			case rollout.EventItem:
				got = append(got, fmt.Sprintf("%s %s %s", e.Item.PropertyID, e.Network, e.Item.State))
			case rollout.EventWaveStarted, rollout.EventWaveEnded, rollout.EventCheck:
				got = append(got, fmt.Sprintf("%s %s %s", e.Kind, e.Wave, e.Network))
			case rollout.EventReturning:
				t.Error("nothing goes back")
			case rollout.EventHeld:
				t.Error("nothing is waited for")
			case rollout.EventProgress:
				if e.Totals.Items == 0 {
					t.Errorf("%+v", e)
				}
			}
		}
		want := []string{
			"wave-started canary STAGING", "prp_100001 STAGING underway", "prp_100001 STAGING active", "check canary STAGING", "wave-ended canary STAGING",
			"wave-started canary PRODUCTION", "prp_100001 PRODUCTION underway", "prp_100001 PRODUCTION active", "check canary PRODUCTION", "wave-ended canary PRODUCTION",
			"wave-started rest STAGING",
		}
		if len(got) < len(want) || !slices.Equal(got[:len(want)], want) {
			t.Errorf("%q", got)
		}
		if len(got) != 2*(1+1+1+1+1)+2*(1+2*2+1) || got[len(got)-1] != "wave-ended rest PRODUCTION" {
			t.Errorf("%d events: %q", len(got), got[len(want):])
		}
	})
}

func TestTheWayBackIsTold(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newScene(t, 20, 1, simulator.Options{Pace: failingFirst{}})
		p := s.plan(manifest(3, "on-failure: rollback"))
		if _, err := s.apply(p, rollout.Options{}); err == nil {
			t.Fatal("it has not failed")
		}
		returning, ended, back := 0, 0, 0
		for _, e := range s.events {
			switch {
			case e.Kind == rollout.EventReturning && e.Err != nil:
				returning++
			case e.Kind == rollout.EventWaveEnded && e.Err != nil:
				ended++
			case e.Kind == rollout.EventItem && e.Item.State == rollout.Returned:
				back++
			}
		}
		if returning != 1 || ended != 1 || back != 2 {
			t.Errorf("%d times it is told that it goes back, %d that the wave has failed, %d items are back", returning, ended, back)
		}
	})
}
