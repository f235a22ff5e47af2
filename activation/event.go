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
	EventAdopted   EventKind = "adopted"   // it was on its way before
	EventQueued    EventKind = "queued"    // another activation is waited for
	EventChanged   EventKind = "changed"   // status or state are others than before
	EventRetrying  EventKind = "retrying"  // something did not succeed and will be tried again
	EventWaiting   EventKind = "waiting"   // nothing to do before the next look
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
	Version      int
	// Activation is the one that is followed, as last seen; with EventQueued the
	// one that is in the way. It may be nil with EventRetrying.
	Activation *papi.Activation
	// Age is how long ago the activation was submitted.
	Age time.Duration
	// Usual is how long activations take here.
	Usual time.Duration
	// Pause is how long it is until the next look or try, 0 when nothing waits.
	Pause time.Duration
	// Err is why something is tried again; nil with the other kinds.
	Err error
	// Budget is what is left of the day; nil when PAPI did not say.
	Budget *papi.Quota
}
