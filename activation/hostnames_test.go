package activation_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/propctl/propctl/activation"
	"github.com/propctl/propctl/papi"
	"github.com/propctl/propctl/papi/simulator"
)

// added is the change that most tests make: shop2.example.com on staging.
func added() activation.HostnameChange {
	t := www()
	t.Version = 0
	return activation.HostnameChange{
		Target: t,
		Add:    []papi.HostnameToAdd{{CNAMEFrom: "shop2.example.com", CNAMETo: "www.example.com.edgekey.net"}},
	}
}

// names returns the hostnames of a version.
func (s *scene) names(version int) []string {
	s.t.Helper()
	list, err := s.client().VersionHostnames(s.t.Context(), www().Property, version)
	if err != nil {
		s.t.Fatal(err)
	}
	var names []string
	for _, h := range list.Items {
		names = append(names, h.CNAMEFrom)
	}
	slices.Sort(names)
	return names
}

// versions returns how many versions www.example.com has.
func (s *scene) versions() int {
	s.t.Helper()
	list, err := s.client().Versions(s.t.Context(), www().Property)
	if err != nil {
		s.t.Fatal(err)
	}
	return len(list.Items)
}

// of counts the activations of a version of www.example.com on staging.
func (s *scene) of(version int) int {
	n := 0
	for _, a := range s.sim.Activations("prp_1001") {
		if a.Version == version && a.Network == simulator.Staging {
			n++
		}
	}
	return n
}

// brought checks that the change was made once, whatever happened.
func (s *scene) brought(result *activation.Result, err error) {
	s.t.Helper()
	if err != nil || result.Outcome != activation.OutcomeActive && result.Outcome != activation.OutcomeAlreadyActive || result.Version != 9 {
		s.t.Errorf("outcome %q of version %d, %+v: %v", result.Outcome, result.Version, result.Hostnames, err)
	}
	if got := s.versions(); got != 9 {
		s.t.Errorf("%d versions, want one more than eight", got)
	}
	if got := s.of(9); got != 1 {
		s.t.Errorf("%d activations of it, want 1", got)
	}
	if got := s.names(9); !slices.Equal(got, []string{"shop2.example.com", "www.example.com"}) {
		s.t.Errorf("it has %q", got)
	}
}

func TestChangeHostnamesMakesAVersionOfWhatIsActiveAndActivatesIt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newScene(t, simulator.Options{})
		result, err := s.engine.ChangeHostnames(t.Context(), added())
		s.brought(result, err)
		if h := result.Hostnames; h.Base != 7 || !h.Created || h.Resumed || !slices.Equal(h.Added, []string{"shop2.example.com"}) || len(h.Removed) != 0 {
			t.Errorf("result is %+v", h)
		}
	})
}

func TestChangeHostnamesRunTwiceChangesNothingMore(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newScene(t, simulator.Options{})
		for range 2 {
			result, err := s.another().ChangeHostnames(t.Context(), added())
			s.brought(result, err)
		}
	})
}

func TestChangeHostnamesSurvivesALostAnswerAtEachWrite(t *testing.T) {
	for _, operation := range []string{"create-version", "patch-hostnames", "submit"} {
		for _, what := range []string{"drop", "drop-after", "503", "503-after", "malformed-after", "500-after@3", "paced"} {
			t.Run(operation+"="+what, func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					s := newScene(t, simulator.Options{})
					s.sim.Inject(fault(t, operation+"="+what))
					result, err := s.engine.ChangeHostnames(t.Context(), added())
					s.brought(result, err)
				})
			})
		}
	}
}

func TestChangeHostnamesKilledBetweenAnyTwoRequestsGoesOn(t *testing.T) {
	for after := range 16 {
		for _, what := range []chaos{death, deathAfter} {
			t.Run(fmt.Sprint(what, " at ", after), func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					s := newScene(t, simulator.Options{})
					ctx, kill := context.WithCancelCause(t.Context())
					w := &wire{next: s.sim.Transport(), kill: kill, plan: map[int]chaos{after: what}, counts: make(map[chaos]int), lenient: true}
					c := s.sim.Credentials()
					client, err := papi.New(papi.Credentials{
						Host: c.Host, ClientToken: c.ClientToken, ClientSecret: c.ClientSecret, AccessToken: c.AccessToken,
					}, papi.Options{Transport: w})
					if err != nil {
						t.Fatal(err)
					}
					_, _ = (&activation.Engine{API: client}).ChangeHostnames(ctx, added())
					kill(nil)
					result, err := s.engine.ChangeHostnames(t.Context(), added())
					s.brought(result, err)
				})
			})
		}
	}
}

func TestChangeHostnamesLeavesNoVersionBehindWhenTheNetworkIsBusy(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newScene(t, simulator.Options{})
		s.begin()
		change := added()
		change.FailIfPending = true
		_, err := s.engine.ChangeHostnames(t.Context(), change)
		if _, ok := errors.AsType[*activation.BusyError](err); !ok || s.versions() != 8 {
			t.Errorf("%d versions: %v", s.versions(), err)
		}
	})
}

func TestChangeHostnamesWaitsForABlockerAndTakesWhatIsActiveThen(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newScene(t, simulator.Options{})
		s.begin() // version 8
		result, err := s.engine.ChangeHostnames(t.Context(), added())
		s.brought(result, err)
		if result.Hostnames.Base != 8 {
			t.Errorf("made from version %d, want 8", result.Hostnames.Base)
		}
	})
}

