package activation

import (
	"context"
	"errors"
	"time"

	"github.com/propctl/propctl/papi"
)

// appearing is how long PAPI may not know an activation that it has accepted.
const appearing = 2 * time.Minute

// cancelGrace bounds the cancelling at a time-out, which happens when the run's
// own time is over.
const cancelGrace = 2 * time.Minute

// follow looks at one activation until it has ended. A look that fails is no
// reason to give up an activation that is on its way: only an answer that will
// not change is.
func (r *run) follow(ctx context.Context, id papi.ID) error {
	s := &schedule{poll: r.target.Poll, usual: r.result.Usual}
	begun, age := time.Now(), r.age(*r.result.Activation)
	for {
		answer, err := r.engine.API.Activation(ctx, r.ref(), id)
		var retryAfter time.Duration
		switch {
		case err == nil:
			retryAfter = answer.RetryAfter
			r.see(answer.Activation, age+r.engine.since(begun))
			if r.reached(answer.Activation) {
				return r.conclude(answer.Activation)
			}
		case ctx.Err() != nil:
			return r.expired(ctx)
		case !r.worthAnotherLook(err, r.engine.since(begun)):
			return r.lost(err)
		}
		now := age + r.engine.since(begun)
		pause := s.next(now, retryAfter)
		kind := EventWaiting
		if err != nil {
			kind, pause = EventRetrying, max(pause, waitOf(err))
		}
		r.emit(Event{Kind: kind, Activation: r.result.Activation, Age: now, Pause: pause, Err: err})
		if r.engine.sleep(ctx, pause) != nil {
			return r.expired(ctx)
		}
	}
}

// waitOf returns how long PAPI asked to wait with an error.
func waitOf(err error) time.Duration {
	if problem, ok := errors.AsType[*papi.Error](err); ok {
		return problem.Wait()
	}
	return 0
}

// worthAnotherLook reports whether a look that failed may succeed later.
func (r *run) worthAnotherLook(err error, following time.Duration) bool {
	return isTransient(err) || (errors.Is(err, papi.ClassNotFound) && r.result.Submitted && following < appearing)
}

// lost gives the error of a last look its type.
func (r *run) lost(err error) error {
	if errors.Is(err, papi.ClassNotFound) {
		return &Lost{Activation: *r.result.Activation, cause: err}
	}
	return limited(err)
}

// see keeps the activation as it is now, and tells of a change.
func (r *run) see(a papi.Activation, age time.Duration) {
	before := r.result.Activation
	r.result.Activation = &a
	if a.PropertyName != "" {
		r.result.PropertyName = a.PropertyName
	}
	if before == nil || before.Status != a.Status || before.FMAActivationState != a.FMAActivationState {
		r.emit(Event{Kind: EventChanged, Activation: &a, Age: age})
	}
}

// reached reports whether the wait for an activation is over.
func (r *run) reached(a papi.Activation) bool {
	switch phaseOf(a) {
	case live:
		return !r.target.Steady || settled(a)
	case ended:
		return true
	case inProgress, cancelling:
	}
	return false
}

// conclude ends a run with an activation whose wait is over.
func (r *run) conclude(a papi.Activation) error {
	r.result.Activation = &a
	if r.tried.made(a) {
		r.result.Submitted = true
	}
	if phaseOf(a) == live {
		r.result.Outcome = OutcomeActive
		if a.ActivationType == papi.Deactivate {
			r.result.Outcome = OutcomeDeactivated
		}
		return nil
	}
	return failure(a)
}

// failure is the error for an activation that ended, and not well.
func failure(a papi.Activation) *Failed {
	outcome := OutcomeFailed
	switch a.Status { //nolint:exhaustive // only ended ones come here
	case papi.StatusAborted:
		outcome = OutcomeAborted
	case papi.StatusInactive, papi.StatusDeactivated:
		outcome = OutcomeSuperseded
	}
	return &Failed{Outcome: outcome, Activation: a}
}

// expired ends a wait whose context has ended, and cancels the activation when
// that was asked for.
func (r *run) expired(ctx context.Context) error {
	stopped := r.stopped(ctx)
	if !r.target.CancelOnTimeout || !errors.Is(stopped, ErrTimeout) || !InProgress(*r.result.Activation) {
		return stopped
	}
	later, cancel := context.WithTimeoutCause(context.WithoutCancel(ctx), r.engine.real(cancelGrace), ErrTimeout)
	defer cancel()
	err := r.cancel(later, *r.result.Activation)
	if r.result.Outcome == OutcomeCancelled || r.result.Outcome == OutcomeAlreadyCancelled {
		r.result.Outcome = ""
		return &Stopped{Activation: r.result.Activation, Cancelled: true, cause: ErrTimeout}
	}
	return &Stopped{Activation: r.result.Activation, cause: errors.Join(ErrTimeout, err)}
}
