package simulator

import (
	"math/rand/v2"
	"time"
)

// Pace decides how activations progress. Steps is called once for each accepted submission and must be
// deterministic: equal Submissions have equal steps.
type Pace interface {
	Steps(s Submission) []Step
}

// Submission is the input of a Pace.
type Submission struct {
	Serial         uint64 // 1 for the first activation that this Simulator accepted
	Network        Network
	Type           string // ACTIVATE or DEACTIVATE; ACTIVATE for a change of a bucket
	FastFallback   bool
	AddedHostnames int // hostnames that the active version lacks
}

// Step is a change of an activation. It happens once the activation is older than After, by the simulated
// clock, and has been looked at (GET of that activation) Looks times. A step that waits for looks happens at
// the moment of the look.
type Step struct {
	After  time.Duration
	Looks  int
	Status Status
	State  string // fmaActivationState; empty: PAPI sends none
	// Validation is the new messageState of an include's activation; empty: unchanged.
	Validation Validation
}

// Values of fmaActivationState, in order; cancelling follows a cancellation.
const (
	StateReceived   = "received"
	StateLived      = "lived"
	StateDeployed   = "deployed"
	StateSteady     = "steady"
	StateCancelling = "cancelling"
)

// fallbackTime is how long a fast fallback takes.
const fallbackTime = 10 * time.Second

// Fixed makes each activation ACTIVE and steady at exactly this age; until then it is PENDING and received. A
// fast fallback takes at most 10 s.
func Fixed(staging, production time.Duration) Pace { return fixed{staging, production} }

type fixed struct{ staging, production time.Duration }

func (f fixed) Steps(s Submission) []Step {
	total := f.staging
	if s.Network == Production {
		total = f.production
	}
	if s.FastFallback {
		total = min(total, fallbackTime)
	}
	return []Step{
		{Status: StatusPending, State: StateReceived},
		{After: total, Status: StatusActive, State: StateSteady},
	}
}

// Looks makes each activation ACTIVE and steady at the n-th GET of it, independent of time.
func Looks(n int) Pace { return looks(n) }

type looks int

func (n looks) Steps(Submission) []Step {
	return []Step{
		{Status: StatusPending, State: StateReceived},
		{Looks: int(n), Status: StatusActive, State: StateSteady},
	}
}

// Realistic takes one to three minutes on staging and five to ten on production, drawn anew for each
// activation, and more than an hour for more than ten new hostnames. An activation can be cancelled during the
// first tenth of its time, and is ACTIVE and deployed for some seconds before it becomes steady.
func Realistic(seed uint64) Pace { return realistic(seed) }

type realistic uint64

const (
	acceptTime    = time.Second // NEW
	settleTime    = 5 * time.Second
	manyHostnames = 10
)

func (seed realistic) Steps(s Submission) []Step {
	shortest, longest := time.Minute, 3*time.Minute
	if s.Network == Production {
		shortest, longest = 5*time.Minute, 10*time.Minute
	}
	if s.AddedHostnames > manyHostnames {
		shortest, longest = time.Hour, 75*time.Minute
	}
	if s.FastFallback {
		shortest, longest = fallbackTime, fallbackTime
	}
	draw := rand.New(rand.NewPCG(uint64(seed), s.Serial)) //nolint:gosec // repeatable on purpose
	total := (shortest + time.Duration(draw.Int64N(int64(longest-shortest)+1))).Round(time.Second)
	return []Step{
		{Status: StatusNew},
		{After: acceptTime, Status: StatusPending, State: StateReceived},
		{After: total / 10, Status: StatusPending, State: StateLived},
		{After: total / 2, Status: StatusPending, State: StateDeployed},
		{After: total, Status: StatusActive, State: StateDeployed},
		{After: total + settleTime, Status: StatusActive, State: StateSteady},
	}
}
