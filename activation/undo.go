package activation

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/propctl/propctl/papi"
)

// planCancel ends a dry run that would cancel what is pending.
func (r *run) planCancel(have []papi.Activation, t RollbackTarget, named bool) {
	r.result.BlockedBy = &Pending(have, t.Network)[0]
	r.result.Rollback = &RollbackPlan{To: t.Version, Reason: "what is pending is cancelled first"}
	if !named {
		r.result.Rollback = undo(have, t.Network, *r.result.BlockedBy)
	}
	r.result.Plan, r.result.Outcome = &Plan{Action: ActionCancel}, OutcomePlanned
}

// cancelFirst cancels what is pending and looks again. What the first look already rules out is refused before
// that. Without a named version nothing else is done: the cancelled version never became active, and the active
// one stays.
func (r *run) cancelFirst(ctx context.Context, list *papi.ActivationList, t RollbackTarget, named bool) (*papi.ActivationList, error) {
	if named {
		if err := r.refuse(ctx, list, t); err != nil {
			return nil, err
		}
	}
	cancelled, err := r.clear(ctx, list.Items)
	if err != nil {
		return nil, err
	}
	if list, err = r.look(ctx); err != nil {
		return nil, err
	}
	if cancelled && !named && len(Pending(list.Items, t.Network)) == 0 {
		r.undone(list.Items, t.Network)
	}
	return list, nil
}

// undone ends a rollback that only cancelled what was pending.
func (r *run) undone(have []papi.Activation, network papi.Network) {
	r.result.Outcome = OutcomeCancelled
	if now := Active(have, network); now != nil {
		r.take(*now)
	}
	r.result.Rollback = undo(have, network, r.result.Cancelled[0])
}

// undo returns the plan of such a rollback.
func undo(have []papi.Activation, network papi.Network, pending papi.Activation) *RollbackPlan {
	back := &RollbackPlan{From: pending.PropertyVersion, Cancelled: true, Reason: "what was pending is cancelled"}
	if now := Active(have, network); now != nil {
		back.To = now.PropertyVersion
	}
	arrived := slices.DeleteFunc(slices.Clone(have), InProgress)
	if further, _, err := previous(arrived, network); err == nil && further.To != back.To {
		back.Before = further.To
	}
	return back
}

// unasked returns an error if something is in progress that the user has not confirmed.
func (r *run) unasked(have []papi.Activation, t RollbackTarget) error {
	for _, a := range Pending(have, t.Network) {
		if t.CancelOnly != "" && a.ActivationID != t.CancelOnly {
			r.result.BlockedBy = &a
			return &RejectedError{Reason: fmt.Sprintf("activation %s of %s is %s on %s by now, and not activation %s",
				a.ActivationID, contentOf(a), a.Status, a.Network, t.CancelOnly)}
		}
	}
	return nil
}

// refuse returns what the look before a cancellation already rules out.
func (r *run) refuse(ctx context.Context, list *papi.ActivationList, t RollbackTarget) error {
	if err := r.check(ctx, list.Items); err != nil {
		return err
	}
	now := Active(list.Items, t.Network)
	if now != nil && now.PropertyVersion == t.Version {
		return nil // the goal is reached once what is pending is cancelled
	}
	return r.requireFast(choose(now, t.Version, t.Fast, r.now(list)), t)
}

// clearedBefore refuses to go back if an earlier run may have cancelled the pending activation and thereby
// already done the rollback: PAPI does not list cancelled activations. A newer version without an activation on
// the network indicates that.
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
	submitted := map[int]bool{}
	for _, a := range have {
		submitted[a.PropertyVersion] = submitted[a.PropertyVersion] || a.Network == r.target.Network
	}
	for _, v := range versions.Items {
		if v.PropertyVersion > from && !submitted[v.PropertyVersion] {
			return &RejectedError{Reason: fmt.Sprintf("nothing is pending on %s; an earlier run may have cancelled version %d there, and version %d is what it has returned to; name the version to go back to, if that is wanted",
				r.target.Network, v.PropertyVersion, from)}
		}
	}
	return nil
}

// clear cancels what is in progress on the network. It returns false if nothing was, or if it was too late.
func (r *run) clear(ctx context.Context, have []papi.Activation) (bool, error) {
	cancelled := false
	for _, a := range Pending(have, r.target.Network) {
		r.result.Activation = &a
		err := r.cancel(ctx, a)
		seen := r.result.Activation
		r.result.Outcome, r.result.Activation = "", nil
		switch {
		case err == nil:
			cancelled = true
			r.result.Cancelled = append(r.result.Cancelled, *seen)
		case !errors.Is(err, ErrTooLate):
			r.result.BlockedBy = seen
			return false, err
		}
	}
	return cancelled, nil
}

// partlyBack wraps an error if something was cancelled before it.
func (r *run) partlyBack(err error) error {
	if err == nil || len(r.result.Cancelled) == 0 || r.result.Activation != nil {
		return err
	}
	a := r.result.Cancelled[0]
	return &PartlyDoneError{What: fmt.Sprintf("activation %s of %s is cancelled", a.ActivationID, contentOf(a)), cause: err}
}
