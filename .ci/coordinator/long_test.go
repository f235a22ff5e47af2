//go:build unix

package coordinator_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/propctl/propctl/activation"
	"github.com/propctl/propctl/activation/coordinator/jetstream"
	"github.com/propctl/propctl/papi"
)

// A process that runs for long goes on with a server that has refused it for a while.
func TestAServerThatRefusesForAWhile(t *testing.T) {
	t.Parallel()
	with := func(password string) string {
		return "authorization { user: propctl, password: " + password + " }"
	}
	s := serve(t, with(password))
	c := member(t, jetstream.Options{URL: "nats://propctl:" + password + "@" + s.address})
	if err := use(t, c); err != nil {
		t.Fatal(err)
	}
	s.end(syscall.SIGTERM)
	s.lines = with("another")
	s.start()
	time.Sleep(3 * time.Second)
	s.end(syscall.SIGTERM)
	s.lines = with(password)
	s.start()
	var err error
	for begun := time.Now(); time.Since(begun) < 20*time.Second; time.Sleep(100 * time.Millisecond) {
		if _, err = c.Get(t.Context(), "check"); err == nil {
			return
		}
	}
	t.Errorf("it is still refused: %v", err)
}

// relay forwards connections to a server, and counts the subscriptions that are made through it.
type relay struct {
	listener net.Listener
	to       string
	made     atomic.Int64
	down     atomic.Bool
	mu       sync.Mutex
	open     []net.Conn
}

func relayTo(t *testing.T, to string) *relay {
	t.Helper()
	l, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	r := &relay{listener: l, to: to}
	t.Cleanup(func() {
		_ = l.Close()
		r.cut(true)
	})
	go func() {
		for {
			from, err := l.Accept()
			if err != nil {
				return
			}
			r.forward(from)
		}
	}()
	return r
}

func (r *relay) forward(from net.Conn) {
	to, err := (&net.Dialer{}).DialContext(context.Background(), "tcp", r.to)
	if err != nil || r.down.Load() {
		_ = from.Close()
		return
	}
	r.mu.Lock()
	r.open = append(r.open, from, to)
	r.mu.Unlock()
	go func() { _, _ = io.Copy(from, to) }()
	go func() {
		buffer := make([]byte, 64<<10)
		for {
			n, err := from.Read(buffer)
			r.made.Add(int64(bytes.Count(buffer[:n], []byte("SUB _INBOX"))))
			if _, failed := to.Write(buffer[:n]); err != nil || failed != nil {
				_ = to.Close()
				return
			}
		}
	}()
}

// cut cuts all connections, and lets new ones through or not.
func (r *relay) cut(down bool) {
	r.down.Store(down)
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, c := range r.open {
		_ = c.Close()
	}
	r.open = nil
}

// A runner that waits for work during an outage leaves nothing behind for each attempt.
func TestAnOutageLeavesNoSubscriptions(t *testing.T) {
	t.Parallel()
	s := serve(t, "")
	r := relayTo(t, s.address)
	c := member(t, jetstream.Options{URL: "nats://" + r.listener.Addr().String()})
	within, cancel := context.WithTimeout(t.Context(), time.Second)
	defer cancel()
	if _, err := c.Next(within, "1-ABC"); !errors.Is(err, context.DeadlineExceeded) {
		t.Fatal(err)
	}
	r.cut(true)
	const attempts = 100
	failed := 0
	for range attempts {
		within, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
		if _, err := c.Next(within, "1-ABC"); err != nil {
			failed++
		}
		cancel()
		time.Sleep(10 * time.Millisecond)
	}
	before := r.made.Load()
	r.cut(false)
	for begun := time.Now(); ; time.Sleep(100 * time.Millisecond) {
		if _, err := c.Get(t.Context(), "check"); err == nil {
			break
		}
		if time.Since(begun) > 20*time.Second {
			t.Fatal("it is not back")
		}
	}
	if made := r.made.Load() - before; failed != attempts || made > attempts/10 {
		t.Errorf("%d attempts failed, and %d subscriptions were made afterwards", failed, made)
	}
}

// As many may wait for work as there are: none is told that the coordinator has gone.
func TestManyWaitForWork(t *testing.T) {
	t.Parallel()
	s := serve(t, "")
	c := member(t, jetstream.Options{URL: s.url()})
	ctx, cancel := context.WithCancel(t.Context())
	defer time.AfterFunc(time.Minute, cancel).Stop()
	var all sync.WaitGroup
	var mu sync.Mutex
	said := map[string]int{}
	taken := 0
	const waiting, items = 1200, 700
	for range waiting {
		all.Go(func() {
			task, err := c.Next(ctx, "1-ABC")
			mu.Lock()
			defer mu.Unlock()
			switch {
			case err == nil:
				if taken++; taken == items {
					cancel() // the others have nothing to wait for
				}
				_ = task.Done(context.WithoutCancel(ctx))
			case !errors.Is(err, context.Canceled):
				said[strings.TrimSpace(err.Error())]++
			}
		})
	}
	time.Sleep(time.Second)
	for i := range items {
		if err := c.Offer(t.Context(), activation.Line{Account: "1-ABC", Asset: papi.ID(fmt.Sprint("prp_", i)), Network: papi.Staging}, []byte("x")); err != nil {
			t.Fatal(err)
		}
	}
	all.Wait()
	if len(said) > 0 || taken != items {
		t.Errorf("%d were taken, %v", taken, said)
	}
}
