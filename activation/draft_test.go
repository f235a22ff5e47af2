package activation_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
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

// killedAt runs a change in a process that dies at its request of that number,
// before it is sent or when PAPI has done what it asks for.
func (s *scene) killedAt(request int, what chaos, change activation.HostnameChange) {
	s.t.Helper()
	ctx, kill := context.WithCancelCause(s.t.Context())
	defer kill(nil)
	w := &wire{next: s.sim.Transport(), kill: kill, plan: map[int]chaos{request: what}, counts: make(map[chaos]int), lenient: true}
	c := s.sim.Credentials()
	client, err := papi.New(papi.Credentials{
		Host: c.Host, ClientToken: c.ClientToken, ClientSecret: c.ClientSecret, AccessToken: c.AccessToken,
	}, papi.Options{Transport: w})
	if err != nil {
		s.t.Fatal(err)
	}
	_, _ = (&activation.Engine{API: client}).ChangeHostnames(ctx, change)
}

// whereverKilled runs a test once for each request at which an earlier run may have died.
func whereverKilled(t *testing.T, most int, check func(t *testing.T, s *scene, request int, what chaos)) {
	t.Helper()
	for request := range most {
		for _, what := range []chaos{death, deathAfter} {
			t.Run(fmt.Sprint(what, " at ", request), func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) { check(t, newInventiveScene(t, simulator.Options{}), request, what) })
			})
		}
	}
}

func TestChangeHostnamesOfTheLatestKilledAnywhereMakesOneVersion(t *testing.T) {
	whereverKilled(t, 14, func(t *testing.T, s *scene, request int, what chaos) {
		t.Helper()
		change := added()
		change.Network, change.Base = "", activation.BaseVersion{Latest: true}
		s.killedAt(request, what, change)
		result, err := s.engine.ChangeHostnames(t.Context(), change)
		if err != nil || result.Outcome != activation.OutcomeOK || result.Version != 9 || s.versions() != 9 {
			t.Errorf("outcome %q of version %d, %d versions: %v", result.Outcome, result.Version, s.versions(), err)
		}
		if got := s.names(9); !slices.Equal(got, []string{"shop2.example.com", "www.example.com"}) {
			t.Errorf("it has %q", got)
		}
	})
}

func TestChangeHostnamesOfTheLatestKilledAnywhereIsActivatedOnce(t *testing.T) {
	whereverKilled(t, 18, func(t *testing.T, s *scene, request int, what chaos) {
		t.Helper()
		change := added()
		change.Base = activation.BaseVersion{Latest: true}
		s.killedAt(request, what, change)
		result, err := s.engine.ChangeHostnames(t.Context(), change)
		s.brought(result, err)
	})
}

// The base is not the version that gets the hostnames: it never has them.
func TestChangeHostnamesOfANamedBaseKilledAnywhereIsActivatedOnce(t *testing.T) {
	for _, base := range []activation.BaseVersion{{Version: 7}, {ActiveOn: papi.Production}} {
		whereverKilled(t, 18, func(t *testing.T, s *scene, request int, what chaos) {
			t.Helper()
			change := added()
			change.Base = base
			s.killedAt(request, what, change)
			time.Sleep(10 * time.Minute) // by which it is active
			result, err := s.engine.ChangeHostnames(t.Context(), change)
			s.brought(result, err)
			change.DryRun = true
			if result, err = s.engine.ChangeHostnames(t.Context(), change); err != nil || result.Plan.Action != activation.ActionNone {
				t.Errorf("planned %+v: %v", result.Plan, err)
			}
		})
	}
}

func TestADraftThatIsOlderIsTheLatestVersion(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newScene(t, simulator.Options{})
		s.draft(8)
		time.Sleep(2 * time.Hour)
		change := added()
		change.Network = ""
		result, err := s.engine.ChangeHostnames(t.Context(), change)
		if err != nil || result.Version != 10 || result.Hostnames.Base != 9 {
			t.Errorf("version %d made from %d: %v", result.Version, result.Hostnames.Base, err)
		}
	})
}

