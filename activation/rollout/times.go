package rollout

import (
	"slices"
	"time"

	"github.com/propctl/propctl/activation"
	"github.com/propctl/propctl/papi"
)

// usual is the usual duration of a property's activations on a network.
func usual(have []papi.Activation, network papi.Network) time.Duration {
	return activation.UsualDuration(have, network)
}

// patience is how long an item may be in progress before it counts as failed.
func patience(network papi.Network) time.Duration {
	const staging, production = 30 * time.Minute, 90 * time.Minute
	if network == papi.Production {
		return production
	}
	return staging
}

// Steps of polling one item: the linear back-off, and the steps around the usual duration, as in package
// activation.
const (
	firstStep, stepGrowth = 5 * time.Second, 10 * time.Second
	leastFine, mostFine   = 10 * time.Second, time.Minute
	fineSteps             = 15
)

// pause is the time until the next poll of an item, by its age and the number of polls so far.
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

// Constants of the rounds that follow many items by the lists of their groups.
const (
	roundStep   = time.Minute     // minimum between two rounds
	roundGap    = 3 * time.Minute // maximum, once any item is expected
	roundWaits  = 5               // percent of the items expected, if others wait for a free place
	roundRests  = 50              // if none waits
	overdueFrom = 150             // percent of the usual duration after which an item is polled itself
)

// nextRound is when to list the groups again. expected is when each item in progress is expected to be active,
// without overdue ones.
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
	if !last.IsZero() { // while others are being submitted, half of all are always still ahead
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
