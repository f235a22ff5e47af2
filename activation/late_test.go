package activation_test

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/propctl/propctl/activation"
	"github.com/propctl/propctl/papi"
	"github.com/propctl/propctl/papi/simulator"
)

var errInterrupted = errors.New("interrupted")

// cancelLate activates until time is up after a minute, and cancels then. It is
// interrupted after a while; 0 for never.
func (s *scene) cancelLate(interrupt time.Duration) (*activation.Result, error) {
	s.t.Helper()
	outer, end := context.WithCancelCause(s.t.Context())
	defer end(nil)
	if interrupt > 0 {
		time.AfterFunc(interrupt, func() { end(errInterrupted) })
	}
	ctx, cancel := context.WithTimeoutCause(outer, time.Minute, activation.ErrTimeout)
	defer cancel()
	target := www()
	target.CancelOnTimeout, target.CancelContext = true, func() context.Context { return outer }
	defer time.Sleep(time.Minute) // a request whose answer is not waited for ends
	s.begun = time.Now()
	result, err := s.engine.Activate(ctx, target)
	s.took = time.Since(s.begun)
	return result, err
}

func TestCancellingAtATimeoutIsBounded(t *testing.T) {
	for name, f := range map[string]simulator.Fault{
		"refused for a while": {Operation: simulator.OpCancel, Times: -1, Status: http.StatusServiceUnavailable},
		"no answer":           {Operation: simulator.OpCancel, Times: -1, Delay: time.Hour},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := newInventiveScene(t, tenMinutes())
				s.engine.Resubmissions = 100
				s.sim.Inject(f)
				_, err := s.cancelLate(0)
				stopped, ok := errors.AsType[*activation.StoppedError](err)
				if !ok || stopped.Cancelled || !errors.Is(err, activation.ErrTimeout) || s.took > time.Minute+activation.CancelGrace+10*time.Second {
					t.Errorf("after %s: %v", s.took, err)
				}
				s.saidOnce(err)
			})
		})
	}
}

// saidOnce checks that a message names the activation once, and says once that time
// was up.
func (s *scene) saidOnce(err error) {
	s.t.Helper()
	if text := err.Error(); strings.Count(text, "activation atv_") != 1 || strings.Count(text, activation.ErrTimeout.Error()) > 1 || strings.Contains(text, "\n") {
		s.t.Errorf("%q", text)
	}
}

func TestAnInterruptionEndsTheCancellingAtATimeout(t *testing.T) {
	for name, o := range map[string]simulator.Options{"PAPI takes its time": {SlowCancel: 90 * time.Second}, "no answer": {}} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				o.Pace = tenMinutes().Pace
				s := newInventiveScene(t, o)
				if o.SlowCancel == 0 {
					s.sim.Inject(simulator.Fault{Operation: simulator.OpCancel, Times: -1, Delay: time.Hour})
				}
				result, err := s.cancelLate(63 * time.Second)
				if s.took != 63*time.Second || !errors.Is(err, errInterrupted) || errors.Is(err, activation.ErrTimeout) || result.Activation == nil {
					t.Errorf("after %s: %v", s.took, err)
				}
				s.saidOnce(err)
			})
		})
	}
}

func TestWhatCannotBeCancelledAtATimeoutIsSaidOnce(t *testing.T) {
	for _, what := range []string{"too-late", "forbidden"} {
		t.Run(what, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := newInventiveScene(t, tenMinutes())
				f := fault(t, "cancel="+what)
				f.Times = -1
				s.sim.Inject(f)
				_, err := s.cancelLate(0)
				if !errors.Is(err, activation.ErrTimeout) || errors.Is(err, activation.ErrTooLate) != (what == "too-late") {
					t.Errorf("error is %v", err)
				}
				s.saidOnce(err)
			})
		})
	}
}

func TestCancelledAtATimeout(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newScene(t, tenMinutes())
		result, err := s.cancelLate(0)
		stopped, ok := errors.AsType[*activation.StoppedError](err)
		if !ok || !stopped.Cancelled || result.Activation.Status != papi.StatusAborted || !errors.Is(err, activation.ErrTimeout) {
			t.Errorf("%+v: %v", result.Activation, err)
		}
		s.saidOnce(err)
	})
}