func TestChangeHostnamesTakesAnotherPropertyWhileTheFirstIsBusy(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newScene(t, simulator.Options{})
		change := added()
		change.Property = papi.PropertyRef{PropertyID: "prp_1006"} // busy
		change.Alternatives = []papi.PropertyRef{www().Property}
		result, err := s.engine.ChangeHostnames(t.Context(), change)
		s.brought(result, err)
		if !result.Property.PropertyID.Equal("prp_1001") {
			t.Errorf("on property %s", result.Property.PropertyID)
		}
		// Run again it finds them there, although the first may be free by now.
		result, err = s.another().ChangeHostnames(t.Context(), change)
		s.brought(result, err)
	})
}

func TestChangeHostnamesRefusesAPropertyWithoutRoom(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newScene(t, simulator.Options{HostnamesPerProperty: 1})
		_, err := s.engine.ChangeHostnames(t.Context(), added())
		if full, ok := errors.AsType[*activation.HostnameLimitError](err); !ok || full.Room != 0 || full.Wanted != 1 || s.versions() != 8 {
			t.Errorf("%d versions: %v", s.versions(), err)
		}
	})
}

func TestChangeHostnamesRemoves(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newScene(t, simulator.Options{})
		if result, err := s.engine.ChangeHostnames(t.Context(), added()); err != nil {
			t.Fatal(result, err)
		}
		change := added()
		change.Add, change.Remove = nil, []string{"SHOP2.example.com.", "nothing.example.com"}
		result, err := s.engine.ChangeHostnames(t.Context(), change)
		if err != nil || result.Version != 10 || !slices.Equal(result.Hostnames.Removed, []string{"shop2.example.com"}) {
			t.Errorf("version %d, %+v: %v", result.Version, result.Hostnames, err)
		}
	})
}

func TestChangeHostnamesWithoutANetworkActivatesNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newScene(t, simulator.Options{})
		change := added()
		change.Network = ""
		for range 2 {
			result, err := s.engine.ChangeHostnames(t.Context(), change)
			if err != nil || result.Outcome != activation.OutcomeOK || result.Version != 9 || s.of(9) != 0 || s.versions() != 9 {
				t.Errorf("outcome %q of version %d: %v", result.Outcome, result.Version, err)
			}
		}
	})
}

func TestChangeHostnamesLeavesADraftOfSomebodyElseAlone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newScene(t, simulator.Options{})
		change := added()
		change.Network, change.Base = "", activation.BaseVersion{Version: 8}
		change.Add[0].CNAMEFrom = "other.example.com"
		if _, err := s.engine.ChangeHostnames(t.Context(), change); err != nil { // 9, with another hostname
			t.Fatal(err)
		}
		result, err := s.engine.ChangeHostnames(t.Context(), added())
		if err != nil || result.Version != 10 || !slices.Equal(s.names(9), []string{"other.example.com", "www.example.com"}) {
			t.Errorf("version %d: %v", result.Version, err)
		}
	})
}

func TestChangeHostnamesReadsAnewAfterAnETagConflict(t *testing.T) {
	for _, operation := range []simulator.Operation{"create-version", "patch-hostnames"} {
		synctest.Test(t, func(t *testing.T) {
			s := newScene(t, simulator.Options{})
			s.sim.Inject(simulator.Fault{
				Operation: operation, Status: http.StatusPreconditionFailed,
				Body: `{"type":"https://problems.example.com/papi/v0/etag-conflict","title":"Conflict","detail":"It has changed.","instance":"x","status":412}`,
			})
			result, err := s.engine.ChangeHostnames(t.Context(), added())
			s.brought(result, err)
		})
	}
}

func TestChangeHostnamesDryRunMakesNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newScene(t, simulator.Options{})
		change := added()
		change.DryRun = true
		result, err := s.engine.ChangeHostnames(t.Context(), change)
		if err != nil || result.Outcome != activation.OutcomePlanned || s.versions() != 8 || !slices.Equal(result.Hostnames.Added, []string{"shop2.example.com"}) {
			t.Errorf("outcome %q, %+v: %v", result.Outcome, result.Hostnames, err)
		}
	})
}

func TestChangeHostnamesShowsWhatPAPIRefuses(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newScene(t, simulator.Options{})
		change := added()
		change.Add[0].CNAMETo = "nowhere.example.com"
		begun := time.Now()
		if _, err := s.engine.ChangeHostnames(t.Context(), change); !errors.Is(err, papi.ClassInvalid) || time.Since(begun) != 0 {
			t.Errorf("after %s: %v", time.Since(begun), err)
		}
	})
}

func TestChangeHostnamesWithoutResubmissionsReadsBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newScene(t, simulator.Options{})
		s.engine.Resubmissions = -1
		result, err := s.engine.ChangeHostnames(t.Context(), added())
		s.brought(result, err)
	})
}

func TestAHostnameThatLeadsElsewhereTakesNoRoom(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newScene(t, simulator.Options{HostnamesPerProperty: 1})
		change := added()
		change.Add = []papi.HostnameToAdd{{CNAMEFrom: "www.example.com", CNAMETo: "api.example.com.edgekey.net"}}
		result, err := s.engine.ChangeHostnames(t.Context(), change)
		if err != nil || result.Outcome != activation.OutcomeActive || result.Version != 9 {
			t.Errorf("outcome %q of version %d: %v", result.Outcome, result.Version, err)
		}
	})
}
