package papi_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/propctl/propctl/papi"
	"github.com/propctl/propctl/papi/simulator"
)

func TestReadsAreRepeatedWithDoublingPauses(t *testing.T) {
	for _, f := range []string{"list=500@6", "list=502@6", "list=503@6", "list=408@6", "list=drop@6", "list=malformed@6", "list=bad-gateway@6"} {
		t.Run(f, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				sim := simulator.New(simulator.Options{})
				inject(t, sim, f)
				begun := time.Now()
				if _, err := newClient(t, sim, papi.Options{}).Activations(t.Context(), www()); err != nil {
					t.Fatal(err)
				}
				if elapsed := time.Since(begun); elapsed != (1+2+4+8+16+30)*time.Second {
					t.Errorf("took %s, want 1 + 2 + 4 + 8 + 16 + 30 s", elapsed)
				}
				if got := sim.Count(simulator.OpList); got != 7 {
					t.Errorf("%d requests, want 7", got)
				}
			})
		})
	}
}

func inject(t *testing.T, sim *simulator.Simulator, faults ...string) {
	t.Helper()
	for _, text := range faults {
		f, err := simulator.ParseFault(text)
		if err != nil {
			t.Fatal(err)
		}
		sim.Inject(f)
	}
}

func TestReadsGiveUpAfterSixRepeats(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sim := simulator.New(simulator.Options{})
		inject(t, sim, "list=500@99")
		_, err := newClient(t, sim, papi.Options{}).Activations(t.Context(), www())
		if !errors.Is(err, papi.ClassServer) || sim.Count(simulator.OpList) != 7 {
			t.Errorf("%d requests: %v", sim.Count(simulator.OpList), err)
		}
		_, err = newClient(t, sim, papi.Options{MaxRetries: -1}).Activations(t.Context(), www())
		if !errors.Is(err, papi.ClassServer) || sim.Count(simulator.OpList) != 8 {
			t.Errorf("%d requests, want one more when nothing is repeated: %v", sim.Count(simulator.OpList), err)
		}
	})
}

func TestWritesAreNeverRepeated(t *testing.T) {
	for _, what := range []string{"500", "503", "drop", "malformed", "408", "paced", "busy", "tower", "still-pending", "signature", "paced-503", "drop-after", "503-after", "delay:200s-after"} {
		t.Run(what, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				sim := simulator.New(simulator.Options{})
				client := newClient(t, sim, papi.Options{})
				inject(t, sim, "submit="+what, "cancel="+what)
				_, err := client.CreateActivation(t.Context(), www(), submission())
				if err == nil || sim.Count(simulator.OpSubmit) != 1 {
					t.Errorf("%d submissions: %v", sim.Count(simulator.OpSubmit), err)
				}
				_, err = client.CancelActivation(t.Context(), www(), "atv_1")
				if err == nil || sim.Count(simulator.OpCancel) != 1 {
					t.Errorf("%d cancellations: %v", sim.Count(simulator.OpCancel), err)
				}
			})
		})
	}
}

func TestASearchIsRepeatedAlthoughItIsAPost(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sim := simulator.New(simulator.Options{})
		inject(t, sim, "search=500@2")
		found, err := newClient(t, sim, papi.Options{}).FindByValue(t.Context(), papi.SearchQuery{PropertyName: "www.example.com"})
		if err != nil || len(found.Items) != 2 || found.Items[0].PropertyID != "prp_1001" {
			t.Errorf("found %+v: %v", found, err)
		}
	})
}

func TestAnAnswerOf401IsFinal(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sim := simulator.New(simulator.Options{})
		inject(t, sim, "list=signature@9")
		_, err := newClient(t, sim, papi.Options{}).Activations(t.Context(), www())
		if !errors.Is(err, papi.ClassUnauthorized) || sim.Count(simulator.OpList) != 1 {
			t.Errorf("%d requests: %v", sim.Count(simulator.OpList), err)
		}
	})
}

func TestPAPIsWordIsTheLeastPause(t *testing.T) {
	next := func(at time.Time) string { return "X-RateLimit-Next: " + at.Format("2006-01-02T15:04:05.000Z") }
	for _, tt := range []struct {
		name    string
		status  int
		body    string
		headers func(now time.Time) []string
		want    time.Duration
	}{
		{"Retry-After in seconds", 429, "{}", func(time.Time) []string { return []string{"Retry-After: 40"} }, 40 * time.Second},
		{"Retry-After as a date", 429, "{}", func(now time.Time) []string {
			return []string{"Retry-After: " + now.Add(50*time.Second).UTC().Format(http.TimeFormat)}
		}, 50 * time.Second},
		{"X-RateLimit-Next", 429, "{}", func(now time.Time) []string { return []string{next(now.UTC().Add(20 * time.Second))} }, 20 * time.Second},
		{"X-RateLimit-Next is compared with PAPI's clock", 429, "{}", func(now time.Time) []string {
			off := now.UTC().Add(time.Hour)
			return []string{next(off.Add(20 * time.Second)), "Date: " + off.Format(http.TimeFormat)}
		}, 20 * time.Second},
		{"the latest counts", 429, "{}", func(now time.Time) []string {
			return []string{next(now.UTC().Add(20 * time.Second)), "Retry-After: 30"}
		}, 30 * time.Second},
		{"a time in plain text", 503, "over the limit. Please try after 2000-01-01T00:00:25.500Z", func(time.Time) []string { return nil }, 25500 * time.Millisecond},
		{"seconds in the detail", 429, `{"detail":"Please wait 33 seconds."}`, func(time.Time) []string { return nil }, 33 * time.Second},
		{"nonsense is absent", 429, "{}", func(time.Time) []string { return []string{"Retry-After: soon", "X-RateLimit-Next: never"} }, time.Second},
		{"the past is absent", 429, "{}", func(time.Time) []string {
			return []string{"Retry-After: -5", "X-RateLimit-Next: 1999-01-01T00:00:00.000Z"}
		}, time.Second},
		{"never less than back-off", 503, "{}", func(time.Time) []string { return []string{"Retry-After: 0"} }, time.Second},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				begun, requests := time.Now(), 0
				client := clientOver(t, papi.Options{}, func(r *http.Request) (*http.Response, error) {
					if requests++; requests == 1 {
						return answer(r, tt.status, tt.body, tt.headers(begun)...), nil
					}
					return answer(r, 200, noActivations), nil
				})
				if _, err := client.Activations(t.Context(), www()); err != nil {
					t.Fatal(err)
				}
				if elapsed := time.Since(begun); elapsed != tt.want {
					t.Errorf("paused %s, want %s", elapsed, tt.want)
				}
			})
		})
	}
}

