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

// Checker makes checks. It must be safe for concurrent use.
type Checker interface {
	Check(ctx context.Context, check Check, item Item) Finding
}

// Finding is the result of one check of one item.
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
	NotDecided Verdict = "undecided" // timed out, or nobody answered
)

// Options configures a run. The zero value is usable.
type Options struct {
	// Through is the wave after which the run ends; empty means the last.
	Through string
	// RetryFailed submits failed items again; Replan begins another attempt of a plan that was rolled back, or
	// although another plan of this name has unfinished items.
	RetryFailed, Replan bool
	SkipChecks          bool
	// AnyTime ignores the window. OverBudget ignores the daily budget: when it is exhausted the run waits for
	// the next day.
	AnyTime, OverBudget bool
	// RequireStaging rejects items on production whose version is not active on staging.
	RequireStaging bool
	// Only and Skip name properties, by id or name.
	Only, Skip []string
	Tolerate   *Amount // overrides the plan's
	// DeactivateNew deactivates, in a rollback, properties that were not active before.
	DeactivateNew bool
	Patience      time.Duration // wait for a blocking activation; 0: 30 minutes, negative: none
	Budget        *papi.Quota   // the daily budget as last known; may be nil
	// Submit is how to send submissions, and PartSize the maximum number of items in a bulk request; 0 means
	// 100.
	Submit   SubmitMode
	PartSize int
	// Lag is for how long PAPI's lists may not show what it has accepted. A run begins that much later, and
	// looks for a submission without an answer that much later. With 0, only PAPI's own refusal prevents a
	// second activation of the same version while lists lag.
	Lag time.Duration
	// Request has the options of each submission other than note and e-mail addresses.
	Request papi.ActivationRequest
	// Speed, Resubmissions and Jitter are as for [activation.Engine].
	Speed         float64
	Resubmissions int
	Jitter        func(pause time.Duration) time.Duration
	// Observe is called for each event, one at a time; may be nil.
	Observe func(Event)

	scope Scope // of a rollback
}

func (o Options) skips(p Pinned) bool {
	named := func(names []string) bool {
		return slices.ContainsFunc(names, p.called)
	}
	return len(o.Only) > 0 && !named(o.Only) || named(o.Skip)
}

// named returns an error if the options name something that the plan does not have: a misspelt name would
// silently change the selection.
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

// request is the options for submissions on a network. The compliance record is for production only.
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

// patient makes pauses between submissions at least as long as lists may lag.
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

// EventKind is the kind of an event.
type EventKind string

// The kinds of events.
const (
	EventWaveStarted EventKind = "wave-started"
	EventItem        EventKind = "item" // its state has changed
	EventCheck       EventKind = "check"
	EventWaveEnded   EventKind = "wave-ended"
	EventReturning   EventKind = "returning" // the rollback begins
	EventHeld        EventKind = "held"      // nothing is submitted for a while, for the reason in Err
	EventProgress    EventKind = "progress"  // no change
)

// Event is a step of a run.
type Event struct {
	Kind    EventKind
	Wave    string
	Number  int // of the wave, from 1
	Waves   int
	Network papi.Network
	Totals  Totals // of the stage
	// Waited is the duration of the run so far, in PAPI's time.
	Waited time.Duration
	Item   *ItemResult
	Check  *CheckResult
	Err    error
}
