package activation_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/propctl/propctl/activation"
	"github.com/propctl/propctl/papi"
	"github.com/propctl/propctl/papi/simulator"
)

func (s *scene) draft(from int, add ...papi.HostnameToAdd) int {
	s.t.Helper()
	c, err := s.client().CreateVersion(s.t.Context(), www().Property, from, "")
	if err != nil {
		s.t.Fatal(err)
	}
	if len(add) > 0 {
		h, err := s.client().VersionHostnames(s.t.Context(), www().Property, c.PropertyVersion)
		if err == nil {
			_, err = s.client().PatchVersionHostnames(s.t.Context(), www().Property, c.PropertyVersion, h.BodyETag, add, nil)
		}
		if err != nil {
			s.t.Fatal(err)
		}
	}
	return c.PropertyVersion
}

func TestADraftThatLeadsAHostnameElsewhereIsNotOurs(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newScene(t, simulator.Options{})
		d := s.draft(7, papi.HostnameToAdd{CNAMEFrom: "www.example.com", CNAMETo: "api.example.com.edgekey.net"})
		r, err := s.engine.ChangeHostnames(t.Context(), added())
		if s.of(d) != 0 || r.Version == d {
			t.Errorf("somebody else's draft %d was edited and activated: %q, %+v, %v", d, r.Outcome, r.Hostnames, err)
		}
	})
}

func TestADraftWithAnotherCertificateIsNotOurs(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newScene(t, simulator.Options{})
		d := s.draft(7, papi.HostnameToAdd{CNAMEFrom: "www.example.com", CNAMETo: "www.example.com.edgekey.net", CertProvisioningType: papi.CertDefault})
		r, err := s.engine.ChangeHostnames(t.Context(), added())
		if s.of(d) != 0 {
			t.Errorf("somebody else's draft %d was edited and activated: %q, %+v, %v", d, r.Outcome, r.Hostnames, err)
		}
	})
}

func TestAVersionWhoseOwnerCancelsItIsNotActivated(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newScene(t, simulator.Options{SlowCancel: time.Minute, Pace: simulator.Fixed(10*time.Minute, time.Hour)})
		d := s.draft(8, papi.HostnameToAdd{CNAMEFrom: "shop2.example.com", CNAMETo: "www.example.com.edgekey.net"}) // other rules, too
		target := www()
		target.Version, target.NoWait = d, true
		r, err := s.activate(target)
		if err != nil {
			t.Fatal(err)
		}
		sel := onStaging()
		sel.NoWait = true
		if _, err := s.another().Cancel(t.Context(), sel); err != nil {
			t.Fatal(err)
		}
		_ = r
		r, err = s.engine.ChangeHostnames(t.Context(), added())
		if s.of(d) != 1 {
			t.Errorf("version %d was activated again: %q, %+v, %v", d, r.Outcome, r.Hostnames, err)
		}
	})
}

func TestAnETagConflictThatStaysEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newScene(t, simulator.Options{})
		s.sim.Inject(simulator.Fault{Operation: "create-version", Status: 412, Times: 1 << 20, Body: `{"type":"https://problems.example.com/papi/v0/etag-conflict","title":"Conflict","detail":"It has changed.","instance":"x","status":412}`})
		ctx, cancel := context.WithTimeoutCause(t.Context(), 5*time.Minute, activation.ErrTimeout)
		defer cancel()
		_, err := s.engine.ChangeHostnames(ctx, added())
		n := 0
		for _, r := range s.sim.Requests() {
			if r.Operation == "create-version" {
				n++
			}
		}
		if n > 8 {
			t.Errorf("%d POSTs of a version in five minutes: %v", n, err)
		}
	})
}

func TestTheResultNamesTheVersionThatWasMade(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newScene(t, simulator.Options{})
		change := added()
		change.Add[0].CNAMETo = "nowhere.example.com"
		r, err := s.engine.ChangeHostnames(t.Context(), change)
		if s.versions() == 9 && (r.Hostnames.Version != 9 || r.Version != 9) {
			t.Errorf("version 9 was made (created %t), result says %d and %d: %v", r.Hostnames.Created, r.Version, r.Hostnames.Version, err)
		}
	})
}

