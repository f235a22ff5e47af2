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

// FastFallback says whether a rollback uses PAPI's fast fallback, which takes
// seconds and is possible for an hour after an activation. The empty value is FastAuto.
type FastFallback string

// The values.
const (
	FastAuto    FastFallback = "auto"    // use it where it is possible
	FastRequire FastFallback = "require" // do not go back without it
	FastAvoid   FastFallback = "avoid"   // do not use it
)

// fastMargin is how much of its hour has to be left for a fast fallback to be
// begun.
const fastMargin = time.Minute

// RollbackTarget says where to go back, and how.
type RollbackTarget struct {
	// Target has the version to return to; 0 means the one that was active before.
	Target
	Fast FastFallback
	// CancelPending cancels what is in progress on the network, instead of waiting
	// for it.
	CancelPending bool
	// Cancels is the only activation that CancelPending may cancel, where somebody was
	// asked about it; empty for whatever is in progress.
	Cancels papi.ID
}

// RollbackPlan is where a rollback goes, and how.
type RollbackPlan struct {
	// From is the version that is active, 0 when none is; To is the one to return to.
	From, To int
	// Cancelled says that a release in progress is cancelled and nothing else done. From
	// is its version then, To the one that stays active, 0 when none is, and Before the
	// one that was active before that, 0 when none was.
	Cancelled bool
	Before    int
	// Fast says that fast fallback is used.
	Fast bool
	// Reason is why it is fast, or why it is not.
	Reason string
	// Expires is until when a fast fallback is possible; zero when it is not.
	Expires time.Time
}

// Rollback returns to the version that was active before, or to the one that
// the target names, and waits for the outcome. Where nothing is active it returns
// to what was active last. Run again it does not go back further: what is itself a
// return to an earlier version is left alone. The result is never nil.
//
// With CancelPending and no version named, a release in progress is undone by
// cancelling it: what is active stays, and the outcome is [OutcomeCancelled].
func (e *Engine) Rollback(ctx context.Context, t RollbackTarget) (*Result, error) {
	named := t.Version != 0
	if !named {
		t.Version = anyVersion
	}
	r := e.newRun(t.Target)
	err := r.rollback(ctx, t, named)
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
	cleared := len(Pending(list.Items, t.Network)) > 0 // by this run, as far as it can be
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

// requireFast refuses what is not a fast fallback where that is required.
func (r *run) requireFast(back RollbackPlan, t RollbackTarget) error {
	if t.Fast != FastRequire || back.Fast {
		return nil
	}
	r.result.Rollback = &back
	return &RejectedError{Reason: "fast fallback is not possible: " + back.Reason}
}

// goBack activates the version to return to, fast where that can be. Which it is
// is decided right before each submission: what is active may have changed while
// another activation was waited for.
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

// stillFrom refuses to go back from something else than was decided.
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
		return r.clock.now()
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
