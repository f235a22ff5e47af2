package rollout

import (
	"errors"
	"slices"
	"time"

	"github.com/propctl/propctl/activation"
	"github.com/propctl/propctl/papi"
)

// Outcome is the result of a run.
type Outcome string

// The outcomes of [Runner.Apply] and [Runner.Rollback]. Those after OutcomePaused come with an error.
const (
	OutcomeRolledOut  Outcome = "rolled-out"
	OutcomePaused     Outcome = "paused"
	OutcomeRolledBack Outcome = "rolled-back" // with an error where it was not asked for; never with items that were to go back and did not
	OutcomeFailed     Outcome = "failed"
	OutcomeSuperseded Outcome = "superseded"
	OutcomeRejected   Outcome = "rejected"
	OutcomeLimited    Outcome = "limited"
	OutcomeTimedOut   Outcome = "timed-out"
	OutcomeUndecided  Outcome = "undecided" // a check could not be made
	OutcomeError      Outcome = "error"
)

// Further outcomes of [Runner.Status] and [Runner.Check].
const (
	OutcomeOpen    Outcome = "open"    // nothing was submitted
	OutcomeRunning Outcome = "running" // some waves have not ended
	OutcomeChecked Outcome = "checked" // the checks hold
)

// Result is what is known at the end of a run, successful or not.
type Result struct {
	Outcome Outcome
	Plan    *Plan
	Waves   []WaveResult
	Totals  Totals
	Needs   Needs
	Budget  *papi.Quota // remaining daily budget; nil if PAPI did not say
	Returns bool        // a rollback was begun
	// Another is an unfinished other plan of this name; set by Status only.
	Another *AnotherPlanError
	Waited  time.Duration
}

// WaveResult is the result of a wave.
type WaveResult struct {
	Name   string
	State  WaveState
	Totals Totals
	Items  []ItemResult
	Checks []CheckResult // of the last round
}

// WaveState is the progress of a wave.
type WaveState string

// The states of a wave.
const (
	WaveOpen     WaveState = "open"
	WaveRunning  WaveState = "running"
	WaveChecking WaveState = "checking"
	WaveDone     WaveState = "done"
	WaveFailed   WaveState = "failed"
	WaveReturned WaveState = "rolled-back" // what was rolled back of it is active
)

// ItemResult is the result of an item.
type ItemResult struct {
	Item
	State      State
	Ours       bool // it carries the plan's mark
	Submitted  bool // by this run
	Adopted    bool
	Bulk       int  // id of the bulk request of this run that has submitted it; 0: none
	Fast       bool // rolled back by fast fallback
	Activation *papi.Activation
	BlockedBy  *papi.Activation
	Ahead      *activation.Ahead // its position in line; nil if it does not wait
	Back       int               // the version that a return goes to; 0: none, or not known
	On         int               // the active version in the latest list; 0: none, or not known
	Err        error
}

// CheckResult is the result of one check of one item.
type CheckResult struct {
	Check    string
	Property string
	Network  papi.Network
	Finding
}

// Totals counts items by state. Each is counted in Items and in one other member: Underway includes those that are being
// rolled back, Failed all that have ended in any other way than the members say.
type Totals struct {
	Items, Active, Underway, Waiting, Blocked, Failed, Returned, Skipped int

	Unknown int // of Status only: Unknown or Inactive
}

func (t *Totals) add(s State) {
	t.Items++
	switch s {
	case Active:
		t.Active++
	case Underway, Returning:
		t.Underway++
	case Waiting:
		t.Waiting++
	case Blocked:
		t.Blocked++
	case Returned:
		t.Returned++
	case Skipped:
		t.Skipped++
	case Failed, Rejected, Superseded, Overdue, Uncertain, ReturnFailed, NotReturnable, Drifted:
		t.Failed++
	case Unknown, Inactive:
		t.Unknown++
	}
}

func (e *entry) result() ItemResult {
	return ItemResult{
		Item: e.Item, State: e.state, Ours: e.ours, Submitted: e.submitted, Adopted: e.adopted, Bulk: e.bulk, Fast: e.fast,
		Activation: e.act, BlockedBy: e.blocker, Ahead: e.ahead, Back: e.before, On: e.on, Err: e.err,
	}
}

// totals counts the items of a stage.
func (b *board) totals(stage int) Totals {
	var t Totals
	for _, e := range b.of(stage) {
		t.add(e.state)
	}
	return t
}

// result returns the result of the run.
func (b *board) result() (*Result, error) {
	r := &Result{Plan: b.plan, Needs: b.Needs(), Budget: b.budget, Returns: b.returning}
	b.waveResults(r, b.waveState)
	var err error
	r.Outcome, err = b.outcome()
	return r, err
}

// waveResults adds the results of the waves.
func (b *board) waveResults(r *Result, state func(wave int) WaveState) {
	for w := range b.plan.Waves {
		wave := WaveResult{Name: b.plan.Waves[w].Name, State: state(w)}
		for i, s := range b.stages {
			if s.Wave != w {
				continue
			}
			for _, e := range b.of(i) {
				item := e.result()
				wave.Items = append(wave.Items, item)
				wave.Totals.add(item.State)
				r.Totals.add(item.State)
			}
			wave.Checks = append(wave.Checks, b.gates[i].results...)
		}
		r.Waves = append(r.Waves, wave)
	}
}

