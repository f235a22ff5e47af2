package cmd

import (
	"context"
	"sync"

	"github.com/propctl/propctl/cmd/result"
	"github.com/propctl/propctl/papi"
)

// readAtOnce is how many properties are read at the same time. The requests of all of
// them stay within the account's pace.
const readAtOnce = 4

// looked is what is known of one property, or why it could not be read.
type looked struct {
	state *result.PropertyState
	err   error
}

// statesOf reads the state of properties, up to four at once, and returns it in the order of the arguments. It begins
// no more of them when the context has ended or goOn returns false for an error, so the last ones may be missing.
func (s *session) statesOf(ctx context.Context, args []string, on []papi.Network, goOn func(error) bool) []looked {
	all := make([]looked, len(args))
	var mu sync.Mutex
	next, stopped := 0, false
	take := func() (int, bool) {
		mu.Lock()
		defer mu.Unlock()
		if stopped || next == len(args) || next > 0 && ctx.Err() != nil {
			return 0, false
		}
		next++
		return next - 1, true
	}
	var reading sync.WaitGroup
	for range min(readAtOnce, len(args)) {
		reading.Go(func() {
			for i, ok := take(); ok; i, ok = take() {
				state, err := s.stateOf(ctx, args[i], on)
				all[i] = looked{state, err}
				if err != nil && !goOn(err) {
					mu.Lock()
					stopped = true
					mu.Unlock()
				}
			}
		})
	}
	reading.Wait()
	return all[:next]
}
