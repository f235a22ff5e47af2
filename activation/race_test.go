package activation_test

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/propctl/propctl/activation"
	"github.com/propctl/propctl/papi"
	"github.com/propctl/propctl/papi/simulator"
)

func TestOfTwoRunsThatDoNotWaitOneSubmits(t *testing.T) {
	for _, took := range []time.Duration{2 * time.Second, time.Hour} { // over before the other looks again, or not
		synctest.Test(t, func(t *testing.T) {
			s := newScene(t, simulator.Options{Pace: simulator.Fixed(took, took)})
			var wg sync.WaitGroup
			var errs [2]error
			for i, version := range [...]int{6, 8} {
				target := www()
				target.Version, target.FailIfPending, target.NoWait = version, true, true
				engine := s.another()
				wg.Go(func() { _, errs[i] = engine.Activate(t.Context(), target) })
			}
			wg.Wait()
			winner, loser := 0, 1
			if errs[0] != nil {
				winner, loser = 1, 0
			}
			busy, ok := errors.AsType[*activation.BusyError](errs[loser])
			if errs[winner] != nil || !ok || busy.Blocker.PropertyVersion != [...]int{6, 8}[winner] {
				t.Errorf("%s: %v and %v", took, errs[winner], errs[loser])
			}
			submitted := 0
			for _, a := range s.sim.Activations("prp_1001") {
				if a.Network == simulator.Staging && !a.Submitted.Before(s.begun.Add(-time.Minute)) {
					submitted++
				}
			}
			if submitted != 1 {
				t.Errorf("%s: %d submissions were accepted, want 1", took, submitted)
			}
		})
	}
}

// verbs are all ways to submit.
func verbs() map[string]func(context.Context, *activation.Engine) (*activation.Result, error) {
	return map[string]func(context.Context, *activation.Engine) (*activation.Result, error){
		"activate": func(ctx context.Context, e *activation.Engine) (*activation.Result, error) {
			target := www()
			target.FailIfPending = true
			return e.Activate(ctx, target)
		},
		"deactivate": func(ctx context.Context, e *activation.Engine) (*activation.Result, error) {
			target := www()
			target.FailIfPending = true
			return e.Deactivate(ctx, target)
		},
		"rollback": func(ctx context.Context, e *activation.Engine) (*activation.Result, error) {
			target := back()
			target.FailIfPending = true
			return e.Rollback(ctx, target)
		},
		"rollback to": func(ctx context.Context, e *activation.Engine) (*activation.Result, error) {
			target := back()
			target.FailIfPending, target.Version = true, 6
			return e.Rollback(ctx, target)
		},
		"hostnames": func(ctx context.Context, e *activation.Engine) (*activation.Result, error) {
			change := added()
			change.FailIfPending = true
			return e.ChangeHostnames(ctx, change)
		},
	}
}

func TestWhoDoesNotWaitIsNotOvertaken(t *testing.T) {
	for verb, run := range verbs() {
		for _, status := range []simulator.Status{simulator.StatusPending, simulator.StatusActive} {
			for _, what := range []string{"busy", "drop", "503"} {
				t.Run(verb+" "+string(status)+" "+what, func(t *testing.T) {
					synctest.Test(t, func(t *testing.T) {
						s := newInventiveScene(t, simulator.Options{})
						s.sim.Inject(fault(t, "submit="+what))
						submissions := 0
						s.engine.Observe = func(e activation.Event) {
							if e.Kind == activation.EventRetrying && submissions == 0 {
								submissions = len(s.bodies())
								s.put(5, status, 0) // by somebody else, since the look
							}
						}
						result, err := run(t.Context(), s.engine)
						busy, ok := errors.AsType[*activation.BusyError](err)
						if !ok || busy.Blocker.PropertyVersion != 5 || result.BlockedBy == nil || len(s.bodies()) != submissions {
							t.Errorf("outcome %q, blocked by %+v, %d submissions after %d: %v", result.Outcome, result.BlockedBy, len(s.bodies()), submissions, err)
						}
					})
				})
			}
		}
	}
}

