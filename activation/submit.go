package activation

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/propctl/propctl/papi"
)

// clockTolerance is how far the submitDate of an activation may precede its submission, by PAPI's clock. It can
// be large, since known activations are recognised by their ids; the date only excludes old ones that an
// incomplete list had omitted.
const clockTolerance = time.Hour

// create submits and follows the activation. It returns nil without an outcome if another look is needed.
func (r *run) create(ctx context.Context, list *papi.ActivationList) error {
	submitting, ok, err := r.cleared(ctx, list)
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
		NotifyEmails: r.target.Request.NotifyEmails, // no Status: PAPI has not returned one yet
	}
	r.emit(Event{Kind: EventSubmitted, Activation: r.result.Activation, Budget: r.result.Budget})
	return r.await(ctx, created.ActivationID)
}

// cleared returns the context for a submission that the look allows, or why there is none. ok is false if
// another look is needed.
func (r *run) cleared(ctx context.Context, list *papi.ActivationList) (submitting context.Context, ok bool, err error) {
	if other := r.overtaken(list.Items); other != nil {
		r.result.BlockedBy = other
		return nil, false, &BusyError{Blocker: *other}
	}
	if again, err := r.claim(ctx); err != nil || again {
		return nil, false, err
	}
	r.result.Before = Active(list.Items, r.target.Network)
	if r.last != nil && r.fails > r.resubmissions() {
		return nil, false, r.last
	}
	if err := r.conditions(ctx, list); err != nil {
		return nil, false, err
	}
	r.result.BlockedBy = nil
	return r.permitted(ctx)
}

// submit sends one submission. If the run is stopped meanwhile, the client still waits a moment for the answer,
// because an accepted activation must be known.
func (r *run) submit(ctx context.Context) (*papi.CreatedActivation, error) {
	if ctx.Err() != nil {
		return nil, r.stopped(ctx)
	}
	before := r.tried
	if r.tried == nil { // of several with lost answers, the first one's past counts
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

// request returns the body of the submission.
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

// reconsidered waits before the look after an unsuccessful submission, or returns why there is none.
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
	validating := r.target.Include.IncludeID != "" // PAPI does not list it until validation has ended
	if !toldToWait(err) && (!validating || !errors.Is(err, papi.ClassStillPending)) {
		r.fails++
	}
	r.last = limited(err)
	if r.engine.Jitter != nil {
		pause += r.engine.Jitter(pause)
	}
	return r.hold(ctx, pause, err)
}

// toldToWait reports whether a write was not made because PAPI asks to wait, and until when. That is not a
// failure: the run waits as long as its time allows.
func toldToWait(err error) bool {
	problem, ok := errors.AsType[*papi.Error](err)
	return ok && (problem.Class == papi.ClassSuspended ||
		problem.Wait() > 0 && (problem.Class == papi.ClassRateLimited || problem.Class == papi.ClassServer))
}

// hold waits before the next attempt. If the time does not suffice, the run ends with err, unless a submission
// may have been accepted.
func (r *run) hold(ctx context.Context, pause time.Duration, err error) error {
	if !isUncertain(err) {
		r.held = limited(fmt.Errorf("%w; the next try would be in %s, after the time-out", err, pause.Round(time.Second)))
		if deadline, ok := ctx.Deadline(); ok && time.Until(deadline) <= r.engine.real(pause) {
			return r.held
		}
	}
	return r.pause(ctx, pause, err)
}

// isUncertain reports whether PAPI may have accepted the submission that ended in err.
func isUncertain(err error) bool {
	problem, ok := errors.AsType[*papi.Error](err)
	return !ok || problem.Uncertain()
}

// rateLimitPause is the pause after a 429 that names no time.
const rateLimitPause = time.Minute

// reconsider decides what follows a submission that ended in err, after so many unsuccessful ones: whether to
// look and perhaps submit again, and after which pause.
func reconsider(err error, fails int) (pause time.Duration, again bool) {
	problem, ok := errors.AsType[*papi.Error](err)
	if !ok {
		return linear(fails), true // whatever it was, there is no answer: look
	}
	switch problem.Class {
	case papi.ClassNoAnswer, papi.ClassTimeout, papi.ClassDNS, papi.ClassProxy, papi.ClassMalformed, papi.ClassRedirect, papi.ClassServer,
		papi.ClassBusy, papi.ClassARLConflict, papi.ClassNotYet, papi.ClassStillPending, papi.ClassCertificateNew:
		return max(linear(fails), problem.Wait()), true
	case papi.ClassAlreadyActivated, papi.ClassNotActive:
		if fails == 0 {
			return 0, true // already in effect: the list says since when
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

// rejected converts a final refusal of a submission to its error type.
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

// limited converts the error for an exhausted limit to its type, and returns others unchanged.
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
