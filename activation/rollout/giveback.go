package rollout

import (
	"context"
	"time"

	"github.com/propctl/propctl/activation"
	"github.com/propctl/propctl/papi"
)

// lookLookAndSubmit is the number of requests of a return: a look that decides on the version, then the
// engine's look and submission.
const lookLookAndSubmit = 3

// giveBack returns an item to the version that was active before, if the plan's version still is active.
func (l *loop) giveBack(ctx context.Context, e *entry) {
	turn, ok := l.takeTurn(e)
	if !ok {
		return
	}
	if turn != nil {
		defer turn.Leave()
	}
	reserved, release, err := l.reserve(ctx, lookLookAndSubmit)
	if err != nil {
		l.mu.Lock()
		defer l.mu.Unlock()
		l.unread(e, err)
		return
	}
	defer release()
	l.look(reserved, e)
	target, ok := l.goesTo(e)
	if !ok {
		return
	}
	w := &watched{API: l.runner.API, loop: l}
	run := func(ctx context.Context, target activation.Target) (*activation.Result, error) {
		engine := l.engineWith(w, turn)
		if target.Version == 0 {
			return engine.Deactivate(ctx, target)
		}
		return engine.Activate(ctx, target)
	}
	result, err := run(reserved, target)
	if err != nil && target.Request.UseFastFallback && isRefusal(err) {
		target.Request.UseFastFallback = false // its hour may just have ended
		result, err = run(ctx, target)
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.returnedItem(e, w.list, result, err)
	e.fast = target.Request.UseFastFallback && e.back
}

// isRefusal reports whether PAPI refused a fast fallback; there is no error of its own for that.
func isRefusal(err error) bool {
	for _, class := range []papi.Class{papi.ClassInvalid, papi.ClassRejected, papi.ClassForbidden, papi.ClassOtherRejection} {
		if is(err, class) {
			return true
		}
	}
	return false
}

// goesTo decides which version an item returns to; false if it does not return.
func (l *loop) goesTo(e *entry) (activation.Target, bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if e.state != Active || !e.ours || e.act == nil || len(l.spans) > 0 {
		return activation.Target{}, false
	}
	mine := *e.act
	e.to = e.before
	if e.to == 0 && !l.options.DeactivateNew {
		e.state, e.err = NotReturnable, &NotReturnableError{[]string{e.where()}}
		return activation.Target{}, false
	}
	e.back = true
	request := l.options.request(e.Network)
	request.NotifyEmails, request.Note = l.plan.Notify, l.mark(e).In(l.plan.Note)
	e.back = false // until it is submitted
	request.UseFastFallback = l.canFallBack(mine, e.to)
	return activation.Target{
		Property: e.Ref(), Network: e.Network, Version: e.to, ActiveOn: e.Network, Request: request, Account: l.plan.AccountID,
		FailIfPending: true, NoWait: true,
		Before: func(list *papi.ActivationList) error {
			now := activation.Active(list.Items, e.Network)
			if now == nil || !now.ActivationID.Equal(mine.ActivationID) {
				return errHeld // a newer activation by somebody else is never undone
			}
			return nil
		},
	}, true
}

// canFallBack reports whether PAPI accepts a fast fallback to a version.
func (l *loop) canFallBack(a papi.Activation, to int) bool {
	const window, margin = time.Hour, time.Minute
	f := a.FallbackInfo
	if f == nil || !f.CanFastFallback || f.FallbackVersion != to || to == 0 {
		return false
	}
	expires := f.FastFallbackExpirationTime
	if !f.SteadyStateTime.IsZero() {
		expires = f.SteadyStateTime.Add(window)
	}
	return expires.Sub(l.clock.now()) > margin
}

// returnedItem stores the result of a return.
func (l *loop) returnedItem(e *entry, list *papi.ActivationList, r *activation.Result, err error) {
	if r.Budget != nil {
		l.budget = r.Budget
	}
	if r.Submitted {
		e.submitted = true
		e.backAttempt, e.scope = max(e.backAttempt, l.attempts()), l.scope()
	}
	switch {
	case err == nil:
		e.back = true
		l.accepted(e, r)
		if r.Outcome == activation.OutcomeDeactivated || r.Outcome == activation.OutcomeAlreadyInactive {
			e.state = Returned
		}
	case is(err, errHeld):
		if list != nil { // it belongs to somebody else now
			l.learn(e, l.plan.stands(e.Item, list.Items, l.closed))
		}
	default:
		e.back = true
		l.notReturned(e, r, err)
		if e.state != Returning && e.state != ReturnFailed {
			e.back = false
		}
	}
}

// notReturned handles a return that could not be submitted or has failed.
func (l *loop) notReturned(e *entry, r *activation.Result, err error) {
	busy, isBusy := as[*activation.BusyError](err)
	stopped, isStopped := as[*activation.StoppedError](err)
	failed, isFailed := endedBadly(err)
	switch {
	case isBusy || inLine(err):
		if isBusy {
			e.blocker = &busy.Blocker
		}
		e.err = err
		state := e.state
		l.blocked(e)
		if e.state == Overdue {
			e.settle(ReturnFailed, nil, err)
			return
		}
		e.state = state
	case isFailed:
		e.settle(ReturnFailed, &failed.Activation, err)
	case isStopped && stopped.Activation != nil:
		e.state = Returning
		e.followed(l.clock.now(), stopped.Activation)
	case isStopped && stopped.Uncertain:
		e.settle(Uncertain, nil, err)
	case isStopped:
	case is(err, papi.ClassRateLimited):
		l.unread(e, err)
	default:
		if rejected, ok := as[*activation.RejectedError](err); ok {
			e.settle(ReturnFailed, r.Activation, rejected)
			return
		}
		l.unread(e, err)
	}
}
