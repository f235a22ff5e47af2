package coordinator_test

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/propctl/propctl/activation"
	"github.com/propctl/propctl/activation/coordinator"
	"github.com/propctl/propctl/activation/coordinator/coordinatortest"
	"github.com/propctl/propctl/papi"
)

// Nobody could renew a ticket during an outage, so nobody is taken for dead after it: the order stays, and a holder
// that lost its turn leaves the line.
func TestAnOutageChangesNoOrder(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := &coordinatortest.Dying{Store: &coordinator.Memory{}}
		at := activation.Line{Account: "act_1-ABC", Asset: "prp_1001", Network: papi.Staging}
		wait := func(activation.Ahead) error { return nil }
		head, err := (&coordinator.Turns{Store: store}).Take(t.Context(), at, wait)
		if err != nil {
			t.Fatal(err)
		}
		const waiting = 6
		var all sync.WaitGroup
		var mu sync.Mutex
		var came []string
		for i := range waiting {
			time.Sleep(100 * time.Millisecond)
			user := fmt.Sprint("user-", i)
			all.Go(func() {
				turn, err := (&coordinator.Turns{Store: store, Holder: activation.Holder{User: user}}).Take(t.Context(), at, wait)
				if err != nil {
					t.Error(err)
					return
				}
				mu.Lock()
				came = append(came, user)
				mu.Unlock()
				turn.Leave()
			})
		}
		time.Sleep(30 * time.Second)
		store.Die(true)
		time.Sleep(coordinator.DefaultLease + 10*time.Second)
		store.Die(false)
		time.Sleep(5 * time.Second)
		mu.Lock()
		early := len(came)
		mu.Unlock()
		head.Leave()
		head.Leave()
		begun := time.Now()
		all.Wait()
		if early > 0 || len(came) != waiting || !slices.IsSorted(came) || time.Since(begun) > 10*time.Second {
			t.Errorf("they came in the order %q, %d of them before the first one had left, %s after that", came, early, time.Since(begun))
		}
	})
}

// contended is a store where another client's write always comes first: the first try of each change fails.
type contended struct {
	coordinator.Store

	last time.Time
}

func (c *contended) Put(ctx context.Context, key string, value []byte, revision uint64) (uint64, error) {
	first := time.Since(c.last) > 500*time.Millisecond
	if c.last = time.Now(); first {
		return 0, coordinator.ErrConflict
	}
	return c.Store.Put(ctx, key, value, revision)
}

func TestWhoIsOvertakenInWritingKeepsItsPlace(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := &coordinator.Memory{}
		at := activation.Line{Account: "act_1-ABC", Asset: "prp_1001", Network: papi.Staging}
		wait := func(activation.Ahead) error { return nil }
		head, err := (&coordinator.Turns{Store: store}).Take(t.Context(), at, wait)
		if err != nil {
			t.Fatal(err)
		}
		came := make(chan string, 2)
		for i, s := range []coordinator.Store{&contended{Store: store}, store} {
			go func() {
				turn, err := (&coordinator.Turns{Store: s}).Take(t.Context(), at, wait)
				if err != nil {
					t.Error(err)
					return
				}
				came <- fmt.Sprint("place ", i+1)
				turn.Leave()
			}()
			time.Sleep(time.Second)
		}
		time.Sleep(5 * time.Minute)
		head.Leave()
		if first, second := <-came, <-came; first != "place 1" || second != "place 2" {
			t.Errorf("%s came before %s", first, second)
		}
	})
}
