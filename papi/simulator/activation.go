package simulator

import (
	"cmp"
	"iter"
	"slices"
	"time"
)

// Status is the status of an activation. PAPI may add values to those below.
type Status string

// The statuses that PAPI documents, and those that only the Go SDK knows.
const (
	StatusNew                 Status = "NEW"
	StatusPending             Status = "PENDING"
	StatusActive              Status = "ACTIVE"
	StatusInactive            Status = "INACTIVE"
	StatusAborted             Status = "ABORTED"
	StatusFailed              Status = "FAILED"
	StatusDeactivated         Status = "DEACTIVATED"
	StatusPendingDeactivation Status = "PENDING_DEACTIVATION"
	StatusPendingCancellation Status = "PENDING_CANCELLATION"
)

// running reports whether the activation is still open. An unknown status counts as running.
func (s Status) running() bool {
	switch s {
	case StatusActive, StatusInactive, StatusAborted, StatusFailed, StatusDeactivated:
		return false
	case StatusNew, StatusPending, StatusPendingDeactivation, StatusPendingCancellation:
		return true
	default:
		return true
	}
}

// The types of an activation.
const (
	Activate   = "ACTIVATE"
	Deactivate = "DEACTIVATE"
)

// Activation is an activation or a deactivation: a fixture, or its current state. Its times are by the
// simulated clock.
type Activation struct {
	ID           string // atv_…; in a fixture, empty means the next free id
	Type         string // empty: ACTIVATE
	Network      Network
	Version      int
	Status       Status // empty: PENDING. Any text is accepted
	State        string // fmaActivationState; empty: PAPI sends none
	Submitted    time.Time
	Updated      time.Time // when Status last changed; zero: Submitted
	Note         string
	NotifyEmails []string
	Fallback     *Fallback // nil: PAPI sends none
	FailureCause string    // detail of the failure; empty: PAPI sends none
	// Cancelled reports that the activation was cancelled: lists omit it, but it can be read by its id.
	Cancelled bool
	// Looks counts the GETs of this activation.
	Looks int
	// Steps are the changes to come, in order. In a fixture, nil means that nothing changes.
	Steps []Step

	fast     bool      // a fast fallback
	fails    bool      // it will end FAILED instead of ACTIVE
	cause    string    // FailureCause for that case
	accepted time.Time // real clock; zero for fixtures

	// Validation is the messageState while an include's activation is validated, which comes first; empty in a
	// fixture means that validation is over.
	Validation Validation

	temporary string // the id in the answer to the submission, if it differs
	byLooks   bool   // its steps are triggered by looks, not by time
	past      []earlier
}

// Fallback is an activation's fallbackInfo. A fast fallback is possible for an hour.
type Fallback struct {
	Possible  bool      // a submission may use it until an hour after Steady
	Attempted bool      // it was used
	Version   int       // the version that was active before
	Steady    time.Time // when the activation became steady
}

// fallbackWindow is for how long after an activation a fast fallback is possible.
const fallbackWindow = time.Hour

func (f *Fallback) expires() time.Time { return f.Steady.Add(fallbackWindow) }

func (a *Activation) clone() Activation {
	c := *a
	c.NotifyEmails = slices.Clone(a.NotifyEmails)
	c.Steps = slices.Clone(a.Steps)
	if a.Fallback != nil {
		f := *a.Fallback
		c.Fallback = &f
	}
	return c
}

// due returns when the next step happens, if it is due by now.
func (a *Activation) due(now time.Time) (time.Time, bool) {
	if len(a.Steps) == 0 {
		return time.Time{}, false
	}
	step := a.Steps[0]
	at := a.Submitted.Add(step.After)
	if now.Before(at) || a.Looks < step.Looks {
		return time.Time{}, false
	}
	if step.Looks > 0 {
		at = now
	}
	return at, true
}

