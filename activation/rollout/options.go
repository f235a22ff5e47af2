package rollout

import (
	"context"
	"slices"
	"time"

	"github.com/propctl/propctl/activation"
	"github.com/propctl/propctl/papi"
)

// API is the part of PAPI that a rollout needs. [papi.Client] implements it.
type API interface {
	activation.API
	Properties(ctx context.Context, query papi.ListQuery) (*papi.PropertyList, error)
	CreateBulkActivation(ctx context.Context, req papi.BulkActivationRequest) (*papi.CreatedBulkActivation, error)
	BulkActivation(ctx context.Context, id int) (*papi.BulkActivation, error)
	Reserve(ctx context.Context, n int) (reserved context.Context, release func(), err error)
}

// Checker makes checks. It may be asked from several goroutines.
type Checker interface {
	Check(ctx context.Context, check Check, item Item) Finding
}

// Finding is what came of one check of one item.
type Finding struct {
	Verdict Verdict
	Detail  string // why it does not hold, or could not be made
}

// Verdict is whether a check holds.
type Verdict string

// The verdicts.
const (
	Held       Verdict = "held"
	NotHeld    Verdict = "failed"
	NotDecided Verdict = "undecided" // its time was up, or nobody answered
)

// Options says how a run goes about a plan. The zero value is a good one.
type Options struct {
	// Through is the wave after which the run ends; empty: the last.
	Through string
	// RetryFailed submits again what has failed; Replan begins another attempt of a
	// plan that was returned, or of which another plan of this name has unfinished items.
	RetryFailed, Replan bool
	SkipChecks          bool
	// AnyTime takes no notice of the window, OverBudget of the day's budget: it waits
	// for the next day where one is used up.
	AnyTime, OverBudget bool
	// RequireStaging rejects on production what is not active on staging.
	RequireStaging bool
	// Only and Skip name properties, by id or name.
	Only, Skip []string
	Tolerate   *Amount // instead of the plan's
	// DeactivateNew takes off, on a return, what was the first to be active.
	DeactivateNew bool
	Patience      time.Duration // with an activation that is in the way; 0: 30 minutes, less: none
	Budget        *papi.Quota   // of the day, as it was last known; nil: not
	// Submit says how submissions are made, and PartSize how many a bulk request has at
	// most; 0: 100.
	Submit   Submit
	PartSize int
	// Lag is how long PAPI's lists may not show what it has accepted. A run then begins
	// so much later, and what became of a submission without an answer is looked for so
	// late at the earliest. With 0 it is PAPI's refusal alone that keeps a version from
	// being activated again while lists lag.
	Lag time.Duration
	// Request has what goes along with each submission beside note and addresses.
	Request papi.ActivationRequest
	// Speed, Resubmissions and Jitter are as for [activation.Engine].
	Speed         float64
	Resubmissions int
	Jitter        func(pause time.Duration) time.Duration
	// Observe is told what happens, one at a time; nil means nobody.
	Observe func(Event)

	scope Scope // of a return
}

func (o Options) skips(p Pinned) bool {
	named := func(names []string) bool {
		return slices.ContainsFunc(names, p.called)
	}
	return len(o.Only) > 0 && !named(o.Only) || named(o.Skip)
}

// named returns an error where the options name what the plan does not have: left out or
// chosen by a name with a mistake would be something else than what was meant.
func (b *board) named() error {
	o := b.options
	if o.Through != "" && !slices.ContainsFunc(b.plan.Waves, func(w Wave) bool { return w.Name == o.Through }) {
		return &NoWaveError{Wave: o.Through, Plan: b.plan}
	}
	for _, name := range slices.Concat(o.Only, o.Skip) {
		if !slices.ContainsFunc(b.entries, func(e *entry) bool { return e.called(name) }) {
			return &NoItemError{Property: name}
		}
	}
	return nil
}

// request is what goes along with submissions on a network. The compliance record is for
// production only.
func (o Options) request(network papi.Network) papi.ActivationRequest {
	r := o.Request
	if network != papi.Production {
		r.ComplianceRecord = nil
	}
	return r
}

func (o Options) patience() time.Duration {
	const usual = 30 * time.Minute
	if o.Patience != 0 {
		return max(o.Patience, 0)
	}
	return usual
}

// patient makes pauses between two submissions as long as lists may lag.
func (o Options) patient() func(time.Duration) time.Duration {
	if o.Lag <= 0 {
		return o.Jitter
	}
	return func(pause time.Duration) time.Duration {
		extra := max(o.Lag-pause, 0)
		if o.Jitter != nil {
			extra += o.Jitter(pause)
		}
		return extra
	}
}

// EventKind is what happened.
type EventKind string

// The kinds of events.
const (
	EventWaveStarted EventKind = "wave-started"
	EventItem        EventKind = "item" // its state is another one
	EventCheck       EventKind = "check"
	EventWaveEnded   EventKind = "wave-ended"
	EventReturning   EventKind = "returning" // the way back begins
	EventProgress    EventKind = "progress"  // nothing new
)

// Event is something that happened in a run.
type Event struct {
	Kind    EventKind
	Wave    string
	Number  int // of the wave, from 1
	Waves   int
	Network papi.Network
	Totals  Totals // of the stage
	// Waited is how long the run has taken so far, in PAPI's time.
	Waited time.Duration
	Item   *ItemResult
	Check  *CheckResult
	Err    error
}
