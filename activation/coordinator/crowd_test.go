package coordinator_test

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/propctl/propctl/activation/coordinator"
	"github.com/propctl/propctl/activation/coordinator/coordinatortest"
	"github.com/propctl/propctl/papi"
	"github.com/propctl/propctl/papi/pace"
	"github.com/propctl/propctl/papi/simulator"
)

// counted is a store that counts what it is asked.
type counted struct {
	coordinator.Store

	asked atomic.Int32
}

func (c *counted) Get(ctx context.Context, key string) (coordinator.Entry, error) {
	c.asked.Add(1)
	return c.Store.Get(ctx, key)
}

func (c *counted) Put(ctx context.Context, key string, value []byte, revision uint64) (uint64, error) {
	c.asked.Add(1)
	return c.Store.Put(ctx, key, value, revision)
}

// crowd is many processes on some machines that read of one account.
type crowd struct {
	machines, processes, reads int // reads of each
	burst                      int // that is left at the beginning
	leaving                    int // processes that die when they have made a fifth of theirs
	others                     int // requests a minute of somebody who does not take part

	slow  time.Duration // how long an answer takes; 0: 300 ms
	apart time.Duration // how far the clocks of machines are ahead, those of a third behind, or right
}

// outcome is what came of it.
type outcome struct {
	asked, refused, failed, messages int
	ratio                            float64 // of the time that it took to what the limit allows
	pacing                           float64 // messages a request, after the first minute
	later                            int     // refused after that
	longest, mean                    time.Duration
}

// tap counts what goes to PAPI.
type tap struct {
	next           http.RoundTripper
	asked, refused *atomic.Int32
	latency        time.Duration
}

func (c tap) RoundTrip(r *http.Request) (*http.Response, error) {
	time.Sleep(c.latency / 2)
	resp, err := c.next.RoundTrip(r)
	time.Sleep(c.latency / 2)
	c.asked.Add(1)
	if err == nil && resp.StatusCode == http.StatusTooManyRequests {
		c.refused.Add(1)
	}
	return resp, err
}

func client(t *testing.T, sim *simulator.Simulator, network http.RoundTripper, account *papi.Account) *papi.Client {
	t.Helper()
	c := sim.Credentials()
	client, err := papi.New(papi.Credentials{Host: c.Host, ClientToken: c.ClientToken, ClientSecret: c.ClientSecret, AccessToken: c.AccessToken},
		papi.Options{Transport: network, Account: account})
	if err != nil {
		t.Fatal(err)
	}
	return client
}

func (c crowd) run(t *testing.T) outcome {
	t.Helper()
	sim := simulator.New(simulator.Options{})
	var spent, asked, refused atomic.Int32
	spender := client(t, sim, tap{sim.Transport(), &spent, new(atomic.Int32), 0}, nil)
	for range simulator.DefaultRequestBurst - c.burst {
		if _, err := spender.Activations(t.Context(), papi.PropertyRef{PropertyID: "prp_1001"}); err != nil {
			t.Fatal(err)
		}
	}
	store := &counted{Store: &coordinator.Memory{}}
	machines := make([]*pace.Shared, c.machines) // files would take real time; another test has them
	for i := range machines {
		own := coordinatortest.Apart{Store: store, By: c.apart * time.Duration(i%3-1)}
		machines[i] = pace.NewShared(&coordinator.Buckets{Store: own}, pace.NewLocal(0), "", 0)
	}
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	var o outcome
	var failed atomic.Int32
	var all, aside sync.WaitGroup
	var mu sync.Mutex
	begun := time.Now()
	network := tap{sim.Transport(), &asked, &refused, cmp.Or(c.slow, 300*time.Millisecond)}
	if c.others > 0 {
		aside.Go(func() { interfere(ctx, sim, time.Minute/time.Duration(c.others)) })
	}
	var came, cost, early int32
	time.AfterFunc(time.Minute, func() { came, cost, early = asked.Load(), store.asked.Load(), refused.Load() })
	for i := range c.processes {
		all.Go(func() {
			reads := c.reads
			if i < c.leaving {
				reads /= 5
			}
			failed.Add(int32(process(t, client(t, sim, network, &papi.Account{Pace: machines[i%c.machines]}), reads)))
			if i < c.leaving {
				return
			}
			mu.Lock()
			defer mu.Unlock()
			took := time.Since(begun)
			o.longest, o.mean = max(o.longest, took), o.mean+took/time.Duration(c.processes-c.leaving)
		})
	}
	all.Wait()
	cancel()
	aside.Wait()
	o.asked, o.refused, o.failed, o.messages = int(asked.Load()), int(refused.Load()), int(failed.Load()), int(store.asked.Load())
	needed := max(c.processes*c.reads-c.leaving*(c.reads-c.reads/5)-c.burst, 1)
	o.ratio = o.longest.Minutes() / (float64(needed) / float64(simulator.DefaultRequestsPerMinute-c.others))
	o.later = o.refused - int(early)
	o.pacing = float64(o.messages-int(cost)) / float64(o.asked-int(came))
	t.Logf("%+v: %+v, %.3f messages a request", c, o, float64(o.messages)/float64(o.asked))
	return o
}

