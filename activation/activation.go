// Package activation activates and deactivates versions of Akamai properties, rolls back to earlier ones, and
// waits for the outcome.
//
// An [Engine] does so through a client of PAPI, the Property Manager API. Each of its methods reads the
// activations of a property, decides what is left to do, does it, and reads again. All state is in PAPI, so a
// call can be stopped at any moment and repeated, from any machine: a version that is active is not activated
// again, and an activation in progress is waited for.
//
// PAPI has no idempotency key. To keep a version from being activated twice, the engine never submits without
// having read the list of activations since its last submission.
//
// When its context ends, a method returns a [*StoppedError]. Before that it waits, up to 10 s each, for the answer to a
// submission in flight, and for a last look at the list if the activation could not be seen.
//
// Functions such as [Active] and [Pending] answer questions about such a list.
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

// DefaultResubmissions is how often a failed submission is repeated if Engine.Resubmissions is 0.
const DefaultResubmissions = 6

// Engine runs activations. It is safe for concurrent use as long as its fields do not change.
type Engine struct {
	API API
	// Includes is required for includes only. [papi.Client] implements it.
	Includes IncludesAPI
	// Observe is called for every event, on the goroutine that called the engine; nil for none.
	Observe func(Event)
	// Resubmissions is how often a failed submission is repeated: 0 means DefaultResubmissions, a negative
	// number never. Waits for another activation do not count.
	Resubmissions int
	// Jitter returns what to add to the pause before a resubmission, so that two runs that collided do not
	// collide again; nil adds nothing.
	Jitter func(pause time.Duration) time.Duration
	// Turns makes runs that change the same property take turns, on whatever machines they are; nil for no
	// coordination.
	Turns Turns
	// Speed is how many seconds of PAPI's time pass in one real second, for a simulator; 0 means 1. The client
	// (papi.Options) and the simulator (simulator.Options) need the same one.
	Speed float64
}

// Target is what to activate, where and how.
type Target struct {
	Property papi.PropertyRef
	Include  papi.IncludeRef // instead of Property, for an include
	Network  papi.Network    // required, except by [Engine.ChangeHostnames]
	// Version is the version to activate. 0 means the version that is active on the network ActiveOn at the
	// first look. One of both is required.
	Version  int
	ActiveOn papi.Network
	// deactivate deactivates whatever version is active.
	deactivate bool
	// Request has the rest of the submission: note, e-mail addresses, options. The engine sets PropertyVersion,
	// Network, ActivationType and AcknowledgeAllWarnings.
	Request papi.ActivationRequest
	// FailIfPending returns a [*BusyError] if another activation is in progress, or has become active since the
	// first look. Otherwise the engine waits for it and then submits.
	FailIfPending bool
	// Account is the property's account, if it is known: the run then takes its turn before its first look and
	// saves a second one.
	Account papi.ID
	// NoWait returns as soon as PAPI has accepted the submission.
	NoWait bool
	// RequireStaging refuses to activate on production what is not active on staging.
	RequireStaging bool
	// Warnings says whether warnings of the rule tree prevent the activation.
	Warnings WarningPolicy
	// Before is called right before each submission, with the list that the decision is based on. An error
	// prevents the submission and ends the call. It may be nil.
	Before func(*papi.ActivationList) error
	// DryRun only reads; the result's Plan says what would be done.
	DryRun bool
	WaitOptions
}

// WaitOptions says how long to wait, and how often to poll.
type WaitOptions struct {
	// Steady waits until fmaActivationState is steady. Otherwise the wait ends when the status is ACTIVE, which
	// is when the version serves traffic.
	Steady bool
	// Poll chooses when to look; the zero value is adaptive.
	Poll Poll
	// CancelOnTimeout cancels the activation if the context's deadline passes; the call then lasts up to
	// [CancelGrace] longer.
	CancelOnTimeout bool
	// CancelContext returns the context for that cancellation: one without the deadline, which ends when the
	// run is interrupted. The call then returns at once, with its cause. If it is nil, nothing interrupts the
	// cancellation.
	CancelContext func() context.Context
}

// WarningPolicy says whether warnings of the rule tree prevent an activation. The empty policy is
// AcknowledgeWarnings. Errors always do, because PAPI refuses them.
type WarningPolicy string

// The warning policies.
const (
	AcknowledgeWarnings WarningPolicy = "acknowledge" // warnings are acknowledged unread
	FailOnWarnings      WarningPolicy = "fail"        // a version with warnings is not submitted
	FailOnNewWarnings   WarningPolicy = "new"         // nor one with warnings that the active version does not have
)

// Outcome is the result of a call.
type Outcome string

// The outcomes of successful calls.
const (
	OutcomeActive           Outcome = "active"            // the version has become active
	OutcomeAlreadyActive    Outcome = "already-active"    // the version was active before
	OutcomeSubmitted        Outcome = "submitted"         // PAPI has accepted the submission; the call was not to wait
	OutcomeDeactivated      Outcome = "deactivated"       // no version is active any more
	OutcomeAlreadyInactive  Outcome = "already-inactive"  // no version was active before
	OutcomeCancelled        Outcome = "cancelled"         // the activation in progress is cancelled
	OutcomeAlreadyCancelled Outcome = "already-cancelled" // no activation was in progress
	OutcomeRolledBack       Outcome = "rolled-back"       // the earlier version is active
	OutcomeOK               Outcome = "ok"                // the version was created, and was not to be activated
	OutcomePlanned          Outcome = "planned"           // a dry run has a plan
)

// The outcomes of activations that did not succeed. They come with a [*FailedError].
const (
	OutcomeFailed     Outcome = "failed"     // PAPI says FAILED
	OutcomeAborted    Outcome = "aborted"    // somebody cancelled it
	OutcomeSuperseded Outcome = "superseded" // another activation has replaced it
)