func TestAPauseThatOutlastsTheDeadlineIsNotBegun(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sim := simulator.New(simulator.Options{})
		f := simulator.Paced(10 * time.Minute)
		f.Operation = simulator.OpList
		sim.Inject(f)
		ctx, cancel := context.WithTimeout(t.Context(), 5*time.Minute)
		defer cancel()
		begun := time.Now()
		_, err := newClient(t, sim, papi.Options{}).Activations(ctx, www())
		if !errors.Is(err, papi.ClassRateLimited) || time.Since(begun) != 0 || !strings.HasSuffix(err.Error(), "the next try would be in 10m0s, and 5m0s are left") {
			t.Errorf("after %s: %v", time.Since(begun), err)
		}
	})
}

func TestWhoIsToldToWaitWaitsAsOftenAsItTakes(t *testing.T) {
	for _, tt := range []struct {
		name    string
		status  int
		headers []string
		body    func(now time.Time) string
	}{
		{name: "429 with Retry-After", status: 429, headers: []string{"Retry-After: 40"}},
		{name: "503 with Retry-After", status: 503, headers: []string{"Retry-After: 40"}},
		{name: "503 that says it in its text", status: 503, body: func(now time.Time) string {
			return "over the limit. Please try after " + now.Add(40*time.Second).UTC().Format("2006-01-02T15:04:05.000Z")
		}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				requests := 0
				told := func(r *http.Request) (*http.Response, error) {
					body := "{}"
					if tt.body != nil {
						body = tt.body(time.Now())
					}
					if requests++; requests%21 != 0 {
						return answer(r, tt.status, body, tt.headers...), nil
					}
					return answer(r, 200, noActivations), nil
				}
				begun := time.Now()
				if _, err := clientOver(t, papi.Options{MaxRetries: -1}, told).Activations(t.Context(), www()); err != nil || requests != 21 || time.Since(begun) != 20*40*time.Second {
					t.Errorf("%d requests in %s: %v", requests, time.Since(begun), err)
				}
				ctx, cancel := context.WithTimeout(t.Context(), 640*time.Second) // the last pause would end with it
				defer cancel()
				_, err := clientOver(t, papi.Options{MaxRetries: -1}, told).Activations(ctx, www())
				if problem, ok := errors.AsType[*papi.Error](err); !ok || problem.GaveUp == nil || requests != 21+16 {
					t.Errorf("%d requests before the end: %v", requests-21, err)
				}
			})
		})
	}
}

func TestAResourceLimitIsNotRepeated(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sim := simulator.New(simulator.Options{})
		inject(t, sim, "list=resource-limit")
		_, err := newClient(t, sim, papi.Options{}).Activations(t.Context(), www())
		if !errors.Is(err, papi.ClassResourceLimit) || sim.Count(simulator.OpList) != 1 {
			t.Errorf("%d requests: %v", sim.Count(simulator.OpList), err)
		}
	})
}

func TestJitterComesOnTop(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sim := simulator.New(simulator.Options{})
		inject(t, sim, "list=500")
		begun := time.Now()
		client := newClient(t, sim, papi.Options{Jitter: func(pause time.Duration) time.Duration { return pause / 2 }})
		if _, err := client.Activations(t.Context(), www()); err != nil || time.Since(begun) != 1500*time.Millisecond {
			t.Errorf("paused %s: %v", time.Since(begun), err)
		}
	})
}

func TestAttemptsAreObserved(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var got []string
		sim := simulator.New(simulator.Options{})
		inject(t, sim, "list=500", "list=drop")
		client := newClient(t, sim, papi.Options{Observe: func(a papi.Attempt) {
			got = append(got, fmt.Sprintf("%s %s %d %t %t %s", a.Method, a.Path, a.StatusCode, a.Err != nil, a.Retry, a.Pause))
		}})
		if _, err := client.Activations(t.Context(), www()); err != nil {
			t.Fatal(err)
		}
		want := []string{
			"GET /papi/v1/properties/prp_1001/activations 500 false true 1s",
			"GET /papi/v1/properties/prp_1001/activations 0 true true 2s",
			"GET /papi/v1/properties/prp_1001/activations 200 false false 0s",
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("attempts (-want +got):\n%s", diff)
		}
	})
}
