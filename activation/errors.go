package activation

import (
	"errors"
	"fmt"
	"time"

	"github.com/propctl/propctl/papi"
)

// ErrTimeout is the cause with which a context ends whose deadline has passed.
// Give it to context.WithTimeoutCause.
var ErrTimeout = errors.New("time is up")

// FailedError says that an activation ended, and not well.
type FailedError struct {
	Outcome    Outcome // failed, aborted or superseded
	Activation papi.Activation
	// By is what has its place; nil where that is not known.
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
	if cause := e.Activation.FailureCause; cause != nil && cause.Text() != "" {
		return what + " failed: " + cause.Text()
	}
	return what + " failed"
}

// StoppedError says that the run ended before the activation did: because its
// context ended, or because PAPI would not tell what became of a submission.
type StoppedError struct {
	// Activation is what still goes on at Akamai, as last seen; nil when nothing
	// was followed.
	Activation *papi.Activation
	// Blocker is what was waited for, when nothing else was.
	Blocker *papi.Activation
	// Uncertain says that a submission was sent whose answer is not known.
	Uncertain bool
	// Cancelled says that the activation was cancelled because time was up.
	Cancelled bool

	cause error
}

// Error says what was waited for, and why the wait ended.
func (e *StoppedError) Error() string {
	what := "stopped"
	switch {
	case e.Uncertain:
		what = "stopped while it is not known whether the submission was accepted"
	case e.Cancelled:
		what = fmt.Sprintf("activation %s was cancelled", e.Activation.ActivationID)
	case e.Activation != nil && e.Activation.Status == "":
		what = fmt.Sprintf("activation %s was accepted, and its status could not be read", e.Activation.ActivationID)
	case e.Activation != nil:
		what = fmt.Sprintf("activation %s is still %s", e.Activation.ActivationID, e.Activation.Status)
	case e.Blocker != nil:
		what = fmt.Sprintf("activation %s of %s is still in the way", e.Blocker.ActivationID, contentOf(*e.Blocker))
	}
	return what + ": " + e.cause.Error()
}

// Unwrap returns the cause with which the context ended, or PAPI's answer.
func (e *StoppedError) Unwrap() error { return e.cause }

// BusyError says that another activation is in the way and is not waited for.
type BusyError struct {
	// Blocker is in progress, or has become active since the run's first look.
	Blocker papi.Activation
}

// Error names the activation.
func (e *BusyError) Error() string {
	if phaseOf(e.Blocker) == live && e.Blocker.ActivationType != papi.Deactivate {
		return fmt.Sprintf("activation %s has put %s on %s since this run has looked",
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

// RejectedError says that the version cannot be activated, whoever tries.
type RejectedError struct {
	// Reason is why, in one line.
	Reason   string
	Errors   []papi.Problem
	Warnings []papi.Problem

	cause error
}

// Error gives the reason.
func (e *RejectedError) Error() string { return e.Reason }

// Unwrap returns PAPI's answer; nil when nothing was submitted.
func (e *RejectedError) Unwrap() error { return e.cause }

// NotActiveError says that no version is active on a network from which one was to
// be taken.
type NotActiveError struct {
	Network papi.Network
}

// Error names the network.
func (e *NotActiveError) Error() string { return "no version is active on " + string(e.Network) }

// LimitError says that a limit is used up.
type LimitError struct {
	// Until is when it will be there again; the zero time when PAPI did not say.
	Until time.Time
	// Daily says that it is the budget of activations of the day.
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

// VanishedError says that PAPI does not know an activation any more that it had
// accepted.
type VanishedError struct {
	Activation papi.Activation

	cause error
}

// Error names the activation.
func (e *VanishedError) Error() string {
	return fmt.Sprintf("PAPI does not know activation %s any more: %v", e.Activation.ActivationID, e.cause)
}

// Unwrap returns PAPI's answer.
func (e *VanishedError) Unwrap() error { return e.cause }

// PartlyDoneError says that a run which writes several times has ended between two
// of them. What is done stays; the same call goes on with the rest.
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
