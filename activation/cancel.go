package activation

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/propctl/propctl/papi"
)

// Selection is which activation to wait for or to cancel: the one with the id, or the one in progress on the
// network.
type Selection struct {
	Property     papi.PropertyRef
	Include      papi.IncludeRef // instead of Property, for an include
	ActivationID papi.ID         // empty: the one in progress on Network
	// Network is where the activation is. It may be empty with an ActivationID.
	Network papi.Network
	// OtherNetwork is the network to try if nothing is in progress on Network; empty for none.
	OtherNetwork papi.Network
	// NoWait returns as soon as PAPI has accepted a cancellation.
	NoWait bool
	// Confirm is called before an activation is cancelled; an error ends the run. It may be nil.
	Confirm func(context.Context, papi.Activation) error
	WaitOptions
}

// ErrTooLate is the error of [Engine.Cancel] for an activation that is no longer pending.
var ErrTooLate = errors.New("too late to cancel")

// ErrNoActivation is the error of [Engine.Wait] if there is no activation to wait for.
var ErrNoActivation = errors.New("there is no activation")

// networks are the networks to try, in order.
func (s Selection) networks() []papi.Network {
	if s.OtherNetwork == "" {
		return []papi.Network{s.Network}
	}
	return []papi.Network{s.Network, s.OtherNetwork}
}

func (e *Engine) newSelectionRun(s Selection) *run {
	return e.newRun(Target{
		Property: s.Property, Include: s.Include, Network: s.Network,
		NoWait: s.NoWait, WaitOptions: s.WaitOptions, Version: anyVersion,
	})
}

// anyVersion keeps a run from choosing a version.
const anyVersion = -1

// Wait waits for an activation in progress, whoever submitted it. If none is in progress it returns how the
// latest one ended, so that a call that comes a moment too late has the same result. The result is never nil.
// The errors are those of [Engine.Activate], and [ErrNoActivation].
func (e *Engine) Wait(ctx context.Context, s Selection) (*Result, error) {
	r := e.newSelectionRun(s)
	err := r.wait(ctx, s)
	return r.finish(err)
}

func (r *run) wait(ctx context.Context, s Selection) error {
	a, have, err := r.find(ctx, s)
	switch {
	case err != nil:
		return err
	case a == nil:
		return fmt.Errorf("%w of %s on %s", ErrNoActivation, r.id(), s.Network)
	}
	r.take(*a)
	if InProgress(*a) || !r.reached(*a) {
		r.adopt(*a)
		return r.follow(ctx, a.ActivationID)
	}
	if now := Active(have, a.Network); phaseOf(*a) == live && activates(*a) && (now == nil || !now.ActivationID.Equal(a.ActivationID)) {
		return &FailedError{Outcome: OutcomeSuperseded, Activation: *a, By: lastLive(have, a.Network)} // whatever its status says
	}
	if err := r.conclude(*a); err != nil {
		return err
	}
	if r.result.Outcome == OutcomeActive {
		r.result.Outcome = OutcomeAlreadyActive
	} else {
		r.result.Outcome = OutcomeAlreadyInactive
	}
	return nil
}

// take sets the activation that the result is about.
func (r *run) take(a papi.Activation) {
	r.result.Activation = &a
	r.result.Network, r.result.Version = a.Network, a.PropertyVersion
	r.target.Network = a.Network
	if a.PropertyName != "" {
		r.result.PropertyName = a.PropertyName
	}
}

// find returns the activation with the id; or else what is in progress on the network, including changes of a
// hostname bucket; or else what was submitted there last; or nil. It also returns the list that contains it.
// The list is read in any case, because the usual duration and the active version are taken from it.
func (r *run) find(ctx context.Context, s Selection) (*papi.Activation, []papi.Activation, error) {
	list, err := r.look(ctx)
	if err != nil {
		return nil, nil, err
	}
	if s.ActivationID == "" {
		for _, network := range s.networks() {
			if pending := Pending(list.Items, network); len(pending) > 0 {
				r.expect(list.Items, network)
				return &pending[0], list.Items, nil
			}
		}
		return r.findChange(ctx, s, list.Items)
	}
	i := slices.IndexFunc(list.Items, func(a papi.Activation) bool { return a.ActivationID.Equal(s.ActivationID) })
	if i < 0 { // the list omits cancelled activations
		answer, err := r.engine.API.Activation(ctx, r.ref(), s.ActivationID)
		if err != nil {
			return nil, nil, r.readError(ctx, err)
		}
		i = len(list.Items)
		list.Items = append(list.Items, answer.Activation)
	}
	a := list.Items[i]
	if s.Network != "" && a.Network != "" && a.Network != s.Network {
		return nil, nil, fmt.Errorf("%w %s on %s: it is on %s", ErrNoActivation, s.ActivationID, s.Network, a.Network)
	}
	r.expect(list.Items, a.Network)
	return &a, list.Items, nil
}

func (r *run) readError(ctx context.Context, err error) error {
	switch {
	case ctx.Err() != nil:
		return r.stopped(ctx)
	case r.tried != nil: // a read between two submissions
		return &StoppedError{Uncertain: true, cause: limited(err)}
	}
	return limited(err)
}