// advance applies all steps of the property's activations that are due by now, in chronological order.
func (p *property) advance(now time.Time) {
	for {
		var next *Activation
		var when time.Time
		for a := range p.everything() {
			if at, ok := a.due(now); ok && (next == nil || at.Before(when)) {
				next, when = a, at
			}
		}
		if next == nil {
			return
		}
		p.take(next, when)
	}
}

// everything yields the activations of versions and of hostnames.
func (p *property) everything() iter.Seq[*Activation] {
	return func(yield func(*Activation) bool) {
		for _, a := range p.activations {
			if !yield(a) {
				return
			}
		}
		for _, h := range p.changes {
			if !yield(&h.Activation) {
				return
			}
		}
	}
}

// take applies the activation's next step.
func (p *property) take(a *Activation, at time.Time) {
	step := a.Steps[0]
	a.Steps = a.Steps[1:]
	if step.Status == StatusActive && a.fails {
		step.Status, step.State = StatusFailed, ""
		a.Steps = nil
		a.FailureCause = a.cause
	}
	changed := a.Status != step.Status
	a.changes(at)
	a.Status, a.State, a.Validation = step.Status, step.State, cmp.Or(step.Validation, a.Validation)
	if changed {
		a.Updated = at
	}
	switch h := p.change(bareID("atv_", a.ID)); {
	case changed && step.Status == StatusActive && h != nil:
		p.changeServed(h, at)
	case changed && step.Status == StatusActive:
		p.activated(a, at)
	case step.Status == StatusActive && step.State == StateSteady && a.Fallback != nil:
		a.Fallback.Steady = at
	}
	if step.Status == StatusAborted {
		a.Cancelled = true
	}
}

// activated makes a replace what was active on its network.
func (p *property) activated(a *Activation, at time.Time) {
	for _, old := range p.activations {
		if old == a || old.Network != a.Network || old.Status != StatusActive {
			continue
		}
		old.changes(at)
		old.Updated = at
		old.Status = StatusInactive
		old.Steps = nil // it has not become steady, and now never will
		if old.Type == Deactivate {
			continue
		}
		if a.Type == Deactivate {
			old.Status = StatusDeactivated
			continue
		}
		if a.fast && old.Fallback != nil {
			old.Fallback.Attempted = true
		}
		a.Fallback = &Fallback{
			Possible: !a.fast && sameHostnames(p.version(a.Version), p.version(old.Version)),
			Version:  old.Version,
			Steady:   at,
		}
	}
}

// activation returns nil if there is none with that id.
func (p *property) activation(id string) *Activation {
	for _, a := range p.activations {
		if bareID("atv_", a.ID) == id || a.temporary != "" && a.temporary == id {
			return a
		}
	}
	return nil
}

// active returns the activation whose version is active on the network, or nil.
func (p *property) active(network Network) *Activation {
	for _, a := range p.activations {
		if a.Network == network && a.Status == StatusActive && a.Type != Deactivate {
			return a
		}
	}
	return nil
}

// running returns the activation in progress on the network, or nil.
func (p *property) running(network Network) *Activation {
	for _, a := range p.activations {
		if a.Network == network && a.Status.running() {
			return a
		}
	}
	return nil
}

// versionStatus is the status of a version on a network, which has fewer values than that of an activation.
func (p *property) versionStatus(number int, network Network) Status {
	if a := p.active(network); a != nil && a.Version == number {
		return StatusActive
	}
	status, newest := StatusInactive, time.Time{}
	for _, a := range p.activations {
		if a.Network != network || a.Version != number {
			continue
		}
		if a.Status == StatusPendingCancellation {
			return StatusPendingCancellation
		}
		if a.Status.running() {
			return StatusPending
		}
		if a.Type != Deactivate && a.Submitted.After(newest) {
			status, newest = StatusInactive, a.Submitted
			if a.Status == StatusDeactivated {
				status = StatusDeactivated
			}
		}
	}
	return status
}
