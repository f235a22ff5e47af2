package activation_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/propctl/propctl/activation"
	"github.com/propctl/propctl/papi"
	"github.com/propctl/propctl/papi/simulator"
)

// overIncludes returns an engine for includes.
func (s *scene) overIncludes() *activation.Engine {
	s.t.Helper()
	return &activation.Engine{Includes: s.client(), Observe: func(e activation.Event) { s.events = append(s.events, e) }}
}

// headers is a version of the include security-headers on staging.
func headers(version int) activation.Target {
	return activation.Target{
		Include: papi.IncludeRef{IncludeID: "inc_2001"}, Network: papi.Staging, Version: version,
		Request: papi.ActivationRequest{NotifyEmails: []string{"you@example.com"}},
	}
}

// latestHeaders returns the latest version of the include.
func (s *scene) latestHeaders() int {
	s.t.Helper()
	latest, err := s.client().LatestIncludeVersion(s.t.Context(), papi.IncludeRef{IncludeID: "inc_2001"}, "")
	if err != nil {
		s.t.Fatal(err)
	}
	return latest
}

func (s *scene) ofInclude(version int) int {
	n := 0
	for _, a := range s.sim.Activations("inc_2001") {
		if a.Version == version && a.Network == simulator.Staging {
			n++
		}
	}
	return n
}

func TestIncludesAreActivatedThroughTheirValidation(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newScene(t, simulator.Options{})
		v := s.latestHeaders()
		result, err := s.overIncludes().Activate(t.Context(), headers(v))
		if err != nil || result.Outcome != activation.OutcomeActive || !result.Submitted || result.Version != v || result.PropertyName != "security-headers" {
			t.Fatalf("outcome %q of %q version %d: %v", result.Outcome, result.PropertyName, result.Version, err)
		}
		// The answer to the submission had an id for a while; the one that stays is in the list.
		if listed := s.sim.Activations("inc_2001"); !slices.ContainsFunc(listed, func(a simulator.Activation) bool { return result.Activation.ActivationID.Equal(papi.ID(a.ID)) }) {
			t.Errorf("its id is %s, which is not in the list", result.Activation.ActivationID)
		}
		result, err = s.overIncludes().Activate(t.Context(), headers(v))
		if err != nil || result.Outcome != activation.OutcomeAlreadyActive || s.ofInclude(v) != 1 {
			t.Errorf("outcome %q, %d activations: %v", result.Outcome, s.ofInclude(v), err)
		}
	})
}

func TestIncludesAreSubmittedOnceWhateverHappens(t *testing.T) {
	for _, f := range []string{"include-submit=drop-after", "include-submit=drop", "include-submit=503-after", "include-poll=404@4", "include-submit=busy", "include-poll=500@3"} {
		t.Run(f, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := newScene(t, simulator.Options{})
				v := s.latestHeaders()
				s.sim.Inject(fault(t, f))
				result, err := s.overIncludes().Activate(t.Context(), headers(v))
				if err != nil || result.Outcome != activation.OutcomeActive || s.ofInclude(v) != 1 {
					t.Errorf("outcome %q, %d activations: %v", result.Outcome, s.ofInclude(v), err)
				}
			})
		})
	}
}

func TestIncludesAreDeactivatedAndCancelled(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newScene(t, simulator.Options{})
		result, err := s.overIncludes().Deactivate(t.Context(), headers(0))
		if err != nil || result.Outcome != activation.OutcomeDeactivated {
			t.Fatalf("outcome %q: %v", result.Outcome, err)
		}
		target := headers(s.latestHeaders())
		target.NoWait = true
		if _, err := s.overIncludes().Activate(t.Context(), target); err != nil {
			t.Fatal(err)
		}
		time.Sleep(20 * time.Second) // the validation
		result, err = s.overIncludes().Cancel(t.Context(), activation.Selection{Include: target.Include, Network: papi.Staging})
		if err != nil || result.Outcome != activation.OutcomeCancelled || result.Activation.Status != papi.StatusAborted {
			t.Errorf("outcome %q: %v", result.Outcome, err)
		}
	})
}

func TestARunOfAnIncludeNamesNoProperty(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newScene(t, simulator.Options{})
		result, err := s.overIncludes().Activate(t.Context(), headers(s.latestHeaders()))
		if err != nil {
			t.Fatal(err)
		}
		want := papi.IncludeRef{IncludeID: "inc_2001", ContractID: "ctr_C-SIM1", GroupID: "grp_10001"}
		if result.Include != want || result.Property != (papi.PropertyRef{}) {
			t.Errorf("include %+v, property %+v", result.Include, result.Property)
		}
		if a := result.Activation; a.IncludeID != "inc_2001" || a.PropertyID != "" {
			t.Errorf("activation of include %q, property %q", a.IncludeID, a.PropertyID)
		}
		if last := s.events[len(s.events)-1]; last.Include != want || last.Property != (papi.PropertyRef{}) {
			t.Errorf("event of include %+v, property %+v", last.Include, last.Property)
		}
	})
}

