package activation

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/propctl/propctl/papi"
)

// lastLookTime bounds the final look at the list for an activation that its id does not show, before the run
// reports that it continues.
const lastLookTime = 10 * time.Second

// expired ends a run whose context has ended, and cancels the activation if requested.
func (r *run) expired(ctx context.Context) error {
	if err := r.lastLook(ctx); err != nil {
		return err
	}
	if now := *r.result.Activation; r.reached(now) {
		return r.conclude(now)
	}
	stopped := r.stopped(ctx)
	if !r.target.CancelOnTimeout || !errors.Is(stopped, ErrTimeout) || !InProgress(*r.result.Activation) {
		return stopped
	}
	return r.cancelLate(ctx)
}

// lastLook finds out whether an activation that its id does not show is gone.
func (r *run) lastLook(ctx context.Context) error {
	if r.unseen == nil {
		return nil
	}
	ctx, cancel := context.WithTimeoutCause(context.WithoutCancel(ctx), r.engine.real(lastLookTime), ErrTimeout)
	defer cancel()
	list, err := r.engine.API.Activations(ctx, r.ref())
	if err != nil {
		return nil // it may still be in progress
	}
	if r.listed(list.Items) {
		return nil
	}
	gone := r.gone(list.Items, r.unseen.err)
	if _, vanished := errors.AsType[*VanishedError](gone); vanished && r.result.Submitted && r.engine.since(r.unseen.since) < appearing {
		return nil // it may not be visible yet
	}
	return gone
}

// CancelGrace is how long a call lasts at most after its deadline, to cancel its activation. A request that is in
// flight when that time is over gets up to 10 s more, as at the end of any context.
const CancelGrace = 2 * time.Minute

// cancelLate cancels the activation after the time-out.
func (r *run) cancelLate(ctx context.Context) error {
	outer := context.WithoutCancel(ctx)
	if r.target.CancelContext != nil {
		outer = r.target.CancelContext()
	}
	cause := context.Cause(ctx)
	later, end := context.WithTimeoutCause(outer, r.engine.real(CancelGrace), ErrTimeout)
	defer end()
	engine := r.engine
	hurried := *engine
	hurried.API = hasty{engine.API, outer}
	r.engine = &hurried
	err := r.cancel(later, *r.result.Activation)
	r.engine = engine
	now := *r.result.Activation
	r.result.Outcome = ""
	stopped := &StoppedError{Activation: &now, cause: cause}
	switch {
	case err == nil:
		stopped.Cancelled = true
	case !InProgress(now) && r.reached(now): // it has ended by itself
		return r.conclude(now)
	case later.Err() == nil && errors.Is(err, ErrTooLate):
		stopped.cause = fmt.Errorf("%w, and it is %w", cause, ErrTooLate)
	case later.Err() == nil:
		stopped.cause = fmt.Errorf("%w, and it cannot be cancelled: %w", cause, err)
	case outer.Err() == nil:
		stopped.cause = fmt.Errorf("%w, and it was not cancelled within another %s", cause, CancelGrace)
	default:
		stopped.cause = context.Cause(outer)
	}
	return stopped
}

// hasty is an API that stops waiting for the answer to a cancellation when the run is interrupted.
type hasty struct {
	API
	run context.Context //nolint:containedctx // ends when the run is interrupted, unlike the call's
}

// CancelActivation implements API.
func (h hasty) CancelActivation(ctx context.Context, ref papi.PropertyRef, id papi.ID) (*papi.Cancellation, error) {
	var answer *papi.Cancellation
	var err error
	answered := make(chan struct{})
	go func() {
		defer close(answered)
		answer, err = h.API.CancelActivation(ctx, ref, id)
	}()
	select {
	case <-answered:
		return answer, err
	case <-h.run.Done():
		return nil, context.Cause(h.run)
	}
}
