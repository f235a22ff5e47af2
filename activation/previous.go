package activation

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/propctl/propctl/papi"
)

// NoPreviousVersionError says that there is no version to return to.
type NoPreviousVersionError struct {
	Network papi.Network
	// History has the activations of the network, the latest first.
	History []papi.Activation
}

// Error lists the history.
func (e *NoPreviousVersionError) Error() string {
	var lines []string
	for _, a := range e.History {
		lines = append(lines, fmt.Sprintf("version %d %s", a.PropertyVersion, a.Status))
	}
	if len(lines) == 0 {
		lines = []string{"nothing"}
	}
	return fmt.Sprintf("no version was active on %s before the one that is; its history is: %s", e.Network, strings.Join(lines, ", "))
}

// previous finds the version to return to. It returns what is in progress when
// that has to end first.
func previous(have []papi.Activation, network papi.Network) (RollbackPlan, *papi.Activation, error) {
	history := served(have, network)
	now := Active(have, network)
	pending := Pending(have, network)
	if now == nil || len(history) == 0 {
		if len(pending) > 0 {
			return RollbackPlan{}, &pending[0], nil
		}
		return RollbackPlan{}, nil, &NoPreviousVersionError{Network: network, History: newestFirst(have, network)}
	}
	back := RollbackPlan{From: now.PropertyVersion, To: now.PropertyVersion, Reason: "it is a return already"}
	if !returned(have, *now) {
		i := slices.IndexFunc(history, func(a papi.Activation) bool {
			return later(a, *now) < 0 && a.PropertyVersion != now.PropertyVersion
		})
		if i < 0 {
			return RollbackPlan{}, nil, &NoPreviousVersionError{Network: network, History: newestFirst(have, network)}
		}
		if back = (RollbackPlan{From: now.PropertyVersion, To: history[i].PropertyVersion}); back.To > back.From {
			// Run again, it could not be told from a version to return from.
			return RollbackPlan{}, nil, &RejectedError{Reason: fmt.Sprintf("version %d was active before version %d and is the newer one; name it to go there", back.To, back.From)}
		}
	}
	if len(pending) > 0 && pending[0].PropertyVersion != back.To {
		return RollbackPlan{}, &pending[0], nil
	}
	return back, nil, nil
}

// returned reports whether what is active is itself a return: it has served
// before, and a later version was tried in between, however that ended.
func returned(have []papi.Activation, now papi.Activation) bool {
	for _, first := range served(have, now.Network) {
		if first.PropertyVersion != now.PropertyVersion || later(first, now) >= 0 {
			continue
		}
		for _, a := range newestFirst(have, now.Network) {
			if activates(a) && a.PropertyVersion > now.PropertyVersion && later(a, first) > 0 && later(a, now) < 0 {
				return true
			}
		}
	}
	return false
}

// served returns the activations of a network whose version has served traffic,
// the latest first: without those that failed, were cancelled, or were taken
// off the network.
func served(have []papi.Activation, network papi.Network) []papi.Activation {
	return slices.DeleteFunc(newestFirst(have, network), func(a papi.Activation) bool {
		return !activates(a) || (a.Status != papi.StatusActive && a.Status != papi.StatusInactive)
	})
}

// newestFirst returns the activations of a network, the latest first.
func newestFirst(have []papi.Activation, network papi.Network) []papi.Activation {
	var all []papi.Activation
	for _, a := range have {
		if a.Network == network {
			all = append(all, a)
		}
	}
	slices.SortFunc(all, func(a, b papi.Activation) int { return later(b, a) })
	return all
}

// choose says whether the return from what is active to a version is fast.
func choose(now *papi.Activation, to int, fast FastFallback, clock time.Time) RollbackPlan {
	back := RollbackPlan{To: to}
	if now != nil {
		back.From = now.PropertyVersion
	}
	switch {
	case fast == FastAvoid:
		back.Reason = "fast fallback was not wanted"
	case now == nil || now.FallbackInfo == nil:
		back.Reason = "PAPI offers no fast fallback"
	case !now.FallbackInfo.CanFastFallback:
		back.Reason = "PAPI says that fast fallback is not possible; the hostnames have changed, or it has been used"
	case now.FallbackInfo.FallbackVersion != to:
		back.Reason = fmt.Sprintf("fast fallback goes to version %d only", now.FallbackInfo.FallbackVersion)
	default:
		back.Expires = expiry(now.FallbackInfo)
		left := back.Expires.Sub(clock).Round(time.Second)
		back.Fast = left > fastMargin
		switch {
		case back.Fast:
			back.Reason = fmt.Sprintf("fast fallback is possible for another %s", left)
		case left > 0:
			back.Reason = fmt.Sprintf("fast fallback is possible for only another %s", left)
		default:
			back.Reason = "the time for fast fallback is over"
		}
	}
	return back
}

// fallbackWindow is how long a fast fallback is possible.
const fallbackWindow = time.Hour

func expiry(f *papi.FallbackInfo) time.Time {
	if !f.SteadyStateTime.IsZero() {
		return f.SteadyStateTime.Add(fallbackWindow)
	}
	return f.FastFallbackExpirationTime
}
