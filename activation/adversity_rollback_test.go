package activation_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/propctl/propctl/activation"
	"github.com/propctl/propctl/papi"
	"github.com/propctl/propctl/papi/simulator"
)

func (s *scene) put(version int, status simulator.Status, ago time.Duration) {
	s.sim.AddActivation("prp_1001", simulator.Activation{Network: simulator.Staging, Version: version, Status: status, Submitted: s.sim.Now().Add(-ago)})
}

func TestRollbackCancelPendingRerunDoesNotCancelItsOwnReturn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newScene(t, simulator.Options{Pace: simulator.Fixed(10*time.Minute, time.Hour)})
		if _, err := s.activate(www()); err != nil { // bad 8
			t.Fatal(err)
		}
		target := back()
		target.CancelPending, target.NoWait, target.Fast = true, true, activation.FastAvoid
		if r, err := s.engine.Rollback(t.Context(), target); err != nil || r.Version != 7 {
			t.Fatal(r, err)
		}
		target.NoWait = false
		r, err := s.another().Rollback(t.Context(), target)
		if r.Version != 7 || s.sim.Count(simulator.OpCancel) != 0 {
			t.Errorf("outcome %q, version %d, %d cancellations: %v", r.Outcome, r.Version, s.sim.Count(simulator.OpCancel), err)
		}
	})
}

// Once it is cancelled PAPI lists it no longer, and what is active looks like any other.
func TestRollbackCancelPendingRunAgainGoesBackNoFurther(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newScene(t, simulator.Options{})
		s.begin()                                                               // bad 8, while 7 is active
		if _, err := s.another().Cancel(t.Context(), onStaging()); err != nil { // by a run that died then
			t.Fatal(err)
		}
		target := back()
		target.CancelPending = true
		for _, dry := range []bool{true, false} {
			target.DryRun = dry
			r, err := s.another().Rollback(t.Context(), target)
			if _, ok := errors.AsType[*activation.RejectedError](err); !ok || len(s.bodies()) != 1 {
				t.Errorf("outcome %q, version %d, %d submissions: %v", r.Outcome, r.Version, len(s.bodies()), err)
			}
		}
		target.Version, target.DryRun = 6, false
		if r, err := s.another().Rollback(t.Context(), target); err != nil || r.Version != 6 {
			t.Errorf("outcome %q, version %d: %v", r.Outcome, r.Version, err)
		}
	})
}

func TestNamedRollbackCancelPendingRerun(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newScene(t, simulator.Options{Pace: simulator.Fixed(10*time.Minute, time.Hour)})
		if _, err := s.activate(www()); err != nil {
			t.Fatal(err)
		}
		target := back()
		target.Version, target.CancelPending, target.NoWait, target.Fast = 7, true, true, activation.FastAvoid
		for range 2 {
			if r, err := s.another().Rollback(t.Context(), target); err != nil {
				t.Fatal(r, err)
			}
		}
		if s.sim.Count(simulator.OpCancel) != 0 || len(s.bodies()) != 2 {
			t.Errorf("%d cancellations, %d submissions", s.sim.Count(simulator.OpCancel), len(s.bodies()))
		}
	})
}

func TestRerunAfterFallbackThatLeftTheBadOneFailed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newScene(t, simulator.Options{})
		s.put(8, simulator.StatusFailed, time.Hour)
		s.put(7, simulator.StatusActive, 50*time.Minute) // the return
		r, err := s.engine.Rollback(t.Context(), back())
		if r.Version == 6 || len(s.bodies()) != 0 {
			t.Errorf("went further back: outcome %q to %d, %d submissions: %v", r.Outcome, r.Version, len(s.bodies()), err)
		}
	})
}

func TestRollbackDryRunDoesNotWait(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newScene(t, simulator.Options{Pace: simulator.Fixed(10*time.Minute, time.Hour)})
		s.begin()
		target := back()
		target.DryRun = true
		begun := time.Now()
		r, err := s.engine.Rollback(t.Context(), target)
		if time.Since(begun) > time.Minute {
			t.Errorf("dry run took %s: %q %v", time.Since(begun), r.Outcome, err)
		}
	})
}

func TestHostnamesDryRunDoesNotWait(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newScene(t, simulator.Options{Pace: simulator.Fixed(10*time.Minute, time.Hour)})
		s.begin()
		c := added()
		c.DryRun = true
		begun := time.Now()
		r, err := s.engine.ChangeHostnames(t.Context(), c)
		if time.Since(begun) > time.Minute {
			t.Errorf("dry run took %s: %q %v", time.Since(begun), r.Outcome, err)
		}
	})
}

func TestLostFastFallbackIsOurs(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		posts, lag := 0, 0
		var stale []byte
		s := newSceneOver(t, simulator.Options{}, over(func(next http.RoundTripper, r *http.Request) (*http.Response, error) {
			if isListReq(r) && lag > 0 {
				lag--
				return reply(r, 200, string(stale)), nil
			}
			resp, err := next.RoundTrip(r)
			if isListReq(r) && err == nil {
				stale, _ = io.ReadAll(resp.Body)
				resp.Body = io.NopCloser(strings.NewReader(string(stale)))
			}
			if r.Method == http.MethodPost {
				if posts++; posts == 2 {
					lag = 1
					return nil, io.ErrUnexpectedEOF
				}
				if posts == 3 { // too late for another fast fallback
					return reply(r, 400, `{"type":"activation/fast-fallback-not-available","title":"x"}`), nil
				}
			}
			return resp, err
		}))
		if _, err := s.activate(www()); err != nil {
			t.Fatal(err)
		}
		r, err := s.engine.Rollback(t.Context(), back())
		if err != nil || !r.Submitted || !r.Rollback.Fast {
			t.Errorf("outcome %q, submitted %t, adopted %t, return %+v: %v", r.Outcome, r.Submitted, r.Adopted, r.Rollback, err)
		}
	})
}

