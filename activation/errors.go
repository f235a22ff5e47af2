package activation

import (
	"errors"
	"fmt"
	"time"

	"github.com/propctl/propctl/papi"
)

// ErrTimeout is the cause to pass to [context.WithTimeoutCause]. It distinguishes a time-out from an
// interruption, because WaitOptions.CancelOnTimeout applies to time-outs only.
var ErrTimeout = errors.New("the time-out has passed")

// FailedError reports an activation that ended without becoming active, or that was replaced by another one.
type FailedError struct {
	Outcome    Outcome // failed, aborted or superseded
	Activation papi.Activation
	// By is the activation that replaced it; nil if there is none or it is not known.
	By *papi.Activation
}

// Error says how the activation ended.
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

// StoppedError reports a call that ended before its activation: the context has ended, or it stays unknown what
// became of a submission. [errors.Is] finds the context's cause.
type StoppedError struct {
	// Activation is the activation that continues at Akamai, as PAPI last returned it; nil if none was
	// submitted or followed. Its Status is empty if PAPI never returned one.
	Activation *papi.Activation
	// Blocker is the other activation that the call waited for without having submitted; nil if there was none.
	Blocker *papi.Activation
	// Ahead is the call's last position in its line; nil if it did not wait in one.
	Ahead *Ahead
	// Uncertain reports that a submission was sent whose acceptance is not known. Repeat the call to find out.
	Uncertain bool
	// Cancelled reports that Activation was cancelled because of the time-out.
	Cancelled bool

	cause error
}

// Error says what the call waited for, and why it ended.
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

// Unwrap returns the context's cause, or PAPI's answer.
func (e *StoppedError) Unwrap() error { return e.cause }

// BusyError reports that another activation blocks the network and Target.FailIfPending is set.
type BusyError struct {
	// Blocker is in progress, or has become active since the first look.
	Blocker papi.Activation
}

// Error names the other activation.
func (e *BusyError) Error() string {
	if phaseOf(e.Blocker) == live && e.Blocker.ActivationType != papi.Deactivate {
		return fmt.Sprintf("activation %s has put %s on %s since this run looked first",
			e.Blocker.ActivationID, contentOf(e.Blocker), e.Blocker.Network)
	}
	return fmt.Sprintf("activation %s of %s is %s on %s",
		e.Blocker.ActivationID, contentOf(e.Blocker), e.Blocker.Status, e.Blocker.Network)
}

// contentOf names what an activation puts on its network. A change of a hostname bucket has no version.
func contentOf(a papi.Activation) string {
	if a.PropertyVersion == 0 {
		return "hostnames"
	}
	return fmt.Sprintf("version %d", a.PropertyVersion)
}

// RejectedError reports a request that cannot succeed however often it is repeated: PAPI refuses it, or a
// condition of the target is not met.
type RejectedError struct {
	// Reason is why, in one line.
	Reason string
	// Errors and Warnings are those of the rule tree, if they are the reason.
	Errors, Warnings []papi.Problem

	cause error
}

// Error gives the reason.
func (e *RejectedError) Error() string { return e.Reason }

// Unwrap returns PAPI's answer; nil if nothing was submitted.
func (e *RejectedError) Unwrap() error { return e.cause }

// NotActiveError reports that the version to activate is the one active on Network, and none is.
type NotActiveError struct {
	Network papi.Network
}

// Error names the network.
func (e *NotActiveError) Error() string { return "no version is active on " + string(e.Network) }

// LimitError reports that one of PAPI's limits is exhausted.
type LimitError struct {
	// Until is when requests or activations are possible again; zero if PAPI did not say.
	Until time.Time
	// Daily is true for the daily budget of activations, false for the rate limit of requests.
	Daily bool

	cause error
}

// Error names the limit.
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

// VanishedError reports that PAPI has accepted an activation and no longer knows it, neither by its id nor in
// the list.
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

// PartlyDoneError reports a call of several writes that ended after some of them: a bucket's hostnames in
// parts, a version and its activation, a cancellation and a rollback. What was done stays, and repeating the
// call continues with the rest. [errors.As] finds the cause.
type PartlyDoneError struct {
	// What is done, in words: "1000 of 2500 hostnames are changed and live on STAGING".
	What string
	// Done and Wanted count hostnames; both are 0 where something else was written.
	Done, Wanted int

	cause error
}

// Error says what was done, and why the rest was not.
func (e *PartlyDoneError) Error() string { return "partly done, " + e.What + ": " + e.cause.Error() }

// Unwrap returns why the rest was not done.
func (e *PartlyDoneError) Unwrap() error { return e.cause }
