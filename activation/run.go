package activation

import (
	"cmp"
	"context"
	"errors"
	"time"

	"github.com/propctl/propctl/papi"
)

// run is one call of an Engine method.
type run struct {
	engine *Engine
	target Target
	result *Result
	begun  time.Time
	tried  *submission // it may have been accepted
	// known has the ids found by the last look, first those of the first one; nil before it.
	known, first map[string]bool
	usual        usualDurations
	clock        clock
	fails        int // submissions without effect
	yields       int // polls of a blocking activation
	// noBucket is true once PAPI has shown that there is no change of a hostname bucket.
	noBucket bool
	unseen   *unseen
	last     error // why the last submission had no effect
	held     error // why the last write must be repeated; nil once that is done
	// before is called right before each submission, with the list that it is based on; may be nil.
	before func(*papi.ActivationList) error

	turn   Turn            // nil while the run has none, or takes part in no line
	ahead  *Ahead          // the run's last position in line; nil once it has the turn
	pair   context.Context //nolint:containedctx // the context of the last look, for the submission that may follow
	unpair func()          // ends pair; may be nil
}

// unseen records that the followed activation was not found by its id at the last look.
type unseen struct {
	err   error
	since time.Time // when following began
}

func (e *Engine) newRun(t Target) *run {
	result := &Result{Property: t.Property, Include: t.Include, Network: t.Network, Version: t.Version}
	if t.Include.IncludeID != "" {
		over := *e // a copy, because the engine is shared
		over.API = includes{e.Includes, &result.Include}
		e = &over
	}
	return &run{engine: e, target: t, begun: time.Now(), result: result, before: t.Before, clock: e.clock()}
}

// finish completes the result.
func (r *run) finish(err error) (*Result, error) {
	r.leaveTurn()
	r.result.Waited = r.engine.since(r.begun)
	r.result.Version = max(r.result.Version, 0)
	if cleared := r.result.Cancelled; len(cleared) > 0 && r.result.BlockedBy == nil {
		r.result.BlockedBy = &cleared[0]
	}
	if failed, ok := errors.AsType[*FailedError](err); ok {
		r.result.Outcome = failed.Outcome
	}
	return r.result, err
}

func (r *run) emit(ev Event) {
	if r.engine.Observe == nil {
		return
	}
	ev.Property, ev.Include, ev.PropertyName = r.ref(), r.result.Include, r.result.PropertyName
	ev.Network, ev.Version, ev.Usual = r.result.Network, max(r.result.Version, 0), r.result.Usual
	if a := ev.Activation; a != nil && a.PropertyVersion > 0 && ev.Kind != EventQueued && ev.Kind != EventRetrying {
		ev.Version = a.PropertyVersion // which may be a blocking activation
	}
	r.engine.Observe(ev)
}

func (r *run) goal() goal {
	if r.target.deactivate {
		return goal{network: r.target.Network, deactivate: true, tried: r.tried}
	}
	return goal{network: r.target.Network, version: r.result.Version, steady: r.target.Steady, tried: r.tried}
}

// look reads the list of activations. While the acceptance of a submission is unknown, it retries until the
// context ends, because a submitted activation must not be lost.
func (r *run) look(ctx context.Context) (*papi.ActivationList, error) {
	for n := 0; ; n++ {
		list, err := r.engine.API.Activations(ctx, r.ref())
		switch {
		case err == nil:
			r.held = nil
			return list, r.learn(list)
		case ctx.Err() != nil:
			return nil, r.stopped(ctx)
		case r.tried == nil:
			return nil, limited(err)
		case !isTransient(err):
			return nil, &StoppedError{Uncertain: true, cause: limited(err)}
		}
		if err := r.pause(ctx, max(linear(n), waitOf(err)), err); err != nil {
			return nil, err
		}
	}
}

// ref is the property with its contract and group, if they are known.
func (r *run) ref() papi.PropertyRef { return r.result.Property }

// belongs stores the contract and group of the property or include.
func (r *run) belongs(contract, group papi.ID) {
	if r.result.Include.IncludeID != "" {
		r.result.Include.ContractID, r.result.Include.GroupID = contract, group
		return
	}
	r.result.Property.ContractID, r.result.Property.GroupID = contract, group
}

// id is the id of the property or include.
func (r *run) id() papi.ID { return cmp.Or(r.result.Include.IncludeID, r.result.Property.PropertyID) }