func TestAnIncludeHasNoHostnames(t *testing.T) {
	s := newScene(t, simulator.Options{})
	change := bucketChange(1)
	change.Property, change.Include = papi.PropertyRef{}, papi.IncludeRef{IncludeID: "inc_2001"}
	for name, bringAbout := range map[string]func(context.Context, activation.HostnameChange) (*activation.Result, error){
		"of a version": s.engine.ChangeHostnames, "of a bucket": s.engine.ChangeBucket,
	} {
		_, err := bringAbout(t.Context(), change)
		if _, ok := errors.AsType[*activation.RejectedError](err); !ok {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// bucketChange adds so many hostnames to bucket.example.com on staging.
func bucketChange(n int) activation.HostnameChange {
	c := activation.HostnameChange{Target: activation.Target{
		Property: papi.PropertyRef{PropertyID: "prp_1010"}, Network: papi.Staging,
		Request: papi.ActivationRequest{NotifyEmails: []string{"you@example.com"}},
	}}
	for i := range n {
		c.Add = append(c.Add, papi.HostnameToAdd{CNAMEFrom: fmt.Sprintf("h%d.bucket.example.com", i), EdgeHostnameID: "ehn_3001"})
	}
	return c
}

// onBucket counts the changes that PAPI has accepted.
func (s *scene) onBucket() int { return len(s.sim.HostnameActivations("prp_1010")) }

func TestChangeBucketGoesInPartsOfAThousandAndWaitsForEach(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newScene(t, simulator.Options{HostnamesPerProperty: 5000})
		before := s.onBucket()
		result, err := s.engine.ChangeBucket(t.Context(), bucketChange(1500))
		if err != nil || result.Outcome != activation.OutcomeActive || len(result.Hostnames.Added) != 1500 {
			t.Fatalf("outcome %q, %d added: %v", result.Outcome, len(result.Hostnames.Added), err)
		}
		if got := s.onBucket() - before; got != 2 {
			t.Errorf("%d changes, want 2", got)
		}
		result, err = s.another().ChangeBucket(t.Context(), bucketChange(1500))
		if err != nil || result.Outcome != activation.OutcomeAlreadyActive || s.onBucket()-before != 2 {
			t.Errorf("again: outcome %q, %d changes: %v", result.Outcome, s.onBucket()-before, err)
		}
	})
}

func TestChangeBucketSubmitsOnceWhateverHappens(t *testing.T) {
	for _, what := range []string{"drop-after", "drop", "503-after", "503", "malformed-after", "busy", "paced"} {
		t.Run(what, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := newScene(t, simulator.Options{})
				before := s.onBucket()
				s.sim.Inject(fault(t, "patch-bucket="+what))
				result, err := s.engine.ChangeBucket(t.Context(), bucketChange(3))
				if err != nil || result.Outcome != activation.OutcomeActive || s.onBucket()-before != 1 {
					t.Errorf("outcome %q, %d changes: %v", result.Outcome, s.onBucket()-before, err)
				}
			})
		})
	}
}

func TestActivateSeesAChangeOfTheBucketBehindA409(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newScene(t, simulator.Options{})
		change := bucketChange(3)
		change.NoWait = true
		if _, err := s.engine.ChangeBucket(t.Context(), change); err != nil {
			t.Fatal(err)
		}
		target := www()
		target.Property.PropertyID, target.Version = "prp_1010", s.newOnBucket()
		s.events = nil
		result, err := s.activate(target)
		if err != nil || result.Outcome != activation.OutcomeActive {
			t.Fatalf("outcome %q: %v", result.Outcome, err)
		}
		if !slices.ContainsFunc(s.events, func(e activation.Event) bool { return e.Kind == activation.EventQueued }) {
			t.Errorf("the change was not named: %v", s.kinds())
		}
		if got := s.sim.Count(simulator.OpSubmit); got != 2 {
			t.Errorf("%d submissions, want the one that met the change, and one after it", got)
		}
	})
}

// newOnBucket makes a version of bucket.example.com.
func (s *scene) newOnBucket() int {
	s.t.Helper()
	created, err := s.client().CreateVersion(s.t.Context(), papi.PropertyRef{PropertyID: "prp_1010"}, 1, "")
	if err != nil {
		s.t.Fatal(err)
	}
	return created.PropertyVersion
}
