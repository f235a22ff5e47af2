package coordinator_test

import (
	"context"
	"errors"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/propctl/propctl/activation"
	"github.com/propctl/propctl/activation/coordinator"
)

// far is a store on another continent.
type far struct{ coordinator.Store }

func (f far) Get(ctx context.Context, key string) (coordinator.Entry, error) {
	if err := coordinator.Sleep(ctx, 150*time.Millisecond); err != nil {
		return coordinator.Entry{}, err
	}
	e, err := f.Store.Get(ctx, key)
	if err := coordinator.Sleep(ctx, 150*time.Millisecond); err != nil {
		return coordinator.Entry{}, err
	}
	return e, err
}

func (f far) Put(ctx context.Context, key string, value []byte, revision uint64) (uint64, error) {
	if err := coordinator.Sleep(ctx, 150*time.Millisecond); err != nil {
		return 0, err
	}
	n, err := f.Store.Put(ctx, key, value, revision)
	if err := coordinator.Sleep(ctx, 150*time.Millisecond); err != nil {
		return 0, err
	}
	return n, err
}

// A line moves on at once although its store is far away and others write, too.
func TestALineWhoseStoreIsFarAwayMovesOn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := far{&coordinator.Memory{}}
		begun := time.Now()
		var all sync.WaitGroup
		const holders = 20
		for range holders {
			all.Go(func() {
				turn, err := (&coordinator.Turns{Store: store}).Take(t.Context(), crossing(), quiet)
				if err != nil {
					t.Error(err)
					return
				}
				if err := turn.Look(t.Context()); err != nil {
					t.Error(err)
				}
				if _, err = turn.Permit(t.Context(), none); err != nil && !errors.Is(err, activation.ErrLookAgain) {
					t.Error(err)
				}
				turn.Submitted(t.Context(), "atv_1", activation.Refused)
				turn.Leave()
			})
		}
		all.Wait()
		if took := time.Since(begun); took > 2*time.Minute {
			t.Errorf("%d turns took %s", holders, took)
		}
	})
}
