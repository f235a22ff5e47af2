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

func TestAnAcceptedCancellationIsNotAskedForAgain(t *testing.T) {
	for _, status := range []string{"PENDING", "CANCELLING", "empty"} {
		t.Run(status, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				deletes := 0
				s := newSceneOver(t, simulator.Options{Pace: simulator.Fixed(time.Hour, time.Hour)}, over(func(next http.RoundTripper, r *http.Request) (*http.Response, error) {
					if r.Method == http.MethodDelete {
						deletes++
						id := r.URL.Path[strings.LastIndex(r.URL.Path, "/")+1:]
						if status == "empty" {
							return reply(r, 200, `{"activations":{"items":[]}}`), nil
						}
						return reply(r, 200, `{"activations":{"items":[{"activationId":"`+id+`","propertyVersion":8,"network":"STAGING","activationType":"ACTIVATE","status":"`+status+`"}]}}`), nil
					}
					return next.RoundTrip(r)
				}))
				s.begin()
				ctx, cancel := context.WithTimeoutCause(t.Context(), 10*time.Minute, activation.ErrTimeout)
				defer cancel()
				_, err := s.engine.Cancel(ctx, onStaging())
				if deletes > 30 {
					t.Errorf("%d requests to cancel in 10 minutes: %v", deletes, err)
				}
			})
		})
	}
}

func TestCancelledIsSaidOnlyOfWhatWasSeenCancelled(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newScene(t, simulator.Options{Pace: simulator.Fixed(time.Hour, time.Hour)})
		s.begin()
		s.sim.Inject(fault(t, "cancel=500"))
		s.sim.Inject(fault(t, "cancel=404"))
		result, err := s.engine.Cancel(t.Context(), onStaging())
		for _, a := range s.sim.Activations("prp_1001") {
			if a.Version == 8 && a.Status == simulator.StatusPending && err == nil {
				t.Errorf("outcome %q, error %v, but activation is %s", result.Outcome, err, a.Status)
			}
		}
	})
}

func TestNothingIsSubmittedAfterTheStop(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var stoppedAt, postAt time.Time
		s := newScene(t, simulator.Options{})
		c := s.sim.Credentials()
		account := &papi.Account{}
		creds := papi.Credentials{Host: c.Host, ClientToken: c.ClientToken, ClientSecret: c.ClientSecret, AccessToken: c.AccessToken}
		slow := rtf(func(r *http.Request) (*http.Response, error) {
			if strings.Contains(r.URL.Path, "/build") {
				select {
				case <-time.After(30 * time.Second):
				case <-r.Context().Done():
					return nil, r.Context().Err()
				}
			}
			if r.Method == http.MethodPost {
				postAt = time.Now()
			}
			return s.sim.Transport().RoundTrip(r)
		})
		client, err := papi.New(creds, papi.Options{Transport: slow, Account: account})
		if err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithCancelCause(t.Context())
		begin := make(chan struct{})
		engine := &activation.Engine{API: hooked{client, func() { close(begin); time.Sleep(time.Second) }}}
		go func() { // four other reads take all slots right after the look
			<-begin
			for range 4 {
				go client.Build(t.Context())
			}
			time.Sleep(25 * time.Second)
			stoppedAt = time.Now()
			cancel(errors.New("interrupted"))
		}()
		_, err = engine.Activate(ctx, www())
		if postAt.After(stoppedAt) {
			t.Errorf("submitted %s after the stop, %d accepted: %v", postAt.Sub(stoppedAt), s.accepted(), err)
		}
		time.Sleep(5 * time.Minute)
	})
}

func TestStoppedIsSaidOnOneLine(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newScene(t, simulator.Options{Pace: simulator.Fixed(time.Hour, time.Hour)})
		s.sim.Inject(simulator.Fault{Operation: simulator.OpCancel, Times: 99, Status: 403})
		target := www()
		target.CancelOnTimeout = true
		_, err := s.activateWithin(time.Minute, target)
		if strings.Contains(err.Error(), "\n") {
			t.Errorf("%q", err)
		}
	})
}

func TestARejectionAfterTheStopIsSaid(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newSceneOver(t, simulator.Options{}, over(func(next http.RoundTripper, r *http.Request) (*http.Response, error) {
			if r.Method == http.MethodPost {
				time.Sleep(5 * time.Second)
				return reply(r, 400, `{"type":"activation/errors","errors":[{"detail":"bad"}]}`), nil
			}
			return next.RoundTrip(r)
		}))
		_, err := s.activateWithin(2*time.Second, www())
		if !errors.Is(err, papi.ClassRejected) {
			t.Errorf("%T %v", err, err)
		}
	})
}

func TestTooLateIsNotSaidWhileItIsCancelled(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newScene(t, simulator.Options{Pace: simulator.Fixed(time.Hour, time.Hour), SlowCancel: time.Minute})
		id := s.begin()
		s2 := s.another()
		go s2.Cancel(t.Context(), onStaging())
		// our view of the list is older than the other one's cancellation
		_ = id
		polls := 0
		s.wrap = over(func(next http.RoundTripper, r *http.Request) (*http.Response, error) {
			if isListReq(r) {
				polls++
				resp, err := next.RoundTrip(r)
				body, _ := io.ReadAll(resp.Body)
				resp.Body = io.NopCloser(strings.NewReader(strings.ReplaceAll(string(body), "PENDING_CANCELLATION", "PENDING")))
				return resp, err
			}
			return next.RoundTrip(r)
		})
		time.Sleep(time.Second)
		result, err := s.another().Cancel(t.Context(), onStaging())
		if err != nil {
			t.Errorf("%q %v", result.Outcome, err)
		}
		time.Sleep(2 * time.Minute)
	})
}

func TestALostSubmissionIsNamedBesideABlocker(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var s *scene
		s = newSceneOver(t, simulator.Options{Pace: simulator.Fixed(2*time.Hour, time.Hour)}, over(func(next http.RoundTripper, r *http.Request) (*http.Response, error) {
			resp, err := next.RoundTrip(r)
			if r.Method == http.MethodPost {
				s.sim.AddActivation("prp_1001", simulator.Activation{Network: simulator.Staging, Version: 7, Status: simulator.StatusPending, Submitted: s.sim.Now()})
				return nil, io.ErrUnexpectedEOF
			}
			return resp, err
		}))
		result, err := s.activate(www())
		if result.Activation == nil || !result.Submitted {
			t.Errorf("submitted %t, activation %v, %T: %v", result.Submitted, result.Activation, err, err)
		}
	})
}

func TestALostSubmissionThatFailedIsNotRepeatedAfterABlocker(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var s *scene
		posts := 0
		s = newSceneOver(t, simulator.Options{Pace: quickFail()}, over(func(next http.RoundTripper, r *http.Request) (*http.Response, error) {
			resp, err := next.RoundTrip(r)
			if r.Method == http.MethodPost {
				if posts++; posts == 1 {
					time.AfterFunc(3*time.Second, func() {
						s.sim.AddActivation("prp_1001", simulator.Activation{
							Network: simulator.Staging, Version: 7, Submitted: s.sim.Now(),
							Status: simulator.StatusPending, Steps: []simulator.Step{{After: time.Minute, Status: simulator.StatusActive}},
						})
					})
					return nil, io.ErrUnexpectedEOF
				}
			}
			return resp, err
		}))
		_, err := s.activate(www())
		if got := s.accepted(); got != 1 {
			t.Errorf("%d accepted: %v", got, err)
		}
	})
}
