package papi_test

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/propctl/propctl/papi"
	"github.com/propctl/propctl/papi/simulator"
)

// With a speed of 60 a minute of PAPI's time takes a second.
const speed = 60

func TestPausesTakeTheirTimeByPAPIsClock(t *testing.T) {
	for _, tt := range []struct {
		name   string
		faults []string
		want   time.Duration
	}{
		{"back-off", []string{"list=500@6"}, (1 + 2 + 4 + 8 + 16 + 30) * time.Second},
		{"Retry-After", []string{"list=paced-text"}, 30 * time.Second},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				sim := simulator.New(simulator.Options{})
				inject(t, sim, tt.faults...)
				var paused time.Duration
				client := newClient(t, sim, papi.Options{Speed: speed, Observe: func(a papi.Attempt) { paused += a.Pause }})
				begun := time.Now()
				if _, err := client.Activations(t.Context(), www()); err != nil {
					t.Fatal(err)
				}
				if took := time.Since(begun); took.Round(time.Millisecond) != (tt.want/speed).Round(time.Millisecond) || paused != tt.want {
					t.Errorf("took %s, want %s; %s of PAPI's time", took, tt.want/speed, paused)
				}
			})
		})
	}
}

func TestTimeOutsOfAttemptsAreByPAPIsClock(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		client := clientOver(t, papi.Options{Speed: speed, MaxRetries: -1}, func(r *http.Request) (*http.Response, error) {
			<-r.Context().Done()
			return nil, r.Context().Err()
		})
		begun := time.Now()
		_, err := client.Activations(t.Context(), www())
		if !errors.Is(err, papi.ClassTimeout) || time.Since(begun) != 50*time.Second/speed || !strings.Contains(err.Error(), "within 50s") {
			t.Errorf("after %s: %v", time.Since(begun), err)
		}
		slow := clientOver(t, papi.Options{Speed: speed, MaxRetries: -1}, func(r *http.Request) (*http.Response, error) {
			resp := answer(r, 200, "")
			resp.Body = slowBody{r.Context()}
			return resp, nil
		})
		begun = time.Now()
		if _, err := slow.Activations(t.Context(), www()); !errors.Is(err, papi.ClassTimeout) || time.Since(begun) != time.Minute/speed {
			t.Errorf("after %s: %v", time.Since(begun), err)
		}
		begun = time.Now()
		_, err = client.CreateActivation(t.Context(), www(), submission())
		if !errors.Is(err, papi.ClassTimeout) || time.Since(begun) != 100*time.Second/speed {
			t.Errorf("after %s: %v", time.Since(begun), err)
		}
		ctx, cancel := context.WithCancelCause(t.Context())
		time.AfterFunc(time.Second/speed, func() { cancel(errors.New("enough")) })
		begun = time.Now()
		_, _ = client.CreateActivation(ctx, www(), submission())
		if took := time.Since(begun); took.Round(time.Millisecond) != (11 * time.Second / speed).Round(time.Millisecond) {
			t.Errorf("an answer is waited for %s after the end, want 10 s of PAPI's time", took)
		}
	})
}

func TestTheTimeThatIsLeftIsByPAPIsClock(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sim := simulator.New(simulator.Options{})
		f := simulator.PacedText(http.StatusTooManyRequests, 10*time.Minute)
		f.Operation = simulator.OpList
		sim.Inject(f)
		ctx, cancel := context.WithTimeout(t.Context(), 5*time.Minute/speed)
		defer cancel()
		begun := time.Now()
		_, err := newClient(t, sim, papi.Options{Speed: speed}).Activations(ctx, www())
		if time.Since(begun) != 0 || err == nil || !strings.HasSuffix(err.Error(), "the next try would be in 10m0s, and 5m0s are left") {
			t.Errorf("after %s: %v", time.Since(begun), err)
		}
	})
}

func TestThePaceIsByPAPIsClock(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		client := clientOver(t, papi.Options{Speed: speed}, func(r *http.Request) (*http.Response, error) { return answer(r, 200, noActivations), nil })
		begun := time.Now()
		for range 1000 + 90 {
			if _, err := client.Activations(t.Context(), www()); err != nil {
				t.Fatal(err)
			}
		}
		if took := time.Since(begun).Round(10 * time.Millisecond); took != time.Minute/speed {
			t.Errorf("90 requests after the burst took %s, want a minute of PAPI's time", took)
		}
	})
}

func TestSuspensionsAreByPAPIsClock(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		client, sent := patient(t, papi.Options{Speed: speed}, func(r *http.Request) (*http.Response, error) { return answer(r, 500, ""), nil })
		for range 7 {
			_, _ = client.Activations(t.Context(), www())
		}
		_, err := client.Activations(t.Context(), www())
		problem, ok := errors.AsType[*papi.Error](err)
		if !ok || problem.Wait().Round(time.Second) != 30*time.Second || !papi.SuspendedUntil(err).Equal(time.Now().Add(30*time.Second/speed)) {
			t.Errorf("suspended until %s, for %s: %v", papi.SuspendedUntil(err), problem.Wait(), err)
		}
		time.Sleep(30 * time.Second / speed)
		if _, err := client.Activations(t.Context(), www()); !errors.Is(err, papi.ClassServer) || *sent != 8 {
			t.Errorf("%d requests: %v", *sent, err)
		}
	})
}

func TestDelaysAreByPAPIsClock(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var got told
		o := got.options()
		o.Speed = speed
		sim := simulator.New(simulator.Options{})
		client := newClient(t, sim, o)
		inject(t, sim, "list=paced-text")
		begun := time.Now()
		ask(t, 1, client)
		if len(got) != 1 || !got[0].Until.Equal(begun.Add(30*time.Second/speed)) {
			t.Errorf("%+v", got)
		}
	})
}