func (b *board) waveState(wave int) WaveState {
	state := WaveOpen
	asked := b.returning && b.trouble == nil
	switch {
	case asked && b.hasReturned(wave):
		return WaveReturned
	case asked, b.isClosed(), b.hasOnlyStopped():
		return b.surveyed()(wave)
	}
	if t := b.trouble; t != nil && t.stage > b.stage { // it was seen before the run came there
		if b.stages[t.stage].Wave == wave {
			return WaveFailed
		}
		return b.surveyed()(wave)
	}
	for i, s := range b.stages {
		switch {
		case s.Wave != wave:
		case b.trouble != nil && b.trouble.stage == i:
			return WaveFailed
		case i < b.stage:
			state = WaveDone
		case i == b.stage && !b.gates[i].began.IsZero():
			return WaveChecking
		case i == b.stage && b.probed[i]:
			return WaveRunning
		case state == WaveDone:
			return WaveRunning // only on its first network
		}
	}
	return state
}

// hasOnlyStopped reports whether the run ends for a reason that is no failure of any wave.
func (b *board) hasOnlyStopped() bool {
	_, another := errors.AsType[*AnotherPlanError](b.cause())
	t := b.trouble
	return another || t != nil && !b.returning && (t.outcome == OutcomeLimited || t.outcome == OutcomeUndecided)
}

// isClosed reports whether the run ends since an earlier one has gone back.
func (b *board) isClosed() bool {
	_, closed := errors.AsType[*ClosedError](b.cause())
	return closed
}

// hasReturned reports whether items of a wave were rolled back, and none is still being rolled back.
func (b *board) hasReturned(wave int) bool {
	returned := false
	for _, e := range b.entries {
		if b.stages[e.Stage].Wave == wave && e.onTheWay() {
			return false
		}
		returned = returned || b.stages[e.Stage].Wave == wave && e.state == Returned
	}
	return returned
}

// untried restores the state of items that had failed before this run and were to be retried, but were not.
func (b *board) untried() {
	for _, e := range b.entries {
		if e.state == Waiting && e.act != nil && !e.submitted && e.ours {
			e.state, e.err = Failed, &activation.FailedError{Outcome: endOf(Failed, e.act), Activation: *e.act}
		}
	}
}

// outcome is the overall outcome of the run.
func (b *board) outcome() (Outcome, error) {
	var uncertain []string
	stuck, first := &ReturnError{}, &NotReturnableError{}
	for _, e := range b.entries {
		switch e.state { //nolint:exhaustive // the others follow from what stopped the run
		case Uncertain:
			uncertain = append(uncertain, e.Title())
		case ReturnFailed:
			stuck.Items, stuck.causes = append(stuck.Items, e.Title()), append(stuck.causes, e.err)
		case NotReturnable:
			first.Items = append(first.Items, e.where())
		}
	}
	if t := b.trouble; t != nil {
		if _, ok := t.err.(*FailuresError); ok { //nolint:errorlint // one that is joined to another is about an earlier run
			t.err = b.failed(t.stage, b.failures(t.stage)).err // including those that have failed since
		}
	}
	switch t := b.trouble; {
	case len(uncertain) > 0:
		return OutcomeError, errors.Join(&UncertainError{uncertain}, b.cause())
	case len(stuck.Items) > 0:
		return OutcomeError, errors.Join(stuck, first.orNil(), b.cause())
	case len(first.Items) > 0 && !b.isClosed(): // a partial result is not a success
		return OutcomeError, errors.Join(first, b.cause())
	case t == nil && b.returning && b.another != nil && !slices.ContainsFunc(b.entries, func(e *entry) bool { return e.marked }):
		return OutcomeRejected, b.another
	case t == nil && b.returning:
		return OutcomeRolledBack, nil
	case t == nil && b.stage < len(b.stages):
		return OutcomePaused, nil
	case t == nil:
		return OutcomeRolledOut, nil
	case b.returning && t.returns:
		return OutcomeRolledBack, t.err
	default:
		return t.outcome, t.err
	}
}

func (b *board) cause() error {
	if b.trouble == nil {
		return nil
	}
	return b.trouble.err
}

// ReturnError reports items that could not be rolled back.
type ReturnError struct {
	Items []string

	causes []error
}

// Error names them, and the error of the first.
func (e *ReturnError) Error() string {
	text := "these could not be rolled back: " + some(e.Items)
	for _, err := range e.Unwrap() {
		return text + ": " + err.Error()
	}
	return text
}

// Unwrap returns the error of each.
func (e *ReturnError) Unwrap() []error { return known(e.causes) }

// NotReturnableError reports items that a rollback left unchanged, because nothing was active before and they
// were not to be deactivated.
type NotReturnableError struct{ Items []string }

// Error names them.
func (e *NotReturnableError) Error() string {
	return "nothing was active there before, so that these are not rolled back: " + some(e.Items)
}

// orNil returns nil if there are no such items.
func (e *NotReturnableError) orNil() error {
	if len(e.Items) == 0 {
		return nil
	}
	return e
}

func known(errs []error) []error {
	return slices.DeleteFunc(slices.Clone(errs), func(err error) bool { return err == nil })
}

// endedBadly returns the error about a single activation that has ended.
func endedBadly(err error) (*activation.FailedError, bool) {
	return errors.AsType[*activation.FailedError](err)
}

// marks reports whether an item carries the plan's mark, of an attempt that is not closed.
func (b *board) marks(e *entry) bool { return e.attempt > b.closed }

// markedAfter reports whether any later stage was begun.
func (b *board) markedAfter(stage int) bool {
	if stage+1 >= len(b.stages) {
		return false
	}
	return slices.ContainsFunc(b.entries[b.stages[stage+1].First:], b.marks)
}
