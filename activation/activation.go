// Package activation runs activations of Akamai properties: it looks at what
// PAPI has, decides what is left to do, does it, and waits for the outcome.
//
// PAPI is the only store of state, so everything here can be stopped at any
// moment and run again, from any machine. PAPI has no idempotency key; what
// keeps a version from being activated twice is that nothing is submitted
// without a look since the last submission.
package activation

import (
	"context"
	"time"

	"github.com/propctl/propctl/papi"
)

// API is the part of PAPI that the engine needs. [papi.Client] implements it.
type API interface {
	Activations(context.Context, papi.PropertyRef) (*papi.ActivationList, error)
	Activation(context.Context, papi.PropertyRef, papi.ID) (*papi.ActivationAnswer, error)
	CreateActivation(context.Context, papi.PropertyRef, papi.ActivationRequest) (*papi.CreatedActivation, error)
	CancelActivation(context.Context, papi.PropertyRef, papi.ID) (*papi.Cancellation, error)
	Rules(context.Context, papi.PropertyRef, int) (*papi.RuleTree, error)
}

// DefaultResubmissions is how often a submission that came to nothing is
// repeated unless Engine.Resubmissions says otherwise.
const DefaultResubmissions = 6

// Engine runs activations. Its members are not changed once it is in use; it
// may then be used from several goroutines.
type Engine struct {
	API API
	// Includes is needed for includes only. [papi.Client] implements it.
	Includes IncludesAPI
	// Observe is told what happens as it happens, from the goroutine of the
	// call; nil means nobody.
	Observe func(Event)
	// Resubmissions is how often a submission that came to nothing is repeated:
	// 0 means DefaultResubmissions, a negative number never. Waiting for another
	// activation is not counted.
	Resubmissions int
	// Jitter returns what is added to a pause between two submissions, so that
	// two runs that collided do not collide again; nil means nothing.
	Jitter func(pause time.Duration) time.Duration
	// Speed is how many seconds of PAPI's time pass in one real second; 0 means
	// 1. Only a simulated PAPI has another speed.
	Speed float64
}

// Target is what is wanted.
type Target struct {
	Property papi.PropertyRef
	Include  papi.IncludeRef // instead of Property, for an include
	Network  papi.Network
	// Version is what is to be active. When it is 0, it is the version that is
	// active on ActiveOn at the first look.
	Version  int
	ActiveOn papi.Network
	// deactivate takes off what is active, whichever version that is.
	deactivate bool
	// Request has what goes along: note, addresses, options. Its version,
	// network, type and acknowledgement are filled in.
	Request papi.ActivationRequest
	// FailIfPending gives up when another activation is in the way, instead of
	// waiting for it.
	FailIfPending bool
	// NoWait ends as soon as PAPI has accepted the submission.
	NoWait bool
	// RequireStaging refuses a version that is not active on staging.
	RequireStaging bool
	// Warnings says what to make of the rule tree's warnings.
	Warnings WarningPolicy
	// DryRun looks and decides, and submits nothing.
	DryRun bool
	WaitOptions
}

// WaitOptions says how to wait.
type WaitOptions struct {
	// Steady waits until nothing moves any more, and not only until the version
	// serves traffic.
	Steady bool
	Poll   Poll
	// CancelOnTimeout cancels the activation when the context's deadline passes, for
	// which the run goes on for [CancelGrace] at most.
	CancelOnTimeout bool
	// CancelContext returns the context in which that is done: one without the
	// deadline that ends when the run is interrupted. Its end is the end of the run,
	// at once and with its cause. Nil means that nothing interrupts it.
	CancelContext func() context.Context
}

// WarningPolicy says what to make of the rule tree's warnings.
type WarningPolicy string

// The policies. The empty one is AcknowledgeWarnings.
const (
	AcknowledgeWarnings WarningPolicy = "acknowledge"
	FailOnWarnings      WarningPolicy = "fail" // submit nothing if there are any
	FailOnNewWarnings   WarningPolicy = "new"  // only if some are not in the version that is active there
)

// Outcome is how a run ended.
type Outcome string

