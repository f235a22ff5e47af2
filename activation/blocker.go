package activation

import (
	"context"
	"errors"
	"time"

	"github.com/propctl/propctl/papi"
)

// Waiting for another activation.
const (
	blockerStep    = time.Minute
	maxBlockerStep = 10 * time.Minute
)

// blockerPause returns 1 min for 0, 2 min for 1 and so on, up to 10 min.
func blockerPause(n int) time.Duration {
	return min(time.Duration(n+1)*blockerStep, maxBlockerStep)
}

// yield waits for the activation that blocks the network, and polls only that one.
func (r *run) yield(ctx context.Context, blocker papi.Activation) error {
	return r.yieldTo(ctx, blocker, r.engine.API)
}

// yieldTo is yield for an activation that is read through another API.
func (r *run) yieldTo(ctx context.Context, blocker papi.Activation, api API) error {
	r.result.BlockedBy = &blocker
	if r.target.FailIfPending {
		return &BusyError{Blocker: blocker}
	}
	r.fails = 0
	var floor time.Duration
	for InProgress(blocker) {
		pause := max(blockerPause(r.yields), floor)
		r.yields++
		seen := blocker // a copy, because what an event points to must not change
		r.emit(Event{Kind: EventQueued, Activation: &seen, Age: r.age(seen), Pause: pause})
		if r.engine.sleep(ctx, pause) != nil {
			return r.stopped(ctx)
		}
		answer, err := r.read(ctx, api, blocker.ActivationID)
		switch {
		case err == nil:
			floor = 0
			blocker = answer.Activation
			r.result.BlockedBy = &answer.Activation
		case ctx.Err() != nil:
			return r.stopped(ctx)
		case errors.Is(err, papi.ClassNotFound):
			return nil // it is gone; the next look will tell why
		case !isTransient(err):
			return limited(err)
		default:
			floor = waitOf(err)
		}
	}
	return nil
}

// overtaken returns the activation that has become active on the network since the first look of a run with
// FailIfPending, unless it fulfils the request; nil if there is none. Submitting anyway would replace a version
// that nobody knew of when the run was started.
func (r *run) overtaken(have []papi.Activation) *papi.Activation {
	if now := r.newcomer(have); now != nil && !r.goal().wants(*now) {
		return now
	}
	return nil
}

// newcomer is overtaken for a run that does not know yet which version it will activate.
func (r *run) newcomer(have []papi.Activation) *papi.Activation {
	if !r.target.FailIfPending {
		return nil
	}
	if now := lastLive(have, r.target.Network); now != nil && !r.first[now.ActivationID.Bare()] {
		return now
	}
	return nil
}

// idsOf returns the ids of activations, without their prefixes.
func idsOf(have []papi.Activation) map[string]bool {
	ids := make(map[string]bool, len(have))
	for _, a := range have {
		ids[a.ActivationID.Bare()] = true
	}
	return ids
}
