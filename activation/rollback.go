package activation

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/propctl/propctl/papi"
)

// FastFallback says whether a rollback uses PAPI's fast fallback, which takes
// seconds and is possible for an hour after an activation.
type FastFallback string

// The ways. The empty one is FastAuto.
const (
	FastAuto    FastFallback = "auto"    // where it is possible
	FastRequire FastFallback = "require" // or not at all
	FastAvoid   FastFallback = "avoid"
)

// fastMargin is how much of its hour has to be left for a fast fallback to be
// begun.
const fastMargin = time.Minute

// RollbackTarget is what a rollback is to do.
type RollbackTarget struct {
	// Target says how; its Version is what to return to, 0 for the version that
	// was active before.
	Target
	Fast FastFallback
	// CancelPending cancels what is in progress on the network first.
	CancelPending bool
}

// Return is how a rollback goes back.
type Return struct {
	From, To int
	Fast     bool
	// Reason is why it is fast, or why it is not.
	Reason string
	// Expires is until when a fast fallback is possible; zero when it is not.
	Expires time.Time
}

// NothingBefore says that there is no version to return to.
type NothingBefore struct {
	Network papi.Network
	// History has the activations of the network, the latest first.
	History []papi.Activation
}

// Error lists the history.
func (e *NothingBefore) Error() string {
	var lines []string
	for _, a := range e.History {
		lines = append(lines, fmt.Sprintf("version %d %s", a.PropertyVersion, a.Status))
	}
	if len(lines) == 0 {
		lines = []string{"nothing"}
	}
	return fmt.Sprintf("no version was active on %s before the one that is; its history is: %s", e.Network, strings.Join(lines, ", "))
}

// Rollback returns to the version that was active before, or to the one that
// the target names, and waits for the outcome. Run again it does not go back
// further: what is itself a return to an earlier version is left alone. The
// result is never nil.
func (e *Engine) Rollback(ctx context.Context, t RollbackTarget) (*Result, error) {
	named := t.Version != 0
	if !named {
		t.Version = anyVersion
	}
	r := e.newRun(t.Target)
	err := r.rollback(ctx, t, named)
	return r.finish(err)
}

func (r *run) rollback(ctx context.Context, t RollbackTarget, named bool) error {
	list, err := r.look(ctx)
	if err != nil {
		return err
	}
	if t.CancelPending && !t.DryRun {
		cancelled, err := r.clear(ctx, list.Items)
		if err != nil {
			return err
		}
		if list, err = r.look(ctx); err != nil {
			return err
		}
		// What was on its way has not arrived: that is the return.
		if now := Active(list.Items, t.Network); cancelled && !named && now != nil && len(Pending(list.Items, t.Network)) == 0 {
			r.take(*now)
			r.result.Outcome = OutcomeRolledBack
			r.result.Return = &Return{To: now.PropertyVersion, Reason: "what was pending is cancelled"}
			return nil
		}
	}
	for !named {
		back, blocker, err := previous(list.Items, t.Network)
		if err != nil {
			return err
		}
		if blocker == nil {
			r.result.Version = back.To
			break
		}
		if err := r.yield(ctx, *blocker); err != nil {
			return err
		}
		if list, err = r.look(ctx); err != nil {
			return err
		}
	}
	return r.goBack(ctx, list, t)
}

// goBack activates the version to return to, fast where that can be.
func (r *run) goBack(ctx context.Context, list *papi.ActivationList, t RollbackTarget) error {
	back := choose(Active(list.Items, t.Network), r.result.Version, t.Fast, r.now(list))
	r.result.Return = &back
	if t.Fast == FastRequire && !back.Fast && back.From != back.To {
		return &Rejected{Reason: "fast fallback is not possible: " + back.Reason}
	}
	r.target.Request.UseFastFallback = back.Fast
	err := r.activate(ctx)
	if back.Fast && t.Fast != FastRequire && isRefusal(err) {
		back.Fast, back.Reason = false, "PAPI refused it: "+err.Error()
		r.target.Request.UseFastFallback = false
		r.emit(Event{Kind: EventRetrying, Err: err})
		r.tried, r.last, r.fails = nil, nil, 0
		err = r.activate(ctx)
	}
	if r.result.Outcome == OutcomeActive || r.result.Outcome == OutcomeAlreadyActive {
		r.result.Outcome = OutcomeRolledBack
	}
	return err
}

// isRefusal reports whether PAPI said no to a submission, for a reason that
// another kind of submission may not have.
func isRefusal(err error) bool {
	problem, ok := errors.AsType[*papi.Error](err)
	return ok && slices.Contains([]papi.Class{
		papi.ClassInvalid, papi.ClassRejected, papi.ClassForbidden, papi.ClassOtherRejection,
	}, problem.Class)
}

// now is PAPI's clock at a look.
func (r *run) now(list *papi.ActivationList) time.Time {
	if list.Date.IsZero() {
		return time.Now()
	}
	return list.Date
}

// clear cancels what is in progress on the network. It returns false when
// nothing was, or when it came too late.
func (r *run) clear(ctx context.Context, have []papi.Activation) (bool, error) {
	cancelled := false
	for _, a := range Pending(have, r.target.Network) {
		r.result.Activation = &a
		err := r.cancel(ctx, a)
		r.result.Outcome, r.result.Activation = "", nil
		switch {
		case err == nil:
			cancelled = true
		case !errors.Is(err, ErrTooLate):
			return false, err
		}
	}
	return cancelled, nil
}

// previous finds the version to return to. It returns what is in progress when
// that has to end first.
func previous(have []papi.Activation, network papi.Network) (Return, *papi.Activation, error) {
	history := served(have, network)
	now := Active(have, network)
	pending := Pending(have, network)
	if now == nil || len(history) == 0 {
		if len(pending) > 0 {
			return Return{}, &pending[0], nil
		}
		return Return{}, nil, &NothingBefore{Network: network, History: newestFirst(have, network)}
	}
	var before []papi.Activation
	for _, a := range history {
		if later(a, *now) < 0 && a.PropertyVersion != now.PropertyVersion {
			before = append(before, a)
		}
	}
	if len(before) == 0 {
		return Return{}, nil, &NothingBefore{Network: network, History: newestFirst(have, network)}
	}
	back := Return{From: now.PropertyVersion, To: before[0].PropertyVersion}
	returned := slices.ContainsFunc(history, func(a papi.Activation) bool {
		return later(a, before[0]) < 0 && a.PropertyVersion == now.PropertyVersion
	})
	if returned && now.PropertyVersion < before[0].PropertyVersion {
		back.To = now.PropertyVersion // it is a return already
	}
	if len(pending) > 0 && pending[0].PropertyVersion != back.To {
		return Return{}, &pending[0], nil
	}
	return back, nil, nil
}

// served returns the activations of a network whose version has served traffic,
// the latest first: without those that failed, were cancelled, or were taken
// off the network.
func served(have []papi.Activation, network papi.Network) []papi.Activation {
	return slices.DeleteFunc(newestFirst(have, network), func(a papi.Activation) bool {
		return a.ActivationType == papi.Deactivate || (a.Status != papi.StatusActive && a.Status != papi.StatusInactive)
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
func choose(now *papi.Activation, to int, fast FastFallback, clock time.Time) Return {
	back := Return{To: to}
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