// The outcomes. Those after OutcomePlanned come with an error.
const (
	OutcomeActive           Outcome = "active"
	OutcomeAlreadyActive    Outcome = "already-active"
	OutcomeSubmitted        Outcome = "submitted" // accepted, and not waited for
	OutcomeDeactivated      Outcome = "deactivated"
	OutcomeAlreadyInactive  Outcome = "already-inactive"
	OutcomeCancelled        Outcome = "cancelled"
	OutcomeAlreadyCancelled Outcome = "already-cancelled"
	OutcomeRolledBack       Outcome = "rolled-back"
	OutcomeOK               Outcome = "ok" // what was wanted is there, and was not to be activated
	OutcomePlanned          Outcome = "planned"
	OutcomeFailed           Outcome = "failed"
	OutcomeAborted          Outcome = "aborted"
	OutcomeSuperseded       Outcome = "superseded"
)

// Result is what is known at the end of a run, whether it ended well or not.
type Result struct {
	// Outcome is empty when the run ended with an error other than [*FailedError].
	Outcome Outcome
	// Property, or Include, has contract and group as PAPI gave them.
	Property     papi.PropertyRef
	Include      papi.IncludeRef
	PropertyName string // of the property or the include; empty while no activation of it has been seen
	AccountID    papi.ID
	Network      papi.Network
	Version      int
	// Activation is the one that was followed, as last seen; nil when there was
	// none.
	Activation *papi.Activation
	// Submitted says that this run's submission made the activation, also when
	// its answer was lost and it was found by looking. Adopted says that it was
	// there before.
	Submitted bool
	Adopted   bool
	// BlockedBy is the activation that was, or is, in the way; also one that a
	// rollback has cancelled.
	BlockedBy *papi.Activation
	// Budget is what is left of the daily activations; nil when PAPI did not say.
	Budget *papi.Quota
	// Usual is how long an activation of this property on this network takes.
	Usual time.Duration
	// Waited is how long the run took.
	Waited time.Duration
	// Plan is what would be done; only with Target.DryRun.
	Plan *Plan
	// Hostnames is what became of the hostnames; only of ChangeHostnames.
	Hostnames *HostnameResult
	// Rollback is how a rollback goes back; nil for everything else.
	Rollback *RollbackPlan
	// Cancelled is what a rollback has cancelled before anything else, as last seen,
	// however the run ended.
	Cancelled []papi.Activation
}

// Plan is what a run would do next.
type Plan struct {
	Action  Action
	Request *papi.ActivationRequest // what would be submitted; nil for other actions
}

// Action is the next thing to do.
type Action string

// The actions.
const (
	ActionNone   Action = "none"   // it is active already
	ActionFollow Action = "follow" // it is on its way
	ActionWait   Action = "wait"   // another activation is in the way
	ActionSubmit Action = "submit"
	// ActionVersion makes a version and edits it, and activates it where there is a network.
	ActionVersion Action = "version"
	// ActionCancel cancels what is in the way of a rollback.
	ActionCancel Action = "cancel"
)

// Activate brings the target about and waits for the outcome. It never submits
// without having looked since its last submission, so it can be run again at
// any time and submits nothing that is already active or on its way.
//
// The result is never nil; with an error it says what was last seen. The error
// is a [*FailedError], [*StoppedError], [*BusyError], [*RejectedError] or [*LimitError], or what PAPI
// answered to a look.
func (e *Engine) Activate(ctx context.Context, t Target) (*Result, error) {
	r := e.newRun(t)
	err := r.activate(ctx)
	return r.finish(err)
}

// Deactivate takes off the network whatever version is active there, and waits
// until traffic has stopped. What Activate promises holds here too. The
// target's Version and ActiveOn are not looked at.
func (e *Engine) Deactivate(ctx context.Context, t Target) (*Result, error) {
	t.deactivate, t.Version, t.ActiveOn = true, 0, t.Network
	r := e.newRun(t)
	err := r.activate(ctx)
	return r.finish(err)
}

// activate is the loop: look, decide, act.
func (r *run) activate(ctx context.Context) error {
	for {
		list, err := r.look(ctx)
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
			if r.target.NoWait && phaseOf(step.activation) == live {
				return r.already(step.activation) // it only settles
			}
			r.adopt(step.activation)
			if r.target.NoWait {
				return r.accepted()
			}
			return r.follow(ctx, step.activation.ActivationID)
		case blocked:
			if err := r.yield(ctx, step.activation); err != nil {
				return err
			}
		case create:
			if other := r.overtaken(list.Items); other != nil {
				r.result.BlockedBy = other
				return &BusyError{Blocker: *other}
			}
			if err := r.create(ctx, list); err != nil || r.result.Outcome != "" {
				return err
			}
		}
	}
}
