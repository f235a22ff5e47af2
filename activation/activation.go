// Package activation brings versions of Akamai properties live, takes them off,
// goes back to earlier ones, and waits for the outcome.
//
// An [Engine] does that over a client of PAPI, the Property Manager API. Each of its
// methods reads which activations a property has, decides what is left to do, does
// it, and looks again. PAPI is the only store of state, so a call can be stopped at
// any moment and made again, from any machine: what is active already is not
// activated again, and what is on its way is waited for.
//
// PAPI has no idempotency key. What keeps a version from being activated twice is
// that the engine never submits without having read the list of activations since
// its last submission.
//
// The functions, such as [Active] and [Pending], answer questions about such a list.
package activation

import (
	"context"
	"time"

	"github.com/propctl/propctl/papi"
)

// API is the part of PAPI that activations need. [papi.Client] implements it.
type API interface {
	Activations(context.Context, papi.PropertyRef) (*papi.ActivationList, error)
	Activation(context.Context, papi.PropertyRef, papi.ID) (*papi.ActivationAnswer, error)
	CreateActivation(context.Context, papi.PropertyRef, papi.ActivationRequest) (*papi.CreatedActivation, error)
	CancelActivation(context.Context, papi.PropertyRef, papi.ID) (*papi.Cancellation, error)
	Rules(context.Context, papi.PropertyRef, int) (*papi.RuleTree, error)
}

// DefaultResubmissions is how often a failed submission is repeated when
// Engine.Resubmissions is 0.
const DefaultResubmissions = 6

// Engine runs activations. It may be used from several goroutines, and its fields
// must not change while it is in use.
type Engine struct {
	API API
	// Includes is needed for includes only. [papi.Client] implements it.
	Includes IncludesAPI
	// Observe is called for every event, in the goroutine that called the engine;
	// nil means that nobody is told.
	Observe func(Event)
	// Resubmissions is how often a failed submission is repeated. 0 means
	// DefaultResubmissions, a negative number means never. Waiting for another
	// activation is not counted.
	Resubmissions int
	// Jitter returns a duration that is added to the pause between two submissions,
	// so that two runs that collided do not collide again; nil adds nothing.
	Jitter func(pause time.Duration) time.Duration
	// Turns lets runs that change the same property go one after the other, whatever
	// machines they are on; nil lets each go by itself.
	Turns Turns
	// Speed is how many seconds pass at PAPI in one second here; 0 means 1. Only a
	// simulated PAPI has another speed.
	Speed float64
}

// Target says what is to be active where, and how to get there.
type Target struct {
	Property papi.PropertyRef
	Include  papi.IncludeRef // instead of Property, for an include
	Network  papi.Network
	// Version is the version to activate. 0 means the one that is active on the
	// network ActiveOn when the engine first looks.
	Version  int
	ActiveOn papi.Network
	// deactivate takes off what is active, whichever version that is.
	deactivate bool
	// Request has the rest of the submission: note, addresses to notify, options.
	// The engine sets PropertyVersion, Network, ActivationType and
	// AcknowledgeAllWarnings.
	Request papi.ActivationRequest
	// FailIfPending ends the call with a [*BusyError] when another activation is in
	// progress, or has become active since the first look. Otherwise the engine
	// waits for it and then submits.
	FailIfPending bool
	// Account is whose the property is, where that is known: the run then takes its turn
	// before its first look, and needs no second one.
	Account papi.ID
	// NoWait returns as soon as PAPI has accepted the submission.
	NoWait bool
	// RequireStaging refuses to activate on production what is not active on staging.
	RequireStaging bool
	// Warnings says whether warnings of the rule tree keep a version from being
	// activated.
	Warnings WarningPolicy
	// Before is asked right before each submission, with the look that it follows. Its
	// error ends the call, and nothing is submitted. Nil asks nobody.
	Before func(*papi.ActivationList) error
	// DryRun only reads. The result's Plan says what would be done.
	DryRun bool
	WaitOptions
}

