package activation

import (
	"slices"
	"time"

	"github.com/propctl/propctl/papi"
)

// resolution is how many values represent a distribution, apart from the share of activations that take longer
// than usual.
const (
	resolution = 128
	beyond     = 0.03
)

// usualDurations is how long activations take on a network.
type usualDurations struct {
	median time.Duration
	known  []time.Duration // of the property itself, sorted
}

// fewDurations is the number of known durations below which they say nothing about the spread.
const fewDurations = 5

// fastest returns the shortest usual duration.
func (u usualDurations) fastest() time.Duration {
	if len(u.known) < fewDurations {
		return u.median * 6 / 10
	}
	return u.known[0]
}

// late returns when an activation takes longer than usual.
func (u usualDurations) late() time.Duration { return u.median * 3 / 2 }

// spread returns the distribution as equally likely values. Of n known durations, each stands for those between
// it and the one before; durations longer than all known lie between the longest and the late ones.
func (u usualDurations) spread() []time.Duration {
	known := u.known
	if len(known) < fewDurations {
		// Without history: 5 to 10 minutes on production, 1 to 2 on staging, rarely longer.
		general := [...]float64{0.6, 0.75, 0.85, 0.92, 1, 1.08, 1.15, 1.25, 1.4}
		known = make([]time.Duration, len(general))
		for i, share := range general {
			known[i] = time.Duration(float64(u.median) * share)
		}
	}
	if late := u.late(); late > known[len(known)-1] {
		known = append(slices.Clone(known), late)
	}
	values := make([]time.Duration, resolution)
	for i := range values {
		place := float64(2*i+1) / (2 * resolution) * float64(len(known)-1)
		n := int(place)
		values[i] = known[n] + time.Duration((place-float64(n))*float64(known[n+1]-known[n]))
	}
	return values
}

// tail returns durations of up to four times the longest usual one.
func (u usualDurations) tail() []time.Duration {
	values := make([]time.Duration, resolution)
	for i := range values {
		values[i] = u.late() + 3*u.late()*time.Duration(2*i+1)/(2*resolution)
	}
	return values
}

// Usual durations of a property without finished activations.
const (
	usualStaging    = 90 * time.Second
	usualProduction = 7 * time.Minute
	maxUsual        = 6 * time.Hour // a longer one is taken for a wrong date
)

// UsualDuration returns how long an activation takes on a network: the median of the finished ones in the list;
// without any, 90 s on staging and 7 min on production.
func UsualDuration(have []papi.Activation, network papi.Network) time.Duration {
	return usualOf(have, network).median
}

// usualOf returns the usual durations on a network, by the list.
func usualOf(have []papi.Activation, network papi.Network) usualDurations {
	u := usualDurations{known: durations(have, network)}
	slices.Sort(u.known)
	switch {
	case len(u.known) > 0:
		u.median = median(u.known)
	case network == papi.Production:
		u.median = usualProduction
	default:
		u.median = usualStaging
	}
	return u
}

// median returns the median of sorted durations.
func median(sorted []time.Duration) time.Duration {
	middle := len(sorted) / 2
	if len(sorted)%2 == 1 {
		return sorted[middle]
	}
	return (sorted[middle-1] + sorted[middle]) / 2
}
