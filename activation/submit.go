package activation

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/propctl/propctl/papi"
)

// clockTolerance is how far the date of an activation may be before the
// submission that made it, by PAPI's clock. It is wide, since what was known
// before is told apart by its id; the date only keeps out what an incomplete
// list had left out.
const clockTolerance = time.Hour

// create submits, and follows what PAPI has accepted. It returns nil without an
// outcome when it has to be looked again.
func (r *run) create(ctx context.Context, list *papi.ActivationList) error {
	if r.last != nil && r.fails > r.resubmissions() {
		return r.last
	}
	if err := r.check(ctx, list.Items); err != nil {
		return err
	}
	if err := r.decide(list); err != nil {
		return err
	}
	r.result.BlockedBy = nil
	submitting, ok, err := r.permitted(ctx)
	if err != nil || !ok {
		return err
	}
	created, err := r.submit(submitting)
	if err != nil {
		return r.reconsidered(ctx, err)
	}
	r.tried = nil
	r.result.Submitted = true
	if r.result.Property.ContractID == "" && r.result.Include.ContractID == "" && created.ContractID != "" && created.GroupID != "" {
		r.belongs(created.ContractID, created.GroupID)
	}
	r.result.Activation = &papi.Activation{
		ActivationID: created.ActivationID, ActivationType: r.kind(),
		PropertyID: r.target.Property.PropertyID, IncludeID: r.target.Include.IncludeID, PropertyName: r.result.PropertyName,
		PropertyVersion: r.result.Version, Network: r.target.Network, Note: r.target.Request.Note,
		NotifyEmails: r.target.Request.NotifyEmails, // and no status: PAPI has not told any
	}
	r.emit(Event{Kind: EventSubmitted, Activation: r.result.Activation, Budget: r.result.Budget})
	if r.target.NoWait {
		return r.accepted()
	}
	return r.follow(ctx, created.ActivationID)
}

// submit sends one submission. The client waits a moment for its answer when the
// run is stopped meanwhile: an activation that PAPI has accepted must be known.
func (r *run) submit(ctx context.Context) (*papi.CreatedActivation, error) {
	if ctx.Err() != nil {
		return nil, r.stopped(ctx)
	}
	before := r.tried
	if r.tried == nil { // of several whose answer was lost, the first one's past counts
		r.tried = &submission{known: r.known, since: r.clock.now().Add(-clockTolerance)}
	}
	created, err := r.engine.API.CreateActivation(ctx, r.ref(), r.request())
	if created != nil {
		r.told(ctx, created.ActivationID, nil)
		r.spend(created.Limits)
	} else {
		r.told(ctx, "", err)
	}
	if problem, ok := errors.AsType[*papi.Error](err); ok {
		r.spend(problem.Answer.Limits)
	}
	if err != nil && !isUncertain(err) {
		r.tried = before
	}
	return created, err
}

// request is the submission.
func (r *run) request() papi.ActivationRequest {
	req := r.target.Request
	req.PropertyVersion, req.Network, req.ActivationType = r.result.Version, r.target.Network, r.kind()
	req.AcknowledgeAllWarnings = true
	return req
}

func (r *run) kind() papi.ActivationType {
	if r.target.deactivate {
		return papi.Deactivate
	}
	return papi.Activate
}

func (r *run) spend(limits papi.Limits) {
	if limits.Activations != nil {
		r.result.Budget = limits.Activations
	}
}

func (r *run) resubmissions() int {
	if r.engine.Resubmissions == 0 {
		return DefaultResubmissions
	}
	return max(r.engine.Resubmissions, 0)
}

// reconsidered waits before the next look after a submission that did not
// succeed, or returns why there will be none.
func (r *run) reconsidered(ctx context.Context, err error) error {
	if stopped, ok := errors.AsType[*StoppedError](err); ok {
		return stopped
	}
	if errors.Is(err, papi.ClassBusy) && r.tried == nil && ctx.Err() == nil {
		if change, api := r.changing(ctx); change != nil {
			return r.yieldTo(ctx, *change, api)
		}
	}
	pause, again := reconsider(err, r.fails)
	switch {
	case !again && r.tried != nil:
		return &StoppedError{Uncertain: true, cause: rejected(err)}
	case !again:
		return rejected(err)
	case ctx.Err() != nil:
		return r.stopped(ctx)
	}
	validating := r.target.Include.IncludeID != "" // which PAPI lists nowhere until it is over
	if !toldToWait(err) && (!validating || !errors.Is(err, papi.ClassStillPending)) {
		r.fails++
	}
	r.last = limited(err)
	if r.engine.Jitter != nil {
		pause += r.engine.Jitter(pause)
	}
	return r.hold(ctx, pause, err)
}