func TestADraftOfOtherRulesIsTheLatestVersion(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newScene(t, simulator.Options{})
		s.draft(7) // 8 has other rules
		change := added()
		change.Network = ""
		result, err := s.engine.ChangeHostnames(t.Context(), change)
		if err != nil || result.Version != 10 || result.Hostnames.Base != 9 {
			t.Errorf("version %d made from %d: %v", result.Version, result.Hostnames.Base, err)
		}
	})
}

// The first property is busy until the interrupted run has chosen the second one.
func TestChangeHostnamesStaysWithThePropertyThatAnInterruptedRunHasChosen(t *testing.T) {
	whereverKilled(t, 24, func(t *testing.T, s *scene, request int, what chaos) {
		t.Helper()
		change := added()
		change.Property = papi.PropertyRef{PropertyID: "prp_1006"} // busy
		change.Alternatives = []papi.PropertyRef{www().Property}
		s.killedAt(request, what, change)
		chosen := s.versions() == 9
		sel := onStaging()
		sel.Property = change.Property
		if _, err := s.another().Cancel(t.Context(), sel); err != nil {
			t.Fatal(err)
		}
		result, err := s.engine.ChangeHostnames(t.Context(), change)
		if err != nil {
			t.Fatal(err)
		}
		if second := result.Property.PropertyID.Equal("prp_1001"); second != chosen {
			t.Errorf("on property %s, and the version of the interrupted run is there: %t", result.Property.PropertyID, chosen)
		}
		if chosen {
			s.brought(result, err)
		}
	})
}

// editor is somebody who edits the rules of version 9 after so many reads of them.
type editor struct {
	next  http.RoundTripper
	after int
	reads int
}

// RoundTrip implements http.RoundTripper.
func (e *editor) RoundTrip(r *http.Request) (*http.Response, error) {
	resp, err := e.next.RoundTrip(r)
	if err != nil || !strings.HasSuffix(r.URL.Path, "/versions/9/rules") {
		return resp, err
	}
	if e.reads++; e.reads <= e.after {
		return resp, nil
	}
	body, err := io.ReadAll(resp.Body)
	edited := bytes.Replace(body, []byte(`"customHeaderName":"`), []byte(`"customHeaderName":"X-Edited-`), 1)
	if bytes.Equal(edited, body) {
		return nil, errors.New("there is nothing to edit in the rules")
	}
	resp.Body, resp.ContentLength = io.NopCloser(bytes.NewReader(edited)), int64(len(edited))
	return resp, err
}

func TestAResumedVersionIsNotActivatedWhenSomebodyEditsItsRules(t *testing.T) {
	for _, after := range []int{0, 1, 2} {
		synctest.Test(t, func(t *testing.T) {
			s := newSceneOver(t, simulator.Options{}, func(rt http.RoundTripper) http.RoundTripper { return &editor{next: rt, after: after} })
			s.draft(7, added().Add...)
			result, err := s.engine.ChangeHostnames(t.Context(), added())
			switch after {
			case 0: // not equal at all: somebody else's
				if err != nil || s.of(9) != 0 || result.Version != 10 {
					t.Errorf("version %d, and 9 was activated %d times: %v", result.Version, s.of(9), err)
				}
			case 1: // edited between the comparison and the submission
				if _, ok := errors.AsType[*activation.RejectedError](err); !ok || s.of(9) != 0 {
					t.Errorf("9 was activated %d times: %v", s.of(9), err)
				}
			default:
				s.brought(result, err)
			}
		})
	}
}

// meddler does something after the first request of a kind.
type meddler struct {
	next   http.RoundTripper
	method string
	path   string // how it ends
	meddle func()
}

// RoundTrip implements http.RoundTripper.
func (m *meddler) RoundTrip(r *http.Request) (*http.Response, error) {
	resp, err := m.next.RoundTrip(r)
	if meddle := m.meddle; meddle != nil && r.Method == m.method && strings.HasSuffix(r.URL.Path, m.path) {
		m.meddle = nil
		meddle()
	}
	return resp, err
}

// patch edits the hostnames of version 9 as somebody else.
func (s *scene) patch(add []papi.HostnameToAdd, remove ...string) {
	s.t.Helper()
	have, err := s.client().VersionHostnames(s.t.Context(), www().Property, 9)
	if err == nil {
		_, err = s.client().PatchVersionHostnames(s.t.Context(), www().Property, 9, have.BodyETag, add, remove)
	}
	if err != nil {
		s.t.Error(err)
	}
}

