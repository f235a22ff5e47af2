package simulator

import (
	"cmp"
	"fmt"
	"strings"
	"time"
)

// Include is a fixture: an include at the start of the simulation. Its versions have no hostnames, and its
// activations no fast fallback.
type Include struct {
	ID   string // with or without inc_; empty: the next free one
	Name string // unique among includes
	Type string // empty: MICROSERVICES
	Note string
	// Pairs are the contracts and groups that the include belongs to, as for a Property.
	Pairs       []Pair
	Versions    []Version
	Activations []Activation
}

// The types of an include.
const (
	Microservices  = "MICROSERVICES"
	CommonSettings = "COMMON_SETTINGS"
)

// Validation is the messageState of an include's activation: the progress of validating the properties that use
// the include.
type Validation string

// The messageStates that the simulator uses, in order. PAPI has more.
const (
	ValidationReceived   Validation = "RECEIVED" // the activation is not visible yet
	ValidationInProgress Validation = "VALIDATION_IN_PROGRESS"
	ValidationPassed     Validation = "SUBMITTED_FOR_ACTIVATION"
	ValidationAbort      Validation = "VALIDATION_ERROR_ABORT" // a property is not valid with the include
	ValidationRefused    Validation = "HTTP_CLIENT_ERROR"
)

// hides reports whether the answer omits the activation itself.
func (v Validation) hides() bool { return v != "" && v != ValidationPassed }

// includeCancelTime is how long the cancellation of an include's activation takes.
const includeCancelTime = 10 * time.Second

// AddInclude is AddProperty for an include.
func (s *Simulator) AddInclude(fixture Include) {
	s.mu.Lock()
	defer s.mu.Unlock()
	id := bareID("inc_", fixture.ID)
	if id == "" {
		id = s.newID()
	}
	if s.includes.has(id, fixture.Name) {
		panic("simulator: include " + id + " or its name " + fixture.Name + " exists already")
	}
	s.reserve(id)
	p := newProperty(Property{Name: fixture.Name, Note: fixture.Note, Pairs: fixture.Pairs, Versions: fixture.Versions}, id)
	p.includeType = cmp.Or(fixture.Type, Microservices)
	s.includes.add(p)
	s.belongsTo(p.pairs)
	for _, a := range fixture.Activations {
		s.addActivation(p, a)
	}
}

// include returns nil if there is none with that bare id.
func (s *Simulator) include(id string) *property {
	return s.includes.ids[strings.ToLower(id)]
}

func (s *Simulator) newUUID() string {
	return fmt.Sprintf("00000000-0000-4000-8000-%012s", s.newID())
}

// validationSteps returns the steps of an include's validation followed by those of its activation. With a pace
// that counts looks, each takes one look.
func validationSteps(steps []Step, total time.Duration, v *Version) []Step {
	first := Step{Status: StatusNew, Validation: ValidationReceived}
	second := Step{After: total / 3, Status: StatusNew, Validation: ValidationInProgress}
	shift, looks := total, 0
	if waitsForLooks(steps) {
		second.After, second.Looks = 0, 2
		shift, looks = 0, 2
	}
	switch {
	case v == nil: // a deactivation
	case len(v.BrokenParents) > 0:
		return []Step{first, second, {After: shift, Looks: looks + looks/2, Status: StatusFailed, Validation: ValidationAbort}}
	case v.Refusal != "":
		return []Step{first, second, {After: shift, Looks: looks + looks/2, Status: StatusFailed, Validation: ValidationRefused}}
	}
	all := []Step{first, second}
	for i, step := range steps {
		step.After += shift
		if looks > 0 {
			step.Looks = max(step.Looks+looks, looks+1)
		}
		if i == 0 {
			step.Validation = ValidationPassed
		}
		all = append(all, step)
	}
	return all
}
