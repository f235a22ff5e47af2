package cmd

import (
	"context"
	"fmt"
	"sync"

	"github.com/propctl/propctl/activation"
	"github.com/propctl/propctl/cmd/result"
	"github.com/propctl/propctl/papi"
)

// watched is an activation that is on its way, and what became of it.
type watched struct {
	at    int // which of the arguments it is of
	shown *result.Activation
	err   error
}

// watch waits for whatever is on its way, and looks again until nothing is. It returns the first error of each argument,
// nil for those that have none. All looks are within the account's pace.
func (s *session) watch(ctx context.Context, args []string, on []papi.Network, all []looked) []error {
	errs := make([]error, len(all))
	followed := map[papi.ID]bool{} // what could not be followed to its end is not tried again and again
	for {
		var waiting []*watched
		for at, one := range all {
			for _, a := range pendingOf(one) {
				if !followed[a.ID] {
					waiting, followed[a.ID] = append(waiting, &watched{at: at, shown: a}), true
				}
			}
		}
		if len(waiting) == 0 {
			return errs
		}
		var following sync.WaitGroup
		for _, w := range waiting {
			following.Go(func() { w.err = s.followShown(ctx, all[w.at].state.Property, w.shown) })
		}
		following.Wait()
		var again []string
		var places []int
		for _, w := range waiting {
			if w.err != nil && errs[w.at] == nil {
				errs[w.at] = w.err
			}
			if len(places) == 0 || places[len(places)-1] != w.at {
				again, places = append(again, args[w.at]), append(places, w.at)
			}
		}
		if ctx.Err() != nil { // what was seen last is shown
			return errs
		}
		for i, one := range s.statesOf(ctx, again, on, func(error) bool { return true }) {
			if one.err == nil || ctx.Err() == nil {
				all[places[i]] = one
			}
		}
	}
}

func pendingOf(one looked) []*result.Activation {
	var all []*result.Activation
	if one.err == nil {
		for _, n := range one.state.Networks {
			all = append(all, n.Pending...)
		}
	}
	return all
}

// followShown waits for an activation that is shown, and keeps what is shown up to date.
func (s *session) followShown(ctx context.Context, of *result.Property, shown *result.Activation) error {
	ref := of.Ref(s.about)
	s.called(property{ref: ref, name: result.OrEmpty(of.Name)})
	done, err := s.do(ctx, (*activation.Engine).Wait, namedActivation{ref: ref, id: shown.ID, inBucket: shown.Version == 0}, activation.Selection{
		Property: ref.Property(), Include: ref.Include(), ActivationID: shown.ID, Network: shown.Network,
	})
	if done.Activation != nil {
		*shown = *result.NewActivation(done.Activation, s.program.now())
	}
	return err
}

// allOf names several, before anything is known of them.
func allOf(about result.AssetKind, args []string) string {
	if len(args) == 1 {
		return args[0]
	}
	return fmt.Sprintf("%d %s", len(args), about.Choose("properties", "includes"))
}
