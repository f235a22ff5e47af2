package activation_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/propctl/propctl/activation"
	"github.com/propctl/propctl/papi"
	"github.com/propctl/propctl/papi/simulator"
)

func isServed(r *http.Request) bool {
	return r.Method == http.MethodGet && strings.HasSuffix(r.URL.Path, "/hostnames")
}

func isChanges(r *http.Request) bool {
	return r.Method == http.MethodGet && strings.HasSuffix(r.URL.Path, "/hostname-activations")
}

func anHour(t *testing.T) context.Context {
	t.Helper()
	ctx, cancel := context.WithTimeoutCause(t.Context(), time.Hour, activation.ErrTimeout)
	t.Cleanup(cancel)
	return ctx
}

func TestAChangeIsNotSentAgainBecauseItReadsDifferently(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cert := regexp.MustCompile(`"stagingCertType":"[A-Z_]*"`)
		s := newSceneOver(t, simulator.Options{}, over(func(next http.RoundTripper, r *http.Request) (*http.Response, error) {
			resp, err := next.RoundTrip(r)
			if err == nil && isServed(r) {
				b, _ := io.ReadAll(resp.Body)
				resp.Body = io.NopCloser(strings.NewReader(cert.ReplaceAllString(string(b), `"stagingCertType":"CCM"`)))
			}
			return resp, err
		}))
		before := s.onBucket()
		c := bucketChange(1)
		c.Add[0].CertProvisioningType = papi.CertCPS
		r, err := s.engine.ChangeBucket(anHour(t), c)
		if n := s.onBucket() - before; n != 1 {
			t.Errorf("%d changes accepted within an hour: %q %v", n, r.Outcome, err)
		}
	})
}

func TestAddAndRemoveTheSameEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newScene(t, simulator.Options{})
		before := s.onBucket()
		c := bucketChange(1)
		c.Remove = []string{c.Add[0].CNAMEFrom}
		r, err := s.engine.ChangeBucket(anHour(t), c)
		if n := s.onBucket() - before; n > 1 {
			t.Errorf("%d changes accepted within an hour: %q %v", n, r.Outcome, err)
		}
	})
}

func TestAChangeIsNotSentTwiceWhenTheListLags(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		served := 0
		var stale string
		s := newSceneOver(t, simulator.Options{}, over(func(next http.RoundTripper, r *http.Request) (*http.Response, error) {
			if isServed(r) {
				if served++; served == 2 {
					return reply(r, 200, stale), nil
				}
			}
			resp, err := next.RoundTrip(r)
			if err == nil && isServed(r) {
				b, _ := io.ReadAll(resp.Body)
				stale = string(b)
				resp.Body = io.NopCloser(strings.NewReader(stale))
			}
			return resp, err
		}))
		before := s.onBucket()
		r, err := s.engine.ChangeBucket(anHour(t), bucketChange(2))
		if n := s.onBucket() - before; n != 1 {
			t.Errorf("%d changes accepted: %q %v", n, r.Outcome, err)
		}
	})
}

func TestAnAnswerWithoutHostnamesRemovesNothing(t *testing.T) {
	for _, body := range []string{`{}`, `{"hostnames":{}}`, `null`, `{"hostnames":{"items":[],"totalItems":3}}`} {
		t.Run(body, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := newSceneOver(t, simulator.Options{}, over(func(next http.RoundTripper, r *http.Request) (*http.Response, error) {
					if isServed(r) {
						return reply(r, 200, body), nil
					}
					return next.RoundTrip(r)
				}))
				before := s.onBucket()
				c := bucketChange(0)
				c.Remove = []string{"one.bucket.example.com"}
				r, err := s.engine.ChangeBucket(anHour(t), c)
				if err == nil && s.onBucket() == before {
					t.Errorf("%s: outcome %q, and one.bucket.example.com is served", body, r.Outcome)
				}
			})
		})
	}
}

func TestALostChangeIsInTheResult(t *testing.T) {
	for _, took := range []time.Duration{90 * time.Second, 2 * time.Second} {
		t.Run(took.String(), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := newScene(t, simulator.Options{Pace: simulator.Fixed(took, took)})
				s.sim.Inject(fault(t, "patch-bucket=drop-after"))
				r, err := s.engine.ChangeBucket(anHour(t), bucketChange(3))
				if err != nil || !r.Submitted || len(r.Hostnames.Added) != 3 {
					t.Errorf("%s: outcome %q, submitted %t, added %q: %v", took, r.Outcome, r.Submitted, r.Hostnames.Added, err)
				}
			})
		})
	}
}

func TestAFailedChangeHasAddedNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newScene(t, simulator.Options{Pace: quickFail()})
		r, err := s.engine.ChangeBucket(anHour(t), bucketChange(3))
		if err == nil || len(r.Hostnames.Added) != 0 {
			t.Errorf("outcome %q, added %q: %v", r.Outcome, r.Hostnames.Added, err)
		}
	})
}

func TestNoWaitDoesNotCallAPartTheWhole(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newScene(t, simulator.Options{HostnamesPerProperty: 5000})
		c := bucketChange(1500)
		c.NoWait = true
		r, err := s.engine.ChangeBucket(anHour(t), c)
		if err == nil && r.Outcome == activation.OutcomeSubmitted && len(r.Hostnames.Added) != 1500 {
			t.Errorf("outcome %q with %d of 1500", r.Outcome, len(r.Hostnames.Added))
		}
	})
}

