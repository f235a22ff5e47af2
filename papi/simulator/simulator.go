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

// Options says what a Simulator is like. The zero value is a good one.
type Options struct {
	Credentials Credentials // zero: SampleCredentials()
	Properties  []Property  // nil: SampleProperties at the time of New
	Includes    []Include   // nil: SampleIncludes at the time of New
	Pace        Pace        // nil: Realistic(Seed)
	Speed       float64     // simulated seconds in one real second; 0 means 1
	Seed        uint64
	// RealDates is for clients that do not know Speed. Real time is the client's then: that in which all
	// times are told, in headers and in bodies, and in which limits are counted. An activation of ten
	// minutes is over ten seconds after its submitDate at Speed 60, and Retry-After says so. Without it
	// the client's time is the simulated one. Signatures are always compared with the real clock.
	RealDates bool

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
	// IncludeValidation is how long (simulated) the validation of an include's activation takes,
	// which comes before all else; 0 means 15 s. In its first third the activation cannot be seen.
	IncludeValidation time.Duration
	// HostnamesPerProperty is how many hostnames a version, or a bucket on one network, may have; 0 means 1000.
	HostnamesPerProperty int
	// DefaultCertificates is how many hostnames of the account may have a default certificate; 0 means 100.
	DefaultCertificates int
	// Grants are the APIs that the client may use, and the level of each; nil: papi, READ-WRITE.
	// They are only shown: faults refuse requests.
	Grants map[string]string
	// ClockOffset is how far the gateway's clock is ahead of the real one: signatures are compared with
	// it, and Date has it. Nothing else follows it.
	ClockOffset time.Duration
	// BulkInterval is how long (simulated) each item of a bulk request takes, one after the other; 0 means 1 s.
	BulkInterval time.Duration
	// BulkItems is how many items of a bulk request are done before it is interrupted; 0: all of them.
	BulkItems int
	// RefuseNothing takes submissions whatever is active or on its way: what keeps a
	// network from being activated twice is the client alone.
	RefuseNothing bool
	// ListLag is how old (simulated) what lists show is: those of activations, and those of
	// a group's properties or includes. What is read by its id is never late.
	ListLag time.Duration
	// ActivationsUsed is how much of ActivationsPerDay others have used when the simulation starts.
	ActivationsUsed int
	// BurstBlock is the gateway's protection against too many requests in a short time; zero: there is none.
	BurstBlock BurstBlock
	// EdgeHostnames exist beside those of the fixtures' hostnames.
	EdgeHostnames []string
}

// Simulator is a simulated account. All its methods are safe for concurrent use.
type Simulator struct {
	credentials Credentials
	pace        Pace
	skew        time.Duration
	offset      time.Duration // of the gateway's clock
	grants      map[string]string
	retryAfter  string
	slowCancel  time.Duration
	validation  time.Duration
	hostnames   int  // that a property may have
	certs       int  // default certificates that the account may have
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
	pairs       []Pair // contracts and groups, in the order in which they came
	known       map[Pair]bool
	edges       edges
	edgeChanges []edgeChange
	settings    clientSettings
	cpcodes     []*cpcode
	jobs        []*job
	nonces      nonces
	requests    limit.Bucket // of the account
	burst       limit.Burst
	budget      limit.Budget // of activations
	faults      []*pendingFault
	log         []Request
	nextID      int // of properties and activations without one
	accepted    uint64
}

const firstID = 5001

// New returns a Simulator whose simulated clock starts now.
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

// furnish adds what there is to begin with.
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
