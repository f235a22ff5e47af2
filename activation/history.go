package activation

import (
	"time"

	"github.com/propctl/propctl/papi"
)

// Duration returns the time from the submission of an activation until it was active, and whether that is known:
// the dates of one that is no longer active do not say, unless it has a FallbackInfo.SteadyStateTime.
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

// durations returns the durations of a network's finished activations.
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