func TestFastRequireOrNotAtAll(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newScene(t, simulator.Options{})
		s.begin() // 8 pending, 7 active
		target := back()
		target.Version, target.Fast = 7, activation.FastRequire
		r, err := s.engine.Rollback(t.Context(), target)
		if b := s.bodies(); len(b) > 1 && !strings.Contains(b[1], "useFastFallback") {
			t.Errorf("normal activation %s (outcome %q, %+v, %v)", b[1], r.Outcome, r.Rollback, err)
		}
	})
}

func TestNamedRollbackSaysFromWhatItWentBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newScene(t, simulator.Options{})
		s.begin()
		target := back()
		target.Version = 7
		r, err := s.engine.Rollback(t.Context(), target)
		if err != nil || r.Rollback.From != 8 || !r.Rollback.Fast {
			t.Errorf("%+v %v", r.Rollback, err)
		}
	})
}

func TestUnknownTypeHasNotServed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newInventiveScene(t, simulator.Options{})
		s.sim.AddActivation("prp_1001", simulator.Activation{Network: simulator.Staging, Version: 3, Type: "REHEARSE", Status: simulator.StatusInactive, Submitted: s.sim.Now().Add(-60 * time.Hour)})
		r, err := s.engine.Rollback(t.Context(), back())
		if err != nil || r.Version != 6 {
			t.Errorf("to %d: %v", r.Version, err)
		}
	})
}

func TestDeactivateDoesNotCallAnUnknownStateInactive(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newInventiveScene(t, simulator.Options{})
		s.sim.AddActivation("prp_1001", simulator.Activation{Network: simulator.Staging, Version: 8, Type: "FALLBACK", Status: simulator.StatusActive, Submitted: s.sim.Now().Add(-time.Hour)})
		r, err := s.engine.Deactivate(t.Context(), www())
		if err == nil && r.Outcome == activation.OutcomeAlreadyInactive {
			t.Errorf("outcome %q", r.Outcome)
		}
	})
}

func TestTimeoutCancelOfWhatIsNotYetVisible(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var posted time.Time
		s := newSceneOver(t, simulator.Options{}, over(func(next http.RoundTripper, r *http.Request) (*http.Response, error) {
			if strings.Contains(r.URL.Path, "/activations/") && time.Since(posted) < 30*time.Second {
				return reply(r, 404, `{"type":"http/not-found","title":"x"}`), nil
			}
			if r.Method == http.MethodPost {
				posted = time.Now()
			}
			return next.RoundTrip(r)
		}))
		target := www()
		target.CancelOnTimeout = true
		r, err := s.activateWithin(3*time.Second, target)
		stopped, ok := errors.AsType[*activation.StoppedError](err)
		time.Sleep(10 * time.Minute)
		last := s.sim.Activations("prp_1001")
		if ok && stopped.Cancelled && last[len(last)-1].Status == simulator.StatusActive {
			t.Errorf("reported cancelled, and it is %s (%q): %v", last[len(last)-1].Status, r.Outcome, err)
		}
	})
}

func TestTimeoutCancelOfAnIncludeInItsFirstSeconds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newScene(t, simulator.Options{IncludeValidation: time.Minute})
		target := headers(s.latestHeaders())
		target.CancelOnTimeout = true
		ctx, cancel := context.WithTimeoutCause(t.Context(), 3*time.Second, activation.ErrTimeout)
		defer cancel()
		r, err := s.overIncludes().Activate(ctx, target)
		stopped, ok := errors.AsType[*activation.StoppedError](err)
		time.Sleep(10 * time.Minute)
		last := s.sim.Activations("inc_2001")
		if ok && stopped.Cancelled && last[len(last)-1].Status == simulator.StatusActive {
			t.Errorf("reported cancelled, and it is %s (%q): %v", last[len(last)-1].Status, r.Outcome, err)
		}
	})
}

func TestAnIncludeAnswerWithoutAListIsNoLook(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		lists := 0
		s := newSceneOver(t, simulator.Options{IncludeValidation: time.Second, Pace: quickFail()}, over(func(next http.RoundTripper, r *http.Request) (*http.Response, error) {
			if isListReq(r) {
				if lists++; lists == 2 {
					return reply(r, 200, `{}`), nil
				}
			}
			return next.RoundTrip(r)
		}))
		v := s.latestHeaders()
		s.sim.Inject(fault(t, "include-submit=500-after"))
		r, err := s.overIncludes().Activate(t.Context(), headers(v))
		if s.ofInclude(v) != 1 {
			t.Errorf("%d accepted (%q, %v)", s.ofInclude(v), r.Outcome, err)
		}
	})
}

var _ = papi.Staging
