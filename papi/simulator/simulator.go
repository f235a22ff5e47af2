// Package simulator simulates the Property Manager API (PAPI) for tests, without network, credentials or
// account. [Simulator] is a stateful http.Handler; [Simulator.Transport] is an http.RoundTripper that calls it
// without a socket, so that it works inside a testing/synctest bubble.
//
// It is as strict as PAPI (signatures, ids, one activation at a time per network, limits), and stricter where a
// client's mistake would otherwise go unseen: it refuses unknown members of a request. It shares neither code
// nor types with the client. It starts no goroutines: state is a function of the clock and is brought up to
// date when it is read.
package simulator

import (
	"cmp"
	"sync"
	"time"

	"github.com/propctl/propctl/papi/simulator/internal/limit"
)

// Defaults of Options.
const (
	DefaultRequestsPerMinute = 100
	DefaultRequestBurst      = 1000
	DefaultActivationsPerDay = 2500
	DefaultTimestampSkew     = 30 * time.Second
	DefaultRetryAfter        = 600 * time.Second
	DefaultIncludeValidation = 15 * time.Second
	DefaultHostnames         = 1000
	DefaultBulkInterval      = time.Second
	DefaultCertificates      = 100
)

// Options configures a Simulator. The zero value is usable.
type Options struct {
	Credentials Credentials // zero: SampleCredentials()
	Properties  []Property  // nil: SampleProperties at the time of New
	Includes    []Include   // nil: SampleIncludes at the time of New
	Pace        Pace        // nil: Realistic(Seed)
	Speed       float64     // simulated seconds in one real second; 0 means 1
	Seed        uint64      // of Realistic, if Pace is nil
	// RealDates is for clients that do not know Speed: the client's clock is then the real one, by which all
	// times in headers and bodies are written and limits are counted. At Speed 60 an activation of ten minutes
	// ends ten seconds after its submitDate, and Retry-After says so. Otherwise the client's clock is the
	// simulated one. Signatures are always compared with the real clock.
	RealDates bool

	// Requests are limited by a token bucket with a capacity of RequestBurst, refilled at RequestsPerMinute; 0
	// means 1000 and 100.
	RequestsPerMinute, RequestBurst int
	// ActivationsPerDay is the budget of the 24 hours that start with the first activation; 0 means 2500.
	ActivationsPerDay int
	// MaxTimestampSkew is how far a signature's timestamp may be from the clock; 0 means 30 s.
	MaxTimestampSkew time.Duration
	// OmitRateLimitHeaders leaves out all X-RateLimit headers, as some of PAPI's documents do.
	OmitRateLimitHeaders bool
	// RetryAfter is sent with a PENDING activation, in whole seconds; 0 means 600 s, negative sends none.
	RetryAfter time.Duration
	// RetryAfterText, if not empty, is sent literally instead of RetryAfter.
	RetryAfterText string
	// SlowCancel is how long, in simulated time, a cancelled activation is PENDING_CANCELLATION before it is
	// ABORTED; 0: the answer to the DELETE already has ABORTED.
	SlowCancel time.Duration
	// IncludeValidation is how long, in simulated time, an include's activation is validated before it begins;
	// 0 means 15 s. In the first third the activation is not visible.
	IncludeValidation time.Duration
	// HostnamesPerProperty limits the hostnames of a version, or of a bucket on one network; 0 means 1000.
	HostnamesPerProperty int
	// DefaultCertificates limits the account's hostnames with a default certificate; 0 means 100.
	DefaultCertificates int
	// Grants are the APIs that the client may use, with their access levels; nil: papi, READ-WRITE. They are
	// only shown; to refuse requests, inject a Fault.
	Grants map[string]string
	// ClockOffset is how far the gateway's clock is ahead of the real one. It affects the check of signatures
	// and the Date header only.
	ClockOffset time.Duration
	// BulkInterval is how long, in simulated time, each item of a bulk request takes; 0 means 1 s.
	BulkInterval time.Duration
	// BulkItems is after how many items a bulk request is interrupted; 0: never.
	BulkItems int
	// RefuseNothing accepts submissions even while another activation is in progress or active, so that a test
	// shows whether the client alone prevents a double activation.
	RefuseNothing bool
	// ListLag is how old, in simulated time, the content of lists is: lists of activations, and of a group's
	// properties or includes. What is read by its id is current.
	ListLag time.Duration
	// ActivationsUsed is how much of ActivationsPerDay was used up before the simulation starts.
	ActivationsUsed int
	// BurstBlock is the gateway's protection against bursts of requests; zero: none.
	BurstBlock BurstBlock
	// EdgeHostnames exist in addition to those of the fixtures' hostnames.
	EdgeHostnames []string
}

