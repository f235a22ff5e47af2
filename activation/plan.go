package activation

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/propctl/propctl/papi"
)

// phase is what the status of an activation means for a run that waits for it.
type phase int

const (
	// inProgress includes unknown statuses: never a success, never a failure, never a reason to submit.
	inProgress phase = iota
	undoing          // still in progress, but being cancelled
	live             // the version serves traffic; for a deactivation, it no longer does
	ended            // it has ended in any other way
)

// phaseOf returns the phase of an activation by itself; whether another one has replaced it, see [Active].
func phaseOf(a papi.Activation) phase {
	switch a.Status {
	case papi.StatusActive:
		return live
	case papi.StatusDeactivated:
		if a.ActivationType == papi.Deactivate {
			return live
		}
		return ended
	case papi.StatusInactive, papi.StatusAborted, papi.StatusFailed:
		return ended
	case papi.StatusPendingCancellation:
		return undoing
	case papi.StatusPendingDeactivation:
		if a.ActivationType != papi.Deactivate {
			return undoing
		}
		return inProgress
	case papi.StatusNew, papi.StatusPending, papi.StatusZone1, papi.StatusZone2, papi.StatusZone3:
		return inProgress
	}
	return inProgress
}

// InProgress reports whether an activation has not ended. An unknown status counts as in progress.
func InProgress(a papi.Activation) bool {
	p := phaseOf(a)
	return p == inProgress || p == undoing
}

// activates reports whether an activation puts its version on the network. An unknown type does not count.
func activates(a papi.Activation) bool {
	return a.ActivationType == papi.Activate || a.ActivationType == ""
}

// Pending returns the activations in progress on a network, latest first. One without a network counts for
// both.
func Pending(have []papi.Activation, network papi.Network) []papi.Activation {
	var pending []papi.Activation
	for _, a := range have {
		if (a.Network == "" || strings.EqualFold(string(a.Network), string(network))) && InProgress(a) {
			pending = append(pending, a)
		}
	}
	slices.SortFunc(pending, func(a, b papi.Activation) int { return later(b, a) })
	return pending
}

// Active returns the activation whose version is active on a network; nil if none is. It is the latest one with
// status ACTIVE: PAPI may show that status also for older ones that were replaced.
func Active(have []papi.Activation, network papi.Network) *papi.Activation {
	if newest := lastLive(have, network); newest != nil && activates(*newest) {
		return newest
	}
	return nil
}

// lastLive returns the latest activation of any type that has reached the network; nil if none has.
func lastLive(have []papi.Activation, network papi.Network) *papi.Activation {
	counts := func(a papi.Activation) bool { return a.Network == network && phaseOf(a) == live }
	order := later
	if slices.ContainsFunc(have, func(a papi.Activation) bool { return counts(a) && submitted(a).IsZero() }) {
		order = byID // an activation without a date would count as the oldest
	}
	newest := -1
	for i, a := range have {
		if counts(a) && (newest < 0 || order(a, have[newest]) > 0) {
			newest = i
		}
	}
	if newest < 0 {
		return nil
	}
	found := have[newest] // a copy, so that the list can be freed
	return &found
}

// Latest returns the activation of a network that was submitted last; nil if there is none.
func Latest(have []papi.Activation, network papi.Network) *papi.Activation {
	var newest *papi.Activation
	for i, a := range have {
		if a.Network == network && (newest == nil || later(a, *newest) > 0) {
			newest = &have[i]
		}
	}
	return newest
}

// later orders activations by submission: positive if a came after b. It is a total order, so that decisions do
// not depend on the order of PAPI's list.
func later(a, b papi.Activation) int {
	return cmp.Or(submitted(a).Compare(submitted(b)), byID(a, b))
}

// byID orders activations by id, which PAPI assigns in ascending order.
func byID(a, b papi.Activation) int {
	return cmp.Or(
		cmp.Compare(number(a.ActivationID), number(b.ActivationID)),
		cmp.Compare(a.ActivationID.Bare(), b.ActivationID.Bare()),
		a.UpdateDate.Compare(b.UpdateDate),
		cmp.Compare(a.Status, b.Status),
		cmp.Compare(a.PropertyVersion, b.PropertyVersion),
	)
}