func TestHostnamesAreNotActivatedOverWhatCameWhileTheVersionWasMade(t *testing.T) {
	for _, operation := range []string{"create-version", "patch-hostnames"} {
		t.Run(operation, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := newInventiveScene(t, simulator.Options{})
				s.sim.Inject(fault(t, operation+"=503"))
				s.engine.Observe = func(e activation.Event) {
					if e.Kind == activation.EventRetrying {
						s.put(5, simulator.StatusActive, 0)
					}
				}
				change := added()
				change.FailIfPending = true
				_, err := s.engine.ChangeHostnames(t.Context(), change)
				busy, ok := errors.AsType[*activation.BusyError](err)
				if !ok || busy.Blocker.PropertyVersion != 5 || len(s.bodies()) != 0 {
					t.Errorf("%d submissions: %v", len(s.bodies()), err)
				}
			})
		})
	}
}

func TestHostnamesAreNotAddedToWhatCameSinceTheLook(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var s *scene
		s = newSceneOver(t, simulator.Options{}, over(func(next http.RoundTripper, r *http.Request) (*http.Response, error) {
			if r.Method == http.MethodPost && strings.HasSuffix(r.URL.Path, "/versions") {
				s.put(5, simulator.StatusActive, 0)
				return reply(r, 412, `{"type":"https://problems.example.com/papi/v0/etag-conflict","title":"Conflict","detail":"It has changed.","status":412}`), nil
			}
			return next.RoundTrip(r)
		}))
		versions := s.versions()
		change := added()
		change.FailIfPending = true
		_, err := s.engine.ChangeHostnames(t.Context(), change)
		busy, ok := errors.AsType[*activation.BusyError](err)
		if !ok || busy.Blocker.PropertyVersion != 5 || s.versions() != versions {
			t.Errorf("%d versions after %d: %v", s.versions(), versions, err)
		}
	})
}

func TestABucketIsNotChangedOverAChangeThatCameSinceTheLook(t *testing.T) {
	for _, status := range []simulator.Status{simulator.StatusPending, simulator.StatusActive} {
		synctest.Test(t, func(t *testing.T) {
			s := newInventiveScene(t, simulator.Options{})
			s.sim.Inject(fault(t, "patch-bucket=busy"))
			s.engine.Observe = func(e activation.Event) {
				if e.Kind == activation.EventRetrying {
					s.sim.AddActivation("prp_1010", simulator.Activation{Network: simulator.Staging, Version: 1, Status: status, Submitted: s.sim.Now()})
				}
			}
			before := s.onBucket()
			change := bucketChange(3)
			change.FailIfPending = true
			_, err := s.engine.ChangeBucket(anHour(t), change)
			if _, ok := errors.AsType[*activation.BusyError](err); !ok || s.onBucket() != before {
				t.Errorf("%s: %d changes: %v", status, s.onBucket()-before, err)
			}
		})
	}
}

func TestWhatWasThereAtTheFirstLookIsReplaced(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newScene(t, simulator.Options{})
		s.sim.Inject(fault(t, "submit=busy"))
		target := www()
		target.FailIfPending = true
		if result, err := s.activate(target); err != nil || result.Outcome != activation.OutcomeActive {
			t.Errorf("outcome %q: %v", result.Outcome, err)
		}
	})
}

func TestBusyNamesWhatHasBecomeActive(t *testing.T) {
	err := &activation.BusyError{Blocker: papi.Activation{
		ActivationID: "atv_5", PropertyVersion: 7, Network: papi.Staging, ActivationType: papi.Activate, Status: papi.StatusActive,
	}}
	if text := err.Error(); !strings.Contains(text, "version 7") || strings.Contains(text, "is ACTIVE") {
		t.Errorf("%q", text)
	}
}
