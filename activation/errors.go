package activation

import (
	"errors"
	"fmt"
	"time"

	"github.com/propctl/propctl/papi"
)

// ErrTimeout is the cause to give to [context.WithTimeoutCause]. It tells the engine a
// time-out from an interruption: only a time-out cancels with
// WaitOptions.CancelOnTimeout.
var ErrTimeout = errors.New("the time-out has passed")

// FailedError is the error for an activation that ended without becoming active, or
// that has lost its place to another one.
type FailedError struct {
	Outcome    Outcome // failed, aborted or superseded
	Activation papi.Activation
	// By is the activation that has its place; nil when there is none, or when it is
	// not known.
	By *papi.Activation
}

// Error says how it ended.
func (e *FailedError) Error() string {
	what := fmt.Sprintf("activation %s of %s on %s", e.Activation.ActivationID, contentOf(e.Activation), e.Activation.Network)
	if e.Activation.ActivationType == papi.Deactivate {
		what = "de" + what
	}
	switch e.Outcome { //nolint:exhaustive // the others are no failures
	case OutcomeAborted:
		return what + " was cancelled"
	case OutcomeSuperseded:
		if e.By != nil {
			return fmt.Sprintf("%s has lost its place to activation %s of %s", what, e.By.ActivationID, contentOf(*e.By))
		}
		return what + " has lost its place (" + string(e.Activation.Status) + ")"
	}
	if cause := e.Activation.FailureCause; cause != nil && cause.Summary() != "" {
		return what + " failed: " + cause.Summary()
	}
	return what + " failed"
}

// StoppedError is the error of a call that ended before its activation did: because
// the context ended, or because PAPI would not tell what became of a submission.
// [errors.Is] finds the context's cause in it.
type StoppedError struct {
	// Activation is what goes on at Akamai, as PAPI last showed it; nil when nothing
	// was submitted or followed. Its Status is empty when PAPI never told one.
	Activation *papi.Activation
	// Blocker is the activation that was in the way, when nothing was submitted; nil
	// when none was.
	Blocker *papi.Activation
	// Ahead is where in line the call was when it ended; nil when it waited in none.
	Ahead *Ahead
	// Uncertain is true when a submission was sent and it is not known whether PAPI
	// accepted it. A call with the same target finds out.
	Uncertain bool
	// Cancelled is true when Activation was cancelled because time was up.
	Cancelled bool

	cause error
}

// Error says what was waited for, and why the wait ended.
func (e *StoppedError) Error() string {
	what := "stopped"
	switch {
	case e.Uncertain:
		what = "stopped before it was known whether PAPI has accepted the submission"
	case e.Cancelled:
		what = fmt.Sprintf("activation %s was cancelled", e.Activation.ActivationID)
	case e.Activation != nil && e.Activation.Status == "":
		what = fmt.Sprintf("activation %s was accepted, and its status could not be read", e.Activation.ActivationID)
	case e.Activation != nil && e.Activation.Status == papi.StatusActive && activates(*e.Activation):
		what = fmt.Sprintf("activation %s is active, but not yet steady", e.Activation.ActivationID)
	case e.Activation != nil:
		what = fmt.Sprintf("activation %s is still %s", e.Activation.ActivationID, e.Activation.Status)
	case e.Ahead != nil && e.Ahead.Err != nil:
		what = "stopped while it could not be seen whose turn it is: " + e.Ahead.Err.Error()
	case e.Ahead != nil:
		what = "it is still the turn of " + e.Ahead.Holder.String()
	case e.Blocker != nil:
		what = fmt.Sprintf("activation %s of %s is still in the way", e.Blocker.ActivationID, contentOf(*e.Blocker))
	}
	return what + ": " + e.cause.Error()
}

// Unwrap returns the cause with which the context ended, or PAPI's answer.
func (e *StoppedError) Unwrap() error { return e.cause }

// BusyError is the error when another activation is in the way and
// Target.FailIfPending is set.
type BusyError struct {
	// Blocker is in progress, or has become active since the run's first look.
	Blocker papi.Activation
}

// Error names the activation.
func (e *BusyError) Error() string {
	if phaseOf(e.Blocker) == live && e.Blocker.ActivationType != papi.Deactivate {
		return fmt.Sprintf("activation %s has put %s on %s since this run looked first",
			e.Blocker.ActivationID, contentOf(e.Blocker), e.Blocker.Network)
	}
	return fmt.Sprintf("activation %s of %s is %s on %s",
		e.Blocker.ActivationID, contentOf(e.Blocker), e.Blocker.Status, e.Blocker.Network)
}

// contentOf is what an activation puts on its network. A change of a hostname
// bucket has no version.
func contentOf(a papi.Activation) string {
	if a.PropertyVersion == 0 {
		return "hostnames"
	}
	return fmt.Sprintf("version %d", a.PropertyVersion)
}

// RejectedError is the error for what cannot be done as it was asked for, however
// often it is tried: by PAPI's word, or by that of the target's own conditions.
type RejectedError struct {
	// Reason is why, in one line.
	Reason string
	// Errors and Warnings are those of the rule tree, where they are the reason.
	Errors, Warnings []papi.Problem

	cause error
}

// Error gives the reason.
func (e *RejectedError) Error() string { return e.Reason }

// Unwrap returns PAPI's answer; nil when nothing was submitted.
func (e *RejectedError) Unwrap() error { return e.cause }

// NotActiveError is the error when a version was to be taken from a network, and none
// is active there.
type NotActiveError struct {
	Network papi.Network
}

// Error names the network.
func (e *NotActiveError) Error() string { return "no version is active on " + string(e.Network) }

// LimitError is the error when a limit of PAPI is used up.
type LimitError struct {
	// Until is when requests or activations are possible again; the zero time when
	// PAPI did not say.
	Until time.Time
	// Daily is true for the daily budget of activations, and false for the limit of
	// requests.
	Daily bool

	cause error
}

// Error says which limit it is.
func (e *LimitError) Error() string {
	what := "too many requests"
	if e.Daily {
		what = "no activations are left today"
	}
	if !e.Until.IsZero() {
		what += ", until " + e.Until.UTC().Format(time.RFC3339)
	}
	return what + ": " + e.cause.Error()
}

// Unwrap returns PAPI's answer.
func (e *LimitError) Unwrap() error { return e.cause }

// VanishedError is the error when PAPI has accepted an activation and does not know it
// any more: neither by its id nor in the list.
type VanishedError struct {
	Activation papi.Activation // as PAPI last showed it

	cause error
}

// Error names the activation.
func (e *VanishedError) Error() string {
	return fmt.Sprintf("PAPI does not know activation %s any more: %v", e.Activation.ActivationID, e.cause)
}

// Unwrap returns PAPI's answer.
func (e *VanishedError) Unwrap() error { return e.cause }

// PartlyDoneError is the error of a call that had to write several times and ended
// after some of that: a bucket's hostnames in parts, a version and its activation, a
// cancellation and a rollback. What is done stays done, and the same call made again
// goes on with the rest. [errors.As] finds why it ended.
type PartlyDoneError struct {
	// What is done, in words: "1000 of 2500 hostnames are changed and live on STAGING".
	What string
	// Done and Wanted count hostnames; both are 0 where something else was written.
	Done, Wanted int

	cause error
}

// Error says what is done, and why the rest is not.
func (e *PartlyDoneError) Error() string { return "partly done, " + e.What + ": " + e.cause.Error() }

// Unwrap returns why the rest is not done.
func (e *PartlyDoneError) Unwrap() error { return e.cause }
