package simulator

import (
	"cmp"
	"strconv"
	"strings"
	"time"
)

// AddProperty adds a property with its activations. It panics when the id or the
// name is taken: a scene that can't be is a mistake of the test that sets it up.
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

// AddActivation adds an activation as if somebody else had made it, without any of
// the checks of a submission. It returns its id, and panics when there is no such property.
// Here and below, an id that begins with inc_ is that of an include.
func (s *Simulator) AddActivation(propertyID string, a Activation) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.addActivation(s.mustFind(propertyID), a).ID
}

func (s *Simulator) addActivation(p *property, fixture Activation) *Activation {
	a := fixture.clone()
	a.ID = bareID("atv_", a.ID)
	if a.ID == "" {
		a.ID = s.newActivationID(p) // which nothing has
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

// Update lets change alter an activation of a version or of hostnames. It panics when
// there is none of that id.
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

// SetStatus forces a status; from then on the activation stays as it is.
func (s *Simulator) SetStatus(propertyID, activationID string, status Status, state string) {
	now := s.Now()
	s.Update(propertyID, activationID, func(a *Activation) {
		a.Status, a.State, a.Updated, a.Steps = status, state, now, nil
	})
}

// Activations returns the property's activations as they are now, oldest first and
// with the cancelled ones. It is nil when there is no such property.
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

// settle brings the property up to now, with what bulk requests do to it.
func (s *Simulator) settle(p *property, now time.Time) {
	s.work(now)
	p.advance(now)
}

// property returns nil when there is none of that bare id.
func (s *Simulator) property(id string) *property {
	return s.properties.ids[strings.ToLower(id)]
}

// find returns a property, or an include whose id has its prefix; nil for none.
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

// reserve keeps newID from giving out an id that a fixture has.
func (s *Simulator) reserve(id string) {
	if n, err := strconv.Atoi(id); err == nil && n >= s.nextID {
		s.nextID = n + 1
	}
}

// newActivationID makes an id of the form that the thing's activations have.
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
