package activation

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/propctl/propctl/papi"
)

// NoPreviousVersionError is the error of [Engine.Rollback] if there is no version to return to.
type NoPreviousVersionError struct {
	Network papi.Network
	// Active is the version that is active; 0 if none is.
	Active int
	// History has the network's activations, latest first.
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
	history := strings.Join(lines, ", ")
	if e.Active == 0 {
		return fmt.Sprintf("no version has ever been active on %s; its history is: %s", e.Network, history)
	}
	return fmt.Sprintf("no version was active on %s before version %d, which is; its history is: %s", e.Network, e.Active, history)
}

// previous finds the version to return to. It also returns the activation in progress that has to end first;
// nil if none.
func previous(have []papi.Activation, network papi.Network) (RollbackPlan, *papi.Activation, error) {
	history := newestFirst(have, network)
	now := Active(have, network)
	nothing := &NoPreviousVersionError{Network: network, History: history}
	if now == nil {
		return afterDeactivation(have, network, history, nothing)
	}
	nothing.Active = now.PropertyVersion
	back := RollbackPlan{From: now.PropertyVersion, To: now.PropertyVersion, Reason: "it is a return already"}
	if !returned(history, *now) {
		i := slices.IndexFunc(history, func(a papi.Activation) bool {
			return hasServed(a) && later(a, *now) < 0 && a.PropertyVersion != now.PropertyVersion
		})
		if i < 0 {
			return RollbackPlan{}, nil, nothing
		}
		if back = (RollbackPlan{From: now.PropertyVersion, To: history[i].PropertyVersion}); back.To > back.From {
			// On a repeated run it could not be told from a version to return from.
			return RollbackPlan{}, nil, &RejectedError{Reason: fmt.Sprintf("version %d was active before version %d and is the newer one; name it to go there", back.To, back.From)}
		}
	}
	return unlessPending(have, network, back)
}

// afterDeactivation finds the version to return to if none is active: the one that was active last.
func afterDeactivation(have []papi.Activation, network papi.Network, history []papi.Activation, nothing error) (RollbackPlan, *papi.Activation, error) {
	if strange := lastLive(have, network); strange != nil && strange.ActivationType != papi.Deactivate {
		return RollbackPlan{}, nil, unclearError(*strange)
	}
	for _, a := range history {
		if hasServed(a) || activates(a) && a.Status == papi.StatusDeactivated {
			return unlessPending(have, network, RollbackPlan{To: a.PropertyVersion, Reason: "nothing is active, and this was active last"})
		}
	}
	if pending := Pending(have, network); len(pending) > 0 {
		return RollbackPlan{}, &pending[0], nil
	}
	return RollbackPlan{}, nil, nothing
}

// unlessPending returns the plan, or the activation in progress that has to end first.
func unlessPending(have []papi.Activation, network papi.Network, back RollbackPlan) (RollbackPlan, *papi.Activation, error) {
	if pending := Pending(have, network); len(pending) > 0 && (pending[0].PropertyVersion != back.To || !activates(pending[0])) {
		return RollbackPlan{}, &pending[0], nil
	}
	return back, nil, nil
}

// returned reports whether the active version is itself the result of a rollback: it has served before, and in
// between a later version was tried, whatever became of it, or it was deactivated.
func returned(history []papi.Activation, now papi.Activation) bool {
	for _, first := range history {
		if !activates(first) || first.Status == papi.StatusFailed || first.Status == papi.StatusAborted || InProgress(first) {
			continue
		}
		if first.PropertyVersion != now.PropertyVersion || later(first, now) >= 0 {
			continue
		}
		for _, a := range history {
			tried := activates(a) && a.PropertyVersion > now.PropertyVersion
			taken := a.ActivationType == papi.Deactivate && !InProgress(a) && a.Status != papi.StatusFailed && a.Status != papi.StatusAborted
			if (tried || taken) && later(a, first) > 0 && later(a, now) < 0 {
				return true
			}
		}
	}
	return false
}

// hasServed reports whether the activation's version has served traffic without being deactivated.
func hasServed(a papi.Activation) bool {
	return activates(a) && (a.Status == papi.StatusActive || a.Status == papi.StatusInactive)
}

// newestFirst returns the activations of a network, latest first.
func newestFirst(have []papi.Activation, network papi.Network) []papi.Activation {
	all := make([]papi.Activation, 0, len(have))
	for _, a := range have {
		if a.Network == network {
			all = append(all, a)
		}
	}
	slices.SortFunc(all, func(a, b papi.Activation) int { return later(b, a) })
	return all
}

// choose decides whether the return to a version can be fast.
func choose(now *papi.Activation, to int, fast FastFallback, clock time.Time) RollbackPlan {
	back := RollbackPlan{To: to}
	if now != nil {
		back.From = now.PropertyVersion
	}
	switch {
	case fast == FastAvoid:
		back.Reason = "fast fallback was not wanted"
	case now == nil:
		back.Reason = "nothing is active, and fast fallback needs something to go back from"
	case now.FallbackInfo == nil:
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

// fallbackWindow is for how long a fast fallback is possible.
const fallbackWindow = time.Hour

func expiry(f *papi.FallbackInfo) time.Time {
	if !f.SteadyStateTime.IsZero() {
		return f.SteadyStateTime.Add(fallbackWindow)
	}
	return f.FastFallbackExpirationTime
}
