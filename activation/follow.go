package activation

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/propctl/propctl/papi"
)

// appearing is for how long PAPI may not know an activation that it has accepted.
const appearing = 2 * time.Minute

// follow polls one activation until it ends. A failed read does not end it, unless the answer is final, because
// the activation is still in progress.
func (r *run) follow(ctx context.Context, id papi.ID) error {
	s := schedule{poll: r.target.Poll, usual: r.usual}
	begun, age := time.Now(), r.age(*r.result.Activation)
	r.unseen = nil
	for {
		answer, err := r.read(ctx, r.engine.API, id)
		var retryAfter time.Duration
		if err == nil && !sameThing(*r.result.Activation, answer.Activation) {
			return &VanishedError{Activation: *r.result.Activation, cause: fmt.Errorf("its id shows version %d on %s, %s",
				answer.Activation.PropertyVersion, answer.Activation.Network, answer.Activation.ActivationType)}
		}
		switch {
		case err == nil:
			retryAfter, r.unseen = answer.RetryAfter, nil
			now := completed(answer.Activation, *r.result.Activation)
			r.see(now, age+r.engine.since(begun))
			if r.reached(now) {
				return r.conclude(now)
			}
		case ctx.Err() != nil:
			return r.expired(ctx)
		case errors.Is(err, papi.ClassNotFound):
			if done, gone := r.missing(ctx, err, r.engine.since(begun)); done || gone != nil {
				return gone
			}
			r.unseen = &unseen{err, begun}
		case !isTransient(err):
			return limited(err)
		}
		now := age + r.engine.since(begun)
		var pause time.Duration
		pause, s = s.after(sight{now, retryAfter, stageOf(*r.result.Activation)})
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

// read reads one activation: by its id, or from the list if the id cannot be part of a path.
func (r *run) read(ctx context.Context, api API, id papi.ID) (*papi.ActivationAnswer, error) {
	if id.Valid() && (string(id) == id.Bare() || strings.HasPrefix(string(id), papi.PrefixActivation)) {
		return api.Activation(ctx, r.ref(), id)
	}
	list, err := api.Activations(ctx, r.ref())
	if err != nil {
		return nil, err
	}
	for _, a := range list.Items {
		if a.ActivationID.Equal(id) {
			return &papi.ActivationAnswer{
				Answer: list.Answer, AccountID: list.AccountID, ContractID: list.ContractID, GroupID: list.GroupID, Activation: a,
			}, nil
		}
	}
	return nil, fmt.Errorf("activation %q is not listed: %w", id, papi.ClassNotFound)
}

// waitOf returns how long PAPI asks to wait in an error.
func waitOf(err error) time.Duration {
	if problem, ok := errors.AsType[*papi.Error](err); ok {
		return problem.Wait()
	}
	return 0
}

// sameThing reports whether two answers are about the same activation, judged by members that never change.
// Members that PAPI left out are ignored.
func sameThing(before, now papi.Activation) bool {
	return (now.PropertyVersion == before.PropertyVersion || before.PropertyVersion == 0 || now.PropertyVersion == 0) &&
		(now.Network == before.Network || before.Network == "" || now.Network == "") &&
		(activates(now) == activates(before) || now.ActivationType == "")
}

// completed adds what PAPI omits about an include's activation during validation.
func completed(now, before papi.Activation) papi.Activation {
	now.PropertyVersion = cmp.Or(now.PropertyVersion, before.PropertyVersion)
	now.Network = cmp.Or(now.Network, before.Network)
	now.ActivationType = cmp.Or(now.ActivationType, before.ActivationType)
	now.IncludeID = cmp.Or(now.IncludeID, before.IncludeID)
	now.PropertyName = cmp.Or(now.PropertyName, before.PropertyName)
	return now
}

// missing looks in the list for an activation that its id does not show. It returns true if the wait is over,
// and an error if the activation is gone. A new activation may not be visible yet.
func (r *run) missing(ctx context.Context, err error, following time.Duration) (bool, error) {
	if r.result.Submitted && following < appearing {
		return false, nil
	}
	list, listErr := r.engine.API.Activations(ctx, r.ref())
	switch {
	case ctx.Err() != nil:
		return true, r.expired(ctx)
	case listErr != nil && isTransient(listErr):
		return false, nil
	case listErr != nil:
		return true, limited(listErr)
	}
	if r.listed(list.Items) {
		if now := *r.result.Activation; r.reached(now) {
			return true, r.conclude(now)
		}
		return false, nil
	}
	return true, r.gone(list.Items, err)
}

// listed reports whether a list has the activation, and stores its state from there.
func (r *run) listed(have []papi.Activation) bool {
	i := slices.IndexFunc(have, func(a papi.Activation) bool { return a.ActivationID.Equal(r.result.Activation.ActivationID) })
	if i < 0 {
		return false
	}
	if sameThing(*r.result.Activation, have[i]) {
		r.see(completed(have[i], *r.result.Activation), r.age(have[i]))
	}
	return true
}

// gone ends a run whose activation is neither found by its id nor listed: another has replaced it, or it has
// vanished.
func (r *run) gone(have []papi.Activation, err error) error {
	a := *r.result.Activation
	if now := lastLive(have, a.Network); now != nil && !r.first[now.ActivationID.Bare()] {
		return &FailedError{Outcome: OutcomeSuperseded, Activation: a, By: now}
	}
	return &VanishedError{Activation: a, cause: err}
}

// see stores the state of the activation and reports changes.
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
	case inProgress, undoing:
	}
	return false
}

// conclude ends a run whose wait is over.
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

// failure returns the error for an activation that ended without success.
func failure(a papi.Activation) *FailedError {
	outcome := OutcomeFailed
	switch a.Status { //nolint:exhaustive // only ended ones come here
	case papi.StatusAborted:
		outcome = OutcomeAborted
	case papi.StatusInactive, papi.StatusDeactivated:
		outcome = OutcomeSuperseded
	}
	return &FailedError{Outcome: outcome, Activation: a}
}
