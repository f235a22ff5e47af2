package simulator

import (
	"cmp"
	"strconv"
	"strings"
	"time"
)

// AddProperty adds a property with its activations. It panics if the id or the name is taken, which is a
// mistake in the test that calls it.
func (s *Simulator) AddProperty(fixture Property) {
	s.mu.Lock()
	defer s.mu.Unlock()
	id := bareID("prp_", fixture.ID)
	if id == "" {
		id = s.newID()
	}
	if s.properties.has(id, fixture.Name) {
		panic("simulator: property " + id + " or its name " + fixture.Name + " exists already")
	}
	s.reserve(id)
	s.addProperty(newProperty(fixture, id), fixture.Activations)
}

func (s *Simulator) addProperty(p *property, activations []Activation) {
	s.properties.add(p)
	s.belongsTo(p.pairs)
	for _, v := range p.versions {
		s.registerEdges(v.Hostnames)
	}
	for _, network := range []Network{Staging, Production} {
		s.registerEdges(p.served[network])
	}
	for _, a := range activations {
		s.addActivation(p, a)
	}
}

// AddActivation adds an activation as if another user had submitted it, without the checks of a submission, and
// returns its id. It panics if there is no such property. Here and below, an id with the prefix inc_ is that of
// an include.
func (s *Simulator) AddActivation(propertyID string, a Activation) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.addActivation(s.mustFind(propertyID), a).ID
}

func (s *Simulator) addActivation(p *property, fixture Activation) *Activation {
	a := fixture.clone()
	a.ID = bareID("atv_", a.ID)
	if a.ID == "" {
		a.ID = s.newActivationID(p) // a free one
	} else if p.activation(a.ID) != nil {
		panic("simulator: activation " + a.ID + " exists already")
	}
	s.reserve(a.ID)
	a.ID = p.activationPrefix() + a.ID
	a.Type = cmp.Or(a.Type, Activate)
	a.Status = cmp.Or(a.Status, StatusPending)
	if a.Submitted.IsZero() {
		a.Submitted = s.Now()
	}
	if a.Updated.IsZero() {
		a.Updated = a.Submitted
	}
	p.activations = append(p.activations, &a)
	return &a
}

// Update calls change to alter an activation of a version or of hostnames. It panics if there is none with that
// id.
func (s *Simulator) Update(propertyID, activationID string, change func(*Activation)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	p := s.mustFind(propertyID)
	now := s.Now()
	s.settle(p, now)
	id := bareID("atv_", activationID)
	if a := p.activation(id); a != nil {
		a.changes(now)
		change(a)
	} else if h := p.change(id); h != nil {
		h.changes(now)
		change(&h.Activation)
	} else {
		panic("simulator: no activation " + activationID)
	}
}

// SetStatus sets status and fmaActivationState of an activation, which then keeps them: no later step changes them.
// Like [Simulator.Update], it panics if there is none with that id.
func (s *Simulator) SetStatus(propertyID, activationID string, status Status, state string) {
	now := s.Now()
	s.Update(propertyID, activationID, func(a *Activation) {
		a.Status, a.State, a.Updated, a.Steps = status, state, now, nil
	})
}

// Activations returns the property's activations, oldest first, including cancelled ones; nil if there is no
// such property.
func (s *Simulator) Activations(propertyID string) []Activation {
	s.mu.Lock()
	defer s.mu.Unlock()
	p := s.find(propertyID)
	if p == nil {
		return nil
	}
	s.settle(p, s.Now())
	var all []Activation
	for _, a := range p.activations {
		all = append(all, a.clone())
	}
	return all
}

// settle brings the property up to now, including the effects of bulk requests.
func (s *Simulator) settle(p *property, now time.Time) {
	s.work(now)
	p.advance(now)
}

// property returns nil if there is none with that bare id.
func (s *Simulator) property(id string) *property {
	return s.properties.ids[strings.ToLower(id)]
}

// find returns a property, or an include if the id has its prefix; nil if there is none.
func (s *Simulator) find(id string) *property {
	if bare, ok := strings.CutPrefix(id, "inc_"); ok {
		return s.include(bare)
	}
	return s.property(bareID("prp_", id))
}

func (s *Simulator) mustFind(id string) *property {
	p := s.find(id)
	if p == nil {
		panic("simulator: no property " + id)
	}
	return p
}

// reserve keeps newID from issuing an id that a fixture uses.
func (s *Simulator) reserve(id string) {
	if n, err := strconv.Atoi(id); err == nil && n >= s.nextID {
		s.nextID = n + 1
	}
}

// newActivationID issues an id in the form of the property's or include's activations.
func (s *Simulator) newActivationID(p *property) string {
	if p.includeType != "" {
		return s.newUUID()
	}
	return s.newID()
}

func (s *Simulator) newID() string {
	id := strconv.Itoa(s.nextID)
	s.nextID++
	return id
}