func TestChangeBucketWaitsForAVersion(t *testing.T) {
	for _, fail := range []bool{false, true} {
		for _, network := range []papi.Network{papi.Staging, papi.Production} {
			t.Run(string(network), func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					s := newScene(t, simulator.Options{Pace: simulator.Fixed(10*time.Minute, 10*time.Minute)})
					target := www()
					target.Property.PropertyID, target.Version, target.NoWait, target.Network = "prp_1010", s.newOnBucket(), true, network
					if _, err := s.activate(target); err != nil {
						t.Fatal(err)
					}
					c := bucketChange(1)
					c.FailIfPending = fail
					begun := time.Now()
					r, err := s.engine.ChangeBucket(anHour(t), c)
					_, busy := errors.AsType[*activation.BusyError](err)
					if fail != busy || !fail && err != nil {
						t.Errorf("fail if pending %t, %s: after %s outcome %q, blocked by %v: %v", fail, network, time.Since(begun), r.Outcome, r.BlockedBy != nil, err)
					}
				})
			})
		}
	}
}

func TestChangeBucketWaitsForTheOtherNetwork(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newScene(t, simulator.Options{Pace: simulator.Fixed(10*time.Minute, 10*time.Minute)})
		c := bucketChange(1)
		c.Network, c.NoWait = papi.Production, true
		if _, err := s.engine.ChangeBucket(anHour(t), c); err != nil {
			t.Fatal(err)
		}
		r, err := s.another().ChangeBucket(anHour(t), bucketChange(1))
		if err != nil {
			t.Errorf("outcome %q, blocked by %v: %v", r.Outcome, r.BlockedBy != nil, err)
		}
	})
}

func TestTheFirstLostChangeIsRemembered(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		lists, patches := 0, 0
		s := newSceneOver(t, simulator.Options{}, over(func(next http.RoundTripper, r *http.Request) (*http.Response, error) {
			if isChanges(r) {
				if lists++; lists == 2 {
					return reply(r, 200, `{"hostnameActivations":{"items":[]}}`), nil
				}
			}
			resp, err := next.RoundTrip(r)
			if r.Method == http.MethodPatch {
				if patches++; patches == 1 {
					return nil, io.ErrUnexpectedEOF
				}
			}
			return resp, err
		}))
		c := bucketChange(2)
		c.FailIfPending = true
		r, err := s.engine.ChangeBucket(anHour(t), c)
		if err != nil || !r.Submitted {
			t.Errorf("outcome %q, submitted %t: %v", r.Outcome, r.Submitted, err)
		}
	})
}

func TestALostChangeIsLookedForWithoutResubmissions(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newScene(t, simulator.Options{})
		s.engine.Resubmissions = -1
		s.sim.Inject(fault(t, "patch-bucket=drop-after"))
		r, err := s.engine.ChangeBucket(anHour(t), bucketChange(2))
		stopped, ok := errors.AsType[*activation.StoppedError](err)
		if err != nil && (!ok || !stopped.Uncertain) {
			t.Errorf("outcome %q, submitted %t, activation %v: %v", r.Outcome, r.Submitted, r.Activation, err)
		}
	})
}

func TestAnOutageAfterALostChangeDoesNotLoseIt(t *testing.T) {
	for name, which := range map[string]func(*http.Request) bool{"changes": isChanges, "served": isServed} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var lost time.Time
				s := newSceneOver(t, simulator.Options{}, over(func(next http.RoundTripper, r *http.Request) (*http.Response, error) {
					if !lost.IsZero() && time.Since(lost) < 10*time.Minute && which(r) {
						return reply(r, 500, ""), nil
					}
					if r.Method == http.MethodPatch && lost.IsZero() {
						_, _ = next.RoundTrip(r)
						lost = time.Now()
						return nil, io.ErrUnexpectedEOF
					}
					return next.RoundTrip(r)
				}))
				r, err := s.engine.ChangeBucket(anHour(t), bucketChange(2))
				stopped, ok := errors.AsType[*activation.StoppedError](err)
				if err != nil && (!ok || !stopped.Uncertain) {
					t.Errorf("outcome %q, submitted %t, activation %v: %v", r.Outcome, r.Submitted, r.Activation, err)
				}
			})
		})
	}
}

func TestNoWaitAfterALostAnswer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newScene(t, simulator.Options{Pace: simulator.Fixed(10*time.Minute, 10*time.Minute)})
		s.sim.Inject(fault(t, "patch-bucket=drop-after"))
		c := bucketChange(2)
		c.NoWait = true
		begun := time.Now()
		r, err := s.engine.ChangeBucket(anHour(t), c)
		if r.Outcome != activation.OutcomeSubmitted || time.Since(begun) > time.Minute {
			t.Errorf("outcome %q after %s: %v", r.Outcome, time.Since(begun), err)
		}
	})
}

func TestADryRunOfABusyBucketFailsAsTheRunWould(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newScene(t, simulator.Options{})
		c := bucketChange(1)
		c.NoWait, c.FailIfPending = true, true
		if _, err := s.engine.ChangeBucket(t.Context(), c); err != nil {
			t.Fatal(err)
		}
		c.DryRun = true
		r, err := s.engine.ChangeBucket(t.Context(), c)
		if _, ok := errors.AsType[*activation.BusyError](err); !ok {
			t.Errorf("outcome %q: %v", r.Outcome, err)
		}
	})
}
