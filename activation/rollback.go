package activation

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/propctl/propctl/papi"
)

// FastFallback says whether a rollback uses PAPI's fast fallback, which takes seconds and is possible for an
// hour after an activation. The empty value is FastAuto.
type FastFallback string

// The values of FastFallback.
const (
	FastAuto    FastFallback = "auto"    // use it if possible
	FastRequire FastFallback = "require" // fail if it is not possible
	FastAvoid   FastFallback = "avoid"   // do not use it
)

// fastMargin is how much of that hour has to be left to begin a fast fallback.
const fastMargin = time.Minute

// RollbackTarget is which version to return to, and how.
type RollbackTarget struct {
	// Target has the version to return to; 0 means the one that was active before.
	Target
	Fast FastFallback
	// CancelPending cancels an activation in progress on the network instead of waiting for it.
	CancelPending bool
	// CancelOnly restricts CancelPending to the activation with this id, for instance the one that a user has
	// confirmed; empty for any.
	CancelOnly papi.ID
}

// RollbackPlan is which version a rollback returns to, and how.
type RollbackPlan struct {
	// From is the active version, 0 if none is; To is the one to return to.
	From, To int
	// Cancelled reports that the rollback only cancels the activation in progress. Then From is that
	// activation's version, To the version that stays active (0 for none), and Before the one that was active
	// before To (0 for none).
	Cancelled bool
	Before    int
	// Fast reports that fast fallback is used.
	Fast bool
	// Reason says why it is fast, or why not.
	Reason string
	// Expires is until when fast fallback is possible; zero if it is not.
	Expires time.Time
}

// Rollback returns to the version that was active before, or to the one that the target names, and waits for
// the outcome. If nothing is active it returns to the version that was active last. Repeated, it does not go
// back further, because it recognises the result of a rollback. The result is never nil. The errors are those of
// [Engine.Activate] and a [*NoPreviousVersionError], wrapped in a [*PartlyDoneError] if an activation was cancelled
// first.
//
// With CancelPending and no version named, it only cancels the activation in progress: the active version
// stays, and the outcome is [OutcomeCancelled].
func (e *Engine) Rollback(ctx context.Context, t RollbackTarget) (*Result, error) {
	named := t.Version != 0
	if !named {
		t.Version = anyVersion
	}
	r := e.newRun(t.Target)
	err := r.complete(true)
	if err == nil {
		err = r.rollback(ctx, t, named)
	}
	return r.finish(r.partlyBack(err))
}

func (r *run) rollback(ctx context.Context, t RollbackTarget, named bool) error {
	list, err := r.look(ctx)
	if err != nil {
		return err
	}
	if err := r.unasked(list.Items, t); err != nil {
		return err
	}
	cleared := len(Pending(list.Items, t.Network)) > 0 // this run cancels them if it can
	if t.CancelPending && cleared && !r.returning(list.Items, t, named) {
		if t.DryRun {
			r.planCancel(list.Items, t, named)
			return nil
		}
		if list, err = r.cancelFirst(ctx, list, t, named); err != nil || r.result.Outcome != "" {
			return err
		}
	}
	for !named {
		back, blocker, err := previous(list.Items, t.Network)
		if err != nil {
			return err
		}
		if blocker == nil && t.CancelPending && !cleared && back.From != back.To {
			if err := r.clearedBefore(ctx, list.Items, cmp.Or(back.From, back.To)); err != nil {
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

// requireFast returns an error if fast fallback is required but not used.
func (r *run) requireFast(back RollbackPlan, t RollbackTarget) error {
	if t.Fast != FastRequire || back.Fast {
		return nil
	}
	r.result.Rollback = &back
	return &RejectedError{Reason: "fast fallback is not possible: " + back.Reason}
}

// goBack activates the version to return to, by fast fallback if possible. The decision is made right before
// each submission, because the active version may have changed while the run waited.
func (r *run) goBack(ctx context.Context, t RollbackTarget, named bool) error {
	fast, refusal := t.Fast, ""
	r.before = func(list *papi.ActivationList) error {
		if t.Before != nil {
			if err := t.Before(list); err != nil {
				return err
			}
		}
		now := Active(list.Items, t.Network)
		if err := stillFrom(now, r.result.Rollback, named); err != nil {
			return err
		}
		back := choose(now, r.result.Version, fast, r.now(list))
		if refusal != "" {
			back.Reason = refusal
		}
		r.result.Rollback = &back
		if err := r.requireFast(back, t); err != nil {
			return err
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
		r.result.Rollback = &RollbackPlan{From: r.result.Version, To: r.result.Version, Reason: "it was active already"}
	case r.result.BlockedBy != nil, r.result.Activation != nil:
		r.result.Rollback = &RollbackPlan{To: r.result.Version, Reason: "what is in progress has to end first"}
	}
	return err
}

// stillFrom returns an error if the active version is not the one that the plan was made for.
func stillFrom(now *papi.Activation, back *RollbackPlan, named bool) error {
	switch {
	case named:
	case now == nil && back.From != 0:
		return &RejectedError{Reason: fmt.Sprintf("version %d, which was to be replaced, is no longer active", back.From)}
	case now != nil && now.PropertyVersion != back.From:
		return &RejectedError{Reason: fmt.Sprintf("version %d is active on %s by now, and not version %d", now.PropertyVersion, now.Network, back.From)}
	}
	return nil
}

// isRefusal reports whether PAPI refused a submission for a reason that may not apply to an ordinary
// activation.
func isRefusal(err error) bool {
	problem, ok := errors.AsType[*papi.Error](err)
	return ok && slices.Contains([]papi.Class{
		papi.ClassInvalid, papi.ClassRejected, papi.ClassForbidden, papi.ClassOtherRejection,
	}, problem.Class)
}

// now is PAPI's clock at a look.
func (r *run) now(list *papi.ActivationList) time.Time {
	if list.Date.IsZero() {
		return r.clock.now()
	}
	return list.Date
}

// returning reports whether the activation in progress is the rollback itself.
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
