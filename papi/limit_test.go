package papi_test

import (
	"context"
	"errors"
	"net/http"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/propctl/propctl/papi"
)

// gauge counts the requests in flight.
type gauge struct {
	now, most atomic.Int32
	latency   atomic.Int64
}

func (g *gauge) respond(r *http.Request) (*http.Response, error) {
	if n := g.now.Add(1); n > g.most.Load() {
		g.most.Store(n)
	}
	defer g.now.Add(-1)
	timer := time.NewTimer(time.Duration(g.latency.Load()))
	<-timer.C
	return answer(r, 200, noActivations), nil
}

// ask makes so many requests at once with each client.
func ask(t *testing.T, n int, clients ...*papi.Client) {
	t.Helper()
	var wg sync.WaitGroup
	for _, client := range clients {
		for range n {
			wg.Go(func() {
				if _, err := client.Activations(t.Context(), www()); err != nil {
					t.Error(err)
				}
			})
		}
	}
	wg.Wait()
}

func TestNoMoreThanFourRequestsOfACredentialAreInFlight(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := &gauge{}
		g.latency.Store(int64(time.Second))
		ask(t, 20, clientOver(t, papi.Options{}, g.respond))
		if g.most.Load() != 4 {
			t.Errorf("%d requests at once, want 4", g.most.Load())
		}
	})
}

func TestNoMoreThanTenRequestsOfAnAccountAreInFlight(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g, account := &gauge{}, &papi.Account{}
		g.latency.Store(int64(time.Second))
		var clients []*papi.Client
		for range 5 {
			clients = append(clients, clientOver(t, papi.Options{Account: account}, g.respond))
		}
		ask(t, 8, clients...)
		if g.most.Load() != 10 {
			t.Errorf("%d requests at once, want 10", g.most.Load())
		}
	})
}

func TestGrowingLatencyLowersTheNumberInFlight(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := &gauge{}
		client := clientOver(t, papi.Options{}, g.respond)
		most := func(latency time.Duration) int32 {
			g.latency.Store(int64(latency))
			ask(t, 12, client)
			g.most.Store(0)
			ask(t, 12, client)
			return g.most.Load()
		}
		if got := most(500 * time.Millisecond); got != 4 {
			t.Errorf("%d at once as usual, want 4", got)
		}
		if got := most(10 * time.Second); got != 1 {
			t.Errorf("%d at once while answers are slow, want 1", got)
		}
		if got := most(500 * time.Millisecond); got != 4 {
			t.Errorf("%d at once when answers are quick again, want 4", got)
		}
	})
}

func TestARefusalHalvesTheRateWhichGrowsBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		refuse, slowed := true, 0
		client := clientOver(t, papi.Options{MaxRetries: -1, Observe: func(a papi.Attempt) {
			if a.Slowed {
				slowed++
			}
		}}, func(r *http.Request) (*http.Response, error) {
			if refuse {
				return answer(r, 429, ""), nil
			}
			return answer(r, 200, noActivations), nil
		})
		perMinute := func() int {
			n := 0
			for begun := time.Now(); time.Since(begun) < time.Minute; n++ {
				if _, err := client.Activations(t.Context(), www()); err != nil {
					t.Fatal(err)
				}
			}
			return n
		}
		for range 2 {
			for range 3 { // what was under way together counts once
				_, _ = client.Activations(t.Context(), www())
			}
			time.Sleep(10 * time.Second)
		}
		refuse = false
		if got := perMinute(); got < 22 || got > 30 { // a quarter of 90, and the four of a small burst
			t.Errorf("%d requests in the minute after two refusals", got)
		}
		time.Sleep(20 * time.Minute)
		_ = perMinute() // a burst that was saved up
		if got := perMinute(); got < 88 || got > 92 {
			t.Errorf("%d requests a minute after a while, want 90", got)
		}
		if slowed != 1 {
			t.Errorf("said %d times that it slows down, want once", slowed)
		}
	})
}

func TestFewRequestsLeftEndTheBurst(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		remaining := 10
		client := clientOver(t, papi.Options{}, func(r *http.Request) (*http.Response, error) {
			return answer(r, 200, noActivations, "X-RateLimit-Remaining: "+strconv.Itoa(remaining)), nil
		})
		begun := time.Now()
		for range 1 + 4 + 90 {
			ask(t, 1, client)
		}
		if elapsed := time.Since(begun).Round(time.Second); elapsed != time.Minute {
			t.Errorf("90 requests took %s while few are left, want a minute", elapsed)
		}
	})
}

func TestAWaitForItsTurnEndsWithItsContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := &gauge{}
		g.latency.Store(int64(30 * time.Second))
		client := clientOver(t, papi.Options{}, g.respond)
		var wg sync.WaitGroup
		for range 4 {
			wg.Go(func() { _, _ = client.Activations(t.Context(), www()) })
		}
		synctest.Wait()
		cause := errors.New("time is up")
		ctx, cancel := context.WithTimeoutCause(t.Context(), time.Second, cause)
		defer cancel()
		begun := time.Now()
		if _, err := client.Activations(ctx, www()); !errors.Is(err, cause) || time.Since(begun) != time.Second {
			t.Errorf("after %s: %v", time.Since(begun), err)
		}
		wg.Wait()
	})
}
