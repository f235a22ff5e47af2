package activation_test

import (
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

func TestRollbackDecidesAnewAfterABlocker(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var s *scene
		posts := 0
		s = newSceneOver(t, simulator.Options{}, over(func(next http.RoundTripper, r *http.Request) (*http.Response, error) {
			if r.Method == http.MethodPost && strings.HasSuffix(r.URL.Path, "/activations") {
				if posts++; posts == 2 {
					s.sim.AddActivation("prp_1001", simulator.Activation{Network: simulator.Staging, Version: 9, Status: simulator.StatusPending, Submitted: s.sim.Now(), Steps: []simulator.Step{{After: 30 * time.Second, Status: simulator.StatusActive}}})
				}
			}
			return next.RoundTrip(r)
		}))
		if _, err := s.activate(www()); err != nil {
			t.Fatal(err)
		}
		s.draft(7) // 9, the fix
		r, err := s.engine.Rollback(t.Context(), back())
		if err == nil && r.Rollback.From == 8 {
			t.Errorf("%q: to %d from %d, but 9 was active; %d submissions", r.Outcome, r.Version, r.Rollback.From, len(s.bodies()))
		}
	})
}

func TestAnIncludeInItsValidationIsNotSubmittedAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newScene(t, simulator.Options{IncludeValidation: 5 * time.Minute})
		v := s.latestHeaders()
		target := headers(v)
		target.NoWait = true
		if _, err := s.overIncludes().Activate(t.Context(), target); err != nil {
			t.Fatal(err)
		}
		target.NoWait = false
		r, err := s.overIncludes().Activate(anHour(t), target)
		if err != nil || s.ofInclude(v) != 1 {
			t.Errorf("%q, %d of it, submitted %t: %v", r.Outcome, s.ofInclude(v), r.Submitted, err)
		}
	})
}

func TestADraftOfAnotherRuleFormatIsNotOurs(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newSceneOver(t, simulator.Options{}, over(func(next http.RoundTripper, r *http.Request) (*http.Response, error) {
			resp, err := next.RoundTrip(r)
			if err == nil && strings.HasSuffix(r.URL.Path, "/versions/9/rules") {
				b, _ := io.ReadAll(resp.Body)
				i := strings.Index(string(b), `"ruleFormat":"`) + 14
				j := strings.Index(string(b[i:]), `"`)
				resp.Body = io.NopCloser(strings.NewReader(string(b[:i]) + "v2099-01-01" + string(b[i+j:])))
				resp.Header.Del("Content-Length")
				resp.ContentLength = -1
			}
			return resp, err
		}))
		d := s.draft(7)
		_, err := s.engine.ChangeHostnames(t.Context(), added())
		if s.of(d) != 0 {
			t.Errorf("draft %d with another rule format was activated: %v", d, err)
		}
	})
}

func TestAForeignVersionCancelledMeanwhileIsNotSubmitted(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var s *scene
		armed := false
		s = newSceneOver(t, simulator.Options{Pace: simulator.Fixed(10*time.Minute, time.Hour)}, over(func(next http.RoundTripper, r *http.Request) (*http.Response, error) {
			if armed && strings.HasSuffix(r.URL.Path, "/versions/9/hostnames") {
				armed = false
				if _, err := s.another().Cancel(t.Context(), onStaging()); err != nil {
					t.Error(err)
				}
			}
			return next.RoundTrip(r)
		}))
		d := s.draft(8, papi.HostnameToAdd{CNAMEFrom: "shop2.example.com", CNAMETo: "www.example.com.edgekey.net"})
		target := www()
		target.Version, target.NoWait = d, true
		if _, err := s.activate(target); err != nil {
			t.Fatal(err)
		}
		armed = true
		r, err := s.engine.ChangeHostnames(t.Context(), added())
		if s.of(d) != 1 {
			t.Errorf("version %d was submitted again: %q %+v %v", d, r.Outcome, r.Hostnames.Resumed, err)
		}
	})
}

func TestPendingVersionOfSomebodyElseIsNotCalledResumed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newScene(t, simulator.Options{})
		d := s.draft(8, papi.HostnameToAdd{CNAMEFrom: "shop2.example.com", CNAMETo: "www.example.com.edgekey.net"})
		target := www()
		target.Version, target.NoWait = d, true
		if _, err := s.activate(target); err != nil {
			t.Fatal(err)
		}
		r, err := s.engine.ChangeHostnames(t.Context(), added())
		if err != nil || r.Hostnames.Resumed {
			t.Errorf("%+v: %v", r.Hostnames, err)
		}
	})
}

func TestAListThatIsNotWholeIsNoList(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newSceneOver(t, simulator.Options{}, over(func(next http.RoundTripper, r *http.Request) (*http.Response, error) {
			if isServed(r) {
				return reply(r, 200, `{"hostnames":{"totalItems":3,"currentItemCount":1,"items":[{"cnameFrom":"two.bucket.example.com","stagingEdgeHostnameId":"ehn_3001"}]}}`), nil
			}
			return next.RoundTrip(r)
		}))
		c := bucketChange(0)
		c.Remove = []string{"one.bucket.example.com"}
		r, err := s.engine.ChangeBucket(anHour(t), c)
		if err == nil && r.Outcome == activation.OutcomeAlreadyActive {
			t.Errorf("%q with one hostname of three seen", r.Outcome)
		}
	})
}

func TestActivateDoesNotSubmitAgainWhatWasReplaced(t *testing.T) {
	for _, kind := range []string{"activate", "deactivate"} {
		t.Run(kind, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				posts := 0
				s := newSceneOver(t, simulator.Options{}, over(func(next http.RoundTripper, r *http.Request) (*http.Response, error) {
					at := func(d time.Duration) string { return time.Now().Add(d).UTC().Format("2006-01-02T15:04:05Z") }
					if isListReq(r) {
						items := `{"activationId":"atv_1","activationType":"ACTIVATE","propertyVersion":7,"network":"STAGING","status":"ACTIVE","submitDate":"` + at(-48*time.Hour) + `"}`
						if posts > 0 {
							v, typ, st := "8", "ACTIVATE", "ACTIVE"
							other := "7"
							if kind == "deactivate" {
								v, typ, st, other = "7", "DEACTIVATE", "DEACTIVATED", "8"
							}
							items += `,{"activationId":"atv_2","activationType":"` + typ + `","propertyVersion":` + v + `,"network":"STAGING","status":"` + st + `","submitDate":"` + at(-5*time.Second) + `"}`
							items += `,{"activationId":"atv_3","activationType":"ACTIVATE","propertyVersion":` + other + `,"network":"STAGING","status":"ACTIVE","submitDate":"` + at(-2*time.Second) + `"}`
						}
						return reply(r, 200, `{"activations":{"items":[`+items+`]}}`), nil
					}
					if r.Method == http.MethodPost {
						if posts++; posts == 1 {
							return nil, io.ErrUnexpectedEOF
						}
						return reply(r, 422, `{"type":"property_activation_still_pending"}`), nil
					}
					return next.RoundTrip(r)
				}))
				var r *activation.Result
				var err error
				if kind == "activate" {
					r, err = s.engine.Activate(anHour(t), www())
				} else {
					r, err = s.engine.Deactivate(anHour(t), www())
				}
				if posts != 1 {
					t.Errorf("%d submissions: %q %v", posts, r.Outcome, err)
				}
			})
		})
	}
}
