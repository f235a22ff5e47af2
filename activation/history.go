package activation

import (
	"time"

	"github.com/propctl/propctl/papi"
)

// Duration returns how long an activation took from its submission until it was
// active, and false when its dates do not say. For one that is not active any more
// they only do with a FallbackInfo.SteadyStateTime.
func Duration(a papi.Activation) (time.Duration, bool) {
	var end time.Time
	switch {
	case a.FallbackInfo != nil && !a.FallbackInfo.SteadyStateTime.IsZero():
		end = a.FallbackInfo.SteadyStateTime
	case phaseOf(a) == live:
		end = a.UpdateDate
	}
	if end.IsZero() || a.SubmitDate.IsZero() {
		return 0, false
	}
	d := end.Sub(a.SubmitDate)
	return d, d > 0 && d <= maxUsual
}

// durations returns how long the finished activations of a network took.
func durations(have []papi.Activation, network papi.Network) []time.Duration {
	var all []time.Duration
	for _, a := range have {
		if a.Network != network || a.ActivationType == papi.Deactivate || InProgress(a) || a.Status == papi.StatusFailed {
			continue
		}
		if d, ok := Duration(a); ok {
			all = append(all, d)
		}
	}
	return all
}
