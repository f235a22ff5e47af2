package papi_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/propctl/propctl/papi"
)

// patient is a client that asks once, of a PAPI that answers with what is given.
func patient(t *testing.T, o papi.Options, respond func(*http.Request) (*http.Response, error)) (*papi.Client, *int) {
	t.Helper()
	sent := new(int)
	o.MaxRetries = -1
	return clientOver(t, o, func(r *http.Request) (*http.Response, error) {
		*sent++
		return respond(r)
	}), sent
}

func TestReadsAreSuspendedForTheInitialDurationAndThenForLonger(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		begun, down := time.Now(), true
		var at []float64
		client, _ := patient(t, papi.Options{Suspension: papi.Suspension{Initial: 10 * time.Second, Factor: 3, Maximum: time.Minute}}, func(r *http.Request) (*http.Response, error) {
			at = append(at, time.Since(begun).Seconds())
			if down {
				return answer(r, 503, ""), nil
			}
			return answer(r, 200, noActivations), nil
		})
		for time.Since(begun) < 250*time.Second { // ask every second
			_, err := client.Activations(t.Context(), www())
			if problem, ok := errors.AsType[*papi.Error](err); !ok {
				t.Fatal(err)
			} else if problem.Class == papi.ClassSuspended && (problem.Wait() <= 0 || problem.Wait() > time.Minute) {
				t.Fatalf("suspended for %s", problem.Wait())
			}
			time.Sleep(time.Second)
		}
		// Seven failures, then 10 s, then min(previous × 3, 60 s).
		want := []float64{0, 1, 2, 3, 4, 5, 6, 16, 46, 106, 166, 226}
		if diff := cmp.Diff(want, at); diff != "" {
			t.Errorf("requests in seconds (-want +got):\n%s", diff)
		}
		down = false
		time.Sleep(time.Minute)
		for range 3 {
			if _, err := client.Activations(t.Context(), www()); err != nil {
				t.Errorf("after one success: %v", err)
			}
		}
		down = true
		_, _ = client.Activations(t.Context(), www())
		if _, err := client.Activations(t.Context(), www()); !errors.Is(err, papi.ClassServer) {
			t.Errorf("after a success one failure suspends: %v", err)
		}
	})
}

func TestKindsOfRequestsAreSuspendedApart(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		client, sent := patient(t, papi.Options{}, func(r *http.Request) (*http.Response, error) {
			if r.Method == http.MethodPost {
				return nil, io.ErrUnexpectedEOF
			}
			return answer(r, 200, noActivations), nil
		})
		for range 7 {
			_, _ = client.CreateActivation(t.Context(), www(), submission())
		}
		*sent = 0
		if _, err := client.CreateActivation(t.Context(), www(), submission()); !errors.Is(err, papi.ClassSuspended) || *sent != 0 {
			t.Errorf("%d submissions were sent while they are suspended: %v", *sent, err)
		}
		if _, err := client.Activations(t.Context(), www()); err != nil {
			t.Errorf("reads are suspended too: %v", err)
		}
	})
}

func TestWhatDoesNotSuspend(t *testing.T) {
	for _, tt := range []struct {
		name    string
		within  time.Duration
		respond func(*http.Request) (*http.Response, error)
	}{
		{"429", time.Hour, func(r *http.Request) (*http.Response, error) { return answer(r, 429, ""), nil }},
		{"404", time.Hour, func(r *http.Request) (*http.Response, error) { return answer(r, 404, ""), nil }},
		{"409", time.Hour, func(r *http.Request) (*http.Response, error) { return answer(r, 409, ""), nil }},
		{"cancelled by the client", time.Second, func(r *http.Request) (*http.Response, error) {
			<-r.Context().Done()
			return nil, r.Context().Err()
		}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				client, sent := patient(t, papi.Options{}, tt.respond)
				for range 20 {
					ctx, cancel := context.WithTimeout(t.Context(), tt.within)
					_, err := client.Activations(ctx, www())
					cancel()
					if errors.Is(err, papi.ClassSuspended) {
						t.Fatal(err)
					}
				}
				if *sent != 20 {
					t.Errorf("%d of 20 requests were sent", *sent)
				}
			})
		})
	}
}

func TestTimeOutsOfAttemptsSuspend(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		client, sent := patient(t, papi.Options{}, func(r *http.Request) (*http.Response, error) {
			<-r.Context().Done()
			return nil, r.Context().Err()
		})
		for range 7 {
			_, _ = client.Activations(t.Context(), www())
		}
		if _, err := client.Activations(t.Context(), www()); !errors.Is(err, papi.ClassSuspended) || *sent != 7 {
			t.Errorf("%d requests were sent: %v", *sent, err)
		}
	})
}
