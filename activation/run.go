package activation

import (
	"cmp"
	"context"
	"errors"
	"time"

	"github.com/propctl/propctl/papi"
)

// run is one call of Activate, Wait or Cancel.
type run struct {
	engine *Engine
	target Target
	result *Result
	begun  time.Time
	tried  *submission // that may have been accepted
	// known has what the last look found, first what the first one did; nil before it.
	known, first map[string]bool
	usual        usualDurations
	clock        clock
	fails        int // submissions that came to nothing
	yields       int // looks at what is in the way
	// noBucket is true once PAPI has shown no change of a hostname bucket.
	noBucket bool
	unseen   *unseen
	last     error // why the last submission came to nothing
	held     error // why the last write has to be tried again; nil once that is done
	// before is asked right before each submission, with the look that it follows;
	// nil for nothing to decide.
	before func(*papi.ActivationList) error

	turn   Turn            // nil while it is not the run's turn, or nobody else's either
	ahead  *Ahead          // where in line the run is, or was last; nil once it is its turn
	pair   context.Context //nolint:containedctx // the one of the last look, for the submission that may follow
	unpair func()          // ends that; nil for nothing to end
}

// unseen is that the id of what is followed did not show it at the last look.
type unseen struct {
	err   error
	since time.Time // when it began to be followed
}

func (e *Engine) newRun(t Target) *run {
	result := &Result{Property: t.Property, Include: t.Include, Network: t.Network, Version: t.Version}
	if t.Include.IncludeID != "" {
		over := *e // the engine itself is shared
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
		ev.Version = a.PropertyVersion // which may be one that has to make way
	}
	r.engine.Observe(ev)
}

func (r *run) goal() goal {
	if r.target.deactivate {
		return goal{network: r.target.Network, deactivate: true, tried: r.tried}
	}
	return goal{network: r.target.Network, version: r.result.Version, steady: r.target.Steady, tried: r.tried}
}

// look reads what PAPI has. While it is not known whether a submission was
// accepted, it does not give up before the context ends: what has been
// submitted must not be lost.
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

// ref is the property with what is known of its contract and group.
func (r *run) ref() papi.PropertyRef { return r.result.Property }

// belongs keeps the contract and the group of what the run is about.
func (r *run) belongs(contract, group papi.ID) {
	if r.result.Include.IncludeID != "" {
		r.result.Include.ContractID, r.result.Include.GroupID = contract, group
		return
	}
	r.result.Property.ContractID, r.result.Property.GroupID = contract, group
}

// id is that of the property or of the include.
func (r *run) id() papi.ID { return cmp.Or(r.result.Include.IncludeID, r.result.Property.PropertyID) }

// learn keeps what a list tells beside its activations.
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
		return nil // the version that was active is the one it was about
	case now == nil:
		return &NotActiveError{Network: r.target.ActiveOn}
	}
	r.result.Version = now.PropertyVersion
	return nil
}

// expect keeps how long activations take on a network.
func (r *run) expect(have []papi.Activation, network papi.Network) {
	r.usual = usualOf(have, network)
	r.result.Usual = r.usual.median
}

// pause waits before the next try, and tells why.
func (r *run) pause(ctx context.Context, d time.Duration, why error) error {
	r.emit(Event{Kind: EventRetrying, Activation: r.result.Activation, Pause: d, Err: why})
	if err := r.engine.sleep(ctx, d); err != nil {
		return r.stopped(ctx)
	}
	return nil
}

// stopped is the error for a run whose context has ended.
func (r *run) stopped(ctx context.Context) error {
	s := &StoppedError{Activation: r.result.Activation, cause: context.Cause(ctx)}
	if s.Activation != nil && !InProgress(*s.Activation) && r.result.BlockedBy != nil {
		s.Activation = nil // it has ended; what is waited for is the other one
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

// already ends a run whose goal was reached at a look.
func (r *run) already(a papi.Activation) error {
	ours := r.tried.made(a)
	r.result.BlockedBy, r.result.Submitted = nil, ours
	if a.ActivationID != "" {
		r.result.Activation, r.result.Version = &a, a.PropertyVersion
	} else {
		ours = false // nothing has ever been active
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

// ended ends a run whose submission was over before it was looked for.
func (r *run) ended(a papi.Activation) error {
	r.result.Activation, r.result.Submitted = &a, true
	r.emit(Event{Kind: EventSubmitted, Activation: &a, Age: r.age(a)})
	if phaseOf(a) == live { // and something else has its place
		return &FailedError{Outcome: OutcomeSuperseded, Activation: a}
	}
	return r.conclude(a)
}

// decide settles what depends on what is there right before a submission.
func (r *run) decide(list *papi.ActivationList) error {
	if r.before == nil {
		return nil
	}
	return r.before(list)
}

// adopt takes an activation that is on its way for the one to follow.
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

// accepted ends a run that does not wait.
func (r *run) accepted() error {
	r.result.Outcome = OutcomeSubmitted
	return nil
}

// age returns how long ago an activation was submitted, by PAPI's clock.
func (r *run) age(a papi.Activation) time.Duration {
	if a.SubmitDate.IsZero() {
		return 0
	}
	return max(r.clock.now().Sub(a.SubmitDate), 0)
}

// isTransient reports whether the same read may succeed later.
func isTransient(err error) bool {
	problem, ok := errors.AsType[*papi.Error](err)
	return ok && problem.Class.Transient()
}
