package rollout

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/propctl/propctl/activation"
	"github.com/propctl/propctl/papi"
)

// watched is the API that the engine uses for one item; it keeps the last list.
type watched struct {
	API

	loop   *loop
	list   *papi.ActivationList // the last one
	looked time.Time            // when it was requested
}

// Activations implements activation.API.
func (w *watched) Activations(ctx context.Context, ref papi.PropertyRef) (*papi.ActivationList, error) {
	begun := time.Now()
	list, err := w.API.Activations(ctx, ref)
	if err == nil {
		w.list, w.looked = list, w.loop.lookedAt(begun)
		w.loop.mu.Lock()
		w.loop.heard(list.Answer)
		w.loop.verify(list.AccountID)
		w.loop.mu.Unlock()
	}
	return list, err
}

// CreateActivation implements activation.API. It does not send a submission long after the look that it is
// based on.
func (w *watched) CreateActivation(ctx context.Context, ref papi.PropertyRef, req papi.ActivationRequest) (*papi.CreatedActivation, error) {
	return w.API.CreateActivation(papi.SendBy(ctx, w.loop.sendBy(w.looked)), ref, req)
}

// lookedAt is when a look that has just ended counts as made: when it was begun, unless it was retried for
// long.
func (l *loop) lookedAt(begun time.Time) time.Time {
	now := time.Now()
	if latest := now.Add(-l.clock.real(lookAge / 2)); begun.Before(latest) { //nolint:mnd // half
		return latest
	}
	return begun
}

// lookAndSubmit is the number of requests that must follow each other directly.
const lookAndSubmit = 2

// look reads the list of an item.
func (l *loop) look(ctx context.Context, e *entry) {
	list, err := l.runner.API.Activations(ctx, e.Ref())
	l.mu.Lock()
	defer l.mu.Unlock()
	if err != nil {
		l.unread(e, err)
		return
	}
	l.downs = 0
	l.heard(list.Answer)
	l.verify(list.AccountID)
	l.learn(e, l.plan.stands(e.Item, list.Items, l.closed))
}

// submit has the engine look at an item and submit it.
func (l *loop) submit(ctx context.Context, e *entry) {
	turn, ok := l.takeTurn(e)
	if !ok {
		return
	}
	if turn != nil {
		defer turn.Leave()
	}
	l.mu.Lock()
	request := l.options.request(e.Network)
	request.NotifyEmails, request.Note = l.plan.Notify, l.mark(e).In(l.plan.Note)
	l.mu.Unlock()
	reserved, release, err := l.reserve(ctx, lookAndSubmit)
	if err != nil {
		l.mu.Lock()
		defer l.mu.Unlock()
		l.unread(e, err)
		return
	}
	defer release()
	w := &watched{API: l.runner.API, loop: l}
	engine := l.engineWith(w, turn)
	// A PAPI that stays down must not block the run for ever.
	bounded, cancel := context.WithTimeoutCause(reserved, l.clock.real(patience(e.Network)), activation.ErrTimeout)
	defer cancel()
	result, err := engine.Activate(bounded, activation.Target{
		Property: e.Ref(), Network: e.Network, Version: e.Version, Request: request, Account: l.plan.AccountID,
		FailIfPending: true, NoWait: true, Before: func(list *papi.ActivationList) error { return l.permit(e, list) },
	})
	l.mu.Lock()
	defer l.mu.Unlock()
	l.submitted(e, w.list, result, err)
}

// permit decides, last of all, whether an item may be submitted after a look.
func (l *loop) permit(e *entry, list *papi.ActivationList) error {
	l.mu.Lock()
	err := l.permits(e, l.plan.stands(e.Item, list.Items, l.closed))
	l.mu.Unlock()
	if err == nil && !l.permitted() {
		return errHeld
	}
	return err
}

// permitted asks whether anything may be submitted. It may take a while and does not hold the lock.
func (l *loop) permitted() bool { return l.permission == nil || l.permission() == nil }

// permits makes that decision by the state of the item.
func (l *loop) permits(e *entry, s standing) error {
	state := s.state
	if state == Failed && l.options.RetryFailed && !e.submitted {
		state = Waiting
	}
	var unready error
	if l.options.RequireStaging {
		unready = e.notOn(s.staging)
	}
	switch {
	case l.trouble != nil, state != Waiting, e.part != nil, l.expected(e), s.backAttempt > l.closed, s.other != nil && !l.options.Replan:
		return errHeld
	case e.drifts(s):
		return errHeld // somebody has activated another version
	}
	return unready
}