// Simulator is a simulated account. It is safe for concurrent use.
type Simulator struct {
	credentials Credentials
	pace        Pace
	skew        time.Duration
	offset      time.Duration // of the gateway's clock
	grants      map[string]string
	retryAfter  string
	slowCancel  time.Duration
	validation  time.Duration
	hostnames   int  // limit per property
	certs       int  // limit of default certificates per account
	quiet       bool // no X-RateLimit headers

	refuseNothing bool
	bulkInterval  time.Duration
	bulkEnd       int
	listLag       time.Duration
	clock         clock
	table         []pattern

	mu          sync.Mutex // guards all below
	properties  shelf
	includes    shelf
	pairs       []Pair // contracts and groups, in order of appearance
	known       map[Pair]bool
	edges       edges
	edgeChanges []edgeChange
	settings    clientSettings
	cpcodes     []*cpcode
	jobs        []*job
	nonces      nonces
	requests    limit.Bucket // per account
	burst       limit.Burst
	budget      limit.Budget // of activations
	faults      []*pendingFault
	log         []Request
	nextID      int // for properties and activations without an id
	accepted    uint64
}

const firstID = 5001

// New returns a Simulator whose clock starts at the current time.
func New(o Options) *Simulator {
	now := time.Now()
	s := &Simulator{
		credentials: o.Credentials,
		pace:        o.Pace,
		skew:        cmp.Or(o.MaxTimestampSkew, DefaultTimestampSkew),
		offset:      o.ClockOffset,
		grants:      o.Grants,
		slowCancel:  o.SlowCancel,
		validation:  cmp.Or(o.IncludeValidation, DefaultIncludeValidation),
		hostnames:   cmp.Or(o.HostnamesPerProperty, DefaultHostnames),
		certs:       cmp.Or(o.DefaultCertificates, DefaultCertificates),
		quiet:       o.OmitRateLimitHeaders,

		refuseNothing: o.RefuseNothing,
		bulkInterval:  cmp.Or(o.BulkInterval, DefaultBulkInterval),
		bulkEnd:       o.BulkItems,
		listLag:       o.ListLag,
		burst:         limit.Burst{Limit: o.BurstBlock.Requests, Within: o.BurstBlock.Within, Pause: o.BurstBlock.For},
		clock:         clock{start: now, speed: cmp.Or(o.Speed, 1), real: o.RealDates},
		table:         patterns(),
		nonces:        nonces{},
		requests: limit.NewBucket(cmp.Or(o.RequestsPerMinute, DefaultRequestsPerMinute),
			cmp.Or(o.RequestBurst, DefaultRequestBurst), now),
		budget: limit.Budget{Limit: cmp.Or(o.ActivationsPerDay, DefaultActivationsPerDay)},
		nextID: firstID,

		properties: newShelf(), includes: newShelf(), known: map[Pair]bool{}, edges: newEdges(),
		settings: clientSettings{RuleFormat: "latest", UsePrefixes: true},
	}
	if s.credentials.ClientToken == "" {
		account := s.credentials.AccountKey
		host := s.credentials.Host
		s.credentials = SampleCredentials()
		s.credentials.AccountKey = account
		s.credentials.Host = cmp.Or(host, s.credentials.Host)
	}
	if s.grants == nil {
		s.grants = map[string]string{"papi": "READ-WRITE"}
	}
	if s.pace == nil {
		s.pace = Realistic(o.Seed)
	}
	s.retryAfter = o.RetryAfterText
	if retry := cmp.Or(o.RetryAfter, DefaultRetryAfter); s.retryAfter == "" && retry > 0 {
		s.retryAfter = seconds(s.clock.toldFor(retry))
	}
	s.furnish(o, now)
	return s
}

// furnish adds the initial content.
func (s *Simulator) furnish(o Options, now time.Time) {
	if o.Properties == nil {
		o.Properties = SampleProperties(now)
	}
	if o.Includes == nil {
		o.Includes = SampleIncludes(now)
	}
	for _, p := range o.Properties {
		s.AddProperty(p)
	}
	for _, i := range o.Includes {
		s.AddInclude(i)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.addCPCode("Sample CP code", productID, Pair{defaultContract, defaultGroup}, now.Add(-90*day))
	for range o.ActivationsUsed {
		s.budget.Spend(now)
	}
	for _, name := range o.EdgeHostnames {
		s.edgeID(name)
	}
}

// Credentials returns what a client must sign with.
func (s *Simulator) Credentials() Credentials { return s.credentials }

// Now returns the simulated clock.
func (s *Simulator) Now() time.Time { return s.clock.simulated(time.Now()) }