func TestALostVersionIsFoundBelowSomebodyElses(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		posts := 0
		var s *scene
		s = newSceneOver(t, simulator.Options{}, over(func(next http.RoundTripper, r *http.Request) (*http.Response, error) {
			resp, err := next.RoundTrip(r)
			if r.Method == http.MethodPost && strings.HasSuffix(r.URL.Path, "/versions") {
				if posts++; posts == 1 {
					s.draft(8) // 10
					return nil, io.ErrUnexpectedEOF
				}
			}
			return resp, err
		}))
		r, err := s.engine.ChangeHostnames(t.Context(), added())
		if err != nil || s.versions() != 10 || r.Version != 9 {
			t.Errorf("%d versions, version %d, %+v: %v", s.versions(), r.Version, r.Hostnames, err)
		}
	})
}

func TestWaitedCoversTheBlocker(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newScene(t, simulator.Options{Pace: simulator.Fixed(10*time.Minute, time.Hour)})
		s.begin()
		begun := time.Now()
		r, err := s.engine.ChangeHostnames(t.Context(), added())
		if err != nil || r.Waited != time.Since(begun) {
			t.Errorf("waited %s of %s: %v", r.Waited, time.Since(begun), err)
		}
	})
}

func TestRequireStagingMakesNoVersion(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newScene(t, simulator.Options{})
		change := added()
		change.Network, change.RequireStaging = papi.Production, true
		for _, dry := range []bool{true, false} {
			change.DryRun = dry
			_, err := s.engine.ChangeHostnames(t.Context(), change)
			if _, ok := errors.AsType[*activation.RejectedError](err); !ok || s.versions() != 8 {
				t.Errorf("dry run %t: %d versions: %v", dry, s.versions(), err)
			}
		}
	})
}

func TestAddAndRemoveTheSameMakesNoVersion(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newScene(t, simulator.Options{})
		change := added()
		change.Remove = []string{"shop2.example.com"}
		r, err := s.engine.ChangeHostnames(t.Context(), change)
		n := 0
		for _, q := range s.sim.Requests() {
			if q.Operation == "patch-hostnames" {
				n++
			}
		}
		if s.versions() != 8 {
			t.Errorf("%d versions, %d patches, %q: %v", s.versions(), n, r.Outcome, err)
		}
	})
}

func TestWhatSomebodyActivatedMeanwhileIsNotUndone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var s *scene
		once := false
		s = newSceneOver(t, simulator.Options{}, over(func(next http.RoundTripper, r *http.Request) (*http.Response, error) {
			resp, err := next.RoundTrip(r)
			if r.Method == http.MethodPatch && !once {
				once = true
				s.sim.AddActivation("prp_1001", simulator.Activation{Network: simulator.Staging, Version: 8, Status: simulator.StatusPending, Submitted: s.sim.Now(), Steps: []simulator.Step{{After: 30 * time.Second, Status: simulator.StatusActive}}})
			}
			return resp, err
		}))
		r, err := s.engine.ChangeHostnames(t.Context(), added())
		if err == nil && r.Hostnames.Base == 7 {
			t.Errorf("%q: version %d, made from %d, has replaced version 8 that came after it", r.Outcome, r.Version, r.Hostnames.Base)
		}
	})
}

func TestDryRunSaysThatItWouldFollow(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newScene(t, simulator.Options{})
		change := added()
		change.NoWait = true
		if _, err := s.engine.ChangeHostnames(t.Context(), change); err != nil {
			t.Fatal(err)
		}
		change.NoWait, change.DryRun = false, true
		r, err := s.another().ChangeHostnames(t.Context(), change)
		if err != nil || r.Plan.Action != activation.ActionFollow {
			t.Errorf("plan %+v, %+v: %v", r.Plan, r.Hostnames, err)
		}
	})
}

var _ = errors.New

var _ = slices.Equal[[]int]
