package papi_test

import (
	"context"
	"errors"
	"net/http"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/propctl/propctl/papi"
	"github.com/propctl/propctl/papi/pace"
	"github.com/propctl/propctl/papi/simulator"
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
		sim := simulator.New(simulator.Options{RequestBurst: 30})
		client := newClient(t, sim, papi.Options{Observe: func(a papi.Attempt) {
			if a.Class != "" {
				t.Errorf("%d %s", a.StatusCode, a.Class)
			}
		}})
		begun := time.Now()
		for range 30 + 100 {
			ask(t, 1, client)
		}
		if elapsed := time.Since(begun); elapsed < time.Minute || elapsed > 64*time.Second {
			t.Errorf("100 requests after the burst took %s, want a minute", elapsed)
		}
	})
}

// crowd has clients ask of a PAPI whose burst is spent, and returns how many were
// refused and what that took, compared with what the limit allows.
func crowd(t *testing.T, requests int, accounts ...*papi.Account) (refused int, ratio float64) {
	t.Helper()
	sim := simulator.New(simulator.Options{RequestBurst: 100})
	ask(t, 100, newClient(t, sim, papi.Options{}))
	var mu sync.Mutex
	var clients []*papi.Client
	for _, account := range accounts {
		clients = append(clients, newClient(t, sim, papi.Options{Account: account, Observe: func(a papi.Attempt) {
			mu.Lock()
			defer mu.Unlock()
			if a.StatusCode == http.StatusTooManyRequests {
				refused++
			}
		}}))
	}
	begun := time.Now()
	ask(t, requests/len(clients), clients...)
	return refused, time.Since(begun).Seconds() / (float64(requests) * 0.6)
}

func TestAPAPIThatLeavesNothingIsAskedAtItsPace(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		client := newClient(t, simulator.New(simulator.Options{RequestBurst: 1}), papi.Options{})
		begun := time.Now()
		ask(t, 91, client)
		if elapsed := time.Since(begun); elapsed > 64*time.Second {
			t.Errorf("91 requests took %s, want a minute", elapsed)
		}
	})
}

func TestClientsOfAnAccountShareItsPace(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		account := &papi.Account{}
		refused, ratio := crowd(t, 330, account, account, account, account, account, account)
		if refused > 6 || ratio > 1.05 {
			t.Errorf("%d of 330 requests were refused, and they took %.2f times as long as the limit allows", refused, ratio)
		}
	})
}

// Two who do not know of each other, as on two machines, still see what PAPI says is left.
func TestThoseWhoDoNotKnowOfEachOtherLeaveRoom(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		refused, ratio := crowd(t, 330, &papi.Account{}, &papi.Account{})
		if refused > 6 || ratio > 1.05 {
			t.Errorf("%d of 330 requests were refused, and they took %.2f times as long as the limit allows", refused, ratio)
		}
	})
}

func TestAReservationIsForRequestsThatFollowEachOther(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sim := simulator.New(simulator.Options{RequestBurst: 5})
		client := newClient(t, sim, papi.Options{})
		ask(t, 1, client) // four are left, which stay unused
		begun := time.Now()
		ctx, release, err := client.Reserve(t.Context(), 2)
		if err != nil {
			t.Fatal(err)
		}
		reserved := time.Since(begun)
		for range 2 {
			if _, err := client.Activations(ctx, www()); err != nil {
				t.Fatal(err)
			}
		}
		if took := time.Since(begun); reserved < time.Second || took != reserved {
			t.Errorf("two were reserved after %s, and sent after %s", reserved, took)
		}
		if _, err := client.Activations(ctx, www()); err != nil || time.Since(begun) == reserved {
			t.Errorf("a third went without a turn: %v", err)
		}
		release()
		begun = time.Now()
		for range 20 {
			if _, release, err = client.Reserve(t.Context(), 1); err != nil {
				t.Fatal(err)
			}
			release()
		}
		if took := time.Since(begun); took > 20*time.Second {
			t.Errorf("what was not sent is not given back: %s", took)
		}
		for _, n := range []int{0, -1, 201} {
			if _, _, err := client.Reserve(t.Context(), n); err == nil {
				t.Errorf("%d were reserved", n)
			}
		}
		cause := errors.New("time is up")
		ended, cancel := context.WithCancelCause(t.Context())
		cancel(cause)
		if _, _, err := client.Reserve(ended, 2); !errors.Is(err, cause) {
			t.Errorf("error is %v", err)
		}
	})
}

func TestWhatWouldGoAfterTheEndIsNotWaitedFor(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sent, account := 0, &papi.Account{Pace: pace.NewLocal(0)}
		client := newClient(t, simulator.New(simulator.Options{RequestBurst: 5}), papi.Options{Account: account, Observe: func(a papi.Attempt) {
			if a.Sent {
				sent++
			}
		}})
		ask(t, 1, client)
		for range 30 { // twenty seconds at PAPI's pace
			if _, _, err := account.Pace.Take(t.Context(), 1); err != nil {
				t.Fatal(err)
			}
		}
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
		defer cancel()
		begun := time.Now()
		if _, err := client.Activations(ctx, www()); !errors.Is(err, papi.ClassRateLimited) || time.Since(begun) != 0 || sent != 1 {
			t.Errorf("after %s and %d requests: %v", time.Since(begun), sent, err)
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
