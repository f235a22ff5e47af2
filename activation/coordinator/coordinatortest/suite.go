// Package coordinatortest tests implementations of [coordinator.Store] and [coordinator.Work], and what is
// built on them.
package coordinatortest

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/propctl/propctl/activation/coordinator"
	"github.com/propctl/propctl/papi/pace"
	"github.com/propctl/propctl/papi/pace/pacetest"
)

// Open returns a function that returns another client of the same new store each time it is called.
type Open func(t *testing.T) (member func() coordinator.Store)

// Run tests the stores that open returns.
func Run(t *testing.T, in pacetest.In, open Open) {
	t.Helper()
	for name, test := range map[string]func(*testing.T, func() coordinator.Store){
		"a value is replaced only by who has seen it": replaced,
		"one of many who write at once is the first":  oneFirst,
		"a context that has ended ends every call":    ended,
		"keys are listed": listed,
		"a line keeps its order, and tells who is ahead":             order,
		"a holder that is dead is overtaken within its lease":        overtaken,
		"a turn that was lost permits nothing":                       lost,
		"a submission that is not shown holds back the next":         noted,
		"who gives up leaves the line":                               givesUp,
		"who is released permits nothing, and the next has its turn": released,
		"what nobody of ours has written is no empty line":           hostile,
	} {
		t.Run(name, func(t *testing.T) {
			in(t, func(t *testing.T) {
				t.Helper()
				test(t, open(t))
			})
		})
	}
	t.Run("pace", func(t *testing.T) {
		pacetest.Any(t, in, func(t *testing.T, speed float64) (one, other pace.Pace) {
			t.Helper()
			member := open(t)
			machine := func() pace.Pace {
				s := pace.NewShared(&coordinator.Buckets{Store: member(), Speed: speed}, pace.NewLocal(speed), "", speed)
				s.Belongs(t.Context(), "act_1-ABC")
				return s
			}
			return machine(), machine()
		})
	})
}

const key = "test.one"

func replaced(t *testing.T, member func() coordinator.Store) {
	t.Helper()
	one, other := member(), member()
	none, err := one.Get(t.Context(), key)
	if err != nil || none.Revision != 0 {
		t.Fatalf("%+v, %v", none, err)
	}
	first, err := one.Put(t.Context(), key, []byte("1"), 0)
	if err != nil || first == 0 {
		t.Fatal(first, err)
	}
	if _, err := other.Put(t.Context(), key, []byte("2"), 0); !errors.Is(err, coordinator.ErrConflict) {
		t.Errorf("a key that is there was made: %v", err)
	}
	second, err := other.Put(t.Context(), key, []byte("2"), first)
	if err != nil || second <= first {
		t.Errorf("revision %d after %d, %v", second, first, err)
	}
	if _, err := one.Put(t.Context(), key, []byte("3"), first); !errors.Is(err, coordinator.ErrConflict) {
		t.Errorf("a value that was replaced was replaced once more: %v", err)
	}
	got, err := one.Get(t.Context(), key)
	if err != nil || string(got.Value) != "2" || got.Revision != second || time.Since(got.Written).Abs() > time.Minute {
		t.Errorf("%+v, %v", got, err)
	}
	if _, err := one.Put(t.Context(), key, make([]byte, coordinator.MaxValue+1), second); err == nil {
		t.Error("a value that is too large was written")
	}
}

func oneFirst(t *testing.T, member func() coordinator.Store) {
	t.Helper()
	const writers, rounds = 8, 10
	members := make([]coordinator.Store, writers)
	for i := range members {
		members[i] = member()
	}
	revision := uint64(0)
	for range rounds {
		var all sync.WaitGroup
		won := make(chan uint64, writers)
		for i, m := range members {
			all.Go(func() {
				switch next, err := m.Put(t.Context(), key, fmt.Append(nil, i), revision); {
				case err == nil:
					won <- next
				case !errors.Is(err, coordinator.ErrConflict):
					t.Error(err)
				}
			})
		}
		all.Wait()
		if len(won) != 1 {
			t.Fatalf("%d writers were the first", len(won))
		}
		revision = <-won
	}
}

func ended(t *testing.T, member func() coordinator.Store) {
	t.Helper()
	s := member()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	begun := time.Now()
	_, err1 := s.Get(ctx, key)
	_, err2 := s.Put(ctx, key, []byte("1"), 0)
	_, err3 := s.Keys(ctx, "test.")
	if err1 == nil || err2 == nil || err3 == nil || time.Since(begun) > time.Second {
		t.Errorf("%v, %v, %v after %s", err1, err2, err3, time.Since(begun))
	}
}

func listed(t *testing.T, member func() coordinator.Store) {
	t.Helper()
	s := member()
	for _, k := range []string{"test.b", "test.a", "other.c"} {
		if _, err := s.Put(t.Context(), k, []byte(k), 0); err != nil {
			t.Fatal(err)
		}
	}
	if got, err := s.Keys(t.Context(), "test."); err != nil || !slices.Equal(got, []string{"test.a", "test.b"}) {
		t.Errorf("%q, %v", got, err)
	}
}