// WaitOptions says how long to wait, and how often to look.
type WaitOptions struct {
	// Steady waits until fmaActivationState is steady. Otherwise the wait is over
	// when the status is ACTIVE, which is when the version serves traffic.
	Steady bool
	// Poll chooses when to look; the zero value is adaptive.
	Poll Poll
	// CancelOnTimeout cancels the activation when the context's deadline passes, for
	// which the run goes on for [CancelGrace] at most.
	CancelOnTimeout bool
	// CancelContext returns the context for that: one without the deadline, which
	// ends when the run is interrupted. When it ends, the call returns at once, with
	// its cause. Nil means that nothing interrupts the cancelling.
	CancelContext func() context.Context
}

// WarningPolicy says whether warnings of the rule tree keep a version from being
// activated. The empty policy is AcknowledgeWarnings. Errors of the rule tree always
// do: PAPI refuses them.
type WarningPolicy string

// The policies.
const (
	AcknowledgeWarnings WarningPolicy = "acknowledge" // warnings are acknowledged, unread
	FailOnWarnings      WarningPolicy = "fail"        // a version with warnings is not submitted
	FailOnNewWarnings   WarningPolicy = "new"         // nor one with warnings that the active version does not have
)

// Outcome is how a call ended.
type Outcome string

// The outcomes of calls that reached what was asked for.
const (
	OutcomeActive           Outcome = "active"            // the version has become active
	OutcomeAlreadyActive    Outcome = "already-active"    // it was active before
	OutcomeSubmitted        Outcome = "submitted"         // PAPI has accepted it, and it was not to be waited for
	OutcomeDeactivated      Outcome = "deactivated"       // nothing is active any more
	OutcomeAlreadyInactive  Outcome = "already-inactive"  // nothing was active before
	OutcomeCancelled        Outcome = "cancelled"         // what was in progress is cancelled
	OutcomeAlreadyCancelled Outcome = "already-cancelled" // nothing was in progress
	OutcomeRolledBack       Outcome = "rolled-back"       // the earlier version is active
	OutcomeOK               Outcome = "ok"                // the version is made, and was not to be activated
	OutcomePlanned          Outcome = "planned"           // a dry run has a plan
)

// The outcomes of activations that ended otherwise. They come with a [*FailedError].
const (
	OutcomeFailed     Outcome = "failed"     // PAPI says FAILED
	OutcomeAborted    Outcome = "aborted"    // somebody cancelled it
	OutcomeSuperseded Outcome = "superseded" // another activation has its place
)

// Result is what is known when a call ends, whether it reached its aim or not.
type Result struct {
	// Outcome is empty when the call returned an error other than [*FailedError].
	Outcome Outcome
	// Property, or Include, has contract and group as PAPI gave them.
	Property     papi.PropertyRef
	Include      papi.IncludeRef
	PropertyName string // of the property or the include; empty while no activation of it has been seen
	AccountID    papi.ID
	Network      papi.Network
	Version      int
	// Activation is the one that was followed, as PAPI last showed it; nil when there
	// was none. Its Status is empty as long as PAPI has not told any.
	Activation *papi.Activation
	// Submitted is true when this call's submission made the activation, also when
	// the answer was lost and the activation was found in the list. Adopted is true
	// when it was in progress before.
	Submitted bool
	Adopted   bool
	// Before is what was active on the network at the look before the last submission; nil where nothing was, and where
	// nothing was submitted.
	Before *papi.Activation
	// BlockedBy is the activation that was in the way, or still is; nil when none
	// was. For a rollback that cancelled one first, it is that.
	BlockedBy *papi.Activation
	// Budget is how many activations are left today; nil when PAPI did not say.
	Budget *papi.Quota
	// Usual is how long activations of this property on this network take: the
	// median, as [UsualDuration] returns it.
	Usual time.Duration
	// Waited is how long the call took, in PAPI's time.
	Waited time.Duration
	// Plan is what would be done; nil without Target.DryRun.
	Plan *Plan
	// Hostnames is what became of the hostnames; nil except after
	// [Engine.ChangeHostnames] and [Engine.ChangeBucket].
	Hostnames *HostnameResult
	// Rollback is where a rollback goes; nil except after [Engine.Rollback].
	Rollback *RollbackPlan
	// Cancelled has the activations that a rollback cancelled first, as PAPI last
	// showed them. It has them whether the rollback reached its aim or not.
	Cancelled []papi.Activation
}

// Plan is what a dry run would do next.
type Plan struct {
	Action  Action
	Request *papi.ActivationRequest // what would be submitted; nil for other actions
}

