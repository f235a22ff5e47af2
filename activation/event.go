package activation

import (
	"time"

	"github.com/propctl/propctl/papi"
)

// EventKind is what happened.
type EventKind string

// The kinds of events.
const (
	EventSubmitted EventKind = "submitted" // PAPI has accepted the submission
	EventAdopted   EventKind = "adopted"   // the version was on its way already, and is waited for
	EventQueued    EventKind = "queued"    // another activation is in the way, or it is another run's turn, and that is waited for
	EventChanged   EventKind = "changed"   // status or fmaActivationState have changed
	EventRetrying  EventKind = "retrying"  // a request failed and will be repeated after the pause
	EventWaiting   EventKind = "waiting"   // the activation is looked at again after the pause
)

// Event is something that happened in a run.
type Event struct {
	Kind EventKind
	// Property, or Include, is what the run is about. PropertyName is the name of
	// either; it is empty while no activation of it has been seen.
	Property     papi.PropertyRef
	Include      papi.IncludeRef
	PropertyName string
	Network      papi.Network
	// Version is that of Activation where the event tells of that one, and with
	// EventQueued and EventRetrying the one that the run is about; 0 when neither is
	// known.
	Version int
	// Activation is the one that is waited for, as PAPI last showed it. It may be nil
	// with EventRetrying, and its Status is empty before PAPI has told one.
	Activation *papi.Activation
	// Age is how long ago the activation was submitted.
	Age time.Duration
	// Usual is how long activations of this property on this network take.
	Usual time.Duration
	// Pause is how long it is until the next request, 0 when it follows at once.
	Pause time.Duration
	// Err is why a request is repeated; nil with other kinds than EventRetrying.
	Err error
	// Budget is what is left of the day; nil when PAPI did not say.
	Budget *papi.Quota
	// Ahead is where in line the run is, with EventQueued; nil when it waits for an
	// activation.
	Ahead *Ahead
}
