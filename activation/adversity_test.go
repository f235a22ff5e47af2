package activation_test

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/propctl/propctl/activation"
	"github.com/propctl/propctl/papi"
	"github.com/propctl/propctl/papi/simulator"
)

type rtf func(*http.Request) (*http.Response, error)

func (f rtf) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

func over(f func(next http.RoundTripper, r *http.Request) (*http.Response, error)) func(http.RoundTripper) http.RoundTripper {
	return func(next http.RoundTripper) http.RoundTripper {
		return rtf(func(r *http.Request) (*http.Response, error) { return f(next, r) })
	}
}

func isListReq(r *http.Request) bool {
	return r.Method == http.MethodGet && strings.HasSuffix(r.URL.Path, "/activations")
}

func quickFail() simulator.Pace {
	return steps{{Status: simulator.StatusPending}, {After: 2 * time.Second, Status: simulator.StatusFailed}}
}

func TestAnAnswerWithoutAListIsNoLook(t *testing.T) {
	for _, body := range []string{`{}`, `null`, `{"activations":null}`, `{"activations":{}}`, `{"message":"please wait"}`, "204"} {
		t.Run(body, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				lists := 0
				s := newSceneOver(t, simulator.Options{Pace: quickFail()}, over(func(next http.RoundTripper, r *http.Request) (*http.Response, error) {
					if isListReq(r) {
						if lists++; lists == 2 {
							if body == "204" {
								return reply(r, 204, ""), nil
							}
							return reply(r, 200, body), nil
						}
					}
					return next.RoundTrip(r)
				}))
				s.sim.Inject(fault(t, "submit=500-after"))
				result, err := s.activate(www())
				if got := s.accepted(); got != 1 || s.sim.Count(simulator.OpSubmit) != 1 {
					t.Errorf("%d submissions, %d activations of 8 accepted, want 1 (outcome %q, %v)", s.sim.Count(simulator.OpSubmit), got, result.Outcome, err)
				}
			})
		})
	}
}

func TestRulesWithoutABodyDoNotPassTheWarningPolicy(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newSceneOver(t, simulator.Options{}, over(func(next http.RoundTripper, r *http.Request) (*http.Response, error) {
			if strings.HasSuffix(r.URL.Path, "/rules") {
				return reply(r, 200, `{}`), nil
			}
			return next.RoundTrip(r)
		}))
		target := www()
		target.Warnings = activation.FailOnWarnings
		_, err := s.activate(target)
		if s.sim.Count(simulator.OpSubmit) != 0 {
			t.Errorf("submitted although no rule tree was seen: %v", err)
		}
	})
}

func TestTheFirstOfSeveralLostSubmissionsIsRemembered(t *testing.T) {
	for _, second := range []string{"409", "still-pending", "500"} {
		t.Run(second, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				posts, lists := 0, 0
				pace := steps{{Status: simulator.StatusPending}, {After: 8 * time.Second, Status: simulator.StatusFailed}}
				s := newSceneOver(t, simulator.Options{Pace: pace}, over(func(next http.RoundTripper, r *http.Request) (*http.Response, error) {
					if isListReq(r) {
						if lists++; lists == 2 { // the list lags behind
							return reply(r, 200, `{"activations":{"items":[]}}`), nil
						}
					}
					resp, err := next.RoundTrip(r)
					if r.Method == http.MethodPost {
						if posts++; posts == 1 {
							return nil, io.ErrUnexpectedEOF
						}
					}
					return resp, err
				}))
				result, err := s.activate(www())
				got := s.accepted()
				if got != 1 || !result.Submitted {
					t.Errorf("%d accepted, submitted %t, adopted %t: %v", got, result.Submitted, result.Adopted, err)
				}
			})
		})
	}
}

func TestALateAcceptanceIsOurs(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		posts := 0
		s := newSceneOver(t, simulator.Options{}, over(func(next http.RoundTripper, r *http.Request) (*http.Response, error) {
			if r.Method == http.MethodPost {
				if posts++; posts == 1 {
					body, _ := io.ReadAll(r.Body)
					go func() {
						time.Sleep(5500 * time.Millisecond)
						late := r.Clone(t.Context())
						late.Body = io.NopCloser(strings.NewReader(string(body)))
						resp, err := next.RoundTrip(late)
						if err != nil || resp.StatusCode != http.StatusCreated {
							panic(fmt.Sprint(resp, err))
						}
						resp.Body.Close()
					}()
					return nil, io.ErrUnexpectedEOF
				}
				time.Sleep(time.Second)
			}
			return next.RoundTrip(r)
		}))
		result, err := s.activate(www())
		if err != nil || !result.Submitted || result.Adopted {
			t.Errorf("submitted %t adopted %t: %v (%d posts)", result.Submitted, result.Adopted, err, posts)
		}
	})
}