// Action is the next thing to do.
type Action string

// The actions.
const (
	ActionNone   Action = "none"   // nothing: the version is active already
	ActionFollow Action = "follow" // wait for the version, which is on its way
	ActionWait   Action = "wait"   // wait for another activation, which is in the way
	ActionSubmit Action = "submit" // submit the request
	// ActionVersion makes a version, edits it, and activates it if there is a network.
	ActionVersion Action = "version"
	// ActionCancel cancels the activation that is in the way of a rollback.
	ActionCancel Action = "cancel"
)

// Activate activates a version on a network and waits until it is active. A version
// that is active already is not submitted, and one that is on its way is waited for,
// so Activate can be called again at any time. A submission whose answer is lost is
// looked for in the list before anything is submitted again.
//
// The result is never nil; with an error it has what was last seen. The error is
//   - a [*FailedError] when the activation ended without becoming active,
//   - a [*StoppedError] when the context ended first; its cause is in the error's tree,
//   - a [*BusyError] when another activation is in the way and Target.FailIfPending is set,
//   - a [*RejectedError] when the version cannot be activated,
//   - a [*LimitError] when a rate limit or the daily budget is used up,
//   - an [*InLineError] when it is somebody else's turn and Target.FailIfPending is set,
//   - a [*NotActiveError] when no version is active on Target.ActiveOn,
//   - a [*VanishedError] when PAPI does not know the activation any more,
//   - or a [*papi.Error], PAPI's answer to a request.
func (e *Engine) Activate(ctx context.Context, t Target) (*Result, error) {
	r := e.newRun(t)
	err := r.activate(ctx)
	return r.finish(err)
}

// Deactivate takes the version that is active off the network, whichever it is, and
// waits until that is done. Target.Version and Target.ActiveOn are ignored. Result and
// errors are those of [Engine.Activate].
func (e *Engine) Deactivate(ctx context.Context, t Target) (*Result, error) {
	t.deactivate, t.Version, t.ActiveOn = true, 0, t.Network
	r := e.newRun(t)
	err := r.activate(ctx)
	return r.finish(err)
}

// lookAndSubmit is how many requests those are.
const lookAndSubmit = 2

// activate is the loop: look, decide, act.
func (r *run) activate(ctx context.Context) error {
	if r.target.Account != "" {
		r.result.AccountID = r.target.Account
		if _, err := r.claim(ctx); err != nil {
			return err
		}
	}
	for {
		looking, err := r.looking(ctx, lookAndSubmit)
		if err != nil {
			return err
		}
		list, err := r.look(looking)
		if err != nil {
			return err
		}
		step := plan(list.Items, r.goal())
		if made := madeBy(list.Items, r.goal()); made != nil { // whatever comes now, this is to be known
			r.result.Activation, r.result.Submitted = made, true
		}
		if r.target.DryRun {
			return r.planned(ctx, step, list)
		}
		switch step.kind {
		case done:
			return r.already(step.activation)
		case over:
			return r.ended(step.activation)
		case unclear:
			return unclearError(step.activation)
		case follow:
			return r.join(ctx, step.activation)
		case blocked:
			if again, err := r.lineUp(ctx); err != nil || again {
				if err != nil {
					return err
				}
				continue
			}
			if err := r.yield(ctx, step.activation); err != nil {
				return err
			}
		case create:
			if other := r.overtaken(list.Items); other != nil {
				r.result.BlockedBy = other
				return &BusyError{Blocker: *other}
			}
			if again, err := r.claim(ctx); err != nil || again {
				if err != nil {
					return err
				}
				continue
			}
			r.result.Before = Active(list.Items, r.target.Network)
			if err := r.create(ctx, list); err != nil || r.result.Outcome != "" {
				return err
			}
		}
	}
}

// join adopts the activation of what was asked for, which is in progress, and waits for it unless it is not to be
// waited for.
func (r *run) join(ctx context.Context, a papi.Activation) error {
	if r.target.NoWait && phaseOf(a) == live {
		return r.already(a) // it only settles
	}
	r.adopt(a)
	if r.target.NoWait {
		return r.accepted()
	}
	return r.follow(ctx, a.ActivationID)
}