// submitted stores the result of a submission.
func (l *loop) submitted(e *entry, list *papi.ActivationList, r *activation.Result, err error) {
	if list != nil {
		l.downs = 0
		l.learn(e, l.plan.stands(e.Item, list.Items, l.closed))
	}
	if r.Budget != nil {
		l.budget = r.Budget
	}
	if r.Submitted {
		e.submitted, e.ours, e.marked = true, true, true
		l.touched[e.Stage] = true
		if e.back {
			e.backAttempt = max(e.backAttempt, l.mark(e).Attempt)
		} else {
			e.attempt = max(e.attempt, l.closed+1)
		}
	}
	stopped, isStopped := errors.AsType[*activation.StoppedError](err)
	busy, isBusy := errors.AsType[*activation.BusyError](err)
	rejected, isRejected := errors.AsType[*activation.RejectedError](err)
	failed, isFailed := endedBadly(err)
	switch {
	case err == nil:
		l.accepted(e, r)
	case is(err, errHeld):
	case inLine(err): // somebody else has the turn
		e.state, e.blocker, e.err = Blocked, nil, err
		l.blocked(e)
	case isFailed:
		e.settle(Failed, &failed.Activation, err)
		if failed.Outcome == activation.OutcomeSuperseded {
			e.state = Superseded
		}
	case isBusy:
		if e.state != Blocked && e.state != Overdue { // the list does not show it
			e.state, e.blocker, e.err = Blocked, &busy.Blocker, nil
			l.blocked(e)
		}
	case isRejected:
		e.settle(Rejected, nil, rejected)
	case isStopped && stopped.Activation != nil:
		e.state = Underway
		e.followed(l.clock.now(), stopped.Activation)
	case isStopped && stopped.Uncertain:
		e.settle(Uncertain, nil, err)
	case isStopped:
	default:
		l.unread(e, err)
	}
}

func inLine(err error) bool {
	_, ok := errors.AsType[*activation.InLineError](err)
	return ok
}

// accepted records an item that is active or in progress.
func (l *loop) accepted(e *entry, r *activation.Result) {
	e.err, e.blocker = nil, nil
	e.adopted = r.Adopted
	switch r.Outcome { //nolint:exhaustive // a run with NoWait has no others
	case activation.OutcomeSubmitted:
		e.state = Underway
		if e.back {
			e.state = Returning
		}
		e.followed(l.clock.now(), r.Activation)
	case activation.OutcomeActive, activation.OutcomeAlreadyActive:
		if e.back {
			e.state = Returned
			return
		}
		e.state, e.act, e.on = Active, r.Activation, e.Version
		if e.arrived.IsZero() && r.Activation != nil {
			e.arrived = steadyAt(*r.Activation)
		}
	}
}

// settle ends an item.
func (e *entry) settle(s State, a *papi.Activation, err error) {
	e.state, e.err = s, err
	if e.back {
		e.state = ReturnFailed
	}
	if a != nil {
		e.act = a
	}
}

const maxDowns = 5 // consecutive errors after which PAPI counts as down

// unread handles an error that says nothing about the activation of an item.
func (l *loop) unread(e *entry, err error) {
	if limit, ok := errors.AsType[*activation.LimitError](err); ok {
		l.limited(e, limit)
		return
	}
	problem, ok := errors.AsType[*papi.Error](err)
	switch {
	case !ok: // the context has ended
	case problem.Class == papi.ClassNotFound, problem.Class == papi.ClassForbidden, problem.Class == papi.ClassInvalid,
		problem.Class == papi.ClassOtherRejection, problem.Class == papi.ClassVersionLocked, problem.Class == papi.ClassCompliance:
		e.settle(Rejected, nil, err)
	case problem.Class.Transient() || problem.Uncertain():
		if !l.rests(problem.Wait()) {
			l.stop(&trouble{outcome: OutcomeError, err: err})
			if l.returning || l.trouble.scope != "" {
				e.settle(ReturnFailed, nil, err)
			}
			return
		}
		e.due = l.held
	default:
		l.stop(&trouble{outcome: OutcomeError, err: fmt.Errorf("%s: %w", e.Title(), err)})
		if e.back {
			e.settle(ReturnFailed, nil, err)
		}
	}
}

// rests pauses all reads for a while, at least as long as told; false if several consecutive pauses did not
// help.
func (l *loop) rests(told time.Duration) bool {
	const least = 30 * time.Second
	now := l.clock.now()
	if !now.Before(l.rest) { // concurrent failures count once
		l.downs++
	}
	if l.downs > maxDowns {
		return false
	}
	l.held = now.Add(max(least, told))
	l.rest = l.held
	return true
}

// holdUntil submits nothing before the next day begins, and tells so once.
func (l *loop) holdUntil(until time.Time) {
	if l.held.Equal(until) {
		return
	}
	l.held = until
	if l.options.Observe != nil {
		err := fmt.Errorf("the day's activations are used up; the rollout goes on at %s", until.UTC().Format(time.RFC3339))
		l.emit(Event{Kind: EventHeld, Err: err}, min(l.stage, len(l.stages)-1))
	}
}

// limited stops submissions when the daily budget is exhausted. The rate limit is only waited for.
func (l *loop) limited(e *entry, err *activation.LimitError) {
	if !err.Daily && l.rests(err.Until.Sub(l.clock.now())) {
		e.due = l.held
		return
	}
	if err.Daily && l.options.OverBudget && !err.Until.IsZero() {
		l.holdUntil(err.Until.Add(time.Second))
		e.due = l.held
		return
	}
	l.stop(&trouble{outcome: OutcomeLimited, err: err})
	if e.back {
		e.settle(ReturnFailed, nil, err)
	}
}