// learn stores what a list contains besides activations.
func (r *run) learn(list *papi.ActivationList) error {
	if list.ContractID != "" && list.GroupID != "" {
		r.belongs(list.ContractID, list.GroupID)
	}
	if list.AccountID != "" {
		r.result.AccountID = list.AccountID
	}
	r.clock.learn(list.Date)
	r.known = idsOf(list.Items)
	if r.first == nil {
		r.first = r.known
	}
	for _, a := range list.Items {
		if r.result.PropertyName == "" {
			r.result.PropertyName = a.PropertyName
		}
	}
	r.expect(list.Items, r.target.Network)
	if r.result.Version != 0 && !r.target.deactivate {
		return nil
	}
	now := Active(list.Items, r.target.ActiveOn)
	switch {
	case now == nil && r.target.deactivate:
		return nil // nothing is left to deactivate; the version of the previous look stays
	case now == nil:
		return &NotActiveError{Network: r.target.ActiveOn}
	}
	r.result.Version = now.PropertyVersion
	return nil
}

// expect stores the usual duration on a network.
func (r *run) expect(have []papi.Activation, network papi.Network) {
	r.usual = usualOf(have, network)
	r.result.Usual = r.usual.median
}

// pause reports why it waits, and waits.
func (r *run) pause(ctx context.Context, d time.Duration, why error) error {
	r.emit(Event{Kind: EventRetrying, Activation: r.result.Activation, Pause: d, Err: why})
	if err := r.engine.sleep(ctx, d); err != nil {
		return r.stopped(ctx)
	}
	return nil
}

// stopped returns the error for a run whose context has ended.
func (r *run) stopped(ctx context.Context) error {
	s := &StoppedError{Activation: r.result.Activation, cause: context.Cause(ctx)}
	if s.Activation != nil && !InProgress(*s.Activation) && r.result.BlockedBy != nil {
		s.Activation = nil // it has ended; the run waits for the other one
	}
	if s.Activation == nil {
		s.Uncertain = r.tried != nil && r.result.Activation == nil
		if !s.Uncertain {
			s.Blocker, s.Ahead = r.result.BlockedBy, r.ahead
		}
	}
	if r.held != nil && s.Activation == nil && s.Blocker == nil && !s.Uncertain && errors.Is(s, ErrTimeout) {
		return r.held
	}
	return s
}

// already ends a run whose goal was reached before a submission.
func (r *run) already(a papi.Activation) error {
	ours := r.tried.made(a)
	r.result.BlockedBy, r.result.Submitted = nil, ours
	if a.ActivationID != "" {
		r.result.Activation, r.result.Version = &a, a.PropertyVersion
	} else {
		ours = false // nothing was ever active
	}
	switch {
	case r.target.deactivate && ours:
		r.emit(Event{Kind: EventSubmitted, Activation: &a, Age: r.age(a)})
		r.result.Outcome = OutcomeDeactivated
	case r.target.deactivate:
		r.result.Outcome = OutcomeAlreadyInactive
	case ours:
		r.emit(Event{Kind: EventSubmitted, Activation: &a, Age: r.age(a)})
		r.result.Outcome = OutcomeActive
	default:
		r.result.Outcome = OutcomeAlreadyActive
	}
	return nil
}

// ended ends a run whose activation had ended before the run found it.
func (r *run) ended(a papi.Activation) error {
	r.result.Activation, r.result.Submitted = &a, true
	r.emit(Event{Kind: EventSubmitted, Activation: &a, Age: r.age(a)})
	if phaseOf(a) == live { // and was then replaced
		return &FailedError{Outcome: OutcomeSuperseded, Activation: a}
	}
	return r.conclude(a)
}

// adopt follows an activation that is already in progress.
func (r *run) adopt(a papi.Activation) {
	r.result.Activation, r.result.BlockedBy = &a, nil
	if r.tried.made(a) {
		r.result.Submitted = true
		r.emit(Event{Kind: EventSubmitted, Activation: &a, Age: r.age(a)})
	} else {
		r.result.Adopted = true
		r.emit(Event{Kind: EventAdopted, Activation: &a, Age: r.age(a)})
	}
	r.tried = nil
}

// await follows an activation in progress, or ends a run that does not wait.
func (r *run) await(ctx context.Context, id papi.ID) error {
	if r.target.NoWait {
		return r.accepted()
	}
	return r.follow(ctx, id)
}

// accepted ends a run that does not wait.
func (r *run) accepted() error {
	r.result.Outcome = OutcomeSubmitted
	return nil
}

// age returns the time since an activation was submitted, by PAPI's clock.
func (r *run) age(a papi.Activation) time.Duration {
	if a.SubmitDate.IsZero() {
		return 0
	}
	return max(r.clock.now().Sub(a.SubmitDate), 0)
}

// isTransient reports whether a repeated read may succeed.
func isTransient(err error) bool {
	problem, ok := errors.AsType[*papi.Error](err)
	return ok && problem.Class.Transient()
}