// process reads, up to four at once, and returns how many reads failed.
func process(t *testing.T, client *papi.Client, reads int) (failed int) {
	t.Helper()
	todo := make(chan int, reads)
	for i := range reads {
		todo <- i
	}
	close(todo)
	var readers sync.WaitGroup
	var count atomic.Int32
	for range 4 {
		readers.Go(func() {
			for range todo {
				if _, err := client.Activations(t.Context(), papi.PropertyRef{PropertyID: "prp_1001"}); err != nil {
					count.Add(1)
					t.Error(err)
				}
			}
		})
	}
	readers.Wait()
	return int(count.Load())
}

// interfere uses the account without taking part.
func interfere(ctx context.Context, sim *simulator.Simulator, each time.Duration) {
	c := sim.Credentials()
	client, err := papi.New(papi.Credentials{Host: c.Host, ClientToken: c.ClientToken, ClientSecret: c.ClientSecret, AccessToken: c.AccessToken},
		papi.Options{Transport: sim.Transport(), MaxRetries: -1})
	if err != nil {
		return
	}
	for !errors.Is(ctx.Err(), context.Canceled) {
		_, _ = client.Activations(ctx, papi.PropertyRef{PropertyID: "prp_1001"})
		time.Sleep(each)
	}
}

func TestProcessesOfManyMachinesShareAnAccountsPace(t *testing.T) {
	for _, c := range []crowd{
		{machines: 4, processes: 40, reads: 25},
		{machines: 4, processes: 40, reads: 25, burst: 300},
		{machines: 4, processes: 40, reads: 40, burst: 1000},
		{machines: 1, processes: 1, reads: 300, burst: 100},
		{machines: 20, processes: 20, reads: 30, burst: 50},
		{machines: 20, processes: 20, reads: 100, burst: 50},
		{machines: 20, processes: 20, reads: 100, burst: 50, leaving: 10},
		{machines: 40, processes: 40, reads: 100, burst: 50},
		{machines: 4, processes: 16, reads: 25, others: 30},
		{machines: 20, processes: 20, reads: 60, burst: 50, others: 30},
		{machines: 4, processes: 40, reads: 25, apart: 29 * time.Second},
		{machines: 4, processes: 40, reads: 25, burst: 200, slow: 10 * time.Second},
	} {
		if testing.Short() && c.processes*c.reads > 400 {
			continue // more of the same, which is slow under the race detector
		}
		t.Run(fmt.Sprintf("%+v", c), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				o := c.run(t)
				few := c.machines <= 4 // each asks before it is known whose account it is, at the same time
				if o.failed > 0 || o.refused*100 > o.asked && few || o.later*50 > o.asked || o.refused > 2*c.machines || o.longest > 2*o.mean {
					t.Errorf("%+v", o)
				}
				if o.ratio > 1.1 {
					t.Errorf("it took %.2f times as long as PAPI's limit allows", o.ratio)
				}
				short := c.reads <= 30 // and what it costs to come, and to find what others have left, is much of all
				if o.pacing > 0.1 && !short && c.leaving == 0 && c.apart == 0 || o.pacing > 0.2 {
					t.Errorf("%.2f messages for a request", o.pacing)
				}
			})
		})
	}
}