// Cancel cancels an activation and waits until PAPI shows it as cancelled. If nothing is pending, the outcome
// is [OutcomeAlreadyCancelled]. If the activation can no longer be cancelled, the error is [ErrTooLate] and the
// result has its current state. The result is never nil.
func (e *Engine) Cancel(ctx context.Context, s Selection) (*Result, error) {
	r := e.newSelectionRun(s)
	err := r.cancelSelected(ctx, s)
	return r.finish(err)
}

func (r *run) cancelSelected(ctx context.Context, s Selection) error {
	a, _, err := r.find(ctx, s)
	switch {
	case err != nil:
		return err
	case a == nil, s.ActivationID == "" && !InProgress(*a):
		r.result.Outcome, r.result.Version = OutcomeAlreadyCancelled, 0
		return nil
	}
	r.take(*a)
	if a.Status == papi.StatusAborted {
		r.result.Outcome = OutcomeAlreadyCancelled
		return nil
	}
	if !InProgress(*a) {
		return fmt.Errorf("%w: activation %s is %s", ErrTooLate, a.ActivationID, a.Status)
	}
	if s.Confirm != nil {
		if err := s.Confirm(ctx, *a); err != nil {
			return err
		}
	}
	return r.cancel(ctx, *a)
}

// cancel asks PAPI to cancel an activation and waits for its end. If the answer is lost it looks and asks
// again; a request that PAPI has accepted is not repeated.
func (r *run) cancel(ctx context.Context, a papi.Activation) error {
	for fails := 0; phaseOf(a) == inProgress; {
		answer, err := r.engine.API.CancelActivation(ctx, r.ref(), a.ActivationID)
		switch {
		case err == nil && answer.AlreadyCancelled:
			r.result.Outcome = OutcomeAlreadyCancelled
			a.Status = papi.StatusAborted
			r.see(a, r.age(a))
			return nil
		case err == nil:
			if answer.Activation != nil && sameThing(a, *answer.Activation) {
				a = *answer.Activation
				r.see(a, r.age(a))
			}
			return r.cancelled(ctx, a)
		case errors.Is(err, papi.ClassCancelTooLate):
			return r.tooLate(ctx, a)
		case ctx.Err() != nil:
			return r.stopped(ctx)
		case !isTransient(err) && !errors.Is(err, papi.ClassNotFound), !toldToWait(err) && fails >= r.resubmissions():
			return limited(err)
		}
		if err := r.pause(ctx, max(linear(fails), waitOf(err)), err); err != nil {
			return err
		}
		if !toldToWait(err) {
			fails++
		}
		gone := errors.Is(err, papi.ClassNotFound)
		a, err = r.reread(ctx, a)
		switch {
		case gone && errors.Is(err, papi.ClassNotFound) && r.result.Submitted: // it may not be visible yet
		case gone && errors.Is(err, papi.ClassNotFound):
			r.result.Outcome = OutcomeAlreadyCancelled // it is gone
			return nil
		case err != nil && !isTransient(err):
			return err
		}
	}
	return r.cancelled(ctx, a)
}

// reread reads an activation after a cancellation without a clear answer.
func (r *run) reread(ctx context.Context, a papi.Activation) (papi.Activation, error) {
	answer, err := r.read(ctx, r.engine.API, a.ActivationID)
	if err != nil {
		return a, r.readError(ctx, err)
	}
	r.see(answer.Activation, r.age(answer.Activation))
	return answer.Activation, nil
}

// cancelled waits for the end of an activation whose cancellation PAPI has accepted, whatever that end is.
func (r *run) cancelled(ctx context.Context, a papi.Activation) error {
	s := schedule{poll: r.target.Poll, usual: usualDurations{median: usualStaging}}
	begun := time.Now()
	var floor time.Duration
	for InProgress(a) && !r.target.NoWait {
		var pause time.Duration
		pause, s = s.after(sight{age: r.engine.since(begun)})
		pause = max(pause, floor)
		r.emit(Event{Kind: EventWaiting, Activation: r.result.Activation, Age: r.age(a), Pause: pause})
		if r.engine.sleep(ctx, pause) != nil {
			return r.stopped(ctx)
		}
		next, err := r.reread(ctx, a)
		floor = 0
		if errors.Is(err, papi.ClassNotFound) { // it is gone
			break
		}
		if err != nil {
			if !isTransient(err) {
				return err
			}
			floor = waitOf(err)
		}
		a = next
	}
	if a.Status != papi.StatusAborted && !InProgress(a) {
		return fmt.Errorf("%w: activation %s is %s", ErrTooLate, a.ActivationID, a.Status)
	}
	if r.result.Outcome == "" {
		r.result.Outcome = OutcomeCancelled
	}
	return nil
}

// tooLate returns the state of an activation that PAPI refused to cancel.
func (r *run) tooLate(ctx context.Context, a papi.Activation) error {
	now, err := r.reread(ctx, a)
	switch {
	case err != nil:
		return fmt.Errorf("%w; and it is not known what is true now: %w", ErrTooLate, err)
	case now.Status == papi.StatusAborted:
		r.result.Outcome = OutcomeAlreadyCancelled
		return nil
	}
	return fmt.Errorf("%w: activation %s is %s", ErrTooLate, now.ActivationID, now.Status)
}