// toldToWait reports whether a write was not made because PAPI wants to be asked
// later, and says when. That is not a failure: it is waited for as long as there is time.
func toldToWait(err error) bool {
	problem, ok := errors.AsType[*papi.Error](err)
	return ok && (problem.Class == papi.ClassSuspended ||
		problem.Wait() > 0 && (problem.Class == papi.ClassRateLimited || problem.Class == papi.ClassServer))
}

// hold waits before the next try. When time is up before that, the run ends with the
// error that it waits for, unless something may have been accepted.
func (r *run) hold(ctx context.Context, pause time.Duration, err error) error {
	if !isUncertain(err) {
		r.held = limited(fmt.Errorf("%w; the next try would be in %s, after the time-out", err, pause.Round(time.Second)))
		if deadline, ok := ctx.Deadline(); ok && time.Until(deadline) <= r.engine.real(pause) {
			return r.held
		}
	}
	return r.pause(ctx, pause, err)
}

// isUncertain reports whether PAPI may have accepted a submission that ended in
// the error.
func isUncertain(err error) bool {
	problem, ok := errors.AsType[*papi.Error](err)
	return !ok || problem.Uncertain()
}

// rateLimitPause is waited after too many requests, when PAPI did not say how long.
const rateLimitPause = time.Minute

// reconsider decides what follows a submission that ended in the error, after
// so many that came to nothing before it: whether to look and perhaps submit
// again, and after which pause.
func reconsider(err error, fails int) (pause time.Duration, again bool) {
	problem, ok := errors.AsType[*papi.Error](err)
	if !ok {
		return linear(fails), true // whatever it was, it is not an answer: look
	}
	switch problem.Class {
	case papi.ClassNoAnswer, papi.ClassTimeout, papi.ClassDNS, papi.ClassProxy, papi.ClassMalformed, papi.ClassRedirect, papi.ClassServer,
		papi.ClassBusy, papi.ClassARLConflict, papi.ClassNotYet, papi.ClassStillPending, papi.ClassCertificateNew:
		return max(linear(fails), problem.Wait()), true
	case papi.ClassAlreadyActivated, papi.ClassNotActive:
		if fails == 0 {
			return 0, true // it is so already: the list tells since when
		}
		return linear(fails), true
	case papi.ClassSuspended:
		return max(problem.Wait(), firstStep), true
	case papi.ClassRateLimited:
		if wait := problem.Wait(); wait > 0 {
			return wait, true
		}
		return max(linear(fails), rateLimitPause), true
	case papi.ClassTLS, papi.ClassClockSkew, papi.ClassUnauthorized, papi.ClassGrantMissing, papi.ClassForbidden,
		papi.ClassVersionLocked, papi.ClassNotFound, papi.ClassInvalid, papi.ClassNotifyEmails, papi.ClassCompliance,
		papi.ClassOtherRejection, papi.ClassWarnings, papi.ClassRejected, papi.ClassCacheWipe, papi.ClassETag,
		papi.ClassCancelTooLate, papi.ClassBudgetExhausted, papi.ClassResourceLimit:
		return 0, false
	}
	return 0, false
}

// rejected gives a final answer to a submission its type.
func rejected(err error) error {
	problem, ok := errors.AsType[*papi.Error](err)
	if !ok {
		return err
	}
	switch problem.Class { //nolint:exhaustive // the others have no type of their own
	case papi.ClassRejected, papi.ClassWarnings, papi.ClassCacheWipe, papi.ClassCompliance, papi.ClassNotifyEmails:
		reason := problem.Summary()
		if len(problem.Errors) > 0 {
			reason = problem.Errors[0].Summary()
		}
		return &RejectedError{
			Reason: "PAPI will not activate this version: " + reason,
			Errors: problem.Errors, Warnings: problem.Warnings, cause: err,
		}
	}
	return limited(err)
}

// limited gives the errors of used-up limits their type, and leaves others.
func limited(err error) error {
	problem, ok := errors.AsType[*papi.Error](err)
	if !ok {
		return err
	}
	switch problem.Class { //nolint:exhaustive // the others are no limits
	case papi.ClassBudgetExhausted:
		l := &LimitError{Daily: true, cause: err}
		if q := problem.Answer.Limits.Activations; q != nil {
			l.Until = q.Reset
		}
		if wait := problem.Wait(); l.Until.IsZero() && wait > 0 {
			l.Until = time.Now().Add(wait)
		}
		return l
	case papi.ClassRateLimited, papi.ClassResourceLimit:
		l := &LimitError{cause: err}
		if wait := problem.Wait(); wait > 0 {
			l.Until = time.Now().Add(wait)
		}
		return l
	}
	return err
}