// Result is what is known at the end of a call, successful or not.
type Result struct {
	// Outcome is empty if the call returned an error other than [*FailedError].
	Outcome Outcome
	// Property, or Include, has contract and group as PAPI returned them.
	Property     papi.PropertyRef
	Include      papi.IncludeRef
	PropertyName string // of the property or include; empty until an activation of it was seen
	AccountID    papi.ID
	Network      papi.Network
	Version      int
	// Activation is the activation that was followed, as PAPI last returned it; nil if there was none. Its
	// Status is empty until PAPI has returned one.
	Activation *papi.Activation
	// Submitted reports that this call submitted the activation, even if the answer was lost and the activation
	// was found in the list. Adopted reports that it was already in progress.
	Submitted bool
	Adopted   bool
	// Before is what was active on the network right before the last submission; nil if nothing was, or nothing
	// was submitted.
	Before *papi.Activation
	// BlockedBy is the other activation that the call waited for, or still would; nil if there was none. For a
	// rollback that cancelled an activation first, it is that one.
	BlockedBy *papi.Activation
	// Budget is the remaining daily budget of activations; nil if PAPI did not say.
	Budget *papi.Quota
	// Usual is the usual duration of this property's activations on this network: the median of
	// [UsualDuration].
	Usual time.Duration
	// Waited is how long the call took, in PAPI's time.
	Waited time.Duration
	// Plan is what would be done; nil without Target.DryRun.
	Plan *Plan
	// Hostnames is the result of [Engine.ChangeHostnames] and [Engine.ChangeBucket]; otherwise nil.
	Hostnames *HostnameResult
	// Rollback is the decision of [Engine.Rollback]; otherwise nil.
	Rollback *RollbackPlan
	// Cancelled has the activations that a rollback cancelled first, as PAPI last returned them, also if the
	// rollback failed afterwards.
	Cancelled []papi.Activation
}

// Plan is the next step that the call would take without [Target].DryRun.
type Plan struct {
	Action  Action
	Request *papi.ActivationRequest // for ActionSubmit; otherwise nil
}

// Action is the kind of step that a [Plan] has.
type Action string

// The values of Action.
const (
	ActionNone   Action = "none"   // the version is active already
	ActionFollow Action = "follow" // wait for the activation of the version, which is in progress
	ActionWait   Action = "wait"   // wait for another activation, which blocks the network
	ActionSubmit Action = "submit" // submit Request
	// ActionVersion creates a version, edits it, and activates it if there is a network.
	ActionVersion Action = "version"
	// ActionCancel cancels the activation that blocks a rollback.
	ActionCancel Action = "cancel"
)

// Activate activates a version on a network and waits until it is active. A version that is already active is
// not submitted, and an activation in progress is waited for, so Activate can be repeated at any time. If the
// answer to a submission is lost, Activate looks for the activation in the list before it submits again.
//
// The result is never nil; with an error it has what was last seen. The error is
//   - a [*FailedError] if the activation ended without becoming active,
//   - a [*StoppedError] if the context ended first; errors.Is finds its cause,
//   - a [*BusyError] if another activation is in progress and Target.FailIfPending is set,
//   - a [*RejectedError] if the version cannot be activated,
//   - a [*LimitError] if a rate limit or the daily budget is exhausted,
//   - an [*InLineError] if it is somebody else's turn and Target.FailIfPending is set,
//   - a [*NotActiveError] if no version is active on Target.ActiveOn,
//   - a [*VanishedError] if PAPI no longer knows the activation,
//   - a [*papi.Error], PAPI's answer to a request,
//   - or, before any request, one that names the member of the Target or Engine that is missing.
func (e *Engine) Activate(ctx context.Context, t Target) (*Result, error) {
	r := e.newRun(t)
	err := r.complete(t.Version != 0 || t.ActiveOn != "")
	if err == nil {
		err = r.activate(ctx)
	}
	return r.finish(err)
}

// Deactivate deactivates whatever version is active on the network, and waits until that is done.
// Target.Version and Target.ActiveOn are ignored. Result and errors are those of [Engine.Activate].
func (e *Engine) Deactivate(ctx context.Context, t Target) (*Result, error) {
	t.deactivate, t.Version, t.ActiveOn = true, 0, t.Network
	r := e.newRun(t)
	err := r.complete(true)
	if err == nil {
		err = r.activate(ctx)
	}
	return r.finish(err)
}

// lookAndSubmit is the number of requests for a look and the submission that depends on it.
const lookAndSubmit = 2

// activate repeats: look, decide, act.
func (r *run) activate(ctx context.Context) error {
	if r.target.Account != "" {
		r.result.AccountID = r.target.Account
		if _, err := r.claim(ctx); err != nil {
			return err
		}
	}
	for {
		list, err := r.lookFor(ctx, lookAndSubmit)
		if err != nil {
			return err
		}
		step := plan(list.Items, r.goal())
		if made := madeBy(list.Items, r.goal()); made != nil { // whatever happens next, its id must be known
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
			err = r.giveWay(ctx, step.activation, r.engine.API)
		case create:
			err = r.create(ctx, list)
		}
		if err != nil || step.kind == create && r.result.Outcome != "" {
			return err
		}
	}
}

// join follows the activation in progress that fulfils the request, unless the call is not to wait.
func (r *run) join(ctx context.Context, a papi.Activation) error {
	if r.target.NoWait && phaseOf(a) == live {
		return r.already(a) // it is only becoming steady
	}
	r.adopt(a)
	return r.await(ctx, a.ActivationID)
}
