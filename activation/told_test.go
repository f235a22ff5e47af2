package activation_test

import (
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/propctl/propctl/activation"
	"github.com/propctl/propctl/papi"
	"github.com/propctl/propctl/papi/simulator"
)

// Waiting as PAPI says is not a failure: with no repeats at all it is done as often as
// it takes.
func TestWhoIsToldWhenToComeAgainWaitsUntilTimeIsUp(t *testing.T) {
	const refusals = 20
	verbs := map[string]struct {
		fault string
		run   func(s *scene) (*activation.Result, error)
	}{
		"activate": {"submit", func(s *scene) (*activation.Result, error) {
			return s.engine.Activate(anHour(s.t), www())
		}},
		"deactivate": {"submit", func(s *scene) (*activation.Result, error) {
			target := www()
			target.Version = 0
			return s.engine.Deactivate(anHour(s.t), target)
		}},
		"rollback": {"submit", func(s *scene) (*activation.Result, error) {
			return s.engine.Rollback(anHour(s.t), back())
		}},
		"bucket": {"patch-bucket", func(s *scene) (*activation.Result, error) {
			return s.engine.ChangeBucket(anHour(s.t), bucketChange(3))
		}},
		"cancel": {"cancel", func(s *scene) (*activation.Result, error) {
			id := s.begin()
			return s.engine.Cancel(anHour(s.t), activation.Selection{Property: www().Property, ActivationID: id})
		}},
	}
	for _, operation := range []string{"create-version", "patch-hostnames"} {
		verbs["hostnames, "+operation] = struct {
			fault string
			run   func(s *scene) (*activation.Result, error)
		}{operation, func(s *scene) (*activation.Result, error) {
			change := activation.HostnameChange{Target: www(), Add: []papi.HostnameToAdd{{CNAMEFrom: "shop.example.com", CNAMETo: "shop.example.com.edgekey.net"}}}
			change.Version = 0
			return s.engine.ChangeHostnames(anHour(s.t), change)
		}}
	}
	for verb, tt := range verbs {
		for _, what := range []string{"paced", "paced-503"} {
			t.Run(verb+"/"+what, func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					s := newInventiveScene(t, simulator.Options{Pace: simulator.Fixed(30*time.Minute, time.Hour)})
					s.engine.Resubmissions = -1
					f := fault(t, tt.fault+"="+what)
					f.Times = refusals
					s.sim.Inject(f)
					begun := time.Now()
					result, err := tt.run(s)
					if err != nil || time.Since(begun) < refusals*30*time.Second {
						t.Errorf("outcome %q after %s: %v", result.Outcome, time.Since(begun), err)
					}
				})
			})
		}
	}
}

func TestWhoIsToldToComeAgainTooLateEndsAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newScene(t, simulator.Options{})
		f := fault(t, "submit=paced")
		f.Times = -1
		s.sim.Inject(f)
		begun := time.Now()
		_, err := s.activateWithin(10*time.Minute, www())
		limit, ok := errors.AsType[*activation.LimitError](err)
		if took := time.Since(begun); !ok || limit.Daily || took != 19*30*time.Second {
			t.Errorf("ended after %s: %v", took, err)
		}
	})
}

// What is told of an activation that has to make way names its version.
func TestEventsNameTheVersionOfTheActivationThatTheyTellOf(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newScene(t, tenMinutes())
		ctx, stop := contextWithin(t, time.Minute)
		defer stop()
		taken := www()
		taken.Version = 0
		_, _ = s.another().Deactivate(ctx, taken) // of 7; it goes on
		target := back()
		target.CancelPending, target.Version = true, 6
		if _, err := s.engine.Rollback(anHour(t), target); err != nil {
			t.Fatal(err)
		}
		deactivations := 0
		for _, e := range s.events {
			if e.Activation != nil && e.Activation.ActivationType == papi.Deactivate {
				deactivations++
				if e.Version != 7 {
					t.Errorf("an event of a deactivation of version 7 names version %d", e.Version)
				}
			}
		}
		if deactivations == 0 {
			t.Error("nothing was told of the deactivation")
		}
	})
}
