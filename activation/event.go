package activation

import (
	"time"

	"github.com/propctl/propctl/papi"
)

// EventKind is the kind of an event.
type EventKind string

// The kinds of events.
const (
	EventSubmitted EventKind = "submitted" // PAPI has accepted the submission
	EventAdopted   EventKind = "adopted"   // the version's activation was already in progress and is followed
	EventQueued    EventKind = "queued"    // waiting for another activation, or for another run's turn
	EventChanged   EventKind = "changed"   // status or fmaActivationState has changed
	EventRetrying  EventKind = "retrying"  // a request failed and will be repeated after Pause
	EventWaiting   EventKind = "waiting"   // the activation will be polled again after Pause
)

// Event is a step of a run.
type Event struct {
	Kind EventKind
	// Property, or Include, is what the run is about. PropertyName is the name of either; it is empty until an
	// activation of it was seen.
	Property     papi.PropertyRef
	Include      papi.IncludeRef
	PropertyName string
	Network      papi.Network
	// Version is that of Activation if the event is about it; with EventQueued and EventRetrying it is the
	// run's own. It is 0 if it is not known.
	Version int
	// Activation is the activation that is followed, as PAPI last returned it. It may be nil with
	// EventRetrying. Its Status is empty until PAPI has returned one.
	Activation *papi.Activation
	// Age is the time since the activation was submitted.
	Age time.Duration
	// Usual is the usual duration of this property's activations on this network.
	Usual time.Duration
	// Pause is the time until the next request; 0 if it follows at once.
	Pause time.Duration
	// Err is why a request is repeated; set with EventRetrying only.
	Err error
	// Budget is the remaining daily budget; nil if PAPI did not say.
	Budget *papi.Quota
	// Ahead is the run's position in line, with EventQueued; nil if it waits for an activation.
	Ahead *Ahead
}
