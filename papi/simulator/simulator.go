// Package simulator is a Property Manager API that needs no network, no credentials
// and no account: a stateful http.Handler, and an http.RoundTripper that calls it
// without a socket, so that it runs inside a testing/synctest bubble.
//
// It is strict where PAPI is (signatures, ids, one activation at a time on a network,
// limits) and stricter where a client's mistake would otherwise go unseen: a member
// that no request has is refused. It shares no code and no types with the client. It
// has no goroutines: state moves when it is looked at, and is a function of the clock.
package simulator

import (
	"cmp"
	"strconv"
	"strings"
	"sync"
	"time"
)

// Defaults of Options.
const (
	DefaultRequestsPerMinute = 100
	DefaultRequestBurst      = 1000
	DefaultActivationsPerDay = 2500
	DefaultTimestampSkew     = 30 * time.Second
	DefaultRetryAfter        = 600 * time.Second
)

// Options says what a Simulator is like. The zero value is a good one.
type Options struct {
	Credentials Credentials // zero: SampleCredentials()
	Properties  []Property  // nil: SampleProperties at the time of New
	Pace        Pace        // nil: Realistic(Seed)
	Speed       float64     // simulated seconds in one real second; 0 means 1
	Seed        uint64

	// Requests are counted by a bucket that holds RequestBurst and gains
	// RequestsPerMinute; 0 means 1000 and 100.
	RequestsPerMinute, RequestBurst int
	// ActivationsPerDay is the budget of the 24 hours that begin with the first activation; 0 means 2500.
	ActivationsPerDay int
	// MaxTimestampSkew is how far a signature may be from the real clock; 0 means 30 s.
	MaxTimestampSkew time.Duration
	// OmitRateLimitHeaders leaves out all X-RateLimit headers, as some documents do.
	OmitRateLimitHeaders bool
	// RetryAfter is sent with a PENDING activation, in whole seconds; 0 means 600 s, a negative one sends none.
	RetryAfter time.Duration
	// RetryAfterText is sent instead of RetryAfter, as it is, when it is not empty.
	RetryAfterText string
	// SlowCancel is how long (simulated) a cancelled activation is PENDING_CANCELLATION
	// before it is ABORTED; 0: it is ABORTED in the answer to the DELETE.
	SlowCancel time.Duration
}

// Simulator is a simulated account. All its methods are safe for concurrent use.
type Simulator struct {
	credentials Credentials
	pace        Pace
	speed       float64
	skew        time.Duration
	retryAfter  string
	slowCancel  time.Duration
	quiet       bool // no X-RateLimit headers
	start       time.Time

	mu         sync.Mutex // guards all below
	properties []*property
	nonces     nonces
	bucket     bucket
	budget     budget
	faults     []*pendingFault
	log        []Request
	nextID     int // of properties and activations without one
	accepted   uint64
}

const firstID = 5001

// New returns a Simulator whose simulated clock starts now.
func New(o Options) *Simulator {
	now := time.Now()
	s := &Simulator{
		credentials: o.Credentials,
		pace:        o.Pace,
		speed:       cmp.Or(o.Speed, 1),
		skew:        cmp.Or(o.MaxTimestampSkew, DefaultTimestampSkew),
		slowCancel:  o.SlowCancel,
		quiet:       o.OmitRateLimitHeaders,
		start:       now,
		nonces:      nonces{},
		bucket: newBucket(cmp.Or(o.RequestsPerMinute, DefaultRequestsPerMinute),
			cmp.Or(o.RequestBurst, DefaultRequestBurst), now),
		budget: budget{limit: cmp.Or(o.ActivationsPerDay, DefaultActivationsPerDay)},
		nextID: firstID,
	}
	if s.credentials.ClientToken == "" {
		account := s.credentials.AccountKey
		host := s.credentials.Host
		s.credentials = SampleCredentials()
		s.credentials.AccountKey = account
		s.credentials.Host = cmp.Or(host, s.credentials.Host)
	}
	if s.pace == nil {
		s.pace = Realistic(o.Seed)
	}
	s.retryAfter = o.RetryAfterText
	if retry := cmp.Or(o.RetryAfter, DefaultRetryAfter); s.retryAfter == "" && retry > 0 {
		s.retryAfter = strconv.Itoa(int(retry.Seconds()))
	}
	properties := o.Properties
	if properties == nil {
		properties = SampleProperties(now)
	}
	for _, p := range properties {
		s.AddProperty(p)
	}
	return s
}

// Credentials returns what a client must sign with.
func (s *Simulator) Credentials() Credentials { return s.credentials }

// Now returns the simulated clock.
func (s *Simulator) Now() time.Time { return s.simulated(time.Now()) }

func (s *Simulator) simulated(now time.Time) time.Time {
	return s.start.Add(time.Duration(float64(now.Sub(s.start)) * s.speed))
}

// AddProperty adds a property with its activations. It panics when the id or the
// name is taken: a scene that can't be is a mistake of the test that sets it up.
func (s *Simulator) AddProperty(fixture Property) {
	s.mu.Lock()
	defer s.mu.Unlock()
	id := bareID("prp_", fixture.ID)
	if id == "" {
		id = s.newID()
	}
	for _, other := range s.properties {
		if other.id == id || other.name == fixture.Name {
			panic("simulator: property " + id + " or its name " + fixture.Name + " exists already")
		}
	}
	s.reserve(id)
	p := newProperty(fixture, id)
	s.properties = append(s.properties, p)
	for _, a := range fixture.Activations {
		s.addActivation(p, a)
	}
}

// AddActivation adds an activation as if somebody else had made it, without any of
// the checks of a submission. It returns its id, and panics when there is no such property.
func (s *Simulator) AddActivation(propertyID string, a Activation) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.addActivation(s.mustProperty(propertyID), a).ID
}

func (s *Simulator) addActivation(p *property, fixture Activation) *Activation {
	a := fixture.clone()
	a.ID = bareID("atv_", a.ID)
	if a.ID == "" {
		a.ID = s.newID()
	}
	if p.activation(a.ID) != nil {
		panic("simulator: activation " + a.ID + " exists already")
	}
	s.reserve(a.ID)
	a.ID = "atv_" + a.ID
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

// Update lets change alter an activation. It panics when there is none of that id.
func (s *Simulator) Update(propertyID, activationID string, change func(*Activation)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	p := s.mustProperty(propertyID)
	p.advance(s.Now())
	a := p.activation(bareID("atv_", activationID))
	if a == nil {
		panic("simulator: no activation " + activationID)
	}
	change(a)
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
	p := s.property(bareID("prp_", propertyID))
	if p == nil {
		return nil
	}
	p.advance(s.Now())
	var all []Activation
	for _, a := range p.activations {
		all = append(all, a.clone())
	}
	return all
}

// property returns nil when there is none of that bare id.
func (s *Simulator) property(id string) *property {
	for _, p := range s.properties {
		if strings.EqualFold(p.id, id) {
			return p
		}
	}
	return nil
}

func (s *Simulator) mustProperty(id string) *property {
	p := s.property(bareID("prp_", id))
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

func (s *Simulator) newID() string {
	id := strconv.Itoa(s.nextID)
	s.nextID++
	return id
}
