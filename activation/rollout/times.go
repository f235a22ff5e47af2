package rollout

import (
	"slices"
	"time"

	"github.com/propctl/propctl/activation"
	"github.com/propctl/propctl/papi"
)

// usual is how long an activation of a property takes on a network.
func usual(have []papi.Activation, network papi.Network) time.Duration {
	return activation.UsualDuration(have, network)
}

// patience is how long an item may be on its way before it counts as a failure.
func patience(network papi.Network) time.Duration {
	const staging, production = 30 * time.Minute, 90 * time.Minute
	if network == papi.Production {
		return production
	}
	return staging
}

// Figures of the looks at one item: the linear steps, and the steps around the
// usual duration, as `activate` waits.
const (
	firstStep, stepGrowth = 5 * time.Second, 10 * time.Second
	leastFine, mostFine   = 10 * time.Second, time.Minute
	fineSteps             = 15
)

// pause is how long it is until the next look at an item that is itself looked at, of
// the age, after so many looks.
func pause(age, usual time.Duration, looks int) time.Duration {
	linear := firstStep + time.Duration(looks)*stepGrowth
	soon, late := usual*6/10, usual*3/2
	fine := min(max(usual/fineSteps, leastFine), mostFine)
	switch {
	case age < soon:
		return min(linear, soon-age)
	case age < late:
		return fine
	}
	return min(fine+(age-late)/4, 10*time.Minute) //nolint:mnd // grows by a quarter, as linear growth does
}

// Figures of the rounds, which look at many items by the lists of their groups.
const (
	roundStep   = time.Minute     // between two rounds at least
	roundGap    = 3 * time.Minute // at most, once any is expected
	roundWaits  = 5               // percent that are expected when items wait for a free place
	roundRests  = 50              // when none does
	overdueFrom = 150             // percent of the usual duration, after which an item is asked itself
)

// nextRound is when the groups are listed again. expected says when each item that
// is on its way is expected to arrive, but for those that are overdue.
func nextRound(last, now time.Time, expected []time.Time, waiting bool) time.Time {
	least := last.Add(roundStep)
	if last.IsZero() {
		least = now
	}
	if len(expected) == 0 {
		return least
	}
	slices.SortFunc(expected, time.Time.Compare)
	percent := roundRests
	if waiting {
		percent = roundWaits
	}
	const hundred = 100
	at := expected[(len(expected)-1)*percent/hundred]
	if !last.IsZero() { // as long as others are submitted, half of all are always ahead
		soon := last.Add(roundGap)
		if expected[0].After(soon) {
			soon = expected[0]
		}
		if soon.Before(at) {
			at = soon
		}
	}
	if at.After(least) {
		return at
	}
	return least
}