// submitted is when an activation was submitted; if that date cannot be read, when it last changed.
func submitted(a papi.Activation) time.Time {
	if a.SubmitDate.IsZero() {
		return a.UpdateDate
	}
	return a.SubmitDate
}

func number(id papi.ID) int64 {
	n, err := strconv.ParseInt(id.Bare(), 10, 64)
	if err != nil {
		return 0
	}
	return n
}

// goal is what [plan] tries to reach.
type goal struct {
	network papi.Network
	version int
	// deactivate means that no version shall be active; version is then 0.
	deactivate bool
	steady     bool
	// tried is a submission of this run that may have been accepted; nil if there is none.
	tried *submission
}

// wants reports whether an activation, if it succeeds, reaches the goal.
func (g goal) wants(a papi.Activation) bool {
	if g.deactivate {
		return a.Network == g.network && a.ActivationType == papi.Deactivate
	}
	return a.Network == g.network && activates(a) && a.PropertyVersion == g.version
}

// submission is what is known about a submission whose answer was lost.
type submission struct {
	// known has the ids of earlier activations.
	known map[string]bool
	// since is the earliest possible submitDate, by PAPI's clock.
	since time.Time
}

// made reports whether the submission may have created the activation.
func (s *submission) made(a papi.Activation) bool {
	return s != nil && !s.known[a.ActivationID.Bare()] && (a.SubmitDate.IsZero() || !a.SubmitDate.Before(s.since))
}

type stepKind int

const (
	create  stepKind = iota // submit
	done                    // the goal is reached
	follow                  // an activation towards the goal is in progress
	blocked                 // another activation blocks the network
	over                    // this run's activation has already ended
	unclear                 // PAPI shows something unknown
)

// step is the next thing to do.
type step struct {
	kind       stepKind
	activation papi.Activation // the activation concerned; zero for create
}

// plan decides on the next step. The decision does not depend on the order of the list.
func plan(have []papi.Activation, g goal) step {
	pending := Pending(have, g.network)
	if made := madeBy(have, g); made != nil {
		switch {
		case InProgress(*made): // whatever else is in progress, its id must be known
			return step{follow, *made}
		case phaseOf(*made) == live && replaced(have, *made, g.network), phaseOf(*made) == ended && !slices.ContainsFunc(pending, g.wants):
			return step{over, *made}
		}
	}
	for _, a := range pending {
		if !g.wants(a) || phaseOf(a) == undoing {
			return step{blocked, a}
		}
	}
	if len(pending) > 0 {
		return step{follow, pending[0]}
	}
	now := Active(have, g.network)
	switch {
	case g.deactivate && now == nil:
		if strange := lastLive(have, g.network); strange != nil && strange.ActivationType != papi.Deactivate {
			return step{unclear, *strange}
		}
		return step{done, inactive(have, g)}
	case now != nil && g.wants(*now) && g.steady && !settled(*now):
		return step{follow, *now}
	case now != nil && g.wants(*now):
		return step{done, *now}
	}
	return step{kind: create}
}

// replaced reports whether a later activation has replaced one that was live.
func replaced(have []papi.Activation, a papi.Activation, network papi.Network) bool {
	return slices.ContainsFunc(have, func(o papi.Activation) bool { return o.Network == network && phaseOf(o) == live && later(o, a) > 0 })
}

// inactive returns the deactivation since which nothing is active; zero if nothing ever was.
func inactive(have []papi.Activation, g goal) papi.Activation {
	var newest papi.Activation
	for _, a := range have {
		if g.wants(a) && phaseOf(a) == live && (newest.ActivationID == "" || later(a, newest) > 0) {
			newest = a
		}
	}
	return newest
}

// madeBy returns the latest activation that this run's submission may have created.
func madeBy(have []papi.Activation, g goal) *papi.Activation {
	var newest *papi.Activation
	for i, a := range have {
		if g.wants(a) && g.tried.made(a) && (newest == nil || later(a, *newest) > 0) {
			newest = &have[i]
		}
	}
	return newest
}

// settled reports whether an activation is steady. Older ones, for which PAPI sends no state, are.
func settled(a papi.Activation) bool {
	return a.FMAActivationState == "" || a.FMAActivationState == papi.FMASteady
}