func TestNo5xxIsTakenForANo(t *testing.T) {
	for _, tt := range []struct {
		name string
		resp func(r *http.Request) (*http.Response, error)
	}{
		{"503 with time", func(r *http.Request) (*http.Response, error) {
			return reply(r, 503, `{"title":"Service Unavailable","detail":"origin timed out at `+time.Now().UTC().Format(time.RFC3339)+`"}`), nil
		}},
		{"500 with limitKey", func(r *http.Request) (*http.Response, error) {
			return reply(r, 500, `{"title":"x","limitKey":"WHATEVER"}`), nil
		}},
		{"500 with cert race", func(r *http.Request) (*http.Response, error) {
			return reply(r, 502, `{"errors":[{"type":"unauthorized_third_party_cert_for_hostname"}]}`), nil
		}},
		{"tls record", func(*http.Request) (*http.Response, error) { return nil, tls.RecordHeaderError{Msg: "garbage"} }},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				posts := 0
				s := newSceneOver(t, simulator.Options{Pace: quickFail()}, over(func(next http.RoundTripper, r *http.Request) (*http.Response, error) {
					resp, err := next.RoundTrip(r)
					if r.Method == http.MethodPost {
						if posts++; posts == 1 {
							return tt.resp(r)
						}
					}
					return resp, err
				}))
				result, err := s.activate(www())
				_, failed := errors.AsType[*activation.FailedError](err)
				got := s.accepted()
				if got != 1 || !result.Submitted || !failed {
					t.Errorf("%d accepted, submitted %t, adopted %t: %T %v", got, result.Submitted, result.Adopted, err, err)
				}
			})
		})
	}
}

type hooked struct {
	*papi.Client
	looked func()
}

func (h hooked) Activations(ctx context.Context, ref papi.PropertyRef) (*papi.ActivationList, error) {
	list, err := h.Client.Activations(ctx, ref)
	h.looked()
	return list, err
}

func TestADateHeaderAheadHidesNoSubmission(t *testing.T) {
	for _, ahead := range []time.Duration{90 * time.Second, 10 * time.Minute} {
		synctest.Test(t, func(t *testing.T) {
			s := newSceneOver(t, simulator.Options{Pace: quickFail()}, over(func(next http.RoundTripper, r *http.Request) (*http.Response, error) {
				resp, err := next.RoundTrip(r)
				if err == nil {
					resp.Header.Set("Date", time.Now().Add(ahead).UTC().Format(http.TimeFormat))
				}
				return resp, err
			}))
			s.sim.Inject(fault(t, "submit=drop-after"))
			s.sim.Inject(fault(t, "submit=drop-after"))
			_, err := s.activate(www())
			if got := s.accepted(); got != 1 {
				t.Errorf("ahead %s: %d accepted: %v", ahead, got, err)
			}
		})
	}
}

func TestASuspensionIsNoFailureOfASubmission(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var up atomic.Bool
		s := newSceneOver(t, simulator.Options{}, over(func(next http.RoundTripper, r *http.Request) (*http.Response, error) {
			if r.Method == http.MethodPost && !up.Load() {
				return reply(r, 503, `{"title":"x"}`), nil
			}
			return next.RoundTrip(r)
		}))
		time.AfterFunc(4*time.Minute, func() { up.Store(true) })
		ids := []papi.ID{"prp_1001", "prp_1002", "prp_1003", "prp_1004", "prp_1005", "prp_1006"}
		errs := make([]error, len(ids))
		done := make(chan int)
		engine := &activation.Engine{API: s.engine.API}
		for i, id := range ids {
			go func() {
				target := www()
				target.Property.PropertyID = id
				ctx, cancel := context.WithTimeoutCause(t.Context(), time.Hour, activation.ErrTimeout)
				defer cancel()
				_, errs[i] = engine.Activate(ctx, target)
				done <- i
			}()
		}
		for range ids {
			<-done
		}
		for i, err := range errs {
			if errors.Is(err, papi.ClassSuspended) {
				t.Errorf("%s after %s: %v", ids[i], time.Since(s.begun), err)
			}
		}
	})
}

func TestALostSubmissionIsFoundWhateverPAPIsClocksSay(t *testing.T) {
	for _, ahead := range []time.Duration{90 * time.Second, 10 * time.Minute} {
		t.Run(ahead.String(), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := newSceneOver(t, simulator.Options{Pace: quickFail()}, over(func(next http.RoundTripper, r *http.Request) (*http.Response, error) {
					resp, err := next.RoundTrip(r)
					if err == nil {
						resp.Header.Set("Date", time.Now().Add(ahead).UTC().Format(http.TimeFormat))
					}
					return resp, err
				}))
				s.sim.Inject(fault(t, "submit=drop-after"))
				_, err := s.activate(www())
				if got := s.accepted(); got != 1 {
					t.Errorf("ahead %s: %d accepted: %v", ahead, got, err)
				}
			})
		})
	}
}

func TestDeactivateTakesAnEmptyAnswerForNoLook(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newSceneOver(t, simulator.Options{}, over(func(next http.RoundTripper, r *http.Request) (*http.Response, error) {
			if isListReq(r) {
				return reply(r, 200, `{}`), nil
			}
			return next.RoundTrip(r)
		}))
		target := www()
		result, err := s.engine.Deactivate(t.Context(), target)
		if err == nil {
			t.Errorf("%q while 7 is active", result.Outcome)
		}
	})
}
