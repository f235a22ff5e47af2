package activation

import (
	"context"
	"errors"
	"fmt"
	"slices"
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

// RollbackPlan is how a rollback goes back.
type RollbackPlan struct {
	From, To int
	Fast     bool
	// Reason is why it is fast, or why it is not.
	Reason string
	// Expires is until when a fast fallback is possible; zero when it is not.
	Expires time.Time
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
	cleared := len(Pending(list.Items, t.Network)) > 0 // by this run, as far as it can be
	if t.CancelPending && t.DryRun && cleared && !r.returning(list.Items, t, named) {
		r.result.BlockedBy = &Pending(list.Items, t.Network)[0]
		if named {
			r.result.Rollback = &RollbackPlan{To: t.Version, Reason: "what is pending is cancelled first"}
		}
		r.result.Plan, r.result.Outcome = &Plan{Action: ActionCancel}, OutcomePlanned
		return nil
	}
	if t.CancelPending && !t.DryRun && !r.returning(list.Items, t, named) {
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
			r.result.Rollback = &RollbackPlan{To: now.PropertyVersion, Reason: "what was pending is cancelled"}
			return nil
		}
	}
	for !named {
		back, blocker, err := previous(list.Items, t.Network)
		if err != nil {
			return err
		}
		if blocker == nil && t.CancelPending && !cleared && back.From != back.To {
			if err := r.clearedBefore(ctx, list.Items, back.From); err != nil {
				return err
			}
		}
		if blocker == nil {
			r.result.Version = back.To
			r.result.Rollback = &back
			break
		}
		if t.DryRun {
			return r.planned(ctx, step{blocked, *blocker}, list)
		}
		if err := r.yield(ctx, *blocker); err != nil {
			return err
		}
		if list, err = r.look(ctx); err != nil {
			return err
		}
	}
	return r.goBack(ctx, t, named)
}

// goBack activates the version to return to, fast where that can be. Which it is
// is decided right before each submission: what is active may have changed while
// another activation was waited for.
func (r *run) goBack(ctx context.Context, t RollbackTarget, named bool) error {
	fast, refusal := t.Fast, ""
	r.before = func(list *papi.ActivationList) error {
		now := Active(list.Items, t.Network)
		if !named && (now == nil || now.PropertyVersion != r.result.Rollback.From) {
			return &RejectedError{Reason: fmt.Sprintf("version %d is not active on %s any more; look, and decide again", r.result.Rollback.From, t.Network)}
		}
		back := choose(now, r.result.Version, fast, r.now(list))
		if refusal != "" {
			back.Reason = refusal
		}
		r.result.Rollback = &back
		if t.Fast == FastRequire && !back.Fast {
			return &RejectedError{Reason: "fast fallback is not possible: " + back.Reason}
		}
		r.target.Request.UseFastFallback = back.Fast
		return nil
	}
	err := r.activate(ctx)
	if r.target.Request.UseFastFallback && t.Fast != FastRequire && isRefusal(err) {
		fast, refusal = FastAvoid, "PAPI refused fast fallback: "+err.Error()
		r.emit(Event{Kind: EventRetrying, Err: err})
		r.last, r.fails = nil, 0
		err = r.activate(ctx)
	}
	if r.result.Outcome == OutcomeActive || r.result.Outcome == OutcomeAlreadyActive {
		r.result.Outcome = OutcomeRolledBack
	}
	switch {
	case r.result.Rollback != nil:
	case r.result.Outcome == OutcomeRolledBack, r.result.Plan != nil && r.result.Plan.Action == ActionNone:
		r.result.Rollback = &RollbackPlan{From: r.result.Version, To: r.result.Version, Reason: "it is so already"}
	case r.result.BlockedBy != nil, r.result.Activation != nil:
		r.result.Rollback = &RollbackPlan{To: r.result.Version, Reason: "what is in progress has to end first"}
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

// returning reports whether what is in progress is the return itself.
func (r *run) returning(have []papi.Activation, t RollbackTarget, named bool) bool {
	to := t.Version
	if !named {
		back, blocker, err := previous(have, t.Network)
		if err != nil || blocker != nil {
			return false
		}
		to = back.To
	}
	pending := Pending(have, t.Network)
	return len(pending) > 0 && !slices.ContainsFunc(pending, func(a papi.Activation) bool {
		return a.PropertyVersion != to || !activates(a) || phaseOf(a) == undoing
	})
}

// clearedBefore refuses to go back when an earlier run may have cancelled what was
// pending, which was the return: PAPI does not list what is cancelled. It may have
// been a newer version that was never on the network.
func (r *run) clearedBefore(ctx context.Context, have []papi.Activation, from int) error {
	api, ok := r.engine.API.(interface {
		Versions(context.Context, papi.PropertyRef) (*papi.VersionList, error)
	})
	if !ok {
		return nil
	}
	versions, err := api.Versions(ctx, r.ref())
	if err != nil {
		return r.readError(ctx, err)
	}
	for _, v := range versions.Items {
		if v.PropertyVersion > from && !slices.ContainsFunc(newestFirst(have, r.target.Network), func(a papi.Activation) bool { return a.PropertyVersion == v.PropertyVersion }) {
			return &RejectedError{Reason: fmt.Sprintf("nothing is pending on %s; an earlier run may have cancelled version %d there, and version %d is what it has returned to; name the version to go back to, if that is wanted",
				r.target.Network, v.PropertyVersion, from)}
		}
	}
	return nil
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