func foreign() []papi.HostnameToAdd {
	return []papi.HostnameToAdd{{CNAMEFrom: "foreign.example.com", CNAMETo: "www.example.com.edgekey.net"}}
}

func TestAVersionWhoseHostnamesAreEditedWhileItWaitsIsNotActivated(t *testing.T) {
	for _, what := range []string{"added", "removed"} {
		synctest.Test(t, func(t *testing.T) {
			m := &meddler{method: http.MethodPatch, path: "/hostnames"}
			s := newSceneOver(t, simulator.Options{}, func(rt http.RoundTripper) http.RoundTripper {
				if m.next == nil {
					m.next = rt
					return m
				}
				return rt
			})
			m.meddle = func() {
				s.begin() // 8 is in the way now
				time.AfterFunc(30*time.Second, func() {
					if what == "added" {
						s.patch(foreign())
					} else {
						s.patch(nil, "shop2.example.com")
					}
				})
			}
			change := added()
			change.Base = activation.BaseVersion{Version: 8}
			result, err := s.engine.ChangeHostnames(t.Context(), change)
			if _, ok := errors.AsType[*activation.RejectedError](err); !ok || s.of(9) != 0 {
				t.Errorf("%s: outcome %q, 9 was activated %d times: %v", what, result.Outcome, s.of(9), err)
			}
		})
	}
}

func TestADraftThatTwoRunsTakeForTheirsIsThatOfOne(t *testing.T) {
	for _, at := range []struct{ method, path string }{{http.MethodPost, "/versions"}, {http.MethodGet, "/versions/9/hostnames"}} {
		synctest.Test(t, func(t *testing.T) {
			m := &meddler{method: at.method, path: at.path}
			s := newSceneOver(t, simulator.Options{}, func(rt http.RoundTripper) http.RoundTripper {
				if m.next == nil {
					m.next = rt
					return m
				}
				return rt
			})
			m.meddle = func() { s.patch(foreign()) }
			result, err := s.engine.ChangeHostnames(t.Context(), added())
			if err != nil || result.Version != 10 || s.of(9) != 0 || s.of(10) != 1 {
				t.Errorf("version %d, %d activations of 9: %v", result.Version, s.of(9), err)
			}
			if got := s.names(10); !slices.Equal(got, []string{"shop2.example.com", "www.example.com"}) {
				t.Errorf("it has %q", got)
			}
		})
	}
}

func TestAVersionWhoseHostnamesAreEditedBetweenTwoSubmissionsIsNotActivated(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newScene(t, simulator.Options{})
		s.sim.Inject(fault(t, "submit=503"))
		time.AfterFunc(time.Second, func() { s.patch(foreign()) })
		result, err := s.engine.ChangeHostnames(t.Context(), added())
		if _, ok := errors.AsType[*activation.RejectedError](err); !ok || s.of(9) != 0 {
			t.Errorf("outcome %q, 9 was activated %d times: %v", result.Outcome, s.of(9), err)
		}
	})
}

func TestAVersionWhoseActivationFailedIsActivatedAgainAndNotMadeAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newScene(t, simulator.Options{})
		result, err := s.engine.ChangeHostnames(t.Context(), withFailure(s, added()))
		if failed, ok := errors.AsType[*activation.FailedError](err); !ok {
			t.Fatalf("%q, %v: %v", result.Outcome, failed, err)
		}
		result, err = s.another().ChangeHostnames(t.Context(), added())
		if err != nil || result.Version != 9 || s.versions() != 9 || s.of(9) != 2 {
			t.Errorf("version %d of %d, %d activations: %v", result.Version, s.versions(), s.of(9), err)
		}
	})
}

// withFailure has the next activation of www.example.com fail when it is under way.
func withFailure(s *scene, c activation.HostnameChange) activation.HostnameChange {
	s.engine.Observe = func(ev activation.Event) {
		if ev.Kind == activation.EventSubmitted {
			s.sim.SetStatus("prp_1001", string(ev.Activation.ActivationID), simulator.StatusFailed, "")
		}
	}
	return c
}
